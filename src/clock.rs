//! The only reader of the clock. Everything below takes the time as an argument.

#![expect(clippy::disallowed_methods, reason = "this module is where the clock is read")]

use std::time::SystemTime;

use crate::service::ports::Clock;
use crate::time::Timestamp;

/// The clock of the system, see [`now`].
#[derive(Clone, Copy, Debug)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        now()
    }
}

/// The time at which we stand, in whole seconds. A clock before 1970 or beyond what can be counted is taken as
/// 1970: then everything lies in the future, and nothing passes for having existed.
#[must_use]
pub fn now() -> Timestamp {
    let seconds = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .ok()
        .and_then(|since| i64::try_from(since.as_secs()).ok());
    Timestamp::from_unix(seconds.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_runs_forward_and_is_later_than_this_line() {
        let written = Timestamp::from_rfc3339("2026-11-01T00:00:00Z").unwrap();
        let first = now();
        assert!(first > written);
        assert!(SystemClock.now() >= first);
    }
}
