//! The log: one JSON object per line on standard error.
//!
//! What is logged names identifiers, digests and names of the configuration; never content of a document, a file
//! name, a subject, a token or an address as it was sent. Where the program breaks down, the place is logged and not
//! the message, which could hold such.
//!
//! Lines are collected for a few milliseconds and written together; warnings and errors are written at once, with all
//! that came before. Whoever collects standard error has to keep reading it: where he does not, the service waits for
//! him. The log is no journal: of a process that is killed, the last milliseconds may be missing.

mod collected;
mod lines;

use std::panic;

use tracing::Level;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};

use collected::Collected;
use lines::Lines;

/// The log of the program, until this is dropped: then all of it has been written.
#[must_use]
#[derive(Debug)]
pub struct Log(Collected);

impl Drop for Log {
    fn drop(&mut self) {
        self.0.write_out();
    }
}

/// Begins the log for the whole program, down to `level`, and logs breakdowns.
///
/// # Errors
/// Where a log was begun before.
pub fn begin(level: Level) -> Result<Log, TryInitError> {
    let collected = Collected::default();
    to(level, collected.clone()).try_init()?;
    log_breakdowns();
    collected.begin();
    Ok(Log(collected))
}

/// A log to another place, for tests: see [`tracing::subscriber::set_default`].
pub fn to(level: Level, place: impl for<'a> MakeWriter<'a> + Send + Sync + 'static) -> impl tracing::Subscriber {
    // The names of other crates are left out by the level: at `INFO` and above, hyper and rustls are silent but for
    // what an operator has to know.
    tracing_subscriber::registry().with(LevelFilter::from_level(level)).with(Lines(place))
}

/// Has breakdowns logged by their place.
pub fn log_breakdowns() {
    panic::set_hook(Box::new(|breakdown| match breakdown.location() {
        Some(place) => tracing::error!(file = place.file(), line = place.line(), "a breakdown"),
        None => tracing::error!("a breakdown"),
    }));
}
