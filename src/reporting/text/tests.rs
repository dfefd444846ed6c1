//! The text against what people must see first, and must not be shown.

use super::*;
use crate::document::DocumentFinding;
use crate::reporting::is_hidden;
use crate::reporting::tests::sample;
use crate::validation::{
    Attempt, CheckId, CheckResult, FetchOutcome, Message, Need, NeedKind, TimestampKind, Vouched,
};

const ENVELOPE: Envelope<'static> = Envelope { report_id: "R-1", document_name: Some("vertrag.pdf") };

fn german(report: &Report) -> String {
    to_text(report, &ENVELOPE, Language::De, Style::Plain)
}

#[test]
fn a_valid_document_is_said_in_few_lines() {
    let digest = "ab".repeat(32);
    let expected = format!(
        "\
Das Dokument ist gültig signiert von «Anna Muster».
Datei                 vertrag.pdf: 12345 Byte, SHA-256 {digest}
Geprüft               für 21.11.2026, 12:00:00 UTC nach der Prüfregel «no-revocation» (Fassung 1); Vertrauensanker: 1
Vorbehalt             Ob Zertifikate gesperrt sind, wurde nicht geprüft (Prüfregel «no-revocation»).

Signatur S1 (Feld «Signature1»)
  Ergebnis            gültig (TOTAL-PASSED)
  Unterzeichnet von   Anna Muster, Kanton Beispiel, CH
  Behauptete Zeit     20.11.2026, 08:30:00 UTC (Angabe des Unterzeichners, nicht bewiesen)
  Unversehrtheit      seit dem Signieren unverändert
  Abgedeckt           das ganze Dokument
  Spätere Änderungen  keine
  Pfad                Anna Muster → Beispiel CA (Vertrauensanker)
  Format              PAdES-BASELINE-B, RSA-SHA256, SHA-256, Schlüssel von 2048 Bit
"
    );
    assert_eq!(german(&sample::valid()), expected);
}

#[test]
fn the_first_line_is_the_sentence_and_the_next_says_why_and_what_to_do() {
    let text = german(&sample::not_trusted());
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "Ob die Signatur des Dokuments gültig ist, lässt sich nicht sagen.");
    assert!(lines[1].starts_with("Hauptgrund") && lines[1].contains("Nicht vertraut heisst nicht ungültig."));
    assert!(lines[1].contains("«CN=Beispiel CA»"));
    assert!(lines[2].starts_with("Abhilfe") && lines[2].contains("Vertrauensanker"));
    assert!(text.contains("(INDETERMINATE, NO_CERTIFICATE_CHAIN_FOUND)"));
    assert!(text.contains("Anna Muster, Kanton Beispiel, CH (Angabe im Zertifikat; nicht bestätigt)"));
    assert!(text.contains("  Pfad                keiner"));
    let text = german(&sample::broken());
    assert!(text.starts_with("Die Signatur des Dokuments ist nicht gültig.\nHauptgrund"), "{text}");
    assert!(text.contains("(TOTAL-FAILED, HASH_FAILURE)") && text.contains("beschädigt oder verändert"));
}

#[test]
fn what_could_not_be_fetched_is_said_where_it_is_still_missing() {
    let mut report = sample::not_trusted();
    let url = "http://ca.example.ch/ca\u{1b}.cer".to_owned();
    let kind = NeedKind::Issuer;
    report.gathering.push(Attempt {
        kind,
        certificate_sha256: "11".repeat(32),
        url: url.clone(),
        outcome: FetchOutcome::HttpStatus(404),
    });
    assert!(!german(&report).contains("Nicht erhalten"));
    let need = Need {
        kind,
        certificate_sha256: "11".repeat(32),
        urls: vec![url],
        vouched: Vouched::ByNobody,
        ocsp_request: None,
    };
    report.needs.push(need);
    let text = german(&report);
    let line = text.lines().find(|line| line.starts_with("Nicht erhalten")).unwrap();
    assert!(line.ends_with("issuer http://ca.example.ch/ca<U+001B>.cer: http-status-404"), "{line}");
}

#[test]
fn the_reason_is_said_once_of_one_signature_and_of_each_of_several() {
    let count = |report: &Report| german(report).matches("Nicht vertraut heisst nicht ungültig").count();
    let mut report = sample::not_trusted();
    report.signatures[0].checks.clear();
    assert_eq!(count(&report), 1);
    report.signatures.push(report.signatures[0].clone());
    assert_eq!(count(&report), 3);
}

#[test]
fn without_anchors_the_option_is_named() {
    let mut report = sample::not_trusted();
    report.trust.anchors = 0;
    for language in Language::ALL {
        let text = to_text(&report, &ENVELOPE, *language, Style::Plain);
        assert!(text.contains("--trust-anchor"), "{text}");
        assert!(text.contains("no-revocation"));
    }
    report.trust.anchors = 1;
    report.policy.name = "default".to_owned();
    let text = german(&report);
    assert!(!text.contains("--trust-anchor") && !text.contains("wurde nicht geprüft"));
}

#[test]
fn a_demo_is_said_in_every_language() {
    let mut report = sample::valid();
    report.trust.demo = true;
    for (language, word) in [
        (Language::De, "keine Rechtswirkung"),
        (Language::Fr, "pas d'effet juridique"),
        (Language::It, "non ha effetto giuridico"),
        (Language::En, "no legal effect"),
    ] {
        let text = to_text(&report, &ENVELOPE, language, Style::Plain);
        assert!(text.lines().take(4).any(|line| line.contains(word)), "{text}");
        report.trust.demo = false;
        assert!(!to_text(&report, &ENVELOPE, language, Style::Plain).contains(word));
        report.trust.demo = true;
    }
}

#[test]
fn names_cannot_steer_the_terminal() {
    let hostile = "Eve\u{1b}]0;x\u{7}\r\u{202e}\u{9b}2J\nTOTAL-PASSED";
    let mut report = sample::valid();
    report.summary.message = Message::SummaryValidOne { signer: hostile.to_owned() };
    report.policy.name = hostile.to_owned();
    report.policy.version = hostile.to_owned();
    let signature = &mut report.signatures[0];
    signature.id = hostile.to_owned();
    signature.field = Some(hostile.to_owned());
    signature.signer = Some(sample::signer(hostile, "11"));
    signature.path[0].subject = format!("CN={hostile}");
    signature.timestamps.push(sample::timestamp(hostile, TimestampKind::Signature));
    signature.timestamps[0].tsa = Some(sample::signer(hostile, "22"));
    signature.best_signature_time_source = Some(hostile.to_owned());
    signature.algorithms.as_mut().unwrap().signature = hostile.to_owned();
    let detail = Message::Certificate { subject: hostile.to_owned() };
    signature.checks.push(sample::check(CheckId::SignatureAlgorithms, CheckResult::Warning, Some(detail)));
    report.document_timestamps.push(sample::timestamp(hostile, TimestampKind::Document));
    report.document.findings.push(DocumentFinding {
        code: "duplicate-key",
        offset: None,
        object: Some(hostile.to_owned()),
    });
    let envelope = Envelope { report_id: "R-1", document_name: Some(hostile) };
    for language in Language::ALL {
        let text = to_text(&report, &envelope, *language, Style::Plain);
        assert!(!text.chars().any(|character| character != '\n' && is_hidden(character)), "{text:?}");
        assert!(!text.lines().any(|line| line.starts_with("TOTAL-PASSED")));
        assert!(text.contains("Eve<U+001B>]0;x<U+0007><U+000D><U+202E><U+009B>2J<U+000A>TOTAL-PASSED"));
    }
    let unread = UnreadDocument { name: Some(hostile), ..UnreadDocument::default() };
    let error = DocumentError { cause: Some(hostile.to_owned()), ..DocumentError::new("file-unreadable") };
    let text = error_to_text(&error, &unread, Language::De, Style::Plain);
    assert_eq!(text.lines().count(), 2, "{text}");
    assert!(!text.chars().any(|character| character != '\n' && is_hidden(character)));
}

#[test]
fn colour_is_only_in_the_sentence() {
    let plain = german(&sample::broken());
    let coloured = to_text(&sample::broken(), &ENVELOPE, Language::De, Style::Colour);
    let sentence = plain.lines().next().unwrap();
    assert!(coloured.starts_with(&format!("\u{1b}[1;31m{sentence}\u{1b}[0m\n")));
    assert_eq!(coloured.split_once('\n').unwrap().1, plain.split_once('\n').unwrap().1);
    assert!(!plain.contains('\u{1b}'));
}

#[test]
fn warnings_and_other_failures_are_listed_and_counted_where_there_are_many() {
    let mut report = sample::broken();
    let signature = &mut report.signatures[0];
    signature.checks.push(sample::check(CheckId::ChainToAnchor, CheckResult::Indeterminate, None));
    for _ in 0..25 {
        signature.checks.push(sample::check(CheckId::ClaimedTimeInValidity, CheckResult::Warning, None));
    }
    let text = german(&report);
    let also: Vec<&str> = text.lines().filter(|line| line.contains("Ausserdem")).collect();
    assert_eq!(also.len(), 1, "the reason itself is not repeated: {text}");
    assert!(also[0].contains("Nicht vertraut heisst nicht ungültig"));
    assert_eq!(text.lines().filter(|line| line.starts_with("  Warnung")).count(), 21);
    assert!(text.contains("und 5 weitere"));
}

#[test]
fn every_verdict_reads_in_every_language() {
    for report in [sample::valid(), sample::not_trusted(), sample::broken(), sample::unsigned()] {
        for language in Language::ALL {
            let text = to_text(&report, &ENVELOPE, *language, Style::Plain);
            assert!(!text.contains('{') && !text.contains('}'), "{text}");
            assert!(text.contains(report.verdict.name()) || report.signatures.is_empty(), "{text}");
        }
    }
}

#[test]
fn a_subject_with_escapes_is_shown_whole() {
    let mut report = sample::valid();
    report.signatures[0].path[1].subject = "O=a\\,CN=Root,CN=Other".to_owned();
    assert!(german(&report).contains("Anna Muster → O=a\\,CN=Root,CN=Other (Vertrauensanker)"));
}
