//! Reading trials: as later ones see them, and whole.

use rusqlite::{Connection, Row, params};

use super::error::Failure;
use super::trials::PARAMS;
use super::{annotations, attempts, rows};
use crate::store::{HistoryRow, StudyId, TrialProgress};
use crate::trial::{EventNumber, Metrics, Report, Trial, TrialNumber};

/// Rows that had ended, then those that had not: their ending since does not show. The `+` keeps the
/// planner from walking all smaller numbers instead of the few pending ones.
pub(super) const FINISHED: &str = "
    SELECT number, params, saw, ended, value FROM trials
    WHERE study_id = ?1 AND ended > ?2 AND ended <= ?3
    ORDER BY ended";
pub(super) const PENDING: &str = "
    SELECT number, params, saw, NULL, NULL FROM trials
    WHERE study_id = ?1 AND ended IS NULL AND +number < ?2
    UNION ALL
    SELECT number, params, saw, NULL, NULL FROM trials
    WHERE study_id = ?1 AND ended > ?3 AND +number < ?2
    ORDER BY number";

pub(super) fn history(
    c: &Connection,
    study: StudyId,
    number: TrialNumber,
    saw: EventNumber,
    known: EventNumber,
) -> Result<Vec<HistoryRow>, Failure> {
    let make = |row: &Row<'_>| {
        Ok(HistoryRow {
            number: row.get(0)?,
            params: rows::from_json(row, 1, PARAMS)?,
            saw: row.get(2)?,
            ended: row.get(3)?,
            value: row.get(4)?,
        })
    };
    let mut finished = c.prepare_cached(FINISHED)?;
    let mut seen = rows::collect(&mut finished, params![study, known, saw], make)?;
    let mut pending = c.prepare_cached(PENDING)?;
    seen.extend(rows::collect(&mut pending, params![study, number, saw], make)?);
    Ok(seen)
}

/// Running trials with their last report, found from the end of their events.
pub(super) const RUNNING: &str = "
    SELECT trials.number, step, name, metrics.value
    FROM trials
    LEFT JOIN events ON events.study_id = trials.study_id AND events.number =
        (SELECT number FROM events AS report
         WHERE report.study_id = trials.study_id AND report.trial_number = trials.number
           AND kind = 'report' AND report.attempt = trials.attempt
         ORDER BY number DESC LIMIT 1)
    LEFT JOIN metrics ON metrics.study_id = events.study_id AND event = events.number
    WHERE trials.study_id = ?1 AND state = 'running'
    ORDER BY trials.number";

pub(super) fn running(c: &Connection, study: StudyId) -> Result<Vec<TrialProgress>, Failure> {
    let mut statement = c.prepare_cached(RUNNING)?;
    let mut rows = statement.query([study])?;
    let mut running: Vec<TrialProgress> = Vec::new();
    while let Some(row) = rows.next()? {
        let number = row.get(0)?;
        let mut trial = match running.pop_if(|trial| trial.number == number) {
            Some(trial) => trial,
            None => {
                let step: Option<u64> = row.get(1)?;
                let last = step.map(|step| Report { step, metrics: Metrics::new() });
                TrialProgress { number, last }
            }
        };
        if let Some(report) = &mut trial.last {
            report.metrics.set(row.get::<_, String>(2)?, row.get(3)?);
        }
        running.push(trial);
    }
    Ok(running)
}

/// One trial, or all in the order of numbers.
pub(super) fn trials(
    c: &Connection,
    study: StudyId,
    only: Option<TrialNumber>,
) -> Result<Vec<Trial>, Failure> {
    let between = match only {
        Some(number) => (number, number),
        None => (TrialNumber(0), TrialNumber(i64::MAX as u64)),
    };
    let mut statement = c.prepare_cached(
        "SELECT trials.number, params, origin, engine_revision, saw, ended, asked_at, at,
                state, value, failure_kind, failure_reason, note, tags
         FROM trials
         LEFT JOIN events ON events.study_id = trials.study_id AND events.number = ended
         WHERE trials.study_id = ?1 AND trials.number BETWEEN ?2 AND ?3
         ORDER BY trials.number",
    )?;
    let mut trials = rows::collect(&mut statement, params![study, between.0, between.1], trial)?;
    let mut attempts = attempts::between(c, study, between)?.into_iter().peekable();
    let mut measured = measured(c, study, only)?.into_iter().peekable();
    // All ascend by number.
    for trial in &mut trials {
        while let Some((_, attempt)) = attempts.next_if(|(number, _)| *number == trial.number) {
            trial.attempts.push(attempt);
        }
        while let Some(one) = measured.next_if(|one| one.trial == trial.number) {
            add(trial, one);
        }
    }
    Ok(trials)
}

/// One metric of one event, in the order of trials and then of events.
struct Measured {
    trial: TrialNumber,
    /// `None` for the end of the trial.
    step: Option<u64>,
    name: String,
    value: f64,
}

/// What the last attempts at trials measured; a lost attempt's reports stay in the sequence of events,
/// but the trial began anew.
fn measured(
    c: &Connection,
    study: StudyId,
    only: Option<TrialNumber>,
) -> Result<Vec<Measured>, Failure> {
    const COLUMNS: &str = "
        SELECT trial_number, step, name, metrics.value
        FROM events
        JOIN trials ON trials.study_id = events.study_id AND trials.number = trial_number
                   AND trials.attempt = events.attempt
        JOIN metrics ON metrics.study_id = events.study_id AND event = events.number";
    let make = |row: &Row<'_>| {
        Ok(Measured {
            trial: row.get(0)?,
            step: row.get(1)?,
            name: row.get(2)?,
            value: row.get(3)?,
        })
    };
    match only {
        Some(number) => {
            let mut statement = c.prepare_cached(&format!(
                "{COLUMNS} WHERE events.study_id = ?1 AND trial_number = ?2 ORDER BY events.number"
            ))?;
            rows::collect(&mut statement, params![study, number], make)
        }
        None => {
            let mut statement = c.prepare_cached(&format!(
                "{COLUMNS} WHERE events.study_id = ?1 AND trial_number IS NOT NULL
                 ORDER BY trial_number, events.number"
            ))?;
            rows::collect(&mut statement, params![study], make)
        }
    }
}

/// Adds a metric to a trial; of equal steps and names the last word counts.
fn add(trial: &mut Trial, one: Measured) {
    let Some(step) = one.step else {
        return trial.metrics.set(one.name, one.value);
    };
    // Steps usually ascend, so that the place is the last.
    let place = trial.reports.partition_point(|report| report.step < step);
    if trial.reports.get(place).is_none_or(|report| report.step != step) {
        trial.reports.insert(place, Report { step, metrics: Metrics::new() });
    }
    trial.reports[place].metrics.set(one.name, one.value);
}

fn trial(row: &Row<'_>) -> Result<Trial, Failure> {
    Ok(Trial {
        number: row.get(0)?,
        params: rows::from_json(row, 1, PARAMS)?,
        origin: rows::from_json(row, 2, "the origin of a trial")?,
        engine_revision: row.get(3)?,
        saw: row.get(4)?,
        ended: row.get(5)?,
        asked_at: row.get(6)?,
        finished_at: row.get(7)?,
        state: rows::state(row, 8)?,
        annotations: annotations::read(row, 12)?,
        metrics: Metrics::new(),
        reports: Vec::new(),
        attempts: Vec::new(),
    })
}
