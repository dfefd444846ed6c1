//! The scheme of the demo as outsiders see it: the time-stamp in its sealed sample, the signature of its trust list, and what
//! becomes of a data folder that an earlier version made, or one that was ended, left.

#![cfg(feature = "service")]
#![expect(clippy::disallowed_methods, reason = "these tests look into the folders that the program makes")]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use sigillum::document::{Document, examine};
use sigillum::limits::{Budget, Limits};
use sigillum::pki::{Certificate, SignedData, oid, pem};
use sigillum::trust::{ListSigner, Scheme, VerifiedTrustList};

/// What one that was ended left: which files are not there, which stand in the place of others, and the number of the list
/// that comes of it.
type Left<'l> = (&'l str, &'l [&'l str], &'l [(&'l str, &'l str)], u64);

/// The files that a demo has beyond those of earlier versions.
const ADDED: [&str; 3] = ["tsa.key", "tsa.pem", "sample-sealed.pdf"];

fn sigillum(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sigillum"));
    command.env("XDG_DATA_HOME", data.parent().unwrap()).stdin(Stdio::null());
    command
}

fn serve(data: &Path) -> Child {
    sigillum(data)
        .args(["serve", "--listen", "127.0.0.1:0", "--lang", "en", "--data"])
        .arg(data)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Starts the service, waits until it says where it listens, and ends it.
fn start(data: &Path) {
    let mut child = serve(data);
    let said = BufReader::new(child.stdout.take().unwrap()).lines();
    let ready = said.map_while(Result::ok).any(|line| line.contains(" validate --data "));
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(ready);
}

fn place() -> (tempfile::TempDir, PathBuf) {
    let temporary = tempfile::tempdir().unwrap();
    let data = temporary.path().join("sigillum");
    (temporary, data)
}

fn files(data: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(data.join("demo")).unwrap().map(|entry| entry.unwrap());
    entries.map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap())).collect()
}

fn output(output: Output) -> (Option<i32>, String, String) {
    let text = |octets| String::from_utf8(octets).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

/// The report on the sealed sample, and what was said beside it.
fn judged(data: &Path, more: &[&str]) -> (Value, String) {
    let mut command = sigillum(data);
    command
        .args(["validate", "--format", "json", "--lang", "en"])
        .args(more)
        .arg(data.join("demo/sample-sealed.pdf"));
    let (_, out, err) = output(command.output().unwrap());
    (serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out}{err}")), err)
}

/// That a demo is whole: its sample is judged as it has to be.
fn assert_whole(data: &Path) {
    let (report, err) = judged(data, &[]);
    assert_eq!((&report["summary"]["answer"], &*err), (&"valid".into(), ""), "{report}");
    let signature = &report["signatures"][0];
    assert_eq!(
        (&signature["format"], &signature["coverage"]),
        (&"PAdES-BASELINE-T".into(), &"whole-document".into())
    );
    assert_eq!(signature["timestamps"][0]["qualified"], serde_json::json!(["demo"]), "{signature}");
    let lists = &report["trust"]["lists"];
    assert_eq!((&lists[0]["territory"], &lists[0]["state"]), (&"ZZ".into(), &"current".into()));
}

fn parsed(file: &Path) -> Certificate {
    Certificate::parse(&pem::objects(&fs::read(file).unwrap()).unwrap()[0].der).unwrap()
}

fn list_number(demo: &Path) -> u64 {
    let signer = ListSigner::of(&parsed(&demo.join("list-signer.pem")));
    let list = fs::read(demo.join("trust-list.xml")).unwrap();
    let verified = VerifiedTrustList::verify(list.into(), Scheme::Demo, &[signer], sigillum::clock::now());
    verified.unwrap().list().sequence_number
}

#[test]
fn the_sealed_sample_has_a_time_that_is_qualified_under_the_demo_scheme_alone() {
    let (_temporary, data) = place();
    start(&data);
    assert_whole(&data);
    let (report, _) = judged(&data, &[]);
    let signature = &report["signatures"][0];
    let stamp = &signature["timestamps"][0];
    assert_eq!((&report["demo"], &stamp["indication"]), (&true.into(), &"PASSED".into()));
    assert_eq!(stamp["tsa"]["commonName"], "DEMO sigillum Time-Stamping Unit");
    assert_eq!(signature["bestSignatureTimeSource"], stamp["id"]);
    assert_eq!(signature["bestSignatureTime"], stamp["time"]);
    // Under ZertES it is a time-stamp as any other; `timeQuality` speaks of ZertES.
    assert_eq!(signature["timeQuality"], "timestamp");
    let legal = signature["legal"].as_object().unwrap();
    assert_eq!(legal.keys().collect::<Vec<_>>(), ["demo"]);
    assert_eq!(legal["demo"]["class"], "regulated-electronic-seal");
    assert_eq!(legal["demo"]["fourChecks"]["time"]["result"], "passed");
    let text = {
        let mut command = sigillum(&data);
        command.args(["validate", "--lang", "en"]).arg(data.join("demo/sample-sealed.pdf"));
        let (code, out, _) = output(command.output().unwrap());
        assert_eq!(code, Some(0), "{out}");
        out
    };
    assert!(text.contains("DEMO"), "{text}");

    // Without the demo's list nothing of it is qualified, and no class is told; its unit is trusted by nobody.
    let demo = data.join("demo");
    let (report, _) = judged(
        &data,
        &[
            "--trust-anchor",
            demo.join("root.pem").to_str().unwrap(),
            "--evidence",
            demo.join("issuing.crl").to_str().unwrap(),
            "--evidence",
            demo.join("root.crl").to_str().unwrap(),
        ],
    );
    let signature = &report["signatures"][0];
    assert_eq!(signature["timestamps"][0]["qualified"], serde_json::json!([]));
    assert!(signature["legal"].as_object().unwrap().is_empty(), "{signature}");
    // With it, named as a list of somebody else: it is still no Swiss one.
    let (report, _) = judged(
        &data,
        &[
            "--trust-list",
            demo.join("trust-list.xml").to_str().unwrap(),
            "--trust-list-signer",
            demo.join("list-signer.pem").to_str().unwrap(),
            "--policy",
            "no-revocation",
        ],
    );
    let signature = &report["signatures"][0];
    assert_eq!(signature["timestamps"][0]["qualified"], serde_json::json!(["demo"]), "{report}");
    assert!(signature["legal"].get("ch").is_none() && report["demo"] == true, "{report}");
    support::suite("demo time-stamp", 3);
}

/// OpenSSL holds the token against the value, the digest, the signer's certificate in it, and the one purpose of the unit.
#[test]
fn openssl_accepts_the_time_stamp() {
    if !Command::new("openssl").arg("version").output().is_ok_and(|output| output.status.success()) {
        println!("SKIPPED demo token (openssl): no OpenSSL");
        return;
    }
    let (temporary, data) = place();
    start(&data);
    let demo = data.join("demo");
    let bytes = fs::read(demo.join("sample-sealed.pdf")).unwrap();
    let limits = Limits::DEFAULT;
    let mut budget = Budget::new(&limits);
    let document = Document::open(&bytes, None, &limits, &mut budget).unwrap();
    let examination = examine(&document, &mut budget).unwrap();
    let [start, length, ..] = examination.signatures[0].byte_range.unwrap();
    let hole = &bytes[usize::try_from(start + length).unwrap() + 1..];
    let hex = &hole[..hole.iter().position(|octet| *octet == b'>').unwrap()];
    let cms: Vec<u8> =
        hex.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect();
    let cms = SignedData::parse(&cms, limits.der_depth).unwrap();
    let signer = &cms.signers[0];
    let [attribute] = signer.unsigned_attributes.as_slice() else { panic!() };
    assert_eq!(attribute.oid.content(), oid::SIGNATURE_TIMESTAMP);
    let write = |name: &str, content: &[u8]| {
        let file = temporary.path().join(name);
        fs::write(&file, content).unwrap();
        file
    };
    let token = write("token.der", &attribute.values[0]);
    let verify = |value: &[u8]| {
        let mut command = Command::new("openssl");
        command.args(["ts", "-verify", "-token_in", "-in"]).arg(&token).arg("-data").arg(write("value", value));
        command.arg("-CAfile").arg(demo.join("root.pem")).arg("-untrusted").arg(demo.join("issuing.pem"));
        output(command.output().unwrap())
    };
    let (code, out, err) = verify(&signer.signature);
    assert_eq!(code, Some(0), "{out}{err}");
    let (code, ..) = verify(&signer.signature[1..]);
    assert_ne!(code, Some(0));
    support::suite("demo token (openssl)", 2);
}

/// Another implementation of XML Signature finds digests and value right, and a changed list wrong.
#[test]
fn xmlsec1_accepts_the_trust_list() {
    if !Command::new("xmlsec1").arg("--version").output().is_ok_and(|output| output.status.success()) {
        println!("SKIPPED demo list (xmlsec1): no xmlsec1");
        return;
    }
    let (temporary, data) = place();
    start(&data);
    let demo = data.join("demo");
    let verify = |list: &[u8]| {
        let file = temporary.path().join("list.xml");
        fs::write(&file, list).unwrap();
        let mut command = Command::new("xmlsec1");
        command.args(["--verify", "--id-attr:Id", "http://uri.etsi.org/01903/v1.3.2#:SignedProperties"]);
        command.arg("--trusted-pem").arg(demo.join("list-signer.pem")).arg(&file);
        output(command.output().unwrap())
    };
    let list = fs::read(demo.join("trust-list.xml")).unwrap();
    let (code, out, err) = verify(&list);
    assert_eq!(code, Some(0), "{out}{err}");
    let text = String::from_utf8(list).unwrap();
    for (from, to) in [("TSA/QTST", "TSA/TSS-QC"), ("<xades:SigningTime>2", "<xades:SigningTime>1")] {
        assert!(text.contains(from));
        assert_ne!(verify(text.replace(from, to).as_bytes()).0, Some(0), "{to}");
    }
    support::suite("demo list (xmlsec1)", 3);
}

#[test]
fn what_an_earlier_version_did_not_have_is_added_and_all_else_stays() {
    let (_temporary, data) = place();
    start(&data);
    let demo = data.join("demo");
    let first = files(&data);
    assert_eq!(list_number(&demo), 1);

    // As an earlier version left it: its list has another unit than this one will, and who signed it is gone.
    ADDED.iter().for_each(|name| fs::remove_file(demo.join(name)).unwrap());
    start(&data);
    assert_whole(&data);
    let second = files(&data);
    assert_eq!(first.keys().collect::<Vec<_>>(), second.keys().collect::<Vec<_>>());
    let changed: Vec<&str> =
        first.iter().filter(|(name, content)| second[*name] != **content).map(|(name, _)| &**name).collect();
    assert_eq!(changed, ["list-signer.pem", "sample-sealed.pdf", "trust-list.xml", "tsa.key", "tsa.pem"]);
    assert_eq!(list_number(&demo), 2);
    let (unit, issuing) = (parsed(&demo.join("tsa.pem")), parsed(&demo.join("issuing.pem")));
    assert!(unit.issuer().matches(issuing.subject()) && unit.not_after() == issuing.not_after());
    start(&data);
    assert_eq!(files(&data), second, "nothing is added twice");

    // What one that was ended left: each time by another command.
    let sealed = data.parent().unwrap().join("sealed.pdf");
    let named = |file: &Path| file.to_str().unwrap().to_owned();
    let sample = named(&demo.join("sample.pdf"));
    let commands = [
        vec!["validate".to_owned(), sample.clone()],
        vec!["seal".to_owned(), sample, "-o".to_owned(), named(&sealed)],
    ];
    let cases: [Left; 4] = [
        ("only the sample is missing", &["sample-sealed.pdf"], &[], 2),
        ("the key of the unit was written, and no certificate", &["sample-sealed.pdf", "tsa.pem"], &[], 3),
        (
            "the signer of the list was written, and no list",
            &["sample-sealed.pdf"],
            &[("tls.pem", "list-signer.pem")],
            4,
        ),
        ("a new file was not put in its place", &["sample-sealed.pdf"], &[("sample.pdf", ".new-tsa.key")], 4),
    ];
    for (number, (case, removed, copied, list)) in cases.into_iter().enumerate() {
        removed.iter().for_each(|name| fs::remove_file(demo.join(name)).unwrap());
        copied.iter().for_each(|(from, to)| _ = fs::copy(demo.join(from), demo.join(to)).unwrap());
        let _ = fs::remove_file(&sealed);
        let (_, out, err) = output(sigillum(&data).args(&commands[number % 2]).output().unwrap());
        assert_eq!(err, "", "{case}: {out}");
        assert_whole(&data);
        assert_eq!(list_number(&demo), list, "{case}");
    }
    support::suite("demo of an earlier version", 6);
}

#[test]
fn several_at_once_add_it_once() {
    let (_temporary, data) = place();
    start(&data);
    let demo = data.join("demo");
    ADDED.iter().for_each(|name| fs::remove_file(demo.join(name)).unwrap());
    thread::scope(|scope| {
        for turn in 0..6 {
            let (data, sample) = (&data, demo.join("sample.pdf"));
            scope.spawn(move || {
                if turn % 3 == 0 {
                    return start(data);
                }
                let (code, out, err) = output(sigillum(data).arg("validate").arg(sample).output().unwrap());
                assert_eq!((code, &*err), (Some(3), ""), "{out}");
            });
        }
    });
    assert_whole(&data);
    assert_eq!(list_number(&demo), 2);
}

/// Ended at any point, nothing is left that the next one cannot use.
#[test]
fn one_that_is_killed_leaves_what_the_next_one_makes_whole() {
    let (_temporary, data) = place();
    let mut killed = 0;
    for wait in [0_u64, 5, 10, 15, 20, 30, 40, 60, 80, 120] {
        let _ = fs::remove_dir_all(&data);
        let mut child = serve(&data);
        thread::sleep(Duration::from_millis(wait));
        child.kill().unwrap();
        child.wait().unwrap();
        killed += u32::from(!data.join("demo").exists());
        start(&data);
        assert_whole(&data);
        assert_eq!(list_number(&data.join("demo")), 1);
        assert!(!data.join(".demo-unfinished").exists());
    }
    println!("{killed} of 10 were killed before there was a demo");

    // The same while it is added: as soon as the first of its files is there.
    let demo = data.join("demo");
    for file in ["tsa.key", "tsa.pem"] {
        ADDED.iter().for_each(|name| fs::remove_file(demo.join(name)).unwrap());
        let mut child = serve(&data);
        let patience = Instant::now();
        while !demo.join(file).exists() && patience.elapsed() < Duration::from_secs(60) {
            thread::yield_now();
        }
        child.kill().unwrap();
        child.wait().unwrap();
        start(&data);
        assert_whole(&data);
    }
    support::suite("demo killed", 12);
}

#[test]
fn to_one_that_cannot_take_it_nothing_is_added() {
    let (temporary, data) = place();
    start(&data);
    let demo = data.join("demo");
    let sample = demo.join("sample.pdf");
    let run = |arguments: &[&str]| output(sigillum(&data).args(arguments).output().unwrap());
    let kept = files(&data);
    let restore = || {
        for (name, content) in &kept {
            fs::write(demo.join(name), content).unwrap();
        }
    };

    // Older still: its CAs have no keys.
    ["issuing.key", "root.key"].iter().chain(&ADDED).for_each(|name| fs::remove_file(demo.join(name)).unwrap());
    let before = files(&data);
    let out = temporary.path().join("sealed.pdf");
    let (code, _, err) = run(&["seal", sample.to_str().unwrap(), "-o", out.to_str().unwrap()]);
    assert_eq!((code, &*err), (Some(0), ""));
    assert_eq!(files(&data), before);

    // Its seal is revoked: the unit and the list are added, and no sample.
    restore();
    ADDED.iter().for_each(|name| fs::remove_file(demo.join(name)).unwrap());
    let now = time::OffsetDateTime::from_unix_timestamp(sigillum::clock::now().unix_seconds()).unwrap();
    support::revoke::revoke(&demo, "issuing", "seal.pem", rcgen::RevocationReason::KeyCompromise, now);
    let (code, said, err) = run(&["validate", sample.to_str().unwrap()]);
    assert_eq!((code, &*err), (Some(3), ""), "{said}");
    assert!(demo.join("tsa.pem").exists() && !demo.join("sample-sealed.pdf").exists());
    assert_eq!(list_number(&demo), 2);

    // What is broken is said, and what is there is used to validate; nothing is sealed with it.
    restore();
    fs::remove_file(demo.join("sample-sealed.pdf")).unwrap();
    fs::write(demo.join("tsa.key"), "nothing").unwrap();
    let (code, _, err) = run(&["validate", "--lang", "en", sample.to_str().unwrap()]);
    assert!(code == Some(3) && err.contains("tsa.pem"), "{err}");
    fs::remove_file(&out).unwrap();
    let (code, _, err) = run(&["seal", "--lang", "en", sample.to_str().unwrap(), "-o", out.to_str().unwrap()]);
    assert!(code == Some(70) && err.contains("tsa.pem") && !out.exists(), "{err}");
    support::suite("demo that cannot take more", 3);
}
