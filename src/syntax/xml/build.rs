//! From tokens to a tree: tags balanced, prefixes bound, every attribute once, references resolved.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use super::chars::is_space;
use super::error::{Malformation, XmlError, malformed};
use super::names::{Expanded, NameId, Names, Scope, Seen, USUAL, XML_NAMESPACE, XMLNS_NAMESPACE};
use super::reference::{Appended, Place, append, is_plain, resolve};
use super::scan::Counted;
use super::token::{RawAttribute, Token, Tokens, declared_prefix};
use super::tree::{AttributeData, Declaration, ElementData, Kind, Node, NodeId, Piece, Tree};
use crate::limits::Limits;

/// A tree while it is built.
pub(super) struct Builder<'t> {
    text: &'t str,
    tree: Tree<'t>,
    scope: Scope,
    open: Vec<Open<'t>>,
    count: Counted,
    numbers: HashMap<Expanded, u32>,
    /// Room for the names of one element.
    room: Vec<(NameId, NameId)>,
    /// The prefix that was split off last.
    prefix: (&'t str, NameId),
}

/// An open element.
struct Open<'t> {
    id: NodeId,
    name: &'t str,
    /// Whether it declares namespaces.
    declares: bool,
}

impl<'t> Builder<'t> {
    pub(super) fn new(text: &'t str, limits: &Limits) -> Self {
        let root = Node { parent: 0, end: 1, kind: Kind::Root, plain: false, aside: false, place: 0 };
        // Room for what most documents of so many tags have. What is not used is never touched; where there is less
        // memory than that, it is asked for when it is needed.
        let tags = memchr::memchr_iter(b'<', text.as_bytes()).count();
        let most = usize::try_from(limits.xml_nodes).unwrap_or(usize::MAX);
        let (mut nodes, mut elements, mut attributes) = (Vec::new(), Vec::new(), Vec::new());
        let _ = nodes.try_reserve_exact(tags.min(most).saturating_add(16));
        let _ = elements.try_reserve_exact((tags / 2).min(most).saturating_add(16));
        let _ = attributes.try_reserve_exact((tags / 3).min(most).saturating_add(16));
        nodes.push(root);
        let tree = Tree {
            text: Cow::Borrowed(text),
            aside: String::new(),
            nodes,
            elements,
            expanded: Vec::with_capacity(USUAL),
            targets: Vec::new(),
            attributes,
            declarations: Vec::new(),
            names: Names::new(),
        };
        let mut scope = Scope::default();
        scope.bind(NameId::XML, Some(NameId::XML_URI));
        Self {
            text,
            tree,
            scope,
            open: Vec::new(),
            count: Counted::default(),
            numbers: HashMap::with_capacity(USUAL),
            room: Vec::new(),
            prefix: ("", NameId::EMPTY),
        }
    }

    /// Builds it, and says how much of everything there is. Every limit is looked at with each token.
    pub(super) fn build(mut self, limits: &Limits) -> Result<(Tree<'t>, Counted), XmlError> {
        let text = self.text;
        let mut tokens = Tokens::new(text)?;
        loop {
            let at = tokens.offset();
            let opened = self.open.last().map(|opened| opened.name).filter(|name| tokens.pass_end(name));
            if let Some(name) = opened {
                self.count.token(Token::End { name }, &[], limits)?;
                self.finish(at, tokens.offset(), true);
                self.count.within(limits)?;
                continue;
            }
            let Some(token) = tokens.next()? else { break };
            self.count.token(token, tokens.attributes(), limits)?;
            match token {
                Token::Start { name, empty } => {
                    let (end, exact) = (tokens.offset(), tokens.exact());
                    self.start(name, at..end, exact, &mut tokens)?;
                    if empty {
                        self.finish(end, end, false);
                    }
                }
                Token::End { name } => match self.open.last() {
                    Some(opened) if opened.name == name => self.finish(at, tokens.offset(), tokens.exact()),
                    _ => return Err(malformed(Malformation::Unbalanced, at)),
                },
                Token::Text(raw) => {
                    let means_itself = tokens.plain();
                    self.characters(raw, at, Place::Text, means_itself, tokens.exact())?;
                }
                Token::Cdata(raw) => {
                    let means_itself = is_plain(raw, Place::Cdata);
                    self.characters(raw, at.saturating_add(9), Place::Cdata, means_itself, false)?;
                }
                Token::Comment(raw) => {
                    let piece = self.keep(raw, at.saturating_add(4), Place::Cdata)?;
                    self.leaf(Kind::Comment, piece);
                }
                Token::Instruction { target, data } => {
                    // The data end where the token does.
                    let from = tokens.offset().saturating_sub(data.len().saturating_add(2));
                    let piece = self.keep(data, from, Place::Cdata)?;
                    let name = self.tree.names.intern(Cow::Borrowed(target));
                    let id = self.leaf(Kind::Instruction, piece);
                    self.tree.targets.push((id.0, name));
                }
            }
            self.count.within(limits)?;
        }
        if !self.open.is_empty() || self.tree.elements.is_empty() {
            return Err(malformed(Malformation::Truncated, text.len()));
        }
        let end = small(self.tree.nodes.len());
        if let Some(root) = self.tree.nodes.first_mut() {
            root.end = end;
        }
        Ok((self.tree, self.count))
    }

    /// Opens an element, the start tag of which was just read. `exact`: it is written as canonical form writes it, as far as
    /// the tokens know.
    fn start(
        &mut self,
        name: &'t str,
        tag: Range<usize>,
        exact: bool,
        tokens: &mut Tokens<'t>,
    ) -> Result<(), XmlError> {
        let (place, attributes, seen) = tokens.tag();
        let at = tag.start;
        if self.open.is_empty() && !self.tree.elements.is_empty() {
            return Err(malformed(Malformation::OutsideRoot, at));
        }
        let declared = self.tree.declarations.len();
        let declares = attributes.iter().any(|attribute| attribute.declares);
        if declares {
            self.scope.open();
            for attribute in attributes {
                if let Some(prefix) = declared_prefix(attribute.name) {
                    self.declare(prefix, attribute)?;
                }
            }
        }
        let (_, number) = self.expand(seen, place, name, at, Whose::Element)?;
        let first = self.tree.attributes.len();
        let length = u16::try_from(tag.len()).unwrap_or(0);
        let mut exact = exact && length > 0 && !declares;
        let mut before = "";
        for attribute in attributes.iter().filter(|attribute| !attribute.declares) {
            // Canonical form has them in the order of their names; those with a prefix are not looked at.
            exact &= self.attribute(seen, attribute)? == NameId::EMPTY && stands_before(before, attribute.name);
            before = attribute.name;
        }
        self.distinct(first, declared, at)?;
        let data = ElementData {
            name: number,
            attributes: small(first),
            declarations: small(declared),
            span: (small(at), 0),
            tag: if exact { length } else { 0 },
            close: 0,
            node: NodeId::from_index(self.tree.nodes.len()),
        };
        let place = small(self.tree.elements.len());
        self.tree.elements.push(data);
        let id = self.push(Kind::Element, exact, false, (place, 0));
        self.open.push(Open { id, name, declares });
        Ok(())
    }

    /// What a name means here, with its number.
    fn expand(
        &mut self,
        seen: &mut Seen<'t>,
        place: usize,
        name: &'t str,
        at: usize,
        whose: Whose,
    ) -> Result<(Expanded, u32), XmlError> {
        let known = seen.known(place, name);
        let (prefix, local) = match known {
            Some((known, _)) => (known.prefix, known.local),
            None => self.split(name),
        };
        // The default namespace is not that of attributes (Namespaces §6.2).
        let namespace = match whose {
            Whose::Attribute if prefix == NameId::EMPTY => NameId::EMPTY,
            Whose::Attribute | Whose::Element => self.namespace(prefix, at)?,
        };
        if let Some(known) = known.filter(|(known, _)| known.namespace == namespace) {
            return Ok(known);
        }
        let expanded = Expanded { prefix, local, namespace };
        let all = &mut self.tree.expanded;
        let number = *self.numbers.entry(expanded).or_insert_with(|| {
            all.push(expanded);
            small(all.len().saturating_sub(1))
        });
        seen.note(place, name, (expanded, number));
        Ok((expanded, number))
    }

    /// The prefix and the local part of a name that was read from a tag, and is a `QName` therefore.
    fn split(&mut self, name: &'t str) -> (NameId, NameId) {
        let names = &mut self.tree.names;
        let colon = name.bytes().position(|byte| byte == b':').and_then(|colon| name.split_at_checked(colon));
        let Some((prefix, behind)) = colon else {
            return (NameId::EMPTY, names.intern(Cow::Borrowed(name)));
        };
        let local = behind.get(1..).unwrap_or_default();
        if self.prefix.0 != prefix {
            self.prefix = (prefix, names.intern(Cow::Borrowed(prefix)));
        }
        (self.prefix.1, names.intern(Cow::Borrowed(local)))
    }

    /// The namespace of a prefix.
    fn namespace(&self, prefix: NameId, at: usize) -> Result<NameId, XmlError> {
        match self.scope.uri(prefix) {
            Some(uri) => Ok(uri),
            None if prefix == NameId::EMPTY => Ok(NameId::EMPTY),
            None => Err(malformed(Malformation::UnboundPrefix, at)),
        }
    }

    /// Namespaces in XML 1.0 §2.2, §3, §6.
    fn declare(&mut self, prefix: &'t str, attribute: &RawAttribute<'t>) -> Result<(), XmlError> {
        let wrong = || malformed(Malformation::NamespaceDeclaration, attribute.offset);
        let (uri, references) = resolve(attribute.value, attribute.offset, Place::Attribute)?;
        self.count.add_references(references);
        let is_xml = uri == XML_NAMESPACE;
        if prefix == "xmlns" || uri == XMLNS_NAMESPACE || (prefix == "xml") != is_xml {
            return Err(wrong());
        }
        if !prefix.is_empty() && uri.is_empty() {
            return Err(wrong());
        }
        let prefix = self.tree.names.intern(Cow::Borrowed(prefix));
        let uri = self.tree.names.intern(uri);
        self.scope.bind(prefix, Some(uri));
        self.tree.declarations.push(Declaration { prefix, uri });
        Ok(())
    }

    /// Adds an attribute; its prefix.
    fn attribute(&mut self, seen: &mut Seen<'t>, attribute: &RawAttribute<'t>) -> Result<NameId, XmlError> {
        let RawAttribute { name, place, value, offset, plain, .. } = *attribute;
        let (expanded, number) = self.expand(seen, place, name, offset, Whose::Attribute)?;
        let value = if plain { here(value, offset) } else { self.aside(value, offset, Place::Attribute)?.0 };
        self.tree.attributes.push(AttributeData { name: number, value });
        Ok(expanded.prefix)
    }

    /// Every attribute and every declaration of an element once (§3.1, Namespaces §6.3).
    fn distinct(&mut self, first: usize, declared: usize, at: usize) -> Result<(), XmlError> {
        let attributes = self.tree.attributes.get(first..).unwrap_or_default();
        let declarations = self.tree.declarations.get(declared..).unwrap_or_default();
        let expanded = &self.tree.expanded;
        let named = |own: &AttributeData| {
            let found = usize::try_from(own.name).ok().and_then(|name| expanded.get(name));
            found.copied().unwrap_or(Expanded::NONE).apart_from_prefix()
        };
        let twice = is_twice(&mut self.room, attributes.iter().map(named))
            || is_twice(&mut self.room, declarations.iter().map(|own| (NameId::EMPTY, own.prefix)));
        if twice { Err(malformed(Malformation::DuplicateAttribute, at)) } else { Ok(()) }
    }

    /// Adds characters. `means_itself`: there is no reference in them and no carriage return. `exact`: canonical form would
    /// write them as they are, references and line ends apart.
    fn characters(
        &mut self,
        raw: &'t str,
        at: usize,
        place: Place,
        means_itself: bool,
        exact: bool,
    ) -> Result<(), XmlError> {
        let Some(parent) = self.open.last().map(|opened| opened.id.0) else {
            let blank = place == Place::Text && raw.bytes().all(is_space);
            return if blank { Ok(()) } else { Err(malformed(Malformation::OutsideRoot, at)) };
        };
        // The last node is a text of this element, and nothing was opened or closed since: they are one.
        if let Some(node) =
            self.tree.nodes.last_mut().filter(|node| node.kind == Kind::Text && node.parent == parent)
        {
            node.plain = false;
            let before = node.piece();
            return self.join(before, raw, at, place);
        }
        if raw.is_empty() {
            return Ok(());
        }
        let (piece, plain) = if means_itself {
            (here(raw, at), exact)
        } else {
            let (piece, appended) = self.aside(raw, at, place)?;
            (piece, exact && !appended.escaped)
        };
        self.push(Kind::Text, plain, piece.aside, (piece.start, piece.end));
        Ok(())
    }

    /// Appends to the last node, a text that has `piece` so far.
    fn join(&mut self, mut piece: Piece, raw: &'t str, at: usize, place: Place) -> Result<(), XmlError> {
        if !piece.aside || usize::try_from(piece.end).ok() != Some(self.tree.aside.len()) {
            let before = self.tree.piece(piece).to_owned();
            piece.start = small(self.tree.aside.len());
            self.tree.aside.push_str(&before);
        }
        let appended = append(raw, at, place, &mut self.tree.aside)?;
        self.count.add_references(appended.references);
        if let Some(node) = self.tree.nodes.last_mut() {
            (node.place, node.end, node.aside) = (piece.start, small(self.tree.aside.len()), true);
        }
        Ok(())
    }

    /// Where what `raw`, which stands at `at`, means can be read: in the document itself, or aside.
    fn keep(&mut self, raw: &'t str, at: usize, place: Place) -> Result<Piece, XmlError> {
        if is_plain(raw, place) { Ok(here(raw, at)) } else { self.aside(raw, at, place).map(|(piece, _)| piece) }
    }

    /// Resolves what `raw` means.
    fn aside(&mut self, raw: &'t str, at: usize, place: Place) -> Result<(Piece, Appended), XmlError> {
        let start = self.tree.aside.len();
        let appended = append(raw, at, place, &mut self.tree.aside)?;
        self.count.add_references(appended.references);
        Ok((Piece { start: small(start), end: small(self.tree.aside.len()), aside: true }, appended))
    }

    fn leaf(&mut self, kind: Kind, piece: Piece) -> NodeId {
        self.push(kind, false, piece.aside, (piece.start, piece.end))
    }

    fn push(&mut self, kind: Kind, plain: bool, aside: bool, (place, end): (u32, u32)) -> NodeId {
        let id = NodeId::from_index(self.tree.nodes.len());
        let parent = self.open.last().map_or(0, |opened| opened.id.0);
        self.tree.nodes.push(Node { parent, end, kind, plain, aside, place });
        id
    }

    /// Closes the open element; its end tag stands from `close` to `end`. `exact`: it is written as canonical form writes it.
    fn finish(&mut self, close: usize, end: usize, exact: bool) {
        let Some(opened) = self.open.pop() else { return };
        if opened.declares {
            self.scope.close();
        }
        let behind = small(self.tree.nodes.len());
        let Some(node) = self.tree.nodes.get_mut(opened.id.index()) else { return };
        node.end = behind;
        let place = usize::try_from(node.place).unwrap_or(usize::MAX);
        if let Some(element) = self.tree.elements.get_mut(place) {
            element.span.1 = small(end);
            element.close = if exact { u16::try_from(end.saturating_sub(close)).unwrap_or(0) } else { 0 };
        }
    }
}

/// Whose name it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Whose {
    Element,
    Attribute,
}

/// What means itself where it stands.
fn here(raw: &str, at: usize) -> Piece {
    Piece { start: small(at), end: small(at.saturating_add(raw.len())), aside: false }
}

/// Whether a name stands before another in the order of their characters; their first ones mostly say it. To compare
/// with an empty one as text takes longer than all the rest: the processor is made to look at memory that is not there.
fn stands_before(one: &str, other: &str) -> bool {
    match (one.as_bytes(), other.as_bytes()) {
        ([], other) => !other.is_empty(),
        (_, []) => false,
        ([first, ..], [second, ..]) if first != second => first < second,
        _ => one < other,
    }
}

/// Whether one of the names stands twice. `room` is emptied and used.
fn is_twice(
    room: &mut Vec<(NameId, NameId)>,
    names: impl ExactSizeIterator<Item = (NameId, NameId)> + Clone,
) -> bool {
    if names.len() < 2 {
        return false;
    }
    if names.len() == 2 {
        let mut both = names;
        return both.next() == both.next();
    }
    if names.len() <= FEW {
        let mut numbered = names.clone().enumerate();
        return numbered.any(|(number, name)| names.clone().take(number).any(|before| before == name));
    }
    room.clear();
    room.extend(names);
    room.sort_unstable();
    room.windows(2).any(|pair| matches!(pair, [one, other] if one == other))
}

/// So many names are compared each with each: sorting them takes longer.
const FEW: usize = 8;

/// A length or place in a text of less than 4 GiB, which the scan before has seen to.
fn small(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
