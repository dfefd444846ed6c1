//! The documents of a run: arguments become a list in order, folders are walked, the first KiB says what a file
//! looks like. What a file really is, the reader of its format decides.

use std::borrow::Cow;
use std::io;
use std::path::{Path, PathBuf};

use super::files;
use super::files::ReadFailure;
use crate::limits::Limit;
use crate::reporting::DocumentError;

/// One thing to judge.
#[derive(Debug)]
pub(super) enum Task {
    /// A file named on the command line: it is always reported.
    Named(PathBuf),
    /// A file found in a folder: it is skipped where it looks like no document.
    Found(PathBuf),
    /// A folder that could not be read.
    Unreadable(PathBuf, DocumentError),
}

impl Task {
    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        match self {
            Self::Named(path) | Self::Found(path) | Self::Unreadable(path, _) => path,
        }
    }

    /// The name in reports.
    pub(super) fn name(&self) -> Cow<'_, str> {
        self.path().to_string_lossy()
    }
}

/// All tasks in the order of the arguments, and how many entries of folders are no files.
pub(super) fn tasks(arguments: &[PathBuf]) -> (Vec<Task>, u64) {
    let mut tasks = Vec::new();
    let mut skipped = 0_u64;
    for argument in arguments {
        if !files::is_folder(argument) {
            tasks.push(Task::Named(argument.clone()));
            continue;
        }
        let walk = files::walk(argument);
        skipped = skipped.saturating_add(walk.skipped);
        tasks.extend(walk.files.into_iter().map(Task::Found));
        tasks.extend(
            walk.unreadable.into_iter().map(|(folder, error)| Task::Unreadable(folder, system_error(&error))),
        );
    }
    (tasks, skipped)
}

/// What a file looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Looks {
    Pdf,
    Xml,
    Neither,
}

/// What the first KiB looks like: PDF where `%PDF-` stands in it; else XML where markup begins the file, with a
/// byte order mark or without (XML 1.0 appendix F), but not a page of HTML.
pub(super) fn looks(content: &[u8]) -> Looks {
    let head: Vec<u8> = content.iter().copied().take(usize::try_from(files::HEAD).unwrap_or(usize::MAX)).collect();
    if head.windows(5).any(|window| window == b"%PDF-") {
        return Looks::Pdf;
    }
    let text: Vec<u8> = match head.as_slice() {
        [0xef, 0xbb, 0xbf, rest @ ..] => rest.to_vec(),
        [0xff, 0xfe, rest @ ..] => rest.iter().copied().step_by(2).collect(),
        [0xfe, 0xff, rest @ ..] => rest.iter().copied().skip(1).step_by(2).collect(),
        _ => head,
    };
    let mut markup = text.trim_ascii_start().to_ascii_lowercase();
    markup.retain(|octet| *octet != 0);
    match markup.as_slice() {
        [b'<', ..] if markup.starts_with(b"<!doctype html") || markup.starts_with(b"<html>") => Looks::Neither,
        [b'<', b'?' | b'!' | b'_' | b':' | b'a'..=b'z' | 0x80.., ..] => Looks::Xml,
        _ => Looks::Neither,
    }
}

/// The content of a task; none where it is to be skipped.
pub(super) fn read(task: &Task, limit: u64) -> Result<Option<Vec<u8>>, (DocumentError, Option<u64>)> {
    let content = match task {
        Task::Named(path) => files::read(path, limit, |_| true),
        Task::Found(path) => files::read(path, limit, |head| looks(head) != Looks::Neither),
        Task::Unreadable(_, error) => return Err((error.clone(), None)),
    };
    content.map_err(|failure| match failure {
        ReadFailure::System(error) => (system_error(&error), None),
        ReadFailure::TooLarge(size) => {
            let limit = Some((Limit::FileBytes.name(), limit));
            (DocumentError { limit, ..DocumentError::new("limit-exceeded") }, size)
        }
    })
}

/// What the system refuses, as an error of a document.
pub(super) fn system_error(error: &io::Error) -> DocumentError {
    match error.kind() {
        io::ErrorKind::NotFound => DocumentError::new("file-not-found"),
        _ => DocumentError { cause: Some(error.to_string()), ..DocumentError::new("file-unreadable") },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_kib_says_what_a_file_looks_like() {
        let mut late = vec![b' '; 1019];
        late.extend(b"%PDF-1.7");
        let mut too_late = vec![b' '; 1020];
        too_late.extend(b"%PDF-1.7");
        let cases: &[(&[u8], Looks)] = &[
            (b"%PDF-1.7\n", Looks::Pdf),
            (b"<?xml version=\"1.0\"?>%PDF-", Looks::Pdf),
            (&late, Looks::Pdf),
            (&too_late, Looks::Neither),
            (b"<?xml version=\"1.0\"?><a/>", Looks::Xml),
            (b"\xef\xbb\xbf \r\n<a/>", Looks::Xml),
            (b"\xff\xfe<\0a\0/\0>\0", Looks::Xml),
            (b"\xfe\xff\0<\0?\0x", Looks::Xml),
            (b"<!DOCTYPE x><x/>", Looks::Xml),
            (b"<!DOCTYPE HTML><html>", Looks::Neither),
            (b"< a", Looks::Neither),
            (b"text", Looks::Neither),
            (b"", Looks::Neither),
            (b"\x89PNG", Looks::Neither),
        ];
        for (content, expected) in cases {
            assert_eq!(looks(content), *expected, "{content:?}");
        }
    }
}
