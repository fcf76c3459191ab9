//! A Rust closure as an objective.

use std::error::Error;
use std::ops::Deref;

use thiserror::Error;

use crate::trial::{FailureKind, Metrics, Report};

use super::{Objective, ObjectiveError, Outcome, Reporter, TrialContext};

/// A running trial as a closure has it: a [`TrialContext`] that can report, too.
pub struct RunningTrial<'a> {
    context: &'a TrialContext<'a>,
    reporter: &'a mut dyn Reporter,
}

impl RunningTrial<'_> {
    /// Stores what was measured at a step: a number is the study's metric, several metrics are given by
    /// name.
    ///
    /// # Errors
    /// [`EndEarly`] if the trial is to end now. A closure passes it on with `?`, and the trial ends as
    /// pruned.
    pub fn report(&mut self, step: u64, measured: impl Measured) -> Result<(), EndEarly> {
        let metrics = measured.metrics(self.context.metric);
        if self.reporter.report(Report { step, metrics }).is_break() {
            return Err(EndEarly);
        }
        Ok(())
    }

    /// Tells whoever runs the study something, in a line.
    pub fn note(&mut self, text: &str) {
        self.reporter.note(text);
    }
}

impl<'a> Deref for RunningTrial<'a> {
    type Target = TrialContext<'a>;

    fn deref(&self) -> &TrialContext<'a> {
        self.context
    }
}

/// The answer to a report that asks the trial to end as pruned.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("the trial is to end now, as pruned")]
pub struct EndEarly;

/// What a closure measures: a number, which is the study's metric, or several metrics by name.
pub trait Measured {
    /// The metrics, where the study's is called `metric`.
    fn metrics(self, metric: &str) -> Metrics;
}

impl Measured for f64 {
    fn metrics(self, metric: &str) -> Metrics {
        Metrics::from([(metric, self)])
    }
}

impl Measured for Metrics {
    fn metrics(self, _metric: &str) -> Metrics {
        self
    }
}

impl<S: Into<String>, const N: usize> Measured for [(S, f64); N] {
    fn metrics(self, _metric: &str) -> Metrics {
        self.into()
    }
}

/// A Rust closure as an objective: a [`RunningTrial`] in, what it [`Measured`] out. An error of the
/// closure fails the trial, with its text as the reason; an [`ObjectiveError`] keeps its meaning, and
/// [`EndEarly`] prunes.
pub struct Closure<F>(F);

impl<F, M> Closure<F>
where
    F: FnMut(&mut RunningTrial<'_>) -> Result<M, Box<dyn Error>>,
    M: Measured,
{
    /// The objective that a closure makes.
    pub fn new(closure: F) -> Self {
        Self(closure)
    }
}

impl<F, M> Objective for Closure<F>
where
    F: FnMut(&mut RunningTrial<'_>) -> Result<M, Box<dyn Error>>,
    M: Measured,
{
    fn evaluate(
        &mut self,
        trial: &TrialContext<'_>,
        reporter: &mut dyn Reporter,
    ) -> Result<Outcome, ObjectiveError> {
        match (self.0)(&mut RunningTrial { context: trial, reporter }) {
            Ok(measured) => Ok(Outcome::Complete { metrics: measured.metrics(trial.metric) }),
            Err(error) if error.is::<EndEarly>() => Ok(Outcome::Pruned),
            Err(error) => Err(match error.downcast::<ObjectiveError>() {
                Ok(error) => *error,
                Err(error) => ObjectiveError::failed(FailureKind::Error, error.to_string()),
            }),
        }
    }
}
