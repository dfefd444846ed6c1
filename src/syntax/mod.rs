//! Bytes ⇄ trees. Grammars only: no keys, no trust, no policy. Readers keep byte positions.

pub mod der;
pub(crate) mod hex;
pub mod pdf;
pub mod short;
pub mod url;
pub mod xml;
