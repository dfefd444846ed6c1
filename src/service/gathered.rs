//! What was fetched, read: certificates (DER, or CMS that holds nothing else, RFC 5280 §4.2.2.1), a CRL (DER), an OCSP
//! answer. Nothing is verified here; who answered what, and for how long it is worth anything, is judged like that of
//! any other evidence.

use std::sync::Arc;

use crate::limits::{GatherLimits, Limits};
use crate::pki::{Certificate, Crl, OcspResponse, OcspStatus, SignedData};
use crate::time::Timestamp;
use crate::validation::{Evidence, FetchOutcome, NeedKind, Origin};

/// How deep values may be nested.
const DEPTH: u32 = Limits::DEFAULT.der_depth;

/// What was fetched.
#[derive(Clone, Debug)]
pub enum Gathered {
    /// Certificates, one of which may be that of the issuer.
    Certificates(Vec<Arc<Certificate>>),
    /// A CRL.
    Crl(Box<Crl>),
    /// An OCSP response with an answer.
    Ocsp(Box<OcspResponse>),
}

impl Gathered {
    /// Reads what came in answer to a need of this kind.
    ///
    /// # Errors
    /// [`FetchOutcome::Unreadable`], or [`FetchOutcome::OcspStatus`] where the responder gives no answer.
    pub fn read(kind: NeedKind, bytes: &[u8]) -> Result<Self, FetchOutcome> {
        match kind {
            NeedKind::Issuer => certificates(bytes).map(Self::Certificates),
            NeedKind::Crl => {
                Crl::parse(bytes, DEPTH).map(|crl| Self::Crl(Box::new(crl))).map_err(|_| FetchOutcome::Unreadable)
            }
            NeedKind::Ocsp => {
                let response = OcspResponse::parse(bytes, DEPTH).map_err(|_| FetchOutcome::Unreadable)?;
                match response.status {
                    OcspStatus::Successful => Ok(Self::Ocsp(Box::new(response))),
                    status => Err(FetchOutcome::OcspStatus(status.word())),
                }
            }
        }
    }

    /// Adds it to evidence; whether anything of it is new.
    pub(super) fn enter(&self, evidence: &mut Evidence) -> bool {
        match self {
            Self::Certificates(certificates) => {
                let before = evidence.certificates().len();
                for certificate in certificates {
                    evidence.add_certificate_from(Arc::clone(certificate), Origin::Fetched);
                }
                evidence.certificates().len() > before
            }
            Self::Crl(crl) => {
                let new = evidence.crls().iter().all(|(known, _)| known.der() != crl.der());
                if new {
                    evidence.add_crl(Crl::clone(crl), Origin::Fetched);
                }
                new
            }
            Self::Ocsp(response) => {
                let raw = |response: &OcspResponse| response.basic.as_ref().map(|basic| basic.raw.clone());
                let new = evidence.ocsp_responses().iter().all(|(known, _)| raw(known) != raw(response));
                if new {
                    evidence.add_ocsp_response(OcspResponse::clone(response), Origin::Fetched);
                }
                new
            }
        }
    }

    /// Until when whoever made it says that nothing newer is there; nothing where he does not say. Of a certificate: the
    /// end of its validity.
    #[must_use]
    pub fn until(&self) -> Option<Timestamp> {
        match self {
            Self::Certificates(certificates) => {
                certificates.iter().map(|certificate| certificate.not_after()).min()
            }
            Self::Crl(crl) => crl.next_update,
            Self::Ocsp(response) => {
                let answers = response.basic.iter().flat_map(|basic| &basic.responses);
                let ends: Option<Vec<Timestamp>> = answers.map(|answer| answer.next_update).collect();
                ends?.into_iter().min()
            }
        }
    }
}

fn certificates(bytes: &[u8]) -> Result<Vec<Arc<Certificate>>, FetchOutcome> {
    if let Ok(certificate) = Certificate::parse(bytes) {
        return Ok(vec![Arc::new(certificate)]);
    }
    let message = SignedData::parse(bytes, DEPTH).map_err(|_| FetchOutcome::Unreadable)?;
    let some = message.certificates.iter().take(GatherLimits::ISSUER_CERTIFICATES);
    let found: Vec<_> = some.filter_map(|der| Certificate::parse(der).ok()).map(Arc::new).collect();
    if found.is_empty() { Err(FetchOutcome::Unreadable) } else { Ok(found) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pki::testdata;

    #[test]
    fn each_kind_is_read_as_what_was_asked_for() {
        let der = |pem| testdata::der(pem);
        let read = |kind, bytes: &[u8]| Gathered::read(kind, bytes);
        let Ok(Gathered::Certificates(one)) = read(NeedKind::Issuer, &der(testdata::CA)) else { panic!() };
        assert_eq!(one.len(), 1);
        let Ok(Gathered::Certificates(several)) = read(NeedKind::Issuer, &der(testdata::CMS)) else { panic!() };
        assert!(!several.is_empty());
        let crl = read(NeedKind::Crl, &der(testdata::CRL)).unwrap();
        assert!(crl.until().is_some());
        let ocsp = read(NeedKind::Ocsp, &der(testdata::OCSP)).unwrap();
        assert!(ocsp.until().is_some());
        for (kind, wrong) in [
            (NeedKind::Issuer, testdata::CRL),
            (NeedKind::Crl, testdata::CA),
            (NeedKind::Ocsp, testdata::CRL),
            (NeedKind::Crl, testdata::OCSP),
        ] {
            assert_eq!(read(kind, &der(wrong)).unwrap_err(), FetchOutcome::Unreadable);
        }
        assert_eq!(read(NeedKind::Ocsp, &[0x30, 3, 0x0a, 1, 3]).unwrap_err().name(), "ocsp-try-later");
    }
}
