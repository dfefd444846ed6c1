//! Why a use case ends without its answer. The form in which that is said outside is the server's.

use std::fmt;

use super::NoRevision;
use crate::document::OpenError;
use crate::sealing::{NotReleased, SealError, SignerUnfit};

/// Why a use case ends without its answer.
#[derive(Debug)]
#[non_exhaustive]
pub enum ServiceError {
    /// The caller lacks a role or a profile: which.
    Forbidden(String),
    /// There is no policy of this name.
    UnknownPolicy(String),
    /// There is no profile of this name.
    UnknownProfile(String),
    /// The document cannot be read.
    Document(OpenError),
    /// There is no signed revision to give.
    Revision(NoRevision),
    /// The document cannot or may not be sealed.
    Seal(SealError),
    /// Our own certificate may not seal now.
    SignerUnfit(SignerUnfit),
    /// The key could not sign.
    SignerUnavailable(String),
    /// Our own validator did not pass the result.
    NotReleased(NotReleased),
    /// The journal could not be written; nothing leaves.
    JournalUnavailable(String),
    /// The same idempotent request is being worked on.
    InProgress,
    /// The idempotency key was used for another request.
    IdempotencyMismatch,
    /// Too much is being worked on already.
    Overloaded,
    /// Our own failure: where.
    Internal(&'static str),
}

impl fmt::Display for ServiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Forbidden(what) => write!(f, "forbidden: {what}"),
            Self::UnknownPolicy(name) => write!(f, "unknown policy {name}"),
            Self::UnknownProfile(name) => write!(f, "unknown profile {name}"),
            Self::Document(error) => error.fmt(f),
            Self::Revision(NoRevision::NoSuchSignature) => f.write_str("no such signature"),
            Self::Revision(NoRevision::Several(ids)) => write!(f, "several signatures: {}", ids.join(", ")),
            Self::Revision(NoRevision::Shapeless(id)) => write!(f, "{id} has no references that could be read"),
            Self::Revision(NoRevision::NoOctets(id, number, fault)) => {
                write!(f, "reference {number} of {id} has no octets: {fault:?}")
            }
            Self::Revision(NoRevision::Unknown(id)) => write!(f, "the revision of {id} cannot be told"),
            Self::Seal(error) => error.fmt(f),
            Self::SignerUnfit(unfit) => {
                write!(f, "our certificate does not pass: {}", unfit.check.map_or("unknown", |check| check.name()))
            }
            Self::SignerUnavailable(cause) => write!(f, "signer unavailable: {cause}"),
            Self::NotReleased(reason) => write!(f, "not released: {}", reason.cause),
            Self::JournalUnavailable(cause) => write!(f, "journal unavailable: {cause}"),
            Self::InProgress => f.write_str("the same request is in progress"),
            Self::IdempotencyMismatch => f.write_str("the key was used for another request"),
            Self::Overloaded => f.write_str("overloaded"),
            Self::Internal(place) => write!(f, "internal: {place}"),
        }
    }
}

impl std::error::Error for ServiceError {}
