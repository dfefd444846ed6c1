//! What a validation would still need to say more: the service fetches it and asks again.
//!
//! A need carries all that a request takes, so that whoever fetches looks at no certificate again, and who vouches for
//! its addresses. An address is a claim of whoever made the certificate: only where the certificate chains to a trust
//! anchor with verified signatures has somebody who is believed written it.

use std::sync::Arc;

use super::message::Term;
use crate::crypto::{DigestAlgorithm, digest};
use crate::limits::Limits;
use crate::pki::{Certificate, DistributionPoint, OcspRequest, OcspStatus};
use crate::syntax::der::{Tlv, tag};

/// What kind of evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
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

    /// The kind of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Issuer, Self::Ocsp, Self::Crl].into_iter().find(|kind| kind.name() == name)
    }
}

/// Who vouches for the addresses in a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Vouched {
    /// It chains to a trust anchor: every signature of the path verifies, and every issuer of it is a CA.
    ByAnchor,
    /// Nobody who is believed.
    ByNobody,
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
    /// Who vouches for the addresses.
    pub vouched: Vouched,
    /// What is asked: the OCSP request, in DER.
    pub ocsp_request: Option<Arc<[u8]>>,
}

impl Need {
    /// The certificate of the issuer of `certificate`; nothing where it names no place (RFC 5280 §4.2.2.1), or is
    /// self-issued.
    #[must_use]
    pub fn issuer(certificate: &Certificate, vouched: Vouched) -> Option<Self> {
        let urls = certificate.ca_issuers_urls().map(str::to_owned).collect();
        let need = Self::of(NeedKind::Issuer, certificate, urls, vouched)?;
        (!certificate.is_self_issued()).then_some(need)
    }

    /// An OCSP answer about `certificate`, which `issuer` issued; nothing where it names no responder.
    #[must_use]
    pub fn ocsp(certificate: &Certificate, issuer: &Certificate, vouched: Vouched) -> Option<Self> {
        let urls = certificate.ocsp_urls().map(str::to_owned).collect();
        let need = Self::of(NeedKind::Ocsp, certificate, urls, vouched)?;
        let request = ocsp_request(certificate, issuer)?.to_der();
        Some(Self { ocsp_request: Some(request.into()), ..need })
    }

    /// A CRL on which `certificate` would stand; nothing where it names no place.
    #[must_use]
    pub fn crl(certificate: &Certificate, vouched: Vouched) -> Option<Self> {
        let points = certificate.crl_distribution_points().iter();
        let urls = points.flat_map(DistributionPoint::uris).map(str::to_owned).collect();
        Self::of(NeedKind::Crl, certificate, urls, vouched)
    }

    fn of(kind: NeedKind, certificate: &Certificate, urls: Vec<String>, vouched: Vouched) -> Option<Self> {
        if urls.is_empty() {
            return None;
        }
        let certificate_sha256 = certificate.computed().sha256.clone();
        Some(Self { kind, certificate_sha256, urls, vouched, ocsp_request: None })
    }
}

/// The request in the form that every responder knows: SHA-1 digests (RFC 5019 §2.1.1). They name, they do not prove.
/// Nothing where the issuer's key cannot be read.
fn ocsp_request(certificate: &Certificate, issuer: &Certificate) -> Option<OcspRequest> {
    let spki = Tlv::parse_all(issuer.spki(), Limits::DEFAULT.der_depth).ok()?;
    let mut members = spki.reader().ok()?;
    members.expect(tag::SEQUENCE).ok()?;
    let key = members.expect(tag::BIT_STRING).ok()?.bit_string().ok()?;
    Some(OcspRequest {
        hash_algorithm: DigestAlgorithm::Sha1.oid(),
        issuer_name_hash: digest(DigestAlgorithm::Sha1, certificate.issuer().der()).as_bytes().into(),
        issuer_key_hash: digest(DigestAlgorithm::Sha1, key).as_bytes().into(),
        serial: certificate.serial().into(),
    })
}

/// An attempt to fetch evidence: what, where, and how it went. Evidence too, where it failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// What.
    pub kind: NeedKind,
    /// SHA-256 (hex) of the certificate that it is about; of several that it would serve, the first.
    pub certificate_sha256: String,
    /// Where, as written in the certificate.
    pub url: String,
    /// How it went.
    pub outcome: FetchOutcome,
}

/// How an attempt to fetch went.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FetchOutcome {
    /// It was fetched.
    Fetched,
    /// It was at hand from an earlier fetch, and its life has not ended.
    Cached,
    /// Nothing is fetched: offline.
    Offline,
    /// The address is of another scheme than http and https.
    RefusedScheme,
    /// The address is none.
    RefusedUrl,
    /// Nobody vouches for the host.
    RefusedHost,
    /// The name has no address that may be asked: private, loopback, link-local …
    RefusedAddress,
    /// https, and no roots are configured to check who answers.
    RefusedHttps,
    /// The name has no address.
    NameNotResolved,
    /// There was no connection.
    ConnectionFailed,
    /// There was no TLS: the certificate of the server does not hold, or the protocol failed.
    TlsFailed,
    /// The connection broke, or what came over it was not HTTP.
    ConnectionBroken,
    /// It took too long.
    Timeout,
    /// Another status than 200.
    HttpStatus(u16),
    /// It leads where nothing is asked: another host, from https to http, too often.
    RedirectRefused,
    /// It is longer than what is taken.
    TooLarge,
    /// It is encoded (`Content-Encoding`), which nobody asked for.
    EncodingRefused,
    /// It is not what was asked for, or cannot be read.
    Unreadable,
    /// The responder gives no answer, and this status (RFC 6960 §4.2.1).
    OcspStatus(&'static str),
    /// What one document may cost is used up: requests or bytes.
    Limit,
    /// The service fetches as much as it may already.
    Busy,
    /// It failed in this way a short time ago; it was not tried again.
    BackingOff(Box<Self>),
}

impl FetchOutcome {
    /// The word in reports.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::HttpStatus(status) => format!("http-status-{status}"),
            Self::OcspStatus(status) => format!("ocsp-{status}"),
            Self::BackingOff(cause) => format!("backing-off-{}", cause.name()),
            Self::Fetched => "fetched".to_owned(),
            Self::Cached => "cached".to_owned(),
            Self::Offline => "offline".to_owned(),
            Self::RefusedScheme => "refused-scheme".to_owned(),
            Self::RefusedUrl => "refused-url".to_owned(),
            Self::RefusedHost => "refused-host".to_owned(),
            Self::RefusedAddress => "refused-address".to_owned(),
            Self::RefusedHttps => "refused-https".to_owned(),
            Self::NameNotResolved => "name-not-resolved".to_owned(),
            Self::ConnectionFailed => "connection-failed".to_owned(),
            Self::TlsFailed => "tls-failed".to_owned(),
            Self::ConnectionBroken => "connection-broken".to_owned(),
            Self::Timeout => "timeout".to_owned(),
            Self::RedirectRefused => "redirect-refused".to_owned(),
            Self::TooLarge => "too-large".to_owned(),
            Self::EncodingRefused => "encoding-refused".to_owned(),
            Self::Unreadable => "unreadable".to_owned(),
            Self::Limit => "limit".to_owned(),
            Self::Busy => "busy".to_owned(),
        }
    }

    /// The outcome of this word.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        const PLAIN: [FetchOutcome; 19] = [
            FetchOutcome::Fetched,
            FetchOutcome::Cached,
            FetchOutcome::Offline,
            FetchOutcome::RefusedScheme,
            FetchOutcome::RefusedUrl,
            FetchOutcome::RefusedHost,
            FetchOutcome::RefusedAddress,
            FetchOutcome::RefusedHttps,
            FetchOutcome::NameNotResolved,
            FetchOutcome::ConnectionFailed,
            FetchOutcome::TlsFailed,
            FetchOutcome::ConnectionBroken,
            FetchOutcome::Timeout,
            FetchOutcome::RedirectRefused,
            FetchOutcome::TooLarge,
            FetchOutcome::EncodingRefused,
            FetchOutcome::Unreadable,
            FetchOutcome::Limit,
            FetchOutcome::Busy,
        ];
        if let Some(cause) = name.strip_prefix("backing-off-") {
            let cause = Self::from_name(cause).filter(|cause| !matches!(cause, Self::BackingOff(_)));
            return cause.map(|cause| Self::BackingOff(Box::new(cause)));
        }
        if let Some(status) = name.strip_prefix("http-status-") {
            return status.parse().ok().map(Self::HttpStatus);
        }
        if let Some(status) = name.strip_prefix("ocsp-") {
            return OcspStatus::WORDS.into_iter().find(|known| *known == status).map(Self::OcspStatus);
        }
        PLAIN.into_iter().find(|outcome| outcome.name() == name)
    }

    /// What that means for people.
    #[must_use]
    pub fn term(&self) -> Term {
        match self {
            Self::Fetched | Self::Cached => Term::FetchDone,
            Self::Offline => Term::FetchOffline,
            Self::RefusedScheme
            | Self::RefusedUrl
            | Self::RefusedHost
            | Self::RefusedAddress
            | Self::RefusedHttps
            | Self::RedirectRefused => Term::FetchRefused,
            Self::NameNotResolved | Self::ConnectionFailed | Self::TlsFailed | Self::ConnectionBroken => {
                Term::FetchUnreachable
            }
            Self::Timeout => Term::FetchTimeout,
            Self::HttpStatus(_)
            | Self::TooLarge
            | Self::EncodingRefused
            | Self::Unreadable
            | Self::OcspStatus(_) => Term::FetchUnusable,
            Self::Limit | Self::Busy => Term::FetchLimit,
            Self::BackingOff(cause) => cause.term(),
        }
    }

    /// Whether there is content.
    #[must_use]
    pub const fn is_success(&self) -> bool {
        matches!(self, Self::Fetched | Self::Cached)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pki::testdata;
    use crate::syntax::hex::hex;

    #[test]
    fn a_need_carries_what_a_request_takes() {
        let certificate = |pem| Certificate::parse(&testdata::der(pem)).unwrap();
        let (leaf, ca) = (certificate(testdata::LEAF), certificate(testdata::CA));
        let need = Need::ocsp(&leaf, &ca, Vouched::ByAnchor).unwrap();
        assert_eq!(need.urls, ["http://ocsp.zh.example/"]);
        // openssl ocsp -issuer ca.pem -cert leaf.pem -no_nonce -reqout -
        let request = include_str!("../pki/testdata/ocsp_request.hex").trim();
        assert_eq!(hex(need.ocsp_request.as_ref().unwrap()), request);
        assert_eq!(Need::issuer(&leaf, Vouched::ByNobody).unwrap().urls, ["http://ca.zh.example/ca.cer"]);
        assert_eq!(Need::crl(&leaf, Vouched::ByNobody).unwrap().kind, NeedKind::Crl);
        assert_eq!(Need::issuer(&ca, Vouched::ByAnchor), None);
        assert_eq!(Need::crl(&ca, Vouched::ByAnchor), None);
    }

    #[test]
    fn a_failure_that_is_remembered_keeps_its_cause() {
        let failure = FetchOutcome::BackingOff(Box::new(FetchOutcome::HttpStatus(404)));
        assert_eq!(failure.name(), "backing-off-http-status-404");
        assert!(!failure.is_success() && FetchOutcome::Cached.is_success());
    }
}
