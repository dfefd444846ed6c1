//! Who is believed, for what, since when.
//!
//! A [`TrustList`] is parsed and proves nothing. A [`VerifiedTrustList`] was verified with a pinned signer; its services
//! mean what the table of its [`Scheme`] says ([`scheme`]). A [`TrustStore`] is an immutable snapshot of all that is
//! believed: anchors that an operator configured, the services of verified lists, and anchors that an operator accepts
//! beside the lists.
//!
//! What a legal class needs of a service is not here: `validation::qualification` says it.

mod announced;
mod build;
mod documented;
mod index;
mod list;
mod listed;
mod listing;
mod look;
mod lotl;
pub mod scheme;
mod service;
mod store;
mod subject;
mod verify;

pub use announced::{Announcement, Territories, announced_name};
pub use documented::DocumentedStatus;
pub use list::{
    DigitalIdentity, Extension, Instance, ListError, ListedCriteria, ListedQualification, ListedService, Pointer,
    Provider, TrustList,
};
pub use listed::{ListStanding, ListTrust};
pub use listing::{ListRole, ListState, ListSummary, Listing, RefusedList};
pub use look::{Look, LookOutcome};
pub use lotl::{Followed, ListOfLists, PIVOT_BYTES, PIVOTS, Pivot, PivotError, follow_pivots, pivot_locations};
pub use service::{Criteria, Period, Qualification, Qualifier, Scheme, Service, ServiceKind, ServiceStatus, Uses};
pub use store::{SupplementaryAnchor, TrustAnchor, TrustStore};
pub use verify::{LIST_BYTES, ListRemark, ListSigner, Refusal, VerifiedTrustList};
