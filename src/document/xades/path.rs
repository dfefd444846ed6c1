//! Where a node stands, for people and for programs that look it up: `/a:Invoice[1]/a:Line[2]/@unit`, with names as
//! written and the number among the siblings of the same name.

use crate::limits::{Budget, LimitExceeded};
use crate::syntax::xml::{Kind, NodeId, Tree};

/// Bytes of a path; a longer one is cut at its start.
const LONGEST: usize = 1_000;

/// The path of a node. It costs as much as there are siblings before it and before those above it.
///
/// # Errors
/// Where the budget is exhausted.
pub(super) fn path(tree: &Tree<'_>, node: NodeId, budget: &mut Budget) -> Result<String, LimitExceeded> {
    let mut steps = Vec::new();
    let mut length = 0_usize;
    let mut next = Some(node);
    while let Some(at) = next.filter(|at| *at != NodeId::ROOT) {
        let step = step(tree, at, budget)?;
        length = length.saturating_add(step.len()).saturating_add(1);
        if length > LONGEST {
            steps.push("…".to_owned());
            break;
        }
        steps.push(step);
        next = tree.parent(at);
    }
    if steps.is_empty() {
        return Ok("/".to_owned());
    }
    Ok(steps.iter().rev().fold(String::with_capacity(length), |path, step| path + "/" + step))
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

fn step(tree: &Tree<'_>, node: NodeId, budget: &mut Budget) -> Result<String, LimitExceeded> {
    let name = |node: NodeId| match tree.kind(node) {
        Kind::Element => tree.element(node).map(|element| (element.prefix(), element.name_ids())),
        _ => None,
    };
    let own = name(node);
    let kind = tree.kind(node);
    let parent = tree.parent(node).unwrap_or(NodeId::ROOT);
    let (mut before, mut passed) = (0_usize, 0_u64);
    for sibling in tree.children(parent).take_while(|sibling| *sibling != node) {
        passed = passed.saturating_add(1);
        let same = tree.kind(sibling) == kind && name(sibling) == own;
        before = before.saturating_add(usize::from(same));
    }
    budget.spend(passed >> 6)?;
    let number = before.saturating_add(1);
    Ok(match kind {
        Kind::Element => {
            let (prefix, local) =
                tree.element(node).map_or(("", ""), |element| (tree.name(element.prefix()), element.local()));
            let colon = if prefix.is_empty() { "" } else { ":" };
            format!("{prefix}{colon}{local}[{number}]")
        }
        Kind::Text => format!("text()[{number}]"),
        Kind::Comment => format!("comment()[{number}]"),
        Kind::Instruction => format!("processing-instruction()[{number}]"),
        Kind::Root => String::new(),
    })
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
    fn a_long_path_is_cut() {
        let name = "n".repeat(400);
        let text = format!("<{name}><{name}><{name}/></{name}></{name}>");
        let mut budget = Budget::new(&Limits::DEFAULT);
        let tree = Tree::parse(&text, &mut budget).unwrap();
        let deepest = tree.subtree(NodeId::ROOT).next_back().unwrap();
        assert!(path(&tree, deepest, &mut budget).unwrap().starts_with("/…/"));
    }
}
