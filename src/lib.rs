//! surmise: hyperparameter optimization. (map to be written)

pub mod sampler;
pub mod space;
pub mod trial;
pub mod vision;
