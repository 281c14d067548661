-- name: schema
-- Derived from the journals and thrown away when it does not fit: `summary` is RunSummary as JSON, `stamp` is what
-- the journal's files looked like when it was read, `seq` is the last event that was read and `chain` its checksum,
-- which tells whether the journal still is the one that was read then.
CREATE TABLE run (
    run_id TEXT PRIMARY KEY,
    stamp TEXT NOT NULL,
    final INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    chain INTEGER NOT NULL,
    summary TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE kept (
    fingerprint TEXT NOT NULL,
    at REAL NOT NULL,
    run_id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    instance TEXT NOT NULL,
    PRIMARY KEY (fingerprint, at, run_id, seq)
) WITHOUT ROWID;

CREATE INDEX kept_of_run ON kept (run_id);

-- name: indexed
SELECT run_id, stamp, final, seq, chain FROM run;

-- name: summaries
SELECT run_id, summary FROM run;

-- name: summary
SELECT summary FROM run WHERE run_id = ?;

-- name: put_run
INSERT OR REPLACE INTO run (run_id, stamp, final, seq, chain, summary) VALUES (?, ?, ?, ?, ?, ?);

-- name: put_kept
INSERT OR IGNORE INTO kept (fingerprint, run_id, seq, instance, at) VALUES (?, ?, ?, ?, ?);

-- name: drop_run
DELETE FROM run WHERE run_id = ?;

-- name: drop_kept_of_run
DELETE FROM kept WHERE run_id = ?;

-- name: find_kept
-- Newest first; parameters: fingerprint, not made before.
SELECT run_id, seq, instance, at FROM kept WHERE fingerprint = ? AND at >= ? ORDER BY at DESC, run_id DESC;

-- name: find_kept_of
-- The same of one instance; further parameter: the instance.
SELECT run_id, seq, instance, at FROM kept WHERE fingerprint = ? AND at >= ? AND instance = ?
ORDER BY at DESC, run_id DESC;
