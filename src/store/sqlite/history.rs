//! Reading trials: as later ones see them, and whole.

use rusqlite::{Connection, Row, params};

use super::error::Failure;
use super::trials::PARAMS;
use super::{rows, workers};
use crate::store::{HistoryRow, StudyId};
use crate::trial::{FinishSequence, Report, Trial, TrialNumber};

/// Rows that had finished, then those that had not: their finishing since does not show. The `+` keeps
/// the planner from walking all smaller numbers instead of the few pending ones.
pub(super) const FINISHED: &str = "
    SELECT number, params, rows_seen, finish_sequence, value FROM trials
    WHERE study_id = ?1 AND finish_sequence > ?2 AND finish_sequence <= ?3
    ORDER BY finish_sequence";
pub(super) const PENDING: &str = "
    SELECT number, params, rows_seen, NULL, NULL FROM trials
    WHERE study_id = ?1 AND finish_sequence IS NULL AND +number < ?2
    UNION ALL
    SELECT number, params, rows_seen, NULL, NULL FROM trials
    WHERE study_id = ?1 AND finish_sequence > ?3 AND +number < ?2
    ORDER BY number";

pub(super) fn history(
    c: &Connection,
    study: StudyId,
    number: TrialNumber,
    rows_seen: FinishSequence,
    known: FinishSequence,
) -> Result<Vec<HistoryRow>, Failure> {
    let make = |row: &Row<'_>| {
        Ok(HistoryRow {
            number: row.get(0)?,
            params: rows::from_json(row, 1, PARAMS)?,
            rows_seen: row.get(2)?,
            finish_sequence: row.get(3)?,
            value: row.get(4)?,
        })
    };
    let mut finished = c.prepare_cached(FINISHED)?;
    let mut seen = rows::collect(&mut finished, params![study, known, rows_seen], make)?;
    let mut pending = c.prepare_cached(PENDING)?;
    seen.extend(rows::collect(&mut pending, params![study, number, rows_seen], make)?);
    Ok(seen)
}

/// One trial, or all in the order of numbers.
pub(super) fn trials(
    c: &Connection,
    study: StudyId,
    only: Option<TrialNumber>,
) -> Result<Vec<Trial>, Failure> {
    let (low, high) = match only {
        Some(number) => (number, number),
        None => (TrialNumber(0), TrialNumber(i64::MAX as u64)),
    };
    let mut statement = c.prepare_cached(
        "SELECT number, params, origin, rows_seen, finish_sequence, attempts,
                asked_at, started_at, finished_at,
                state, value, failure_kind, failure_reason,
                host, pid, process_start, device, engine
         FROM trials LEFT JOIN workers ON workers.id = worker_id
         WHERE trials.study_id = ?1 AND number BETWEEN ?2 AND ?3
         ORDER BY number",
    )?;
    let mut trials = rows::collect(&mut statement, params![study, low, high], trial)?;
    let mut statement = c.prepare_cached(
        "SELECT trial_number, step, value FROM reports
         WHERE study_id = ?1 AND trial_number BETWEEN ?2 AND ?3
         ORDER BY trial_number, step",
    )?;
    let reports = rows::collect(&mut statement, params![study, low, high], |row| {
        let report = Report { step: row.get(1)?, value: row.get(2)? };
        Ok((row.get::<_, TrialNumber>(0)?, report))
    })?;
    // Both ascend by number.
    let mut reports = reports.into_iter().peekable();
    for trial in &mut trials {
        while let Some((_, report)) = reports.next_if(|(number, _)| *number == trial.number) {
            trial.reports.push(report);
        }
    }
    Ok(trials)
}

fn trial(row: &Row<'_>) -> Result<Trial, Failure> {
    let has_worker: Option<&str> = row
        .get_ref(13)?
        .as_str_or_null()
        .map_err(|error| rows::corrupt("the host of a worker", error))?;
    Ok(Trial {
        number: row.get(0)?,
        params: rows::from_json(row, 1, PARAMS)?,
        origin: rows::from_json(row, 2, "the origin of a trial")?,
        rows_seen: row.get(3)?,
        finish_sequence: row.get(4)?,
        attempts: row.get(5)?,
        asked_at: row.get(6)?,
        started_at: row.get(7)?,
        finished_at: row.get(8)?,
        state: rows::state(row, 9)?,
        worker: match has_worker {
            Some(_) => Some(workers::info(row, 13)?),
            None => None,
        },
        reports: Vec::new(),
    })
}
