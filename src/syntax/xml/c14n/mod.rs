//! Canonical XML 1.0 and 1.1 (W3C recommendations of 15 March 2001 and 2 May 2008) and Exclusive XML Canonicalization
//! 1.0 (18 July 2002), each with and without comments, of a whole tree, of a part of it, and of any set of its nodes.
//!
//! The octets go to a [`Sink`] as they arise, so that a digest can take them without a copy. Work is linear in what is
//! visited, however many namespaces are in scope, except where a set takes single namespace nodes out
//! ([`Selection::is_explicit`]): there it is counted.
//!
//! A namespace name that is a relative reference is refused, as Canonical XML 1.0 §1.3 demands.

mod base;
mod inherited;
mod namespaces;
mod output;
mod select;
mod walk;

pub use output::Sink;
pub use select::{Selection, Subtree, Without};
pub use walk::canonicalise;

use std::fmt;

use crate::limits::LimitExceeded;

/// Which canonical form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    /// Canonical XML 1.0.
    Inclusive10,
    /// Canonical XML 1.1.
    Inclusive11,
    /// Exclusive XML Canonicalization 1.0.
    Exclusive,
}

/// How to canonicalise.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Method {
    /// Which form.
    pub form: Form,
    /// Whether comments are kept.
    pub comments: bool,
    /// Exclusive: prefixes that are treated as in Canonical XML 1.0 (`InclusiveNamespaces`, §3); the empty string is
    /// `#default`. Sorted, each once. Not looked at in other forms.
    pub inclusive_prefixes: Vec<String>,
}

impl Method {
    /// A form, without comments.
    #[must_use]
    pub const fn new(form: Form) -> Self {
        Self { form, comments: false, inclusive_prefixes: Vec::new() }
    }

    /// The same, with comments.
    #[must_use]
    pub fn with_comments(self) -> Self {
        Self { comments: true, ..self }
    }

    /// The same, with these prefixes of an `InclusiveNamespaces` list (separated by white space, `#default` for the
    /// default namespace).
    #[must_use]
    pub fn with_inclusive_prefixes(self, list: &str) -> Self {
        let named = list.split([' ', '\t', '\r', '\n']).filter(|name| !name.is_empty());
        let mut inclusive_prefixes: Vec<String> =
            named.map(|name| if name == "#default" { String::new() } else { name.to_owned() }).collect();
        inclusive_prefixes.sort_unstable();
        inclusive_prefixes.dedup();
        Self { inclusive_prefixes, ..self }
    }

    /// The method that an algorithm identifier names (RFC 9231 §2.4, XML Signature 1.1 §6.5).
    #[must_use]
    pub fn from_uri(uri: &str) -> Option<Self> {
        let (form, comments) = match uri {
            "http://www.w3.org/TR/2001/REC-xml-c14n-20010315" => (Form::Inclusive10, false),
            "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments" => (Form::Inclusive10, true),
            "http://www.w3.org/2006/12/xml-c14n11" => (Form::Inclusive11, false),
            "http://www.w3.org/2006/12/xml-c14n11#WithComments" => (Form::Inclusive11, true),
            "http://www.w3.org/2001/10/xml-exc-c14n#" => (Form::Exclusive, false),
            "http://www.w3.org/2001/10/xml-exc-c14n#WithComments" => (Form::Exclusive, true),
            _ => return None,
        };
        Some(Self { form, comments, inclusive_prefixes: Vec::new() })
    }
}

/// Why there is no canonical form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum C14nError {
    /// A namespace name is a relative reference (Canonical XML 1.0 §1.3). The offset is that of the element.
    RelativeNamespace {
        /// Bytes from the start of the text.
        offset: u64,
    },
    /// A limit was reached.
    Limit(LimitExceeded),
}

impl fmt::Display for C14nError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RelativeNamespace { offset } => write!(f, "relative namespace name at byte {offset}"),
            Self::Limit(exceeded) => exceeded.fmt(f),
        }
    }
}

impl std::error::Error for C14nError {}

impl From<LimitExceeded> for C14nError {
    fn from(exceeded: LimitExceeded) -> Self {
        Self::Limit(exceeded)
    }
}

#[cfg(test)]
mod tests;
