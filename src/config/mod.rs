//! The configuration (contract, section 3a): a TOML text becomes a [`Config`], or is refused as a whole with every
//! problem that was found, each with line and column.
//!
//! [`parse()`] is pure. It knows each key ([`KEYS`]), its type, its bounds, and that every name that is referred to is
//! there. What lies behind the text it does not see: whether files exist, keys open and fit their certificates, is
//! found out by who reads the files (`sigillum config check`, `sigillum serve`), with the place of the key at hand
//! ([`Parsed::places`]). Secrets never stand in the text: keys, passwords and tokens are files, or a SHA-256.
//! The reasons are in English, as the keys are.

mod outbound;
mod parse;
mod problem;
mod profiles;
mod reader;
mod schema;
mod sections;
mod trust;

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use crate::crypto::SealAlgorithm;
use crate::document::Packaging;
use crate::sealing::{Appearance, Formats};
use crate::service::{Capacity, Role};
use crate::time::Timestamp;

pub use outbound::{OUTBOUND_LIMITS, Outbound};
pub use parse::{Parsed, ParsedTrust, parse, parse_trust};
pub use problem::{Place, Places, Problem};
pub use schema::{KEYS, Kind, LATER};
pub use sections::{LIMITS, LimitBounds};
pub use trust::{ListPlace, PinnedCertificate, PinnedSigner, Supplementary, TrustLists, TrustedList, shipped};

/// Everything that the program is told.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where it listens, with which certificate.
    pub server: Server,
    /// What a request may cost.
    pub limits: ServiceLimits,
    /// Who may be asked for evidence.
    pub outbound: Outbound,
    /// Trust anchors by name.
    pub anchors: BTreeMap<String, Anchor>,
    /// Trust lists, and what is accepted beside them.
    pub trust: TrustLists,
    /// Files with certificates, CRLs and OCSP responses that are at hand for everything that is judged. They are read anew
    /// where they change.
    pub evidence_files: Vec<PathBuf>,
    /// The policies that callers may name: built in (`default`, `no-revocation`) or of [`Config::policy_files`].
    pub policies: BTreeSet<String>,
    /// Policies of one's own, by name.
    pub policy_files: BTreeMap<String, PathBuf>,
    /// Mandants of one's own, by name: kinds of document beside those that are built in.
    pub mandant_files: BTreeMap<String, PathBuf>,
    /// Seal profiles by name.
    pub profiles: BTreeMap<String, Profile>,
    /// Keys by name.
    pub keys: BTreeMap<String, Key>,
    /// Callers by name.
    pub callers: BTreeMap<String, CallerEntry>,
    /// The journal.
    pub journal: JournalPlace,
    /// Whether everything here is a demo: said in every report, and on the console.
    pub demo: bool,
}

/// Where the service listens.
#[derive(Clone, Debug)]
pub struct Server {
    /// Address and port.
    pub listen: SocketAddr,
    /// The certificate chain of the service itself, PEM.
    pub certificate_file: PathBuf,
    /// Its private key, PEM (PKCS#8).
    pub key_file: PathBuf,
}

/// What a request may cost.
#[derive(Clone, Copy, Debug)]
pub struct ServiceLimits {
    /// Bytes of one body.
    pub body_bytes: u64,
    /// Bytes of all bodies in flight together.
    pub bodies_bytes: u64,
    /// How many documents at once, how many wait, how long each may take.
    pub capacity: Capacity,
    /// How long a client may take for the head of a request.
    pub header_time: Duration,
    /// How long a client may take for the body of a request.
    pub body_time: Duration,
    /// Connections open at the same time.
    pub connections: usize,
    /// Requests of one caller at the same time.
    pub per_caller: usize,
}

/// A certificate that is believed.
#[derive(Clone, Debug)]
pub struct Anchor {
    /// The certificate, PEM or DER.
    pub certificate_file: PathBuf,
    /// When trust in it ends (compromise): from then on no path may end here.
    pub sunset: Option<Timestamp>,
}

/// A seal profile.
#[derive(Clone, Debug)]
pub struct Profile {
    /// The name of its key.
    pub key: String,
    /// The name of the policy that its result must pass.
    pub policy: String,
    /// Which documents it seals.
    pub formats: Formats,
    /// How the seal of an XML document stands to it.
    pub packaging: Packaging,
    /// What is seen of the seal of a PDF.
    pub appearance: Appearance,
    /// Of a PDF: Reason, location, contact of the signature dictionary.
    pub reason: Option<String>,
    /// Location.
    pub location: Option<String>,
    /// Contact.
    pub contact: Option<String>,
}

/// A key, and where it is kept.
#[derive(Clone, Debug)]
pub struct Key {
    /// How it signs.
    pub algorithm: SealAlgorithm,
    /// Where it is kept.
    pub store: KeyStore,
}

/// Where a key is kept.
#[derive(Clone, Debug)]
pub enum KeyStore {
    /// A PKCS#8 file (PEM or DER, not encrypted) and a PEM file with the certificate first, then its chain.
    Pkcs8 {
        /// The key.
        key_file: PathBuf,
        /// The certificates.
        certificate_file: PathBuf,
    },
    /// A PKCS#12 file with key and certificates.
    Pkcs12 {
        /// The file.
        file: PathBuf,
        /// A file with its password.
        password_file: PathBuf,
    },
}

/// Somebody who may call.
#[derive(Clone, Debug)]
pub struct CallerEntry {
    /// SHA-256 of the bearer token, lowercase hex.
    pub token_sha256: String,
    /// Roles.
    pub roles: BTreeSet<Role>,
    /// Profiles, for the role `sealer`.
    pub profiles: BTreeSet<String>,
}

/// Where the journal is.
#[derive(Clone, Debug)]
pub enum JournalPlace {
    /// A SQLite file.
    Sqlite(PathBuf),
}
