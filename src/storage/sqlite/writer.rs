//! The task that writes: groups what waits, ties it to the chain, commits.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, Connection, Row, SqlSafeStr, SqlStr};
use tokio::sync::{mpsc, oneshot};

use super::folding::Folding;
use super::requests;
use super::schema;
use super::schema::{FileIdentity, OpenError};
use crate::journal::{Hash, Head, Record};
use crate::service::ports::{Begun, JournalUnavailable, Kept, Repeatable, Ticket};

/// Entries that one transaction takes at the most.
const GROUP: usize = 64;

/// Entries from which on a group says that many more are coming.
const MANY: usize = 4;

/// How long entries gather where many are coming. A commit costs what about ten records cost besides, so the machine
/// does more in the same time; where few come, nobody waits.
const GATHERING: Duration = Duration::from_millis(5);

/// Bytes of a line at the most. A line has about half a kilobyte.
pub(super) const LINE: usize = 65536;

/// Something to do, and who waits for it.
#[derive(Debug)]
pub(super) struct Task {
    pub(super) job: Job,
    pub(super) answer: oneshot::Sender<Result<Answer, JournalUnavailable>>,
}

/// Something to do.
#[derive(Debug)]
pub(super) enum Job {
    /// Append a record that says `line`; with the answer to a request that may be repeated, and the seal's identifier.
    Append { line: String, kept: Option<Box<(String, Kept)>> },
    /// Begin a request that may be repeated.
    Begin(Repeatable),
    /// Give one up.
    Abandon(Ticket),
    /// Try whether a record could be written.
    Ready,
    /// Close the file.
    Close,
}

/// What came of it.
#[derive(Debug)]
pub(super) enum Answer {
    Done,
    Begun(Begun),
}

/// Why a group was not written.
#[derive(Debug)]
struct Failure(String);

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        Self(schema::cause(&error))
    }
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Self {
        Self(error.to_string())
    }
}

/// The task that writes.
#[derive(Debug)]
pub(super) struct Writer {
    file: PathBuf,
    busy_timeout: Duration,
    /// Which file it was when it was opened first.
    identity: FileIdentity,
    /// None after a failure.
    connection: Option<SqliteConnection>,
    /// The last record that was read or written here: the file has to contain it.
    seen: Head,
    waiting: mpsc::Receiver<Task>,
    folding: Folding,
}

impl Writer {
    /// Opens the file, or makes it.
    pub(super) async fn open(
        file: &Path,
        busy_timeout: Duration,
        waiting: mpsc::Receiver<Task>,
    ) -> Result<Self, OpenError> {
        let file = schema::absolute(file)?;
        schema::create(&file)?;
        let identity = FileIdentity::of(&file)?;
        let mut connection = schema::connect(&file, busy_timeout).await?;
        let row = sqlx::query("SELECT number, hash FROM head WHERE one = 1").fetch_one(&mut connection).await?;
        let unavailable = |Failure(cause)| OpenError::Unavailable(cause);
        let seen = head(&row).map_err(unavailable)?;
        // SQLite opens a file that cannot be written all the same, for reading.
        probe(&mut connection).await.map_err(unavailable)?;
        let folding = Folding::new(file.clone(), identity, busy_timeout);
        Ok(Self { file, busy_timeout, identity, connection: Some(connection), seen, waiting, folding })
    }

    /// Works until nobody can ask any more, or asks to close.
    pub(super) async fn run(mut self) {
        let mut group = Vec::with_capacity(GROUP);
        let mut closers = Vec::new();
        let mut many = false;
        // What arrives while a group is written is the next group.
        while self.waiting.recv_many(&mut group, GROUP).await > 0 {
            if many && group.len() < GROUP {
                tokio::time::sleep(GATHERING).await;
            } else {
                // Who can run at once may still join: those whose record was written just now, above all.
                tokio::task::yield_now().await;
            }
            while group.len() < GROUP
                && let Ok(task) = self.waiting.try_recv()
            {
                group.push(task);
            }
            many = group.len() >= MANY;
            let (close, tasks): (Vec<_>, Vec<_>) = group.drain(..).partition(|task| matches!(task.job, Job::Close));
            if !close.is_empty() {
                // What waits is still taken; nothing more comes in.
                self.waiting.close();
                closers.extend(close);
            }
            let (jobs, askers): (Vec<_>, Vec<_>) = tasks.into_iter().map(|task| (task.job, task.answer)).unzip();
            let answers = match self.write(jobs).await {
                Ok(answers) => answers,
                Err(Failure(cause)) => {
                    self.disconnect().await;
                    askers.iter().map(|_| Err(JournalUnavailable(cause.clone()))).collect()
                }
            };
            for (asker, answer) in askers.into_iter().zip(answers) {
                // Who does not wait any more does not hear it.
                let _ = asker.send(answer);
            }
        }
        // The last one that closes the file folds what is left.
        self.folding.finished().await;
        self.disconnect().await;
        for task in closers {
            let _ = task.answer.send(Ok(Answer::Done));
        }
    }

    /// Writes a group in one transaction: all of it, or nothing. One answer for each, in order.
    async fn write(&mut self, jobs: Vec<Job>) -> Result<Vec<Result<Answer, JournalUnavailable>>, Failure> {
        if jobs.is_empty() {
            return Ok(Vec::new());
        }
        self.connect().await?;
        let Some(connection) = &mut self.connection else { return Err(Failure("no connection".to_owned())) };
        let ready: Vec<bool> = jobs.iter().map(|job| matches!(job, Job::Ready)).collect();
        let before = self.seen;
        let mut answers;
        (self.seen, answers) = match records_only(connection, self.seen, &jobs).await? {
            Some(head) => (head, jobs.iter().map(|_| Ok(Answer::Done)).collect()),
            None => transaction(connection, self.seen, jobs).await?,
        };
        self.folding.committed();
        // A record that was written just now is the best proof that one can be written.
        if ready.contains(&true)
            && self.seen == before
            && let Err(Failure(cause)) = probe(connection).await
        {
            self.disconnect().await;
            for (answer, _) in answers.iter_mut().zip(&ready).filter(|(_, ready)| **ready) {
                *answer = Err(JournalUnavailable(cause.clone()));
            }
        }
        Ok(answers)
    }

    /// Sees to it that there is a connection, and that it is one to the file that was opened first.
    async fn connect(&mut self) -> Result<(), Failure> {
        match FileIdentity::of(&self.file) {
            Ok(identity) if identity == self.identity => {}
            Ok(_) => return Err(Failure("the file of the journal was exchanged".to_owned())),
            Err(error) => return Err(Failure(format!("the file of the journal: {error}"))),
        }
        if self.connection.is_none() {
            let mut connection = schema::connect(&self.file, self.busy_timeout).await?;
            if self.seen != Head::GENESIS {
                let found = sqlx::query("SELECT number, hash FROM record WHERE number = ?")
                    .bind(i64::try_from(self.seen.number).unwrap_or(i64::MAX))
                    .fetch_optional(&mut connection)
                    .await?;
                if found.as_ref().map(head).transpose()? != Some(self.seen) {
                    return Err(lost(self.seen));
                }
            }
            self.connection = Some(connection);
        }
        Ok(())
    }

    /// Closes the file. A transaction that was not committed is rolled back.
    async fn disconnect(&mut self) {
        if let Some(connection) = self.connection.take() {
            // Where the log cannot be folded into the file now, the next connection does it.
            let _ = connection.close().await;
        }
    }
}

/// Adds the records of a group that has nothing else to do, in one statement, if the head is still where we left it:
/// then the statement is a transaction of its own, and each further one would cost two changes of thread. Answers the
/// new head; none where the group has to go the long way.
async fn records_only(
    connection: &mut SqliteConnection,
    seen: Head,
    jobs: &[Job],
) -> Result<Option<Head>, Failure> {
    let mut last = seen;
    let mut records = Vec::with_capacity(jobs.len());
    for job in jobs {
        match job {
            Job::Append { line, kept: None } => last = push(&mut records, last, line.clone())?,
            Job::Ready => {}
            _ => return Ok(None),
        }
    }
    match insert(connection, &records).await {
        Ok(()) => Ok(Some(last)),
        // Another process added records meanwhile.
        Err(error) if schema::is_constraint(&error) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Runs a transaction that takes the write lock, reads the head and does what there is to do. Answers the new head,
/// and each job.
async fn transaction(
    connection: &mut SqliteConnection,
    seen: Head,
    jobs: Vec<Job>,
) -> Result<(Head, Vec<Result<Answer, JournalUnavailable>>), Failure> {
    let row = sqlx::query("BEGIN IMMEDIATE; SELECT number, hash FROM head WHERE one = 1")
        .fetch_optional(&mut *connection)
        .await?;
    let mut last = head(&row.ok_or_else(|| Failure("the journal has no head".to_owned()))?)?;
    if last.number < seen.number || (last.number == seen.number && last != seen) {
        return Err(lost(seen));
    }
    let mut answers = Vec::with_capacity(jobs.len());
    let mut records = Vec::with_capacity(jobs.len());
    for job in jobs {
        let answer = match job {
            Job::Append { line, kept } => {
                let stands = match &kept {
                    Some(kept) => requests::keep(connection, &kept.0, &kept.1).await?,
                    None => true,
                };
                if stands {
                    last = push(&mut records, last, line)?;
                    Ok(Answer::Done)
                } else {
                    Err(JournalUnavailable("the request was taken for dead and begun anew".to_owned()))
                }
            }
            Job::Begin(request) => Ok(Answer::Begun(requests::begin(connection, &request).await?)),
            Job::Abandon(ticket) => {
                requests::abandon(connection, &ticket).await?;
                Ok(Answer::Done)
            }
            Job::Ready | Job::Close => Ok(Answer::Done),
        };
        answers.push(answer);
    }
    insert(connection, &records).await?;
    sqlx::query("COMMIT").execute(connection).await?;
    Ok((last, answers))
}

/// Ties a record to the chain; answers the new head.
fn push(records: &mut Vec<Record>, last: Head, line: String) -> Result<Head, Failure> {
    let record = last.next(line).ok_or_else(|| Failure("no more numbers".to_owned()))?;
    let head = record.head();
    records.push(record);
    Ok(head)
}

/// Adds records, all or none. The tables see to it that the first one follows the head, and move the head.
async fn insert(connection: &mut SqliteConnection, records: &[Record]) -> Result<(), sqlx::Error> {
    if records.is_empty() {
        return Ok(());
    }
    let sql = records.len().checked_sub(1).and_then(|index| INSERTS.get(index));
    let sql = sql.ok_or_else(|| sqlx::Error::Protocol("the group is too large".to_owned()))?;
    let mut query = sqlx::query(sql.clone());
    for record in records {
        query = query
            .bind(i64::try_from(record.number()).unwrap_or(i64::MAX))
            .bind(record.previous().as_bytes().as_slice())
            .bind(record.line())
            .bind(record.hash().as_bytes().as_slice());
    }
    query.execute(connection).await.map(|_| ())
}

/// The statement for one record, for two, and so on.
static INSERTS: LazyLock<Vec<SqlStr>> = LazyLock::new(|| {
    let insert = |records: usize| {
        let rows = vec!["(?, ?, ?, ?)"; records].join(", ");
        AssertSqlSafe(format!("INSERT INTO record (number, previous, line, hash) VALUES {rows}")).into_sql_str()
    };
    (1..=GROUP).map(insert).collect()
});

/// Writes more than the cache may then hold, so that it reaches the file, and takes it back.
async fn probe(connection: &mut SqliteConnection) -> Result<(), Failure> {
    sqlx::raw_sql(
        "PRAGMA cache_size = 4; BEGIN IMMEDIATE; \
         INSERT INTO request (caller, key, request_sha256, attempt, runs_until, kept_until, appended) \
         VALUES ('', '', '', '', 0, 0, zeroblob(65536)); \
         ROLLBACK; PRAGMA cache_size = -2000",
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The head that a row names.
fn head(row: &SqliteRow) -> Result<Head, Failure> {
    let damaged = || Failure("the head of the journal is damaged".to_owned());
    let number = u64::try_from(row.try_get::<i64, _>(0)?).map_err(|_| damaged())?;
    let hash = Hash::from_bytes(row.try_get(1)?).ok_or_else(damaged)?;
    Ok(Head { number, hash })
}

fn lost(seen: Head) -> Failure {
    Failure(format!("record {} is not in the journal any more", seen.number))
}
