//! Tables as tab-separated text with a header: the manifests of outside material and our lists of exceptions.

use super::read_text;
use std::collections::BTreeMap;
use std::path::Path;

/// One row: its fields by the names of the header.
pub type Row = BTreeMap<String, String>;

/// The rows of a file. Empty lines and lines that begin with `#` are left out; missing last fields are empty.
pub fn load(path: &Path) -> Vec<Row> {
    parse(&read_text(path))
}

/// The rows of a text.
pub fn parse(text: &str) -> Vec<Row> {
    let mut lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let header: Vec<_> = lines.next().unwrap_or_default().split('\t').collect();
    lines
        .map(|line| {
            let mut fields = line.split('\t');
            let row = header.iter().map(|name| (name.to_string(), fields.next().unwrap_or_default().to_owned()));
            let row = row.collect();
            assert!(fields.next().is_none(), "more fields than the header has: {line}");
            row
        })
        .collect()
}

/// A file of the corpus of outside material.
pub struct CorpusFile {
    /// Its path below the folder of the corpus.
    pub path: String,
    /// What it is: `pdf/signed`, `x509/cert` …
    pub kind: String,
    /// What its source says of it, roughly; may be empty.
    pub verdict: String,
}

/// The files of the corpus whose kind passes `wanted`, in the manifest's order; none where there is no corpus.
pub fn corpus(shared: &Path, wanted: impl Fn(&str) -> bool) -> Vec<CorpusFile> {
    let rows = load(&shared.join("data/corpus/MANIFEST.tsv"));
    let files = rows.into_iter().map(|mut row| {
        let mut take = |name: &str| row.remove(name).unwrap_or_else(|| panic!("MANIFEST.tsv has no column {name}"));
        CorpusFile { path: take("path"), kind: take("kind"), verdict: take("verdict_crude") }
    });
    files.filter(|file| wanted(&file.kind)).collect()
}
