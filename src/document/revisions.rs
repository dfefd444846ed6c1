//! The signed revisions of a PDF (of an XML document see [`super::streams`]): which bytes each signature covers, and what later revisions changed.
//!
//! A revision is given back as it was signed: the bytes from the start of the file to the end of the byte range, with the
//! hole and what stands in it, as a person would have opened it then (ISO 32000-2 §7.5.6, §12.8.1). Nothing is decrypted
//! or written anew. Nothing is judged: that a revision can be given back does not say that its signature is good.

use super::examination::found_signatures;
use super::facts::{ByteRange, Coverage, MediaType};
use super::open::{Document, OpenError};
use super::pades;
use super::pades::Differences;
use super::signature::{Signature, SubFilter};
use super::streams::SignedXml;
use crate::crypto::{DigestAlgorithm, DigestState};
use crate::limits::{Budget, LimitExceeded};
use crate::syntax::pdf::Pdf;

/// What is signed in a document.
#[derive(Debug)]
pub struct SignedRevisions {
    /// What kind of document.
    pub media_type: MediaType,
    /// Bytes of the document.
    pub size: u64,
    /// SHA-256 of all bytes, lowercase hex.
    pub sha256: String,
    /// How many revisions it has; an XML document has one.
    pub revisions: u64,
    /// What each signature and each document time-stamp covers, in file order.
    pub signed: Vec<SignedRevision>,
}

/// What one signature covers.
#[derive(Clone, Debug)]
pub struct SignedRevision {
    /// The id, as in the report: `S1` …, of a document time-stamp `D1` ….
    pub id: String,
    /// Whose revision it is.
    pub signed_by: SignedBy,
    /// The full name of the field.
    pub field: Option<String>,
    /// The byte range, where it has the right form.
    pub byte_range: Option<ByteRange>,
    /// How much of the document the byte range covers.
    pub coverage: Coverage,
    /// The revision; none where the byte range breaks a rule, so that nobody can say what was signed.
    pub revision: Option<RevisionBytes>,
    /// What an XML signature covers, which has neither byte range nor revision.
    pub xml: Option<SignedXml>,
}

/// What covers a revision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignedBy {
    /// A signature or a seal.
    Signature,
    /// A signature over the value of another one, in its unsigned properties.
    CounterSignature,
    /// A document time-stamp.
    DocumentTimestamp,
}

impl SignedBy {
    /// The name in answers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Signature => "signature",
            Self::CounterSignature => "counter-signature",
            Self::DocumentTimestamp => "document-timestamp",
        }
    }
}

/// The bytes of a revision: those from the start of the document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevisionBytes {
    /// The number of the revision, from 1.
    pub number: u64,
    /// How many bytes.
    pub size: u64,
    /// SHA-256 over them, lowercase hex.
    pub sha256: String,
}

impl RevisionBytes {
    /// Its bytes, out of those of the document.
    #[must_use]
    pub fn of<'d>(&self, document: &'d [u8]) -> Option<&'d [u8]> {
        document.get(..usize::try_from(self.size).ok()?)
    }
}

/// Finds out what is signed.
///
/// # Errors
/// [`OpenError::UnsupportedFormat`] of another document than a PDF, [`OpenError::Limit`] where a limit is reached before
/// all signatures are found.
pub fn signed_revisions(document: &Document<'_>, budget: &mut Budget) -> Result<SignedRevisions, OpenError> {
    let pdf = document.pdf().ok_or(OpenError::UnsupportedFormat)?;
    let signatures = found_signatures(pdf, &document.limits, budget).map_err(OpenError::Limit)?;
    list(pdf, &signatures, budget).map_err(OpenError::Limit)
}

/// Finds out what is signed, and what came after the first signature.
///
/// # Errors
/// As [`signed_revisions`]. What could not be compared is said by [`Differences::complete`].
pub fn revision_differences(
    document: &Document<'_>,
    budget: &mut Budget,
) -> Result<(SignedRevisions, Differences), OpenError> {
    let pdf = document.pdf().ok_or(OpenError::UnsupportedFormat)?;
    let signatures = found_signatures(pdf, &document.limits, budget).map_err(OpenError::Limit)?;
    let revisions = list(pdf, &signatures, budget).map_err(OpenError::Limit)?;
    Ok((revisions, pades::differences(pdf, &signatures, budget)))
}

fn list(pdf: &Pdf<'_>, signatures: &[Signature], budget: &mut Budget) -> Result<SignedRevisions, LimitExceeded> {
    let bytes = pdf.bytes();
    budget.spend(number(bytes.len()) >> 10)?;
    let end = |signature: &Signature| {
        let [_, _, after, tail] = signature.byte_range.filter(|_| signature.revision.is_some())?;
        Some(after.saturating_add(tail))
    };
    let (prefixes, sha256) = prefixes(bytes, signatures.iter().filter_map(end).collect());
    let signed = signatures
        .iter()
        .map(|signature| {
            let of = |size: u64| {
                let (_, sha256) = prefixes.iter().find(|(end, _)| *end == size)?;
                Some(RevisionBytes { number: number(signature.revision?), size, sha256: sha256.clone() })
            };
            SignedRevision {
                id: signature.id.clone(),
                signed_by: match signature.sub_filter {
                    SubFilter::Rfc3161 => SignedBy::DocumentTimestamp,
                    _ => SignedBy::Signature,
                },
                field: signature.field.clone(),
                byte_range: signature.byte_range,
                coverage: signature.coverage,
                revision: end(signature).and_then(of),
                xml: None,
            }
        })
        .collect();
    Ok(SignedRevisions {
        media_type: MediaType::Pdf,
        size: number(bytes.len()),
        sha256,
        revisions: number(pdf.revisions().len()),
        signed,
    })
}

/// SHA-256 of the bytes up to each of `ends`, and of all: one reading.
fn prefixes(bytes: &[u8], mut ends: Vec<u64>) -> (Vec<(u64, String)>, String) {
    ends.sort_unstable();
    ends.dedup();
    let mut state = DigestState::new(DigestAlgorithm::Sha256);
    let mut position = 0_usize;
    let mut found = Vec::with_capacity(ends.len());
    for end in ends {
        let Some(next) = usize::try_from(end).ok().and_then(|end| bytes.get(position..end)) else { continue };
        state.update(next);
        position = position.saturating_add(next.len());
        found.push((end, state.clone().finish().to_string()));
    }
    state.update(bytes.get(position..).unwrap_or_default());
    (found, state.finish().to_string())
}

fn number(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::digest;

    #[test]
    fn prefixes_are_digested_in_one_reading() {
        let bytes: Vec<u8> = (0..=255).collect();
        let sha256 = |bytes: &[u8]| digest(DigestAlgorithm::Sha256, bytes).to_string();
        let (found, all) = prefixes(&bytes, vec![200, 10, 200, 300, 256, 0]);
        let expected: Vec<_> = [0, 10, 200, 256].map(|end| (end as u64, sha256(&bytes[..end]))).into();
        assert_eq!(found, expected, "what lies behind the end is none");
        assert_eq!(all, sha256(&bytes));
    }
}
