//! The chain of sections: from `startxref` along `/Prev` to the oldest (ISO 32000-2 §7.5.5, §7.5.6).

use std::collections::HashSet;

use super::ChainError;
use super::Reading;
use super::Section;
use super::stream;
use super::table;
use crate::limits::Limit;
use crate::limits::LimitExceeded;
use crate::syntax::pdf::Dict;
use crate::syntax::pdf::Value;
use crate::syntax::pdf::finding::FindingCode;
use crate::syntax::pdf::lexer;
use crate::syntax::pdf::lexer::Lexer;
use crate::syntax::pdf::lexer::Token;
use crate::syntax::pdf::parser;
use crate::syntax::pdf::parser::Head;
use crate::syntax::pdf::to_u64;
use crate::syntax::pdf::to_usize;

/// How far from the end of the file `startxref` is expected (annex I).
const TAIL: usize = 1024;

/// The sections of a file, newest first, and where the last `startxref` stands.
#[derive(Debug)]
pub(in crate::syntax::pdf) struct Chain {
    pub(in crate::syntax::pdf) sections: Vec<Section>,
    pub(in crate::syntax::pdf) start_xref: usize,
    /// Whether it stands where every reader looks for it. If not, something may follow that was meant to be a
    /// revision.
    pub(in crate::syntax::pdf) near_end: bool,
}

/// Reads all sections.
pub(in crate::syntax::pdf) fn read(reading: &mut Reading<'_, '_>) -> Result<Chain, ChainError> {
    let Some((start_xref, near_end)) = last_start_xref(reading)? else {
        reading.findings.add(FindingCode::MissingStartxref, None, None);
        return Err(ChainError::Broken);
    };
    let number = Lexer::near(reading.bytes, start_xref.saturating_add(9)).next_token();
    let first = match number.token {
        Token::Number(text) => lexer::digits(text),
        _ => None,
    };
    let located = first.and_then(|first| locate(reading, first));
    let Some(located) = located else {
        reading.findings.add(FindingCode::InvalidStartxref, Some(start_xref), None);
        return Err(ChainError::Broken);
    };
    let sections = follow(reading, located, start_xref)?;
    Ok(Chain { sections, start_xref, near_end })
}

/// The last `startxref`, and whether it stands in the last KiB before the white space at the end of the file.
fn last_start_xref(reading: &mut Reading<'_, '_>) -> Result<Option<(usize, bool)>, LimitExceeded> {
    let blank = reading.bytes.iter().rev().take_while(|byte| lexer::is_white(**byte)).count();
    reading.budget.spend(to_u64(blank) >> 10)?;
    let end = reading.bytes.len().saturating_sub(blank);
    let tail_start = end.saturating_sub(TAIL);
    let tail = reading.bytes.get(tail_start..end).unwrap_or_default();
    if let Some(found) = memchr::memmem::rfind(tail, b"startxref") {
        return Ok(Some((tail_start.saturating_add(found), true)));
    }
    let found = memchr::memmem::rfind(reading.bytes, b"startxref");
    let searched = reading.bytes.len().saturating_sub(found.unwrap_or(0));
    reading.budget.spend(to_u64(searched) >> 10)?;
    Ok(found.map(|found| (found, false)))
}

/// A section that was found.
#[derive(Clone, Copy, Debug)]
struct Located {
    start: usize,
    /// `None` for a table.
    stream: Option<Head>,
    /// What offsets of this section are relative to.
    base: u64,
}

fn follow(reading: &mut Reading<'_, '_>, first: Located, start_xref: usize) -> Result<Vec<Section>, ChainError> {
    let mut sections: Vec<Section> = Vec::new();
    let mut seen = HashSet::new();
    let mut next = Some(first);
    while let Some(located) = next {
        let maximum = reading.limits.xref_sections;
        if sections.len() >= usize::try_from(maximum).unwrap_or(usize::MAX) {
            return Err(LimitExceeded { limit: Limit::XrefSections, maximum: u64::from(maximum) }.into());
        }
        reading.budget.spend(1)?;
        seen.insert(located.start);
        let mut section = read_section(reading, located).inspect_err(|error| match sections.last() {
            _ if *error != ChainError::Broken => {}
            None => reading.findings.add(FindingCode::InvalidStartxref, Some(start_xref), None),
            Some(newer) => reading.findings.add(FindingCode::InvalidPrev, Some(to_usize(newer.span.start)), None),
        })?;
        next = prev(reading, &section.trailer, located.start)?;
        section.prev = next.map(|next| to_u64(next.start));
        if let Some(again) = next.filter(|next| seen.contains(&next.start)) {
            reading.findings.add(FindingCode::XrefLoop, Some(again.start), None);
            next = None;
        }
        sections.push(section);
    }
    Ok(sections)
}

fn read_section(reading: &mut Reading<'_, '_>, located: Located) -> Result<Section, ChainError> {
    let mut section = match located.stream {
        Some(head) => stream::read(reading, head, located.base)?,
        None => table::read(reading, located.start, located.base)?,
    };
    if located.stream.is_none() && section.trailer.has(b"XRefStm") {
        reading.findings.add(FindingCode::HybridXref, Some(located.start), None);
        let hybrid = offset(&section.trailer, b"XRefStm").and_then(|offset| locate(reading, offset));
        let hybrid = match hybrid {
            Some(Located { stream: Some(head), base, .. }) => stream::read(reading, head, base),
            _ => Err(ChainError::Broken),
        };
        if hybrid.as_ref().is_err_and(|error| *error == ChainError::Broken) {
            reading.findings.add(FindingCode::InvalidPrev, Some(located.start), None);
        }
        section.hybrid = Some(Box::new(hybrid?));
    }
    check_size(reading, &section, located.start);
    Ok(section)
}

/// Entries have to be below `/Size`.
fn check_size(reading: &mut Reading<'_, '_>, section: &Section, start: usize) {
    let Some(size) = offset(&section.trailer, b"Size") else {
        reading.findings.add(FindingCode::MalformedTrailer, Some(start), None);
        return;
    };
    let hybrid_end = section.hybrid.as_ref().map_or(0, |hybrid| hybrid.entries.end());
    if section.entries.end().max(hybrid_end) > size {
        reading.findings.add(FindingCode::ObjectBeyondSize, Some(start), None);
    }
}

/// The section that `/Prev` names.
fn prev(reading: &mut Reading<'_, '_>, trailer: &Dict, start: usize) -> Result<Option<Located>, ChainError> {
    let located = match trailer.get(b"Prev").map(|prev| &prev.value) {
        None | Some(Value::Null) => return Ok(None),
        Some(_) => match offset(trailer, b"Prev") {
            Some(0) => {
                reading.findings.add(FindingCode::PrevZero, Some(start), None);
                return Ok(None);
            }
            Some(offset) => locate(reading, offset),
            None => None,
        },
    };
    if located.is_none() {
        reading.findings.add(FindingCode::InvalidPrev, Some(start), None);
        return Err(ChainError::Broken);
    }
    Ok(located)
}

fn offset(dict: &Dict, key: &[u8]) -> Option<u64> {
    dict.get_int(key).and_then(|offset| u64::try_from(offset).ok())
}

/// The section at `written`, read from the start of the file or else from the header.
fn locate(reading: &mut Reading<'_, '_>, written: u64) -> Option<Located> {
    let shift = reading.header.offset;
    for base in [0, shift] {
        let Some(position) = written.checked_add(base).and_then(|offset| usize::try_from(offset).ok()) else {
            continue;
        };
        if let Some(located) = section_at(reading, position, base) {
            if base > 0 || located.start != position {
                reading.findings.add(FindingCode::XrefOffsetCorrected, Some(located.start), None);
            }
            return Some(located);
        }
    }
    None
}

fn section_at(reading: &Reading<'_, '_>, position: usize, base: u64) -> Option<Located> {
    let rest = reading.bytes.get(position..)?;
    let white = rest.iter().position(|byte| !lexer::is_white(*byte))?;
    let start = position.checked_add(white)?;
    if rest.get(white..)?.starts_with(b"xref") {
        return Some(Located { start, stream: None, base });
    }
    let head = parser::head(reading.bytes, start)?;
    Some(Located { start: head.start, stream: Some(head), base })
}

#[cfg(test)]
mod tests {
    use crate::limits::Limit;
    use crate::limits::Limits;
    use crate::syntax::pdf::FindingCode;
    use crate::syntax::pdf::Pdf;
    use crate::syntax::pdf::PdfError;
    use crate::syntax::pdf::Place;
    use crate::syntax::pdf::sample;
    use crate::syntax::pdf::sample::Sample;
    use crate::syntax::pdf::sample::codes;
    use crate::syntax::pdf::sample::integer;

    #[test]
    fn offsets_behind_junk_are_true_offsets() {
        let file = Sample::minimal().object(3, "33").table("");
        let junk = [b"junk\n".to_vec(), file.bytes.clone()].concat();
        let pdf = sample::open(&junk).expect("it opens");
        assert_eq!(codes(&pdf), vec![FindingCode::JunkBeforeHeader, FindingCode::XrefOffsetCorrected]);
        let Some(Place::InFile { offset, .. }) = pdf.entry(3, pdf.latest()).map(|entry| entry.place) else {
            panic!("in the file")
        };
        assert!(junk[usize::try_from(offset).expect("small")..].starts_with(b"3 0 obj"));
        let span = sample::object(&pdf, 3).expect("readable").span.expect("in the file");
        assert_eq!(
            &junk[usize::try_from(span.start).expect("small")..usize::try_from(span.end).expect("small")],
            b"33"
        );
        assert_eq!(pdf.revisions()[1].end(), junk.len() as u64 - 1);
    }

    #[test]
    fn offsets_that_count_the_junk_are_taken_as_written() {
        let mut file = Sample::new();
        file.bytes = b"junk\n%PDF-1.7\n".to_vec();
        let file = file.pages().table("");
        let pdf = file.open();
        assert_eq!(codes(&pdf), vec![FindingCode::JunkBeforeHeader]);
    }

    #[test]
    fn an_object_that_counts_otherwise_than_its_section_is_found() {
        let mut file = Sample::new();
        file.bytes = b"junk\n%PDF-1.7\n".to_vec();
        let file = file.pages();
        let offset = file.bytes.len();
        let file = file.raw(b"3 0 obj 33 endobj\n").entry(3, 0, offset - 5).table("");
        let pdf = file.open();
        assert_eq!(integer(&pdf, 3, 0), Some(33));
        assert_eq!(codes(&pdf), vec![FindingCode::JunkBeforeHeader, FindingCode::ObjectOffsetCorrected]);
    }

    #[test]
    fn white_space_before_a_section_is_told() {
        let file = Sample::new().pages().raw(b"\n\n").bare_table("/Root 1 0 R");
        let start = file.section;
        let pdf_bytes = file.end(start - 2);
        assert_eq!(codes(&pdf_bytes.open()), vec![FindingCode::XrefOffsetCorrected]);
    }

    #[test]
    fn circles_end() {
        let file = Sample::new().pages();
        let section = file.bytes.len();
        let file = file.table_with(&format!("/Root 1 0 R/Prev {section}"));
        let pdf = file.open();
        assert_eq!(codes(&pdf), vec![FindingCode::XrefLoop]);
        assert_eq!(pdf.revisions().len(), 1);
    }

    #[test]
    fn a_chain_that_breaks_is_rebuilt() {
        for prev in ["99999999", "5", "-1", "1 0 R", "/None"] {
            let file = Sample::minimal().object(3, "33").table_with(&format!("/Root 1 0 R/Prev {prev}"));
            let pdf = file.open();
            assert_eq!(codes(&pdf), vec![FindingCode::XrefRebuilt, FindingCode::InvalidPrev], "{prev}");
            assert_eq!(pdf.revisions().len(), 2);
            assert_eq!((integer(&pdf, 3, 0), integer(&pdf, 3, 1)), (None, Some(33)));
        }
    }

    #[test]
    fn a_prev_of_zero_is_none() {
        let file = Sample::new().pages().table_with("/Root 1 0 R/Prev 0");
        assert_eq!(codes(&file.open()), vec![FindingCode::PrevZero]);
    }

    #[test]
    fn the_number_of_sections_is_limited() {
        let file = Sample::minimal().table("").table("");
        let limits = Limits { xref_sections: 2, ..Limits::DEFAULT };
        let error = Pdf::open(&file.bytes, None, &limits, &mut sample::budget()).err();
        assert!(matches!(error, Some(PdfError::Limit(limit)) if limit.limit == Limit::XrefSections));
    }

    #[test]
    fn hidden_objects_of_a_hybrid_file() {
        let mut file = Sample::new().pages().object_stream(5, &[(3, "33")]);
        let shown = std::mem::take(&mut file.pending);
        let mut file = file.bare_xref_stream(6, &[(3, 5, 0)], "");
        let hidden = file.section;
        file.pending = shown;
        let file = file.table_with(&format!("/Root 1 0 R/XRefStm {hidden}"));
        let pdf = file.open();
        assert_eq!(integer(&pdf, 3, 0), Some(33));
        assert_eq!(codes(&pdf), vec![FindingCode::HybridXref]);
        assert_eq!(pdf.revisions().len(), 1);
        assert!(pdf.revisions()[0].sections()[0].hybrid().is_some());
    }

    #[test]
    fn a_hybrid_stream_that_cannot_be_read_is_told() {
        let file = Sample::new().pages().table_with("/Root 1 0 R/XRefStm 9");
        let expected = vec![
            FindingCode::InvalidStartxref,
            FindingCode::XrefRebuilt,
            FindingCode::InvalidPrev,
            FindingCode::HybridXref,
        ];
        assert_eq!(codes(&file.open()), expected);
    }
}
