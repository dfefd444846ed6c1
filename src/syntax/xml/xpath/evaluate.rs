//! The value of an expression. Recursion follows the expression, whose depth is bounded, never the document.

use super::nodes::{XNode, prefixes};
use super::value::{Value, compare};
use super::{Axis, Expr, Expression, Function, Operator, Step, XPathError};
use crate::limits::Budget;
use crate::syntax::xml::tree::{Kind, NodeId, Tree};

/// What an expression is evaluated for.
#[derive(Clone, Copy)]
pub struct Context<'c> {
    /// The document.
    pub tree: &'c Tree<'c>,
    /// The element that holds the expression, for `here()`; none where there is none.
    pub here: Option<NodeId>,
    /// The elements that have an identifier, for `id()`.
    pub identified: &'c dyn Fn(&str) -> Vec<NodeId>,
}

/// Where evaluation stands.
#[derive(Clone, Copy)]
struct At {
    node: XNode,
    position: u32,
    size: u32,
}

type Evaluated = Result<Value, XPathError>;

impl Expression {
    /// The value at a node.
    ///
    /// # Errors
    /// [`XPathError::Type`], or [`XPathError::Limit`].
    pub fn evaluate(&self, context: &Context<'_>, node: XNode, budget: &mut Budget) -> Evaluated {
        context.value(&self.root, At { node, position: 1, size: 1 }, budget)
    }
}

impl Context<'_> {
    fn value(&self, expr: &Expr, at: At, budget: &mut Budget) -> Evaluated {
        match expr {
            Expr::Or(left, right) => {
                let truth = self.value(left, at, budget)?.boolean() || self.value(right, at, budget)?.boolean();
                Ok(Value::Boolean(truth))
            }
            Expr::And(left, right) => {
                let truth = self.value(left, at, budget)?.boolean() && self.value(right, at, budget)?.boolean();
                Ok(Value::Boolean(truth))
            }
            Expr::Compare(how, left, right) => {
                let (left, right) = (self.value(left, at, budget)?, self.value(right, at, budget)?);
                Ok(Value::Boolean(compare(*how, &left, &right, self.tree, budget)?))
            }
            Expr::Calculate(operator, left, right) => {
                let left = self.value(left, at, budget)?.number(self.tree);
                let right = self.value(right, at, budget)?.number(self.tree);
                Ok(Value::Number(match operator {
                    Operator::Plus => left + right,
                    Operator::Minus => left - right,
                    Operator::Times => left * right,
                    Operator::Divide => left / right,
                    Operator::Modulo => left % right,
                }))
            }
            Expr::Negate(inner) => Ok(Value::Number(-self.value(inner, at, budget)?.number(self.tree))),
            Expr::Union(left, right) => {
                let (Value::Nodes(mut nodes), Value::Nodes(more)) =
                    (self.value(left, at, budget)?, self.value(right, at, budget)?)
                else {
                    return Err(XPathError::Type);
                };
                nodes.extend(more);
                sort(&mut nodes);
                Ok(Value::Nodes(nodes))
            }
            Expr::Literal(text) => Ok(Value::Text(text.clone())),
            Expr::Number(number) => Ok(Value::Number(*number)),
            Expr::Call(function, arguments) => self.call(*function, arguments, at, budget),
            Expr::Path { absolute, steps } => {
                let start = if *absolute { XNode::Tree(NodeId::ROOT) } else { at.node };
                self.steps(vec![start], steps, budget)
            }
            Expr::Filter { primary, predicates, steps } => {
                let value = self.value(primary, at, budget)?;
                let Value::Nodes(mut nodes) = value else { return Err(XPathError::Type) };
                for predicate in predicates {
                    nodes = self.filter(nodes, predicate, budget)?;
                }
                self.steps(nodes, steps, budget)
            }
        }
    }

    fn steps(&self, mut nodes: Vec<XNode>, steps: &[Step], budget: &mut Budget) -> Evaluated {
        for step in steps {
            let mut next = Vec::new();
            for node in &nodes {
                // In the order of the axis, which positions count by (§2.4).
                let mut found = self.axis(*node, step, budget)?;
                for predicate in &step.predicates {
                    found = self.filter(found, predicate, budget)?;
                }
                next.extend(found);
            }
            sort(&mut next);
            nodes = next;
        }
        Ok(Value::Nodes(nodes))
    }

    /// The nodes of which a predicate holds; a number means a position (§2.4).
    #[expect(clippy::float_cmp, reason = "a position is a whole number")]
    fn filter(&self, nodes: Vec<XNode>, predicate: &Expr, budget: &mut Budget) -> Result<Vec<XNode>, XPathError> {
        let size = u32::try_from(nodes.len()).unwrap_or(u32::MAX);
        let mut kept = Vec::new();
        for (position, node) in (1_u32..).zip(nodes) {
            budget.spend(1)?;
            let holds = match self.value(predicate, At { node, position, size }, budget)? {
                Value::Number(number) => number == f64::from(position),
                value => value.boolean(),
            };
            if holds {
                kept.push(node);
            }
        }
        Ok(kept)
    }

    fn axis(&self, from: XNode, step: &Step, budget: &mut Budget) -> Result<Vec<XNode>, XPathError> {
        let tree = self.tree;
        let mut found = Vec::new();
        let mut take = |node: XNode| -> Result<(), XPathError> {
            budget.spend(1)?;
            if node.passes(&step.test, step.axis, tree) {
                found.push(node);
            }
            Ok(())
        };
        match (step.axis, from) {
            (Axis::This, _) => take(from)?,
            (Axis::Parent, _) => from.parent(tree).into_iter().try_for_each(&mut take)?,
            (Axis::Ancestor | Axis::AncestorOrSelf, _) => {
                let mut next = if step.axis == Axis::Ancestor { from.parent(tree) } else { Some(from) };
                while let Some(node) = next {
                    take(node)?;
                    next = node.parent(tree);
                }
            }
            (Axis::Child, XNode::Tree(node)) => {
                tree.children(node).map(XNode::Tree).try_for_each(&mut take)?;
            }
            (Axis::Descendant, XNode::Tree(node)) => {
                tree.subtree(node).skip(1).map(XNode::Tree).try_for_each(&mut take)?;
            }
            (Axis::DescendantOrSelf, XNode::Tree(node)) => {
                tree.subtree(node).map(XNode::Tree).try_for_each(&mut take)?;
            }
            (Axis::DescendantOrSelf, _) => take(from)?,
            (Axis::Attribute, XNode::Tree(node)) => {
                let count = tree.element(node).map_or(0, |element| element.attributes().len());
                let numbers = 0..u32::try_from(count).unwrap_or(u32::MAX);
                numbers.map(|number| XNode::Attribute(node, number)).try_for_each(&mut take)?;
            }
            (Axis::Namespace, XNode::Tree(node)) if tree.kind(node) == Kind::Element => {
                let bound = prefixes(tree, node).into_iter();
                bound.map(|prefix| XNode::Namespace(node, prefix)).try_for_each(&mut take)?;
            }
            (Axis::FollowingSibling, XNode::Tree(node)) => {
                let siblings = tree.parent(node).into_iter().flat_map(|parent| tree.children(parent));
                siblings.filter(|sibling| *sibling > node).map(XNode::Tree).try_for_each(&mut take)?;
            }
            (Axis::PrecedingSibling, XNode::Tree(node)) => {
                let siblings = tree.parent(node).into_iter().flat_map(|parent| tree.children(parent));
                let mut before: Vec<NodeId> = siblings.take_while(|sibling| *sibling < node).collect();
                before.reverse();
                before.into_iter().map(XNode::Tree).try_for_each(&mut take)?;
            }
            _ => {}
        }
        Ok(found)
    }

    fn call(&self, function: Function, arguments: &[Expr], at: At, budget: &mut Budget) -> Evaluated {
        budget.spend(1)?;
        let mut values = Vec::with_capacity(arguments.len());
        for argument in arguments {
            values.push(self.value(argument, at, budget)?);
        }
        let tree = self.tree;
        let first = || values.first().cloned().unwrap_or(Value::Nodes(vec![at.node]));
        let text = |index: usize| values.get(index).map(|value| value.text(tree).into_owned()).unwrap_or_default();
        let named = |part: fn(XNode, &Tree<'_>) -> String| match first() {
            Value::Nodes(nodes) => Ok(Value::Text(nodes.first().map(|node| part(*node, tree)).unwrap_or_default())),
            _ => Err(XPathError::Type),
        };
        match function {
            Function::True => Ok(Value::Boolean(true)),
            Function::False => Ok(Value::Boolean(false)),
            Function::Not => Ok(Value::Boolean(!first().boolean())),
            Function::Boolean => Ok(Value::Boolean(first().boolean())),
            Function::Number => Ok(Value::Number(first().number(tree))),
            Function::String => Ok(Value::Text(first().text(tree).into_owned())),
            Function::Position => Ok(Value::Number(f64::from(at.position))),
            Function::Last => Ok(Value::Number(f64::from(at.size))),
            Function::Count => match first() {
                Value::Nodes(nodes) => Ok(Value::Number(f64::from(u32::try_from(nodes.len()).unwrap_or(u32::MAX)))),
                _ => Err(XPathError::Type),
            },
            Function::Here => Ok(Value::Nodes(self.here.into_iter().map(XNode::Tree).collect())),
            Function::Id => {
                let wanted: Vec<String> = match first() {
                    Value::Nodes(nodes) => nodes.iter().map(|node| node.text(tree).into_owned()).collect(),
                    value => vec![value.text(tree).into_owned()],
                };
                let mut nodes = Vec::new();
                for name in wanted.iter().flat_map(|list| list.split([' ', '\t', '\r', '\n'])) {
                    budget.spend(1)?;
                    nodes.extend((self.identified)(name).into_iter().map(XNode::Tree));
                }
                sort(&mut nodes);
                Ok(Value::Nodes(nodes))
            }
            Function::LocalName => named(|node, tree| node.name(tree).2.to_owned()),
            Function::NamespaceUri => named(|node, tree| node.name(tree).1.to_owned()),
            Function::Name => named(|node, tree| {
                let (prefix, _, local) = node.name(tree);
                if prefix.is_empty() { local.to_owned() } else { format!("{prefix}:{local}") }
            }),
            Function::Concat => Ok(Value::Text(values.iter().map(|value| value.text(tree)).collect())),
            Function::Contains => Ok(Value::Boolean(text(0).contains(&text(1)))),
            Function::StartsWith => Ok(Value::Boolean(text(0).starts_with(&text(1)))),
            Function::NormalizeSpace => {
                let value = first();
                let value = value.text(tree);
                let words = value.split([' ', '\t', '\r', '\n']).filter(|word| !word.is_empty());
                Ok(Value::Text(words.collect::<Vec<_>>().join(" ")))
            }
            Function::StringLength => {
                let length = first().text(tree).chars().count();
                Ok(Value::Number(f64::from(u32::try_from(length).unwrap_or(u32::MAX))))
            }
        }
    }
}

fn sort(nodes: &mut Vec<XNode>) {
    nodes.sort_unstable_by_key(|node| node.order());
    nodes.dedup();
}
