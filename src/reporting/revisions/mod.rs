//! What was signed, and what came after it, in the forms that leave the program: `sigillum-revisions/1` and the text for
//! people. Pure.
//!
//! Each later revision is listed once, with the signatures that stand before it and those for which a difference is not
//! permitted; what a reader needs to see after one signature are the revisions behind it. Names and values are those of
//! the document: the text makes them visible, the JSON escapes what is not seen.

mod json;
mod text;

use std::collections::BTreeMap;

use crate::document::{Difference, Differences, SignedRevision, SignedRevisions};

pub use json::{REVISIONS_SCHEMA, revisions_error_to_json, revisions_to_json};
pub use text::revisions_to_text;

/// What was signed does not know of itself: under which name it was given, and what was written of it.
#[derive(Clone, Copy, Debug, Default)]
pub struct RevisionsEnvelope<'a> {
    /// The name under which the document was given.
    pub document_name: Option<&'a str>,
    /// The files that were written, by the ids of the signatures; of XML by these and the numbers of the references:
    /// `S1-2`.
    pub written: Option<&'a BTreeMap<String, String>>,
}

impl<'a> RevisionsEnvelope<'a> {
    fn file(&self, id: &str) -> Option<&'a str> {
        self.written.and_then(|written| written.get(id)).map(String::as_str)
    }
}

/// A later revision.
struct Later<'a> {
    number: u64,
    /// The signatures before it.
    after: Vec<&'a str>,
    /// The signatures that end it.
    signed_by: Vec<&'a str>,
    /// By page; what belongs to none last.
    pages: Vec<(Option<u64>, Vec<&'a Difference>)>,
}

/// The differences by revision and page.
fn later<'a>(signed: &'a SignedRevisions, differences: &'a Differences) -> Vec<Later<'a>> {
    let ids = |wanted: &dyn Fn(u64) -> bool| {
        let of = |one: &&SignedRevision| one.revision.as_ref().is_some_and(|revision| wanted(revision.number));
        signed.signed.iter().filter(of).map(|one| one.id.as_str()).collect::<Vec<_>>()
    };
    let mut list: Vec<Later<'a>> = Vec::new();
    for one in &differences.list {
        if list.last().is_none_or(|last| last.number != one.revision) {
            let (after, signed_by) = (ids(&|number| number < one.revision), ids(&|number| number == one.revision));
            list.push(Later { number: one.revision, after, signed_by, pages: Vec::new() });
        }
        let Some(last) = list.last_mut() else { continue };
        match last.pages.last_mut() {
            Some((page, found)) if *page == one.page => found.push(one),
            _ => last.pages.push((one.page, vec![one])),
        }
    }
    list
}

#[cfg(test)]
mod tests;
