//! What one validation may know from others: which key signed which certificate, CRL or OCSP response, and certificates
//! that were read.
//!
//! That a key verifies the signature of a certificate follows from the two alone, at any time and for any document, and
//! so it does of a CRL or OCSP response. So whoever validates much may hand in a [`Memory`], and the steps of paths that
//! ended at a trust anchor, and what those on them signed about revocation, are not computed again. A certificate says
//! the same whenever its octets are read, so it need not be read again for each document that brings it along. Nothing
//! else is remembered: not that a path was good, not what revocation data said, nothing of a document. The work of a
//! step that is known counts as if it were done, so a limit is reached at the same place with a memory and without one,
//! and no report tells what was validated before.

use std::fmt;
use std::sync::Arc;

use crate::crypto::Digest;
use crate::pki::{Certificate, CertificateError};

/// A key and what it signed. Both digests are of all that the verification looks at, so no two steps are confused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Step {
    /// SHA-256 of the `SubjectPublicKeyInfo` of whoever signed.
    pub key: Digest,
    /// SHA-256 of the certificate, the CRL or the `BasicOCSPResponse`, its signature and algorithm included.
    pub signed: Digest,
}

/// Remembers steps that verified. Whatever it forgets is computed again; what it was never told it must not know.
pub trait Memory: fmt::Debug + Send + Sync {
    /// Whether this step is known to verify.
    fn recall(&self, step: &Step) -> bool;

    /// This step verified, and stands in a path to a trust anchor, or is from one on such a path to what he may say of
    /// revocation: nobody can have steps noted to whom no CA below an anchor gave a certificate.
    fn note(&self, step: Step);

    /// The certificate that these octets are: read, or one that was read from the same octets before.
    ///
    /// # Errors
    /// As [`Certificate::parse`].
    fn certificate(&self, der: &[u8]) -> Result<Arc<Certificate>, CertificateError> {
        Certificate::parse(der).map(Arc::new)
    }
}

/// Remembers nothing.
#[derive(Clone, Copy, Debug)]
pub struct NoMemory;

impl Memory for NoMemory {
    fn recall(&self, _: &Step) -> bool {
        false
    }

    fn note(&self, _: Step) {}
}
