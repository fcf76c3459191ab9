//! Surrogates of a history: from finished trials to what is to be expected elsewhere.
//!
//! | file | what |
//! | --- | --- |
//! | `purpose` | what a model is fitted for |
//! | `search`, `describe`, `judge` | the fit for each purpose |
//! | `table` | trials as columns, points and losses |
//! | `warp` | losses far beyond the median, compressed |
//! | `outliers` | losses that say nothing of their parameters |
//! | `user_prior` | the user's guesses as a prior |
//! | `surrogate` | a fitted model, in units of the loss |
//! | `units` | a fitted model, in units of the metric |

mod describe;
mod judge;
mod outliers;
mod purpose;
mod search;
mod surrogate;
mod table;
mod units;
mod user_prior;
mod warp;

pub use purpose::Purpose;
pub use search::Search;
pub use surrogate::{LossPrediction, Surrogate};
pub use units::{Model, Prediction};

pub(crate) use describe::initial_trials;
