//! What the use cases need from outside, as traits. Adapters implement them; tests do too.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use super::Gathered;
use crate::journal::Entry;
use crate::sealing::SealIdentity;
use crate::syntax::url::HttpUrl;
use crate::time::Timestamp;
use crate::trust::{Listing, Look};
use crate::validation::{FetchOutcome, NeedKind, Vouched};

/// What will be there later. Boxed, so that a port can be chosen at run time.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The time at which we stand.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;
}

/// Identifiers that nobody can guess and that never come twice.
pub trait Identifiers: Send + Sync {
    /// A new one: 8 to 64 characters of `A-Z a-z 0-9 -`.
    ///
    /// # Errors
    /// Where the system has no randomness.
    fn next(&self) -> Result<String, NoRandomness>;
}

/// The system has no randomness.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoRandomness;

impl fmt::Display for NoRandomness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the system gives no random numbers")
    }
}

impl std::error::Error for NoRandomness {}

/// A key that seals, wherever it is kept.
pub trait Signer: Send + Sync {
    /// Whose it is, and how it signs.
    fn identity(&self) -> &Arc<SealIdentity>;

    /// Signs `message` (which is digested first, as the algorithm of the identity says). The value has the form that
    /// CMS wants: RSA as is, ECDSA as the DER of `Ecdsa-Sig-Value` (RFC 3279 §2.2.3).
    fn sign<'a>(&'a self, message: &'a [u8]) -> Pending<'a, Result<Vec<u8>, SignerUnavailable>>;
}

/// The key could not sign. The text names the key by its name in the configuration and the cause; no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignerUnavailable(pub String);

impl fmt::Display for SignerUnavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for SignerUnavailable {}

/// The journal and what is kept beside it.
pub trait Journal: Send + Sync {
    /// Appends a record; done means durable. With `kept`, the answer to an idempotent request is kept in the same
    /// transaction: both are there, or neither.
    fn append(&self, entry: Entry, kept: Option<Kept>) -> Pending<'_, Result<(), JournalUnavailable>>;

    /// Begins a request that may be repeated (contract: `Idempotency-Key`, per caller, 24 hours).
    fn begin(&self, request: Repeatable) -> Pending<'_, Result<Begun, JournalUnavailable>>;

    /// Gives up a request that was begun and not finished, so that it can be tried again at once.
    fn abandon(&self, ticket: Ticket) -> Pending<'_, Result<(), JournalUnavailable>>;

    /// Whether a record could be written now. Writes nothing that lasts.
    fn ready(&self) -> Pending<'_, Result<(), JournalUnavailable>>;
}

/// A request that may be repeated.
#[derive(Clone, Debug)]
pub struct Repeatable {
    /// Who asks: the caller's name in the configuration.
    pub caller: String,
    /// The key that the caller chose.
    pub key: String,
    /// SHA-256 of the whole request, what is asked and the document; lowercase hex.
    pub request_sha256: String,
    /// When it was asked.
    pub now: Timestamp,
    /// Until when it counts as running; then it is taken for dead and may be tried again.
    pub runs_until: Timestamp,
}

/// Whether a request is the first of its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Begun {
    /// It is: do it, then append with [`Kept`], or abandon it.
    First(Ticket),
    /// The same request is being worked on.
    Running,
    /// The key was used for another request.
    Mismatch,
    /// The same request was answered.
    Done {
        /// The identifier of the seal.
        seal_id: String,
        /// What was added to the document, as `Released::addition` has it.
        appended: Vec<u8>,
    },
}

/// Names a request that was begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// Who asks.
    pub caller: String,
    /// The key that the caller chose.
    pub key: String,
    /// Which try it is: a ticket whose request was taken for dead and begun anew ends nothing.
    pub attempt: String,
}

/// The answer to keep.
#[derive(Clone, Debug)]
pub struct Kept {
    /// The request.
    pub ticket: Ticket,
    /// What was added to the document, as `Released::addition` has it: nothing of the document itself.
    pub appended: Vec<u8>,
    /// Until when it is kept.
    pub until: Timestamp,
}

/// The journal cannot be written. The text names the cause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalUnavailable(pub String);

impl fmt::Display for JournalUnavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for JournalUnavailable {}

/// Fetches evidence over the network.
pub trait Fetch: Send + Sync {
    /// Fetches one piece; answers within [`Asked::within`], however it went.
    fn fetch(&self, asked: Asked) -> Pending<'_, Answered>;
}

/// A piece of evidence to fetch.
#[derive(Clone, Debug)]
pub struct Asked {
    /// What.
    pub kind: NeedKind,
    /// Where.
    pub url: HttpUrl,
    /// What is asked: the OCSP request, in DER.
    pub ocsp_request: Option<Arc<[u8]>>,
    /// Who vouches for the host; an operator's list is the adapter's.
    pub vouched: Vouched,
    /// Whether what is at hand will do.
    pub cache: CacheUse,
    /// How long the answer is waited for.
    pub within: Duration,
}

/// Whether what is at hand from an earlier fetch will do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CacheUse {
    /// It will.
    Allowed,
    /// It was no good: anew.
    Renew,
}

/// How it went.
#[derive(Clone, Debug)]
pub struct Answered {
    /// How.
    pub outcome: FetchOutcome,
    /// What came; only where it went well.
    pub content: Option<Arc<Gathered>>,
    /// How many bytes that is.
    pub bytes: u64,
    /// How many requests were made for it.
    pub requests: u32,
}

impl Answered {
    /// Nothing came, and no request was made.
    #[must_use]
    pub const fn without(outcome: FetchOutcome) -> Self {
        Self { outcome, content: None, bytes: 0, requests: 0 }
    }
}

/// Fetches trust lists over the network.
pub trait FetchList: Send + Sync {
    /// Fetches what is at a place that an operator names; answers within a time, however it went.
    fn fetch_list(&self, url: &HttpUrl, within: Duration) -> Pending<'_, Result<Arc<[u8]>, FetchOutcome>>;
}

/// Keeps verified trust lists beyond this process. Blocks.
pub trait KeepLists: Send + Sync {
    /// Keeps the list of a listing in the place of what was kept of it. What another process kept meanwhile and is newer
    /// stays.
    ///
    /// # Errors
    /// Where it cannot be kept: what was kept before is still there.
    fn keep(&self, listing: &Listing) -> Result<(), ListUnkept>;

    /// Notes of a list how the last look for a newer one went, for who asks in another process.
    ///
    /// # Errors
    /// Where it cannot be noted.
    fn note(&self, name: &str, look: &Look) -> Result<(), ListUnkept>;
}

/// A list could not be kept. The text names the cause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListUnkept(pub String);

impl fmt::Display for ListUnkept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ListUnkept {}

/// Fetches nothing: offline.
#[derive(Clone, Copy, Debug)]
pub struct NoNetwork;

impl FetchList for NoNetwork {
    fn fetch_list(&self, _: &HttpUrl, _: Duration) -> Pending<'_, Result<Arc<[u8]>, FetchOutcome>> {
        Box::pin(std::future::ready(Err(FetchOutcome::Offline)))
    }
}

impl Fetch for NoNetwork {
    fn fetch(&self, _: Asked) -> Pending<'_, Answered> {
        Box::pin(std::future::ready(Answered::without(FetchOutcome::Offline)))
    }
}

/// The steps of a seal (the second walk), for whoever wants to watch them: a test that ends the process between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SealStep {
    /// The request was begun under its idempotency key.
    Begun,
    /// The document was opened and judged as it came.
    Opened,
    /// Our own certificate was validated.
    SignerValidated,
    /// The update is laid out, the attributes are fixed.
    Prepared,
    /// The key has signed.
    Signed,
    /// The value is in its place.
    Embedded,
    /// Our own validator passed the result.
    Released,
    /// The journal has the record.
    Journaled,
}

/// Watches the steps of a seal.
pub trait Steps: Send + Sync {
    /// The step was taken.
    fn taken(&self, step: SealStep);
}
