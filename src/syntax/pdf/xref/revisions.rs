//! Revisions: which sections belong together, and where each revision of the file ends (ISO 32000-2 §7.5.6).
//!
//! A linearised file (annex F) has two sections that are one revision: the first page's, near the start of the
//! file, whose `/Prev` leads forward to the main one.

use super::Place;
use super::Reading;
use super::Section;
use super::SectionKind;
use crate::limits::LimitExceeded;
use crate::syntax::pdf::finding::FindingCode;
use crate::syntax::pdf::lexer;
use crate::syntax::pdf::lexer::Lexer;
use crate::syntax::pdf::lexer::Token;
use crate::syntax::pdf::parser;
use crate::syntax::pdf::parser::Parser;
use crate::syntax::pdf::to_u64;
use crate::syntax::pdf::to_usize;

/// How far behind the number of `startxref` the marker `%%EOF` is searched.
const EOF_WINDOW: usize = 1024;

/// One state of the file: what was there before anything was appended to it.
#[derive(Clone, Debug)]
pub struct Revision {
    sections: Vec<Section>,
    start_xref: Option<u64>,
    end: u64,
    end_with_eol: u64,
}

impl Revision {
    pub(in crate::syntax::pdf) const fn new(sections: Vec<Section>, tail: Tail) -> Self {
        Self { sections, start_xref: tail.start_xref, end: tail.end, end_with_eol: tail.end_with_eol }
    }

    /// Its cross-reference sections, oldest first: one, or two of a linearised file.
    #[must_use]
    pub fn sections(&self) -> &[Section] {
        &self.sections
    }

    /// Bytes from the start of the file to the keyword `startxref` that ends the revision.
    #[must_use]
    pub const fn start_xref(&self) -> Option<u64> {
        self.start_xref
    }

    /// Bytes from the start of the file to the first byte behind `%%EOF`. Without that marker (a finding): behind
    /// the number of `startxref`, or behind the cross-reference section.
    #[must_use]
    pub const fn end(&self) -> u64 {
        self.end
    }

    /// The same, behind the one end of line that may follow.
    #[must_use]
    pub const fn end_with_eol(&self) -> u64 {
        self.end_with_eol
    }

    /// What the revision itself says of `number`: the newest of its sections that mentions it.
    #[must_use]
    pub fn lookup(&self, number: u32) -> Option<Place> {
        self.sections.iter().rev().find_map(|section| section.lookup(number))
    }

    pub(in crate::syntax::pdf) fn sections_mut(&mut self) -> &mut Vec<Section> {
        &mut self.sections
    }
}

/// How a revision ends.
#[derive(Clone, Copy, Debug)]
pub(in crate::syntax::pdf) struct Tail {
    pub(in crate::syntax::pdf) start_xref: Option<u64>,
    pub(in crate::syntax::pdf) end: u64,
    pub(in crate::syntax::pdf) end_with_eol: u64,
}

/// Groups the sections of a chain (newest first) into revisions (oldest first) and finds their ends.
/// `last_start_xref` is where the reading began.
pub(in crate::syntax::pdf) fn group(
    reading: &mut Reading<'_, '_>,
    sections: Vec<Section>,
    last_start_xref: usize,
) -> Result<Vec<Revision>, LimitExceeded> {
    let mut groups: Vec<Vec<Section>> = Vec::new(); // newest first, within a group too
    let mut joins = false;
    for section in sections {
        let forward = section.prev.is_some_and(|prev| prev > section.span.start);
        let start = to_usize(section.span.start);
        match groups.last_mut() {
            Some(group) if joins => group.push(section),
            _ => groups.push(vec![section]),
        }
        if forward && !is_linearised(reading) {
            reading.findings.add(FindingCode::PrevForward, Some(start), None);
        }
        joins = forward;
    }
    let mut revisions = Vec::with_capacity(groups.len());
    let mut newer: Option<&Vec<Section>> = None;
    for group in &groups {
        let tail = tail(reading, group, newer, last_start_xref)?;
        if let [first_page, main] = group.as_slice() {
            tell_duplicates(reading, first_page, main);
        }
        revisions.push(tail);
        newer = Some(group);
    }
    let mut revisions: Vec<Revision> = groups
        .into_iter()
        .zip(revisions)
        .map(|(mut group, tail)| {
            group.reverse();
            Revision::new(group, tail)
        })
        .collect();
    revisions.reverse();
    Ok(revisions)
}

/// Whether the first object of the file is a linearisation parameter dictionary.
fn is_linearised(reading: &mut Reading<'_, '_>) -> bool {
    let start = to_usize(reading.header.offset);
    let Some(head) = parser::head(reading.bytes, start) else { return false };
    let mut ignored = crate::syntax::pdf::finding::Findings::default();
    let mut parser = Parser::in_file(reading.bytes, head.body, Some(head.id), reading.limits.nesting, &mut ignored);
    parser.value().is_ok_and(|value| value.as_dict().is_some_and(|dict| dict.has(b"Linearized")))
}

/// The two sections of a linearised file divide its objects between them.
fn tell_duplicates(reading: &mut Reading<'_, '_>, first_page: &Section, main: &Section) {
    let in_use = |place: Place| place != Place::Free;
    if first_page.entries().any(|(number, place)| in_use(place) && main.lookup(number).is_some_and(in_use)) {
        reading.findings.add(FindingCode::DuplicateXrefEntry, Some(to_usize(first_page.span.start)), None);
    }
}

/// Finds the end of the revision with the sections `group`; `newer` are those of the next one.
fn tail(
    reading: &mut Reading<'_, '_>,
    group: &[Section],
    newer: Option<&Vec<Section>>,
    last_start_xref: usize,
) -> Result<Tail, LimitExceeded> {
    let base = to_usize(group.iter().map(|section| section.span.end).max().unwrap_or(0));
    // In all but damaged files `startxref` and `%%EOF` follow at once, and nothing has to be searched.
    if let Some(found) = word_at(reading.bytes, base, b"startxref") {
        let number = Lexer::near(reading.bytes, found.saturating_add(9)).next_token();
        if matches!(number.token, Token::Number(_)) && word_at(reading.bytes, number.end, b"%%EOF").is_some() {
            return Ok(tail_from(reading, found, reading.bytes.len()));
        }
    }
    let limit = match newer {
        Some(newer) => first_byte_of(newer, base).min(reading.bytes.len()),
        None => reading.bytes.len(),
    };
    let gap = reading.bytes.get(base..limit).unwrap_or_default();
    reading.budget.spend(to_u64(gap.len()) >> 10)?;
    if let Some(found) = memchr::memmem::find(gap, b"startxref") {
        return Ok(tail_from(reading, base.saturating_add(found), limit));
    }
    // The newest revision's `startxref` may stand before its section.
    if newer.is_none() {
        let mut tail = tail_from(reading, last_start_xref, reading.bytes.len());
        tail.end = tail.end.max(to_u64(base));
        tail.end_with_eol = tail.end_with_eol.max(tail.end);
        return Ok(tail);
    }
    reading.findings.add(FindingCode::MissingStartxref, Some(base), None);
    let end = match memchr::memmem::find(gap.get(..EOF_WINDOW.min(gap.len())).unwrap_or_default(), b"%%EOF") {
        Some(found) => base.saturating_add(found).saturating_add(5),
        None => {
            reading.findings.add(FindingCode::MissingEof, Some(base), None);
            base
        }
    };
    Ok(Tail { start_xref: None, end: to_u64(end), end_with_eol: to_u64(behind_eol(reading.bytes, end)) })
}

/// `word` at `position` or behind white space there.
fn word_at(bytes: &[u8], position: usize, word: &[u8]) -> Option<usize> {
    let rest = bytes.get(position..)?;
    let white = rest.iter().position(|byte| !lexer::is_white(*byte))?;
    rest.get(white..)?.starts_with(word).then(|| position.saturating_add(white))
}

/// The end of a revision whose `startxref` stands at `keyword`; nothing is looked at from `limit` on.
pub(in crate::syntax::pdf) fn tail_from(reading: &mut Reading<'_, '_>, keyword: usize, limit: usize) -> Tail {
    let bytes = reading.bytes.get(..limit).unwrap_or(reading.bytes);
    let after_keyword = keyword.saturating_add(9);
    let number = Lexer::near(bytes, after_keyword).next_token();
    let after = if matches!(number.token, Token::Number(_)) {
        number.end
    } else {
        reading.findings.add(FindingCode::InvalidStartxref, Some(keyword), None);
        after_keyword
    };
    let window = bytes.get(after..after.saturating_add(EOF_WINDOW).min(bytes.len())).unwrap_or_default();
    let end = match memchr::memmem::find(window, b"%%EOF") {
        Some(found) => after.saturating_add(found).saturating_add(5),
        None => {
            reading.findings.add(FindingCode::MissingEof, Some(keyword), None);
            after.min(bytes.len())
        }
    };
    let end_with_eol = behind_eol(bytes, end);
    Tail { start_xref: Some(to_u64(keyword)), end: to_u64(end), end_with_eol: to_u64(end_with_eol) }
}

fn behind_eol(bytes: &[u8], end: usize) -> usize {
    let eol = match bytes.get(end..).unwrap_or_default() {
        [b'\r', b'\n', ..] => 2,
        [b'\r' | b'\n', ..] => 1,
        _ => 0,
    };
    end.saturating_add(eol)
}

/// The first byte from `base` on that belongs to one of `sections` or an object of theirs.
fn first_byte_of(sections: &[Section], base: usize) -> usize {
    let base = to_u64(base);
    let objects = sections.iter().flat_map(Section::entries).filter_map(|(_, place)| match place {
        Place::InFile { offset, .. } => Some(offset),
        Place::Free | Place::InStream { .. } => None,
    });
    let starts = sections.iter().filter(|section| section.kind != SectionKind::Rebuilt);
    let starts = starts.map(|section| section.span.start);
    objects.chain(starts).filter(|offset| *offset >= base).min().map_or(usize::MAX, to_usize)
}

#[cfg(test)]
mod tests {
    use crate::syntax::pdf::FindingCode;
    use crate::syntax::pdf::Pdf;
    use crate::syntax::pdf::sample::Sample;
    use crate::syntax::pdf::sample::codes;
    use crate::syntax::pdf::sample::integer;

    fn ends(pdf: &Pdf<'_>) -> Vec<(u64, u64)> {
        pdf.revisions().iter().map(|revision| (revision.end(), revision.end_with_eol())).collect()
    }

    #[test]
    fn a_revision_ends_behind_its_marker() {
        let first = Sample::minimal().object(3, "1");
        let cut = Sample::minimal().bytes.len() as u64;
        let file = first.table("").object(3, "2").table("");
        let pdf = file.open();
        assert_eq!(codes(&pdf), vec![]);
        let end = file.bytes.len() as u64;
        let ends = ends(&pdf);
        assert_eq!((ends[0], ends[2]), ((cut - 1, cut), (end - 1, end)));
        assert_eq!((integer(&pdf, 3, 0), integer(&pdf, 3, 1), integer(&pdf, 3, 2)), (None, Some(1), Some(2)));
        assert_eq!(integer(&pdf, 3, 99), Some(2), "an index that is too high means the latest");
        assert!(pdf.trailing().blank);
        let starts: Vec<_> = pdf.revisions().iter().filter_map(|revision| revision.start_xref()).collect();
        assert!(
            starts
                .iter()
                .all(|start| file.bytes[usize::try_from(*start).expect("small")..].starts_with(b"startxref"))
        );
    }

    #[test]
    fn ends_of_line_behind_the_marker() {
        for (eol, length) in [(&b""[..], 0), (b"\r\n", 2), (b"\r", 1), (b"\n", 1), (b"\n\n", 1)] {
            let mut file = Sample::minimal();
            file.bytes.pop();
            let end = file.bytes.len() as u64;
            let file = file.raw(eol);
            let pdf = file.open();
            assert_eq!(ends(&pdf), vec![(end, end + length)]);
            assert!(pdf.trailing().blank);
            assert_eq!(codes(&pdf), vec![]);
        }
    }

    #[test]
    fn what_follows_the_last_revision_is_told() {
        let blank = Sample::minimal().raw(b"\n\0 \r\n");
        assert_eq!(codes(&blank.open()), vec![]);
        assert_eq!(blank.open().trailing().span.end, blank.bytes.len() as u64);
        let more = Sample::minimal().raw(b"more");
        assert_eq!(codes(&more.open()), vec![FindingCode::DataAfterEnd]);
        assert_eq!(more.open().trailing().span.start, Sample::minimal().bytes.len() as u64);
        // A second mark that leads to the same section is no revision.
        let section = Sample::minimal().section;
        let again = Sample::minimal().end(section);
        assert_eq!(ends(&again.open()), ends(&Sample::minimal().open()));
        assert_eq!(codes(&again.open()), vec![FindingCode::DataAfterEnd]);
    }

    #[test]
    fn missing_markers_are_told() {
        let file = Sample::new().pages().bare_table("/Root 1 0 R");
        let section = file.section;
        let cut = file.raw(format!("startxref\n{section}").as_bytes());
        assert_eq!(codes(&cut.open()), vec![FindingCode::MissingEof]);
        assert_eq!(ends(&cut.open()), vec![(cut.bytes.len() as u64, cut.bytes.len() as u64)]);
        // The first of two revisions has neither `startxref` nor `%%EOF`.
        let first = Sample::new().pages().bare_table("/Root 1 0 R");
        let end = first.bytes.len() as u64 - 1;
        let file = first.object(3, "3").table("");
        let pdf = file.open();
        assert_eq!(codes(&pdf), vec![FindingCode::MissingEof, FindingCode::MissingStartxref]);
        assert_eq!(ends(&pdf)[0], (end, end + 1));
        // It has `startxref`, but the next `%%EOF` is that of the second.
        let first = Sample::new().pages().bare_table("/Root 1 0 R");
        let section = first.section;
        let first = first.raw(format!("startxref\n{section}\n").as_bytes());
        let end = first.bytes.len() as u64 - 1;
        let file = first.object(3, "3").table("");
        let pdf = file.open();
        assert_eq!(codes(&pdf), vec![FindingCode::MissingEof]);
        assert_eq!(ends(&pdf)[0], (end, end + 1));
    }

    #[test]
    fn a_linearised_file_is_one_revision() {
        let first_page = Sample::new().object(3, "<</Linearized 1>>").object(1, "<</Type/Catalog/Pages 2 0 R>>");
        for (dict, findings) in
            [("<</Linearized 1>>", vec![]), ("<</Linearised 1>>", vec![FindingCode::PrevForward])]
        {
            let mut file = first_page.clone();
            let at = file.bytes.windows(17).position(|window| window == b"<</Linearized 1>>").expect("there");
            file.bytes.splice(at..at + 17, dict.bytes());
            let first_section = file.bytes.len();
            let file = file.bare_table("/Root 1 0 R/Prev 0000000000").raw(b"startxref\n0\n%%EOF\n");
            let mut file = file.object(2, "<</Type/Pages/Kids[]/Count 0>>").bare_table("");
            let main = file.section;
            let at = file.bytes.windows(10).position(|window| window == b"0000000000").expect("the first entry");
            assert!(at > first_section);
            let prev = file.bytes.windows(15).position(|window| window == b"/Prev 000000000").expect("there") + 6;
            file.bytes.splice(prev..prev + 10, format!("{main:010}").bytes());
            let file = file.end(first_section);
            let pdf = file.open();
            assert_eq!(codes(&pdf), findings);
            assert_eq!(pdf.revisions().len(), 1);
            assert_eq!(pdf.revisions()[0].sections().len(), 2);
            assert_eq!(ends(&pdf), vec![(file.bytes.len() as u64 - 1, file.bytes.len() as u64)]);
            assert!(pdf.trailer(pdf.latest()).has(b"Root"), "the first page's section is the newer one");
        }
    }
}
