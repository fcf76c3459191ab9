//! Image folders: a sub-folder a class, the images anywhere below it.
//!
//! The rules are those of torchvision's `ImageFolder`, so that classes and samples come in its
//! order: classes by name in code points, then files by their folder's path and their own name.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::{fs, io};

use surmise::numeric::hash::fnv1a;
use thiserror::Error;

/// The suffixes that make a file an image, in any case.
const SUFFIXES: [&str; 9] =
    [".jpg", ".jpeg", ".png", ".ppm", ".bmp", ".pgm", ".tif", ".tiff", ".webp"];

/// The classes and files of an image folder; no image is opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageFolder {
    /// Names of the classes, ascending; a label is an index into them.
    pub classes: Vec<String>,
    /// Each image and its label: by class, then by path.
    pub samples: Vec<(PathBuf, usize)>,
}

/// What is wrong with an image folder.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum FolderError {
    /// It is not there.
    #[error("no folder {}", path.display())]
    Missing {
        /// The folder.
        path: PathBuf,
    },
    /// There is something else.
    #[error("{} is not a folder", path.display())]
    NotAFolder {
        /// What was to be a folder.
        path: PathBuf,
    },
    /// Nothing to tell apart.
    #[error("{} has {} (a class is a sub-folder), at least two are needed", path.display(), match found {
        0 => "no class",
        _ => "one class",
    })]
    TooFewClasses {
        /// The folder.
        path: PathBuf,
        /// Classes in it.
        found: usize,
    },
    /// A class without images.
    #[error("no image in class `{class}` ({}); images end in {}", path.display(), SUFFIXES.join(" "))]
    EmptyClass {
        /// The class.
        class: String,
        /// Its folder.
        path: PathBuf,
    },
    /// A folder cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Unreadable {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// A number that another list of files does not share: FNV-1a, 64 bits, over their names.
pub(crate) fn fingerprint<'a>(files: impl Iterator<Item = &'a Path>) -> u64 {
    fnv1a(files.flat_map(|file| file.as_os_str().as_encoded_bytes().iter().chain(&[0])))
}

impl ImageFolder {
    /// A number that another list of files does not share.
    pub fn fingerprint(&self) -> u64 {
        fingerprint(self.samples.iter().map(|(file, _)| file.as_path()))
    }

    /// Lists the images below `root`. Files in `root` itself and files with other suffixes are
    /// passed over, hidden ones are not; links are followed.
    ///
    /// # Errors
    /// [`FolderError`], naming the folder.
    pub fn scan(root: &Path) -> Result<Self, FolderError> {
        match fs::metadata(root) {
            Ok(found) if found.is_dir() => {}
            Ok(_) => {
                return Err(FolderError::NotAFolder { path: root.to_owned() });
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(FolderError::Missing { path: root.to_owned() });
            }
            Err(source) => return Err(unreadable(root, source)),
        }
        let classes = Listing::read(root)?.folders;
        if classes.len() < 2 {
            return Err(FolderError::TooFewClasses { path: root.to_owned(), found: classes.len() });
        }
        let mut samples = Vec::new();
        for (label, class) in classes.iter().enumerate() {
            let before = samples.len();
            for folder in folders_below(class)? {
                let files = Listing::read(&folder)?.files;
                samples.extend(files.into_iter().filter(|f| is_image(f)).map(|f| (f, label)));
            }
            if samples.len() == before {
                return Err(FolderError::EmptyClass { class: name(class), path: class.clone() });
            }
        }
        Ok(Self { classes: classes.iter().map(|c| name(c)).collect(), samples })
    }
}

/// What lies in a folder, each part ascending by name.
struct Listing {
    folders: Vec<PathBuf>,
    files: Vec<PathBuf>,
}

impl Listing {
    fn read(folder: &Path) -> Result<Self, FolderError> {
        let mut paths = fs::read_dir(folder)
            .and_then(|entries| entries.map(|e| e.map(|e| e.path())).collect::<Result<Vec<_>, _>>())
            .map_err(|source| unreadable(folder, source))?;
        // The bytes of UTF-8 sort as its code points do.
        paths.sort_by(|a, b| a.file_name().cmp(&b.file_name()));
        let (folders, files) = paths.into_iter().partition(|path| path.is_dir());
        Ok(Self { folders, files })
    }
}

/// `top` and every folder below it, ascending by the path as text, in which `a-b` comes before
/// `a/c`. A folder that links back to one already seen is passed over.
fn folders_below(top: &Path) -> Result<Vec<PathBuf>, FolderError> {
    let mut found = Vec::new();
    let mut seen = HashSet::new();
    let mut waiting = vec![top.to_owned()];
    while let Some(folder) = waiting.pop() {
        let real = fs::canonicalize(&folder).map_err(|source| unreadable(&folder, source))?;
        if seen.insert(real) {
            waiting.extend(Listing::read(&folder)?.folders);
            found.push(folder);
        }
    }
    found.sort_by(|a, b| a.as_os_str().cmp(b.as_os_str()));
    Ok(found)
}

/// Whether the name is that of an image, by its suffix.
pub fn is_image(path: &Path) -> bool {
    let name = name(path).to_ascii_lowercase();
    SUFFIXES.iter().any(|suffix| name.ends_with(suffix))
}

fn name(path: &Path) -> String {
    path.file_name().map(OsStr::to_string_lossy).unwrap_or_default().into_owned()
}

fn unreadable(path: &Path, source: io::Error) -> FolderError {
    FolderError::Unreadable { path: path.to_owned(), source }
}
