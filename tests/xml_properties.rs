//! Properties of XML signatures: a bit that is flipped in what is signed is noticed, spelling that no canonical form
//! keeps does not matter, and the same bytes give the same report.

#![cfg(feature = "service")]

mod support;

use std::fmt::Write as _;
use std::ops::Range;
use std::sync::Arc;

use sigillum::limits::{CancelFlag, Limits};
use sigillum::pki::{Certificate, pem};
use sigillum::service::{ValidationRequest, validate};
use sigillum::time::Timestamp;
use sigillum::trust::{TrustAnchor, TrustStore};
use sigillum::validation::{Answer, Moment, Policy, Report};
use support::rng::Rng;
use support::xades::{AT, Reference, enveloped, inside, signature};

fn judged(bytes: &[u8]) -> Result<Report, String> {
    let at = Timestamp::from_rfc3339(AT).unwrap();
    let root = pem::objects(&support::read(&support::project().join("fixtures/bench/root.pem"))).unwrap();
    let anchors = root.iter().map(|object| TrustAnchor {
        certificate: Arc::new(Certificate::parse(&object.der).unwrap()),
        sunset: None,
    });
    let request = ValidationRequest {
        contents: Vec::new(),
        password: None,
        policy: Policy::builtin("no-revocation").unwrap().into(),
        trust: TrustStore::new(anchors.collect()).into(),
        certificates: Vec::new(),
        crls: Vec::new(),
        ocsp_responses: Vec::new(),
        moment: Moment { at, clock: at },
        limits: Limits::DEFAULT,
    };
    validate(bytes, &request, &CancelFlag::default()).map_err(|error| error.code().to_owned())
}

fn is_valid(bytes: &[u8]) -> bool {
    judged(bytes).is_ok_and(|report| report.summary.answer == Answer::Valid)
}

/// Where a part of a document stands, from one mark to behind another.
fn range(document: &str, from: &str, to: &str) -> Range<usize> {
    let start = document.find(from).expect(from);
    start..start + document[start..].find(to).expect(to) + to.len()
}

#[test]
fn a_flipped_bit_in_what_is_signed_is_noticed() {
    let document = enveloped();
    assert!(is_valid(document.as_bytes()));
    let content = range(&document, "<filing", "</amount>");
    let parts = [
        range(&document, "<ds:SignedInfo>", "</ds:SignedInfo>"),
        range(&document, "<ds:SignatureValue", "</ds:SignatureValue>"),
        range(&document, "<xades:SignedProperties ", "</xades:SignedProperties>"),
    ];
    let id = range(&document, " Id=\"v-1\"", "\"");
    // A declaration that says again what is in force is in no canonical form that was asked for.
    let again: Vec<Range<usize>> = document
        .match_indices("<ds:Digest")
        .map(|(at, _)| at..at + document[at..].find('>').unwrap())
        .filter_map(|tag| document[tag.clone()].find(" xmlns:ds=").map(|at| tag.start + at..tag.start + at + 46))
        .collect();
    let mut cases = 0;
    let mut flip = |at: usize, bit: u32| {
        let mut bytes = document.clone().into_bytes();
        bytes[at] ^= 1 << bit;
        let shown = String::from_utf8_lossy(&bytes[at.saturating_sub(20)..at + 20]).into_owned();
        assert!(!is_valid(&bytes), "bit {bit} of byte {at}: {shown}");
        cases += 1;
    };
    for at in content {
        (0..8).for_each(|bit| flip(at, bit));
    }
    let mut rng = Rng::new(7);
    for part in parts {
        // The identifier of the value is not signed.
        for at in part.filter(|at| *at < id.start || *at > id.end + 4) {
            if again.iter().any(|declared| declared.contains(&at)) {
                continue;
            }
            flip(at, u32::try_from(rng.below(8)).unwrap());
        }
    }
    support::suite("XML flipped bits", cases);
}

/// An element of a made document: what is signed of it, and one of the many ways to write it.
struct Made {
    canonical: String,
    spelled: String,
}

fn blank(rng: &mut Rng) -> &'static str {
    ["", " ", "\n", "\t ", " \n  "][rng.below(5)]
}

fn text(rng: &mut Rng) -> (String, String) {
    let (mut canonical, mut spelled) = (String::new(), String::new());
    for _ in 0..rng.below(6) {
        let (one, other) = [
            ("a", "&#x61;"),
            ("&amp;", "<![CDATA[&]]>"),
            ("&lt;", "&#60;"),
            ("ü", "&#xfc;"),
            (" \n", " \r\n"),
            ("&gt;", ">"),
            ("1", "1"),
        ][rng.below(7)];
        canonical.push_str(one);
        spelled.push_str(if rng.below(2) == 0 { one } else { other });
    }
    (canonical, spelled)
}

fn element(rng: &mut Rng, depth: usize, id: &str) -> Made {
    let name = ["record", "entry", "x"][rng.below(3)];
    let mut attributes: Vec<(String, String)> = Vec::new();
    for key in ["a", "b", "c", "d"] {
        if rng.below(2) == 0 {
            attributes.push((key.to_owned(), format!("{} &amp; é", rng.below(100))));
        }
    }
    if !id.is_empty() {
        attributes.insert(0, ("Id".to_owned(), id.to_owned()));
    }
    let mut made = Made { canonical: format!("<{name}"), spelled: format!("<{name}") };
    for (key, value) in &attributes {
        write!(made.canonical, " {key}=\"{value}\"").unwrap();
    }
    while !attributes.is_empty() {
        let (key, value) = attributes.swap_remove(rng.below(attributes.len()));
        let quote = ['"', '\''][rng.below(2)];
        let (before, after) = (blank(rng), blank(rng));
        write!(made.spelled, " {before}{key}{after}={before}{quote}{value}{quote}").unwrap();
    }
    made.canonical.push('>');
    let (canonical, mut spelled) = text(rng);
    made.canonical.push_str(&canonical);
    for _ in 0..if depth == 0 { 0 } else { 1 + rng.below(3) } {
        let child = element(rng, depth - 1, "");
        made.canonical.push_str(&child.canonical);
        spelled.push_str(&child.spelled);
    }
    write!(made.canonical, "</{name}>").unwrap();
    if spelled.is_empty() && rng.below(2) == 0 {
        made.spelled.push_str(&format!("{}/>", blank(rng)));
    } else {
        write!(made.spelled, "{}>{spelled}</{name}{}>", blank(rng), blank(rng)).unwrap();
    }
    made
}

#[test]
fn what_no_canonical_form_keeps_does_not_matter() {
    const DOCUMENTS: u64 = 60;
    for seed in 0..DOCUMENTS {
        let mut rng = Rng::new(seed);
        let made = element(&mut rng, 3, "r");
        let whole = signature("1", &[Reference::enveloped(made.canonical.as_str())], "");
        // The end tag of the document may have been spelled with blanks, or the element may be empty.
        let document = match made.spelled.rfind("</") {
            Some(at) => format!("{}{whole}{}", &made.spelled[..at], &made.spelled[at..]),
            None => inside(&made.canonical, &whole),
        };
        let report = judged(document.as_bytes()).unwrap_or_else(|error| panic!("{error}: {document}"));
        let one = &report.signatures[0];
        assert_eq!(report.summary.answer, Answer::Valid, "seed {seed}: {:?} {document}", one.reason);
        // The same in other encodings: digests are over the characters.
        let body = document.replace("\r\n", "\n");
        let wide = format!("\u{feff}<?xml version=\"1.0\" encoding=\"UTF-16\"?>\n{body}");
        let little: Vec<u8> = wide.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = wide.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let single: Vec<u8> = format!("<?xml version='1.0' encoding='ISO-8859-1'?>{body}")
            .chars()
            .map(|character| u8::try_from(u32::from(character)).expect("Latin 1"))
            .collect();
        for (name, bytes) in [("UTF-16LE", little), ("UTF-16BE", big), ("ISO-8859-1", single)] {
            assert!(is_valid(&bytes), "seed {seed} in {name}: {body}");
        }
    }
    support::suite("XML spelling", usize::try_from(DOCUMENTS).unwrap() * 4);
}

#[test]
fn the_same_bytes_give_the_same_report() {
    let documents = support::seeds::xml_documents();
    for document in &documents {
        let report = || format!("{:?}", judged(document));
        assert_eq!(report(), report());
    }
    support::suite("XML same report", documents.len());
}
