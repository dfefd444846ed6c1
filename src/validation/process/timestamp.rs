//! Validation of time-stamps (EN 319 102-1 §5.4; RFC 3161, RFC 5816): the imprint, the signature of the authority, its
//! certificate at the validation time.

use super::Case;
use super::basic::{describe, integrity};
use crate::crypto::{Digest, DigestAlgorithm, digest};
use crate::document::{Examination, Signature, SignatureForm};
use crate::limits::{Budget, LimitExceeded};
use crate::pki::{CmsError, SignedData, TimestampError, TimestampToken};
use crate::validation::block::format::{Content, limit, place};
use crate::validation::block::{acceptance, certificates, cryptography, format as form, identification};
use crate::validation::check::{CheckId, Context};
use crate::validation::evidence::Evidence;
use crate::validation::ledger::Ledger;
use crate::validation::message::Message;
use crate::validation::need::Need;
use crate::validation::report::{PathElement, Signer, TimestampKind, TimestampReport};

/// What a time-stamp stands for.
pub(super) enum Imprint<'a> {
    /// Bytes that are at hand.
    Bytes(&'a [u8]),
    /// Bytes of the document, by their digests.
    Digests(&'a [Digest]),
}

impl Imprint<'_> {
    fn digest(&self, algorithm: DigestAlgorithm) -> Option<Digest> {
        match self {
            Self::Bytes(bytes) => Some(digest(algorithm, bytes)),
            Self::Digests(digests) => digests.iter().find(|known| known.algorithm() == algorithm).copied(),
        }
    }
}

/// A time-stamp to be validated.
pub(super) struct Stamp<'a> {
    pub(super) id: String,
    pub(super) kind: TimestampKind,
    pub(super) covers: Vec<String>,
    pub(super) imprint: Imprint<'a>,
}

/// Validates a time-stamp inside a signature; `token` is `Err` where it cannot be parsed.
pub(super) fn timestamp(
    stamp: Stamp<'_>,
    token: Result<&TimestampToken, &TimestampError>,
    case: &Case<'_>,
    needs: &mut Vec<Need>,
    budget: &mut Budget,
) -> Result<TimestampReport, LimitExceeded> {
    let mut ledger = Ledger::new(case.policy, Context::Timestamp);
    let mut found = Authority::default();
    match token {
        Ok(token) => {
            ledger.passed(CheckId::SignatureReadable);
            judge(&mut ledger, token, &stamp.imprint, case, needs, &mut found, budget)?;
        }
        Err(error) => {
            let offset = match error {
                TimestampError::Encoding(error) | TimestampError::Cms(CmsError::Encoding(error)) => error.offset,
                _ => 0,
            };
            let offset = u64::try_from(offset).unwrap_or(u64::MAX);
            let detail = Message::Malformed { what: "time-stamp-token".to_owned(), offset };
            ledger.broken(CheckId::SignatureReadable, None, Some(detail));
        }
    }
    Ok(report(stamp, token.ok(), ledger, found))
}

/// Validates a document time-stamp (EN 319 142-1 §5.4.3).
pub(in crate::validation) fn document_timestamp(
    signature: &Signature,
    examination: &Examination,
    case: &Case<'_>,
    needs: &mut Vec<Need>,
    budget: &mut Budget,
) -> TimestampReport {
    let mut ledger = Ledger::new(case.policy, Context::Timestamp);
    place(&mut ledger, signature);
    let mut found = Authority::default();
    let token = match &signature.form {
        Some(SignatureForm::Token(token)) => Some(token.as_ref()),
        _ => None,
    };
    if let Some(token) = token {
        let imprint = Imprint::Digests(&signature.digests);
        if let Err(exceeded) = judge(&mut ledger, token, &imprint, case, needs, &mut found, budget) {
            limit(&mut ledger, exceeded);
        }
    }
    acceptance::coverage(&mut ledger, signature);
    let covers = examination
        .signatures
        .iter()
        .chain(&examination.document_timestamps)
        .filter(|other| other.id != signature.id && is_before(other, signature))
        .map(|other| other.id.clone())
        .collect();
    let stamp =
        Stamp { id: signature.id.clone(), kind: TimestampKind::Document, covers, imprint: Imprint::Digests(&[]) };
    let mut report = report(stamp, token, ledger, found);
    report.field.clone_from(&signature.field);
    report.coverage = Some(signature.coverage);
    report
}

/// Whether all of `other` lies within the byte range of `stamp`.
fn is_before(other: &Signature, stamp: &Signature) -> bool {
    let end =
        |signature: &Signature| signature.byte_range.map(|[_, _, start, length]| start.saturating_add(length));
    match (end(other), stamp.byte_range) {
        (Some(other), Some([_, hole, _, _])) => other <= hole,
        _ => false,
    }
}

#[derive(Debug, Default)]
struct Authority {
    signer: Option<Signer>,
    path: Vec<PathElement>,
}

fn judge(
    ledger: &mut Ledger<'_>,
    token: &TimestampToken,
    imprint: &Imprint<'_>,
    case: &Case<'_>,
    needs: &mut Vec<Need>,
    found: &mut Authority,
    budget: &mut Budget,
) -> Result<(), LimitExceeded> {
    let cms = &token.signed_data;
    form::cms(ledger, cms, Content::TimestampInfo);
    let info = &token.tst_info;
    let algorithm = DigestAlgorithm::from_algorithm_identifier(&info.imprint_algorithm.raw).ok();
    let computed = algorithm.and_then(|algorithm| imprint.digest(algorithm));
    let oid = &info.imprint_algorithm.oid;
    cryptography::content(ledger, CheckId::MessageImprint, computed.as_ref(), &info.imprint, oid);
    let [signer] = cms.signers.as_slice() else {
        return Ok(());
    };
    let named = cryptography::algorithms(ledger, signer);
    let of_content = own_content(cms, &named);
    match signer.signed_attributes.as_ref().map(|signed| signed.message_digest()) {
        Some(Ok(Some(stated))) => {
            let oid = &signer.digest_algorithm.oid;
            cryptography::content(ledger, CheckId::DocumentDigest, of_content.first(), &stated, oid);
        }
        _ => ledger.not_run(CheckId::DocumentDigest),
    }
    let evidence: &Evidence = case.evidence;
    let candidates = identification::candidates(signer, evidence, &case.keys);
    let verified = cryptography::value(ledger, signer, &named, &of_content, &candidates, &case.keys, budget)?;
    let digests: Vec<DigestAlgorithm> = algorithm.into_iter().collect();
    let Some(holder) = verified else {
        identification::nobody(ledger, evidence);
        return Ok(());
    };
    found.signer = Some(describe(&holder));
    identification::reference(ledger, signer, &holder);
    found.path = certificates::validate(ledger, &holder, case.moment.at, case, needs, budget)?;
    acceptance::signing_certificate(ledger, CheckId::SigningCertificateAttribute, signer, case.moment.at);
    acceptance::algorithm_protection(ledger, signer);
    let future = info.gen_time > case.moment.clock.plus_seconds(SKEW);
    ledger.check(
        CheckId::TimestampNotFromFuture,
        if future { Err(Some(Message::ClaimedTime { time: info.gen_time })) } else { Ok(()) },
    );
    let key = holder.key.as_ref().map(|key| key.kind());
    acceptance::algorithms(ledger, &digests, named.signature.ok(), key, case.moment.at);
    Ok(())
}

/// How far a clock elsewhere may be ahead of ours, in seconds.
const SKEW: i64 = 300;

fn own_content(cms: &SignedData, named: &cryptography::Named) -> Vec<Digest> {
    let content = cms.encap_content.as_deref().unwrap_or_default();
    named.digest.map(|algorithm| digest(algorithm, content)).into_iter().collect()
}

fn report(
    stamp: Stamp<'_>,
    token: Option<&TimestampToken>,
    ledger: Ledger<'_>,
    found: Authority,
) -> TimestampReport {
    let integrity = integrity(&ledger, token.is_some());
    let (verdict, reason, checks) = ledger.conclude();
    TimestampReport {
        id: stamp.id,
        field: None,
        kind: stamp.kind,
        time: token.map(|token| token.tst_info.gen_time),
        verdict,
        reason,
        tsa: found.signer,
        imprint_algorithm: token.map(|token| {
            let oid = &token.tst_info.imprint_algorithm.oid;
            DigestAlgorithm::from_oid(oid).map_or_else(|| oid.to_string(), |known| known.name().to_owned())
        }),
        integrity,
        coverage: None,
        covers: stamp.covers,
        path: found.path,
        checks,
    }
}
