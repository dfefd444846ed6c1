//! From tokens to a tree: tags balanced, prefixes bound, every attribute once, references resolved.

use std::borrow::Cow;

use super::chars::{is_space, qname};
use super::error::{Malformation, XmlError, malformed};
use super::names::{NameId, Names, Scope, Seen, XML_NAMESPACE, XMLNS_NAMESPACE};
use super::reference::{Place, append, is_plain, resolve};
use super::scan::Counted;
use super::token::{RawAttribute, Token, Tokens};
use super::tree::{AttributeData, Declaration, ElementData, Kind, Node, NodeId, Piece, Tree, range};
use crate::limits::Limits;

/// A tree while it is built.
pub(super) struct Builder<'t> {
    text: &'t str,
    tree: Tree<'t>,
    scope: Scope,
    open: Vec<Open<'t>>,
    seen: Seen<'t>,
    count: Counted,
    /// Room for the names of one element.
    room: Vec<(NameId, NameId)>,
}

/// An open element.
struct Open<'t> {
    id: NodeId,
    name: &'t str,
    /// Whether it declares namespaces.
    declares: bool,
}

impl<'t> Builder<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let root = Node { parent: 0, end: 1, kind: Kind::Root, plain: false, place: 0 };
        let tree = Tree {
            text: Cow::Borrowed(text),
            aside: String::new(),
            nodes: vec![root],
            elements: Vec::new(),
            pieces: Vec::new(),
            targets: Vec::new(),
            attributes: Vec::new(),
            declarations: Vec::new(),
            names: Names::new(),
        };
        let mut scope = Scope::default();
        scope.bind(NameId::XML, Some(NameId::XML_URI));
        Self { text, tree, scope, open: Vec::new(), seen: Seen::new(), count: Counted::default(), room: Vec::new() }
    }

    /// Builds it, and says how much of everything there is. Every limit is looked at with each token.
    pub(super) fn build(mut self, limits: &Limits) -> Result<(Tree<'t>, Counted), XmlError> {
        let text = self.text;
        let mut tokens = Tokens::new(text)?;
        loop {
            let at = tokens.offset();
            let Some(token) = tokens.next()? else { break };
            self.count.token(token, tokens.attributes(), limits)?;
            match token {
                Token::Start { name, empty } => {
                    let tag_end = if tokens.exact() { tokens.offset() } else { 0 };
                    self.start(name, at, tag_end, tokens.attributes())?;
                    if empty {
                        self.finish(tokens.offset(), 0);
                    }
                }
                Token::End { name } => match self.open.last() {
                    Some(opened) if opened.name == name => {
                        self.finish(tokens.offset(), if tokens.exact() { at } else { 0 });
                    }
                    _ => return Err(malformed(Malformation::Unbalanced, at)),
                },
                Token::Text(raw) => self.characters(raw, at, Place::Text, tokens.exact())?,
                Token::Cdata(raw) => self.characters(raw, at.saturating_add(9), Place::Cdata, false)?,
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

    /// Opens an element. `tag_end`: where its tag ends, if it is written as canonical form writes it; else 0.
    fn start(
        &mut self,
        name: &'t str,
        at: usize,
        tag_end: usize,
        attributes: &[RawAttribute<'t>],
    ) -> Result<(), XmlError> {
        if self.open.is_empty() && !self.tree.elements.is_empty() {
            return Err(malformed(Malformation::OutsideRoot, at));
        }
        let declared = small(self.tree.declarations.len());
        let declares = attributes.iter().any(|attribute| declared_prefix(attribute.name).is_some());
        if declares {
            self.scope.open();
            for attribute in attributes {
                if let Some(prefix) = declared_prefix(attribute.name) {
                    self.declare(prefix, attribute)?;
                }
            }
        }
        let (prefix, local) = self.split(name, at)?;
        let namespace = self.namespace(prefix, at)?;
        let first = small(self.tree.attributes.len());
        let mut exact = tag_end > 0 && !declares;
        let mut before = "";
        for attribute in attributes {
            if !declares || declared_prefix(attribute.name).is_none() {
                // Canonical form has them in the order of their names; those with a prefix are not looked at.
                exact &= self.attribute(attribute)? == NameId::EMPTY && before < attribute.name;
                before = attribute.name;
            }
        }
        self.distinct(first, declared, at)?;
        let data = ElementData {
            prefix,
            local,
            namespace,
            attributes: (first, small(self.tree.attributes.len())),
            declarations: (declared, small(self.tree.declarations.len())),
            span: (small(at), 0),
            tag_end: if exact { small(tag_end) } else { 0 },
            close: 0,
        };
        let place = small(self.tree.elements.len());
        self.tree.elements.push(data);
        let id = self.push(Kind::Element, place, exact);
        self.open.push(Open { id, name, declares });
        Ok(())
    }

    fn split(&mut self, name: &'t str, at: usize) -> Result<(NameId, NameId), XmlError> {
        if let Some(seen) = self.seen.get(name) {
            return Ok(seen);
        }
        let (prefix, local) = qname(name).ok_or(malformed(Malformation::Name, at))?;
        let names = &mut self.tree.names;
        let (prefix, local) = (names.intern(Cow::Borrowed(prefix)), names.intern(Cow::Borrowed(local)));
        self.seen.put(name, prefix, local);
        Ok((prefix, local))
    }

    /// The namespace of a prefix of an element.
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
        self.count.add_references(attribute.value);
        let uri = resolve(attribute.value, attribute.offset, Place::Attribute)?;
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
    fn attribute(&mut self, attribute: &RawAttribute<'t>) -> Result<NameId, XmlError> {
        let (prefix, local) = self.split(attribute.name, attribute.offset)?;
        // The default namespace is not that of attributes (Namespaces §6.2).
        let namespace =
            if prefix == NameId::EMPTY { NameId::EMPTY } else { self.namespace(prefix, attribute.offset)? };
        let value = if attribute.plain {
            here(attribute.value, attribute.offset)
        } else {
            self.aside(attribute.value, attribute.offset, Place::Attribute)?
        };
        self.tree.attributes.push(AttributeData { prefix, local, namespace, value });
        Ok(prefix)
    }

    /// Every attribute and every declaration of an element once (§3.1, Namespaces §6.3).
    fn distinct(&mut self, first: u32, declared: u32, at: usize) -> Result<(), XmlError> {
        let attributes = self.tree.attributes.get(range((first, u32::MAX)).start..).unwrap_or_default();
        let declarations = self.tree.declarations.get(range((declared, u32::MAX)).start..).unwrap_or_default();
        let twice = is_twice(&mut self.room, attributes.iter().map(|own| (own.namespace, own.local)))
            || is_twice(&mut self.room, declarations.iter().map(|own| (NameId::EMPTY, own.prefix)));
        if twice { Err(malformed(Malformation::DuplicateAttribute, at)) } else { Ok(()) }
    }

    /// Adds characters. `exact`: canonical form would write them as they are, references and line ends apart.
    fn characters(&mut self, raw: &'t str, at: usize, place: Place, exact: bool) -> Result<(), XmlError> {
        let Some(parent) = self.open.last().map(|opened| opened.id.0) else {
            let blank = place == Place::Text && raw.bytes().all(is_space);
            return if blank { Ok(()) } else { Err(malformed(Malformation::OutsideRoot, at)) };
        };
        // The last node is a text of this element, and nothing was opened or closed since: they are one.
        if let Some(node) =
            self.tree.nodes.last_mut().filter(|node| node.kind == Kind::Text && node.parent == parent)
        {
            node.plain = false;
            let place_of = usize::try_from(node.place).unwrap_or(usize::MAX);
            return self.join(place_of, raw, at, place);
        }
        if raw.is_empty() {
            return Ok(());
        }
        let (piece, plain) = if is_plain(raw, place) {
            (here(raw, at), exact)
        } else {
            let piece = self.aside(raw, at, place)?;
            let plain =
                exact && !self.tree.piece(piece).bytes().any(|byte| matches!(byte, b'&' | b'<' | b'>' | b'\r'));
            (piece, plain)
        };
        let place_of = small(self.tree.pieces.len());
        self.tree.pieces.push(piece);
        self.push(Kind::Text, place_of, plain);
        Ok(())
    }

    /// Appends to a text that is there.
    fn join(&mut self, at_piece: usize, raw: &'t str, at: usize, place: Place) -> Result<(), XmlError> {
        let Some(mut piece) = self.tree.pieces.get(at_piece).copied() else { return Ok(()) };
        if !piece.aside || usize::try_from(piece.end).ok() != Some(self.tree.aside.len()) {
            let before = self.tree.piece(piece).to_owned();
            piece.start = small(self.tree.aside.len());
            self.tree.aside.push_str(&before);
            piece.aside = true;
        }
        if place != Place::Cdata {
            self.count.add_references(raw);
        }
        append(raw, at, place, &mut self.tree.aside)?;
        piece.end = small(self.tree.aside.len());
        if let Some(kept) = self.tree.pieces.get_mut(at_piece) {
            *kept = piece;
        }
        Ok(())
    }

    /// Where what `raw`, which stands at `at`, means can be read: in the document itself, or aside.
    fn keep(&mut self, raw: &'t str, at: usize, place: Place) -> Result<Piece, XmlError> {
        if is_plain(raw, place) { Ok(here(raw, at)) } else { self.aside(raw, at, place) }
    }

    /// Resolves what `raw` means.
    fn aside(&mut self, raw: &'t str, at: usize, place: Place) -> Result<Piece, XmlError> {
        if place != Place::Cdata {
            self.count.add_references(raw);
        }
        let start = self.tree.aside.len();
        append(raw, at, place, &mut self.tree.aside)?;
        Ok(Piece { start: small(start), end: small(self.tree.aside.len()), aside: true })
    }

    fn leaf(&mut self, kind: Kind, piece: Piece) -> NodeId {
        let place = small(self.tree.pieces.len());
        self.tree.pieces.push(piece);
        self.push(kind, place, false)
    }

    fn push(&mut self, kind: Kind, place: u32, plain: bool) -> NodeId {
        let id = NodeId::from_index(self.tree.nodes.len());
        let parent = self.open.last().map_or(0, |opened| opened.id.0);
        self.tree.nodes.push(Node { parent, end: id.0.saturating_add(1), kind, plain, place });
        id
    }

    /// Closes the open element; its source ends at `offset`, and its end tag begins at `close` where it is written as
    /// canonical form writes it (else 0).
    fn finish(&mut self, offset: usize, close: usize) {
        let Some(opened) = self.open.pop() else { return };
        if opened.declares {
            self.scope.close();
        }
        let end = small(self.tree.nodes.len());
        let Some(node) = self.tree.nodes.get_mut(opened.id.index()) else { return };
        node.end = end;
        let place = usize::try_from(node.place).unwrap_or(usize::MAX);
        if let Some(element) = self.tree.elements.get_mut(place) {
            element.span.1 = small(offset);
            element.close = small(close);
        }
    }
}

/// What means itself where it stands.
fn here(raw: &str, at: usize) -> Piece {
    Piece { start: small(at), end: small(at.saturating_add(raw.len())), aside: false }
}

/// Whether one of the names stands twice. `room` is emptied and used.
fn is_twice(room: &mut Vec<(NameId, NameId)>, names: impl ExactSizeIterator<Item = (NameId, NameId)>) -> bool {
    if names.len() < 2 {
        return false;
    }
    room.clear();
    if names.len() <= FEW {
        for name in names {
            if room.contains(&name) {
                return true;
            }
            room.push(name);
        }
        return false;
    }
    room.extend(names);
    room.sort_unstable();
    room.windows(2).any(|pair| matches!(pair, [one, other] if one == other))
}

/// So many names are compared each with each: sorting them takes longer.
const FEW: usize = 8;

/// The prefix that an attribute declares; none where it declares none.
fn declared_prefix(name: &str) -> Option<&str> {
    match name.strip_prefix("xmlns")? {
        "" => Some(""),
        rest => rest.strip_prefix(':'),
    }
}

/// A length or place in a text of less than 4 GiB, which the scan before has seen to.
fn small(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
