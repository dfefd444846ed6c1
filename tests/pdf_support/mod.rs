//! What the PDF suites share: where the outside material is, exceptions, and other programs run with a time limit.

#![expect(clippy::disallowed_methods, reason = "a test reads files, its environment and the clock")]
#![allow(dead_code, clippy::allow_attributes, reason = "each suite uses a part of it")]

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Stdio;
use std::time::Duration;
use std::time::Instant;

use sigillum::limits::Budget;
use sigillum::limits::Limit;
use sigillum::limits::Limits;
use sigillum::syntax::pdf::Object;
use sigillum::syntax::pdf::ObjectError;
use sigillum::syntax::pdf::ObjectId;
use sigillum::syntax::pdf::Pdf;
use sigillum::syntax::pdf::Place;
use sigillum::syntax::pdf::Value;

/// The folder of outside material; `None`, and a line that says so, where it is absent.
pub(crate) fn shared(suite: &str) -> Option<PathBuf> {
    let given = std::env::var_os("SIGILLUM_SHARED").map(PathBuf::from);
    let shared = given.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"));
    if shared.join("data").is_dir() {
        return Some(shared);
    }
    println!("SKIPPED {suite}: shared data not found");
    None
}

/// The files of kind `pdf/…` in the corpus: path within it, and bytes.
pub(crate) fn corpus(shared: &Path) -> Vec<(String, Vec<u8>)> {
    let corpus = shared.join("data/corpus");
    let manifest = std::fs::read_to_string(corpus.join("MANIFEST.tsv")).expect("a manifest");
    let lines = manifest.lines().skip(1).map(|line| line.split('\t').collect::<Vec<_>>());
    lines
        .filter(|columns| columns[6].starts_with("pdf/"))
        .map(|columns| (columns[0].to_owned(), std::fs::read(corpus.join(columns[0])).expect("listed")))
        .collect()
}

/// The generated PDFs with the password of each, if it has one.
pub(crate) fn generated(shared: &Path) -> Vec<(String, Vec<u8>, Option<String>)> {
    let text = std::fs::read(shared.join("data/generated/pdf.json")).expect("a list");
    let list: serde_json::Value = serde_json::from_slice(&text).expect("JSON");
    let password = |name: &str| -> Option<String> {
        let found = match &list["files"] {
            serde_json::Value::Array(files) => {
                files.iter().find(|file| file["file"].as_str() == Some(name))?.clone()
            }
            files => files.get(name)?.clone(),
        };
        found["password"].as_str().map(str::to_owned)
    };
    let mut files: Vec<_> = std::fs::read_dir(shared.join("data/generated/pdf"))
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "pdf"))
        .collect();
    files.sort();
    let name = |path: &Path| path.file_name().expect("a name").to_string_lossy().into_owned();
    files.iter().map(|path| (name(path), std::fs::read(path).expect("listed"), password(&name(path)))).collect()
}

/// A TSV beside the tests: first column to the others. Lines with `#` are comments.
pub(crate) fn exceptions(file: &str) -> BTreeMap<String, Vec<String>> {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(file));
    let text = text.expect("the list of exceptions");
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    lines
        .map(|line| {
            let mut columns = line.split('\t').map(str::to_owned);
            (columns.next().expect("a path"), columns.collect())
        })
        .collect()
}

/// Runs a program: its exit code and output, `None` where it took longer than `seconds` or cannot be run.
pub(crate) fn run(program: &str, arguments: &[&str], seconds: u64) -> Option<(i32, String)> {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().ok()?;
    let mut stdout = child.stdout.take()?;
    let reader = std::thread::spawn(move || {
        let mut text = Vec::new();
        let _ = stdout.read_to_end(&mut text);
        String::from_utf8_lossy(&text).into_owned()
    });
    let deadline = Instant::now() + Duration::from_secs(seconds);
    loop {
        if let Some(status) = child.try_wait().ok()? {
            return Some((status.code().unwrap_or(-1), reader.join().ok()?));
        }
        if Instant::now() > deadline {
            let _ = child.kill();
            let _ = child.wait();
            return None;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// What [`walk`] saw.
#[derive(Debug, Default)]
pub(crate) struct Walked {
    pub(crate) objects: usize,
    pub(crate) streams: usize,
    pub(crate) errors: usize,
    /// The budget ended before the objects did.
    pub(crate) exhausted: bool,
}

/// Reads every object of every revision and decodes every stream of the latest one. Checks what has to hold for
/// whatever file: spans are inside the file and inside each other.
pub(crate) fn walk(pdf: &Pdf<'_>, budget: &mut Budget) -> Walked {
    let mut walked = Walked::default();
    for position in (0..pdf.revisions().len()).rev() {
        let at = sigillum::syntax::pdf::RevisionIndex::new(position);
        let numbers: Vec<_> = pdf.object_numbers(at).collect();
        assert!(numbers.windows(2).all(|pair| pair[0].0 < pair[1].0) || has_hybrid(pdf), "numbers are ordered");
        for (number, entry) in numbers {
            assert_eq!(pdf.entry(number, at), Some(entry));
            let generation = if let Place::InFile { generation, .. } = entry.place { generation } else { 0 };
            let object = match pdf.object(ObjectId { number, generation }, at, budget) {
                Ok(object) => object,
                Err(error) => {
                    walked.errors += 1;
                    if exhausted(error) {
                        walked.exhausted = true;
                        return walked;
                    }
                    continue;
                }
            };
            walked.objects += 1;
            check_spans(pdf, &object);
            if let (Value::Stream(stream), true) = (&object.value, at == pdf.latest()) {
                walked.streams += 1;
                match pdf.stream_data(stream, budget) {
                    Ok(_) => {}
                    Err(error) if exhausted(error) => {
                        walked.exhausted = true;
                        return walked;
                    }
                    Err(_) => walked.errors += 1,
                }
            }
        }
        let _ = pdf.catalog(at, budget);
    }
    walked
}

fn has_hybrid(pdf: &Pdf<'_>) -> bool {
    pdf.revisions().iter().flat_map(|revision| revision.sections()).any(|section| section.hybrid().is_some())
}

fn exhausted(error: ObjectError) -> bool {
    matches!(error, ObjectError::Limit(limit) if limit.limit != Limit::Nesting)
}

fn check_spans(pdf: &Pdf<'_>, object: &Object) {
    let inside: Vec<&Object> = match &object.value {
        Value::Array(elements) => elements.iter().collect(),
        Value::Dict(dict) => dict.iter().map(|(_, value)| value).collect(),
        Value::Stream(stream) => {
            assert!(stream.raw_span().end <= pdf.bytes().len() as u64);
            stream.dict().iter().map(|(_, value)| value).collect()
        }
        _ => Vec::new(),
    };
    for inner in inside {
        if let (Some(outer), Some(inner)) = (object.span, inner.span) {
            assert!(outer.start <= inner.start && inner.start <= inner.end && inner.end <= outer.end);
            assert!(outer.end <= pdf.bytes().len() as u64);
        }
        check_spans(pdf, inner);
    }
}

/// The usual limits and a full budget.
pub(crate) fn usual() -> (Limits, Budget) {
    (Limits::DEFAULT, Budget::new(&Limits::DEFAULT))
}
