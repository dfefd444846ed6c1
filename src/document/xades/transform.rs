//! Transforms (XML Signature 1.1 §6.6, XML-Signature XPath Filter 2.0), read and applied: what a reference is to becomes
//! octets, and they go to a sink as they arise.
//!
//! Known are the six canonical forms, the enveloped signature, base64, XPath 1.0 and Filter 2.0. All else, XSLT first, is
//! refused by name. Where a transform needs nodes and has octets, they are read as a document of their own.

use super::facts::Fault;
use super::identifiers::Identifiers;
use super::names::{BASE64, DS, ENVELOPED, FILTER2, XPATH};
use super::selected::Selected;
use super::structure::{algorithm, canonicalisation, decode, elements};
use crate::limits::Budget;
use crate::syntax::xml::c14n::{C14nError, Form, Method, Sink, canonicalise};
use crate::syntax::xml::xpath::{Context, Expression, Keep, NodeSet, XNode, XPathError};
use crate::syntax::xml::{Element, NodeId, Tree, XmlError};

/// Expressions of one Filter 2.0.
const FILTERS: usize = 32;

/// Characters of a name that is refused, as reports have it.
const NAMED: usize = 200;

/// A transform that was read.
#[derive(Debug)]
pub(super) enum Transform {
    /// Takes the signature out that the transform stands in.
    Enveloped(NodeId),
    /// Canonical form.
    Canonical(Method),
    /// Decodes.
    Base64,
    /// Keeps the nodes of which the expression is true.
    XPath(Filter),
    /// Keeps and leaves out subtrees, one after the other.
    Subtrees(Vec<(Keep, Filter)>),
}

/// An expression and the element that holds it.
#[derive(Debug)]
pub(super) struct Filter {
    expression: Expression,
    here: NodeId,
}

impl Transform {
    /// Reads a transform of the signature `signature`.
    pub(super) fn read(tree: &Tree<'_>, element: &Element<'_>, signature: NodeId) -> Result<Self, Fault> {
        let uri = algorithm(element);
        if Method::from_uri(uri).is_some() {
            return canonicalisation(tree, element)
                .map(Self::Canonical)
                .ok_or_else(|| Fault::Failed(uri.to_owned()));
        }
        match uri {
            ENVELOPED => Ok(Self::Enveloped(signature)),
            BASE64 => Ok(Self::Base64),
            XPATH => match elements(tree, element.id()).collect::<Vec<_>>().as_slice() {
                [one] if one.is(DS, "XPath") => Ok(Self::XPath(Filter::read(tree, one)?)),
                _ => Err(Fault::Failed(uri.to_owned())),
            },
            FILTER2 => {
                let parts: Vec<_> = elements(tree, element.id()).collect();
                if parts.is_empty() || parts.len() > FILTERS {
                    return Err(Fault::Failed(uri.to_owned()));
                }
                parts.iter().map(|part| subtree_filter(tree, part)).collect::<Result<_, _>>().map(Self::Subtrees)
            }
            other => Err(unsupported(other)),
        }
    }

    /// What it does, written so that equal keys mean equal results on equal input.
    pub(super) fn key(&self) -> String {
        match self {
            Self::Enveloped(signature) => format!("e{}", signature.index()),
            Self::Canonical(method) => {
                let form = match method.form {
                    Form::Inclusive10 => "c10",
                    Form::Inclusive11 => "c11",
                    Form::Exclusive => "ce",
                };
                let mut key = form.to_owned();
                key.push_str(if method.comments { "+" } else { "" });
                // With their lengths, so that no prefix can look like two.
                for prefix in &method.inclusive_prefixes {
                    key.push_str(&format!(" {}:{prefix}", prefix.len()));
                }
                key
            }
            Self::Base64 => "b".to_owned(),
            Self::XPath(filter) => format!("x{}", filter.here.index()),
            Self::Subtrees(filters) => {
                filters.iter().map(|(_, filter)| format!("f{}", filter.here.index())).collect()
            }
        }
    }
}

/// Something that is refused by its name.
pub(super) fn unsupported(name: &str) -> Fault {
    Fault::Unsupported(name.chars().take(NAMED).collect())
}

impl Filter {
    fn read(tree: &Tree<'_>, element: &Element<'_>) -> Result<Self, Fault> {
        let here = element.id();
        let namespace = |prefix: &str| tree.namespace_in_scope(here, prefix).map(str::to_owned);
        let expression = Expression::parse(&tree.string_value(here), &namespace).map_err(|error| match error {
            XPathError::Unsupported { what } => unsupported(&format!("XPath: {what}")),
            XPathError::Limit(limit) => Fault::Limit(limit),
            _ => Fault::Failed(XPATH.to_owned()),
        })?;
        Ok(Self { expression, here })
    }
}

fn subtree_filter(tree: &Tree<'_>, element: &Element<'_>) -> Result<(Keep, Filter), Fault> {
    let keep = match element.attribute("Filter") {
        Some("intersect") => Keep::Inside,
        Some("subtract") => Keep::Outside,
        Some("union") => Keep::Both,
        _ => return Err(Fault::Failed(FILTER2.to_owned())),
    };
    if !element.is(FILTER2, "XPath") {
        return Err(Fault::Failed(FILTER2.to_owned()));
    }
    Ok((keep, Filter::read(tree, element)?))
}

/// What the octets that came out are made from.
#[derive(Clone, Debug)]
pub(super) enum Source {
    /// These nodes, whole.
    Nodes(Selected),
    /// What the texts among these nodes stand for.
    Texts(Selected),
    /// The content that was given, all of it.
    Content,
    /// A part of something that nobody can tell.
    Unknown,
}

/// The document, for transforms of its own nodes.
#[derive(Clone, Copy)]
pub(super) struct Origin<'o> {
    pub(super) tree: &'o Tree<'o>,
    pub(super) identifiers: &'o Identifiers<'o>,
}

impl Origin<'_> {
    /// Applies transforms to nodes of the document.
    pub(super) fn nodes(
        self,
        selected: Selected,
        transforms: &[Transform],
        sink: &mut dyn Sink,
        budget: &mut Budget,
    ) -> Result<Source, Fault> {
        let identified = |id: &str| self.identifiers.get(id).to_vec();
        let identified: &dyn Fn(&str) -> Vec<NodeId> = &identified;
        nodes(self.tree, Some(identified), selected, transforms, sink, budget)
    }
}

/// Applies transforms to content.
pub(super) fn content(
    bytes: &[u8],
    transforms: &[Transform],
    sink: &mut dyn Sink,
    budget: &mut Budget,
) -> Result<Source, Fault> {
    match transforms.first() {
        // What is digested as it is is not copied.
        None => {
            budget.spend(kilobytes(bytes.len()))?;
            sink.octets(bytes);
        }
        Some(_) => octets(bytes.to_vec(), transforms, sink, budget)?,
    }
    Ok(if transforms.iter().all(keeps_all) { Source::Content } else { Source::Unknown })
}

/// Whether a transform of content leaves nothing out but what has no meaning in it.
const fn keeps_all(transform: &Transform) -> bool {
    matches!(transform, Transform::Canonical(_) | Transform::Base64)
}

/// Finds the elements with an identifier; none in what was read from octets.
type Identified<'i> = Option<&'i dyn Fn(&str) -> Vec<NodeId>>;

/// Applies transforms to nodes of the document.
fn nodes(
    tree: &Tree<'_>,
    identified: Identified<'_>,
    selected: Selected,
    transforms: &[Transform],
    sink: &mut dyn Sink,
    budget: &mut Budget,
) -> Result<Source, Fault> {
    match steps(tree, identified, selected, transforms, sink, budget)? {
        Step::Written(source) => Ok(source),
        Step::Octets { octets: made, rest, source } => {
            octets(made, rest, sink, budget)?;
            Ok(source)
        }
    }
}

/// How far transforms of nodes came.
enum Step<'t> {
    /// To the end: the sink has the octets.
    Written(Source),
    /// To octets, to which `rest` is still to be applied; `source` is what they are made from after that.
    Octets { octets: Vec<u8>, rest: &'t [Transform], source: Source },
}

/// Applies transforms to nodes, of the document, where `identified` finds its identifiers, or of one that was read from
/// octets, in which no signature stands; until they are octets.
fn steps<'t>(
    tree: &Tree<'_>,
    identified: Identified<'_>,
    mut selected: Selected,
    transforms: &'t [Transform],
    sink: &mut dyn Sink,
    budget: &mut Budget,
) -> Result<Step<'t>, Fault> {
    let mut rest = transforms;
    while let Some((transform, later)) = rest.split_first() {
        rest = later;
        match transform {
            Transform::Enveloped(signature) => match identified {
                Some(_) => selected.take_out(tree, *signature),
                None => return Err(Fault::Failed(ENVELOPED.to_owned())),
            },
            Transform::XPath(filter) => {
                let none = |_: &str| Vec::new();
                let here = identified.map(|_| filter.here);
                let context = Context { tree, here, identified: identified.unwrap_or(&none) };
                let set = set(tree, &selected, budget)?;
                let kept =
                    set.filtered(&filter.expression, &context, budget).map_err(|error| failed(error, XPATH))?;
                selected.keep(kept);
            }
            Transform::Subtrees(filters) => {
                let kept = subtrees(tree, identified, filters, budget)?;
                selected.keep(kept);
            }
            Transform::Canonical(method) => {
                if rest.is_empty() {
                    canonical(tree, &selected, method, sink, budget)?;
                    return Ok(Step::Written(Source::Nodes(selected.with_comments_of([method]))));
                }
                let mut kept = Bounded { octets: Vec::new(), over: false, left: budget.decoded_left() };
                canonical(tree, &selected, method, &mut kept, budget)?;
                let octets = kept.taken(budget)?;
                let forms = rest.iter().map(|later| match later {
                    Transform::Canonical(method) => Some(method),
                    _ => None,
                });
                let source = match forms.collect::<Option<Vec<_>>>() {
                    Some(later) => Source::Nodes(selected.with_comments_of([method]).with_comments_of(later)),
                    None => Source::Unknown,
                };
                return Ok(Step::Octets { octets, rest, source });
            }
            Transform::Base64 => {
                let text = selected.characters(tree);
                budget.spend(kilobytes(text.len()))?;
                let octets = decode(text.as_bytes()).ok_or_else(|| Fault::Failed(BASE64.to_owned()))?;
                let source = if rest.iter().all(keeps_all) { Source::Texts(selected) } else { Source::Unknown };
                return Ok(Step::Octets { octets, rest, source });
            }
        }
    }
    // Nodes have to become octets at last (§4.4.3.2).
    let plain = Method::new(Form::Inclusive10);
    canonical(tree, &selected, &plain, sink, budget)?;
    Ok(Step::Written(Source::Nodes(selected.with_comments_of([&plain]))))
}

/// Applies transforms to octets. What one of them was applied to is gone before the next one begins.
fn octets(
    mut bytes: Vec<u8>,
    transforms: &[Transform],
    sink: &mut dyn Sink,
    budget: &mut Budget,
) -> Result<(), Fault> {
    let mut rest = transforms;
    loop {
        budget.spend(kilobytes(bytes.len()))?;
        match rest.split_first() {
            None => {
                sink.octets(&bytes);
                return Ok(());
            }
            Some((Transform::Base64, later)) => {
                bytes = decode(&bytes).ok_or_else(|| Fault::Failed(BASE64.to_owned()))?;
                rest = later;
            }
            Some(_) => match parsed(&bytes, rest, sink, budget)? {
                Step::Written(_) => return Ok(()),
                Step::Octets { octets, rest: later, .. } => {
                    bytes = octets;
                    rest = later;
                }
            },
        }
    }
}

/// Reads octets as a document and applies transforms to all of its nodes.
fn parsed<'t>(
    bytes: &[u8],
    transforms: &'t [Transform],
    sink: &mut dyn Sink,
    budget: &mut Budget,
) -> Result<Step<'t>, Fault> {
    let unreadable = |error| match error {
        XmlError::Limit(limit) => Fault::Limit(limit),
        _ => Fault::Failed("XML".to_owned()),
    };
    let text = crate::syntax::xml::decode(bytes).map_err(unreadable)?;
    let tree = Tree::parse(&text, budget).map_err(unreadable)?;
    let whole = Selected::new(&tree, NodeId::ROOT, true);
    steps(&tree, None, whole, transforms, sink, budget)
}

/// Keeps octets for the next transform, as many as may be decoded.
struct Bounded {
    octets: Vec<u8>,
    left: u64,
    over: bool,
}

impl Bounded {
    fn taken(self, budget: &mut Budget) -> Result<Vec<u8>, Fault> {
        let length = if self.over {
            self.left.saturating_add(1)
        } else {
            u64::try_from(self.octets.len()).unwrap_or(u64::MAX)
        };
        budget.spend_decoded(length)?;
        Ok(self.octets)
    }
}

impl Sink for Bounded {
    fn octets(&mut self, octets: &[u8]) {
        let all = self.octets.len().saturating_add(octets.len());
        self.over |= u64::try_from(all).unwrap_or(u64::MAX) > self.left;
        if !self.over {
            self.octets.extend_from_slice(octets);
        }
    }
}

/// Writes canonical form; comments that are not in the set are not written.
fn canonical(
    tree: &Tree<'_>,
    selected: &Selected,
    method: &Method,
    sink: &mut dyn Sink,
    budget: &mut Budget,
) -> Result<(), Fault> {
    let method = Method { comments: method.comments && selected.comments(), ..method.clone() };
    canonicalise(tree, selected, &method, sink, budget).map_err(|error| match error {
        C14nError::Limit(limit) => Fault::Limit(limit),
        _ => Fault::Failed("C14N".to_owned()),
    })
}

/// The nodes as a set that can be filtered.
fn set(tree: &Tree<'_>, selected: &Selected, budget: &mut Budget) -> Result<NodeSet, Fault> {
    let set = NodeSet::of(tree, selected, budget)?;
    Ok(if selected.comments() { set } else { set.without_comments(tree) })
}

/// What the expressions of a Filter 2.0 keep of the whole document (§3.3).
fn subtrees(
    tree: &Tree<'_>,
    identified: Identified<'_>,
    filters: &[(Keep, Filter)],
    budget: &mut Budget,
) -> Result<NodeSet, Fault> {
    let none = |_: &str| Vec::new();
    let mut set = NodeSet::of(tree, &Selected::new(tree, NodeId::ROOT, true), budget)?;
    for (keep, filter) in filters {
        let here = identified.map(|_| filter.here);
        let context = Context { tree, here, identified: identified.unwrap_or(&none) };
        let value = filter.expression.evaluate(&context, XNode::Tree(NodeId::ROOT), budget);
        let nodes = value.and_then(|value| value.into_nodes()).map_err(|error| failed(error, FILTER2))?;
        let mut tops = Vec::with_capacity(nodes.len());
        for node in nodes {
            match node {
                XNode::Tree(node) => tops.push(node),
                // A single attribute or namespace node, without its element.
                _ => return Err(unsupported("XPath Filter 2.0: attribute")),
            }
        }
        set = set.within(tree, &tops, *keep, budget)?;
    }
    Ok(set)
}

fn failed(error: XPathError, algorithm: &str) -> Fault {
    match error {
        XPathError::Limit(limit) => Fault::Limit(limit),
        _ => Fault::Failed(algorithm.to_owned()),
    }
}

fn kilobytes(octets: usize) -> u64 {
    u64::try_from(octets >> 10).unwrap_or(u64::MAX)
}
