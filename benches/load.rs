//! The service under load: the real program as a child process on loopback, with TLS, journal and kept connections,
//! beside what the library takes for the same document in this process.
//!
//! `cargo bench --bench load`. The document has 50 KB and one signature. Steps, in turn:
//!
//! 1. the library, document to JSON, on as many threads as there are cores: CPU time of one validation; and once more
//!    with the memory of certificate signatures that the service has ([`Remembered`]), since all documents here have
//!    one signer. The ratio is that to the library without;
//! 2. the service, each connection asking again as soon as it is answered: requests a second, and CPU time of the
//!    *server's process* for a request, user and system. The ratio of 1 to 2 is what the service keeps of the library;
//! 3. the service at 80 % of that rate, requests begun by the clock and not by the answers: p50 and p99 from the moment
//!    at which a request was due, waiting included; four times as many connections stand ready, so that none waits for
//!    one. Beside them what the client itself was late: its clock to say that a request is due, and its one thread to
//!    hear of anything. That is within the times and not taken off. And p50 and p99 of the requests alone that were due
//!    in quarters of a second in which the host took nothing;
//! 4. the service with ten times as many connections: how many are turned away, and the most memory that the server's
//!    process ever had.
//!
//! Before them, the floor of the wire: what one thread takes to receive such a request from a socket, decrypt it, encrypt
//! an answer as long as the service's and send it, with nothing between. No service over TLS takes less besides the
//! library, and the ratio cannot be higher than the one named there.
//!
//! 1 to 3 are done five times, and the median of the five is said at the end. The client runs on the same machine; it
//! takes cores away, so only CPU times compare. Where this machine is one of several on a host, the host may take its
//! processors away, for tens of milliseconds at once: how much of what it wanted it did not get is said beside the times
//! of 3, which are no better than the host lets them be. Hence the quarters of a second without. They are chosen by what
//! the host says and by no answer's time; a request that was due in one belongs to it wherever it was answered, and so
//! does what an earlier standstill left behind. Where the host is the machine itself, all of them are.
//! `SIGILLUM_BENCH_CONNECTIONS` (32) and `SIGILLUM_BENCH_SECONDS` (10) change the size; `SIGILLUM_BENCH_SERVER` names
//! another program than the one built. Linux only: CPU time and memory are read from `/proc`.

#![expect(clippy::disallowed_methods, reason = "a benchmark reads the clock, the environment and files, and waits")]

#[path = "support/mod.rs"]
mod makers;
#[path = "../tests/support/mod.rs"]
mod support;

use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::SendRequest;
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use ring::aead;
use rustls::pki_types::{CertificateDer, ServerName};
use sigillum::limits::{CancelFlag, Limits};
use sigillum::pki::{Certificate, pem};
use sigillum::reporting::{Envelope, Language, to_json};
use sigillum::service::{Remembered, ValidationRequest, judge_with};
use sigillum::time::Timestamp;
use sigillum::trust::{TrustAnchor, TrustStore};
use sigillum::validation::{Evidence, Memory, Moment, NoMemory, Policy};
use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::hint::black_box;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use support::sign::{Signer, sha256};
use tokio::net::TcpStream;
use tokio::sync::Mutex;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::task::JoinSet;
use tokio_rustls::TlsConnector;

const TOKEN: &str = "bench-token-that-is-not-secret-0123456789";
const ROUNDS: usize = 5;

/// How many times as many connections stand ready where requests are begun by the clock: none of them shall wait for one.
const POOL: usize = 4;

fn main() {
    let connections = number("SIGILLUM_BENCH_CONNECTIONS", 32);
    let seconds = Duration::from_secs(number("SIGILLUM_BENCH_SECONDS", 10));
    let connections = usize::try_from(connections).expect("a number of connections");
    let document = document();
    let server = Server::start(connections);
    let client = Client { address: server.address, tls: server.tls(), document: Bytes::from(document.clone()) };
    let client = Arc::new(client);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let answer = runtime.block_on(client.warm_up(&server));
    let ticks = Ticks::new();
    let wire = Wire::measure(document.len(), answer, seconds / 2, ticks);
    println!(
        "the wire alone: {:.1} µs of CPU to take {} bytes and give {answer}, of which AES-128-GCM {:.1} µs",
        micros(wire.all),
        document.len(),
        micros(wire.encryption)
    );
    let (mut kept, mut tails, mut undisturbed) = (Vec::new(), Vec::new(), Vec::new());
    for round in 1..=ROUNDS {
        let remembering = library(&document, Arc::new(Remembered::default()), seconds, ticks);
        let library = library(&document, Arc::new(NoMemory), seconds, ticks);
        println!("round {round}");
        println!(
            "  library: {:.1} µs of CPU for a validation with its JSON; with the wire alone {:.1} % would be left",
            micros(library),
            100.0 * library.as_secs_f64() / (library + wire.all).as_secs_f64()
        );
        println!(
            "  library with the memory of certificate signatures that the service has: {:.1} µs",
            micros(remembering)
        );

        let before = ticks.of(server.process.id());
        let full = runtime.block_on(client.closed_loop(connections, seconds));
        let service = (ticks.of(server.process.id()) - before) / u32::try_from(full.good.len()).expect("a count");
        full.all_good();
        println!(
            "  service, {connections} connections: {:.0} requests/s, {:.1} µs of its CPU for a request, {:.1} % of the \
             library's rate per CPU ({:.1} % of that of the library with the memory)",
            full.rate(),
            micros(service),
            100.0 * library.as_secs_f64() / service.as_secs_f64(),
            100.0 * remembering.as_secs_f64() / service.as_secs_f64()
        );

        kept.push(100.0 * library.as_secs_f64() / service.as_secs_f64());
        let host = Host::now();
        let mut paced = runtime.block_on(client.paced(connections * POOL, 0.8 * full.rate(), seconds));
        let taken = host.taken();
        paced.all_good();
        let tail = Tail::of(&mut paced.good.iter().map(|good| good.took).collect::<Vec<_>>());
        tails.push(tail.ratio());
        println!(
            "  at 80 %: {:.0} requests/s, {tail}; the host took {taken:.0} % of the processors' time that was wanted",
            paced.rate()
        );
        let mut quiet = paced.undisturbed();
        println!("  of them, where the host took nothing: {}", Tail::of_some(&mut quiet));
        undisturbed.append(&mut quiet);
        let (clock, thread) = (Tail::of(&mut paced.clock), Tail::of(&mut paced.thread));
        println!("  within that, the client's own: its clock {clock}; its thread {thread}");
    }
    println!(
        "median of {ROUNDS} rounds: {:.1} % of the library's rate per CPU, p99 {:.1} × p50",
        median(&mut kept),
        median(&mut tails)
    );
    println!("where the host took nothing, all rounds: {}", Tail::of_some(&mut undisturbed));
    println!("memory so far: at most {} kB", server.most_memory());
    let flood = runtime.block_on(client.closed_loop(connections * 10, seconds));
    let turned_away: Vec<_> = flood.others.iter().map(|(status, count)| format!("{count} × {status}")).collect();
    println!(
        "{} connections: {:.0} good answers/s, turned away: {}; memory at most {} kB",
        connections * 10,
        flood.rate(),
        if turned_away.is_empty() { "none".to_owned() } else { turned_away.join(", ") },
        server.most_memory()
    );
}

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().unwrap_or_else(|_| panic!("{name}: no number")))
}

fn median(of: &mut [f64]) -> f64 {
    of.sort_unstable_by(f64::total_cmp);
    of[of.len() / 2]
}

/// How long the slow ones take beside the usual ones.
struct Tail {
    p50: Duration,
    p99: Duration,
}

impl Tail {
    fn of(delays: &mut [Duration]) -> Self {
        Self { p50: percentile(delays, 50), p99: percentile(delays, 99) }
    }

    /// What to say of these, if there are any.
    fn of_some(delays: &mut [Duration]) -> String {
        if delays.is_empty() {
            "none".to_owned()
        } else {
            format!("{} requests, {}", delays.len(), Self::of(delays))
        }
    }

    fn ratio(&self) -> f64 {
        self.p99.as_secs_f64() / self.p50.as_secs_f64()
    }
}

impl fmt::Display for Tail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = |delay: Duration| delay.as_secs_f64() * 1e3;
        write!(f, "p50 {:.2} ms, p99 {:.2} ms, {:.1} × p50", millis(self.p50), millis(self.p99), self.ratio())
    }
}

/// What the host of this machine does, from a moment on.
struct Host {
    at: Instant,
    wanted: u64,
    taken: u64,
}

impl Host {
    fn now() -> Self {
        let stat = fs::read_to_string("/proc/stat").expect("it is there");
        let line = stat.lines().next().expect("a line of all processors");
        // proc(5): user, nice, system, idle, iowait, irq, softirq, steal.
        let ticks: Vec<u64> = line.split_whitespace().skip(1).filter_map(|field| field.parse().ok()).collect();
        let idle = ticks[3] + ticks[4];
        Self { at: Instant::now(), wanted: ticks[..8].iter().sum::<u64>() - idle, taken: ticks[7] }
    }

    /// How much of the time that this machine wanted of its processors since then was not given to it, in percent.
    fn taken(&self) -> f64 {
        let now = Self::now();
        let of = |later: u64, earlier: u64| f64::from(u32::try_from(later - earlier).expect("ticks"));
        100.0 * of(now.taken, self.taken) / of(now.wanted, self.wanted)
    }

    /// Looks each quarter of a second, until the time is over.
    fn watched(began: Instant, seconds: Duration) -> Vec<Self> {
        let mut looks = vec![Self::now()];
        while began.elapsed() < seconds {
            std::thread::sleep(Duration::from_millis(250));
            looks.push(Self::now());
        }
        looks
    }
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

/// A document of 50 KB with one signature.
fn document() -> Vec<u8> {
    let mut pdf = makers::one_stream(50_000 - 14_000);
    Signer::rsa().with_crl().sign(&mut pdf, "Signature1");
    pdf.into_bytes()
}

/// The CPU time of one validation in this process, from the document to its JSON, with every core busy.
fn library(document: &[u8], memory: Arc<dyn Memory>, seconds: Duration, ticks: Ticks) -> Duration {
    let root = support::read(&root_file());
    let root = Certificate::parse(&pem::objects(&root).expect("PEM")[0].der).expect("a certificate");
    let now = Timestamp::from_rfc3339("2026-07-01T00:00:00Z").expect("a time");
    let request = ValidationRequest {
        contents: Vec::new(),
        password: None,
        policy: Arc::new(Policy::builtin("no-revocation").expect("a policy")),
        trust: Arc::new(TrustStore::new(vec![TrustAnchor { certificate: Arc::new(root), sunset: None }])),
        certificates: Vec::new(),
        crls: Vec::new(),
        ocsp_responses: Vec::new(),
        moment: Moment { at: now, clock: now },
        limits: Limits::DEFAULT,
    };
    let cores = std::thread::available_parallelism().expect("a number of cores").get();
    let (stop, count) = (AtomicBool::new(false), AtomicU64::new(0));
    let before = ticks.of(std::process::id());
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                let envelope = Envelope { report_id: "00000000-0000-4000-8000-000000000000", document_name: None };
                while !stop.load(Ordering::Relaxed) {
                    let memory = Arc::clone(&memory);
                    let cancel = CancelFlag::default();
                    let judged = judge_with(black_box(document), &request, &Evidence::new(), memory, &cancel);
                    let (_, report) = judged.expect("a report");
                    black_box(to_json(&report, &envelope, Language::En));
                    count.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        std::thread::sleep(seconds / 2);
        stop.store(true, Ordering::Relaxed);
    });
    let count = u32::try_from(count.into_inner()).expect("a count");
    (ticks.of(std::process::id()) - before) / count
}

fn root_file() -> PathBuf {
    support::project().join("fixtures/bench/root.pem")
}

/// The program as a child process, ended when dropped.
struct Server {
    process: Child,
    address: SocketAddr,
    certificate: CertificateDer<'static>,
    folder: tempfile::TempDir,
}

impl Server {
    fn start(connections: usize) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let tls = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
        write(folder.path(), "tls.pem", &tls.cert.pem(), 0o644);
        write(folder.path(), "tls.key", &tls.signing_key.serialize_pem(), 0o600);
        // Free a moment ago; nobody else takes ports here.
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr());
        let address = free.expect("a free port");
        let token: String = sha256(&[TOKEN.as_bytes()]).iter().map(|octet| format!("{octet:02x}")).collect();
        let root = root_file();
        // Room for the load of step 2 and 3, not for that of step 4.
        let room = connections * POOL;
        let text = format!(
            r#"
[server]
listen = "{address}"
certificate-file = "tls.pem"
key-file = "tls.key"
[limits]
waiting = {room}
per-caller = {room}
[trust.anchors.bench]
certificate-file = "{}"
[policies]
offered = ["no-revocation"]
[callers.bench]
token-sha256 = "{token}"
roles = ["validator"]
[journal]
sqlite-file = "journal.sqlite"
"#,
            root.display()
        );
        write(folder.path(), "sigillum.toml", &text, 0o644);
        let program = std::env::var_os("SIGILLUM_BENCH_SERVER")
            .map_or_else(|| PathBuf::from(env!("CARGO_BIN_EXE_sigillum")), PathBuf::from);
        let log = fs::File::create(folder.path().join("log")).expect("a file");
        let process = Command::new(program)
            .arg("serve")
            .arg("--config")
            .arg(folder.path().join("sigillum.toml"))
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a file"))
            .stderr(log)
            .spawn()
            .expect("the program starts");
        Self { process, address, certificate: tls.cert.der().clone(), folder }
    }

    fn tls(&self) -> TlsConnector {
        let mut roots = rustls::RootCertStore::empty();
        roots.add(self.certificate.clone()).expect("a certificate");
        let config =
            rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
                .with_safe_default_protocol_versions()
                .expect("versions of TLS")
                .with_root_certificates(roots)
                .with_no_client_auth();
        TlsConnector::from(Arc::new(config))
    }

    /// The most memory that the process ever had, in kB.
    fn most_memory(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id())).expect("it runs");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a line");
        line.trim().trim_end_matches(" kB").parse().expect("a number")
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn write(folder: &Path, name: &str, text: &str, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;

    let path = folder.join(name);
    fs::write(&path, text).expect("a file can be written");
    fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("its mode can be set");
}

/// The CPU time of processes.
#[derive(Clone, Copy)]
struct Ticks {
    per_second: u64,
}

impl Ticks {
    fn new() -> Self {
        let output = Command::new("getconf").arg("CLK_TCK").output().expect("getconf");
        let text = String::from_utf8(output.stdout).expect("text");
        Self { per_second: text.trim().parse().expect("ticks of a second") }
    }

    /// User and system time of a process with all its threads, also those that have ended.
    fn of(self, process: u32) -> Duration {
        self.read(&format!("/proc/{process}/stat"))
    }

    /// That of the thread that asks.
    fn of_this_thread(self) -> Duration {
        self.read("/proc/thread-self/stat")
    }

    fn read(self, file: &str) -> Duration {
        let stat = fs::read_to_string(file).expect("it runs");
        // The name in brackets may hold anything; utime and stime are fields 14 and 15 of all (proc(5)).
        let (_, fields) = stat.rsplit_once(") ").expect("fields");
        let mut fields = fields.split(' ').skip(11);
        let mut next = || fields.next().and_then(|field| field.parse::<u64>().ok()).expect("a number");
        let ticks = next() + next();
        Duration::from_micros(ticks * 1_000_000 / self.per_second)
    }
}

/// The CPU time of one exchange that does nothing but move and encrypt.
struct Wire {
    all: Duration,
    encryption: Duration,
}

impl Wire {
    /// `taken` bytes in, `given` bytes out, over loopback, in records of TLS.
    fn measure(taken: usize, given: usize, seconds: Duration, ticks: Ticks) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let address = listener.local_addr().expect("its address");
        let stop = AtomicBool::new(false);
        let key = aead::LessSafeKey::new(aead::UnboundKey::new(&aead::AES_128_GCM, &[7; 16]).expect("a key"));
        let mut answer = vec![2; given];
        let mut sent = Vec::new();
        for record in vec![1; taken].chunks(RECORD) {
            let mut record = record.to_vec();
            key.seal_in_place_append_tag(nonce(), aead::Aad::empty(), &mut record).expect("it can be encrypted");
            sent.append(&mut record);
        }
        std::thread::scope(|scope| {
            let client = scope.spawn(|| {
                let mut stream = std::net::TcpStream::connect(address).expect("a connection");
                stream.set_nodelay(true).expect("an option");
                let mut answer = vec![0; given];
                while !stop.load(Ordering::Relaxed) {
                    stream.write_all(&sent).expect("it is taken");
                    stream.read_exact(&mut answer).expect("it is given");
                }
            });
            let (mut stream, _) = listener.accept().expect("a connection");
            stream.set_nodelay(true).expect("an option");
            let (began, before) = (Instant::now(), ticks.of_this_thread());
            let mut count = 0;
            let mut received = vec![0; sent.len()];
            loop {
                stream.read_exact(&mut received).expect("a request");
                decrypt(&key, &mut received);
                encrypt(&key, &mut answer);
                count += 1;
                let last = began.elapsed() >= seconds;
                // Said before the answer is given: then nothing more is asked.
                stop.store(last, Ordering::Relaxed);
                stream.write_all(&answer).expect("it is taken");
                if last {
                    break;
                }
            }
            let all = (ticks.of_this_thread() - before) / count;
            client.join().expect("the client ends");
            let mut encryption = Duration::ZERO;
            for _ in 0..1_000 {
                received.copy_from_slice(&sent);
                let began = Instant::now();
                decrypt(&key, black_box(&mut received));
                encrypt(&key, black_box(&mut answer));
                encryption += began.elapsed();
            }
            Self { all, encryption: encryption / 1_000 }
        })
    }
}

/// Bytes of a record of TLS (RFC 8446 §5.1), and of its tag.
const RECORD: usize = 16 << 10;
const TAG: usize = 16;

fn encrypt(key: &aead::LessSafeKey, bytes: &mut [u8]) {
    for record in bytes.chunks_mut(RECORD) {
        let tag = key.seal_in_place_separate_tag(nonce(), aead::Aad::empty(), record);
        black_box(tag.expect("it can be encrypted").as_ref().len());
    }
}

fn decrypt(key: &aead::LessSafeKey, bytes: &mut [u8]) {
    for record in bytes.chunks_mut(RECORD + TAG) {
        black_box(key.open_in_place(nonce(), aead::Aad::empty(), record).expect("a good record"));
    }
}

fn nonce() -> aead::Nonce {
    aead::Nonce::assume_unique_for_key([3; 12])
}

/// What ended a connection.
type Broken = Box<dyn std::error::Error + Send + Sync>;

/// Asks the service.
struct Client {
    address: SocketAddr,
    tls: TlsConnector,
    document: Bytes,
}

/// What came of many requests.
#[derive(Default)]
struct Load {
    good: Vec<Good>,
    /// Other answers by status; 0 stands for a connection that broke.
    others: BTreeMap<u16, usize>,
    wall: Duration,
    /// How late the clock said that a request was due.
    clock: Vec<Duration>,
    /// How late the thread of the client heard of it, though it might have heard at once.
    thread: Vec<Duration>,
    /// What the host did meanwhile.
    host: Vec<Host>,
}

/// A good answer.
struct Good {
    due: Instant,
    took: Duration,
}

fn percentile(delays: &mut [Duration], percent: usize) -> Duration {
    delays.sort_unstable();
    delays[(delays.len() * percent / 100).min(delays.len() - 1)]
}

impl Load {
    fn rate(&self) -> f64 {
        f64::from(u32::try_from(self.good.len()).expect("a count")) / self.wall.as_secs_f64()
    }

    /// How long the answers took that were due while the host took nothing.
    fn undisturbed(&self) -> Vec<Duration> {
        let quiet = |good: &&Good| {
            let later = self.host.partition_point(|look| look.at <= good.due);
            let around = later.checked_sub(1).and_then(|before| self.host.get(before)).zip(self.host.get(later));
            around.is_some_and(|(before, after)| before.taken == after.taken)
        };
        self.good.iter().filter(quiet).map(|good| good.took).collect()
    }

    fn all_good(&self) {
        assert!(!self.good.is_empty() && self.others.is_empty(), "{:?}", self.others);
    }

    fn add(&mut self, other: Self) {
        self.good.extend(other.good);
        for (status, count) in other.others {
            *self.others.entry(status).or_default() += count;
        }
    }
}

impl Client {
    /// Waits until the service answers, looks at one answer, and has it warm. Answers how many bytes that one has.
    async fn warm_up(self: &Arc<Self>, server: &Server) -> usize {
        let give_up = Instant::now() + Duration::from_secs(20);
        let mut connection = loop {
            match self.connect().await {
                Ok(connection) => break connection,
                Err(error) if Instant::now() > give_up => panic!("{error}: {}", server.log()),
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        };
        let (status, body) = self.ask(&mut connection).await.expect("an answer");
        let text = String::from_utf8_lossy(&body);
        assert_eq!(status, StatusCode::OK, "{text} {}", server.log());
        let report: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(report["summary"]["answer"], "valid", "{text}");
        self.closed_loop(4, Duration::from_secs(2)).await.all_good();
        body.len()
    }

    /// Each connection asks again as soon as it is answered.
    async fn closed_loop(self: &Arc<Self>, connections: usize, seconds: Duration) -> Load {
        let began = Instant::now();
        let worker = |client: Arc<Self>| async move {
            let mut load = Load::default();
            let mut connection = None;
            while began.elapsed() < seconds {
                client.once(&mut connection, Instant::now(), &mut load).await;
            }
            load
        };
        let mut load = all((0..connections).map(|_| worker(Arc::clone(self)))).await;
        load.wall = began.elapsed();
        load
    }

    /// Requests are due by the clock, `rate` in a second; the first connection that is free takes the next. All are
    /// open before the clock begins.
    async fn paced(self: &Arc<Self>, connections: usize, rate: f64, seconds: Duration) -> Load {
        let mut ready = Vec::with_capacity(connections);
        for _ in 0..connections {
            ready.push(self.connect().await.expect("a connection"));
        }
        let (due, taken) = unbounded_channel();
        let taken = Arc::new(Mutex::new(taken));
        // Where nothing but the thread itself can make anybody wait.
        let (told, mut heard) = unbounded_channel::<Instant>();
        let began = Instant::now();
        let host = std::thread::spawn(move || Host::watched(began, seconds));
        let clock = std::thread::spawn(move || {
            let mut number = 0_u32;
            let mut late = Vec::new();
            loop {
                let at = began + Duration::from_secs_f64(f64::from(number) / rate);
                if at.duration_since(began) > seconds {
                    return late;
                }
                std::thread::sleep(at.saturating_duration_since(Instant::now()));
                late.push(at.elapsed());
                if number.is_multiple_of(10) && told.send(Instant::now()).is_err() || due.send(at).is_err() {
                    return late;
                }
                number += 1;
            }
        });
        let thread = tokio::spawn(async move {
            let mut late = Vec::new();
            while let Some(at) = heard.recv().await {
                late.push(at.elapsed());
            }
            late
        });
        let worker = |client: Arc<Self>, open, taken: Arc<Mutex<UnboundedReceiver<Instant>>>| async move {
            let mut load = Load::default();
            let mut connection = Some(open);
            loop {
                let next = taken.lock().await.recv().await;
                let Some(at) = next else { return load };
                client.once(&mut connection, at, &mut load).await;
            }
        };
        let mut load = all(ready.into_iter().map(|open| worker(Arc::clone(self), open, Arc::clone(&taken)))).await;
        load.wall = began.elapsed();
        load.clock = clock.join().expect("the clock ran");
        load.host = host.join().expect("it looked");
        load.thread = thread.await.expect("it heard");
        load
    }

    /// One request on a kept connection, made anew where it broke.
    async fn once(&self, connection: &mut Option<SendRequest<Full<Bytes>>>, due: Instant, load: &mut Load) {
        let mut open = match connection.take() {
            Some(open) => open,
            None => match self.connect().await {
                Ok(open) => open,
                Err(_) => return *load.others.entry(0).or_default() += 1,
            },
        };
        match self.ask(&mut open).await {
            Ok((StatusCode::OK, body)) => {
                assert!(body.len() > 1_000, "a report");
                load.good.push(Good { due, took: due.elapsed() });
                *connection = Some(open);
            }
            Ok((status, _)) => {
                *load.others.entry(status.as_u16()).or_default() += 1;
                *connection = Some(open);
            }
            Err(_) => *load.others.entry(0).or_default() += 1,
        }
    }

    async fn connect(&self) -> Result<SendRequest<Full<Bytes>>, Broken> {
        let stream = TcpStream::connect(self.address).await?;
        stream.set_nodelay(true)?;
        let stream = self.tls.connect(ServerName::try_from("localhost")?, stream).await?;
        let (requests, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(requests)
    }

    async fn ask(&self, connection: &mut SendRequest<Full<Bytes>>) -> Result<(StatusCode, Bytes), Broken> {
        connection.ready().await?;
        let request = Request::post("/v1/validations?policy=no-revocation")
            .header("host", "localhost")
            .header("authorization", format!("Bearer {TOKEN}"))
            .header("content-type", "application/pdf")
            .body(Full::new(self.document.clone()))?;
        let answer = connection.send_request(request).await?;
        let status = answer.status();
        Ok((status, answer.into_body().collect().await?.to_bytes()))
    }
}

/// All of them at the same time.
async fn all(workers: impl Iterator<Item = impl Future<Output = Load> + Send + 'static>) -> Load {
    let mut workers: JoinSet<Load> = workers.collect();
    let mut all = Load::default();
    while let Some(load) = workers.join_next().await {
        all.add(load.expect("a worker that ended well"));
    }
    all
}
