//! The program: parse the command line, run, exit code. Nothing else.

use std::process::ExitCode;

fn main() -> ExitCode {
    sigillum::cli::run(std::env::args_os()).into()
}
