//! A program as an objective.
//!
//! The program learns its trial by argv and by environment, and reports by printing JSON lines on
//! stdout:
//!
//! | variable | holds |
//! | --- | --- |
//! | `SURMISE_PARAMS` | the active parameters as one JSON object |
//! | `SURMISE_TRIAL` | the trial's number |
//! | `SURMISE_STUDY` | the study's name |
//! | `SURMISE_SEED` | a seed for the trial, below 2³¹ |
//! | `SURMISE_METRIC` | the name of the metric to report |
//! | `SURMISE_DIR` | the trial's folder, for files it wants to keep |
//!
//! `{"step": 3, "accuracy": 0.71}` is an intermediate value, `{"accuracy": 0.85}` (no step) the final
//! one; the last final one counts. Everything else on stdout, and all of stderr, goes to
//! `trial.log` in the trial's folder.

mod child;
mod leftover;
mod output;

use std::ffi::OsString;
use std::ops::ControlFlow;
use std::process::ExitStatus;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::{Duration, Instant};

use crate::trial::FailureKind;

use super::{
    CommandSettings, Objective, ObjectiveError, ObjectiveSettings, ObjectiveTemplate, Outcome,
    Reporter, TrialContext,
};
pub use child::describe_exit;

use child::ChildGroup;
use output::{Event, Log, Metric, StderrTail};

/// How often a silent program is looked at.
const TICK: Duration = Duration::from_millis(20);
/// How long after the program's end its descendants may keep its pipes open.
const PIPE_GRACE: Duration = Duration::from_secs(2);

/// Runs a program for every trial.
#[derive(Clone, Debug)]
pub struct CommandObjective {
    template: ObjectiveTemplate,
}

impl CommandObjective {
    /// An objective that runs the template's program.
    pub fn new(template: ObjectiveTemplate) -> Self {
        Self { template }
    }
}

impl Objective for CommandObjective {
    fn has_children(&self) -> bool {
        true
    }

    fn evaluate(
        &mut self,
        trial: &TrialContext<'_>,
        reporter: &mut dyn Reporter,
    ) -> Result<Outcome, ObjectiveError> {
        match self.template.bind(trial.params) {
            Ok(ObjectiveSettings::Command(settings)) => run(&settings, trial, reporter),
            Ok(_) => Err(unusable("the objective is no command".into())),
            Err(error) => Err(unusable(error.to_string())),
        }
    }
}

fn unusable(reason: String) -> ObjectiveError {
    ObjectiveError::Unusable { reason }
}

fn run(
    settings: &CommandSettings,
    trial: &TrialContext<'_>,
    reporter: &mut dyn Reporter,
) -> Result<Outcome, ObjectiveError> {
    let params = serde_json::to_string(trial.params)
        .map_err(|e| unusable(format!("parameters as JSON: {e}")))?;
    let environment = [
        ("SURMISE_PARAMS", params.into()),
        ("SURMISE_TRIAL", trial.number.to_string().into()),
        ("SURMISE_STUDY", trial.study.into()),
        ("SURMISE_SEED", trial.seed.to_string().into()),
        ("SURMISE_METRIC", trial.metric.into()),
        (leftover::MARK, OsString::from(trial.folder)),
    ];
    if trial.attempt > 1 {
        leftover::kill(trial.folder);
    }
    let log = Log::create(&trial.folder.join("trial.log"))
        .map_err(|e| unusable(format!("cannot write {}/trial.log: {e}", trial.folder.display())))?;
    let mut child = ChildGroup::spawn(&settings.argv, &environment)?;

    // Bounded, so that a flood waits in the pipe and not in memory.
    let (sender, events) = sync_channel(256);
    let stderr = StderrTail::drain(child.take_stderr(), log.clone());
    let other = output::read_stdout(child.take_stdout(), trial.metric.to_owned(), log, sender);

    let started = Instant::now();
    let mut next_look = started;
    let mut last: Option<Metric> = None;
    let mut steps = 0_usize;
    let mut open = true;
    let mut ended: Option<(ExitStatus, Instant)> = None;
    let status = loop {
        match if open { events.recv_timeout(TICK) } else { Err(RecvTimeoutError::Timeout) } {
            Ok(Event::Step(report)) => {
                steps += 1;
                if let ControlFlow::Break(()) = reporter.report(report) {
                    return Ok(Outcome::Pruned); // dropping the child kills its group
                }
            }
            Ok(Event::Final(metric)) => last = Some(metric),
            Err(RecvTimeoutError::Disconnected) => open = false,
            Err(RecvTimeoutError::Timeout) if !open => std::thread::sleep(TICK / 4),
            Err(RecvTimeoutError::Timeout) => {}
        }
        if let Some((status, at)) = ended {
            if !open || at.elapsed() > PIPE_GRACE {
                break status;
            }
            continue;
        }
        if open && Instant::now() < next_look {
            continue; // a flood must not turn every line into a system call
        }
        next_look = Instant::now() + TICK;
        if trial.stop.is_raised() {
            return Err(ObjectiveError::Abandoned);
        }
        if let Some(limit) = settings.timeout.filter(|&limit| started.elapsed() >= limit) {
            child.kill();
            let reason = format!("still running after {}", humantime::format_duration(limit));
            return Err(ObjectiveError::failed(FailureKind::TimedOut, stderr.append_to(reason)));
        }
        let status = child.try_wait().map_err(|e| {
            ObjectiveError::failed(FailureKind::Error, format!("cannot wait for the program: {e}"))
        })?;
        ended = status.map(|status| (status, Instant::now()));
    };
    child.kill(); // descendants that outlived it
    conclude(status, last, (steps, other.get()), trial.metric, &stderr)
}

/// The outcome of a program that ended by itself.
fn conclude(
    status: ExitStatus,
    last: Option<Metric>,
    (steps, other): (usize, Option<String>),
    metric: &str,
    stderr: &StderrTail,
) -> Result<Outcome, ObjectiveError> {
    if !status.success() {
        let reason = stderr.append_to(describe_exit(status));
        return Err(ObjectiveError::failed(FailureKind::Exit, reason));
    }
    match last {
        Some(Metric::Number(value)) if value.is_finite() => Ok(Outcome::Complete { value }),
        Some(Metric::Number(value)) => Err(ObjectiveError::failed(
            FailureKind::NotANumber,
            stderr.append_to(format!("`{metric}` was {value}")),
        )),
        Some(Metric::Other(text)) => Err(ObjectiveError::failed(
            FailureKind::NoMetric,
            stderr.append_to(format!("`{metric}` must be a number, got {text}")),
        )),
        None => {
            let found = match (steps, other) {
                (0, None) => "the program printed nothing".to_owned(),
                (0, Some(line)) => format!("the last line the program printed is: {line}"),
                (n, _) => format!("the program printed {n} steps but no line without `step`"),
            };
            let reason = format!("no final {{\"{metric}\": …}} line: {found}");
            Err(ObjectiveError::failed(FailureKind::NoMetric, stderr.append_to(reason)))
        }
    }
}
