//! Trust lists of the world: the Swiss one, service by service, and every list of the outside material.

mod support;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use sigillum::crypto::{DigestAlgorithm, digest};
use sigillum::limits::{Budget, Limits};
use sigillum::pki::Certificate;
use sigillum::syntax::xml::{Tree, decode};
use sigillum::time::Timestamp;
use sigillum::trust::{
    ListSigner, ListState, Listing, Refusal, Scheme, ServiceKind, ServiceStatus, TrustList, TrustStore,
    VerifiedTrustList,
};

fn time(text: &str) -> Timestamp {
    Timestamp::from_rfc3339(text).unwrap()
}

/// A time at which the stored lists are in use.
fn now() -> Timestamp {
    time("2026-03-01T00:00:00Z")
}

struct Swiss {
    bytes: Arc<[u8]>,
    signer: ListSigner,
}

fn swiss() -> Option<Swiss> {
    let folder = support::shared()?.join("data/swiss-tl");
    let signer = Certificate::parse(&support::read(&folder.join("CH-TL-cert.der"))).unwrap();
    Some(Swiss { bytes: support::read(&folder.join("tsl-ch.xml")).into(), signer: ListSigner::of(&signer) })
}

fn verify(bytes: impl Into<Arc<[u8]>>, signers: &[ListSigner]) -> Result<VerifiedTrustList, Refusal> {
    VerifiedTrustList::verify(bytes.into(), Scheme::Ch, signers, now())
}

fn kind(text: &str) -> ServiceKind {
    match text {
        "CA/QC" => ServiceKind::CaQc,
        "TSA/QTST" => ServiceKind::Qtst,
        "RemoteQSCD" => ServiceKind::RemoteQscd,
        other => panic!("{other}"),
    }
}

#[test]
fn the_swiss_list_has_its_services() {
    let name = "swiss trust list";
    let Some(swiss) = swiss() else { return support::skipped(name) };
    let list = verify(Arc::clone(&swiss.bytes), &[swiss.signer]).unwrap();
    assert_eq!(list.sha256(), "607ee6eb1bf53850e966e6844ce2ba8de4cf93fd5d505b799c70c33ed7538689");
    assert_eq!(swiss.signer.sha256.to_string(), "37c2b85994713a95fdfd6387747f4e4f1bcc50d9c99c7b1331ae41392ee3059e");
    let said = list.list();
    assert_eq!((said.version, said.sequence_number, said.territory.as_str()), (5, 9, "CH"));
    assert_eq!((said.providers.len(), said.pointers.len()), (4, 0));
    assert_eq!(said.issue_time, time("2025-11-18T09:30:00Z"));
    assert_eq!(said.next_update, Some(time("2026-05-18T08:30:00Z")));
    assert_eq!(said.distribution_points, ["https://trustedlist.tsl-switzerland.ch/tsl-ch.xml"]);
    let table = support::read_text(Path::new("tests/trust/swiss.tsv"));
    let rows: Vec<Vec<&str>> = table.lines().skip(2).map(|line| line.split('\t').collect()).collect();
    assert_eq!((rows.len(), list.services().len()), (35, 35));
    for (row, service) in rows.iter().zip(list.services()) {
        let [number, listed_kind, listed_name, status, since, uses, certificate, history] = row[..] else {
            panic!("{row:?}")
        };
        let current = service.current().unwrap();
        assert_eq!(service.name, listed_name, "S{number}");
        assert_eq!(current.kind, kind(listed_kind), "S{number}");
        let expected = if status == "granted" { ServiceStatus::Granted } else { ServiceStatus::Withdrawn };
        assert_eq!((current.status, current.from), (expected, time(since)), "S{number}");
        let said = (current.uses.signatures, current.uses.seals, current.uses.web);
        assert_eq!(said, (uses.contains("eSignatures"), uses.contains("eSeals"), false), "S{number}");
        assert!(current.qualifications.is_empty() && !current.has_unknown_critical_extension, "S{number}");
        let [listed] = service.certificates.as_slice() else { panic!("S{number}") };
        let sha256 = digest(DigestAlgorithm::Sha256, listed.der()).to_string();
        assert_eq!(&sha256[..16], certificate, "S{number}");
        assert_eq!(service.periods.len(), 1 + history.parse::<usize>().unwrap(), "S{number}");
        assert!(
            service.subjects.iter().any(|name| name.matches(listed.subject())),
            "S{number}: {:?}",
            service.subjects
        );
        assert_eq!(service.key_identifiers, [listed.subject_key_identifier().unwrap()], "S{number}");
        assert_eq!(service.at(current.from).map(|period| period.status), Some(expected), "S{number}");
        let first = service.periods[0].from;
        assert!(service.at(first.plus_seconds(-1)).is_none(), "S{number}");
    }
    support::suite(name, rows.len());
}

#[test]
fn who_changes_a_bit_or_is_not_pinned_is_refused() {
    let name = "swiss trust list refusals";
    let Some(swiss) = swiss() else { return support::skipped(name) };
    let pinned = [swiss.signer];
    let mut cases = 0;
    // A flip anywhere in the file: what still verifies has to say the very same.
    let said = format!("{:?}", verify(Arc::clone(&swiss.bytes), &pinned).unwrap().list());
    for step in 0..400 {
        let mut bytes = swiss.bytes.to_vec();
        let at = step * bytes.len() / 400 + step % 7;
        bytes[at] ^= 1 << (step % 8);
        if let Ok(list) = verify(bytes, &pinned) {
            assert_eq!(format!("{:?}", list.list()), said, "byte {at}");
        }
        cases += 1;
    }
    let text = String::from_utf8(swiss.bytes.to_vec()).unwrap();
    let changed = text.replacen("2019-04-10T22:00:00Z", "2009-04-10T22:00:00Z", 1);
    assert_eq!(verify(changed.into_bytes(), &pinned).unwrap_err(), Refusal::Changed);
    let unsigned = text[..text.find("<ds:Signature").unwrap()].to_owned() + "</TrustServiceStatusList>";
    assert_eq!(verify(unsigned.into_bytes(), &pinned).unwrap_err(), Refusal::Unsigned);
    let other = ListSigner { sha256: digest(DigestAlgorithm::Sha256, b"somebody"), from: None, until: None };
    assert_eq!(
        verify(Arc::clone(&swiss.bytes), &[other]).unwrap_err(),
        Refusal::SignerNotPinned(swiss.signer.sha256)
    );
    assert_eq!(verify(Arc::clone(&swiss.bytes), &[]).unwrap_err().code(), "signer-not-pinned");
    for (from, until) in [(Some(now().plus_seconds(1)), None), (None, Some(now()))] {
        let window = ListSigner { from, until, ..swiss.signer };
        let refusal = verify(Arc::clone(&swiss.bytes), &[other, window]).unwrap_err();
        assert_eq!(refusal, Refusal::SignerNotInForce(swiss.signer.sha256));
        let listing =
            Listing::new("ch".to_owned(), Scheme::Ch, vec![window]).after(Arc::clone(&swiss.bytes), now());
        assert_eq!(listing.state(now()), ListState::Unverified);
        cases += 2;
    }
    let other_scheme = VerifiedTrustList::verify(Arc::clone(&swiss.bytes), Scheme::Demo, &pinned, now());
    assert_eq!(other_scheme.unwrap_err(), Refusal::Territory("CH".to_owned()));
    let early =
        VerifiedTrustList::verify(Arc::clone(&swiss.bytes), Scheme::Ch, &pinned, time("2025-11-01T00:00:00Z"));
    assert_eq!(early.unwrap_err().code(), "issued-in-future");
    support::suite(name, cases + 6);
}

#[test]
fn what_surrounds_the_root_changes_nothing() {
    let name = "trust list surroundings";
    let Some(swiss) = swiss() else { return support::skipped(name) };
    let text = String::from_utf8(swiss.bytes.to_vec()).unwrap();
    let root = text.find("<TrustServiceStatusList").unwrap();
    let variants =
        [text[root..].to_owned(), format!("\u{feff}{text}"), format!("{}\n\n{}\n ", &text[..root], &text[root..])];
    for variant in &variants {
        verify(variant.clone().into_bytes(), &[swiss.signer]).unwrap();
    }
    support::suite(name, variants.len());
}

#[test]
fn a_list_is_current_until_its_next_update() {
    let name = "trust list states";
    let Some(swiss) = swiss() else { return support::skipped(name) };
    let listing = Listing::new("ch".to_owned(), Scheme::Ch, vec![swiss.signer]);
    assert_eq!(listing.state(now()), ListState::Unverified);
    let taken = listing.after(Arc::clone(&swiss.bytes), now());
    let next = time("2026-05-18T08:30:00Z");
    for (at, state) in [
        (now(), ListState::Current),
        (next, ListState::Current),
        (next.plus_seconds(1), ListState::Overdue),
        (time("2019-01-01T00:00:00Z"), ListState::Current),
    ] {
        assert_eq!(taken.state(at), state);
    }
    // What comes later and is bad does not displace it, and is said.
    let kept = taken.after(b"<html/>".as_slice().into(), now());
    assert_eq!(kept.summary(now()).reason.as_deref(), Some("not-a-trust-list"));
    assert_eq!((kept.state(now()), kept.list.is_some()), (ListState::Current, true));
    assert_eq!(listing.after(b"<html/>".as_slice().into(), now()).state(now()), ListState::Refused);
    support::suite(name, 8);
}

#[test]
fn listed_services_are_anchors_from_their_beginning_on() {
    let name = "trust store of the swiss list";
    let Some(swiss) = swiss() else { return support::skipped(name) };
    let listing = Listing::new("ch".to_owned(), Scheme::Ch, vec![swiss.signer]).after(swiss.bytes, now());
    let store = TrustStore::new(Vec::new()).with_lists(vec![listing]);
    assert!(!store.is_empty() && store.anchors().is_empty());
    let mut several = 0;
    for service in store.services() {
        for certificate in &service.certificates {
            let found = store.services_of(certificate);
            assert!(found.iter().any(|one| Arc::ptr_eq(one, service)));
            several += usize::from(found.len() > 1);
            let issues = |one: &&&Arc<sigillum::trust::Service>| {
                matches!(one.current().unwrap().kind, ServiceKind::CaQc | ServiceKind::Qtst)
            };
            let first = found.iter().filter(issues).map(|one| one.periods[0].from).min();
            assert_eq!(store.believed_since(certificate), first);
            assert_eq!(store.anchor_of(certificate).is_some(), first.is_some());
            assert!(store.named(certificate.subject()).any(|one| one.certificate.der() == certificate.der()));
        }
    }
    // S2 = S4, S5 = S10, S7 = S11, S14 = S16, S15 = S17, S32 = S33 = S34.
    assert_eq!(several, 13);
    let swisscom_2 = &store.services()[0];
    assert_eq!(store.believed_since(&swisscom_2.certificates[0]), Some(time("2023-11-30T23:00:00Z")));
    support::suite(name, store.services().len());
}

/// The certificates that the list itself brings as its signer's: to look at the list, not to believe it.
fn own_signers(bytes: &[u8]) -> Option<Vec<ListSigner>> {
    use base64::Engine;
    let text = decode(bytes).ok()?;
    let tree = Tree::parse(&text, &mut Budget::new(&Limits::DEFAULT)).ok()?;
    let ds = "http://www.w3.org/2000/09/xmldsig#";
    let all = tree.subtree(sigillum::syntax::xml::NodeId::ROOT).filter_map(|node| tree.element(node));
    let given = all.filter(|one| one.is(ds, "X509Certificate"));
    let signer = |certificate: sigillum::syntax::xml::Element<'_>| {
        let dense: String = tree.string_value(certificate.id()).split_whitespace().collect();
        let der = base64::engine::general_purpose::STANDARD.decode(dense).ok()?;
        Some(ListSigner { sha256: digest(DigestAlgorithm::Sha256, &der), from: None, until: None })
    };
    Some(given.filter_map(signer).collect())
}

#[test]
fn every_list_of_the_corpus_is_taken_or_refused_for_its_reason() {
    let name = "trust lists of the corpus";
    let Some(shared) = support::shared() else { return support::skipped(name) };
    let corpus = shared.join("data/corpus");
    let manifest = support::read_text(&corpus.join("MANIFEST.tsv"));
    let expected = support::read_text(Path::new("tests/trust/corpus.tsv"));
    let mut expected: BTreeMap<&str, &str> =
        expected.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once('\t')).collect();
    let (mut cases, mut wrong) = (0, Vec::new());
    let mut figures: BTreeMap<(String, String), usize> = BTreeMap::new();
    let mut services = 0;
    for row in manifest.lines() {
        let fields: Vec<&str> = row.split('\t').collect();
        let (path, list_kind) = (fields[0], fields[6]);
        if !list_kind.starts_with("tl/") {
            continue;
        }
        let bytes: Arc<[u8]> = support::read(&corpus.join(path)).into();
        let signers = own_signers(&bytes).unwrap_or_default();
        let scheme = scheme_of(&bytes).unwrap_or(Scheme::Eu);
        let verified = VerifiedTrustList::verify(bytes, scheme, &signers, time("2026-11-22T00:00:00Z"));
        let (code, detail) = match &verified {
            Ok(list) => ("verified".to_owned(), format!("{} {}", list.list().territory, list.services().len())),
            Err(refusal) => (refusal.code().to_owned(), refusal.to_string()),
        };
        services += verified.as_ref().map_or(0, |list| list.services().len());
        cases += 1;
        *figures.entry((list_kind.to_owned(), code.clone())).or_default() += 1;
        let wanted = expected.remove(path).unwrap_or(if list_kind == "tl/tampered" { "?" } else { "verified" });
        if wanted.split('\t').next() != Some(code.as_str()) {
            wrong.push(format!("{path}\t{code}\t{detail}"));
        }
    }
    for ((list_kind, code), number) in &figures {
        println!("{list_kind}: {number} {code}");
    }
    println!("{services} services");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(expected.is_empty(), "not there: {expected:?}");
    support::suite(name, cases);
}

/// Who signs which list, by the lists of lists of the material.
fn announced(corpus: &Path, lists: &[String]) -> BTreeMap<String, Vec<ListSigner>> {
    let mut signers: BTreeMap<String, Vec<ListSigner>> = BTreeMap::new();
    for path in lists {
        let bytes: Arc<[u8]> = support::read(&corpus.join(path)).into();
        let own = own_signers(&bytes).unwrap_or_default();
        let Ok(list) = VerifiedTrustList::verify(bytes, Scheme::Eu, &own, time("2026-11-22T00:00:00Z")) else {
            continue;
        };
        for pointer in list.national() {
            let known = signers.entry(pointer.territory.clone()).or_default();
            known.extend(pointer.signers.iter().map(|one| ListSigner::of(one)));
        }
    }
    signers
}

#[test]
fn national_lists_are_signed_by_whom_the_list_of_lists_announces() {
    let name = "trust lists of the list of lists";
    let Some(shared) = support::shared() else { return support::skipped(name) };
    let corpus = shared.join("data/corpus");
    let manifest = support::read_text(&corpus.join("MANIFEST.tsv"));
    let of_kind = |wanted: &[&str]| -> Vec<String> {
        let rows = manifest.lines().map(|row| row.split('\t').collect::<Vec<_>>());
        rows.filter(|fields| wanted.contains(&fields[6])).map(|fields| fields[0].to_owned()).collect()
    };
    let signers = announced(&corpus, &of_kind(&["tl/lotl"]));
    assert!(signers.len() >= 30, "{:?}", signers.keys());
    let mut figures: BTreeMap<&str, usize> = BTreeMap::new();
    let mut cases = 0;
    for path in of_kind(&["tl/national", "tl/tampered"]) {
        let bytes: Arc<[u8]> = support::read(&corpus.join(&path)).into();
        let Some(territory) = territory_of(&bytes).filter(|one| signers.contains_key(one)) else { continue };
        let verified =
            VerifiedTrustList::verify(bytes, Scheme::Eu, &signers[&territory], time("2026-11-22T00:00:00Z"));
        let code = verified.as_ref().err().map_or("verified", Refusal::code);
        *figures.entry(code).or_default() += 1;
        cases += 1;
        if path.contains("dss-tsl-validation") {
            assert!(verified.is_err(), "{path} was signed anew by somebody else");
        }
        if path.starts_with("peponeska") {
            assert!(matches!(code, "verified" | "signer-not-pinned"), "{path}: {code}");
        }
    }
    println!("{figures:?}");
    assert!(figures["verified"] >= 10, "{figures:?}");
    support::suite(name, cases);
}

fn territory_of(bytes: &[u8]) -> Option<String> {
    let text = decode(bytes).ok()?;
    let tree = Tree::parse(&text, &mut Budget::new(&Limits::DEFAULT)).ok()?;
    Some(TrustList::parse(&tree).ok()?.territory)
}

fn scheme_of(bytes: &[u8]) -> Option<Scheme> {
    Scheme::of_territory(&territory_of(bytes)?)
}
