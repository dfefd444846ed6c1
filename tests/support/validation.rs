//! Validation of a document alone: no anchor, no evidence, no revocation asked for.

use sigillum::limits::{CancelFlag, Limits};
use sigillum::service::{ValidationRequest, validate};
use sigillum::time::Timestamp;
use sigillum::trust::TrustStore;
use sigillum::validation::{Moment, Policy, Report};

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
