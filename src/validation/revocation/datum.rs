//! What acceptable revocation data say, and why others are not acceptable.

use std::cmp::Reverse;
use std::rc::Rc;

use crate::crypto::{Digest, SignatureAlgorithm};
use crate::pki::RevocationReason;
use crate::time::Timestamp;
use crate::validation::evidence::Origin;
use crate::validation::message::{Message, Term};
use crate::validation::path::Holder;
use crate::validation::report::RevocationStatus;

/// Of which kind a datum is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::validation) enum Source {
    /// A certificate revocation list, or several that belong together.
    Crl,
    /// An OCSP response.
    Ocsp,
}

impl Source {
    /// The name in reports.
    pub(in crate::validation) const fn name(self) -> &'static str {
        match self {
            Self::Crl => "crl",
            Self::Ocsp => "ocsp",
        }
    }

    /// The word in messages.
    pub(in crate::validation) const fn term(self) -> Term {
        match self {
            Self::Crl => Term::Crl,
            Self::Ocsp => Term::OcspResponse,
        }
    }
}

/// What is said of the certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::validation) enum Status {
    /// Not revoked.
    Good,
    /// Revoked for good.
    Revoked {
        /// When.
        time: Timestamp,
        /// Why, where it is said.
        reason: Option<RevocationReason>,
        /// Since when the key may have been in wrong hands (RFC 5280 §5.3.2), where it is said.
        invalid_since: Option<Timestamp>,
    },
    /// Suspended; may be lifted.
    OnHold {
        /// When it was.
        since: Timestamp,
    },
}

impl Status {
    /// The name in reports.
    pub(in crate::validation) const fn name(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Revoked { .. } => "revoked",
            Self::OnHold { .. } => "on-hold",
        }
    }
}

/// One signed object on which a datum rests: everything about it is verified.
#[derive(Clone, Debug)]
pub(in crate::validation) struct Part {
    /// SHA-256 of the CRL, or of the `BasicOCSPResponse`: its identity for proofs of existence.
    pub(in crate::validation) fingerprint: Digest,
    /// Who signed it.
    pub(in crate::validation) signer: Rc<Holder>,
    /// From the signer up to the first certificate that stands on the path of the certificate itself, that one last:
    /// the CA alone where it signed itself, a delegated responder and the CA. Where the signer shares only the issuer of
    /// the CA, and that is above the anchor, it ends with that issuer.
    pub(in crate::validation) signer_path: Rc<[Rc<Holder>]>,
    /// With which algorithm it is signed.
    pub(in crate::validation) algorithm: SignatureAlgorithm,
}

/// What acceptable revocation data say of one certificate: every value here is verified.
#[derive(Clone, Debug)]
pub(in crate::validation) struct Datum {
    /// Of which kind.
    pub(in crate::validation) source: Source,
    /// Where it came from; where several parts came from several places, that of the first.
    pub(in crate::validation) origin: Origin,
    /// What it says.
    pub(in crate::validation) status: Status,
    /// For when: of several parts the earliest, except that a delta stands for its base.
    pub(in crate::validation) this_update: Timestamp,
    /// Until when newer information is there at the latest: of several parts the earliest.
    pub(in crate::validation) next_update: Option<Timestamp>,
    /// When it was signed; of a CRL `thisUpdate`.
    pub(in crate::validation) produced_at: Timestamp,
    /// What it rests on, at least one: a response; a complete CRL; one with its delta; CRLs that cover all reasons
    /// together. A proof of existence of the datum is one of each, and each has to be signed reliably.
    pub(in crate::validation) parts: Vec<Rc<Part>>,
}

impl Datum {
    /// SHA-256 of each CRL or response that it rests on.
    pub(in crate::validation) fn fingerprints(&self) -> impl Iterator<Item = Digest> {
        self.parts.iter().map(|part| part.fingerprint)
    }

    /// Until when it is fresh, where a datum without `nextUpdate` is so for `maximum_age` seconds.
    pub(in crate::validation) fn fresh_until(&self, maximum_age: i64) -> Timestamp {
        self.next_update.unwrap_or_else(|| self.this_update.plus_seconds(maximum_age))
    }
}

/// Why a datum that concerns a certificate is not acceptable.
#[derive(Clone, Debug)]
pub(in crate::validation) struct Rejected {
    /// Where it came from.
    pub(in crate::validation) origin: Origin,
    /// SHA-256 of it, as in [`Part::fingerprint`]; an OCSP response without an answer has none.
    pub(in crate::validation) fingerprint: Option<Digest>,
    /// For when it speaks, by its own word.
    pub(in crate::validation) this_update: Option<Timestamp>,
    /// Why.
    pub(in crate::validation) reason: Message,
}

/// RAC of all evidence for one certificate.
#[derive(Debug, Default)]
pub(in crate::validation) struct Findings {
    /// What is acceptable, the latest produced first.
    pub(in crate::validation) accepted: Vec<Datum>,
    /// What concerns the certificate and is not, the latest first.
    pub(in crate::validation) rejected: Vec<Rejected>,
}

impl Findings {
    /// The latest produced first; what is produced at the same time, and what is rejected, in an order that does not
    /// depend on that of the evidence.
    pub(super) fn sort(&mut self) {
        let octets = |digest: Digest| digest.as_bytes().to_vec();
        self.accepted.sort_by_cached_key(|datum| {
            let parts: Vec<_> = datum.fingerprints().map(octets).collect();
            (Reverse(datum.produced_at), Reverse(datum.this_update), parts, datum.status != Status::Good)
        });
        self.rejected.sort_by_cached_key(|rejected| {
            (Reverse(rejected.this_update), rejected.fingerprint.map(octets), rejected.reason.id())
        });
    }
}

impl From<&Datum> for RevocationStatus {
    fn from(datum: &Datum) -> Self {
        let (revoked_at, reason) = match datum.status {
            Status::Good => (None, None),
            Status::Revoked { time, reason, .. } => (Some(time), reason),
            Status::OnHold { since } => (Some(since), Some(RevocationReason::CertificateHold)),
        };
        Self {
            source: datum.source.name(),
            status: datum.status.name(),
            this_update: datum.this_update,
            next_update: datum.next_update,
            origin: datum.origin.name(),
            revoked_at,
            reason: reason.map(RevocationReason::name),
        }
    }
}
