//! What the service says of what it believes: `/v1/trust`, `/v1/trust/services`, the lists in a report and in a bundle.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sigillum::crypto::{DigestAlgorithm, digest};
use sigillum::pki::Certificate;
use sigillum::service::ports::{Clock, FetchList, Pending};
use sigillum::service::{ListSource, Refresh};
use sigillum::syntax::url::HttpUrl;
use sigillum::time::Timestamp;
use sigillum::trust::{
    DocumentedStatus, ListSigner, Listing, Scheme, ServiceKind, ServiceStatus, SupplementaryAnchor, Territories,
    TrustStore, Uses,
};
use sigillum::validation::FetchOutcome;
use sigillum::validation::bundle::Bundle;

use crate::support;
use crate::support::made_list::{ListMaker, MadeList, NATIONAL, OF_LISTS, Points};
use crate::world::{LIMITS, SEALER, SIGNED, VALIDATOR, World, get};

/// A service with the Swiss list, one that never came, and an anchor beside the lists.
fn world() -> Option<World> {
    let folder = support::shared()?.join("data/swiss-tl");
    let signer = Certificate::parse(&support::read(&folder.join("CH-TL-cert.der"))).unwrap();
    let bytes: Arc<[u8]> = support::read(&folder.join("tsl-ch.xml")).into();
    Some(World::with(LIMITS, |parts| {
        let now = parts.clock.now();
        let swiss = Listing::new("ch".to_owned(), Scheme::Ch, vec![ListSigner::of(&signer)]).after(bytes, now);
        let absent = Listing::new("at".to_owned(), Scheme::Eu, Vec::new());
        let beside = SupplementaryAnchor {
            name: "canton".to_owned(),
            certificate: Arc::new(signer),
            from: now.plus_seconds(-1),
            until: Some(now.plus_seconds(1)),
        };
        let trust = TrustStore::clone(&parts.trust).with_supplementary(vec![beside]);
        parts.trust = Arc::new(trust.with_lists(vec![swiss, absent]));
    }))
}

#[tokio::test]
async fn lists_and_their_services_are_shown() {
    let name = "trust over http";
    let Some(world) = world() else { return support::skipped(name) };
    let trust = world.send(get("/v1/trust", VALIDATOR)).await.json();
    let [swiss, absent] = trust["lists"].as_array().unwrap().as_slice() else { panic!("{trust}") };
    assert_eq!(
        (&swiss["territory"], &swiss["sequenceNumber"], &swiss["services"]),
        (&"CH".into(), &9.into(), &35.into())
    );
    assert_eq!(swiss["signerSha256"], swiss["pinned"][0]["sha256"]);
    assert_eq!((&absent["state"], &absent["sha256"]), (&"unverified".into(), &serde_json::Value::Null));
    assert_eq!(trust["supplementary"][0]["name"], "canton");
    assert_eq!(world.send(get("/v1/trust", SEALER)).await.problem().0, 403);

    let services = world.send(get("/v1/trust/services", VALIDATOR)).await.json();
    let services = services["services"].as_array().unwrap();
    assert_eq!(services.len(), 35);
    assert_eq!(services[0]["periods"][0]["kind"], "CA/QC");
    assert_eq!(services[0]["periods"][0]["status"], "withdrawn");
    assert!(services.iter().all(|service| service["ignored"] == false));
    support::suite(name, 36);
}

#[tokio::test]
async fn reports_name_the_lists_and_bundles_carry_them() {
    let name = "trust lists in reports and bundles";
    let Some(world) = world() else { return support::skipped(name) };
    let report = world.validate("?with=bundle", &SIGNED).await.json();
    let lists = report["trust"]["lists"].as_array().unwrap();
    assert_eq!((lists.len(), &lists[0]["territory"]), (2, &"CH".into()));
    assert_eq!(report["trust"]["supplementary"][0]["name"], "canton");
    let bundle = STANDARD.decode(report["renderings"][0]["base64"].as_str().unwrap()).unwrap();
    let trust = Bundle::read(&bundle).unwrap().trust;
    let at = world.clock.now();
    assert_eq!(trust.lists(at), world.service.trust().lists(at));
    assert_eq!((trust.services().len(), trust.supplementary().len()), (35, 1));
    // A list that was changed is not verified when it is read.
    let encoded = STANDARD.encode(&trust.listings()[0].list.as_ref().unwrap().bytes()[..]);
    let mut other = encoded.clone().into_bytes();
    let middle = other.len() / 2;
    other[middle] = if other[middle] == b'A' { b'B' } else { b'A' };
    let text = String::from_utf8(bundle).unwrap();
    let content =
        text[text.find('\n').unwrap() + 1..text.len() - 2].replace(&encoded, std::str::from_utf8(&other).unwrap());
    let sha256 = sigillum::crypto::digest(sigillum::crypto::DigestAlgorithm::Sha256, content.as_bytes());
    let forged = format!("{{\"schema\":\"sigillum-bundle/1\",\"sha256\":\"{sha256}\",\"content\":\n{content}}}\n");
    assert!(Bundle::read(forged.as_bytes()).is_err());
    support::suite(name, 2);
}

const ISSUED: &str = "2026-01-01T00:00:00Z";

/// A list of lists that announces a list of each of these territories, by the same signer.
fn of_lists(maker: &ListMaker, number: u64, territories: &[&str]) -> Arc<[u8]> {
    let points = |place: &str, territory, type_uri| Points {
        location: format!("http://lists.test/{place}.xml"),
        territory,
        type_uri,
        signers: vec![maker],
    };
    let mut all = vec![points("eu", "EU", OF_LISTS)];
    all.extend(
        ["AT", "DE"].into_iter().filter(|one| territories.contains(one)).map(|one| points(one, one, NATIONAL)),
    );
    maker.sign(&MadeList { issued: ISSUED, ..MadeList::of_lists(number, Vec::new(), all) })
}

/// A list that is overdue in the time of these tests.
fn national(maker: &ListMaker, territory: &str) -> Arc<[u8]> {
    let list = MadeList::national(territory, 1, vec![&maker.certificate]);
    maker.sign(&MadeList { issued: ISSUED, next_update: Some("2026-01-02T00:00:00Z"), is_version_2: false, ..list })
}

fn configured(maker: &ListMaker) -> Listing {
    let place = "http://lists.test/eu.xml".to_owned();
    let listing = Listing::of_lists("eu".to_owned(), place, vec![maker.pin()], Territories::All);
    Listing { grace_seconds: 86_400, ..listing }
}

#[tokio::test]
async fn announced_lists_grace_remarks_and_history_are_shown_and_replayed() {
    let maker = ListMaker::new("maker");
    let world = World::with(LIMITS, |parts| {
        let now = parts.clock.now();
        let eu = configured(&maker).after(of_lists(&maker, 1, &["AT", "DE"]), now);
        let mut lists = vec![eu.clone()];
        lists.extend(eu.announces(&[]).into_iter().map(|one| match one.name.as_str() {
            "eu.AT" => one.after(national(&maker, "AT"), now),
            _ => one,
        }));
        let history = DocumentedStatus {
            name: "former law".to_owned(),
            certificate: digest(DigestAlgorithm::Sha256, &maker.certificate),
            kind: ServiceKind::CaQc,
            status: ServiceStatus::Granted,
            uses: Uses { signatures: true, seals: false, web: false },
            from: Timestamp::from_rfc3339("2015-01-01T00:00:00Z").unwrap(),
            until: None,
            source: "letter".to_owned(),
            documented_on: Timestamp::from_rfc3339(ISSUED).unwrap(),
        };
        let trust = TrustStore::clone(&parts.trust).with_lists(lists).with_history(vec![history]);
        parts.trust = Arc::new(trust);
    });
    let trust = world.send(get("/v1/trust", VALIDATOR)).await.json();
    let [eu, at, de] = trust["lists"].as_array().unwrap().as_slice() else { panic!("{trust}") };
    assert_eq!((&eu["state"], &eu["announcedBy"]), (&"current".into(), &serde_json::Value::Null));
    assert_eq!((&at["state"], &at["announcedBy"], &at["services"]), (&"overdue".into(), &"eu".into(), &1.into()));
    assert_eq!(
        (&at["graceUntil"], &at["remarks"][0]),
        (&"2026-01-03T00:00:00Z".into(), &"signing-certificate-version".into())
    );
    assert_eq!((&de["state"], &de["location"]), (&"unverified".into(), &"http://lists.test/DE.xml".into()));
    assert_eq!(trust["history"][0]["source"], "letter");
    let services = world.send(get("/v1/trust/services", VALIDATOR)).await.json();
    assert_eq!(services["services"][0]["periods"][0]["status"], "documented:former law:granted");

    let report = world.validate("?with=bundle", &SIGNED).await.json();
    assert_eq!(report["trust"]["lists"][1]["graceUntil"], "2026-01-03T00:00:00Z");
    assert_eq!(report["trust"]["lists"][1]["announcedBy"], "eu");
    assert_eq!(report["trust"]["history"][0]["name"], "former law");
    let bundle = STANDARD.decode(report["renderings"][0]["base64"].as_str().unwrap()).unwrap();
    let (read, at) = (Bundle::read(&bundle).unwrap().trust, world.clock.now());
    let own = world.service.trust();
    assert_eq!((read.lists(at), read.history()), (own.lists(at), own.history()));
    assert_eq!(read.services()[0].periods, own.services()[0].periods);
    assert_eq!(read.standings(), own.standings());
    support::suite("announced lists over http", 12);
}

/// What is at which place.
#[derive(Default)]
struct Web(Mutex<BTreeMap<String, Arc<[u8]>>>);

impl Web {
    fn put(&self, name: &str, bytes: Arc<[u8]>) {
        self.0.lock().unwrap().insert(format!("http://lists.test/{name}.xml"), bytes);
    }
}

impl FetchList for Web {
    fn fetch_list(&self, url: &HttpUrl, _: Duration) -> Pending<'_, Result<Arc<[u8]>, FetchOutcome>> {
        let page = self.0.lock().unwrap().get(&url.to_string()).cloned().ok_or(FetchOutcome::ConnectionBroken);
        Box::pin(std::future::ready(page))
    }
}

#[tokio::test]
async fn a_service_follows_what_its_list_of_lists_announces() {
    let (maker, other) = (ListMaker::new("maker"), ListMaker::new("other"));
    let world = World::with(LIMITS, |parts| {
        parts.trust = Arc::new(parts.trust.with_lists(vec![configured(&maker)]));
    });
    let web = Arc::new(Web::default());
    web.put("eu", of_lists(&maker, 1, &["AT", "DE"]));
    web.put("AT", national(&maker, "AT"));
    web.put("DE", national(&other, "DE"));
    let refresh = Refresh {
        sources: vec![ListSource {
            name: "eu".to_owned(),
            url: HttpUrl::parse("http://lists.test/eu.xml").unwrap(),
        }],
        fetch: Arc::clone(&web) as Arc<dyn FetchList>,
        keep: None,
        clock: Arc::clone(&world.service.parts().clock),
        identifiers: Arc::clone(&world.service.parts().identifiers),
        period: Duration::from_millis(20),
    };
    let running = tokio::spawn(refresh.run(Arc::clone(&world.service)));
    let reasons = |trust: &TrustStore| -> Vec<(String, Option<String>)> {
        let said = trust.listings().iter();
        said.map(|one| (one.name.clone(), one.refusal.as_ref().map(|refusal| refusal.code.clone()))).collect()
    };
    let said = |name: &str, code: Option<&str>| (name.to_owned(), code.map(ToOwned::to_owned));
    let reached = async |expected: &[(String, Option<String>)], services: usize| {
        for _ in 0..2_000 {
            let trust = world.service.trust();
            if reasons(&trust) == expected && trust.services().len() == services {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("{:?} {}", reasons(&world.service.trust()), world.service.trust().services().len());
    };
    reached(&[said("eu", None), said("eu.AT", None), said("eu.DE", Some("signer-not-pinned"))], 1).await;
    web.put("DE", national(&maker, "DE"));
    reached(&[said("eu", None), said("eu.AT", None), said("eu.DE", None)], 2).await;
    web.put("eu", of_lists(&maker, 2, &["DE"]));
    reached(&[said("eu", None), said("eu.AT", Some("not-announced")), said("eu.DE", None)], 1).await;
    // A list of lists that is refused takes nothing away.
    web.put("eu", of_lists(&other, 3, &[]));
    let refused = said("eu", Some("signer-not-pinned"));
    reached(&[refused, said("eu.AT", Some("not-announced")), said("eu.DE", None)], 1).await;
    web.put("eu", of_lists(&maker, 4, &["AT", "DE"]));
    reached(&[said("eu", None), said("eu.AT", None), said("eu.DE", None)], 2).await;
    assert!(!running.is_finished());
    running.abort();
    support::suite("a service follows its lists", 5);
}
