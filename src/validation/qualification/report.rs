//! The classes of the signatures of a report: its members become facts, and the classes become members.

use super::ch::swiss_by;
use super::checks::FourChecks;
use super::claims::CertificateClaims;
use super::eu::european;
use super::facts::{Facts, Lists, RevocationFacts, StampFacts};
use super::time::{over_signature, qualified, quality_by};
use super::{Legal, SwissLegal};
use crate::document::ChangesLevel;
use crate::pki::Certificate;
use crate::time::Timestamp;
use crate::trust::Scheme;
use crate::validation::report::{PathElement, SignatureReport, TimeQuality, TimestampKind, TimestampReport};
use crate::validation::verdict::Verdict;

/// The schemes that a time-stamp is looked up in.
const SCHEMES: [Scheme; 3] = [Scheme::Ch, Scheme::Eu, Scheme::Demo];

/// Fills in `legal`, the quality of the time, which time-stamps are qualified, and what certificates claim.
pub(in crate::validation) fn qualify(
    signatures: &mut [SignatureReport],
    documents: &mut [TimestampReport],
    lists: &dyn Lists,
    at: Timestamp,
) {
    for signature in signatures.iter_mut() {
        claim(signature);
    }
    let schemes: Vec<Scheme> = SCHEMES.into_iter().filter(|scheme| lists.has(*scheme)).collect();
    if schemes.is_empty() {
        return;
    }
    let proofs = proofs(documents);
    for signature in signatures.iter_mut() {
        one(signature, documents, &proofs, &schemes, lists, at);
    }
    for stamp in documents {
        stamp.qualified = schemes_of(stamp, proven(&stamp.id, stamp.time, &proofs, at), &schemes, lists, at);
    }
}

fn claim(signature: &mut SignatureReport) {
    if let (Some(first), Some(signer)) = (signature.path.first(), &signature.signer)
        && first.sha256 == signer.certificate_sha256
    {
        signature.certificate_claims = Some(CertificateClaims::of(&first.certificate));
    }
    signature.counter_signatures.iter_mut().for_each(claim);
}

fn one(
    signature: &mut SignatureReport,
    documents: &[TimestampReport],
    proofs: &[Proof],
    schemes: &[Scheme],
    lists: &dyn Lists,
    at: Timestamp,
) {
    let id = signature.id.clone();
    for stamp in &mut signature.timestamps {
        stamp.qualified = schemes_of(stamp, proven(&id, stamp.time, proofs, at), schemes, lists, at);
    }
    let facts = facts(signature, documents, proofs, at);
    let class = |scheme| {
        let stamps = over_signature(&facts, scheme, lists);
        let time_quality = quality_by(&facts, &stamps);
        let time = match time_quality {
            TimeQuality::Qualified => stamps.iter().map(|stamp| stamp.time).min(),
            TimeQuality::Timestamp => facts.earliest_stamp(),
            TimeQuality::Claimed => signature.claimed_signing_time,
            TimeQuality::None => None,
        };
        let judged = swiss_by(&facts, scheme, lists, stamps);
        let four_checks = FourChecks::of(signature, &judged, time_quality);
        SwissLegal { judged, time_quality, time, four_checks }
    };
    let of = |scheme| schemes.contains(&scheme).then(|| class(scheme));
    let (swiss, demo) = (of(Scheme::Ch), of(Scheme::Demo));
    let eu = schemes.contains(&Scheme::Eu).then(|| european(&facts, lists));
    let is_qualified = swiss.as_ref().is_some_and(|legal| legal.time_quality == TimeQuality::Qualified);
    if is_qualified {
        signature.time_quality = TimeQuality::Qualified;
    }
    signature.legal = Legal { ch: swiss, eu, demo };
    for counter in &mut signature.counter_signatures {
        one(counter, documents, proofs, schemes, lists, at);
    }
}

fn facts<'r>(
    signature: &'r SignatureReport,
    documents: &'r [TimestampReport],
    proofs: &[Proof],
    at: Timestamp,
) -> Facts<'r> {
    let own = signature.timestamps.iter();
    let around = documents.iter().filter(|stamp| stamp.covers.contains(&signature.id));
    let stamp = |stamp: &'r TimestampReport| {
        Some(StampFacts {
            passed: stamp.verdict == Verdict::Passed,
            covers_signature: stamp.kind != TimestampKind::Content,
            time: stamp.time?,
            proven: proven(&signature.id, stamp.time, proofs, at),
            path: certificates(&stamp.path),
        })
    };
    let changes = signature.changes.as_ref();
    Facts {
        verdict: signature.verdict,
        revocation: RevocationFacts::of(&signature.checks),
        changes_permitted: changes
            .is_none_or(|changes| changes.permitted && changes.level != ChangesLevel::Unknown),
        path: certificates(&signature.path),
        best_signature_time: signature.best_signature_time,
        has_claimed_time: signature.claimed_signing_time.is_some(),
        stamps: own.chain(around).filter_map(stamp).collect(),
        at,
    }
}

fn certificates(path: &[PathElement]) -> Vec<&Certificate> {
    path.iter().map(|element| element.certificate.as_ref()).collect()
}

fn schemes_of(
    stamp: &TimestampReport,
    proven: Timestamp,
    schemes: &[Scheme],
    lists: &dyn Lists,
    at: Timestamp,
) -> Vec<Scheme> {
    let Some(time) = stamp.time else { return Vec::new() };
    let passed = stamp.verdict == Verdict::Passed;
    let facts = StampFacts { passed, covers_signature: true, time, proven, path: certificates(&stamp.path) };
    schemes.iter().copied().filter(|scheme| qualified(&facts, *scheme, at, lists).is_some()).collect()
}

/// A document time-stamp that passed, and what it covers.
struct Proof {
    time: Timestamp,
    covers: Vec<String>,
}

fn proofs(documents: &[TimestampReport]) -> Vec<Proof> {
    let passed = documents.iter().filter(|stamp| stamp.verdict == Verdict::Passed);
    passed.filter_map(|stamp| Some(Proof { time: stamp.time?, covers: stamp.covers.clone() })).collect()
}

/// When an object of this id is proven to exist, `made` at the earliest: by a document time-stamp over it, else now.
fn proven(id: &str, made: Option<Timestamp>, proofs: &[Proof], at: Timestamp) -> Timestamp {
    let over = proofs.iter().filter(|proof| proof.covers.iter().any(|covered| covered == id));
    let later = over.map(|proof| proof.time).filter(|time| Some(*time) >= made);
    later.min().map_or(at, |time| time.min(at))
}
