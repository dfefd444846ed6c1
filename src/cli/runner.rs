//! Judges many documents at the same time and writes their reports in order, each as soon as it is its turn.
//!
//! Memory is bounded: at most as many documents are held as there are jobs, and finished reports wait only
//! within a window behind the one that is due. A document on which the judge breaks down does not end the run:
//! it gives an error of its own and the exit code of our own failure.

use std::collections::BTreeMap;
use std::io;
use std::io::Write;
use std::panic;
use std::panic::AssertUnwindSafe;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use super::documents;
use super::documents::Task;
use super::exit::Exit;
use super::report_id::ReportIds;
use super::terminal::Progress;
use crate::crypto::{DigestAlgorithm, digest};
use crate::reporting::{
    DocumentError, Envelope, Language, Style, Texts, UnreadDocument, error_to_json, error_to_text, to_json, to_text,
};
use crate::validation::{Answer, Report};

/// What is made of a document: a report, or why there is none.
pub(super) type Judge<'a> = dyn Fn(&[u8]) -> Result<Report, DocumentError> + Sync + 'a;

/// The stack of a thread: what the main thread has, so that a document is judged alike in both.
const STACK_BYTES: usize = 8 << 20;

/// The form of reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// One line each.
    Json,
    /// For people, with an empty line between two.
    Text(Style),
}

/// How a run is done.
pub(super) struct Runner<'a> {
    pub(super) judge: &'a Judge<'a>,
    pub(super) form: Form,
    pub(super) language: Language,
    /// Documents at the same time, from 1.
    pub(super) jobs: usize,
    /// Bytes that a document may have.
    pub(super) file_bytes: u64,
    pub(super) ids: ReportIds,
}

/// How many documents came out how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Totals {
    pub(super) valid: u64,
    pub(super) not_valid: u64,
    pub(super) cannot_tell: u64,
    pub(super) no_signature: u64,
    pub(super) unread: u64,
    /// Files of folders that look like no document.
    pub(super) skipped: u64,
}

impl Totals {
    /// All but those skipped.
    pub(super) const fn files(&self) -> u64 {
        self.valid
            .saturating_add(self.not_valid)
            .saturating_add(self.cannot_tell)
            .saturating_add(self.no_signature)
            .saturating_add(self.unread)
    }
}

/// How a run ended.
#[derive(Debug)]
pub(super) struct Ended {
    /// The worst of all files.
    pub(super) worst: Exit,
    pub(super) totals: Totals,
    /// Why not all reports could be written.
    pub(super) output: io::Result<()>,
}

/// One task done; without a text it was skipped.
struct Done {
    text: Option<String>,
    exit: Exit,
    answer: Option<Answer>,
}

/// What the threads share.
#[derive(Default)]
struct Queue {
    /// The next task that nobody has.
    next: usize,
    /// The task whose report is due.
    due: usize,
    /// Finished tasks that wait for their turn.
    waiting: BTreeMap<usize, Done>,
    /// Nobody reads the reports any more.
    stopped: bool,
}

impl Runner<'_> {
    /// Judges all tasks and writes their reports to `output`.
    pub(super) fn run(&self, tasks: &[Task], output: &mut dyn Write, progress: &Progress) -> Ended {
        let mut writer = Writer::new(self, output, progress);
        let workers = self.jobs.min(tasks.len());
        if workers <= 1 {
            self.one_after_another(tasks, &mut writer);
        } else {
            self.side_by_side(tasks, workers, &mut writer);
        }
        progress.clear();
        writer.ended
    }

    fn one_after_another(&self, tasks: &[Task], writer: &mut Writer<'_>) {
        for task in tasks {
            if !writer.take(self.process(task)) {
                return;
            }
        }
    }

    fn side_by_side(&self, tasks: &[Task], workers: usize, writer: &mut Writer<'_>) {
        let queue = Mutex::new(Queue::default());
        let changed = Condvar::new();
        thread::scope(|scope| {
            let started = (0..workers)
                .filter(|_| {
                    thread::Builder::new()
                        .stack_size(STACK_BYTES)
                        .spawn_scoped(scope, || self.work(tasks, &queue, &changed))
                        .is_ok()
                })
                .count();
            if started == 0 {
                // The system gives no threads: the work is done here.
                self.one_after_another(tasks, writer);
                return;
            }
            for at in 0..tasks.len() {
                let mut guard = lock(&queue);
                let done = loop {
                    match guard.waiting.remove(&at) {
                        Some(done) => break done,
                        None => guard = wait(&changed, guard),
                    }
                };
                guard.due = at.saturating_add(1);
                drop(guard);
                changed.notify_all();
                if !writer.take(done) {
                    lock(&queue).stopped = true;
                    changed.notify_all();
                    return;
                }
            }
        });
    }

    /// What one thread does: takes the next task, as long as there is one and the reports keep up.
    fn work(&self, tasks: &[Task], queue: &Mutex<Queue>, changed: &Condvar) {
        let window = self.jobs.saturating_mul(8);
        loop {
            let mut guard = lock(queue);
            while !guard.stopped && guard.next >= guard.due.saturating_add(window) {
                guard = wait(changed, guard);
            }
            let at = guard.next;
            let Some(task) = tasks.get(at).filter(|_| !guard.stopped) else { return };
            guard.next = at.saturating_add(1);
            drop(guard);
            let done = self.process(task);
            lock(queue).waiting.insert(at, done);
            changed.notify_all();
        }
    }

    /// Reads, judges and renders; a breakdown is an answer too.
    fn process(&self, task: &Task) -> Done {
        panic::catch_unwind(AssertUnwindSafe(|| self.report(task))).unwrap_or_else(|_| {
            let name = task.name();
            let document = UnreadDocument { name: Some(&name), ..UnreadDocument::default() };
            self.refused(&DocumentError::new("internal"), &document)
        })
    }

    fn report(&self, task: &Task) -> Done {
        let name = task.name();
        let content = match documents::read(task, self.file_bytes) {
            Ok(Some(content)) => content,
            Ok(None) => return Done { text: None, exit: Exit::Valid, answer: None },
            Err((error, size)) => {
                return self.refused(&error, &UnreadDocument { name: Some(&name), size, sha256: None });
            }
        };
        let report = match (self.judge)(&content) {
            Ok(report) => report,
            Err(error) => {
                let sha256 = digest(DigestAlgorithm::Sha256, &content).to_string();
                let size = u64::try_from(content.len()).ok();
                return self.refused(&error, &UnreadDocument { name: Some(&name), size, sha256: Some(&sha256) });
            }
        };
        // The report holds all that is needed; the content need not wait for its turn.
        drop(content);
        let id = self.ids.next(&report.document.sha256);
        let envelope = Envelope { report_id: &id, document_name: Some(&name) };
        let text = match self.form {
            Form::Json => to_json(&report, &envelope, self.language) + "\n",
            Form::Text(style) => to_text(&report, &envelope, self.language, style),
        };
        let answer = report.summary.answer;
        Done { text: Some(text), exit: answer.into(), answer: Some(answer) }
    }

    fn refused(&self, error: &DocumentError, document: &UnreadDocument<'_>) -> Done {
        let text = match self.form {
            Form::Json => error_to_json(error, document, self.language) + "\n",
            Form::Text(style) => error_to_text(error, document, self.language, style),
        };
        let exit = if error.code == "internal" { Exit::Internal } else { Exit::Unread };
        Done { text: Some(text), exit, answer: None }
    }
}

/// Writes the reports and counts them.
struct Writer<'a> {
    output: &'a mut dyn Write,
    progress: &'a Progress,
    form: Form,
    texts: &'static Texts,
    done: usize,
    ended: Ended,
}

impl<'a> Writer<'a> {
    fn new(runner: &Runner<'_>, output: &'a mut dyn Write, progress: &'a Progress) -> Self {
        let ended = Ended { worst: Exit::Valid, totals: Totals::default(), output: Ok(()) };
        Self { output, progress, form: runner.form, texts: Texts::of(runner.language), done: 0, ended }
    }

    /// Writes what is due; says whether to go on.
    fn take(&mut self, done: Done) -> bool {
        self.done = self.done.saturating_add(1);
        let first = self.ended.totals.files() == 0;
        self.count(&done);
        if let Some(text) = &done.text {
            self.progress.clear();
            let gap = matches!(self.form, Form::Text(_)) && !first;
            let written = if gap { self.output.write_all(b"\n") } else { Ok(()) };
            self.ended.output =
                written.and_then(|()| self.output.write_all(text.as_bytes())).and_then(|()| self.output.flush());
        }
        self.progress.show(self.done, self.texts);
        self.ended.output.is_ok()
    }

    fn count(&mut self, done: &Done) {
        let totals = &mut self.ended.totals;
        let counter = match (&done.text, done.answer) {
            (None, _) => &mut totals.skipped,
            (Some(_), None) => &mut totals.unread,
            (Some(_), Some(Answer::Valid)) => &mut totals.valid,
            (Some(_), Some(Answer::NotValid)) => &mut totals.not_valid,
            (Some(_), Some(Answer::CannotTell)) => &mut totals.cannot_tell,
            (Some(_), Some(Answer::NoSignature)) => &mut totals.no_signature,
        };
        *counter = counter.saturating_add(1);
        self.ended.worst = self.ended.worst.max(done.exit);
    }
}

/// Nothing is left half done under this lock, so that a thread that broke down leaves it sound.
fn lock<'a>(queue: &'a Mutex<Queue>) -> MutexGuard<'a, Queue> {
    queue.lock().unwrap_or_else(PoisonError::into_inner)
}

fn wait<'a>(changed: &Condvar, guard: MutexGuard<'a, Queue>) -> MutexGuard<'a, Queue> {
    changed.wait(guard).unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
