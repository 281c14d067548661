"""R6: what can be wrong with the folder a run is kept in. Raised by `planc_runtime.store`."""

from __future__ import annotations

from .code import Code

CODES: tuple[Code, ...] = (
    Code(
        "R601",
        "journal-damaged",
        "the journal of a run is damaged",
        "Every event carries a checksum over itself and the one before it, and the database is checked before it is "
        "written. When anything does not fit, planc refuses the run instead of going on from a wrong state or "
        "starting over by itself.\n\nRestore the run's folder from a copy, or remove the run (`planc runs rm`) and "
        "execute the plan again; results of other runs are reused.",
        bad="the journal .planc/runs/01JD7…/journal.db is damaged: event 12 is missing or not what was written",
        good="planc runs rm 01JD7 && planc execute plans/review.plan.yaml",
    ),
    Code(
        "R602",
        "journal-format",
        "a journal was written by another version of planc",
        "Older formats are migrated when the run is resumed; a newer one is refused by its number, because guessing "
        "could lose what it says. Install the version that wrote it, or execute the plan again.",
        bad="the journal .planc/runs/01JD7…/journal.db has format 3, and this planc reads up to 1",
        good="pip install --upgrade planc",
    ),
    Code(
        "R603",
        "journal-locked",
        "another program holds the journal",
        "A run's journal has one writer. Something else, often a database browser, kept it locked for too long. "
        "Close it and try again; nothing is lost.",
        bad=".planc/runs/01JD7…/journal.db is locked: another program held it for longer than 5 s",
        good="close the other program, then planc resume 01JD7",
    ),
    Code(
        "R604",
        "store-read-only",
        "the folder of runs cannot be opened or written",
        "Runs are recorded before anything happens, so a folder that may not be written stops a run before it "
        "starts. Check owner and rights of the folder, or choose another one.",
        bad=".planc/runs/01JD7… cannot be opened or written: Read-only file system",
        good="planc execute plan.plan.yaml --store ~/runs",
    ),
    Code(
        "R605",
        "store-full",
        "no space left for the journal",
        "The commit was rolled back as a whole: what was recorded before is kept, nothing is half written. Make room "
        "and resume; tasks that were recorded as completed are not run again.",
        bad="no space left to write .planc/runs/01JD7…/journal.db",
        good="planc runs gc --keep 20 && planc resume 01JD7",
    ),
    Code(
        "R606",
        "store-io",
        "the disk reported an error",
        "After an I/O error it is unknown what reached the disk, so the run stops and writes nothing more on top. "
        "Check the disk; a resume reads what is really there.",
        bad=".planc/runs/01JD7…/journal.db cannot be read or written: SQLITE_IOERR_FSYNC: disk I/O error",
        good="planc resume 01JD7",
    ),
    Code(
        "R607",
        "run-held",
        "another process executes this run",
        "A run has one executor at a time; the message names the other. When that process dies, its lock dies with "
        "it and the run can be resumed at once (on another machine: 30 seconds after its last sign of life).",
        bad="run 01JD7… is being executed already: by process 4711 on build-3",
        good="planc runs events 01JD7 --follow",
    ),
    Code(
        "R608",
        "lease-lost",
        "this process was replaced as the run's executor",
        "Every write carries a number that grows with each executor of the run. This process's number is no longer "
        "the current one: it was taken for dead and another took over. Nothing it writes counts any more, so it "
        "stops; the run goes on over there.",
        bad="this process no longer executes run 01JD7…: another one took it over",
        good="planc runs show 01JD7",
    ),
    Code(
        "R609",
        "run-unknown",
        "no run has this id",
        "Ids may be shortened as long as one run fits; `last` is the newest run. Runs belong to the project folder "
        "they were started in.",
        bad="there is no run `01JX`",
        good="planc runs ls",
    ),
    Code(
        "R610",
        "run-ambiguous",
        "several runs begin with these letters",
        "Give more letters of the id.",
        bad="`01J` could be any of 12 runs",
        good="planc runs show 01JD7",
    ),
    Code(
        "R611",
        "output-damaged",
        "a large output is missing or damaged",
        "Outputs over 1 MB lie in their own files, named by the SHA-256 of their bytes, and are checked when they are "
        "read. Restore the file from a copy, or run the task that made it again.",
        bad="the stored output .planc/runs/01JD7…/content/9f86… is damaged: its bytes do not match its digest",
        good="planc resume 01JD7 --fresh summarise",
    ),
    Code(
        "R612",
        "run-exists",
        "a run with this id exists already",
        "Ids of runs are never used twice. Resume the run, or let planc choose a new id.",
        bad="a run 01JD7… exists already",
        good="planc resume 01JD7",
    ),
)
