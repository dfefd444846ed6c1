//! Opening: what kind of document it is, and what is where in it.

use std::borrow::Cow;
use std::fmt;

use crate::limits::{Budget, Limit, LimitExceeded, Limits};
use crate::syntax::pdf::{Pdf, PdfError};
use crate::syntax::xml;
use crate::syntax::xml::{Tree, XmlError};

/// A document whose structure is known. Borrows its bytes.
#[derive(Debug)]
pub struct Document<'a> {
    pub(super) opened: Opened<'a>,
    pub(super) limits: Limits,
}

/// What kind of document it is, with its structure.
#[derive(Debug)]
pub(super) enum Opened<'a> {
    /// A PDF.
    Pdf(Box<Pdf<'a>>),
    /// An XML document: its bytes and its tree.
    Xml(&'a [u8], Box<Tree<'a>>),
}

/// Why a document cannot be read: an answer of its own, not a verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OpenError {
    /// Neither PDF nor XML.
    NotADocument,
    /// A format that cannot be used for what is asked.
    UnsupportedFormat,
    /// A PDF whose structure cannot be made out; bytes from the start of the file, where it is known.
    MalformedPdf {
        /// Where.
        offset: Option<u64>,
    },
    /// XML that is not well formed, or not of its encoding; bytes from the start of the text, where it is known.
    MalformedXml {
        /// Where.
        offset: Option<u64>,
    },
    /// XML with a document type declaration, or with a reference to an entity that only such could declare.
    ForbiddenXml {
        /// Where, in bytes from the start of the text.
        offset: u64,
    },
    /// Encrypted, and the password does not open it, or by a handler that is not supported.
    Encrypted,
    /// A limit was reached before the structure was known.
    Limit(LimitExceeded),
}

impl OpenError {
    /// The code of the contract.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotADocument => "not-a-document",
            Self::UnsupportedFormat => "unsupported-format",
            Self::MalformedPdf { .. } => "malformed-pdf",
            Self::MalformedXml { .. } => "malformed-xml",
            Self::ForbiddenXml { .. } => "forbidden-xml",
            Self::Encrypted => "encrypted",
            Self::Limit(_) => "limit-exceeded",
        }
    }

    /// Where in the file, in bytes from its start.
    #[must_use]
    pub const fn offset(&self) -> Option<u64> {
        match self {
            Self::MalformedPdf { offset } | Self::MalformedXml { offset } => *offset,
            Self::ForbiddenXml { offset } => Some(*offset),
            _ => None,
        }
    }

    /// Which limit, and its number.
    #[must_use]
    pub const fn limit(&self) -> Option<(&'static str, u64)> {
        match self {
            Self::Limit(exceeded) => Some((exceeded.limit.name(), exceeded.maximum)),
            _ => None,
        }
    }
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())?;
        if let Some(offset) = self.offset() {
            write!(f, " at offset {offset}")?;
        }
        if let Some((limit, maximum)) = self.limit() {
            write!(f, ": {limit} ({maximum})")?;
        }
        Ok(())
    }
}

impl std::error::Error for OpenError {}

impl<'a> Document<'a> {
    /// The structure of a PDF; none of another document.
    #[must_use]
    pub fn pdf(&self) -> Option<&Pdf<'a>> {
        match &self.opened {
            Opened::Pdf(pdf) => Some(pdf),
            Opened::Xml(..) => None,
        }
    }

    /// The tree of an XML document; none of another document.
    #[must_use]
    pub fn xml(&self) -> Option<&Tree<'a>> {
        match &self.opened {
            Opened::Xml(_, tree) => Some(tree),
            Opened::Pdf(_) => None,
        }
    }

    /// Finds out what is where in `bytes`. `password` opens an encrypted PDF; without one the empty user password
    /// is tried.
    ///
    /// # Errors
    /// [`OpenError`] where the document cannot be read. What is wrong with a signature is no error.
    pub fn open(
        bytes: &'a [u8],
        password: Option<&[u8]>,
        limits: &Limits,
        budget: &mut Budget,
    ) -> Result<Self, OpenError> {
        let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        if size > limits.file_bytes {
            return Err(OpenError::Limit(LimitExceeded { limit: Limit::FileBytes, maximum: limits.file_bytes }));
        }
        match sniff(bytes) {
            Some(Kind::Pdf) => {
                let pdf = Pdf::open(bytes, password, limits, budget).map_err(|error| match error {
                    PdfError::NotPdf => OpenError::NotADocument,
                    PdfError::Encrypted(_) => OpenError::Encrypted,
                    PdfError::Limit(limit) => OpenError::Limit(limit),
                    PdfError::Malformed { offset, .. } => OpenError::MalformedPdf { offset },
                })?;
                Ok(Self { opened: Opened::Pdf(Box::new(pdf)), limits: limits.clone() })
            }
            Some(Kind::Xml) => {
                let tree = tree(bytes, budget).map_err(|error| match error {
                    XmlError::Limit(limit) => OpenError::Limit(limit),
                    XmlError::Forbidden { offset, .. } => OpenError::ForbiddenXml { offset },
                    XmlError::Malformed { offset, .. } => OpenError::MalformedXml { offset: Some(offset) },
                    XmlError::Encoding => OpenError::MalformedXml { offset: None },
                })?;
                Ok(Self { opened: Opened::Xml(bytes, Box::new(tree)), limits: limits.clone() })
            }
            None => Err(OpenError::NotADocument),
        }
    }
}

/// The tree borrows the bytes where they are the text; where the text had to be made, it keeps its own.
fn tree<'a>(bytes: &'a [u8], budget: &mut Budget) -> Result<Tree<'a>, XmlError> {
    match xml::decode(bytes)? {
        Cow::Borrowed(text) => Tree::parse(text, budget),
        Cow::Owned(text) => Tree::parse(&text, budget).map(Tree::into_owned),
    }
}

/// What the first KiB of a file looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `%PDF-` is in it.
    Pdf,
    /// It starts like XML, in UTF-8 or UTF-16.
    Xml,
}

/// Says what the first KiB of a file looks like.
#[must_use]
pub fn sniff(bytes: &[u8]) -> Option<Kind> {
    let head = bytes.get(..bytes.len().min(1024)).unwrap_or_default();
    if memchr::memmem::find(head, b"%PDF-").is_some() {
        return Some(Kind::Pdf);
    }
    let utf16 = head.starts_with(&[0xff, 0xfe]) || head.starts_with(&[0xfe, 0xff]);
    let text: Vec<u8> =
        if utf16 { head.iter().copied().filter(|octet| *octet != 0).skip(2).collect() } else { head.into() };
    let text = text.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(&text);
    let first = text.iter().position(|octet| !octet.is_ascii_whitespace())?;
    let second = first.checked_add(1)?;
    match (text.get(first), text.get(second)) {
        (Some(b'<'), Some(b'?' | b'!')) => Some(Kind::Xml),
        (Some(b'<'), Some(octet)) if octet.is_ascii_alphabetic() || *octet == b'_' || *octet >= 0x80 => {
            Some(Kind::Xml)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_told_by_the_first_kibibyte() {
        assert_eq!(sniff(b"%PDF-1.7"), Some(Kind::Pdf));
        assert_eq!(sniff(b"junk\n%PDF-1.7"), Some(Kind::Pdf));
        assert_eq!(sniff(b"\xef\xbb\xbf<?xml version='1.0'?>"), Some(Kind::Xml));
        assert_eq!(sniff(b"  <a/>"), Some(Kind::Xml));
        assert_eq!(sniff(b"\xff\xfe<\0a\0/\0>\0"), Some(Kind::Xml));
        assert_eq!(sniff(b"PK\x03\x04"), None);
        assert_eq!(sniff(b""), None);
        let mut late = vec![b' '; 2000];
        late.extend(b"%PDF-1.7");
        assert_eq!(sniff(&late), None);
    }
}
