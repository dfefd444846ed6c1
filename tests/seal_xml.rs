//! Seals of XML documents, made here and of the corpus, from the bytes that come to the bytes that leave: enveloped,
//! enveloping and detached; what is refused, and with which cause; and what xmlsec1 says of the results.
//!
//! Every result is accepted by our own validator under the policy of the profile, has the input in it as it came, and is
//! broken by a flipped bit of what is covered, but not by what means nothing in XML.

#![expect(clippy::disallowed_methods, reason = "outside programs read files")]

mod support;

use std::collections::BTreeMap;
use std::path::Path;

use sigillum::crypto::{DigestAlgorithm, digest};
use sigillum::document::{Coverage, MediaType, Packaging};
use sigillum::sealing::{Appearance, Formats, Released, SealError, SealProfile, sealed_again};
use sigillum::validation::{Answer, Integrity, Report, SignatureReport, Verdict};
use support::exceptions::Exceptions;
use support::seal::{Sealer, Unsealed, judged, judged_beside, profile};
use support::xmlsec;

const ALL: [Packaging; 3] = [Packaging::Enveloped, Packaging::Enveloping, Packaging::Detached];
const NAME: &str = "Verfügung 1.xml";

fn utf16(text: &str, mark: &[u8], bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    mark.iter().copied().chain(text.encode_utf16().flat_map(bytes)).collect()
}

/// Documents of every encoding and odd form, each with a name.
fn documents() -> Vec<(&'static str, Vec<u8>)> {
    let text = "<ä xmlns='u:a' ö='ü &lt; &#xFC;'>€ \u{1F600}\r\n<![CDATA[<]]></ä>";
    let qualified = "<r xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' xmlns:xs='http://www.w3.org/2001/XMLSchema' \
                     xmlns:é='u:e'><v xsi:type='xs:int'>1</v><é:w xmlns=''/></r>";
    vec![
        ("plain", b"<a>1</a>".to_vec()),
        (
            "declared",
            b"<?xml version='1.0' encoding='UTF-8' standalone='yes'?>\n<a b=\"1\">\n  <c/>\n</a >\n".to_vec(),
        ),
        ("around", b"<?p q?><!--</a>--><a>1<!-- </a> --></a>\n<?p </a>?><!--e-->\n".to_vec()),
        ("mark", [b"\xEF\xBB\xBF", text.as_bytes()].concat()),
        ("utf-16 be", utf16(text, b"\xFE\xFF", u16::to_be_bytes)),
        ("utf-16 le", utf16(text, b"\xFF\xFE", u16::to_le_bytes)),
        ("latin 1", b"<?xml version='1.0' encoding='ISO-8859-1'?><a b='\xFC'>Z\xFCrich</a>".to_vec()),
        ("windows-1252", b"<?xml version=\"1.0\" encoding=\"windows-1252\"?><a>\x80</a>".to_vec()),
        ("ascii", b"<?xml version='1.0' encoding='us-ascii'?><a>&#xFC;</a>".to_vec()),
        ("prefixes", qualified.as_bytes().to_vec()),
        ("default undeclared", b"<a xmlns='u:a'><b xmlns=''><c xmlns='u:c'/></b></a>".to_vec()),
        ("prefix ds", b"<ds:a xmlns:ds='u:other' xmlns:xades='u:x' Id='x'>1</ds:a>".to_vec()),
        ("identifiers", b"<a Id='i'><b ID='i'/><c id='i' xml:id='j'/></a>".to_vec()),
        ("xml attributes", b"<a xml:lang='de' xml:space='preserve' xml:base='http://h/'> </a>".to_vec()),
        ("white space end tag", b"<a>1</a\n\t >".to_vec()),
    ]
}

#[test]
fn documents_of_every_form_are_sealed_in_every_packaging() {
    let sealers = [Sealer::p256(), Sealer::rsa_pss()];
    let folder = folder("forms");
    let mut cases = 0;
    let mut files = Vec::new();
    for (number, (name, document)) in documents().into_iter().enumerate() {
        for packaging in ALL {
            for (which, sealer) in sealers.iter().enumerate() {
                let released = sealer.seal_xml(document.clone(), packaging, Some(NAME));
                let released = released.unwrap_or_else(|error| panic!("{name}: {error}"));
                check(name, &document, packaging, &released);
                let report = of(released.bytes(), packaging, &document).expect("readable");
                assert_eq!(report.summary.answer, Answer::Valid, "{name}: judged anew");
                check_damage(name, &document, packaging, &released);
                cases += 1;
                if which == 0 {
                    files.push(written(&folder, &format!("{number}-{}", packaging.name()), &document, &released));
                }
            }
        }
    }
    support::suite("seal XML forms", cases);
    judge("seal XML forms (xmlsec1)", files, Exceptions::new(Vec::new()));
}

#[test]
fn what_is_put_in_stands_before_the_end_tag_and_nothing_else_changes() {
    let sealer = Sealer::p256();
    for (name, document) in documents() {
        let released = sealer.seal_xml(document.clone(), Packaging::Enveloped, None).unwrap();
        let sealed = released.bytes();
        let start = document.iter().zip(sealed).take_while(|(before, now)| before == now).count();
        let length = sealed.len() - document.len();
        // Where what follows begins like what was put in, the place is a little earlier.
        let place = (0..=start)
            .rev()
            .find(|at| sealed[at + length..] == document[*at..] && sealed[..*at] == document[..*at]);
        let place = place.unwrap_or_else(|| panic!("{name}: more than an insertion"));
        let ascii = |octets: &[u8]| octets.iter().copied().filter(|octet| *octet != 0).collect::<Vec<u8>>();
        let put = ascii(&sealed[place..place + length]);
        let whole = put.starts_with(b"<ds:Signature ") && put.ends_with(b"</ds:Signature>");
        let shifted = put.starts_with(b"ds:Signature ") || put.ends_with(b"</ds:Signature><");
        assert!(put.is_ascii() && (whole || shifted), "{name}: {}", put.escape_ascii());
    }
}

#[test]
fn what_cannot_be_sealed_honestly_is_refused_with_its_cause() {
    let sealer = Sealer::p256();
    let cause = |document: &[u8], packaging| match sealer.seal_xml(document.to_vec(), packaging, None) {
        Ok(_) => "sealed",
        Err(Unsealed::Open(error)) => error.code(),
        Err(Unsealed::Refused(SealError::NotAppendable { cause, .. })) => cause,
        Err(Unsealed::Refused(SealError::Forbidden { by })) => by,
        Err(error) => panic!("{error}"),
    };
    let many: String = (0..10_000).map(|number| format!("<b xmlns:p{number:05}='u:{number}'/>")).collect();
    let many = format!("<a>{many}</a>");
    // In the document it has no place; around and beside it there is one.
    for (document, expected) in [
        (&b"<a/>"[..], "empty-root"),
        (b"<?xml version='1.0'?><!--</a>--><a b='/a>'/>", "empty-root"),
        (b"<a b='1' />\n", "empty-root"),
        (b"<?xml version=\"1.1\"?><a>1</a>", "xml-version"),
        (b"<a xmlns='relative'>1</a>", "relative-namespace"),
        (many.as_bytes(), "prefixes"),
    ] {
        assert_eq!(
            cause(document, Packaging::Enveloped),
            expected,
            "{}",
            document[..document.len().min(60)].escape_ascii()
        );
        assert_eq!(cause(document, Packaging::Enveloping), "sealed");
        assert_eq!(cause(document, Packaging::Detached), "sealed");
    }
    for packaging in ALL {
        assert_eq!(cause(b"<!DOCTYPE a><a>1</a>", packaging), "forbidden-xml");
        assert_eq!(cause(b"<a>&x;</a>", packaging), "forbidden-xml");
        assert_eq!(cause(b"<a>1</b>", packaging), "malformed-xml");
        assert_eq!(cause(b"text", packaging), "not-a-document");
    }
    for (formats, document, sealed) in [
        (Formats::Pades, &b"<a>1</a>"[..], false),
        (Formats::Xades, b"<a>1</a>", true),
        (Formats::All, b"<a>1</a>", true),
        (Formats::Xades, &support::pdf::MadePdf::new([]).into_bytes(), false),
        (Formats::Pades, &support::pdf::MadePdf::new([]).into_bytes(), true),
    ] {
        let by = SealProfile { formats, ..profile(Appearance::Invisible) };
        let prepared = sealer.prepare_by(document.to_vec(), &by, None);
        let code = prepared.as_ref().err().map(|error| match error {
            Unsealed::Refused(error) => error.code(),
            error => panic!("{error}"),
        });
        assert_eq!(code, (!sealed).then_some("unsupported-format"));
    }
}

#[test]
fn a_signature_that_covers_the_place_of_ours_is_not_broken() {
    let sealer = Sealer::p256();
    // The seal of another document, whose reference is to the document element by its identifier: it would cover ours.
    let first = sealer.seal_xml(b"<a Id='x'><b Id='y'>1</b></a>".to_vec(), Packaging::Enveloped, None).unwrap();
    let again = sealer.seal_xml(first.bytes().to_vec(), Packaging::Enveloped, None);
    let Err(Unsealed::Refused(SealError::Forbidden { by: "earlier-signature" })) = again else {
        panic!("a seal over the whole document leaves no other signature out: {again:?}");
    };
    for packaging in [Packaging::Enveloping, Packaging::Detached] {
        let released = sealer.seal_xml(first.bytes().to_vec(), packaging, Some(NAME)).unwrap();
        check("sealed", first.bytes(), packaging, &released);
    }
    // A signature document has no place for another signature in it.
    let around = sealer.seal_xml(b"<a>1</a>".to_vec(), Packaging::Enveloping, None).unwrap();
    let inside = sealer.seal_xml(around.bytes().to_vec(), Packaging::Enveloped, None);
    assert!(
        matches!(inside, Err(Unsealed::Refused(SealError::Forbidden { by: "earlier-signature" }))),
        "{inside:?}"
    );

    // One that does not cover the place of ours stays as it is.
    let signature = around.bytes().splitn(2, |octet| *octet == b'\n').nth(1).unwrap();
    let holding = [b"<r><c>2</c>", signature, b"</r>"].concat();
    let released = sealer.seal_xml(holding, Packaging::Enveloped, None).unwrap();
    let report = judged(released.bytes()).unwrap();
    let said: Vec<_> = report.signatures.iter().map(|one| (one.integrity, one.coverage)).collect();
    assert_eq!(said, [(Integrity::Intact, Coverage::Partial), (Integrity::Intact, Coverage::WholeDocument)]);

    // One that is broken already stops nobody.
    let broken = replaced(first.bytes(), b">1<", b">2<");
    let released = sealer.seal_xml(broken, Packaging::Enveloped, None).unwrap();
    let report = judged(released.bytes()).unwrap();
    let integrities: Vec<Integrity> = report.signatures.iter().map(|one| one.integrity).collect();
    assert_eq!(integrities, [Integrity::Broken, Integrity::Intact]);
}

/// `octets` with the first `old` in it made `new`.
fn replaced(octets: &[u8], old: &[u8], new: &[u8]) -> Vec<u8> {
    let at = octets.windows(old.len()).position(|window| window == old).expect("what is replaced");
    [&octets[..at], new, &octets[at + old.len()..]].concat()
}

#[test]
fn what_means_nothing_in_xml_breaks_nothing_and_what_means_something_does() {
    let document = "<r xmlns:t='u:one' b='1' a='2'><v t:x='t:y'>t:1</v><!--c--></r>";
    let released = Sealer::p256().seal_xml(document.into(), Packaging::Enveloped, None).unwrap();
    let integrity = |old: &str, new: &str| {
        let changed = replaced(released.bytes(), old.as_bytes(), new.as_bytes());
        judged(&changed).unwrap().signatures[0].integrity
    };
    for (old, new) in [
        ("<r xmlns:t='u:one' b='1' a='2'>", "<r  a=\"2\"\n b='1' xmlns:t = \"u:one\" >"),
        ("</v>", "</v\n>"),
        (">t:1<", ">t&#58;1<"),
        (">t:1<", "><![CDATA[t:1]]><"),
        ("<!--c-->", ""),
        ("<v t:x", "<v\tt:x"),
        ("<ds:SignatureValue Id=", "<ds:SignatureValue  Id="),
    ] {
        assert_eq!(integrity(old, new), Integrity::Intact, "{old} {new}");
    }
    for (old, new) in [
        ("a='2'", "a='3'"),
        (">t:1<", "> t:1<"),
        ("<v ", "<w/><v "),
        ("u:one", "u:two"),
        // What a prefix in character data means is signed too.
        ("<v t:x='t:y'>", "<v t:x='t:y' xmlns='u:d'>"),
        ("<r xmlns:t='u:one'", "<r xmlns:t='u:one' xmlns='u:r'"),
        ("2026-07-01T12:30:00Z", "2026-07-01T12:30:01Z"),
        ("application/xml", "text/plain"),
    ] {
        assert_eq!(integrity(old, new), Integrity::Broken, "{old} {new}");
    }
    let document = "<t:r xmlns:t='u:one'><u:v xmlns:u='u:two'>t:1</u:v></t:r>";
    let released = Sealer::p256().seal_xml(document.into(), Packaging::Enveloped, None).unwrap();
    let bound = replaced(released.bytes(), b"<u:v ", b"<u:v xmlns:t='u:evil' ");
    assert_eq!(judged(&bound).unwrap().signatures[0].integrity, Integrity::Broken);
}

#[test]
fn the_content_of_a_detached_seal_is_named_and_needed() {
    let document = b"<a>1</a>".to_vec();
    for name in [Some(NAME), None] {
        let released = Sealer::p256().seal_xml(document.clone(), Packaging::Detached, name).unwrap();
        let text = std::str::from_utf8(released.bytes()).unwrap();
        assert_eq!(text.contains(" URI=\"Verf%C3%BCgung%201.xml\""), name.is_some());
        let alone = judged(released.bytes()).unwrap();
        assert_eq!(alone.summary.answer, Answer::CannotTell);
        for (given, content, expected) in [
            (name, &document[..], Answer::Valid),
            // The only content need not have the name.
            (None, &document, Answer::Valid),
            (name, b"<a>1</a>\n", Answer::NotValid),
            (name, b"<a >1</a>", Answer::NotValid),
        ] {
            let report = judged_beside(released.bytes(), given, content).unwrap();
            assert_eq!(report.summary.answer, expected, "{given:?}");
        }
    }
}

#[test]
fn the_corpus_is_sealed() {
    const SUITE: &str = "seal XML corpus";
    let Some(shared) = support::shared() else {
        support::skipped(SUITE);
        return;
    };
    let folder = folder("corpus");
    let sealer = Sealer::p256();
    let pss = Sealer::rsa_pss();
    let corpus = support::table::corpus(&shared, |kind| kind.starts_with("xml/"));
    let corpus = corpus.into_iter().map(|file| (file.path.clone(), shared.join("data/corpus").join(file.path)));
    let of_folder = |name: &str| {
        let files = support::files(&shared.join("data").join(name).join("xml"), |name| name.ends_with(".xml"));
        files.into_iter().map(move |path| (path.file_name().unwrap().to_string_lossy().into_owned(), path))
    };
    let all = corpus.chain(of_folder("generated")).chain(of_folder("generated-dss"));
    let (mut cases, mut files) = (0, Vec::new());
    let mut refused: BTreeMap<String, usize> = BTreeMap::new();
    for (number, (name, path)) in all.enumerate() {
        let document = support::read(&path);
        let Some(earlier) = judged(&document).filter(|report| report.document.media_type == MediaType::Xml) else {
            *refused.entry("cannot be read".to_owned()).or_default() += 1;
            continue;
        };
        for (which, packaging) in ALL.into_iter().enumerate() {
            // The content matters less to those that take it as octets.
            if packaging != Packaging::Enveloped && number % 4 != which {
                continue;
            }
            let by_pss = (number / 4 + which) % 4 == 0;
            let sealer = if by_pss { &pss } else { &sealer };
            match sealer.seal_xml(document.clone(), packaging, Some(NAME)) {
                Ok(released) => {
                    check(&name, &document, packaging, &released);
                    if number % 8 == which {
                        check_damage(&name, &document, packaging, &released);
                    }
                    if packaging == Packaging::Enveloped {
                        intact_stays_intact(&name, &earlier, released.report());
                    }
                    cases += 1;
                    if !by_pss && (packaging == Packaging::Enveloped || number % 3 == 0) {
                        let stem = format!("{number}-{}", packaging.name());
                        files.push((
                            format!("{name} {}", packaging.name()),
                            written(&folder, &stem, &document, &released).1,
                        ));
                    }
                }
                Err(Unsealed::Refused(error)) => {
                    assert_eq!(packaging, Packaging::Enveloped, "{name}: {error}");
                    let unsigned = earlier.signatures.is_empty();
                    let by_signature = matches!(error, SealError::Forbidden { by: "earlier-signature" });
                    assert!(!(unsigned && by_signature), "{name}");
                    let cause = error.to_string().rsplit('(').next().unwrap_or_default().to_owned();
                    *refused.entry(cause.split(')').next().unwrap_or_default().to_owned()).or_default() += 1;
                }
                Err(error) => panic!("{name} {}: {error}", packaging.name()),
            }
        }
    }
    println!("    refused: {refused:?}");
    support::suite(SUITE, cases);
    let exceptions = support::project().join("tests/seal_xml_exceptions.tsv");
    judge("seal XML corpus (xmlsec1)", files, Exceptions::load(&exceptions));
}

/// What was intact in the document is intact in the sealed one.
fn intact_stays_intact(name: &str, earlier: &Report, report: &Report) {
    let intact =
        |report: &Report| report.signatures.iter().filter(|one| one.integrity == Integrity::Intact).count();
    assert_eq!(intact(report), intact(earlier) + 1, "{name}");
}

/// What has to be true of every result.
fn check(name: &str, input: &[u8], packaging: Packaging, released: &Released) {
    let name = format!("{name} {}", packaging.name());
    let sha256 = |bytes: &[u8]| digest(DigestAlgorithm::Sha256, bytes).to_string();
    assert_eq!((released.original_size(), released.original_sha256()), (input.len(), &*sha256(input)), "{name}");
    assert_eq!(released.media_type(), MediaType::Xml);
    assert_eq!(released.sha256(), sha256(released.bytes()), "{name}");
    let again = sealed_again(input.to_vec(), &released.addition());
    assert!(again.as_deref() == Some(released.bytes()), "{name}: the same bytes can be made again");

    let report = released.report();
    let seal = own(report);
    assert_eq!(seal.verdict, Verdict::Passed, "{name}: {:?}", seal.reason);
    assert_eq!((seal.integrity, seal.coverage), (Integrity::Intact, Coverage::WholeDocument), "{name}");
    assert_eq!(seal.packaging, Some(packaging), "{name}");
    assert!(seal.format.starts_with("XAdES-"), "{name}: {}", seal.format);
    assert_eq!(seal.claimed_signing_time.map(|time| time.to_string()).as_deref(), Some("2026-07-01T12:30:00Z"));
    if report.signatures.len() == 1 {
        assert_eq!(report.summary.answer, Answer::Valid, "{name}");
    }
}

/// That one bit of what is covered, another one in each file, breaks a result.
fn check_damage(name: &str, input: &[u8], packaging: Packaging, released: &Released) {
    let draw = usize::from_str_radix(&released.sha256()[..12], 16).unwrap();
    let integrity = |sealed: &[u8], input: &[u8]| of(sealed, packaging, input).map(|report| own(&report).integrity);
    let position = |marker: &[u8]| released.bytes().windows(marker.len()).rposition(|window| window == marker);
    match packaging {
        // What means nothing there has a test of its own.
        Packaging::Enveloped => {}
        Packaging::Enveloping => {
            let at = position(b"-document\">").unwrap() + 11 + draw / 8 % (input.len() * 4 / 3 - 1).max(1);
            let mut flipped = released.bytes().to_vec();
            flipped[at] = if flipped[at] == b'A' { b'B' } else { b'A' };
            assert_eq!(integrity(&flipped, input), Some(Integrity::Broken), "{name}: changed at {at}");
        }
        Packaging::Detached => {
            let mut flipped = input.to_vec();
            flipped[draw / 8 % input.len()] ^= 1 << (draw % 8);
            assert_eq!(integrity(released.bytes(), &flipped), Some(Integrity::Broken), "{name}: {draw}");
        }
    }
    // The seconds of the time, which are signed. In UTF-16 they are written otherwise.
    if let Some(end) = position(b"Z</xades:SigningTime>") {
        let mut flipped = released.bytes().to_vec();
        flipped[end - 1] ^= 1;
        assert_eq!(integrity(&flipped, input), Some(Integrity::Broken), "{name}: another time");
    }
}

fn of(bytes: &[u8], packaging: Packaging, input: &[u8]) -> Option<Report> {
    if packaging == Packaging::Detached { judged_beside(bytes, Some(NAME), input) } else { judged(bytes) }
}

/// The report on the seal: the last signature of the document.
fn own(report: &Report) -> &SignatureReport {
    report.signatures.last().expect("the seal")
}

fn folder(name: &str) -> std::path::PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("xml-seals").join(name);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// Writes a result, and beside it the content that it refers to; the name of the case, and the file.
fn written(folder: &Path, stem: &str, input: &[u8], released: &Released) -> (String, std::path::PathBuf) {
    let folder = folder.join(stem);
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(NAME), input).unwrap();
    let file = folder.join("sealed.xml");
    std::fs::write(&file, released.bytes()).unwrap();
    (stem.to_owned(), file)
}

/// Has xmlsec1 verify the results.
fn judge(suite: &str, files: Vec<(String, std::path::PathBuf)>, mut exceptions: Exceptions) {
    if !xmlsec::is_here() {
        println!("SKIPPED {suite}: no outside judges");
        return;
    }
    for (name, file) in files {
        let id = xmlsec::id_of(&support::read(&file));
        exceptions.check(&name, xmlsec::verify(&file, &id));
    }
    support::suite(suite, exceptions.finish());
}
