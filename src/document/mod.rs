//! Where signatures are and which bytes they cover: facts, no judgement.
//!
//! [`Document::open`] finds out what is where, [`examine`] collects the facts once. An [`Examination`] holds no
//! content of the document and is all that a validation needs.

mod facts;

pub use facts::{
    ByteRange, ChangeFinding, Changes, ChangesLevel, Coverage, DocumentFacts, DocumentFinding, FieldLock,
    FieldLockAction, MediaType,
};
