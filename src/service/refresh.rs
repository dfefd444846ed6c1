//! Trust lists are looked for anew while the service runs: fetched through the guard, verified, kept, and put in the place
//! of those before. Who began with one state of the trust store ends with that.
//!
//! A list of lists names pivots, which may say that others sign it now (`pivots`), and places of national lists, which
//! are looked for like those that are configured.
//!
//! What comes and is refused changes nothing but what is said of the list. What fails is tried again, after a minute,
//! then twice as long, up to the usual period; each wait is up to a tenth shorter, so that not everybody asks at once.

mod pivots;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::{JoinSet, spawn_blocking};
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
/// Lists that are looked for at the same time.
const AT_ONCE: usize = 4;

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
    /// The list is in use, and the pivots that it names could not be followed: why. Whoever signed it is believed all the
    /// same.
    WithoutPivots(String),
    /// The list is not configured.
    Unknown,
}

impl Refreshed {
    /// Whether the list is as new as can be.
    #[must_use]
    pub const fn is_success(&self) -> bool {
        matches!(self, Self::New | Self::Same | Self::WithoutPivots(_))
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
            Self::WithoutPivots(_) => "without-pivots",
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
        if listing.list_of_lists().is_some() {
            return self.look_by_pivots(&source.url, listing, bytes).await;
        }
        let now = self.clock.now();
        self.taken(listing.clone(), spawn_blocking(move || listing.after(bytes, now)).await.ok()).await
    }

    /// Keeps what there is now.
    async fn taken(&self, before: Listing, after: Option<Listing>) -> (Refreshed, Option<Listing>) {
        let Some(after) = after else { return (Refreshed::Failed(FetchOutcome::Unreadable), None) };
        let is_new = is_new(&before, &after);
        // Also where it is not new: what could not be kept then is kept when there is room.
        let kept = match self.keep.clone() {
            Some(keep) => {
                let own = after.clone();
                let unkept = |_| Err(ListUnkept("the thread that keeps lists ended".to_owned()));
                spawn_blocking(move || keep.keep(&own)).await.unwrap_or_else(unkept)
            }
            None => Ok(()),
        };
        let how = match (&after.refusal, kept) {
            (Some(refusal), _) => Refreshed::Refused(refusal.code.clone()),
            (None, Err(ListUnkept(cause))) => Refreshed::Unkept(cause),
            (None, Ok(())) if is_new => Refreshed::New,
            (None, Ok(())) => Refreshed::Same,
        };
        (how, Some(after))
    }

    /// Looks for every list once: those that are configured, then those that lists of lists announce. How each ended, by
    /// name, and the store afterwards.
    pub async fn once(self: &Arc<Self>, store: TrustStore) -> (BTreeMap<String, Refreshed>, TrustStore) {
        let (mut ended, store) = self.all_of(self.sources.clone(), store).await;
        let announced = announced(&store);
        let (others, store) = self.all_of(announced, store).await;
        ended.extend(others);
        (ended, store)
    }

    async fn all_of(
        self: &Arc<Self>,
        mut sources: Vec<ListSource>,
        mut store: TrustStore,
    ) -> (BTreeMap<String, Refreshed>, TrustStore) {
        let mut ended = BTreeMap::new();
        let mut looks: JoinSet<Ended> = JoinSet::new();
        let began_with = Arc::new(store.clone());
        loop {
            while looks.len() < AT_ONCE
                && let Some(source) = sources.pop()
            {
                looks.spawn(Arc::clone(self).one(source, Arc::clone(&began_with)));
            }
            let Some(look) = looks.join_next().await else { return (ended, store) };
            // A look that was ended from outside has nothing to say.
            let Ok(Ended { source, how, after }) = look else { continue };
            if let Some(after) = after {
                let before = store.clone();
                store = spawn_blocking(move || before.with_taken(after)).await.unwrap_or(store);
            }
            ended.insert(source.name, how);
        }
    }

    async fn one(self: Arc<Self>, source: ListSource, store: Arc<TrustStore>) -> Ended {
        let (how, after) = self.look(&source, &store).await;
        Ended { source, how, after }
    }

    /// Looks for lists again and again, until it is dropped.
    pub async fn run(self, service: Arc<Service>) {
        let own = Arc::new(self);
        let mut due: BTreeMap<String, Due> = BTreeMap::new();
        let mut looks: JoinSet<Ended> = JoinSet::new();
        loop {
            let store = service.trust();
            let mut sources: BTreeMap<String, ListSource> =
                own.sources.iter().cloned().chain(announced(&store)).map(|one| (one.name.clone(), one)).collect();
            due.retain(|name, _| sources.contains_key(name));
            for name in sources.keys() {
                due.entry(name.clone()).or_insert_with(Due::now);
            }
            while looks.len() < AT_ONCE
                && let Some((name, next)) = Due::next(&mut due)
                && next.at <= Instant::now()
                && let Some(source) = sources.remove(name)
            {
                next.is_looked_for = true;
                looks.spawn(Arc::clone(&own).one(source, Arc::clone(&store)));
            }
            let next = Due::next(&mut due).map(|(_, next)| next.at).filter(|_| looks.len() < AT_ONCE);
            let look = match next {
                None if looks.is_empty() => return,
                None => looks.join_next().await,
                Some(at) => tokio::select! {
                    Some(look) = looks.join_next() => Some(look),
                    () = sleep_until(at) => None,
                },
            };
            let Some(look) = look else { continue };
            let Ok(Ended { source, how, after }) = look else {
                // It cannot be known whose it was: all that are looked for are looked for again, after a while.
                let at = Instant::now().checked_add(FIRST_WAIT).unwrap_or_else(Instant::now);
                due.values_mut().filter(|one| one.is_looked_for).for_each(|one| *one = Due { at, ..Due::now() });
                continue;
            };
            if let Some(after) = after {
                let service = Arc::clone(&service);
                if spawn_blocking(move || service.take_list(after)).await.is_err() {
                    tracing::error!(list = %source.name, "the trust store could not be made anew");
                }
            }
            say(&source, &how);
            if let Some(one) = due.get_mut(&source.name) {
                let failures = if how.is_success() { 0 } else { one.failures.saturating_add(1) };
                let wait = wait(own.period, failures, own.chance());
                let at = Instant::now().checked_add(wait).unwrap_or(one.at);
                *one = Due { at, failures, is_looked_for: false };
            }
        }
    }

    /// A number below 256, by chance; where there is no randomness, none.
    fn chance(&self) -> u8 {
        let id = self.identifiers.next().unwrap_or_default();
        digest(DigestAlgorithm::Sha256, id.as_bytes()).as_bytes().first().copied().unwrap_or_default()
    }
}

/// A look that ended.
struct Ended {
    source: ListSource,
    how: Refreshed,
    after: Option<Listing>,
}

/// When a list is to be looked for.
#[derive(Clone, Copy)]
struct Due {
    at: Instant,
    failures: u32,
    is_looked_for: bool,
}

impl Due {
    fn now() -> Self {
        Self { at: Instant::now(), failures: 0, is_looked_for: false }
    }

    /// The first of those that nobody looks for.
    fn next(due: &mut BTreeMap<String, Self>) -> Option<(&String, &mut Self)> {
        due.iter_mut().filter(|(_, one)| !one.is_looked_for).min_by_key(|(_, one)| one.at)
    }
}

/// Where the lists are that lists of lists announce.
fn announced(store: &TrustStore) -> Vec<ListSource> {
    let places = store.listings().iter().filter_map(|listing| {
        let url = listing.announcement()?.location.clone()?;
        Some(ListSource { name: listing.name.clone(), url })
    });
    places.collect()
}

/// Whether there is anything to keep: another list, or pivots that were followed.
fn is_new(before: &Listing, after: &Listing) -> bool {
    let sha256 = |listing: &Listing| listing.list.as_ref().map(|list| list.sha256().to_owned());
    let pivots = |listing: &Listing| listing.list_of_lists().map(|lists| lists.pivots.len());
    sha256(after) != sha256(before) || pivots(after) != pivots(before)
}

fn say(source: &ListSource, how: &Refreshed) {
    match how {
        Refreshed::New => tracing::info!(list = %source.name, "a newer trust list is in use"),
        Refreshed::Same => {}
        Refreshed::Refused(code) => tracing::warn!(list = %source.name, code, "a trust list was refused"),
        Refreshed::Failed(outcome) => {
            tracing::warn!(list = %source.name, outcome = outcome.name(), "no trust list came");
        }
        Refreshed::Unkept(cause) => {
            tracing::warn!(list = %source.name, %cause, "a trust list is in use and could not be kept");
        }
        Refreshed::WithoutPivots(cause) => {
            tracing::warn!(list = %source.name, %cause, "a list of lists is in use without the pivots that it names");
        }
        Refreshed::Unknown => tracing::error!(list = %source.name, "no such trust list"),
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
        Refreshed::WithoutPivots(cause) => (LookOutcome::WithoutPivots, Some(cause.clone())),
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
