//! surmise: hyperparameter optimization. (map to be written)

mod document;

pub mod cli;
pub mod gp;
pub mod objective;
pub mod plot;
pub mod runner;
pub mod sampler;
pub mod space;
pub mod spec;
pub mod store;
pub mod study;
pub mod trial;
pub mod vision;
