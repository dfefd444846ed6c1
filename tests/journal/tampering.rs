//! What somebody does to the file with SQL is found by `sigillum journal verify`, with its exit code.

use std::path::Path;
use std::process::Command;

use sigillum::journal::Head;
use sigillum::service::ports::Journal;
use sigillum::storage::sqlite::SqliteJournal;

use crate::{entry, folder, sql, support, verify};

fn journal(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_sigillum")).arg("journal").args(arguments).output().unwrap();
    let text = |octets| String::from_utf8(octets).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

async fn ten(file: &Path) -> Head {
    let journal = SqliteJournal::open(file).await.unwrap();
    for n in 1..=10 {
        journal.append(entry(format!("r{n}")), None).await.unwrap();
    }
    journal.close().await;
    verify(file, None).await.unwrap()
}

const UNLOCK: &str = "DROP TRIGGER record_is_not_changed; DROP TRIGGER record_is_not_removed; \
                      DROP TRIGGER record_follows_head;";

#[tokio::test(flavor = "multi_thread")]
async fn an_intact_journal_is_verified_while_it_is_written() {
    let (folder, file) = folder();
    let head = ten(&file).await;
    let open = SqliteJournal::open(&file).await.unwrap();
    open.append(entry("eleven"), None).await.unwrap();
    let data = folder.path().to_str().unwrap();
    let (code, out, err) = journal(&["verify", "--data", data, "--format", "json"]);
    assert_eq!((code, &*err), (Some(0), ""), "{out}");
    let said: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((&said["intact"], &said["records"]), (&true.into(), &11.into()));
    // Both heads are in the chain; another one is not.
    for kept in [&head.to_string(), said["head"].as_str().unwrap()] {
        let (code, out, _) = journal(&["verify", file.to_str().unwrap(), "--head", kept, "--lang", "en"]);
        assert_eq!(code, Some(0), "{out}");
        assert!(out.starts_with("The journal is intact. Records: 11. Head: 11:"), "{out}");
    }
    let wrong = format!("10:{}", "0".repeat(64));
    let (code, out, _) = journal(&["verify", "--data", data, "--head", &wrong]);
    assert_eq!(code, Some(1));
    assert!(out.contains("Nr. 10"), "{out}");
    let later = format!("12:{}", "0".repeat(64));
    assert_eq!(journal(&["verify", "--data", data, "--head", &later]).0, Some(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn tampering_is_found_with_its_place() {
    let renumber = |from: u32, by: &str| {
        format!(
            "UPDATE record SET number = -number WHERE number >= {from}; UPDATE record SET number = {by} WHERE number < 0;"
        )
    };
    let copy = "(number, previous, line, hash) SELECT";
    let cases = [
        ("UPDATE record SET line = replace(line, 'gever', 'other') WHERE number = 4".to_owned(), 4, "changed"),
        ("UPDATE record SET line = line || ' ' WHERE number = 1".to_owned(), 1, "changed"),
        ("UPDATE record SET line = '' WHERE number = 10".to_owned(), 10, "changed"),
        ("UPDATE record SET hash = zeroblob(32) WHERE number = 7".to_owned(), 7, "changed"),
        ("UPDATE record SET hash = x'' WHERE number = 7".to_owned(), 7, "changed"),
        ("UPDATE record SET previous = zeroblob(32) WHERE number = 7".to_owned(), 7, "not-linked"),
        ("DELETE FROM record WHERE number = 5".to_owned(), 5, "missing"),
        ("DELETE FROM record WHERE number IN (3, 4, 8)".to_owned(), 3, "missing"),
        ("DELETE FROM record WHERE number = 1".to_owned(), 1, "missing"),
        ("DELETE FROM record WHERE number > 8".to_owned(), 9, "missing"),
        ("DELETE FROM record".to_owned(), 1, "missing"),
        (format!("DELETE FROM record WHERE number = 5; {}", renumber(6, "-number - 1")), 5, "not-linked"),
        (renumber(6, "-number + 1"), 6, "missing"),
        ("UPDATE record SET number = 0 WHERE number = 1".to_owned(), 0, "out-of-place"),
        ("UPDATE record SET number = -1 WHERE number = 1".to_owned(), 0, "out-of-place"),
        // Two change places.
        (
            "UPDATE record SET number = 100 WHERE number = 3; UPDATE record SET number = 3 WHERE number = 6; \
             UPDATE record SET number = 6 WHERE number = 100"
                .to_owned(),
            3,
            "not-linked",
        ),
        // A copy between, all later ones moved; a copy at the end.
        (
            format!(
                "{} INSERT INTO record {copy} 6, previous, line, hash FROM record WHERE number = 5",
                renumber(6, "-number + 1")
            ),
            6,
            "not-linked",
        ),
        (
            format!("INSERT INTO record {copy} 11, previous, line, hash FROM record WHERE number = 10"),
            11,
            "not-linked",
        ),
        (
            format!("INSERT INTO record {copy} 12, previous, line, hash FROM record WHERE number = 10"),
            11,
            "missing",
        ),
        // The head.
        ("DELETE FROM head".to_owned(), 10, "head-missing"),
        (
            "UPDATE head SET number = 8, hash = (SELECT hash FROM record WHERE number = 8)".to_owned(),
            9,
            "behind-head",
        ),
        ("UPDATE head SET number = 12".to_owned(), 11, "missing"),
        ("UPDATE head SET hash = zeroblob(32)".to_owned(), 10, "not-linked"),
    ];
    for (statements, number, fault) in &cases {
        let (_folder, file) = folder();
        ten(&file).await;
        sql(&file, &format!("{UNLOCK} {statements}")).await;
        let name = file.to_str().unwrap();
        let (code, out, err) = journal(&["verify", name, "--format", "json"]);
        assert_eq!((code, &*err), (Some(1), ""), "{statements}: {out}");
        let expected = serde_json::json!({ "intact": false, "record": number, "fault": fault });
        assert_eq!(serde_json::from_str::<serde_json::Value>(&out).unwrap(), expected, "{statements}");
        for lang in ["de", "fr", "it", "en"] {
            let (code, out, _) = journal(&["verify", name, "--lang", lang]);
            assert_eq!(code, Some(1));
            assert!(*fault == "head-missing" || out.contains(&number.to_string()), "{statements}: {out}");
        }
    }
    support::suite("journal tampering", cases.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn without_dropping_a_trigger_nothing_can_be_done() {
    let (_folder, file) = folder();
    ten(&file).await;
    for statement in [
        "UPDATE record SET line = '' WHERE number = 4",
        "DELETE FROM record WHERE number = 10",
        "INSERT INTO record VALUES (11, zeroblob(32), 'x', zeroblob(32))",
        "INSERT INTO record SELECT 12, hash, 'x', hash FROM record WHERE number = 10",
    ] {
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&file);
        let mut connection = sqlx::ConnectOptions::connect(&options).await.unwrap();
        assert!(sqlx::raw_sql(statement).execute(&mut connection).await.is_err(), "{statement}");
    }
    assert_eq!(verify(&file, None).await.unwrap().number, 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_ends_with_4() {
    let (folder, file) = folder();
    ten(&file).await;
    let name = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    std::fs::write(name("text"), "no journal\n".repeat(500)).unwrap();
    let mut cut = std::fs::read(&file).unwrap();
    cut.truncate(cut.len() / 2);
    std::fs::write(name("cut"), cut).unwrap();
    for (file, command) in
        [("gone", "verify"), ("text", "verify"), ("cut", "verify"), ("gone", "list"), ("text", "list")]
    {
        let (code, out, err) = journal(&[command, &name(file)]);
        assert_eq!((code, &*out), (Some(4), ""), "{file}: {err}");
        assert!(err.contains(file), "{err}");
    }
    // A table that is not ours could hold a number twice.
    sql(&file, "DROP TABLE record; CREATE TABLE record (number, previous, line, hash)").await;
    assert_eq!(journal(&["verify", file.to_str().unwrap()]).0, Some(4));
}

#[tokio::test(flavor = "multi_thread")]
async fn records_are_listed_as_they_stand() {
    let (folder, file) = folder();
    ten(&file).await;
    let data = folder.path().to_str().unwrap();
    let (code, out, err) = journal(&["list", "--data", data, "--format", "json", "--from", "3", "--limit", "4"]);
    assert_eq!((code, &*err), (Some(0), ""));
    let lines: Vec<serde_json::Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let ids: Vec<&str> = lines.iter().map(|line| line["record"]["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["r3", "r4", "r5", "r6"]);
    assert!(lines.windows(2).all(|pair| pair[0]["hash"] == pair[1]["previous"]));
    // What was hashed stands there octet for octet.
    assert!(out.lines().next().unwrap().ends_with(&format!("\"record\":{}}}", entry("r3").to_line())));
    let (code, out, _) = journal(&["list", "--data", data]);
    assert_eq!((code, out.lines().count()), (Some(0), 10));
    assert!(out.starts_with("1  2026-11-18T"), "{out}");
    assert!(out.lines().all(|line| line.contains("  validation  gever  TOTAL-PASSED  r")));
    assert_eq!(journal(&["list", "--data", data, "--from", "11"]).1, "");
    assert_eq!(journal(&["list", "--data", data, "--limit", "0"]).1, "");
    // What a stranger put in does not reach the terminal.
    sql(
        &file,
        &format!(
            "{UNLOCK} UPDATE record SET line = x'7b22ff' || char(27) WHERE number = 2; \
                         UPDATE record SET line = '{{\"id\":\"' || char(0x202e) || '\"}}' WHERE number = 3"
        ),
    )
    .await;
    for format in ["text", "json"] {
        let (code, out, _) = journal(&["list", "--data", data, "--format", format]);
        assert_eq!((code, out.lines().count()), (Some(0), 10), "{out}");
        assert!(!out.contains('\u{1b}'), "{out}");
    }
    assert!(journal(&["list", "--data", data]).1.contains("<U+202E>"));
}
