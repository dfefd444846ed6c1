//! Through real TLS sockets: what clients do on the wire, well and badly.

use std::time::Duration;

use sigillum::config::ServiceLimits;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{sleep, timeout};

use crate::live::{Client, Live, head, validation};
use crate::support;
use crate::world::{ALL, LIMITS, SIGNED, World};

/// Long enough for a limit to be reached, short enough for a test.
const SHORT: Duration = Duration::from_millis(400);

/// More than a limit and the time to notice it.
const LONGER: Duration = Duration::from_secs(5);

#[tokio::test]
async fn a_kept_connection_answers_one_request_after_another() {
    let world = World::new();
    let live = Live::start(&world).await;
    for version in [&rustls::version::TLS13, &rustls::version::TLS12] {
        let mut client = live.connect_with(version).await;
        assert_eq!(client.stream.get_ref().1.alpn_protocol(), Some(&b"http/1.1"[..]));
        let suite = format!("{:?}", client.stream.get_ref().1.negotiated_cipher_suite().unwrap().suite());
        assert!(suite.contains("AES_128_GCM"), "{suite}");
        for _ in 0..3 {
            let answer = client.validate(ALL, &SIGNED).await.unwrap();
            assert_eq!(answer.json()["summary"]["answer"], "valid");
        }
        client.write(&head("GET", "/v1/policies", &[("Authorization", &format!("Bearer {ALL}"))])).await.unwrap();
        assert_eq!(client.answer("GET", "/v1/policies").await.unwrap().status, 200);
        client.write(&head("HEAD", "/openapi.json", &[])).await.unwrap();
        let mut rest = vec![0; 4096];
        let read = client.stream.read(&mut rest).await.unwrap();
        assert!(rest[..read].starts_with(b"HTTP/1.1 200 OK") && rest[..read].ends_with(b"\r\n\r\n"));
    }
    assert_eq!(world.records(), 6);
}

#[tokio::test]
async fn pipelined_requests_are_answered_in_order() {
    let world = World::new();
    let live = Live::start(&world).await;
    let mut client = live.connect().await;
    let requests: Vec<u8> =
        (0..5).flat_map(|n| head("GET", "/health/live", &[("X-Request-Id", &format!("n{n}"))])).collect();
    client.write(&requests).await.unwrap();
    for n in 0..5 {
        let answer = client.answer("GET", "/health/live").await.unwrap();
        assert_eq!(answer.headers["x-request-id"], format!("n{n}").as_str());
    }
}

#[tokio::test]
async fn a_body_may_come_in_chunks_and_wait_to_be_asked_for() {
    let world = World::new();
    let live = Live::start(&world).await;
    let mut client = live.connect().await;
    let fields = [
        ("Authorization", format!("Bearer {ALL}")),
        ("Content-Type", "application/pdf".to_owned()),
        ("Transfer-Encoding", "chunked".to_owned()),
        ("Expect", "100-continue".to_owned()),
    ];
    let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    client.write(&head("POST", "/v1/validations?policy=no-revocation", &fields)).await.unwrap();
    assert_eq!(client.bare_answer().await.unwrap().status, 100);
    for chunk in SIGNED.chunks(7000) {
        client.write(format!("{:x}\r\n", chunk.len()).as_bytes()).await.unwrap();
        client.write(chunk).await.unwrap();
        client.write(b"\r\n").await.unwrap();
    }
    client.write(b"0\r\nTrailer: ignored\r\n\r\n").await.unwrap();
    let answer = client.answer("POST", "/v1/validations").await.unwrap();
    assert_eq!(answer.json()["summary"]["answer"], "valid");

    // Who is refused is not asked for his body.
    client.write(&head("POST", "/v1/validations?colour=1", &fields)).await.unwrap();
    assert_eq!(client.answer("POST", "/v1/validations").await.unwrap().status, 400);
}

#[tokio::test]
async fn whoever_is_refused_hears_why_also_while_he_sends() {
    let world = World::new();
    let live = Live::start(&world).await;
    // A megabyte that nobody wants: the answer has to arrive all the same, and the connection goes on.
    let mut client = live.connect().await;
    for _ in 0..2 {
        let answer = client.validate(ALL, &vec![b'x'; 1 << 20]).await.unwrap();
        assert_eq!(answer.problem(), (413, "body-too-large".to_owned()));
        assert_eq!(answer.json()["maximum"], LIMITS.body_bytes);
        let answer = client.validate("wrong", &vec![b'x'; 1 << 20]).await.unwrap();
        assert_eq!(answer.problem(), (401, "unauthenticated".to_owned()));
    }
    assert_eq!(client.validate(ALL, &SIGNED).await.unwrap().status, 200);

    // In chunks nobody knows the length before: it is noticed on the way.
    let mut client = live.connect().await;
    let fields = [
        ("Authorization", &*format!("Bearer {ALL}")),
        ("Content-Type", "application/pdf"),
        ("Transfer-Encoding", "chunked"),
    ];
    client.write(&head("POST", "/v1/validations", &fields)).await.unwrap();
    let chunk = vec![b'x'; 100_000];
    for _ in 0..5 {
        client.write(format!("{:x}\r\n", chunk.len()).as_bytes()).await.unwrap();
        client.write(&chunk).await.unwrap();
        client.write(b"\r\n").await.unwrap();
    }
    let answer = client.answer("POST", "/v1/validations").await.unwrap();
    assert_eq!(answer.problem(), (413, "body-too-large".to_owned()));
}

#[tokio::test]
async fn a_slow_head_ends_the_connection() {
    let world = World::limited(ServiceLimits { header_time: SHORT, ..LIMITS });
    let live = Live::start(&world).await;
    // Not even a handshake.
    let mut silent = live.tcp().await;
    // A handshake, and then nothing.
    let mut idle = live.connect().await;
    // One header line after another, for ever.
    let mut slow = live.connect().await;
    slow.write(b"GET /health/live HTTP/1.1\r\n").await.unwrap();
    let dripping = async {
        for n in 0.. {
            sleep(Duration::from_millis(50)).await;
            if slow.write(format!("X-{n}: y\r\n").as_bytes()).await.is_err() {
                return;
            }
        }
    };
    timeout(LONGER, dripping).await.expect("the slow one is cut off");
    assert!(timeout(LONGER, idle.ended()).await.expect("the idle one is cut off"));
    let mut octet = [0];
    assert!(matches!(
        timeout(LONGER, silent.read(&mut octet)).await.expect("the silent one is cut off"),
        Ok(0) | Err(_)
    ));
}

#[tokio::test]
async fn a_slow_body_is_a_bad_request_and_ends_the_connection() {
    let world = World::limited(ServiceLimits { body_time: SHORT, ..LIMITS });
    let live = Live::start(&world).await;
    let mut client = live.connect().await;
    client.write(&validation(ALL, &SIGNED)[..20_000]).await.unwrap();
    let answer = client.answer("POST", "/v1/validations").await.unwrap();
    assert_eq!(answer.problem(), (400, "bad-request".to_owned()));
    assert_eq!(answer.headers["connection"], "close");
    assert!(timeout(2 * LONGER, client.ended()).await.expect("an end"));
    // Its room and turn are free again.
    assert_eq!(live.connect().await.validate(ALL, &SIGNED).await.unwrap().status, 200);
}

#[tokio::test]
async fn whoever_does_not_read_his_answer_is_given_up() {
    let limits = ServiceLimits { body_time: SHORT, connections: 1, ..LIMITS };
    let world = World::limited(limits);
    let live = Live::start(&world).await;
    let mut client = live.connect().await;
    // Many answers of 70 KB that are not read: sooner or later nothing more fits between the two.
    let requests = head("GET", "/openapi.json", &[]).repeat(200);
    client.write(&requests).await.unwrap();
    // With its connection gone there is a place for another.
    let other = timeout(2 * LONGER, live.connect()).await;
    assert_eq!(other.expect("a place").validate(ALL, &SIGNED).await.unwrap().status, 200);
    drop(client);
}

#[tokio::test]
async fn a_client_that_breaks_off_costs_nothing_that_stays() {
    let world = World::limited(ServiceLimits { per_caller: 2, bodies_bytes: 128 << 10, ..LIMITS });
    let live = Live::start(&world).await;
    let request = validation(ALL, &SIGNED);
    for cut in [10, 100, 300, 5_000, request.len() - 1] {
        // In the middle of the body, with a reset and with a proper end.
        let mut client = live.connect().await;
        client.write(&request[..cut]).await.unwrap();
        if cut % 2 == 0 {
            client.stream.shutdown().await.unwrap();
        }
        drop(client);
    }
    // After the whole request, before its answer: it is done to its end, and is in the journal.
    let before = world.records();
    world.journal.close();
    for _ in 0..2 {
        let mut client = live.connect().await;
        client.write(&request).await.unwrap();
        sleep(Duration::from_millis(200)).await;
        drop(client);
    }
    sleep(Duration::from_millis(200)).await;
    let refused = live.connect().await.validate(ALL, &SIGNED).await.unwrap();
    assert_eq!(refused.problem().0, 429, "what is being done counts, also where nobody waits for it");
    world.journal.open();
    let patience = async {
        while world.records() < before + 2 {
            sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(LONGER, patience).await.expect("what was begun is finished");
    // In the middle of the answer.
    let mut client = live.connect().await;
    client.write(&request).await.unwrap();
    let mut octets = [0; 100];
    client.stream.read_exact(&mut octets).await.unwrap();
    drop(client);
    sleep(Duration::from_millis(100)).await;
    let mut client = live.connect().await;
    for _ in 0..5 {
        assert_eq!(client.validate(ALL, &SIGNED).await.unwrap().status, 200);
    }
}

#[tokio::test]
async fn what_is_no_tls_or_no_http_ends_and_hurts_nobody() {
    let world = World::new();
    let live = Live::start(&world).await;
    for garbage in [
        &b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"[..],
        &[0; 5000],
        &[0xff; 5000],
        b"\x16\x03\x01\xff\xff",
        b"SSH-2.0-x\r\n",
    ] {
        let mut stream = live.tcp().await;
        let _ = stream.write_all(garbage).await;
        let _ = stream.shutdown().await;
        let mut rest = Vec::new();
        let read = timeout(LONGER, stream.read_to_end(&mut rest)).await.expect("an end");
        assert!(read.is_err() || !rest.starts_with(b"HTTP"), "{rest:?}");
    }
    for (request, status) in [
        (b"nonsense\r\n\r\n".to_vec(), 400),
        (b"GET /health/live HTTP/1.1\r\nHost: a\r\nBad Header: x\r\n\r\n".to_vec(), 400),
        (b"POST /v1/validations HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n".to_vec(), 400),
        (b"POST /v1/validations HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n".to_vec(), 400),
        (head("GET", &format!("/{}", "a".repeat(70_000)), &[]), 431),
        (head("GET", "/health/live", &[("X-Long", &"a".repeat(70_000))]), 431),
        ([b"GET /health/live HTTP/1.1\r\n".to_vec(), b"X: y\r\n".repeat(65), b"\r\n".to_vec()].concat(), 431),
    ] {
        let mut client = live.connect().await;
        let _ = client.write(&request).await;
        let answer = timeout(LONGER, client.bare_answer()).await.expect("an answer");
        let answer = answer.unwrap_or_else(|error| panic!("{status}: {error}"));
        assert_eq!(answer.status.as_u16(), status);
        assert!(timeout(LONGER, client.ended()).await.expect("an end"));
    }
    // Transfer-Encoding beside Content-Length is how requests are smuggled: what comes after is no second request.
    let mut client = live.connect().await;
    let mut smuggled = head(
        "POST",
        "/v1/validations",
        &[
            ("Content-Length", "4"),
            ("Transfer-Encoding", "chunked"),
            ("Authorization", &format!("Bearer {ALL}")),
            ("Content-Type", "application/pdf"),
        ],
    );
    smuggled.extend_from_slice(b"0\r\n\r\n");
    client.write(&smuggled).await.unwrap();
    let answer = client.bare_answer().await.unwrap();
    assert!(answer.status == 400 || answer.status == 422, "{answer:?}");
    assert_eq!(live.connect().await.validate(ALL, &SIGNED).await.unwrap().status, 200);
}

#[tokio::test]
async fn http_1_0_is_answered_and_ends() {
    let world = World::new();
    let live = Live::start(&world).await;
    let mut client = live.connect().await;
    client.write(b"GET /health/live HTTP/1.0\r\n\r\n").await.unwrap();
    assert_eq!(client.answer("GET", "/health/live").await.unwrap().status, 200);
    assert!(client.ended().await);
    let mut client = live.connect().await;
    let request = String::from_utf8_lossy(&validation(ALL, b"")).replace("HTTP/1.1", "HTTP/1.0");
    client.write(request.as_bytes()).await.unwrap();
    assert_eq!(client.answer("POST", "/v1/validations").await.unwrap().problem().1, "not-a-document");
}

#[tokio::test]
async fn random_requests_are_answered_or_ended() {
    let world = World::limited(ServiceLimits { header_time: SHORT, body_time: SHORT, ..LIMITS });
    let live = Live::start(&world).await;
    let mut rng = support::rng::Rng::new(7);
    let base = [validation(ALL, b"%PDF-1.7 short"), head("GET", "/health/ready", &[("Accept", "*/*")])].concat();
    let mut cases = 0;
    for _ in 0..150 {
        let request = support::rng::mutate(&base, &mut rng);
        let mut client = live.connect().await;
        let _ = client.write(&request).await;
        let _ = client.stream.shutdown().await;
        let ending = async { while client.bare_answer().await.is_ok() {} };
        timeout(2 * LONGER, ending).await.expect("an end");
        cases += 1;
    }
    assert_eq!(live.connect().await.validate(ALL, &SIGNED).await.unwrap().status, 200);
    support::suite("http mutations", cases);
}

/// As people paste it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn curl_gets_a_report() {
    let world = World::new();
    let live = Live::start(&world).await;
    let folder = tempfile::tempdir().unwrap();
    let (document, root) = (folder.path().join("document.pdf"), folder.path().join("root.pem"));
    #[expect(clippy::disallowed_methods, reason = "curl reads files")]
    {
        std::fs::write(&document, &*SIGNED).unwrap();
        std::fs::write(&root, &live.certificate).unwrap();
    }
    let url = |path: &str| format!("https://localhost:{}{path}", live.address.port());
    let curl = |arguments: Vec<String>| {
        let output = std::process::Command::new("curl")
            .args(["--silent", "--show-error", "--max-time", "30", "--cacert"])
            .arg(&root)
            .args(arguments)
            .output();
        match output {
            Ok(output) => {
                assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
                Some(output.stdout)
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => panic!("{error}"),
        }
    };
    let token = format!("Authorization: Bearer {ALL}");
    let plain = [
        url("/v1/validations?policy=no-revocation"),
        "-H".into(),
        token.clone(),
        "-H".into(),
        "Content-Type: application/pdf".into(),
        "--data-binary".into(),
        format!("@{}", document.display()),
    ];
    let Some(report) = curl(plain.to_vec()) else {
        println!("SKIPPED http curl: not installed");
        return;
    };
    let report: serde_json::Value = serde_json::from_slice(&report).unwrap();
    assert_eq!(report["summary"]["answer"], "valid");
    let form = [
        url("/v1/validations?policy=no-revocation"),
        "-H".into(),
        token,
        "-F".into(),
        format!("document=@{}", document.display()),
        "-F".into(),
        "password=x".into(),
    ];
    let report: serde_json::Value = serde_json::from_slice(&curl(form.to_vec()).unwrap()).unwrap();
    assert_eq!(report["summary"]["answer"], "valid");
    let problem = curl(vec![url("/v1/policies")]).unwrap();
    let problem: serde_json::Value = serde_json::from_slice(&problem).unwrap();
    assert_eq!(problem["code"], "unauthenticated");
    support::suite("http curl", 3);
}

#[tokio::test]
async fn more_connections_than_there_may_be_wait() {
    let world = World::limited(ServiceLimits { connections: 2, ..LIMITS });
    let live = Live::start(&world).await;
    let mut first = live.connect().await;
    let second = live.connect().await;
    let third = live.try_connect();
    tokio::pin!(third);
    assert!(timeout(SHORT, third.as_mut()).await.is_err(), "there is no place yet");
    assert_eq!(first.validate(ALL, &SIGNED).await.unwrap().status, 200);
    drop(second);
    let mut third: Client<_> = timeout(LONGER, third).await.expect("a place").unwrap();
    assert_eq!(third.validate(ALL, &SIGNED).await.unwrap().status, 200);
}
