//! The XML reader and the canonical forms beside libxml2 (lxml, xmllint), over every XML file of the outside material:
//! the same documents are read, and every form has the same octets.
//!
//! A document type is refused here whatever libxml2 makes of it. Exceptions: `xml_c14n_exceptions.tsv`.

#![expect(clippy::disallowed_methods, reason = "a test reads its environment and files")]

mod support;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use sigillum::crypto::{DigestAlgorithm, digest};
use sigillum::limits::{Budget, Limits};
use sigillum::syntax::xml::c14n::{C14nError, Form, Method, Subtree, canonicalise};
use sigillum::syntax::xml::{Forbidden, NodeId, Tree, XmlError, decode};
use support::exceptions::Exceptions;

/// Kinds of the corpus that are XML, some of them by their name only.
fn is_xml(path: &str, kind: &str) -> bool {
    let extension = Path::new(path).extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    kind.starts_with("xml/")
        || kind.starts_with("tl/")
        || ["xml", "xsd", "xsl", "xslt", "wsdl", "xhtml", "svg"].contains(&extension)
}

fn listed(data: &Path) -> Vec<PathBuf> {
    let manifest = std::fs::read_to_string(data.join("corpus/MANIFEST.tsv")).unwrap();
    let lines = manifest.lines().skip(1).map(|line| line.split('\t').collect::<Vec<_>>());
    let named = lines.filter(|columns| is_xml(columns[0], columns[6]));
    let mut files: Vec<PathBuf> = named.map(|columns| data.join("corpus").join(columns[0])).collect();
    for folder in ["generated/xml", "generated-dss/xml", "swiss-tl"] {
        let Ok(entries) = std::fs::read_dir(data.join(folder)) else { continue };
        let all = entries.map(|entry| entry.unwrap().path());
        files.extend(all.filter(|path| path.extension().is_some_and(|extension| extension == "xml")));
    }
    files.sort();
    files
}

/// What we make of a file, in the columns of the script.
fn ours(bytes: &[u8]) -> Vec<String> {
    let mut budget = Budget::new(&Limits::DEFAULT);
    let tree = match decode(bytes) {
        Ok(text) => text,
        Err(error) => return vec![refused(&error)],
    };
    let tree = match Tree::parse(&tree, &mut budget) {
        Ok(tree) => tree,
        Err(error) => return vec![refused(&error)],
    };
    let forms = [
        Method::new(Form::Inclusive10),
        Method::new(Form::Inclusive10).with_comments(),
        Method::new(Form::Exclusive),
        Method::new(Form::Exclusive).with_comments(),
        Method::new(Form::Inclusive11).with_comments(),
    ];
    let whole = Subtree::new(&tree, NodeId::ROOT);
    forms
        .iter()
        .map(|method| {
            let mut octets = Vec::new();
            match canonicalise(&tree, &whole, method, &mut octets, &mut budget) {
                Ok(()) => hex(digest(DigestAlgorithm::Sha256, &octets).as_bytes()),
                Err(C14nError::RelativeNamespace { .. }) => "refused".to_owned(),
                Err(error) => error.to_string(),
            }
        })
        .collect()
}

fn refused(error: &XmlError) -> String {
    match error {
        XmlError::Forbidden { what: Forbidden::DocumentType, .. } => "doctype".to_owned(),
        XmlError::Limit(exceeded) => exceeded.to_string(),
        _ => "malformed".to_owned(),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

#[test]
fn the_same_octets_as_libxml2() {
    const SUITE: &str = "XML canonical forms (libxml2)";
    let Some(shared) = support::shared() else { return support::skipped(SUITE) };
    let Some(python) = std::env::var_os("SIGILLUM_JUDGES_PYTHON") else {
        return println!("SKIPPED {SUITE}: no outside judges");
    };
    let data = shared.join("data");
    let files = listed(&data);
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("list");
    let lines: String = files.iter().map(|path| format!("{}\n", path.display())).collect();
    std::fs::write(&list, lines).unwrap();
    let script = support::project().join("tests/xml_c14n.py");
    let output = Command::new(python).arg(script).arg(&list).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8(output.stdout).unwrap();
    let theirs: BTreeMap<PathBuf, Vec<String>> = said
        .lines()
        .map(|line| {
            let mut columns = line.split('\t').map(str::to_owned);
            (PathBuf::from(columns.next().unwrap()), columns.collect())
        })
        .collect();
    let mut exceptions = Exceptions::load(&support::project().join("tests/xml_c14n_exceptions.tsv"));
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for path in &files {
        let ours = ours(&std::fs::read(path).unwrap());
        let theirs = &theirs[path];
        let kind = match (ours[0].as_str(), ours.len()) {
            ("doctype", 1) => "document type",
            ("malformed", 1) => "not well formed",
            ("refused", _) => "relative namespace name",
            (_, 1) => "over a limit",
            _ => "canonical",
        };
        *kinds.entry(kind).or_default() += 1;
        let outcome = same(&ours, theirs);
        exceptions.check(&path.strip_prefix(&data).unwrap().display().to_string(), outcome);
    }
    println!("    {kinds:?}");
    support::suite(SUITE, exceptions.finish());
}

fn same(ours: &[String], theirs: &[String]) -> Result<(), String> {
    let agree =
        ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(ours, theirs)| ours == theirs || theirs == "-");
    // Refused before it is known whether the rest is well formed.
    let refused_earlier = ours == ["doctype"];
    if agree || refused_earlier { Ok(()) } else { Err(format!("{ours:?}, libxml2 {theirs:?}")) }
}
