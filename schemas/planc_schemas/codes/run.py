"""R0 to R3 of the R family: what can go wrong while a plan runs (tools, models, store and replay have their own)."""

from __future__ import annotations

from .code import Code

CODES: tuple[Code, ...] = (
    Code(
        "R001",
        "inputs",
        "the inputs do not fit the plan",
        "Inputs are checked against the plan's schemas before anything runs and before anything is written. The "
        "message names every input that is missing, unknown or of the wrong shape. Nothing is converted: `5` is a "
        "number and "
        '`"5"` is a text.',
        bad="planc execute review.plan.yaml -i count=five",
        good="planc execute review.plan.yaml -i count=5",
    ),
    Code(
        "R002",
        "journal-unfit",
        "a journal does not fit its plan",
        "The state of a run is what its events add up to. Here an event speaks of a task that the run's plan does not "
        "have, or comes before what it depends on: the journal belongs to another plan or was changed. planc does not "
        "guess.",
        bad="a journal whose plan was exchanged by hand",
        good="execute the plan again; results of other runs are reused",
    ),
    Code(
        "R003",
        "rules-version",
        "a run was executed by another version's rules",
        "Which state a journal's events give depends on the rules that wrote them, so their version stands in the "
        "journal. A run of other rules is not continued by these.",
        bad="planc resume RUN    # written by a newer planc",
        good="resume it with the planc that wrote it, or execute the plan again",
    ),
    Code(
        "R004",
        "plan-not-complete",
        "a run ended while its plan was being written",
        "`planc run` begins with the tasks that are known while the planner still writes. Such a run has a plan to go "
        "on with only once that plan is complete and checked; one that was cut off before has none.",
        bad="planc resume RUN    # `planc run GOAL` was stopped while it planned",
        good="planc run GOAL    # again: what is done is not done again where the new plan has the same task",
    ),
    Code(
        "R101",
        "no-such-member",
        "an expression reads a member or an item that is not there",
        "A member that is missing is only null where that is asked for: under `default(…)` and in the tests `is "
        "defined`, `is none`, `is empty`. Anywhere else it is an error, because a prompt with a hole in it is worse "
        "than no prompt.",
        bad="title: ${{ tasks.find.output[0].titel }}",
        good="title: ${{ tasks.find.output[0].title | default('untitled') }}",
    ),
    Code(
        "R102",
        "wrong-operands",
        "an operation does not work on this data",
        "The data that came at run time is not of the kind that the operator, filter or test works on: a text is "
        "compared with a number, a condition is no boolean, a division is by zero. Nothing is converted silently.",
        bad='if: ${{ tasks.rate.output > 3 }}    # and the output is "4"',
        good="if: ${{ tasks.rate.output | int > 3 }}, or `output: integer` on the task",
    ),
    Code(
        "R103",
        "expression-too-large",
        "an expression makes more data than a run may hold",
        "Texts are at most 10 MB, lists and numbers are bounded too. Expressions are measured before they are carried "
        "out, because a plan may come from a stranger.",
        bad="value: ${{ tasks.page.output * 1000000 }}",
        good="value: ${{ tasks.page.output | truncate(2000) }}",
    ),
    Code(
        "R104",
        "expression-too-long",
        "an expression takes too many steps",
        "An expression has 200,000 steps; every operator and every item of a list costs one.",
        bad="a `{% for %}` inside a `{% for %}` over thousands of items",
        good="work on the items one by one with `foreach`, or filter the list first",
    ),
    Code(
        "R105",
        "foreach-items",
        "a foreach has no list to go over, or one that is too long",
        "`foreach.in` must give a list of at most 10,000 items. Null is no list: a task whose data was skipped "
        "reads it with `| default([])`.",
        bad='foreach: {in: "${{ tasks.find.output.papers }}"}    # and `papers` is null',
        good='foreach: {in: "${{ tasks.find.output.papers | default([]) }}"}',
    ),
    Code(
        "R201",
        "attempt-timeout",
        "an attempt did not end within the task's `timeout`",
        "`timeout` is for each attempt, from its start to its result. The attempt was cancelled; whether another "
        "follows is what `retry` says.",
        bad="timeout: 5s",
        good="timeout: 2m\nretry: {max_attempts: 3, retry_on: [timeout]}",
    ),
    Code(
        "R202",
        "interrupted",
        "a task was running when the process went away, and may not be repeated",
        "The task says `on_interrupt: fail` (the default of tools that change the world): nobody knows how far it "
        "came, so it is not run again by itself, now or in any later resume.",
        bad="a payment was being made when the machine went down",
        good="find out what happened; then `planc resume RUN --fresh TASK`, or mend the plan",
    ),
    Code(
        "R203",
        "unsupported-kind",
        "this version cannot execute a task of this kind",
        "The plan is valid, but the runtime that executes it does not know this kind of task.",
        bad="a plan of a newer version",
        good="use another kind, or a newer planc",
    ),
    Code(
        "R204",
        "out-of-budget",
        "the budget does not allow the next call",
        "Before every model call its share is reserved: one call, the tokens of the request and of the longest answer, "
        "their price. When that would break a limit and no call under way can make room, the run stops before it "
        "overspends. Nothing is lost: it goes on with a higher limit. With a limit in US dollars a model of unknown "
        "price is refused, unless the operator allows unpriced calls.",
        bad="limits: {calls: 5}    # and a sixth is needed",
        good="planc resume RUN --calls 20",
    ),
    Code(
        "R206",
        "sub-plan-failed",
        "a task of a sub-plan failed",
        "A `plan` or `goal` task fails when its plan does; the message names the first task in it that failed.",
        bad="task `research/find` failed: …",
        good="mend what failed in the sub-plan, and resume: what is done stays done",
    ),
    Code(
        "R207",
        "repeat-exhausted",
        "a repeat ended without its condition becoming true",
        "After `max` iterations `until` was still false. With `on_exhausted: keep` the last output is good enough.",
        bad='repeat: {until: "${{ output.ok }}", max: 3}',
        good='repeat: {until: "${{ output.ok }}", max: 3, on_exhausted: keep}',
    ),
    Code(
        "R208",
        "import-missing",
        "a sub-plan is not in the compiled plan",
        "A compiled plan contains its sub-plans. This one was changed or made by something else.",
        bad="a compiled plan edited by hand",
        good="compile the plan again",
    ),
    Code(
        "R209",
        "defect",
        "something went wrong inside planc",
        "An exception that nobody foresaw. The task failed, the run and its journal are sound. Please report it with "
        "the output of `planc runs export RUN`.",
        bad="KeyError: 'choices'",
        good="a report",
    ),
    Code(
        "R301",
        "output-schema",
        "an output does not match its task's schema",
        "The answer was valid JSON but not what `output` promises; the message names the places. Another attempt "
        "often helps with a model: `retry: {retry_on: [invalid_output]}`. A schema that the prompt explains is "
        "met more often.",
        bad="output does not match its schema: $.words 412 is more than 200",
        good="retry: {max_attempts: 3, retry_on: [invalid_output]}",
    ),
    Code(
        "R302",
        "answer-too-large",
        "an answer is larger than an output may be",
        "Outputs are at most 10 MB.",
        bad="a model that never stops",
        good="max_tokens: 4000",
    ),
    Code(
        "R303",
        "answer-cut",
        "an answer was cut off at `max_tokens`",
        "The model had more to say. Half an answer is not taken for a whole one.",
        bad="max_tokens: 50",
        good="max_tokens: 500, or ask for less",
    ),
    Code(
        "R304",
        "question-expired",
        "nobody answered in time",
        "An `ask` task, or a plan that waits for approval, has a `timeout`: how long a person has for the answer. The "
        "time goes on while no process runs. What expired is not asked again by itself.",
        bad="ask: Publish it?\ntimeout: 1h    # and nobody looked",
        good="planc resume RUN --fresh TASK, and answer",
    ),
)
