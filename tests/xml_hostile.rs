//! XML that is made to cost more than its size: it is read and judged within a budget that its size earns, or a limit is
//! named. Counted are units of work, not time, so that the tests say the same on every machine.

#![cfg(feature = "service")]

mod support;

use sigillum::document::{Coverage, Document, Examination, OpenError, examine};
use sigillum::limits::{Budget, Limit, Limits};
use support::xades::{EXCLUSIVE, Reference, inside, signature, transform};

/// Opens and examines under so many units.
fn examined(text: &str, work: u64) -> Result<Examination, OpenError> {
    let limits = Limits { work, ..Limits::DEFAULT };
    let mut budget = Budget::new(&limits);
    let document = Document::open(text.as_bytes(), None, &limits, &mut budget)?;
    let examination = examine(&document, &mut budget).map_err(OpenError::Limit)?;
    Ok(examination)
}

fn limit(text: &str) -> Limit {
    match examined(text, Limits::DEFAULT.work) {
        Err(OpenError::Limit(exceeded)) => exceeded.limit,
        other => panic!("{other:?}"),
    }
}

const INCLUSIVE: &str = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";

/// A reference to the whole document by these transforms; nothing is compared.
fn reference(transforms: &str) -> Reference {
    let enveloped = transform("http://www.w3.org/2000/09/xmldsig#enveloped-signature", "");
    Reference { uri: String::new(), transforms: enveloped + transforms, octets: Vec::new() }
}

fn signed(document: &str, transforms: &str) -> String {
    inside(document, &signature("1", &[reference(transforms)], ""))
}

#[test]
fn what_is_wider_or_deeper_than_any_document_is_named() {
    let attributes: String = (0..50_000).map(|number| format!(" a{number}='1'")).collect();
    assert_eq!(limit(&format!("<a{attributes}/>")), Limit::XmlAttributes);
    assert_eq!(limit(&format!("{}{}", "<a>".repeat(200_000), "</a>".repeat(200_000))), Limit::XmlDepth);
    let namespaces: String = (0..50_000).map(|number| format!(" xmlns:a{number}='u:{number}'")).collect();
    assert_eq!(limit(&format!("<a{namespaces}/>")), Limit::XmlAttributes);
    let unclosed = "<a>".repeat(200_000);
    assert_eq!(limit(&unclosed), Limit::XmlDepth);
}

#[test]
fn many_namespaces_and_many_children_are_linear() {
    let namespaces: String = (0..1_999).map(|number| format!(" xmlns:a{number}=\"u:{number}\"")).collect();
    let children: String =
        (0..20_000).map(|number| format!("<a{}:b></a{}:b>", number % 1_999, number % 1_999)).collect();
    let document = format!("<a{namespaces}>{children}</a>");
    let size = document.len() as u64;
    for form in [INCLUSIVE, EXCLUSIVE, "http://www.w3.org/2006/12/xml-c14n11"] {
        let text = signed(&document, &transform(form, ""));
        // A unit is a kilobyte or some nodes: some units per kilobyte, however many namespaces are in scope.
        let work = 40 * (size >> 10);
        let examination = examined(&text, work).unwrap();
        assert_eq!(examination.signatures[0].limit, None, "{form}");
        assert_eq!(examination.signatures[0].coverage, Coverage::WholeDocument);
    }
    // A set that takes namespace nodes out one by one has to look at each: it ends, or the limit is named.
    let xpath = "<ds:XPath>count(. | ../namespace::*) != count(../namespace::*)</ds:XPath>";
    let text = signed(&document, &transform("http://www.w3.org/TR/1999/REC-xpath-19991116", xpath));
    let examination = examined(&text, 100_000).unwrap();
    assert!(examination.signatures[0].limit.is_some_and(|exceeded| exceeded.limit == Limit::Work));
}

#[test]
fn a_long_name_that_is_written_again_and_again_is_paid_for() {
    // Each child uses the prefix, and no element above it does: exclusive form declares it on each.
    let document = format!("<a xmlns:b=\"u:{}\">{}</a>", "n".repeat(1 << 20), "<b:c></b:c>".repeat(20_000));
    let text = signed(&document, &transform(EXCLUSIVE, ""));
    let examination = examined(&text, 50_000).unwrap();
    let exceeded = examination.signatures[0].limit.expect("20 GB are not digested");
    assert_eq!(exceeded.limit, Limit::Work);
    // And not kept for a next transform either.
    let twice = transform(EXCLUSIVE, "") + &transform(EXCLUSIVE, "");
    let limits = Limits { decoded_bytes: 8 << 20, ..Limits::DEFAULT };
    let small = format!("<a xmlns:b=\"u:{}\">{}</a>", "n".repeat(1 << 20), "<b:c></b:c>".repeat(20));
    let text = signed(&small, &twice);
    let mut budget = Budget::new(&limits);
    let document = Document::open(text.as_bytes(), None, &limits, &mut budget).unwrap();
    let examination = examine(&document, &mut budget).unwrap();
    assert_eq!(examination.signatures[0].limit.map(|exceeded| exceeded.limit), Some(Limit::DecodedBytes));
}

#[test]
fn what_is_taken_over_from_ancestors_is_paid_for() {
    // Each of many elements at the top of the output takes over what a hundred attributes of 500 ancestors say.
    let attributes: String = (0..100).map(|number| format!(" xml:a{number}=\"\"")).collect();
    let document =
        format!("{}{}{}", format!("<a{attributes}>").repeat(500), "<b></b>".repeat(20_000), "</a>".repeat(500));
    let filter = "http://www.w3.org/2002/06/xmldsig-filter2";
    let inside = format!("<f:XPath xmlns:f=\"{filter}\" Filter=\"intersect\">//b</f:XPath>");
    for form in [INCLUSIVE, "http://www.w3.org/2006/12/xml-c14n11"] {
        let text = signed(&document, &(transform(filter, &inside) + &transform(form, "")));
        let examination = examined(&text, 150_000).unwrap();
        let exceeded = examination.signatures[0].limit.expect("a billion attributes are not looked at");
        assert_eq!(exceeded.limit, Limit::Work, "{form}");
    }
}

#[test]
fn what_is_repeated_costs_what_it_weighs() {
    let lines = "<line n=\"1\">text</line>".repeat(20_000);
    let document = format!("<a Id=\"a\">{lines}</a>");
    let size = document.len() as u64;
    let per_kilobyte = |text: &str, units: u64| {
        let examination = examined(text, units * (size >> 10)).unwrap();
        assert_eq!(examination.signatures[0].limit, None);
    };
    // Many references to one thing, comments between texts, the same Id again and again, a signature in a signature.
    let references: Vec<Reference> = (0..1_000).map(|_| reference(&transform(EXCLUSIVE, ""))).collect();
    per_kilobyte(&inside(&document, &signature("1", &references, "")), 100);
    let divided = format!("<a>{}</a>", "t<!---->".repeat(50_000));
    let examination = examined(&signed(&divided, &transform(EXCLUSIVE, "")), 200_000).unwrap();
    assert_eq!(examination.signatures[0].limit, None);
    let same = format!("<a>{}</a>", "<b Id=\"b\"></b>".repeat(50_000));
    let examination = examined(&signed(&same, &transform(EXCLUSIVE, "")), 200_000).unwrap();
    assert_eq!(examination.signatures[0].limit, None);
    let mut nested = "<x></x>".to_owned();
    for number in 0..100 {
        let object = format!("<ds:Object Id=\"o{number}\">{nested}</ds:Object>");
        nested = signature(&format!("n{number}"), &[Reference::to(&format!("o{number}"), "")], &object);
    }
    let examination = examined(&nested, 2_000_000).unwrap();
    assert_eq!(examination.signatures.len(), 100);
    // More signatures than anybody makes.
    let many = format!("<a>{}</a>", "<ds:Signature xmlns:ds='http://www.w3.org/2000/09/xmldsig#'/>".repeat(1_001));
    assert_eq!(limit(&many), Limit::Signatures);
}
