//! Every identifier has a text in each language with the same arguments, and no text is left over.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::document::{ChangesLevel, Coverage, Direction, Thing};
use crate::reporting::DocumentError;
use crate::syntax::pdf::FindingCode;
use crate::trust::LookOutcome;
use crate::validation::mandant::{Mandant, MandantNote, Unmet};
use crate::validation::qualification::SwissClass;
use crate::validation::{Doubt, Failure, Integrity, Term, TimeQuality};

/// Codes of `DocumentFinding` besides those of the PDF reader.
const FINDINGS: &[&str] = &[
    "catalog-unreadable",
    "form-unreadable",
    "field-unreadable",
    "field-repeated",
    "objects-not-searched",
    "integrity-dictionary-not-checked",
    "security-store-unreadable",
    "usage-rights",
];

/// Codes of `ChangeFinding`.
fn changes() -> Vec<&'static str> {
    crate::document::change_rules().iter().map(|rule| rule.code).collect()
}

/// Checks for which something can be done.
const REMEDIES: &[CheckId] = &[
    CheckId::SignatureReadable,
    CheckId::FormatKnown,
    CheckId::ByteRange,
    CheckId::ChangesPermitted,
    CheckId::SigningCertificateFound,
    CheckId::ChainToAnchor,
    CheckId::SignerValidity,
    CheckId::CaValidity,
    CheckId::RevocationKnown,
    CheckId::DocumentDigest,
    CheckId::SignatureValue,
    CheckId::SignedDataFound,
    CheckId::Coverage,
    CheckId::CoverageWhole,
    CheckId::ChangesAnalysed,
];

type Expected = BTreeMap<(&'static str, &'static str), BTreeSet<&'static str>>;

/// Every section and key that a language file must have, with the arguments of its text.
fn expected() -> Expected {
    let mut all = Expected::new();
    let mut plain = |section, keys: Vec<&'static str>| {
        for key in keys {
            assert!(all.insert((section, key), BTreeSet::new()).is_none(), "{section}.{key} twice");
        }
    };
    plain("check", CheckId::ALL.iter().map(|id| id.name()).collect());
    plain("fails", CheckId::ALL.iter().map(|id| id.name()).collect());
    plain("remedy", REMEDIES.iter().map(|id| id.name()).collect());
    plain("term", Term::ALL.iter().map(|term| term.name()).collect());
    plain("finding", FindingCode::ALL.iter().map(|code| code.name()).collect());
    plain("finding", FINDINGS.to_vec());
    plain("change", changes());
    plain("error", DocumentError::CODES.to_vec());
    plain("problem-title", PROBLEM_CODES.to_vec());
    plain("answer", ANSWERS.iter().map(|answer| answer.name()).collect());
    plain("indication", VERDICTS.iter().map(|verdict| verdict.total_indication()).collect());
    plain("sub-indication", FAILURES.iter().map(|failure| failure.name()).collect());
    plain("sub-indication", DOUBTS.iter().map(|doubt| doubt.name()).collect());
    plain("integrity", [Integrity::Intact, Integrity::Broken, Integrity::Unknown].map(Integrity::name).to_vec());
    plain("coverage", COVERAGES.iter().map(|coverage| coverage.name()).collect());
    plain("changes", LEVELS.iter().map(|level| level.name()).collect());
    plain("thing", Thing::ALL.iter().map(|thing| thing.name()).collect());
    plain("direction", Direction::ALL.iter().map(|direction| direction.name()).collect());
    plain("class", SwissClass::ALL.iter().map(|class| class.name()).collect());
    plain("time-quality", TIME_QUALITIES.iter().map(|quality| quality.name()).collect());
    plain("four-checks", FOUR_CHECKS.to_vec());
    plain("legal-reason", LegalReason::ALL.iter().map(|reason| reason.name()).collect());
    plain("mandant", BUILTIN_MANDANTS.to_vec());
    plain("unmet", Unmet::ALL.iter().map(|one| one.name()).collect());
    plain("undone", Mandant::builtin().iter().flat_map(|one| one.not_done()).map(String::as_str).collect());
    plain("look", LookOutcome::ALL.iter().map(|outcome| outcome.name()).collect());
    plain("mandant-note", MandantNote::ALL.iter().map(|note| note.name()).collect());
    for section in ["finding", "change", "error"] {
        all.insert((section, "generic"), BTreeSet::from(["code"]));
    }
    for (key, args) in Message::ALL {
        all.insert(("message", key), args.iter().copied().collect());
    }
    for (detail, args) in Detail::ALL {
        all.insert(("problem-detail", detail.name()), args.iter().copied().collect());
    }
    for (label, args) in Label::ALL {
        all.insert(("label", label.name()), args.iter().copied().collect());
    }
    all
}

const TIME_QUALITIES: [TimeQuality; 4] =
    [TimeQuality::Qualified, TimeQuality::Timestamp, TimeQuality::Claimed, TimeQuality::None];
/// The results that each of the four checks can have.
const FOUR_CHECKS: &[&str] = &[
    "integrity-passed",
    "integrity-failed",
    "integrity-indeterminate",
    "identity-passed",
    "identity-failed",
    "identity-indeterminate",
    "identity-pseudonym",
    "validity-passed",
    "validity-warning",
    "validity-revocation-open",
    "validity-failed",
    "validity-indeterminate",
    "time-passed",
    "time-warning",
    "time-indeterminate",
];
const BUILTIN_MANDANTS: &[&str] = &[
    "qualified",
    "regulated-seal",
    "mixed",
    "official-gazette",
    "criminal-records-extract",
    "debt-collection-extract",
    "notarial-deed",
];
const ANSWERS: [Answer; 4] = [Answer::Valid, Answer::NotValid, Answer::CannotTell, Answer::NoSignature];
const VERDICTS: [Verdict; 3] =
    [Verdict::Passed, Verdict::Failed(Failure::HashFailure), Verdict::Indeterminate(Doubt::NoPoe)];
const FAILURES: [Failure; 6] = [
    Failure::FormatFailure,
    Failure::HashFailure,
    Failure::SigCryptoFailure,
    Failure::Revoked,
    Failure::Expired,
    Failure::NotYetValid,
];
const DOUBTS: [Doubt; 19] = [
    Doubt::SigConstraintsFailure,
    Doubt::ChainConstraintsFailure,
    Doubt::CertificateChainGeneralFailure,
    Doubt::CryptoConstraintsFailure,
    Doubt::CryptoConstraintsFailureNoPoe,
    Doubt::PolicyProcessingError,
    Doubt::SignaturePolicyNotAvailable,
    Doubt::TimestampOrderFailure,
    Doubt::NoSigningCertificateFound,
    Doubt::NoCertificateChainFound,
    Doubt::NoCertificateChainFoundNoPoe,
    Doubt::RevokedNoPoe,
    Doubt::RevokedCaNoPoe,
    Doubt::OutOfBoundsNotRevoked,
    Doubt::OutOfBoundsNoPoe,
    Doubt::RevocationOutOfBoundsNoPoe,
    Doubt::NoPoe,
    Doubt::TryLater,
    Doubt::SignedDataNotFound,
];
const COVERAGES: [Coverage; 4] =
    [Coverage::WholeDocument, Coverage::WholeRevision, Coverage::Partial, Coverage::None];
const LEVELS: [ChangesLevel; 8] = [
    ChangesLevel::None,
    ChangesLevel::Ltv,
    ChangesLevel::Signature,
    ChangesLevel::Metadata,
    ChangesLevel::FormFilling,
    ChangesLevel::Annotation,
    ChangesLevel::Forbidden,
    ChangesLevel::Unknown,
];

/// The `{arguments}` of a text.
fn placeholders(text: &str) -> BTreeSet<&str> {
    text.split('{').skip(1).map(|rest| rest.split_once('}').expect("a closing brace").0).collect()
}

#[test]
fn every_identifier_has_four_texts_with_its_arguments_and_none_is_left_over() {
    let expected = expected();
    assert!(expected.len() > 250);
    for language in Language::ALL {
        let texts = Texts::of(*language);
        let mut wrong = Vec::new();
        for ((section, key), args) in &expected {
            match texts.find(section, key) {
                None => wrong.push(format!("{section}.{key} is missing")),
                Some(text) if placeholders(text) != *args => {
                    wrong.push(format!("{section}.{key} has {:?} instead of {args:?}", placeholders(text)));
                }
                Some(_) => {}
            }
        }
        for (section, keys) in &texts.sections {
            for key in keys.keys().filter(|key| !expected.keys().any(|(s, k)| s == section && k == key)) {
                wrong.push(format!("{section}.{key} is left over"));
            }
        }
        assert!(wrong.is_empty(), "{}: {wrong:#?}", language.code());
    }
}

#[test]
fn texts_follow_the_house_style() {
    for language in Language::ALL {
        let texts = Texts::of(*language);
        for (section, keys) in &texts.sections {
            for (key, text) in keys {
                let place = format!("{}: {section}.{key}: {text}", language.code());
                assert!(!text.is_empty() && text.trim() == text && !text.contains("  "), "{place}");
                assert!(!text.chars().any(visible::is_hidden), "{place}");
                assert!(!text.contains('ß'), "{place}");
                assert!(!text.contains('"'), "{place}");
                let sentence = matches!(
                    section.as_str(),
                    "fails" | "remedy" | "message" | "finding" | "change" | "error" | "problem-detail"
                );
                assert!(section == "label" || sentence == text.ends_with('.'), "{place}");
            }
        }
    }
}

#[test]
fn an_unknown_code_is_said_and_not_left_out() {
    for language in Language::ALL {
        let texts = Texts::of(*language);
        for text in [texts.finding("brand-new"), texts.change("brand-new")] {
            assert!(text.contains("(brand-new)"), "{text}");
        }
    }
}

#[test]
fn what_an_argument_says_is_not_read_as_a_placeholder() {
    let args = [("a", "{b}".to_owned()), ("b", "x".to_owned())];
    assert_eq!(fill("{a}-{b}-{c}-{", &args), "{b}-x-{c}-{");
}

#[test]
fn arguments_are_written_in_the_language_and_made_visible() {
    let time = Timestamp::from_rfc3339("2026-11-21T12:00:00Z").unwrap();
    let message = Message::RevocationNotRequired { subject: "CN=\u{202e}A".to_owned(), reason: Term::ShortTerm };
    let german = Texts::of(Language::De);
    assert_eq!(
        german.message(&message, Show::Visible),
        "Zum Zertifikat «CN=<U+202E>A» sind keine Sperrinformationen nötig: es gilt nur für kurze Zeit."
    );
    assert!(german.message(&message, Show::Verbatim).contains('\u{202e}'));
    assert_eq!(
        Texts::of(Language::Fr).message(&Message::ClaimedTime { time }, Show::Visible),
        "Heure déclarée: 21.11.2026 à 12:00:00 UTC."
    );
}

#[test]
fn not_trusted_is_never_called_invalid() {
    let words = [
        (Language::De, "ungültig"),
        (Language::Fr, "n'est pas valable"),
        (Language::It, "non è valida"),
        (Language::En, "invalid"),
    ];
    for (language, word) in words {
        let text = Texts::of(language).check_fails(CheckId::ChainToAnchor);
        let (_, after) = text.split_once(". ").expect("a second sentence");
        assert!(after.contains(word), "{text}");
    }
}

#[test]
fn every_built_in_mandant_has_a_name_in_words() {
    let names: Vec<&str> = Mandant::builtin().iter().map(|mandant| mandant.name.as_str()).collect();
    assert_eq!(names, BUILTIN_MANDANTS);
}

#[test]
fn nothing_is_called_legally_valid_and_there_is_no_qualified_seal() {
    for language in Language::ALL {
        for (section, keys) in &Texts::of(*language).sections {
            for (key, text) in keys {
                let folded = text.to_lowercase();
                let words = [
                    "rechtsgültig",
                    "juridiquement valable",
                    "giuridicamente valid",
                    "legally valid",
                    "qualifiziertes siegel",
                    "qualifiziertes elektronisches siegel",
                    "cachet électronique qualifié",
                    "sigillo elettronico qualificato",
                    "qualified electronic seal",
                    "qualified seal",
                ];
                assert!(
                    !words.iter().any(|word| folded.contains(word)),
                    "{}: {section}.{key}: {text}",
                    language.code()
                );
            }
        }
    }
}
