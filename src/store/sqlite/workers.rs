//! The table of workers. Every function runs inside its caller's transaction.

use rusqlite::{Connection, Row, params};

use super::error::Failure;
use super::{rows, studies};
use crate::store::{ProcessIdentity, StoreError, StudyId, WorkerId, WorkerRecord};
use crate::trial::{Timestamp, TrialNumber, WorkerInfo};

pub(super) fn register(
    c: &Connection,
    study: StudyId,
    info: &WorkerInfo,
    supervisor: Option<&ProcessIdentity>,
    lease_until: Timestamp,
) -> Result<WorkerId, Failure> {
    studies::budget(c, study)?;
    c.prepare_cached(
        "INSERT INTO workers (study_id, host, pid, process_start, device, engine,
                              supervisor_host, supervisor_pid, supervisor_start, lease_until)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?
    .execute(params![
        study,
        info.host,
        info.pid,
        info.process_start,
        info.device,
        info.engine,
        supervisor.map(|s| s.host.as_str()),
        supervisor.map(|s| s.pid),
        supervisor.map(|s| s.start),
        lease_until
    ])?;
    Ok(WorkerId(c.last_insert_rowid()))
}

pub(super) fn renew(c: &Connection, worker: WorkerId, until: Timestamp) -> Result<(), Failure> {
    let renewed = c
        .prepare_cached("UPDATE workers SET lease_until = ?2 WHERE id = ?1")?
        .execute(params![worker, until])?;
    if renewed == 0 { Err(no_such(worker)) } else { Ok(()) }
}

pub(super) fn holding(c: &Connection, study: StudyId) -> Result<Vec<WorkerRecord>, Failure> {
    let mut statement = c.prepare_cached(
        "SELECT host, pid, process_start, device, engine, workers.id, lease_until, trials.number,
                supervisor_host, supervisor_pid, supervisor_start
         FROM trials
         JOIN attempts ON attempts.study_id = trials.study_id AND trial_number = trials.number
                      AND attempts.number = attempt
         JOIN workers ON workers.id = worker_id
         WHERE trials.study_id = ?1 AND state = 'running'
         ORDER BY trials.number",
    )?;
    rows::collect(&mut statement, [study], |row| {
        let supervisor = match row.get(8)? {
            None => None,
            Some(host) => Some(ProcessIdentity { host, pid: row.get(9)?, start: row.get(10)? }),
        };
        Ok(WorkerRecord {
            info: info(row, 0)?,
            id: row.get(5)?,
            lease_until: row.get(6)?,
            trial: row.get(7)?,
            supervisor,
        })
    })
}

/// The running trials that a worker holds, each with its attempt.
pub(super) fn held_by(
    c: &Connection,
    study: StudyId,
    worker: WorkerId,
) -> Result<Vec<(TrialNumber, u32)>, Failure> {
    let mut statement = c.prepare_cached(
        "SELECT trial_number, number FROM attempts
         WHERE worker_id = ?1 AND study_id = ?2 AND outcome IS NULL",
    )?;
    rows::collect(&mut statement, params![worker, study], |row| Ok((row.get(0)?, row.get(1)?)))
}

/// The columns `host`, `pid`, `process_start`, `device`, `engine`, from `column` on.
pub(super) fn info(row: &Row<'_>, column: usize) -> Result<WorkerInfo, Failure> {
    Ok(WorkerInfo {
        host: row.get(column)?,
        pid: row.get(column + 1)?,
        process_start: row.get(column + 2)?,
        device: row.get(column + 3)?,
        engine: row.get(column + 4)?,
    })
}

/// Refuses a worker that is not the study's.
pub(super) fn check(c: &Connection, study: StudyId, worker: WorkerId) -> Result<(), Failure> {
    let mut statement =
        c.prepare_cached("SELECT 1 FROM workers WHERE id = ?1 AND study_id = ?2")?;
    if statement.exists(params![worker, study])? { Ok(()) } else { Err(no_such(worker)) }
}

fn no_such(worker: WorkerId) -> Failure {
    Failure::Refused(StoreError::NoSuchWorker { worker })
}
