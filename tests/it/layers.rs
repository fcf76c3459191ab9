//! The house's one rule: arrows between modules run downward only.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Each module with the modules it may use.
const MAY_USE: &[(&str, &[&str])] = &[
    ("program", &["cli"]),
    (
        "cli",
        &["runner", "plot", "study", "store", "spec", "objective", "sampler", "trial", "space"],
    ),
    ("runner", &["study", "objective", "store", "trial"]),
    ("plot", &["study", "spec", "trial", "space", "gp"]),
    ("study", &["store", "sampler", "objective", "spec", "trial", "space", "gp"]),
    ("store", &["spec", "trial", "space"]),
    ("spec", &["sampler", "objective", "document", "trial", "space"]),
    ("objective", &["document", "trial", "space"]),
    ("sampler", &["gp", "trial", "space"]),
    ("trial", &["space"]),
    ("gp", &[]),
    ("space", &[]),
    ("document", &[]),
];

#[test]
fn arrows_run_downward_only() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    for file in rust_files(&source) {
        let relative = file.strip_prefix(&source).unwrap();
        let first =
            relative.components().next().unwrap().as_os_str().to_string_lossy().into_owned();
        let module = first.trim_end_matches(".rs");
        // Unit tests may look around to make their data.
        if module == "lib" || module == "main" || relative.ends_with("tests.rs") {
            continue;
        }
        let (_, allowed) = MAY_USE
            .iter()
            .find(|(name, _)| *name == module)
            .unwrap_or_else(|| panic!("module `{module}` has no place in the layer table"));
        seen.insert(module.to_owned());
        for used in modules_used(&fs::read_to_string(&file).unwrap()) {
            if used != module && !allowed.contains(&used.as_str()) {
                wrong.push(format!("{} uses crate::{used}", relative.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "upward or sideways arrows:\n{}", wrong.join("\n"));
    for (module, _) in MAY_USE {
        assert!(seen.contains(*module), "the layer table lists `{module}`, which is not there");
    }
}

/// The table itself must have no cycle.
#[test]
fn the_layer_table_is_a_hierarchy() {
    let mut placed: BTreeSet<&str> = BTreeSet::new();
    while placed.len() < MAY_USE.len() {
        let next = MAY_USE.iter().find(|(name, uses)| {
            !placed.contains(name) && uses.iter().all(|used| placed.contains(used))
        });
        let (name, _) = next.expect("the modules that are left use each other in a circle");
        placed.insert(name);
    }
}

/// The modules named after `crate::`, in `use` lines (braces included), paths and doc links of code.
fn modules_used(text: &str) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    let code = code.collect::<Vec<_>>().join("\n");
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        if let Some(list) = rest.strip_prefix('{') {
            let list = &list[..list.find('}').unwrap_or(list.len())];
            used.extend(list.split(',').map(first_word).filter(|word| !word.is_empty()));
        } else {
            used.insert(first_word(rest));
        }
    }
    used
}

fn first_word(text: &str) -> String {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    text.trim_start().chars().take_while(|&c| is_word(c)).collect()
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            files.push(path);
        }
    }
    files
}
