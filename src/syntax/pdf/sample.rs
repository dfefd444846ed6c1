//! Small PDFs for the tests of the reader, written by hand but for the numbers that have to be counted.

use std::io::Write;

use super::Finding;
use super::FindingCode;
use super::Object;
use super::ObjectError;
use super::ObjectId;
use super::Pdf;
use super::PdfError;
use super::RevisionIndex;
use crate::limits::Budget;
use crate::limits::Limits;

/// A file that grows at its end.
#[derive(Clone, Debug)]
pub(super) struct Sample {
    pub(super) bytes: Vec<u8>,
    /// Objects since the last cross-reference section: number, generation, offset.
    pub(super) pending: Vec<(u32, u16, usize)>,
    /// Where the last section stands.
    pub(super) section: usize,
    size: u32,
}

impl Sample {
    /// A header and nothing else.
    pub(super) fn new() -> Self {
        Self { bytes: b"%PDF-1.7\n".to_vec(), pending: Vec::new(), section: 0, size: 1 }
    }

    /// A catalog (1), a page tree (2), and a table.
    pub(super) fn minimal() -> Self {
        Self::new().pages().table("")
    }

    pub(super) fn pages(self) -> Self {
        self.object(1, "<</Type/Catalog/Pages 2 0 R>>").object(2, "<</Type/Pages/Kids[]/Count 0>>")
    }

    pub(super) fn raw(mut self, bytes: &[u8]) -> Self {
        self.bytes.extend_from_slice(bytes);
        self
    }

    /// An entry for an object of which nothing is written.
    pub(super) fn entry(mut self, number: u32, generation: u16, offset: usize) -> Self {
        self.pending.push((number, generation, offset));
        self.size = self.size.max(number + 1);
        self
    }

    pub(super) fn object(self, number: u32, body: &str) -> Self {
        self.object_bytes(number, body.as_bytes())
    }

    pub(super) fn object_bytes(self, number: u32, body: &[u8]) -> Self {
        let offset = self.bytes.len();
        let head = format!("{number} 0 obj\n");
        self.entry(number, 0, offset).raw(head.as_bytes()).raw(body).raw(b"\nendobj\n")
    }

    pub(super) fn stream(self, number: u32, entries: &str, data: &[u8]) -> Self {
        let head = format!("<</Length {}{entries}>>\nstream\n", data.len());
        self.object_bytes(number, &[head.as_bytes(), data, b"\nendstream"].concat())
    }

    /// An object stream with these objects.
    pub(super) fn object_stream(self, number: u32, objects: &[(u32, &str)]) -> Self {
        let (mut index, mut data) = (String::new(), String::new());
        for (number, object) in objects {
            index.push_str(&format!("{number} {} ", data.len()));
            data.push_str(object);
            data.push(' ');
        }
        let entries = format!("/Type/ObjStm/N {}/First {}", objects.len(), index.len());
        self.stream(number, &entries, (index + &data).as_bytes())
    }

    /// A table over what is pending, with the trailer, `startxref` and `%%EOF`. `/Prev` is there from the second
    /// section on.
    pub(super) fn table(self, trailer: &str) -> Self {
        let prev = if self.section == 0 { String::new() } else { format!("/Prev {}", self.section) };
        let text = format!("/Root 1 0 R{prev}{trailer}");
        self.table_with(&text)
    }

    /// A table whose trailer has nothing but `/Size` and what is given.
    pub(super) fn table_with(self, trailer: &str) -> Self {
        let this = self.bare_table(trailer);
        let section = this.section;
        this.end(section)
    }

    pub(super) fn bare_table(mut self, trailer: &str) -> Self {
        self.section = self.bytes.len();
        let mut pending = std::mem::take(&mut self.pending);
        pending.sort_unstable();
        write!(self.bytes, "xref\n0 1\n0000000000 65535 f \n").expect("into memory");
        for (number, generation, offset) in pending {
            write!(self.bytes, "{number} 1\n{offset:010} {generation:05} n \n").expect("into memory");
        }
        write!(self.bytes, "trailer\n<</Size {}{trailer}>>\n", self.size).expect("into memory");
        self
    }

    pub(super) fn end(self, start_xref: usize) -> Self {
        self.raw(format!("startxref\n{start_xref}\n%%EOF\n").as_bytes())
    }

    /// A cross-reference stream (object `number`) over what is pending and the members of object streams:
    /// number, stream, index.
    pub(super) fn xref_stream(self, number: u32, members: &[(u32, u32, u8)], trailer: &str) -> Self {
        let this = self.bare_xref_stream(number, members, trailer);
        let section = this.section;
        this.end(section)
    }

    pub(super) fn bare_xref_stream(mut self, number: u32, members: &[(u32, u32, u8)], trailer: &str) -> Self {
        let prev = if self.section == 0 { String::new() } else { format!("/Prev {}", self.section) };
        self.section = self.bytes.len();
        let mut records = vec![(number, 1, u32::try_from(self.section).expect("small"), 0)];
        for (number, generation, offset) in std::mem::take(&mut self.pending) {
            let generation = u8::try_from(generation).expect("small");
            records.push((number, 1, u32::try_from(offset).expect("small"), generation));
        }
        records.extend(members.iter().map(|(number, stream, index)| (*number, 2, *stream, *index)));
        records.sort_unstable();
        let (mut index, mut data) = (String::new(), Vec::new());
        for (number, kind, second, third) in records {
            index.push_str(&format!("{number} 1 "));
            data.push(kind);
            data.extend(second.to_be_bytes());
            data.push(third);
            self.size = self.size.max(number + 1);
        }
        let (size, length) = (self.size, data.len());
        write!(
            self.bytes,
            "{number} 0 obj\n<</Type/XRef/Size {size}/Root 1 0 R{prev}/W[1 4 1]/Index[{index}]/Length {length}{trailer}>>\nstream\n"
        )
        .expect("into memory");
        self.raw(&data).raw(b"\nendstream\nendobj\n")
    }

    pub(super) fn open(&self) -> Pdf<'_> {
        open(&self.bytes).expect("it opens")
    }
}

pub(super) fn budget() -> Budget {
    Budget::new(&Limits::DEFAULT)
}

pub(super) fn open(bytes: &[u8]) -> Result<Pdf<'_>, PdfError> {
    Pdf::open(bytes, None, &Limits::DEFAULT, &mut budget())
}

pub(super) fn codes(pdf: &Pdf<'_>) -> Vec<FindingCode> {
    let mut codes: Vec<_> = pdf.findings().iter().map(|finding: &Finding| finding.code).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

pub(super) fn id(number: u32) -> ObjectId {
    ObjectId { number, generation: 0 }
}

/// The object as of the latest revision.
pub(super) fn object(pdf: &Pdf<'_>, number: u32) -> Result<Object, ObjectError> {
    pdf.object(id(number), pdf.latest(), &mut budget())
}

/// The integer that is the object as of a revision; `None` for what is none.
pub(super) fn integer(pdf: &Pdf<'_>, number: u32, at: usize) -> Option<i64> {
    pdf.object(id(number), RevisionIndex::new(at), &mut budget()).expect("readable").as_i64()
}
