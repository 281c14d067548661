-- name: insert_event
INSERT INTO event (seq, type, instance, at, decides, keeps, chain, data) VALUES (?, ?, ?, ?, ?, ?, ?, ?);

-- name: read_events
-- Parameters: seq to begin after, number of rows at most (-1: all).
SELECT seq, type, instance, at, chain, data FROM event WHERE seq > ? ORDER BY seq LIMIT ?;

-- name: last_event
SELECT seq, chain FROM event ORDER BY seq DESC LIMIT 1;

-- name: chain_at
SELECT chain FROM event WHERE seq = ?;

-- name: insert_plan
-- The last two parameters are texts as UTF-8 bytes.
INSERT INTO plan (digest, name, file, check_sum, compiled, text)
VALUES (?, ?, ?, ?, cast(? AS TEXT), cast(? AS TEXT));

-- name: insert_sub_plan
-- A part of the plan that was added last.
INSERT INTO sub_plan (number, path, check_sum, compiled)
VALUES ((SELECT max(number) FROM plan), ?, ?, cast(? AS TEXT));

-- name: read_plans
-- Texts as UTF-8 bytes, here and in the next.
SELECT number, digest, name, file, check_sum, cast(compiled AS BLOB), cast(text AS BLOB) FROM plan ORDER BY number;

-- name: read_sub_plans
SELECT path, check_sum, cast(compiled AS BLOB) FROM sub_plan WHERE number = ? ORDER BY path;

-- name: read_heading
SELECT name, digest, file FROM plan ORDER BY number LIMIT 1;

-- name: read_lease
SELECT fence, host, pid, space, started, taken_at, expires_at FROM lease;

-- name: take_lease
UPDATE lease
SET fence = fence + 1, host = ?, pid = ?, space = ?, started = ?, taken_at = ?, expires_at = ?
RETURNING fence;

-- name: renew_lease
UPDATE lease SET expires_at = ? WHERE fence = ?;

-- name: return_lease
UPDATE lease SET host = NULL, pid = NULL, space = NULL, started = NULL, expires_at = 0 WHERE fence = ?;

-- name: read_fence
SELECT fence FROM lease;

-- name: deciding_events
SELECT seq, type, instance, at, data FROM event WHERE decides IS NOT NULL ORDER BY seq;

-- name: count_events
SELECT type, count(*), max(at) FROM event WHERE seq > ? GROUP BY type;

-- name: sum_usage
-- The last column counts the reports of calls whose price is unknown.
SELECT
    coalesce(sum(json_extract(data, '$.usage.calls')), 0),
    coalesce(sum(json_extract(data, '$.usage.input_tokens')), 0),
    coalesce(sum(json_extract(data, '$.usage.output_tokens')), 0),
    coalesce(sum(json_extract(data, '$.usage.cached_tokens')), 0),
    sum(json_extract(data, '$.usage.usd')),
    count(*) FILTER (WHERE json_extract(data, '$.usage.calls') > 0 AND json_extract(data, '$.usage.usd') IS NULL)
FROM event
WHERE seq > ? AND type IN (
    'plan_grown', 'run_resumed', 'turn_recorded', 'task_finished', 'attempt_failed', 'task_failed',
    'task_interrupted', 'subplan_created'
);

-- name: new_keeps
SELECT json_extract(data, '$.fingerprint'), seq, instance, coalesce(json_extract(data, '$.recorded_at'), at) FROM event
WHERE keeps IS NOT NULL AND seq > ?
ORDER BY seq;
