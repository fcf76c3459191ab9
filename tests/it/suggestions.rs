//! Suggestions stay what they are: `tests/golden/suggestions.json` holds some of every kind, with their
//! bits, and the engine revision that made them.
//!
//! After a change that is meant to change suggestions, raise `ENGINE_REVISION` and record them anew:
//! `SURMISE_RECORD=1 cargo test --test it suggestions`.
//!
//! Logarithms and exponentials are the system's, and faer chooses vector instructions by the processor. So
//! bits are compared where both are as they were when recorded; elsewhere floats of the model may differ
//! by a little.

use std::path::Path;

use serde_json::{Map, Value, json};
use surmise::StudySpec;
use surmise::sampler::{self, ENGINE_REVISION, SamplerSettings};
use surmise::space::{ParamValue, SearchSpace};
use surmise::trial::{History, Observation, Origin, TrialNumber};

/// How far a float may lie off, relative to 1 or itself, on a machine of another kind.
const TOLERANCE: f64 = 1e-6;

/// Numbers of finished trials that a suggestion sees.
const AFTER: [u64; 6] = [0, 2, 3, 7, 12, 30];

fn studies() -> Vec<(&'static str, Value)> {
    let float = |low: f64, high: f64| json!({ "type": "float", "low": low, "high": high });
    let plain = json!({ "x": float(-1.0, 2.0), "y": float(0.0, 1.0), "z": float(0.0, 9.0) });
    let mixed = json!({
        "lr": { "low": 1e-5, "high": 1.0, "log": true },
        "act": ["relu", "tanh", "gelu"],
        "n": { "type": "int", "low": 1, "high": 64, "log": true },
        "flag": "bool",
        "size": { "type": "ordinal", "choices": ["s", "m", "l"] },
    });
    let conditional = json!({
        "optimizer": ["sgd", "adam"],
        "momentum": { "low": 0.0, "high": 0.99, "when": { "optimizer": "sgd" } },
        "layers": { "low": 1, "high": 4 },
        "width": { "low": 8.0, "high": 512.0, "log": true, "when": "layers >= 2" },
    });
    let guessed = json!({
        "lr": { "low": 1e-5, "high": 1.0, "log": true, "guess": 0.01, "spread": 3.0 },
        "drop": { "low": 0.0, "high": 0.9, "step": 0.1 },
        "kind": { "choices": ["a", "b", "c"], "guess": "b" },
    });
    let finite = json!({ "a": { "low": 1, "high": 6 }, "b": ["p", "q", "r", "s"], "c": "bool" });
    let study = |sampler: Value, space: &Value, constraints: Value| {
        json!({
            "study": "golden", "direction": "minimize", "trials": 100, "seed": 7, "sampler": sampler,
            "space": space, "constraints": constraints, "objective": { "type": "external" },
        })
    };
    let slanted = json!(["x + y <= 1.5", "z * y <= 6"]);
    vec![
        ("random", study(json!("random"), &mixed, json!([]))),
        ("sobol", study(json!("sobol"), &conditional, json!([]))),
        ("plain", study(json!("gp"), &plain, json!([]))),
        ("mixed", study(json!("gp"), &mixed, json!([]))),
        ("conditional", study(json!("gp"), &conditional, json!([]))),
        ("guessed", study(json!("gp"), &guessed, json!([]))),
        ("finite", study(json!("gp"), &finite, json!([]))),
        ("constrained", study(json!("gp"), &plain, slanted)),
        ("few observations", study(json!({ "type": "gp", "observations": 9 }), &plain, json!([]))),
    ]
}

/// Trials at random points, of which every sixth failed, with losses that need no function; once there are
/// a few, the next one is pending.
fn history(space: &SearchSpace, finished: u64) -> History {
    let random = sampler::build(&SamplerSettings::Random, 1);
    let draw = |number: u64| {
        let none = History::default();
        random.suggest(space, &none, TrialNumber(number)).unwrap().params
    };
    let loss = |unit: &[f64]| {
        let terms = unit.iter().enumerate().map(|(k, u)| (u - 0.3 - 0.1 * k as f64).powi(2));
        terms.sum::<f64>() + 0.2 * unit[0] * unit[unit.len() - 1]
    };
    let observe = |number: u64| {
        let params = draw(number);
        let loss = (number % 6 != 4).then(|| loss(&space.encode(&params)));
        Observation { number: TrialNumber(number), params, loss }
    };
    let pending = (finished >= 7).then(|| draw(finished)).into_iter().collect();
    History { observations: (0..finished).map(observe).collect(), pending }
}

/// A float in words and bits.
fn float(value: f64) -> Value {
    json!(format!("{value:?} {:016x}", value.to_bits()))
}

fn suggestions(declared: &Value) -> Value {
    let spec = StudySpec::from_json(declared).unwrap();
    let sampler = sampler::build(&spec.sampler, spec.seed);
    let one = |after: u64| {
        let history = history(&spec.space, after);
        let number = TrialNumber(after + history.pending.len() as u64);
        let found = sampler.suggest(&spec.space, &history, number).unwrap();
        let value = |value: &ParamValue| match value {
            ParamValue::Float(v) => float(*v),
            other => other.to_json(),
        };
        let params: Map<String, Value> =
            found.params.iter().map(|(name, v)| (name.to_owned(), value(v))).collect();
        let mut suggestion = json!({ "after": after, "origin": found.origin.kind() });
        if let Origin::Model { acquisition, acquisition_value, observations } = &found.origin {
            suggestion[acquisition] = float(*acquisition_value);
            suggestion["observations"] = json!(observations);
        }
        suggestion["params"] = params.into();
        suggestion
    };
    AFTER.map(one).to_vec().into()
}

/// What last bits depend on: the system's functions, and what the processor has.
fn machine() -> Value {
    let bits = (1..2000).map(f64::from).map(|i| {
        let x = i / 97.0;
        [x.exp(), x.ln(), x.sin(), x.cos(), x.asin(), x.powf(0.3)].map(f64::to_bits)
    });
    let functions = bits.flatten().fold(0u64, |sum, bits| sum.rotate_left(5) ^ bits);
    #[cfg(target_arch = "x86_64")]
    let vectors = if is_x86_feature_detected!("avx512f") {
        "avx512f"
    } else if is_x86_feature_detected!("fma") {
        "fma"
    } else {
        "none"
    };
    #[cfg(not(target_arch = "x86_64"))]
    let vectors = "none";
    json!({
        "architecture": std::env::consts::ARCH,
        "vectors": vectors,
        "functions": format!("{functions:016x}"),
    })
}

/// Whether two values are equal but for floats that differ by a little.
fn close(a: &Value, b: &Value) -> bool {
    let number = |text: &Value| text.as_str()?.split_once(' ')?.0.parse::<f64>().ok();
    match (a, b) {
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| close(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| close(a, b)))
        }
        _ => match (number(a), number(b)) {
            (Some(x), Some(y)) => (x - y).abs() <= TOLERANCE * x.abs().max(1.0),
            _ => a == b,
        },
    }
}

#[test]
fn suggestions_change_only_with_the_engine_revision() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/suggestions.json");
    let studies: Map<String, Value> =
        studies().into_iter().map(|(name, study)| (name.into(), suggestions(&study))).collect();
    let found = json!({
        "engine_revision": ENGINE_REVISION, "machine": machine(), "studies": studies,
    });
    let recorded: Value = std::fs::read_to_string(&path)
        .map_or(Value::Null, |text| serde_json::from_str(&text).unwrap());
    let same_revision = recorded["engine_revision"] == ENGINE_REVISION;
    let same_machine = recorded["machine"] == found["machine"];
    let differs = |name: &&String| {
        let (was, is) = (&recorded["studies"][name.as_str()], &found["studies"][name.as_str()]);
        if same_machine { was != is } else { !close(was, is) }
    };
    let changed: Vec<&String> = studies.keys().filter(differs).collect();
    if std::env::var_os("SURMISE_RECORD").is_some() {
        let may = !same_revision || changed.is_empty();
        assert!(
            may,
            "suggestions of {changed:?} changed: raise ENGINE_REVISION before recording them"
        );
        std::fs::write(&path, format!("{found:#}\n")).unwrap();
        return;
    }
    assert!(same_revision, "the engine revision changed: record its suggestions, as the head says");
    assert!(
        changed.is_empty(),
        "suggestions of {changed:?} changed (bits compared: {same_machine}): if that is meant, raise \
         ENGINE_REVISION and record them, as the head says; they are now\n{:#}",
        found["studies"][changed[0].as_str()]
    );
}
