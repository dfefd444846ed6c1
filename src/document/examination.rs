//! The facts of a document, collected once: every signature with its place, form and digests, and the evidence that
//! the document brings along. An examination holds no content of the document.

use super::digests::{LEAD, Wanted, digests};
use super::facts::{DocumentFacts, DocumentFinding, MediaType};
use super::open::{Document, OpenError, Opened};
use super::pades;
use super::pades::{Located, Restrictions};
use super::signature::{EmbeddedEvidence, FormatDefect, Signature, SignatureForm, SubFilter};
use super::xades;
use super::xades::Content;
use crate::crypto::{AlgorithmError, DigestAlgorithm, DigestState, SignatureAlgorithm, digest};
use crate::limits::{Budget, LimitExceeded, Limits};
use crate::pki::{SignedData, TimestampToken};
use crate::syntax::pdf::{ObjectError, Pdf, UpdateError};
use crate::syntax::xml::Tree;

/// All that a validation needs to know of a document.
#[derive(Debug)]
pub struct Examination {
    /// The document itself.
    pub document: DocumentFacts,
    /// Every signature, in file order.
    pub signatures: Vec<Signature>,
    /// Every document time-stamp, in file order.
    pub document_timestamps: Vec<Signature>,
    /// Certificates and revocation data of the document.
    pub evidence: EmbeddedEvidence,
}

/// Collects the facts.
///
/// # Errors
/// Where a limit is reached before all signatures are found: then nobody could say how many there are. What one
/// signature exceeds is said of that signature.
pub fn examine(document: &Document<'_>, budget: &mut Budget) -> Result<Examination, LimitExceeded> {
    examine_with(document, &[], budget)
}

/// Collects the facts, with the content outside of the document that its signatures sign.
///
/// # Errors
/// As [`examine`].
pub fn examine_with(
    document: &Document<'_>,
    contents: &[Content<'_>],
    budget: &mut Budget,
) -> Result<Examination, LimitExceeded> {
    match &document.opened {
        Opened::Pdf(pdf) => Ok(collect(pdf, &document.limits, 0, budget)?.examination),
        Opened::Xml(bytes, tree) => of_xml(bytes, tree, contents, budget),
    }
}

fn of_xml(
    bytes: &[u8],
    tree: &Tree<'_>,
    contents: &[Content<'_>],
    budget: &mut Budget,
) -> Result<Examination, LimitExceeded> {
    budget.spend(u64::try_from(bytes.len() >> 10).unwrap_or(u64::MAX))?;
    Ok(Examination {
        document: DocumentFacts {
            media_type: MediaType::Xml,
            size: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
            sha256: digest(DigestAlgorithm::Sha256, bytes).to_string(),
            findings: Vec::new(),
        },
        signatures: xades::signatures(tree, contents, budget)?,
        document_timestamps: Vec::new(),
        evidence: EmbeddedEvidence::default(),
    })
}

/// What who appends to a document needs to know besides: facts that no report shows.
#[derive(Debug)]
pub struct AppendingFacts {
    /// SHA-256 over the bytes up to the mark. To be gone on with: they need not be read again.
    pub sha256: DigestState,
    /// What the signatures of the document forbid.
    pub restrictions: Restrictions,
    /// Whether the file can be appended to, as far as all its objects were looked at.
    pub appendable: Result<(), UpdateError>,
}

/// Collects the facts, and those for who appends, in the same one reading. `mark` is a number of bytes from the start
/// of the document.
///
/// # Errors
/// [`OpenError::UnsupportedFormat`] of another document than a PDF, [`OpenError::Limit`] as [`examine`].
pub fn examine_to_append(
    document: &Document<'_>,
    mark: u64,
    budget: &mut Budget,
) -> Result<(Examination, AppendingFacts), OpenError> {
    let pdf = document.pdf().ok_or(OpenError::UnsupportedFormat)?;
    let collected = collect(pdf, &document.limits, mark, budget).map_err(OpenError::Limit)?;
    let Collected { examination, located, at_mark } = collected;
    let restrictions = pades::restrictions(pdf, &located, budget).map_err(OpenError::Limit)?;
    Ok((examination, AppendingFacts { sha256: at_mark, restrictions, appendable: pdf.appendable() }))
}

/// What one reading yields.
struct Collected {
    examination: Examination,
    located: Located,
    at_mark: DigestState,
}

fn collect(pdf: &Pdf<'_>, limits: &Limits, mark: u64, budget: &mut Budget) -> Result<Collected, LimitExceeded> {
    let catalog = match pdf.latest_catalog(budget) {
        Err(ObjectError::Limit(limit)) => return Err(limit),
        catalog => catalog,
    };
    let located = pades::locate(pdf, catalog, limits, budget)?;
    let catalog = catalog.ok();
    let mut findings: Vec<DocumentFinding> = Vec::new();
    let mut signatures = read_all(pdf, &located, limits, budget)?;
    pades::analyse(pdf, &mut signatures, budget);
    let evidence = pades::embedded(pdf, catalog, &mut findings, budget)?;
    pades::usage_rights(pdf, catalog, &mut findings, budget)?;
    let (sha256, at_mark) = digest_all(pdf.bytes(), &mut signatures, mark, budget);

    for (code, object) in &located.obstacles {
        let (code, object) = (*code, *object);
        findings.push(DocumentFinding { code, offset: None, object: object.map(|id| id.to_string()) });
    }
    findings.extend(pdf.findings().into_iter().map(|finding| DocumentFinding {
        code: finding.code.name(),
        offset: finding.offset,
        object: finding.object.map(|id| id.to_string()),
    }));
    if pdf.encryption().is_some_and(|encryption| encryption.integrity_dictionary) {
        findings.push(DocumentFinding { code: "integrity-dictionary-not-checked", offset: None, object: None });
    }
    findings.sort_by_key(|finding| finding.offset.unwrap_or(u64::MAX));

    let (document_timestamps, signatures) =
        signatures.into_iter().partition(|signature| signature.sub_filter == SubFilter::Rfc3161);
    let examination = Examination {
        document: DocumentFacts {
            media_type: MediaType::Pdf,
            size: u64::try_from(pdf.bytes().len()).unwrap_or(u64::MAX),
            sha256,
            findings,
        },
        signatures,
        document_timestamps,
        evidence,
    };
    Ok(Collected { examination, located, at_mark })
}

/// Every signature and document time-stamp in file order, with the ids of the report. What came after them is not
/// analysed, their bytes are not digested.
pub(super) fn found_signatures(
    pdf: &Pdf<'_>,
    limits: &Limits,
    budget: &mut Budget,
) -> Result<Vec<Signature>, LimitExceeded> {
    let catalog = match pdf.latest_catalog(budget) {
        Err(ObjectError::Limit(limit)) => return Err(limit),
        catalog => catalog,
    };
    let located = pades::locate(pdf, catalog, limits, budget)?;
    read_all(pdf, &located, limits, budget)
}

fn read_all(
    pdf: &Pdf<'_>,
    located: &Located,
    limits: &Limits,
    budget: &mut Budget,
) -> Result<Vec<Signature>, LimitExceeded> {
    let mut signatures = Vec::with_capacity(located.found.len());
    for found in &located.found {
        signatures.push(pades::read(pdf, found, limits, budget)?);
    }
    sort_and_name(&mut signatures);
    collisions(&mut signatures);
    Ok(signatures)
}

/// File order is the order of the holes; what has none comes last.
fn sort_and_name(signatures: &mut [Signature]) {
    signatures.sort_by_key(|signature| signature.byte_range.map_or(u64::MAX, |range| range[1]));
    let (mut s, mut d) = (0_u32, 0_u32);
    for signature in signatures {
        let (letter, count) =
            if signature.sub_filter == SubFilter::Rfc3161 { ("D", &mut d) } else { ("S", &mut s) };
        *count = count.saturating_add(1);
        signature.id = format!("{letter}{count}");
    }
}

/// The hole of another signature has to be covered whole or not at all.
fn collisions(signatures: &mut [Signature]) {
    let ranges: Vec<_> = signatures.iter().map(|signature| (signature.id.clone(), signature.byte_range)).collect();
    for signature in signatures {
        let Some([_, hole, after, tail]) = signature.byte_range else { continue };
        let end = after.saturating_add(tail);
        for (id, other) in &ranges {
            let Some([_, other_hole, other_after, _]) = *other else { continue };
            if *id == signature.id {
                continue;
            }
            let overlaps = other_hole < after && hole < other_after;
            let cut = other_hole < end && end < other_after;
            if overlaps || cut {
                signature.defects.push(FormatDefect::Collision(id.clone()));
            }
        }
    }
}

/// Fills in the digests of each signature, and gives SHA-256 of the document in hex and its state at `mark`.
fn digest_all(bytes: &[u8], signatures: &mut [Signature], mark: u64, budget: &Budget) -> (String, DigestState) {
    let mut wanted = Vec::new();
    let mut whose = Vec::new();
    for (index, signature) in signatures.iter().enumerate() {
        let algorithms =
            signature.form.as_ref().map(|form| algorithms(&signature.sub_filter, form)).unwrap_or_default();
        if let Some(range) = signature.byte_range
            && !algorithms.is_empty()
        {
            let led = signature.form.as_ref().map(led_algorithms).unwrap_or_default();
            wanted.push(Wanted { range, algorithms, led });
            whose.push(index);
        }
    }
    let parts = u64::try_from(wanted.len()).unwrap_or(u64::MAX);
    let mut budgets: Vec<Budget> = wanted.iter().map(|_| budget.share(parts)).collect();
    let pass = digests(bytes, &wanted, mark, &mut budgets);
    for (index, result) in whose.into_iter().zip(pass.of_ranges) {
        let Some(signature) = signatures.get_mut(index) else { continue };
        match result {
            Ok(got) => {
                signature.digests = got.digests;
                signature.led = got.led;
            }
            Err(limit) => signature.limit = Some(limit),
        }
    }
    (pass.of_document.to_string(), pass.at_mark)
}

/// Which digests of the byte range a signature names, as far as we know them.
fn algorithms(sub_filter: &SubFilter, form: &SignatureForm) -> Vec<DigestAlgorithm> {
    match (sub_filter, form) {
        // The digest is named inside the encrypted block: any that was ever used with this format.
        (_, SignatureForm::Pkcs1 { .. }) => {
            vec![DigestAlgorithm::Sha1, DigestAlgorithm::Sha256, DigestAlgorithm::Sha384, DigestAlgorithm::Sha512]
        }
        (_, SignatureForm::Token(token)) => {
            DigestAlgorithm::from_algorithm_identifier(&token.tst_info.imprint_algorithm.raw).into_iter().collect()
        }
        (SubFilter::Pkcs7Sha1, SignatureForm::Cms(_)) => vec![DigestAlgorithm::Sha1],
        (_, SignatureForm::Cms(cms)) => cms_algorithms(cms),
        // There is no byte range: its references have their own digests.
        (_, SignatureForm::Xml(_)) => Vec::new(),
    }
}

fn cms_algorithms(cms: &SignedData) -> Vec<DigestAlgorithm> {
    let Some(signer) = cms.signers.first() else {
        return Vec::new();
    };
    let digest = DigestAlgorithm::from_algorithm_identifier(&signer.digest_algorithm.raw).ok();
    let mut algorithms: Vec<DigestAlgorithm> = digest.into_iter().collect();
    if signer.signed_attributes.is_none()
        && let Ok(signature) | Err(AlgorithmError::DigestMismatch { algorithm: signature, .. }) =
            SignatureAlgorithm::from_algorithm_identifier(&signer.signature_algorithm.raw, digest)
        && let Some(digest) = signature.digest()
        && !algorithms.contains(&digest)
    {
        algorithms.push(digest);
    }
    // A content time-stamp is over the same bytes, maybe with another digest (EN 319 122-1 §5.2.8); an archive time-stamp
    // over their digest, with its own (§5.5.3).
    let content = signer.signed_attributes.iter().flat_map(|signed| signed.content_timestamps());
    for token in content.chain(signer.archive_timestamps_v3()) {
        if let Ok(token) = TimestampToken::parse(token, Limits::DEFAULT.der_depth)
            && let Ok(digest) = DigestAlgorithm::from_algorithm_identifier(&token.tst_info.imprint_algorithm.raw)
            && !algorithms.contains(&digest)
        {
            algorithms.push(digest);
        }
    }
    algorithms
}

/// Of which digests an archive time-stamp of version 2 needs the state over `encapContentInfo` and the byte range: what
/// it is over begins with them, where the content is not in the CMS.
fn led_algorithms(form: &SignatureForm) -> Vec<DigestAlgorithm> {
    let SignatureForm::Cms(cms) = form else { return Vec::new() };
    let [signer] = cms.signers.as_slice() else { return Vec::new() };
    let mut algorithms = Vec::new();
    if signer.archive_timestamps_v2().next().is_none() || cms.encap_content_info() != Ok(LEAD) {
        return algorithms;
    }
    for token in signer.archive_timestamps_v2() {
        if let Ok(token) = TimestampToken::parse(token, Limits::DEFAULT.der_depth)
            && let Ok(digest) = DigestAlgorithm::from_algorithm_identifier(&token.tst_info.imprint_algorithm.raw)
            && !algorithms.contains(&digest)
        {
            algorithms.push(digest);
        }
    }
    algorithms
}
