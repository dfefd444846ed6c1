//! Gathering: what a report still needs is fetched, in rounds, under the limits of one document.
//!
//! Which address is asked is decided in two places. Here: a host is vouched for where a certificate that chains to an
//! anchor names it, or an anchor itself. In the adapter: the operator's list, and what an address must be. Of a
//! certificate the OCSP responders are asked one after the other and then the places of its CRL, until one gives
//! something; different certificates at the same time. Where what came is no good, the need is there again in the next
//! round, and the next address is asked; what came from a cache is asked for anew first.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};

use super::Gathered;
use super::ports::{Answered, Asked, CacheUse, Fetch, NoNetwork};
use crate::limits::GatherLimits;
use crate::pki::{Certificate, DistributionPoint};
use crate::syntax::url::{Host, HttpUrl, UrlError};
use crate::trust::TrustStore;
use crate::validation::{Attempt, FetchOutcome, Need, NeedKind, Vouched};

/// How evidence is gathered.
#[derive(Clone)]
pub struct Gather {
    /// Who fetches.
    pub fetch: Arc<dyn Fetch>,
    /// What it may cost for one document.
    pub limits: GatherLimits,
}

impl Gather {
    /// Not at all.
    #[must_use]
    pub fn offline() -> Self {
        Self { fetch: Arc::new(NoNetwork), limits: GatherLimits::OFFLINE }
    }

    /// Whether nothing is ever fetched.
    #[must_use]
    pub const fn is_offline(&self) -> bool {
        self.limits.rounds == 0
    }
}

impl fmt::Debug for Gather {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gather").field("limits", &self.limits).finish_non_exhaustive()
    }
}

/// The gathering for one document.
#[derive(Debug)]
pub(super) struct Gathering {
    gather: Gather,
    rounds: u32,
    deadline: Instant,
    purse: Arc<Purse>,
    named: HashSet<(Host, u16)>,
    tried: HashMap<Place, Tried>,
    attempts: Vec<Attempt>,
}

/// What is left for one document.
#[derive(Debug)]
struct Purse {
    requests: AtomicU32,
    bytes: AtomicU64,
}

/// What is asked, and where.
type Place = (NeedKind, String, Option<Arc<[u8]>>);

/// How a place was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tried {
    /// What was at hand was taken; it can be asked for anew.
    Cache,
    /// It was asked.
    Network,
}

/// A place to ask.
#[derive(Debug)]
struct Step {
    place: Place,
    about: String,
    url: Result<HttpUrl, UrlError>,
    vouched: Vouched,
    cache: CacheUse,
}

/// A place that was asked.
#[derive(Debug)]
struct Asking {
    place: Place,
    /// SHA-256 (hex) of the certificate for whose sake.
    about: String,
    answered: Answered,
}

impl Gathering {
    /// Begins; `latest` is when all of it has to be over.
    pub(super) fn new(gather: &Gather, trust: &TrustStore, latest: Instant) -> Self {
        let limits = gather.limits;
        let anchors = trust.anchors().iter().flat_map(|anchor| urls(&anchor.certificate));
        let named = anchors.filter_map(place).collect();
        let whole = Instant::now().checked_add(limits.time);
        Self {
            gather: gather.clone(),
            rounds: limits.rounds,
            deadline: whole.map_or(latest, |whole| whole.min(latest)),
            purse: Arc::new(Purse {
                requests: AtomicU32::new(limits.requests),
                bytes: AtomicU64::new(limits.bytes),
            }),
            named,
            tried: HashMap::new(),
            attempts: Vec::new(),
        }
    }

    /// Fetches what these needs ask for; nothing where nothing more comes.
    pub(super) async fn round(&mut self, needs: &[Need]) -> Vec<Arc<Gathered>> {
        if self.rounds == 0 || Instant::now() >= self.deadline {
            return Vec::new();
        }
        self.rounds = self.rounds.saturating_sub(1);
        let vouched = needs.iter().filter(|need| need.vouched == Vouched::ByAnchor);
        self.named.extend(vouched.flat_map(|need| &need.urls).filter_map(|url| place(url)));
        let chains = self.chains(needs);
        let mut gathered = Vec::new();
        for Asking { place, about, answered } in self.ask(chains).await {
            let tried = if answered.outcome == FetchOutcome::Cached { Tried::Cache } else { Tried::Network };
            self.attempts.push(Attempt {
                kind: place.0,
                certificate_sha256: about,
                url: place.1.clone(),
                outcome: answered.outcome,
            });
            self.tried.insert(place, tried);
            gathered.extend(answered.content);
        }
        gathered
    }

    /// What was asked in all rounds so far, in order.
    pub(super) fn so_far(&self) -> &[Attempt] {
        &self.attempts
    }

    /// For each certificate the places still to ask: those of its issuer apart, those of its revocation data in order.
    fn chains(&self, needs: &[Need]) -> Vec<Vec<Step>> {
        let mut chains: BTreeMap<(bool, &str), Vec<Step>> = BTreeMap::new();
        let mut planned = HashSet::new();
        for need in needs {
            let chain = chains.entry((need.kind != NeedKind::Issuer, &need.certificate_sha256)).or_default();
            for url in &need.urls {
                let place = (need.kind, url.clone(), need.ocsp_request.clone());
                let cache = match self.tried.get(&place) {
                    None => CacheUse::Allowed,
                    Some(Tried::Cache) => CacheUse::Renew,
                    Some(Tried::Network) => continue,
                };
                if !planned.insert(place.clone()) {
                    continue;
                }
                let parsed = HttpUrl::parse(url);
                let named = match &parsed {
                    Ok(url) => self.named.contains(&(url.host.clone(), url.port)),
                    Err(_) => false,
                };
                let vouched = if named { Vouched::ByAnchor } else { need.vouched };
                chain.push(Step { place, about: need.certificate_sha256.clone(), url: parsed, vouched, cache });
            }
        }
        chains.into_values().filter(|chain| !chain.is_empty()).collect()
    }

    /// Asks along all chains at the same time; the answers in the order of the chains.
    async fn ask(&self, chains: Vec<Vec<Step>>) -> Vec<Asking> {
        let mut tasks = JoinSet::new();
        for (number, chain) in chains.into_iter().enumerate() {
            let (fetch, purse, deadline) = (Arc::clone(&self.gather.fetch), Arc::clone(&self.purse), self.deadline);
            tasks.spawn(async move { (number, along(chain, &*fetch, &purse, deadline).await) });
        }
        let mut answers = BTreeMap::new();
        while let Some(done) = tasks.join_next().await {
            // A task that broke down has fetched nothing; the need stays.
            if let Ok((number, asked)) = done {
                answers.insert(number, asked);
            }
        }
        answers.into_values().flatten().collect()
    }
}

/// Asks one place after the other, until one gives something.
async fn along(chain: Vec<Step>, fetch: &dyn Fetch, purse: &Purse, deadline: Instant) -> Vec<Asking> {
    let mut asked = Vec::new();
    for step in chain {
        let answered = match step.url {
            Err(UrlError::Scheme) => Answered::without(FetchOutcome::RefusedScheme),
            Err(UrlError::Malformed) => Answered::without(FetchOutcome::RefusedUrl),
            Ok(url) => {
                let within = deadline.saturating_duration_since(Instant::now());
                let (kind, _, ocsp_request) = step.place.clone();
                let request = Asked { kind, url, ocsp_request, vouched: step.vouched, cache: step.cache, within };
                purse.fetch(fetch, request, deadline).await
            }
        };
        let done = answered.outcome.is_success();
        asked.push(Asking { place: step.place, about: step.about, answered });
        if done {
            break;
        }
    }
    asked
}

impl Purse {
    /// Fetches where there is still something left for it.
    async fn fetch(&self, fetch: &dyn Fetch, asked: Asked, deadline: Instant) -> Answered {
        if asked.within == Duration::ZERO {
            return Answered::without(FetchOutcome::Timeout);
        }
        if take(&self.requests, 1).is_err() {
            return Answered::without(FetchOutcome::Limit);
        }
        let answered = timeout_at(deadline, fetch.fetch(asked)).await;
        let answered = answered.unwrap_or(Answered { requests: 1, ..Answered::without(FetchOutcome::Timeout) });
        match answered.requests.checked_sub(1) {
            // It was at hand, or refused.
            None => _ = self.requests.fetch_add(1, Ordering::AcqRel),
            Some(more) => take_what_is_there(&self.requests, more),
        }
        let paid =
            self.bytes.fetch_update(Ordering::AcqRel, Ordering::Acquire, |left| left.checked_sub(answered.bytes));
        match paid {
            Ok(_) => answered,
            Err(_) => Answered { requests: answered.requests, ..Answered::without(FetchOutcome::Limit) },
        }
    }
}

fn take(left: &AtomicU32, count: u32) -> Result<u32, u32> {
    left.fetch_update(Ordering::AcqRel, Ordering::Acquire, |left| left.checked_sub(count))
}

fn take_what_is_there(left: &AtomicU32, count: u32) {
    let _ = left.fetch_update(Ordering::AcqRel, Ordering::Acquire, |left| Some(left.saturating_sub(count)));
}

/// Every address in a certificate.
fn urls(certificate: &Certificate) -> impl Iterator<Item = &str> {
    let points = certificate.crl_distribution_points().iter().flat_map(DistributionPoint::uris);
    certificate.ocsp_urls().chain(certificate.ca_issuers_urls()).chain(points)
}

fn place(url: &str) -> Option<(Host, u16)> {
    HttpUrl::parse(url).ok().map(|url| (url.host, url.port))
}
