//! What is said of one signature and of its time-stamps.

use super::legal;
use super::page::Page;
use super::placed;
use crate::document::{ChangeFinding, Changes, ChangesLevel, Uncovered};
use crate::reporting::{Label, Show, Texts, shown};
use crate::validation::{
    Check, CheckResult, PathElement, Reason, SignatureReport, Signer, TimestampReport, Verdict,
};

/// How far the rows of a section are moved in.
pub(super) const INDENT: usize = 2;

/// How many certificates of a path are shown; paths are shorter.
const PATH_SHOWN: usize = 12;

/// How many of the places are shown that nobody signed; the JSON report has more.
const UNCOVERED_SHOWN: usize = 10;

/// Where the reason of a signature's verdict is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// In its section.
    Here,
    /// At the top: it is the main reason.
    Already,
}

/// The section of one signature.
pub(super) fn section(page: &mut Page, signature: &SignatureReport, reason: Said) {
    let texts = page.texts();
    let id = ("id", shown(&signature.id).into_owned());
    let head = match &signature.field {
        Some(field) => texts.fill(Label::SignatureInField, &[id, ("field", shown(field).into_owned())]),
        None => texts.fill(Label::Signature, &[id]),
    };
    page.section(&head);
    page.row(INDENT, Label::Verdict, &verdict(texts, signature.verdict, signature.verdict.total_indication()));
    page.row(INDENT, Label::Signer, &signer(texts, signature));
    let claimed = match signature.claimed_signing_time {
        Some(time) => texts.fill(Label::ClaimedTimeIs, &[("time", texts.time(time))]),
        None => texts.label(Label::NoClaimedTime).to_owned(),
    };
    page.row(INDENT, Label::ClaimedTime, &claimed);
    if let Some(source) = &signature.best_signature_time_source {
        let args = [("time", texts.time(signature.best_signature_time)), ("timestamp", shown(source).into_owned())];
        page.row(INDENT, Label::ProvenTime, &texts.fill(Label::ProvenTimeIs, &args));
    }
    legal::section(page, signature);
    page.row(INDENT, Label::Integrity, texts.word("integrity", signature.integrity.name()));
    page.row(INDENT, Label::Coverage, texts.word("coverage", signature.coverage.name()));
    if let Some(found) = &signature.changes {
        changes(page, found);
    }
    uncovered(page, &signature.uncovered);
    if signature.verdict != Verdict::Passed && reason == Said::Here {
        page.row(INDENT, Label::Reason, &texts.reason(&signature.reason, Show::Visible));
    }
    other_failures(page, &signature.reason, &signature.checks);
    page.row(INDENT, Label::Path, &path(texts, &signature.path));
    page.row(INDENT, Label::Format, &format(texts, signature));
    for timestamp in &signature.timestamps {
        page.row(INDENT, Label::Timestamp, &timestamp_line(texts, timestamp));
    }
    for counter in &signature.counter_signatures {
        page.row(INDENT, Label::CounterSignature, &counter_line(texts, counter));
    }
    warnings(page, &signature.checks);
}

/// What nobody signed, the first of it.
fn uncovered(page: &mut Page, uncovered: &[Uncovered]) {
    page.rows(
        INDENT,
        Label::NotCovered,
        uncovered.iter().take(UNCOVERED_SHOWN).map(|one| shown(&one.path).into_owned()),
    );
}

fn counter_line(texts: &Texts, counter: &SignatureReport) -> String {
    let id = shown(&counter.id).into_owned();
    let verdict = verdict(texts, counter.verdict, counter.verdict.total_indication());
    texts.fill(Label::CounterSignatureIs, &[("id", id), ("verdict", verdict), ("signer", signer(texts, counter))])
}

/// The section of one document time-stamp.
pub(super) fn document_timestamp(page: &mut Page, timestamp: &TimestampReport) {
    let texts = page.texts();
    page.section(&texts.fill(Label::DocumentTimestamp, &[("id", shown(&timestamp.id).into_owned())]));
    page.row(INDENT, Label::Verdict, &verdict(texts, timestamp.verdict, timestamp.verdict.indication()));
    page.row(INDENT, Label::StatedTime, &stated_time(texts, timestamp));
    page.row(INDENT, Label::Authority, &authority(texts, timestamp));
    page.row(INDENT, Label::Integrity, texts.word("integrity", timestamp.integrity.name()));
    if let Some(coverage) = timestamp.coverage {
        page.row(INDENT, Label::Coverage, texts.word("coverage", coverage.name()));
    }
    if timestamp.verdict != Verdict::Passed {
        page.row(INDENT, Label::Reason, &texts.reason(&timestamp.reason, Show::Visible));
    }
    warnings(page, &timestamp.checks);
}

/// The verdict in words, and the names of EN 319 102-1.
fn verdict(texts: &Texts, verdict: Verdict, indication: &str) -> String {
    match verdict.sub_indication() {
        None => format!("{} ({indication})", texts.verdict(verdict)),
        Some(sub) => format!("{} ({indication}, {sub})", texts.verdict(verdict)),
    }
}

/// The signer; a name that nothing confirms says so.
fn signer(texts: &Texts, signature: &SignatureReport) -> String {
    let Some(signer) = &signature.signer else { return texts.label(Label::SignerUnknown).to_owned() };
    let name = holder(signer);
    if signature.verdict == Verdict::Passed { name } else { texts.fill(Label::SignerUnproven, &[("name", name)]) }
}

/// Name, organisation and country of a certificate's holder.
fn holder(signer: &Signer) -> String {
    let name = signer.display_name();
    let organization = signer.organization.as_deref().filter(|organization| *organization != name);
    let parts = [Some(name), organization, signer.country.as_deref()];
    parts.into_iter().flatten().map(shown).collect::<Vec<_>>().join(", ")
}

fn changes(page: &mut Page, changes: &Changes) {
    let texts = page.texts();
    let level = texts.word("changes", changes.level.name());
    let value = match (changes.level, changes.permitted) {
        (ChangesLevel::None, true) => level.to_owned(),
        (_, true) => texts.fill(Label::ChangesPermitted, &[("level", level.to_owned())]),
        (_, false) => texts.fill(Label::ChangesNotPermitted, &[("level", level.to_owned())]),
    };
    page.row(INDENT, Label::Changes, &value);
    let forbidden = changes.findings.iter().filter(|finding| !finding.permitted);
    page.rows(INDENT, Label::Changes, forbidden.map(|finding| change_line(texts, finding)));
}

fn change_line(texts: &Texts, finding: &ChangeFinding) -> String {
    let mut places = vec![texts.fill(Label::InRevision, &[("revision", finding.revision.to_string())])];
    if let Some(page) = finding.page {
        places.push(texts.fill(Label::OnPage, &[("page", page.to_string())]));
    }
    if let Some(object) = &finding.object {
        places.push(texts.fill(Label::AtObject, &[("object", shown(object).into_owned())]));
    }
    places.push(shown(&finding.path).into_owned());
    placed(&texts.change(finding.code), &places)
}

/// What does not hold besides the check that decided.
fn other_failures(page: &mut Page, reason: &Reason, checks: &[Check]) {
    let texts = page.texts();
    let others = checks.iter().filter(|check| {
        matches!(check.result, CheckResult::Failed | CheckResult::Indeterminate) && reason.check != Some(check.id)
    });
    page.rows(INDENT, Label::AlsoNotHolding, others.filter_map(|check| texts.check(check, Show::Visible)));
}

fn warnings(page: &mut Page, checks: &[Check]) {
    let texts = page.texts();
    let warnings = checks.iter().filter(|check| check.result == CheckResult::Warning);
    page.rows(INDENT, Label::Warning, warnings.filter_map(|check| texts.check(check, Show::Visible)));
}

fn path(texts: &Texts, elements: &[PathElement]) -> String {
    if elements.is_empty() {
        return texts.label(Label::NoPath).to_owned();
    }
    let names = elements.iter().take(PATH_SHOWN).map(|element| {
        let name = shown(common_name(&element.subject)).into_owned();
        if element.trust_anchor { texts.fill(Label::TrustAnchor, &[("name", name)]) } else { name }
    });
    names.collect::<Vec<_>>().join(" → ")
}

/// The common name out of a subject as RFC 4514 writes it, where it stands there without escapes; else the
/// whole subject.
fn common_name(subject: &str) -> &str {
    if subject.contains(['\\', '"', '+']) {
        return subject;
    }
    subject.split(',').find_map(|part| part.trim_start().strip_prefix("CN=")).unwrap_or(subject)
}

fn format(texts: &Texts, signature: &SignatureReport) -> String {
    let Some(algorithms) = &signature.algorithms else { return signature.format.to_owned() };
    let algorithms = texts.fill(
        Label::AlgorithmsAre,
        &[
            ("signature", shown(&algorithms.signature).into_owned()),
            ("digest", shown(&algorithms.digest).into_owned()),
            ("bits", algorithms.key_bits.to_string()),
        ],
    );
    format!("{}, {algorithms}", signature.format)
}

fn timestamp_line(texts: &Texts, timestamp: &TimestampReport) -> String {
    texts.fill(
        Label::TimestampIs,
        &[
            ("id", shown(&timestamp.id).into_owned()),
            ("verdict", verdict(texts, timestamp.verdict, timestamp.verdict.indication())),
            ("time", stated_time(texts, timestamp)),
            ("authority", authority(texts, timestamp)),
        ],
    )
}

fn stated_time(texts: &Texts, timestamp: &TimestampReport) -> String {
    timestamp.time.map_or_else(|| texts.label(Label::Unreadable).to_owned(), |time| texts.time(time))
}

fn authority(texts: &Texts, timestamp: &TimestampReport) -> String {
    match &timestamp.tsa {
        Some(authority) => shown(authority.display_name()).into_owned(),
        None => texts.label(Label::Unreadable).to_owned(),
    }
}
