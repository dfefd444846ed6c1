//! The generated sets through the program.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use serde_json::Value;

use super::TURN;
use super::support;
use super::support::test_pki;
use super::truth::{Said, Set, Truth};

/// Where the certificates of the test PKI say that it is.
const PLACE: &str = "127.0.0.1:19080";

/// What the program says of these files, in order. Its data folder is an empty one.
fn said(shared: &Path, options: &[&str], files: &[&Truth]) -> Vec<Value> {
    let certificates = shared.join("data/test-pki/certs");
    let empty = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_sigillum"));
    command.env("XDG_DATA_HOME", empty.path()).args(["validate", "--format", "json", "--allow-host", PLACE]);
    for anchor in ["peers/root.pem", "peers/root2.pem"] {
        command.arg("--trust-anchor").arg(certificates.join(anchor));
    }
    command.arg("--evidence").arg(certificates.join("intermediates.pem")).args(options);
    command.args(files.iter().map(|file| &file.path));
    let output = command.stdin(Stdio::null()).output().unwrap();
    let out = String::from_utf8(output.stdout).unwrap();
    let reports: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(reports.len(), files.len(), "{}", String::from_utf8_lossy(&output.stderr));
    reports
}

/// What it says of all files of a set that are not contested.
fn all<'t>(shared: &Path, set: &'t Set, options: &[&str]) -> Vec<(&'t Truth, Value)> {
    let files: Vec<&Truth> = set.files.iter().filter(|file| !file.is_contested()).collect();
    let alone = |file: &&Truth| file.password().is_some() || !file.contents.is_empty();
    let (single, together): (Vec<&Truth>, Vec<&Truth>) = files.into_iter().partition(alone);
    let mut reports: Vec<(&Truth, Value)> =
        together.iter().copied().zip(said(shared, options, &together)).collect();
    for file in single {
        let contents: Vec<String> =
            file.contents.iter().map(|(name, path)| format!("{name}={}", path.display())).collect();
        let mut options = options.to_vec();
        options.extend(file.password().into_iter().flat_map(|password| ["--password", password]));
        options.extend(contents.iter().flat_map(|content| ["--content", content.as_str()]));
        reports.extend([file].into_iter().zip(said(shared, &options, &[file])));
    }
    reports
}

#[test]
fn the_program_judges_both_sets_exactly() {
    const SUITE: &str = "test PKI program";
    let (Some(shared), Some(server)) = (support::shared(), test_pki::server()) else {
        support::skipped(SUITE);
        return;
    };
    let _turn = TURN.blocking_lock();
    assert_eq!(server, PLACE);
    let mut cases = 0;
    for set in sets(&shared) {
        let reports = all(&shared, &set, &[]);
        let readable = reports.iter().filter(|(_, report)| report["error"].is_null());
        let judged = readable.map(|(file, report)| (file, file.agrees(&Said::of_json(report))));
        let wrong: Vec<String> =
            judged.filter_map(|(file, judged)| Some(format!("{}: {}", file.name, judged.err()?))).collect();
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        let unreadable: Vec<_> = reports.iter().filter(|(_, report)| !report["error"].is_null()).collect();
        assert!(unreadable.iter().all(|(file, _)| file.name == TOO_DEEP), "{unreadable:?}");
        cases += reports.len();
    }
    support::suite(SUITE, cases);
}

/// A document that is nested deeper than is read.
const TOO_DEEP: &str = "xml/deep-nesting.xml";

/// Both sets, PDF and XML.
fn sets(shared: &Path) -> Vec<Set> {
    let names = ["generated", "generated-dss"];
    names.iter().flat_map(|name| [Set::load(shared, name), Set::xml(shared, name)]).collect()
}

/// In a network of its own, where this test listens in the place of the test PKI: an offline run makes no connection, and
/// one that is not offline does.
#[test]
fn offline_the_place_of_the_pki_sees_no_connection() {
    const SUITE: &str = "offline beside a listener";
    if support::shared().is_none() {
        support::skipped(SUITE);
        return;
    }
    let alone = "program::in_a_network_of_its_own";
    let script = "ip link set lo up && exec \"$0\" \"$@\"";
    let mut command = Command::new("unshare");
    command.args(["-rn", "sh", "-c", script]).arg(std::env::current_exe().unwrap());
    command.args([alone, "--exact", "--ignored", "--nocapture"]);
    let output = command.output();
    let Some(output) = output.ok().filter(|_| can_unshare()) else {
        support::skipped(SUITE);
        return;
    };
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && text.contains("1 passed"), "{text}{error}");
    let cases = text.lines().find_map(|line| line.strip_suffix(" files without a connection")).unwrap();
    support::suite(SUITE, cases.parse().unwrap());
}

fn can_unshare() -> bool {
    let status = Command::new("unshare").args(["-rn", "ip", "link", "set", "lo", "up"]).status();
    status.is_ok_and(|status| status.success())
}

#[test]
#[ignore = "needs a network of its own; the test above starts it there"]
fn in_a_network_of_its_own() {
    let shared = support::shared().unwrap();
    let listener = TcpListener::bind(PLACE).unwrap();
    let connections = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&connections);
    #[expect(clippy::disallowed_methods, reason = "the listener of this test is a thread of its own")]
    thread::spawn(move || {
        for connection in listener.incoming() {
            seen.fetch_add(1, Ordering::SeqCst);
            drop(connection);
        }
    });
    let mut cases = 0;
    for set in sets(&shared) {
        for (file, report) in all(&shared, &set, &["--offline"]) {
            if file.name == TOO_DEEP {
                continue;
            }
            let said = Said::of_json(&report);
            let needs = report["needs"].as_array().unwrap();
            let waits = said.answer == "cannot-tell"
                && !file.is_complete()
                && !needs.is_empty()
                && needs
                    .iter()
                    .all(|need| need["urls"][0].as_str().unwrap().starts_with("http://127.0.0.1:19080/"));
            assert!(waits || file.agrees(&said).is_ok(), "{}: {said:?}", file.name);
            assert_eq!(report["gathering"].as_array().map(Vec::len), Some(0), "{}", file.name);
            cases += 1;
        }
    }
    assert_eq!(connections.load(Ordering::SeqCst), 0);
    // The listener is one that would have been seen.
    let set = Set::load(&shared, "generated");
    let file = set.files.iter().find(|file| file.name == "pdf/pades-b-b.pdf").unwrap();
    let report = &said(&shared, &[], &[file])[0];
    assert_eq!(report["summary"]["answer"], "cannot-tell");
    assert!(connections.load(Ordering::SeqCst) > 0);
    println!("{cases} files without a connection");
}
