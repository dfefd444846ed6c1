//! Validation of the signer's certificate (EN 319 102-1 §5.2.6): a path to an anchor, its rules, what the key is for,
//! validity, revocation, algorithms. Every doubt of the whole chain is noted; which one decides is the ledger's.

use std::rc::Rc;
use std::sync::Arc;

use crate::crypto::SignatureAlgorithm;
use crate::limits::{Budget, LimitExceeded};
use crate::time::Timestamp;
use crate::validation::block::acceptance::{digest_reliable, key_reliable};
use crate::validation::check::{CheckId, Context, Level};
use crate::validation::evidence::Evidence;
use crate::validation::ledger::Ledger;
use crate::validation::message::{Message, Term};
use crate::validation::need::{Need, Vouched};
use crate::validation::path::{Holder, PathFault, build, faults, validity};
use crate::validation::policy::KeyUse;
use crate::validation::process::Case;
use crate::validation::report::PathElement;
use crate::validation::revocation::listed;

/// id-kp-timeStamping (RFC 3161 §2.3).
const TIME_STAMPING: &str = "1.3.6.1.5.5.7.3.8";

/// Validates the certificate `signer` for the time `at`; gives the path for the report, the signer first.
pub(in crate::validation) fn validate(
    ledger: &mut Ledger<'_>,
    signer: &Rc<Holder>,
    at: Timestamp,
    case: &Case<'_>,
    needs: &mut Vec<Need>,
    budget: &mut Budget,
) -> Result<Vec<PathElement>, LimitExceeded> {
    let paths = build(signer, at, case.evidence, case.trust, &case.keys, budget)?;
    let path: Vec<Rc<Holder>> = match best(paths.complete.iter().map(|path| path.holders()), at) {
        Some(path) => {
            ledger.passed(CheckId::ChainToAnchor);
            rules(ledger, path, at);
            path.to_vec()
        }
        None => {
            no_chain(ledger, &paths.end.holders, case, needs);
            paths.end.holders
        }
    };
    let trusted = ledger.holds(CheckId::ChainToAnchor);
    usage(ledger, signer);
    signer_validity(ledger, signer, at);
    // The anchor itself is not judged, unless it is the signer.
    let below = match path.split_last() {
        Some((_, below)) if trusted && !below.is_empty() => below,
        _ => &path,
    };
    let vouched = if trusted { vouched(&path, at) } else { Vouched::ByNobody };
    for (index, holder) in below.iter().enumerate() {
        let issuer = path.get(index.saturating_add(1));
        revocation(ledger, holder, issuer, index == 0, vouched, case.evidence, needs);
        algorithms(ledger, holder, issuer, at);
    }
    Ok(elements(&path, trusted, case.evidence))
}

/// Whether a complete path vouches for what stands in its certificates: its signatures verify, and whoever issued was
/// allowed to. A CA that has expired since wrote no less.
fn vouched(path: &[Rc<Holder>], at: Timestamp) -> Vouched {
    match faults(path, at).iter().all(|fault| fault.check == CheckId::CaValidity) {
        true => Vouched::ByAnchor,
        false => Vouched::ByNobody,
    }
}

/// The path with the fewest faults, the first of equals.
fn best<'p>(paths: impl Iterator<Item = &'p [Rc<Holder>]>, at: Timestamp) -> Option<&'p [Rc<Holder>]> {
    paths.min_by_key(|path| faults(path, at).len())
}

fn rules(ledger: &mut Ledger<'_>, path: &[Rc<Holder>], at: Timestamp) {
    const IDS: [CheckId; 7] = [
        CheckId::IssuerIsCa,
        CheckId::PathLength,
        CheckId::CaKeyUsage,
        CheckId::NameConstraints,
        CheckId::CriticalExtensions,
        CheckId::ExtensionsWellFormed,
        CheckId::CaValidity,
    ];
    let faults = faults(path, at);
    for id in IDS {
        if faults.iter().all(|fault| fault.check != id) {
            ledger.passed(id);
        }
    }
    for PathFault { check, certificate_sha256, detail } in faults {
        ledger.broken(check, Some(format!("sha256:{certificate_sha256}")), Some(detail));
    }
}

fn no_chain(ledger: &mut Ledger<'_>, end: &[Rc<Holder>], case: &Case<'_>, needs: &mut Vec<Need>) {
    let Some(last) = end.last() else { return };
    let detail = if case.trust.is_empty() {
        Message::NoAnchors {}
    } else {
        Message::PathEndsAt { subject: last.subject.clone(), issuer: last.certificate.issuer().to_string() }
    };
    ledger.broken(CheckId::ChainToAnchor, Some(format!("sha256:{}", last.sha256)), Some(detail));
    // No path leads from it to an anchor: nobody who is believed has written its addresses.
    needs.extend(Need::issuer(&last.certificate, Vouched::ByNobody));
}

/// What the signer's key may be used for.
fn usage(ledger: &mut Ledger<'_>, signer: &Holder) {
    let subject = || signer.subject.clone();
    if let Some(usage) = signer.certificate.key_usage() {
        let allowed = ledger.policy().signer_key_usage().iter().any(|wanted| match wanted {
            KeyUse::DigitalSignature => usage.digital_signature(),
            KeyUse::NonRepudiation => usage.non_repudiation(),
        });
        let detail = || Some(Message::KeyUsageIs { subject: subject(), usage: usage.names().join(", ") });
        ledger.check(CheckId::SignerKeyUsage, if allowed { Ok(()) } else { Err(detail()) });
    } else {
        ledger.passed(CheckId::SignerKeyUsage);
    }
    if ledger.context() == Context::Timestamp {
        let alone = signer.certificate.extended_key_usage().is_some_and(|usage| {
            usage.critical && matches!(usage.oids.as_slice(), [only] if only.to_string() == TIME_STAMPING)
        });
        let detail = || Some(Message::Certificate { subject: subject() });
        ledger.check(CheckId::SignerExtendedKeyUsage, if alone { Ok(()) } else { Err(detail()) });
    }
}

/// Whether no revocation data are required of this certificate, and why (EN 319 412-1 §5.2, RFC 9608).
fn not_required(holder: &Holder) -> Option<Term> {
    if holder.certificate.is_valassured_short_term() {
        return Some(Term::ShortTerm);
    }
    holder.certificate.has_no_rev_avail().then_some(Term::NoRevocationAvailable)
}

fn signer_validity(ledger: &mut Ledger<'_>, signer: &Holder, at: Timestamp) {
    let id =
        if not_required(signer).is_some() { CheckId::SignerValidityNotRevoked } else { CheckId::SignerValidity };
    ledger.check(id, validity(signer, at).map_err(Some));
}

/// Whether it is known that the certificate is not revoked. Nothing judges revocation data yet, so it never is,
/// except where none are required.
fn revocation(
    ledger: &mut Ledger<'_>,
    holder: &Holder,
    issuer: Option<&Rc<Holder>>,
    is_signer: bool,
    vouched: Vouched,
    evidence: &Evidence,
    needs: &mut Vec<Need>,
) {
    if is_signer && not_required(holder).is_some() {
        ledger.passed(CheckId::RevocationKnown);
        return;
    }
    let subject = holder.subject.clone();
    let count = listed(holder, issuer.map(Rc::as_ref), evidence).len();
    let detail = if count == 0 {
        Message::NoRevocationData { subject }
    } else {
        Message::RevocationDataNotJudged { subject, count: u64::try_from(count).unwrap_or(u64::MAX) }
    };
    ledger.broken(CheckId::RevocationKnown, Some(format!("sha256:{}", holder.sha256)), Some(detail));
    // What could not change the verdict is not needed: where the policy only looks, or nobody can be found who issued the
    // certificate, and so its revocation data.
    let Some(issuer) = issuer else { return };
    if count == 0 && ledger.policy().level(ledger.context(), CheckId::RevocationKnown) == Level::Fail {
        needs.extend(Need::ocsp(&holder.certificate, &issuer.certificate, vouched));
        needs.extend(Need::crl(&holder.certificate, vouched));
    }
}

/// The algorithm with which a certificate was signed, and the key that signed it.
fn algorithms(ledger: &mut Ledger<'_>, holder: &Holder, issuer: Option<&Rc<Holder>>, at: Timestamp) {
    let object = Some(format!("sha256:{}", holder.sha256));
    let Ok(algorithm) = &holder.algorithm else {
        let detail =
            Message::AlgorithmUnsupported { algorithm: holder.certificate.signature_algorithm().oid.to_string() };
        ledger.broken(CheckId::PathAlgorithms, object, Some(detail));
        return;
    };
    let key = issuer.and_then(|issuer| issuer.key.as_ref());
    signature_reliable(ledger, *algorithm, key.map(|key| key.kind()), at, object);
}

fn signature_reliable(
    ledger: &mut Ledger<'_>,
    algorithm: SignatureAlgorithm,
    key: Option<crate::crypto::KeyKind>,
    at: Timestamp,
    object: Option<String>,
) {
    let mut good = true;
    for digest in algorithm.digests() {
        good &= digest_reliable(ledger, CheckId::PathAlgorithms, digest, Term::Certificate, at, object.as_ref());
    }
    if let Some(key) = key {
        good &=
            key_reliable(ledger, CheckId::PathAlgorithms, algorithm, key, Term::Certificate, at, object.as_ref());
    }
    if good {
        ledger.passed(CheckId::PathAlgorithms);
    }
}

fn elements(path: &[Rc<Holder>], trusted: bool, evidence: &Evidence) -> Vec<PathElement> {
    let last = path.len().saturating_sub(1);
    path.iter()
        .enumerate()
        .map(|(index, holder)| {
            let trust_anchor = trusted && index == last;
            let issuer = path.get(index.saturating_add(1)).map(Rc::as_ref);
            PathElement {
                subject: holder.subject.clone(),
                sha256: holder.sha256.clone(),
                not_before: holder.certificate.not_before(),
                not_after: holder.certificate.not_after(),
                trust_anchor,
                revocation: if trust_anchor { Vec::new() } else { listed(holder, issuer, evidence) },
                certificate: Arc::clone(&holder.certificate),
            }
        })
        .collect()
}
