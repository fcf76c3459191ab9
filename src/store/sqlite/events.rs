//! The event sequence of a study, and the metrics that came with its events. Every function runs
//! inside its caller's transaction.

use rusqlite::{Connection, params};

use super::error::Failure;
use super::rows;
use crate::store::StudyId;
use crate::trial::{EventNumber, Metrics, Timestamp, TrialNumber};

/// What happened.
pub(super) enum Kind<'a> {
    /// The study was declared; canonical JSON.
    Declare(&'a str),
    /// An attempt at a trial reported metrics at a step.
    Report { trial: TrialNumber, attempt: u32, step: u64 },
    /// A trial ended.
    End { trial: TrialNumber, attempt: u32 },
}

/// The last event of a study; 0 if it has none.
pub(super) fn last(c: &Connection, study: StudyId) -> Result<EventNumber, Failure> {
    let mut statement =
        c.prepare_cached("SELECT coalesce(max(number), 0) FROM events WHERE study_id = ?1")?;
    Ok(statement.query_row([study], |row| row.get(0))?)
}

/// Adds an event with its metrics, which must be finite.
pub(super) fn append(
    c: &Connection,
    study: StudyId,
    kind: &Kind<'_>,
    metrics: &Metrics,
    now: Timestamp,
) -> Result<EventNumber, Failure> {
    for (name, value) in metrics.iter() {
        rows::finite(&format!("metric `{name}`"), value)?;
    }
    let number = EventNumber(last(c, study)?.0 + 1);
    let (name, trial, attempt, step, declaration) = match *kind {
        Kind::Declare(text) => ("declare", None, None, None, Some(text)),
        Kind::Report { trial, attempt, step } => {
            ("report", Some(trial), Some(attempt), Some(step), None)
        }
        Kind::End { trial, attempt } => ("end", Some(trial), Some(attempt), None, None),
    };
    c.prepare_cached(
        "INSERT INTO events (study_id, number, kind, trial_number, attempt, step, at, declaration)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?
    .execute(params![study, number, name, trial, attempt, step, now, declaration])?;
    let mut statement = c.prepare_cached(
        "INSERT INTO metrics (study_id, event, name, value) VALUES (?1, ?2, ?3, ?4)",
    )?;
    for (name, value) in metrics.iter() {
        statement.execute(params![study, number, name, value])?;
    }
    Ok(number)
}
