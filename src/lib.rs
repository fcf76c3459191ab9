//! surmise: hyperparameter optimization. (map to be written)

pub mod objective;
pub mod plot;
pub mod sampler;
pub mod space;
pub mod spec;
pub mod store;
pub mod trial;
