//! Pointers to other lists (TS 119 612 §5.3.13): where a list is, of which territory, and who signs it.

use std::sync::Arc;

use super::read::Element;
use super::service::DigitalIdentity;
use super::{ListError, TSL};
use crate::pki::Certificate;

/// Identities of one pointer. Real ones have up to ten.
const IDENTITIES: usize = 256;
/// `MimeType`.
const ADDITIONAL: &str = "http://uri.etsi.org/02231/v2/additionaltypes#";

/// A pointer.
#[derive(Clone, Debug)]
pub struct Pointer {
    /// `TSLLocation`.
    pub location: String,
    /// `TSLType`.
    pub type_uri: String,
    /// `SchemeTerritory`.
    pub territory: String,
    /// `MimeType`; empty where it is missing.
    pub mime_type: String,
    /// The certificates of those who sign it.
    pub signers: Vec<Arc<Certificate>>,
}

impl Pointer {
    pub(super) fn read(element: Element<'_>) -> Result<Self, ListError> {
        let mut signers: Vec<Arc<Certificate>> = Vec::new();
        if let Some(list) = element.optional("ServiceDigitalIdentities")? {
            for (number, identity) in list.all("ServiceDigitalIdentity").enumerate() {
                if number >= IDENTITIES {
                    return Err(ListError::TooMany("ServiceDigitalIdentity"));
                }
                for certificate in DigitalIdentity::read(identity)?.certificates {
                    if signers.iter().all(|known| known.der() != certificate.der()) {
                        signers.push(certificate);
                    }
                }
            }
        }
        let mut pointer = Self {
            location: element.one("TSLLocation")?.text(),
            type_uri: String::new(),
            territory: String::new(),
            mime_type: String::new(),
            signers,
        };
        let information = element.optional("AdditionalInformation")?;
        let others = information.into_iter().flat_map(|list| list.all("OtherInformation"));
        for part in others.flat_map(Element::elements) {
            let field = if part.is(TSL, "TSLType") {
                &mut pointer.type_uri
            } else if part.is(TSL, "SchemeTerritory") {
                &mut pointer.territory
            } else if part.is(ADDITIONAL, "MimeType") {
                &mut pointer.mime_type
            } else {
                continue;
            };
            // What stands twice is not known.
            *field =
                if field.is_empty() { part.text() } else { return Err(ListError::Malformed("OtherInformation")) };
        }
        Ok(pointer)
    }

    /// Whether it is to a list that a program can read: not to one for people.
    #[must_use]
    pub fn is_for_programs(&self) -> bool {
        self.mime_type == "application/vnd.etsi.tsl+xml"
    }
}
