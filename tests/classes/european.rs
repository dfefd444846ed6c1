//! Certificates and entries of the European table.

use super::support::issue::{Key, Party, extension, key_usage, policies};
use super::support::sign::der;
use super::support::table::Row;
use super::world::{certify_ca, period, time};
use sigillum::pki::Certificate;
use sigillum::time::Timestamp;
use sigillum::trust::{
    Criteria, ListStanding, ListTrust, Period, Qualification, Qualifier, Scheme, Service, ServiceKind,
    ServiceStatus, TrustStore, Uses,
};
use sigillum::validation::qualification::{European, Facts, RevocationFacts, european};
use sigillum::validation::{Doubt, Failure, Verdict};
use std::sync::Arc;

const NOW: &str = "2026-03-01T00:00:00Z";

/// What is found for a row.
pub(crate) fn found(row: &Row) -> European {
    let root = Party::new("Issuing CA", 51);
    let issuer = certify_ca(&root, &root);
    let signer = signer(&row["certificate"], &root);
    let list = |trust, next_update: Option<&str>| ListStanding {
        scheme: Scheme::Eu,
        territory: "AT".to_owned(),
        sequence_number: 1,
        trust,
        next_update: next_update.map(time),
        grace_seconds: 0,
    };
    let eu = match row["list"].as_str() {
        "current" => list(ListTrust::Verified, Some("2026-06-01T00:00:00Z")),
        "overdue" => list(ListTrust::Verified, Some("2026-01-01T00:00:00Z")),
        "closed" => list(ListTrust::Verified, None),
        "refused" => list(ListTrust::Refused, None),
        _ => list(ListTrust::Unverified, None),
    };
    let ch = ListStanding { scheme: Scheme::Ch, territory: "CH".to_owned(), ..list(ListTrust::Verified, None) };
    let entries = row["entries"].split(" / ").filter(|entry| *entry != "none");
    let services = entries.map(|entry| Arc::new(service(entry, &issuer))).collect();
    let store = TrustStore::default().rehearsing(vec![eu, ch], services);
    let facts = Facts {
        revocation: match row["verdict"].as_str() {
            "passed, revocation open" => RevocationFacts::Open,
            "passed, revoked" => RevocationFacts::Revoked,
            _ => RevocationFacts::Shown,
        },
        verdict: match row["verdict"].as_str() {
            "passed" | "passed, revocation open" | "passed, revoked" => Verdict::Passed,
            "indeterminate" => Verdict::Indeterminate(Doubt::NoPoe),
            _ => Verdict::Failed(Failure::HashFailure),
        },
        changes_permitted: true,
        path: vec![&signer, &issuer],
        best_signature_time: time("2026-02-01T00:00:00Z"),
        has_claimed_time: true,
        stamps: Vec::new(),
        at: time(NOW),
    };
    european(&facts, &store)
}

fn signer(said: &str, issuer: &Party) -> Arc<Certificate> {
    let mut words: Vec<&str> = said.split(' ').collect();
    let validity = match words.remove(0) {
        "post" => ["20260110000000Z", "20290110000000Z"],
        "pre" => ["20150110000000Z", "20290110000000Z"],
        other => panic!("{other}"),
    };
    let (mut statements, mut types, mut named) = (Vec::new(), Vec::new(), Vec::new());
    let statement = |oid: &str, info: Vec<u8>| der::sequence(&[der::oid(oid), info]);
    for word in words {
        match word {
            "qc" => statements.push(statement("0.4.0.1862.1.1", Vec::new())),
            "cc" => {
                statements.push(statement("0.4.0.1862.1.7", der::sequence(&[der::tlv(0x13, b"CH")])));
            }
            "sscd" => statements.push(statement("0.4.0.1862.1.4", Vec::new())),
            "esign" => types.push(der::oid("0.4.0.1862.1.6.1")),
            "eseal" => types.push(der::oid("0.4.0.1862.1.6.2")),
            "web" => types.push(der::oid("0.4.0.1862.1.6.3")),
            "qcp" => named.push("0.4.0.1456.1.2".to_owned()),
            "qcp+" => named.push("0.4.0.1456.1.1".to_owned()),
            other => panic!("{other}"),
        }
    }
    if !types.is_empty() {
        statements.push(statement("0.4.0.1862.1.6", der::sequence(&types)));
    }
    named.push("1.2.3".to_owned());
    let mut extensions = vec![key_usage(0x40), policies(&named)];
    if !statements.is_empty() {
        extensions.push(extension("1.3.6.1.5.5.7.1.3", false, &der::sequence(&statements)));
    }
    let name = der::sequence(&[]);
    issuer.certify_named(&name, &Key::new(60), validity, &extensions)
}

fn service(entry: &str, issuer: &Arc<Certificate>) -> Service {
    let mut scheme = Scheme::Eu;
    let mut from = "2016-06-30T22:00:00Z".to_owned();
    let (mut kind, mut uses, mut qualifiers) = (ServiceKind::CaQc, Uses::default(), Vec::new());
    let mut criteria =
        Criteria::All(vec![Criteria::KeyUsage(vec![(1, true)]), Criteria::PolicySet(vec!["1.2.3".to_owned()])]);
    let (mut course, mut critical): (Vec<(Timestamp, ServiceStatus)>, bool) = (Vec::new(), false);
    let whole = |date: &str| if date.contains('T') { date.to_owned() } else { format!("{date}T00:00:00Z") };
    for word in entry.split(' ') {
        if let Some(date) = word.strip_prefix("from=") {
            from = whole(date);
            course.iter_mut().for_each(|(begin, _)| *begin = time(&from));
            continue;
        }
        if let Some(date) = word.strip_prefix("then=") {
            from = whole(date);
            continue;
        }
        let status = match word {
            "granted" => Some(ServiceStatus::Granted),
            "withdrawn" => Some(ServiceStatus::Withdrawn),
            "supervised" => Some(ServiceStatus::UnderSupervision),
            "accredited" => Some(ServiceStatus::Accredited),
            "cessation" => Some(ServiceStatus::SupervisionInCessation),
            "ceased" => Some(ServiceStatus::SupervisionCeased),
            "unknown" => Some(ServiceStatus::Unknown),
            _ => None,
        };
        if let Some(status) = status {
            course.push((time(&from), status));
            continue;
        }
        match word {
            "swiss" => scheme = Scheme::Ch,
            "ca" => kind = ServiceKind::CaQc,
            "tsa" => kind = ServiceKind::Qtst,
            "sig" => uses.signatures = true,
            "seal" => uses.seals = true,
            "web" => uses.web = true,
            "critical" => critical = true,
            "never" => criteria = Criteria::PolicySet(vec!["1.2.4".to_owned()]),
            "unknown-criteria" => criteria = Criteria::AtLeastOne(vec![criteria.clone(), Criteria::Unknown]),
            "QCStatement" => qualifiers.push(Qualifier::QcStatement),
            "NotQualified" => qualifiers.push(Qualifier::NotQualified),
            "QCWithQSCD" => qualifiers.push(Qualifier::QcWithQscd),
            "QCNoQSCD" => qualifiers.push(Qualifier::QcNoQscd),
            "QCQSCDStatusAsInCert" => qualifiers.push(Qualifier::QcQscdStatusAsInCert),
            "QCQSCDManagedOnBehalf" => qualifiers.push(Qualifier::QcQscdManagedOnBehalf),
            "QCWithSSCD" => qualifiers.push(Qualifier::QcWithSscd),
            "QCForESig" => qualifiers.push(Qualifier::QcForESig),
            "QCForESeal" => qualifiers.push(Qualifier::QcForESeal),
            "QCForLegalPerson" => qualifiers.push(Qualifier::QcForLegalPerson),
            other => panic!("{other}"),
        }
    }
    let qualifications = match qualifiers.is_empty() {
        true => Vec::new(),
        false => vec![Qualification { qualifiers, criteria }],
    };
    let periods = course.into_iter().map(|(from, status)| Period {
        qualifications: qualifications.clone(),
        has_unknown_critical_extension: critical,
        ..period(from, kind, status, uses)
    });
    Service {
        scheme,
        territory: if scheme == Scheme::Eu { "AT" } else { "CH" }.to_owned(),
        sequence_number: 1,
        provider: "Provider".to_owned(),
        trade_names: Vec::new(),
        name: "Service".to_owned(),
        certificates: vec![Arc::clone(issuer)],
        subjects: Vec::new(),
        key_identifiers: Vec::new(),
        periods: periods.collect(),
    }
}
