//! What a time-stamp in a property has to be over, digested as it arises.
//!
//! | property | octets, one after the other |
//! |---|---|
//! | `AllDataObjectsTimeStamp` (EN 319 132-1 §5.2.8.1) | what every reference but that to the signed properties leads to |
//! | `IndividualDataObjectsTimeStamp` (§5.2.8.2) | what it names |
//! | `SignatureTimeStamp` (§5.3) | `SignatureValue` |
//! | `SigAndRefsTimeStamp` (A.1.5.1) | `SignatureValue`; before it, signature time-stamps and references |
//! | `RefsOnlyTimeStamp` (A.1.5.2) | references before it |
//! | `ArchiveTimeStamp` 1.4.1 (§5.5.2.2) | what every reference leads to; `SignedInfo`, `SignatureValue`, `KeyInfo`; the unsigned properties before it; every `Object` but that of the properties |
//! | `ArchiveTimeStamp` before (TS 101 903 V1.3.2 §7.7.1) | the same, of `Object`s those that no reference is to |
//!
//! What a time-stamp names itself (`Include`; §4.4, the distributed case too) comes in the place of all this, and what it
//! covers is then what it names. Nodes become octets by its `CanonicalizationMethod`, else by Canonical XML 1.0. Digests
//! of archive time-stamps of one signature go on where the one before stood, and begin where the digest of the first
//! reference ended: more of them cost what stands between them.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::facts::Fault;
use super::names::DS;
use super::properties::Qualified;
use super::property::{Covers, TimestampProperty, UnsignedKind};
use super::reference::{Digesting, Digests, Place, Places, Plan};
use super::structure::{Reference, Structure};
use super::timestamps::{Included, Stamped};
use crate::crypto::{Digest, DigestAlgorithm, DigestState};
use crate::limits::{Budget, LimitExceeded};
use crate::syntax::xml::c14n::{C14nError, Method, Sink, Subtree, canonicalise};
use crate::syntax::xml::{NodeId, Tree};

/// The signature in whose properties time-stamps stand.
pub(super) struct Imprints<'i, 't> {
    tree: &'t Tree<'t>,
    structure: &'i Structure<'t>,
    qualified: &'i Qualified<'t>,
    places: Places<'i>,
    /// Whether only one reference leads out of the document.
    alone: bool,
    /// Where each reference leads.
    tops: Vec<Option<NodeId>>,
    archives: HashMap<(Method, DigestAlgorithm), Archive>,
}

/// The digest of archive time-stamps so far.
#[derive(Clone)]
struct Archive {
    state: DigestState,
    /// How many unsigned properties it has taken.
    taken: usize,
}

impl<'i, 't> Imprints<'i, 't> {
    pub(super) fn new(
        tree: &'t Tree<'t>,
        structure: &'i Structure<'t>,
        qualified: &'i Qualified<'t>,
        places: Places<'i>,
        alone: bool,
    ) -> Self {
        let top = |reference: &Reference<'_>| match places.find(reference.uri, alone) {
            Ok(Place::Node { top, .. }) => Some(top),
            _ => None,
        };
        let tops = structure.references.iter().map(top).collect();
        Self { tree, structure, qualified, places, alone, tops, archives: HashMap::new() }
    }

    /// The plan that a time-stamp begins with, where that is what a reference leads to.
    pub(super) fn first(&self, stamped: &Stamped<'_>) -> Option<Plan> {
        let method = stamped.method.as_ref().ok().filter(|_| stamped.begins_with_references())?;
        let number = self.references(stamped.property).next()?;
        self.plan(number, method).ok()
    }

    /// The imprint of a time-stamp by `algorithm`.
    pub(super) fn imprint(
        &mut self,
        stamped: &Stamped<'_>,
        algorithm: DigestAlgorithm,
        digests: &mut Digests<'_>,
        budget: &mut Budget,
    ) -> Result<Digest, Fault> {
        let method = stamped.method.clone()?;
        budget.spend(1)?;
        let mut state = DigestState::new(algorithm);
        if !stamped.named.is_empty() {
            for named in &stamped.named {
                let plan = self.named(named)?.in_form(&method);
                digests.stream(&plan, &mut Digesting(&mut state), budget)?;
            }
            return Ok(state.finish());
        }
        match stamped.property {
            TimestampProperty::AllDataObjects => {
                state = self.data(stamped.property, &method, algorithm, digests, budget)?;
            }
            // It has to name what it is over.
            TimestampProperty::IndividualDataObjects => return Err(Fault::NotFound),
            TimestampProperty::Signature => self.node(self.structure.value, &method, &mut state, budget)?,
            TimestampProperty::SigAndRefs { v2 } => {
                self.node(self.structure.value, &method, &mut state, budget)?;
                self.properties(stamped, &method, &mut state, budget, |kind, named_v2| {
                    kind == UnsignedKind::SignatureTimestamp || is_refs(kind, named_v2, v2)
                })?;
            }
            TimestampProperty::RefsOnly { v2 } => {
                self.properties(stamped, &method, &mut state, budget, |kind, named_v2| {
                    is_refs(kind, named_v2, v2)
                })?;
            }
            TimestampProperty::Archive | TimestampProperty::ArchiveBefore141 => {
                state = self.archive(stamped, &method, algorithm, digests, budget)?;
            }
        }
        Ok(state.finish())
    }

    /// What a time-stamp is over besides data, whether or not its imprint is that.
    ///
    /// # Errors
    /// Where the budget is exhausted.
    pub(super) fn covers(&self, stamped: &Stamped<'_>, budget: &mut Budget) -> Result<Covers, LimitExceeded> {
        let before = stamped.place.unwrap_or_default();
        if !stamped.named.is_empty() {
            return self.covers_named(stamped, budget);
        }
        Ok(match stamped.property {
            TimestampProperty::AllDataObjects
            | TimestampProperty::IndividualDataObjects
            | TimestampProperty::RefsOnly { .. } => Covers::default(),
            TimestampProperty::Signature => Covers { value: true, ..Covers::default() },
            TimestampProperty::SigAndRefs { .. } => {
                budget.spend(looks(before))?;
                let properties = self.qualified.unsigned.iter().take(before).enumerate();
                let stamps = properties.filter(|(_, one)| {
                    UnsignedKind::of(one, self.qualified.namespace) == UnsignedKind::SignatureTimestamp
                });
                let single = stamps.map(|(number, _)| number).take(NAMED).collect();
                Covers { value: true, single, ..Covers::default() }
            }
            TimestampProperty::Archive | TimestampProperty::ArchiveBefore141 => {
                Covers { value: true, key_info: true, signed_properties: true, first: before, single: Vec::new() }
            }
        })
    }

    /// What a time-stamp names covers all of what it leads to.
    fn covers_named(&self, stamped: &Stamped<'_>, budget: &mut Budget) -> Result<Covers, LimitExceeded> {
        let mut covers = Covers::default();
        let mut single = BTreeSet::new();
        for named in stamped.named.iter().filter(|named| !named.referenced_data) {
            budget.spend(1)?;
            let Some(plan) = self.named(named).ok().filter(Plan::is_whole) else { continue };
            let Place::Node { top, .. } = plan.place else { continue };
            let has = |node: NodeId| self.tree.is_within(node, top);
            covers.value |= has(self.structure.value);
            covers.key_info |= self.structure.key_info.is_some_and(has);
            covers.signed_properties |= self.qualified.signed.is_some_and(has);
            let unsigned = &self.qualified.unsigned;
            let first = unsigned.partition_point(|one| one.id().index() < top.index());
            let within = unsigned.iter().skip(first).take_while(|one| has(one.id())).count();
            budget.spend(looks(within))?;
            let last = first.saturating_add(within);
            single.extend((first..last).take(NAMED.saturating_sub(single.len())));
        }
        covers.single = single.into_iter().collect();
        Ok(covers)
    }

    /// The references that a time-stamp is over: their numbers.
    fn references(&self, property: TimestampProperty) -> impl Iterator<Item = usize> + use<'_, 'i, 't> {
        let all = property != TimestampProperty::AllDataObjects;
        let wanted = move |top: &Option<NodeId>| all || top.is_none() || *top != self.qualified.signed;
        self.tops.iter().enumerate().filter(move |(_, top)| wanted(top)).map(|(number, _)| number)
    }

    fn plan(&self, number: usize, method: &Method) -> Result<Plan, Fault> {
        let reference = self.structure.references.get(number).ok_or(Fault::NotFound)?;
        let plan = Plan::of(self.tree, reference, self.structure.element, self.places, self.alone)?;
        Ok(plan.in_form(method))
    }

    /// What references lead to.
    fn data(
        &self,
        property: TimestampProperty,
        method: &Method,
        algorithm: DigestAlgorithm,
        digests: &mut Digests<'_>,
        budget: &mut Budget,
    ) -> Result<DigestState, Fault> {
        let mut numbers = self.references(property);
        let mut state = match numbers.next() {
            Some(first) => digests.begun(&self.plan(first, method)?, algorithm, budget)?,
            None => DigestState::new(algorithm),
        };
        for number in numbers {
            digests.stream(&self.plan(number, method)?, &mut Digesting(&mut state), budget)?;
        }
        Ok(state)
    }

    /// What an archive time-stamp is over.
    fn archive(
        &mut self,
        stamped: &Stamped<'_>,
        method: &Method,
        algorithm: DigestAlgorithm,
        digests: &mut Digests<'_>,
        budget: &mut Budget,
    ) -> Result<DigestState, Fault> {
        let place = stamped.place.unwrap_or_default();
        let key = (method.clone(), algorithm);
        let known = self.archives.get(&key).filter(|known| known.taken <= place).cloned();
        let mut archive = match known {
            Some(known) => known,
            None => {
                let mut state = self.data(stamped.property, method, algorithm, digests, budget)?;
                let fixed = [Some(self.structure.signed_info), Some(self.structure.value), self.structure.key_info];
                for node in fixed.into_iter().flatten() {
                    self.node(node, method, &mut state, budget)?;
                }
                Archive { state, taken: 0 }
            }
        };
        for property in self.qualified.unsigned.iter().take(place).skip(archive.taken) {
            self.node(property.id(), method, &mut archive.state, budget)?;
        }
        archive.taken = place;
        let mut state = archive.state.clone();
        self.archives.insert(key, archive);
        let referenced: HashSet<NodeId> = self.tops.iter().flatten().copied().collect();
        for object in self.structure.objects.iter().filter(|object| **object != self.qualified.object) {
            if stamped.property == TimestampProperty::Archive || !referenced.contains(object) {
                self.node(*object, method, &mut state, budget)?;
            }
        }
        Ok(state)
    }

    /// Those unsigned properties before the time-stamp that are wanted by what they are and by whether their name ends in
    /// V2.
    fn properties(
        &self,
        stamped: &Stamped<'_>,
        method: &Method,
        state: &mut DigestState,
        budget: &mut Budget,
        wanted: impl Fn(UnsignedKind, bool) -> bool,
    ) -> Result<(), Fault> {
        budget.spend(looks(stamped.place.unwrap_or_default()))?;
        for property in self.qualified.unsigned.iter().take(stamped.place.unwrap_or_default()) {
            let kind = UnsignedKind::of(property, self.qualified.namespace);
            if wanted(kind, property.local().ends_with("V2")) {
                self.node(property.id(), method, state, budget)?;
            }
        }
        Ok(())
    }

    /// A node and all below it.
    fn node(
        &self,
        node: NodeId,
        method: &Method,
        state: &mut DigestState,
        budget: &mut Budget,
    ) -> Result<(), Fault> {
        let mut sink = Counting { state, octets: 0 };
        canonicalise(self.tree, &Subtree::new(self.tree, node), method, &mut sink, budget).map_err(|error| {
            match error {
                C14nError::Limit(limit) => Fault::Limit(limit),
                _ => Fault::Failed("C14N".to_owned()),
            }
        })?;
        budget.spend(u64::try_from(sink.octets >> 10).unwrap_or(u64::MAX))?;
        Ok(())
    }

    /// What a time-stamp names: of a reference what it leads to, where it says so; else what the URI leads to.
    fn named(&self, named: &Included<'_>) -> Result<Plan, Fault> {
        let place = self.places.find(named.uri, false)?;
        if let Place::Node { top, .. } = place
            && named.referenced_data
            && let Some(element) = self.tree.element(top).filter(|element| element.is(DS, "Reference"))
        {
            let reference =
                Reference::read(self.tree, element).map_err(|_| Fault::Failed("Reference".to_owned()))?;
            return Plan::of(self.tree, &reference, self.structure.element, self.places, self.alone);
        }
        Plan::transformed(self.tree, place, &named.transforms, self.structure.element)
    }
}

/// Unsigned properties that are noted one by one as covered.
const NAMED: usize = 1_000;

/// What it costs to look at so many properties.
fn looks(properties: usize) -> u64 {
    u64::try_from(properties >> 4).unwrap_or(u64::MAX)
}

/// Whether a property holds references of the version that a time-stamp is of. Those of revocation data have one version.
const fn is_refs(kind: UnsignedKind, named_v2: bool, v2: bool) -> bool {
    match kind {
        UnsignedKind::CertificateRefs | UnsignedKind::AttributeCertificateRefs => named_v2 == v2,
        UnsignedKind::RevocationRefs | UnsignedKind::AttributeRevocationRefs => true,
        _ => false,
    }
}

/// A digest that counts what it takes.
struct Counting<'s> {
    state: &'s mut DigestState,
    octets: usize,
}

impl Sink for Counting<'_> {
    fn octets(&mut self, octets: &[u8]) {
        self.octets = self.octets.saturating_add(octets.len());
        self.state.update(octets);
    }
}
