//! The signature of a trust list (TS 119 612 §5.7, annex B; EN 319 132-1), and what has to hold besides.
//!
//! Exactly one `ds:Signature`, a child of the root; one reference to the whole list with the transforms enveloped and
//! exclusive canonicalisation only, one to its own signed properties; the signed reference to the certificate matches;
//! the certificate in `KeyInfo` is one that is pinned, with a window that is open when the list is taken up. Services
//! are read from the tree whose digest was compared, never from the bytes again.
//!
//! Not looked at: validity, path and revocation of the signer's certificate. It is believed because it is pinned.

use std::fmt;
use std::sync::Arc;

use super::build;
use super::list::{ListError, TrustList};
use super::service::{Scheme, Service};
use crate::crypto::Message;
use crate::crypto::SignatureVerifier;
use crate::crypto::Verifier;
use crate::crypto::{AlgorithmFamily, Digest, DigestAlgorithm, KeyKind, PublicKey, SignatureAlgorithm, digest};
use crate::document::{
    CertificateReference, Coverage, Document, OpenError, Role, SignedInfo, Target, XmlSignature, examine,
};
use crate::limits::{Budget, Limits};
use crate::pki::Certificate;
use crate::syntax::xml::{NodeId, Tree};
use crate::time::Timestamp;

/// Octets of a list. The largest real one has 6 MB.
pub const LIST_BYTES: u64 = 64 << 20;

/// How far ahead of the clock a list may have been issued: a day, since some are dated by the day.
const AHEAD_SECONDS: i64 = 86_400;

const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
const DS: &str = "http://www.w3.org/2000/09/xmldsig#";

/// Somebody who may sign a list: pinned by the fingerprint of the certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListSigner {
    /// SHA-256 of the certificate.
    pub sha256: Digest,
    /// When the pin begins to count; none: always has.
    pub from: Option<Timestamp>,
    /// When it ends; none: never.
    pub until: Option<Timestamp>,
}

impl ListSigner {
    /// A pin without a window.
    #[must_use]
    pub fn of(certificate: &Certificate) -> Self {
        Self { sha256: digest(DigestAlgorithm::Sha256, certificate.der()), from: None, until: None }
    }

    /// Whether it counts at a time.
    #[must_use]
    pub fn is_in_force(&self, at: Timestamp) -> bool {
        self.from.is_none_or(|from| from <= at) && self.until.is_none_or(|until| at < until)
    }
}

/// A list whose signature was verified with a pinned signer. [`VerifiedTrustList::verify`] is its only maker.
#[derive(Clone, Debug)]
pub struct VerifiedTrustList {
    list: TrustList,
    scheme: Scheme,
    services: Vec<Arc<Service>>,
    bytes: Arc<[u8]>,
    sha256: String,
    signer: Arc<Certificate>,
    remarks: Vec<ListRemark>,
}

/// What is not as the standard says, where nothing is decided by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListRemark {
    /// A list of format version 5 has `SigningCertificateV2`, or one of version 6 `SigningCertificate`: each has to have the
    /// other (TS 119 612 §5.7.1, annex B).
    SigningCertificateVersion,
}

impl ListRemark {
    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SigningCertificateVersion => "signing-certificate-version",
        }
    }
}

/// Why a list is not taken up.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// It is no XML that can be read.
    Unreadable(OpenError),
    /// It is no trust list, or one that is not as TS 119 612 says.
    NotAList(ListError),
    /// Another format version than 5 and 6.
    Version(u64),
    /// It has no signature.
    Unsigned,
    /// It has several signatures.
    SeveralSignatures,
    /// Its signature is not as annex B demands: what.
    SignatureForm(&'static str),
    /// A digest of it differs: it was changed.
    Changed,
    /// The signature value does not verify.
    SignatureValue,
    /// An algorithm that is not good enough, or not known; as named.
    Algorithm(String),
    /// The signed reference names another certificate than that of the signer.
    CertificateDigest,
    /// Who signed it is not pinned: SHA-256 of the certificate.
    SignerNotPinned(Digest),
    /// Who signed it is pinned, but not for this time.
    SignerNotInForce(Digest),
    /// It is for another territory than is expected; as written.
    Territory(String),
    /// It is of another type than is announced; as written.
    Type(String),
    /// Its pointers are to be followed, and it is no list of lists.
    NotAListOfLists,
    /// It was issued after the time at which we stand.
    IssuedInFuture(Timestamp),
    /// Its sequence number is lower than that of the list that is known.
    Older {
        /// That of the known one.
        known: u64,
        /// Its own.
        found: u64,
    },
    /// It has the sequence number of the list that is known, and is another.
    SequenceReused(u64),
    /// It was issued before the list that is known, which has a lower sequence number.
    IssuedBefore(Timestamp),
}

impl VerifiedTrustList {
    /// Verifies a list. `at` is when it is taken up.
    ///
    /// # Errors
    /// [`Refusal`] for the first thing that is wrong.
    pub fn verify(
        bytes: Arc<[u8]>,
        scheme: Scheme,
        signers: &[ListSigner],
        at: Timestamp,
    ) -> Result<Self, Refusal> {
        let limits = Limits { file_bytes: LIST_BYTES, signatures: 8, ..Limits::DEFAULT };
        let mut budget = Budget::new(&limits);
        let document = Document::open(&bytes, None, &limits, &mut budget).map_err(Refusal::Unreadable)?;
        let tree = document.xml().ok_or(Refusal::NotAList(ListError::NotAList))?;
        let list = TrustList::parse(tree).map_err(Refusal::NotAList)?;
        if !matches!(list.version, 5 | 6) {
            return Err(Refusal::Version(list.version));
        }
        only_signature(tree)?;
        let limited = |limit| Refusal::Unreadable(OpenError::Limit(limit));
        let examination = examine(&document, &mut budget).map_err(limited)?;
        let [signature] = examination.signatures.as_slice() else { return Err(Refusal::SeveralSignatures) };
        let whole = signature.coverage == Coverage::WholeDocument;
        let Some(xml) = signature.xml().filter(|_| signature.defects.is_empty() && signature.limit.is_none())
        else {
            return Err(Refusal::SignatureForm("Signature"));
        };
        references(xml, tree)?;
        if !whole {
            return Err(Refusal::SignatureForm("coverage"));
        }
        let signer = value(xml)?;
        let remarks = remarks(xml, list.version);
        pinned(&signer, signers, at)?;
        if !scheme.has_territory(&list.territory) {
            return Err(Refusal::Territory(list.territory));
        }
        if list.issue_time > at.plus_seconds(AHEAD_SECONDS) {
            return Err(Refusal::IssuedInFuture(list.issue_time));
        }
        let services = build::services(&list, scheme);
        let sha256 = examination.document.sha256;
        drop(document);
        Ok(Self { list, scheme, services, bytes, sha256, signer, remarks })
    }

    /// The scheme that a list would stand under by the territory that it names. Nothing is verified.
    #[must_use]
    pub fn claimed_scheme(bytes: &[u8]) -> Option<Scheme> {
        Scheme::of_territory(&Self::claimed(bytes).ok()?.territory)
    }

    /// What a list says of itself. Nothing is verified.
    pub(super) fn claimed(bytes: &[u8]) -> Result<TrustList, Refusal> {
        let limits = Limits { file_bytes: LIST_BYTES, ..Limits::DEFAULT };
        let document =
            Document::open(bytes, None, &limits, &mut Budget::new(&limits)).map_err(Refusal::Unreadable)?;
        let tree = document.xml().ok_or(Refusal::NotAList(ListError::NotAList))?;
        TrustList::parse(tree).map_err(Refusal::NotAList)
    }

    /// Whether it may take the place of `known`: sequence number and issue time never go back (TS 119 612 §5.3.2).
    ///
    /// # Errors
    /// [`Refusal`] where not.
    pub fn may_follow(&self, known: &Self) -> Result<(), Refusal> {
        let (own, other) = (self.list.sequence_number, known.list.sequence_number);
        if self.sha256 == known.sha256 {
            return Ok(());
        }
        if self.list.territory != known.list.territory {
            return Err(Refusal::Territory(self.list.territory.clone()));
        }
        if own < other {
            return Err(Refusal::Older { known: other, found: own });
        }
        if own == other {
            return Err(Refusal::SequenceReused(own));
        }
        if self.list.issue_time < known.list.issue_time {
            return Err(Refusal::IssuedBefore(self.list.issue_time));
        }
        Ok(())
    }

    /// What the list says.
    #[must_use]
    pub const fn list(&self) -> &TrustList {
        &self.list
    }

    /// Under whose law.
    #[must_use]
    pub const fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// Its services, in order.
    #[must_use]
    pub fn services(&self) -> &[Arc<Service>] {
        &self.services
    }

    /// The list itself.
    #[must_use]
    pub const fn bytes(&self) -> &Arc<[u8]> {
        &self.bytes
    }

    /// SHA-256 of it, lowercase hex.
    #[must_use]
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// Who signed it.
    #[must_use]
    pub const fn signer(&self) -> &Arc<Certificate> {
        &self.signer
    }

    /// What is not as it should be, and stands in nobody's way.
    #[must_use]
    pub fn remarks(&self) -> &[ListRemark] {
        &self.remarks
    }

    /// Whether its next update is due at a time. A closed list has none.
    #[must_use]
    pub fn is_overdue(&self, at: Timestamp) -> bool {
        self.list.next_update.is_some_and(|next| at > next)
    }
}

/// The one `ds:Signature` of the document, a child of its root.
fn only_signature(tree: &Tree<'_>) -> Result<(), Refusal> {
    let mut found = tree
        .subtree(NodeId::ROOT)
        .filter(|node| tree.element(*node).is_some_and(|element| element.is(DS, "Signature")));
    let first = found.next().ok_or(Refusal::Unsigned)?;
    if found.next().is_some() {
        return Err(Refusal::SeveralSignatures);
    }
    if tree.parent(first) == tree.document_element() { Ok(()) } else { Err(Refusal::SignatureForm("place")) }
}

/// One reference to the list, one to the signed properties, and both digests hold.
fn references(xml: &XmlSignature, tree: &Tree<'_>) -> Result<(), Refusal> {
    let form = |what| Err(Refusal::SignatureForm(what));
    let (mut to_list, mut to_properties) = (0_u8, 0_u8);
    for reference in &xml.references {
        let transforms: Vec<&str> = reference.transforms.iter().map(String::as_str).collect();
        match reference.role {
            Role::Data if is_whole(reference.uri.as_deref(), reference.target.as_ref(), tree) => {
                if transforms != [ENVELOPED, EXCLUSIVE] {
                    return form("Transforms");
                }
                to_list = to_list.saturating_add(1);
            }
            Role::SignedProperties => to_properties = to_properties.saturating_add(1),
            _ => return form("Reference"),
        }
        match reference.algorithm {
            Some(algorithm) if is_good(algorithm) => {}
            _ => return Err(Refusal::Algorithm(reference.method.clone())),
        }
        match &reference.computed {
            Ok(Some(computed)) if computed.as_bytes() == reference.stated => {}
            Ok(_) => return Err(Refusal::Changed),
            Err(_) => return form("Reference"),
        }
    }
    if (to_list, to_properties) == (1, 1) { Ok(()) } else { form("Reference") }
}

/// Whether a reference is to the whole list: by the empty URI, or by the identifier of the root (annex B.1).
fn is_whole(uri: Option<&str>, target: Option<&Target>, tree: &Tree<'_>) -> bool {
    let root = tree.document_element().and_then(|root| tree.element(root)).and_then(|root| root.attribute("Id"));
    match (uri, target) {
        (Some(""), Some(Target::Node { path, .. })) => path == "/",
        (Some(uri), Some(Target::Node { id: Some(id), .. })) => {
            uri.strip_prefix('#') == Some(id.as_str()) && root == Some(id.as_str())
        }
        _ => false,
    }
}

/// The signature value, and who made it.
fn value(xml: &XmlSignature) -> Result<Arc<Certificate>, Refusal> {
    let form = Refusal::SignatureForm;
    let properties = xml.properties.as_ref().filter(|one| one.signed && one.malformed.is_none());
    let properties = properties.ok_or(form("SignedProperties"))?;
    let named: Vec<&CertificateReference> =
        properties.signing_certificates.iter().filter_map(|list| list.first()).collect();
    if named.is_empty() {
        return Err(form("SigningCertificate"));
    }
    let [first, ..] = xml.certificates.as_slice() else { return Err(form("KeyInfo")) };
    // Where KeyInfo has more than the signer's certificate, the signed reference says which it is.
    let der = xml.certificates.iter().find(|der| named.iter().all(|named| is_named(named, der))).unwrap_or(first);
    if !named.iter().all(|named| is_named(named, der)) {
        return Err(Refusal::CertificateDigest);
    }
    let certificate = Certificate::parse(der).map_err(|_| form("X509Certificate"))?;
    let algorithm = xml.algorithm.as_ref().map_err(|_| Refusal::Algorithm(xml.method.clone()))?;
    let key = PublicKey::from_spki(certificate.spki()).map_err(|_| Refusal::Algorithm("key".to_owned()))?;
    if !is_strong(*algorithm, key.kind()) {
        return Err(Refusal::Algorithm(xml.method.clone()));
    }
    let message = match &xml.signed_info {
        Ok(SignedInfo::Octets(octets)) => Message::Bytes(octets),
        Ok(SignedInfo::Digest(digest)) => Message::Digest(digest),
        Err(_) => return Err(form("SignedInfo")),
    };
    match Verifier.verify(&key, algorithm, message, &xml.value) {
        Ok(_) => Ok(Arc::new(certificate)),
        Err(_) => Err(Refusal::SignatureValue),
    }
}

/// Whether a reference names a certificate. Any digest will do: the pin says which certificate it is.
fn is_named(named: &CertificateReference, der: &[u8]) -> bool {
    named.algorithm.is_some_and(|algorithm| digest(algorithm, der).as_bytes() == named.digest)
}

/// What is not as the standard says of the version.
fn remarks(xml: &XmlSignature, version: u64) -> Vec<ListRemark> {
    let properties = xml.properties.iter().flat_map(|properties| &properties.signing_certificates);
    let wrong = properties.flatten().any(|named| named.is_version_2 != (version >= 6));
    wrong.then_some(ListRemark::SigningCertificateVersion).into_iter().collect()
}

fn pinned(signer: &Certificate, signers: &[ListSigner], at: Timestamp) -> Result<(), Refusal> {
    let own = ListSigner::of(signer).sha256;
    let mut pins = signers.iter().filter(|pin| pin.sha256 == own).peekable();
    if pins.peek().is_none() {
        return Err(Refusal::SignerNotPinned(own));
    }
    if pins.any(|pin| pin.is_in_force(at)) { Ok(()) } else { Err(Refusal::SignerNotInForce(own)) }
}

/// Digests that nobody can find collisions of.
const fn is_good(algorithm: DigestAlgorithm) -> bool {
    matches!(
        algorithm,
        DigestAlgorithm::Sha256
            | DigestAlgorithm::Sha384
            | DigestAlgorithm::Sha512
            | DigestAlgorithm::Sha3_256
            | DigestAlgorithm::Sha3_384
            | DigestAlgorithm::Sha3_512
    )
}

fn is_strong(algorithm: SignatureAlgorithm, key: KeyKind) -> bool {
    let large = match key {
        KeyKind::Rsa { bits } | KeyKind::RsaPss { bits } => bits >= 2_000,
        KeyKind::Dsa { .. } => false,
        other => other.bits() >= 250,
    };
    large && algorithm.family() != AlgorithmFamily::Dsa && algorithm.digests().all(is_good)
}

impl Refusal {
    /// The code of [`Refusal::SignerNotPinned`].
    pub const SIGNER_NOT_PINNED: &'static str = "signer-not-pinned";

    /// The code of the contract.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unreadable(error) => error.code(),
            Self::NotAList(ListError::NotAList) => "not-a-trust-list",
            Self::NotAList(ListError::Malformed(_)) => "malformed-trust-list",
            Self::NotAList(_) => "limit-exceeded",
            Self::Version(_) => "unknown-version",
            Self::Unsigned => "unsigned",
            Self::SeveralSignatures => "several-signatures",
            Self::SignatureForm(_) => "signature-form",
            Self::Changed => "changed",
            Self::SignatureValue => "signature-value",
            Self::Algorithm(_) => "weak-algorithm",
            Self::CertificateDigest => "certificate-digest",
            Self::SignerNotPinned(_) => Self::SIGNER_NOT_PINNED,
            Self::SignerNotInForce(_) => "signer-not-in-force",
            Self::Territory(_) => "other-territory",
            Self::Type(_) => "other-type",
            Self::NotAListOfLists => "not-a-list-of-lists",
            Self::IssuedInFuture(_) => "issued-in-future",
            Self::Older { .. } => "older",
            Self::SequenceReused(_) => "sequence-reused",
            Self::IssuedBefore(_) => "issued-before",
        }
    }

    /// Whether the list may be good and only nobody could say so: no pin counts. Else it is bad.
    #[must_use]
    pub const fn is_for_want_of_a_signer(&self) -> bool {
        matches!(self, Self::SignerNotInForce(_))
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())?;
        match self {
            Self::Unreadable(error) => match error.offset() {
                Some(offset) => write!(f, " at offset {offset}"),
                None => Ok(()),
            },
            Self::NotAList(ListError::Malformed(what) | ListError::TooMany(what)) | Self::SignatureForm(what) => {
                write!(f, ": {what}")
            }
            Self::Version(version) => write!(f, ": {version}"),
            Self::Algorithm(name) => write!(f, ": {name}"),
            Self::SignerNotPinned(sha256) | Self::SignerNotInForce(sha256) => write!(f, ": {sha256}"),
            Self::Territory(said) | Self::Type(said) => write!(f, ": {said}"),
            Self::IssuedInFuture(time) | Self::IssuedBefore(time) => write!(f, ": {time}"),
            Self::Older { known, found } => write!(f, ": {found} after {known}"),
            Self::SequenceReused(number) => write!(f, ": {number}"),
            _ => Ok(()),
        }
    }
}

impl std::error::Error for Refusal {}
