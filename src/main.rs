//! The program: run the command line, exit code. Nothing else.

fn main() -> sigillum::cli::Exit {
    sigillum::cli::run()
}
