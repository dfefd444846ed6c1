//! Services by certificate, by subject and key, by subject and key identifier: a lookup costs less than a microsecond, however
//! many lists. Nothing is digested for it: what is looked for is found by the end of its key, and then compared whole.

use std::collections::HashMap;
use std::sync::Arc;

use super::service::Service;
use crate::crypto::{DigestAlgorithm, digest};
use crate::pki::Certificate;
use crate::syntax::der::{Tlv, tag};

/// The last octets of a public key: of RSA the low end of the modulus with the exponent, of a curve the low end of y.
const TAIL: usize = 32;

/// By what certificates are looked up: those with the same public key have the same. Others can have it too.
pub(super) type KeyTail = [u8; TAIL];

/// What a certificate is looked up by.
pub(super) fn key_tail(certificate: &Certificate) -> KeyTail {
    // A shorter one than any real one has a place with all of its kind.
    certificate.spki().last_chunk().copied().unwrap_or([0; TAIL])
}

/// Where services are found.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    services: Vec<Arc<Service>>,
    /// By the end of a key of theirs.
    by_key: HashMap<KeyTail, Vec<usize>>,
    /// Services without a certificate, by the print of a subject of theirs.
    by_subject: HashMap<u64, Vec<usize>>,
}

impl Index {
    pub(super) fn of(services: Vec<Arc<Service>>) -> Self {
        let mut index = Self::default();
        for (number, service) in services.iter().enumerate() {
            for certificate in &service.certificates {
                add(index.by_key.entry(key_tail(certificate)).or_default(), number);
            }
            if service.certificates.is_empty() {
                for subject in &service.subjects {
                    add(index.by_subject.entry(subject.print()).or_default(), number);
                }
            }
        }
        index.services = services;
        index
    }

    pub(super) fn services(&self) -> &[Arc<Service>] {
        &self.services
    }

    /// The services of a certificate, in the order of the lists: those that have it, or another of the same subject and
    /// key, or none at all but its subject and the identifier of its key, which is computed and not taken from it.
    pub(super) fn services_of(&self, certificate: &Certificate) -> Vec<&Arc<Service>> {
        if self.services.is_empty() {
            return Vec::new();
        }
        let listed = |number: &usize| self.services.get(*number).map(|service| (*number, service));
        let with_key = self.by_key.get(&key_tail(certificate)).into_iter().flatten().filter_map(listed);
        let mut found: Vec<(usize, &Arc<Service>)> = with_key
            .filter(|(_, service)| {
                service
                    .certificates
                    .iter()
                    .any(|one| one.spki() == certificate.spki() && one.subject().matches(certificate.subject()))
            })
            .collect();
        let subject = certificate.subject();
        let mut named = self.by_subject.get(&subject.print()).into_iter().flatten().filter_map(listed).peekable();
        if named.peek().is_some()
            && let Some(identifier) = key_identifier(certificate)
        {
            found.extend(named.filter(|(_, service)| {
                service.key_identifiers.contains(&identifier)
                    && service.subjects.iter().any(|one| one.matches(subject))
            }));
            found.sort_unstable_by_key(|(number, _)| *number);
        }
        found.into_iter().map(|(_, service)| service).collect()
    }
}

fn add(numbers: &mut Vec<usize>, number: usize) {
    if numbers.last() != Some(&number) {
        numbers.push(number);
    }
}

/// SHA-1 of the key's bits (RFC 5280 §4.2.1.2, method 1).
fn key_identifier(certificate: &Certificate) -> Option<Vec<u8>> {
    let mut fields = Tlv::parse_all(certificate.spki(), 8).ok()?.sequence().ok()?;
    fields.next_tlv().ok()?;
    let bits = fields.expect(tag::BIT_STRING).ok()?.bit_string().ok()?;
    Some(digest(DigestAlgorithm::Sha1, bits).as_bytes().to_vec())
}
