//! Optimising a closure in this process, without a file.

use std::ops::ControlFlow;

use surmise::objective::ObjectiveTemplate;
use surmise::{
    Closure, CommandObjective, FailureKind, Metrics, Objective, ObjectiveError, Outcome, Report,
    Reporter, RunningTrial, StopFlag, Study, StudyError, StudySpec, TrialContext, TrialNumber,
    TrialState,
};

fn bowl(trials: u64) -> Study {
    let spec = StudySpec::builder("bowl").minimize("loss").trials(trials).float("x", -1.0, 2.0);
    Study::in_memory(spec.build().unwrap()).unwrap()
}

#[test]
fn a_closure_is_optimised_in_memory() {
    let mut study = bowl(15);
    study.optimize(|trial| Ok((trial.f64("x")? - 0.7).powi(2))).unwrap();
    let best = study.best().unwrap().unwrap();
    assert!(best.state.value().unwrap() < 1e-3, "{best:?}");
    assert_eq!(study.trials().unwrap().len(), 15);
    // A study in memory is one alone.
    assert_eq!(bowl(15).trials().unwrap(), []);
}

#[test]
fn a_closure_measures_several_metrics_and_reports_them_by_step() {
    let mut study = bowl(3);
    study
        .optimize(|trial| {
            let x = trial.f64("x")?;
            trial.report(0, x)?;
            trial.report(1, [("loss", x / 2.0), ("accuracy", 0.5)])?;
            Ok([("loss", x * x), ("accuracy", 0.75)])
        })
        .unwrap();
    for trial in study.trials().unwrap() {
        let x = trial.params.as_ref().unwrap().f64("x").unwrap();
        assert_eq!(trial.state, TrialState::Complete { value: x * x });
        assert_eq!(trial.metrics, Metrics::from([("loss", x * x), ("accuracy", 0.75)]));
        let reports = [
            Report::one(0, "loss", x),
            Report { step: 1, metrics: Metrics::from([("loss", x / 2.0), ("accuracy", 0.5)]) },
        ];
        assert_eq!(trial.reports, reports);
    }
}

#[test]
fn an_error_fails_its_trial_and_the_study_goes_on() {
    let mut study = bowl(4);
    study
        .optimize(|trial| match trial.number.0 {
            0 => Err("the data are gone".into()),
            1 => Err(ObjectiveError::failed(FailureKind::Diverged, "loss is growing").into()),
            2 => Ok(f64::NAN),
            _ => Ok(trial.f64("x")?),
        })
        .unwrap();
    let failures: Vec<_> = study
        .trials()
        .unwrap()
        .into_iter()
        .map(|trial| match trial.state {
            TrialState::Failed(failure) => Some((failure.kind, failure.reason)),
            _ => None,
        })
        .collect();
    assert_eq!(failures[0], Some((FailureKind::Error, "the data are gone".into())));
    assert_eq!(failures[1], Some((FailureKind::Diverged, "loss is growing".into())));
    assert_eq!(failures[2], Some((FailureKind::NotANumber, "`loss` was NaN".into())));
    assert_eq!(failures[3], None);
}

#[test]
fn a_parameter_that_is_not_there_ends_the_study_with_its_name() {
    let mut study = bowl(4);
    let error = study.optimize(|trial| Ok(trial.f64("y")?)).unwrap_err();
    assert!(matches!(error, StudyError::Unusable { .. }));
    assert!(error.to_string().contains("trial 0 has no parameter `y`"), "{error}");
    let error = study.optimize(|trial| Ok(f64::from(trial.bool("x")?))).unwrap_err();
    assert!(error.to_string().contains("the parameter `x` is no boolean"), "{error}");
}

/// Ends every trial with its first report.
struct EndsAll;

impl Reporter for EndsAll {
    fn report(&mut self, _: Report) -> ControlFlow<()> {
        ControlFlow::Break(())
    }
}

#[test]
fn a_report_answered_so_prunes_the_trial() {
    let params = bowl(1).ask().unwrap().unwrap().params;
    let stop = StopFlag::default();
    let context = TrialContext {
        study: "bowl",
        number: TrialNumber(0),
        attempt: 1,
        params: &params,
        metric: "loss",
        seed: 1,
        folder: None,
        stop: &stop,
    };
    let mut closure = Closure::new(|trial: &mut RunningTrial<'_>| {
        trial.report(0, 1.0)?;
        Ok(2.0)
    });
    assert_eq!(closure.evaluate(&context, &mut EndsAll), Ok(Outcome::Pruned));
}

#[test]
fn a_program_needs_a_folder_and_says_so() {
    let spec = StudySpec::builder("folder").minimize("loss").trials(2).float("x", 0.0, 1.0);
    let mut study = Study::in_memory(spec.build().unwrap()).unwrap();
    let settings = serde_json::json!({
        "type": "command",
        "argv": ["sh", "-c", "echo \"{\\\"loss\\\": $x}\"; touch \"$$SURMISE_DIR/kept\""],
    });
    let template = ObjectiveTemplate::new(&settings, &study.spec().space).unwrap();
    let mut objective = CommandObjective::new(template);
    let error = study.evaluate_all(&mut objective, None).unwrap_err();
    assert!(error.to_string().contains("were given no folder"), "{error}");
    let runs = tempfile::tempdir().unwrap();
    // The trial that could not be evaluated is still this process's; the next one can.
    study.evaluate_all(&mut objective, Some(runs.path())).unwrap();
    assert!(runs.path().join("folder/1/kept").is_file());
}
