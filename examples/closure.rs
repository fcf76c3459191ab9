//! A closure as the objective: gradient descent whose learning rate and momentum are tuned, with what is
//! measured on the way reported. The study lives in memory: no file is made.
//!
//!     cargo run --release --example closure

use std::error::Error;

use surmise::{GpSettings, SamplerSettings, Study, StudySpec};

fn main() -> Result<(), Box<dyn Error>> {
    let spec = StudySpec::builder("closure")
        .minimize("loss")
        .trials(25)
        .seed(1)
        .sampler(SamplerSettings::Gp(GpSettings { sobol: Some(8), ..GpSettings::default() }))
        .log_float("lr", 1e-5, 1.0)
        .float("momentum", 0.0, 0.99)
        .bool("nesterov")
        .build()?;
    let mut study = Study::in_memory(spec)?;

    study.optimize(|trial| {
        let (lr, momentum) = (trial.f64("lr")?, trial.f64("momentum")?);
        let nesterov = trial.bool("nesterov")?;

        // Rosenbrock's valley, from (-1, 1): f = (1 - x)² + 100 (y - x²)².
        let (mut x, mut y, mut vx, mut vy) = (-1.0_f64, 1.0_f64, 0.0, 0.0);
        let loss = |x: f64, y: f64| (1.0 - x).powi(2) + 100.0 * (y - x * x).powi(2);
        for step in 0..200 {
            let (px, py) = if nesterov { (x + momentum * vx, y + momentum * vy) } else { (x, y) };
            let (gx, gy) =
                (-2.0 * (1.0 - px) - 400.0 * px * (py - px * px), 200.0 * (py - px * px));
            (vx, vy) = (momentum * vx - lr * gx, momentum * vy - lr * gy);
            (x, y) = (x + vx, y + vy);
            if step % 50 == 49 {
                trial
                    .report(step, [("loss", loss(x, y)), ("distance", (x - 1.0).hypot(y - 1.0))])?;
            }
        }
        // A learning rate too large ends in infinity: the study keeps that as a failed trial.
        Ok(loss(x, y))
    })?;

    for trial in study.trials()? {
        let value = trial.state.value().map(|value| format!("{value:.5}"));
        let state = value.unwrap_or(trial.state.name().to_owned());
        let params = trial.params.map(|params| params.to_string()).unwrap_or_default();
        println!("trial {:>2}: {state:>10} {params}", trial.number);
    }
    if let Some(best) = study.best()? {
        println!("best: {:?} in trial {}", best.state.value(), best.number);
    }
    Ok(())
}
