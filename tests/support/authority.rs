//! A small PKI for tests: a root, an issuing CA, signers whose certificates name places for evidence, and that evidence.

use super::sign::{Signer, der, random};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CertifiedIssuer, CrlDistributionPoint,
    CustomExtension, DistinguishedName, DnType, IsCa, KeyIdMethod, KeyPair, KeyUsagePurpose, RevocationReason,
    RevokedCertParams, SerialNumber,
};
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair};
use sigillum::time::Timestamp;
use time::OffsetDateTime;

/// Root and issuing CA.
pub struct Authority {
    root: CertifiedIssuer<'static, KeyPair>,
    issuing: CertifiedIssuer<'static, KeyPair>,
    issuing_key: Vec<u8>,
    now: Timestamp,
}

/// Where evidence is, as a certificate says it.
#[derive(Clone, Debug, Default)]
pub struct Places {
    pub issuer: Vec<String>,
    pub ocsp: Vec<String>,
    pub crl: Vec<String>,
}

/// What an OCSP response says (RFC 6960 §4.2.1).
#[derive(Clone, Copy, Debug)]
pub enum Status {
    Good,
    Revoked,
    OnHold,
    Unknown,
}

const DAY: i64 = 86_400;

impl Authority {
    /// Made at this time. The issuing CA's own certificate names these places.
    pub fn new(now: Timestamp, places: &Places) -> Self {
        let root = CertifiedIssuer::self_signed(ca("Test Root", now), KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let issuing_key = key.serialize_der();
        let mut params = ca("Test Issuing CA", now);
        named(&mut params, places);
        let issuing = CertifiedIssuer::signed_by(params, key, &root).unwrap();
        Self { root, issuing, issuing_key, now }
    }

    pub fn root(&self) -> Vec<u8> {
        certificate(&self.root)
    }

    pub fn issuing(&self) -> Vec<u8> {
        certificate(&self.issuing)
    }

    /// Somebody who signs; his certificate names these places.
    pub fn signer(&self, serial: u64, places: &Places) -> Signer {
        let (key, certificate) = self.holder(serial, places);
        Signer::of(&key.serialize_der(), certificate.der().to_vec())
    }

    /// The key of somebody who signs, and his certificate with that of his issuer; all in PEM.
    pub fn key_files(&self, serial: u64, places: &Places) -> (String, String) {
        let (key, certificate) = self.holder(serial, places);
        let issuing = AsRef::<rcgen::Certificate>::as_ref(&self.issuing).pem();
        (key.serialize_pem(), format!("{}{issuing}", certificate.pem()))
    }

    fn holder(&self, serial: u64, places: &Places) -> (KeyPair, rcgen::Certificate) {
        let key = KeyPair::generate().unwrap();
        let mut params = params("Test Signer", self.now);
        params.serial_number = Some(SerialNumber::from(serial));
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::ContentCommitment];
        named(&mut params, places);
        let certificate = params.signed_by(&key, &self.issuing).unwrap();
        (key, certificate)
    }

    /// The CRL of the issuing CA, which names nobody; and that of the root.
    pub fn crls(&self, life: i64) -> [Vec<u8>; 2] {
        let [issuing, root] = [&self.issuing, &self.root];
        [self.crl(issuing, life, Vec::new()), self.crl(root, life, Vec::new())]
    }

    /// A CRL of the issuing CA that names the certificate with this serial number, for a day.
    pub fn crl_with(&self, serial: u64, reason: RevocationReason) -> Vec<u8> {
        self.crl(&self.issuing, DAY, vec![self.listed(SerialNumber::from(serial), reason)])
    }

    /// A CRL of the root that names the issuing CA, for a day.
    pub fn root_crl_with_issuing(&self) -> Vec<u8> {
        let issuing = self.issuing();
        let (_, issuing) = x509_parser::parse_x509_certificate(&issuing).unwrap();
        let serial = SerialNumber::from_slice(issuing.raw_serial());
        self.crl(&self.root, DAY, vec![self.listed(serial, RevocationReason::CaCompromise)])
    }

    fn listed(&self, serial_number: SerialNumber, reason: RevocationReason) -> RevokedCertParams {
        let revocation_time = moment(self.now.plus_seconds(-120));
        RevokedCertParams { serial_number, revocation_time, reason_code: Some(reason), invalidity_date: None }
    }

    fn crl(
        &self,
        issuer: &CertifiedIssuer<'static, KeyPair>,
        life: i64,
        revoked_certs: Vec<RevokedCertParams>,
    ) -> Vec<u8> {
        let crl = CertificateRevocationListParams {
            this_update: moment(self.now.plus_seconds(-60)),
            next_update: moment(self.now.plus_seconds(life)),
            crl_number: SerialNumber::from(1_u64),
            issuing_distribution_point: None,
            revoked_certs,
            key_identifier_method: KeyIdMethod::Sha256,
        };
        crl.signed_by(issuer).unwrap().der().to_vec()
    }

    /// The issuing CA's answer that the certificate with this serial number is good.
    pub fn ocsp(&self, serial: u64, life: Option<i64>) -> Vec<u8> {
        self.ocsp_saying(serial, Status::Good, life)
    }

    /// The issuing CA's answer about the certificate with this serial number.
    pub fn ocsp_saying(&self, serial: u64, status: Status, life: Option<i64>) -> Vec<u8> {
        let issuing = self.issuing();
        let (_, issuing) = x509_parser::parse_x509_certificate(&issuing).unwrap();
        let sha1 = |octets: &[u8]| digest(&SHA1_FOR_LEGACY_USE_ONLY, octets).as_ref().to_vec();
        let algorithm = der::sequence(&[der::oid("1.3.14.3.2.26"), der::tlv(0x05, &[])]);
        let id = der::sequence(&[
            algorithm,
            der::octets(&sha1(issuing.subject().as_raw())),
            der::octets(&sha1(&issuing.public_key().subject_public_key.data)),
            der::integer(&serial.to_be_bytes()[7..]),
        ]);
        let time = |at: Timestamp| {
            let digits: String = at.to_string().chars().filter(char::is_ascii_digit).collect();
            der::tlv(0x18, format!("{digits}Z").as_bytes())
        };
        let revoked = |reason: u8| {
            let reason = der::tlv(0xa0, &der::tlv(0x0a, &[reason]));
            der::tlv(0xa1, &[time(self.now.plus_seconds(-120)), reason].concat())
        };
        let status = match status {
            Status::Good => vec![0x80, 0],
            Status::Revoked => revoked(1),
            Status::OnHold => revoked(6),
            Status::Unknown => vec![0x82, 0],
        };
        let mut single = vec![id, status, time(self.now.plus_seconds(-60))];
        single.extend(life.map(|life| der::tlv(0xa0, &time(self.now.plus_seconds(life)))));
        let tbs = der::sequence(&[
            der::tlv(0xa1, issuing.subject().as_raw()),
            time(self.now.plus_seconds(-30)),
            der::sequence(&[der::sequence(&single)]),
        ]);
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &self.issuing_key, &random()).unwrap();
        let value = key.sign(&random(), &tbs).unwrap();
        let ecdsa = der::sequence(&[der::oid("1.2.840.10045.4.3.2")]);
        let basic = der::sequence(&[tbs, ecdsa, der::tlv(0x03, &[&[0], value.as_ref()].concat())]);
        let bytes = der::sequence(&[der::oid("1.3.6.1.5.5.7.48.1.1"), der::octets(&basic)]);
        der::sequence(&[der::tlv(0x0a, &[0]), der::tlv(0xa0, &bytes)])
    }

    /// The issuing CA's certificate in a CMS that holds nothing else (RFC 5652 §5.1: certs-only).
    pub fn issuing_cms(&self) -> Vec<u8> {
        let signed_data = der::sequence(&[
            der::integer(&[1]),
            der::tlv(0x31, &[]),
            der::sequence(&[der::oid("1.2.840.113549.1.7.1")]),
            der::tlv(0xa0, &self.issuing()),
            der::tlv(0x31, &[]),
        ]);
        der::sequence(&[der::oid("1.2.840.113549.1.7.2"), der::tlv(0xa0, &signed_data)])
    }
}

fn certificate(issuer: &CertifiedIssuer<'_, KeyPair>) -> Vec<u8> {
    AsRef::<rcgen::Certificate>::as_ref(issuer).der().to_vec()
}

fn ca(name: &str, now: Timestamp) -> CertificateParams {
    let mut params = params(name, now);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

fn params(name: &str, now: Timestamp) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = moment(now.plus_seconds(-DAY));
    params.not_after = moment(now.plus_seconds(365 * DAY));
    params.use_authority_key_identifier_extension = true;
    params
}

/// Puts places into a certificate (RFC 5280 §4.2.2.1, §4.2.1.13).
fn named(params: &mut CertificateParams, places: &Places) {
    let access = |method: &'static str| {
        move |url: &String| der::sequence(&[der::oid(method), der::tlv(0x86, url.as_bytes())])
    };
    let issuer = places.issuer.iter().map(access("1.3.6.1.5.5.7.48.2"));
    let all: Vec<_> = issuer.chain(places.ocsp.iter().map(access("1.3.6.1.5.5.7.48.1"))).collect();
    if !all.is_empty() {
        let oid = [1, 3, 6, 1, 5, 5, 7, 1, 1];
        params.custom_extensions.push(CustomExtension::from_oid_content(&oid, der::sequence(&all)));
    }
    let points = places.crl.iter().map(|url| CrlDistributionPoint { uris: vec![url.clone()] });
    params.crl_distribution_points.extend(points);
}

fn moment(time: Timestamp) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(time.unix_seconds()).unwrap()
}
