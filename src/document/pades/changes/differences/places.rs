//! Where things are in one revision: the pages of annotations and fields, and the values of fields.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::Judged;
use super::values::{ShownValue, pages_of, read};
use crate::document::pades::locate::text_string;
use crate::limits::{Budget, Limit, LimitExceeded};
use crate::syntax::pdf::{Dict, Object, ObjectError, ObjectId, Pdf, RevisionIndex, Value};

/// `Ff` of a text field: what is typed is not to be shown (ISO 32000-2 table 231).
const PASSWORD: i64 = 1 << 13;

/// What is known of a field.
#[derive(Clone, Debug)]
pub(super) struct FieldState {
    /// Its value, own or inherited, as far as it can be shown.
    pub(super) value: Option<ShownValue>,
    /// The objects that are the field or a widget of it.
    pub(super) widgets: Vec<ObjectId>,
}

/// Where the things are that findings of one revision name.
#[derive(Debug, Default)]
pub(super) struct Places {
    fields: HashMap<String, FieldState>,
    /// Pages, from 1.
    pages: HashMap<ObjectId, u64>,
}

impl Places {
    /// Looks up what `found` names, as of `at`.
    pub(super) fn of(
        pdf: &Pdf<'_>,
        at: RevisionIndex,
        found: &[Judged],
        budget: &mut Budget,
    ) -> Result<Self, LimitExceeded> {
        let names: HashSet<&str> = found.iter().filter_map(|(one, _)| one.field.as_deref()).collect();
        let mut places = Self::default();
        if !names.is_empty() {
            let reader = Reader { pdf, at };
            reader.fields(&names, &mut places.fields, budget)?;
        }
        let mut wanted: HashSet<ObjectId> =
            found.iter().filter(|(one, _)| one.page == 0).filter_map(|(one, _)| one.object).collect();
        wanted.extend(places.fields.values().flat_map(|field| field.widgets.iter().copied()));
        if !wanted.is_empty() {
            let reader = Reader { pdf, at };
            places.pages = reader.pages(&wanted, budget)?;
        }
        Ok(places)
    }

    /// The field of this full name.
    pub(super) fn field(&self, name: &str) -> Option<&FieldState> {
        self.fields.get(name)
    }

    /// The page that is this object, or names it among its annotations.
    pub(super) fn page_of(&self, id: ObjectId) -> Option<u64> {
        self.pages.get(&id).copied()
    }

    /// The first page of one of these.
    pub(super) fn page_of_any(&self, ids: &[ObjectId]) -> Option<u64> {
        ids.iter().filter_map(|id| self.page_of(*id)).min()
    }
}

/// A field to be visited, with what it inherits.
struct Visit {
    object: Object,
    depth: u32,
    name: String,
    value: Arc<Object>,
    flags: i64,
}

struct Reader<'p, 'a> {
    pdf: &'p Pdf<'a>,
    at: RevisionIndex,
}

impl Reader<'_, '_> {
    /// A value with references followed; null where it cannot be read.
    fn direct(&self, value: Option<&Object>, budget: &mut Budget) -> Result<Object, LimitExceeded> {
        read(self.pdf, value, self.at, budget)
    }

    fn catalog(&self, budget: &mut Budget) -> Result<Dict, LimitExceeded> {
        match self.pdf.catalog(self.at, budget) {
            Ok(catalog) => Ok(catalog),
            Err(ObjectError::Limit(limit)) => Err(limit),
            Err(_) => Ok(Dict::default()),
        }
    }

    /// The fields of these names.
    fn fields(
        &self,
        names: &HashSet<&str>,
        found: &mut HashMap<String, FieldState>,
        budget: &mut Budget,
    ) -> Result<(), LimitExceeded> {
        let catalog = self.catalog(budget)?;
        let form = self.direct(catalog.get(b"AcroForm"), budget)?;
        let list = self.direct(form.as_dict().and_then(|form| form.get(b"Fields")), budget)?;
        let root = |object: &Object| Visit {
            object: object.clone(),
            depth: 0,
            name: String::new(),
            value: Arc::new(Object::NULL),
            flags: 0,
        };
        let mut open: Vec<Visit> = list.as_array().unwrap_or_default().iter().rev().map(root).collect();
        let mut seen: HashSet<ObjectId> = HashSet::new();
        let most = budget.limits().form_fields;
        let mut visited = 0_u32;
        while let Some(visit) = open.pop() {
            visited = visited.saturating_add(1);
            if visited > most {
                return Err(LimitExceeded { limit: Limit::FormFields, maximum: u64::from(most) });
            }
            let id = visit.object.as_reference();
            if visit.depth > budget.limits().nesting || id.is_some_and(|id| !seen.insert(id)) {
                continue;
            }
            self.field(visit, names, found, &mut open, budget)?;
        }
        Ok(())
    }

    fn field(
        &self,
        visit: Visit,
        names: &HashSet<&str>,
        found: &mut HashMap<String, FieldState>,
        open: &mut Vec<Visit>,
        budget: &mut Budget,
    ) -> Result<(), LimitExceeded> {
        let id = visit.object.as_reference();
        let object = self.direct(Some(&visit.object), budget)?;
        let Some(dict) = object.as_dict() else { return Ok(()) };
        let partial = self.direct(dict.get(b"T"), budget)?;
        let name = match partial.as_string().map(|name| text_string(&name.bytes)) {
            Some(partial) if visit.name.is_empty() => partial,
            Some(partial) => format!("{}.{partial}", visit.name),
            None => visit.name,
        };
        let value = match dict.get(b"V") {
            Some(value) => Arc::new(self.direct(Some(value), budget)?),
            None => visit.value,
        };
        let flags = self.direct(dict.get(b"Ff"), budget)?.as_i64().unwrap_or(visit.flags);
        if names.contains(name.as_str()) {
            if !found.contains_key(&name) {
                let secret = flags & PASSWORD != 0;
                let value = if secret { None } else { ShownValue::of(self.pdf, &value, self.at, budget)? };
                found.insert(name.clone(), FieldState { value, widgets: Vec::new() });
            }
            if let Some(field) = found.get_mut(&name) {
                field.widgets.extend(id);
            }
        }
        let kids = self.direct(dict.get(b"Kids"), budget)?;
        // Only on the way to a name that is wanted; widgets have the name of their field.
        let leads = |wanted: &&str| {
            name.is_empty()
                || wanted.strip_prefix(name.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        budget.spend(u64::try_from(names.len()).unwrap_or(u64::MAX) >> 6)?;
        if !names.iter().any(leads) {
            return Ok(());
        }
        for kid in kids.as_array().unwrap_or_default().iter().rev() {
            open.push(Visit {
                object: kid.clone(),
                depth: visit.depth.saturating_add(1),
                name: name.clone(),
                value: Arc::clone(&value),
                flags,
            });
        }
        Ok(())
    }

    /// The resources of a page, or of the nearest node above it that has some.
    fn resources(&self, page: ObjectId, budget: &mut Budget) -> Result<Object, LimitExceeded> {
        let mut node = self.direct(Some(&Object::from(Value::from(page))), budget)?;
        for _ in 0..budget.limits().nesting {
            let Some(dict) = node.as_dict() else { break };
            if let Some(resources) = dict.get(b"Resources") {
                return self.direct(Some(resources), budget);
            }
            node = self.direct(dict.get(b"Parent"), budget)?;
        }
        Ok(Object::NULL)
    }

    /// The pages of these objects: pages themselves, or annotations of them.
    fn pages(
        &self,
        wanted: &HashSet<ObjectId>,
        budget: &mut Budget,
    ) -> Result<HashMap<ObjectId, u64>, LimitExceeded> {
        let mut pages = HashMap::new();
        for (number, id) in (1_u64..).zip(pages_of(self.pdf, self.at, budget)?) {
            if wanted.contains(&id) {
                pages.insert(id, number);
            }
            let page = self.direct(Some(&Object::from(Value::from(id))), budget)?;
            let annots = self.direct(page.as_dict().and_then(|page| page.get(b"Annots")), budget)?;
            let annots = annots.as_array().unwrap_or_default();
            budget.spend(u64::try_from(annots.len()).unwrap_or(u64::MAX) >> 4)?;
            for annotation in annots.iter().filter_map(Object::as_reference).filter(|id| wanted.contains(id)) {
                pages.entry(annotation).or_insert(number);
            }
        }
        Ok(pages)
    }
}

/// Most pages that one resource is said to be on.
const MOST_USERS: usize = 1_000;

/// The pages by the resources that they name, own or inherited (ISO 32000-2 §7.7.3.4).
pub(super) fn users_of_resources(
    pdf: &Pdf<'_>,
    at: RevisionIndex,
    budget: &mut Budget,
) -> Result<HashMap<ObjectId, Vec<u64>>, LimitExceeded> {
    let reader = Reader { pdf, at };
    let mut users: HashMap<ObjectId, Vec<u64>> = HashMap::new();
    for (number, id) in (1_u64..).zip(pages_of(pdf, at, budget)?) {
        let resources = reader.resources(id, budget)?;
        for (_, kind) in resources.as_dict().into_iter().flat_map(Dict::iter) {
            let kind = reader.direct(Some(kind), budget)?;
            for (_, resource) in kind.as_dict().into_iter().flat_map(Dict::iter) {
                let Some(id) = resource.as_reference() else { continue };
                let pages = users.entry(id).or_default();
                if pages.len() < MOST_USERS && pages.last() != Some(&number) {
                    pages.push(number);
                }
            }
        }
    }
    Ok(users)
}
