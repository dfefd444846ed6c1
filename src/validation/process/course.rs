//! One signature or time-stamp on its way through the processes, along one path of its signer.
//!
//! What stands against it is kept as a set of objections. A process answers those that its rules answer; what is still
//! open at the end decides, in the order of EN 319 102-1 §5.3.4: format, identification, context, cryptography, the
//! certificate (`x509status`), what the later processes found, acceptance, the algorithms of the signature.

use super::facts::Facts;
use crate::time::Timestamp;
use crate::validation::block::algorithms::{Item, reliable, weaknesses};
use crate::validation::block::certificates::{Chain, Ground, Objection, Times, status};
use crate::validation::check::{Check, CheckId, Context, Level};
use crate::validation::existence::Token;
use crate::validation::ledger::{Block, Decision, Ledger};
use crate::validation::message::Message;
use crate::validation::path::CHECKS;
use crate::validation::process::Case;
use crate::validation::report::Reason;
use crate::validation::verdict::Verdict;

/// A signature or time-stamp under judgement.
#[derive(Debug)]
pub(in crate::validation) struct Course<'c, 'p> {
    /// The policy and the evidence.
    pub(in crate::validation) case: &'c Case<'p>,
    /// The checks so far.
    pub(in crate::validation) ledger: Ledger<'p>,
    /// The path that is judged.
    pub(in crate::validation) chain: Option<&'c Chain>,
    /// The algorithms of the signature.
    pub(in crate::validation) items: &'c [Item],
    /// What is judged, for proofs of its existence.
    pub(in crate::validation) token: Token,
    /// `x509status`.
    pub(in crate::validation) status: Vec<Objection>,
    /// Checks that have to hold before it passes.
    proofs: &'static [CheckId],
    /// What is wrong with the algorithms of the signature.
    weak: Vec<Objection>,
    /// Rows of later processes that did not answer an objection: which, and the check.
    unanswered: Vec<(usize, CheckId, Option<Message>)>,
}

impl<'c, 'p> Course<'c, 'p> {
    /// Begins with what holds at the validation time.
    pub(in crate::validation) fn new(
        facts: &'c Facts<'p>,
        chain: Option<&'c Chain>,
        times: Times,
        token: Token,
        case: &'c Case<'p>,
    ) -> Self {
        let context = facts.ledger.context();
        let status = chain.map(|chain| status(chain, times, context, case)).unwrap_or_default();
        let mut course = Self {
            case,
            ledger: facts.ledger.clone(),
            chain,
            items: &facts.items,
            token,
            status,
            proofs: facts.proofs,
            weak: Vec::new(),
            unanswered: Vec::new(),
        };
        course.weak = course.signature_algorithms(times.at);
        course
    }

    /// AOV of the signature itself.
    fn signature_algorithms(&self, at: Timestamp) -> Vec<Objection> {
        let check = CheckId::SignatureAlgorithms;
        let level = self.ledger.policy().level(self.ledger.context(), check);
        weaknesses(self.ledger.policy(), self.items, at)
            .into_iter()
            .filter(|_| level != Level::Ignore)
            .map(|weakness| Objection {
                check,
                ground: Ground::Signature,
                index: 0,
                object: None,
                detail: Some(weakness.detail),
                level: level.min(weakness.level),
                answered: false,
            })
            .collect()
    }

    pub(in crate::validation) fn context(&self) -> Context {
        self.ledger.context()
    }

    /// What decides against it now; none is PASSED.
    pub(in crate::validation) fn decision(&self) -> Option<Decision> {
        let block = |block| self.ledger.decided(block);
        block(Block::Format)
            .or_else(|| block(Block::Identification))
            .or_else(|| block(Block::Context))
            .or_else(|| block(Block::Cryptography))
            .or_else(|| self.status.iter().find(|one| one.is_open()).map(Objection::decision))
            .or_else(|| block(Block::LongTerm))
            .or_else(|| block(Block::Acceptance))
            .or_else(|| self.weak.iter().find(|one| one.is_open()).map(Objection::decision))
            .or_else(|| self.unproven())
    }

    /// Nothing passes because nobody objected: what a passing takes has to be proven.
    fn unproven(&self) -> Option<Decision> {
        let proven = self.proofs.iter().all(|id| self.ledger.holds(*id));
        let anchored = self.chain.is_some_and(|chain| chain.anchored);
        (!proven || !anchored).then_some(Decision { check: CheckId::ProofComplete, detail: None })
    }

    /// The verdict now.
    pub(in crate::validation) fn verdict(&self) -> Verdict {
        crate::validation::ledger::verdict(self.decision().as_ref())
    }

    /// The open objections to the certificate: their places in `status`.
    pub(in crate::validation) fn open(&self) -> Vec<usize> {
        let numbered = self.status.iter().enumerate();
        numbered.filter(|(_, objection)| objection.is_open()).map(|(index, _)| index).collect()
    }

    /// A row of a process answers an objection, or does not; what it would say then is noted where there is anything to
    /// say.
    pub(in crate::validation) fn answer(
        &mut self,
        place: usize,
        row: CheckId,
        held: bool,
        detail: Option<Message>,
    ) {
        if held {
            if let Some(objection) = self.status.get_mut(place) {
                objection.answered = true;
            }
            self.unanswered.retain(|(of, _, _)| *of != place);
            self.ledger.passed(row);
        } else if let Some(detail) = detail {
            self.unanswered.push((place, row, Some(detail)));
        }
    }

    /// Puts what a process found in the place of the objection to the signer's validity, else before all that a
    /// time could answer.
    pub(in crate::validation) fn replace_bounds(&mut self, check: CheckId, detail: Message) {
        let bounds = |one: &Objection| one.index == 0 && one.ground == Ground::OutOfBounds;
        let place = self.status.iter().position(bounds).unwrap_or_else(|| self.behind_rules());
        let found = self.finding(check, detail);
        if found.is_open()
            && let Some(answered) = self.status.get_mut(place).filter(|one| bounds(one))
        {
            answered.answered = true;
        }
        self.insert(place, found);
    }

    /// Puts what has become certain before all objections that a time could answer.
    pub(in crate::validation) fn certain(&mut self, check: CheckId, detail: Message) {
        let found = self.finding(check, detail);
        self.insert(self.behind_rules(), found);
    }

    /// Holds the anchor against the time at which the signature is proven to have existed.
    pub(in crate::validation) fn believed_at(&mut self, best: Timestamp) {
        let known = self.status.iter().any(|one| one.check == CheckId::ChainToAnchor);
        if let Some(detail) = self.chain.and_then(|chain| chain.without_status(best)).filter(|_| !known) {
            self.certain(CheckId::ChainToAnchor, detail);
        }
    }

    /// The place before all objections that a time could answer.
    fn behind_rules(&self) -> usize {
        let timed = |one: &Objection| one.ground != Ground::Rule;
        self.status.iter().position(timed).unwrap_or(self.status.len())
    }

    fn finding(&self, check: CheckId, detail: Message) -> Objection {
        let level = self.ledger.policy().level(self.context(), check);
        let object = self.chain.and_then(Chain::signer).map(|signer| format!("sha256:{}", signer.sha256));
        let ground = Ground::Rule;
        Objection { check, ground, index: 0, object, detail: Some(detail), level, answered: false }
    }

    fn insert(&mut self, place: usize, objection: Objection) {
        self.status.insert(place.min(self.status.len()), objection);
        for (of, _, _) in &mut self.unanswered {
            if *of >= place {
                *of = of.saturating_add(1);
            }
        }
    }

    /// Whether the algorithms of the signature are doubted.
    pub(in crate::validation) fn is_weak(&self) -> bool {
        self.weak.iter().any(Objection::is_open)
    }

    /// The algorithms of the signature were reliable at `time`: then `row` answers for them.
    pub(in crate::validation) fn answer_algorithms(&mut self, row: CheckId, time: Timestamp) {
        if self.is_weak() && reliable(self.ledger.policy(), self.items, time) {
            self.weak.iter_mut().for_each(|one| one.answered = true);
            self.ledger.passed(row);
        }
    }

    /// The verdict, why, and all checks. `best` is the time that decided.
    pub(in crate::validation) fn conclude(mut self) -> (Verdict, Reason, Vec<Check>) {
        let decision = self.decision();
        for (place, row, detail) in std::mem::take(&mut self.unanswered) {
            if self.status.get(place).is_some_and(Objection::is_open) {
                self.ledger.broken(row, None, detail);
            }
        }
        if let Some(chain) = self.chain {
            let rules = if chain.anchored { &CHECKS[..] } else { &[] };
            for check in XCV.iter().chain(rules).copied() {
                let runs = match check {
                    CheckId::CaNotRevoked | CheckId::CaValidity => chain.cas().next().is_some(),
                    CheckId::SignerExtendedKeyUsage => self.context() == Context::Timestamp,
                    _ => true,
                };
                if runs && self.status.iter().all(|one| one.check != check) {
                    self.ledger.passed(check);
                }
            }
        }
        if self.weak.is_empty() && !self.items.is_empty() {
            self.ledger.passed(CheckId::SignatureAlgorithms);
        }
        match &decision {
            None => self.ledger.passed(CheckId::ProofComplete),
            Some(Decision { check: CheckId::ProofComplete, .. }) => {
                self.ledger.broken(CheckId::ProofComplete, None, None);
            }
            Some(_) => {}
        }
        for objection in self.status.into_iter().chain(self.weak) {
            objection.note(&mut self.ledger);
        }
        self.ledger.conclude(decision)
    }
}

/// The checks of XCV besides the rules of the path: what no objection names, holds.
const XCV: [CheckId; 12] = [
    CheckId::ChainToAnchor,
    CheckId::SignerKeyUsage,
    CheckId::SignerExtendedKeyUsage,
    CheckId::SignerNotRevoked,
    CheckId::SignerValidity,
    CheckId::RevocationKnown,
    CheckId::CaNotRevoked,
    CheckId::NotOnHold,
    CheckId::RevocationFresh,
    CheckId::RevocationIssuerValidity,
    CheckId::PathAlgorithms,
    CheckId::RevocationAlgorithms,
];

/// The best of several courses: the first that passes, else the first of those with the fewest open objections.
pub(in crate::validation) fn best<'c, T>(
    chains: Option<&'c [Chain]>,
    mut run: impl FnMut(Option<&'c Chain>) -> T,
    rank: impl Fn(&T) -> usize,
) -> T {
    let mut chains = chains.unwrap_or_default().iter();
    let mut best = run(chains.next());
    for chain in chains {
        if rank(&best) == 0 {
            break;
        }
        let next = run(Some(chain));
        if rank(&next) < rank(&best) {
            best = next;
        }
    }
    best
}

impl Course<'_, '_> {
    /// 0 where it passes; else how much is still open.
    pub(in crate::validation) fn rank(&self) -> usize {
        if self.decision().is_none() { 0 } else { self.open().len().saturating_add(1) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::Verifier;
    use crate::time::Timestamp;
    use crate::trust::TrustStore;
    use crate::validation::evidence::Evidence;
    use crate::validation::moment::Moment;
    use crate::validation::policy::Policy;
    use crate::validation::verdict::Doubt;
    use crate::validation::{NoMemory, Verdict};

    #[test]
    fn nothing_passes_because_nobody_objected() {
        let (evidence, trust) = (Evidence::new(), TrustStore::default());
        let at = Timestamp::from_unix(1_800_000_000);
        for name in Policy::builtin_names() {
            let policy = Policy::builtin(name).unwrap();
            let case = Case::new(&evidence, &trust, &policy, Moment { at, clock: at }, &Verifier, &NoMemory);
            for context in [Context::Signature, Context::CounterSignature, Context::Timestamp] {
                let facts = Facts::new(Ledger::new(&policy, context));
                let times = Times { at, fresh: at, made: at };
                let course = Course::new(&facts, None, times, Token::Object("S1".to_owned()), &case);
                assert_ne!(course.rank(), 0, "{name} {context:?}");
                let (verdict, reason, _) = course.conclude();
                assert_eq!(verdict, Verdict::Indeterminate(Doubt::SigConstraintsFailure), "{name} {context:?}");
                assert_eq!(reason.code(), "cv-proof-complete");
            }
        }
    }
}
