//! Trust lists are looked for anew while the service runs: fetched through the guard, verified, kept, and put in the place
//! of those before. Who began with one state of the trust store ends with that.
//!
//! What comes and is refused changes nothing but what is said of the list. What fails is tried again, after a minute,
//! then twice as long, up to the usual period; each wait is up to a tenth shorter, so that not everybody asks at once.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep_until};

use super::Service;
use super::ports::{Clock, FetchList, Identifiers, KeepLists, ListUnkept};
use crate::crypto::{DigestAlgorithm, digest};
use crate::syntax::url::HttpUrl;
use crate::time::Timestamp;
use crate::trust::{Listing, Look, LookOutcome, TrustStore};
use crate::validation::FetchOutcome;

/// How long a list is waited for.
const WITHIN: Duration = Duration::from_secs(60);
/// How long is waited after a first failure.
const FIRST_WAIT: Duration = Duration::from_secs(60);

/// A list, and where it is.
#[derive(Clone, Debug)]
pub struct ListSource {
    /// Its name in the configuration.
    pub name: String,
    /// Where it is.
    pub url: HttpUrl,
}

/// How a look for a newer list ended.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refreshed {
    /// There is a newer one, and it is in use.
    New,
    /// There is none.
    Same,
    /// What came was refused: the code.
    Refused(String),
    /// Nothing came: why.
    Failed(FetchOutcome),
    /// It is in use, and could not be kept: why.
    Unkept(String),
    /// The list is not configured.
    Unknown,
}

impl Refreshed {
    /// Whether the list is as new as can be.
    #[must_use]
    pub const fn is_success(&self) -> bool {
        matches!(self, Self::New | Self::Same)
    }

    /// The name in logs.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Same => "same",
            Self::Refused(_) => "refused",
            Self::Failed(_) => "failed",
            Self::Unkept(_) => "unkept",
            Self::Unknown => "unknown",
        }
    }
}

/// Looks for newer lists.
#[derive(Clone)]
pub struct Refresh {
    /// The lists that are looked for.
    pub sources: Vec<ListSource>,
    /// Who fetches them.
    pub fetch: Arc<dyn FetchList>,
    /// Who keeps them; nobody where there is no place for them.
    pub keep: Option<Arc<dyn KeepLists>>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Randomness for the waits.
    pub identifiers: Arc<dyn Identifiers>,
    /// How long is waited where all is well.
    pub period: Duration,
}

impl std::fmt::Debug for Refresh {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Refresh").field("sources", &self.sources).finish_non_exhaustive()
    }
}

impl Refresh {
    /// Looks for one list: how it ended, and the list as it stands then. How it ended is remembered of the list, and noted
    /// for those who ask in another process.
    pub async fn look(&self, source: &ListSource, store: &TrustStore) -> (Refreshed, Option<Listing>) {
        let (how, after) = self.look_for(source, store).await;
        let before = || store.listings().iter().find(|listing| listing.name == source.name).cloned();
        let Some(mut after) = after.or_else(before) else { return (how, None) };
        after.last_look = remembered(&how, self.clock.now());
        if let (Some(keep), Some(look)) = (self.keep.clone(), after.last_look.clone()) {
            let name = after.name.clone();
            let noted = spawn_blocking(move || keep.note(&name, &look)).await;
            if let Ok(Err(ListUnkept(cause))) = noted {
                tracing::warn!(list = %after.name, %cause, "how the look for a trust list went could not be noted");
            }
        }
        (how, Some(after))
    }

    async fn look_for(&self, source: &ListSource, store: &TrustStore) -> (Refreshed, Option<Listing>) {
        let Some(listing) = store.listings().iter().find(|listing| listing.name == source.name).cloned() else {
            return (Refreshed::Unknown, None);
        };
        let bytes = match self.fetch.fetch_list(&source.url, WITHIN).await {
            Ok(bytes) => bytes,
            Err(outcome) => return (Refreshed::Failed(outcome), None),
        };
        let (now, keep) = (self.clock.now(), self.keep.clone());
        let taken = spawn_blocking(move || {
            let after = listing.after(bytes, now);
            let sha256 = |listing: &Listing| listing.list.as_ref().map(|list| list.sha256().to_owned());
            let is_new = sha256(&after) != sha256(&listing);
            // Also where it is not new: what could not be kept then is kept when there is room.
            let kept = keep.map_or(Ok(()), |keep| keep.keep(&after));
            (after, is_new, kept)
        });
        let Ok((after, is_new, kept)) = taken.await else {
            return (Refreshed::Failed(FetchOutcome::Unreadable), None);
        };
        let how = match (&after.refusal, kept) {
            (Some(refusal), _) => Refreshed::Refused(refusal.code.clone()),
            (None, Err(ListUnkept(cause))) => Refreshed::Unkept(cause),
            (None, Ok(())) if is_new => Refreshed::New,
            (None, Ok(())) => Refreshed::Same,
        };
        (how, Some(after))
    }

    /// Looks for lists again and again, until it is dropped.
    pub async fn run(self, service: Arc<Service>) {
        let mut due: Vec<(Instant, u32)> = self.sources.iter().map(|_| (Instant::now(), 0)).collect();
        loop {
            let Some((number, at)) =
                due.iter().enumerate().map(|(number, (at, _))| (number, *at)).min_by_key(|(_, at)| *at)
            else {
                return;
            };
            sleep_until(at).await;
            let Some(source) = self.sources.get(number) else { return };
            let (how, after) = self.look(source, &service.trust()).await;
            if let Some(after) = after {
                let own = Arc::clone(&service);
                if spawn_blocking(move || own.take_list(after)).await.is_err() {
                    tracing::error!(list = %source.name, "the trust store could not be made anew");
                }
            }
            match &how {
                Refreshed::New => tracing::info!(list = %source.name, "a newer trust list is in use"),
                Refreshed::Same => {}
                Refreshed::Refused(code) => tracing::warn!(list = %source.name, code, "a trust list was refused"),
                Refreshed::Failed(outcome) => {
                    tracing::warn!(list = %source.name, outcome = outcome.name(), "no trust list came");
                }
                Refreshed::Unkept(cause) => {
                    tracing::warn!(list = %source.name, %cause, "a trust list is in use and could not be kept");
                }
                Refreshed::Unknown => tracing::error!(list = %source.name, "no such trust list"),
            }
            if let Some((at, failures)) = due.get_mut(number) {
                *failures = if how.is_success() { 0 } else { failures.saturating_add(1) };
                let wait = wait(self.period, *failures, self.chance());
                *at = Instant::now().checked_add(wait).unwrap_or(*at);
            }
        }
    }

    /// A number below 256, by chance; where there is no randomness, none.
    fn chance(&self) -> u8 {
        let id = self.identifiers.next().unwrap_or_default();
        digest(DigestAlgorithm::Sha256, id.as_bytes()).as_bytes().first().copied().unwrap_or_default()
    }
}

/// What is remembered of a look; nothing of a list that nobody knows.
fn remembered(how: &Refreshed, at: Timestamp) -> Option<Look> {
    let (outcome, reason) = match how {
        Refreshed::New => (LookOutcome::New, None),
        Refreshed::Same => (LookOutcome::Same, None),
        Refreshed::Refused(code) => (LookOutcome::Refused, Some(code.clone())),
        Refreshed::Failed(outcome) => (LookOutcome::Failed, Some(outcome.name())),
        Refreshed::Unkept(cause) => (LookOutcome::Unkept, Some(cause.clone())),
        Refreshed::Unknown => return None,
    };
    Some(Look { at, outcome, reason })
}

/// How long is waited after so many failures: up to a tenth less, as chance has it.
fn wait(period: Duration, failures: u32, chance: u8) -> Duration {
    let whole = match failures {
        0 => period,
        _ => {
            FIRST_WAIT.saturating_mul(1_u32.checked_shl(failures.saturating_sub(1)).unwrap_or(u32::MAX)).min(period)
        }
    };
    whole.saturating_sub((whole / 10).saturating_mul(u32::from(chance)) / 256)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_period_and_differ() {
        let hours = Duration::from_secs(6 * 3_600);
        let seconds: Vec<u64> = (0..12).map(|failures| wait(hours, failures, 0).as_secs()).collect();
        assert_eq!(seconds[..6], [21_600, 60, 120, 240, 480, 960]);
        assert_eq!(seconds[11], 21_600);
        assert_eq!(wait(hours, u32::MAX, 0), hours);
        assert_eq!(wait(hours, 40, 0), hours);
        for chance in 0..=255 {
            let wait = wait(hours, 0, chance);
            assert!(wait <= hours && wait > hours * 9 / 10, "{chance}");
        }
    }
}
