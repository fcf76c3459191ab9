//! What a run shows while it goes on: a bar on a terminal, plain lines in a pipe.

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::time::Instant;

use indicatif::{ProgressBar, ProgressStyle};

use crate::objective::ObjectiveSpec;
use crate::spec::StudySpec;
use crate::store::{StudySummary, TrialProgress};
use crate::study::trial_folder;
use crate::trial::{Direction, Trial, TrialNumber, TrialState};
use crate::worker::Event;

use super::{table, talk};

pub(super) struct Progress {
    metric: String,
    study: String,
    runs: PathBuf,
    /// Steps a trial will report, where the study says so.
    steps: Option<u64>,
    direction: Direction,
    started: Instant,
    finished_before: u64,
    /// Trials told of so far, and the best of them: the store may be ahead of the telling.
    finished: u64,
    best: Option<(TrialNumber, f64)>,
    bar: Option<ProgressBar>,
}

impl Progress {
    pub(super) fn new(spec: &StudySpec, runs: &Path, before: &StudySummary) -> Self {
        let finished = before.counts.finished();
        let bar = io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new(spec.trials).with_position(finished);
            // The template is a constant; a wrong one would only cost the style.
            if let Ok(style) =
                ProgressStyle::with_template("{bar:24} {pos}/{len} trials  {wide_msg}")
            {
                bar.set_style(style.progress_chars("━━╌"));
            }
            bar
        });
        let steps = match &spec.objective {
            ObjectiveSpec::Template(template) => template.steps(),
            ObjectiveSpec::External => None,
        };
        Self {
            metric: spec.metric.clone(),
            study: spec.study.clone(),
            runs: runs.to_owned(),
            steps,
            direction: spec.direction,
            started: Instant::now(),
            finished_before: finished,
            finished,
            best: before.best,
            bar,
        }
    }

    pub(super) fn tell(&mut self, event: &Event<'_>) {
        match event {
            Event::Recovered { requeued, elsewhere } => {
                for number in *requeued {
                    self.line(&format!("trial {number} was cut off; it is run again"));
                }
                for number in *elsewhere {
                    self.line(&format!("trial {number} is being evaluated by another run"));
                }
            }
            Event::Finished { trial, summary } => {
                let line = self.finished(trial, summary);
                self.line(&line);
                if let Some(bar) = &self.bar {
                    bar.set_length(summary.budget);
                    bar.set_position(summary.counts.finished());
                }
            }
            Event::Progress { running, summary } => {
                if let Some(bar) = &self.bar {
                    bar.set_length(summary.budget);
                    bar.set_position(summary.counts.finished());
                    bar.set_message(self.message(running, summary));
                }
            }
            Event::Waiting { trials } => {
                let list: Vec<String> = trials.iter().map(ToString::to_string).collect();
                self.line(&format!("waiting for trial {} of another run", list.join(", ")));
            }
            Event::Note { text } => self.line(&table::clean(text)),
            Event::WorkerLost { reason } => {
                self.line(&format!("a worker died ({reason}); another takes its place"));
            }
            Event::Finishing => {
                self.line("finishing the current trial first; Ctrl-C again stops at once");
            }
            Event::Abandoning => self.line("stopping; the current trial will be run again"),
        }
    }

    pub(super) fn close(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }

    /// A line above the bar.
    fn line(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| talk(text)),
            None => talk(text),
        }
    }

    fn finished(&mut self, trial: &Trial, summary: &StudySummary) -> String {
        self.finished += 1;
        if let Some(value) = trial.state.value()
            && self.best.is_none_or(|(_, best)| self.direction.is_better(value, best))
        {
            self.best = Some((trial.number, value));
        }
        let result = match &trial.state {
            TrialState::Complete { value } => format!("{} {}", self.metric, table::number(*value)),
            TrialState::Failed(failure) => {
                // What happened, and what the program said last.
                let mut lines = failure.reason.lines();
                let first = lines.next().unwrap_or_default();
                let last =
                    lines.next_back().map_or_else(String::new, |l| format!(": {}", l.trim()));
                format!("failed ({}): {}{}", failure.kind, table::clean(first), table::clean(&last))
            }
            state => state.name().to_owned(),
        };
        let params = trial.params.as_ref().map_or_else(String::new, table::params);
        let best = match self.best {
            Some((number, _)) if number == trial.number => "  (best so far)".to_owned(),
            Some((number, value)) => format!("  (best {} in trial {number})", table::number(value)),
            None => String::new(),
        };
        let time = trial.seconds().map_or_else(String::new, |s| format!("  {}", table::span(s)));
        let mut line = format!(
            "trial {:>3}, {}/{}  {result}  {params}{time}{best}",
            trial.number.0, self.finished, summary.budget
        );
        if matches!(trial.state, TrialState::Failed(_)) {
            let log = trial_folder(&self.runs, &self.study, trial.number).join("trial.log");
            line += &format!("\n           log: {}", log.display());
        }
        line
    }

    /// Trial, epoch, best so far and time left.
    fn message(&self, running: &[TrialProgress], summary: &StudySummary) -> String {
        let mut parts = Vec::new();
        if let Some(trial) = running.last() {
            parts.push(match &trial.last {
                Some(report) => {
                    let of = self.steps.map_or_else(String::new, |n| format!("/{n}"));
                    let value = report.metrics.get(&self.metric).map(table::number);
                    let value = value.map_or_else(String::new, |value| format!(": {value}"));
                    format!("trial {} step {}{of}{value}", trial.number, report.step)
                }
                None => format!("trial {}", trial.number),
            });
        }
        if let Some((_, value)) = summary.best {
            parts.push(format!("best {} {}", self.metric, table::number(value)));
        }
        let done = summary.counts.finished() - self.finished_before;
        if done > 0 {
            let each = self.started.elapsed().as_secs_f64() / done as f64;
            let left = summary.budget.saturating_sub(summary.counts.finished());
            let left = std::time::Duration::from_secs((each * left as f64).ceil() as u64);
            parts.push(format!("about {} left", humantime::format_duration(left)));
        }
        parts.join("  ")
    }
}
