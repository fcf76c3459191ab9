//! The black-box tests of the library and its program, in one program: each of its own would link
//! everything again.

// What they share.
mod common;
mod numbers;
mod spaces;
#[cfg(feature = "torch")]
mod weights;

mod ask_tell;
mod cli;
mod command;
mod conditional;
mod durability;
mod examples;
mod experiments;
mod gp;
mod layers;
mod logistic;
mod models;
mod plot;
mod recommend;
mod resume;
mod robust;
mod sampler;
mod space;
mod spec;
mod spec_property;
mod store;
mod study;
mod suggestions;

#[cfg(feature = "torch")]
mod chapter;
#[cfg(feature = "torch")]
mod cnn_cli;
#[cfg(feature = "torch")]
mod cuda;
#[cfg(feature = "torch")]
mod explain;
#[cfg(feature = "torch")]
mod explain_cli;
#[cfg(feature = "torch")]
mod optimizers;
#[cfg(feature = "torch")]
mod precision;
#[cfg(feature = "torch")]
mod state_dict;
#[cfg(feature = "torch")]
mod vision;
