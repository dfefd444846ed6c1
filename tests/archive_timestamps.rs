//! Archive time-stamps of CMS from outside material. None of the PDF files at hand carries one, so that each CMS with
//! its content inside is put into a document: the signature is none of that document then, but its archive time-stamps
//! are over what the CMS itself holds, and are judged by themselves.

mod support;

use sigillum::crypto::{DigestAlgorithm, digest};
use sigillum::document::{Document, examine};
use sigillum::limits::{Budget, Limits};
use sigillum::pki::{SignedData, TimestampToken, oid};
use sigillum::time::Timestamp;
use sigillum::trust::TrustStore;
use sigillum::validation::{Evidence, Moment, Policy, TimestampKind, TimestampReport, validate};
use support::pdf::MadePdf;

/// A file; of each of its archive time-stamps in order: index, imprint, signature value.
const FILES: &[(&str, &[&str])] = &[
    ("esig__dss/dss-cades/src/test/resources/validation/cades-extended-a.pkcs7", &[GOOD]),
    ("esig__dss/dss-cades/src/test/resources/validation/cades-ats-v3-wrong-cert.p7m", &[NAMED]),
    ("esig__dss/dss-cades/src/test/resources/validation/cades-broken-sig-tst-and-ats-v3.cms", &[NAMED]),
    ("esig__dss/dss-cades/src/test/resources/validation/cades-dss1956.p7m", &[NONE]),
    ("esig__dss/dss-cades/src/test/resources/validation/counterSignedLTA.p7s", &[GOOD]),
    ("esig__dss/dss-cades/src/test/resources/validation/cades-lta-copied-atst.p7m", &[NONE]),
    ("esig__dss/dss-cades/src/test/resources/validation/cades-lta-duplicated-atst.p7m", &[GOOD, GOOD]),
    ("esig__dss/dss-cades/src/test/resources/validation/dss-2011/cades-lta-detached.pkcs7", &[OTHER]),
    ("open-eid__SiVa-Test/src/test/resources/cades/test/TEST_ESTEID2018_CAdES_LTA_detached.p7s", &[OTHER]),
    ("open-eid__SiVa-Test/src/test/resources/cades/test/TEST_ESTEID2018_CAdES_LTA_enveloping.p7m", &[GOOD]),
    ("ctt-gob-es__clienteafirma/afirma-crypto-cades-multi/src/test/resources/cadesA.csig", &[V2_OTHER]),
    ("esig__dss/dss-cades/src/test/resources/validation/dss-2011/cades-tstv2-detached.p7s", &[V2_OTHER]),
    (
        "esig__dss/dss-cades/src/test/resources/validation/dss-916/test.txt.signed_Certipost-2048.detached.old.p7s",
        &[V2_OTHER],
    ),
    ("esig__dss/dss-cades/src/test/resources/validation/dss-1469/cadesLTAwithATv2.sig", &[V2_OTHER]),
    ("esig__dss/dss-cades/src/test/resources/validation/dss-1469/cadesLTAwithATv2expired.p7s", &[V2]),
    (
        "esig__dss/dss-cades/src/test/resources/validation/dss-1670/signatureExtendedTwoLTA.p7s",
        &[V2_OTHER, V2_OTHER],
    ),
];

const GOOD: &str = "passed passed passed";
/// The index names something that is not there: so the makers of the file meant it.
const NAMED: &str = "failed passed passed";
/// There is no index (a signature time-stamp, copied), or it is not one that can be read (its members are no SEQUENCE).
const NONE: &str = "failed - passed";
/// The content is not in the CMS.
const OTHER: &str = "passed failed passed";

/// Of version 2, which has no index.
const V2: &str = "- passed passed";
/// The same, where the content is not in the CMS.
const V2_OTHER: &str = "- failed passed";

/// How a check of a time-stamp came out; `-` where it was not run.
fn result(stamp: &TimestampReport, id: &str) -> &'static str {
    stamp.checks.iter().find(|check| check.id.name() == id).map_or("-", |check| check.result.name())
}

#[test]
fn archive_time_stamps_of_others_are_over_what_we_compute() {
    const SUITE: &str = "archive time-stamps";
    let Some(shared) = support::shared() else {
        support::skipped(SUITE);
        return;
    };
    let mut wrong = Vec::new();
    let mut cases = 0;
    for (file, expected) in FILES {
        let content = support::read(&shared.join("data/corpus").join(file));
        let message = SignedData::parse(&content, 64).unwrap();
        let mut pdf = MadePdf::new([]);
        pdf.sign("S", "ETSI.CAdES.detached", message.raw().len() + 16, |_| message.raw().to_vec());
        let mut budget = Budget::new(&Limits::DEFAULT);
        let document = Document::open(pdf.bytes(), None, &Limits::DEFAULT, &mut budget).unwrap();
        let examination = examine(&document, &mut budget).unwrap();
        let mut evidence = Evidence::new();
        evidence.add_embedded(&examination);
        let at = Timestamp::from_rfc3339("2026-11-22T12:00:00Z").unwrap();
        let (trust, policy) = (TrustStore::new(Vec::new()), Policy::builtin("default").unwrap());
        let moment = Moment { at, clock: at };
        let report = validate(&examination, &evidence, &trust, &policy, moment, &mut budget).report;
        let stamps = report.signatures.iter().flat_map(|one| &one.timestamps);
        let said: Vec<String> = stamps
            .filter(|stamp| stamp.kind == TimestampKind::Archive)
            .map(|stamp| {
                ["fc-archive-hash-index", "cv-message-imprint", "cv-signature-value"]
                    .map(|id| result(stamp, id))
                    .join(" ")
            })
            .collect();
        if said != *expected {
            wrong.push(format!("{file}: {said:?}"));
        }
        cases += said.len();
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    support::suite(SUITE, cases);
}

/// Files with archive time-stamps of version 2 whose content is at hand, some beside them or of two signers: what we say they
/// are over is what they are over.
#[test]
fn archive_time_stamps_of_version_2_are_over_the_content_wherever_it_is() {
    const SUITE: &str = "archive time-stamps, version 2";
    const FOLDER: &str = "data/corpus/esig__dss/dss-cades/src/test/resources/validation";
    let Some(shared) = support::shared() else {
        support::skipped(SUITE);
        return;
    };
    let read = |name: &str| support::read(&shared.join(FOLDER).join(name));
    let mut cases = 0;
    for (name, content) in [
        ("dss-916/test.txt.signed_Certipost-2048.detached.old.p7s", Some("dss-916/test.txt")),
        ("dss-1619/CAdES-XL-T1-Double-AV2.png.p7m", None),
        ("dss-1469/cadesLTAwithATv2expired.p7s", None),
    ] {
        let message = SignedData::parse(&read(name), 64).unwrap();
        let content = content.map(read).unwrap_or_default();
        for signer in &message.signers {
            let archive = [oid::ARCHIVE_TIMESTAMP_V2, oid::ARCHIVE_TIMESTAMP_V3];
            let covered: Vec<bool> =
                signer.unsigned_attributes.iter().map(|one| !archive.contains(&one.oid.content())).collect();
            for token in signer.archive_timestamps_v2() {
                let info = TimestampToken::parse(token, 64).unwrap().tst_info;
                let algorithm = DigestAlgorithm::from_algorithm_identifier(&info.imprint_algorithm.raw).unwrap();
                let over = message.archived_v2(signer, &covered).unwrap().map(|rest| {
                    digest(algorithm, &[message.encap_content_info().unwrap(), &content, &rest].concat())
                });
                assert!(over.iter().any(|over| *over.as_bytes() == *info.imprint), "{name}");
                cases += 1;
            }
        }
    }
    support::suite(SUITE, cases);
}
