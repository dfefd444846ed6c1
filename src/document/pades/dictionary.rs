//! A signature dictionary (ISO 32000-2 §12.8.1, table 255) read into a [`Signature`]: place, form, claims.

use std::borrow::Cow;
use std::sync::Arc;

use super::byte_range::Place;
use super::locate::{Found, text_string};
use super::permissions::permissions;
use crate::document::signature::{ClaimedPdfAttributes, FormatDefect, Signature, SignatureForm, SubFilter};
use crate::limits::{Budget, LimitExceeded, Limits};
use crate::pki::{CmsError, SignedData, TimestampError, TimestampToken};
use crate::syntax::der::{DerError, Tlv, tag};
use crate::syntax::pdf::{Dict, Object, ObjectError, Pdf};
use crate::time::Timestamp;

/// Reads one signature. Its id, its digests and collisions with others come later.
///
/// # Errors
/// Where a limit is reached.
pub(crate) fn read(
    pdf: &Pdf<'_>,
    found: &Found,
    limits: &Limits,
    budget: &mut Budget,
) -> Result<Signature, LimitExceeded> {
    let dict = &with_direct_values(pdf, &found.dict, budget)?;
    let mut defects = Vec::new();
    let sub_filter = SubFilter::from_name(dict.name(b"SubFilter"));
    if matches!(sub_filter, SubFilter::Unknown(_)) {
        defects.push(FormatDefect::UnknownSubFilter);
    }
    match found.fields.len() {
        0 => defects.push(FormatDefect::NotInField),
        1 => {}
        _ => defects.push(FormatDefect::SeveralFields),
    }
    let doubled = found.dict.duplicate_keys();
    if doubled.iter().any(|key| matches!(key.as_bytes(), b"ByteRange" | b"Contents" | b"SubFilter" | b"Cert")) {
        defects.push(FormatDefect::DuplicateKey);
    }
    let place = Place::of(pdf, &found.dict, found.object);
    defects.extend(place.defects.iter().copied().map(FormatDefect::ByteRange));
    let form = match dict.string(b"Contents") {
        None => {
            defects.push(FormatDefect::Key("Contents"));
            None
        }
        Some(contents) => match form(&sub_filter, contents, dict, limits) {
            Ok((form, trailing)) => {
                if trailing > 0 {
                    defects.push(FormatDefect::TrailingContents { bytes: trailing });
                }
                Some(form)
            }
            Err(defect) => {
                defects.push(defect);
                None
            }
        },
    };
    let signed = place.revision.unwrap_or(pdf.latest());
    let permissions = permissions(pdf, &found.dict, found.object, &found.fields, signed, budget)?;
    Ok(Signature {
        id: String::new(),
        field: found.fields.first().map(|field| field.name.clone()),
        sub_filter,
        byte_range: place.byte_range,
        revision: place.revision.map(|revision| revision.get().saturating_add(1)),
        coverage: place.coverage,
        changes: place.changes,
        defects,
        claimed: claims(dict),
        doc_mdp: permissions.doc_mdp,
        field_lock: permissions.field_lock,
        restraints: permissions.restraints,
        form,
        digests: Vec::new(),
        led: Vec::new(),
        limit: None,
    })
}

/// The entries that are read here, with references followed.
struct Direct<'d>(Vec<(&'static [u8], Cow<'d, Object>)>);

impl Direct<'_> {
    fn get(&self, key: &[u8]) -> Option<&Object> {
        self.0.iter().find(|(name, _)| *name == key).map(|(_, value)| value.as_ref())
    }

    fn name(&self, key: &[u8]) -> Option<&[u8]> {
        self.get(key)?.as_name()
    }

    fn string(&self, key: &[u8]) -> Option<&[u8]> {
        self.get(key)?.as_string().map(|string| string.bytes.as_slice())
    }
}

fn with_direct_values<'d>(pdf: &Pdf<'_>, dict: &'d Dict, budget: &mut Budget) -> Result<Direct<'d>, LimitExceeded> {
    const KEYS: [&[u8]; 7] = [b"SubFilter", b"Contents", b"Cert", b"M", b"Reason", b"Location", b"ContactInfo"];
    let mut values = Vec::with_capacity(KEYS.len());
    for key in KEYS {
        let Some(value) = dict.get(key) else { continue };
        match pdf.resolve(value, pdf.latest(), budget) {
            Ok(value) => values.push((key, value)),
            Err(ObjectError::Limit(limit)) => return Err(limit),
            // A value that cannot be read is as good as none: a missing SubFilter or Contents is a defect.
            Err(_) => {}
        }
    }
    Ok(Direct(values))
}

fn claims(dict: &Direct<'_>) -> ClaimedPdfAttributes {
    let text = |key: &[u8]| dict.string(key).map(text_string).filter(|text| !text.is_empty());
    ClaimedPdfAttributes {
        signing_time: dict.string(b"M").and_then(|date| Timestamp::from_pdf_date(date).ok()),
        reason: text(b"Reason"),
        location: text(b"Location"),
        contact: text(b"ContactInfo"),
    }
}

/// Parses Contents as the `SubFilter` demands; an unknown one is tried as CMS, so that the report can name the
/// signer. Also gives the number of bytes that follow the value and are not zero.
fn form(
    sub_filter: &SubFilter,
    contents: &[u8],
    dict: &Direct<'_>,
    limits: &Limits,
) -> Result<(SignatureForm, u64), FormatDefect> {
    let depth = limits.der_depth;
    match sub_filter {
        SubFilter::X509RsaSha1 => pkcs1(contents, dict, depth),
        SubFilter::Rfc3161 => {
            let token = TimestampToken::parse(contents, depth).map_err(|error| unreadable_token(&error))?;
            let trailing = trailing(&token.signed_data);
            Ok((SignatureForm::Token(Arc::new(token)), trailing))
        }
        _ => {
            let cms = SignedData::parse(contents, depth).map_err(|error| unreadable_cms(&error))?;
            let trailing = trailing(&cms);
            Ok((SignatureForm::Cms(Arc::new(cms)), trailing))
        }
    }
}

fn trailing(cms: &SignedData) -> u64 {
    u64::try_from(cms.trailing).unwrap_or(u64::MAX)
}

fn unreadable_cms(error: &CmsError) -> FormatDefect {
    let offset = if let CmsError::Encoding(error) = error { error.offset } else { 0 };
    unreadable("cms", offset)
}

fn unreadable_token(error: &TimestampError) -> FormatDefect {
    let offset = match error {
        TimestampError::Encoding(error) | TimestampError::Cms(CmsError::Encoding(error)) => error.offset,
        _ => 0,
    };
    unreadable("time-stamp-token", offset)
}

fn unreadable(what: &'static str, offset: usize) -> FormatDefect {
    FormatDefect::Unreadable { what, offset: u64::try_from(offset).unwrap_or(u64::MAX) }
}

/// `adbe.x509.rsa_sha1` (ISO 32000-1 §12.8.3.2): Contents is a DER OCTET STRING with the PKCS#1 value, Cert a
/// certificate or an array of them, the signer's first.
fn pkcs1(contents: &[u8], dict: &Direct<'_>, depth: u32) -> Result<(SignatureForm, u64), FormatDefect> {
    let defect = |error: DerError| unreadable("pkcs1", error.offset);
    let string = Tlv::parse_first(contents, depth).map_err(defect)?;
    if string.tag & !0x20 != tag::OCTET_STRING {
        return Err(unreadable("pkcs1", 0));
    }
    let value = string.octets().map_err(defect)?.into_owned();
    let rest = contents.get(string.raw.len()..).unwrap_or_default();
    let trailing = if rest.iter().any(|octet| *octet != 0) { rest.len() } else { 0 };
    let cert = dict.get(b"Cert").ok_or(FormatDefect::Key("Cert"))?;
    let certificates: Vec<Vec<u8>> = match (cert.as_string(), cert.as_array()) {
        (Some(one), _) => vec![one.bytes.clone()],
        (None, Some(many)) => many.iter().filter_map(|one| one.as_string()).map(|one| one.bytes.clone()).collect(),
        (None, None) => return Err(FormatDefect::Key("Cert")),
    };
    Ok((SignatureForm::Pkcs1 { value, certificates }, u64::try_from(trailing).unwrap_or(u64::MAX)))
}
