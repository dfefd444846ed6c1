//! The embedded default as somebody meets it who has just built the program: `sigillum serve`, and the lines that it
//! prints, run through `sh` exactly as they are printed.

#![cfg(feature = "service")]
#![expect(clippy::disallowed_methods, reason = "these tests look into the folders that the program makes")]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use serde_json::Value;

/// How long the program may take to be there.
const PATIENCE: Duration = Duration::from_secs(60);

/// A service that runs, and the lines that it printed.
struct Service {
    child: Child,
    lines: Vec<String>,
}

impl Service {
    fn start(data: &Path) -> Self {
        let mut child = sigillum(data)
            .args(["serve", "--listen", "127.0.0.1:0", "--lang", "en", "--data"])
            .arg(data)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (output, log) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        // Read to its end, so that the service never waits for its reader.
        let log = thread::spawn(move || {
            let mut text = String::new();
            let _ = BufReader::new(log).read_to_string(&mut text);
            text
        });
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || {
            for line in BufReader::new(output).lines() {
                let _ = sender.send(line.unwrap());
            }
        });
        let mut lines: Vec<String> = Vec::new();
        // What it prints ends with the line that validates the sealed sample.
        while !lines.last().is_some_and(|line| line.contains(" validate --data ")) {
            match receiver.recv_timeout(PATIENCE) {
                Ok(line) => lines.push(line),
                Err(error) => {
                    let _ = child.kill();
                    panic!("{error}: {lines:?}: {}", log.join().unwrap());
                }
            }
        }
        Self { child, lines }
    }

    /// The printed line that begins and contains so.
    fn line(&self, start: &str, word: &str) -> &str {
        let found = self.lines.iter().filter(|line| line.starts_with(start) && line.contains(word));
        let found: Vec<_> = found.collect();
        assert_eq!(found.len(), 1, "{start} {word}: {:?}", self.lines);
        found[0]
    }

    /// Asks it to end, as a system does.
    fn end(mut self) {
        let signal = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(signal.success());
        assert_eq!(self.child.wait().unwrap().code(), Some(0));
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The program, whose usual place is `data`'s parent. A proxy of the environment is none of these tests' business.
fn sigillum(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sigillum"));
    command.env("XDG_DATA_HOME", data.parent().unwrap()).stdin(Stdio::null());
    command
}

fn run(data: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    read(sigillum(data).args(arguments).output().unwrap())
}

/// A line, as it would be pasted into a terminal that stands elsewhere.
fn pasted(line: &str) -> (Option<i32>, String, String) {
    read(Command::new("sh").args(["-c", line]).current_dir("/").stdin(Stdio::null()).output().unwrap())
}

fn read(output: Output) -> (Option<i32>, String, String) {
    let text = |octets| String::from_utf8(octets).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

/// A temporary folder, and in it the data folder that is not there yet, with a name that the shell would stumble over.
fn place() -> (tempfile::TempDir, PathBuf) {
    let temporary = tempfile::tempdir().unwrap();
    let data = temporary.path().join("it's a $(place)").join("sigillum");
    (temporary, data)
}

/// Name and content of every file of the demo.
fn files(data: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(data.join("demo")).unwrap().map(|entry| entry.unwrap());
    entries.map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap())).collect()
}

#[test]
fn the_printed_lines_work_as_they_are_printed() {
    let (_temporary, data) = place();
    let service = Service::start(&data);
    assert!(service.lines[0].starts_with("# DEMO: Made in "), "{:?}", service.lines);

    let (code, out, err) = pasted(service.line("curl ", "/v1/validations"));
    assert_eq!(code, Some(0), "{err}");
    let report: Value = serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out}"));
    assert_eq!(report["schema"], "sigillum-report/1");
    assert_eq!(report["demo"], true);
    assert_eq!(report["verdict"], "NO-SIGNATURE");

    let (code, out, err) = pasted(service.line("curl ", "/v1/seals"));
    assert_eq!((code, &*out), (Some(0), "200\n"), "{err}");
    let (sample, sealed) =
        (fs::read(data.join("demo/sample.pdf")).unwrap(), fs::read(data.join("demo/sealed.pdf")).unwrap());
    assert!(sealed.starts_with(&sample) && sealed.len() > sample.len());

    let check = service.line("", " validate --data ").to_owned();
    let (code, out, err) = pasted(&check);
    assert_eq!((code, &*err), (Some(0), ""), "{out}");
    assert!(out.contains("DEMO: Nobody else trusts these certificates"), "{out}");
    let (code, out, _) = pasted(&format!("{check} --format json"));
    assert_eq!(code, Some(0));
    let report: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((&report["demo"], &report["summary"]["answer"]), (&Value::Bool(true), &Value::from("valid")));
    let signer = &report["signatures"][0]["signer"];
    assert_eq!(signer["organizationIdentifier"], "NTRCH-CHE-999.999.996");
    assert!(signer["commonName"].as_str().unwrap().contains("DEMO"));
    assert_eq!(report["signatures"][0]["attributes"]["reason"], "DEMO");
    service.end();
    support::suite("demo lines", 4);
}

#[test]
fn starting_again_uses_what_is_there() {
    let (_temporary, data) = place();
    Service::start(&data).end();
    let first = files(&data);
    let again = Service::start(&data);
    assert!(again.lines[0].starts_with("# DEMO: Using what is in "), "{:?}", again.lines);
    assert_eq!(files(&data), first);
    let (code, out, err) = pasted(again.line("curl ", "/v1/validations"));
    assert_eq!(code, Some(0), "{err}");
    assert!(out.contains("\"demo\":true"), "{out}");
    again.end();
}

#[test]
fn two_that_start_at_once_use_one_demo() {
    let (_temporary, data) = place();
    let services = thread::scope(|scope| {
        let threads: Vec<_> = (0..3).map(|_| scope.spawn(|| Service::start(&data))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
    });
    let made = services.iter().filter(|service| service.lines[0].starts_with("# DEMO: Made in ")).count();
    assert_eq!(made, 1);
    for service in &services {
        let (code, out, err) = pasted(service.line("curl ", "/v1/validations"));
        assert_eq!(code, Some(0), "{err}");
        assert!(out.contains("\"demo\":true"), "{out}");
    }
    let names: Vec<_> =
        fs::read_dir(&data).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert!(!names.iter().any(|name| name.contains("unfinished")), "{names:?}");
    services.into_iter().for_each(Service::end);
}

#[test]
fn nobody_but_the_owner_reads_the_demo_and_its_configuration_is_good() {
    use std::os::unix::fs::PermissionsExt;
    let (_temporary, data) = place();
    Service::start(&data).end();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&data), mode(&data.join("demo"))), (0o700, 0o700));
    for name in files(&data).keys() {
        assert_eq!(mode(&data.join("demo").join(name)), 0o600, "{name}");
    }
    let token = fs::read_to_string(data.join("demo/token")).unwrap();
    let settings = fs::read_to_string(data.join("demo/sigillum.toml")).unwrap();
    assert!(token.len() == 64 && !settings.contains(&token), "only its digest stands in the configuration");
    assert_eq!(run(&data, &["config", "check"]).0, Some(0));
    let file = data.join("demo/sigillum.toml");
    assert_eq!(run(&data, &["config", "check", "--config", file.to_str().unwrap()]).0, Some(0));
    fs::remove_file(data.join("demo/seal.key")).unwrap();
    let (code, _, err) = run(&data, &["config", "check"]);
    assert_eq!(code, Some(78));
    assert!(err.contains("demo/sigillum.toml:") && err.contains("keys.demo: "), "{err}");
    // What is broken is said and stays as it is.
    let (code, out, _) = run(&data, &["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!((code, &*out), (Some(78), ""));
    assert!(!data.join("demo/seal.key").exists());
}

#[test]
fn a_demo_listens_on_loopback_only() {
    let (_temporary, data) = place();
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:8443"] {
        let (code, out, err) = run(&data, &["serve", "--lang", "en", "--listen", address]);
        assert_eq!((code, &*out), (Some(64), ""), "{err}");
        assert!(err.contains("loopback"), "{err}");
    }
}

#[test]
fn an_address_that_is_taken_is_said() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let (_temporary, data) = place();
    let address = taken.local_addr().unwrap().to_string();
    let (code, out, err) = run(&data, &["serve", "--lang", "en", "--listen", &address]);
    assert_eq!((code, &*out), (Some(70), ""), "{err}");
    assert!(err.contains("The service cannot start"), "{err}");
}

#[test]
fn what_is_trusted_without_options_is_what_the_data_folder_holds() {
    let (_temporary, data) = place();
    let sample = "fixtures/pdf/pades-b-b-rsa2048/document.pdf";
    let json = |arguments: &[&str]| -> Value {
        let mut command = sigillum(&data);
        command.current_dir(support::project()).args(["validate", "--format", "json", sample]).args(arguments);
        serde_json::from_slice(&command.output().unwrap().stdout).unwrap()
    };
    let anchors = |report: &Value| (report["trust"]["anchors"].as_u64().unwrap(), report.get("demo").is_some());
    assert_eq!(anchors(&json(&[])), (0, false), "nothing is there, and nothing is made");
    assert!(!data.exists());
    Service::start(&data).end();
    assert_eq!(anchors(&json(&[])), (1, true));
    assert_eq!(anchors(&json(&["--trust-anchor", "fixtures/pki/root.pem"])), (1, false));
    let folder = data.to_str().unwrap();
    assert_eq!(anchors(&json(&["--data", folder])), (1, true));
    assert_eq!(anchors(&json(&["--data", folder, "--trust-anchor", "fixtures/pki/root.pem"])), (1, false));
    let configuration = data.join("demo/sigillum.toml");
    assert_eq!(anchors(&json(&["--config", configuration.to_str().unwrap()])), (1, true));
}

#[test]
fn the_command_line_seals_with_the_same_profile_and_journal() {
    let (temporary, data) = place();
    let out = temporary.path().join("sealed.pdf");
    let out = out.to_str().unwrap();
    let seal = |file: &str, more: &[&str]| {
        run(&data, &[&["seal", file, "-o", out, "--profile", "demo", "--lang", "en"], more].concat())
    };
    let (code, _, err) = seal("/gone.pdf", &[]);
    assert_eq!(code, Some(78), "{err}");
    assert!(err.contains("There is no demo in"), "{err}");
    Service::start(&data).end();

    let sample = data.join("demo/sample.pdf");
    let sample = sample.to_str().unwrap();
    let (code, said, err) = seal(sample, &[]);
    assert_eq!((code, &*err), (Some(0), ""));
    assert!(said.starts_with("Sealed: ") && said.contains("(seal "), "{said}");
    let sealed = fs::read(out).unwrap();
    assert!(sealed.starts_with(&fs::read(sample).unwrap()));
    let (code, report, _) = run(&data, &["validate", out]);
    assert_eq!(code, Some(0), "{report}");

    // The record is there, under the number of who ran the program; the demo's journal is found both ways.
    let (code, records, _) = run(&data, &["journal", "list", "--format", "json"]);
    assert_eq!(code, Some(0));
    let record: Value =
        serde_json::from_str(records.trim_end()).unwrap_or_else(|error| panic!("{error}: {records}"));
    assert!(record["record"]["caller"].as_str().unwrap().starts_with("cli:"), "{records}");
    assert_eq!(record["record"]["profile"], "demo");
    let configuration = data.join("demo/sigillum.toml");
    for place in [&[][..], &["--config", configuration.to_str().unwrap()]] {
        let (code, said, err) = run(&data, &[&["journal", "verify"], place].concat());
        assert_eq!(code, Some(0), "{said}{err}");
    }

    let (code, _, err) = seal(sample, &[]);
    assert_eq!(code, Some(64));
    assert!(err.contains("is there already"), "{err}");
    assert_eq!(fs::read(out).unwrap(), sealed, "nothing was overwritten");
    fs::remove_file(out).unwrap();
    let unsealed: &[(&str, &[&str], i32, &str)] = &[
        ("/gone.pdf", &[], 4, "(file-not-found)"),
        (concat!(env!("CARGO_MANIFEST_DIR"), "/README.md"), &[], 4, "(not-a-document)"),
        (concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/pdf/encrypted-aes256/document.pdf"), &[], 4, "("),
    ];
    for (file, more, exit, words) in unsealed {
        let (code, said, err) = seal(file, more);
        assert_eq!((code, &*said), (Some(*exit), ""), "{file}: {err}");
        assert!(err.contains("Not sealed") && err.contains(words), "{err}");
        assert!(!Path::new(out).exists());
    }
    let (code, _, err) = run(&data, &["seal", sample, "-o", out, "--profile", "other", "--lang", "en"]);
    assert_eq!(code, Some(64));
    assert!(err.contains("“other”; there are: demo"), "{err}");
    let left: Vec<_> = fs::read_dir(temporary.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 1, "{left:?}");

    // XML too, and the only profile need not be named.
    let (xml, sealed_xml) = (temporary.path().join("entry.xml"), temporary.path().join("sealed.xml"));
    fs::write(&xml, "<entry xmlns='urn:example'>Z\u{fc}rich</entry>\n").unwrap();
    let (xml, sealed_xml) = (xml.to_str().unwrap(), sealed_xml.to_str().unwrap());
    let (code, said, err) = run(&data, &["seal", xml, "-o", sealed_xml, "--lang", "en"]);
    assert_eq!((code, &*err), (Some(0), ""), "{said}");
    let (code, report, _) = run(&data, &["validate", sealed_xml, "--format", "json"]);
    assert_eq!(code, Some(0), "{report}");
    let report: Value = serde_json::from_str(report.trim_end()).unwrap();
    assert_eq!((&report["signatures"][0]["packaging"], &report["demo"]), (&"enveloped".into(), &true.into()));
    let empty = temporary.path().join("empty.xml");
    fs::write(&empty, "<entry/>").unwrap();
    let nowhere = temporary.path().join("nowhere.xml");
    let (code, _, err) =
        run(&data, &["seal", empty.to_str().unwrap(), "-o", nowhere.to_str().unwrap(), "--lang", "en"]);
    assert_eq!(code, Some(4), "{err}");
    assert!(err.contains("not-appendable") && err.contains("empty-root"), "{err}");
    assert!(!nowhere.exists());
}

/// The CRLs of the data folder are evidence for what it judges; a seal whose certificate is listed is not made.
#[test]
fn what_the_demo_revokes_is_seen_and_not_sealed_with() {
    use rcgen::RevocationReason::{CaCompromise, CertificateHold, KeyCompromise};
    let (temporary, data) = place();
    Service::start(&data).end();
    let (demo, out) = (data.join("demo"), temporary.path().join("sealed.pdf"));
    let sample = demo.join("sample.pdf");
    let seal = |out: &Path| {
        let (sample, out) = (sample.to_str().unwrap(), out.to_str().unwrap());
        run(&data, &["seal", sample, "-o", out, "--profile", "demo", "--lang", "en"])
    };
    assert_eq!(seal(&out).0, Some(0));
    let judged = || -> Value {
        let folder = data.to_str().unwrap();
        let arguments = ["validate", "--data", folder, "--format", "json", out.to_str().unwrap()];
        let (_, report, err) = run(&data, &arguments);
        serde_json::from_str(&report).unwrap_or_else(|error| panic!("{error}: {err}"))
    };
    let before = judged();
    assert_eq!(before["summary"]["answer"], "valid");
    let status = before["signatures"][0]["path"][0]["revocation"].to_string();
    assert!(status.contains("\"supplied\"") && status.contains("\"good\""), "{status}");

    let now = sigillum::clock::now().unix_seconds();
    let now = time::OffsetDateTime::from_unix_timestamp(now).unwrap();
    let good = ["issuing.crl", "root.crl"].map(|name| (demo.join(name), fs::read(demo.join(name)).unwrap()));
    let cases = [
        ("issuing", "seal.pem", Some(KeyCompromise), "xcv-signer-not-revoked", "REVOKED_NO_POE"),
        ("issuing", "seal.pem", Some(CertificateHold), "xcv-not-on-hold", "TRY_LATER"),
        ("root", "issuing.pem", Some(CaCompromise), "xcv-ca-not-revoked", "REVOKED_CA_NO_POE"),
        ("issuing", "", None, "xcv-revocation-known", "TRY_LATER"),
    ];
    let refused = temporary.path().join("refused.pdf");
    for (number, (authority, certificate, reason, check, sub_indication)) in cases.into_iter().enumerate() {
        good.iter().for_each(|(file, content)| fs::write(file, content).unwrap());
        match reason {
            Some(reason) => support::revoke::revoke(&demo, authority, certificate, reason, now),
            // Then nothing says of the seal's certificate whether it is revoked.
            None => fs::copy(demo.join("root.crl"), demo.join("issuing.crl")).map(drop).unwrap(),
        }
        let after = judged();
        let signature = &after["signatures"][0];
        let decided = (signature["reason"]["code"].as_str(), signature["subIndication"].as_str());
        assert_eq!(decided, (Some(check), Some(sub_indication)), "{after}");
        let (code, said, err) = seal(&refused);
        assert_eq!((code, &*said), (Some(70), ""), "{err}");
        assert!(err.contains("signer-unavailable") && err.contains(check) && !refused.exists(), "{err}");
        let (_, records, _) = run(&data, &["journal", "list", "--format", "json"]);
        assert_eq!(records.lines().count(), number + 2, "one seal, and each refusal");
        let last: Value = serde_json::from_str(records.lines().last().unwrap()).unwrap();
        let record = &last["record"];
        assert_eq!((&record["act"], &record["profile"]), (&"seal-refused".into(), &"demo".into()));
        assert_eq!((&record["reason"], &record["verdict"]), (&check.into(), &"INDETERMINATE".into()));
    }
}

/// After a week without the service, what was sealed is judged by CRLs that are issued anew.
#[test]
fn what_was_sealed_is_judged_by_crls_that_hold() {
    let (temporary, data) = place();
    Service::start(&data).end();
    let (demo, out) = (data.join("demo"), temporary.path().join("sealed.pdf"));
    let (sample, sealed) = (demo.join("sample.pdf"), out.to_str().unwrap());
    assert_eq!(run(&data, &["seal", sample.to_str().unwrap(), "-o", sealed, "--profile", "demo"]).0, Some(0));
    let long_ago = time::OffsetDateTime::from_unix_timestamp(sigillum::clock::now().unix_seconds() - 30 * 86400);
    for (authority, other) in [("root", "seal.pem"), ("issuing", "tls.pem")] {
        let reason = rcgen::RevocationReason::Superseded;
        support::revoke::revoke(&demo, authority, other, reason, long_ago.unwrap());
    }
    let old = fs::read(demo.join("issuing.crl")).unwrap();
    let (code, report, err) = run(&data, &["validate", sealed]);
    assert_eq!((code, &*err), (Some(0), ""), "{report}");
    assert_ne!(fs::read(demo.join("issuing.crl")).unwrap(), old);
    // Where they cannot be, this is said, and what is there is used.
    fs::write(demo.join("issuing.crl"), &old).unwrap();
    fs::write(demo.join("issuing.key"), "nothing").unwrap();
    let (code, report, err) = run(&data, &["validate", "--lang", "en", "--format", "json", sealed]);
    assert!(err.contains("issuing.crl"), "{err}");
    let report: Value = serde_json::from_str(&report).unwrap();
    let code_of = &report["signatures"][0]["reason"]["code"];
    assert_eq!((code, code_of.as_str()), (Some(2), Some("xcv-revocation-known")));
}

/// A CRL that is about to run out is issued anew when the service starts, also by three that start at once.
#[test]
fn a_start_issues_a_crl_anew_where_it_is_time() {
    let (_temporary, data) = place();
    Service::start(&data).end();
    let demo = data.join("demo");
    let long_ago = time::OffsetDateTime::from_unix_timestamp(sigillum::clock::now().unix_seconds() - 30 * 86400);
    support::revoke::revoke(
        &demo,
        "root",
        "issuing.pem",
        rcgen::RevocationReason::CertificateHold,
        long_ago.unwrap(),
    );
    let parsed = || {
        let objects = sigillum::pki::pem::objects(&fs::read(demo.join("root.crl")).unwrap()).unwrap();
        sigillum::pki::Crl::parse(&objects[0].der, 64).unwrap()
    };
    let old = parsed();
    let services = thread::scope(|scope| {
        let threads: Vec<_> = (0..3).map(|_| scope.spawn(|| Service::start(&data))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
    });
    let new = parsed();
    assert_eq!((old.crl_number.as_deref(), new.crl_number.as_deref()), (Some(&[3, 232][..]), Some(&[3, 233][..])));
    assert!(new.next_update > Some(sigillum::clock::now().plus_seconds(6 * 86400)));
    assert_eq!(
        new.entries().map(Result::unwrap).collect::<Vec<_>>(),
        old.entries().map(Result::unwrap).collect::<Vec<_>>()
    );
    services.into_iter().for_each(Service::end);
}
