//! `kill -9` at every step of a seal: whatever was done, no answer leaves that the journal does not know, the chain is
//! whole afterwards, and the same request gives one seal in the end.
//!
//! The process that is killed is this test program, started again as a worker (`SIGILLUM_SEAL_WORKER`): it has the real
//! use case, journal file and key file, and stops where it is told until the signal comes.

#![cfg(feature = "service")]
#![expect(clippy::disallowed_methods, reason = "this test starts programs and ends them; it is not the library")]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use sigillum::clock;
use sigillum::config::{Key, KeyStore};
use sigillum::crypto::SealAlgorithm;
use sigillum::document::Packaging;
use sigillum::keystore::{FileSigner, RandomIdentifiers};
use sigillum::limits::Limits;
use sigillum::pki::{Certificate, pem};
use sigillum::sealing::{Appearance, Formats, Prefixes, SealLevel, SealProfile};
use sigillum::service::ports::{Clock, SealStep, Steps};
use sigillum::service::{Caller, Capacity, Gather, Parts, Role, SealRequest, Sealer, Service};
use sigillum::storage::sqlite::{JournalFile, SqliteJournal};
use sigillum::time::Timestamp;
use sigillum::trust::{TrustAnchor, TrustStore};
use sigillum::validation::Policy;
use tempfile::TempDir;

/// Folder, step (or `-`), seconds that the worker's clock is ahead; separated by a line feed.
const WORKER: &str = "SIGILLUM_SEAL_WORKER";

const STEPS: [SealStep; 8] = [
    SealStep::Begun,
    SealStep::Opened,
    SealStep::SignerValidated,
    SealStep::Prepared,
    SealStep::Signed,
    SealStep::Embedded,
    SealStep::Released,
    SealStep::Journaled,
];

/// Longer than a request may count as running, shorter than its answer is kept.
const LATER: i64 = 3_600;

#[tokio::test]
async fn no_answer_leaves_that_the_journal_does_not_know() {
    for step in STEPS {
        let folder = folder();
        let mut child = start(folder.path(), Some(step), 0);
        wait_for(&mut child, "stopped");
        // SIGKILL.
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(answers(folder.path()), Vec::<Value>::new(), "{step:?}: an answer left before the end");

        let written = seals(folder.path()).await;
        let expected = usize::from(step == SealStep::Journaled);
        assert_eq!(written.len(), expected, "{step:?}: records");

        // Taken for running as long as it could be.
        assert_eq!(
            ended(folder.path(), None, 0),
            if expected == 1 { "answered" } else { "in-progress" },
            "{step:?}"
        );
        assert_eq!(ended(folder.path(), None, LATER), "answered", "{step:?}");
        assert_eq!(ended(folder.path(), None, LATER), "answered", "{step:?}");

        let records = seals(folder.path()).await;
        assert_eq!(records.len(), 1, "{step:?}: one request, one seal");
        if let Some(first) = written.first() {
            assert_eq!(first["id"], records[0]["id"], "{step:?}: the seal that was journaled is the one given");
        }
        let answers = answers(folder.path());
        let different: BTreeSet<String> = answers.iter().map(Value::to_string).collect();
        assert_eq!(different.len(), 1, "{step:?}: the same request has the same answer");
        assert_eq!(answers[0]["id"], records[0]["id"], "{step:?}");
        assert_eq!(answers[0]["sha256"], records[0]["resultSha256"], "{step:?}");
        assert!(verified_by_the_program(folder.path()), "{step:?}");
    }
    support::suite("kill at every step of a seal", STEPS.len());
}

/// Many workers at once on one folder, each killed at some time: what was answered stands in the journal.
#[tokio::test]
async fn workers_that_are_killed_at_any_time_leave_a_whole_chain() {
    const ROUNDS: u64 = 12;
    let folder = folder();
    let mut random = support::rng::Rng::new(20_261_122);
    for round in 0..ROUNDS {
        let mut children: Vec<Child> = (0..2).map(|_| start(folder.path(), None, -1)).collect();
        std::thread::sleep(Duration::from_millis(150 + u64::try_from(random.below(500)).unwrap()));
        for child in &mut children {
            child.kill().unwrap();
            child.wait().unwrap();
        }
        let known: BTreeSet<String> =
            seals(folder.path()).await.iter().map(|record| record["id"].to_string()).collect();
        for answer in answers(folder.path()) {
            assert!(known.contains(&answer["id"].to_string()), "round {round}: an answer without a record");
        }
    }
    assert!(!answers(folder.path()).is_empty(), "nothing was sealed at all");
    assert!(verified_by_the_program(folder.path()));
    support::suite("killed workers", usize::try_from(ROUNDS).unwrap());
}

/// The worker; does nothing where this program runs as a test.
#[test]
fn worker() {
    let Some(task) = std::env::var_os(WORKER) else { return };
    let task = task.into_string().unwrap();
    let [folder, step, ahead] = task.split('\n').collect::<Vec<_>>().try_into().unwrap();
    let (folder, ahead) = (PathBuf::from(folder), ahead.parse::<i64>().unwrap());
    let stop = STEPS.into_iter().find(|candidate| format!("{candidate:?}") == step);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let service = service(&folder, stop, ahead.max(0)).await;
        loop {
            // Below 0: one seal after the other, each a request of its own.
            let key = (ahead >= 0).then(|| "the-one".to_owned());
            let request =
                SealRequest { profile: "p".to_owned(), idempotency_key: key, document: document(), name: None };
            let said = match service.seal(&caller(), request).await {
                Ok(answer) => {
                    let digest =
                        sigillum::crypto::digest(sigillum::crypto::DigestAlgorithm::Sha256, &answer.document);
                    leave(&folder, &json!({ "id": answer.seal_id, "sha256": digest.to_string() }));
                    "answered".to_owned()
                }
                Err(sigillum::service::ServiceError::InProgress) => "in-progress".to_owned(),
                Err(error) => error.to_string(),
            };
            if ahead >= 0 {
                say(&said);
                break;
            }
            assert_eq!(said, "answered");
        }
    });
}

/// Lets an answer leave: a file that appears whole.
fn leave(folder: &Path, answer: &Value) {
    let name = format!("answer-{}-{}", std::process::id(), clock_nanoseconds());
    let file = folder.join(format!(".{name}"));
    std::fs::write(&file, answer.to_string()).unwrap();
    std::fs::rename(file, folder.join(name)).unwrap();
}

fn clock_nanoseconds() -> u128 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos()
}

fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "\nworker: {line}").unwrap();
    out.flush().unwrap();
}

struct Ahead(i64);

impl Clock for Ahead {
    fn now(&self) -> Timestamp {
        clock::now().plus_seconds(self.0)
    }
}

/// Stops at a step and waits for the end.
struct Stop(SealStep);

impl Steps for Stop {
    fn taken(&self, step: SealStep) {
        if step == self.0 {
            say("stopped");
            loop {
                std::thread::sleep(Duration::from_secs(1));
            }
        }
    }
}

async fn service(folder: &Path, stop: Option<SealStep>, ahead: i64) -> Arc<Service> {
    let key = Key {
        algorithm: SealAlgorithm::EcdsaP256Sha256,
        store: KeyStore::Pkcs8 {
            key_file: folder.join("key.p8"),
            certificate_file: support::project().join("fixtures/bench/p256.pem"),
        },
    };
    let policy = Arc::new(Policy::builtin("no-revocation").unwrap());
    let profile = SealProfile {
        name: "p".to_owned(),
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
    let root = support::read(&support::project().join("fixtures/bench/root.pem"));
    let root = Certificate::parse(&pem::objects(&root).unwrap()[0].der).unwrap();
    let sealer = Sealer { profile: Arc::new(profile), signer: Arc::new(FileSigner::open("k", &key).unwrap()) };
    Service::new(Parts {
        policies: BTreeMap::from([("no-revocation".to_owned(), policy)]),
        trust: Arc::new(TrustStore::new(vec![TrustAnchor { certificate: Arc::new(root), sunset: None }])),
        evidence: Arc::default(),
        sealers: BTreeMap::from([("p".to_owned(), sealer)]),
        journal: Arc::new(SqliteJournal::open(&folder.join("journal.sqlite")).await.unwrap()),
        gather: Gather::offline(),
        clock: Arc::new(Ahead(ahead)),
        identifiers: Arc::new(RandomIdentifiers::new()),
        limits: Limits::DEFAULT,
        capacity: Capacity { at_once: 2, waiting: 8, deadline: Duration::from_secs(10) },
        mandants: Vec::new(),
        steps: stop.map(|step| Arc::new(Stop(step)) as Arc<dyn Steps>),
    })
}

fn caller() -> Caller {
    Caller {
        name: "test".to_owned(),
        roles: BTreeSet::from([Role::Sealer]),
        profiles: BTreeSet::from(["p".to_owned()]),
    }
}

fn document() -> Vec<u8> {
    support::pdf::MadePdf::new([]).into_bytes()
}

fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("key.p8");
    std::fs::copy(support::project().join("fixtures/bench/p256.p8"), &key).unwrap();
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
    folder
}

fn start(folder: &Path, stop: Option<SealStep>, ahead: i64) -> Child {
    let step = stop.map_or_else(|| "-".to_owned(), |step| format!("{step:?}"));
    Command::new(std::env::current_exe().unwrap())
        .args(["worker", "--exact", "--nocapture"])
        .env(WORKER, format!("{}\n{step}\n{ahead}", folder.display()))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// What a worker said that ran to its end.
fn ended(folder: &Path, stop: Option<SealStep>, ahead: i64) -> String {
    let mut child = start(folder, stop, ahead);
    let said = heard(&mut child, |_| true);
    assert!(child.wait().unwrap().success());
    said
}

fn wait_for(child: &mut Child, word: &str) {
    assert_eq!(heard(child, |said| said == word), word);
}

/// The first thing that a worker says and that is wanted.
fn heard(child: &mut Child, wanted: impl Fn(&str) -> bool) -> String {
    let out = child.stdout.as_mut().unwrap();
    for line in BufReader::new(out).lines() {
        if let Some(said) = line.unwrap().strip_prefix("worker: ")
            && wanted(said)
        {
            return said.to_owned();
        }
    }
    panic!("the worker ended without a word");
}

/// What left the service.
fn answers(folder: &Path) -> Vec<Value> {
    let files = support::files(folder, |name| name.starts_with("answer-"));
    files.iter().map(|file| serde_json::from_slice(&support::read(file)).unwrap()).collect()
}

/// The records of seals, of a chain that verifies.
async fn seals(folder: &Path) -> Vec<Value> {
    let mut journal = JournalFile::open(&folder.join("journal.sqlite")).await.unwrap();
    journal.verify(None).await.unwrap();
    let (mut found, mut next) = (Vec::new(), 1);
    loop {
        let page = journal.records(next, u64::MAX).await.unwrap();
        let Some(last) = page.last() else { return found };
        next = last.number + 1;
        found.extend(page.iter().map(|record| serde_json::from_slice::<Value>(&record.line).unwrap()));
    }
}

fn verified_by_the_program(folder: &Path) -> bool {
    let mut program = Command::new(env!("CARGO_BIN_EXE_sigillum"));
    program.args(["journal", "verify", "--data"]).arg(folder).stdout(Stdio::null()).stderr(Stdio::null());
    program.status().unwrap().success()
}
