//! The rules of RFC 5280 §6.1 for one path, each with its own check. Everything that is wrong is reported, not only
//! the first thing.

use std::rc::Rc;

use super::facts::Holder;
use crate::pki::{NameConstraints, ViolationKind};
use crate::time::Timestamp;
use crate::validation::check::CheckId;
use crate::validation::message::Message;

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

/// Everything that is wrong with `path` (the signer first, the anchor last) at `time`, the signer's own validity,
/// key usage and algorithms apart. The anchor's extensions are not applied (§6.1.1 (d)).
pub(in crate::validation) fn faults(path: &[Rc<Holder>], time: Timestamp) -> Vec<PathFault> {
    let mut faults = Vec::new();
    let Some((_, below)) = path.split_last() else {
        return faults;
    };
    let below = if path.len() == 1 { path } else { below };
    for (index, holder) in below.iter().enumerate() {
        extensions(holder, &mut faults);
        if index > 0 {
            issuer(holder, below.get(1..index).unwrap_or_default(), &mut faults);
            ca_validity(holder, time, &mut faults);
        }
    }
    names(below, &mut faults);
    faults
}

fn fault(check: CheckId, holder: &Holder, detail: Message) -> PathFault {
    PathFault { check, certificate_sha256: holder.sha256.clone(), detail }
}

fn subject(holder: &Holder) -> String {
    holder.subject.clone()
}

/// §6.1.4 (k) to (n), for a CA with the CAs `below` it (the signer is not among them).
fn issuer(holder: &Holder, below: &[Rc<Holder>], faults: &mut Vec<PathFault>) {
    let constraints = holder.certificate.basic_constraints();
    if !constraints.is_some_and(|constraints| constraints.ca) {
        faults.push(fault(CheckId::IssuerIsCa, holder, Message::Certificate { subject: subject(holder) }));
    }
    if let Some(most) = constraints.and_then(|constraints| constraints.path_len) {
        let intermediates = below.iter().filter(|ca| !ca.certificate.is_self_issued()).count();
        if u64::try_from(intermediates).unwrap_or(u64::MAX) > most {
            faults.push(fault(CheckId::PathLength, holder, Message::Certificate { subject: subject(holder) }));
        }
    }
    if let Some(usage) = holder.certificate.key_usage()
        && !usage.key_cert_sign()
    {
        let detail = Message::KeyUsageIs { subject: subject(holder), usage: usage.names().join(", ") };
        faults.push(fault(CheckId::CaKeyUsage, holder, detail));
    }
}

/// §6.1.3 (a) (2) for a CA below the anchor.
fn ca_validity(holder: &Holder, time: Timestamp, faults: &mut Vec<PathFault>) {
    if let Err(detail) = validity(holder, time) {
        faults.push(fault(CheckId::CaValidity, holder, detail));
    }
}

/// §6.1.3 (a) (2): whether `time` lies within the validity, both ends included (§4.1.2.5).
pub(in crate::validation) fn validity(holder: &Holder, time: Timestamp) -> Result<(), Message> {
    let (from, until) = (holder.certificate.not_before(), holder.certificate.not_after());
    if time < from {
        return Err(Message::NotYetValidAt { subject: subject(holder), time, from });
    }
    if time > until {
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

/// §6.1.3 (b), (c): every certificate below a CA with name constraints, self-issued ones in between apart.
fn names(below: &[Rc<Holder>], faults: &mut Vec<PathFault>) {
    for (index, ca) in below.iter().enumerate().skip(1) {
        let Some(constraints) = ca.certificate.name_constraints() else { continue };
        for (position, holder) in below.iter().enumerate().take(index) {
            if position > 0 && holder.certificate.is_self_issued() {
                continue;
            }
            check_names(constraints, holder, faults);
        }
    }
}

fn check_names(constraints: &NameConstraints, holder: &Holder, faults: &mut Vec<PathFault>) {
    let certificate = &holder.certificate;
    if let Err(violation) = constraints.check(certificate.subject(), certificate.subject_alt_names()) {
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
