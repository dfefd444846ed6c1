//! The test PKI, where it runs: `SIGILLUM_TEST_PKI` names its server (`127.0.0.1:19080`; `tests/run` starts it).

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sigillum::pki::{Certificate, pem};
use sigillum::time::Timestamp;

/// What a single answer may take; a server that hangs fails the test.
const PATIENCE: Duration = Duration::from_secs(60);

/// Where the server is; none where nobody says so.
#[expect(clippy::disallowed_methods, reason = "the tests are told by the environment where the server is")]
pub fn server() -> Option<String> {
    std::env::var("SIGILLUM_TEST_PKI").ok().filter(|server| !server.is_empty())
}

/// The wall clock, by which the server answers.
#[expect(clippy::disallowed_methods, reason = "the server answers by the wall clock")]
pub fn now() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    Timestamp::from_unix(i64::try_from(since.as_secs()).unwrap())
}

/// The certificates in a file of PEM objects below `data/test-pki/certs`.
pub fn certificates(shared: &Path, name: &str) -> Vec<Arc<Certificate>> {
    let content = super::read(&shared.join("data/test-pki/certs").join(name));
    let objects = pem::objects(&content).unwrap();
    objects.iter().map(|object| Arc::new(Certificate::parse(&object.der).unwrap())).collect()
}

/// The body of the answer to GET, or to POST of a body of this type.
///
/// # Panics
/// Where there is no answer with the status 200.
pub fn ask(server: &str, path: &str, body: Option<(&str, &[u8])>) -> Vec<u8> {
    let mut stream = TcpStream::connect(server).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let head = match body {
        Some((kind, body)) => format!(
            "POST {path} HTTP/1.0\r\nHost: {server}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n",
            body.len()
        ),
        None => format!("GET {path} HTTP/1.0\r\nHost: {server}\r\n\r\n"),
    };
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(body.map_or(&[], |(_, body)| body)).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let end = answer.windows(4).position(|part| part == b"\r\n\r\n").unwrap();
    assert!(answer.starts_with(b"HTTP/1.0 200") || answer.starts_with(b"HTTP/1.1 200"), "{path}");
    answer.split_off(end + 4)
}
