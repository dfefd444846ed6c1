//! Revocation data at hand that name a certificate, listed as they state it. **Nothing here is verified or judged**:
//! a listed `good` is a claim of whoever made the data.

use crate::crypto::{DigestAlgorithm, digest};
use crate::limits::Limits;
use crate::pki::{CertId, CertStatus, Certificate, Crl, same_serial};
use crate::syntax::der::{Tlv, tag};
use crate::validation::evidence::Evidence;
use crate::validation::path::Holder;
use crate::validation::report::RevocationListed;

/// The data that name `holder`, which `issuer` issued.
pub(in crate::validation) fn listed(
    holder: &Holder,
    issuer: Option<&Holder>,
    evidence: &Evidence,
) -> Vec<RevocationListed> {
    let mut listed = Vec::new();
    for (response, origin) in evidence.ocsp_responses() {
        for single in response.basic.iter().flat_map(|basic| &basic.responses) {
            if !issuer.is_some_and(|issuer| names(&single.cert_id, holder, issuer)) {
                continue;
            }
            listed.push(RevocationListed {
                source: "ocsp",
                claimed_status: match single.status {
                    CertStatus::Good => "good",
                    CertStatus::Revoked { .. } => "revoked",
                    CertStatus::Unknown => "unknown",
                },
                this_update: single.this_update,
                next_update: single.next_update,
                origin: origin.name(),
            });
        }
    }
    for (crl, origin) in evidence.crls() {
        if !crl.issuer.matches(holder.certificate.issuer()) {
            continue;
        }
        listed.push(RevocationListed {
            source: "crl",
            claimed_status: claimed_status(crl, holder),
            this_update: crl.this_update,
            next_update: crl.next_update,
            origin: origin.name(),
        });
    }
    listed
}

fn claimed_status(crl: &Crl, holder: &Holder) -> &'static str {
    match crl.find(holder.certificate.issuer(), holder.certificate.serial()) {
        Ok(None) => "good",
        Ok(Some(_)) => "revoked",
        Err(_) => "unknown",
    }
}

/// Whether an OCSP certificate identifier means this certificate (RFC 6960 §4.1.1), under whatever digest it uses.
fn names(id: &CertId, holder: &Holder, issuer: &Holder) -> bool {
    let Ok(algorithm) = DigestAlgorithm::from_algorithm_identifier(&id.hash_algorithm.raw) else {
        return false;
    };
    let Some(key) = key_bits(&issuer.certificate) else {
        return false;
    };
    same_serial(&id.serial, holder.certificate.serial())
        && id.issuer_name_hash.as_ref() == digest(algorithm, holder.certificate.issuer().der()).as_bytes()
        && id.issuer_key_hash.as_ref() == digest(algorithm, key).as_bytes()
}

/// The key of a certificate: the BIT STRING of its `SubjectPublicKeyInfo` without the number of unused bits
/// (RFC 6960 §4.1.1).
fn key_bits(certificate: &Certificate) -> Option<&[u8]> {
    let spki = Tlv::parse_all(certificate.spki(), Limits::DEFAULT.der_depth).ok()?;
    let mut members = spki.reader().ok()?;
    members.expect(tag::SEQUENCE).ok()?;
    members.expect(tag::BIT_STRING).ok()?.bit_string().ok()
}
