//! The end: what was accepted is answered, nothing new is.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::live::{Live, validation};
use crate::world::{ALL, SIGNED, World};

#[tokio::test]
async fn what_was_accepted_is_finished_and_idle_connections_end() {
    let world = World::new();
    let mut live = Live::start(&world).await;
    let mut idle = live.connect().await;
    assert_eq!(idle.validate(ALL, &SIGNED).await.unwrap().status, 200);
    // One is being worked on, one is still sending, one has gone away.
    world.journal.close();
    let mut working = live.connect().await;
    working.write(&validation(ALL, &SIGNED)).await.unwrap();
    let mut gone = live.connect().await;
    gone.write(&validation(ALL, &SIGNED)).await.unwrap();
    let mut sending = live.connect().await;
    let request = validation(ALL, &SIGNED);
    sending.write(&request[..30_000]).await.unwrap();
    sleep(Duration::from_millis(300)).await;
    drop(gone);
    live.stop();
    assert!(idle.ended().await, "idle connections end");
    let address = live.address;
    sending.write(&request[30_000..]).await.unwrap();
    sleep(Duration::from_millis(300)).await;
    assert!(tokio::net::TcpStream::connect(address).await.is_err(), "nothing new is accepted");
    assert_eq!(world.records(), 1);
    world.journal.open();
    for client in [&mut working, &mut sending] {
        let answer = client.answer("POST", "/v1/validations").await.unwrap();
        assert_eq!(answer.json()["summary"]["answer"], "valid");
        assert!(client.ended().await);
    }
    live.stopped().await;
    assert_eq!(world.records(), 4, "also what nobody waits for any more is in the journal");
}

#[tokio::test]
async fn without_work_it_ends_at_once() {
    let world = World::new();
    let mut live = Live::start(&world).await;
    let mut idle = live.connect().await;
    live.stop();
    timeout(Duration::from_secs(5), live.stopped()).await.expect("at once");
    assert!(idle.ended().await);
}

/// Many clients without a pause: each request is answered in full, or its connection ended before it was read.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn under_load_no_answer_is_cut() {
    let world = World::new();
    let mut live = Live::start(&world).await;
    let answered = Arc::new(AtomicUsize::new(0));
    let mut clients = JoinSet::new();
    for _ in 0..12 {
        let mut client = live.connect().await;
        let answered = Arc::clone(&answered);
        clients.spawn(async move {
            loop {
                if client.write(&validation(ALL, &SIGNED)).await.is_err() {
                    return;
                }
                match client.bare_answer().await {
                    Ok(answer) => {
                        assert_eq!(answer.status, 200);
                        assert_eq!(answer.json()["summary"]["answer"], "valid");
                        answered.fetch_add(1, Ordering::SeqCst);
                    }
                    Err(_) => {
                        assert!(client.ended().await, "an answer was begun and not finished");
                        return;
                    }
                }
            }
        });
    }
    while answered.load(Ordering::SeqCst) < 50 {
        sleep(Duration::from_millis(5)).await;
    }
    live.stop();
    while let Some(ended) = clients.join_next().await {
        ended.unwrap();
    }
    live.stopped().await;
    let answered = answered.load(Ordering::SeqCst);
    assert_eq!(answered, world.records(), "each record was answered, and each answer has its record");
}
