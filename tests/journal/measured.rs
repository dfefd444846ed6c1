//! What a record costs: `cargo test --release --test journal -- --ignored --nocapture measured`.
//!
//! CPU time is that of the whole process (system included), so also of those who wait for their record.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use sigillum::service::ports::Journal;
use sigillum::storage::sqlite::SqliteJournal;

use crate::{entry, verify};

/// User and system time of this process.
fn cpu() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
    // Hundredths of a second (USER_HZ).
    Duration::from_millis(10 * (fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn measured() {
    // SIGILLUM_JOURNAL_FOLDER chooses the disk.
    let place = std::env::var_os("SIGILLUM_JOURNAL_FOLDER").map_or_else(std::env::temp_dir, PathBuf::from);
    for concurrency in measured_at() {
        let folder = tempfile::tempdir_in(&place).unwrap();
        let file = folder.path().join("journal.sqlite");
        let journal = SqliteJournal::open(&file).await.unwrap();
        let (count, waited) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
        let (began, before) = (Instant::now(), cpu());
        let until = began + Duration::from_secs(5);
        let writers: Vec<_> = (0..concurrency)
            .map(|writer| {
                let (journal, count, waited) = (journal.clone(), Arc::clone(&count), Arc::clone(&waited));
                tokio::spawn(async move {
                    while Instant::now() < until {
                        let asked = Instant::now();
                        let number = count.fetch_add(1, Ordering::Relaxed);
                        journal.append(entry(format!("{writer:08}-{number:027}")), None).await.unwrap();
                        waited.fetch_add(asked.elapsed().as_micros() as u64, Ordering::Relaxed);
                    }
                })
            })
            .collect();
        for writer in writers {
            writer.await.unwrap();
        }
        let (elapsed, cpu) = (began.elapsed(), cpu() - before);
        let count = count.load(Ordering::Relaxed);
        assert_eq!(verify(&file, None).await.unwrap().number, count);
        println!(
            "concurrency {concurrency:>3}: {:>7.0} records/s, {:>6.1} us CPU per record, {:>6.0} us until written",
            count as f64 / elapsed.as_secs_f64(),
            cpu.as_secs_f64() * 1e6 / count as f64,
            waited.load(Ordering::Relaxed) as f64 / count as f64
        );
    }
}

/// How many wait for a record at the same time: `SIGILLUM_JOURNAL_CONCURRENCY`, or one after the other of these.
fn measured_at() -> Vec<usize> {
    let asked = std::env::var("SIGILLUM_JOURNAL_CONCURRENCY").ok();
    asked.map_or_else(|| vec![1, 8, 64], |asked| vec![asked.parse().unwrap()])
}
