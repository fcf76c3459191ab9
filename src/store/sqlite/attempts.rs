//! The table of attempts at trials. Every function runs inside its caller's transaction.

use rusqlite::{Connection, Row, params};

use super::error::Failure;
use super::{rows, workers};
use crate::store::{StudyId, WorkerId};
use crate::trial::{
    Attempt, AttemptOutcome, Failure as TrialFailure, FailureKind, GitState, Launch, Timestamp,
    TrialNumber, TrialState,
};

/// An attempt begins.
pub(super) fn begin(
    c: &Connection,
    study: StudyId,
    (trial, attempt): (TrialNumber, u32),
    worker: Option<WorkerId>,
    now: Timestamp,
) -> Result<(), Failure> {
    c.prepare_cached(
        "INSERT INTO attempts (study_id, trial_number, number, worker_id, started_at)
         VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![study, trial, attempt, worker, now])?;
    Ok(())
}

/// Notes what an attempt runs.
pub(super) fn launch(
    c: &Connection,
    study: StudyId,
    (trial, attempt): (TrialNumber, u32),
    launch: &Launch,
) -> Result<(), Failure> {
    let argv = match &launch.argv {
        Some(argv) => Some(rows::to_json(ARGV, argv)?),
        None => None,
    };
    let git = launch.git.as_ref();
    c.prepare_cached(
        "UPDATE attempts SET argv = ?4, git_commit = ?5, git_dirty = ?6
         WHERE study_id = ?1 AND trial_number = ?2 AND number = ?3",
    )?
    .execute(params![
        study,
        trial,
        attempt,
        argv,
        git.map(|g| &g.commit),
        git.map(|g| g.dirty)
    ])?;
    Ok(())
}

/// An attempt ends.
pub(super) fn end(
    c: &Connection,
    study: StudyId,
    (trial, attempt): (TrialNumber, u32),
    outcome: AttemptOutcome,
    now: Timestamp,
) -> Result<(), Failure> {
    c.prepare_cached(
        "UPDATE attempts SET outcome = ?4, ended_at = ?5
         WHERE study_id = ?1 AND trial_number = ?2 AND number = ?3",
    )?
    .execute(params![study, trial, attempt, outcome.name(), now])?;
    Ok(())
}

/// How many attempts at a trial lost their worker.
pub(super) fn losses(c: &Connection, study: StudyId, trial: TrialNumber) -> Result<u32, Failure> {
    let mut statement = c.prepare_cached(
        "SELECT count(*) FROM attempts
         WHERE study_id = ?1 AND trial_number = ?2 AND outcome = 'worker_lost'",
    )?;
    Ok(statement.query_row(params![study, trial], |row| row.get(0))?)
}

/// The attempts at trials of the numbers from `low` to `high`, in the order of trials and attempts.
pub(super) fn between(
    c: &Connection,
    study: StudyId,
    (low, high): (TrialNumber, TrialNumber),
) -> Result<Vec<(TrialNumber, Attempt)>, Failure> {
    let mut statement = c.prepare_cached(
        "SELECT trial_number, number, started_at, ended_at, outcome, argv, git_commit, git_dirty,
                host, boot, pid_namespace, pid, process_start, device, engine
         FROM attempts LEFT JOIN workers ON workers.id = worker_id
         WHERE attempts.study_id = ?1 AND trial_number BETWEEN ?2 AND ?3
         ORDER BY trial_number, number",
    )?;
    rows::collect(&mut statement, params![study, low, high], |row| Ok((row.get(0)?, attempt(row)?)))
}

fn attempt(row: &Row<'_>) -> Result<Attempt, Failure> {
    let outcome: Option<String> = row.get(4)?;
    let git = match row.get(6)? {
        Some(commit) => Some(GitState { commit, dirty: row.get(7)? }),
        None => None,
    };
    let worker = match row.get::<_, Option<String>>(8)? {
        Some(_) => Some(workers::info(row, 8)?),
        None => None,
    };
    Ok(Attempt {
        number: row.get(1)?,
        worker,
        started_at: row.get(2)?,
        ended_at: row.get(3)?,
        outcome: outcome.as_deref().map(rows::attempt_outcome).transpose()?,
        launch: Launch { argv: rows::from_json(row, 5, ARGV)?, git },
    })
}

/// What an error calls the column `argv`.
const ARGV: &str = "the command line of an attempt";

/// How the attempt ends with which its trial is in this state.
pub(super) fn outcome(state: &TrialState) -> AttemptOutcome {
    match state {
        TrialState::Complete { .. } => AttemptOutcome::Complete,
        TrialState::Pruned => AttemptOutcome::Pruned,
        TrialState::Failed(TrialFailure { kind: FailureKind::WorkerLost, .. }) => {
            AttemptOutcome::WorkerLost
        }
        TrialState::Failed(_) => AttemptOutcome::Failed,
        // It goes on in another one.
        TrialState::Queued | TrialState::Running => AttemptOutcome::Released,
    }
}
