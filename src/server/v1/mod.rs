//! The calls below `/v1`, one file each.

pub(super) mod policies;
pub(super) mod profiles;
pub(super) mod revisions;
pub(super) mod seals;
pub(super) mod trust;
pub(super) mod validations;
