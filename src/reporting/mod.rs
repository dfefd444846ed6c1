//! A report in the forms that leave the program: the contract's JSON and the text for people; and what was signed in a
//! document ([`revisions_to_json`], [`revisions_to_text`]). Pure.
//!
//! The core never writes a sentence: it hands over identifiers with typed arguments, and the language files
//! `messages/{de,fr,it,en}.toml` have the words. This module decides nothing: it does not judge, does not leave
//! out a check and does not make a verdict milder or stronger than the report that it was given.

mod json;
mod language;
mod messages;
mod revisions;
mod text;
mod visible;

pub use json::{
    Addition, Rendering, SCHEMA, error_to_json, services_to_json, to_json, to_json_with, trust_to_json,
};
pub use language::Language;
pub use messages::{Detail, Label, PROBLEM_CODES, Show, Texts};
pub use revisions::{
    REVISIONS_SCHEMA, RevisionsEnvelope, revisions_error_to_json, revisions_to_json, revisions_to_text,
};
pub use text::{Style, error_to_text, to_text};
pub use visible::{escaped, is_hidden, shown};

/// What a report does not know of itself: who asked, and for what.
#[derive(Clone, Copy, Debug)]
pub struct Envelope<'a> {
    /// The identifier of this report; the only member that may differ between two runs.
    pub report_id: &'a str,
    /// The name under which the document was given.
    pub document_name: Option<&'a str>,
}

/// A document that could not be read, as far as it is known.
#[derive(Clone, Copy, Debug, Default)]
pub struct UnreadDocument<'a> {
    /// The name under which it was given.
    pub name: Option<&'a str>,
    /// Bytes.
    pub size: Option<u64>,
    /// SHA-256 of all bytes, lowercase hex.
    pub sha256: Option<&'a str>,
}

/// Why a document could not be read: a code of the contract, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentError {
    /// A stable code (`not-a-document`, `limit-exceeded` …); the language files have a sentence for each.
    pub code: &'static str,
    /// Bytes from the start of the file.
    pub offset: Option<u64>,
    /// The limit that was reached, and its number.
    pub limit: Option<(&'static str, u64)>,
    /// What the operating system says, where the file could not even be opened.
    pub cause: Option<String>,
}

impl DocumentError {
    /// The codes that the language files have a sentence for: those of the contract, then those of a program
    /// that reads files itself.
    pub const CODES: &'static [&'static str] = &[
        "not-a-document",
        "unsupported-format",
        "malformed-pdf",
        "malformed-xml",
        "encrypted",
        "forbidden-xml",
        "limit-exceeded",
        "other-document",
        "file-not-found",
        "file-unreadable",
        "internal",
    ];

    /// An error that is said by its code alone.
    #[must_use]
    pub const fn new(code: &'static str) -> Self {
        Self { code, offset: None, limit: None, cause: None }
    }
}

#[cfg(test)]
mod tests;
