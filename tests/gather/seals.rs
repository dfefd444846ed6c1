//! Seals whose own certificate's status has to be fetched: over HTTP and from the command line. Who is revoked, on hold or
//! unknown seals nothing, and the journal has it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use rcgen::RevocationReason;
use serde_json::Value;
use sigillum::clock;
use sigillum::config::{CallerEntry, Key, KeyStore, ServiceLimits};
use sigillum::crypto::{DigestAlgorithm, SealAlgorithm, digest};
use sigillum::document::Packaging;
use sigillum::journal::{Act, Entry};
use sigillum::keystore::{FileSigner, RandomIdentifiers};
use sigillum::limits::{GatherLimits, Limits};
use sigillum::pki::{Certificate, Crl, OcspResponse};
use sigillum::sealing::{Appearance, Formats, Prefixes, SealIdentity, SealLevel, SealProfile};
use sigillum::server;
use sigillum::service::ports::{
    Begun, Clock, Journal, JournalUnavailable, Kept, Pending, Repeatable, SealStep, Signer, SignerUnavailable,
    Steps, Ticket,
};
use sigillum::service::{Capacity, Gather, Parts, Role, Sealer, Service, StandingEvidence};
use sigillum::trust::{TrustAnchor, TrustStore};
use sigillum::validation::{Evidence, Origin, Policy};
use tokio::time::Instant;
use tower::ServiceExt;

use crate::support::authority::{Authority, Places, Status};
use crate::support::pdf::MadePdf;
use crate::support::website::{Page, Website};
use crate::world::{Hands, NOW, World};

/// The serial number of our own certificate, and that of somebody else's.
const SERIAL: u64 = 5;
const OTHER: u64 = 6;

/// Where the evidence is that these certificates name.
fn places(website: &Website, paths: &[&str]) -> Places {
    let named = |start: &str| -> Vec<String> {
        paths.iter().filter(|path| path.starts_with(start)).map(|path| website.url(path)).collect()
    };
    Places { issuer: Vec::new(), ocsp: named("/ocsp"), crl: named("/crl") }
}

/// The PKI of `website`; the CA's own certificate names its root's CRL.
fn authority(website: &Website, now: sigillum::time::Timestamp) -> Authority {
    let authority = Authority::new(now, &Places { crl: vec![website.url("/root-crl")], ..Places::default() });
    website.put("/root-crl", Page::of(authority.crls(86_400)[1].clone()));
    authority
}

/// Our key, in files.
fn key(folder: &Path, authority: &Authority, places: &Places) -> Key {
    let (key, certificates) = authority.key_files(SERIAL, places);
    let key_file = put(folder, "seal.key", key.as_bytes());
    let certificate_file = put(folder, "seal.pem", certificates.as_bytes());
    let store = KeyStore::Pkcs8 { key_file, certificate_file };
    Key { algorithm: SealAlgorithm::EcdsaP256Sha256, store }
}

#[expect(clippy::disallowed_methods, reason = "the test makes the files that it names")]
fn put(folder: &Path, name: &str, content: &[u8]) -> PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let file = folder.join(name);
    std::fs::write(&file, content).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    file
}

/// A journal and the steps that were taken, in memory.
#[derive(Default)]
struct Memory {
    entries: Mutex<Vec<Entry>>,
    steps: Mutex<Vec<SealStep>>,
}

impl Journal for Memory {
    fn append(&self, entry: Entry, _: Option<Kept>) -> Pending<'_, Result<(), JournalUnavailable>> {
        self.entries.lock().unwrap().push(entry);
        Box::pin(std::future::ready(Ok(())))
    }

    fn begin(&self, _: Repeatable) -> Pending<'_, Result<Begun, JournalUnavailable>> {
        Box::pin(std::future::ready(Ok(Begun::Running)))
    }

    fn abandon(&self, _: Ticket) -> Pending<'_, Result<(), JournalUnavailable>> {
        Box::pin(std::future::ready(Ok(())))
    }

    fn ready(&self) -> Pending<'_, Result<(), JournalUnavailable>> {
        Box::pin(std::future::ready(Ok(())))
    }
}

impl Steps for Memory {
    fn taken(&self, step: SealStep) {
        self.steps.lock().unwrap().push(step);
    }
}

/// A key that takes its time.
struct Slow {
    key: FileSigner,
    clock: Arc<Hands>,
    seconds: i64,
}

impl Signer for Slow {
    fn identity(&self) -> &Arc<SealIdentity> {
        self.key.identity()
    }

    fn sign<'a>(&'a self, message: &'a [u8]) -> Pending<'a, Result<Vec<u8>, SignerUnavailable>> {
        self.clock.advance(self.seconds);
        self.key.sign(message)
    }
}

/// A service whose own certificate names these places, and its network.
struct Scene {
    world: World,
    authority: Authority,
    folder: tempfile::TempDir,
    paths: Vec<&'static str>,
    at_hand: Evidence,
    signing_takes: i64,
    deadline: Duration,
    offline: bool,
}

/// A service that is there.
struct Running {
    router: Router,
    memory: Arc<Memory>,
    service: Arc<Service>,
}

/// What a seal was answered with.
struct Answer {
    status: u16,
    body: Vec<u8>,
}

impl Scene {
    fn new(paths: &[&'static str]) -> Self {
        let world = World::new();
        let authority = authority(&world.website, NOW);
        Self {
            world,
            authority,
            folder: tempfile::tempdir().unwrap(),
            paths: paths.to_vec(),
            at_hand: Evidence::new(),
            signing_takes: 0,
            deadline: Duration::from_secs(20),
            offline: false,
        }
    }

    fn put(&self, path: &str, content: Vec<u8>) {
        self.world.website.put(path, Page::of(content));
    }

    fn running(&self) -> Running {
        let key = key(self.folder.path(), &self.authority, &places(&self.world.website, &self.paths));
        let (clock, seconds) = (Arc::clone(&self.world.clock), self.signing_takes);
        let signer = Slow { key: FileSigner::open("seal", &key).unwrap(), clock, seconds };
        let policy = Arc::new(Policy::builtin("default").unwrap());
        let profile = SealProfile {
            name: "official".to_owned(),
            policy: Arc::clone(&policy),
            formats: Formats::All,
            packaging: Packaging::Enveloped,
            prefixes: Prefixes::All,
            level: SealLevel::B,
            appearance: Appearance::Invisible,
            reason: None,
            location: None,
            contact: None,
        };
        let root = Arc::new(Certificate::parse(&self.authority.root()).unwrap());
        let memory = Arc::new(Memory::default());
        let capacity = Capacity { at_once: 2, waiting: 64, deadline: self.deadline };
        let sealer = Sealer { profile: Arc::new(profile), signer: Arc::new(signer) };
        let gather = Gather { fetch: Arc::new(self.world.outbound()), limits: GatherLimits::DEFAULT };
        let service = Service::new(Parts {
            policies: BTreeMap::from([("default".to_owned(), policy)]),
            trust: Arc::new(TrustStore::new(vec![TrustAnchor { certificate: root, sunset: None }])),
            evidence: Arc::new(StandingEvidence::new(self.at_hand.clone())),
            sealers: BTreeMap::from([("official".to_owned(), sealer)]),
            journal: Arc::<Memory>::clone(&memory),
            gather: if self.offline { Gather::offline() } else { gather },
            clock: Arc::<Hands>::clone(&self.world.clock) as Arc<dyn Clock>,
            identifiers: Arc::new(RandomIdentifiers::new()),
            limits: Limits::DEFAULT,
            capacity,
            mandants: Vec::new(),
            steps: Some(Arc::<Memory>::clone(&memory)),
        });
        let limits = ServiceLimits {
            body_bytes: 256 << 10,
            bodies_bytes: 2 << 20,
            capacity,
            header_time: Duration::from_secs(10),
            body_time: Duration::from_secs(10),
            connections: 16,
            per_caller: 16,
        };
        let caller = CallerEntry {
            token_sha256: digest(DigestAlgorithm::Sha256, b"token").to_string(),
            roles: [Role::Sealer, Role::Validator].into(),
            profiles: ["official".to_owned()].into(),
        };
        let callers = BTreeMap::from([("t".to_owned(), caller)]);
        let router = server::router(&callers, limits, Arc::clone(&service)).unwrap();
        Running { router, memory, service }
    }
}

impl Running {
    async fn post(&self, path: &str, document: Vec<u8>) -> Answer {
        let request = Request::post(path).header("authorization", "Bearer token");
        let request = request.header("content-type", "application/pdf").body(Body::from(document)).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let body = to_bytes(response.into_body(), 1 << 20).await.unwrap().to_vec();
        Answer { status, body }
    }

    async fn seal(&self, document: Vec<u8>) -> Answer {
        self.post("/v1/seals?profile=official", document).await
    }

    fn signed(&self) -> bool {
        self.memory.steps.lock().unwrap().contains(&SealStep::Signed)
    }

    fn last(&self) -> (Act, Option<&'static str>, &'static str) {
        let entries = self.memory.entries.lock().unwrap();
        let entry = entries.last().unwrap();
        (entry.act, entry.reason, entry.verdict)
    }
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

fn unsigned() -> Vec<u8> {
    MadePdf::new([]).into_bytes()
}

#[tokio::test]
async fn our_own_certificate_s_status_is_fetched_and_the_seal_passes_by_it() {
    for paths in [&["/ocsp"][..], &["/crl"], &["/ocsp-of-nobody", "/crl"]] {
        let scene = Scene::new(paths);
        scene.put("/ocsp", scene.authority.ocsp(SERIAL, Some(3_600)));
        scene.world.website.put("/ocsp-of-nobody", Page::Status(404));
        scene.put("/crl", scene.authority.crls(86_400)[0].clone());
        let running = scene.running();
        assert_eq!(running.service.ready().await.unfit, [""; 0], "{paths:?}");
        let sealed = running.seal(unsigned()).await;
        assert_eq!(sealed.status, 200, "{paths:?}: {}", String::from_utf8_lossy(&sealed.body));
        assert_eq!(running.last(), (Act::Seal, None, "TOTAL-PASSED"));
        // What was fetched is at hand for the next one, and for whoever validates.
        let asked = scene.world.website.seen().len();
        assert_eq!(running.seal(unsigned()).await.status, 200);
        let report = running.post("/v1/validations", sealed.body).await.json();
        assert_eq!(report["summary"]["answer"], "valid", "{report}");
        let again =
            scene.world.website.seen()[asked..].iter().filter(|seen| !seen.target.contains("nobody")).count();
        assert_eq!(again, 0, "{paths:?}");
    }
}

#[tokio::test]
async fn who_is_revoked_on_hold_or_unknown_seals_nothing() {
    let unknown = "xcv-revocation-known";
    let status = |status| move |scene: &Scene| scene.authority.ocsp_saying(SERIAL, status, Some(3_600));
    let listed = |reason| move |scene: &Scene| scene.authority.crl_with(SERIAL, reason);
    type Made<'a> = &'a dyn Fn(&Scene) -> Vec<u8>;
    let cases: [(&str, Made<'_>, &str); 9] = [
        ("/ocsp", &status(Status::Revoked), "xcv-signer-not-revoked"),
        ("/ocsp", &status(Status::OnHold), "xcv-not-on-hold"),
        ("/ocsp", &status(Status::Unknown), unknown),
        ("/crl", &listed(RevocationReason::KeyCompromise), "xcv-signer-not-revoked"),
        ("/crl", &listed(RevocationReason::CertificateHold), "xcv-not-on-hold"),
        ("/ocsp", &|scene| scene.authority.ocsp(OTHER, Some(3_600)), unknown),
        ("/ocsp", &|scene| scene.authority.ocsp(SERIAL, Some(-10)), "xcv-revocation-fresh"),
        ("/crl", &|scene| Scene::new(&[]).authority.crls(scene.signing_takes + 3_600)[0].clone(), unknown),
        ("/ocsp", &|_| b"no answer".to_vec(), unknown),
    ];
    for (number, (path, made, check)) in cases.into_iter().enumerate() {
        let scene = Scene::new(&[path]);
        scene.put(path, made(&scene));
        let running = scene.running();
        refused(&running, check, &format!("case {number}")).await;
        assert!(scene.world.website.count(path) > 0, "case {number}: nobody asked");
    }
    // Our CA is.
    let scene = Scene::new(&["/ocsp"]);
    scene.put("/ocsp", scene.authority.ocsp(SERIAL, Some(3_600)));
    scene.put("/root-crl", scene.authority.root_crl_with_issuing());
    refused(&scene.running(), "xcv-ca-not-revoked", "CA").await;
    // Nobody is asked.
    let scene = Scene { offline: true, ..Scene::new(&["/ocsp"]) };
    refused(&scene.running(), unknown, "offline").await;
    assert_eq!(scene.world.website.connections(), 0);
}

async fn refused(running: &Running, check: &str, case: &str) {
    assert_eq!(running.service.ready().await.unfit, ["official"], "{case}");
    let answer = running.seal(unsigned()).await;
    let problem = answer.json();
    assert_eq!((answer.status, problem["code"].as_str()), (503, Some("signer-unavailable")), "{case}: {problem}");
    assert!(problem["detail"].as_str().unwrap().contains(check), "{case}: {problem}");
    assert!(!running.signed(), "{case}");
    assert_eq!(running.last(), (Act::SealRefused, Some(check), "INDETERMINATE"), "{case}");
}

#[tokio::test]
async fn a_dead_responder_refuses_the_seal_in_time() {
    let mut scene = Scene::new(&["/ocsp", "/crl"]);
    scene.deadline = Duration::from_secs(2);
    scene.world.settings.patience.head = Duration::from_secs(30);
    scene.world.settings.patience.small = Duration::from_secs(30);
    for path in ["/ocsp", "/crl", "/root-crl"] {
        scene.world.website.put(path, Page::Silent);
    }
    let running = scene.running();
    let begun = Instant::now();
    let answer = running.seal(unsigned()).await;
    assert!(begun.elapsed() < Duration::from_millis(3_500), "{:?}", begun.elapsed());
    assert_eq!((answer.status, answer.json()["code"].as_str()), (503, Some("signer-unavailable")));
    assert_eq!(running.last(), (Act::SealRefused, Some("xcv-revocation-known"), "INDETERMINATE"));
    assert!(!running.signed());
}

#[tokio::test]
async fn the_result_is_judged_for_the_time_at_which_it_is_there() {
    for (seconds, status) in [(600, 200), (3_700, 500)] {
        let scene = Scene { signing_takes: seconds, ..Scene::new(&["/ocsp"]) };
        scene.put("/ocsp", scene.authority.ocsp(SERIAL, Some(3_600)));
        let running = scene.running();
        let answer = running.seal(unsigned()).await;
        assert_eq!(answer.status, status, "{seconds}");
        assert_eq!(running.memory.entries.lock().unwrap().len(), usize::from(status == 200));
    }
}

/// What is fetched for our certificate can say of somebody else's signature what was not known before. That is not the
/// seal's doing.
#[tokio::test]
async fn an_earlier_signature_is_judged_by_the_same_evidence_before_and_after() {
    let mut scene = Scene::new(&["/crl"]);
    let [_, root] = scene.authority.crls(86_400);
    scene.at_hand.add_crl(Crl::parse(&root, 64).unwrap(), Origin::Supplied);
    let good = OcspResponse::parse(&scene.authority.ocsp(OTHER, Some(3_600)), 64).unwrap();
    scene.at_hand.add_ocsp_response(good, Origin::Supplied);
    let issuing = Certificate::parse(&scene.authority.issuing()).unwrap();
    scene.at_hand.add_certificate(Arc::new(issuing));
    scene.put("/crl", scene.authority.crl_with(OTHER, RevocationReason::KeyCompromise));
    let mut pdf = MadePdf::new([]);
    scene.authority.signer(OTHER, &Places::default()).sign(&mut pdf, "S");
    let document = pdf.into_bytes();
    let running = scene.running();
    let report = running.post("/v1/validations", document.clone()).await.json();
    assert_eq!(report["summary"]["answer"], "valid", "{report}");
    let sealed = running.seal(document).await;
    assert_eq!(sealed.status, 200, "{}", String::from_utf8_lossy(&sealed.body));
    let report = running.post("/v1/validations", sealed.body).await.json();
    let verdicts = [0, 1].map(|number| report["signatures"][number]["indication"].as_str().unwrap());
    assert_eq!(verdicts, ["INDETERMINATE", "TOTAL-PASSED"]);
}

/// A folder with all that the program needs, and its server.
fn prepared(folder: &Path) -> (Website, Authority) {
    let website = Website::new();
    let authority = authority(&website, clock::now());
    key(folder, &authority, &places(&website, &["/ocsp"]));
    put(folder, "root.der", &authority.root());
    put(folder, "document.pdf", &unsigned());
    let text = format!(
        "[server]\ncertificate-file = \"a\"\nkey-file = \"b\"\n[journal]\nsqlite-file = \"journal.sqlite\"\n\
         [trust.anchors.root]\ncertificate-file = \"root.der\"\n[outbound]\nallow-hosts = [\"{}\"]\n\
         [keys.seal]\nalgorithm = \"ecdsa-p256-sha256\"\nstore = \"pkcs8\"\nkey-file = \"seal.key\"\n\
         certificate-file = \"seal.pem\"\n[profiles.official]\nkey = \"seal\"\npolicy = \"default\"\n",
        website.rule()
    );
    put(folder, "sigillum.toml", text.as_bytes());
    (website, authority)
}

fn program(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sigillum"));
    command.current_dir(folder).env("XDG_DATA_HOME", folder.join("nothing")).stdin(Stdio::null());
    let output = command.args(arguments).args(["--config", "sigillum.toml"]).output().unwrap();
    let text = |octets| String::from_utf8(octets).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn the_program_seals_with_what_it_fetches_and_refuses_else() {
    let temporary = tempfile::tempdir().unwrap();
    let folder = temporary.path();
    let (website, authority) = prepared(folder);
    let seal =
        |out: &str| program(folder, &["seal", "document.pdf", "-o", out, "--profile", "official", "--lang", "en"]);
    let refusals = [
        (Status::Revoked, "xcv-signer-not-revoked"),
        (Status::OnHold, "xcv-not-on-hold"),
        (Status::Unknown, "xcv-revocation-known"),
    ];
    let mut records = 0;
    for (status, check) in refusals {
        website.put("/ocsp", Page::of(authority.ocsp_saying(SERIAL, status, Some(3_600))));
        let (code, said, err) = seal("refused.pdf");
        assert_eq!((code, &*said), (Some(70), ""), "{status:?}: {err}");
        assert!(err.contains("signer-unavailable") && err.contains(check), "{status:?}: {err}");
        assert!(!folder.join("refused.pdf").exists());
        let (_, listed, err) = program(folder, &["journal", "list", "--format", "json"]);
        records += 1;
        assert_eq!(listed.lines().count(), records, "{err}");
        let last: Value = serde_json::from_str(listed.lines().last().unwrap()).unwrap();
        assert_eq!((&last["record"]["act"], &last["record"]["reason"]), (&"seal-refused".into(), &check.into()));
    }
    website.put("/ocsp", Page::of(authority.ocsp(SERIAL, Some(3_600))));
    let (code, said, err) = seal("sealed.pdf");
    assert_eq!(code, Some(0), "{said}{err}");
    let (code, report, err) = program(folder, &["validate", "sealed.pdf", "--format", "json"]);
    assert_eq!(code, Some(0), "{report}{err}");
}
