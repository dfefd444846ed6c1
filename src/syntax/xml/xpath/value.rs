//! Values and their conversions (XPath 1.0 §3.4, §4).

use std::borrow::Cow;

use super::Comparison;
use super::nodes::XNode;
use crate::limits::{Budget, LimitExceeded};
use crate::syntax::xml::tree::Tree;

/// What an expression yields.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nodes, in document order, each once.
    Nodes(Vec<XNode>),
    /// A truth.
    Boolean(bool),
    /// A number.
    Number(f64),
    /// A string.
    Text(String),
}

impl Value {
    /// §4.3 `boolean`.
    #[must_use]
    pub fn boolean(&self) -> bool {
        match self {
            Self::Nodes(nodes) => !nodes.is_empty(),
            Self::Boolean(truth) => *truth,
            Self::Number(number) => *number != 0.0 && !number.is_nan(),
            Self::Text(text) => !text.is_empty(),
        }
    }

    /// §4.2 `string`.
    pub(super) fn text<'a>(&'a self, tree: &'a Tree<'a>) -> Cow<'a, str> {
        match self {
            Self::Nodes(nodes) => nodes.first().map_or(Cow::Borrowed(""), |node| node.text(tree)),
            Self::Boolean(truth) => Cow::Borrowed(if *truth { "true" } else { "false" }),
            Self::Number(number) => Cow::Owned(number_text(*number)),
            Self::Text(text) => Cow::Borrowed(text),
        }
    }

    /// §4.4 `number`.
    pub(super) fn number(&self, tree: &Tree<'_>) -> f64 {
        match self {
            Self::Number(number) => *number,
            Self::Boolean(truth) => f64::from(u8::from(*truth)),
            Self::Nodes(_) | Self::Text(_) => parse_number(&self.text(tree)),
        }
    }
}

fn number_text(number: f64) -> String {
    if number.is_nan() {
        "NaN".to_owned()
    } else if number.is_infinite() {
        if number > 0.0 { "Infinity" } else { "-Infinity" }.to_owned()
    } else if number == 0.0 {
        "0".to_owned()
    } else {
        number.to_string()
    }
}

fn parse_number(text: &str) -> f64 {
    let trimmed = text.trim_matches([' ', '\t', '\r', '\n']);
    let digits = trimmed.strip_prefix('-').unwrap_or(trimmed);
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if plain { trimmed.parse().unwrap_or(f64::NAN) } else { f64::NAN }
}

/// §3.4.
pub(super) fn compare(
    how: Comparison,
    left: &Value,
    right: &Value,
    tree: &Tree<'_>,
    budget: &mut Budget,
) -> Result<bool, LimitExceeded> {
    let ordered = !matches!(how, Comparison::Equal | Comparison::NotEqual);
    match (left, right) {
        (Value::Nodes(_), Value::Boolean(_)) | (Value::Boolean(_), Value::Nodes(_)) => Ok(if ordered {
            numbers(how, Value::Boolean(left.boolean()).number(tree), Value::Boolean(right.boolean()).number(tree))
        } else {
            (left.boolean() == right.boolean()) == (how == Comparison::Equal)
        }),
        (Value::Nodes(one), Value::Nodes(other)) => {
            for first in one {
                let first = first.text(tree);
                for second in other {
                    budget.spend(cost(first.len()))?;
                    let second = second.text(tree);
                    let holds = if ordered {
                        numbers(how, parse_number(&first), parse_number(&second))
                    } else {
                        (first == second) == (how == Comparison::Equal)
                    };
                    if holds {
                        return Ok(true);
                    }
                }
            }
            Ok(false)
        }
        (Value::Nodes(nodes), single) | (single, Value::Nodes(nodes)) => {
            let swapped = matches!(right, Value::Nodes(_));
            for node in nodes {
                let text = node.text(tree);
                budget.spend(cost(text.len()))?;
                let value = Value::Text(text.into_owned());
                let holds =
                    if swapped { plain(how, single, &value, tree) } else { plain(how, &value, single, tree) };
                if holds {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        _ => Ok(plain(how, left, right, tree)),
    }
}

fn cost(bytes: usize) -> u64 {
    u64::try_from(bytes >> 10).unwrap_or(u64::MAX).saturating_add(1)
}

/// Neither is a node-set.
fn plain(how: Comparison, left: &Value, right: &Value, tree: &Tree<'_>) -> bool {
    let equal = match (left, right) {
        _ if !matches!(how, Comparison::Equal | Comparison::NotEqual) => {
            return numbers(how, left.number(tree), right.number(tree));
        }
        (Value::Boolean(_), _) | (_, Value::Boolean(_)) => left.boolean() == right.boolean(),
        (Value::Number(_), _) | (_, Value::Number(_)) => {
            return numbers(how, left.number(tree), right.number(tree));
        }
        _ => left.text(tree) == right.text(tree),
    };
    equal == (how == Comparison::Equal)
}

#[expect(clippy::float_cmp, reason = "XPath compares numbers exactly")]
fn numbers(how: Comparison, left: f64, right: f64) -> bool {
    match how {
        Comparison::Equal => left == right,
        Comparison::NotEqual => left != right,
        Comparison::Less => left < right,
        Comparison::LessOrEqual => left <= right,
        Comparison::Greater => left > right,
        Comparison::GreaterOrEqual => left >= right,
    }
}
