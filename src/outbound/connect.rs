//! Connections: to an address that was checked, with TLS where the URL says so, through a proxy where one is configured;
//! and those that are kept for the next request.
//!
//! The name is resolved once, each address is held to the rule, and the connection is made to one of those that passed:
//! what the name answers a moment later does not matter. Behind a proxy it is the proxy that resolves.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};
use tokio_rustls::TlsConnector;

use super::failure::Failed;
use super::guard::Grade;
use super::resolve::Resolve;
use crate::syntax::url::{Host, HttpUrl, Scheme};
use crate::validation::FetchOutcome;

/// Addresses of a name that are tried.
const ADDRESSES: usize = 4;

/// How long a connection is kept without a request.
const IDLE: Duration = Duration::from_secs(15);

/// Connections that are kept for one host, and altogether.
const KEPT_EACH: usize = 4;
const KEPT: usize = 64;

/// Bytes of the head of an answer, and fields in it.
const HEAD_BYTES: usize = 32 << 10;
const HEAD_FIELDS: usize = 64;

/// Bytes of the head of a proxy's answer.
const PROXY_HEAD_BYTES: usize = 8 << 10;

/// A connection that a request can be sent on.
pub(super) type Sender = http1::SendRequest<Full<Bytes>>;

/// Makes connections.
pub(super) struct Connector {
    pub(super) resolver: Arc<dyn Resolve>,
    pub(super) tls: Option<Arc<ClientConfig>>,
    pub(super) proxy: Option<HttpUrl>,
    /// How long it may take, names included.
    pub(super) patience: Duration,
}

/// Whom a connection leads to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Peer {
    scheme: Scheme,
    host: Host,
    port: u16,
    grade: Grade,
}

impl Peer {
    pub(super) fn of(url: &HttpUrl, grade: Grade) -> Self {
        Self { scheme: url.scheme, host: url.host.clone(), port: url.port, grade }
    }
}

impl Connector {
    /// Connects.
    pub(super) async fn connect(&self, peer: &Peer) -> Result<Sender, Failed> {
        timeout(self.patience, self.connected(peer)).await.map_err(|_| Failed::host(FetchOutcome::Timeout))?
    }

    async fn connected(&self, peer: &Peer) -> Result<Sender, Failed> {
        let stream = match &self.proxy {
            None => self.reach(&peer.host, peer.port, Some(peer.grade)).await?,
            Some(proxy) => {
                let mut stream = self.reach(&proxy.host, proxy.port, None).await?;
                if peer.scheme == Scheme::Https {
                    tunnel(&mut stream, peer).await?;
                }
                stream
            }
        };
        match (peer.scheme, &self.tls) {
            (Scheme::Http, _) => shake_hands(stream).await,
            (Scheme::Https, None) => Err(Failed::host(FetchOutcome::RefusedHttps)),
            (Scheme::Https, Some(configuration)) => {
                let name = match &peer.host {
                    Host::Name(name) => ServerName::try_from(name.clone()),
                    Host::Address(address) => Ok(ServerName::from(*address)),
                };
                let name = name.map_err(|_| Failed::host(FetchOutcome::TlsFailed))?;
                let connector = TlsConnector::from(Arc::clone(configuration));
                let stream = connector.connect(name, stream).await;
                shake_hands(stream.map_err(|_| Failed::host(FetchOutcome::TlsFailed))?).await
            }
        }
    }

    /// A stream to a host; with a grade only to addresses that it permits.
    async fn reach(&self, host: &Host, port: u16, grade: Option<Grade>) -> Result<TcpStream, Failed> {
        let addresses: Vec<IpAddr> = match host {
            Host::Address(address) => vec![*address],
            Host::Name(name) => match self.resolver.resolve(name).await {
                Ok(addresses) if !addresses.is_empty() => addresses,
                _ => return Err(Failed::host(FetchOutcome::NameNotResolved)),
            },
        };
        let permitted = |address: &IpAddr| grade.is_none_or(|grade| grade.permits(*address));
        let permitted: Vec<IpAddr> = addresses.into_iter().filter(permitted).take(ADDRESSES).collect();
        let Some(share) = u32::try_from(permitted.len()).ok().and_then(|count| self.patience.checked_div(count))
        else {
            return Err(Failed::host(FetchOutcome::RefusedAddress));
        };
        for address in permitted {
            if let Ok(Ok(stream)) = timeout(share, TcpStream::connect(SocketAddr::new(address, port))).await {
                // Small requests, one at a time: nothing to wait for.
                let _ = stream.set_nodelay(true);
                return Ok(stream);
            }
        }
        Err(Failed::host(FetchOutcome::ConnectionFailed))
    }
}

/// Asks a proxy for a way through (RFC 9110 §9.3.6).
async fn tunnel(stream: &mut TcpStream, peer: &Peer) -> Result<(), Failed> {
    let broken = |_| Failed::host(FetchOutcome::ConnectionBroken);
    let authority = format!("{}:{}", peer.host, peer.port);
    let request = format!("CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.map_err(broken)?;
    let mut head = Vec::new();
    // One octet after the other: what follows the head belongs to TLS.
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() >= PROXY_HEAD_BYTES {
            return Err(Failed::host(FetchOutcome::ConnectionBroken));
        }
        head.push(stream.read_u8().await.map_err(broken)?);
    }
    let status = head.split(|octet| *octet == b' ').nth(1).and_then(|digits| std::str::from_utf8(digits).ok());
    match status.and_then(|digits| digits.parse::<u16>().ok()) {
        Some(200..=299) => Ok(()),
        Some(status) => Err(Failed::host(FetchOutcome::HttpStatus(status))),
        None => Err(Failed::host(FetchOutcome::ConnectionBroken)),
    }
}

async fn shake_hands<S: AsyncRead + AsyncWrite + Send + Unpin + 'static>(stream: S) -> Result<Sender, Failed> {
    let mut builder = http1::Builder::new();
    builder.max_buf_size(HEAD_BYTES).max_headers(HEAD_FIELDS);
    let (sender, connection) =
        builder.handshake(TokioIo::new(stream)).await.map_err(|_| Failed::host(FetchOutcome::ConnectionBroken))?;
    // It ends when the sender is dropped, or the other side ends it. Why is said to who waits for the answer.
    tokio::spawn(async move { drop(connection.await) });
    Ok(sender)
}

/// Connections that are kept.
#[derive(Default)]
pub(super) struct Pool(Mutex<HashMap<Peer, Vec<(Sender, Instant)>>>);

impl Pool {
    /// One that is kept for this peer and is not known to have ended.
    pub(super) fn take(&self, peer: &Peer) -> Option<Sender> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        for own in kept.values_mut() {
            own.retain(|(sender, since)| !sender.is_closed() && now.saturating_duration_since(*since) < IDLE);
        }
        kept.retain(|_, own| !own.is_empty());
        kept.get_mut(peer)?.pop().map(|(sender, _)| sender)
    }

    /// Keeps one whose answer has been read to its end.
    pub(super) fn keep(&self, peer: Peer, sender: Sender) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if sender.is_closed() || kept.values().map(Vec::len).sum::<usize>() >= KEPT {
            return;
        }
        let own = kept.entry(peer).or_default();
        if own.len() < KEPT_EACH {
            own.push((sender, Instant::now()));
        }
    }
}
