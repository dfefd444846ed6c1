//! The file: who made it, which version its tables have, and a connection to it that writes.

use std::fmt;
use std::fs;
use std::fs::OpenOptions;
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, Row};

/// Marks a file as a journal of ours: "sgjl".
const APPLICATION_ID: i64 = 0x7367_6a6c;

/// The version of the tables.
const VERSION: i64 = 1;

/// Bytes with which every database begins.
const HEADER: u64 = 100;

/// SQLite's result code where another one holds the lock.
const BUSY: &str = "5";

/// SQLite's result code where a rule of a table is hurt.
const CONSTRAINT: i32 = 19;

/// SQLite's result code where a file is no database.
const NO_DATABASE: &str = "26";

/// Pages of the write-ahead log from which on whoever writes folds it into the file: 64 MB. All writing waits while that
/// is done, so it is left to where `folding` was in vain.
const FOLDED_FROM: &str = "16384";

/// Bytes of the write-ahead log that are left in place once it was folded into the file.
const LOG_KEPT: &str = "67108864";

/// The records. Their numbers are unique and are their order.
pub(super) const RECORD: &str = "CREATE TABLE record (
    number INTEGER PRIMARY KEY,
    previous BLOB NOT NULL,
    line TEXT NOT NULL,
    hash BLOB NOT NULL
) STRICT";

/// One row names the head, so that last records that were removed are missed.
pub(super) const HEAD: &str = "CREATE TABLE head (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    number INTEGER NOT NULL,
    hash BLOB NOT NULL
) STRICT";

/// The rest of version 1. A record can only be added behind the head, which it moves; and none is changed or removed
/// before somebody dropped a trigger, so that it is no accident.
const REST: &str = "
INSERT INTO head (one, number, hash) VALUES (1, 0, zeroblob(32));
CREATE TABLE request (
    caller TEXT NOT NULL,
    key TEXT NOT NULL,
    request_sha256 TEXT NOT NULL,
    attempt TEXT NOT NULL,
    runs_until INTEGER NOT NULL,
    kept_until INTEGER NOT NULL,
    seal_id TEXT,
    appended BLOB,
    PRIMARY KEY (caller, key)
) STRICT;
CREATE INDEX request_kept_until ON request (kept_until);
CREATE TRIGGER record_follows_head AFTER INSERT ON record BEGIN
    UPDATE head SET number = NEW.number, hash = NEW.hash
    WHERE one = 1 AND number = NEW.number - 1 AND hash = NEW.previous;
    SELECT RAISE(ABORT, 'the record does not follow the head') WHERE changes() <> 1;
END;
CREATE TRIGGER record_is_not_changed BEFORE UPDATE ON record BEGIN SELECT RAISE(ABORT, 'a record is never changed'); END;
CREATE TRIGGER record_is_not_removed BEFORE DELETE ON record BEGIN SELECT RAISE(ABORT, 'a record is never removed'); END;
PRAGMA application_id = 1936157292;
PRAGMA user_version = 1;
";

/// Why a journal cannot be opened.
#[derive(Debug)]
#[non_exhaustive]
pub enum OpenError {
    /// The file is something else.
    NotAJournal,
    /// The file was made by a newer version of the program.
    NewerVersion {
        /// The version of its tables.
        found: i64,
        /// The newest that is known here.
        known: i64,
    },
    /// It cannot be opened or written now: the cause.
    Unavailable(String),
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAJournal => f.write_str("the file is not a journal of sigillum"),
            Self::NewerVersion { found, known } => {
                write!(f, "the journal has version {found}, this program knows versions up to {known}")
            }
            Self::Unavailable(cause) => f.write_str(cause),
        }
    }
}

impl std::error::Error for OpenError {}

impl From<sqlx::Error> for OpenError {
    fn from(error: sqlx::Error) -> Self {
        if code(&error).as_deref() == Some(NO_DATABASE) {
            Self::NotAJournal
        } else {
            Self::Unavailable(cause(&error))
        }
    }
}

impl From<io::Error> for OpenError {
    fn from(error: io::Error) -> Self {
        Self::Unavailable(error.to_string())
    }
}

/// What SQLite says, without the words around it.
pub(super) fn cause(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Database(error) => {
            let code = error.code().map(|code| format!(" (SQLite {code})")).unwrap_or_default();
            format!("{}{code}", error.message())
        }
        error => error.to_string(),
    }
}

/// Whether a rule of a table was hurt.
pub(super) fn is_constraint(error: &sqlx::Error) -> bool {
    // The low octet of an extended code is the plain one.
    code(error).and_then(|code| code.parse::<i32>().ok()).is_some_and(|code| code & 0xff == CONSTRAINT)
}

/// SQLite's extended result code.
fn code(error: &sqlx::Error) -> Option<String> {
    error.as_database_error().and_then(|error| error.code().map(|code| code.into_owned()))
}

/// Refuses a file that is too short to be a database, and not empty: SQLite takes it for an empty one.
pub(super) fn check_length(file: &Path) -> Result<(), OpenError> {
    match fs::metadata(file)?.len() {
        1..HEADER => Err(OpenError::NotAJournal),
        _ => Ok(()),
    }
}

/// Which file a path names now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FileIdentity(u64, u64);

impl FileIdentity {
    /// # Errors
    /// Where there is none.
    pub(super) fn of(file: &Path) -> io::Result<Self> {
        let metadata = fs::metadata(file)?;
        Ok(Self(metadata.dev(), metadata.ino()))
    }
}

/// The path from the root on, so that SQLite does not take a name that begins with `file:` for an address.
pub(super) fn absolute(file: &Path) -> Result<PathBuf, OpenError> {
    Ok(path::absolute(file)?)
}

/// Makes an empty file that only its owner can read, where there is none. SQLite gives its companions (`-wal`,
/// `-shm`) the same mode.
pub(super) fn create(file: &Path) -> io::Result<()> {
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(file) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

/// Opens a file that is there for writing; makes the tables where it is empty.
pub(super) async fn connect(file: &Path, busy_timeout: Duration) -> Result<SqliteConnection, OpenError> {
    check_length(file)?;
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(false)
        .busy_timeout(busy_timeout)
        .synchronous(SqliteSynchronous::Full)
        .pragma("trusted_schema", "OFF")
        .pragma("cell_size_check", "ON")
        .pragma("wal_autocheckpoint", FOLDED_FROM)
        .pragma("journal_size_limit", LOG_KEPT)
        // One per size of a group, and the others.
        .statement_cache_capacity(256)
        .disable_statement_logging();
    let mut connection = options.connect().await?;
    match made(&mut connection).await {
        Ok(()) => Ok(connection),
        Err(error) => {
            // What closing says is less than what we have to say.
            let _ = connection.close().await;
            Err(error)
        }
    }
}

/// Sees to it that the tables are there, and the log beside them.
async fn made(connection: &mut SqliteConnection) -> Result<(), OpenError> {
    let found = version(connection).await?;
    // The mode can only be changed where nobody else reads or writes, and SQLite does not wait for that.
    let mut pauses = [10, 50, 100, 500, 1000].into_iter();
    loop {
        let mode = sqlx::query("PRAGMA journal_mode = WAL").fetch_one(&mut *connection).await;
        match (mode, pauses.next()) {
            (Ok(mode), _) if mode.try_get::<&str, _>(0)? == "wal" => break,
            (Ok(_), _) => return Err(OpenError::Unavailable("no write-ahead log is possible here".to_owned())),
            (Err(error), Some(pause)) if code(&error).as_deref() == Some(BUSY) => {
                tokio::time::sleep(Duration::from_millis(pause)).await;
            }
            (Err(error), _) => return Err(error.into()),
        }
    }
    if found.is_some() {
        return Ok(());
    }
    sqlx::raw_sql("BEGIN IMMEDIATE").execute(&mut *connection).await?;
    // Another process may have been first.
    if version(connection).await?.is_none() {
        for statements in [RECORD, HEAD, REST] {
            sqlx::raw_sql(statements).execute(&mut *connection).await?;
        }
    }
    sqlx::raw_sql("COMMIT").execute(&mut *connection).await?;
    Ok(())
}

/// The version of the tables; none in an empty file.
///
/// # Errors
/// [`OpenError`], also for a version that is not known here.
pub(super) async fn version(connection: &mut SqliteConnection) -> Result<Option<i64>, OpenError> {
    let row = sqlx::query(
        "SELECT (SELECT application_id FROM pragma_application_id), (SELECT user_version FROM pragma_user_version), \
         (SELECT count(*) FROM sqlite_schema)",
    )
    .fetch_one(connection)
    .await?;
    let (application, version, objects): (i64, i64, i64) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
    match (application, version, objects) {
        (0, 0, 0) => Ok(None),
        (APPLICATION_ID, VERSION, 1..) => Ok(Some(VERSION)),
        (APPLICATION_ID, found, _) if found > VERSION => Err(OpenError::NewerVersion { found, known: VERSION }),
        _ => Err(OpenError::NotAJournal),
    }
}
