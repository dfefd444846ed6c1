//! Attributes of a signer (RFC 5652 §5.3, §11; RFC 6211; ETSI EN 319 122-1 §5; ISO 32000-2 §12.8.3.3).
//!
//! Each accessor tells three things apart: absent (`None`), there and read, and there but not as the standard
//! says ([`AttributeError`]): repeated, with no or several values where one is demanded, or malformed.

use std::fmt;

use crate::limits::Limits;
use crate::syntax::der::DerError;
use crate::syntax::der::Oid;
use crate::syntax::der::Reader;
use crate::syntax::der::Tlv;
use crate::syntax::der::tag;
use crate::syntax::der::to_der;
use crate::syntax::der::value;
use crate::time::Timestamp;

use crate::pki::algorithm::AlgorithmIdentifier;
use crate::pki::oid;
use crate::pki::text;

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
const DEPTH: u32 = Limits::DEFAULT.der_depth;

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

/// `content-hints` (RFC 2634 §2.9).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContentHints {
    /// A description for people.
    pub description: Option<String>,
    /// The type of the innermost content.
    pub content_type: Oid,
}

/// `CMSAlgorithmProtection` (RFC 6211): the algorithms, repeated under the signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlgorithmProtection {
    /// Has to be the signer's digest algorithm.
    pub digest_algorithm: AlgorithmIdentifier,
    /// Has to be the signer's signature algorithm.
    pub signature_algorithm: Option<AlgorithmIdentifier>,
    /// There is a MAC algorithm, which no signature has.
    pub has_mac_algorithm: bool,
}

/// `signature-policy-identifier` (ETSI EN 319 122-1 §5.2.9).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignaturePolicy {
    /// The policy follows from the content or elsewhere.
    Implied,
    /// A policy by its identifier.
    Explicit {
        /// The policy.
        id: Oid,
        /// The digest of the policy document.
        hash: Option<PolicyHash>,
        /// Where the policy is (`SPuri`).
        uri: Option<String>,
        /// Qualifiers of other types.
        other_qualifiers: Vec<Oid>,
    },
}

/// `OtherHashAlgAndValue`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyHash {
    /// The algorithm.
    pub algorithm: AlgorithmIdentifier,
    /// The digest.
    pub value: Box<[u8]>,
}

/// `signer-location` (ETSI EN 319 122-1 §5.2.5).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SignerLocation {
    /// The country.
    pub country: Option<String>,
    /// The place.
    pub locality: Option<String>,
    /// The lines of the address.
    pub postal_address: Vec<String>,
}

/// `signer-attributes` or `signer-attributes-v2` (ETSI EN 319 122-1 §5.2.6).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SignerAttributes {
    /// The attributes that the signer claims.
    pub claimed: Vec<Attribute>,
    /// The texts among the values of those: the claimed roles.
    pub claimed_roles: Vec<String>,
    /// Attribute certificates, with tag and length.
    pub certified: Vec<Box<[u8]>>,
    /// Signed assertions, with tag and length (version 2 only).
    pub assertions: Vec<Box<[u8]>>,
}

/// `adbe-revocationInfoArchival` (ISO 32000-2 §12.8.3.3.2), each value as sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AdbeRevocationInfo {
    /// `CertificateList` values.
    pub crls: Vec<Box<[u8]>>,
    /// `OCSPResponse` values.
    pub ocsp_responses: Vec<Box<[u8]>>,
    /// Other formats.
    pub other: Vec<Box<[u8]>>,
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
            let mut fields = sequence(tlv)?.reader()?;
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
        self.one(oid::CONTENT_HINTS, |tlv| {
            let mut fields = sequence(tlv)?.reader()?;
            let description = match fields.peek() {
                Some(tag::OID) | None => None,
                Some(_) => Some(text::expect(&mut fields)?),
            };
            let content_type = fields.expect(tag::OID)?.oid()?;
            fields.finish()?;
            Ok(ContentHints { description, content_type })
        })
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
        self.one(oid::ALGORITHM_PROTECTION, |tlv| {
            let mut fields = sequence(tlv)?.reader()?;
            let digest_algorithm = AlgorithmIdentifier::read(&mut fields)?;
            let signature = fields.optional(tag::context_constructed(1))?;
            let signature_algorithm = match signature {
                Some(algorithm) => Some(AlgorithmIdentifier::from_tlv(&algorithm)?),
                None => None,
            };
            let has_mac_algorithm = fields.optional(tag::context_constructed(2))?.is_some();
            fields.finish()?;
            Ok(AlgorithmProtection { digest_algorithm, signature_algorithm, has_mac_algorithm })
        })
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
    fn from_tlv(attribute: &Tlv<'_>) -> Result<Self, DerError> {
        let mut fields = attribute.reader()?;
        let oid = fields.expect(tag::OID)?.oid()?;
        let values = raw_values(&fields.expect(tag::SET)?)?;
        fields.finish()?;
        Ok(Self { oid, values })
    }
}

impl SignaturePolicy {
    fn from_tlv(tlv: &Tlv<'_>) -> Result<Self, DerError> {
        if tlv.tag == tag::NULL {
            return Ok(Self::Implied);
        }
        let mut fields = sequence(tlv)?.reader()?;
        let id = fields.expect(tag::OID)?.oid()?;
        let mut hash = None;
        let mut uri = None;
        let mut other_qualifiers = Vec::new();
        let mut next = fields.optional(tag::SEQUENCE)?;
        if let Some(found) = next.filter(|found| PolicyHash::is(found)) {
            hash = Some(PolicyHash::from_tlv(&found)?);
            next = fields.optional(tag::SEQUENCE)?;
        }
        if let Some(qualifiers) = next {
            let mut qualifiers = qualifiers.reader()?;
            while !qualifiers.is_empty() {
                let mut qualifier = qualifiers.expect(tag::SEQUENCE)?.reader()?;
                let kind = qualifier.expect(tag::OID)?.oid()?;
                if kind.content() == oid::POLICY_QUALIFIER_URI {
                    uri = Some(text::expect(&mut qualifier)?);
                } else {
                    other_qualifiers.push(kind);
                }
            }
        }
        fields.finish()?;
        Ok(Self::Explicit { id, hash, uri, other_qualifiers })
    }
}

impl PolicyHash {
    /// A hash begins with an algorithm (a SEQUENCE that begins with an identifier) followed by an OCTET STRING;
    /// qualifiers are SEQUENCEs only.
    fn is(tlv: &Tlv<'_>) -> bool {
        let second = || -> Result<u8, DerError> {
            let mut fields = tlv.reader()?;
            fields.expect(tag::SEQUENCE)?;
            Ok(fields.peek().unwrap_or(0) & !0x20)
        };
        second() == Ok(tag::OCTET_STRING)
    }

    fn from_tlv(tlv: &Tlv<'_>) -> Result<Self, DerError> {
        let mut fields = tlv.reader()?;
        let algorithm = AlgorithmIdentifier::read(&mut fields)?;
        let value = fields.expect(tag::OCTET_STRING)?.octets()?.into();
        fields.finish()?;
        Ok(Self { algorithm, value })
    }
}

impl SignerLocation {
    fn from_tlv(tlv: &Tlv<'_>) -> Result<Self, DerError> {
        let mut fields = sequence(tlv)?.reader()?;
        let mut string = |number| match fields.optional(tag::context_constructed(number))? {
            Some(wrapper) => {
                let mut inner = wrapper.reader()?;
                let text = text::expect(&mut inner)?;
                inner.finish()?;
                Ok(Some(text))
            }
            None => Ok(None),
        };
        let country = string(0)?;
        let locality = string(1)?;
        let mut postal_address = Vec::new();
        if let Some(lines) = fields.optional(tag::context_constructed(2))? {
            let mut lines = unwrapped(&lines)?;
            while !lines.is_empty() {
                postal_address.push(text::expect(&mut lines)?);
            }
        }
        fields.finish()?;
        Ok(Self { country, locality, postal_address })
    }
}

impl SignerAttributes {
    /// Both versions: version 1 is a SEQUENCE OF the choices `[0]` claimed and `[1]` certified, version 2 has
    /// each at most once, and `[2]` assertions.
    fn from_tlv(tlv: &Tlv<'_>) -> Result<Self, DerError> {
        let mut choices = sequence(tlv)?.reader()?;
        let mut all = Self::default();
        while !choices.is_empty() {
            let choice = choices.next_tlv()?;
            match choice.tag {
                0xa0 => all.read_claimed(&choice)?,
                0xa1 => all.certified.push(choice.raw.into()),
                0xa2 => all.assertions.push(choice.raw.into()),
                _ => return Err(choice.malformed()),
            }
        }
        Ok(all)
    }

    fn read_claimed(&mut self, choice: &Tlv<'_>) -> Result<(), DerError> {
        let mut members = unwrapped(choice)?;
        while !members.is_empty() {
            self.push_claimed(&members.expect(tag::SEQUENCE)?)?;
        }
        Ok(())
    }

    fn push_claimed(&mut self, attribute: &Tlv<'_>) -> Result<(), DerError> {
        let mut fields = attribute.reader()?;
        fields.expect(tag::OID)?;
        collect_texts(&fields.expect(tag::SET)?, &mut self.claimed_roles)?;
        self.claimed.push(Attribute::from_tlv(attribute)?);
        Ok(())
    }
}

/// The members of a SEQUENCE that is tagged explicitly, as the module of CAdES says, or implicitly, as some producers
/// write it: then the first member is a SEQUENCE that begins with an identifier, or no SEQUENCE at all.
fn unwrapped<'a>(wrapper: &Tlv<'a>) -> Result<Reader<'a>, DerError> {
    let members = wrapper.reader()?;
    let Ok(only) = Tlv::parse_all(wrapper.content, 1) else {
        return Ok(members);
    };
    if only.tag != tag::SEQUENCE || only.content.first() == Some(&tag::OID) {
        return Ok(members);
    }
    let mut outer = members;
    outer.next_tlv()?.reader()
}

/// All strings below a value: a role is a string itself, or the name in a `RoleSyntax` (X.509 §14.4.3).
fn collect_texts(parent: &Tlv<'_>, texts: &mut Vec<String>) -> Result<(), DerError> {
    let mut inner = parent.reader()?;
    while !inner.is_empty() {
        let tlv = inner.next_tlv()?;
        if let Some(text) = text::decode(&tlv)? {
            texts.push(text.value);
        } else if tlv.is_constructed() {
            collect_texts(&tlv, texts)?;
        } else if matches!(tlv.tag, 0x81 | 0x82 | 0x86) {
            texts.push(text::ia5(tlv.content));
        }
    }
    Ok(())
}

impl AdbeRevocationInfo {
    fn from_tlv(tlv: &Tlv<'_>) -> Result<Self, DerError> {
        let mut fields = sequence(tlv)?.reader()?;
        let mut list = |number| match fields.optional(tag::context_constructed(number))? {
            Some(wrapper) => {
                let mut inner = wrapper.reader()?;
                let values = raw_values(&inner.expect(tag::SEQUENCE)?)?;
                inner.finish()?;
                Ok(values)
            }
            None => Ok(Vec::new()),
        };
        let (crls, ocsp_responses, other) = (list(0)?, list(1)?, list(2)?);
        fields.finish()?;
        Ok(Self { crls, ocsp_responses, other })
    }
}

fn sequence<'a>(value: &Tlv<'a>) -> Result<Tlv<'a>, DerError> {
    if value.tag == tag::SEQUENCE { Ok(*value) } else { Err(value.malformed()) }
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
