use surmise::plot::{CompareData, CompareRun, PlotError, Quartiles};
use surmise::trial::{Direction, EventNumber, Trial, TrialState};

use super::fixtures::*;

/// A run with these values, `None` for a failed trial.
fn run_of(values: &[Option<f64>]) -> Vec<Trial> {
    let (spec, _) = avatars();
    let params = spec.space.decode(&[0.5, 0.5]);
    let state = |v: &Option<f64>| match v {
        Some(value) => TrialState::Complete { value: *value },
        None => failed(),
    };
    (0..).zip(values).map(|(k, v)| trial(k, params.clone(), state(v), 2)).collect()
}

fn view<'a>(label: &'a str, trials: &'a [Trial]) -> CompareRun<'a> {
    CompareRun { label, metric: "loss", direction: Direction::Minimize, trials }
}

#[test]
fn seeds_form_quartiles() {
    let a = run_of(&[Some(8.0), Some(4.0), Some(5.0)]);
    let b = run_of(&[None, Some(6.0), Some(2.0), Some(1.0)]);
    let c = run_of(&[Some(9.0), Some(9.0), Some(3.0)]);
    let dead = run_of(&[None, None]);
    let runs = [view("gp", &a), view("gp", &b), view("gp", &c), view("gp", &dead)];
    let data = CompareData::new(&runs).unwrap();
    let group = &data.groups[0];
    assert_eq!((group.runs, group.valued, group.trials), (4, 3, (3, 4)));
    // Run b has no value after its first trial; runs a and c end after three.
    let steps: Vec<(usize, f64, f64, f64)> = group
        .steps
        .iter()
        .map(|s| (s.finished, s.best.lower, s.best.median, s.best.upper))
        .collect();
    assert_eq!(steps, [(2, 5.0, 6.0, 7.5), (3, 2.5, 3.0, 3.5)]);
    let last = Quartiles { lower: 2.0, median: 3.0, upper: 3.5 };
    assert_eq!(group.last, Some(last));
}

#[test]
fn trials_count_in_the_order_of_finishing() {
    let mut run = run_of(&[Some(1.0), Some(5.0), Some(3.0)]);
    run[0].ended = Some(EventNumber(9));
    let data = CompareData::new(&[view("a", &run)]).unwrap();
    let medians: Vec<f64> = data.groups[0].steps.iter().map(|s| s.best.median).collect();
    assert_eq!(medians, [5.0, 3.0, 1.0]);
}

#[test]
fn final_values_are_tabled() {
    let a = run_of(&[Some(8.0), Some(4.0), Some(5.0)]);
    let b = run_of(&[None, Some(6.25), Some(2e-9)]);
    let dead = run_of(&[None, None]);
    let runs =
        [view("größe", &a), view("größe", &b), view("a longer name", &a), view("nothing", &dead)];
    insta::assert_snapshot!(CompareData::new(&runs).unwrap().table());
}

#[test]
fn only_like_is_compared() {
    let run = run_of(&[Some(1.0)]);
    let a = view("a", &run);
    assert!(matches!(CompareData::new(&[]), Err(PlotError::NoStudies)));
    let other = CompareRun { metric: "accuracy", ..a };
    assert!(matches!(CompareData::new(&[a, other]), Err(PlotError::MixedMetrics { .. })));
    let other = CompareRun { direction: Direction::Maximize, ..a };
    assert!(matches!(CompareData::new(&[a, other]), Err(PlotError::MixedDirections { .. })));
}
