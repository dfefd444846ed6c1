//! From the section `trust` of a configuration to a trust store: anchors, pins and lists are read. A list that is refused
//! is no problem of the configuration: it is said of the list, in every report, and none of its services is believed.
//!
//! Nothing is written here but by [`Trusting::keep_files`]: lists that come from files are remembered there too, so that
//! no older one takes their place later.

use std::fmt::Display;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use super::compose;
use super::compose::Refused;
use super::files;
use super::network;
use crate::clock;
use crate::clock::SystemClock;
use crate::config;
use crate::config::{ListPlace, ParsedTrust, PinnedCertificate, PinnedSigner, Places, TrustedList};
use crate::keystore::RandomIdentifiers;
use crate::limits::GatherLimits;
use crate::pki::Certificate;
use crate::service;
use crate::service::ports::{FetchList, KeepLists, ListUnkept, NoNetwork};
use crate::service::{ListSource, Refresh};
use crate::storage::lists::ListFolder;
use crate::time::Timestamp;
use crate::trust::{
    LIST_BYTES, ListSigner, Listing, RefusedList, Scheme, SupplementaryAnchor, Territories, TrustAnchor, TrustStore,
};

/// The folder of lists in a data folder.
const DATA_LISTS: &str = "trust-lists";

/// The Swiss list in a data folder.
const SWISS: &str = "ch";

/// Where systems keep the certificates that vouch for https servers.
const SYSTEM_ROOTS: [&str; 3] =
    ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"];

/// What a configuration, or a data folder, says of trust and of the network.
#[derive(Clone, Debug)]
pub(super) struct Trusting {
    file: PathBuf,
    parsed: ParsedTrust,
}

/// Which lists of a data folder are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DataLists {
    /// Those that were brought.
    Kept,
    /// Also those that can be.
    All,
}

impl Trusting {
    pub(super) const fn new(file: PathBuf, parsed: ParsedTrust) -> Self {
        Self { file, parsed }
    }

    /// Nothing but what a data folder has.
    pub(super) fn nothing() -> Self {
        let parsed = ParsedTrust {
            demo: false,
            anchors: std::collections::BTreeMap::new(),
            trust: config::TrustLists::default(),
            outbound: config::Outbound::default(),
            places: Places::default(),
        };
        Self { file: PathBuf::new(), parsed }
    }

    /// The same with the lists of a data folder: the Swiss one, by the place and the signer that ship with the program.
    pub(super) fn with_data(mut self, data: &Path, which: DataLists) -> Self {
        let folder = data.join(DATA_LISTS);
        let is_kept = ListFolder::new(folder.clone()).load(SWISS).map_or(true, |kept| kept.is_some());
        let trust = &mut self.parsed.trust;
        if let Some(list) = config::shipped(Scheme::Ch)
            && (is_kept || which == DataLists::All)
            && trust.folder.is_none()
            && !trust.lists.contains_key(SWISS)
        {
            trust.folder = Some(folder);
            trust.lists.insert(SWISS.to_owned(), list);
        }
        let roots = &mut self.parsed.outbound.https_roots_file;
        if roots.is_none() {
            *roots = SYSTEM_ROOTS.into_iter().map(PathBuf::from).find(|file| files::is_file(file));
        }
        self
    }

    /// Whether a data folder has lists.
    pub(super) fn has_lists(data: &Path) -> bool {
        files::is_folder(&data.join(DATA_LISTS))
    }

    /// Whether there are lists in files, and nothing remembers them.
    pub(super) fn has_forgotten_files(&self) -> bool {
        self.parsed.trust.folder.is_none() && self.lists_in_files().next().is_some()
    }

    fn lists_in_files(&self) -> impl Iterator<Item = &str> {
        let lists = self.parsed.trust.lists.iter();
        lists.filter(|(_, list)| matches!(list.place, ListPlace::File(_))).map(|(name, _)| name.as_str())
    }

    /// What is believed.
    pub(super) fn trust(&self) -> Result<TrustStore, Refused> {
        let ParsedTrust { demo, anchors: configured, trust, .. } = &self.parsed;
        let mut refused = Vec::new();
        let mut take =
            |key: String, file: &Path| self.certificate(&key, file).map_err(|line| refused.push(line)).ok();
        let mut anchors = Vec::new();
        for (name, anchor) in configured {
            let key = format!("trust.anchors.{name}.certificate-file");
            let certificate = take(key, &anchor.certificate_file);
            anchors.extend(certificate.map(|certificate| TrustAnchor { certificate, sunset: anchor.sunset }));
        }
        let mut supplementary = Vec::new();
        for (name, one) in &trust.supplementary {
            let key = format!("trust.supplementary.{name}.certificate-file");
            supplementary.extend(take(key, &one.certificate_file).map(|certificate| SupplementaryAnchor {
                name: name.clone(),
                certificate,
                from: one.from,
                until: one.until,
            }));
        }
        let mut listings = Vec::new();
        let now = clock::now();
        for (name, list) in &trust.lists {
            match self.listing(name, list, now) {
                Ok(listing) => listings.push(listing),
                Err(lines) => refused.extend(lines),
            }
        }
        if !refused.is_empty() {
            return Err(Refused(refused));
        }
        let announced: Vec<Listing> =
            listings.iter().flat_map(|listing| listing.announces(&self.announced_before(listing))).collect();
        listings.extend(self.all_kept(announced));
        let store = TrustStore::new(anchors)
            .with_history(trust.history.clone())
            .with_supplementary(supplementary)
            .with_lists(listings);
        Ok(if *demo { store.marked_demo() } else { store })
    }

    /// Keeps the lists of files that are new: by name, whether it was, and whether it could be.
    pub(super) fn keep_files(&self, trust: &TrustStore) -> Vec<(String, Result<bool, ListUnkept>)> {
        let Some(folder) = &self.parsed.trust.folder else { return Vec::new() };
        let folder = ListFolder::new(folder.clone());
        let keep = |name: &str| {
            let listing = trust.listings().iter().find(|listing| listing.name == name)?;
            let list = listing.list.as_ref()?;
            let is_kept = folder.load(name).is_ok_and(|kept| kept.is_some_and(|kept| kept.bytes == *list.bytes()));
            Some((name.to_owned(), if is_kept { Ok(false) } else { folder.keep(listing).map(|()| true) }))
        };
        self.lists_in_files().filter_map(keep).collect()
    }

    /// Who looks for newer lists.
    pub(super) fn refresh(&self) -> Result<Refresh, Refused> {
        let ParsedTrust { trust, outbound: wanted, .. } = &self.parsed;
        let outbound = network::outbound(wanted, &[])
            .map_err(|wrong| Refused(wrong.into_iter().map(|(key, reason)| self.line(key, reason)).collect()))?;
        let fetch: Arc<dyn FetchList> =
            if wanted.limits == GatherLimits::OFFLINE { Arc::new(NoNetwork) } else { Arc::new(outbound) };
        let source = |(name, list): (&String, &TrustedList)| match &list.place {
            ListPlace::Url(url) => Some(ListSource { name: name.clone(), url: url.clone() }),
            ListPlace::File(_) => None,
        };
        let keeper = |folder| -> Arc<dyn KeepLists> { Arc::new(ListFolder::new(folder)) };
        Ok(Refresh {
            sources: trust.lists.iter().filter_map(source).collect(),
            fetch,
            keep: trust.folder.clone().map(keeper),
            clock: Arc::new(SystemClock),
            identifiers: Arc::new(RandomIdentifiers::new()),
            period: trust.period,
        })
    }

    /// A list with what is at hand of it: what was kept, and the file that is named.
    fn listing(&self, name: &str, list: &TrustedList, now: Timestamp) -> Result<Listing, Vec<String>> {
        let mut signers = Vec::new();
        let mut lines = Vec::new();
        for pin in &list.signers {
            match self.pin(name, pin) {
                Ok(signer) => signers.push(signer),
                Err(line) => lines.push(line),
            }
        }
        if !lines.is_empty() {
            return Err(lines);
        }
        let listing = match (&list.territories, &list.place) {
            (Some(territories), ListPlace::Url(url)) => {
                Listing::of_lists(name.to_owned(), url.to_string(), signers, territories.clone())
            }
            (Some(territories), ListPlace::File(_)) => {
                Listing::of_lists(name.to_owned(), String::new(), signers, territories.clone())
            }
            (None, _) => Listing::new(name.to_owned(), list.scheme, signers),
        };
        let kept = self.kept(Listing { grace_seconds: list.grace_seconds, ..listing });
        match &list.place {
            ListPlace::File(file) => {
                let bytes = files::read(file, LIST_BYTES, |_| true).map(Option::unwrap_or_default);
                let unread = |_| {
                    let reason = format!("{} cannot be read", file.display());
                    vec![self.line(&format!("trust.lists.{name}.file"), reason)]
                };
                Ok(kept.after(bytes.map_err(unread)?.into(), now))
            }
            ListPlace::Url(_) => Ok(kept),
        }
    }

    /// A list with what was kept of it, which is verified again.
    fn kept(&self, listing: Listing) -> Listing {
        let Some(folder) = &self.parsed.trust.folder else { return listing };
        let folder = ListFolder::new(folder.clone());
        let listing = Listing { last_look: folder.last_look(&listing.name), ..listing };
        match folder.load(&listing.name) {
            Ok(None) => listing,
            Ok(Some(kept)) => listing
                .kept(&kept.pivots, kept.bytes, kept.taken_at)
                .unwrap_or_else(|refusal| Listing { refusal: Some(refusal), ..listing }),
            Err(error) => {
                let (code, detail) = ("not-readable".to_owned(), error.to_string());
                Listing { refusal: Some(RefusedList { code, detail, is_for_want_of_a_signer: false }), ..listing }
            }
        }
    }

    /// What a list of lists announced before, by what is kept: it is said where it does no more.
    fn announced_before(&self, listing: &Listing) -> Vec<Listing> {
        let (Some(lists), Some(folder)) = (listing.list_of_lists(), &self.parsed.trust.folder) else {
            return Vec::new();
        };
        let folder = ListFolder::new(folder.clone());
        let all = Scheme::Eu.territories().into_iter().map(str::to_owned);
        let kept = all.filter(|territory| {
            folder.has(&crate::trust::announced_name(&listing.name, territory)) && lists.territories.has(territory)
        });
        let these = Territories::These(kept.collect());
        // Without a list, nothing is announced yet: only the names are of interest.
        Listing::of_lists(listing.name.clone(), String::new(), Vec::new(), these).announces(&[])
    }

    /// The same lists with what was kept of each, on as many threads as there are cores: the large ones take a while.
    fn all_kept(&self, listings: Vec<Listing>) -> Vec<Listing> {
        let threads = thread::available_parallelism().map_or(1, NonZeroUsize::get).min(listings.len().max(1));
        let announced = |listing: Listing| {
            let is_announced = listing.announcement().is_some_and(|one| one.location.is_some());
            if is_announced { self.kept(listing) } else { listing }
        };
        let mut shares: Vec<Vec<(usize, Listing)>> = vec![Vec::new(); threads];
        for (number, listing) in listings.into_iter().enumerate() {
            if let Some(share) = shares.get_mut(number.checked_rem(threads).unwrap_or_default()) {
                share.push((number, listing));
            }
        }
        let mut all: Vec<(usize, Listing)> = thread::scope(|scope| {
            let started: Vec<_> = shares
                .into_iter()
                .map(|share| {
                    let load = move |(number, listing)| (number, announced(listing));
                    let own = share.clone();
                    (own, scope.spawn(move || share.into_iter().map(load).collect::<Vec<_>>()))
                })
                .collect();
            // Where a thread ended badly, nothing is at hand of its lists.
            started.into_iter().flat_map(|(own, thread)| thread.join().unwrap_or(own)).collect()
        });
        all.sort_by_key(|(number, _)| *number);
        all.into_iter().map(|(_, listing)| listing).collect()
    }

    fn pin(&self, list: &str, pin: &PinnedSigner) -> Result<ListSigner, String> {
        let sha256 = match &pin.certificate {
            PinnedCertificate::Sha256(sha256) => *sha256,
            PinnedCertificate::File(file) => {
                let name = pin.name.as_deref().unwrap_or_default();
                let key = format!("trust.lists.{list}.signers.{name}.certificate-file");
                ListSigner::of(&*self.certificate(&key, file)?).sha256
            }
        };
        Ok(ListSigner { sha256, from: pin.from, until: pin.until })
    }

    /// The one certificate of a file.
    fn certificate(&self, key: &str, file: &Path) -> Result<Arc<Certificate>, String> {
        let refuse = |reason: &dyn Display| self.line(key, format!("{}: {reason}", file.display()));
        let content = compose::content(file).map_err(|reason| refuse(&reason))?;
        match service::certificates(&content).as_deref() {
            Ok([certificate]) => Ok(Arc::clone(certificate)),
            Ok(_) | Err(_) => Err(refuse(&"must hold one certificate, PEM or DER, and nothing else")),
        }
    }

    fn line(&self, key: &str, reason: impl Display) -> String {
        compose::line_at(&self.file, &self.parsed.places, key, reason)
    }
}
