//! The checks of one object as they are run, and what they decide.
//!
//! A process asks block by block, in the order of EN 319 102-1 §5.3: format, identification, validation context,
//! cryptography, then what the validation of the certificate found, then acceptance. So a broken digest is reported
//! before a missing chain, and a missing chain before a missing attribute.

use super::check::{Check, CheckId, CheckResult, Context, Level, Role};
use super::message::Message;
use super::policy::Policy;
use super::report::Reason;
use super::verdict::Verdict;
use crate::crypto::SignatureValid;

/// The checks of one object.
#[derive(Debug)]
pub(super) struct Ledger<'p> {
    policy: &'p Policy,
    context: Context,
    checks: Vec<Check>,
    /// Whether any of them decides against: a good signature is asked a hundred times what does.
    decides: bool,
}

/// A good signature has about 60, some of them noted twice.
const USUAL_CHECKS: usize = 96;

impl Clone for Ledger<'_> {
    /// With room for what comes yet.
    fn clone(&self) -> Self {
        let mut checks = Vec::with_capacity(USUAL_CHECKS.max(self.checks.len()));
        checks.extend_from_slice(&self.checks);
        Self { checks, ..*self }
    }
}

/// The building blocks and processes, by what their checks are named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Block {
    /// FC.
    Format,
    /// ISC.
    Identification,
    /// VCI.
    Context,
    /// CV.
    Cryptography,
    /// XCV.
    Certificates,
    /// What long-term and past validation add.
    LongTerm,
    /// SAV.
    Acceptance,
}

impl Block {
    const ALL: [Self; 7] = [
        Self::Format,
        Self::Identification,
        Self::Context,
        Self::Cryptography,
        Self::Certificates,
        Self::LongTerm,
        Self::Acceptance,
    ];

    const fn of(id: CheckId) -> Self {
        match id.name().as_bytes() {
            [b'f', b'c', ..] => Self::Format,
            [b'i', b's', b'c', ..] => Self::Identification,
            [b'v', b'c', b'i', ..] => Self::Context,
            [b'c', b'v', ..] => Self::Cryptography,
            [b'x', b'c', b'v', ..] => Self::Certificates,
            [b'l', b't', b'v', ..] | [b'p', b'c', b'v', ..] | [b'p', b's', b'v', ..] | [b'v', b't', b's', ..] => {
                Self::LongTerm
            }
            _ => Self::Acceptance,
        }
    }
}

/// What a block or a process decided: the check that does not hold.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Decision {
    /// Which.
    pub(super) check: CheckId,
    /// What it found.
    pub(super) detail: Option<Message>,
}

/// The verdict of a process: what decided against, if anything did.
pub(super) const fn verdict(decision: Option<&Decision>) -> Verdict {
    match decision {
        Some(decision) => decision.check.conclusion(),
        None => Verdict::Passed,
    }
}

impl<'p> Ledger<'p> {
    pub(super) fn new(policy: &'p Policy, context: Context) -> Self {
        Self { policy, context, checks: Vec::with_capacity(USUAL_CHECKS), decides: false }
    }

    pub(super) const fn policy(&self) -> &'p Policy {
        self.policy
    }

    pub(super) const fn context(&self) -> Context {
        self.context
    }

    /// Notes a check that holds.
    pub(super) fn passed(&mut self, id: CheckId) {
        self.note(id, CheckResult::Passed, None, None);
    }

    /// Notes that the signature value holds: takes the proof, so that nothing else can say so.
    pub(super) fn signature_proven(&mut self, _proof: &SignatureValid) {
        self.note(CheckId::SignatureValue, CheckResult::Passed, None, None);
    }

    /// Notes a check that could not be run.
    pub(super) fn not_run(&mut self, id: CheckId) {
        self.note(id, CheckResult::NotRun, None, None);
    }

    /// Notes a check that does not hold; the policy says what follows.
    pub(super) fn broken(&mut self, id: CheckId, object: Option<String>, detail: Option<Message>) {
        self.broken_of(Role::Signer, id, object, detail);
    }

    /// The same, of the certificate of a signer or of a CA.
    pub(super) fn broken_of(&mut self, role: Role, id: CheckId, object: Option<String>, detail: Option<Message>) {
        self.broken_at(self.policy.level_of(self.context, role, id), id, object, detail);
    }

    /// The same at a level that was found already.
    pub(super) fn broken_at(&mut self, level: Level, id: CheckId, object: Option<String>, detail: Option<Message>) {
        let result = match level {
            Level::Ignore => return,
            Level::Inform => CheckResult::Information,
            Level::Warn => CheckResult::Warning,
            Level::Fail => match id.conclusion() {
                Verdict::Failed(_) => CheckResult::Failed,
                Verdict::Indeterminate(_) | Verdict::Passed => CheckResult::Indeterminate,
            },
        };
        self.note(id, result, object, detail);
    }

    /// Notes a check that does not hold at the validation time, but did when it mattered: another check says so.
    pub(super) fn set_aside(&mut self, id: CheckId, object: Option<String>, detail: Option<Message>) {
        self.note(id, CheckResult::Information, object, detail);
    }

    /// Notes a warning of a check that otherwise holds, where the policy runs the check at all.
    pub(super) fn warn(&mut self, id: CheckId, object: Option<String>, detail: Option<Message>) {
        if self.policy.level(self.context, id) != Level::Ignore {
            self.note(id, CheckResult::Warning, object, detail);
        }
    }

    /// Notes `Ok` as holding, `Err` as not.
    pub(super) fn check(&mut self, id: CheckId, held: Result<(), Option<Message>>) {
        match held {
            Ok(()) => self.passed(id),
            Err(detail) => self.broken(id, None, detail),
        }
    }

    /// Whether any check of the named kind has been noted as holding.
    pub(super) fn holds(&self, id: CheckId) -> bool {
        self.checks.iter().any(|check| check.id == id && check.result == CheckResult::Passed)
    }

    /// Whether any check of the named kind has been noted as not holding, with a verdict.
    pub(super) fn fails(&self, id: CheckId) -> bool {
        self.decides && self.checks.iter().any(|check| check.id == id && decides(check))
    }

    fn note(&mut self, id: CheckId, result: CheckResult, object: Option<String>, detail: Option<Message>) {
        if result == CheckResult::Passed && self.policy.level(self.context, id) == Level::Ignore {
            return;
        }
        let check = Check { id, context: self.context, result, object, detail };
        self.decides |= decides(&check);
        self.checks.push(check);
    }

    /// What a block decides: the first of its checks, in the standard's order, that does not hold.
    pub(super) fn decided(&self, block: Block) -> Option<Decision> {
        if !self.decides {
            return None;
        }
        let broken = self.checks.iter().filter(|check| decides(check) && Block::of(check.id) == block);
        let first = broken.min_by_key(|check| check.id)?;
        Some(Decision { check: first.id, detail: first.detail.clone() })
    }

    /// What all blocks decide, one after the other.
    pub(super) fn decide(&self) -> Option<Decision> {
        Block::ALL.into_iter().find_map(|block| self.decided(block))
    }

    /// The verdict, why, and the checks in the standard's order. `decision` is that of the last process. Where it says
    /// that all is well, a check that nevertheless decides against is heard: no process can pass what a check forbids.
    pub(super) fn conclude(mut self, decision: Option<Decision>) -> (Verdict, Reason, Vec<Check>) {
        let decision = decision.or_else(|| self.decide());
        self.checks.sort_by_cached_key(|check| check.id);
        let not_plain: Vec<CheckId> =
            self.checks.iter().filter(|check| check.result != CheckResult::Passed).map(|check| check.id).collect();
        self.checks.retain(|check| check.result != CheckResult::Passed || !not_plain.contains(&check.id));
        self.checks.dedup_by(|next, kept| next.result == CheckResult::Passed && next.id == kept.id);
        let verdict = verdict(decision.as_ref());
        let reason = match decision {
            Some(Decision { check, detail }) => Reason { check: Some(check), detail },
            None => Reason { check: None, detail: None },
        };
        (verdict, reason, self.checks)
    }
}

const fn decides(check: &Check) -> bool {
    matches!(check.result, CheckResult::Failed | CheckResult::Indeterminate)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validation::verdict::{Doubt, Failure};

    fn ledger(policy: &Policy) -> Ledger<'_> {
        Ledger::new(policy, Context::Signature)
    }

    #[test]
    fn a_broken_digest_decides_before_a_missing_chain() {
        let policy = Policy::builtin("default").unwrap();
        let mut ledger = ledger(&policy);
        ledger.broken(CheckId::ChainToAnchor, None, None);
        ledger.broken(CheckId::Coverage, None, None);
        ledger.broken(CheckId::DocumentDigest, None, None);
        let (verdict, reason, checks) = ledger.conclude(None);
        assert_eq!(verdict, Verdict::Failed(Failure::HashFailure));
        assert_eq!(reason.code(), "cv-document-digest");
        assert_eq!(checks.len(), 3);
    }

    #[test]
    fn warnings_and_information_do_not_decide() {
        let policy = Policy::builtin("no-revocation").unwrap();
        let mut ledger = ledger(&policy);
        ledger.broken(CheckId::RevocationKnown, None, None);
        ledger.broken(CheckId::ClaimedTimeInValidity, None, None);
        ledger.set_aside(CheckId::SignerNotRevoked, None, None);
        assert_eq!(ledger.conclude(None).0, Verdict::Passed);
    }

    #[test]
    fn the_process_says_which_of_several_checks_decides() {
        let policy = Policy::builtin("default").unwrap();
        let mut ledger = ledger(&policy);
        ledger.broken(CheckId::PathAlgorithms, None, None);
        ledger.broken(CheckId::RevocationKnown, None, None);
        ledger.broken(CheckId::SignerValidity, None, None);
        assert_eq!(ledger.clone().conclude(None).0, Verdict::Indeterminate(Doubt::OutOfBoundsNoPoe));
        let decision = Decision { check: CheckId::RevocationKnown, detail: None };
        assert_eq!(ledger.conclude(Some(decision)).0, Verdict::Indeterminate(Doubt::TryLater));
    }
}
