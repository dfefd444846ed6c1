//! The last stage: what may be sent.

use super::addition::Place;
use crate::document::MediaType;
use crate::validation::Report;

/// A sealed document that our own validator passed.
#[derive(Debug)]
pub struct Released {
    bytes: Vec<u8>,
    original_size: usize,
    original_sha256: String,
    added: Added,
    report: Report,
}

/// What of the result is the seal.
#[derive(Clone, Copy, Debug)]
pub(super) enum Added {
    /// All behind the original.
    Appended,
    /// So many octets there.
    Xml { place: Place, length: usize },
}

impl Released {
    /// Only [`Sealed::release`](super::Sealed::release) makes one.
    pub(super) const fn new(
        bytes: Vec<u8>,
        original_size: usize,
        original_sha256: String,
        added: Added,
        report: Report,
    ) -> Self {
        Self { bytes, original_size, original_sha256, added, report }
    }

    /// The sealed document; of a detached seal the signature document.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What was added to the original: with both, [`sealed_again`](super::sealed_again) makes these bytes anew. Nothing
    /// of the original is in it.
    #[must_use]
    pub fn addition(&self) -> Vec<u8> {
        match self.added {
            Added::Appended => self.bytes.get(self.original_size..).unwrap_or_default().to_vec(),
            // The release saw the original at this place.
            Added::Xml { place, length } => place.addition(&place.seal(&self.bytes, length).unwrap_or_default()),
        }
    }

    /// The sealed document, to send.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// What kind of document it is.
    #[must_use]
    pub const fn media_type(&self) -> MediaType {
        self.report.document.media_type
    }

    /// Bytes of the original.
    #[must_use]
    pub const fn original_size(&self) -> usize {
        self.original_size
    }

    /// SHA-256 of the original, lowercase hex.
    #[must_use]
    pub fn original_sha256(&self) -> &str {
        &self.original_sha256
    }

    /// SHA-256 of the sealed document, lowercase hex.
    #[must_use]
    pub fn sha256(&self) -> &str {
        &self.report.document.sha256
    }

    /// What our validator said of the sealed document.
    #[must_use]
    pub const fn report(&self) -> &Report {
        &self.report
    }
}
