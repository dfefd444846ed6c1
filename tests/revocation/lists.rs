//! CRLs (RFC 5280 §5, §6.3.3).

use std::sync::Arc;

use super::pki::{
    self, CRL_SIGN, Key, certificate_issuer, crl_issuer, crl_number, delta_of, distribution_points, entry,
    extension, full_name, is_ca, key_usage, name, only, reason_code, reasons, relative_name, scope, uri,
};
use super::{SERIAL, World, ca_text, said, text, time};
use sigillum::pki::Crl;
use sigillum::validation::Origin;

/// A list of the CA, changed in one way.
fn changed(world: &World, change: impl Fn(&mut pki::ListText)) -> Crl {
    let mut list = world.list();
    change(&mut list);
    list.sign(&world.ca_key)
}

#[test]
fn a_list_of_the_ca_says_what_it_lists() {
    let world = World::new();
    assert_eq!(world.of_lists(vec![world.list().sign(&world.ca_key)]), "good");
    for (extensions, expected) in [
        (vec![], "revoked"),
        (vec![reason_code(1)], "revoked"),
        (vec![reason_code(6)], "on-hold"),
        (vec![reason_code(8)], "malformed"),
        (vec![extension("2.5.29.24", false, &pki::time("20260501000000Z"))], "revoked"),
        (vec![extension("1.2.3.4", true, &[5, 0])], "unknown-extension"),
        (vec![extension("1.2.3.4", false, &[5, 0])], "revoked"),
        (vec![extension("2.5.29.21", false, &[5, 0])], "malformed"),
        (vec![certificate_issuer(&name("CA"))], "malformed"),
    ] {
        let list = changed(&world, |list| list.entries = vec![entry(SERIAL, "20260601000000Z", &extensions)]);
        assert_eq!(world.of_lists(vec![list]), expected);
    }
    // Another number, one of which this one is a part, and this one with an octet that DER would leave out.
    for (serial, expected) in [
        (&[0x51, 0x0a, 0x77, 0x04][..], "good"),
        (&[0x51, 0x51, 0x0a, 0x77, 0x03], "good"),
        (&[0, 0x51, 0x0a, 0x77, 0x03], "revoked"),
    ] {
        let list = changed(&world, |list| list.entries = vec![entry(serial, "20260601000000Z", &[])]);
        assert_eq!(world.of_lists(vec![list]), expected);
    }
}

#[test]
fn each_fault_of_a_list_is_its_own_finding() {
    let world = World::new();
    type Change = fn(&mut pki::ListText);
    let cases: &[(&str, Change)] = &[
        ("good stale", |list| list.next_update = Some("20260630235959Z")),
        ("good stale", |list| list.next_update = Some("20260701000000Z")),
        ("good", |list| list.next_update = Some("20260701000001Z")),
        ("good stale", |list| list.next_update = None),
        ("good", |list| (list.this_update, list.next_update) = ("20260630000000Z", None)),
        ("good stale", |list| (list.this_update, list.next_update) = ("20260629235959Z", None)),
        ("good", |list| list.this_update = "20260701000500Z"),
        ("from-future", |list| list.this_update = "20260701000501Z"),
        ("malformed", |list| list.next_update = Some("20260619000000Z")),
        ("before-issuance", |list| list.this_update = "20251231235959Z"),
        ("unknown-extension", |list| list.extensions.push(extension("1.2.3.4", true, &[5, 0]))),
        ("good", |list| list.extensions.push(extension("1.2.3.4", false, &[5, 0]))),
        ("malformed", |list| list.extensions.push(crl_number(6))),
        ("malformed", |list| list.extensions.push(extension("2.5.29.35", false, &[5, 0]))),
        ("scope", |list| list.extensions.push(scope(&[only(2)]))),
        ("good", |list| list.extensions.push(scope(&[only(1)]))),
        ("scope", |list| list.extensions.push(scope(&[only(5)]))),
        ("scope", |list| list.extensions.push(scope(&[full_name(&[uri("http://a/")])]))),
        ("reasons-incomplete", |list| list.extensions.push(scope(&[reasons(0x83, [0x40, 0])]))),
        ("good", |list| list.extensions.push(scope(&[only(4)]))),
        ("delta-without-base", |list| list.extensions.push(delta_of(1))),
        ("malformed", |list| list.extensions.push(extension("2.5.29.27", true, &[5, 0]))),
        ("nothing", |list| list.issuer = name("Another CA")),
    ];
    for (index, (expected, change)) in cases.iter().enumerate() {
        assert_eq!(world.of_lists(vec![changed(&world, change)]), *expected, "case {index}");
    }
    assert_eq!(world.of_lists(vec![world.list().sign(&Key::new())]), "signature-invalid");
    assert_eq!(world.of_lists(vec![world.list().sign(&world.leaf_key)]), "signature-invalid");
    let mut flipped = world.list().der(&world.ca_key);
    *flipped.last_mut().unwrap() ^= 1;
    assert_eq!(world.of_lists(vec![Crl::parse(&flipped, 64).unwrap()]), "signature-invalid");
}

#[test]
fn a_list_without_the_algorithm_twice_is_refused() {
    let world = World::new();
    let der = world.list().der(&world.ca_key);
    let at = der.windows(10).rposition(|part| part == &pki::algorithm()[2..]).unwrap();
    let mut other = der;
    other[at + 9] = 3;
    assert_eq!(world.of_lists(vec![Crl::parse(&other, 64).unwrap()]), "malformed");
}

#[test]
fn an_expired_certificate_need_not_be_listed() {
    let world = World::new();
    let mut leaf = text("CA", "Leaf", Vec::new());
    leaf.serial = SERIAL.to_vec();
    leaf.until = "20260619235959Z";
    let leaf = leaf.issue(&world.leaf_key, &world.ca_key);
    let judge = |list: Crl| said(&world.judge_of(&leaf, &world.ca, &world.evidence(vec![list], Vec::new())));
    let expired_since = |since: &str| extension("2.5.29.60", false, &pki::time(since));
    assert_eq!(judge(changed(&world, |_| ())), "after-expiry");
    assert_eq!(judge(changed(&world, |list| list.this_update = "20260619235959Z")), "good");
    assert_eq!(judge(changed(&world, |list| list.extensions.push(expired_since("20260101000000Z")))), "good");
    assert_eq!(
        judge(changed(&world, |list| list.extensions.push(expired_since("20260620000000Z")))),
        "after-expiry"
    );
    let listed = changed(&world, |list| list.entries = vec![entry(SERIAL, "20260601000000Z", &[])]);
    assert_eq!(judge(listed), "revoked", "what is listed is known");
}

#[test]
fn a_delta_changes_its_base() {
    let world = World::new();
    let base = |entries: Vec<Vec<u8>>| changed(&world, |list| list.entries.clone_from(&entries));
    let delta_with = |number: u8, of: u8, entries: Vec<Vec<u8>>, more: Vec<Vec<u8>>| {
        let mut list = world.list();
        list.this_update = "20260625000000Z";
        list.next_update = Some("20260704000000Z");
        list.entries = entries;
        list.extensions = vec![crl_number(number), delta_of(of)];
        list.extensions.extend(more);
        list
    };
    let delta = |number, of, entries| delta_with(number, of, entries, Vec::new()).sign(&world.ca_key);
    let held = || entry(SERIAL, "20260601000000Z", &[reason_code(6)]);
    let gone = || entry(SERIAL, "20260601000000Z", &[reason_code(1)]);
    let removed = || entry(SERIAL, "20260601000000Z", &[reason_code(8)]);
    for (expected, base, delta) in [
        ("good", base(vec![]), delta(6, 5, vec![])),
        ("revoked", base(vec![]), delta(6, 5, vec![gone()])),
        ("revoked", base(vec![held()]), delta(6, 5, vec![gone()])),
        ("on-hold", base(vec![]), delta(6, 5, vec![held()])),
        ("on-hold", base(vec![held()]), delta(6, 5, vec![])),
        ("good", base(vec![held()]), delta(6, 5, vec![removed()])),
        ("good", base(vec![held()]), delta(6, 4, vec![removed()])),
        // A removal does not undo a revocation for good.
        ("revoked", base(vec![gone()]), delta(6, 5, vec![removed()])),
        // Not a delta of this base: older than what it builds upon, not newer than it, of another scope.
        ("on-hold", base(vec![held()]), delta(7, 6, vec![removed()])),
        ("on-hold", base(vec![held()]), delta(5, 4, vec![removed()])),
        (
            "on-hold",
            base(vec![held()]),
            delta_with(6, 5, vec![removed()], vec![scope(&[only(1)])]).sign(&world.ca_key),
        ),
        ("on-hold", base(vec![held()]), delta_with(6, 5, vec![removed()], vec![]).sign(&Key::new())),
    ] {
        assert_eq!(world.of_lists(vec![base, delta]), expected);
    }
    // A number of a length of its own is compared as a number.
    let long = |list: &mut pki::ListText| list.extensions = vec![extension("2.5.29.20", false, &[2, 2, 1, 0])];
    let delta = delta_with(6, 5, vec![gone()], vec![]).sign(&world.ca_key);
    assert_eq!(world.of_lists(vec![changed(&world, long), delta]), "good");

    let stale_base = changed(&world, |list| list.next_update = Some("20260626000000Z"));
    let status = world
        .judge(&world.evidence(vec![stale_base, delta_with(6, 5, vec![], vec![]).sign(&world.ca_key)], Vec::new()));
    let (decides, stale) = status.decides.unwrap();
    assert_eq!(decides.this_update, time("2026-06-25T00:00:00Z"), "the delta stands for its base");
    assert!(stale.is_none());
}

#[test]
fn the_distribution_point_has_to_be_the_same() {
    let point = |members: Vec<Vec<u8>>| distribution_points(&[members]);
    let ca = || pki::directory(&name("CA"));
    for (expected, of_certificate, of_list) in [
        ("good", point(vec![full_name(&[uri("http://a/")])]), vec![full_name(&[uri("http://a/")])]),
        ("good", point(vec![full_name(&[uri("ldap:b"), uri("http://a/")])]), vec![full_name(&[uri("http://a/")])]),
        ("scope", point(vec![full_name(&[uri("http://b/")])]), vec![full_name(&[uri("http://a/")])]),
        ("good", point(vec![full_name(&[uri("http://b/")])]), vec![only(1)]),
        ("good", point(vec![relative_name("Point")]), vec![relative_name("Point")]),
        ("scope", point(vec![relative_name("Point")]), vec![relative_name("Other")]),
        (
            "good",
            point(vec![full_name(&[pki::directory(&crate::support::sign::der::sequence(&[
                pki::rdn("CA", 0x31),
                pki::rdn("Point", 0x31),
            ]))])]),
            vec![relative_name("Point")],
        ),
        // A list that no point names, by the name of the CA.
        ("good", point(vec![full_name(&[uri("http://b/")])]), vec![full_name(&[ca()])]),
    ] {
        let world = World::with_leaf(vec![of_certificate]);
        let list = changed(&world, |list| list.extensions.push(scope(&of_list)));
        assert_eq!(world.of_lists(vec![list]), expected);
    }
    // Lists for CAs only and for others.
    let world = World::new();
    for (only_for, expected) in [(1, "scope"), (2, "good")] {
        let mut list = world.list();
        list.issuer = name("Root");
        list.extensions.push(scope(&[only(only_for)]));
        let evidence = world.evidence(vec![list.sign(&world.root_key)], Vec::new());
        assert_eq!(said(&world.judge_of(&world.ca, &world.root, &evidence)), expected);
    }
}

#[test]
fn lists_for_some_reasons_are_good_only_together() {
    let world = World::new();
    let some = |octets: [u8; 2], this_update: &'static str, entries: Vec<Vec<u8>>| {
        let mut list = world.list();
        list.this_update = this_update;
        list.entries = entries;
        list.extensions.push(scope(&[reasons(0x83, octets)]));
        list.sign(&world.ca_key)
    };
    // Bits 1 and 2, and 3 to 8.
    let first = || some([0x60, 0], "20260620000000Z", Vec::new());
    let second = || some([0x1f, 0x80], "20260610000000Z", Vec::new());
    let compromised =
        || some([0x60, 0], "20260619000000Z", vec![entry(SERIAL, "20260601000000Z", &[reason_code(1)])]);
    assert_eq!(world.of_lists(vec![first()]), "reasons-incomplete");
    assert_eq!(world.of_lists(vec![second(), second()]), "reasons-incomplete");
    assert_eq!(world.of_lists(vec![compromised()]), "revoked", "one reason is enough");
    assert_eq!(world.of_lists(vec![compromised(), second()]), "revoked");
    let status = world.judge(&world.evidence(vec![first(), second()], Vec::new()));
    let (decides, _) = status.decides.clone().unwrap();
    assert_eq!((said(&status).as_str(), decides.this_update), ("good", time("2026-06-10T00:00:00Z")));
    assert!(status.rejected.is_empty());
    let missing_one = || some([0x1f, 0], "20260610000000Z", Vec::new());
    assert_eq!(world.of_lists(vec![first(), missing_one()]), "reasons-incomplete");

    // The reasons of the distribution point count too.
    let world = World::with_leaf(vec![distribution_points(&[vec![
        full_name(&[uri("http://a/")]),
        reasons(0x81, [0x60, 0]),
    ]])]);
    let named = changed(&world, |list| list.extensions.push(scope(&[full_name(&[uri("http://a/")])])));
    assert_eq!(world.of_lists(vec![named]), "reasons-incomplete");
}

#[test]
fn an_indirect_list_speaks_for_others() {
    let issuer = name("List Signer");
    let leaf_points =
        || distribution_points(&[vec![full_name(&[uri("http://a/")]), crl_issuer(&name("List Signer"))]]);
    let world = World::with_leaf(vec![leaf_points()]);
    let key = Key::new();
    let signer_of = |issuer: &str, issuer_key: &Key, usage: u8| {
        text(issuer, "List Signer", vec![key_usage(usage)]).issue(&key, issuer_key)
    };
    let list = |members: Vec<Vec<u8>>, entries: Vec<Vec<u8>>| {
        let mut list = world.list();
        list.issuer.clone_from(&issuer);
        list.entries = entries;
        list.extensions.push(scope(&members));
        list.sign(&key)
    };
    let indirect = |entries| list(vec![full_name(&[uri("http://a/")]), only(4)], entries);
    // The status of the signer itself: the CA's own list says it is good.
    let judge = |list: Crl, signer| {
        let mut own = world.list();
        own.extensions.push(scope(&[full_name(&[pki::directory(&name("CA"))])]));
        let mut evidence = world.evidence(vec![list, own.sign(&world.ca_key)], Vec::new());
        evidence.add_certificate(signer);
        let status = world.judge(&evidence);
        let about_leaf: Vec<_> = status.accepted.iter().filter(|one| one.source == "crl").collect();
        format!("{} of {}", said(&status), about_leaf.len())
    };
    let entitled = || signer_of("CA", &world.ca_key, CRL_SIGN);
    let of = |certificate: &[u8]| entry(SERIAL, "20260601000000Z", &[certificate_issuer(certificate)]);
    assert_eq!(judge(indirect(vec![]), entitled()), "good of 2");
    assert_eq!(judge(indirect(vec![of(&name("CA"))]), entitled()), "revoked of 2");
    // The entry of another CA, and one without an issuer, which is then the issuer of the list.
    assert_eq!(judge(indirect(vec![of(&name("Root"))]), entitled()), "good of 2");
    assert_eq!(judge(indirect(vec![entry(SERIAL, "20260601000000Z", &[])]), entitled()), "good of 2");
    // An entry takes the issuer of the one before.
    let first = entry(&[9], "20260601000000Z", &[certificate_issuer(&name("CA"))]);
    let second = entry(SERIAL, "20260601000000Z", &[]);
    assert_eq!(judge(indirect(vec![first, second]), entitled()), "revoked of 2");
    // What does not entitle: not marked indirect, another place, no cRLSign, another anchor.
    assert_eq!(judge(list(vec![full_name(&[uri("http://a/")])], vec![]), entitled()), "good of 1");
    assert_eq!(judge(list(vec![full_name(&[uri("http://b/")]), only(4)], vec![]), entitled()), "good of 1");
    assert_eq!(judge(indirect(vec![]), signer_of("CA", &world.ca_key, 0x80)), "good of 1");
    assert_eq!(judge(indirect(vec![]), signer_of("CA", &Key::new(), CRL_SIGN)), "good of 1");
    assert_eq!(judge(indirect(vec![]), signer_of("Root", &world.root_key, CRL_SIGN)), "good of 1", "no status");
    assert_eq!(world.of_lists(vec![indirect(vec![])]), "signer-unknown");
    // Who is not named by the certificate speaks for nobody.
    let plain = World::new();
    assert_eq!(plain.of_lists(vec![indirect(vec![])]), "nothing");
}

#[test]
fn another_key_of_the_same_ca_may_sign() {
    let world = World::new();
    let key = Key::new();
    let list = || world.list().sign(&key);
    let of_root = |entries: Vec<Vec<u8>>| {
        let mut list = world.list();
        list.issuer = name("Root");
        list.entries = entries;
        list.sign(&world.root_key)
    };
    let judge = |crls: Vec<Crl>, signer| {
        let mut evidence = world.evidence(crls, Vec::new());
        evidence.add_certificate(signer);
        said(&world.judge(&evidence))
    };
    let mut by_root = text("Root", "CA", vec![key_usage(CRL_SIGN)]);
    by_root.serial = vec![0x42, 0x42, 0x42];
    let second = || by_root.issue(&key, &world.root_key);
    assert_eq!(judge(vec![list()], second()), "signer-status-unknown");
    assert_eq!(judge(vec![list(), of_root(vec![])], second()), "good");
    let revoked = entry(&[0x42, 0x42, 0x42], "20260601000000Z", &[reason_code(1)]);
    assert_eq!(judge(vec![list(), of_root(vec![revoked])], second()), "signer-revoked");
    let held = entry(&[0x42, 0x42, 0x42], "20260601000000Z", &[reason_code(6)]);
    assert_eq!(judge(vec![list(), of_root(vec![held])], second()), "signer-revoked");
    let superseded = entry(&[0x42, 0x42, 0x42], "20260630000000Z", &[reason_code(4)]);
    assert_eq!(judge(vec![list(), of_root(vec![superseded])], second()), "good", "its lists from before stand");
    let compromised = entry(&[0x42, 0x42, 0x42], "20260630000000Z", &[reason_code(1)]);
    assert_eq!(judge(vec![list(), of_root(vec![compromised])], second()), "signer-revoked");
    let no_usage = text("Root", "CA", vec![key_usage(0x80)]).issue(&key, &world.root_key);
    assert_eq!(judge(vec![list(), of_root(vec![])], no_usage), "signer-not-entitled");

    // A CA of the same name below another root, even one that is trusted.
    let other_root_key = Key::new();
    let other_root = ca_text("Other", "Other").issue(&other_root_key, &other_root_key);
    let stranger = text("Other", "CA", vec![key_usage(CRL_SIGN)]).issue(&key, &other_root_key);
    assert_eq!(judge(vec![list()], Arc::clone(&stranger)), "signer-untrusted");
    let mut both = World::new();
    let anchors = [&both.root, &other_root]
        .map(|certificate| sigillum::trust::TrustAnchor { certificate: Arc::clone(certificate), sunset: None });
    both.trust = sigillum::trust::TrustStore::new(anchors.to_vec());
    let mut evidence = both.evidence(vec![both.list().sign(&key)], Vec::new());
    evidence.add_certificate(stranger);
    evidence.add_certificate(other_root);
    assert_eq!(said(&both.judge(&evidence)), "signer-untrusted");

    // Its path has to keep the rules too: here an end entity stands between.
    let between_key = Key::new();
    let between = text("Root", "Between", vec![key_usage(0x80)]).issue(&between_key, &world.root_key);
    let below = text("Between", "CA", vec![key_usage(CRL_SIGN)]).issue(&key, &between_key);
    let mut evidence = world.evidence(vec![list(), of_root(vec![])], Vec::new());
    evidence.add_certificate(between);
    evidence.add_certificate(below);
    assert_eq!(said(&world.judge(&evidence)), "signer-untrusted");
}

#[test]
fn the_issuer_of_an_anchor_vouches_for_its_other_key() {
    let mut world = World::new();
    world.trust = sigillum::trust::TrustStore::new(vec![sigillum::trust::TrustAnchor {
        certificate: Arc::clone(&world.ca),
        sunset: None,
    }]);
    let key = Key::new();
    let second = text("Root", "CA", vec![is_ca(), key_usage(CRL_SIGN)]).issue(&key, &world.root_key);
    let mut of_root = world.list();
    of_root.issuer = name("Root");
    let mut evidence = world.evidence(vec![world.list().sign(&key), of_root.sign(&world.root_key)], Vec::new());
    evidence.add_certificate(second);
    assert_eq!(said(&world.judge(&evidence)), "good");
}

#[test]
fn nobody_vouches_for_himself_unless_his_issuer_says_so() {
    let world = World::new();
    let key = Key::new();
    let own_lists = [
        (Vec::new(), "signer-status-unknown"),
        (vec![distribution_points(&[vec![crl_issuer(&name("CA"))]])], "good"),
    ];
    for (extensions, expected) in own_lists {
        // Its status stands on the lists that it signs itself, under its own name.
        let mut second = text("CA", "CA", vec![key_usage(CRL_SIGN)]);
        second.extensions.extend(extensions);
        let second = second.issue(&key, &world.ca_key);
        let mut list = world.list();
        list.extensions.push(scope(&[only(4)]));
        let mut evidence = world.evidence(vec![list.sign(&key)], Vec::new());
        evidence.add_certificate(second);
        assert_eq!(said(&world.judge(&evidence)), expected);
    }
}

#[test]
fn the_same_list_twice_counts_once_and_comes_from_the_document() {
    let world = World::new();
    let list = world.list().sign(&world.ca_key);
    let mut evidence = world.evidence(vec![list.clone(), list.clone()], Vec::new());
    assert_eq!(world.judge(&evidence).accepted.len(), 1);
    evidence.add_crl(list, Origin::Embedded);
    let status = world.judge(&evidence);
    assert_eq!((status.accepted.len(), status.accepted[0].origin), (1, "embedded"));
}
