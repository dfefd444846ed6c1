//! Bearer tokens.
//!
//! A token is kept as its SHA-256 and looked up by it. The look-up takes no constant time and need not: what it
//! compares is the digest of the caller's guess, so whatever time betrays, it betrays of a digest that nobody can
//! steer towards a wanted one. A plain digest is enough only where tokens are drawn at random (128 bits or more),
//! not chosen by people.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use axum::http::HeaderMap;
use axum::http::header;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::config::CallerEntry;
use crate::crypto::{DigestAlgorithm, digest};
use crate::reporting::Detail;
use crate::server::problem::{Code, Problem};
use crate::service::{Caller, Role};

/// How long a request waits for its turn before it is refused. Whoever is refused is to come back after a second, so
/// it delays nobody who does.
const PATIENCE: Duration = Duration::from_millis(250);

/// Everybody who is known, by the digest of his token.
#[derive(Debug)]
pub(in crate::server) struct Callers {
    known: HashMap<String, Known>,
}

/// Somebody who is known, with his turns.
#[derive(Clone, Debug)]
pub(in crate::server) struct Known {
    pub(in crate::server) caller: Arc<Caller>,
    turns: Arc<Semaphore>,
    at_once: usize,
}

/// One request of a caller; gives its place back when it is dropped.
#[derive(Debug)]
pub(in crate::server) struct Turn(#[expect(dead_code, reason = "held, not read")] OwnedSemaphorePermit);

/// Why the callers of a configuration cannot be told apart.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CallersError {
    /// The digest of this caller's token is not 64 lowercase hexadecimal digits.
    Digest(String),
    /// This caller has the same token as another.
    SameToken(String),
}

impl fmt::Display for CallersError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Digest(name) => write!(f, "caller {name}: the token's SHA-256 is not 64 lowercase hex digits"),
            Self::SameToken(name) => write!(f, "caller {name}: another caller has the same token"),
        }
    }
}

impl std::error::Error for CallersError {}

impl Callers {
    pub(in crate::server) fn new(
        entries: &BTreeMap<String, CallerEntry>,
        at_once: usize,
    ) -> Result<Self, CallersError> {
        let at_once = at_once.clamp(1, Semaphore::MAX_PERMITS);
        let mut known = HashMap::with_capacity(entries.len());
        for (name, entry) in entries {
            let hex = entry.token_sha256.bytes().all(|octet| matches!(octet, b'0'..=b'9' | b'a'..=b'f'));
            if entry.token_sha256.len() != 64 || !hex {
                return Err(CallersError::Digest(name.clone()));
            }
            let caller =
                Caller { name: name.clone(), roles: entry.roles.clone(), profiles: entry.profiles.clone() };
            let somebody = Known { caller: Arc::new(caller), turns: Arc::new(Semaphore::new(at_once)), at_once };
            if known.insert(entry.token_sha256.clone(), somebody).is_some() {
                return Err(CallersError::SameToken(name.clone()));
            }
        }
        Ok(Self { known })
    }

    /// Who sends these headers.
    pub(in crate::server) fn of(&self, headers: &HeaderMap) -> Result<Known, Problem> {
        let missing = || Problem::new(Code::Unauthenticated, Detail::TokenMissing);
        let mut values = headers.get_all(header::AUTHORIZATION).iter();
        let (Some(value), None) = (values.next(), values.next()) else { return Err(missing()) };
        let text = value.to_str().map_err(|_| missing())?;
        let (scheme, token) = text.split_once(' ').ok_or_else(missing)?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(missing());
        }
        let token = digest(DigestAlgorithm::Sha256, token.trim_matches(' ').as_bytes()).to_string();
        self.known.get(&token).cloned().ok_or_else(|| Problem::new(Code::Unauthenticated, Detail::TokenUnknown))
    }
}

impl Known {
    /// That he holds a role.
    pub(in crate::server) fn demand(&self, role: Role) -> Result<(), Problem> {
        if self.caller.holds(role) {
            return Ok(());
        }
        Err(Problem::with(Code::Forbidden, Detail::RoleMissing, [("role", role.name().to_owned())]))
    }

    /// Begins a request, where not too many of his are running. Where there are, it waits a little: to refuse at once
    /// what asks again at once costs more than to let it wait, and while it waits nothing of its body is read.
    pub(in crate::server) async fn begin(&self) -> Result<Turn, Problem> {
        if let Ok(turn) = Arc::clone(&self.turns).try_acquire_owned() {
            return Ok(Turn(turn));
        }
        let turn = timeout(PATIENCE, Arc::clone(&self.turns).acquire_owned()).await;
        turn.ok().and_then(Result::ok).map(Turn).ok_or_else(|| {
            let args = [("maximum", self.at_once.to_string())];
            Problem::with(Code::RateLimited, Detail::RateLimited, args)
                .limited("requests-per-caller", u64::try_from(self.at_once).unwrap_or(u64::MAX))
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use axum::http::HeaderValue;

    use super::*;

    fn entry(token: &str) -> CallerEntry {
        CallerEntry {
            token_sha256: digest(DigestAlgorithm::Sha256, token.as_bytes()).to_string(),
            roles: BTreeSet::from([Role::Validator]),
            profiles: BTreeSet::new(),
        }
    }

    fn with(value: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::AUTHORIZATION, HeaderValue::from_str(value).unwrap())])
    }

    #[test]
    fn a_token_tells_who_calls() {
        let entries = BTreeMap::from([("a".to_owned(), entry("one")), ("b".to_owned(), entry("two"))]);
        let callers = Callers::new(&entries, 2).unwrap();
        assert_eq!(callers.of(&with("Bearer one")).unwrap().caller.name, "a");
        assert_eq!(callers.of(&with("bearer two")).unwrap().caller.name, "b");
        let digest_itself = format!("Bearer {}", entries["a"].token_sha256);
        for bad in ["Bearer three", "Bearer", "Bearer ", "one", "Basic one", "", &digest_itself] {
            assert_eq!(callers.of(&with(bad)).unwrap_err().code, Code::Unauthenticated, "{bad}");
        }
        assert_eq!(callers.of(&HeaderMap::new()).unwrap_err().code, Code::Unauthenticated);
        let mut twice = with("Bearer one");
        twice.append(header::AUTHORIZATION, HeaderValue::from_static("Bearer one"));
        assert_eq!(callers.of(&twice).unwrap_err().code, Code::Unauthenticated);
    }

    #[tokio::test]
    async fn roles_and_turns_are_counted_per_caller() {
        let entries = BTreeMap::from([("a".to_owned(), entry("one")), ("b".to_owned(), entry("two"))]);
        let callers = Callers::new(&entries, 2).unwrap();
        let a = callers.of(&with("Bearer one")).unwrap();
        assert!(a.demand(Role::Validator).is_ok());
        assert_eq!(a.demand(Role::Archivist).unwrap_err().code, Code::Forbidden);
        let first = a.begin().await.unwrap();
        let second = callers.of(&with("Bearer one")).unwrap().begin().await.unwrap();
        assert_eq!(a.begin().await.unwrap_err().code, Code::RateLimited);
        assert!(callers.of(&with("Bearer two")).unwrap().begin().await.is_ok());
        drop(first);
        let third = a.begin().await.unwrap();
        // Whoever waits has the turn that becomes free.
        let waiting = tokio::spawn(async move { a.begin().await.is_ok() });
        tokio::time::sleep(PATIENCE / 5).await;
        drop((second, third));
        assert!(waiting.await.unwrap());
    }

    #[test]
    fn callers_who_cannot_be_told_apart_are_refused() {
        let same = BTreeMap::from([("a".to_owned(), entry("one")), ("b".to_owned(), entry("one"))]);
        assert_eq!(Callers::new(&same, 1).unwrap_err(), CallersError::SameToken("b".to_owned()));
        let upper = CallerEntry { token_sha256: entry("one").token_sha256.to_uppercase(), ..entry("one") };
        let wrong = BTreeMap::from([("a".to_owned(), upper)]);
        assert_eq!(Callers::new(&wrong, 1).unwrap_err(), CallersError::Digest("a".to_owned()));
    }
}
