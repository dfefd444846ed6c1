//! The section `trust`: lists with who signs them, anchors that are accepted beside the lists, where lists are kept.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;
use toml::value::Datetime;

use super::reader::Section;
use super::sections::LimitBounds;
use crate::crypto::{Digest, DigestAlgorithm};
use crate::syntax::hex::octets;
use crate::syntax::url::HttpUrl;
use crate::time::Timestamp;
use crate::trust::{DocumentedStatus, Scheme, ServiceKind, ServiceStatus, Territories, Uses};

/// The lists that the program knows.
const SHIPPED: &str = include_str!("../../certs/trust-lists.toml");

/// Hours between two looks for a newer list.
const HOURS: LimitBounds = LimitBounds { key: "refresh-hours", least: 1, most: 168, default: 6 };

/// Days for which a list is believed after its next update was due.
const GRACE: LimitBounds = LimitBounds { key: "grace-days", least: 0, most: 60, default: 0 };

/// Seconds of a day.
const DAY: i64 = 86_400;

/// What is said of trust lists.
#[derive(Clone, Debug, Default)]
pub struct TrustLists {
    /// The lists by name.
    pub lists: BTreeMap<String, TrustedList>,
    /// Anchors that are accepted beside the lists, by the name that reports print.
    pub supplementary: BTreeMap<String, Supplementary>,
    /// What the operator documents of the time before the lists begin.
    pub history: Vec<DocumentedStatus>,
    /// Where verified lists are kept.
    pub folder: Option<PathBuf>,
    /// How often it is looked for newer ones.
    pub period: Duration,
}

/// A trust list.
#[derive(Clone, Debug)]
pub struct TrustedList {
    /// Under whose law it stands.
    pub scheme: Scheme,
    /// Where it is.
    pub place: ListPlace,
    /// Who may sign it.
    pub signers: Vec<PinnedSigner>,
    /// Of a list of lists: which national lists are followed. None of another list.
    pub territories: Option<Territories>,
    /// For how many seconds after its next update was due it is believed.
    pub grace_seconds: i64,
}

/// Where a list is.
#[derive(Clone, Debug)]
pub enum ListPlace {
    /// On the network.
    Url(HttpUrl),
    /// In a file that somebody else keeps up to date.
    File(PathBuf),
}

/// Somebody who may sign a list.
#[derive(Clone, Debug)]
pub struct PinnedSigner {
    /// The name in the configuration; none of one that ships with the program.
    pub name: Option<String>,
    /// The certificate.
    pub certificate: PinnedCertificate,
    /// When the pin begins to count.
    pub from: Option<Timestamp>,
    /// When it ends.
    pub until: Option<Timestamp>,
}

/// Which certificate is pinned.
#[derive(Clone, Debug)]
pub enum PinnedCertificate {
    /// By its SHA-256.
    Sha256(Digest),
    /// The one in this file, PEM or DER.
    File(PathBuf),
}

/// An anchor that is accepted beside the lists.
#[derive(Clone, Debug)]
pub struct Supplementary {
    /// The certificate, PEM or DER.
    pub certificate_file: PathBuf,
    /// When trust in it begins.
    pub from: Timestamp,
    /// When it ends.
    pub until: Option<Timestamp>,
}

#[derive(Deserialize)]
struct ShippedList {
    url: String,
    signers: Vec<ShippedSigner>,
}

#[derive(Deserialize)]
struct ShippedSigner {
    sha256: String,
    from: Option<Datetime>,
    until: Option<Datetime>,
}

pub(super) fn trust(section: &Section<'_>) -> TrustLists {
    let lists = section.section("lists");
    let lists: BTreeMap<String, TrustedList> =
        lists.sections().filter_map(|(name, list)| Some((name, list_of(&list)?))).collect();
    let supplementary = section.section("supplementary");
    let read = |(name, one): (String, Section<'_>)| {
        let (file, from) = (one.needed_file("certificate-file"), one.needed("from").and(one.time("from")));
        let until = one.time("until");
        Some((name, Supplementary { certificate_file: file?, from: from?, until }))
    };
    let hours = section.integer(HOURS.key, HOURS.least..=HOURS.most, HOURS.default);
    TrustLists {
        lists,
        supplementary: supplementary.sections().filter_map(read).collect(),
        history: section.section("history").sections().filter_map(|(name, one)| documented(name, &one)).collect(),
        folder: section.file("folder"),
        period: Duration::from_secs(hours.saturating_mul(3_600)),
    }
}

fn list_of(section: &Section<'_>) -> Option<TrustedList> {
    section.needed("scheme")?;
    let schemes = [Scheme::Ch, Scheme::Eu, Scheme::Demo].map(|scheme| (scheme.name(), scheme));
    let scheme = section.choice("scheme", &schemes)?;
    let shipped = shipped(scheme);
    let place = place(section).or_else(|| shipped.as_ref().map(|list| list.place.clone()));
    if place.is_none() && !section.has("url") && !section.has("file") {
        section.problem("", "url or file is missing: the program knows no place of a list of this scheme");
    }
    let pins = section.section("signers");
    let signers: Vec<PinnedSigner> = pins.sections().filter_map(|(name, pin)| signer(name, &pin)).collect();
    let signers = match shipped {
        Some(shipped) if !pins.is_there() => shipped.signers,
        _ => signers,
    };
    if signers.is_empty() && !pins.is_there() {
        section.problem("", "signers is missing: the program knows no signer of a list of this scheme");
    }
    let territories = section.has("territories").then(|| territories(section, scheme));
    let days = section.integer(GRACE.key, GRACE.least..=GRACE.most, GRACE.default);
    let grace_seconds = i64::try_from(days).unwrap_or_default().saturating_mul(DAY);
    // What is wrong with them was said.
    let territories = territories.map(Option::unwrap_or_default);
    Some(TrustedList { scheme, place: place?, signers, territories, grace_seconds })
}

/// Which national lists are followed: `["all"]`, or the territories.
fn territories(section: &Section<'_>, scheme: Scheme) -> Option<Territories> {
    const KEY: &str = "territories";
    let refuse = |reason: &str| {
        section.problem(KEY, reason);
        None
    };
    if scheme != Scheme::Eu {
        return refuse("only a list of lists has them, and there is none but of the scheme eu");
    }
    match section.texts(KEY).as_slice() {
        [] => refuse("must name territories, or be [\"all\"]"),
        ["all"] => Some(Territories::All),
        these => {
            let wrong = these.iter().find(|one| **one == "EU" || !Scheme::Eu.has_territory(one));
            if let Some(wrong) = wrong {
                return refuse(&format!(
                    "{wrong:?} is no territory with a list of this scheme, like \"AT\" or \"EL\""
                ));
            }
            let set: BTreeSet<String> = these.iter().map(|one| (*one).to_owned()).collect();
            if set.len() == these.len() { Some(Territories::These(set)) } else { refuse("names a territory twice") }
        }
    }
}

/// What the operator documents of a service for the time before its list begins.
fn documented(name: String, section: &Section<'_>) -> Option<DocumentedStatus> {
    let sha256 = section.needed_text("sha256").and_then(|text| {
        let sha256 = fingerprint(text);
        if sha256.is_none() {
            section.problem("sha256", "must be a SHA-256: 64 hexadecimal digits");
        }
        sha256
    });
    let kind = section
        .needed("kind")
        .and_then(|_| section.choice("kind", &[("CA/QC", ServiceKind::CaQc), ("TSA/QTST", ServiceKind::Qtst)]));
    let status = section.needed("status").and_then(|_| {
        section.choice("status", &[("granted", ServiceStatus::Granted), ("withdrawn", ServiceStatus::Withdrawn)])
    });
    let mut uses = Uses::default();
    for one in section.texts("uses") {
        match one {
            "signatures" => uses.signatures = true,
            "seals" => uses.seals = true,
            _ => section.problem("uses", "may name \"signatures\" and \"seals\""),
        }
    }
    let from = section.needed("from").and_then(|_| section.time("from"));
    let until = section.time("until");
    if from.zip(until).is_some_and(|(from, until)| from >= until) {
        section.problem("until", "is not after from");
    }
    let documented_on = section.needed("documented-on").and_then(|_| section.time("documented-on"));
    let source = section.needed_text("source");
    if source.is_some_and(|source| source.trim().is_empty()) {
        section.problem("source", "must say where this is documented");
    }
    Some(DocumentedStatus {
        name,
        certificate: sha256?,
        kind: kind?,
        status: status?,
        uses,
        from: from?,
        until,
        source: source?.to_owned(),
        documented_on: documented_on?,
    })
}

fn place(section: &Section<'_>) -> Option<ListPlace> {
    match (section.text("url"), section.file("file")) {
        (Some(_), Some(_)) => {
            section.problem("file", "and url exclude each other");
            None
        }
        (Some(url), None) => match HttpUrl::parse(url) {
            Ok(url) => Some(ListPlace::Url(url)),
            Err(_) => {
                section.problem("url", "must be an http or https URL");
                None
            }
        },
        (None, Some(file)) => Some(ListPlace::File(file)),
        (None, None) => None,
    }
}

fn signer(name: String, section: &Section<'_>) -> Option<PinnedSigner> {
    let certificate = match (section.text("sha256"), section.file("certificate-file")) {
        (Some(text), None) => match fingerprint(text) {
            Some(sha256) => Some(PinnedCertificate::Sha256(sha256)),
            None => {
                section.problem("sha256", "must be a SHA-256: 64 hexadecimal digits");
                None
            }
        },
        (None, Some(file)) => Some(PinnedCertificate::File(file)),
        _ => {
            section.problem("", "wants sha256 or certificate-file, one of them");
            None
        }
    };
    let (from, until) = (section.time("from"), section.time("until"));
    if from.zip(until).is_some_and(|(from, until)| from >= until) {
        section.problem("until", "is not after from");
    }
    Some(PinnedSigner { name: Some(name), certificate: certificate?, from, until })
}

fn fingerprint(text: &str) -> Option<Digest> {
    octets(text).and_then(|raw| Digest::from_bytes(DigestAlgorithm::Sha256, &raw))
}

/// The list of a scheme that ships with the program.
#[must_use]
pub fn shipped(scheme: Scheme) -> Option<TrustedList> {
    let mut known: BTreeMap<String, ShippedList> = toml::from_str(SHIPPED).ok()?;
    let list = known.remove(scheme.name())?;
    let time = |time: Option<Datetime>| match time {
        Some(time) => Timestamp::from_rfc3339(&time.to_string()).ok().map(Some),
        None => Some(None),
    };
    let signer = |signer: ShippedSigner| {
        let certificate = PinnedCertificate::Sha256(fingerprint(&signer.sha256)?);
        Some(PinnedSigner { name: None, certificate, from: time(signer.from)?, until: time(signer.until)? })
    };
    let signers: Option<Vec<_>> = list.signers.into_iter().map(signer).collect();
    let place = ListPlace::Url(HttpUrl::parse(&list.url).ok()?);
    Some(TrustedList { scheme, place, signers: signers?, territories: None, grace_seconds: 0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_swiss_list_ships_with_its_place_and_signer() {
        let list = shipped(Scheme::Ch).unwrap();
        assert!(
            matches!(list.place, ListPlace::Url(url) if url.to_string() == "https://trustedlist.tsl-switzerland.ch/tsl-ch.xml")
        );
        let [signer] = list.signers.as_slice() else { panic!() };
        let PinnedCertificate::Sha256(sha256) = &signer.certificate else { panic!() };
        assert_eq!(sha256.to_string(), "37c2b85994713a95fdfd6387747f4e4f1bcc50d9c99c7b1331ae41392ee3059e");
        assert_eq!(signer.until, Timestamp::from_utc(2026, 12, 15, 10, 55, 6));
        assert!(list.territories.is_none() && list.grace_seconds == 0);
        assert!(shipped(Scheme::Eu).is_none() && shipped(Scheme::Demo).is_none());
    }
}
