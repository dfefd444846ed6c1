//! The use case "what was signed": the revisions that the signatures of a PDF cover, and what came after them; the octets
//! that the references of an XML signature digest, and what it leaves out.
//!
//! Nothing is judged and nothing leaves that the caller did not bring: a revision is the beginning of his own document, a
//! signed stream is made of it by the transforms that the signature names.
//! So there is no record in the journal, which records verdicts and seals.

use std::fmt;

use super::validate::borrowed;
use super::{Caller, GivenContent, Role, Service, ServiceError};
use crate::document::{Differences, Document, Fault, OpenError, SignedBy, SignedRevision, SignedRevisions};
use crate::document::{revision_differences, signed_revisions, signed_streams, stream_octets};
use crate::limits::{Budget, CancelFlag, Limits};

/// What is asked, the document apart.
#[derive(Debug)]
pub struct RevisionsRequest {
    /// Opens an encrypted PDF; without one the empty user password is tried. What is given back stays encrypted.
    pub password: Option<Vec<u8>>,
    /// What a detached XML signature signs.
    pub contents: Vec<GivenContent>,
    /// What it may cost.
    pub limits: Limits,
    /// How much is wanted.
    pub depth: Depth,
}

/// How much is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// The revisions.
    Revisions,
    /// And what differs between them.
    Differences,
}

/// What was signed.
#[derive(Debug)]
pub struct Revisions {
    /// The revisions.
    pub signed: SignedRevisions,
    /// What differs, where it was asked for.
    pub differences: Option<Differences>,
}

/// What a caller of the service asks.
#[derive(Debug)]
pub struct RevisionRequest {
    /// The document.
    pub document: Vec<u8>,
    /// Opens an encrypted PDF.
    pub password: Option<Vec<u8>>,
    /// What a detached XML signature signs.
    pub contents: Vec<GivenContent>,
    /// The id of the signature; without one, that of the only signature.
    pub signature: Option<String>,
}

/// What is answered.
#[derive(Debug)]
pub struct RevisionAnswer {
    /// The id of the signature.
    pub signature: String,
    /// SHA-256 of the document as it was received, lowercase hex.
    pub document_sha256: String,
    /// What the signature covers.
    pub covered: Covered,
}

/// What a signature covers.
#[derive(Clone, PartialEq, Eq)]
pub enum Covered {
    /// The bytes of a revision of a PDF.
    Revision(Vec<u8>),
    /// The octets of each reference of an XML signature, in order.
    Streams(Vec<Vec<u8>>),
}

impl fmt::Debug for Covered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Revision(bytes) => write!(f, "a revision of {} bytes", bytes.len()),
            Self::Streams(streams) => write!(f, "{} streams", streams.len()),
        }
    }
}

/// Why there is no revision to give.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NoRevision {
    /// There is no signature, or none with this id.
    NoSuchSignature,
    /// There are several, and none was named: their ids.
    Several(Vec<String>),
    /// The byte range of the signature (its id) breaks a rule: nobody can say what was signed.
    Unknown(String),
    /// The XML signature (its id) is not as its schema says, or has no references: nothing says what was signed.
    Shapeless(String),
    /// A reference of the XML signature (its id, the number of the reference) has no octets.
    NoOctets(String, usize, Fault),
}

/// Finds out what was signed. `cancel` ends it from outside.
///
/// # Errors
/// Where the document cannot be read, or a limit is reached before its signatures are known.
pub fn revisions(bytes: &[u8], request: &RevisionsRequest, cancel: &CancelFlag) -> Result<Revisions, OpenError> {
    let mut budget = Budget::with_cancel(&request.limits, cancel.clone());
    let document = Document::open(bytes, request.password.as_deref(), &request.limits, &mut budget)?;
    found(&document, request, &mut budget)
}

fn found(document: &Document<'_>, request: &RevisionsRequest, budget: &mut Budget) -> Result<Revisions, OpenError> {
    let differ = request.depth == Depth::Differences;
    if document.pdf().is_none() {
        let mut signed = signed_streams(document, &borrowed(&request.contents), budget)?;
        if !differ {
            signed.signed.iter_mut().filter_map(|one| one.xml.as_mut()).for_each(|xml| xml.uncovered = None);
        }
        return Ok(Revisions { signed, differences: None });
    }
    let (signed, differences) = if differ {
        revision_differences(document, budget).map(|(signed, differences)| (signed, Some(differences)))?
    } else {
        (signed_revisions(document, budget)?, None)
    };
    Ok(Revisions { signed, differences })
}

/// Hands over the octets that the references of an XML document's signatures digest: of each the id of its signature, its
/// number from 1, and the octets or why there are none. `cancel` ends it from outside.
///
/// # Errors
/// As [`revisions`]; [`OpenError::UnsupportedFormat`] of a PDF.
pub fn streams(
    bytes: &[u8],
    request: &RevisionsRequest,
    cancel: &CancelFlag,
    each: impl FnMut(&str, usize, Result<Vec<u8>, Fault>),
) -> Result<(), OpenError> {
    let mut budget = Budget::with_cancel(&request.limits, cancel.clone());
    let document = Document::open(bytes, request.password.as_deref(), &request.limits, &mut budget)?;
    stream_octets(&document, &borrowed(&request.contents), None, &mut budget, each)
}

impl Service {
    /// Gives back the bytes that a signature of the document covers.
    ///
    /// # Errors
    /// [`ServiceError`]; [`ServiceError::Revision`] where there are none to give.
    pub async fn revision(&self, caller: &Caller, asked: RevisionRequest) -> Result<RevisionAnswer, ServiceError> {
        if !caller.holds(Role::Validator) {
            return Err(ServiceError::Forbidden("role validator".to_owned()));
        }
        let RevisionRequest { document, password, contents, signature } = asked;
        let limits = self.parts.limits.clone();
        let request = RevisionsRequest { password, contents, limits, depth: Depth::Revisions };
        self.bench.run(move |cancel| answer(document, &request, signature.as_deref(), &cancel)).await?
    }
}

fn answer(
    mut bytes: Vec<u8>,
    request: &RevisionsRequest,
    named: Option<&str>,
    cancel: &CancelFlag,
) -> Result<RevisionAnswer, ServiceError> {
    let mut budget = Budget::with_cancel(&request.limits, cancel.clone());
    let document = Document::open(&bytes, request.password.as_deref(), &request.limits, &mut budget);
    let document = document.map_err(ServiceError::Document)?;
    let found = found(&document, request, &mut budget).map_err(ServiceError::Document)?;
    let one = chosen(&found.signed, named).map_err(ServiceError::Revision)?;
    let (signature, document_sha256) = (one.id.clone(), found.signed.sha256.clone());
    if one.xml.is_none() {
        let size = revision_size(one).map_err(ServiceError::Revision)?;
        drop(document);
        bytes.truncate(size);
        return Ok(RevisionAnswer { signature, document_sha256, covered: Covered::Revision(bytes) });
    }
    let mut streams = Vec::new();
    let mut missing = None;
    let keep = |_: &str, number: usize, octets: Result<Vec<u8>, Fault>| match octets {
        Ok(octets) => streams.push(octets),
        Err(fault) => missing = missing.take().or(Some((number, fault))),
    };
    let contents = borrowed(&request.contents);
    // What was spent on all signatures is not asked of this one.
    let mut budget = Budget::with_cancel(&request.limits, cancel.clone());
    stream_octets(&document, &contents, Some(&signature), &mut budget, keep).map_err(ServiceError::Document)?;
    match missing {
        Some((_, Fault::Limit(exceeded))) => Err(ServiceError::Document(OpenError::Limit(exceeded))),
        Some((number, fault)) => Err(ServiceError::Revision(NoRevision::NoOctets(signature, number, fault))),
        None if streams.is_empty() => Err(ServiceError::Revision(NoRevision::Shapeless(signature))),
        None => Ok(RevisionAnswer { signature, document_sha256, covered: Covered::Streams(streams) }),
    }
}

/// The signature that is meant.
fn chosen<'f>(found: &'f SignedRevisions, named: Option<&str>) -> Result<&'f SignedRevision, NoRevision> {
    let all = &found.signed;
    match named {
        Some(id) => all.iter().find(|one| one.id == id).ok_or(NoRevision::NoSuchSignature),
        None => {
            let mut signatures = all.iter().filter(|one| one.signed_by == SignedBy::Signature);
            // The only signature, whatever time-stamps follow it; without any, the only time-stamp.
            match (signatures.next(), signatures.next(), all.as_slice()) {
                (Some(only), None, _) | (None, None, [only]) => Ok(only),
                (None, None, []) => Err(NoRevision::NoSuchSignature),
                _ => Err(NoRevision::Several(all.iter().map(|one| one.id.clone()).collect())),
            }
        }
    }
}

/// The size of its revision.
fn revision_size(one: &SignedRevision) -> Result<usize, NoRevision> {
    let size = one.revision.as_ref().and_then(|revision| usize::try_from(revision.size).ok());
    size.ok_or_else(|| NoRevision::Unknown(one.id.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Coverage, MediaType, RevisionBytes};

    fn chosen(found: &SignedRevisions, named: Option<&str>) -> Result<(String, usize), NoRevision> {
        super::chosen(found, named).and_then(|one| Ok((one.id.clone(), revision_size(one)?)))
    }

    fn found(ids: &[(&str, Option<u64>)]) -> SignedRevisions {
        let one = |(id, size): &(&str, Option<u64>)| SignedRevision {
            id: (*id).to_owned(),
            signed_by: if id.starts_with('D') { SignedBy::DocumentTimestamp } else { SignedBy::Signature },
            field: None,
            byte_range: None,
            coverage: Coverage::WholeRevision,
            revision: size.map(|size| RevisionBytes { number: 1, size, sha256: String::new() }),
            xml: None,
        };
        SignedRevisions {
            media_type: MediaType::Pdf,
            size: 9,
            sha256: String::new(),
            revisions: 1,
            signed: ids.iter().map(one).collect(),
        }
    }

    #[test]
    fn the_only_signature_need_not_be_named() {
        let ok = |id: &str, size| Ok((id.to_owned(), size));
        let alone = found(&[("S1", Some(3)), ("D1", Some(5))]);
        assert_eq!(chosen(&alone, None), ok("S1", 3));
        assert_eq!(chosen(&alone, Some("D1")), ok("D1", 5));
        assert_eq!(chosen(&alone, Some("S2")), Err(NoRevision::NoSuchSignature));
        assert_eq!(chosen(&found(&[("D1", Some(5))]), None), ok("D1", 5));
        assert_eq!(chosen(&found(&[]), None), Err(NoRevision::NoSuchSignature));
        let several = found(&[("S1", Some(3)), ("D1", None), ("S2", None)]);
        let ids = ["S1", "D1", "S2"].map(str::to_owned).to_vec();
        assert_eq!(chosen(&several, None), Err(NoRevision::Several(ids)));
        assert_eq!(chosen(&several, Some("S2")), Err(NoRevision::Unknown("S2".to_owned())));
        let stamps = found(&[("D1", Some(1)), ("D2", Some(2))]);
        assert!(matches!(chosen(&stamps, None), Err(NoRevision::Several(_))));
    }
}
