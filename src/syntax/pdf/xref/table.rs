//! Cross-reference tables (ISO 32000-2 §7.5.4), as real files write them: entries of 19 to 21 bytes, wrong
//! counts, a first subsection that starts with 1.

use super::Builder;
use super::ChainError;
use super::Place;
use super::Reading;
use super::Section;
use super::SectionKind;
use crate::syntax::pdf::Span;
use crate::syntax::pdf::Value;
use crate::syntax::pdf::finding::FindingCode;
use crate::syntax::pdf::lexer;
use crate::syntax::pdf::lexer::Lexer;
use crate::syntax::pdf::lexer::Token;
use crate::syntax::pdf::parser::ParseError;
use crate::syntax::pdf::parser::Parser;
use crate::syntax::pdf::to_u64;

/// Reads the table whose `xref` stands at `start`. Offsets are relative to `base`.
pub(super) fn read(reading: &mut Reading<'_, '_>, start: usize, base: u64) -> Result<Section, ChainError> {
    let mut lexer = Lexer::new(reading.bytes, start.saturating_add(4));
    let mut builder = Builder::default();
    loop {
        let lexeme = lexer.next_token();
        match lexeme.token {
            Token::Keyword(b"trailer") => break,
            Token::Number(first) => {
                let Token::Number(count) = lexer.next_token().token else { return Err(ChainError::Broken) };
                let first = lexer::digits(first).ok_or(ChainError::Broken)?;
                let count = lexer::digits(count).ok_or(ChainError::Broken)?;
                subsection(reading, &mut lexer, &mut builder, first, count, base)?;
            }
            _ => return Err(ChainError::Broken),
        }
    }
    reading.budget.spend(to_u64(lexer.position.saturating_sub(start)) >> 8)?;
    let trailer_start = lexer.position;
    let mut parser = Parser::in_file(reading.bytes, trailer_start, None, reading.limits.nesting, reading.findings);
    let trailer = parser.value().map_err(broken)?;
    let end = parser.position();
    let Value::Dict(trailer) = trailer.value else { return Err(ChainError::Broken) };
    let (entries, duplicates) = builder.finish();
    if duplicates {
        reading.findings.add(FindingCode::DuplicateXrefEntry, Some(start), None);
    }
    let span = Span { start: to_u64(start), end: to_u64(end) };
    Ok(Section { kind: SectionKind::Table, span, trailer, entries, prev: None, hybrid: None })
}

/// A trailer that cannot be parsed makes the chain unusable; one that is too deep is refused.
pub(super) const fn broken(error: ParseError) -> ChainError {
    match error {
        ParseError::TooDeep(limit) => ChainError::Limit(limit),
        ParseError::TooManyValues => ChainError::Broken,
    }
}

fn subsection(
    reading: &mut Reading<'_, '_>,
    lexer: &mut Lexer<'_>,
    builder: &mut Builder,
    first: u64,
    count: u64,
    base: u64,
) -> Result<(), ChainError> {
    let mut number = first;
    lexer.skip_white();
    for index in 0..count {
        let start = lexer.position;
        let Some(entry) = next_entry(lexer)? else {
            reading.findings.add(FindingCode::XrefEntryCount, Some(start), None);
            return Ok(());
        };
        reading.count_entry()?;
        if index == 0 && first == 1 && entry == (Entry { offset: 0, generation: 65_535, in_use: false }) {
            reading.findings.add(FindingCode::XrefSubsectionShifted, Some(start), None);
            number = 0;
        }
        let place = place(reading, entry, start, base);
        builder.push(u32::try_from(number).map_err(|_| ChainError::Broken)?, place);
        number = number.saturating_add(1);
    }
    Ok(())
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Entry {
    offset: u64,
    generation: u64,
    in_use: bool,
}

fn place(reading: &mut Reading<'_, '_>, entry: Entry, start: usize, base: u64) -> Place {
    if !entry.in_use {
        return Place::Free;
    }
    let offset = entry.offset.saturating_add(base);
    match u16::try_from(entry.generation) {
        Ok(generation) if entry.offset > 0 => Place::InFile { offset, generation },
        _ => {
            reading.findings.add(FindingCode::XrefEntryMalformed, Some(start), None);
            Place::Free
        }
    }
}

/// The next entry; `None` where the subsection ends early.
fn next_entry(lexer: &mut Lexer<'_>) -> Result<Option<Entry>, ChainError> {
    if let Some(entry) = regular_entry(lexer.bytes.get(lexer.position..).unwrap_or_default()) {
        lexer.position = lexer.position.saturating_add(20);
        return Ok(Some(entry));
    }
    let mut ahead = *lexer;
    let offset = match ahead.next_token().token {
        Token::Number(offset) => offset,
        Token::Keyword(b"trailer") => return Ok(None),
        _ => return Err(ChainError::Broken),
    };
    let Token::Number(generation) = ahead.next_token().token else { return Err(ChainError::Broken) };
    let in_use = match ahead.next_token().token {
        Token::Keyword(b"n") => true,
        Token::Keyword(b"f") => false,
        Token::Number(_) => return Ok(None), // the head of the next subsection
        _ => return Err(ChainError::Broken),
    };
    ahead.skip_white();
    *lexer = ahead;
    let offset = lexer::digits(offset).ok_or(ChainError::Broken)?;
    let generation = lexer::digits(generation).ok_or(ChainError::Broken)?;
    Ok(Some(Entry { offset, generation, in_use }))
}

/// An entry of exactly 20 bytes: `nnnnnnnnnn ggggg n` and two bytes of white space.
fn regular_entry(bytes: &[u8]) -> Option<Entry> {
    let entry: &[u8; 20] = bytes.first_chunk()?;
    let (offset, rest) = entry.split_first_chunk::<10>()?;
    let [b' ', g0, g1, g2, g3, g4, b' ', kind, eol0, eol1] = rest else { return None };
    if !matches!((eol0, eol1), (b' ' | b'\r', b'\n') | (b' ', b'\r')) {
        return None;
    }
    let in_use = match kind {
        b'n' => true,
        b'f' => false,
        _ => return None,
    };
    let offset = lexer::digits(offset)?;
    let generation = lexer::digits(&[*g0, *g1, *g2, *g3, *g4])?;
    Some(Entry { offset, generation, in_use })
}

#[cfg(test)]
mod tests {
    use crate::syntax::pdf::FindingCode;
    use crate::syntax::pdf::sample::Sample;
    use crate::syntax::pdf::sample::codes;
    use crate::syntax::pdf::sample::integer;

    /// A file whose table is `entries`, with `{1}`, `{2}`, `{3}` for the offsets of the objects.
    fn file(entries: &str) -> Sample {
        let sample = Sample::new().pages().object(3, "33");
        let text = String::from_utf8(sample.bytes.clone()).expect("text");
        let mut entries = entries.to_owned();
        for number in 1..4 {
            let offset = text.find(&format!("{number} 0 obj")).expect("there");
            entries = entries.replace(&format!("{{{number}}}"), &format!("{offset:010}"));
        }
        let section = sample.bytes.len();
        sample.raw(format!("xref\n{entries}trailer\n<</Size 4/Root 1 0 R>>\n").as_bytes()).end(section)
    }

    fn findings_of(entries: &str) -> Vec<FindingCode> {
        let file = file(entries);
        let pdf = file.open();
        assert_eq!(integer(&pdf, 3, 0), Some(33));
        codes(&pdf)
    }

    #[test]
    fn regular_tables() {
        let none: Vec<FindingCode> = vec![];
        assert_eq!(findings_of("0 4\n0000000000 65535 f \n{1} 00000 n \n{2} 00000 n \n{3} 00000 n \n"), none);
        assert_eq!(findings_of("0 4\r\n0000000000 65535 f\r\n{1} 00000 n\r\n{2} 00000 n\r\n{3} 00000 n\r\n"), none);
        assert_eq!(findings_of("3 1\n{3} 00000 n \n1 2\n{1} 00000 n \n{2} 00000 n \n"), none);
    }

    #[test]
    fn entries_of_another_length() {
        let none: Vec<FindingCode> = vec![];
        assert_eq!(findings_of("0 4\n0000000000 65535 f\n{1} 00000 n\n{2} 00000 n\n{3} 00000 n\n"), none);
        assert_eq!(findings_of("0 4\n0000000000 65535 f  \n{1} 00000 n  \n{2} 00000 n\n  {3} 0 n\n"), none);
    }

    #[test]
    fn wrong_numbers_are_repaired_and_told() {
        assert_eq!(
            findings_of("1 4\n0000000000 65535 f \n{1} 00000 n \n{2} 00000 n \n{3} 00000 n \n"),
            vec![FindingCode::XrefSubsectionShifted]
        );
        assert_eq!(
            findings_of("0 9\n0000000000 65535 f \n{1} 00000 n \n{2} 00000 n \n{3} 00000 n \n"),
            vec![FindingCode::XrefEntryCount]
        );
        assert_eq!(
            findings_of(
                "0 3\n0000000000 65535 f \n{1} 00000 n \n3 1\n{3} 00000 n \n1 2\n{1} 00000 n \n{2} 00000 n \n"
            ),
            vec![FindingCode::XrefEntryCount, FindingCode::DuplicateXrefEntry]
        );
        assert_eq!(
            findings_of(
                "0 6\n0000000000 65535 f \n{1} 00000 n \n{2} 00000 n \n{3} 00000 n \n0000000000 00000 n \n{1} 99999 n \n"
            ),
            vec![FindingCode::XrefEntryMalformed, FindingCode::ObjectBeyondSize]
        );
    }

    #[test]
    fn an_unreadable_table_is_rebuilt() {
        assert_eq!(
            findings_of("0 4\n0000000000 65535 f \n{1} 00000 x \n{2} 00000 n \n"),
            vec![FindingCode::InvalidStartxref, FindingCode::XrefRebuilt]
        );
        assert!(findings_of("0 4294967299\n0000000000 65535 f \ngarbage").contains(&FindingCode::XrefRebuilt));
    }
}
