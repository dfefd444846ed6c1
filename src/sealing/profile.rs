//! What a seal looks like and what it has to hold: data.

use std::sync::Arc;

use crate::document::{MediaType, Packaging};
use crate::validation::Policy;

/// How a seal is made. One of them is chosen by name with each request.
#[derive(Clone, Debug)]
pub struct SealProfile {
    /// Its name in the configuration.
    pub name: String,
    /// The policy that the result has to pass, or it is not released.
    pub policy: Arc<Policy>,
    /// Which documents are sealed.
    pub formats: Formats,
    /// How the seal of an XML document stands to it.
    pub packaging: Packaging,
    /// Which prefixes of an XML document an enveloped seal signs.
    pub prefixes: Prefixes,
    /// Up to which level the seal goes.
    pub level: SealLevel,
    /// What is seen of the seal of a PDF.
    pub appearance: Appearance,
    /// Of a PDF: Reason of the signature dictionary (ISO 32000-2 table 255).
    pub reason: Option<String>,
    /// Location.
    pub location: Option<String>,
    /// `ContactInfo`.
    pub contact: Option<String>,
}

/// Which documents a profile seals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Formats {
    /// All that can be sealed: PDF by `PAdES`, XML by `XAdES`.
    All,
    /// PDF only.
    Pades,
    /// XML only.
    Xades,
}

impl Formats {
    /// Whether documents of a kind are sealed.
    #[must_use]
    pub const fn include(self, kind: MediaType) -> bool {
        matches!((self, kind), (Self::All, _) | (Self::Pades, MediaType::Pdf) | (Self::Xades, MediaType::Xml))
    }
}

/// Which namespace prefixes of an XML document an enveloped seal signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prefixes {
    /// All that it declares, and the default namespace: what a prefix in character data or in the value of an attribute
    /// means is signed too.
    All,
    /// Those that its elements and attributes have: exclusive canonical form without parameters, as trust lists are signed
    /// (TS 119 612 §5.7.1). For a format whose text has no prefixes.
    Used,
}

/// Up to which level of its baseline profile a seal goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SealLevel {
    /// B-B.
    B,
    /// B-T, of a PDF only: with a time-stamp over the value (EN 319 122-1 §5.3), for which room is left.
    T {
        /// Octets of the longest time-stamp token that fits.
        room: usize,
    },
}

/// What is seen of a seal.
#[derive(Clone, Debug, PartialEq)]
pub enum Appearance {
    /// Nothing: a new field without a place on a page.
    Invisible,
    /// An existing, empty signature field, by its full name. What is seen is what it has as its place; a field
    /// without a place stays invisible.
    Field {
        /// The full name (ISO 32000-2 §12.7.4.2).
        name: String,
        /// Lines of text.
        text: Vec<String>,
    },
    /// A new field with plain text.
    NewField {
        /// Its name; one that is free is chosen where none is given.
        name: Option<String>,
        /// On which page.
        page: Page,
        /// Left, bottom, right, top in points (1/72 inch) of the page's own space.
        rectangle: [f64; 4],
        /// Lines of text.
        text: Vec<String>,
    },
}

/// A page of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    /// From the front, the first is 1.
    Number(u32),
    /// The last one.
    Last,
}
