//! What a validation may use besides the document's signatures: certificates and revocation data, each with where it
//! came from. A plain list of facts: nothing in it is believed because it is in it.

use std::sync::Arc;

use crate::document::{EmbeddedEvidence, Examination, Signature, SignatureForm};
use crate::limits::Limits;
use crate::pki::{Certificate, Crl, OcspResponse, SignedData, TimestampToken};

/// How deep values of embedded evidence may be nested.
const DEPTH: u32 = Limits::DEFAULT.der_depth;

/// Where a piece of evidence came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    crls: Vec<(Crl, Origin)>,
    ocsp_responses: Vec<(OcspResponse, Origin)>,
    unreadable: usize,
}

impl Evidence {
    /// No evidence.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
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

    /// Takes a CRL.
    pub fn add_crl(&mut self, crl: Crl, origin: Origin) {
        self.crls.push((crl, origin));
    }

    /// Takes an OCSP response.
    pub fn add_ocsp_response(&mut self, response: OcspResponse, origin: Origin) {
        self.ocsp_responses.push((response, origin));
    }

    /// Takes all of `other` with its origins, in its order.
    pub fn add_all(&mut self, other: &Self) {
        for (certificate, origin) in other.certificates_with_origin() {
            self.add_certificate_from(Arc::clone(certificate), origin);
        }
        self.crls.extend(other.crls.iter().cloned());
        self.ocsp_responses.extend(other.ocsp_responses.iter().cloned());
        self.unreadable = self.unreadable.saturating_add(other.unreadable);
    }

    /// Takes what of `whole` is missing here: all that does not come from the document, and what does where it is not
    /// here yet.
    pub(super) fn add_missing(&mut self, whole: &Self) {
        for (certificate, origin) in whole.certificates_with_origin() {
            self.add_certificate_from(Arc::clone(certificate), origin);
        }
        for (crl, origin) in &whole.crls {
            let known = |(known, origin): &(Crl, Origin)| *origin == Origin::Embedded && known.der() == crl.der();
            if *origin != Origin::Embedded || !self.crls.iter().any(known) {
                self.crls.push((crl.clone(), *origin));
            }
        }
        for (response, origin) in &whole.ocsp_responses {
            let known =
                |(known, origin): &(OcspResponse, Origin)| *origin == Origin::Embedded && known.raw == response.raw;
            if *origin != Origin::Embedded || !self.ocsp_responses.iter().any(known) {
                self.ocsp_responses.push((response.clone(), *origin));
            }
        }
    }

    /// Takes everything that the document brings along; what cannot be parsed is counted and is no evidence.
    pub fn add_embedded(&mut self, examination: &Examination) {
        let EmbeddedEvidence { certificates, crls, ocsp_responses } = &examination.evidence;
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
            Some(SignatureForm::Cms(cms)) => self.add_cms(cms),
            Some(SignatureForm::Token(token)) => self.add_cms(&token.signed_data),
            Some(SignatureForm::Pkcs1 { certificates, .. }) => {
                for der in certificates {
                    self.parse_certificate(der, Origin::Embedded);
                }
            }
            None => {}
        }
    }

    fn add_cms(&mut self, cms: &SignedData) {
        for der in &cms.certificates {
            self.parse_certificate(der, Origin::Embedded);
        }
        for der in &cms.crls {
            self.parse_crl(der);
        }
        for der in &cms.ocsp_responses {
            self.parse_ocsp(der);
        }
        for signer in &cms.signers {
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
            for token in content.chain(signer.signature_timestamps()) {
                match TimestampToken::parse(token, DEPTH) {
                    Ok(token) => self.add_cms(&token.signed_data),
                    Err(_) => self.unreadable = self.unreadable.saturating_add(1),
                }
            }
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
        match Certificate::parse(der) {
            Ok(certificate) => {
                self.certificates.push(Arc::new(certificate));
                self.certificate_origins.push(origin);
            }
            Err(_) => self.unreadable = self.unreadable.saturating_add(1),
        }
    }

    fn parse_crl(&mut self, der: &[u8]) {
        match Crl::parse(der, DEPTH) {
            Ok(crl) => self.crls.push((crl, Origin::Embedded)),
            Err(_) => self.unreadable = self.unreadable.saturating_add(1),
        }
    }

    fn parse_ocsp(&mut self, der: &[u8]) {
        match OcspResponse::parse(der, DEPTH) {
            Ok(response) => self.ocsp_responses.push((response, Origin::Embedded)),
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
    pub fn crls(&self) -> &[(Crl, Origin)] {
        &self.crls
    }

    /// The OCSP responses.
    #[must_use]
    pub fn ocsp_responses(&self) -> &[(OcspResponse, Origin)] {
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
