//! Signatures of a PDF (ISO 32000-2 §12.8, ETSI EN 319 142-1): where they are and which bytes they cover.
//!
//! Every signature is found: those that are values of signature fields, and signature dictionaries that no field
//! names. What cannot be parsed is found too, with what is wrong about it.

mod byte_range;
mod changes;
mod dictionary;
mod evidence;
mod locate;
mod permissions;
mod restrictions;

pub use changes::{
    ChangeGuard, ChangeRule, Difference, Differences, Direction, ShownValue, Thing, guards as change_guards,
    rules as change_rules,
};
pub(super) use changes::{Restraints, analyse, differences};
pub(super) use dictionary::read;
pub(super) use evidence::embedded;
pub(crate) use locate::text_string;
pub(super) use locate::{Located, locate};
pub(super) use permissions::usage_rights;
pub(super) use restrictions::restrictions;
pub use restrictions::{Restriction, Restrictions};
