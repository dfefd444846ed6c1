//! The attacks, each with what flags it.

use super::support::xades::{FILING, Reference, XADES, enveloped, inside, signature, transform, with_properties};

/// A document, and what has to be said of it.
pub(crate) struct Trick {
    pub name: &'static str,
    pub document: String,
    /// `summary.answer`; `error` where it is not read.
    pub answer: &'static str,
    /// The check that names it, `-` where it is honest; of an error its code.
    pub check: &'static str,
    /// A place of `uncovered` that has to be named, or `-`.
    pub place: &'static str,
}

const EVIL: &str = "<filing Id=\"e\"><to>Registry</to><amount currency=\"CHF\">900000</amount></filing>";
const COVERAGE: &str = "sav-coverage-whole";

/// A message around a filing that is signed by its Id; the signature stands behind it.
fn by_id(objects: &str) -> String {
    signature("1", &[Reference::to("f", FILING)], objects)
}

fn message(inside: &str) -> String {
    format!("<message>{inside}</message>")
}

/// A signature over the filing with a transform that leaves this of it.
fn filtered(transform: &str, left: &str) -> String {
    let reference =
        Reference { uri: String::new(), transforms: transform.to_owned(), octets: left.as_bytes().to_vec() };
    inside(FILING, &signature("1", &[reference], ""))
}

fn xpath(expression: &str) -> String {
    let inside = format!("<ds:XPath>{expression}</ds:XPath>");
    transform("http://www.w3.org/TR/1999/REC-xpath-19991116", &inside)
}

fn subtract(expression: &str) -> String {
    let filter = "http://www.w3.org/2002/06/xmldsig-filter2";
    let inside = format!("<f:XPath xmlns:f=\"{filter}\" Filter=\"subtract\">{expression}</f:XPath>");
    transform(filter, &inside)
}

/// Puts something behind the first mark.
fn behind(document: &str, mark: &str, more: &str) -> String {
    assert!(document.contains(mark), "{mark}");
    document.replacen(mark, &format!("{mark}{more}"), 1)
}

fn before(document: &str, mark: &str, more: &str) -> String {
    assert!(document.contains(mark), "{mark}");
    document.replacen(mark, &format!("{more}{mark}"), 1)
}

/// The part of a document from one mark to behind another.
fn part<'d>(document: &'d str, from: &str, to: &str) -> &'d str {
    let start = document.find(from).expect(from);
    let end = document[start..].find(to).expect(to) + start + to.len();
    &document[start..end]
}

pub(crate) fn all() -> Vec<Trick> {
    [honest(), wrapping(), hidden(), twice(), transforms(), others()].into_iter().flatten().collect()
}

fn honest() -> Vec<Trick> {
    let fine = |name, document| Trick { name, document, answer: "valid", check: "-", place: "-" };
    let without = "<filing Id=\"f\"><to>Registry</to><amount currency=\"CHF\">100</amount></filing>";
    vec![
        fine("honest-enveloped", enveloped()),
        fine("honest-by-id", message(&format!("{FILING}{}", by_id("")))),
        fine("honest-enveloping", by_id(&format!("<ds:Object>{FILING}</ds:Object>"))),
        fine("honest-xpath", filtered(&xpath("not(ancestor-or-self::ds:Signature)"), without)),
        fine("honest-filter2", filtered(&subtract("/descendant::ds:Signature"), without)),
        // Neither the order of attributes nor white space in tags is signed.
        fine(
            "honest-other-spelling",
            enveloped().replace("<amount currency=\"CHF\">", "<amount\n  currency = 'CHF' >"),
        ),
    ]
}

/// Signature wrapping as McIntosh and Austel described it and SAML Raider numbers it.
fn wrapping() -> Vec<Trick> {
    let caught = |name, document, check, place| Trick { name, document, answer: "cannot-tell", check, place };
    let failed = |name, document, check| Trick { name, document, answer: "not-valid", check, place: "-" };
    let plain = by_id("");
    vec![
        // The original stands in the signature, beside what the schema lets stand there.
        failed("xsw-1", message(&format!("{EVIL}{}", inside(&plain, &message(FILING)))), "fc-signature-readable"),
        caught("xsw-2", message(&format!("{EVIL}{FILING}{plain}")), COVERAGE, "/message[1]/filing[1]"),
        // Two elements have the Id.
        failed(
            "xsw-3",
            message(&format!("{}{FILING}{plain}", EVIL.replace("\"e\"", "\"f\""))),
            "fc-reference-unambiguous",
        ),
        caught(
            "xsw-4",
            message(&format!("{}{plain}", inside(EVIL, FILING))),
            COVERAGE,
            "/message[1]/filing[1]/to[1]",
        ),
        caught(
            "xsw-5",
            message(&format!("{}{FILING}", inside(EVIL, &plain))),
            COVERAGE,
            "/message[1]/filing[1]/to[1]",
        ),
        caught(
            "xsw-6",
            message(&inside(EVIL, &before(&plain, "</ds:KeyInfo>", FILING))),
            "sav-coverage",
            "/message[1]/filing[1]/to[1]",
        ),
        caught(
            "xsw-7",
            message(&format!("<extensions>{EVIL}</extensions>{FILING}{plain}")),
            COVERAGE,
            "/message[1]/extensions[1]",
        ),
        caught(
            "xsw-8",
            message(&format!("{EVIL}{}", by_id(&format!("<ds:Object>{FILING}</ds:Object>")))),
            COVERAGE,
            "/message[1]/filing[1]",
        ),
        // A reader who knows the message knows its attributes, and what stands outside of it.
        caught(
            "envelope-attribute",
            message(&format!("{FILING}{plain}")).replace("<message>", "<message urgent=\"yes\">"),
            COVERAGE,
            "/message[1]",
        ),
        caught(
            "instruction-outside",
            format!("<?pay at-once?>{}", message(&format!("{FILING}{plain}"))),
            COVERAGE,
            "/processing-instruction()[1]",
        ),
        caught("text-beside", message(&format!("{FILING}pay twice{plain}")), COVERAGE, "/message[1]/text()[1]"),
        // The other kinds of identifiers make it ambiguous too.
        failed(
            "same-id-of-another-kind",
            message(&format!("{}{FILING}{plain}", EVIL.replace("Id=\"e\"", "xml:id=\"f\""))),
            "fc-reference-unambiguous",
        ),
    ]
}

/// What hides in a signature.
fn hidden() -> Vec<Trick> {
    let note = "<note xmlns=\"\">pay 900000</note>";
    let warned = |name, document, check, place| Trick { name, document, answer: "valid", check, place };
    let caught = |name, document, place| Trick { name, document, answer: "cannot-tell", check: COVERAGE, place };
    let unsigned = |more: &str| {
        let more = format!(
            "<xades:UnsignedProperties><xades:UnsignedSignatureProperties>{more}</xades:UnsignedSignatureProperties>\
             </xades:UnsignedProperties>"
        );
        inside(FILING, &with_properties("1", &[Reference::enveloped(FILING)], &more, ""))
    };
    vec![
        caught(
            "hidden-in-an-object",
            behind(&enveloped(), "</ds:Object>", &format!("<ds:Object>{note}</ds:Object>")),
            "/filing[1]/ds:Signature[1]/ds:Object[2]",
        ),
        caught(
            "hidden-as-text-of-an-object",
            behind(&enveloped(), "</ds:Object>", "<ds:Object>pay 900000</ds:Object>"),
            "/filing[1]/ds:Signature[1]/ds:Object[2]",
        ),
        caught(
            "hidden-beside-properties",
            before(&enveloped(), "</ds:Object>", note),
            "/filing[1]/ds:Signature[1]/ds:Object[1]/note[1]",
        ),
        caught(
            "hidden-in-qualifying-properties",
            before(&enveloped(), "</xades:QualifyingProperties>", note),
            "/filing[1]/ds:Signature[1]/ds:Object[1]/xades:QualifyingProperties[1]/note[1]",
        ),
        caught(
            "hidden-in-an-attribute-of-the-signature",
            enveloped().replace("<ds:Signature ", "<ds:Signature note=\"pay 900000\" "),
            "/filing[1]/ds:Signature[1]",
        ),
        // By the contract, key information and unsigned properties do not count; what does not belong there is named.
        warned(
            "hidden-in-key-info",
            before(&enveloped(), "</ds:KeyInfo>", note),
            "sav-unsigned-known",
            "/filing[1]/ds:Signature[1]/ds:KeyInfo[1]/note[1]",
        ),
        warned(
            "hidden-as-text-of-key-info",
            before(&enveloped(), "</ds:KeyInfo>", "pay 900000"),
            "sav-unsigned-known",
            "/filing[1]/ds:Signature[1]/ds:KeyInfo[1]/text()[1]",
        ),
        warned(
            "hidden-in-an-unsigned-property",
            unsigned(note),
            "sav-unsigned-known",
            "/filing[1]/ds:Signature[1]/ds:Object[1]/xades:QualifyingProperties[1]/xades:UnsignedProperties[1]/\
             xades:UnsignedSignatureProperties[1]/note[1]",
        ),
        warned(
            "hidden-as-text-of-unsigned-properties",
            unsigned("pay 900000"),
            "sav-unsigned-known",
            "/filing[1]/ds:Signature[1]/ds:Object[1]/xades:QualifyingProperties[1]/xades:UnsignedProperties[1]/\
             xades:UnsignedSignatureProperties[1]/text()[1]",
        ),
        Trick {
            name: "hidden-in-what-calls-itself-a-signature",
            document: message(&format!(
                "{FILING}{}<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\">{note}</ds:Signature>",
                by_id("")
            )),
            answer: "not-valid",
            check: COVERAGE,
            place: "/message[1]/ds:Signature[2]",
        },
        warned(
            "comment-divides-a-text",
            enveloped().replace(">Registry<", ">Reg<!-- -->istry<"),
            "sav-text-undivided",
            "/filing[1]/to[1]/comment()[1]",
        ),
    ]
}

/// What stands twice.
fn twice() -> Vec<Trick> {
    let failed = |name, document, check| Trick { name, document, answer: "not-valid", check, place: "-" };
    let one = enveloped();
    let info = part(&one, "<ds:SignedInfo>", "</ds:SignedInfo>");
    let value = part(&one, "<ds:SignatureValue", "</ds:SignatureValue>");
    let key = part(&one, "<ds:KeyInfo>", "</ds:KeyInfo>");
    let forged = info.replacen("<ds:DigestValue>", "<ds:DigestValue>AAAA", 1);
    let signed = by_id("");
    vec![
        failed("signed-info-twice", before(&one, "<ds:SignedInfo>", &forged), "fc-not-duplicated"),
        failed("signed-info-at-the-end", before(&one, "</ds:Signature>", &forged), "fc-not-duplicated"),
        failed("signature-value-twice", behind(&one, value, &value.replace("v-1", "v-2")), "fc-not-duplicated"),
        failed("key-info-twice", behind(&one, key, key), "fc-not-duplicated"),
        failed("signature-twice", message(&format!("{FILING}{signed}{signed}")), "fc-reference-unambiguous"),
    ]
}

/// What transforms do to what is signed: the signer himself chose them.
fn transforms() -> Vec<Trick> {
    let caught = |name, document, check, place| Trick { name, document, answer: "cannot-tell", check, place };
    let left = "<filing Id=\"f\"><to>Registry</to></filing>";
    let bare = "<filing Id=\"f\"><to>Registry</to><amount>100</amount></filing>";
    vec![
        caught(
            "transform-selects-nothing",
            filtered(&xpath("false()"), ""),
            "sav-references-select",
            "/filing[1]/to[1]",
        ),
        caught(
            "transform-selects-nothing-by-filter2",
            filtered(&subtract("/"), ""),
            "sav-references-select",
            "/filing[1]/to[1]",
        ),
        caught(
            "transform-leaves-an-element-out",
            filtered(&xpath("not(ancestor-or-self::ds:Signature or ancestor-or-self::amount)"), left),
            "sav-transforms-complete",
            "/filing[1]/amount[1]",
        ),
        caught(
            "transform-leaves-a-subtree-out",
            filtered(&subtract("/descendant::ds:Signature | //amount"), left),
            "sav-transforms-complete",
            "/filing[1]/amount[1]",
        ),
        caught(
            "transform-leaves-an-attribute-out",
            filtered(
                &xpath("not(ancestor-or-self::ds:Signature) and count(. | ../@currency) != count(../@currency)"),
                bare,
            ),
            COVERAGE,
            "/filing[1]/amount[1]/@currency",
        ),
        caught(
            "transform-leaves-all-texts-out",
            filtered(
                &xpath("not(ancestor-or-self::ds:Signature) and not(self::text())"),
                "<filing Id=\"f\"><to></to><amount currency=\"CHF\"></amount></filing>",
            ),
            "sav-transforms-complete",
            "/filing[1]/to[1]/text()[1]",
        ),
        caught(
            "transform-in-xslt",
            filtered(&transform("http://www.w3.org/TR/1999/REC-xslt-19991116", ""), "x"),
            "cv-transforms-applied",
            "-",
        ),
    ]
}

fn others() -> Vec<Trick> {
    let one = enveloped();
    let signed = part(&one, "<xades:SignedProperties ", "</xades:SignedProperties>");
    let fake = signed.replace("p-1", "p-2").replace("2026-06-15", "2016-06-15");
    let original =
        signed.replacen("<xades:SignedProperties", &format!("<xades:SignedProperties xmlns:xades=\"{XADES}\""), 1);
    // The properties that were signed stand elsewhere, and others in their place.
    let moved = message(&format!("{FILING}{original}{}", by_id("").replace(signed, &fake)));
    let both = before(&one, "</ds:Object>", "").replace(signed, &format!("{signed}{fake}"));
    let counter = signature("2", &[Reference::to("f", FILING)], "");
    let counter = format!(
        "<xades:UnsignedProperties><xades:UnsignedSignatureProperties><xades:CounterSignature>{counter}\
         </xades:CounterSignature></xades:UnsignedSignatureProperties></xades:UnsignedProperties>"
    );
    let countered = with_properties("1", &[Reference::to("f", FILING)], &counter, "");
    let case = |name, document, answer, check, place| Trick { name, document, answer, check, place };
    vec![
        case("signed-properties-elsewhere", moved, "cannot-tell", "sav-properties-signed", "-"),
        case("signed-properties-twice", both, "not-valid", "fc-signature-readable", "-"),
        case(
            "counter-signature-of-something-else",
            message(&format!("{FILING}{countered}")),
            "valid",
            "sav-countersigned-value",
            "-",
        ),
        case(
            "data-that-were-not-given",
            signature("1", &[Reference::external("http://127.0.0.1/data", "data")], ""),
            "cannot-tell",
            "cv-signed-data-found",
            "-",
        ),
        case(
            "reference-to-nothing",
            one.replace("<filing Id=\"f\">", "<filing>").replace(" URI=\"\"", " URI=\"#f\""),
            "not-valid",
            "fc-reference-found",
            "-",
        ),
        case("content-changed", one.replace("100", "900000"), "not-valid", "cv-document-digest", "-"),
        case(
            "document-type",
            format!("<!DOCTYPE filing [<!ENTITY amount \"900000\">]>{}", one.replace("100", "&amount;")),
            "error",
            "forbidden-xml",
            "-",
        ),
        case("entity-without-a-document-type", one.replace("100", "&amount;"), "error", "forbidden-xml", "-"),
    ]
}
