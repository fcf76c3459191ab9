//! surmise: hyperparameter optimization. (map to be written)

mod document;
pub mod objective;
pub mod sampler;
pub mod space;
pub mod spec;
pub mod store;
pub mod trial;
pub mod vision;
