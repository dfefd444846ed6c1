//! Each refusal with its line. The bounds of the limits are walked through from their own table.

use std::path::PathBuf;

use super::super::{Config, JournalPlace, KEYS, KeyStore, Kind, LIMITS, OUTBOUND_LIMITS};
use super::*;
use crate::crypto::SealAlgorithm;
use crate::document::Packaging;
use crate::limits::GatherLimits;
use crate::sealing::{Appearance, Formats, Page};
use crate::service::Role;

const GOOD: &str = r#"demo = false

[server]
listen = "127.0.0.1:9443"
certificate-file = "tls.pem"
key-file = "/etc/keys/tls.key"

[limits]
body-bytes = 1_048_576

[outbound]
offline = false
allow-hosts = ["127.0.0.1:19080", "ca.example.ch"]
proxy = "http://proxy.example.ch:3128"
cache-folder = "evidence-cache"
rounds = 2

[trust.anchors.root]
certificate-file = "root.pem"
sunset = 2030-01-01T00:00:00Z

[policies]
offered = ["default", "house"]

[policies.files]
house = "house.toml"

[mandants.files]
deed = "deed.toml"

[profiles.letter]
key = "seal"
policy = "no-revocation"
format = "pades"
level = "B"
reason = "Sealed"

[profiles.letter.appearance]
kind = "new-field"
page = "last"
rectangle = [10, 10.5, 200, 60]
text = ["Kanton", "Sceau"]

[keys.seal]
algorithm = "ecdsa-p256-sha256"
store = "pkcs8"
key-file = "seal.key"
certificate-file = "seal.pem"

[keys.old]
algorithm = "rsa-pss-sha256"
store = "pkcs12"
pkcs12-file = "old.p12"
password-file = "old.password"

[callers.gever]
token-sha256 = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
roles = ["validator", "sealer"]
profiles = ["letter"]

[journal]
sqlite-file = "journal.sqlite"
"#;

fn read(text: &str) -> Result<Parsed, Vec<String>> {
    parse(text, Path::new("/etc/sigillum"), 4)
        .map_err(|problems| problems.iter().map(ToString::to_string).collect())
}

fn good(text: &str) -> Config {
    read(text).unwrap_or_else(|problems| panic!("{problems:?}")).config
}

/// The problems after `from` became `to`, which has to occur once.
fn changed(from: &str, to: &str) -> Vec<String> {
    assert_eq!(GOOD.matches(from).count(), 1, "{from}");
    read(&GOOD.replace(from, to)).err().unwrap_or_default()
}

/// The line on which `words` stand in the good text.
fn line(words: &str) -> usize {
    GOOD.lines().position(|line| line.contains(words)).map_or(0, |index| index + 1)
}

#[test]
fn a_whole_configuration_is_read() {
    let parsed = read(GOOD).unwrap();
    let config = parsed.config;
    assert_eq!(config.server.listen.to_string(), "127.0.0.1:9443");
    assert_eq!(config.server.certificate_file, PathBuf::from("/etc/sigillum/tls.pem"));
    assert_eq!(config.server.key_file, PathBuf::from("/etc/keys/tls.key"), "an absolute path stays");
    assert_eq!(config.limits.body_bytes, 1 << 20);
    assert_eq!(config.limits.capacity.at_once, 4, "as many as there are cores");
    assert_eq!(config.outbound.allow_hosts.len(), 2);
    assert_eq!(config.outbound.proxy.unwrap().port, 3128);
    assert_eq!(config.outbound.cache_folder, Some(PathBuf::from("/etc/sigillum/evidence-cache")));
    assert_eq!(config.outbound.limits, GatherLimits { rounds: 2, ..GatherLimits::DEFAULT });
    assert_eq!(config.anchors["root"].sunset.unwrap().to_string(), "2030-01-01T00:00:00Z");
    assert_eq!(config.policies.iter().collect::<Vec<_>>(), ["default", "house"]);
    let profile = &config.profiles["letter"];
    assert_eq!((&*profile.key, &*profile.policy), ("seal", "no-revocation"));
    let Appearance::NewField { name: None, page: Page::Last, rectangle, text } = &profile.appearance else {
        panic!("{:?}", profile.appearance);
    };
    assert_eq!((rectangle, text.len()), (&[10.0, 10.5, 200.0, 60.0], 2));
    assert!(matches!(config.keys["seal"].store, KeyStore::Pkcs8 { .. }));
    assert!(matches!(config.keys["old"].store, KeyStore::Pkcs12 { .. }));
    assert_eq!(config.keys["old"].algorithm, SealAlgorithm::RsaPssSha256);
    assert!(config.callers["gever"].roles.contains(&Role::Sealer));
    let JournalPlace::Sqlite(file) = config.journal;
    assert_eq!(file, PathBuf::from("/etc/sigillum/journal.sqlite"));
    assert!(!config.demo);
    assert_eq!(parsed.places.of("keys.old.password-file").line, line("password-file"));
    assert_eq!(parsed.places.of("keys.old").line, line("[keys.old]"));
}

#[test]
fn what_is_not_said_has_a_default() {
    let least = "[server]\ncertificate-file = \"a\"\nkey-file = \"b\"\n[journal]\nsqlite-file = \"c\"\n";
    let config = good(least);
    assert_eq!(config.server.listen.to_string(), "127.0.0.1:8443");
    assert_eq!(config.policies.iter().collect::<Vec<_>>(), ["default"]);
    assert_eq!(config.limits.capacity.deadline.as_secs(), 15);
    assert_eq!(config.outbound.limits, GatherLimits::DEFAULT);
    assert!(config.outbound.allow_hosts.is_empty() && config.outbound.cache_folder.is_none());
    let offline = good(&format!("{least}[outbound]\noffline = true\nrounds = 3\n"));
    assert_eq!(offline.outbound.limits, GatherLimits::OFFLINE);
    assert!(config.callers.is_empty() && config.profiles.is_empty() && config.anchors.is_empty());
}

#[test]
fn each_refusal_names_its_line() {
    // What is replaced, by what, on which line of the good text that is said, and what.
    let cases: &[(&str, &str, &str, &str)] = &[
        // Unknown, badly typed, not there yet, a secret in the text, a bad name.
        ("[limits]", "colour = 1\n[limits]", "[limits]", "server.colour is not known; known here: listen"),
        ("demo = false", "colour = 1", "demo = false", "colour is not known; known here: demo, server"),
        ("demo = false", "demo = \"no\"", "demo = false", "demo must be true or false"),
        ("[limits]\nbody-bytes = 1_048_576", "[[limits]]", "[limits]", "must be a section"),
        ("certificate-file = \"tls.pem\"", "certificate-file = \"\"", "tls.pem", "must be the path of a file"),
        // Who is asked.
        ("\"ca.example.ch\"]", "\"http://ca\"]", "allow-hosts", "\"http://ca\" is not a host or host:port"),
        ("\"ca.example.ch\"]", "1]", "allow-hosts", "must be a list of texts"),
        ("http://proxy.example.ch:3128", "https://proxy.example.ch", "proxy =", "must be like http://proxy"),
        ("http://proxy.example.ch:3128", "http://user@proxy", "proxy =", "must be like http://proxy"),
        ("rounds = 2", "rounds = 5", "rounds", "outbound.rounds: must be from 1 to 4"),
        ("rounds = 2", "round = 2", "rounds", "outbound.round is not known; known here: offline, allow-hosts"),
        ("offline = false", "offline = 0", "offline", "outbound.offline must be true or false"),
        ("\"evidence-cache\"", "\"\"", "cache-folder", "must be the path of a folder"),
        ("[limits]", "[trust.lists.ch]\n[limits]", "[limits]", "scheme is missing"),
        ("[limits]", "[trust.lists.x]\nscheme = \"us\"\n[limits]", "body-bytes", "must be one of: ch, eu, demo"),
        ("[limits]", "[trust.lists.x]\nscheme = \"eu\"\n[limits]", "[limits]", "url or file is missing"),
        ("reason = \"Sealed\"", "timestamp = \"x\"", "reason =", "profiles.letter.timestamp is not there yet"),
        ("password-file = \"old.password\"", "password = \"x\"", "old.password", "use password-file"),
        ("[keys.old]", "[keys.\"o l d\"]", "[keys.old]", "a name has up to 64"),
        ("[keys.old]", "[keys.\"old.er\"]", "[keys.old]", "a name has up to 64"),
        // Server and limits.
        ("\"127.0.0.1:9443\"", "\"localhost:9443\"", "listen =", "must be an address and a port"),
        ("key-file = \"/etc/keys/tls.key\"", "", "[server]", "server: key-file is missing"),
        ("1_048_576", "512", "body-bytes", "limits.body-bytes: must be from 1024 to 536870912"),
        ("1_048_576", "-1", "body-bytes", "must be from"),
        ("1_048_576", "99999999999999999999", "body-bytes", "must be from"),
        ("1_048_576", "\"1 MB\"", "body-bytes", "must be a whole number"),
        ("body-bytes = 1_048_576", "bodies-bytes = 2048", "body-bytes", "is less than body-bytes"),
        // Trust and policies.
        ("certificate-file = \"root.pem\"", "", "[trust.anchors.root]", "certificate-file is missing"),
        ("2030-01-01T00:00:00Z", "2030-01-01", "sunset", "must be a time with its offset"),
        ("\"house\"]", "\"hose\"]", "offered", "there is no policy named \"hose\""),
        ("\"house\"]", "\"partial-xml\"]", "offered", "the policy partial-xml is not there yet"),
        ("house = \"house.toml\"", "house = 1", "house.toml", "must be the path of a file"),
        (
            "[\"default\", \"house\"]\n\n[policies.files]\nhouse",
            "[]\n[policies.files]\ndefault",
            "files]",
            "built-in",
        ),
        ("deed = \"deed.toml\"", "mixed = \"deed.toml\"", "deed.toml", "is the name of a built-in mandant"),
        ("deed = \"deed.toml\"", "deed = 1", "deed.toml", "must be the path of a file"),
        // Profiles.
        ("key = \"seal\"", "key = \"sael\"", "key = \"seal\"", "there is no key named \"sael\""),
        ("key = \"seal\"", "", "[profiles.letter]", "key is missing"),
        ("policy = \"no-revocation\"", "policy = \"lenient\"", "no-revocation", "no policy named \"lenient\""),
        ("policy = \"no-revocation\"", "", "[profiles.letter]", "policy is missing"),
        ("\"pades\"", "\"cades\"", "format =", "must be one of: pades, xades"),
        ("level = \"B\"", "level = \"LTA\"", "level =", "LTA is not there yet"),
        ("level = \"B\"", "level = \"A\"", "level =", "must be B"),
        ("\"Sealed\"", "\"a\\nb\"", "reason =", "has control characters"),
        ("\"new-field\"", "\"stamp\"", "kind =", "must be one of: invisible, field, new-field"),
        ("\"new-field\"", "\"field\"", "page =", "has no meaning with kind = \"field\""),
        ("\"new-field\"", "\"invisible\"", "rectangle =", "has no meaning with kind = \"invisible\""),
        ("kind = \"new-field\"\n", "", "[profiles.letter.appearance]", "kind is missing"),
        ("page = \"last\"", "page = 0", "page =", "must be from 1"),
        ("page = \"last\"", "page = \"first\"", "page =", "must be the number of a page"),
        ("[10, 10.5, 200, 60]", "[10, 10.5, 5, 60]", "rectangle =", "left < right"),
        ("[10, 10.5, 200, 60]", "[10, 10.5, 200]", "rectangle =", "must be a list of four numbers"),
        ("[10, 10.5, 200, 60]", "[10, 10.5, inf, 60]", "rectangle =", "each number is from"),
        ("page = \"last\"", "page = 1\nfield = \"a.b\"", "rectangle =", "has no full stop"),
        // Keys.
        ("\"ecdsa-p256-sha256\"", "\"ecdsa\"", "ecdsa", "must be one of: ecdsa-p256-sha256, ecdsa-p384"),
        ("store = \"pkcs8\"", "store = \"pkcs11\"", "pkcs8", "is not there yet"),
        ("store = \"pkcs8\"", "store = \"file\"", "pkcs8", "must be one of: pkcs8, pkcs12"),
        ("store = \"pkcs12\"\n", "", "[keys.old]", "store is missing"),
        ("pkcs12-file = \"old.p12\"", "key-file = \"x\"", "old.p12", "has no meaning with store = \"pkcs12\""),
        ("key-file = \"seal.key\"", "", "[keys.seal]", "key-file is missing"),
        // Callers.
        ("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "secret", "token", "64 digits"),
        ("\"sealer\"]", "\"sealing\"]", "roles =", "there is no role named \"sealing\"; roles: validator"),
        ("profiles = [\"letter\"]", "profiles = [\"leter\"]", "profiles =", "no profile named \"leter\""),
        ("profiles = [\"letter\"]", "", "[callers.gever]", "belong together"),
        ("roles = [\"validator\", \"sealer\"]\n", "", "[callers.gever]", "roles is missing"),
        // Journal.
        ("sqlite-file = \"journal.sqlite\"", "", "[journal]", "sqlite-file is missing"),
        ("sqlite-file = \"journal.sqlite\"", "postgresql = \"x\"", "sqlite-file", "is not there yet"),
        // The demo.
        ("listen = \"127.0.0.1:9443\"", "listen = \"127.0.0.1\"", "listen", "must be an address"),
    ];
    for (from, to, words, reason) in cases {
        let problems = changed(from, to);
        let start = format!("{}:", line(words));
        assert!(
            problems.iter().any(|problem| problem.starts_with(&start) && problem.contains(reason)),
            "{from:?} → {to:?}: wanted {start} {reason}, got {problems:?}"
        );
    }
}

#[test]
fn each_limit_has_bounds_and_a_default_within() {
    let with = |key: &str, number: u64| {
        // As large as the bodies may become, so that only the limit itself is tried.
        let room = if key == "body-bytes" { "bodies-bytes = 68719476736\n" } else { "" };
        let room = if key == "bodies-bytes" { "body-bytes = 1024\n" } else { room };
        read(&GOOD.replace("body-bytes = 1_048_576", &format!("{room}{key} = {number}")))
    };
    let known = KEYS.iter().filter(|(key, _)| key.starts_with("limits.")).count();
    assert_eq!(LIMITS.len(), known);
    for limit in LIMITS {
        assert!(KEYS.iter().any(|(key, _)| *key == format!("limits.{}", limit.key)));
        assert!(limit.default == 0 || (limit.least..=limit.most).contains(&limit.default), "{}", limit.key);
        assert!(with(limit.key, limit.least).is_ok(), "{}", limit.key);
        assert!(with(limit.key, limit.most).is_ok(), "{}", limit.key);
        assert!(with(limit.key, limit.most + 1).is_err(), "{}", limit.key);
        assert_eq!(limit.least == 0, with(limit.key, limit.least.saturating_sub(1)).is_ok(), "{}", limit.key);
    }
}

#[test]
fn what_fetching_may_cost_can_be_lowered_and_not_raised() {
    let with = |key: &str, number: u64| read(&GOOD.replace("rounds = 2", &format!("{key} = {number}")));
    let given = KEYS.iter().filter(|(key, kind)| key.starts_with("outbound.") && *kind == Kind::Integer).count();
    assert_eq!(OUTBOUND_LIMITS.len(), given);
    for limit in OUTBOUND_LIMITS {
        assert!(with(limit.key, limit.least).is_ok() && with(limit.key, limit.most).is_ok(), "{}", limit.key);
        assert!(with(limit.key, limit.most + 1).is_err() && with(limit.key, limit.least - 1).is_err());
        assert!((limit.least..=limit.most).contains(&limit.default), "{}", limit.key);
    }
    let most = |key| OUTBOUND_LIMITS.iter().find(|limit| limit.key == key).unwrap().most;
    let GatherLimits { rounds, requests, time, bytes } = GatherLimits::DEFAULT;
    assert_eq!((most("rounds"), most("requests")), (u64::from(rounds), u64::from(requests)));
    assert_eq!((most("seconds"), most("bytes")), (time.as_secs(), bytes));
}

#[test]
fn all_problems_are_found_at_once_in_the_order_of_the_text() {
    let problems = read("[server]\nlisten = 1\n[keys.a]\nstore = \"x\"\n[callers.b]\n").err().unwrap();
    let lines: Vec<usize> =
        problems.iter().map(|problem| problem.split(':').next().unwrap().parse().unwrap()).collect();
    assert!(lines.is_sorted(), "{problems:?}");
    for words in [
        "certificate-file is missing",
        "listen must be",
        "algorithm is missing",
        "store: must be one of",
        "token-sha256 is missing",
        "roles is missing",
        "[journal] is missing",
    ] {
        assert!(problems.iter().any(|problem| problem.contains(words)), "{words}: {problems:?}");
    }
    let problems = read("a = \nb = 1\nb = 2\n").err().unwrap();
    assert_eq!(problems.len(), 2, "{problems:?}");
    assert!(problems[0].starts_with("1:") && problems[1].starts_with("3:1: duplicate key"), "{problems:?}");
}

#[test]
fn a_reason_never_repeats_what_may_be_secret() {
    for text in [
        "[callers.a]\ntoken = \"hush\"",
        "[keys.a]\npassword = \"hush",
        "[keys.a]\npassword = hush",
        "[callers.a]\ntoken-sha256 = \"hush\"\nroles = []",
    ] {
        let problems = read(text).err().unwrap();
        assert!(!problems.is_empty() && problems.iter().all(|problem| !problem.contains("hush")), "{problems:?}");
    }
}

#[test]
fn two_callers_do_not_share_a_token() {
    let section = GOOD.split("[callers.gever]").nth(1).unwrap().split("[journal]").next().unwrap();
    let problems = read(&format!("{GOOD}\n[callers.other]{section}")).err().unwrap();
    assert!(problems[0].contains("callers.other.token-sha256: is also that of gever"), "{problems:?}");
}

#[test]
fn a_demo_listens_on_loopback_only() {
    let demo = GOOD.replace("demo = false", "demo = true");
    assert!(good(&demo).demo);
    for address in ["0.0.0.0:8443", "[::]:8443", "192.0.2.1:8443"] {
        let problems = read(&demo.replace("127.0.0.1:9443", address)).err().unwrap();
        assert!(problems[0].starts_with("4:10: ") && problems[0].contains("loopback"), "{problems:?}");
        good(&GOOD.replace("127.0.0.1:9443", address));
    }
    good(&demo.replace("127.0.0.1:9443", "[::1]:0"));
}

#[test]
fn a_profile_says_what_it_seals_and_how_xml_is_sealed() {
    let plain = GOOD.replace("format = \"pades\"\n", "");
    let profile = |text: &str| good(text).profiles["letter"].clone();
    assert_eq!(profile(GOOD).formats, Formats::Pades);
    let all = profile(&plain);
    assert_eq!((all.formats, all.packaging), (Formats::All, Packaging::Enveloped));
    for (name, packaging) in [
        ("enveloped", Packaging::Enveloped),
        ("enveloping", Packaging::Enveloping),
        ("detached", Packaging::Detached),
    ] {
        let with = GOOD.replace("format = \"pades\"", &format!("packaging = \"{name}\""));
        assert_eq!(profile(&with).packaging, packaging);
    }
    let refused = |format: &str| read(&GOOD.replace("format = \"pades\"", format)).err().unwrap().join("\n");
    let unknown = refused("packaging = \"attached\"");
    assert!(unknown.contains("must be one of: enveloped, enveloping, detached"), "{unknown}");
    let superfluous = refused("format = \"pades\"\npackaging = \"detached\"");
    assert!(superfluous.contains("packaging: has no meaning with format = \"pades\""), "{superfluous}");
    let of_pdf = refused("format = \"xades\"");
    for key in ["appearance", "reason"] {
        assert!(of_pdf.contains(&format!("{key}: has no meaning with format = \"xades\"")), "{of_pdf}");
    }
}

#[test]
fn a_text_that_is_too_long_is_not_looked_at() {
    let long = "#".repeat(TEXT_BYTES + 1);
    assert_eq!(read(&long).err().unwrap(), [format!("1:1: longer than {TEXT_BYTES} bytes")]);
    assert!(read(&"[".repeat(10_000)).is_err());
}
