//! Connections: accepted, at most so many at once; TLS; HTTP/1 on it; and an end that loses nothing accepted.
//!
//! What a client may take: the handshake and the head of each request as long as the head of a request (waiting for
//! the next one on a kept connection counts as its head); its body as long as bodies may; and as long again to read
//! the answer. What is no HTTP is answered by hyper with a bare status and an end.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::BufReader;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;

use super::app::App;
use super::patience::Patient;
use super::rest::Watched;

/// Headers of a request. Programs send about 10, browsers 20.
const HEADERS: usize = 64;

/// Bytes of the head of a request, and of what is read of a connection at once.
const HEAD_BYTES: usize = 32 << 10;

/// Bytes that are read from the system at once. A larger piece saves calls to the system, and each open connection
/// holds one.
const READ_BYTES: usize = 64 << 10;

/// How long to wait where the system gives no more connections.
const AFTER_FAILURE: Duration = Duration::from_millis(50);

/// How much longer than a document may be worked on the end may take.
const GRACE: Duration = Duration::from_secs(10);

/// A listener that is bound and does not serve yet.
#[derive(Debug)]
pub struct Bound {
    pub(super) listener: TcpListener,
    pub(super) tls: Arc<rustls::ServerConfig>,
    pub(super) router: Router,
    pub(super) app: Arc<App>,
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
        let limits = self.app.limits;
        let slots = Arc::new(Semaphore::new(limits.connections.clamp(1, Semaphore::MAX_PERMITS)));
        let (stop, stopping) = watch::channel(());
        let connection = Connection {
            tls: TlsAcceptor::from(self.tls),
            app: Arc::clone(&self.app),
            router: self.router,
            head_time: limits.header_time,
            answer_time: limits.body_time,
            stopping,
        };
        let mut connections = JoinSet::new();
        let mut shutdown = pin!(shutdown);
        loop {
            tokio::select! {
                biased;
                () = &mut shutdown => break,
                Some(_) = connections.join_next() => {}
                (slot, stream) = next(&self.listener, &slots) => {
                    connections.spawn(connection.clone().serve(stream, slot));
                }
            }
        }
        drop(self.listener);
        drop(connection);
        // Every connection hears of it; one that is idle ends at once.
        drop(stop);
        tracing::info!(connections = connections.len(), "no more connections are accepted");
        let finished = async {
            while connections.join_next().await.is_some() {}
            self.app.work.done().await;
        };
        let longest = limits.capacity.deadline.saturating_add(limits.body_time).saturating_add(GRACE);
        if timeout(longest, finished).await.is_err() {
            tracing::warn!(connections = connections.len(), "what was not finished is given up");
        }
        connections.shutdown().await;
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

/// What a connection needs.
#[derive(Clone)]
struct Connection {
    tls: TlsAcceptor,
    app: Arc<App>,
    router: Router,
    head_time: Duration,
    answer_time: Duration,
    stopping: watch::Receiver<()>,
}

impl Connection {
    async fn serve(mut self, stream: TcpStream, slot: OwnedSemaphorePermit) {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(cause = %error, "a connection was given up");
            return;
        }
        let stream = BufReader::with_capacity(READ_BYTES, stream);
        let stream = match timeout(self.head_time, self.tls.accept(stream)).await {
            Ok(Ok(stream)) => stream,
            Ok(Err(error)) => {
                tracing::debug!(cause = %error, "a handshake failed");
                return;
            }
            Err(_) => {
                tracing::debug!("a handshake took too long");
                return;
            }
        };
        let (app, router) = (self.app, self.router);
        let service = service_fn(move |request: Request<Incoming>| {
            let request = request.map(|body| Body::new(Watched::new(body)));
            let answering = super::answer(Arc::clone(&app), router.clone(), request);
            async { Ok::<_, Infallible>(answering.await) }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.head_time)
            .max_headers(HEADERS)
            .max_buf_size(HEAD_BYTES)
            .serve_connection(TokioIo::new(Patient::new(stream, self.answer_time)), service);
        let mut connection = pin!(connection);
        let ended = tokio::select! {
            ended = connection.as_mut() => ended,
            // The other end is dropped when it is time to stop.
            _ = self.stopping.changed() => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = ended {
            tracing::debug!(cause = %error, "a connection broke off");
        }
        drop(slot);
    }
}
