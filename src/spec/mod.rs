//! What a study is: its space, objective, direction, budget and sampler, as declared in YAML or in Rust.
//!
//! The only place that knows YAML. [`StudySpec`] is checked when read; its canonical JSON (which is
//! YAML, too) is what the store keeps and what resuming compares.
//!
//! # A study file
//!
//! ```yaml
//! study: avatars            # letters, digits, `-`, `_`, `.`; at most 100
//! direction: maximize       # or minimize; there is no default, a wrong guess would cost too much
//! metric: accuracy          # name of the reported value; default `value`
//! trials: 20                # budget, 1 to 10,000,000
//! seed: 7                   # 0 to 2^64 - 1; default 0
//! sampler: { type: gp, sobol: 5 }
//! space:
//!   lr:    { type: float, low: 1e-6, high: 0.4, log: true }
//!   beta1: { type: float, low: 0.5, high: 0.999 }
//! objective:
//!   type: command
//!   argv: [python3, train.py, "--lr=$lr", "--beta1=$beta1"]
//!   timeout: 10m
//! ```
//!
//! A key left empty (or `null`) counts as absent. Words such as `yes` and `on` are text, as in
//! YAML 1.2: booleans are `true` and `false`.
//!
//! ## sampler
//!
//! | written | means |
//! | --- | --- |
//! | `gp` or `{ type: gp }` | the middle, some Sobol points, then a Gaussian process (the default) |
//! | `{ type: gp, sobol: 5 }` | the same, with 5 trials before the model |
//! | `{ type: gp, observations: 500 }` | the model sees at most 500 trials (default 1000) |
//! | `{ type: gp, ablate: [additive] }` | a part of the model left out, to see what it is worth: `additive`, `averaging`, `compression`, `center` |
//! | `sobol` or `{ type: sobol }` | the scrambled Sobol sequence alone |
//! | `random` or `{ type: random }` | independent uniform draws |
//!
//! ## space
//!
//! | type | keys | values |
//! | --- | --- | --- |
//! | `float` | `low`, `high`, `log` (default false), `step` (default: continuous) | real numbers |
//! | `int` | `low`, `high`, `log`, `step` (default 1) | whole numbers; `1e3` is one |
//! | `categorical` | `choices`: at least two of text, numbers, booleans | one of them, unordered |
//! | `ordinal` | `choices` | one of them, ordered as listed |
//! | `bool` | | `false` or `true` |
//!
//! `type` may be left out: `choices` make the parameter categorical, bounds (and a step) that are all
//! whole an int, any other bounds a float. Shorter still: a list is a list of choices
//! (`batch: [32, 64, 128]`; two numbers alone are refused, because a range might be meant), and
//! `flag: bool` is a boolean. A name is a letter or `_`, then letters, digits, `_`, `-` or `.`.
//!
//! Every type takes three more keys:
//!
//! | key | holds |
//! | --- | --- |
//! | `when` | when the parameter is active: `{ optimizer: sgd }`, `{ optimizer: [sgd, adam], warm: true }` (all must hold), or an expression such as `"n_layers >= 2"`; over parameters declared before |
//! | `guess` | where good values are expected: a value of the domain |
//! | `spread` | how far around: a factor above 1 on a log scale, else a standard deviation; default a quarter of the range |
//!
//! An inactive parameter has no value: it is stored, shown and passed on nowhere, an argument of a
//! command that mentions it is left out, and a CNN's setting bound to it takes its default.
//!
//! ## constraints
//!
//! A list of expressions that every point satisfies, such as `"batch_size * width <= 65536"`:
//! numbers, texts in quotes, `+ - * / %`, comparisons, `and`, `or`, `not`, and the functions `min`,
//! `max`, `abs`, `log` (natural), `log2`, `log10`, `exp`, `sqrt`, `pow`, `round`. One that mentions an
//! inactive parameter holds; one without a finite result does not.
//!
//! ## enqueue
//!
//! A list of points, each a map with a value for every parameter active there: they become the first
//! trials, and count.
//!
//! ## objective
//!
//! `$name` or `${name}` anywhere in the objective stands for a parameter, `$$` for a `$`: see
//! [`ObjectiveTemplate`](crate::objective::ObjectiveTemplate). Every parameter must occur (or
//! be looked at by a condition), and every name must be a parameter. The settings are tried at the ends of every range, at every choice, and
//! at random points of the space, so that a wrong combination shows when the file is loaded.
//!
//! * `type: command`: `argv`, a list of the program and its arguments; `timeout`, e.g. `90s`, `10m`,
//!   `1h 30m` (default: none).
//! * `type: cnn`: `data` (image folders, how they are split, transformed and kept), `model`,
//!   `batch_size`, `shuffle`, `drop_last`, `epochs`, `optimizer`, `schedule`, `label_smoothing`,
//!   `clip_norm`, `early_stopping`, `device`, `precision`, `threads`: see
//!   [`CnnSettings`](crate::objective::cnn::CnnSettings) and docs/cnn.md. Its metrics are `accuracy`, `loss`,
//!   `train_loss` and `train_accuracy`.
//! * `type: external`: whoever asks for trials evaluates them, by the library.

mod builder;
mod difference;
mod domain;
mod error;
mod json;
mod load;
mod place;
mod points;
mod read;
#[cfg(feature = "cli")]
mod render;
mod space;
mod syntax;
mod yaml;

pub use builder::StudyBuilder;
pub use difference::Difference;
pub use error::{Diagnostic, SpecError};
#[cfg(feature = "cli")]
pub use render::render;

use crate::objective::ObjectiveSpec;
use crate::sampler::SamplerSettings;
use crate::space::{Params, SearchSpace};
use crate::trial::Direction;

/// A study's declaration. Checked if it was built ([`builder`](Self::builder)) or read
/// ([`load`](Self::load), [`parse`](Self::parse), [`from_json`](Self::from_json)); one changed by hand is
/// checked by `StudySpec::from_json(&spec.to_json())`.
#[derive(Clone, Debug, PartialEq)]
pub struct StudySpec {
    /// Name of the study, unique in its store: letters, digits, `-`, `_` and `.`, at most 100.
    pub study: String,
    /// Whether the metric is to be made small or large.
    pub direction: Direction,
    /// Name of the reported value to optimise.
    pub metric: String,
    /// Budget: trials of any outcome, at least 1.
    pub trials: u64,
    /// Seed of everything random in the study.
    pub seed: u64,
    /// How parameters are proposed.
    pub sampler: SamplerSettings,
    /// The parameters, their domains and conditions, and the constraints.
    pub space: SearchSpace,
    /// Points that the first trials evaluate; they count toward the budget.
    pub enqueue: Vec<Params>,
    /// What a trial runs and measures.
    pub objective: ObjectiveSpec,
}

impl StudySpec {
    /// The largest budget there may be.
    pub const MOST_TRIALS: u64 = 10_000_000;
}
