//! What RFC 5280 §4 demands of those who issue certificates, and §6 does not of those who validate them: numbers,
//! names, and which extensions are critical. A certificate that is not so was issued against the standard.

use super::facts::Holder;
use super::rules::{PathFault, fault};
use crate::pki::{Certificate, GeneralName, oid};
use crate::validation::check::CheckId;
use crate::validation::message::Message;

/// Notes every demand that the certificate does not meet, by its section.
pub(super) fn check(holder: &Holder, faults: &mut Vec<PathFault>) {
    for section in broken(&holder.certificate) {
        let detail = Message::ProfileBroken { subject: holder.subject.clone(), section: section.to_owned() };
        faults.push(fault(CheckId::CertificateProfile, holder, detail));
    }
}

fn broken(certificate: &Certificate) -> Vec<&'static str> {
    let is_ca = certificate.basic_constraints().is_some_and(|constraints| constraints.ca);
    let signs_certificates = certificate.key_usage().is_some_and(|usage| usage.key_cert_sign());
    let critical = |oid: &[u8]| {
        let found = certificate.extensions().iter().find(|extension| extension.oid.content() == oid);
        found.map(|extension| extension.critical)
    };
    let path_len = certificate.basic_constraints().and_then(|constraints| constraints.path_len);
    let demands: [(&'static str, bool); 14] = [
        ("4.1.2.1", certificate.extensions().is_empty() || certificate.version() == 3),
        ("4.1.2.2", is_positive(certificate.serial())),
        ("4.1.2.6", !is_ca || !certificate.subject().is_empty()),
        ("4.2.1.1", critical(oid::AUTHORITY_KEY_IDENTIFIER) != Some(true)),
        ("4.2.1.2", critical(oid::SUBJECT_KEY_IDENTIFIER) != Some(true)),
        ("4.2.1.3", !signs_certificates || is_ca),
        ("4.2.1.5", critical(oid::POLICY_MAPPINGS).is_none() || is_ca),
        ("4.2.1.6", !certificate.subject().is_empty() || critical(oid::SUBJECT_ALT_NAME) == Some(true)),
        ("4.2.1.9", !is_ca || critical(oid::BASIC_CONSTRAINTS) == Some(true)),
        ("4.2.1.9", path_len.is_none() || is_ca),
        ("4.2.1.10", critical(oid::NAME_CONSTRAINTS).is_none_or(|critical| critical && is_ca)),
        ("4.2.1.11", critical(oid::POLICY_CONSTRAINTS) != Some(false)),
        ("4.2.1.14", critical(oid::INHIBIT_ANY_POLICY) != Some(false)),
        ("4.2.2.1", critical(oid::AUTHORITY_INFO_ACCESS) != Some(true)),
    ];
    let mut broken: Vec<_> = demands.into_iter().filter(|(_, held)| !held).map(|(section, _)| section).collect();
    if !certificate.subject_alt_names().iter().all(is_well_formed) {
        broken.push("4.2.1.6");
    }
    let constraints = certificate.name_constraints().into_iter();
    let mut bases = constraints.flat_map(|constraints| constraints.permitted.iter().chain(&constraints.excluded));
    if bases.any(|tree| !is_base_well_formed(&tree.base)) || constrains_nothing(certificate) {
        broken.push("4.2.1.10");
    }
    broken.dedup();
    broken
}

/// §4.1.2.2: a positive number of at most 20 octets.
fn is_positive(serial: &[u8]) -> bool {
    let negative = serial.first().is_none_or(|first| first & 0x80 != 0);
    !negative && serial.len() <= 20 && serial.iter().any(|octet| *octet != 0)
}

/// §4.2.1.10: the extension has subtrees.
fn constrains_nothing(certificate: &Certificate) -> bool {
    let empty = |constraints: &crate::pki::NameConstraints| {
        constraints.permitted.is_empty() && constraints.excluded.is_empty()
    };
    certificate.name_constraints().is_some_and(empty)
}

/// §4.2.1.6: the forms of which it says how they are written.
fn is_well_formed(name: &GeneralName) -> bool {
    match name {
        GeneralName::Dns(text) => is_host(text.strip_prefix("*.").unwrap_or(text)),
        GeneralName::Rfc822(text) => {
            text.is_ascii() && text.rsplit_once('@').is_some_and(|(_, host)| is_host(host))
        }
        GeneralName::IpAddress(octets) => matches!(octets.len(), 4 | 16),
        GeneralName::Uri(text) => text.is_ascii() && text.contains(':'),
        _ => true,
    }
}

/// §4.2.1.10: the same for the bases of subtrees.
fn is_base_well_formed(base: &GeneralName) -> bool {
    match base {
        GeneralName::Dns(text) => text.is_empty() || is_host(text),
        GeneralName::Rfc822(text) => {
            let host = text.rsplit_once('@').map_or(text.as_str(), |(_, host)| host);
            host.is_empty() || is_host(host.strip_prefix('.').unwrap_or(host))
        }
        GeneralName::Uri(text) => text.is_empty() || is_host(text.strip_prefix('.').unwrap_or(text)),
        GeneralName::IpAddress(octets) => {
            matches!(octets.len(), 8 | 32) && octets.get(octets.len() / 2..).is_some_and(is_contiguous)
        }
        _ => true,
    }
}

/// The preferred name syntax of RFC 1034 §3.5, with digits first (RFC 1123 §2.1) and underscores, which are in use.
fn is_host(text: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|octet| octet.is_ascii_alphanumeric() || octet == b'-' || octet == b'_')
    };
    text.len() <= 253 && text.split('.').all(label)
}

/// A mask of ones followed by zeros (RFC 4632).
fn is_contiguous(mask: &[u8]) -> bool {
    let mut rest = mask.iter().skip_while(|octet| **octet == 0xff);
    let edge = rest.next().is_none_or(|octet| octet.leading_ones().saturating_add(octet.trailing_zeros()) >= 8);
    edge && rest.all(|octet| *octet == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serial_numbers_are_positive_and_short() {
        assert!(is_positive(&[1]) && is_positive(&[0, 0x80]));
        for serial in [&[0][..], &[], &[0x80], &[1; 21]] {
            assert!(!is_positive(serial), "{serial:?}");
        }
    }

    #[test]
    fn masks_are_ones_and_then_zeros() {
        for mask in [[0; 4], [255; 4], [255, 255, 0xf0, 0], [0x80, 0, 0, 0]] {
            assert!(is_contiguous(&mask), "{mask:?}");
        }
        for mask in [[0, 0, 0, 1], [255, 0x0f, 0, 0], [0xf1, 0, 0, 0], [255, 0, 255, 0]] {
            assert!(!is_contiguous(&mask), "{mask:?}");
        }
    }

    #[test]
    fn hosts_have_labels() {
        for host in ["zh.ch", "xn--zrich-kva.ch", "_x.ch", "1.ch"] {
            assert!(is_host(host), "{host}");
        }
        for host in ["", ".zh.ch", "zh..ch", "-a.ch", "a b.ch", "z\u{fc}.ch", &"a".repeat(64)] {
            assert!(!is_host(host), "{host}");
        }
    }
}
