//! The house's one rule: arrows between modules run downward only.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// A package's sources, the modules in them, each with those it may use, and the folders whose files use
/// each other without a circle.
struct Package {
    source: &'static str,
    may_use: &'static [(&'static str, &'static [&'static str])],
    without_circles: &'static [&'static str],
}

const PACKAGES: [Package; 2] = [
    Package { source: "src", may_use: SURMISE, without_circles: WITHOUT_CIRCLES },
    Package {
        source: "crates/surmise-torch/src",
        may_use: SURMISE_TORCH,
        without_circles: &[
            "cli",
            "data",
            "evaluation",
            "explain",
            "network",
            "objective",
            "state_dict",
            "training",
            "transfer",
            "transform",
        ],
    },
];

const SURMISE: &[(&str, &[&str])] = &[
    ("program", &["cli"]),
    (
        "cli",
        &[
            "worker",
            "plot",
            "study",
            "store",
            "spec",
            "objective",
            "sampler",
            "model",
            "config",
            "trial",
            "space",
            "numeric",
        ],
    ),
    ("worker", &["study", "objective", "store", "process", "trial"]),
    ("plot", &["study", "spec", "model", "trial", "space"]),
    (
        "study",
        &[
            "store",
            "sampler",
            "objective",
            "spec",
            "model",
            "process",
            "trial",
            "space",
            "gp",
            "numeric",
        ],
    ),
    ("store", &["spec", "process", "trial", "space"]),
    ("spec", &["sampler", "objective", "config", "trial", "space"]),
    ("objective", &["config", "process", "trial", "space"]),
    ("sampler", &["model", "gp", "config", "trial", "space", "numeric"]),
    ("model", &["gp", "trial", "space"]),
    ("trial", &["space"]),
    ("gp", &["numeric"]),
    ("space", &["numeric"]),
    ("config", &[]),
    ("process", &[]),
    ("numeric", &[]),
];

const SURMISE_TORCH: &[(&str, &[&str])] = &[
    (
        "cli",
        &[
            "objective",
            "transfer",
            "explain",
            "evaluation",
            "model_file",
            "training",
            "data",
            "transform",
            "state_dict",
            "runtime",
        ],
    ),
    ("objective", &["training", "data", "runtime"]),
    ("transfer", &["evaluation", "model_file", "network", "data", "state_dict"]),
    ("explain", &["evaluation", "model_file", "network", "data", "transform", "failure"]),
    ("evaluation", &["model_file", "training", "network", "data", "transform", "allocator"]),
    ("model_file", &["training", "network", "state_dict"]),
    ("training", &["network", "data", "transform", "state_dict", "failure", "allocator"]),
    ("network", &["state_dict", "failure"]),
    ("data", &["transform", "failure"]),
    ("transform", &[]),
    ("state_dict", &["failure"]),
    ("runtime", &[]),
    ("failure", &[]),
    ("allocator", &[]),
];

/// Folders whose files use each other without a circle.
const WITHOUT_CIRCLES: &[&str] = &[
    "worker",
    "study",
    "store",
    "store/sqlite",
    "sampler",
    "model",
    "gp",
    "trial",
    "space",
    "process",
    "numeric",
];

#[test]
fn arrows_run_downward_only() {
    for Package { source, may_use, .. } in PACKAGES {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join(source);
        let exported = exports(&fs::read_to_string(source.join("lib.rs")).unwrap());
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
            let (_, allowed) = may_use
                .iter()
                .find(|(name, _)| *name == module)
                .unwrap_or_else(|| panic!("module `{module}` has no place in the layer table"));
            seen.insert(module.to_owned());
            for used in modules_used(&fs::read_to_string(&file).unwrap()) {
                // What the library passes on is of one of its modules, or of the package below it.
                let used = exported.get(&used).unwrap_or(&used);
                if used != "surmise" && used != module && !allowed.contains(&used.as_str()) {
                    wrong.push(format!("{} uses crate::{used}", relative.display()));
                }
            }
        }
        assert!(wrong.is_empty(), "upward or sideways arrows:\n{}", wrong.join("\n"));
        for (module, _) in may_use {
            assert!(seen.contains(*module), "the layer table lists `{module}`, which is not there");
        }
    }
}

/// The table itself must have no cycle.
#[test]
fn the_layer_table_is_a_hierarchy() {
    for Package { may_use, .. } in PACKAGES {
        let mut placed: BTreeSet<&str> = BTreeSet::new();
        while placed.len() < may_use.len() {
            let next = may_use.iter().find(|(name, uses)| {
                !placed.contains(name) && uses.iter().all(|used| placed.contains(used))
            });
            let (name, _) = next.expect("the modules that are left use each other in a circle");
            placed.insert(name);
        }
    }
}

/// Files of a folder, too, form a hierarchy. A folder in it counts as one file; what `mod.rs` defines lies
/// below all of them, what it lists above.
#[test]
fn files_of_a_folder_make_no_circle() {
    for Package { source, without_circles, .. } in PACKAGES {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join(source);
        for name in without_circles {
            folder_makes_no_circle(&source.join(name), name);
        }
    }
}

fn folder_makes_no_circle(folder: &Path, name: &str) {
    let list = fs::read_to_string(folder.join("mod.rs")).unwrap();
    let listed: BTreeSet<String> = list
        .lines()
        .filter_map(|line| line.split("mod ").nth(1)?.strip_suffix(';'))
        .map(Into::into)
        .collect();
    let exported = exports(&list);
    let mut arrows: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in rust_files(folder) {
        let inside = file.strip_prefix(folder).unwrap();
        let own = first_word(&inside.to_string_lossy());
        if own == "mod" || inside.ends_with("tests.rs") {
            continue;
        }
        let text = fs::read_to_string(&file).unwrap();
        let (code, _) = text.split_once("#[cfg(test)]").unwrap_or((&text, ""));
        let mut used = paths(code, &format!("crate::{}::", name.replace('/', "::")));
        // In a file of the folder, or where a folder in it begins, `super` is the folder.
        if inside.components().count() == 1 || inside.ends_with("mod.rs") {
            used.extend(paths(code, "super::"));
        }
        let used = used.into_iter().filter_map(|word| match listed.contains(&word) {
            true => Some(word),
            false => exported.get(&word).cloned(),
        });
        arrows.entry(own.clone()).or_default().extend(used.filter(|used| *used != own));
    }
    let mut placed: BTreeSet<String> = BTreeSet::new();
    while placed.len() < arrows.len() {
        let next = arrows.iter().find(|(file, used)| {
            !placed.contains(*file)
                && used.iter().all(|u| placed.contains(u) || !arrows.contains_key(u))
        });
        let Some((file, _)) = next else {
            arrows.retain(|file, _| !placed.contains(file));
            panic!("files of {name} use each other in a circle: {arrows:?}");
        };
        placed.insert(file.clone());
    }
}

/// Names that a `mod.rs` passes on, each with the file that defines it.
fn exports(list: &str) -> BTreeMap<String, String> {
    let mut exported = BTreeMap::new();
    for (at, _) in list.match_indices("use ") {
        let path = list[at + "use ".len()..].split(';').next().unwrap();
        if let Some((file, names)) = path.split_once("::") {
            let names = names.trim_matches(['{', '}']).split(',').map(first_word);
            exported.extend(names.map(|name| (name, file.to_owned())));
        }
    }
    exported
}

/// The modules named after `crate::`, in `use` lines (braces included), paths and doc links of code.
fn modules_used(text: &str) -> BTreeSet<String> {
    paths(text, "crate::")
}

/// The words that follow a prefix in code, those of a list in braces one by one.
fn paths(text: &str, prefix: &str) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    let code = code.collect::<Vec<_>>().join("\n");
    for (at, _) in code.match_indices(prefix) {
        let rest = &code[at + prefix.len()..];
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
