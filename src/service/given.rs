//! Evidence that a caller gives: certificates, CRLs and OCSP responses, PEM with one or several objects or one in DER, or
//! an evidence bundle, of which only these three are taken.
//!
//! What cannot be used in whole is refused, also where only one of its objects is wrong: whoever gives a file means
//! all of it. Nothing is verified here.

use std::sync::Arc;

use crate::limits::Limits;
use crate::pki::pem;
use crate::pki::{Certificate, Crl, OcspResponse};
use crate::validation::bundle;
use crate::validation::bundle::BundleError;
use crate::validation::{Evidence, Origin};

/// Evidence that a caller gives, in its order.
#[derive(Debug, Default)]
pub struct Given {
    /// Certificates.
    pub certificates: Vec<Arc<Certificate>>,
    /// CRLs.
    pub crls: Vec<Crl>,
    /// OCSP responses.
    pub ocsp_responses: Vec<OcspResponse>,
}

/// Why content cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unusable {
    /// It is neither PEM nor DER.
    NotPemOrDer,
    /// The object with this number, from 1, is of another kind or cannot be parsed.
    Object(usize),
    /// It is an evidence bundle that is refused.
    Bundle(BundleError),
}

impl Given {
    /// Takes everything in `content`.
    ///
    /// # Errors
    /// [`Unusable`]; what stood before the unusable object has been taken.
    pub fn take(&mut self, content: &[u8], limits: &Limits) -> Result<(), Unusable> {
        if bundle::is_bundle(content) {
            self.take_all(&bundle::given(content).map_err(Unusable::Bundle)?);
            return Ok(());
        }
        for (number, object) in objects(content)? {
            let taken = match object.label {
                pem::Label::Certificate => {
                    Certificate::parse(&object.der).ok().map(|parsed| self.certificates.push(Arc::new(parsed)))
                }
                pem::Label::Crl => {
                    Crl::parse(&object.der, limits.der_depth).ok().map(|parsed| self.crls.push(parsed))
                }
                pem::Label::OcspResponse => OcspResponse::parse(&object.der, limits.der_depth)
                    .ok()
                    .map(|parsed| self.ocsp_responses.push(parsed)),
                _ => None,
            };
            taken.ok_or(Unusable::Object(number))?;
        }
        Ok(())
    }

    fn take_all(&mut self, evidence: &Evidence) {
        self.certificates.extend(evidence.certificates().iter().map(Arc::clone));
        self.crls.extend(evidence.crls().iter().map(|(crl, _)| Crl::clone(crl)));
        self.ocsp_responses
            .extend(evidence.ocsp_responses().iter().map(|(response, _)| OcspResponse::clone(response)));
    }

    /// The same as evidence that the caller supplied.
    #[must_use]
    pub fn into_evidence(self) -> Evidence {
        let mut evidence = Evidence::new();
        for certificate in self.certificates {
            evidence.add_certificate(certificate);
        }
        for crl in self.crls {
            evidence.add_crl(crl, Origin::Supplied);
        }
        for response in self.ocsp_responses {
            evidence.add_ocsp_response(response, Origin::Supplied);
        }
        evidence
    }
}

/// The certificates in `content`, which holds nothing else.
///
/// # Errors
/// [`Unusable`].
pub fn certificates(content: &[u8]) -> Result<Vec<Arc<Certificate>>, Unusable> {
    let mut certificates = Vec::new();
    for (number, object) in objects(content)? {
        let certificate = match object.label {
            pem::Label::Certificate => Certificate::parse(&object.der).ok(),
            _ => None,
        };
        certificates.push(Arc::new(certificate.ok_or(Unusable::Object(number))?));
    }
    Ok(certificates)
}

/// The objects, numbered from 1.
fn objects(content: &[u8]) -> Result<impl Iterator<Item = (usize, pem::PemObject)>, Unusable> {
    let objects = pem::objects(content).map_err(|error| match error {
        pem::PemError::Unfinished(number) | pem::PemError::Base64(number) => Unusable::Object(number),
        _ => Unusable::NotPemOrDer,
    })?;
    Ok((1..).zip(objects))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pki::testdata;

    #[test]
    fn each_kind_is_taken_and_others_are_refused_by_number() {
        let mut given = Given::default();
        let all = format!("{}{}{}", testdata::LEAF, testdata::CRL, testdata::OCSP);
        given.take(all.as_bytes(), &Limits::DEFAULT).unwrap();
        assert_eq!((given.certificates.len(), given.crls.len(), given.ocsp_responses.len()), (1, 1, 1));
        let with_cms = format!("{}{}", testdata::LEAF, testdata::CMS);
        assert_eq!(given.take(with_cms.as_bytes(), &Limits::DEFAULT), Err(Unusable::Object(2)));
        assert_eq!(given.take(b"text", &Limits::DEFAULT), Err(Unusable::NotPemOrDer));
        assert_eq!(given.take(b"-----BEGIN X-----\nAAEC\n", &Limits::DEFAULT), Err(Unusable::Object(1)));
    }

    #[test]
    fn certificates_are_only_certificates() {
        assert_eq!(certificates(testdata::LEAF.as_bytes()).unwrap().len(), 1);
        let with_crl = format!("{}{}", testdata::LEAF, testdata::CRL);
        assert_eq!(certificates(with_crl.as_bytes()).unwrap_err(), Unusable::Object(2));
    }
}
