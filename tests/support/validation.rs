//! Validation of a document alone: no anchor, no evidence, no revocation asked for.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sigillum::limits::{CancelFlag, Limits};
use sigillum::service::{ValidationRequest, validate};
use sigillum::time::Timestamp;
use sigillum::trust::TrustStore;
use sigillum::validation::{Integrity, Moment, Policy, Report};

/// The report as of `at` (RFC 3339), or what it says against the document.
pub fn validated(bytes: &[u8], at: &str) -> Result<Report, String> {
    let at = Timestamp::from_rfc3339(at).unwrap();
    let request = ValidationRequest {
        contents: Vec::new(),
        password: None,
        policy: Policy::builtin("no-revocation").unwrap().into(),
        trust: TrustStore::default().into(),
        certificates: Vec::new(),
        crls: Vec::new(),
        ocsp_responses: Vec::new(),
        moment: Moment { at, clock: at },
        limits: Limits::DEFAULT,
    };
    validate(bytes, &request, &CancelFlag::default()).map_err(|error| error.to_string())
}

/// Messages are kept as they travel: as base64.
pub fn plain(bytes: Vec<u8>) -> Vec<u8> {
    let dense: Vec<u8> = bytes.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    if dense.starts_with(b"<") { bytes } else { STANDARD.decode(dense).unwrap_or(bytes) }
}

/// The worst integrity of all signatures with the checks that say so, or the error.
pub fn told(report: &Result<Report, String>) -> String {
    match report {
        Err(error) => format!("error: {error}"),
        Ok(report) if report.signatures.is_empty() => "none".to_owned(),
        Ok(report) => {
            let not = |wanted| report.signatures.iter().find(|one| one.integrity == wanted);
            match not(Integrity::Broken).or_else(|| not(Integrity::Unknown)) {
                Some(one) => {
                    let failed = one.checks.iter().filter(|check| {
                        let name = check.id.name();
                        !matches!(check.result.name(), "passed" | "not-run" | "information")
                            && (name.starts_with("fc-") || name.starts_with("cv-") || name.starts_with("isc-"))
                    });
                    let mut names: Vec<_> = failed.map(|check| check.id.name()).collect();
                    names.dedup();
                    format!("{} {}", one.integrity.name(), names.join(" "))
                }
                None => "intact".to_owned(),
            }
        }
    }
}
