//! Changes of our own making: a clean signed document, and updates appended to it, one per rule that could be abused.
//!
//! Each attack has to be flagged with the kind that names it, each honest update has to be permitted, whatever the
//! document allows otherwise. The document is certified with P = 3 where that makes it harder for us.

#![cfg(feature = "service")]

mod support;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use sigillum::limits::{CancelFlag, Limits};
use sigillum::service::{ValidationRequest, validate};
use sigillum::time::Timestamp;
use sigillum::trust::TrustStore;
use sigillum::validation::{Integrity, Moment, Policy, Report};
use support::sign::{Signer, sha256};

const CATALOG: &str = "/Type /Catalog /Pages 2 0 R /AcroForm 5 0 R /Outlines 11 0 R /Lang (de)";
const PAGE: &str = "/Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R \
                    /Resources << /Font << /F1 9 0 R >> /XObject << /X1 10 0 R >> >>";
const FORM: &str = "/DA (/F1 10 Tf 0 g) /DR << /Font << /F1 9 0 R >> >> /SigFlags 3";
const NAME: &str =
    "/Type /Annot /Subtype /Widget /FT /Tx /T (name) /Rect [72 600 272 620] /P 3 0 R /F 4 /DA (/F1 10 Tf 0 g)";
const SIGNED: &str = "/Type /Annot /Subtype /Widget /FT /Sig /T (S1) /Rect [0 0 0 0] /P 3 0 R /F 132";
const FREE: &str = "/Type /Annot /Subtype /Widget /FT /Sig /T (Free) /Rect [300 50 400 80] /P 3 0 R /F 4";
const FIELDS: &str = "6 0 R 8 0 R 14 0 R 17 0 R";
const ANNOTS: &str = "6 0 R 8 0 R 14 0 R 15 0 R 17 0 R";
const ROW: &str = "BT /F1 12 Tf 72 700 Td (Total 100 CHF) Tj ET q 1 0 0 1 72 500 cm /X1 Do Q";

/// A file that can be appended to.
#[derive(Clone)]
struct File {
    bytes: Vec<u8>,
    startxref: usize,
}

impl File {
    /// Appends objects, a table and a trailer with `more` in it.
    fn update(&mut self, objects: &[(u32, String)], more: &str) {
        let mut entries: BTreeMap<u32, usize> = BTreeMap::new();
        for (number, body) in objects {
            entries.insert(*number, self.bytes.len());
            self.bytes.extend_from_slice(format!("{number} 0 obj\n{body}\nendobj\n").as_bytes());
        }
        self.table(&entries, more);
    }

    /// Appends a table with these entries, and a trailer.
    fn table(&mut self, entries: &BTreeMap<u32, usize>, more: &str) {
        let at = self.bytes.len();
        let mut text = String::from("xref\n");
        if self.startxref == 0 {
            text.push_str("0 1\n0000000000 65535 f \n");
        }
        for (number, offset) in entries {
            writeln!(text, "{number} 1\n{offset:010} 00000 n ").unwrap();
        }
        let back = if self.startxref == 0 { String::new() } else { format!("/Prev {}", self.startxref) };
        let root = if more.contains("/Root") { "" } else { "/Root 1 0 R" };
        let identifier = "73696769".repeat(4);
        write!(text, "trailer\n<< /Size 60 {root} {back} {more} /ID [<{identifier}> <{identifier}>] >>\n").unwrap();
        write!(text, "startxref\n{at}\n%%EOF\n").unwrap();
        self.bytes.extend_from_slice(text.as_bytes());
        self.startxref = at;
    }

    /// Appends a revision that signs: `value` is the object of the signature dictionary.
    fn sign(&mut self, signer: &Signer, value: u32, reference: &str, objects: &[(u32, String)]) {
        const HOLE: usize = 4096;
        const RANGE: usize = 40;
        let head = format!(
            "<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached {reference} /ByteRange [{:RANGE$}] /Contents ",
            ""
        );
        let dictionary = format!("{head}<{}> >>", "0".repeat(2 * HOLE));
        let mut all = vec![(value, dictionary)];
        all.extend_from_slice(objects);
        let start = self.bytes.len() + format!("{value} 0 obj\n").len();
        self.update(&all, "/Info 12 0 R");
        let gap = start + head.len();
        let after = gap + 2 * HOLE + 2;
        let range = format!("0 {gap} {after} {}", self.bytes.len() - after);
        let at = start + head.rfind('[').unwrap() + 1;
        self.bytes[at..at + range.len()].copy_from_slice(range.as_bytes());
        let cms = signer.cms(&sha256(&[&self.bytes[..gap], &self.bytes[after..]]));
        let hex: String = cms.iter().map(|octet| format!("{octet:02x}")).collect();
        self.bytes[gap + 1..gap + 1 + hex.len()].copy_from_slice(hex.as_bytes());
    }
}

fn dict(entries: &str) -> String {
    format!("<< {entries} >>")
}

fn stream(entries: &str, data: &str) -> String {
    format!("<< {entries} /Length {} >>\nstream\n{data}\nendstream", data.len())
}

fn form_stream(data: &str) -> String {
    stream("/Type /XObject /Subtype /Form /BBox [0 0 200 20] /Resources << /Font << /F1 9 0 R >> >>", data)
}

/// The document, signed; with `level` it is certified so.
fn signed(signer: &Signer, level: Option<u8>) -> File {
    let mut file = File { bytes: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n".to_vec(), startxref: 0 };
    let objects = [
        (1, dict(CATALOG)),
        (2, dict("/Type /Pages /Kids [3 0 R] /Count 1")),
        (3, dict(&format!("{PAGE} /Annots [{ANNOTS}]"))),
        (4, stream("", ROW)),
        (5, dict(&format!("{FORM} /Fields [{FIELDS}]"))),
        (6, dict(&format!("{NAME} /V (Muster) /AP << /N 13 0 R >>"))),
        (8, dict(SIGNED)),
        (9, dict("/Type /Font /Subtype /Type1 /BaseFont /Helvetica")),
        (10, form_stream("0 0 10 10 re f")),
        (11, dict("/Type /Outlines")),
        (12, dict("/Title (Vertrag) /Producer (a)")),
        (13, form_stream("BT /F1 10 Tf 2 5 Td (Muster) Tj ET")),
        (14, dict(FREE)),
        (15, dict("/Type /Annot /Subtype /Text /Rect [500 700 520 720] /Contents (Notiz) /P 3 0 R")),
        (
            17,
            dict(
                "/Type /Annot /Subtype /Widget /FT /Btn /T (yes) /Rect [72 560 82 570] /P 3 0 R /V /Off /AS /Off /AP << /N << /Off 10 0 R /On 13 0 R >> >>",
            ),
        ),
        (18, dict("/Never /Used")),
    ];
    file.update(&objects, "/Info 12 0 R");
    let (reference, catalog) = match level {
        Some(level) => (
            format!(
                "/Reference [<< /Type /SigRef /TransformMethod /DocMDP /TransformParams << /Type /TransformParams /V /1.2 /P {level} >> >>]"
            ),
            dict(&format!("{CATALOG} /Perms << /DocMDP 20 0 R >>")),
        ),
        None => (String::new(), dict(CATALOG)),
    };
    file.sign(signer, 20, &reference, &[(1, catalog), (8, dict(&format!("{SIGNED} /V 20 0 R")))]);
    file
}

fn report(bytes: &[u8]) -> Report {
    let at = Timestamp::from_rfc3339("2026-07-01T00:00:00Z").unwrap();
    let request = ValidationRequest {
        password: None,
        policy: Policy::builtin("no-revocation").unwrap().into(),
        trust: TrustStore::default().into(),
        certificates: Vec::new(),
        crls: Vec::new(),
        ocsp_responses: Vec::new(),
        moment: Moment { at, clock: at },
        limits: Limits::DEFAULT,
    };
    validate(bytes, &request, &CancelFlag::default()).unwrap()
}

/// Whether the first signature is intact, whether the changes after it are permitted, and what they are.
fn judged(bytes: &[u8]) -> (bool, bool, Vec<&'static str>) {
    let report = report(bytes);
    // Where the field lost its value, the signature is found all the same.
    let named = report.signatures.iter().find(|one| one.field.as_deref() == Some("S1"));
    let Some(first) = named.or_else(|| report.signatures.first()) else { return (false, false, Vec::new()) };
    let changes = first.changes.as_ref().unwrap();
    let forbidden = changes.findings.iter().filter(|one| !one.permitted).map(|one| one.code).collect();
    (first.integrity == Integrity::Intact, changes.permitted, forbidden)
}

type Objects = Vec<(u32, String)>;

/// Updates that must be flagged: name, objects, more of the trailer, the code that names it, under which P.
fn attacks() -> Vec<(&'static str, Objects, &'static str, &'static str, Option<u8>)> {
    let page = |rest: &str| dict(&format!("{PAGE} {rest}"));
    let annots = |rest: &str| page(&format!("/Annots [{ANNOTS} {rest}]"));
    let catalog = |rest: &str| dict(&format!("{CATALOG} {rest}"));
    let form = |rest: &str| dict(&format!("{FORM} {rest}"));
    let name = |rest: &str| dict(&format!("{NAME} {rest}"));
    let cover = "1 g 0 0 200 20 re f";
    let mark = |rest: &str| dict(&format!("/Type /Annot /P 3 0 R {rest}"));
    vec![
        (
            "content replaced",
            vec![(4, stream("", "BT /F1 12 Tf 72 700 Td (Total 999 CHF) Tj ET"))],
            "",
            "page-content",
            None,
        ),
        (
            "content added",
            vec![
                (3, dict(&format!("{} /Annots [{ANNOTS}]", PAGE.replace("4 0 R", "[4 0 R 40 0 R]")))),
                (40, stream("", "1 g")),
            ],
            "",
            "page-content",
            Some(3),
        ),
        ("font replaced", vec![(9, dict("/Type /Font /Subtype /Type1 /BaseFont /Symbol"))], "", "resources", None),
        ("form of the page replaced", vec![(10, form_stream("0 0 99 99 re f"))], "", "resources", None),
        (
            "page size",
            vec![(3, dict(&format!("{} /Annots [{ANNOTS}]", PAGE.replace("842", "400"))))],
            "",
            "page",
            None,
        ),
        ("page turned", vec![(3, annots("] /Rotate 90 /X ["))], "", "page", None),
        (
            "page added",
            vec![
                (2, dict("/Type /Pages /Kids [3 0 R 40 0 R] /Count 2")),
                (40, dict("/Type /Page /Parent 2 0 R /MediaBox [0 0 9 9]")),
            ],
            "",
            "page-tree",
            Some(3),
        ),
        (
            "page exchanged",
            vec![(2, dict("/Type /Pages /Kids [40 0 R] /Count 1")), (40, page("/Rotate 180"))],
            "",
            "page",
            None,
        ),
        ("page removed", vec![(2, dict("/Type /Pages /Kids [] /Count 0"))], "", "page-tree", None),
        (
            "open action",
            vec![(1, catalog("/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>"))],
            "",
            "action",
            None,
        ),
        (
            "additional actions",
            vec![(1, catalog("/AA << /WC << /S /JavaScript /JS (x) >> >>"))],
            "",
            "action",
            None,
        ),
        ("page action", vec![(3, annots("] /AA << /O << /S /URI /URI (http://x) >> >> /X ["))], "", "action", None),
        (
            "embedded file",
            vec![
                (1, catalog("/Names << /EmbeddedFiles << /Names [(a) 40 0 R] >> >>")),
                (40, dict("/Type /Filespec /F (a)")),
            ],
            "",
            "names",
            None,
        ),
        (
            "named script",
            vec![(1, catalog("/Names << /JavaScript << /Names [(a) << /S /JavaScript /JS (x) >>] >> >>"))],
            "",
            "names",
            None,
        ),
        ("layers", vec![(1, catalog("/OCProperties << /OCGs [] /D << >> >>"))], "", "optional-content", None),
        (
            "bookmarks",
            vec![
                (11, dict("/Type /Outlines /First 40 0 R /Last 40 0 R /Count 1")),
                (40, dict("/Title (x) /Parent 11 0 R")),
            ],
            "",
            "outline",
            None,
        ),
        ("language", vec![(1, dict(&CATALOG.replace("(de)", "(en)")))], "", "catalog", None),
        ("certified later", vec![(1, catalog("/Perms << /DocMDP 20 0 R >>"))], "", "permissions", None),
        ("form script", vec![(5, form(&format!("/Fields [{FIELDS}] /CO [6 0 R]")))], "", "form-defaults", None),
        (
            "form font",
            vec![
                (
                    5,
                    dict(&format!(
                        "/DA (/F1 10 Tf 0 g) /DR << /Font << /F1 40 0 R >> >> /SigFlags 3 /Fields [{FIELDS}]"
                    )),
                ),
                (40, dict("/Type /Font /Subtype /Type1 /BaseFont /Symbol")),
            ],
            "",
            "form-defaults",
            None,
        ),
        ("XFA", vec![(5, form(&format!("/Fields [{FIELDS}] /XFA (x)")))], "", "form-defaults", None),
        (
            "appearances anew",
            vec![(5, form(&format!("/Fields [{FIELDS}] /NeedAppearances true")))],
            "",
            "form-defaults",
            None,
        ),
        (
            "field added",
            vec![
                (5, form(&format!("/Fields [{FIELDS} 40 0 R]"))),
                (40, mark("/Subtype /Widget /FT /Tx /T (new) /Rect [72 690 272 710]")),
            ],
            "",
            "field-added",
            None,
        ),
        ("field removed", vec![(5, form("/Fields [8 0 R 14 0 R 17 0 R]"))], "", "field-removed", None),
        (
            "field moved",
            vec![(
                6,
                dict(&format!(
                    "{} /V (Muster) /AP << /N 13 0 R >>",
                    NAME.replace("[72 600 272 620]", "[72 690 272 710]")
                )),
            )],
            "",
            "field-changed",
            None,
        ),
        (
            "field renamed",
            vec![(6, dict(&format!("{} /V (Muster) /AP << /N 13 0 R >>", NAME.replace("(name)", "(amen)"))))],
            "",
            "field-changed",
            None,
        ),
        (
            "field with an action",
            vec![(6, name("/V (Muster) /AP << /N 13 0 R >> /A << /S /JavaScript /JS (x) >>"))],
            "",
            "action",
            None,
        ),
        (
            "appearance without value",
            vec![(13, form_stream("BT /F1 10 Tf 2 5 Td (Anders) Tj ET"))],
            "",
            "resources-or-appearance",
            None,
        ),
        (
            "appearance replaced without value",
            vec![(6, name("/V (Muster) /AP << /N 40 0 R >>")), (40, form_stream("BT (Anders) Tj ET"))],
            "",
            "field-appearance",
            None,
        ),
        (
            "value that is no text",
            vec![(6, name("/V << /S /JavaScript >> /AP << /N 13 0 R >>"))],
            "",
            "field-changed",
            None,
        ),
        (
            "checkbox with other looks",
            vec![(
                17,
                dict(
                    "/Type /Annot /Subtype /Widget /FT /Btn /T (yes) /Rect [72 560 82 570] /P 3 0 R /V /On /AS /On /AP << /N << /Off 13 0 R /On 13 0 R >> >>",
                ),
            )],
            "",
            "field-appearance",
            None,
        ),
        ("signature removed", vec![(8, dict(SIGNED))], "", "signature-removed", None),
        (
            "forged signature",
            vec![
                (14, dict(&format!("{FREE} /V 40 0 R"))),
                (
                    40,
                    dict(
                        "/Type /Sig /Filter /A /SubFilter /ETSI.CAdES.detached /ByteRange [0 1 2 3] /Contents <00>",
                    ),
                ),
            ],
            "",
            "signature-changed",
            None,
        ),
        (
            "signature field that shows something",
            vec![
                (5, form(&format!("/Fields [{FIELDS} 40 0 R]"))),
                (3, annots("40 0 R")),
                (40, mark("/Subtype /Widget /FT /Sig /T (E) /Rect [72 400 272 420] /AP << /N 41 0 R >>")),
                (41, form_stream(cover)),
            ],
            "",
            "field-added",
            None,
        ),
        (
            "note without permission",
            vec![(3, annots("40 0 R")), (40, mark("/Subtype /Text /Rect [500 600 520 620]"))],
            "",
            "annotation-added",
            None,
        ),
        (
            "note under P = 2",
            vec![(3, annots("40 0 R")), (40, mark("/Subtype /Text /Rect [500 600 520 620]"))],
            "",
            "annotation-added",
            Some(2),
        ),
        (
            "opaque stamp over text",
            vec![
                (3, annots("40 0 R")),
                (40, mark("/Subtype /Stamp /Rect [70 695 270 715] /AP << /N 41 0 R >>")),
                (41, form_stream(cover)),
            ],
            "",
            "overlay",
            Some(3),
        ),
        (
            "square with a background over text",
            vec![(3, annots("40 0 R")), (40, mark("/Subtype /Square /IC [1 1 1] /Rect [70 695 270 715]"))],
            "",
            "overlay",
            Some(3),
        ),
        (
            "thick line over text",
            vec![
                (3, annots("40 0 R")),
                (40, mark("/Subtype /Ink /Rect [70 695 270 715] /AP << /N 41 0 R >>")),
                (41, form_stream("20 w 0 10 m 200 10 l S")),
            ],
            "",
            "overlay",
            Some(3),
        ),
        (
            "note moved over text",
            vec![(15, mark("/Subtype /Stamp /Rect [70 695 270 715] /Contents (Notiz)"))],
            "",
            "field-changed",
            Some(3),
        ),
        (
            "link",
            vec![
                (3, annots("40 0 R")),
                (40, mark("/Subtype /Link /Rect [500 600 520 620] /A << /S /URI /URI (http://x) >>")),
            ],
            "",
            "action",
            Some(3),
        ),
        (
            "attached file",
            vec![(3, annots("40 0 R")), (40, mark("/Subtype /FileAttachment /Rect [500 600 520 620]"))],
            "",
            "embedded-files",
            Some(3),
        ),
        (
            "mark with a layer",
            vec![
                (3, annots("40 0 R")),
                (40, mark("/Subtype /Stamp /Rect [500 600 520 620] /AP << /N 41 0 R >>")),
                (41, stream("/Subtype /Form /BBox [0 0 1 1] /OC << /Type /OCG >>", "")),
            ],
            "",
            "optional-content",
            Some(3),
        ),
        (
            "store with foreign data",
            vec![(1, catalog("/DSS << /Certs [40 0 R] /Evil (x) >>")), (40, stream("", "x"))],
            "",
            "security-store-form",
            None,
        ),
        (
            "page content as validation data",
            vec![(1, catalog("/DSS << /Certs [4 0 R] >>")), (4, stream("", "BT (Total 999 CHF) Tj ET"))],
            "",
            "page-content",
            None,
        ),
        (
            "metadata with entities",
            vec![(1, catalog("/Metadata 40 0 R")), (40, stream("/Type /Metadata /Subtype /XML", "<!DOCTYPE x>"))],
            "",
            "metadata-form",
            None,
        ),
        (
            "information with a script",
            vec![(12, dict("/Title << /S /JavaScript /JS (x) >>"))],
            "/Info 12 0 R",
            "metadata-form",
            None,
        ),
        (
            "information of a certified document",
            vec![(12, dict("/Title (Anderes) /Producer (a)"))],
            "/Info 12 0 R",
            "document-information",
            Some(3),
        ),
        (
            "another catalog",
            vec![(40, dict("/Type /Catalog /Pages 41 0 R")), (41, dict("/Type /Pages /Kids [] /Count 0"))],
            "/Root 40 0 R",
            "page-tree-or-field",
            None,
        ),
    ]
}

/// Updates that are honest.
fn honest() -> Vec<(&'static str, Objects, &'static str, Option<u8>)> {
    let name = |rest: &str| dict(&format!("{NAME} {rest}"));
    let annots = |rest: &str| dict(&format!("{PAGE} /Annots [{ANNOTS} {rest}]"));
    let mark = |rest: &str| dict(&format!("/Type /Annot /P 3 0 R {rest}"));
    let filled = vec![
        (6, name("/V (Beispiel) /AP << /N 40 0 R >>")),
        (40, form_stream("BT /F1 10 Tf 2 5 Td (Beispiel) Tj ET")),
    ];
    vec![
        ("filled in", filled.clone(), "", None),
        ("filled in under P = 2", filled, "", Some(2)),
        (
            "box ticked",
            vec![(
                17,
                dict(
                    "/Type /Annot /Subtype /Widget /FT /Btn /T (yes) /Rect [72 560 82 570] /P 3 0 R /V /On /AS /On /AP << /N << /Off 10 0 R /On 13 0 R >> >>",
                ),
            )],
            "",
            None,
        ),
        (
            "written otherwise",
            vec![
                (
                    3,
                    dict(&format!(
                        "/Annots [{ANNOTS}] {}",
                        PAGE.replace("842", "842.0").replace("4 0 R ", "40 0 R ")
                    )),
                ),
                (40, stream("", ROW)),
            ],
            "",
            Some(1),
        ),
        ("unused object freed", vec![(18, "null".to_owned())], "", Some(1)),
        ("unused object added", vec![(40, dict("/Nothing /Here"))], "", Some(1)),
        (
            "validation data",
            vec![
                (1, dict(&format!("{CATALOG} /DSS << /Certs [40 0 R] /VRI << /AB << /Cert [40 0 R] >> >> >>"))),
                (40, stream("", "x")),
            ],
            "",
            None,
        ),
        ("information", vec![(12, dict("/Title (Anderes) /ModDate (D:20260702000000Z)"))], "/Info 12 0 R", None),
        (
            "date of modification",
            vec![(12, dict("/Title (Vertrag) /Producer (b) /ModDate (D:20260702000000Z)"))],
            "/Info 12 0 R",
            Some(1),
        ),
        (
            "note under P = 3",
            vec![(3, annots("40 0 R")), (40, mark("/Subtype /Text /Rect [500 600 520 620] /Contents (x)"))],
            "",
            Some(3),
        ),
        (
            "highlighter over text under P = 3",
            vec![
                (3, annots("40 0 R")),
                (
                    40,
                    mark(
                        "/Subtype /Highlight /QuadPoints [70 715 270 715 70 695 270 695] /Rect [70 695 270 715] /AP << /N 41 0 R >>",
                    ),
                ),
                (
                    41,
                    stream(
                        "/Subtype /Form /BBox [0 0 200 20] /Resources << /ExtGState << /G << /BM /Multiply >> >> >>",
                        "/G gs 1 1 0 rg 0 0 200 20 re f",
                    ),
                ),
            ],
            "",
            Some(3),
        ),
        (
            "text over text under P = 3",
            vec![
                (3, annots("40 0 R")),
                (40, mark("/Subtype /Stamp /Rect [70 695 270 715] /AP << /N 41 0 R >>")),
                (41, form_stream("BT /F1 10 Tf 2 5 Td (Kopie) Tj ET 0 0 200 20 re S")),
            ],
            "",
            Some(3),
        ),
    ]
}

#[test]
fn every_attack_is_flagged() {
    const SUITE: &str = "own attacks on signed documents";
    let signer = Signer::p256();
    let mut wrong = Vec::new();
    let attacks = attacks();
    let count = attacks.len();
    assert!(count >= 30);
    for (name, objects, trailer, code, level) in attacks {
        let mut file = signed(&signer, level);
        assert_eq!(judged(&file.bytes), (true, true, Vec::new()), "the clean document");
        let objects: Objects = match level {
            // The catalog of a certified document names the certification.
            Some(_) => objects
                .into_iter()
                .map(|(n, body)| (n, body.replace("/Lang (de)", "/Lang (de) /Perms << /DocMDP 20 0 R >>")))
                .collect(),
            None => objects,
        };
        file.update(&objects, trailer);
        let (intact, permitted, codes) = judged(&file.bytes);
        let named = code.contains("-or-") || codes.contains(&code);
        if !intact || permitted || !named {
            wrong.push(format!("{name}: intact {intact}, permitted {permitted}, {codes:?} instead of {code}"));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    support::suite(SUITE, count);
}

#[test]
fn honest_updates_are_permitted() {
    const SUITE: &str = "honest updates of signed documents";
    let signer = Signer::p256();
    let mut wrong = Vec::new();
    let honest = honest();
    let count = honest.len();
    for (name, objects, trailer, level) in honest {
        let mut file = signed(&signer, level);
        let objects: Objects = match level {
            Some(_) => objects
                .into_iter()
                .map(|(n, body)| (n, body.replace("/Lang (de)", "/Lang (de) /Perms << /DocMDP 20 0 R >>")))
                .collect(),
            None => objects,
        };
        let trailer = if trailer.is_empty() { "/Info 12 0 R" } else { trailer };
        file.update(&objects, trailer);
        let (intact, permitted, codes) = judged(&file.bytes);
        if !intact || !permitted {
            wrong.push(format!("{name}: intact {intact}, permitted {permitted}, {codes:?}"));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    support::suite(SUITE, count);
}

/// Tricks with the structure of the file rather than with objects.
#[test]
fn tricks_with_the_structure_are_flagged() {
    const SUITE: &str = "own attacks on the structure";
    let signer = Signer::p256();
    let evil = stream("", "BT /F1 12 Tf 72 700 Td (Total 999 CHF) Tj ET");
    let honest = dict("/Title (Vertrag) /Producer (b)");
    let base = signed(&signer, None);
    let mut cases: Vec<(&str, Vec<u8>)> = Vec::new();

    // A second definition in the bytes of the update that no entry names.
    let mut file = base.clone();
    let mut entries = BTreeMap::new();
    file.bytes.extend_from_slice(format!("4 0 obj\n{evil}\nendobj\n").as_bytes());
    entries.insert(12, file.bytes.len());
    file.bytes.extend_from_slice(format!("12 0 obj\n{honest}\nendobj\n").as_bytes());
    file.table(&entries, "/Info 12 0 R");
    cases.push(("unlisted definition", file.bytes));

    // An entry that leads to another object: some readers search, others show nothing.
    let mut file = base.clone();
    let mut entries = BTreeMap::from([(4, file.bytes.len()), (12, file.bytes.len())]);
    file.bytes.extend_from_slice(format!("12 0 obj\n{honest}\nendobj\n").as_bytes());
    file.table(&entries, "/Info 12 0 R");
    cases.push(("entry to another object", file.bytes));

    // An entry that leads into the middle of signed bytes.
    let mut file = base.clone();
    entries = BTreeMap::from([(4, 20)]);
    file.table(&entries, "/Info 12 0 R");
    cases.push(("entry to nowhere", file.bytes));

    // An object hidden in the signed bytes is put in force.
    let hidden = {
        let needle = b"18 0 obj";
        base.bytes.windows(needle.len()).position(|window| window == needle).unwrap()
    };
    let mut file = base.clone();
    entries = BTreeMap::from([(11, hidden)]);
    file.table(&entries, "/Info 12 0 R");
    cases.push(("entry to a signed object of another number", file.bytes));

    // An object is freed that the document needs.
    let mut file = base.clone();
    let at = file.bytes.len();
    let back = file.startxref;
    file.bytes.extend_from_slice(
        format!("xref\n4 1\n0000000000 00001 f \ntrailer\n<< /Size 60 /Root 1 0 R /Info 12 0 R /Prev {back} >>\nstartxref\n{at}\n%%EOF\n").as_bytes(),
    );
    cases.push(("content freed", file.bytes));

    // Another generation of an object in use.
    let mut file = base.clone();
    let object = file.bytes.len();
    file.bytes.extend_from_slice(format!("4 1 obj\n{evil}\nendobj\n").as_bytes());
    let at = file.bytes.len();
    file.bytes.extend_from_slice(
        format!("xref\n4 1\n{object:010} 00001 n \ntrailer\n<< /Size 60 /Root 1 0 R /Info 12 0 R /Prev {back} >>\nstartxref\n{at}\n%%EOF\n").as_bytes(),
    );
    cases.push(("another generation", file.bytes));

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
    cases.push(("two entries for one object", file.bytes));

    // Objects after the last revision.
    let mut file = base.clone();
    file.bytes.extend_from_slice(format!("4 0 obj\n{evil}\nendobj\n").as_bytes());
    cases.push(("objects behind the end", file.bytes));

    // A key that stands twice: readers differ in which one counts.
    let mut file = base;
    let doubled = dict(&format!("{CATALOG} /Metadata 41 0 R /Metadata 40 0 R"));
    let xmp = stream("/Type /Metadata /Subtype /XML", "<x/>");
    file.update(&[(1, doubled), (40, xmp.clone()), (41, xmp)], "/Info 12 0 R");
    cases.push(("a key twice", file.bytes));

    let mut wrong = Vec::new();
    for (name, bytes) in &cases {
        let (_, permitted, codes) = judged(bytes);
        if permitted {
            wrong.push(format!("{name}: permitted {codes:?}"));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    support::suite(SUITE, cases.len());
}
