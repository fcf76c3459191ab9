//! Study files: what loads, what it means, and what is refused with which words.

use std::path::Path;

use surmise::objective::{ObjectiveSettings, ObjectiveSpec};
use surmise::space::ParamValue;
use surmise::spec::StudySpec;

/// A study whose space and objective are given.
fn study(space: &str, objective: &str) -> String {
    format!("study: s\ndirection: minimize\ntrials: 3\nspace: {space}\nobjective: {objective}\n")
}

fn load(text: &str) -> StudySpec {
    StudySpec::parse(text, "test.yaml")
        .unwrap_or_else(|e| panic!("{}", surmise::spec::render(&e, false)))
}

#[test]
fn every_experiment_loads_and_finds_its_files() {
    let mut count = 0;
    for entry in Path::new("experiments").read_dir().unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "yaml") {
            let spec = StudySpec::load(&path).unwrap_or_else(|e| panic!("{e}"));
            spec.check_files(&path).unwrap_or_else(|e| panic!("{e}"));
            assert_eq!(Some(spec.study.as_str()), path.file_stem().unwrap().to_str());
            assert_eq!(StudySpec::from_json(&spec.to_json()), Ok(spec));
            count += 1;
        }
    }
    assert!(count >= 3);
}

#[test]
fn placeholders_become_typed_values_or_text() {
    let text = study(
        "{ lr: { low: 0.0, high: 1.0 }, n: { low: 1, high: 9 }, flag: bool, kind: [a, b, c] }",
        "{ type: command, argv: [run, $lr, '--n=${n}0', $flag, '$kind-$$5', 7, 0.5, yes] }",
    );
    let spec = load(&text);
    let params = spec
        .space
        .check([
            ("lr", ParamValue::Float(0.25)),
            ("n", ParamValue::Int(4)),
            ("flag", ParamValue::Bool(true)),
            ("kind", ParamValue::Text("b".into())),
        ])
        .unwrap();
    let ObjectiveSpec::Template(template) = &spec.objective else {
        panic!("a template");
    };
    let ObjectiveSettings::Command(command) = template.bind(&params).unwrap() else {
        panic!("a command");
    };
    assert_eq!(command.argv, ["run", "0.25", "--n=40", "true", "b-$5", "7", "0.5", "yes"]);
    assert_eq!(command.timeout, None);
}
