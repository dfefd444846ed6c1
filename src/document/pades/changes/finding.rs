//! What kinds of change there are, with the clause of ISO 32000-2 that permits or is broken by each.
//!
//! A kind is the name of a rule: only a rule of the family that looks at a path gives a change a kind with a class
//! that anything can permit. What no rule covers gets a kind of the class [`Class::Forbidden`].

use crate::document::facts::ChangesLevel;

/// What can permit a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Class {
    /// Never a violation: validation data, document time-stamps, and what every incremental update writes anew.
    Ltv,
    /// A signature with its field: not under P = 1.
    Signature,
    /// XMP metadata: never a violation, since every signing program brings them up to date.
    Metadata,
    /// Document information: not under a certification.
    Information,
    /// A field that is filled in: not under P = 1 and not where a lock names the field.
    FormFilling,
    /// Annotations: under P = 3 only.
    Annotation,
    /// Nothing permits it.
    Forbidden,
    /// It has not been analysed.
    Unknown,
}

impl Class {
    /// Where a change of the class is permitted.
    pub(super) const fn permitted(self) -> &'static str {
        match self {
            Self::Ltv => "always",
            Self::Metadata => "always, where the permissions can be read",
            Self::Information => "without certification and lock permissions",
            Self::Signature | Self::FormFilling => "unless P = 1 or a lock names the field",
            Self::Annotation => "under P = 3 only",
            Self::Forbidden => "never",
            Self::Unknown => "never: not analysed",
        }
    }

    /// How strong a change of the class is.
    pub(super) const fn level(self) -> ChangesLevel {
        match self {
            Self::Ltv => ChangesLevel::Ltv,
            Self::Signature => ChangesLevel::Signature,
            Self::Metadata | Self::Information => ChangesLevel::Metadata,
            Self::FormFilling => ChangesLevel::FormFilling,
            Self::Annotation => ChangesLevel::Annotation,
            Self::Forbidden => ChangesLevel::Forbidden,
            Self::Unknown => ChangesLevel::Unknown,
        }
    }
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $class:ident, $clause:literal;)*) => {
        /// The kinds of change, in the order of their classes.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub(crate) enum Kind { $($(#[$doc])* $variant),* }

        impl Kind {
            /// Every kind.
            pub(crate) const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The name in reports.
            pub(crate) const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }

            /// What can permit it.
            pub(crate) const fn class(self) -> Class {
                match self { $(Self::$variant => Class::$class),* }
            }

            /// The clause that permits it, or that it breaks.
            pub(crate) const fn clause(self) -> &'static str {
                match self { $(Self::$variant => $clause),* }
            }
        }
    };
}

kinds! {
    /// The document security store came or changed: Certs, CRLs, OCSPs, VRI, streams only.
    SecurityStore = "security-store", Ltv, "ISO 32000-2 §12.8.4.3, §12.8.4.4";
    /// A document time-stamp that is not seen on a page, with its field.
    DocumentTimestamp = "document-timestamp", Ltv, "ISO 32000-2 §12.8.5";
    /// Developer extensions came, or their level rose.
    Extensions = "extensions", Ltv, "ISO 32000-2 §7.12";
    /// The version of the catalog.
    Version = "version", Ltv, "ISO 32000-2 §7.7.2, table 29";
    /// The flags say that the form has signatures.
    SignatureFlags = "signature-flags", Ltv, "ISO 32000-2 §12.7.3, table 225";
    /// The trailer: file identifier, the integrity dictionary of an encrypted file.
    FileIdentifier = "file-identifier", Ltv, "ISO 32000-2 §14.4; ISO/TS 32004 §6";
    /// The date of modification and the producer, in the document information or on a page.
    ModificationDate = "modification-date", Ltv, "ISO 32000-2 §14.3.3, §7.7.3.3";
    /// A plain entry of the page tree that the standard does not name.
    PrivateEntry = "private-entry", Ltv, "ISO 32000-2 annex E, §7.7.3.2";
    /// A signature, with its field, widget and appearance.
    Signature = "signature", Signature, "ISO 32000-2 §12.7.5.5, §12.8.1";
    /// A signature field without a value that shows nothing.
    SignatureField = "signature-field", Signature, "ISO 32000-2 §12.7.5.5";
    /// New names in the default resources of the form, or a default appearance where there was none.
    FormResources = "form-resources", Signature, "ISO 32000-2 §12.7.3, table 224";
    /// The XMP metadata of the document.
    Metadata = "metadata", Metadata, "ISO 32000-2 §14.3.2";
    /// Bytes after the last revision that no reader takes for objects.
    TrailingData = "trailing-data", Metadata, "ISO 32000-2 §7.5.5";
    /// An entry of the document information.
    DocumentInformation = "document-information", Information, "ISO 32000-2 §14.3.3";
    /// The value of a field, with its appearance.
    FormField = "form-field", FormFilling, "ISO 32000-2 §12.8.2.2, table 257; §12.7.4";
    /// A field that was filled in shows something that cannot be compared with its value.
    AppearanceNotCompared = "appearance-not-compared", FormFilling, "ISO 32000-2 §12.7.4.3";
    /// The order in which the tabulator visits the annotations of a page.
    TabOrder = "tab-order", Signature, "ISO 32000-2 §12.5.1, table 31";
    /// The logical structure got elements for the widgets of a signature, and nothing else.
    StructureOfSignature = "structure-of-signature", Signature, "ISO 32000-2 §14.7.5.3, §14.8.4.8.3";
    /// An annotation that came.
    AnnotationAdded = "annotation-added", Annotation, "ISO 32000-2 §12.8.2.2, table 257; §12.5";
    /// An annotation that changed.
    AnnotationChanged = "annotation-changed", Annotation, "ISO 32000-2 §12.8.2.2, table 257; §12.5";
    /// An annotation that went.
    AnnotationRemoved = "annotation-removed", Annotation, "ISO 32000-2 §12.8.2.2, table 257; §12.5";
    /// The logical structure got or lost elements for annotations, and nothing else.
    StructureOfAnnotation = "structure-of-annotation", Annotation, "ISO 32000-2 §14.7.5.3";
    /// Something of the catalog that has no kind of its own.
    Catalog = "catalog", Forbidden, "ISO 32000-2 §7.7.2";
    /// The tree of pages: pages came, went or moved.
    PageTree = "page-tree", Forbidden, "ISO 32000-2 §7.7.3";
    /// An entry of a page: its boxes, its rotation.
    Page = "page", Forbidden, "ISO 32000-2 §7.7.3.3";
    /// The content of a page.
    PageContent = "page-content", Forbidden, "ISO 32000-2 §7.8.2";
    /// Fonts, images and other resources of pages.
    Resources = "resources", Forbidden, "ISO 32000-2 §7.8.3";
    /// Names trees and destinations.
    Names = "names", Forbidden, "ISO 32000-2 §7.7.4, §12.3.2";
    /// Embedded files, associated files, collections.
    EmbeddedFiles = "embedded-files", Forbidden, "ISO 32000-2 §7.11.4, §14.13";
    /// Actions, also those on opening.
    Action = "action", Forbidden, "ISO 32000-2 §12.6";
    /// Optional content: layers shown or hidden.
    OptionalContent = "optional-content", Forbidden, "ISO 32000-2 §8.11";
    /// The outline (bookmarks).
    Outline = "outline", Forbidden, "ISO 32000-2 §12.3.3";
    /// The logical structure.
    Structure = "structure", Forbidden, "ISO 32000-2 §14.7";
    /// Defaults of the form, its order of calculation, XFA.
    FormDefaults = "form-defaults", Forbidden, "ISO 32000-2 §12.7.3, table 224";
    /// A field came that is no signature field, or one that shows something without being signed.
    FieldAdded = "field-added", Forbidden, "ISO 32000-2 §12.7.4";
    /// A field went.
    FieldRemoved = "field-removed", Forbidden, "ISO 32000-2 §12.7.4";
    /// A field changed otherwise than by its value: name, place, flags, actions, choices.
    FieldChanged = "field-changed", Forbidden, "ISO 32000-2 §12.7.4, §12.5.6.19";
    /// The appearance of a field changed without its value.
    FieldAppearance = "field-appearance", Forbidden, "ISO 32000-2 §12.5.5, §12.7.4.3";
    /// The appearance of a field shows something else than its value.
    AppearanceDisagrees = "appearance-disagrees", Forbidden, "ISO 32000-2 §12.7.4.3, §12.7.5.2.3";
    /// The value of a signature field changed, or is no signature of this revision.
    SignatureChanged = "signature-changed", Forbidden, "ISO 32000-2 §12.8.1";
    /// A signature went.
    SignatureRemoved = "signature-removed", Forbidden, "ISO 32000-2 §12.8.1";
    /// The dictionary of permissions, or a certification after the first signature.
    Permissions = "permissions", Forbidden, "ISO 32000-2 §12.8.6, §12.8.2.2";
    /// The document security store or the extensions went, or hold what does not belong there.
    SecurityStoreForm = "security-store-form", Forbidden, "ISO 32000-2 §12.8.4.3, §7.12";
    /// The metadata or the document information hold what does not belong there, or went.
    MetadataForm = "metadata-form", Forbidden, "ISO 32000-2 §14.3";
    /// Encryption, or another entry of the trailer.
    Trailer = "trailer", Forbidden, "ISO 32000-2 §7.5.5, §7.6";
    /// Something visible that was put over signed text or images.
    Overlay = "overlay", Forbidden, "ISO 32000-2 §12.5.5; EN 319 102-1 §5.2.2";
    /// An object of which readers may see different definitions.
    ShadowedObject = "shadowed-object", Forbidden, "ISO 32000-2 §7.5.4, §7.5.6, §7.5.8.4";
    /// An object of the signed revision that stands behind its end.
    UnsignedObject = "unsigned-object", Forbidden, "ISO 32000-2 §7.5.6, §12.8.1";
    /// Bytes after the last revision that a reader may take for objects.
    TrailingObjects = "trailing-objects", Forbidden, "ISO 32000-2 §7.5.5";
    /// It could not be analysed.
    NotAnalysed = "not-analysed", Unknown, "EN 319 102-1 §5.2.8";
}

impl Kind {
    /// The kind that contracts name: trailing data are of one kind, whatever they hold.
    pub(super) const fn reported(self) -> &'static str {
        match self {
            Self::TrailingObjects => Self::TrailingData.name(),
            other => other.name(),
        }
    }

    /// The kind of a change of what no rule covers, from the names on the path to it.
    pub(super) fn of_path<'n>(names: impl Iterator<Item = &'n [u8]>) -> Self {
        let mut kind = Self::Catalog;
        for name in names {
            kind = match name {
                b"Contents" if kind == Self::Page => Self::PageContent,
                b"Resources" if matches!(kind, Self::Page | Self::PageTree) => Self::Resources,
                b"A" | b"AA" | b"OpenAction" | b"JavaScript" => return Self::Action,
                b"EmbeddedFiles" | b"AF" | b"Collection" => return Self::EmbeddedFiles,
                b"Pages" if kind == Self::Catalog => Self::Page,
                b"Names" | b"Dests" if kind == Self::Catalog => Self::Names,
                b"OCProperties" if kind == Self::Catalog => Self::OptionalContent,
                b"Outlines" if kind == Self::Catalog => Self::Outline,
                b"StructTreeRoot" | b"MarkInfo" | b"RoleMap" if kind == Self::Catalog => Self::Structure,
                b"Perms" if kind == Self::Catalog => Self::Permissions,
                b"AcroForm" if kind == Self::Catalog => Self::FormDefaults,
                b"Fields" if kind == Self::FormDefaults => Self::FieldChanged,
                b"trailer" => Self::Trailer,
                _ => kind,
            };
        }
        kind
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_clauses_are_there() {
        let mut names: Vec<_> = Kind::ALL.iter().map(|kind| kind.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Kind::ALL.len());
        assert!(Kind::ALL.iter().all(|kind| kind.clause().contains('§')));
    }

    #[test]
    fn paths_have_kinds() {
        let kind = |path: &[&'static str]| Kind::of_path(path.iter().map(|name| name.as_bytes()));
        assert_eq!(kind(&["Root", "Pages", "Kids", "Contents"]), Kind::PageContent);
        assert_eq!(kind(&["Root", "Pages", "Resources", "Font", "F1"]), Kind::Resources);
        assert_eq!(kind(&["Root", "Names", "EmbeddedFiles"]), Kind::EmbeddedFiles);
        assert_eq!(kind(&["Root", "OpenAction"]), Kind::Action);
        assert_eq!(kind(&["Root", "PieceInfo"]), Kind::Catalog);
    }
}
