//! Two processes on one file, and processes that are killed while they write.

use std::collections::HashSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use sigillum::service::ports::Journal;
use sigillum::storage::sqlite::SqliteJournal;

use crate::support::rng::Rng;
use crate::{entry, folder, ids, support, verify};

/// What the worker is to do: a file, a name and a number of records, in this order.
const WORKER: &str = "SIGILLUM_JOURNAL_WORKER";

/// Not a test, but what the other process runs: appends records under its name, four at a time, and says of each that
/// it is written.
#[test]
fn worker() {
    let Ok(orders) = std::env::var(WORKER) else { return };
    let [file, name, count] = *orders.split('\n').collect::<Vec<_>>() else { panic!("{orders}") };
    let count: usize = count.parse().unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let journal = SqliteJournal::open(Path::new(file)).await.unwrap();
        let writers: Vec<_> = (0..4)
            .map(|writer| {
                let (journal, name) = (journal.clone(), name.to_owned());
                tokio::spawn(async move {
                    for n in 0..count / 4 {
                        let id = format!("{name}-{writer}-{n}");
                        journal.append(entry(&id), None).await.unwrap();
                        writeln!(std::io::stdout(), "written {id}").unwrap();
                    }
                })
            })
            .collect();
        for writer in writers {
            writer.await.unwrap();
        }
        journal.close().await;
    });
}

fn start(file: &Path, name: &str, count: usize) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["processes::worker", "--exact", "--nocapture"])
        .env(WORKER, format!("{}\n{name}\n{count}", file.display()))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// What a worker says that it has written, until it ends.
fn written(child: &mut Child) -> Vec<String> {
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    lines.filter_map(|line| Some(line.split_once("written ")?.1.to_owned())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn processes_that_write_at_once_do_not_fork_the_chain() {
    let (_folder, file) = folder();
    // The file is not there yet: they also make it at once.
    let mut children: Vec<Child> = (0..3).map(|n| start(&file, &format!("p{n}"), 1000)).collect();
    let mut all = HashSet::new();
    for child in &mut children {
        all.extend(written(child));
        assert!(child.wait().unwrap().success());
    }
    assert_eq!(all.len(), 3000);
    assert_eq!(verify(&file, None).await.unwrap().number, 3000);
    let found = ids(&file).await;
    assert_eq!(found.iter().cloned().collect::<HashSet<_>>(), all);
    // They did write at the same time, each more than once in turn.
    let changes = found.windows(2).filter(|pair| pair[0][..2] != pair[1][..2]).count();
    assert!(changes > 4, "{changes}");
    support::suite("journal processes", 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_is_there_after_kill_9() {
    let (_folder, file) = folder();
    let mut rng = Rng::new(0x6b69_6c6c);
    let mut acknowledged = HashSet::new();
    for round in 0..20 {
        let mut child = start(&file, &format!("k{round}"), 1_000_000);
        let id = child.id();
        let stdout = child.stdout.take().unwrap();
        let reader = std::thread::spawn(move || {
            let mut all = String::new();
            BufReader::new(stdout).read_to_string(&mut all).unwrap();
            // A line without its end was cut off, and says nothing.
            let whole = all.rfind('\n').map_or("", |end| &all[..end]);
            whole.lines().filter_map(|line| Some(line.split_once("written ")?.1.to_owned())).collect::<Vec<_>>()
        });
        // From before the file is open to well within the writing.
        tokio::time::sleep(Duration::from_micros(rng.below(120_000) as u64)).await;
        child.kill().unwrap();
        assert_eq!(child.wait().unwrap().code(), None, "worker {id} ended by itself");
        let heard = reader.join().unwrap();
        let present: HashSet<String> = if file.exists() && std::fs::metadata(&file).unwrap().len() > 0 {
            match verify(&file, None).await {
                Ok(head) => {
                    let found = ids(&file).await;
                    assert_eq!(found.len() as u64, head.number);
                    found.into_iter().collect()
                }
                // Killed while the tables were made: nothing was acknowledged.
                Err(error) => {
                    assert!(heard.is_empty() && acknowledged.is_empty(), "round {round}: {error}");
                    continue;
                }
            }
        } else {
            HashSet::new()
        };
        acknowledged.extend(heard);
        let lost: Vec<_> = acknowledged.difference(&present).collect();
        assert!(lost.is_empty(), "round {round}: {lost:?}");
    }
    assert!(acknowledged.len() > 20, "{}", acknowledged.len());
    // And it goes on.
    let journal = SqliteJournal::open(&file).await.unwrap();
    journal.append(entry("after"), None).await.unwrap();
    verify(&file, None).await.unwrap();
    assert_eq!(ids(&file).await.last().unwrap(), "after");
    support::suite("journal kill -9", 20);
}
