//! The signed octet streams of an XML document: of each signature what its references digest, octet by octet (XML Signature
//! 1.1 §4.4.3), and what of the document it leaves out.
//!
//! An XML document has no revisions: nothing in it says what was there before. What a signature covers is what its
//! references select and transform. Nothing is judged: that a stream can be given back does not say that its digest is the
//! one that was signed ([`SignedStream::digest`] says that), nor that the signature is good.

use super::examination::examine_with;
use super::facts::{Coverage, MediaType};
use super::open::{Document, OpenError, Opened};
use super::revisions::{SignedBy, SignedRevision, SignedRevisions};
use super::signature::Signature;
use super::xades;
use super::xades::{Content, Fault, Target, Uncovered, XmlReference};
use crate::crypto::{DigestAlgorithm, digest};
use crate::limits::{Budget, LimitExceeded};
use crate::syntax::xml::Tree;

/// What an XML signature covers.
#[derive(Clone, Debug)]
pub struct SignedXml {
    /// Where its element stands; none where it is not as its schema says.
    pub path: Option<String>,
    /// What its references digest, in order; none where the signature is not as its schema says.
    pub streams: Option<Vec<SignedStream>>,
    /// What it leaves out, the first hundred; none where that was not asked for, or could not be told.
    pub uncovered: Option<Vec<Uncovered>>,
    /// The limit that was reached while it was looked at.
    pub limit: Option<LimitExceeded>,
}

/// What one reference digests.
#[derive(Clone, Debug)]
pub struct SignedStream {
    /// The number of the reference in its signature, from 1.
    pub number: usize,
    /// The reference.
    pub reference: XmlReference,
    /// Its octets, or why there are none.
    pub octets: Result<StreamOctets, Fault>,
}

/// The octets of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamOctets {
    /// How many.
    pub size: u64,
    /// SHA-256 over them, lowercase hex.
    pub sha256: String,
}

/// Whether a stream is what its reference says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StreamDigest {
    /// It has the digest that the reference states.
    Same,
    /// It has another one.
    Differs,
    /// There are no octets, or the digest method is not known.
    Unknown,
}

impl StreamDigest {
    /// The name in answers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Differs => "differs",
            Self::Unknown => "unknown",
        }
    }
}

impl SignedStream {
    /// Whether it is what its reference says.
    #[must_use]
    pub fn digest(&self) -> StreamDigest {
        match &self.reference.computed {
            Ok(Some(computed)) if computed.as_bytes() == self.reference.stated => StreamDigest::Same,
            Ok(Some(_)) => StreamDigest::Differs,
            _ => StreamDigest::Unknown,
        }
    }

    /// The name of a file with its octets, without what stands before the last full stop: `xml` where they are a canonical
    /// form, `bin` where they are content or what base64 stood for.
    #[must_use]
    pub fn extension(&self) -> &'static str {
        const BASE64: &str = "http://www.w3.org/2000/09/xmldsig#base64";
        let content = matches!(self.reference.target, Some(Target::Content { .. }));
        match self.reference.transforms.last() {
            Some(last) if last == BASE64 => "bin",
            None if content => "bin",
            _ => "xml",
        }
    }
}

/// Finds out what the signatures of an XML document cover, with the content outside of it that they sign.
///
/// # Errors
/// [`OpenError::UnsupportedFormat`] of another document, [`OpenError::Limit`] where a limit is reached before all
/// signatures are found. What one reference exceeds is said of that reference.
pub fn signed_streams(
    document: &Document<'_>,
    contents: &[Content<'_>],
    budget: &mut Budget,
) -> Result<SignedRevisions, OpenError> {
    let tree = tree(document)?;
    let examination = examine_with(document, contents, budget).map_err(OpenError::Limit)?;
    let mut signed: Vec<SignedRevision> = examination.signatures.iter().map(described).collect();
    let mut note = |found: xades::Octets<'_>| {
        let signature = examination.signatures.iter().find(|one| one.id == found.id);
        let references = signature.and_then(Signature::xml).map(|xml| xml.references.as_slice());
        let reference = references.and_then(|all| all.get(found.number.checked_sub(1)?));
        let place = signed.iter_mut().find(|one| one.id == found.id).and_then(|one| one.xml.as_mut());
        let streams = place.and_then(|xml| xml.streams.as_mut());
        if let (Some(streams), Some(reference)) = (streams, reference) {
            let octets = found.octets.map(|octets| StreamOctets {
                size: u64::try_from(octets.len()).unwrap_or(u64::MAX),
                sha256: digest(DigestAlgorithm::Sha256, &octets).to_string(),
            });
            streams.push(SignedStream { number: found.number, reference: reference.clone(), octets });
        }
    };
    xades::octets(tree, contents, None, budget, &mut note).map_err(OpenError::Limit)?;
    Ok(SignedRevisions {
        media_type: MediaType::Xml,
        size: examination.document.size,
        sha256: examination.document.sha256,
        revisions: 1,
        signed,
    })
}

/// Hands over the octets of each reference: of all signatures, or of the one that is wanted. With each come the id of the
/// signature and the number of the reference.
///
/// # Errors
/// As [`signed_streams`].
pub fn stream_octets(
    document: &Document<'_>,
    contents: &[Content<'_>],
    wanted: Option<&str>,
    budget: &mut Budget,
    mut each: impl FnMut(&str, usize, Result<Vec<u8>, Fault>),
) -> Result<(), OpenError> {
    let mut hand = |found: xades::Octets<'_>| each(found.id, found.number, found.octets);
    xades::octets(tree(document)?, contents, wanted, budget, &mut hand).map_err(OpenError::Limit)
}

fn tree<'d>(document: &'d Document<'_>) -> Result<&'d Tree<'d>, OpenError> {
    match &document.opened {
        Opened::Xml(_, tree) => Ok(tree),
        Opened::Pdf(_) => Err(OpenError::UnsupportedFormat),
    }
}

fn described(signature: &Signature) -> SignedRevision {
    let xml = signature.xml();
    let counter = xml.is_some_and(|xml| xml.counter_of.is_some());
    let known = signature.limit.is_none();
    SignedRevision {
        id: signature.id.clone(),
        signed_by: if counter { SignedBy::CounterSignature } else { SignedBy::Signature },
        field: None,
        byte_range: None,
        coverage: if known { signature.coverage } else { Coverage::None },
        revision: None,
        xml: Some(SignedXml {
            path: xml.map(|xml| xml.path.clone()),
            streams: xml.map(|xml| Vec::with_capacity(xml.references.len())),
            uncovered: xml.filter(|_| known).map(|xml| xml.uncovered.clone()),
            limit: signature.limit,
        }),
    }
}
