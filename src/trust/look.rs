//! How the last look for a newer list went: remembered of each list, for those who run the service.

use crate::time::Timestamp;

/// How a look for a newer list went. It decides nothing: what came is judged by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// When it ended.
    pub at: Timestamp,
    /// How.
    pub outcome: LookOutcome,
    /// Why it went wrong: of a list that was refused its code, of one that did not come how the network failed, of one
    /// that was not kept what the operating system says.
    pub reason: Option<String>,
}

/// How a look for a newer list ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LookOutcome {
    /// There was a newer one.
    New,
    /// There was none.
    Same,
    /// What came was refused.
    Refused,
    /// Nothing came.
    Failed,
    /// It is in use, and could not be kept.
    Unkept,
    /// It is in use, and the pivots that it names could not be followed.
    WithoutPivots,
}

impl LookOutcome {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::New, Self::Same, Self::Refused, Self::Failed, Self::Unkept, Self::WithoutPivots];

    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Same => "same",
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::Unkept => "unkept",
            Self::WithoutPivots => "without-pivots",
        }
    }

    /// By its name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.name() == name)
    }
}
