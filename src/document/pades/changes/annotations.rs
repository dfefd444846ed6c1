//! Rules for annotations (ISO 32000-2 §12.5): they may come, change and go under P = 3 only, and never bring actions,
//! files or players; widgets come and go with signature fields.

use super::fault::Fault;
use super::finding::Kind;
use super::form::{Ids, list};
use super::guard::Guard;
use super::overlay::OverlayTask;
use super::pass::{AnnotsTask, Entry, Pass, Spot, as_plain_dict};
use crate::limits::Budget;
use crate::syntax::pdf::{Dict, Object, ObjectId, Value};

/// The subtypes that may come (table 171): marks and notes, nothing that plays, opens or carries a file.
const MARKS: &[&[u8]] = &[
    b"Text",
    b"FreeText",
    b"Line",
    b"Square",
    b"Circle",
    b"Polygon",
    b"PolyLine",
    b"Highlight",
    b"Underline",
    b"Squiggly",
    b"StrikeOut",
    b"Caret",
    b"Stamp",
    b"Ink",
    b"Popup",
];

/// The entries of annotations of these subtypes (tables 166, 172 to 187).
const ENTRIES: &[&[u8]] = &[
    b"Type",
    b"Subtype",
    b"Rect",
    b"Contents",
    b"P",
    b"NM",
    b"M",
    b"F",
    b"AP",
    b"AS",
    b"Border",
    b"C",
    b"StructParent",
    b"OC",
    b"ca",
    b"CA",
    b"BM",
    b"Lang",
    b"T",
    b"Popup",
    b"RC",
    b"CreationDate",
    b"IRT",
    b"Subj",
    b"RT",
    b"IT",
    b"Open",
    b"Name",
    b"State",
    b"StateModel",
    b"DA",
    b"Q",
    b"DS",
    b"CL",
    b"BE",
    b"RD",
    b"BS",
    b"LE",
    b"L",
    b"IC",
    b"LL",
    b"LLE",
    b"Cap",
    b"LLO",
    b"CP",
    b"Measure",
    b"CO",
    b"Vertices",
    b"Path",
    b"QuadPoints",
    b"Sy",
    b"InkList",
    b"Parent",
    b"Rotate",
];

/// The kinds of action (table 201).
const ACTIONS: &[&[u8]] = &[
    b"JavaScript",
    b"Launch",
    b"GoToR",
    b"GoToE",
    b"URI",
    b"SubmitForm",
    b"ImportData",
    b"ResetForm",
    b"Hide",
    b"Named",
    b"Rendition",
    b"Movie",
    b"Sound",
    b"Trans",
    b"RichMediaExecute",
    b"SetOCGState",
    b"GoTo",
    b"Thread",
    b"GoTo3DView",
    b"GoToDp",
];

impl Pass<'_, '_, '_> {
    /// The annotations of a page.
    pub(super) fn annots(&mut self, task: &AnnotsTask, budget: &mut Budget) -> Result<(), Fault> {
        let (Some(old), Some(new)) = (list(&task.old), list(&task.new)) else {
            self.note(Kind::AnnotationChanged, task.spot.clone());
            return Ok(());
        };
        let ids = |list: &[Object]| list.iter().filter_map(Object::as_reference).collect::<Vec<ObjectId>>();
        let (old_ids, new_ids) = (ids(&old), ids(&new));
        let (old_set, new_set) = (Ids::sorted(old_ids.clone()), Ids::sorted(new_ids.clone()));
        // What both begin with stays where it is.
        let alike = old_ids.iter().zip(&new_ids).take_while(|(old, new)| old == new).count();
        budget.spend(u64::try_from(old.len().saturating_add(new.len())).unwrap_or(u64::MAX) >> 4)?;
        for id in old_ids.iter().skip(alike).filter(|id| !new_set.has(**id)) {
            self.annotation_removed(*id, task.spot.of(Some(*id)), budget)?;
        }
        // Annotations are painted in their order: those that stay keep it.
        let stays = old_ids.iter().skip(alike).filter(|id| new_set.has(**id));
        let stayed = new_ids.iter().skip(alike).filter(|id| old_set.has(**id));
        if !stays.eq(stayed) {
            self.note(Kind::AnnotationChanged, task.spot.clone());
        }
        for (index, id) in new_ids.iter().enumerate().skip(alike).filter(|(_, id)| !old_set.has(**id)) {
            let spot = task.spot.element(index).of(Some(*id));
            self.overlays.push(OverlayTask { annotation: *id, spot });
            self.annotation_added(*id, task.spot.element(index).of(Some(*id)), budget)?;
        }
        let direct = |list: &'_ [Object]| {
            list.iter().filter(|one| one.as_reference().is_none()).cloned().collect::<Vec<_>>()
        };
        let (old, new) = (direct(&old), direct(&new));
        if old.len() != new.len() {
            self.note(Kind::AnnotationChanged, task.spot.clone());
            return Ok(());
        }
        for (old, new) in old.iter().zip(&new) {
            if !self.pair.same(old, new, budget)? {
                self.annotation(old, new, task.spot.clone(), budget)?;
            }
        }
        Ok(())
    }

    fn annotation_removed(&mut self, id: ObjectId, spot: Spot, budget: &mut Budget) -> Result<(), Fault> {
        let old = self.pair.pdf.object(id, self.pair.old, budget)?;
        let Some(dict) = old.as_dict() else { return Ok(()) };
        let widget = dict.get_name(b"Subtype") == Some(b"Widget");
        self.note_if(!widget, Kind::AnnotationRemoved, Guard::WidgetKept, spot);
        Ok(())
    }

    fn annotation_added(&mut self, id: ObjectId, spot: Spot, budget: &mut Budget) -> Result<(), Fault> {
        // A widget of a new signature field was judged with it.
        if self.new_widgets.contains(&id) {
            return Ok(());
        }
        let value = self.pair.pdf.object(id, self.pair.new, budget)?;
        let Some(dict) = as_plain_dict(&value) else {
            if !value.is_null() {
                self.note(Kind::AnnotationAdded, spot);
            }
            return Ok(());
        };
        if let Some(context) = self.graph.widgets.get(&id).copied() {
            let info = self.names.get(context).clone();
            let signed = info.field_type == b"Sig" && self.signed.contains_key(&info.name);
            let spot = Spot { context, ..spot };
            if !signed {
                self.refuse(Guard::OldWidget, spot);
            }
            return Ok(());
        }
        self.added_annotations.insert(id);
        let subtype = self.pair.new_entry(dict, b"Subtype", budget)?;
        let mut broken = match subtype.as_name() {
            Some(name) if MARKS.contains(&name) => None,
            Some(b"FileAttachment") => self.broken(Guard::MarkFile, true),
            Some(b"Widget") => self.broken(Guard::NewWidget, true),
            _ => self.broken(Guard::MarkType, true),
        };
        for (key, value) in dict.iter() {
            let bad = match key.as_bytes() {
                key if ENTRIES.contains(&key) => self.vet(value, budget)?,
                b"AF" | b"FS" => self.broken(Guard::MarkFile, true),
                _ => self.broken(Guard::MarkEntry, true),
            };
            broken = bad.or(broken);
        }
        self.note_unless(broken, Kind::AnnotationAdded, spot);
        Ok(())
    }

    /// An annotation that was there.
    pub(super) fn annotation(
        &mut self,
        old: &Object,
        new: &Object,
        spot: Spot,
        budget: &mut Budget,
    ) -> Result<(), Fault> {
        let of_form = spot.object.is_some_and(|id| self.graph.widgets.contains_key(&id));
        if of_form {
            return Ok(());
        }
        self.dicts(old, new, spot, budget, Self::annotation_entry)
    }

    fn annotation_entry(&mut self, found: &Entry<'_>, spot: Spot, budget: &mut Budget) -> Result<(), Fault> {
        self.seen_anew(found.key, &spot);
        let mark = found.old_dict.get_name(b"Subtype").is_some_and(|name| MARKS.contains(&name));
        let broken = match found.key {
            b"A" | b"AA" | b"PA" | b"Dest" => self.broken(Guard::AnnotationAction, true),
            b"FS" | b"AF" => self.broken(Guard::MarkFile, true),
            b"Type" | b"Subtype" => self.broken(Guard::OtherAnnotation, true),
            _ if !mark => self.broken(Guard::OtherAnnotation, true),
            key if ENTRIES.contains(&key) => self.vet(&found.new, budget)?,
            _ => self.broken(Guard::MarkEntry, true),
        };
        self.note_unless(broken, Kind::AnnotationChanged, spot);
        Ok(())
    }

    /// An annotation that was moved or unhidden is seen where it was not before.
    pub(super) fn seen_anew(&mut self, key: &[u8], spot: &Spot) {
        if let (b"Rect" | b"F", Some(annotation)) = (key, spot.object) {
            self.overlays.push(OverlayTask { annotation, spot: spot.clone() });
        }
    }

    /// What belongs to an annotation.
    pub(super) fn annotation_part(&mut self, new: &Object, spot: Spot, budget: &mut Budget) -> Result<(), Fault> {
        let broken = self.vet(new, budget)?;
        self.note_unless(broken, Kind::AnnotationChanged, spot);
        Ok(())
    }

    /// Looks for what nothing permits below a new value: actions, scripts, files, layers, external content. Objects
    /// that stand in the structure by a role of their own are judged there.
    pub(super) fn vet(&mut self, value: &Object, budget: &mut Budget) -> Result<Option<Guard>, Fault> {
        let mut open = vec![value.clone()];
        while let Some(value) = open.pop() {
            budget.spend(1)?;
            let value = match value.as_reference() {
                Some(id) => {
                    if self.graph.is_anchor(id) || self.new_widgets.contains(&id) || !self.vetted.insert(id) {
                        continue;
                    }
                    self.pair.pdf.object(id, self.pair.new, budget)?
                }
                None => value,
            };
            match &value.value {
                Value::Array(elements) => open.extend(elements.iter().cloned()),
                Value::Reference(_) => open.push(value),
                Value::Dict(dict) => {
                    if is_page(dict) {
                        continue;
                    }
                    if let Some(bad) = self.forbidden_in(dict) {
                        return Ok(Some(bad));
                    }
                    open.extend(dict.iter().map(|(_, value)| value.clone()));
                }
                Value::Stream(stream) => {
                    let dict = stream.dict();
                    let external = [&b"F"[..], b"Ref", b"OPI", b"PS"].iter().any(|key| dict.has(key))
                        || dict.get_name(b"Subtype") == Some(b"PS");
                    let external = self.broken(Guard::NewFile, external);
                    if let Some(bad) = external.or_else(|| self.forbidden_in(dict)) {
                        return Ok(Some(bad));
                    }
                    open.extend(dict.iter().map(|(_, value)| value.clone()));
                }
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Name(_) => {}
            }
        }
        Ok(None)
    }

    fn forbidden_in(&self, dict: &Dict) -> Option<Guard> {
        let action = dict.get_name(b"S").is_some_and(|name| ACTIONS.contains(&name));
        self.broken(Guard::NewAction, action || dict.has(b"JS") || dict.has(b"AA"))
            .or_else(|| self.broken(Guard::NewFile, dict.has(b"EF")))
            .or_else(|| self.broken(Guard::NewLayer, dict.has(b"OC")))
    }
}

/// Links to pages are no content of what links.
fn is_page(dict: &Dict) -> bool {
    matches!(dict.get_name(b"Type"), Some(b"Page" | b"Pages"))
}
