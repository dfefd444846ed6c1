//! Where signatures are and which bytes they cover: facts, no judgement.
//!
//! [`Document::open`] finds out what is where, [`examine`] collects the facts once. An [`Examination`] holds no
//! content of the document and is all that a validation needs.

mod digests;
mod examination;
mod facts;
mod open;
mod pades;
mod signature;

pub use examination::{AppendingFacts, Examination, examine, examine_to_append};
pub use facts::{
    ByteRange, ChangeFinding, Changes, ChangesLevel, Coverage, DocumentFacts, DocumentFinding, FieldLock,
    FieldLockAction, MediaType,
};
pub use open::{Document, Kind, OpenError, sniff};
pub(crate) use pades::text_string;
pub use pades::{ChangeGuard, ChangeRule, Restriction, Restrictions, change_guards, change_rules};
pub use signature::{
    ByteRangeDefect, ClaimedPdfAttributes, EmbeddedEvidence, FormatDefect, Signature, SignatureForm, SubFilter,
};
