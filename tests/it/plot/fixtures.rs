//! Studies to draw: known functions, trials spread over them, and a small Gaussian process.

use nalgebra::{DMatrix, DVector};
use surmise::objective::ObjectiveSpec;
use surmise::plot::Prediction;
use surmise::sampler::{GpSettings, SamplerSettings};
use surmise::space::{
    CategoricalDomain, Domain, FloatDomain, IntDomain, OrdinalDomain, ParamValue, Parameter,
    Params, Scale, SearchSpace,
};
use surmise::spec::StudySpec;
use surmise::trial::{
    Annotations, Attempt, AttemptOutcome, Direction, EventNumber, Failure, FailureKind, Launch,
    Metrics, Origin, Timestamp, Trial, TrialNumber, TrialState,
};

pub fn float(name: &str, low: f64, high: f64, scale: Scale) -> Parameter {
    let domain = Domain::Float(FloatDomain::new(low, high, scale, None).unwrap());
    named(name, domain)
}

pub fn int(name: &str, low: i64, high: i64, scale: Scale) -> Parameter {
    named(name, Domain::Int(IntDomain::new(low, high, scale, 1).unwrap()))
}

pub fn named(name: &str, domain: Domain) -> Parameter {
    Parameter::new(name, domain)
}

pub fn texts(values: &[&str]) -> Vec<ParamValue> {
    values.iter().map(|v| ParamValue::Text((*v).to_owned())).collect()
}

pub fn categorical(name: &str, choices: &[&str]) -> Parameter {
    named(name, Domain::Categorical(CategoricalDomain::new(texts(choices)).unwrap()))
}

pub fn ordinal(name: &str, choices: &[&str]) -> Parameter {
    named(name, Domain::Ordinal(OrdinalDomain::new(texts(choices)).unwrap()))
}

pub fn spec(study: &str, metric: &str, direction: Direction, space: Vec<Parameter>) -> StudySpec {
    StudySpec {
        study: study.to_owned(),
        direction,
        metric: metric.to_owned(),
        trials: 20,
        seed: 7,
        sampler: SamplerSettings::Gp(GpSettings { sobol: Some(5), ..GpSettings::default() }),
        space: SearchSpace::new(space).unwrap(),
        enqueue: Vec::new(),
        objective: ObjectiveSpec::External,
    }
}

/// Additive recurrence by the generalised golden ratio: even and reproducible.
pub fn spread(k: usize, d: usize) -> Vec<f64> {
    let mut phi: f64 = 2.0;
    for _ in 0..50 {
        phi = (1.0 + phi).powf(1.0 / (d as f64 + 1.0));
    }
    (1..=d).map(|j| (0.5 + (k + 1) as f64 * phi.powi(-(j as i32))).fract()).collect()
}

/// A complete trial; `sobol` of them come first, each takes 42 s.
pub fn trial(number: u64, params: Params, state: TrialState, sobol: u64) -> Trial {
    let start = Timestamp(1_700_000_000_000_000 + number as i64 * 43_000_000);
    Trial {
        number: TrialNumber(number),
        params: Some(params),
        origin: Some(if number < sobol {
            Origin::Sobol
        } else {
            Origin::Model {
                acquisition: "log_ei".to_owned(),
                acquisition_value: -1.5,
                observations: number as usize,
            }
        }),
        state,
        engine_revision: Some(1),
        saw: EventNumber(number),
        ended: Some(EventNumber(number + 1)),
        asked_at: start,
        finished_at: Some(Timestamp(start.0 + 42_000_000)),
        metrics: Metrics::new(),
        reports: Vec::new(),
        attempts: vec![Attempt {
            number: 1,
            worker: None,
            started_at: Some(start),
            ended_at: Some(Timestamp(start.0 + 42_000_000)),
            outcome: Some(AttemptOutcome::Complete),
            launch: Launch::default(),
        }],
        annotations: Annotations::default(),
    }
}

pub fn failed() -> TrialState {
    TrialState::Failed(Failure { kind: FailureKind::Diverged, reason: "loss is NaN".to_owned() })
}

/// A Gaussian process on the unit cube with fixed hyperparameters.
pub struct TinyGp {
    space: SearchSpace,
    x: Vec<Vec<f64>>,
    weights: DVector<f64>,
    inverse: DMatrix<f64>,
    mean: f64,
    scale: f64,
    length: f64,
}

impl TinyGp {
    pub fn new(spec: &StudySpec, trials: &[Trial], length: f64) -> Self {
        let complete: Vec<&Trial> = trials.iter().filter(|t| t.state.value().is_some()).collect();
        let x: Vec<Vec<f64>> =
            complete.iter().map(|t| spec.space.encode(t.params.as_ref().unwrap())).collect();
        let y: Vec<f64> = complete.iter().map(|t| t.state.value().unwrap()).collect();
        let n = y.len();
        let mean = y.iter().sum::<f64>() / n as f64;
        let scale = (y.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n as f64).sqrt().max(1e-9);
        let k = DMatrix::from_fn(n, n, |i, j| {
            kernel(&x[i], &x[j], length) + if i == j { 1e-3 } else { 0.0 }
        });
        let inverse = k.cholesky().unwrap().inverse();
        let weights = &inverse * DVector::from_iterator(n, y.iter().map(|v| (v - mean) / scale));
        Self { space: spec.space.clone(), x, weights, inverse, mean, scale, length }
    }

    pub fn predict(&self, points: &[Params]) -> Vec<Prediction> {
        let one = |params: &Params| {
            let u = self.space.encode(params);
            let k = DVector::from_iterator(
                self.x.len(),
                self.x.iter().map(|x| kernel(x, &u, self.length)),
            );
            let variance = 1.0 - (k.transpose() * &self.inverse * &k)[0];
            Prediction {
                mean: self.mean + self.scale * k.dot(&self.weights),
                standard_error: self.scale * variance.max(0.0).sqrt(),
            }
        };
        points.iter().map(one).collect()
    }
}

fn kernel(a: &[f64], b: &[f64], length: f64) -> f64 {
    let r = a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt() / length;
    let s = 5f64.sqrt() * r;
    (1.0 + s + s * s / 3.0) * (-s).exp()
}

/// Trials at spread points, the later ones drawn towards `centre` in the unit cube.
pub fn trials(
    spec: &StudySpec,
    n: usize,
    sobol: usize,
    centre: &[f64],
    f: impl Fn(&Params) -> TrialState,
) -> Vec<Trial> {
    (0..n)
        .map(|k| {
            let mut u = spread(k, spec.space.len());
            if k >= sobol {
                let pull = 0.35 + 0.6 * (k - sobol) as f64 / (n - sobol) as f64;
                let pull = if k % 4 == 3 { 0.2 } else { pull };
                for (u, c) in u.iter_mut().zip(centre) {
                    *u += pull * (c - *u);
                }
            }
            let params = spec.space.decode(&u);
            let state = f(&params);
            trial(k as u64, params, state, sobol as u64)
        })
        .collect()
}

pub fn avatars() -> (StudySpec, Vec<Trial>) {
    let space = vec![float("lr", 1e-6, 0.4, Scale::Log), float("beta1", 0.5, 0.999, Scale::Linear)];
    let spec = spec("avatars", "accuracy", Direction::Maximize, space);
    let trials = trials(&spec, 20, 5, &[0.52, 0.78], |p| {
        let (lr, beta1) = (p.f64("lr").unwrap().log10(), p.f64("beta1").unwrap());
        if lr > -2.0 {
            return failed();
        }
        let hill =
            (-((lr + 3.0) / 1.2).powi(2)).exp() * (1.0 - 0.8 * (beta1 - 0.88).powi(2) / 0.15);
        let value = 0.5 + 0.38 * hill.max(0.0);
        TrialState::Complete { value: (value * 400.0).round() / 400.0 }
    });
    (spec, trials)
}

pub fn mixed() -> (StudySpec, Vec<Trial>) {
    let space = vec![
        int("layers", 1, 6, Scale::Linear),
        int("units", 16, 512, Scale::Log),
        categorical("activation", &["relu", "gelu", "tanh", "a rather long name of an activation"]),
        ordinal("size", &["small", "medium", "large"]),
        named("batch_norm", Domain::Bool),
        float("dropout", 0.0, 0.6, Scale::Linear),
    ];
    let spec = spec("mixed", "validation_loss", Direction::Minimize, space);
    let trials = trials(&spec, 50, 12, &[0.6, 0.7, 0.4, 0.5, 0.9, 0.3], |p| {
        let units = p.f64("units").unwrap().ln();
        let layers = p.f64("layers").unwrap();
        let activation = match p.str("activation").unwrap() {
            "relu" => 0.1,
            "gelu" => 0.0,
            "tanh" => 0.3,
            _ => 0.5,
        };
        let dropout = p.f64("dropout").unwrap();
        if dropout > 0.45 {
            return TrialState::Pruned;
        }
        let value = 0.3
            + 0.05 * (units - 5.3).powi(2)
            + 0.03 * (layers - 4.0).powi(2)
            + activation
            + (dropout - 0.2).powi(2);
        TrialState::Complete { value }
    });
    (spec, trials)
}

/// A run whose best value approaches 1 at a rate, with reproducible scatter.
pub fn run(seed: u64, n: u64, rate: f64) -> Vec<Trial> {
    let space = vec![float("x", 0.0, 1.0, Scale::Linear)];
    let spec = spec("run", "accuracy", Direction::Maximize, space);
    (0..n)
        .map(|k| {
            let noise = ((seed * 7919 + k * 104_729) as f64 * 0.618_033_988_749).fract();
            let top = 0.92 - 0.4 * (-rate * k as f64).exp();
            let value = 0.5 + (top - 0.5) * noise.powf(0.4);
            trial(k, spec.space.decode(&[noise]), TrialState::Complete { value }, 5)
        })
        .collect()
}
