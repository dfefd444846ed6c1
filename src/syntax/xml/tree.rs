//! A document as a tree, in the terms of XPath 1.0 §5: a root, elements with attributes and namespaces, texts (adjacent
//! character data and CDATA are one), comments, processing instructions. White space outside the root element is no node.
//!
//! Nodes lie in document order in one table, so that a subtree is a run of numbers; nothing here is recursive. Text is
//! borrowed from the document where it means itself, and kept aside where references or line ends had to be resolved.

use std::borrow::Cow;
use std::ops::Range;

use super::build::Builder;
use super::error::XmlError;
use super::names::{Expanded, NameId, Names, XML_NAMESPACE};
use super::scan;
use crate::limits::Budget;

/// Names a node of one tree. Numbers rise in document order; 0 is the root.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub(super) u32);

impl NodeId {
    /// The root: parent of the document element and of what stands beside it.
    pub const ROOT: Self = Self(0);

    /// Behind every node.
    pub(super) const END: Self = Self(u32::MAX);

    /// Its number, for tables: 0, 1, 2 … without gaps.
    #[must_use]
    pub fn index(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }

    pub(super) fn from_index(index: usize) -> Self {
        Self(u32::try_from(index).unwrap_or(u32::MAX))
    }
}

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The root of the tree, not the root element.
    Root,
    /// An element.
    Element,
    /// Character data.
    Text,
    /// A comment.
    Comment,
    /// A processing instruction.
    Instruction,
}

/// A row of the table. There is one for everything in a document, so its size is much of what a tree takes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    pub(super) parent: u32,
    /// Of the root and of elements: the number after the last of the subtree. Of all else: where its characters end.
    pub(super) end: u32,
    pub(super) kind: Kind,
    /// Of characters: canonical form writes them as they are. Of an element: its start tag stands in the text as canonical
    /// form writes it, as long as no namespace has to be declared there.
    pub(super) plain: bool,
    /// Whether the characters were kept aside, and do not stand in the text.
    pub(super) aside: bool,
    /// Of an element: which of the elements. Of all else: where its characters begin.
    pub(super) place: u32,
}

/// What there is to say of an element. What is its own of the attributes and declarations ends where that of the next
/// element begins.
#[derive(Clone, Copy, Debug)]
pub(super) struct ElementData {
    /// Which of the names.
    pub(super) name: u32,
    /// Its first attribute.
    pub(super) attributes: u32,
    /// Its first declaration.
    pub(super) declarations: u32,
    pub(super) span: (u32, u32),
    /// How long the start tag is, if its node is `plain`.
    pub(super) tag: u16,
    /// How long the end tag is, if canonical form writes it like that; else 0.
    pub(super) close: u16,
    /// Which node it is.
    pub(super) node: NodeId,
}

/// Where characters are.
pub(super) enum Characters<'a> {
    /// At this place of the text.
    Here(Range<usize>),
    /// Elsewhere: these.
    Aside(&'a str),
}

/// Characters: of the document, or of what was kept aside.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece {
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) aside: bool,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct AttributeData {
    /// Which of the names.
    pub(super) name: u32,
    pub(super) value: Piece,
}

/// An attribute.
#[derive(Clone, Copy, Debug)]
pub struct Attribute<'a> {
    /// The prefix as written; empty where there is none.
    pub prefix: NameId,
    /// The local part.
    pub local: NameId,
    /// The namespace; empty where there is none.
    pub namespace: NameId,
    /// The value, normalised.
    pub value: &'a str,
}

/// A namespace declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Declaration {
    /// Empty for the default namespace.
    pub prefix: NameId,
    /// Empty where the default namespace is undeclared.
    pub uri: NameId,
}

/// A document.
#[derive(Debug)]
pub struct Tree<'t> {
    pub(super) text: Cow<'t, str>,
    pub(super) aside: String,
    pub(super) nodes: Vec<Node>,
    pub(super) elements: Vec<ElementData>,
    pub(super) expanded: Vec<Expanded>,
    pub(super) targets: Vec<(u32, NameId)>,
    pub(super) attributes: Vec<AttributeData>,
    pub(super) declarations: Vec<Declaration>,
    pub(super) names: Names<'t>,
}

/// Which of the names are wanted.
struct Wanted(Vec<bool>);

impl Wanted {
    fn has(&self, name: u32) -> bool {
        usize::try_from(name).ok().and_then(|name| self.0.get(name)).copied().unwrap_or(false)
    }
}

/// An element of a tree.
#[derive(Clone, Copy, Debug)]
pub struct Element<'a> {
    tree: &'a Tree<'a>,
    data: &'a ElementData,
    id: NodeId,
    /// Which of the elements.
    place: u32,
}

impl<'t> Tree<'t> {
    /// Reads a document that [`super::decode`] made characters of. What is wrong with it is what a [`super::scan()`] would
    /// name, and only where that finds nothing what the tree sees besides: tags that do not fit, prefixes that mean nothing.
    ///
    /// # Errors
    /// [`XmlError`] for the first thing that is wrong.
    pub fn parse(text: &'t str, budget: &mut Budget) -> Result<Self, XmlError> {
        scan::first_look(text, budget)?;
        match Builder::new(text, budget.limits()).build(budget.limits()) {
            Ok((tree, count)) => {
                count.pay(budget)?;
                Ok(tree)
            }
            Err(error) => {
                // The builder ends at the first thing that is wrong, whatever kind it is of.
                scan::tokens(text, budget)?;
                Err(error)
            }
        }
    }

    /// The same tree, borrowing nothing: for documents whose text had to be made.
    #[must_use]
    pub fn into_owned(self) -> Tree<'static> {
        Tree {
            text: Cow::Owned(self.text.into_owned()),
            aside: self.aside,
            nodes: self.nodes,
            elements: self.elements,
            expanded: self.expanded,
            targets: self.targets,
            attributes: self.attributes,
            declarations: self.declarations,
            names: self.names.into_owned(),
        }
    }

    /// The text of the document.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The namespace that a prefix is bound to at an element, the empty prefix being the default namespace; none where
    /// it is bound to nothing.
    #[must_use]
    pub fn namespace_in_scope(&self, element: NodeId, prefix: &str) -> Option<&str> {
        if prefix == "xml" {
            return Some(XML_NAMESPACE);
        }
        let prefix = self.find_name(prefix)?;
        let mut next = Some(element);
        while let Some(found) = next.and_then(|id| self.element(id)) {
            if let Some(declaration) = found.declarations().iter().find(|declaration| declaration.prefix == prefix)
            {
                return Some(self.name(declaration.uri)).filter(|uri| !uri.is_empty());
            }
            next = self.parent(found.id);
        }
        None
    }

    /// How many nodes there are, the root among them; attributes and namespaces apart.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Never: a tree has a root.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The document element.
    #[must_use]
    pub fn document_element(&self) -> Option<NodeId> {
        self.children(NodeId::ROOT).find(|child| self.kind(*child) == Kind::Element)
    }

    /// What a node is. A number of another tree is taken for the root.
    #[must_use]
    pub fn kind(&self, id: NodeId) -> Kind {
        self.nodes.get(id.index()).map_or(Kind::Root, |node| node.kind)
    }

    /// The parent; none of the root.
    #[must_use]
    pub fn parent(&self, id: NodeId) -> Option<NodeId> {
        (id != NodeId::ROOT).then(|| self.nodes.get(id.index()).map(|node| NodeId(node.parent))).flatten()
    }

    /// A node and all below it, in document order.
    pub fn subtree(&self, id: NodeId) -> impl DoubleEndedIterator<Item = NodeId> + Clone + use<> {
        self.range(id).map(NodeId::from_index)
    }

    /// A node and all below it, with their numbers.
    pub(super) fn nodes(&self, id: NodeId) -> impl Iterator<Item = (NodeId, &Node)> {
        let range = self.range(id);
        let numbers = (id.0..).map(NodeId);
        numbers.zip(self.nodes.get(range).unwrap_or_default())
    }

    /// The bytes of the text in which the characters of a text, comment or instruction stand, and their characters where
    /// they stand aside.
    pub(super) fn place_of(&self, node: &Node) -> Characters<'_> {
        let piece = node.piece();
        if piece.aside {
            Characters::Aside(self.piece(piece))
        } else {
            Characters::Here(range((piece.start, piece.end)))
        }
    }

    /// The numbers of a node and all below it.
    pub(super) fn range(&self, id: NodeId) -> Range<usize> {
        let index = id.index();
        let end = self.nodes.get(index).map_or(0, |node| match node.kind {
            Kind::Root | Kind::Element => usize::try_from(node.end).unwrap_or(usize::MAX),
            Kind::Text | Kind::Comment | Kind::Instruction => index.saturating_add(1),
        });
        index..end
    }

    /// Whether `node` is `ancestor` or stands below it.
    #[must_use]
    pub fn is_within(&self, node: NodeId, ancestor: NodeId) -> bool {
        self.range(ancestor).contains(&node.index())
    }

    /// The children, in document order; attributes are none.
    pub fn children(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        let range = self.range(id);
        let mut next = range.start.saturating_add(1);
        std::iter::from_fn(move || {
            let child = (next < range.end).then(|| NodeId::from_index(next))?;
            next = self.range(child).end.max(next.saturating_add(1));
            Some(child)
        })
    }

    /// The element with this number.
    #[must_use]
    pub fn element(&self, id: NodeId) -> Option<Element<'_>> {
        let node = self.nodes.get(id.index()).filter(|node| node.kind == Kind::Element)?;
        let data = self.elements.get(usize::try_from(node.place).ok()?)?;
        Some(Element { tree: self, data, id, place: node.place })
    }

    /// The elements whose namespace and local name are wanted, in document order.
    pub fn elements_named(&self, is_wanted: impl Fn(NameId, NameId) -> bool) -> impl Iterator<Item = Element<'_>> {
        let wanted = self.wanted(is_wanted);
        self.elements().filter(move |element| wanted.has(element.data.name))
    }

    /// Gives the attributes whose namespace and local name are wanted, in document order: their elements and values.
    pub fn attributes_named<'a>(
        &'a self,
        is_wanted: impl Fn(NameId, NameId) -> bool,
        mut take: impl FnMut(NodeId, &'a str),
    ) {
        let wanted = self.wanted(is_wanted);
        let numbered = self.attributes.iter().zip(0_u32..);
        for (attribute, number) in numbered.filter(|(attribute, _)| wanted.has(attribute.name)) {
            // The attributes stand in the order of their elements; of those that have none, the next begins there too.
            let behind = self.elements.partition_point(|element| element.attributes <= number);
            if let Some(element) = behind.checked_sub(1).and_then(|place| self.elements.get(place)) {
                take(element.node, self.piece(attribute.value));
            }
        }
    }

    /// The namespace declarations of an element and of all elements below it.
    pub(super) fn declarations_within(&self, id: NodeId) -> &[Declaration] {
        let Some(element) = self.element(id) else { return &[] };
        // Elements stand in the order in which they begin.
        let end = self.elements.partition_point(|other| other.span.0 < element.data.span.1);
        let behind = self.elements.get(end).map(|behind| behind.declarations);
        let own = until(element.data.declarations, behind, self.declarations.len());
        self.declarations.get(own).unwrap_or_default()
    }

    /// Every element, in document order.
    fn elements(&self) -> impl Iterator<Item = Element<'_>> {
        let numbered = self.elements.iter().zip(0..);
        numbered.map(|(data, place)| Element { tree: self, data, id: data.node, place })
    }

    fn wanted(&self, is_wanted: impl Fn(NameId, NameId) -> bool) -> Wanted {
        Wanted(self.expanded.iter().map(|one| is_wanted(one.namespace, one.local)).collect())
    }

    /// The characters of a text or comment, the data of a processing instruction; none of other nodes.
    #[must_use]
    pub fn characters(&self, id: NodeId) -> &str {
        let node = self.nodes.get(id.index());
        let node = node.filter(|node| matches!(node.kind, Kind::Text | Kind::Comment | Kind::Instruction));
        node.map_or("", |node| self.piece(node.piece()))
    }

    /// The target of a processing instruction; empty of other nodes.
    #[must_use]
    pub fn target(&self, id: NodeId) -> &str {
        let found = self.targets.binary_search_by_key(&id.0, |(node, _)| *node).ok();
        found.and_then(|at| self.targets.get(at)).map_or("", |(_, name)| self.name(*name))
    }

    /// All characters below a node (XPath 1.0 §5.2: its string value).
    #[must_use]
    pub fn string_value(&self, id: NodeId) -> Cow<'_, str> {
        if self.kind(id) != Kind::Element && id != NodeId::ROOT {
            return Cow::Borrowed(self.characters(id));
        }
        let mut texts = self.subtree(id).filter(|node| self.kind(*node) == Kind::Text);
        match (texts.next(), texts.next()) {
            (None, _) => Cow::Borrowed(""),
            (Some(only), None) => Cow::Borrowed(self.characters(only)),
            (Some(first), Some(second)) => {
                let all = [first, second].into_iter().chain(texts);
                Cow::Owned(all.map(|text| self.characters(text)).collect())
            }
        }
    }

    /// The bytes of the text that a node stands in; of the root: all.
    #[must_use]
    pub fn span(&self, id: NodeId) -> Range<usize> {
        match self.element(id) {
            Some(element) => {
                let (start, end) = element.data.span;
                usize::try_from(start).unwrap_or(usize::MAX)..usize::try_from(end).unwrap_or(usize::MAX)
            }
            None => 0..self.text.len(),
        }
    }

    /// A name, prefix or namespace.
    #[must_use]
    pub fn name(&self, id: NameId) -> &str {
        self.names.text(id)
    }

    /// The number of a name, where the document has it at all.
    #[must_use]
    pub fn find_name(&self, name: &str) -> Option<NameId> {
        self.names.find(name)
    }

    /// How many different names there are.
    pub(super) const fn names(&self) -> usize {
        self.names.len()
    }

    pub(super) fn piece(&self, piece: Piece) -> &str {
        let whole = if piece.aside { self.aside.as_str() } else { &self.text };
        whole.get(range((piece.start, piece.end))).unwrap_or_default()
    }

    fn expanded(&self, name: u32) -> Expanded {
        let found = self.expanded.get(usize::try_from(name).unwrap_or(usize::MAX));
        found.copied().unwrap_or(Expanded::NONE)
    }
}

impl Node {
    /// The characters of a text, comment or instruction.
    pub(super) const fn piece(&self) -> Piece {
        Piece { start: self.place, end: self.end, aside: self.aside }
    }
}

impl<'a> Element<'a> {
    /// Its number.
    #[must_use]
    pub const fn id(&self) -> NodeId {
        self.id
    }

    /// The prefix as written; empty where there is none.
    #[must_use]
    pub fn prefix(&self) -> NameId {
        self.tree.expanded(self.data.name).prefix
    }

    /// The local part of its name.
    #[must_use]
    pub fn local(&self) -> &'a str {
        self.tree.name(self.tree.expanded(self.data.name).local)
    }

    /// Its namespace; empty where there is none.
    #[must_use]
    pub fn namespace(&self) -> &'a str {
        self.tree.name(self.tree.expanded(self.data.name).namespace)
    }

    /// Where its start tag stands, if that is as canonical form writes it where no namespace is declared.
    pub(super) fn exact_start(&self) -> Option<Range<usize>> {
        let ElementData { span: (start, _), tag, .. } = *self.data;
        (tag > 0).then(|| range((start, start.saturating_add(u32::from(tag)))))
    }

    /// Where its end tag stands, if that is as canonical form writes it.
    pub(super) fn exact_end(&self) -> Option<Range<usize>> {
        let ElementData { span: (_, end), close, .. } = *self.data;
        (close > 0).then(|| range((end.saturating_sub(u32::from(close)), end)))
    }

    /// The local part and the namespace as numbers.
    #[must_use]
    pub fn name_ids(&self) -> (NameId, NameId) {
        let name = self.tree.expanded(self.data.name);
        (name.namespace, name.local)
    }

    /// Whether it has this expanded name.
    #[must_use]
    pub fn is(&self, namespace: &str, local: &str) -> bool {
        self.local() == local && self.namespace() == namespace
    }

    /// Its attributes in the order written, namespace declarations apart.
    pub fn attributes(&self) -> impl DoubleEndedIterator<Item = Attribute<'a>> + ExactSizeIterator + use<'a> {
        let tree = self.tree;
        self.own_attributes().iter().map(|data| {
            let Expanded { prefix, local, namespace } = tree.expanded(data.name);
            Attribute { prefix, local, namespace, value: tree.piece(data.value) }
        })
    }

    fn own_attributes(&self) -> &'a [AttributeData] {
        let all = &self.tree.attributes;
        let own = until(self.data.attributes, self.next().map(|next| next.attributes), all.len());
        all.get(own).unwrap_or_default()
    }

    /// The value of the attribute without a namespace of this name.
    #[must_use]
    pub fn attribute(&self, local: &str) -> Option<&'a str> {
        let tree = self.tree;
        self.attributes()
            .find(|attribute| attribute.namespace == NameId::EMPTY && tree.name(attribute.local) == local)
            .map(|attribute| attribute.value)
    }

    /// Its own namespace declarations in the order written.
    #[must_use]
    pub fn declarations(&self) -> &'a [Declaration] {
        let all = &self.tree.declarations;
        let own = until(self.data.declarations, self.next().map(|next| next.declarations), all.len());
        all.get(own).unwrap_or_default()
    }

    /// The next element in document order.
    fn next(&self) -> Option<&'a ElementData> {
        self.tree.elements.get(usize::try_from(self.place).ok()?.checked_add(1)?)
    }
}

/// From a place on to where the next begins; to the end of all where there is none.
fn until(from: u32, next: Option<u32>, all: usize) -> Range<usize> {
    let end = next.map_or(all, |next| usize::try_from(next).unwrap_or(usize::MAX));
    usize::try_from(from).unwrap_or(usize::MAX)..end
}

pub(super) fn range((start, end): (u32, u32)) -> Range<usize> {
    usize::try_from(start).unwrap_or(usize::MAX)..usize::try_from(end).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;
    use crate::syntax::xml::error::Malformation;

    fn parse(text: &str) -> Result<Tree<'_>, XmlError> {
        Tree::parse(text, &mut Budget::new(&Limits::DEFAULT))
    }

    #[test]
    fn a_document_becomes_a_tree() {
        let text =
            "<!--c--><a xmlns='u:a' xmlns:b='u:b' b:x='1' y='&lt;2\r\n'>t<![CDATA[<]]>&gt;<b:c/><?p d?></a>\n<?q?>";
        let tree = parse(text).unwrap();
        let a = tree.document_element().unwrap();
        let element = tree.element(a).unwrap();
        assert!(element.is("u:a", "a"));
        assert_eq!(element.attribute("y"), Some("<2 "));
        assert_eq!(element.attribute("x"), None);
        assert_eq!(element.attributes().len(), 2);
        assert_eq!(element.declarations().len(), 2);
        let kinds: Vec<Kind> = tree.subtree(NodeId::ROOT).map(|id| tree.kind(id)).collect();
        assert_eq!(
            kinds,
            [
                Kind::Root,
                Kind::Comment,
                Kind::Element,
                Kind::Text,
                Kind::Element,
                Kind::Instruction,
                Kind::Instruction
            ]
        );
        let children: Vec<NodeId> = tree.children(a).collect();
        assert_eq!(tree.characters(children[0]), "t<>");
        assert!(tree.element(children[1]).unwrap().is("u:b", "c"));
        assert_eq!((tree.target(children[2]), tree.characters(children[2])), ("p", "d"));
        assert_eq!(&text[tree.span(children[1])], "<b:c/>");
        assert_eq!(tree.string_value(a), "t<>");
        assert_eq!(tree.parent(children[1]), Some(a));
        assert!(tree.is_within(children[1], a) && !tree.is_within(a, children[1]));
        assert_eq!(tree.children(NodeId::ROOT).count(), 3);
    }

    #[test]
    fn namespaces_end_with_their_element() {
        let tree = parse("<a><b xmlns='u:1'><c xmlns=''/><d/></b><e/></a>").unwrap();
        let found: Vec<(String, String)> = tree
            .subtree(NodeId::ROOT)
            .filter_map(|id| tree.element(id))
            .map(|element| (element.local().to_owned(), element.namespace().to_owned()))
            .collect();
        let expected = [("a", ""), ("b", "u:1"), ("c", ""), ("d", "u:1"), ("e", "")];
        assert!(found.iter().map(|(l, n)| (l.as_str(), n.as_str())).eq(expected), "{found:?}");
    }

    #[test]
    fn what_is_not_well_formed_is_refused() {
        for (text, what) in [
            ("", Malformation::Truncated),
            ("<a>", Malformation::Truncated),
            ("<a></b>", Malformation::Unbalanced),
            ("</a>", Malformation::Unbalanced),
            ("<a/><b/>", Malformation::OutsideRoot),
            ("x<a/>", Malformation::OutsideRoot),
            ("<a/><![CDATA[ ]]>", Malformation::OutsideRoot),
            ("<a/>&#32;", Malformation::OutsideRoot),
            ("<a b='1' b='2'/>", Malformation::DuplicateAttribute),
            ("<a xmlns:p='u' xmlns:q='u' p:b='1' q:b='2'/>", Malformation::DuplicateAttribute),
            ("<a xmlns='u' xmlns='v'/>", Malformation::DuplicateAttribute),
            ("<p:a/>", Malformation::UnboundPrefix),
            ("<a p:b='1'/>", Malformation::UnboundPrefix),
            ("<a><b xmlns:p='u'/><p:c/></a>", Malformation::UnboundPrefix),
            ("<a xmlns:p=''/>", Malformation::NamespaceDeclaration),
            ("<a xmlns:xmlns='u'/>", Malformation::NamespaceDeclaration),
            ("<a xmlns:xml='u'/>", Malformation::NamespaceDeclaration),
            ("<a xmlns='http://www.w3.org/XML/1998/namespace'/>", Malformation::NamespaceDeclaration),
            ("<a xmlns:p='http://www.w3.org/2000/xmlns/'/>", Malformation::NamespaceDeclaration),
            ("<xmlns:a/>", Malformation::UnboundPrefix),
            ("<a>\u{1}</a>", Malformation::Character),
        ] {
            match parse(text).unwrap_err() {
                XmlError::Malformed { what: found, .. } => assert_eq!(found, what, "{text}"),
                other => panic!("{text}: {other}"),
            }
        }
        parse("<a xml:lang='de' xmlns:xml='http://www.w3.org/XML/1998/namespace'/>").unwrap();
        parse("<a b='1' xmlns:p='u' p:b='2'/>").unwrap();
    }

    #[test]
    fn what_a_scan_would_name_goes_before_what_only_the_tree_sees() {
        for text in ["<a></b><!DOCTYPE c>", "<p:a/>&d;", "<a b='1' b='2'><", "<a/><b>&#0;</b>", "</a><c d=''e=''>"]
        {
            let found = scan::scan(text, &mut Budget::new(&Limits::DEFAULT)).unwrap_err();
            assert_eq!(parse(text).unwrap_err(), found, "{text}");
        }
        let few = Limits { xml_nodes: 4, xml_references: 1, xml_depth: 2, xml_attributes: 1, ..Limits::DEFAULT };
        for text in
            ["<a>&lt;&gt;</a>", "<a b='&lt;'>&gt;</a>", "<a><b><c/></b></a>", "<a b='' c=''/>", "</a>&lt;&lt;"]
        {
            let found = scan::scan(text, &mut Budget::new(&few)).unwrap_err();
            assert!(matches!(found, XmlError::Limit(_)), "{text}");
            assert_eq!(Tree::parse(text, &mut Budget::new(&few)).unwrap_err(), found, "{text}");
        }
    }
}
