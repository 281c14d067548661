-- name: schema
CREATE TABLE note (
    id INTEGER PRIMARY KEY,
    scope TEXT NOT NULL,
    key TEXT NOT NULL,
    at REAL NOT NULL,
    run_id TEXT NOT NULL,
    instance TEXT NOT NULL,
    text TEXT NOT NULL,
    UNIQUE (scope, key)
);

CREATE VIRTUAL TABLE note_words USING fts5 (text, content = 'note', content_rowid = 'id', tokenize = 'porter unicode61');

CREATE TRIGGER note_added AFTER INSERT ON note BEGIN
    INSERT INTO note_words (rowid, text) VALUES (new.id, new.text);
END;

CREATE TRIGGER note_dropped AFTER DELETE ON note BEGIN
    INSERT INTO note_words (note_words, rowid, text) VALUES ('delete', old.id, old.text);
END;

-- name: add
INSERT OR IGNORE INTO note (scope, key, at, run_id, instance, text) VALUES (?, ?, ?, ?, ?, ?);

-- name: drop_oldest
-- Parameters: scope, scope, number of entries to keep.
DELETE FROM note WHERE scope = ? AND id NOT IN (SELECT id FROM note WHERE scope = ? ORDER BY id DESC LIMIT ?);

-- name: find
-- Parameters: words in the language of FTS5, scope, number of entries. bm25 is the smaller the better the match.
SELECT note.text, note.at, note.run_id, note.instance
FROM note_words JOIN note ON note.id = note_words.rowid
WHERE note_words MATCH ? AND note.scope = ?
ORDER BY bm25(note_words), note.id DESC
LIMIT ?;

-- name: newest
SELECT text, at, run_id, instance FROM note WHERE scope = ? ORDER BY id DESC LIMIT ?;

-- name: scopes
SELECT scope, count(*), max(at) FROM note GROUP BY scope ORDER BY scope;

-- name: forget
DELETE FROM note WHERE scope = ?;
