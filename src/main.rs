//! The `surmise` program: everything but libtorch, for which it hands over to `surmise-torch`.

use std::process::ExitCode;

use surmise::program::HandOver;

fn main() -> ExitCode {
    surmise::program::main(&HandOver)
}
