//! The journal in one SQLite file.
//!
//! One task writes. It takes all that waits when it is free, up to a bound, and writes it in one transaction (group
//! commit): while a commit runs, the next group gathers, and where groups are large it gathers five milliseconds
//! more; where little comes, nothing waits. The transaction takes the
//! write lock first (`BEGIN IMMEDIATE`), then reads the head, then ties the new records to it and sets the head, so
//! two processes on one file do not fork the chain.
//!
//! **Durable.** The file is in WAL mode with `synchronous=FULL`: a commit returns when the log is synced. WAL and not
//! the rollback journal, because it needs one sync per commit instead of two or three, and because `journal verify`
//! can then read while the service writes.
//!
//! **Failure.** One group fails as a whole: every entry in it is answered with [`JournalUnavailable`]. After a failure
//! the connection is closed, and the next group opens it anew: nothing has to be restarted when the disk has room
//! again or the folder can be written again. What was answered with a failure may all the same be in the journal (the
//! sync failed, the write did not): a record without an answer is harmless, an answer without a record does not occur.
//!
//! **Never another chain.** The file must be the one that was opened first, and must contain the last record that was
//! written here. A file that was removed, exchanged or set back is not written any more until it is put right; it is
//! created at the start only.
//!
//! It does not verify the chain ([`JournalFile`] does), and it removes no record: retention is not there yet.

mod folding;
mod reader;
mod requests;
mod schema;
mod writer;

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot};

use crate::journal::Entry;
use crate::service::ports::{Begun, Journal, JournalUnavailable, Kept, Pending, Repeatable, Ticket};
use writer::{Answer, Job, LINE, Task, Writer};

pub use reader::{JournalFile, ReadError, Seen};
pub use schema::OpenError;

/// What the journal may hold up.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Entries that may wait to be written; more are turned away at once.
    pub waiting: usize,
    /// How long another process may hold the write lock.
    pub busy_timeout: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        // A thousand records of half a kilobyte; and far less than the deadline of a request.
        Self { waiting: 1024, busy_timeout: Duration::from_secs(5) }
    }
}

/// The journal in one SQLite file. Clones write through the same task.
#[derive(Clone)]
pub struct SqliteJournal {
    jobs: mpsc::Sender<Task>,
    file: Arc<Path>,
}

impl fmt::Debug for SqliteJournal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteJournal").field("file", &self.file).finish_non_exhaustive()
    }
}

impl SqliteJournal {
    /// Opens the journal in `file`, or makes one there (mode 0600); the folder has to exist. To be called within a
    /// Tokio runtime, which the writing task lives in; it ends when the last clone is dropped.
    ///
    /// # Errors
    /// [`OpenError`]: the file is something else, or of a newer version, or cannot be written now.
    pub async fn open(file: &Path) -> Result<Self, OpenError> {
        Self::open_with(file, Bounds::default()).await
    }

    /// The same with other bounds.
    ///
    /// # Errors
    /// [`OpenError`].
    pub async fn open_with(file: &Path, bounds: Bounds) -> Result<Self, OpenError> {
        let (jobs, waiting) = mpsc::channel(bounds.waiting.max(1));
        let writer = Writer::open(file, bounds.busy_timeout, waiting).await?;
        tokio::spawn(writer.run());
        Ok(Self { jobs, file: file.into() })
    }

    /// Writes what waits, then closes the file. Whatever comes later is turned away.
    pub async fn close(&self) {
        let (answer, closed) = oneshot::channel();
        if self.jobs.send(Task { job: Job::Close, answer }).await.is_ok() {
            // Where the task is gone, it is closed.
            let _ = closed.await;
        }
    }

    async fn ask(&self, job: Job) -> Result<Answer, JournalUnavailable> {
        let unavailable = |cause: &str| JournalUnavailable(cause.to_owned());
        let (answer, answered) = oneshot::channel();
        self.jobs.try_send(Task { job, answer }).map_err(|error| match error {
            TrySendError::Full(_) => unavailable("too many entries wait"),
            TrySendError::Closed(_) => unavailable("the journal is closed"),
        })?;
        answered.await.map_err(|_| unavailable("the journal is closed"))?
    }
}

impl Journal for SqliteJournal {
    fn append(&self, entry: Entry, kept: Option<Kept>) -> Pending<'_, Result<(), JournalUnavailable>> {
        Box::pin(async move {
            let line = entry.to_line();
            if line.len() > LINE {
                return Err(JournalUnavailable("the entry is too long".to_owned()));
            }
            let kept = kept.map(|kept| Box::new((entry.id, kept)));
            self.ask(Job::Append { line, kept }).await.map(|_| ())
        })
    }

    fn begin(&self, request: Repeatable) -> Pending<'_, Result<Begun, JournalUnavailable>> {
        Box::pin(async move {
            match self.ask(Job::Begin(request)).await? {
                Answer::Begun(begun) => Ok(begun),
                Answer::Done => Err(JournalUnavailable("no answer".to_owned())),
            }
        })
    }

    fn abandon(&self, ticket: Ticket) -> Pending<'_, Result<(), JournalUnavailable>> {
        Box::pin(async move { self.ask(Job::Abandon(ticket)).await.map(|_| ()) })
    }

    fn ready(&self) -> Pending<'_, Result<(), JournalUnavailable>> {
        Box::pin(async move { self.ask(Job::Ready).await.map(|_| ()) })
    }
}
