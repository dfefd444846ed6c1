//! The fields of the form by their full names (ISO 32000-2 §12.7.4.2), as far as the walk has met them.

use std::collections::HashMap;

use super::role::{Context, Fields};
use crate::document::pades::locate::text_string;
use crate::limits::{Budget, LimitExceeded};
use crate::syntax::pdf::{Dict, Object, ObjectError, Pdf, RevisionIndex};

/// One field.
#[derive(Clone, Debug, Default)]
pub(super) struct FieldInfo {
    /// Its full name.
    pub(super) name: String,
    /// Its type, own or inherited: `Tx`, `Btn`, `Ch`, `Sig`; empty where there is none.
    pub(super) field_type: Vec<u8>,
    /// How many fields it is below.
    depth: u32,
}

/// A field that is nested deeper than any that is named: a form may be a circle. It has no name, so that every lock may
/// mean it, and no type, so that nothing of it is permitted; and so has all that is below it.
const LOST: Context = 1;

/// How deep fields are named. Real forms stay below 10.
const DEEPEST: u32 = 100;

/// All fields met; the first entry is "no field", the second [`LOST`].
#[derive(Debug)]
pub(super) struct FieldNames {
    list: Vec<FieldInfo>,
    known: HashMap<(Context, String, Vec<u8>), Context>,
}

impl Default for FieldNames {
    fn default() -> Self {
        Self { list: vec![FieldInfo::default(), FieldInfo::default()], known: HashMap::new() }
    }
}

impl FieldNames {
    /// The field of `context`.
    pub(super) fn get(&self, context: Context) -> &FieldInfo {
        static NONE: FieldInfo = FieldInfo { name: String::new(), field_type: Vec::new(), depth: 0 };
        usize::try_from(context).ok().and_then(|index| self.list.get(index)).unwrap_or(&NONE)
    }

    /// The field that `dict` is below `parent`, with its own entries resolved already.
    fn enter(&mut self, partial: Option<String>, field_type: Option<Vec<u8>>, parent: Context) -> Context {
        let above = self.get(parent);
        let same_type = field_type.as_ref().is_none_or(|own| *own == above.field_type);
        if partial.is_none() && same_type || parent == LOST {
            return parent;
        }
        if above.depth >= DEEPEST {
            return LOST;
        }
        let depth = above.depth.saturating_add(1);
        let name = match partial {
            Some(partial) if above.name.is_empty() => partial,
            Some(partial) => format!("{}.{partial}", above.name),
            None => above.name.clone(),
        };
        let field_type = field_type.unwrap_or_else(|| above.field_type.clone());
        let key = (parent, name, field_type);
        if let Some(known) = self.known.get(&key) {
            return *known;
        }
        let context = Context::try_from(self.list.len()).unwrap_or(0);
        self.list.push(FieldInfo { name: key.1.clone(), field_type: key.2.clone(), depth });
        self.known.insert(key, context);
        context
    }
}

/// Finds fields as of one revision.
pub(super) struct Namer<'n, 'p, 'a> {
    pub(super) pdf: &'p Pdf<'a>,
    pub(super) at: RevisionIndex,
    pub(super) names: &'n mut FieldNames,
    pub(super) budget: &'n mut Budget,
    /// What went wrong, to be asked afterwards.
    pub(super) limit: Option<LimitExceeded>,
}

impl Namer<'_, '_, '_> {
    fn direct(&mut self, value: Option<&Object>) -> Option<Object> {
        match self.pdf.resolve_owned(value?, self.at, self.budget) {
            Ok(value) => Some(value),
            Err(ObjectError::Limit(limit)) => {
                self.limit = Some(limit);
                None
            }
            // The dictionary itself is judged all the same; its field has no name of its own.
            Err(_) => None,
        }
    }
}

impl Fields for Namer<'_, '_, '_> {
    fn enter(&mut self, dict: &Dict, context: Context) -> (Context, bool) {
        let partial = self.direct(dict.get(b"T"));
        let partial = partial.as_ref().and_then(Object::as_string).map(|name| text_string(&name.bytes));
        let field_type = self.direct(dict.get(b"FT"));
        let field_type = field_type.as_ref().and_then(Object::as_name).map(<[u8]>::to_vec);
        let context = self.names.enter(partial, field_type, context);
        (context, self.names.get(context).field_type == b"Sig")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_circle_of_fields_has_no_name_in_the_end() {
        let mut names = FieldNames::default();
        let mut context = 0;
        for depth in 1..=DEEPEST {
            context = names.enter(Some("a".to_owned()), Some(b"Tx".to_vec()), context);
            assert_eq!(names.get(context).name.len(), 2 * depth as usize - 1);
        }
        for _ in 0..3 {
            context = names.enter(Some("a".to_owned()), Some(b"Sig".to_vec()), context);
            assert_eq!(context, LOST);
            assert!(names.get(context).name.is_empty() && names.get(context).field_type.is_empty());
        }
        assert_eq!(names.enter(Some("b".to_owned()), None, 0), names.enter(Some("b".to_owned()), None, 0));
    }
}
