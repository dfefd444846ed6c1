//! Revokes a certificate of a demo: puts a CRL that lists it in the place of the one that is there.
//!
//! The names are those of `src/cli/demo/pki.rs`; the program refuses a CRL that does not fit when it issues the next one.

use rcgen::{
    CertificateParams, CertificateRevocationListParams, DistinguishedName, DnType, Issuer, KeyIdMethod, KeyPair,
    RevocationReason, RevokedCertParams, SerialNumber,
};
use sigillum::pki::{Certificate, pem};
use std::path::Path;
use time::{Duration, OffsetDateTime};

/// Lists the first certificate of `certificate` (a file of the demo's folder) in the CRL of the CA `authority` (`root` or
/// `issuing`) since `now`. The CRL holds for a week, and its number is 1000.
pub fn revoke(demo: &Path, authority: &str, certificate: &str, reason: RevocationReason, now: OffsetDateTime) {
    let file = |name: &str| super::read(&demo.join(name));
    let listed = Certificate::parse(&pem::objects(&file(certificate)).unwrap()[0].der).unwrap();
    let key = String::from_utf8(file(&format!("{authority}.key"))).unwrap();
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CountryName, "CH");
    params.distinguished_name.push(DnType::OrganizationName, "Musterkanton (DEMO)");
    let name = if authority == "root" { "DEMO sigillum Root CA" } else { "DEMO sigillum Issuing CA" };
    params.distinguished_name.push(DnType::CommonName, name);
    let crl = CertificateRevocationListParams {
        this_update: now,
        next_update: now + Duration::days(7),
        crl_number: SerialNumber::from(1000_u64),
        issuing_distribution_point: None,
        revoked_certs: vec![RevokedCertParams {
            serial_number: SerialNumber::from_slice(listed.serial()),
            revocation_time: now,
            reason_code: Some(reason),
            invalidity_date: None,
        }],
        key_identifier_method: KeyIdMethod::Sha256,
    };
    let crl = crl.signed_by(&Issuer::new(params, KeyPair::from_pem(&key).unwrap())).unwrap().pem().unwrap();
    let place = demo.join(format!("{authority}.crl"));
    let beside = demo.join(".revoked");
    #[expect(clippy::disallowed_methods, reason = "tests write files")]
    std::fs::write(&beside, crl).unwrap();
    std::fs::rename(&beside, &place).unwrap();
}
