//! X.509, CMS, ESS, RFC 3161, CRLs and OCSP answers **as parsed: a value of this module proves nothing**. No
//! signature, digest, path or time is checked here, and nothing here knows a key or an algorithm.
//!
//! * [`Certificate`], [`Name`], [`GeneralName`], [`NameConstraints`], [`QcStatements`]: RFC 5280, ETSI EN 319 412-5.
//! * [`SignedData`], [`SignerInfo`], [`SignedAttributes`]: RFC 5652, RFC 5035, ETSI EN 319 122-1.
//! * [`TimestampToken`]: RFC 3161. [`Crl`]: RFC 5280 §5. [`OcspResponse`], [`BasicOcsp`], [`OcspRequest`]: RFC 6960.
//! * [`pem`]: files with several objects.
//!
//! Three rules hold everywhere. The exact bytes of what is signed or hashed are kept as they were sent. A part
//! that is there but cannot be read is named (an error, or a list of what is malformed), never taken as absent.
//! An algorithm stays an [`AlgorithmIdentifier`]: what it means, and whether it is one at all, is for
//! `crypto`.
//!
//! Signed objects are read in BER, since real ones come in BER; certificates in DER only (RFC 5280 §4.1). Work
//! and memory are bounded by the length of the input, nesting by the argument `depth`
//! ([`Limits::der_depth`]).
//!
//! [`Limits::der_depth`]: crate::limits::Limits::der_depth

mod algorithm;
mod certificate;
mod cms;
mod crl;
mod distribution_point;
mod extension;
mod general_name;
mod name;
mod name_constraints;
mod ocsp;
mod ocsp_request;
pub mod oid;
pub mod pem;
mod qc;
mod serial;
#[cfg(test)]
pub(crate) mod testdata;
mod text;
mod tst;

pub use algorithm::AlgorithmIdentifier;
pub use certificate::{
    AccessDescription, AuthorityKeyIdentifier, BasicConstraints, Certificate, CertificateError, CertificateField,
    CertificatePolicy, Computed, ExtendedKeyUsage, KeyUsage, PolicyConstraints, PolicyMapping,
};
pub use cms::{
    AdbeRevocationInfo, AlgorithmProtection, Attribute, AttributeError, AttributeFault, CmsError, ContentHints,
    EssCertId, HashIndex, IssuerSerial, OtherRevocation, PolicyHash, RevocationValues, SignaturePolicy,
    SignedAttributes, SignedData, SignerAttributes, SignerIdentifier, SignerInfo, SignerLocation,
    SigningCertificate,
};
pub use crl::{Crl, CrlEntries, CrlEntry, CrlError, IssuingDistributionPoint, RevocationReason};
pub use distribution_point::{DistributionPoint, DistributionPointName, ReasonFlags};
pub use extension::Extension;
pub use general_name::GeneralName;
pub use name::{Name, NameAttribute, ValueForm};
pub use name_constraints::{ConstraintViolation, NameConstraints, Subtree, ViolationKind};
pub use ocsp::{
    BasicOcsp, CertHash, CertId, CertStatus, OcspError, OcspResponse, OcspStatus, ResponderId, SingleResponse,
};
pub use ocsp_request::OcspRequest;
pub use qc::{PdsLocation, QcLimit, QcStatement, QcStatements};
pub use serial::same_serial;
pub use tst::{Accuracy, TimestampError, TimestampResponse, TimestampToken, TstInfo};
