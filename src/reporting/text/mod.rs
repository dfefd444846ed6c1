//! The report for a person: first the one sentence, then why not and what to do, then each signature.
//!
//! Nothing is shown as certain that is not: what a signer claims is labelled as claimed, a name from a
//! certificate that is not confirmed says so, and a policy that did not look at revocation says so. Text of
//! strangers is made visible and cut ([`super::shown`]), so that a name cannot steer the terminal. Checks that
//! hold are not listed here; the JSON has them all.

mod legal;
mod page;
mod signature;

use super::{DocumentError, Envelope, Label, Language, Show, Texts, UnreadDocument, shown};
use crate::document::DocumentFinding;
use crate::time::Timestamp;
use crate::trust::{DocumentedStatus, ListRemark, ListState, ListSummary};
use crate::validation::{Answer, Attempt, Need, Report};
use signature::Said;

pub(super) use page::{Colour, Page};

/// How many findings, warnings or changes of one kind are listed.
const LISTED: usize = 20;

/// The built-in policy that does not look at revocation.
const WITHOUT_REVOCATION: &str = "no-revocation";

/// Whether the text may be coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// No escape sequences.
    Plain,
    /// ANSI colours.
    Colour,
}

/// The report as text, each line ended by a line feed.
#[must_use]
pub fn to_text(report: &Report, envelope: &Envelope<'_>, language: Language, style: Style) -> String {
    let texts = Texts::of(language);
    let mut page = Page::new(texts, style);
    let colour = match report.summary.answer {
        Answer::Valid => Colour::Green,
        Answer::NotValid => Colour::Red,
        Answer::CannotTell | Answer::NoSignature => Colour::Yellow,
    };
    page.headline(colour, &texts.message(&report.summary.message, Show::Visible));
    if let Some(reason) = report.summary.main_reason.as_ref().filter(|_| report.summary.answer != Answer::Valid) {
        page.row(0, Label::MainReason, &texts.reason(reason, Show::Visible));
        if let Some(remedy) = reason.check.and_then(|check| texts.remedy(check)) {
            page.row(0, Label::Remedy, remedy);
        }
    }
    if report.trust.demo {
        page.row(0, Label::Caution, texts.label(Label::Demo));
    }
    about_document(&mut page, report, envelope);
    legal::mandants(&mut page, &report.mandants);
    // Of the only signature, the main reason has said why.
    let said = report.signatures.len() == 1 && report.summary.main_reason.is_some();
    for signature in &report.signatures {
        signature::section(&mut page, signature, if said { Said::Already } else { Said::Here });
    }
    for timestamp in &report.document_timestamps {
        signature::document_timestamp(&mut page, timestamp);
    }
    page.finish()
}

/// The text for a document that could not be read.
#[must_use]
pub fn error_to_text(
    error: &DocumentError,
    document: &UnreadDocument<'_>,
    language: Language,
    style: Style,
) -> String {
    let texts = Texts::of(language);
    let mut page = Page::new(texts, style);
    let mut reason = texts.document_error(error, Show::Visible);
    if let Some(offset) = error.offset {
        reason.push_str(&format!(" ({})", texts.fill(Label::AtOffset, &[("offset", offset.to_string())])));
    }
    page.headline(Colour::Yellow, &texts.fill(Label::NotRead, &[("reason", reason)]));
    if let Some(name) = document.name {
        page.row(0, Label::File, &shown(name));
    }
    page.finish()
}

/// File, time, policy, trust, and what is odd about the file.
fn about_document(page: &mut Page, report: &Report, envelope: &Envelope<'_>) {
    let texts = page.texts();
    let facts = texts.fill(
        Label::FileFacts,
        &[("size", report.document.size.to_string()), ("sha256", report.document.sha256.clone())],
    );
    match envelope.document_name {
        Some(name) => page.row(0, Label::File, &format!("{}: {facts}", shown(name))),
        None => page.row(0, Label::File, &facts),
    }
    let policy = || shown(&report.policy.name).into_owned();
    let how = texts.fill(
        Label::ValidatedFor,
        &[
            ("time", texts.time(report.validation_time)),
            ("policy", policy()),
            ("version", shown(&report.policy.version).into_owned()),
        ],
    );
    let anchors = texts.fill(Label::Anchors, &[("count", report.trust.anchors.to_string())]);
    page.row(0, Label::Validated, &format!("{how}; {anchors}"));
    let is_one_of_many = |list: &&ListSummary| {
        list.announced_by.is_some() && list.state == ListState::Current && list.reason.is_none()
    };
    for by in report.trust.lists.iter().filter(|list| list.announced_by.is_none()) {
        let announced = |list: &&ListSummary| list.announced_by.as_deref() == Some(by.name.as_str());
        let count = report.trust.lists.iter().filter(announced).filter(is_one_of_many).count();
        if count > 0 {
            let by = ("name", shown(&by.name).into_owned());
            page.row(0, Label::TrustList, &texts.fill(Label::ListsAnnounced, &[by, ("count", count.to_string())]));
        }
    }
    for list in report.trust.lists.iter().filter(|list| !is_one_of_many(list)) {
        let label = if list.state == ListState::Current { Label::TrustList } else { Label::Caution };
        page.row(0, label, &list_line(texts, list));
        let name = || ("name", shown(list.territory.as_deref().unwrap_or(&list.name)).into_owned());
        if let Some(until) = list.grace_until.filter(|_| list.state == ListState::Overdue) {
            let said = texts.fill(Label::ListGraceUntil, &[name(), ("until", texts.time(until))]);
            page.row(0, Label::Caution, &said);
        }
        let remarked =
            |remark: &ListRemark| texts.fill(Label::ListRemarked, &[name(), ("remark", remark.name().to_owned())]);
        page.rows(0, Label::Caution, list.remarks.iter().map(remarked));
    }
    let beside = |(name, sha256): &(String, String)| {
        let fingerprint = sha256.get(..16).unwrap_or(sha256).to_owned();
        texts.fill(Label::SupplementaryAnchor, &[("name", shown(name).into_owned()), ("sha256", fingerprint)])
    };
    page.rows(0, Label::Caution, report.trust.supplementary.iter().map(beside));
    let documented = |one: &DocumentedStatus| shown(&texts.documented_status(one)).into_owned();
    page.rows(0, Label::Caution, report.trust.history.iter().map(documented));
    if report.trust.is_nothing() {
        page.row(0, Label::Caution, texts.label(Label::NoAnchors));
    }
    if report.policy.name == WITHOUT_REVOCATION {
        page.row(0, Label::Caution, &texts.fill(Label::RevocationNotChecked, &[("policy", policy())]));
    }
    page.rows(0, Label::Finding, report.document.findings.iter().map(|finding| finding_line(texts, finding)));
    page.rows(0, Label::NotFetched, not_fetched(report));
}

/// How a trust list stands.
fn list_line(texts: &Texts, list: &ListSummary) -> String {
    let time = |time: Option<Timestamp>| time.map_or_else(|| "–".to_owned(), |time| texts.time(time));
    let name = list.territory.as_deref().unwrap_or(&list.name);
    let name = ("name", shown(name).into_owned());
    let label = match list.state {
        ListState::Current => Label::ListCurrent,
        ListState::Overdue => Label::ListOverdue,
        ListState::Unverified => Label::ListUnverified,
        ListState::Refused => Label::ListRefused,
    };
    match list.sequence_number {
        Some(number) => texts.fill(
            label,
            &[
                name,
                ("number", number.to_string()),
                ("issued", time(list.issue_time)),
                ("next", time(list.next_update)),
            ],
        ),
        None => texts.fill(label, &[name, ("reason", list.reason.as_deref().unwrap_or("–").to_owned())]),
    }
}

/// What is still missing and was asked for, with the word of the JSON for how that went.
fn not_fetched(report: &Report) -> impl Iterator<Item = String> {
    let missing = |attempt: &&Attempt| {
        let needed = |need: &Need| need.kind == attempt.kind && need.urls.contains(&attempt.url);
        !attempt.outcome.is_success() && report.needs.iter().any(needed)
    };
    let failed = report.gathering.iter().filter(missing);
    failed.map(|attempt| format!("{} {}: {}", attempt.kind.name(), shown(&attempt.url), attempt.outcome.name()))
}

fn finding_line(texts: &Texts, finding: &DocumentFinding) -> String {
    let mut places = Vec::new();
    if let Some(object) = &finding.object {
        places.push(texts.fill(Label::AtObject, &[("object", shown(object).into_owned())]));
    }
    if let Some(offset) = finding.offset {
        places.push(texts.fill(Label::AtOffset, &[("offset", offset.to_string())]));
    }
    placed(&texts.finding(finding.code), &places)
}

/// A sentence with its places in brackets.
fn placed(text: &str, places: &[String]) -> String {
    if places.is_empty() { text.to_owned() } else { format!("{text} ({})", places.join(", ")) }
}

#[cfg(test)]
mod tests;
