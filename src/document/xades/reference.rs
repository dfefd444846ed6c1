//! References (XML Signature 1.1 §4.4.3): where they lead, and the digests of what they lead to.
//!
//! A URI is `""`, `#id`, `#xpointer(/)`, `#xpointer(id('id'))`, or the name of content that the caller gave; nothing is
//! ever fetched. What several references want of one subtree after the same transforms is computed once.

use std::collections::HashMap;
use std::rc::Rc;

use super::facts::{Content, Fault};
use super::identifiers::Identifiers;
use super::selected::Selected;
use super::structure::Reference;
use super::transform;
use super::transform::{Origin, Source, Transform, unsupported};
use crate::crypto::{Digest, DigestAlgorithm, DigestState};
use crate::limits::Budget;
use crate::syntax::xml::c14n::{Method, Sink};
use crate::syntax::xml::{Element, NodeId, Tree};

/// Where a reference leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// To a node of the document and all below it, with comments or without.
    Node { top: NodeId, comments: bool },
    /// To the content with this number.
    Content(usize),
}

/// A reference that is ready to be digested.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) place: Place,
    transforms: Vec<Transform>,
    /// Equal keys mean equal octets.
    pub(super) key: String,
}

/// What a plan came to.
#[derive(Debug)]
pub(super) struct Done {
    states: Vec<DigestState>,
    /// Whether there was an octet at all.
    pub(super) empty: bool,
    pub(super) source: Rc<Source>,
}

impl Done {
    pub(super) fn digest(&self, algorithm: DigestAlgorithm) -> Option<Digest> {
        self.state(algorithm).map(DigestState::finish)
    }

    /// After the octets of the plan, to be gone on with.
    fn state(&self, algorithm: DigestAlgorithm) -> Option<DigestState> {
        self.states.iter().find(|state| state.algorithm() == algorithm).cloned()
    }
}

/// Whether a URI leads out of the document.
pub(super) fn is_external(uri: Option<&str>) -> bool {
    uri.is_none_or(|uri| !uri.is_empty() && !uri.starts_with('#'))
}

/// Where URIs lead.
#[derive(Clone, Copy)]
pub(super) struct Places<'p> {
    pub(super) identifiers: &'p Identifiers<'p>,
    pub(super) contents: &'p [Content<'p>],
}

impl Places<'_> {
    /// Where a URI leads. `alone`: there is no other of the signature that leads out of the document.
    pub(super) fn find(self, uri: Option<&str>, alone: bool) -> Result<Place, Fault> {
        let whole = |comments| Ok(Place::Node { top: NodeId::ROOT, comments });
        let Some(uri) = uri else { return self.content(None, alone) };
        let Some(fragment) = uri.strip_prefix('#') else {
            return if uri.is_empty() { whole(false) } else { self.content(Some(uri), alone) };
        };
        match fragment.strip_prefix("xpointer(") {
            None => Ok(Place::Node { top: self.element(fragment)?, comments: false }),
            Some("/)") => whole(true),
            Some(pointer) => {
                let quoted = pointer.strip_prefix("id(").and_then(|rest| rest.strip_suffix("))"));
                let id = quoted.and_then(unquoted).ok_or_else(|| unsupported(uri))?;
                Ok(Place::Node { top: self.element(id)?, comments: true })
            }
        }
    }

    fn element(self, id: &str) -> Result<NodeId, Fault> {
        match self.identifiers.get(id) {
            [one] => Ok(*one),
            [] => Err(Fault::NotFound),
            _ => Err(Fault::Ambiguous),
        }
    }

    fn content(self, uri: Option<&str>, alone: bool) -> Result<Place, Fault> {
        if let Some(uri) = uri {
            let last = uri.rsplit(['/', '\\']).next().unwrap_or(uri);
            for wanted in [uri, last] {
                let decoded = percent_decoded(wanted);
                let fits = |name: &str| name == wanted || decoded.as_deref() == Some(name);
                let named = |content: &Content<'_>| content.name.as_deref().is_some_and(fits);
                let mut found = (0..).zip(self.contents).filter(|(_, content)| named(content));
                match (found.next(), found.next()) {
                    (Some((index, _)), None) => return Ok(Place::Content(index)),
                    (Some(_), Some(_)) => return Err(Fault::Ambiguous),
                    (None, _) => {}
                }
            }
        }
        match self.contents {
            [_] if alone => Ok(Place::Content(0)),
            _ => Err(Fault::NotGiven),
        }
    }
}

/// What stands in quotes, single or double.
fn unquoted(text: &str) -> Option<&str> {
    let quote = text.chars().next().filter(|quote| matches!(quote, '\'' | '"'))?;
    let inner = text.strip_prefix(quote)?.strip_suffix(quote)?;
    (!inner.contains(quote)).then_some(inner)
}

/// RFC 3986 §2.1; none where it is not UTF-8 or nothing is encoded.
fn percent_decoded(text: &str) -> Option<String> {
    if !text.contains('%') {
        return None;
    }
    let mut octets = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let encoded = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        let octet = encoded.filter(|_| *first == b'%').and_then(|digits| u8::from_str_radix(digits, 16).ok());
        octets.push(octet.unwrap_or(*first));
        rest = if octet.is_some() { after.get(2..).unwrap_or_default() } else { after };
    }
    String::from_utf8(octets).ok()
}

impl Plan {
    /// Makes a reference of the signature `signature` ready.
    pub(super) fn of(
        tree: &Tree<'_>,
        reference: &Reference<'_>,
        signature: NodeId,
        places: Places<'_>,
        alone: bool,
    ) -> Result<Self, Fault> {
        Self::transformed(tree, places.find(reference.uri, alone)?, &reference.transforms, signature)
    }

    /// What transforms, which stand in the signature `signature`, make of a place.
    pub(super) fn transformed(
        tree: &Tree<'_>,
        place: Place,
        transforms: &[Element<'_>],
        signature: NodeId,
    ) -> Result<Self, Fault> {
        let read = |element| Transform::read(tree, element, signature);
        let transforms = transforms.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        let mut key = match place {
            Place::Node { top, comments } => format!("n{}{comments}", top.index()),
            Place::Content(index) => format!("d{index}"),
        };
        for transform in &transforms {
            key.push(' ');
            key.push_str(&transform.key());
        }
        Ok(Self { place, transforms, key })
    }

    /// The same; what comes out as nodes becomes octets in this canonical form.
    pub(super) fn in_form(mut self, method: &Method) -> Self {
        let is_nodes = match self.transforms.last() {
            Some(Transform::Canonical(_) | Transform::Base64) => false,
            Some(_) => true,
            None => matches!(self.place, Place::Node { .. }),
        };
        if is_nodes {
            let last = Transform::Canonical(method.clone());
            self.key.push(' ');
            self.key.push_str(&last.key());
            self.transforms.push(last);
        }
        self
    }

    /// Whether all of its place comes out, as far as canonical forms keep it.
    pub(super) fn is_whole(&self) -> bool {
        self.transforms.iter().all(|one| matches!(one, Transform::Canonical(_)))
    }

    /// Applies the transforms to what the reference leads to: the octets that are digested go to `sink`.
    pub(super) fn run(
        &self,
        origin: Origin<'_>,
        contents: &[Content<'_>],
        sink: &mut dyn Sink,
        budget: &mut Budget,
    ) -> Result<Source, Fault> {
        match self.place {
            Place::Node { top, comments } => {
                let selected = Selected::new(origin.tree, top, comments);
                origin.nodes(selected, &self.transforms, sink, budget)
            }
            Place::Content(index) => {
                let content = contents.get(index).ok_or(Fault::NotGiven)?;
                transform::content(content.bytes, &self.transforms, sink, budget)
            }
        }
    }
}

/// The digests of all references of a document.
pub(super) struct Digests<'d> {
    origin: Origin<'d>,
    contents: &'d [Content<'d>],
    wanted: HashMap<String, Vec<DigestAlgorithm>>,
    done: HashMap<String, Result<Rc<Done>, Fault>>,
}

impl<'d> Digests<'d> {
    pub(super) fn new(origin: Origin<'d>, contents: &'d [Content<'d>]) -> Self {
        Self { origin, contents, wanted: HashMap::new(), done: HashMap::new() }
    }

    /// Notes that a digest will be asked for.
    pub(super) fn want(&mut self, plan: &Plan, algorithm: DigestAlgorithm) {
        let algorithms = self.wanted.entry(plan.key.clone()).or_default();
        if !algorithms.contains(&algorithm) {
            algorithms.push(algorithm);
        }
    }

    /// What a plan comes to. Whoever asks first pays; where his budget does not suffice, the next one tries.
    pub(super) fn run(&mut self, plan: &Plan, budget: &mut Budget) -> Result<Rc<Done>, Fault> {
        budget.spend(1)?;
        if let Some(done) = self.done.get(&plan.key) {
            return done.clone();
        }
        let done = self.compute(plan, budget);
        if !matches!(done, Err(Fault::Limit(_))) {
            self.done.insert(plan.key.clone(), done.clone());
        }
        done
    }

    /// A digest that has taken what a plan comes to, to be gone on with. Where it was wanted, it is that of [`Self::run`].
    pub(super) fn begun(
        &mut self,
        plan: &Plan,
        algorithm: DigestAlgorithm,
        budget: &mut Budget,
    ) -> Result<DigestState, Fault> {
        if self.wanted.get(&plan.key).is_some_and(|wanted| wanted.contains(&algorithm))
            && let Some(state) = self.run(plan, budget)?.state(algorithm)
        {
            return Ok(state);
        }
        let mut state = DigestState::new(algorithm);
        self.stream(plan, &mut Digesting(&mut state), budget)?;
        Ok(state)
    }

    /// Writes what a plan comes to.
    pub(super) fn stream(&self, plan: &Plan, sink: &mut dyn Sink, budget: &mut Budget) -> Result<Source, Fault> {
        budget.spend(1)?;
        plan.run(self.origin, self.contents, sink, budget)
    }

    fn compute(&self, plan: &Plan, budget: &mut Budget) -> Result<Rc<Done>, Fault> {
        let algorithms = self.wanted.get(&plan.key).map(Vec::as_slice).unwrap_or_default();
        let states = algorithms.iter().map(|algorithm| DigestState::new(*algorithm)).collect();
        let mut sink = States { states, empty: true };
        let source = self.stream(plan, &mut sink, budget)?;
        Ok(Rc::new(Done { states: sink.states, empty: sink.empty, source: Rc::new(source) }))
    }
}

/// Digests of several algorithms of the same octets.
struct States {
    states: Vec<DigestState>,
    empty: bool,
}

impl Sink for States {
    fn octets(&mut self, octets: &[u8]) {
        self.empty &= octets.is_empty();
        self.states.iter_mut().for_each(|state| state.update(octets));
    }
}

/// One digest that goes on.
pub(super) struct Digesting<'d>(pub(super) &'d mut DigestState);

impl Sink for Digesting<'_> {
    fn octets(&mut self, octets: &[u8]) {
        self.0.update(octets);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;

    #[test]
    fn uris_lead_where_they_should() {
        let text = "<a Id='x'><b Id='y'/><c Id='y'/></a>";
        let tree = Tree::parse(text, &mut Budget::new(&Limits::DEFAULT)).unwrap();
        let identifiers = Identifiers::of(&tree);
        let content = |name: &str| Content { name: Some(name.to_owned()), bytes: b"" };
        let contents = [content("one two.xml"), content("http://h/three"), content("dir/four")];
        let places = Places { identifiers: &identifiers, contents: &contents };
        let node = |comments| Ok(Place::Node { top: tree.document_element().unwrap(), comments });
        let root = |comments| Ok(Place::Node { top: NodeId::ROOT, comments });
        for (uri, found) in [
            ("", root(false)),
            ("#xpointer(/)", root(true)),
            ("#x", node(false)),
            ("#xpointer(id('x'))", node(true)),
            ("#xpointer(id(\"x\"))", node(true)),
            ("#y", Err(Fault::Ambiguous)),
            ("#z", Err(Fault::NotFound)),
            ("#", Err(Fault::NotFound)),
            ("#xpointer(//a)", Err(Fault::Unsupported("#xpointer(//a)".to_owned()))),
            ("#xpointer(id('x'y'))", Err(Fault::Unsupported("#xpointer(id('x'y'))".to_owned()))),
            ("one%20two.xml", Ok(Place::Content(0))),
            ("file:///c/one two.xml", Ok(Place::Content(0))),
            ("http://h/three", Ok(Place::Content(1))),
            ("three", Err(Fault::NotGiven)),
            ("dir/four", Ok(Place::Content(2))),
            ("four", Err(Fault::NotGiven)),
        ] {
            assert_eq!(places.find(Some(uri), true), found, "{uri}");
        }
        assert_eq!(places.find(None, true), Err(Fault::NotGiven));
        let only = Places { identifiers: &identifiers, contents: &contents[..1] };
        assert_eq!(only.find(None, true), Ok(Place::Content(0)));
        assert_eq!(only.find(Some("http://elsewhere"), true), Ok(Place::Content(0)));
        assert_eq!(only.find(Some("http://elsewhere"), false), Err(Fault::NotGiven));
    }
}
