//! The examples run and end well. `cargo test` builds them beside the program.

use std::path::Path;
use std::process::Command;

#[test]
fn the_examples_without_torch_run_and_find_a_good_value() {
    for (name, most) in [("ask_tell", 0.5), ("closure", 1.0)] {
        let place = crate::common::Place::new();
        let folder = Path::new(env!("CARGO_BIN_EXE_surmise")).parent().unwrap().join("examples");
        let output = Command::new(folder.join(name)).current_dir(place.path()).output();
        let output = output.unwrap_or_else(|e| panic!("{name}: {e}; `cargo test` builds it"));
        let (out, err) = crate::common::texts(&output);
        assert!(output.status.success(), "{name}:\n{out}\n{err}");
        let best = out.lines().last().unwrap();
        let value = best.strip_prefix("best: Some(").and_then(|t| t.split(')').next());
        let value: f64 = value.unwrap_or_else(|| panic!("{best}")).parse().unwrap();
        assert!(value < most, "{name}: {best}");
        let files = std::fs::read_dir(place.path()).unwrap().count();
        assert_eq!(files > 0, name == "ask_tell", "a study in memory makes no file");
    }
}
