//! A service for tests: real use cases over ports that are held in memory and can be made to fail, and the real
//! router on it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use serde_json::Value;
use sigillum::config::{CallerEntry, ServiceLimits};
use sigillum::crypto::{DigestAlgorithm, SealAlgorithm, digest};
use sigillum::journal::Entry;
use sigillum::limits::Limits;
use sigillum::pki::Certificate;
use sigillum::sealing::{Appearance, SealIdentity, SealProfile};
use sigillum::server;
use sigillum::service::ports::{
    Begun, Clock, Identifiers, Journal, JournalUnavailable, Kept, NoRandomness, Pending, Repeatable,
    Signer as SignerPort, SignerUnavailable, Ticket,
};
use sigillum::service::{Capacity, Parts, Role, Sealer, Service, certificates};
use sigillum::time::Timestamp;
use sigillum::trust::{TrustAnchor, TrustStore};
use sigillum::validation::Policy;
use tokio::sync::Semaphore;
use tower::ServiceExt;

use crate::support::pdf::{MadePdf, stream};
use crate::support::sign::Signer;
use crate::{spec, support};

/// Holds every role, and the profile `official`.
pub(crate) const ALL: &str = "token-of-all";
/// Validates, and no more.
pub(crate) const VALIDATOR: &str = "token-of-a-validator";
/// Seals, with no profile.
pub(crate) const SEALER: &str = "token-of-a-sealer";
/// Reads the journal.
pub(crate) const AUDITOR: &str = "token-of-an-auditor";

/// A signed document of about 50 KB.
pub(crate) static SIGNED: LazyLock<Vec<u8>> = LazyLock::new(|| signed(40_000));

/// A document of `bytes` bytes and a signature.
pub(crate) fn signed(bytes: usize) -> Vec<u8> {
    let mut rng = support::rng::Rng::new(1);
    let data: Vec<u8> =
        std::iter::repeat_with(|| rng.next().to_le_bytes()).take(bytes.div_ceil(8)).flatten().collect();
    let mut pdf = MadePdf::new([stream("", &data)]);
    Signer::p256().sign(&mut pdf, "Signature1");
    pdf.into_bytes()
}

/// A fixture by its path below `fixtures`.
pub(crate) fn fixture(path: &str) -> Vec<u8> {
    support::read(&support::project().join("fixtures").join(path))
}

/// A journal in memory.
pub(crate) struct Memory {
    pub(crate) entries: Mutex<Vec<Entry>>,
    pub(crate) fails: AtomicBool,
    /// Whoever appends waits for a place here.
    pub(crate) gate: Semaphore,
    begun: Mutex<HashMap<(String, String), Begun>>,
}

impl Memory {
    fn new() -> Self {
        let gate = Semaphore::new(Semaphore::MAX_PERMITS);
        Self { entries: Mutex::default(), fails: AtomicBool::new(false), gate, begun: Mutex::default() }
    }

    /// From now on whoever appends waits until [`Memory::open`].
    pub(crate) fn close(&self) {
        self.gate.forget_permits(Semaphore::MAX_PERMITS);
    }

    pub(crate) fn open(&self) {
        self.gate.add_permits(Semaphore::MAX_PERMITS / 2);
    }

    /// What a request of this caller with this key is told.
    pub(crate) fn tell(&self, caller: &str, key: &str, begun: Begun) {
        self.begun.lock().unwrap().insert((caller.to_owned(), key.to_owned()), begun);
    }

    fn refused<T>(&self, value: T) -> Result<T, JournalUnavailable> {
        if self.fails.load(Ordering::SeqCst) {
            return Err(JournalUnavailable("the disk of the test is full".to_owned()));
        }
        Ok(value)
    }
}

impl Journal for Memory {
    fn append(&self, entry: Entry, _kept: Option<Kept>) -> Pending<'_, Result<(), JournalUnavailable>> {
        Box::pin(async move {
            let _place = self.gate.acquire().await.unwrap();
            self.refused(())?;
            self.entries.lock().unwrap().push(entry);
            Ok(())
        })
    }

    fn begin(&self, request: Repeatable) -> Pending<'_, Result<Begun, JournalUnavailable>> {
        Box::pin(async move {
            let first =
                Ticket { caller: request.caller.clone(), key: request.key.clone(), attempt: "1".to_owned() };
            let told = self.begun.lock().unwrap().get(&(request.caller, request.key)).cloned();
            self.refused(told.unwrap_or(Begun::First(first)))
        })
    }

    fn abandon(&self, _ticket: Ticket) -> Pending<'_, Result<(), JournalUnavailable>> {
        Box::pin(async { self.refused(()) })
    }

    fn ready(&self) -> Pending<'_, Result<(), JournalUnavailable>> {
        Box::pin(async { self.refused(()) })
    }
}

/// A clock that stands still, or breaks down.
pub(crate) struct Still(pub AtomicBool);

impl Clock for Still {
    fn now(&self) -> Timestamp {
        assert!(!self.0.load(Ordering::SeqCst), "the clock broke down");
        Timestamp::from_rfc3339("2026-07-01T00:00:00Z").unwrap()
    }
}

/// Identifiers that count.
pub(crate) struct Counting {
    next: AtomicU64,
    pub(crate) fails: AtomicBool,
}

impl Identifiers for Counting {
    fn next(&self) -> Result<String, NoRandomness> {
        if self.fails.load(Ordering::SeqCst) {
            return Err(NoRandomness);
        }
        Ok(format!("0000-{:04}", self.next.fetch_add(1, Ordering::SeqCst)))
    }
}

/// A key that cannot sign.
struct Pulled(Arc<SealIdentity>);

impl SignerPort for Pulled {
    fn identity(&self) -> &Arc<SealIdentity> {
        &self.0
    }

    fn sign<'a>(&'a self, _message: &'a [u8]) -> Pending<'a, Result<Vec<u8>, SignerUnavailable>> {
        Box::pin(async { Err(SignerUnavailable("the card was pulled".to_owned())) })
    }
}

/// A service and its ports.
pub(crate) struct World {
    pub(crate) service: Arc<Service>,
    pub(crate) limits: ServiceLimits,
    pub(crate) journal: Arc<Memory>,
    pub(crate) clock: Arc<Still>,
    pub(crate) identifiers: Arc<Counting>,
    router: Router,
}

/// The limits of the tests.
pub(crate) const LIMITS: ServiceLimits = ServiceLimits {
    body_bytes: 256 << 10,
    bodies_bytes: 2 << 20,
    capacity: Capacity { at_once: 2, waiting: 64, deadline: Duration::from_secs(20) },
    header_time: Duration::from_secs(10),
    body_time: Duration::from_secs(10),
    connections: 256,
    per_caller: 64,
};

impl World {
    pub(crate) fn new() -> Self {
        Self::with(LIMITS, |_| {})
    }

    pub(crate) fn limited(limits: ServiceLimits) -> Self {
        Self::with(limits, |_| {})
    }

    pub(crate) fn with(limits: ServiceLimits, change: impl FnOnce(&mut Parts)) -> Self {
        let journal = Arc::new(Memory::new());
        let clock = Arc::new(Still(AtomicBool::new(false)));
        let identifiers = Arc::new(Counting { next: AtomicU64::new(1), fails: AtomicBool::new(false) });
        let policy = |name: &str| Arc::new(Policy::builtin(name).unwrap());
        let mut parts = Parts {
            policies: ["default", "no-revocation"].map(|name| (name.to_owned(), policy(name))).into(),
            trust: Arc::new(TrustStore::new(anchors())),
            sealers: BTreeMap::new(),
            journal: Arc::<Memory>::clone(&journal),
            clock: Arc::<Still>::clone(&clock),
            identifiers: Arc::<Counting>::clone(&identifiers),
            limits: Limits::DEFAULT,
            capacity: limits.capacity,
            steps: None,
        };
        change(&mut parts);
        let service = Service::new(parts);
        let router = server::router(&callers(), limits, Arc::clone(&service)).unwrap();
        Self { service, limits, journal, clock, identifiers, router }
    }

    /// With the profile `official` under this policy, whose key cannot sign.
    pub(crate) fn with_sealer(limits: ServiceLimits, policy: &str) -> Self {
        Self::with(limits, |parts| {
            let sealer = sealer(&parts.policies[policy]);
            parts.sealers.insert("official".to_owned(), sealer);
        })
    }

    /// Sends a request through the router; the answer is held against the description.
    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let (method, path) = (request.method().to_string(), request.uri().path().to_owned());
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (head, body) = response.into_parts();
        let body = to_bytes(body, 64 << 20).await.unwrap().to_vec();
        spec::check(&method, &path, head.status, &head.headers, &body);
        Answer { status: head.status, headers: head.headers, body }
    }

    /// Validates a document.
    pub(crate) async fn validate(&self, query: &str, document: &[u8]) -> Answer {
        self.send(post(&format!("/v1/validations{query}"), ALL, "application/pdf", document)).await
    }

    /// How many records the journal has.
    pub(crate) fn records(&self) -> usize {
        self.journal.entries.lock().unwrap().len()
    }
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The code of a problem, with its status.
    pub(crate) fn problem(&self) -> (u16, String) {
        assert_eq!(self.headers["content-type"], "application/problem+json", "{self:?}");
        (self.status.as_u16(), self.json()["code"].as_str().unwrap().to_owned())
    }

    pub(crate) fn detail(&self) -> String {
        self.json()["detail"].as_str().unwrap().to_owned()
    }
}

/// A request with a body.
pub(crate) fn post(path: &str, token: &str, content_type: &str, body: &[u8]) -> Request<Body> {
    let request = Request::post(path).header("authorization", format!("Bearer {token}"));
    request.header("content-type", content_type).body(Body::from(body.to_vec())).unwrap()
}

/// A request without one.
pub(crate) fn get(path: &str, token: &str) -> Request<Body> {
    Request::get(path).header("authorization", format!("Bearer {token}")).body(Body::empty()).unwrap()
}

/// Parts of a form, with the boundary `frontier`.
pub(crate) fn form(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, content) in parts {
        let head = format!("--frontier\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"f\"\r\n\r\n");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--frontier--\r\n");
    body
}

pub(crate) const FORM: &str = "multipart/form-data; boundary=frontier";

pub(crate) fn callers() -> BTreeMap<String, CallerEntry> {
    let entry = |token: &str, roles: &[Role], profiles: &[&str]| CallerEntry {
        token_sha256: digest(DigestAlgorithm::Sha256, token.as_bytes()).to_string(),
        roles: roles.iter().copied().collect(),
        profiles: profiles.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>(),
    };
    BTreeMap::from([
        ("all".to_owned(), entry(ALL, &Role::ALL, &["official"])),
        ("validator".to_owned(), entry(VALIDATOR, &[Role::Validator], &[])),
        ("sealer".to_owned(), entry(SEALER, &[Role::Sealer], &[])),
        ("auditor".to_owned(), entry(AUDITOR, &[Role::Auditor], &[])),
    ])
}

fn anchors() -> Vec<TrustAnchor> {
    let files = ["bench/root.pem", "pki/other-root.pem"];
    let found = files.iter().flat_map(|file| certificates(&fixture(file)).unwrap());
    found.map(|certificate| TrustAnchor { certificate, sunset: None }).collect()
}

fn sealer(policy: &Arc<Policy>) -> Sealer {
    let certificate = Arc::new(Certificate::parse(Signer::p256().certificate()).unwrap());
    let identity = SealIdentity { certificate, chain: Vec::new(), algorithm: SealAlgorithm::EcdsaP256Sha256 };
    let profile = SealProfile {
        name: "official".to_owned(),
        policy: Arc::clone(policy),
        appearance: Appearance::Invisible,
        reason: None,
        location: None,
        contact: None,
    };
    Sealer { profile: Arc::new(profile), signer: Arc::new(Pulled(Arc::new(identity))) }
}
