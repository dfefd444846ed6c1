//! Known differences between us and outside material, each with its reason.
//!
//! A list is a table with the columns `case`, `what` and `reason`. A case that fails must be listed with a
//! `what` that its failure contains; a listed case that passes, or is not run, is an error as well. So a list
//! can neither hide a new failure nor keep an old one after it was mended.

use super::table;
use std::collections::BTreeMap;
use std::path::Path;

/// A list of exceptions, and what the cases of one suite made of it.
pub struct Exceptions {
    listed: BTreeMap<String, Exception>,
    cases: usize,
    complaints: Vec<String>,
}

struct Exception {
    what: String,
    used: bool,
}

impl Exceptions {
    /// The list in `path`.
    pub fn load(path: &Path) -> Self {
        Self::new(table::load(path))
    }

    /// The list of these rows.
    ///
    /// # Panics
    /// Where a row says no case, no `what` or no reason, or a case stands twice.
    pub fn new(rows: Vec<table::Row>) -> Self {
        let mut listed = BTreeMap::new();
        for row in rows {
            let field = |name: &str| row.get(name).filter(|field| !field.is_empty());
            let (Some(case), Some(what), Some(_reason)) = (field("case"), field("what"), field("reason")) else {
                panic!("an exception needs case, what and reason: {row:?}");
            };
            let before = listed.insert(case.clone(), Exception { what: what.clone(), used: false });
            assert!(before.is_none(), "an exception stands twice: {case}");
        }
        Self { listed, cases: 0, complaints: Vec::new() }
    }

    /// Takes the outcome of one case; a failure says what differs.
    pub fn check(&mut self, case: &str, outcome: Result<(), String>) {
        self.cases += 1;
        match (outcome, self.listed.get_mut(case)) {
            (Ok(()), None) => {}
            (Err(failure), None) => self.complaints.push(format!("{case}: {failure}")),
            (Ok(()), Some(exception)) => {
                exception.used = true;
                self.complaints.push(format!("{case}: listed as an exception ({}), but it passes", exception.what));
            }
            (Err(failure), Some(exception)) => {
                exception.used = true;
                if !failure.contains(&exception.what) {
                    let what = &exception.what;
                    self.complaints.push(format!("{case}: listed for another reason ({what}): {failure}"));
                }
            }
        }
    }

    /// How many cases there were.
    ///
    /// # Panics
    /// With all complaints, where there are some.
    #[must_use]
    pub fn finish(mut self) -> usize {
        let unused = self.listed.iter().filter(|(_, exception)| !exception.used);
        self.complaints.extend(unused.map(|(case, _)| format!("{case}: listed as an exception, but not run")));
        let (cases, count) = (self.cases, self.complaints.len());
        assert!(count == 0, "{count} complaints in {cases} cases:\n{}", self.complaints.join("\n"));
        cases
    }
}
