//! Certificate policies of a path (RFC 5280 §6.1.2 to §6.1.5): whether there is a policy for which all of it is valid.
//!
//! The state is the graph of RFC 9618, which replaces the tree of RFC 5280 and gives the same answers: each depth has
//! at most one node for a policy, so its size is bounded by that of the certificates, where the tree grows with the
//! product of their mappings. Policy qualifiers are not processed.

use std::collections::HashMap;
use std::collections::HashSet;

use crate::pki::{Certificate, CertificatePolicy, oid};
use crate::syntax::der::Oid;
use crate::validation::policy::PathRules;

/// Policies and mappings of one certificate that are looked at. Real certificates have fewer than fifty.
const MOST_POLICIES: usize = 1_024;

/// What is wrong with the policies of a path, and at which of its certificates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PolicyFault {
    /// The position in the path as given to [`process`]: 0 is the one that the anchor issued.
    pub(super) position: usize,
    /// What.
    pub(super) kind: PolicyFaultKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PolicyFaultKind {
    /// A valid policy is demanded, and there is none (§6.1.3 (f), §6.1.5 (g)).
    NoValidPolicy,
    /// `anyPolicy` is mapped (§6.1.4 (a)).
    AnyPolicyMapped,
    /// More policies or mappings than are looked at.
    TooMany,
}

/// The policies for which the path is valid, in the words of the anchor: the user-constrained policy set of RFC 9618
/// §5.5. It holds `anyPolicy` where every policy is valid.
pub(super) type ValidPolicies = Vec<Oid>;

/// Processes the policies of `path`, the certificate that the anchor issued first, the signer last.
pub(super) fn process(path: &[&Certificate], rules: &PathRules) -> Result<ValidPolicies, PolicyFault> {
    let mut state = State::new(path.len(), rules);
    for (position, certificate) in path.iter().enumerate() {
        let fault = |kind| PolicyFault { position, kind };
        let listed = certificate.certificate_policies().len().max(certificate.policy_mappings().len());
        if listed > MOST_POLICIES {
            return Err(fault(PolicyFaultKind::TooMany));
        }
        let is_last = position.saturating_add(1) == path.len();
        state.certificate(certificate, is_last);
        if state.explicit_policy == 0 && state.graph.is_none() {
            return Err(fault(PolicyFaultKind::NoValidPolicy));
        }
        if is_last {
            state.wrap_up(certificate);
            let valid = state.valid_policies(rules);
            // §6.1.5: explicit_policy > 0, or the user-constrained policy set is not empty.
            return if state.explicit_policy > 0 || !valid.is_empty() {
                Ok(valid)
            } else {
                Err(fault(PolicyFaultKind::NoValidPolicy))
            };
        }
        state.prepare(certificate).map_err(fault)?;
    }
    Ok(state.valid_policies(rules))
}

/// A node of the graph, with the numbers of its parents in the depth above.
#[derive(Debug)]
struct Node<'p> {
    policy: &'p Oid,
    expected: Vec<&'p Oid>,
    parents: Vec<usize>,
}

/// One depth of the graph: at most one node for a policy.
#[derive(Debug, Default)]
struct Depth<'p> {
    nodes: Vec<Node<'p>>,
}

impl<'p> Depth<'p> {
    fn of(&self, policy: &Oid) -> Option<usize> {
        self.nodes.iter().position(|node| node.policy == policy)
    }

    fn any(&self) -> Option<usize> {
        self.nodes.iter().position(|node| is_any(node.policy))
    }

    /// The nodes that expect each policy.
    fn expecting(&self) -> HashMap<&'p Oid, Vec<usize>> {
        let mut expecting: HashMap<&Oid, Vec<usize>> = HashMap::new();
        for (number, node) in self.nodes.iter().enumerate() {
            for policy in &node.expected {
                expecting.entry(policy).or_default().push(number);
            }
        }
        expecting
    }
}

fn is_any(policy: &Oid) -> bool {
    policy.content() == oid::ANY_POLICY
}

/// The variables of §6.1.2 that concern policies. `graph` is `None` where the standard says NULL.
struct State<'p> {
    graph: Option<Vec<Depth<'p>>>,
    explicit_policy: usize,
    policy_mapping: usize,
    inhibit_any_policy: usize,
}

/// `anyPolicy`, to which the first node refers.
static ANY: std::sync::LazyLock<Oid> = std::sync::LazyLock::new(|| Oid::from_content(oid::ANY_POLICY));

impl<'p> State<'p> {
    /// §6.1.2 (a), (d) to (f).
    fn new(length: usize, rules: &PathRules) -> Self {
        let unless = |flag: bool| if flag { 0 } else { length.saturating_add(1) };
        let first = Node { policy: &ANY, expected: vec![&*ANY], parents: Vec::new() };
        Self {
            graph: Some(vec![Depth { nodes: vec![first] }]),
            explicit_policy: unless(rules.require_explicit_policy),
            policy_mapping: unless(rules.inhibit_policy_mapping),
            inhibit_any_policy: unless(rules.inhibit_any_policy),
        }
    }

    /// §6.1.3 (d), (e).
    fn certificate(&mut self, certificate: &'p Certificate, is_last: bool) {
        let policies = certificate.certificate_policies();
        if policies.is_empty() {
            self.graph = None;
        }
        let Some(graph) = &mut self.graph else { return };
        let Some(above) = graph.last() else { return };
        let any_counts = self.inhibit_any_policy > 0 || (!is_last && certificate.is_self_issued());
        let depth = grow(above, policies, any_counts);
        if depth.nodes.is_empty() {
            self.graph = None;
        } else {
            graph.push(depth);
        }
    }

    /// §6.1.4 (a), (b), (h) to (j).
    fn prepare(&mut self, certificate: &'p Certificate) -> Result<(), PolicyFaultKind> {
        let mappings = certificate.policy_mappings();
        if mappings.iter().any(|mapping| is_any(&mapping.issuer_domain) || is_any(&mapping.subject_domain)) {
            return Err(PolicyFaultKind::AnyPolicyMapped);
        }
        if !mappings.is_empty() {
            self.map(certificate);
        }
        if !certificate.is_self_issued() {
            self.explicit_policy = self.explicit_policy.saturating_sub(1);
            self.policy_mapping = self.policy_mapping.saturating_sub(1);
            self.inhibit_any_policy = self.inhibit_any_policy.saturating_sub(1);
        }
        let least = |variable: usize, constraint: Option<u64>| {
            constraint.map_or(variable, |most| variable.min(usize::try_from(most).unwrap_or(usize::MAX)))
        };
        if let Some(constraints) = certificate.policy_constraints() {
            self.explicit_policy = least(self.explicit_policy, constraints.require_explicit_policy);
            self.policy_mapping = least(self.policy_mapping, constraints.inhibit_policy_mapping);
        }
        self.inhibit_any_policy = least(self.inhibit_any_policy, certificate.inhibit_any_policy());
        Ok(())
    }

    /// §6.1.4 (b).
    fn map(&mut self, certificate: &'p Certificate) {
        let Some(graph) = &mut self.graph else { return };
        let above_any = graph.len().checked_sub(2).and_then(|above| graph.get(above)?.any());
        let Some(depth) = graph.last_mut() else { return };
        let mut domains: Vec<(&Oid, Vec<&Oid>)> = Vec::new();
        let mut numbers: HashMap<&Oid, usize> = HashMap::new();
        for mapping in certificate.policy_mappings() {
            let number = *numbers.entry(&mapping.issuer_domain).or_insert_with(|| {
                domains.push((&mapping.issuer_domain, Vec::new()));
                domains.len().saturating_sub(1)
            });
            if let Some((_, subjects)) = domains.get_mut(number) {
                subjects.push(&mapping.subject_domain);
            }
        }
        let nodes: HashMap<&Oid, usize> =
            depth.nodes.iter().enumerate().map(|(number, node)| (node.policy, number)).collect();
        if self.policy_mapping == 0 {
            depth.nodes.retain(|node| !numbers.contains_key(node.policy));
            if depth.nodes.is_empty() {
                self.graph = None;
            }
            return;
        }
        let has_any = depth.any().is_some();
        for (issuer, mut subjects) in domains {
            subjects.sort_unstable();
            subjects.dedup();
            match nodes.get(issuer).and_then(|number| depth.nodes.get_mut(*number)) {
                Some(node) => node.expected = subjects,
                None if has_any => {
                    let parents = above_any.into_iter().collect();
                    depth.nodes.push(Node { policy: issuer, expected: subjects, parents });
                }
                None => {}
            }
        }
    }

    /// §6.1.5 (a), (b).
    fn wrap_up(&mut self, certificate: &Certificate) {
        self.explicit_policy = self.explicit_policy.saturating_sub(1);
        let demanded = certificate.policy_constraints().and_then(|constraints| constraints.require_explicit_policy);
        if demanded == Some(0) {
            self.explicit_policy = 0;
        }
    }

    /// §6.1.5 (g) as RFC 9618 §5.5 has it.
    fn valid_policies(&self, rules: &PathRules) -> ValidPolicies {
        let Some(graph) = &self.graph else { return Vec::new() };
        let authority = authority_set(graph);
        let any = authority.contains(&*ANY);
        let mut valid: Vec<Oid> = match &rules.initial_policies {
            Some(initial) if !initial.iter().any(is_any) => {
                initial.iter().filter(|policy| any || authority.contains(policy)).cloned().collect()
            }
            _ if any => vec![ANY.clone()],
            _ => authority.into_iter().cloned().collect(),
        };
        valid.sort_unstable();
        valid.dedup();
        valid
    }
}

/// The next depth of the graph (§6.1.3 (d) (1), (2)). Nodes that stay without children are left out when the graph is
/// read from its end.
fn grow<'p>(above: &Depth<'p>, policies: &'p [CertificatePolicy], any_counts: bool) -> Depth<'p> {
    let expecting = above.expecting();
    let above_any = above.any();
    let mut depth = Depth::default();
    let mut present: HashSet<&Oid> = HashSet::new();
    for CertificatePolicy { oid: policy, .. } in policies {
        if is_any(policy) || present.contains(policy) {
            continue;
        }
        let parents = match expecting.get(policy) {
            Some(parents) => parents.clone(),
            None => above_any.into_iter().collect(),
        };
        if !parents.is_empty() {
            present.insert(policy);
            depth.nodes.push(Node { policy, expected: vec![policy], parents });
        }
    }
    if any_counts && policies.iter().any(|policy| is_any(&policy.oid)) {
        let mut left: Vec<_> = expecting.into_iter().filter(|(policy, _)| !present.contains(policy)).collect();
        left.sort_unstable();
        for (policy, parents) in left {
            depth.nodes.push(Node { policy, expected: vec![policy], parents });
        }
    }
    depth
}

/// The policies of the anchor's domain that reach the last depth: nodes whose parent is `anyPolicy`, and `anyPolicy`
/// itself where the last depth has it.
fn authority_set<'p>(graph: &[Depth<'p>]) -> HashSet<&'p Oid> {
    let mut found = HashSet::new();
    let mut reached: HashSet<usize> = graph.last().map(|last| (0..last.nodes.len()).collect()).unwrap_or_default();
    if graph.last().is_some_and(|last| last.of(&ANY).is_some()) {
        found.insert(&*ANY);
    }
    let pairs = graph.iter().rev().zip(graph.iter().rev().skip(1));
    for (depth, above) in pairs {
        let mut next = HashSet::new();
        for node in reached.iter().filter_map(|number| depth.nodes.get(*number)) {
            let of_any = |parent: &usize| above.nodes.get(*parent).is_some_and(|above| is_any(above.policy));
            if !is_any(node.policy) && node.parents.iter().any(of_any) {
                found.insert(node.policy);
            }
            next.extend(&node.parents);
        }
        reached = next;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::der::{tag, value};

    /// `anyPolicy` is 0.
    fn policy(number: u8) -> Oid {
        if number == 0 { ANY.clone() } else { Oid::from_content(&[0x2a, number]) }
    }

    fn oid(number: u8) -> Vec<u8> {
        value(tag::OID, policy(number).content())
    }

    fn seq(members: &[Vec<u8>]) -> Vec<u8> {
        value(tag::SEQUENCE, &members.concat())
    }

    fn extension(id: &[u8], inner: &[u8]) -> Vec<u8> {
        seq(&[value(tag::OID, id), value(tag::OCTET_STRING, inner)])
    }

    /// A certificate that nobody signed, with these policies and mappings.
    fn certificate(policies: &[u8], mappings: &[(u8, u8)]) -> Certificate {
        let name = |text: &[u8]| {
            let attribute = seq(&[value(tag::OID, oid::COMMON_NAME), value(tag::UTF8_STRING, text)]);
            seq(&[value(tag::SET, &attribute)])
        };
        let listed: Vec<_> = policies.iter().map(|number| seq(&[oid(*number)])).collect();
        let pairs: Vec<_> = mappings.iter().map(|(issuer, subject)| seq(&[oid(*issuer), oid(*subject)])).collect();
        let mut extensions = Vec::new();
        if !listed.is_empty() {
            extensions.push(extension(oid::CERTIFICATE_POLICIES, &seq(&listed)));
        }
        if !pairs.is_empty() {
            extensions.push(extension(oid::POLICY_MAPPINGS, &seq(&pairs)));
        }
        let algorithm = seq(&[value(tag::OID, &[0x2b, 0x65, 0x70])]);
        let time = value(tag::UTC_TIME, b"260101000000Z");
        let key = seq(&[algorithm.clone(), value(tag::BIT_STRING, &[0; 33])]);
        let mut members = vec![
            value(tag::context_constructed(0), &value(tag::INTEGER, &[2])),
            value(tag::INTEGER, &[1]),
            algorithm.clone(),
            name(b"issuer"),
            seq(&[time.clone(), time]),
            name(b"subject"),
            key,
        ];
        if !extensions.is_empty() {
            members.push(value(tag::context_constructed(3), &seq(&extensions)));
        }
        let signature = value(tag::BIT_STRING, &[0; 65]);
        Certificate::parse(&seq(&[seq(&members), algorithm, signature])).unwrap()
    }

    fn valid(path: &[Certificate], rules: &PathRules) -> Result<Vec<Oid>, (usize, PolicyFaultKind)> {
        let path: Vec<&Certificate> = path.iter().collect();
        process(&path, rules).map_err(|fault| (fault.position, fault.kind))
    }

    fn of(numbers: &[u8]) -> Vec<Oid> {
        numbers.iter().map(|number| policy(*number)).collect()
    }

    fn only(initial: &[u8]) -> PathRules {
        PathRules { initial_policies: Some(of(initial)), require_explicit_policy: true, ..PathRules::default() }
    }

    #[test]
    fn the_policies_of_all_certificates_are_valid() {
        let path = [certificate(&[1, 2], &[]), certificate(&[2, 3], &[])];
        assert_eq!(valid(&path, &PathRules::default()), Ok(of(&[2])));
        assert_eq!(valid(&path, &only(&[2, 3])), Ok(of(&[2])));
        assert_eq!(valid(&path, &only(&[1])), Err((1, PolicyFaultKind::NoValidPolicy)));
        let without = [certificate(&[1], &[]), certificate(&[], &[]), certificate(&[1], &[])];
        assert_eq!(valid(&without, &PathRules::default()), Ok(Vec::new()));
        let explicit = PathRules { require_explicit_policy: true, ..PathRules::default() };
        assert_eq!(valid(&without, &explicit), Err((1, PolicyFaultKind::NoValidPolicy)));
    }

    #[test]
    fn any_policy_stands_for_all_unless_it_is_inhibited() {
        let path = [certificate(&[0], &[]), certificate(&[0], &[])];
        assert_eq!(valid(&path, &PathRules::default()), Ok(of(&[0])));
        assert_eq!(valid(&path, &only(&[3, 1])), Ok(of(&[1, 3])));
        let inhibited = PathRules { inhibit_any_policy: true, ..only(&[1]) };
        assert_eq!(valid(&path, &inhibited), Err((0, PolicyFaultKind::NoValidPolicy)));
        let narrowed = [certificate(&[0], &[]), certificate(&[1], &[])];
        assert_eq!(valid(&narrowed, &PathRules::default()), Ok(of(&[1])));
    }

    #[test]
    fn mapped_policies_are_valid_in_the_words_of_the_anchor() {
        let path = [certificate(&[1, 4], &[(1, 2), (4, 2), (1, 3)]), certificate(&[2], &[])];
        assert_eq!(valid(&path, &PathRules::default()), Ok(of(&[1, 4])));
        let inhibited = PathRules { inhibit_policy_mapping: true, ..PathRules::default() };
        assert_eq!(valid(&path, &inhibited), Ok(Vec::new()));
        let any = [certificate(&[0], &[(1, 2)]), certificate(&[2], &[])];
        assert_eq!(valid(&any, &only(&[1])), Ok(of(&[1])), "anyPolicy lets a policy be mapped that is not listed");
        for pair in [(0, 1), (1, 0)] {
            let path = [certificate(&[1], &[pair]), certificate(&[1], &[])];
            assert_eq!(valid(&path, &PathRules::default()), Err((0, PolicyFaultKind::AnyPolicyMapped)));
        }
    }
}
