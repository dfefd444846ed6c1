//! A listed authority of certificates and one of time-stamps, whom they issue, and what lists say of them.

use super::pdf::MadePdf;
use super::sign::{Signer, der, sha256};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CertifiedIssuer, CustomExtension,
    DistinguishedName, DnType, IsCa, KeyIdMethod, KeyPair, KeyUsagePurpose, RevocationReason, RevokedCertParams,
    SerialNumber,
};
use sigillum::limits::Limits;
use sigillum::pki::{Certificate, Crl};
use sigillum::time::Timestamp;
use sigillum::trust::{
    ListStanding, ListTrust, Period, Scheme, Service, ServiceKind, ServiceStatus, TrustAnchor, TrustStore, Uses,
};
use std::sync::Arc;

/// Bytes that a signature with its time-stamp is given in the file.
const HOLE: usize = 8192;

/// A listed authority of certificates, a listed authority of time-stamps, and whom they issue.
pub struct World {
    issuer: Arc<Certificate>,
    stamper: Arc<Certificate>,
    /// A person with a qualified certificate.
    pub person: Signer,
    /// A person with a qualified certificate under a pseudonym.
    pub alias: Signer,
    /// An organisation with the certificate of a regulated seal.
    pub seal: Signer,
    unit: Signer,
    /// The CRLs of both authorities, which name nobody.
    pub crls: [Crl; 2],
    /// One of the authority of certificates that names the person.
    pub revoking: Crl,
}

impl World {
    /// New keys for all.
    pub fn new() -> Self {
        let issuing = authority("Issuing CA");
        let stamping = authority("TSA CA");
        let qualified = [
            notice("qualified certificate"),
            statements(&[("0.4.0.1862.1.1", None), ("0.4.0.1862.1.4", None), limit(), types("0.4.0.1862.1.6.1")]),
        ];
        let person =
            [("2.5.4.4", "Muster"), ("2.5.4.42", "Anna"), ("2.5.4.12", "Notarin"), ("2.5.4.3", "Anna Muster")];
        let alias = [("2.5.4.65", "Alias 7"), ("2.5.4.3", "Alias 7")];
        let regulated = [
            notice(
                "This is a regulated certificate for legal persons as defined by the Swiss federal law SR 943.03 ZertES",
            ),
            statements(&[("0.4.0.1862.1.4", None), types("0.4.0.1862.1.6.2")]),
        ];
        let unit = [purpose()];
        let organisation = [
            ("2.5.4.10", "Kanton Beispiel"),
            ("2.5.4.97", "NTRCH-CHE-113.846.892"),
            ("2.5.4.3", "Kanton Beispiel"),
        ];
        let person = holder(&issuing, &person, KeyUsagePurpose::ContentCommitment, &qualified);
        let serial = Certificate::parse(person.certificate()).unwrap().serial().to_vec();
        Self {
            crls: [crl(&issuing, None), crl(&stamping, None)],
            revoking: crl(&issuing, Some(&serial)),
            person,
            alias: holder(&issuing, &alias, KeyUsagePurpose::ContentCommitment, &qualified),
            seal: holder(&issuing, &organisation, KeyUsagePurpose::DigitalSignature, &regulated),
            unit: holder(&stamping, &[("2.5.4.3", "TSU")], KeyUsagePurpose::DigitalSignature, &unit),
            issuer: certificate(&issuing),
            stamper: certificate(&stamping),
        }
    }

    /// Both authorities are trusted; each list says of them what this scheme's list would.
    pub fn store(&self, schemes: &[Scheme]) -> TrustStore {
        let anchors =
            [&self.issuer, &self.stamper].map(|one| TrustAnchor { certificate: Arc::clone(one), sunset: None });
        let service = |scheme: &Scheme, certificate, kind| entry(*scheme, certificate, kind);
        let entries = |scheme| {
            [service(scheme, &self.issuer, ServiceKind::CaQc), service(scheme, &self.stamper, ServiceKind::Qtst)]
        };
        let services = schemes.iter().flat_map(entries).collect();
        TrustStore::new(anchors.into()).rehearsing(schemes.iter().copied().map(list).collect(), services)
    }

    /// Signs, with a time-stamp of 2 June 2026.
    pub fn sign(&self, pdf: &mut MadePdf, field: &str, signer: &Signer) {
        pdf.sign(field, "ETSI.CAdES.detached", HOLE, |pieces| {
            signer.stamped_cms(&sha256(&pieces), |value| self.unit.token(&sha256(&[value])))
        });
    }

    /// A document with these signatures, each with a time-stamp of 2 June 2026.
    pub fn signed(&self, signers: &[&Signer]) -> Vec<u8> {
        let mut pdf = MadePdf::new([]);
        for (number, signer) in signers.iter().enumerate() {
            self.sign(&mut pdf, &format!("S{number}"), signer);
        }
        pdf.into_bytes()
    }
}

/// A list that is current.
pub fn list(scheme: Scheme) -> ListStanding {
    ListStanding {
        scheme,
        territory: scheme.name().to_owned(),
        sequence_number: 1,
        trust: ListTrust::Verified,
        next_update: Some(time("2026-12-01T00:00:00Z")),
        grace_seconds: 0,
    }
}

/// A service since 2019 for signatures and seals.
pub fn entry(scheme: Scheme, certificate: &Arc<Certificate>, kind: ServiceKind) -> Arc<Service> {
    Arc::new(Service {
        scheme,
        territory: scheme.name().to_owned(),
        sequence_number: 1,
        provider: "Provider".to_owned(),
        trade_names: Vec::new(),
        name: "Service".to_owned(),
        certificates: vec![Arc::clone(certificate)],
        subjects: Vec::new(),
        key_identifiers: Vec::new(),
        periods: vec![Period {
            from: time("2019-04-10T22:00:00Z"),
            kind,
            kind_uri: String::new(),
            status: ServiceStatus::Granted,
            status_uri: String::new(),
            uses: Uses { signatures: true, seals: true, web: false },
            qualifications: Vec::new(),
            has_unknown_critical_extension: false,
        }],
    })
}

/// A time by RFC 3339.
pub fn time(text: &str) -> Timestamp {
    Timestamp::from_rfc3339(text).unwrap()
}

fn authority(name: &str) -> CertifiedIssuer<'static, KeyPair> {
    let mut params = params(&[("2.5.4.3", name)]);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// A CRL of July 2026.
fn crl(issuer: &CertifiedIssuer<'static, KeyPair>, revoked: Option<&[u8]>) -> Crl {
    let revoked = revoked.map(|serial| RevokedCertParams {
        serial_number: SerialNumber::from_slice(serial),
        revocation_time: rcgen::date_time_ymd(2026, 6, 1),
        reason_code: Some(RevocationReason::KeyCompromise),
        invalidity_date: None,
    });
    let crl = CertificateRevocationListParams {
        this_update: rcgen::date_time_ymd(2026, 6, 30),
        next_update: rcgen::date_time_ymd(2026, 7, 31),
        crl_number: SerialNumber::from(1_u64),
        issuing_distribution_point: None,
        revoked_certs: revoked.into_iter().collect(),
        key_identifier_method: KeyIdMethod::Sha256,
    };
    Crl::parse(crl.signed_by(issuer).unwrap().der(), Limits::DEFAULT.der_depth).unwrap()
}

fn certificate(issuer: &CertifiedIssuer<'_, KeyPair>) -> Arc<Certificate> {
    Arc::new(Certificate::parse(AsRef::<rcgen::Certificate>::as_ref(issuer).der()).unwrap())
}

fn holder(
    issuer: &CertifiedIssuer<'static, KeyPair>,
    subject: &[(&str, &str)],
    usage: KeyUsagePurpose,
    extensions: &[CustomExtension],
) -> Signer {
    let key = KeyPair::generate().unwrap();
    let mut params = params(subject);
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![usage];
    params.custom_extensions = extensions.to_vec();
    let certificate = params.signed_by(&key, issuer).unwrap();
    Signer::of(&key.serialize_der(), certificate.der().to_vec())
}

fn params(subject: &[(&str, &str)]) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CountryName, "CH");
    for (oid, value) in subject {
        params.distinguished_name.push(DnType::from_oid(&arcs(oid)), *value);
    }
    params.not_before = rcgen::date_time_ymd(2026, 1, 1);
    params.not_after = rcgen::date_time_ymd(2029, 1, 1);
    params.use_authority_key_identifier_extension = true;
    params
}

fn arcs(oid: &str) -> Vec<u64> {
    oid.split('.').map(|arc| arc.parse().unwrap()).collect()
}

fn extension(oid: &str, value: Vec<u8>) -> CustomExtension {
    CustomExtension::from_oid_content(&arcs(oid), value)
}

fn notice(text: &str) -> CustomExtension {
    let notice = der::sequence(&[der::tlv(0x0c, text.as_bytes())]);
    let qualifier = der::sequence(&[der::oid("1.3.6.1.5.5.7.2.2"), notice]);
    let policy = der::sequence(&[der::oid("2.16.756.1.1"), der::sequence(&[qualifier])]);
    extension("2.5.29.32", der::sequence(&[policy]))
}

fn statements(all: &[(&str, Option<Vec<u8>>)]) -> CustomExtension {
    let all: Vec<Vec<u8>> =
        all.iter().map(|(oid, info)| der::sequence(&[der::oid(oid), info.clone().unwrap_or_default()])).collect();
    extension("1.3.6.1.5.5.7.1.3", der::sequence(&all))
}

fn types(oid: &str) -> (&'static str, Option<Vec<u8>>) {
    ("0.4.0.1862.1.6", Some(der::sequence(&[der::oid(oid)])))
}

/// CHF 5 · 10^4.
fn limit() -> (&'static str, Option<Vec<u8>>) {
    let value = der::sequence(&[der::tlv(0x13, b"CHF"), der::integer(&[5]), der::integer(&[4])]);
    ("0.4.0.1862.1.2", Some(value))
}

fn purpose() -> CustomExtension {
    let mut purpose = extension("2.5.29.37", der::sequence(&[der::oid("1.3.6.1.5.5.7.3.8")]));
    purpose.set_criticality(true);
    purpose
}
