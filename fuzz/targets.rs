//! What each fuzz target does with its bytes: one function per parser.
//!
//! The files in `fuzz_targets/` give them to the fuzzer; `tests/fuzz_replay.rs` runs them with a stable compiler over seeds
//! and seeded mutations. A target does not only look for panics: it asserts what must hold of whatever was parsed.

use sigillum::crypto::{
    DigestAlgorithm, PublicKey, SealAlgorithm, SignatureAlgorithm, SoftwareKey, SystemRandomness,
};
use sigillum::document::{self, Coverage, Document, Examination, FormatDefect, Packaging};
use sigillum::limits::{Budget, CancelFlag, Limits};
use sigillum::pki::{
    BasicOcsp, Certificate, Crl, CrlEntry, OcspResponse, OcspStatus, SignedData, TimestampResponse, TimestampToken,
    pem, same_serial,
};
use sigillum::sealing::{
    Appearance, Formats, Original, Page, Prefixes, SealIdentity, SealLevel, SealProfile, Terms,
};
use sigillum::syntax::der::{Reader, Tlv, is_der};
use sigillum::syntax::pdf::{Dict, Name, ObjectId, Pdf, RevisionIndex, Update, Value, text};
use sigillum::syntax::url::{Host, HostRule, HttpUrl};
use sigillum::time::Timestamp;
use sigillum::trust::{TrustAnchor, TrustStore};
use sigillum::validation::bundle::{self, Bundle};
use sigillum::validation::{
    self, Answer, CheckId, Context, Evidence, Integrity, Level, Moment, Origin, Policy, Verdict,
};
use std::sync::Arc;

#[path = "xml_targets.rs"]
mod xml_targets;
pub(crate) use xml_targets::{c14n, xml, xml_validate, xpath};

/// Which fixtures are the seeds of a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Seeds {
    /// ASN.1: certificates, keys, signatures, time-stamps, revocation data.
    Der,
    /// PEM: certificates.
    Pem,
    /// Whole documents.
    Documents,
    /// Evidence bundles.
    Bundles,
    /// Texts of policies.
    Policies,
    /// Addresses of evidence.
    Urls,
    /// XML documents, signed and not.
    Xml,
    /// Expressions of XPath, some with a document behind the first line.
    Expressions,
}

/// A target: its name, its seeds, what it does.
pub(crate) type Target = (&'static str, Seeds, fn(&[u8]));

/// Every target.
pub(crate) const ALL: &[Target] = &[
    ("der", Seeds::Der, der),
    ("pem", Seeds::Pem, pem),
    ("certificate", Seeds::Der, certificate),
    ("cms", Seeds::Der, cms),
    ("timestamp", Seeds::Der, timestamp),
    ("crl", Seeds::Der, crl),
    ("ocsp", Seeds::Der, ocsp),
    ("status", Seeds::Der, status),
    ("pdf", Seeds::Documents, pdf),
    ("key", Seeds::Der, key),
    ("time", Seeds::Der, time),
    ("open", Seeds::Documents, open),
    ("examine", Seeds::Documents, examine),
    ("changes", Seeds::Documents, changes),
    ("validate", Seeds::Documents, validate),
    ("append", Seeds::Documents, append),
    ("seal", Seeds::Documents, seal),
    ("bundle", Seeds::Bundles, bundle),
    ("policy", Seeds::Policies, policy),
    ("url", Seeds::Urls, url),
    ("xml", Seeds::Xml, xml),
    ("c14n", Seeds::Xml, c14n),
    ("xpath", Seeds::Expressions, xpath),
    ("xml_validate", Seeds::Xml, xml_validate),
];

/// Nesting that the targets allow.
const DEPTH: u32 = 64;

/// The cursor over ASN.1: values lie inside their parents, one after the other, and nothing is lost between them.
pub(crate) fn der(data: &[u8]) {
    let _ = is_der(data, DEPTH);
    let mut readers = vec![Reader::new(data, DEPTH)];
    while let Some(reader) = readers.last_mut() {
        if reader.is_empty() {
            readers.pop();
            continue;
        }
        let before = reader.rest();
        let Ok(value) = reader.next_tlv() else {
            readers.pop();
            continue;
        };
        assert!(!value.raw.is_empty(), "a value without octets: the walk would never end");
        assert_eq!(before.len(), value.raw.len() + reader.rest().len(), "octets are lost between values");
        assert!(
            before.starts_with(value.raw) && data[value.offset..].starts_with(value.raw),
            "a value at a wrong place"
        );
        assert!(value.content.len() < value.raw.len(), "content without a header");
        typed(&value);
        if value.is_constructed()
            && let Ok(inner) = value.reader()
        {
            readers.push(inner);
        }
        assert!(readers.len() <= 2 + usize::try_from(DEPTH).unwrap(), "deeper than allowed");
    }
}

/// Reads a value as every type: none may panic, and what it gives is no longer than the value.
fn typed(value: &Tlv<'_>) {
    let _ = (value.oid(), value.boolean(), value.time(), value.wrapped());
    if let Ok(bits) = value.bit_string() {
        assert!(bits.len() <= value.content.len());
    }
    if let Ok(octets) = value.octets() {
        assert!(octets.len() <= value.content.len());
    }
    if value.integer().is_ok() {
        assert!(value.content.len() <= 9, "an integer that cannot fit");
    }
}

/// PEM: what is decoded is not longer than its text.
pub(crate) fn pem(data: &[u8]) {
    if let Ok(objects) = pem::objects(data) {
        let decoded: usize = objects.iter().map(|object| object.der.len()).sum();
        assert!(decoded <= data.len(), "more decoded than there was");
    }
}

/// A certificate keeps its own bytes, and its parts lie inside them.
pub(crate) fn certificate(data: &[u8]) {
    let Ok(certificate) = Certificate::parse(data) else { return };
    assert_eq!(certificate.der(), data, "a certificate with other bytes than it was parsed from");
    for part in [certificate.tbs(), certificate.spki(), certificate.serial()] {
        assert!(contains(data, part), "a part that is not in the certificate");
    }
    let shown = format!("{} {}", certificate.subject(), certificate.issuer());
    assert!(!shown.chars().any(char::is_control), "a name with control characters is shown as it is: {shown:?}");
    let _ = format!("{certificate:?}");
}

/// Signed data keep their own bytes; what follows them is counted.
pub(crate) fn cms(data: &[u8]) {
    let Ok(signed) = SignedData::parse(data, DEPTH) else { return };
    assert!(data.starts_with(signed.raw()), "signed data with other bytes than they were parsed from");
    assert_eq!(
        signed.raw().len() + signed.padding + signed.trailing,
        data.len(),
        "octets behind it are not counted"
    );
    assert!(signed.padding == 0 || signed.trailing == 0);
    if signed.is_der {
        assert!(is_der(signed.raw(), DEPTH));
    }
    let _ = format!("{signed:?}");
}

/// A time-stamp token, and the answer of an authority.
pub(crate) fn timestamp(data: &[u8]) {
    if let Ok(token) = TimestampToken::parse(data, DEPTH) {
        assert!(data.starts_with(token.signed_data.raw()));
        // The content has an encoding of its own, which may be BER where that of the message is DER.
        let content = token.signed_data.encap_content.as_deref().unwrap_or_default();
        let der = token.signed_data.is_der && is_der(content, DEPTH);
        assert!(contains(data, &token.tst_info.imprint) || !der, "an imprint from nowhere");
    }
    if let Ok(response) = TimestampResponse::parse(data, DEPTH) {
        let _ = format!("{response:?}");
    }
}

/// A revocation list: its entries are read lazily, so the walk over them must end.
pub(crate) fn crl(data: &[u8]) {
    let Ok(list) = Crl::parse(data, DEPTH) else { return };
    assert_eq!(list.der(), data, "a list with other bytes than it was parsed from");
    assert!(contains(data, list.tbs()));
    let mut entries = 0;
    let mut last = None;
    for entry in list.entries() {
        entries += 1;
        assert!(entries <= data.len(), "more entries than octets");
        last = entry.ok();
    }
    if let Some(entry) = last {
        let found = list.find(entry.certificate_issuer.as_ref().unwrap_or(&list.issuer), &entry.serial);
        assert!(!matches!(found, Ok(None)), "an entry that is listed is not found");
    }
}

/// An OCSP response, and the basic response inside it.
pub(crate) fn ocsp(data: &[u8]) {
    if let Ok(response) = OcspResponse::parse(data, DEPTH) {
        let _ = format!("{response:?}");
    }
    if let Ok(response) = BasicOcsp::parse(data, DEPTH) {
        let _ = format!("{response:?}");
    }
}

/// Revocation data judged for a fixed certificate and its CA: what is not signed by the CA says nothing; what the CA has
/// signed over the same octets, whatever they are, says only what stands there, and nothing from the future.
pub(crate) fn status(data: &[u8]) {
    const FUTURE: &str = "2027-01-02T00:00:00Z";
    let certificate = |pem: &[u8]| Arc::new(Certificate::parse(&pem::objects(pem).unwrap()[0].der).unwrap());
    let leaf = certificate(include_bytes!("../fixtures/bench/rsa2048.pem"));
    let root = certificate(include_bytes!("../fixtures/bench/root.pem"));
    // The key of this one is public.
    let ca = certificate(include_bytes!("../fixtures/fuzz/ca.pem"));
    let below = certificate(include_bytes!("../fixtures/fuzz/leaf.pem"));
    #[expect(clippy::disallowed_methods, reason = "the CA signs; what it says does not depend on the value")]
    let randomness = SystemRandomness::new();
    let key = SoftwareKey::from_pkcs8(
        include_bytes!("../fixtures/fuzz/ca.p8"),
        SealAlgorithm::EcdsaP256Sha256,
        &PublicKey::from_spki(ca.spki()).unwrap(),
        &randomness,
    );
    let key = key.unwrap();
    let signed = |tbs: &[u8]| {
        let algorithm = SealAlgorithm::EcdsaP256Sha256.algorithm_identifier();
        let value = key.sign(tbs, &randomness).unwrap();
        value_of(0x30, &[tbs, &algorithm, &value_of(0x03, &[&[0][..], &value].concat())].concat())
    };
    let judge = |leaf, ca: &Arc<Certificate>, evidence: &Evidence| {
        let at = Timestamp::from_rfc3339("2027-01-01T00:00:00Z").unwrap();
        let trust = TrustStore::new(vec![TrustAnchor { certificate: Arc::clone(ca), sunset: None }]);
        let policy = Policy::builtin("default").unwrap();
        let mut budget = Budget::new(&Limits { work: 1_000_000, ..Limits::DEFAULT });
        validation::certificate_status(leaf, ca, evidence, &trust, &policy, Moment { at, clock: at }, &mut budget)
    };
    let evidence = |bytes: &[u8]| {
        let mut evidence = Evidence::new();
        if let Ok(list) = Crl::parse(bytes, DEPTH) {
            evidence.add_crl(list, Origin::Supplied);
        }
        if let Ok(basic) = BasicOcsp::parse(bytes, DEPTH) {
            let response = OcspResponse { raw: bytes.into(), status: OcspStatus::Successful, basic: Some(basic) };
            evidence.add_ocsp_response(response, Origin::Supplied);
        }
        if let Ok(response) = OcspResponse::parse(bytes, DEPTH) {
            evidence.add_ocsp_response(response, Origin::Supplied);
        }
        evidence
    };
    if let Ok(status) = judge(&leaf, &root, &evidence(data)) {
        assert!(status.accepted.is_empty(), "nobody has the key of this CA: {:?}", status.accepted);
    }
    let tbs = Tlv::parse_all(data, DEPTH).and_then(|whole| whole.sequence()?.next_tlv()).map(|tbs| tbs.raw);
    let of_response = OcspResponse::parse(data, DEPTH).ok().and_then(|response| response.basic);
    let of_response = of_response.as_ref().map(|basic| &*basic.tbs);
    for tbs in [Some(data), tbs.ok(), of_response].into_iter().flatten() {
        let bytes = signed(tbs);
        let Ok(status) = judge(&below, &ca, &evidence(&bytes)) else { continue };
        for datum in &status.accepted {
            assert!(datum.this_update < Timestamp::from_rfc3339(FUTURE).unwrap(), "{datum:?}");
            assert!(datum.next_update.is_none_or(|next| next >= datum.this_update), "{datum:?}");
        }
        let good = status.decides.is_some_and(|(decides, _)| decides.status == "good");
        if let (true, Ok(list)) = (good, Crl::parse(&bytes, DEPTH)) {
            assert!(list.unknown_critical_extensions.is_empty() && list.malformed_extensions.is_empty());
            let listed = |entry: &CrlEntry| same_serial(&entry.serial, below.serial());
            let foreign = |entry: &CrlEntry| entry.certificate_issuer.is_some();
            assert!(!list.is_delta() && !list.entries().flatten().any(|entry| listed(&entry) && !foreign(&entry)));
        }
    }
}

/// One ASN.1 value.
fn value_of(tag: u8, content: &[u8]) -> Vec<u8> {
    sigillum::syntax::der::value(tag, content)
}

/// A PDF: opens with and without a password, and every object of every revision is read, under a budget.
pub(crate) fn pdf(data: &[u8]) {
    let limits = Limits { work: 300_000, decoded_bytes: 8 << 20, ..Limits::DEFAULT };
    for password in [None, Some(&b"test-password"[..])] {
        let mut budget = Budget::new(&limits);
        let Ok(pdf) = Pdf::open(data, password, &limits, &mut budget) else { continue };
        assert!(!pdf.revisions().is_empty(), "a file without revisions");
        for revision in (0..pdf.revisions().len()).map(RevisionIndex::new) {
            let _ = pdf.catalog(revision, &mut budget);
            let numbers: Vec<_> = pdf.object_numbers(revision).map(|(number, _)| number).take(10_000).collect();
            assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]), "object numbers out of order");
            for number in numbers {
                let Ok(object) = pdf.object(ObjectId { number, generation: 0 }, revision, &mut budget) else {
                    continue;
                };
                if let Value::Stream(stream) = &object.value {
                    assert!(
                        stream.raw_span().end <= u64::try_from(data.len()).unwrap(),
                        "a stream beyond the end of the file"
                    );
                    let _ = pdf.stream_data(stream, &mut budget);
                }
            }
        }
        for finding in pdf.findings() {
            assert!(
                finding.offset.is_none_or(|offset| offset <= u64::try_from(data.len()).unwrap()),
                "{finding:?}"
            );
        }
    }
}

/// A public key, and the algorithms that an identifier names.
pub(crate) fn key(data: &[u8]) {
    if let Ok(key) = PublicKey::from_spki(data) {
        assert!(key.bits() >= 160 && key.bits() <= 16_384, "a key of {} bits", key.bits());
        assert!(key.verification_work() > 0, "a verification that costs nothing");
    }
    for digest in [None, Some(DigestAlgorithm::Sha256)] {
        if let Ok(algorithm) = SignatureAlgorithm::from_algorithm_identifier(data, digest) {
            assert!(!algorithm.name().is_empty());
        }
    }
}

/// Times of every form: what is read is written and read again as the same.
pub(crate) fn time(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let read = [
        Timestamp::from_utc_time(data),
        Timestamp::from_generalized_time(data),
        Timestamp::from_pdf_date(data),
        Timestamp::from_rfc3339(&text),
    ];
    for time in read.into_iter().flatten() {
        let written = time.to_string();
        let again = Timestamp::from_rfc3339(&written);
        assert!(
            again == Ok(time) || time.unix_seconds() < -62_000_000_000 || time.unix_seconds() > 253_402_300_799
        );
    }
}

fn document_limits() -> Limits {
    Limits { work: 300_000, decoded_bytes: 8 << 20, ..Limits::DEFAULT }
}

/// Opening a document of whatever kind ends, and says why where it fails.
pub(crate) fn open(data: &[u8]) {
    let limits = document_limits();
    let mut budget = Budget::new(&limits);
    if let Err(error) = Document::open(data, None, &limits, &mut budget) {
        assert!(!error.code().is_empty());
        let size = u64::try_from(data.len()).unwrap();
        assert!(error.offset().is_none_or(|offset| offset <= size), "an error behind the end of the file");
    }
}

fn examined(data: &[u8]) -> Option<Examination> {
    let limits = document_limits();
    let mut budget = Budget::new(&limits);
    let document = Document::open(data, None, &limits, &mut budget).ok()?;
    document::examine(&document, &mut budget).ok()
}

/// The facts of a document fit together.
pub(crate) fn examine(data: &[u8]) {
    let Some(examination) = examined(data) else { return };
    let size = u64::try_from(data.len()).unwrap();
    assert_eq!(examination.document.size, size);
    for signature in examination.signatures.iter().chain(&examination.document_timestamps) {
        if let Some([_, hole, after, tail]) = signature.byte_range {
            assert!(hole <= after && after + tail <= size, "a byte range outside the file");
        }
        let whole = matches!(signature.coverage, Coverage::WholeDocument | Coverage::WholeRevision);
        assert!(!whole || (signature.byte_range.is_some() && signature.revision.is_some()));
        assert!(signature.coverage != Coverage::WholeDocument || signature.changes.permitted);
        for defect in &signature.defects {
            assert!(!(whole && matches!(defect, FormatDefect::ByteRange(_))), "whole in spite of {defect:?}");
        }
    }
}

/// Who looks at the revisions sees the signatures of the report, and what it does not permit.
fn told_alike(data: &[u8], examination: &Examination) {
    let limits = document_limits();
    let mut budget = Budget::new(&limits);
    let Ok(document) = Document::open(data, None, &limits, &mut budget) else { return };
    let Ok((revisions, differences)) = document::revision_differences(&document, &mut budget) else { return };
    let signatures = || examination.signatures.iter().chain(&examination.document_timestamps);
    assert_eq!(revisions.signed.len(), signatures().count());
    assert!(differences.list.len() <= 2_000);
    for one in &revisions.signed {
        let signature = signatures().find(|signature| signature.id == one.id).expect("the same signatures");
        assert_eq!((one.byte_range, one.coverage), (signature.byte_range, signature.coverage));
        assert_eq!(one.revision.is_some(), signature.revision.is_some());
        let Some(revision) = &one.revision else { continue };
        assert!(revision.of(data).is_some_and(|bytes| data.starts_with(bytes)));
        let refused = differences.list.iter().any(|difference| difference.not_permitted_for.contains(&one.id));
        // Where a budget ends, the two may see different parts.
        let same = !differences.complete || differences.more > 0 || refused != signature.changes.permitted;
        assert!(same, "{} of {}: {differences:?}", one.id, data.len());
    }
}

/// What came after a signature: pairs of revisions of a document, and whatever is appended to a signed one.
pub(crate) fn changes(data: &[u8]) {
    const SIGNED: &[u8] = include_bytes!("../fixtures/pdf/two-signatures/document.pdf");
    let appended = [SIGNED, data].concat();
    let later = data.iter().any(|octet| !matches!(octet, 0 | b'\t' | b'\n' | 0x0c | b'\r' | b' '));
    for (bytes, changed) in [(data, false), (appended.as_slice(), later)] {
        let Some(examination) = examined(bytes) else { continue };
        told_alike(bytes, &examination);
        for signature in &examination.signatures {
            let found = &signature.changes;
            let sound = signature.revision.is_some();
            let permitted = found.findings.iter().all(|finding| finding.permitted);
            assert!(!found.permitted || permitted, "permitted in spite of a finding");
            assert!(!sound || found.permitted == permitted, "not permitted, and nothing says why");
            let unchanged = found.findings.is_empty() && signature.coverage == Coverage::WholeDocument;
            assert!(!(changed && sound && unchanged), "what was appended is not told");
            for finding in &found.findings {
                assert!(!finding.path.is_empty() && finding.revision > 0);
                assert!(found.level.name() != "none", "a finding without a level");
            }
        }
    }
}

/// A verdict follows from its checks: nothing passes without proof, and nothing at all but under `no-revocation`,
/// since these documents bring no revocation data along.
pub(crate) fn validate(data: &[u8]) {
    let Some(examination) = examined(data) else { return };
    let mut evidence = Evidence::new();
    evidence.add_embedded(&examination);
    let root = &pem::objects(include_bytes!("../fixtures/pki/root.pem")).unwrap()[0].der;
    let certificate = Arc::new(Certificate::parse(root).unwrap());
    let trust = TrustStore::new(vec![TrustAnchor { certificate, sunset: None }]);
    let at = Timestamp::from_rfc3339("2026-07-01T00:00:00Z").unwrap();
    for name in Policy::builtin_names() {
        let policy = Policy::builtin(name).unwrap();
        let mut budget = Budget::new(&document_limits());
        let moment = Moment { at, clock: at };
        let report = validation::validate(&examination, &evidence, &trust, &policy, moment, &mut budget).report;
        // Counter-signatures stand in the signatures that they sign.
        let mut reported = 0;
        let mut open: Vec<_> = report.signatures.iter().collect();
        while let Some(one) = open.pop() {
            reported += 1;
            open.extend(&one.counter_signatures);
        }
        assert_eq!(reported, examination.signatures.len(), "a signature is not reported");
        assert!(name == "no-revocation" || report.summary.answer != Answer::Valid, "valid without revocation data");
        for signature in &report.signatures {
            if signature.verdict == Verdict::Passed {
                assert_eq!(signature.integrity, Integrity::Intact);
                assert!(matches!(signature.coverage, Coverage::WholeDocument | Coverage::WholeRevision));
                assert!(signature.path.last().is_some_and(|last| last.trust_anchor), "passed without an anchor");
            }
        }
    }
}

/// What can be appended to is the same file with one revision more, in which the catalog has a new entry.
pub(crate) fn append(data: &[u8]) {
    let limits = document_limits();
    let mut budget = Budget::new(&limits);
    let Ok(pdf) = Pdf::open(data, None, &limits, &mut budget) else { return };
    let Ok(mut update) = Update::new(&pdf) else { return };
    let Ok(new) = update.allocate() else { return };
    assert!(pdf.entry(new.number, pdf.latest()).is_none(), "a number that is not free");
    let Ok(mut catalog) = pdf.source(update.root(), &mut budget) else { return };
    if catalog.set(&[], b"Fuzzed", &text(&Value::Reference(new))).is_err() {
        return;
    }
    update.add_with_hole(new, Dict::default().with(b"Type", Name::from(&b"Sig"[..])), 8);
    let Ok(()) = update.change(catalog) else { return };
    let Ok(appended) = update.finish([0; 16]) else { return };
    let whole = [data, &appended.bytes].concat();
    let mut budget = Budget::new(&limits);
    let after = Pdf::open(&whole, None, &limits, &mut budget).expect("it opens as before");
    assert!(after.appendable().is_ok(), "appending has broken it: {:?}", after.findings());
    assert_eq!(after.revisions().len(), pdf.revisions().len() + 1);
    let catalog = after.catalog(after.latest(), &mut budget).expect("a catalog");
    assert_eq!(catalog.get_reference(b"Fuzzed"), Some(new));
    let object = after.object(new, after.latest(), &mut budget).expect("readable");
    let contents = object.as_dict().and_then(|dict| dict.get(b"Contents")).and_then(|contents| contents.span);
    assert_eq!(contents.map(|span| span.start..span.end), appended.hole.map(|hole| hole.gap));
}

/// A document is prepared for a seal, or refused with a cause; nothing else than a signature is taken for one.
pub(crate) fn seal(data: &[u8]) {
    let certificate = |pem: &[u8]| Arc::new(Certificate::parse(&pem::objects(pem).unwrap()[0].der).unwrap());
    let at = Timestamp::from_rfc3339("2026-07-01T00:00:00Z").unwrap();
    let policy = Arc::new(Policy::builtin("no-revocation").unwrap());
    let anchor = certificate(include_bytes!("../fixtures/bench/root.pem"));
    let terms = Terms {
        policy: Arc::clone(&policy),
        trust: TrustStore::new(vec![TrustAnchor { certificate: anchor, sunset: None }]).into(),
        evidence: Arc::default(),
        moment: Moment { at, clock: at },
        limits: document_limits(),
        cancel: CancelFlag::default(),
    };
    let identity = SealIdentity {
        certificate: certificate(include_bytes!("../fixtures/bench/p256.pem")),
        chain: Vec::new(),
        algorithm: SealAlgorithm::EcdsaP256Sha256,
    };
    let Ok(original) = Original::judge(data.to_vec(), &terms) else { return };
    let profile = SealProfile {
        name: "fuzzed".to_owned(),
        policy,
        formats: Formats::All,
        packaging: [Packaging::Enveloped, Packaging::Enveloping, Packaging::Detached][data.len() % 3],
        prefixes: Prefixes::All,
        level: SealLevel::B,
        appearance: Appearance::NewField {
            name: None,
            page: Page::Last,
            rectangle: [0.0, 0.0, 100.0, 20.0],
            text: vec!["Siegel".to_owned()],
        },
        reason: None,
        location: None,
        contact: None,
    };
    match original.prepare(&identity, &profile, at, &terms) {
        Ok(prepared) => {
            let signed = prepared.signed_attributes();
            assert!(signed.starts_with(&[0x31]) || signed.starts_with(b"<ds:SignedInfo "));
            assert!(prepared.embed_value(&data[..data.len().min(72)]).is_err(), "no signature is taken for one");
        }
        Err(error) => assert!(!error.to_string().is_empty() && !error.code().is_empty()),
    }
}

/// An evidence bundle: what is read is written again, and given as evidence it has as many pieces. So that the fuzzer
/// gets past the digest, it is made to fit.
pub(crate) fn bundle(data: &[u8]) {
    for octets in [data.to_vec(), with_digest(data)] {
        let given = bundle::given(&octets);
        let Ok(read) = Bundle::read(&octets) else { continue };
        let given = given.expect("a bundle that can be replayed is evidence");
        assert!(given.certificates().len() <= octets.len() && given.crls().len() <= octets.len());
        assert!(read.trust.len() <= octets.len());
        assert!(!read.policy.texts().is_empty());
        let again = Policy::from_texts(read.policy.texts()).expect("the texts of a policy are one");
        assert_eq!(again.reference().sha256, read.policy.reference().sha256);
    }
}

/// A policy: what is read keeps the floor, and its texts are the same policy again.
pub(crate) fn policy(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let policy = match Policy::parse(text) {
        Ok(policy) => policy,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    for check in CheckId::ALL.iter().filter(|check| check.is_floor()) {
        for context in [Context::Signature, Context::Timestamp] {
            assert!(policy.level(context, *check) == Level::Fail, "{} was lowered", check.name());
        }
    }
    let again = Policy::from_texts(policy.texts()).expect("the texts of a policy are one");
    assert_eq!(again.reference().sha256, policy.reference().sha256);
}

/// An address: what is read is plain, and written it is the same address again. The second line is where the first one
/// leads.
pub(crate) fn url(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let _ = HostRule::parse(text);
    let (first, second) = text.split_once('\n').unwrap_or((text, "/"));
    let Ok(url) = HttpUrl::parse(first) else { return };
    plain(&url);
    if let Ok(there) = url.redirected(second) {
        plain(&there);
        if second.starts_with('/') {
            assert_eq!(
                (there.scheme, &there.host, there.port),
                (url.scheme, &url.host, url.port),
                "it left the host"
            );
        }
    }
}

fn plain(url: &HttpUrl) {
    let written = url.to_string();
    assert!(written.bytes().all(|octet| octet.is_ascii_graphic()), "{written:?}");
    assert_eq!(HttpUrl::parse(&written).as_ref(), Ok(url), "{written:?}");
    assert!(url.target.starts_with('/') && !url.target.contains('#'), "{written:?}");
    if let Host::Name(name) = &url.host {
        assert!(!name.is_empty() && name.len() <= 253, "{written:?}");
        assert!(
            !name.bytes().any(|octet| octet.is_ascii_uppercase() || b"@/:?#\\%[]".contains(&octet)),
            "{written:?}"
        );
        assert!(name.parse::<std::net::IpAddr>().is_err(), "an address that is taken for a name: {written:?}");
    }
}

/// The same with the digest of what stands between its first line and its last two octets.
fn with_digest(data: &[u8]) -> Vec<u8> {
    let mut octets = data.to_vec();
    let Some(start) = data.iter().position(|octet| *octet == b'\n').map(|end| end + 1) else { return octets };
    let content = data.get(start..data.len().saturating_sub(2)).unwrap_or_default();
    let sha256 = sigillum::crypto::digest(DigestAlgorithm::Sha256, content).to_string();
    if let Some(place) = octets.get_mut(40..104) {
        place.copy_from_slice(sha256.as_bytes());
    }
    octets
}

fn contains(data: &[u8], part: &[u8]) -> bool {
    part.is_empty() || data.windows(part.len()).any(|window| window == part)
}
