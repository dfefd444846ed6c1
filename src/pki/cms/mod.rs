//! Signed data (RFC 5652 §5, with the attributes of RFC 5035, RFC 6211, ETSI EN 319 122-1 and ISO 32000-2), read
//! in BER.
//!
//! Nothing is verified and nothing is judged: a content type that does not fit, a second signer, a missing
//! attribute are facts here. Attributes are kept as sent and read on demand, so that one that is malformed does
//! not hide the others.
//!
//! Not read: attribute certificates and evidence records (kept raw), and other content types than signed data.

mod archive;
mod attributes;
mod claims;
mod ess;
mod signer;

use std::fmt;

use crate::syntax::der::DerError;
use crate::syntax::der::Oid;
use crate::syntax::der::Reader;
use crate::syntax::der::Tlv;
use crate::syntax::der::is_der;
use crate::syntax::der::tag;

use super::algorithm::AlgorithmIdentifier;
use super::oid;

pub use archive::HashIndex;
pub use attributes::{Attribute, AttributeError, AttributeFault, SignedAttributes};
pub use claims::{
    AdbeRevocationInfo, AlgorithmProtection, ContentHints, PolicyHash, SignaturePolicy, SignerAttributes,
    SignerLocation,
};
pub use ess::{EssCertId, IssuerSerial, SigningCertificate};
pub use signer::{RevocationValues, SignerIdentifier, SignerInfo};

/// A CMS signature as parsed: content, certificates and revocation data that came along, signers.
#[derive(Clone, Debug)]
pub struct SignedData {
    raw: Box<[u8]>,
    /// Whether all of it is in DER, by lengths and strings (see [`is_der`]).
    pub is_der: bool,
    /// Zero octets after the value, where all octets after it are zero: what fills the hole in a PDF.
    pub padding: usize,
    /// Octets after the value, where not all of them are zero.
    pub trailing: usize,
    /// `version`.
    pub version: i64,
    /// `digestAlgorithms`: those that the signers are said to use.
    pub digest_algorithms: Vec<AlgorithmIdentifier>,
    /// `eContentType`.
    pub encap_content_type: Oid,
    /// The octets of `eContent` that are digested, joined where they came in parts; absent in a detached
    /// signature.
    pub encap_content: Option<Vec<u8>>,
    /// Whether `eContent` is no OCTET STRING but another value, as PKCS #7 allowed: `encap_content` holds its
    /// content octets then, which are what is digested (RFC 5652 §5.2.1).
    pub encap_content_is_other_type: bool,
    /// X.509 certificates as sent.
    pub certificates: Vec<Box<[u8]>>,
    /// The other choices of `certificates` as sent: `[0]` extended certificates of PKCS #6, attribute
    /// certificates `[1]` version 1 and `[2]` version 2, `[3]` other formats.
    pub attribute_certificates: Vec<Box<[u8]>>,
    /// X.509 CRLs as sent.
    pub crls: Vec<Box<[u8]>>,
    /// `OCSPResponse` values (RFC 5940 §2.1).
    pub ocsp_responses: Vec<Box<[u8]>>,
    /// `BasicOCSPResponse` values under `id-pkix-ocsp-basic`, as CAdES puts them (EN 319 122-1 §5.5).
    pub basic_ocsp_responses: Vec<Box<[u8]>>,
    /// Revocation data of other formats.
    pub other_revocations: Vec<OtherRevocation>,
    /// The signers in the order sent.
    pub signers: Vec<SignerInfo>,
}

/// Revocation data of a format that is not known here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherRevocation {
    /// The format.
    pub oid: Oid,
    /// The value as sent.
    pub raw: Box<[u8]>,
}

/// Why bytes are no signed data.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CmsError {
    /// The encoding cannot be read.
    Encoding(DerError),
    /// It is CMS, but of another content type.
    ContentType(Oid),
}

impl SignedData {
    /// Parses a `ContentInfo` that holds signed data and stands at the start of `bytes`. Values may be nested
    /// `depth` deep. What follows it is counted, not refused: see [`SignedData::padding`] and
    /// [`SignedData::trailing`].
    ///
    /// # Errors
    /// [`CmsError`] where the bytes are no signed data, or a part of it cannot be read.
    pub fn parse(bytes: &[u8], depth: u32) -> Result<Self, CmsError> {
        let outer = Tlv::parse_first(bytes, depth)?;
        let mut content_info = outer.sequence()?;
        let content_type = content_info.expect(tag::OID)?.oid()?;
        if content_type.content() != oid::SIGNED_DATA {
            return Err(CmsError::ContentType(content_type));
        }
        let mut wrapper = content_info.expect(tag::context_constructed(0))?.reader()?;
        content_info.finish()?;
        let signed_data = wrapper.expect(tag::SEQUENCE)?;
        wrapper.finish()?;

        let after = bytes.get(outer.raw.len()..).unwrap_or_default();
        // A fold, since it needs no branch for each of thousands of octets.
        let only_zeros = after.iter().fold(0, |all, octet| all | octet) == 0;
        let mut parsed = Self {
            raw: outer.raw.into(),
            is_der: is_der(outer.raw, depth),
            padding: if only_zeros { after.len() } else { 0 },
            trailing: if only_zeros { 0 } else { after.len() },
            version: 0,
            digest_algorithms: Vec::new(),
            encap_content_type: Oid::from_content(&[]),
            encap_content: None,
            encap_content_is_other_type: false,
            certificates: Vec::new(),
            attribute_certificates: Vec::new(),
            crls: Vec::new(),
            ocsp_responses: Vec::new(),
            basic_ocsp_responses: Vec::new(),
            other_revocations: Vec::new(),
            signers: Vec::new(),
        };
        parsed.read(&mut signed_data.reader()?)?;
        Ok(parsed)
    }

    /// The whole `ContentInfo` as sent, without what follows it.
    #[must_use]
    pub fn raw(&self) -> &[u8] {
        &self.raw
    }

    fn read(&mut self, fields: &mut Reader<'_>) -> Result<(), DerError> {
        self.version = fields.expect(tag::INTEGER)?.integer()?;
        let mut algorithms = fields.expect(tag::SET)?.reader()?;
        while !algorithms.is_empty() {
            self.digest_algorithms.push(AlgorithmIdentifier::read(&mut algorithms)?);
        }
        self.read_content(&mut fields.expect(tag::SEQUENCE)?.reader()?)?;
        if let Some(certificates) = fields.optional(tag::context_constructed(0))? {
            self.read_certificates(&mut certificates.reader()?)?;
        }
        if let Some(crls) = fields.optional(tag::context_constructed(1))? {
            self.read_crls(&mut crls.reader()?)?;
        }
        let mut signers = fields.expect(tag::SET)?.reader()?;
        while !signers.is_empty() {
            self.signers.push(SignerInfo::read(&mut signers)?);
        }
        fields.finish()
    }

    fn read_content(&mut self, fields: &mut Reader<'_>) -> Result<(), DerError> {
        self.encap_content_type = fields.expect(tag::OID)?.oid()?;
        if let Some(wrapper) = fields.optional(tag::context_constructed(0))? {
            let mut inner = wrapper.reader()?;
            let content = inner.next_tlv()?;
            inner.finish()?;
            if content.tag & !0x20 == tag::OCTET_STRING {
                self.encap_content = Some(content.octets()?.into_owned());
            } else {
                self.encap_content = Some(content.content.to_vec());
                self.encap_content_is_other_type = true;
            }
        }
        fields.finish()
    }

    fn read_certificates(&mut self, choices: &mut Reader<'_>) -> Result<(), DerError> {
        while !choices.is_empty() {
            let choice = choices.next_tlv()?;
            match choice.tag {
                tag::SEQUENCE => self.certificates.push(choice.raw.into()),
                0xa0..=0xa3 => self.attribute_certificates.push(choice.raw.into()),
                _ => return Err(choice.malformed()),
            }
        }
        Ok(())
    }

    fn read_crls(&mut self, choices: &mut Reader<'_>) -> Result<(), DerError> {
        while !choices.is_empty() {
            let choice = choices.next_tlv()?;
            if choice.tag == tag::SEQUENCE {
                self.crls.push(choice.raw.into());
                continue;
            }
            if choice.tag != tag::context_constructed(1) {
                return Err(choice.malformed());
            }
            let mut fields = choice.reader()?;
            let oid = fields.expect(tag::OID)?.oid()?;
            let raw = fields.next_tlv()?.raw.into();
            fields.finish()?;
            match oid.content() {
                oid::REVOCATION_OCSP_RESPONSE => self.ocsp_responses.push(raw),
                oid::OCSP_BASIC => self.basic_ocsp_responses.push(raw),
                _ => self.other_revocations.push(OtherRevocation { oid, raw }),
            }
        }
        Ok(())
    }
}

impl From<DerError> for CmsError {
    fn from(error: DerError) -> Self {
        Self::Encoding(error)
    }
}

impl fmt::Display for CmsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Encoding(error) => write!(f, "no signed data: {error}"),
            Self::ContentType(oid) => write!(f, "no signed data: the content type is {oid}"),
        }
    }
}

impl std::error::Error for CmsError {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pki::testdata;
    use crate::pki::testdata::explicit;
    use crate::pki::testdata::int;
    use crate::pki::testdata::octets;
    use crate::pki::testdata::seq;
    use crate::pki::testdata::set;

    const DEPTH: u32 = 32;

    #[test]
    fn a_signature_of_openssl_is_read() {
        let bytes = testdata::der(testdata::CMS);
        let cms = SignedData::parse(&bytes, DEPTH).unwrap();
        assert_eq!((cms.version, cms.is_der, cms.padding, cms.trailing), (1, true, 0, 0));
        assert_eq!(cms.raw(), bytes);
        assert_eq!(cms.encap_content_type.content(), oid::DATA);
        assert_eq!(cms.encap_content, None);
        assert_eq!(cms.digest_algorithms[0].oid.content(), oid::SHA256);
        let mut certificates = vec![testdata::der(testdata::LEAF), testdata::der(testdata::CA)];
        certificates.sort();
        let mut sent: Vec<Vec<u8>> = cms.certificates.iter().map(|one| one.to_vec()).collect();
        sent.sort();
        assert_eq!(sent, certificates);
        let [signer] = cms.signers.as_slice() else { panic!() };
        let SignerIdentifier::IssuerSerial { issuer, serial } = &signer.sid else { panic!() };
        assert_eq!((issuer.common_name(), serial.as_ref()), (Some("Root"), &[1, 2][..]));
        assert_eq!(signer.signature_algorithm.oid.to_string(), "1.2.840.10045.4.3.2");
        assert!(signer.signature.starts_with(&[0x30]) && signer.unsigned_attributes.is_empty());
        let signed = signer.signed_attributes.as_ref().unwrap();
        assert_eq!(signed.der, None, "OpenSSL sorts");
        assert_eq!(signed.content_type().unwrap().unwrap().content(), oid::DATA);
        assert_eq!(signed.message_digest().unwrap().unwrap().len(), 32);
        assert!(signed.claimed_signing_time().unwrap().is_some());
        assert!(signed.signing_certificate_v1().unwrap().is_none());
        let reference = signed.signing_certificate_v2().unwrap().unwrap();
        let [id] = reference.ids.as_slice() else { panic!() };
        assert_eq!((id.digest_algorithm.oid.content(), id.hash.len()), (oid::SHA256, 32));
        let named = id.issuer_serial.as_ref().unwrap();
        assert_eq!((named.issuer_name(), named.serial.as_ref()), (Some(issuer), &[1, 2][..]));
    }

    #[test]
    fn what_follows_is_counted() {
        let bytes = testdata::der(testdata::CMS);
        let parse = |after: &[u8]| SignedData::parse(&[&bytes, after].concat(), DEPTH).unwrap();
        let padded = parse(&[0; 100]);
        assert_eq!((padded.padding, padded.trailing, padded.raw().len()), (100, 0, bytes.len()));
        let followed = parse(&[0, 0, 1]);
        assert_eq!((followed.padding, followed.trailing), (0, 3));
    }

    fn content_info(members: &[&[u8]]) -> Vec<u8> {
        seq(&[&testdata::oid(oid::SIGNED_DATA), &explicit(0, &seq(members))])
    }

    #[test]
    fn content_in_parts_and_of_other_types_is_joined() {
        let parse = |content: &[u8]| {
            let encapsulated = seq(&[&testdata::oid(oid::DATA), &explicit(0, content)]);
            SignedData::parse(&content_info(&[&int(&[1]), &set(&[]), &encapsulated, &set(&[])]), DEPTH).unwrap()
        };
        let parts = parse(&[0x24, 0x80, 0x04, 1, b'a', 0x04, 1, b'b', 0, 0]);
        assert_eq!((parts.encap_content.as_deref(), parts.is_der), (Some(&b"ab"[..]), false));
        assert!(!parts.encap_content_is_other_type);
        let other = parse(&seq(&[&int(&[5])]));
        assert_eq!(other.encap_content.as_deref(), Some(&[0x02, 1, 5][..]));
        assert!(other.encap_content_is_other_type && other.signers.is_empty());
    }

    #[test]
    fn certificates_and_revocations_of_every_choice_are_kept() {
        let encapsulated = seq(&[&testdata::oid(oid::DATA)]);
        let certificates = explicit(0, &[seq(&[]), explicit(1, &[]), explicit(2, &[])].concat());
        let other = |oid: &[u8]| explicit(1, &[testdata::oid(oid), seq(&[&octets(&[9])])].concat());
        let revocations =
            [seq(&[&int(&[7])]), other(oid::REVOCATION_OCSP_RESPONSE), other(oid::OCSP_BASIC), other(&[0x2a, 3])];
        let crls = explicit(1, &revocations.concat());
        let members = [&int(&[5])[..], &set(&[]), &encapsulated, &certificates, &crls, &set(&[])];
        let cms = SignedData::parse(&content_info(&members), DEPTH).unwrap();
        assert_eq!((cms.certificates.len(), cms.attribute_certificates.len(), cms.crls.len()), (1, 2, 1));
        assert_eq!(cms.ocsp_responses, [seq(&[&octets(&[9])]).into()]);
        assert_eq!((cms.basic_ocsp_responses.len(), cms.other_revocations.len()), (1, 1));
    }

    #[test]
    fn what_is_no_signed_data_is_refused() {
        let data = seq(&[&testdata::oid(oid::DATA), &explicit(0, &octets(b"x"))]);
        assert!(matches!(SignedData::parse(&data, DEPTH), Err(CmsError::ContentType(_))));
        let mut cut = testdata::der(testdata::CMS);
        cut.pop();
        for bytes in [&cut[..], &[], &[0; 64], &testdata::der(testdata::LEAF)] {
            assert!(SignedData::parse(bytes, DEPTH).is_err());
        }
        let whole = testdata::der(testdata::CMS);
        assert!(SignedData::parse(&whole, 3).is_err(), "nesting is bounded");
    }
}
