//! Seals of documents that the project makes and of the corpus, from the bytes that come to the bytes that leave, and
//! what outside programs say of them.
//!
//! Every result is accepted by our own validator under the policy of the profile, has the input as its prefix, and is
//! broken by a flipped bit. pyHanko and pdfsig have to find the seal good in every file that they could read before,
//! and `qpdf --check` has to find no more wrong with a file than before. Exceptions: `seal_roundtrip_exceptions.tsv`.

#![expect(clippy::disallowed_methods, reason = "outside programs read files")]

mod support;

use std::collections::BTreeMap;
use std::path::Path;

use sigillum::document::Document;
use sigillum::limits::Budget;
use sigillum::sealing::{Appearance, Page, Released, SealError};
use sigillum::validation::{Answer, Integrity, Report, Scope, Verdict};
use support::exceptions::Exceptions;
use support::judges::{Case, judge};
use support::seal::{Sealer, Unsealed, judged, terms};

/// Codes of findings that say that the reader had to repair the file, or that something stands where nothing should:
/// such a file need not be sealed.
const REPAIRED: [&str; 20] = [
    "junk-before-header",
    "missing-header",
    "data-after-end",
    "missing-eof",
    "missing-startxref",
    "invalid-startxref",
    "xref-rebuilt",
    "invalid-prev",
    "prev-forward",
    "xref-loop",
    "xref-subsection-shifted",
    "xref-entry-count",
    "duplicate-xref-entry",
    "malformed-trailer",
    "trailer-without-root",
    "trailer-without-encrypt",
    "catalog-searched",
    "missing-page-tree",
    "object-relocated",
    "object-stream-mismatch",
];

#[test]
fn the_corpus_is_sealed() {
    const SUITE: &str = "seal corpus";
    let Some(shared) = support::shared() else {
        support::skipped(SUITE);
        return;
    };
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("seals");
    std::fs::create_dir_all(&folder).unwrap();
    let sealers = [Sealer::p256(), Sealer::rsa_pss()];
    let (mut sound, mut sealed_sound) = (0, 0);
    let mut refused: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut cases = Vec::new();
    for (number, file) in support::table::corpus(&shared, |kind| kind.starts_with("pdf/")).into_iter().enumerate() {
        let before = shared.join("data/corpus").join(&file.path);
        let bytes = support::read(&before);
        let judged = judged(&bytes);
        let sound_one = judged.as_ref().is_some_and(|report| {
            let repaired = report.document.findings.iter().any(|finding| REPAIRED.contains(&finding.code));
            !repaired && !is_encrypted(&bytes) && report.signatures.is_empty()
        });
        sound += usize::from(sound_one);
        let sealer = &sealers[number % sealers.len()];
        match sealer.seal(bytes.clone(), appearance(number)) {
            Ok(released) => {
                sealed_sound += usize::from(sound_one);
                let earlier = judged.expect("what is sealed can be read");
                check(&file.path, &bytes, &released, &earlier);
                let after = folder.join(format!("{number}.pdf"));
                std::fs::write(&after, released.bytes()).unwrap();
                let field = own(released.report(), &released).field.clone().expect("a field");
                cases.push(Case { name: file.path, before, after, field, is_broken: false });
            }
            Err(error) => {
                let code = refusal(&error);
                assert!(!code.starts_with("seal-not-released"), "{}: {error}", file.path);
                if sound_one {
                    println!("    refused: {}: {error}", file.path);
                }
                refused.entry(code).or_default().push(file.path);
            }
        }
    }
    for (code, files) in &refused {
        println!("    {code}: {}", files.len());
    }
    println!("    {sealed_sound} of {sound} sound unsigned files are sealed, {} files in all", cases.len());
    assert!(sealed_sound * 100 >= sound * 95, "at least 95 % are sealed");
    support::suite(SUITE, cases.len());
    let exceptions = support::project().join("tests/seal_roundtrip_exceptions.tsv");
    judge("seal corpus judges", &cases, Exceptions::load(&exceptions));
}

/// What is seen of the seal of one file: one of several kinds in turn.
fn appearance(number: usize) -> Appearance {
    let field = |page, name: Option<&str>| Appearance::NewField {
        name: name.map(str::to_owned),
        page,
        rectangle: [20.5, 20.0, 180.0, 70.25],
        text: vec!["Staatskanzlei Zürich".to_owned(), "Beglaubigt (elektronisch)".to_owned()],
    };
    match number % 4 {
        0 | 1 => Appearance::Invisible,
        2 => field(Page::Last, None),
        _ => field(Page::Number(1), Some("Kanzlei für Siegel")),
    }
}

/// Whether the file says that it is encrypted, also where the empty password opens it.
fn is_encrypted(bytes: &[u8]) -> bool {
    let terms = terms();
    let mut budget = Budget::new(&terms.limits);
    let document = Document::open(bytes, None, &terms.limits, &mut budget);
    document.is_ok_and(|document| document.pdf().is_some_and(|pdf| pdf.encryption().is_some()))
}

/// The code of the contract and the cause.
fn refusal(error: &Unsealed) -> String {
    match error {
        Unsealed::Open(error) => error.code().to_owned(),
        Unsealed::Refused(error) => match error {
            SealError::NotAppendable { cause, .. } | SealError::Place { cause } => {
                format!("{} ({cause})", error.code())
            }
            SealError::Forbidden { by } => format!("{} ({by})", error.code()),
            other => other.code().to_owned(),
        },
        Unsealed::NotReleased(error) => format!("{} ({})", error.code(), error.cause),
    }
}

/// The report on the seal.
fn own<'r>(report: &'r Report, released: &Released) -> &'r sigillum::validation::SignatureReport {
    let original = u64::try_from(released.original_size()).unwrap();
    let is_own = |one: &&sigillum::validation::SignatureReport| {
        one.scope.iter().any(|scope| matches!(scope, Scope::ByteRange { range, .. } if range[1] >= original))
    };
    report.signatures.iter().find(is_own).expect("the seal")
}

/// What has to be true of every result.
fn check(name: &str, input: &[u8], released: &Released, earlier: &Report) {
    assert!(released.bytes().starts_with(input), "{name}: the input is no prefix");
    assert_eq!(released.original_sha256(), earlier.document.sha256, "{name}");
    let report = judged(released.bytes()).expect("readable");
    assert_eq!(report.document.sha256, released.sha256(), "{name}");
    let seal = own(&report, released);
    assert_eq!(seal.verdict, Verdict::Passed, "{name}: {:?}", seal.reason);
    assert_eq!(seal.format, "PAdES-BASELINE-B", "{name}");
    assert_eq!(seal.attributes.reason.as_deref(), Some("Auszug (geprüft)"), "{name}");
    assert_eq!(seal.claimed_signing_time.map(|time| time.to_string()).as_deref(), Some("2026-07-01T12:30:00Z"));
    if earlier.signatures.is_empty() && earlier.document_timestamps.is_empty() {
        assert_eq!(report.summary.answer, Answer::Valid, "{name}");
    }
    let intact = |report: &Report| {
        let signatures = report.signatures.iter().map(|one| one.integrity);
        let stamps = report.document_timestamps.iter().map(|one| one.integrity);
        signatures.chain(stamps).filter(|one| *one == Integrity::Intact).count()
    };
    assert_eq!(intact(&report), intact(earlier) + 1, "{name}: earlier signatures stay intact");
    // One bit of a byte that is covered, another one in each file: half of them in what was appended.
    let draw = usize::from_str_radix(&released.sha256()[..12], 16).unwrap();
    let (gap, size) = (gap(seal), released.bytes().len());
    let start = if draw.is_multiple_of(2) { 0 } else { input.len() };
    let mut at = start + draw / 16 % (size - start);
    if gap.contains(&at) {
        at = gap.end + draw / 16 % (size - gap.end);
    }
    let mut flipped = released.bytes().to_vec();
    flipped[at] ^= 1 << (draw / 2 % 8);
    let broken = judged(&flipped).is_none_or(|report| {
        report.signatures.iter().all(|one| one.integrity != Integrity::Intact || self::gap(one) != gap)
    });
    assert!(broken, "{name}: a flipped bit at {at} is not seen");
}

/// What the byte range of a signature leaves out.
fn gap(report: &sigillum::validation::SignatureReport) -> std::ops::Range<usize> {
    let range = report.scope.first().and_then(|scope| match scope {
        Scope::ByteRange { range, .. } => Some(*range),
        _ => None,
    });
    let [_, start, end, _] = range.unwrap_or_default().map(|number| usize::try_from(number).unwrap());
    start..end
}
