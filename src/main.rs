//! The `surmise` program: parse, run, print the error, exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    surmise::cli::main()
}
