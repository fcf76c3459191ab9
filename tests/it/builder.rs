//! Studies declared in Rust: equal to those of YAML, and refused with words that help.

use surmise::space::{FloatDomain, IntDomain};
use surmise::{
    Condition, Domain, GpSettings, Parameter, SamplerSettings, Scale, SpaceError, SpecError,
    StudyBuilder, StudySpec,
};

fn begun() -> StudyBuilder {
    StudySpec::builder("built").minimize("loss").trials(10)
}

fn refused(builder: StudyBuilder) -> SpecError {
    builder.build().unwrap_err()
}

#[test]
fn a_builder_makes_the_study_that_yaml_makes() {
    let built = StudySpec::builder("rich")
        .maximize("accuracy")
        .trials(40)
        .seed(u64::MAX)
        .sampler(SamplerSettings::Gp(GpSettings { sobol: Some(5), ..GpSettings::default() }))
        .log_float("lr", 1e-5, 0.1)
        .guess_within(1e-3, 3.0)
        .categorical("optimizer", ["adam", "sgd", "rmsprop"])
        .float("momentum", 0.0, 0.99)
        .when(Condition::is_one_of("optimizer", ["sgd", "rmsprop"]))
        .bool("nesterov")
        .when(Condition::is("optimizer", "sgd"))
        .guess(true)
        .int("layers", 1, 4)
        .log_int("width", 16, 512)
        .ordinal("batch", [16, 32, 64])
        .parameter(Parameter::new(
            "dropout",
            Domain::Float(FloatDomain::new(0.0, 0.5, Scale::Linear, Some(0.1)).unwrap()),
        ))
        .when("layers >= 2")
        .parameter(Parameter::new(
            "units",
            Domain::Int(IntDomain::new(8, 64, Scale::Linear, 8).unwrap()),
        ))
        .constraint("layers * width <= 1024")
        .enqueue([
            ("lr", 0.01.into()),
            ("optimizer", "adam".into()),
            ("layers", 1.into()),
            ("width", 32.into()),
            ("batch", 16.into()),
            ("units", 8.into()),
        ])
        .command([
            "train",
            "$lr",
            "$optimizer",
            "$momentum",
            "$nesterov",
            "$layers",
            "$width",
            "$batch",
            "$dropout",
            "$units",
        ])
        .build()
        .unwrap();
    let read = StudySpec::parse(
        "
study: rich
direction: maximize
metric: accuracy
trials: 40
seed: 18446744073709551615
sampler: { type: gp, sobol: 5 }
space:
  lr: { low: 1e-5, high: 0.1, log: true, guess: 1e-3, spread: 3 }
  optimizer: [adam, sgd, rmsprop]
  momentum: { low: 0.0, high: 0.99, when: { optimizer: [sgd, rmsprop] } }
  nesterov: { type: bool, when: { optimizer: sgd }, guess: true }
  layers: { low: 1, high: 4 }
  width: { low: 16, high: 512, log: true }
  batch: { type: ordinal, choices: [16, 32, 64] }
  dropout: { low: 0.0, high: 0.5, step: 0.1, when: 'layers >= 2' }
  units: { low: 8, high: 64, step: 8 }
constraints: ['layers * width <= 1024']
enqueue: [{ lr: 0.01, optimizer: adam, layers: 1, width: 32, batch: 16, units: 8 }]
objective:
  type: command
  argv: [train, $lr, $optimizer, $momentum, $nesterov, $layers, $width, $batch, $dropout, $units]
",
        "rich.yaml",
    )
    .unwrap();
    assert_eq!(built, read);
    assert_eq!(built.to_json().to_string(), read.to_json().to_string());
}

#[test]
fn defaults_are_those_of_yaml() {
    let built = begun().float("x", 0.0, 1.0).build().unwrap();
    let text = "{ study: built, direction: minimize, metric: loss, trials: 10,
                  space: { x: { low: 0.0, high: 1.0 } }, objective: { type: external } }";
    let read = StudySpec::parse(text, "built.yaml").unwrap();
    assert_eq!(built.to_json().to_string(), read.to_json().to_string());
}

#[test]
fn what_a_study_lacks_is_said_with_the_remedy() {
    let lacking = |builder: StudyBuilder, what: &str, method: &str| match refused(builder) {
        SpecError::Lacking { what: found, remedy } => {
            assert_eq!(found, what);
            assert!(remedy.contains(method), "{remedy}");
        }
        other => panic!("{other}"),
    };
    lacking(StudySpec::builder("s").trials(1).bool("x"), "a goal", "minimize");
    lacking(StudySpec::builder("s").minimize("loss").bool("x"), "a budget", "trials");
    lacking(begun(), "parameters", "float");
}

#[test]
fn a_wrong_parameter_is_named_with_its_typed_error() {
    let parameter = |builder: StudyBuilder, name: &str| match refused(builder) {
        SpecError::Parameter { name: found, error } => {
            assert_eq!(found, name);
            *error
        }
        other => panic!("{other}"),
    };
    // The first mistake is told, whatever comes after.
    let empty = parameter(begun().bool("a").float("x", 2.0, -1.0).guess(0.5).int("y", 3, 3), "x");
    assert!(matches!(empty, SpaceError::EmptyRange { .. }));
    let infinite = parameter(begun().float("x", f64::NEG_INFINITY, f64::NAN), "x");
    assert!(matches!(infinite, SpaceError::NotFinite { .. }));
    let log = parameter(begun().log_int("n", 0, 9), "n");
    assert!(matches!(log, SpaceError::LogOfNonPositive { .. }));
    let few = parameter(begun().categorical("c", ["only"]), "c");
    assert!(matches!(few, SpaceError::TooFewChoices { found: 1 }));
    let twice = parameter(begun().bool("x").int("x", 1, 2), "x");
    assert!(matches!(twice, SpaceError::Duplicate { .. }));
    let guess = parameter(begun().float("x", 0.0, 1.0).guess(2.0), "x");
    assert!(matches!(guess, SpaceError::BadGuess { .. }));
    let spread = parameter(begun().float("x", 0.0, 1.0).guess_within(0.5, -1.0), "x");
    assert!(matches!(spread, SpaceError::BadSpread { .. }));
}

#[test]
fn any_other_setting_is_named_as_in_a_study_file() {
    let point = |x: f64| [("x", x.into())];
    let x = || begun().float("x", 0.0, 1.0);
    for (builder, text) in [
        (
            StudySpec::builder("my study").minimize("loss").trials(1).bool("x"),
            "study: the study's name holds the character ' '; letters, digits, `-`, `_` and `.`, at \
             most 100, not starting with `.` or `-`",
        ),
        (
            x().minimize("step"),
            "metric: `step` cannot name a metric: reports use it for their step",
        ),
        (
            x().trials(0),
            "trials: `trials` must be a whole number from 1 to 10000000, found the number 0",
        ),
        (
            begun().bool("1st"),
            "space.1st: `1st` cannot name a parameter; a letter or `_`, then letters, digits, `_`, \
             `-` or `.`, at most 100 characters",
        ),
        (x().bool("y").when("z > 0.5"), "space.y.when: unknown parameter `z`; did you mean `x`?"),
        (
            x().constraint("x > 1"),
            "constraints: no point of the space satisfies the constraints: none of 131072 \
             quasi-random points does; loosen one; between continuous parameters use `<=`, never \
             `==`",
        ),
        (
            x().enqueue(point(0.5)).enqueue(point(1.5)),
            "enqueue[1].x: parameter `x` must be a number from 0.0 to 1.0, got 1.5",
        ),
        (
            x().enqueue([("x", 0.5.into()), ("x", 0.6.into())]),
            "enqueue[0].x: a point has a parameter once, found it twice",
        ),
        (
            x().sampler(SamplerSettings::Gp(GpSettings {
                sobol: Some(0),
                ..GpSettings::default()
            })),
            "sampler.sobol: `sampler.sobol` must be a whole number from 1 to 10000000, found the \
             number 0",
        ),
        (
            x().command(["train", "$lr"]),
            "objective.argv[1]: unknown parameter `lr`; the space has `$x`; write `$$` for a plain `$`",
        ),
        (
            x().command(["train"]),
            "space.x: the objective does not use the parameter `x`; write `$x` where its value \
             belongs, or remove it",
        ),
        (begun().when("x"), "when: there is no parameter yet to say it of"),
    ] {
        let error = refused(builder);
        assert!(matches!(error, SpecError::Setting { .. }), "{error:?}");
        assert_eq!(error.to_string(), text);
    }
}
