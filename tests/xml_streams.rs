//! What XML signatures sign, given back: `sigillum revisions`, octet for octet.
//!
//! The digest of each stream is the one that its reference states, wherever the report says that the digest is right.

#![cfg(feature = "service")]

mod support;

use std::path::Path;
use std::process::{Command, Stdio};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use sigillum::crypto::digest;
use sigillum::document::{Coverage, Fault, SignedBy, SignedStream, StreamDigest};
use sigillum::limits::{CancelFlag, Limits};
use sigillum::service::{Depth, GivenContent, Revisions, RevisionsRequest, revisions, streams};
use support::table::corpus;
use support::xades::{FILING, Reference, enveloped, inside, signature, transform};

fn asked(contents: &[(&str, &[u8])]) -> RevisionsRequest {
    let contents = contents.iter().map(|(name, bytes)| GivenContent {
        name: Some((*name).to_owned()).filter(|name| !name.is_empty()),
        bytes: bytes.to_vec(),
    });
    let contents = contents.collect();
    RevisionsRequest { password: None, contents, limits: Limits::DEFAULT, depth: Depth::Differences }
}

fn found(bytes: &[u8], contents: &[(&str, &[u8])]) -> Revisions {
    revisions(bytes, &asked(contents), &CancelFlag::default()).unwrap()
}

/// All streams with the ids of their signatures.
fn octets(bytes: &[u8], contents: &[(&str, &[u8])]) -> Vec<(String, usize, Result<Vec<u8>, Fault>)> {
    let mut all = Vec::new();
    let keep = |id: &str, number: usize, octets: Result<Vec<u8>, Fault>| all.push((id.to_owned(), number, octets));
    streams(bytes, &asked(contents), &CancelFlag::default(), keep).unwrap();
    all
}

/// Holds each stream against its reference; how many there were, and how many of them were right.
fn each_is_what_is_digested(name: &str, bytes: &[u8], contents: &[(&str, &[u8])]) -> (usize, usize) {
    let found = found(bytes, contents);
    let all = octets(bytes, contents);
    let said: Vec<(&str, &SignedStream)> = found
        .signed
        .signed
        .iter()
        .flat_map(|one| {
            let streams = one.xml.as_ref().unwrap().streams.iter().flatten();
            streams.map(|stream| (one.id.as_str(), stream))
        })
        .collect();
    assert_eq!(all.len(), said.len(), "{name}");
    let mut right = 0;
    for ((id, number, octets), (said_id, stream)) in all.iter().zip(&said) {
        assert_eq!((id.as_str(), *number), (*said_id, stream.number), "{name}");
        let reference = &stream.reference;
        let Ok(octets) = octets else {
            assert_eq!(stream.octets.as_ref().unwrap_err(), octets.as_ref().unwrap_err(), "{name}");
            assert!(reference.computed.is_err(), "{name} {id} {number}: {octets:?}");
            continue;
        };
        let known = stream.octets.as_ref().unwrap();
        assert_eq!(known.size, octets.len() as u64, "{name} {id}");
        let Some(algorithm) = reference.algorithm else { continue };
        let ours = digest(algorithm, octets);
        assert_eq!(reference.computed, Ok(Some(ours)), "{name} {id} {number}: other octets than were digested");
        let same = ours.as_bytes() == reference.stated;
        assert_eq!(stream.digest() == StreamDigest::Same, same, "{name} {id} {number}");
        right += usize::from(same);
    }
    (said.len(), right)
}

#[test]
fn the_streams_of_made_documents_are_what_was_signed() {
    let document = enveloped();
    let all = octets(document.as_bytes(), &[]);
    assert_eq!(all.len(), 2);
    assert_eq!(all[0], ("S1".to_owned(), 1, Ok(FILING.into())));
    assert!(all[1].2.as_ref().unwrap().starts_with(b"<xades:SignedProperties xmlns:xades="));
    let found = found(document.as_bytes(), &[]);
    let one = &found.signed.signed[0];
    assert_eq!((one.coverage, one.signed_by), (Coverage::WholeDocument, SignedBy::Signature));
    let xml = one.xml.as_ref().unwrap();
    assert_eq!(xml.path.as_deref(), Some("/filing[1]/ds:Signature[1]"));
    assert!(xml.uncovered.as_ref().unwrap().is_empty());
    let streams = xml.streams.as_ref().unwrap();
    assert!(streams.iter().all(|one| one.digest() == StreamDigest::Same && one.extension() == "xml"));
    assert_eq!(each_is_what_is_digested("made", document.as_bytes(), &[]), (2, 2));

    // Content as it is, and what base64 in an object stands for.
    let base64 = transform("http://www.w3.org/2000/09/xmldsig#base64", "");
    let bytes = b"\x00\xff\r\n--".repeat(10);
    let object = format!("<ds:Object Id=\"o\">{}</ds:Object>", STANDARD.encode(&bytes));
    let to_object = Reference { uri: "#o".to_owned(), transforms: base64, octets: bytes.clone() };
    let text = signature("1", &[Reference::external("data.bin", "data\r\n"), to_object], &object);
    let given: &[(&str, &[u8])] = &[("data.bin", b"data\r\n")];
    assert_eq!(each_is_what_is_digested("detached", text.as_bytes(), given), (3, 3));
    let all = octets(text.as_bytes(), given);
    assert_eq!((&all[0].2, &all[1].2), (&Ok(b"data\r\n".to_vec()), &Ok(bytes)));
    assert_eq!(octets(text.as_bytes(), &[])[0].2, Err(Fault::NotGiven));
    let found = self::found(text.as_bytes(), given);
    let endings = found.signed.signed[0].xml.as_ref().unwrap().streams.as_ref().unwrap();
    assert_eq!(endings.iter().map(SignedStream::extension).collect::<Vec<_>>(), ["bin", "bin", "xml"]);
}

#[test]
fn what_a_signature_leaves_out_is_said() {
    let document = inside(FILING, &signature("1", &[Reference::to("f", "other")], ""));
    let document =
        document.replace("<to>", "<to Id=\"x\">").replace("Id=\"f\"", "").replace("<amount", "<amount Id=\"f\"");
    let found = found(document.as_bytes(), &[]);
    let one = &found.signed.signed[0];
    assert_eq!(one.coverage, Coverage::Partial);
    let xml = one.xml.as_ref().unwrap();
    assert_eq!(xml.streams.as_ref().unwrap()[0].digest(), StreamDigest::Differs);
    let left: Vec<&str> = xml.uncovered.as_ref().unwrap().iter().map(|one| one.path.as_str()).collect();
    assert_eq!(left, ["/filing[1]/to[1]"]);
}

#[test]
fn more_octets_than_may_be_made_are_refused() {
    let references: Vec<Reference> = (0..100).map(|_| Reference::enveloped(FILING)).collect();
    let document = inside(FILING, &signature("1", &references, ""));
    let mut request = asked(&[]);
    request.limits.decoded_bytes = 3 * FILING.len() as u64;
    let mut known = 0;
    let count = |_: &str, _: usize, octets: Result<Vec<u8>, Fault>| match octets {
        Ok(_) => known += 1,
        Err(Fault::Limit(exceeded)) => assert_eq!(exceeded.limit.name(), "decoded-bytes"),
        Err(other) => panic!("{other:?}"),
    };
    streams(document.as_bytes(), &request, &CancelFlag::default(), count).unwrap();
    assert_eq!(known, 3);
    let found = revisions(document.as_bytes(), &request, &CancelFlag::default()).unwrap();
    let streams = found.signed.signed[0].xml.as_ref().unwrap().streams.as_ref().unwrap();
    assert_eq!(streams.iter().filter(|one| one.octets.is_ok()).count(), 3);
}

/// What others signed: each stream has the digest that its reference states.
#[test]
fn the_streams_of_the_generated_sets_are_what_was_signed() {
    const SUITE: &str = "signed XML streams (generated)";
    let Some(shared) = support::shared() else {
        support::skipped(SUITE);
        return;
    };
    let mut cases = 0;
    for name in ["generated", "generated-dss"] {
        let folder = shared.join("data").join(name);
        let truth: Value = serde_json::from_slice(&support::read(&folder.join("xml.json"))).unwrap();
        for file in truth["files"].as_array().unwrap() {
            let path = file["file"].as_str().unwrap();
            let bytes = support::read(&folder.join(path));
            let more = file["detached_more"].as_array().into_iter().flatten();
            let names: Vec<&str> =
                std::iter::once(&file["detached_data"]).chain(more).filter_map(Value::as_str).collect();
            let read = |name: &&str| {
                let places = [folder.join("xml").join(name), folder.join(name)];
                support::read(places.iter().find(|path| path.is_file()).unwrap())
            };
            let contents: Vec<Vec<u8>> = names.iter().map(read).collect();
            let given: Vec<(&str, &[u8])> =
                names.iter().zip(&contents).map(|(name, bytes)| (*name, bytes.as_slice())).collect();
            if path.contains("deep-nesting") {
                assert!(revisions(&bytes, &asked(&[]), &CancelFlag::default()).is_err());
                continue;
            }
            let (all, right) = each_is_what_is_digested(path, &bytes, &given);
            assert!(all > 0, "{path}");
            let whole = file["verdict"] == "valid" && file["contested"] != true;
            assert!(!whole || right == all, "{path}: {right} of {all} streams");
            cases += all;
        }
    }
    support::suite(SUITE, cases);
}

#[test]
fn the_streams_of_the_corpus_are_what_was_signed() {
    const SUITE: &str = "signed XML streams (corpus)";
    let Some(shared) = support::shared() else {
        support::skipped(SUITE);
        return;
    };
    let (mut cases, mut same, mut unread) = (0, 0, 0);
    for file in corpus(&shared, |kind| kind == "xml/signed" || kind == "xml/attack/xsw") {
        let bytes = support::read(&shared.join("data/corpus").join(&file.path));
        if revisions(&bytes, &asked(&[]), &CancelFlag::default()).is_err() || bytes.starts_with(b"%PDF") {
            unread += 1;
            continue;
        }
        let (all, right) = each_is_what_is_digested(&file.path, &bytes, &[]);
        cases += all;
        same += right;
    }
    println!("{SUITE}: {same} as signed, {unread} files not readable");
    // Of the others most have content that is not given, or transforms that are refused.
    assert!(same > 800, "{same} of {cases}");
    support::suite(SUITE, cases);
}

fn sigillum(arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sigillum"));
    let output = command.args(arguments).stdin(Stdio::null()).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[expect(clippy::disallowed_methods, reason = "a test gives the program files")]
fn put(folder: &Path, name: &str, bytes: &[u8]) -> String {
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn the_command_lists_and_writes() {
    let folder = tempfile::tempdir().unwrap();
    let file = put(folder.path(), "a.xml", enveloped().as_bytes());
    let out = folder.path().join("out");
    let (code, text, error) =
        sigillum(&["revisions", &file, "-o", out.to_str().unwrap(), "--diff", "--format", "json"]);
    assert_eq!(code, Some(0), "{text}{error}");
    let value: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value["schema"], "sigillum-revisions/1");
    assert_eq!(value["document"]["mediaType"], "application/xml");
    let one = &value["signatures"][0];
    assert_eq!((&one["id"], &one["coverage"]), (&"S1".into(), &"whole-document".into()));
    assert_eq!(one["uncovered"], serde_json::json!([]));
    assert_eq!(one["streams"].as_array().unwrap().len(), 2);
    assert_eq!(one["streams"][0]["digest"], "same");
    assert_eq!(one["streams"][0]["octets"]["size"], FILING.len());
    let written = one["streams"][0]["file"].as_str().unwrap();
    assert!(written.ends_with("octets-S1-1.xml"));
    assert_eq!(support::read(Path::new(written)), FILING.as_bytes());
    // Nothing is overwritten.
    let (code, _, _) = sigillum(&["revisions", &file, "-o", out.to_str().unwrap()]);
    assert_eq!(code, Some(64));
    for (language, word) in [("de", "Oktette"), ("fr", "Octets"), ("it", "Ottetti"), ("en", "leaves nothing out")] {
        let (code, text, _) = sigillum(&["revisions", &file, "--diff", "--lang", language]);
        assert!(code == Some(0) && text.contains(word) && text.contains("#p-1"), "{text}");
    }
}

#[test]
fn the_exit_code_says_how_it_went() {
    let folder = tempfile::tempdir().unwrap();
    let detached = signature("1", &[Reference::external("d", "data")], "");
    let detached = put(folder.path(), "detached.xml", detached.as_bytes());
    let data = put(folder.path(), "d", b"data");
    let changed = put(folder.path(), "changed.xml", enveloped().replace("100", "900").as_bytes());
    let none = put(folder.path(), "none.xml", FILING.as_bytes());
    let doctype = put(folder.path(), "doctype.xml", b"<!DOCTYPE a><a/>");
    let shapeless =
        put(folder.path(), "shapeless.xml", enveloped().replace("<ds:KeyInfo>", "x<ds:KeyInfo>").as_bytes());
    for (arguments, wanted) in [
        (&["revisions", detached.as_str(), "--content", &data][..], 0),
        (&["revisions", &detached, "--content", &format!("d={data}")], 0),
        (&["revisions", &detached], 2),
        (&["revisions", &changed], 2),
        (&["revisions", &shapeless], 2),
        (&["revisions", &none], 3),
        (&["revisions", &doctype], 4),
        (&["revisions", &detached, "--content", "/nowhere"], 64),
    ] {
        let (code, text, error) = sigillum(arguments);
        assert_eq!(code, Some(wanted), "{arguments:?}: {text}{error}");
    }
}
