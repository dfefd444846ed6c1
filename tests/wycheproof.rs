//! Signature vectors of Project Wycheproof (C2SP) against [`sigillum::crypto`]: every case from its message and,
//! where the algorithm allows it, from the digest of its message, so that *ring* and RustCrypto answer for each
//! other. What is `acceptable` there, and what we answer to it, is listed in `wycheproof-exceptions.tsv`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::Value;
use sigillum::crypto::DigestAlgorithm;
use sigillum::crypto::Message;
use sigillum::crypto::PublicKey;
use sigillum::crypto::SignatureAlgorithm;
use sigillum::crypto::SignatureVerifier as _;
use sigillum::crypto::Verifier;
use sigillum::crypto::VerifyError;
use sigillum::crypto::digest;

const EXCEPTIONS: &str = include_str!("wycheproof-exceptions.tsv");

/// What we answer where the expected verdict is not the last word.
struct Exception {
    file: &'static str,
    cases: std::ops::RangeInclusive<u64>,
    accepted: bool,
    used: u64,
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a test reads its vectors")]
fn every_vector_has_its_verdict() {
    let shared = std::env::var_os("SIGILLUM_SHARED")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let folder = shared.join("data/corpus/C2SP__wycheproof/testvectors_v1");
    if !folder.is_dir() {
        println!("SKIPPED wycheproof: shared data not found");
        return;
    }
    let mut files: Vec<PathBuf> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut exceptions = exceptions();
    let mut failures = Vec::new();
    let mut total = BTreeMap::new();
    for path in files {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let vectors: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let mut counts = Counts::default();
        for group in vectors["testGroups"].as_array().unwrap() {
            run(&name, group, &mut exceptions, &mut failures, &mut counts);
        }
        println!(
            "  {name}: {} cases, {} also from the digest, {} accepted",
            counts.cases, counts.from_digest, counts.accepted
        );
        total.insert(name, counts);
    }
    for exception in &exceptions {
        let span = exception.cases.end() - exception.cases.start() + 1;
        if exception.used != span {
            failures.push(format!("{} {:?}: exception without effect", exception.file, exception.cases));
        }
    }
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
    let cases: usize = total.values().map(|counts| counts.cases).sum();
    let skipped: Vec<&String> =
        total.iter().filter(|(_, counts)| counts.cases == 0).map(|(name, _)| name).collect();
    println!("wycheproof: {cases} cases");
    assert!(cases > 0);
    // Decryption is no business of ours; every other file has to be read.
    assert_eq!(skipped, ["rsa_pkcs1_4096_test.json"]);
}

#[derive(Default)]
struct Counts {
    cases: usize,
    from_digest: usize,
    accepted: usize,
}

fn run(name: &str, group: &Value, exceptions: &mut [Exception], failures: &mut Vec<String>, counts: &mut Counts) {
    let Some(algorithm) = algorithm(group) else { return };
    let spki = text(group, "publicKeyDer").or_else(|| text(group, "keyDer")).unwrap();
    let key = PublicKey::from_spki(&hex(spki)).unwrap();
    for case in group["tests"].as_array().unwrap() {
        let id = case["tcId"].as_u64().unwrap();
        let message = hex(text(case, "msg").unwrap());
        let signature = hex(text(case, "sig").unwrap());
        let mut verdicts = vec![Verifier.verify(&key, &algorithm, Message::Bytes(&message), &signature)];
        if let Some(hash) = algorithm.digest() {
            let digest = digest(hash, &message);
            verdicts.push(Verifier.verify(&key, &algorithm, Message::Digest(&digest), &signature));
            counts.from_digest += 1;
        }
        counts.cases += 1;
        if verdicts.iter().any(|verdict| *verdict != verdicts[0]) {
            failures.push(format!("{name} {id}: message and digest disagree: {verdicts:?}"));
        }
        let accepted = verdicts[0].is_ok();
        counts.accepted += usize::from(accepted);
        if !matches!(verdicts[0], Ok(_) | Err(VerifyError::Mismatch)) {
            failures.push(format!("{name} {id}: no verdict: {:?}", verdicts[0]));
        }
        let exception = exceptions.iter_mut().find(|one| one.file == name && one.cases.contains(&id));
        let expected = match (text(case, "result").unwrap(), exception) {
            ("valid", None) => true,
            ("invalid", None) => false,
            (result @ ("valid" | "invalid"), Some(exception)) if (result == "valid") == exception.accepted => {
                failures.push(format!("{name} {id}: exception without need"));
                continue;
            }
            (_, Some(exception)) => {
                exception.used += 1;
                exception.accepted
            }
            (other, None) => {
                failures.push(format!("{name} {id}: {other} ({}) is not listed", case["comment"]));
                continue;
            }
        };
        if accepted != expected {
            failures.push(format!("{name} {id}: accepted {accepted}, expected {expected}: {}", case["comment"]));
        }
    }
}

fn algorithm(group: &Value) -> Option<SignatureAlgorithm> {
    let digest = |field| text(group, field).map(digest_algorithm);
    let sha = digest("sha");
    Some(match text(group, "type").unwrap() {
        "RsassaPkcs1Verify" | "RsassaPkcs1Generate" => SignatureAlgorithm::RsaPkcs1 { digest: sha? },
        "RsassaPssVerify" | "RsassaPssWithParametersVerify" => SignatureAlgorithm::RsaPss {
            digest: sha?,
            mgf_digest: digest("mgfSha")?,
            salt_len: u32::try_from(group["sLen"].as_u64()?).unwrap(),
        },
        "EcdsaVerify" => SignatureAlgorithm::Ecdsa { digest: sha? },
        "EcdsaP1363Verify" => SignatureAlgorithm::PlainEcdsa { digest: sha? },
        "DsaVerify" => SignatureAlgorithm::Dsa { digest: sha? },
        "DsaP1363Verify" => SignatureAlgorithm::XmlDsa { digest: sha? },
        "EddsaVerify" => match text(&group["publicKey"], "curve").unwrap() {
            "edwards25519" => SignatureAlgorithm::Ed25519,
            "edwards448" => SignatureAlgorithm::Ed448,
            other => panic!("unknown curve {other}"),
        },
        "RsaesPkcs1Decrypt" => return None,
        other => panic!("unknown type {other}"),
    })
}

fn digest_algorithm(name: &str) -> DigestAlgorithm {
    let ours = match name {
        "SHA-512/224" => "SHA512-224".to_owned(),
        "SHA-512/256" => "SHA512-256".to_owned(),
        other => other.strip_prefix("SHA-").map_or_else(|| other.to_owned(), |size| format!("SHA{size}")),
    };
    DigestAlgorithm::from_name(&ours).unwrap_or_else(|| panic!("unknown digest {name}"))
}

fn exceptions() -> Vec<Exception> {
    let mut lines = EXCEPTIONS.lines();
    assert_eq!(lines.next(), Some("file\tcases\tanswer\treason"));
    lines
        .map(|line| {
            let fields: Vec<&str> = line.split('\t').collect();
            let [file, cases, answer, reason] = fields[..] else { panic!("not four fields: {line}") };
            assert!(!reason.is_empty(), "no reason: {line}");
            let (first, last) = cases.split_once('-').unwrap_or((cases, cases));
            let accepted = match answer {
                "accepted" => true,
                "refused" => false,
                other => panic!("unknown answer {other}"),
            };
            Exception { file, cases: first.parse().unwrap()..=last.parse().unwrap(), accepted, used: 0 }
        })
        .collect()
}

fn text<'a>(value: &'a Value, field: &str) -> Option<&'a str> {
    value[field].as_str()
}

fn hex(text: &str) -> Vec<u8> {
    assert!(text.len().is_multiple_of(2) && text.is_ascii(), "no hexadecimal: {text}");
    (0..text.len()).step_by(2).map(|start| u8::from_str_radix(&text[start..start + 2], 16).unwrap()).collect()
}
