//! Revocation data at hand that name a certificate, listed as they state it. **Nothing here is verified or judged**:
//! a listed `good` is a claim of whoever made the data.

use crate::pki::{CertStatus, Crl};
use crate::validation::evidence::Evidence;
use crate::validation::path::Holder;
use crate::validation::report::RevocationListed;

use super::response::names;

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
