-- The journal of one run. `event` is append-only: the database itself refuses to change or delete a row.
--
-- event.chain is CRC-32 over the chain of the event before and this event's own type, instance, time and data, so
-- that a lost, changed or swapped event is noticed when the journal is read. `decides` is 1 for the few events that a
-- run's heading and status follow from, `keeps` for results that other runs may reuse; both are null otherwise and
-- indexed only where they are not. `data` comes last: scans of the columns before it never touch big
-- rows.
CREATE TABLE event (
    seq INTEGER PRIMARY KEY,
    type TEXT NOT NULL,
    instance TEXT,
    at REAL NOT NULL,
    decides INTEGER,
    keeps INTEGER,
    chain INTEGER NOT NULL,
    data TEXT NOT NULL
) STRICT;

CREATE INDEX event_decides ON event (seq) WHERE decides IS NOT NULL;

CREATE INDEX event_keeps ON event (seq) WHERE keeps IS NOT NULL;

CREATE TRIGGER event_is_not_changed BEFORE UPDATE ON event
BEGIN SELECT raise(ABORT, 'events are never changed'); END;

CREATE TRIGGER event_is_not_deleted BEFORE DELETE ON event
BEGIN SELECT raise(ABORT, 'events are never deleted'); END;

-- The plans of the run in the order they were added; check_sum is CRC-32 over the other columns, joined
-- by NUL.
CREATE TABLE plan (
    number INTEGER PRIMARY KEY,
    digest TEXT NOT NULL,
    name TEXT NOT NULL,
    file TEXT NOT NULL,
    check_sum INTEGER NOT NULL,
    compiled TEXT NOT NULL,
    text TEXT NOT NULL
) STRICT;

-- One row. The holder's columns are null while nobody holds the run; `fence` only ever grows.
CREATE TABLE lease (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    fence INTEGER NOT NULL,
    host TEXT,
    pid INTEGER,
    space TEXT,
    started INTEGER,
    taken_at REAL NOT NULL,
    expires_at REAL NOT NULL
) STRICT;

INSERT INTO lease VALUES (1, 0, NULL, NULL, NULL, NULL, 0, 0);
