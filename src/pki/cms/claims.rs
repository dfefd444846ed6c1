//! What a signer says beside the signature itself: policy, place, role, kind of content, algorithms (RFC 6211), and the
//! revocation data it brought (ETSI EN 319 122-1 §5.2; RFC 2634 §2.9; ISO 32000-2 §12.8.3.3).

use crate::syntax::der::DerError;
use crate::syntax::der::Oid;
use crate::syntax::der::Reader;
use crate::syntax::der::Tlv;
use crate::syntax::der::tag;

use crate::pki::algorithm::AlgorithmIdentifier;
use crate::pki::oid;
use crate::pki::text;

use super::attributes::Attribute;
use super::attributes::DEPTH;
use super::signer::explicit_list;

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

impl ContentHints {
    pub(crate) fn from_tlv(tlv: &Tlv<'_>) -> Result<Self, DerError> {
        let mut fields = tlv.sequence()?;
        let description = match fields.peek() {
            Some(tag::OID) | None => None,
            Some(_) => Some(text::expect(&mut fields)?),
        };
        let content_type = fields.expect(tag::OID)?.oid()?;
        fields.finish()?;
        Ok(Self { description, content_type })
    }
}

impl AlgorithmProtection {
    pub(crate) fn from_tlv(tlv: &Tlv<'_>) -> Result<Self, DerError> {
        let mut fields = tlv.sequence()?;
        let digest_algorithm = AlgorithmIdentifier::read(&mut fields)?;
        let signature_algorithm = match fields.optional(tag::context_constructed(1))? {
            Some(algorithm) => Some(AlgorithmIdentifier::from_tlv(&algorithm)?),
            None => None,
        };
        let has_mac_algorithm = fields.optional(tag::context_constructed(2))?.is_some();
        fields.finish()?;
        Ok(Self { digest_algorithm, signature_algorithm, has_mac_algorithm })
    }
}

impl SignaturePolicy {
    pub(crate) fn from_tlv(tlv: &Tlv<'_>) -> Result<Self, DerError> {
        if tlv.tag == tag::NULL {
            return Ok(Self::Implied);
        }
        let mut fields = tlv.sequence()?;
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

    pub(crate) fn from_tlv(tlv: &Tlv<'_>) -> Result<Self, DerError> {
        let mut fields = tlv.reader()?;
        let algorithm = AlgorithmIdentifier::read(&mut fields)?;
        let value = fields.expect(tag::OCTET_STRING)?.octets()?.into();
        fields.finish()?;
        Ok(Self { algorithm, value })
    }
}

impl SignerLocation {
    pub(crate) fn from_tlv(tlv: &Tlv<'_>) -> Result<Self, DerError> {
        let mut fields = tlv.sequence()?;
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
    pub(crate) fn from_tlv(tlv: &Tlv<'_>) -> Result<Self, DerError> {
        let mut choices = tlv.sequence()?;
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
    let Ok(only) = Tlv::parse_all(wrapper.content, DEPTH) else {
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
    pub(crate) fn from_tlv(tlv: &Tlv<'_>) -> Result<Self, DerError> {
        let mut fields = tlv.sequence()?;
        let crls = explicit_list(&mut fields, 0)?;
        let ocsp_responses = explicit_list(&mut fields, 1)?;
        let other = explicit_list(&mut fields, 2)?;
        fields.finish()?;
        Ok(Self { crls, ocsp_responses, other })
    }
}
