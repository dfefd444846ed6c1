//! The words: one file per language, parsed once and only when the language is asked for.
//!
//! Every check, message, term, finding, error and label has a text in each of the four languages, with the same
//! `{arguments}`; a test proves it, and that no text is left over. An identifier without a text (a code that a
//! newer reader reports) is written with the generic sentence of its section, never left out.

mod label;
mod problem;

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::OnceLock;

use super::DocumentError;
use super::Language;
use super::visible;
use crate::time::Timestamp;
use crate::trust::DocumentedStatus;
use crate::validation::qualification::{FourChecks, LegalReason, SwissLegal};
use crate::validation::{Answer, Arg, Check, CheckId, CheckResult, Message, Reason, SignatureReport, Verdict};

pub use label::Label;
pub use problem::{Detail, PROBLEM_CODES};

/// The texts of one language.
#[derive(Debug)]
pub struct Texts {
    language: Language,
    sections: HashMap<String, HashMap<String, String>>,
}

/// How arguments that come from strangers are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Show {
    /// As they are: for JSON, which has its own escapes.
    Verbatim,
    /// For the eyes of people: see [`visible::shown`].
    Visible,
}

impl Show {
    /// The text of a stranger, written this way.
    #[must_use]
    pub fn write(self, text: &str) -> Cow<'_, str> {
        match self {
            Self::Verbatim => Cow::Borrowed(text),
            Self::Visible => visible::shown(text),
        }
    }
}

impl Texts {
    /// The texts of a language. The first call parses its file.
    #[must_use]
    pub fn of(language: Language) -> &'static Self {
        static TEXTS: [OnceLock<Texts>; 4] = [const { OnceLock::new() }; 4];
        let (slot, file) = match language {
            Language::De => (&TEXTS[0], include_str!("de.toml")),
            Language::Fr => (&TEXTS[1], include_str!("fr.toml")),
            Language::It => (&TEXTS[2], include_str!("it.toml")),
            Language::En => (&TEXTS[3], include_str!("en.toml")),
        };
        // The file is part of the program, and a test parses it; without texts, identifiers would be written.
        slot.get_or_init(|| Self { language, sections: toml::from_str(file).unwrap_or_default() })
    }

    /// Which language.
    #[must_use]
    pub const fn language(&self) -> Language {
        self.language
    }

    /// What a check looks at, in a few words.
    #[must_use]
    pub fn check_title(&self, id: CheckId) -> &str {
        self.text("check", id.name())
    }

    /// What it means that a check does not hold, in one sentence.
    #[must_use]
    pub fn check_fails(&self, id: CheckId) -> &str {
        self.text("fails", id.name())
    }

    /// What can be done where a check does not hold.
    #[must_use]
    pub fn remedy(&self, id: CheckId) -> Option<&str> {
        self.find("remedy", id.name())
    }

    /// A message with its arguments filled in.
    #[must_use]
    pub fn message(&self, message: &Message, show: Show) -> String {
        let template = self.text("message", message.id());
        let args: Vec<(&str, String)> =
            message.args().into_iter().map(|(name, arg)| (name, self.argument(&arg, show))).collect();
        fill(template, &args)
    }

    /// Why an object has its verdict: the sentence of the check that decided, and what it found.
    #[must_use]
    pub fn reason(&self, reason: &Reason, show: Show) -> String {
        let detail = reason.detail.as_ref().map(|detail| self.message(detail, show));
        match (reason.check, detail) {
            (Some(check), Some(detail)) => format!("{} {detail}", self.check_fails(check)),
            (Some(check), None) => self.check_fails(check).to_owned(),
            (None, Some(detail)) => detail,
            (None, None) => self.message(&Message::AllChecksPassed {}, show),
        }
    }

    /// What there is to say of a check: what follows where it does not hold, and what it found.
    #[must_use]
    pub fn check(&self, check: &Check, show: Show) -> Option<String> {
        let detail = check.detail.as_ref().map(|detail| self.message(detail, show));
        match check.result {
            CheckResult::Passed | CheckResult::NotRun => detail,
            CheckResult::Failed | CheckResult::Indeterminate | CheckResult::Warning | CheckResult::Information => {
                let fails = self.check_fails(check.id);
                Some(detail.map_or_else(|| fails.to_owned(), |detail| format!("{fails} {detail}")))
            }
        }
    }

    /// A repair or oddity of the file, by its code.
    #[must_use]
    pub fn finding(&self, code: &str) -> String {
        self.by_code("finding", code)
    }

    /// A later change, by its code.
    #[must_use]
    pub fn change(&self, code: &str) -> String {
        self.by_code("change", code)
    }

    /// Why a document could not be read: the sentence of its code, the limit, and what the system says.
    #[must_use]
    pub fn document_error(&self, error: &DocumentError, show: Show) -> String {
        let mut text = self.by_code("error", error.code);
        if let Some((limit, maximum)) = error.limit {
            text.push(' ');
            text.push_str(
                &self.fill(Label::LimitIs, &[("limit", limit.to_owned()), ("maximum", maximum.to_string())]),
            );
        }
        if let Some(cause) = &error.cause {
            text.push(' ');
            text.push_str(&self.fill(Label::SystemSays, &[("cause", show.write(cause).into_owned())]));
        }
        text
    }

    /// What a problem is called, by its code.
    #[must_use]
    pub fn problem_title<'a>(&'a self, code: &'a str) -> &'a str {
        self.text("problem-title", code)
    }

    /// What a problem was, with its arguments filled in; the values are written as they are.
    #[must_use]
    pub fn problem_detail(&self, detail: Detail, args: &[(&str, String)]) -> String {
        fill(self.text("problem-detail", detail.name()), args)
    }

    /// The one word of a summary.
    #[must_use]
    pub fn answer(&self, answer: Answer) -> &str {
        self.text("answer", answer.name())
    }

    /// A verdict in plain words: the indication, and the sub-indication where there is one.
    #[must_use]
    pub fn verdict(&self, verdict: Verdict) -> String {
        let indication = self.text("indication", verdict.total_indication());
        match verdict.sub_indication() {
            None => indication.to_owned(),
            Some(sub) => format!("{indication}: {}", self.text("sub-indication", sub)),
        }
    }

    /// A name of the contract (`whole-document`, `intact`) in plain words.
    #[must_use]
    pub fn word(&self, section: &'static str, name: &'static str) -> &str {
        self.text(section, name)
    }

    /// A kind of document: of those that are built in by a name in words, else by its own.
    #[must_use]
    pub fn mandant(&self, name: &str) -> String {
        self.find("mandant", name).map_or_else(|| visible::shown(name).into_owned(), str::to_owned)
    }

    /// A check that a mandant asks for and that is not done: of those of the built-in mandants in words with its name, else
    /// by its name.
    #[must_use]
    pub fn undone(&self, check: &str) -> String {
        let name = visible::shown(check);
        self.find("undone", check).map_or_else(|| name.clone().into_owned(), |text| format!("{text} ({name})"))
    }

    /// Why a class is what it is, in a few words.
    #[must_use]
    pub fn legal_reason(&self, reason: LegalReason) -> &str {
        self.text("legal-reason", reason.name())
    }

    /// The four checks of a signature: integrity, identity, validity, time.
    #[must_use]
    pub fn four_checks(&self, signature: &SignatureReport, legal: &SwissLegal, show: Show) -> [String; 4] {
        let FourChecks { integrity, identity, validity, time, revocation_is_open } = legal.four_checks;
        let said = |check: &str, result: CheckResult| {
            self.find("four-checks", &format!("{check}-{}", result.name())).unwrap_or(check).to_owned()
        };
        let name = signature.signer.as_ref().map(|signer| {
            let name = show.write(signer.display_name());
            match signer.pseudonym {
                Some(_) => format!("{name} ({})", self.text("four-checks", "identity-pseudonym")),
                None => name.into_owned(),
            }
        });
        let of_validity = match validity {
            CheckResult::Warning if revocation_is_open => {
                self.text("four-checks", "validity-revocation-open").to_owned()
            }
            result => said("validity", result),
        };
        let class = self.word("class", legal.judged.class.name());
        let reasons = legal.judged.reasons.iter().map(|reason| self.legal_reason(*reason)).collect::<Vec<_>>();
        let reasons = if reasons.is_empty() { String::new() } else { format!(" ({})", reasons.join("; ")) };
        [
            said("integrity", integrity),
            name.map_or_else(
                || said("identity", identity),
                |name| format!("{}: {name}", said("identity", identity)),
            ),
            format!("{of_validity}: {class}{reasons}"),
            legal
                .time
                .map_or_else(|| said("time", time), |at| format!("{}: {}", said("time", time), self.time(at))),
        ]
    }

    /// A fixed piece of the text report or of the command line.
    #[must_use]
    pub fn label(&self, label: Label) -> &str {
        self.text("label", label.name())
    }

    /// The same with its arguments filled in; the values are written as they are.
    #[must_use]
    pub fn fill(&self, label: Label, args: &[(&str, String)]) -> String {
        fill(self.label(label), args)
    }

    /// What an operator documents of a service, in one sentence; what he wrote stands there as it is.
    #[must_use]
    pub fn documented_status(&self, one: &DocumentedStatus) -> String {
        let sha256 = one.certificate.to_string();
        self.fill(
            Label::DocumentedStatus,
            &[
                ("name", one.name.clone()),
                ("status", one.status_name().to_owned()),
                ("from", self.time(one.from)),
                ("sha256", sha256.get(..16).unwrap_or(&sha256).to_owned()),
                ("source", one.source.clone()),
                ("date", self.time(one.documented_on)),
            ],
        )
    }

    /// A point in time for people.
    #[must_use]
    pub fn time(&self, time: Timestamp) -> String {
        self.language.time(time)
    }

    fn argument(&self, arg: &Arg, show: Show) -> String {
        match arg {
            Arg::Text(text) => show.write(text).into_owned(),
            Arg::Time(time) => self.time(*time),
            Arg::Number(number) => number.to_string(),
            Arg::Term(term) => self.text("term", term.name()).to_owned(),
        }
    }

    fn by_code(&self, section: &'static str, code: &str) -> String {
        match self.find(section, code) {
            Some(text) => text.to_owned(),
            None => fill(self.text(section, "generic"), &[("code", visible::shown(code).into_owned())]),
        }
    }

    /// A text; its own key where it is missing, which the test of completeness excludes.
    fn text<'a>(&'a self, section: &'static str, key: &'a str) -> &'a str {
        self.find(section, key).unwrap_or(key)
    }

    fn find(&self, section: &'static str, key: &str) -> Option<&str> {
        self.sections.get(section)?.get(key).map(String::as_str)
    }
}

/// Puts the arguments into a text. What an argument says is never read as a placeholder.
fn fill(template: &str, args: &[(&str, String)]) -> String {
    let mut filled = String::with_capacity(template.len().saturating_add(64));
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let Some((name, following)) = after.split_once('}') else {
            filled.push('{');
            rest = after;
            continue;
        };
        match args.iter().find(|(known, _)| *known == name) {
            Some((_, value)) => filled.push_str(value),
            None => {
                filled.push('{');
                filled.push_str(name);
                filled.push('}');
            }
        }
        rest = following;
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests;
