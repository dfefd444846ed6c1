//! Why a bundle is refused.

use std::fmt;

/// Why a bundle is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BundleError {
    /// It does not begin as a bundle does.
    NotABundle,
    /// It is of a version that this program does not know: which.
    UnknownVersion(String),
    /// It is larger than bundles may be: bytes.
    TooLarge {
        /// How many it may have.
        maximum: u64,
    },
    /// A list has more members than lists of a bundle may have.
    TooMany {
        /// Which.
        list: &'static str,
        /// How many it may have.
        maximum: usize,
    },
    /// Its values are nested deeper than those of a bundle.
    TooDeep,
    /// Its digest is another one than it states: it was cut off, changed, or formatted anew.
    Damaged,
    /// It is whole, and not of the form: where, and what the parser says.
    Form {
        /// The line of the file, from 1.
        line: usize,
        /// What is wrong.
        cause: String,
    },
    /// A member whose value is not of its form, or contradicts another one.
    Value {
        /// Which.
        member: &'static str,
    },
    /// An object that cannot be parsed.
    Object {
        /// In which list.
        list: &'static str,
        /// Which one, from 1.
        number: usize,
    },
    /// The policy cannot be used: why.
    Policy(String),
    /// The document is another one than the bundle is about.
    OtherDocument {
        /// SHA-256 of the document that it is about, lowercase hex.
        sha256: String,
    },
}

impl BundleError {
    /// A stable name.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotABundle => "not-a-bundle",
            Self::UnknownVersion(_) => "unknown-version",
            Self::TooLarge { .. } => "too-large",
            Self::TooMany { .. } => "too-many",
            Self::TooDeep => "too-deep",
            Self::Damaged => "damaged",
            Self::Form { .. } => "form",
            Self::Value { .. } => "value",
            Self::Object { .. } => "object",
            Self::Policy(_) => "policy",
            Self::OtherDocument { .. } => "other-document",
        }
    }
}

impl fmt::Display for BundleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotABundle => f.write_str("it is no evidence bundle"),
            Self::UnknownVersion(version) => write!(f, "version {version} is not known"),
            Self::TooLarge { maximum } => write!(f, "it has more than {maximum} bytes"),
            Self::TooMany { list, maximum } => write!(f, "{list} has more than {maximum} members"),
            Self::TooDeep => f.write_str("its values are nested too deep"),
            Self::Damaged => f.write_str("its SHA-256 is another one than it states"),
            Self::Form { line, cause } => write!(f, "line {line}: {cause}"),
            Self::Value { member } => write!(f, "{member} is wrong"),
            Self::Object { list, number } => write!(f, "{list}: object {number} cannot be parsed"),
            Self::Policy(cause) => write!(f, "its policy cannot be used: {cause}"),
            Self::OtherDocument { sha256 } => write!(f, "it is about the document with SHA-256 {sha256}"),
        }
    }
}

impl std::error::Error for BundleError {}
