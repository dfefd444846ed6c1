//! Sealing, in stages that cannot be left out: an [`Original`] is judged as it came, becomes [`Prepared`] (the update
//! is appended, the hole is left, the attributes are fixed), [`Sealed`] (the value is in its place) and [`Released`]
//! (our own validator passed it). Each stage consumes the one before it, so what was checked is exactly what is
//! signed, and only what is released can be sent. Pure: the key signs elsewhere.
//!
//! PDF: `PAdES`, level B-B, or B-T with a time-stamp that is given with the value (EN 319 142-1 §6.3), `ETSI.CAdES.detached`
//! in an append-only update. XML: `XAdES`, level B-B
//! (EN 319 132-1 §6.3), enveloped, enveloping or detached; see the module `xml`. The bytes of the document are moved from
//! stage to stage, never copied (but where the seal of XML is tried beside earlier signatures), and read twice: once to
//! judge and sign them, once to judge the result.
//!
//! Not here yet: time-stamps in XML, evidence (levels LT, LTA), embedded fonts in an appearance, signing a field that
//! has a lock or seed values, sealing a part of an XML document, content other than XML in an enveloping or detached seal.

mod addition;
mod appearance;
mod cms;
mod earlier;
mod error;
mod field;
mod identity;
mod name;
mod original;
mod pades;
mod page;
mod prepared;
mod profile;
mod released;
mod sealed;
mod terms;
mod winansi;
mod xades;
mod xml;

pub use addition::sealed_again;
pub use error::{NotReleased, SealError, SignerUnfit};
pub use identity::SealIdentity;
pub use name::DocumentName;
pub use original::Original;
pub use prepared::Prepared;
pub use profile::{Appearance, Formats, Page, Prefixes, SealLevel, SealProfile};
pub use released::Released;
pub use sealed::Sealed;
pub use terms::{Terms, check_signer};
