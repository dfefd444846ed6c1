//! Lanes: threads that serve connections, one for each core, each with a reactor of its own.
//!
//! A connection stays on its lane, and a short document is worked on where it was received: no other thread is woken
//! for it, which would cost a good part of what the work itself does. Long work is done beside, on blocking threads;
//! a lane never waits for it.

use std::io;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use tokio::net::TcpStream;
use tokio::runtime::Builder;
use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot, watch};
use tokio::task::JoinSet;

use super::connection::Connection;

/// The lanes. They end when this is dropped and their connections have ended.
#[derive(Debug)]
pub(super) struct Lanes {
    lanes: Vec<Lane>,
    /// What a lane still serves is given up when this is dropped.
    give_up: watch::Sender<()>,
}

/// One thread.
#[derive(Debug)]
struct Lane {
    /// None when no more come.
    arrivals: Option<mpsc::UnboundedSender<Arrival>>,
    connections: Arc<AtomicUsize>,
    /// The other end is dropped when the last connection has ended, and none can come.
    finished: oneshot::Receiver<()>,
    /// The other end is dropped when the thread ends.
    ended: oneshot::Receiver<()>,
}

/// A connection on its way to its lane.
struct Arrival {
    stream: std::net::TcpStream,
    open: Open,
}

/// One connection is open until this is dropped.
struct Open {
    connections: Arc<AtomicUsize>,
    _slot: OwnedSemaphorePermit,
}

impl Drop for Open {
    fn drop(&mut self) {
        self.connections.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Lanes {
    /// As many as there are cores.
    ///
    /// # Errors
    /// Where the system gives no thread, or no reactor.
    pub(super) fn start(connection: &Connection) -> io::Result<Self> {
        let cores = thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let (give_up, giving_up) = watch::channel(());
        let lanes = (0..cores).map(|_| Lane::start(connection.clone(), giving_up.clone()));
        Ok(Self { lanes: lanes.collect::<io::Result<_>>()?, give_up })
    }

    /// Gives a connection to the lane that has the fewest.
    pub(super) fn take(&self, stream: TcpStream, slot: OwnedSemaphorePermit) {
        let fewest = self.lanes.iter().min_by_key(|lane| lane.connections.load(Ordering::Relaxed));
        let given = match (fewest, stream.into_std()) {
            (Some(lane), Ok(stream)) => lane.take(stream, slot),
            (_, Err(error)) => Err(error),
            (None, Ok(_)) => Err(io::ErrorKind::NotFound.into()),
        };
        if let Err(error) = given {
            tracing::error!(cause = %error, "a connection could not be served");
        }
    }

    /// Connections that are open.
    pub(super) fn connections(&self) -> usize {
        self.lanes.iter().fold(0, |all, lane| all.saturating_add(lane.connections.load(Ordering::Relaxed)))
    }

    /// Waits until the last connection has ended; none is taken from now on.
    pub(super) async fn finished(&mut self) {
        for lane in &mut self.lanes {
            lane.arrivals = None;
        }
        for lane in &mut self.lanes {
            // An error is what it waits for: nothing is ever sent.
            let _ = (&mut lane.finished).await;
        }
    }

    /// Ends the threads, with what they still serve.
    pub(super) async fn end(self) {
        drop(self.give_up);
        for lane in self.lanes {
            drop(lane.arrivals);
            let _ = lane.ended.await;
        }
    }
}

impl Lane {
    fn start(connection: Connection, giving_up: watch::Receiver<()>) -> io::Result<Self> {
        let (arrivals, arriving) = mpsc::unbounded_channel();
        let (finishing, finished) = oneshot::channel();
        let (ending, ended) = oneshot::channel();
        let runtime = Builder::new_current_thread().enable_all().build()?;
        thread::Builder::new().name("lane".to_owned()).spawn(move || {
            runtime.block_on(serve(connection, arriving, giving_up, finishing));
            // Blocking work that is given up was told to end; nobody waits for it.
            runtime.shutdown_background();
            drop(ending);
        })?;
        Ok(Self { arrivals: Some(arrivals), connections: Arc::default(), finished, ended })
    }

    fn take(&self, stream: std::net::TcpStream, slot: OwnedSemaphorePermit) -> io::Result<()> {
        self.connections.fetch_add(1, Ordering::Relaxed);
        let open = Open { connections: Arc::clone(&self.connections), _slot: slot };
        let arrivals = self.arrivals.as_ref().ok_or(io::ErrorKind::NotConnected)?;
        arrivals.send(Arrival { stream, open }).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}

/// Serves what arrives until nothing more can, and then what is left to its end; and goes on with what outlives its
/// connection until it is given up.
async fn serve(
    connection: Connection,
    mut arriving: mpsc::UnboundedReceiver<Arrival>,
    mut giving_up: watch::Receiver<()>,
    finishing: oneshot::Sender<()>,
) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            biased;
            arrival = arriving.recv() => match arrival {
                Some(arrival) => { connections.spawn(serve_one(connection.clone(), arrival)); }
                None => break,
            },
            Some(_) = connections.join_next() => {}
        }
    }
    drop(connection);
    let finished = async {
        while connections.join_next().await.is_some() {}
        drop(finishing);
    };
    tokio::select! {
        () = async { finished.await; std::future::pending().await } => {}
        // An error: nothing is ever sent.
        _ = giving_up.changed() => {}
    }
    connections.shutdown().await;
}

async fn serve_one(connection: Connection, arrival: Arrival) {
    let Arrival { stream, open } = arrival;
    match TcpStream::from_std(stream) {
        Ok(stream) => connection.serve(stream).await,
        Err(error) => tracing::warn!(cause = %error, "a connection could not be served"),
    }
    drop(open);
}
