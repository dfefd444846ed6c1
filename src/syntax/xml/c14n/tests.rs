//! The canonical forms beside the examples of the recommendations.

use super::*;
use crate::limits::{Budget, Limits};
use crate::syntax::xml::{NodeId, Tree};

fn canonical(text: &str, method: &Method, top: impl Fn(&Tree<'_>) -> NodeId) -> String {
    let mut budget = Budget::new(&Limits::DEFAULT);
    let tree = Tree::parse(text, &mut budget).unwrap();
    let mut out = Vec::new();
    canonicalise(&tree, &Subtree::new(&tree, top(&tree)), method, &mut out, &mut budget).unwrap();
    String::from_utf8(out).unwrap()
}

fn whole(text: &str, method: &Method) -> String {
    canonical(text, method, |_| NodeId::ROOT)
}

fn of_element(text: &str, method: &Method, local: &str) -> String {
    canonical(text, method, |tree| {
        tree.subtree(NodeId::ROOT).find(|id| tree.element(*id).is_some_and(|found| found.local() == local)).unwrap()
    })
}

const C10: Method = Method::new(Form::Inclusive10);
const C11: Method = Method::new(Form::Inclusive11);
const EXC: Method = Method::new(Form::Exclusive);

/// Canonical XML 1.0 §3.1, §3.2.
#[test]
fn the_examples_of_the_recommendation() {
    let text = "<?xml version=\"1.0\"?>\n\n<?xml-stylesheet   href=\"doc.xsl\"\n   type=\"text/xsl\"   ?>\n\n<doc>Hello, world!<!-- Comment 1 --></doc>\n\n<?pi-without-data     ?>\n\n<!-- Comment 2 -->\n\n<!-- Comment 3 -->\n";
    assert_eq!(
        whole(text, &C10),
        "<?xml-stylesheet href=\"doc.xsl\"\n   type=\"text/xsl\"   ?>\n<doc>Hello, world!</doc>\n<?pi-without-data?>"
    );
    assert_eq!(
        whole(text, &C10.with_comments()),
        "<?xml-stylesheet href=\"doc.xsl\"\n   type=\"text/xsl\"   ?>\n<doc>Hello, world!<!-- Comment 1 --></doc>\n<?pi-without-data?>\n<!-- Comment 2 -->\n<!-- Comment 3 -->"
    );
}

#[test]
fn characters_are_escaped() {
    let text = "<a b='&quot;&apos;&lt;&gt;&amp;&#9;&#10;&#13;'>&quot;&apos;&lt;&gt;&amp;&#9;&#10;&#13;\r\n<![CDATA[<&>]]></a>";
    assert_eq!(
        whole(text, &C10),
        "<a b=\"&quot;'&lt;>&amp;&#x9;&#xA;&#xD;\">\"'&lt;&gt;&amp;\t\n&#xD;\n&lt;&amp;&gt;</a>"
    );
}

/// What is written as canonical form writes it is copied from the document; what says the same otherwise is not.
#[test]
fn how_it_is_written_makes_no_difference() {
    let canonical =
        "<r xmlns:p=\"u:p\" a=\"1\"><p:x a=\"&amp;\" b=\"&gt;\">t&gt;t</p:x><y c=\"2\" d=\"3\">A<z></z></y>\
                     <q xmlns=\"u:q\"><s e=\"4\"></s></q></r>"
            .replace("b=\"&gt;\"", "b=\">\"");
    let spellings = [
        canonical.clone(),
        canonical.replace('>', " >").replace("t&gt;t", "t>t").replace("b=\" >\"", "b=\">\""),
        canonical.replace("c=\"2\" d=\"3\"", "d='3'\n c = \"2\"").replace("</y>", "</y\n>"),
        canonical.replace(">A<", "><![CDATA[]]>&#65;<!-- no --><").replace("<z></z>", "<z/>"),
        canonical.replace(" a=\"1\"", "  a=\"1\"").replace("e=\"4\"", "e=\"&#52;\"").replace("></s>", "/>"),
    ];
    for text in &spellings {
        for method in [&C10, &C11] {
            assert_eq!(&whole(text, method), &canonical, "{text}");
        }
        let exclusive = canonical.replace(" xmlns:p=\"u:p\"", "").replace("<p:x", "<p:x xmlns:p=\"u:p\"");
        assert_eq!(whole(text, &EXC), exclusive, "{text}");
        let part = "<s xmlns=\"u:q\" e=\"4\"></s>";
        assert_eq!(of_element(text, &EXC, "s"), part, "{text}");
        assert_eq!(of_element(text, &C10, "s"), part.replace(" e=", " xmlns:p=\"u:p\" e="), "{text}");
    }
}

#[test]
fn namespaces_and_attributes_are_sorted() {
    let text = "<e5 a:attr='out' b:attr='sorted' attr2='all' attr='I&apos;m' xmlns:b='http://www.ietf.org' xmlns:a='http://www.w3.org' xmlns='http://example.org'/>";
    let expected = "<e5 xmlns=\"http://example.org\" xmlns:a=\"http://www.w3.org\" xmlns:b=\"http://www.ietf.org\" attr=\"I'm\" attr2=\"all\" b:attr=\"sorted\" a:attr=\"out\"></e5>";
    assert_eq!(whole(text, &C10), expected);
    assert_eq!(whole(text, &EXC), expected);
}

#[test]
fn a_declaration_is_written_once_and_where_it_changes() {
    let text = "<a xmlns='u:1' xmlns:p='u:p'><b xmlns='u:1'><c xmlns=''><d xmlns=''/></c></b><p:e xmlns:p='u:q'/><p:f/></a>";
    assert_eq!(
        whole(text, &C10),
        "<a xmlns=\"u:1\" xmlns:p=\"u:p\"><b><c xmlns=\"\"><d></d></c></b><p:e xmlns:p=\"u:q\"></p:e><p:f></p:f></a>"
    );
    assert_eq!(
        whole(text, &EXC),
        "<a xmlns=\"u:1\"><b><c xmlns=\"\"><d></d></c></b><p:e xmlns:p=\"u:q\"></p:e><p:f xmlns:p=\"u:p\"></p:f></a>"
    );
}

/// Exclusive XML Canonicalization 1.0 §2.2.
#[test]
fn a_part_of_a_document() {
    let text = "<n0:local xmlns:n0='foo:bar' xmlns:n3='ftp://example.org'><n1:elem2 xmlns:n1='http://example.net' xml:lang='en'><n3:stuff xmlns:n3='ftp://example.org'/></n1:elem2></n0:local>";
    assert_eq!(
        of_element(text, &C10, "elem2"),
        "<n1:elem2 xmlns:n0=\"foo:bar\" xmlns:n1=\"http://example.net\" xmlns:n3=\"ftp://example.org\" xml:lang=\"en\"><n3:stuff></n3:stuff></n1:elem2>"
    );
    assert_eq!(
        of_element(text, &EXC, "elem2"),
        "<n1:elem2 xmlns:n1=\"http://example.net\" xml:lang=\"en\"><n3:stuff xmlns:n3=\"ftp://example.org\"></n3:stuff></n1:elem2>"
    );
    assert_eq!(
        of_element(text, &EXC.with_inclusive_prefixes("n0 #default n0"), "elem2"),
        "<n1:elem2 xmlns:n0=\"foo:bar\" xmlns:n1=\"http://example.net\" xml:lang=\"en\"><n3:stuff xmlns:n3=\"ftp://example.org\"></n3:stuff></n1:elem2>"
    );
}

#[test]
fn attributes_of_xml_are_inherited_as_each_form_says() {
    let text = "<a xml:lang='de' xml:id='i' xml:base='http://x/y/' xml:space='preserve'><b xml:base='z/'><c xml:lang='fr'/></b></a>";
    assert_eq!(
        of_element(text, &C10, "c"),
        "<c xml:base=\"z/\" xml:id=\"i\" xml:lang=\"fr\" xml:space=\"preserve\"></c>"
    );
    assert_eq!(
        of_element(text, &C11, "c"),
        "<c xml:base=\"http://x/y/z/\" xml:lang=\"fr\" xml:space=\"preserve\"></c>"
    );
    assert_eq!(of_element(text, &EXC, "c"), "<c xml:lang=\"fr\"></c>");
}

#[test]
fn a_subtree_is_taken_out() {
    let mut budget = Budget::new(&Limits::DEFAULT);
    let text = "<a xmlns:p='u:p'><p:s><p:t/>x</p:s><p:k/></a>";
    let tree = Tree::parse(text, &mut budget).unwrap();
    let out = tree.subtree(NodeId::ROOT).find(|id| tree.element(*id).is_some_and(|s| s.local() == "s")).unwrap();
    let mut octets = Vec::new();
    let selection = Without::new(Subtree::new(&tree, NodeId::ROOT), &tree, out);
    canonicalise(&tree, &selection, &EXC, &mut octets, &mut budget).unwrap();
    assert_eq!(String::from_utf8(octets).unwrap(), "<a><p:k xmlns:p=\"u:p\"></p:k></a>");
}

/// A selection that does not say what it leaves out as a whole.
struct OneByOne<S>(S);

impl<S: Selection> Selection for OneByOne<S> {
    fn top(&self) -> NodeId {
        self.0.top()
    }

    fn has(&self, node: NodeId) -> bool {
        self.0.has(node)
    }
}

#[test]
fn what_is_passed_over_changes_nothing() {
    let text = "<!--h--><a xmlns='u:a' xmlns:p='u:p'>1<p:b xmlns:q='u:q' q:c='2' xml:lang='de'><q:d xmlns='u:d'/>3<?i j?>\
                </p:b><!--k--><q:e xmlns:q='u:r'><p:f q:g='4'/></q:e>5<h xmlns=''/></a><?l m?>";
    let mut budget = Budget::new(&Limits::DEFAULT);
    let tree = Tree::parse(text, &mut budget).unwrap();
    for method in [C10, C11, EXC, C10.with_comments(), EXC.with_comments()] {
        for top in tree.subtree(NodeId::ROOT) {
            for out in tree.subtree(NodeId::ROOT) {
                let selection = Without::new(Subtree::new(&tree, top), &tree, out);
                let (mut passed, mut walked) = (Vec::new(), Vec::new());
                canonicalise(&tree, &selection, &method, &mut passed, &mut budget).unwrap();
                canonicalise(&tree, &OneByOne(selection), &method, &mut walked, &mut budget).unwrap();
                assert_eq!(passed, walked, "{method:?}, {top:?} without {out:?}");
            }
        }
    }
}

#[test]
fn relative_namespace_names_are_refused_where_they_are_taken_out() {
    let mut budget = Budget::new(&Limits::DEFAULT);
    let tree = Tree::parse("<a><s><b/><c xmlns:r='relative'/></s><d/></a>", &mut budget).unwrap();
    for (name, outcome) in [("s", Err(C14nError::RelativeNamespace { offset: 10 })), ("d", Ok(()))] {
        let named = |id: &NodeId| tree.element(*id).is_some_and(|element| element.local() == name);
        let out = tree.subtree(NodeId::ROOT).find(named).unwrap();
        let top = if name == "s" { NodeId::ROOT } else { out };
        let selection = Without::new(Subtree::new(&tree, top), &tree, out);
        assert_eq!(canonicalise(&tree, &selection, &EXC, &mut Vec::new(), &mut budget), outcome);
    }
}

#[test]
fn relative_namespace_names_are_refused() {
    let mut budget = Budget::new(&Limits::DEFAULT);
    let tree = Tree::parse("<a><b xmlns='relative'/></a>", &mut budget).unwrap();
    let outcome = canonicalise(&tree, &Subtree::new(&tree, NodeId::ROOT), &C10, &mut Vec::new(), &mut budget);
    assert_eq!(outcome, Err(C14nError::RelativeNamespace { offset: 3 }));
}

#[test]
fn many_namespaces_and_many_children_cost_little() {
    let declared: String = (0..1_900).map(|n| format!(" xmlns:p{n}='urn:{n}'")).collect();
    let children: String = (0..20_000).map(|n| format!("<p{}:c/>", n % 1_900)).collect();
    let text = format!("<a{declared}>{children}</a>");
    let inclusive = whole(&text, &C10);
    assert_eq!(inclusive.matches(" xmlns:").count(), 1_900);
    assert_eq!(whole(&text, &EXC).matches(" xmlns:").count(), 20_000);
}
