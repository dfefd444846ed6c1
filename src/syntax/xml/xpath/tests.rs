//! Expressions, their values and their refusals.

use super::*;
use crate::limits::{Budget, Limits};
use crate::syntax::xml::c14n::{Form, Method, Subtree, canonicalise};
use crate::syntax::xml::{NodeId, Tree};

const NAMESPACES: &[(&str, &str)] = &[("p", "u:p"), ("ds", "http://www.w3.org/2000/09/xmldsig#")];

fn parse(text: &str) -> Result<Expression, XPathError> {
    Expression::parse(text, &|prefix| {
        NAMESPACES.iter().find(|(known, _)| *known == prefix).map(|(_, uri)| (*uri).to_owned())
    })
}

const DOCUMENT: &str = "<a xmlns:p='u:p' Id='i1'><b n='1'>one</b><b n='2'>two<!--c--><p:b n='3' p:m='x'/></b><c><d/><d/><d/></c><?t data?></a>";

fn evaluated(text: &str) -> Value {
    let mut budget = Budget::new(&Limits::DEFAULT);
    let tree = Tree::parse(DOCUMENT, &mut budget).unwrap();
    let identified = |id: &str| {
        tree.subtree(NodeId::ROOT)
            .filter(|node| tree.element(*node).is_some_and(|element| element.attribute("Id") == Some(id)))
            .collect()
    };
    let context = Context { tree: &tree, here: tree.document_element(), identified: &identified };
    let expression = parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    expression.evaluate(&context, XNode::Tree(NodeId::ROOT), &mut budget).unwrap()
}

#[test]
fn values_are_those_of_the_recommendation() {
    for (text, value) in [
        ("count(//b)", 2.0),
        ("count(//p:b)", 1.0),
        ("count(//*[@n])", 3.0),
        ("count(//*[local-name() = 'b'])", 3.0),
        ("count(//node())", 12.0),
        ("count(//text() | //comment() | //text())", 3.0),
        ("count(/a/b[2]/preceding-sibling::b)", 1.0),
        ("count(/a/b[1]/following-sibling::*)", 2.0),
        ("count(//d[position() = last()]/ancestor::*)", 2.0),
        ("count(//d[3]/preceding-sibling::d[1]/preceding-sibling::d)", 1.0),
        ("count(/a/namespace::*)", 2.0),
        ("count(//@*)", 5.0),
        ("count(//@p:m/..)", 1.0),
        ("count(//p:*)", 1.0),
        ("count(//processing-instruction('t'))", 1.0),
        ("count(id('i1')/c/d)", 3.0),
        ("count(here())", 1.0),
        ("2 + 3 * 4 - 10 div 5 mod 3", 12.0),
        ("-(2 - 5)", 3.0),
        ("- -3", 3.0),
        ("string-length(' ab ')", 4.0),
        ("number('12') + number(true())", 13.0),
        ("(//d)[2] = '' + 1", 0.0),
    ] {
        let found = evaluated(text);
        let number = match &found {
            Value::Number(number) => *number,
            Value::Boolean(truth) => f64::from(u8::from(*truth)),
            other => panic!("{text}: {other:?}"),
        };
        assert!((number - value).abs() < f64::EPSILON, "{text}: {found:?}");
    }
    for (text, truth) in [
        ("//b = 'one'", true),
        ("//b != 'one'", true),
        ("//b = 'three'", false),
        ("//@n > 2", true),
        ("3 <= //@n and not(4 <= //@n)", true),
        ("contains(string(/a/b[2]), 'wo') and starts-with(name(/*), 'a')", true),
        ("name(//p:b) = 'p:b' and namespace-uri(//p:b) = 'u:p'", true),
        ("normalize-space('  a  b ') = concat('a', ' ', 'b')", true),
        ("/a/b[1] or false()", true),
        ("1 = 2 or 2 = 2", true),
        ("boolean('') or boolean(0)", false),
        ("/a/@Id = 'i1'", true),
        ("string(/a/processing-instruction()) = 'data'", true),
        ("number('x') = number('x')", false),
    ] {
        assert_eq!(evaluated(text), Value::Boolean(truth), "{text}");
    }
}

#[test]
fn what_is_not_an_expression_or_not_supported_is_refused() {
    for text in [
        "",
        "(",
        "a b",
        "//",
        "a[",
        "a]",
        "count(",
        "count()",
        "not(1, 2)",
        "a::b",
        "/a/",
        "@",
        "'x",
        "a and",
        "1 2",
    ] {
        assert!(
            matches!(parse(text), Err(XPathError::Syntax { .. } | XPathError::Unsupported { .. })),
            "{text}: {:?}",
            parse(text)
        );
    }
    for text in ["$x", "document('x')", "sum(//a)", "following::a", "x:f()", "translate('a','b','c')"] {
        assert!(matches!(parse(text), Err(XPathError::Unsupported { .. })), "{text}: {:?}", parse(text));
    }
    assert!(matches!(parse("//q:a"), Err(XPathError::UnboundPrefix { .. })));
    let deep = format!("{}1{}", "(".repeat(1_000), ")".repeat(1_000));
    assert!(matches!(parse(&deep), Err(XPathError::Unsupported { .. })));
}

#[test]
fn a_filter_takes_nodes_out() {
    let mut budget = Budget::new(&Limits::DEFAULT);
    let text = "<a xmlns='u:a'><b x='1'>t</b><ds:Signature xmlns:ds='http://www.w3.org/2000/09/xmldsig#'><ds:x/></ds:Signature></a>";
    let tree = Tree::parse(text, &mut budget).unwrap();
    let whole = NodeSet::of(&tree, &Subtree::new(&tree, NodeId::ROOT), &mut budget).unwrap();
    let identified = |_: &str| Vec::new();
    let context = Context { tree: &tree, here: None, identified: &identified };
    let written = |expression: &str, budget: &mut Budget| {
        let expression = parse(expression).unwrap();
        let set = whole.filtered(&expression, &context, budget).unwrap();
        let mut octets = Vec::new();
        canonicalise(&tree, &set, &Method::new(Form::Inclusive10), &mut octets, budget).unwrap();
        String::from_utf8(octets).unwrap()
    };
    let without = "<a xmlns=\"u:a\"><b x=\"1\">t</b></a>";
    assert_eq!(written("not(ancestor-or-self::ds:Signature)", &mut budget), without);
    // The same, asked of each attribute and namespace node.
    assert_eq!(written("not(ancestor-or-self::ds:Signature) and count(.) = 1", &mut budget), without);
    assert_eq!(written("self::text()", &mut budget), "t");
    assert_eq!(written("false()", &mut budget), "");
    assert!(parse("not(ancestor-or-self::ds:Signature)").unwrap().is_of_elements());
    assert!(!parse("not(self::ds:Signature)").unwrap().is_of_elements());
}

#[test]
fn work_ends_with_the_budget() {
    let children = "<b/>".repeat(5_000);
    let text = format!("<a>{children}</a>");
    let mut few = Limits::DEFAULT.clone();
    few.work = 100_000;
    let mut budget = Budget::new(&few);
    let tree = Tree::parse(&text, &mut budget).unwrap();
    let identified = |_: &str| Vec::new();
    let context = Context { tree: &tree, here: None, identified: &identified };
    let outcome = parse("//*[count(//*) = 1]").unwrap().evaluate(&context, XNode::Tree(NodeId::ROOT), &mut budget);
    assert!(matches!(outcome, Err(XPathError::Limit(_))));
}

/// Exclusive XML Canonicalization 1.0 §3: a namespace that has no node in the set at one element is written anew below.
#[test]
fn a_namespace_node_that_was_taken_out_is_in_force_for_nobody_below() {
    let mut budget = Budget::new(&Limits::DEFAULT);
    let tree = Tree::parse("<p:a xmlns:p='u:p'><p:b><p:c/></p:b></p:a>", &mut budget).unwrap();
    let identified = |_: &str| Vec::new();
    let context = Context { tree: &tree, here: None, identified: &identified };
    let all_but_one = "(//. | //namespace::*)[not(local-name() = 'p' and parent::p:b and not(self::*))]";
    let value = parse(all_but_one).unwrap().evaluate(&context, XNode::Tree(NodeId::ROOT), &mut budget).unwrap();
    let set = NodeSet::of_nodes(&tree, &value.into_nodes().unwrap());
    for form in [Form::Exclusive, Form::Inclusive10] {
        let mut octets = Vec::new();
        canonicalise(&tree, &set, &Method::new(form), &mut octets, &mut budget).unwrap();
        let expected = "<p:a xmlns:p=\"u:p\"><p:b><p:c xmlns:p=\"u:p\"></p:c></p:b></p:a>";
        assert_eq!(String::from_utf8(octets).unwrap(), expected, "{form:?}");
    }
}
