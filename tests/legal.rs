//! Classes, four checks and mandants of whole documents: signed and stamped here, by certificates and entries of lists that
//! are made here.

#![cfg(feature = "service")]

mod support;

use serde_json::{Value, json};
use sigillum::limits::{CancelFlag, Limits};
use sigillum::pki::{Certificate, Crl, pem};
use sigillum::reporting::{Envelope, Language, Style, Texts, to_json, to_text};
use sigillum::service::{ValidationRequest, validate};
use sigillum::trust::{ListStanding, Scheme, ServiceKind, TrustAnchor, TrustStore};
use sigillum::validation::mandant::Mandant;
use sigillum::validation::qualification::{
    Facts, LegalReason, RevocationFacts, StampFacts, SwissClass, qualified, swiss,
};
use sigillum::validation::{Moment, Policy, Report, SignatureReport, Verdict};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use support::listed::{World, entry, list, time};
use support::sign::Signer;

const AT: &str = "2026-07-01T00:00:00Z";

/// With what shows that nobody's certificate was revoked.
fn report(world: &World, document: &[u8], trust: TrustStore) -> Report {
    judged(document, trust, Vec::new(), world.crls.to_vec(), AT).unwrap()
}

fn judged(
    document: &[u8],
    trust: TrustStore,
    certificates: Vec<Arc<Certificate>>,
    crls: Vec<Crl>,
    at: &str,
) -> Result<Report, sigillum::document::OpenError> {
    let at = time(at);
    let request = ValidationRequest {
        contents: Vec::new(),
        password: None,
        policy: Policy::builtin("no-revocation").unwrap().into(),
        trust: trust.into(),
        certificates,
        crls,
        ocsp_responses: Vec::new(),
        moment: Moment { at, clock: at },
        limits: Limits::DEFAULT,
    };
    validate(document, &request, &CancelFlag::default())
}

const ENVELOPE: Envelope<'static> = Envelope { report_id: "R-1", document_name: None };

fn json(report: &Report) -> Value {
    serde_json::from_str(&to_json(report, &ENVELOPE, Language::En)).unwrap()
}

/// Those that are satisfied.
fn satisfied(report: &Value) -> Vec<&str> {
    let all = report["mandants"].as_array().expect("mandants").iter();
    all.filter(|one| one["satisfied"] == true).map(|one| one["name"].as_str().unwrap()).collect()
}

#[test]
fn a_stamped_qualified_signature_is_equal_to_handwriting() {
    let world = World::new();
    let report = report(&world, &world.signed(&[&world.person]), world.store(&[Scheme::Ch]));
    let said = json(&report);
    let signature = &said["signatures"][0];
    assert_eq!(signature["indication"], "TOTAL-PASSED", "{}", signature["reason"]);
    let ch = &signature["legal"]["ch"];
    assert_eq!(ch["class"], "qualified-electronic-signature", "{ch}");
    assert_eq!((&ch["equalsHandwriting"], &ch["reasons"]), (&json!(true), &json!([])));
    assert_eq!(signature["timeQuality"], "qualified");
    assert_eq!(signature["timestamps"][0]["qualified"], json!(["ch"]));
    assert!(signature["legal"].get("eu").is_none() && signature["legal"].get("demo").is_none());
    for check in ["integrity", "identity", "validity", "time"] {
        assert_eq!(ch["fourChecks"][check]["result"], "passed", "{check}");
    }
    assert_eq!(
        signature["certificateClaims"],
        json!({
            "function": "Notarin",
            "limits": [{ "currency": "CHF", "amount": 5, "exponent": 4 }],
            "notices": ["qualified certificate"],
            "policies": ["2.16.756.1.1"],
        })
    );
    assert_eq!(
        satisfied(&said),
        ["qualified", "mixed", "official-gazette", "criminal-records-extract", "debt-collection-extract"]
    );
}

/// What a policy lets pass is not worth more for it.
#[test]
fn without_revocation_data_nothing_is_equal_to_handwriting() {
    let world = World::new();
    let document = world.signed(&[&world.person]);
    let said = |crls: &[Crl]| {
        let trust = world.store(&[Scheme::Ch, Scheme::Eu]);
        let said = json(&judged(&document, trust, Vec::new(), crls.to_vec(), AT).unwrap());
        let signature = said["signatures"][0].clone();
        assert_eq!(signature["indication"], "TOTAL-PASSED", "{}", signature["reason"]);
        (signature["legal"]["ch"].clone(), signature["legal"]["eu"].clone())
    };
    let (ch, eu) = said(&[]);
    assert_eq!(ch["class"], "qualified-electronic-signature");
    assert_eq!((&ch["equalsHandwriting"], &ch["reasons"]), (&json!(false), &json!(["revocation-not-shown"])));
    assert_eq!((&eu["class"], &eu["reasons"]), (&json!("INDETERMINATE_QESIG"), &json!(["revocation-not-shown"])));
    assert_eq!(ch["fourChecks"]["validity"]["result"], "warning");
    let text = ch["fourChecks"]["validity"]["text"].as_str().unwrap();
    assert!(text.contains("that it was not revoked is not shown: qualified electronic signature"), "{text}");
    let (ch, eu) = said(std::slice::from_ref(&world.revoking));
    assert_eq!((&ch["class"], &ch["equalsHandwriting"]), (&json!("not-determined"), &json!(false)));
    assert_eq!(ch["reasons"], json!(["certificate-revoked"]));
    assert_eq!((&eu["class"], &eu["reasons"]), (&json!("INDETERMINATE_QESIG"), &json!(["certificate-revoked"])));
    assert_eq!(ch["fourChecks"]["validity"]["result"], "indeterminate");
}

#[test]
fn a_pseudonym_is_called_one() {
    let world = World::new();
    let made = report(&world, &world.signed(&[&world.alias]), world.store(&[Scheme::Ch]));
    let said = json(&made);
    let signature = &said["signatures"][0];
    assert_eq!(signature["legal"]["ch"]["class"], "qualified-electronic-signature");
    assert_eq!(signature["certificateClaims"]["pseudonym"], "Alias 7");
    let identity = &signature["legal"]["ch"]["fourChecks"]["identity"]["text"];
    assert_eq!(identity, "confirmed by the issuer of the certificate: Alias 7 (pseudonym)");
    for language in Language::ALL {
        let text = to_text(&made, &ENVELOPE, *language, Style::Plain);
        let word = Texts::of(*language).word("four-checks", "identity-pseudonym");
        assert!(text.contains(&format!(": Alias 7 ({word})")), "{text}");
    }
}

#[test]
fn a_seal_is_regulated_and_never_more() {
    let world = World::new();
    let report = report(&world, &world.signed(&[&world.seal]), world.store(&[Scheme::Ch]));
    let said = json(&report);
    let ch = &said["signatures"][0]["legal"]["ch"];
    assert_eq!((&ch["class"], &ch["equalsHandwriting"]), (&json!("regulated-electronic-seal"), &json!(false)));
    let uid = json!({ "number": "CHE-113.846.892", "checkDigitHolds": true });
    assert_eq!(said["signatures"][0]["certificateClaims"]["uid"], uid);
    assert!(satisfied(&said).contains(&"regulated-seal") && !satisfied(&said).contains(&"qualified"));
    let unmet = said["mandants"].as_array().unwrap().iter().find(|one| one["name"] == "qualified").unwrap();
    assert_eq!(unmet["unmet"], json!(["class-not-accepted"]));
}

#[test]
fn without_a_list_nothing_is_said_of_law() {
    let world = World::new();
    let report = report(&world, &world.signed(&[&world.person]), world.store(&[]));
    let said = json(&report);
    assert_eq!(said["signatures"][0]["legal"], json!({}));
    assert_eq!(said["signatures"][0]["timeQuality"], "timestamp");
    assert!(said.get("mandants").is_none());
}

#[test]
fn each_scheme_has_its_own_line() {
    let world = World::new();
    let document = world.signed(&[&world.person]);
    let both = json(&report(&world, &document, world.store(&[Scheme::Ch, Scheme::Eu])));
    let legal = &both["signatures"][0]["legal"];
    assert_eq!(
        (&legal["ch"]["class"], &legal["eu"]["class"]),
        (&json!("qualified-electronic-signature"), &json!("QESIG"))
    );
    assert_eq!(both["signatures"][0]["timestamps"][0]["qualified"], json!(["ch", "eu"]));
    // Of the EU's list alone nothing Swiss follows, and its time-stamp is not qualified here.
    let eu = json(&report(&world, &document, world.store(&[Scheme::Eu])));
    let signature = &eu["signatures"][0];
    assert!(signature["legal"].get("ch").is_none() && eu.get("mandants").is_none());
    assert_eq!(
        (&signature["legal"]["eu"]["class"], &signature["timeQuality"]),
        (&json!("QESIG"), &json!("timestamp"))
    );
}

#[test]
fn a_demo_list_is_worth_nothing_outside_of_a_demo() {
    let world = World::new();
    let document = world.signed(&[&world.seal]);
    let plain = json(&report(&world, &document, world.store(&[Scheme::Demo])));
    let signature = &plain["signatures"][0];
    assert!(signature["legal"].get("ch").is_none());
    assert_eq!(signature["legal"]["demo"]["class"], "regulated-electronic-seal");
    assert_eq!(signature["timeQuality"], "timestamp", "qualified means under ZertES");
    assert_eq!(satisfied(&plain), [""; 0]);
    let demo = report(&world, &document, world.store(&[Scheme::Demo]).marked_demo());
    assert_eq!(json(&demo)["demo"], true);
    assert!(satisfied(&json(&demo)).contains(&"regulated-seal"));
    for language in Language::ALL {
        let text = to_text(&demo, &ENVELOPE, *language, Style::Plain);
        let class = Texts::of(*language).word("class", "regulated-electronic-seal");
        assert!(text.contains(&format!("DEMO: {class}")), "{text}");
    }
}

#[test]
fn what_did_not_pass_has_no_class() {
    let world = World::new();
    let mut document = world.signed(&[&world.person]);
    let place = document.windows(5).position(|window| window == b"/Page").unwrap();
    document[place + 1] = b'R';
    let said = json(&report(&world, &document, world.store(&[Scheme::Ch])));
    let signature = &said["signatures"][0];
    assert_eq!(signature["indication"], "TOTAL-FAILED");
    let ch = &signature["legal"]["ch"];
    assert_eq!((&ch["class"], &ch["equalsHandwriting"]), (&json!("not-determined"), &json!(false)));
    assert_eq!(ch["reasons"], json!(["not-passed"]));
    assert_eq!(ch["fourChecks"]["integrity"]["result"], "failed");
    // The time that the time-stamp states, and not the one for which is judged.
    assert_eq!(ch["fourChecks"]["time"]["text"], "proven by a qualified time-stamp: 2026-06-02 10:00:00 UTC");
    assert_eq!(satisfied(&said), [""; 0]);
}

#[test]
fn a_deed_is_never_settled_here_and_says_so() {
    let world = World::new();
    let document = world.signed(&[&world.person, &world.seal]);
    let made = report(&world, &document, world.store(&[Scheme::Ch]));
    let said = json(&made);
    let deed = said["mandants"].as_array().unwrap().iter().find(|one| one["name"] == "notarial-deed").unwrap();
    assert_eq!((&deed["satisfied"], &deed["unmet"]), (&json!(false), &json!(["checks-not-done"])));
    assert_eq!(deed["notDone"].as_array().unwrap().len(), 4);
    assert_eq!(deed["notes"][0]["code"], "registries-use-federal-validator");
    assert_eq!(satisfied(&said), ["mixed"]);
    for language in Language::ALL {
        let text = to_text(&made, &ENVELOPE, *language, Style::Plain);
        assert!(text.contains("upreg-deposited-seal-certificates"), "{text}");
    }
    // The seal alone is no deed.
    let seal = json(&report(&world, &world.signed(&[&world.seal]), world.store(&[Scheme::Ch])));
    let deed = seal["mandants"].as_array().unwrap().iter().find(|one| one["name"] == "notarial-deed").unwrap();
    assert_eq!(deed["unmet"], json!(["too-few-signatures", "signature-missing", "checks-not-done"]));
}

#[test]
fn later_signatures_are_not_accepted_where_a_document_is_closed() {
    let world = World::new();
    let said = json(&report(&world, &world.signed(&[&world.seal, &world.seal]), world.store(&[Scheme::Ch])));
    assert_eq!(satisfied(&said), ["regulated-seal", "mixed"]);
    let gazette =
        said["mandants"].as_array().unwrap().iter().find(|one| one["name"] == "official-gazette").unwrap();
    assert_eq!(gazette["unmet"], json!(["changes-not-accepted"]));
}

#[test]
fn a_canton_asks_for_what_it_wants() {
    let text = "name = \"canton\"\nversion = \"2\"\nbasis = \"x\"\nformats = [\"pdf\"]\nminimum = 1\nmaximum = 1\n\
                changes = [\"none\", \"ltv\"]\n[[some]]\nclasses = [\"regulated-electronic-seal\"]\ntime = \"qualified\"\n";
    let own = Mandant::parse(text).unwrap();
    let world = World::new();
    let assess = |signers: &[&Signer], schemes: &[Scheme]| {
        let result = own.assess(&report(&world, &world.signed(signers), world.store(schemes)));
        result.unmet.iter().map(|one| one.name()).collect::<Vec<_>>()
    };
    assert_eq!(assess(&[&world.seal], &[Scheme::Ch]), [""; 0]);
    assert_eq!(assess(&[&world.person], &[Scheme::Ch]), ["signature-missing"]);
    assert_eq!(assess(&[&world.seal], &[]), ["no-trust-list", "signature-missing"]);
    let two = ["too-many-signatures", "changes-not-accepted"];
    assert_eq!(assess(&[&world.seal, &world.seal], &[Scheme::Ch]), two);
}

#[test]
fn the_text_shows_class_time_and_the_four_checks_in_every_language() {
    let world = World::new();
    let made = report(&world, &world.signed(&[&world.person]), world.store(&[Scheme::Ch, Scheme::Eu]));
    for (language, words) in [
        (
            Language::De,
            [
                "qualifizierte elektronische Signatur",
                "qualifizierter Zeitstempel",
                "OR 14 Abs. 2bis: ja",
                "behauptet",
                "Höchstwert",
            ],
        ),
        (
            Language::Fr,
            [
                "signature électronique qualifiée",
                "horodatage qualifié",
                "CO 14 al. 2bis: oui",
                "alléguée",
                "Valeur maximale",
            ],
        ),
        (
            Language::It,
            [
                "firma elettronica qualificata",
                "marca temporale qualificata",
                "CO 14 cpv. 2bis: sì",
                "dichiarata",
                "Valore massimo",
            ],
        ),
        (
            Language::En,
            [
                "qualified electronic signature",
                "qualified time-stamp",
                "OR 14(2bis): yes",
                "claimed",
                "upper limit",
            ],
        ),
    ] {
        let text = to_text(&made, &ENVELOPE, language, Style::Plain);
        for word in words.iter().chain(&["QESIG", "  a) ", "  b) ", "  c) ", "  d) "]) {
            assert!(text.contains(word), "{word}: {text}");
        }
        assert!(!text.contains('{'), "{text}");
    }
    // A mandant that was asked for says what is missing.
    let mut asked = made;
    let seal = Mandant::builtin().iter().find(|one| one.name == "regulated-seal").unwrap();
    asked.mandants = vec![seal.assess(&asked)];
    let text = to_text(&asked, &ENVELOPE, Language::De, Style::Plain);
    assert!(text.contains("geregeltes Siegel: nicht erfüllt (Klasse einer Signatur genügt nicht)"), "{text}");
}

/// The qualified CA of the independent test PKI on a demo list: its seals are regulated seals of the demo, its persons carry
/// no note, so they are advanced.
#[test]
fn documents_of_other_programs_have_the_class_that_their_certificates_say() {
    const SUITE: &str = "classes of the generated set";
    let Some(data) = support::shared().map(|shared| shared.join("data")) else { return support::skipped(SUITE) };
    let certificates = |name: &str| -> Vec<Arc<Certificate>> {
        let text = support::read(&data.join("test-pki/certs").join(name));
        let objects = pem::objects(&text).unwrap();
        objects.iter().map(|object| Arc::new(Certificate::parse(&object.der).unwrap())).collect()
    };
    let issuer = certificates("peers/qca.pem").remove(0);
    let issued = |signature: &SignatureReport| {
        signature.path.get(1).is_some_and(|above| above.certificate.der() == issuer.der())
    };
    let (mut cases, mut seals, mut reasons) = (0, 0, BTreeSet::new());
    for index in ["pdf.json", "xml.json"] {
        let truth: Value = serde_json::from_slice(&support::read(&data.join("generated").join(index))).unwrap();
        for file in truth["files"].as_array().unwrap() {
            let name = file["file"].as_str().unwrap();
            let anchors = certificates("peers/root.pem").into_iter().chain(certificates("peers/root2.pem"));
            let anchors = anchors.map(|certificate| TrustAnchor { certificate, sunset: None }).collect();
            let listed = vec![entry(Scheme::Demo, &issuer, ServiceKind::CaQc)];
            let store = TrustStore::new(anchors).rehearsing(vec![list(Scheme::Demo)], listed).marked_demo();
            let bytes = support::read(&data.join("generated").join(name));
            let at = "2026-11-22T12:00:00Z";
            let Ok(report) = judged(&bytes, store, certificates("intermediates.pem"), Vec::new(), at) else {
                continue;
            };
            for signature in &report.signatures {
                assert_eq!(signature.legal.ch, None, "{name}: a demo list is not the Swiss one");
                let demo = &signature.legal.demo.as_ref().expect("a class").judged;
                cases += 1;
                let passed = signature.verdict == Verdict::Passed && issued(signature);
                let organisation = signature.signer.as_ref().is_some_and(|signer| signer.surname.is_none());
                match (passed, organisation) {
                    (true, true) => {
                        assert_eq!(demo.class, SwissClass::RegulatedSeal, "{name}: {demo:?}");
                        seals += 1;
                    }
                    (true, false) => {
                        assert_eq!(demo.class, SwissClass::Advanced, "{name}: {demo:?}");
                        assert!(demo.reasons.contains(&LegalReason::NoNote), "{name}: {demo:?}");
                        reasons.extend(demo.reasons.clone());
                    }
                    (false, _) => assert!(demo.class <= SwissClass::Advanced, "{name}: {demo:?}"),
                }
            }
        }
    }
    assert!(seals >= 2, "{seals}");
    for reason in [LegalReason::NoNote, LegalReason::NoSscd, LegalReason::NoQc] {
        assert!(reasons.contains(&reason), "{reasons:?}");
    }
    support::suite(SUITE, cases);
}

/// Real certificates of the Swiss list, read by the rules: its signer holds a regulated seal; no listed authority or unit is
/// itself a signer of a class.
#[test]
fn real_certificates_have_the_class_that_the_law_gives_them() {
    const SUITE: &str = "classes of real certificates";
    let Some(folder) = support::shared().map(|shared| shared.join("data/swiss-tl")) else {
        return support::skipped(SUITE);
    };
    let certificate = |path: &Path| Arc::new(Certificate::parse(&support::read(path)).unwrap());
    let files = support::files(&folder.join("certs"), |name| name.ends_with(".der"));
    let authority = certificate(files.iter().find(|path| path.ends_with("S31-a9462bf3d725.der")).unwrap());
    let root = certificate(files.iter().find(|path| path.ends_with("S34-5a0baf5588e7.der")).unwrap());
    let class = |signer: &Certificate, listed: &Arc<Certificate>| {
        let signed = signer.not_before().plus_seconds(86_400);
        let store = TrustStore::default().rehearsing(
            vec![ListStanding { next_update: None, ..list(Scheme::Ch) }],
            vec![entry(Scheme::Ch, listed, ServiceKind::CaQc)],
        );
        let facts = Facts {
            verdict: Verdict::Passed,
            revocation: RevocationFacts::Shown,
            changes_permitted: true,
            path: vec![signer, listed],
            best_signature_time: signed,
            has_claimed_time: true,
            stamps: Vec::new(),
            at: signed,
        };
        swiss(&facts, Scheme::Ch, &store)
    };
    let scheme_operator = certificate(&folder.join("CH-TL-cert.der"));
    assert_eq!(class(&scheme_operator, &authority).class, SwissClass::RegulatedSeal);
    // Issued by the root itself, which stands for another authority: not listed.
    assert_eq!(class(&scheme_operator, &root).reasons, [LegalReason::IssuerNotListed]);
    for file in &files {
        let found = class(&certificate(file), &authority);
        assert!(found.class <= SwissClass::Advanced, "{}: {found:?}", file.display());
    }
    support::suite(SUITE, files.len() + 2);
}

/// The units of the Swiss list are units: stamped while they are valid, their time is qualified.
#[test]
fn real_units_are_units() {
    const SUITE: &str = "time-stamping units of the Swiss list";
    let Some(folder) = support::shared().map(|shared| shared.join("data/swiss-tl/certs")) else {
        return support::skipped(SUITE);
    };
    let is_unit = |name: &str| (18..=30).any(|number| name.starts_with(&format!("S{number}-")));
    let files = support::files(&folder, is_unit);
    for file in &files {
        let unit = Arc::new(Certificate::parse(&support::read(file)).unwrap());
        let store = TrustStore::default().rehearsing(
            vec![ListStanding { next_update: None, ..list(Scheme::Ch) }],
            vec![entry(Scheme::Ch, &unit, ServiceKind::Qtst)],
        );
        for (time, is_qualified) in [(unit.not_after(), true), (unit.not_after().plus_seconds(1), false)] {
            let stamp = StampFacts { passed: true, covers_signature: true, time, proven: time, path: vec![&unit] };
            assert_eq!(qualified(&stamp, Scheme::Ch, time, &store).is_some(), is_qualified, "{}", file.display());
        }
    }
    assert_eq!(files.len(), 13);
    support::suite(SUITE, files.len());
}
