//! The guards: the conditions on which the rules permit something, and the looks at what could deceive. Whoever wants
//! to change a signed document unseen has to get past one of them.
//!
//! Every change that is forbidden, but for one that no path leads to any more, names the guard that it breaks, so the
//! table below is the list of what this analysis demands. Each has at least one attack among the fixtures
//! (`fixtures/pdf/attacks`) that nothing else stops: a unit test switches each guard off in turn and sees such an
//! attack pass.
//!
//! [`Guards`] is the set of those in force. Its one maker outside unit tests is [`Guards::all`]: a program that is not
//! built by `cargo test` for this library's own unit tests holds no code that could make a smaller set.

use super::finding::Kind;

macro_rules! guards {
    ($($variant:ident = $name:literal, $kind:expr, $demands:literal, $clause:literal;)*) => {
        /// A condition that every change has to keep to.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub(crate) enum Guard { $(#[doc = $demands] $variant),* }

        impl Guard {
            /// Every guard.
            pub(crate) const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The name in the documentation.
            pub(crate) const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }

            /// As what a change is reported that breaks it; none where it is what permissions forbid.
            pub(crate) const fn kind(self) -> Option<Kind> {
                match self { $(Self::$variant => $kind),* }
            }

            /// What it demands.
            pub(crate) const fn demands(self) -> &'static str {
                match self { $(Self::$variant => $demands),* }
            }

            /// The clause that demands it.
            pub(crate) const fn clause(self) -> &'static str {
                match self { $(Self::$variant => $clause),* }
            }
        }
    };
}

guards! {
    Level = "permitted-level", None, "Only what the least P of certification and locks permits.", "ISO 32000-2 §12.8.2.2, table 257; §12.7.5.5";
    Lock = "field-lock", None, "Nothing of a field that a lock or `FieldMDP` names, nor below it.", "ISO 32000-2 §12.8.2.4, §12.7.5.5";
    Readable = "permissions-readable", None, "Permissions that cannot be read permit validation data only.", "ISO 32000-2 §12.8.2";
    Marks = "annotations-certified", None, "Annotations change under P = 3 only.", "ISO 32000-2 §12.8.2.2, table 257";
    Information = "information-certified", None, "The document information stays where permissions are restricted.", "ISO 32000-2 §12.8.2.2";

    Catalog = "catalog", Some(Kind::Catalog), "No rule for what the catalog names otherwise.", "ISO 32000-2 §7.7.2";
    CatalogVersion = "catalog-version", Some(Kind::Catalog), "The version of the catalog is one.", "ISO 32000-2 §7.7.2, table 29";
    PageTree = "page-tree", Some(Kind::PageTree), "Pages neither come nor go.", "ISO 32000-2 §7.7.3";
    PageCount = "page-count", Some(Kind::PageTree), "The number of pages that a node states stays.", "ISO 32000-2 §7.7.3.2";
    PageNode = "page-node", Some(Kind::PageTree), "A page stays a page, a node a node.", "ISO 32000-2 §7.7.3";
    Page = "page", Some(Kind::Page), "A page keeps its boxes, its rotation and all else that is seen.", "ISO 32000-2 §7.7.3.3";
    PageContent = "page-content", Some(Kind::PageContent), "The content of a page stays.", "ISO 32000-2 §7.8.2";
    Resources = "resources", Some(Kind::Resources), "Fonts, images and other resources of pages stay.", "ISO 32000-2 §7.8.3";
    Names = "names", Some(Kind::Names), "Names trees and destinations stay.", "ISO 32000-2 §7.7.4, §12.3.2";
    Files = "embedded-files", Some(Kind::EmbeddedFiles), "No file comes along or changes.", "ISO 32000-2 §7.11.4, §14.13";
    Action = "action", Some(Kind::Action), "No action comes or changes.", "ISO 32000-2 §12.6";
    Layers = "optional-content", Some(Kind::OptionalContent), "Layers stay.", "ISO 32000-2 §8.11";
    Outline = "outline", Some(Kind::Outline), "Bookmarks stay.", "ISO 32000-2 §12.3.3";
    Permissions = "permissions", Some(Kind::Permissions), "Nobody certifies afterwards.", "ISO 32000-2 §12.8.6";
    NewAction = "new-content-acts", Some(Kind::Action), "What comes along holds no action and no script.", "ISO 32000-2 §12.6";
    NewFile = "new-content-files", Some(Kind::EmbeddedFiles), "What comes along holds no file and no external content.", "ISO 32000-2 §7.11.4, §8.10.4";
    NewLayer = "new-content-layers", Some(Kind::OptionalContent), "What comes along is in no layer.", "ISO 32000-2 §8.11";

    Structure = "structure", Some(Kind::Structure), "The entries of the logical structure stay.", "ISO 32000-2 §14.7";
    StructureElement = "structure-element", Some(Kind::Structure), "Elements that come or go name annotations only.", "ISO 32000-2 §14.7.5.3";
    ParentTree = "parent-tree", Some(Kind::Structure), "What the parent tree says of a number stays.", "ISO 32000-2 §14.7.5.4";

    StoreForm = "store-form", Some(Kind::SecurityStoreForm), "The store holds the entries of a store only.", "ISO 32000-2 §12.8.4.3, tables 261 and 262";
    StoreData = "store-data", Some(Kind::SecurityStoreForm), "What the store lists are streams of data.", "ISO 32000-2 §12.8.4.3";
    StoreKept = "store-kept", Some(Kind::SecurityStoreForm), "Store and extensions do not go.", "ISO 32000-2 §12.8.4.3, §7.12";
    ExtensionsForm = "extensions-form", Some(Kind::SecurityStoreForm), "Extensions hold what their table names.", "ISO 32000-2 §7.12, table 49";
    ExtensionsGrow = "extensions-grow", Some(Kind::SecurityStoreForm), "No extension goes or gets a lower level.", "ISO 32000-2 §7.12";
    MetadataStream = "metadata-stream", Some(Kind::MetadataForm), "Metadata are a stream of XML and stay.", "ISO 32000-2 §14.3.2";
    MetadataEntities = "metadata-entities", Some(Kind::MetadataForm), "Metadata declare no document type and no entities.", "ISO 32000-2 §14.3.2";
    InformationPlain = "information-plain", Some(Kind::MetadataForm), "Document information is a dictionary of plain values.", "ISO 32000-2 §14.3.3";

    FormKept = "form-kept", Some(Kind::FieldRemoved), "The form does not go.", "ISO 32000-2 §12.7.3";
    FormEntry = "form-entry", Some(Kind::FormDefaults), "Defaults, order of calculation and XFA of the form stay.", "ISO 32000-2 §12.7.3, table 224";
    FormFlags = "form-flags", Some(Kind::FormDefaults), "The flags of the form are not taken back.", "ISO 32000-2 §12.7.3, table 225";
    FormResources = "form-resources", Some(Kind::FormDefaults), "Names of the default resources keep their meaning.", "ISO 32000-2 §12.7.3, table 224";
    FieldList = "field-list", Some(Kind::FieldChanged), "A list of fields stays a list.", "ISO 32000-2 §12.7.4";
    FieldTwice = "field-twice", Some(Kind::FieldAdded), "A list names a field once.", "ISO 32000-2 §12.7.4";
    FieldKept = "field-kept", Some(Kind::FieldRemoved), "No field goes.", "ISO 32000-2 §12.7.4";
    WidgetKept = "widget-kept", Some(Kind::FieldRemoved), "No widget leaves its page.", "ISO 32000-2 §12.5.6.19";
    NewFieldType = "new-field-type", Some(Kind::FieldAdded), "New fields are signature fields.", "ISO 32000-2 §12.7.5.5";
    NewFieldForm = "new-field-form", Some(Kind::FieldAdded), "New fields are dictionaries of the entries that a signature field has.", "ISO 32000-2 §12.7.4, §12.7.5.5";
    NewFieldShows = "new-field-shows", Some(Kind::FieldAdded), "A new field that is not signed shows nothing.", "ISO 32000-2 §12.7.5.5";
    NewWidget = "new-widget", Some(Kind::FieldAdded), "A widget comes with a field only.", "ISO 32000-2 §12.5.6.19";
    OldWidget = "old-widget", Some(Kind::FieldChanged), "A field is not put on another page.", "ISO 32000-2 §12.5.6.19";
    FieldAction = "field-action", Some(Kind::Action), "Fields get no actions.", "ISO 32000-2 §12.6.3";
    FieldEntry = "field-entry", Some(Kind::FieldChanged), "A field keeps its name, its kind and all that is not its value.", "ISO 32000-2 §12.7.4";
    FieldPlace = "field-place", Some(Kind::FieldChanged), "A widget stays where it is, as visible as it was.", "ISO 32000-2 §12.5.3, §12.5.6.19";
    FieldFlags = "field-flags", Some(Kind::FieldChanged), "A field becomes read-only at the most.", "ISO 32000-2 §12.7.4.1, table 227";
    ValueType = "value-type", Some(Kind::FieldChanged), "A value is of the type of its field.", "ISO 32000-2 §12.7.5";
    AppearanceFollows = "appearance-follows-value", Some(Kind::FieldAppearance), "An appearance changes with the value only.", "ISO 32000-2 §12.7.4.3";
    AppearanceAgrees = "appearance-agrees", Some(Kind::AppearanceDisagrees), "A new appearance shows the value.", "ISO 32000-2 §12.7.4.3, §12.7.5.2.3";
    AppearanceKept = "appearance-kept", Some(Kind::FieldAppearance), "No appearance goes.", "ISO 32000-2 §12.5.5";
    ButtonLooks = "button-looks", Some(Kind::FieldAppearance), "The states of a button look as they did.", "ISO 32000-2 §12.7.5.2";
    SignatureValue = "signature-value", Some(Kind::SignatureChanged), "The dictionary of a signature stays; a new one signs this revision.", "ISO 32000-2 §12.8.1";
    SignatureKept = "signature-kept", Some(Kind::SignatureRemoved), "No signature goes.", "ISO 32000-2 §12.8.1";
    SignatureAppearance = "signature-appearance", Some(Kind::FieldChanged), "What a signature shows stays.", "ISO 32000-2 §12.5.5, §12.8.1";

    MarkType = "annotation-subtype", Some(Kind::Action), "Annotations that come are marks and notes.", "ISO 32000-2 §12.5.6, table 171";
    MarkFile = "annotation-file", Some(Kind::EmbeddedFiles), "Annotations carry no files.", "ISO 32000-2 §12.5.6.15";
    MarkEntry = "annotation-entry", Some(Kind::Action), "Annotations that come or change hold entries of marks only.", "ISO 32000-2 §12.5.6";
    OtherAnnotation = "annotation-of-content", Some(Kind::FieldChanged), "Annotations that are no marks stay; marks keep their subtype.", "ISO 32000-2 §12.5.6";
    AnnotationAction = "annotation-action", Some(Kind::Action), "Annotations keep their actions.", "ISO 32000-2 §12.6.3";

    Encryption = "encryption", Some(Kind::Trailer), "Encryption neither comes nor changes, and what its key is made of stays.", "ISO 32000-2 §7.6, §14.4";
    TrailerData = "trailer-data", Some(Kind::Trailer), "Entries of the trailer that the standard does not name bring no data.", "ISO 32000-2 §7.5.5, annex E";
    Overlay = "overlay", Some(Kind::Overlay), "Nothing that comes hides signed text or images.", "ISO 32000-2 §12.5.5; EN 319 102-1 §5.2.2";
    KeyOnce = "key-once", Some(Kind::ShadowedObject), "A dictionary has each key once.", "ISO 32000-2 §7.3.7";
    ReferenceGeneration = "reference-generation", Some(Kind::ShadowedObject), "A reference names the generation that there is, and an object in use keeps it.", "ISO 32000-2 §7.3.10, §7.5.4";
    EntryPlace = "entry-place", Some(Kind::ShadowedObject), "An entry leads to the object of its number.", "ISO 32000-2 §7.5.4";
    HybridShows = "hybrid-agrees", Some(Kind::ShadowedObject), "The table and the stream of a hybrid file show the same.", "ISO 32000-2 §7.5.8.4";
    Unlisted = "no-unlisted-object", Some(Kind::ShadowedObject), "An update holds no definition that its table does not name.", "ISO 32000-2 §7.5.4, §7.5.6";
    UnlistedTable = "no-unlisted-table", Some(Kind::ShadowedObject), "An update holds no table, trailer or object stream that nothing names.", "ISO 32000-2 §7.5.6";
    SignedObject = "signed-object", Some(Kind::UnsignedObject), "What a revision defines stands in its bytes.", "ISO 32000-2 §7.5.6, §12.8.1";
    Trailing = "trailing-objects", Some(Kind::TrailingObjects), "No objects stand behind the last revision.", "ISO 32000-2 §7.5.5";
    Legible = "all-legible", Some(Kind::NotAnalysed), "Everything that is compared can be read.", "EN 319 102-1 §5.2.8";
    TableIntact = "table-intact", Some(Kind::NotAnalysed), "The update has cross-reference information; nobody has to search for objects.", "ISO 32000-2 §7.5.4";
}

impl Guard {
    /// The guard of what has no rule, by the kind that its path says.
    pub(super) fn of_path(kind: Kind) -> Self {
        match kind {
            Kind::PageTree => Self::PageTree,
            Kind::Page => Self::Page,
            Kind::PageContent => Self::PageContent,
            Kind::Resources => Self::Resources,
            Kind::Names => Self::Names,
            Kind::EmbeddedFiles => Self::Files,
            Kind::Action => Self::Action,
            Kind::OptionalContent => Self::Layers,
            Kind::Outline => Self::Outline,
            Kind::Structure => Self::Structure,
            Kind::Permissions => Self::Permissions,
            Kind::FormDefaults => Self::FormEntry,
            Kind::FieldChanged => Self::FieldEntry,
            Kind::Trailer => Self::Encryption,
            _ => Self::Catalog,
        }
    }
}

/// The guards in force.
#[derive(Clone, Copy, Debug)]
pub(super) struct Guards {
    #[cfg(test)]
    off: Option<Guard>,
}

impl Guards {
    /// All of them.
    pub(super) const fn all() -> Self {
        Self {
            #[cfg(test)]
            off: None,
        }
    }

    /// All but one: to see in unit tests what it is for.
    #[cfg(test)]
    pub(super) const fn without(guard: Guard) -> Self {
        Self { off: Some(guard) }
    }

    /// Whether a guard is in force. It always is, but in unit tests.
    #[cfg(not(test))]
    #[expect(clippy::unused_self, reason = "the set of guards is more than a unit in tests only")]
    pub(super) const fn hold(self, _: Guard) -> bool {
        true
    }

    /// Whether a guard is in force.
    #[cfg(test)]
    pub(super) fn hold(self, guard: Guard) -> bool {
        self.off != Some(guard)
    }
}
