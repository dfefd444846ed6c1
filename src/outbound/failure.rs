//! What failed is not tried again at once: for a while that grows with each failure it fails without a request.
//!
//! Where nobody answered, the whole host is left alone; where an answer was no good, only that one question. So a
//! responder that is dead costs the documents that need it its time once, not each of them.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::syntax::url::{Host, HttpUrl};
use crate::validation::FetchOutcome;

/// Failures that are remembered.
const REMEMBERED: usize = 4_096;

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failed {
    pub(super) outcome: FetchOutcome,
    /// Whether nobody answers at this host, whatever is asked.
    pub(super) whole_host: bool,
}

impl Failed {
    pub(super) const fn host(outcome: FetchOutcome) -> Self {
        Self { outcome, whole_host: true }
    }

    pub(super) const fn answer(outcome: FetchOutcome) -> Self {
        Self { outcome, whole_host: false }
    }
}

/// How long what failed is left alone.
#[derive(Clone, Copy, Debug)]
pub struct BackOff {
    /// After the first failure; twice as long after each one.
    pub first: Duration,
    /// At most.
    pub most: Duration,
}

impl BackOff {
    /// 10 seconds, at most 10 minutes: a document that is sent again by hand finds a responder that is there again.
    pub const DEFAULT: Self = Self { first: Duration::from_secs(10), most: Duration::from_secs(600) };
}

/// What is left alone.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Subject {
    Host(Host, u16),
    Question([u8; 32]),
}

#[derive(Debug)]
struct Failure {
    cause: FetchOutcome,
    count: u32,
    until: Instant,
}

/// What failed.
#[derive(Debug)]
pub(super) struct Failures {
    back_off: BackOff,
    known: Mutex<HashMap<Subject, Failure>>,
}

impl Failures {
    pub(super) fn new(back_off: BackOff) -> Self {
        Self { back_off, known: Mutex::default() }
    }

    /// Why this question at this place is left alone at `now`.
    pub(super) fn in_the_way(&self, url: &HttpUrl, question: [u8; 32], now: Instant) -> Option<FetchOutcome> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let subjects = [host(url), Subject::Question(question)];
        let failure =
            subjects.iter().filter_map(|subject| known.get(subject)).find(|failure| now < failure.until)?;
        Some(FetchOutcome::BackingOff(Box::new(failure.cause.clone())))
    }

    /// Notes how it went at `now`.
    pub(super) fn note<T>(&self, url: &HttpUrl, question: [u8; 32], went: &Result<T, Failed>, now: Instant) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let failed = match went {
            Ok(_) => {
                known.remove(&host(url));
                known.remove(&Subject::Question(question));
                return;
            }
            // Our own trouble says nothing of them.
            Err(Failed { outcome: FetchOutcome::Busy, .. }) => return,
            Err(failed) => failed,
        };
        if known.len() >= REMEMBERED {
            known.retain(|_, failure| now < failure.until);
        }
        if known.len() >= REMEMBERED {
            return;
        }
        let subject = if failed.whole_host { host(url) } else { Subject::Question(question) };
        let count = known.get(&subject).map_or(0, |failure| failure.count.saturating_add(1));
        let wait = self.back_off.first.saturating_mul(2_u32.saturating_pow(count.min(16))).min(self.back_off.most);
        let until = now.checked_add(wait).unwrap_or(now);
        known.insert(subject, Failure { cause: failed.outcome.clone(), count, until });
    }
}

fn host(url: &HttpUrl) -> Subject {
    Subject::Host(url.host.clone(), url.port)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> HttpUrl {
        HttpUrl::parse(text).unwrap()
    }

    #[test]
    fn a_dead_host_is_left_alone_longer_and_longer() {
        let failures = Failures::new(BackOff::DEFAULT);
        let (one, other) = (url("http://h/a"), url("http://h:81/a"));
        let dead: Result<(), _> = Err(Failed::host(FetchOutcome::Timeout));
        let mut now = Instant::now();
        for wait in [10, 20, 40] {
            failures.note(&one, [1; 32], &dead, now);
            now += Duration::from_secs(wait - 1);
            // Another question at the same host, and not at another.
            assert_eq!(failures.in_the_way(&one, [2; 32], now).unwrap().name(), "backing-off-timeout");
            assert_eq!(failures.in_the_way(&other, [1; 32], now), None);
            now += Duration::from_secs(1);
            assert_eq!(failures.in_the_way(&one, [2; 32], now), None);
        }
        failures.note(&one, [1; 32], &Ok(()), now);
        failures.note(&one, [1; 32], &dead, now);
        assert_eq!(failures.in_the_way(&one, [1; 32], now + Duration::from_secs(10)), None);
    }

    #[test]
    fn a_bad_answer_concerns_its_question_only() {
        let failures = Failures::new(BackOff::DEFAULT);
        let (one, now) = (url("http://h/a"), Instant::now());
        let missing: Result<(), _> = Err(Failed::answer(FetchOutcome::HttpStatus(404)));
        failures.note(&one, [1; 32], &missing, now);
        assert!(failures.in_the_way(&one, [1; 32], now).is_some());
        assert!(failures.in_the_way(&one, [2; 32], now).is_none());
        let busy: Result<(), _> = Err(Failed::answer(FetchOutcome::Busy));
        failures.note(&one, [3; 32], &busy, now);
        assert!(failures.in_the_way(&one, [3; 32], now).is_none());
    }
}
