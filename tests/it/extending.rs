//! What the documents say about where things are is true.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use surmise::objective::ObjectiveKind;
use surmise::objective::cnn::{ModelKind, Transform};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(file: &str) -> String {
    fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// The paths of the repository that a text names in backticks.
fn paths(text: &str) -> Vec<&str> {
    let quoted = text.split('`').skip(1).step_by(2);
    let folders = ["src/", "crates/", "tests/", "docs/", "scripts/", "benches/"];
    let is_path = |quoted: &&str| {
        folders.iter().any(|folder| quoted.starts_with(folder)) && !quoted.contains(' ')
    };
    quoted.filter(is_path).collect()
}

/// The fenced blocks of a page in one language.
fn blocks<'p>(page: &'p str, language: &str) -> Vec<&'p str> {
    let fence = format!("```{language}\n");
    page.split(&fence).skip(1).map(|rest| rest.split("```").next().unwrap()).collect()
}

/// A page without its fenced blocks.
fn prose(page: &str) -> String {
    page.split("```").step_by(2).collect()
}

/// Every section of docs/extending.md says where a kind goes, shows the patch of its list, and works an
/// example, which rustdoc runs.
#[test]
fn the_page_on_extending_names_what_is_there() {
    let page = read("docs/extending.md");
    let mut sections = page.split("\n## ");
    let introduction = sections.next().unwrap();
    assert!(introduction.starts_with("# Extending surmise"));
    let mut kinds = BTreeSet::new();
    for section in sections {
        let (kind, text) = section.split_once('\n').unwrap();
        kinds.insert(kind);
        assert!(!blocks(text, "rust").is_empty(), "{kind} has no example");
        let named = prose(text);
        let new = new_files(text);
        let named = paths(&named);
        assert!(!named.is_empty(), "{kind} names no place");
        for path in named {
            let is_new = new.iter().any(|name| path.ends_with(&format!("/{name}.rs")));
            assert!(
                is_new || root().join(path).exists(),
                "{kind} names {path}, which is not there"
            );
        }
        for patch in blocks(text, "diff") {
            check_patch(kind, patch);
        }
    }
    let all = [
        "A sampler",
        "An acquisition function",
        "A hyperparameter",
        "A parameter type",
        "An objective",
        "A network",
        "A transform",
        "A picture",
        "A command",
        "A store",
    ];
    assert_eq!(kinds, BTreeSet::from(all));
}

/// The modules that the patches of a section add.
fn new_files(section: &str) -> Vec<&str> {
    let lines = blocks(section, "diff").into_iter().flat_map(str::lines);
    lines.filter_map(|line| line.strip_prefix("+mod ")?.strip_suffix(';')).collect()
}

/// Every line that a patch does not add is in its file.
fn check_patch(kind: &str, patch: &str) {
    let mut file = None;
    for line in patch.lines() {
        if let Some(name) = line.strip_prefix("--- ") {
            file = Some((name, read(name)));
            continue;
        }
        let (name, text) = file.as_ref().expect("a patch begins with its file");
        match line.strip_prefix(' ') {
            Some(own) => {
                assert!(text.lines().any(|line| line == own), "{kind}: {name} lacks: {own}");
            }
            None => assert!(line.starts_with('+'), "{kind}: {line}"),
        }
    }
}

/// A newcomer's questions have an answer each, which is one path, and what is said to be there is there.
#[test]
fn a_newcomers_twelve_questions_find_one_place_each() {
    let page = read("CONTRIBUTING.md");
    let (_, table) = page.split_once("| question | place |\n| --- | --- |\n").unwrap();
    let rows: Vec<&str> = table.lines().take_while(|line| line.starts_with('|')).collect();
    assert_eq!(rows.len(), 12);
    for row in rows {
        let [path] = paths(row)[..] else { panic!("one place, please: {row}") };
        let (file, heading) = path.split_once('#').unwrap_or((path, ""));
        let text = read(file);
        if !heading.is_empty() {
            let slug =
                |line: &str| line.trim_start_matches('#').trim().to_lowercase().replace(' ', "-");
            let headings = text.lines().filter(|line| line.starts_with('#'));
            assert!(headings.map(slug).any(|slug| slug == heading), "{file} lacks #{heading}");
        }
        // What the row quotes besides the path is in the file.
        for word in row.split('`').skip(1).step_by(2).filter(|word| *word != path) {
            assert!(text.contains(word), "{file} lacks {word}");
        }
    }
}

/// Documents that list networks, transforms and objectives list all that are registered.
#[test]
fn every_kind_is_documented() {
    let cnn = read("docs/cnn.md");
    let in_table = |page: &str, name: &str| {
        let name = format!("`{name}`");
        let cells = page.lines().filter_map(|line| line.strip_prefix("| ")?.split(" | ").next());
        cells.flat_map(|cell| cell.split(", ")).any(|cell| cell == name)
    };
    for (name, about) in ModelKind::ALL {
        assert!(in_table(&cnn, name), "docs/cnn.md lacks the network `{name}`");
        assert!(about.ends_with('.'), "{about}");
    }
    for name in Transform::NAMES {
        assert!(in_table(&cnn, name), "docs/cnn.md lacks the transform `{name}`");
    }
    let readme = read("README.md");
    for (name, about) in ObjectiveKind::ALL {
        assert!(
            readme.contains(&format!("type: {name}")),
            "README.md lacks the objective `{name}`"
        );
        assert!(about.ends_with('.'), "{about}");
    }
}
