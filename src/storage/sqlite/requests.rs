//! Requests that may be repeated (contract: `Idempotency-Key`, per caller, 24 hours). Kept are the SHA-256 of the
//! request, the identifier of the seal and what was added to the document.
//!
//! All of it runs inside the transaction of a group. A run whose time is over counts as dead: its key can be begun
//! anew, and then its ticket ends nothing any more. As long as nobody began anew, a run that was merely slow still
//! ends well.

use sqlx::sqlite::SqliteConnection;
use sqlx::{Error, Row};

use crate::service::ports::{Begun, Kept, Repeatable, Ticket};

/// How long a run that never ended is remembered, in seconds: as long as an answer.
const DEAD_KEPT: i64 = 24 * 60 * 60;

/// The first run of a key, or the next one after a dead run or an answer that is not kept any more. One row comes
/// back where it is; none where the key is taken.
const BEGIN: &str = "
INSERT INTO request (caller, key, request_sha256, attempt, runs_until, kept_until)
VALUES (?1, ?2, ?3, lower(hex(randomblob(16))), ?4, ?5)
ON CONFLICT (caller, key) DO UPDATE SET
    request_sha256 = excluded.request_sha256, attempt = excluded.attempt, runs_until = excluded.runs_until,
    kept_until = excluded.kept_until, seal_id = NULL, appended = NULL
WHERE request.kept_until <= ?6 OR (request.seal_id IS NULL AND request.runs_until <= ?6)
RETURNING attempt";

/// Begins a request, or says what became of its key.
pub(super) async fn begin(connection: &mut SqliteConnection, request: &Repeatable) -> Result<Begun, Error> {
    let now = request.now.unix_seconds();
    let runs_until = request.runs_until.unix_seconds();
    // A few at a time, so that nobody waits for many. The index finds them.
    sqlx::query("DELETE FROM request WHERE rowid IN (SELECT rowid FROM request WHERE kept_until <= ? LIMIT 16)")
        .bind(now)
        .execute(&mut *connection)
        .await?;
    let begun = sqlx::query(BEGIN)
        .bind(&*request.caller)
        .bind(&*request.key)
        .bind(&*request.request_sha256)
        .bind(runs_until)
        .bind(runs_until.saturating_add(DEAD_KEPT))
        .bind(now)
        .fetch_optional(&mut *connection)
        .await?;
    if let Some(row) = begun {
        let (caller, key) = (request.caller.clone(), request.key.clone());
        return Ok(Begun::First(Ticket { caller, key, attempt: row.try_get(0)? }));
    }
    let row = sqlx::query("SELECT request_sha256, seal_id, appended FROM request WHERE caller = ? AND key = ?")
        .bind(&*request.caller)
        .bind(&*request.key)
        .fetch_one(connection)
        .await?;
    if row.try_get::<&str, _>(0)? != request.request_sha256 {
        return Ok(Begun::Mismatch);
    }
    Ok(match row.try_get::<Option<String>, _>(1)? {
        Some(seal_id) => Begun::Done { seal_id, appended: row.try_get(2)? },
        None => Begun::Running,
    })
}

/// Keeps the answer. False where the ticket ends nothing any more: the request was begun anew, given up or answered.
pub(super) async fn keep(connection: &mut SqliteConnection, seal_id: &str, kept: &Kept) -> Result<bool, Error> {
    let done = sqlx::query(
        "UPDATE request SET seal_id = ?, appended = ?, kept_until = ? \
         WHERE caller = ? AND key = ? AND attempt = ? AND seal_id IS NULL",
    )
    .bind(seal_id)
    .bind(&*kept.appended)
    .bind(kept.until.unix_seconds())
    .bind(&*kept.ticket.caller)
    .bind(&*kept.ticket.key)
    .bind(&*kept.ticket.attempt)
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Gives up a request that was begun and not answered. A ticket that ends nothing any more changes nothing.
pub(super) async fn abandon(connection: &mut SqliteConnection, ticket: &Ticket) -> Result<(), Error> {
    sqlx::query("DELETE FROM request WHERE caller = ? AND key = ? AND attempt = ? AND seal_id IS NULL")
        .bind(&*ticket.caller)
        .bind(&*ticket.key)
        .bind(&*ticket.attempt)
        .execute(connection)
        .await
        .map(|_| ())
}
