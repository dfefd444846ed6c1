//! Certification paths that are out to waste time or to hide a good one: meshes of cross-certified CAs, many keys of
//! one name, many certificates of one key, policies that multiply. Each ends within its budget, with the right answer.

mod support;

use std::collections::BTreeSet;
use std::sync::Arc;

use sigillum::crypto::SignatureAlgorithm;
use sigillum::limits::{Budget, Limits};
use sigillum::pki::Certificate;
use sigillum::time::Timestamp;
use sigillum::trust::{TrustAnchor, TrustStore};
use sigillum::validation::{
    Check, CheckId, CheckResult, Doubt, Evidence, Moment, Policy, SignerOutcome, Verdict, validate_signer,
};
use support::issue::{
    EXPIRED, Party, VALID, basic_constraints, excluding, inhibit_any_policy, key_identifier, key_usage, mappings,
    policies, policy_constraints,
};
use support::rng::Rng;

/// What all of this may cost: a tenth of what one request may.
const WORK: u64 = 2_000_000;

const NO_CHAIN: Verdict = Verdict::Indeterminate(Doubt::NoCertificateChainFound);
const CHAIN_GENERAL: Verdict = Verdict::Indeterminate(Doubt::CertificateChainGeneralFailure);

struct World {
    anchors: Vec<TrustAnchor>,
    evidence: Evidence,
    policy: Policy,
    cases: usize,
}

impl World {
    fn new() -> Self {
        Self {
            anchors: Vec::new(),
            evidence: Evidence::new(),
            policy: Policy::builtin("no-revocation").unwrap(),
            cases: 0,
        }
    }

    fn trust(&mut self, root: &Party) -> Arc<Certificate> {
        let certificate = root.certify_ca(root, &[]);
        self.anchors.push(TrustAnchor { certificate: Arc::clone(&certificate), sunset: None });
        certificate
    }

    fn know(&mut self, certificates: impl IntoIterator<Item = Arc<Certificate>>) {
        for certificate in certificates {
            self.evidence.add_certificate(certificate);
        }
    }

    fn judge(&mut self, signer: &Arc<Certificate>) -> SignerOutcome {
        self.cases += 1;
        let at = Timestamp::from_rfc3339("2026-01-01T00:00:00Z").unwrap();
        let mut budget = Budget::new(&Limits { work: WORK, ..Limits::DEFAULT });
        let trust = TrustStore::new(self.anchors.clone());
        let moment = Moment { at, clock: at };
        let (evidence, policy) = (&self.evidence, &self.policy);
        validate_signer(signer, SignatureAlgorithm::Ed25519, evidence, &trust, policy, moment, &mut budget)
    }

    fn verdict(&mut self, signer: &Arc<Certificate>) -> Verdict {
        let outcome = self.judge(signer);
        assert_eq!(found(&outcome, CheckId::WithinLimits).map(|check| &check.detail), None);
        outcome.verdict
    }
}

fn found(outcome: &SignerOutcome, id: CheckId) -> Option<&Check> {
    outcome.checks.iter().find(|check| check.id == id && check.result != CheckResult::Passed)
}

fn parties(count: u64) -> Vec<Party> {
    (0..count).map(|number| Party::new(&format!("CA {number}"), 1_000 + number)).collect()
}

#[test]
fn paths_that_waste_time_end() {
    let cases = mesh() + trap() + names() + renewals() + too_long() + choices() + sunsets() + policy_graph();
    support::suite("hostile paths", cases);
}

/// A hundred CAs, each certified by nineteen others: more simple paths than can ever be walked.
fn mesh() -> usize {
    let mut world = World::new();
    let cas = parties(100);
    for (number, ca) in cas.iter().enumerate() {
        world.know((1..20).map(|step| cas[(number + 7 * step) % 100].certify_ca(ca, &[])));
    }
    assert_eq!(world.evidence.certificates().len(), 1_900);
    let root = Party::new("root", 1);
    let person = cas[0].certify_person(&Party::new("person", 2), &[]);
    world.trust(&root);
    assert_eq!(world.verdict(&person), NO_CHAIN, "nobody leads to the anchor");
    world.know([root.certify_ca(&cas[50], &[])]);
    assert_eq!(world.verdict(&person), Verdict::Passed, "one does");
    world.cases
}

/// Every CA of a mesh leads to the anchor, but only by the one that the path has already passed.
fn trap() -> usize {
    let mut world = World::new();
    let (root, gate) = (Party::new("root", 1), Party::new("gate", 3));
    let cas = parties(40);
    world.trust(&root);
    for (number, ca) in cas.iter().enumerate() {
        world.know((1..39).map(|step| cas[(number + step) % 40].certify_ca(ca, &[])));
        world.know([gate.certify_ca(ca, &[]), ca.certify_ca(&gate, &[])]);
    }
    world.know([root.certify_ca(&gate, &[])]);
    let person = gate.certify_person(&Party::new("person", 2), &[]);
    let outcome = world.judge(&person);
    assert_eq!((outcome.verdict, outcome.path.len()), (Verdict::Passed, 3));
    world.cases
}

/// Very many keys of one name.
fn names() -> usize {
    let mut world = World::new();
    let root = Party::new("root", 1);
    world.trust(&root);
    let same_name = |number: u64| Party::new("CA", 10_000 + number);
    world.know((0..1_900).map(|number| root.certify_ca(&same_name(number), &[])));
    let by_last = same_name(1_899).certify_person(&Party::new("person", 2), &[]);
    assert_eq!(world.verdict(&by_last), Verdict::Passed);
    let by_nobody = same_name(5_000).certify_person(&Party::new("person", 2), &[]);
    assert_eq!(world.verdict(&by_nobody), NO_CHAIN);
    // All of them certify one another, and nobody is certified by the anchor.
    let mut world = World::new();
    world.trust(&root);
    let cas: Vec<Party> = (0..1_900).map(same_name).collect();
    let next = |number: usize| &cas[(number + 1) % cas.len()];
    world.know(cas.iter().enumerate().map(|(number, ca)| next(number).certify_ca(ca, &[])));
    let outcome = world.judge(&cas[0].certify_person(&Party::new("person", 2), &[]));
    assert!(matches!(outcome.verdict, Verdict::Indeterminate(_)));
    let limit = found(&outcome, CheckId::WithinLimits);
    assert!(limit.is_some(), "nobody can say that there is no path: {:?}", outcome.reason);
    world.cases
}

/// Very many certificates of one key: one is enough, wherever it stands.
fn renewals() -> usize {
    let mut world = World::new();
    let (root, ca, above) = (Party::new("root", 1), Party::new("CA", 3), Party::new("above", 4));
    world.trust(&root);
    world.know([root.certify_ca(&above, &[])]);
    let own = [basic_constraints(None), key_usage(0x06), key_identifier(&ca.key)];
    let end = |number: u32| format!("202101{:02}{:02}{:02}00Z", 1 + number / 1_440, number / 60 % 24, number % 60);
    world.know((0..1_500).map(|number| above.certify(&ca, [EXPIRED[0], &end(number)], &own)));
    assert_eq!(world.evidence.certificates().len(), 1_501);
    let person = ca.certify_person(&Party::new("person", 2), &[]);
    assert_eq!(world.verdict(&person), Verdict::Indeterminate(Doubt::OutOfBoundsNoPoe));
    world.know([above.certify(&ca, VALID, &own)]);
    assert_eq!(world.verdict(&person), Verdict::Passed);
    world.cases
}

/// A path longer than the limit is none; one as long as it is.
fn too_long() -> usize {
    let mut world = World::new();
    let root = Party::new("root", 1);
    world.trust(&root);
    let cas = parties(20);
    world.know([root.certify_ca(&cas[0], &[])]);
    world.know(cas.windows(2).map(|pair| pair[0].certify_ca(&pair[1], &[])));
    let most = usize::try_from(Limits::DEFAULT.path_length).unwrap();
    let by = |number: usize| cas[number].certify_person(&Party::new("person", 2), &[]);
    assert_eq!(world.verdict(&by(most - 3)), Verdict::Passed);
    assert_eq!(world.verdict(&by(most - 2)), NO_CHAIN);
    world.cases
}

/// Of several paths the one without faults counts, whatever comes first.
fn choices() -> usize {
    let (root, other, ca) = (Party::new("root", 1), Party::new("other root", 5), Party::new("CA", 3));
    let person = ca.certify_person(&Party::new("person", 2), &[]);
    let bad = root.certify_ca(&ca, &[excluding("person")]);
    let good = other.certify_ca(&ca, &[]);
    let mut cases = 0;
    for order in [[&bad, &good], [&good, &bad]] {
        let mut world = World::new();
        world.trust(&root);
        world.know(order.map(Arc::clone));
        assert_eq!(world.verdict(&person), CHAIN_GENERAL, "the other root is nobody's anchor");
        world.trust(&other);
        assert_eq!(world.verdict(&person), Verdict::Passed);
        cases += world.cases;
    }
    // A fault that a proof of existence can lift is better than one that stays.
    let mut world = World::new();
    world.trust(&root);
    let own = [basic_constraints(None), key_usage(0x06), key_identifier(&ca.key)];
    world.know([bad, root.certify(&ca, EXPIRED, &own)]);
    assert_eq!(world.verdict(&person), Verdict::Indeterminate(Doubt::OutOfBoundsNoPoe));
    cases + world.cases
}

/// Of equals the same path is taken, in whatever order the evidence comes.
#[test]
fn the_order_of_evidence_does_not_matter() {
    let mut rng = Rng::new(0x4158);
    let (root, person) = (Party::new("root", 1), Party::new("person", 2));
    let cas = parties(6);
    let mut known = Vec::new();
    for (number, ca) in cas.iter().enumerate() {
        known.push(root.certify_ca(ca, &[]));
        known.push(root.certify_ca(ca, &[policies(&["1.2.3".to_owned()])]));
        known.push(cas[(number + 1) % 6].certify_ca(ca, &[]));
        known.push(cas[(number + 2) % 6].certify(ca, EXPIRED, &[basic_constraints(None), key_usage(0x06)]));
    }
    let signer = cas[0].certify_person(&person, &[]);
    let mut paths = BTreeSet::new();
    for _ in 0..50 {
        for last in (1..known.len()).rev() {
            known.swap(last, rng.below(last + 1));
        }
        let mut world = World::new();
        world.trust(&root);
        world.know(known.iter().cloned());
        let outcome = world.judge(&signer);
        assert_eq!(outcome.verdict, Verdict::Passed);
        paths.insert(outcome.path.into_iter().map(|element| element.sha256).collect::<Vec<_>>());
    }
    assert_eq!(paths.len(), 1, "{paths:?}");
}

/// An anchor whose trust has ended is passed where somebody above is believed.
fn sunsets() -> usize {
    let mut world = World::new();
    let (root, above) = (Party::new("root", 1), Party::new("above", 5));
    let person = root.certify_person(&Party::new("person", 2), &[]);
    world.trust(&root);
    assert_eq!(world.verdict(&person), Verdict::Passed);
    world.anchors[0].sunset = Some(Timestamp::from_rfc3339("2025-01-01T00:00:00Z").unwrap());
    let ended = Verdict::Indeterminate(Doubt::NoCertificateChainFoundNoPoe);
    let outcome = world.judge(&person);
    assert_eq!((outcome.verdict, outcome.path.len()), (ended, 2));
    world.trust(&above);
    assert_eq!(world.verdict(&person), ended);
    world.know([above.certify_ca(&root, &[])]);
    assert_eq!(world.verdict(&person), Verdict::Passed);
    // The same for one who is an anchor himself.
    let mut world = World::new();
    let listed = TrustAnchor { certificate: Arc::clone(&person), sunset: None };
    world.anchors = vec![listed];
    assert_eq!(world.verdict(&person), Verdict::Passed);
    world.anchors[0].sunset = Some(Timestamp::from_rfc3339("2026-01-01T00:00:00Z").unwrap());
    assert_eq!(world.verdict(&person), ended, "at its very second");
    7 // every judgement above
}

/// Policies whose tree would have 30 to the power of 9 leaves.
fn policy_graph() -> usize {
    let all: Vec<String> = (1..=30).map(|number| format!("1.3.6.1.4.1.9999.{number}")).collect();
    let pairs: Vec<_> = all.iter().flat_map(|a| all.iter().map(|b| (a.clone(), b.clone()))).collect();
    let mut world = World::new();
    let root = Party::new("root", 1);
    world.trust(&root);
    let cas = parties(9);
    let extensions = [policies(&all), mappings(&pairs), policy_constraints(Some(0), None)];
    world.know([root.certify_ca(&cas[0], &extensions)]);
    world.know(cas.windows(2).map(|pair| pair[0].certify_ca(&pair[1], &extensions)));
    let by = |listed: &[String]| cas[8].certify_person(&Party::new("person", 2), &[policies(listed)]);
    assert_eq!(world.verdict(&by(&all)), Verdict::Passed);
    assert_eq!(world.verdict(&by(&["1.2.3".to_owned()])), CHAIN_GENERAL);
    let very_many: Vec<String> = (1..=1_025).map(|number| format!("1.3.6.1.4.1.9999.{number}")).collect();
    assert_eq!(world.verdict(&by(&very_many)), CHAIN_GENERAL);
    assert_eq!(world.verdict(&by(&very_many[1..])), Verdict::Passed);
    world.cases
}

/// The policies of a certificate, as a random chain has them.
#[derive(Clone, Debug, Default)]
struct Policies {
    listed: Vec<usize>,
    mapped: Vec<(usize, usize)>,
    explicit: Option<u8>,
    mapping: Option<u8>,
    any: Option<u8>,
    self_issued: bool,
}

/// `anyPolicy` and three more.
const OIDS: [&str; 4] = ["2.5.29.32.0", "1.2.1", "1.2.2", "1.2.3"];

#[test]
fn the_graph_of_policies_answers_as_the_tree_does() {
    let mut rng = Rng::new(0x5280);
    let root = Arc::new(Party::new("root", 1));
    let person = Party::new("person", 2);
    let (mut passed, cases) = (0, 1_500);
    for case in 0..cases {
        let length = 1 + rng.below(4);
        let chain: Vec<Policies> = (0..length).map(|index| random_policies(&mut rng, index, length)).collect();
        let initial: Option<Vec<usize>> =
            (rng.below(3) == 0).then(|| (0..=rng.below(2)).map(|_| 1 + rng.below(3)).collect());
        let flags = [rng.below(3) == 0, rng.below(5) == 0, rng.below(5) == 0];
        let mut world = World::new();
        world.policy = policy(initial.as_deref(), flags);
        world.trust(&root);
        let mut above = Arc::clone(&root);
        let mut signer = None;
        for (index, one) in chain.iter().enumerate() {
            let extensions = extensions(one);
            if index + 1 == chain.len() {
                signer = Some(above.certify_person(&person, &extensions));
            } else {
                // Self-issued: a new key of the same name.
                let name = if one.self_issued { above.name.clone() } else { format!("CA {index}") };
                let below = Party::new(&name, 2_000 + u64::try_from(index).unwrap());
                world.know([above.certify_ca(&below, &extensions)]);
                above = Arc::new(below);
            }
        }
        let verdict = world.verdict(&signer.unwrap());
        let expected = tree(&chain, initial.as_deref(), flags);
        passed += usize::from(expected);
        assert_eq!(
            verdict == Verdict::Passed,
            expected,
            "case {case}: {chain:?} {initial:?} {flags:?} {verdict:?}"
        );
    }
    assert!(passed > cases / 5 && passed < cases * 4 / 5, "{passed} of {cases}: says nothing");
    support::suite("policy graph and tree", cases);
}

fn random_policies(rng: &mut Rng, index: usize, length: usize) -> Policies {
    let some = |rng: &mut Rng, one_in: usize| (rng.below(one_in) == 0).then(|| u8::try_from(rng.below(3)).unwrap());
    let mut listed: BTreeSet<usize> = (0..1 + rng.below(3)).map(|_| rng.below(4)).collect();
    if rng.below(12) == 0 {
        listed.clear();
    }
    let is_last = index + 1 == length;
    let mapped = if is_last || rng.below(2) == 0 { 0 } else { 1 + rng.below(4) };
    Policies {
        listed: listed.into_iter().collect(),
        mapped: (0..mapped).map(|_| (1 + rng.below(3), 1 + rng.below(3))).collect(),
        explicit: some(rng, 4),
        mapping: some(rng, 8),
        any: some(rng, 6),
        self_issued: index > 0 && !is_last && rng.below(4) == 0,
    }
}

fn extensions(one: &Policies) -> Vec<Vec<u8>> {
    let oid = |number: &usize| OIDS[*number].to_owned();
    let mut made = Vec::new();
    if !one.listed.is_empty() {
        made.push(policies(&one.listed.iter().map(oid).collect::<Vec<_>>()));
    }
    if !one.mapped.is_empty() {
        made.push(mappings(&one.mapped.iter().map(|(a, b)| (oid(a), oid(b))).collect::<Vec<_>>()));
    }
    if one.explicit.is_some() || one.mapping.is_some() {
        made.push(policy_constraints(one.explicit, one.mapping));
    }
    made.extend(one.any.map(inhibit_any_policy));
    made
}

fn policy(initial: Option<&[usize]>, [explicit, mapping, any]: [bool; 3]) -> Policy {
    let mut text = "name = \"x\"\nversion = \"1\"\nextends = \"no-revocation\"\n[path]\n".to_owned();
    if let Some(initial) = initial {
        let names: Vec<_> = initial.iter().map(|number| OIDS[*number]).collect();
        text += &format!("initial-policies = {names:?}\n");
    }
    text += &format!("require-explicit-policy = {explicit}\ninhibit-policy-mapping = {mapping}\n");
    text += &format!("inhibit-any-policy = {any}\n");
    Policy::parse(&text).unwrap()
}

/// A node of the tree of RFC 5280 §6.1.2 (a), with all that is below it.
#[derive(Clone)]
struct Leaf {
    policy: usize,
    expected: BTreeSet<usize>,
    children: Vec<Leaf>,
}

impl Leaf {
    fn new(policy: usize) -> Self {
        Self { policy, expected: BTreeSet::from([policy]), children: Vec::new() }
    }

    /// Every node at this depth below this one, itself at 0.
    fn at(&mut self, depth: usize, act: &mut impl FnMut(&mut Self)) {
        if depth == 0 {
            return act(self);
        }
        self.children.iter_mut().for_each(|child| child.at(depth - 1, act));
    }

    /// Takes away what does not reach this depth; whether anything is left.
    fn prune(&mut self, depth: usize) -> bool {
        depth == 0 || {
            self.children.retain_mut(|child| child.prune(depth - 1));
            !self.children.is_empty()
        }
    }
}

/// RFC 5280 §6.1 by the letter, as far as policies go: whether the path is valid.
fn tree(chain: &[Policies], initial: Option<&[usize]>, [explicit, mapping, any]: [bool; 3]) -> bool {
    let n = chain.len();
    let start = |flag: bool| if flag { 0 } else { n + 1 };
    let (mut explicit, mut mapping, mut any) = (start(explicit), start(mapping), start(any));
    let mut root = Some(Leaf::new(0));
    for (index, one) in chain.iter().enumerate() {
        let depth = index + 1;
        // §6.1.3 (d), (e)
        if one.listed.is_empty() {
            root = None;
        }
        if let Some(tree) = &mut root {
            for policy in one.listed.iter().copied().filter(|policy| *policy != 0) {
                let mut matched = false;
                tree.at(depth - 1, &mut |node| {
                    if node.expected.contains(&policy) {
                        matched = true;
                        node.children.push(Leaf::new(policy));
                    }
                });
                if !matched {
                    tree.at(depth - 1, &mut |node| {
                        if node.policy == 0 {
                            node.children.push(Leaf::new(policy));
                        }
                    });
                }
            }
            if one.listed.contains(&0) && (any > 0 || (depth < n && one.self_issued)) {
                tree.at(depth - 1, &mut |node| {
                    for policy in node.expected.clone() {
                        if node.children.iter().all(|child| child.policy != policy) {
                            node.children.push(Leaf::new(policy));
                        }
                    }
                });
            }
            if !tree.prune(depth) {
                root = None;
            }
        }
        // (f)
        if explicit == 0 && root.is_none() {
            return false;
        }
        if depth == n {
            break;
        }
        // §6.1.4 (b)
        if let Some(tree) = &mut root {
            let domains: BTreeSet<usize> = one.mapped.iter().map(|(issuer, _)| *issuer).collect();
            for issuer in domains {
                let subjects: BTreeSet<usize> =
                    one.mapped.iter().filter(|(from, _)| *from == issuer).map(|(_, to)| *to).collect();
                if mapping > 0 {
                    let mut matched = false;
                    tree.at(depth, &mut |node| {
                        if node.policy == issuer {
                            matched = true;
                            node.expected.clone_from(&subjects);
                        }
                    });
                    if !matched {
                        tree.at(depth - 1, &mut |node| {
                            if node.policy == 0 && node.children.iter().any(|child| child.policy == 0) {
                                let expected = subjects.clone();
                                node.children.push(Leaf { policy: issuer, expected, children: Vec::new() });
                            }
                        });
                    }
                } else {
                    tree.at(depth - 1, &mut |node| node.children.retain(|child| child.policy != issuer));
                }
            }
        }
        if root.as_mut().is_some_and(|tree| !tree.prune(depth)) {
            root = None;
        }
        // (h) to (j)
        if !one.self_issued {
            [explicit, mapping, any] = [explicit, mapping, any].map(|left| left.saturating_sub(1));
        }
        let least = |left: usize, most: Option<u8>| most.map_or(left, |most| left.min(usize::from(most)));
        explicit = least(explicit, one.explicit);
        mapping = least(mapping, one.mapping);
        any = least(any, one.any);
    }
    // §6.1.5 (a), (b), (g)
    explicit = explicit.saturating_sub(1);
    if chain.last().and_then(|last| last.explicit) == Some(0) {
        explicit = 0;
    }
    if let (Some(tree), Some(initial)) = (&mut root, initial) {
        // (iii): nodes of the anchor's domain that are not wanted go, and anyPolicy at the end becomes what is wanted.
        let wanted = |policy: usize| policy == 0 || initial.contains(&policy);
        for depth in 0..n {
            tree.at(depth, &mut |node| {
                if node.policy == 0 {
                    node.children.retain(|child| wanted(child.policy));
                }
            });
        }
        // What is wanted includes at least one policy, so a last anyPolicy always becomes something.
        if !tree.prune(n) {
            root = None;
        }
    }
    explicit > 0 || root.is_some()
}
