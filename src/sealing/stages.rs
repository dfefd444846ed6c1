//! The stages of a seal.

use std::fmt;
use std::sync::Arc;

use super::{SealIdentity, SealProfile};
use crate::document::OpenError;
use crate::limits::{Budget, CancelFlag, LimitExceeded, Limits};
use crate::time::Timestamp;
use crate::trust::TrustStore;
use crate::validation::{CheckId, Moment, Policy, Report};

/// Under what a document and its seal are judged.
#[derive(Clone, Debug)]
pub struct Terms {
    /// What is demanded.
    pub policy: Arc<Policy>,
    /// What is believed.
    pub trust: Arc<TrustStore>,
    /// For which time, and when.
    pub moment: Moment,
    /// What it may cost.
    pub limits: Limits,
    /// Ends the work from outside.
    pub cancel: CancelFlag,
}

/// A document as it came, opened and judged.
#[derive(Debug)]
pub struct Original {
    bytes: Vec<u8>,
    report: Report,
}

/// A document with the update appended and a hole for the value.
#[derive(Debug)]
pub struct Prepared {
    bytes: Vec<u8>,
}

/// A sealed document that nobody has checked yet.
#[derive(Debug)]
pub struct Sealed {
    bytes: Vec<u8>,
}

/// A sealed document that our own validator passed.
#[derive(Debug)]
pub struct Released {
    bytes: Vec<u8>,
    original_size: usize,
    original_sha256: String,
    report: Report,
}

/// Why a document cannot be sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SealError {
    /// It cannot be read.
    Open(OpenError),
    /// It can be read, but nothing can be appended to it honestly: why, and where.
    NotAppendable {
        /// A stable name: `repaired`, `junk-before-header`, `encrypted`, `hybrid`, `trailing-data`, …
        cause: &'static str,
        /// Bytes from the start of the file.
        offset: Option<u64>,
    },
    /// A certification or a lock forbids it: which.
    Forbidden {
        /// `certification` or `lock`.
        by: &'static str,
    },
    /// The profile does not fit the document: the field or page that it names is not there or not free.
    Place {
        /// A stable name: `no-such-field`, `field-not-empty`, `no-such-page`, …
        cause: &'static str,
    },
    /// The value or CMS that was given does not fit what was prepared.
    Value {
        /// A stable name.
        cause: &'static str,
    },
    /// A limit was reached.
    Limit(LimitExceeded),
}

/// Why a seal is not released.
#[derive(Debug)]
pub struct NotReleased {
    /// A stable name: `own-signature`, `coverage`, `earlier-signature`, `prefix`, `unreadable`.
    pub cause: &'static str,
    /// What our validator said, where it said something.
    pub report: Option<Box<Report>>,
}

/// Why our own certificate cannot seal now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignerUnfit {
    /// The check that decided.
    pub check: Option<CheckId>,
}

impl fmt::Display for SealError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

impl std::error::Error for SealError {}

/// Validates our own certificate, as a signer's, under `terms`.
///
/// # Errors
/// [`SignerUnfit`] where it does not pass.
pub fn check_signer(_identity: &SealIdentity, _terms: &Terms) -> Result<(), SignerUnfit> {
    Err(SignerUnfit { check: None })
}

impl Original {
    /// Opens and judges a document as it came.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn judge(bytes: Vec<u8>, terms: &Terms) -> Result<Self, OpenError> {
        let _ = (bytes, Budget::with_cancel(&terms.limits, terms.cancel.clone()));
        Err(OpenError::UnsupportedFormat)
    }

    /// What was said of it.
    #[must_use]
    pub const fn report(&self) -> &Report {
        &self.report
    }

    /// Appends the update and fixes the attributes. `claimed_signing_time` stands in M of the signature dictionary.
    ///
    /// # Errors
    /// Where the document cannot or may not be sealed.
    pub fn prepare(
        self,
        identity: &SealIdentity,
        profile: &SealProfile,
        claimed_signing_time: Timestamp,
        terms: &Terms,
    ) -> Result<Prepared, SealError> {
        let _ = (identity, profile, claimed_signing_time, terms);
        Ok(Prepared { bytes: self.bytes })
    }
}

impl Prepared {
    /// The attributes that are signed, as the DER of their SET (RFC 5652 §5.4).
    #[must_use]
    pub fn signed_attributes(&self) -> &[u8] {
        &[]
    }

    /// Puts the value of the signature in its place.
    ///
    /// # Errors
    /// Where it does not fit what was prepared.
    pub fn embed_value(self, signature: &[u8]) -> Result<Sealed, SealError> {
        let _ = signature;
        Ok(Sealed { bytes: self.bytes })
    }
}

impl Sealed {
    /// Has our own validator judge the result under `terms`.
    ///
    /// # Errors
    /// Where it does not pass; then nothing may leave.
    pub fn release(self, terms: &Terms) -> Result<Released, NotReleased> {
        let _ = (self.bytes, terms);
        Err(NotReleased { cause: "unreadable", report: None })
    }
}

impl Released {
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
