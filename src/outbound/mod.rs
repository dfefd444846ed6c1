//! Evidence over the network: the adapter of [`Fetch`].
//!
//! A question goes through the guard (who may be asked at all), the cache (whether the answer is at hand), the failures (whether it
//! failed a moment ago), and is then asked once, however many documents wait for it. Nothing that comes is verified
//! here. What it costs, and why each limit is what it is: `docs/outbound.md`.
//!
//! Not done here: proxies that want a password, LDAP, HTTP/2, client certificates.

mod address;
mod cache;
mod connect;
mod disk;
mod exchange;
mod failure;
mod guard;
mod resolve;

use std::collections::HashMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore};
use tokio::sync::watch;
use tokio::time::{Instant, timeout};

use cache::Cache;
use connect::Connector;
use exchange::{Exchange, Question};
use failure::{Failed, Failures};
use guard::Guard;

use crate::crypto::{DigestAlgorithm, DigestState};
use crate::limits::GatherLimits;
use crate::pki::Certificate;
use crate::service::Gathered;
use crate::service::ports::{Answered, Asked, CacheUse, Clock, Fetch, FetchList, Pending};
use crate::syntax::url::{HostRule, HttpUrl, Scheme};
use crate::trust::LIST_BYTES;
use crate::validation::{FetchOutcome, NeedKind, Vouched};

pub use failure::BackOff;
pub use resolve::{Resolve, SystemResolver};

/// How long is waited.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For a connection, with its name and TLS.
    pub connection: Duration,
    /// For the head of an answer.
    pub head: Duration,
    /// For the whole of a certificate or an OCSP answer.
    pub small: Duration,
    /// For the whole of a CRL.
    pub list: Duration,
}

/// What an operator decides.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Who may be asked besides those that certificates vouch for; also where it is loopback or private.
    pub allow_hosts: Vec<HostRule>,
    /// Through whom everything is asked: an `http` URL.
    pub proxy: Option<HttpUrl>,
    /// Who vouches for servers; without any, https is not asked.
    pub https_roots: Vec<Arc<Certificate>>,
    /// Where answers are kept beyond this process, and how many bytes of them.
    pub cache: Option<(PathBuf, u64)>,
    /// How long is waited.
    pub patience: Patience,
    /// How long what failed is left alone.
    pub back_off: BackOff,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            allow_hosts: Vec::new(),
            proxy: None,
            https_roots: Vec::new(),
            cache: None,
            patience: Patience::DEFAULT,
            back_off: BackOff::DEFAULT,
        }
    }
}

/// Why it cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OutboundError {
    /// None of the roots can be used.
    Roots,
    /// The proxy is not an `http` URL.
    Proxy,
}

impl fmt::Display for OutboundError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Roots => "none of the roots can be used",
            Self::Proxy => "the proxy must be an http URL",
        })
    }
}

impl std::error::Error for OutboundError {}

/// Fetches evidence.
#[derive(Clone)]
pub struct Outbound(Arc<Inner>);

struct Inner {
    exchange: Exchange,
    cache: Cache,
    failures: Failures,
    flights: Mutex<HashMap<[u8; 32], watch::Receiver<Option<Landed>>>>,
    clock: Arc<dyn Clock>,
}

/// How a question went that several may wait for.
#[derive(Clone, Debug)]
struct Landed {
    went: Result<(Arc<Gathered>, u64), FetchOutcome>,
    requests: u32,
}

impl fmt::Debug for Outbound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outbound").finish_non_exhaustive()
    }
}

impl Outbound {
    /// Puts it together. Asks nobody.
    ///
    /// # Errors
    /// [`OutboundError`].
    pub fn new(
        settings: Settings,
        resolver: Arc<dyn Resolve>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, OutboundError> {
        if settings.proxy.as_ref().is_some_and(|proxy| proxy.scheme != Scheme::Http) {
            return Err(OutboundError::Proxy);
        }
        let tls = tls(&settings.https_roots)?;
        let guard = Guard { allowed: settings.allow_hosts, https: tls.is_some() };
        let connector = Connector { resolver, tls, proxy: settings.proxy, patience: settings.patience.connection };
        Ok(Self(Arc::new(Inner {
            exchange: Exchange::new(connector, guard, settings.patience),
            cache: Cache::new(settings.cache),
            failures: Failures::new(settings.back_off),
            flights: Mutex::default(),
            clock,
        })))
    }

    async fn fetched(&self, asked: Asked) -> Answered {
        let inner = &self.0;
        let grade = match inner.exchange.guard.admit(&asked.url, asked.vouched) {
            Ok(grade) => grade,
            Err(refused) => return Answered::without(refused),
        };
        let question = Question {
            kind: asked.kind,
            wanted: match asked.kind {
                NeedKind::Issuer => "application/pkix-cert, application/pkcs7-mime, */*;q=0.1",
                NeedKind::Crl => "application/pkix-crl, */*;q=0.1",
                NeedKind::Ocsp => "application/ocsp-response, */*;q=0.1",
            },
            url: asked.url,
            grade,
            ocsp_request: asked.ocsp_request,
            most_bytes: match asked.kind {
                NeedKind::Issuer => GatherLimits::ISSUER_BYTES,
                NeedKind::Ocsp => GatherLimits::OCSP_BYTES,
                NeedKind::Crl => GatherLimits::CRL_BYTES,
            },
        };
        let name = name(&question);
        if asked.cache == CacheUse::Allowed
            && let Some(piece) = inner.cache.find(name, question.kind, inner.clock.now()).await
        {
            let outcome = FetchOutcome::Cached;
            return Answered { outcome, content: Some(piece.content), bytes: piece.bytes, requests: 0 };
        }
        if let Some(failed) = inner.failures.in_the_way(&question.url, name, Instant::now()) {
            return Answered::without(failed);
        }
        let mut flight = self.flight(name, question);
        let landed = match timeout(asked.within, flight.wait_for(Option::is_some)).await {
            Ok(Ok(landed)) => landed.clone(),
            // Who asked broke down.
            Ok(Err(_)) => None,
            Err(_) => return Answered { requests: 1, ..Answered::without(FetchOutcome::Timeout) },
        };
        match landed {
            Some(Landed { went: Ok((content, bytes)), requests }) => {
                Answered { outcome: FetchOutcome::Fetched, content: Some(content), bytes, requests }
            }
            Some(Landed { went: Err(outcome), requests }) => Answered { requests, ..Answered::without(outcome) },
            None => Answered { requests: 1, ..Answered::without(FetchOutcome::ConnectionBroken) },
        }
    }

    /// The answer to a question that is on its way: the one that somebody asked already, or a new one. It is asked to its
    /// end, also where who began it does not wait any more.
    fn flight(&self, name: [u8; 32], question: Question) -> watch::Receiver<Option<Landed>> {
        let mut flights = self.0.flights.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(flight) = flights.get(&name) {
            return flight.clone();
        }
        let (sender, receiver) = watch::channel(None);
        flights.insert(name, receiver.clone());
        drop(flights);
        let ends = Ends { inner: Arc::clone(&self.0), name };
        tokio::spawn(async move {
            let landed = ends.inner.ask(ends.name, &question).await;
            // Whoever comes from now on finds it in the cache or among the failures.
            drop(ends);
            sender.send_replace(Some(landed));
        });
        receiver
    }
}

impl Inner {
    async fn ask(&self, name: [u8; 32], question: &Question) -> Landed {
        let mut requests = 0;
        let read = |bytes: &[u8]| Gathered::read(question.kind, bytes).map(|content| (content, bytes.to_vec()));
        let went = self.exchange.ask(question, &mut requests, read).await;
        self.failures.note(&question.url, name, &went, Instant::now());
        let went = match went {
            Ok(((content, bytes), length)) => {
                let content = Arc::new(content);
                self.cache.keep(name, &content, bytes, self.clock.now()).await;
                Ok((content, length))
            }
            Err(Failed { outcome, .. }) => Err(outcome),
        };
        Landed { went, requests }
    }
}

impl Inner {
    /// Neither from the cache nor held up by earlier failures: who asks keeps what came, and waits by itself.
    async fn list(&self, url: HttpUrl) -> Result<Arc<[u8]>, FetchOutcome> {
        let question = Question {
            // As long as a CRL may take.
            kind: NeedKind::Crl,
            wanted: "application/vnd.etsi.tsl+xml, application/xml;q=0.9, */*;q=0.1",
            // The operator names the place.
            grade: self.exchange.guard.admit(&url, Vouched::ByAnchor)?,
            url,
            ocsp_request: None,
            most_bytes: LIST_BYTES,
        };
        let mut requests = 0;
        let read = |bytes: &[u8]| Ok(Arc::<[u8]>::from(bytes));
        let went = self.exchange.ask(&question, &mut requests, read).await;
        went.map(|(bytes, _)| bytes).map_err(|failed| failed.outcome)
    }
}

impl FetchList for Outbound {
    fn fetch_list(&self, url: &HttpUrl, within: Duration) -> Pending<'_, Result<Arc<[u8]>, FetchOutcome>> {
        let url = url.clone();
        Box::pin(async move { timeout(within, self.0.list(url)).await.unwrap_or(Err(FetchOutcome::Timeout)) })
    }
}

impl Fetch for Outbound {
    fn fetch(&self, asked: Asked) -> Pending<'_, Answered> {
        Box::pin(self.fetched(asked))
    }
}

/// Takes a question from those that are on their way, however it ended.
struct Ends {
    inner: Arc<Inner>,
    name: [u8; 32],
}

impl Drop for Ends {
    fn drop(&mut self) {
        self.inner.flights.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.name);
    }
}

/// What names a question: what is asked, and where.
fn name(question: &Question) -> [u8; 32] {
    let mut state = DigestState::new(DigestAlgorithm::Sha256);
    state.update(question.kind.name().as_bytes());
    state.update(&[0]);
    state.update(question.url.to_string().as_bytes());
    state.update(&[0]);
    state.update(question.ocsp_request.as_deref().unwrap_or_default());
    state.finish().as_bytes().try_into().unwrap_or([0; 32])
}

fn tls(roots: &[Arc<Certificate>]) -> Result<Option<Arc<ClientConfig>>, OutboundError> {
    if roots.is_empty() {
        return Ok(None);
    }
    let mut store = RootCertStore::empty();
    let all = roots.iter().map(|root| CertificateDer::from(root.der().to_vec()));
    if store.add_parsable_certificates(all).0 == 0 {
        return Err(OutboundError::Roots);
    }
    let mut configuration = ClientConfig::builder().with_root_certificates(store).with_no_client_auth();
    configuration.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Some(Arc::new(configuration)))
}
