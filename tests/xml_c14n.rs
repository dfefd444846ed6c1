//! The XML reader and the canonical forms beside libxml2 (lxml, xmllint), over every XML file of the outside material:
//! the same documents are read, and every form has the same octets.
//!
//! A document type is refused here whatever libxml2 makes of it. Exceptions: `xml_c14n_exceptions.tsv`.

#![expect(clippy::disallowed_methods, reason = "a test reads its environment and files")]

mod support;

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use sigillum::crypto::{DigestAlgorithm, digest};
use sigillum::limits::{Budget, Limits};
use sigillum::syntax::xml::c14n::{C14nError, Form, Method, Subtree, canonicalise};
use sigillum::syntax::xml::xpath::{Context, Expression, NodeSet, XNode};
use sigillum::syntax::xml::{Forbidden, NodeId, Tree, XmlError, decode};
use support::exceptions::Exceptions;
use support::rng::{Rng, mutate};

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

/// What libxml2 makes of files.
fn theirs(python: &OsStr, files: &[PathBuf]) -> BTreeMap<PathBuf, Vec<String>> {
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("list");
    let lines: String = files.iter().map(|path| format!("{}\n", path.display())).collect();
    std::fs::write(&list, lines).unwrap();
    let script = support::project().join("tests/xml_c14n.py");
    let output = Command::new(python).arg(script).arg(&list).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8(output.stdout).unwrap();
    let rows = said.lines().map(|line| {
        let mut columns = line.split('\t').map(str::to_owned);
        (PathBuf::from(columns.next().unwrap()), columns.collect())
    });
    rows.collect()
}

/// Seeded mutations of the seeds of the fuzz targets: whatever both read has the same octets in every form. We may be
/// stricter in what we read, never laxer.
#[test]
fn mutations_have_the_same_octets_as_in_libxml2() {
    const SUITE: &str = "XML canonical forms of mutations (libxml2)";
    const MUTATIONS: usize = 1_500;
    let Some(python) = std::env::var_os("SIGILLUM_JUDGES_PYTHON") else {
        return println!("SKIPPED {SUITE}: no outside judges");
    };
    let folder = tempfile::tempdir().unwrap();
    let seeds = support::seeds::xml_documents();
    let files: Vec<PathBuf> = (0..MUTATIONS)
        .map(|number| {
            let mut rng = Rng::new(u64::try_from(number).unwrap());
            let path = folder.path().join(format!("{number}.xml"));
            std::fs::write(&path, mutate(&seeds[rng.below(seeds.len())], &mut rng)).unwrap();
            path
        })
        .collect();
    let theirs = theirs(&python, &files);
    let (mut both, mut stricter, mut wrong) = (0, 0, Vec::new());
    for path in &files {
        let (ours, theirs) = (ours(&std::fs::read(path).unwrap()), &theirs[path]);
        match (ours.len(), theirs.len()) {
            (1, 1) => {}
            (1, _) => stricter += 1,
            (_, 1) if theirs[0] == "namespace-name" => {}
            (_, 1) => wrong.push(format!("{}: read, but libxml2 says {}", path.display(), theirs[0])),
            _ => {
                let same = |(ours, theirs): (&String, &String)| theirs == "-" || ours == theirs;
                if !ours.iter().zip(theirs).all(same) {
                    wrong.push(format!("{}: {ours:?}, libxml2 {theirs:?}", path.display()));
                }
                both += 1;
            }
        }
    }
    if !wrong.is_empty() {
        let kept = folder.keep();
        panic!("{} of {MUTATIONS} (in {}):\n{}", wrong.len(), kept.display(), wrong.join("\n"));
    }
    println!("{SUITE}: {both} read by both, {stricter} by libxml2 only");
    support::suite(SUITE, both);
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
    let theirs = theirs(&python, &files);
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

/// The node-sets of two public suites: every document without a document type, the XPath beside it, the octets beside
/// that.
#[test]
fn node_sets_of_public_suites() {
    const SUITE: &str = "XML canonical forms of node-sets";
    let Some(shared) = support::shared() else { return support::skipped(SUITE) };
    let corpus = shared.join("data/corpus");
    let mut exceptions = Exceptions::new(Vec::new());
    let mut refused = 0;
    let mut run =
        |name: &str, document: &[u8], xpath: Option<String>, method: &Method, expected: &[u8]| match of_node_set(
            document,
            xpath.as_deref(),
            method,
        ) {
            Ok(octets) => {
                let outcome = if octets == expected {
                    Ok(())
                } else {
                    Err(format!("{}\nexpected {}", octets.escape_ascii(), expected.escape_ascii()))
                };
                exceptions.check(name, outcome);
            }
            Err(Refused::DocumentType) => refused += 1,
            Err(Refused::Other(text)) => exceptions.check(name, Err(text)),
        };

    let libxml2 = corpus.join("GNOME__libxml2");
    for (folder, method) in [
        ("without-comments", Method::new(Form::Inclusive10)),
        ("with-comments", Method::new(Form::Inclusive10).with_comments()),
        ("1-1-without-comments", Method::new(Form::Inclusive11)),
        ("exc-without-comments", Method::new(Form::Exclusive)),
    ] {
        for name in names_in(&libxml2.join("test/c14n").join(folder), "xml") {
            let base = libxml2.join("test/c14n").join(folder).join(&name);
            let text = |extension| std::fs::read_to_string(base.with_extension(extension)).ok();
            let method = match text("ns") {
                Some(list) => method.clone().with_inclusive_prefixes(&list),
                None => method.clone(),
            };
            let document = std::fs::read(base.with_extension("xml")).unwrap();
            let Ok(expected) = std::fs::read(libxml2.join("result/c14n").join(folder).join(&name)) else {
                continue;
            };
            run(&format!("{folder}/{name}"), &document, text("xpath"), &method, &expected);
        }
    }
    let folder = corpus.join("apache__santuario-xml-security-java/src/test/resources/org/w3c/www/interop/c14n11");
    for name in names_in(&folder, "xpath") {
        let Some((family, _)) = name.rsplit_once('-') else { continue };
        let Ok(document) = std::fs::read(folder.join(format!("{family}-input.xml"))) else { continue };
        let xpath = std::fs::read_to_string(folder.join(format!("{name}.xpath"))).unwrap();
        let xpath = format!("<XPath xmlns:ietf='http://www.ietf.org'>{xpath}</XPath>");
        let expected = std::fs::read(folder.join(format!("{name}.output"))).unwrap();
        run(&name, &document, Some(xpath), &Method::new(Form::Inclusive11), &expected);
    }
    println!("    {refused} with a document type");
    support::suite(SUITE, exceptions.finish());
}

fn names_in(folder: &Path, extension: &str) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.map(|entry| entry.unwrap().path());
    let with = paths.filter(|path| path.extension().is_some_and(|found| found == extension));
    let mut names: Vec<String> = with.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    names.sort();
    names
}

enum Refused {
    DocumentType,
    Other(String),
}

/// The octets of the nodes that an `XPath` element selects; of the whole document where there is none.
fn of_node_set(document: &[u8], xpath: Option<&str>, method: &Method) -> Result<Vec<u8>, Refused> {
    let mut budget = Budget::new(&Limits::DEFAULT);
    let other = |error: &dyn std::fmt::Display| Refused::Other(error.to_string());
    let text = decode(document).map_err(|error| other(&error))?;
    let tree = Tree::parse(&text, &mut budget).map_err(|error| match error {
        XmlError::Forbidden { what: Forbidden::DocumentType, .. } => Refused::DocumentType,
        error => other(&error),
    })?;
    let mut octets = Vec::new();
    let Some(xpath) = xpath else {
        let whole = Subtree::new(&tree, NodeId::ROOT);
        canonicalise(&tree, &whole, method, &mut octets, &mut budget).map_err(|error| other(&error))?;
        return Ok(octets);
    };
    let holder = Tree::parse(xpath, &mut budget).map_err(|error| other(&error))?;
    let element = holder.element(holder.document_element().unwrap()).unwrap();
    let namespace = |prefix: &str| {
        let declared = element.declarations().iter().find(|declared| holder.name(declared.prefix) == prefix);
        declared.map(|declared| holder.name(declared.uri).to_owned())
    };
    let expression =
        Expression::parse(&holder.string_value(element.id()), &namespace).map_err(|error| other(&error))?;
    let identified = |id: &str| -> Vec<NodeId> {
        let named = |node: &NodeId| tree.element(*node).is_some_and(|found| found.attribute("id") == Some(id));
        tree.subtree(NodeId::ROOT).filter(named).collect()
    };
    let context = Context { tree: &tree, here: None, identified: &identified };
    let value =
        expression.evaluate(&context, XNode::Tree(NodeId::ROOT), &mut budget).map_err(|error| other(&error))?;
    let nodes = value.into_nodes().map_err(|error| other(&error))?;
    let set = NodeSet::of_nodes(&tree, &nodes);
    canonicalise(&tree, &set, method, &mut octets, &mut budget).map_err(|error| other(&error))?;
    Ok(octets)
}
