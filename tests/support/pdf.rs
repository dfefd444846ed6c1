//! A small maker of PDF: documents of one page, as large or as odd as a test wants, that can be signed several times.
//!
//! It writes files, it does not read them: what it knows of a document it remembers.

use std::collections::HashMap;
use std::fmt::Write as _;

/// A PDF that was made here and can be appended to.
pub struct MadePdf {
    bytes: Vec<u8>,
    next_object: usize,
    startxref: usize,
    fields: Vec<usize>,
    /// Further entries of the catalog.
    catalog: String,
    /// The entry for the document security store, and what is in it.
    store: String,
    certificates: Vec<usize>,
    responses: Vec<usize>,
    lists: Vec<usize>,
    /// Fields that are there and not signed yet.
    prepared: HashMap<String, usize>,
}

/// The objects that every document has; the page is rewritten when a field is added.
const CATALOG: usize = 1;
const PAGES: usize = 2;
const PAGE: usize = 3;
const FIRST_FREE: usize = 4;

impl MadePdf {
    /// A document with one empty page and these further objects, numbered from 4.
    pub fn new(objects: impl IntoIterator<Item = Vec<u8>>) -> Self {
        Self::holding("", objects)
    }

    /// The same with further entries in its catalog, which may lead to the objects.
    pub fn holding(catalog: &str, objects: impl IntoIterator<Item = Vec<u8>>) -> Self {
        let mut pdf = Self {
            bytes: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n".to_vec(),
            next_object: FIRST_FREE,
            startxref: 0,
            fields: Vec::new(),
            catalog: catalog.to_owned(),
            store: String::new(),
            certificates: Vec::new(),
            responses: Vec::new(),
            lists: Vec::new(),
            prepared: HashMap::new(),
        };
        let mut entries = pdf.write_frame(true);
        for object in objects {
            entries.push(pdf.write_object(pdf.next_object, &object));
            pdf.next_object += 1;
        }
        pdf.finish_revision(&entries);
        pdf
    }

    /// The file.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The file, and no more documents.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Appends a revision with the signature field `name`, whose value has a hole of `hole` bytes; `make_cms` makes
    /// the signature from the two pieces of the file around the hole.
    ///
    /// # Panics
    /// Where the signature does not fit into the hole.
    pub fn sign(
        &mut self,
        name: &str,
        sub_filter: &str,
        hole: usize,
        make_cms: impl FnOnce([&[u8]; 2]) -> Vec<u8>,
    ) {
        const RANGE: usize = 40;
        let mut entries = Vec::new();
        let field = self.prepared.remove(name);
        let field = field.unwrap_or_else(|| {
            let field = self.next_object;
            self.next_object += 1;
            self.fields.push(field);
            entries = self.write_frame(false);
            field
        });
        let value = self.next_object;
        self.next_object += 1;
        entries.push(self.write_object(field, widget(name, &format!("/V {value} 0 R ")).as_bytes()));
        let kind = if sub_filter == "ETSI.RFC3161" { "DocTimeStamp" } else { "Sig" };
        let head = format!(
            "<< /Type /{kind} /Filter /Adobe.PPKLite /SubFilter /{sub_filter} /M (D:20260601100000Z) /ByteRange [{:RANGE$}] /Contents ",
            ""
        );
        let dictionary = format!("{head}<{}> >>", "0".repeat(2 * hole));
        entries.push(self.write_object(value, dictionary.as_bytes()));
        let object_start = entries.last().unwrap().1 + format!("{value} 0 obj\n").len();
        self.finish_revision(&entries);

        let gap = object_start + head.len();
        let after = gap + 2 * hole + 2;
        let range = format!("0 {gap} {after} {}", self.bytes.len() - after);
        let range_at = object_start + head.find('[').unwrap() + 1;
        self.bytes[range_at..range_at + range.len()].copy_from_slice(range.as_bytes());
        let cms = make_cms([&self.bytes[..gap], &self.bytes[after..]]);
        assert!(cms.len() <= hole, "a signature of {} bytes does not fit", cms.len());
        let mut hex = String::new();
        for byte in cms {
            write!(hex, "{byte:02x}").unwrap();
        }
        self.bytes[gap + 1..gap + 1 + hex.len()].copy_from_slice(hex.as_bytes());
    }

    /// Appends a revision with signature fields of these names that are not signed yet. Whoever signs one of them rewrites
    /// the field alone: neither the form nor the page.
    pub fn prepare(&mut self, names: impl IntoIterator<Item = String>) {
        let first = self.next_object;
        let names: Vec<String> = names.into_iter().collect();
        self.next_object += names.len();
        self.fields.extend(first..self.next_object);
        let mut entries = self.write_frame(false);
        for (number, name) in (first..).zip(names) {
            entries.push(self.write_object(number, widget(&name, "").as_bytes()));
            self.prepared.insert(name, number);
        }
        self.finish_revision(&entries);
    }

    /// Appends a revision with these certificates in the document security store (ISO 32000-2 §12.8.4.3).
    pub fn store(&mut self, certificates: &[&[u8]]) {
        self.store_all(certificates, &[], &[]);
    }

    /// The same with OCSP responses and CRLs.
    pub fn store_all(&mut self, certificates: &[&[u8]], responses: &[&[u8]], lists: &[&[u8]]) {
        let store = self.next_object;
        let mut next = store + 1;
        for (kept, new) in
            [(&mut self.certificates, certificates), (&mut self.responses, responses), (&mut self.lists, lists)]
        {
            kept.extend(next..next + new.len());
            next += new.len();
        }
        self.next_object = next;
        let mut dictionary = String::from("<< /Type /DSS");
        for (key, kept) in [("Certs", &self.certificates), ("OCSPs", &self.responses), ("CRLs", &self.lists)] {
            let references: String = kept.iter().map(|number| format!("{number} 0 R ")).collect();
            if !references.is_empty() {
                write!(dictionary, " /{key} [{references}]").unwrap();
            }
        }
        dictionary += " >>";
        self.store = format!("/DSS {store} 0 R ");
        let mut entries = self.write_frame(false);
        entries.push(self.write_object(store, dictionary.as_bytes()));
        for (number, value) in (store + 1..).zip(certificates.iter().chain(responses).chain(lists)) {
            entries.push(self.write_object(number, &stream("", value)));
        }
        self.finish_revision(&entries);
    }

    /// Writes the catalog and the page, which know the fields; on the first time also the page tree.
    fn write_frame(&mut self, first: bool) -> Vec<(usize, usize)> {
        let mut references = String::new();
        for field in &self.fields {
            write!(references, "{field} 0 R ").unwrap();
        }
        let form = match self.fields.as_slice() {
            [] => String::new(),
            _ => format!("/AcroForm << /SigFlags 3 /Fields [{references}] >> "),
        };
        let Self { catalog, store, .. } = &*self;
        let catalog = format!("<< /Type /Catalog /Pages {PAGES} 0 R {form}{catalog} {store}>>");
        let page = format!(
            "<< /Type /Page /Parent {PAGES} 0 R /MediaBox [0 0 595 842] /Resources << >> /Annots [{references}] >>"
        );
        let mut entries = vec![self.write_object(CATALOG, catalog.as_bytes())];
        if first {
            let pages = format!("<< /Type /Pages /Kids [{PAGE} 0 R] /Count 1 >>");
            entries.push(self.write_object(PAGES, pages.as_bytes()));
        }
        entries.push(self.write_object(PAGE, page.as_bytes()));
        entries
    }

    /// Its number and offset.
    fn write_object(&mut self, number: usize, body: &[u8]) -> (usize, usize) {
        let offset = self.bytes.len();
        self.bytes.extend_from_slice(format!("{number} 0 obj\n").as_bytes());
        self.bytes.extend_from_slice(body);
        self.bytes.extend_from_slice(b"\nendobj\n");
        (number, offset)
    }

    /// A cross-reference table with these entries in order of their numbers, and a trailer.
    fn finish_revision(&mut self, entries: &[(usize, usize)]) {
        let at = self.bytes.len();
        let mut text = String::from("xref\n");
        let mut previous = None;
        let free = if self.startxref == 0 { "0000000000 65535 f \n" } else { "" };
        for (n, (number, offset)) in entries.iter().enumerate() {
            if previous.is_none_or(|previous| previous + 1 != *number) {
                let run = entries[n..].iter().enumerate().take_while(|(k, entry)| entry.0 == number + k).count();
                let free_too = !free.is_empty() && n == 0;
                let (start, count) = if free_too { (number - 1, run + 1) } else { (*number, run) };
                write!(text, "{start} {count}\n{}", if free_too { free } else { "" }).unwrap();
            }
            writeln!(text, "{offset:010} 00000 n ").unwrap();
            previous = Some(*number);
        }
        let back = if self.startxref == 0 { String::new() } else { format!("/Prev {} ", self.startxref) };
        let identifier = "73696769".repeat(4);
        write!(
            text,
            "trailer\n<< /Size {} /Root {CATALOG} 0 R {back}/ID [<{identifier}> <{identifier}>] >>\n",
            self.next_object
        )
        .unwrap();
        write!(text, "startxref\n{at}\n%%EOF\n").unwrap();
        self.bytes.extend_from_slice(text.as_bytes());
        self.startxref = at;
    }
}

/// An invisible signature field with its widget, and these entries.
fn widget(name: &str, entries: &str) -> String {
    format!(
        "<< /Type /Annot /Subtype /Widget /FT /Sig /T ({name}) {entries}/P {PAGE} 0 R /Rect [0 0 0 0] /F 132 >>"
    )
}

/// A stream object with these entries in its dictionary.
pub fn stream(entries: &str, data: &[u8]) -> Vec<u8> {
    let mut object = format!("<< {entries}/Length {} >>\nstream\n", data.len()).into_bytes();
    object.extend_from_slice(data);
    object.extend_from_slice(b"\nendstream");
    object
}
