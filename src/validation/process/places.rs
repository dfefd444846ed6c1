//! What stands where in the file, for the document time-stamps after it: signatures and time-stamps with the
//! certificates and revocation data inside them, and those of the document security store.

use super::inside::{Inside, identifier};
use super::{Case, value_end};
use crate::crypto::{DigestAlgorithm, digest};
use crate::document::{Examination, Signature, SignatureForm};
use crate::pki::{OcspResponse, SignedData};
use crate::validation::existence::{Existence, Token};

/// Notes it all.
pub(super) fn note(
    existence: &mut Existence,
    examination: &Examination,
    tokens: &[Vec<Inside<'_>>],
    case: &Case<'_>,
) {
    let depth = crate::limits::Limits::DEFAULT.der_depth;
    let mut places = Places { existence, case, depth };
    for (signature, tokens) in examination.signatures.iter().zip(tokens) {
        places.signature(signature, tokens);
    }
    for stamp in &examination.document_timestamps {
        places.signature(stamp, &[]);
    }
    let evidence = &examination.evidence;
    for (certificate, end) in evidence.certificates.iter().zip(&evidence.certificate_ends) {
        let holder = case.keys.holder(certificate);
        places.existence.place(Token::Certificate(holder.fingerprint), *end);
    }
    for (crl, end) in evidence.crls.iter().zip(&evidence.crl_ends) {
        places.crl(crl, *end);
    }
    for (response, end) in evidence.ocsp_responses.iter().zip(&evidence.ocsp_ends) {
        places.ocsp(response, *end);
    }
}

/// What is in the evidence too, as what the document brings along is, was digested there and is looked up.
struct Places<'e, 'c, 'p> {
    existence: &'e mut Existence,
    case: &'c Case<'p>,
    depth: u32,
}

impl Places<'_, '_, '_> {
    fn signature(&mut self, signature: &Signature, tokens: &[Inside<'_>]) {
        let Some(end) = value_end(signature) else { return };
        self.existence.place(Token::Object(signature.id.clone()), end);
        match &signature.form {
            Some(SignatureForm::Cms(cms)) => self.cms(cms, end),
            Some(SignatureForm::Token(token)) => self.cms(&token.signed_data, end),
            Some(SignatureForm::Pkcs1 { certificates, .. }) => {
                certificates.iter().for_each(|der| self.certificate(der, end));
            }
            // An XML signature has no place in a file of revisions.
            Some(SignatureForm::Xml(_)) | None => {}
        }
        for (number, inside) in tokens.iter().enumerate() {
            self.existence.place(Token::Object(identifier(&signature.id, number)), end);
            if let Ok(token) = &inside.token {
                self.cms(&token.signed_data, end);
            }
        }
    }

    fn cms(&mut self, cms: &SignedData, end: u64) {
        cms.certificates.iter().for_each(|der| self.certificate(der, end));
        cms.crls.iter().for_each(|der| self.crl(der, end));
        cms.ocsp_responses.iter().for_each(|der| self.ocsp(der, end));
        cms.basic_ocsp_responses.iter().for_each(|der| self.basic_ocsp(der, end));
        for signer in &cms.signers {
            let signed = signer.signed_attributes.as_ref();
            if let Some(Ok(Some(archival))) = signed.map(|signed| signed.adbe_revocation_info()) {
                archival.crls.iter().for_each(|der| self.crl(der, end));
                archival.ocsp_responses.iter().for_each(|der| self.ocsp(der, end));
            }
            signer.certificate_values().iter().flatten().for_each(|der| self.certificate(der, end));
            if let Ok(values) = signer.revocation_values() {
                values.crls.iter().for_each(|der| self.crl(der, end));
                values.basic_ocsp_responses.iter().for_each(|der| self.basic_ocsp(der, end));
            }
        }
    }

    fn certificate(&mut self, der: &[u8], end: u64) {
        let known = self.case.evidence.certificates().iter().find(|known| known.der() == der);
        let fingerprint = match known {
            Some(certificate) => self.case.keys.holder(certificate).fingerprint,
            None => digest(DigestAlgorithm::Sha256, der),
        };
        self.existence.place(Token::Certificate(fingerprint), end);
    }

    fn crl(&mut self, der: &[u8], end: u64) {
        let evidence = self.case.evidence;
        let known = evidence.crls().iter().position(|(known, _)| known.der() == der);
        let known = known.and_then(|index| evidence.crl_fingerprint(index));
        let fingerprint = known.unwrap_or_else(|| digest(DigestAlgorithm::Sha256, der));
        self.existence.place(Token::Revocation(fingerprint), end);
    }

    /// A response is known by what is signed in it, however it is wrapped, and brings certificates along.
    fn ocsp(&mut self, der: &[u8], end: u64) {
        let evidence = self.case.evidence;
        let known = evidence.ocsp_responses().iter().position(|(known, _)| known.raw.as_ref() == der);
        if let Some(index) = known
            && let Some(fingerprint) = evidence.ocsp_fingerprint(index)
            && let Some(basic) = evidence.ocsp_responses().get(index).and_then(|(known, _)| known.basic.as_ref())
        {
            self.existence.place(Token::Revocation(fingerprint), end);
            basic.certificates.iter().for_each(|der| self.certificate(der, end));
            return;
        }
        let Ok(OcspResponse { basic: Some(basic), .. }) = OcspResponse::parse(der, self.depth) else { return };
        self.basic_ocsp(&basic.raw, end);
    }

    fn basic_ocsp(&mut self, der: &[u8], end: u64) {
        if let Ok(OcspResponse { basic: Some(basic), .. }) = OcspResponse::of_basic(der, self.depth) {
            basic.certificates.iter().for_each(|der| self.certificate(der, end));
        }
        self.existence.place(Token::Revocation(digest(DigestAlgorithm::Sha256, der)), end);
    }
}
