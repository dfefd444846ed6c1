//! The text of an object as it stands, and edits of it.

use std::ops::Range;

use super::UpdateError;
use crate::limits::Budget;
use crate::syntax::pdf::Dict;
use crate::syntax::pdf::FindingCode;
use crate::syntax::pdf::Object;
use crate::syntax::pdf::ObjectError;
use crate::syntax::pdf::ObjectId;
use crate::syntax::pdf::Pdf;
use crate::syntax::pdf::Place;
use crate::syntax::pdf::Span;
use crate::syntax::pdf::Value;
use crate::syntax::pdf::finding::Findings;
use crate::syntax::pdf::lexer::Lexer;
use crate::syntax::pdf::lexer::Token;
use crate::syntax::pdf::parser::ParseError;
use crate::syntax::pdf::parser::Parser;
use crate::syntax::pdf::to_u64;
use crate::syntax::pdf::to_usize;

/// An object's text as it stands in the file or in an object stream, and what is to be changed in it.
#[derive(Debug)]
pub struct Source {
    id: ObjectId,
    text: Vec<u8>,
    /// Spans are positions in `text`.
    object: Object,
    edits: Vec<(Range<usize>, Vec<u8>)>,
}

impl Pdf<'_> {
    /// The text of object `id` as of the latest revision, references followed.
    ///
    /// # Errors
    /// Where it is missing, a stream, malformed, or cannot be read.
    pub fn source(&self, id: ObjectId, budget: &mut Budget) -> Result<Source, UpdateError> {
        let mut id = id;
        for _ in 0..self.limits.nesting {
            let source = self.source_of(id, budget)?;
            match source.object.value {
                Value::Reference(next) => id = next,
                _ => return Ok(source),
            }
        }
        Err(ObjectError::Circular { object: id }.into())
    }

    fn source_of(&self, id: ObjectId, budget: &mut Budget) -> Result<Source, UpdateError> {
        let at = self.latest();
        match self.entry(id.number, at).map(|entry| entry.place) {
            Some(Place::InFile { offset, generation }) => {
                let head = self.find(id, offset, generation, at, budget)?;
                let head = head.ok_or(UpdateError::refused("malformed-object", Some(offset)))?;
                let rest = self.bytes.get(head.body..).unwrap_or_default();
                self.read_source(id, rest, Some(to_u64(head.start)), budget)
            }
            Some(Place::InStream { stream, index }) if id.generation == 0 => {
                let container = self.object_stream(stream, at, budget)?;
                let member = container.at(index).filter(|(number, _)| *number == id.number);
                let (_, rest) = member.ok_or(UpdateError::refused("malformed-object", None))?;
                self.read_source(id, rest, None, budget)
            }
            _ => Err(UpdateError::refused("malformed-object", None)),
        }
    }

    /// The value with which `rest` begins.
    fn read_source(
        &self,
        id: ObjectId,
        rest: &[u8],
        offset: Option<u64>,
        budget: &mut Budget,
    ) -> Result<Source, UpdateError> {
        let mut lexer = Lexer::near(rest, 0);
        lexer.skip_white();
        let rest = rest.get(lexer.position..).unwrap_or_default();
        let mut findings = Findings::default();
        let mut parser = Parser::in_file(rest, 0, Some(id), self.limits.nesting, &mut findings);
        let object = parser.value().map_err(|error| match error {
            ParseError::TooDeep(limit) => UpdateError::Limit(limit),
            ParseError::TooManyValues => UpdateError::refused("malformed-object", offset),
        })?;
        let end = parser.position();
        let is_stream = matches!(parser.peek().token, Token::Keyword(word) if word.starts_with(b"stream"));
        budget.spend(to_u64(end) >> 8)?;
        let malformed = [FindingCode::MalformedObject, FindingCode::UnterminatedObject];
        if is_stream && offset.is_some() || malformed.iter().any(|code| findings.has(*code)) {
            return Err(UpdateError::refused("malformed-object", offset));
        }
        let text = rest.get(..end).unwrap_or_default().to_vec();
        Ok(Source { id, text, object, edits: Vec::new() })
    }
}

impl Source {
    /// The object that the text is of.
    #[must_use]
    pub const fn id(&self) -> ObjectId {
        self.id
    }

    /// The value. Its spans are positions in the text.
    #[must_use]
    pub const fn object(&self) -> &Object {
        &self.object
    }

    /// The dictionary at the end of `path`: from the object along these keys, directly.
    #[must_use]
    pub fn dict(&self, path: &[&[u8]]) -> Option<&Dict> {
        self.at(path)?.as_dict()
    }

    /// The text of a value of this object.
    #[must_use]
    pub fn text_of(&self, object: &Object) -> Option<&[u8]> {
        let span = object.span?;
        self.text.get(to_usize(span.start)..to_usize(span.end))
    }

    /// Gives `key` of the dictionary at `path` the value `text`, in the place of one that it has.
    ///
    /// # Errors
    /// Where there is no dictionary there, or it has the key twice.
    pub fn set(&mut self, path: &[&[u8]], key: &[u8], text: &[u8]) -> Result<(), UpdateError> {
        let (dict, span) =
            self.at(path).and_then(|object| Some((object.as_dict()?, object.span?))).ok_or(MISSING)?;
        if dict.duplicate_keys().iter().any(|name| name.as_bytes() == key) {
            return Err(UpdateError::refused("duplicate-key", None));
        }
        match dict.get(key) {
            Some(old) => {
                let old = old.span.ok_or(MISSING)?;
                self.edits.push((range(old), [b" ", text].concat()));
            }
            None => {
                let mut name = Vec::new();
                super::write::name(key, &mut name);
                self.insert_before_end(span, 2, [&name, &b" "[..], text].concat());
            }
        }
        Ok(())
    }

    /// Adds `text` as the last element of the array that `key` of the dictionary at `path` is.
    ///
    /// # Errors
    /// Where there is no array there, or the dictionary has the key twice.
    pub fn push(&mut self, path: &[&[u8]], key: &[u8], text: &[u8]) -> Result<(), UpdateError> {
        let dict = self.dict(path).ok_or(MISSING)?;
        if dict.duplicate_keys().iter().any(|name| name.as_bytes() == key) {
            return Err(UpdateError::refused("duplicate-key", None));
        }
        let array = dict.get(key).filter(|value| value.as_array().is_some()).and_then(|value| value.span);
        self.insert_before_end(array.ok_or(MISSING)?, 1, [b" ", text].concat());
        Ok(())
    }

    /// Adds `text` as the last element of the array that the object is.
    ///
    /// # Errors
    /// Where it is none.
    pub fn push_own(&mut self, text: &[u8]) -> Result<(), UpdateError> {
        let array = self.object.as_array().and(self.object.span);
        self.insert_before_end(array.ok_or(MISSING)?, 1, [b" ", text].concat());
        Ok(())
    }

    fn at(&self, path: &[&[u8]]) -> Option<&Object> {
        path.iter().try_fold(&self.object, |object, key| object.as_dict()?.get(key))
    }

    /// Inserts `text` before the closing delimiter; once, also where it is asked for twice (an array that two
    /// dictionaries share).
    fn insert_before_end(&mut self, span: Span, delimiter: usize, text: Vec<u8>) {
        let at = to_usize(span.end).saturating_sub(delimiter);
        let edit = (at..at, text);
        if !self.edits.contains(&edit) {
            self.edits.push(edit);
        }
    }

    /// Whether anything is to be changed.
    #[must_use]
    pub const fn is_changed(&self) -> bool {
        !self.edits.is_empty()
    }

    /// The text with the edits made.
    pub(super) fn finish(mut self) -> Result<Vec<u8>, UpdateError> {
        // Stable: what was inserted at one place stays in order.
        self.edits.sort_by_key(|(range, _)| range.start);
        let mut text = Vec::with_capacity(self.text.len().saturating_add(256));
        let mut position = 0;
        for (range, new) in &self.edits {
            let kept = self.text.get(position..range.start).ok_or(MISSING)?;
            text.extend_from_slice(kept);
            text.extend_from_slice(new);
            position = range.end;
        }
        text.extend_from_slice(self.text.get(position..).ok_or(MISSING)?);
        Ok(text)
    }
}

const MISSING: UpdateError = UpdateError::refused("malformed-object", None);

fn range(span: Span) -> Range<usize> {
    to_usize(span.start)..to_usize(span.end)
}
