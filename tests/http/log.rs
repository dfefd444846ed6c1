//! The log: a line of JSON for each request, with identifiers and digests and nothing else.

use std::io;
use std::sync::{Arc, Mutex};

use serde_json::Value;
use sigillum::telemetry;
use tracing::Level;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::util::SubscriberInitExt;

use crate::support::alone;
use crate::world::{ALL, FORM, SIGNED, World, fixture, form, get, post};

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// In a process of its own: a log for one thread and none for the others of a test do not go together.
#[test]
fn a_line_says_who_and_what_and_tells_no_secret() {
    alone("log::one_log");
}

#[tokio::test]
#[ignore = "its parent runs it, in a process of its own"]
async fn one_log() {
    let lines = Lines::default();
    telemetry::to(Level::DEBUG, lines.clone()).try_init().unwrap();
    let world = World::new();
    let report = world.validate("?policy=no-revocation", &SIGNED).await.json();
    let encrypted = fixture("pdf/encrypted-aes256/document.pdf");
    let parts = form(&[("document", &encrypted), ("password", b"the-secret-password")]);
    world.send(post("/v1/validations", ALL, FORM, &parts)).await;
    world.send(post("/v1/validations", "a-wrong-token", "application/pdf", b"%PDF-content")).await;
    world.send(get("/v1/a-file-name.pdf?name=Muster", ALL)).await;
    world.journal.fails.store(true, std::sync::atomic::Ordering::SeqCst);
    world.validate("", &SIGNED).await;

    let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    let all: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect();
    let answered: Vec<_> = all.iter().filter(|line| line["message"] == "answered").collect();
    assert_eq!(answered.len(), 5);
    let first = answered[0];
    assert_eq!(first["caller"], "all");
    assert_eq!(first["method"], "POST");
    assert_eq!(first["route"], "/v1/validations");
    assert_eq!(first["status"], 200);
    assert_eq!(first["result_id"], report["reportId"]);
    assert_eq!(first["document_sha256"], report["document"]["sha256"]);
    assert!(first["milliseconds"].as_f64().unwrap() > 0.0 && first["request_id"].is_string());
    assert_eq!((&answered[2]["status"], &answered[2]["code"]), (&401.into(), &"unauthenticated".into()));
    assert_eq!((&answered[3]["route"], &answered[3]["status"]), (&"-".into(), &404.into()));
    let cause = all.iter().find(|line| line["message"] == "no result").expect("the cause is logged");
    assert_eq!(cause["span"]["request_id"], answered[4]["request_id"]);
    assert!(cause["cause"].as_str().unwrap().contains("disk"));

    let subject = report["signatures"][0]["signer"]["commonName"].as_str().unwrap();
    for secret in ["secret", "wrong-token", ALL, "content", "file-name", "Muster", "no-revocation", subject] {
        assert!(!text.contains(secret), "{secret} is in the log:\n{text}");
    }
}
