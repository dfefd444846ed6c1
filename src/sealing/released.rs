//! The last stage: what may be sent.

use crate::validation::Report;

/// A sealed document that our own validator passed.
#[derive(Debug)]
pub struct Released {
    bytes: Vec<u8>,
    original_size: usize,
    original_sha256: String,
    report: Report,
}

impl Released {
    /// Only [`Sealed::release`](super::Sealed::release) makes one.
    pub(super) const fn new(bytes: Vec<u8>, original_size: usize, original_sha256: String, report: Report) -> Self {
        Self { bytes, original_size, original_sha256, report }
    }

    /// The sealed document.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What was appended to the original.
    #[must_use]
    pub fn appended(&self) -> &[u8] {
        self.bytes.get(self.original_size..).unwrap_or_default()
    }

    /// The sealed document, to send.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
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
