//! What a validation may use besides the document's signatures: certificates and revocation data, each with where it
//! came from. A plain list of facts: nothing in it is believed because it is in it.

use std::collections::HashSet;
use std::sync::Arc;

use super::memory::Memory;
use super::need::Attempt;
use crate::crypto::{Digest, DigestAlgorithm, digest};
use crate::document::{EmbeddedEvidence, Examination, Signature, SignatureForm, UnsignedProperty, XmlSignature};
use crate::limits::Limits;
use crate::pki::{Certificate, Crl, OcspResponse, SignedData, SignerInfo, TimestampToken};

/// How deep values of embedded evidence may be nested.
const DEPTH: u32 = Limits::DEFAULT.der_depth;

/// How deep time-stamp tokens in time-stamp tokens are looked into: one that renews another one stands inside it.
const NESTED_TOKENS: u8 = 4;

/// Where a piece of evidence came from. What came from several places came from the first of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// The document brings it along.
    Embedded,
    /// The caller gave it.
    Supplied,
    /// The service fetched it.
    Fetched,
}

impl Origin {
    /// Every origin.
    pub const ALL: [Self; 3] = [Self::Embedded, Self::Supplied, Self::Fetched];

    /// The name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Embedded => "embedded",
            Self::Supplied => "supplied",
            Self::Fetched => "fetched",
        }
    }
}

/// Certificates and revocation data.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    certificates: Vec<Arc<Certificate>>,
    /// Where each certificate came from, in the same order.
    certificate_origins: Vec<Origin>,
    crls: Vec<(Arc<Crl>, Origin)>,
    crl_fingerprints: Vec<Digest>,
    ocsp_responses: Vec<(Arc<OcspResponse>, Origin)>,
    ocsp_fingerprints: Vec<Option<Digest>>,
    nonces: Vec<(usize, Box<[u8]>)>,
    /// SHA-256 of revocation data of the document that are here: documents hold the same ones again and again.
    embedded: HashSet<Digest>,
    unreadable: usize,
    attempts: Vec<Attempt>,
    /// Reads certificates; none reads each anew.
    memory: Option<Arc<dyn Memory>>,
}

impl Evidence {
    /// No evidence.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// No evidence yet; certificates that documents and responses bring along are read by `memory`.
    #[must_use]
    pub fn with_memory(memory: Arc<dyn Memory>) -> Self {
        Self { memory: Some(memory), ..Self::default() }
    }

    /// Takes a certificate that the caller gives.
    pub fn add_certificate(&mut self, certificate: Arc<Certificate>) {
        self.add_certificate_from(certificate, Origin::Supplied);
    }

    /// Takes a certificate. One that is there already keeps its first origin.
    pub fn add_certificate_from(&mut self, certificate: Arc<Certificate>, origin: Origin) {
        if self.certificates.iter().any(|known| known.der() == certificate.der()) {
            return;
        }
        if self.is_full() {
            self.unreadable = self.unreadable.saturating_add(1);
        } else {
            self.certificates.push(certificate);
            self.certificate_origins.push(origin);
        }
    }

    /// Takes a CRL; the same one twice counts once.
    pub fn add_crl(&mut self, crl: impl Into<Arc<Crl>>, origin: Origin) {
        let crl = crl.into();
        let fingerprint = digest(DigestAlgorithm::Sha256, crl.der());
        self.add_crl_of(fingerprint, crl, origin);
    }

    fn add_crl_of(&mut self, fingerprint: Digest, crl: Arc<Crl>, origin: Origin) {
        let known = self.crl_fingerprints.iter().position(|known| *known == fingerprint);
        if let Some((_, first)) = known.and_then(|index| self.crls.get_mut(index)) {
            *first = origin.min(*first);
            return;
        }
        self.crls.push((crl, origin));
        self.crl_fingerprints.push(fingerprint);
    }

    /// Takes an OCSP response, and the certificates that it brings along as candidates. The same one twice counts once,
    /// unless it was fetched with a nonce.
    pub fn add_ocsp_response(&mut self, response: impl Into<Arc<OcspResponse>>, origin: Origin) {
        let response = response.into();
        let fingerprint = response.basic.as_ref().map(|basic| digest(DigestAlgorithm::Sha256, &basic.raw));
        self.add_ocsp_of(fingerprint, response, origin);
    }

    fn add_ocsp_of(&mut self, fingerprint: Option<Digest>, response: Arc<OcspResponse>, origin: Origin) {
        let same = |index: &usize| self.ocsp_fingerprints.get(*index).is_some_and(|known| *known == fingerprint);
        let known = (0..self.ocsp_responses.len()).find(|index| same(index) && self.nonce_sent(*index).is_none());
        if fingerprint.is_some()
            && self.nonce_sent(self.ocsp_responses.len()).is_none()
            && let Some((_, first)) = known.and_then(|index| self.ocsp_responses.get_mut(index))
        {
            *first = origin.min(*first);
            return;
        }
        self.ocsp_fingerprints.push(fingerprint);
        for der in response.basic.iter().flat_map(|basic| &basic.certificates) {
            self.parse_certificate(der, origin);
        }
        self.ocsp_responses.push((response, origin));
    }

    /// Takes an OCSP response that was fetched, with the nonce that was sent (the octets inside the OCTET STRING of the
    /// extension), where one was: a response with another nonce answers another request and is not acceptable. One
    /// without a nonce is: many responders sign in advance (RFC 6960 §4.4.1, RFC 5019 §4).
    pub fn add_fetched_ocsp(&mut self, response: OcspResponse, nonce: Option<Box<[u8]>>) {
        if let Some(nonce) = nonce {
            self.nonces.push((self.ocsp_responses.len(), nonce));
        }
        self.add_ocsp_response(response, Origin::Fetched);
    }

    /// The nonce that was sent for the OCSP response at `index` of [`Evidence::ocsp_responses`].
    #[must_use]
    pub fn nonce_sent(&self, index: usize) -> Option<&[u8]> {
        self.nonces.iter().find(|(of, _)| *of == index).map(|(_, nonce)| nonce.as_ref())
    }

    /// The next OCSP response is that at `index` of `other`: so is the nonce that was sent for it.
    fn copy_nonce(&mut self, other: &Self, index: usize) {
        if let Some(nonce) = other.nonce_sent(index) {
            self.nonces.push((self.ocsp_responses.len(), nonce.into()));
        }
    }

    /// Notes how fetching evidence went, all of it: why something is not here is evidence too.
    pub fn note_attempts(&mut self, attempts: Vec<Attempt>) {
        self.attempts = attempts;
    }

    /// How fetching evidence went, in order.
    #[must_use]
    pub fn attempts(&self) -> &[Attempt] {
        &self.attempts
    }

    /// Takes all of `other` with its origins, in its order. How fetching went is of `other` only.
    pub fn add_all(&mut self, other: &Self) {
        self.add_missing(other);
        self.unreadable = self.unreadable.saturating_add(other.unreadable);
    }

    /// Takes what of `whole` is not here yet.
    pub(super) fn add_missing(&mut self, whole: &Self) {
        for (certificate, origin) in whole.certificates_with_origin() {
            self.add_certificate_from(Arc::clone(certificate), origin);
        }
        for ((crl, origin), fingerprint) in whole.crls.iter().zip(&whole.crl_fingerprints) {
            self.add_crl_of(*fingerprint, Arc::clone(crl), *origin);
        }
        for (index, (response, origin)) in whole.ocsp_responses.iter().enumerate() {
            self.copy_nonce(whole, index);
            self.add_ocsp_of(whole.ocsp_fingerprint(index), Arc::clone(response), *origin);
        }
    }

    /// Takes everything that the document brings along; what cannot be parsed is counted and is no evidence.
    pub fn add_embedded(&mut self, examination: &Examination) {
        let EmbeddedEvidence { certificates, crls, ocsp_responses, .. } = &examination.evidence;
        for certificate in certificates {
            self.add_certificate_from(Arc::clone(certificate), Origin::Embedded);
        }
        for crl in crls {
            self.parse_crl(crl);
        }
        for response in ocsp_responses {
            self.parse_ocsp(response);
        }
        for signature in examination.signatures.iter().chain(&examination.document_timestamps) {
            self.add_signature(signature);
        }
    }

    fn add_signature(&mut self, signature: &Signature) {
        match &signature.form {
            Some(SignatureForm::Cms(cms)) => self.add_cms(cms, NESTED_TOKENS),
            Some(SignatureForm::Token(token)) => self.add_cms(&token.signed_data, NESTED_TOKENS),
            Some(SignatureForm::Pkcs1 { certificates, .. }) => {
                for der in certificates {
                    self.parse_certificate(der, Origin::Embedded);
                }
            }
            Some(SignatureForm::Xml(xml)) => self.add_xml(xml),
            None => {}
        }
    }

    /// What an XML signature brings along: `KeyInfo`, values in unsigned properties, what stands in time-stamps.
    fn add_xml(&mut self, xml: &XmlSignature) {
        for der in &xml.certificates {
            self.parse_certificate(der, Origin::Embedded);
        }
        for UnsignedProperty { values, .. } in &xml.unsigned {
            self.unreadable = self.unreadable.saturating_add(values.unreadable);
            values.certificates.iter().for_each(|der| self.parse_certificate(der, Origin::Embedded));
            values.crls.iter().for_each(|der| self.parse_crl(der));
            for der in &values.ocsp_responses {
                // The schema wants an OCSPResponse; some write the basic one that is in it.
                match OcspResponse::of_basic(der, DEPTH) {
                    Ok(response) => self.add_ocsp_response(response, Origin::Embedded),
                    Err(_) => self.parse_ocsp(der),
                }
            }
        }
        for value in xml.timestamps.iter().filter_map(|stamp| stamp.value.as_deref().ok()) {
            match TimestampToken::parse(value, DEPTH) {
                Ok(token) => self.add_cms(&token.signed_data, NESTED_TOKENS),
                Err(_) => self.unreadable = self.unreadable.saturating_add(1),
            }
        }
    }

    /// `nested` says how deep time-stamp tokens are looked for in the unsigned attributes of time-stamp tokens.
    fn add_cms(&mut self, cms: &SignedData, nested: u8) {
        for der in &cms.certificates {
            self.parse_certificate(der, Origin::Embedded);
        }
        for der in &cms.crls {
            self.parse_crl(der);
        }
        for der in &cms.ocsp_responses {
            self.parse_ocsp(der);
        }
        for der in &cms.basic_ocsp_responses {
            self.parse_basic_ocsp(der);
        }
        for signer in &cms.signers {
            self.add_values(signer);
            let signed = signer.signed_attributes.as_ref();
            match signed.map(|signed| signed.adbe_revocation_info()) {
                Some(Ok(Some(archival))) => {
                    archival.crls.iter().for_each(|der| self.parse_crl(der));
                    archival.ocsp_responses.iter().for_each(|der| self.parse_ocsp(der));
                }
                Some(Err(_)) => self.unreadable = self.unreadable.saturating_add(1),
                Some(Ok(None)) | None => {}
            }
            let content = signed.into_iter().flat_map(|signed| signed.content_timestamps());
            let archive = signer.archive_timestamps_v2().chain(signer.archive_timestamps_v3());
            let Some(deeper) = nested.checked_sub(1) else { continue };
            for token in content.chain(signer.signature_timestamps()).chain(archive) {
                match TimestampToken::parse(token, DEPTH) {
                    Ok(token) => self.add_cms(&token.signed_data, deeper),
                    Err(_) => self.unreadable = self.unreadable.saturating_add(1),
                }
            }
        }
    }

    /// What CAdES keeps beside a signature: `certificate-values` and `revocation-values` (EN 319 122-1 §5.4).
    fn add_values(&mut self, signer: &SignerInfo) {
        match signer.certificate_values() {
            Ok(certificates) => certificates.iter().for_each(|der| self.parse_certificate(der, Origin::Embedded)),
            Err(_) => self.unreadable = self.unreadable.saturating_add(1),
        }
        match signer.revocation_values() {
            Ok(values) => {
                values.crls.iter().for_each(|der| self.parse_crl(der));
                values.basic_ocsp_responses.iter().for_each(|der| self.parse_basic_ocsp(der));
            }
            Err(_) => self.unreadable = self.unreadable.saturating_add(1),
        }
    }

    /// Whether there are as many certificates as are looked at; what comes then is counted, and is no evidence.
    fn is_full(&self) -> bool {
        self.certificates.len() >= usize::try_from(Limits::DEFAULT.certificates).unwrap_or(usize::MAX)
    }

    fn parse_certificate(&mut self, der: &[u8], origin: Origin) {
        if self.is_full() {
            self.unreadable = self.unreadable.saturating_add(1);
            return;
        }
        if self.certificates.iter().any(|known| known.der() == der) {
            return;
        }
        let read = match &self.memory {
            Some(memory) => memory.certificate(der),
            None => Certificate::parse(der).map(Arc::new),
        };
        match read {
            Ok(certificate) => {
                self.certificates.push(certificate);
                self.certificate_origins.push(origin);
            }
            Err(_) => self.unreadable = self.unreadable.saturating_add(1),
        }
    }

    fn parse_crl(&mut self, der: &[u8]) {
        let fingerprint = digest(DigestAlgorithm::Sha256, der);
        if self.embedded.contains(&fingerprint) {
            return;
        }
        match Crl::parse(der, DEPTH) {
            Ok(crl) => {
                self.embedded.insert(fingerprint);
                self.add_crl_of(fingerprint, Arc::new(crl), Origin::Embedded);
            }
            Err(_) => self.unreadable = self.unreadable.saturating_add(1),
        }
    }

    fn parse_ocsp(&mut self, der: &[u8]) {
        let fingerprint = digest(DigestAlgorithm::Sha256, der);
        if self.embedded.contains(&fingerprint) {
            return;
        }
        match OcspResponse::parse(der, DEPTH) {
            Ok(response) => {
                // One without an answer counts as often as it is there.
                if response.basic.is_some() {
                    self.embedded.insert(fingerprint);
                }
                self.add_ocsp_response(response, Origin::Embedded);
            }
            Err(_) => self.unreadable = self.unreadable.saturating_add(1),
        }
    }

    fn parse_basic_ocsp(&mut self, der: &[u8]) {
        match OcspResponse::of_basic(der, DEPTH) {
            Ok(response) => self.add_ocsp_response(response, Origin::Embedded),
            Err(_) => self.unreadable = self.unreadable.saturating_add(1),
        }
    }

    /// The certificates.
    #[must_use]
    pub fn certificates(&self) -> &[Arc<Certificate>] {
        &self.certificates
    }

    /// The certificates, each with where it came from first.
    pub fn certificates_with_origin(&self) -> impl Iterator<Item = (&Arc<Certificate>, Origin)> {
        self.certificates.iter().zip(self.certificate_origins.iter().copied())
    }

    /// The CRLs.
    #[must_use]
    pub fn crls(&self) -> &[(Arc<Crl>, Origin)] {
        &self.crls
    }

    /// SHA-256 of the CRL at `index` of [`Evidence::crls`].
    #[must_use]
    pub fn crl_fingerprint(&self, index: usize) -> Option<Digest> {
        self.crl_fingerprints.get(index).copied()
    }

    /// SHA-256 of the `BasicOCSPResponse` at `index` of [`Evidence::ocsp_responses`], which is the same whether it
    /// stands in an `OCSPResponse` or in `revocation-values`; none where there is no answer.
    #[must_use]
    pub fn ocsp_fingerprint(&self, index: usize) -> Option<Digest> {
        self.ocsp_fingerprints.get(index).copied().flatten()
    }

    /// The OCSP responses.
    #[must_use]
    pub fn ocsp_responses(&self) -> &[(Arc<OcspResponse>, Origin)] {
        &self.ocsp_responses
    }

    /// Bytes of all of it.
    #[must_use]
    pub fn octets(&self) -> usize {
        let certificates = self.certificates.iter().map(|certificate| certificate.der().len());
        let crls = self.crls.iter().map(|(crl, _)| crl.der().len());
        let responses = self.ocsp_responses.iter().map(|(response, _)| response.raw.len());
        certificates.chain(crls).chain(responses).fold(0, usize::saturating_add)
    }

    /// How many pieces of embedded evidence could not be parsed.
    #[must_use]
    pub const fn unreadable(&self) -> usize {
        self.unreadable
    }
}
