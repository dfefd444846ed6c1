//! The byte range of a signature: its rules, the revision that it ends and how much it covers (ISO 32000-2 §12.8.1).
//!
//! A byte range is good where it is four non-negative integers, starts at 0, leaves out exactly the hexadecimal
//! string of Contents of this very dictionary, and ends where a revision ends. White space and NUL between the end
//! of a revision and the end of the range change nothing.

use crate::document::facts::{ByteRange, Changes, ChangesLevel, Coverage};
use crate::document::signature::ByteRangeDefect;
use crate::syntax::pdf::{Dict, ObjectId, Pdf, RevisionIndex};

/// Where a signature stands and what it covers.
#[derive(Debug)]
pub(crate) struct Place {
    /// The byte range, where it has the right form and lies in the file.
    pub(crate) byte_range: Option<ByteRange>,
    /// The rules that it breaks.
    pub(crate) defects: Vec<ByteRangeDefect>,
    /// The revision that it ends.
    pub(crate) revision: Option<RevisionIndex>,
    /// How much it covers.
    pub(crate) coverage: Coverage,
    /// What came after.
    pub(crate) changes: Changes,
}

impl Place {
    /// Judges the byte range of the signature dictionary `dict`, which is `object`.
    pub(crate) fn of(pdf: &Pdf<'_>, dict: &Dict, object: Option<ObjectId>) -> Self {
        let mut defects = Vec::new();
        let Some(range) = numbers(dict) else {
            defects.push(ByteRangeDefect::Form);
            return Self::nowhere(pdf, None, defects);
        };
        let size = u64::try_from(pdf.bytes().len()).unwrap_or(u64::MAX);
        let [start, gap_start, gap_end, length] = range;
        let end = gap_end.saturating_add(length);
        if start != 0 {
            defects.push(ByteRangeDefect::Start);
        }
        if gap_start > gap_end {
            defects.push(ByteRangeDefect::Form);
        }
        if end > size {
            defects.push(ByteRangeDefect::BeyondEnd { end, size });
        }
        let contents = dict.get(b"Contents");
        let hex = contents.and_then(|contents| contents.as_string()).is_some_and(|contents| contents.hex);
        let span = contents.and_then(|contents| contents.span).map(|span| (span.start, span.end));
        if !hex || span != Some((gap_start, gap_end)) {
            defects.push(ByteRangeDefect::Gap { start: gap_start, end: gap_end });
        }
        if !defects.is_empty() {
            return Self::nowhere(pdf, Some(range).filter(|_| end <= size && gap_start <= gap_end), defects);
        }
        let Some(revision) = revision_ended_at(pdf, end) else {
            defects.push(ByteRangeDefect::End { end });
            let mut place = Self::nowhere(pdf, Some(range), defects);
            place.coverage = Coverage::Partial;
            return place;
        };
        if let Some(object) = object
            && pdf.entry(object.number, revision) != pdf.entry(object.number, pdf.latest())
        {
            defects.push(ByteRangeDefect::OtherRevision);
            let mut place = Self::nowhere(pdf, Some(range), defects);
            place.coverage = Coverage::Partial;
            return place;
        }
        let changes = changes_after(pdf, revision, end);
        let coverage =
            if changes.level == ChangesLevel::None { Coverage::WholeDocument } else { Coverage::WholeRevision };
        Self { byte_range: Some(range), defects, revision: Some(revision), coverage, changes }
    }

    fn nowhere(pdf: &Pdf<'_>, byte_range: Option<ByteRange>, defects: Vec<ByteRangeDefect>) -> Self {
        let later = u64::try_from(pdf.revisions().len()).unwrap_or(u64::MAX);
        Self {
            byte_range,
            defects,
            revision: None,
            coverage: if byte_range.is_some() { Coverage::Partial } else { Coverage::None },
            changes: unknown(later, 0),
        }
    }
}

/// The four integers, none negative; the range may still break other rules.
fn numbers(dict: &Dict) -> Option<ByteRange> {
    let elements = dict.get_array(b"ByteRange")?;
    let numbers: Vec<u64> = elements
        .iter()
        .map(|element| element.as_i64().and_then(|number| u64::try_from(number).ok()))
        .collect::<Option<_>>()?;
    <[u64; 4]>::try_from(numbers).ok()
}

/// The revision whose end is `end`, white space and NUL apart. The whole file is the end of the last revision
/// whatever stands there: every byte is covered then.
fn revision_ended_at(pdf: &Pdf<'_>, end: u64) -> Option<RevisionIndex> {
    let size = u64::try_from(pdf.bytes().len()).unwrap_or(u64::MAX);
    if end == size {
        return Some(pdf.latest());
    }
    let found = pdf.revisions().iter().enumerate().rev().find(|(_, revision)| revision.end() <= end)?;
    is_blank(pdf.bytes(), found.1.end(), end).then_some(RevisionIndex::new(found.0))
}

/// What came after the revision `revision`, the bytes of which end at `end`: nobody has analysed it here.
fn changes_after(pdf: &Pdf<'_>, revision: RevisionIndex, end: u64) -> Changes {
    let later = pdf.revisions().len().saturating_sub(revision.get().saturating_add(1));
    let later = u64::try_from(later).unwrap_or(u64::MAX);
    let size = u64::try_from(pdf.bytes().len()).unwrap_or(u64::MAX);
    let after = if later == 0 { end } else { pdf.revisions().last().map_or(end, |last| last.end()) };
    let trailing = if is_blank(pdf.bytes(), after, size) { 0 } else { size.saturating_sub(after) };
    if later == 0 && trailing == 0 {
        return Changes {
            level: ChangesLevel::None,
            permitted: true,
            later_revisions: 0,
            trailing_bytes: 0,
            findings: Vec::new(),
        };
    }
    unknown(later, trailing)
}

const fn unknown(later_revisions: u64, trailing_bytes: u64) -> Changes {
    Changes {
        level: ChangesLevel::Unknown,
        permitted: false,
        later_revisions,
        trailing_bytes,
        findings: Vec::new(),
    }
}

/// Whether all bytes from `start` to `end` are white space or NUL (ISO 32000-2 §7.2.3).
fn is_blank(bytes: &[u8], start: u64, end: u64) -> bool {
    let range = usize::try_from(start).ok().zip(usize::try_from(end).ok());
    range
        .and_then(|(start, end)| bytes.get(start..end))
        .is_some_and(|between| between.iter().all(|octet| matches!(octet, 0 | b'\t' | b'\n' | 0x0c | b'\r' | b' ')))
}
