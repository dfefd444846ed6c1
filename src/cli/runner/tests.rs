//! Order, jobs, exit codes, folders and JSON lines, with judges that only look at a file's words.

#![expect(clippy::disallowed_methods, reason = "the tests make files and let judges take their time")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::Value;

use super::*;
use crate::document::{DocumentFacts, MediaType};
use crate::time::Timestamp;
use crate::validation::{DocumentVerdict, Message, PolicyReference, Summary, TrustSummary};

/// A folder that is gone after the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("sigillum-runner-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn put(&self, name: &str, content: &str) -> PathBuf {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Judges by the words of a document; `wait N` takes its time.
fn judge(content: &[u8]) -> Result<Report, DocumentError> {
    let text = std::str::from_utf8(content).unwrap();
    if let Some((_, wait)) = text.split_once("wait ") {
        std::thread::sleep(Duration::from_millis(wait.trim().parse().unwrap()));
    }
    match text {
        text if text.contains("crash") => panic!("planted"),
        text if text.contains("broken") => {
            Err(DocumentError { offset: Some(5), ..DocumentError::new("malformed-pdf") })
        }
        text if text.contains("bad") => Ok(report(Answer::NotValid)),
        text if text.contains("doubt") => Ok(report(Answer::CannotTell)),
        text if text.contains("unsigned") => Ok(report(Answer::NoSignature)),
        _ => Ok(report(Answer::Valid)),
    }
}

fn report(answer: Answer) -> Report {
    Report {
        document: DocumentFacts {
            media_type: MediaType::Pdf,
            size: 1,
            sha256: String::new(),
            findings: Vec::new(),
        },
        validation_time: Timestamp::from_unix(0),
        policy: PolicyReference { name: "default".into(), version: "1".into(), sha256: String::new() },
        trust: TrustSummary { anchors: 1, ..TrustSummary::default() },
        verdict: DocumentVerdict::NoSignature,
        summary: Summary {
            answer,
            message: Message::SummaryNoSignature {},
            signatures: 0,
            passed: 0,
            failed: 0,
            indeterminate: 0,
            main_reason: None,
        },
        signatures: Vec::new(),
        document_timestamps: Vec::new(),
        mandants: Vec::new(),
        needs: Vec::new(),
        gathering: Vec::new(),
    }
}

fn runner<'a>(judge: &'a Judge<'static>, form: Form, jobs: usize) -> Runner<'a> {
    let ids = ReportIds::new(Timestamp::from_unix(0));
    Runner { judge, form, language: Language::En, jobs, file_bytes: 2_000, ids }
}

fn run(arguments: &[PathBuf], jobs: usize) -> (Vec<Value>, Ended) {
    let (tasks, _) = documents::tasks(arguments);
    let mut output = Vec::new();
    let ended = runner(&judge, Form::Json, jobs).run(&tasks, &mut output, &Progress::new(0));
    let lines = String::from_utf8(output).unwrap();
    (lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect(), ended)
}

fn names(lines: &[Value], below: &Path) -> Vec<String> {
    let name = |line: &Value| {
        let path = PathBuf::from(line["document"]["name"].as_str().unwrap());
        path.strip_prefix(below).unwrap().to_str().unwrap().to_owned()
    };
    lines.iter().map(name).collect()
}

#[test]
fn reports_come_in_argument_order_however_long_each_takes() {
    let folder = Folder::new("order");
    let files: Vec<PathBuf> = (0..40)
        .map(|n| folder.put(&format!("{n:02}.pdf"), &format!("%PDF- wait {}", if n % 7 == 0 { 30 } else { 1 })))
        .rev()
        .collect();
    let expected: Vec<String> = (0..40).rev().map(|n| format!("{n:02}.pdf")).collect();
    for jobs in [1, 2, 7, 64] {
        let (lines, ended) = run(&files, jobs);
        assert_eq!(names(&lines, &folder.0), expected, "{jobs} jobs");
        assert_eq!((ended.worst, ended.totals.valid), (Exit::Valid, 40));
    }
}

#[test]
fn no_more_documents_are_judged_at_once_than_there_are_jobs() {
    static RUNNING: AtomicUsize = AtomicUsize::new(0);
    static MOST: AtomicUsize = AtomicUsize::new(0);
    fn counting(_: &[u8]) -> Result<Report, DocumentError> {
        MOST.fetch_max(RUNNING.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        std::thread::sleep(Duration::from_millis(3));
        RUNNING.fetch_sub(1, Ordering::SeqCst);
        Ok(report(Answer::Valid))
    }
    let folder = Folder::new("jobs");
    let tasks: Vec<Task> = (0..30).map(|n| Task::Named(folder.put(&format!("{n}.pdf"), "%PDF-"))).collect();
    let ended = runner(&counting, Form::Json, 3).run(&tasks, &mut Vec::new(), &Progress::new(0));
    assert_eq!(ended.totals.valid, 30);
    let most = MOST.load(Ordering::SeqCst);
    assert!((2..=3).contains(&most), "{most} at once");
}

#[test]
fn the_first_report_is_written_before_the_last_document_is_judged() {
    static JUDGED: AtomicUsize = AtomicUsize::new(0);
    fn counting(_: &[u8]) -> Result<Report, DocumentError> {
        JUDGED.fetch_add(1, Ordering::SeqCst);
        Ok(report(Answer::Valid))
    }
    /// Remembers how many documents had been judged at each report, and is slow.
    struct Slow(Vec<usize>);
    impl Write for Slow {
        fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
            std::thread::sleep(Duration::from_millis(2));
            self.0.push(JUDGED.load(Ordering::SeqCst));
            Ok(octets.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let folder = Folder::new("stream");
    let file = folder.put("a.pdf", "%PDF-");
    let tasks: Vec<Task> = (0..200).map(|_| Task::Named(file.clone())).collect();
    let mut slow = Slow(Vec::new());
    runner(&counting, Form::Json, 2).run(&tasks, &mut slow, &Progress::new(0));
    assert_eq!(slow.0.len(), 200);
    // Window of 16 ahead of the report that is due, and the two in hand.
    for (written, judged) in slow.0.iter().enumerate() {
        assert!(*judged <= written + 1 + 16 + 2, "{judged} judged at report {written}");
    }
}

#[test]
fn the_exit_code_is_the_worst_of_all_files() {
    let folder = Folder::new("exit");
    let put = |name: &str| folder.put(&format!("{name}.pdf"), &format!("%PDF- {name}"));
    let [good, unsigned, doubt, broken, bad, crash] =
        ["good", "unsigned", "doubt", "broken", "bad", "crash"].map(put);
    let gone = folder.0.join("gone.pdf");
    let cases: &[(&[&PathBuf], u8)] = &[
        (&[&good], 0),
        (&[&good, &unsigned], 3),
        (&[&doubt, &unsigned, &good], 2),
        (&[&good, &broken, &doubt], 4),
        (&[&gone], 4),
        (&[&bad, &broken, &doubt, &good], 1),
        (&[&bad, &crash, &good], 70),
    ];
    for (files, expected) in cases {
        for jobs in [1, 4] {
            let files: Vec<PathBuf> = files.iter().map(|path| (*path).clone()).collect();
            let (lines, ended) = run(&files, jobs);
            assert_eq!(ended.worst.code(), *expected, "{files:?}");
            assert_eq!(lines.len(), files.len());
        }
    }
}

#[test]
fn a_file_that_cannot_be_judged_gives_an_error_line_and_the_run_goes_on() {
    let folder = Folder::new("errors");
    let files = [
        folder.put("broken.pdf", "%PDF- broken"),
        folder.0.join("gone.pdf"),
        folder.put("crash.pdf", "%PDF- crash"),
        folder.put("data.xml", "<?xml version=\"1.0\"?><a/>"),
        folder.put("long.pdf", &format!("%PDF-{}", " ".repeat(2_000))),
        folder.put("note.txt", "hello"),
        folder.put("last.pdf", "%PDF- good"),
    ];
    let (lines, ended) = run(&files, 2);
    let codes: Vec<&str> = lines.iter().map(|line| line["error"]["code"].as_str().unwrap_or("-")).collect();
    assert_eq!(codes, ["malformed-pdf", "file-not-found", "internal", "-", "limit-exceeded", "-", "-"]);
    assert_eq!(lines[0]["error"]["offset"], 5);
    assert_eq!(lines[0]["document"]["size"], 12);
    assert_eq!(lines[0]["document"]["sha256"].as_str().unwrap().len(), 64);
    assert!(lines[1]["document"].get("size").is_none());
    assert_eq!(lines[4]["error"]["limit"], "file-bytes");
    assert_eq!(lines[4]["document"]["size"], 2_005);
    assert_eq!(lines[5]["summary"]["answer"], "valid", "a named file goes to the judge whatever it looks like");
    assert_eq!((ended.totals.unread, ended.totals.valid, ended.totals.files()), (4, 3, 7));
}

#[test]
fn folders_are_walked_in_byte_order_and_what_is_no_document_is_counted() {
    let folder = Folder::new("walk");
    for name in ["b/z.pdf", "b/a/x.pdf", "a.pdf", "a/k.pdf", "B.pdf", "ä.pdf", "a-.pdf"] {
        folder.put(name, "%PDF-");
    }
    folder.put("b/notes.txt", "no document");
    folder.put("b/form.xml", "<form/>");
    folder.put("empty", "");
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(&folder.0, folder.0.join("b/loop")).unwrap();
        std::os::unix::fs::symlink(folder.0.join("a.pdf"), folder.0.join("link.pdf")).unwrap();
        std::os::unix::fs::symlink("nowhere", folder.0.join("zz.pdf")).unwrap();
    }
    let (tasks, not_files) = documents::tasks(std::slice::from_ref(&folder.0));
    let mut output = Vec::new();
    let ended = runner(&judge, Form::Json, 2).run(&tasks, &mut output, &Progress::new(0));
    let text = String::from_utf8(output).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let mut expected = vec!["B.pdf", "a-.pdf", "a.pdf", "a/k.pdf", "b/a/x.pdf", "b/form.xml", "b/z.pdf"];
    if cfg!(unix) {
        expected.push("link.pdf");
        expected.push("zz.pdf");
    }
    expected.push("ä.pdf");
    assert_eq!(names(&lines, &folder.0), expected);
    assert!(lines[5].get("error").is_none(), "XML goes to the judge");
    assert_eq!(ended.totals.skipped, 2, "notes.txt and the empty file");
    assert_eq!(not_files, u64::from(cfg!(unix)), "the link to a folder");
}

#[test]
fn text_reports_have_an_empty_line_between_them() {
    let folder = Folder::new("text");
    let tasks: Vec<Task> = ["a", "b"].map(|name| Task::Named(folder.put(name, "%PDF-"))).into();
    let mut output = Vec::new();
    runner(&judge, Form::Text(Style::Plain), 2).run(&tasks, &mut output, &Progress::new(0));
    let text = String::from_utf8(output).unwrap();
    let reports: Vec<&str> = text.split("\n\n").collect();
    assert_eq!(reports.len(), 2, "{text}");
    assert!(reports.iter().all(|report| report.starts_with("The document is not signed.\n")), "{text}");
}

#[test]
fn nobody_listening_ends_the_run_at_once() {
    static JUDGED: AtomicUsize = AtomicUsize::new(0);
    fn counting(_: &[u8]) -> Result<Report, DocumentError> {
        JUDGED.fetch_add(1, Ordering::SeqCst);
        Ok(report(Answer::Valid))
    }
    struct Closed;
    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let folder = Folder::new("closed");
    let file = folder.put("a.pdf", "%PDF-");
    let tasks: Vec<Task> = (0..500).map(|_| Task::Named(file.clone())).collect();
    let ended = runner(&counting, Form::Json, 4).run(&tasks, &mut Closed, &Progress::new(0));
    assert_eq!(ended.output.unwrap_err().kind(), io::ErrorKind::BrokenPipe);
    assert!(JUDGED.load(Ordering::SeqCst) < 100);
}
