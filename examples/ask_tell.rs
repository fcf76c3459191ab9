//! Ask and tell: surmise proposes, your own loop evaluates; the study is kept in a database.
//!
//!     cargo run --release --example ask_tell

use std::error::Error;

use surmise::{SqliteOptions, SqliteStore, Study, StudySpec};

/// Branin's function: three equal minima of 0.397887.
fn branin(x1: f64, x2: f64) -> f64 {
    use std::f64::consts::PI;
    let curve = x2 - 5.1 / (4.0 * PI * PI) * x1 * x1 + 5.0 / PI * x1 - 6.0;
    curve * curve + 10.0 * (1.0 - 1.0 / (8.0 * PI)) * x1.cos() + 10.0
}

fn main() -> Result<(), Box<dyn Error>> {
    let spec = StudySpec::builder("ask-tell")
        .minimize("value")
        .trials(30)
        .seed(7)
        .float("x1", -5.0, 10.0)
        .float("x2", 0.0, 15.0)
        .build()?;
    let store = SqliteStore::open("examples.db", &SqliteOptions::default())?;
    let mut study = Study::open_or_create(Box::new(store), spec)?;

    // Stop this loop at any moment: it goes on where it was when started again.
    while let Some(trial) = study.ask()? {
        let params = &trial.params;
        let (x1, x2) = (params.f64("x1").unwrap_or(0.0), params.f64("x2").unwrap_or(0.0));
        let value = branin(x1, x2);
        println!("trial {:>2}: {value:>10.5} at {params}", trial.number);
        study.tell_value(&trial, value)?;
    }

    if let Some(best) = study.best()? {
        println!("best: {:?} in trial {}", best.state.value(), best.number);
    }
    Ok(())
}
