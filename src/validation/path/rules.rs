//! The rules of RFC 5280 §6.1 for one path, each with its own check. Everything that is wrong is reported, not only
//! the first thing.

use std::rc::Rc;

use super::build::Path;
use super::facts::Holder;
use super::policies::{self, PolicyFault, PolicyFaultKind};
use super::profile;
use crate::limits::{Budget, LimitExceeded};
use crate::pki::{Certificate, NameConstraints, ViolationKind};
use crate::syntax::der::Oid;
use crate::time::Timestamp;
use crate::validation::check::{CheckId, Level};
use crate::validation::message::Message;
use crate::validation::policy::PathRules;

/// The inputs of path validation besides the path (§6.1.1).
#[derive(Clone, Copy, Debug)]
pub(in crate::validation) struct Inputs<'i> {
    /// The time (§6.1.1 (b)).
    pub(in crate::validation) time: Timestamp,
    /// What the policy sets (§6.1.1 (c), (e) to (g)).
    pub(in crate::validation) rules: &'i PathRules,
}

/// A rule that a path breaks.
#[derive(Clone, Debug)]
pub(in crate::validation) struct PathFault {
    /// Which.
    pub(in crate::validation) check: CheckId,
    /// SHA-256 of the certificate at fault, lowercase hex.
    pub(in crate::validation) certificate_sha256: String,
    /// What is wrong.
    pub(in crate::validation) detail: Message,
}

/// What the rules say of a path.
#[derive(Clone, Debug)]
pub(in crate::validation) struct PathResult {
    /// Everything that is wrong, the signer's own validity, key usage and algorithms apart.
    pub(in crate::validation) faults: Vec<PathFault>,
    /// The certificate policies for which the path is valid (RFC 9618 §5.5: the user-constrained policy set);
    /// `anyPolicy` where all are. Empty where there is none, which is a fault only where one is demanded.
    #[expect(dead_code, reason = "the rules of legal classes will read it; the graph's tests do where it is made")]
    pub(in crate::validation) valid_policies: Vec<Oid>,
}

/// A path with what the rules say of it.
#[derive(Clone, Debug)]
pub(in crate::validation) struct Candidate {
    /// The path.
    pub(in crate::validation) path: Path,
    /// What is wrong with it.
    pub(in crate::validation) result: PathResult,
}

/// The checks that [`validate`] makes; each of which it reports no fault holds.
pub(in crate::validation) const CHECKS: [CheckId; 12] = [
    CheckId::AnchorTrusted,
    CheckId::IssuerIsCa,
    CheckId::PathLength,
    CheckId::CaKeyUsage,
    CheckId::NameConstraints,
    CheckId::CertificatePolicies,
    CheckId::CriticalExtensions,
    CheckId::ExtensionsWellFormed,
    CheckId::AuthorityKeyIdentifier,
    CheckId::SubjectKeyIdentifier,
    CheckId::CertificateProfile,
    CheckId::CaValidity,
];

/// What the comparisons of names with constraints may cost in one path. Real paths need fewer than a thousand.
const NAME_WORK: u64 = 250_000;

/// Comparisons of names for one unit of work.
const NAMES_PER_UNIT: u64 = 16;

/// Judges every path and puts them in order, the best first: trust in whose anchor has not ended, then with the
/// fewest faults that no proof of existence can lift, then with the fewest faults; the first found of equals. Counted
/// are faults for which `level` is fail.
///
/// # Errors
/// Where the budget is exhausted.
pub(in crate::validation) fn ranked(
    paths: Vec<Path>,
    inputs: Inputs<'_>,
    level: impl Fn(CheckId) -> Level,
    budget: &mut Budget,
) -> Result<Vec<Candidate>, LimitExceeded> {
    let mut candidates = Vec::with_capacity(paths.len());
    for path in paths {
        let result = validate(&path, inputs, budget)?;
        candidates.push(Candidate { path, result });
    }
    candidates.sort_by_cached_key(|candidate| {
        let failing = || candidate.result.faults.iter().filter(|fault| level(fault.check) == Level::Fail);
        let ended = failing().any(|fault| fault.check == CheckId::AnchorTrusted);
        let lasting = failing().filter(|fault| fault.check != CheckId::CaValidity).count();
        (ended, lasting, failing().count())
    });
    Ok(candidates)
}

/// Everything that is wrong with `path` at the time of `inputs`, the signer's own validity, key usage and algorithms
/// apart. The anchor's extensions are not applied (§6.1.1 (d)), unless the policy says so.
///
/// # Errors
/// Where the budget is exhausted.
pub(in crate::validation) fn validate(
    path: &Path,
    inputs: Inputs<'_>,
    budget: &mut Budget,
) -> Result<PathResult, LimitExceeded> {
    let Inputs { time, rules } = inputs;
    let holders = path.holders();
    let mut faults = Vec::new();
    let Some((anchor, below)) = holders.split_last() else {
        return Ok(PathResult { faults, valid_policies: Vec::new() });
    };
    sunset(path, anchor, time, &mut faults);
    // A signer that is its own anchor is judged as the end entity that it is.
    let below = if below.is_empty() { holders } else { below };
    for ca in below.iter().skip(1) {
        ca_validity(ca, time, &mut faults);
    }
    let examined = if rules.examine_anchor { holders } else { below };
    for (index, holder) in examined.iter().enumerate() {
        extensions(holder, &mut faults);
        key_identifiers(holder, index > 0, &mut faults);
        profile::check(holder, &mut faults);
        if index > 0 {
            issuer(holder, &mut faults);
            path_length(holder, examined.get(1..index).unwrap_or_default(), &mut faults);
        }
    }
    names(examined, budget, &mut faults)?;
    let valid_policies = certificate_policies(examined, rules, budget, &mut faults)?;
    Ok(PathResult { faults, valid_policies })
}

/// How many rules of level fail a sequence of certificates (the first one's own, the anchor last) breaks, dates apart: for
/// those who sign revocation data, whose times the processes judge.
///
/// # Errors
/// Where the budget is exhausted.
pub(in crate::validation) fn undated_faults(
    holders: &[Rc<Holder>],
    rules: &PathRules,
    level: impl Fn(CheckId) -> Level,
    budget: &mut Budget,
) -> Result<usize, LimitExceeded> {
    let time = holders.first().map_or(Timestamp::from_unix(0), |signer| signer.certificate.not_before());
    let path = Path::of(holders.to_vec());
    let faults = validate(&path, Inputs { time, rules }, budget)?.faults;
    let counts = |fault: &&PathFault| fault.check != CheckId::CaValidity && level(fault.check) == Level::Fail;
    Ok(faults.iter().filter(counts).count())
}

pub(super) fn fault(check: CheckId, holder: &Holder, detail: Message) -> PathFault {
    PathFault { check, certificate_sha256: holder.sha256.clone(), detail }
}

fn subject(holder: &Holder) -> String {
    holder.subject.clone()
}

/// EN 319 102-1 §5.2.6: whether trust in the anchor had ended.
fn sunset(path: &Path, anchor: &Holder, time: Timestamp, faults: &mut Vec<PathFault>) {
    if let Some(until) = path.sunset().filter(|until| time >= *until) {
        faults.push(fault(
            CheckId::AnchorTrusted,
            anchor,
            Message::AnchorEnded { subject: subject(anchor), until },
        ));
    }
}

/// §6.1.4 (k), (n).
fn issuer(holder: &Holder, faults: &mut Vec<PathFault>) {
    if !holder.certificate.basic_constraints().is_some_and(|constraints| constraints.ca) {
        faults.push(fault(CheckId::IssuerIsCa, holder, Message::Certificate { subject: subject(holder) }));
    }
    if let Some(usage) = holder.certificate.key_usage()
        && !usage.key_cert_sign()
    {
        let detail = Message::KeyUsageIs { subject: subject(holder), usage: usage.names().join(", ") };
        faults.push(fault(CheckId::CaKeyUsage, holder, detail));
    }
}

/// §6.1.4 (l), (m), for a CA with the CAs `below` it (the signer is not among them).
fn path_length(holder: &Holder, below: &[Rc<Holder>], faults: &mut Vec<PathFault>) {
    let constraints = holder.certificate.basic_constraints();
    if let Some(most) = constraints.and_then(|constraints| constraints.path_len) {
        let intermediates = below.iter().filter(|ca| !ca.certificate.is_self_issued()).count();
        if u64::try_from(intermediates).unwrap_or(u64::MAX) > most {
            faults.push(fault(CheckId::PathLength, holder, Message::Certificate { subject: subject(holder) }));
        }
    }
}

/// §6.1.3 (a) (2) for a CA below the anchor.
fn ca_validity(holder: &Holder, time: Timestamp, faults: &mut Vec<PathFault>) {
    if let Err(detail) = validity(holder, time) {
        faults.push(fault(CheckId::CaValidity, holder, detail));
    }
}

/// §6.1.3 (a) (2): whether `time` lies within the validity, both ends included (§4.1.2.5). They are whole seconds, so
/// the last one lasts until the next begins.
pub(in crate::validation) fn validity(holder: &Holder, time: Timestamp) -> Result<(), Message> {
    let (from, until) = (holder.certificate.not_before(), holder.certificate.not_after());
    if time < from {
        return Err(Message::NotYetValidAt { subject: subject(holder), time, from });
    }
    if time.unix_seconds() > until.unix_seconds() {
        return Err(Message::ExpiredAt { subject: subject(holder), time, until });
    }
    Ok(())
}

/// §6.1.4 (o), §6.1.5 (f), and §4.2: each extension once and well formed.
fn extensions(holder: &Holder, faults: &mut Vec<PathFault>) {
    for oid in holder.certificate.unknown_critical_extensions() {
        let detail = Message::UnknownExtension { subject: subject(holder), oid: oid.to_string() };
        faults.push(fault(CheckId::CriticalExtensions, holder, detail));
    }
    let malformed =
        holder.certificate.malformed_extensions().iter().chain(holder.certificate.duplicate_extensions());
    for oid in malformed {
        let detail = Message::MalformedExtension { subject: subject(holder), oid: oid.to_string() };
        faults.push(fault(CheckId::ExtensionsWellFormed, holder, detail));
    }
}

/// §4.2.1.1, §4.2.1.2: every certificate but a self-signed one names its issuer's key, every CA its own. Which key
/// verifies is known without them.
fn key_identifiers(holder: &Holder, is_issuer: bool, faults: &mut Vec<PathFault>) {
    let certificate = &holder.certificate;
    let names_key = certificate.authority_key_identifier().is_some_and(|identifier| identifier.key_id.is_some());
    if !names_key && !certificate.is_self_issued() {
        let detail = Message::Certificate { subject: subject(holder) };
        faults.push(fault(CheckId::AuthorityKeyIdentifier, holder, detail));
    }
    if is_issuer && certificate.subject_key_identifier().is_none() {
        let detail = Message::Certificate { subject: subject(holder) };
        faults.push(fault(CheckId::SubjectKeyIdentifier, holder, detail));
    }
}

/// §6.1.3 (b), (c): every certificate below a CA with name constraints, self-issued ones in between apart.
fn names(path: &[Rc<Holder>], budget: &mut Budget, faults: &mut Vec<PathFault>) -> Result<(), LimitExceeded> {
    let mut left = NAME_WORK;
    for (index, ca) in path.iter().enumerate().skip(1) {
        let Some(constraints) = ca.certificate.name_constraints() else { continue };
        for (position, holder) in path.iter().enumerate().take(index) {
            if position > 0 && holder.certificate.is_self_issued() {
                continue;
            }
            let before = left;
            check_names(constraints, holder, &mut left, faults);
            budget.spend(before.saturating_sub(left).div_ceil(NAMES_PER_UNIT))?;
        }
    }
    Ok(())
}

fn check_names(constraints: &NameConstraints, holder: &Holder, left: &mut u64, faults: &mut Vec<PathFault>) {
    let certificate = &holder.certificate;
    if let Err(violation) = constraints.check(certificate.subject(), certificate.subject_alt_names(), left) {
        let detail = Message::NameOutside {
            subject: subject(holder),
            kind: match violation.kind {
                ViolationKind::NotPermitted => "not-permitted",
                ViolationKind::Excluded => "excluded",
                ViolationKind::Unsupported => "unsupported",
                ViolationKind::TooMany => "too-many",
            }
            .to_owned(),
            name: violation.name.to_string(),
        };
        faults.push(fault(CheckId::NameConstraints, holder, detail));
    }
}

/// §6.1.3 (d) to (f), §6.1.4 (a), (b), (h) to (j), §6.1.5 (a), (b), (g). Gives the valid policies.
fn certificate_policies(
    path: &[Rc<Holder>],
    rules: &PathRules,
    budget: &mut Budget,
    faults: &mut Vec<PathFault>,
) -> Result<Vec<Oid>, LimitExceeded> {
    let certificates: Vec<&Certificate> = path.iter().rev().map(|holder| holder.certificate.as_ref()).collect();
    let amount: usize = certificates
        .iter()
        .map(|one| one.certificate_policies().len().saturating_add(one.policy_mappings().len()))
        .sum();
    budget.spend(u64::try_from(amount).unwrap_or(u64::MAX))?;
    let PolicyFault { position, kind } = match policies::process(&certificates, rules) {
        Ok(valid) => return Ok(valid),
        Err(fault) => fault,
    };
    if let Some(holder) = path.iter().rev().nth(position) {
        let subject = subject(holder);
        let detail = match kind {
            PolicyFaultKind::NoValidPolicy => Message::NoValidPolicy { subject },
            PolicyFaultKind::AnyPolicyMapped => Message::AnyPolicyMapped { subject },
            PolicyFaultKind::TooMany => Message::TooManyPolicies { subject },
        };
        faults.push(fault(CheckId::CertificatePolicies, holder, detail));
    }
    Ok(Vec::new())
}
