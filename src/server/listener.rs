//! The listener: connections are accepted, at most so many at once, and given to the lanes; and an end that loses
//! nothing accepted.

use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{sleep, timeout};

use super::app::App;
use super::lanes::Lanes;

/// How long to wait where the system gives no more connections.
const AFTER_FAILURE: Duration = Duration::from_millis(50);

/// How much longer than a document may be worked on the end may take.
const GRACE: Duration = Duration::from_secs(10);

/// A listener that is bound and does not serve yet.
#[derive(Debug)]
pub struct Bound {
    pub(super) listener: TcpListener,
    pub(super) lanes: Lanes,
    pub(super) app: Arc<App>,
    /// Every connection hears when it is dropped.
    pub(super) stop: watch::Sender<()>,
}

impl Bound {
    /// Where it listens.
    ///
    /// # Errors
    /// Where the system does not say.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves until `shutdown` is there; then accepts nothing more, finishes what was accepted and returns. What is
    /// not finished after the time of a body, the deadline of a document and ten seconds more is given up.
    pub async fn run(self, shutdown: impl Future<Output = ()>) {
        let Self { listener, mut lanes, app, stop } = self;
        let limits = app.limits;
        let slots = Arc::new(Semaphore::new(limits.connections.clamp(1, Semaphore::MAX_PERMITS)));
        let mut shutdown = pin!(shutdown);
        loop {
            tokio::select! {
                biased;
                () = &mut shutdown => break,
                (slot, stream) = next(&listener, &slots) => lanes.take(stream, slot),
            }
        }
        drop(listener);
        // One that is idle ends at once.
        drop(stop);
        tracing::info!(connections = lanes.connections(), "no more connections are accepted");
        let finished = async {
            lanes.finished().await;
            app.work.done().await;
        };
        let longest = limits.capacity.deadline.saturating_add(limits.body_time).saturating_add(GRACE);
        if timeout(longest, finished).await.is_err() {
            tracing::warn!(connections = lanes.connections(), "what was not finished is given up");
        }
        lanes.end().await;
    }
}

/// The next connection, when there is a place for it.
async fn next(listener: &TcpListener, slots: &Arc<Semaphore>) -> (OwnedSemaphorePermit, TcpStream) {
    loop {
        // The semaphore is never closed; if it were, nobody would be let in.
        let Ok(slot) = Arc::clone(slots).acquire_owned().await else { std::future::pending().await };
        match listener.accept().await {
            Ok((stream, _)) => return (slot, stream),
            Err(error) => {
                // A connection that is gone already, or no more descriptors: neither ends the service.
                tracing::warn!(cause = %error, "a connection could not be accepted");
                sleep(AFTER_FAILURE).await;
            }
        }
    }
}
