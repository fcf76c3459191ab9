//! What the library needs of other people's work.

use std::collections::BTreeSet;
use std::process::Command;

/// Crates that the library alone may need, itself included.
const MOST: usize = 125;

#[test]
fn without_features_the_library_needs_few_crates() {
    let cargo = std::env::var_os("CARGO").unwrap_or("cargo".into());
    let output = Command::new(cargo)
        .args(["tree", "--offline", "--package", "surmise", "--edges", "normal"])
        .args(["--no-default-features", "--prefix", "none", "--no-dedupe"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{error}");
    let text = String::from_utf8(output.stdout).unwrap();
    let crates: BTreeSet<&str> = text.lines().filter(|line| !line.is_empty()).collect();
    assert!(crates.len() > 1 && crates.len() <= MOST, "{} crates: {crates:#?}", crates.len());
    for heavy in ["clap", "plotters", "resvg", "comfy-table"] {
        let found = crates.iter().any(|name| name.split(' ').next() == Some(heavy));
        assert!(!found, "{heavy} belongs to a feature");
    }
}
