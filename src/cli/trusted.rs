//! From the section `trust` of a configuration to a trust store: anchors, pins and lists are read. A list that is refused
//! is no problem of the configuration: it is said of the list, in every report, and none of its services is believed.

use std::fmt::Display;
use std::path::Path;
use std::sync::Arc;

use super::compose;
use super::compose::{Loaded, Refused};
use super::files;
use super::network;
use crate::clock;
use crate::clock::SystemClock;
use crate::config::{ListPlace, PinnedCertificate, PinnedSigner, TrustedList};
use crate::keystore::RandomIdentifiers;
use crate::limits::GatherLimits;
use crate::pki::Certificate;
use crate::service;
use crate::service::ports::{FetchList, KeepLists, NoNetwork};
use crate::service::{ListSource, Refresh};
use crate::storage::lists::ListFolder;
use crate::time::Timestamp;
use crate::trust::{LIST_BYTES, ListSigner, Listing, RefusedList, SupplementaryAnchor, TrustAnchor, TrustStore};

impl Loaded {
    /// What is believed.
    pub(super) fn trust(&self) -> Result<TrustStore, Refused> {
        let config = self.config();
        let mut refused = Vec::new();
        let mut take =
            |key: String, file: &Path| self.certificate(&key, file).map_err(|line| refused.push(line)).ok();
        let mut anchors = Vec::new();
        for (name, anchor) in &config.anchors {
            let key = format!("trust.anchors.{name}.certificate-file");
            let certificate = take(key, &anchor.certificate_file);
            anchors.extend(certificate.map(|certificate| TrustAnchor { certificate, sunset: anchor.sunset }));
        }
        let mut supplementary = Vec::new();
        for (name, one) in &config.trust.supplementary {
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
        for (name, list) in &config.trust.lists {
            match self.listing(name, list, now) {
                Ok(listing) => listings.push(listing),
                Err(lines) => refused.extend(lines),
            }
        }
        if !refused.is_empty() {
            return Err(Refused(refused));
        }
        let trust = TrustStore::new(anchors).with_supplementary(supplementary).with_lists(listings);
        Ok(if config.demo { trust.marked_demo() } else { trust })
    }

    /// Who looks for newer lists.
    pub(super) fn refresh(&self) -> Result<Refresh, Refused> {
        let config = self.config();
        let outbound = network::outbound(&config.outbound, &[])
            .map_err(|wrong| Refused(wrong.into_iter().map(|(key, reason)| self.line(key, reason)).collect()))?;
        let fetch: Arc<dyn FetchList> =
            if config.outbound.limits == GatherLimits::OFFLINE { Arc::new(NoNetwork) } else { Arc::new(outbound) };
        let source = |(name, list): (&String, &TrustedList)| match &list.place {
            ListPlace::Url(url) => Some(ListSource { name: name.clone(), url: url.clone() }),
            ListPlace::File(_) => None,
        };
        let keeper = |folder| -> Arc<dyn KeepLists> { Arc::new(ListFolder::new(folder)) };
        Ok(Refresh {
            sources: config.trust.lists.iter().filter_map(source).collect(),
            fetch,
            keep: config.trust.folder.clone().map(keeper),
            clock: Arc::new(SystemClock),
            identifiers: Arc::new(RandomIdentifiers::new()),
            period: config.trust.period,
        })
    }

    /// A list with what is at hand of it: the file that is named, or what was kept.
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
        let listing = Listing::new(name.to_owned(), list.scheme, signers);
        match &list.place {
            ListPlace::File(file) => {
                let bytes = files::read(file, LIST_BYTES, |_| true).map(Option::unwrap_or_default);
                let unread = |_| {
                    let reason = format!("{} cannot be read", file.display());
                    vec![self.line(&format!("trust.lists.{name}.file"), reason)]
                };
                Ok(listing.after(bytes.map_err(unread)?.into(), now))
            }
            ListPlace::Url(_) => Ok(self.kept(listing)),
        }
    }

    /// A list with what was kept of it, which is verified again.
    fn kept(&self, listing: Listing) -> Listing {
        let Some(folder) = &self.config().trust.folder else { return listing };
        let refused = |code: &str, detail: String| {
            Some(RefusedList { code: code.to_owned(), detail, is_for_want_of_a_signer: false })
        };
        let folder = ListFolder::new(folder.clone());
        let listing = Listing { last_look: folder.last_look(&listing.name), ..listing };
        match folder.load(&listing.name) {
            Ok(None) => listing,
            Ok(Some(kept)) => match listing.restored(kept.bytes, kept.taken_at) {
                Ok(restored) => restored,
                Err(refusal) => Listing { refusal: Some((&refusal).into()), ..listing },
            },
            Err(error) => Listing { refusal: refused("not-readable", error.to_string()), ..listing },
        }
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
}
