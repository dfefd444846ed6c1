//! Lines with a label and a value, the values in one column.

use super::{LISTED, Style};
use crate::reporting::{Label, Texts};

/// The colours of the first sentence.
#[derive(Clone, Copy, Debug)]
pub(in crate::reporting) enum Colour {
    Green,
    Yellow,
    Red,
}

impl Colour {
    const fn code(self) -> &'static str {
        match self {
            Self::Green => "\u{1b}[1;32m",
            Self::Yellow => "\u{1b}[1;33m",
            Self::Red => "\u{1b}[1;31m",
        }
    }
}

/// The labels of rows; the longest of a language decides where its values begin.
const ROWS: &[Label] = &[
    Label::MainReason,
    Label::Remedy,
    Label::File,
    Label::Validated,
    Label::Caution,
    Label::Signer,
    Label::ClaimedTime,
    Label::ProvenTime,
    Label::TimeQuality,
    Label::Class,
    Label::DemoClass,
    Label::EuClass,
    Label::ClassReason,
    Label::CheckIntegrity,
    Label::CheckIdentity,
    Label::CheckValidity,
    Label::CheckTime,
    Label::Claims,
    Label::Mandant,
    Label::Verdict,
    Label::Integrity,
    Label::Coverage,
    Label::Changes,
    Label::Reason,
    Label::AlsoNotHolding,
    Label::Path,
    Label::Format,
    Label::Timestamp,
    Label::Authority,
    Label::StatedTime,
    Label::Warning,
    Label::Finding,
    Label::NotFetched,
];

/// A text that is being written.
pub(in crate::reporting) struct Page {
    texts: &'static Texts,
    style: Style,
    /// Characters before a value.
    column: usize,
    written: String,
}

impl Page {
    pub(in crate::reporting) fn new(texts: &'static Texts, style: Style) -> Self {
        Self::with_rows(texts, style, ROWS)
    }

    /// A text that has rows of these labels.
    pub(in crate::reporting) fn with_rows(texts: &'static Texts, style: Style, rows: &[Label]) -> Self {
        let longest = rows.iter().map(|label| texts.label(*label).chars().count()).max().unwrap_or(0);
        Self { texts, style, column: longest.saturating_add(4), written: String::with_capacity(2 * 1024) }
    }

    pub(in crate::reporting) const fn texts(&self) -> &'static Texts {
        self.texts
    }

    /// The one sentence.
    pub(in crate::reporting) fn headline(&mut self, colour: Colour, text: &str) {
        match self.style {
            Style::Plain => self.written.push_str(text),
            Style::Colour => {
                self.written.push_str(colour.code());
                self.written.push_str(text);
                self.written.push_str("\u{1b}[0m");
            }
        }
        self.written.push('\n');
    }

    /// The head of a section.
    pub(in crate::reporting) fn section(&mut self, text: &str) {
        self.written.push('\n');
        self.written.push_str(text);
        self.written.push('\n');
    }

    /// A line of its own; `indent` in characters.
    pub(in crate::reporting) fn line(&mut self, indent: usize, text: &str) {
        self.written.extend(std::iter::repeat_n(' ', indent));
        self.written.push_str(text);
        self.written.push('\n');
    }

    /// A label and its value; `indent` in characters.
    pub(in crate::reporting) fn row(&mut self, indent: usize, label: Label, value: &str) {
        let label = self.texts.label(label);
        let gap = self.column.saturating_sub(indent).saturating_sub(label.chars().count()).max(1);
        self.written.extend(std::iter::repeat_n(' ', indent));
        self.written.push_str(label);
        self.written.extend(std::iter::repeat_n(' ', gap));
        self.written.push_str(value);
        self.written.push('\n');
    }

    /// A row for each value; of many the first ones, and how many more there are.
    pub(in crate::reporting) fn rows(&mut self, indent: usize, label: Label, values: impl Iterator<Item = String>) {
        let mut more = 0_usize;
        for (at, value) in values.enumerate() {
            if at < LISTED {
                self.row(indent, label, &value);
            } else {
                more = more.saturating_add(1);
            }
        }
        if more > 0 {
            let rest = self.texts.fill(Label::AndMore, &[("count", more.to_string())]);
            self.row(indent, label, &rest);
        }
    }

    pub(in crate::reporting) fn finish(self) -> String {
        self.written
    }
}
