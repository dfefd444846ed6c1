//! The second stage: the seal is laid out, a place is left for its value, what is signed is fixed; and the step to the
//! third, the value put into its place.

use super::addition::Place;
use super::sealed::Made;
use super::xml::{Layout, Seal};
use super::{SealError, SealIdentity, SealLevel, Sealed, cms};
use crate::crypto::{
    Digest, DigestAlgorithm, Message, PublicKey, SignatureAlgorithm, SignatureValid, SignatureVerifier, Verifier,
    digest,
};
use crate::limits::Limits;
use crate::pki::{SignedData, SignerInfo, TimestampToken};
use crate::syntax::pdf::Hole;
use crate::validation::Report;

/// A document whose seal has everything but its value.
#[derive(Debug)]
pub struct Prepared {
    /// Of a PDF: with the update appended. Of XML: as they came.
    pub(super) bytes: Vec<u8>,
    pub(super) identity: SealIdentity,
    /// What was said of the original.
    pub(super) earlier: Report,
    pub(super) original_size: usize,
    /// Lowercase hex.
    pub(super) original_sha256: String,
    pub(super) document_digest: Digest,
    pub(super) attributes: Vec<u8>,
    pub(super) laid: Laid,
}

/// What was laid out.
#[derive(Debug)]
pub(super) enum Laid {
    /// The hole in what was appended, and the field that it signs.
    Pdf { hole: Hole, field: String, level: SealLevel },
    /// A signature in XML.
    Xml(Box<Layout>),
}

impl Prepared {
    /// The digest of what is sealed: of a PDF all bytes but the hole, of XML what comes out of the transforms.
    #[must_use]
    pub const fn document_digest(&self) -> &Digest {
        &self.document_digest
    }

    /// What the key signs: of a PDF the attributes, as the DER of their SET (RFC 5652 §5.4); of XML `SignedInfo` in
    /// canonical form.
    #[must_use]
    pub fn signed_attributes(&self) -> &[u8] {
        &self.attributes
    }

    /// Puts the value of the signature, which has the form that CMS wants, in its place.
    ///
    /// # Errors
    /// Where it does not verify over the attributes with the key of our certificate, or does not fit; and where a
    /// time-stamp belongs to it.
    pub fn embed_value(self, signature: &[u8]) -> Result<Sealed, SealError> {
        let algorithm = self.identity.algorithm.signature_algorithm();
        let _proof = self.verified(&algorithm, &self.attributes, signature)?;
        match self.laid {
            Laid::Pdf { level: SealLevel::B, .. } => {
                let cms = cms::signed_data(&self.identity, &self.attributes, signature, None)?;
                self.fill(&cms)
            }
            Laid::Pdf { level: SealLevel::T { .. }, .. } => Err(SealError::Value { cause: "timestamp" }),
            Laid::Xml(_) => self.complete(signature),
        }
    }

    /// Puts the value with a time-stamp token over it in its place in a PDF that was prepared for one. Who made the token
    /// and whether he is believed, the release finds out.
    ///
    /// # Errors
    /// As for [`Prepared::embed_value`]; where the token is none, or is over something else; and where none belongs there.
    pub fn embed_stamped(self, signature: &[u8], token: &[u8]) -> Result<Sealed, SealError> {
        let algorithm = self.identity.algorithm.signature_algorithm();
        let _proof = self.verified(&algorithm, &self.attributes, signature)?;
        let Laid::Pdf { level: SealLevel::T { room }, .. } = self.laid else {
            return Err(SealError::Value { cause: "format" });
        };
        if token.len() > room {
            return Err(SealError::Value { cause: "size" });
        }
        if !is_over(token, signature) {
            return Err(SealError::Value { cause: "timestamp" });
        }
        let cms = cms::signed_data(&self.identity, &self.attributes, signature, Some(token))?;
        self.fill(&cms)
    }

    /// Puts a finished CMS of somebody who signed for us in its place in a PDF.
    ///
    /// # Errors
    /// Where it is not one detached signature over this document by the key of our certificate, or does not fit; and in
    /// XML, where there is none.
    pub fn embed_cms(self, cms: &[u8]) -> Result<Sealed, SealError> {
        let refused = |cause| SealError::Value { cause };
        if let Laid::Xml(_) = self.laid {
            return Err(refused("format"));
        }
        let parsed = SignedData::parse(cms, Limits::DEFAULT.der_depth).map_err(|_| refused("malformed"))?;
        let [signer] = parsed.signers.as_slice() else { return Err(refused("malformed")) };
        if parsed.padding > 0 || parsed.trailing > 0 || parsed.encap_content.is_some() {
            return Err(refused("malformed"));
        }
        let ours = self.identity.certificate.der();
        if !parsed.certificates.iter().any(|certificate| **certificate == *ours) || !names(signer, ours) {
            return Err(refused("certificate"));
        }
        let attributes = signer.signed_attributes.as_ref().ok_or_else(|| refused("malformed"))?;
        let stated = attributes.message_digest().map_err(|_| refused("malformed"))?;
        let named = DigestAlgorithm::from_algorithm_identifier(&signer.digest_algorithm.raw);
        let same_algorithm = named.as_ref().is_ok_and(|named| *named == self.document_digest.algorithm());
        if !same_algorithm || stated.as_deref() != Some(self.document_digest.as_bytes()) {
            return Err(refused("digest"));
        }
        let algorithm = SignatureAlgorithm::from_algorithm_identifier(&signer.signature_algorithm.raw, named.ok());
        let algorithm = algorithm.map_err(|_| refused("malformed"))?;
        let _proof = self.verified(&algorithm, &attributes.as_sent, &signer.signature)?;
        self.fill(cms)
    }

    /// The proof that the key of our certificate made a value.
    fn verified(
        &self,
        algorithm: &SignatureAlgorithm,
        message: &[u8],
        value: &[u8],
    ) -> Result<SignatureValid, SealError> {
        let refused = |cause| SealError::Value { cause };
        let key = PublicKey::from_spki(self.identity.certificate.spki()).map_err(|_| refused("certificate"))?;
        let verified = Verifier.verify(&key, algorithm, Message::Bytes(message), value);
        verified.map_err(|_| refused("signature"))
    }

    /// Writes the CMS into the hole: behind the original, which stays as it is.
    fn fill(self, cms: &[u8]) -> Result<Sealed, SealError> {
        let Self { mut bytes, identity, earlier, original_size, original_sha256, laid, .. } = self;
        let Laid::Pdf { hole, field, level } = laid else { return Err(SealError::Value { cause: "format" }) };
        let size = SealError::Value { cause: "size" };
        let start = usize::try_from(hole.gap.start).ok().and_then(|start| start.checked_add(1));
        let start = start.filter(|start| *start > original_size).ok_or(size.clone())?;
        let hex = bytes.get_mut(start..).and_then(|rest| rest.get_mut(..hole.capacity.saturating_mul(2)));
        let hex = hex.filter(|_| cms.len() <= hole.capacity).ok_or(size)?;
        for (pair, octet) in hex.chunks_exact_mut(2).zip(cms) {
            pair.copy_from_slice(&[digit(octet >> 4), digit(octet & 15)]);
        }
        let made = Made::Pdf { gap: hole.gap, field, level };
        Ok(Sealed { bytes, identity, earlier, original_size, original_sha256, made })
    }

    /// Writes the signature of an XML document with its value, and puts it where it belongs.
    fn complete(self, signature: &[u8]) -> Result<Sealed, SealError> {
        let malformed = || SealError::Value { cause: "malformed" };
        let Self { bytes, identity, earlier, original_size, original_sha256, attributes, laid, .. } = self;
        let Laid::Xml(layout) = laid else { return Err(SealError::Value { cause: "format" }) };
        let value = identity.algorithm.xml_value(signature).ok_or_else(malformed)?;
        let Seal { octets, place } = layout.seal(&value).ok_or_else(malformed)?;
        let length = octets.len();
        let (bytes, content) = match place {
            Place::Apart => (octets, Some(bytes)),
            place => (place.sealed(bytes, &octets).ok_or_else(malformed)?, None),
        };
        let made = Made::Xml { place, length, signed_info: attributes, value, content, name: layout.name };
        Ok(Sealed { bytes, identity, earlier, original_size, original_sha256, made })
    }
}

/// Whether a token is one, and over this value.
fn is_over(token: &[u8], value: &[u8]) -> bool {
    let Ok(parsed) = TimestampToken::parse(token, Limits::DEFAULT.der_depth) else { return false };
    let (signed, info) = (&parsed.signed_data, &parsed.tst_info);
    let algorithm = DigestAlgorithm::from_algorithm_identifier(&info.imprint_algorithm.raw);
    signed.padding == 0
        && signed.trailing == 0
        && algorithm.is_ok_and(|algorithm| *info.imprint == *digest(algorithm, value).as_bytes())
}

/// A hexadecimal digit.
const fn digit(nibble: u8) -> u8 {
    match nibble {
        0..=9 => b'0' + nibble,
        _ => b'a' + (nibble & 15) - 10,
    }
}

/// Whether a signer names a certificate under its signature (RFC 5035 §3).
fn names(signer: &SignerInfo, certificate: &[u8]) -> bool {
    let attribute = signer.signed_attributes.as_ref().map(|signed| signed.signing_certificate_v2());
    let Some(Ok(Some(attribute))) = attribute else { return false };
    let Some(first) = attribute.ids.first() else { return false };
    let algorithm = DigestAlgorithm::from_algorithm_identifier(&first.digest_algorithm.raw);
    algorithm.is_ok_and(|algorithm| digest(algorithm, certificate).as_bytes() == &*first.hash)
}
