//! Who issued whom: the certificates and anchors that verified signatures connect with a signer.
//!
//! What is found does not depend on the order of the evidence. Explored breadth first from the signer, so that each certificate is reached by a shortest way, and each key tried
//! with a certificate once. Certificates of one name and key are one [`Issuer`]: whatever one of them issued, the
//! others did too, which keeps renewed and cross-certified CAs from multiplying the work.

use std::collections::{HashMap, VecDeque};
use std::rc::Rc;

use super::facts::{Holder, Keys};
use crate::crypto::Digest;
use crate::limits::{Budget, LimitExceeded};
use crate::pki::Name;
use crate::time::Timestamp;
use crate::trust::TrustStore;
use crate::validation::evidence::Evidence;

/// Issuers tried for all certificates together. A real path needs fewer than twenty; 4,096 are less than a second of
/// public-key operations.
pub(super) const MOST_TRIED: usize = 4_096;

/// Names told apart for one unit of work.
const NAMES_PER_UNIT: usize = 32;

/// Octets of two names that are compared for one unit of work.
const OCTETS_PER_UNIT: usize = 256;

/// A certificate that was reached.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) holder: Rc<Holder>,
    /// Which of the issuers it belongs to; none for the signer.
    pub(super) issuer: Option<usize>,
    /// The issuers whose key verifies its signature.
    pub(super) issued_by: Vec<usize>,
    /// All that might have issued it were tried.
    explored: bool,
    /// The certificate that led here; none for the signer.
    from: Option<usize>,
    /// Certificates on the way here, the signer and itself included.
    length: usize,
}

/// A name with a key.
#[derive(Debug)]
pub(super) struct Issuer {
    key_fingerprint: Digest,
    /// Its certificates that are no anchors in force.
    certificates: Vec<Rc<Holder>>,
    /// Its certificates that are anchors, each with when trust in it ended, where it has.
    pub(super) anchors: Vec<(Rc<Holder>, Option<Timestamp>)>,
    /// Its certificates as nodes, once it was reached.
    pub(super) nodes: Option<Vec<usize>>,
}

/// What was reached from a signer, which is the first node.
#[derive(Debug)]
pub(super) struct Graph {
    pub(super) nodes: Vec<Node>,
    pub(super) issuers: Vec<Issuer>,
    /// More issuers could have been tried.
    pub(super) truncated: bool,
}

impl Graph {
    /// The way to the certificate that is farthest from the signer, which comes first.
    pub(super) fn farthest(&self) -> Vec<Rc<Holder>> {
        // Nodes are in order of their distance; of the farthest the first one reached.
        let longest = self.nodes.last().map_or(0, |node| node.length);
        let mut next = self.nodes.iter().find(|node| node.length == longest);
        let mut way = Vec::with_capacity(longest);
        while let Some(node) = next {
            way.push(Rc::clone(&node.holder));
            next = node.from.and_then(|from| self.nodes.get(from));
        }
        way.reverse();
        way
    }

    /// The certificates that were reached and none of whose issuers is at hand, self-issued ones apart.
    pub(super) fn ends(&self) -> impl Iterator<Item = &Rc<Holder>> {
        let open =
            |node: &&Node| node.explored && node.issued_by.is_empty() && !node.holder.certificate.is_self_issued();
        self.nodes.iter().filter(open).map(|node| &node.holder)
    }
}

/// Explores the graph from `signer`.
///
/// # Errors
/// Where the budget is exhausted.
pub(super) fn explore(
    signer: &Rc<Holder>,
    at: Timestamp,
    evidence: &Evidence,
    trust: &TrustStore,
    keys: &Keys<'_>,
    budget: &mut Budget,
) -> Result<Graph, LimitExceeded> {
    let longest = usize::try_from(budget.limits().path_length).unwrap_or(usize::MAX);
    let mut directory = Directory {
        at,
        evidence,
        trust,
        keys,
        named: HashMap::new(),
        issuers: Vec::new(),
        of_key: HashMap::new(),
        placed: HashMap::new(),
    };
    let first = Node {
        holder: Rc::clone(signer),
        issuer: None,
        issued_by: Vec::new(),
        explored: false,
        from: None,
        length: 1,
    };
    let mut nodes = vec![first];
    let mut open = VecDeque::from([0]);
    let mut tried = 0_usize;
    let mut truncated = false;
    while let Some(number) = open.pop_front() {
        let Some(node) = nodes.get(number) else { continue };
        let (holder, length) = (Rc::clone(&node.holder), node.length);
        budget.spend(1)?;
        if length >= longest {
            continue;
        }
        let mut candidates = directory.named(holder.certificate.issuer(), budget)?.to_vec();
        candidates.sort_by_key(|issuer| directory.preference(*issuer, &holder));
        let mut issued_by = Vec::new();
        let mut explored = true;
        for issuer in candidates {
            if tried >= MOST_TRIED {
                explored = false;
                truncated = true;
                break;
            }
            tried = tried.saturating_add(1);
            budget.spend(1)?;
            let Some(any) = directory.issuers.get(issuer).and_then(Issuer::any) else { continue };
            if !keys.issued(any, &holder, budget)? {
                continue;
            }
            issued_by.push(issuer);
            let Some(reached) = directory.issuers.get_mut(issuer).filter(|reached| reached.nodes.is_none()) else {
                continue;
            };
            let mut numbers = Vec::with_capacity(reached.certificates.len());
            for certificate in &reached.certificates {
                if Rc::ptr_eq(certificate, signer) || certificate.fingerprint == signer.fingerprint {
                    continue;
                }
                numbers.push(nodes.len());
                open.push_back(nodes.len());
                nodes.push(Node {
                    holder: Rc::clone(certificate),
                    issuer: Some(issuer),
                    issued_by: Vec::new(),
                    explored: false,
                    from: Some(number),
                    length: length.saturating_add(1),
                });
            }
            reached.nodes = Some(numbers);
        }
        if let Some(node) = nodes.get_mut(number) {
            node.issued_by = issued_by;
            node.explored = explored;
        }
    }
    Ok(Graph { nodes, issuers: directory.issuers, truncated })
}

impl Issuer {
    /// Any certificate of it: they have one key.
    fn any(&self) -> Option<&Rc<Holder>> {
        self.anchors.first().map(|(anchor, _)| anchor).or_else(|| self.certificates.first())
    }
}

/// Issuers by their name.
struct Directory<'d, 'v> {
    at: Timestamp,
    evidence: &'d Evidence,
    trust: &'d TrustStore,
    keys: &'d Keys<'v>,
    /// The issuers of a name, by its encoding.
    named: HashMap<Box<[u8]>, Rc<[usize]>>,
    issuers: Vec<Issuer>,
    /// The issuers of a key.
    of_key: HashMap<Digest, Vec<usize>>,
    /// To which issuer each certificate belongs.
    placed: HashMap<Digest, usize>,
}

impl Directory<'_, '_> {
    /// The issuers whose name is `name` (RFC 5280 §7.1).
    fn named(&mut self, name: &Name, budget: &mut Budget) -> Result<Rc<[usize]>, LimitExceeded> {
        if let Some(known) = self.named.get(name.der()) {
            return Ok(Rc::clone(known));
        }
        let (evidence, trust) = (self.evidence, self.trust);
        let compared = evidence.certificates().len().saturating_add(trust.len());
        budget.spend(u64::try_from(compared.div_ceil(NAMES_PER_UNIT)).unwrap_or(u64::MAX))?;
        let mut found = Vec::new();
        let comparison = u64::try_from(name.der().len() / OCTETS_PER_UNIT).unwrap_or(u64::MAX);
        for anchor in trust.named(name) {
            budget.spend(comparison)?;
            let ended = anchor.sunset.filter(|sunset| self.at >= *sunset);
            let holder = self.keys.holder(&anchor.certificate);
            found.push(self.place(&holder, Some(ended), budget)?);
        }
        for certificate in evidence.certificates().iter().filter(|one| one.subject().matches(name)) {
            budget.spend(comparison)?;
            if trust.anchor_of(certificate).is_none() {
                let holder = self.keys.holder(certificate);
                found.push(self.place(&holder, None, budget)?);
            }
        }
        found.sort_by_key(|number| self.issuers.get(*number).map(|issuer| issuer.key_fingerprint));
        found.dedup();
        for number in &found {
            if let Some(issuer) = self.issuers.get_mut(*number).filter(|issuer| issuer.nodes.is_none()) {
                // The newest first.
                issuer
                    .certificates
                    .sort_by_key(|one| (std::cmp::Reverse(one.certificate.not_before()), one.fingerprint));
                issuer.anchors.sort_by_key(|(anchor, _)| anchor.fingerprint);
            }
        }
        let found: Rc<[usize]> = found.into();
        self.named.insert(name.der().into(), Rc::clone(&found));
        Ok(found)
    }

    /// Puts a certificate to the issuer with its name and key; `anchor` says that it is one, and when trust in it ended.
    fn place(
        &mut self,
        holder: &Rc<Holder>,
        anchor: Option<Option<Timestamp>>,
        budget: &mut Budget,
    ) -> Result<usize, LimitExceeded> {
        if let Some(number) = self.placed.get(&holder.fingerprint) {
            return Ok(*number);
        }
        let of_key = self.of_key.entry(holder.key_fingerprint).or_default();
        budget.spend(u64::try_from(of_key.len().div_ceil(NAMES_PER_UNIT)).unwrap_or(u64::MAX).max(1))?;
        let issuers = &mut self.issuers;
        let known = of_key.iter().copied().find(|number| {
            let any = issuers.get(*number).and_then(Issuer::any);
            any.is_some_and(|any| any.certificate.subject().matches(holder.certificate.subject()))
        });
        let number = known.unwrap_or_else(|| {
            issuers.push(Issuer {
                key_fingerprint: holder.key_fingerprint,
                certificates: Vec::new(),
                anchors: Vec::new(),
                nodes: None,
            });
            of_key.push(issuers.len().saturating_sub(1));
            issuers.len().saturating_sub(1)
        });
        if let Some(issuer) = issuers.get_mut(number) {
            // Who is no longer believed for himself may still have been certified by somebody who is.
            if anchor.is_none_or(|ended| ended.is_some()) {
                issuer.certificates.push(Rc::clone(holder));
            }
            if let Some(ended) = anchor {
                issuer.anchors.push((Rc::clone(holder), ended));
            }
        }
        self.placed.insert(holder.fingerprint, number);
        Ok(number)
    }

    /// Sorts the likeliest issuer of `subject` first: an anchor, then one whose key identifier is the one wanted.
    fn preference(&self, number: usize, subject: &Holder) -> (bool, u8) {
        let Some(issuer) = self.issuers.get(number) else { return (true, 2) };
        let wanted =
            subject.certificate.authority_key_identifier().and_then(|identifier| identifier.key_id.as_deref());
        let identifiers = issuer.certificates.iter().filter_map(|one| one.certificate.subject_key_identifier());
        let fits = identifiers.map(|found| if wanted == Some(found) { 0 } else { 2 }).min();
        (issuer.anchors.is_empty(), if wanted.is_some() { fits.unwrap_or(1) } else { 1 })
    }
}
