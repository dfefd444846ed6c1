//! The checks of one object as they are run, and the verdict that follows from them.
//!
//! The order of the decision is that of the process (EN 319 102-1 §5.3): format, identification, cryptographic
//! verification, then what the validation of the certificate found, then acceptance. So a broken digest is reported
//! before a missing chain, and a missing chain before a missing attribute.

use super::check::{Check, CheckId, CheckResult, Context, Level};
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
}

/// A good signature has about 40, some of them noted twice.
const USUAL_CHECKS: usize = 64;

/// The building blocks, in the order in which they decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Block {
    Format,
    Identification,
    Cryptography,
    Certificates,
    Acceptance,
}

const fn block(id: CheckId) -> Block {
    match id.name().as_bytes() {
        [b'f', b'c', ..] => Block::Format,
        [b'i', b's', b'c', ..] => Block::Identification,
        [b'c', b'v', ..] => Block::Cryptography,
        [b'x', b'c', b'v', ..] => Block::Certificates,
        _ => Block::Acceptance,
    }
}

impl<'p> Ledger<'p> {
    pub(super) fn new(policy: &'p Policy, context: Context) -> Self {
        Self { policy, context, checks: Vec::with_capacity(USUAL_CHECKS) }
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
        let result = match self.policy.level(self.context, id) {
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
        self.checks
            .iter()
            .any(|check| check.id == id && matches!(check.result, CheckResult::Failed | CheckResult::Indeterminate))
    }

    fn note(&mut self, id: CheckId, result: CheckResult, object: Option<String>, detail: Option<Message>) {
        if result == CheckResult::Passed && self.policy.level(self.context, id) == Level::Ignore {
            return;
        }
        self.checks.push(Check { id, context: self.context, result, object, detail });
    }

    /// The verdict that follows from the checks, why, and the checks in the standard's order.
    pub(super) fn conclude(mut self) -> (Verdict, Reason, Vec<Check>) {
        self.checks.sort_by_key(|check| check.id);
        let not_plain: Vec<CheckId> =
            self.checks.iter().filter(|check| check.result != CheckResult::Passed).map(|check| check.id).collect();
        self.checks.retain(|check| check.result != CheckResult::Passed || !not_plain.contains(&check.id));
        self.checks.dedup_by(|next, kept| next.result == CheckResult::Passed && next.id == kept.id);
        let deciding = self
            .checks
            .iter()
            .filter(|check| matches!(check.result, CheckResult::Failed | CheckResult::Indeterminate))
            .min_by_key(|check| block(check.id));
        let (verdict, reason) = match deciding {
            Some(check) => (check.id.conclusion(), Reason { check: Some(check.id), detail: check.detail.clone() }),
            None => (Verdict::Passed, Reason { check: None, detail: None }),
        };
        (verdict, reason, self.checks)
    }
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
        let (verdict, reason, checks) = ledger.conclude();
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
        assert_eq!(ledger.conclude().0, Verdict::Passed);
    }

    #[test]
    fn the_first_doubt_of_a_chain_counts() {
        let policy = Policy::builtin("default").unwrap();
        let mut ledger = ledger(&policy);
        ledger.broken(CheckId::PathAlgorithms, None, None);
        ledger.broken(CheckId::RevocationKnown, None, None);
        ledger.broken(CheckId::SignerValidity, None, None);
        assert_eq!(ledger.conclude().0, Verdict::Indeterminate(Doubt::OutOfBoundsNoPoe));
    }
}
