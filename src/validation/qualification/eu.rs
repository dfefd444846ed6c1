//! The class of a signature under Regulation (EU) No 910/2014, by ETSI TS 119 615 §4: on its own line, never made into a
//! Swiss one, and a Swiss one never into it.
//!
//! Not done: mutual recognition agreements; none is in force between the EU and Switzerland.

use super::eu_certificate::{EIDAS, Qualification, Said, Type, captured, covers, together};
use super::facts::{Facts, Lists, RevocationFacts, governing, is_overdue_at, list_trust};
use super::reason::LegalReason;
use crate::pki::Certificate;
use crate::time::Timestamp;
use crate::trust::{ListTrust, Period, Scheme, Service, ServiceKind, ServiceStatus};
use crate::validation::verdict::Verdict;

/// What the Regulation makes of a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct European {
    /// The name of the class in TS 119 615 §4.
    pub class: &'static str,
    /// Why.
    pub reasons: Vec<LegalReason>,
}

/// The names by what the certificate is, for a signature that passed, of which it cannot be said, and that failed.
const CLASSES: &[(bool, bool, Type, [&str; 3])] = &[
    (true, true, Type::Signature, ["QESIG", "INDETERMINATE_QESIG", "NOT_ADES_QC_QSCD"]),
    (true, true, Type::Seal, ["QESEAL", "INDETERMINATE_QESEAL", "NOT_ADES_QC_QSCD"]),
    (true, true, Type::Unknown, ["UNKNOWN_QC_QSCD", "INDETERMINATE_UNKNOWN_QC_QSCD", "NOT_ADES_QC_QSCD"]),
    (true, false, Type::Signature, ["ADESIG_QC", "INDETERMINATE_ADESIG_QC", "NOT_ADES_QC"]),
    (true, false, Type::Seal, ["ADESEAL_QC", "INDETERMINATE_ADESEAL_QC", "NOT_ADES_QC"]),
    (true, false, Type::Unknown, ["UNKNOWN_QC", "INDETERMINATE_UNKNOWN_QC", "NOT_ADES_QC"]),
    (false, false, Type::Signature, ["ADESIG", "INDETERMINATE_ADESIG", "NOT_ADES"]),
    (false, false, Type::Seal, ["ADESEAL", "INDETERMINATE_ADESEAL", "NOT_ADES"]),
    (false, false, Type::Unknown, ["UNKNOWN", "INDETERMINATE_UNKNOWN", "NOT_ADES"]),
];

/// What is certain of nothing: passed, indeterminate, failed.
const NOT_APPLICABLE: [&str; 3] = ["NA", "NA", "NOT_ADES"];

/// Web certificates make no signature.
const WEB: [&str; 3] = ["NOT_ADES"; 3];

/// The class of a signature by the national lists.
#[must_use]
pub fn european(facts: &Facts<'_>, lists: &dyn Lists) -> European {
    let column = match facts.verdict {
        Verdict::Passed if facts.revocation == RevocationFacts::Shown => 0,
        // Whatever the policy lets pass: a class is given with certainty only where this is known.
        Verdict::Passed | Verdict::Indeterminate(_) => 1,
        Verdict::Failed(_) => 2,
    };
    let mut reasons = match (facts.verdict, facts.revocation) {
        (Verdict::Passed, RevocationFacts::Shown) => Vec::new(),
        (Verdict::Passed, RevocationFacts::Open) => vec![LegalReason::RevocationNotShown],
        (Verdict::Passed, RevocationFacts::Revoked) => vec![LegalReason::CertificateRevoked],
        _ => vec![LegalReason::NotAdes],
    };
    let name = |row: [&'static str; 3]| row.get(column).copied().unwrap_or("NA");
    let not_applicable = |mut reasons: Vec<LegalReason>, more: &[LegalReason]| {
        for reason in more {
            if !reasons.contains(reason) {
                reasons.push(*reason);
            }
        }
        European { class: name(NOT_APPLICABLE), reasons }
    };
    let Some((signer, found)) = facts.path.first().zip(governing(&facts.path, Scheme::Eu, lists)) else {
        return not_applicable(reasons, &[LegalReason::NotListed]);
    };
    let (acceptable, refused): (Vec<&Service>, Vec<&Service>) =
        found.services.iter().copied().partition(|service| list_trust(service, lists) == ListTrust::Verified);
    if acceptable.is_empty() {
        let any_refused = refused.iter().any(|service| list_trust(service, lists) == ListTrust::Refused);
        let reason = if any_refused { LegalReason::ListRefused } else { LegalReason::ListUnverified };
        return not_applicable(reasons, &[reason]);
    }
    if acceptable.iter().any(|service| is_overdue_at(service, lists, facts.at)) {
        reasons.push(LegalReason::ListOverdueNow);
    }
    let said = Said::by(signer);
    let times = [signer.not_before(), facts.best_signature_time];
    let [issued, signed] = times.map(|time| at(signer, said, &acceptable, time));
    let (issued, signed) = match (issued, signed) {
        (Ok(issued), Ok(signed)) => (issued, signed),
        (issued, signed) => {
            let missing: Vec<LegalReason> = [issued.err(), signed.err()].into_iter().flatten().collect();
            return not_applicable(reasons, &missing);
        }
    };
    for reason in issued.reasons.iter().chain(&signed.reasons) {
        if !reasons.contains(reason) {
            reasons.push(*reason);
        }
    }
    let (issued, signed) = (issued.found, signed.found);
    if issued.qualified != signed.qualified || issued.kind != signed.kind {
        reasons.push(LegalReason::TimesDiffer);
    }
    let qualified = issued.qualified && signed.qualified;
    let kind = if issued.kind == signed.kind { signed.kind } else { Type::Unknown };
    let device = qualified && signed.device;
    let row = CLASSES.iter().find(|(qc, qscd, of, _)| (*qc, *qscd, *of) == (qualified, device, kind));
    let class = if kind == Type::Web { WEB } else { row.map_or(NOT_APPLICABLE, |(_, _, _, names)| *names) };
    European { class: name(class), reasons }
}

/// What holds at a time.
struct AtTime {
    found: Qualification,
    reasons: Vec<LegalReason>,
}

/// What certificate and entries say at a time; the reason where nothing applies.
fn at(signer: &Certificate, said: Said, services: &[&Service], time: Timestamp) -> Result<AtTime, LegalReason> {
    let mut reasons = Vec::new();
    let ruling = services.iter().filter_map(|service| service.at(time));
    let ruling: Vec<&Period> = ruling.filter(|period| !period.has_unknown_critical_extension).collect();
    if ruling.is_empty() {
        return Err(LegalReason::NoServiceAtTime);
    }
    let issuing: Vec<&Period> = ruling.into_iter().filter(|period| period.kind == ServiceKind::CaQc).collect();
    let none = Qualification { qualified: false, kind: said.kind, device: false, inconsistent: false };
    if issuing.is_empty() {
        reasons.push(LegalReason::NotCaQc);
        return Ok(AtTime { found: none, reasons });
    }
    let covering = issuing.into_iter().map(|period| (period, captured(period, signer)));
    let covering: Vec<(&Period, Vec<crate::trust::Qualifier>)> =
        covering.filter(|(period, qualifiers)| !said.is_post || covers(period, said.kind, qualifiers)).collect();
    if covering.is_empty() {
        reasons.push(LegalReason::TypeNotCovered);
        return Ok(AtTime { found: none, reasons });
    }
    let outcomes: Vec<(&Period, Qualification)> =
        covering.iter().map(|(period, qualifiers)| (*period, together(said, period, qualifiers))).collect();
    let first = outcomes.first().map(|(_, outcome)| *outcome);
    if outcomes.iter().any(|(_, outcome)| Some(*outcome) != first) {
        return Err(LegalReason::ServicesConflict);
    }
    let granted = outcomes.into_iter().find(|(period, _)| is_granted(period));
    let Some((_, found)) = granted else {
        reasons.push(LegalReason::NotGranted);
        return Ok(AtTime { found: none, reasons });
    };
    if found.inconsistent {
        reasons.push(LegalReason::ServiceInconsistent);
    }
    Ok(AtTime { found, reasons })
}

/// A status that counts, in the era in which it may be: before the Regulation others than since.
fn is_granted(period: &Period) -> bool {
    match period.status {
        ServiceStatus::Granted => period.from >= EIDAS,
        ServiceStatus::UnderSupervision | ServiceStatus::SupervisionInCessation | ServiceStatus::Accredited => {
            period.from < EIDAS
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_regulation_applies_from_midnight_in_brussels() {
        assert_eq!(EIDAS, Timestamp::from_rfc3339("2016-06-30T22:00:00Z").unwrap());
    }
}
