//! What later revisions did to a document (ISO 32000-2 §12.8.2): each revision compared with the one before.
//!
//! * The object tables of both say which objects an update touches; the [`graph`] of what is reachable from the trailer
//!   says in which [`role`]s those objects stand. Each is compared in each role, in meaning ([`equal`]), and every
//!   difference needs a rule of the family that looks at that role: [`catalog`], [`form`], [`field`], [`shown`], [`annotations`],
//!   [`evidence`], [`tagging`], [`overlay`], and [`structure`] for the file itself. What no rule covers is forbidden.
//! * The comparison is made once for a document, pair by pair; [`judge()`] then asks for each signature what it and the
//!   signatures before it permit. The kinds of change with their clauses are the table in [`finding`].
//! * What could not be read or exceeds the budget is a finding of its own; it is never permitted.
//! * For whoever wants to see more than the verdict, [`mod@differences`] says what each finding is about.
//!
//! Streams outside an update are not decoded, but object and cross-reference streams, and one that an update replaces
//! by other bytes.

mod annotations;
#[cfg(test)]
mod attacks;
mod catalog;
mod differences;
mod equal;
mod evidence;
mod fault;
mod field;
mod fields;
mod finding;
mod form;
mod graph;
mod guard;
mod judge;
mod overlay;
mod pass;
mod path;
mod role;
mod shown;
mod structure;
mod tagging;
mod tokens;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use self::equal::Pair;
use self::fault::Fault;
use self::fields::FieldNames;
use self::finding::{Class, Kind};
use self::graph::{Graph, NodeIndex};
use self::guard::{Guard, Guards};
use self::judge::{Told, judge};
use self::pass::{Found, NewSignature, Pass, Spot};
use crate::document::signature::{FormatDefect, Signature, SubFilter};
use crate::limits::{Budget, LimitExceeded};
use crate::syntax::pdf::{ObjectId, Pdf, Place, RevisionIndex};

pub use differences::{Difference, Differences, Direction, ShownValue, Thing};
pub(crate) use judge::{Restraints, covers};

/// How often the graph may be made anew for one document: each time costs as much as the first.
const MOST_REBUILDS: u32 = 8;

/// Most differences looked at in one document.
const MOST_FOUND: usize = 20_000;

/// A change with its place in words.
#[derive(Clone, Debug)]
struct Located {
    /// The revision that made it, from 1.
    revision: u64,
    kind: Kind,
    object: Option<ObjectId>,
    path: Arc<str>,
    page: u32,
    field: Option<String>,
}

/// Finds out what came after each signature, and writes it down there.
pub(crate) fn analyse(pdf: &Pdf<'_>, signatures: &mut [Signature], budget: &mut Budget) {
    analyse_under(Guards::all(), pdf, signatures, budget);
}

/// The same under these guards.
fn analyse_under(guards: Guards, pdf: &Pdf<'_>, signatures: &mut [Signature], budget: &mut Budget) {
    let Some(found) = find(guards, pdf, signatures, budget) else { return };
    let told: Vec<Told<'_>> = found.iter().map(Told::of).collect();
    for index in 0..signatures.len() {
        let Some(view) = View::of(pdf, signatures, index) else { continue };
        let later = told.iter().filter(|one| one.located.revision > view.revision && view.shows(one.located));
        if let Some(signature) = signatures.get_mut(index) {
            let after = [view.later_revisions, view.trailing_bytes];
            signature.changes = judge(later, &view.restraints, guards, after);
        }
    }
}

/// Says of everything that came after the first signature what it is about.
pub(crate) fn differences(pdf: &Pdf<'_>, signatures: &[Signature], budget: &mut Budget) -> Differences {
    let found = find(Guards::all(), pdf, signatures, budget).unwrap_or_default();
    let views: Vec<(&str, View)> = (0..signatures.len())
        .filter_map(|index| Some((signatures.get(index)?.id.as_str(), View::of(pdf, signatures, index)?)))
        .collect();
    let judged = found
        .into_iter()
        .map(|one| {
            let against = views.iter().filter(|(_, view)| view.refuses(&one)).map(|(id, _)| (*id).to_owned());
            let not_permitted_for = against.collect();
            (one, not_permitted_for)
        })
        .collect();
    let mut differences = differences::describe(pdf, judged, budget);
    // After a signature whose revision is not known, nothing was compared.
    differences.complete &= signatures.iter().all(|signature| signature.revision.is_some());
    differences
}

/// Every change after the first signature; none where no signature stands in a revision.
fn find(guards: Guards, pdf: &Pdf<'_>, signatures: &[Signature], budget: &Budget) -> Option<Vec<Located>> {
    let first = signatures.iter().filter_map(|signature| signature.revision).min()?;
    let base = first.saturating_sub(1);
    let latest = pdf.latest().get();
    let mut found: Vec<Located> = Vec::new();
    if base < latest {
        let mut own = budget.share(2);
        let mut analysis = Analysis::new(pdf, base, guards);
        if let Err(_limit) = analysis.run(signatures, &mut own) {
            found.push(not_analysed(latest));
        }
        found.extend(analysis.found);
    }
    found.extend(trailing(pdf, guards));
    Some(found)
}

/// From where a signature looks at what came after it.
struct View {
    /// The revision that it ends, from 1.
    revision: u64,
    restraints: Restraints,
    later_revisions: u64,
    /// How many bytes follow the last revision that it does not cover.
    trailing_bytes: u64,
}

impl View {
    /// The view of one of `signatures`; none where it ends no revision.
    fn of(pdf: &Pdf<'_>, signatures: &[Signature], index: usize) -> Option<Self> {
        let signature = signatures.get(index)?;
        let signed = signature.revision?;
        // A time-stamp restricts nothing; all other signatures up to this one do.
        let restraints = signatures
            .iter()
            .filter(|other| other.sub_filter != SubFilter::Rfc3161)
            .filter(|other| other.revision.is_some_and(|revision| revision <= signed))
            .fold(Restraints::default(), |all, other| all.and(&other.restraints));
        let later = pdf.latest().get().saturating_sub(signed.saturating_sub(1));
        let size = u64::try_from(pdf.bytes().len()).unwrap_or(u64::MAX);
        let covered = signature.byte_range.map_or(0, |[_, _, start, length]| start.saturating_add(length));
        let trailing_bytes = if pdf.trailing().blank || covered >= size {
            0
        } else {
            size.saturating_sub(covered.max(pdf.trailing().span.start))
        };
        Some(Self {
            revision: u64::try_from(signed).unwrap_or(u64::MAX),
            restraints,
            later_revisions: u64::try_from(later).unwrap_or(u64::MAX),
            trailing_bytes,
        })
    }

    /// Whether it is not the signature itself that covers this change.
    fn shows(&self, one: &Located) -> bool {
        self.trailing_bytes > 0 || !matches!(one.kind, Kind::TrailingData | Kind::TrailingObjects)
    }

    /// Whether the change came after the signature and is not permitted for it.
    fn refuses(&self, one: &Located) -> bool {
        one.revision > self.revision
            && self.shows(one)
            && !self.restraints.permits(one.kind, one.field.as_deref(), Guards::all())
    }
}

/// A rule of the analysis of changes.
#[derive(Clone, Copy, Debug)]
pub struct ChangeRule {
    /// The code of its findings.
    pub code: &'static str,
    /// Where such a change is permitted, in words.
    pub permitted: &'static str,
    /// The clause that permits it, or that it breaks.
    pub clause: &'static str,
}

/// Every rule, in the order of what permits it.
#[must_use]
pub fn rules() -> Vec<ChangeRule> {
    let rule =
        |kind: &Kind| ChangeRule { code: kind.name(), permitted: kind.class().permitted(), clause: kind.clause() };
    Kind::ALL.iter().map(rule).collect()
}

/// A condition that the analysis of changes demands.
#[derive(Clone, Copy, Debug)]
pub struct ChangeGuard {
    /// Its name.
    pub name: &'static str,
    /// The code of a change that breaks it; none where permissions forbid the change.
    pub code: Option<&'static str>,
    /// What it demands, in words.
    pub demands: &'static str,
    /// The clause.
    pub clause: &'static str,
}

/// Every guard of the analysis of changes.
#[must_use]
pub fn guards() -> Vec<ChangeGuard> {
    let guard = |guard: &Guard| ChangeGuard {
        name: guard.name(),
        code: guard.kind().map(Kind::name),
        demands: guard.demands(),
        clause: guard.clause(),
    };
    Guard::ALL.iter().map(guard).collect()
}

fn not_analysed(revision: usize) -> Located {
    Located {
        revision: number(revision),
        kind: Kind::NotAnalysed,
        object: None,
        path: "/".into(),
        page: 0,
        field: None,
    }
}

/// The number of a revision in reports.
fn number(index: usize) -> u64 {
    u64::try_from(index.saturating_add(1)).unwrap_or(u64::MAX)
}

/// What follows the last revision: a reader that rebuilds the file may take objects from there.
fn trailing(pdf: &Pdf<'_>, guards: Guards) -> Option<Located> {
    let trailing = pdf.trailing();
    if trailing.blank {
        return None;
    }
    let range = usize::try_from(trailing.span.start).ok()?..usize::try_from(trailing.span.end).ok()?;
    let bytes = pdf.bytes().get(range)?;
    let words: [&[u8]; 4] = [b"obj", b"xref", b"trailer", b"startxref"];
    let objects =
        guards.hold(Guard::Trailing) && words.iter().any(|word| memchr::memmem::find(bytes, word).is_some());
    let kind = if objects { Kind::TrailingObjects } else { Kind::TrailingData };
    let path = format!("{}..{}", trailing.span.start, trailing.span.end).into();
    Some(Located { revision: number(pdf.revisions().len()), kind, object: None, path, page: 0, field: None })
}

struct Analysis<'p, 'a> {
    pdf: &'p Pdf<'a>,
    base: usize,
    guards: Guards,
    graph: Graph,
    names: FieldNames,
    /// Data of the security store that were looked at, with their places.
    stored: HashMap<ObjectId, Place>,
    found: Vec<Located>,
    rebuilds: u32,
    /// What may be spent on finding paths.
    paths: Budget,
}

impl<'p, 'a> Analysis<'p, 'a> {
    fn new(pdf: &'p Pdf<'a>, base: usize, guards: Guards) -> Self {
        Self {
            pdf,
            base,
            guards,
            graph: Graph::default(),
            names: FieldNames::default(),
            stored: HashMap::new(),
            found: Vec::new(),
            rebuilds: MOST_REBUILDS,
            paths: path::budget(),
        }
    }

    fn run(&mut self, signatures: &[Signature], budget: &mut Budget) -> Result<(), LimitExceeded> {
        let base = RevisionIndex::new(self.base);
        self.graph = self.graph_of(base, budget)?;
        self.graph.mismatched.clear();
        self.graph.mislaid.clear();
        self.oddities(self.base.saturating_add(1), base);
        for new in self.base.saturating_add(1)..=self.pdf.latest().get() {
            self.pair(new, &new_signatures(signatures, new), budget)?;
            if self.found.len() > MOST_FOUND {
                self.found.push(not_analysed(self.pdf.latest().get()));
                return Ok(());
            }
        }
        Ok(())
    }

    fn graph_of(&mut self, at: RevisionIndex, budget: &mut Budget) -> Result<Graph, LimitExceeded> {
        let mut graph = Graph::default();
        graph.made_for = Some(at.get());
        let roots = structure::roots(self.pdf, at).into_iter().map(|edge| (edge, None, 0)).collect();
        graph.walk(self.pdf, at, roots, &mut self.names, budget)?;
        Ok(graph)
    }

    /// What the walk met that no signature can vouch for.
    fn oddities(&mut self, revision: usize, at: RevisionIndex) {
        let mut odd: Vec<(Guard, NodeIndex)> = Vec::new();
        odd.extend(self.graph.beyond.drain(..).map(|node| (Guard::SignedObject, node)));
        odd.extend(self.graph.unreadable.drain(..).map(|node| (Guard::Legible, node)));
        odd.extend(self.graph.mismatched.drain(..).map(|node| (Guard::ReferenceGeneration, node)));
        odd.extend(self.graph.mislaid.drain(..).map(|node| (Guard::EntryPlace, node)));
        odd.retain(|(guard, _)| self.guards.hold(*guard));
        for (guard, node) in odd.into_iter().take(MOST_FOUND) {
            let spot = Spot { node: Some(node), ..Spot::default() };
            let found = Found { kind: guard.kind(), spot, field: None };
            self.locate(found, revision, at);
        }
    }

    /// Compares revision `new` (from 0) with the one before.
    fn pair(
        &mut self,
        new: usize,
        signed: &HashMap<String, NewSignature>,
        budget: &mut Budget,
    ) -> Result<(), LimitExceeded> {
        let pair =
            Pair { pdf: self.pdf, old: RevisionIndex::new(new.saturating_sub(1)), new: RevisionIndex::new(new) };
        let touched = structure::touched(&pair, &self.graph, budget)?;
        let nodes: Vec<NodeIndex> = touched.iter().flat_map(|number| self.graph.nodes_of(*number)).collect();
        let mut pass = Pass::new(pair, self.guards, &self.graph, &mut self.names, signed, &mut self.stored);
        let whole = Spot { tail: "/xref".to_owned(), ..Spot::default() };
        guard(&mut pass, whole.clone(), |pass| pass.trailer(budget))?;
        guard(&mut pass, whole, |pass| pass.shadows(&touched, budget))?;
        for node in &nodes {
            let spot = Spot { node: Some(*node), ..Spot::default() };
            guard(&mut pass, spot, |pass| pass.node(*node, budget))?;
        }
        for task in std::mem::take(&mut pass.annots) {
            guard(&mut pass, task.spot.clone(), |pass| pass.annots(&task, budget))?;
        }
        for task in std::mem::take(&mut pass.structures) {
            guard(&mut pass, task.spot.clone(), |pass| pass.structure(&task, budget))?;
        }
        for task in std::mem::take(&mut pass.overlays) {
            guard(&mut pass, task.spot.clone(), |pass| pass.overlay(&task, budget))?;
        }
        let mut values: Vec<Spot> = std::mem::take(&mut pass.values).into_values().collect();
        values.sort_by_key(|spot| spot.context);
        for spot in values {
            guard(&mut pass, spot.clone(), |pass| pass.shown(&spot, budget))?;
        }
        for (field, mut found) in std::mem::take(&mut pass.appearances) {
            if !pass.filled.contains(&field) && self.guards.hold(Guard::AppearanceFollows) {
                found.kind = Some(Kind::FieldAppearance);
            }
            pass.found.push(found);
        }
        let found = pass.found;
        let found = self.still_reachable(found, pair.new, budget)?;
        if !self.is_fresh(new) {
            self.extend(&nodes, pair.new, budget)?;
        }
        for one in found {
            self.locate(one, new, pair.new);
        }
        self.oddities(new, pair.new);
        Ok(())
    }

    fn is_fresh(&self, new: usize) -> bool {
        self.graph.made_for == Some(new)
    }

    /// Without the differences of objects that nothing reaches any more: what led to them is judged where it changed.
    fn still_reachable(
        &mut self,
        found: Vec<Found>,
        at: RevisionIndex,
        budget: &mut Budget,
    ) -> Result<Vec<Found>, LimitExceeded> {
        let doubtful = |one: &Found| {
            !matches!(
                one.kind.map(Kind::class),
                Some(Class::Ltv | Class::Signature | Class::Metadata | Class::Information)
            )
        };
        let nodes: HashSet<NodeIndex> =
            found.iter().filter(|one| doubtful(one)).filter_map(|one| one.spot.node).collect();
        let mut lost = HashSet::new();
        for node in nodes {
            if !self.graph.chain_holds(self.pdf, at, node, &mut self.names, budget)? {
                lost.insert(node);
            }
        }
        if lost.is_empty() || self.rebuilds == 0 {
            return Ok(found);
        }
        self.rebuilds = self.rebuilds.saturating_sub(1);
        let fresh = self.graph_of(at, budget)?;
        let old = std::mem::replace(&mut self.graph, fresh);
        let mut kept = Vec::with_capacity(found.len());
        for mut one in found {
            let node = one.spot.node.and_then(|index| old.node(index).map(|node| (index, *node)));
            if let Some((index, node)) = node {
                match self.graph.find(&node) {
                    Some(index) => one.spot.node = Some(index),
                    None if lost.contains(&index) => continue,
                    None => one.spot.node = None,
                }
            }
            kept.push(one);
        }
        Ok(kept)
    }

    /// Brings the graph up to date with what the update touched.
    fn extend(&mut self, nodes: &[NodeIndex], at: RevisionIndex, budget: &mut Budget) -> Result<(), LimitExceeded> {
        let roots = structure::roots(self.pdf, at).into_iter().map(|edge| (edge, None, 0)).collect();
        self.graph.made_for = None;
        self.graph.walk(self.pdf, at, roots, &mut self.names, budget)?;
        for node in nodes {
            self.graph.again(self.pdf, at, *node, &mut self.names, budget)?;
        }
        Ok(())
    }

    /// Writes a difference down with its path.
    fn locate(&mut self, found: Found, new: usize, at: RevisionIndex) {
        let path = path::path(self.pdf, &self.graph, &found.spot, at, &mut self.paths);
        let unruled = || Kind::of_path(path.split('/').map(str::as_bytes));
        if found.kind.is_none() && !self.guards.hold(Guard::of_path(unruled())) {
            return;
        }
        let kind = found.kind.unwrap_or_else(unruled);
        let node = found.spot.node.and_then(|index| self.graph.node(index));
        let page = if found.spot.page > 0 { found.spot.page } else { node.map_or(0, |node| node.page) };
        let object = found.spot.object.or_else(|| node.map(|node| node.id));
        let path = path.into();
        self.found.push(Located { revision: number(new), kind, object, path, page, field: found.field });
    }
}

/// Notes what cannot be read as not analysed; only a limit ends the work.
fn guard<'x, 'p, 'a>(
    pass: &mut Pass<'x, 'p, 'a>,
    spot: Spot,
    work: impl FnOnce(&mut Pass<'x, 'p, 'a>) -> Result<(), Fault>,
) -> Result<(), LimitExceeded> {
    match work(pass) {
        Ok(()) => Ok(()),
        Err(Fault::Limit(limit)) => Err(limit),
        Err(Fault::Unreadable(object)) => {
            pass.refuse(Guard::Legible, spot.of(object));
            Ok(())
        }
    }
}

/// The signatures that revision `new` (from 0) adds, by the full names of their fields.
fn new_signatures(signatures: &[Signature], new: usize) -> HashMap<String, NewSignature> {
    let sound = |signature: &&Signature| {
        signature.revision == Some(new.saturating_add(1))
            && !signature
                .defects
                .iter()
                .any(|defect| matches!(defect, FormatDefect::SeveralFields | FormatDefect::ByteRange(_)))
    };
    let named = signatures.iter().filter(sound).filter_map(|signature| {
        let kind = match signature.sub_filter {
            SubFilter::Rfc3161 => NewSignature::Timestamp,
            _ => NewSignature::Signature,
        };
        Some((signature.field.clone()?, kind))
    });
    named.collect()
}
