//! The log: one JSON object per line on standard error.
//!
//! What is logged names identifiers, digests and names of the configuration; never content of a document, a file
//! name, a subject, a token or an address as it was sent. Where the program breaks down, the place is logged and not
//! the message, which could hold such.
//!
//! A line is written where it arises. Whoever collects standard error has to keep reading it: where he does not, the
//! service waits for him.

use std::io;
use std::panic;

use tracing::Level;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};

/// Begins the log for the whole program, down to `level`, and logs breakdowns.
///
/// # Errors
/// Where a log was begun before.
pub fn begin(level: Level) -> Result<(), TryInitError> {
    tracing_subscriber::registry().with(LevelFilter::from_level(level)).with(lines(io::stderr)).try_init()?;
    log_breakdowns();
    Ok(())
}

/// A log to another place, for tests: see [`tracing::subscriber::set_default`].
pub fn to(level: Level, place: impl for<'a> MakeWriter<'a> + Send + Sync + 'static) -> impl tracing::Subscriber {
    tracing_subscriber::registry().with(LevelFilter::from_level(level)).with(lines(place))
}

/// Has breakdowns logged by their place.
pub fn log_breakdowns() {
    panic::set_hook(Box::new(|breakdown| match breakdown.location() {
        Some(place) => tracing::error!(file = place.file(), line = place.line(), "a breakdown"),
        None => tracing::error!("a breakdown"),
    }));
}

/// Lines of JSON. The names of other crates are left out by the level: at `INFO` and above, hyper and rustls are
/// silent but for what an operator has to know.
fn lines<S, W>(place: W) -> impl tracing_subscriber::Layer<S>
where
    S: tracing::Subscriber + for<'a> tracing_subscriber::registry::LookupSpan<'a>,
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_target(true)
        .with_writer(place)
}
