//! One connection: TLS, and HTTP/1 on it.
//!
//! What a client may take: the handshake and the head of each request as long as the head of a request (waiting for
//! the next one on a kept connection counts as its head); its body as long as bodies may; and as long again to read
//! the answer. What is no HTTP is answered by hyper with a bare status and an end.

use std::convert::Infallible;
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
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::timeout;
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

/// What every connection needs.
#[derive(Clone)]
pub(super) struct Connection {
    pub(super) tls: TlsAcceptor,
    pub(super) app: Arc<App>,
    pub(super) router: Router,
    /// For the handshake, and for each head.
    pub(super) head_time: Duration,
    /// For reading an answer.
    pub(super) answer_time: Duration,
    /// The other end is dropped when it is time to stop.
    pub(super) stopping: watch::Receiver<()>,
}

impl Connection {
    /// Serves it to its end.
    pub(super) async fn serve(mut self, stream: TcpStream) {
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
    }
}
