//! Appending to a file (ISO 32000-2 §7.5.6): the bytes that are there stay as they are, and what is new or changed
//! follows them, with a cross-reference section of its own.
//!
//! * **Numbers** of new objects start at the larger of the trailer's `/Size` and the highest number that any section
//!   mentions, plus one.
//! * **Changed dictionaries are spliced** ([`Source`]): the text that is there stays, and a key is inserted or its
//!   value replaced. So numbers stay as they are written, and what we do not understand stays too. A dictionary that
//!   stands in an object stream becomes an object of its own, with its text.
//! * **The section** has the form of the last one of the file, table or stream, as readers expect (§7.5.8.4).
//!   `/Root`, `/Info` and the first element of `/ID` are carried on; other entries of the trailer speak of what was
//!   there before (a checksum, a stream beside the table) and are not.
//! * **A hole** ([`Update::add_with_hole`]): a dictionary with `/Contents` to be filled in later, and `/ByteRange`
//!   around it (§12.8.1).
//!
//! Refused is what cannot be appended to without saying something else than the file said, see `refusal.rs`.
//!
//! It does not judge whether the change is permitted, and does not see references to objects that do not exist: one of
//! them may name a new object by chance.

mod refusal;
mod section;
mod source;
mod write;

use std::fmt;
use std::ops::Range;

use super::Dict;
use super::ObjectError;
use super::ObjectId;
use super::Pdf;
use super::Section;
use super::SectionKind;
use super::Value;
use super::to_u64;
use crate::limits::LimitExceeded;

pub use source::Source;
pub use write::text;

/// Digits, and spaces, that `/ByteRange` is given: four numbers of a file of any size.
const RANGE: usize = 64;

/// Why nothing is appended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UpdateError {
    /// The file cannot be appended to honestly.
    NotAppendable {
        /// A stable name: `repaired`, `junk-before-header`, `encrypted`, `hybrid`, `trailing-data`, `trailer`,
        /// `object-beyond-size`, `malformed-object`, `duplicate-key`, `object-numbers`, `offsets`.
        cause: &'static str,
        /// Bytes from the start of the file, where one place is to blame.
        offset: Option<u64>,
    },
    /// An object that is needed cannot be read.
    Object(ObjectError),
    /// A limit was reached.
    Limit(LimitExceeded),
}

impl UpdateError {
    const fn refused(cause: &'static str, offset: Option<u64>) -> Self {
        Self::NotAppendable { cause, offset }
    }
}

impl From<ObjectError> for UpdateError {
    fn from(error: ObjectError) -> Self {
        match error {
            ObjectError::Limit(limit) => Self::Limit(limit),
            error => Self::Object(error),
        }
    }
}

impl From<LimitExceeded> for UpdateError {
    fn from(error: LimitExceeded) -> Self {
        Self::Limit(error)
    }
}

impl fmt::Display for UpdateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAppendable { cause, offset } => {
                write!(f, "nothing can be appended: {cause}")?;
                offset.map_or(Ok(()), |offset| write!(f, " at offset {offset}"))
            }
            Self::Object(error) => error.fmt(f),
            Self::Limit(limit) => limit.fmt(f),
        }
    }
}

impl std::error::Error for UpdateError {}

/// What is going to be appended to one file.
#[derive(Debug)]
pub struct Update<'p, 'a> {
    pdf: &'p Pdf<'a>,
    stream: bool,
    root: ObjectId,
    next: u32,
    objects: Vec<(ObjectId, Body)>,
}

/// What an object is written as.
#[derive(Debug)]
enum Body {
    Text(Vec<u8>),
    /// A dictionary without its `>>`, and how many bytes `/Contents` is given.
    WithHole(Vec<u8>, usize),
}

/// What is appended.
#[derive(Debug)]
pub struct Appended {
    /// The bytes that follow those of the file.
    pub bytes: Vec<u8>,
    /// The hole, where there is one.
    pub hole: Option<Hole>,
}

/// A value of `/Contents` that is still empty; positions are bytes from the start of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hole {
    /// The hexadecimal string with its delimiters: what the byte range leaves out.
    pub gap: Range<u64>,
    /// Bytes that fit.
    pub capacity: usize,
}

impl Pdf<'_> {
    /// Whether the file can be appended to, as far as it has been read: some repairs show only when an object is.
    ///
    /// # Errors
    /// [`UpdateError::NotAppendable`] where not.
    pub fn appendable(&self) -> Result<(), UpdateError> {
        refusal::check(self).map(|_| ())
    }
}

impl<'p, 'a> Update<'p, 'a> {
    /// An update of nothing yet.
    ///
    /// # Errors
    /// [`UpdateError::NotAppendable`].
    pub fn new(pdf: &'p Pdf<'a>) -> Result<Self, UpdateError> {
        let newest = refusal::check(pdf)?;
        let start = Some(newest.span().start);
        let trailer = newest.trailer();
        let root = trailer.get_reference(b"Root").ok_or(UpdateError::refused("trailer", start))?;
        let size = trailer.get_int(b"Size").and_then(|size| u64::try_from(size).ok());
        let size = size.ok_or(UpdateError::refused("trailer", start))?;
        let sections = pdf.revisions().iter().flat_map(super::Revision::sections);
        let highest = sections.map(Section::end_number).max().unwrap_or(0);
        let next = u32::try_from(size.max(highest)).map_err(|_| UpdateError::refused("object-numbers", start))?;
        let stream = newest.kind() == SectionKind::Stream;
        Ok(Self { pdf, stream, root, next, objects: Vec::new() })
    }

    /// The catalog.
    #[must_use]
    pub const fn root(&self) -> ObjectId {
        self.root
    }

    /// The number of a new object, that is to be added under it.
    ///
    /// # Errors
    /// Where no number is left.
    pub fn allocate(&mut self) -> Result<ObjectId, UpdateError> {
        let number = self.next;
        self.next = number.checked_add(1).ok_or(UpdateError::refused("object-numbers", None))?;
        Ok(ObjectId { number, generation: 0 })
    }

    /// Adds an object.
    pub fn add(&mut self, id: ObjectId, value: &Value) {
        let mut text = Vec::new();
        write::value(value, &mut text);
        self.objects.push((id, Body::Text(text)));
    }

    /// Adds a stream; its `/Length` is added to `dict`.
    pub fn add_stream(&mut self, id: ObjectId, dict: Dict, data: &[u8]) {
        let mut text = Vec::new();
        let length = i64::try_from(data.len()).unwrap_or(i64::MAX);
        write::value(&Value::Dict(dict.with(b"Length", length)), &mut text);
        text.extend_from_slice(b"\nstream\n");
        text.extend_from_slice(data);
        text.extend_from_slice(b"\nendstream");
        self.objects.push((id, Body::Text(text)));
    }

    /// Adds a dictionary, and to it `/Contents` with room for `capacity` bytes and `/ByteRange` around it.
    pub fn add_with_hole(&mut self, id: ObjectId, dict: Dict, capacity: usize) {
        let mut text = Vec::new();
        write::value(&Value::Dict(dict), &mut text);
        text.truncate(text.len().saturating_sub(2));
        self.objects.push((id, Body::WithHole(text, capacity)));
    }

    /// Adds the new text of an object that was there before.
    ///
    /// # Errors
    /// Where only a reader that knows cross-reference streams sees the old object, or the edits overlap.
    pub fn change(&mut self, source: Source) -> Result<(), UpdateError> {
        let id = source.id();
        if self.is_hidden(id) {
            return Err(UpdateError::refused("hybrid", None));
        }
        self.objects.push((id, Body::Text(source.finish()?)));
        Ok(())
    }

    /// Lays out what follows the file. `identifier` is the second element of `/ID`.
    ///
    /// # Errors
    /// Where a table cannot hold the offsets, or an object that was read meanwhile showed that the file is repaired.
    pub fn finish(self, identifier: [u8; 16]) -> Result<Appended, UpdateError> {
        self.pdf.appendable()?;
        let base = to_u64(self.pdf.bytes().len());
        let position = |out: &Vec<u8>| base.saturating_add(to_u64(out.len()));
        let mut out = Vec::new();
        if !matches!(self.pdf.bytes().last(), Some(b'\n' | b'\r')) {
            out.push(b'\n');
        }
        let mut entries = Vec::with_capacity(self.objects.len().saturating_add(1));
        let mut holes = Vec::new();
        for (id, body) in &self.objects {
            entries.push((*id, position(&out)));
            write::head(*id, &mut out);
            match body {
                Body::Text(text) => out.extend_from_slice(text),
                Body::WithHole(text, capacity) => {
                    out.extend_from_slice(text);
                    out.extend_from_slice(b"/ByteRange [");
                    let range = out.len();
                    out.resize(range.saturating_add(RANGE), b' ');
                    out.extend_from_slice(b"]/Contents ");
                    let start = position(&out);
                    out.push(b'<');
                    out.resize(out.len().saturating_add(capacity.saturating_mul(2)), b'0');
                    out.push(b'>');
                    holes.push((range, Hole { gap: start..position(&out), capacity: *capacity }));
                    out.extend_from_slice(b">>");
                }
            }
            out.extend_from_slice(b"\nendobj\n");
        }
        self.section(entries, identifier, base, &mut out)?;
        let end = position(&out);
        for (at, hole) in &holes {
            let Range { start, end: after } = hole.gap;
            let numbers = format!("0 {start} {after} {}", end.saturating_sub(after));
            let space = out.get_mut(*at..at.saturating_add(numbers.len()));
            space.ok_or(UpdateError::refused("offsets", None))?.copy_from_slice(numbers.as_bytes());
        }
        Ok(Appended { bytes: out, hole: holes.into_iter().next_back().map(|(_, hole)| hole) })
    }

    /// Whether a reader that does not know the streams beside tables (§7.5.8.4) finds another object, or none.
    fn is_hidden(&self, id: ObjectId) -> bool {
        let sections = || self.pdf.revisions().iter().rev().flat_map(|revision| revision.sections().iter().rev());
        if sections().all(|section| section.hybrid().is_none()) {
            return false;
        }
        let shown = sections().find_map(|section| section.shown(id.number));
        shown != self.pdf.entry(id.number, self.pdf.latest()).map(|entry| entry.place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::pdf::FindingCode;
    use crate::syntax::pdf::Name;
    use crate::syntax::pdf::Object;
    use crate::syntax::pdf::sample;
    use crate::syntax::pdf::sample::Sample;
    use crate::syntax::pdf::sample::budget;
    use crate::syntax::pdf::sample::codes;
    use crate::syntax::pdf::sample::id;

    /// The file with a changed catalog, a new object, and a hole.
    fn updated(bytes: &[u8]) -> Result<(Vec<u8>, Hole), UpdateError> {
        let pdf = sample::open(bytes).expect("it opens");
        let mut update = Update::new(&pdf)?;
        let new = update.allocate()?;
        let mut catalog = pdf.source(update.root(), &mut budget())?;
        catalog.set(&[], b"New", &text(&Value::Reference(new)))?;
        catalog.set(&[], b"Lang", b"(de)")?;
        update.change(catalog)?;
        update.add_with_hole(new, Dict::default().with(b"Type", Name::from(&b"Sig"[..])), 10);
        let appended = update.finish([7; 16])?;
        Ok(([bytes, &appended.bytes].concat(), appended.hole.expect("a hole")))
    }

    fn refusal(bytes: &[u8]) -> (&'static str, Option<u64>) {
        match updated(bytes).map(|_| ()) {
            Err(UpdateError::NotAppendable { cause, offset }) => (cause, offset),
            other => panic!("{other:?}"),
        }
    }

    fn check(bytes: &[u8]) -> Vec<u8> {
        let (new, hole) = updated(bytes).expect("appendable");
        assert!(new.starts_with(bytes));
        let (before, after) = (sample::open(bytes).expect("it opens"), sample::open(&new).expect("it opens"));
        assert_eq!(codes(&after), codes(&before));
        assert_eq!(after.revisions().len(), before.revisions().len() + 1);
        let newest = |pdf: &Pdf<'_>| pdf.revisions().last().expect("one").sections().last().expect("one").kind();
        assert_eq!(newest(&after), newest(&before));
        assert!(after.trailing().span.start == to_u64(new.len()) && new.ends_with(b"%%EOF\n"));
        let catalog = after.catalog(after.latest(), &mut budget()).expect("a catalog");
        assert_eq!(catalog.get_string(b"Lang").map(|lang| &*lang.bytes), Some(&b"de"[..]));
        assert!(catalog.has(b"Pages"));
        let number = catalog.get_reference(b"New").expect("a reference");
        assert!(before.entry(number.number, before.latest()).is_none(), "the number was free");
        let object = after.object(number, after.latest(), &mut budget()).expect("readable");
        let dict = object.as_dict().expect("a dictionary");
        let range: Vec<_> =
            dict.get_array(b"ByteRange").expect("there").iter().filter_map(Object::as_i64).collect();
        let contents = dict.get(b"Contents").expect("there");
        assert_eq!(contents.span.map(|span| span.start..span.end), Some(hole.gap.clone()));
        assert_eq!(contents.as_string().map(|string| string.bytes.len()), Some(hole.capacity));
        let (start, end) = (hole.gap.start as i64, hole.gap.end as i64);
        assert_eq!(range, vec![0, start, end, new.len() as i64 - end]);
        new
    }

    #[test]
    fn tables_and_streams_are_continued() {
        check(&Sample::minimal().bytes);
        check(&Sample::minimal().object(3, "3").table("").bytes);
        check(&Sample::new().pages().xref_stream(3, &[], "").bytes);
        let pages = (2, "<</Type/Pages/Kids[]/Count 0>>");
        let file = Sample::new().object_stream(5, &[(1, "<</Type/Catalog/Pages 2 0 R/Lang(fr)>>"), pages]);
        let new = check(&file.xref_stream(6, &[(1, 5, 0), (2, 5, 1)], "").bytes);
        let text = String::from_utf8_lossy(&new).into_owned();
        assert!(text.contains("1 0 obj\n<</Type/Catalog/Pages 2 0 R/Lang (de)/New 7 0 R>>\nendobj"), "{text}");
    }

    #[test]
    fn the_end_of_line_behind_the_end_is_added_where_it_is_missing() {
        for (end, added) in [("", "\n"), ("\n", ""), ("\r", ""), ("\r\n", ""), ("\n\0", "\n"), (" ", "\n")] {
            let mut file = Sample::minimal();
            file.bytes.pop();
            let file = file.raw(end.as_bytes());
            let new = check(&file.bytes);
            let expected = format!("{added}1 0 obj");
            assert!(new[file.bytes.len()..].starts_with(expected.as_bytes()), "{end:?}");
        }
    }

    #[test]
    fn numbers_are_above_size_and_above_all_that_is_mentioned() {
        let number = |file: &[u8]| {
            let pdf = sample::open(file).expect("it opens");
            Update::new(&pdf).expect("appendable").allocate().expect("a number").number
        };
        let sized = |file: Sample, old: &str, new: &str| {
            let text = String::from_utf8(file.bytes).expect("text");
            text.replace(&format!("/Size {old}/"), &format!("/Size {new}/")).into_bytes()
        };
        assert_eq!(number(&Sample::minimal().bytes), 3);
        assert_eq!(number(&sized(Sample::minimal(), "3", "90")), 90);
        let used = sized(Sample::new().pages().entry(40, 0, 9).table(""), "41", "3");
        assert_eq!(refusal(&used).0, "object-beyond-size");
        let free = Sample::new().pages().entry(40, 0, 0).table("").bytes;
        let free = String::from_utf8(free).expect("text").replace("0000000000 00000 n", "0000000000 00000 f");
        let beyond = free.replace("/Size 41/", "/Size 3/").into_bytes();
        assert!(codes(&sample::open(&beyond).expect("it opens")).contains(&FindingCode::ObjectBeyondSize));
        assert_eq!(number(&beyond), 41);
        assert_eq!(refusal(&sized(Sample::minimal(), "3", "4294967295")).0, "object-numbers");
    }

    #[test]
    fn trailers_are_carried_on() {
        let file = Sample::new()
            .pages()
            .object(3, "<<>>")
            .table_with("/Root 1 0 R/Info 3 0 R/ID[<01><02>]/DocChecksum/AB");
        let new = check(&file.bytes);
        let pdf = sample::open(&new).expect("it opens");
        let trailer = pdf.trailer(pdf.latest());
        assert_eq!(trailer.get_reference(b"Info"), Some(id(3)));
        assert!(!trailer.has(b"DocChecksum"));
        let ids: Vec<_> = trailer.get_array(b"ID").expect("there").iter().filter_map(Object::as_string).collect();
        assert_eq!((&*ids[0].bytes, &*ids[1].bytes), (&[1_u8][..], &[7_u8; 16][..]));
        assert_eq!(trailer.get_int(b"Prev"), Some(i64::try_from(file.section).expect("small")));
        let direct = Sample::new().pages().table_with("/Root 1 0 R/Info<<>>");
        assert_eq!(refusal(&direct.bytes), ("trailer", Some(direct.section as u64)));
        let twice = Sample::new().pages().table_with("/Root 2 0 R/Root 1 0 R");
        assert_eq!(refusal(&twice.bytes).0, "trailer");
        // A string that does not end would take in what is appended.
        let torn = Sample::new().pages().table_with("/Root 1 0 R/ID[<00><00>(");
        assert_eq!(refusal(&torn.bytes).0, "trailer");
    }

    #[test]
    fn what_had_to_be_repaired_is_refused() {
        let junk = [b"junk\n", &*Sample::minimal().bytes].concat();
        assert_eq!(refusal(&junk), ("junk-before-header", Some(0)));
        let end = Sample::minimal().bytes.len() as u64;
        assert_eq!(refusal(&Sample::minimal().raw(b"more").bytes), ("trailing-data", Some(end)));
        assert_eq!(refusal(&Sample::new().pages().raw(b"trailer<</Root 1 0 R>>").bytes).0, "repaired");
        let mut cut = Sample::minimal();
        cut.bytes.truncate(cut.bytes.len() - 6);
        assert_eq!(refusal(&cut.bytes).0, "repaired");
        let encrypted = Sample::new().pages().object(3, "<<>>").table("/Encrypt null");
        check(&encrypted.bytes);
        // A catalog that stands elsewhere than its entry says.
        let mut moved = Sample::new().pages();
        moved.pending[0].2 += 3;
        let moved = moved.table("");
        assert_eq!(refusal(&moved.bytes).0, "repaired");
    }

    #[test]
    fn malformed_dictionaries_are_not_spliced() {
        for body in ["<</Type/Catalog/Pages 2 0 R/A/B /C>>", "<</Type/Catalog/Pages 2 0 R>>stream\n\nendstream"] {
            let file = Sample::new().object(1, body).object(2, "<</Type/Pages/Kids[]/Count 0>>").table("");
            let Ok(pdf) = sample::open(&file.bytes) else { continue };
            let Ok(update) = Update::new(&pdf) else { continue };
            let refused = pdf.source(update.root(), &mut budget()).err();
            assert!(
                matches!(refused, Some(UpdateError::NotAppendable { cause: "malformed-object", .. })),
                "{body}: {refused:?}"
            );
        }
        let twice = "<</Type/Catalog/Pages 2 0 R/Lang(fr)/Lang(it)>>";
        let file = Sample::new().object(1, twice).object(2, "<</Type/Pages/Kids[]/Count 0>>").table("");
        assert_eq!(refusal(&file.bytes).0, "duplicate-key");
    }

    #[test]
    fn of_a_hybrid_file_only_what_all_readers_see_is_changed() {
        let hybrid = |catalog: &str, beside: &[(u32, &str)]| {
            let file = Sample::new().object(2, "<</Type/Pages/Kids[]/Count 0>>").object_stream(5, beside);
            let members: Vec<_> = (0_u8..).zip(beside).map(|(index, (number, _))| (*number, 5, index)).collect();
            let own = std::mem::take(&mut file.clone().pending);
            let mut file = file.bare_xref_stream(6, &members, "");
            let stream = file.section;
            file.pending = own;
            file.section = 0;
            let file = if catalog.is_empty() { file } else { file.object(1, catalog) };
            file.table(&format!("/XRefStm {stream}"))
        };
        let shown = hybrid("<</Type/Catalog/Pages 2 0 R/X 4 0 R>>", &[(4, "44")]);
        assert_eq!(codes(&shown.open()), vec![FindingCode::HybridXref]);
        check(&shown.bytes);
        // A second section, with nothing but a stream that repeats the table.
        let file = Sample::new().pages();
        let pending = file.pending.clone();
        let mut file = file.table("");
        let table = file.section;
        file.pending = pending;
        let file = file.bare_xref_stream(5, &[], "");
        let stream = file.section;
        let repeated = file.table_with(&format!("/Root 1 0 R/Prev {table}/XRefStm {stream}"));
        assert_eq!(codes(&repeated.open()), vec![FindingCode::HybridXref]);
        check(&repeated.bytes);
        let hidden = hybrid("", &[(1, "<</Type/Catalog/Pages 2 0 R>>")]);
        assert_eq!(codes(&hidden.open()), vec![FindingCode::HybridXref]);
        assert_eq!(refusal(&hidden.bytes).0, "hybrid");
    }

    #[test]
    fn edits_keep_all_else() {
        let catalog = "<</Type /Catalog%x>>\n/Pages 2 0 R /N[1.50 <</A(b)>>% c ]\n]/D<</E 12 0 R/F/G>>/Z 0.10 >>";
        let file = Sample::new().object(1, catalog).object(2, "<</Type/Pages/Kids[]/Count 0>>").table("");
        let pdf = file.open();
        let mut source = pdf.source(id(1), &mut budget()).expect("readable");
        source.push(&[], b"N", b"9 0 R").expect("an array");
        source.set(&[b"D"], b"F", b"null").expect("a dictionary");
        source.set(&[b"D"], b"H", b"1").expect("a dictionary");
        source.set(&[], b"Z", b"2").expect("a dictionary");
        assert!(source.push(&[], b"D", b"1").is_err() && source.set(&[b"N"], b"X", b"1").is_err());
        assert!(source.push_own(b"1").is_err());
        let text = String::from_utf8(source.finish().expect("no overlap")).expect("UTF-8");
        let expected =
            "<</Type /Catalog%x>>\n/Pages 2 0 R /N[1.50 <</A(b)>>% c ]\n 9 0 R]/D<</E 12 0 R/F null/H 1>>/Z  2 >>";
        assert_eq!(text, expected);
    }

    #[test]
    fn names_and_strings_are_escaped() {
        let dict = Dict::default()
            .with(b"A b#", Name::from(&b"\xfc/"[..]))
            .with(b"S", super::super::PdfString { bytes: b"a(b)\\\r".to_vec(), hex: false });
        assert_eq!(text(&dict.into()), b"<</A#20b#23 /#FC#2F/S (a\\(b\\)\\\\\\r)>>");
    }
}
