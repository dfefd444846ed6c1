//! Requests that may be repeated: the contract's `Idempotency-Key`.

use std::path::Path;

use sigillum::journal::{Act, Entry};
use sigillum::service::ports::{Begun, Journal, Kept, Repeatable, Ticket};
use sigillum::storage::sqlite::SqliteJournal;
use sigillum::time::Timestamp;

use crate::{entry, folder, ids, verify};

const NOW: i64 = 1_795_000_000;
const RUNS: i64 = 120;
const DAY: i64 = 24 * 60 * 60;

fn request(caller: &str, key: &str, request: &str, now: i64) -> Repeatable {
    Repeatable {
        caller: caller.to_owned(),
        key: key.to_owned(),
        request_sha256: request.to_owned(),
        now: Timestamp::from_unix(now),
        runs_until: Timestamp::from_unix(now + RUNS),
    }
}

fn kept(ticket: Ticket, appended: &[u8], now: i64) -> Kept {
    Kept { ticket, appended: appended.to_vec(), until: Timestamp::from_unix(now + DAY) }
}

fn seal(id: &str) -> Entry {
    Entry { act: Act::Seal, ..entry(id) }
}

fn first(begun: Begun) -> Ticket {
    match begun {
        Begun::First(ticket) => ticket,
        other => panic!("{other:?}"),
    }
}

async fn reopened(journal: SqliteJournal, file: &Path) -> SqliteJournal {
    journal.close().await;
    SqliteJournal::open(file).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_first_then_running_then_done() {
    let (_folder, file) = folder();
    let mut journal = SqliteJournal::open(&file).await.unwrap();
    let ticket = first(journal.begin(request("a", "k", "r1", NOW)).await.unwrap());
    for _ in 0..2 {
        assert_eq!(journal.begin(request("a", "k", "r1", NOW + 1)).await.unwrap(), Begun::Running);
        assert_eq!(journal.begin(request("a", "k", "r2", NOW + 1)).await.unwrap(), Begun::Mismatch);
        journal = reopened(journal, &file).await;
    }
    // Keys are each caller's own.
    let other = first(journal.begin(request("b", "k", "r2", NOW)).await.unwrap());
    assert_ne!(ticket.attempt, other.attempt);
    journal.append(seal("s1"), Some(kept(ticket, b"%appended\0\xff", NOW))).await.unwrap();
    let done = Begun::Done { seal_id: "s1".to_owned(), appended: b"%appended\0\xff".to_vec() };
    for now in [NOW + 2, NOW + RUNS + 1, NOW + DAY - 1] {
        assert_eq!(journal.begin(request("a", "k", "r1", now)).await.unwrap(), done);
        assert_eq!(journal.begin(request("a", "k", "r2", now)).await.unwrap(), Begun::Mismatch);
        journal = reopened(journal, &file).await;
    }
    // Its time is over: the key is free again, for any request.
    let again = first(journal.begin(request("a", "k", "r2", NOW + DAY)).await.unwrap());
    journal.append(seal("s2"), Some(kept(again, b"", NOW + DAY))).await.unwrap();
    let done = Begun::Done { seal_id: "s2".to_owned(), appended: Vec::new() };
    assert_eq!(journal.begin(request("a", "k", "r2", NOW + DAY)).await.unwrap(), done);
    assert_eq!(ids(&file).await, ["s1", "s2"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_given_up_can_be_tried_again_at_once() {
    let (_folder, file) = folder();
    let mut journal = SqliteJournal::open(&file).await.unwrap();
    let given_up = first(journal.begin(request("a", "k", "r1", NOW)).await.unwrap());
    journal.abandon(given_up.clone()).await.unwrap();
    journal = reopened(journal, &file).await;
    let ticket = first(journal.begin(request("a", "k", "r2", NOW)).await.unwrap());
    // The ticket of the first try ends nothing: neither the second try, nor a record.
    journal.abandon(given_up.clone()).await.unwrap();
    assert_eq!(journal.begin(request("a", "k", "r2", NOW)).await.unwrap(), Begun::Running);
    assert!(journal.append(seal("stale"), Some(kept(given_up, b"1", NOW))).await.is_err());
    assert_eq!(journal.begin(request("a", "k", "r2", NOW)).await.unwrap(), Begun::Running);
    journal.append(seal("good"), Some(kept(ticket.clone(), b"2", NOW))).await.unwrap();
    // Nor is an answer given up or replaced.
    journal.abandon(ticket.clone()).await.unwrap();
    assert!(journal.append(seal("twice"), Some(kept(ticket, b"3", NOW))).await.is_err());
    let done = Begun::Done { seal_id: "good".to_owned(), appended: b"2".to_vec() };
    assert_eq!(journal.begin(request("a", "k", "r2", NOW)).await.unwrap(), done);
    assert_eq!(ids(&file).await, ["good"]);
    assert_eq!(verify(&file, None).await.unwrap().number, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_whose_time_is_over_counts_as_dead() {
    let (_folder, file) = folder();
    let mut journal = SqliteJournal::open(&file).await.unwrap();
    let dead = first(journal.begin(request("a", "k", "r1", NOW)).await.unwrap());
    assert_eq!(journal.begin(request("a", "k", "r1", NOW + RUNS - 1)).await.unwrap(), Begun::Running);
    journal = reopened(journal, &file).await;
    let alive = first(journal.begin(request("a", "k", "r1", NOW + RUNS)).await.unwrap());
    assert_ne!(dead.attempt, alive.attempt);
    let refused = journal.append(seal("dead"), Some(kept(dead, b"1", NOW + RUNS))).await.unwrap_err();
    assert!(refused.0.contains("begun anew"), "{refused}");
    journal.append(seal("alive"), Some(kept(alive, b"2", NOW + RUNS))).await.unwrap();
    assert_eq!(ids(&file).await, ["alive"]);
    // Slow, but nobody began anew: it still ends well.
    let slow = first(journal.begin(request("a", "slow", "r1", NOW)).await.unwrap());
    first(journal.begin(request("a", "other", "r1", NOW + 10 * RUNS)).await.unwrap());
    journal.append(seal("slow"), Some(kept(slow, b"3", NOW + 10 * RUNS))).await.unwrap();
    assert_eq!(ids(&file).await, ["alive", "slow"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_at_once_one_is_first() {
    let (_folder, file) = folder();
    let journal = SqliteJournal::open(&file).await.unwrap();
    let second = SqliteJournal::open(&file).await.unwrap();
    let askers: Vec<_> = (0..40)
        .map(|n| {
            let journal = if n % 2 == 0 { journal.clone() } else { second.clone() };
            tokio::spawn(async move { journal.begin(request("a", "k", "r", NOW)).await.unwrap() })
        })
        .collect();
    let mut firsts = 0;
    for asker in askers {
        match asker.await.unwrap() {
            Begun::First(_) => firsts += 1,
            other => assert_eq!(other, Begun::Running),
        }
    }
    assert_eq!(firsts, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_over_is_removed() {
    let (_folder, file) = folder();
    let journal = SqliteJournal::open(&file).await.unwrap();
    for n in 0..50 {
        let ticket = first(journal.begin(request("a", &format!("k{n}"), "r", NOW)).await.unwrap());
        if n % 2 == 0 {
            journal.append(seal(&n.to_string()), Some(kept(ticket, &[7; 1000], NOW))).await.unwrap();
        }
    }
    let rows = async || {
        let file = file.clone();
        let mut connection =
            sqlx::ConnectOptions::connect(&sqlx::sqlite::SqliteConnectOptions::new().filename(file)).await.unwrap();
        let row = sqlx::query("SELECT count(*) FROM request").fetch_one(&mut connection).await.unwrap();
        sqlx::Row::get::<i64, _>(&row, 0)
    };
    assert_eq!(rows().await, 50);
    for n in 0..5 {
        first(journal.begin(request("b", &n.to_string(), "r", NOW + 2 * DAY)).await.unwrap());
    }
    assert_eq!(rows().await, 5);
    assert_eq!(verify(&file, None).await.unwrap().number, 25, "records stay");
}
