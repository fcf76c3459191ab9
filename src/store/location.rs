//! Where a store lives.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use thiserror::Error;

/// The scheme of a location that is written as a path alone.
const SHORT: &str = "sqlite";

/// Where a store lives: `sqlite:studies.db`, or `studies.db` for short. It is displayed as the user
/// wrote it.
///
/// The scheme names the back end. What follows is a file, or a server where it begins with `//`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct StoreLocation {
    scheme: String,
    place: OsString,
    /// Whether the scheme was left out.
    short: bool,
}

impl StoreLocation {
    /// A file of the default back end, which is displayed as its path alone.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self { scheme: SHORT.into(), place: path.into().into(), short: true }
    }

    /// The name of the back end.
    pub fn scheme(&self) -> &str {
        &self.scheme
    }

    /// What the back end opens: all after the first `:`.
    pub fn place(&self) -> &OsStr {
        &self.place
    }

    /// The file that the store is; `None` for one on a server.
    pub fn path(&self) -> Option<&Path> {
        let on_a_server = !self.short && self.place.as_encoded_bytes().starts_with(b"//");
        (!on_a_server).then(|| Path::new(&self.place))
    }

    /// Whether it is written as a path alone.
    pub fn is_short(&self) -> bool {
        self.short
    }
}

impl fmt::Display for StoreLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.short {
            write!(f, "{}:", self.scheme)?;
        }
        write!(f, "{}", self.place.display())
    }
}

/// Text that does not begin with the scheme of a back end.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("it does not say what kind of store it is; a file is written {SHORT}:{text}")]
pub struct NoScheme {
    /// The text.
    text: String,
}

impl FromStr for StoreLocation {
    type Err = NoScheme;

    /// Reads `SCHEME:PLACE`. Whether there is such a back end shows when the store is opened.
    fn from_str(text: &str) -> Result<Self, NoScheme> {
        let in_scheme = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
        match text.split_once(':') {
            Some((scheme, place)) if !scheme.is_empty() && scheme.chars().all(in_scheme) => {
                Ok(Self { scheme: scheme.into(), place: place.into(), short: false })
            }
            _ => Err(NoScheme { text: text.into() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_location_is_displayed_as_it_was_written() {
        for text in ["sqlite:studies.db", "sqlite:/a b/x:y.db", "postgres://host/name?a=b", "x:"] {
            let location: StoreLocation = text.parse().unwrap();
            assert_eq!(location.to_string(), text);
            assert!(!location.is_short());
        }
        let short = StoreLocation::file("a/studies.db");
        assert_eq!(short.to_string(), "a/studies.db");
        assert_eq!(short.scheme(), "sqlite");
    }

    #[test]
    fn a_file_is_told_from_a_server() {
        let path = |text: &str| text.parse::<StoreLocation>().unwrap().path().map(PathBuf::from);
        assert_eq!(path("sqlite:a/studies.db"), Some("a/studies.db".into()));
        assert_eq!(path("sqlite:/studies.db"), Some("/studies.db".into()));
        assert_eq!(path("postgres://host/name"), None);
        assert_eq!(StoreLocation::file("//a/b.db").path(), Some(Path::new("//a/b.db")));
    }

    #[test]
    fn text_without_a_scheme_is_refused() {
        for text in ["studies.db", "", ":memory:", "a/b:c", "my db:x"] {
            let error = text.parse::<StoreLocation>().unwrap_err();
            assert!(error.to_string().ends_with(&format!("is written sqlite:{text}")), "{error}");
        }
    }
}
