//! Where signatures are and which bytes they cover: facts, no judgement.
//!
//! [`Document::open`] finds out what is where, [`examine`] collects the facts once. An [`Examination`] holds no
//! content of the document and is all that a validation needs. [`signed_revisions`] and [`revision_differences`] are
//! for whoever wants to look at what was signed.

mod digests;
mod examination;
mod facts;
mod open;
mod pades;
mod revisions;
mod signature;
mod xades;

pub use examination::{AppendingFacts, Examination, examine, examine_to_append, examine_with};
pub use facts::{
    ByteRange, ChangeFinding, Changes, ChangesLevel, Coverage, DocumentFacts, DocumentFinding, FieldLock,
    FieldLockAction, MediaType,
};
pub use open::{Document, Kind, OpenError, sniff};
pub(crate) use pades::text_string;
pub use pades::{
    ChangeGuard, ChangeRule, Difference, Differences, Direction, Restriction, Restrictions, ShownValue, Thing,
    change_guards, change_rules,
};
pub use revisions::{
    RevisionBytes, SignedBy, SignedRevision, SignedRevisions, revision_differences, signed_revisions,
};
pub use signature::{
    ByteRangeDefect, ClaimedPdfAttributes, EmbeddedEvidence, FormatDefect, Signature, SignatureForm, SubFilter,
};
pub use xades::{
    CertificateReference, ClaimedPolicy, Content, CounterOf, Covers, DataObjectFormat, Fault, Packaging, Role,
    SignedInfo, Target, TimestampProperty, Uncovered, UncoveredKind, UnsignedKind, UnsignedProperty,
    ValidationData, XadesProperties, XmlReference, XmlSignature, XmlTimestamp,
};
