//! surmise: hyperparameter optimization. (map to be written)

pub mod gp;
pub mod sampler;
pub mod space;
pub mod trial;
