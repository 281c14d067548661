"""R7: what can be wrong with a recording. Raised by `planc_runtime.replay`."""

from __future__ import annotations

from .code import Code

CODES: tuple[Code, ...] = (
    Code(
        "R701",
        "not-recorded",
        "a replayed run asks for something that was not recorded",
        "A replay makes no live call: every model answer and every tool result comes from the recording, found by "
        "task instance and request. When a prompt, its data, a schema or a setting changed, the request is another "
        "one. The message shows the difference to the nearest recording.\n\nRecord again when the change is wanted; "
        "undo it when it is not. A prompt that contains `run.id` differs in every run and cannot be replayed.",
        bad="this call of `summarise[0]` was not recorded; the nearest recording differs so: …",
        good="planc execute plans/review.plan.yaml --record tests/review.cassette.yaml",
    ),
    Code(
        "R702",
        "not-a-cassette",
        "a file is not a cassette this version reads",
        "A cassette is one YAML document that begins with `planc_cassette: 1`, without anchors, aliases and tags. "
        "It is written by `planc execute --record FILE` and may be edited by hand.",
        bad="tests/review.cassette.yaml is not a cassette: it does not begin with `planc_cassette: 1`",
        good="planc execute plans/review.plan.yaml --record tests/review.cassette.yaml",
    ),
)
