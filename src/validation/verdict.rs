//! Verdicts: indications with their sub-indications inside, so that a wrong pair cannot be built.
//!
//! Source: ETSI EN 319 102-1 §5.1.3, tables 5 and 6. While a process runs the standard says PASSED and FAILED,
//! at its end TOTAL-PASSED and TOTAL-FAILED; one type serves both, the report writes the final names.

/// What a validation found. There is no default: whoever makes one has decided.
#[must_use]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Every check that the policy demands holds.
    Passed,
    /// It is certain that the signature is not good.
    Failed(Failure),
    /// It cannot be told.
    Indeterminate(Doubt),
}

/// Sub-indications of FAILED.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Failure {
    /// The signature does not have the form that its kind demands.
    FormatFailure,
    /// A digest of signed data does not match.
    HashFailure,
    /// The signature value does not verify with the signer's key.
    SigCryptoFailure,
    /// The certificate was revoked when the signature was made.
    Revoked,
    /// The certificate had expired when the signature was made.
    Expired,
    /// The certificate was not valid yet when the signature was made.
    NotYetValid,
}

/// Sub-indications of INDETERMINATE.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Doubt {
    /// An attribute or property of the signature is not as the policy demands.
    SigConstraintsFailure,
    /// The chain is not as the policy demands of the signer's certificate.
    ChainConstraintsFailure,
    /// The chain breaks a rule of RFC 5280.
    CertificateChainGeneralFailure,
    /// An algorithm was unreliable when the signature was made.
    CryptoConstraintsFailure,
    /// An algorithm is unreliable, and nothing proves that the signature is older.
    CryptoConstraintsFailureNoPoe,
    /// The signature policy could not be processed.
    PolicyProcessingError,
    /// The signature policy is not at hand.
    SignaturePolicyNotAvailable,
    /// Time-stamps contradict one another.
    TimestampOrderFailure,
    /// The signer's certificate is not at hand.
    NoSigningCertificateFound,
    /// No path leads to a trust anchor.
    NoCertificateChainFound,
    /// The anchor's trust has ended.
    NoCertificateChainFoundNoPoe,
    /// The signer's certificate is revoked, and nothing proves that the signature is older.
    RevokedNoPoe,
    /// A CA of the path is revoked, and nothing proves that the signature is older.
    RevokedCaNoPoe,
    /// The time is outside the validity of a certificate that is known not to be revoked.
    OutOfBoundsNotRevoked,
    /// The time is outside the validity of a certificate.
    OutOfBoundsNoPoe,
    /// The issuer of revocation data has expired.
    RevocationOutOfBoundsNoPoe,
    /// A proof of existence is missing.
    NoPoe,
    /// Later evidence may decide.
    TryLater,
    /// What was signed is not at hand.
    SignedDataNotFound,
}

impl Verdict {
    /// The final indication as reports write it (EN 319 102-1 §5.1.3).
    #[must_use]
    pub const fn total_indication(self) -> &'static str {
        match self {
            Self::Passed => "TOTAL-PASSED",
            Self::Failed(_) => "TOTAL-FAILED",
            Self::Indeterminate(_) => "INDETERMINATE",
        }
    }

    /// The indication of a building block or a time-stamp.
    #[must_use]
    pub const fn indication(self) -> &'static str {
        match self {
            Self::Passed => "PASSED",
            Self::Failed(_) => "FAILED",
            Self::Indeterminate(_) => "INDETERMINATE",
        }
    }

    /// The sub-indication; none where it passed.
    #[must_use]
    pub const fn sub_indication(self) -> Option<&'static str> {
        match self {
            Self::Passed => None,
            Self::Failed(failure) => Some(failure.name()),
            Self::Indeterminate(doubt) => Some(doubt.name()),
        }
    }
}

impl Failure {
    /// The name of the standard, with underscores.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::FormatFailure => "FORMAT_FAILURE",
            Self::HashFailure => "HASH_FAILURE",
            Self::SigCryptoFailure => "SIG_CRYPTO_FAILURE",
            Self::Revoked => "REVOKED",
            Self::Expired => "EXPIRED",
            Self::NotYetValid => "NOT_YET_VALID",
        }
    }
}

impl Doubt {
    /// The name of the standard, with underscores.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SigConstraintsFailure => "SIG_CONSTRAINTS_FAILURE",
            Self::ChainConstraintsFailure => "CHAIN_CONSTRAINTS_FAILURE",
            Self::CertificateChainGeneralFailure => "CERTIFICATE_CHAIN_GENERAL_FAILURE",
            Self::CryptoConstraintsFailure => "CRYPTO_CONSTRAINTS_FAILURE",
            Self::CryptoConstraintsFailureNoPoe => "CRYPTO_CONSTRAINTS_FAILURE_NO_POE",
            Self::PolicyProcessingError => "POLICY_PROCESSING_ERROR",
            Self::SignaturePolicyNotAvailable => "SIGNATURE_POLICY_NOT_AVAILABLE",
            Self::TimestampOrderFailure => "TIMESTAMP_ORDER_FAILURE",
            Self::NoSigningCertificateFound => "NO_SIGNING_CERTIFICATE_FOUND",
            Self::NoCertificateChainFound => "NO_CERTIFICATE_CHAIN_FOUND",
            Self::NoCertificateChainFoundNoPoe => "NO_CERTIFICATE_CHAIN_FOUND_NO_POE",
            Self::RevokedNoPoe => "REVOKED_NO_POE",
            Self::RevokedCaNoPoe => "REVOKED_CA_NO_POE",
            Self::OutOfBoundsNotRevoked => "OUT_OF_BOUNDS_NOT_REVOKED",
            Self::OutOfBoundsNoPoe => "OUT_OF_BOUNDS_NO_POE",
            Self::RevocationOutOfBoundsNoPoe => "REVOCATION_OUT_OF_BOUNDS_NO_POE",
            Self::NoPoe => "NO_POE",
            Self::TryLater => "TRY_LATER",
            Self::SignedDataNotFound => "SIGNED_DATA_NOT_FOUND",
        }
    }
}
