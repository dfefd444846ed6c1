//! What the signatures of a document forbid to who would sign it again: certification (ISO 32000-2 §12.8.2.2), locks
//! (§12.7.5.5) and `FieldMDP` (§12.8.2.4).
//!
//! Read strictly, unlike the permissions that a report shows: whatever cannot be read forbids. Whether changes of the
//! past kept to it is not judged here, and usage rights (§12.8.2.3) forbid nothing.

use super::locate::{Found, Located, text_string};
use crate::document::facts::FieldLockAction;
use crate::limits::{Budget, LimitExceeded};
use crate::syntax::pdf::{Dict, Object, ObjectError, ObjectId, Pdf};

/// What the signatures of a document forbid.
#[derive(Clone, Debug, Default)]
pub struct Restrictions {
    certified_without_changes: bool,
    locks: Vec<Lock>,
    unreadable: bool,
}

/// Why a field may not be signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Restriction {
    /// A certification permits no changes at all.
    Certification,
    /// A lock permits no changes, or locks the field.
    Lock,
    /// What a signature permits cannot be read.
    Unreadable,
}

impl Restriction {
    /// A stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Certification => "certification",
            Self::Lock => "lock",
            Self::Unreadable => "unreadable",
        }
    }
}

#[derive(Clone, Debug)]
struct Lock {
    action: FieldLockAction,
    fields: Vec<String>,
    without_changes: bool,
}

impl Restrictions {
    /// Whether the field of that full name may be signed now; one that is not there yet counts like one that is.
    ///
    /// # Errors
    /// [`Restriction`] where not.
    pub fn may_sign(&self, field: &str) -> Result<(), Restriction> {
        if self.certified_without_changes {
            return Err(Restriction::Certification);
        }
        if self.locks.iter().any(|lock| lock.without_changes || lock.locks(field)) {
            return Err(Restriction::Lock);
        }
        if self.unreadable { Err(Restriction::Unreadable) } else { Ok(()) }
    }
}

impl Lock {
    /// A name stands for the field and those below it.
    fn locks(&self, field: &str) -> bool {
        let below = |name: &String| field.strip_prefix(name.as_str()).is_some_and(|rest| rest.starts_with('.'));
        let named = self.fields.iter().any(|name| name == field || below(name));
        match self.action {
            FieldLockAction::All => true,
            FieldLockAction::Include => named,
            FieldLockAction::Exclude => !named,
        }
    }
}

/// Why something is not known.
enum Unknown {
    Unreadable,
    Limit(LimitExceeded),
}

impl From<ObjectError> for Unknown {
    fn from(error: ObjectError) -> Self {
        match error {
            ObjectError::Limit(limit) => Self::Limit(limit),
            _ => Self::Unreadable,
        }
    }
}

/// Reads what the signatures that were found forbid.
///
/// # Errors
/// Where a limit is reached.
pub(in crate::document) fn restrictions(
    pdf: &Pdf<'_>,
    located: &Located,
    budget: &mut Budget,
) -> Result<Restrictions, LimitExceeded> {
    // A field that is listed twice hides nothing.
    let hidden = located.obstacles.iter().any(|(code, _)| *code != "field-repeated");
    let mut walk = Walk { pdf, budget, read: Restrictions { unreadable: hidden, ..Restrictions::default() } };
    let mut outcomes = vec![walk.certification(&located.found)];
    for found in &located.found {
        outcomes.push(walk.signature(found));
    }
    for outcome in outcomes {
        match outcome {
            Ok(()) => {}
            Err(Unknown::Unreadable) => walk.read.unreadable = true,
            Err(Unknown::Limit(limit)) => return Err(limit),
        }
    }
    Ok(walk.read)
}

struct Walk<'w, 'a> {
    pdf: &'w Pdf<'a>,
    budget: &'w mut Budget,
    read: Restrictions,
}

impl Walk<'_, '_> {
    /// The certification that the permissions dictionary names (§12.8.6) has to be one.
    fn certification(&mut self, found: &[Found]) -> Result<(), Unknown> {
        let catalog = self.pdf.catalog(self.pdf.latest(), self.budget)?;
        let Some(permissions) = self.value(&catalog, b"Perms")? else { return Ok(()) };
        let permissions = permissions.as_dict().ok_or(Unknown::Unreadable)?;
        let Some(named) = permissions.get(b"DocMDP").filter(|named| !named.is_null()) else { return Ok(()) };
        let id: Option<ObjectId> = named.as_reference();
        let dict = match found.iter().find(|found| id.is_some() && found.object == id) {
            Some(found) => found.dict.clone(),
            None => self.resolve(named)?.as_dict().cloned().ok_or(Unknown::Unreadable)?,
        };
        if self.references(&dict)? { Ok(()) } else { Err(Unknown::Unreadable) }
    }

    fn signature(&mut self, found: &Found) -> Result<(), Unknown> {
        if found.dict.is_empty() {
            return Err(Unknown::Unreadable);
        }
        self.references(&found.dict)?;
        for field in &found.fields {
            if let Some(lock) = self.value(&field.dict, b"Lock")? {
                self.lock(lock.as_dict().ok_or(Unknown::Unreadable)?)?;
            }
        }
        Ok(())
    }

    /// Takes down the references of a signature dictionary; says whether one is a certification.
    fn references(&mut self, signature: &Dict) -> Result<bool, Unknown> {
        let Some(references) = self.value(signature, b"Reference")? else { return Ok(false) };
        let mut certifies = false;
        for reference in references.as_array().ok_or(Unknown::Unreadable)? {
            let reference = self.resolve(reference)?;
            let reference = reference.as_dict().ok_or(Unknown::Unreadable)?;
            let method = self.value(reference, b"TransformMethod")?.ok_or(Unknown::Unreadable)?;
            let parameters = self.value(reference, b"TransformParams")?;
            match method.as_name().ok_or(Unknown::Unreadable)? {
                b"DocMDP" => {
                    certifies = true;
                    let level = match &parameters {
                        Some(parameters) => self.level(parameters.as_dict().ok_or(Unknown::Unreadable)?)?,
                        None => None,
                    };
                    self.read.certified_without_changes |= level == Some(1);
                }
                b"FieldMDP" => {
                    let parameters = parameters.as_ref().and_then(Object::as_dict);
                    self.lock(parameters.ok_or(Unknown::Unreadable)?)?;
                }
                _ => {}
            }
        }
        Ok(certifies)
    }

    fn lock(&mut self, dict: &Dict) -> Result<(), Unknown> {
        let action = match self.value(dict, b"Action")?.as_ref().and_then(Object::as_name) {
            Some(b"All") => FieldLockAction::All,
            Some(b"Include") => FieldLockAction::Include,
            Some(b"Exclude") => FieldLockAction::Exclude,
            _ => return Err(Unknown::Unreadable),
        };
        let mut fields = Vec::new();
        if action != FieldLockAction::All {
            let names = self.value(dict, b"Fields")?.ok_or(Unknown::Unreadable)?;
            for name in names.as_array().ok_or(Unknown::Unreadable)? {
                let name = self.resolve(name)?;
                fields.push(text_string(&name.as_string().ok_or(Unknown::Unreadable)?.bytes));
            }
        }
        let without_changes = self.level(dict)? == Some(1);
        self.read.locks.push(Lock { action, fields, without_changes });
        Ok(())
    }

    /// P: 1, 2 or 3 where it is there.
    fn level(&mut self, dict: &Dict) -> Result<Option<i64>, Unknown> {
        match self.value(dict, b"P")? {
            None => Ok(None),
            Some(level) => match level.as_i64() {
                Some(level @ 1..=3) => Ok(Some(level)),
                _ => Err(Unknown::Unreadable),
            },
        }
    }

    /// The value of a key, references followed; one that is null is not there. A reference that leads nowhere cannot be
    /// read.
    fn value(&mut self, dict: &Dict, key: &[u8]) -> Result<Option<Object>, Unknown> {
        match dict.get(key).filter(|value| !value.is_null()) {
            Some(value) => self.resolve(value).map(Some),
            None => Ok(None),
        }
    }

    fn resolve(&mut self, object: &Object) -> Result<Object, Unknown> {
        let object = self.pdf.resolve(object, self.pdf.latest(), self.budget)?;
        if object.is_null() { Err(Unknown::Unreadable) } else { Ok(object.into_owned()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Document, examine_to_append};
    use crate::limits::Limits;

    /// What a document with these further entries of the catalog and these objects from 4 on forbids.
    fn read(catalog: &str, objects: &[&str]) -> Restrictions {
        let frame = [
            format!("<</Type/Catalog/Pages 2 0 R{catalog}>>"),
            "<</Type/Pages/Kids[3 0 R]/Count 1>>".to_owned(),
            "<</Type/Page/Parent 2 0 R>>".to_owned(),
        ];
        let bodies = frame.into_iter().chain(objects.iter().map(|&body| body.to_owned()));
        let (mut file, mut table) = ("%PDF-1.7\n".to_owned(), "0000000000 65535 f \n".to_owned());
        let mut count = 1;
        for body in bodies {
            table.push_str(&format!("{:010} 00000 n \n", file.len()));
            file.push_str(&format!("{count} 0 obj\n{body}\nendobj\n"));
            count += 1;
        }
        let start = file.len();
        file.push_str(&format!("xref\n0 {count}\n{table}trailer<</Size {count}/Root 1 0 R>>\n"));
        file.push_str(&format!("startxref\n{start}\n%%EOF\n"));
        let mut budget = Budget::new(&Limits::DEFAULT);
        let document = Document::open(file.as_bytes(), None, &Limits::DEFAULT, &mut budget).expect("it opens");
        examine_to_append(&document, 0, &mut budget).expect("within limits").1.restrictions
    }

    const FORM: &str = "/AcroForm<</Fields[4 0 R]>>";

    fn signed(reference: &str) -> Restrictions {
        let signature = format!("<</Type/Sig/ByteRange[0 1 2 3]/Contents<00>{reference}>>");
        read(FORM, &["<</FT/Sig/T(S)/V 5 0 R>>", &signature])
    }

    fn locked(lock: &str) -> Restrictions {
        let field = format!("<</FT/Sig/T(S)/V 5 0 R/Lock {lock}>>");
        read(FORM, &[&field, "<</Type/Sig/ByteRange[0 1 2 3]/Contents<00>>>"])
    }

    #[test]
    fn certifications() {
        let certified = |parameters: &str| {
            signed(&format!("/Reference[<</TransformMethod/DocMDP{parameters}>>]")).may_sign("New")
        };
        assert_eq!(certified("/TransformParams<</P 1>>"), Err(Restriction::Certification));
        assert_eq!(certified("/TransformParams<</P 2>>"), Ok(()));
        assert_eq!(certified("/TransformParams<</P 3>>"), Ok(()));
        assert_eq!(certified("/TransformParams<<>>"), Ok(()), "2 where nothing is said");
        assert_eq!(certified(""), Ok(()));
        for wrong in ["<</P 4>>", "<</P/One>>", "<</P 99 0 R>>", "99 0 R", "[]"] {
            let outcome = certified(&format!("/TransformParams {wrong}"));
            assert_eq!(outcome, Err(Restriction::Unreadable), "{wrong}");
        }
        for wrong in ["/Reference 99 0 R", "/Reference<<>>", "/Reference[99 0 R]", "/Reference[<<>>]"] {
            assert_eq!(signed(wrong).may_sign("New"), Err(Restriction::Unreadable), "{wrong}");
        }
        assert_eq!(signed("/Reference[<</TransformMethod/UR3>>]").may_sign("New"), Ok(()));
    }

    #[test]
    fn the_named_certification_has_to_be_one() {
        let named = |permissions: &str, signature: &str| {
            read(&format!("/Perms {permissions}"), &[signature]).may_sign("New")
        };
        let of_level = |level| format!("<</Reference[<</TransformMethod/DocMDP/TransformParams<</P {level}>>>>]>>");
        assert_eq!(named("<</DocMDP 4 0 R>>", &of_level(1)), Err(Restriction::Certification));
        assert_eq!(named("<</DocMDP 4 0 R>>", &of_level(2)), Ok(()));
        assert_eq!(named("<</UR3 4 0 R>>", "<<>>"), Ok(()));
        for (permissions, signature) in
            [("<</DocMDP 4 0 R>>", "<<>>"), ("<</DocMDP 9 0 R>>", "null"), ("9 0 R", "null"), ("[]", "null")]
        {
            assert_eq!(named(permissions, signature), Err(Restriction::Unreadable), "{permissions}");
        }
    }

    #[test]
    fn locks() {
        let all = locked("<</Action/All>>");
        assert_eq!(all.may_sign("New"), Err(Restriction::Lock));
        let include = locked("<</Action/Include/Fields[(a)(b.c)]>>");
        let outcomes = ["a", "a.x", "ab", "b", "b.c.d"].map(|name| include.may_sign(name).is_ok());
        assert_eq!(outcomes, [false, false, true, true, false]);
        let exclude = locked("<</Action/Exclude/Fields[(a)]>>");
        assert_eq!(["a", "a.x", "b"].map(|name| exclude.may_sign(name).is_ok()), [true, true, false]);
        assert_eq!(locked("<</Action/Include/Fields[]/P 1>>").may_sign("New"), Err(Restriction::Lock));
        assert_eq!(locked("<</Action/Include/Fields[]/P 2>>").may_sign("New"), Ok(()));
        for wrong in
            ["<<>>", "<</Action/Include>>", "<</Action/Include/Fields[1]>>", "9 0 R", "<</Action/All/P 0>>"]
        {
            assert_eq!(locked(wrong).may_sign("New"), Err(Restriction::Unreadable), "{wrong}");
        }
        let transform = "/Reference[<</TransformMethod/FieldMDP/TransformParams<</Action/All>>>>]";
        assert_eq!(signed(transform).may_sign("New"), Err(Restriction::Lock));
        assert_eq!(
            signed("/Reference[<</TransformMethod/FieldMDP>>]").may_sign("New"),
            Err(Restriction::Unreadable)
        );
        let empty = read(FORM, &["<</FT/Sig/T(S)/Lock<</Action/All>>>>"]);
        assert_eq!(empty.may_sign("New"), Ok(()), "a field that nobody signed locks nothing yet");
    }

    #[test]
    fn what_cannot_be_read_forbids() {
        assert_eq!(read(FORM, &["<</FT/Sig/T(S)/V(text)>>"]).may_sign("New"), Err(Restriction::Unreadable));
        assert_eq!(read("", &[]).may_sign("New"), Ok(()));
    }
}
