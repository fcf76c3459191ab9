//! A closure as the objective: gradient descent whose learning rate and momentum are tuned, with the
//! loss of every step reported.
//!
//!     cargo run --release --example closure

use std::error::Error;
use std::path::Path;

use surmise::{Closure, ObjectiveError, Report, SqliteOptions, SqliteStore, Study, StudySpec};

const STUDY: &str = "
study: closure
direction: minimize
metric: loss
trials: 25
seed: 1
sampler: { type: gp, sobol: 8 }
space:
  lr:       { type: float, low: 1e-5, high: 1.0, log: true }
  momentum: { type: float, low: 0.0, high: 0.99 }
  nesterov: { type: bool }
objective: { type: external }
";

fn main() -> Result<(), Box<dyn Error>> {
    let spec = StudySpec::parse(STUDY, "examples/closure.rs")?;
    let store = SqliteStore::open("examples.db", &SqliteOptions::default())?;
    let mut study = Study::open_or_create(Box::new(store), spec)?;

    let mut descend =
        Closure(|trial: &surmise::TrialContext<'_>, reporter: &mut dyn surmise::Reporter| {
            let missing = |name: &str| ObjectiveError::Unusable { reason: format!("no `{name}`") };
            let lr = trial.params.f64("lr").ok_or_else(|| missing("lr"))?;
            let momentum = trial.params.f64("momentum").ok_or_else(|| missing("momentum"))?;
            let nesterov = trial.params.bool("nesterov").ok_or_else(|| missing("nesterov"))?;

            // Rosenbrock's valley, from (-1, 1): f = (1 - x)² + 100 (y - x²)².
            let (mut x, mut y, mut vx, mut vy) = (-1.0_f64, 1.0_f64, 0.0, 0.0);
            let loss = |x: f64, y: f64| (1.0 - x).powi(2) + 100.0 * (y - x * x).powi(2);
            for step in 0..200 {
                let (px, py) =
                    if nesterov { (x + momentum * vx, y + momentum * vy) } else { (x, y) };
                let (gx, gy) =
                    (-2.0 * (1.0 - px) - 400.0 * px * (py - px * px), 200.0 * (py - px * px));
                (vx, vy) = (momentum * vx - lr * gx, momentum * vy - lr * gy);
                (x, y) = (x + vx, y + vy);
                if step % 50 == 49 {
                    let _ = reporter.report(Report::one(step, trial.metric, loss(x, y)));
                }
            }
            // A learning rate too large ends in infinity: the study keeps that as a failed trial.
            Ok(loss(x, y))
        });
    study.optimize(&mut descend, Path::new("runs"))?;

    for trial in study.trials()? {
        let state =
            trial.state.value().map_or(trial.state.name().to_owned(), |v| format!("{v:.5}"));
        println!(
            "trial {:>2}: {state:>10} {}",
            trial.number,
            trial.params.map_or(String::new(), |p| p.to_string())
        );
    }
    if let Some(best) = study.best()? {
        println!("best: {:?} in trial {}", best.state.value(), best.number);
    }
    Ok(())
}
