//! The words for what a signature covers and what came after it.

use std::sync::Arc;

/// What kind of document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MediaType {
    /// `application/pdf`.
    Pdf,
    /// `application/xml`.
    Xml,
}

impl MediaType {
    /// The media type as it is written.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Xml => "application/xml",
        }
    }
}

/// The document itself, and what is odd about the file.
#[derive(Clone, Debug)]
pub struct DocumentFacts {
    /// What kind.
    pub media_type: MediaType,
    /// Bytes.
    pub size: u64,
    /// SHA-256 of all bytes, lowercase hex.
    pub sha256: String,
    /// Repairs and oddities, in file order.
    pub findings: Vec<DocumentFinding>,
}

/// One repair or oddity of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentFinding {
    /// A stable code; the language files have a sentence for each.
    pub code: &'static str,
    /// Bytes from the start of the file.
    pub offset: Option<u64>,
    /// The object as `12 0`.
    pub object: Option<String>,
}

/// A PDF byte range: offset and length of what stands before the gap, and of what stands after it, in bytes.
pub type ByteRange = [u64; 4];

/// How much of the document a signature covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coverage {
    /// All of it.
    WholeDocument,
    /// All of one revision; later ones follow.
    WholeRevision,
    /// Some of it.
    Partial,
    /// Nothing that could be told.
    None,
}

impl Coverage {
    /// The name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::WholeDocument => "whole-document",
            Self::WholeRevision => "whole-revision",
            Self::Partial => "partial",
            Self::None => "none",
        }
    }
}

/// The strongest change after a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChangesLevel {
    /// Nothing was changed.
    None,
    /// Long-term validation data were added.
    Ltv,
    /// A signature was added.
    Signature,
    /// Metadata or document information were changed.
    Metadata,
    /// A form was filled in.
    FormFilling,
    /// Annotations were changed.
    Annotation,
    /// Something that nothing permits was changed.
    Forbidden,
    /// There are changes that have not been analysed.
    Unknown,
}

impl ChangesLevel {
    /// The name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Ltv => "ltv",
            Self::Signature => "signature",
            Self::Metadata => "metadata",
            Self::FormFilling => "form-filling",
            Self::Annotation => "annotation",
            Self::Forbidden => "forbidden",
            Self::Unknown => "unknown",
        }
    }
}

/// What happened to the document after a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changes {
    /// The strongest change.
    pub level: ChangesLevel,
    /// Whether all of them are permitted. Never true where something has not been analysed.
    pub permitted: bool,
    /// How many revisions follow the signed one.
    pub later_revisions: u64,
    /// How many bytes follow the last revision (white space and NUL not counted).
    pub trailing_bytes: u64,
    /// One by one.
    pub findings: Vec<ChangeFinding>,
}

impl Changes {
    /// Whether a change was made that is known not to be permitted.
    #[must_use]
    pub fn has_violation(&self) -> bool {
        self.findings.iter().any(|finding| !finding.permitted && finding.kind != NOT_ANALYSED)
    }

    /// Whether something could not be analysed.
    #[must_use]
    pub fn has_unknown(&self) -> bool {
        self.level == ChangesLevel::Unknown || self.findings.iter().any(|finding| finding.kind == NOT_ANALYSED)
    }
}

/// The kind of what could not be analysed.
pub(crate) const NOT_ANALYSED: &str = "not-analysed";

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeFinding {
    /// The number of the revision that made it, from 1.
    pub revision: u64,
    /// The object as `12 0`.
    pub object: Option<Arc<str>>,
    /// Where: a path from the document catalog, or the name of a place in the file. Every signature before the change
    /// names it, so it is shared.
    pub path: Arc<str>,
    /// What kind of change.
    pub kind: &'static str,
    /// Whether it is permitted.
    pub permitted: bool,
    /// The page, from 1, where it is seen on one.
    pub page: Option<u64>,
    /// A stable code; the language files have a sentence for each.
    pub code: &'static str,
}

/// Which fields a signature locks (ISO 32000-2 §12.7.5.5, table 236).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldLock {
    /// Which.
    pub action: FieldLockAction,
    /// Full names of fields.
    pub fields: Vec<String>,
    /// The permission that it adds: 1, 2 or 3.
    pub doc_mdp: Option<u8>,
}

/// How a lock names its fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldLockAction {
    /// All fields.
    All,
    /// Those named.
    Include,
    /// All but those named.
    Exclude,
}

impl FieldLockAction {
    /// The name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Include => "include",
            Self::Exclude => "exclude",
        }
    }
}
