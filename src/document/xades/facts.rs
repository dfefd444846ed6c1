//! What is known of an XML signature: as parsed and as digested. Nothing here is verified.

use super::property::{UnsignedProperty, XadesProperties, XmlTimestamp};
use crate::crypto::{AlgorithmError, Digest, DigestAlgorithm, SignatureAlgorithm};
use crate::limits::LimitExceeded;

/// Content that stands outside of the document and that the caller gives: what a detached signature signs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content<'c> {
    /// Its name, as the URI of a reference would have it; none where only its being there matters.
    pub name: Option<String>,
    /// Its bytes.
    pub bytes: &'c [u8],
}

/// An XML signature (XML Signature 1.1 §4), with `XAdES` properties or without.
#[derive(Clone, Debug)]
pub struct XmlSignature {
    /// Where its element stands.
    pub path: String,
    /// How it stands to what it signs.
    pub packaging: Packaging,
    /// The signature whose value it signs, where it stands in its unsigned properties as a counter-signature.
    pub counter_of: Option<CounterOf>,
    /// The signature method, a URI.
    pub method: String,
    /// The same, where it is one that is known.
    pub algorithm: Result<SignatureAlgorithm, AlgorithmError>,
    /// Whether the method is one with a shared secret (HMAC).
    pub shared_secret: bool,
    /// What the signature value is over: the canonical form of `SignedInfo`.
    pub signed_info: Result<SignedInfo, Fault>,
    /// The signature value.
    pub value: Vec<u8>,
    /// The certificates of `KeyInfo`, as DER: hints.
    pub certificates: Vec<Vec<u8>>,
    /// The references, in order.
    pub references: Vec<XmlReference>,
    /// Nothing of these is covered by the signature: the first hundred.
    pub uncovered: Vec<Uncovered>,
    /// The first place that a reference leads to and a transform leaves out, and that nothing else covers; the signature
    /// itself apart.
    pub left_out: Option<String>,
    /// The signed properties of `XAdES`; none where there are none.
    pub properties: Option<XadesProperties>,
    /// The unsigned properties of the signature, in order.
    pub unsigned: Vec<UnsignedProperty>,
    /// The time-stamps in its properties: those of signed properties, then those of unsigned ones in order.
    pub timestamps: Vec<XmlTimestamp>,
}

/// A signature that is signed by a counter-signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CounterOf {
    /// Its id.
    pub id: String,
    /// Whether the counter-signature has a reference to its value.
    pub signs_value: bool,
}

/// How a signature stands to what it signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packaging {
    /// Inside of it.
    Enveloped,
    /// Around it.
    Enveloping,
    /// Beside it, or in another document.
    Detached,
}

impl Packaging {
    /// The name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Enveloped => "enveloped",
            Self::Enveloping => "enveloping",
            Self::Detached => "detached",
        }
    }
}

/// The canonical form of `SignedInfo`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignedInfo {
    /// Its octets.
    Octets(Vec<u8>),
    /// Its digest, of the signature method, where it is large.
    Digest(Digest),
}

/// A reference (XML Signature 1.1 §4.4.3).
#[derive(Clone, Debug)]
pub struct XmlReference {
    /// As written; none where the application has to know.
    pub uri: Option<String>,
    /// What it is to, where that is known.
    pub role: Role,
    /// The Type, as claimed.
    pub claimed_type: Option<String>,
    /// The algorithms of its transforms, in order.
    pub transforms: Vec<String>,
    /// The digest method, a URI.
    pub method: String,
    /// The same, where it is one that is known.
    pub algorithm: Option<DigestAlgorithm>,
    /// The digest that it states.
    pub stated: Vec<u8>,
    /// What it is to.
    pub target: Option<Target>,
    /// The digest of what it is to, after the transforms; none where the digest method is not known.
    pub computed: Result<Option<Digest>, Fault>,
    /// Whether its transforms leave no octet of what it is to: such a reference signs nothing.
    pub selects_nothing: bool,
    /// The entries of the manifest that it is to.
    pub entries: Vec<Self>,
}

/// What a reference is to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Data.
    Data,
    /// The signed properties of the signature itself.
    SignedProperties,
    /// The `KeyInfo` of the signature itself.
    KeyInfo,
    /// A manifest.
    Manifest,
    /// The value of another signature.
    SignatureValue,
}

/// What a reference leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A node of the document.
    Node {
        /// Where it stands; `/` is the whole document.
        path: String,
        /// Its identifier.
        id: Option<String>,
    },
    /// Content that the caller gave.
    Content {
        /// Its name.
        name: Option<String>,
    },
}

/// Why something has no octets to digest.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// No element has the identifier.
    NotFound,
    /// More than one element has the identifier.
    Ambiguous,
    /// It stands outside of the document, and the caller did not give it.
    NotGiven,
    /// An algorithm or a pointer that is not evaluated; as written, cut after 200 characters.
    Unsupported(String),
    /// A transform has no result: its algorithm.
    Failed(String),
    /// A limit was reached.
    Limit(LimitExceeded),
}

impl Fault {
    /// The name in answers.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::NotFound => "not-found",
            Self::Ambiguous => "ambiguous",
            Self::NotGiven => "not-given",
            Self::Unsupported(_) => "unsupported",
            Self::Failed(_) => "failed",
            Self::Limit(_) => "limit-exceeded",
        }
    }
}

impl From<LimitExceeded> for Fault {
    fn from(exceeded: LimitExceeded) -> Self {
        Self::Limit(exceeded)
    }
}

/// What nobody signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uncovered {
    /// Where it stands; of content that was given, its name.
    pub path: String,
    /// What it is.
    pub kind: UncoveredKind,
}

/// What kind of thing nobody signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UncoveredKind {
    /// An element, with what is below it as far as none of it is covered.
    Element,
    /// An attribute.
    Attribute,
    /// Character data.
    Text,
    /// A processing instruction.
    Instruction,
    /// Something in the unsigned properties of a signature that is no property.
    UnsignedProperty,
    /// Something in the `KeyInfo` of a signature that says nothing of keys.
    KeyInfo,
    /// A comment that divides a text: who reads the text up to it reads something else than was signed.
    Comment,
    /// Content that the caller gave.
    Content,
}

impl UncoveredKind {
    /// Whether a signature that leaves it out does not cover the whole document.
    #[must_use]
    pub const fn counts(self) -> bool {
        !matches!(self, Self::UnsignedProperty | Self::KeyInfo | Self::Comment)
    }

    /// The name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Element => "element",
            Self::Attribute => "attribute",
            Self::Text => "text",
            Self::Instruction => "processing-instruction",
            Self::UnsignedProperty => "unsigned-property",
            Self::KeyInfo => "key-info",
            Self::Comment => "comment",
            Self::Content => "content",
        }
    }
}
