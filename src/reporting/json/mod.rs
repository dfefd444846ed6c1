//! The one maker of the contract's JSON, `sigillum-report/1`: one line, members in the contract's order.
//!
//! A member that the contract writes `x?` is absent where there is nothing to say; `x|null` is always there.
//! Characters that are not seen, or that turn text round, are written as `\u` escapes, so that a line shows on
//! a terminal what it says; a parser reads the same text.
//!
//! Beyond the contract: `revocation` of a path element says since when and why, where it is revoked or on hold. `field` of a document time-stamp names its field.
//! `certificateClaims` of a signature has what the signer's certificate says of its holder and its limits. A mandant has
//! `notDone`, the checks that it asks for and that are not done here, and `notes`.

mod escape;
mod view;

use serde::Serialize;

use super::{DocumentError, Envelope, Language, Show, Texts, UnreadDocument};
use crate::time::Timestamp;
use crate::trust::TrustStore;
use crate::validation::Report;
use view::{ErrorLine, ReportView, ServicesNow, TrustNow};

/// The name of this form and its version.
pub const SCHEMA: &str = "sigillum-report/1";

/// A member that stands in a report only where it is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Addition {
    /// `certificates`: every certificate of every path.
    Certificates,
}

/// The report in another form, or what it rests on, beside it: a member of `renderings`.
#[derive(Clone, Copy, Debug)]
pub struct Rendering<'a> {
    /// Its media type.
    pub media_type: &'static str,
    /// Its octets.
    pub octets: &'a [u8],
}

/// The report as one line of JSON, without a line break.
#[must_use]
pub fn to_json(report: &Report, envelope: &Envelope<'_>, language: Language) -> String {
    to_json_with(report, envelope, &[], &[], language)
}

/// The same with members that stand there only where they are asked for.
#[must_use]
pub fn to_json_with(
    report: &Report,
    envelope: &Envelope<'_>,
    additions: &[Addition],
    renderings: &[Rendering<'_>],
    language: Language,
) -> String {
    line(&ReportView::new(report, envelope, additions, renderings, Texts::of(language)), SCHEMA)
}

/// What is trusted at a time (contract: `GET /v1/trust`), as one line without a line break.
#[must_use]
pub fn trust_to_json(trust: &TrustStore, at: Timestamp) -> String {
    line(&TrustNow::new(trust, at), "trust")
}

/// The services of all verified lists (contract: `GET /v1/trust/services`), as one line without a line break.
#[must_use]
pub fn services_to_json(trust: &TrustStore) -> String {
    line(&ServicesNow::new(trust), "services")
}

/// The line for a document that could not be read (contract, sections 1 and 4), without a line break.
#[must_use]
pub fn error_to_json(error: &DocumentError, document: &UnreadDocument<'_>, language: Language) -> String {
    error_line(error, document, SCHEMA, language)
}

/// The same of another form than the report.
pub(super) fn error_line(
    error: &DocumentError,
    document: &UnreadDocument<'_>,
    schema: &'static str,
    language: Language,
) -> String {
    line(&ErrorLine::new(error, document, schema, Texts::of(language)), schema)
}

/// A view as one line.
pub(super) fn line(view: &impl Serialize, schema: &'static str) -> String {
    let mut octets = Vec::with_capacity(8 * 1024);
    let mut serializer = serde_json::Serializer::with_formatter(&mut octets, escape::Visible);
    // Writing strings and numbers to memory cannot fail; if it did, the line says so instead of being cut.
    match (view.serialize(&mut serializer), String::from_utf8(octets)) {
        (Ok(()), Ok(line)) => line,
        _ => format!(
            "{{\"schema\":\"{schema}\",\"document\":{{}},\"error\":{{\"code\":\"internal\",\"text\":\"internal\"}}}}"
        ),
    }
}

#[cfg(test)]
mod tests;
