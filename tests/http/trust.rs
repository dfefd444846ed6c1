//! What the service says of what it believes: `/v1/trust`, `/v1/trust/services`, the lists in a report and in a bundle.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sigillum::pki::Certificate;
use sigillum::service::ports::Clock;
use sigillum::trust::{ListSigner, Listing, Scheme, SupplementaryAnchor, TrustStore};
use sigillum::validation::bundle::Bundle;

use crate::support;
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
