//! The table of studies. Every function runs inside its caller's transaction.

use rusqlite::{Connection, Row, params};
use serde_json::Value;

use super::error::Failure;
use super::events::{self, Kind};
use super::{annotations, rows};
use crate::spec::StudySpec;
use crate::store::{AnnotationChange, StoreError, StudyId, StudyRecord, StudySummary, TrialCounts};
use crate::trial::{Metrics, Timestamp};

pub(super) fn create(c: &Connection, spec: &StudySpec, now: Timestamp) -> Result<StudyId, Failure> {
    let mut taken = c.prepare_cached("SELECT 1 FROM studies WHERE name = ?1")?;
    if taken.exists([&spec.study])? {
        return Err(Failure::Refused(StoreError::StudyExists { name: spec.study.clone() }));
    }
    if spec.trials == 0 {
        return Err(no_trials());
    }
    c.prepare_cached(
        "INSERT INTO studies (name, direction, metric, budget, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![
        spec.study,
        spec.direction.to_string(),
        spec.metric,
        spec.trials,
        now
    ])?;
    let study = StudyId(c.last_insert_rowid());
    let declaration = spec.to_json().to_string();
    events::append(c, study, &Kind::Declare(&declaration), &Metrics::new(), now)?;
    Ok(study)
}

pub(super) fn find(c: &Connection, name: &str) -> Result<Option<StudyRecord>, Failure> {
    let mut statement = c.prepare_cached(
        "SELECT id, budget,
                (SELECT declaration FROM events WHERE study_id = id AND kind = 'declare'
                 ORDER BY number DESC LIMIT 1),
                created_at
         FROM studies WHERE name = ?1",
    )?;
    let mut found = rows::collect(&mut statement, [name], |row| {
        let what = "the declaration of a study";
        let json: Option<Value> = rows::from_json(row, 2, what)?;
        let json = json.unwrap_or_default();
        let mut spec = StudySpec::from_json(&json).map_err(|error| rows::corrupt(what, error))?;
        spec.trials = row.get(1)?;
        Ok(StudyRecord { id: row.get(0)?, spec, created_at: row.get(3)? })
    })?;
    Ok(found.pop())
}

/// Counts and ends of every study, each read from an index.
pub(super) const SUMMARIES: &str = "
    WITH ends AS (
        SELECT id, name, direction, metric, budget, created_at, note, tags,
               CASE direction
               WHEN 'minimize' THEN
                   (SELECT number FROM trials WHERE study_id = id AND state = 'complete'
                    ORDER BY value, number LIMIT 1)
               ELSE
                   (SELECT number FROM trials WHERE study_id = id AND state = 'complete'
                    ORDER BY value DESC, number LIMIT 1)
               END AS best
        FROM studies
    )
    SELECT name, direction, metric, budget, created_at, best,
           (SELECT value FROM trials WHERE study_id = id AND number = best),
           (SELECT at FROM events WHERE events.study_id = id AND events.number =
               (SELECT max(ended) FROM trials WHERE trials.study_id = id)),
           (SELECT count(*) FROM trials WHERE study_id = id AND state = 'queued'),
           (SELECT count(*) FROM trials WHERE study_id = id AND state = 'running'),
           (SELECT count(*) FROM trials WHERE study_id = id AND state = 'complete'),
           (SELECT count(*) FROM trials WHERE study_id = id AND state = 'pruned'),
           (SELECT count(*) FROM trials WHERE study_id = id AND state = 'failed'),
           (SELECT coalesce(max(number), 0) FROM events WHERE study_id = id),
           note, tags
    FROM ends
    WHERE ?1 IS NULL OR id = ?1
    ORDER BY name";

pub(super) fn summaries(c: &Connection) -> Result<Vec<StudySummary>, Failure> {
    rows::collect(&mut *c.prepare_cached(SUMMARIES)?, [None::<StudyId>], summarize)
}

pub(super) fn summary(c: &Connection, study: StudyId) -> Result<StudySummary, Failure> {
    let mut found = rows::collect(&mut *c.prepare_cached(SUMMARIES)?, [Some(study)], summarize)?;
    found.pop().ok_or_else(|| no_such(study))
}

fn summarize(row: &Row<'_>) -> Result<StudySummary, Failure> {
    let best = match (row.get(5)?, row.get(6)?) {
        (Some(number), Some(value)) => Some((number, value)),
        _ => None,
    };
    Ok(StudySummary {
        name: row.get(0)?,
        direction: rows::direction(&row.get::<_, String>(1)?)?,
        metric: row.get(2)?,
        budget: row.get(3)?,
        created_at: row.get(4)?,
        best,
        last_finished_at: row.get(7)?,
        last_event: row.get(13)?,
        annotations: annotations::read(row, 14)?,
        counts: TrialCounts {
            queued: row.get(8)?,
            running: row.get(9)?,
            complete: row.get(10)?,
            pruned: row.get(11)?,
            failed: row.get(12)?,
        },
    })
}

pub(super) fn set_budget(c: &Connection, study: StudyId, trials: u64) -> Result<(), Failure> {
    if trials == 0 {
        return Err(no_trials());
    }
    let changed = c
        .prepare_cached("UPDATE studies SET budget = ?2 WHERE id = ?1")?
        .execute(params![study, trials])?;
    if changed == 0 { Err(no_such(study)) } else { Ok(()) }
}

pub(super) fn annotate(
    c: &Connection,
    study: StudyId,
    change: &AnnotationChange,
) -> Result<(), Failure> {
    let mut statement = c.prepare_cached("SELECT note, tags FROM studies WHERE id = ?1")?;
    let found = rows::collect(&mut statement, [study], |row| annotations::read(row, 0))?;
    let found = found.into_iter().next().ok_or_else(|| no_such(study))?;
    let (note, tags) = annotations::changed(found, change)?;
    c.prepare_cached("UPDATE studies SET note = ?2, tags = ?3 WHERE id = ?1")?
        .execute(params![study, note, tags])?;
    Ok(())
}

pub(super) fn delete(c: &Connection, study: StudyId) -> Result<(), Failure> {
    let deleted = c.prepare_cached("DELETE FROM studies WHERE id = ?1")?.execute([study])?;
    if deleted == 0 { Err(no_such(study)) } else { Ok(()) }
}

/// The study's budget.
pub(super) fn budget(c: &Connection, study: StudyId) -> Result<u64, Failure> {
    let mut statement = c.prepare_cached("SELECT budget FROM studies WHERE id = ?1")?;
    rows::first(&mut statement, [study], |row| row.get(0))?.ok_or_else(|| no_such(study))
}

fn no_such(study: StudyId) -> Failure {
    Failure::Refused(StoreError::NoSuchStudy { study })
}

fn no_trials() -> Failure {
    rows::invalid("a budget of 0 trials", "a study has at least 1")
}
