//! Loading a study: from a file, from text, from JSON.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{SpecError, StudySpec, read, yaml};
use crate::config::{Node, Problem, nearest};
use crate::objective::{FileKind, NamedFile, ObjectiveSpec, ObjectiveTemplate, plain_text};

/// Bytes of a study file: a thousand parameters take a tenth of it.
const LARGEST_FILE: u64 = 1024 * 1024;

impl StudySpec {
    /// Reads and checks a study file. Files that the objective names need not be there: see
    /// [`check_files`](Self::check_files).
    ///
    /// # Errors
    /// [`SpecError::Unreadable`] for a file that cannot be read or is larger than 1 MiB,
    /// [`SpecError::Invalid`] with the place for everything else.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, SpecError> {
        let path = path.as_ref();
        Self::parse(&read_text(path)?, path)
    }

    /// Reads and checks a study from YAML text; `file` is what errors call it.
    ///
    /// # Errors
    /// [`SpecError::Invalid`].
    pub fn parse(text: &str, file: impl AsRef<Path>) -> Result<Self, SpecError> {
        let file = file.as_ref();
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let root = yaml::read(text).map_err(|e| SpecError::from_read(file, text, e))?;
        read::study(&root).map_err(|p| SpecError::from_problem(file, text, p))
    }

    /// Reads and checks a study from JSON such as [`to_json`](Self::to_json) gives.
    ///
    /// # Errors
    /// [`SpecError::Invalid`], with the place in the JSON printed over several lines.
    pub fn from_json(value: &Value) -> Result<Self, SpecError> {
        read::study(&Node::from_json(value)).map_err(|problem| {
            // JSON is YAML with the same nodes in the same order, so it can be located in.
            let text = format!("{value:#}");
            SpecError::from_problem(Path::new("<json>"), &text, problem)
        })
    }

    /// Checks that the files and folders the objective names are there: a CNN's image folders, a
    /// command's program if named by a path. Relative paths start at the working directory; names
    /// that depend on a parameter are not checked. `declared_in` is the study's file, where an error
    /// points.
    ///
    /// # Errors
    /// [`SpecError::Invalid`] for the first that is missing.
    pub fn check_files(&self, declared_in: impl AsRef<Path>) -> Result<(), SpecError> {
        let ObjectiveSpec::Template(template) = &self.objective else {
            return Ok(());
        };
        let Some(missing) = needed_files(template).into_iter().find_map(Needed::missing) else {
            return Ok(());
        };
        let file = declared_in.as_ref();
        let text = read_text(file)?;
        let root = yaml::read(&text).map_err(|e| SpecError::from_read(file, &text, e))?;
        let node = root.follow(missing.key);
        let problem = Problem::new(node.id, missing.message, missing.label);
        Err(SpecError::from_problem(file, &text, problem.help(missing.help)))
    }
}

/// The text of a study file, without its byte order mark.
fn read_text(path: &Path) -> Result<String, SpecError> {
    let unreadable = |reason: String, help: Option<String>| SpecError::Unreadable {
        file: path.into(),
        reason,
        help,
    };
    let mut bytes = Vec::new();
    File::open(path).and_then(|file| file.take(LARGEST_FILE + 1).read_to_end(&mut bytes)).map_err(
        |error| match error.kind() {
            io::ErrorKind::NotFound => unreadable("no such file".into(), similar_file(path)),
            io::ErrorKind::IsADirectory => unreadable("it is a folder".into(), None),
            _ => unreadable(error.to_string(), None),
        },
    )?;
    if bytes.len() as u64 > LARGEST_FILE {
        let reason = "it is larger than 1 MiB, which no study needs";
        return Err(unreadable(reason.into(), None));
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.into()),
        Err(error) => Err(SpecError::not_utf8(path, bytes, error.valid_up_to())),
    }
}

/// The file beside the missing one whose name is most like it.
fn similar_file(path: &Path) -> Option<String> {
    let wanted = path.file_name()?.to_str()?;
    let folder = match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    let names: Vec<String> = folder
        .read_dir()
        .ok()?
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .collect();
    let name = nearest(wanted, names.iter().map(String::as_str))?;
    Some(format!("did you mean `{}`?", path.with_file_name(name).display()))
}

/// Something an objective needs on disk.
struct Needed {
    key: &'static str,
    path: PathBuf,
    folder: bool,
}

struct Missing {
    key: &'static str,
    message: String,
    label: &'static str,
    help: String,
}

impl Needed {
    fn missing(self) -> Option<Missing> {
        let path = self.path.display();
        let (there, what) = if self.folder {
            (self.path.is_dir(), "folder")
        } else {
            (self.path.is_file(), "file")
        };
        if there {
            return None;
        }
        let (message, label) = if self.path.exists() {
            (format!("`{path}` is no {what}"), "of another kind")
        } else {
            (format!("no such {what}: `{path}`"), "missing")
        };
        let similar = if self.path.exists() { None } else { similar_file(&self.path) };
        let help = similar.unwrap_or_else(|| {
            "relative paths start at the working directory, not at this file".into()
        });
        Some(Missing { key: self.key, message, label, help })
    }
}

fn needed_files(template: &ObjectiveTemplate) -> Vec<Needed> {
    let needed = |file: &NamedFile| {
        let text = template.to_json().pointer(file.pointer)?.as_str()?;
        let path = PathBuf::from(plain_text(text)?);
        // A program's bare name is looked up in PATH when it runs.
        let looked_up = file.kind == FileKind::Program && path.components().count() < 2;
        let folder = file.kind == FileKind::Folder;
        (!looked_up).then_some(Needed { key: file.key, path, folder })
    };
    template.kind().files().iter().filter_map(needed).collect()
}
