//! XML signatures (XML Signature 1.1, RFC 9231) and their `XAdES` properties (EN 319 132-1): where they are, what their
//! references digest, and how much of the document that covers. Facts, no judgement, and nothing is fetched.
//!
//! Which properties are read: see [`properties`]; what time-stamps in them have to be over: see [`imprint`].

mod coverage;
mod facts;
mod identifiers;
mod imprint;
mod locate;
mod names;
mod octets;
mod path;
mod properties;
mod property;
mod reference;
mod selected;
mod structure;
mod timestamps;
mod transform;

pub use facts::{
    Content, CounterOf, Fault, Packaging, Role, SignedInfo, Target, Uncovered, UncoveredKind, XmlReference,
    XmlSignature,
};
pub use property::{
    CertificateReference, ClaimedPolicy, Covers, DataObjectFormat, TimestampProperty, UnsignedKind,
    UnsignedProperty, ValidationData, XadesProperties, XmlTimestamp,
};

pub(super) use octets::{Octets, octets};

use std::cell::RefCell;
use std::collections::HashSet;
use std::rc::Rc;
use std::sync::Arc;

use super::facts::Coverage;
use super::signature::{FormatDefect, Signature, SignatureForm};
use crate::crypto::{DigestAlgorithm, DigestState};
use crate::limits::{Budget, LimitExceeded};
use crate::syntax::xml::c14n::{C14nError, Sink, Subtree, canonicalise};
use crate::syntax::xml::{Element, NodeId, Tree};
use coverage::{Covered, Exempt, Measured};
use identifiers::{Identifiers, identifier};
use imprint::Imprints;
use locate::{Located, locate};
use path::Siblings;
use properties::Qualified;
use reference::{Digests, Place, Places, Plan, is_external};
use structure::{Reference, Structure, algorithm, canonicalisation, certificates, signature_method};
use timestamps::{Stamped, timestamps};
use transform::{Origin, Source};

/// Octets of `SignedInfo` that are kept; of a longer one only the digest is.
const KEPT: usize = 1 << 20;

/// Every signature of a document, in document order.
///
/// # Errors
/// Where a limit is reached before all are found. What one signature exceeds is said of that signature.
pub(super) fn signatures(
    tree: &Tree<'_>,
    contents: &[Content<'_>],
    budget: &mut Budget,
) -> Result<Vec<Signature>, LimitExceeded> {
    let located = locate(tree, budget)?;
    if located.is_empty() {
        return Ok(Vec::new());
    }
    budget.spend(u64::try_from(tree.len() >> 4).unwrap_or(u64::MAX))?;
    let identifiers = Identifiers::of(tree);
    let places = Places { identifiers: &identifiers, contents };
    let mut digests = Digests::new(Origin { tree, identifiers: &identifiers }, contents);
    let prepared: Vec<_> = located.iter().map(|one| Prepared::of(tree, one, places, &mut digests)).collect();
    let examiner = Examiner {
        tree,
        contents,
        places,
        located: &located,
        exempt: Exempt::of(tree, &located, budget)?,
        siblings: RefCell::default(),
    };
    let parts = u64::try_from(located.len()).unwrap_or(u64::MAX);
    let mut signatures = Vec::with_capacity(located.len());
    for (one, prepared) in located.iter().zip(&prepared) {
        let mut share = budget.share(parts);
        let mut signature = Signature::of_xml(one.id.clone());
        match (&one.structure, prepared) {
            (Ok(structure), Some(prepared)) => {
                let parent = one.counter_of.and_then(|of| located.get(of));
                examiner.read(&mut signature, structure, prepared, parent, &mut digests, &mut share);
            }
            (Err(misshapen), _) if misshapen.repeated => {
                signature.defects.push(FormatDefect::Repeated(misshapen.what));
            }
            (Err(misshapen), _) => {
                let offset = u64::try_from(tree.span(misshapen.node).start).unwrap_or(u64::MAX);
                signature.defects.push(FormatDefect::Unreadable { what: misshapen.what, offset });
            }
            (Ok(_), None) => {}
        }
        signatures.push(signature);
    }
    Ok(signatures)
}

/// A signature whose references are ready to be digested; of each that is to a manifest, its entries.
struct Prepared<'t> {
    references: Vec<(Result<Plan, Fault>, Vec<Entry<'t>>)>,
    /// Whether only one reference leads out of the document.
    alone: bool,
    /// Where its properties stand; where signed ones stand twice, the second.
    qualified: Result<Option<Qualified<'t>>, NodeId>,
    timestamps: Vec<Stamped<'t>>,
}

/// An entry of a manifest.
struct Entry<'t> {
    reference: Reference<'t>,
    plan: Result<Plan, Fault>,
}

impl<'t> Prepared<'t> {
    fn of(tree: &'t Tree<'t>, one: &Located<'t>, places: Places<'_>, digests: &mut Digests<'_>) -> Option<Self> {
        let structure = one.structure.as_ref().ok()?;
        let direct = structure.references.iter().filter(|one| is_external(one.uri)).count();
        let mut want = |plan: &Result<Plan, Fault>, reference: &Reference<'_>| {
            if let (Ok(plan), Some(algorithm)) = (plan, DigestAlgorithm::from_uri(reference.method)) {
                digests.want(plan, algorithm);
            }
        };
        let mut prepare = |reference: &Reference<'t>| {
            let plan = Plan::of(tree, reference, structure.element, places, direct == 1);
            want(&plan, reference);
            let entries = manifest(tree, reference, plan.as_ref().ok()).unwrap_or_default();
            let external = entries.iter().filter(|one| is_external(one.uri)).count();
            let alone = direct == 0 && external == 1;
            let entries = entries.into_iter().map(|reference| {
                let plan = Plan::of(tree, &reference, structure.element, places, alone);
                want(&plan, &reference);
                Entry { reference, plan }
            });
            let entries = entries.collect();
            (plan, entries)
        };
        let references = structure.references.iter().map(&mut prepare).collect();
        let qualified = properties::find(tree, structure);
        let found = qualified.as_ref().ok().and_then(Option::as_ref);
        let timestamps = found.map(|qualified| timestamps(tree, qualified)).unwrap_or_default();
        if let Some(qualified) = found
            && timestamps.iter().any(Stamped::begins_with_references)
        {
            let imprints = Imprints::new(tree, structure, qualified, places, direct == 1);
            for stamped in &timestamps {
                if let Some(plan) = imprints.first(stamped) {
                    stamped
                        .tokens
                        .iter()
                        .filter_map(|token| token.algorithm)
                        .for_each(|one| digests.want(&plan, one));
                }
            }
        }
        Some(Self { references, alone: direct == 1, qualified, timestamps })
    }
}

/// The entries of the manifest that a reference is to.
fn manifest<'t>(tree: &'t Tree<'t>, reference: &Reference<'t>, plan: Option<&Plan>) -> Option<Vec<Reference<'t>>> {
    let Place::Node { top, .. } = plan?.place else { return None };
    let is_manifest = tree.element(top).is_some_and(|element| element.is(names::DS, "Manifest"));
    if is_manifest && reference.is_to_manifest() { Reference::of_manifest(tree, top) } else { None }
}

/// What is the same for all signatures of a document.
struct Examiner<'x> {
    tree: &'x Tree<'x>,
    contents: &'x [Content<'x>],
    places: Places<'x>,
    located: &'x [Located<'x>],
    exempt: Exempt,
    siblings: RefCell<Siblings>,
}

impl Examiner<'_> {
    fn path(&self, node: NodeId, budget: &mut Budget) -> Result<String, LimitExceeded> {
        self.siblings.borrow_mut().path(self.tree, node, budget)
    }

    fn read(
        &self,
        signature: &mut Signature,
        structure: &Structure<'_>,
        prepared: &Prepared<'_>,
        parent: Option<&Located<'_>>,
        digests: &mut Digests<'_>,
        budget: &mut Budget,
    ) {
        let tree = self.tree;
        if let Err(second) = prepared.qualified {
            let offset = u64::try_from(tree.span(second).start).unwrap_or(u64::MAX);
            signature.defects.push(FormatDefect::Unreadable { what: "SignedProperties", offset });
        }
        let qualified = prepared.qualified.as_ref().ok().and_then(Option::as_ref);
        let properties = qualified.and_then(|qualified| qualified.signed);
        let mut reading = Reading {
            examiner: self,
            structure,
            properties,
            covered: Covered::new(tree, structure.element, self.contents.len()),
            counted: HashSet::new(),
            signs_properties: false,
            limit: None,
        };
        let mut references = Vec::with_capacity(structure.references.len());
        for (reference, (plan, entries)) in structure.references.iter().zip(&prepared.references) {
            let (mut read, whole) = reading.reference(reference, plan, digests, budget);
            let holds = whole && matches!(&read.computed, Ok(Some(digest)) if digest.as_bytes() == read.stated);
            for entry in entries {
                // What a manifest says of its entries is signed where all of the manifest is.
                let entry = reading.entry(&entry.reference, &entry.plan, holds, digests, budget);
                read.entries.push(entry);
            }
            references.push(read);
        }
        let (algorithm_found, shared_secret) = signature_method(tree, &structure.method);
        let signed_info =
            self.signed_info(structure, algorithm_found.as_ref().ok().and_then(|one| one.digest()), budget);
        let measured = reading.covered.measure(&self.exempt, self.contents, budget);
        let mut limit = reading.limit;
        let own_path = self.path(structure.element, budget).unwrap_or_else(|exceeded| {
            limit = limit.or(Some(exceeded));
            String::new()
        });
        let signs_properties = reading.signs_properties;
        let Measured { coverage, uncovered, left_out } = measured.unwrap_or_else(|exceeded| {
            signature.limit = Some(exceeded);
            Measured { coverage: Coverage::None, uncovered: Vec::new(), left_out: None }
        });
        let of_info = match &signed_info {
            Err(Fault::Limit(exceeded)) => Some(*exceeded),
            _ => None,
        };
        signature.limit = signature.limit.or(limit).or(of_info);
        signature.coverage = if signature.limit.is_some() { Coverage::None } else { coverage };
        let counter_of = parent.map(|parent| CounterOf {
            id: parent.id.clone(),
            signs_value: parent.structure.as_ref().is_ok_and(|signed| {
                prepared.references.iter().any(|(plan, _)| {
                    matches!(plan, Ok(plan) if matches!(plan.place, Place::Node { top, .. } if top == signed.value))
                })
            }),
        });
        signature.form = Some(SignatureForm::Xml(Arc::new(XmlSignature {
            path: own_path,
            packaging: self.packaging(structure, &references, &prepared.references),
            counter_of,
            method: algorithm(&structure.method).to_owned(),
            algorithm: algorithm_found,
            shared_secret,
            signed_info,
            value: structure.octets.clone(),
            certificates: structure.key_info.map(|info| certificates(tree, info)).unwrap_or_default(),
            references,
            uncovered,
            left_out,
            properties: qualified
                .zip(properties)
                .map(|(qualified, node)| properties::read(tree, structure, qualified, node, signs_properties)),
            unsigned: qualified.map(|qualified| self.unsigned(qualified)).unwrap_or_default(),
            timestamps: qualified
                .map(|qualified| self.timestamps(structure, prepared, qualified, signs_properties, digests, budget))
                .unwrap_or_default(),
        })));
    }

    /// The unsigned properties, with what they bring along.
    fn unsigned(&self, qualified: &Qualified<'_>) -> Vec<UnsignedProperty> {
        let read = |property: &Element<'_>| {
            let kind = UnsignedKind::of(property, qualified.namespace);
            let inside = match kind {
                UnsignedKind::CounterSignature => {
                    let first = self.located.partition_point(|one| one.element.index() < property.id().index());
                    let after = self.located.iter().skip(first);
                    after.take_while(|one| self.tree.is_within(one.element, property.id())).collect()
                }
                _ => Vec::new(),
            };
            UnsignedProperty {
                kind,
                values: properties::values(self.tree, property, kind),
                counter_signatures: inside.into_iter().map(|one| one.id.clone()).collect(),
            }
        };
        qualified.unsigned.iter().map(read).collect()
    }

    /// The time-stamps in properties. What one of them exceeds is said of that one.
    fn timestamps(
        &self,
        structure: &Structure<'_>,
        prepared: &Prepared<'_>,
        qualified: &Qualified<'_>,
        signs_properties: bool,
        digests: &mut Digests<'_>,
        budget: &mut Budget,
    ) -> Vec<XmlTimestamp> {
        let mut imprints = Imprints::new(self.tree, structure, qualified, self.places, prepared.alone);
        let mut found = Vec::new();
        // Nobody signed time-stamps in properties that are not signed.
        for stamped in prepared.timestamps.iter().filter(|one| one.place.is_some() || signs_properties) {
            let covers = imprints.covers(stamped, budget);
            for token in &stamped.tokens {
                let imprint = match (&covers, token.algorithm) {
                    (Err(exceeded), _) => Err(Fault::Limit(*exceeded)),
                    (Ok(_), Some(one)) => imprints.imprint(stamped, one, digests, budget).map(Some),
                    (Ok(_), None) => Ok(None),
                };
                found.push(XmlTimestamp {
                    property: stamped.property,
                    place: stamped.place,
                    value: token.value.clone(),
                    imprint,
                    covers: covers.clone().unwrap_or_default(),
                });
            }
        }
        found
    }

    /// The canonical form of `SignedInfo`.
    fn signed_info(
        &self,
        structure: &Structure<'_>,
        digest: Option<DigestAlgorithm>,
        budget: &mut Budget,
    ) -> Result<SignedInfo, Fault> {
        let named = algorithm(&structure.canonicalisation);
        let method = canonicalisation(self.tree, &structure.canonicalisation)
            .ok_or_else(|| transform::unsupported(named))?;
        let mut sink = Kept { octets: Vec::new(), length: 0, algorithm: digest, state: None };
        let selection = Subtree::new(self.tree, structure.signed_info);
        canonicalise(self.tree, &selection, &method, &mut sink, budget).map_err(|error| match error {
            C14nError::Limit(limit) => Fault::Limit(limit),
            _ => Fault::Failed(named.to_owned()),
        })?;
        budget.spend(u64::try_from(sink.length >> 10).unwrap_or(u64::MAX))?;
        match sink.state {
            Some(state) if sink.length > KEPT => Ok(SignedInfo::Digest(state.finish())),
            None if sink.length > KEPT => Err(transform::unsupported("SignedInfo")),
            _ => Ok(SignedInfo::Octets(sink.octets)),
        }
    }

    /// Enveloped, where something that is signed stands around it; enveloping, where in it.
    fn packaging(
        &self,
        structure: &Structure<'_>,
        references: &[XmlReference],
        plans: &[(Result<Plan, Fault>, Vec<Entry<'_>>)],
    ) -> Packaging {
        let mut enveloping = false;
        for (reference, (plan, _)) in references.iter().zip(plans) {
            let data = matches!(reference.role, Role::Data | Role::Manifest);
            let (true, Ok(Plan { place: Place::Node { top, .. }, .. })) = (data, plan) else { continue };
            if self.tree.is_within(structure.element, *top) {
                return Packaging::Enveloped;
            }
            enveloping |= self.tree.is_within(*top, structure.element);
        }
        if enveloping { Packaging::Enveloping } else { Packaging::Detached }
    }
}

/// One signature while its references are read.
struct Reading<'r> {
    examiner: &'r Examiner<'r>,
    structure: &'r Structure<'r>,
    properties: Option<NodeId>,
    covered: Covered<'r>,
    /// Keys of what has been added to what is covered.
    counted: HashSet<String>,
    signs_properties: bool,
    limit: Option<LimitExceeded>,
}

impl Reading<'_> {
    /// Reads a reference, and whether it is to all of what it leads to.
    fn reference(
        &mut self,
        reference: &Reference<'_>,
        plan: &Result<Plan, Fault>,
        digests: &mut Digests<'_>,
        budget: &mut Budget,
    ) -> (XmlReference, bool) {
        let (read, source) = self.digested(reference, plan, digests, budget);
        let mut whole = false;
        if let (Ok(plan), Some(source)) = (plan, source) {
            let says_so = read.claimed_type.as_deref().is_some_and(is_signed_properties_type);
            whole = matches!(source.as_ref(), Source::Nodes(selected) if selected.is_whole());
            self.signs_properties |= read.role == Role::SignedProperties && says_so && whole;
            self.cover(plan, &source, budget);
        }
        (read, whole)
    }

    /// An entry of a manifest: it covers what it names where both the manifest and the entry hold.
    fn entry(
        &mut self,
        reference: &Reference<'_>,
        plan: &Result<Plan, Fault>,
        manifest_holds: bool,
        digests: &mut Digests<'_>,
        budget: &mut Budget,
    ) -> XmlReference {
        let (read, source) = self.digested(reference, plan, digests, budget);
        let holds = matches!(&read.computed, Ok(Some(digest)) if digest.as_bytes() == read.stated);
        if let (Ok(plan), Some(source), true) = (plan, source, holds && manifest_holds) {
            self.cover(plan, &source, budget);
        }
        read
    }

    fn digested(
        &mut self,
        reference: &Reference<'_>,
        plan: &Result<Plan, Fault>,
        digests: &mut Digests<'_>,
        budget: &mut Budget,
    ) -> (XmlReference, Option<Rc<Source>>) {
        let named = DigestAlgorithm::from_uri(reference.method);
        let done = plan.as_ref().map_err(Clone::clone).and_then(|plan| digests.run(plan, budget));
        if let Err(Fault::Limit(exceeded)) = done {
            self.limit = self.limit.or(Some(exceeded));
        }
        let place = plan.as_ref().ok().map(|plan| plan.place);
        let read = XmlReference {
            uri: reference.uri.map(str::to_owned),
            role: self.role(reference, place),
            claimed_type: reference.claimed_type.map(str::to_owned),
            transforms: reference.transforms.iter().map(|one| algorithm(one).to_owned()).collect(),
            method: reference.method.to_owned(),
            algorithm: named,
            stated: reference.stated.clone(),
            target: place.and_then(|place| self.target(place, budget)),
            computed: done.as_ref().map_err(Clone::clone).map(|done| done.digest(named?)),
            selects_nothing: matches!(&done, Ok(done) if done.empty && matches!(*done.source, Source::Nodes(_))),
            entries: Vec::new(),
        };
        (read, done.ok().map(|done| Rc::clone(&done.source)))
    }

    fn cover(&mut self, plan: &Plan, source: &Source, budget: &mut Budget) {
        if self.counted.insert(plan.key.clone())
            && let Err(exceeded) = self.covered.add(plan.place, source, budget)
        {
            self.limit = self.limit.or(Some(exceeded));
        }
    }

    fn role(&self, reference: &Reference<'_>, place: Option<Place>) -> Role {
        let Some(Place::Node { top, .. }) = place else { return Role::Data };
        let element = self.examiner.tree.element(top);
        if Some(top) == self.properties {
            Role::SignedProperties
        } else if Some(top) == self.structure.key_info {
            Role::KeyInfo
        } else if element.is_some_and(|element| element.is(names::DS, "SignatureValue")) {
            Role::SignatureValue
        } else if reference.is_to_manifest() && element.is_some_and(|element| element.is(names::DS, "Manifest")) {
            Role::Manifest
        } else {
            Role::Data
        }
    }

    /// Where a reference leads; none where it would take too long to say.
    fn target(&mut self, place: Place, budget: &mut Budget) -> Option<Target> {
        let tree = self.examiner.tree;
        match place {
            Place::Node { top, .. } => match self.examiner.path(top, budget) {
                Ok(path) => Some(Target::Node { path, id: identifier(tree, top).map(str::to_owned) }),
                Err(exceeded) => {
                    self.limit = self.limit.or(Some(exceeded));
                    None
                }
            },
            Place::Content(index) => {
                let content = self.examiner.contents.get(index);
                Some(Target::Content { name: content.and_then(|content| content.name.clone()) })
            }
        }
    }
}

/// The Type of a reference to signed properties (EN 319 132-1 §4.4.2), in all versions.
fn is_signed_properties_type(claimed: &str) -> bool {
    let rest = claimed.strip_prefix("http://uri.etsi.org/01903");
    rest.and_then(|rest| rest.strip_suffix("#SignedProperties"))
        .is_some_and(|version| matches!(version, "" | "/v1.1.1" | "/v1.2.2" | "/v1.3.2"))
}

/// Keeps octets up to a number; where there are more, digests all.
struct Kept {
    octets: Vec<u8>,
    length: usize,
    algorithm: Option<DigestAlgorithm>,
    state: Option<DigestState>,
}

impl Sink for Kept {
    fn octets(&mut self, octets: &[u8]) {
        self.length = self.length.saturating_add(octets.len());
        if self.length <= KEPT {
            self.octets.extend_from_slice(octets);
            return;
        }
        if self.state.is_none() {
            self.state = self.algorithm.map(DigestState::new);
            if let Some(state) = &mut self.state {
                state.update(&std::mem::take(&mut self.octets));
            }
        }
        if let Some(state) = &mut self.state {
            state.update(octets);
        }
    }
}

#[cfg(test)]
mod tests;
