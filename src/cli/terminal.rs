//! What is asked of the terminal and of the environment: whether there is one, whether colour is wanted.

#![expect(clippy::disallowed_methods, reason = "this module is where the command line reads the environment")]

use std::env;
use std::io;
use std::io::{IsTerminal, Write};
use std::path::PathBuf;

use crate::reporting::{Label, Style, Texts};

/// Colour only where somebody looks, and has not asked for none (`NO_COLOR`, set and not empty).
pub(super) fn style() -> Style {
    let refused = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    if io::stdout().is_terminal() && !refused { Style::Colour } else { Style::Plain }
}

/// The usual data folder: `sigillum` in `$XDG_DATA_HOME`, else in `~/.local/share` (XDG Base Directory Specification,
/// by which a relative path there counts as none).
pub(super) fn data_folder() -> Option<PathBuf> {
    let whole = |name: &str| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let shared = whole("XDG_DATA_HOME").or_else(|| Some(whole("HOME")?.join(".local").join("share")));
    shared.map(|shared| shared.join("sigillum"))
}

/// Where this program is.
pub(super) fn program() -> Option<PathBuf> {
    env::current_exe().ok()
}

/// How far a run has come, on standard error where that is a terminal and there is more than one file.
pub(super) struct Progress {
    all: usize,
    shown: bool,
}

impl Progress {
    pub(super) fn new(all: usize) -> Self {
        Self { all, shown: all > 1 && io::stderr().is_terminal() }
    }

    /// So many files are done. What cannot be shown is not missed.
    pub(super) fn show(&self, done: usize, texts: &Texts) {
        if self.shown {
            let args = [("done", done.to_string()), ("all", self.all.to_string())];
            let _ = write!(io::stderr(), "\r\u{1b}[K{}", texts.fill(Label::Progress, &args));
        }
    }

    /// Takes the line away, before something else is written.
    pub(super) fn clear(&self) {
        if self.shown {
            let _ = write!(io::stderr(), "\r\u{1b}[K");
        }
    }
}
