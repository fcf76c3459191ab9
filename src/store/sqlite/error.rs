//! What goes wrong inside a transaction, and what the caller hears of it.

use std::time::Duration;

use rusqlite::ErrorCode;

use crate::store::{StoreError, StoreLocation};

/// A failure before it is known where the store lives.
#[derive(Debug)]
pub(super) enum Failure {
    /// The engine's.
    Sql(rusqlite::Error),
    /// The caller's; complete.
    Refused(StoreError),
    /// A row that cannot be understood.
    Corrupt { what: String, reason: String },
    /// Not a file of surmise's.
    NotADatabase(String),
    /// Made by a newer surmise.
    NewerSchema { found: i64, supported: i64 },
    /// The file cannot be used in the way asked for.
    CannotOpen(String),
    /// The file or its folder cannot be written.
    ReadOnly,
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sql(error)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Refused(error)
    }
}

impl Failure {
    /// Whether another connection stood in the way, and waiting may help.
    pub(super) fn is_busy(&self) -> bool {
        matches!(self.code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
    }

    /// The engine's code.
    pub(super) fn code(&self) -> Option<ErrorCode> {
        match self {
            Self::Sql(error) => error.sqlite_error_code(),
            _ => None,
        }
    }

    /// The failure as the caller hears it. `waited` is the busy time-out.
    pub(super) fn at(self, location: &StoreLocation, waited: Duration) -> StoreError {
        let location = location.clone();
        let error = match self {
            Self::Refused(error) => return error,
            Self::Corrupt { what, reason } => {
                return StoreError::Corrupt { location, what, reason };
            }
            Self::NotADatabase(reason) => return StoreError::NotADatabase { location, reason },
            Self::NewerSchema { found, supported } => {
                return StoreError::NewerSchema { location, found, supported };
            }
            Self::CannotOpen(reason) => return StoreError::CannotOpen { location, reason },
            Self::ReadOnly => return StoreError::ReadOnly { location },
            Self::Sql(error) => error,
        };
        use rusqlite::Error as E;
        match &error {
            E::FromSqlConversionFailure(..)
            | E::InvalidColumnType(..)
            | E::IntegralValueOutOfRange(..)
            | E::Utf8Error(..) => {
                return StoreError::Corrupt {
                    location,
                    what: "a row".into(),
                    reason: error.to_string(),
                };
            }
            E::ToSqlConversionFailure(reason) => {
                return StoreError::Invalid { what: "a number".into(), reason: reason.to_string() };
            }
            _ => {}
        }
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                StoreError::Locked { location, seconds: waited.as_secs_f64() }
            }
            Some(ErrorCode::DiskFull) => StoreError::DiskFull { location },
            Some(ErrorCode::ReadOnly) => StoreError::ReadOnly { location },
            Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
                StoreError::CannotOpen { location, reason: message(&error) }
            }
            Some(ErrorCode::NotADatabase) => {
                StoreError::NotADatabase { location, reason: message(&error) }
            }
            Some(ErrorCode::DatabaseCorrupt) => StoreError::Corrupt {
                location,
                what: "the database".into(),
                reason: message(&error),
            },
            _ => StoreError::Database { location, source: Box::new(error) },
        }
    }
}

/// The engine's words without its wrapping.
fn message(error: &rusqlite::Error) -> String {
    match error {
        rusqlite::Error::SqliteFailure(_, Some(text)) => text.clone(),
        other => other.to_string(),
    }
}
