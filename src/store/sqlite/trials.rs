//! What happens to trials. Every function runs inside its caller's transaction, which holds the write
//! lock: what is read here stays true until the end.

use rusqlite::{Connection, params};

use super::error::Failure;
use super::{rows, studies, workers};
use crate::space::{ParamValue, Params};
use crate::store::{LossPolicy, Reservation, StoreError, StudyId, WorkerId};
use crate::trial::{
    Failure as TrialFailure, FailureKind, FinishSequence, Origin, Report, Timestamp, TrialNumber,
    TrialState,
};

pub(super) fn reserve(
    c: &Connection,
    study: StudyId,
    worker: Option<WorkerId>,
    most: u64,
    now: Timestamp,
) -> Result<Option<Reservation>, Failure> {
    let budget = studies::budget(c, study)?.min(most);
    if let Some(worker) = worker {
        workers::check(c, study, worker)?;
    }
    if let Some(again) = next_queued(c, study)? {
        c.prepare_cached("DELETE FROM reports WHERE study_id = ?1 AND trial_number = ?2")?
            .execute(params![study, again.number])?;
        c.prepare_cached(
            "UPDATE trials SET state = 'running', attempts = ?3, worker_id = ?4, started_at = ?5
             WHERE study_id = ?1 AND number = ?2",
        )?
        .execute(params![study, again.number, again.attempt, worker, now])?;
        return Ok(Some(again));
    }
    let (number, rows_seen) = ends(c, study)?;
    if number.0 >= budget {
        return Ok(None);
    }
    c.prepare_cached(
        "INSERT INTO trials (study_id, number, state, rows_seen, attempts, worker_id,
                             asked_at, started_at)
         VALUES (?1, ?2, 'running', ?3, 1, ?4, ?5, ?5)",
    )?
    .execute(params![study, number, rows_seen, worker, now])?;
    Ok(Some(Reservation { number, rows_seen, params: None, attempt: 1 }))
}

/// The queued trial of the lowest number, as its next attempt.
fn next_queued(c: &Connection, study: StudyId) -> Result<Option<Reservation>, Failure> {
    let mut statement = c.prepare_cached(
        "SELECT number, rows_seen, params, attempts + 1 FROM trials
         WHERE study_id = ?1 AND state = 'queued' ORDER BY number LIMIT 1",
    )?;
    let mut found = rows::collect(&mut statement, [study], |row| {
        Ok(Reservation {
            number: row.get(0)?,
            rows_seen: row.get(1)?,
            params: rows::from_json(row, 2, PARAMS)?,
            attempt: row.get(3)?,
        })
    })?;
    Ok(found.pop())
}

/// The next trial's number, and the last place given in the order of finishing.
fn ends(c: &Connection, study: StudyId) -> Result<(TrialNumber, FinishSequence), Failure> {
    let mut statement = c.prepare_cached(
        "SELECT coalesce((SELECT max(number) + 1 FROM trials WHERE study_id = ?1), 0),
                coalesce((SELECT max(finish_sequence) FROM trials WHERE study_id = ?1), 0)",
    )?;
    Ok(statement.query_row([study], |row| Ok((row.get(0)?, row.get(1)?)))?)
}

pub(super) fn set_params(
    c: &Connection,
    study: StudyId,
    number: TrialNumber,
    params: &Params,
    origin: &Origin,
) -> Result<(), Failure> {
    let (params, origin) = (params_json(params)?, origin_json(origin)?);
    let mut statement =
        c.prepare_cached("SELECT state, params FROM trials WHERE study_id = ?1 AND number = ?2")?;
    let found: Option<(String, Option<String>)> =
        rows::first(&mut statement, params![study, number], |row| Ok((row.get(0)?, row.get(1)?)))?;
    match found {
        None => Err(no_such(c, study, number)?),
        // The text is canonical: equal text, equal parameters, to the bit.
        Some((_, Some(stored))) if stored == params => Ok(()),
        Some((_, Some(stored))) => {
            Err(Failure::Refused(StoreError::OtherParams { number, stored }))
        }
        Some((state, None)) if state != "running" && state != "queued" => {
            Err(Failure::Refused(StoreError::Finished { number, state }))
        }
        Some((_, None)) => {
            c.prepare_cached(
                "UPDATE trials SET params = ?3, origin = ?4 WHERE study_id = ?1 AND number = ?2",
            )?
            .execute(params![study, number, params, origin])?;
            Ok(())
        }
    }
}

pub(super) fn report(
    c: &Connection,
    study: StudyId,
    number: TrialNumber,
    attempt: u32,
    report: Report,
) -> Result<(), Failure> {
    let value = rows::finite("a report", report.value)?;
    check_running(c, study, number, attempt)?;
    c.prepare_cached(
        "INSERT INTO reports (study_id, trial_number, step, value) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT DO UPDATE SET value = excluded.value",
    )?
    .execute(params![study, number, report.step, value])?;
    Ok(())
}

pub(super) fn finish(
    c: &Connection,
    study: StudyId,
    number: TrialNumber,
    attempt: u32,
    state: &TrialState,
    now: Timestamp,
) -> Result<FinishSequence, Failure> {
    check_state(state)?;
    if !state.is_finished() {
        let reason = format_args!("a trial does not end {}", state.name());
        return Err(rows::invalid("the end of a trial", reason));
    }
    let has_params = check_running(c, study, number, attempt)?;
    if state.value().is_some() && !has_params {
        return Err(rows::invalid("a value", "the trial has no parameters yet"));
    }
    end(c, study, number, state, now)
}

/// Ends a running trial.
fn end(
    c: &Connection,
    study: StudyId,
    number: TrialNumber,
    state: &TrialState,
    now: Timestamp,
) -> Result<FinishSequence, Failure> {
    let (_, FinishSequence(last)) = ends(c, study)?;
    let sequence = FinishSequence(last + 1);
    let (kind, reason) = rows::failure(state);
    c.prepare_cached(
        "UPDATE trials SET state = ?3, value = ?4, failure_kind = ?5, failure_reason = ?6,
                           finish_sequence = ?7, finished_at = ?8
         WHERE study_id = ?1 AND number = ?2",
    )?
    .execute(params![
        study,
        number,
        state.name(),
        state.value(),
        kind,
        reason,
        sequence,
        now
    ])?;
    Ok(sequence)
}

pub(super) fn insert(
    c: &Connection,
    study: StudyId,
    params: &Params,
    state: &TrialState,
    now: Timestamp,
) -> Result<TrialNumber, Failure> {
    check_state(state)?;
    if *state == TrialState::Running {
        return Err(rows::invalid("a trial", "a running one must be reserved"));
    }
    let (params, origin) = (params_json(params)?, origin_json(&Origin::User)?);
    studies::budget(c, study)?;
    let (number, rows_seen) = ends(c, study)?;
    let finished = state.is_finished();
    let (kind, reason) = rows::failure(state);
    c.prepare_cached(
        "INSERT INTO trials (study_id, number, state, params, origin, rows_seen, value,
                             failure_kind, failure_reason, finish_sequence, finished_at, asked_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
    )?
    .execute(params![
        study,
        number,
        state.name(),
        params,
        origin,
        rows_seen,
        state.value(),
        kind,
        reason,
        finished.then_some(FinishSequence(rows_seen.0 + 1)),
        finished.then_some(now),
        now
    ])?;
    Ok(number)
}

pub(super) fn release(
    c: &Connection,
    study: StudyId,
    workers: &[WorkerId],
    policy: Option<&LossPolicy>,
    now: Timestamp,
) -> Result<Vec<TrialNumber>, Failure> {
    studies::budget(c, study)?;
    let mut held: Vec<(TrialNumber, u32)> = Vec::new();
    for worker in workers {
        let mut statement = c.prepare_cached(
            "SELECT number, losses FROM trials
             WHERE worker_id = ?1 AND study_id = ?2 AND state = 'running'",
        )?;
        held.extend(rows::collect(&mut statement, params![worker, study], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?);
    }
    held.sort_unstable();
    held.dedup();
    for &(number, losses) in &held {
        let losses = losses + u32::from(policy.is_some());
        c.prepare_cached("UPDATE trials SET losses = ?3 WHERE study_id = ?1 AND number = ?2")?
            .execute(params![study, number, losses])?;
        match policy {
            Some(policy) if losses >= policy.max_losses => {
                let failure =
                    TrialFailure { kind: FailureKind::WorkerLost, reason: policy.reason.clone() };
                end(c, study, number, &TrialState::Failed(failure), now)?;
            }
            _ => {
                c.prepare_cached(
                    "UPDATE trials SET state = 'queued', worker_id = NULL, started_at = NULL
                     WHERE study_id = ?1 AND number = ?2",
                )?
                .execute(params![study, number])?;
            }
        }
    }
    Ok(held.into_iter().map(|(number, _)| number).collect())
}

/// Refuses whoever does not hold the trial now. Tells whether it has parameters.
fn check_running(
    c: &Connection,
    study: StudyId,
    number: TrialNumber,
    attempt: u32,
) -> Result<bool, Failure> {
    let mut statement = c.prepare_cached(
        "SELECT state, attempts, params IS NOT NULL FROM trials
         WHERE study_id = ?1 AND number = ?2",
    )?;
    let found: Option<(String, u32, bool)> =
        rows::first(&mut statement, params![study, number], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?;
    let Some((state, current, has_params)) = found else {
        return Err(no_such(c, study, number)?);
    };
    Err(Failure::Refused(match state.as_str() {
        "running" if attempt == current => return Ok(has_params),
        "running" => StoreError::Superseded { number, attempt, current },
        "queued" => StoreError::NotRunning { number },
        _ => StoreError::Finished { number, state },
    }))
}

/// Why a trial was not found: the study may be gone, too.
fn no_such(c: &Connection, study: StudyId, number: TrialNumber) -> Result<Failure, Failure> {
    studies::budget(c, study)?;
    Ok(Failure::Refused(StoreError::NoSuchTrial { number }))
}

fn check_state(state: &TrialState) -> Result<(), Failure> {
    state.value().map_or(Ok(()), |value| rows::finite("a value", value).map(drop))
}

/// What an error calls the column `params`.
pub(super) const PARAMS: &str = "the parameters of a trial";

fn params_json(params: &Params) -> Result<String, Failure> {
    for (name, value) in params.iter() {
        if let ParamValue::Float(value) = value {
            rows::finite(&format!("parameter `{name}`"), *value)?;
        }
    }
    rows::to_json(PARAMS, params)
}

fn origin_json(origin: &Origin) -> Result<String, Failure> {
    if let Origin::Model { acquisition, acquisition_value, .. } = origin {
        rows::finite(acquisition, *acquisition_value)?;
    }
    rows::to_json("the origin of a trial", origin)
}
