//! Standard error, written by a thread of its own: a call of the system for many lines, and none by whoever has
//! something to say, unless it is urgent or nobody reads.

#![expect(clippy::disallowed_methods, reason = "lines are collected by a thread, for a while")]

use std::io;
use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use tracing::{Level, Metadata};
use tracing_subscriber::fmt::MakeWriter;

/// How long lines are collected.
const TIME: Duration = Duration::from_millis(5);

/// Bytes that are collected at most: some two thousand lines. Whoever has more to say writes it out himself.
const BYTES: usize = 1 << 20;

/// Lines that wait to be written.
#[derive(Clone, Debug, Default)]
pub(super) struct Collected(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    waiting: Mutex<Vec<u8>>,
    some: Condvar,
    /// Nobody writes but who has something to say.
    alone: AtomicBool,
    /// Held while lines are written, so that they stay in their order.
    writing: Mutex<Vec<u8>>,
}

impl Collected {
    /// Begins to write what is collected. Where the system gives no thread for it, each line is written at once.
    pub(super) fn begin(&self) {
        let collected = self.clone();
        // It ends with the process.
        let writing = thread::Builder::new().name("log".to_owned()).spawn(move || {
            loop {
                collected.wait();
                thread::sleep(TIME);
                collected.write_out();
            }
        });
        self.0.alone.store(writing.is_err(), Ordering::Relaxed);
    }

    /// Waits until there is something.
    fn wait(&self) {
        let mut waiting = lock(&self.0.waiting);
        while waiting.is_empty() {
            waiting = self.0.some.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Writes all that there is.
    pub(super) fn write_out(&self) {
        let mut writing = lock(&self.0.writing);
        std::mem::swap(&mut *writing, &mut *lock(&self.0.waiting));
        // Where standard error is gone there is nobody to tell.
        let _ = io::stderr().write_all(&writing);
        writing.clear();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Bytes in order are all that it guards; whoever broke down left some.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Takes one line.
#[derive(Debug)]
pub(super) struct Line<'a> {
    place: &'a Collected,
    urgent: bool,
}

impl Write for Line<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let Shared { waiting, some, alone, .. } = &*self.place.0;
        let (first, full) = {
            let mut waiting = lock(waiting);
            let first = waiting.is_empty();
            waiting.extend_from_slice(bytes);
            (first, waiting.len() >= BYTES)
        };
        if self.urgent || full || alone.load(Ordering::Relaxed) {
            self.place.write_out();
        } else if first {
            some.notify_one();
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Collected {
    type Writer = Line<'a>;

    fn make_writer(&'a self) -> Line<'a> {
        Line { place: self, urgent: false }
    }

    fn make_writer_for(&'a self, about: &Metadata<'_>) -> Line<'a> {
        Line { place: self, urgent: *about.level() <= Level::WARN }
    }
}
