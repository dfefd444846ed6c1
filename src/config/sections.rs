//! The sections `server`, `limits`, `trust.anchors`, `policies`, `callers` and `journal`.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use super::reader::Section;
use super::{Anchor, CallerEntry, JournalPlace, Server, ServiceLimits};
use crate::limits::Limits;
use crate::service::{Capacity, Role};
use crate::validation::Policy;
use crate::validation::mandant::Mandant;

/// Where it listens, where the text does not say.
const LISTEN: &str = "127.0.0.1:8443";

/// Policies of the contract that are not there yet.
const LATER_POLICIES: &[&str] = &["partial-xml"];

/// A limit: its key, its bounds, and its value where the text does not say.
#[derive(Clone, Copy, Debug)]
pub struct LimitBounds {
    /// The key in `[limits]`.
    pub key: &'static str,
    /// The lowest that is accepted.
    pub least: u64,
    /// The highest that is accepted.
    pub most: u64,
    /// What it is where the text does not say; 0 stands for the number of cores.
    pub default: u64,
}

/// Bytes of one body. 128 MiB: scans of dossiers. At most what one document may have.
const BODY_BYTES: LimitBounds =
    LimitBounds { key: "body-bytes", least: 1 << 10, most: Limits::DEFAULT.file_bytes, default: 128 << 20 };
/// Bytes of all bodies in flight. 512 MiB: four of the largest; the memory of a small machine with room for the work.
const BODIES_BYTES: LimitBounds =
    LimitBounds { key: "bodies-bytes", least: 1 << 10, most: 64 << 30, default: 512 << 20 };
/// Documents computed at the same time.
const AT_ONCE: LimitBounds = LimitBounds { key: "at-once", least: 1, most: 1_024, default: 0 };
/// Requests that wait for their turn. 64: some seconds of work.
const WAITING: LimitBounds = LimitBounds { key: "waiting", least: 0, most: 10_000, default: 64 };
/// Seconds for a document; the contract's deadline.
const DEADLINE: LimitBounds = LimitBounds { key: "deadline-seconds", least: 1, most: 300, default: 15 };
/// Seconds for the head of a request.
const HEADER_TIME: LimitBounds = LimitBounds { key: "header-seconds", least: 1, most: 120, default: 10 };
/// Seconds for the body of a request. 60: the largest body at 18 Mbit/s.
const BODY_TIME: LimitBounds = LimitBounds { key: "body-seconds", least: 1, most: 3_600, default: 60 };
/// Open connections.
const CONNECTIONS: LimitBounds = LimitBounds { key: "connections", least: 1, most: 65_536, default: 1_024 };
/// Requests of one caller at the same time.
const PER_CALLER: LimitBounds = LimitBounds { key: "per-caller", least: 1, most: 65_536, default: 64 };

/// Every limit of `[limits]`.
pub const LIMITS: &[LimitBounds] =
    &[BODY_BYTES, BODIES_BYTES, AT_ONCE, WAITING, DEADLINE, HEADER_TIME, BODY_TIME, CONNECTIONS, PER_CALLER];

pub(super) fn server(root: &Section<'_>, demo: bool) -> Option<Server> {
    root.needed("server")?;
    let section = root.section("server");
    let listen = listen(&section, demo);
    let certificate_file = section.needed_file("certificate-file");
    let key_file = section.needed_file("key-file");
    Some(Server { listen: listen?, certificate_file: certificate_file?, key_file: key_file? })
}

fn listen(section: &Section<'_>, demo: bool) -> Option<SocketAddr> {
    let Ok(listen) = section.text("listen").unwrap_or(LISTEN).parse::<SocketAddr>() else {
        section.problem("listen", "must be an address and a port, like 127.0.0.1:8443 or [::1]:8443");
        return None;
    };
    if demo && !listen.ip().is_loopback() {
        section.problem("listen", "a demo listens on loopback addresses only");
        return None;
    }
    Some(listen)
}

pub(super) fn limits(section: &Section<'_>, cores: usize) -> ServiceLimits {
    let number = |limit: LimitBounds| section.integer(limit.key, limit.least..=limit.most, limit.default);
    let count = |limit| usize::try_from(number(limit)).unwrap_or(usize::MAX);
    let time = |limit| Duration::from_secs(number(limit));
    let (body_bytes, bodies_bytes) = (number(BODY_BYTES), number(BODIES_BYTES));
    if bodies_bytes < body_bytes {
        let key = if section.has(BODIES_BYTES.key) { BODIES_BYTES.key } else { BODY_BYTES.key };
        section.problem(key, &format!("bodies-bytes ({bodies_bytes}) is less than body-bytes ({body_bytes})"));
    }
    let at_once = match count(AT_ONCE) {
        0 => cores.max(1),
        at_once => at_once,
    };
    ServiceLimits {
        body_bytes,
        bodies_bytes,
        capacity: Capacity { at_once, waiting: count(WAITING), deadline: time(DEADLINE) },
        header_time: time(HEADER_TIME),
        body_time: time(BODY_TIME),
        connections: count(CONNECTIONS),
        per_caller: count(PER_CALLER),
    }
}

pub(super) fn anchors(section: &Section<'_>) -> BTreeMap<String, Anchor> {
    let read = |(name, anchor): (String, Section<'_>)| {
        let sunset = anchor.time("sunset");
        Some((name, Anchor { certificate_file: anchor.needed_file("certificate-file")?, sunset }))
    };
    section.sections().filter_map(read).collect()
}

pub(super) fn policy_files(section: &Section<'_>) -> BTreeMap<String, PathBuf> {
    let files = section.section("files");
    let mut found = BTreeMap::new();
    for (name, _) in files.texts_by_name() {
        if Policy::builtin(&name).is_some() || LATER_POLICIES.contains(&&*name) {
            files.problem(&name, "is the name of a built-in policy");
        } else if let Some(file) = files.file(&name) {
            found.insert(name, file);
        }
    }
    found
}

pub(super) fn mandant_files(section: &Section<'_>) -> BTreeMap<String, PathBuf> {
    let files = section.section("files");
    let mut found = BTreeMap::new();
    for (name, _) in files.texts_by_name() {
        if Mandant::builtin().iter().any(|mandant| mandant.name == name) {
            files.problem(&name, "is the name of a built-in mandant");
        } else if let Some(file) = files.file(&name) {
            found.insert(name, file);
        }
    }
    found
}

/// The policies that callers may name; `default` where the text does not say.
pub(super) fn offered(section: &Section<'_>, files: &BTreeMap<String, PathBuf>) -> BTreeSet<String> {
    if !section.has("offered") {
        return BTreeSet::from(["default".to_owned()]);
    }
    let mut offered = BTreeSet::new();
    for name in section.texts("offered") {
        if policy_is_known(section, "offered", name, files) {
            offered.insert(name.to_owned());
        }
    }
    offered
}

/// Whether there is a policy of this name; where not, that becomes a problem.
pub(super) fn policy_is_known(
    section: &Section<'_>,
    key: &str,
    name: &str,
    files: &BTreeMap<String, PathBuf>,
) -> bool {
    if LATER_POLICIES.contains(&name) {
        section.problem(key, &format!("the policy {name} is not there yet"));
        return false;
    }
    let known = Policy::builtin(name).is_some() || files.contains_key(name);
    if !known {
        section.problem(key, &format!("there is no policy named {name:?}; policies.files has none of this name"));
    }
    known
}

pub(super) fn callers(root: &Section<'_>) -> BTreeMap<String, CallerEntry> {
    let profiles = root.section("profiles");
    let mut callers: BTreeMap<String, CallerEntry> = BTreeMap::new();
    for (name, section) in root.section("callers").sections() {
        let Some(caller) = caller(&section, &profiles) else { continue };
        let same = callers.iter().find(|(_, other)| other.token_sha256 == caller.token_sha256);
        if let Some((other, _)) = same {
            section
                .problem("token-sha256", &format!("is also that of {other}; each caller has a token of its own"));
        }
        callers.insert(name, caller);
    }
    callers
}

fn caller(section: &Section<'_>, known: &Section<'_>) -> Option<CallerEntry> {
    let token = section.needed_text("token-sha256").filter(|token| {
        let hex = token.len() == 64 && token.bytes().all(|octet| matches!(octet, b'0'..=b'9' | b'a'..=b'f'));
        if !hex {
            section.problem("token-sha256", "must be a SHA-256: 64 digits of 0-9 and a-f");
        }
        hex
    });
    section.needed("roles");
    let mut roles = BTreeSet::new();
    for role in section.texts("roles") {
        match Role::from_name(role) {
            Some(role) => _ = roles.insert(role),
            None => {
                let names = Role::ALL.map(Role::name).join(", ");
                section.problem("roles", &format!("there is no role named {role:?}; roles: {names}"));
            }
        }
    }
    let profiles: BTreeSet<String> = section.texts("profiles").into_iter().map(ToOwned::to_owned).collect();
    for profile in profiles.iter().filter(|profile| !known.has(profile)) {
        section.problem("profiles", &format!("there is no profile named {profile:?}"));
    }
    if roles.contains(&Role::Sealer) == profiles.is_empty() {
        section.problem("profiles", "the role sealer and a list of profiles belong together");
    }
    Some(CallerEntry { token_sha256: token?.to_owned(), roles, profiles })
}

pub(super) fn journal(root: &Section<'_>) -> Option<JournalPlace> {
    root.needed("journal")?;
    root.section("journal").needed_file("sqlite-file").map(JournalPlace::Sqlite)
}
