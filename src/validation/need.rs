//! What a validation would still need to say more: the service fetches it and asks again.

/// What kind of evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NeedKind {
    /// The certificate of an issuer.
    Issuer,
    /// An OCSP response.
    Ocsp,
    /// A certificate revocation list.
    Crl,
}

impl NeedKind {
    /// The name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Issuer => "issuer",
            Self::Ocsp => "ocsp",
            Self::Crl => "crl",
        }
    }
}

/// One piece of evidence that is missing, and where the certificate says that it can be had.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Need {
    /// What.
    pub kind: NeedKind,
    /// SHA-256 (hex) of the certificate that it is about.
    pub certificate_sha256: String,
    /// Addresses, as written in the certificate.
    pub urls: Vec<String>,
}
