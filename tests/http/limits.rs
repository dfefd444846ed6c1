//! Under load: nothing is lost, nobody waits for ever, and memory stays within its limit.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use sigillum::config::ServiceLimits;
use sigillum::service::Capacity;
use tokio::task::JoinSet;

use crate::live::{Live, validation};
use crate::support;
use crate::world::{ALL, LIMITS, SIGNED, VALIDATOR, World, signed};

/// Everybody gets a report, or is told to come back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn overload_sheds_and_loses_nothing() {
    let capacity = Capacity { at_once: 1, waiting: 2, deadline: Duration::from_secs(20) };
    let world = World::limited(ServiceLimits { capacity, per_caller: 6, ..LIMITS });
    let live = Arc::new(Live::start(&world).await);
    let mut clients = JoinSet::new();
    for n in 0..40 {
        let live = Arc::clone(&live);
        clients.spawn(async move {
            let token = if n % 2 == 0 { ALL } else { VALIDATOR };
            let mut client = live.connect().await;
            let mut outcomes = Vec::new();
            for _ in 0..10 {
                let answer = client.validate(token, &SIGNED).await.expect("every request has an answer");
                match answer.status.as_u16() {
                    200 => assert_eq!(answer.json()["summary"]["answer"], "valid"),
                    429 | 503 => assert_eq!(answer.headers["retry-after"], "1"),
                    other => panic!("{other}"),
                }
                outcomes.push(answer.status.as_u16());
            }
            outcomes
        });
    }
    let mut counts: BTreeMap<u16, usize> = BTreeMap::new();
    while let Some(outcomes) = clients.join_next().await {
        outcomes.unwrap().into_iter().for_each(|status| *counts.entry(status).or_default() += 1);
    }
    println!("overload: {counts:?}");
    assert_eq!(counts.values().sum::<usize>(), 400);
    assert_eq!(counts[&200], world.records(), "a report for each record and a record for each report");
    // Whoever has too many at once waits a little before he is refused, so 429 is seldom seen here.
    assert!(counts[&200] >= 10 && counts.contains_key(&503), "{counts:?}");
    // And then it is as if nothing had been.
    let mut client = live.connect().await;
    assert_eq!(client.validate(ALL, &SIGNED).await.unwrap().status, 200);
    support::suite("http overload", 400);
}

/// Ten times what there is room for, all at once and all sent: what is held is never more than the room. Measured in
/// a process of its own, since the other tests of this one take memory too.
#[test]
fn memory_stays_within_the_room_of_bodies() {
    let text = support::alone("limits::memory_alone");
    println!("{}", text.lines().find(|line| line.starts_with("ten times")).expect("what was measured"));
    support::suite("http memory", 80);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "its parent runs it, in a process of its own"]
async fn memory_alone() {
    const BODY: usize = 1 << 20;
    const ROOM: u64 = 8 << 20;
    let capacity = Capacity { at_once: 2, waiting: 1000, deadline: Duration::from_secs(60) };
    let limits = ServiceLimits { body_bytes: 2 << 20, bodies_bytes: ROOM, capacity, per_caller: 1000, ..LIMITS };
    let world = World::limited(limits);
    let live = Arc::new(Live::start(&world).await);
    let document: Arc<[u8]> = validation(ALL, &signed(BODY - 20_000)).into();
    let mut warm = live.connect().await;
    warm.write(&document).await.unwrap();
    assert_eq!(warm.answer("POST", "/v1/validations").await.unwrap().status, 200);
    // Connections are opened first, so that what is measured is bodies.
    let mut connections = Vec::new();
    for _ in 0..80 {
        connections.push(live.connect().await);
    }
    let before = resident();
    let peak = Arc::new(AtomicU64::new(0));
    let watching = tokio::spawn({
        let peak = Arc::clone(&peak);
        async move {
            loop {
                peak.fetch_max(resident(), Ordering::SeqCst);
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        }
    });
    let mut clients = JoinSet::new();
    for mut client in connections {
        let document = Arc::clone(&document);
        clients.spawn(async move {
            client.write(&document).await.expect("it may be sent whole");
            client.answer("POST", "/v1/validations").await.expect("an answer").status.as_u16()
        });
    }
    let mut counts: BTreeMap<u16, usize> = BTreeMap::new();
    while let Some(status) = clients.join_next().await {
        *counts.entry(status.unwrap()).or_default() += 1;
    }
    watching.abort();
    let grown = peak.load(Ordering::SeqCst).saturating_sub(before);
    println!("ten times the room: {counts:?}, memory grew by {} KiB with room for {} KiB", grown >> 10, ROOM >> 10);
    assert!(counts.keys().all(|status| [200, 503].contains(status)), "{counts:?}");
    assert!(counts[&200] >= 8 && counts[&503] >= 1, "{counts:?}");
    // Besides the room: what is decoded of two documents, pieces of clients and connections on their way.
    let others = (80 * (64 << 10)) + (16 << 20);
    assert!(grown <= ROOM + others, "memory grew by {grown} bytes");
}

/// Bytes of this process in memory, the clients of the test among them.
fn resident() -> u64 {
    let status = support::read_text(std::path::Path::new("/proc/self/status"));
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("the system says");
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() << 10
}
