//! surmise tunes hyperparameters: a search space in, the best parameters out, every trial kept.
//!
//! Declare what may be tuned, and give a closure that measures it:
//!
//! ```
//! use surmise::{Study, StudySpec};
//!
//! let spec =
//!     StudySpec::builder("bowl").minimize("loss").trials(12).seed(7).float("x", -1.0, 2.0).build()?;
//! let mut study = Study::in_memory(spec)?;
//! study.optimize(|trial| Ok((trial.f64("x")? - 0.7).powi(2)))?;
//!
//! let best = study.best()?.expect("twelve trials are complete");
//! assert!(best.state.value().expect("it is complete") < 0.05);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Where a loop of your own evaluates, [`Study::ask`] and [`Study::tell_value`] do without the closure.
//! [`Study::open_or_create`] keeps a study in a [`SqliteStore`], where it survives the program and goes on
//! when it is opened again. [`StudySpec::load`] reads a study from YAML, as the program `surmise` does,
//! which is this library and a command line.
//!
//! # The map
//!
//! Modules in layers; each uses only those below it.
//!
//! | module | holds |
//! | --- | --- |
//! | `program` | what the programs `surmise` and `surmise-torch` start with |
//! | `cli` | the command line, one file a subcommand |
//! | `plot` | pictures: data first, drawing second |
//! | [`worker`] | worker processes and their supervisor: messages, leases, signals |
//! | [`study`] | ask, tell, report, best, replay: the heart |
//! | [`store`] | where studies live; the only place that knows SQL |
//! | [`spec`] | a study's declaration; the only place that knows YAML |
//! | [`objective`] | what a trial runs: a command, a closure; what a user writes about a CNN |
//! | [`sampler`] | what proposes parameters: random, Sobol, Gaussian process |
//! | [`model`] | surrogates of a history: to search by, to describe, to judge |
//! | [`trial`] | trials, their states and histories |
//! | [`gp`] | Gaussian processes and acquisition functions, numbers only |
//! | [`space`] | parameters, domains, the unit cube, quasi-random sequences |
//! | `config` | the located tree that YAML is read into; spelling hints |
//! | [`process`] | processes of this machine: identity, groups, output, end |
//! | `numeric` | random numbers, hashes, minimisation |
//!
//! CNNs are trained by libtorch in a package of its own, `surmise-torch`, so that nobody else links it.
//!
//! # Features
//!
//! | feature | adds | default |
//! | --- | --- | --- |
//! | `cli` | the program `surmise` and its command line; implies `plot` | yes |
//! | `plot` | pictures | yes |
//!
//! # The flow of one trial
//!
//! [`Study::ask`] reserves the next number in the store, which fixes the events its suggestion sees; the
//! [`Sampler`] suggests, a pure function of space, settings, seed, number and those events; an
//! [`Objective`] evaluates, sending reports; [`Study::tell`] ends the trial for good.

#![warn(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::expect_used)]
// A closed pipe must not panic: use `writeln!`.
#![warn(clippy::print_stdout, clippy::print_stderr)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

#[cfg(feature = "cli")]
mod cli;
mod config;

pub mod gp;
pub mod model;
#[doc(hidden)]
pub mod numeric;
pub mod objective;
#[cfg(feature = "plot")]
pub mod plot;
pub mod process;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod program;
pub mod sampler;
pub mod space;
pub mod spec;
pub mod store;
pub mod study;
pub mod trial;
pub mod worker;

pub use model::Model;
pub use objective::{
    Closure, CommandObjective, EndEarly, Measured, Objective, ObjectiveError, ObjectiveSpec,
    Outcome, Reporter, RunningTrial, StopFlag, TrialContext,
};
pub use sampler::{GpSettings, Sampler, SamplerSettings};
pub use space::{
    Condition, Domain, Guess, ParamValue, Parameter, Params, Scale, SearchSpace, SpaceError,
};
pub use spec::{SpecError, StudyBuilder, StudySpec};
pub use store::{SqliteOptions, SqliteStore, Store, StoreError};
pub use study::{AskedTrial, Study, StudyError};
pub use trial::{
    Direction, Failure, FailureKind, Metrics, Origin, Report, Trial, TrialNumber, TrialState,
};

/// The examples of docs/extending.md, for rustdoc to run.
#[cfg(doctest)]
#[doc = include_str!("../docs/extending.md")]
struct Extending;
