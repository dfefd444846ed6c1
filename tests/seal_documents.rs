//! Seals of documents made here: every form of a file, of a form and of a place; what is refused, and with which cause;
//! and that no stage takes what is not its own.

mod support;

use std::io::Write as _;
use std::path::{Path, PathBuf};

use sigillum::crypto::SealAlgorithm;
use sigillum::document::Coverage;
use sigillum::sealing::{Appearance, Original, Page, SealError, SealIdentity, Terms, check_signer};
use sigillum::time::Timestamp;
use sigillum::trust::TrustStore;
use sigillum::validation::{Answer, CheckId, Evidence, Integrity, Moment, Policy};
use support::exceptions::Exceptions;
use support::judges::{Case, judge};
use support::pdf::{MadePdf, stream};
use support::rng::Rng;
use support::seal::{Sealer, Unsealed, certificate, judged, profile, terms};
use support::sign::Signer;

/// How the objects of a file are written and listed.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Form {
    Table,
    Stream,
    /// All but streams in an object stream.
    ObjectStream,
}

const FORMS: [Form; 3] = [Form::Table, Form::Stream, Form::ObjectStream];

/// A file of these objects; the first, number 1, is the catalog.
fn file(form: Form, objects: &[&str]) -> Vec<u8> {
    let mut file = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n".to_vec();
    let mut records: Vec<[u32; 3]> = vec![[0, 0, 65535]];
    let put = |file: &mut Vec<u8>, number: usize, body: &[u8]| {
        let offset = u32::try_from(file.len()).unwrap();
        writeln!(file, "{number} 0 obj").unwrap();
        file.extend_from_slice(body);
        file.extend_from_slice(b"\nendobj\n");
        [1, offset, 0]
    };
    if form == Form::ObjectStream {
        let (mut index, mut data) = (String::new(), String::new());
        let holder = u32::try_from(objects.len() + 1).unwrap();
        for (position, object) in (0_u32..).zip(objects) {
            index.push_str(&format!("{} {} ", position + 1, data.len()));
            data.push_str(object);
            data.push('\n');
            records.push([2, holder, position]);
        }
        let entries = format!("/Type /ObjStm /N {} /First {} ", objects.len(), index.len());
        let body = stream(&entries, (index + &data).as_bytes());
        records.push(put(&mut file, objects.len() + 1, &body));
    } else {
        for (number, object) in (1..).zip(objects) {
            records.push(put(&mut file, number, object.as_bytes()));
        }
    }
    let start = file.len();
    let id = "/ID [<00112233445566778899aabbccddeeff> <00112233445566778899aabbccddeeff>]";
    if form == Form::Table {
        writeln!(file, "xref\n0 {}", records.len()).unwrap();
        for [kind, offset, generation] in &records {
            let kind = if *kind == 0 { 'f' } else { 'n' };
            writeln!(file, "{offset:010} {generation:05} {kind} ").unwrap();
        }
        writeln!(file, "trailer\n<< /Size {} /Root 1 0 R {id} >>", records.len()).unwrap();
    } else {
        let number = records.len();
        records.push([1, u32::try_from(start).unwrap(), 0]);
        let data: Vec<u8> = records
            .iter()
            .flat_map(|[kind, second, third]| {
                let third = u16::try_from(*third).unwrap();
                [&[u8::try_from(*kind).unwrap()][..], &second.to_be_bytes(), &third.to_be_bytes()].concat()
            })
            .collect();
        let entries = format!("/Type /XRef /Size {} /Root 1 0 R /W [1 4 2] {id} ", number + 1);
        put(&mut file, number, &stream(&entries, &data));
    }
    writeln!(file, "startxref\n{start}\n%%EOF").unwrap();
    file
}

const PAGES: &str = "<< /Type /Pages /Kids [3 0 R] /Count 1 >>";
const PAGE: &str = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595.28 841.890] /Resources << >> >>";

fn text(name: Option<&str>, page: Page) -> Appearance {
    let text = vec!["Staatskanzlei".to_owned(), "Zürich – geprüft (Ü)".to_owned()];
    Appearance::NewField { name: name.map(str::to_owned), page, rectangle: [100.0, 50.0, 300.5, 90.0], text }
}

fn in_field(name: &str) -> Appearance {
    Appearance::Field { name: name.to_owned(), text: vec!["Siegel".to_owned()] }
}

/// Documents with the place of the seal and the name of the field that it is in.
fn documents() -> Vec<(&'static str, Vec<&'static str>, Appearance, &'static str)> {
    let catalog = "<< /Type /Catalog /Pages 2 0 R >>";
    let with_form = "<< /Type /Catalog /Pages 2 0 R /AcroForm 4 0 R >>";
    let noted = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << >> /Annots 5 0 R >>";
    let marked = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << >> /Annots [5 0 R] >>";
    let merged =
        "<< /FT /Sig /T (Unterschrift) /Type /Annot /Subtype /Widget /P 3 0 R /Rect [50 90 250 50.5] /F 4 >>";
    vec![
        ("no form", vec![catalog, PAGES, PAGE], Appearance::Invisible, "Siegel1"),
        ("text", vec![catalog, PAGES, PAGE], text(None, Page::Number(1)), "Siegel1"),
        ("name", vec![catalog, PAGES, PAGE], text(Some("Kanzlei Zürich"), Page::Last), "Kanzlei Zürich"),
        (
            "direct form",
            vec![
                "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [ ] /SigFlags 1 /DA (/Helv 0 Tf) >> >>",
                PAGES,
                PAGE,
            ],
            Appearance::Invisible,
            "Siegel1",
        ),
        (
            "empty form",
            vec!["<< /Type /Catalog /Pages 2 0 R /AcroForm << >> >>", PAGES, PAGE],
            Appearance::Invisible,
            "Siegel1",
        ),
        (
            "null form",
            vec!["<< /AcroForm null /Type /Catalog /Pages 2 0 R >>", PAGES, PAGE],
            Appearance::Invisible,
            "Siegel1",
        ),
        (
            "indirect form, fields, flags and annotations",
            vec![
                with_form,
                PAGES,
                noted,
                "<< /Fields 6 0 R /SigFlags 7 0 R >>",
                "[ 8 0 R ]",
                "[ 8 0 R ]",
                "1",
                "<< /FT /Sig /T (Siegel1) /Type /Annot /Subtype /Widget /P 3 0 R /Rect [0 0 0 0] /F 132 >>",
            ],
            text(None, Page::Last),
            "Siegel2",
        ),
        (
            "one array for fields and annotations",
            vec![with_form, PAGES, noted, "<< /Fields 5 0 R >>", "[ ]"],
            text(None, Page::Last),
            "Siegel1",
        ),
        (
            "nested pages",
            vec![
                catalog,
                "<< /Type /Pages /Kids [4 0 R 5 0 R] /Count 3 >>",
                "<< /Type /Page /Parent 4 0 R /MediaBox [0 0 9 9] /Resources << >> >>",
                "<< /Type /Pages /Parent 2 0 R /Kids [3 0 R] /Count 1 >>",
                "<< /Type /Pages /Parent 2 0 R /Kids [6 0 R 7 0 R] /Count 2 >>",
                "<< /Type /Page /Parent 5 0 R /MediaBox [0 0 595 842] /Resources << >> >>",
                "<< /Type /Page /Parent 5 0 R /MediaBox [0 0 595 842] /Resources << >> /Annots null >>",
            ],
            text(None, Page::Number(2)),
            "Siegel1",
        ),
        (
            "merged field",
            vec![with_form, PAGES, marked, "<< /Fields [5 0 R] >>", merged],
            in_field("Unterschrift"),
            "Unterschrift",
        ),
        (
            "separate widget below a group",
            vec![
                with_form,
                PAGES,
                marked,
                "<< /Fields [6 0 R] /SigFlags 3 >>",
                "<< /Type /Annot /Subtype /Widget /Parent 7 0 R /P 3 0 R /Rect [50 50 250 90] /F 4 /AP << /N null >> >>",
                "<< /T (Amt) /Kids [7 0 R] >>",
                "<< /Parent 6 0 R /FT /Sig /T <FEFF005A00FC> /Kids [5 0 R] /V null >>",
            ],
            in_field("Amt.Zü"),
            "Amt.Zü",
        ),
        (
            "field without a place",
            vec![with_form, PAGES, PAGE, "<< /Fields [5 0 R] >>", "<< /FT /Sig /T (leer) >>"],
            in_field("leer"),
            "leer",
        ),
    ]
}

#[test]
fn every_form_of_a_document_is_sealed() {
    const SUITE: &str = "seal documents";
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("seal-documents");
    #[expect(clippy::disallowed_methods, reason = "outside programs read files")]
    let write = |name: &str, bytes: &[u8]| -> PathBuf {
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(name), bytes).unwrap();
        folder.join(name)
    };
    let sealers = [Sealer::p256(), Sealer::rsa_pss()];
    let mut cases = Vec::new();
    for (what, objects, appearance, field) in documents() {
        for form in FORMS {
            let name = format!("{what} {form:?}");
            let input = file(form, &objects);
            let sealer = &sealers[cases.len() % 2];
            let released =
                sealer.seal(input.clone(), appearance.clone()).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert!(released.bytes().starts_with(&input), "{name}");
            assert_eq!(released.report().summary.answer, Answer::Valid, "{name}");
            let seal = &released.report().signatures[0];
            assert_eq!((seal.field.as_deref(), seal.coverage), (Some(field), Coverage::WholeDocument), "{name}");
            assert!(
                released.report().document.findings.is_empty(),
                "{name}: {:?}",
                released.report().document.findings
            );
            let is_stream = released.addition().windows(11).any(|window| window == b"/Type /XRef");
            assert_eq!(is_stream, form != Form::Table, "{name}: the section has the form of the file's");
            is_seen(&name, released.bytes(), &appearance, field);
            let file = |part: &str| format!("{}-{part}.pdf", cases.len());
            let (before, after) = (file("before"), file("after"));
            let (before, after) = (write(&before, &input), write(&after, released.bytes()));
            let field = field.to_owned();
            cases.push(Case { name, before, after, field, is_broken: false });
        }
    }
    // That the judges would notice: one bit of the input.
    let last = cases.last().unwrap();
    let mut broken = support::read(&last.after);
    broken[40] ^= 1;
    let (before, field) = (last.before.clone(), last.field.clone());
    cases.push(Case {
        name: "broken".to_owned(),
        before,
        after: write("broken.pdf", &broken),
        field,
        is_broken: true,
    });
    support::suite(SUITE, cases.len());
    let exceptions = support::project().join("tests/seal_documents_exceptions.tsv");
    judge("seal documents judges", &cases, Exceptions::load(&exceptions));
}

#[test]
fn damaged_documents_are_refused_or_sealed_well() {
    let mut rng = Rng::new(7);
    let sealer = Sealer::p256();
    let (mut sealed, mut cases) = (0, 0);
    for (what, objects, appearance, _) in documents() {
        for form in FORMS {
            let whole = file(form, &objects);
            for _ in 0..25 {
                let mut input = whole.clone();
                for _ in 0..=rng.below(3) {
                    let at = rng.below(input.len());
                    match rng.below(9) {
                        0..3 => input[at] ^= 1 << rng.below(8),
                        3..6 => input[at] = b"<>[]()/ 0R%"[rng.below(11)],
                        6 => drop(input.splice(at..(at + rng.below(9)).min(input.len()), [])),
                        7 => input.insert(at, b"<>[]()/ 0R%"[rng.below(11)]),
                        _ => input.truncate(at.max(input.len() - 40)),
                    }
                }
                cases += 1;
                match sealer.seal(input.clone(), appearance.clone()) {
                    Ok(released) => {
                        sealed += 1;
                        assert!(released.bytes().starts_with(&input), "{what}");
                        let report = judged(released.bytes()).expect("readable");
                        assert_eq!(report.summary.answer, Answer::Valid, "{what} {form:?}");
                    }
                    Err(Unsealed::Open(_) | Unsealed::Refused(_)) => {}
                    Err(Unsealed::NotReleased(error)) => panic!("{what} {form:?}: {error}"),
                }
            }
        }
    }
    assert!(sealed * 6 > cases && sealed < cases, "{sealed} of {cases}");
    support::suite("seal damaged", cases);
}

/// What another reader sees: the field once in the form, its widget once on the page that was meant, an appearance
/// where there is a place.
fn is_seen(name: &str, bytes: &[u8], appearance: &Appearance, field: &str) {
    let document = lopdf::Document::load_mem(bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
    let follow = |object: &lopdf::Object| document.dereference(object).expect("there").1.clone();
    let form = follow(document.catalog().unwrap().get(b"AcroForm").unwrap());
    let form = form.as_dict().unwrap();
    assert_eq!(follow(form.get(b"SigFlags").unwrap()).as_i64().unwrap(), 3, "{name}");
    let signed: Vec<_> = document
        .objects
        .iter()
        .filter(|(_, object)| object.as_dict().is_ok_and(|dict| dict.get(b"V").is_ok_and(|value| !value.is_null())))
        .collect();
    let [((number, generation), object)] = signed.as_slice() else { panic!("{name}: {signed:?}") };
    let dict = object.as_dict().unwrap();
    let value = follow(dict.get(b"V").unwrap());
    assert_eq!(value.as_dict().unwrap().get(b"SubFilter").unwrap().as_name().unwrap(), b"ETSI.CAdES.detached");
    let widget = match dict.get(b"Kids") {
        Ok(kids) => kids.as_array().unwrap()[0].as_reference().unwrap(),
        Err(_) => (*number, *generation),
    };
    let shown = document.get_dictionary(widget).unwrap();
    let pages: Vec<u32> = document
        .get_pages()
        .into_iter()
        .filter(|(_, page)| {
            let annotations = document.get_dictionary(*page).unwrap().get(b"Annots").map(&follow);
            let annotations = annotations.ok().and_then(|array| array.as_array().ok().cloned()).unwrap_or_default();
            let count = annotations.iter().filter(|one| one.as_reference().ok() == Some(widget)).count();
            assert!(count < 2, "{name}: it is listed twice");
            count == 1
        })
        .map(|(number, _)| number)
        .collect();
    let expected: &[u32] = match (appearance, field) {
        (_, "leer") => &[],
        (Appearance::NewField { page: Page::Number(2), .. }, _) => &[2],
        _ => &[1],
    };
    assert_eq!(pages, expected, "{name}");
    let content = shown.get(b"AP").ok().map(|appearance| {
        let normal = follow(follow(appearance).as_dict().unwrap().get(b"N").unwrap());
        normal.as_stream().unwrap().clone()
    });
    let drawn = content.is_some_and(|content| !content.content.is_empty());
    assert_eq!(drawn, !matches!(appearance, Appearance::Invisible) && field != "leer", "{name}");
}

fn cause(result: Result<sigillum::sealing::Released, Unsealed>) -> String {
    match result {
        Ok(_) => "sealed".to_owned(),
        Err(Unsealed::Refused(error)) => {
            let said = error.to_string();
            let cause = match error {
                SealError::NotAppendable { cause, .. }
                | SealError::Place { cause }
                | SealError::Value { cause } => cause,
                SealError::Forbidden { by } => by,
                other => panic!("{other:?}"),
            };
            assert!(said.contains(&format!("({cause})")), "{said}");
            format!("{} {cause}", error.code())
        }
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn refusals_name_their_cause() {
    let sealer = Sealer::p256();
    let refused = |bytes: Vec<u8>, appearance| cause(sealer.seal(bytes, appearance));
    let plain = || file(Form::Table, &["<< /Type /Catalog /Pages 2 0 R >>", PAGES, PAGE]);
    let fields = |fields: &[&'static str]| {
        let numbers: String = (5..).zip(fields).map(|(number, _)| format!("{number} 0 R ")).collect();
        let form = format!("<< /Fields [{numbers}] >>");
        let mut objects = vec!["<< /Type /Catalog /Pages 2 0 R /AcroForm 4 0 R >>", PAGES, PAGE, &form];
        objects.extend(fields);
        file(Form::Table, &objects)
    };
    let mut cases = 0;
    let mut expect = |said: String, expected: &str| {
        assert_eq!(said, expected);
        cases += 1;
    };
    expect(refused([b"x", &*plain()].concat(), Appearance::Invisible), "not-appendable junk-before-header");
    expect(refused([&*plain(), b"x"].concat(), Appearance::Invisible), "not-appendable trailing-data");
    let without_xref = String::from_utf8_lossy(&plain()).replace("xref\n0", "xxxx\n0").into_bytes();
    expect(refused(without_xref, Appearance::Invisible), "not-appendable repaired");
    let encrypted = support::read(&support::project().join("fixtures/pdf/encrypted-aes256/document.pdf"));
    if judged(&encrypted).is_some() {
        expect(refused(encrypted, Appearance::Invisible), "not-appendable encrypted");
    }
    expect(refused(plain(), text(None, Page::Number(2))), "not-appendable no-such-page");
    expect(refused(plain(), text(None, Page::Number(0))), "not-appendable no-such-page");
    expect(refused(plain(), text(Some("a.b"), Page::Last)), "not-appendable field-name");
    expect(refused(plain(), text(Some(""), Page::Last)), "not-appendable field-name");
    expect(
        refused(fields(&["<< /FT /Tx /T (a) >>"]), text(Some("a"), Page::Last)),
        "not-appendable field-name-taken",
    );
    let shown = |rectangle, line: &str| {
        let text = vec![line.to_owned()];
        refused(plain(), Appearance::NewField { name: None, page: Page::Last, rectangle, text })
    };
    expect(shown([10.0, 10.0, 10.0, 90.0], "x"), "not-appendable rectangle");
    expect(shown([90.0, 10.0, 10.0, 90.0], "x"), "not-appendable rectangle");
    expect(shown([f64::NAN, 10.0, 90.0, 90.0], "x"), "not-appendable rectangle");
    expect(shown([10.0, 10.0, 99.0, 99.0], "Łódź"), "not-appendable text-not-in-font");
    expect(shown([10.0, 10.0, 20.0, 20.0], &"lang ".repeat(30)), "not-appendable text-too-long");
    let of_field = |field: &'static str| refused(fields(&[field]), in_field("a"));
    expect(refused(plain(), in_field("a")), "not-appendable no-such-field");
    expect(of_field("<< /FT /Tx /T (a) >>"), "not-appendable no-such-field");
    expect(of_field("<< /FT /Sig /T (a) /V << /Type /Sig >> >>"), "not-appendable field-not-empty");
    expect(of_field("<< /FT /Sig /T (a) /Lock << /Action /All >> >>"), "not-appendable field-has-lock");
    expect(of_field("<< /FT /Sig /T (a) /SV << /Ff 2 >> >>"), "not-appendable field-has-seed-values");
    let twice = "<< /FT /Sig /T (a) >>";
    expect(refused(fields(&[twice, twice]), in_field("a")), "not-appendable field-ambiguous");
    let widgets = "<< /FT /Sig /T (a) /Kids [<< /Subtype /Widget >> << /Subtype /Widget >>] >>";
    expect(of_field(widgets), "not-appendable several-widgets");
    let direct = "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [<< /FT /Sig /T (a) >>] >> >>";
    expect(refused(file(Form::Table, &[direct, PAGES, PAGE]), in_field("a")), "not-appendable field-not-indirect");
    let kid = "<< /Type /Pages /Kids [<< /Type /Page >>] /Count 1 >>";
    let page = file(Form::Table, &["<< /Type /Catalog /Pages 2 0 R >>", kid]);
    expect(refused(page, Appearance::Invisible), "not-appendable page-not-indirect");
    support::suite("seal refusals", cases);
}

#[test]
fn certifications_and_locks_are_kept() {
    let sealer = Sealer::p256();
    let signed = |reference: &str, lock: &str| {
        let field = format!("<< /FT /Sig /T (a) /V 6 0 R {lock} >>");
        let signature = format!("<< /Type /Sig /ByteRange [0 1 2 3] /Contents <00> {reference} >>");
        let catalog = "<< /Type /Catalog /Pages 2 0 R /AcroForm 4 0 R >>";
        let bytes = file(Form::Table, &[catalog, PAGES, PAGE, "<< /Fields [5 0 R] >>", &field, &signature]);
        cause(sealer.seal(bytes, text(Some("b"), Page::Last)))
    };
    let certified =
        |level| format!("/Reference [<< /TransformMethod /DocMDP /TransformParams << /P {level} >> >>]");
    assert_eq!(signed(&certified(1), ""), "signing-forbidden certification");
    assert_eq!(signed(&certified(2), ""), "sealed");
    assert_eq!(signed(&certified(3), ""), "sealed");
    assert_eq!(signed(&certified(7), ""), "signing-forbidden unreadable");
    assert_eq!(signed("", "/Lock << /Action /All >>"), "signing-forbidden lock");
    assert_eq!(signed("", "/Lock << /Action /Include /Fields [(b)] >>"), "signing-forbidden lock");
    assert_eq!(signed("", "/Lock << /Action /Include /Fields [(c)] >>"), "sealed");
    assert_eq!(signed("", "/Lock << /Action /Include /Fields [(c)] /P 1 >>"), "signing-forbidden lock");
    assert_eq!(signed("", "/Lock 99 0 R"), "signing-forbidden unreadable");
    let certified = support::read(&support::project().join("fixtures/pdf/certified-p2/document.pdf"));
    assert_eq!(cause(sealer.seal(certified, Appearance::Invisible)), "sealed");
}

#[test]
fn earlier_signatures_stay_as_they_are() {
    let mut signed = MadePdf::new([]);
    Signer::rsa().sign(&mut signed, "Siegel1");
    Signer::p256().sign(&mut signed, "Andere");
    let mut bytes = signed.into_bytes();
    for (sealer, count) in [(Sealer::rsa_pss(), 3), (Sealer::p256(), 4)] {
        let released = sealer.seal(bytes.clone(), Appearance::Invisible).unwrap_or_else(|error| panic!("{error}"));
        let signatures = &released.report().signatures;
        assert_eq!(signatures.len(), count);
        assert!(signatures.iter().all(|one| one.integrity == Integrity::Intact));
        let (own, earlier) = signatures.split_last().unwrap();
        assert!(earlier.iter().all(|one| one.coverage == Coverage::WholeRevision));
        assert_eq!(own.coverage, Coverage::WholeDocument);
        assert_eq!(own.field.as_deref(), Some(format!("Siegel{}", count - 1).as_str()));
        bytes = released.into_bytes();
    }
    // One that is broken already does not stop the seal of somebody else, nor does it get better.
    let broken = support::read(&support::project().join("fixtures/pdf/tampered/document.pdf"));
    let released = Sealer::p256().seal(broken, Appearance::Invisible).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(released.report().signatures[0].integrity, Integrity::Broken);
    assert_eq!(released.report().summary.answer, Answer::NotValid);
}

#[test]
fn no_stage_takes_what_is_not_its_own() {
    let (sealer, other) = (Sealer::p256(), Sealer::rsa_pss());
    let prepare = || {
        sealer
            .prepare(MadePdf::new([]).into_bytes(), Appearance::Invisible)
            .unwrap_or_else(|error| panic!("{error}"))
    };
    let refused = |result: Result<sigillum::sealing::Sealed, SealError>| match result {
        Err(SealError::Value { cause }) => cause,
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(prepare().embed_value(&[])), "signature");
    assert_eq!(refused(prepare().embed_value(&sealer.value(b"something else"))), "signature");
    let value = other.value(prepare().signed_attributes());
    assert_eq!(refused(prepare().embed_value(&value)), "signature");

    let prepared = prepare();
    let cms = Signer::p256().cms(prepared.document_digest().as_bytes());
    let released = prepared.embed_cms(&cms).unwrap().release(&terms()).unwrap();
    assert_eq!(released.report().summary.answer, Answer::Valid);
    let digest = prepare().document_digest().as_bytes().to_vec();
    assert_eq!(refused(prepare().embed_cms(&Signer::rsa().cms(&digest))), "certificate");
    assert_eq!(refused(prepare().embed_cms(&Signer::p256().cms(&[0; 32]))), "digest");
    assert_eq!(refused(prepare().embed_cms(b"no CMS")), "malformed");
    assert_eq!(refused(prepare().embed_cms(&[&*cms, b"\0"].concat())), "malformed");
    let mut broken = cms.clone();
    *broken.last_mut().unwrap() ^= 1;
    assert_eq!(refused(prepare().embed_cms(&broken)), "signature");
}

#[test]
fn a_seal_that_does_not_pass_is_not_released() {
    let sealer = Sealer::p256();
    let released_under = |terms: &Terms| {
        let original = Original::judge(MadePdf::new([]).into_bytes(), terms).unwrap();
        let prepared = original.prepare(&sealer.identity, &profile(Appearance::Invisible), terms.moment.at, terms);
        let prepared = prepared.unwrap();
        let value = sealer.value(prepared.signed_attributes());
        prepared.embed_value(&value).unwrap().release(terms).map(|_| ()).map_err(|error| error.cause)
    };
    assert_eq!(released_under(&terms()), Ok(()));
    assert_eq!(released_under(&Terms { trust: TrustStore::default().into(), ..terms() }), Err("own-signature"));
    let policy = Policy::builtin("default").unwrap().into();
    assert_eq!(released_under(&Terms { policy, ..terms() }), Err("own-signature"), "revocation is not known");
    // The clock went on between the stages.
    let original = Original::judge(MadePdf::new([]).into_bytes(), &terms()).unwrap();
    let prepared = original.prepare(&sealer.identity, &profile(Appearance::Invisible), terms().moment.at, &terms());
    let prepared = prepared.unwrap();
    let value = sealer.value(prepared.signed_attributes());
    let error = prepared.embed_value(&value).unwrap().release(&at("2057-01-01T00:00:00Z")).unwrap_err();
    assert_eq!((error.cause, error.code()), ("own-signature", "seal-not-released"));
    assert_eq!(error.report.unwrap().signatures[0].reason.check, Some(CheckId::SignerValidity));
}

fn at(time: &str) -> Terms {
    let at = Timestamp::from_rfc3339(time).unwrap();
    Terms { moment: Moment { at, clock: at }, ..terms() }
}

#[test]
fn our_certificate_is_judged_before() {
    let unfit =
        |identity: &SealIdentity, terms: &Terms| check_signer(identity, terms).err().map(|unfit| unfit.check);
    for sealer in [Sealer::p256(), Sealer::rsa_pss()] {
        assert_eq!(unfit(&sealer.identity, &terms()), None);
    }
    let ours = Sealer::p256().identity;
    assert_eq!(unfit(&ours, &at("2057-01-01T00:00:00Z")), Some(Some(CheckId::SignerValidity)));
    assert_eq!(unfit(&ours, &at("2025-01-01T00:00:00Z")), Some(Some(CheckId::SignerValidity)));
    let untrusted = Terms { trust: TrustStore::default().into(), ..terms() };
    assert_eq!(unfit(&ours, &untrusted), Some(Some(CheckId::ChainToAnchor)));
    let policy = Policy::builtin("default").unwrap().into();
    assert_eq!(unfit(&ours, &Terms { policy, ..terms() }), Some(Some(CheckId::RevocationKnown)));
    let root = SealIdentity { certificate: certificate("fixtures/bench/root.pem"), ..ours.clone() };
    assert_eq!(unfit(&root, &terms()), Some(Some(CheckId::SignerKeyUsage)));
    // What is at hand leads on from our certificate, and counts for documents too.
    let issuer = || {
        let mut evidence = Evidence::new();
        evidence.add_certificate(certificate("fixtures/pki/issuing-ca.pem"));
        std::sync::Arc::new(evidence)
    };
    let root = sigillum::trust::TrustAnchor { certificate: certificate("fixtures/pki/root.pem"), sunset: None };
    let under_root = Terms { trust: TrustStore::new(vec![root]).into(), ..terms() };
    let bytes = support::read(&support::project().join("fixtures/pdf/issuer-missing/document.pdf"));
    let signer = |terms: &Terms| Original::judge(bytes.clone(), terms).unwrap().report().summary.answer;
    assert_eq!(signer(&under_root), Answer::CannotTell);
    assert_eq!(signer(&Terms { evidence: issuer(), ..under_root }), Answer::Valid);
    let other_key = SealIdentity { algorithm: SealAlgorithm::RsaPssSha256, ..ours.clone() };
    assert_eq!(unfit(&other_key, &terms()), Some(Some(CheckId::SignatureValue)));
}
