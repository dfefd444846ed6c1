//! Kinds of document on the command line: those that are built in, a canton's own of the configuration, one that is asked
//! for by name, and what is said of a wrong one. What is judged is a seal of the demo, whose list says what it is worth.

#![cfg(feature = "service")]
#![expect(clippy::disallowed_methods, reason = "these tests make files that the program reads")]

mod support;

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};
use sigillum::reporting::{Language, Texts};
use sigillum::validation::mandant::MandantNote;

/// A canton's own kind of document, which the demo's seal satisfies.
const PERMIT: &str = "name = \"permit\"\nversion = \"1\"\nbasis = \"the canton's own rule\"\nformats = [\"pdf\"]\n\
    minimum = 1\nchanges = [\"none\"]\n\n[every]\nclasses = [\"regulated-electronic-seal\"]\ntime = \"none\"\n";

/// A folder with a demo and its sealed sample.
struct Scene {
    temporary: tempfile::TempDir,
}

impl Scene {
    fn new() -> Self {
        let scene = Self { temporary: tempfile::tempdir().unwrap() };
        let mut child = scene
            .command(&["serve", "--listen", "127.0.0.1:0", "--lang", "en", "--data"])
            .arg(scene.data())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let ready = lines.map_while(Result::ok).any(|line| line.contains(" validate --data "));
        let signal = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
        assert!(ready && signal.success() && child.wait().unwrap().success());
        let sample = scene.data().join("demo/sample.pdf");
        let sealed = scene.path("sealed.pdf");
        let mut seal = scene.command(&["seal", "--profile", "demo", "--data"]);
        let output = seal.arg(scene.data()).arg(sample).arg("-o").arg(sealed).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        scene
    }

    fn path(&self, name: &str) -> PathBuf {
        self.temporary.path().join(name)
    }

    fn data(&self) -> PathBuf {
        self.path("data")
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sigillum"));
        command.env("XDG_DATA_HOME", self.temporary.path()).stdin(Stdio::null()).args(arguments);
        command
    }

    /// The configuration of the demo with a mandant of one's own in a file of this text.
    fn configured(&self, mandant: &str) -> PathBuf {
        let folder = self.data().join("demo");
        let text = fs::read_to_string(folder.join("sigillum.toml")).unwrap();
        fs::write(folder.join("own.toml"), format!("{text}\n[mandants.files]\npermit = \"permit.toml\"\n"))
            .unwrap();
        fs::write(folder.join("permit.toml"), mandant).unwrap();
        folder.join("own.toml")
    }

    /// Validates the sealed sample.
    fn validate(&self, configuration: Option<&Path>, arguments: &[&str]) -> Output {
        let mut command = self.command(&["validate"]);
        match configuration {
            Some(file) => command.arg("--config").arg(file),
            None => command.arg("--data").arg(self.data()),
        };
        command.arg(self.path("sealed.pdf")).args(arguments).output().unwrap()
    }

    fn report(&self, configuration: Option<&Path>, arguments: &[&str]) -> Value {
        let output = self.validate(configuration, &[&["--format", "json"], arguments].concat());
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    fn text(&self, arguments: &[&str]) -> String {
        let output = self.validate(None, arguments);
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        // Lines are wrapped for people.
        let text = String::from_utf8(output.stdout).unwrap();
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

#[test]
fn kinds_of_document_are_found_asked_for_and_one_s_own() {
    let scene = Scene::new();
    let satisfied = |report: &Value| -> Vec<String> {
        let all = report["mandants"].as_array().unwrap().iter().filter(|one| one["satisfied"] == true);
        all.map(|one| one["name"].as_str().unwrap().to_owned()).collect()
    };
    let built_in =
        ["regulated-seal", "mixed", "official-gazette", "criminal-records-extract", "debt-collection-extract"];
    let report = scene.report(None, &[]);
    assert_eq!(
        (satisfied(&report), report["mandants"].as_array().unwrap().len()),
        (built_in.map(str::to_owned).into(), 7)
    );

    // The canton's own is found beside those, and can be asked for.
    let own = scene.configured(PERMIT);
    let report = scene.report(Some(&own), &[]);
    assert!(satisfied(&report).contains(&"permit".to_owned()) && report["mandants"][7]["name"] == "permit");
    let report = scene.report(Some(&own), &["--mandant", "permit"]);
    assert_eq!(report["mandants"], json!([{ "name": "permit", "satisfied": true, "unmet": [] }]));

    // One that is not satisfied changes neither the verdict nor the exit code.
    let report = scene.report(None, &["--mandant", "qualified"]);
    let unmet = json!(["class-not-accepted", "time-not-accepted"]);
    assert_eq!((&report["mandants"][0]["unmet"], &report["summary"]["answer"]), (&unmet, &"valid".into()));
    // Nor does one where no list says what the seal is worth: then this is what is missing.
    let root = scene.data().join("demo/root.pem");
    let anchors = ["--trust-anchor", root.to_str().unwrap(), "--policy", "no-revocation"];
    assert!(scene.report(None, &anchors).get("mandants").is_none());
    let report = scene.report(None, &[&anchors[..], &["--mandant", "mixed"]].concat());
    assert_eq!(report["mandants"][0]["unmet"], json!(["no-trust-list"]));

    // From a bundle too, but for the canton's own, which is no part of it.
    let bundle = scene.path("evidence.json");
    scene.report(None, &["--evidence-out", bundle.to_str().unwrap()]);
    let mut command = scene.command(&["validate", "--format", "json", "--mandant", "regulated-seal", "--replay"]);
    let output = command.arg(&bundle).arg(scene.path("sealed.pdf")).output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((output.status.code(), satisfied(&report)), (Some(0), vec!["regulated-seal".to_owned()]));

    let output = scene.validate(None, &["--mandant", "permit", "--lang", "en"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), output.stdout.len()), (Some(64), 0), "{said}");
    assert!(said.contains("“permit” is not known") && said.contains("notarial-deed"), "{said}");
    support::suite("kinds of document", 8);
}

#[test]
fn people_read_which_ones_are_satisfied_and_what_the_others_lack() {
    let scene = Scene::new();
    for (language, class, met, unmet, undone) in [
        (
            "de",
            "Klasse (DEMO) DEMO: geregeltes elektronisches Siegel, ohne Rechtswirkung",
            "geregeltes Siegel: Anforderungen erfüllt",
            "Schriftform (qualifiziert): nicht erfüllt (Klasse einer Signatur genügt nicht; Zeitangabe genügt nicht)",
            "öffentliche Urkunde: hier nicht geprüft sind Siegel des Schweizerischen Registers der Urkundspersonen",
        ),
        (
            "fr",
            "Classe (DEMO) DEMO: ",
            "cachet réglementé: exigences remplies",
            "forme écrite (qualifié): non rempli (la classe d'une signature ne suffit pas; ",
            "acte authentique: ne sont pas contrôlés ici cachet du registre suisse des officiers publics (UPReg)",
        ),
        (
            "it",
            "Classe (DEMO) DEMO: ",
            "sigillo regolamentato: requisiti soddisfatti",
            "forma scritta (qualificato): non soddisfatto (la classe di una firma non basta; ",
            "atto pubblico: qui non sono verificati sigillo del registro svizzero dei pubblici ufficiali (UPReg)",
        ),
        (
            "en",
            "Class (DEMO) DEMO: regulated electronic seal, no legal effect",
            "regulated seal: requirements met",
            "written form (qualified): not met (the class of a signature does not suffice; quality of the time not sufficient)",
            "notarial deed: not checked here are seal of the Swiss register of notaries (UPReg) (upreg-confirmation-seal); ",
        ),
    ] {
        let of = Language::ALL.iter().find(|one| one.code() == language).unwrap();
        let federal = Texts::of(*of).word("mandant-note", MandantNote::FederalValidator.name());
        let text = scene.text(&["--lang", language]);
        for words in [class, met, unmet] {
            assert!(text.contains(words), "{language}: {words}\n{text}");
        }
        // One seal is no deed; who asks for one is told what is not done here, and whose task it is.
        assert!(!text.contains("UPReg") && !text.contains(federal), "{text}");
        let asked = scene.text(&["--lang", language, "--mandant", "notarial-deed"]);
        assert!(asked.contains(undone) && asked.contains(federal) && !asked.contains(met), "{asked}");
    }
}

#[test]
fn a_mandant_that_is_wrong_is_said_with_its_line() {
    let scene = Scene::new();
    for (from, to, place, reason) in [
        ("minimum = 1", "minimum = 0", "5:1", "minimum: out of bounds"),
        ("formats = [\"pdf\"]", "formats = [\"pdf\", \"odt\"]", "4:20", "formats: odt is not known"),
        ("changes = [\"none\"]", "changes = [\"forbidden\"]", "6:13", "changes: forbidden is not known"),
        (
            "regulated-electronic-seal",
            "qualified-electronic-seal",
            "9:13",
            "classes: qualified-electronic-seal is not known",
        ),
        ("time = \"none\"", "time = \"good\"", "10:9", "time: good is not known"),
        ("version = \"1\"", "colour = \"1\"", "2:1", "unknown field `colour`"),
        ("[every]", "[[every]]", "8:1", ""),
        ("basis = ", "basis ", "3:7", ""),
    ] {
        let file = scene.configured(&PERMIT.replacen(from, to, 1));
        for arguments in [&["config", "check"][..], &["validate", "a.pdf"]] {
            let output = scene.command(arguments).arg("--config").arg(&file).output().unwrap();
            let said = String::from_utf8(output.stderr).unwrap();
            assert_eq!((output.status.code(), output.stdout.len()), (Some(78), 0), "{to}: {said}");
            let line = said.lines().find(|line| line.contains("permit.toml")).unwrap_or_else(|| panic!("{said}"));
            assert!(line.contains(&format!("permit.toml:{place}: ")) && line.contains(reason), "{to}: {said}");
        }
    }
    // A name that is taken, a file that is not there, one that calls itself otherwise.
    let file = scene.configured(&PERMIT.replace("permit", "permits"));
    for (from, to, reason) in [
        ("permit = ", "permit = ", "calls itself \"permits\""),
        ("permit.toml", "gone.toml", "gone.toml"),
        ("permit = ", "mixed = ", "is the name of a built-in mandant"),
    ] {
        let other = file.with_file_name("other.toml");
        let text = fs::read_to_string(&file).unwrap();
        let line = text.lines().position(|line| line.starts_with("permit = ")).unwrap() + 1;
        fs::write(
            &other,
            text.replace("permit = \"permit.toml\"", &"permit = \"permit.toml\"".replacen(from, to, 1)),
        )
        .unwrap();
        let output = scene.command(&["config", "check"]).arg("--config").arg(&other).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(78), "{to}: {said}");
        assert!(said.contains(&format!("other.toml:{line}:")) && said.contains(reason), "{to}: {said}");
    }
    support::suite("kinds of document refused", 11);
}
