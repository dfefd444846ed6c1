//! XPath 1.0 (W3C recommendation of 16 November 1999), as far as signatures use it: all axes but `following` and
//! `preceding`, all node tests, predicates, operators, and a list of functions ([`Function`]). What is not in it is
//! refused by name when an expression is parsed, and nothing is evaluated.
//!
//! An expression comes with the document, so it is hostile: its size and depth are bounded, and every node that is
//! visited costs a unit of the budget. No variables, no extensions but `here()` of XML Signature (§6.6.3).

mod evaluate;
mod lexer;
mod nodes;
mod parser;
mod set;
mod value;

pub use evaluate::Context;
pub use nodes::XNode;
pub use set::{Keep, NodeSet};
pub use value::Value;

use std::fmt;

use crate::limits::LimitExceeded;

/// An expression that was parsed. Its prefixes are resolved.
#[derive(Clone, Debug, PartialEq)]
pub struct Expression {
    root: Expr,
}

/// Why an expression has no value.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum XPathError {
    /// It is not an expression of XPath 1.0; bytes from its start.
    Syntax {
        /// Where.
        offset: usize,
    },
    /// It has something that is not evaluated here.
    Unsupported {
        /// What, as written, cut after 64 characters.
        what: String,
    },
    /// A prefix is bound to nothing where the expression stands.
    UnboundPrefix {
        /// Which, cut after 64 characters.
        prefix: String,
    },
    /// A value has the wrong type: something other than a node-set where one is needed.
    Type,
    /// A limit was reached.
    Limit(LimitExceeded),
}

impl fmt::Display for XPathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax { offset } => write!(f, "XPath: not an expression at byte {offset}"),
            Self::Unsupported { what } => write!(f, "XPath: {what} is not evaluated"),
            Self::UnboundPrefix { prefix } => write!(f, "XPath: the prefix {prefix} is not declared"),
            Self::Type => f.write_str("XPath: a node-set is needed"),
            Self::Limit(exceeded) => exceeded.fmt(f),
        }
    }
}

impl std::error::Error for XPathError {}

impl From<LimitExceeded> for XPathError {
    fn from(exceeded: LimitExceeded) -> Self {
        Self::Limit(exceeded)
    }
}

/// A part of an expression (XPath 1.0 §3).
#[derive(Clone, Debug, PartialEq)]
enum Expr {
    Or(Box<Expr>, Box<Expr>),
    And(Box<Expr>, Box<Expr>),
    Compare(Comparison, Box<Expr>, Box<Expr>),
    Calculate(Operator, Box<Expr>, Box<Expr>),
    Negate(Box<Expr>),
    Union(Box<Expr>, Box<Expr>),
    Literal(String),
    Number(f64),
    Call(Function, Vec<Expr>),
    /// From the root where `absolute`, else from the context node.
    Path {
        absolute: bool,
        steps: Vec<Step>,
    },
    /// A primary expression, its predicates, and steps from there.
    Filter {
        primary: Box<Expr>,
        predicates: Vec<Expr>,
        steps: Vec<Step>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Plus,
    Minus,
    Times,
    Divide,
    Modulo,
}

#[derive(Clone, Debug, PartialEq)]
struct Step {
    axis: Axis,
    test: Test,
    predicates: Vec<Expr>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Axis {
    Ancestor,
    AncestorOrSelf,
    Attribute,
    Child,
    Descendant,
    DescendantOrSelf,
    FollowingSibling,
    Namespace,
    Parent,
    PrecedingSibling,
    This,
}

/// A node test (§2.3). Names are held as text: the tree that they are compared with is known later.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Test {
    Node,
    Text,
    Comment,
    Instruction(Option<String>),
    Any,
    /// Any name of a namespace.
    Namespace(String),
    Name {
        namespace: String,
        local: String,
    },
}

/// The functions that are evaluated (§4, and `here()`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    /// `boolean(object)`
    Boolean,
    /// `concat(string, string, …)`
    Concat,
    /// `contains(string, string)`
    Contains,
    /// `count(node-set)`
    Count,
    /// `false()`
    False,
    /// `here()`: the element that holds the expression.
    Here,
    /// `id(object)`
    Id,
    /// `last()`
    Last,
    /// `local-name(node-set?)`
    LocalName,
    /// `name(node-set?)`
    Name,
    /// `namespace-uri(node-set?)`
    NamespaceUri,
    /// `normalize-space(string?)`
    NormalizeSpace,
    /// `not(boolean)`
    Not,
    /// `number(object?)`
    Number,
    /// `position()`
    Position,
    /// `starts-with(string, string)`
    StartsWith,
    /// `string(object?)`
    String,
    /// `string-length(string?)`
    StringLength,
    /// `true()`
    True,
}

impl Function {
    /// By its name, with the fewest and the most arguments.
    fn named(name: &str) -> Option<(Self, usize, usize)> {
        Some(match name {
            "boolean" => (Self::Boolean, 1, 1),
            "concat" => (Self::Concat, 2, 64),
            "contains" => (Self::Contains, 2, 2),
            "count" => (Self::Count, 1, 1),
            "false" => (Self::False, 0, 0),
            "here" => (Self::Here, 0, 0),
            "id" => (Self::Id, 1, 1),
            "last" => (Self::Last, 0, 0),
            "local-name" => (Self::LocalName, 0, 1),
            "name" => (Self::Name, 0, 1),
            "namespace-uri" => (Self::NamespaceUri, 0, 1),
            "normalize-space" => (Self::NormalizeSpace, 0, 1),
            "not" => (Self::Not, 1, 1),
            "number" => (Self::Number, 0, 1),
            "position" => (Self::Position, 0, 0),
            "starts-with" => (Self::StartsWith, 2, 2),
            "string" => (Self::String, 0, 1),
            "string-length" => (Self::StringLength, 0, 1),
            "true" => (Self::True, 0, 0),
            _ => return None,
        })
    }
}

impl Expression {
    /// Whether the expression has the same truth for an attribute, a namespace node or a text as for the element that
    /// it belongs to: it asks for nothing but which elements stand at or above the node. So attributes and namespace
    /// nodes need not be asked one by one.
    #[must_use]
    pub fn is_of_elements(&self) -> bool {
        asks_ancestors(&self.root)
    }
}

fn asks_ancestors(expr: &Expr) -> bool {
    match expr {
        Expr::Or(one, other) | Expr::And(one, other) => asks_ancestors(one) && asks_ancestors(other),
        Expr::Call(Function::True | Function::False, _) => true,
        Expr::Call(Function::Not | Function::Boolean, arguments) => arguments.iter().all(asks_ancestors),
        Expr::Path { absolute: false, steps } => match steps.as_slice() {
            [Step { axis: Axis::AncestorOrSelf, test, predicates }] => {
                matches!(test, Test::Any | Test::Name { .. } | Test::Namespace(_)) && predicates.is_empty()
            }
            _ => false,
        },
        _ => false,
    }
}

#[cfg(test)]
mod tests;
