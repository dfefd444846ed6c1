//! Each responder of the test PKI that misbehaves, reached by a document through gathering; and each of its time-stamping
//! authorities, whose token is put into a document.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sigillum::clock::SystemClock;
use sigillum::limits::GatherLimits;
use sigillum::outbound::{BackOff, Outbound, Patience, Settings, SystemResolver};
use sigillum::pki::pem;
use sigillum::service::Gather;
use sigillum::service::ports::{Answered, Asked, Fetch, Pending};
use sigillum::syntax::url::{HostRule, HttpUrl};
use sigillum::time::Timestamp;
use sigillum::validation::{NeedKind, Report};

use super::TURN;
use super::live;
use super::support;
use super::support::pdf::MadePdf;
use super::support::sign::{Signer, der, sha256};
use super::support::test_pki;
use super::truth::Set;

/// A responder; what is said of the signature where there is no CRL; how asking went; what is said where there is one.
/// (Why an answer is not taken stands in `tests/revocation_test_pki.rs`.)
const RESPONDERS: &[(&str, &str, &str, &str)] = &[
    ("ok", PASSED, "fetched", PASSED),
    ("unknown", MISSING, "fetched", PASSED),
    ("revoked-all", REVOKED, "fetched", REVOKED),
    ("try-later", MISSING, "ocsp-try-later", PASSED),
    ("unauthorized", MISSING, "ocsp-unauthorized", PASSED),
    ("stale", STALE, "fetched", PASSED),
    ("future", MISSING, "fetched", PASSED),
    ("no-next-update", PASSED, "fetched", PASSED),
    ("wrong-cert-id", MISSING, "fetched", PASSED),
    ("bad-signature", MISSING, "fetched", PASSED),
    ("malformed", MISSING, "unreadable", PASSED),
    ("no-nonce", PASSED, "fetched", PASSED),
    ("wrong-signer", MISSING, "fetched", PASSED),
];

/// A time-stamping authority, and what is said of its token.
const AUTHORITIES: &[(&str, &str)] = &[
    ("tsa/tsa1", GOOD),
    ("tsa/tsa2", GOOD),
    ("tsa/tsa-bad", "INDETERMINATE/CHAIN_CONSTRAINTS_FAILURE by xcv-signer-extended-key-usage, proves nothing"),
    ("plugin/tsa-ext/q1", GOOD),
    ("plugin/tsa-ext/q2", GOOD),
    ("plugin/tsa-ext/old", "INDETERMINATE/OUT_OF_BOUNDS_NO_POE by xcv-signer-validity, proves nothing"),
    ("plugin/tsa-ext/wrong-nonce", GOOD),
    ("plugin/tsa-ext/wrong-imprint", "TOTAL-FAILED/HASH_FAILURE by cv-message-imprint, proves nothing"),
    (
        "plugin/tsa-ext/no-cert",
        "INDETERMINATE/NO_SIGNING_CERTIFICATE_FOUND by isc-certificate-found, proves nothing",
    ),
    ("plugin/tsa-ext/future", "INDETERMINATE/SIG_CONSTRAINTS_FAILURE by sav-time-not-from-future, proves nothing"),
];

/// The one that takes its time.
const SLOW: &str = "plugin/tsa-ext/slow";

/// Those that give no token.
const WITHOUT_TOKEN: &[&str] = &["plugin/tsa-ext/rejected", "plugin/tsa-ext/garbage"];

const GOOD: &str = "TOTAL-PASSED/- by all-checks-passed, proves";

const PASSED: &str = "TOTAL-PASSED/- by all-checks-passed";

const MISSING: &str = "INDETERMINATE/TRY_LATER by xcv-revocation-known";
const STALE: &str = "INDETERMINATE/TRY_LATER by xcv-revocation-fresh";
const REVOKED: &str = "INDETERMINATE/REVOKED_NO_POE by xcv-signer-not-revoked";

const HOLE: usize = 16_384;

/// Asks the responder of the test instead of that of the signer's CA, and its CRL or none.
struct Detour {
    outbound: Outbound,
    responder: HttpUrl,
    list: Option<HttpUrl>,
}

impl Fetch for Detour {
    fn fetch(&self, mut asked: Asked) -> Pending<'_, Answered> {
        let url = asked.url.to_string();
        if asked.kind == NeedKind::Ocsp && url.ends_with("/ocsp/qca") {
            asked.url = self.responder.clone();
        }
        if let (NeedKind::Crl, true, Some(list)) = (asked.kind, url.contains("/crls/qca/"), &self.list) {
            asked.url = list.clone();
        }
        self.outbound.fetch(asked)
    }
}

/// Waits shorter than it takes the slow responder.
fn impatient(server: &str) -> Outbound {
    let settings = Settings {
        allow_hosts: vec![HostRule::parse(server).unwrap()],
        patience: Patience { head: Duration::from_secs(4), small: Duration::from_secs(4), ..Patience::DEFAULT },
        back_off: BackOff { first: Duration::ZERO, most: Duration::ZERO },
        ..Settings::default()
    };
    Outbound::new(settings, Arc::new(SystemResolver), Arc::new(SystemClock)).unwrap()
}

fn verdict(report: &Report) -> String {
    let one = &report.signatures[0];
    let sub = one.verdict.sub_indication().unwrap_or("-");
    format!("{}/{sub} by {}", one.verdict.total_indication(), one.reason.code())
}

#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "this test measures how long is waited")]
async fn each_responder_that_misbehaves_has_its_answer() {
    const SUITE: &str = "test PKI responders";
    let (Some(shared), Some(server)) = (support::shared(), test_pki::server()) else {
        support::skipped(SUITE);
        return;
    };
    let _turn = TURN.lock().await;
    let set = Set::load(&shared, "generated");
    let document = support::read(&shared.join("data/generated/pdf/pades-b-b.pdf"));
    let request = live::request(&set, &set.trust, None);
    let url = |path: &str| HttpUrl::parse(&format!("http://{server}/peers/{path}")).unwrap();
    let mut wrong = Vec::new();
    for (mode, expected, attempt, with_list) in RESPONDERS {
        let responder = url(&format!("plugin/ocsp-ext/{mode}"));
        let judged = async |list: Option<HttpUrl>| {
            let fetch = Detour { outbound: impatient(&server), responder: responder.clone(), list };
            let gather = Gather { fetch: Arc::new(fetch), limits: GatherLimits::DEFAULT };
            live::reports(&document, &request, &gather).await.unwrap().1
        };
        let report = judged(Some(url("crls/none/latest.crl"))).await;
        let asked = report.gathering.iter().find(|one| one.url.ends_with("/ocsp/qca")).unwrap();
        let besides = verdict(&judged(None).await);
        let said = (verdict(&report), asked.outcome.name(), besides);
        if said != ((*expected).to_owned(), (*attempt).to_owned(), (*with_list).to_owned()) {
            wrong.push(format!("{mode}: {said:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // While it waits the server answers nobody: not for the CRL either. It is waited for, for the next test.
    let fetch = Detour { outbound: impatient(&server), responder: url("plugin/ocsp-ext/slow"), list: None };
    let gather = Gather { fetch: Arc::new(fetch), limits: GatherLimits::DEFAULT };
    let begun = Instant::now();
    let report = live::reports(&document, &request, &gather).await.unwrap().1;
    assert!(begun.elapsed() < GatherLimits::DEFAULT.time + Duration::from_secs(2), "{:?}", begun.elapsed());
    assert_eq!(verdict(&report), MISSING);
    let asked = report.gathering.iter().find(|one| one.url.ends_with("/ocsp/qca")).unwrap();
    assert_eq!(asked.outcome.name(), "timeout");
    test_pki::ask(&server, "/peers/crls/qca/latest.crl", None);
    support::suite(SUITE, RESPONDERS.len() + 1);
}

#[tokio::test]
async fn each_time_stamping_authority_has_its_answer() {
    const SUITE: &str = "test PKI time-stamps";
    let (Some(shared), Some(server)) = (support::shared(), test_pki::server()) else {
        support::skipped(SUITE);
        return;
    };
    let _turn = TURN.lock().await;
    let set = Set::load(&shared, "generated");
    let signer = signer(&shared.join("data/test-pki"));
    let gather = Gather { fetch: Arc::new(live::outbound(&server)), limits: GatherLimits::DEFAULT };
    let mut wrong = Vec::new();
    let mut documents = Vec::new();
    for (authority, expected) in AUTHORITIES {
        documents.extend(stamped(&server, authority, &signer).map(|pdf| (authority, expected, pdf)));
    }
    // Some tokens state fractions of a second: the next second is certainly later.
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    for (authority, expected, pdf) in documents {
        let (said, _) = said_of_stamp(&set, &gather, authority, &pdf).await;
        if said != *expected {
            wrong.push(format!("{authority}: {said}"));
        }
    }
    for authority in WITHOUT_TOKEN {
        assert_eq!(token(&server, authority, &[7; 32]), None, "{authority}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    support::suite(SUITE, AUTHORITIES.len() * 2 + WITHOUT_TOKEN.len());
}

/// An authority that takes twenty seconds over each token, and states when it was asked: the token is as good as any, and
/// proves the time that it states, not that at which it came.
#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "this test measures how long is waited")]
async fn the_token_of_the_slow_authority_proves_the_time_that_it_states() {
    const SUITE: &str = "test PKI slow time-stamps";
    let (Some(shared), Some(server)) = (support::shared(), test_pki::server()) else {
        support::skipped(SUITE);
        return;
    };
    let _turn = TURN.lock().await;
    let set = Set::load(&shared, "generated");
    let signer = signer(&shared.join("data/test-pki"));
    let gather = Gather { fetch: Arc::new(live::outbound(&server)), limits: GatherLimits::DEFAULT };
    let asked = test_pki::now();
    let begun = Instant::now();
    let documents = stamped(&server, SLOW, &signer);
    let (waited, came) = (begun.elapsed(), test_pki::now());
    assert!(waited > Duration::from_secs(30), "two tokens came after {waited:?}");
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    for (number, pdf) in (0_i64..).zip(&documents) {
        let (said, time) = said_of_stamp(&set, &gather, SLOW, pdf).await;
        assert_eq!(said, GOOD);
        let expected = asked.plus_seconds(15 * number)..=came.plus_seconds(-15);
        assert!(expected.contains(&time), "{time} is not within {expected:?}");
    }
    support::suite(SUITE, documents.len());
}

fn signer(folder: &Path) -> Signer {
    let key = pem::objects(&support::read(&folder.join("keys/s-p256.pem"))).unwrap().remove(0).der;
    Signer::of(&key, support::read(&folder.join("certs/peers/s-p256.crt")))
}

/// Two documents with a token of the authority: inside the signature, and around it.
fn stamped(server: &str, authority: &str, signer: &Signer) -> [MadePdf; 2] {
    let token = |content: &[&[u8]]| token(server, authority, &sha256(content)).unwrap();
    let mut stamped = MadePdf::new([]);
    stamped.sign("S", "ETSI.CAdES.detached", HOLE, |pieces| {
        signer.stamped_cms(&sha256(&pieces), |value| token(&[value]))
    });
    let mut sealed = MadePdf::new([]);
    signer.sign(&mut sealed, "S");
    sealed.sign("T", "ETSI.RFC3161", HOLE, |pieces| token(&pieces));
    [stamped, sealed]
}

/// What is said of the time-stamp of a document, and the best-signature-time. The signature passes with any.
async fn said_of_stamp(set: &Set, gather: &Gather, authority: &str, pdf: &MadePdf) -> (String, Timestamp) {
    let request = live::request(set, &set.trust, None);
    let (_, report) = live::reports(pdf.bytes(), &request, gather).await.unwrap();
    let signature = &report.signatures[0];
    let stamp = signature.timestamps.iter().chain(&report.document_timestamps).next().unwrap();
    let sub = stamp.verdict.sub_indication().unwrap_or("-");
    // A token that is bad never improves the verdict, and does not spoil one that stands without it.
    assert_eq!(verdict(&report), PASSED, "{authority}");
    let proven = signature.best_signature_time_source.as_deref() == Some(stamp.id.as_str());
    let proves = if proven { "proves" } else { "proves nothing" };
    if proven {
        assert_eq!(signature.best_signature_time, stamp.time.unwrap(), "{authority}");
    }
    let (indication, reason) = (stamp.verdict.total_indication(), stamp.reason.code());
    (format!("{indication}/{sub} by {reason}, {proves}"), signature.best_signature_time)
}

/// The token that an authority gives over something with this SHA-256 (RFC 3161 §2.4.2); none where it gives none.
fn token(server: &str, authority: &str, imprint: &[u8]) -> Option<Vec<u8>> {
    let algorithm = der::sequence(&[der::oid("2.16.840.1.101.3.4.2.1")]);
    let request = der::sequence(&[
        der::integer(&[1]),
        der::sequence(&[algorithm, der::octets(imprint)]),
        der::integer(&[0x11; 8]),
        der::tlv(0x01, &[0xff]),
    ]);
    let body = Some(("application/timestamp-query", &request[..]));
    let answer = test_pki::ask(server, &format!("/peers/{authority}"), body);
    let (members, rest) = content(&answer)?;
    let (_, token) = content(members)?;
    (rest.is_empty() && !token.is_empty()).then(|| token.to_vec())
}

/// The content of a value, and what follows it.
fn content(tlv: &[u8]) -> Option<(&[u8], &[u8])> {
    let first = usize::from(*tlv.get(1)?);
    let (start, length) = match first.checked_sub(0x80) {
        None => (2, first),
        Some(count) => {
            let octets = tlv.get(2..2 + count)?;
            (2 + count, octets.iter().fold(0, |length, octet| length << 8 | usize::from(*octet)))
        }
    };
    Some((tlv.get(start..start + length)?, tlv.get(start + length..)?))
}
