//! Certificates, services and lists of a case: each certificate is really issued.

use super::axes::Point;
use super::support::issue::{Key, Party, basic_constraints, extension, key_usage};
use super::support::sign::der;
use sigillum::pki::Certificate;
use sigillum::time::Timestamp;
use sigillum::trust::{
    ListStanding, ListTrust, Period, Scheme, Service, ServiceKind, ServiceStatus, TrustStore, Uses,
};
use sigillum::validation::qualification::{Facts, RevocationFacts, StampFacts};
use sigillum::validation::{Doubt, Failure, Verdict};
use std::sync::Arc;

/// A case that was made.
pub(crate) struct World {
    pub(crate) store: TrustStore,
    pub(crate) verdict: Verdict,
    pub(crate) revocation: RevocationFacts,
    pub(crate) changes_permitted: bool,
    pub(crate) path: Vec<Arc<Certificate>>,
    pub(crate) best_signature_time: Timestamp,
    pub(crate) claimed: Option<Timestamp>,
    pub(crate) stamps: Vec<Stamp>,
    pub(crate) at: Timestamp,
}

/// A time-stamp of a case.
pub(crate) struct Stamp {
    pub(crate) passed: bool,
    pub(crate) covers_signature: bool,
    pub(crate) time: Timestamp,
    pub(crate) path: Vec<Arc<Certificate>>,
}

/// The validation time.
pub(crate) const NOW: &str = "2026-03-01T00:00:00Z";

/// When the services of the Swiss list begin.
const RECOGNISED: &str = "2019-04-10T22:00:00Z";

pub(crate) fn time(text: &str) -> Timestamp {
    Timestamp::from_rfc3339(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// As a certificate writes it.
fn generalized(time: Timestamp) -> String {
    time.to_string().chars().filter(char::is_ascii_alphanumeric).filter(|c| *c != 'T').collect()
}

struct Times {
    issued: Timestamp,
    until: Timestamp,
    signed: Timestamp,
}

const MINUTE: i64 = 60;
const DAY: i64 = 86_400;

fn times(point: &Point) -> Times {
    let (issued, until, signed) = match point.at("era") {
        "now" => ("2026-01-10T00:00:00Z", "2029-01-10T00:00:00Z", "2026-02-01T00:00:00Z"),
        "2018" => ("2018-05-01T00:00:00Z", "2021-05-01T00:00:00Z", "2018-06-01T00:00:00Z"),
        "2018-2020" => ("2018-05-01T00:00:00Z", "2021-05-01T00:00:00Z", "2020-06-01T00:00:00Z"),
        "transition" => ("2016-06-01T00:00:00Z", "2020-06-01T00:00:00Z", "2018-06-01T00:00:00Z"),
        "transition-last" => ("2016-06-01T00:00:00Z", "2020-06-01T00:00:00Z", "2019-12-31T22:59:59Z"),
        "transition-over" => ("2016-06-01T00:00:00Z", "2020-06-01T00:00:00Z", "2019-12-31T23:00:00Z"),
        "transition-long-over" => ("2016-06-01T00:00:00Z", "2022-06-01T00:00:00Z", "2021-06-01T00:00:00Z"),
        "2017-first" => ("2016-12-31T23:00:00Z", "2020-06-01T00:00:00Z", "2019-06-01T00:00:00Z"),
        other => panic!("{other}"),
    };
    let (mut issued, mut until, signed) = (time(issued), time(until), time(signed));
    match point.at("term") {
        "short" => (issued, until) = (signed.plus_seconds(-5 * MINUTE), signed.plus_seconds(5 * MINUTE)),
        "short-now" => {
            (issued, until) = (time(NOW).plus_seconds(-5 * MINUTE), time(NOW).plus_seconds(5 * MINUTE));
        }
        "expired" => until = signed.plus_seconds(-DAY),
        "future" => issued = signed.plus_seconds(DAY),
        _ => {}
    }
    if point.at("stamp") == "late-qualified" {
        until = signed.plus_seconds(DAY);
    }
    Times { issued, until, signed }
}

/// Makes the case of a point.
pub(crate) fn make(point: &Point) -> World {
    let times = times(point);
    let mut services = Services { point, times: &times, all: Vec::new() };
    let path = services.signer();
    let stamps = services.stamps();
    let mut lists = vec![list(point, &times)];
    for (scheme, territory) in [(Scheme::Eu, "AT"), (Scheme::Demo, "XX")] {
        lists.push(ListStanding { scheme, territory: territory.to_owned(), ..current() });
    }
    let second = |sequence_number, trust, next_update: Option<&str>| ListStanding {
        sequence_number,
        trust,
        next_update: next_update.map(time),
        ..current()
    };
    lists.push(second(20, ListTrust::Verified, Some("2026-01-20T00:00:00Z")));
    lists.push(second(21, ListTrust::Unverified, None));
    let store = TrustStore::default().rehearsing(lists, services.all);
    let proven = stamps.iter().filter(|stamp| stamp.passed && stamp.covers_signature).map(|stamp| stamp.time).min();
    World {
        store,
        verdict: match point.at("verdict") {
            "passed" => Verdict::Passed,
            "indeterminate" => Verdict::Indeterminate(Doubt::NoPoe),
            _ => Verdict::Failed(Failure::HashFailure),
        },
        revocation: match point.at("revocation") {
            "shown" => RevocationFacts::Shown,
            "open" => RevocationFacts::Open,
            _ => RevocationFacts::Revoked,
        },
        changes_permitted: point.at("changes") == "permitted",
        path,
        best_signature_time: proven.unwrap_or_else(|| time(NOW)),
        claimed: match point.at("claimed") {
            "within" => Some(times.signed.plus_seconds(-1)),
            "early" => Some(times.issued.plus_seconds(-DAY)),
            "late" => Some(times.signed.plus_seconds(DAY)),
            _ => None,
        },
        stamps,
        at: time(NOW),
    }
}

impl World {
    /// The facts of the case.
    pub(crate) fn facts(&self) -> Facts<'_> {
        Facts {
            verdict: self.verdict,
            revocation: self.revocation,
            changes_permitted: self.changes_permitted,
            path: self.path.iter().map(AsRef::as_ref).collect(),
            best_signature_time: self.best_signature_time,
            has_claimed_time: self.claimed.is_some(),
            stamps: self
                .stamps
                .iter()
                .map(|stamp| StampFacts {
                    passed: stamp.passed,
                    covers_signature: stamp.covers_signature,
                    time: stamp.time,
                    proven: self.at,
                    path: stamp.path.iter().map(AsRef::as_ref).collect(),
                })
                .collect(),
            at: self.at,
        }
    }
}

fn current() -> ListStanding {
    ListStanding {
        scheme: Scheme::Ch,
        territory: "CH".to_owned(),
        sequence_number: 9,
        trust: ListTrust::Verified,
        next_update: Some(time("2026-06-01T00:00:00Z")),
        grace_seconds: 0,
    }
}

fn list(point: &Point, times: &Times) -> ListStanding {
    let due = |time: Timestamp, grace_seconds| ListStanding { next_update: Some(time), grace_seconds, ..current() };
    match point.at("list") {
        "current" => current(),
        "overdue" => due(times.signed.plus_seconds(-10 * DAY), 0),
        "overdue-later" => due(times.signed.plus_seconds(14 * DAY), 0),
        "overdue-grace" => due(times.signed.plus_seconds(-DAY), 7 * DAY),
        "closed" => ListStanding { next_update: None, ..current() },
        "unverified" | "pin-expired" => ListStanding { trust: ListTrust::Unverified, ..current() },
        _ => ListStanding { trust: ListTrust::Refused, ..current() },
    }
}

const BOTH: Uses = Uses { signatures: true, seals: true, web: false };

pub(crate) fn period(from: Timestamp, kind: ServiceKind, status: ServiceStatus, uses: Uses) -> Period {
    Period {
        from,
        kind,
        kind_uri: String::new(),
        status,
        status_uri: String::new(),
        uses,
        qualifications: Vec::new(),
        has_unknown_critical_extension: false,
    }
}

struct Services<'p> {
    point: &'p Point,
    times: &'p Times,
    all: Vec<Arc<Service>>,
}

impl Services<'_> {
    fn list_of(
        &mut self,
        scheme: Scheme,
        sequence_number: u64,
        certificate: &Arc<Certificate>,
        periods: Vec<Period>,
    ) {
        let territory = match scheme {
            Scheme::Ch => "CH",
            Scheme::Eu => "AT",
            Scheme::Demo => "XX",
        };
        self.all.push(Arc::new(Service {
            scheme,
            territory: territory.to_owned(),
            sequence_number,
            provider: "Provider".to_owned(),
            trade_names: Vec::new(),
            name: "Service".to_owned(),
            certificates: vec![Arc::clone(certificate)],
            subjects: Vec::new(),
            key_identifiers: Vec::new(),
            periods,
        }));
    }

    fn list(&mut self, scheme: Scheme, certificate: &Arc<Certificate>, periods: Vec<Period>) {
        let sequence_number = if scheme == Scheme::Ch { 9 } else { current().sequence_number };
        self.list_of(scheme, sequence_number, certificate, periods);
    }

    /// The signer's certificate with its path; what is listed of it is listed.
    fn signer(&mut self) -> Vec<Arc<Certificate>> {
        let government = Party::new("Swiss Government Root CA IV", 50);
        let root_certificate = certify_ca(&government, &government);
        let plain_root = Party::new("Root", 51);
        let plain_root_certificate = certify_ca(&plain_root, &plain_root);
        let under = |issuer: &Party, name: &str, key| {
            let authority = Party::new(name, key);
            let certificate = certify_ca(issuer, &authority);
            (authority, certificate)
        };
        let (issuing, above, listed): (Party, Vec<Arc<Certificate>>, usize) = match self.point.at("issuer") {
            "listed" | "unlisted" => {
                let (issuing, certificate) = under(&plain_root, "Issuing CA", 52);
                (issuing, vec![certificate, plain_root_certificate], 0)
            }
            "between" => {
                let (middle, middle_certificate) = under(&plain_root, "Listed CA", 53);
                let (issuing, certificate) = under(&middle, "Unlisted CA", 54);
                (issuing, vec![certificate, middle_certificate, plain_root_certificate], 1)
            }
            "root-itself" => (government, vec![root_certificate], 0),
            "root-02-deeper" => {
                let (middle, middle_certificate) = under(&government, "Swiss Government Regulated CA 02", 55);
                let (issuing, certificate) = under(&middle, "Another CA", 56);
                (issuing, vec![certificate, middle_certificate, root_certificate], 2)
            }
            below => {
                let name = match below {
                    "root-02" => "Swiss Government Regulated CA 02",
                    "root-01" => "Swiss Government Regular CA 01",
                    _ => "Swiss Government Regulated CA 03",
                };
                let (issuing, certificate) = under(&government, name, 57);
                let listed = usize::from(below != "root-03");
                if below == "root-03" {
                    let granted = period(time(RECOGNISED), ServiceKind::CaQc, ServiceStatus::Granted, BOTH);
                    self.list(Scheme::Ch, &root_certificate, vec![granted]);
                }
                (issuing, vec![certificate, root_certificate], listed)
            }
        };
        if self.point.at("issuer") != "unlisted" {
            self.list_issuer(&above[listed]);
        }
        let mut path = vec![self.end_entity(&issuing)];
        path.extend(above);
        path
    }

    fn list_issuer(&mut self, certificate: &Arc<Certificate>) {
        let scheme = match self.point.at("scheme") {
            "eu" => Scheme::Eu,
            "demo" => Scheme::Demo,
            _ => Scheme::Ch,
        };
        let uses = match self.point.at("uses") {
            "both" => BOTH,
            "signatures" => Uses { signatures: true, ..Uses::default() },
            "seals" => Uses { seals: true, ..Uses::default() },
            "web" => Uses { web: true, ..Uses::default() },
            _ => Uses::default(),
        };
        let of = |kind| self.periods(kind, uses);
        let lists = match self.point.at("service") {
            "qtst" => vec![of(ServiceKind::Qtst)],
            "remote" => vec![of(ServiceKind::RemoteQscd)],
            "other" => vec![of(ServiceKind::Other)],
            "unknown" => vec![of(ServiceKind::Unknown)],
            "ca-qc+remote" => vec![of(ServiceKind::RemoteQscd), of(ServiceKind::CaQc)],
            "ca-qc+qtst" => vec![of(ServiceKind::Qtst), of(ServiceKind::CaQc)],
            "kind-changed" => {
                let now = period(self.between(), ServiceKind::CaQc, ServiceStatus::Granted, uses);
                let before = period(time(RECOGNISED), ServiceKind::Qtst, ServiceStatus::Granted, uses);
                vec![vec![before, now]]
            }
            "two-by-use" => {
                let one = |uses| vec![period(time(RECOGNISED), ServiceKind::CaQc, ServiceStatus::Granted, uses)];
                let (signatures, seals) = (true, true);
                vec![one(Uses { signatures, ..Uses::default() }), one(Uses { seals, ..Uses::default() })]
            }
            "two-conflict" => {
                let gone = period(time(RECOGNISED), ServiceKind::CaQc, ServiceStatus::Withdrawn, uses);
                vec![of(ServiceKind::CaQc), vec![gone]]
            }
            "critical" => {
                let mut periods = of(ServiceKind::CaQc);
                periods.iter_mut().for_each(|period| period.has_unknown_critical_extension = true);
                vec![periods]
            }
            _ => vec![of(ServiceKind::CaQc)],
        };
        for periods in lists {
            self.list(scheme, certificate, periods);
        }
    }

    fn between(&self) -> Timestamp {
        let Times { issued, signed, .. } = self.times;
        Timestamp::from_unix((issued.unix_seconds() + signed.unix_seconds()) / 2)
    }

    fn periods(&self, kind: ServiceKind, uses: Uses) -> Vec<Period> {
        use ServiceStatus::{Accredited, Granted, Unknown, Withdrawn};
        let Times { issued, signed, .. } = self.times;
        let recognised = time(RECOGNISED);
        let between = self.between();
        let course: Vec<(Timestamp, ServiceStatus)> = match self.point.at("status") {
            "granted" => vec![(recognised, Granted)],
            "withdrawn-only" => vec![(signed.plus_seconds(DAY), Withdrawn)],
            "withdrawn-between" => vec![(recognised, Granted), (between, Withdrawn)],
            "withdrawn-before" => vec![(recognised, Granted), (issued.plus_seconds(-DAY), Withdrawn)],
            "withdrawn-later" => vec![(recognised, Granted), (signed.plus_seconds(14 * DAY), Withdrawn)],
            "late" => vec![(between, Granted)],
            "after" => vec![(signed.plus_seconds(DAY), Granted)],
            "gap-issuance" => vec![
                (recognised, Granted),
                (issued.plus_seconds(-3600), Withdrawn),
                (issued.plus_seconds(3600), Granted),
            ],
            "gap-time" => vec![
                (recognised, Granted),
                (signed.plus_seconds(-3600), Withdrawn),
                (signed.plus_seconds(3600), Granted),
            ],
            "gap-between" => {
                vec![(recognised, Granted), (between, Withdrawn), (between.plus_seconds(3600), Granted)]
            }
            "unknown" => vec![(recognised, Unknown)],
            "accredited" => vec![(recognised, Accredited)],
            "from-issuance" => vec![(*issued, Granted)],
            "until-time" => vec![(recognised, Granted), (*signed, Withdrawn)],
            _ => vec![(time("2005-01-01T00:00:00Z"), Granted)],
        };
        course.into_iter().map(|(from, status)| period(from, kind, status, uses)).collect()
    }

    fn end_entity(&self, issuer: &Party) -> Arc<Certificate> {
        let at = |axis| self.point.at(axis);
        let mut extensions = Vec::new();
        extensions.extend(match at("usage") {
            "nr" => Some(key_usage(0x40)),
            "ds" => Some(key_usage(0x80)),
            "ds+nr" => Some(key_usage(0xc0)),
            "encipher" => Some(key_usage(0x30)),
            _ => None,
        });
        extensions.push(policies(at("note"), at("policies")));
        extensions.push(statements(self.point));
        let purposes: &[&str] = match at("purpose") {
            "client" => &["1.3.6.1.5.5.7.3.2"],
            "client+mail" => &["1.3.6.1.5.5.7.3.2", "1.3.6.1.5.5.7.3.4"],
            "mail" => &["1.3.6.1.5.5.7.3.4"],
            "adobe" => &["1.2.840.113583.1.1.5"],
            "stamping" => &[STAMPING],
            _ => &[],
        };
        if !purposes.is_empty() {
            extensions.push(purpose(purposes, at("purpose") == "stamping"));
        }
        if at("ca") == "yes" {
            extensions.push(basic_constraints(None));
        }
        if at("term").starts_with("short") {
            extensions.push(extension("0.4.0.194121.2.1", false, &der::tlv(0x05, &[])));
        }
        let validity = [generalized(self.times.issued), generalized(self.times.until)];
        let validity = [validity[0].as_str(), validity[1].as_str()];
        issuer.certify_named(&subject(at("holder"), at("country")), &Key::new(60), validity, &extensions)
    }

    fn stamps(&mut self) -> Vec<Stamp> {
        let signed = self.times.signed;
        let good = |path| Stamp { passed: true, covers_signature: true, time: signed, path };
        match self.point.at("stamp") {
            "none" => Vec::new(),
            "supplementary" => vec![good(self.authority("supplementary"))],
            "content" => vec![Stamp { covers_signature: false, ..good(self.authority("qualified")) }],
            "failed" => vec![Stamp { passed: false, ..good(self.authority("qualified")) }],
            "second-qualified" => {
                let second = Stamp { time: signed.plus_seconds(DAY), ..good(self.authority("qualified")) };
                vec![good(self.authority("supplementary")), second]
            }
            "late-qualified" => {
                let late = self.times.until.plus_seconds(DAY);
                let late = Stamp { time: late, ..good(self.authority("qualified")) };
                vec![good(self.authority("supplementary")), late]
            }
            kind => vec![good(self.authority(kind))],
        }
    }

    /// The path of a unit, listed as the kind says.
    fn authority(&mut self, kind: &str) -> Vec<Arc<Certificate>> {
        use ServiceStatus::{Granted, Unknown, Withdrawn};
        let signed = self.times.signed;
        let root = Party::new("Root", 51);
        let root_certificate = certify_ca(&root, &root);
        let recognised = time(RECOGNISED);
        if kind.starts_with("root") {
            let government = Party::new("Swiss Government Root CA IV", 50);
            let top = certify_ca(&government, &government);
            let number = if kind == "root-listed-03" { "03" } else { "02" };
            let middle = Party::new(&format!("Swiss Government Regulated CA {number}"), 70);
            let middle_certificate = certify_ca(&government, &middle);
            self.list(Scheme::Ch, &top, vec![period(recognised, ServiceKind::Qtst, Granted, Uses::default())]);
            if kind == "root-listed-03" {
                self.list(
                    Scheme::Ch,
                    &middle_certificate,
                    vec![period(recognised, ServiceKind::CaQc, Granted, BOTH)],
                );
            }
            let purposes: &[&str] = if kind == "root-no-purpose" { &[] } else { &[STAMPING] };
            return vec![unit(&middle, purposes, true, self.times.until), middle_certificate, top];
        }
        let tsa = Party::new(if kind == "supplementary" { "Supplementary TSA" } else { "TSA" }, 71);
        let tsa_certificate = certify_ca(&root, &tsa);
        let (purposes, critical): (&[&str], bool) = match kind {
            "no-purpose" => (&[], false),
            "not-critical" => (&[STAMPING], false),
            "more-purposes" => (&[STAMPING, "1.3.6.1.5.5.7.3.4"], true),
            _ => (&[STAMPING], true),
        };
        let until = match kind {
            "unit-expired" => signed.plus_seconds(-DAY),
            "unit-expired-since" => signed.plus_seconds(DAY),
            _ => time("2035-01-01T00:00:00Z"),
        };
        if kind == "between" {
            let middle = Party::new("Unlisted TSA", 72);
            let middle_certificate = certify_ca(&tsa, &middle);
            self.list(
                Scheme::Ch,
                &tsa_certificate,
                vec![period(recognised, ServiceKind::Qtst, Granted, Uses::default())],
            );
            return vec![
                unit(&middle, purposes, critical, until),
                middle_certificate,
                tsa_certificate,
                root_certificate,
            ];
        }
        let unit = unit(&tsa, purposes, critical, until);
        let path = vec![Arc::clone(&unit), Arc::clone(&tsa_certificate), root_certificate];
        let course = match kind {
            "withdrawn-before" => vec![(recognised, Granted), (signed.plus_seconds(-DAY), Withdrawn)],
            "withdrawn-since" => vec![(recognised, Granted), (signed.plus_seconds(DAY), Withdrawn)],
            "not-yet" => vec![(signed.plus_seconds(DAY), Granted)],
            "status-unknown" => vec![(recognised, Unknown)],
            "gap-hour" => vec![
                (recognised, Granted),
                (signed.plus_seconds(-1800), Withdrawn),
                (signed.plus_seconds(1800), Granted),
            ],
            _ => vec![(recognised, Granted)],
        };
        let service = if kind == "ca-only" { ServiceKind::CaQc } else { ServiceKind::Qtst };
        let periods = course.into_iter().map(|(from, status)| period(from, service, status, Uses::default()));
        let periods: Vec<Period> = periods.collect();
        match kind {
            "supplementary" => {}
            "eu" => self.list(Scheme::Eu, &tsa_certificate, periods),
            "list-overdue" => self.list_of(Scheme::Ch, 20, &tsa_certificate, periods),
            "list-unverified" => self.list_of(Scheme::Ch, 21, &tsa_certificate, periods),
            "unit" | "unit-expired" | "unit-expired-since" => self.list(Scheme::Ch, &unit, periods),
            _ => self.list(Scheme::Ch, &tsa_certificate, periods),
        }
        path
    }
}

const STAMPING: &str = "1.3.6.1.5.5.7.3.8";

pub(crate) fn certify_ca(issuer: &Party, subject: &Party) -> Arc<Certificate> {
    let extensions = [basic_constraints(None), key_usage(0x06)];
    issuer.certify(subject, ["20050101000000Z", "20450101000000Z"], &extensions)
}

fn unit(issuer: &Party, purposes: &[&str], critical: bool, until: Timestamp) -> Arc<Certificate> {
    let mut extensions = vec![key_usage(0x80)];
    if !purposes.is_empty() {
        extensions.push(purpose(purposes, critical));
    }
    let unit = Party::new("TSU", 80);
    issuer.certify(&unit, ["20050101000000Z", &generalized(until)], &extensions)
}

fn purpose(purposes: &[&str], critical: bool) -> Vec<u8> {
    let oids: Vec<Vec<u8>> = purposes.iter().map(|oid| der::oid(oid)).collect();
    extension("2.5.29.37", critical, &der::sequence(&oids))
}

fn subject(holder: &str, country: &str) -> Vec<u8> {
    let mut attributes: Vec<(&str, &str)> = Vec::new();
    if country != "none" {
        attributes.push(("2.5.4.6", country));
    }
    let organisation = [("2.5.4.10", "Kanton Beispiel")];
    let identifier = |number| [("2.5.4.97", number)];
    match holder {
        "person" => attributes.extend([("2.5.4.4", "Muster"), ("2.5.4.42", "Anna")]),
        "pseudonym" => attributes.push(("2.5.4.65", "amu")),
        "person-in-organisation" => {
            attributes.extend([("2.5.4.4", "Muster"), ("2.5.4.42", "Anna"), ("2.5.4.12", "Leiterin")]);
            attributes.extend(organisation);
            attributes.extend(identifier("NTRCH-CHE-113.846.892"));
        }
        "surname-only" => attributes.push(("2.5.4.4", "Muster")),
        "given-name-only" => attributes.push(("2.5.4.42", "Anna")),
        "nameless" => {}
        organisations => {
            attributes.extend(organisation);
            attributes.extend(match organisations {
                "organisation" => identifier("NTRCH-CHE-113.846.892").to_vec(),
                "organisation-vat" => identifier("VATCH-CHE-113.846.892").to_vec(),
                "organisation-suffix" => identifier("VATCH-CHE-113.846.892 MWST").to_vec(),
                "organisation-foreign" => identifier("VATAT-U64741248").to_vec(),
                "organisation-bad-digit" => identifier("NTRCH-CHE-113.846.893").to_vec(),
                _ => Vec::new(),
            });
        }
    }
    attributes.push(("2.5.4.3", "Anna Muster"));
    let rdns: Vec<Vec<u8>> = attributes
        .into_iter()
        .map(|(oid, value)| der::tlv(0x31, &der::sequence(&[der::oid(oid), der::tlv(0x0c, value.as_bytes())])))
        .collect();
    der::sequence(&rdns)
}

fn policies(note: &str, more: &str) -> Vec<u8> {
    let utf8 = |text: &str| vec![der::tlv(0x0c, text.as_bytes())];
    let texts = match note {
        "qualified" | "second-policy" => utf8("qualified certificate"),
        "regulated" => utf8("regulated certificate"),
        "legal-persons" => utf8(
            "This is a regulated certificate for legal persons as defined by the Swiss federal law SR 943.03 ZertES",
        ),
        "upper" => utf8("QUALIFIED CERTIFICATE"),
        "within" => utf8("This is a qualified certificate as defined by the Swiss federal law SR 943.03 ZertES."),
        "bmp" => {
            let octets: Vec<u8> = "qualified certificate".encode_utf16().flat_map(u16::to_be_bytes).collect();
            vec![der::tlv(0x1e, &octets)]
        }
        "german" => utf8("Qualifiziertes Zertifikat"),
        "french" => utf8("certificat qualifié"),
        "italian" => utf8("certificato qualificato"),
        "german+english" => utf8("Qualifiziertes Zertifikat / qualified certificate"),
        "both" => [utf8("qualified certificate"), utf8("regulated certificate")].concat(),
        "negated" => utf8("This is not a qualified certificate"),
        "non" => utf8("non-qualified certificate"),
        "unqualified" => utf8("unqualified certificate"),
        "unreadable" => return extension("2.5.29.32", false, &[0x30, 0x03, 0x30, 0x80]),
        _ => Vec::new(),
    };
    let notices: Vec<Vec<u8>> = texts
        .into_iter()
        .map(|text| der::sequence(&[der::oid("1.3.6.1.5.5.7.2.2"), der::sequence(&[text])]))
        .collect();
    let policy = |oid: &str, notices: &[Vec<u8>]| {
        let qualifiers = if notices.is_empty() { Vec::new() } else { der::sequence(notices) };
        der::sequence(&[der::oid(oid), qualifiers])
    };
    let mut all = if note == "second-policy" {
        vec![policy("2.16.756.1.1", &[]), policy("2.16.756.1.2", &notices)]
    } else {
        vec![policy("2.16.756.1.1", &notices)]
    };
    match more {
        "qcp-n-qscd" => all.push(policy("0.4.0.194112.1.2", &[])),
        "qcp-n" => all.push(policy("0.4.0.194112.1.0", &[])),
        "qcp-l-qscd" => all.push(policy("0.4.0.194112.1.3", &[])),
        _ => {}
    }
    extension("2.5.29.32", false, &der::sequence(&all))
}

fn statements(point: &Point) -> Vec<u8> {
    let at = |axis| point.at(axis);
    let broken = at("malformed");
    // Where a statement without information has some, or one with a list has none.
    let nonsense = || der::tlv(0x0c, b"nonsense");
    let statement = |oid: &str, info: Option<Vec<u8>>| der::sequence(&[der::oid(oid), info.unwrap_or_default()]);
    let mut all = Vec::new();
    if at("compliance") == "yes" {
        all.push(statement("0.4.0.1862.1.1", (broken == "compliance").then(nonsense)));
    }
    let countries: &[&str] = match at("legislation") {
        "ch" => &["CH"],
        "ch-lower" => &["ch"],
        "at" => &["AT"],
        "at+ch" => &["AT", "CH"],
        _ => &[],
    };
    if !countries.is_empty() {
        let list: Vec<Vec<u8>> = countries.iter().map(|country| der::tlv(0x13, country.as_bytes())).collect();
        all.push(statement("0.4.0.1862.1.7", Some(der::sequence(&list))));
    }
    if at("sscd") == "yes" {
        all.push(statement("0.4.0.1862.1.4", (broken == "sscd").then(nonsense)));
    }
    let types: &[&str] = match at("type") {
        "esign" => &["0.4.0.1862.1.6.1"],
        "eseal" => &["0.4.0.1862.1.6.2"],
        "web" => &["0.4.0.1862.1.6.3"],
        "esign+eseal" => &["0.4.0.1862.1.6.1", "0.4.0.1862.1.6.2"],
        _ => &[],
    };
    if !types.is_empty() {
        let list: Vec<Vec<u8>> = types.iter().map(|oid| der::oid(oid)).collect();
        let info = if broken == "type" { nonsense() } else { der::sequence(&list) };
        all.push(statement("0.4.0.1862.1.6", Some(info)));
    }
    let pds = der::sequence(&[der::tlv(0x16, b"https://pki.example.ch/pds"), der::tlv(0x13, b"en")]);
    // As SwissSign writes it: the location itself, and not a list of locations.
    let list = if broken == "pds" { pds } else { der::sequence(&[pds]) };
    all.push(statement("0.4.0.1862.1.5", Some(list)));
    if broken == "frame" {
        all.insert(0, der::tlv(0x02, &[1]));
    }
    let value = if broken == "extension" { vec![0x30, 0x05, 0x30] } else { der::sequence(&all) };
    extension("1.3.6.1.5.5.7.1.3", false, &value)
}
