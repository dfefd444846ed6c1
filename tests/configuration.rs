//! The example in `deploy/`, so that it cannot rot; and `sigillum config check`.

#![cfg(feature = "service")]
#![expect(clippy::disallowed_methods, reason = "these tests make the files that they name")]

mod support;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use rcgen::{CertificateParams, KeyPair};
use sigillum::config::{Config, KEYS, LIMITS, OUTBOUND_LIMITS, parse};
use sigillum::limits::GatherLimits;
use support::rng::{Rng, mutate};

fn example() -> String {
    support::read_text(&support::project().join("deploy/sigillum.toml"))
}

/// The example with everything that may be left out.
fn whole() -> String {
    let line = |line: &str| match line.strip_prefix('#') {
        Some(optional) if optional.starts_with(|c: char| c.is_ascii_alphabetic() || c == '[') => {
            optional.to_owned()
        }
        _ => line.to_owned(),
    };
    example().lines().map(line).collect::<Vec<_>>().join("\n")
}

fn good(text: &str) -> Config {
    parse(text, Path::new("/etc/sigillum"), 4).unwrap_or_else(|problems| panic!("{problems:?}")).config
}

#[test]
fn the_example_is_good_with_and_without_what_may_be_left_out() {
    let (least, whole) = (good(&example()), good(&whole()));
    assert_eq!(least.profiles.len() + 2, whole.profiles.len());
    assert_eq!(least.keys.len() + 1, whole.keys.len());
    // What may be left out stands there with its default.
    assert_eq!(least.server.listen, whole.server.listen);
    assert_eq!(least.policies, whole.policies);
    assert_eq!(least.demo, whole.demo);
    assert_eq!(format!("{:?}", least.limits), format!("{:?}", whole.limits));
    assert_eq!(least.outbound.limits, whole.outbound.limits);
    assert_eq!(least.outbound.cache_bytes, whole.outbound.cache_bytes);
}

#[test]
fn the_example_has_every_key() {
    let text = whole();
    let table: toml::Table = text.parse().unwrap();
    for (key, _) in KEYS {
        assert!(has(&toml::Value::Table(table.clone()), &key.split('.').collect::<Vec<_>>()), "{key}");
    }
    for limit in LIMITS.iter().chain(OUTBOUND_LIMITS).filter(|limit| limit.default > 0) {
        assert!(text.contains(&format!("\n{} = {}\n", limit.key, limit.default)), "{}", limit.key);
    }
}

/// Whether a path of words is there; `*` is any word.
fn has(value: &toml::Value, path: &[&str]) -> bool {
    let [first, rest @ ..] = path else { return true };
    let Some(table) = value.as_table() else { return false };
    table.iter().any(|(key, value)| (*first == "*" || key == first) && has(value, rest))
}

/// Runs `config check` in a folder; exit code, standard output, standard error.
fn check(folder: &Path, file: &str) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_sigillum"))
        .current_dir(folder)
        .args(["config", "check", "--lang", "en", "--config", file])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = |octets| String::from_utf8(octets).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

/// A private file with a key, and a file with its certificate.
fn pair(folder: &Path, key_file: &str, certificate_file: &str) {
    use std::os::unix::fs::PermissionsExt;
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(["localhost".to_owned()]).unwrap().self_signed(&key).unwrap();
    for (name, text) in [(key_file, key.serialize_pem()), (certificate_file, certificate.pem())] {
        let file = folder.join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, text).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    }
}

#[test]
fn config_check_says_good_or_every_problem_with_its_place() {
    let temporary = tempfile::tempdir().unwrap();
    let folder = temporary.path();
    fs::write(folder.join("sigillum.toml"), example()).unwrap();

    let (code, out, err) = check(folder, "sigillum.toml");
    assert_eq!((code, &*out), (Some(78), ""), "{err}");
    let keys =
        ["trust.anchors.example-root.certificate-file", "keys.seal", "server.certificate-file", "server.key-file"];
    assert_eq!(err.lines().count(), keys.len(), "{err}");
    for key in keys {
        let line =
            err.lines().find(|line| line.contains(&format!(": {key}: "))).unwrap_or_else(|| panic!("{key}: {err}"));
        let place: Vec<&str> = line.splitn(4, ':').collect();
        assert_eq!(place[0], "sigillum.toml");
        let number: usize = place[1].parse().unwrap();
        let last = key.rsplit('.').next().unwrap();
        assert!(example().lines().nth(number - 1).unwrap().contains(last), "{line}");
        assert!(place[2].parse::<usize>().is_ok() && place[3].contains("No such file"), "{line}");
    }

    pair(folder, "tls/key.pem", "tls/chain.pem");
    pair(folder, "keys/seal.key", "keys/seal.pem");
    pair(folder, "anchors/root.key", "anchors/example-root.pem");
    assert_eq!(
        check(folder, "sigillum.toml"),
        (Some(0), "sigillum.toml: the configuration is good.\n".to_owned(), String::new())
    );
    assert!(!folder.join("journal.sqlite").exists(), "nothing was changed");

    // Roots that are none, and a cache that has nowhere to be.
    let outbound = "[outbound]\nhttps-roots-file = \"sigillum.toml\"\ncache-folder = \"gone/cache\"\n";
    fs::write(folder.join("sigillum.toml"), example().replace("[outbound]\n", outbound)).unwrap();
    let (code, _, err) = check(folder, "sigillum.toml");
    assert_eq!(code, Some(78));
    for key in ["outbound.https-roots-file: ", "outbound.cache-folder: its folder is not there"] {
        assert!(err.contains(key), "{err}");
    }
    assert_eq!(err.lines().count(), 2, "{err}");

    // A key of another certificate, and a journal that has nowhere to be.
    pair(folder, "tls/key.pem", "tls/other.pem");
    pair(folder, "keys/seal.key", "keys/other.pem");
    fs::write(folder.join("sigillum.toml"), example().replace("\"journal.sqlite\"", "\"gone/journal.sqlite\""))
        .unwrap();
    let (code, _, err) = check(folder, "sigillum.toml");
    assert_eq!(code, Some(78));
    for key in ["server.certificate-file: ", "keys.seal: ", "journal.sqlite-file: "] {
        assert!(err.contains(key), "{err}");
    }
    assert_eq!(err.lines().count(), 3, "{err}");

    fs::write(folder.join("bad.toml"), "[server]\nlisten = 1\ncolour = 2\n").unwrap();
    let (code, out, err) = check(folder, "bad.toml");
    assert_eq!((code, &*out), (Some(78), ""));
    assert!(err.lines().any(|line| line.starts_with("bad.toml:3:1: server.colour is not known")), "{err}");
    assert!(err.lines().any(|line| line.starts_with("bad.toml:2:10: ")), "{err}");
    let (code, _, err) = check(folder, "gone.toml");
    assert_eq!(code, Some(78));
    assert!(err.starts_with("gone.toml: "), "{err}");
}

/// Whatever stands in the text: an answer, every problem at a place that is there, and nothing accepted beyond its bounds.
#[test]
fn a_damaged_configuration_is_refused_or_within_its_bounds() {
    const MUTATIONS: u64 = 3_000;
    let text = whole();
    let seed: Vec<u8> = text
        .lines()
        .filter(|line| !line.starts_with('#'))
        .flat_map(|line| format!("{line}\n").into_bytes())
        .collect();
    let mut good = 0_u32;
    for n in 0..MUTATIONS {
        let damaged = mutate(&seed, &mut Rng::new(n));
        let damaged = String::from_utf8_lossy(&damaged);
        match parse(&damaged, Path::new("/etc/sigillum"), 4) {
            Err(problems) => {
                assert!(!problems.is_empty(), "mutation {n}");
                // A problem may stand behind the last line break.
                let lines = damaged.split('\n').count();
                for problem in problems {
                    assert!(
                        (1..=lines).contains(&problem.place.line) && problem.place.column >= 1,
                        "mutation {n}: {problem}"
                    );
                }
            }
            Ok(parsed) => {
                good += 1;
                let config = parsed.config;
                assert!(config.limits.body_bytes <= config.limits.bodies_bytes, "mutation {n}");
                let GatherLimits { rounds, requests, time, bytes } = config.outbound.limits;
                let most = GatherLimits::DEFAULT;
                assert!(rounds <= most.rounds && requests <= most.requests, "mutation {n}");
                assert!(time <= most.time && bytes <= most.bytes, "mutation {n}");
                assert!(!config.demo || config.server.listen.ip().is_loopback(), "mutation {n}");
                assert!(
                    config.profiles.values().all(|profile| config.keys.contains_key(&profile.key)),
                    "mutation {n}"
                );
                for caller in config.callers.values() {
                    assert!(caller.token_sha256.len() == 64, "mutation {n}");
                    assert!(caller.profiles.iter().all(|name| config.profiles.contains_key(name)), "mutation {n}");
                }
            }
        }
    }
    assert!(good > 0, "every mutation was refused");
    support::suite("configuration mutations", usize::try_from(MUTATIONS).unwrap());
}
