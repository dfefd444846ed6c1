//! Which kinds of document a document is good for.

use serde::Serialize;

use crate::reporting::Texts;
use crate::validation::mandant::{MandantNote, MandantResult};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct MandantView<'a> {
    name: &'a str,
    satisfied: bool,
    unmet: Vec<&'static str>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    not_done: &'a [String],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notes: Vec<NoteView>,
}

#[derive(Serialize)]
struct NoteView {
    code: &'static str,
    text: String,
}

impl<'a> MandantView<'a> {
    pub(super) fn new(result: &'a MandantResult, texts: &Texts) -> Self {
        let note = |note: &MandantNote| NoteView {
            code: note.name(),
            text: texts.word("mandant-note", note.name()).to_owned(),
        };
        Self {
            name: &result.name,
            satisfied: result.is_satisfied(),
            unmet: result.unmet.iter().map(|one| one.name()).collect(),
            not_done: &result.not_done,
            notes: result.notes.iter().map(note).collect(),
        }
    }
}
