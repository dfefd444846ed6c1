//! Processes that look for newer lists at the same time and keep them in one folder, some of which are ended in the
//! middle: what is kept is always whole, and its number never goes back.

use std::fs;
use std::process::Child;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use sigillum::storage::lists::ListFolder;
use sigillum::trust::{Listing, Scheme};

use crate::list::ListMaker;
use crate::scene::Scene;
use crate::support;
use crate::support::rng::Rng;
use crate::support::website::{Page, Website};

const NAME: &str = "zz";
const PROCESSES: usize = 4;
const ROUNDS: u64 = 12;

#[test]
fn what_several_processes_keep_is_whole_and_never_goes_back() {
    let (maker, site, mut rng) = (ListMaker::new(), Website::new(), Rng::new(8));
    let url = |process: usize| vec![(NAME.to_owned(), site.url(&format!("/{process}/")))];
    let scene = Scene::new(&url(0), None, &maker.pin());
    let kept = scene.folder.join("lists");
    let configuration = |process: usize| format!("{process}.toml");
    (0..PROCESSES).for_each(|process| scene.configure(&configuration(process), &url(process), None, &maker.pin()));
    let listing = Listing::new(NAME.to_owned(), Scheme::Demo, vec![maker.signer()]);
    let folder = ListFolder::new(kept.clone());
    // What is kept now, verified: its number.
    let number = || {
        let kept = folder.load(NAME).expect("what is kept is of the form")?;
        let list = listing.restored(kept.bytes, kept.taken_at).expect("what is kept is good").list;
        Some(list.unwrap().list().sequence_number)
    };
    let (done, read) = (AtomicBool::new(false), AtomicUsize::new(0));
    let mut killed = 0;
    thread::scope(|scope| {
        // Somebody reads all the time.
        let reader = scope.spawn(|| {
            let mut known = None;
            while !done.load(Ordering::SeqCst) {
                let now = number();
                assert!(now >= known, "{now:?} after {known:?}");
                known = now;
                read.fetch_add(1, Ordering::SeqCst);
                thread::sleep(Duration::from_millis(2));
            }
        });
        for round in 1..=ROUNDS {
            for process in 0..PROCESSES {
                // Around where we are: older ones, the same one, newer ones.
                let number = (round * 10 + rng.next() % 30).saturating_sub(10);
                site.put(&format!("/{process}/"), Page::of(maker.list(number, 300_000)));
            }
            let start = |process| scene.command(&configuration(process), &["trust", "refresh"]).spawn().unwrap();
            let mut children: Vec<Child> = (0..PROCESSES).map(start).collect();
            for (process, child) in children.iter_mut().enumerate() {
                if process % 2 == 1 {
                    thread::sleep(Duration::from_millis(rng.next() % 120));
                    child.kill().unwrap();
                }
                let code = child.wait().unwrap().code();
                killed += usize::from(code.is_none());
                // Newer, the same or older: nothing else.
                assert!(matches!(code, None | Some(0 | 1)), "{code:?}");
            }
            assert!(!reader.is_finished(), "what was kept was broken, or went back");
        }
        done.store(true, Ordering::SeqCst);
    });
    assert!(killed > 0 && read.load(Ordering::SeqCst) > 50 && number() > Some(100), "{killed} {read:?}");
    // Whoever comes last cleans up after those that were ended.
    site.put("/0/", Page::of(maker.list(1_000, 0)));
    assert_eq!(scene.refresh(), (Some(0), vec!["zz: new".to_owned()]));
    let mut names: Vec<String> =
        fs::read_dir(kept).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert_eq!(names, ["zz.list", "zz.lock", "zz.look"]);
    support::suite("trust list processes", PROCESSES * usize::try_from(ROUNDS).unwrap());
}
