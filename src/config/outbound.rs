//! The section `outbound`: who may be asked for evidence, and what that may cost.

use std::path::PathBuf;
use std::time::Duration;

use super::reader::Section;
use super::sections::LimitBounds;
use crate::limits::GatherLimits;
use crate::syntax::url::{HostRule, HttpUrl, Scheme};

/// Who may be asked for evidence, and what that may cost.
#[derive(Clone, Debug)]
pub struct Outbound {
    /// Who may be asked besides those that certificates vouch for; also where it is loopback or private.
    pub allow_hosts: Vec<HostRule>,
    /// Through whom everything is asked.
    pub proxy: Option<HttpUrl>,
    /// Certificates that vouch for servers, PEM; without it https is not asked.
    pub https_roots_file: Option<PathBuf>,
    /// Where answers are kept.
    pub cache_folder: Option<PathBuf>,
    /// Bytes of what is kept there.
    pub cache_bytes: u64,
    /// What it may cost for one document; offline, nothing.
    pub limits: GatherLimits,
}

impl Default for Outbound {
    fn default() -> Self {
        Self {
            allow_hosts: Vec::new(),
            proxy: None,
            https_roots_file: None,
            cache_folder: None,
            cache_bytes: CACHE_BYTES.default,
            limits: GatherLimits::DEFAULT,
        }
    }
}

/// Bytes of the cache folder. 256 MiB: the CRLs of all Swiss issuers, with room.
const CACHE_BYTES: LimitBounds =
    LimitBounds { key: "cache-bytes", least: 1 << 20, most: 64 << 30, default: 256 << 20 };
/// How often it is fetched and judged again.
const ROUNDS: LimitBounds = LimitBounds { key: "rounds", least: 1, most: 4, default: 4 };
/// Requests for one document.
const REQUESTS: LimitBounds = LimitBounds { key: "requests", least: 1, most: 20, default: 20 };
/// Seconds for one document.
const SECONDS: LimitBounds = LimitBounds { key: "seconds", least: 1, most: 10, default: 10 };
/// Bytes for one document.
const BYTES: LimitBounds = LimitBounds { key: "bytes", least: 1 << 10, most: 32 << 20, default: 32 << 20 };

/// Every limit of `[outbound]`. They can be lowered, not raised.
pub const OUTBOUND_LIMITS: &[LimitBounds] = &[CACHE_BYTES, ROUNDS, REQUESTS, SECONDS, BYTES];

pub(super) fn outbound(section: &Section<'_>) -> Outbound {
    let number = |limit: LimitBounds| section.integer(limit.key, limit.least..=limit.most, limit.default);
    let count = |limit| u32::try_from(number(limit)).unwrap_or(u32::MAX);
    let limits = GatherLimits {
        rounds: count(ROUNDS),
        requests: count(REQUESTS),
        time: Duration::from_secs(number(SECONDS)),
        bytes: number(BYTES),
    };
    let offline = section.flag("offline").unwrap_or(false);
    let mut allow_hosts = Vec::new();
    for host in section.texts("allow-hosts") {
        match HostRule::parse(host) {
            Ok(rule) => allow_hosts.push(rule),
            Err(_) => section.problem("allow-hosts", &format!("{host:?} is not a host or host:port")),
        }
    }
    let proxy = section.text("proxy").and_then(|text| {
        let proxy = HttpUrl::parse(text).ok().filter(|url| url.scheme == Scheme::Http && url.target == "/");
        if proxy.is_none() {
            section.problem("proxy", "must be like http://proxy.example.ch:3128, without a name or password");
        }
        proxy
    });
    Outbound {
        allow_hosts,
        proxy,
        https_roots_file: section.file("https-roots-file"),
        cache_folder: section.file("cache-folder"),
        cache_bytes: number(CACHE_BYTES),
        limits: if offline { GatherLimits::OFFLINE } else { limits },
    }
}
