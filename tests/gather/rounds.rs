//! The rounds over signed documents: what is missing is fetched, and the document is judged again from its facts.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sigillum::keystore::RandomIdentifiers;
use sigillum::limits::{CancelFlag, GatherLimits, Limits};
use sigillum::pki::Certificate;
use sigillum::service::ports::{Answered, Asked, CacheUse, Clock, Fetch, NoNetwork, Pending};
use sigillum::service::{
    Caller, Capacity, Gather, Gathered, Parts, Role, Service, StandingEvidence, Validation, ValidationRequest,
    gathered, judge, replay,
};
use sigillum::storage::sqlite::SqliteJournal;
use sigillum::time::Timestamp;
use sigillum::trust::{TrustAnchor, TrustStore};
use sigillum::validation::bundle::{self, Bundle};
use sigillum::validation::{Evidence, FetchOutcome, Message, Moment, NeedKind, Policy, Report, Term, Verdict};
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::support::authority::{Authority, Places};
use crate::support::pdf::MadePdf;
use crate::support::website::Page;
use crate::world::{NOW, World};

/// A signed document, and who is believed.
struct Scene {
    world: World,
    authority: Authority,
    document: Vec<u8>,
    anchors: Vec<Vec<u8>>,
    given: Vec<Vec<u8>>,
    policy: &'static str,
    limits: GatherLimits,
}

/// The serial number of the signer.
const SERIAL: u64 = 5;

impl Scene {
    /// The signer's certificate, and that of the CA, name these places on the server.
    fn new(signer: impl Fn(&World) -> Places, ca: impl Fn(&World) -> Places) -> Self {
        let world = World::new();
        let authority = Authority::new(NOW, &ca(&world));
        let mut pdf = MadePdf::new([]);
        authority.signer(SERIAL, &signer(&world)).sign(&mut pdf, "S");
        let anchors = vec![authority.root()];
        let limits = GatherLimits::DEFAULT;
        let document = pdf.into_bytes();
        Self { world, authority, document, anchors, given: Vec::new(), policy: "default", limits }
    }

    /// A signer whose issuer is missing and can be had.
    fn missing_issuer() -> Self {
        let places = |world: &World| Places { issuer: vec![world.website.url("/ca")], ..Places::default() };
        let mut scene = Self::new(places, |_| Places::default());
        scene.policy = "no-revocation";
        scene.put("/ca", scene.authority.issuing());
        scene
    }

    /// Signer and CA name places for revocation data; everything is there.
    fn complete() -> Self {
        let signer = |world: &World| Places {
            issuer: vec![world.website.url("/ca")],
            ocsp: vec![world.website.url("/ocsp")],
            crl: vec![world.website.url("/crl")],
        };
        let ca = |world: &World| Places { crl: vec![world.website.url("/root-crl")], ..Places::default() };
        let scene = Self::new(signer, ca);
        let [list, root_list] = scene.authority.crls(86_400);
        scene.put("/ca", scene.authority.issuing());
        scene.put("/ocsp", scene.authority.ocsp(SERIAL, Some(3_600)));
        scene.put("/crl", list);
        scene.put("/root-crl", root_list);
        scene
    }

    fn put(&self, path: &str, content: Vec<u8>) {
        self.world.website.put(path, Page::of(content));
    }

    fn trust(&self) -> Arc<TrustStore> {
        let anchors = self.anchors.iter().map(|der| TrustAnchor { certificate: certificate(der), sunset: None });
        Arc::new(TrustStore::new(anchors.collect()))
    }

    fn request(&self) -> ValidationRequest {
        ValidationRequest {
            contents: Vec::new(),
            password: None,
            policy: Arc::new(Policy::builtin(self.policy).unwrap()),
            trust: self.trust(),
            certificates: self.given.iter().map(|der| certificate(der)).collect(),
            crls: Vec::new(),
            ocsp_responses: Vec::new(),
            moment: Moment { at: NOW, clock: NOW },
            limits: Limits::DEFAULT,
        }
    }

    fn gather(&self) -> Gather {
        Gather { fetch: Arc::new(self.world.outbound()), limits: self.limits }
    }

    async fn report(&self) -> Report {
        self.report_by(&self.gather()).await
    }

    async fn report_by(&self, gather: &Gather) -> Report {
        let request = self.request();
        let (case, report) = judge(&self.document, &request, &Evidence::new(), &CancelFlag::default()).unwrap();
        gathered(case, report, &request.limits, gather, &*self.world.clock).await.1
    }
}

fn certificate(der: &[u8]) -> Arc<Certificate> {
    Arc::new(Certificate::parse(der).unwrap())
}

/// What was asked, without the host, and how it went.
fn attempts(report: &Report) -> Vec<String> {
    let path = |url: &str| url.rsplit('/').next().unwrap().to_owned();
    report.gathering.iter().map(|one| format!("{} {}", path(&one.url), one.outcome.name())).collect()
}

fn kinds(report: &Report) -> Vec<&'static str> {
    report.needs.iter().map(|need| need.kind.name()).collect()
}

fn sub_indication(report: &Report) -> Option<&'static str> {
    report.signatures[0].verdict.sub_indication()
}

#[tokio::test]
async fn a_missing_issuer_makes_the_chain_complete() {
    let scene = Scene::missing_issuer();
    let before = scene.report_by(&Gather::offline()).await;
    assert_eq!((sub_indication(&before), kinds(&before)), (Some("NO_CERTIFICATE_CHAIN_FOUND"), vec!["issuer"]));
    assert!(before.gathering.is_empty());
    let after = scene.report().await;
    assert_eq!(after.signatures[0].verdict, Verdict::Passed);
    assert_eq!((attempts(&after), kinds(&after)), (vec!["ca fetched".to_owned()], vec![]));
    assert_eq!(after.gathering[0].url, scene.world.website.url("/ca"));
    // In a CMS that holds nothing else.
    scene.put("/ca", scene.authority.issuing_cms());
    assert_eq!(scene.report().await.signatures[0].verdict, Verdict::Passed);
    // Another CA of the same name: taken as evidence, and no good.
    scene.put("/ca", Authority::new(NOW, &Places::default()).issuing());
    let other = scene.report().await;
    assert_eq!((sub_indication(&other), kinds(&other)), (Some("NO_CERTIFICATE_CHAIN_FOUND"), vec!["issuer"]));
    assert_eq!(attempts(&other), ["ca fetched"]);
}

#[tokio::test]
async fn an_issuer_at_an_unknown_host_is_a_need_and_not_a_fetch() {
    let mut scene = Scene::missing_issuer();
    scene.world.settings.allow_hosts.clear();
    let report = scene.report().await;
    assert_eq!((attempts(&report), kinds(&report)), (vec!["ca refused-host".to_owned()], vec!["issuer"]));
    // Where an anchor names the host, an anchor vouches for it; that does not open loopback.
    let place = Places { crl: vec![scene.world.website.url("/elsewhere")], ..Places::default() };
    scene.anchors.push(Authority::new(NOW, &place).issuing());
    assert_eq!(attempts(&scene.report().await), ["ca refused-address"]);
    assert_eq!(scene.world.website.connections(), 0);
}

#[tokio::test]
async fn a_chain_to_an_anchor_vouches_for_the_places_in_it() {
    let mut scene = Scene::complete();
    scene.world.settings.allow_hosts.clear();
    scene.given.push(scene.authority.issuing());
    let mut words = attempts(&scene.report().await);
    words.sort();
    assert_eq!(words, ["crl refused-address", "ocsp refused-address", "root-crl refused-address"]);
    // Without an anchor nobody does, and nothing that they have would change what is said.
    scene.anchors.clear();
    let report = scene.report().await;
    assert_eq!((attempts(&report), kinds(&report)), (vec![], vec![]));
    assert_eq!(scene.world.website.connections(), 0);
}

#[tokio::test]
async fn one_round_asks_for_what_the_last_one_brought_to_light() {
    let scene = Scene::complete();
    let report = scene.report().await;
    let words = attempts(&report);
    assert_eq!(words[0], "ca fetched");
    let mut later = words[1..].to_vec();
    later.sort();
    assert_eq!(later, ["ocsp fetched", "root-crl fetched"], "OCSP answered, so the CRL was not asked for");
    assert_eq!(kinds(&report), [""; 0]);
    let path = &report.signatures[0].path;
    assert!(path[..2].iter().all(|element| element.revocation.iter().any(|one| one.origin == "fetched")));
}

#[tokio::test]
async fn what_fails_is_named_and_the_next_place_is_asked() {
    let scene = Scene::complete();
    for (page, word) in [
        (Page::Silent, "timeout"),
        (Page::Status(500), "http-status-500"),
        (Page::of(b"garbage".to_vec()), "unreadable"),
        (Page::of(vec![0x30, 3, 0x0a, 1, 3]), "ocsp-try-later"),
        (Page::Endless, "too-large"),
    ] {
        scene.world.website.put("/ocsp", page);
        let mut words = attempts(&scene.report().await);
        words.sort();
        assert_eq!(words, ["ca fetched", "crl fetched", &format!("ocsp {word}"), "root-crl fetched"]);
    }
    // An answer about another certificate is no answer: in the next round the CRL.
    scene.put("/ocsp", scene.authority.ocsp(SERIAL + 1, Some(3_600)));
    let report = scene.report().await;
    assert_eq!(attempts(&report).last().unwrap(), "crl fetched");
    assert_eq!(kinds(&report), [""; 0]);
    // Nothing at all: later, and why.
    for path in ["/ocsp", "/crl"] {
        scene.world.website.put(path, Page::Status(404));
    }
    let report = scene.report().await;
    assert_eq!(sub_indication(&report), Some("TRY_LATER"));
    assert_eq!(kinds(&report), ["ocsp", "crl"]);
    let said = Message::RevocationNotObtained {
        subject: "CN=Test Signer".to_owned(),
        host: scene.world.website.rule(),
        outcome: Term::FetchUnusable,
        word: "http-status-404".to_owned(),
    };
    assert_eq!(report.signatures[0].reason.detail, Some(said));
}

#[tokio::test]
async fn what_was_in_the_way_is_said_again_from_the_bundle() {
    let scene = Scene::complete();
    for path in ["/ocsp", "/crl", "/root-crl"] {
        scene.world.website.put(path, Page::Silent);
    }
    let request = scene.request();
    let (case, report) = judge(&scene.document, &request, &Evidence::new(), &CancelFlag::default()).unwrap();
    let (case, report) = gathered(case, report, &request.limits, &scene.gather(), &*scene.world.clock).await;
    let detail = report.signatures[0].reason.detail.as_ref().expect("a cause");
    assert_eq!((detail.id(), sub_indication(&report)), ("revocation-not-obtained", Some("TRY_LATER")));
    let octets = case.into_basis().bundle(&report).unwrap();
    let bundle = Bundle::read(&octets).unwrap();
    let again =
        replay(&scene.document, &bundle, None, &[], &Limits::DEFAULT, &CancelFlag::default()).unwrap().report;
    assert_eq!(format!("{again:?}"), format!("{report:?}"));
    assert!(!again.gathering.is_empty());
    // As evidence it says nothing of what somebody else could not fetch.
    let given = bundle::given(&octets).unwrap();
    assert!(given.attempts().is_empty());
}

/// Nothing that is known of a certificate mends a signature that is broken: nobody is asked.
#[tokio::test]
async fn a_broken_signature_needs_nothing() {
    let mut scene = Scene::complete();
    scene.given.push(scene.authority.issuing());
    assert_eq!(kinds(&scene.report_by(&Gather::offline()).await).len(), 3);
    let whole = scene.document.clone();
    let contents = whole.windows(11).position(|window| window == b"/Contents <").unwrap() + 11;
    let end = contents + whole[contents..].iter().position(|octet| *octet == b'>').unwrap();
    let value = contents + whole[contents..end].iter().rposition(|digit| *digit != b'0').unwrap();
    let version = whole.windows(6).position(|window| window == b"%PDF-1").unwrap() + 7;
    for (place, sub) in [(version, "HASH_FAILURE"), (value, "SIG_CRYPTO_FAILURE")] {
        scene.document.clone_from(&whole);
        scene.document[place] = if whole[place] == b'7' { b'6' } else { b'7' };
        let report = scene.report().await;
        assert_eq!((sub_indication(&report), kinds(&report), attempts(&report)), (Some(sub), vec![], vec![]));
    }
    assert_eq!(scene.world.website.connections(), 0);
}

#[tokio::test]
async fn places_that_cannot_be_asked_are_passed_over() {
    let places = |world: &World| Places {
        crl: vec!["ldap://ldap.example.ch/cn=x".to_owned(), "http:///x".to_owned(), world.website.url("/crl")],
        ..Places::default()
    };
    let mut scene = Scene::new(places, |_| Places::default());
    scene.given.push(scene.authority.issuing());
    scene.put("/crl", scene.authority.crls(3_600)[0].clone());
    assert_eq!(attempts(&scene.report().await), ["cn=x refused-scheme", "x refused-url", "crl fetched"]);
}

#[tokio::test]
async fn a_policy_that_does_not_ask_for_revocation_asks_nobody() {
    let mut scene = Scene::complete();
    scene.given.push(scene.authority.issuing());
    scene.policy = "no-revocation";
    let report = scene.report().await;
    assert_eq!((attempts(&report), kinds(&report)), (vec![], vec![]));
    assert_eq!(scene.world.website.connections(), 0);
}

#[tokio::test]
async fn each_limit_of_a_document_holds_and_has_its_word() {
    let mut scene = Scene::complete();
    scene.limits.requests = 2;
    let words = attempts(&scene.report().await);
    // Two that are asked at the same time, and one request left: whoever comes first.
    assert!(words[0] == "ca fetched" && words[1..].iter().any(|word| word.ends_with(" limit")), "{words:?}");
    assert_eq!(words.iter().filter(|word| word.ends_with(" fetched")).count(), 2, "{words:?}");
    assert_eq!(scene.world.website.seen().len(), 2);

    let mut scene = Scene::complete();
    scene.limits.rounds = 1;
    assert_eq!(attempts(&scene.report().await), ["ca fetched"]);

    let mut scene = Scene::complete();
    scene.limits.bytes = 100;
    assert_eq!(attempts(&scene.report().await), ["ca limit"]);

    let mut scene = Scene::complete();
    scene.limits.time = Duration::from_millis(200);
    scene.world.website.put("/ca", Page::Silent);
    let begun = Instant::now();
    assert_eq!(attempts(&scene.report().await), ["ca timeout"]);
    assert!(begun.elapsed() < Duration::from_millis(1_500), "{:?}", begun.elapsed());
}

/// Fails the test when it is called.
struct Forbidden;

impl Fetch for Forbidden {
    fn fetch(&self, asked: Asked) -> Pending<'_, Answered> {
        panic!("asked for {}", asked.url)
    }
}

#[tokio::test]
async fn offline_nobody_is_asked() {
    let scene = Scene::complete();
    let offline = Gather { fetch: Arc::new(Forbidden), limits: GatherLimits::OFFLINE };
    assert!(offline.is_offline() && Gather::offline().is_offline());
    let report = scene.report_by(&offline).await;
    assert_eq!((attempts(&report), kinds(&report)), (vec![], vec!["issuer"]));
    // Should it ever be called, it asks nobody either, and says so.
    let report = scene.report_by(&Gather { fetch: Arc::new(NoNetwork), limits: GatherLimits::DEFAULT }).await;
    assert_eq!(attempts(&report), ["ca offline"]);
    assert_eq!(scene.world.website.connections(), 0);
}

/// Has an answer about another certificate at hand, and the right one where it is asked anew.
struct Stale {
    wrong: Arc<Gathered>,
    right: Arc<Gathered>,
    seen: Mutex<Vec<CacheUse>>,
}

impl Fetch for Stale {
    fn fetch(&self, asked: Asked) -> Pending<'_, Answered> {
        self.seen.lock().unwrap().push(asked.cache);
        let (outcome, content, requests) = match asked.cache {
            CacheUse::Allowed => (FetchOutcome::Cached, &self.wrong, 0),
            CacheUse::Renew => (FetchOutcome::Fetched, &self.right, 1),
        };
        let answered = Answered { outcome, content: Some(Arc::clone(content)), bytes: 1, requests };
        Box::pin(std::future::ready(answered))
    }
}

#[tokio::test]
async fn what_was_at_hand_and_is_no_good_is_asked_for_anew() {
    let places = |_: &World| Places { ocsp: vec!["http://ocsp.example.ch/".to_owned()], ..Places::default() };
    let mut scene = Scene::new(places, |_| Places::default());
    scene.given.push(scene.authority.issuing());
    let read = |serial| Arc::new(Gathered::read(NeedKind::Ocsp, &scene.authority.ocsp(serial, Some(60))).unwrap());
    let stale = Arc::new(Stale { wrong: read(SERIAL + 1), right: read(SERIAL), seen: Mutex::default() });
    let report = scene.report_by(&Gather { fetch: stale.clone(), limits: GatherLimits::DEFAULT }).await;
    let words: Vec<_> = report.gathering.iter().map(|one| one.outcome.name()).collect();
    assert_eq!(words, ["cached", "fetched"]);
    assert_eq!(*stale.seen.lock().unwrap(), [CacheUse::Allowed, CacheUse::Renew]);
}

/// Counts how often it is read.
#[derive(Default)]
struct Counted(AtomicUsize);

impl Clock for Counted {
    fn now(&self) -> Timestamp {
        self.0.fetch_add(1, Ordering::SeqCst);
        NOW
    }
}

/// The service with this scene's network.
async fn service(
    scene: &Scene,
    folder: &std::path::Path,
    deadline: Duration,
    clock: Arc<dyn Clock>,
) -> Arc<Service> {
    let policy = Arc::new(Policy::builtin(scene.policy).unwrap());
    Service::new(Parts {
        evidence: Arc::new(StandingEvidence::default()),
        policies: BTreeMap::from([(scene.policy.to_owned(), policy)]),
        trust: scene.trust(),
        sealers: BTreeMap::new(),
        journal: Arc::new(SqliteJournal::open(&folder.join("journal.sqlite")).await.unwrap()),
        gather: scene.gather(),
        clock,
        identifiers: Arc::new(RandomIdentifiers::new()),
        limits: Limits::DEFAULT,
        capacity: Capacity { at_once: 2, waiting: 64, deadline },
        mandants: Vec::new(),
        steps: None,
    })
}

async fn validated(service: &Service, scene: &Scene) -> Report {
    let caller = Caller { name: "t".to_owned(), roles: [Role::Validator].into(), profiles: [].into() };
    let asked = Validation {
        contents: Vec::new(),
        document: scene.document.clone(),
        policy: scene.policy.to_owned(),
        at: None,
        password: None,
        certificates: Vec::new(),
        crls: Vec::new(),
        ocsp_responses: Vec::new(),
    };
    service.validate(&caller, asked).await.unwrap().report
}

#[tokio::test]
async fn the_service_reads_the_clock_after_each_round_and_asks_once_for_all() {
    let folder = tempfile::tempdir().unwrap();
    let scene = Arc::new(Scene::complete());
    let clock = Arc::new(Counted::default());
    let service = service(&scene, folder.path(), Duration::from_secs(20), clock.clone()).await;
    let report = validated(&service, &scene).await;
    assert_eq!(kinds(&report), [""; 0]);
    // At the start, after both rounds that brought something, and for the journal.
    assert_eq!(clock.0.load(Ordering::SeqCst), 4);
    let mut tasks = JoinSet::new();
    for _ in 0..30 {
        let (service, scene) = (Arc::clone(&service), Arc::clone(&scene));
        tasks.spawn(async move { attempts(&validated(&service, &scene).await) });
    }
    for words in tasks.join_all().await {
        assert!(words.iter().all(|word| word.ends_with(" cached")), "{words:?}");
    }
    let site = &scene.world.website;
    assert_eq!((site.count("/ca"), site.count("/ocsp"), site.count("/root-crl")), (1, 1, 1));
}

#[tokio::test]
async fn a_dead_responder_costs_no_more_than_the_deadline() {
    let folder = tempfile::tempdir().unwrap();
    let mut scene = Scene::complete();
    scene.world.settings.patience.head = Duration::from_secs(30);
    scene.world.settings.patience.small = Duration::from_secs(30);
    for path in ["/ocsp", "/crl", "/root-crl"] {
        scene.world.website.put(path, Page::Silent);
    }
    let service = service(&scene, folder.path(), Duration::from_secs(2), Arc::new(Counted::default())).await;
    let begun = Instant::now();
    let report = validated(&service, &scene).await;
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    assert_eq!(sub_indication(&report), Some("TRY_LATER"));
    assert!(report.gathering.iter().any(|one| one.outcome == FetchOutcome::Timeout), "{:?}", report.gathering);
}
