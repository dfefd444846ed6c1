//! Where the signatures of a document are: every element that calls itself `ds:Signature`, wherever it stands. Those in
//! `CounterSignature` among the unsigned properties of another signature are its counter-signatures.

use super::names::{DS, is_xades};
use super::structure::{Misshapen, Reference, Structure, elements, is_blank};
use crate::limits::{Budget, Limit, LimitExceeded};
use crate::syntax::xml::{Kind, NodeId, Tree};

/// A signature that was found.
#[derive(Debug)]
pub(super) struct Located<'t> {
    pub(super) id: String,
    pub(super) element: NodeId,
    pub(super) structure: Result<Structure<'t>, Misshapen>,
    /// The number of the signature that it counter-signs by its place.
    pub(super) counter_of: Option<usize>,
}

/// Finds all signatures, in document order.
pub(super) fn locate<'t>(tree: &'t Tree<'t>, budget: &mut Budget) -> Result<Vec<Located<'t>>, LimitExceeded> {
    let mut located: Vec<Located<'t>> = Vec::new();
    let (Some(namespace), Some(local)) = (tree.find_name(DS), tree.find_name("Signature")) else {
        return Ok(located);
    };
    let maximum = budget.limits().signatures;
    let signatures = tree.elements_named(|of, name| (of, name) == (namespace, local)).map(|one| one.id());
    let (mut plain, mut counters) = (0_u32, Vec::new());
    for element in signatures {
        if located.len() >= usize::try_from(maximum).unwrap_or(usize::MAX) {
            return Err(LimitExceeded { limit: Limit::Signatures, maximum: u64::from(maximum) });
        }
        let structure = Structure::read(tree, element);
        let counter_of = countersigned(tree, element, &located);
        let id = match counter_of.and_then(|of| located.get(of)) {
            Some(parent) => {
                let number = counters.iter().filter(|of| **of == counter_of).count().saturating_add(1);
                counters.push(counter_of);
                format!("{}.C{number}", parent.id)
            }
            None => {
                plain = plain.saturating_add(1);
                format!("S{plain}")
            }
        };
        located.push(Located { id, element, structure, counter_of });
    }
    Ok(located)
}

/// The signature in whose unsigned properties an element stands as a counter-signature (EN 319 132-1 §5.2.7.2).
fn countersigned(tree: &Tree<'_>, element: NodeId, located: &[Located<'_>]) -> Option<usize> {
    const ABOVE: [&str; 4] =
        ["CounterSignature", "UnsignedSignatureProperties", "UnsignedProperties", "QualifyingProperties"];
    let mut at = element;
    for name in ABOVE {
        at = tree.parent(at)?;
        tree.element(at).filter(|above| above.local() == name && is_xades(above.namespace()))?;
    }
    let object = tree.parent(at)?;
    located.iter().position(|one| {
        let objects = one.structure.as_ref().map(|structure| structure.objects.as_slice());
        objects.is_ok_and(|objects| objects.contains(&object))
    })
}

/// Whether an `Object` holds nothing but `QualifyingProperties` and manifests: then it is no content.
pub(super) fn holds_properties_only(tree: &Tree<'_>, object: NodeId) -> bool {
    let blank = |node: NodeId| {
        let mut texts = tree.children(node).filter(|child| tree.kind(*child) == Kind::Text);
        texts.all(|text| is_blank(tree.characters(text)))
    };
    blank(object)
        && elements(tree, object).all(|child| {
            if child.is(DS, "Manifest") {
                return Reference::of_manifest(tree, child.id()).is_some();
            }
            let parts: Vec<_> = elements(tree, child.id()).map(|part| (part.namespace(), part.local())).collect();
            child.local() == "QualifyingProperties"
                && is_xades(child.namespace())
                && blank(child.id())
                && parts.iter().all(|(namespace, local)| {
                    *namespace == child.namespace() && matches!(*local, "SignedProperties" | "UnsignedProperties")
                })
        })
}
