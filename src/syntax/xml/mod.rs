//! XML 1.0 (fifth edition) with Namespaces in XML 1.0 (third edition), read strictly and without a document type.
//!
//! A document is [`decode`]d into characters, looked over (size, characters) and made into a [`Tree`] token by token:
//! every limit is looked at with each token, and a document type or an entity ends it. [`scan()`] does the same without a
//! tree; what it would name goes before what only the tree sees. Nothing is ever fetched, no recursion follows the input,
//! and every node knows the bytes of the text that it stands in. [`c14n`] writes a tree, or a part of it, in canonical
//! form.
//!
//! A document type declaration is refused and not read, so there are no entities but the five of XML itself, no
//! attribute defaults and no attribute types: identifiers are what the reader of a signature takes for identifiers.
//! `standalone` means nothing without a document type and is not looked at; a document that says to be XML 1.1 is read
//! as XML 1.0, which refuses what only 1.1 allows.

mod build;
pub mod c14n;
mod chars;
mod encoding;
mod error;
mod names;
mod reference;
mod scan;
mod token;
mod tree;
mod writing;
pub mod xpath;

pub use encoding::decode;
pub use error::{Forbidden, Malformation, XmlError};
pub use names::{NameId, XML_NAMESPACE, XMLNS_NAMESPACE};
pub use scan::scan;
pub use tree::{Attribute, Declaration, Element, Kind, NodeId, Tree};
pub use writing::Writing;
