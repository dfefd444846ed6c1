//! What a signature permits afterwards, as it says: certification (ISO 32000-2 §12.8.2.2), locks (§12.7.5.5) and
//! `FieldMDP` (§12.8.2.4). Whether what came after keeps to it is not judged here.

use std::borrow::Cow;

use super::locate::{Found, text_string};
use crate::document::facts::{FieldLock, FieldLockAction};
use crate::limits::{Budget, LimitExceeded};
use crate::syntax::pdf::{Dict, Object, ObjectError, ObjectId, Pdf, RevisionIndex};

/// What a signature permits.
#[derive(Debug, Default)]
pub(crate) struct Permissions {
    /// The P of a certification.
    pub(crate) doc_mdp: Option<u8>,
    /// The lock of fields.
    pub(crate) field_lock: Option<FieldLock>,
}

/// Reads the permissions of the signature `found`; `catalog` is that of the document, where it can be read.
///
/// # Errors
/// Where a limit is reached.
pub(crate) fn permissions(
    pdf: &Pdf<'_>,
    found: &Found,
    catalog: Option<&Dict>,
    budget: &mut Budget,
) -> Result<Permissions, LimitExceeded> {
    let at = pdf.latest();
    let mut permissions = Permissions::default();
    if let Some(references) = lookup(pdf, &found.dict, b"Reference", at, budget)? {
        for reference in references.as_array().unwrap_or_default() {
            let Some(reference) = resolved(pdf.resolve(reference, at, budget))? else { continue };
            let Some(reference) = reference.as_dict() else { continue };
            let method = lookup(pdf, reference, b"TransformMethod", at, budget)?;
            let parameters = lookup(pdf, reference, b"TransformParams", at, budget)?;
            let parameters = parameters.as_ref().and_then(|parameters| parameters.as_dict());
            match method.as_ref().and_then(|method| method.as_name()) {
                Some(b"DocMDP") => permissions.doc_mdp = Some(level(parameters).unwrap_or(2)),
                Some(b"FieldMDP") => {
                    if let Some(parameters) = parameters {
                        permissions.field_lock = lock(pdf, parameters, at, budget)?;
                    }
                }
                _ => {}
            }
        }
    }
    if permissions.doc_mdp.is_none()
        && found.object.is_some()
        && certification(pdf, catalog, at, budget)? == found.object
    {
        permissions.doc_mdp = Some(2);
    }
    if let Some(field) = found.fields.first()
        && let Some(dict) = lookup(pdf, &field.dict, b"Lock", at, budget)?
        && let Some(dict) = dict.as_dict()
        && let Some(lock) = lock(pdf, dict, at, budget)?
    {
        permissions.field_lock = Some(lock);
    }
    Ok(permissions)
}

/// The signature that the permissions dictionary names as the certification (§12.8.6).
fn certification(
    pdf: &Pdf<'_>,
    catalog: Option<&Dict>,
    at: RevisionIndex,
    budget: &mut Budget,
) -> Result<Option<ObjectId>, LimitExceeded> {
    let Some(catalog) = catalog else { return Ok(None) };
    let permissions = lookup(pdf, catalog, b"Perms", at, budget)?;
    Ok(permissions.and_then(|permissions| permissions.as_dict().and_then(|dict| dict.get_reference(b"DocMDP"))))
}

fn level(parameters: Option<&Dict>) -> Option<u8> {
    parameters?.get_int(b"P").and_then(|level| u8::try_from(level).ok()).filter(|level| (1..=3).contains(level))
}

fn lock(
    pdf: &Pdf<'_>,
    dict: &Dict,
    at: RevisionIndex,
    budget: &mut Budget,
) -> Result<Option<FieldLock>, LimitExceeded> {
    let action = match dict.get_name(b"Action") {
        Some(b"All") => FieldLockAction::All,
        Some(b"Include") => FieldLockAction::Include,
        Some(b"Exclude") => FieldLockAction::Exclude,
        _ => return Ok(None),
    };
    let mut fields = Vec::new();
    if let Some(names) = lookup(pdf, dict, b"Fields", at, budget)? {
        for name in names.as_array().unwrap_or_default() {
            if let Some(name) = resolved(pdf.resolve(name, at, budget))?
                && let Some(name) = name.as_string()
            {
                fields.push(text_string(&name.bytes));
            }
        }
    }
    Ok(Some(FieldLock { action, fields, doc_mdp: level(Some(dict)) }))
}

fn lookup<'d>(
    pdf: &Pdf<'_>,
    dict: &'d Dict,
    key: &[u8],
    at: RevisionIndex,
    budget: &mut Budget,
) -> Result<Option<Cow<'d, Object>>, LimitExceeded> {
    match dict.get(key) {
        Some(value) => resolved(pdf.resolve(value, at, budget)),
        None => Ok(None),
    }
}

/// An object that cannot be read permits nothing and forbids nothing; a limit ends the work.
fn resolved<T>(result: Result<T, ObjectError>) -> Result<Option<T>, LimitExceeded> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(ObjectError::Limit(limit)) => Err(limit),
        Err(_) => Ok(None),
    }
}
