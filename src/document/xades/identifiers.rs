//! Identifiers of elements. Without a document type nothing says which attributes are identifiers, so these count:
//! `Id`, `ID` and `id` without a namespace, and `xml:id`. An identifier that two elements have names neither.

use std::collections::HashMap;

use crate::syntax::xml::{NameId, NodeId, Tree, XML_NAMESPACE};

/// Which elements have which identifiers.
#[derive(Debug, Default)]
pub(super) struct Identifiers<'t> {
    found: HashMap<&'t str, Vec<NodeId>>,
}

impl<'t> Identifiers<'t> {
    /// All of a document.
    pub(super) fn of(tree: &'t Tree<'t>) -> Self {
        let plain: Vec<NameId> = ["Id", "ID", "id"].iter().filter_map(|name| tree.find_name(name)).collect();
        let (xml, id) = (tree.find_name(XML_NAMESPACE), tree.find_name("id"));
        let mut found: HashMap<&'t str, Vec<NodeId>> = HashMap::new();
        let is_identifier = |namespace: NameId, local: NameId| {
            (namespace == NameId::EMPTY && plain.contains(&local)) || (Some(namespace) == xml && Some(local) == id)
        };
        tree.attributes_named(is_identifier, |element, value| {
            let elements = found.entry(value).or_default();
            if !elements.contains(&element) && elements.len() < KEPT {
                elements.push(element);
            }
        });
        Self { found }
    }

    /// The elements with an identifier; more than one where it is ambiguous.
    pub(super) fn get(&self, id: &str) -> &[NodeId] {
        self.found.get(id).map(Vec::as_slice).unwrap_or_default()
    }
}

/// That there are more than two elements with one identifier says no more than that there are two.
const KEPT: usize = 2;

/// The identifier of an element, as reports name it.
pub(super) fn identifier<'t>(tree: &'t Tree<'t>, node: NodeId) -> Option<&'t str> {
    let element = tree.element(node)?;
    ["Id", "ID", "id"].iter().find_map(|name| element.attribute(name)).or_else(|| {
        let mut attributes = element.attributes();
        let xml_id = attributes.find(|attribute| {
            tree.name(attribute.namespace) == XML_NAMESPACE && tree.name(attribute.local) == "id"
        });
        xml_id.map(|attribute| attribute.value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::{Budget, Limits};

    #[test]
    fn every_kind_of_identifier_counts_and_two_are_ambiguous() {
        let text = "<a Id='1' ID='1'><b ID='2'/><c id='3'/><p/><d x='' xml:id='4'/><p><p/></p><e xmlns:u='u:u' u:Id='5'/><f Id='2'/><p/></a>";
        let tree = Tree::parse(text, &mut Budget::new(&Limits::DEFAULT)).unwrap();
        let identifiers = Identifiers::of(&tree);
        let counts: Vec<usize> = ["1", "2", "3", "4", "5", ""].iter().map(|id| identifiers.get(id).len()).collect();
        assert_eq!(counts, [1, 2, 1, 1, 0, 0]);
        for id in ["1", "3", "4"] {
            assert_eq!(identifier(&tree, identifiers.get(id)[0]), Some(id));
        }
    }
}
