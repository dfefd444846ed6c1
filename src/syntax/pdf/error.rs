//! Why a file or an object of it could not be read.

use std::fmt;

use super::ObjectId;
use crate::limits::LimitExceeded;

/// Why a file could not be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PdfError {
    /// The bytes hold neither a header nor a single object: this is no PDF.
    NotPdf,
    /// The bytes are a PDF that no repair makes readable.
    Malformed {
        /// What is wrong.
        what: Malformation,
        /// Bytes from the start of the file, where one place is to blame.
        offset: Option<u64>,
    },
    /// The file is encrypted and could not be decrypted.
    Encrypted(EncryptedReason),
    /// A limit was reached.
    Limit(LimitExceeded),
}

/// Why one object could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ObjectError {
    /// The object, or something that is needed to read it, is malformed.
    Malformed {
        /// What is wrong.
        what: Malformation,
        /// Bytes from the start of the file, where one place is to blame.
        offset: Option<u64>,
        /// The object at fault, where known.
        object: Option<ObjectId>,
    },
    /// References lead in a circle, or through more references than the nesting limit allows.
    Circular {
        /// An object of the circle.
        object: ObjectId,
    },
    /// A stream names a filter that is not decoded here: an image codec or an unknown one.
    UnsupportedFilter {
        /// The object whose stream it is.
        object: ObjectId,
    },
    /// A limit was reached.
    Limit(LimitExceeded),
}

/// What can be wrong with a file or an object beyond repair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Malformation {
    /// No trailer names a catalog and none was found (ISO 32000-2 §7.7.2).
    NoCatalog,
    /// An object has to be a dictionary and is none.
    NotADictionary,
    /// One object holds more values than any real one.
    TooManyValues,
    /// A filter's parameters or its whole input are unusable (§7.4).
    StreamData,
    /// An object stream cannot be read (§7.5.7).
    ObjectStream,
}

/// Why an encrypted file could not be decrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EncryptedReason {
    /// No password was given and the empty user password is not right.
    PasswordNeeded,
    /// The given password is neither the user's nor the owner's.
    WrongPassword,
    /// The file is encrypted for certificates (§7.6.5).
    PublicKeyHandler,
    /// Another security handler than the standard one.
    UnknownHandler,
    /// A version, revision or crypt filter method that is not known.
    UnknownVersion,
    /// The encryption dictionary lacks an entry or has one of the wrong type or size.
    MalformedDictionary,
}

impl Malformation {
    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NoCatalog => "no-catalog",
            Self::NotADictionary => "not-a-dictionary",
            Self::TooManyValues => "too-many-values",
            Self::StreamData => "stream-data",
            Self::ObjectStream => "object-stream",
        }
    }
}

impl EncryptedReason {
    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::PasswordNeeded => "password-needed",
            Self::WrongPassword => "wrong-password",
            Self::PublicKeyHandler => "public-key-handler",
            Self::UnknownHandler => "unknown-handler",
            Self::UnknownVersion => "unknown-version",
            Self::MalformedDictionary => "malformed-dictionary",
        }
    }
}

impl From<LimitExceeded> for PdfError {
    fn from(error: LimitExceeded) -> Self {
        Self::Limit(error)
    }
}

impl From<LimitExceeded> for ObjectError {
    fn from(error: LimitExceeded) -> Self {
        Self::Limit(error)
    }
}

impl fmt::Display for PdfError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotPdf => f.write_str("no PDF"),
            Self::Malformed { what, offset: Some(offset) } => write!(f, "{} at offset {offset}", what.name()),
            Self::Malformed { what, offset: None } => f.write_str(what.name()),
            Self::Encrypted(reason) => write!(f, "encrypted: {}", reason.name()),
            Self::Limit(error) => error.fmt(f),
        }
    }
}

impl fmt::Display for ObjectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed { what, offset, object } => {
                f.write_str(what.name())?;
                if let Some(object) = object {
                    write!(f, " in object {object}")?;
                }
                offset.map_or(Ok(()), |offset| write!(f, " at offset {offset}"))
            }
            Self::Circular { object } => write!(f, "circular reference through object {object}"),
            Self::UnsupportedFilter { object } => write!(f, "unsupported filter in object {object}"),
            Self::Limit(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for PdfError {}

impl std::error::Error for ObjectError {}
