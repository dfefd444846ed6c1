//! Finding paths: shortest first, every signature verified before a step is taken.
//!
//! Candidates for an issuer are anchors and certificates at hand whose subject is the issuer's name (RFC 5280 §7.1);
//! key identifiers only order them. A certificate, or another one with the same name and key, stands in a path once.
//! Paths of certificates that may issue at the time come before others, and paths to anchors whose trust has not ended
//! before those to anchors whose trust has.

use std::rc::Rc;

use super::facts::{Holder, Keys};
use super::graph::{Graph, MOST_TRIED, explore};
use super::rules::validity;
use crate::limits::{Budget, Limit, LimitExceeded};
use crate::time::Timestamp;
use crate::trust::TrustStore;
use crate::validation::evidence::Evidence;

/// A path whose signatures verify: the signer first, the trust anchor last.
#[derive(Clone, Debug)]
pub(in crate::validation) struct Path {
    holders: Vec<Rc<Holder>>,
    sunset: Option<Timestamp>,
}

impl Path {
    /// A sequence that was verified elsewhere.
    pub(super) const fn of(holders: Vec<Rc<Holder>>) -> Self {
        Self { holders, sunset: None }
    }

    /// The certificates, the signer first, the anchor last. A signer that is an anchor is alone.
    pub(in crate::validation) fn holders(&self) -> &[Rc<Holder>] {
        &self.holders
    }

    /// When trust in the anchor ended, where it had at the time for which the path was sought. The path may be judged
    /// for an earlier time.
    pub(in crate::validation) const fn sunset(&self) -> Option<Timestamp> {
        self.sunset
    }
}

/// What the search found.
#[derive(Debug)]
pub(in crate::validation) struct Paths {
    /// Complete paths, in the order found: see [`super::ranked`] for the best.
    pub(in crate::validation) complete: Vec<Path>,
    /// Where the longest incomplete path ended.
    pub(in crate::validation) end: PathEnd,
    /// Certificates that were reached and whose issuer is not at hand, those nearest to the signer first: with it there
    /// might be further paths.
    pub(in crate::validation) open: Vec<Rc<Holder>>,
}

/// Where an incomplete path ended.
#[derive(Clone, Debug)]
pub(in crate::validation) struct PathEnd {
    /// The certificates of it, the signer first.
    pub(in crate::validation) holders: Vec<Rc<Holder>>,
}

/// No more complete paths than this are compared; who offers more is out to waste time.
const MOST_PATHS: usize = 16;

/// Steps in search of further paths, once the certificates that lead to an anchor are known.
const MOST_STEPS: usize = 4_096;

/// Finds the paths of `signer` to anchors. Anchors whose trust had ended at `at` count too: such a path says so.
///
/// # Errors
/// Where the budget is exhausted, or more issuers were offered than are tried and none of those led to an anchor.
pub(in crate::validation) fn build(
    signer: &Rc<Holder>,
    at: Timestamp,
    evidence: &Evidence,
    trust: &TrustStore,
    keys: &Keys<'_>,
    budget: &mut Budget,
) -> Result<Paths, LimitExceeded> {
    let alone = PathEnd { holders: vec![Rc::clone(signer)] };
    let own = trust.anchor_of(&signer.certificate);
    if own.is_some_and(|anchor| anchor.sunset.is_none_or(|sunset| at < sunset)) {
        let path = Path { holders: vec![Rc::clone(signer)], sunset: None };
        return Ok(Paths { complete: vec![path], end: alone, open: Vec::new() });
    }
    let graph = explore(signer, at, evidence, trust, keys, budget)?;
    let longest = usize::try_from(budget.limits().path_length).unwrap_or(usize::MAX);
    let mut search = Search { graph: &graph, longest, complete: Vec::new() };
    for stage in [Stage::Fit(at), Stage::InForce, Stage::Ended] {
        search.run(stage, budget)?;
    }
    let mut complete = search.complete;
    if let Some(sunset) = own.and_then(|anchor| anchor.sunset) {
        complete.push(Path { holders: vec![Rc::clone(signer)], sunset: Some(sunset) });
    }
    if complete.is_empty() && graph.truncated {
        let maximum = u64::try_from(MOST_TRIED).unwrap_or(u64::MAX);
        return Err(LimitExceeded { limit: Limit::Work, maximum });
    }
    complete.iter().for_each(|path| keys.note(&path.holders));
    let open = graph.ends().take(MOST_PATHS).cloned().collect();
    Ok(Paths { complete, end: PathEnd { holders: graph.farthest() }, open })
}

/// Which paths are sought.
#[derive(Clone, Copy)]
enum Stage {
    /// To anchors in force, by certificates that may issue at the time.
    Fit(Timestamp),
    /// To anchors in force.
    InForce,
    /// To anchors whose trust has ended.
    Ended,
}

impl Stage {
    fn takes(self, holder: &Holder) -> bool {
        let Self::Fit(at) = self else { return true };
        let certificate = &holder.certificate;
        validity(holder, at).is_ok()
            && certificate.basic_constraints().is_some_and(|constraints| constraints.ca)
            && certificate.key_usage().is_none_or(|usage| usage.key_cert_sign())
    }

    const fn ends_at(self, ended: Option<Timestamp>) -> bool {
        matches!(self, Self::Ended) == ended.is_some()
    }
}

struct Search<'g> {
    graph: &'g Graph,
    /// Certificates in a path, anchor included.
    longest: usize,
    complete: Vec<Path>,
}

impl Search<'_> {
    /// Takes the steps that the way to an anchor, which is known to be there, allows. The first descent follows a
    /// shortest way, on which no issuer stands twice, so it arrives; only further paths can be missed.
    fn run(&mut self, stage: Stage, budget: &mut Budget) -> Result<(), LimitExceeded> {
        let distances = self.distances(stage, budget)?;
        let mut way = vec![0_usize];
        // For each certificate of the way what may follow it, the likeliest last.
        let mut choices = vec![self.visit(&way, stage, &distances, budget)?];
        let mut steps = 1_usize;
        while let Some(open) = choices.last_mut() {
            if self.complete.len() >= MOST_PATHS || steps >= MOST_STEPS {
                break;
            }
            if let Some(next) = open.pop() {
                steps = steps.saturating_add(1);
                way.push(next);
                choices.push(self.visit(&way, stage, &distances, budget)?);
            } else {
                choices.pop();
                way.pop();
            }
        }
        Ok(())
    }

    /// Notes the paths that end after the last certificate of the way, and gives what may follow it, farthest from an
    /// anchor first.
    fn visit(
        &mut self,
        way: &[usize],
        stage: Stage,
        distances: &[Option<usize>],
        budget: &mut Budget,
    ) -> Result<Vec<usize>, LimitExceeded> {
        budget.spend(1)?;
        let graph = self.graph;
        let Some(last) = way.last().and_then(|last| graph.nodes.get(*last)) else { return Ok(Vec::new()) };
        let room = self.longest.saturating_sub(way.len());
        let passed = |issuer: usize| {
            way.iter().any(|node| graph.nodes.get(*node).and_then(|node| node.issuer) == Some(issuer))
        };
        let mut onward: Vec<(usize, usize)> = Vec::new();
        for issuer in last.issued_by.iter().copied().filter(|issuer| !passed(*issuer)) {
            if room > 0 {
                self.finish(way, issuer, stage);
            }
            let nodes = graph.issuers.get(issuer).and_then(|issuer| issuer.nodes.as_deref()).unwrap_or_default();
            budget.spend(u64::try_from(nodes.len()).unwrap_or(u64::MAX))?;
            for node in nodes {
                let beyond = self.beyond(*node, stage, distances);
                if let Some(beyond) = beyond.filter(|beyond| beyond.saturating_add(1) <= room) {
                    onward.push((beyond, *node));
                }
            }
        }
        // What stands last is taken first: the nearest, of equals the likeliest, which came first.
        onward.reverse();
        onward.sort_by_key(|(beyond, _)| std::cmp::Reverse(*beyond));
        Ok(onward.into_iter().map(|(_, node)| node).collect())
    }

    /// Notes the paths that end with an anchor of `issuer`.
    fn finish(&mut self, way: &[usize], issuer: usize, stage: Stage) {
        let anchors = self.graph.issuers.get(issuer).map(|issuer| issuer.anchors.as_slice()).unwrap_or_default();
        for (anchor, ended) in anchors.iter().filter(|(_, ended)| stage.ends_at(*ended)) {
            let nodes = way.iter().filter_map(|node| self.graph.nodes.get(*node));
            let mut holders: Vec<Rc<Holder>> = nodes.map(|node| Rc::clone(&node.holder)).collect();
            if holders.iter().any(|holder| holder.fingerprint == anchor.fingerprint) {
                continue;
            }
            holders.push(Rc::clone(anchor));
            let same = |known: &Path| {
                known.holders.len() == holders.len()
                    && known.holders.iter().zip(&holders).all(|(one, other)| Rc::ptr_eq(one, other))
            };
            if self.complete.len() < MOST_PATHS && !self.complete.iter().any(same) {
                self.complete.push(Path { holders, sunset: *ended });
            }
        }
    }

    /// How many certificates a path needs from each issuer on, its own and the anchor's included; none where it does
    /// not lead to an anchor.
    fn distances(&self, stage: Stage, budget: &mut Budget) -> Result<Vec<Option<usize>>, LimitExceeded> {
        let is_end = |ended: &Option<Timestamp>| stage.ends_at(*ended);
        let ends = |anchors: &[(Rc<Holder>, Option<Timestamp>)]| anchors.iter().any(|(_, ended)| is_end(ended));
        let mut distances: Vec<Option<usize>> =
            self.graph.issuers.iter().map(|issuer| ends(&issuer.anchors).then_some(1)).collect();
        for _ in 1..self.longest {
            budget.spend(u64::try_from(self.graph.nodes.len() / 16).unwrap_or(u64::MAX).saturating_add(1))?;
            let mut changed = false;
            for (number, node) in self.graph.nodes.iter().enumerate() {
                let Some(issuer) = node.issuer else { continue };
                let through = self.beyond(number, stage, &distances).map(|beyond| beyond.saturating_add(1));
                if let (Some(through), Some(known)) = (through, distances.get_mut(issuer))
                    && known.is_none_or(|known| through < known)
                {
                    *known = Some(through);
                    changed = true;
                }
            }
            if !changed {
                break;
            }
        }
        Ok(distances)
    }

    /// How many certificates a path needs after this one.
    fn beyond(&self, node: usize, stage: Stage, distances: &[Option<usize>]) -> Option<usize> {
        let node = self.graph.nodes.get(node).filter(|node| stage.takes(&node.holder))?;
        node.issued_by.iter().filter_map(|issuer| distances.get(*issuer).copied().flatten()).min()
    }
}
