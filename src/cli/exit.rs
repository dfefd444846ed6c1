//! What the exit code says: the worst of all files (contract, section 1).

use std::process::{ExitCode, Termination};

use crate::validation::Answer;

/// How a run ends. Ordered from the best to the worst, so that the worst of many is their maximum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// Every file is valid.
    Valid,
    /// A file has no signature.
    NoSignature,
    /// Of a file it cannot be told.
    CannotTell,
    /// A file could not be read or exceeded a limit.
    Unread,
    /// A file is not valid.
    NotValid,
    /// Our own failure.
    Internal,
    /// Wrong use of the command line.
    Usage,
    /// Wrong configuration.
    Configuration,
}

impl Exit {
    /// The number that the shell sees.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Valid => 0,
            Self::NotValid => 1,
            Self::CannotTell => 2,
            Self::NoSignature => 3,
            Self::Unread => 4,
            Self::Usage => 64,
            Self::Internal => 70,
            Self::Configuration => 78,
        }
    }
}

impl From<Answer> for Exit {
    fn from(answer: Answer) -> Self {
        match answer {
            Answer::Valid => Self::Valid,
            Answer::NoSignature => Self::NoSignature,
            Answer::CannotTell => Self::CannotTell,
            Answer::NotValid => Self::NotValid,
        }
    }
}

impl Termination for Exit {
    fn report(self) -> ExitCode {
        ExitCode::from(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_is_the_one_of_the_contracts_order() {
        let order =
            [Exit::Internal, Exit::NotValid, Exit::Unread, Exit::CannotTell, Exit::NoSignature, Exit::Valid];
        assert_eq!(order.map(Exit::code), [70, 1, 4, 2, 3, 0]);
        assert!(order.windows(2).all(|pair| pair[0] > pair[1]));
    }
}
