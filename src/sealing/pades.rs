//! The update that a seal is (ISO 32000-2 §12.7.5.5, §12.8; EN 319 142-1 §5.3, §6.3): a signature dictionary with a
//! hole, a signature field with its widget, the form and the page that name them.
//!
//! The field is invisible, an empty one that is there, or a new one with text. Flags of a new widget: Print and Locked
//! (§12.5.3); hidden it must not be for PDF/A. The claimed signing time stands in M, not in the CMS.

use std::collections::BTreeMap;

use super::appearance::{self, Rectangle};
use super::field::{Fields, value};
use super::page;
use super::{Appearance, Page, SealError, SealProfile};
use crate::document::Restrictions;
use crate::limits::Budget;
use crate::syntax::pdf::{Appended, Dict, Name, Object, ObjectId, Pdf, PdfString, Source, Update, Value, text};
use crate::time::Timestamp;

/// Print (bit 3) and Locked (bit 8).
const FLAGS: i64 = 4 | 128;
/// `SignaturesExist` and `AppendOnly` (§12.7.3, table 225).
const SIG_FLAGS: i64 = 3;

/// What is appended, and the field that it signs.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) appended: Appended,
    pub(super) field: String,
}

/// Lays out the update. `capacity` bytes are left for the signature; `identifier` marks the new revision.
pub(super) fn lay_out(
    pdf: &Pdf<'_>,
    profile: &SealProfile,
    claimed_time: Timestamp,
    restrictions: &Restrictions,
    capacity: usize,
    identifier: [u8; 16],
    budget: &mut Budget,
) -> Result<Layout, SealError> {
    let update = Update::new(pdf)?;
    let fields = Fields::read(pdf, budget)?;
    let mut sheet = Sheet { pdf, update, changed: BTreeMap::new(), budget };
    let signature = sheet.update.allocate()?;
    let field = match &profile.appearance {
        Appearance::Invisible => {
            let name = fields.free_name();
            restrictions.may_sign(&name)?;
            let place = NewField { name: &name, page: Page::Number(1), place: Rectangle::NONE, text: &[] };
            sheet.new_field(&place, signature)?;
            name
        }
        Appearance::NewField { name, page, rectangle, text } => {
            let name = match name {
                None => fields.free_name(),
                Some(name) if name.is_empty() || name.contains('.') => {
                    return Err(SealError::Place { cause: "field-name" });
                }
                Some(name) if fields.has(name) => return Err(SealError::Place { cause: "field-name-taken" }),
                Some(name) => name.clone(),
            };
            restrictions.may_sign(&name)?;
            let place = Rectangle(*rectangle);
            if !place.is_area() {
                return Err(SealError::Place { cause: "rectangle" });
            }
            sheet.new_field(&NewField { name: &name, page: *page, place, text }, signature)?;
            name
        }
        Appearance::Field { name, text } => {
            restrictions.may_sign(name)?;
            sheet.existing_field(&fields, name, text, signature)?;
            name.clone()
        }
    };
    sheet.update.add_with_hole(signature, dictionary(profile, claimed_time), capacity);
    let Sheet { mut update, changed, .. } = sheet;
    for source in changed.into_values().filter(Source::is_changed) {
        update.change(source)?;
    }
    Ok(Layout { appended: update.finish(identifier)?, field })
}

/// The signature dictionary (table 255), but for its hole.
fn dictionary(profile: &SealProfile, claimed_time: Timestamp) -> Dict {
    let mut dict = Dict::default()
        .with(b"Type", Name::from(&b"Sig"[..]))
        .with(b"Filter", Name::from(&b"Adobe.PPKLite"[..]))
        .with(b"SubFilter", Name::from(&b"ETSI.CAdES.detached"[..]))
        .with(b"M", PdfString { bytes: pdf_date(claimed_time), hex: false });
    let claims =
        [(&b"Reason"[..], &profile.reason), (b"Location", &profile.location), (b"ContactInfo", &profile.contact)];
    for (key, claim) in claims {
        if let Some(claim) = claim {
            dict = dict.with(key, PdfString::text(claim));
        }
    }
    dict
}

/// A date (§7.9.4) in UTC, in whole seconds.
fn pdf_date(time: Timestamp) -> Vec<u8> {
    let digits = time.to_string().into_bytes().into_iter().filter(u8::is_ascii_digit).take(14);
    b"D:".iter().copied().chain(digits).chain(*b"Z").collect()
}

/// A field to be made.
struct NewField<'n> {
    name: &'n str,
    page: Page,
    place: Rectangle,
    text: &'n [String],
}

/// The update in the making, with the objects of the file that it changes, each once.
struct Sheet<'s, 'p, 'a> {
    pdf: &'p Pdf<'a>,
    update: Update<'p, 'a>,
    changed: BTreeMap<ObjectId, Source>,
    budget: &'s mut Budget,
}

impl Sheet<'_, '_, '_> {
    fn new_field(&mut self, field: &NewField<'_>, signature: ObjectId) -> Result<(), SealError> {
        let page = page::find(self.pdf, field.page, self.budget)?;
        let widget = self.update.allocate()?;
        let appearance = appearance::add(&mut self.update, field.place, field.text)?;
        let dict = Dict::default()
            .with(b"Type", Name::from(&b"Annot"[..]))
            .with(b"Subtype", Name::from(&b"Widget"[..]))
            .with(b"FT", Name::from(&b"Sig"[..]))
            .with(b"T", PdfString::text(field.name))
            .with(b"V", signature)
            .with(b"P", page)
            .with(b"F", FLAGS)
            .with(b"Rect", field.place.value())
            .with(b"AP", appearance);
        self.update.add(widget, &dict.into());
        self.append(page, &[], b"Annots", widget)?;
        self.form(Some(widget))
    }

    fn existing_field(
        &mut self,
        fields: &Fields,
        name: &str,
        lines: &[String],
        signature: ObjectId,
    ) -> Result<(), SealError> {
        let field = fields.empty(self.pdf, name, self.budget)?;
        let id = self.open(field.id)?;
        self.source(id)?.set(&[], b"V", &text(&signature.into()))?;
        if let Some(widget) = field.widget.filter(|_| field.place.is_area()) {
            let appearance = appearance::add(&mut self.update, field.place, lines)?;
            let widget = self.open(widget)?;
            self.source(widget)?.set(&[], b"AP", &text(&appearance.into()))?;
        }
        self.form(None)
    }

    /// Makes the form name a new field, and say that there are signatures.
    fn form(&mut self, new: Option<ObjectId>) -> Result<(), SealError> {
        let root = self.open(self.update.root())?;
        let form = self.source(root)?.dict(&[]).and_then(|catalog| catalog.get(b"AcroForm")).cloned();
        let (holder, path): (ObjectId, &[&[u8]]) = match form.map(|form| form.value) {
            None | Some(Value::Null) => {
                let fields = Value::Array(new.map(|id| Value::from(id).into()).into_iter().collect());
                let id = self.update.allocate()?;
                let form = Dict::default().with(b"Fields", fields).with(b"SigFlags", SIG_FLAGS);
                self.update.add(id, &form.into());
                self.source(root)?.set(&[], b"AcroForm", &text(&id.into()))?;
                return Ok(());
            }
            Some(Value::Reference(id)) => (self.open(id)?, &[]),
            Some(_) => (root, &[b"AcroForm"]),
        };
        let dict = self.source(holder)?.dict(path).cloned().ok_or(MALFORMED)?;
        let flags = value(self.pdf, &dict, b"SigFlags", self.budget)?.as_i64().unwrap_or(0);
        if flags & SIG_FLAGS != SIG_FLAGS {
            self.source(holder)?.set(path, b"SigFlags", &text(&Value::from(flags | SIG_FLAGS)))?;
        }
        new.map_or(Ok(()), |id| self.append(holder, path, b"Fields", id))
    }

    /// Adds a reference to the array that `key` of the dictionary at `path` of `holder` is, or refers to.
    fn append(&mut self, holder: ObjectId, path: &[&[u8]], key: &[u8], new: ObjectId) -> Result<(), SealError> {
        let holder = self.open(holder)?;
        let dict = self.source(holder)?.dict(path).ok_or(MALFORMED)?;
        match dict.get(key).map(|array| array.value.clone()) {
            None | Some(Value::Null) => {
                let array = Value::from(vec![Object::from(Value::from(new))]);
                self.source(holder)?.set(path, key, &text(&array))?;
            }
            Some(Value::Array(_)) => self.source(holder)?.push(path, key, &text(&new.into()))?,
            Some(Value::Reference(id)) => {
                let array = self.open(id)?;
                self.source(array)?.push_own(&text(&new.into()))?;
            }
            Some(_) => return Err(MALFORMED),
        }
        Ok(())
    }

    /// Takes an object of the file up; gives the object that a chain of references leads to.
    fn open(&mut self, id: ObjectId) -> Result<ObjectId, SealError> {
        if self.changed.contains_key(&id) {
            return Ok(id);
        }
        let source = self.pdf.source(id, self.budget)?;
        let id = source.id();
        self.changed.entry(id).or_insert(source);
        Ok(id)
    }

    fn source(&mut self, id: ObjectId) -> Result<&mut Source, SealError> {
        self.changed.get_mut(&id).ok_or(MALFORMED)
    }
}

const MALFORMED: SealError = SealError::NotAppendable { cause: "malformed-object", offset: None };
