//! The journal: what was validated and sealed, by whom, when, under which policy, with which result. Pure: the form of
//! a record, the chain that ties the records together, and the proof that nothing was changed, left out or moved.
//!
//! No document content, no file name and no name of a subject ever stands in a record: identifiers and digests only.

mod entry;

pub use entry::{Act, Entry};
