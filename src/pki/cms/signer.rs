//! `SignerInfo` (RFC 5652 §5.3): one signature, with its signed and unsigned attributes.

use crate::syntax::der::DerError;
use crate::syntax::der::Reader;
use crate::syntax::der::Tlv;
use crate::syntax::der::tag;

use crate::pki::algorithm::AlgorithmIdentifier;
use crate::pki::name::Name;
use crate::pki::oid;

use super::attributes::Attribute;
use super::attributes::AttributeError;
use super::attributes::SignedAttributes;
use super::attributes::only;
use super::attributes::read_attributes;

/// One signer.
#[derive(Clone, Debug)]
pub struct SignerInfo {
    /// The whole `SignerInfo` as sent.
    pub raw: Box<[u8]>,
    /// `version`: 1 with an issuer and serial number, 3 with a key identifier.
    pub version: i64,
    /// Whom the signer says to be. Not proven, and replaceable where nothing signed repeats it.
    pub sid: SignerIdentifier,
    /// The digest of the content.
    pub digest_algorithm: AlgorithmIdentifier,
    /// The signed attributes; without them the signature is over the content itself.
    pub signed_attributes: Option<SignedAttributes>,
    /// The algorithm of the signature; by some producers only that of the key.
    pub signature_algorithm: AlgorithmIdentifier,
    /// The octets of the signature value.
    pub signature: Vec<u8>,
    /// The unsigned attributes in the order sent.
    pub unsigned_attributes: Vec<Attribute>,
}

/// How a signer names its certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignerIdentifier {
    /// By issuer and serial number.
    IssuerSerial {
        /// The issuer.
        issuer: Name,
        /// The content octets of the serial number.
        serial: Box<[u8]>,
    },
    /// By the subject key identifier.
    KeyIdentifier(Box<[u8]>),
}

/// `revocation-values` (ETSI EN 319 122-1 §5.4.2), each value as sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RevocationValues {
    /// `CertificateList` values.
    pub crls: Vec<Box<[u8]>>,
    /// `BasicOCSPResponse` values.
    pub basic_ocsp_responses: Vec<Box<[u8]>>,
    /// `otherRevVals`, with tag and length.
    pub other: Option<Box<[u8]>>,
}

impl SignerInfo {
    /// Parses one `SignerInfo` that is all of `bytes`: the form of a counter-signature.
    ///
    /// # Errors
    /// Where the bytes are none.
    pub fn parse(bytes: &[u8], depth: u32) -> Result<Self, DerError> {
        let mut reader = Reader::new(bytes, depth);
        let signer = Self::read(&mut reader)?;
        reader.finish()?;
        Ok(signer)
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, DerError> {
        let whole = reader.expect(tag::SEQUENCE)?;
        let mut fields = whole.reader()?;
        let version = fields.expect(tag::INTEGER)?.integer()?;
        let sid = SignerIdentifier::read(&mut fields)?;
        let digest_algorithm = AlgorithmIdentifier::read(&mut fields)?;
        let signed_attributes = match fields.optional(tag::context_constructed(0))? {
            Some(set) => Some(SignedAttributes::from_tlv(&set)?),
            None => None,
        };
        let signature_algorithm = AlgorithmIdentifier::read(&mut fields)?;
        let signature = fields.expect(tag::OCTET_STRING)?.octets()?.into_owned();
        let unsigned_attributes = match fields.optional(tag::context_constructed(1))? {
            Some(set) => read_attributes(&set)?,
            None => Vec::new(),
        };
        fields.finish()?;
        Ok(Self {
            raw: whole.raw.into(),
            version,
            sid,
            digest_algorithm,
            signed_attributes,
            signature_algorithm,
            signature,
            unsigned_attributes,
        })
    }

    /// All values of all unsigned attributes of one type (content octets), as sent.
    pub fn unsigned_values(&self, of_type: &'static [u8]) -> impl Iterator<Item = &[u8]> {
        let attributes = self.unsigned_attributes.iter().filter(move |one| one.oid.content() == of_type);
        attributes.flat_map(|one| one.values.iter().map(|value| &**value))
    }

    /// Signature time-stamps (`id-aa-signatureTimeStampToken`, RFC 3161 appendix A), each a `ContentInfo`.
    pub fn signature_timestamps(&self) -> impl Iterator<Item = &[u8]> {
        self.unsigned_values(oid::SIGNATURE_TIMESTAMP)
    }

    /// Counter-signatures (RFC 5652 §11.4), each for [`SignerInfo::parse`].
    pub fn counter_signatures(&self) -> impl Iterator<Item = &[u8]> {
        self.unsigned_values(oid::COUNTER_SIGNATURE)
    }

    /// Archive time-stamps, version 2 (ETSI TS 101 733 §6.4.1), each a `ContentInfo`.
    pub fn archive_timestamps_v2(&self) -> impl Iterator<Item = &[u8]> {
        self.unsigned_values(oid::ARCHIVE_TIMESTAMP_V2)
    }

    /// Archive time-stamps, version 3 (ETSI EN 319 122-1 §5.5.3), each a `ContentInfo`.
    pub fn archive_timestamps_v3(&self) -> impl Iterator<Item = &[u8]> {
        self.unsigned_values(oid::ARCHIVE_TIMESTAMP_V3)
    }

    /// `certificate-values` (ETSI EN 319 122-1 §5.4.1): certificates as sent; empty where the attribute is absent.
    ///
    /// # Errors
    /// Where the attribute is repeated or malformed.
    pub fn certificate_values(&self) -> Result<Vec<Box<[u8]>>, AttributeError> {
        let values =
            only(&self.unsigned_attributes, oid::CERTIFICATE_VALUES, |value| raw_values(&mut value.sequence()?))?;
        Ok(values.unwrap_or_default())
    }

    /// `revocation-values` (ETSI EN 319 122-1 §5.4.2); empty where the attribute is absent.
    ///
    /// # Errors
    /// Where the attribute is repeated or malformed.
    pub fn revocation_values(&self) -> Result<RevocationValues, AttributeError> {
        let values = only(&self.unsigned_attributes, oid::REVOCATION_VALUES, RevocationValues::from_tlv)?;
        Ok(values.unwrap_or_default())
    }
}

impl SignerIdentifier {
    fn read(fields: &mut Reader<'_>) -> Result<Self, DerError> {
        let choice = fields.next_tlv()?;
        match choice.tag {
            tag::SEQUENCE => {
                let mut inner = choice.reader()?;
                let issuer = Name::read(&mut inner)?;
                let serial = inner.expect(tag::INTEGER)?.content.into();
                inner.finish()?;
                Ok(Self::IssuerSerial { issuer, serial })
            }
            0x80 | 0xa0 => Ok(Self::KeyIdentifier(choice.octets()?.into())),
            _ => Err(choice.malformed()),
        }
    }
}

impl RevocationValues {
    fn from_tlv(value: &Tlv<'_>) -> Result<Self, DerError> {
        let mut fields = value.sequence()?;
        let crls = explicit_list(&mut fields, 0)?;
        let basic_ocsp_responses = explicit_list(&mut fields, 1)?;
        let other = fields.optional(tag::context_constructed(2))?.map(|tlv| tlv.raw.into());
        fields.finish()?;
        Ok(Self { crls, basic_ocsp_responses, other })
    }
}

/// `[number] EXPLICIT SEQUENCE OF` something `OPTIONAL`: each value as sent.
pub(crate) fn explicit_list(fields: &mut Reader<'_>, number: u8) -> Result<Vec<Box<[u8]>>, DerError> {
    let Some(wrapper) = fields.optional(tag::context_constructed(number))? else {
        return Ok(Vec::new());
    };
    let mut inner = wrapper.reader()?;
    let values = raw_values(&mut inner.expect(tag::SEQUENCE)?.reader()?)?;
    inner.finish()?;
    Ok(values)
}

/// Each value that is left, as sent.
pub(crate) fn raw_values(inner: &mut Reader<'_>) -> Result<Vec<Box<[u8]>>, DerError> {
    let mut values = Vec::new();
    while !inner.is_empty() {
        values.push(inner.next_tlv()?.raw.into());
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pki::testdata::explicit;
    use crate::pki::testdata::int;
    use crate::pki::testdata::octets;
    use crate::pki::testdata::oid as object;
    use crate::pki::testdata::seq;
    use crate::pki::testdata::set;

    fn signer(sid: &[u8], unsigned: &[Vec<u8>]) -> Vec<u8> {
        let algorithm = seq(&[&object(oid::SHA256)]);
        let unsigned = if unsigned.is_empty() { Vec::new() } else { explicit(1, &unsigned.concat()) };
        seq(&[&int(&[3]), sid, &algorithm, &algorithm, &octets(b"sig"), &unsigned])
    }

    fn attribute(oid: &[u8], values: &[&[u8]]) -> Vec<u8> {
        seq(&[&object(oid), &set(values)])
    }

    #[test]
    fn a_signer_may_be_named_by_its_key() {
        let bytes = signer(&[0x80, 2, 7, 8], &[]);
        let read = SignerInfo::parse(&bytes, 8).unwrap();
        assert_eq!(read.sid, SignerIdentifier::KeyIdentifier([7, 8].into()));
        assert_eq!((read.version, read.signature.as_slice()), (3, &b"sig"[..]));
        assert!(read.signed_attributes.is_none());
        assert_eq!(read.raw.as_ref(), bytes);
        assert!(SignerInfo::parse(&signer(&[0x82, 0], &[]), 8).is_err());
    }

    #[test]
    fn unsigned_attributes_are_gathered_over_all_instances() {
        let tokens = [seq(&[&int(&[1])]), seq(&[&int(&[2])]), seq(&[&int(&[3])])];
        let values = seq(&[&explicit(0, &seq(&[&seq(&[])])), &explicit(1, &seq(&[&seq(&[])]))]);
        let read = SignerInfo::parse(
            &signer(
                &[0x80, 1, 7],
                &[
                    attribute(oid::SIGNATURE_TIMESTAMP, &[&tokens[0], &tokens[1]]),
                    attribute(oid::SIGNATURE_TIMESTAMP, &[&tokens[2]]),
                    attribute(oid::CERTIFICATE_VALUES, &[&seq(&[&seq(&[]), &seq(&[])])]),
                    attribute(oid::REVOCATION_VALUES, &[&values]),
                ],
            ),
            8,
        )
        .unwrap();
        assert_eq!(read.signature_timestamps().collect::<Vec<_>>(), tokens);
        assert_eq!(read.archive_timestamps_v3().count(), 0);
        assert_eq!(read.certificate_values().unwrap().len(), 2);
        let revocation = read.revocation_values().unwrap();
        assert_eq!((revocation.crls.len(), revocation.basic_ocsp_responses.len()), (1, 1));
        assert!(revocation.other.is_none());
    }

    #[test]
    fn malformed_values_are_an_error_and_not_empty() {
        let read =
            SignerInfo::parse(&signer(&[0x80, 1, 7], &[attribute(oid::CERTIFICATE_VALUES, &[&int(&[1])])]), 8);
        assert!(read.unwrap().certificate_values().is_err());
    }
}
