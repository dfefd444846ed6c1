//! Searching the whole file for objects, where its cross-reference information is unusable.
//!
//! One pass from start to end: heads of objects (`12 0 obj`), trailers, and the `startxref … %%EOF` marks at which
//! revisions end. The data of streams are skipped, so that a PDF inside a PDF is not taken for a part of it.
//! Free objects cannot be told: what a later revision deleted is there again.

use super::Entries;
use super::Place;
use super::Reading;
use super::Section;
use super::SectionKind;
use super::revisions;
use super::revisions::Revision;
use super::revisions::Tail;
use crate::limits::Limit;
use crate::limits::LimitExceeded;
use crate::syntax::pdf::Dict;
use crate::syntax::pdf::ObjectId;
use crate::syntax::pdf::Span;
use crate::syntax::pdf::Value;
use crate::syntax::pdf::finding::FindingCode;
use crate::syntax::pdf::finding::Findings;
use crate::syntax::pdf::indirect;
use crate::syntax::pdf::lexer;
use crate::syntax::pdf::lexer::Lexer;
use crate::syntax::pdf::lexer::Token;
use crate::syntax::pdf::parser::Parser;
use crate::syntax::pdf::to_u64;
use memchr::memmem;
use memchr::memmem::FindIter;

/// What a search found, in the order of the file.
#[derive(Debug, Default)]
pub(in crate::syntax::pdf) struct Scan {
    pub(in crate::syntax::pdf) objects: Vec<Found>,
    /// Indices of `objects`, ordered by number and then by place.
    by_number: Vec<usize>,
    pub(in crate::syntax::pdf) object_streams: Vec<Found>,
    pub(in crate::syntax::pdf) trailers: Vec<(usize, Dict)>,
    /// Where the keyword `startxref` stands, but for those of the first page of a linearised file.
    pub(in crate::syntax::pdf) marks: Vec<usize>,
}

/// An object and where its number stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::syntax::pdf) struct Found {
    pub(in crate::syntax::pdf) id: ObjectId,
    pub(in crate::syntax::pdf) offset: usize,
}

impl Found {
    pub(in crate::syntax::pdf) fn place(self) -> Place {
        Place::InFile { offset: to_u64(self.offset), generation: self.id.generation }
    }
}

impl Scan {
    /// The last object of that number before `end`, with that generation where there is one.
    pub(in crate::syntax::pdf) fn last_before(&self, id: ObjectId, end: u64) -> Option<Found> {
        let object = |index: &usize| self.objects.get(*index);
        let number = |index: &usize| object(index).map_or(0, |found| found.id.number);
        let first = self.by_number.partition_point(|index| number(index) < id.number);
        let behind = self.by_number.partition_point(|index| number(index) <= id.number);
        let same = self.by_number.get(first..behind)?;
        let before = same.partition_point(|index| object(index).is_some_and(|found| to_u64(found.offset) < end));
        // A generation is looked for among the last ones only: a file may have millions with the same number.
        let last = || same.iter().take(before).rev().filter_map(object).take(64);
        last().find(|found| found.id.generation == id.generation).or_else(|| last().next()).copied()
    }
}

/// Searches the file.
///
/// # Errors
/// Only where a limit was reached.
pub(in crate::syntax::pdf) fn scan(reading: &mut Reading<'_, '_>) -> Result<Scan, LimitExceeded> {
    let mut scan = Scan::default();
    let mut objects = Occurrences::new(reading.bytes, b"obj");
    let mut streams = Occurrences::new(reading.bytes, b"stream");
    let mut trailers = Occurrences::new(reading.bytes, b"trailer");
    let mut marks = Occurrences::new(reading.bytes, b"startxref");
    let mut ends = Occurrences::new(reading.bytes, b"endstream");
    reading.budget.spend(to_u64(reading.bytes.len()) >> 8)?;
    let mut open: Option<Open> = None;
    let mut position = 0;
    loop {
        let object = objects.from(position);
        let stream = streams.from(position);
        let trailer = trailers.from(position);
        let mark = marks.from(position);
        let Some(next) = [object, stream, trailer, mark].into_iter().flatten().min() else { break };
        if Some(next) == object {
            position = next.saturating_add(3);
            if let Some(found) = head_before(reading.bytes, next) {
                reading.count_entry()?;
                scan.objects.push(found);
                open = Some(Open { found, body: position });
            } else if reading.bytes.get(..next).is_some_and(|before| before.ends_with(b"end")) {
                open = None;
            }
        } else if Some(next) == stream {
            position = next.saturating_add(6);
            if let Some(object) = open.take_if(|object| follows_dictionary(reading.bytes, object.body, next)) {
                if let Some(end) = stream_object(reading, &mut scan, object, next)? {
                    position = end;
                } else if let Some(end) = ends.from(position) {
                    position = end.saturating_add(9);
                } // without `endstream` nothing is skipped: the rest of the file may not be hidden
            }
        } else if Some(next) == trailer {
            position = next.saturating_add(7);
            open = None;
            // Up to the next mark at most, so that many unterminated ones do not cost the square of the file.
            let limit = trailers.from(position).into_iter().chain(marks.from(position)).min();
            if let Some(dict) = dictionary(reading, position, limit.unwrap_or(reading.bytes.len()))? {
                scan.trailers.push((next, dict));
            }
        } else {
            position = next.saturating_add(9);
            open = None;
            let number = Lexer::near(reading.bytes, position).next_token();
            // The first page of a linearised file ends with `startxref 0`: the revision goes on.
            if !matches!(number.token, Token::Number(text) if lexer::digits(text) == Some(0)) {
                scan.marks.push(next);
            }
        }
    }
    scan.by_number = (0..scan.objects.len()).collect();
    scan.by_number.sort_by_key(|index| scan.objects.get(*index).map(|found| found.id.number));
    Ok(scan)
}

/// An object whose end was not seen yet.
#[derive(Clone, Copy, Debug)]
struct Open {
    found: Found,
    body: usize,
}

/// The head whose keyword `obj` stands at `keyword`: digits, white space, digits, white space before it.
fn head_before(bytes: &[u8], keyword: usize) -> Option<Found> {
    let before = bytes.get(..keyword)?;
    let (before, generation) = number_before(before)?;
    let (before, number) = number_before(before)?;
    // `endobj` may be glued to the number; another word or number may not.
    if before.last().is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'.')
        && !before.ends_with(b"endobj")
    {
        return None;
    }
    let id = ObjectId {
        number: u32::try_from(lexer::digits(number)?).ok()?,
        generation: u16::try_from(lexer::digits(generation)?).unwrap_or(u16::MAX),
    };
    Some(Found { id, offset: before.len() })
}

/// Splits `…12 ` into what stands before the digits, and the digits. At most 10 digits and 32 bytes of white space.
fn number_before(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let window = bytes.get(bytes.len().saturating_sub(42)..)?;
    let white = window.iter().rev().take_while(|byte| lexer::is_white(**byte)).count();
    let behind = bytes.len().checked_sub(white)?;
    let digits = bytes.get(..behind)?.iter().rev().take(11).take_while(|byte| byte.is_ascii_digit()).count();
    if white == 0 || digits == 0 || digits > 10 {
        return None;
    }
    let start = behind.checked_sub(digits)?;
    Some((bytes.get(..start)?, bytes.get(start..behind)?))
}

/// Whether the word `stream` at `keyword` follows `>>`, and more than an object's head.
fn follows_dictionary(bytes: &[u8], body: usize, keyword: usize) -> bool {
    let between = bytes.get(body..keyword).unwrap_or_default();
    let white = between.iter().rev().take_while(|byte| lexer::is_white(**byte)).count();
    let dict = between.get(..between.len().saturating_sub(white)).unwrap_or_default();
    dict.ends_with(b">>")
}

/// Looks at the stream object whose keyword `stream` stands at `keyword`. Says where `endstream` ends, where the
/// length leads there; a wrong length is told when the object is read.
fn stream_object(
    reading: &mut Reading<'_, '_>,
    scan: &mut Scan,
    object: Open,
    keyword: usize,
) -> Result<Option<usize>, LimitExceeded> {
    let dict = dictionary(reading, object.body, keyword)?.unwrap_or_default();
    let length = dict.get_int(b"Length").and_then(|length| usize::try_from(length).ok());
    match dict.get_name(b"Type") {
        Some(b"ObjStm") => scan.object_streams.push(object.found),
        Some(b"XRef") => scan.trailers.push((object.found.offset, dict)),
        _ => {}
    }
    let data = indirect::data_start(reading.bytes, keyword.saturating_add(6)).0;
    let end = length.and_then(|length| data.checked_add(length));
    Ok(end.and_then(|end| indirect::endstream_at(reading.bytes, end)))
}

/// The dictionary at `position`, if it ends before `limit`.
fn dictionary(reading: &mut Reading<'_, '_>, position: usize, limit: usize) -> Result<Option<Dict>, LimitExceeded> {
    let mut ignored = Findings::default();
    let bytes = reading.bytes.get(..limit).unwrap_or(reading.bytes);
    let mut parser = Parser::in_file(bytes, position, None, reading.limits.nesting, &mut ignored);
    let value = parser.value();
    reading.budget.spend((to_u64(parser.position().saturating_sub(position)) >> 8).saturating_add(1))?;
    match value.map(|object| object.value) {
        Ok(Value::Dict(dict)) => Ok(Some(dict)),
        Ok(_) | Err(_) => Ok(None),
    }
}

/// The places of one word, in order.
struct Occurrences<'a> {
    rest: FindIter<'a, 'static>,
    next: Option<usize>,
}

impl<'a> Occurrences<'a> {
    fn new(bytes: &'a [u8], word: &'static [u8]) -> Self {
        let mut rest = memmem::find_iter(bytes, word);
        let next = rest.next();
        Self { rest, next }
    }

    /// The first place from `position` on.
    fn from(&mut self, position: usize) -> Option<usize> {
        while self.next.is_some_and(|next| next < position) {
            self.next = self.rest.next();
        }
        self.next
    }
}

/// The revisions of a searched file, oldest first: each ends at a mark, the last one maybe without. What object
/// streams contain is not there yet, see [`add_streamed`].
///
/// # Errors
/// Where there are more revisions than sections are allowed.
pub(in crate::syntax::pdf) fn revisions(
    reading: &mut Reading<'_, '_>,
    scan: &Scan,
) -> Result<Vec<Revision>, LimitExceeded> {
    reading.findings.add(FindingCode::XrefRebuilt, None, None);
    let mut revisions: Vec<Revision> = Vec::new();
    let mut start = 0;
    for mark in &scan.marks {
        let next = scan.objects.get(scan.objects.partition_point(|found| found.offset <= *mark));
        let next = next.map(|found| found.offset);
        let tail = revisions::tail_from(reading, *mark, next.unwrap_or(reading.bytes.len()));
        let end = usize::try_from(tail.end).unwrap_or(usize::MAX);
        if let Some(section) = section(reading, scan, start, end) {
            revisions.push(Revision::new(vec![section], tail));
        }
        let maximum = reading.limits.xref_sections;
        if revisions.len() > usize::try_from(maximum).unwrap_or(usize::MAX) {
            return Err(LimitExceeded { limit: Limit::XrefSections, maximum: u64::from(maximum) });
        }
        start = end;
    }
    let end = reading.bytes.len();
    if let Some(section) = section(reading, scan, start, end) {
        reading.findings.add(FindingCode::MissingStartxref, Some(start), None);
        let end = to_u64(end);
        revisions.push(Revision::new(vec![section], Tail { start_xref: None, end, end_with_eol: end }));
    }
    Ok(revisions)
}

/// The section of the objects and trailers that stand from `start` to `end`; `None` where there are none.
fn section(reading: &mut Reading<'_, '_>, scan: &Scan, start: usize, end: usize) -> Option<Section> {
    let objects_before = |end: usize| scan.objects.partition_point(|found| found.offset < end);
    let objects = scan.objects.get(objects_before(start)..objects_before(end))?;
    let trailers_before = |end: usize| scan.trailers.partition_point(|(offset, _)| *offset < end);
    let trailers = scan.trailers.get(trailers_before(start)..trailers_before(end))?;
    let trailers = || trailers.iter().rev();
    let trailer = trailers().find(|(_, dict)| dict.has(b"Root")).or_else(|| trailers().next());
    if objects.is_empty() && trailer.is_none() {
        return None;
    }
    // Of objects with the same number the last one counts: it comes first here.
    let single = objects.iter().rev().map(|found| (found.id.number, found.place())).collect();
    let entries = Entries::from_single(single);
    for found in objects {
        if entries.lookup(found.id.number) != Some(found.place()) {
            reading.findings.add(FindingCode::DuplicateObject, Some(found.offset), Some(found.id));
        }
    }
    Some(Section {
        kind: SectionKind::Rebuilt,
        span: Span { start: to_u64(start), end: to_u64(end) },
        trailer: trailer.map(|(_, dict)| dict.clone()).unwrap_or_default(),
        entries,
        prev: None,
        hybrid: None,
    })
}

/// Adds to a rebuilt section what its object streams contain: for each the place of the stream and the numbers of
/// its objects. Of two definitions the one that stands later in the file counts.
pub(in crate::syntax::pdf) fn add_streamed(section: &mut Section, streams: &[(Found, Vec<u32>)]) {
    let mut single: Vec<(u32, u64, Place)> = Vec::new();
    for (number, place) in section.entries.iter() {
        let offset = if let Place::InFile { offset, .. } = place { offset } else { 0 };
        single.push((number, offset, place));
    }
    for (found, numbers) in streams {
        let stream = found.id.number;
        let placed = numbers
            .iter()
            .zip(0_u32..)
            .map(|(number, index)| (*number, to_u64(found.offset), Place::InStream { stream, index }));
        single.extend(placed);
    }
    single.sort_by_key(|(number, offset, _)| (*number, std::cmp::Reverse(*offset)));
    section.entries = Entries::from_single(single.into_iter().map(|(number, _, place)| (number, place)).collect());
}

#[cfg(test)]
mod tests {
    use super::head_before;
    use crate::syntax::pdf::FindingCode;
    use crate::syntax::pdf::Malformation;
    use crate::syntax::pdf::PdfError;
    use crate::syntax::pdf::sample;
    use crate::syntax::pdf::sample::Sample;
    use crate::syntax::pdf::sample::codes;
    use crate::syntax::pdf::sample::integer;

    /// The file with every offset of its sections and marks spoilt.
    fn spoilt(file: &Sample) -> Vec<u8> {
        String::from_utf8_lossy(&file.bytes).replace("startxref\n", "startxref\n9").into_bytes()
    }

    #[test]
    fn revisions_are_told_apart() {
        let first = Sample::minimal().object(3, "1").table("");
        let file = first.object(3, "2").object(4, "4").table("");
        let bytes = spoilt(&file);
        let pdf = sample::open(&bytes).expect("it is rebuilt");
        assert_eq!(codes(&pdf), vec![FindingCode::InvalidStartxref, FindingCode::XrefRebuilt]);
        assert_eq!(pdf.revisions().len(), 3);
        assert_eq!((integer(&pdf, 3, 0), integer(&pdf, 3, 1), integer(&pdf, 3, 2)), (None, Some(1), Some(2)));
        let ends: Vec<_> = pdf.revisions().iter().map(|revision| revision.end()).collect();
        assert!(ends.iter().all(|end| bytes[..usize::try_from(*end).expect("small")].ends_with(b"%%EOF")));
    }

    #[test]
    fn object_streams_are_read() {
        let file = Sample::new().pages().object_stream(5, &[(3, "33"), (4, "44")]).xref_stream(6, &[], "");
        let file = file.object(4, "45").xref_stream(7, &[], "");
        let bytes = spoilt(&file);
        let pdf = sample::open(&bytes).expect("it is rebuilt");
        assert_eq!((integer(&pdf, 3, 1), integer(&pdf, 4, 0), integer(&pdf, 4, 1)), (Some(33), Some(44), Some(45)));
    }

    #[test]
    fn a_file_in_a_stream_is_no_part_of_the_file() {
        let inner = Sample::minimal().object(3, "666").table("");
        let file = Sample::new().pages().object(3, "33").stream(4, "/Type/EmbeddedFile", &inner.bytes).table("");
        let bytes = String::from_utf8_lossy(&file.bytes).into_owned();
        let at = bytes.rfind("startxref\n").expect("there");
        let bytes = [&bytes.as_bytes()[..at], b"startxref\n99999\n%%EOF\n"].concat();
        let pdf = sample::open(&bytes).expect("it is rebuilt");
        assert_eq!(integer(&pdf, 3, 0), Some(33));
        assert_eq!(pdf.revisions().len(), 1);
    }

    #[test]
    fn without_marks_and_trailer_the_catalog_is_searched() {
        let file =
            Sample::new().object(2, "<</Type/Pages>>").object(1, "<</Type/Catalog/Pages 2 0 R>>").object(3, "1");
        let file = file.object(3, "33");
        let pdf = file.open();
        assert_eq!(
            codes(&pdf),
            vec![
                FindingCode::MissingStartxref,
                FindingCode::XrefRebuilt,
                FindingCode::CatalogSearched,
                FindingCode::DuplicateObject
            ]
        );
        assert_eq!(integer(&pdf, 3, 0), Some(33));
        assert_eq!(pdf.revisions()[0].end(), file.bytes.len() as u64);
    }

    #[test]
    fn heads_are_read_backwards() {
        let found = |text: &[u8]| head_before(text, text.len()).map(|found| (found.id.number, found.offset));
        assert_eq!(found(b"x\n12 0 "), Some((12, 2)));
        assert_eq!(found(b"endobj12 0 "), Some((12, 6)));
        assert_eq!(found(b"1.12 0 "), None);
        assert_eq!(found(b"x12 0 "), None);
        assert_eq!(found(b"12 0"), None);
        assert_eq!(found(b"end"), None);
        assert_eq!(found(b"99999999999 0 "), None);
    }

    #[test]
    fn nothing_to_find() {
        assert_eq!(sample::open(b"").err(), Some(PdfError::NotPdf));
        assert_eq!(sample::open(b"<xml/>").err(), Some(PdfError::NotPdf));
        let malformed = PdfError::Malformed { what: Malformation::NoCatalog, offset: None };
        assert_eq!(sample::open(b"%PDF-1.7\n").err(), Some(malformed));
        assert_eq!(sample::open(b"%PDF-1.7\n1 0 obj 1 endobj\n").err(), Some(malformed));
        assert_eq!(sample::open(b"%PDF-1.7\ntrailer<</Root 1 0 R>>").err(), Some(malformed));
    }

    #[test]
    fn unterminated_things_cost_no_square() {
        for part in
            [&b"1 0 obj<<("[..], b"trailer<<(", b"1 0 obj<<>>stream ", b"1 0 obj<<>>stream\n/Length 9 9 0 R "]
        {
            let bytes = [b"%PDF-1.7\n".to_vec(), part.repeat(100_000)].concat();
            let mut budget = sample::budget();
            let limits = crate::limits::Limits::DEFAULT;
            let result = crate::syntax::pdf::Pdf::open(&bytes, None, &limits, &mut budget);
            assert!(result.is_err());
        }
    }
}
