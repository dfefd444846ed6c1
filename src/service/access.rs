//! May he: what a caller holds and what that allows. Who he is, the server finds out.

use std::collections::BTreeSet;

/// Somebody who is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The name in the configuration.
    pub name: String,
    /// What he holds.
    pub roles: BTreeSet<Role>,
    /// The profiles that he may seal with, where he holds [`Role::Sealer`].
    pub profiles: BTreeSet<String>,
}

/// What a caller may do (contract, section 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Validates, and reads policies and trust.
    Validator,
    /// Gives a validation time.
    Archivist,
    /// Seals, with the profiles named beside it.
    Sealer,
    /// Reads the journal.
    Auditor,
    /// Changes trust.
    TrustAdmin,
    /// Reads the metrics.
    Metrics,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 6] =
        [Self::Validator, Self::Archivist, Self::Sealer, Self::Auditor, Self::TrustAdmin, Self::Metrics];

    /// The name in the configuration.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Validator => "validator",
            Self::Archivist => "archivist",
            Self::Sealer => "sealer",
            Self::Auditor => "auditor",
            Self::TrustAdmin => "trust-admin",
            Self::Metrics => "metrics",
        }
    }

    /// The role of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
}

impl Caller {
    /// Whether he holds a role.
    #[must_use]
    pub fn holds(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// Whether he may seal with this profile.
    #[must_use]
    pub fn may_seal_with(&self, profile: &str) -> bool {
        self.holds(Role::Sealer) && self.profiles.contains(profile)
    }
}
