//! Attributes of a signer (RFC 5652 §5.3, §11; RFC 6211; ETSI EN 319 122-1 §5; ISO 32000-2 §12.8.3.3).
//!
//! Each accessor tells three things apart: absent (`None`), there and read, and there but not as the standard
//! says ([`AttributeError`]): repeated, with no or several values where one is demanded, or malformed.

use std::fmt;

use crate::limits::Limits;
use crate::syntax::der::DerError;
use crate::syntax::der::Oid;
use crate::syntax::der::Tlv;
use crate::syntax::der::tag;
use crate::syntax::der::to_der;
use crate::syntax::der::value;
use crate::time::Timestamp;

use crate::pki::oid;
use crate::pki::text;

use super::claims::AdbeRevocationInfo;
use super::claims::AlgorithmProtection;
use super::claims::ContentHints;
use super::claims::SignaturePolicy;
use super::claims::SignerAttributes;
use super::claims::SignerLocation;
use super::ess::SigningCertificate;
use super::signer::raw_values;

/// An attribute as sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// Which one.
    pub oid: Oid,
    /// Its values, each with tag and length.
    pub values: Vec<Box<[u8]>>,
}

/// The signed attributes: the bytes that the signature is over, and what they say.
#[derive(Clone, Debug)]
pub struct SignedAttributes {
    /// What is signed, with the tag of a SET (RFC 5652 §5.4), octet by octet as sent. Only where the set came in
    /// indefinite length is its frame made anew. Try this first: nearly all signatures are over it.
    pub as_sent: Vec<u8>,
    /// The same in DER, where that differs: what RFC 5652 says is signed.
    pub der: Option<Vec<u8>>,
    /// The attributes in the order sent.
    pub attributes: Vec<Attribute>,
}

/// Values are read on demand, with this depth.
pub(crate) const DEPTH: u32 = Limits::DEFAULT.der_depth;

/// An attribute that is there, but not as its standard says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttributeError {
    /// Which one.
    pub oid: Oid,
    /// What is wrong with it.
    pub fault: AttributeFault,
}

/// What can be wrong with an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AttributeFault {
    /// It is there more than once.
    Repeated,
    /// It has no or several values, and has to have one.
    ValueCount(usize),
    /// A value cannot be read.
    Malformed(DerError),
}

impl SignedAttributes {
    /// From `[0] IMPLICIT SET OF Attribute`.
    pub(crate) fn from_tlv(set: &Tlv<'_>) -> Result<Self, DerError> {
        let attributes = read_attributes(set)?;
        let indefinite = set.raw.get(1) == Some(&0x80);
        let as_sent = if indefinite {
            value(tag::SET, set.content)
        } else {
            let mut octets = set.raw.to_vec();
            if let Some(first) = octets.first_mut() {
                *first = tag::SET;
            }
            octets
        };
        let der = to_der(&set.with_tag(tag::SET))?;
        let der = (der != as_sent).then_some(der);
        Ok(Self { as_sent, der, attributes })
    }

    /// Whether an attribute of the type (content octets) is there.
    #[must_use]
    pub fn contains(&self, of_type: &[u8]) -> bool {
        self.attributes.iter().any(|attribute| attribute.oid.content() == of_type)
    }

    /// `content-type` (RFC 5652 §11.1).
    ///
    /// # Errors
    /// [`AttributeError`].
    pub fn content_type(&self) -> Result<Option<Oid>, AttributeError> {
        self.one(oid::CONTENT_TYPE, |tlv| tlv.oid())
    }

    /// `message-digest` (RFC 5652 §11.2).
    ///
    /// # Errors
    /// [`AttributeError`].
    pub fn message_digest(&self) -> Result<Option<Vec<u8>>, AttributeError> {
        self.one(oid::MESSAGE_DIGEST, octet_string)
    }

    /// `signing-time` (RFC 5652 §11.3): what the signer says.
    ///
    /// # Errors
    /// [`AttributeError`].
    pub fn claimed_signing_time(&self) -> Result<Option<Timestamp>, AttributeError> {
        self.one(oid::SIGNING_TIME, |tlv| tlv.time())
    }

    /// `signing-certificate` (RFC 2634 §5.4): with SHA-1.
    ///
    /// # Errors
    /// [`AttributeError`].
    pub fn signing_certificate_v1(&self) -> Result<Option<SigningCertificate>, AttributeError> {
        self.one(oid::SIGNING_CERTIFICATE, SigningCertificate::v1)
    }

    /// `signing-certificate-v2` (RFC 5035 §3): with any digest.
    ///
    /// # Errors
    /// [`AttributeError`].
    pub fn signing_certificate_v2(&self) -> Result<Option<SigningCertificate>, AttributeError> {
        self.one(oid::SIGNING_CERTIFICATE_V2, SigningCertificate::v2)
    }

    /// `signature-policy-identifier`.
    ///
    /// # Errors
    /// [`AttributeError`].
    pub fn signature_policy(&self) -> Result<Option<SignaturePolicy>, AttributeError> {
        self.one(oid::SIGNATURE_POLICY, SignaturePolicy::from_tlv)
    }

    /// The identifiers of `commitment-type-indication` (ETSI EN 319 122-1 §5.2.3); empty where absent. The
    /// attribute may have several values.
    ///
    /// # Errors
    /// [`AttributeError`].
    pub fn commitment_types(&self) -> Result<Vec<Oid>, AttributeError> {
        self.several(oid::COMMITMENT_TYPE, |tlv| {
            let mut fields = tlv.sequence()?;
            let id = fields.expect(tag::OID)?.oid()?;
            fields.optional(tag::SEQUENCE)?;
            fields.finish()?;
            Ok(id)
        })
    }

    /// `signer-location`: what the signer says.
    ///
    /// # Errors
    /// [`AttributeError`].
    pub fn claimed_signer_location(&self) -> Result<Option<SignerLocation>, AttributeError> {
        self.one(oid::SIGNER_LOCATION, SignerLocation::from_tlv)
    }

    /// `signer-attributes-v2`, or `signer-attributes` where that is absent.
    ///
    /// # Errors
    /// [`AttributeError`].
    pub fn signer_attributes(&self) -> Result<Option<SignerAttributes>, AttributeError> {
        match self.one(oid::SIGNER_ATTRIBUTES_V2, SignerAttributes::from_tlv)? {
            Some(attributes) => Ok(Some(attributes)),
            None => self.one(oid::SIGNER_ATTRIBUTES, SignerAttributes::from_tlv),
        }
    }

    /// `content-hints`.
    ///
    /// # Errors
    /// [`AttributeError`].
    pub fn content_hints(&self) -> Result<Option<ContentHints>, AttributeError> {
        self.one(oid::CONTENT_HINTS, ContentHints::from_tlv)
    }

    /// `content-identifier` (RFC 2634 §2.7).
    ///
    /// # Errors
    /// [`AttributeError`].
    pub fn content_identifier(&self) -> Result<Option<Vec<u8>>, AttributeError> {
        self.one(oid::CONTENT_IDENTIFIER, octet_string)
    }

    /// `mime-type` (ETSI EN 319 122-1 §5.2.4.2).
    ///
    /// # Errors
    /// [`AttributeError`].
    pub fn mime_type(&self) -> Result<Option<String>, AttributeError> {
        self.one(oid::MIME_TYPE, |tlv| match text::decode(tlv)? {
            Some(text) => Ok(text.value),
            None => Err(tlv.malformed()),
        })
    }

    /// `CMSAlgorithmProtection`.
    ///
    /// # Errors
    /// [`AttributeError`].
    pub fn algorithm_protection(&self) -> Result<Option<AlgorithmProtection>, AttributeError> {
        self.one(oid::ALGORITHM_PROTECTION, AlgorithmProtection::from_tlv)
    }

    /// `adbe-revocationInfoArchival`.
    ///
    /// # Errors
    /// [`AttributeError`].
    pub fn adbe_revocation_info(&self) -> Result<Option<AdbeRevocationInfo>, AttributeError> {
        self.one(oid::ADBE_REVOCATION_INFO, AdbeRevocationInfo::from_tlv)
    }

    /// Content time-stamps (ETSI EN 319 122-1 §5.2.8), each a `ContentInfo` as sent. There may be several attributes,
    /// and several values in each.
    pub fn content_timestamps(&self) -> impl Iterator<Item = &[u8]> {
        let of_type = |one: &&Attribute| one.oid.content() == oid::CONTENT_TIMESTAMP;
        self.attributes.iter().filter(of_type).flat_map(|one| one.values.iter().map(|value| &**value))
    }

    fn one<T>(
        &self,
        of_type: &[u8],
        read: impl FnOnce(&Tlv<'_>) -> Result<T, DerError>,
    ) -> Result<Option<T>, AttributeError> {
        only(&self.attributes, of_type, read)
    }

    fn several<T>(
        &self,
        of_type: &[u8],
        mut read: impl FnMut(&Tlv<'_>) -> Result<T, DerError>,
    ) -> Result<Vec<T>, AttributeError> {
        let Some(attribute) = single(&self.attributes, of_type)? else {
            return Ok(Vec::new());
        };
        if attribute.values.is_empty() {
            return Err(AttributeError { oid: attribute.oid.clone(), fault: AttributeFault::ValueCount(0) });
        }
        let mut values = Vec::new();
        for octets in &attribute.values {
            let value = Tlv::parse_all(octets, DEPTH).and_then(|tlv| read(&tlv));
            values.push(value.map_err(|error| malformed(of_type, error))?);
        }
        Ok(values)
    }
}

/// `SET OF Attribute`, whatever the tag of the set.
pub(crate) fn read_attributes(set: &Tlv<'_>) -> Result<Vec<Attribute>, DerError> {
    let mut members = set.reader()?;
    let mut attributes = Vec::new();
    while !members.is_empty() {
        attributes.push(Attribute::from_tlv(&members.expect(tag::SEQUENCE)?)?);
    }
    Ok(attributes)
}

/// Reads the one value of the one attribute of a type, where it is there.
pub(crate) fn only<T>(
    attributes: &[Attribute],
    of_type: &[u8],
    read: impl FnOnce(&Tlv<'_>) -> Result<T, DerError>,
) -> Result<Option<T>, AttributeError> {
    let Some(attribute) = single(attributes, of_type)? else {
        return Ok(None);
    };
    let [octets] = attribute.values.as_slice() else {
        let fault = AttributeFault::ValueCount(attribute.values.len());
        return Err(AttributeError { oid: attribute.oid.clone(), fault });
    };
    match Tlv::parse_all(octets, DEPTH).and_then(|tlv| read(&tlv)) {
        Ok(value) => Ok(Some(value)),
        Err(error) => Err(malformed(of_type, error)),
    }
}

fn single<'a>(attributes: &'a [Attribute], of_type: &[u8]) -> Result<Option<&'a Attribute>, AttributeError> {
    let mut found = attributes.iter().filter(|attribute| attribute.oid.content() == of_type);
    match (found.next(), found.next()) {
        (first, None) => Ok(first),
        (_, Some(_)) => Err(AttributeError { oid: Oid::from_content(of_type), fault: AttributeFault::Repeated }),
    }
}

fn malformed(of_type: &[u8], error: DerError) -> AttributeError {
    AttributeError { oid: Oid::from_content(of_type), fault: AttributeFault::Malformed(error) }
}

impl Attribute {
    pub(crate) fn from_tlv(attribute: &Tlv<'_>) -> Result<Self, DerError> {
        let mut fields = attribute.reader()?;
        let oid = fields.expect(tag::OID)?.oid()?;
        let values = raw_values(&mut fields.expect(tag::SET)?.reader()?)?;
        fields.finish()?;
        Ok(Self { oid, values })
    }
}

fn octet_string(value: &Tlv<'_>) -> Result<Vec<u8>, DerError> {
    if value.tag & !0x20 == tag::OCTET_STRING { Ok(value.octets()?.into_owned()) } else { Err(value.malformed()) }
}

impl fmt::Display for AttributeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "attribute {}: ", self.oid)?;
        match &self.fault {
            AttributeFault::Repeated => f.write_str("there more than once"),
            AttributeFault::ValueCount(count) => write!(f, "{count} values instead of one"),
            AttributeFault::Malformed(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for AttributeError {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pki::cms::PolicyHash;
    use crate::pki::testdata::explicit;
    use crate::pki::testdata::int;
    use crate::pki::testdata::octets;
    use crate::pki::testdata::oid as object;
    use crate::pki::testdata::seq;
    use crate::pki::testdata::set;
    use crate::pki::testdata::utf8;

    fn attribute(oid: &[u8], values: &[&[u8]]) -> Vec<u8> {
        seq(&[&object(oid), &set(values)])
    }

    /// Signed attributes of these members, in this order.
    fn signed(members: &[Vec<u8>]) -> SignedAttributes {
        SignedAttributes::from_tlv(&Tlv::parse_all(&explicit(0, &members.concat()), 16).unwrap()).unwrap()
    }

    fn fault<T: std::fmt::Debug>(result: Result<T, AttributeError>) -> AttributeFault {
        result.unwrap_err().fault
    }

    #[test]
    fn what_is_signed_is_kept_as_sent_and_made_der() {
        let (early, late) =
            (attribute(oid::CONTENT_TYPE, &[&object(oid::DATA)]), attribute(&[0x2a], &[&int(&[1])]));
        let sorted = signed(&[late.clone(), early.clone()]);
        assert_eq!(sorted.as_sent, set(&[&late, &early]));
        assert_eq!(sorted.der, None);
        let unsorted = signed(&[early.clone(), late.clone()]);
        assert_eq!(unsorted.as_sent, set(&[&early, &late]));
        assert_eq!(unsorted.der, Some(set(&[&late, &early])));
    }

    #[test]
    fn a_set_of_indefinite_length_gets_a_frame() {
        let member = attribute(oid::CONTENT_TYPE, &[&object(oid::DATA)]);
        let sent = [&[0xa0, 0x80], &member[..], &[0, 0]].concat();
        let signed = SignedAttributes::from_tlv(&Tlv::parse_all(&sent, 16).unwrap()).unwrap();
        assert_eq!((signed.as_sent, signed.der), (set(&[&member]), None));
    }

    #[test]
    fn a_long_form_of_a_short_length_stays_in_what_was_sent() {
        let member = attribute(oid::CONTENT_TYPE, &[&object(oid::DATA)]);
        let length = u8::try_from(member.len()).unwrap();
        let sent = [&[0xa0, 0x81, length], &member[..]].concat();
        let signed = SignedAttributes::from_tlv(&Tlv::parse_all(&sent, 16).unwrap()).unwrap();
        assert_eq!(signed.as_sent[..3], [0x31, 0x81, length]);
        assert_eq!(signed.der, Some(set(&[&member])));
    }

    #[test]
    fn absent_repeated_counted_and_malformed_are_told_apart() {
        let digest = attribute(oid::MESSAGE_DIGEST, &[&octets(&[1])]);
        assert_eq!(signed(&[]).message_digest(), Ok(None));
        assert_eq!(signed(std::slice::from_ref(&digest)).message_digest(), Ok(Some(vec![1])));
        assert_eq!(fault(signed(&[digest.clone(), digest]).message_digest()), AttributeFault::Repeated);
        let two = attribute(oid::MESSAGE_DIGEST, &[&octets(&[1]), &octets(&[2])]);
        assert_eq!(fault(signed(&[two]).message_digest()), AttributeFault::ValueCount(2));
        let none = attribute(oid::MESSAGE_DIGEST, &[]);
        assert_eq!(fault(signed(&[none]).message_digest()), AttributeFault::ValueCount(0));
        let bad = attribute(oid::MESSAGE_DIGEST, &[&int(&[1])]);
        assert!(matches!(fault(signed(&[bad]).message_digest()), AttributeFault::Malformed(_)));
        let no_commitment = attribute(oid::COMMITMENT_TYPE, &[]);
        assert_eq!(fault(signed(&[no_commitment]).commitment_types()), AttributeFault::ValueCount(0));
    }

    #[test]
    fn signing_certificates_name_their_digest() {
        let id = seq(&[&octets(&[1; 20])]);
        let v1 = attribute(oid::SIGNING_CERTIFICATE, &[&seq(&[&seq(&[&id])])]);
        let read = signed(&[v1]).signing_certificate_v1().unwrap().unwrap();
        assert_eq!((read.ids[0].digest_algorithm.oid.content(), read.ids[0].hash.len()), (oid::SHA1, 20));
        let named = seq(&[&seq(&[&object(&[0x2a, 3])]), &octets(&[1; 64])]);
        let policies = seq(&[&seq(&[&object(&[0x2a, 4])])]);
        let v2 = attribute(oid::SIGNING_CERTIFICATE_V2, &[&seq(&[&seq(&[&named, &id]), &policies])]);
        let read = signed(&[v2]).signing_certificate_v2().unwrap().unwrap();
        assert_eq!(read.ids[0].digest_algorithm.oid.content(), [0x2a, 3]);
        assert_eq!(read.ids[1].digest_algorithm.oid.content(), oid::SHA256);
        assert_eq!((read.ids[0].issuer_serial.is_none(), read.policies.len()), (true, 1));
        let empty = attribute(oid::SIGNING_CERTIFICATE_V2, &[&seq(&[&seq(&[])])]);
        assert!(matches!(fault(signed(&[empty]).signing_certificate_v2()), AttributeFault::Malformed(_)));
    }

    #[test]
    fn policies_are_read_with_and_without_hash() {
        let policy =
            |members: &[&[u8]]| signed(&[attribute(oid::SIGNATURE_POLICY, &[&seq(members)])]).signature_policy();
        let hash = seq(&[&seq(&[&object(oid::SHA256)]), &octets(&[3; 32])]);
        let uri = seq(&[&object(oid::POLICY_QUALIFIER_URI), &value(tag::IA5_STRING, b"https://p")]);
        let qualifiers = seq(&[&uri, &seq(&[&object(&[0x2a, 9]), &utf8("x")])]);
        let id = object(&[0x2a, 3]);
        let Ok(Some(SignaturePolicy::Explicit { hash: Some(PolicyHash { value: digest, .. }), uri, .. })) =
            policy(&[&id, &hash, &qualifiers])
        else {
            panic!()
        };
        assert_eq!((digest.as_ref(), uri.as_deref()), (&[3; 32][..], Some("https://p")));
        let Ok(Some(SignaturePolicy::Explicit { hash, uri, other_qualifiers, .. })) = policy(&[&id, &qualifiers])
        else {
            panic!()
        };
        assert_eq!((hash, uri.is_some(), other_qualifiers.len()), (None, true, 1));
        let implied = signed(&[attribute(oid::SIGNATURE_POLICY, &[&[0x05, 0x00]])]).signature_policy();
        assert_eq!(implied, Ok(Some(SignaturePolicy::Implied)));
    }

    #[test]
    fn what_a_signer_claims_is_read() {
        let place = seq(&[
            &explicit(0, &utf8("CH")),
            &explicit(1, &utf8("Zürich")),
            &explicit(2, &seq(&[&utf8("Neumühlequai 10"), &utf8("8090 Zürich")])),
        ]);
        let role = |values: &[&[u8]]| seq(&[&object(&[0x55, 4, 72]), &set(values)]);
        let syntax = seq(&[&explicit(1, &[&[0x86, 5][..], b"urn:r"].concat())]);
        let roles =
            seq(&[&explicit(0, &seq(&[&role(&[&utf8("Notar")]), &role(&[&syntax])])), &explicit(1, &seq(&[]))]);
        let commitments = [seq(&[&object(&[0x2a, 1])]), seq(&[&object(&[0x2a, 2]), &seq(&[])])];
        let signed = signed(&[
            attribute(oid::SIGNER_LOCATION, &[&place]),
            attribute(oid::SIGNER_ATTRIBUTES_V2, &[&roles]),
            attribute(oid::COMMITMENT_TYPE, &[&commitments[0], &commitments[1]]),
            attribute(oid::MIME_TYPE, &[&utf8("text/plain")]),
            attribute(oid::CONTENT_HINTS, &[&seq(&[&utf8("a text"), &object(oid::DATA)])]),
            attribute(oid::CONTENT_IDENTIFIER, &[&octets(&[8])]),
            attribute(oid::CONTENT_TIMESTAMP, &[&seq(&[]), &seq(&[])]),
            attribute(oid::CONTENT_TIMESTAMP, &[&seq(&[])]),
        ]);
        let location = signed.claimed_signer_location().unwrap().unwrap();
        assert_eq!((location.country.as_deref(), location.locality.as_deref()), (Some("CH"), Some("Zürich")));
        assert_eq!(location.postal_address, ["Neumühlequai 10", "8090 Zürich"]);
        let attributes = signed.signer_attributes().unwrap().unwrap();
        assert_eq!(attributes.claimed_roles, ["Notar", "urn:r"]);
        assert_eq!((attributes.claimed.len(), attributes.certified.len()), (2, 1));
        assert_eq!(signed.commitment_types().unwrap().len(), 2);
        assert_eq!(signed.mime_type().unwrap().as_deref(), Some("text/plain"));
        assert_eq!(signed.content_hints().unwrap().unwrap().description.as_deref(), Some("a text"));
        assert_eq!(signed.content_identifier().unwrap(), Some(vec![8]));
        assert_eq!(signed.content_timestamps().count(), 3);
    }

    #[test]
    fn claimed_roles_under_an_implicit_tag_are_read_too() {
        let role = seq(&[&object(&[0x55, 4, 72]), &set(&[&utf8("Notar")])]);
        for claimed in [role.clone(), [role.clone(), role.clone()].concat(), seq(&[&role])] {
            let attributes = signed(&[attribute(oid::SIGNER_ATTRIBUTES, &[&seq(&[&explicit(0, &claimed)])])]);
            assert_eq!(attributes.signer_attributes().unwrap().unwrap().claimed_roles[0], "Notar");
        }
    }

    #[test]
    fn repeated_algorithms_and_revocation_data_are_read() {
        let algorithm = seq(&[&object(oid::SHA256)]);
        let signature = object(&[0x2a, 3]);
        let protection = seq(&[&algorithm, &explicit(1, &signature)]);
        let archive = seq(&[&explicit(0, &seq(&[&seq(&[])])), &explicit(1, &seq(&[&seq(&[]), &seq(&[])]))]);
        let signed = signed(&[
            attribute(oid::ALGORITHM_PROTECTION, &[&protection]),
            attribute(oid::ADBE_REVOCATION_INFO, &[&archive]),
        ]);
        let protection = signed.algorithm_protection().unwrap().unwrap();
        assert_eq!(protection.digest_algorithm.raw.as_ref(), algorithm);
        assert_eq!(protection.signature_algorithm.unwrap().raw.as_ref(), seq(&[&signature]));
        let archive = signed.adbe_revocation_info().unwrap().unwrap();
        assert_eq!((archive.crls.len(), archive.ocsp_responses.len(), archive.other.len()), (1, 2, 0));
    }
}
