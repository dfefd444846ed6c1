//! The architecture, as a test: who may use whom, what the core must not name, how long a file may be.
//!
//! Each rule is a function over the text of the sources, has a test that runs it over `src/`, and one that
//! plants a violation and sees it caught. The rules read text, not syntax: they guard against drift, not
//! against ill will. The hard wall is the feature `service`, without which the core is built on its own.

#![expect(clippy::disallowed_methods, reason = "this test reads the sources; it is not the library")]

use std::fs;
use std::path::Path;

/// A module may use only rows above its own. Modules of one row do not see each other.
const LAYERS: &[&[&str]] = &[
    &["limits", "time"],
    &["syntax"],
    &["crypto"],
    &["pki"],
    &["document"],
    &["trust"],
    &["validation"],
    &["sealing", "journal", "reporting"],
    &["service"],
    &["clock", "config", "telemetry"],
    &["keystore", "outbound", "storage", "server"],
    &["cli"],
];

/// Lines of a file before its unit tests.
const MAX_LINES: usize = 600;

/// What no module below `service` may name: I/O, time, threads, async.
const IMPURE: &[&str] = &[
    "std::fs",
    "std::net",
    "std::env",
    "std::process",
    "std::thread",
    "std::io::stdin",
    "std::io::stdout",
    "std::io::stderr",
    "SystemTime",
    "Instant",
    "tokio",
    "hyper",
    "async",
    ".await",
    "print!",
    "println!",
    "eprint!",
    "eprintln!",
    "dbg!",
];

/// Crates that compute digests, ciphers, keys or signatures.
const CRYPTO_CRATES: &[&str] = &[
    "aes",
    "bp256",
    "bp384",
    "cbc",
    "cipher",
    "dsa",
    "ecdsa",
    "ed25519_dalek",
    "ed448_goldilocks",
    "elliptic_curve",
    "hmac",
    "k256",
    "md5",
    "p224",
    "p256",
    "p384",
    "p521",
    "rc4",
    "ring",
    "ripemd",
    "rsa",
    "sha1",
    "sha2",
    "sha3",
];

/// Who may name them: the crypto module, and the standard security handler of encrypted PDF.
const CRYPTO_ROOMS: &[&str] =
    &["src/crypto/", "src/crypto.rs", "src/syntax/pdf/security/", "src/syntax/pdf/security.rs"];

/// What ends the process instead of answering. `.expect("` so that a parser's own `expect(tag)` is not meant;
/// clippy's `expect_used` knows the types.
const PANICS: &[&str] = &[
    ".unwrap()",
    ".expect(\"",
    "panic!",
    "todo!",
    "unimplemented!",
    "unreachable!",
    "assert!",
    "assert_eq!",
    "assert_ne!",
];

/// A file of `src/` by its path with forward slashes.
struct Source {
    path: String,
    text: String,
    /// Whether the file is only compiled for tests: the other file that declares it says so.
    for_tests: bool,
}

type Rule = fn(&Source) -> Vec<String>;

#[test]
fn modules_only_use_what_lies_below_them() {
    hold(direction);
    caught(direction, "src/syntax/pdf/mod.rs", "use crate::pki::Certificate;");
    caught(direction, "src/sealing/mod.rs", "use crate::reporting::render;");
    caught(direction, "src/pki/mod.rs", "fn f() { crate::validation::validate() }");
    caught(direction, "src/helpers.rs", "fn f() {}");
    passes(direction, "src/pki/mod.rs", "use crate::syntax::der::{Reader, tag};\nuse crate::pki::oid;");
    passes(direction, "src/pki/mod.rs", "// see crate::validation\n/// [`crate::validation`]");
}

#[test]
fn each_use_names_one_path() {
    hold(one_path);
    caught(one_path, "src/pki/mod.rs", "use crate::{crypto, validation};");
    caught(one_path, "src/pki/mod.rs", "use super::validation;");
    caught(one_path, "src/pki.rs", "use super::validation;");
    caught(one_path, "src/pki/cms/mod.rs", "use super::super::validation;");
    caught(one_path, "src/pki/name.rs", "use super::super::validation;");
    passes(one_path, "src/pki/mod.rs", "use crate::syntax::der::{Reader, tag};");
    passes(one_path, "src/pki/name.rs", "use super::oid;");
    passes(one_path, "src/syntax/pdf/xref/chain.rs", "use super::super::error::PdfError;");
}

#[test]
fn the_core_is_pure() {
    hold(purity);
    caught(purity, "src/document/mod.rs", "let bytes = std::fs::read(path)?;");
    caught(purity, "src/document/mod.rs", "use std::{fmt, fs};");
    caught(purity, "src/document/mod.rs", "std::net::TcpStream::connect(address)");
    caught(purity, "src/validation/mod.rs", "let now = SystemTime::now();");
    caught(purity, "src/validation/mod.rs", "async fn validate() {}");
    caught(purity, "src/validation/mod.rs", "fetch(url).await?;");
    caught(purity, "src/trust/mod.rs", "eprintln!(\"{list}\");");
    passes(purity, "src/limits.rs", "const VERSION: &str = env!(\"CARGO_PKG_VERSION\");\nwriteln!(f, \"x\")?;");
    passes(purity, "src/pki/mod.rs", "use std::net::Ipv4Addr;");
    passes(purity, "src/main.rs", "std::process::ExitCode::from(0)");
    passes(purity, "src/service/mod.rs", "pub async fn validate() { std::fs::read(path) }");
}

#[test]
fn only_the_crypto_module_names_crypto_crates() {
    hold(crypto_crates);
    caught(crypto_crates, "src/pki/certificate.rs", "use ring::digest;");
    caught(crypto_crates, "src/document/mod.rs", "let hash = sha2::Sha256::digest(bytes);");
    caught(crypto_crates, "src/validation/mod.rs", "use ::p256 as curve;");
    passes(crypto_crates, "src/crypto/digest.rs", "use ring::digest;");
    passes(crypto_crates, "src/syntax/pdf/security/mod.rs", "use aes::Aes256;");
    passes(crypto_crates, "src/pki/mod.rs", "use crate::crypto::rsa::Key;\nlet ring = 1;\nlet string::X = y;");
}

#[test]
fn the_library_does_not_panic() {
    hold(panics);
    caught(panics, "src/pki/mod.rs", "let first = items.first().unwrap();");
    caught(panics, "src/service/mod.rs", "lock.lock().expect(\"poisoned\");");
    caught(panics, "src/pki/mod.rs", "_ => unreachable!(),");
    caught(panics, "src/pki/mod.rs", "todo![]");
    passes(panics, "src/time.rs", "text.expect(b\"-\")?;");
    passes(panics, "src/pki/mod.rs", "fn f() {}\n\n#[cfg(test)]\nmod tests {\n    fn g() { x.unwrap(); }\n}");
}

#[test]
fn nothing_is_unsafe() {
    hold(unsafety);
    caught(unsafety, "src/pki/mod.rs", "let x = unsafe { *pointer };");
    passes(unsafety, "src/lib.rs", "#![forbid(unsafe_code)]");
}

#[test]
fn files_are_short() {
    hold(length);
    caught(length, "src/pki/mod.rs", &"fn f() {}\n".repeat(MAX_LINES + 1));
    passes(length, "src/pki/mod.rs", &"fn f() {}\n".repeat(MAX_LINES - 3));
    let tested = format!("fn f() {{}}\n\n#[cfg(test)]\nmod tests {{\n{}}}\n", "    // x\n".repeat(2 * MAX_LINES));
    passes(length, "src/pki/mod.rs", &tested);
}

#[test]
fn files_say_what_they_are() {
    hold(module_doc);
    let silent = Source { text: "use std::fmt;\n".into(), ..planted("src/pki/mod.rs", "") };
    assert!(!module_doc(&silent).is_empty(), "a file without documentation was not caught");
}

#[test]
fn tests_come_last() {
    hold(tests_last);
    caught(tests_last, "src/pki/mod.rs", "#[cfg(test)]\nmod tests {\n    fn f() {}\n}\n\nfn after() {}");
    caught(tests_last, "src/pki/mod.rs", "#[cfg(test)]\nmod tests;\n\nfn after() {}");
    passes(tests_last, "src/pki/mod.rs", "#[cfg(test)]\nmod tests;");
    passes(
        tests_last,
        "src/pki/mod.rs",
        "#[cfg(test)]\n#[expect(dead_code, reason = \"x\")]\nmod tests {\n    fn f() {}\n}",
    );
    // What is compiled for tests elsewhere stays under all the other rules.
    caught(panics, "src/pki/mod.rs", "#[cfg(test)]\nfn only_for_tests() { x.unwrap(); }");
}

#[test]
fn files_for_tests_are_those_that_are_declared_so() {
    let mut sources = vec![
        planted("src/pki/mod.rs", "mod name;\n#[cfg(test)]\n/// Samples.\nmod samples;\n#[cfg(test)]\nmod tests;"),
        planted("src/pki/name.rs", "#[cfg(test)]\nmod tests;"),
        planted("src/pki/samples/mod.rs", ""),
        planted("src/pki/samples/crl.rs", ""),
        planted("src/pki/samples_of_names.rs", ""),
        planted("src/pki/tests.rs", ""),
        planted("src/pki/name/tests.rs", ""),
        planted("src/crypto/tests.rs", ""),
    ];
    mark_tests(&mut sources);
    let marked: Vec<_> =
        sources.iter().filter(|source| source.for_tests).map(|source| source.path.as_str()).collect();
    let expected =
        ["src/pki/samples/mod.rs", "src/pki/samples/crl.rs", "src/pki/tests.rs", "src/pki/name/tests.rs"];
    assert_eq!(marked, expected);
}

/// Modules use only what stands in a row above their own.
fn direction(source: &Source) -> Vec<String> {
    let own = source.module();
    if own == "lib" || own == "main" {
        return Vec::new();
    }
    let Some(layer) = rank(own) else {
        return vec![format!("{}: give `{own}` a row in LAYERS", source.path)];
    };
    source.find(|line| {
        crate_uses(line)
            .filter(|used| *used != own && rank(used).is_some_and(|other| other >= layer))
            .map(|used| format!("{own} uses {used}"))
            .collect()
    })
}

/// `use crate::x::{a, b}` says where it goes; `use crate::{x, y}` hides it, and so does a row of `super` that
/// climbs out of the module.
fn one_path(source: &Source) -> Vec<String> {
    let inside = source.path.trim_start_matches("src/").trim_end_matches(".rs").trim_end_matches("/mod");
    let climb = vec!["super"; inside.split('/').count()].join("::");
    source.find(|line| {
        ["crate::{", &climb].iter().filter(|form| names(line, form)).map(ToString::to_string).collect()
    })
}

/// Below `service` there is no I/O, no async and no clock.
fn purity(source: &Source) -> Vec<String> {
    let own = source.module();
    if own == "main" || (own != "lib" && rank(own) >= rank("service")) {
        return Vec::new();
    }
    source.find(|line| {
        // An address is a value; only what is done with it is I/O.
        let line = &line.replace("std::net::Ip", "");
        let mut found: Vec<_> = IMPURE.iter().filter(|word| names(line, word)).map(ToString::to_string).collect();
        if line.contains("std::{") {
            found.push("std::{ (one path per `use std::`)".to_owned());
        }
        found
    })
}

/// Crypto crates have one room.
fn crypto_crates(source: &Source) -> Vec<String> {
    if CRYPTO_ROOMS.iter().any(|room| source.path.starts_with(room)) {
        return Vec::new();
    }
    source
        .find(|line| CRYPTO_CRATES.iter().filter(|name| names_crate(line, name)).map(ToString::to_string).collect())
}

/// The library answers; it does not end the process.
fn panics(source: &Source) -> Vec<String> {
    source.find(|line| {
        PANICS
            .iter()
            .filter(|word| names(line, word) && !line.contains("const "))
            .map(ToString::to_string)
            .collect()
    })
}

/// No unsafe code.
fn unsafety(source: &Source) -> Vec<String> {
    source.find(|line| if names(line, "unsafe") { vec!["unsafe".to_owned()] } else { Vec::new() })
}

/// At most [`MAX_LINES`] lines before the unit tests.
fn length(source: &Source) -> Vec<String> {
    let lines = source.production().count();
    if lines <= MAX_LINES { Vec::new() } else { vec![format!("{}: {lines} lines", source.path)] }
}

/// Every file begins with what it is.
fn module_doc(source: &Source) -> Vec<String> {
    if source.text.starts_with("//!") { Vec::new() } else { vec![format!("{}: no `//!` at its head", source.path)] }
}

/// All other rules stop reading at the module `tests`, so it is only compiled for tests and nothing follows it.
fn tests_last(source: &Source) -> Vec<String> {
    let lines: Vec<_> = source.text.lines().collect();
    let place = |n: usize, what: &str| vec![format!("{}:{}: {what}", source.path, n + 1)];
    let Some(begin) = source.tests_begin() else { return Vec::new() };
    let module = begin + lines[begin..].iter().position(|line| line.contains("mod tests")).unwrap();
    let end = match lines[module].ends_with(';') {
        true => Some(module),
        false => lines[module..].iter().position(|line| *line == "}").map(|length| module + length),
    };
    let after = end.map_or(lines.len(), |end| end + 1);
    let left = lines[after..].iter().position(|line| !line.trim().is_empty());
    left.map(|n| place(after + n, "code after `mod tests`")).unwrap_or_default()
}

impl Source {
    /// The first component below `src/`: `src/pki/x.rs` and `src/pki.rs` are `pki`.
    fn module(&self) -> &str {
        let inside = self.path.strip_prefix("src/").unwrap();
        inside.split('/').next().unwrap().trim_end_matches(".rs")
    }

    /// How many lines stand before the unit tests: `#[cfg(test)]` at the margin, perhaps other attributes, `mod tests`.
    fn tests_begin(&self) -> Option<usize> {
        let lines: Vec<_> = self.text.lines().collect();
        (0..lines.len()).find(|n| {
            let next = lines[*n..].iter().find(|line| !line.starts_with("#["));
            let module =
                next.is_some_and(|line| line.starts_with("mod tests") || line.starts_with("pub(crate) mod tests"));
            lines[*n] == "#[cfg(test)]" && module
        })
    }

    /// Lines before the unit tests, without line comments. A file that is only compiled for tests has none.
    fn production(&self) -> impl Iterator<Item = &str> {
        let count = if self.for_tests { 0 } else { self.tests_begin().unwrap_or(usize::MAX) };
        self.text.lines().take(count).map(|line| line.split("//").next().unwrap_or_default())
    }

    /// The paths, without ending, of the modules that this file declares under `#[cfg(test)]`.
    fn declared_for_tests(&self) -> Vec<String> {
        let stem = self.path.trim_end_matches(".rs");
        let folder = ["/mod", "/lib", "/main"].iter().find_map(|root| stem.strip_suffix(root)).unwrap_or(stem);
        let lines: Vec<_> = self.text.lines().map(str::trim).collect();
        let marked = (0..lines.len()).filter(|n| lines[*n] == "#[cfg(test)]");
        let declared = marked.filter_map(|n| {
            let next = lines[n..].iter().find(|line| !line.starts_with("#[") && !line.starts_with("//"))?;
            let (_, name) = next.strip_suffix(';')?.split_once("mod ")?;
            Some(format!("{folder}/{name}"))
        });
        declared.collect()
    }

    /// What `rule` finds in each line, with its place.
    fn find(&self, rule: impl Fn(&str) -> Vec<String>) -> Vec<String> {
        let lines = self.production().enumerate();
        lines
            .flat_map(|(n, line)| {
                rule(line).into_iter().map(move |what| format!("{}:{}: {what}", self.path, n + 1))
            })
            .collect()
    }
}

fn rank(module: &str) -> Option<usize> {
    LAYERS.iter().position(|row| row.contains(&module))
}

/// The `x` of every `crate::x` in `line`.
fn crate_uses(line: &str) -> impl Iterator<Item = &str> {
    line.split("crate::").skip(1).map(|rest| rest.split(|c: char| !is_word(c)).next().unwrap_or_default())
}

/// Whether `word` stands in `line` on its own, not inside a longer name.
fn names(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        let open_start = !word.starts_with(is_word) || !before.is_some_and(is_word);
        let open_end = !word.ends_with(is_word) || !after.is_some_and(is_word);
        open_start && open_end
    })
}

/// Whether `line` names the crate `name`: `name::`, `use name;`, `use name as`, but not `module::name`.
fn names_crate(line: &str, name: &str) -> bool {
    line.match_indices(name).any(|(at, _)| {
        let (before, after) = (&line[..at], &line[at + name.len()..]);
        if before.ends_with(is_word) || after.starts_with(is_word) {
            return false;
        }
        let root = before.strip_suffix("::").unwrap_or(before);
        let inside_a_path = root.len() < before.len() && root.ends_with(|c: char| is_word(c) || c == '>');
        let imported = root.trim_end().ends_with("use") || root.trim_end().ends_with("extern crate");
        !inside_a_path && (after.starts_with("::") || imported)
    })
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Runs `rule` over every file of `src/`.
fn hold(rule: Rule) {
    let sources = sources();
    assert!(sources.len() > 5, "the sources were not found");
    let broken: Vec<_> = sources.iter().flat_map(rule).collect();
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

/// The rule must find something in `text`.
fn caught(rule: Rule, path: &str, text: &str) {
    let source = planted(path, text);
    assert!(!rule(&source).is_empty(), "not caught in {path}: {text}");
}

/// The rule must find nothing in `text`.
fn passes(rule: Rule, path: &str, text: &str) {
    let source = planted(path, text);
    assert_eq!(rule(&source), Vec::<String>::new(), "wrongly caught in {path}: {text}");
}

fn planted(path: &str, text: &str) -> Source {
    Source { path: path.to_owned(), text: format!("//! Planted.\n\n{text}\n"), for_tests: false }
}

/// Every file of `src/`.
fn sources() -> Vec<Source> {
    fn walk(folder: &Path, name: &str, into: &mut Vec<Source>) {
        for entry in fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let name = format!("{name}/{}", entry.file_name().to_str().unwrap());
            if entry.file_type().unwrap().is_dir() {
                walk(&entry.path(), &name, into);
            } else if name.ends_with(".rs") {
                let text = fs::read_to_string(entry.path()).unwrap();
                into.push(Source { path: name, text, for_tests: false });
            }
        }
    }
    let mut sources = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), "src", &mut sources);
    mark_tests(&mut sources);
    sources
}

/// Marks what is declared under `#[cfg(test)]`, and what lies below it.
fn mark_tests(sources: &mut [Source]) {
    let declared: Vec<_> = sources.iter().flat_map(Source::declared_for_tests).collect();
    for source in sources {
        let path = source.path.trim_end_matches(".rs");
        let below = |module: &String| {
            path.strip_prefix(module.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        source.for_tests = declared.iter().any(below);
    }
}
