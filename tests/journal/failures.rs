//! Disk full, folder that cannot be written, file that is gone: nothing is acknowledged that is not there, and the
//! journal recovers by itself when the cause is over.
//!
//! A full disk and a file system that cannot be written are made in a mount namespace of their own (`unshare`), which
//! ends with the process. Where that is not possible, these cases say that they were skipped.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use sigillum::service::ports::{Begun, Journal, JournalUnavailable, Kept, Repeatable};
use sigillum::storage::sqlite::{OpenError, SqliteJournal};
use sigillum::time::Timestamp;

use crate::{entry, folder, ids, support, verify};

/// The folder in which the worker mounts.
const MOUNT: &str = "SIGILLUM_JOURNAL_MOUNT";

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_gone_or_exchanged_is_not_written_until_it_is_back() {
    let (folder, file) = folder();
    let journal = SqliteJournal::open(&file).await.unwrap();
    journal.append(entry("a"), None).await.unwrap();
    let aside = folder.path().join("aside");
    let companions = ["", "-wal", "-shm"];
    let move_all = |from: &Path, to: &Path| {
        for companion in companions {
            let with = |path: &Path| PathBuf::from(format!("{}{companion}", path.display()));
            if with(from).exists() {
                fs::rename(with(from), with(to)).unwrap();
            }
        }
    };
    move_all(&file, &aside);
    let gone = journal.append(entry("lost"), None).await.unwrap_err();
    assert!(gone.0.contains("No such file"), "{gone}");
    assert!(journal.ready().await.is_err());
    assert!(!file.exists(), "it is not made anew");
    // Another journal in its place: a restart would take it, the running service does not.
    SqliteJournal::open(&file).await.unwrap().close().await;
    let exchanged = journal.append(entry("lost"), None).await.unwrap_err();
    assert!(exchanged.0.contains("exchanged"), "{exchanged}");
    fs::remove_file(&file).unwrap();
    move_all(&aside, &file);
    journal.ready().await.unwrap();
    journal.append(entry("b"), None).await.unwrap();
    assert_eq!(ids(&file).await, ["a", "b"]);
    verify(&file, None).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_journal_that_was_set_back_is_not_written() {
    let (folder, file) = folder();
    let journal = SqliteJournal::open(&file).await.unwrap();
    journal.append(entry("a"), None).await.unwrap();
    // All is folded into the file when the last one closes it.
    journal.close().await;
    let old = fs::read(&file).unwrap();
    let journal = SqliteJournal::open(&file).await.unwrap();
    journal.append(entry("b"), None).await.unwrap();
    let aside = folder.path().join("aside");
    fs::rename(&file, &aside).unwrap();
    // A failure closes the file.
    journal.append(entry("lost"), None).await.unwrap_err();
    fs::rename(&aside, &file).unwrap();
    fs::write(&file, &old).unwrap();
    for companion in ["-wal", "-shm"] {
        // They are there or not.
        let _ = fs::remove_file(format!("{}{companion}", file.display()));
    }
    for _ in 0..2 {
        let error = journal.append(entry("fork"), None).await.unwrap_err();
        assert!(error.0.contains("record 2 is not in the journal"), "{error}");
    }
    assert_eq!(ids(&file).await, ["a"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_that_is_held_too_long_fails_and_is_got_over() {
    let (_folder, file) = folder();
    let bounds = crate::Bounds { busy_timeout: std::time::Duration::from_millis(100), ..crate::Bounds::default() };
    let journal = SqliteJournal::open_with(&file, bounds).await.unwrap();
    let mut other =
        sqlx::ConnectOptions::connect(&sqlx::sqlite::SqliteConnectOptions::new().filename(&file)).await.unwrap();
    sqlx::raw_sql("BEGIN IMMEDIATE").execute(&mut other).await.unwrap();
    let error = journal.append(entry("a"), None).await.unwrap_err();
    assert!(error.0.contains("locked"), "{error}");
    assert!(journal.ready().await.is_err());
    sqlx::raw_sql("ROLLBACK").execute(&mut other).await.unwrap();
    journal.ready().await.unwrap();
    journal.append(entry("b"), None).await.unwrap();
    assert_eq!(ids(&file).await, ["b"]);
}

#[test]
fn a_full_disk_and_a_folder_that_cannot_be_written_are_got_over() {
    let name = "journal disk";
    let possible = Command::new("unshare").args(["-rm", "mount", "-t", "tmpfs", "none", "/mnt"]).output();
    if !possible.is_ok_and(|output| output.status.success()) {
        eprintln!("no mount namespaces here: a full disk was not tried");
        support::skipped(name);
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new("unshare")
        .arg("-rm")
        .arg(std::env::current_exe().unwrap())
        .args(["failures::worker", "--exact", "--nocapture"])
        .env(MOUNT, folder.path())
        .output()
        .unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && said.contains("all of it held"), "{said}");
    support::suite(name, 4);
}

/// Not a test, but what runs in the mount namespace.
#[tokio::test(flavor = "multi_thread")]
async fn worker() {
    let Some(folder) = std::env::var_os(MOUNT).map(PathBuf::from) else { return };
    let disk = Disk(folder);
    disk.mount(&["-t", "tmpfs", "-o", "size=2m", "none"]);
    let file = disk.0.join("journal.sqlite");
    let journal = SqliteJournal::open(&file).await.unwrap();
    let mut written = Vec::new();
    let now = Timestamp::from_unix(1_795_000_000);
    let request = |key: &str| Repeatable {
        caller: "a".to_owned(),
        key: key.to_owned(),
        request_sha256: "r".to_owned(),
        now,
        runs_until: now.plus_seconds(60),
    };
    for round in 0..3 {
        // Written while there is room, refused while there is none.
        append(&journal, &mut written, round, 10).await.unwrap();
        let Begun::First(ticket) = journal.begin(request(&round.to_string())).await.unwrap() else { panic!() };
        journal.ready().await.unwrap();
        disk.fill();
        while append(&journal, &mut written, round, 1).await.is_ok() {
            assert!(written.len() < 10_000, "the disk does not fill");
        }
        assert!(journal.ready().await.is_err(), "ready, with a full disk");
        assert!(journal.begin(request("other")).await.is_err());
        let group: Vec<_> = (0..30)
            .map(|n| {
                let journal = journal.clone();
                tokio::spawn(async move { journal.append(entry(format!("none-{n}")), None).await })
            })
            .collect();
        for member in group {
            assert!(member.await.unwrap().is_err());
        }
        let until = now.plus_seconds(1000);
        let kept = Kept { ticket, appended: vec![1; 5000], until };
        assert!(journal.append(entry("none"), Some(kept.clone())).await.is_err());
        disk.empty();
        // By itself.
        journal.ready().await.unwrap();
        append(&journal, &mut written, round, 10).await.unwrap();
        // What was begun before can be ended.
        journal.append(entry(format!("seal-{round}")), Some(kept)).await.unwrap();
        written.push(format!("seal-{round}"));
        let done = journal.begin(request(&round.to_string())).await.unwrap();
        assert!(matches!(done, Begun::Done { appended, .. } if appended.len() == 5000));
        check(&file, &written).await;
    }
    // A journal that is opened on a full disk says so, and can be opened later.
    disk.fill();
    while append(&journal, &mut written, 3, 1).await.is_ok() {}
    let other = SqliteJournal::open(&disk.0.join("other.sqlite")).await;
    assert!(matches!(other, Err(OpenError::Unavailable(_))), "{other:?}");
    // A failure has closed the file, so that the disk can be taken away from under it.
    disk.mount(&["-o", "remount,ro"]);
    for _ in 0..2 {
        assert!(append(&journal, &mut written, 4, 1).await.is_err());
        assert!(journal.ready().await.is_err());
        assert!(matches!(SqliteJournal::open(&file).await, Err(OpenError::Unavailable(_))));
    }
    disk.mount(&["-o", "remount,rw"]);
    disk.empty();
    journal.ready().await.unwrap();
    append(&journal, &mut written, 5, 10).await.unwrap();
    check(&file, &written).await;
    // Closed in good order, it can be verified where nothing can be written.
    journal.close().await;
    SqliteJournal::open(&disk.0.join("other.sqlite")).await.unwrap().close().await;
    disk.mount(&["-o", "remount,ro"]);
    check(&file, &written).await;
    println!("all of it held");
}

async fn append(
    journal: &SqliteJournal,
    written: &mut Vec<String>,
    round: usize,
    count: usize,
) -> Result<(), JournalUnavailable> {
    for _ in 0..count {
        let id = format!("{round}-{}", written.len());
        journal.append(entry(&id), None).await?;
        written.push(id);
    }
    Ok(())
}

/// All that was acknowledged is there, in order; and what is there besides was tried.
async fn check(file: &Path, written: &[String]) {
    let head = verify(file, None).await.unwrap();
    let found = ids(file).await;
    assert_eq!(head.number, found.len() as u64);
    let mut rest = found.iter();
    for id in written {
        assert!(rest.any(|found| found == id), "{id} is lost");
    }
}

/// A small disk of its own.
struct Disk(PathBuf);

impl Disk {
    fn mount(&self, arguments: &[&str]) {
        let output = Command::new("mount").args(arguments).arg(&self.0).output().unwrap();
        assert!(output.status.success(), "mount {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// Takes all the room that there is.
    fn fill(&self) {
        use std::io::Write;
        let mut filler = fs::File::create(self.0.join("filler")).unwrap();
        while filler.write_all(&[0; 4096]).is_ok() {}
    }

    fn empty(&self) {
        fs::remove_file(self.0.join("filler")).unwrap();
    }
}
