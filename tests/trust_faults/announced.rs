//! A list of lists under a service that runs: it follows the pivots, takes the national lists that are announced, says of
//! each how it stands, takes up what was mended while it runs, and goes on from what it kept without a network.

use std::fs;
use std::sync::Arc;

use serde_json::Value;

use crate::scene::{Lists, Scene, until};
use crate::support::made_list::{ListMaker, MadeList, NATIONAL, OF_LISTS, Points};
use crate::support::website::{Page, Website};

/// Name, state and reason of each list.
fn states(lists: &Lists) -> Vec<(String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let lists = lists.0["lists"].as_array().unwrap();
    lists.iter().map(|list| (text(&list["name"]), text(&list["state"]), text(&list["reason"]))).collect()
}

fn expected(rows: [(&str, &str, &str); 3]) -> Vec<(String, String, String)> {
    rows.map(|(name, state, reason)| (name.to_owned(), state.to_owned(), reason.to_owned())).into()
}

#[test]
fn a_list_of_lists_is_followed_by_a_service_that_runs() {
    let site = Website::new();
    let [old, new, austria, other] = ["old", "new", "austria", "other"].map(ListMaker::new);
    let put = |path: &str, list: Arc<[u8]>| site.put(path, Page::of(list.to_vec()));
    let points = |path: &str, territory, type_uri, signer| Points {
        location: site.url(path),
        territory,
        type_uri,
        signers: vec![signer],
    };
    let itself = || points("/eu.xml", "EU", OF_LISTS, &new);
    let pivots = || vec![site.url("/pivot.xml")];
    put("/pivot.xml", old.sign(&MadeList::of_lists(1, pivots(), vec![itself()])));
    let announced =
        vec![itself(), points("/AT.xml", "AT", NATIONAL, &austria), points("/DE.xml", "DE", NATIONAL, &austria)];
    put("/eu.xml", new.sign(&MadeList::of_lists(2, pivots(), announced)));
    put("/AT.xml", austria.sign(&MadeList::national("AT", 4, vec![&other.certificate])));
    put("/DE.xml", other.sign(&MadeList::national("DE", 7, vec![&other.certificate])));

    let scene = Scene::new(&[], None, "");
    fs::write(scene.folder.join("old.der"), &old.certificate).unwrap();
    let configuration = scene.folder.join("sigillum.toml");
    let hosts = format!("allow-hosts = [\"{}\"]", site.rule());
    let text = fs::read_to_string(&configuration).unwrap().replace("allow-hosts = []", &hosts);
    let list = format!(
        "[trust.lists.eu]\nscheme = \"eu\"\nurl = \"{}\"\nterritories = [\"AT\", \"DE\"]\n\
         signers.notice.certificate-file = \"old.der\"\n",
        site.url("/eu.xml")
    );
    fs::write(&configuration, text + &list).unwrap();

    // The folder is empty: the service fetches all of them itself, and answers meanwhile.
    let service = scene.serve();
    let begun =
        expected([("eu", "current", ""), ("eu.AT", "current", ""), ("eu.DE", "refused", "signer-not-pinned")]);
    let trust = until("the announced lists were looked for", || {
        let _ = service.validated();
        let trust = service.trust();
        (states(&trust) == begun).then_some(trust)
    });
    assert_eq!(trust.list("eu.AT")["announcedBy"], "eu");
    assert_eq!((trust.number("eu"), trust.number("eu.AT"), trust.number("eu.DE")), (Some(2), Some(4), None));
    let reported = service.validated();
    let reported = reported["trust"]["lists"].as_array().unwrap();
    let numbers: Vec<_> = reported.iter().map(|list| (&list["name"], &list["sequenceNumber"])).collect();
    assert!(numbers.iter().any(|(name, number)| **name == "eu.AT" && **number == 4), "{numbers:?}");
    // A report names what could not be believed too.
    assert!(numbers.iter().any(|(name, number)| **name == "eu.DE" && number.is_null()), "{numbers:?}");

    // What was wrong elsewhere is mended: the service finds out by itself.
    put("/DE.xml", austria.sign(&MadeList::national("DE", 8, vec![&other.certificate])));
    let mended = expected([("eu", "current", ""), ("eu.AT", "current", ""), ("eu.DE", "current", "")]);
    let trust = until("the mended list", || {
        let trust = service.trust();
        (states(&trust) == mended).then_some(trust)
    });
    assert_eq!(trust.number("eu.DE"), Some(8));
    assert_eq!(site.count("/pivot.xml"), 1, "it is kept");
    service.end();

    // Without a network all of it is there; a service that starts with it has it at once.
    site.put("/eu.xml", Page::of(b"gone".to_vec()));
    assert_eq!(states(&scene.shown()), mended);
    let service = scene.serve();
    let trust = service.trust();
    let stand = |lists: Vec<(String, String, String)>| lists.into_iter().map(|(name, state, _)| (name, state));
    // Whether it has looked already, and why what it found is no good, is another matter.
    assert!(stand(states(&trust)).eq(stand(mended)), "{trust:?}");
    assert_eq!(trust.number("eu.DE"), Some(8));
    service.end();
    crate::support::suite("trust list of lists in a service", 4);
}
