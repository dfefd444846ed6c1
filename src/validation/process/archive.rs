//! Archive time-stamps inside a signature: what they are over and what they cover.
//!
//! * Version 3 (ETSI EN 319 122-1 §5.5.3): whether the index of digests holds, and what the time-stamp covers then: the
//!   signature, and of certificates, revocation data and unsigned attributes those that the index names. What was added
//!   later is not named and not covered; a digest that names nothing that is there is an error, since something was taken
//!   away or changed.
//! * Version 2 (TS 101 733 §6.4.1), which EN 319 122-1 has no more for new signatures: there is no index. It is over all
//!   that is in the CMS but itself and the archive time-stamps that are not older, and covers that.
//!
//! No file of all the material at hand carries one in a PDF; those of CMS files, put into documents, are judged in
//! `tests/archive_timestamps.rs`.

use std::collections::{HashMap, HashSet};

use super::inside::{Inside, identifier};
use crate::crypto::{Digest, DigestAlgorithm, DigestState, digest};
use crate::limits::{Budget, LimitExceeded};
use crate::pki::{Attribute, HashIndex, OcspResponse, SignedData, SignerInfo, TimestampToken, oid};
use crate::time::Timestamp;
use crate::validation::existence::Token;

/// What an archive time-stamp covers.
#[derive(Debug)]
pub(super) struct Archived {
    /// The digest of what it is over; none where the digest of the content is not known.
    pub(super) imprint: Option<Digest>,
    /// What its time proves; none where the index does not hold.
    pub(super) covered: Option<Vec<Token>>,
}

/// The signature in which archive time-stamps stand.
#[derive(Clone, Copy, Debug)]
pub(super) struct Around<'s> {
    /// Its id in the report.
    pub(super) id: &'s str,
    pub(super) cms: &'s SignedData,
    pub(super) signer: &'s SignerInfo,
    /// The digests of the content.
    pub(super) content: &'s [Digest],
    /// The states over `encapContentInfo` and the content, where that is not in the CMS.
    pub(super) led: &'s [DigestState],
    /// The time-stamps inside, in the order of their ids.
    pub(super) tokens: &'s [Inside<'s>],
}

/// Reads the index of `token` and compares it with the signature; nothing where there is none to read.
///
/// # Errors
/// Where a limit is reached.
pub(super) fn archived(
    around: Around<'_>,
    token: &TimestampToken,
    budget: &mut Budget,
) -> Result<Option<Archived>, LimitExceeded> {
    let [signer] = token.signed_data.signers.as_slice() else { return Ok(None) };
    let Ok(Some(index)) = HashIndex::of(signer) else { return Ok(None) };
    let imprint = &token.tst_info.imprint_algorithm.raw;
    let Ok(algorithm) = DigestAlgorithm::from_algorithm_identifier(imprint) else { return Ok(None) };
    // One digest for all: what is named is no better protected than the index.
    let named =
        index.algorithm.as_deref().map_or(Ok(DigestAlgorithm::Sha256), DigestAlgorithm::from_algorithm_identifier);
    if named != Ok(algorithm) {
        return Ok(None);
    }
    // Every part of the message is read about twice.
    let size = u64::try_from(around.cms.raw().len()).unwrap_or(u64::MAX);
    budget.spend((size >> 9).saturating_add(1))?;
    let covered = Index::new(algorithm, &index).covered(around);
    let content = match &around.cms.encap_content {
        Some(content) => Some(digest(algorithm, content)),
        None => around.content.iter().find(|known| known.algorithm() == algorithm).copied(),
    };
    let message = content.map(|content| around.cms.archived(around.signer, content.as_bytes(), &index));
    let imprint = match message {
        Some(Ok(message)) => Some(digest(algorithm, &message)),
        Some(Err(_)) | None => None,
    };
    Ok(Some(Archived { imprint, covered }))
}

/// The same of `token` of version 2; nothing where the content is not known, or the digest.
///
/// # Errors
/// Where a limit is reached.
pub(super) fn archived_v2(
    around: Around<'_>,
    token: &TimestampToken,
    budget: &mut Budget,
) -> Result<Option<Archived>, LimitExceeded> {
    let info = &token.tst_info;
    let Ok(algorithm) = DigestAlgorithm::from_algorithm_identifier(&info.imprint_algorithm.raw) else {
        return Ok(None);
    };
    // Every part of the message is read about three times.
    let size = u64::try_from(around.cms.raw().len()).unwrap_or(u64::MAX);
    budget.spend((size >> 8).saturating_add(1))?;
    let state = match &around.cms.encap_content {
        Some(_) => around.cms.encap_content_info().ok().map(|content| {
            let mut state = DigestState::new(algorithm);
            state.update(content);
            state
        }),
        None => around.led.iter().find(|state| state.algorithm() == algorithm).cloned(),
    };
    let numbers = around.numbers();
    let attributes = &around.signer.unsigned_attributes;
    let covered: Vec<bool> =
        attributes.iter().map(|one| !is_not_older(one, info.gen_time, around.tokens, &numbers)).collect();
    let (Some(state), Ok(readings)) = (state, around.cms.archived_v2(around.signer, &covered)) else {
        return Ok(None);
    };
    let imprints = readings.map(|rest| {
        let mut state = state.clone();
        state.update(&rest);
        state.finish()
    });
    let imprint = imprints.iter().find(|one| *one.as_bytes() == *info.imprint).or(imprints.first()).copied();
    let mut found = Covered { tokens: vec![Token::Object(around.id.to_owned())] };
    around.cms.indexed_certificates().for_each(|raw| found.certificate(raw));
    around.cms.indexed_revocations().for_each(|(_, raw)| found.revocation(raw));
    for (attribute, _) in attributes.iter().zip(covered).filter(|(_, covered)| *covered) {
        let values: Vec<&[u8]> = attribute.values.iter().map(|value| &**value).collect();
        found.values(around, &values, &numbers);
    }
    Ok(Some(Archived { imprint, covered: Some(found.tokens) }))
}

/// Whether an attribute holds an archive time-stamp that was not made before `made`: the one of that time itself, and
/// whatever was added after it.
fn is_not_older(
    attribute: &Attribute,
    made: Timestamp,
    tokens: &[Inside<'_>],
    numbers: &HashMap<&[u8], usize>,
) -> bool {
    let time = |value: &[u8]| {
        let inside = tokens.get(*numbers.get(value)?)?;
        inside.token.as_ref().ok().map(|token| token.tst_info.gen_time)
    };
    matches!(attribute.oid.content(), oid::ARCHIVE_TIMESTAMP_V2 | oid::ARCHIVE_TIMESTAMP_V3)
        && attribute.values.iter().any(|value| time(value).is_some_and(|time| time >= made))
}

impl Around<'_> {
    /// The time-stamps inside by their values.
    fn numbers(&self) -> HashMap<&[u8], usize> {
        self.tokens.iter().enumerate().map(|(number, inside)| (inside.value, number)).collect()
    }
}

/// The digests of an index that have not been found yet.
struct Index<'i> {
    algorithm: DigestAlgorithm,
    certificates: HashSet<&'i [u8]>,
    revocations: HashSet<&'i [u8]>,
    unsigned: HashSet<&'i [u8]>,
    of_values: bool,
}

impl<'i> Index<'i> {
    fn new(algorithm: DigestAlgorithm, index: &'i HashIndex) -> Self {
        let set = |list: &'i [Box<[u8]>]| list.iter().map(|digest| &**digest).collect();
        Self {
            algorithm,
            certificates: set(&index.certificates),
            revocations: set(&index.revocations),
            unsigned: set(&index.unsigned),
            of_values: index.of_values,
        }
    }

    /// What is covered; nothing where the index names something that is not there.
    fn covered(&self, around: Around<'_>) -> Option<Vec<Token>> {
        let mut covered = Covered { tokens: vec![Token::Object(around.id.to_owned())] };
        let algorithm = self.algorithm;
        let of = |bytes: &[u8]| digest(algorithm, bytes);
        let mut found = [HashSet::new(), HashSet::new(), HashSet::new()];
        let [certificates, revocations, unsigned] = &mut found;
        for raw in around.cms.indexed_certificates() {
            let own = of(raw);
            if self.certificates.contains(own.as_bytes()) {
                certificates.insert(own);
                covered.certificate(raw);
            }
        }
        for (choice, raw) in around.cms.indexed_revocations() {
            let own = of(&choice);
            if self.revocations.contains(own.as_bytes()) {
                revocations.insert(own);
                covered.revocation(raw);
            }
        }
        let numbers = around.numbers();
        for attribute in &around.signer.unsigned_attributes {
            for (named, values) in attribute.indexed(self.of_values) {
                let own = of(&named);
                if self.unsigned.contains(own.as_bytes()) {
                    unsigned.insert(own);
                    covered.values(around, &values, &numbers);
                }
            }
        }
        let complete = certificates.len() == self.certificates.len()
            && revocations.len() == self.revocations.len()
            && unsigned.len() == self.unsigned.len();
        complete.then_some(covered.tokens)
    }
}

/// What is covered, gathered.
#[derive(Debug, Default)]
pub(super) struct Covered {
    tokens: Vec<Token>,
}

impl Covered {
    pub(super) fn into_tokens(self) -> Vec<Token> {
        self.tokens
    }

    /// A signature or a time-stamp, by its identifier.
    pub(super) fn object(&mut self, id: String) {
        self.tokens.push(Token::Object(id));
    }

    /// What a message brings along.
    pub(super) fn message(&mut self, message: &SignedData) {
        message.certificates.iter().for_each(|der| self.certificate(der));
        message.indexed_revocations().for_each(|(_, raw)| self.revocation(raw));
        for signer in &message.signers {
            signer.certificate_values().iter().flatten().for_each(|der| self.certificate(der));
            if let Ok(values) = signer.revocation_values() {
                values.crls.iter().chain(&values.basic_ocsp_responses).for_each(|der| self.revocation(der));
            }
        }
    }

    pub(super) fn certificate(&mut self, der: &[u8]) {
        self.tokens.push(Token::Certificate(sha256(der)));
    }

    /// A CRL or a basic OCSP response is known by all of it, an OCSP response by the basic one in it, which brings
    /// certificates along.
    pub(super) fn revocation(&mut self, der: &[u8]) {
        self.tokens.push(Token::Revocation(sha256(der)));
        let response = OcspResponse::parse(der, DEPTH).or_else(|_| OcspResponse::of_basic(der, DEPTH));
        if let Ok(OcspResponse { basic: Some(basic), .. }) = response {
            self.tokens.push(Token::Revocation(sha256(&basic.raw)));
            basic.certificates.iter().for_each(|der| self.certificate(der));
        }
    }

    /// Values of unsigned attributes: time-stamps with what stands in them, and `certificate-values` and
    /// `revocation-values`, of which there is one each.
    fn values(&mut self, around: Around<'_>, values: &[&[u8]], numbers: &HashMap<&[u8], usize>) {
        for value in values {
            if let Some(number) = numbers.get(value) {
                self.object(identifier(around.id, *number));
                if let Some(Ok(token)) = around.tokens.get(*number).map(|inside| &inside.token) {
                    self.message(&token.signed_data);
                }
                continue;
            }
            let own = |oid| around.signer.unsigned_values(oid).any(|other| other == *value);
            if own(oid::CERTIFICATE_VALUES) {
                around.signer.certificate_values().iter().flatten().for_each(|der| self.certificate(der));
            }
            if own(oid::REVOCATION_VALUES)
                && let Ok(values) = around.signer.revocation_values()
            {
                values.crls.iter().chain(&values.basic_ocsp_responses).for_each(|der| self.revocation(der));
            }
        }
    }
}

const DEPTH: u32 = crate::limits::Limits::DEFAULT.der_depth;

fn sha256(bytes: &[u8]) -> Digest {
    digest(DigestAlgorithm::Sha256, bytes)
}
