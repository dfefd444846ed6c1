//! The program: parse the command line, run, exit code. Nothing else.

fn main() {}
