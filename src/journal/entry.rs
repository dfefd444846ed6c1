//! What a record says.

use crate::time::Timestamp;
use crate::validation::PolicyReference;

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// A document was validated.
    Validation,
    /// A document was sealed.
    Seal,
}

impl Act {
    /// The name in records.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Validation => "validation",
            Self::Seal => "seal",
        }
    }
}

/// One act, before it is tied into the chain.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The identifier of the report or of the seal.
    pub id: String,
    /// When it was done.
    pub time: Timestamp,
    /// What was done.
    pub act: Act,
    /// Who asked: the name of the caller in the configuration.
    pub caller: String,
    /// SHA-256 of the document as it was received, lowercase hex.
    pub document_sha256: String,
    /// Bytes of the document as it was received.
    pub document_size: u64,
    /// SHA-256 of the document as it was given back; for a seal.
    pub result_sha256: Option<String>,
    /// The profile; for a seal.
    pub profile: Option<String>,
    /// The policy that was applied; for a seal, the one that the result passed.
    pub policy: PolicyReference,
    /// The verdict on the document; for a seal, on our own seal.
    pub verdict: &'static str,
    /// SHA-256 of the certificate of the seal.
    pub certificate_sha256: Option<String>,
}
