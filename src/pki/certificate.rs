//! Certificates (RFC 5280 §4), read as DER.
//!
//! The frame (what is signed, the algorithms, the names, the key) is read by our own cursor, which keeps exact
//! bytes and refuses what is left over; version, validity and the list of extensions are read by `x509-parser`,
//! and a certificate has to satisfy both. Names and the values of extensions are read by our own readers:
//! `x509-parser` 0.18 takes an optional field that it cannot read for absent and stops at the first relative name
//! that it cannot read. So an excluded subtree after an empty list of permitted ones is lost on it, which for a
//! constraint means: unconstrained.
//!
//! Certificates of the field are odd: negative or long serial numbers, version 1 with extensions, `UTCTime`
//! without seconds. All that is kept as a fact. Not checked here: the signature, the validity at any time, the
//! path, and whether what RFC 5280 demands of a CA is there.

mod computed;
mod extensions;

use std::fmt;

use x509_parser::certificate::X509CertificateParser;
use x509_parser::error::X509Error;
use x509_parser::nom::Parser;

use std::sync::{Arc, OnceLock};

use crate::limits::Limits;
use crate::syntax::der::DerError;
use crate::syntax::der::Oid;
use crate::syntax::der::Reader;
use crate::syntax::der::Tlv;
use crate::syntax::der::tag;
use crate::syntax::short::ShortBytes;
use crate::time::Timestamp;

use super::algorithm::AlgorithmIdentifier;
use super::algorithm::read_signature_value;
use super::distribution_point::DistributionPoint;
use super::extension::Extension;
use super::general_name::GeneralName;
use super::name::Name;
use super::name_constraints::NameConstraints;
use super::oid;
use super::qc::QcStatements;

pub use computed::Computed;
pub use extensions::{
    AccessDescription, AuthorityKeyIdentifier, BasicConstraints, CertificatePolicy, ExtendedKeyUsage, KeyUsage,
    PolicyConstraints, PolicyMapping,
};

const DEPTH: u32 = Limits::DEFAULT.der_depth;

/// A certificate as parsed. It proves nothing: not even that its issuer knows it.
///
/// Two are equal if their bytes are.
#[derive(Clone)]
pub struct Certificate {
    der: Box<[u8]>,
    tbs: std::ops::Range<usize>,
    version: u32,
    serial: ShortBytes,
    inner_signature_algorithm: AlgorithmIdentifier,
    issuer: Name,
    not_before: Timestamp,
    not_after: Timestamp,
    subject: Name,
    spki: Box<[u8]>,
    signature_algorithm: AlgorithmIdentifier,
    signature: Box<[u8]>,
    extensions: Vec<Extension>,
    facts: extensions::Facts,
    computed: OnceLock<Arc<Computed>>,
}

/// Why bytes are no certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CertificateError {
    /// The frame cannot be read, or something is left over in it or after it.
    Frame(DerError),
    /// A field cannot be read.
    Field(CertificateField),
}

/// A field of a certificate, as an error names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CertificateField {
    /// `version`.
    Version,
    /// `serialNumber`.
    SerialNumber,
    /// `signature` or `signatureAlgorithm`.
    SignatureAlgorithm,
    /// `issuer` or `subject`.
    Name,
    /// `validity`.
    Validity,
    /// `subjectPublicKeyInfo`.
    PublicKey,
    /// `issuerUniqueID` or `subjectUniqueID`.
    UniqueId,
    /// `extensions`: the list, not the value of one.
    Extensions,
    /// `signatureValue`.
    Signature,
    /// Any other.
    Other,
}

impl Certificate {
    /// Parses one certificate that is all of `der`.
    ///
    /// An extension whose value cannot be read does not make this fail: it is in
    /// [`Certificate::malformed_extensions`], and its accessor says that it is absent.
    ///
    /// # Errors
    /// [`CertificateError`] where the bytes are no certificate.
    pub fn parse(der: &[u8]) -> Result<Self, CertificateError> {
        let outer = Tlv::parse_all(der, DEPTH)?;
        let mut fields = outer.sequence()?;
        let tbs = fields.expect(tag::SEQUENCE)?;
        let signature_algorithm = AlgorithmIdentifier::read(&mut fields)?;
        let signature = read_signature_value(&mut fields)?;
        fields.finish()?;
        let frame = Frame::read(&tbs)?;
        let (version, not_before, not_after, extensions) = read_fields(der)?;
        let facts = extensions::Facts::read(&extensions);
        Ok(Self {
            tbs: tbs.offset..tbs.offset.saturating_add(tbs.raw.len()),
            version,
            serial: frame.serial.into(),
            inner_signature_algorithm: frame.signature_algorithm,
            issuer: frame.issuer,
            not_before,
            not_after,
            subject: frame.subject,
            spki: frame.spki.into(),
            signature_algorithm,
            signature,
            extensions,
            facts,
            der: der.into(),
            computed: OnceLock::new(),
        })
    }

    /// What follows from its octets and takes a while, computed when it is first asked for.
    #[must_use]
    pub fn computed(&self) -> &Arc<Computed> {
        self.computed.get_or_init(|| Arc::new(Computed::of(self)))
    }

    /// The whole certificate.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The exact bytes that are signed (`tbsCertificate`).
    #[must_use]
    pub fn tbs(&self) -> &[u8] {
        // The range was taken from these very bytes when they were parsed.
        self.der.get(self.tbs.clone()).unwrap_or_default()
    }

    /// The version as people count it: 1, 2 or 3. The field holds one less; other numbers are kept.
    #[must_use]
    pub const fn version(&self) -> u32 {
        self.version
    }

    /// The content octets of the serial number as sent (compare with [`super::same_serial`]).
    #[must_use]
    pub fn serial(&self) -> &[u8] {
        &self.serial
    }

    /// `signatureAlgorithm`: the algorithm beside the signature.
    #[must_use]
    pub const fn signature_algorithm(&self) -> &AlgorithmIdentifier {
        &self.signature_algorithm
    }

    /// `tbsCertificate.signature`: the algorithm inside what is signed.
    #[must_use]
    pub const fn inner_signature_algorithm(&self) -> &AlgorithmIdentifier {
        &self.inner_signature_algorithm
    }

    /// Whether the two algorithm fields differ, against RFC 5280 §4.1.1.2.
    #[must_use]
    pub fn signature_algorithms_differ(&self) -> bool {
        self.signature_algorithm != self.inner_signature_algorithm
    }

    /// The octets of the signature value; none where it is not made of whole octets (no key makes such a one).
    #[must_use]
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }

    /// `subjectPublicKeyInfo`, with tag and length.
    #[must_use]
    pub fn spki(&self) -> &[u8] {
        &self.spki
    }

    /// Who issued it, by its own word.
    #[must_use]
    pub const fn issuer(&self) -> &Name {
        &self.issuer
    }

    /// Whom it is about.
    #[must_use]
    pub const fn subject(&self) -> &Name {
        &self.subject
    }

    /// The first second of its validity.
    #[must_use]
    pub const fn not_before(&self) -> Timestamp {
        self.not_before
    }

    /// The last second of its validity.
    #[must_use]
    pub const fn not_after(&self) -> Timestamp {
        self.not_after
    }

    /// Whether issuer and subject are the same name (RFC 5280 §3.2). Says nothing about who signed it.
    #[must_use]
    pub fn is_self_issued(&self) -> bool {
        self.issuer.matches(&self.subject)
    }

    /// All extensions in the order sent.
    #[must_use]
    pub fn extensions(&self) -> &[Extension] {
        &self.extensions
    }

    /// Critical extensions that this module does not read. Who validates must refuse the certificate (RFC 5280
    /// §4.2).
    #[must_use]
    pub fn unknown_critical_extensions(&self) -> &[Oid] {
        &self.facts.unknown_critical
    }

    /// Extensions that are there more than once, against RFC 5280 §4.2. The first one is read.
    #[must_use]
    pub fn duplicate_extensions(&self) -> &[Oid] {
        &self.facts.duplicates
    }

    /// Extensions that this module reads but whose value is malformed; their accessors say that they are absent.
    #[must_use]
    pub fn malformed_extensions(&self) -> &[Oid] {
        &self.facts.malformed
    }

    /// `basicConstraints` (§4.2.1.9).
    #[must_use]
    pub const fn basic_constraints(&self) -> Option<BasicConstraints> {
        self.facts.basic_constraints
    }

    /// `keyUsage` (§4.2.1.3).
    #[must_use]
    pub const fn key_usage(&self) -> Option<KeyUsage> {
        self.facts.key_usage
    }

    /// `extKeyUsage` (§4.2.1.12).
    #[must_use]
    pub const fn extended_key_usage(&self) -> Option<&ExtendedKeyUsage> {
        self.facts.extended_key_usage.as_ref()
    }

    /// `subjectKeyIdentifier` (§4.2.1.2).
    #[must_use]
    pub fn subject_key_identifier(&self) -> Option<&[u8]> {
        self.facts.subject_key_identifier.as_deref()
    }

    /// `authorityKeyIdentifier` (§4.2.1.1).
    #[must_use]
    pub const fn authority_key_identifier(&self) -> Option<&AuthorityKeyIdentifier> {
        self.facts.authority_key_identifier.as_ref()
    }

    /// `nameConstraints` (§4.2.1.10).
    #[must_use]
    pub const fn name_constraints(&self) -> Option<&NameConstraints> {
        self.facts.name_constraints.as_ref()
    }

    /// `subjectAltName` (§4.2.1.6); empty where absent.
    #[must_use]
    pub fn subject_alt_names(&self) -> &[GeneralName] {
        &self.facts.subject_alt_names
    }

    /// `certificatePolicies` (§4.2.1.4); empty where absent.
    #[must_use]
    pub fn certificate_policies(&self) -> &[CertificatePolicy] {
        &self.facts.certificate_policies
    }

    /// `policyMappings` (§4.2.1.5); empty where absent.
    #[must_use]
    pub fn policy_mappings(&self) -> &[PolicyMapping] {
        &self.facts.policy_mappings
    }

    /// `policyConstraints` (§4.2.1.11).
    #[must_use]
    pub const fn policy_constraints(&self) -> Option<PolicyConstraints> {
        self.facts.policy_constraints
    }

    /// `inhibitAnyPolicy` (§4.2.1.14): after how many more certificates `anyPolicy` means nothing.
    #[must_use]
    pub const fn inhibit_any_policy(&self) -> Option<u64> {
        self.facts.inhibit_any_policy
    }

    /// `cRLDistributionPoints` (§4.2.1.13); empty where absent.
    #[must_use]
    pub fn crl_distribution_points(&self) -> &[DistributionPoint] {
        &self.facts.crl_distribution_points
    }

    /// `freshestCRL` (§4.2.1.15): where the delta CRL is; empty where absent.
    #[must_use]
    pub fn freshest_crl(&self) -> &[DistributionPoint] {
        &self.facts.freshest_crl
    }

    /// `authorityInfoAccess` (§4.2.2.1); empty where absent.
    #[must_use]
    pub fn authority_info_access(&self) -> &[AccessDescription] {
        &self.facts.authority_info_access
    }

    /// The URLs of OCSP responders, in the order sent.
    pub fn ocsp_urls(&self) -> impl Iterator<Item = &str> {
        self.access_urls(oid::ACCESS_OCSP)
    }

    /// The URLs of the issuer's certificate, in the order sent.
    pub fn ca_issuers_urls(&self) -> impl Iterator<Item = &str> {
        self.access_urls(oid::ACCESS_CA_ISSUERS)
    }

    /// `qcStatements` (RFC 3739 §3.2.6, ETSI EN 319 412-5).
    #[must_use]
    pub const fn qc_statements(&self) -> Option<&QcStatements> {
        self.facts.qc_statements.as_ref()
    }

    /// `id-pkix-ocsp-nocheck` (RFC 6960 §4.2.2.2.1): no status is to be asked of this OCSP responder.
    #[must_use]
    pub const fn has_ocsp_nocheck(&self) -> bool {
        self.facts.ocsp_nocheck
    }

    /// `noRevAvail` (RFC 9608): the issuer says nothing about the status of this certificate.
    #[must_use]
    pub const fn has_no_rev_avail(&self) -> bool {
        self.facts.no_rev_avail
    }

    /// `ext-etsi-valassured-ST-certs` (ETSI EN 319 412-1 §5.2): short-lived, validity assured.
    #[must_use]
    pub const fn is_valassured_short_term(&self) -> bool {
        self.facts.valassured_short_term
    }

    fn access_urls(&self, method: &'static [u8]) -> impl Iterator<Item = &str> {
        let of_method = move |access: &&AccessDescription| access.method.content() == method;
        self.facts.authority_info_access.iter().filter(of_method).filter_map(|access| access.location.uri())
    }
}

/// What our own cursor reads of `tbsCertificate`.
struct Frame<'a> {
    serial: &'a [u8],
    signature_algorithm: AlgorithmIdentifier,
    issuer: Name,
    subject: Name,
    spki: &'a [u8],
}

impl<'a> Frame<'a> {
    fn read(tbs: &Tlv<'a>) -> Result<Self, DerError> {
        let mut fields: Reader<'a> = tbs.reader()?;
        fields.optional(tag::context_constructed(0))?;
        let serial = fields.expect(tag::INTEGER)?;
        if serial.content.is_empty() {
            return Err(serial.malformed());
        }
        let signature_algorithm = AlgorithmIdentifier::read(&mut fields)?;
        let issuer = Name::read(&mut fields)?;
        fields.expect(tag::SEQUENCE)?;
        let subject = Name::read(&mut fields)?;
        let spki = fields.expect(tag::SEQUENCE)?.raw;
        for unique_id in [1, 2] {
            fields.optional(tag::context(unique_id))?;
        }
        if let Some(extensions) = fields.optional(tag::context_constructed(3))? {
            let mut inner = extensions.reader()?;
            inner.expect(tag::SEQUENCE)?;
            inner.finish()?;
        }
        fields.finish()?;
        Ok(Self { serial: serial.content, signature_algorithm, issuer, subject, spki })
    }
}

fn read_fields(der: &[u8]) -> Result<(u32, Timestamp, Timestamp, Vec<Extension>), CertificateError> {
    let mut parser = X509CertificateParser::new().with_deep_parse_extensions(false);
    let (_, certificate) = parser.parse(der).map_err(|error| CertificateError::Field(field(error.into())))?;
    let validity = certificate.validity();
    let extensions = certificate.extensions().iter().map(|extension| Extension {
        oid: Oid::from_content(extension.oid.as_bytes()),
        critical: extension.critical,
        value: extension.value.into(),
    });
    Ok((
        certificate.version().0.saturating_add(1),
        Timestamp::from_unix(validity.not_before.timestamp()),
        Timestamp::from_unix(validity.not_after.timestamp()),
        extensions.collect(),
    ))
}

fn field(error: X509Error) -> CertificateField {
    match error {
        X509Error::InvalidVersion => CertificateField::Version,
        X509Error::InvalidSerial => CertificateField::SerialNumber,
        X509Error::InvalidAlgorithmIdentifier => CertificateField::SignatureAlgorithm,
        X509Error::InvalidX509Name => CertificateField::Name,
        X509Error::InvalidDate => CertificateField::Validity,
        X509Error::InvalidSPKI => CertificateField::PublicKey,
        X509Error::InvalidSubjectUID | X509Error::InvalidIssuerUID => CertificateField::UniqueId,
        X509Error::InvalidExtensions | X509Error::DuplicateExtensions => CertificateField::Extensions,
        X509Error::InvalidSignatureValue => CertificateField::Signature,
        _ => CertificateField::Other,
    }
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.der == other.der
    }
}

impl Eq for Certificate {}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Certificate({})", self.subject)
    }
}

impl From<DerError> for CertificateError {
    fn from(error: DerError) -> Self {
        Self::Frame(error)
    }
}

impl fmt::Display for CertificateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Frame(error) => write!(f, "no certificate: {error}"),
            Self::Field(field) => write!(f, "no certificate: the field {field:?} cannot be read"),
        }
    }
}

impl std::error::Error for CertificateError {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pki::DistributionPointName;
    use crate::pki::testdata;
    use crate::pki::testdata::replaced;

    fn leaf() -> Certificate {
        Certificate::parse(&testdata::der(testdata::LEAF)).unwrap()
    }

    fn oid(dotted: &str) -> Oid {
        Oid::from_dotted(dotted).unwrap()
    }

    #[test]
    fn the_fields_are_read() {
        let (leaf, ca) = (leaf(), Certificate::parse(&testdata::der(testdata::CA)).unwrap());
        assert_eq!((leaf.version(), leaf.serial()), (3, &[1, 2][..]));
        assert_eq!(ca.serial(), [0, 0x80, 0]);
        assert_eq!(leaf.issuer(), ca.subject());
        assert_eq!(ca.subject().to_string(), "CN=Root,O=Kanton Zürich,C=CH");
        assert_eq!(leaf.subject().organization_identifier(), Some("VATCH-CHE-123.456.789"));
        assert_eq!(leaf.subject().given_name(), Some("Anna"));
        assert_eq!(leaf.not_before().plus_seconds(1_000 * 86_400), leaf.not_after());
        assert!(ca.is_self_issued() && !leaf.is_self_issued());
        assert!(!leaf.signature_algorithms_differ());
        assert_eq!(leaf.signature_algorithm().oid, oid("1.2.840.10045.4.3.2"));
        assert_eq!(leaf.tbs().first(), Some(&0x30));
        let rebuilt = [leaf.tbs(), &leaf.signature_algorithm().raw, &[0x03]].concat();
        assert!(leaf.der()[4..].starts_with(&rebuilt), "the signed bytes are those that were sent");
        assert_eq!(leaf.spki()[..4], [0x30, 0x59, 0x30, 0x13]);
        assert!(leaf.der().ends_with(leaf.signature()));
        assert_eq!(format!("{ca:?}"), "Certificate(CN=Root,O=Kanton Zürich,C=CH)");
    }

    #[test]
    fn the_extensions_of_an_end_entity_are_read() {
        let leaf = leaf();
        assert_eq!(leaf.unknown_critical_extensions(), [oid("1.2.3.4.5")]);
        assert!(leaf.malformed_extensions().is_empty() && leaf.duplicate_extensions().is_empty());
        assert_eq!(leaf.basic_constraints(), Some(BasicConstraints { ca: false, path_len: None }));
        assert_eq!(leaf.key_usage().unwrap().names(), ["digitalSignature", "nonRepudiation"]);
        let purposes = leaf.extended_key_usage().unwrap();
        assert!(!purposes.critical && purposes.contains(oid("1.3.6.1.4.1.311.10.3.12").content()));
        assert!(!purposes.contains(oid::EKU_TIME_STAMPING));
        assert_eq!(leaf.subject_key_identifier().map(<[u8]>::len), Some(20));
        let authority = leaf.authority_key_identifier().unwrap();
        let ca = Certificate::parse(&testdata::der(testdata::CA)).unwrap();
        assert_eq!(authority.key_id.as_deref(), ca.subject_key_identifier());
        assert_eq!(authority.serial.as_deref(), Some(ca.serial()));
        assert_eq!(authority.issuer, [GeneralName::Directory(ca.subject().clone())]);
        let names: Vec<String> = leaf.subject_alt_names().iter().map(ToString::to_string).collect();
        let expected =
            ["email:anna@zh.example", "DNS:www.zh.example", "URI:https://zh.example/", "IP:192.0.2.1", "RID:1.2.3"];
        assert_eq!(names, expected);
        let [first, second] = leaf.certificate_policies() else { panic!() };
        assert_eq!((&first.oid, first.user_notice), (&oid("0.4.0.194112.1.2"), false));
        assert_eq!(
            (second.cps.as_slice(), second.user_notice),
            (&["https://cps.zh.example/".to_owned()][..], true)
        );
        assert_eq!(leaf.ocsp_urls().collect::<Vec<_>>(), ["http://ocsp.zh.example/"]);
        assert_eq!(leaf.ca_issuers_urls().collect::<Vec<_>>(), ["http://ca.zh.example/ca.cer"]);
        assert!(leaf.is_valassured_short_term() && leaf.has_no_rev_avail() && !leaf.has_ocsp_nocheck());
    }

    #[test]
    fn the_distribution_points_are_read() {
        let leaf = leaf();
        let [first, second] = leaf.crl_distribution_points() else { panic!() };
        assert_eq!(first.uris().collect::<Vec<_>>(), ["http://crl.zh.example/1.crl"]);
        let reasons = first.reasons.unwrap();
        assert!(reasons.contains(1) && reasons.contains(2) && !reasons.contains(3) && !reasons.is_all());
        assert!(matches!(second.name, Some(DistributionPointName::Full(_))) && second.reasons.is_none());
        assert_eq!(second.crl_issuer.first().and_then(GeneralName::directory).unwrap().to_string(), "C=CH");
        assert!(leaf.freshest_crl().is_empty());
    }

    #[test]
    fn the_statements_of_a_qualified_certificate_are_read() {
        let leaf = leaf();
        let qc = leaf.qc_statements().unwrap();
        assert!(qc.compliance && qc.sscd);
        assert_eq!(qc.types.iter().map(Oid::content).collect::<Vec<_>>(), [oid::QC_TYPE_ESIGN]);
        assert_eq!(qc.legislation, ["CH"]);
        assert_eq!((qc.limits[0].currency.as_str(), qc.limits[0].amount, qc.limits[0].exponent), ("CHF", 5, 3));
        assert_eq!(qc.retention_years, Some(11), "the malformed second statement does not count");
        assert_eq!((qc.pds[0].url.as_str(), qc.pds[0].language.as_str()), ("https://pds.zh.example/de", "de"));
        assert_eq!(qc.semantics.iter().map(Oid::content).collect::<Vec<_>>(), [oid::SEMANTICS_NATURAL]);
        assert_eq!(qc.malformed, [oid("0.4.0.1862.1.3")]);
        assert_eq!(qc.statements.len(), 9);
        assert!(qc.contains(oid::QC_SSCD) && !qc.contains(oid::QC_PSD2));
    }

    #[test]
    fn the_extensions_of_a_ca_are_read() {
        let ca = Certificate::parse(&testdata::der(testdata::CA)).unwrap();
        assert_eq!(ca.basic_constraints(), Some(BasicConstraints { ca: true, path_len: Some(1) }));
        let usage = ca.key_usage().unwrap();
        assert!(usage.key_cert_sign() && usage.crl_sign() && !usage.non_repudiation());
        let policy = ca.policy_constraints().unwrap();
        assert_eq!((policy.require_explicit_policy, policy.inhibit_policy_mapping), (Some(3), Some(0)));
        assert_eq!(ca.inhibit_any_policy(), Some(2));
        assert_eq!(ca.policy_mappings()[0].subject_domain, oid("1.2.4"));
        let constraints = ca.name_constraints().unwrap();
        assert_eq!((constraints.permitted.len(), constraints.excluded.len()), (2, 1));
        let leaf = leaf();
        assert!(constraints.check(leaf.subject(), leaf.subject_alt_names(), &mut 1_000).is_ok());
        assert!(ca.unknown_critical_extensions().is_empty());
    }

    /// A DER value of `from` in the leaf made `to`.
    fn changed(from: &[u8], to: &[u8]) -> Certificate {
        Certificate::parse(&replaced(&testdata::der(testdata::LEAF), from, to)).unwrap()
    }

    #[test]
    fn a_malformed_extension_is_named_and_does_not_count() {
        // keyUsage: BIT STRING with 6 unused bits becomes one with 9.
        let odd = changed(&[0x03, 0x02, 0x06, 0xc0], &[0x03, 0x02, 0x09, 0xc0]);
        assert_eq!(odd.malformed_extensions(), [oid("2.5.29.15")]);
        assert_eq!(odd.key_usage(), None);
        // noRevAvail: NULL becomes BOOLEAN of no length.
        let null = [&[0x06, 0x03][..], oid::NO_REV_AVAIL, &[0x04, 0x02, 0x05, 0x00]].concat();
        let boolean = [&[0x06, 0x03][..], oid::NO_REV_AVAIL, &[0x04, 0x02, 0x01, 0x00]].concat();
        let odd = changed(&null, &boolean);
        assert_eq!(odd.malformed_extensions(), [oid("2.5.29.56")]);
        assert!(!odd.has_no_rev_avail());
    }

    #[test]
    fn an_extension_that_is_there_twice_is_named() {
        let twice = changed(&[0x06, 0x03, 0x55, 0x1d, 0x38], &[0x06, 0x03, 0x55, 0x1d, 0x0f]);
        assert_eq!(twice.duplicate_extensions(), [oid("2.5.29.15")]);
        assert!(twice.key_usage().unwrap().non_repudiation(), "the first one is read");
    }

    #[test]
    fn different_algorithm_fields_are_named() {
        let der = testdata::der(testdata::LEAF);
        let at = der.windows(8).position(|octets| octets == [0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2]).unwrap();
        let mut other = der.clone();
        other[at + 7] = 3;
        assert!(Certificate::parse(&other).unwrap().signature_algorithms_differ());
    }

    #[test]
    fn a_signature_that_is_not_made_of_octets_is_none() {
        let leaf = leaf();
        let signature = leaf.signature().len();
        let mut der = leaf.der().to_vec();
        let at = der.len() - signature - 1;
        der[at] = 1;
        assert!(Certificate::parse(&der).unwrap().signature().is_empty());
        der[at] = 8;
        assert!(Certificate::parse(&der).is_err());
    }

    #[test]
    fn what_is_no_certificate_is_refused() {
        let der = testdata::der(testdata::LEAF);
        let mut longer = der.clone();
        longer.push(0);
        let cut = &der[..der.len() - 1];
        for bytes in [&longer[..], cut, &[], &[0x30, 0], &testdata::der(testdata::CRL)] {
            assert!(Certificate::parse(bytes).is_err());
        }
        let bad_date = replaced(&der, b"\x17\x0d29", b"\x17\x0dxx");
        assert_eq!(Certificate::parse(&bad_date), Err(CertificateError::Field(CertificateField::Validity)));
    }
}
