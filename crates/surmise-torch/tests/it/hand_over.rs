//! Which program does what: `surmise` links no libtorch and hands over to `surmise-torch`.

use std::fs;
use std::process::Command;

use goblin::elf::Elf;

use crate::common::{Place, program, texts};

/// The libraries that the system loads when a program starts.
fn needed_libraries(program: &str) -> Vec<String> {
    let bytes = fs::read(crate::common::programs().join(program)).unwrap();
    Elf::parse(&bytes).unwrap().libraries.into_iter().map(str::to_owned).collect()
}

#[test]
fn surmise_needs_no_libtorch_though_the_whole_workspace_is_built() {
    let torch = |name: &String| name.contains("torch") || name.contains("c10");
    assert!(needed_libraries("surmise-torch").iter().any(torch), "the check can fail");
    let needed = needed_libraries("surmise");
    assert!(!needed.is_empty() && !needed.iter().any(torch), "{needed:?}");
}

#[test]
fn another_version_is_refused_with_what_to_do() {
    let place = Place::new();
    let other = program().with_file_name("surmise-torch");
    for arguments in [&["libtorch"][..], &["data", "show", "."]] {
        let mut command = Command::new(&other);
        command.args(arguments).current_dir(place.path()).env("SURMISE_CALLER_VERSION", "0.0.7");
        let output = command.output().unwrap();
        let (out, err) = texts(&output);
        assert_eq!(output.status.code(), Some(1), "{out}{err}");
        assert!(err.contains("surmise 0.0.7") && err.contains("make build"), "{err}");
    }
}

#[test]
fn either_program_offers_the_whole_command_line() {
    let help = |name: &str| {
        let program = program().with_file_name(name);
        let output = Command::new(program).args(["train", "--help"]).output().unwrap();
        assert!(output.status.success());
        // Examples name `surmise` in both.
        texts(&output).0.replace("surmise-torch", "surmise")
    };
    assert_eq!(help("surmise"), help("surmise-torch"));
    let place = Place::new();
    let listed = |name: &str| {
        let mut command = Command::new(program().with_file_name(name));
        let output = command.args(["list", "--json"]).current_dir(place.path()).output().unwrap();
        (output.status.code(), texts(&output))
    };
    assert_eq!(listed("surmise"), listed("surmise-torch"));
}

#[test]
fn libtorch_is_asked_about_in_json() {
    let place = Place::new();
    let answer: serde_json::Value =
        serde_json::from_str(&place.ok(&["libtorch", "--device", "cpu"])).unwrap();
    assert_eq!(answer["findings"][0]["what"], "libtorch");
    assert_eq!(answer["device"]["Ok"], serde_json::Value::Null);
    assert!(place.ok(&["doctor"]).contains("threads by default"));
}
