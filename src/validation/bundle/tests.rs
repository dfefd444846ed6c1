//! Bundles as they are written and read, and every way in which one is refused.

use super::*;
use crate::document::{Document, examine};
use crate::limits::Budget;
use crate::pki::pem;
use crate::pki::testdata;
use crate::trust::TrustAnchor;
use crate::validation::validate;

const SIGNED: &[u8] = include_bytes!("../../../fixtures/pdf/pades-b-t/document.pdf");
const ROOT: &[u8] = include_bytes!("../../../fixtures/pki/root.pem");

fn der(text: &[u8]) -> Vec<u8> {
    pem::objects(text).unwrap().remove(0).der
}

fn root() -> Arc<Certificate> {
    Arc::new(Certificate::parse(&der(ROOT)).unwrap())
}

fn examined() -> Examination {
    let limits = Limits::DEFAULT;
    let mut budget = Budget::new(&limits);
    let document = Document::open(SIGNED, None, &limits, &mut budget).unwrap();
    examine(&document, &mut budget).unwrap()
}

fn moment() -> Moment {
    let time = |text| Timestamp::from_rfc3339(text).unwrap();
    Moment { at: time("2026-07-01T00:00:00.50Z"), clock: time("2026-11-22T12:00:00Z") }
}

fn trust() -> TrustStore {
    let sunset = Some(Timestamp::from_rfc3339("2030-01-01T00:00:00Z").unwrap());
    TrustStore::new(vec![TrustAnchor { certificate: root(), sunset }]).marked_demo()
}

/// Embedded, supplied and fetched.
fn evidence(examination: &Examination) -> Evidence {
    let mut evidence = Evidence::new();
    evidence.add_embedded(examination);
    let crl = || Crl::parse(&der(testdata::CRL.as_bytes()), DEPTH).unwrap();
    evidence.add_crl(crl(), Origin::Supplied);
    evidence.add_crl(crl(), Origin::Fetched);
    let ocsp = OcspResponse::parse(&der(testdata::OCSP.as_bytes()), DEPTH).unwrap();
    evidence.add_ocsp_response(ocsp, Origin::Fetched);
    let leaf = Certificate::parse(&der(testdata::LEAF.as_bytes())).unwrap();
    evidence.add_certificate_from(Arc::new(leaf), Origin::Fetched);
    evidence
}

fn written() -> Vec<u8> {
    let examination = examined();
    let policy = Policy::builtin("no-revocation").unwrap();
    write(&examination.document, &evidence(&examination), &trust(), &policy, moment()).unwrap()
}

/// The bundle with another content, whose digest is right.
fn with_content(change: impl FnOnce(String) -> String) -> Vec<u8> {
    let text = String::from_utf8(written()).unwrap();
    let start = text.find('\n').unwrap() + 1;
    let content = change(text[start..text.len() - 2].to_owned());
    let sha256 = crate::crypto::digest(crate::crypto::DigestAlgorithm::Sha256, content.as_bytes());
    format!("{{\"schema\":\"sigillum-bundle/1\",\"sha256\":\"{sha256}\",\"content\":\n{content}}}\n").into_bytes()
}

#[test]
fn what_is_written_is_read_again() {
    let examination = examined();
    let before = evidence(&examination);
    let bundle = Bundle::read(&written()).unwrap();
    assert_eq!(bundle.software, SoftwareName::own());
    assert_eq!(
        (bundle.moment.at.to_string(), bundle.moment.clock),
        ("2026-07-01T00:00:00.50Z".into(), moment().clock)
    );
    assert!(bundle.trust.is_demo() && bundle.trust.len() == 1);
    assert_eq!(bundle.trust.anchors()[0].sunset, trust().anchors()[0].sunset);
    assert_eq!(bundle.policy.reference().sha256, Policy::builtin("no-revocation").unwrap().reference().sha256);
    assert_eq!(bundle.demand_document(&examination.document), Ok(()));

    let after = bundle.evidence(&examination);
    let certificates = |evidence: &Evidence| -> Vec<(Vec<u8>, Origin)> {
        evidence.certificates_with_origin().map(|(one, origin)| (one.der().to_vec(), origin)).collect()
    };
    assert_eq!(certificates(&after), certificates(&before));
    let origins = |evidence: &Evidence| {
        let crls: Vec<_> = evidence.crls().iter().map(|(crl, origin)| (crl.der().to_vec(), *origin)).collect();
        let ocsp: Vec<_> =
            evidence.ocsp_responses().iter().map(|(one, origin)| (one.raw.clone(), *origin)).collect();
        (crls, ocsp)
    };
    assert_eq!(origins(&after), origins(&before));
    assert_eq!(after.crls().len(), 1, "the same list twice counts once");

    let mut budget = Budget::new(&Limits::DEFAULT);
    let policy = Policy::builtin("no-revocation").unwrap();
    let first = validate(&examination, &before, &trust(), &policy, moment(), &mut budget).report;
    let mut budget = Budget::new(&Limits::DEFAULT);
    let Bundle { trust, policy, moment, .. } = &bundle;
    let second = validate(&examination, &after, trust, policy, *moment, &mut budget).report;
    assert_eq!(format!("{first:?}"), format!("{second:?}"));
    let again = write(&examination.document, &after, trust, policy, *moment).unwrap();
    assert!(again == written(), "a bundle of a replay is the same bundle");
}

#[test]
fn as_evidence_it_says_nothing_of_trust_and_everything_is_supplied() {
    let given = given(&written()).unwrap();
    assert!(given.certificates_with_origin().all(|(_, origin)| origin == Origin::Supplied));
    assert!(given.crls().iter().all(|(_, origin)| *origin == Origin::Supplied));
    assert_eq!((given.crls().len(), given.ocsp_responses().len()), (1, 1));
    // Also where this program would not know what the policy means.
    let foreign = with_content(|content| content.replace("[levels.", "[colours."));
    assert!(super::given(&foreign).is_ok());
    assert!(matches!(Bundle::read(&foreign), Err(BundleError::Policy(_))));
}

#[test]
fn every_changed_octet_and_every_prefix_is_refused() {
    let good = written();
    let (step, mut cases) = (good.len() / 400 + 1, 0);
    for at in (0..good.len()).step_by(step).chain(0..140) {
        let mut bad = good.clone();
        bad[at] ^= 1;
        let error = Bundle::read(&bad).expect_err("a changed octet");
        let expected = match at {
            0..27 => "not-a-bundle",
            27..40 => "unknown-version",
            _ => "damaged",
        };
        assert_eq!(error.code(), expected, "octet {at}");
        assert!(Bundle::read(&good[..at]).is_err(), "the first {at} octets");
        cases += 1;
    }
    assert!(cases > 400);
    assert!(Bundle::read(&[&good, &b"\n"[..]].concat()).is_err());
}

#[test]
fn what_is_whole_and_wrong_is_refused_with_its_reason() {
    let code = |change: &dyn Fn(String) -> String| Bundle::read(&with_content(change)).unwrap_err().code();
    let replaced = |from: &str, to: &str| {
        let (from, to) = (from.to_owned(), to.to_owned());
        code(&move |content| {
            assert!(content.contains(&from), "{from}");
            content.replacen(&from, &to, 1)
        })
    };
    assert_eq!(Bundle::read(&with_content(|content| content)).map(|_| ()), Ok(()));
    assert_eq!(replaced("\"demo\": true", "\"demo\": true, \"more\": 1"), "form");
    assert_eq!(replaced("\"demo\": true,", ""), "form");
    assert_eq!(replaced("\"demo\": true", "\"demo\": 1"), "form");
    assert_eq!(replaced("\"demo\": true", "\"demo\": true, \"demo\": true"), "form");
    assert_eq!(replaced("\"origin\": \"fetched\"", "\"origin\": \"found\""), "value");
    assert_eq!(replaced("2026-11-22T12:00:00Z", "2026-13-22T12:00:00Z"), "value");
    assert_eq!(replaced("2030-01-01T00:00:00Z", "soon"), "value");
    assert_eq!(replaced("\"der\": \"MII", "\"der\": \"NII"), "object");
    assert_eq!(replaced("\"der\": \"MII", "\"der\": \"M-I"), "form");
    assert_eq!(replaced("\"name\": \"no-revocation\"", "\"name\": \"default\""), "value");
    assert_eq!(replaced("extends = \\\"default\\\"", "extends = \\\"strict\\\""), "policy");
    assert_eq!(replaced("[levels.signature]", "[levels.signature]\\nfc-byte-range = \\\"warn\\\""), "policy");
    assert_eq!(replaced("\"texts\": [", "\"texts\": [ \"\","), "policy");
    assert_eq!(replaced("\"crls\": [", &format!("\"crls\": [{}", "[".repeat(100_000))), "too-deep");
    let many = format!("\"texts\": [{}", "\"\",".repeat(100));
    assert_eq!(replaced("\"texts\": [", &many), "form");
    assert_eq!(code(&|_| String::new()), "form");
    let other = String::from_utf8(written()).unwrap().replacen("bundle/1", "bundle/2.x", 1);
    assert_eq!(Bundle::read(other.as_bytes()).unwrap_err(), BundleError::UnknownVersion("2.x".to_owned()));
    assert_eq!(Bundle::read(b"{}").unwrap_err(), BundleError::NotABundle);
    let size = usize::try_from(MAXIMUM_BYTES).unwrap() + 1;
    assert_eq!(Bundle::read(&vec![b' '; size]).unwrap_err().code(), "too-large");
}

#[test]
fn a_form_error_names_the_line_of_the_file() {
    let bad = with_content(|content| content.replacen("\"demo\": true", "\"demo\": 1", 1));
    let line =
        String::from_utf8(bad.clone()).unwrap().lines().position(|line| line.contains("\"demo\"")).unwrap() + 1;
    assert!(matches!(Bundle::read(&bad), Err(BundleError::Form { line: found, .. }) if found == line));
}

#[test]
fn another_document_is_refused() {
    let bundle = Bundle::read(&written()).unwrap();
    let mut document = examined().document;
    document.size += 1;
    assert_eq!(bundle.demand_document(&document).unwrap_err().code(), "other-document");
    document.size -= 1;
    document.sha256 = "0".repeat(64);
    assert_eq!(bundle.demand_document(&document).unwrap_err().code(), "other-document");
}

#[test]
fn as_many_certificates_as_are_looked_at() {
    assert_eq!(u32::try_from(list::CERTIFICATES), Ok(Limits::DEFAULT.certificates));
    let one = "{ \"origin\": \"supplied\", \"der\": \"\" },";
    let many = format!("\"certificates\": [{}", one.repeat(list::CERTIFICATES));
    let bad = with_content(|content| content.replacen("\"certificates\": [", &many, 1));
    assert_eq!(given(&bad).unwrap_err().code(), "form");
}
