//! Slow, huge, lying, redirecting and resetting servers: each is bounded and has its word.

use std::time::Duration;

use sigillum::service::ports::Fetch;
use sigillum::validation::NeedKind;
use tokio::time::Instant;

use crate::support;
use crate::support::website::{Page, Website};
use crate::world::{World, asked, crl, word};

#[tokio::test]
async fn every_fault_has_its_word_and_its_bound() {
    let world = World::new();
    let other = Website::new();
    let [list, _] = world.authority.crls(3_600);
    let site = &world.website;
    let many = (0..100).map(|n| format!("X-{n}: y\r\n")).collect::<String>();
    let raw = |text: &str| Page::Raw(text.as_bytes().to_vec());
    let moved = |status, place: &str| Page::Moved(status, place.to_owned());
    let tick = Duration::from_millis(50);
    let here = |path: &str| site.url(path);
    let cases: &[(&str, Page, NeedKind, &str)] = &[
        ("/good", Page::of(list.clone()), NeedKind::Crl, "fetched"),
        ("/issuer", Page::of(world.authority.issuing()), NeedKind::Issuer, "fetched"),
        ("/issuer-cms", Page::of(world.authority.issuing_cms()), NeedKind::Issuer, "fetched"),
        ("/ocsp", Page::of(world.authority.ocsp(5, Some(60))), NeedKind::Ocsp, "fetched"),
        // Lying: another thing than what was asked for, another length, another encoding.
        ("/garbage", Page::of(b"<html>sorry</html>".to_vec()), NeedKind::Crl, "unreadable"),
        ("/nothing", Page::of(Vec::new()), NeedKind::Crl, "unreadable"),
        ("/other-kind", Page::of(world.authority.issuing()), NeedKind::Crl, "unreadable"),
        ("/other-kind-2", Page::of(list.clone()), NeedKind::Ocsp, "unreadable"),
        ("/longer", Page::Lying(list.len() + 10, list.clone()), NeedKind::Crl, "connection-broken"),
        ("/shorter", Page::Lying(list.len() - 10, list.clone()), NeedKind::Crl, "unreadable"),
        ("/compressed", Page::Compressed(list.clone()), NeedKind::Crl, "encoding-refused"),
        ("/no-http", raw("220 smtp.example.ch ESMTP\r\n"), NeedKind::Crl, "connection-broken"),
        ("/many-fields", raw(&format!("HTTP/1.1 200 X\r\n{many}\r\n")), NeedKind::Crl, "connection-broken"),
        (
            "/long-field",
            raw(&format!("HTTP/1.1 200 X\r\nX: {}\r\n\r\n", "y".repeat(100_000))),
            NeedKind::Crl,
            "connection-broken",
        ),
        (
            "/two-lengths",
            raw("HTTP/1.1 200 X\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"),
            NeedKind::Crl,
            "connection-broken",
        ),
        // Statuses.
        ("/gone", Page::Status(404), NeedKind::Crl, "http-status-404"),
        ("/trouble", Page::Status(503), NeedKind::Crl, "http-status-503"),
        ("/empty", Page::Status(204), NeedKind::Crl, "http-status-204"),
        ("/partial", Page::Status(206), NeedKind::Crl, "http-status-206"),
        // Huge.
        ("/says-huge", Page::Lying(33 << 20, Vec::new()), NeedKind::Crl, "too-large"),
        ("/huge-issuer", Page::of(vec![0x30; 257 << 10]), NeedKind::Issuer, "too-large"),
        ("/endless", Page::Endless, NeedKind::Ocsp, "too-large"),
        ("/endless-list", Page::Endless, NeedKind::Crl, "too-large"),
        // Slow.
        ("/silent", Page::Silent, NeedKind::Crl, "timeout"),
        ("/dripping", Page::Dripping(list.clone(), tick), NeedKind::Crl, "timeout"),
        ("/slow-head", Page::Content(list.clone(), Duration::from_secs(5)), NeedKind::Crl, "timeout"),
        // Breaking off.
        ("/reset", Page::Reset, NeedKind::Crl, "connection-broken"),
        ("/closes", raw(""), NeedKind::Crl, "connection-broken"),
        ("/half-head", raw("HTTP/1.1 200"), NeedKind::Crl, "connection-broken"),
        // Leading elsewhere.
        ("/to-same", moved(302, "/good"), NeedKind::Crl, "fetched"),
        ("/to-same-whole", moved(301, &here("/good")), NeedKind::Crl, "fetched"),
        ("/to-moved", moved(307, "/to-same"), NeedKind::Crl, "fetched"),
        ("/to-other", moved(302, &other.url("/good")), NeedKind::Crl, "redirect-refused"),
        ("/to-secret", moved(302, "http://169.254.169.254/latest"), NeedKind::Crl, "redirect-refused"),
        ("/to-file", moved(302, "file:///etc/passwd"), NeedKind::Crl, "redirect-refused"),
        ("/to-nowhere", moved(302, ""), NeedKind::Crl, "redirect-refused"),
        ("/to-circle", moved(302, "/to-circle"), NeedKind::Crl, "redirect-refused"),
        ("/see-other", moved(303, "/good"), NeedKind::Crl, "redirect-refused"),
        ("/not-modified", Page::Status(304), NeedKind::Crl, "redirect-refused"),
    ];
    let outbound = world.outbound();
    for (path, page, kind, expected) in cases {
        site.put(path, page.clone());
        let begun = Instant::now();
        let answered = outbound.fetch(asked(*kind, &site.url(path))).await;
        assert_eq!(word(&answered), *expected, "{path}");
        assert!(begun.elapsed() < Duration::from_secs(5), "{path}: {:?}", begun.elapsed());
        assert!((1..=4).contains(&answered.requests), "{path}: {}", answered.requests);
    }
    assert_eq!(site.count("/to-circle"), 4, "three redirections and no more");
    assert_eq!(other.connections(), 0);
    support::suite("gathering faults", cases.len());
}

#[tokio::test]
async fn nobody_there_is_no_connection() {
    let mut world = World::new();
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    world.settings.allow_hosts.push(sigillum::syntax::url::HostRule::parse(&closed.to_string()).unwrap());
    assert_eq!(crl(&world.outbound(), &format!("http://{closed}/x")).await, "connection-failed");
}
