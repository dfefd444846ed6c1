//! What is said of law: the quality of the time, the class, the four checks, what the certificate claims, the kinds of document.

use super::page::Page;
use super::signature::INDENT;
use crate::reporting::{Label, Show, shown};
use crate::validation::mandant::{MandantResult, Unmet};
use crate::validation::qualification::{CertificateClaims, LegalReason, SwissLegal};
use crate::validation::{SignatureReport, TimeQuality};

/// Class and checks of a signature; nothing of schemes without a list.
pub(super) fn section(page: &mut Page, signature: &SignatureReport) {
    let texts = page.texts();
    let legal = &signature.legal;
    let is_stamped = matches!(signature.time_quality, TimeQuality::Qualified | TimeQuality::Timestamp);
    // That a time is only claimed stands beside it already.
    if is_stamped || legal.ch.is_some() || legal.demo.is_some() {
        page.row(INDENT, Label::TimeQuality, texts.word("time-quality", signature.time_quality.name()));
    }
    if let Some(ch) = &legal.ch {
        let class = texts.word("class", ch.judged.class.name()).to_owned();
        let handwriting =
            if ch.judged.equals_handwriting { Label::EqualsHandwriting } else { Label::NotHandwriting };
        let args = [("class", class), ("handwriting", texts.label(handwriting).to_owned())];
        page.row(INDENT, Label::Class, &texts.fill(Label::ClassIs, &args));
        reasons(page, &ch.judged.reasons);
        four_checks(page, signature, ch);
    }
    if let Some(demo) = &legal.demo {
        let class = texts.word("class", demo.judged.class.name()).to_owned();
        page.row(INDENT, Label::DemoClass, &texts.fill(Label::DemoClassIs, &[("class", class)]));
        reasons(page, &demo.judged.reasons);
        if legal.ch.is_none() {
            four_checks(page, signature, demo);
        }
    }
    if let Some(eu) = &legal.eu {
        page.row(INDENT, Label::EuClass, eu.class);
        reasons(page, &eu.reasons);
    }
    if let Some(claims) = &signature.certificate_claims {
        claimed(page, claims);
    }
}

fn reasons(page: &mut Page, reasons: &[LegalReason]) {
    let texts = page.texts();
    let lines = reasons.iter().map(|reason| format!("{} ({})", texts.legal_reason(*reason), reason.name()));
    page.rows(INDENT, Label::ClassReason, lines);
}

fn four_checks(page: &mut Page, signature: &SignatureReport, legal: &SwissLegal) {
    let labels = [Label::CheckIntegrity, Label::CheckIdentity, Label::CheckValidity, Label::CheckTime];
    for (label, text) in labels.into_iter().zip(page.texts().four_checks(signature, legal, Show::Visible)) {
        page.row(INDENT, label, &text);
    }
}

fn claimed(page: &mut Page, claims: &CertificateClaims) {
    let texts = page.texts();
    let write = |text: &str| shown(text).into_owned();
    let mut lines = Vec::new();
    if let Some(uid) = &claims.uid {
        let label = if uid.check_digit_holds { Label::ClaimedUid } else { Label::ClaimedUidWrong };
        lines.push(texts.fill(label, &[("uid", write(&uid.number))]));
    }
    if let Some(function) = &claims.function {
        lines.push(texts.fill(Label::ClaimedFunction, &[("function", write(function))]));
    }
    if let Some(pseudonym) = &claims.pseudonym {
        lines.push(texts.fill(Label::ClaimedPseudonym, &[("pseudonym", write(pseudonym))]));
    }
    for limit in &claims.limits {
        let args = [
            ("amount", limit.amount.to_string()),
            ("exponent", limit.exponent.to_string()),
            ("currency", write(&limit.currency)),
        ];
        lines.push(texts.fill(Label::ClaimedLimit, &args));
    }
    for notice in &claims.notices {
        lines.push(texts.fill(Label::ClaimedNotice, &[("text", write(notice))]));
    }
    page.rows(INDENT, Label::Claims, lines.into_iter());
}

/// Which kinds of document it is good for, and of the others what each lacks; those that lack the same stand together. Of
/// one that was asked for, or that the document may be, what is not done here and what is to be said besides.
pub(super) fn mandants(page: &mut Page, results: &[MandantResult]) {
    let texts = page.texts();
    let name = |result: &MandantResult| texts.mandant(&result.name);
    let (satisfied, lacking): (Vec<_>, Vec<_>) = results.iter().partition(|result| result.is_satisfied());
    let mut lines: Vec<String> =
        satisfied.iter().map(|result| texts.fill(Label::MandantSatisfied, &[("name", name(result))])).collect();
    let mut written: Vec<&[Unmet]> = Vec::new();
    for first in &lacking {
        if written.contains(&&*first.unmet) {
            continue;
        }
        written.push(&first.unmet);
        let alike = lacking.iter().filter(|result| result.unmet == first.unmet);
        let names: Vec<String> = alike.map(|result| name(result)).collect();
        let unmet: Vec<&str> = first.unmet.iter().map(|one| texts.word("unmet", one.name())).collect();
        let args = [("name", names.join(", ")), ("unmet", unmet.join("; "))];
        lines.push(texts.fill(Label::MandantUnmet, &args));
    }
    let is_meant = |result: &&MandantResult| results.len() == 1 || result.may_be_meant();
    for result in results.iter().filter(is_meant).filter(|result| !result.not_done.is_empty()) {
        let checks: Vec<String> = result.not_done.iter().map(|check| texts.undone(check)).collect();
        let args = [("name", name(result)), ("checks", checks.join("; "))];
        lines.push(texts.fill(Label::MandantNotDone, &args));
    }
    // All of them: none may be missing because there are many.
    lines.iter().for_each(|line| page.row(0, Label::Mandant, line));
    for note in results.iter().filter(is_meant).flat_map(|result| &result.notes) {
        page.row(0, Label::Caution, texts.word("mandant-note", note.name()));
    }
}
