-- Made for people, too: `sqlite3 studies.db` and `SELECT * FROM trials_readable`.
-- Every time is in microseconds since 1970-01-01 UTC. Structured values are JSON text; a number in it
-- is written so that reading gives the same 64-bit float.

CREATE TABLE studies (
    -- Never used again after a deletion, so that a worker of a deleted study cannot write into another.
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    name        TEXT    NOT NULL UNIQUE,
    direction   TEXT    NOT NULL CHECK (direction IN ('minimize', 'maximize')),
    metric      TEXT    NOT NULL,
    -- Trials the study may have; counts here, whatever `spec` says.
    budget      INTEGER NOT NULL CHECK (budget > 0),
    -- The study as declared, in canonical JSON.
    spec        TEXT    NOT NULL CHECK (json_valid(spec)),
    created_at  INTEGER NOT NULL
) STRICT;

-- A process that runs trials of one study.
CREATE TABLE workers (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    study_id         INTEGER NOT NULL REFERENCES studies (id) ON DELETE CASCADE,
    host             TEXT    NOT NULL,
    pid              INTEGER NOT NULL,
    -- Start of the process, as the system tells: with host and pid it names one process for good.
    process_start    INTEGER NOT NULL,
    -- cpu, cuda:0, ...
    device           TEXT    NOT NULL,
    -- Version of surmise.
    engine           TEXT    NOT NULL,
    -- The process that started and watches this one, if any.
    supervisor_host  TEXT,
    supervisor_pid   INTEGER,
    supervisor_start INTEGER,
    -- The worker renews its lease while it lives.
    lease_until      INTEGER NOT NULL,
    CHECK ((supervisor_host IS NULL) = (supervisor_pid IS NULL)
       AND (supervisor_host IS NULL) = (supervisor_start IS NULL))
) STRICT;

CREATE INDEX workers_by_study ON workers (study_id);

-- One evaluation of one set of parameters: queued, running, then complete, pruned or failed.
CREATE TABLE trials (
    study_id        INTEGER NOT NULL REFERENCES studies (id) ON DELETE CASCADE,
    -- 0, 1, 2, ... in the order of asking, without gaps.
    number          INTEGER NOT NULL CHECK (number >= 0),
    state           TEXT    NOT NULL
                    CHECK (state IN ('queued', 'running', 'complete', 'pruned', 'failed')),
    -- The parameters by name; NULL until they are suggested.
    params          TEXT    CHECK (json_valid(params)),
    -- How the parameters were found: sobol, model, user, ...
    origin          TEXT    CHECK (json_valid(origin)),
    -- The highest finish_sequence when the trial was asked: with the number it determines what the
    -- sampler saw, so a suggestion can be computed again.
    rows_seen       INTEGER NOT NULL CHECK (rows_seen >= 0),
    -- 1, 2, 3, ... in the order of finishing, without gaps.
    finish_sequence INTEGER CHECK (finish_sequence > rows_seen),
    -- The study's metric; only complete trials have one, and it is finite.
    value           REAL    CHECK (value BETWEEN -1.7976931348623157e308 AND 1.7976931348623157e308),
    -- exit, timed_out, out_of_memory, ... and what happened, in words.
    failure_kind    TEXT,
    failure_reason  TEXT,
    -- How often a worker took it, and how often that worker was lost.
    attempts        INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    losses          INTEGER NOT NULL DEFAULT 0 CHECK (losses BETWEEN 0 AND attempts),
    -- Who has it or had it last.
    worker_id       INTEGER REFERENCES workers (id),
    asked_at        INTEGER NOT NULL,
    -- When a worker last took it; NULL while queued.
    started_at      INTEGER,
    finished_at     INTEGER,
    PRIMARY KEY (study_id, number),
    UNIQUE (study_id, finish_sequence),
    CHECK ((params IS NULL) = (origin IS NULL)),
    CHECK ((state = 'complete') = (value IS NOT NULL)),
    CHECK (state <> 'complete' OR params IS NOT NULL),
    CHECK ((state = 'failed') = (failure_kind IS NOT NULL)),
    CHECK ((state = 'failed') = (failure_reason IS NOT NULL)),
    CHECK ((state IN ('complete', 'pruned', 'failed')) = (finish_sequence IS NOT NULL)),
    CHECK ((state IN ('complete', 'pruned', 'failed')) = (finished_at IS NOT NULL)),
    CHECK (state <> 'queued' OR (started_at IS NULL AND worker_id IS NULL)),
    CHECK (state <> 'running' OR (started_at IS NOT NULL AND attempts > 0))
) STRICT;

-- Counts, the queue and the best trial are read from this index alone.
CREATE INDEX trials_by_state ON trials (study_id, state, value, number);
CREATE INDEX trials_by_worker ON trials (worker_id);

-- Intermediate values of the metric, by step (epoch).
CREATE TABLE reports (
    study_id     INTEGER NOT NULL,
    trial_number INTEGER NOT NULL,
    step         INTEGER NOT NULL CHECK (step >= 0),
    value        REAL    NOT NULL
                 CHECK (value BETWEEN -1.7976931348623157e308 AND 1.7976931348623157e308),
    PRIMARY KEY (study_id, trial_number, step),
    FOREIGN KEY (study_id, trial_number) REFERENCES trials (study_id, number) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- A finished trial never changes, whoever writes; it goes only with its whole study. (When a study is
-- deleted, its own row goes first, then its trials, then their reports.)

CREATE TRIGGER trial_finished_update BEFORE UPDATE ON trials
WHEN OLD.finish_sequence IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a finished trial never changes'); END;

CREATE TRIGGER trial_delete BEFORE DELETE ON trials
WHEN EXISTS (SELECT 1 FROM studies WHERE id = OLD.study_id)
BEGIN SELECT RAISE(ABORT, 'a trial is deleted only with its study'); END;

CREATE TRIGGER report_finished_insert BEFORE INSERT ON reports
WHEN (SELECT finish_sequence FROM trials
      WHERE study_id = NEW.study_id AND number = NEW.trial_number) IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a finished trial never changes'); END;

CREATE TRIGGER report_finished_update BEFORE UPDATE ON reports
WHEN (SELECT finish_sequence FROM trials
      WHERE study_id = OLD.study_id AND number = OLD.trial_number) IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a finished trial never changes'); END;

CREATE TRIGGER report_finished_delete BEFORE DELETE ON reports
WHEN (SELECT finish_sequence FROM trials
      WHERE study_id = OLD.study_id AND number = OLD.trial_number) IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a finished trial never changes'); END;

CREATE TRIGGER worker_identity BEFORE UPDATE OF
    id, study_id, host, pid, process_start, device, engine,
    supervisor_host, supervisor_pid, supervisor_start ON workers
BEGIN SELECT RAISE(ABORT, 'a worker is always the same process'); END;

-- For reading by eye.

CREATE VIEW trials_readable AS
SELECT studies.name AS study,
       number,
       state,
       value,
       params,
       origin ->> '$.type' AS origin,
       failure_kind,
       failure_reason,
       strftime('%Y-%m-%d %H:%M:%f', asked_at / 1e6, 'unixepoch') AS asked_utc,
       (finished_at - started_at) / 1e6 AS seconds,
       attempts,
       workers.host,
       workers.pid,
       workers.device,
       workers.engine
FROM trials
JOIN studies ON studies.id = trials.study_id
LEFT JOIN workers ON workers.id = trials.worker_id
ORDER BY studies.name, number;

CREATE VIEW reports_readable AS
SELECT studies.name AS study, trial_number, step, value
FROM reports
JOIN studies ON studies.id = reports.study_id
ORDER BY studies.name, trial_number, step;
