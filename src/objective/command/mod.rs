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
//! `{"step": 3, "val_loss": 0.4, "accuracy": 0.71}` is a report at a step, `{"accuracy": 0.85}` (no
//! step) final metrics; the last word on each counts. Without a final line the last step's values count.
//! `epoch`, `iteration` and `global_step` count as `step`. Every number is kept, whatever its name. A
//! line is taken for metrics if it holds the study's metric, or a step and numbers, or only numbers; all
//! of stdout and stderr goes to `trial.log` in the trial's folder, too.

mod output;
mod settings;

pub use settings::CommandSettings;

use std::ffi::OsString;
use std::process::ExitStatus;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::{Duration, Instant};

use crate::process::{ChildGroup, SpawnError, Tail, describe_exit, kill_marked};
use crate::space::Params;
use crate::trial::{FailureKind, Metrics, Report};

use super::{
    Objective, ObjectiveError, ObjectiveSettings, ObjectiveTemplate, Outcome, Reporter,
    TrialContext,
};

use super::stop::Waker;
use output::{Log, MetricLine, QUOTED_BYTES};

/// The variable that names a trial's folder; no two trials of a machine share one.
const FOLDER: &str = "SURMISE_DIR";
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

    fn argv(&self, params: &Params) -> Option<Vec<String>> {
        match self.template.bind(params) {
            Ok(ObjectiveSettings::Command(settings)) => Some(settings.argv),
            _ => None,
        }
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
    let folder = trial.required_folder()?;
    let params = serde_json::to_string(trial.params)
        .map_err(|e| unusable(format!("parameters as JSON: {e}")))?;
    let environment = [
        ("SURMISE_PARAMS", params.into()),
        ("SURMISE_TRIAL", trial.number.to_string().into()),
        ("SURMISE_STUDY", trial.study.into()),
        ("SURMISE_SEED", trial.seed.to_string().into()),
        ("SURMISE_METRIC", trial.metric.into()),
        (FOLDER, OsString::from(folder)),
    ];
    if trial.attempt > 1 {
        kill_marked(FOLDER, folder.as_os_str());
    }
    let log = Log::create(&folder.join("trial.log"))
        .map_err(|e| unusable(format!("cannot write {}/trial.log: {e}", folder.display())))?;
    let mut child = ChildGroup::spawn(&settings.argv, &environment).map_err(not_started)?;

    // Bounded, so that a flood waits in the pipe and not in memory.
    let (sender, happenings) = sync_channel(256);
    let wake: Arc<Waker> = {
        let sender = sender.clone();
        // Where the channel is full, nobody sleeps.
        Arc::new(move || drop(sender.try_send(Happening::Stop)))
    };
    trial.stop.on_raise(&wake);
    let (printed, closed) = (sender.clone(), sender.clone());
    let to_log = log.clone();
    let stderr = Tail::drain(child.take_stderr(), QUOTED_BYTES, move |line| to_log.line(line));
    let other = output::read_stdout(
        child.take_stdout(),
        trial.metric.to_owned(),
        log,
        move |event| printed.send(Happening::Printed(event)).is_ok(),
        move || drop(closed.send(Happening::Closed)),
    );
    child.when_ended(move || drop(sender.send(Happening::Ended))).map_err(cannot_wait)?;

    let started = Instant::now();
    let deadline = settings.timeout.and_then(|limit| started.checked_add(limit));
    let mut measured = Measured::default();
    let mut open = true;
    let mut ended: Option<(ExitStatus, Instant)> = None;
    let status = loop {
        let until = ended.map_or(deadline, |(_, at)| Some(at + PIPE_GRACE));
        match next(&happenings, until) {
            Some(Happening::Printed(line)) => {
                if let Some(report) = measured.take(line, trial.metric)
                    && reporter.report(report).is_break()
                {
                    return Ok(Outcome::Pruned); // dropping the child kills its group
                }
            }
            Some(Happening::Closed) => open = false,
            Some(Happening::Ended) => {
                ended = Some((child.wait().map_err(cannot_wait)?, Instant::now()));
            }
            Some(Happening::Stop) | None => {}
        }
        if let Some((status, at)) = ended {
            if !open || at.elapsed() >= PIPE_GRACE {
                break status;
            }
            continue;
        }
        if trial.stop.is_raised() {
            return Err(ObjectiveError::Abandoned);
        }
        if let Some(limit) = settings.timeout.filter(|&limit| started.elapsed() >= limit) {
            child.kill();
            let reason = format!("still running after {}", humantime::format_duration(limit));
            return Err(ObjectiveError::failed(
                FailureKind::TimedOut,
                with_stderr(reason, &stderr),
            ));
        }
    };
    child.kill(); // descendants that outlived it
    if !status.success() {
        let reason = with_stderr(describe_exit(status), &stderr);
        return Err(ObjectiveError::failed(FailureKind::Exit, reason));
    }
    measured
        .conclude(trial.metric, other.get())
        .map_err(|(kind, reason)| ObjectiveError::failed(kind, with_stderr(reason, &stderr)))
}

/// What happens to a running program.
enum Happening {
    /// It printed a metric line.
    Printed(MetricLine),
    /// Its stdout is closed: nothing more will come.
    Closed,
    /// It ended.
    Ended,
    /// The trial may have to stop.
    Stop,
}

/// The next thing that happens; `None` if nothing did until then.
fn next(happenings: &Receiver<Happening>, until: Option<Instant>) -> Option<Happening> {
    match until {
        Some(until) => {
            happenings.recv_timeout(until.saturating_duration_since(Instant::now())).ok()
        }
        None => happenings.recv().ok(),
    }
}

/// A program that is not there fails every trial alike; another error (no memory, too many processes)
/// fails this one.
fn not_started(error: SpawnError) -> ObjectiveError {
    match error {
        SpawnError::System { .. } => {
            ObjectiveError::failed(FailureKind::NotStarted, error.to_string())
        }
        _ => unusable(error.to_string()),
    }
}

fn cannot_wait(error: std::io::Error) -> ObjectiveError {
    ObjectiveError::failed(FailureKind::Error, format!("cannot wait for the program: {error}"))
}

/// `reason`, followed by the last lines of stderr if there are any.
fn with_stderr(reason: String, stderr: &Tail) -> String {
    match stderr.text() {
        lines if lines.is_empty() => reason,
        lines => format!("{reason}\nlast lines of stderr:\n{lines}"),
    }
}

/// What a program has measured so far.
#[derive(Default)]
struct Measured {
    /// The last word on each metric in lines with a step.
    by_step: Metrics,
    /// The last word on each metric in lines without one.
    last: Metrics,
    /// What stood in place of the study's metric in the last line without a step, where it was no
    /// number.
    other: Option<String>,
}

impl Measured {
    /// Takes a line; gives the report that it makes.
    fn take(&mut self, line: MetricLine, metric: &str) -> Option<Report> {
        let MetricLine { step, metrics, other } = line;
        let Some(step) = step else {
            if other.is_some() || metrics.get(metric).is_some() {
                self.other = other;
            }
            self.last.merge(metrics);
            return None;
        };
        self.by_step.merge(metrics.clone());
        Some(Report { step, metrics })
    }

    /// The outcome of a program that ended well; `line` is the last one without the metric.
    fn conclude(
        self,
        metric: &str,
        line: Option<String>,
    ) -> Result<Outcome, (FailureKind, String)> {
        if let Some(text) = self.other {
            let reason = format!("`{metric}` must be a number, got {text}");
            return Err((FailureKind::NoMetric, reason));
        }
        let metrics = if self.last.get(metric).is_some() {
            self.last
        } else {
            let mut metrics = self.by_step;
            metrics.merge(self.last);
            metrics
        };
        match metrics.get(metric) {
            Some(value) if value.is_finite() => Ok(Outcome::Complete { metrics }),
            Some(value) => Err((FailureKind::NotANumber, format!("`{metric}` was {value}"))),
            None => {
                let found = match line {
                    None => "the program printed nothing".to_owned(),
                    Some(line) => format!("the last line the program printed is: {line}"),
                };
                let reason = format!("no {{\"{metric}\": …}} line: {found}");
                Err((FailureKind::NoMetric, reason))
            }
        }
    }
}
