//! The command line: arguments in, reports on standard output, everything else on standard error, an exit code.
//!
//! It reads files, puts the adapters together (`compose`) and asks [`crate::service`]; it judges nothing. Where an option or command of the contract is
//! not there yet, it says so and ends with the code for wrong use.

mod arguments;
mod check;
mod compose;
mod demo;
mod documents;
mod exit;
mod files;
mod journal;
mod material;
mod network;
mod report_id;
mod revisions;
mod runner;
mod seal;
mod serve;
mod source;
mod terminal;
mod trust;
mod trusted;
mod upkeep;
mod validate;

use std::io;
use std::io::Write;
use std::panic;

use clap::Parser;

use crate::reporting::{Label, Language, Texts, escaped};
use arguments::{Arguments, Command, Config};
use source::Source;

pub use exit::Exit;

/// Runs the program with the arguments that it was started with.
pub fn run() -> Exit {
    panic::set_hook(Box::new(|breakdown| {
        // Where, but not what: the message could hold content of a document.
        say(&match breakdown.location() {
            Some(place) => format!("internal error at {}:{}", place.file(), place.line()),
            None => "internal error".to_owned(),
        });
    }));
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let exit = if error.use_stderr() { Exit::Usage } else { Exit::Valid };
            // Help that nobody reads is not missed.
            let _ = error.print();
            return exit;
        }
    };
    let (language, later) = match &arguments.command {
        Command::Validate(options) => (options.language(), options.not_yet()),
        Command::Serve(options) => (options.lang.into(), None),
        Command::Seal(options) => (options.lang.into(), None),
        Command::Config(Config::Check { lang }) => ((*lang).into(), None),
        Command::Journal(options) => (options.language(), None),
        Command::Revisions(options) => (options.language(), None),
        Command::Trust(options) => (options.language(), None),
        other => (Language::De, Some(other.name().to_owned())),
    };
    let texts = Texts::of(language);
    if let Some(what) = later {
        return wrong_use(&texts.fill(Label::NotYet, &[("what", what)]));
    }
    let source = match Source::of(arguments.config, arguments.data) {
        Ok(source) => source,
        Err(error) => return wrong_use(&texts.fill(Label::SystemSays, &[("cause", error.to_string())])),
    };
    match arguments.command {
        Command::Validate(options) => validate::run(&options, &source, texts),
        Command::Serve(options) => serve::run(&options, &source, texts),
        Command::Seal(options) => seal::run(&options, &source, texts),
        Command::Journal(options) => journal::run(&options, &source, texts),
        Command::Revisions(options) => revisions::run(&options, texts),
        Command::Trust(options) => trust::run(&options, &source, texts),
        Command::Config(Config::Check { .. }) => check::run(&source, texts),
        other => wrong_use(&texts.fill(Label::NotYet, &[("what", other.name().to_owned())])),
    }
}

/// Ends for wrong use, and says why.
fn wrong_use(text: &str) -> Exit {
    say(text);
    Exit::Usage
}

/// Lines on standard error as they are, for programs that read them.
fn say_lines(lines: &[String]) {
    let mut output = io::stderr().lock();
    for line in lines {
        let _ = writeln!(output, "{}", escaped(line));
    }
}

/// A line on standard error. Where nobody listens there, nothing can be said.
fn say(text: &str) {
    let _ = writeln!(io::stderr(), "sigillum: {}", escaped(text));
}
