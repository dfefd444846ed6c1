//! The fields of the interactive form (ISO 32000-2 §12.7): which names are taken, and which signature field a name
//! means. Read strictly: a field that cannot be read refuses.

use std::collections::HashSet;

use super::SealError;
use super::appearance::{Rectangle, rectangle};
use crate::document::text_string;
use crate::limits::{Budget, Limit, LimitExceeded};
use crate::syntax::pdf::{Dict, Object, ObjectError, ObjectId, Pdf};

/// The fields of a document.
#[derive(Debug, Default)]
pub(super) struct Fields(Vec<Field>);

/// A field, or a widget of one.
#[derive(Debug)]
struct Field {
    name: String,
    /// Whether it has a name of its own; a widget has none.
    named: bool,
    id: Option<ObjectId>,
    dict: Dict,
    is_signature: bool,
    has_value: bool,
}

/// An empty signature field.
#[derive(Debug)]
pub(super) struct EmptyField {
    /// Its object.
    pub(super) id: ObjectId,
    /// The object that is its widget, where it has one.
    pub(super) widget: Option<ObjectId>,
    /// Where it is shown.
    pub(super) place: Rectangle,
}

/// A field to be visited, with what it inherits.
struct Visit {
    object: Object,
    depth: u32,
    prefix: String,
    field_type: Option<Vec<u8>>,
    has_value: bool,
}

impl Fields {
    /// Reads all fields.
    pub(super) fn read(pdf: &Pdf<'_>, budget: &mut Budget) -> Result<Self, SealError> {
        let at = pdf.latest();
        let mut fields = Self::default();
        let catalog = pdf.catalog(at, budget)?;
        let form = value(pdf, &catalog, b"AcroForm", budget)?;
        let roots = match form.as_dict() {
            Some(form) => value(pdf, form, b"Fields", budget)?,
            None => Object::NULL,
        };
        let root = |object: &Object| Visit {
            object: object.clone(),
            depth: 0,
            prefix: String::new(),
            field_type: None,
            has_value: false,
        };
        let mut open: Vec<Visit> = roots.as_array().unwrap_or_default().iter().rev().map(root).collect();
        let mut seen = HashSet::new();
        while let Some(visit) = open.pop() {
            budget.spend(1)?;
            if visit.object.as_reference().is_none_or(|id| seen.insert(id)) {
                fields.visit(pdf, visit, &mut open, budget)?;
            }
        }
        Ok(fields)
    }

    fn visit(
        &mut self,
        pdf: &Pdf<'_>,
        visit: Visit,
        open: &mut Vec<Visit>,
        budget: &mut Budget,
    ) -> Result<(), SealError> {
        let limits = budget.limits();
        let (most, deepest) = (limits.form_fields, limits.nesting);
        if self.0.len() >= usize::try_from(most).unwrap_or(usize::MAX) {
            return Err(LimitExceeded { limit: Limit::FormFields, maximum: u64::from(most) }.into());
        }
        if visit.depth > deepest {
            return Err(LimitExceeded { limit: Limit::Nesting, maximum: u64::from(deepest) }.into());
        }
        let object = pdf.resolve(&visit.object, pdf.latest(), budget)?;
        let Some(dict) = object.as_dict() else { return Ok(()) };
        let partial = value(pdf, dict, b"T", budget)?.as_string().map(|name| text_string(&name.bytes));
        let named = partial.is_some();
        let name = match partial {
            Some(partial) if visit.prefix.is_empty() => partial,
            Some(partial) => format!("{}.{partial}", visit.prefix),
            None => visit.prefix,
        };
        let field_type = value(pdf, dict, b"FT", budget)?.as_name().map(<[u8]>::to_vec).or(visit.field_type);
        let has_value = visit.has_value || !value(pdf, dict, b"V", budget)?.is_null();
        let kids = value(pdf, dict, b"Kids", budget)?;
        for kid in kids.as_array().unwrap_or_default().iter().rev() {
            open.push(Visit {
                object: kid.clone(),
                depth: visit.depth.saturating_add(1),
                prefix: name.clone(),
                field_type: field_type.clone(),
                has_value,
            });
        }
        let is_signature = field_type.as_deref() == Some(b"Sig");
        let id = visit.object.as_reference();
        self.0.push(Field { name, named, id, dict: dict.clone(), is_signature, has_value });
        Ok(())
    }

    /// Whether a field has that full name, or stands below one that has.
    pub(super) fn has(&self, name: &str) -> bool {
        let below = |field: &str| field.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'));
        self.0.iter().any(|field| field.name == name || below(&field.name))
    }

    /// A name that is free.
    pub(super) fn free_name(&self) -> String {
        let taken: HashSet<&str> = self.0.iter().filter_map(|field| field.name.split('.').next()).collect();
        let mut number = 1_u64;
        loop {
            let name = format!("Siegel{number}");
            if !taken.contains(name.as_str()) {
                return name;
            }
            number = number.saturating_add(1);
        }
    }

    /// The empty signature field of that full name.
    pub(super) fn empty(&self, pdf: &Pdf<'_>, name: &str, budget: &mut Budget) -> Result<EmptyField, SealError> {
        let refused = |cause| Err(SealError::Place { cause });
        let mut of_name = self.0.iter().filter(|field| field.name == name && field.named && field.is_signature);
        let Some(field) = of_name.next() else { return refused("no-such-field") };
        if of_name.next().is_some() {
            return refused("field-ambiguous");
        }
        if field.has_value {
            return refused("field-not-empty");
        }
        // Who signs a field with a lock has to say so in the signature, and seed values demand more than we know.
        if !value(pdf, &field.dict, b"Lock", budget)?.is_null() {
            return refused("field-has-lock");
        }
        if !value(pdf, &field.dict, b"SV", budget)?.is_null() {
            return refused("field-has-seed-values");
        }
        let Some(id) = field.id else { return refused("field-not-indirect") };
        let is_widget = |dict: &Dict| dict.get_name(b"Subtype") == Some(b"Widget");
        let kids = self.0.iter().filter(|field| field.name == name && !field.named && is_widget(&field.dict));
        let mut widgets = Some(field).filter(|field| is_widget(&field.dict)).into_iter().chain(kids);
        let Some(widget) = widgets.next() else {
            return Ok(EmptyField { id, widget: None, place: Rectangle::NONE });
        };
        if widgets.next().is_some() {
            return refused("several-widgets");
        }
        let Some(widget_id) = widget.id else { return refused("field-not-indirect") };
        let place = value(pdf, &widget.dict, b"Rect", budget)?;
        let edges: Result<Vec<Object>, ObjectError> = place
            .as_array()
            .unwrap_or_default()
            .iter()
            .map(|edge| Ok(pdf.resolve(edge, pdf.latest(), budget)?.into_owned()))
            .collect();
        let place = rectangle(&edges?).unwrap_or(Rectangle::NONE);
        Ok(EmptyField { id, widget: Some(widget_id), place })
    }
}

/// The value of a key, references followed; null where it is missing.
pub(super) fn value(pdf: &Pdf<'_>, dict: &Dict, key: &[u8], budget: &mut Budget) -> Result<Object, ObjectError> {
    Ok(pdf.resolve(dict.get(key).unwrap_or(&Object::NULL), pdf.latest(), budget)?.into_owned())
}
