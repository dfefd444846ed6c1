//! Why a document is not sealed, or a seal not released.

use std::fmt;

use crate::document::{OpenError, Restriction};
use crate::limits::LimitExceeded;
use crate::syntax::pdf::{ObjectError, UpdateError};
use crate::validation::{CheckId, Need, Report, Verdict};

/// Why a document cannot be sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SealError {
    /// It cannot be read.
    Open(OpenError),
    /// It can be read, but nothing can be appended to it honestly: why, and where.
    NotAppendable {
        /// A stable name: `repaired`, `junk-before-header`, `encrypted`, `hybrid`, `trailing-data`, `trailer`,
        /// `object-beyond-size`, `malformed-object`, `duplicate-key`, `object-numbers`, `offsets`, `byte-range-beyond-end`;
        /// of XML `empty-root`, `xml-version`, `relative-namespace`, `prefixes`, `identifier-taken`.
        cause: &'static str,
        /// Bytes from the start of the file; of XML, of its text.
        offset: Option<u64>,
    },
    /// A certification, a lock or another signature forbids it: which.
    Forbidden {
        /// `certification`, `lock`, or `unreadable` where what a signature permits cannot be read; of XML
        /// `earlier-signature`, where a signature covers the place of ours.
        by: &'static str,
    },
    /// The profile does not fit the document: the field or page that it names is not there or not free.
    Place {
        /// A stable name: `no-such-field`, `field-not-empty`, `field-ambiguous`, `field-not-indirect`,
        /// `field-has-lock`, `field-has-seed-values`, `several-widgets`, `field-name`, `field-name-taken`,
        /// `no-such-page`, `page-not-indirect`, `rectangle`, `text-not-in-font`, `text-too-long`.
        cause: &'static str,
    },
    /// The value or CMS that was given does not fit what was prepared.
    Value {
        /// A stable name: `size`, `signature`, `certificate`, `digest`, `malformed`, `format`, `timestamp`.
        cause: &'static str,
    },
    /// A limit was reached.
    Limit(LimitExceeded),
}

/// Why a seal is not released.
#[derive(Debug)]
pub struct NotReleased {
    /// A stable name: `own-signature`, `level`, `coverage`, `earlier-signature`, `prefix`, `unreadable`.
    pub cause: &'static str,
    /// What our validator said, where it said something.
    pub report: Option<Box<Report>>,
}

/// Why our own certificate cannot seal now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignerUnfit {
    /// The check that decided.
    pub check: Option<CheckId>,
    /// What was said of the certificate.
    pub verdict: Verdict,
    /// What would have to be at hand to say more.
    pub needs: Vec<Need>,
}

impl SealError {
    /// The code of the contract.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Open(error) => error.code(),
            Self::Limit(_) => "limit-exceeded",
            Self::NotAppendable { .. } | Self::Place { .. } => "not-appendable",
            Self::Forbidden { .. } => "signing-forbidden",
            Self::Value { .. } => "internal",
        }
    }

    /// Where in the file, in bytes from its start.
    #[must_use]
    pub const fn offset(&self) -> Option<u64> {
        match self {
            Self::Open(error) => error.offset(),
            Self::NotAppendable { offset, .. } => *offset,
            _ => None,
        }
    }
}

impl NotReleased {
    /// The code of the contract.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        "seal-not-released"
    }
}

impl From<UpdateError> for SealError {
    fn from(error: UpdateError) -> Self {
        match error {
            UpdateError::NotAppendable { cause, offset } => Self::NotAppendable { cause, offset },
            UpdateError::Object(error) => error.into(),
            UpdateError::Limit(limit) => Self::Limit(limit),
        }
    }
}

impl From<ObjectError> for SealError {
    fn from(error: ObjectError) -> Self {
        match error {
            ObjectError::Limit(limit) => Self::Limit(limit),
            ObjectError::Malformed { offset, .. } => Self::NotAppendable { cause: "malformed-object", offset },
            _ => Self::NotAppendable { cause: "malformed-object", offset: None },
        }
    }
}

impl From<LimitExceeded> for SealError {
    fn from(limit: LimitExceeded) -> Self {
        Self::Limit(limit)
    }
}

impl From<Restriction> for SealError {
    fn from(restriction: Restriction) -> Self {
        Self::Forbidden { by: restriction.name() }
    }
}

impl fmt::Display for SealError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open(error) => write!(f, "the document cannot be read: {error}"),
            Self::NotAppendable { cause, offset } => {
                let why = match *cause {
                    "repaired" => "its structure had to be repaired",
                    "junk-before-header" => "bytes stand before its header",
                    "encrypted" => "it is encrypted",
                    "hybrid" => "what would have to change is hidden from readers without cross-reference streams",
                    "trailing-data" => "data follow its end",
                    "trailer" => "its trailer cannot be carried on",
                    "object-beyond-size" => "its trailer hides objects from readers that believe its size",
                    "malformed-object" => "an object that would have to change is malformed",
                    "duplicate-key" => "a dictionary that would have to change has a key twice",
                    "object-numbers" => "no object number is left",
                    "offsets" => "it is too large for its cross-reference table",
                    "byte-range-beyond-end" => "a signature claims bytes behind its end",
                    "empty-root" => "its root element is empty, so that it has no end tag",
                    "xml-version" => "it is not XML 1.0, so that it has no canonical form",
                    "relative-namespace" => "a namespace has a relative name, so that it has no canonical form",
                    "prefixes" => "it declares too many prefixes",
                    "identifier-taken" => "it has the identifiers that the signature would have",
                    other => other,
                };
                write!(f, "nothing can be appended to the document: {why} ({cause})")?;
                offset.map_or(Ok(()), |offset| write!(f, ", at offset {offset}"))
            }
            Self::Forbidden { by } => match *by {
                "certification" => f.write_str("the document is certified and permits no changes (certification)"),
                "lock" => f.write_str("a signature of the document locks the field or all changes (lock)"),
                "earlier-signature" => {
                    f.write_str("a signature of the document covers the place of a further one (earlier-signature)")
                }
                _ => write!(f, "what a signature of the document permits cannot be read ({by})"),
            },
            Self::Place { cause } => {
                let why = match *cause {
                    "no-such-field" => "there is no signature field of that name",
                    "field-not-empty" => "the field is signed already",
                    "field-ambiguous" => "several fields have that name",
                    "field-not-indirect" => "the field is no object of its own",
                    "field-has-lock" => "the field has a lock, which is not supported",
                    "field-has-seed-values" => "the field demands more of its signature, which is not supported",
                    "several-widgets" => "the field is shown in several places",
                    "field-name" => "the name is empty or has a full stop in it",
                    "field-name-taken" => "a field of that name is there already",
                    "no-such-page" => "there is no such page",
                    "page-not-indirect" => "the page is no object of its own",
                    "rectangle" => "the rectangle is empty or no rectangle",
                    "text-not-in-font" => "the text has characters that WinAnsiEncoding does not have",
                    "text-too-long" => "the text does not fit into the rectangle",
                    other => other,
                };
                write!(f, "the document has no place for the seal: {why} ({cause})")
            }
            Self::Value { cause } => {
                let why = match *cause {
                    "size" => "it does not fit into the space that was left",
                    "signature" => "it does not verify with the key of the certificate",
                    "certificate" => "it is not of our certificate",
                    "digest" => "it is not over this document",
                    "format" => "it is not of the form that the document wants",
                    _ => "it is malformed",
                };
                write!(f, "the signature that was made cannot be used: {why} ({cause})")
            }
            Self::Limit(limit) => limit.fmt(f),
        }
    }
}

impl std::error::Error for SealError {}

impl fmt::Display for NotReleased {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let why = match self.cause {
            "own-signature" => "our own signature does not pass",
            "coverage" => "our own signature does not cover the whole document",
            "earlier-signature" => "an earlier signature or time-stamp is worse than before",
            "prefix" => "the original is not in the result as it was",
            "unreadable" => "the result cannot be read",
            other => other,
        };
        write!(f, "the seal is not released: {why} ({})", self.cause)
    }
}

impl std::error::Error for NotReleased {}

impl fmt::Display for SignerUnfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "our certificate cannot seal now: {}", self.check.map_or("unknown", CheckId::name))
    }
}

impl std::error::Error for SignerUnfit {}
