//! What all requests share, and how work outlives whoever asked for it.

use std::collections::hash_map::RandomState;
use std::future::Future;
use std::hash::BuildHasher;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::{Mutex, Notify};
use tokio::time::Instant;
use tracing::Instrument;

use super::auth::{Callers, Turn};
use super::room::{Reservation, Room};
use crate::config::ServiceLimits;
use crate::service::{Readiness, Service};

/// How long an answer about readiness is kept: whoever asks more often pays for no more public-key operations.
const READINESS_KEPT: Duration = Duration::from_secs(1);

/// What all requests share.
#[derive(Debug)]
pub(super) struct App {
    pub(super) service: Arc<Service>,
    pub(super) callers: Callers,
    pub(super) limits: ServiceLimits,
    pub(super) room: Room,
    pub(super) work: Work,
    pub(super) ids: RequestIds,
    readiness: Mutex<Option<(Instant, Readiness)>>,
}

/// What a request holds until its answer has left: the room of its body, and its caller's turn.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) room: Reservation,
    _turn: Turn,
}

impl Held {
    pub(super) const fn new(room: Reservation, turn: Turn) -> Self {
        Self { room, _turn: turn }
    }
}

impl App {
    pub(super) fn new(service: Arc<Service>, callers: Callers, limits: ServiceLimits) -> Self {
        Self {
            service,
            callers,
            limits,
            room: Room::new(limits.bodies_bytes),
            work: Work::default(),
            ids: RequestIds::default(),
            readiness: Mutex::default(),
        }
    }

    /// Does `work` to its end, also where the caller goes away: what it takes stays counted, and what it writes to
    /// the journal is written.
    pub(super) fn finish<T: Send + 'static>(
        &self,
        held: Held,
        work: impl Future<Output = T> + Send + 'static,
    ) -> impl Future<Output = (T, Held)> + Send {
        let going_on = self.work.begin();
        Finished(Some(Box::pin(async move {
            let done = work.await;
            drop(going_on);
            (done, held)
        })))
    }

    /// Whether it can be used, as of a moment ago.
    pub(super) async fn readiness(&self) -> Readiness {
        let mut kept = self.readiness.lock().await;
        if let Some((at, readiness)) = kept.as_ref()
            && at.elapsed() < READINESS_KEPT
        {
            return readiness.clone();
        }
        let readiness = self.service.ready().await;
        *kept = Some((Instant::now(), readiness.clone()));
        readiness
    }
}

/// Work that is done where it is asked for, and gone on with in a task of its own where whoever asked goes away: a task
/// for each request would cost a change of task and copies of all that it holds.
struct Finished<F>(Option<Pin<Box<F>>>)
where
    F: Future + Send + 'static,
    F::Output: Send;

impl<F> Future for Finished<F>
where
    F: Future + Send + 'static,
    F::Output: Send,
{
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        // Taken out while it runs: what breaks down or is done is not gone on with.
        let Some(mut work) = self.0.take() else { return Poll::Pending };
        let polled = work.as_mut().poll(context);
        if polled.is_pending() {
            self.0 = Some(work);
        }
        polled
    }
}

impl<F> Drop for Finished<F>
where
    F: Future + Send + 'static,
    F::Output: Send,
{
    fn drop(&mut self) {
        if let Some(work) = self.0.take()
            && let Ok(runtime) = Handle::try_current()
        {
            runtime.spawn(work.in_current_span());
        }
    }
}

/// Work that goes on.
#[derive(Debug, Default)]
pub(super) struct Work(Arc<Count>);

#[derive(Debug, Default)]
struct Count {
    running: AtomicUsize,
    done: Notify,
}

/// One piece of work that goes on until this is dropped.
#[derive(Debug)]
pub(super) struct GoingOn(Arc<Count>);

impl Work {
    fn begin(&self) -> GoingOn {
        self.0.running.fetch_add(1, Ordering::AcqRel);
        GoingOn(Arc::clone(&self.0))
    }

    /// Waits until nothing goes on.
    pub(super) async fn done(&self) {
        loop {
            let done = self.0.done.notified();
            tokio::pin!(done);
            // Listened to before it is looked at, so that the last one is not missed.
            done.as_mut().enable();
            if self.0.running.load(Ordering::Acquire) == 0 {
                return;
            }
            done.await;
        }
    }
}

impl Drop for GoingOn {
    fn drop(&mut self) {
        if self.0.running.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.0.done.notify_waiters();
        }
    }
}

/// Names of requests: unlike one another also after a restart, and telling nothing. They prove nothing.
#[derive(Debug)]
pub(super) struct RequestIds {
    run: u64,
    count: AtomicU64,
}

impl Default for RequestIds {
    fn default() -> Self {
        // The standard library draws the key of each such state at random.
        Self { run: RandomState::new().hash_one("request"), count: AtomicU64::new(1) }
    }
}

impl RequestIds {
    pub(super) fn next(&self) -> String {
        format!("{:016x}-{}", self.run, self.count.fetch_add(1, Ordering::Relaxed))
    }
}

/// What becomes known of a request on its way, for its line in the log.
#[derive(Debug, Default)]
pub(super) struct Trace {
    pub(super) caller: OnceLock<String>,
    pub(super) document_sha256: OnceLock<String>,
    /// The identifier of the report or of the seal.
    pub(super) result_id: OnceLock<String>,
}

impl Trace {
    /// Notes a value; the first one counts.
    pub(super) fn note(place: &OnceLock<String>, value: &str) {
        place.get_or_init(|| value.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn request_ids_differ_and_may_be_sent_back() {
        let ids = [RequestIds::default(), RequestIds::default()];
        let all: std::collections::HashSet<_> = ids.iter().flat_map(|ids| (0..100).map(|_| ids.next())).collect();
        assert_eq!(all.len(), 200);
        assert!(all.iter().all(|id| super::super::around::is_request_id(id)));
    }

    #[tokio::test]
    async fn work_goes_on_without_whoever_asked_for_it() {
        let (go, going) = tokio::sync::oneshot::channel::<()>();
        let (tell, told) = tokio::sync::oneshot::channel();
        let mut work = Finished(Some(Box::pin(async move {
            going.await.unwrap();
            tell.send("done").unwrap();
        })));
        let soon = Duration::from_millis(20);
        assert!(tokio::time::timeout(soon, &mut work).await.is_err());
        drop(work);
        go.send(()).unwrap();
        assert_eq!(told.await, Ok("done"));
        // Work that nobody began to wait for is done all the same.
        let (tell, told) = tokio::sync::oneshot::channel();
        drop(Finished(Some(Box::pin(async move { tell.send(7).unwrap() }))));
        assert_eq!(told.await, Ok(7));
        assert_eq!(Finished(Some(Box::pin(async { 8 }))).await, 8);
    }

    #[tokio::test]
    async fn work_is_waited_for() {
        let work = Work::default();
        work.done().await;
        let first = work.begin();
        let second = work.begin();
        let waiting = work.done();
        tokio::pin!(waiting);
        let soon = Duration::from_millis(20);
        assert!(tokio::time::timeout(soon, waiting.as_mut()).await.is_err());
        drop(first);
        assert!(tokio::time::timeout(soon, waiting.as_mut()).await.is_err());
        drop(second);
        waiting.await;
    }
}
