//! Where a node stands, for people and for programs that look it up: `/a:Invoice[1]/a:Line[2]/@unit`, with names as
//! written and the number among the siblings of the same name.

use std::collections::HashMap;

use crate::limits::{Budget, LimitExceeded};
use crate::syntax::xml::{Kind, NameId, NodeId, Tree};

/// Bytes of a path; a longer one is cut at its start.
const LONGEST: usize = 1_000;

/// Bytes of the steps of most paths.
const USUAL: usize = 128;

/// The path of a node. It costs as much as there are siblings before it and before those above it.
///
/// # Errors
/// Where the budget is exhausted.
pub(super) fn path(tree: &Tree<'_>, node: NodeId, budget: &mut Budget) -> Result<String, LimitExceeded> {
    Siblings::default().path(tree, node, budget)
}

/// The numbers of siblings, for the paths of many nodes: below a parent that is asked for often all are counted at once,
/// so that the paths of all of its children cost no more than some.
#[derive(Debug, Default)]
pub(super) struct Siblings {
    parents: HashMap<NodeId, Children>,
}

/// The children of one parent.
#[derive(Debug, Default)]
struct Children {
    asked: u32,
    /// In document order, with the number among those of the same kind and name; empty until that is counted.
    numbers: Vec<(NodeId, usize)>,
}

/// So often children of one parent are counted one by one.
const ONE_BY_ONE: u32 = 4;

/// What a path counts together.
type Counted = (Kind, Option<(NameId, (NameId, NameId))>);

fn counted(tree: &Tree<'_>, node: NodeId) -> Counted {
    (tree.kind(node), tree.element(node).map(|element| (element.prefix(), element.name_ids())))
}

impl Siblings {
    /// The path of a node.
    ///
    /// # Errors
    /// Where the budget is exhausted.
    pub(super) fn path(
        &mut self,
        tree: &Tree<'_>,
        node: NodeId,
        budget: &mut Budget,
    ) -> Result<String, LimitExceeded> {
        path_with(tree, node, |node| self.number(tree, node, budget))
    }

    /// Which a node is among its siblings of the same kind and name, from 1.
    fn number(&mut self, tree: &Tree<'_>, node: NodeId, budget: &mut Budget) -> Result<usize, LimitExceeded> {
        let parent = tree.parent(node).unwrap_or(NodeId::ROOT);
        let children = self.parents.entry(parent).or_default();
        children.asked = children.asked.saturating_add(1);
        if children.asked <= ONE_BY_ONE {
            let own = counted(tree, node);
            let (mut same, mut passed) = (1_usize, 0_u64);
            for sibling in tree.children(parent).take_while(|sibling| *sibling != node) {
                passed = passed.saturating_add(1);
                same = same.saturating_add(usize::from(counted(tree, sibling) == own));
            }
            budget.spend(passed >> 6)?;
            return Ok(same);
        }
        if children.numbers.is_empty() {
            let mut last: HashMap<Counted, usize> = HashMap::new();
            let numbered = tree.children(parent).map(|child| {
                let number = last.entry(counted(tree, child)).or_default();
                *number = number.saturating_add(1);
                (child, *number)
            });
            children.numbers = numbered.collect();
            budget.spend(u64::try_from(children.numbers.len() >> 4).unwrap_or(u64::MAX))?;
        }
        let found = children.numbers.binary_search_by_key(&node, |(child, _)| *child).ok();
        Ok(found.and_then(|at| children.numbers.get(at)).map_or(1, |(_, number)| *number))
    }
}

fn path_with(
    tree: &Tree<'_>,
    node: NodeId,
    mut number: impl FnMut(NodeId) -> Result<usize, LimitExceeded>,
) -> Result<String, LimitExceeded> {
    // The steps from the node upwards, one behind the other, and where each ends.
    let (mut steps, mut ends) = (String::with_capacity(USUAL), Vec::with_capacity(USUAL / 16));
    let mut next = Some(node);
    while let Some(at) = next.filter(|at| *at != NodeId::ROOT) {
        let before = steps.len();
        step(&mut steps, tree, at, number(at)?);
        // Each has a slash besides.
        if steps.len().saturating_add(ends.len()) >= LONGEST {
            steps.truncate(before);
            steps.push('…');
            next = None;
        } else {
            next = tree.parent(at);
        }
        ends.push((before, steps.len()));
    }
    if ends.is_empty() {
        return Ok("/".to_owned());
    }
    let mut path = String::with_capacity(steps.len().saturating_add(ends.len()));
    for (start, end) in ends.into_iter().rev() {
        path.push('/');
        path.push_str(steps.get(start..end).unwrap_or_default());
    }
    Ok(path)
}

/// The path of an attribute.
///
/// # Errors
/// As [`path`].
pub(super) fn attribute_path(
    tree: &Tree<'_>,
    element: NodeId,
    number: usize,
    budget: &mut Budget,
) -> Result<String, LimitExceeded> {
    let path = path(tree, element, budget)?;
    let attribute = tree.element(element).and_then(|element| element.attributes().nth(number));
    let Some(attribute) = attribute else { return Ok(path) };
    let prefix = tree.name(attribute.prefix);
    let colon = if prefix.is_empty() { "" } else { ":" };
    Ok(format!("{path}/@{prefix}{colon}{}", tree.name(attribute.local)))
}

/// Writes the step to a node.
fn step(path: &mut String, tree: &Tree<'_>, node: NodeId, number: usize) {
    match tree.kind(node) {
        Kind::Element => {
            let Some(element) = tree.element(node) else { return };
            let prefix = tree.name(element.prefix());
            if !prefix.is_empty() {
                path.push_str(prefix);
                path.push(':');
            }
            path.push_str(element.local());
        }
        Kind::Text => path.push_str("text()"),
        Kind::Comment => path.push_str("comment()"),
        Kind::Instruction => path.push_str("processing-instruction()"),
        Kind::Root => return,
    }
    path.push('[');
    match number {
        1 => path.push('1'),
        _ => path.push_str(&number.to_string()),
    }
    path.push(']');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;

    #[test]
    fn paths_name_every_kind_of_node() {
        let text = "<a xmlns:b='u:b'><b:c/>x<b:c b:d='1'><?p q?></b:c></a>";
        let mut budget = Budget::new(&Limits::DEFAULT);
        let tree = Tree::parse(text, &mut budget).unwrap();
        let paths: Vec<String> =
            tree.subtree(NodeId::ROOT).map(|node| path(&tree, node, &mut budget).unwrap()).collect();
        let expected = [
            "/",
            "/a[1]",
            "/a[1]/b:c[1]",
            "/a[1]/text()[1]",
            "/a[1]/b:c[2]",
            "/a[1]/b:c[2]/processing-instruction()[1]",
        ];
        assert_eq!(paths, expected);
        let last = tree.subtree(NodeId::ROOT).nth(4).unwrap();
        assert_eq!(attribute_path(&tree, last, 0, &mut budget).unwrap(), "/a[1]/b:c[2]/@b:d");
    }

    #[test]
    fn paths_are_the_same_however_often_they_are_asked_for() {
        let text = format!("<a>{}</a>", "<b/>x<c/><b>y</b><?p?>".repeat(30));
        let mut budget = Budget::new(&Limits::DEFAULT);
        let tree = Tree::parse(&text, &mut budget).unwrap();
        let mut siblings = Siblings::default();
        for node in tree.subtree(NodeId::ROOT) {
            let alone = path(&tree, node, &mut budget).unwrap();
            assert_eq!(siblings.path(&tree, node, &mut budget).unwrap(), alone);
        }
    }

    #[test]
    fn a_long_path_is_cut() {
        let name = "n".repeat(400);
        let text = format!("<{name}><{name}><{name}/></{name}></{name}>");
        let mut budget = Budget::new(&Limits::DEFAULT);
        let tree = Tree::parse(&text, &mut budget).unwrap();
        let deepest = tree.subtree(NodeId::ROOT).next_back().unwrap();
        assert!(path(&tree, deepest, &mut budget).unwrap().starts_with("/…/"));
    }
}
