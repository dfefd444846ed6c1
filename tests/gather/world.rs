//! What the tests have in common: an adapter with little patience, a clock that is set, a resolver that is told.

use std::collections::BTreeMap;
use std::io;
use std::net::IpAddr;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sigillum::outbound::{BackOff, Outbound, Patience, Resolve, Settings};
use sigillum::service::ports::{Answered, Asked, CacheUse, Clock, Fetch, Pending};
use sigillum::syntax::url::{HostRule, HttpUrl};
use sigillum::time::Timestamp;
use sigillum::validation::{NeedKind, Vouched};

use crate::support::authority::{Authority, Places};
use crate::support::website::Website;

/// When everything happens.
pub(crate) const NOW: Timestamp = Timestamp::from_unix(1_780_000_000);

/// A clock that is set.
pub(crate) struct Hands(AtomicI64);

impl Hands {
    pub(crate) fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Clock for Hands {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix(self.0.load(Ordering::SeqCst))
    }
}

/// A resolver that is told, and counts.
#[derive(Default)]
pub(crate) struct Names {
    pub(crate) known: Mutex<BTreeMap<String, Vec<IpAddr>>>,
    pub(crate) asked: AtomicUsize,
}

impl Names {
    pub(crate) fn put(&self, name: &str, addresses: &[&str]) {
        let addresses = addresses.iter().map(|address| address.parse().unwrap()).collect();
        self.known.lock().unwrap().insert(name.to_owned(), addresses);
    }
}

impl Resolve for Names {
    fn resolve<'a>(&'a self, name: &'a str) -> Pending<'a, io::Result<Vec<IpAddr>>> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let found = self.known.lock().unwrap().get(name).cloned();
        Box::pin(std::future::ready(found.ok_or_else(|| io::ErrorKind::NotFound.into())))
    }
}

/// Tests wait less than operators.
pub(crate) const PATIENCE: Patience = Patience {
    connection: Duration::from_millis(500),
    head: Duration::from_millis(400),
    small: Duration::from_millis(900),
    list: Duration::from_millis(2_500),
};

/// What failed is tried again at once.
pub(crate) const NEVER: BackOff = BackOff { first: Duration::ZERO, most: Duration::ZERO };

/// An adapter with a server that it may ask, and a PKI.
pub(crate) struct World {
    pub(crate) website: Website,
    pub(crate) names: Arc<Names>,
    pub(crate) clock: Arc<Hands>,
    pub(crate) authority: Authority,
    pub(crate) settings: Settings,
}

impl World {
    /// The operator has named the server.
    pub(crate) fn new() -> Self {
        let website = Website::new();
        let settings = Settings {
            allow_hosts: vec![HostRule::parse(&website.rule()).unwrap()],
            patience: PATIENCE,
            back_off: NEVER,
            ..Settings::default()
        };
        let authority = Authority::new(NOW, &Places::default());
        Self {
            website,
            names: Arc::default(),
            clock: Arc::new(Hands(AtomicI64::new(NOW.unix_seconds()))),
            authority,
            settings,
        }
    }

    pub(crate) fn outbound(&self) -> Outbound {
        let (names, clock) = (Arc::clone(&self.names), Arc::clone(&self.clock));
        Outbound::new(self.settings.clone(), names, clock).unwrap()
    }
}

/// A question of this kind that nobody vouches for.
pub(crate) fn asked(kind: NeedKind, url: &str) -> Asked {
    Asked {
        kind,
        url: HttpUrl::parse(url).unwrap(),
        ocsp_request: None,
        vouched: Vouched::ByNobody,
        cache: CacheUse::Allowed,
        within: Duration::from_secs(10),
    }
}

/// The same, for which an anchor vouches.
pub(crate) fn vouched(kind: NeedKind, url: &str) -> Asked {
    Asked { vouched: Vouched::ByAnchor, ..asked(kind, url) }
}

/// Fetches a CRL; how it went, in the word of reports.
pub(crate) async fn crl(outbound: &Outbound, url: &str) -> String {
    word(&outbound.fetch(asked(NeedKind::Crl, url)).await)
}

pub(crate) fn word(answered: &Answered) -> String {
    assert_eq!(answered.content.is_some(), answered.outcome.is_success());
    answered.outcome.name()
}
