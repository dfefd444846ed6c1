//! `POST /v1/seals` where there is an answer.

use std::sync::atomic::Ordering;

use sigillum::service::ports::Begun;

use crate::world::{ALL, LIMITS, SIGNED, World, post};

#[tokio::test]
async fn a_repeated_request_gives_the_same_bytes_under_the_same_name() {
    let world = World::with_sealer(LIMITS, "no-revocation");
    let kept = Begun::Done { seal_id: "0000-4711".to_owned(), appended: b"what was appended".to_vec() };
    world.journal.tell("all", "key-1", kept);
    let longest = "k".repeat(255);
    world.journal.tell("all", &longest, Begun::Done { seal_id: "0000-4712".to_owned(), appended: Vec::new() });
    let ask = async |key: &str| {
        let mut request = post("/v1/seals?profile=official", ALL, "application/pdf", &SIGNED);
        request.headers_mut().insert("idempotency-key", key.parse().unwrap());
        request.headers_mut().insert("accept", "application/pdf".parse().unwrap());
        world.send(request).await
    };
    for _ in 0..2 {
        let answer = ask("key-1").await;
        assert_eq!(answer.headers["content-type"], "application/pdf");
        assert_eq!(answer.headers["sigillum-seal-id"], "0000-4711");
        assert!(answer.body.starts_with(&SIGNED));
        assert_eq!(&answer.body[SIGNED.len()..], b"what was appended");
    }
    assert_eq!(ask(&longest).await.body, *SIGNED);
}

#[tokio::test]
async fn without_a_journal_nothing_is_begun() {
    let world = World::with_sealer(LIMITS, "no-revocation");
    world.journal.fails.store(true, Ordering::SeqCst);
    let mut request = post("/v1/seals?profile=official", ALL, "application/pdf", &SIGNED);
    request.headers_mut().insert("idempotency-key", "key-1".parse().unwrap());
    assert_eq!(world.send(request).await.problem(), (503, "journal-unavailable".to_owned()));
}
