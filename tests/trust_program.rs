//! `sigillum trust show`, `check` and `refresh` as a user runs them: a configuration with no more than trust needs, a data
//! folder, lists of lists over the network, lists in files.

#![cfg(feature = "service")]
#![expect(clippy::disallowed_methods, reason = "these tests make the files that they name")]

mod support;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;
use support::made_list::{ListMaker, MadeList, NATIONAL, OF_LISTS, Points};
use support::website::{Page, Website};

/// Exit code, standard output, standard error.
fn run(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_sigillum"))
        .current_dir(folder)
        .env("XDG_DATA_HOME", folder.join("nothing"))
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = |octets| String::from_utf8(octets).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

/// The lists by name: state and reason.
fn states(folder: &Path, source: &[&str]) -> Vec<(String, String, Option<String>)> {
    let (code, out, err) = run(folder, &[&["trust", "show", "--format", "json"], source].concat());
    assert_eq!(code, Some(0), "{err}");
    let shown: Value = serde_json::from_str(&out).unwrap();
    let text = |value: &Value| value.as_str().map(ToOwned::to_owned);
    let lists = shown["lists"].as_array().unwrap();
    lists
        .iter()
        .map(|one| (text(&one["name"]).unwrap(), text(&one["state"]).unwrap(), text(&one["reason"])))
        .collect()
}

fn state(name: &str, state: &str, reason: Option<&str>) -> (String, String, Option<String>) {
    (name.to_owned(), state.to_owned(), reason.map(ToOwned::to_owned))
}

const CONFIG: [&str; 2] = ["--config", "trust.toml"];

fn put(website: &Website, path: &str, list: &[u8]) {
    website.put(path, Page::of(list.to_vec()));
}

#[test]
fn a_list_of_lists_is_followed_kept_and_read_again_without_a_network() {
    let temporary = tempfile::tempdir().unwrap();
    let folder = temporary.path();
    let website = Website::new();
    let [old, new, austria, other] = ["old", "new", "austria", "other"].map(ListMaker::new);
    let to_itself = |signer| Points {
        location: website.url("/eu.xml"),
        territory: "EU",
        type_uri: OF_LISTS,
        signers: vec![signer],
    };
    let to = |territory, signer| Points {
        location: website.url(&format!("/{territory}.xml")),
        territory,
        type_uri: NATIONAL,
        signers: vec![signer],
    };
    let pivots = || vec![website.url("/pivot.xml")];
    put(&website, "/pivot.xml", &old.sign(&MadeList::of_lists(1, pivots(), vec![to_itself(&new)])));
    let points = || vec![to_itself(&new), to("AT", &austria), to("DE", &austria), to("FR", &austria)];
    put(&website, "/eu.xml", &new.sign(&MadeList::of_lists(2, pivots(), points())));
    put(&website, "/AT.xml", &austria.sign(&MadeList::national("AT", 1, vec![&other.certificate])));
    put(&website, "/DE.xml", &other.sign(&MadeList::national("DE", 1, vec![&other.certificate])));
    fs::write(folder.join("old.der"), &old.certificate).unwrap();
    let text = format!(
        "[outbound]\nallow-hosts = [\"{}\"]\n[trust]\nfolder = \"lists\"\n[trust.lists.eu]\nscheme = \"eu\"\n\
         url = \"{}\"\nterritories = [\"AT\", \"DE\"]\ngrace-days = 3\nsigners.notice.certificate-file = \"old.der\"\n",
        website.rule(),
        website.url("/eu.xml")
    );
    fs::write(folder.join("trust.toml"), text).unwrap();

    assert_eq!(
        states(folder, &CONFIG),
        [state("eu", "unverified", None), state("eu.AT", "unverified", None), state("eu.DE", "unverified", None)]
    );
    assert_eq!(run(folder, &["trust", "check", "--config", "trust.toml"]).0, Some(2));
    let (code, out, err) = run(folder, &["trust", "refresh", "--config", "trust.toml"]);
    assert_eq!(
        (code, out.as_str()),
        (Some(1), "eu: new\neu.AT: new\neu.DE: refused: signer-not-pinned\n"),
        "{err}"
    );
    assert_eq!(website.count("/FR.xml"), 0, "not chosen");
    put(&website, "/DE.xml", &austria.sign(&MadeList::national("DE", 1, vec![&other.certificate])));
    let (code, out, _) = run(folder, &["trust", "refresh", "--config", "trust.toml"]);
    assert_eq!((code, out.as_str()), (Some(0), "eu: same\neu.AT: same\neu.DE: new\n"));
    assert_eq!(website.count("/pivot.xml"), 1, "it is kept");

    // From what is kept: nobody is asked.
    let asked = website.connections();
    let good = [state("eu", "current", None), state("eu.AT", "current", None), state("eu.DE", "current", None)];
    assert_eq!(states(folder, &CONFIG), good);
    let (code, out, _) = run(folder, &["trust", "check", "--config", "trust.toml", "--lang", "en"]);
    assert_eq!(code, Some(0));
    assert!(out.lines().any(|line| line.starts_with("eu.AT: current (AT, 1, SHA-256 ")), "{out}");
    assert!(out.contains("believed beyond its next update until "), "{out}");
    assert_eq!(website.connections(), asked);
    let (_, out, _) = run(folder, &["trust", "show", "--format", "json", "--config", "trust.toml"]);
    let shown: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(shown["lists"][1]["announcedBy"], "eu");
    assert_eq!(shown["lists"][1]["location"], website.url("/AT.xml"));
    assert_eq!(shown["lists"][1]["graceUntil"], "2099-01-04T00:00:00Z");

    // What lies in the folder is verified again: each list for the territory for which it is announced.
    let at = fs::read(folder.join("lists/eu.AT.list")).unwrap();
    fs::write(folder.join("lists/eu.DE.list"), &at).unwrap();
    assert_eq!(states(folder, &CONFIG)[2], state("eu.DE", "refused", Some("other-territory")));
    run(folder, &["trust", "refresh", "--config", "trust.toml"]);
    assert_eq!(states(folder, &CONFIG), good);

    // The next issue announces Germany no more, and another signer of the Austrian list.
    put(&website, "/eu.xml", &new.sign(&MadeList::of_lists(3, pivots(), vec![to_itself(&new), to("AT", &other)])));
    let (code, out, _) = run(folder, &["trust", "refresh", "--config", "trust.toml"]);
    assert_eq!(
        (code, out.as_str()),
        (Some(1), "eu: new\neu.AT: refused: signer-not-pinned\neu.DE: refused: not-announced\n")
    );
    let (at, de) =
        (state("eu.AT", "refused", Some("signer-not-pinned")), state("eu.DE", "refused", Some("not-announced")));
    assert_eq!(states(folder, &CONFIG)[1..], [at, de]);
    // With all territories, what is kept and announced no more is named all the same.
    let all = fs::read_to_string(folder.join("trust.toml")).unwrap().replace("[\"AT\", \"DE\"]", "[\"all\"]");
    fs::write(folder.join("all.toml"), all).unwrap();
    assert_eq!(states(folder, &["--config", "all.toml"])[2], state("eu.DE", "refused", Some("not-announced")));
    // A list of lists in a file announces in the same way; its pivots are not fetched.
    put(&website, "/AT.xml", &other.sign(&MadeList::national("AT", 1, vec![&other.certificate])));
    fs::write(folder.join("eu.xml"), new.sign(&MadeList::of_lists(9, pivots(), vec![to("AT", &other)]))).unwrap();
    fs::write(folder.join("new.der"), &new.certificate).unwrap();
    let text = format!(
        "[outbound]\nallow-hosts = [\"{}\"]\n[trust]\nfolder = \"others\"\n[trust.lists.of-file]\nscheme = \"eu\"\n\
         file = \"eu.xml\"\nterritories = [\"all\"]\nsigners.a.certificate-file = \"new.der\"\n",
        website.rule()
    );
    fs::write(folder.join("file.toml"), text).unwrap();
    let (code, out, _) = run(folder, &["trust", "refresh", "--config", "file.toml"]);
    assert_eq!((code, out.as_str()), (Some(0), "of-file: new\nof-file.AT: new\n"));
    assert_eq!(
        states(folder, &["--config", "file.toml"]),
        [state("of-file", "current", None), state("of-file.AT", "current", None)]
    );
    // Whoever is pinned anew does not lead there: the kept list counts no more.
    fs::write(folder.join("old.der"), &other.certificate).unwrap();
    assert_eq!(states(folder, &CONFIG)[0], state("eu", "refused", Some("signer-not-pinned")));
    support::suite("trust program lists of lists", 12);
}

#[test]
fn a_file_that_is_older_than_what_was_seen_is_refused() {
    let temporary = tempfile::tempdir().unwrap();
    let folder = temporary.path();
    let maker = ListMaker::new("maker");
    let list = |number| maker.sign(&MadeList::national("AT", number, vec![&maker.certificate]));
    fs::write(folder.join("maker.der"), &maker.certificate).unwrap();
    let (older, newer) = (list(1), list(2));
    let write = |bytes: &[u8]| fs::write(folder.join("at.xml"), bytes).unwrap();
    let list =
        "[trust.lists.at]\nscheme = \"eu\"\nfile = \"at.xml\"\nsigners.one.certificate-file = \"maker.der\"\n";
    fs::write(folder.join("trust.toml"), format!("[trust]\nfolder = \"lists\"\n{list}")).unwrap();
    fs::write(folder.join("forgetful.toml"), list).unwrap();
    write(&newer);
    let refresh = |config: &str| run(folder, &["trust", "refresh", "--lang", "en", "--config", config]);
    assert_eq!(refresh("trust.toml"), (Some(0), "at: new\n".to_owned(), String::new()));
    assert_eq!(refresh("trust.toml").1, "at: same\n");
    // The newer one stays in use, and why is said; so it is where nobody kept anything since.
    write(&older);
    for _ in 0..2 {
        assert_eq!(states(folder, &CONFIG), [state("at", "current", Some("older"))]);
        assert_eq!(run(folder, &["trust", "check", "--config", "trust.toml"]).0, Some(2));
        assert_eq!(refresh("trust.toml"), (Some(1), "at: refused: older\n".to_owned(), String::new()));
    }
    let (_, out, _) = run(folder, &["trust", "show", "--format", "json", "--config", "trust.toml"]);
    assert_eq!(serde_json::from_str::<Value>(&out).unwrap()["lists"][0]["sequenceNumber"], 2);
    write(b"<html/>");
    assert_eq!(states(folder, &CONFIG), [state("at", "current", Some("not-a-trust-list"))]);
    // Without a folder nobody remembers, and that is said.
    write(&older);
    let (code, out, err) = refresh("forgetful.toml");
    assert_eq!((code, out.as_str()), (Some(2), ""));
    assert!(err.contains("trust.folder"), "{err}");
    assert_eq!(states(folder, &["--config", "forgetful.toml"]), [state("at", "current", None)]);
    support::suite("trust program files", 9);
}

#[test]
fn a_data_folder_needs_no_configuration() {
    let temporary = tempfile::tempdir().unwrap();
    let folder = temporary.path();
    let data = ["--data", "data"];
    // Nothing is there: the Swiss list could be.
    assert_eq!(states(folder, &[]), [state("ch", "unverified", None)]);
    assert_eq!(states(folder, &data), [state("ch", "unverified", None)]);
    assert_eq!(run(folder, &["trust", "check", "--data", "data"]).0, Some(2));
    let name = "trust program data folder";
    let Some(shared) = support::shared() else { return support::skipped(name) };
    let list = support::read(&shared.join("data/swiss-tl/tsl-ch.xml"));
    fs::create_dir_all(folder.join("data/trust-lists")).unwrap();
    let kept = [b"sigillum-list/1 2026-03-01T00:00:00Z\n".as_slice(), &list].concat();
    fs::write(folder.join("data/trust-lists/ch.list"), &kept).unwrap();
    let shown = states(folder, &data);
    assert!(matches!(shown[0].1.as_str(), "current" | "overdue") && shown[0].2.is_none(), "{shown:?}");
    // Who validates with the data folder has it too, also without a demo.
    let document = support::project().join("fixtures/pdf/pades-b-b-rsa2048/document.pdf");
    let document = document.to_str().unwrap();
    let validate = |at: &str| {
        let (_, out, err) =
            run(folder, &["validate", document, "--offline", "--format", "json", "--at", at, "--data", "data"]);
        serde_json::from_str::<Value>(&out).unwrap_or_else(|_| panic!("{err}"))["trust"]["lists"].clone()
    };
    let lists = validate("2026-03-01T00:00:00Z");
    assert_eq!((&lists[0]["territory"], &lists[0]["state"]), (&"CH".into(), &"current".into()));
    assert_eq!(validate("2026-06-01T00:00:00Z")[0]["state"], "overdue");
    // A changed list is refused, not believed.
    let changed = String::from_utf8(kept).unwrap().replacen("2019-04-10T22:00:00Z", "2009-04-10T22:00:00Z", 1);
    fs::write(folder.join("data/trust-lists/ch.list"), changed).unwrap();
    assert_eq!(states(folder, &data), [state("ch", "refused", Some("changed"))]);
    support::suite(name, 7);
}

#[test]
fn a_list_of_lists_on_the_command_line_is_refused_with_a_hint() {
    let temporary = tempfile::tempdir().unwrap();
    let folder = temporary.path();
    let maker = ListMaker::new("maker");
    let itself = Points {
        location: "http://lists.test/eu.xml".to_owned(),
        territory: "EU",
        type_uri: OF_LISTS,
        signers: vec![&maker],
    };
    fs::write(folder.join("eu.xml"), maker.sign(&MadeList::of_lists(1, Vec::new(), vec![itself]))).unwrap();
    fs::write(folder.join("maker.der"), &maker.certificate).unwrap();
    fs::write(folder.join("x.pdf"), b"%PDF-1.7").unwrap();
    let (code, _, err) = run(
        folder,
        &["validate", "x.pdf", "--lang", "en", "--trust-list", "eu.xml", "--trust-list-signer", "maker.der"],
    );
    assert_eq!(code, Some(64), "{err}");
    assert!(err.contains("list of lists") && err.contains("territories"), "{err}");
}

#[test]
fn wrong_configurations_of_lists_are_refused_with_their_places() {
    let temporary = tempfile::tempdir().unwrap();
    let folder = temporary.path();
    let said = |text: &str| {
        fs::write(folder.join("trust.toml"), text).unwrap();
        let (code, _, err) = run(folder, &["trust", "show", "--config", "trust.toml"]);
        assert_eq!(code, Some(78), "{err}");
        err.trim().to_owned()
    };
    let list = |keys: &str| {
        format!(
            "[trust.lists.x]\nscheme = \"eu\"\nurl = \"http://x.test/x\"\nsigners.a.sha256 = \"{}\"\n{keys}\n",
            "0".repeat(64)
        )
    };
    for (keys, place, reason) in [
        ("territories = []", "5:15", "must name territories"),
        ("territories = [\"AT\", \"CH\"]", "5:15", "\"CH\" is no territory"),
        ("territories = [\"EU\"]", "5:15", "\"EU\" is no territory"),
        ("territories = [\"AT\", \"AT\"]", "5:15", "names a territory twice"),
        ("territories = [\"all\", \"AT\"]", "5:15", "\"all\" is no territory"),
        ("territories = \"all\"", "5:15", "must be a list of texts"),
        ("grace-days = 61", "5:14", "must be from 0 to 60"),
        ("colour = 1", "5:1", "is not known"),
    ] {
        let err = said(&list(keys));
        assert!(err.starts_with(&format!("trust.toml:{place}: ")) && err.contains(reason), "{err}");
    }
    let swiss = said("[trust.lists.ch]\nscheme = \"ch\"\nterritories = [\"all\"]\n");
    assert!(swiss.starts_with("trust.toml:3:15: ") && swiss.contains("only a list of lists"), "{swiss}");
    let history = said("[trust.history.x]\nsha256 = \"1\"\nkind = \"CA\"\nstatus = \"good\"\nuses = [\"web\"]\n");
    let lines: Vec<&str> = history.lines().collect();
    for (place, reason) in [
        ("1:2", "from is missing"),
        ("1:2", "documented-on is missing"),
        ("1:2", "source is missing"),
        ("2:10", "must be a SHA-256"),
        ("3:8", "must be one of: CA/QC, TSA/QTST"),
        ("4:10", "must be one of: granted, withdrawn"),
        ("5:8", "may name"),
    ] {
        let start = format!("trust.toml:{place}");
        let found = lines.iter().any(|line| {
            line.starts_with(start.split(':').take(2).collect::<Vec<_>>().join(":").as_str())
                && line.contains(reason)
        });
        assert!(found, "{place} {reason}: {history}");
    }
}
