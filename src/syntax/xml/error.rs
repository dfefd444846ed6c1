//! Why a document could not be read as XML.

use std::fmt;

use crate::limits::LimitExceeded;

/// Why a document could not be read. Offsets are bytes from the start of the text as decoded, which for UTF-8 are the
/// bytes of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum XmlError {
    /// The bytes are not of the encoding that they say they are, or of one that is not read here.
    Encoding,
    /// The document is not well formed.
    Malformed {
        /// What is wrong.
        what: Malformation,
        /// Where.
        offset: u64,
    },
    /// The document has something that is refused whatever it holds.
    Forbidden {
        /// What.
        what: Forbidden,
        /// Where.
        offset: u64,
    },
    /// A limit was reached.
    Limit(LimitExceeded),
}

/// What can be wrong with a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Malformation {
    /// A character that XML does not allow (§2.2), also by reference.
    Character,
    /// The XML declaration is not as §2.8 says, or does not stand at the start.
    Declaration,
    /// A name is missing or has a character that names cannot have (§2.3), or a second colon.
    Name,
    /// A tag is not as §3.1 says.
    Tag,
    /// An attribute is not as §3.1 says: no value, no quotes, no white space before it, `<` in it.
    Attribute,
    /// An attribute stands twice, also under two prefixes of one namespace.
    DuplicateAttribute,
    /// An end tag does not fit its start tag.
    Unbalanced,
    /// The document ends before its elements do, or has no element at all.
    Truncated,
    /// Something other than comments, processing instructions and white space stands outside the one element.
    OutsideRoot,
    /// `]]>` in character data (§2.4).
    CdataEnd,
    /// `--` in a comment (§2.5).
    Comment,
    /// A processing instruction is not as §2.6 says.
    ProcessingInstruction,
    /// A reference is not as §4.1 says.
    Reference,
    /// A prefix is used that is bound to nothing (Namespaces §5).
    UnboundPrefix,
    /// A namespace declaration binds what must not be bound (Namespaces §3).
    NamespaceDeclaration,
}

/// What is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Forbidden {
    /// A document type declaration.
    DocumentType,
    /// A reference to an entity that only a document type could declare.
    Entity,
}

impl Malformation {
    /// What is wrong, in a few words.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Character => "a character that XML does not allow",
            Self::Declaration => "the XML declaration",
            Self::Name => "a name",
            Self::Tag => "a tag",
            Self::Attribute => "an attribute",
            Self::DuplicateAttribute => "an attribute that stands twice",
            Self::Unbalanced => "an end tag that does not fit",
            Self::Truncated => "the end comes too early",
            Self::OutsideRoot => "something outside the root element",
            Self::CdataEnd => "]]> in character data",
            Self::Comment => "a comment",
            Self::ProcessingInstruction => "a processing instruction",
            Self::Reference => "a reference",
            Self::UnboundPrefix => "a prefix that is not declared",
            Self::NamespaceDeclaration => "a namespace declaration",
        }
    }
}

impl fmt::Display for XmlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Encoding => f.write_str("not text in the encoding that it declares"),
            Self::Malformed { what, offset } => write!(f, "malformed at byte {offset}: {}", what.text()),
            Self::Forbidden { what: Forbidden::DocumentType, offset } => {
                write!(f, "document type declaration at byte {offset}")
            }
            Self::Forbidden { what: Forbidden::Entity, offset } => {
                write!(f, "reference to a declared entity at byte {offset}")
            }
            Self::Limit(exceeded) => exceeded.fmt(f),
        }
    }
}

impl std::error::Error for XmlError {}

impl From<LimitExceeded> for XmlError {
    fn from(exceeded: LimitExceeded) -> Self {
        Self::Limit(exceeded)
    }
}

/// A malformation at a place of the text.
pub(super) fn malformed(what: Malformation, offset: usize) -> XmlError {
    XmlError::Malformed { what, offset: u64::try_from(offset).unwrap_or(u64::MAX) }
}

/// Something refused at a place of the text.
pub(super) fn forbidden(what: Forbidden, offset: usize) -> XmlError {
    XmlError::Forbidden { what, offset: u64::try_from(offset).unwrap_or(u64::MAX) }
}
