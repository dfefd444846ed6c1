//! What a signature permits afterwards, as it says: certification (ISO 32000-2 §12.8.2.2), locks (§12.7.5.5) and
//! `FieldMDP` (§12.8.2.4), read as of the revision that it signs. Whether what came after keeps to it is judged in
//! [`changes`](super::changes).
//!
//! What cannot be read permits nothing: an access permission other than 1, 2 or 3, a lock without a known action, a
//! transform that nobody here knows.
//!
//! [`restrictions`](super::restrictions()) asks the same reader about all signatures together, before another one comes.

use std::borrow::Cow;

use super::changes::Restraints;
use super::locate::{Field, Found, text_string};
use crate::document::facts::{DocumentFinding, FieldLock, FieldLockAction};
use crate::limits::{Budget, LimitExceeded};
use crate::syntax::pdf::{Dict, Object, ObjectError, ObjectId, Pdf, RevisionIndex};

/// What a signature permits.
#[derive(Debug, Default)]
pub(crate) struct Permissions {
    /// The P of a certification.
    pub(crate) doc_mdp: Option<u8>,
    /// The lock of fields that reports name.
    pub(crate) field_lock: Option<FieldLock>,
    /// All of it together.
    pub(crate) restraints: Restraints,
}

/// Reads the permissions of the signature dictionary `dict`, which is `object` and the value of `fields`, as of `at`.
///
/// # Errors
/// Where a limit is reached.
pub(crate) fn permissions(
    pdf: &Pdf<'_>,
    dict: &Dict,
    object: Option<ObjectId>,
    fields: &[Field],
    at: RevisionIndex,
    budget: &mut Budget,
) -> Result<Permissions, LimitExceeded> {
    let mut reader = Reader::new(pdf, at, budget);
    reader.references(dict)?;
    if reader.found.doc_mdp.is_none() && object.is_some() && reader.certification()? == object {
        reader.found.doc_mdp = Some(2);
    }
    reader.locks(fields)?;
    Ok(reader.finish())
}

/// Says where a document has usage rights (§12.8.2.3): they grant what a program may do, and certify nothing.
///
/// # Errors
/// Where a limit is reached.
pub(crate) fn usage_rights(
    pdf: &Pdf<'_>,
    catalog: Option<&Dict>,
    findings: &mut Vec<DocumentFinding>,
    budget: &mut Budget,
) -> Result<(), LimitExceeded> {
    // A catalog that cannot be read was told already.
    let Some(permissions) = catalog.and_then(|catalog| catalog.get(b"Perms")) else { return Ok(()) };
    let permissions = pdf.resolve_owned(permissions, pdf.latest(), budget);
    match permissions {
        Ok(permissions) => {
            let named = permissions.as_dict().filter(|dict| dict.has(b"UR3") || dict.has(b"UR"));
            findings.extend(named.map(|dict| DocumentFinding {
                code: "usage-rights",
                offset: None,
                object: dict.get_reference(b"UR3").or_else(|| dict.get_reference(b"UR")).map(|id| id.to_string()),
            }));
            Ok(())
        }
        Err(ObjectError::Limit(limit)) => Err(limit),
        // What names nothing that can be read grants nothing.
        Err(_) => Ok(()),
    }
}

/// The entry of a dictionary.
enum Value {
    Missing,
    There(Object),
}

/// What a reference to nothing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dangling {
    /// Null, and so not there (§7.3.10).
    Missing,
    /// Something that cannot be read.
    Unreadable,
}

/// Reads what signatures permit.
pub(super) struct Reader<'r, 'a> {
    pdf: &'r Pdf<'a>,
    at: RevisionIndex,
    budget: &'r mut Budget,
    dangling: Dangling,
    found: Permissions,
}

impl<'r, 'a> Reader<'r, 'a> {
    fn new(pdf: &'r Pdf<'a>, at: RevisionIndex, budget: &'r mut Budget) -> Self {
        Self { pdf, at, budget, dangling: Dangling::Missing, found: Permissions::default() }
    }

    /// A reader of the newest revision that takes references to nothing for unreadable.
    pub(super) fn strict(pdf: &'r Pdf<'a>, budget: &'r mut Budget) -> Self {
        Self { dangling: Dangling::Unreadable, ..Self::new(pdf, pdf.latest(), budget) }
    }

    /// All that was read.
    pub(super) fn finish(self) -> Permissions {
        let mut found = self.found;
        found.restraints.doc_mdp = found.doc_mdp;
        found.field_lock = found.restraints.locks.last().cloned();
        found
    }

    /// The locks of signed fields.
    pub(super) fn locks(&mut self, fields: &[Field]) -> Result<(), LimitExceeded> {
        for field in fields {
            if let Value::There(value) = self.lookup(&field.dict, b"Lock")? {
                match value.as_dict() {
                    Some(dict) => self.lock(dict)?,
                    None => self.unreadable(),
                }
            }
        }
        Ok(())
    }

    /// The certification that the permissions dictionary names has to be one, be it a signature of a field or not.
    pub(super) fn named_certification(&mut self, found: &[Found]) -> Result<(), LimitExceeded> {
        let Some(catalog) = self.catalog()? else { return Ok(()) };
        let Value::There(permissions) = self.lookup(&catalog, b"Perms")? else { return Ok(()) };
        let Some(permissions) = permissions.as_dict() else {
            self.unreadable();
            return Ok(());
        };
        let id = permissions.get_reference(b"DocMDP");
        let known = found.iter().find(|found| id.is_some() && found.object == id);
        let named = match known {
            Some(found) => found.dict.clone(),
            None => match self.lookup(permissions, b"DocMDP")? {
                Value::There(named) => named.as_dict().cloned().unwrap_or_default(),
                Value::Missing => return Ok(()),
            },
        };
        let before = self.found.doc_mdp.take();
        self.references(&named)?;
        if self.found.doc_mdp.is_none() {
            self.unreadable();
        }
        self.found.doc_mdp = [before, self.found.doc_mdp].into_iter().flatten().min();
        Ok(())
    }

    pub(super) fn unreadable(&mut self) {
        self.found.restraints.unreadable = true;
    }

    /// The references of a signature dictionary.
    pub(super) fn references(&mut self, dict: &Dict) -> Result<(), LimitExceeded> {
        let Value::There(references) = self.lookup(dict, b"Reference")? else { return Ok(()) };
        let Some(references) = references.as_array() else {
            self.unreadable();
            return Ok(());
        };
        for reference in references {
            let reference = self.follow(reference)?;
            match reference.as_dict() {
                Some(reference) => self.reference(reference)?,
                None => self.unreadable(),
            }
        }
        Ok(())
    }

    /// A signature reference dictionary (table 256).
    fn reference(&mut self, reference: &Dict) -> Result<(), LimitExceeded> {
        let Value::There(method) = self.lookup(reference, b"TransformMethod")? else {
            self.unreadable();
            return Ok(());
        };
        let parameters = match self.lookup(reference, b"TransformParams")? {
            Value::There(parameters) => Some(parameters),
            Value::Missing => None,
        };
        let dict = parameters.as_ref().and_then(Object::as_dict);
        match (method.as_name(), dict) {
            (Some(b"DocMDP"), Some(parameters)) => {
                let level = self.level(parameters)?.unwrap_or(2);
                self.found.doc_mdp = Some(self.found.doc_mdp.map_or(level, |other| other.min(level)));
            }
            (Some(b"DocMDP"), None) if parameters.is_none() => {
                self.found.doc_mdp = Some(self.found.doc_mdp.map_or(2, |other| other.min(2)));
            }
            (Some(b"FieldMDP"), Some(parameters)) => self.lock(parameters)?,
            // Usage rights grant what a program may do; they restrict nothing (§12.8.2.3).
            (Some(b"UR" | b"UR3" | b"Identity"), _) => {}
            _ => self.unreadable(),
        }
        Ok(())
    }

    /// The signature that the permissions dictionary names as the certification (§12.8.6).
    fn certification(&mut self) -> Result<Option<ObjectId>, LimitExceeded> {
        let Some(catalog) = self.catalog()? else { return Ok(None) };
        Ok(match self.lookup(&catalog, b"Perms")? {
            Value::There(permissions) => permissions.as_dict().and_then(|dict| dict.get_reference(b"DocMDP")),
            Value::Missing => None,
        })
    }

    fn catalog(&mut self) -> Result<Option<Cow<'r, Dict>>, LimitExceeded> {
        let pdf = self.pdf;
        let catalog = if self.at == pdf.latest() {
            pdf.latest_catalog(self.budget).map(Cow::Borrowed)
        } else {
            pdf.catalog(self.at, self.budget).map(Cow::Owned)
        };
        match catalog {
            Ok(catalog) => Ok(Some(catalog)),
            Err(ObjectError::Limit(limit)) => Err(limit),
            Err(_) => {
                self.unreadable();
                Ok(None)
            }
        }
    }

    /// The access permissions of a dictionary; none where it names none.
    fn level(&mut self, dict: &Dict) -> Result<Option<u8>, LimitExceeded> {
        let Value::There(level) = self.lookup(dict, b"P")? else { return Ok(None) };
        let level = level.as_i64().and_then(|level| u8::try_from(level).ok());
        match level.filter(|level| (1..=3).contains(level)) {
            Some(level) => Ok(Some(level)),
            None => {
                self.unreadable();
                Ok(Some(1))
            }
        }
    }

    /// A lock (table 236) or the parameters of `FieldMDP` (table 258).
    fn lock(&mut self, dict: &Dict) -> Result<(), LimitExceeded> {
        let action = match self.lookup(dict, b"Action")? {
            Value::There(action) => match action.as_name() {
                Some(b"All") => Some(FieldLockAction::All),
                Some(b"Include") => Some(FieldLockAction::Include),
                Some(b"Exclude") => Some(FieldLockAction::Exclude),
                _ => None,
            },
            Value::Missing => None,
        };
        let Some(action) = action else {
            self.unreadable();
            return Ok(());
        };
        let mut fields = Vec::new();
        match self.lookup(dict, b"Fields")? {
            Value::There(names) => {
                let Some(names) = names.as_array() else {
                    self.unreadable();
                    return Ok(());
                };
                for name in names {
                    let name = self.follow(name)?;
                    match name.as_string() {
                        Some(name) => fields.push(text_string(&name.bytes)),
                        None => self.unreadable(),
                    }
                }
            }
            Value::Missing if action == FieldLockAction::All => {}
            Value::Missing => self.unreadable(),
        }
        let doc_mdp = self.level(dict)?;
        self.found.restraints.locks.push(FieldLock { action, fields, doc_mdp });
        Ok(())
    }

    fn lookup(&mut self, dict: &Dict, key: &[u8]) -> Result<Value, LimitExceeded> {
        let Some(value) = dict.get(key) else { return Ok(Value::Missing) };
        let followed = self.follow(value)?;
        if !followed.is_null() {
            return Ok(Value::There(followed));
        }
        if !value.is_null() && self.dangling == Dangling::Unreadable {
            self.unreadable();
        }
        Ok(Value::Missing)
    }

    /// A value, references followed; what cannot be read is null and said to be unreadable.
    fn follow(&mut self, value: &Object) -> Result<Object, LimitExceeded> {
        match self.pdf.resolve_owned(value, self.at, self.budget) {
            Ok(value) => Ok(value),
            Err(ObjectError::Limit(limit)) => Err(limit),
            Err(_) => {
                self.unreadable();
                Ok(Object::NULL)
            }
        }
    }
}
