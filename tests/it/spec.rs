//! Study files: what loads, what it means, and what is refused with which words.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;
use surmise::objective::cnn::{
    CnnSettings, Course, EarlyStopping, OptimizerKind, Precision, Schedule, Transform, Watched,
};
use surmise::objective::{
    CommandSettings, ObjectiveSettings, ObjectiveSpec, ObjectiveTemplate, TemplateError,
};
use surmise::sampler::{Ablation, SamplerSettings};
use surmise::space::{Domain, IntDomain, ParamValue, Params, Scale, SearchSpace};
use surmise::spec::{SpecError, StudySpec, render};
use surmise::trial::Direction;

/// A study whose space and objective are given.
fn study(space: &str, objective: &str) -> String {
    format!("study: s\ndirection: minimize\ntrials: 3\nspace: {space}\nobjective: {objective}\n")
}

/// A study of one parameter `x`.
fn parameter(domain: &str) -> String {
    study(&format!("{{ x: {domain} }}"), "{ type: command, argv: [run, $x] }")
}

#[track_caller]
fn load(text: &str) -> StudySpec {
    StudySpec::parse(text, "test.yaml").unwrap_or_else(|e| panic!("{}", render(&e, false)))
}

#[track_caller]
fn refuse(text: &str) -> String {
    StudySpec::parse(text, "test.yaml").unwrap_err().to_string()
}

fn bind(spec: &StudySpec, params: &Params) -> ObjectiveSettings {
    match &spec.objective {
        ObjectiveSpec::Template(template) => template.bind(params).unwrap(),
        ObjectiveSpec::External => panic!("nothing to bind"),
    }
}

fn command(spec: &StudySpec, params: &Params) -> CommandSettings {
    match bind(spec, params) {
        ObjectiveSettings::Command(command) => command,
        other => panic!("no command: {other:?}"),
    }
}

/// YAML files of a folder, by name.
fn files(folder: &str) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = Path::new(folder)
        .read_dir()
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "yaml"))
        .collect();
    paths.sort();
    paths
}

#[test]
fn every_experiment_loads_and_finds_its_files() {
    let paths = files("experiments");
    assert!(paths.len() >= 3);
    for path in paths {
        let spec = StudySpec::load(&path).unwrap_or_else(|e| panic!("{}", render(&e, false)));
        spec.check_files(&path).unwrap_or_else(|e| panic!("{}", render(&e, false)));
        assert_eq!(Some(spec.study.as_str()), path.file_stem().unwrap().to_str());
        assert_eq!(StudySpec::from_json(&spec.to_json()), Ok(spec));
    }
}

#[test]
fn the_avatars_study_means_what_it_says() {
    let spec = StudySpec::load("experiments/avatars.yaml").unwrap();
    assert_eq!(
        spec.to_json(),
        json!({
            "study": "avatars",
            "direction": "maximize",
            "metric": "accuracy",
            "trials": 20,
            "seed": 7,
            "sampler": { "type": "gp", "sobol": 5, "observations": 1000 },
            "space": {
                "lr": { "type": "float", "low": 1e-6, "high": 0.4, "log": true, "step": null },
                "beta1": { "type": "float", "low": 0.5, "high": 0.999, "log": false, "step": null },
            },
            "objective": {
                "type": "cnn",
                "data": {
                    "train": "data/avatars/train",
                    "valid": "data/avatars/valid",
                    "test": "data/avatars/test",
                    "image_size": 64,
                    "transforms": [],
                    "cache": "auto",
                    "corrupt": "fail",
                },
                "model": { "type": "bitmoji" },
                "batch_size": 128,
                "shuffle": true,
                "drop_last": false,
                "epochs": 20,
                "optimizer": {
                    "type": "adam",
                    "lr": "$lr",
                    "beta1": "$beta1",
                    "beta2": 0.999,
                    "eps": 1e-8,
                    "weight_decay": 0.0,
                },
                "schedule": { "type": "constant", "warmup": 0.0 },
                "label_smoothing": 0.0,
                "clip_norm": null,
                "early_stopping": null,
                "device": "auto",
                "precision": "float32",
                "threads": 1,
            },
        })
    );
    let params = spec
        .space
        .check([("lr", ParamValue::Float(0.01)), ("beta1", ParamValue::Float(0.75))])
        .unwrap();
    let ObjectiveSettings::Cnn(cnn) = bind(&spec, &params) else {
        panic!("no CNN");
    };
    assert_eq!((cnn.optimizer.lr, cnn.optimizer.beta1, cnn.epochs), (0.01, 0.75, 20));
}

fn cnn(spec: &StudySpec, params: &[(&str, ParamValue)]) -> CnnSettings {
    match bind(spec, &spec.space.check(params.to_vec()).unwrap()) {
        ObjectiveSettings::Cnn(cnn) => *cnn,
        other => panic!("no CNN: {other:?}"),
    }
}

/// A study of a CNN with these keys.
fn cnn_study(space: &str, keys: &str) -> String {
    let objective =
        format!("{{ type: cnn, data: {{ train: a, valid: b }}, model: bitmoji, {keys} }}");
    study(space, &objective) + "metric: loss\n"
}

#[test]
fn an_optimizer_may_be_a_parameter_with_settings_of_its_own() {
    let spec = load(&cnn_study(
        "{ optimizer: [sgd, adam], lr: { low: 1e-4, high: 0.1, log: true },
           momentum: { low: 0.0, high: 0.99, when: { optimizer: sgd } },
           beta1: { low: 0.5, high: 0.99, when: { optimizer: adam } } }",
        "optimizer: { type: $optimizer, lr: $lr, momentum: $momentum, beta1: '${beta1}' }",
    ));
    // Its defaults hang on the type, so none is written out; everything else is.
    let json = spec.to_json();
    assert_eq!(
        json["objective"]["optimizer"],
        json!({ "type": "$optimizer", "lr": "$lr", "momentum": "$momentum", "beta1": "$beta1" })
    );
    assert_eq!(json["objective"]["epochs"], 20);
    assert_eq!(StudySpec::from_json(&json), Ok(spec.clone()));

    let (optimizer, lr) = (|name: &str| ("optimizer", name.into()), ("lr", 0.01.into()));
    let sgd = cnn(&spec, &[optimizer("sgd"), lr.clone(), ("momentum", 0.9.into())]).optimizer;
    assert_eq!((sgd.kind, sgd.momentum), (OptimizerKind::Sgd, 0.9));
    let adam = cnn(&spec, &[optimizer("adam"), lr, ("beta1", 0.7.into())]).optimizer;
    assert_eq!((adam.kind, adam.lr, adam.beta1), (OptimizerKind::Adam, 0.01, 0.7));
}

#[test]
fn defaults_are_those_of_the_chosen_optimizer() {
    let space = "{ kind: [sgd, adam, adamw, rmsprop] }";
    let spec = load(&cnn_study(space, "optimizer: { type: $kind }"));
    for (kind, lr, weight_decay) in
        [("sgd", 1e-3, 0.0), ("adam", 1e-3, 0.0), ("adamw", 1e-3, 1e-2), ("rmsprop", 1e-2, 0.0)]
    {
        let optimizer = cnn(&spec, &[("kind", kind.into())]).optimizer;
        assert_eq!((optimizer.lr, optimizer.weight_decay), (lr, weight_decay), "{kind}");
        let alone = load(&cnn_study(
            "{ n: { low: 1, high: 9 } }",
            &format!("epochs: $n, optimizer: {{ type: {kind} }}"),
        ));
        assert_eq!(cnn(&alone, &[("n", 3.into())]).optimizer, optimizer);
        let json = alone.to_json();
        let keys = json["objective"]["optimizer"].as_object().unwrap();
        assert_eq!(keys.contains_key("momentum"), ["sgd", "rmsprop"].contains(&kind));
        assert_eq!(StudySpec::from_json(&json), Ok(alone));
    }
}

#[test]
fn schedules_and_regularisation_have_one_form() {
    let keys = |keys: &str| {
        let spec = load(&cnn_study(
            "{ smoothing: { low: 0.0, high: 0.2 } }",
            &format!("label_smoothing: $smoothing, {keys}"),
        ));
        assert_eq!(StudySpec::from_json(&spec.to_json()), Ok(spec.clone()), "{keys}");
        let bound = cnn(&spec, &[("smoothing", 0.1.into())]);
        assert_eq!(bound.label_smoothing, 0.1);
        (bound, spec.to_json()["objective"].clone())
    };
    for (written, json, course) in [
        ("constant", json!({ "type": "constant", "warmup": 0.0 }), Course::Constant),
        (
            "{ type: step, every: 3 }",
            json!({ "type": "step", "every": 3, "gamma": 0.1, "warmup": 0.0 }),
            Course::Step { every: 3, gamma: 0.1 },
        ),
        (
            "cosine",
            json!({ "type": "cosine", "final": 0.0, "warmup": 0.0 }),
            Course::Cosine { end: 0.0 },
        ),
        (
            "one_cycle",
            json!({
                "type": "one_cycle",
                "pct_start": 0.3,
                "div_factor": 25.0,
                "final_div_factor": 1e4,
                "warmup": 0.0,
            }),
            Course::OneCycle { pct_start: 0.3, div_factor: 25.0, final_div_factor: 1e4 },
        ),
    ] {
        let (bound, complete) = keys(&format!("schedule: {written}"));
        assert_eq!(complete["schedule"], json);
        assert_eq!(bound.schedule, Schedule { course, warmup: 0.0 });
    }
    let (bound, complete) = keys(
        "schedule: { type: cosine, final: 0.1, warmup: 1.5 }, clip_norm: 2,
         early_stopping: { patience: 3, metric: accuracy }",
    );
    assert_eq!(bound.schedule, Schedule { course: Course::Cosine { end: 0.1 }, warmup: 1.5 });
    assert_eq!(bound.clip_norm, Some(2.0));
    let stopping = EarlyStopping { patience: 3, min_delta: 0.0, metric: Watched::Accuracy };
    assert_eq!(bound.early_stopping, Some(stopping));
    assert_eq!(
        complete["early_stopping"],
        json!({ "patience": 3, "min_delta": 0.0, "metric": "accuracy" })
    );
}

#[test]
fn a_schedule_may_be_a_parameter() {
    let spec = load(&cnn_study(
        "{ schedule: [constant, cosine, one_cycle], clip: bool,
           warmup: { low: 0.0, high: 5.0, when: { schedule: [constant, cosine] } },
           norm: { low: 0.1, high: 10.0, when: clip } }",
        "schedule: { type: $schedule, warmup: $warmup }, clip_norm: $norm",
    ));
    assert_eq!(StudySpec::from_json(&spec.to_json()), Ok(spec.clone()));
    let of = |name: &str| ("schedule", ParamValue::from(name));
    let cosine = cnn(&spec, &[of("cosine"), ("warmup", 2.0.into()), ("clip", false.into())]);
    let course = Course::Cosine { end: 0.0 };
    assert_eq!(cosine.schedule, Schedule { course, warmup: 2.0 });
    assert_eq!(cosine.clip_norm, None);
    let cycle = cnn(&spec, &[of("one_cycle"), ("clip", true.into()), ("norm", 1.0.into())]);
    assert!(matches!(cycle.schedule.course, Course::OneCycle { .. }));
    assert_eq!(cycle.clip_norm, Some(1.0));
    // The word alone may be one, too.
    let word = load(&cnn_study("{ schedule: [constant, cosine] }", "schedule: $schedule"));
    assert_eq!(word.to_json()["objective"]["schedule"], "$schedule");
    assert_eq!(cnn(&word, &[of("cosine")]).schedule.course, course);
}

#[test]
fn the_precision_may_be_a_parameter() {
    let written = load(&cnn_study("{ n: { low: 1, high: 9 } }", "epochs: $n, precision: bf16"));
    assert_eq!(written.to_json()["objective"]["precision"], "bf16");
    assert_eq!(StudySpec::from_json(&written.to_json()), Ok(written.clone()));
    assert_eq!(cnn(&written, &[("n", 3.into())]).precision, Precision::Bf16);
    let spec = load(&cnn_study("{ precision: [float32, bf16] }", "precision: $precision"));
    for (word, precision) in [("float32", Precision::Float32), ("bf16", Precision::Bf16)] {
        assert_eq!(cnn(&spec, &[("precision", word.into())]).precision, precision);
    }
}

#[test]
fn a_transform_may_hang_on_a_parameter_and_goes_where_it_is_inactive() {
    let spec = load(
        "study: s
space:
  turn: bool
  degrees: { low: 0.0, high: 45.0, when: turn }
objective:
  type: cnn
  data:
    folder: photos
    split: { valid: 0.2, seed: 3 }
    transforms: [horizontal_flip, { rotation: { degrees: $degrees } }, { normalize: imagenet }]
  model: bitmoji
metric: accuracy
direction: maximize
trials: 5",
    );
    let transforms = |values: Vec<(&str, ParamValue)>| {
        let params = spec.space.check(values).unwrap();
        match bind(&spec, &params) {
            ObjectiveSettings::Cnn(cnn) => cnn.data.transforms,
            other => panic!("no CNN: {other:?}"),
        }
    };
    let turned = transforms(vec![("turn", true.into()), ("degrees", 30.0.into())]);
    assert_eq!(turned.len(), 3);
    assert_eq!(turned[1], Transform::Rotation { degrees: 30.0 });
    let straight = transforms(vec![("turn", false.into())]);
    assert_eq!(straight, [turned[0].clone(), turned[2].clone()]);
    let list = &spec.to_json()["objective"]["data"]["transforms"];
    assert_eq!(list[0], json!({ "horizontal_flip": { "p": 0.5 } }));
    assert_eq!(list[1], json!({ "rotation": { "degrees": "$degrees" } }));
    assert_eq!(StudySpec::from_json(&spec.to_json()), Ok(spec));
}

#[test]
fn a_size_left_out_follows_an_image_size_that_is_a_parameter() {
    let spec = load(
        "study: s
space:
  size: { low: 16, high: 32, step: 8 }
objective:
  type: cnn
  data:
    train: a
    valid: b
    image_size: $size
    transforms: [{ random_crop: { padding: 2 } }]
  model: bitmoji
metric: accuracy
direction: maximize
trials: 5",
    );
    let stored = StudySpec::from_json(&spec.to_json()).unwrap();
    for size in [16, 24, 32] {
        let cnn = cnn(&stored, &[("size", ParamValue::Int(size))]);
        let size = size as u32;
        assert_eq!(cnn.data.transforms, [Transform::RandomCrop { size, padding: 2 }]);
    }
    assert_eq!(stored, spec);
}

#[test]
fn what_is_not_written_has_its_default() {
    let spec = load(&parameter("{ low: 0.0, high: 1.0 }"));
    assert_eq!((spec.metric.as_str(), spec.seed), ("value", 0));
    assert_eq!(spec.sampler, SamplerSettings::default());
    assert_eq!(spec.direction, Direction::Minimize);
}

#[test]
fn an_ablation_has_an_earlier_name_that_is_still_read() {
    let study = |settings: &str| {
        let sampler = format!("sampler: {{ type: gp, {settings} }}\n");
        parameter("{ low: 0.0, high: 1.0 }") + sampler.as_str()
    };
    let spec = load(&study("ablate: [center, additive]"));
    let SamplerSettings::Gp(settings) = &spec.sampler else { panic!("another sampler") };
    assert_eq!(settings.ablate, [Ablation::Additive, Ablation::Center]);
    assert_eq!(spec.to_json()["sampler"]["ablate"], json!(["additive", "center"]));
    assert_eq!(load(&study("without: [center, additive]")), spec);
    let refuse = |text: &str| render(&StudySpec::parse(text, "test.yaml").unwrap_err(), false);
    let twice = refuse(&study("ablate: [center], without: [center]"));
    assert!(twice.contains("`without` is the earlier name of `ablate`"), "{twice}");
    let unknown = refuse(&study("ablat: [center]"));
    assert!(unknown.contains("did you mean `ablate`?"), "{unknown}");
}

/// Documents that list the samplers list all that are registered.
#[test]
fn every_sampler_is_documented() {
    let read = |file| fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap();
    let readme = read("README.md");
    let row = readme.lines().find(|line| line.starts_with("| `sampler` |")).unwrap();
    let rustdoc = read("src/spec/mod.rs");
    for (name, about) in SamplerSettings::ALL {
        assert!(row.contains(&format!("`{name}`")), "README.md lacks the sampler `{name}`");
        let line = format!("//! | `{name}` or `{{ type: {name} }}` |");
        assert!(rustdoc.contains(&line), "src/spec/mod.rs lacks the sampler `{name}`");
        assert!(about.ends_with('.'), "{about}");
    }
    let text = parameter("{ low: 0.0, high: 1.0 }") + "sampler: sobl\n";
    let error = render(&StudySpec::parse(&text, "test.yaml").unwrap_err(), false);
    assert!(error.contains("did you mean `sobol`?"), "{error}");
    let text = parameter("{ low: 0.0, high: 1.0 }") + "sampler: bayesian\n";
    let error = render(&StudySpec::parse(&text, "test.yaml").unwrap_err(), false);
    assert!(error.contains("did you mean `gp`?"), "{error}");
}

#[test]
fn placeholders_become_typed_values_or_text() {
    let spec = load(&study(
        "{ lr: { low: 0.0, high: 1.0 }, n: { low: 1, high: 9 }, flag: bool, a-b: [x, y, z] }",
        "{ type: command, argv: [run, $lr, '--n=${n}0', $flag, '${a-b}-$$5', 7, 0.5, yes],
           timeout: '${n}m 30s' }",
    ));
    let params = spec
        .space
        .check([
            ("lr", ParamValue::Float(1e-7)),
            ("n", ParamValue::Int(4)),
            ("flag", ParamValue::Bool(true)),
            ("a-b", ParamValue::Text("y".into())),
        ])
        .unwrap();
    let command = command(&spec, &params);
    assert_eq!(command.argv, ["run", "1e-7", "--n=40", "true", "y-$5", "7", "0.5", "yes"]);
    assert_eq!(command.timeout.unwrap().as_secs(), 4 * 60 + 30);
}

#[test]
fn a_dollar_from_a_choice_is_not_bound_again() {
    let spec = load(&parameter("['$x', '$$', plain]"));
    let texts: Vec<String> =
        [0.1, 0.5, 0.9].map(|u| command(&spec, &spec.space.decode(&[u])).argv[1].clone()).into();
    assert_eq!(texts, ["$x", "$$", "plain"]);
}

#[test]
fn short_forms_mean_the_long_ones() {
    for (short, long) in [
        ("{ low: 1, high: 9 }", "{ type: int, low: 1, high: 9, log: false, step: 1 }"),
        ("{ low: 0, high: 1.0 }", "{ type: float, low: 0.0, high: 1.0, step: null }"),
        ("{ low: 0, high: 1, step: 0.25 }", "{ type: float, low: 0, high: 1, step: 0.25 }"),
        ("{ type: int, low: 1, high: 1e3 }", "{ type: int, low: 1, high: 1000 }"),
        ("{ choices: [1, 2.5] }", "{ type: categorical, choices: [1, 2.5] }"),
        ("[1, 2, 4]", "{ type: categorical, choices: [1, 2, 4] }"),
        ("[adam, sgd]", "{ type: categorical, choices: [adam, 'sgd'] }"),
        ("bool", "{ type: bool }"),
    ] {
        assert_eq!(load(&parameter(short)), load(&parameter(long)), "{short}");
    }
    let with_sampler = |sampler: &str| load(&(parameter("bool") + "sampler: " + sampler));
    for kind in ["gp", "sobol", "random"] {
        assert_eq!(with_sampler(kind), with_sampler(&format!("{{ type: {kind} }}")));
    }
}

#[test]
fn equal_meanings_have_equal_json() {
    let a = load(&study(
        "{ x: { low: 1, high: 9 } }",
        "{ type: command, argv: [run, '--x=${x}', 7], timeout: 600s }",
    ));
    let b = load(&study(
        "{ x: { type: int, high: 9, low: 1 } }",
        "{ timeout: 10m, argv: [run, \"--x=$x\", '7'], type: command }",
    ));
    assert_eq!(a, b);
    assert_eq!(a.to_json().to_string(), b.to_json().to_string());
}

#[test]
fn anchors_and_aliases_work() {
    let spec = load(&study(
        "{ x: &unit { low: 0.0, high: 1.0 }, y: *unit }",
        "{ type: command, argv: [run, $x, $y] }",
    ));
    assert_eq!(spec.space.parameters()[0].domain, spec.space.parameters()[1].domain);
}

#[test]
fn a_byte_order_mark_and_windows_line_ends_are_no_problem() {
    let text = format!("\u{feff}{}", parameter("bool").replace('\n', "\r\n"));
    assert_eq!(load(&text), load(&parameter("bool")));
    let wrong = text.replace("direction: minimize", "direction: minimise");
    assert!(refuse(&wrong).starts_with("test.yaml:2:12: unknown `direction`"));
}

#[test]
fn columns_count_characters() {
    let text = study("{ ä: [ö, ü], β: { lwo: 1 } }", "{}");
    assert_eq!(refuse(&text), "test.yaml:4:26: unknown key `lwo`");
}

#[test]
fn only_the_budget_may_change() {
    let stored = load(&parameter("{ low: 0.0, high: 1.0 }"));
    let longer = StudySpec { trials: 99, ..stored.clone() };
    assert_eq!(longer.differences(&stored), []);

    let other = StudySpec {
        seed: 5,
        direction: Direction::Maximize,
        ..load(&study(
            "{ x: { low: 0.0, high: 2.0 }, y: bool }",
            "{ type: command, argv: [run, $x, $y] }",
        ))
    };
    let shown: Vec<String> = other.differences(&stored).iter().map(ToString::to_string).collect();
    assert_eq!(
        shown,
        [
            "`direction` was \"minimize\", now \"maximize\"",
            "`seed` was 0, now 5",
            "`space.x.high` was 1.0, now 2.0",
            "`space.y` was absent, now {\"type\":\"bool\"}",
            "`objective.argv` was [\"run\",\"$x\"], now [\"run\",\"$x\",\"$y\"]",
        ]
    );
}

#[test]
fn the_order_of_parameters_is_part_of_a_study() {
    let order = |space: &str| load(&study(space, "{ type: command, argv: [run, $x, $y] }"));
    let (xy, yx) = (order("{ x: bool, y: bool }"), order("{ y: bool, x: bool }"));
    let differences = xy.differences(&yx);
    assert_eq!(differences.len(), 1);
    assert_eq!(differences[0].key, "order of space");
}

#[test]
fn a_study_made_by_hand_is_checked_through_json() {
    let space = load(&parameter("{ low: 1, high: 9 }")).space;
    let settings = json!({ "type": "command", "argv": ["run", "$x"] });
    let template = ObjectiveTemplate::new(&settings, &space).unwrap();
    let spec = StudySpec {
        study: "by hand".into(),
        direction: Direction::Minimize,
        metric: "value".into(),
        trials: 1,
        seed: 0,
        sampler: SamplerSettings::Random,
        space,
        enqueue: Vec::new(),
        objective: ObjectiveSpec::Template(template),
    };
    let error = StudySpec::from_json(&spec.to_json()).unwrap_err();
    assert_eq!(error.to_string(), "<json>:2:12: the study's name holds the character ' '");
    let named = StudySpec { study: "by-hand".into(), ..spec };
    assert_eq!(StudySpec::from_json(&named.to_json()), Ok(named));
}

#[test]
fn a_template_made_by_hand_is_checked() {
    let domain = Domain::Int(IntDomain::new(0, 9, Scale::Linear, 1).unwrap());
    let parameter = |name: &str| surmise::space::Parameter::new(name, domain.clone());
    let space = SearchSpace::new(vec![parameter("x"), parameter("y")]).unwrap();
    let error = |argv: &[&str]| {
        let settings = json!({ "type": "command", "argv": argv });
        ObjectiveTemplate::new(&settings, &space).unwrap_err()
    };
    let wrong = |setting: &str, message: &str, help: Option<&str>| TemplateError::Setting {
        setting: setting.into(),
        message: message.into(),
        help: help.map(Into::into),
    };
    let spaced = Some("the space has `$x`, `$y`; write `$$` for a plain `$`");
    let unknown = error(&["$x", "$unknown"]);
    assert_eq!(unknown, wrong("argv[1]", "unknown parameter `unknown`", spaced));
    let near = Some("did you mean `$x`?");
    assert_eq!(error(&["$x", "$z"]), wrong("argv[1]", "unknown parameter `z`", near));
    assert_eq!(error(&["$x"]), TemplateError::Unused { name: "y".into() });
    assert_eq!(error(&["$x"]).to_string(), "the objective does not use the parameter `y`");
    assert!(
        matches!(error(&[]), TemplateError::Setting { message, .. } if message == "`argv` is empty")
    );
}

/// Every new key, in its shortest form and in its canonical one.
const TREE: &str = "{ kind: [a, b], n: { low: 1, high: 9 },
  x: { low: 1e-3, high: 1.0, log: true, when: { n: [3, 2.0, 3], kind: b }, guess: 0.1, spread: 3 },
  y: { type: bool, when: ' n >= 2 ', guess: true } }
constraints: ['n * x <= 2', ' x < n ']
enqueue: [{ kind: b, n: 2, x: 1, y: true }, { n: 1.0, kind: a }]";

#[test]
fn conditions_constraints_guesses_and_points_have_one_form() {
    let spec = load(&study(TREE, "{ type: command, argv: [run, $x, '--y=$y', $n] }"));
    assert_eq!(
        spec.to_json().pointer("/space/x").unwrap(),
        &json!({
            "type": "float", "low": 1e-3, "high": 1.0, "log": true, "step": null,
            "when": { "kind": ["b"], "n": [2, 3] }, "guess": 0.1, "spread": 3.0,
        })
    );
    assert_eq!(
        spec.to_json().pointer("/space/y").unwrap(),
        &json!({ "type": "bool", "when": "n >= 2", "guess": true })
    );
    assert_eq!(spec.to_json()["constraints"], json!(["n * x <= 2", "x < n"]));
    assert_eq!(
        spec.to_json()["enqueue"],
        json!([{ "kind": "b", "n": 2, "x": 1.0, "y": true }, { "kind": "a", "n": 1 }])
    );
    let text = spec.to_json().to_string();
    assert_eq!(StudySpec::parse(&text, "test.yaml"), Ok(spec.clone()));
    assert_eq!(StudySpec::from_json(&spec.to_json()), Ok(spec.clone()));
    // `kind` is in no argument: a condition looks at it.
    let arguments = |values: &[(&str, ParamValue)]| {
        command(&spec, &spec.space.check(values.to_vec()).unwrap()).argv.join(" ")
    };
    let (a, int) = (("kind", ParamValue::Text("a".into())), |v| ("n", ParamValue::Int(v)));
    assert_eq!(arguments(&[a.clone(), int(1)]), "run 1");
    assert_eq!(arguments(&[a, int(2), ("y", ParamValue::Bool(false))]), "run --y=false 2");
}

#[test]
fn conditions_and_constraints_are_part_of_a_study() {
    let objective = "{ type: command, argv: [run, $x, '--y=$y', $n] }";
    let stored = load(&study(TREE, objective));
    let changed = TREE.replace("x < n", "x <= n").replace("kind: b }, ", "kind: a }, ");
    let found = load(&study(
        &changed.replace("{ kind: b, n: 2, x: 1,", "{ kind: a, n: 2, x: 1,"),
        objective,
    ));
    let shown: Vec<String> = found.differences(&stored).iter().map(ToString::to_string).collect();
    assert_eq!(shown.len(), 3, "{shown:?}");
    assert_eq!(shown[0], "`space.x.when.kind` was [\"b\"], now [\"a\"]");
    assert!(shown[1].starts_with("`constraints` was"), "{shown:?}");
    assert!(shown[2].starts_with("`enqueue` was"), "{shown:?}");
}

/// A declaration stored before there were conditions has none of the new keys.
#[test]
fn a_study_stored_by_an_older_version_loads() {
    let old = json!({
        "study": "s", "direction": "minimize", "metric": "value", "trials": 3, "seed": 0,
        "sampler": { "type": "gp", "sobol": null },
        "space": { "x": { "type": "float", "low": 0.0, "high": 1.0, "log": false, "step": null } },
        "objective": { "type": "external" },
    });
    let spec = StudySpec::from_json(&old).unwrap();
    let mut new = old;
    new["sampler"]["observations"] = json!(1000);
    assert_eq!(spec.to_json(), new);
    assert!(spec.differences(&StudySpec::from_json(&new).unwrap()).is_empty());
}

#[test]
fn a_setting_bound_to_an_inactive_parameter_takes_its_default() {
    let spec = load(
        &study(
            "{ tune: bool, beta1: { low: 0.5, high: 0.99, when: tune }, size: { low: 16, high: 64, when: tune } }",
            "{ type: cnn, data: { train: a, valid: b, image_size: $size }, model: bitmoji,
               optimizer: { type: adam, beta1: $beta1 } }",
        )
        .replace("trials: 3", "trials: 3\nmetric: loss"),
    );
    let ObjectiveSpec::Template(template) = &spec.objective else { panic!("no template") };
    assert_eq!(template.to_json()["optimizer"]["beta1"], "$beta1");
    assert_eq!(template.to_json()["data"]["image_size"], "$size");
    let params = spec.space.check([("tune", ParamValue::Bool(false))]).unwrap();
    let ObjectiveSettings::Cnn(cnn) = bind(&spec, &params) else { panic!("no CNN") };
    assert_eq!((cnn.optimizer.beta1, cnn.data.image_size), (0.9, 64));
}

#[test]
fn an_external_objective_needs_no_settings() {
    let spec = load(&study("{ x: bool }", "{ type: external }"));
    assert_eq!(spec.objective, ObjectiveSpec::External);
    assert_eq!(StudySpec::from_json(&spec.to_json()), Ok(spec));
}

/// Every file of `tests/specs/bad` is refused with exactly the words of the `.txt` beside it. After a
/// wanted change, run with `UPDATE_EXPECTED=1` and read the difference.
#[test]
fn bad_files_are_refused_with_their_exact_words() {
    let paths = files("tests/specs/bad");
    assert!(paths.len() >= 120, "found only {} files", paths.len());
    let mut failures = Vec::new();
    for path in paths {
        let loaded = StudySpec::load(&path).and_then(|spec| spec.check_files(&path));
        let Err(error) = loaded else {
            failures.push(format!("{} was accepted", path.display()));
            continue;
        };
        let found = render(&error, false) + "\n";
        let expected_file = path.with_extension("txt");
        if std::env::var_os("UPDATE_EXPECTED").is_some() {
            std::fs::write(&expected_file, &found).unwrap();
        }
        let expected = std::fs::read_to_string(&expected_file).unwrap_or_default();
        if found != expected {
            failures.push(format!("{}:\n{found}instead of\n{expected}", path.display()));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn files_that_cannot_be_read() {
    let show = |path: &Path| render(&StudySpec::load(path).unwrap_err(), false);
    assert_eq!(
        show(Path::new("experiments/avatar.yaml")),
        "error: cannot read experiments/avatar.yaml: no such file\n |\n \
         = help: did you mean `experiments/avatars.yaml`?"
    );
    assert_eq!(show(Path::new("experiments")), "error: cannot read experiments: it is a folder");
    let folder = tempfile::tempdir().unwrap();
    let large = folder.path().join("large.yaml");
    std::fs::write(&large, "#".repeat(1024 * 1024 + 1)).unwrap();
    assert!(matches!(
        StudySpec::load(&large),
        Err(SpecError::Unreadable { reason, .. }) if reason.contains("larger than 1 MiB")
    ));
}

#[test]
fn colours_only_where_asked() {
    let error = StudySpec::parse("study: 7", "test.yaml").unwrap_err();
    assert!(!render(&error, false).contains('\u{1b}'));
    assert!(render(&error, true).contains("\u{1b}["));
}
