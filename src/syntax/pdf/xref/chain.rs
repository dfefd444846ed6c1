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

/// How far from the end of the file `startxref` is expected (annex I).
const TAIL: usize = 1024;

/// The sections of a file, newest first, and where the last `startxref` stands.
#[derive(Debug)]
pub(in super::super) struct Chain {
    pub(in super::super) sections: Vec<Section>,
    pub(in super::super) start_xref: usize,
}

/// Reads all sections.
pub(in super::super) fn read(reading: &mut Reading<'_, '_>) -> Result<Chain, ChainError> {
    let Some(start_xref) = last_start_xref(reading)? else {
        reading.findings.add(FindingCode::MissingStartxref, None, None);
        return Err(ChainError::Broken);
    };
    let number = Lexer::new(reading.bytes, start_xref.saturating_add(9)).next_token();
    let first = match number.token {
        Token::Number(text) => lexer::digits(text),
        _ => None,
    };
    let located = first.and_then(|first| locate(reading, first));
    let Some(located) = located else {
        reading.findings.add(FindingCode::InvalidStartxref, Some(start_xref), None);
        return Err(ChainError::Broken);
    };
    let sections = follow(reading, located)?;
    Ok(Chain { sections, start_xref })
}

/// The last `startxref`: in the last KiB, or else anywhere.
fn last_start_xref(reading: &mut Reading<'_, '_>) -> Result<Option<usize>, LimitExceeded> {
    let tail_start = reading.bytes.len().saturating_sub(TAIL);
    let tail = reading.bytes.get(tail_start..).unwrap_or_default();
    if let Some(found) = memchr::memmem::rfind(tail, b"startxref") {
        return Ok(Some(tail_start.saturating_add(found)));
    }
    let found = memchr::memmem::rfind(reading.bytes, b"startxref");
    let searched = reading.bytes.len().saturating_sub(found.unwrap_or(0));
    reading.budget.spend(to_u64(searched) >> 10)?;
    Ok(found)
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

fn follow(reading: &mut Reading<'_, '_>, first: Located) -> Result<Vec<Section>, ChainError> {
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
        let mut section = read_section(reading, located)?;
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
        let Some(Located { stream: Some(head), base, .. }) = hybrid else {
            reading.findings.add(FindingCode::InvalidPrev, Some(located.start), None);
            return Err(ChainError::Broken);
        };
        section.hybrid = Some(Box::new(stream::read(reading, head, base)?));
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
