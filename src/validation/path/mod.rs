//! Certification paths (RFC 5280 §6): from a certificate to a trust anchor.
//!
//! [`build()`] finds the paths whose signatures verify, under a budget; [`ranked`] applies the rules to each of them and
//! puts them in order, so that who finds the best wanting can try the next. The anchor is an input
//! (§6.1.1 (d)): its own signature and validity are not looked at, and its extensions only where the policy says so
//! ([`PathRules`](super::policy::PathRules)).
//!
//! Certificate policies are processed with the graph of RFC 9618. Not checked here: revocation (§6.3), the signer's own
//! validity, what its key is for, and algorithms.

mod build;
mod facts;
mod graph;
mod policies;
mod profile;
mod rules;

pub(super) use build::build;
pub(super) use facts::{Holder, Keys};
pub(super) use rules::{CHECKS, Candidate, Inputs, PathFault, ranked, undated_faults, validity};
