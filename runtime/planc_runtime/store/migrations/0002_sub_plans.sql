-- The sub-plans of a plan in rows of their own, so that no text of a large plan is larger than what one file gave:
-- `number` is the plan's. Before, they stood within its compiled JSON; such plans are read as they are.
-- check_sum is CRC-32 over path and compiled, joined by NUL.
CREATE TABLE sub_plan (
    number INTEGER NOT NULL,
    path TEXT NOT NULL,
    check_sum INTEGER NOT NULL,
    compiled TEXT NOT NULL,
    PRIMARY KEY (number, path)
) STRICT;

-- Nearly half of all events are results that may be reused: the index only added to what each commit writes.
DROP INDEX event_keeps;
