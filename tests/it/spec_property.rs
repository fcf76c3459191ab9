//! Properties of study files: whatever the text, an answer; whatever the study, the same one back.

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};
use surmise::spec::{SpecError, StudySpec, render};

/// Either a study or one error with a place inside the text, and words for it.
fn gives_an_answer(text: &str) -> Result<(), TestCaseError> {
    let Err(error) = StudySpec::parse(text, "test.yaml") else {
        return Ok(());
    };
    let SpecError::Invalid(found) = &error else {
        return Err(TestCaseError::fail(format!("no place: {error}")));
    };
    prop_assert!(found.line >= 1 && found.column >= 1);
    prop_assert!(found.line <= found.source.matches('\n').count() + 1);
    prop_assert!(found.span.start <= found.span.end && found.span.end <= found.source.len());
    prop_assert!(found.source.is_char_boundary(found.span.start));
    prop_assert!(found.source.is_char_boundary(found.span.end));
    prop_assert!(!found.message.is_empty());
    for colour in [false, true] {
        prop_assert!(render(&error, colour).contains("test.yaml:"));
    }
    Ok(())
}

/// Files to start mutations from.
fn seeds() -> Vec<String> {
    ["experiments", "tests/specs/bad"]
        .iter()
        .flat_map(|folder| std::fs::read_dir(folder).unwrap())
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "yaml"))
        .filter_map(|path| std::fs::read_to_string(path).ok())
        .filter(|text| text.len() < 4000)
        .collect()
}

/// Cuts out `cut` characters at a share `at` of the text and puts others there.
fn edit(text: &str, at: f64, cut: usize, insert: &str) -> String {
    let count = text.chars().count();
    let start = (at * count as f64) as usize;
    let head = text.chars().take(start);
    head.chain(insert.chars()).chain(text.chars().skip(start + cut)).collect()
}

fn snippet() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        prop::sample::select(vec![
            "\t", "\n", "  ", ": ", "- ", "{", "}", "[", "]", "\"", "'", "&a ", "*a", "!x ", "$",
            "${", "$$", "#", "|", ">", "---\n", "...\n", "? ", "<<: ", "%", "@", "`", "\u{0}",
            "\u{85}", "\u{2028}", "\u{feff}", "é", "1e999", "-0", ".nan", ".inf", "null", "0x1F",
            "1_000", "\r", "\r\n", ",",
        ])
        .prop_map(String::from),
        "[ -~\n]{0,8}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_text_gets_an_answer(text in prop_oneof!["\\PC{0,80}", "[ \\-a-c:{}\\[\\],\n\t\"'&*!$#|>?]{0,60}", any::<String>()]) {
        gives_an_answer(&text)?;
    }

    #[test]
    fn any_mutated_study_gets_an_answer(
        seed in prop::sample::select(seeds()),
        edits in vec((0.0..1.0f64, 0usize..6, snippet()), 1..4),
    ) {
        let text = edits.iter().fold(seed, |text, (at, cut, insert)| edit(&text, *at, *cut, insert));
        gives_an_answer(&text)?;
    }
}

/// Bounds of a range, any finite floats whose distance is finite.
fn float_domain() -> impl Strategy<Value = Value> {
    let finite = || prop::num::f64::NORMAL | prop::num::f64::SUBNORMAL | prop::num::f64::ZERO;
    (finite(), finite(), any::<bool>(), prop::option::of(0.001..1.0f64)).prop_filter_map(
        "an empty or endless range",
        |(a, b, log, share)| {
            let (low, high) = if a < b { (a, b) } else { (b, a) };
            let step = share.map(|s| (high - low) * s);
            let fits = low < high && (high - low).is_finite() && (!log || low > 0.0);
            (fits && step.is_none_or(|s| s > 0.0)).then(
                || json!({ "type": "float", "low": low, "high": high, "log": log, "step": step }),
            )
        },
    )
}

fn int_domain() -> impl Strategy<Value = Value> {
    (-(1i64 << 51)..1 << 51, 1i64..1 << 51, 1i64..100).prop_map(|(low, width, step)| {
        let log = low > 0 && step % 2 == 0;
        json!({ "type": "int", "low": low, "high": low + width.max(step), "log": log, "step": step })
    })
}

fn choices(text: &'static str) -> impl Strategy<Value = Value> {
    let choice = prop_oneof![
        text.prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        (-1e300..1e300f64).prop_map(Value::from),
    ];
    (vec(choice, 2..6), any::<bool>()).prop_filter_map("equal choices", |(choices, ordinal)| {
        let equal = |a: &Value, b: &Value| a == b || (a.is_number() && a.as_f64() == b.as_f64());
        let twice = (1..choices.len()).any(|j| choices[..j].iter().any(|c| equal(c, &choices[j])));
        let kind = if ordinal { "ordinal" } else { "categorical" };
        (!twice).then(|| json!({ "type": kind, "choices": choices }))
    })
}

/// Some parameters depend on one before, some have a guess.
fn with_conditions(
    declared: std::collections::BTreeMap<String, (Value, u8, prop::sample::Index)>,
) -> serde_json::Map<String, Value> {
    let mut space = serde_json::Map::new();
    for (name, (mut domain, kind, index)) in declared {
        let first = |domain: &Value| match domain["type"].as_str() {
            Some("bool") => Value::from(true),
            Some("categorical" | "ordinal") => domain["choices"][0].clone(),
            _ => domain["low"].clone(),
        };
        if kind % 2 == 1 {
            domain["guess"] = first(&domain);
        }
        if let Some((parent, parent_domain)) =
            (!space.is_empty()).then(|| space.iter().nth(index.index(space.len())).unwrap())
        {
            match kind / 2 {
                1 => domain["when"] = json!({ parent: [first(parent_domain)] }),
                2 if parent_domain["type"] == "bool" => {
                    domain["when"] = format!("not ${{{parent}}}").into();
                }
                2 if parent_domain["low"].is_number() => {
                    domain["when"] = format!("${{{parent}}} >= {}", parent_domain["low"]).into();
                }
                _ => {}
            }
        }
        space.insert(name, domain);
    }
    space
}

/// Studies whose texts match a pattern.
fn study(text: &'static str) -> impl Strategy<Value = Value> {
    let domain =
        prop_oneof![float_domain(), int_domain(), choices(text), Just(json!({ "type": "bool" }))];
    let parameter = (domain, 0u8..8, any::<prop::sample::Index>());
    let space = prop::collection::btree_map("[a-zé_][a-z0-9_.-]{0,8}", parameter, 1..6)
        .prop_map(with_conditions);
    let sampler = prop_oneof![
        Just(json!({ "type": "random" })),
        Just(json!({ "type": "sobol" })),
        prop::option::of(1usize..100).prop_map(|n| json!({ "type": "gp", "sobol": n })),
    ];
    let arguments = vec(text, 0..4);
    let timeout = prop::option::of((1u64..1 << 40).prop_map(|ns| format!("{ns}ns")));
    (space, sampler, arguments, timeout, any::<u64>(), 1u64..10_000_000).prop_map(
        |(space, sampler, arguments, timeout, seed, trials)| {
            let constraints: Vec<String> = space
                .iter()
                .filter(|(_, p)| p["low"].is_number() && p["type"] == "int")
                .map(|(name, p)| format!("${{{name}}} <= {} or ${{{name}}} > 0.5", p["high"]))
                .collect();
            let mut argv = vec![Value::from("run")];
            argv.extend(arguments.iter().map(|text| text.replace('$', "$$").into()));
            argv.extend(space.keys().map(|name| format!("--{name}=${{{name}}}").into()));
            json!({
                "study": "a-study.1", "direction": "maximize", "metric": "m", "trials": trials,
                "seed": seed, "sampler": sampler, "space": space, "constraints": constraints,
                "objective": { "type": "command", "argv": argv, "timeout": timeout },
            })
        },
    )
}

/// Equal, floats to the bit: the texts of numbers are the shortest that read back.
fn same(a: &StudySpec, b: &StudySpec) -> Result<(), TestCaseError> {
    prop_assert_eq!(a, b);
    prop_assert_eq!(a.to_json().to_string(), b.to_json().to_string());
    Ok(())
}

proptest! {
    #[test]
    fn json_gives_the_same_study_back(
        mut json in study("\\PC{0,8}|[\\x01-\\x08\n\t]{0,4}"),
        units in vec(vec(0.0..1.0f64, 5), 0..4),
    ) {
        let spec = StudySpec::from_json(&json).map_err(|e| TestCaseError::fail(e.to_string()))?;
        let snapped = units.iter().map(|unit| spec.space.snap(unit));
        let feasible = snapped.filter(|unit| spec.space.is_feasible(unit));
        let mut points: Vec<_> = feasible.map(|unit| spec.space.decode(&unit)).collect();
        points.dedup();
        let distinct = (1..points.len()).all(|i| !points[..i].contains(&points[i]));
        if distinct {
            json["enqueue"] = points.iter().map(|p| serde_json::to_value(p).unwrap()).collect();
        }
        let spec = StudySpec::from_json(&json).map_err(|e| TestCaseError::fail(e.to_string()))?;
        if distinct {
            prop_assert_eq!(&spec.enqueue, &points);
        }
        same(&spec, &StudySpec::from_json(&spec.to_json()).unwrap())?;
        let text = spec.to_json().to_string();
        same(&spec, &StudySpec::from_json(&serde_json::from_str(&text).unwrap()).unwrap())?;
    }

    #[test]
    fn a_builder_makes_the_study_that_is_read(json in study("\\PC{0,8}")) {
        let spec = StudySpec::from_json(&json).map_err(|e| TestCaseError::fail(e.to_string()))?;
        let mut builder = StudySpec::builder(&spec.study)
            .maximize(&spec.metric)
            .trials(spec.trials)
            .seed(spec.seed)
            .sampler(spec.sampler.clone())
            .objective(json["objective"].clone());
        for parameter in spec.space.parameters() {
            builder = builder.parameter(parameter.clone());
        }
        for constraint in spec.space.constraints() {
            builder = builder.constraint(constraint);
        }
        same(&spec, &builder.build().map_err(|e| TestCaseError::fail(e.to_string()))?)?;
    }

    #[test]
    fn json_is_yaml(json in study("[ -~éß漢\n\t]{0,8}")) {
        let spec = StudySpec::from_json(&json).map_err(|e| TestCaseError::fail(e.to_string()))?;
        let read = StudySpec::parse(&spec.to_json().to_string(), "test.yaml");
        same(&spec, &read.map_err(|e| TestCaseError::fail(e.to_string()))?)?;
    }
}
