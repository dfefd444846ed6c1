//! What references digest and cover, by documents made for it. No key is needed: nothing is verified here.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::*;
use crate::crypto::{Digest, digest};
use crate::document::{Document, Examination, examine_with};
use crate::limits::Limits;
use crate::pki::testdata;

const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
const XADES: &str = "http://uri.etsi.org/01903/v1.3.2#";

fn reference(uri: &str, transforms: &str) -> String {
    let transforms =
        if transforms.is_empty() { String::new() } else { format!("<ds:Transforms>{transforms}</ds:Transforms>") };
    format!(
        "<ds:Reference{uri}>{transforms}<ds:DigestMethod Algorithm='http://www.w3.org/2001/04/xmlenc#sha256'/>\
         <ds:DigestValue>AAAA</ds:DigestValue></ds:Reference>"
    )
}

fn transform(algorithm: &str, inside: &str) -> String {
    format!("<ds:Transform Algorithm='{algorithm}'>{inside}</ds:Transform>")
}

fn signature(references: &str, after: &str) -> String {
    format!(
        "<ds:Signature xmlns:ds='http://www.w3.org/2000/09/xmldsig#'><ds:SignedInfo>\
         <ds:CanonicalizationMethod Algorithm='{EXCLUSIVE}'/>\
         <ds:SignatureMethod Algorithm='http://www.w3.org/2001/04/xmldsig-more#rsa-sha256'/>{references}</ds:SignedInfo>\
         <ds:SignatureValue Id='v'>AAAA</ds:SignatureValue>{after}</ds:Signature>"
    )
}

fn whole() -> String {
    reference(" URI=''", &(transform(ENVELOPED, "") + &transform(EXCLUSIVE, "")))
}

fn examined(text: &str, contents: &[Content<'_>]) -> Examination {
    let mut budget = Budget::new(&Limits::DEFAULT);
    let document = Document::open(text.as_bytes(), None, &Limits::DEFAULT, &mut budget)
        .unwrap_or_else(|error| panic!("{error}: {text}"));
    examine_with(&document, contents, &mut budget).unwrap()
}

/// The first signature: its coverage, and what it leaves out.
fn coverage(text: &str) -> (Coverage, Vec<String>) {
    let examination = examined(text, &[]);
    let first = &examination.signatures[0];
    let uncovered = first.xml().map(|xml| xml.uncovered.clone()).unwrap_or_default();
    (first.coverage, uncovered.into_iter().map(|one| format!("{} {}", one.kind.name(), one.path)).collect())
}

fn computed(examination: &Examination, of: usize) -> Result<Option<Digest>, Fault> {
    examination.signatures[of].xml().unwrap().references[0].computed.clone()
}

#[test]
fn an_enveloped_reference_digests_all_but_its_own_signature() {
    let other = signature(&reference(" URI='#x'", ""), "");
    let text = format!("<a Id='x'><b>1<!--c--></b>{}{other}</a>", signature(&whole(), ""));
    let octets = format!("<a Id=\"x\"><b>1</b>{}</a>", canonical(&other));
    let examination = examined(&text, &[]);
    let expected = digest(DigestAlgorithm::Sha256, octets.as_bytes());
    assert_eq!(computed(&examination, 0), Ok(Some(expected)));
    assert_eq!(examination.signatures[0].coverage, Coverage::WholeDocument);
    assert_eq!(examination.signatures[0].xml().unwrap().packaging, Packaging::Enveloped);
    let ids: Vec<&str> = examination.signatures.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(ids, ["S1", "S2"]);
}

fn canonical(text: &str) -> String {
    let mut budget = Budget::new(&Limits::DEFAULT);
    let tree = Tree::parse(text, &mut budget).unwrap();
    let mut octets = Vec::new();
    let method = crate::syntax::xml::c14n::Method::new(crate::syntax::xml::c14n::Form::Exclusive);
    canonicalise(&tree, &Subtree::new(&tree, NodeId::ROOT), &method, &mut octets, &mut budget).unwrap();
    String::from_utf8(octets).unwrap()
}

#[test]
fn comments_belong_to_pointers_only() {
    let with = "http://www.w3.org/2001/10/xml-exc-c14n#WithComments";
    let of = |uri: &str| {
        let text =
            format!("<a><b Id='x'>1<!--c--></b>{}</a>", signature(&reference(uri, &transform(with, "")), ""));
        computed(&examined(&text, &[]), 0).unwrap().unwrap()
    };
    let sha = |text: &str| digest(DigestAlgorithm::Sha256, text.as_bytes());
    assert_eq!(of(" URI='#x'"), sha("<b Id=\"x\">1</b>"));
    assert_eq!(of(" URI=\"#xpointer(id('x'))\""), sha("<b Id=\"x\">1<!--c--></b>"));
}

#[test]
fn what_nobody_signed_is_named() {
    let by_id = || signature(&reference(" URI='#x'", ""), "");
    let signed = "<b Id='x'>1</b>";
    let nothing: Vec<String> = Vec::new();
    let wrong = |places: &[&str]| (Coverage::Partial, places.iter().map(|place| (*place).to_owned()).collect());
    for (text, expected) in [
        (
            format!("<a xmlns:x='u:x' Id='r'>\n {signed} {}</a>", by_id()),
            (Coverage::WholeDocument, nothing.clone()),
        ),
        (format!("<a r='1'>{signed}{}</a>", by_id()), wrong(&["element /a[1]"])),
        (format!("<a>t{signed}{}</a>", by_id()), wrong(&["text /a[1]/text()[1]"])),
        (format!("<a>{signed}<c><d/></c>{}</a>", by_id()), wrong(&["element /a[1]/c[1]"])),
        (
            format!("<?p q?><a>{signed}{}</a>", by_id()),
            wrong(&["processing-instruction /processing-instruction()[1]"]),
        ),
        // The usual wrapping: what was signed was moved, and something else stands in its place.
        (
            format!("<a><b Id='y'>2</b>{}</a>", signature(&reference(" URI='#x'", ""), &object(signed))),
            wrong(&["element /a[1]/b[1]"]),
        ),
        // Content inside of the signature, and in an element that only calls itself one.
        (
            format!("<a>1{}</a>", signature(&whole(), &object("<evil/>"))),
            wrong(&["element /a[1]/ds:Signature[1]/ds:Object[1]"]),
        ),
        (
            format!(
                "<a>{signed}{}<ds:Signature xmlns:ds='http://www.w3.org/2000/09/xmldsig#'><evil/></ds:Signature></a>",
                by_id()
            ),
            wrong(&["element /a[1]/ds:Signature[2]"]),
        ),
        (
            format!("<a>1{}</a>", signature(&reference(" URI='#v'", ""), "")),
            (Coverage::None, vec!["text /a[1]/text()[1]".into()]),
        ),
    ] {
        assert_eq!(coverage(&text), expected, "{text}");
    }
}

fn object(inside: &str) -> String {
    format!("<ds:Object>{inside}</ds:Object>")
}

fn properties(inside: &str) -> String {
    object(&format!("<q:QualifyingProperties xmlns:q='{XADES}'>{inside}</q:QualifyingProperties>"))
}

#[test]
fn properties_are_no_content_and_what_is_foreign_in_them_is_named() {
    let signed = "<q:SignedProperties Id='p'/>";
    let good = format!("<a>1{}</a>", signature(&whole(), &properties(signed)));
    assert_eq!(coverage(&good), (Coverage::WholeDocument, Vec::new()));
    let unsigned = "<q:UnsignedProperties><q:UnsignedSignatureProperties><evil>9</evil></q:UnsignedSignatureProperties></q:UnsignedProperties>";
    let hidden = format!("<a>1{}</a>", signature(&whole(), &properties(&format!("{signed}{unsigned}"))));
    let (covered, named) = coverage(&hidden);
    assert_eq!(covered, Coverage::WholeDocument);
    assert!(named.len() == 1 && named[0].starts_with("unsigned-property "), "{named:?}");
    let beside = format!("<a>1{}</a>", signature(&whole(), &properties(&format!("{signed}<evil/>"))));
    assert_eq!(coverage(&beside).0, Coverage::Partial);
}

#[test]
fn a_manifest_that_is_signed_in_part_says_nothing_of_its_entries() {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;

    const MANIFEST: &str = "http://www.w3.org/2000/09/xmldsig#Manifest";
    let value = |octets: &str| {
        let digest = digest(DigestAlgorithm::Sha256, octets.as_bytes());
        STANDARD.encode(digest.as_bytes())
    };
    // The entry is right, and so is the reference to the manifest; with a filter nobody signed what the entry says.
    let entry = reference(" URI='#x'", "").replace(">AAAA<", &format!(">{}<", value("<b Id=\"x\">1</b>")));
    let manifest = format!("<ds:Manifest Id='m'>{entry}</ds:Manifest>");
    let covered = |filter: &str| {
        let xpath = "http://www.w3.org/TR/1999/REC-xpath-19991116";
        let transforms = if filter.is_empty() {
            transform(EXCLUSIVE, "")
        } else {
            transform(xpath, &format!("<ds:XPath>{filter}</ds:XPath>")) + &transform(EXCLUSIVE, "")
        };
        let text = |stated: &str| {
            let to = reference(&format!(" URI='#m' Type='{MANIFEST}'"), &transforms)
                .replace(">AAAA<", &format!(">{stated}<"));
            format!("<a><b Id='x'>1</b>{}</a>", signature(&to, &object(&manifest)))
        };
        let first = computed(&examined(&text("AAAA"), &[]), 0).unwrap().unwrap();
        let stated = STANDARD.encode(first.as_bytes());
        coverage(&text(&stated)).0
    };
    assert_eq!(covered(""), Coverage::WholeDocument);
    assert_ne!(covered("not(self::ds:DigestValue or parent::ds:DigestValue)"), Coverage::WholeDocument);
}

#[test]
fn strangers_in_manifests_are_named() {
    let inside = "<ds:Transform Algorithm='u:t'><evil>9</evil></ds:Transform>";
    let manifest = format!("<ds:Manifest>{}</ds:Manifest>", reference(" URI='u:x'", inside));
    let text = format!("<a>1{}</a>", signature(&whole(), &object(&manifest)));
    let (covered, named) = coverage(&text);
    assert_eq!(covered, Coverage::WholeDocument);
    assert!(
        named.len() == 1 && named[0].starts_with("unsigned-property ") && named[0].ends_with("/evil[1]"),
        "{named:?}"
    );
}

#[test]
fn transforms_that_leave_content_out_do_not_cover_it() {
    let xpath = |expression: &str| {
        transform("http://www.w3.org/TR/1999/REC-xpath-19991116", &format!("<ds:XPath>{expression}</ds:XPath>"))
    };
    let filter = |how: &str, expression: &str| {
        let inside = format!(
            "<f:XPath xmlns:f='http://www.w3.org/2002/06/xmldsig-filter2' Filter='{how}'>{expression}</f:XPath>"
        );
        transform("http://www.w3.org/2002/06/xmldsig-filter2", &inside)
    };
    for (transforms, expected) in [
        (xpath("not(ancestor-or-self::ds:Signature)"), Coverage::WholeDocument),
        (filter("subtract", "/descendant::ds:Signature"), Coverage::WholeDocument),
        (xpath("not(ancestor-or-self::ds:Signature or ancestor-or-self::c)"), Coverage::Partial),
        (filter("subtract", "/descendant::ds:Signature | //c"), Coverage::Partial),
        // Attributes and texts one by one.
        (xpath("not(ancestor-or-self::ds:Signature) and not(self::text())"), Coverage::Partial),
        (xpath("not(ancestor-or-self::ds:Signature) and count(. | ../@n) != count(../@n)"), Coverage::Partial),
        (xpath("false()"), Coverage::None),
        (filter("intersect", "//nothing"), Coverage::None),
    ] {
        let text = format!("<a><c n='1'>2</c>{}</a>", signature(&reference(" URI=''", &transforms), ""));
        assert_eq!(coverage(&text).0, expected, "{transforms}");
    }
}

#[test]
fn what_is_refused_is_named() {
    let fault = |uri: &str, transforms: &str| {
        let text = format!("<a><b Id='x'/><c Id='x'/>{}</a>", signature(&reference(uri, transforms), ""));
        computed(&examined(&text, &[]), 0).unwrap_err()
    };
    let xslt = "http://www.w3.org/TR/1999/REC-xslt-19991116";
    assert_eq!(fault(" URI=''", &transform(xslt, "")), Fault::Unsupported(xslt.to_owned()));
    assert_eq!(fault(" URI='#x'", ""), Fault::Ambiguous);
    assert_eq!(fault(" URI='#y'", ""), Fault::NotFound);
    assert_eq!(fault(" URI='http://127.0.0.1/'", ""), Fault::NotGiven);
    assert_eq!(fault("", ""), Fault::NotGiven);
    let base64 = "http://www.w3.org/2000/09/xmldsig#base64";
    assert_eq!(
        fault(" URI='#v'", &(transform(base64, "") + &transform(ENVELOPED, ""))),
        Fault::Failed("XML".to_owned())
    );
}

#[test]
fn given_content_is_digested_and_has_to_be_covered() {
    let text = signature(&reference(" URI='data.txt'", ""), "");
    let content = |name: &str| Content { name: Some(name.to_owned()), bytes: b"data" };
    let one = examined(&text, &[content("data.txt")]);
    assert_eq!(computed(&one, 0), Ok(Some(digest(DigestAlgorithm::Sha256, b"data"))));
    assert_eq!(one.signatures[0].coverage, Coverage::WholeDocument);
    let two = examined(&text, &[content("data.txt"), content("other.txt")]);
    assert_eq!(two.signatures[0].coverage, Coverage::Partial);
    let beside = examined(&format!("<a>other{text}</a>"), &[content("data.txt")]);
    assert_eq!(beside.signatures[0].coverage, Coverage::Partial);
    assert_eq!(examined(&text, &[]).signatures[0].coverage, Coverage::None);
}

#[test]
fn a_counter_signature_belongs_to_the_signature_that_it_stands_in() {
    let counter = |uri: &str| signature(&reference(uri, ""), "").replace("Id='v'", "");
    let inside = |uri: &str| {
        format!(
            "<q:UnsignedProperties><q:UnsignedSignatureProperties><q:CounterSignature>{}</q:CounterSignature>\
             </q:UnsignedSignatureProperties></q:UnsignedProperties>",
            counter(uri)
        )
    };
    let of = |uri: &str| {
        let examination = examined(&format!("<a>1{}</a>", signature(&whole(), &properties(&inside(uri)))), &[]);
        let [first, second] = examination.signatures.as_slice() else { panic!("two signatures") };
        assert_eq!((first.id.as_str(), second.id.as_str()), ("S1", "S1.C1"));
        second.xml().unwrap().counter_of.clone()
    };
    assert_eq!(of(" URI='#v'"), Some(CounterOf { id: "S1".to_owned(), signs_value: true }));
    assert_eq!(of(" URI=''"), Some(CounterOf { id: "S1".to_owned(), signs_value: false }));
}

#[test]
fn many_references_to_one_subtree_are_digested_once() {
    let content = "<x>".to_owned() + &"y".repeat(1 << 20) + "</x>";
    let references = reference(" URI='#d'", "").repeat(2_000);
    let text = format!("<a><b Id='d'>{content}</b>{}</a>", signature(&references, ""));
    let mut limits = Limits::DEFAULT.clone();
    // A hundred passes over the content would not fit.
    limits.work = 100_000;
    let mut budget = Budget::new(&limits);
    let document = Document::open(text.as_bytes(), None, &limits, &mut budget).unwrap();
    let examination = examine_with(&document, &[], &mut budget).unwrap();
    assert_eq!(examination.signatures[0].limit, None);
    assert_eq!(examination.signatures[0].coverage, Coverage::WholeDocument);
}

#[test]
fn archive_time_stamps_share_what_references_lead_to() {
    let token = STANDARD.encode(testdata::der(testdata::TIMESTAMP));
    let content = "<x>".to_owned() + &"y".repeat(1 << 20) + "</x>";
    let stamp = format!(
        "<l:ArchiveTimeStamp xmlns:l='http://uri.etsi.org/01903/v1.4.1#'>\
         <q:EncapsulatedTimeStamp>{token}</q:EncapsulatedTimeStamp></l:ArchiveTimeStamp>"
    );
    let object = format!(
        "<ds:Object><q:QualifyingProperties xmlns:q='{XADES}'><q:UnsignedProperties><q:UnsignedSignatureProperties>{}\
         </q:UnsignedSignatureProperties></q:UnsignedProperties></q:QualifyingProperties></ds:Object>",
        stamp.repeat(100)
    );
    let references = reference(" URI='#d'", &transform(EXCLUSIVE, ""));
    let text = format!("<a><b Id='d'>{content}</b>{}</a>", signature(&references, &object));
    let mut limits = Limits::DEFAULT.clone();
    // A hundred passes over the content, or over all stamps before, would not fit.
    limits.work = 20_000;
    let mut budget = Budget::new(&limits);
    let document = Document::open(text.as_bytes(), None, &limits, &mut budget).unwrap();
    let examination = examine_with(&document, &[], &mut budget).unwrap();
    let stamps = &examination.signatures[0].xml().unwrap().timestamps;
    assert_eq!(stamps.len(), 100);
    let imprints: Vec<Digest> = stamps.iter().map(|stamp| stamp.imprint.clone().unwrap().unwrap()).collect();
    assert!(imprints.windows(2).all(|two| two[0] != two[1]), "each is over those before");
    assert_eq!(stamps[99].covers.first, 99);
}

#[test]
fn a_signature_that_is_none_is_reported() {
    let text = "<a><ds:Signature xmlns:ds='http://www.w3.org/2000/09/xmldsig#'><ds:SignedInfo/></ds:Signature></a>";
    let examination = examined(text, &[]);
    assert!(examination.signatures[0].form.is_none());
    assert_eq!(examination.signatures[0].coverage, Coverage::None);
    assert!(matches!(examination.signatures[0].defects[..], [FormatDefect::Unreadable { .. }]));
}
