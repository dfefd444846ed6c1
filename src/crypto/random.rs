//! Randomness of the operating system. It is an argument wherever it is used; only adapters make one.

use std::fmt;

use ring::rand::SecureRandom as _;
use ring::rand::SystemRandom;

/// Where random numbers come from: the operating system, by *ring*.
#[derive(Clone, Debug)]
pub struct SystemRandomness(SystemRandom);

/// The system gives no random numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RandomnessMissing;

impl SystemRandomness {
    /// The randomness of the system. For adapters: the core takes it as an argument.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "randomness is asked for by name, never by default")]
    pub fn new() -> Self {
        #[expect(clippy::disallowed_methods, reason = "the one place where it is made; its callers are adapters")]
        Self(SystemRandom::new())
    }

    /// `N` random octets.
    ///
    /// # Errors
    /// Where the system has none.
    pub fn octets<const N: usize>(&self) -> Result<[u8; N], RandomnessMissing> {
        let mut octets = [0; N];
        self.0.fill(&mut octets).map_err(|_| RandomnessMissing)?;
        Ok(octets)
    }

    pub(super) const fn source(&self) -> &SystemRandom {
        &self.0
    }
}

impl fmt::Display for RandomnessMissing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the system gives no random numbers")
    }
}

impl std::error::Error for RandomnessMissing {}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "this test draws randomness")]
    fn no_two_draws_are_the_same() {
        let random = SystemRandomness::new();
        let draws: BTreeSet<[u8; 16]> = (0..1_000).map(|_| random.octets().unwrap()).collect();
        assert_eq!(draws.len(), 1_000);
    }
}
