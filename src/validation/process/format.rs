//! The format and level of a signature: a claim about its content, not about its validity (EN 319 142-1 §6; of XML
//! signatures see [`super::xades_format`]).
//!
//! * PAdES-BASELINE-B: CMS in DER without content of its own, signing-certificate, message-digest and content-type
//!   id-data, the signer's certificate inside, the time in M and not in the CMS, no commitment beside a Reason, no
//!   content-hints. Without these it is PAdES-BES, with a signature policy PAdES-EPES.
//! * T: a time-stamp over the signature, inside or around it. LT: a document security store, and revocation data in the
//!   document for every certificate below the anchor of the signature and of its time-stamps, the last archive
//!   time-stamp apart; self-signed ones and those of which none are required are exempt. LTA: a document time-stamp over
//!   these data.

use super::stamps::Stamp;
use super::xades_format;
use crate::document::{Examination, Signature, SignatureForm, SubFilter};
use crate::pki::{SignedData, SignerInfo};
use crate::validation::block::certificates::Chain;
use crate::validation::block::identification::references;
use crate::validation::evidence::Origin;

/// id-data (RFC 5652 §4).
const ID_DATA: &str = "1.2.840.113549.1.7.1";

/// What the whole document has of long-term material.
#[derive(Debug)]
pub(super) struct Material {
    /// Where the first revocation datum of the document security store ends in the file; none where there is none.
    first_datum: Option<u64>,
    /// Whether there is a document security store with anything in it.
    has_store: bool,
    /// Where the last archive time-stamp stands.
    last_archive: Option<u64>,
}

impl Material {
    /// From the facts and the document time-stamps.
    pub(super) fn new(examination: &Examination, around: &[Stamp<'_>]) -> Self {
        let store = &examination.evidence;
        let first_datum = store.crl_ends.iter().chain(&store.ocsp_ends).min().copied();
        let archive = |place: &u64| first_datum.is_some_and(|datum| datum <= *place);
        Self {
            first_datum,
            has_store: first_datum.is_some() || !store.certificates.is_empty(),
            last_archive: around.iter().filter_map(|stamp| stamp.place).filter(archive).max(),
        }
    }
}

/// Whether the document holds revocation data for every certificate of the path that needs any.
pub(super) fn is_complete(chain: &Chain) -> bool {
    chain.links.iter().all(|link| {
        let accepted = link.findings.accepted.iter().map(|datum| datum.origin);
        let rejected = link.findings.rejected.iter().map(|datum| datum.origin);
        link.not_required.is_some()
            || link.is_anchor
            || link.holder.certificate.is_self_issued()
            || accepted.chain(rejected).any(|origin| origin == Origin::Embedded)
    })
}

/// The name of the contract. `stamps` are those of this signature, inside and around it.
pub(super) fn format(
    signature: &Signature,
    chain: Option<&Chain>,
    stamps: &[&Stamp<'_>],
    material: &Material,
) -> &'static str {
    match (&signature.sub_filter, &signature.form) {
        (SubFilter::Pkcs7Sha1, _) => "PKCS7-SHA1",
        (SubFilter::X509RsaSha1, _) => "X509-RSA-SHA1",
        (SubFilter::Pkcs7Detached, _) => "PKCS7",
        (SubFilter::CadesDetached, Some(SignatureForm::Cms(cms))) => match cms.signers.as_slice() {
            [signer] => pades(signature, cms, signer, chain, stamps, material),
            _ => "UNKNOWN",
        },
        (SubFilter::NotPdf, Some(SignatureForm::Xml(xml))) => xades_format::format(xml, chain, stamps),
        _ => "UNKNOWN",
    }
}

fn pades(
    signature: &Signature,
    cms: &SignedData,
    signer: &SignerInfo,
    chain: Option<&Chain>,
    stamps: &[&Stamp<'_>],
    material: &Material,
) -> &'static str {
    let Some(signed) = &signer.signed_attributes else {
        return "UNKNOWN";
    };
    if !references(signed).is_ok_and(|references| !references.is_empty()) {
        return "UNKNOWN";
    }
    if !is_baseline(signature, cms, signer, chain) {
        let policy = matches!(signed.signature_policy(), Ok(Some(_)));
        return if policy { "PAdES-EPES" } else { "PAdES-BES" };
    }
    let over: Vec<&&Stamp<'_>> = stamps.iter().filter(|stamp| stamp.is_after_signature()).collect();
    if over.is_empty() {
        return "PAdES-BASELINE-B";
    }
    // The only time-stamp is that of level T; one is an archive time-stamp beside another.
    let last_archive = material.last_archive.filter(|_| over.len() > 1);
    let complete = material.has_store
        && material.first_datum.is_some()
        && chain.is_some_and(is_complete)
        && over
            .iter()
            .filter(|stamp| stamp.place.is_none() || stamp.place != last_archive)
            .all(|stamp| stamp.is_complete);
    match (complete, last_archive) {
        (false, _) => "PAdES-BASELINE-T",
        (true, None) => "PAdES-BASELINE-LT",
        (true, Some(_)) => "PAdES-BASELINE-LTA",
    }
}

/// The demands of EN 319 142-1 §6.3 on the signature itself, as far as facts tell.
fn is_baseline(signature: &Signature, cms: &SignedData, signer: &SignerInfo, chain: Option<&Chain>) -> bool {
    let Some(signed) = &signer.signed_attributes else { return false };
    let own = chain.and_then(Chain::signer);
    let brought = own.is_some_and(|own| cms.certificates.iter().any(|der| **der == *own.certificate.der()));
    let committed = signed.commitment_types().map_or(true, |commitments| !commitments.is_empty());
    cms.is_der
        && cms.encap_content.is_none()
        && brought
        && matches!(signed.claimed_signing_time(), Ok(None))
        && signature.claimed.signing_time.is_some()
        && matches!(signed.message_digest(), Ok(Some(_)))
        && matches!(signed.content_type(), Ok(Some(content)) if content.to_string() == ID_DATA)
        && matches!(signed.content_hints(), Ok(None))
        && !(committed && signature.claimed.reason.is_some())
}
