//! What each finding is about, for a person who wants to look: which page, which annotation, field, font, image or
//! stream came, went or changed, and plain values before and after.
//!
//! Nothing is judged here: the findings are those of the analysis, and what is said besides them is read from the two
//! revisions that each stands between. A finding about a set of things (the pages, the resources of a page) becomes one
//! difference for each thing. Where a thing cannot be read, its finding stands there all the same, with less said of
//! it; where the budget ends, [`Differences::complete`] says so.
//!
//! Values are cut; texts are given as they stand in the document, for whoever shows them to make them visible.
//! What text a page shows is not compared: of content, fonts and images the bytes are named by size and SHA-256.

mod expand;
mod places;
mod values;

use std::collections::{HashMap, HashSet};

use self::places::{FieldState, Places};
use self::values::{Sides, pages_of};
use super::Located;
use super::equal::Pair;
use super::fault::Fault;
use super::finding::{Class, Kind};
use crate::limits::Budget;
use crate::syntax::pdf::{Dict, ObjectId, Pdf, RevisionIndex};

pub use values::ShownValue;

/// Most findings of one document that are described; what is not permitted comes first.
const MOST_DESCRIBED: usize = 1_000;

/// Most differences that are listed, with those that one finding becomes.
const MOST_LISTED: usize = 2_000;

macro_rules! things {
    ($($(#[$doc:meta])* $variant:ident = $name:literal;)*) => {
        /// What a difference is about.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Thing { $($(#[$doc])* $variant),* }

        impl Thing {
            /// Every thing.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The name in answers.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }
        }
    };
}

things! {
    /// A page, or an entry of one.
    Page = "page";
    /// The order or number of pages.
    PageTree = "page-tree";
    /// What a page shows.
    PageContent = "page-content";
    /// An annotation.
    Annotation = "annotation";
    /// A field of the form, or its widget.
    Field = "field";
    /// A signature.
    Signature = "signature";
    /// A document time-stamp.
    DocumentTimestamp = "document-timestamp";
    /// A font.
    Font = "font";
    /// An image.
    Image = "image";
    /// A form XObject: content that pages use.
    FormXObject = "form-xobject";
    /// Another resource: a colour space, a pattern, a graphics state.
    Resource = "resource";
    /// Data for long-term validation.
    SecurityStore = "security-store";
    /// XMP metadata.
    Metadata = "metadata";
    /// An entry of the document information.
    Information = "information";
    /// An action, a script.
    Action = "action";
    /// An embedded or attached file.
    File = "file";
    /// Optional content.
    Layer = "layer";
    /// Named destinations and other names.
    Names = "names";
    /// Bookmarks.
    Outline = "outline";
    /// The logical structure.
    Structure = "structure";
    /// The interactive form itself.
    Form = "form";
    /// The permissions.
    Permissions = "permissions";
    /// An entry of the catalog or of the trailer.
    Entry = "entry";
    /// An object.
    Object = "object";
    /// Bytes after the last revision.
    Bytes = "bytes";
}

/// What happened to a thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// It was not there before.
    Came,
    /// It is there no more.
    Went,
    /// It was there and is another.
    Changed,
}

impl Direction {
    /// Every direction.
    pub const ALL: &'static [Self] = &[Self::Came, Self::Went, Self::Changed];

    /// The name in answers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Came => "came",
            Self::Went => "went",
            Self::Changed => "changed",
        }
    }
}

/// One difference between a revision and the one before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The number of the revision that made it, from 1.
    pub revision: u64,
    /// The page, from 1: of the revision that made it, or of the one before where the thing went.
    pub page: Option<u64>,
    /// What it is about.
    pub thing: Thing,
    /// Its name in the document, cut: of a field the full name, of an annotation the subtype, of a resource its name.
    pub name: Option<String>,
    /// What happened to it.
    pub direction: Direction,
    /// The object as `12 0`.
    pub object: Option<String>,
    /// Where: a path from the document catalog, or the name of a place in the file.
    pub path: String,
    /// What kind of change, as in the report.
    pub kind: &'static str,
    /// The code of the finding, as in the report.
    pub code: &'static str,
    /// What was there, where it can be shown.
    pub before: Option<ShownValue>,
    /// What is there now, where it can be shown.
    pub after: Option<ShownValue>,
    /// The signatures before it for which it is not permitted, by their ids.
    pub not_permitted_for: Vec<String>,
}

/// What came after the first signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Differences {
    /// By revision; in one revision by page, what belongs to no page last.
    pub list: Vec<Difference>,
    /// How many findings are not listed, for there are too many.
    pub more: u64,
    /// Whether all was analysed and described. Where not, there may be differences that nobody has seen.
    pub complete: bool,
}

/// A finding with the signatures for which it is not permitted.
pub(super) type Judged = (Located, Vec<String>);

/// Says of each finding what it is about.
pub(super) fn describe(pdf: &Pdf<'_>, mut found: Vec<Judged>, budget: &Budget) -> Differences {
    let mut budget = budget.share(2);
    let mut complete = !found.iter().any(|(one, _)| one.kind.class() == Class::Unknown);
    found.sort_by_key(|(one, against)| (against.is_empty(), one.revision));
    let mut more = found.len().saturating_sub(MOST_DESCRIBED);
    found.truncate(MOST_DESCRIBED);
    found.sort_by_key(|(one, _)| one.revision);
    let mut list: Vec<Difference> = Vec::new();
    let mut rest = found.as_slice();
    while let Some((first, _)) = rest.first() {
        let revision = first.revision;
        let count = rest.iter().take_while(|(one, _)| one.revision == revision).count();
        let (of_revision, later) = rest.split_at(count);
        rest = later;
        let mut describer = Describer::new(pdf, revision, of_revision, &mut budget);
        for (one, against) in of_revision {
            describer.one(one, against, &mut budget);
        }
        complete &= !describer.exhausted;
        let room = MOST_LISTED.saturating_sub(list.len());
        more = more.saturating_add(describer.list.len().saturating_sub(room)).saturating_add(describer.left_out);
        describer.list.truncate(room);
        describer.list.sort_by_key(|one| one.page.unwrap_or(u64::MAX));
        list.append(&mut describer.list);
    }
    Differences { list, more: u64::try_from(more).unwrap_or(u64::MAX), complete }
}

/// Describes the findings of one revision.
struct Describer<'p, 'a> {
    pair: Pair<'p, 'a>,
    old: Places,
    new: Places,
    list: Vec<Difference>,
    /// What was said already of a field or of the pages.
    said: HashSet<(Kind, Option<String>)>,
    /// The budget ended.
    exhausted: bool,
    left_out: usize,
    /// The pages that name a resource; looked up when it is first asked for.
    users: Option<HashMap<ObjectId, Vec<u64>>>,
}

impl<'p, 'a> Describer<'p, 'a> {
    fn new(pdf: &'p Pdf<'a>, revision: u64, found: &[Judged], budget: &mut Budget) -> Self {
        let index = usize::try_from(revision).unwrap_or(usize::MAX).saturating_sub(1);
        let new = RevisionIndex::new(index);
        let pair = Pair { pdf, old: new.previous().unwrap_or(new), new };
        let mut exhausted = false;
        let mut at = |at| match Places::of(pdf, at, found, budget) {
            Ok(places) => places,
            Err(_limit) => {
                exhausted = true;
                Places::default()
            }
        };
        let (old, new) = (at(pair.old), at(pair.new));
        Self { pair, old, new, list: Vec::new(), said: HashSet::new(), exhausted, left_out: 0, users: None }
    }

    /// Describes one finding. What cannot be read or paid is said with less.
    fn one(&mut self, one: &Located, against: &[String], budget: &mut Budget) {
        let before = self.list.len();
        let described = if self.exhausted { Ok(()) } else { self.try_one(one, against, budget) };
        if let Err(Fault::Limit(_)) = described {
            self.exhausted = true;
        }
        if self.exhausted || described.is_err() {
            self.list.truncate(before);
            let mut plain = self.plain(one, against);
            plain.thing = thing_of(one.kind, None);
            self.list.push(plain);
        }
    }

    fn try_one(&mut self, one: &Located, against: &[String], budget: &mut Budget) -> Result<(), Fault> {
        // A field that is filled in is one difference, in however many of its entries that shows; so is a signature.
        let once = matches!(one.kind, Kind::FormField | Kind::Signature | Kind::DocumentTimestamp);
        if once && one.field.is_some() && !self.said.insert((one.kind, one.field.clone())) {
            return Ok(());
        }
        match one.kind {
            Kind::PageTree => self.pages(one, against, budget),
            Kind::Resources | Kind::FormResources | Kind::FormDefaults => self.resources(one, against, budget),
            _ => self.single(one, against, budget),
        }
    }

    /// A finding about one thing.
    fn single(&mut self, one: &Located, against: &[String], budget: &mut Budget) -> Result<(), Fault> {
        let sides = if has_sides(one) { Sides::of(&self.pair, one, budget)? } else { Sides::default() };
        let holder = Sides::of_object(&self.pair, one.object, budget)?;
        let mut difference = self.plain(one, against);
        difference.thing = thing_of(one.kind, holder.dict());
        difference.direction = direction_of(one.kind, difference.thing, &sides, &holder);
        match difference.thing {
            Thing::Field | Thing::Signature | Thing::DocumentTimestamp => {
                self.field(one, &sides, &mut difference, budget)?;
            }
            Thing::Annotation => annotation(&self.pair, &sides, &holder, &mut difference, budget)?,
            Thing::Bytes => {}
            // What these are needs no name.
            Thing::PageContent
            | Thing::Metadata
            | Thing::SecurityStore
            | Thing::Outline
            | Thing::Structure
            | Thing::Layer
            | Thing::Object => difference.show(&self.pair, &sides, budget)?,
            _ => {
                difference.name = values::last_key(&one.path).map(values::cut_name);
                // The identifiers of the file are binary.
                if one.kind != Kind::FileIdentifier {
                    difference.show(&self.pair, &sides, budget)?;
                }
            }
        }
        self.list.push(difference);
        Ok(())
    }

    /// A field: its full name, its page, its value before and after.
    fn field(
        &self,
        one: &Located,
        sides: &Sides,
        difference: &mut Difference,
        budget: &mut Budget,
    ) -> Result<(), Fault> {
        let Some(name) = &one.field else {
            difference.name = values::last_key(&one.path).map(values::cut_name);
            return difference.show(&self.pair, sides, budget);
        };
        difference.name = Some(values::cut_name(name));
        let (old, new) = (self.old.field(name), self.new.field(name));
        if difference.page.is_none() {
            let widgets = |places: &Places, one: &Located| {
                places
                    .field(name)
                    .and_then(|field| places.page_of_any(&field.widgets))
                    .or_else(|| one.object.and_then(|id| places.page_of(id)))
            };
            difference.page = widgets(&self.new, one).or_else(|| widgets(&self.old, one));
        }
        if difference.thing != Thing::Field {
            return Ok(());
        }
        // What changed besides the value is shown where it is plain.
        if !shows_value(one) {
            return difference.show(&self.pair, sides, budget);
        }
        let value = |field: Option<&FieldState>| field.and_then(|field| field.value.clone());
        difference.put(value(old), value(new));
        Ok(())
    }

    /// A finding about the pages: which came and which went.
    fn pages(&mut self, one: &Located, against: &[String], budget: &mut Budget) -> Result<(), Fault> {
        let plain = self.plain(one, against);
        if self.said.insert((Kind::PageTree, None)) {
            let (old, new) =
                (pages_of(self.pair.pdf, self.pair.old, budget)?, pages_of(self.pair.pdf, self.pair.new, budget)?);
            let known: HashSet<_> = old.iter().copied().collect();
            let there: HashSet<_> = new.iter().copied().collect();
            let came = (1_u64..).zip(&new).filter(|(_, id)| !known.contains(id));
            let went = (1_u64..).zip(&old).filter(|(_, id)| !there.contains(id));
            let came = came.map(|(number, id)| (number, id, Direction::Came));
            let mut some = false;
            for (number, id, direction) in came.chain(went.map(|(number, id)| (number, id, Direction::Went))) {
                some = true;
                self.push(Difference {
                    page: Some(number),
                    thing: Thing::Page,
                    direction,
                    object: Some(id.to_string()),
                    ..plain.clone()
                });
            }
            if some {
                return Ok(());
            }
        } else if self.list.iter().any(|known| known.kind == Kind::PageTree.name() && known.thing == Thing::Page) {
            // The count and the list of pages say the same.
            return Ok(());
        }
        let sides = Sides::of(&self.pair, one, budget)?;
        let mut difference = Difference { thing: Thing::PageTree, ..plain };
        difference.name = values::last_key(&one.path).map(values::cut_name);
        difference.show(&self.pair, &sides, budget)?;
        self.list.push(difference);
        Ok(())
    }

    fn push(&mut self, difference: Difference) {
        if self.list.len() < MOST_LISTED {
            self.list.push(difference);
        } else {
            self.left_out = self.left_out.saturating_add(1);
        }
    }

    /// The finding as it is.
    fn plain(&self, one: &Located, against: &[String]) -> Difference {
        let page = Some(u64::from(one.page)).filter(|page| *page > 0);
        let looked_up = || one.object.and_then(|id| self.new.page_of(id).or_else(|| self.old.page_of(id)));
        Difference {
            revision: one.revision,
            page: page.or_else(looked_up),
            thing: Thing::Object,
            name: None,
            direction: Direction::Changed,
            object: one.object.map(|id| id.to_string()),
            path: one.path.to_string(),
            kind: one.kind.reported(),
            code: one.kind.name(),
            before: None,
            after: None,
            not_permitted_for: against.to_vec(),
        }
    }
}

impl Difference {
    /// Shows both sides, where they can be shown and do not look alike.
    fn show(&mut self, pair: &Pair<'_, '_>, sides: &Sides, budget: &mut Budget) -> Result<(), Fault> {
        let (before, after) = sides.shown(pair, budget)?;
        self.put(before, after);
        Ok(())
    }

    fn put(&mut self, before: Option<ShownValue>, after: Option<ShownValue>) {
        let cut = before.as_ref().is_some_and(ShownValue::is_cut);
        if before != after || cut {
            (self.before, self.after) = (before, after);
        }
    }
}

/// Whether a finding is about an entry that stands on both sides, or might.
const fn has_sides(one: &Located) -> bool {
    let by_kind = matches!(
        one.kind,
        Kind::AnnotationAdded
            | Kind::AnnotationRemoved
            | Kind::Signature
            | Kind::SignatureField
            | Kind::SignatureRemoved
            | Kind::DocumentTimestamp
            | Kind::TrailingData
            | Kind::TrailingObjects
    );
    !by_kind && !shows_value(one)
}

/// Whether a finding is about the value of a field that is known.
const fn shows_value(one: &Located) -> bool {
    let of_value = matches!(
        one.kind,
        Kind::FormField
            | Kind::FieldAdded
            | Kind::FieldRemoved
            | Kind::FieldAppearance
            | Kind::AppearanceDisagrees
            | Kind::AppearanceNotCompared
    );
    of_value && one.field.is_some()
}

/// An annotation: its subtype, and its text or the entry that changed.
fn annotation(
    pair: &Pair<'_, '_>,
    sides: &Sides,
    holder: &Sides,
    difference: &mut Difference,
    budget: &mut Budget,
) -> Result<(), Fault> {
    let subtype = holder.dict().and_then(|dict| dict.get_name(b"Subtype"));
    difference.name = subtype.map(|name| values::cut_name(&String::from_utf8_lossy(name)));
    if difference.direction == Direction::Changed {
        return difference.show(pair, sides, budget);
    }
    difference.show(pair, &holder.entries(pair, b"Contents", budget)?, budget)
}

/// What a finding is about, by its kind; of what is drawn over content the dictionary says it.
fn thing_of(kind: Kind, dict: Option<&Dict>) -> Thing {
    let widget = || dict.is_some_and(|dict| dict.get_name(b"Subtype") == Some(b"Widget"));
    match kind {
        Kind::SecurityStore | Kind::SecurityStoreForm => Thing::SecurityStore,
        Kind::DocumentTimestamp => Thing::DocumentTimestamp,
        Kind::Signature | Kind::SignatureChanged | Kind::SignatureRemoved => Thing::Signature,
        Kind::SignatureField | Kind::FormField | Kind::FieldAdded | Kind::FieldRemoved | Kind::FieldAppearance => {
            Thing::Field
        }
        Kind::AppearanceDisagrees | Kind::AppearanceNotCompared => Thing::Field,
        // Links and other annotations that are no marks are judged like fields.
        Kind::FieldChanged | Kind::Overlay if !widget() && dict.is_some_and(|dict| dict.has(b"Subtype")) => {
            Thing::Annotation
        }
        Kind::FieldChanged | Kind::Overlay => Thing::Field,
        Kind::Extensions | Kind::Version | Kind::FileIdentifier | Kind::Catalog | Kind::Trailer => Thing::Entry,
        Kind::SignatureFlags | Kind::FormResources | Kind::FormDefaults => Thing::Form,
        Kind::Metadata => Thing::Metadata,
        Kind::MetadataForm | Kind::DocumentInformation | Kind::ModificationDate => Thing::Information,
        Kind::PrivateEntry | Kind::PageTree => Thing::PageTree,
        Kind::TabOrder | Kind::Page => Thing::Page,
        Kind::PageContent => Thing::PageContent,
        Kind::AnnotationAdded | Kind::AnnotationChanged | Kind::AnnotationRemoved => Thing::Annotation,
        Kind::StructureOfSignature | Kind::StructureOfAnnotation | Kind::Structure => Thing::Structure,
        Kind::Resources => Thing::Resource,
        Kind::Names => Thing::Names,
        Kind::EmbeddedFiles => Thing::File,
        Kind::Action => Thing::Action,
        Kind::OptionalContent => Thing::Layer,
        Kind::Outline => Thing::Outline,
        Kind::Permissions => Thing::Permissions,
        Kind::TrailingData | Kind::TrailingObjects => Thing::Bytes,
        Kind::ShadowedObject | Kind::UnsignedObject | Kind::NotAnalysed => Thing::Object,
    }
}

/// What happened, by the kind where it says it, else by what is there on either side.
fn direction_of(kind: Kind, thing: Thing, sides: &Sides, holder: &Sides) -> Direction {
    match kind {
        Kind::AnnotationAdded | Kind::FieldAdded | Kind::SignatureField => Direction::Came,
        Kind::Signature | Kind::DocumentTimestamp | Kind::TrailingData | Kind::TrailingObjects => Direction::Came,
        Kind::AnnotationRemoved | Kind::FieldRemoved | Kind::SignatureRemoved => Direction::Went,
        Kind::ShadowedObject | Kind::UnsignedObject | Kind::NotAnalysed => Direction::Changed,
        _ => match thing {
            Thing::Annotation | Thing::Field => holder.direction(),
            Thing::Page | Thing::PageTree | Thing::Signature | Thing::PageContent => Direction::Changed,
            _ => sides.direction(),
        },
    }
}
