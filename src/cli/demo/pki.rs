//! The PKI of the demo: a root and an issuing CA with their CRLs, a seal certificate with the names of a regulated seal, and
//! a time-stamping unit; a signer of the trust list; and, apart from them, a root and a certificate for the service's own TLS. ECDSA P-256.
//!
//! The keys of the first two authorities are kept beside them, since their CRLs run out and are issued anew
//! ([`super::crl`]). The key of the TLS root is thrown away: nobody can issue anything under it again, and it is held to
//! loopback names (RFC 5280 §4.2.1.10), so that it does no harm where somebody installs it. Every name says DEMO. No
//! certificate names a place where revocation could be asked: the demo needs no network.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, CidrSubnet, CustomExtension, DistinguishedName, DnType,
    DnValue, Error, ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    NameConstraints, PKCS_ECDSA_P256_SHA256, SanType,
};
use time::OffsetDateTime;

use super::crl;
use super::qualified;
use crate::time::Timestamp;

/// How long everything is valid: two years.
pub(super) const VALIDITY_SECONDS: i64 = 2 * 365 * 24 * 60 * 60;

/// How long before now everything begins, so that a clock that is a little behind sees it valid: five minutes.
pub(super) const BEFORE_SECONDS: i64 = 5 * 60;

/// The organisation of the seal: a canton that there is not.
const ORGANIZATION: &str = "Musterkanton (DEMO)";

/// Its identifier (ETSI EN 319 412-1 §5.1.4). The check digit of the UID holds; the number is the one that forms use
/// as their example, far above those that are given out.
pub(super) const ORGANIZATION_IDENTIFIER: &str = "NTRCH-CHE-999.999.996";

/// What was made. Certificates, CRL and keys as PEM; each key is that of the certificate beside it.
pub(super) struct DemoPki {
    pub(super) root: String,
    pub(super) root_key: String,
    pub(super) root_crl: String,
    pub(super) issuing: String,
    pub(super) issuing_key: String,
    pub(super) issuing_crl: String,
    pub(super) seal: String,
    pub(super) seal_key: String,
    pub(super) tls_root: String,
    pub(super) tls: String,
    pub(super) tls_key: String,
}

/// A certificate and its key, PEM.
pub(super) struct Made {
    pub(super) certificate: String,
    pub(super) key: String,
}

/// A CA whose CRL is issued again and again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Authority {
    Root,
    Issuing,
}

impl Authority {
    /// What its certificate says.
    pub(super) fn params(self, from: OffsetDateTime, until: OffsetDateTime) -> CertificateParams {
        match self {
            Self::Root => authority("DEMO sigillum Root CA", 1, from, until),
            Self::Issuing => {
                let mut params = authority("DEMO sigillum Issuing CA", 0, from, until);
                params.custom_extensions.push(policies(qualified::ISSUER_NOTICE));
                params
            }
        }
    }
}

fn authority(name: &str, below: u8, from: OffsetDateTime, until: OffsetDateTime) -> CertificateParams {
    let mut params = params(&named(name, ORGANIZATION), from, until);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(below));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

/// Makes all of it, valid from now on.
pub(super) fn make(now: Timestamp) -> Result<DemoPki, Error> {
    let from = moment(now.plus_seconds(BEFORE_SECONDS.saturating_neg()))?;
    let until = moment(now.plus_seconds(VALIDITY_SECONDS))?;
    let root = CertifiedIssuer::self_signed(Authority::Root.params(from, until), key()?)?;
    let issuing = CertifiedIssuer::signed_by(Authority::Issuing.params(from, until), key()?, &root)?;
    let root_crl = crl::first(Authority::Root, root.key(), now)?;
    let issuing_crl = crl::first(Authority::Issuing, issuing.key(), now)?;

    let seal_key = key()?;
    let mut seal = params(&named("DEMO Siegel Musterkanton", ORGANIZATION), from, until);
    let identifier = DnType::CustomDnType(vec![2, 5, 4, 97]);
    seal.distinguished_name.push(identifier, DnValue::Utf8String(ORGANIZATION_IDENTIFIER.to_owned()));
    seal.is_ca = IsCa::ExplicitNoCa;
    seal.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    seal.custom_extensions.push(policies(qualified::SEAL_NOTICE));
    seal.custom_extensions
        .push(CustomExtension::from_oid_content(&[1, 3, 6, 1, 5, 5, 7, 1, 3], qualified::seal_statements()));
    let seal = seal.signed_by(&seal_key, &issuing)?.pem();

    let mut tls_root = authority("DEMO sigillum TLS Root", 0, from, until);
    tls_root.name_constraints = Some(loopback_only());
    let tls_root = CertifiedIssuer::self_signed(tls_root, key()?)?;
    let tls_key = key()?;
    let mut tls = params(&named("DEMO sigillum", ORGANIZATION), from, until);
    tls.is_ca = IsCa::ExplicitNoCa;
    tls.subject_alt_names = vec![
        SanType::DnsName("localhost".try_into()?),
        SanType::IpAddress(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        SanType::IpAddress(IpAddr::V6(Ipv6Addr::LOCALHOST)),
    ];
    tls.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    tls.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let tls = tls.signed_by(&tls_key, &tls_root)?.pem();

    Ok(DemoPki {
        root: root.pem(),
        root_key: root.key().serialize_pem(),
        root_crl,
        issuing: issuing.pem(),
        issuing_key: issuing.key().serialize_pem(),
        issuing_crl,
        seal,
        seal_key: seal_key.serialize_pem(),
        tls_root: tls_root.pem(),
        tls,
        tls_key: tls_key.serialize_pem(),
    })
}

/// A time-stamping unit below the issuing CA of this key (PEM).
pub(super) fn unit(issuing_key: &str, now: Timestamp, until: Timestamp) -> Result<Made, Error> {
    let (from, until) = (moment(now.plus_seconds(BEFORE_SECONDS.saturating_neg()))?, moment(until)?);
    let issuing = Issuer::new(Authority::Issuing.params(from, until), KeyPair::from_pem(issuing_key)?);
    let key = key()?;
    let mut unit = params(&named("DEMO sigillum Time-Stamping Unit", "sigillum (DEMO)"), from, until);
    unit.is_ca = IsCa::ExplicitNoCa;
    unit.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    let mut purpose = CustomExtension::from_oid_content(&[2, 5, 29, 37], qualified::unit_purpose());
    purpose.set_criticality(true);
    unit.custom_extensions.extend([policies(qualified::UNIT_NOTICE), purpose]);
    Ok(Made { certificate: unit.signed_by(&key, &issuing)?.pem(), key: key.serialize_pem() })
}

/// Who signs a trust list: nobody vouches for him, he is pinned.
pub(super) fn list_signer(now: Timestamp, until: Timestamp) -> Result<Made, Error> {
    let from = moment(now.plus_seconds(BEFORE_SECONDS.saturating_neg()))?;
    let key = key()?;
    let mut signer = params(&named("DEMO sigillum List Signer", "sigillum (DEMO)"), from, moment(until)?);
    signer.is_ca = IsCa::ExplicitNoCa;
    signer.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    Ok(Made { certificate: signer.self_signed(&key)?.pem(), key: key.serialize_pem() })
}

/// A common name and an organisation.
struct Named {
    name: String,
    organization: String,
}

fn named(name: &str, organization: &str) -> Named {
    Named { name: name.to_owned(), organization: organization.to_owned() }
}

fn params(named: &Named, from: OffsetDateTime, until: OffsetDateTime) -> CertificateParams {
    let mut name = DistinguishedName::new();
    name.push(DnType::CountryName, "CH");
    name.push(DnType::OrganizationName, &*named.organization);
    name.push(DnType::CommonName, &*named.name);
    let mut params = CertificateParams::default();
    params.distinguished_name = name;
    params.not_before = from;
    params.not_after = until;
    params.use_authority_key_identifier_extension = true;
    params
}

fn policies(notice: &str) -> CustomExtension {
    CustomExtension::from_oid_content(&[2, 5, 29, 32], qualified::policies(notice))
}

fn key() -> Result<KeyPair, Error> {
    KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)
}

fn loopback_only() -> NameConstraints {
    let address = |address| GeneralSubtree::IpAddress(address);
    NameConstraints {
        permitted_subtrees: vec![
            GeneralSubtree::DnsName("localhost".to_owned()),
            address(CidrSubnet::from_v4_prefix([127, 0, 0, 0], 8)),
            address(CidrSubnet::from_v6_prefix(Ipv6Addr::LOCALHOST.octets(), 128)),
        ],
        excluded_subtrees: Vec::new(),
    }
}

pub(super) fn moment(time: Timestamp) -> Result<OffsetDateTime, Error> {
    OffsetDateTime::from_unix_timestamp(time.unix_seconds()).map_err(|_| Error::Time)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::{DigestAlgorithm, Message, PublicKey, SignatureAlgorithm, SignatureVerifier, Verifier};
    use crate::pki::Certificate;
    use crate::pki::oid;
    use crate::pki::pem;

    fn parsed(text: &str) -> Certificate {
        Certificate::parse(&pem::objects(text.as_bytes()).unwrap()[0].der).unwrap()
    }

    #[test]
    fn the_seal_has_the_names_and_statements_of_a_regulated_seal() {
        let now = Timestamp::from_rfc3339("2026-11-21T12:00:00Z").unwrap();
        let pki = make(now).unwrap();
        let seal = parsed(&pki.seal);
        assert!(seal.not_before() < now);
        assert_eq!(seal.not_after(), now.plus_seconds(VALIDITY_SECONDS));
        assert!(seal.malformed_extensions().is_empty() && seal.unknown_critical_extensions().is_empty());
        let subject = seal.subject().to_string();
        assert!(subject.contains("DEMO") && subject.contains(ORGANIZATION_IDENTIFIER), "{subject}");
        assert_eq!(seal.key_usage().unwrap().names(), ["digitalSignature"]);
        assert!(seal.extended_key_usage().is_none() && seal.crl_distribution_points().is_empty());
        let statements = seal.qc_statements().unwrap();
        assert!(statements.malformed.is_empty(), "{statements:?}");
        assert!(statements.sscd && !statements.compliance && statements.legislation.is_empty());
        assert_eq!(statements.types[0].content(), oid::QC_TYPE_ESEAL);
        assert_eq!(statements.semantics[0].content(), oid::SEMANTICS_LEGAL);
        assert!(statements.pds[0].url.starts_with("https://") && statements.pds[0].url.contains(".invalid/"));
        let notice = qualified::SEAL_NOTICE.as_bytes();
        assert!(seal.certificate_policies()[0].user_notice);
        assert!(seal.der().windows(notice.len()).any(|window| window == notice));
        assert!(qualified::SEAL_NOTICE.contains("regulated certificate for legal persons (DEMO"));
    }

    #[test]
    fn each_certificate_is_issued_by_the_one_above_it() {
        let pki = make(Timestamp::from_unix(1_800_000_000)).unwrap();
        for (below, above) in [
            (&pki.seal, &pki.issuing),
            (&pki.issuing, &pki.root),
            (&pki.root, &pki.root),
            (&pki.tls, &pki.tls_root),
        ] {
            let (below, above) = (parsed(below), parsed(above));
            assert!(below.issuer().matches(above.subject()));
            let key = PublicKey::from_spki(above.spki()).unwrap();
            let algorithm = SignatureAlgorithm::Ecdsa { digest: DigestAlgorithm::Sha256 };
            let message = Message::Bytes(below.tbs());
            assert!(Verifier.verify(&key, &algorithm, message, below.signature()).is_ok());
        }
        assert_eq!(parsed(&pki.root).basic_constraints().unwrap().path_len, Some(1));
        assert!(parsed(&pki.tls_root).name_constraints().is_some());
        assert!(pki.seal_key.starts_with("-----BEGIN PRIVATE KEY-----"));
        assert!(pki.root_crl.contains("X509 CRL") && pki.issuing_crl.contains("X509 CRL"));
    }

    #[test]
    fn a_unit_is_for_time_stamps_alone_and_can_be_issued_later() {
        let now = Timestamp::from_unix(1_800_000_000);
        let pki = make(now).unwrap();
        let issuing = parsed(&pki.issuing);
        for now in [now, now.plus_seconds(86_400)] {
            let unit = parsed(&unit(&pki.issuing_key, now, issuing.not_after()).unwrap().certificate);
            assert_eq!((unit.not_before(), unit.not_after()), (now.plus_seconds(-300), issuing.not_after()));
            let purposes = unit.extended_key_usage().unwrap();
            assert!(purposes.critical && purposes.oids.len() == 1 && purposes.contains(oid::EKU_TIME_STAMPING));
            assert_eq!(unit.key_usage().unwrap().names(), ["digitalSignature"]);
            assert!(unit.malformed_extensions().is_empty() && unit.unknown_critical_extensions().is_empty());
            let authority = unit.authority_key_identifier().unwrap().key_id.clone();
            assert_eq!(authority.as_deref(), issuing.subject_key_identifier());
            let key = PublicKey::from_spki(issuing.spki()).unwrap();
            let algorithm = SignatureAlgorithm::Ecdsa { digest: DigestAlgorithm::Sha256 };
            assert!(Verifier.verify(&key, &algorithm, Message::Bytes(unit.tbs()), unit.signature()).is_ok());
        }
    }

    #[test]
    fn the_check_digit_of_the_uid_holds() {
        let digits: Vec<u32> = ORGANIZATION_IDENTIFIER.chars().filter_map(|c| c.to_digit(10)).collect();
        let sum: u32 = digits.iter().zip([5, 4, 3, 2, 7, 6, 5, 4]).map(|(digit, weight)| digit * weight).sum();
        assert_eq!((digits.len(), digits[8]), (9, (11 - sum % 11) % 11));
    }
}
