//! Lists of lists: who signs them now, by pivots; the national lists that they announce; what is kept and read again.
//! The lists are made here; those of the outside material say that real ones have the same form.

#![cfg(feature = "service")]
#![expect(clippy::disallowed_methods, reason = "a test reads its material from files, and makes folders")]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sigillum::service::ports::{Clock, FetchList, Identifiers, KeepLists, NoRandomness, Pending};
use sigillum::service::{ListSource, Refresh, Refreshed};
use sigillum::storage::lists::ListFolder;
use sigillum::syntax::url::HttpUrl;
use sigillum::time::Timestamp;
use sigillum::trust::{
    ListState, Listing, Pivot, PivotError, Territories, TrustStore, follow_pivots, pivot_locations,
};
use sigillum::validation::qualification::{Impatient, Lists};
use sigillum::validation::{FetchOutcome, Policy};
use support::made_list::{ListMaker, MadeList, NATIONAL, OF_LISTS, Points};

const PLACE: &str = "http://lists.test/eu.xml";

fn now() -> Timestamp {
    Timestamp::from_rfc3339("2026-11-22T12:00:00Z").unwrap()
}

struct Now;

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

/// What is at which place, and what was asked for.
#[derive(Default)]
struct Web {
    pages: Mutex<BTreeMap<String, Arc<[u8]>>>,
    asked: Mutex<Vec<String>>,
    /// The most that were asked at the same time.
    at_once: Mutex<(usize, usize)>,
}

impl Web {
    fn put(&self, place: &str, bytes: &Arc<[u8]>) {
        self.pages.lock().unwrap().insert(place.to_owned(), Arc::clone(bytes));
    }

    fn take(&self, place: &str) {
        self.pages.lock().unwrap().remove(place);
    }

    /// What was asked for since the last time.
    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }
}

impl FetchList for Web {
    fn fetch_list(&self, url: &HttpUrl, _: Duration) -> Pending<'_, Result<Arc<[u8]>, FetchOutcome>> {
        let place = url.to_string();
        self.asked.lock().unwrap().push(place.clone());
        let page = self.pages.lock().unwrap().get(&place).cloned().ok_or(FetchOutcome::ConnectionBroken);
        Box::pin(async move {
            {
                let mut at_once = self.at_once.lock().unwrap();
                at_once.0 += 1;
                at_once.1 = at_once.1.max(at_once.0);
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
            self.at_once.lock().unwrap().0 -= 1;
            page
        })
    }
}

struct World {
    web: Arc<Web>,
    refresh: Arc<Refresh>,
    folder: tempfile::TempDir,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let web = Arc::new(Web::default());
        let keep: Arc<dyn KeepLists> = Arc::new(ListFolder::new(folder.path().join("lists")));
        let refresh = Refresh {
            sources: vec![ListSource { name: "eu".to_owned(), url: HttpUrl::parse(PLACE).unwrap() }],
            fetch: Arc::clone(&web) as Arc<dyn FetchList>,
            keep: Some(keep),
            clock: Arc::new(Now),
            identifiers: Arc::new(Now),
            period: Duration::from_secs(3_600),
        };
        Self { web, refresh: Arc::new(refresh), folder }
    }

    fn once(&self, store: &TrustStore) -> (BTreeMap<String, Refreshed>, TrustStore) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(self.refresh.once(store.clone()))
    }

    fn kept(&self) -> ListFolder {
        ListFolder::new(self.folder.path().join("lists"))
    }
}

fn configured(pins: &[&ListMaker], territories: Territories) -> TrustStore {
    TrustStore::default().with_lists(vec![listing(pins, territories)])
}

fn listing(pins: &[&ListMaker], territories: Territories) -> Listing {
    let pins = pins.iter().map(|maker| maker.pin()).collect();
    Listing::of_lists("eu".to_owned(), PLACE.to_owned(), pins, territories)
}

fn these(territories: &[&str]) -> Territories {
    Territories::These(territories.iter().map(|one| (*one).to_owned()).collect::<BTreeSet<_>>())
}

fn place(name: &str) -> String {
    format!("http://lists.test/{name}.xml")
}

fn to_itself<'a>(signers: &[&'a ListMaker]) -> Points<'a> {
    Points { location: PLACE.to_owned(), territory: "EU", type_uri: OF_LISTS, signers: signers.to_vec() }
}

fn to<'a>(territory: &'a str, signers: &[&'a ListMaker]) -> Points<'a> {
    Points { location: place(territory), territory, type_uri: NATIONAL, signers: signers.to_vec() }
}

/// An issue of the list of lists that announces these signers of it.
fn issue(number: u64, pivots: &[&str], signer: &ListMaker, next: &[&ListMaker]) -> Arc<[u8]> {
    signer.sign(&MadeList::of_lists(number, information(pivots), vec![to_itself(next)]))
}

/// The newest pivot first, then a notice.
fn information(pivots: &[&str]) -> Vec<String> {
    let mut all: Vec<String> = pivots.iter().map(|name| place(name)).collect();
    all.push("https://eur-lex.test/notice".to_owned());
    all
}

fn standing(store: &TrustStore, name: &str) -> (ListState, Option<String>) {
    let listing = store.listings().iter().find(|one| one.name == name).unwrap_or_else(|| panic!("{name}"));
    (listing.state(now()), listing.refusal.as_ref().map(|refusal| refusal.code.clone()))
}

fn refused(code: &str) -> (ListState, Option<String>) {
    (ListState::Refused, Some(code.to_owned()))
}

const CURRENT: (ListState, Option<String>) = (ListState::Current, None);

fn makers<const N: usize>() -> [ListMaker; N] {
    std::array::from_fn(|number| ListMaker::new(&format!("maker {number}")))
}

fn pivot(name: &str, bytes: &Arc<[u8]>) -> Pivot {
    Pivot { location: place(name), taken_at: now(), bytes: Arc::clone(bytes) }
}

#[test]
fn pivots_lead_from_whoever_is_pinned_to_whoever_signs_now() {
    let [a, b, c, x] = makers();
    let first = issue(10, &["p10"], &a, &[&b]);
    let second = issue(20, &["p20", "p10"], &b, &[&c]);
    let chain = [pivot("p10", &first), pivot("p20", &second)];
    let followed = follow_pivots(&[a.pin()], PLACE, &chain).unwrap();
    assert_eq!((followed.signers, followed.sequence_number), (vec![c.pin()], Some(20)));
    // Whoever is pinned from a later notice: what is from before it leads nowhere, and is passed over.
    assert_eq!(follow_pivots(&[b.pin()], PLACE, &chain).unwrap().signers, [c.pin()]);
    assert_eq!(follow_pivots(&[c.pin()], PLACE, &chain).unwrap().signers, [c.pin()]);
    assert_eq!(follow_pivots(&[x.pin()], PLACE, &chain).unwrap().signers, [x.pin()]);
    assert_eq!(follow_pivots(&[a.pin()], PLACE, &[]).unwrap().signers, [a.pin()]);

    let code = |chain: &[Pivot]| follow_pivots(&[a.pin()], PLACE, chain).unwrap_err();
    // One in the middle was changed.
    let mut changed = second.to_vec();
    let at = changed.windows(10).position(|window| window == b">Operator<").unwrap();
    changed[at + 1] ^= 1;
    let third = issue(30, &["p30", "p20", "p10"], &c, &[&a]);
    let broken = [pivot("p10", &first), pivot("p20", &changed.into()), pivot("p30", &third)];
    assert!(matches!(code(&broken), PivotError::Refused { number: 2, refusal } if refusal.code() == "changed"));
    // Also where it is the first: nobody knows then whose it was.
    assert!(matches!(code(&broken[1..]), PivotError::Refused { number: 1, .. }));
    // Signed by somebody who was not announced; by somebody who was, but is no more.
    for signer in [&x, &a] {
        let other = [pivot("p10", &first), pivot("p20", &issue(20, &[], signer, &[&c]))];
        assert!(
            matches!(code(&other), PivotError::Refused { number: 2, refusal } if refusal.code() == "signer-not-pinned")
        );
    }
    // The signature of somebody who is announced only later does not count before.
    let swapped = [pivot("p20", &second), pivot("p10", &first)];
    assert_eq!(follow_pivots(&[a.pin()], PLACE, &swapped).unwrap().signers, [b.pin()]);
    // In a circle: the same place, the same issue under two names, numbers that go back.
    assert_eq!(code(&[pivot("p10", &first), pivot("p10", &first)]), PivotError::Twice);
    let around = issue(10, &[], &a, &[&a]);
    assert_eq!(code(&[pivot("p10", &around), pivot("p11", &around)]), PivotError::Twice);
    let back = [pivot("p10", &first), pivot("p20", &issue(9, &[], &b, &[&a]))];
    assert!(matches!(code(&back), PivotError::Refused { number: 2, refusal } if refusal.code() == "older"));
    let again = [pivot("p10", &first), pivot("p20", &issue(10, &[], &b, &[&a]))];
    assert!(
        matches!(code(&again), PivotError::Refused { number: 2, refusal } if refusal.code() == "sequence-reused")
    );
    // Without a pointer to itself, with two that may be meant; no list of lists.
    let lost = a.sign(&MadeList::of_lists(10, Vec::new(), vec![to("AT", &[&b])]));
    assert_eq!(code(&[pivot("p", &lost)]), PivotError::NoPointer(1));
    let elsewhere = |name: &str| Points { location: place(name), ..to_itself(&[&b]) };
    let only = a.sign(&MadeList::of_lists(10, Vec::new(), vec![elsewhere("one")]));
    assert_eq!(follow_pivots(&[a.pin()], PLACE, &[pivot("p", &only)]).unwrap().signers, [b.pin()]);
    let two = a.sign(&MadeList::of_lists(10, Vec::new(), vec![elsewhere("one"), elsewhere("two")]));
    assert_eq!(code(&[pivot("p", &two)]), PivotError::NoPointer(1));
    let national = a.sign(&MadeList::national("EU", 10, Vec::new()));
    assert!(
        matches!(code(&[pivot("p", &national)]), PivotError::Refused { refusal, .. } if refusal.code() == "not-a-list-of-lists")
    );
    let many: Vec<Pivot> = (0..33).map(|number| pivot(&format!("p{number}"), &first)).collect();
    assert_eq!(code(&many), PivotError::TooMany);
    support::suite("pivots", 19);
}

#[test]
fn pivots_are_fetched_as_far_as_they_are_needed() {
    let [a, b, c, x] = makers();
    let world = World::new();
    let (first, second) = (issue(10, &["p10"], &a, &[&b]), issue(20, &["p20", "p10"], &b, &[&c]));
    world.web.put(&place("p10"), &first);
    world.web.put(&place("p20"), &second);
    world.web.put(PLACE, &issue(25, &["p20", "p10"], &c, &[&c]));
    let start = configured(&[&a], Territories::All);
    let look = |store: &TrustStore| {
        let (ended, store) = world.once(store);
        let listing = store.listings()[0].clone();
        (ended["eu"].clone(), listing, store)
    };
    let (how, taken, store) = look(&start);
    assert_eq!((how, taken.signers.as_slice()), (Refreshed::New, &[c.pin()][..]));
    assert_eq!(world.web.asked(), [PLACE, &place("p20"), &place("p10")]);
    // Once followed, they are not asked for again.
    assert_eq!(look(&store).0, Refreshed::Same);
    assert_eq!(world.web.asked(), [PLACE]);
    // From what is kept, offline, from whoever is pinned.
    let kept = world.kept().load("eu").unwrap().unwrap();
    assert_eq!(
        kept.pivots.iter().map(|one| one.location.clone()).collect::<Vec<_>>(),
        [place("p10"), place("p20")]
    );
    let restore = |pins: &[&ListMaker]| {
        listing(pins, Territories::All).kept(&kept.pivots, Arc::clone(&kept.bytes), kept.taken_at)
    };
    for pins in [[&a], [&b], [&c]] {
        assert_eq!(restore(&pins).unwrap().signers, [c.pin()]);
    }
    assert_eq!(restore(&[&x]).unwrap_err().code, "signer-not-pinned");
    let store_of = |listing: Listing| TrustStore::default().with_lists(vec![listing]);

    // A file that was cut short is no list, whatever is left of it.
    let whole = std::fs::read(world.folder.path().join("lists/eu.list")).unwrap();
    let cut = ListFolder::new(world.folder.path().join("cut"));
    std::fs::create_dir_all(world.folder.path().join("cut")).unwrap();
    for length in (0..whole.len()).step_by(97).chain(0..80) {
        std::fs::write(world.folder.path().join("cut/eu.list"), &whole[..length]).unwrap();
        if let Ok(kept) = cut.load("eu") {
            let kept = kept.unwrap();
            assert!(
                listing(&[&a], Territories::All).kept(&kept.pivots, kept.bytes, kept.taken_at).is_err(),
                "{length}"
            );
        }
    }

    // Whoever was announced no more is believed no more, though the operator pinned them.
    world.web.put(PLACE, &issue(26, &["p20", "p10"], &a, &[&a]));
    let (how, after, _) = look(&store);
    assert_eq!(
        (how, after.list.unwrap().list().sequence_number),
        (Refreshed::Refused("signer-not-pinned".to_owned()), 25)
    );
    // A third pivot: it alone is fetched.
    world.web.asked();
    world.web.put(&place("p30"), &issue(30, &["p30", "p20", "p10"], &c, &[&x]));
    world.web.put(PLACE, &issue(31, &["p30", "p20", "p10"], &x, &[&x]));
    let (how, _, third) = look(&store);
    assert_eq!((how, world.web.asked()), (Refreshed::New, vec![PLACE.to_owned(), place("p30")]));
    assert_eq!(third.listings()[0].signers, [x.pin()]);
    let kept = world.kept().load("eu").unwrap().unwrap();
    let again = listing(&[&a], Territories::All).kept(&kept.pivots, kept.bytes, kept.taken_at).unwrap();
    assert_eq!(again.list.as_ref().unwrap().list().sequence_number, 31);
    // A process that has not followed it yet does not put back what it has.
    world.kept().keep(&store.listings()[0]).unwrap();
    assert_eq!(world.kept().load("eu").unwrap().unwrap().pivots.len(), 3);

    // The list of lists may be the last pivot itself: signed by whoever was announced before.
    let fresh = issue(40, &["p40", "p30", "p20", "p10"], &x, &[&b]);
    world.web.put(&place("p40"), &fresh);
    world.web.put(PLACE, &fresh);
    let (how, taken, _) = look(&third);
    assert_eq!((how, taken.signers.as_slice()), (Refreshed::New, &[b.pin()][..]));
    assert_eq!(taken.signers_of_list(), [x.pin()]);
    // But nothing older than a pivot may come after it.
    let older = taken.after(issue(39, &["p40"], &b, &[&b]), now());
    assert_eq!(older.refusal.unwrap().code, "older");

    // None comes: the list is not to be had; where its signer is pinned, it is, and that is said.
    for name in ["p10", "p20", "p30", "p40"] {
        world.web.take(&place(name));
    }
    let (how, _, store) = look(&start);
    assert_eq!(how, Refreshed::Failed(FetchOutcome::ConnectionBroken));
    assert_eq!(standing(&store, "eu"), (ListState::Unverified, None));
    let (how, ..) = look(&store_of(listing(&[&x], Territories::All)));
    assert!(matches!(how, Refreshed::WithoutPivots(_)), "{how:?}");
    assert!(how.is_success());
    support::suite("pivots fetched", 16);
}

/// The code of the refusal, the pivots, the list of lists.
type Case<'a> = (&'a str, Vec<(&'a str, Arc<[u8]>)>, Arc<[u8]>);

#[test]
fn pivots_that_lead_nowhere_leave_what_was_good() {
    let [a, b, c, x] = makers();
    let good = issue(5, &[], &a, &[&a]);
    let cases: [Case<'_>; 7] = [
        ("signer-not-pinned", vec![], issue(50, &[], &x, &[&x])),
        (
            "pivot-refused",
            vec![("p1", issue(10, &[], &a, &[&b])), ("p2", b"<html/>".as_slice().into())],
            issue(50, &["p2", "p1"], &c, &[&c]),
        ),
        (
            "pivot-refused",
            vec![("p1", issue(10, &[], &a, &[&b])), ("p2", issue(20, &[], &x, &[&c]))],
            issue(50, &["p2", "p1"], &c, &[&c]),
        ),
        ("pivot-twice", vec![("p1", issue(10, &[], &a, &[&b]))], issue(50, &["p1", "p1"], &b, &[&b])),
        ("signer-not-pinned", vec![("p1", issue(10, &[], &x, &[&b]))], issue(50, &["p1"], &b, &[&b])),
        ("too-many-pivots", vec![], {
            let names: Vec<String> = (0..40).map(|number| format!("p{number}")).collect();
            issue(50, &names.iter().map(String::as_str).collect::<Vec<_>>(), &b, &[&b])
        }),
        ("pivot-too-large", vec![("p1", vec![b' '; (8 << 20) + 1].into())], issue(50, &["p1"], &b, &[&b])),
    ];
    let number = cases.len();
    for (code, pivots, list) in cases {
        let world = World::new();
        world.web.put(PLACE, &good);
        let (_, store) = world.once(&configured(&[&a], Territories::All));
        assert_eq!(standing(&store, "eu"), CURRENT);
        for (name, bytes) in &pivots {
            world.web.put(&place(name), bytes);
        }
        world.web.put(PLACE, &list);
        let (ended, store) = world.once(&store);
        assert_eq!(ended["eu"], Refreshed::Refused(code.to_owned()));
        assert_eq!(standing(&store, "eu"), (ListState::Current, Some(code.to_owned())));
        assert_eq!((store.listings()[0].signers.as_slice(), number), (&[a.pin()][..], number));
        assert!(world.kept().load("eu").unwrap().unwrap().bytes == good);
    }
    // What nobody verified yet sends nobody to another server.
    let world = World::new();
    let elsewhere = vec!["http://elsewhere.test/pivot.xml".to_owned()];
    world.web.put(PLACE, &b.sign(&MadeList::of_lists(50, elsewhere, vec![to_itself(&[&b])])));
    let (ended, _) = world.once(&configured(&[&a], Territories::All));
    assert_eq!(ended["eu"], Refreshed::Refused("pivot-elsewhere".to_owned()));
    assert_eq!(world.web.asked(), [PLACE]);
    support::suite("pivots refused", number + 1);
}

#[test]
fn national_lists_are_those_that_are_announced() {
    let [eu, at, de, fr, x] = makers();
    let world = World::new();
    let national = |maker: &ListMaker, territory: &str, number| {
        maker.sign(&MadeList::national(territory, number, vec![&x.certificate]))
    };
    let announcing = |number, points| eu.sign(&MadeList::of_lists(number, information(&[]), points));
    world.web.put(
        PLACE,
        &announcing(1, vec![to_itself(&[&eu]), to("AT", &[&at]), to("DE", &[&de, &x]), to("FR", &[&fr])]),
    );
    world.web.put(&place("AT"), &national(&at, "AT", 1));
    world.web.put(&place("DE"), &national(&x, "DE", 1));
    world.web.put(&place("FR"), &national(&de, "FR", 1));
    let (ended, store) = world.once(&configured(&[&eu], Territories::All));
    assert_eq!(ended["eu.AT"], Refreshed::New);
    assert_eq!(ended["eu.FR"], Refreshed::Refused("signer-not-pinned".to_owned()));
    assert_eq!(ended.len(), 4);
    assert_eq!((standing(&store, "eu.AT"), standing(&store, "eu.DE")), (CURRENT, CURRENT));
    assert_eq!(standing(&store, "eu.FR"), refused("signer-not-pinned"));
    assert_eq!((store.services().len(), store.listings().len()), (2, 4));

    // Chosen territories only; one that is not announced is said to be missing.
    world.web.asked();
    let (ended, chosen) = world.once(&configured(&[&eu], these(&["AT", "IT"])));
    assert_eq!(ended.keys().collect::<Vec<_>>(), ["eu", "eu.AT"]);
    assert_eq!(world.web.asked(), [PLACE, &place("AT")]);
    assert_eq!((standing(&chosen, "eu.AT"), standing(&chosen, "eu.IT")), (CURRENT, refused("not-announced")));

    // A signer of one territory signs for no other, and a list is of the type that is announced.
    world.web.put(&place("FR"), &national(&fr, "AT", 1));
    assert_eq!(standing(&world.once(&store).1, "eu.FR"), refused("other-territory"));
    let other_type = MadeList { type_uri: OF_LISTS, ..MadeList::national("FR", 1, Vec::new()) };
    world.web.put(&place("FR"), &fr.sign(&other_type));
    assert_eq!(standing(&world.once(&store).1, "eu.FR"), refused("other-type"));

    // Who signs changes: what the former signer signed is dropped, until the new one's comes.
    world.web.take(&place("AT"));
    world.web.put(PLACE, &announcing(2, vec![to_itself(&[&eu]), to("AT", &[&x]), to("DE", &[&x])]));
    let (ended, after) = world.once(&store);
    assert_eq!(ended["eu.AT"], Refreshed::Failed(FetchOutcome::ConnectionBroken));
    assert_eq!(standing(&after, "eu.AT"), refused("signer-not-pinned"));
    assert_eq!(standing(&after, "eu.DE"), CURRENT, "its signer is announced still");
    assert_eq!(standing(&after, "eu.FR"), refused("not-announced"));
    assert_eq!(after.services().len(), 1);
    world.web.put(&place("AT"), &national(&x, "AT", 1));
    let (_, after) = world.once(&after);
    assert_eq!((standing(&after, "eu.AT"), after.services().len()), (CURRENT, 2));

    // All are announced no more, and come back.
    world.web.put(PLACE, &announcing(3, vec![to_itself(&[&eu])]));
    let (_, gone) = world.once(&after);
    assert_eq!((standing(&gone, "eu.DE"), gone.services().len()), (refused("not-announced"), 0));
    world.web.put(PLACE, &announcing(4, vec![to_itself(&[&eu]), to("DE", &[&x])]));
    assert_eq!(standing(&world.once(&gone).1, "eu.DE"), CURRENT);

    // Twice, or nowhere that could be asked.
    let ftp = Points { location: "ftp://lists.test/FR".to_owned(), ..to("FR", &[&fr]) };
    world.web.put(PLACE, &announcing(5, vec![to_itself(&[&eu]), to("DE", &[&x]), to("DE", &[&de]), ftp]));
    let (_, after) = world.once(&gone);
    assert_eq!(
        (standing(&after, "eu.DE"), standing(&after, "eu.FR")),
        (refused("announced-twice"), refused("location"))
    );

    // A list of lists that is refused announces nothing; the former one does.
    let before = after;
    world.web.put(PLACE, &x.sign(&MadeList::of_lists(6, information(&[]), vec![to("FR", &[&x])])));
    let (ended, after) = world.once(&before);
    assert_eq!(ended["eu"], Refreshed::Refused("signer-not-pinned".to_owned()));
    assert_eq!(after.listings().len(), before.listings().len());
    // A list of another type where a list of lists should be.
    world.web.put(PLACE, &eu.sign(&MadeList::national("AT", 7, Vec::new())));
    assert_eq!(world.once(&before).0["eu"], Refreshed::Refused("not-a-list-of-lists".to_owned()));
    support::suite("announced lists", 22);
}

#[test]
fn all_are_looked_for_a_few_at_a_time() {
    let [eu, x] = makers();
    let world = World::new();
    let territories: Vec<&str> = ["AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "EL", "ES", "FI", "FR"].into();
    let mut points = vec![to_itself(&[&eu])];
    points.extend(territories.iter().map(|territory| to(territory, &[&x])));
    // Of no territory that has a list of this scheme: it is not asked.
    points.push(to("US", &[&x]));
    points.push(to("CH", &[&x]));
    world.web.put(PLACE, &eu.sign(&MadeList::of_lists(1, information(&[]), points)));
    for territory in &territories {
        world.web.put(&place(territory), &x.sign(&MadeList::national(territory, 1, vec![&x.certificate])));
    }
    let (ended, store) = world.once(&configured(&[&eu], Territories::All));
    assert_eq!((ended.len(), store.services().len()), (13, 12));
    assert_eq!(world.web.asked().len(), 13);
    assert_eq!(world.web.at_once.lock().unwrap().1, 4);
    // Each is kept, and verified again with who is announced.
    let lists = world.kept();
    let kept = lists.load("eu").unwrap().unwrap();
    let first = listing(&[&eu], Territories::All).kept(&kept.pivots, kept.bytes, kept.taken_at).unwrap();
    let announced = first.announces(&[]);
    assert_eq!(announced.len(), 12);
    for listing in &announced {
        let kept = lists.load(&listing.name).unwrap().unwrap();
        assert_eq!(listing.kept(&[], kept.bytes, kept.taken_at).unwrap().state(now()), ListState::Current);
    }
    let other = announced[0].kept(&[], lists.load("eu.BE").unwrap().unwrap().bytes, now());
    assert_eq!(other.unwrap_err().code, "other-territory");
    support::suite("announced lists at once", 12);
}

#[test]
fn a_remark_says_what_the_version_demands() {
    let [maker] = makers();
    for (version, is_version_2, remarks) in [(5, false, 0), (5, true, 1), (6, false, 1), (6, true, 0)] {
        let list = MadeList { version, is_version_2, ..MadeList::national("AT", 1, Vec::new()) };
        let listing = Listing::new("at".to_owned(), sigillum::trust::Scheme::Eu, vec![maker.pin()]);
        let summary = listing.after(maker.sign(&list), now()).summary(now());
        assert_eq!(
            (summary.state, summary.remarks.len()),
            (ListState::Current, remarks),
            "{version} {is_version_2}"
        );
    }
    support::suite("trust list remarks", 4);
}

#[test]
fn a_grace_is_counted_from_the_next_update() {
    let [maker] = makers();
    let list = MadeList {
        next_update: Some("2026-11-20T00:00:00Z"),
        ..MadeList::national("AT", 1, vec![&maker.certificate])
    };
    let bytes = maker.sign(&list);
    for (days, still) in [(0, false), (2, false), (3, true)] {
        let listing = Listing {
            grace_seconds: days * 86_400,
            ..Listing::new("at".to_owned(), sigillum::trust::Scheme::Eu, vec![maker.pin()])
        };
        let store = TrustStore::default().with_lists(vec![listing.after(Arc::clone(&bytes), now())]);
        let summary = &store.lists(now())[0];
        assert_eq!(summary.state, ListState::Overdue, "what is due is due");
        assert_eq!(summary.grace_until.is_some(), days > 0);
        let standing = store.list_of(&store.services()[0]).unwrap();
        assert_eq!((standing.is_overdue_at(now()), standing.was_due_before(now())), (!still, true), "{days}");
        // A policy may believe it for a shorter time, never for a longer one.
        for (most, believed) in [(0, false), (2 * 86_400, false), (3 * 86_400, still), (99 * 86_400, still)] {
            let lists = Impatient::new(&store, most);
            let standing = lists.list_of(&store.services()[0]).unwrap();
            assert_eq!(!standing.is_overdue_at(now()), believed, "{days} {most}");
        }
    }
    assert_eq!(Policy::builtin("strict").unwrap().maximum_grace(), Some(0));
    assert_eq!(Policy::builtin("default").unwrap().maximum_grace(), None);
    support::suite("trust list grace", 15);
}

#[test]
fn what_an_operator_documents_comes_before_a_list_and_changes_nothing_in_it() {
    use sigillum::crypto::{DigestAlgorithm, digest};
    use sigillum::trust::{DocumentedStatus, Scheme, ServiceKind, ServiceStatus, Uses};
    let [maker, authority, other] = makers();
    let time = |text: &str| Timestamp::from_rfc3339(text).unwrap();
    let list = maker.sign(&MadeList::national("AT", 1, vec![&authority.certificate, &other.certificate]));
    let listing = Listing::new("at".to_owned(), Scheme::Eu, vec![maker.pin()]).after(list, now());
    let plain = TrustStore::default().with_lists(vec![listing]);
    let documented = |from: &str, until: Option<&str>, status| DocumentedStatus {
        name: "former law".to_owned(),
        certificate: digest(DigestAlgorithm::Sha256, &authority.certificate),
        kind: ServiceKind::CaQc,
        status,
        uses: Uses { signatures: true, seals: false, web: false },
        from: time(from),
        until: until.map(time),
        source: "letter of the authority".to_owned(),
        documented_on: time("2026-02-01T00:00:00Z"),
    };
    let status = |store: &TrustStore, at: &str| {
        store.services()[0].at(time(at)).map(|period| (period.status, period.uses.signatures))
    };
    let granted = Some((ServiceStatus::Granted, true));
    let of_list = Some((ServiceStatus::Granted, false));
    let believed = |store: &TrustStore| store.believed_since(&store.services()[0].certificates[0]);
    assert_eq!(status(&plain, "2018-01-01T00:00:00Z"), None);
    assert_eq!(believed(&plain), Some(time("2020-01-01T00:00:00Z")));

    let with = |history: Vec<DocumentedStatus>| plain.clone().with_history(history);
    let store = with(vec![documented("2015-01-01T00:00:00Z", None, ServiceStatus::Granted)]);
    for (at, expected) in [
        ("2014-12-31T23:59:59Z", None),
        ("2015-01-01T00:00:00Z", granted),
        ("2019-12-31T23:59:59Z", granted),
        ("2020-01-01T00:00:00Z", of_list),
    ] {
        assert_eq!(status(&store, at), expected, "{at}");
    }
    assert_eq!(believed(&store), Some(time("2015-01-01T00:00:00Z")));
    // The other service of the list is as it was.
    assert_eq!(store.services()[1].periods, plain.services()[1].periods);
    // It stays where lists come and go, and where anchors beside the lists are added.
    let kept = store.with_lists(store.listings().to_vec()).with_supplementary(Vec::new());
    assert_eq!((kept.history().len(), status(&kept, "2018-01-01T00:00:00Z")), (1, granted));

    // With an end, there is a gap of which nothing good is known.
    let store = with(vec![
        documented("2015-01-01T00:00:00Z", Some("2017-01-01T00:00:00Z"), ServiceStatus::Granted),
        documented("2018-01-01T00:00:00Z", None, ServiceStatus::Withdrawn),
    ]);
    assert_eq!(status(&store, "2017-06-01T00:00:00Z").map(|one| one.0), Some(ServiceStatus::Unknown));
    assert_eq!(status(&store, "2018-06-01T00:00:00Z").map(|one| one.0), Some(ServiceStatus::Withdrawn));
    assert_eq!(status(&store, "2020-06-01T00:00:00Z"), of_list);
    // Where one begins when another ends, that counts; what begins after the list is of no effect.
    let store = with(vec![
        documented("2015-01-01T00:00:00Z", Some("2017-01-01T00:00:00Z"), ServiceStatus::Withdrawn),
        documented("2017-01-01T00:00:00Z", None, ServiceStatus::Granted),
        documented("2021-01-01T00:00:00Z", None, ServiceStatus::Withdrawn),
    ]);
    assert_eq!(status(&store, "2017-01-01T00:00:00Z"), granted);
    assert_eq!(status(&store, "2022-01-01T00:00:00Z"), of_list);
    // Of another kind: nothing.
    let stamps = DocumentedStatus {
        kind: ServiceKind::Qtst,
        ..documented("2015-01-01T00:00:00Z", None, ServiceStatus::Granted)
    };
    assert_eq!(status(&with(vec![stamps]), "2018-01-01T00:00:00Z"), None);
    support::suite("documented history", 14);
}

#[test]
fn real_lists_of_lists_name_their_pivots_and_national_lists() {
    let name = "real lists of lists";
    let Some(shared) = support::shared() else { return support::skipped(name) };
    let corpus = shared.join("data/corpus");
    let place = "https://ec.europa.eu/tools/lotl/eu-lotl.xml";
    let mut cases = 0;
    for (file, pivots) in [
        (
            "MatthiasValvekens__pyHanko/internal/common-test-utils/src/pyhanko_testing_commons/test_data/data/tl/eu-lotl-old.xml",
            4,
        ),
        (
            "MatthiasValvekens__pyHanko/internal/common-test-utils/src/pyhanko_testing_commons/test_data/data/tl/eu-lotl.xml",
            5,
        ),
        ("peponeska__eu-trustlist/eu-lotl.xml", 5),
    ] {
        let bytes: Arc<[u8]> = support::read(&corpus.join(file)).into();
        let pins = support::made_list::signers_in(&bytes);
        let listing = Listing::of_lists("eu".to_owned(), place.to_owned(), pins, Territories::All);
        let named = listing.unfollowed(&bytes).unwrap();
        assert_eq!(named.len(), pivots, "{file}");
        assert!(named[pivots - 1].ends_with("eu-lotl-pivot-282.xml"), "{named:?}");
        let taken = listing.after(Arc::clone(&bytes), now());
        let list = taken.list.as_ref().unwrap_or_else(|| panic!("{file}: {:?}", taken.refusal));
        assert_eq!(pivot_locations(list.list()), named);
        assert!(list.pointer_to_itself(place).is_some_and(|pointer| !pointer.signers.is_empty()));
        let announced = taken.announces(&[]);
        assert!(announced.len() >= 30 && announced.iter().all(|one| one.refusal.is_none()), "{}", announced.len());
        let few = Listing { role: listing_role(&taken, these(&["AT", "LI"])), ..taken.clone() };
        assert_eq!(few.announces(&[]).len(), 2);
        cases += announced.len();
    }
    support::suite(name, cases);
}

#[test]
fn real_issues_lead_from_one_to_the_next() {
    let name = "real pivots";
    let Some(shared) = support::shared() else { return support::skipped(name) };
    let corpus = shared.join("data/corpus");
    let dss = "esig__dss/dss-tsl-validation/src/test/resources/lotlCache";
    let pyhanko =
        "MatthiasValvekens__pyHanko/internal/common-test-utils/src/pyhanko_testing_commons/test_data/data/tl";
    let read = |file: &str| -> Arc<[u8]> { support::read(&corpus.join(file)).into() };
    let place = "https://ec.europa.eu/tools/lotl/eu-lotl.xml";
    let oldest = "itext__itext-java/sign/src/test/resources/com/itextpdf/signatures/validation/lotl/QualifiedValidatorTest/test_lotl_snapshot/opadkdghboclajdilkiihmpihiphgpen";
    for (earlier, later) in [
        (format!("{dss}/tl_pivot_247_mp_with-bom.xml"), format!("{dss}/eu-lotl_xml-directive-removed.xml")),
        (format!("{pyhanko}/eu-lotl-old.xml"), format!("{pyhanko}/eu-lotl.xml")),
        (format!("{pyhanko}/eu-lotl.xml"), "peponeska__eu-trustlist/eu-lotl.xml".to_owned()),
    ] {
        let (earlier, later) = (read(&earlier), read(&later));
        let pins = support::made_list::signers_in(&earlier);
        let chain = [Pivot { location: "http://lists.test/pivot.xml".to_owned(), taken_at: now(), bytes: earlier }];
        let followed = follow_pivots(&pins, place, &chain).unwrap();
        let listing = Listing::of_lists("eu".to_owned(), place.to_owned(), pins, Territories::All);
        let listing = listing.following(&chain).unwrap();
        assert!(followed.sequence_number.is_some() && listing.signers == followed.signers);
        let taken = listing.after(later, now());
        assert_eq!(taken.refusal, None);
        assert!(taken.list.unwrap().list().sequence_number > followed.sequence_number.unwrap());
        // Nothing that came before the pivot follows it.
        let before = Listing { list: None, ..listing }.after(read(oldest), now());
        assert!(
            before.refusal.is_some_and(|refusal| ["older", "signer-not-pinned"].contains(&refusal.code.as_str()))
        );
    }
    support::suite(name, 3);
}

/// xmlsec1 says of what the tests make what the program says of it, so that they test the program and not themselves.
#[test]
fn what_is_made_here_is_verified_by_another_program() {
    let name = "made trust lists (xmlsec1)";
    if !support::xmlsec::is_here() {
        println!("SKIPPED {name}: no outside judges");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let [maker] = makers();
    std::fs::write(folder.path().join("maker.der"), &maker.certificate).unwrap();
    let judged = |bytes: &[u8]| {
        std::fs::write(folder.path().join("list.xml"), bytes).unwrap();
        let output = std::process::Command::new("xmlsec1")
            .current_dir(folder.path())
            .args(["--verify", "--node-id", "signature", "--enabled-reference-uris", "empty,same-doc"])
            .args(["--trusted-der", "maker.der"])
            .args(["--id-attr:Id", "http://www.w3.org/2000/09/xmldsig#:Signature"])
            .args(["--id-attr:Id", "http://uri.etsi.org/01903/v1.3.2#:SignedProperties", "list.xml"])
            .output()
            .unwrap();
        (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let national = maker.sign(&MadeList::national("AT", 1, vec![&maker.certificate]));
    let of_lists = issue(1, &["p1"], &maker, &[&maker]);
    for list in [&national, &of_lists] {
        let (good, said) = judged(list);
        assert!(good, "{said}");
        let text = String::from_utf8(list.to_vec()).unwrap().replace(">Operator<", ">operator<");
        assert!(!judged(text.as_bytes()).0);
    }
    support::suite(name, 4);
}

#[test]
fn real_national_lists_are_fetched_from_where_the_real_list_of_lists_says() {
    let name = "real lists announced";
    let Some(shared) = support::shared() else { return support::skipped(name) };
    let folder = shared.join("data/corpus/peponeska__eu-trustlist");
    let bytes: Arc<[u8]> = support::read(&folder.join("eu-lotl.xml")).into();
    let pins = support::made_list::signers_in(&bytes);
    let world = World::new();
    world.web.put(PLACE, &bytes);
    let start = Listing::of_lists("eu".to_owned(), PLACE.to_owned(), pins, Territories::All);
    let announced = start.after(Arc::clone(&bytes), now()).announces(&[]);
    let mut there = 0;
    for one in announced.iter().filter_map(Listing::announcement) {
        let Ok(files) = std::fs::read_dir(folder.join(&one.territory)) else { continue };
        for file in files.map(|file| file.unwrap().path()) {
            if file.extension().is_some_and(|end| end == "xml") {
                let list: Arc<[u8]> = support::read(&file).into();
                world.web.put(&one.location.as_ref().unwrap().to_string(), &list);
                there += 1;
            }
        }
    }
    let (ended, store) = world.once(&TrustStore::default().with_lists(vec![start.clone()]));
    // Its pivots are at another place than ours: whoever signed it is pinned, so it is taken.
    assert!(
        matches!(&ended["eu"], Refreshed::WithoutPivots(cause) if cause == "pivot-elsewhere"),
        "{:?}",
        ended["eu"]
    );
    let mut figures: BTreeMap<String, usize> = BTreeMap::new();
    for (territory, how) in &ended {
        println!("{territory}: {how:?}");
        *figures.entry(format!("{how:?}")).or_default() += 1;
    }
    let new = ended.values().filter(|how| **how == Refreshed::New).count();
    assert!(new >= 10 && new <= there, "{figures:?}");
    let allowed =
        ["New", "WithoutPivots(\"pivot-elsewhere\")", "Refused(\"signer-not-pinned\")", "Failed(ConnectionBroken)"];
    assert!(figures.keys().all(|how| allowed.contains(&how.as_str())), "{figures:?}");
    // All of it again from what was kept.
    let lists = world.kept();
    let kept = lists.load("eu").unwrap().unwrap();
    let again = start.kept(&kept.pivots, kept.bytes, kept.taken_at).unwrap().announces(&[]);
    let restored = again.iter().filter_map(|one| {
        let kept = lists.load(&one.name).unwrap()?;
        Some(one.kept(&kept.pivots, kept.bytes, kept.taken_at).unwrap())
    });
    let services: usize = restored.map(|one| one.list.unwrap().services().len()).sum();
    assert_eq!(services, store.services().len());
    println!("{new} lists, {services} services");
    support::suite(name, new);
}

/// The same role for other territories.
fn listing_role(listing: &Listing, territories: Territories) -> sigillum::trust::ListRole {
    let pins = listing.signers.clone();
    Listing::of_lists(listing.name.clone(), String::new(), pins, territories).role
}
