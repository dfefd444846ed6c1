//! The facts of one signature or time-stamp, computed once: what FC, ISC, VCI, CV and SAV say of it (EN 319 102-1 §5.2),
//! who signed, the paths of the certificate, the algorithms. The processes judge them for different times and verify
//! nothing again.

use std::rc::Rc;

use super::Case;
use crate::crypto::{
    Digest, DigestAlgorithm, Message as Signed, SignatureAlgorithm, SignatureValid, VerifyError, digest,
    recover_pkcs1_digest_info,
};
use crate::document::{Signature, SubFilter};
use crate::limits::{Budget, LimitExceeded};
use crate::pki::{GeneralName, SignedData, SignerInfo, TimestampToken};
use crate::validation::block::algorithms::{Item, Primitive, of_value};
use crate::validation::block::certificates::{Chain, chains};
use crate::validation::block::format::Content;
use crate::validation::block::{acceptance, context, cryptography, format as form, identification};
use crate::validation::check::{CheckId, Context};
use crate::validation::ledger::{Block, Ledger};
use crate::validation::message::{Message, Term};
use crate::validation::path::Holder;
use crate::validation::report::Algorithms;

/// The blocks that decide before the certificate does.
const BEFORE_CERTIFICATES: [Block; 4] = [Block::Format, Block::Identification, Block::Context, Block::Cryptography];

/// What is known of one signature or time-stamp.
#[derive(Debug)]
pub(in crate::validation) struct Facts<'p> {
    /// The checks that depend on no time but the validation time.
    pub(in crate::validation) ledger: Ledger<'p>,
    /// Who signed, as far as a certificate is at hand.
    pub(in crate::validation) signer: Option<Rc<Holder>>,
    /// The paths of the signer, the likeliest first.
    pub(in crate::validation) chains: Option<Rc<[Chain]>>,
    /// The algorithms of the signature value, the signed attributes and the signed data.
    pub(in crate::validation) items: Vec<Item>,
    /// The algorithms for the report.
    pub(in crate::validation) algorithms: Option<Algorithms>,
    /// Checks that have to hold before anything passes.
    pub(in crate::validation) proofs: &'static [CheckId],
}

impl<'p> Facts<'p> {
    pub(in crate::validation) const fn new(ledger: Ledger<'p>) -> Self {
        let proofs: &[CheckId] = match ledger.context() {
            Context::Timestamp => &[CheckId::MessageImprint, CheckId::SignatureValue],
            Context::Signature | Context::CounterSignature | Context::Revocation => {
                &[CheckId::DocumentDigest, CheckId::SignatureValue]
            }
        };
        Self { ledger, signer: None, chains: None, items: Vec::new(), algorithms: None, proofs }
    }

    /// Whether something decided that no certificate and nothing known of one can change: what comes before `x509status`
    /// in the order of EN 319 102-1 §5.3.4.
    pub(in crate::validation) fn is_hopeless(&self) -> bool {
        BEFORE_CERTIFICATES.into_iter().any(|block| self.ledger.decided(block).is_some())
    }

    pub(super) fn items(&mut self, content: &[DigestAlgorithm], place: Term, value: Option<SignatureAlgorithm>) {
        let mut items: Vec<Item> = Vec::new();
        let of_content = content.iter().map(|digest| Item { primitive: Primitive::Digest(*digest), place });
        let key = self.signer.as_ref().and_then(|signer| signer.key.as_ref()).map(|key| key.kind());
        let of_signature = value.into_iter().flat_map(|algorithm| of_value(algorithm, key, Term::SignatureValue));
        for item in of_content.chain(of_signature) {
            if !items.iter().any(|known| known.primitive == item.primitive) {
                items.push(item);
            }
        }
        self.items = items;
    }
}

/// The facts of a CMS signature.
pub(in crate::validation) fn cms(
    facts: &mut Facts<'_>,
    signature: &Signature,
    cms: &SignedData,
    case: &Case<'_>,
    budget: &mut Budget,
) -> Result<(), LimitExceeded> {
    form::cms(&mut facts.ledger, cms, Content::of(&signature.sub_filter));
    let [signer] = cms.signers.as_slice() else {
        return Ok(());
    };
    let named = cryptography::algorithms(&mut facts.ledger, signer);
    let digests = document_digest(&mut facts.ledger, signature, cms, signer, &named);
    context::signature_policy(&mut facts.ledger, signer);
    let used = digests.iter().map(Digest::algorithm).chain(named.digest);
    let used: Vec<DigestAlgorithm> =
        used.chain((signature.sub_filter == SubFilter::Pkcs7Sha1).then_some(DigestAlgorithm::Sha1)).collect();
    signed_by(facts, signer, &named, &digests, &used, Term::SignedBytes, case, budget)?;
    let id = if signature.sub_filter == SubFilter::CadesDetached {
        CheckId::SigningCertificateAttribute
    } else {
        CheckId::SigningCertificateAttributeLegacy
    };
    acceptance::signing_certificate(&mut facts.ledger, id, signer, case.moment.at);
    acceptance::algorithm_protection(&mut facts.ledger, signer);
    Ok(())
}

/// The facts of a time-stamp token; `imprint` gives the digest of what it stands for, or says that nobody can tell what
/// that is and that it was noted why.
pub(in crate::validation) fn token(
    facts: &mut Facts<'_>,
    token: &TimestampToken,
    imprint: impl Fn(DigestAlgorithm) -> Result<Option<Digest>, ()>,
    case: &Case<'_>,
    budget: &mut Budget,
) -> Result<(), LimitExceeded> {
    let cms = &token.signed_data;
    let ledger = &mut facts.ledger;
    form::cms(ledger, cms, Content::TimestampInfo);
    let info = &token.tst_info;
    let algorithm = DigestAlgorithm::from_algorithm_identifier(&info.imprint_algorithm.raw).ok();
    let oid = &info.imprint_algorithm.oid;
    match algorithm.map(imprint).transpose() {
        Ok(computed) => {
            let computed = computed.flatten();
            cryptography::content(ledger, CheckId::MessageImprint, computed.as_ref(), &info.imprint, oid);
        }
        Err(()) => ledger.not_run(CheckId::MessageImprint),
    }
    let future = info.gen_time > case.moment.clock.plus_seconds(SKEW);
    let stated = || Some(Message::ClaimedTime { time: info.gen_time });
    ledger.check(CheckId::TimestampNotFromFuture, if future { Err(stated()) } else { Ok(()) });
    let [signer] = cms.signers.as_slice() else {
        return Ok(());
    };
    let named = cryptography::algorithms(ledger, signer);
    let content = cms.encap_content.as_deref().unwrap_or_default();
    let of_content: Vec<Digest> = named.digest.map(|algorithm| digest(algorithm, content)).into_iter().collect();
    match signer.signed_attributes.as_ref().map(|signed| signed.message_digest()) {
        Some(Ok(Some(stated))) => {
            let oid = &signer.digest_algorithm.oid;
            cryptography::content(ledger, CheckId::DocumentDigest, of_content.first(), &stated, oid);
        }
        _ => ledger.not_run(CheckId::DocumentDigest),
    }
    let used: Vec<DigestAlgorithm> = algorithm.into_iter().collect();
    signed_by(facts, signer, &named, &of_content, &used, Term::Imprint, case, budget)?;
    let at = case.moment.at;
    acceptance::signing_certificate(&mut facts.ledger, CheckId::SigningCertificateAttribute, signer, at);
    acceptance::algorithm_protection(&mut facts.ledger, signer);
    if let (Some(named), Some(holder)) = (&info.tsa, &facts.signer) {
        let same = match named {
            GeneralName::Directory(name) => name.matches(holder.certificate.subject()),
            other => holder.certificate.subject_alt_names().contains(other),
        };
        let detail = || Some(Message::AuthorityNamed { name: named.to_string() });
        facts.ledger.check(CheckId::TimestampAuthorityName, if same { Ok(()) } else { Err(detail()) });
    }
    Ok(())
}

/// How far a clock elsewhere may be ahead of ours, in seconds.
const SKEW: i64 = crate::validation::revocation::SKEW_SECONDS;

/// ISC, the signature value, and the paths of whoever signed.
#[expect(clippy::too_many_arguments, reason = "one signature is all of this")]
fn signed_by(
    facts: &mut Facts<'_>,
    signer: &SignerInfo,
    named: &cryptography::Named,
    content: &[Digest],
    used: &[DigestAlgorithm],
    place: Term,
    case: &Case<'_>,
    budget: &mut Budget,
) -> Result<(), LimitExceeded> {
    let candidates = identification::candidates(signer, case.evidence, &case.keys);
    let verified = cryptography::value(&mut facts.ledger, signer, named, content, &candidates, &case.keys, budget)?;
    let value = named.signature.as_ref().ok().copied();
    facts.signer.clone_from(&verified);
    facts.items(used, place, value);
    let Some(holder) = verified else {
        identification::nobody(&mut facts.ledger, case.evidence);
        return Ok(());
    };
    facts.algorithms = Some(Algorithms {
        signature: value.map_or_else(|| signer.signature_algorithm.oid.to_string(), SignatureAlgorithm::name),
        digest: named
            .digest
            .map_or_else(|| signer.digest_algorithm.oid.to_string(), |digest| digest.name().to_owned()),
        key_bits: holder.key.as_ref().map_or(0, |key| key.bits()),
    });
    identification::reference(&mut facts.ledger, signer, &holder);
    facts.chains = Some(chains(&holder, case, budget)?);
    Ok(())
}

/// Checks the digest of the byte range against what was signed, and gives the digests that stand for the content
/// where there are no signed attributes.
fn document_digest(
    ledger: &mut Ledger<'_>,
    signature: &Signature,
    cms: &SignedData,
    signer: &SignerInfo,
    named: &cryptography::Named,
) -> Vec<Digest> {
    let of_range = |algorithm| signature.digests.iter().find(|digest| Some(digest.algorithm()) == algorithm);
    if signature.byte_range.is_none() || signature.limit.is_some() {
        ledger.not_run(CheckId::DocumentDigest);
        return Vec::new();
    }
    let algorithm = &signer.digest_algorithm.oid;
    let stated = signer.signed_attributes.as_ref().map(|signed| signed.message_digest());
    if signature.sub_filter == SubFilter::Pkcs7Sha1 {
        // The content is SHA-1 of the byte range (ISO 32000-1 §12.8.3.3.1), and the CMS signs that content.
        let content = cms.encap_content.as_deref().unwrap_or_default();
        let sha1 = of_range(Some(DigestAlgorithm::Sha1));
        let of_content: Vec<Digest> =
            named.digest.map(|algorithm| digest(algorithm, content)).into_iter().collect();
        match stated {
            Some(Ok(Some(stated))) => {
                let same = sha1.is_some_and(|sha1| sha1.as_bytes() == content);
                if same {
                    cryptography::content(ledger, CheckId::DocumentDigest, of_content.first(), &stated, algorithm);
                } else {
                    cryptography::content(ledger, CheckId::DocumentDigest, sha1, content, algorithm);
                }
            }
            Some(_) => ledger.not_run(CheckId::DocumentDigest),
            None => cryptography::content(ledger, CheckId::DocumentDigest, sha1, content, algorithm),
        }
        return of_content;
    }
    match stated {
        Some(Ok(Some(stated))) => {
            cryptography::content(ledger, CheckId::DocumentDigest, of_range(named.digest), &stated, algorithm);
            of_range(named.digest).copied().into_iter().collect()
        }
        Some(_) => {
            ledger.not_run(CheckId::DocumentDigest);
            Vec::new()
        }
        // Without signed attributes the signature value itself is over the content: it decides alone.
        None => {
            if signature.digests.is_empty() {
                cryptography::content(ledger, CheckId::DocumentDigest, None, &[], algorithm);
            } else {
                ledger.passed(CheckId::DocumentDigest);
            }
            signature.digests.clone()
        }
    }
}

/// The facts of `adbe.x509.rsa_sha1` (ISO 32000-1 §12.8.3.2): a bare PKCS#1 value over the byte range.
pub(in crate::validation) fn pkcs1(
    facts: &mut Facts<'_>,
    signature: &Signature,
    value: &[u8],
    certificates: &[Vec<u8>],
    case: &Case<'_>,
    budget: &mut Budget,
) -> Result<(), LimitExceeded> {
    let ledger = &mut facts.ledger;
    let first = certificates.first().and_then(|der| {
        case.evidence.certificates().iter().find(|certificate| certificate.der() == der.as_slice())
    });
    let Some(holder) = first.map(|certificate| case.keys.holder(certificate)) else {
        identification::nobody(ledger, case.evidence);
        return Ok(());
    };
    ledger.passed(CheckId::SigningCertificateFound);
    facts.signer = Some(Rc::clone(&holder));
    let Some(key) = &holder.key else {
        let detail = Message::AlgorithmUnsupported { algorithm: "public key".to_owned() };
        ledger.broken(CheckId::AlgorithmSupported, None, Some(detail));
        return Ok(());
    };
    budget.spend(key.verification_work().saturating_mul(2))?;
    let algorithm = match recover_pkcs1_digest_info(key, value) {
        Ok(stated) => {
            let digest = stated.algorithm();
            let computed = signature.digests.iter().find(|known| known.algorithm() == digest);
            if signature.byte_range.is_some() {
                cryptography::content(ledger, CheckId::DocumentDigest, computed, stated.as_bytes(), &digest.name());
            } else {
                ledger.not_run(CheckId::DocumentDigest);
            }
            let algorithm = SignatureAlgorithm::RsaPkcs1 { digest };
            let outcome = verify(case, &holder, &algorithm, &stated, value);
            match &outcome {
                Ok(proof) => ledger.signature_proven(proof),
                Err(_) => cryptography::failed(ledger, &algorithm, &outcome),
            }
            Some(algorithm)
        }
        Err(_) => {
            ledger.broken(CheckId::SignatureValue, None, None);
            None
        }
    };
    let digest = algorithm.and_then(SignatureAlgorithm::digest);
    facts.algorithms = algorithm.map(|algorithm| Algorithms {
        signature: algorithm.name(),
        digest: digest.map_or_else(String::new, |digest| digest.name().to_owned()),
        key_bits: key.bits(),
    });
    let used: Vec<DigestAlgorithm> = digest.into_iter().collect();
    facts.items(&used, Term::SignedBytes, algorithm);
    facts.chains = Some(chains(&holder, case, budget)?);
    Ok(())
}

fn verify(
    case: &Case<'_>,
    holder: &Holder,
    algorithm: &SignatureAlgorithm,
    digest: &Digest,
    value: &[u8],
) -> Result<SignatureValid, VerifyError> {
    match &holder.key {
        Some(key) => case.keys.verifier().verify(key, algorithm, Signed::Digest(digest), value),
        None => Err(VerifyError::Mismatch),
    }
}
