//! A signature as found: facts about its place, its form and its bytes. Nothing here is verified.

use std::sync::Arc;

use super::facts::{ByteRange, Changes, ChangesLevel, Coverage, FieldLock};
use super::pades::Restraints;
use super::xades::XmlSignature;
use crate::crypto::Digest;
use crate::crypto::DigestState;
use crate::limits::LimitExceeded;
use crate::pki::{Certificate, SignedData, TimestampToken};
use crate::time::Timestamp;

/// A signature of a document, or a document time-stamp of a PDF.
#[derive(Clone, Debug)]
pub struct Signature {
    /// `S1` … or, for a document time-stamp, `D1` …, in file order.
    pub id: String,
    /// The full name of its field (ISO 32000-2 §12.7.4.2); none where no field names it, and in XML.
    pub field: Option<String>,
    /// The kind.
    pub sub_filter: SubFilter,
    /// The byte range, where it has the right form.
    pub byte_range: Option<ByteRange>,
    /// The number of the revision that the byte range ends, from 1.
    pub revision: Option<usize>,
    /// How much of the document the byte range covers.
    pub coverage: Coverage,
    /// What came after.
    pub changes: Changes,
    /// What is wrong with its place and form, in no particular order.
    pub defects: Vec<FormatDefect>,
    /// What the signature dictionary says.
    pub claimed: ClaimedPdfAttributes,
    /// The P of a certification (ISO 32000-2 table 257).
    pub doc_mdp: Option<u8>,
    /// The lock of the signature field (table 236), or the `FieldMDP` transform of the signature (table 258).
    pub field_lock: Option<FieldLock>,
    /// What it restricts, certification and locks together.
    pub(crate) restraints: Restraints,
    /// The value of Contents, parsed; none where it cannot be (then `defects` says why).
    pub form: Option<SignatureForm>,
    /// Digests of the bytes in the byte range, one for each algorithm that the signature names and we know.
    pub digests: Vec<Digest>,
    /// States over `encapContentInfo` of a signature over data that are elsewhere, and then the bytes in the byte range:
    /// one for each digest that an archive time-stamp of version 2 names. What it is over goes on from there.
    pub led: Vec<DigestState>,
    /// The limit that ended the work on this signature.
    pub limit: Option<LimitExceeded>,
}

impl Signature {
    /// An XML signature of which only its id is known.
    pub(super) fn of_xml(id: String) -> Self {
        Self {
            id,
            field: None,
            sub_filter: SubFilter::NotPdf,
            byte_range: None,
            revision: None,
            coverage: Coverage::None,
            changes: Changes {
                level: ChangesLevel::None,
                permitted: true,
                later_revisions: 0,
                trailing_bytes: 0,
                findings: Vec::new(),
            },
            defects: Vec::new(),
            claimed: ClaimedPdfAttributes::default(),
            doc_mdp: None,
            field_lock: None,
            restraints: Restraints::default(),
            form: None,
            digests: Vec::new(),
            led: Vec::new(),
            limit: None,
        }
    }

    /// The XML signature, where it is one that could be read.
    #[must_use]
    pub fn xml(&self) -> Option<&XmlSignature> {
        match &self.form {
            Some(SignatureForm::Xml(xml)) => Some(xml),
            _ => None,
        }
    }
}

/// The SubFilter (ISO 32000-2 §12.8.3, EN 319 142-1 §5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SubFilter {
    /// `adbe.pkcs7.detached`
    Pkcs7Detached,
    /// `adbe.pkcs7.sha1`
    Pkcs7Sha1,
    /// `adbe.x509.rsa_sha1`
    X509RsaSha1,
    /// `ETSI.CAdES.detached`
    CadesDetached,
    /// `ETSI.RFC3161`
    Rfc3161,
    /// Any other, as written; none where it is missing.
    Unknown(Option<String>),
    /// None: it is no signature of a PDF.
    NotPdf,
}

impl SubFilter {
    /// From the name as written.
    #[must_use]
    pub fn from_name(name: Option<&[u8]>) -> Self {
        match name {
            Some(b"adbe.pkcs7.detached") => Self::Pkcs7Detached,
            Some(b"adbe.pkcs7.sha1") => Self::Pkcs7Sha1,
            Some(b"adbe.x509.rsa_sha1") => Self::X509RsaSha1,
            Some(b"ETSI.CAdES.detached") => Self::CadesDetached,
            Some(b"ETSI.RFC3161") => Self::Rfc3161,
            other => Self::Unknown(other.map(|name| String::from_utf8_lossy(name).into_owned())),
        }
    }

    /// The name as written; empty where it is missing.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Pkcs7Detached => Some("adbe.pkcs7.detached"),
            Self::Pkcs7Sha1 => Some("adbe.pkcs7.sha1"),
            Self::X509RsaSha1 => Some("adbe.x509.rsa_sha1"),
            Self::CadesDetached => Some("ETSI.CAdES.detached"),
            Self::Rfc3161 => Some("ETSI.RFC3161"),
            Self::Unknown(name) => name.as_deref(),
            Self::NotPdf => None,
        }
    }
}

/// The value of Contents, or what a signature is in XML.
#[derive(Clone, Debug)]
pub enum SignatureForm {
    /// A CMS `SignedData`.
    Cms(Arc<SignedData>),
    /// A time-stamp token.
    Token(Arc<TimestampToken>),
    /// A bare PKCS#1 signature value, with the certificates of the Cert entry, the signer's first.
    Pkcs1 {
        /// The signature value.
        value: Vec<u8>,
        /// The certificates, as DER.
        certificates: Vec<Vec<u8>>,
    },
    /// An XML signature.
    Xml(Arc<XmlSignature>),
}

/// What the signature dictionary says (ISO 32000-2 table 255): claims.
#[derive(Clone, Debug, Default)]
pub struct ClaimedPdfAttributes {
    /// M.
    pub signing_time: Option<Timestamp>,
    /// Reason.
    pub reason: Option<String>,
    /// Location.
    pub location: Option<String>,
    /// `ContactInfo`.
    pub contact: Option<String>,
}

/// What is wrong with the place or the form of a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FormatDefect {
    /// A value cannot be parsed: which, and where in it.
    Unreadable {
        /// `signature-dictionary`, `cms`, `time-stamp-token`, `pkcs1`; in XML the name of an element.
        what: &'static str,
        /// Bytes from the start of the value; in XML, of the document.
        offset: u64,
    },
    /// A key of the signature dictionary is missing or has the wrong type.
    Key(&'static str),
    /// The `SubFilter` is missing or unknown.
    UnknownSubFilter,
    /// No field names the dictionary.
    NotInField,
    /// More than one field names the dictionary.
    SeveralFields,
    /// A key that matters stands twice in the dictionary.
    DuplicateKey,
    /// An element stands twice that an XML signature has once at the most: its name.
    Repeated(&'static str),
    /// The byte range breaks a rule.
    ByteRange(ByteRangeDefect),
    /// The byte range collides with that of another signature (its id).
    Collision(String),
    /// Bytes other than zero follow the value of Contents.
    TrailingContents {
        /// How many.
        bytes: u64,
    },
}

/// Which rule of a byte range is broken (ISO 32000-2 §12.8.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ByteRangeDefect {
    /// Not four non-negative integers in order.
    Form,
    /// Does not start at 0.
    Start,
    /// Reaches beyond the end of the file.
    BeyondEnd {
        /// Where it ends, in bytes.
        end: u64,
        /// The size of the file, in bytes.
        size: u64,
    },
    /// Leaves out something else than exactly the hexadecimal string of Contents.
    Gap {
        /// Start of the gap.
        start: u64,
        /// End of the gap.
        end: u64,
    },
    /// Ends where no revision ends.
    End {
        /// Where it ends, in bytes.
        end: u64,
    },
    /// The dictionary in force is not the one of the revision that the byte range ends.
    OtherRevision,
}

/// Evidence that the document brings along (EN 319 142-1 §5.4), as parsed.
#[derive(Clone, Debug, Default)]
pub struct EmbeddedEvidence {
    /// Certificates of the document security store.
    pub certificates: Vec<Arc<Certificate>>,
    /// CRLs, as DER.
    pub crls: Vec<Arc<[u8]>>,
    /// OCSP responses, as DER.
    pub ocsp_responses: Vec<Arc<[u8]>>,
    /// Where each certificate ends in the file, in bytes from its start; `u64::MAX` where that is not known.
    pub certificate_ends: Vec<u64>,
    /// The same of the CRLs.
    pub crl_ends: Vec<u64>,
    /// The same of the OCSP responses.
    pub ocsp_ends: Vec<u64>,
}
