//! Finding dictionaries by their keys among all objects of a revision.
//!
//! Every object in force is looked at, up to its `stream` keyword, with the tokens and the nesting that the parser
//! sees, so that nothing can hide from the search that the parser would find: names written with `#`, keys behind
//! strings that look like keywords, unbalanced brackets. Only an object in which the first key occurs as a name is
//! parsed.

use super::FindingCode;
use super::ObjectError;
use super::ObjectId;
use super::Pdf;
use super::Place;
use super::RevisionIndex;
use super::Value;
use super::lexer;
use super::lexer::Lexer;
use super::lexer::Token;
use super::parser;
use super::to_u64;
use super::to_usize;
use crate::limits::Budget;
use crate::limits::Limit;

impl Pdf<'_> {
    /// All objects as of `at` but `known` that are dictionaries with all these keys at top level (streams are none),
    /// ordered by object number. Put the rarest key first. An object or object stream that cannot be read is a finding.
    ///
    /// # Errors
    /// Only where a limit was reached.
    pub fn find_dicts_with(
        &self,
        keys: &[&[u8]],
        known: &[ObjectId],
        at: RevisionIndex,
        budget: &mut Budget,
    ) -> Result<Vec<ObjectId>, ObjectError> {
        let Some(rarest) = keys.first() else { return Ok(Vec::new()) };
        let mut found = Vec::new();
        let mut streamed: Vec<(u32, u32)> = Vec::new();
        let mut looked_at = 0_usize;
        for (number, entry) in self.object_numbers(at) {
            let (offset, generation) = match entry.place {
                Place::InFile { offset, generation } => (offset, generation),
                Place::InStream { stream, .. } => {
                    streamed.push((stream, number));
                    continue;
                }
                Place::Free => continue,
            };
            let id = ObjectId { number, generation };
            let head = parser::head(self.bytes, to_usize(offset)).filter(|head| head.id == id);
            let candidate = match head {
                Some(head) => {
                    let (candidate, end) = may_have(self.bytes, head.body, rarest);
                    looked_at = looked_at.saturating_add(end.saturating_sub(head.start)).saturating_add(64);
                    candidate
                }
                None => true,
            };
            if looked_at >= 1 << 16 {
                budget.spend(to_u64(looked_at) >> 8)?;
                looked_at = 0;
            }
            if candidate && !known.contains(&id) && self.has_keys(id, keys, at, budget)? {
                found.push(id);
            }
        }
        budget.spend(to_u64(looked_at) >> 8)?;
        // By stream, so that each one is decoded once.
        streamed.sort_unstable();
        for of_one_stream in streamed.chunk_by(|(one, _), (next, _)| one == next) {
            self.search_stream(of_one_stream, keys, at, budget, &mut found)?;
        }
        found.sort_unstable();
        Ok(found)
    }

    fn search_stream(
        &self,
        members: &[(u32, u32)],
        keys: &[&[u8]],
        at: RevisionIndex,
        budget: &mut Budget,
        found: &mut Vec<ObjectId>,
    ) -> Result<(), ObjectError> {
        let (Some((stream, _)), Some(rarest)) = (members.first(), keys.first()) else { return Ok(()) };
        let container = match self.object_stream(*stream, at, budget) {
            Ok(container) => container,
            Err(ObjectError::Limit(limit)) => return Err(limit.into()),
            Err(_) => {
                let object = ObjectId { number: *stream, generation: 0 };
                self.note(FindingCode::UnreadableObjectStream, None, Some(object));
                return Ok(());
            }
        };
        for (_, number) in members {
            let id = ObjectId { number: *number, generation: 0 };
            let Some(Place::InStream { index, .. }) = self.entry(*number, at).map(|entry| entry.place) else {
                continue;
            };
            let candidate = match container.at(index).filter(|(found, _)| found == number) {
                Some((_, bytes)) => {
                    let (candidate, end) = may_have(bytes, 0, rarest);
                    budget.spend(to_u64(end) >> 8)?;
                    candidate
                }
                None => true,
            };
            if candidate && self.has_keys(id, keys, at, budget)? {
                found.push(id);
            }
        }
        Ok(())
    }

    fn has_keys(
        &self,
        id: ObjectId,
        keys: &[&[u8]],
        at: RevisionIndex,
        budget: &mut Budget,
    ) -> Result<bool, ObjectError> {
        match self.object(id, at, budget) {
            Ok(object) => match &object.value {
                Value::Dict(dict) => Ok(keys.iter().all(|key| dict.has(key))),
                _ => Ok(false),
            },
            Err(ObjectError::Limit(limit)) if limit.limit != Limit::Nesting => Err(limit.into()),
            Err(_) => {
                self.note(FindingCode::MalformedObject, None, Some(id));
                Ok(false)
            }
        }
    }
}

/// Whether the value at `position` is an array or dictionary in which `name` occurs as a name, at whatever depth,
/// and where it ends. Mirrors how the parser treats brackets that do not match: they are skipped.
fn may_have(bytes: &[u8], position: usize, name: &[u8]) -> (bool, usize) {
    let mut lexer = Lexer::new(bytes, position);
    let mut found = false;
    // One bit for each open bracket, the innermost lowest: 1 for a dictionary. A leading 1 marks the bottom.
    let mut open = 1_u128;
    loop {
        let lexeme = lexer.next_token();
        match lexeme.token {
            Token::DictOpen | Token::ArrayOpen => {
                if open.leading_zeros() == 0 {
                    return (true, lexeme.end); // deeper than the bits: let the parser see
                }
                open = (open << 1) | u128::from(lexeme.token == Token::DictOpen);
            }
            Token::DictClose if open != 1 && open & 1 == 1 => open >>= 1,
            Token::ArrayClose if open != 1 && open & 1 == 0 => open >>= 1,
            Token::Name(raw) => found |= lexer::name_is(raw, name),
            Token::Keyword(text) if parser::ends_object(text) => return (found, lexeme.start),
            Token::End => return (found, lexeme.start),
            _ => {}
        }
        if open == 1 {
            return (found, lexeme.end);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_however_they_are_hidden() {
        let has = |text: &[u8]| may_have(text, 0, b"ByteRange").0;
        assert!(has(b"<</A(stream endobj)/ByteRange[0]>>"));
        assert!(has(b"<</A[1]/Byte#52ange[0]>>"));
        assert!(has(b"<</A ] /B >/ByteRange[0]>>"));
        assert!(has(b"<</A[ >> ]/ByteRange[0]>>"));
        assert!(has(b"<</A<AB>%>>\n/ByteRange[0]>>"));
        assert!(has(&[b"[".repeat(200), b"/ByteRange".to_vec()].concat()));
        assert!(!has(b"<</A(/ByteRange)/B/ByteRanges>>/ByteRange"));
        assert!(!has(b"<</A 1>>stream /ByteRange"));
        assert!(!has(b"/ByteRang"));
    }

    #[test]
    fn the_end_is_where_the_value_ends() {
        assert_eq!(may_have(b"<</A<</B[]>>>> x", 0, b"C"), (false, 14));
        assert_eq!(may_have(b"12 0 R", 0, b"C"), (false, 2));
    }
}
