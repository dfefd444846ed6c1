//! What a validation over HTTPS costs the server's process beside what the library needs for the same document: CPU
//! time of a process of its own, on kept connections, with a journal in memory; and how long the answers take.
//!
//! `cargo bench --bench https -- [SECONDS] [CONNECTIONS] [WORKERS]`. The figures are printed; nothing is judged here.

#![allow(dead_code, reason = "the makers of the tests are used in part")]
#![expect(clippy::disallowed_methods, reason = "a benchmark reads clocks and starts processes")]

#[path = "../tests/http/live.rs"]
mod live;
#[path = "../tests/http/spec.rs"]
mod spec;
#[path = "../tests/support/mod.rs"]
mod support;
#[path = "../tests/http/world.rs"]
mod world;

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use sigillum::config::ServiceLimits;
use sigillum::limits::{CancelFlag, Limits};
use sigillum::reporting::{Envelope, Language, to_json};
use sigillum::service::{Capacity, ValidationRequest, validate};
use sigillum::telemetry;
use sigillum::validation::Moment;
use tracing::Level;

/// Documents that are not counted.
const WARM: usize = 200;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    if arguments.first().is_some_and(|first| first == "serve") {
        return serve();
    }
    let number =
        |at: usize, default: usize| arguments.get(at).and_then(|text| text.parse().ok()).unwrap_or(default);
    let (seconds, connections, workers) = (number(0, 5), number(1, 8), number(2, 1));
    println!("document: {} bytes", world::SIGNED.len());
    let library = library(seconds);
    println!("library: {library:.0} µs of CPU for each validation with its JSON");
    https(seconds, connections, workers, library);
}

/// CPU time of one validation with its JSON, in microseconds.
fn library(seconds: usize) -> f64 {
    let world = world::World::new();
    let parts = world.service.parts();
    let now = parts.clock.now();
    let request = ValidationRequest {
        password: None,
        policy: Arc::clone(&parts.policies["no-revocation"]),
        trust: Arc::clone(&parts.trust),
        certificates: Vec::new(),
        crls: Vec::new(),
        ocsp_responses: Vec::new(),
        moment: Moment { at: now, clock: now },
        limits: Limits::DEFAULT,
    };
    let envelope = Envelope { report_id: "0000-0001", document_name: None };
    let one = || {
        let report = validate(&world::SIGNED, &request, &CancelFlag::default()).unwrap();
        std::hint::black_box(to_json(&report, &envelope, Language::En));
    };
    (0..WARM).for_each(|_| one());
    let (began, cpu) = (Instant::now(), cpu("self"));
    let mut done = 0_u32;
    while began.elapsed() < Duration::from_secs(u64::try_from(seconds).unwrap()) {
        one();
        done += 1;
    }
    (self::cpu("self") - cpu) / f64::from(done)
}

fn https(seconds: usize, connections: usize, workers: usize, library: f64) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["serve", &workers.to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let address = lines.next().unwrap().unwrap();
    let certificate: String = lines
        .map(Result::unwrap)
        .take_while(|line| line != "end")
        .flat_map(|line| [line, "\n".to_owned()])
        .collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(async {
        let live = live::Live::elsewhere(address.parse().unwrap(), certificate);
        let mut clients = Vec::new();
        for _ in 0..connections {
            clients.push(live.connect().await);
        }
        let request: Arc<[u8]> = live::validation(world::ALL, &world::SIGNED).into();
        for round in 0..WARM {
            ask(&mut clients[round % connections], &request).await;
        }
        let (began, before) = (Instant::now(), cpu(&child.id().to_string()));
        let mut tasks = tokio::task::JoinSet::new();
        for mut client in clients {
            let request = Arc::clone(&request);
            tasks.spawn(async move {
                let mut times = Vec::new();
                while began.elapsed() < Duration::from_secs(u64::try_from(seconds).unwrap()) {
                    let asked = Instant::now();
                    ask(&mut client, &request).await;
                    times.push(asked.elapsed());
                }
                times
            });
        }
        let mut times: Vec<Duration> = tasks.join_all().await.concat();
        let spent = cpu(&child.id().to_string()) - before;
        let wall = began.elapsed().as_secs_f64();
        times.sort();
        let count = f64::from(u32::try_from(times.len()).unwrap());
        let each = spent / count;
        println!(
            "https: {each:.0} µs of CPU for each request, {:+.1} % over the library",
            (each / library - 1.0) * 100.0
        );
        println!(
            "https: {:.0} requests per second of CPU, {:.1} % of the library's",
            1e6 / each,
            library / each * 100.0
        );
        let at = |share: f64| times[((count * share) as usize).min(times.len() - 1)];
        println!(
            "https: {connections} connections, {:.0} requests per second, p50 {:?}, p99 {:?}",
            count / wall,
            at(0.5),
            at(0.99)
        );
    });
    end(child);
}

async fn ask<S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin>(
    client: &mut live::Client<S>,
    request: &[u8],
) {
    client.write(request).await.unwrap();
    let answer = client.bare_answer().await.unwrap();
    assert_eq!(answer.status, 200);
}

/// The server, in a process of its own, until its standard input ends.
fn serve() {
    telemetry::begin(Level::INFO).unwrap();
    let workers = std::env::args().nth(2).and_then(|text| text.parse().ok()).unwrap_or(1);
    let runtime = match workers {
        0 => tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap(),
        some => tokio::runtime::Builder::new_multi_thread().worker_threads(some).enable_all().build().unwrap(),
    };
    runtime.block_on(async {
        let capacity = Capacity { at_once: 2, waiting: 1000, deadline: Duration::from_secs(20) };
        let world = world::World::limited(ServiceLimits {
            capacity,
            per_caller: 1000,
            bodies_bytes: 256 << 20,
            ..world::LIMITS
        });
        let mut live = live::Live::start(&world).await;
        println!("{}\n{}end", live.address, live.certificate);
        std::io::stdout().flush().unwrap();
        let _ = tokio::task::spawn_blocking(|| std::io::stdin().read_line(&mut String::new())).await;
        live.stop();
        live.stopped().await;
    });
}

fn end(mut child: Child) {
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
}

/// CPU time of a process in microseconds, its own and the system's for it.
fn cpu(process: &str) -> f64 {
    let path = format!("/proc/{process}/stat");
    let text = std::fs::read_to_string(path).unwrap();
    let fields: Vec<&str> = text.rsplit(')').next().unwrap().split_whitespace().collect();
    // Fields 14 and 15 of proc(5), in hundredths of a second; the second field ended before.
    let ticks: f64 = fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap();
    ticks * 10_000.0
}
