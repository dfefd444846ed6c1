//! Every code of a finding that the reading of documents can write has a sentence of its own in each language.
//!
//! The PDF reader has an enumeration of its codes, which the unit tests compare. The codes that stand as text in
//! `src/document` are collected here from the sources.

mod support;

use sigillum::reporting::{Language, Texts};
use std::collections::BTreeSet;

/// What stands before a code in the sources.
const BEFORE: &[&str] =
    &["DocumentFinding { code: \"", "DocumentFinding {\n code: \"", "obstacle(\"", "obstacles.push((\""];

#[test]
fn every_code_of_a_finding_has_a_sentence() {
    let sources = support::files(&support::project().join("src/document"), |name| name.ends_with(".rs"));
    let mut codes = BTreeSet::new();
    for source in &sources {
        let text = support::read_text(source);
        let text = text.split("#[cfg(test)]").next().unwrap();
        let mut compact = text.replace('\r', "");
        while compact.contains("\n  ") {
            compact = compact.replace("\n  ", "\n ");
        }
        for before in BEFORE {
            codes
                .extend(compact.split(before).skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned));
        }
    }
    for language in Language::ALL {
        let texts = Texts::of(*language);
        let generic = texts.finding("?").replace("(?).", "");
        for code in &codes {
            let text = texts.finding(code);
            assert!(!text.starts_with(&generic), "{}: no sentence for {code}", language.code());
        }
    }
    support::suite("finding codes", codes.len());
}
