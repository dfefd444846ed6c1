//! `sigillum config check`: refuses a wrong configuration with file, line and reason. Changes nothing: a journal that is
//! not there yet is not made.

use super::exit::Exit;
use super::source;
use super::source::Source;
use crate::clock;
use crate::reporting::{Label, Texts, escaped};

/// Runs the command.
pub(super) fn run(source: &Source, texts: &Texts) -> Exit {
    attempt(source, texts).unwrap_or_else(|exit| exit)
}

fn attempt(source: &Source, texts: &Texts) -> Result<Exit, Exit> {
    let loaded = source.needed(clock::now(), texts)?;
    loaded.check().map_err(source::refused)?;
    let said = texts.fill(Label::ConfigurationGood, &[("file", loaded.file().to_string_lossy().into_owned())]);
    println!("{}", escaped(&said));
    Ok(Exit::Valid)
}
