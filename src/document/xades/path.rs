//! Where a node stands, for people and for programs that look it up: `/a:Invoice[1]/a:Line[2]/@unit`, with names as
//! written and the number among the siblings of the same name.

use crate::syntax::xml::{Kind, NodeId, Tree};

/// Bytes of a path; a longer one is cut at its start.
const LONGEST: usize = 1_000;

/// The path of a node.
pub(super) fn path(tree: &Tree<'_>, node: NodeId) -> String {
    let mut steps = Vec::new();
    let mut length = 0_usize;
    let mut next = Some(node);
    while let Some(at) = next.filter(|at| *at != NodeId::ROOT) {
        let step = step(tree, at);
        length = length.saturating_add(step.len()).saturating_add(1);
        if length > LONGEST {
            steps.push("…".to_owned());
            break;
        }
        steps.push(step);
        next = tree.parent(at);
    }
    if steps.is_empty() {
        return "/".to_owned();
    }
    steps.iter().rev().fold(String::with_capacity(length), |path, step| path + "/" + step)
}

/// The path of an attribute.
pub(super) fn attribute_path(tree: &Tree<'_>, element: NodeId, number: usize) -> String {
    let attribute = tree.element(element).and_then(|element| element.attributes().nth(number));
    let Some(attribute) = attribute else { return path(tree, element) };
    let prefix = tree.name(attribute.prefix);
    let colon = if prefix.is_empty() { "" } else { ":" };
    format!("{}/@{prefix}{colon}{}", path(tree, element), tree.name(attribute.local))
}

fn step(tree: &Tree<'_>, node: NodeId) -> String {
    let name = |node: NodeId| match tree.kind(node) {
        Kind::Element => tree.element(node).map(|element| (element.prefix(), element.name_ids())),
        _ => None,
    };
    let own = name(node);
    let kind = tree.kind(node);
    let parent = tree.parent(node).unwrap_or(NodeId::ROOT);
    let before = tree
        .children(parent)
        .take_while(|sibling| *sibling != node)
        .filter(|sibling| tree.kind(*sibling) == kind && name(*sibling) == own)
        .count();
    let number = before.saturating_add(1);
    match kind {
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
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::{Budget, Limits};

    #[test]
    fn paths_name_every_kind_of_node() {
        let text = "<a xmlns:b='u:b'><b:c/>x<b:c b:d='1'><?p q?></b:c></a>";
        let tree = Tree::parse(text, &mut Budget::new(&Limits::DEFAULT)).unwrap();
        let paths: Vec<String> = tree.subtree(NodeId::ROOT).map(|node| path(&tree, node)).collect();
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
        assert_eq!(attribute_path(&tree, last, 0), "/a[1]/b:c[2]/@b:d");
    }

    #[test]
    fn a_long_path_is_cut() {
        let name = "n".repeat(400);
        let text = format!("<{name}><{name}><{name}/></{name}></{name}>");
        let tree = Tree::parse(&text, &mut Budget::new(&Limits::DEFAULT)).unwrap();
        let deepest = tree.subtree(NodeId::ROOT).next_back().unwrap();
        assert!(path(&tree, deepest).starts_with("/…/"));
    }
}
