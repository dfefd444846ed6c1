//! Blocking work under a permit: as many at once as configured, a bounded number waiting, and a deadline that reaches
//! into the computation.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::spawn_blocking;
use tokio::time::{Instant, timeout};

use super::ServiceError;
use crate::limits::CancelFlag;

/// How much may be worked on.
#[derive(Clone, Copy, Debug)]
pub struct Capacity {
    /// Documents computed at the same time.
    pub at_once: usize,
    /// Requests that may wait for one of these; more are turned away.
    pub waiting: usize,
    /// How long a document may be worked on, waiting included.
    pub deadline: Duration,
}

/// Gives blocking work its turn.
#[derive(Debug)]
pub(super) struct Bench {
    capacity: Capacity,
    turns: Arc<Semaphore>,
    waiting: AtomicUsize,
}

/// One request that waits.
struct Waiting<'a>(&'a AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

/// Ends the work when nobody waits for it any more.
struct CancelOnDrop(CancelFlag);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

impl Bench {
    pub(super) fn new(capacity: Capacity) -> Self {
        Self { capacity, turns: Arc::new(Semaphore::new(capacity.at_once.max(1))), waiting: AtomicUsize::new(0) }
    }

    /// A turn, where one is free and nobody waits for it.
    pub(super) fn free_turn(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.turns).try_acquire_owned().ok()
    }

    /// Runs `work` on a blocking thread when it is its turn. At the deadline its flag is set, and what it then
    /// answers is the answer.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(CancelFlag) -> T + Send + 'static,
    ) -> Result<T, ServiceError> {
        let turn = {
            let before = self.waiting.fetch_add(1, Ordering::AcqRel);
            let _waiting = Waiting(&self.waiting);
            let free = self.turns.available_permits();
            if before >= self.capacity.waiting.saturating_add(free) {
                return Err(ServiceError::Overloaded);
            }
            self.turn(self.capacity.deadline).await?
        };
        compute(turn, self.capacity.deadline, work).await
    }

    /// Runs `work` that goes on with what was begun: it is not turned away while there is time, which ends at `latest`.
    pub(super) async fn go_on<T: Send + 'static>(
        &self,
        latest: Instant,
        work: impl FnOnce(CancelFlag) -> T + Send + 'static,
    ) -> Result<T, ServiceError> {
        let turn = self.turn(latest.saturating_duration_since(Instant::now())).await?;
        compute(turn, latest.saturating_duration_since(Instant::now()), work).await
    }

    async fn turn(&self, within: Duration) -> Result<OwnedSemaphorePermit, ServiceError> {
        match timeout(within, Arc::clone(&self.turns).acquire_owned()).await {
            Ok(Ok(turn)) => Ok(turn),
            Ok(Err(_)) => Err(ServiceError::Internal("turns")),
            Err(_) => Err(ServiceError::Overloaded),
        }
    }
}

async fn compute<T: Send + 'static>(
    turn: OwnedSemaphorePermit,
    within: Duration,
    work: impl FnOnce(CancelFlag) -> T + Send + 'static,
) -> Result<T, ServiceError> {
    let cancel = CancelOnDrop(CancelFlag::default());
    let flag = cancel.0.clone();
    let mut task = spawn_blocking(move || {
        let _turn = turn;
        work(flag)
    });
    let done = match timeout(within, &mut task).await {
        Ok(done) => done,
        Err(_) => {
            cancel.0.cancel();
            task.await
        }
    };
    done.map_err(|_| ServiceError::Internal("blocking work"))
}
