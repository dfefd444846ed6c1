//! The line for a document that could not be read.

use serde::Serialize;

use crate::reporting::{DocumentError, Show, Texts, UnreadDocument};

#[derive(Serialize)]
pub(in crate::reporting::json) struct ErrorLine<'a> {
    schema: &'static str,
    document: UnreadView<'a>,
    error: ErrorView,
}

impl<'a> ErrorLine<'a> {
    pub(in crate::reporting::json) fn new(
        error: &DocumentError,
        document: &UnreadDocument<'a>,
        schema: &'static str,
        texts: &Texts,
    ) -> Self {
        Self {
            schema,
            document: UnreadView { name: document.name, size: document.size, sha256: document.sha256 },
            error: ErrorView {
                code: error.code,
                text: texts.document_error(error, Show::Verbatim),
                offset: error.offset,
                limit: error.limit.map(|(name, _)| name),
                maximum: error.limit.map(|(_, maximum)| maximum),
            },
        }
    }
}

#[derive(Serialize)]
struct UnreadView<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sha256: Option<&'a str>,
}

#[derive(Serialize)]
struct ErrorView {
    code: &'static str,
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    offset: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    maximum: Option<u64>,
}
