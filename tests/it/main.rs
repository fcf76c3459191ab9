//! The black-box tests of the library and its program, in one program: each of its own would link
//! everything again.

// What they share.
mod common;
mod spaces;

#[cfg(feature = "cli")]
mod ask_tell;
mod builder;
#[cfg(feature = "cli")]
mod cli;
#[cfg(feature = "cli")]
mod command;
#[cfg(feature = "cli")]
mod conditional;
#[cfg(feature = "cli")]
mod database;
#[cfg(feature = "cli")]
mod durability;
#[cfg(feature = "cli")]
mod examples;
#[cfg(feature = "cli")]
mod experiments;
#[cfg(feature = "cli")]
mod extending;
mod features;
mod gp;
mod layers;
mod optimize;
#[cfg(feature = "plot")]
mod plot;
mod recommend;
#[cfg(feature = "cli")]
mod resume;
mod robust;
mod sampler;
mod space;
#[cfg(feature = "cli")]
mod spec;
#[cfg(feature = "cli")]
mod spec_property;
mod store;
mod study;
mod suggestions;
