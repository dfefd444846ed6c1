//! What the extensions of a certificate say (RFC 5280 §4.2, RFC 9608, ETSI EN 319 412-1 and -5).
//!
//! A value that cannot be read to its last octet is malformed as a whole: half a constraint is none.

use crate::syntax::der::DerError;
use crate::syntax::der::Oid;
use crate::syntax::der::Reader;
use crate::syntax::der::Tlv;
use crate::syntax::der::tag;

use super::DEPTH;
use crate::pki::distribution_point::DistributionPoint;
use crate::pki::extension::Extension;
use crate::pki::extension::duplicates;
use crate::pki::extension::read_known;
use crate::pki::extension::unknown_critical;
use crate::pki::general_name::GeneralName;
use crate::pki::name_constraints::NameConstraints;
use crate::pki::oid;
use crate::pki::qc::QcStatements;
use crate::pki::text;

/// `basicConstraints`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BasicConstraints {
    /// Whether the subject is a CA.
    pub ca: bool,
    /// How many more CAs, self-issued ones not counted, may follow below it. It means something for a CA only.
    pub path_len: Option<u64>,
}

/// `keyUsage`, as a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyUsage(u32);

impl KeyUsage {
    /// Signatures other than those of the other bits.
    #[must_use]
    pub const fn digital_signature(self) -> bool {
        self.bit(0)
    }

    /// Signatures that bind (`nonRepudiation`, by X.509 now `contentCommitment`).
    #[must_use]
    pub const fn non_repudiation(self) -> bool {
        self.bit(1)
    }

    /// Enciphering keys.
    #[must_use]
    pub const fn key_encipherment(self) -> bool {
        self.bit(2)
    }

    /// Enciphering data.
    #[must_use]
    pub const fn data_encipherment(self) -> bool {
        self.bit(3)
    }

    /// Agreeing on keys.
    #[must_use]
    pub const fn key_agreement(self) -> bool {
        self.bit(4)
    }

    /// Signing certificates.
    #[must_use]
    pub const fn key_cert_sign(self) -> bool {
        self.bit(5)
    }

    /// Signing CRLs.
    #[must_use]
    pub const fn crl_sign(self) -> bool {
        self.bit(6)
    }

    /// The names of the bits that are set, in the words of RFC 5280, in its order.
    #[must_use]
    pub fn names(self) -> Vec<&'static str> {
        const NAMES: [&str; 9] = [
            "digitalSignature",
            "nonRepudiation",
            "keyEncipherment",
            "dataEncipherment",
            "keyAgreement",
            "keyCertSign",
            "cRLSign",
            "encipherOnly",
            "decipherOnly",
        ];
        (0_u32..).zip(NAMES).filter(|(number, _)| self.bit(*number)).map(|(_, name)| name).collect()
    }

    const fn bit(self, number: u32) -> bool {
        matches!(self.0.checked_shr(number), Some(shifted) if shifted & 1 == 1)
    }
}

/// `extKeyUsage`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExtendedKeyUsage {
    /// The purposes in the order sent; at least one.
    pub oids: Vec<Oid>,
    /// Whether the extension is critical (a time-stamp unit's has to be, RFC 3161 §2.3).
    pub critical: bool,
}

impl ExtendedKeyUsage {
    /// Whether the purpose (content octets) is named. `anyExtendedKeyUsage` does not stand for it.
    #[must_use]
    pub fn contains(&self, purpose: &[u8]) -> bool {
        self.oids.iter().any(|oid| oid.content() == purpose)
    }
}

/// `authorityKeyIdentifier`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorityKeyIdentifier {
    /// The key identifier of the issuer.
    pub key_id: Option<Box<[u8]>>,
    /// The names of the issuer's issuer; empty where absent.
    pub issuer: Vec<GeneralName>,
    /// The serial number of the issuer's certificate (content octets).
    pub serial: Option<Box<[u8]>>,
}

/// One policy of `certificatePolicies`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificatePolicy {
    /// The policy.
    pub oid: Oid,
    /// Where its certification practice statement is.
    pub cps: Vec<String>,
    /// Whether there is a notice for users.
    pub user_notice: bool,
    /// The texts of those notices (`explicitText`), as far as they can be read; any string type.
    pub explicit_texts: Vec<String>,
    /// Qualifiers of other types.
    pub other_qualifiers: Vec<Oid>,
}

/// One pair of `policyMappings`: the subject CA's policy is worth the issuer's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyMapping {
    /// The issuer's policy.
    pub issuer_domain: Oid,
    /// The subject's policy.
    pub subject_domain: Oid,
}

/// `policyConstraints`: after how many more certificates the rule begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PolicyConstraints {
    /// A valid policy is required.
    pub require_explicit_policy: Option<u64>,
    /// Policies are no longer mapped.
    pub inhibit_policy_mapping: Option<u64>,
}

/// One entry of `authorityInfoAccess`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessDescription {
    /// What is to be had.
    pub method: Oid,
    /// Where.
    pub location: GeneralName,
}

/// All of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Facts {
    pub(crate) unknown_critical: Vec<Oid>,
    pub(crate) duplicates: Vec<Oid>,
    pub(crate) malformed: Vec<Oid>,
    pub(crate) basic_constraints: Option<BasicConstraints>,
    pub(crate) key_usage: Option<KeyUsage>,
    pub(crate) extended_key_usage: Option<ExtendedKeyUsage>,
    pub(crate) subject_key_identifier: Option<Box<[u8]>>,
    pub(crate) authority_key_identifier: Option<AuthorityKeyIdentifier>,
    pub(crate) name_constraints: Option<NameConstraints>,
    pub(crate) subject_alt_names: Vec<GeneralName>,
    pub(crate) certificate_policies: Vec<CertificatePolicy>,
    pub(crate) policy_mappings: Vec<PolicyMapping>,
    pub(crate) policy_constraints: Option<PolicyConstraints>,
    pub(crate) inhibit_any_policy: Option<u64>,
    pub(crate) crl_distribution_points: Vec<DistributionPoint>,
    pub(crate) freshest_crl: Vec<DistributionPoint>,
    pub(crate) authority_info_access: Vec<AccessDescription>,
    pub(crate) qc_statements: Option<QcStatements>,
    pub(crate) ocsp_nocheck: bool,
    pub(crate) no_rev_avail: bool,
    pub(crate) valassured_short_term: bool,
}

const EMPTY_SEQUENCE: [u8; 2] = [tag::SEQUENCE, 0];

/// The extensions that [`Facts`] reads.
const READ: &[&[u8]] = &[
    oid::BASIC_CONSTRAINTS,
    oid::KEY_USAGE,
    oid::EXTENDED_KEY_USAGE,
    oid::SUBJECT_KEY_IDENTIFIER,
    oid::AUTHORITY_KEY_IDENTIFIER,
    oid::NAME_CONSTRAINTS,
    oid::SUBJECT_ALT_NAME,
    oid::CERTIFICATE_POLICIES,
    oid::POLICY_MAPPINGS,
    oid::POLICY_CONSTRAINTS,
    oid::INHIBIT_ANY_POLICY,
    oid::CRL_DISTRIBUTION_POINTS,
    oid::FRESHEST_CRL,
    oid::AUTHORITY_INFO_ACCESS,
    oid::QC_STATEMENTS,
    oid::OCSP_NOCHECK,
    oid::NO_REV_AVAIL,
    oid::VALASSURED_SHORT_TERM,
];

impl Facts {
    pub(crate) fn read(extensions: &[Extension]) -> Self {
        let mut facts = Self {
            unknown_critical: unknown_critical(extensions, READ),
            duplicates: duplicates(extensions),
            ..Self::default()
        };
        facts.malformed = read_known(extensions, READ, DEPTH, |extension, value| facts.read_one(extension, value));
        facts
    }

    fn read_one(&mut self, extension: &Extension, value: &Tlv<'_>) -> Result<(), DerError> {
        match extension.oid.content() {
            oid::BASIC_CONSTRAINTS => self.basic_constraints = Some(read_basic_constraints(value)?),
            oid::KEY_USAGE => self.key_usage = Some(KeyUsage(value.named_bits()?)),
            oid::EXTENDED_KEY_USAGE => {
                let oids = read_list(value, |reader| reader.expect(tag::OID)?.oid())?;
                self.extended_key_usage = Some(ExtendedKeyUsage { oids, critical: extension.critical });
            }
            oid::SUBJECT_KEY_IDENTIFIER => self.subject_key_identifier = Some(octet_string(value)?),
            oid::AUTHORITY_KEY_IDENTIFIER => {
                self.authority_key_identifier = Some(AuthorityKeyIdentifier::from_tlv(value)?);
            }
            oid::NAME_CONSTRAINTS => self.name_constraints = Some(NameConstraints::from_tlv(value)?),
            // An empty list is against the standard, but CAs of the field write it, and it names nothing.
            oid::SUBJECT_ALT_NAME if value.raw == EMPTY_SEQUENCE => {}
            oid::SUBJECT_ALT_NAME => self.subject_alt_names = read_list(value, GeneralName::read)?,
            oid::CERTIFICATE_POLICIES => self.certificate_policies = read_list(value, read_policy)?,
            oid::POLICY_MAPPINGS => self.policy_mappings = read_list(value, read_mapping)?,
            oid::POLICY_CONSTRAINTS => self.policy_constraints = Some(read_policy_constraints(value)?),
            oid::INHIBIT_ANY_POLICY => self.inhibit_any_policy = Some(count(value, tag::INTEGER)?),
            oid::CRL_DISTRIBUTION_POINTS => {
                self.crl_distribution_points = DistributionPoint::read_list(value)?;
            }
            oid::FRESHEST_CRL => self.freshest_crl = DistributionPoint::read_list(value)?,
            oid::AUTHORITY_INFO_ACCESS => self.authority_info_access = read_list(value, read_access)?,
            oid::QC_STATEMENTS => self.qc_statements = Some(QcStatements::from_tlv(value)?),
            oid::OCSP_NOCHECK => self.ocsp_nocheck = null(value)?,
            oid::NO_REV_AVAIL => self.no_rev_avail = null(value)?,
            oid::VALASSURED_SHORT_TERM => self.valassured_short_term = null(value)?,
            // Whoever calls this has looked into READ; a test holds the two lists together.
            _ => return Err(value.malformed()),
        }
        Ok(())
    }
}

impl AuthorityKeyIdentifier {
    pub(crate) fn from_tlv(value: &Tlv<'_>) -> Result<Self, DerError> {
        let mut fields = value.sequence()?;
        let key_id = fields.optional(tag::context(0))?.map(|tlv| tlv.content.into());
        let issuer = match fields.optional(tag::context_constructed(1))? {
            Some(names) => GeneralName::read_list(&names)?,
            None => Vec::new(),
        };
        let serial = fields.optional(tag::context(2))?.map(|tlv| tlv.content.into());
        fields.finish()?;
        Ok(Self { key_id, issuer, serial })
    }
}

fn read_basic_constraints(value: &Tlv<'_>) -> Result<BasicConstraints, DerError> {
    let mut fields = value.sequence()?;
    let ca = match fields.optional(tag::BOOLEAN)? {
        Some(flag) => flag.boolean()?,
        None => false,
    };
    let path_len = match fields.optional(tag::INTEGER)? {
        Some(number) => Some(count(&number, tag::INTEGER)?),
        None => None,
    };
    fields.finish()?;
    Ok(BasicConstraints { ca, path_len })
}

fn read_policy(reader: &mut Reader<'_>) -> Result<CertificatePolicy, DerError> {
    let mut fields = reader.expect(tag::SEQUENCE)?.reader()?;
    let oid = fields.expect(tag::OID)?.oid()?;
    let mut policy = CertificatePolicy {
        oid,
        cps: Vec::new(),
        user_notice: false,
        explicit_texts: Vec::new(),
        other_qualifiers: Vec::new(),
    };
    if let Some(qualifiers) = fields.optional(tag::SEQUENCE)? {
        let mut qualifiers = qualifiers.reader()?;
        while !qualifiers.is_empty() {
            let mut qualifier = qualifiers.expect(tag::SEQUENCE)?.reader()?;
            let kind = qualifier.expect(tag::OID)?.oid()?;
            match kind.content() {
                oid::POLICY_QUALIFIER_CPS => policy.cps.push(text::expect(&mut qualifier)?),
                oid::POLICY_QUALIFIER_USER_NOTICE => {
                    policy.user_notice = true;
                    policy.explicit_texts.extend(explicit_text(&mut qualifier));
                }
                _ => policy.other_qualifiers.push(kind),
            }
        }
    }
    fields.finish()?;
    Ok(policy)
}

/// `explicitText` of a `UserNotice` (RFC 5280 §4.2.1.4). What cannot be read says nothing, and does not spoil the rest.
fn explicit_text(qualifier: &mut Reader<'_>) -> Option<String> {
    let mut fields = qualifier.expect(tag::SEQUENCE).ok()?.reader().ok()?;
    fields.optional(tag::SEQUENCE).ok()?;
    text::expect(&mut fields).ok()
}

fn read_mapping(reader: &mut Reader<'_>) -> Result<PolicyMapping, DerError> {
    let mut fields = reader.expect(tag::SEQUENCE)?.reader()?;
    let issuer_domain = fields.expect(tag::OID)?.oid()?;
    let subject_domain = fields.expect(tag::OID)?.oid()?;
    fields.finish()?;
    Ok(PolicyMapping { issuer_domain, subject_domain })
}

fn read_policy_constraints(value: &Tlv<'_>) -> Result<PolicyConstraints, DerError> {
    let mut fields = value.sequence()?;
    let mut number = |context| {
        let tlv = fields.optional(tag::context(context))?;
        tlv.map(|tlv| count(&tlv, tlv.tag)).transpose()
    };
    let constraints = PolicyConstraints { require_explicit_policy: number(0)?, inhibit_policy_mapping: number(1)? };
    fields.finish()?;
    Ok(constraints)
}

fn read_access(reader: &mut Reader<'_>) -> Result<AccessDescription, DerError> {
    let mut fields = reader.expect(tag::SEQUENCE)?.reader()?;
    let method = fields.expect(tag::OID)?.oid()?;
    let location = GeneralName::read(&mut fields)?;
    fields.finish()?;
    Ok(AccessDescription { method, location })
}

/// `SEQUENCE SIZE (1..MAX) OF` something.
fn read_list<'a, T>(
    value: &Tlv<'a>,
    mut read: impl FnMut(&mut Reader<'a>) -> Result<T, DerError>,
) -> Result<Vec<T>, DerError> {
    let mut inner = value.sequence()?;
    let mut list = vec![read(&mut inner)?];
    while !inner.is_empty() {
        list.push(read(&mut inner)?);
    }
    Ok(list)
}

fn octet_string(value: &Tlv<'_>) -> Result<Box<[u8]>, DerError> {
    if value.tag == tag::OCTET_STRING { Ok(value.content.into()) } else { Err(value.malformed()) }
}

/// An INTEGER (0..MAX).
fn count(value: &Tlv<'_>, expected: u8) -> Result<u64, DerError> {
    match u64::try_from(value.integer()?) {
        Ok(number) if value.tag == expected => Ok(number),
        _ => Err(value.malformed()),
    }
}

fn null(value: &Tlv<'_>) -> Result<bool, DerError> {
    if value.tag == tag::NULL && value.content.is_empty() { Ok(true) } else { Err(value.malformed()) }
}
