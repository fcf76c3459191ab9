//! What a trained CNN makes of images, and how well it does on a folder of them.
//!
//! | file | holds |
//! | --- | --- |
//! | `predict` | probabilities of the classes of image files, and features |
//! | `evaluate` | a folder's images, each with what it is and what it is taken for |
//! | `error` | why there is no evaluation |

mod error;
mod evaluate;
mod predict;

pub use error::EvaluationError;
pub use evaluate::{Evaluation, JudgedImage, most_probable};
pub use predict::Answer;
