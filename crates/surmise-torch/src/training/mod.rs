//! Training: epochs, what each measured, what can go wrong, and going on later.
//!
//! | file | holds |
//! | --- | --- |
//! | `trainer` | epochs over shuffled batches, and going on later |
//! | `learner` | a step of learning, a measurement |
//! | `optimizer` | SGD, Adam, AdamW, RMSprop |
//! | `early_stopping` | when training ends before its last epoch |
//! | `best_epoch` | which epoch counts |
//! | `metrics` | what an epoch measured |
//! | `error` | why training ended without a result |

mod best_epoch;
mod early_stopping;
mod error;
mod learner;
mod metrics;
mod optimizer;
mod trainer;

pub use best_epoch::BestEpoch;
pub use error::TrainError;
pub use learner::{Learner, Step};
pub use metrics::{EpochReport, Metrics};
pub use optimizer::{Optimizer, OptimizerState, RestoreError};
pub use trainer::{Trainer, train};
