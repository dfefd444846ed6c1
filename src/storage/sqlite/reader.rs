//! Reading a journal that may be in use, or come from a stranger: nothing is written, nothing in it is believed.

use std::fmt;
use std::path::{Path, PathBuf};

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteRow};
use sqlx::{ConnectOptions, Connection, Row};

use super::schema;
use super::schema::OpenError;
use super::writer::LINE;
use crate::journal::{Broken, Fault, Hash, Head, Stored, Verifier};

/// Records that are held in memory at the same time.
const PAGE: u32 = 256;

/// Why a journal does not verify, or cannot be read.
#[derive(Debug)]
#[non_exhaustive]
pub enum ReadError {
    /// It cannot be opened.
    Open(OpenError),
    /// It cannot be read on: the cause.
    Unreadable(String),
    /// The chain is broken.
    Broken(Broken),
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open(error) => error.fmt(f),
            Self::Unreadable(cause) => f.write_str(cause),
            Self::Broken(Broken { number, fault }) => write!(f, "record {number}: {}", fault.name()),
        }
    }
}

impl std::error::Error for ReadError {}

impl From<sqlx::Error> for ReadError {
    fn from(error: sqlx::Error) -> Self {
        Self::Unreadable(schema::cause(&error))
    }
}

impl From<Broken> for ReadError {
    fn from(broken: Broken) -> Self {
        Self::Broken(broken)
    }
}

/// A record as it was read. It proves nothing. Of a line that is longer than any that is written, only the begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The number under which it stands.
    pub number: u64,
    /// What stands for the hash of the record before.
    pub previous: Vec<u8>,
    /// What it says.
    pub line: Vec<u8>,
    /// What stands for its hash.
    pub hash: Vec<u8>,
}

/// A journal that is only read, also while a service writes it.
#[derive(Debug)]
pub struct JournalFile {
    connection: SqliteConnection,
}

impl JournalFile {
    /// Opens the journal in `file`.
    ///
    /// # Errors
    /// [`ReadError::Open`].
    pub async fn open(file: &Path) -> Result<Self, ReadError> {
        let file = schema::absolute(file).map_err(ReadError::Open)?;
        let first = Self::connect(&file, Immutable::No).await;
        // In a folder that cannot be written, SQLite wants to make the companions of the log. Where there is no log,
        // nobody writes, and it need not.
        let opened = match first {
            Err(OpenError::Unavailable(_)) if !log_of(&file).exists() => Self::connect(&file, Immutable::Yes).await,
            first => first,
        };
        opened.map_err(ReadError::Open)
    }

    async fn connect(file: &Path, immutable: Immutable) -> Result<Self, OpenError> {
        schema::check_length(file)?;
        let options = SqliteConnectOptions::new()
            .filename(file)
            .read_only(true)
            .immutable(immutable == Immutable::Yes)
            .pragma("trusted_schema", "OFF")
            .pragma("cell_size_check", "ON")
            .disable_statement_logging();
        let mut connection = options.connect().await?;
        if schema::version(&mut connection).await?.is_none() {
            return Err(OpenError::NotAJournal);
        }
        // The tables as they are made: not views that compute something, not numbers that may occur twice.
        let tables: i64 = sqlx::query("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND sql IN (?, ?)")
            .bind(schema::RECORD)
            .bind(schema::HEAD)
            .fetch_one(&mut connection)
            .await?
            .try_get(0)?;
        if tables == 2 { Ok(Self { connection }) } else { Err(OpenError::NotAJournal) }
    }

    /// Verifies the chain from the first record to the head, as they stand at one moment. `kept` is a head that was
    /// kept elsewhere, which the chain has to contain.
    ///
    /// # Errors
    /// [`ReadError::Broken`], or [`ReadError::Unreadable`].
    pub async fn verify(&mut self, kept: Option<Head>) -> Result<Head, ReadError> {
        // One reading transaction sees one state.
        let mut reading = self.connection.begin().await?;
        let row = sqlx::query("SELECT number, CAST(hash AS BLOB) FROM head WHERE one = 1");
        let last = row.fetch_optional(&mut *reading).await?.as_ref().map(head).transpose()?.flatten();
        let mut verifier = Verifier::new(kept);
        let mut from = i64::MIN;
        let mut number = 0;
        loop {
            let page = page(&mut reading, from, PAGE).await?;
            for (_, Seen { number, previous, line, hash }) in &page {
                verifier.take(&Stored { number: *number, previous, line, hash })?;
            }
            let Some((stored, seen)) = page.last() else { break };
            number = seen.number;
            let Some(next) = stored.checked_add(1) else { break };
            from = next;
        }
        let last = last.ok_or(Broken { number, fault: Fault::HeadMissing })?;
        Ok(verifier.finish(last)?)
    }

    /// The records from number `from` on, `limit` at the most and never more than are held in memory at once: where
    /// none comes back, there are no more. The chain is not verified.
    ///
    /// # Errors
    /// [`ReadError::Unreadable`].
    pub async fn records(&mut self, from: u64, limit: u64) -> Result<Vec<Seen>, ReadError> {
        let Ok(from) = i64::try_from(from) else { return Ok(Vec::new()) };
        let limit = u32::try_from(limit).unwrap_or(PAGE).min(PAGE);
        let page = page(&mut self.connection, from, limit).await?;
        Ok(page.into_iter().map(|(_, seen)| seen).collect())
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Immutable {
    Yes,
    No,
}

/// The write-ahead log of a file.
fn log_of(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push("-wal");
    PathBuf::from(name)
}

/// A few records, and the numbers under which SQLite has them.
async fn page(connection: &mut SqliteConnection, from: i64, limit: u32) -> Result<Vec<(i64, Seen)>, ReadError> {
    let rows = sqlx::query(
        "SELECT number, substr(CAST(previous AS BLOB), 1, ?1), substr(CAST(line AS BLOB), 1, ?1), \
         substr(CAST(hash AS BLOB), 1, ?1) FROM record WHERE number >= ?2 ORDER BY number LIMIT ?3",
    )
    .bind(i64::try_from(LINE.saturating_add(1)).unwrap_or(i64::MAX))
    .bind(from)
    .bind(limit)
    .fetch_all(connection)
    .await?;
    rows.iter().map(seen).collect()
}

fn seen(row: &SqliteRow) -> Result<(i64, Seen), ReadError> {
    let octets = |column: usize| row.try_get::<Option<Vec<u8>>, _>(column).map(Option::unwrap_or_default);
    let stored: i64 = row.try_get(0)?;
    // A number below one belongs nowhere; it is zero to the verifier.
    let number = u64::try_from(stored).unwrap_or(0);
    Ok((stored, Seen { number, previous: octets(1)?, line: octets(2)?, hash: octets(3)? }))
}

/// The head that a row names; none where it names none.
fn head(row: &SqliteRow) -> Result<Option<Head>, ReadError> {
    let number = u64::try_from(row.try_get::<i64, _>(0)?).ok();
    let hash = row.try_get::<Option<&[u8]>, _>(1)?.and_then(Hash::from_bytes);
    Ok(number.zip(hash).map(|(number, hash)| Head { number, hash }))
}
