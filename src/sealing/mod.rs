//! Sealing, in stages that cannot be left out: an [`Original`] is judged as it came, becomes [`Prepared`] (the update
//! is appended, the hole is left, the attributes are fixed), [`Sealed`] (the value is in its place) and [`Released`]
//! (our own validator passed it). Each stage consumes the one before it, so what was checked is exactly what is
//! signed, and only what is released can be sent. Pure: the key signs elsewhere.

#[cfg_attr(not(test), expect(dead_code, reason = "the stages use it as soon as they are there"))]
mod cms;
mod identity;
mod profile;
mod stages;

pub use identity::SealIdentity;
pub use profile::{Appearance, Page, SealProfile};
pub use stages::{NotReleased, Original, Prepared, Released, SealError, Sealed, SignerUnfit, Terms, check_signer};
