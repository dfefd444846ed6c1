//! A web server for tests that does what it is told, also what no honest one does. Loopback only, on a free port.

#![expect(clippy::disallowed_methods, reason = "a server of tests has threads of its own, and takes its time")]

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// What it does when it is asked for a page.
#[derive(Clone, Debug)]
pub enum Page {
    /// Answers with this, after a while.
    Content(Vec<u8>, Duration),
    /// Answers to POST with this, and to all else with 405.
    Posted(Vec<u8>),
    /// Answers with this status and nothing else.
    Status(u16),
    /// Sends elsewhere.
    Moved(u16, String),
    /// Says that it is longer or shorter than it is, and closes.
    Lying(usize, Vec<u8>),
    /// Says that this is compressed.
    Compressed(Vec<u8>),
    /// Sends these octets, whatever they are, and closes.
    Raw(Vec<u8>),
    /// Sends one octet after the other, each after a while.
    Dripping(Vec<u8>, Duration),
    /// Never ends, in chunks of 64 KiB.
    Endless,
    /// Never answers.
    Silent,
    /// Breaks the connection off.
    Reset,
}

impl Page {
    /// An ordinary page.
    pub fn of(content: Vec<u8>) -> Self {
        Self::Content(content, Duration::ZERO)
    }
}

/// A request that came.
#[derive(Clone, Debug)]
pub struct Seen {
    /// When.
    pub at: Instant,
    pub method: String,
    pub target: String,
    pub head: String,
    pub body: Vec<u8>,
}

/// The server.
pub struct Website {
    pub address: SocketAddr,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    pages: Mutex<BTreeMap<String, Page>>,
    seen: Mutex<Vec<Seen>>,
    connections: AtomicUsize,
    ended: AtomicBool,
}

impl Website {
    pub fn new() -> Self {
        Self::at("127.0.0.1:0".parse().unwrap())
    }

    /// At this address.
    pub fn at(address: SocketAddr) -> Self {
        let listener = TcpListener::bind(address).unwrap();
        let website = Self { address: listener.local_addr().unwrap(), state: Arc::default() };
        let state = Arc::clone(&website.state);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if state.ended.load(Ordering::SeqCst) {
                    return;
                }
                state.connections.fetch_add(1, Ordering::SeqCst);
                let state = Arc::clone(&state);
                std::thread::spawn(move || drop(stream.and_then(|stream| state.serve(stream))));
            }
        });
        website
    }

    /// What stands under a path and everything below it.
    pub fn put(&self, path: &str, page: Page) {
        self.state.pages.lock().unwrap().insert(path.to_owned(), page);
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// `HOST:PORT`, as an operator names it.
    pub fn rule(&self) -> String {
        self.address.to_string()
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.state.seen.lock().unwrap().clone()
    }

    /// How often a path was asked for, or what is below it.
    pub fn count(&self, path: &str) -> usize {
        self.seen().iter().filter(|seen| seen.target.starts_with(path)).count()
    }

    pub fn connections(&self) -> usize {
        self.state.connections.load(Ordering::SeqCst)
    }
}

impl Drop for Website {
    fn drop(&mut self) {
        self.state.ended.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address);
    }
}

impl State {
    fn serve(&self, mut stream: TcpStream) -> std::io::Result<()> {
        loop {
            let Some(seen) = request(&mut stream)? else { return Ok(()) };
            let pages = self.pages.lock().unwrap().clone();
            let path = seen.target.split_once("://").map_or(seen.target.clone(), |(_, rest)| {
                rest.find('/').map_or_else(|| "/".to_owned(), |at| rest[at..].to_owned())
            });
            let posted = seen.method == "POST";
            self.seen.lock().unwrap().push(seen);
            let page = pages.iter().rev().find(|(own, _)| path.starts_with(&***own)).map(|(_, page)| page.clone());
            let whole = |status: u16, more: &str, content: &[u8]| {
                let head = format!("HTTP/1.1 {status} X\r\n{more}Content-Length: {}\r\n\r\n", content.len());
                [head.as_bytes(), content].concat()
            };
            match page.unwrap_or(Page::Status(404)) {
                Page::Content(content, wait) => {
                    std::thread::sleep(wait);
                    stream.write_all(&whole(200, "", &content))?;
                }
                Page::Posted(content) if posted => stream.write_all(&whole(200, "", &content))?,
                Page::Posted(_) => stream.write_all(&whole(405, "", b""))?,
                Page::Status(status) => stream.write_all(&whole(status, "", b""))?,
                Page::Moved(status, place) => {
                    stream.write_all(&whole(status, &format!("Location: {place}\r\n"), b""))?;
                }
                Page::Compressed(content) => {
                    stream.write_all(&whole(200, "Content-Encoding: gzip\r\n", &content))?
                }
                Page::Lying(length, content) => {
                    stream.write_all(format!("HTTP/1.1 200 X\r\nContent-Length: {length}\r\n\r\n").as_bytes())?;
                    stream.write_all(&content)?;
                    return stream.shutdown(Shutdown::Both);
                }
                Page::Raw(octets) => {
                    stream.write_all(&octets)?;
                    return stream.shutdown(Shutdown::Both);
                }
                Page::Dripping(content, wait) => {
                    let head = format!("HTTP/1.1 200 X\r\nContent-Length: {}\r\n\r\n", content.len());
                    stream.write_all(head.as_bytes())?;
                    for octet in content {
                        std::thread::sleep(wait);
                        stream.write_all(&[octet])?;
                    }
                }
                Page::Endless => {
                    stream.write_all(b"HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n")?;
                    let chunk = [b"10000\r\n".as_slice(), &[0x30; 0x10000], b"\r\n"].concat();
                    loop {
                        stream.write_all(&chunk)?;
                    }
                }
                Page::Silent => std::thread::sleep(Duration::from_secs(60)),
                // Closed with a request unread: the system resets it.
                Page::Reset => return Ok(()),
            }
        }
    }
}

/// The next request on a connection; nothing at its end. Of a request that will be reset the body is left unread.
fn request(stream: &mut TcpStream) -> std::io::Result<Option<Seen>> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut octet = [0];
        if stream.read(&mut octet)? == 0 {
            return Ok(None);
        }
        head.push(octet[0]);
    }
    let head = String::from_utf8(head).unwrap();
    let mut words = head.split(' ');
    let (method, target) = (words.next().unwrap().to_owned(), words.next().unwrap().to_owned());
    let length =
        head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body)?;
    Ok(Some(Seen { at: Instant::now(), method, target, head, body }))
}
