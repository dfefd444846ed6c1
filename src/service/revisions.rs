//! The use case "what was signed": the revisions that the signatures of a document cover, and what came after them.
//!
//! Nothing is judged and nothing leaves that the caller did not bring: a revision is the beginning of his own document.
//! So there is no record in the journal, which records verdicts and seals.

use super::{Caller, Role, Service, ServiceError};
use crate::document::{Differences, Document, OpenError, SignedBy, SignedRevisions};
use crate::document::{revision_differences, signed_revisions};
use crate::limits::{Budget, CancelFlag, Limits};

/// What is asked, the document apart.
#[derive(Debug)]
pub struct RevisionsRequest {
    /// Opens an encrypted PDF; without one the empty user password is tried. What is given back stays encrypted.
    pub password: Option<Vec<u8>>,
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
    /// The bytes that the signature covers.
    pub content: Vec<u8>,
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
}

/// Finds out what was signed. `cancel` ends it from outside.
///
/// # Errors
/// Where the document cannot be read, or a limit is reached before its signatures are known.
pub fn revisions(bytes: &[u8], request: &RevisionsRequest, cancel: &CancelFlag) -> Result<Revisions, OpenError> {
    let mut budget = Budget::with_cancel(&request.limits, cancel.clone());
    let document = Document::open(bytes, request.password.as_deref(), &request.limits, &mut budget)?;
    let found = match request.depth {
        Depth::Revisions => signed_revisions(&document, &mut budget).map(|signed| (signed, None)),
        Depth::Differences => {
            revision_differences(&document, &mut budget).map(|(signed, differences)| (signed, Some(differences)))
        }
    };
    let (signed, differences) = found?;
    Ok(Revisions { signed, differences })
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
        let RevisionRequest { mut document, password, signature } = asked;
        let request = RevisionsRequest { password, limits: self.parts.limits.clone(), depth: Depth::Revisions };
        let work = move |cancel| {
            let found = revisions(&document, &request, &cancel).map_err(ServiceError::Document)?;
            let (signature, size) = chosen(&found.signed, signature.as_deref()).map_err(ServiceError::Revision)?;
            document.truncate(size);
            Ok(RevisionAnswer { signature, document_sha256: found.signed.sha256, content: document })
        };
        self.bench.run(work).await?
    }
}

/// The signature that is meant, and the size of its revision.
fn chosen(found: &SignedRevisions, named: Option<&str>) -> Result<(String, usize), NoRevision> {
    let all = &found.signed;
    let one = match named {
        Some(id) => all.iter().find(|one| one.id == id).ok_or(NoRevision::NoSuchSignature)?,
        None => {
            let mut signatures = all.iter().filter(|one| one.signed_by == SignedBy::Signature);
            // The only signature, whatever time-stamps follow it; without any, the only time-stamp.
            match (signatures.next(), signatures.next(), all.as_slice()) {
                (Some(only), None, _) | (None, None, [only]) => only,
                (None, None, []) => return Err(NoRevision::NoSuchSignature),
                _ => return Err(NoRevision::Several(all.iter().map(|one| one.id.clone()).collect())),
            }
        }
    };
    let size = one.revision.as_ref().and_then(|revision| usize::try_from(revision.size).ok());
    size.map(|size| (one.id.clone(), size)).ok_or_else(|| NoRevision::Unknown(one.id.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Coverage, MediaType, RevisionBytes, SignedRevision};

    fn found(ids: &[(&str, Option<u64>)]) -> SignedRevisions {
        let one = |(id, size): &(&str, Option<u64>)| SignedRevision {
            id: (*id).to_owned(),
            signed_by: if id.starts_with('D') { SignedBy::DocumentTimestamp } else { SignedBy::Signature },
            field: None,
            byte_range: None,
            coverage: Coverage::WholeRevision,
            revision: size.map(|size| RevisionBytes { number: 1, size, sha256: String::new() }),
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
