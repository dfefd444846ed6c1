//! Looking for newer trust lists when things go wrong: the server is down, serves an older list, another one of the same
//! number, a page for people; the disk is full; two processes use one folder.

#![expect(clippy::disallowed_methods, reason = "a test reads its material from files, and makes folders")]

mod support;

use std::collections::VecDeque;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine;
use sigillum::crypto::{DigestAlgorithm, digest};
use sigillum::limits::{Budget, Limits};
use sigillum::service::ports::{Clock, FetchList, Identifiers, KeepLists, ListUnkept, NoRandomness, Pending};
use sigillum::service::{ListSource, Refresh, Refreshed};
use sigillum::storage::lists::ListFolder;
use sigillum::syntax::url::HttpUrl;
use sigillum::syntax::xml::{NodeId, Tree, decode};
use sigillum::time::Timestamp;
use sigillum::trust::{ListSigner, ListState, Listing, Look, Scheme, TrustStore};
use sigillum::validation::FetchOutcome;

/// Answers in turn.
#[derive(Default)]
struct Served(Mutex<VecDeque<Result<Arc<[u8]>, FetchOutcome>>>);

impl FetchList for Served {
    fn fetch_list(&self, _: &HttpUrl, _: Duration) -> Pending<'_, Result<Arc<[u8]>, FetchOutcome>> {
        let next = self.0.lock().unwrap().pop_front().unwrap_or(Err(FetchOutcome::ConnectionBroken));
        Box::pin(std::future::ready(next))
    }
}

struct Now;

fn now() -> Timestamp {
    Timestamp::from_rfc3339("2026-11-22T12:00:00Z").unwrap()
}

impl Clock for Now {
    fn now(&self) -> Timestamp {
        now()
    }
}

impl Identifiers for Now {
    fn next(&self) -> Result<String, NoRandomness> {
        Ok("a".to_owned())
    }
}

struct Full;

impl KeepLists for Full {
    fn keep(&self, _: &Listing) -> Result<(), ListUnkept> {
        Err(ListUnkept("no space left on device".to_owned()))
    }

    fn note(&self, _: &str, _: &Look) -> Result<(), ListUnkept> {
        Err(ListUnkept("no space left on device".to_owned()))
    }
}

/// Lists by their sequence numbers.
type Numbered = Vec<(u64, Arc<[u8]>)>;

/// Estonian lists of different times, the oldest first, and who signs them.
fn lists() -> Option<(Numbered, Vec<ListSigner>)> {
    let corpus = support::shared()?.join("data/corpus");
    let files = [
        "MatthiasValvekens__pyHanko/internal/common-test-utils/src/pyhanko_testing_commons/test_data/data/tl/tsl-ee.xml",
        "itext__itext-java/sign/src/test/resources/com/itextpdf/signatures/validation/lotl/XmlCertificateRetrieverTest/estoniaTrustedList.xml",
        "peponeska__eu-trustlist/EE/TSL_EE.xml",
    ];
    let mut found: Numbered = Vec::new();
    let mut signers = Vec::new();
    for file in files {
        let bytes: Arc<[u8]> = support::read(&corpus.join(file)).into();
        let own = signer(&bytes);
        signers.push(own);
        let listing = Listing::new("ee".to_owned(), Scheme::Eu, vec![own]).after(Arc::clone(&bytes), now());
        let number = listing.list.expect(file).list().sequence_number;
        if found.iter().all(|(known, _)| *known != number) {
            found.push((number, bytes));
        }
    }
    found.sort_by_key(|(number, _)| *number);
    Some((found, signers))
}

fn signer(bytes: &[u8]) -> ListSigner {
    let text = decode(bytes).unwrap();
    let tree = Tree::parse(&text, &mut Budget::new(&Limits::DEFAULT)).unwrap();
    let mut all = tree.subtree(NodeId::ROOT).filter_map(|node| tree.element(node));
    let own = all.rfind(|one| one.is("http://www.w3.org/2000/09/xmldsig#", "X509Certificate")).unwrap();
    let dense: String = tree.string_value(own.id()).split_whitespace().collect();
    let der = base64::engine::general_purpose::STANDARD.decode(dense).unwrap();
    ListSigner { sha256: digest(DigestAlgorithm::Sha256, &der), from: None, until: None }
}

fn look(
    store: &TrustStore,
    keep: Option<Arc<dyn KeepLists>>,
    served: Result<Arc<[u8]>, FetchOutcome>,
) -> (Refreshed, TrustStore) {
    let fetch = Served(Mutex::new([served].into()));
    let source = ListSource { name: "ee".to_owned(), url: HttpUrl::parse("http://localhost/list.xml").unwrap() };
    let refresh = Refresh {
        sources: vec![source.clone()],
        fetch: Arc::new(fetch),
        keep,
        clock: Arc::new(Now),
        identifiers: Arc::new(Now),
        period: Duration::from_secs(3_600),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (how, after) = runtime.block_on(refresh.look(&source, store));
    (how, after.map_or_else(|| store.clone(), |listing| store.with_lists(vec![listing])))
}

fn number(store: &TrustStore) -> u64 {
    store.listings()[0].list.as_ref().unwrap().list().sequence_number
}

#[test]
fn whatever_is_served_the_last_good_list_stays() {
    let name = "trust list refresh";
    let Some((lists, signers)) = lists() else { return support::skipped(name) };
    let [(first, old), .., (last, new)] = lists.as_slice() else { panic!("{}", lists.len()) };
    let folder = tempfile::tempdir().unwrap();
    let keep = || Some(Arc::new(ListFolder::new(folder.path().join("lists"))) as Arc<dyn KeepLists>);
    let empty = TrustStore::default().with_lists(vec![Listing::new("ee".to_owned(), Scheme::Eu, signers.clone())]);
    let (how, store) = look(&empty, keep(), Err(FetchOutcome::ConnectionBroken));
    assert_eq!((how, store.is_empty()), (Refreshed::Failed(FetchOutcome::ConnectionBroken), true));
    assert_eq!(store.listings()[0].state(now()), ListState::Unverified);
    let (how, store) = look(&empty, keep(), Ok(Arc::clone(old)));
    assert_eq!((how, number(&store)), (Refreshed::New, *first));
    let (how, store) = look(&store, keep(), Ok(Arc::clone(new)));
    assert_eq!((how, number(&store)), (Refreshed::New, *last));
    let (how, store) = look(&store, keep(), Ok(Arc::clone(new)));
    assert_eq!((how, number(&store)), (Refreshed::Same, *last));
    let mut flipped = new.to_vec();
    let at = flipped.windows(7).position(|window| window == b"granted").unwrap();
    flipped[at] ^= 2;
    let html: Arc<[u8]> = b"<!DOCTYPE html><html><body>Log in</body></html>".as_slice().into();
    for (served, code) in [
        (Ok(Arc::clone(old)), "older"),
        (Ok(html), "forbidden-xml"),
        (Ok(b"".as_slice().into()), "not-a-document"),
        (Ok(new[..new.len() / 2].into()), "malformed-xml"),
        (Ok(flipped.into()), "changed"),
    ] {
        let (how, after) = look(&store, keep(), served);
        assert_eq!((how, number(&after)), (Refreshed::Refused(code.to_owned()), *last), "{code}");
        assert_eq!(after.services().len(), store.services().len());
        assert_eq!(after.lists(now())[0].reason.as_deref(), Some(code));
        // What comes well afterwards makes it good again.
        assert_eq!(look(&after, keep(), Ok(Arc::clone(new))).1.lists(now())[0].reason, None);
    }
    let (how, after) = look(&store, keep(), Err(FetchOutcome::Timeout));
    assert_eq!((how, number(&after)), (Refreshed::Failed(FetchOutcome::Timeout), *last));
    // What was kept is what was last good, and it is verified again.
    let kept = ListFolder::new(folder.path().join("lists")).load("ee").unwrap().unwrap();
    assert!(kept.bytes == *new && kept.taken_at == now());
    let listing = Listing::new("ee".to_owned(), Scheme::Eu, signers.clone());
    assert!(listing.restored(Arc::clone(&kept.bytes), kept.taken_at).is_ok());
    assert!(Listing::new("ee".to_owned(), Scheme::Eu, Vec::new()).restored(kept.bytes, kept.taken_at).is_err());
    support::suite(name, 12);
}

#[test]
fn a_full_disk_and_a_second_process_take_nothing_back() {
    let name = "trust lists kept";
    let Some((lists, signers)) = lists() else { return support::skipped(name) };
    let [(first, old), .., (last, new)] = lists.as_slice() else { panic!("{}", lists.len()) };
    let empty = TrustStore::default().with_lists(vec![Listing::new("ee".to_owned(), Scheme::Eu, signers)]);
    let (how, store) = look(&empty, Some(Arc::new(Full)), Ok(Arc::clone(new)));
    assert!(matches!(how, Refreshed::Unkept(_)), "{how:?}");
    assert_eq!(number(&store), *last, "it is in use all the same");
    // A folder that cannot be made.
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("file"), b"").unwrap();
    let nowhere: Arc<dyn KeepLists> = Arc::new(ListFolder::new(folder.path().join("file").join("lists")));
    assert!(matches!(look(&empty, Some(nowhere), Ok(Arc::clone(new))).0, Refreshed::Unkept(_)));
    // One process has taken up the newer list; another, which was late, has the older one.
    let place = folder.path().join("lists");
    let (one, other) = (ListFolder::new(place.clone()), ListFolder::new(place.clone()));
    let newer = &look(&empty, None, Ok(Arc::clone(new))).1.listings()[0].clone();
    let older = &look(&empty, None, Ok(Arc::clone(old))).1.listings()[0].clone();
    assert_eq!(older.list.as_ref().unwrap().list().sequence_number, *first);
    one.keep(newer).unwrap();
    other.keep(older).unwrap();
    assert!(one.load("ee").unwrap().unwrap().bytes == *new);
    std::thread::scope(|scope| {
        for turn in 0..16 {
            let folder = ListFolder::new(place.clone());
            scope.spawn(move || folder.keep(if turn % 2 == 0 { newer } else { older }).unwrap());
        }
    });
    assert!(one.load("ee").unwrap().unwrap().bytes == *new);
    // What lies there broken is no list, and is replaced.
    std::fs::write(place.join("ee.list"), b"sigillum-list/1").unwrap();
    assert!(one.load("ee").is_err());
    one.keep(older).unwrap();
    assert!(one.load("ee").unwrap().unwrap().bytes == *old);
    assert!(Path::new(&place).join("ee.lock").is_file());
    support::suite(name, 6);
}
