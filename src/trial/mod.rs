//! One evaluation of one set of parameters, and the history a sampler learns from.
//!
//! Life of a trial: `queued → running → complete | pruned | failed`. A finished trial never changes.
//! What happens to a study's trials is one sequence of events: the declaration, reports, endings. A
//! suggestion is a function of the events up to a number, which is stored with it.

mod attempt;
mod identifiers;
mod metrics;
mod record;
mod state;

pub use attempt::{Attempt, AttemptOutcome, GitState, Launch, WorkerInfo};
pub use identifiers::{EventNumber, Timestamp, TrialNumber};
pub use metrics::{Direction, Metrics, Report};
pub use record::{Annotations, History, Observation, Origin, Trial};
pub use state::{Failure, FailureKind, TrialState};
