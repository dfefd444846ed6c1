//! What the fuzz targets for XML do with their bytes.

use sigillum::crypto::digest;
use sigillum::document::{self, Coverage, Document, MediaType, StreamDigest};
use sigillum::limits::{Budget, Limits};
use sigillum::syntax::xml::c14n::{Form, Method, Subtree, canonicalise};
use sigillum::syntax::xml::xpath::{Context, Expression, NodeSet, XNode};
use sigillum::syntax::xml::{NodeId, Tree, XmlError, decode, scan};

fn limits() -> Limits {
    Limits { work: 300_000, decoded_bytes: 8 << 20, ..Limits::DEFAULT }
}

/// The reader: every element lies in the text and in its parent, in order; what is scanned is what is read.
pub(crate) fn xml(data: &[u8]) {
    let Ok(text) = decode(data) else { return };
    let limits = limits();
    let scanned = scan(&text, &mut Budget::new(&limits)).is_ok();
    let tree = match Tree::parse(&text, &mut Budget::new(&limits)) {
        Ok(tree) => tree,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    assert!(scanned, "read, but not scanned");
    assert!(
        !text.contains("<!DOCTYPE") || text.contains("<!--") || text.contains("<![CDATA[") || text.contains("<?")
    );
    let mut last = 0;
    for node in tree.subtree(NodeId::ROOT).skip(1) {
        let parent = tree.parent(node).expect("a parent");
        assert!(tree.is_within(node, parent) && parent < node);
        // Only elements know where in the text they stand.
        let Some(element) = tree.element(node) else { continue };
        let span = tree.span(node);
        assert!(span.start >= last && span.end <= text.len(), "elements out of order, or outside of the text");
        last = span.start;
        if parent != NodeId::ROOT {
            let around = tree.span(parent);
            assert!(around.start < span.start && span.end < around.end, "an element outside of its parent");
        }
        assert!(text[span.clone()].starts_with('<') && text[span].ends_with('>'));
        let names: Vec<_> = element.attributes().map(|one| (one.namespace, one.local)).collect();
        for (number, name) in names.iter().enumerate() {
            assert!(!names[..number].contains(name), "an attribute twice");
        }
    }
}

/// The canonical forms: what is written reads as the same nodes and is written the same again.
pub(crate) fn c14n(data: &[u8]) {
    let Ok(text) = decode(data) else { return };
    let limits = limits();
    let mut budget = Budget::new(&limits);
    let Ok(tree) = Tree::parse(&text, &mut budget) else { return };
    for form in [Form::Inclusive10, Form::Inclusive11, Form::Exclusive] {
        for method in [Method::new(form), Method::new(form).with_comments()] {
            let whole = Subtree::new(&tree, NodeId::ROOT);
            let mut first = Vec::new();
            if canonicalise(&tree, &whole, &method, &mut first, &mut budget).is_err() {
                continue;
            }
            let written = std::str::from_utf8(&first).expect("UTF-8");
            let again = match Tree::parse(written, &mut budget) {
                Ok(again) => again,
                // What the exclusive form declares on each element may be more than one element may have.
                Err(XmlError::Limit(_)) => return,
                Err(error) => panic!("not well-formed, {error}: {written:?}"),
            };
            assert_eq!(elements(&tree), elements(&again), "other elements: {written:?}");
            let mut second = Vec::new();
            let whole = Subtree::new(&again, NodeId::ROOT);
            if canonicalise(&again, &whole, &method, &mut second, &mut budget).is_ok() {
                assert_eq!(first, second, "not the same again");
            }
            let mut part = Vec::new();
            let top = tree.document_element().expect("a document element");
            if canonicalise(&tree, &Subtree::new(&tree, top), &method, &mut part, &mut budget).is_ok() {
                assert!(contains(&first, &part), "the document element stands in the document");
            }
        }
    }
}

fn elements(tree: &Tree<'_>) -> Vec<(String, String, usize)> {
    let all = tree.subtree(NodeId::ROOT).filter_map(|node| tree.element(node));
    all.map(|one| (one.namespace().to_owned(), one.local().to_owned(), one.attributes().len())).collect()
}

fn contains(all: &[u8], part: &[u8]) -> bool {
    part.is_empty() || all.windows(part.len()).any(|window| window == part)
}

/// XPath, an expression in the first line and a document behind it: it has a value or ends with a reason; as a filter it
/// leaves nodes of the document and no others, and what asks for elements only says the same node by node.
pub(crate) fn xpath(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let (expression, document) = text.split_once('\n').unwrap_or((&text, "<a Id='x'><b c='d'>e</b><!--f--></a>"));
    let namespace = |prefix: &str| (prefix == "ds").then(|| "http://www.w3.org/2000/09/xmldsig#".to_owned());
    let Ok(expression) = Expression::parse(expression, &namespace) else { return };
    let limits = limits();
    let mut budget = Budget::new(&limits);
    let Ok(tree) = Tree::parse(document, &mut budget) else { return };
    let identified = |id: &str| {
        let all = tree.subtree(NodeId::ROOT).filter_map(|node| tree.element(node));
        all.filter(|one| one.attribute("Id") == Some(id)).map(|one| one.id()).collect::<Vec<_>>()
    };
    let context = Context { tree: &tree, here: tree.document_element(), identified: &identified };
    if let Ok(value) = expression.evaluate(&context, XNode::Tree(NodeId::ROOT), &mut budget)
        && let Ok(nodes) = value.into_nodes()
    {
        for (number, node) in nodes.iter().enumerate().take(1_000) {
            assert!(!nodes[..number].contains(node), "a node twice");
        }
    }
    let Ok(all) = NodeSet::of(&tree, &Subtree::new(&tree, NodeId::ROOT), &mut budget) else { return };
    let Ok(kept) = all.filtered(&expression, &context, &mut budget) else { return };
    let count = tree.subtree(NodeId::ROOT).count();
    assert!(kept.nodes(&tree).count() <= count);
    let mut octets = Vec::new();
    let _ = canonicalise(&tree, &kept, &Method::new(Form::Inclusive10), &mut octets, &mut budget);
}

/// The octets of each reference have the digest that was compared, and what covers the whole document leaves nothing out.
fn streams(data: &[u8]) {
    let limits = limits();
    let mut budget = Budget::new(&limits);
    let Ok(document) = Document::open(data, None, &limits, &mut budget) else { return };
    let Ok(found) = document::signed_streams(&document, &[], &mut budget) else { return };
    assert_eq!(found.media_type, MediaType::Xml);
    for one in &found.signed {
        let xml = one.xml.as_ref().expect("an XML signature");
        let left = xml.uncovered.as_deref().unwrap_or_default().iter().any(|one| one.kind.counts());
        assert!(one.coverage != Coverage::WholeDocument || !left, "whole, and something is left out");
        assert!(one.coverage != Coverage::Partial || left, "partial, and nothing is left out");
    }
    let each = |id: &str, number: usize, octets: Result<Vec<u8>, document::Fault>| {
        let one = found.signed.iter().find(|one| one.id == id).expect("a signature that was found");
        let streams = one.xml.as_ref().and_then(|xml| xml.streams.as_ref()).expect("streams");
        let stream = streams.iter().find(|one| one.number == number).expect("a stream that was found");
        if let (Ok(octets), Some(algorithm), Ok(Some(computed))) =
            (octets, stream.reference.algorithm, &stream.reference.computed)
        {
            assert_eq!(*computed, digest(algorithm, &octets), "other octets than were digested");
            let same = computed.as_bytes() == stream.reference.stated;
            assert_eq!(stream.digest() == StreamDigest::Same, same);
        }
    };
    let _ = document::stream_octets(&document, &[], None, &mut budget, each);
}

/// Whole validation of XML: what holds of every document, and what it signs.
pub(crate) fn xml_validate(data: &[u8]) {
    if document::sniff(data) == Some(document::Kind::Xml) {
        super::validate(data);
        streams(data);
    }
}
