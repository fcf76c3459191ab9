//! The black-box tests of the library and its program, in one program: each of its own would link
//! everything again.

// What they share.
mod common;
mod spaces;

mod ask_tell;
mod cli;
mod command;
mod conditional;
mod database;
mod durability;
mod examples;
mod experiments;
mod extending;
mod gp;
mod layers;
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
