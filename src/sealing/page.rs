//! Finding a page (ISO 32000-2 §7.7.3). `/Count` is not believed: leaves are counted.

use std::collections::HashSet;

use super::{Page, SealError};
use crate::limits::Budget;
use crate::syntax::pdf::{Object, ObjectId, Pdf};

const NO_PAGE: SealError = SealError::Place { cause: "no-such-page" };

/// The object that is the page.
pub(super) fn find(pdf: &Pdf<'_>, page: Page, budget: &mut Budget) -> Result<ObjectId, SealError> {
    let at = pdf.latest();
    let catalog = pdf.catalog(at, budget)?;
    let (mut left, from_end) = match page {
        Page::Number(number) => (number.checked_sub(1).ok_or(NO_PAGE)?, false),
        Page::Last => (0, true),
    };
    let mut seen = HashSet::new();
    let mut open: Vec<Object> = catalog.get(b"Pages").cloned().into_iter().collect();
    while let Some(node) = open.pop() {
        budget.spend(1)?;
        let id = node.as_reference();
        if id.is_some_and(|id| !seen.insert(id)) {
            continue;
        }
        let object = pdf.resolve(&node, at, budget)?;
        let Some(dict) = object.as_dict() else { continue };
        let kids = match dict.get(b"Kids").filter(|_| dict.get_name(b"Type") != Some(b"Page")) {
            Some(kids) => pdf.resolve(kids, at, budget)?.into_owned(),
            None => Object::NULL,
        };
        match kids.as_array() {
            Some(kids) if from_end => open.extend(kids.iter().cloned()),
            Some(kids) => open.extend(kids.iter().rev().cloned()),
            None if dict.get_name(b"Type") == Some(b"Pages") => {}
            None if left == 0 => return id.ok_or(SealError::Place { cause: "page-not-indirect" }),
            None => left = left.saturating_sub(1),
        }
    }
    Err(NO_PAGE)
}
