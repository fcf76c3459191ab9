-- Trials keep every number they measure, studies one sequence of events, trials their attempts.
-- What version 1 stored is kept. Its reports have no times, so they are numbered directly before the
-- end of their trial, and those of unfinished trials last: suggestions see what they saw.

DROP VIEW trials_readable;
DROP VIEW reports_readable;
DROP TRIGGER trial_finished_update;
DROP TRIGGER trial_delete;
DROP TRIGGER report_finished_insert;
DROP TRIGGER report_finished_update;
DROP TRIGGER report_finished_delete;
DROP TRIGGER worker_identity;
DROP INDEX trials_by_state;
DROP INDEX trials_by_worker;
ALTER TABLE trials RENAME TO trials_1;
ALTER TABLE reports RENAME TO reports_1;

-- What people wrote about the study; it changes nothing.
ALTER TABLE studies ADD COLUMN note TEXT NOT NULL DEFAULT '';
ALTER TABLE studies ADD COLUMN tags TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(tags));

-- The boot of the host, and the namespace that the pid belongs to, as the system tells.
ALTER TABLE workers ADD COLUMN boot TEXT;
ALTER TABLE workers ADD COLUMN pid_namespace INTEGER;

-- One evaluation of one set of parameters: queued, running, perhaps paused, then complete, pruned or
-- failed.
CREATE TABLE trials (
    study_id        INTEGER NOT NULL REFERENCES studies (id) ON DELETE CASCADE,
    -- 0, 1, 2, ... in the order of asking, without gaps.
    number          INTEGER NOT NULL CHECK (number >= 0),
    state           TEXT    NOT NULL CHECK (
                        state IN ('queued', 'running', 'paused', 'complete', 'pruned', 'failed')),
    -- The parameters by name; NULL until they are suggested.
    params          TEXT    CHECK (json_valid(params)),
    -- How the parameters were found: sobol, model, user, ...
    origin          TEXT    CHECK (json_valid(origin)),
    -- Revision of the engine that suggested them; NULL for the user's own.
    engine_revision INTEGER,
    -- The last event when the trial was asked: with the number it determines what the sampler saw, so
    -- a suggestion can be computed again.
    saw             INTEGER NOT NULL CHECK (saw >= 0),
    -- The event that ended it.
    ended           INTEGER CHECK (ended > saw),
    -- The study's metric; only complete trials have one, and it is finite.
    value           REAL    CHECK (value BETWEEN -1.7976931348623157e308 AND 1.7976931348623157e308),
    -- exit, timed_out, out_of_memory, ... and what happened, in words.
    failure_kind    TEXT,
    failure_reason  TEXT,
    -- The attempt that holds it, or held it last; 0 before the first.
    attempt         INTEGER NOT NULL DEFAULT 0 CHECK (attempt >= 0),
    -- The failed trial that it tries again; the trial whose measurement it repeats.
    retry_of        INTEGER,
    repeat_of       INTEGER,
    -- What people wrote about it; it changes nothing.
    note            TEXT    NOT NULL DEFAULT '',
    tags            TEXT    NOT NULL DEFAULT '[]' CHECK (json_valid(tags)),
    asked_at        INTEGER NOT NULL,
    PRIMARY KEY (study_id, number),
    UNIQUE (study_id, ended),
    FOREIGN KEY (study_id, retry_of) REFERENCES trials (study_id, number),
    FOREIGN KEY (study_id, repeat_of) REFERENCES trials (study_id, number),
    CHECK ((params IS NULL) = (origin IS NULL)),
    CHECK ((state = 'complete') = (value IS NOT NULL)),
    CHECK (state <> 'complete' OR params IS NOT NULL),
    CHECK ((state = 'failed') = (failure_kind IS NOT NULL)),
    CHECK ((state = 'failed') = (failure_reason IS NOT NULL)),
    CHECK ((state IN ('complete', 'pruned', 'failed')) = (ended IS NOT NULL)),
    CHECK (state NOT IN ('running', 'paused') OR attempt > 0)
) STRICT;

-- One try of a worker at a trial.
CREATE TABLE attempts (
    study_id        INTEGER NOT NULL,
    trial_number    INTEGER NOT NULL,
    -- 1, 2, 3, ...; only the last one may write.
    number          INTEGER NOT NULL CHECK (number > 0),
    worker_id       INTEGER REFERENCES workers (id),
    started_at      INTEGER,
    ended_at        INTEGER,
    -- NULL while it runs. `released`: the worker let go of the trial, no fault of the trial's.
    outcome         TEXT CHECK (outcome IN
                        ('complete', 'pruned', 'failed', 'paused', 'released', 'worker_lost')),
    -- Program and arguments as run; the commit of the folder it ran in, and whether a tracked file
    -- differed from that.
    argv            TEXT CHECK (json_valid(argv)),
    git_commit      TEXT,
    git_dirty       INTEGER CHECK (git_dirty IN (0, 1)),
    -- From where the trial can be gone on with.
    checkpoint_path TEXT,
    checkpoint_step INTEGER CHECK (checkpoint_step >= 0),
    PRIMARY KEY (study_id, trial_number, number),
    FOREIGN KEY (study_id, trial_number) REFERENCES trials (study_id, number) ON DELETE CASCADE,
    CHECK ((git_commit IS NULL) = (git_dirty IS NULL)),
    CHECK ((checkpoint_path IS NULL) = (checkpoint_step IS NULL))
) STRICT, WITHOUT ROWID;

-- What happened in a study, numbered from 1 without gaps; never changed, never deleted.
CREATE TABLE events (
    study_id     INTEGER NOT NULL REFERENCES studies (id) ON DELETE CASCADE,
    number       INTEGER NOT NULL CHECK (number > 0),
    kind         TEXT    NOT NULL CHECK (kind IN ('declare', 'report', 'pause', 'end')),
    trial_number INTEGER,
    -- The attempt that spoke; 0 for a trial that was evaluated elsewhere.
    attempt      INTEGER CHECK (attempt >= 0),
    -- Step (epoch) of a report.
    step         INTEGER CHECK (step >= 0),
    -- NULL for the reports of schema version 1.
    at           INTEGER,
    -- The study as declared, in canonical JSON; the last one holds.
    declaration  TEXT    CHECK (json_valid(declaration)),
    PRIMARY KEY (study_id, number),
    FOREIGN KEY (study_id, trial_number) REFERENCES trials (study_id, number) ON DELETE CASCADE,
    CHECK ((kind = 'declare') = (declaration IS NOT NULL)),
    CHECK ((kind = 'declare') = (trial_number IS NULL)),
    CHECK ((trial_number IS NULL) = (attempt IS NULL)),
    CHECK ((kind = 'report') = (step IS NOT NULL))
) STRICT, WITHOUT ROWID;

-- Every finite number that a trial reported, by its event.
CREATE TABLE metrics (
    study_id INTEGER NOT NULL,
    event    INTEGER NOT NULL,
    name     TEXT    NOT NULL,
    value    REAL    NOT NULL
             CHECK (value BETWEEN -1.7976931348623157e308 AND 1.7976931348623157e308),
    PRIMARY KEY (study_id, event, name),
    FOREIGN KEY (study_id, event) REFERENCES events (study_id, number) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- What a pruner answered to an event, what it saw, and why.
CREATE TABLE decisions (
    study_id     INTEGER NOT NULL,
    event        INTEGER NOT NULL,
    trial_number INTEGER NOT NULL,
    saw          INTEGER NOT NULL CHECK (saw >= event),
    answer       TEXT    NOT NULL CHECK (answer IN ('continue', 'pause', 'stop')),
    why          TEXT    NOT NULL CHECK (json_valid(why)),
    PRIMARY KEY (study_id, event),
    FOREIGN KEY (study_id, event) REFERENCES events (study_id, number) ON DELETE CASCADE,
    FOREIGN KEY (study_id, trial_number) REFERENCES trials (study_id, number) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- The rows of version 1.

CREATE TABLE numbered (
    study_id     INTEGER NOT NULL,
    kind         TEXT    NOT NULL,
    trial_number INTEGER,
    step         INTEGER,
    number       INTEGER NOT NULL
) STRICT;
INSERT INTO numbered
SELECT study_id, kind, trial_number, step,
       row_number() OVER (PARTITION BY study_id ORDER BY place, trial_number, kind = 'end', step)
FROM (
    SELECT id AS study_id, 'declare' AS kind, NULL AS trial_number, NULL AS step, 0 AS place
    FROM studies
    UNION ALL
    SELECT study_id, 'report', trial_number, step,
           coalesce((SELECT finish_sequence FROM trials_1
                     WHERE trials_1.study_id = reports_1.study_id AND number = trial_number),
                    9223372036854775807)
    FROM reports_1
    UNION ALL
    SELECT study_id, 'end', number, NULL, finish_sequence FROM trials_1
    WHERE finish_sequence IS NOT NULL
);
CREATE INDEX numbered_by_trial ON numbered (study_id, trial_number, kind, step);

INSERT INTO trials (study_id, number, state, params, origin, engine_revision, saw, ended, value,
                    failure_kind, failure_reason, attempt, asked_at)
SELECT t.study_id, t.number, t.state, t.params, t.origin,
       CASE WHEN t.origin ->> '$.type' <> 'user' THEN 1 END,
       CASE t.rows_seen
       WHEN 0 THEN 1
       ELSE (SELECT n.number FROM trials_1 AS seen
             JOIN numbered AS n ON n.study_id = seen.study_id AND n.trial_number = seen.number
                               AND n.kind = 'end'
             WHERE seen.study_id = t.study_id AND seen.finish_sequence = t.rows_seen)
       END,
       (SELECT n.number FROM numbered AS n
        WHERE n.study_id = t.study_id AND n.trial_number = t.number AND n.kind = 'end'),
       t.value, t.failure_kind, t.failure_reason, t.attempts, t.asked_at
FROM trials_1 AS t;

-- Of earlier attempts only their number is known, and how many lost their worker.
INSERT INTO attempts (study_id, trial_number, number, worker_id, started_at, ended_at, outcome)
WITH RECURSIVE tries (n) AS (
    SELECT 1 UNION ALL SELECT n + 1 FROM tries WHERE n < (SELECT max(attempts) FROM trials_1)
)
SELECT study_id, number, n,
       CASE WHEN n = attempts THEN worker_id END,
       CASE WHEN n = attempts THEN started_at END,
       CASE WHEN n = attempts THEN finished_at END,
       CASE
       WHEN n = attempts AND state = 'running' THEN NULL
       WHEN n = attempts AND state IN ('complete', 'pruned') THEN state
       WHEN n = attempts AND state = 'failed' THEN
           CASE failure_kind WHEN 'worker_lost' THEN 'worker_lost' ELSE 'failed' END
       WHEN n <= losses THEN 'worker_lost'
       ELSE 'released'
       END
FROM trials_1 JOIN tries ON n <= attempts;

INSERT INTO events (study_id, number, kind, trial_number, attempt, step, at, declaration)
SELECT n.study_id, n.number, n.kind, n.trial_number, t.attempts, n.step,
       CASE n.kind WHEN 'declare' THEN s.created_at WHEN 'end' THEN t.finished_at END,
       CASE n.kind WHEN 'declare' THEN s.spec END
FROM numbered AS n
JOIN studies AS s ON s.id = n.study_id
LEFT JOIN trials_1 AS t ON t.study_id = n.study_id AND t.number = n.trial_number;

INSERT INTO metrics (study_id, event, name, value)
SELECT r.study_id, n.number, s.metric, r.value
FROM reports_1 AS r
JOIN studies AS s ON s.id = r.study_id
JOIN numbered AS n ON n.study_id = r.study_id AND n.trial_number = r.trial_number
                  AND n.kind = 'report' AND n.step = r.step
UNION ALL
SELECT t.study_id, n.number, s.metric, t.value
FROM trials_1 AS t
JOIN studies AS s ON s.id = t.study_id
JOIN numbered AS n ON n.study_id = t.study_id AND n.trial_number = t.number AND n.kind = 'end'
WHERE t.value IS NOT NULL;

DROP TABLE numbered;
DROP TABLE reports_1;
DROP TABLE trials_1;
ALTER TABLE studies DROP COLUMN spec;

-- Counts, the queue and the best trial are read from this index alone.
CREATE INDEX trials_by_state ON trials (study_id, state, value, number);
CREATE INDEX attempts_by_worker ON attempts (worker_id);
CREATE INDEX events_by_trial ON events (study_id, trial_number) WHERE trial_number IS NOT NULL;
CREATE INDEX declarations ON events (study_id, number) WHERE kind = 'declare';

-- What happened never changes, whoever writes; it goes only with its whole study. (When a study is
-- deleted, its own row goes first, then what hangs on it.)

CREATE TRIGGER trial_finished_update BEFORE UPDATE OF
    study_id, number, state, params, origin, engine_revision, saw, ended, value, failure_kind,
    failure_reason, attempt, retry_of, repeat_of, asked_at ON trials
WHEN OLD.ended IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a finished trial never changes'); END;

CREATE TRIGGER trial_delete BEFORE DELETE ON trials
WHEN EXISTS (SELECT 1 FROM studies WHERE id = OLD.study_id)
BEGIN SELECT RAISE(ABORT, 'a trial is deleted only with its study'); END;

CREATE TRIGGER attempt_ended_update BEFORE UPDATE ON attempts
WHEN OLD.outcome IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'an attempt that has ended never changes'); END;

CREATE TRIGGER attempt_delete BEFORE DELETE ON attempts
WHEN EXISTS (SELECT 1 FROM studies WHERE id = OLD.study_id)
BEGIN SELECT RAISE(ABORT, 'an attempt is deleted only with its study'); END;

CREATE TRIGGER event_insert BEFORE INSERT ON events
WHEN (SELECT ended FROM trials
      WHERE study_id = NEW.study_id AND number = NEW.trial_number) IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a finished trial never changes'); END;

CREATE TRIGGER event_update BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'an event never changes'); END;

CREATE TRIGGER event_delete BEFORE DELETE ON events
WHEN EXISTS (SELECT 1 FROM studies WHERE id = OLD.study_id)
BEGIN SELECT RAISE(ABORT, 'an event is deleted only with its study'); END;

CREATE TRIGGER metric_insert BEFORE INSERT ON metrics
WHEN NEW.event < (SELECT max(number) FROM events WHERE study_id = NEW.study_id)
BEGIN SELECT RAISE(ABORT, 'an event never changes'); END;

CREATE TRIGGER metric_update BEFORE UPDATE ON metrics
BEGIN SELECT RAISE(ABORT, 'an event never changes'); END;

CREATE TRIGGER metric_delete BEFORE DELETE ON metrics
WHEN EXISTS (SELECT 1 FROM studies WHERE id = OLD.study_id)
BEGIN SELECT RAISE(ABORT, 'a metric is deleted only with its study'); END;

CREATE TRIGGER worker_identity BEFORE UPDATE OF
    id, study_id, host, boot, pid_namespace, pid, process_start, device, engine,
    supervisor_host, supervisor_pid, supervisor_start ON workers
BEGIN SELECT RAISE(ABORT, 'a worker is always the same process'); END;

-- For reading by eye.

CREATE VIEW trials_readable AS
SELECT studies.name AS study,
       trials.number,
       state,
       value,
       params,
       origin ->> '$.type' AS origin,
       failure_kind,
       failure_reason,
       trials.note,
       trials.tags,
       strftime('%Y-%m-%d %H:%M:%f', asked_at / 1e6, 'unixepoch') AS asked_utc,
       (events.at - started_at) / 1e6 AS seconds,
       trials.attempt AS attempts,
       workers.host,
       workers.pid,
       workers.device,
       workers.engine,
       argv,
       git_commit,
       git_dirty
FROM trials
JOIN studies ON studies.id = trials.study_id
LEFT JOIN attempts ON attempts.study_id = trials.study_id
                  AND attempts.trial_number = trials.number AND attempts.number = trials.attempt
LEFT JOIN events ON events.study_id = trials.study_id AND events.number = ended
LEFT JOIN workers ON workers.id = worker_id
ORDER BY studies.name, trials.number;

CREATE VIEW reports_readable AS
SELECT studies.name AS study, events.trial_number, attempt, step, metrics.name, value,
       strftime('%Y-%m-%d %H:%M:%f', at / 1e6, 'unixepoch') AS at_utc
FROM events
JOIN studies ON studies.id = events.study_id
JOIN metrics ON metrics.study_id = events.study_id AND event = events.number
WHERE kind = 'report'
ORDER BY studies.name, events.trial_number, events.number, metrics.name;
