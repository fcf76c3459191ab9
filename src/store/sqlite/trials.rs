//! What happens to trials. Every function runs inside its caller's transaction, which holds the write
//! lock: what is read here stays true until the end.

use rusqlite::{Connection, params};

use super::error::Failure;
use super::events::{self, Kind};
use super::{annotations, attempts, rows, studies, workers};
use crate::space::{ParamValue, Params};
use crate::store::{AnnotationChange, LossPolicy, Reservation, StoreError, StudyId, WorkerId};
use crate::trial::{
    AttemptOutcome, EventNumber, Failure as TrialFailure, FailureKind, Launch, Metrics, Origin,
    Report, Timestamp, TrialNumber, TrialState,
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
        c.prepare_cached(
            "UPDATE trials SET state = 'running', attempt = ?3 WHERE study_id = ?1 AND number = ?2",
        )?
        .execute(params![study, again.number, again.attempt])?;
        attempts::begin(c, study, (again.number, again.attempt), worker, now)?;
        return Ok(Some(again));
    }
    let number = next_number(c, study)?;
    if number.0 >= budget {
        return Ok(None);
    }
    let saw = events::last(c, study)?;
    c.prepare_cached(
        "INSERT INTO trials (study_id, number, state, saw, attempt, asked_at)
         VALUES (?1, ?2, 'running', ?3, 1, ?4)",
    )?
    .execute(params![study, number, saw, now])?;
    attempts::begin(c, study, (number, 1), worker, now)?;
    Ok(Some(Reservation { number, saw, params: None, attempt: 1 }))
}

/// The queued trial of the lowest number, as its next attempt.
fn next_queued(c: &Connection, study: StudyId) -> Result<Option<Reservation>, Failure> {
    let mut statement = c.prepare_cached(
        "SELECT number, saw, params, attempt + 1 FROM trials
         WHERE study_id = ?1 AND state = 'queued' ORDER BY number LIMIT 1",
    )?;
    let mut found = rows::collect(&mut statement, [study], |row| {
        Ok(Reservation {
            number: row.get(0)?,
            saw: row.get(1)?,
            params: rows::from_json(row, 2, PARAMS)?,
            attempt: row.get(3)?,
        })
    })?;
    Ok(found.pop())
}

fn next_number(c: &Connection, study: StudyId) -> Result<TrialNumber, Failure> {
    let mut statement =
        c.prepare_cached("SELECT coalesce(max(number) + 1, 0) FROM trials WHERE study_id = ?1")?;
    Ok(statement.query_row([study], |row| row.get(0))?)
}

pub(super) fn set_params(
    c: &Connection,
    study: StudyId,
    number: TrialNumber,
    (params, origin): (&Params, &Origin),
    engine_revision: u32,
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
                "UPDATE trials SET params = ?3, origin = ?4, engine_revision = ?5
                 WHERE study_id = ?1 AND number = ?2",
            )?
            .execute(params![study, number, params, origin, engine_revision])?;
            Ok(())
        }
    }
}

pub(super) fn launch(
    c: &Connection,
    study: StudyId,
    number: TrialNumber,
    attempt: u32,
    launch: &Launch,
) -> Result<(), Failure> {
    check_running(c, study, number, attempt)?;
    attempts::launch(c, study, (number, attempt), launch)
}

pub(super) fn report(
    c: &Connection,
    study: StudyId,
    number: TrialNumber,
    attempt: u32,
    report: &Report,
    now: Timestamp,
) -> Result<EventNumber, Failure> {
    check_running(c, study, number, attempt)?;
    let kind = Kind::Report { trial: number, attempt, step: report.step };
    events::append(c, study, &kind, &report.metrics, now)
}

pub(super) fn finish(
    c: &Connection,
    study: StudyId,
    number: TrialNumber,
    attempt: u32,
    (state, metrics): (&TrialState, &Metrics),
    now: Timestamp,
) -> Result<EventNumber, Failure> {
    check_state(state)?;
    if !state.is_finished() {
        let reason = format_args!("a trial does not end {}", state.name());
        return Err(rows::invalid("the end of a trial", reason));
    }
    let has_params = check_running(c, study, number, attempt)?;
    if state.value().is_some() && !has_params {
        return Err(rows::invalid("a value", "the trial has no parameters yet"));
    }
    end(c, study, (number, attempt), (state, metrics), now)
}

/// Ends a trial and its attempt.
fn end(
    c: &Connection,
    study: StudyId,
    (number, attempt): (TrialNumber, u32),
    (state, metrics): (&TrialState, &Metrics),
    now: Timestamp,
) -> Result<EventNumber, Failure> {
    let event = events::append(c, study, &Kind::End { trial: number, attempt }, metrics, now)?;
    let (kind, reason) = rows::failure(state);
    c.prepare_cached(
        "UPDATE trials SET state = ?3, value = ?4, failure_kind = ?5, failure_reason = ?6, ended = ?7
         WHERE study_id = ?1 AND number = ?2",
    )?
    .execute(params![study, number, state.name(), state.value(), kind, reason, event])?;
    if attempt > 0 {
        attempts::end(c, study, (number, attempt), attempts::outcome(state), now)?;
    }
    Ok(event)
}

pub(super) fn insert(
    c: &Connection,
    study: StudyId,
    params: &Params,
    (state, metrics): (&TrialState, &Metrics),
    now: Timestamp,
) -> Result<TrialNumber, Failure> {
    check_state(state)?;
    if *state == TrialState::Running {
        return Err(rows::invalid("a trial", "a running one must be reserved"));
    }
    let (params, origin) = (params_json(params)?, origin_json(&Origin::User)?);
    studies::budget(c, study)?;
    let (number, saw) = (next_number(c, study)?, events::last(c, study)?);
    c.prepare_cached(
        "INSERT INTO trials (study_id, number, state, params, origin, saw, asked_at)
         VALUES (?1, ?2, 'queued', ?3, ?4, ?5, ?6)",
    )?
    .execute(params![study, number, params, origin, saw, now])?;
    if state.is_finished() {
        end(c, study, (number, 0), (state, metrics), now)?;
    }
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
    for &worker in workers {
        held.extend(workers::held_by(c, study, worker)?);
    }
    held.sort_unstable();
    held.dedup();
    for &(number, attempt) in &held {
        let losses = attempts::losses(c, study, number)? + u32::from(policy.is_some());
        match policy {
            Some(policy) if losses >= policy.max_losses => {
                let failure =
                    TrialFailure { kind: FailureKind::WorkerLost, reason: policy.reason.clone() };
                let state = TrialState::Failed(failure);
                end(c, study, (number, attempt), (&state, &Metrics::new()), now)?;
            }
            _ => {
                let outcome = match policy {
                    Some(_) => AttemptOutcome::WorkerLost,
                    None => AttemptOutcome::Released,
                };
                attempts::end(c, study, (number, attempt), outcome, now)?;
                c.prepare_cached(
                    "UPDATE trials SET state = 'queued' WHERE study_id = ?1 AND number = ?2",
                )?
                .execute(params![study, number])?;
            }
        }
    }
    Ok(held.into_iter().map(|(number, _)| number).collect())
}

pub(super) fn annotate(
    c: &Connection,
    study: StudyId,
    number: TrialNumber,
    change: &AnnotationChange,
) -> Result<(), Failure> {
    let mut statement =
        c.prepare_cached("SELECT note, tags FROM trials WHERE study_id = ?1 AND number = ?2")?;
    let found =
        rows::collect(&mut statement, params![study, number], |row| annotations::read(row, 0))?;
    let Some(found) = found.into_iter().next() else {
        return Err(no_such(c, study, number)?);
    };
    let (note, tags) = annotations::changed(found, change)?;
    c.prepare_cached("UPDATE trials SET note = ?3, tags = ?4 WHERE study_id = ?1 AND number = ?2")?
        .execute(params![study, number, note, tags])?;
    Ok(())
}

/// Refuses whoever does not hold the trial now. Tells whether it has parameters.
fn check_running(
    c: &Connection,
    study: StudyId,
    number: TrialNumber,
    attempt: u32,
) -> Result<bool, Failure> {
    let mut statement = c.prepare_cached(
        "SELECT state, attempt, params IS NOT NULL FROM trials
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
