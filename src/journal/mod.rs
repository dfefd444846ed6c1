//! The journal: what was validated and sealed, by whom, when, under which policy, with which result. Pure: the form of
//! a record, the chain that ties the records together, and the proof that nothing was changed, left out or moved.
//!
//! No document content, no file name and no name of a subject ever stands in a record: identifiers and digests only.
//!
//! # The chain
//!
//! Records are numbered from 1 without gaps. Each holds one [`Entry`] as a line of JSON ([`Entry::to_line`]), which is
//! stored exactly as it was hashed, so that later versions can add members without touching what is there. The hash
//! of a record is
//!
//! ```text
//! SHA-256( "sigillum-journal/1" ‖ 00 ‖ number (8 octets, big-endian) ‖ hash of the record before (32 octets) ‖ line )
//! ```
//!
//! and before record 1 stands [`Head::GENESIS`], number 0 with a hash of 32 zero octets. No record can have that hash.
//!
//! # What [`Verifier`] proves, and what not
//!
//! That every record from 1 on is there, in its order, unchanged since its hash was made, and that the last one is the
//! one that is named as the last. It does not prove who wrote the records, nor that nobody rewrote all of them:
//! whoever can write the whole file can compute a new chain. Against that helps only a [`Head`] that is kept where this
//! person cannot write: a chain that was rewritten, or cut off, does not contain the head that was kept.

mod chain;
mod entry;
mod record;

pub use chain::{Broken, Fault, Stored, Verifier, verify};
pub use entry::{Act, Entry};
pub use record::{Hash, Head, HeadForm, Record};
