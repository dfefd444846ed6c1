//! Every sub-indication from a real file through `validate`: documents signed and time-stamped here, by a small PKI of
//! which everything can be set: who is revoked, who has expired, when a time-stamp was made.
//!
//! | sub-indication | file |
//! |---|---|
//! | FORMAT_FAILURE, HASH_FAILURE, SIG_CRYPTO_FAILURE | `cms-garbage`, `cms-md-wrong`, `cms-sig-tampered` of the generated set |
//! | NO_SIGNING_CERTIFICATE_FOUND, NO_CERTIFICATE_CHAIN_FOUND | `cms-no-certs`, `rogue-same-names` of the generated set |
//! | CHAIN_CONSTRAINTS_FAILURE, CERTIFICATE_CHAIN_GENERAL_FAILURE | `bad-keyusage`, `cert-pathlen` of the generated set |
//! | CRYPTO_CONSTRAINTS_FAILURE_NO_POE | `alg-sha1-digest` of the generated set |
//! | all others of PDF | below |
//! | NO_POE | never a result of its own: past validation keeps the result that it could not repair (`vts-…` says why) |
//! | SIGNED_DATA_NOT_FOUND | external references: XML |

#![cfg(feature = "service")]

mod support;

#[path = "revocation/pki.rs"]
mod pki;
#[path = "processes/world.rs"]
mod world;

use std::sync::Arc;

use pki::{IdDigest, Key, ListText, ResponseText, extension, key_usage, name};
use sigillum::time::Timestamp;
use sigillum::validation::{Check, CheckResult, Failure, Integrity, Policy, Verdict};
use support::pdf::MadePdf;
use support::sign::der;
use world::{Archive, FROM, HOLE, Index, PASSED, Set, Signing, UNTIL, World, ca_extensions, list, party, revoked};

#[test]
fn a_good_signature_passes_and_a_time_stamp_proves_its_time() {
    let world = World::new();
    assert_eq!(world.said(world.sign(&Signing::default()).bytes()), PASSED);
    let stamped = world.sign(&Signing { stamp: Some("20260501000000Z"), ..Signing::default() });
    let report = world.judge(stamped.bytes());
    let signature = &report.signatures[0];
    assert_eq!(signature.best_signature_time.to_string(), "2026-05-01T00:00:00Z");
    assert_eq!(signature.best_signature_time_source.as_deref(), Some("S1.T1"));
    assert_eq!(signature.format, "PAdES-BASELINE-T");
}

#[test]
fn a_revoked_signer_is_saved_by_an_older_time_stamp_only() {
    let mut world = World::new();
    world.crls[1] = world.list_of_ca(&revoked(3, "20260601000000Z", 1));
    let said = |signing: Signing| world.said(world.sign(&signing).bytes());
    let unsure = "INDETERMINATE/REVOKED_NO_POE by xcv-signer-not-revoked";
    assert_eq!(said(Signing::default()), unsure);
    assert_eq!(said(Signing { stamp: Some("20260531235959Z"), ..Signing::default() }), PASSED);
    assert_eq!(said(Signing { stamp: Some("20260601000000Z"), ..Signing::default() }), unsure);
    assert_eq!(said(Signing { stamp: Some("20260610000000Z"), ..Signing::default() }), unsure);
    // Only what is proven to be younger than the revocation is certainly bad.
    let certain = "TOTAL-FAILED/REVOKED by xcv-content-time-before-revocation";
    assert_eq!(said(Signing { content: Some("20260610000000Z"), ..Signing::default() }), certain);
    assert_eq!(said(Signing { content: Some("20260510000000Z"), ..Signing::default() }), unsure);
    let both = Signing { content: Some("20260510000000Z"), stamp: Some("20260520000000Z"), ..Signing::default() };
    assert_eq!(said(both), PASSED);
}

#[test]
fn what_the_policy_lowers_makes_nothing_certain() {
    let mut world = World::new();
    world.crls[1] = world.list_of_ca(&revoked(3, "20260601000000Z", 1));
    world.policy = Policy::builtin("no-revocation").unwrap();
    let late = world.sign(&Signing { content: Some("20260610000000Z"), ..Signing::default() });
    assert_eq!(world.said(late.bytes()), PASSED);
}

#[test]
fn a_revoked_ca_is_its_own_doubt() {
    let mut world = World::new();
    world.crls[0] = world.list_of_root(&revoked(2, "20260601000000Z", 2));
    let unsure = "INDETERMINATE/REVOKED_CA_NO_POE by xcv-ca-not-revoked";
    assert_eq!(world.said(world.sign(&Signing::default()).bytes()), unsure);
    let late = Signing { stamp: Some("20260610000000Z"), ..Signing::default() };
    assert_eq!(world.said(world.sign(&late).bytes()), unsure);
    // A revoked authority of time-stamps proves nothing.
    let mut world = World::new();
    world.crls = vec![
        world.list_of_root(&revoked(4, "20260401000000Z", 1)),
        world.list_of_ca(&revoked(3, "20260601000000Z", 1)),
    ];
    let early = Signing { stamp: Some("20260501000000Z"), ..Signing::default() };
    let document = world.sign(&early);
    assert_eq!(world.said(document.bytes()), "INDETERMINATE/REVOKED_NO_POE by xcv-signer-not-revoked");
    let stamp = &world.judge(document.bytes()).signatures[0].timestamps[0];
    assert_eq!(stamp.verdict.sub_indication(), Some("REVOKED_NO_POE"));
}

/// What says that no revocation data are needed says so of those for whom it is made: noRevAvail of end entities
/// (RFC 9608 §3), ocsp-nocheck of who signs OCSP responses, when he does (RFC 6960 §4.2.2.2.1).
#[test]
fn a_ca_and_a_responder_who_signs_documents_need_revocation_data() {
    let unsure = "INDETERMINATE/TRY_LATER by xcv-revocation-known";
    let none = || der::tlv(0x05, &[]);
    for waived in ["2.5.29.56", "0.4.0.194121.2.1"] {
        let mut world = World::new();
        let more = ca_extensions().into_iter().chain([extension(waived, false, &none())]).collect();
        world.ca = party("CA", 2, [FROM, UNTIL], more, Some(&world.root));
        world.person = party("Person", 3, [FROM, UNTIL], vec![key_usage(0xc0)], Some(&world.ca));
        world.crls = vec![world.list_of_ca(&[])];
        assert_eq!(world.said(world.sign(&Signing::default()).bytes()), unsure, "a CA with {waived}");
        world.crls.push(world.list_of_root(&[]));
        assert_eq!(world.said(world.sign(&Signing::default()).bytes()), PASSED);
        let more = vec![key_usage(0xc0), extension(waived, false, &none())];
        world.person = party("Person", 3, [FROM, UNTIL], more, Some(&world.ca));
        world.crls.remove(0);
        let document = world.sign(&Signing::default());
        assert_eq!(world.said(document.bytes()), PASSED, "a person with {waived}");
        // The legal class asks whether revocation was looked at: what is waived is noted, as passed.
        let known = |one: &&Check| one.id.name() == "xcv-revocation-known";
        let report = world.judge(document.bytes());
        let results: Vec<CheckResult> =
            report.signatures[0].checks.iter().filter(known).map(|one| one.result).collect();
        assert_eq!(results, [CheckResult::Passed], "a person with {waived}");
    }
    let mut world = World::new();
    let purpose = extension("2.5.29.37", false, &der::sequence(&[der::oid("1.3.6.1.5.5.7.3.9")]));
    let more = vec![key_usage(0xc0), purpose, extension("1.3.6.1.5.5.7.48.1.5", false, &none())];
    world.person = party("Person", 3, [FROM, UNTIL], more, Some(&world.ca));
    world.crls.pop();
    assert_eq!(world.said(world.sign(&Signing::default()).bytes()), unsure, "a responder");
}

#[test]
fn outside_its_validity_a_certificate_is_judged_by_what_is_known() {
    let mut world = World::with_person([FROM, "20260401000000Z"]);
    // The list need not know what had expired before.
    let unknown = "INDETERMINATE/OUT_OF_BOUNDS_NO_POE by xcv-signer-validity";
    assert_eq!(world.said(world.sign(&Signing::default()).bytes()), unknown);
    let early = ListText { this_update: "20260315000000Z", ..list("CA", &[]) };
    world.crls[1] = early.sign(&world.ca.key);
    let known = "INDETERMINATE/OUT_OF_BOUNDS_NOT_REVOKED by xcv-signer-validity-not-revoked";
    assert_eq!(world.said(world.sign(&Signing::default()).bytes()), known);
    let said = |signing: Signing| world.said(world.sign(&signing).bytes());
    assert_eq!(said(Signing { stamp: Some("20260401000000Z"), ..Signing::default() }), PASSED);
    assert_eq!(said(Signing { stamp: Some("20260401000001Z"), ..Signing::default() }), known);
    let certain = "TOTAL-FAILED/EXPIRED by xcv-content-time-before-expiry";
    assert_eq!(said(Signing { content: Some("20260501000000Z"), ..Signing::default() }), certain);
    let future = World::with_person(["20270101000000Z", UNTIL]);
    let early = "TOTAL-FAILED/NOT_YET_VALID by ltv-best-signature-time-not-before";
    assert_eq!(future.said(future.sign(&Signing::default()).bytes()), early);
}

#[test]
fn later_evidence_may_decide() {
    let mut world = World::new();
    let signed = world.sign(&Signing::default());
    let stamped = world.sign(&Signing { stamp: Some("20260615000000Z"), ..Signing::default() });
    world.crls[1] = world.list_of_ca(&revoked(3, "20260620000000Z", 6));
    assert_eq!(world.said(signed.bytes()), "INDETERMINATE/TRY_LATER by xcv-not-on-hold");
    assert_eq!(world.said(stamped.bytes()), PASSED, "it was put on hold later");
    let stale = ListText { next_update: Some("20260630120000Z"), ..list("CA", &[]) };
    world.crls[1] = stale.sign(&world.ca.key);
    assert_eq!(world.said(signed.bytes()), "INDETERMINATE/TRY_LATER by xcv-revocation-fresh");
    assert_eq!(world.said(stamped.bytes()), PASSED, "it was fresh then");
    world.crls.pop();
    assert_eq!(world.said(signed.bytes()), "INDETERMINATE/TRY_LATER by xcv-revocation-known");
    assert_eq!(world.said(stamped.bytes()), "INDETERMINATE/TRY_LATER by xcv-revocation-known");
}

#[test]
fn an_early_expiry_hides_no_revoked_ca() {
    let mut world = World::with_person([FROM, "20260401000000Z"]);
    let early = ListText { this_update: "20260315000000Z", ..list("CA", &[]) };
    world.crls = vec![world.list_of_root(&revoked(2, "20260501000000Z", 2)), early.sign(&world.ca.key)];
    let said = |stamp| world.said(world.sign(&Signing { stamp, ..Signing::default() }).bytes());
    assert_eq!(said(None), "INDETERMINATE/OUT_OF_BOUNDS_NOT_REVOKED by xcv-signer-validity-not-revoked");
    assert_eq!(said(Some("20260320000000Z")), PASSED);
}

#[test]
fn whoever_signed_the_revocation_data_has_to_be_valid() {
    let mut world = World::new();
    let ca = &world.ca;
    let extensions = vec![key_usage(0x80), pki::ocsp_signing(), pki::no_check()];
    let responder = party("Responder", 5, [FROM, "20260620000000Z"], extensions, Some(ca));
    let response = ResponseText {
        version: None,
        responder: pki::by_name(&name("Responder")),
        produced_at: "20260615000000Z",
        id: pki::cert_id(IdDigest::Sha1, &name("CA"), &ca.key, &[3]),
        status: pki::good(),
        this_update: "20260615000000Z",
        next_update: Some("20260801000000Z"),
        single_extensions: Vec::new(),
        extensions: Vec::new(),
        certificates: vec![Arc::clone(&responder.certificate)],
    };
    world.responses = vec![response.sign(&responder.key)];
    world.crls.pop();
    let expired = "INDETERMINATE/REVOCATION_OUT_OF_BOUNDS_NO_POE by xcv-revocation-issuer-validity";
    assert_eq!(world.said(world.sign(&Signing::default()).bytes()), expired);
}

/// The responder has expired since; a time-stamp over its answer, made while it was valid, proves that it existed.
#[test]
fn an_archive_time_stamp_rescues_an_expired_responder() {
    let mut world = World::new();
    let extensions = vec![key_usage(0x80), pki::ocsp_signing(), pki::no_check()];
    let responder = party("Responder", 5, [FROM, "20260620000000Z"], extensions, Some(&world.ca));
    let response = ResponseText {
        version: None,
        responder: pki::by_name(&name("Responder")),
        produced_at: "20260615000000Z",
        id: pki::cert_id(IdDigest::Sha1, &name("CA"), &world.ca.key, &[3]),
        status: pki::good(),
        this_update: "20260615000000Z",
        next_update: Some("20260801000000Z"),
        single_extensions: Vec::new(),
        extensions: Vec::new(),
        certificates: vec![Arc::clone(&responder.certificate)],
    };
    let response = response.sign(&responder.key);
    world.crls.pop();
    let with = |archive| Signing { responses: vec![response.clone()], archive, ..Signing::default() };
    let expired = "INDETERMINATE/REVOCATION_OUT_OF_BOUNDS_NO_POE by xcv-revocation-issuer-validity";
    let unproven = world.sign(&with(None));
    assert_eq!(world.said(unproven.bytes()), expired);
    for (time, said) in [("20260618000000Z", PASSED), ("20260625000000Z", expired)] {
        let mut document = world.sign(&with(None));
        world.stamp_document(&mut document, "D", time);
        assert_eq!(world.said(document.bytes()), said, "around it, {time}");
        let inside = Archive { time, authority: None, index: Index::Right };
        assert_eq!(world.said(world.sign(&with(Some(inside))).bytes()), said, "inside, {time}");
    }
}

/// Revocation data and certificates that CAdES keeps beside the signature are evidence (EN 319 122-1 §5.4).
#[test]
fn what_is_kept_beside_a_signature_is_evidence() {
    let mut world = World::new();
    world.crls.pop();
    let response = ResponseText {
        version: None,
        responder: pki::by_name(&name("CA")),
        produced_at: "20260630000000Z",
        id: pki::cert_id(IdDigest::Sha1, &name("CA"), &world.ca.key, &[3]),
        status: pki::good(),
        this_update: "20260630000000Z",
        next_update: Some("20260801000000Z"),
        single_extensions: Vec::new(),
        extensions: Vec::new(),
        certificates: Vec::new(),
    };
    let response = response.sign(&world.ca.key);
    let missing = "INDETERMINATE/TRY_LATER by xcv-revocation-known";
    assert_eq!(world.said(world.sign(&Signing::default()).bytes()), missing);
    let value = Signing { value: Some(response.clone()), ..Signing::default() };
    let report = world.judge(world.sign(&value).bytes());
    let signature = &report.signatures[0];
    assert_eq!(signature.verdict.total_indication(), "TOTAL-PASSED", "{}", signature.reason.code());
    assert!(signature.path[0].revocation.iter().any(|one| one.origin == "embedded"));
    let among = Signing { responses: vec![response], ..Signing::default() };
    assert_eq!(world.said(world.sign(&among).bytes()), PASSED);
}

/// The digest of the signature is reliable no more; the only older proof of it needs a newer one itself.
#[test]
fn an_algorithm_is_judged_when_the_signature_is_first_proven_to_exist() {
    let mut world = World::new().policy(
        "[algorithms]\nexpired-after-issue = \"fail\"\n\
         [algorithms.digest]\nSHA1 = { until = \"2026-06-01T00:00:00Z\" }\nSHA256 = {}",
    );
    let signing = || Signing { sha1: true, stamp: Some("20260501000000Z"), ..Signing::default() };
    let mut document = world.sign(&signing());
    assert_eq!(world.said(document.bytes()), PASSED, "at the best-signature-time");
    world.crls[0] = world.list_of_root(&revoked(4, "20260615000000Z", 1));
    let weak = "INDETERMINATE/CRYPTO_CONSTRAINTS_FAILURE_NO_POE by sav-algorithms";
    assert_eq!(world.said(document.bytes()), weak);
    world.authority = world.second();
    world.stamp_document(&mut document, "D", "20260610000000Z");
    let report = world.judge(document.bytes());
    let signature = &report.signatures[0];
    assert_eq!(signature.verdict.total_indication(), "TOTAL-PASSED", "{}", signature.reason.code());
    assert_eq!(signature.best_signature_time.to_string(), "2026-05-01T00:00:00Z");
    let row = signature.checks.iter().find(|check| check.id.name() == "psv-algorithms").unwrap();
    assert_eq!(row.result.name(), "passed");
    // Proven only after the end of the algorithm.
    let first = world.sign(&Signing { sha1: true, stamp: Some("20260605000000Z"), ..Signing::default() });
    assert_eq!(world.said(first.bytes()), weak);
}

/// An archive time-stamp of version 3 proves what its index names, and nothing where the index does not hold.
#[test]
fn an_archive_time_stamp_inside_the_signature_rescues_what_its_index_names() {
    let mut world = World::new();
    world.crls = vec![
        world.list_of_root(&revoked(4, "20260615000000Z", 1)),
        world.list_of_ca(&revoked(3, "20260601000000Z", 1)),
    ];
    let unsure = "REVOKED_NO_POE by xcv-signer-not-revoked";
    let judged = |index, time| {
        let archive = Archive { time, authority: Some(world.second()), index };
        let signing = Signing { stamp: Some("20260501000000Z"), archive: Some(archive), ..Signing::default() };
        let report = world.judge(world.sign(&signing).bytes());
        let signature = &report.signatures[0];
        let stamp = &signature.timestamps[1];
        let said = |verdict: Option<&str>, reason: &str| format!("{} by {reason}", verdict.unwrap_or("-"));
        (
            said(stamp.verdict.sub_indication(), stamp.reason.code()),
            stamp.covers.join(" "),
            said(signature.verdict.sub_indication(), signature.reason.code()),
        )
    };
    let case = |stamp: &str, covers: &str, said: &str| (stamp.to_owned(), covers.to_owned(), said.to_owned());
    let good = "- by all-checks-passed";
    assert_eq!(judged(Index::Right, "20260610000000Z"), case(good, "S1 S1.T1", good));
    assert_eq!(judged(Index::LeavesOutStamps, "20260610000000Z"), case(good, "S1", unsure));
    assert_eq!(judged(Index::Right, "20260620000000Z"), case(good, "S1 S1.T1", unsure), "after the compromise");
    let broken = "FORMAT_FAILURE by fc-archive-hash-index";
    assert_eq!(judged(Index::NamesMore, "20260610000000Z"), case(broken, "S1", unsure));
    // It is archival material itself: one from before the revocation is proof enough.
    assert_eq!(judged(Index::LeavesOutStamps, "20260520000000Z"), case(good, "S1", good));
}

/// An archive time-stamp of version 2 proves all that it is over, in either reading of the standard, and nothing where it is
/// over anything else.
#[test]
fn an_archive_time_stamp_of_version_2_rescues_all_that_was_there() {
    let mut world = World::new();
    world.crls = vec![
        world.list_of_root(&revoked(4, "20260615000000Z", 1)),
        world.list_of_ca(&revoked(3, "20260601000000Z", 1)),
    ];
    let judged = |set, time, change: fn(&mut Vec<u8>)| {
        let archive = Archive { time, authority: Some(world.second()), index: Index::Version2(set) };
        let signing = Signing { stamp: Some("20260501000000Z"), archive: Some(archive), ..Signing::default() };
        let mut pdf = MadePdf::new([]);
        pdf.sign("S", "ETSI.CAdES.detached", HOLE, |pieces| {
            let mut message = world.signature(&signing, &pieces.concat());
            change(&mut message);
            message
        });
        let report = world.judge(pdf.bytes());
        let signature = &report.signatures[0];
        let stamp = &signature.timestamps[1];
        let said = |verdict: Option<&str>, reason: &str| format!("{} by {reason}", verdict.unwrap_or("-"));
        [
            said(stamp.verdict.sub_indication(), stamp.reason.code()),
            stamp.covers.join(" "),
            said(signature.verdict.sub_indication(), signature.reason.code()),
        ]
    };
    let good = "- by all-checks-passed";
    let unsure = "REVOKED_NO_POE by xcv-signer-not-revoked";
    let broken = "HASH_FAILURE by cv-message-imprint";
    let keep = |_: &mut Vec<u8>| {};
    assert_eq!(judged(Set::Framed, "20260610000000Z", keep), [good, "S1 S1.T1", good]);
    assert_eq!(judged(Set::Bare, "20260610000000Z", keep), [good, "S1 S1.T1", good]);
    assert_eq!(judged(Set::Framed, "20260620000000Z", keep), [good, "S1 S1.T1", unsure], "after the compromise");
    assert_eq!(judged(Set::LeftOut, "20260610000000Z", keep)[0], broken);
    assert_eq!(judged(Set::LeftOut, "20260610000000Z", keep)[2], unsure, "it proves nothing");
    // The version of the SignerInfo is signed by nobody, but covered by the time-stamp: the last one before the issuer.
    let other_version = |message: &mut Vec<u8>| {
        let sid = [0x02, 0x01, 0x01, 0x30];
        let at = message.windows(4).rposition(|four| four == sid);
        let token = message.windows(13).position(|part| part.ends_with(&[0x09, 0x10, 0x02, 0x0e])).unwrap();
        let at = at.filter(|at| *at < token).or_else(|| message[..token].windows(4).rposition(|four| four == sid));
        message[at.unwrap() + 2] = 3;
    };
    assert_eq!(judged(Set::Framed, "20260610000000Z", other_version)[0], broken);
}

/// Time-stamps of every kind prove when a signature existed, and never that it is good.
#[test]
fn no_time_stamp_heals_what_digest_or_value_tell() {
    let world = World::new();
    let archive = || Archive { time: "20260520000000Z", authority: None, index: Index::Right };
    let signings = [
        Signing::default(),
        Signing { stamp: Some("20260501000000Z"), ..Signing::default() },
        Signing { content: Some("20260401000000Z"), ..Signing::default() },
        Signing { stamp: Some("20260501000000Z"), archive: Some(archive()), ..Signing::default() },
    ];
    let mut forger = World::new();
    forger.person.key = Key::new();
    for signing in &signings {
        let mut other = MadePdf::new([]);
        other.sign("S", "ETSI.CAdES.detached", HOLE, |_| world.signature(signing, b"another document"));
        let forged = forger.sign(signing);
        let cases = [
            (&world, other, "TOTAL-FAILED/HASH_FAILURE by cv-document-digest"),
            (&forger, forged, "TOTAL-FAILED/SIG_CRYPTO_FAILURE by cv-signature-value"),
        ];
        for (world, mut document, said) in cases {
            assert_eq!(world.said(document.bytes()), said);
            world.stamp_document(&mut document, "D1", "20260601000000Z");
            assert_eq!(world.said(document.bytes()), said);
            world.stamp_document(&mut document, "D2", "20260610000000Z");
            assert_eq!(world.said(document.bytes()), said);
        }
    }
}

#[test]
fn the_trust_in_an_anchor_ends() {
    let mut world = World::new();
    let mut document = world.sign(&Signing { stamp: Some("20260501000000Z"), ..Signing::default() });
    world.sunset = Some(Timestamp::from_rfc3339("2026-06-01T00:00:00Z").unwrap());
    let ended = "INDETERMINATE/NO_CERTIFICATE_CHAIN_FOUND_NO_POE by xcv-anchor-trusted";
    assert_eq!(world.said(document.bytes()), ended);
    world.stamp_document(&mut document, "D", "20260520000000Z");
    assert_eq!(world.said(document.bytes()), ended, "its own authority ends at the same anchor");
}

/// A newer time-stamp of an authority that is still good rescues one whose authority was revoked or has expired.
#[test]
fn newer_time_stamps_rescue_older_ones() {
    let mut world = World::new();
    let purpose = || extension("2.5.29.37", true, &der::sequence(&[der::oid("1.3.6.1.5.5.7.3.8")]));
    let second = party("Second", 6, [FROM, UNTIL], vec![key_usage(0xc0), purpose()], Some(&world.root));
    world.crls[1] = world.list_of_ca(&revoked(3, "20260601000000Z", 1));
    let mut document = world.sign(&Signing { stamp: Some("20260501000000Z"), ..Signing::default() });
    assert_eq!(world.said(document.bytes()), PASSED);
    // The first authority's key is compromised since: its time-stamp alone proves nothing any more.
    world.crls[0] = world.list_of_root(&revoked(4, "20260615000000Z", 1));
    let unsure = "INDETERMINATE/REVOKED_NO_POE by xcv-signer-not-revoked";
    assert_eq!(world.said(document.bytes()), unsure);
    let first = std::mem::replace(&mut world.authority, second);
    world.stamp_document(&mut document, "D", "20260610000000Z");
    let report = world.judge(document.bytes());
    assert_eq!(report.document_timestamps[0].verdict.indication(), "PASSED");
    let stamp = &report.signatures[0].timestamps[0];
    assert_eq!(stamp.verdict.indication(), "PASSED", "{}", stamp.reason.code());
    assert_eq!(report.signatures[0].verdict.total_indication(), "TOTAL-PASSED");
    assert_eq!(report.signatures[0].best_signature_time.to_string(), "2026-05-01T00:00:00Z");
    // Renewed only after the compromise: too late for the older one.
    world.authority = first;
    let mut document = world.sign(&Signing { stamp: Some("20260501000000Z"), ..Signing::default() });
    world.authority = party("Second", 6, [FROM, UNTIL], vec![key_usage(0xc0), purpose()], Some(&world.root));
    world.stamp_document(&mut document, "D", "20260620000000Z");
    assert_eq!(world.said(document.bytes()), unsure);
}

/// A unit that is believed by itself is so beyond its validity, for what it stamped within; revoked, it is not.
#[test]
fn a_listed_authority_is_its_own_anchor() {
    let mut world = World::with_person([FROM, "20260520000000Z"]);
    let purpose = extension("2.5.29.37", true, &der::sequence(&[der::oid("1.3.6.1.5.5.7.3.8")]));
    let unit = vec![key_usage(0xc0), purpose];
    world.authority = party("Second", 8, [FROM, "20260601000000Z"], unit, Some(&world.root));
    let early = ListText { this_update: "20260515000000Z", ..list("CA", &[]) };
    world.crls[1] = early.sign(&world.ca.key);
    let stamped = world.sign(&Signing { stamp: Some("20260501000000Z"), ..Signing::default() });
    let late = world.sign(&Signing { stamp: Some("20260615000000Z"), ..Signing::default() });
    let known = "INDETERMINATE/OUT_OF_BOUNDS_NOT_REVOKED by xcv-signer-validity-not-revoked";
    assert_eq!(world.said(stamped.bytes()), known, "not believed by itself");
    world.more_anchors = vec![Arc::clone(&world.authority.certificate)];
    assert_eq!(world.said(stamped.bytes()), PASSED);
    assert_eq!(world.said(late.bytes()), known, "stamped after its validity");
    world.crls[0] = world.list_of_root(&revoked(8, "20260510000000Z", 1));
    assert_eq!(world.said(stamped.bytes()), known);
    let stamp = &world.judge(stamped.bytes()).signatures[0].timestamps[0];
    assert_eq!(stamp.reason.code(), "xcv-signer-not-revoked");
}

/// The anchor of the signer is trusted no more; that of the authority, another one, still is.
#[test]
fn proofs_of_another_anchor_outlive_an_end_of_trust() {
    let mut world = World::new();
    let other = party("Other root", 7, [FROM, UNTIL], ca_extensions(), None);
    let purpose = extension("2.5.29.37", true, &der::sequence(&[der::oid("1.3.6.1.5.5.7.3.8")]));
    world.authority = party("Second", 8, [FROM, UNTIL], vec![key_usage(0xc0), purpose], Some(&other));
    world.crls.push(list("Other root", &[]).sign(&other.key));
    world.more_anchors = vec![Arc::clone(&other.certificate)];
    world.sunset = Some(Timestamp::from_rfc3339("2026-06-01T00:00:00Z").unwrap());
    let early = ListText { this_update: "20260525000000Z", ..list("CA", &[]) };
    world.crls[1] = early.sign(&world.ca.key);
    let ended = "INDETERMINATE/NO_CERTIFICATE_CHAIN_FOUND_NO_POE by xcv-anchor-trusted";
    let unproven = world.sign(&Signing::default());
    assert_eq!(world.said(unproven.bytes()), ended);
    // The data about the path are not proven to have existed before the end, so sliding ends without a proof.
    let stamped = world.sign(&Signing { stamp: Some("20260520000000Z"), ..Signing::default() });
    assert_eq!(world.said(stamped.bytes()), ended);
    let report = world.judge(stamped.bytes());
    let checks = &report.signatures[0].checks;
    let sliding = checks.iter().find(|check| check.id.name() == "vts-existence-at-control-time").unwrap();
    assert_eq!(sliding.result.name(), "information");
    // Where no revocation data are asked for, the signature's own proof is enough.
    let world = World { policy: Policy::builtin("no-revocation").unwrap(), ..world };
    assert_eq!(world.said(stamped.bytes()), PASSED);
    assert_eq!(world.said(unproven.bytes()), ended);
}

#[test]
fn algorithms_have_to_be_reliable_when_it_matters() {
    let world = World::new();
    let said = |signing: Signing| world.said(world.sign(&signing).bytes());
    let weak = "INDETERMINATE/CRYPTO_CONSTRAINTS_FAILURE_NO_POE by sav-algorithms";
    assert_eq!(said(Signing { sha1: true, ..Signing::default() }), weak);
    let certain = "INDETERMINATE/CRYPTO_CONSTRAINTS_FAILURE by sav-algorithms-at-content-time";
    assert_eq!(said(Signing { sha1: true, content: Some("20260501000000Z"), ..Signing::default() }), certain);
}

/// A time-stamp asks for nothing where what it proves changes nothing: all that it covers is broken.
#[test]
fn time_stamps_of_broken_signatures_need_nothing() {
    let mut world = World { crls: Vec::new(), ..World::new() };
    let purpose = extension("2.5.29.37", true, &der::sequence(&[der::oid("1.3.6.1.5.5.7.3.8")]));
    let place = der::sequence(&[der::oid("1.3.6.1.5.5.7.48.1"), der::tlv(0x86, b"http://ocsp.example.ch/")]);
    let places = extension("1.3.6.1.5.5.7.1.1", false, &der::sequence(&[place]));
    let extensions = vec![key_usage(0xc0), purpose, places];
    world.authority = party("Authority", 4, [FROM, UNTIL], extensions, Some(&world.root));
    for (broken, needs) in [(false, 1), (true, 0)] {
        let mut pdf = world.sign(&Signing { stamp: Some("20260601120000Z"), broken, ..Signing::default() });
        world.stamp_document(&mut pdf, "D", "20260602120000Z");
        let report = world.judge(pdf.bytes());
        let stamps = [&report.signatures[0].timestamps[0], &report.document_timestamps[0]];
        let intact = stamps.iter().all(|stamp| stamp.integrity == Integrity::Intact && stamp.path.len() == 2);
        assert_eq!((intact, report.needs.len()), (true, needs), "{:?}", report.needs);
        assert_eq!(report.signatures[0].verdict == Verdict::Failed(Failure::HashFailure), broken);
    }
}

#[test]
fn time_stamps_have_to_be_in_order() {
    let world = World::new();
    let signing =
        Signing { content: Some("20260510000000Z"), stamp: Some("20260501000000Z"), ..Signing::default() };
    let order = "INDETERMINATE/TIMESTAMP_ORDER_FAILURE by ltv-timestamp-order";
    assert_eq!(world.said(world.sign(&signing).bytes()), order);
    // One that is bad spoils nothing: it states a time that is still to come.
    let future = Signing { stamp: Some("20260715000000Z"), ..Signing::default() };
    let report = world.judge(world.sign(&future).bytes());
    assert_eq!(report.signatures[0].verdict.total_indication(), "TOTAL-PASSED");
    assert_eq!(report.signatures[0].timestamps[0].reason.code(), "sav-time-not-from-future");
    // Older than its own authority: FAILED.
    let early = Signing { stamp: Some("20240101000000Z"), ..Signing::default() };
    let report = world.judge(world.sign(&early).bytes());
    assert_eq!(report.signatures[0].timestamps[0].verdict.sub_indication(), Some("NOT_YET_VALID"));
    assert_eq!(report.signatures[0].verdict.total_indication(), "TOTAL-PASSED");
}

#[test]
fn signature_policies_are_accepted_known_and_the_right_ones() {
    let signing = Signing { policy: Some("1.2.3.4"), ..Signing::default() };
    let said = |rest: &str| {
        let world = World::new().policy(rest);
        world.said(world.sign(&signing).bytes())
    };
    assert_eq!(said(""), PASSED);
    let accepted = "[signature-policies]\naccepted = [\"1.2.3.5\"]";
    assert_eq!(said(accepted), "INDETERMINATE/POLICY_PROCESSING_ERROR by vci-policy-acceptable");
    let demanded = "[levels.signature]\nvci-policy-available = \"fail\"\nvci-policy-digest = \"fail\"\n";
    let missing = "INDETERMINATE/SIGNATURE_POLICY_NOT_AVAILABLE by vci-policy-available";
    assert_eq!(said(demanded), missing);
    let known = |digest: &str| format!("{demanded}[signature-policies]\nknown = {{ \"1.2.3.4\" = \"{digest}\" }}");
    assert_eq!(said(&known(&"07".repeat(32))), PASSED);
    let other = "INDETERMINATE/POLICY_PROCESSING_ERROR by vci-policy-digest";
    assert_eq!(said(&known(&"08".repeat(32))), other);
}

#[test]
fn policies_demand_more_or_less() {
    let world = World::new();
    let signed = world.sign(&Signing::default());
    let level = World { policy: Policy::builtin("archive").unwrap(), ..world };
    assert_eq!(level.said(signed.bytes()), "INDETERMINATE/SIG_CONSTRAINTS_FAILURE by sav-required-level");
    let mut strict = World { policy: Policy::builtin("strict").unwrap(), ..level };
    assert_eq!(strict.said(signed.bytes()), PASSED);
    let stamped = strict.sign(&Signing { stamp: Some("20260630120000Z"), ..Signing::default() });
    let older = "INDETERMINATE/TRY_LATER by ltv-revocation-after-best-signature-time";
    assert_eq!(strict.said(stamped.bytes()), older);
    strict.policy = Policy::builtin("default").unwrap();
    assert_eq!(strict.said(stamped.bytes()), PASSED, "the same is a warning");
    // A level for the certificates of CAs alone.
    let mut lenient = World::new().policy("[levels.signature-ca]\nxcv-revocation-known = \"warn\"");
    lenient.crls.remove(0);
    assert_eq!(lenient.said(lenient.sign(&Signing::default()).bytes()), PASSED);
    lenient.crls.clear();
    let missing = "INDETERMINATE/TRY_LATER by xcv-revocation-known";
    assert_eq!(lenient.said(lenient.sign(&Signing::default()).bytes()), missing);
}
