//! Tricks with the structure of the file rather than with objects (ISO 32000-2 §7.5).

use std::collections::BTreeMap;

use super::document::{Base, CATALOG, dict, stream};
use super::support::sign::Signer;

/// A file that must be flagged: name, bytes, the code that names it.
pub(crate) type Trick = (&'static str, Vec<u8>, &'static str);

/// The tricks.
pub(crate) fn tricks(signer: &Signer) -> Vec<Trick> {
    let evil = stream("", "BT /F1 12 Tf 72 700 Td (Total 999 CHF) Tj ET");
    let honest = dict("/Title (Vertrag) /Producer (b)");
    let base = Base::default().signed(signer);
    let mut cases: Vec<Trick> = Vec::new();

    // A second definition in the bytes of the update that no entry names.
    let mut file = base.clone();
    let mut entries = BTreeMap::new();
    file.bytes.extend_from_slice(format!("4 0 obj\n{evil}\nendobj\n").as_bytes());
    entries.insert(12, file.bytes.len());
    file.bytes.extend_from_slice(format!("12 0 obj\n{honest}\nendobj\n").as_bytes());
    file.table(&entries, "/Info 12 0 R");
    cases.push(("unlisted definition", file.bytes, "shadowed-object"));

    // An entry that leads to another object: some readers search, others show nothing.
    let mut file = base.clone();
    let mut entries = BTreeMap::from([(4, file.bytes.len()), (12, file.bytes.len())]);
    file.bytes.extend_from_slice(format!("12 0 obj\n{honest}\nendobj\n").as_bytes());
    file.table(&entries, "/Info 12 0 R");
    cases.push(("entry to another object", file.bytes, "shadowed-object"));

    // An entry that leads into the middle of signed bytes.
    let mut file = base.clone();
    entries = BTreeMap::from([(4, 20)]);
    file.table(&entries, "/Info 12 0 R");
    cases.push(("entry to nowhere", file.bytes, "shadowed-object"));

    // An object hidden in the signed bytes is put in force.
    let hidden = position(&base.bytes, b"18 0 obj");
    let mut file = base.clone();
    entries = BTreeMap::from([(11, hidden)]);
    file.table(&entries, "/Info 12 0 R");
    cases.push(("entry to a signed object of another number", file.bytes, "shadowed-object"));

    // An object is freed that the document needs.
    let mut file = base.clone();
    let at = file.bytes.len();
    let back = file.startxref;
    file.bytes.extend_from_slice(
        format!("xref\n4 1\n0000000000 00001 f \ntrailer\n<< /Size 60 /Root 1 0 R /Info 12 0 R /Prev {back} >>\nstartxref\n{at}\n%%EOF\n").as_bytes(),
    );
    cases.push(("content freed", file.bytes, "page-content"));

    // Another generation of an object in use.
    let mut file = base.clone();
    let object = file.bytes.len();
    file.bytes.extend_from_slice(format!("4 1 obj\n{evil}\nendobj\n").as_bytes());
    let at = file.bytes.len();
    file.bytes.extend_from_slice(
        format!("xref\n4 1\n{object:010} 00001 n \ntrailer\n<< /Size 60 /Root 1 0 R /Info 12 0 R /Prev {back} >>\nstartxref\n{at}\n%%EOF\n").as_bytes(),
    );
    cases.push(("another generation", file.bytes, "shadowed-object"));

    // Two entries for one object in one section.
    let mut file = base.clone();
    let first = file.bytes.len();
    file.bytes.extend_from_slice(format!("12 0 obj\n{honest}\nendobj\n").as_bytes());
    let second = file.bytes.len();
    file.bytes.extend_from_slice(format!("12 0 obj\n{}\nendobj\n", dict("/Title (Anderes)")).as_bytes());
    let at = file.bytes.len();
    file.bytes.extend_from_slice(
        format!("xref\n12 1\n{first:010} 00000 n \n12 1\n{second:010} 00000 n \ntrailer\n<< /Size 60 /Root 1 0 R /Info 12 0 R /Prev {back} >>\nstartxref\n{at}\n%%EOF\n").as_bytes(),
    );
    cases.push(("two entries for one object", file.bytes, "shadowed-object"));

    // Objects after the last revision.
    let mut file = base.clone();
    file.bytes.extend_from_slice(format!("4 0 obj\n{evil}\nendobj\n").as_bytes());
    cases.push(("objects behind the end", file.bytes, "trailing-objects"));

    // A key that stands twice: readers differ in which one counts.
    let mut file = base.clone();
    let doubled = dict(&format!("{CATALOG} /Metadata 41 0 R /Metadata 40 0 R"));
    let xmp = stream("/Type /Metadata /Subtype /XML", "<x/>");
    file.update(&[(1, doubled), (40, xmp.clone()), (41, xmp)], "/Info 12 0 R");
    cases.push(("a key twice", file.bytes, "shadowed-object"));

    // A table and a trailer that nothing names: a reader that searches backwards finds them.
    let mut file = base.clone();
    file.bytes.extend_from_slice(b"xref\n0 0\ntrailer\n<< /Size 60 /Root 18 0 R >>\n");
    file.update(&[(12, honest.clone())], "/Info 12 0 R");
    cases.push(("trailer that nothing names", file.bytes, "shadowed-object"));

    // No table: who reads the file has to search for its objects.
    let mut file = base.clone();
    file.bytes.extend_from_slice(
        format!(
            "12 0 obj\n{honest}\nendobj\ntrailer\n<< /Size 60 /Root 1 0 R /Info 12 0 R >>\nstartxref\n3\n%%EOF\n"
        )
        .as_bytes(),
    );
    cases.push(("update without a table", file.bytes, "not-analysed"));

    // The table says one thing, the stream beside it another (§7.5.8.4).
    let mut file = base.clone();
    let shown = file.bytes.len();
    file.bytes.extend_from_slice(format!("12 0 obj\n{honest}\nendobj\n").as_bytes());
    let hidden = position(&base.bytes, b"\n12 0 obj") + 1;
    let beside = file.bytes.len();
    let entries = format!("01{hidden:08x}00>");
    file.bytes.extend_from_slice(
        format!(
            "50 0 obj\n{}\nendobj\n",
            stream("/Type /XRef /Size 60 /W [1 4 1] /Index [12 1] /Root 1 0 R /Filter /ASCIIHexDecode", &entries)
        )
        .as_bytes(),
    );
    file.table(&BTreeMap::from([(12, shown), (50, beside)]), &format!("/Info 12 0 R /XRefStm {beside}"));
    cases.push(("hybrid file that shows two things", file.bytes, "shadowed-object"));

    // An entry of the signed table leads behind the end of what is signed.
    let beyond = |offset| Base { beyond: Some(offset), catalog: "/PieceInfo 19 0 R", ..Base::default() };
    let mut file = beyond(0).signed(signer);
    let offset = file.bytes.len();
    file = beyond(offset).signed(signer);
    assert_eq!(file.bytes.len(), offset);
    file.bytes.extend_from_slice(b"19 0 obj\n<< /Later /Written >>\nendobj\n");
    file.table(&BTreeMap::from([(19, offset)]), "/Info 12 0 R");
    cases.push(("signed entry that leads behind the end", file.bytes, "unsigned-object"));
    cases
}

fn position(bytes: &[u8], needle: &[u8]) -> usize {
    bytes.windows(needle.len()).position(|window| window == needle).unwrap()
}
