//! What was signed, given back, and what came after it, said: `sigillum revisions`.
//!
//! Each revision that is given back is judged on its own: the signature that it belongs to is intact there and covers the
//! whole of it. What differs is compared with what was done to the document.

#![cfg(feature = "service")]

mod support;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use sigillum::crypto::{DigestAlgorithm, digest};
use sigillum::document::{Coverage, Difference, Direction, ShownValue, SignedBy, Thing};
use sigillum::limits::{CancelFlag, Limits};
use sigillum::reporting::{Language, RevisionsEnvelope, Style, revisions_to_json, revisions_to_text};
use sigillum::service::{Depth, Revisions, RevisionsRequest, ValidationRequest, revisions, validate};
use sigillum::time::Timestamp;
use sigillum::trust::TrustStore;
use sigillum::validation::{Integrity, Moment, Policy, Report};
use support::sign::{Signer, sha256};

fn found(bytes: &[u8], password: Option<&str>) -> Revisions {
    let password = password.map(|password| password.as_bytes().to_vec());
    let request =
        RevisionsRequest { password, contents: Vec::new(), limits: Limits::DEFAULT, depth: Depth::Differences };
    revisions(bytes, &request, &CancelFlag::default()).unwrap()
}

fn report(bytes: &[u8], password: Option<&str>) -> Report {
    let at = Timestamp::from_rfc3339("2026-07-01T00:00:00Z").unwrap();
    let request = ValidationRequest {
        contents: Vec::new(),
        password: password.map(|password| password.as_bytes().to_vec()),
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

/// By the id of a signature or document time-stamp: integrity, coverage, whether what came after it is permitted.
fn judged(report: &Report) -> BTreeMap<String, (Integrity, Option<Coverage>, Option<bool>)> {
    let signatures = report.signatures.iter().map(|one| {
        let permitted = one.changes.as_ref().map(|changes| changes.permitted);
        (one.id.clone(), (one.integrity, Some(one.coverage), permitted))
    });
    let stamps = report.document_timestamps.iter();
    signatures.chain(stamps.map(|one| (one.id.clone(), (one.integrity, one.coverage, None)))).collect()
}

/// Gives each revision back and judges it alone; how many there were.
fn each_stands_alone(name: &str, bytes: &[u8], password: Option<&str>) -> usize {
    let found = found(bytes, password);
    let whole = judged(&report(bytes, password));
    assert_eq!(found.signed.signed.len(), whole.len(), "{name}");
    assert_eq!(found.signed.sha256, digest(DigestAlgorithm::Sha256, bytes).to_string(), "{name}");
    let differences = found.differences.as_ref().unwrap();
    let mut cases = 0;
    for one in &found.signed.signed {
        let (integrity, coverage, permitted) = whole[&one.id];
        assert_eq!(Some(one.coverage), coverage, "{name} {}", one.id);
        let Some(revision) = &one.revision else { continue };
        let refused = differences.list.iter().any(|difference| difference.not_permitted_for.contains(&one.id));
        assert_eq!(permitted.unwrap_or(!refused), !refused, "{name} {}: {differences:#?}", one.id);
        let alone = revision.of(bytes).unwrap();
        assert!(bytes.starts_with(alone));
        assert_eq!(revision.size, alone.len() as u64);
        assert_eq!(revision.sha256, digest(DigestAlgorithm::Sha256, alone).to_string(), "{name} {}", one.id);
        let (alone, covered, _) = judged(&report(alone, password))[&one.id];
        assert_eq!((alone, covered), (integrity, Some(Coverage::WholeDocument)), "{name} {}", one.id);
        cases += 1;
    }
    cases
}

#[test]
fn the_revisions_of_the_fixtures_stand_alone() {
    let mut cases = 0;
    for path in support::files(&support::project().join("fixtures"), |name| name == "document.pdf") {
        let name = path.to_string_lossy().into_owned();
        let bytes = support::read(&path);
        let password = name.contains("encrypted").then_some("test-password");
        if !name.contains("not-a-document") {
            cases += each_stands_alone(&name, &bytes, password);
        }
    }
    support::suite("signed revisions", cases);
}

/// Documents of other makers, and what others say of the sizes.
#[test]
fn the_revisions_of_the_generated_set_stand_alone() {
    const SUITE: &str = "signed revisions (generated)";
    let Some(shared) = support::shared() else {
        support::skipped(SUITE);
        return;
    };
    let folder = shared.join("data/generated");
    let truth: Value = serde_json::from_slice(&support::read(&folder.join("pdf.json"))).unwrap();
    let pdfsig = Command::new("pdfsig").arg("-v").output().is_ok();
    let (mut cases, mut compared) = (0, 0);
    for file in truth["files"].as_array().unwrap() {
        let name = file["file"].as_str().unwrap();
        let path = folder.join(name);
        let bytes = support::read(&path);
        let password = file["password"].as_str();
        let stood = each_stands_alone(name, &bytes, password);
        cases += stood;
        if pdfsig && stood > 0 {
            compared += same_ranges(name, &path, &bytes, password);
        }
    }
    println!("    sizes that pdfsig says too: {compared}");
    assert!(!pdfsig || compared > 50, "{compared}");
    support::suite(SUITE, cases);
}

/// pdfsig says `Signed Ranges: [0 - 7277], [19333 - 19880]` for each signature in a field; how many were compared.
fn same_ranges(name: &str, path: &Path, bytes: &[u8], password: Option<&str>) -> usize {
    let mut command = Command::new("pdfsig");
    command.args(["-nocert", "-nssdir", concat!(env!("CARGO_TARGET_TMPDIR"))]);
    if let Some(password) = password {
        command.args(["-upw", password, "-opw", password]);
    }
    let output = command.arg(path).stdin(Stdio::null()).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let said: Vec<Vec<u64>> = text
        .lines()
        .filter_map(|line| line.trim().strip_prefix("- Signed Ranges: "))
        .map(|line| {
            line.split(|character: char| !character.is_ascii_digit()).filter_map(|n| n.parse().ok()).collect()
        })
        .collect();
    let found = found(bytes, password);
    let ours = found.signed.signed.iter().filter_map(|one| {
        let [start, length, second, rest] = one.byte_range?;
        let revision = one.revision.as_ref()?;
        assert_eq!(revision.size, second + rest, "{name}");
        Some(vec![start, start + length, second, revision.size])
    });
    let ours: Vec<Vec<u64>> = ours.collect();
    // pdfsig lists what the form names and it can read: each of those is one of ours.
    for range in &said {
        if range.last().is_some_and(|end| *end <= bytes.len() as u64) && !ours.contains(range) {
            let broken = found.signed.signed.iter().any(|one| one.revision.is_none());
            assert!(broken, "{name}: pdfsig says {range:?}, we say {ours:?}");
        }
    }
    said.iter().filter(|range| ours.contains(range)).count()
}

// ---------------------------------------------------------------------------------------------------------------------
// Documents of our own, and what is done to them.

/// A file that can be appended to.
#[derive(Clone)]
struct File {
    bytes: Vec<u8>,
    startxref: usize,
}

fn dict(entries: &str) -> String {
    format!("<< {entries} >>")
}

fn stream(entries: &str, data: &str) -> String {
    format!("<< {entries} /Length {} >>\nstream\n{data}\nendstream", data.len())
}

impl File {
    fn update(&mut self, objects: &[(u32, String)]) {
        let mut text = String::new();
        let mut entries = BTreeMap::new();
        for (number, body) in objects {
            entries.insert(*number, self.bytes.len() + text.len());
            write!(text, "{number} 0 obj\n{body}\nendobj\n").unwrap();
        }
        let at = self.bytes.len() + text.len();
        text.push_str("xref\n");
        if self.startxref == 0 {
            text.push_str("0 1\n0000000000 65535 f \n");
        }
        for (number, offset) in &entries {
            writeln!(text, "{number} 1\n{offset:010} 00000 n ").unwrap();
        }
        let back = if self.startxref == 0 { String::new() } else { format!("/Prev {}", self.startxref) };
        let identifier = "73696769".repeat(4);
        write!(
            text,
            "trailer\n<< /Size 90 /Root 1 0 R /Info 12 0 R {back} /ID [<{identifier}> <{identifier}>] >>\nstartxref\n{at}\n%%EOF\n"
        )
        .unwrap();
        self.bytes.extend_from_slice(text.as_bytes());
        self.startxref = at;
    }

    /// Appends a revision that signs the field `field`; `value` is the object of the signature dictionary.
    fn sign(&mut self, value: u32, field: u32, name: &str) {
        const HOLE: usize = 4096;
        const RANGE: usize = 40;
        let signer = Signer::p256();
        let head = format!(
            "<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached /ByteRange [{:RANGE$}] /Contents ",
            ""
        );
        let start = self.bytes.len() + format!("{value} 0 obj\n").len();
        self.update(&[
            (value, format!("{head}<{}> >>", "0".repeat(2 * HOLE))),
            (field, dict(&format!("{SIGNATURE} /T ({name}) /V {value} 0 R"))),
        ]);
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

const SIGNATURE: &str = "/Type /Annot /Subtype /Widget /FT /Sig /Rect [0 0 0 0] /P 3 0 R /F 132";
const NAME: &str = "/Type /Annot /Subtype /Widget /FT /Tx /Rect [72 600 272 620] /P 4 0 R /F 4 /DA (/F1 10 Tf 0 g)";
const RESOURCES: &str = "/Resources << /Font << /F1 9 0 R >> /XObject << /Im1 10 0 R /X1 11 0 R >> >>";
const FIRST: &str = "/Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R";
const SECOND: &str = "/Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 15 0 R";
const NOTE: &str = "/Type /Annot /Subtype /Text /Rect [500 700 520 720] /P 4 0 R";

fn image(width: u32, data: &str) -> String {
    let entries = format!(
        "/Type /XObject /Subtype /Image /Width {width} /Height 2 /BitsPerComponent 8 /ColorSpace /DeviceGray"
    );
    stream(&entries, data)
}

/// Two pages, a form with two fields, a note, an image; signed.
fn signed() -> File {
    let mut file = File { bytes: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n".to_vec(), startxref: 0 };
    file.update(&[
        (1, dict("/Type /Catalog /Pages 2 0 R /AcroForm 6 0 R")),
        (2, dict("/Type /Pages /Kids [3 0 R 4 0 R] /Count 2")),
        (3, dict(&format!("{FIRST} {RESOURCES} /Annots [8 0 R 18 0 R]"))),
        (4, dict(&format!("{SECOND} {RESOURCES} /Annots [7 0 R 13 0 R]"))),
        (5, stream("", "BT /F1 12 Tf 72 700 Td (Total 100 CHF) Tj ET")),
        (6, dict("/DA (/F1 10 Tf 0 g) /DR << /Font << /F1 9 0 R >> >> /SigFlags 3 /Fields [14 0 R 8 0 R 18 0 R]")),
        (7, dict(&format!("{NAME} /Parent 14 0 R /T (name) /V (Muster)"))),
        (8, dict(&format!("{SIGNATURE} /T (Erste)"))),
        (9, dict("/Type /Font /Subtype /Type1 /BaseFont /Helvetica")),
        (10, image(2, "abcd")),
        (11, stream("/Type /XObject /Subtype /Form /BBox [0 0 9 9]", "0 0 9 9 re f")),
        (12, dict("/Title (Vertrag) /Producer (a)")),
        (13, dict(&format!("{NOTE} /Contents (Notiz)"))),
        (14, dict("/T (person) /Kids [7 0 R]")),
        (15, stream("", "BT /F1 12 Tf 72 700 Td (Seite 2) Tj ET")),
        (18, dict(&format!("{SIGNATURE} /T (Zweite)"))),
    ]);
    file.sign(20, 8, "Erste");
    file
}

/// What differs after `objects` were appended, without what each update says in passing.
fn after(objects: &[(u32, String)]) -> Vec<Difference> {
    let mut file = signed();
    file.update(objects);
    let differences = found(&file.bytes, None).differences.unwrap();
    assert!(differences.complete && differences.more == 0, "{differences:?}");
    differences.list
}

fn text(text: &str) -> Option<ShownValue> {
    Some(ShownValue::Text { text: text.to_owned(), cut: false })
}

/// The only difference about a thing.
fn only(list: &[Difference], thing: Thing) -> &Difference {
    let of: Vec<_> = list.iter().filter(|one| one.thing == thing).collect();
    assert_eq!(of.len(), 1, "{thing:?} in {list:#?}");
    of[0]
}

#[test]
fn nothing_differs_after_the_last_signature() {
    let found = found(&signed().bytes, None);
    assert_eq!(found.differences.unwrap().list, []);
    assert_eq!(found.signed.revisions, 2);
    let one = &found.signed.signed[0];
    assert_eq!((&*one.id, one.signed_by, one.field.as_deref()), ("S1", SignedBy::Signature, Some("Erste")));
    assert_eq!(one.revision.as_ref().unwrap().number, 2);
}

#[test]
fn a_field_that_is_filled_in_shows_both_values() {
    let appearance = stream("/Type /XObject /Subtype /Form /BBox [0 0 200 20]", "BT (Meier) Tj ET");
    let list = after(&[
        (
            7,
            dict(
                &format!("{NAME} /Parent 14 0 R /T (name) /V (\u{fe}\u{ff}) /AP << /N 40 0 R >>")
                    .replace("(\u{fe}\u{ff})", "<FEFF004D00FC006C006C00650072000D>"),
            ),
        ),
        (40, appearance),
    ]);
    // Value and appearance are one difference; that what is shown has no font, and was not compared, is another.
    let (list, not_compared): (Vec<_>, Vec<_>) = list.into_iter().partition(|one| one.code == "form-field");
    assert_eq!((list.len(), not_compared.len()), (1, 1), "{list:#?} {not_compared:#?}");
    assert_eq!(not_compared[0].code, "appearance-not-compared");
    let one = only(&list, Thing::Field);
    assert_eq!((one.name.as_deref(), one.page, one.direction), (Some("person.name"), Some(2), Direction::Changed));
    assert_eq!((&one.before, &one.after), (&text("Muster"), &text("Müller\r")));
    assert_eq!((one.revision, one.code, one.not_permitted_for.as_slice()), (3, "form-field", &[][..]));
}

#[test]
fn values_are_cut_and_passwords_are_not_shown() {
    let long = "x".repeat(5000);
    let list = after(&[(7, dict(&format!("{NAME} /Parent 14 0 R /T (name) /V ({long})")))]);
    let Some(ShownValue::Text { text, cut: true }) = &only(&list, Thing::Field).after else { panic!("{list:?}") };
    assert_eq!(text.len(), 300);
    let list = after(&[(7, dict(&format!("{NAME} /Parent 14 0 R /T (name) /V (geheim) /Ff 8192")))]);
    let filled = list.iter().find(|one| one.code == "form-field").unwrap();
    assert_eq!((&filled.name.as_deref(), &filled.after), (&Some("person.name"), &None));
    assert!(!format!("{list:?}").contains("geheim"), "{list:?}");
}

#[test]
fn attacks_are_named_by_page_and_thing() {
    let page = |rest: &str| dict(&format!("{SECOND} {rest}"));
    let annots = "/Annots [7 0 R 13 0 R 40 0 R]";
    type Expected = (Thing, Option<&'static str>, Option<u64>, Direction, &'static str);
    type Case = (&'static str, Vec<(u32, String)>, Expected);
    let cases: Vec<Case> = vec![
        (
            "content replaced",
            vec![(15, stream("", "BT /F1 12 Tf 72 700 Td (Total 999 CHF) Tj ET"))],
            (Thing::PageContent, None, Some(2), Direction::Changed, "page-content"),
        ),
        (
            "page added",
            vec![
                (2, dict("/Type /Pages /Kids [3 0 R 40 0 R 4 0 R] /Count 3")),
                (40, dict("/Type /Page /Parent 2 0 R /MediaBox [0 0 9 9]")),
            ],
            (Thing::Page, None, Some(2), Direction::Came, "page-tree"),
        ),
        (
            "page removed",
            vec![(2, dict("/Type /Pages /Kids [4 0 R] /Count 1"))],
            (Thing::Page, None, Some(1), Direction::Went, "page-tree"),
        ),
        (
            "page turned",
            vec![(4, page(&format!("{RESOURCES} /Annots [7 0 R 13 0 R] /Rotate 90")))],
            (Thing::Page, Some("Rotate"), Some(2), Direction::Changed, "page"),
        ),
        (
            "annotation added",
            vec![(4, page(&format!("{RESOURCES} {annots}"))), (40, dict(&format!("{NOTE} /Contents (Neu)")))],
            (Thing::Annotation, Some("Text"), Some(2), Direction::Came, "annotation-added"),
        ),
        (
            "annotation removed",
            vec![(4, page(&format!("{RESOURCES} /Annots [7 0 R]")))],
            (Thing::Annotation, Some("Text"), Some(2), Direction::Went, "annotation-removed"),
        ),
        (
            "annotation changed",
            vec![(13, dict(&format!("{NOTE} /Contents (Anders)")))],
            (Thing::Annotation, Some("Text"), Some(2), Direction::Changed, "annotation-changed"),
        ),
        (
            "stamp over text",
            vec![
                (4, page(&format!("{RESOURCES} {annots}"))),
                (40, dict("/Type /Annot /Subtype /Stamp /Rect [70 695 270 715] /P 4 0 R /AP << /N 41 0 R >>")),
                (41, stream("/Type /XObject /Subtype /Form /BBox [0 0 200 20]", "1 g 0 0 200 20 re f")),
            ],
            (Thing::Annotation, Some("Stamp"), Some(2), Direction::Came, "overlay"),
        ),
        (
            "image given another name",
            vec![
                (4, page(&format!("{} /Annots [7 0 R 13 0 R]", RESOURCES.replace("10 0 R", "40 0 R")))),
                (40, image(4, "abcdefgh")),
            ],
            (Thing::Image, Some("Im1"), Some(2), Direction::Changed, "resources"),
        ),
        (
            "font of one page removed",
            vec![(4, page("/Resources << /XObject << /Im1 10 0 R /X1 11 0 R >> >> /Annots [7 0 R 13 0 R]"))],
            (Thing::Font, Some("F1"), Some(2), Direction::Went, "resources"),
        ),
        (
            "field moved",
            vec![(
                7,
                dict(&format!(
                    "{} /Parent 14 0 R /T (name) /V (Muster)",
                    NAME.replace("72 600 272 620", "72 500 272 520")
                )),
            )],
            (Thing::Field, Some("person.name"), Some(2), Direction::Changed, "field-changed"),
        ),
        (
            "field removed",
            vec![(14, dict("/T (person) /Kids []"))],
            (Thing::Field, None, Some(2), Direction::Went, "field-removed"),
        ),
        (
            "signature removed",
            vec![(8, dict(&format!("{SIGNATURE} /T (Erste)")))],
            (Thing::Signature, Some("Erste"), Some(1), Direction::Went, "signature-removed"),
        ),
        (
            "script",
            vec![(
                1,
                dict("/Type /Catalog /Pages 2 0 R /AcroForm 6 0 R /OpenAction << /S /JavaScript /JS (boo) >>"),
            )],
            (Thing::Action, Some("OpenAction"), None, Direction::Came, "action"),
        ),
        (
            "title",
            vec![(12, dict("/Title (Anderes) /Producer (a)"))],
            (Thing::Information, Some("Title"), None, Direction::Changed, "document-information"),
        ),
    ];
    let count = cases.len();
    for (name, objects, (thing, named, page, direction, code)) in cases {
        let list = after(&objects);
        let hit = list.iter().any(|one| {
            one.thing == thing
                && (named.is_none() || one.name.as_deref() == named)
                && one.page == page
                && one.direction == direction
                && one.code == code
        });
        assert!(hit, "{name}: {list:#?}");
        let refused = list.iter().find(|one| one.code == code).unwrap();
        let expected = if code == "document-information" { &[][..] } else { &["S1".to_owned()][..] };
        assert_eq!(refused.not_permitted_for, expected, "{name}");
    }
    support::suite("differences named", count);
}

#[test]
fn values_of_what_changed_are_shown() {
    let one = |objects: &[(u32, String)], thing| only(&after(objects), thing).clone();
    let moved = NAME.replace("72 600 272 620", "72 500 272 520");
    let field = one(&[(7, dict(&format!("{moved} /Parent 14 0 R /T (name) /V (Muster)")))], Thing::Field);
    assert_eq!((field.before, field.after), (text("[72 600 272 620]"), text("[72 500 272 520]")));
    let note = one(&[(13, dict(&format!("{NOTE} /Contents (Anders)")))], Thing::Annotation);
    assert_eq!((note.before, note.after), (text("Notiz"), text("Anders")));
    let title = one(&[(12, dict("/Title (Anderes) /Producer (a)"))], Thing::Information);
    assert_eq!((title.before, title.after), (text("Vertrag"), text("Anderes")));
    let script = dict("/Type /Catalog /Pages 2 0 R /AcroForm 6 0 R /OpenAction << /S /JavaScript /JS (boo) >>");
    let action = one(&[(1, script)], Thing::Action);
    assert_eq!((action.before, action.after), (None, text("boo")));
    let content = one(&[(15, stream("", "BT ET"))], Thing::PageContent);
    let Some(ShownValue::Stream { bytes: 5, sha256, image: None }) = content.after else { panic!("{content:?}") };
    assert_eq!(sha256, digest(DigestAlgorithm::Sha256, b"BT ET").to_string());
}

/// Both pages use the font and the image: both are other pages now.
#[test]
fn a_shared_resource_is_named_on_each_page() {
    let font = after(&[(9, dict("/Type /Font /Subtype /Type1 /BaseFont /Symbol"))]);
    let pages: Vec<_> = font.iter().filter(|one| one.code == "resources").map(|one| one.page).collect();
    assert_eq!(pages, [Some(1), Some(2)], "{font:#?}");
    let first = font.iter().find(|one| one.code == "resources").unwrap();
    assert_eq!((first.thing, first.name.as_deref()), (Thing::Font, Some("F1")));
    assert_eq!((&first.before, &first.after), (&text("Helvetica"), &text("Symbol")));
    let image = after(&[(10, image(4, "abcdefgh"))]);
    assert_eq!(image.len(), 2, "{image:#?}");
    let Some(ShownValue::Stream { image: Some((4, 2)), bytes: 8, .. }) = image[1].after else {
        panic!("{image:?}")
    };
    assert_eq!((image[1].thing, image[1].name.as_deref(), image[1].page), (Thing::Image, Some("Im1"), Some(2)));
}

#[test]
fn each_later_revision_is_told_after_its_signatures() {
    let mut file = signed();
    file.update(&[(7, dict(&format!("{NAME} /Parent 14 0 R /T (name) /V (Meier)")))]);
    file.sign(30, 18, "Zweite");
    file.update(&[(5, stream("", "BT ET"))]);
    let bytes = &file.bytes;
    assert_eq!(each_stands_alone("two signatures", bytes, None), 2);
    let found = found(bytes, None);
    let envelope = RevisionsEnvelope::default();
    let json = revisions_to_json(&found.signed, found.differences.as_ref(), &envelope, Language::En);
    let json: Value = serde_json::from_str(&json).unwrap();
    let later = json["differences"]["revisions"].as_array().unwrap();
    let told: Vec<_> = later.iter().map(|one| (&one["revision"], &one["after"], &one["signedBy"])).collect();
    let list = |ids: &[&str]| Value::from(ids.to_vec());
    assert_eq!(
        told,
        [
            (&3.into(), &list(&["S1"]), &list(&[])),
            (&4.into(), &list(&["S1"]), &list(&["S2"])),
            (&5.into(), &list(&["S1", "S2"]), &list(&[])),
        ]
    );
    let content = &later[2]["pages"][0];
    assert_eq!((&content["page"], &content["differences"][0]["thing"]), (&1.into(), &"page-content".into()));
    assert_eq!(content["differences"][0]["notPermittedFor"], list(&["S1", "S2"]));
    let text = revisions_to_text(&found.signed, found.differences.as_ref(), &envelope, Language::De, Style::Plain);
    assert!(text.contains("Fassung 3\n  Nach          S1\n  Seite 2:\n    Formularfeld «person.name»: geändert\n      vorher: «Muster»\n      nachher: «Meier»\n"), "{text}");
}

#[test]
fn hostile_documents_end_and_never_seem_complete() {
    #[expect(clippy::disallowed_methods, reason = "a test measures how long it takes")]
    let started = Instant::now();
    // A circle in the page tree, in the form and in the resources; numbers that do not fit; a path of long names.
    let circle = [
        (2, dict("/Type /Pages /Kids [2 0 R 3 0 R 4 0 R 2 0 R] /Count 99999999999999999999")),
        (14, dict("/T (person) /Kids [14 0 R 7 0 R]")),
        (6, dict("/DR 6 0 R /Fields [14 0 R 8 0 R 18 0 R 6 0 R] /SigFlags -99999999999999999999")),
        (
            7,
            dict(&format!(
                "{} /Parent 7 0 R /T (name) /V 7 0 R",
                NAME.replace("72 600", "1e400 -99999999999999999999")
            )),
        ),
    ];
    let mut file = signed();
    file.update(&circle);
    let differences = found(&file.bytes, None).differences.unwrap();
    assert!(!differences.list.is_empty());
    // Thousands of things at once: the list is bounded, and says so.
    let mut file = signed();
    let many: Vec<(u32, String)> = (100..4_100).map(|n| (n, dict(&format!("{NOTE} /Contents (x)")))).collect();
    let refs: String = many.iter().map(|(n, _)| format!("{n} 0 R ")).collect();
    let mut objects = vec![(4, dict(&format!("{SECOND} {RESOURCES} /Annots [7 0 R 13 0 R {refs}]")))];
    objects.extend(many);
    file.update(&objects);
    let differences = found(&file.bytes, None).differences.unwrap();
    assert!(
        differences.list.len() <= 2_000 && differences.more >= 2_000,
        "{} {}",
        differences.list.len(),
        differences.more
    );
    // A small budget: the list is there, and says that it is not all.
    for work in [50, 200, 1_000, 3_000, 10_000] {
        let limits = Limits { work, ..Limits::DEFAULT };
        let request = RevisionsRequest { password: None, contents: Vec::new(), limits, depth: Depth::Differences };
        if let Ok(found) = revisions(&file.bytes, &request, &CancelFlag::default()) {
            assert!(!found.differences.unwrap().complete, "{work}");
        }
    }
    // A long value behind many names.
    let mut file = signed();
    let long = "x".repeat(1 << 16);
    let kids: String = (100..1_100).map(|n| format!("{n} 0 R ")).collect();
    let mut objects: Vec<(u32, String)> =
        (100..1_100).map(|n| (n, dict(&format!("{NAME} /T (f{n}) /V 90 0 R /Parent 14 0 R")))).collect();
    objects.push((90, format!("({long})")));
    objects.push((14, dict(&format!("/T (person) /Kids [7 0 R {kids}]"))));
    file.update(&objects);
    let differences = found(&file.bytes, None).differences.unwrap();
    assert!(differences.list.len() > 100);
    assert!(started.elapsed() < Duration::from_secs(60), "{:?}", started.elapsed());
}

#[test]
fn broken_byte_ranges_have_no_revision() {
    let clean = signed().bytes;
    let needle = b"/ByteRange [0 ";
    let at = clean.windows(needle.len()).position(|window| window == needle).unwrap() + needle.len();
    let mut cases = 0;
    for (from, to) in [(0, b"9999999999999"), (0, b"0 0 0 0 0 0 0"), (0, b"-1 -1 -1 -1  ")] {
        let mut bytes = clean.clone();
        bytes[at + from..at + from + to.len()].copy_from_slice(to);
        let found = found(&bytes, None);
        assert_eq!(found.signed.signed.len(), 1);
        assert_eq!(found.signed.signed[0].revision, None, "{}", String::from_utf8_lossy(to));
        assert!(!found.differences.unwrap().complete, "nothing was compared");
        cases += 1;
    }
    assert_eq!(cases, 3);
}

// ---------------------------------------------------------------------------------------------------------------------
// The command.

fn sigillum(arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sigillum"));
    command.env("XDG_DATA_HOME", concat!(env!("CARGO_TARGET_TMPDIR"), "/nothing"));
    command.current_dir(support::project()).arg("revisions").args(arguments).stdin(Stdio::null());
    let output = command.output().unwrap();
    let text = |octets| String::from_utf8(octets).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

fn put(folder: &Path, name: &str, bytes: &[u8]) -> String {
    let path = folder.join(name);
    #[expect(clippy::disallowed_methods, reason = "tests write files")]
    std::fs::write(&path, bytes).unwrap();
    path.to_str().unwrap().to_owned()
}

fn names(folder: &Path) -> Vec<PathBuf> {
    support::files(folder, |_| true)
}

#[test]
fn the_command_lists_and_writes() {
    const TWO: &str = "fixtures/pdf/two-signatures/document.pdf";
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let out_text = out.to_str().unwrap();
    let (code, text, err) = sigillum(&[TWO, "-o", out_text]);
    assert_eq!((code, &*err), (Some(0), ""), "{text}");
    assert!(text.starts_with("Signierte Fassungen: 2") && text.contains("revision-S2.pdf"), "{text}");
    let bytes = support::read(&support::project().join(TWO));
    let expected = found(&bytes, None);
    for one in &expected.signed.signed {
        let written = support::read(&out.join(format!("revision-{}.pdf", one.id)));
        assert!(written == one.revision.as_ref().unwrap().of(&bytes).unwrap(), "{}", one.id);
    }
    assert_eq!(names(&out).len(), 2, "nothing else is left");

    // Nothing is overwritten, not even in part.
    std::fs::remove_file(out.join("revision-S1.pdf")).unwrap();
    let (code, text, err) = sigillum(&[TWO, "-o", out_text, "--lang", "en"]);
    assert_eq!((code, &*text), (Some(64), ""));
    assert!(err.contains("revision-S2.pdf is there already"), "{err}");
    assert_eq!(names(&out).len(), 1);
    let file = put(folder.path(), "file", b"x");
    assert_eq!(sigillum(&[TWO, "-o", &file]).0, Some(64));
    let nowhere = folder.path().join("gone/out");
    assert_eq!(sigillum(&[TWO, "-o", nowhere.to_str().unwrap()]).0, Some(70));

    let json = folder.path().join("json");
    let (code, line, err) = sigillum(&[TWO, "--format", "json", "--diff", "-o", json.to_str().unwrap()]);
    assert_eq!((code, &*err, line.lines().count()), (Some(0), "", 1));
    let value: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(value["schema"], "sigillum-revisions/1");
    assert_eq!(value["document"]["name"], TWO);
    for one in value["signatures"].as_array().unwrap() {
        let written = support::read(Path::new(one["file"].as_str().unwrap()));
        assert_eq!(one["revision"]["sha256"], digest(DigestAlgorithm::Sha256, &written).to_string());
    }
    assert_eq!(value["differences"]["complete"], true);
}

#[test]
fn the_exit_code_says_how_it_went() {
    let folder = tempfile::tempdir().unwrap();
    let unsigned = "fixtures/pdf/no-signature/document.pdf";
    let (code, text, _) = sigillum(&[unsigned, "--lang", "fr", "--diff"]);
    assert_eq!(code, Some(3));
    assert!(text.starts_with("Le document n'est pas signé."), "{text}");
    let (code, text, err) = sigillum(&["fixtures/pdf/not-a-document/document.pdf"]);
    assert_eq!((code, &*text), (Some(4), ""));
    assert!(err.contains("weder"), "{err}");
    for (file, error) in [
        ("fixtures/gone.pdf", "file-not-found"),
        ("fixtures/pdf/not-a-document/document.pdf", "not-a-document"),
        ("fixtures/pdf/encrypted-aes256/document.pdf", "encrypted"),
        (&*put(folder.path(), "a.xml", b"<?xml version=\"1.0\"?><a>"), "malformed-xml"),
    ] {
        let (code, line, err) = sigillum(&[file, "--format", "json"]);
        assert_eq!((code, &*err), (Some(4), ""), "{file}");
        let value: Value = serde_json::from_str(&line).unwrap();
        assert_eq!((&value["error"]["code"], &value["schema"]), (&error.into(), &"sigillum-revisions/1".into()));
    }
    // The bytes of an encrypted document are given back as they are.
    let encrypted = "fixtures/pdf/encrypted-aes256/document.pdf";
    let out = folder.path().join("out");
    let password = put(folder.path(), "password", b"test-password\n");
    let (code, _, err) = sigillum(&[encrypted, "--password-file", &password, "-o", out.to_str().unwrap()]);
    assert_eq!((code, &*err), (Some(0), ""));
    let written = support::read(&out.join("revision-S1.pdf"));
    assert!(support::read(&support::project().join(encrypted)).starts_with(&written));
    assert_eq!(sigillum(&[encrypted, "--password", "test-password", "--diff"]).0, Some(0));

    let mut broken = signed().bytes;
    let needle = b"/ByteRange [0 ";
    let at = broken.windows(needle.len()).position(|window| window == needle).unwrap() + needle.len();
    broken[at] = b'9';
    let broken = put(folder.path(), "broken.pdf", &broken);
    let out = folder.path().join("none");
    let (code, text, _) = sigillum(&[&broken, "--lang", "en", "-o", out.to_str().unwrap()]);
    assert_eq!(code, Some(2));
    assert!(text.contains("cannot be told") && names(&out).is_empty(), "{text}");
    // What was done to a document stands in the text as it is, made visible.
    let mut changed = signed();
    changed.update(&[(7, dict(&format!("{NAME} /Parent 14 0 R /T (name) /V <FEFF0061001B005B0032004A0062>")))]);
    let changed = put(folder.path(), "changed.pdf", &changed.bytes);
    let (code, text, _) = sigillum(&[&changed, "--diff", "--lang", "it"]);
    assert_eq!(code, Some(0));
    assert!(text.contains("prima: «Muster»\n      dopo: «a<U+001B>[2Jb»"), "{text}");
}
