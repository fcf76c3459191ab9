//! What the programs start with, and what `surmise-torch` needs of the command line besides the library.
//!
//! No part of the library's promise: it changes with the programs.

pub use crate::cli::{
    Backend, CliError, DatabaseArgs, Finding, HandOver, LibtorchReport, Torch, cnn, main, plot,
    table, talk, this_program,
};
