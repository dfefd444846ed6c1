//! The level of every check, looked up once for a policy: a validation asks some hundreds of times.

use std::collections::BTreeMap;

use crate::validation::check::{CheckId, Context, Level, Role};

/// What the texts of a policy say.
pub(super) type Said = BTreeMap<(Context, Role, CheckId), Level>;

/// The level of each check in each context and role.
#[derive(Clone, Debug)]
pub(super) struct Levels {
    /// A row for each context and role, with a place for each check.
    rows: [[Vec<Level>; 2]; 4],
}

impl Levels {
    /// What is said of a context counts for its CAs too, and what is said of signatures for counter-signatures, where
    /// nothing else is said of them. What nobody speaks of has its own level.
    pub(super) fn of(said: &Said) -> Self {
        let row = |context: Context, role: Role| {
            let general = (context == Context::CounterSignature).then_some(Context::Signature);
            let level = |id: &CheckId| {
                let level = [Some(context), general].into_iter().flatten().find_map(|context| {
                    let of_role = said.get(&(context, role, *id));
                    of_role.or_else(|| said.get(&(context, Role::Signer, *id)))
                });
                level.copied().unwrap_or_else(|| id.default_level())
            };
            CheckId::ALL.iter().map(level).collect()
        };
        let rows = [Context::Signature, Context::CounterSignature, Context::Timestamp, Context::Revocation];
        Self { rows: rows.map(|context| [row(context, Role::Signer), row(context, Role::Ca)]) }
    }

    pub(super) fn of_check(&self, context: Context, role: Role, id: CheckId) -> Level {
        let [signature, counter_signature, timestamp, revocation] = &self.rows;
        let [signer, ca] = match context {
            Context::Signature => signature,
            Context::CounterSignature => counter_signature,
            Context::Timestamp => timestamp,
            Context::Revocation => revocation,
        };
        let row = match role {
            Role::Signer => signer,
            Role::Ca => ca,
        };
        // Every check has its place.
        row.get(id.number()).copied().unwrap_or_else(|| id.default_level())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_check_has_the_level_that_is_said_of_the_nearest() {
        let [one, two, three] = [CheckId::ALL[0], CheckId::ALL[7], CheckId::ALL[CheckId::ALL.len() - 1]];
        let said = Said::from([
            ((Context::Signature, Role::Signer, one), Level::Inform),
            ((Context::Signature, Role::Ca, one), Level::Warn),
            ((Context::CounterSignature, Role::Signer, one), Level::Ignore),
            ((Context::Signature, Role::Signer, two), Level::Ignore),
            ((Context::Revocation, Role::Ca, three), Level::Warn),
        ]);
        let levels = Levels::of(&said);
        let of = |context, role, id| levels.of_check(context, role, id);
        assert_eq!(of(Context::Signature, Role::Signer, one), Level::Inform);
        assert_eq!(of(Context::Signature, Role::Ca, one), Level::Warn);
        // What is said of a nearer context counts before what is said of a nearer role.
        assert_eq!(of(Context::CounterSignature, Role::Ca, one), Level::Ignore);
        for role in [Role::Signer, Role::Ca] {
            assert_eq!(of(Context::CounterSignature, role, two), Level::Ignore);
            assert_eq!(of(Context::Timestamp, role, two), two.default_level());
        }
        assert_eq!(of(Context::Revocation, Role::Signer, three), three.default_level());
        assert_eq!(of(Context::Revocation, Role::Ca, three), Level::Warn);
    }
}
