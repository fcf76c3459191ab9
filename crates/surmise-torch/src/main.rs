//! The `surmise-torch` program: the whole command line of surmise, with libtorch.
//!
//! `surmise` hands over to it what needs libtorch, as git does to its sub-commands.

use std::process::ExitCode;

use surmise_torch::Torch;

fn main() -> ExitCode {
    surmise::program::main(&Torch)
}
