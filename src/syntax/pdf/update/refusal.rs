//! Which files are not appended to.
//!
//! A reader that repairs a file and one that repairs it in another way see two documents. What is appended would be
//! bound to one of them, and the update's `/Prev` would make the other one certain. So what had to be repaired in the
//! structure refuses; an oddity that all readers take alike does not.

use super::UpdateError;
use crate::syntax::pdf::FindingCode;
use crate::syntax::pdf::Pdf;
use crate::syntax::pdf::Revision;
use crate::syntax::pdf::Section;
use crate::syntax::pdf::SectionKind;

/// The newest section, where the file can be appended to.
pub(super) fn check<'p>(pdf: &'p Pdf<'_>) -> Result<&'p Section, UpdateError> {
    let mut sections = pdf.revisions().iter().flat_map(Revision::sections);
    let encrypted = sections.clone().find(|section| {
        let encrypt = section.trailer().get(b"Encrypt");
        encrypt.is_some_and(|value| !value.is_null())
    });
    if encrypted.is_some() || pdf.encryption().is_some() {
        return Err(UpdateError::refused("encrypted", encrypted.map(|section| section.span().start)));
    }
    let findings = pdf.findings();
    let first = findings.iter().filter_map(|finding| Some((finding, cause(finding.code)?)));
    // Junk and what follows the end say more than what they lead to.
    if let Some((finding, cause)) = first.min_by_key(|(_, cause)| *cause == "repaired") {
        return Err(UpdateError::refused(cause, finding.offset));
    }
    // A trailer that does not end, or holds what is no value, would take in what is appended.
    let torn = findings
        .iter()
        .filter(|finding| matches!(finding.code, FindingCode::UnterminatedObject | FindingCode::MalformedObject));
    for finding in torn {
        let Some(offset) = finding.offset else { continue };
        if sections.clone().any(|section| (section.span().start..=section.span().end).contains(&offset)) {
            return Err(UpdateError::refused("trailer", Some(offset)));
        }
    }
    if let Some(rebuilt) = sections.find(|section| section.kind() == SectionKind::Rebuilt) {
        return Err(UpdateError::refused("repaired", Some(rebuilt.span().start)));
    }
    let newest = pdf.revisions().last().and_then(|revision| revision.sections().last());
    let newest = newest.ok_or(UpdateError::refused("repaired", None))?;
    // An object beyond `/Size` is missing (§7.5.5), but not for every reader: a larger `/Size` would show it to all.
    let size = newest.trailer().get_int(b"Size").and_then(|size| u64::try_from(size).ok());
    let size = size.ok_or(UpdateError::refused("trailer", Some(newest.span().start)))?;
    let highest = pdf.revisions().iter().flat_map(Revision::sections).map(Section::end_number).max().unwrap_or(0);
    if highest > size && pdf.object_numbers(pdf.latest()).any(|(number, _)| u64::from(number) >= size) {
        return Err(UpdateError::refused("object-beyond-size", Some(newest.span().start)));
    }
    // Two values of a key that is carried on: readers take the one or the other.
    let carried = |key: &[u8]| matches!(key, b"Root" | b"Size" | b"Info" | b"ID" | b"Prev");
    if newest.trailer().duplicate_keys().iter().any(|key| carried(key.as_bytes())) {
        return Err(UpdateError::refused("trailer", Some(newest.span().start)));
    }
    Ok(newest)
}

/// Why a finding refuses, where it does.
const fn cause(code: FindingCode) -> Option<&'static str> {
    match code {
        FindingCode::JunkBeforeHeader => Some("junk-before-header"),
        FindingCode::DataAfterEnd => Some("trailing-data"),
        FindingCode::MissingHeader
        | FindingCode::MissingStartxref
        | FindingCode::InvalidStartxref
        | FindingCode::MissingEof
        | FindingCode::XrefRebuilt
        | FindingCode::InvalidPrev
        | FindingCode::PrevForward
        | FindingCode::XrefLoop
        | FindingCode::XrefSubsectionShifted
        | FindingCode::XrefEntryCount
        | FindingCode::DuplicateXrefEntry
        | FindingCode::MalformedTrailer
        | FindingCode::TrailerWithoutRoot
        | FindingCode::TrailerWithoutEncrypt
        | FindingCode::EncryptionAddedLater
        | FindingCode::CatalogSearched
        | FindingCode::MissingPageTree
        | FindingCode::ObjectRelocated
        | FindingCode::DuplicateObject
        | FindingCode::ObjectStreamMismatch => Some("repaired"),
        // What all readers take alike: white space before a section or an object, entries of objects that nobody
        // uses, keys and numbers written oddly in objects that are not changed.
        _ => None,
    }
}
