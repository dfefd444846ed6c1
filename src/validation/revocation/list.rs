//! RAC of CRLs (RFC 5280 §5, §6.3.3): complete ones, with deltas, and such that cover all reasons only together.

use std::cmp::Ordering;
use std::rc::Rc;

use crate::crypto::SignatureAlgorithm;
use crate::limits::{Budget, LimitExceeded};
use crate::pki::Crl;
use crate::pki::CrlEntry;
use crate::pki::ReasonFlags;
use crate::pki::RevocationReason;
use crate::time::Timestamp;
use crate::validation::evidence::Origin;
use crate::validation::message::Message;
use crate::validation::path::Holder;
use crate::validation::process::Case;

use super::datum::{Datum, Findings, Part, Rejected, Source, Status};
use super::signer::{Object, Refusal, of_list};
use super::{SKEW_SECONDS, Walk, scope};

/// As many lists that belong together are combined; more of one issuer are there to waste time.
const MOST_COMBINED: usize = 64;

/// A list that may be believed, and what it says of the certificate.
struct Believed<'e> {
    crl: &'e Crl,
    origin: Origin,
    reasons: ReasonFlags,
    entry: Option<CrlEntry>,
    part: Rc<Part>,
}

/// Judges every CRL at hand that concerns the certificate.
pub(super) fn judge(
    certificate: &Rc<Holder>,
    issuer: &Rc<Holder>,
    case: &Case<'_>,
    walk: &mut Walk,
    findings: &mut Findings,
    budget: &mut Budget,
) -> Result<(), LimitExceeded> {
    let (mut complete, mut deltas) = (Vec::new(), Vec::new());
    for (index, (crl, origin)) in case.evidence.crls().iter().enumerate() {
        budget.spend(1)?;
        let Some(fingerprint) = case.evidence.crl_fingerprint(index) else { continue };
        if !scope::concerns(crl, &certificate.certificate) {
            continue;
        }
        let object = Object {
            source: Source::Crl,
            fingerprint,
            tbs: crl.tbs(),
            value: &crl.signature,
            algorithm: SignatureAlgorithm::from_algorithm_identifier(&crl.signature_algorithm.raw, None),
            algorithm_oid: &crl.signature_algorithm.oid,
            produced_at: crl.this_update,
        };
        match believe(crl, *origin, &object, certificate, issuer, case, walk, budget)? {
            Ok(list) if crl.is_delta() => deltas.push(list),
            Ok(list) => complete.push(list),
            Err(reason) => findings.rejected.push(rejected(crl, *origin, fingerprint, reason)),
        }
    }
    // The order of the evidence decides nothing.
    for lists in [&mut complete, &mut deltas] {
        lists.sort_by_cached_key(|list| {
            (std::cmp::Reverse(list.crl.this_update), list.part.fingerprint.as_bytes().to_vec())
        });
    }
    for delta in &deltas {
        if !complete.iter().any(|base| is_delta_of(delta, base)) {
            let reason = Message::RevocationDeltaWithoutBase {};
            findings.rejected.push(rejected(delta.crl, delta.origin, delta.part.fingerprint, reason));
        }
    }
    let mut partial = Vec::new();
    for base in &complete {
        budget.spend(1)?;
        let mut views = vec![View::of(base)];
        views.extend(
            deltas
                .iter()
                .take(MOST_COMBINED)
                .filter(|delta| is_delta_of(delta, base))
                .map(|delta| View::with(base, delta)),
        );
        for view in views {
            if let Err(reason) = view.knows(certificate) {
                findings.rejected.push(rejected(base.crl, base.origin, base.part.fingerprint, reason));
            } else if base.reasons.is_all() || view.status != Status::Good {
                findings.accepted.push(view.datum());
            } else {
                partial.push(view);
            }
        }
    }
    combine(partial, findings, budget)
}

fn rejected(crl: &Crl, origin: Origin, fingerprint: crate::crypto::Digest, reason: Message) -> Rejected {
    Rejected { origin, fingerprint: Some(fingerprint), this_update: Some(crl.this_update), reason }
}

#[expect(clippy::too_many_arguments, reason = "what is asked, by whom, of what, at whose cost")]
fn believe<'e>(
    crl: &'e Crl,
    origin: Origin,
    object: &Object<'_>,
    certificate: &Rc<Holder>,
    issuer: &Rc<Holder>,
    case: &Case<'_>,
    walk: &mut Walk,
    budget: &mut Budget,
) -> Result<Result<Believed<'e>, Refusal>, LimitExceeded> {
    if let Err(refusal) = well_formed(crl) {
        return Ok(Err(refusal));
    }
    let Some(reasons) = scope::covered(crl, &certificate.certificate) else {
        return Ok(Err(Message::RevocationScope {}));
    };
    if crl.this_update > case.moment.clock.plus_seconds(SKEW_SECONDS) {
        return Ok(Err(Message::RevocationFromFuture { source: Source::Crl.term(), time: crl.this_update }));
    }
    let part = match of_list(object, crl, issuer, case, walk, budget)? {
        Ok(part) => Rc::new(part),
        Err(refusal) => return Ok(Err(refusal)),
    };
    // Looking for the number, and walking the entries where it stands somewhere.
    budget.spend((u64::try_from(crl.der().len()).unwrap_or(u64::MAX) >> 10).saturating_add(1))?;
    let entry = match crl.find(certificate.certificate.issuer(), certificate.certificate.serial()) {
        Ok(entry) => entry,
        Err(_) => return Ok(Err(malformed("revokedCertificates"))),
    };
    let removes = |entry: &CrlEntry| entry.reason == Some(RevocationReason::RemoveFromCrl);
    if !crl.is_delta() && entry.as_ref().is_some_and(removes) {
        return Ok(Err(malformed("removeFromCRL")));
    }
    Ok(Ok(Believed { crl, origin, reasons, entry, part }))
}

fn malformed(what: &str) -> Refusal {
    Message::RevocationMalformed { source: Source::Crl.term(), what: what.to_owned() }
}

/// RFC 5280 §5.1, §5.2: what makes a list unusable by its form.
fn well_formed(crl: &Crl) -> Result<(), Refusal> {
    if crl.signature_algorithm != crl.inner_signature_algorithm {
        return Err(malformed("signatureAlgorithm"));
    }
    if let Some(oid) = crl.unknown_critical_extensions.first() {
        return Err(Message::RevocationUnknownExtension { source: Source::Crl.term(), oid: oid.to_string() });
    }
    if let Some(oid) = crl.malformed_extensions.iter().chain(&crl.duplicate_extensions).next() {
        return Err(malformed(&oid.to_string()));
    }
    let is_indirect = crl.issuing_distribution_point.as_ref().is_some_and(|scope| scope.indirect);
    if crl.names_certificate_issuers && !is_indirect {
        return Err(malformed("certificateIssuer"));
    }
    if crl.next_update.is_some_and(|next| next < crl.this_update) {
        return Err(malformed("nextUpdate"));
    }
    Ok(())
}

/// §5.2.4: same issuer (by the same key), same scope, and the base is neither older than what the delta builds upon nor
/// as new as the delta itself.
fn is_delta_of(delta: &Believed<'_>, base: &Believed<'_>) -> bool {
    let at_least = |one: &Option<Box<[u8]>>, other: &Option<Box<[u8]>>| match (one, other) {
        (Some(one), Some(other)) => compare(one, other),
        _ => None,
    };
    let old_enough = at_least(&base.crl.crl_number, &delta.crl.delta_base_number);
    let newer = at_least(&delta.crl.crl_number, &base.crl.crl_number);
    delta.crl.issuer.matches(&base.crl.issuer)
        && delta.part.signer.certificate.spki() == base.part.signer.certificate.spki()
        && scope::same_scope(delta.crl, base.crl)
        && old_enough.is_some_and(Ordering::is_ge)
        && newer.is_some_and(Ordering::is_gt)
}

/// Compares two numbers of lists by the content octets of their INTEGER; none where one is negative.
fn compare(one: &[u8], other: &[u8]) -> Option<Ordering> {
    let digits = |octets: &[u8]| -> Option<Vec<u8>> {
        let is_negative = octets.first().is_none_or(|first| first & 0x80 != 0);
        (!is_negative).then(|| octets.iter().copied().skip_while(|octet| *octet == 0).collect())
    };
    let (one, other) = (digits(one)?, digits(other)?);
    Some(one.len().cmp(&other.len()).then_with(|| one.cmp(&other)))
}

/// What a complete list says, alone or with one of its deltas.
struct View<'b, 'e> {
    base: &'b Believed<'e>,
    delta: Option<&'b Believed<'e>>,
    status: Status,
    is_listed: bool,
}

impl<'b, 'e> View<'b, 'e> {
    fn of(base: &'b Believed<'e>) -> Self {
        let status = base.entry.as_ref().map_or(Status::Good, status);
        Self { base, delta: None, status, is_listed: base.entry.is_some() }
    }

    /// §5.2.4: the entry of the delta takes the place of the base's. A removal lifts a hold; it does not undo a
    /// revocation for good (§5.3.1: the certificate has expired then).
    fn with(base: &'b Believed<'e>, delta: &'b Believed<'e>) -> Self {
        let alone = Self::of(base);
        let Some(entry) = &delta.entry else {
            return Self { delta: Some(delta), ..alone };
        };
        let is_final = matches!(alone.status, Status::Revoked { .. });
        let status = match entry.reason {
            _ if is_final => alone.status,
            Some(RevocationReason::RemoveFromCrl) => Status::Good,
            _ => status(entry),
        };
        Self { base, delta: Some(delta), status, is_listed: true }
    }

    fn newest(&self) -> &Believed<'e> {
        self.delta.unwrap_or(self.base)
    }

    fn this_update(&self) -> Timestamp {
        self.newest().crl.this_update
    }

    /// The list was made when the certificate was there, and would still list it: it was not expired, or the list keeps
    /// expired ones (X.509 §9.5.2.8).
    fn knows(&self, certificate: &Holder) -> Result<(), Refusal> {
        let (source, time) = (Source::Crl.term(), self.this_update());
        if certificate.certificate.not_before() > time {
            return Err(Message::RevocationBeforeIssuance { source, time });
        }
        let since = self.base.crl.expired_certs_on_crl.map_or(time, |since| since.min(time));
        if !self.is_listed && certificate.certificate.not_after() < since {
            return Err(Message::RevocationAfterExpiry { source, time });
        }
        Ok(())
    }

    fn datum(&self) -> Datum {
        let mut parts = vec![Rc::clone(&self.base.part)];
        parts.extend(self.delta.map(|delta| Rc::clone(&delta.part)));
        let newest = self.newest().crl;
        Datum {
            source: Source::Crl,
            origin: self.base.origin,
            status: self.status,
            this_update: newest.this_update,
            next_update: newest.next_update,
            produced_at: newest.this_update,
            parts,
        }
    }
}

fn status(entry: &CrlEntry) -> Status {
    match entry.reason {
        Some(RevocationReason::CertificateHold) => Status::OnHold { since: entry.revoked_at },
        reason => Status::Revoked { time: entry.revoked_at, reason, invalid_since: entry.invalid_since },
    }
}

/// Lists that say nothing against the certificate, each for some reasons: as many as cover all of them, the newest
/// first, are one datum. Where the newest of one scope is left out, an older one may stand in its place, so that every
/// list can be part of a datum.
fn combine(
    mut partial: Vec<View<'_, '_>>,
    findings: &mut Findings,
    budget: &mut Budget,
) -> Result<(), LimitExceeded> {
    partial.sort_by_key(|view| std::cmp::Reverse(view.this_update()));
    partial.truncate(MOST_COMBINED);
    let mut used = vec![false; partial.len()];
    for start in 0..partial.len() {
        let mut chosen = Vec::new();
        let mut reasons: Option<ReasonFlags> = None;
        for (index, view) in partial.iter().enumerate().skip(start) {
            budget.spend(1)?;
            let so_far = reasons.map_or(view.base.reasons, |reasons| reasons.union(view.base.reasons));
            if reasons != Some(so_far) {
                reasons = Some(so_far);
                chosen.push((index, view));
            }
        }
        if !reasons.is_some_and(ReasonFlags::is_all) {
            break;
        }
        for (index, _) in &chosen {
            if let Some(used) = used.get_mut(*index) {
                *used = true;
            }
        }
        findings.accepted.extend(together(chosen.iter().map(|(_, view)| view.datum())));
    }
    for (view, used) in partial.iter().zip(used) {
        if !used {
            let (crl, part) = (view.newest().crl, &view.newest().part);
            let reason = Message::RevocationReasonsIncomplete {};
            findings.rejected.push(rejected(crl, view.newest().origin, part.fingerprint, reason));
        }
    }
    Ok(())
}

/// One datum of several: known as of the earliest, until the earliest end.
fn together(data: impl Iterator<Item = Datum>) -> Option<Datum> {
    data.reduce(|mut all, one| {
        // Without an end of its own a list ends when its age says so, which is reckoned from the earliest.
        all.next_update = match (all.next_update, one.next_update) {
            (Some(first), Some(second)) => Some(first.min(second)),
            _ => None,
        };
        all.this_update = all.this_update.min(one.this_update);
        all.produced_at = all.produced_at.min(one.produced_at);
        all.parts.extend(one.parts);
        all
    })
}
