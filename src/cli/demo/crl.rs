//! The CRLs of the demo's two CAs, issued anew at each start and before they run out. A new one goes on from the one that is
//! there: its number is the next, and what was revoked stays revoked.
//!
//! The keys of the CAs lie in the demo's folder. So whoever can read it can issue in the demo's name; nobody else
//! trusts it.

use std::path::Path;

use rcgen::{
    CertificateRevocationListParams, KeyIdMethod, KeyPair, RevocationReason, RevokedCertParams, SerialNumber,
};
use zeroize::Zeroizing;

use super::{DemoError, folder, pki, read};
use crate::crypto::{Message, PublicKey, SignatureAlgorithm, SignatureVerifier, Verifier};
use crate::limits::Limits;
use crate::pki::{Certificate, Crl, CrlEntry, RevocationReason as Reason, pem};
use crate::time::Timestamp;

/// How long a CRL holds: a week.
pub(super) const VALIDITY_SECONDS: i64 = 7 * 24 * 60 * 60;

/// The CRLs of the demo, as the configuration names them.
pub(super) const FILES: [&str; 2] = ["root.crl", "issuing.crl"];

/// A CA by its part of the demo, and its certificate, key and CRL.
const AUTHORITIES: [(pki::Authority, &str, &str, &str); 2] = [
    (pki::Authority::Root, "root.pem", "root.key", "root.crl"),
    (pki::Authority::Issuing, "issuing.pem", "issuing.key", "issuing.crl"),
];

/// Issues each CRL anew of which less than half of its time is left. Says how many were. Safe beside other processes that
/// do the same, and to be ended at any point: each file is there whole, the old one or the new one.
pub(super) fn renew(data: &Path, demo: &Path, now: Timestamp) -> Result<usize, DemoError> {
    // Mostly nothing is to be done; then nothing is written, and nobody waits.
    if !AUTHORITIES
        .iter()
        .map(|(.., list)| crl(&demo.join(list)))
        .any(|crl| crl.map_or(true, |crl| is_due(&crl, now)))
    {
        return Ok(0);
    }
    folder::locked(data, || {
        let mut renewed = 0_usize;
        for (authority, certificate, key, list) in AUTHORITIES {
            let place = demo.join(list);
            // A demo of an earlier version has no keys of its CAs: its CRLs stay as they are.
            if !folder::is_file(&demo.join(key))? {
                continue;
            }
            let before = crl(&place)?;
            if !is_due(&before, now) {
                continue;
            }
            let key = Zeroizing::new(read(&demo.join(key))?);
            let certificate = super::certificates(&demo.join(certificate))?;
            let [certificate] = certificate.as_slice() else { return Err(broken(&demo.join(list))) };
            let issued = issue(authority, &key, &before, now).map_err(|_| broken(&place))?;
            demand_issued_by(&issued, certificate).ok_or_else(|| broken(&place))?;
            folder::replace(&place, issued.as_bytes())?;
            renewed = renewed.saturating_add(1);
        }
        Ok(renewed)
    })
}

/// Also where it is from the future: then the clock was set back, and nobody would believe it.
fn is_due(crl: &Crl, now: Timestamp) -> bool {
    let half = now.plus_seconds(VALIDITY_SECONDS / 2);
    crl.this_update > now || crl.next_update.is_none_or(|end| end < half)
}

/// The first CRL of a CA.
pub(super) fn first(authority: pki::Authority, key: &KeyPair, now: Timestamp) -> Result<String, rcgen::Error> {
    made(authority, key, 1, Vec::new(), now)
}

fn issue(authority: pki::Authority, key: &[u8], before: &Crl, now: Timestamp) -> Result<String, rcgen::Error> {
    let key = std::str::from_utf8(key).map_err(|_| rcgen::Error::CouldNotParseKeyPair)?;
    let key = KeyPair::from_pem(key)?;
    let number = before.crl_number.as_deref().and_then(number).ok_or(rcgen::Error::CouldNotParseCertificate)?;
    let next = number.checked_add(1).ok_or(rcgen::Error::CouldNotParseCertificate)?;
    let mut revoked = Vec::new();
    for entry in before.entries() {
        revoked.push(carried(&entry.map_err(|_| rcgen::Error::CouldNotParseCertificate)?)?);
    }
    made(authority, &key, next, revoked, now)
}

fn made(
    authority: pki::Authority,
    key: &KeyPair,
    number: u64,
    revoked_certs: Vec<RevokedCertParams>,
    now: Timestamp,
) -> Result<String, rcgen::Error> {
    let from = now.plus_seconds(pki::BEFORE_SECONDS.saturating_neg());
    let list = CertificateRevocationListParams {
        this_update: pki::moment(from)?,
        next_update: pki::moment(now.plus_seconds(VALIDITY_SECONDS))?,
        crl_number: SerialNumber::from(number),
        issuing_distribution_point: None,
        revoked_certs,
        key_identifier_method: KeyIdMethod::Sha256,
    };
    let params = authority.params(pki::moment(from)?, pki::moment(now)?);
    list.signed_by(&rcgen::Issuer::from_params(&params, key))?.pem()
}

/// What was revoked stays revoked.
fn carried(entry: &CrlEntry) -> Result<RevokedCertParams, rcgen::Error> {
    let reason_code = match entry.reason {
        None => None,
        Some(Reason::Unspecified) => Some(RevocationReason::Unspecified),
        Some(Reason::KeyCompromise) => Some(RevocationReason::KeyCompromise),
        Some(Reason::CaCompromise) => Some(RevocationReason::CaCompromise),
        Some(Reason::AffiliationChanged) => Some(RevocationReason::AffiliationChanged),
        Some(Reason::Superseded) => Some(RevocationReason::Superseded),
        Some(Reason::CessationOfOperation) => Some(RevocationReason::CessationOfOperation),
        Some(Reason::CertificateHold) => Some(RevocationReason::CertificateHold),
        Some(Reason::RemoveFromCrl) => Some(RevocationReason::RemoveFromCrl),
        Some(Reason::PrivilegeWithdrawn) => Some(RevocationReason::PrivilegeWithdrawn),
        Some(Reason::AaCompromise) => Some(RevocationReason::AaCompromise),
        Some(_) => return Err(rcgen::Error::CouldNotParseCertificate),
    };
    Ok(RevokedCertParams {
        serial_number: SerialNumber::from_slice(&entry.serial),
        revocation_time: pki::moment(entry.revoked_at)?,
        reason_code,
        invalidity_date: entry.invalid_since.map(pki::moment).transpose()?,
    })
}

fn number(octets: &[u8]) -> Option<u64> {
    octets.iter().try_fold(0_u64, |number, octet| number.checked_mul(256)?.checked_add(u64::from(*octet)))
}

/// That key and certificate beside it are those of one CA: a CRL of another one would be worse than an old one.
fn demand_issued_by(issued: &str, certificate: &Certificate) -> Option<()> {
    let crl = parsed(issued.as_bytes())?;
    let key = PublicKey::from_spki(certificate.spki()).ok()?;
    let algorithm = SignatureAlgorithm::from_algorithm_identifier(&crl.signature_algorithm.raw, None).ok()?;
    let verified = Verifier.verify(&key, &algorithm, Message::Bytes(crl.tbs()), &crl.signature);
    (crl.issuer.matches(certificate.subject()) && verified.is_ok()).then_some(())
}

fn crl(file: &Path) -> Result<Crl, DemoError> {
    parsed(&read(file)?).ok_or_else(|| broken(file))
}

fn parsed(content: &[u8]) -> Option<Crl> {
    let objects = pem::objects(content).ok()?;
    let [object] = objects.as_slice() else { return None };
    Crl::parse(&object.der, Limits::DEFAULT.der_depth).ok()
}

fn broken(file: &Path) -> DemoError {
    DemoError::Broken(file.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::demo::make_or_use;

    fn demo(now: Timestamp) -> (tempfile::TempDir, std::path::PathBuf) {
        let data = tempfile::tempdir().unwrap();
        let folder = make_or_use(data.path(), now).unwrap().folder;
        (data, folder)
    }

    fn now() -> Timestamp {
        Timestamp::from_rfc3339("2026-11-22T12:00:00Z").unwrap()
    }

    fn number_of(crl: &Crl) -> u64 {
        number(crl.crl_number.as_deref().unwrap()).unwrap()
    }

    fn issuing(folder: &Path) -> Crl {
        crl(&folder.join("issuing.crl")).unwrap()
    }

    #[test]
    fn a_crl_is_issued_anew_when_less_than_half_of_its_time_is_left() {
        let (data, folder) = demo(now());
        let first = issuing(&folder);
        assert_eq!((number_of(&first), first.next_update), (1, Some(now().plus_seconds(VALIDITY_SECONDS))));
        assert_eq!(first.this_update, now().plus_seconds(-300));
        let half = now().plus_seconds(VALIDITY_SECONDS / 2);
        assert_eq!(renew(data.path(), &folder, half).unwrap(), 0);
        assert_eq!(issuing(&folder).der(), first.der());
        let later = half.plus_seconds(1);
        assert_eq!(renew(data.path(), &folder, later).unwrap(), 2);
        let second = issuing(&folder);
        assert_eq!((number_of(&second), second.next_update), (2, Some(later.plus_seconds(VALIDITY_SECONDS))));
        assert_eq!(renew(data.path(), &folder, later).unwrap(), 0);
        // After a long time, and where the clock was set back.
        for (time, expected) in [(later.plus_seconds(90 * 86400), 3), (now(), 4)] {
            assert_eq!(renew(data.path(), &folder, time).unwrap(), 2);
            assert_eq!(number_of(&issuing(&folder)), expected);
        }
        let certificate = &super::super::certificates(&folder.join("issuing.pem")).unwrap()[0];
        let text = read(&folder.join("issuing.crl")).unwrap();
        assert!(demand_issued_by(std::str::from_utf8(&text).unwrap(), certificate).is_some());
        #[expect(clippy::disallowed_methods, reason = "the test looks at what is left")]
        let left = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{error}"));
        assert!(left.map(|entry| entry.unwrap().file_name()).all(|name| !name.to_string_lossy().starts_with('.')));
    }

    #[test]
    fn what_was_revoked_stays_revoked() {
        let (data, folder) = demo(now());
        let seal = &super::super::certificates(&folder.join("seal.pem")).unwrap()[0];
        let key =
            KeyPair::from_pem(std::str::from_utf8(&read(&folder.join("issuing.key")).unwrap()).unwrap()).unwrap();
        let revoked = RevokedCertParams {
            serial_number: SerialNumber::from_slice(seal.serial()),
            revocation_time: pki::moment(now()).unwrap(),
            reason_code: Some(RevocationReason::KeyCompromise),
            invalidity_date: Some(pki::moment(now().plus_seconds(-60)).unwrap()),
        };
        let list = made(pki::Authority::Issuing, &key, 255, vec![revoked], now()).unwrap();
        folder::replace(&folder.join("issuing.crl"), list.as_bytes()).unwrap();
        let before = issuing(&folder).find(seal.issuer(), seal.serial()).unwrap().expect("it is listed");
        assert_eq!(renew(data.path(), &folder, now().plus_seconds(VALIDITY_SECONDS)).unwrap(), 2);
        let after = issuing(&folder);
        assert_eq!(number_of(&after), 256);
        assert_eq!(after.find(seal.issuer(), seal.serial()).unwrap(), Some(before));
    }

    #[test]
    fn three_at_once_issue_one() {
        let (data, folder) = demo(now());
        let later = now().plus_seconds(VALIDITY_SECONDS);
        let renewed: usize = std::thread::scope(|scope| {
            let threads: Vec<_> =
                (0..3).map(|_| scope.spawn(|| renew(data.path(), &folder, later).unwrap())).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        assert_eq!((renewed, number_of(&issuing(&folder))), (2, 2));
    }

    #[test]
    fn what_does_not_belong_together_is_refused_and_without_keys_nothing_is_issued() {
        let (data, folder) = demo(now());
        let later = now().plus_seconds(VALIDITY_SECONDS);
        let root_key = read(&folder.join("root.key")).unwrap();
        let before = issuing(&folder);
        folder::replace(&folder.join("issuing.key"), &root_key).unwrap();
        assert!(matches!(renew(data.path(), &folder, later), Err(DemoError::Broken(_))));
        assert_eq!(issuing(&folder).der(), before.der());
        folder::replace(&folder.join("issuing.crl"), b"broken").unwrap();
        assert!(matches!(renew(data.path(), &folder, later), Err(DemoError::Broken(_))));
        for name in ["root.key", "issuing.key"] {
            std::fs::remove_file(folder.join(name)).unwrap();
        }
        assert_eq!(renew(data.path(), &folder, later).unwrap(), 0);
    }
}
