//! Opening a store by the back end that its location names.

use super::back_end::{BackEnd, Missing, StoreOptions};
use super::{BACK_ENDS, SqliteStore, Store, StoreError, StoreLocation};

/// Opens a store to read and write, and makes it if it does not exist.
///
/// # Errors
/// [`StoreError::NoSuchBackEnd`], [`StoreError::CannotOpen`], [`StoreError::NotADatabase`],
/// [`StoreError::NewerSchema`], and the errors of the medium.
pub fn open(
    location: &StoreLocation,
    options: &StoreOptions,
) -> Result<Box<dyn Store>, StoreError> {
    (find(location)?.open)(location, options, Missing::Make)
}

/// Opens a store that exists: to read and write where that is allowed, else to read only (then methods
/// that write fail with [`StoreError::ReadOnly`]).
///
/// # Errors
/// [`StoreError::NotFound`], and as [`open`].
pub fn open_existing(
    location: &StoreLocation,
    options: &StoreOptions,
) -> Result<Box<dyn Store>, StoreError> {
    (find(location)?.open)(location, options, Missing::Refuse)
}

/// A store in memory, gone with this value.
///
/// # Errors
/// [`StoreError::CannotOpen`] if memory runs out.
pub fn in_memory() -> Result<Box<dyn Store>, StoreError> {
    Ok(Box::new(SqliteStore::in_memory()?))
}

/// Checks that this build has the back end of a location.
///
/// # Errors
/// [`StoreError::NoSuchBackEnd`].
pub fn check(location: &StoreLocation) -> Result<(), StoreError> {
    find(location).map(drop)
}

/// How locations are written, one a back end, e.g. `sqlite:FILE`.
pub fn forms() -> impl Iterator<Item = &'static str> {
    BACK_ENDS.iter().map(|back_end| back_end.form)
}

/// Name and version of each database engine that this build has, e.g. `SQLite` and `3.50.4`.
pub fn engines() -> impl Iterator<Item = (&'static str, &'static str)> {
    BACK_ENDS.iter().map(|back_end| (back_end.engine)())
}

fn find(location: &StoreLocation) -> Result<&'static BackEnd, StoreError> {
    let named = BACK_ENDS.iter().find(|back_end| back_end.scheme == location.scheme());
    named.ok_or_else(|| StoreError::NoSuchBackEnd {
        location: location.clone(),
        known: BACK_ENDS.iter().map(|back_end| back_end.scheme).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn back_ends_are_found_by_their_schemes() {
        for back_end in BACK_ENDS {
            assert!(back_end.form.starts_with(&format!("{}:", back_end.scheme)));
            assert!(check(&back_end.form.parse().unwrap()).is_ok());
        }
        let unknown: StoreLocation = "carrier-pigeon:loft".parse().unwrap();
        let error = open(&unknown, &StoreOptions::default()).err().unwrap();
        assert_eq!(error.to_string(), "this build of surmise has no store `carrier-pigeon`");
        match error {
            StoreError::NoSuchBackEnd { known, .. } => assert!(known.contains(&"sqlite")),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_file_is_opened_by_either_spelling_and_named_as_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("studies.db");
        let (short, options) = (StoreLocation::file(&path), StoreOptions::default());
        let long: StoreLocation = format!("sqlite:{}", path.display()).parse().unwrap();
        for location in [&short, &long] {
            let error = open_existing(location, &options).err().unwrap();
            assert_eq!(error.to_string(), format!("there is no database {location}"));
        }
        open(&long, &options).unwrap();
        assert!(open_existing(&short, &options).unwrap().studies().unwrap().is_empty());
    }

    #[test]
    fn a_file_as_a_url_is_refused_with_the_right_spelling() {
        let url: StoreLocation = "sqlite:///studies.db".parse().unwrap();
        let error = open(&url, &StoreOptions::default()).err().unwrap();
        assert!(error.to_string().contains("sqlite:FILE"), "{error}");
    }
}
