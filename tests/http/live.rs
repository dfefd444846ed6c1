//! A server on a socket of the loopback interface, and a client that speaks HTTP/1 by hand, so that it can also speak
//! it badly.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use sigillum::server::{Server, Settings, configuration};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::spec;
use crate::world::{Answer, World, callers};

/// Nothing here takes longer.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server that runs.
pub(crate) struct Live {
    pub(crate) address: SocketAddr,
    /// The certificate of the server, PEM.
    pub(crate) certificate: String,
    stop: Option<oneshot::Sender<()>>,
    running: JoinHandle<()>,
    client: Arc<ClientConfig>,
}

impl Live {
    pub(crate) async fn start(world: &World) -> Self {
        let key = rcgen::KeyPair::generate().unwrap();
        let certificate =
            rcgen::CertificateParams::new(["localhost".to_owned()]).unwrap().self_signed(&key).unwrap();
        let settings = Settings {
            listen: "127.0.0.1:0".parse().unwrap(),
            tls: configuration(certificate.pem().as_bytes(), key.serialize_pem().as_bytes()).unwrap(),
            limits: world.limits,
            callers: callers(),
        };
        let bound = Server::bind(settings, Arc::clone(&world.service)).await.unwrap();
        let address = bound.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let running = tokio::spawn(bound.run(async move {
            let _ = stopped.await;
        }));
        let client = client(certificate.der().clone(), &[&rustls::version::TLS13, &rustls::version::TLS12]);
        Self { address, certificate: certificate.pem(), stop: Some(stop), running, client }
    }

    pub(crate) async fn tcp(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        stream
    }

    pub(crate) async fn connect(&self) -> Client<TlsStream<TcpStream>> {
        self.try_connect().await.unwrap()
    }

    pub(crate) async fn try_connect(&self) -> io::Result<Client<TlsStream<TcpStream>>> {
        let tcp = TcpStream::connect(self.address).await?;
        tcp.set_nodelay(true)?;
        let name = ServerName::try_from("localhost").unwrap();
        let stream = TlsConnector::from(Arc::clone(&self.client)).connect(name, tcp).await?;
        Ok(Client { stream, left: Vec::new() })
    }

    /// One that speaks only this version of TLS.
    pub(crate) async fn connect_with(
        &self,
        version: &'static rustls::SupportedProtocolVersion,
    ) -> Client<TlsStream<TcpStream>> {
        use rustls::pki_types::pem::PemObject;
        let certificate = CertificateDer::from_pem_slice(self.certificate.as_bytes()).unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        let connector = TlsConnector::from(client(certificate, &[version]));
        let stream = connector.connect(name, self.tcp().await).await.unwrap();
        Client { stream, left: Vec::new() }
    }

    /// Tells it to stop; what it still does can be waited for.
    pub(crate) fn stop(&mut self) {
        self.stop.take().expect("it runs").send(()).unwrap();
    }

    /// Waits until it has stopped.
    pub(crate) async fn stopped(self) {
        timeout(PATIENCE, self.running).await.expect("it stops").unwrap();
    }
}

fn client(
    certificate: CertificateDer<'static>,
    versions: &[&'static rustls::SupportedProtocolVersion],
) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots.add(certificate).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_protocol_versions(versions).unwrap();
    let mut client = builder.with_root_certificates(roots).with_no_client_auth();
    client.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Arc::new(client)
}

/// A connection.
pub(crate) struct Client<S> {
    pub(crate) stream: S,
    left: Vec<u8>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Client<S> {
    pub(crate) async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes).await?;
        self.stream.flush().await
    }

    /// Sends a document for validation and reads the answer.
    pub(crate) async fn validate(&mut self, token: &str, document: &[u8]) -> io::Result<Answer> {
        self.write(&validation(token, document)).await?;
        self.answer("POST", "/v1/validations").await
    }

    /// Reads an answer, which is held against the description.
    pub(crate) async fn answer(&mut self, method: &str, path: &str) -> io::Result<Answer> {
        let answer = timeout(PATIENCE, self.bare_answer()).await.expect("an answer in time")?;
        spec::check(method, path, answer.status, &answer.headers, &answer.body);
        Ok(answer)
    }

    /// Reads an answer.
    pub(crate) async fn bare_answer(&mut self) -> io::Result<Answer> {
        let head = loop {
            if let Some(end) = self.left.windows(4).position(|window| window == b"\r\n\r\n") {
                let head: Vec<u8> = self.left.drain(..end + 4).collect();
                break String::from_utf8(head).unwrap();
            }
            self.more().await?;
        };
        let mut lines = head.trim_end().split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap();
        let mut headers = HeaderMap::new();
        for line in lines {
            let (name, value) = line.split_once(": ").unwrap();
            headers.append(name.parse::<HeaderName>().unwrap(), HeaderValue::from_str(value).unwrap());
        }
        let length: usize =
            headers.get("content-length").map_or(0, |length| length.to_str().unwrap().parse().unwrap());
        while self.left.len() < length {
            self.more().await?;
        }
        let body = self.left.drain(..length).collect();
        Ok(Answer { status: StatusCode::from_bytes(status.as_bytes()).unwrap(), headers, body })
    }

    /// Whether the other side ends the connection without a further byte.
    pub(crate) async fn ended(&mut self) -> bool {
        let mut octet = [0];
        let read = timeout(PATIENCE, self.stream.read(&mut octet)).await.expect("an end in time");
        self.left.is_empty() && matches!(read, Ok(0) | Err(_))
    }

    async fn more(&mut self) -> io::Result<()> {
        let read = self.stream.read_buf(&mut self.left).await?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(())
    }
}

/// The bytes of a request for validation.
pub(crate) fn validation(token: &str, document: &[u8]) -> Vec<u8> {
    let length = document.len().to_string();
    let mut request = head(
        "POST",
        "/v1/validations?policy=no-revocation",
        &[
            ("Authorization", &format!("Bearer {token}")),
            ("Content-Type", "application/pdf"),
            ("Content-Length", &length),
        ],
    );
    request.extend_from_slice(document);
    request
}

/// The bytes of the head of a request.
pub(crate) fn head(method: &str, path: &str, headers: &[(&str, &str)]) -> Vec<u8> {
    let mut text = format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\n");
    for (name, value) in headers.iter().copied().collect::<BTreeMap<_, _>>() {
        text += &format!("{name}: {value}\r\n");
    }
    (text + "\r\n").into_bytes()
}
