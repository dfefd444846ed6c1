//! Certification paths (RFC 5280 §6): from a certificate to a trust anchor.
//!
//! [`build()`] finds every path whose signatures verify, under a budget; [`rules`] checks one of them. The anchor is
//! an input (§6.1.1 (d)): its own signature, validity and extensions are not looked at.
//!
//! Not checked here: certificate policies (§6.1.2 (a) to (f)) and revocation (§6.3).

mod build;
mod facts;
mod rules;

pub(super) use build::build;
pub(super) use facts::{Holder, Keys};
pub(super) use rules::{PathFault, faults, validity};
