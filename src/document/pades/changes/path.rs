//! Paths for people: the way from the trailer to a difference.

use super::graph::{Graph, NodeIndex};
use super::pass::Spot;
use super::role::Role;
use crate::limits::{Budget, Limits};
use crate::syntax::pdf::{Object, ObjectId, Pdf, RevisionIndex, Value};

/// Longest path in steps from object to object.
const MOST_STEPS: usize = 64;
/// What finding all paths of a document may cost; after that they are cut short.
const WORK: u64 = 1_000_000;

/// The budget for all paths of a document.
pub(super) fn budget() -> Budget {
    Budget::new(&Limits { work: WORK, decoded_bytes: 1 << 26, ..Limits::DEFAULT })
}

/// The path of `spot`, by the objects as they are as of `at`.
pub(super) fn path(pdf: &Pdf<'_>, graph: &Graph, spot: &Spot, at: RevisionIndex, budget: &mut Budget) -> String {
    let mut parts = Vec::new();
    let mut node = spot.node;
    while let Some(child) = node.and_then(|index| graph.node(index)) {
        match child.parent() {
            Some(parent) if parts.len() < MOST_STEPS => {
                parts.push(step(pdf, graph, parent, child.id, at, budget));
                node = Some(parent);
            }
            Some(_) => {
                parts.push("/…".to_owned());
                break;
            }
            None => {
                parts.push(
                    match child.role {
                        Role::Catalog => "/Root",
                        Role::Information => "/trailer/Info",
                        Role::IntegrityCode => "/trailer/AuthCode",
                        _ => "/trailer",
                    }
                    .to_owned(),
                );
                break;
            }
        }
    }
    parts.reverse();
    parts.push(spot.tail.clone());
    let path = parts.concat();
    if path.is_empty() { "/".to_owned() } else { path }
}

fn step(
    pdf: &Pdf<'_>,
    graph: &Graph,
    parent: NodeIndex,
    child: ObjectId,
    at: RevisionIndex,
    budget: &mut Budget,
) -> String {
    let Some(parent) = graph.node(parent) else { return "/…".to_owned() };
    let newest = pdf.object(parent.id, at, budget).ok().and_then(|value| way(&value, child));
    let mut before = || at.previous().and_then(|at| pdf.object(parent.id, at, budget).ok());
    newest.or_else(|| before().and_then(|value| way(&value, child))).unwrap_or_else(|| "/…".to_owned())
}

/// The keys and indices that lead to a reference.
fn way(value: &Object, target: ObjectId) -> Option<String> {
    match &value.value {
        Value::Reference(id) => (*id == target).then(String::new),
        Value::Array(elements) => elements
            .iter()
            .enumerate()
            .find_map(|(index, element)| way(element, target).map(|rest| format!("/{index}{rest}"))),
        Value::Dict(_) | Value::Stream(_) => value.as_dict()?.iter().find_map(|(key, value)| {
            way(value, target).map(|rest| format!("/{}{rest}", String::from_utf8_lossy(key.as_bytes())))
        }),
        _ => None,
    }
}
