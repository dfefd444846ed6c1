//! What the demo's certificates say of themselves: the policy with its note, the statements of a seal certificate
//! (RFC 3739 §3.2.6, ETSI EN 319 412-5), and the one purpose of a time-stamping unit, in the form that a recognised Swiss provider writes them. That the key is in a
//! seal creation device is part of that form and not true of the demo: the note, the names and the scheme say DEMO.

use crate::pki::oid;
use crate::syntax::der::Oid;
use crate::syntax::der::tag;
use crate::syntax::der::value;
use crate::syntax::der::write::{oid as identifier, sequence};

/// The note of the seal certificate (ZertES art. 7 al. 2 let. b).
pub(super) const SEAL_NOTICE: &str =
    "This is a regulated certificate for legal persons (DEMO, without legal effect)";

/// The note of the issuing CA.
pub(super) const ISSUER_NOTICE: &str =
    "This is an issuing CA for regulated certificates (DEMO, without legal effect)";

/// The note of the time-stamping unit.
pub(super) const UNIT_NOTICE: &str =
    "This is a regulated certificate for timestamping purposes (DEMO, without legal effect)";

/// Policies under the enterprise number that is kept for documentation (RFC 5612): of certificates, and of time-stamps.
const POLICY: &str = "1.3.6.1.4.1.32473.1.1";
const TIMESTAMP_POLICY: &str = "1.3.6.1.4.1.32473.1.2";

/// Where the disclosure statement would be: a name that there never is (RFC 6761 §6.4).
const DISCLOSURE: &str = "https://demo.sigillum.invalid/pds.pdf";

/// `certificatePolicies` with one policy and a note in its qualifier (RFC 5280 §4.2.1.4).
pub(super) fn policies(notice: &str) -> Vec<u8> {
    let policy = Oid::from_dotted(POLICY).map(|policy| identifier(policy.content())).unwrap_or_default();
    let text = value(tag::UTF8_STRING, notice.as_bytes());
    let notice = sequence(&[&identifier(oid::POLICY_QUALIFIER_USER_NOTICE), &sequence(&[&text])]);
    sequence(&[&sequence(&[&policy, &sequence(&[&notice])])])
}

/// The policy of the time-stamps, as the content of its identifier.
pub(super) fn timestamp_policy() -> Vec<u8> {
    Oid::from_dotted(TIMESTAMP_POLICY).map(|policy| policy.content().to_vec()).unwrap_or_default()
}

/// `extKeyUsage` of the time-stamping unit: that one purpose, and the extension has to be critical (RFC 3161 §2.3).
pub(super) fn unit_purpose() -> Vec<u8> {
    sequence(&[&identifier(oid::EKU_TIME_STAMPING)])
}

/// `qcStatements` of the seal certificate.
pub(super) fn seal_statements() -> Vec<u8> {
    let statement = |name: &[u8], info: &[u8]| sequence(&[&identifier(name), info]);
    let semantics = sequence(&[&identifier(oid::SEMANTICS_LEGAL)]);
    let location =
        sequence(&[&value(tag::IA5_STRING, DISCLOSURE.as_bytes()), &value(tag::PRINTABLE_STRING, b"en")]);
    sequence(&[
        &statement(oid::QC_SYNTAX_V2, &semantics),
        &statement(oid::QC_SSCD, &[]),
        &statement(oid::QC_TYPE, &sequence(&[&identifier(oid::QC_TYPE_ESEAL)])),
        &statement(oid::QC_PDS, &sequence(&[&location])),
    ])
}
