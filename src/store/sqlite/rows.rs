//! Rows ↔ values.

use rusqlite::types::{FromSql, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use rusqlite::{OptionalExtension, Params, Row, Statement};
use serde::de::DeserializeOwned;
use serde::de::value::Error as DeserializeError;
use serde::{Deserialize, Serialize, de::IntoDeserializer};

use super::error::Failure;
use crate::store::{StoreError, StudyId, WorkerId};
use crate::trial::{
    AttemptOutcome, Direction, EventNumber, Failure as TrialFailure, FailureKind, Timestamp,
    TrialNumber, TrialState,
};

macro_rules! columns {
    ($($newtype:ident),*) => {$(
        impl ToSql for $newtype {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                self.0.to_sql()
            }
        }
        impl FromSql for $newtype {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                FromSql::column_result(value).map(Self)
            }
        }
    )*};
}
columns!(StudyId, WorkerId, TrialNumber, EventNumber, Timestamp);

/// All rows, each made by `make`.
pub(super) fn collect<T>(
    statement: &mut Statement<'_>,
    params: impl Params,
    make: impl Fn(&Row<'_>) -> Result<T, Failure>,
) -> Result<Vec<T>, Failure> {
    let mut rows = statement.query(params)?;
    let mut made = Vec::new();
    while let Some(row) = rows.next()? {
        made.push(make(row)?);
    }
    Ok(made)
}

/// The first row, if there is one.
pub(super) fn first<T>(
    statement: &mut Statement<'_>,
    params: impl Params,
    make: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Option<T>, Failure> {
    Ok(statement.query_row(params, make).optional()?)
}

/// Text of a JSON column. The caller has seen to it that all numbers are finite.
pub(super) fn to_json(what: &str, value: &impl Serialize) -> Result<String, Failure> {
    serde_json::to_string(value).map_err(|error| invalid(what, error))
}

/// Value of a JSON column; `what` names it in an error.
pub(super) fn from_json<T: DeserializeOwned>(
    row: &Row<'_>,
    column: usize,
    what: &str,
) -> Result<Option<T>, Failure> {
    let text = row.get_ref(column)?.as_str_or_null();
    match text.map_err(|error| corrupt(what, error))? {
        None => Ok(None),
        Some(text) => serde_json::from_str(text).map(Some).map_err(|error| corrupt(what, error)),
    }
}

/// A direction from its name.
pub(super) fn direction(name: &str) -> Result<Direction, Failure> {
    named(name, "direction")
}

/// The columns `state`, `value`, `failure_kind`, `failure_reason`, from `column` on.
pub(super) fn state(row: &Row<'_>, column: usize) -> Result<TrialState, Failure> {
    let name = row.get_ref(column)?;
    let name = name.as_str().map_err(|error| corrupt("state", error))?;
    Ok(match name {
        "queued" => TrialState::Queued,
        "running" => TrialState::Running,
        "complete" => TrialState::Complete { value: row.get(column + 1)? },
        "pruned" => TrialState::Pruned,
        "failed" => TrialState::Failed(TrialFailure {
            kind: failure_kind(&row.get::<_, String>(column + 2)?)?,
            reason: row.get(column + 3)?,
        }),
        other => return Err(corrupt("state", format_args!("`{other}` is none"))),
    })
}

/// The columns `failure_kind` and `failure_reason` of a state.
pub(super) fn failure(state: &TrialState) -> (Option<&'static str>, Option<&str>) {
    match state {
        TrialState::Failed(failure) => (Some(failure.kind.name()), Some(&failure.reason)),
        _ => (None, None),
    }
}

fn failure_kind(name: &str) -> Result<FailureKind, Failure> {
    named(name, "failure_kind")
}

/// How an attempt ended, from its name.
pub(super) fn attempt_outcome(name: &str) -> Result<AttemptOutcome, Failure> {
    named(name, "outcome")
}

fn named<T: for<'de> Deserialize<'de>>(name: &str, what: &str) -> Result<T, Failure> {
    T::deserialize(name.into_deserializer()).map_err(|error: DeserializeError| corrupt(what, error))
}

/// Refuses a number that is not finite: SQLite would store NaN as NULL.
pub(super) fn finite(what: &str, value: f64) -> Result<f64, Failure> {
    if value.is_finite() {
        Ok(value)
    } else {
        Err(invalid(what, format_args!("{value} is not a finite number")))
    }
}

pub(super) fn invalid(what: &str, reason: impl ToString) -> Failure {
    Failure::Refused(StoreError::Invalid { what: what.into(), reason: reason.to_string() })
}

pub(super) fn corrupt(what: &str, reason: impl ToString) -> Failure {
    Failure::Corrupt { what: what.into(), reason: reason.to_string() }
}
