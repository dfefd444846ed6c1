//! What the signatures of a document forbid to who would sign it again: certification (ISO 32000-2 §12.8.2.2), locks
//! (§12.7.5.5) and `FieldMDP` (§12.8.2.4).
//!
//! Read by the reader of [`permissions`](super::permissions), strictly: whatever cannot be read forbids, also a reference
//! to nothing. Whether changes of the past kept to it is not judged here, and usage rights (§12.8.2.3) forbid nothing.

use super::changes::{Restraints, covers};
use super::locate::Located;
use super::permissions::Reader;
use crate::limits::{Budget, LimitExceeded};
use crate::syntax::pdf::Pdf;

/// What the signatures of a document forbid.
#[derive(Clone, Debug, Default)]
pub struct Restrictions {
    restraints: Restraints,
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

impl Restrictions {
    /// Whether the field of that full name may be signed now; one that is not there yet counts like one that is.
    ///
    /// # Errors
    /// [`Restriction`] where not.
    pub fn may_sign(&self, field: &str) -> Result<(), Restriction> {
        let Restraints { doc_mdp, locks, unreadable } = &self.restraints;
        if *unreadable {
            return Err(Restriction::Unreadable);
        }
        if *doc_mdp == Some(1) {
            return Err(Restriction::Certification);
        }
        if locks.iter().any(|lock| lock.doc_mdp == Some(1) || covers(lock, field)) {
            return Err(Restriction::Lock);
        }
        Ok(())
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
    let mut reader = Reader::strict(pdf, budget);
    // A field that is listed twice hides nothing.
    if located.obstacles.iter().any(|(code, _)| *code != "field-repeated") {
        reader.unreadable();
    }
    reader.named_certification(&located.found)?;
    for found in &located.found {
        if found.dict.is_empty() {
            reader.unreadable();
        }
        reader.references(&found.dict)?;
        reader.locks(&found.fields)?;
    }
    Ok(Restrictions { restraints: reader.finish().restraints })
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
