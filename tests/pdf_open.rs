//! Every PDF of the corpus that qpdf or pyHanko (not strict) opens, opens here.
//!
//! qpdf is taken where it is installed, pyHanko where `SIGILLUM_JUDGES_PYTHON` names a Python that has it. An
//! encrypted file counts as opened if the answer is that it is encrypted. Exceptions: `pdf_open_exceptions.tsv`.

#![expect(clippy::disallowed_methods, reason = "a test reads its environment and the clock")]

mod pdf_support;

use std::collections::BTreeSet;
use std::time::Duration;
use std::time::Instant;

use sigillum::syntax::pdf::Pdf;
use sigillum::syntax::pdf::PdfError;

/// Opens each file that is named on a line of standard input, and prints those that open.
const PYHANKO: &str = r"
import sys, signal, logging
logging.disable(logging.CRITICAL)
from pyhanko.pdf_utils.reader import PdfFileReader
def alarm(*_): raise TimeoutError
signal.signal(signal.SIGALRM, alarm)
for line in open(sys.argv[1]):
    path = line.rstrip('\n')
    signal.alarm(20)
    try:
        with open(path, 'rb') as f:
            r = PdfFileReader(f, strict=False)
            if r.encrypted or r.root['/Pages']:
                print(path)
    except BaseException:
        pass
    signal.alarm(0)
";

#[test]
fn what_others_open_opens() {
    const SUITE: &str = "pdf_open";
    let Some(shared) = pdf_support::shared(SUITE) else { return };
    let corpus = pdf_support::corpus(&shared);
    let exceptions = pdf_support::exceptions("pdf_open_exceptions.tsv");
    let qpdf = opened_by_qpdf(&shared, &corpus);
    let pyhanko = opened_by_pyhanko(&shared, &corpus);
    let (mut refused, mut wrong) = (BTreeSet::new(), Vec::new());
    let (mut ours, mut encrypted, mut both) = (0, 0, 0);
    let mut slowest = Duration::ZERO;
    for (path, bytes) in &corpus {
        let (limits, mut budget) = pdf_support::usual();
        let start = Instant::now();
        let opened = Pdf::open(bytes, None, &limits, &mut budget);
        let taken = start.elapsed();
        slowest = slowest.max(taken);
        if taken > Duration::from_secs(2) {
            wrong.push(format!("{path}: took {taken:?}"));
        }
        let theirs = qpdf.contains(path) || pyhanko.contains(path);
        both += usize::from(theirs);
        match opened {
            Ok(pdf) => {
                ours += 1;
                pdf_support::walk(&pdf, &mut budget);
            }
            Err(PdfError::Encrypted(_)) => encrypted += 1,
            Err(error) if theirs => {
                refused.insert(path.clone());
                if !exceptions.contains_key(path) {
                    wrong.push(format!("{path}: {error}"));
                }
            }
            Err(_) => {}
        }
    }
    let passes = exceptions.keys().filter(|path| !refused.contains(*path));
    if both > 0 {
        wrong.extend(passes.map(|path| format!("{path}: an exception, but it opens (or nobody opens it)")));
    }
    println!(
        "{SUITE}: {} cases; opened: {ours} by us and {encrypted} encrypted, {} by qpdf, {} by pyHanko; \
         exceptions: {}; slowest: {slowest:?}",
        corpus.len(),
        qpdf.len(),
        pyhanko.len(),
        refused.len(),
    );
    assert!(!corpus.is_empty());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(refused.len() * 50 <= both, "2 % of exceptions at most");
}

fn opened_by_qpdf(shared: &std::path::Path, corpus: &[(String, Vec<u8>)]) -> BTreeSet<String> {
    if pdf_support::run("qpdf", &["--version"], 10).is_none() {
        println!("SKIPPED qpdf in pdf_open: not installed");
        return BTreeSet::new();
    }
    let opens = |path: &str| {
        let file = shared.join("data/corpus").join(path);
        let result = pdf_support::run("qpdf", &["--show-npages", file.to_str().expect("UTF-8")], 20);
        matches!(result, Some((0 | 3, _)))
    };
    corpus.iter().map(|(path, _)| path).filter(|path| opens(path)).cloned().collect()
}

fn opened_by_pyhanko(shared: &std::path::Path, corpus: &[(String, Vec<u8>)]) -> BTreeSet<String> {
    let Ok(python) = std::env::var("SIGILLUM_JUDGES_PYTHON") else {
        println!("SKIPPED pyHanko in pdf_open: SIGILLUM_JUDGES_PYTHON is not set");
        return BTreeSet::new();
    };
    let corpus_folder = shared.join("data/corpus");
    let names: Vec<_> =
        corpus.iter().map(|(path, _)| corpus_folder.join(path).to_string_lossy().into_owned()).collect();
    let list = std::env::temp_dir().join(format!("sigillum-pdf-open-{}", std::process::id()));
    std::fs::write(&list, names.join("\n")).expect("a temporary file");
    let arguments = ["-c", PYHANKO, list.to_str().expect("UTF-8")];
    let (_, opened) = pdf_support::run(&python, &arguments, 900).expect("pyHanko ends");
    std::fs::remove_file(&list).expect("our own file");
    let opened: BTreeSet<_> = opened.lines().map(str::to_owned).collect();
    assert!(!opened.is_empty(), "pyHanko opens something");
    corpus
        .iter()
        .map(|(path, _)| path)
        .filter(|path| opened.contains(&*corpus_folder.join(path).to_string_lossy()))
        .cloned()
        .collect()
}
