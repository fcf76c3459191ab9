//! Evaluating trials: what a worker does with each, and a whole study in this process.

use std::error::Error;
use std::fs;
use std::io;
use std::ops::ControlFlow;
use std::path::{self, Path, PathBuf};

use crate::objective::{
    Closure, Measured, Objective, ObjectiveError, Reporter, RunningTrial, StopFlag, TrialContext,
};
use crate::store::StoreError;
use crate::trial::{Launch, Report, TrialNumber};

use super::{AskedTrial, Study, StudyError};

/// The folder of one trial's log and files: `RUNS/STUDY/NUMBER`.
pub fn trial_folder(runs: &Path, study: &str, number: TrialNumber) -> PathBuf {
    runs.join(study).join(number.to_string())
}

/// What is heard of a trial while it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News<'a> {
    /// The objective [has to say](Reporter::note) this, in a line.
    Note(&'a str),
    /// The store knows more of the trial: it began, reported, or ended.
    Stored,
}

/// How the evaluation of a trial ended, as far as going on is concerned.
#[derive(Clone, Debug, PartialEq)]
pub enum Evaluated {
    /// The study knows how it ended.
    Told,
    /// It was abandoned and can be run again.
    Abandoned,
    /// No trial of this study can be evaluated.
    Unusable {
        /// What is wrong and what to do.
        reason: String,
    },
}

impl Study {
    /// Evaluates a trial, with its files under `runs` if that is given, sends its reports to the store at
    /// once, and tells the study how it ended. A trial that another worker took up meanwhile, as after a lease
    /// that ran out, is left to that one. `tell` hears of notes and of stored reports.
    ///
    /// # Errors
    /// From the store.
    pub fn evaluate(
        &mut self,
        objective: &mut dyn Objective,
        trial: &AskedTrial,
        runs: Option<&Path>,
        stop: &StopFlag,
        tell: &mut dyn FnMut(News<'_>),
    ) -> Result<Evaluated, StudyError> {
        let (study, metric) = (self.spec().study.clone(), self.spec().metric.clone());
        let folder = runs.map(|runs| trial_folder(runs, &study, trial.number));
        let folder = match folder.as_deref().map(make_folder).transpose() {
            Ok(folder) => folder,
            Err(error) => {
                let folder = folder.unwrap_or_default();
                let reason =
                    format!("cannot make the trial's folder {}: {error}", folder.display());
                return Ok(Evaluated::Unusable { reason });
            }
        };
        let context = TrialContext {
            study: &study,
            number: trial.number,
            attempt: trial.attempt,
            params: &trial.params,
            metric: &metric,
            seed: trial.seed,
            folder: folder.as_deref(),
            stop,
        };
        // A closure in memory runs nothing that a commit would tell of.
        let git = runs.and_then(|_| self.git.state());
        let launch = Launch { argv: objective.argv(&trial.params), git };
        if launch != Launch::default() {
            match self.store.launch(self.record.id, trial.number, trial.attempt, &launch) {
                Err(error) if is_taken_away(&error) => return Ok(Evaluated::Told),
                stored => stored?,
            }
        }
        let mut reporter = ToStore { study: self, trial, error: None, tell };
        let result = objective.evaluate(&context, &mut reporter);
        let told = match (reporter.error.take(), result) {
            (Some(error), _) => Err(error),
            (None, Ok(outcome)) => self.tell(trial, Ok(outcome)),
            (None, Err(ObjectiveError::Failed(failure))) => self.tell(trial, Err(failure)),
            (None, Err(ObjectiveError::Abandoned)) => return Ok(Evaluated::Abandoned),
            (None, Err(ObjectiveError::Unusable { reason })) => {
                return Ok(Evaluated::Unusable { reason });
            }
        };
        match told {
            Err(StudyError::Store(error)) if is_taken_away(&error) => Ok(Evaluated::Told),
            told => told.map(|()| Evaluated::Told),
        }
    }

    /// Asks for trials and evaluates them by a closure in this process, until the budget is used up.
    ///
    /// The closure has a [`RunningTrial`], which knows the parameters and takes reports; it gives the
    /// study's metric, or several metrics by name. An error fails its trial, and the study goes on, but
    /// for [`ObjectiveError::Unusable`], which ends it. Nothing is written but to the study's store.
    ///
    /// ```
    /// # use surmise::{Study, StudySpec};
    /// let spec = StudySpec::builder("bowl").minimize("loss").trials(8).float("x", -1.0, 2.0).build()?;
    /// let mut study = Study::in_memory(spec)?;
    /// study.optimize(|trial| {
    ///     let x = trial.f64("x")?;
    ///     for step in 0..3 {
    ///         trial.report(step, x / (step + 1) as f64)?;
    ///     }
    ///     Ok([("loss", (x - 0.7).powi(2)), ("x_squared", x * x)])
    /// })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`evaluate_all`](Self::evaluate_all).
    pub fn optimize<F, M>(&mut self, closure: F) -> Result<(), StudyError>
    where
        F: FnMut(&mut RunningTrial<'_>) -> Result<M, Box<dyn Error>>,
        M: Measured,
    {
        self.evaluate_all(&mut Closure::new(closure), None)
    }

    /// Asks for trials and evaluates them by an objective in this process, until the budget is used up.
    /// Trials keep their files under `runs`, in a folder each, which programs and CNNs need.
    ///
    /// # Errors
    /// From the store or the sampler; [`StudyError::Unusable`] if the objective cannot evaluate any
    /// trial.
    pub fn evaluate_all(
        &mut self,
        objective: &mut dyn Objective,
        runs: Option<&Path>,
    ) -> Result<(), StudyError> {
        let never = StopFlag::default();
        while let Some(trial) = self.ask()? {
            match self.evaluate(objective, &trial, runs, &never, &mut |_| {})? {
                Evaluated::Told => {}
                Evaluated::Abandoned => return Ok(()),
                Evaluated::Unusable { reason } => return Err(StudyError::Unusable { reason }),
            }
        }
        Ok(())
    }
}

/// Makes a trial's folder; gives its path from the root.
fn make_folder(folder: &Path) -> io::Result<PathBuf> {
    fs::create_dir_all(folder)?;
    path::absolute(folder)
}

/// Whether a trial is no longer this worker's: another one took it up, or it has ended.
fn is_taken_away(error: &StoreError) -> bool {
    matches!(
        error,
        StoreError::Superseded { .. } | StoreError::NotRunning { .. } | StoreError::Finished { .. }
    )
}

/// Sends reports to the store at once.
struct ToStore<'a> {
    study: &'a mut Study,
    trial: &'a AskedTrial,
    error: Option<StudyError>,
    tell: &'a mut dyn FnMut(News<'_>),
}

impl Reporter for ToStore<'_> {
    fn note(&mut self, text: &str) {
        (self.tell)(News::Note(text));
    }

    fn report(&mut self, report: Report) -> ControlFlow<()> {
        match self.study.report(self.trial, report) {
            Ok(()) => {
                (self.tell)(News::Stored);
                ControlFlow::Continue(())
            }
            Err(error) => {
                self.error = Some(error);
                ControlFlow::Break(())
            }
        }
    }
}
