//! The guard, the cache, the single flight, the back-off, the proxy, TLS.

#![expect(clippy::disallowed_methods, reason = "these tests damage the files of a cache")]

use std::fs;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use rcgen::{CertificateParams, KeyPair};
use sigillum::outbound::{BackOff, Outbound, OutboundError, Settings};
use sigillum::pki::Certificate;
use sigillum::service::ports::{Asked, CacheUse, Fetch};
use sigillum::syntax::url::{HostRule, HttpUrl};
use sigillum::validation::NeedKind;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::task::JoinSet;

use crate::support;
use crate::support::website::{Page, Website};
use crate::world::{World, asked, crl, vouched, word};

#[tokio::test]
async fn a_host_that_nobody_vouches_for_sees_no_connection() {
    let world = World::new();
    let stranger = Website::new();
    let outbound = world.outbound();
    assert_eq!(crl(&outbound, &stranger.url("/x")).await, "refused-host");
    // An anchor vouches, but not for what it must not: loopback.
    let answered = outbound.fetch(vouched(NeedKind::Crl, &stranger.url("/x"))).await;
    assert_eq!((word(&answered).as_str(), answered.requests), ("refused-address", 0));
    assert_eq!(stranger.connections(), 0);
}

#[tokio::test]
async fn a_name_with_an_address_that_must_not_be_asked_is_refused() {
    let world = World::new();
    let stranger = Website::new();
    let outbound = world.outbound();
    let cases = [
        "127.0.0.1",
        "10.0.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "::1",
        "::ffff:127.0.0.1",
        "fe80::1",
        "fd00:ec2::254",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "ff02::1",
    ];
    for address in cases {
        world.names.put("crl.example.ch", &[address]);
        let url = format!("http://crl.example.ch:{}/x", stranger.address.port());
        let answered = outbound.fetch(vouched(NeedKind::Crl, &url)).await;
        assert_eq!(word(&answered), "refused-address", "{address}");
    }
    world.names.put("crl.example.ch", &[]);
    let answered = outbound.fetch(vouched(NeedKind::Crl, "http://crl.example.ch/x")).await;
    assert_eq!(word(&answered), "name-not-resolved");
    assert_eq!(
        word(&outbound.fetch(vouched(NeedKind::Crl, "http://gone.example.ch/x")).await),
        "name-not-resolved"
    );
    assert_eq!(stranger.connections(), 0);
    support::suite("gathering addresses", cases.len());
}

#[tokio::test]
async fn the_operator_opens_private_addresses_and_only_those() {
    let mut world = World::new();
    let port = world.website.address.port();
    let rule = |host: &str| HostRule::parse(&format!("{host}:{port}")).unwrap();
    world.settings.allow_hosts = vec![rule("ca.intern"), rule("cloud.intern")];
    world.website.put("/crl", Page::of(world.authority.crls(60)[0].clone()));
    // Addresses that must not be asked are left out; one that may be asked is left.
    world.names.put("ca.intern", &["169.254.169.254", "127.0.0.1"]);
    world.names.put("cloud.intern", &["169.254.169.254"]);
    let outbound = world.outbound();
    assert_eq!(crl(&outbound, &format!("http://ca.intern:{port}/crl")).await, "fetched");
    assert_eq!(world.names.asked.load(Ordering::SeqCst), 1, "resolved once: what was checked is what is asked");
    assert_eq!(world.website.seen()[0].head.matches(&format!("host: ca.intern:{port}\r\n")).count(), 1);
    assert_eq!(crl(&outbound, &format!("http://cloud.intern:{port}/crl")).await, "refused-address");
    assert_eq!(crl(&outbound, "http://ca.intern/crl").await, "refused-host", "another port");
}

#[tokio::test]
async fn many_that_need_the_same_ask_once() {
    let world = World::new();
    let [list, other] = world.authority.crls(3_600);
    world.website.put("/crl", Page::Content(list, Duration::from_millis(200)));
    world.website.put("/other", Page::Content(other, Duration::from_millis(200)));
    let outbound = world.outbound();
    let mut tasks = JoinSet::new();
    for n in 0..50 {
        let (outbound, url) = (outbound.clone(), world.website.url(if n % 2 == 0 { "/crl" } else { "/other" }));
        tasks.spawn(async move { crl(&outbound, &url).await });
    }
    let words = tasks.join_all().await;
    assert!(words.iter().all(|word| word == "fetched"), "{words:?}");
    assert_eq!((world.website.count("/crl"), world.website.count("/other")), (1, 1));
    assert_eq!(crl(&outbound, &world.website.url("/crl")).await, "cached");
}

#[tokio::test]
async fn who_waits_no_longer_does_not_end_it_for_the_others() {
    let world = World::new();
    world.website.put("/crl", Page::Content(world.authority.crls(3_600)[0].clone(), Duration::from_millis(300)));
    let outbound = world.outbound();
    let url = world.website.url("/crl");
    let impatient = Asked { within: Duration::from_millis(50), ..asked(NeedKind::Crl, &url) };
    assert_eq!(word(&outbound.fetch(impatient).await), "timeout");
    assert_eq!(crl(&outbound, &url).await, "fetched");
    assert_eq!(world.website.count("/crl"), 1);
}

#[tokio::test]
async fn connections_are_kept_and_bounded() {
    let world = World::new();
    let list = &world.authority.crls(3_600)[0];
    world.website.put("/one", Page::of(list.clone()));
    let outbound = world.outbound();
    for n in 0..5 {
        assert_eq!(crl(&outbound, &world.website.url(&format!("/one/{n}"))).await, "fetched");
    }
    assert_eq!(world.website.connections(), 1);
    world.website.put("/many", Page::Content(list.clone(), Duration::from_millis(20)));
    let mut tasks = JoinSet::new();
    for n in 0..40 {
        let (outbound, url) = (outbound.clone(), world.website.url(&format!("/many/{n}")));
        tasks.spawn(async move { crl(&outbound, &url).await });
    }
    assert!(tasks.join_all().await.iter().all(|word| word == "fetched"));
    assert_eq!(world.website.count("/many"), 40);
    // Eight at the same time with one host, of which four are kept for what comes next.
    assert!(world.website.connections() <= 40, "{}", world.website.connections());
}

#[tokio::test]
async fn a_kept_connection_that_has_ended_is_made_anew() {
    let world = World::new();
    let list = world.authority.crls(3_600)[0].clone();
    let whole = format!("HTTP/1.1 200 X\r\nContent-Length: {}\r\n\r\n", list.len());
    world.website.put("/closing", Page::Raw([whole.as_bytes(), &list].concat()));
    let outbound = world.outbound();
    for n in 0..3 {
        assert_eq!(crl(&outbound, &world.website.url(&format!("/closing/{n}"))).await, "fetched");
    }
}

#[tokio::test]
async fn an_answer_is_kept_as_long_as_it_says_and_no_longer_than_a_day() {
    let world = World::new();
    let put = |path: &str, page: Vec<u8>| world.website.put(path, Page::of(page));
    put("/hour", world.authority.crls(3_600)[0].clone());
    put("/year", world.authority.crls(31_536_000)[0].clone());
    put("/over", world.authority.crls(-10)[0].clone());
    put("/ocsp", world.authority.ocsp(5, Some(3_600)));
    put("/open", world.authority.ocsp(5, None));
    let outbound = world.outbound();
    let fetch = async |path: &str| {
        let kind = if path == "/ocsp" || path == "/open" { NeedKind::Ocsp } else { NeedKind::Crl };
        word(&outbound.fetch(asked(kind, &world.website.url(path))).await)
    };
    for path in ["/hour", "/year", "/over", "/ocsp", "/open"] {
        assert_eq!(fetch(path).await, "fetched");
    }
    for (path, expected) in
        [("/hour", "cached"), ("/year", "cached"), ("/over", "fetched"), ("/ocsp", "cached"), ("/open", "fetched")]
    {
        assert_eq!(fetch(path).await, expected, "{path}");
    }
    world.clock.advance(3_599);
    assert_eq!((fetch("/hour").await.as_str(), fetch("/ocsp").await.as_str()), ("cached", "cached"));
    world.clock.advance(1);
    assert_eq!((fetch("/hour").await.as_str(), fetch("/ocsp").await.as_str()), ("fetched", "fetched"));
    assert_eq!(fetch("/year").await, "cached");
    world.clock.advance(86_400);
    assert_eq!(fetch("/year").await, "fetched");
    // What was no good is asked for anew.
    let anew = Asked { cache: CacheUse::Renew, ..asked(NeedKind::Crl, &world.website.url("/year")) };
    assert_eq!(word(&outbound.fetch(anew).await), "fetched");
}

#[tokio::test]
async fn what_is_kept_survives_a_restart_and_damage_is_no_error() {
    let mut world = World::new();
    let folder = tempfile::tempdir().unwrap();
    let cache = folder.path().join("cache");
    world.settings.cache = Some((cache.clone(), 1 << 20));
    world.website.put("/crl", Page::of(world.authority.crls(3_600)[0].clone()));
    let url = world.website.url("/crl");
    assert_eq!(crl(&world.outbound(), &url).await, "fetched");
    assert_eq!(crl(&world.outbound(), &url).await, "cached");
    let files = || fs::read_dir(&cache).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>();
    let [file] = &files()[..] else { panic!("{:?}", files()) };
    let mut content = fs::read(file).unwrap();
    *content.last_mut().unwrap() ^= 1;
    fs::write(file, content).unwrap();
    assert_eq!(crl(&world.outbound(), &url).await, "fetched");
    assert_eq!(crl(&world.outbound(), &url).await, "cached");
    fs::write(file, b"").unwrap();
    assert_eq!(crl(&world.outbound(), &url).await, "fetched");
    assert_eq!(world.website.count("/crl"), 3);
    world.clock.advance(3_600);
    assert_eq!(crl(&world.outbound(), &url).await, "fetched");
    // A folder that cannot be written to: everything works, and nothing is kept.
    fs::remove_dir_all(&cache).unwrap();
    fs::write(&cache, b"a file").unwrap();
    assert_eq!(crl(&world.outbound(), &url).await, "fetched");
}

#[tokio::test]
async fn what_failed_is_left_alone_for_a_while() {
    let mut world = World::new();
    let wait = Duration::from_millis(400);
    world.settings.back_off = BackOff { first: wait, most: wait };
    let outbound = world.outbound();
    let (gone, there) = (world.website.url("/gone"), world.website.url("/there"));
    world.website.put("/there", Page::of(world.authority.crls(3_600)[0].clone()));
    assert_eq!(crl(&outbound, &gone).await, "http-status-404");
    assert_eq!(crl(&outbound, &gone).await, "backing-off-http-status-404");
    assert_eq!(crl(&outbound, &there).await, "fetched", "another question at the same host");
    assert_eq!(world.website.count("/gone"), 1);
    world.website.put("/gone", Page::of(world.authority.crls(3_600)[0].clone()));
    tokio::time::sleep(wait).await;
    assert_eq!(crl(&outbound, &gone).await, "fetched");
    // Where nobody answers the host is left alone, whatever is asked.
    world.website.put("/silent", Page::Silent);
    assert_eq!(crl(&outbound, &world.website.url("/silent")).await, "timeout");
    assert_eq!(crl(&outbound, &world.website.url("/never-asked")).await, "backing-off-timeout");
    assert_eq!(crl(&outbound, &there).await, "cached", "what is at hand is still at hand");
    assert_eq!(world.website.count("/never-asked"), 0);
}

#[tokio::test]
async fn ocsp_goes_by_get_where_it_is_short_and_by_post_where_it_must() {
    let world = World::new();
    let response = world.authority.ocsp(5, None);
    let request: Arc<[u8]> = Arc::from(&b"\x30\x03\x02\x01\x05"[..]);
    let question = |path: &str, request: &Arc<[u8]>| Asked {
        ocsp_request: Some(Arc::clone(request)),
        ..asked(NeedKind::Ocsp, &world.website.url(path))
    };
    let outbound = world.outbound();
    world.website.put("/both", Page::of(response.clone()));
    assert_eq!(word(&outbound.fetch(question("/both", &request)).await), "fetched");
    assert_eq!(world.website.seen()[0].target, "/both/MAMCAQU%3D");

    world.website.put("/post", Page::Posted(response.clone()));
    let answered = outbound.fetch(question("/post", &request)).await;
    assert_eq!((word(&answered).as_str(), answered.requests), ("fetched", 2));
    let posted = world.website.seen().pop().unwrap();
    assert_eq!((&*posted.method, &*posted.target, &*posted.body), ("POST", "/post", &*request));
    assert!(posted.head.contains("application/ocsp-request"), "{}", posted.head);

    let long: Arc<[u8]> = Arc::from(vec![0x30; 300]);
    assert_eq!(word(&outbound.fetch(question("/both", &long)).await), "fetched");
    assert_eq!(world.website.seen().pop().unwrap().method, "POST");

    for (status, expected) in [
        (1, "malformed-request"),
        (2, "internal-error"),
        (3, "try-later"),
        (5, "sig-required"),
        (6, "unauthorized"),
    ] {
        world.website.put("/status", Page::of(vec![0x30, 3, 0x0a, 1, status]));
        let word = word(&outbound.fetch(question("/status", &request)).await);
        assert_eq!(word, format!("ocsp-{expected}"));
    }
    // A POST is not made a GET elsewhere.
    world.website.put("/moved", Page::Moved(302, "/both".to_owned()));
    assert_eq!(word(&outbound.fetch(question("/moved", &long)).await), "redirect-refused");
    world.website.put("/moved", Page::Moved(308, "/both".to_owned()));
    assert_eq!(word(&outbound.fetch(question("/moved", &long)).await), "fetched");
}

#[tokio::test]
async fn behind_a_proxy_nothing_is_resolved_here_and_the_host_is_still_checked() {
    let mut world = World::new();
    world.website.put("/crl", Page::of(world.authority.crls(60)[0].clone()));
    world.settings.proxy = Some(HttpUrl::parse(&world.website.url("/")).unwrap());
    world.settings.allow_hosts.clear();
    let outbound = world.outbound();
    let answered = outbound.fetch(vouched(NeedKind::Crl, "http://crl.example.ch/crl")).await;
    assert_eq!(word(&answered), "fetched");
    assert_eq!(world.names.asked.load(Ordering::SeqCst), 0);
    assert_eq!(world.website.seen()[0].target, "http://crl.example.ch/crl", "the whole URL");
    // What the proxy does not permit, and what is not asked of it.
    world.website.put("/secret", Page::Status(403));
    assert_eq!(
        word(&outbound.fetch(vouched(NeedKind::Crl, "http://h.example.ch/secret")).await),
        "http-status-403"
    );
    assert_eq!(crl(&outbound, "http://unknown.example.ch/crl").await, "refused-host");
    let literal = outbound.fetch(vouched(NeedKind::Crl, "http://127.0.0.1/crl")).await;
    assert_eq!(word(&literal), "refused-address");
    assert_eq!(world.website.seen().len(), 2);
    // Through https goes a tunnel, if the proxy lets it.
    let (_, root) = tls_server().await;
    world.settings.https_roots = vec![root];
    let outbound = world.outbound();
    let answered = outbound.fetch(vouched(NeedKind::Crl, "https://crl.example.ch/crl")).await;
    assert_eq!(word(&answered), "http-status-404");
    let seen = world.website.seen().pop().unwrap();
    assert_eq!((&*seen.method, &*seen.target), ("CONNECT", "crl.example.ch:443"));
    // It is an http server.
    let proxy = Some(HttpUrl::parse("https://proxy.example.ch").unwrap());
    let settings = Settings { proxy, ..world.settings.clone() };
    let refused = Outbound::new(settings, world.names.clone(), world.clock.clone()).unwrap_err();
    assert_eq!(refused, OutboundError::Proxy);
}

#[tokio::test]
async fn https_needs_roots_and_a_server_that_they_vouch_for() {
    let mut world = World::new();
    let (port, root) = tls_server().await;
    let (_, other) = tls_server().await;
    world.settings.allow_hosts = vec![HostRule::parse(&format!("localhost:{port}")).unwrap()];
    world.settings.allow_hosts.push(HostRule::parse(&format!("other.example.ch:{port}")).unwrap());
    for name in ["localhost", "other.example.ch"] {
        world.names.put(name, &["127.0.0.1"]);
    }
    let url = format!("https://localhost:{port}/crl");
    assert_eq!(crl(&world.outbound(), &url).await, "refused-https");
    world.settings.https_roots = vec![other];
    assert_eq!(crl(&world.outbound(), &url).await, "tls-failed");
    world.settings.https_roots = vec![root];
    let outbound = world.outbound();
    // The server answers with what is no CRL: it was asked.
    assert_eq!(crl(&outbound, &url).await, "unreadable");
    assert_eq!(crl(&outbound, &format!("https://other.example.ch:{port}/crl")).await, "tls-failed", "another name");
}

/// A TLS server for `localhost` that answers `x`; its port and its certificate.
async fn tls_server() -> (u16, Arc<Certificate>) {
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(["localhost".to_owned()]).unwrap().self_signed(&key).unwrap();
    let own = Arc::new(Certificate::parse(certificate.der()).unwrap());
    let key = rustls::pki_types::PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let configuration = rustls::ServerConfig::builder().with_no_client_auth();
    let configuration = configuration.with_single_cert(vec![certificate.der().clone()], key).unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(configuration));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                let Ok(octet) = stream.read_u8().await else { break };
                head.push(octet);
            }
            let _ = stream.write_all(b"HTTP/1.1 200 X\r\nContent-Length: 1\r\n\r\nx").await;
            let _ = stream.shutdown().await;
        }
    });
    (port, own)
}
