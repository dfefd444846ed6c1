//! Folding the write-ahead log into the file, beside the writing.
//!
//! A connection of its own does it, and in the passive mode nobody who writes waits for it (SQLite, `PRAGMA
//! wal_checkpoint`). What is written meanwhile is folded in the next rounds; when all is, the next commit begins the log
//! anew. Where it never comes to that, the connection that writes folds by itself, from a longer log on.

use std::path::PathBuf;
use std::time::Duration;

use sqlx::{Connection, Row};
use tokio::task::JoinHandle;

use super::schema;
use super::schema::{FileIdentity, OpenError};

/// Commits after which the log is folded. Each adds four to twenty pages.
const COMMITS: u32 = 512;

/// Rounds in which what was written meanwhile is folded too. The second has a hundredth of the first.
const ROUNDS: u32 = 4;

/// Folds when it is time.
#[derive(Debug)]
pub(super) struct Folding {
    file: PathBuf,
    identity: FileIdentity,
    busy_timeout: Duration,
    commits: u32,
    running: Option<JoinHandle<()>>,
}

impl Folding {
    pub(super) fn new(file: PathBuf, identity: FileIdentity, busy_timeout: Duration) -> Self {
        Self { file, identity, busy_timeout, commits: 0, running: None }
    }

    /// Something was committed. Begins to fold where it is time, and nobody does.
    pub(super) fn committed(&mut self) {
        self.commits = self.commits.saturating_add(1);
        if self.commits < COMMITS || self.running.as_ref().is_some_and(|running| !running.is_finished()) {
            return;
        }
        self.commits = 0;
        let folded = fold(self.file.clone(), self.identity, self.busy_timeout);
        self.running = Some(tokio::spawn(async move {
            if let Err(error) = folded.await {
                // Nothing is lost: the log has it all.
                tracing::debug!(cause = %error, "the log of the journal was not folded");
            }
        }));
    }

    /// Waits until nobody folds.
    pub(super) async fn finished(&mut self) {
        if let Some(running) = self.running.take() {
            // Whether it ended well is of no interest: the log has it all.
            let _ = running.await;
        }
    }
}

async fn fold(file: PathBuf, identity: FileIdentity, busy_timeout: Duration) -> Result<(), OpenError> {
    if FileIdentity::of(&file)? != identity {
        return Err(OpenError::Unavailable("the file of the journal was exchanged".to_owned()));
    }
    let mut connection = schema::connect(&file, busy_timeout).await?;
    for _ in 0..ROUNDS {
        let row = sqlx::query("PRAGMA wal_checkpoint(PASSIVE)").fetch_one(&mut connection).await?;
        let (pages, folded): (i64, i64) = (row.try_get(1)?, row.try_get(2)?);
        if folded >= pages {
            break;
        }
    }
    connection.close().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_log_begins_anew_while_somebody_writes() {
        let folder = tempfile::tempdir().unwrap();
        let file = schema::absolute(&folder.path().join("journal.sqlite")).unwrap();
        schema::create(&file).unwrap();
        let busy = Duration::from_secs(5);
        let mut writer = schema::connect(&file, busy).await.unwrap();
        let identity = FileIdentity::of(&file).unwrap();
        let mut folding = Folding::new(file.clone(), identity, busy);
        let log = folder.path().join("journal.sqlite-wal");
        let mut lengths = Vec::new();
        for round in 0..3 {
            for commit in 0..COMMITS {
                let sql = "INSERT INTO request (caller, key, request_sha256, attempt, runs_until, kept_until, appended) \
                           VALUES (?, ?, '', '', 0, 0, zeroblob(8192))";
                let query = sqlx::query(sql).bind(round).bind(i64::from(commit));
                query.execute(&mut writer).await.unwrap();
                folding.committed();
            }
            folding.finished().await;
            lengths.push(std::fs::metadata(&log).unwrap().len());
        }
        // Each round writes as much; what was folded is written over.
        assert!(lengths[0] > 4_000_000, "{lengths:?}");
        assert!(lengths[2] < lengths[0] * 3 / 2, "{lengths:?}");
        let count = sqlx::query("SELECT count(*) FROM request").fetch_one(&mut writer).await.unwrap();
        assert_eq!(count.get::<i64, _>(0), i64::from(3 * COMMITS));
    }
}
