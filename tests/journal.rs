//! The journal through its real file: what is acknowledged is there, in one chain, whatever happens to the process,
//! the disk or the folder; and what was tampered with is found by the command line.
//!
//! Where a test needs a second process, it starts this test program again as a worker (`SIGILLUM_JOURNAL_WORKER`).

#![cfg(feature = "service")]
#![expect(clippy::disallowed_methods, reason = "this test starts programs and fills disks; it is not the library")]

#[path = "journal/failures.rs"]
mod failures;
#[path = "journal/idempotency.rs"]
mod idempotency;
#[path = "journal/measured.rs"]
mod measured;
#[path = "journal/processes.rs"]
mod processes;
mod support;
#[path = "journal/tampering.rs"]
mod tampering;

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sigillum::journal::{Act, Entry, Head};
use sigillum::service::ports::Journal;
use sigillum::storage::sqlite::{Bounds, JournalFile, OpenError, ReadError, SqliteJournal};
use sigillum::time::Timestamp;
use sigillum::validation::PolicyReference;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};
use tempfile::TempDir;

/// An entry such as a validation writes.
fn entry(id: impl Into<String>) -> Entry {
    Entry {
        id: id.into(),
        time: Timestamp::from_unix(1_795_000_000),
        act: Act::Validation,
        caller: "gever".to_owned(),
        document_sha256: "ab".repeat(32),
        document_size: 51_234,
        result_sha256: None,
        profile: None,
        policy: PolicyReference { name: "default".to_owned(), version: "1".to_owned(), sha256: "cd".repeat(32) },
        verdict: "TOTAL-PASSED",
        reason: None,
        certificate_sha256: None,
    }
}

fn folder() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("journal.sqlite");
    (folder, file)
}

async fn verify(file: &Path, kept: Option<Head>) -> Result<Head, ReadError> {
    JournalFile::open(file).await?.verify(kept).await
}

/// The identifiers of all records, in order.
async fn ids(file: &Path) -> Vec<String> {
    let mut reader = JournalFile::open(file).await.unwrap();
    let (mut ids, mut next) = (Vec::new(), 1);
    loop {
        let page = reader.records(next, u64::MAX).await.unwrap();
        let Some(last) = page.last() else { return ids };
        next = last.number + 1;
        for seen in page {
            let line: serde_json::Value = serde_json::from_slice(&seen.line).unwrap();
            ids.push(line["id"].as_str().unwrap().to_owned());
        }
    }
}

/// Runs SQL behind the journal's back.
async fn sql(file: &Path, statements: &str) {
    let mut connection: SqliteConnection = SqliteConnectOptions::new().filename(file).connect().await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(statements.to_owned())).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn records_are_there_in_one_chain_after_the_file_was_opened_again() {
    let (_folder, file) = folder();
    let mut expected = Vec::new();
    for round in 0..3 {
        let journal = SqliteJournal::open(&file).await.unwrap();
        for n in 0..5 {
            let id = format!("r-{round}-{n}");
            journal.append(entry(&id), None).await.unwrap();
            expected.push(id);
            // Readable at once, while the journal is open.
            let head = verify(&file, None).await.unwrap();
            assert_eq!(head.number, expected.len() as u64);
        }
        if round != 1 {
            journal.close().await;
            assert!(journal.append(entry("late"), None).await.is_err(), "closed is closed");
        }
    }
    assert_eq!(ids(&file).await, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_at_once_are_all_there_and_their_head_can_be_kept() {
    let (_folder, file) = folder();
    let journal = Arc::new(SqliteJournal::open(&file).await.unwrap());
    let mut kept = Vec::new();
    for round in 0..4 {
        let writers: Vec<_> = (0..200)
            .map(|n| {
                let journal = Arc::clone(&journal);
                tokio::spawn(async move { journal.append(entry(format!("{round}-{n}")), None).await })
            })
            .collect();
        for writer in writers {
            writer.await.unwrap().unwrap();
        }
        kept.push(verify(&file, None).await.unwrap());
    }
    for (round, head) in kept.iter().enumerate() {
        assert_eq!(head.number, (round as u64 + 1) * 200);
        assert_eq!(verify(&file, Some(*head)).await.unwrap(), kept[3]);
    }
    let mut all = ids(&file).await;
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 800);
}

#[tokio::test(flavor = "multi_thread")]
async fn new_files_are_readable_by_their_owner_only() {
    let (folder, file) = folder();
    let journal = SqliteJournal::open(&file).await.unwrap();
    journal.append(entry("a"), None).await.unwrap();
    let mut seen = 0;
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let file = file.unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{:?}", file.file_name());
        seen += 1;
    }
    assert_eq!(seen, 3, "the file, its log and the log's index");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_journal_of_ours_is_neither_opened_nor_changed() {
    let (folder, file) = folder();
    for (name, content) in
        [("text", &b"not a database, but long enough to be looked at as one "[..]), ("short", b"x")]
    {
        let other = folder.path().join(name);
        std::fs::write(&other, content.repeat(if name == "text" { 100 } else { 1 })).unwrap();
        let before = std::fs::read(&other).unwrap();
        assert!(matches!(SqliteJournal::open(&other).await, Err(OpenError::NotAJournal)), "{name}");
        assert!(matches!(verify(&other, None).await, Err(ReadError::Open(_))), "{name}");
        assert_eq!(std::fs::read(&other).unwrap(), before);
    }
    let foreign = folder.path().join("foreign");
    std::fs::write(&foreign, b"").unwrap();
    sql(&foreign, "CREATE TABLE t (a)").await;
    assert!(matches!(SqliteJournal::open(&foreign).await, Err(OpenError::NotAJournal)));
    assert!(matches!(verify(&foreign, None).await, Err(ReadError::Open(OpenError::NotAJournal))));
    let gone = folder.path().join("gone");
    assert!(matches!(verify(&gone, None).await, Err(ReadError::Open(OpenError::Unavailable(_)))));
    assert!(!gone.exists(), "reading makes no file");
    let no_folder = folder.path().join("no/journal.sqlite");
    assert!(matches!(SqliteJournal::open(&no_folder).await, Err(OpenError::Unavailable(_))));

    SqliteJournal::open(&file).await.unwrap().close().await;
    sql(&file, "PRAGMA user_version = 2").await;
    let refused = SqliteJournal::open(&file).await.unwrap_err();
    assert!(matches!(refused, OpenError::NewerVersion { found: 2, known: 1 }), "{refused}");
    assert!(matches!(verify(&file, None).await, Err(ReadError::Open(OpenError::NewerVersion { .. }))));
}

#[tokio::test(flavor = "multi_thread")]
async fn where_too_many_wait_the_next_is_turned_away_at_once() {
    let (_folder, file) = folder();
    let bounds = Bounds { waiting: 8, busy_timeout: std::time::Duration::from_secs(20) };
    let journal = Arc::new(SqliteJournal::open_with(&file, bounds).await.unwrap());
    let mut lock: SqliteConnection = SqliteConnectOptions::new().filename(&file).connect().await.unwrap();
    sqlx::raw_sql("BEGIN IMMEDIATE").execute(&mut lock).await.unwrap();
    let writers: Vec<_> = (0..100)
        .map(|n| {
            let journal = Arc::clone(&journal);
            tokio::spawn(async move { journal.append(entry(n.to_string()), None).await })
        })
        .collect();
    // Those that are turned away are answered while the others still wait for the lock.
    let refused = async {
        while writers.iter().filter(|writer| writer.is_finished()).count() < 20 {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(5), refused).await.expect("nobody was turned away");
    sqlx::raw_sql("ROLLBACK").execute(&mut lock).await.unwrap();
    let mut written = 0;
    for writer in writers {
        match writer.await.unwrap() {
            Ok(()) => written += 1,
            Err(error) => assert_eq!(error.0, "too many entries wait"),
        }
    }
    assert!(written >= 8, "{written}");
    assert_eq!(verify(&file, None).await.unwrap().number, written);
}
