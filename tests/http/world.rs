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
use sigillum::crypto::{DigestAlgorithm, digest};
use sigillum::document::Packaging;
use sigillum::journal::Entry;
use sigillum::limits::Limits;
use sigillum::sealing::{Appearance, Formats, Prefixes, SealIdentity, SealLevel, SealProfile};
use sigillum::server;
use sigillum::service::ports::{
    Begun, Clock, Identifiers, Journal, JournalUnavailable, Kept, NoRandomness, Pending, Repeatable,
    Signer as SignerPort, SignerUnavailable, Ticket,
};
use sigillum::service::{Capacity, Gather, Parts, Role, Sealer, Service, certificates};
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
    /// Whoever appends is refused, all else works.
    pub(crate) append_fails: AtomicBool,
    begun: Mutex<HashMap<(String, String), (String, Begun)>>,
}

impl Memory {
    fn new() -> Self {
        let gate = Semaphore::new(Semaphore::MAX_PERMITS);
        Self {
            entries: Mutex::default(),
            fails: AtomicBool::new(false),
            append_fails: AtomicBool::new(false),
            gate,
            begun: Mutex::default(),
        }
    }

    /// From now on whoever appends waits until [`Memory::open`].
    pub(crate) fn close(&self) {
        self.gate.forget_permits(Semaphore::MAX_PERMITS);
    }

    pub(crate) fn open(&self) {
        self.gate.add_permits(Semaphore::MAX_PERMITS / 2);
    }

    fn refused<T>(&self, value: T) -> Result<T, JournalUnavailable> {
        if self.fails.load(Ordering::SeqCst) {
            return Err(JournalUnavailable("the disk of the test is full".to_owned()));
        }
        Ok(value)
    }
}

impl Journal for Memory {
    fn append(&self, entry: Entry, kept: Option<Kept>) -> Pending<'_, Result<(), JournalUnavailable>> {
        Box::pin(async move {
            let _place = self.gate.acquire().await.unwrap();
            self.refused(())?;
            if self.append_fails.load(Ordering::SeqCst) {
                return Err(JournalUnavailable("the disk of the test is full".to_owned()));
            }
            if let Some(Kept { ticket, appended, .. }) = kept {
                let mut begun = self.begun.lock().unwrap();
                let (_, state) = begun.get_mut(&(ticket.caller, ticket.key)).expect("it was begun");
                *state = Begun::Done { seal_id: entry.id.clone(), appended };
            }
            self.entries.lock().unwrap().push(entry);
            Ok(())
        })
    }

    fn begin(&self, request: Repeatable) -> Pending<'_, Result<Begun, JournalUnavailable>> {
        Box::pin(async move {
            self.refused(())?;
            let key = (request.caller, request.key);
            let ticket = Ticket { caller: key.0.clone(), key: key.1.clone(), attempt: "1".to_owned() };
            let mut begun = self.begun.lock().unwrap();
            if let Some((sha256, state)) = begun.get(&key) {
                return Ok(if *sha256 == request.request_sha256 { state.clone() } else { Begun::Mismatch });
            }
            begun.insert(key, (request.request_sha256, Begun::Running));
            Ok(Begun::First(ticket))
        })
    }

    fn abandon(&self, ticket: Ticket) -> Pending<'_, Result<(), JournalUnavailable>> {
        Box::pin(async move {
            self.begun.lock().unwrap().remove(&(ticket.caller, ticket.key));
            self.refused(())
        })
    }

    fn ready(&self) -> Pending<'_, Result<(), JournalUnavailable>> {
        Box::pin(async { self.refused(()) })
    }
}

/// A clock that stands still, breaks down, or has run far.
#[derive(Default)]
pub(crate) struct Still {
    pub(crate) broken: AtomicBool,
    /// It is a time at which no certificate holds any more.
    pub(crate) late: AtomicBool,
}

impl Clock for Still {
    fn now(&self) -> Timestamp {
        assert!(!self.broken.load(Ordering::SeqCst), "the clock broke down");
        let late = self.late.load(Ordering::SeqCst);
        Timestamp::from_rfc3339(if late { "2126-07-01T00:00:00Z" } else { "2026-07-01T00:00:00Z" }).unwrap()
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

/// What a key does.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Behaviour {
    /// It signs.
    Signs,
    /// It is not there.
    Pulled,
    /// It signs something else.
    Wrong,
    /// What it gives is no signature.
    Garbage,
    /// It signs, and it takes so long that its certificate does not hold any more.
    Late,
}

struct Key {
    sealer: support::seal::Sealer,
    identity: Arc<SealIdentity>,
    behaviour: Behaviour,
    clock: Arc<Still>,
}

impl SignerPort for Key {
    fn identity(&self) -> &Arc<SealIdentity> {
        &self.identity
    }

    fn sign<'a>(&'a self, message: &'a [u8]) -> Pending<'a, Result<Vec<u8>, SignerUnavailable>> {
        Box::pin(async move {
            match self.behaviour {
                Behaviour::Signs => Ok(self.sealer.value(message)),
                Behaviour::Pulled => Err(SignerUnavailable("the card was pulled".to_owned())),
                Behaviour::Wrong => Ok(self.sealer.value(b"something else")),
                Behaviour::Garbage => Ok(vec![0; 5000]),
                Behaviour::Late => {
                    self.clock.late.store(true, Ordering::SeqCst);
                    Ok(self.sealer.value(message))
                }
            }
        })
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
        Self::made(limits, Arc::new(Still::default()), change)
    }

    fn made(limits: ServiceLimits, clock: Arc<Still>, change: impl FnOnce(&mut Parts)) -> Self {
        let journal = Arc::new(Memory::new());
        let identifiers = Arc::new(Counting { next: AtomicU64::new(1), fails: AtomicBool::new(false) });
        let policy = |name: &str| Arc::new(Policy::builtin(name).unwrap());
        let mut parts = Parts {
            policies: ["default", "no-revocation"].map(|name| (name.to_owned(), policy(name))).into(),
            trust: Arc::new(TrustStore::new(anchors())),
            evidence: Arc::default(),
            sealers: BTreeMap::new(),
            journal: Arc::<Memory>::clone(&journal),
            gather: Gather::offline(),
            clock: Arc::<Still>::clone(&clock),
            identifiers: Arc::<Counting>::clone(&identifiers),
            limits: Limits::DEFAULT,
            capacity: limits.capacity,
            mandants: Vec::new(),
            steps: None,
        };
        change(&mut parts);
        let service = Service::new(parts);
        let router = server::router(&callers(), limits, Arc::clone(&service)).unwrap();
        Self { service, limits, journal, clock, identifiers, router }
    }

    /// With the profile `official` under this policy; `in-field`, which wants a field that few PDF documents have; and
    /// `around` and `beside`, by which the seals of XML stand there.
    pub(crate) fn with_sealer(limits: ServiceLimits, policy: &str, behaviour: Behaviour) -> Self {
        let clock = Arc::new(Still::default());
        Self::made(limits, Arc::clone(&clock), |parts| {
            let in_field = Appearance::Field { name: "Siegelfeld".to_owned(), text: Vec::new() };
            let all = Formats::All;
            for (name, appearance, formats, packaging) in [
                ("official", Appearance::Invisible, all, Packaging::Enveloped),
                ("in-field", in_field, Formats::Pades, Packaging::Enveloped),
                ("around", Appearance::Invisible, Formats::Xades, Packaging::Enveloping),
                ("beside", Appearance::Invisible, all, Packaging::Detached),
            ] {
                let policy = &parts.policies[policy];
                let mut sealer = sealer(name, appearance, policy, behaviour, &clock);
                sealer.profile = SealProfile { formats, packaging, ..SealProfile::clone(&sealer.profile) }.into();
                parts.sealers.insert(name.to_owned(), sealer);
            }
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
        ("all".to_owned(), entry(ALL, &Role::ALL, &["official", "in-field", "around", "beside"])),
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

fn sealer(
    name: &str,
    appearance: Appearance,
    policy: &Arc<Policy>,
    behaviour: Behaviour,
    clock: &Arc<Still>,
) -> Sealer {
    let sealer = support::seal::Sealer::p256();
    let identity = Arc::new(sealer.identity.clone());
    let profile = SealProfile {
        name: name.to_owned(),
        policy: Arc::clone(policy),
        formats: Formats::All,
        packaging: Packaging::Enveloped,
        prefixes: Prefixes::All,
        level: SealLevel::B,
        appearance,
        reason: None,
        location: None,
        contact: None,
    };
    Sealer {
        profile: Arc::new(profile),
        signer: Arc::new(Key { sealer, identity, behaviour, clock: Arc::clone(clock) }),
    }
}
