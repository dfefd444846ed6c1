//! The octets that the references of a signature digest: what comes out of their transforms, as it goes into the digest
//! (XML Signature 1.1 §4.4.3.2). For whoever wants to look at what was signed; nothing is compared and nothing is judged.
//!
//! The octets of all references together are bounded by what may be decoded of one document
//! ([`crate::limits::Limits::decoded_bytes`]): a few references may make much more of a document than there is in it.

use super::facts::{Content, Fault};
use super::identifiers::Identifiers;
use super::locate::locate;
use super::reference::{Places, Plan, is_external};
use super::transform::Origin;
use crate::limits::{Budget, Limit, LimitExceeded};
use crate::syntax::xml::Tree;
use crate::syntax::xml::c14n::Sink;

/// What the reference of a signature with this number, from 1, digests.
pub(in crate::document) struct Octets<'o> {
    /// The id of the signature, as in the report.
    pub(in crate::document) id: &'o str,
    /// The number of the reference.
    pub(in crate::document) number: usize,
    /// The octets, or why there are none.
    pub(in crate::document) octets: Result<Vec<u8>, Fault>,
}

/// Hands the octets of every reference to `each`, in order: of all signatures, or of the one that is wanted.
///
/// # Errors
/// Where a limit is reached before all signatures are found. What one reference exceeds is said of that reference.
pub(in crate::document) fn octets(
    tree: &Tree<'_>,
    contents: &[Content<'_>],
    wanted: Option<&str>,
    budget: &mut Budget,
    each: &mut dyn FnMut(Octets<'_>),
) -> Result<(), LimitExceeded> {
    let located = locate(tree, budget)?;
    budget.spend(u64::try_from(tree.len() >> 4).unwrap_or(u64::MAX))?;
    let identifiers = Identifiers::of(tree);
    let places = Places { identifiers: &identifiers, contents };
    let origin = Origin { tree, identifiers: &identifiers };
    for one in located.iter().filter(|one| wanted.is_none_or(|wanted| wanted == one.id)) {
        let Ok(structure) = &one.structure else { continue };
        let external = structure.references.iter().filter(|one| is_external(one.uri)).count();
        for (number, reference) in (1..).zip(&structure.references) {
            let octets = Plan::of(tree, reference, structure.element, places, external == 1).and_then(|plan| {
                let mut sink = Kept::within(budget.decoded_left());
                plan.run(origin, contents, &mut sink, budget)?;
                sink.taken(budget)
            });
            each(Octets { id: &one.id, number, octets });
        }
    }
    Ok(())
}

/// Keeps octets up to a number; how many there are is known in any case.
struct Kept {
    octets: Vec<u8>,
    length: u64,
    maximum: u64,
}

impl Kept {
    const fn within(maximum: u64) -> Self {
        Self { octets: Vec::new(), length: 0, maximum }
    }

    fn taken(self, budget: &mut Budget) -> Result<Vec<u8>, Fault> {
        budget.spend_decoded(self.length)?;
        if self.length > self.maximum {
            return Err(Fault::Limit(LimitExceeded { limit: Limit::DecodedBytes, maximum: self.maximum }));
        }
        Ok(self.octets)
    }
}

impl Sink for Kept {
    fn octets(&mut self, octets: &[u8]) {
        self.length = self.length.saturating_add(u64::try_from(octets.len()).unwrap_or(u64::MAX));
        if self.length <= self.maximum {
            self.octets.extend_from_slice(octets);
        }
    }
}
