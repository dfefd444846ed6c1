//! Roles: what an object is by the path on which it is reached from the trailer. An object may have several; a change
//! of it has to be permitted in each.
//!
//! [`edges`] lists the objects that a value of some role refers to, with theirs. Back-links of the structure (Parent,
//! P, Pg, destinations) lead to objects that have a structural role of their own, in which their changes are judged;
//! the graph does not follow them again (see [`Role::is_generic`]).

use crate::syntax::pdf::{Dict, Object, ObjectId, Value};

/// What an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Role {
    /// The catalog (ISO 32000-2 §7.7.2).
    Catalog,
    /// A node of the page tree or a page (§7.7.3).
    PageTree,
    /// The annotations of a page.
    Annots,
    /// An annotation as its page names it (§12.5).
    Annotation,
    /// What belongs to an annotation.
    AnnotationPart,
    /// The interactive form (§12.7.3).
    Form,
    /// The default resources of the form.
    DefaultResources,
    /// The names of one kind of default resources.
    ResourceNames,
    /// A list of fields.
    Fields,
    /// A field or a widget of one, in the context of its full name (§12.7.4).
    Field,
    /// The appearance of a field's widget.
    Appearance,
    /// The value of a field that is no signature field.
    FieldValue,
    /// The value of a signature field.
    SignatureValue,
    /// The document security store (§12.8.4.3).
    Store,
    /// Developer extensions (§7.12).
    Extensions,
    /// The metadata stream of the document (§14.3.2).
    Metadata,
    /// The document information dictionary (§14.3.3).
    Information,
    /// The dictionary of permissions (§12.8.6).
    Permissions,
    /// The integrity dictionary of an encrypted file (ISO/TS 32004).
    IntegrityCode,
    /// The logical structure (§14.7).
    Structure,
    /// An entry of the trailer that the standard does not name.
    TrailerPart,
    /// Anything else: no rule permits a change.
    Opaque,
}

impl Role {
    /// Roles that are found first, so that links to their objects are known.
    pub(super) const fn is_structural(self) -> bool {
        matches!(
            self,
            Self::Catalog
                | Self::PageTree
                | Self::Annots
                | Self::Annotation
                | Self::Form
                | Self::Fields
                | Self::Field
                | Self::Structure
        )
    }

    /// Roles whose objects are judged by name of key in that role: a link to one from elsewhere says nothing new.
    pub(super) const fn is_anchor(self) -> bool {
        matches!(self, Self::Catalog | Self::PageTree | Self::Annotation | Self::Field | Self::Structure)
    }

    /// Roles without structure of their own.
    pub(super) const fn is_generic(self) -> bool {
        !self.is_structural()
    }

    /// Roles in which all that an object refers to has the same role and context, whatever names it: the references
    /// alone say what is below.
    pub(super) const fn is_uniform(self) -> bool {
        matches!(self, Self::Structure | Self::Opaque)
    }

    /// The role of the value of `key` in a dictionary of this role.
    fn of_key(self, key: &[u8], dict: &Dict, signature: bool) -> Self {
        match (self, key) {
            (Self::Catalog, b"Pages") => Self::PageTree,
            (Self::Catalog, b"AcroForm") => Self::Form,
            (Self::Catalog, b"DSS") => Self::Store,
            (Self::Catalog, b"Extensions") => Self::Extensions,
            (Self::Catalog, b"Metadata") => Self::Metadata,
            (Self::Catalog, b"Perms") => Self::Permissions,
            (Self::Catalog, b"StructTreeRoot") => Self::Structure,
            (Self::PageTree, b"Kids") => Self::PageTree,
            (Self::PageTree, b"Annots") if !dict.has(b"Kids") => Self::Annots,
            (Self::Annotation, b"P" | b"Parent") => Self::Opaque,
            (Self::Annotation | Self::AnnotationPart, _) => Self::AnnotationPart,
            (Self::Form, b"Fields") => Self::Fields,
            (Self::Form, b"DR") => Self::DefaultResources,
            (Self::DefaultResources, _) => Self::ResourceNames,
            (Self::Field, b"Kids") => Self::Fields,
            (Self::Field, b"AP") => Self::Appearance,
            (Self::Field, b"V") if signature => Self::SignatureValue,
            (Self::Field, b"V" | b"RV" | b"I" | b"AS") => Self::FieldValue,
            (Self::Permissions, _) => Self::SignatureValue,
            (
                Self::Appearance
                | Self::FieldValue
                | Self::SignatureValue
                | Self::Store
                | Self::Extensions
                | Self::Metadata
                | Self::Information
                | Self::IntegrityCode
                | Self::Structure
                | Self::TrailerPart,
                _,
            ) => self,
            _ => Self::Opaque,
        }
    }

    /// The role of the elements of an array of this role.
    const fn of_element(self) -> Self {
        match self {
            Self::Annots => Self::Annotation,
            Self::Fields => Self::Field,
            other => other,
        }
    }
}

/// The field that a role is in: an index of the list of fields; 0 is none.
pub(super) type Context = u32;

/// A reference out of a value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Edge {
    /// To which object.
    pub(super) id: ObjectId,
    /// In which role.
    pub(super) role: Role,
    /// In which field.
    pub(super) context: Context,
}

/// Finds the field that a dictionary is.
pub(super) trait Fields {
    /// The context of the field `dict` that stands in `context`, and whether it is a signature field.
    fn enter(&mut self, dict: &Dict, context: Context) -> (Context, bool);
}

/// The references in `value`, which has the role `role` in the field `context`.
pub(super) fn edges(value: &Object, role: Role, context: Context, fields: &mut dyn Fields, found: &mut Vec<Edge>) {
    match &value.value {
        Value::Reference(id) => found.push(Edge { id: *id, role, context }),
        Value::Array(elements) => {
            for element in elements.iter() {
                edges(element, role.of_element(), context, fields, found);
            }
        }
        Value::Dict(_) | Value::Stream(_) => {
            let Some(dict) = value.as_dict() else { return };
            let (context, signature) =
                if role == Role::Field { fields.enter(dict, context) } else { (context, false) };
            for (key, value) in dict.iter() {
                if matches!(
                    value.value,
                    Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Name(_)
                ) {
                    continue;
                }
                edges(value, role.of_key(key.as_bytes(), dict, signature), context, fields, found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Name(_) => {}
    }
}
