//! The black-box tests of what needs libtorch, in one program: each of its own would link everything
//! again.

// What they share, the first with the tests of `surmise`.
#[path = "../../../../tests/it/common/mod.rs"]
mod common;
mod numbers;
mod weights;

mod chapter;
mod cnn_cli;
mod cuda;
mod experiments;
mod explain;
mod explain_cli;
mod hand_over;
mod logistic;
mod models;
mod optimizers;
mod precision;
mod state_dict;
mod vision;
