//! The command line: arguments in, reports on standard output, everything else on standard error, an exit code.
//!
//! It reads files and asks [`crate::service`]; it judges nothing. Where an option or command of the contract is
//! not there yet, it says so and ends with the code for wrong use.

mod arguments;
mod demo;
mod documents;
mod exit;
mod files;
mod material;
mod report_id;
mod runner;
mod terminal;
mod validate;

use std::io;
use std::io::Write;
use std::panic;

use clap::Parser;

use crate::reporting::{Label, Language, Texts, escaped};
use arguments::{Arguments, Command};

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
        other => (Language::De, Some(other.name().to_owned())),
    };
    let texts = Texts::of(language);
    let global = [(arguments.config.is_some(), "--config"), (arguments.data.is_some(), "--data")];
    let global = global.iter().find(|(used, _)| *used).map(|(_, option)| (*option).to_owned());
    match (arguments.command, global.or(later)) {
        (Command::Validate(options), None) => validate::run(&options, texts),
        (_, Some(what)) => wrong_use(&texts.fill(Label::NotYet, &[("what", what)])),
        (other, None) => wrong_use(&texts.fill(Label::NotYet, &[("what", other.name().to_owned())])),
    }
}

/// Ends for wrong use, and says why.
fn wrong_use(text: &str) -> Exit {
    say(text);
    Exit::Usage
}

/// A line on standard error. Where nobody listens there, nothing can be said.
fn say(text: &str) {
    let _ = writeln!(io::stderr(), "sigillum: {}", escaped(text));
}
