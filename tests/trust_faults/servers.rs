//! Servers of lists that are down, slow, late, lying, or lead elsewhere, in the one run of the program that meets all of
//! them: the last good list stays, what went wrong is named, and what is well again is taken up while requests are
//! answered.

use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::list::ListMaker;
use crate::scene::{Lists, Scene, until};
use crate::support;
use crate::support::website::{Page, Website};

/// The numbers of the list that is good first, and of the one that is good afterwards.
const GOOD: u64 = 5;
const NEWER: u64 = 6;

/// Name of the list, what its server does, and how that is called.
type Fault = (&'static str, Page, &'static str, &'static str);

fn faults(maker: &ListMaker, other: &Website) -> Vec<Fault> {
    let list = maker.list(NEWER, 0);
    let raw = |text: &str| Page::Raw(text.as_bytes().to_vec());
    let moved = |status, place: &str| Page::Moved(status, place.to_owned());
    let mut changed = list.clone();
    let at = changed.windows(5).position(|window| window == b"ZZ: <").unwrap();
    changed[at] = b'Y';
    let html = b"<!DOCTYPE html><html><body>Log in</body></html>".to_vec();
    let page = b"<html xmlns=\"http://www.w3.org/1999/xhtml\"><body>Log in</body></html>".to_vec();
    let tick = Duration::from_millis(300);
    vec![
        ("yesterday", Page::of(maker.list(GOOD - 1, 0)), "refused", "older"),
        ("reused", Page::of(maker.list(GOOD, 1)), "refused", "sequence-reused"),
        ("changed", Page::of(changed), "refused", "changed"),
        ("stranger", Page::of(ListMaker::new().list(NEWER, 0)), "refused", "signer-not-pinned"),
        ("html", Page::of(html), "refused", "forbidden-xml"),
        ("xhtml", Page::of(page), "refused", "not-a-trust-list"),
        ("nothing", Page::of(Vec::new()), "refused", "not-a-document"),
        ("half", Page::of(list[..list.len() / 2].to_vec()), "refused", "malformed-xml"),
        ("truncated", Page::Lying(list.len() + 10, list.clone()), "failed", "connection-broken"),
        ("compressed", Page::Compressed(list.clone()), "failed", "encoding-refused"),
        ("no-http", raw("220 smtp.example.ch ESMTP\r\n"), "failed", "connection-broken"),
        ("reset", Page::Reset, "failed", "connection-broken"),
        ("trouble", Page::Status(503), "failed", "http-status-503"),
        ("gone", Page::Status(404), "failed", "http-status-404"),
        ("elsewhere", moved(302, &other.url("/good")), "failed", "redirect-refused"),
        ("circle", moved(302, "/circle"), "failed", "redirect-refused"),
        ("says-huge", Page::Lying(65 << 20, Vec::new()), "failed", "too-large"),
        ("endless", Page::Endless, "failed", "too-large"),
        ("silent", Page::Silent, "failed", "timeout"),
        ("dripping", Page::Dripping(list, tick), "failed", "timeout"),
    ]
}

/// The name of the list whose server is not there.
const DOWN: &str = "down";

#[test]
fn whatever_servers_do_the_last_good_list_stays_and_the_next_is_taken_up() {
    let (maker, other) = (ListMaker::new(), Website::new());
    let faults = faults(&maker, &other);
    let (site, address) = (Website::new(), free());
    let url = |name: &str| site.url(&format!("/{name}"));
    let mut lists: Vec<_> = faults.iter().map(|(name, ..)| ((*name).to_owned(), url(name))).collect();
    lists.push((DOWN.to_owned(), format!("http://{address}/{DOWN}")));
    let scene = Scene::new(&lists, None, &maker.pin());
    let names: Vec<&str> = lists.iter().map(|(name, _)| &**name).collect();
    let serve_all = |number: u64| {
        names.iter().for_each(|name| site.put(&format!("/{name}"), Page::of(maker.list(number, 0))));
        let there = Website::at(address);
        there.put("/", Page::of(maker.list(number, 0)));
        there
    };

    // All is well: the lists are there.
    let there = serve_all(GOOD);
    let (code, lines) = scene.refresh();
    assert_eq!(code, Some(0), "{lines:?}");
    assert!(lines.len() == names.len() && lines.iter().all(|line| line.ends_with(": new")), "{lines:?}");
    drop(there);

    // Nothing is well. The program says so, and each list stays as it was.
    faults.iter().for_each(|(name, page, ..)| site.put(&format!("/{name}"), page.clone()));
    let mut causes: BTreeMap<&str, (&str, &str)> =
        faults.iter().map(|(name, _, outcome, reason)| (*name, (*outcome, *reason))).collect();
    causes.insert(DOWN, ("failed", "connection-failed"));
    let held = |lists: &Lists| {
        for (name, (outcome, reason)) in &causes {
            assert_eq!(lists.number(name), Some(GOOD), "{name}");
            assert_eq!(lists.list(name)["state"], "current", "{name}");
            assert_eq!(lists.last_look(name), ((*outcome).to_owned(), (*reason).to_owned()), "{name}");
        }
    };
    let begun = Instant::now();
    let (code, lines) = scene.refresh();
    assert_eq!(code, Some(1), "{lines:?}");
    for (name, (outcome, reason)) in &causes {
        assert!(lines.contains(&format!("{name}: {outcome}: {reason}")), "{name}: {lines:?}");
    }
    // The slow ones cost 3 s for a head and 10 s for a body; all others answer at once.
    println!("all faults in turn: {:?}", begun.elapsed());
    assert!(begun.elapsed() < Duration::from_secs(60), "{:?}", begun.elapsed());
    held(&scene.shown());
    let text = scene.text("en");
    assert!(
        text.contains("nothing came (connection-failed)") && text.contains("what came was refused (older)"),
        "{text}"
    );

    // The service meets the same, and answers meanwhile.
    thread::sleep(Duration::from_secs(1));
    let (start, started) = (sigillum::clock::now().to_string(), Instant::now());
    let service = scene.serve();
    let trust = until("every list was looked for", || {
        let _ = service.validated();
        let trust = service.trust();
        let looked =
            |name: &&str| trust.list(name)["lastLook"]["time"].as_str().is_some_and(|time| time >= &*start);
        names.iter().all(looked).then_some(trust)
    });
    held(&trust);
    assert_eq!(other.connections(), 0);

    // All is well again: the new lists come into use while requests are answered, and none of these fails.
    let there = serve_all(NEWER);
    let (done, answered) = (AtomicBool::new(false), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let mut known: BTreeMap<String, u64> = BTreeMap::new();
                while !done.load(Ordering::SeqCst) {
                    let report = service.validated();
                    for list in report["trust"]["lists"].as_array().unwrap() {
                        let number = list["sequenceNumber"].as_u64().unwrap();
                        assert!((GOOD..=NEWER).contains(&number), "{list}");
                        let name = list["name"].as_str().unwrap_or_default().to_owned();
                        let before = known.insert(name, number).unwrap_or_default();
                        assert!(number >= before || list["name"].is_null(), "{list}");
                    }
                    answered.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
        let all_new = || {
            let trust = service.trust();
            names.iter().all(|name| trust.number(name) == Some(NEWER)).then_some(trust)
        };
        let taken = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| until("the newer lists", all_new)));
        done.store(true, Ordering::SeqCst);
        let trust = taken.unwrap_or_else(|cause| std::panic::resume_unwind(cause));
        for name in &names {
            assert_eq!(trust.last_look(name).0, "new", "{name}");
        }
    });
    assert!(answered.load(Ordering::SeqCst) > 10, "{answered:?}");

    // What failed was asked for again about a minute later, then after two, and not all at the same time.
    let mut waits: Vec<Duration> = Vec::new();
    for name in names.iter().filter(|name| !["circle", DOWN].contains(*name)) {
        let path = format!("/{name}");
        let seen = site.seen().into_iter().filter(|seen| seen.target == path).map(|seen| seen.at);
        let mut seen: Vec<Instant> = seen.filter(|at| *at > started).collect();
        // On a connection that was kept and is broken a question is asked a second time, at once.
        seen.dedup_by(|later, before| *later - *before < Duration::from_secs(5));
        assert!((2..=3).contains(&seen.len()), "{name}: {}", seen.len());
        for (number, pair) in seen.windows(2).enumerate() {
            assert!(pair[1] - pair[0] > Duration::from_secs([53, 106][number]), "{name}: {pair:?}");
        }
        waits.push(seen[1] - seen[0]);
    }
    let (least, most) = (waits.iter().min().unwrap(), waits.iter().max().unwrap());
    assert!(*most - *least > Duration::from_millis(100), "{waits:?}");
    let log = service.lines.lock().unwrap().join("\n");
    assert!(log.contains("no trust list came") && log.contains("a trust list was refused"), "{log}");
    service.end();

    // Without a network the newer ones are there; what is older is refused now.
    drop(there);
    let shown = scene.shown();
    assert!(names.iter().all(|name| shown.number(name) == Some(NEWER)), "{shown:?}");
    site.put("/yesterday", Page::of(maker.list(GOOD, 0)));
    let (code, lines) = scene.refresh();
    assert!(code == Some(1) && lines.contains(&"yesterday: refused: older".to_owned()), "{lines:?}");
    support::suite("trust list servers", causes.len());
}

/// An address on which nobody listens.
fn free() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}
