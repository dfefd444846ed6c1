//! Services by certificate, by subject and key, by key identifier: a lookup costs microseconds, however many lists.

use std::collections::HashMap;
use std::sync::Arc;

use super::service::Service;
use crate::crypto::{Digest, DigestAlgorithm, digest};
use crate::pki::Certificate;
use crate::syntax::der::{Tlv, tag};

/// Where services are found.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    services: Vec<Arc<Service>>,
    /// By SHA-256 of a certificate.
    by_certificate: HashMap<Digest, Vec<usize>>,
    /// By the print of a subject and SHA-256 of a key.
    by_key: HashMap<(u64, Digest), Vec<usize>>,
    /// Services without a certificate, by key identifier.
    by_identifier: HashMap<Vec<u8>, Vec<usize>>,
}

impl Index {
    pub(super) fn of(services: Vec<Arc<Service>>) -> Self {
        let mut index = Self::default();
        for (number, service) in services.iter().enumerate() {
            for certificate in &service.certificates {
                let sha256 = digest(DigestAlgorithm::Sha256, certificate.der());
                add(index.by_certificate.entry(sha256).or_default(), number);
                add(index.by_key.entry(key_of(certificate)).or_default(), number);
            }
            if service.certificates.is_empty() {
                for identifier in &service.key_identifiers {
                    add(index.by_identifier.entry(identifier.clone()).or_default(), number);
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
        let mut found: Vec<usize> = Vec::new();
        let sha256 = digest(DigestAlgorithm::Sha256, certificate.der());
        found.extend(self.by_certificate.get(&sha256).into_iter().flatten());
        let has_subject = |number: &&usize| {
            let listed = self.services.get(**number).map(|service| service.certificates.as_slice());
            let same = |one: &Arc<Certificate>| {
                one.spki() == certificate.spki() && one.subject().matches(certificate.subject())
            };
            listed.is_some_and(|listed| listed.iter().any(same))
        };
        found.extend(self.by_key.get(&key_of(certificate)).into_iter().flatten().filter(has_subject));
        if !self.by_identifier.is_empty()
            && let Some(identifier) = key_identifier(certificate)
        {
            let is_subject = |number: &&usize| {
                let listed = self.services.get(**number).map(|service| service.subjects.as_slice());
                listed.is_some_and(|listed| listed.iter().any(|one| one.matches(certificate.subject())))
            };
            found.extend(self.by_identifier.get(&identifier).into_iter().flatten().filter(is_subject));
        }
        found.sort_unstable();
        found.dedup();
        found.into_iter().filter_map(|number| self.services.get(number)).collect()
    }
}

fn add(numbers: &mut Vec<usize>, number: usize) {
    if numbers.last() != Some(&number) {
        numbers.push(number);
    }
}

fn key_of(certificate: &Certificate) -> (u64, Digest) {
    (certificate.subject().print(), digest(DigestAlgorithm::Sha256, certificate.spki()))
}

/// SHA-1 of the key's bits (RFC 5280 §4.2.1.2, method 1).
fn key_identifier(certificate: &Certificate) -> Option<Vec<u8>> {
    let mut fields = Tlv::parse_all(certificate.spki(), 8).ok()?.sequence().ok()?;
    fields.next_tlv().ok()?;
    let bits = fields.expect(tag::BIT_STRING).ok()?.bit_string().ok()?;
    Some(digest(DigestAlgorithm::Sha1, bits).as_bytes().to_vec())
}
