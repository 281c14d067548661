from __future__ import annotations

import io

from planc.cli.progress.live import LiveReporter
from planc.cli.progress.plain import PlainReporter
from planc.reports.board import Board
from planc.reports.words import duration, money, progress_of, spent, turn_words
from planc_schemas.compiled import (
    AgentWork,
    CompiledPlan,
    CompiledTask,
    ForeachRule,
    GoalWork,
    PlanWork,
    PromptWork,
    RetryPolicy,
    RunLimits,
    ToolWork,
)
from planc_schemas.diagnostics import Span
from planc_schemas.events import Event, EventType
from planc_schemas.values import Json

PLAN = CompiledPlan(
    name="review",
    digest="d",
    file="review.plan.yaml",
    tasks=(
        CompiledTask(id="find", meaning="1", work=ToolWork(tool="arxiv_search", arguments=["obj", {}])),
        CompiledTask(
            id="summarise",
            meaning="2",
            work=PromptWork(prompt=[]),
            waits_for=("find",),
            reads=("find",),
            foreach=ForeachRule(items=["expr", ["task", "find", "output"]]),
            retry=RetryPolicy(max_attempts=4),
            span=Span(14, 3, 14, 12),
        ),
        CompiledTask(id="review", meaning="3", work=PromptWork(prompt=[]), waits_for=("summarise",)),
    ),
)


def event(type: EventType, instance: str | None, at: float, /, **data: Json) -> Event:
    return Event(type, instance, data, at=at)


USAGE = {"calls": 1, "input_tokens": 100, "output_tokens": 20, "usd": 0.01}
EVENTS = [
    event("run_started", None, 0),
    event("task_started", "find", 0, attempt=1),
    event("task_finished", "find", 1.8, output=[1, 2, 3]),
    event("task_expanded", "summarise", 1.8, count=3),
    event("task_started", "summarise[0]", 2, attempt=1),
    event("task_started", "summarise[1]", 2, attempt=1),
    event("task_reused", "summarise[2]", 2, output="kept \x1b[2J"),
    event("task_finished", "summarise[0]", 4, output="words", usage=USAGE),
    event("attempt_failed", "summarise[1]", 5, attempt=1, retry_in=3.2, error={"kind": "rate_limit", "message": "429"}),
]
END = [
    event("task_started", "summarise[1]", 8, attempt=2),
    event(
        "task_failed",
        "summarise[1]",
        9,
        attempt=2,
        error={"kind": "invalid_output", "code": "R301", "message": "does\x1b not fit", "help": "say so"},
    ),
    event("task_skipped", "review", 9, reason="failed: reads summarise"),
    event("run_finished", None, 9, status="failed"),
]


def test_the_board_folds_instances_into_rows() -> None:
    board = Board(PLAN)
    board.apply_all(EVENTS)
    summarise = board.rows["summarise"]
    assert board.rows["find"].state == "succeeded"
    assert board.rows["find"].seconds == 1.8
    assert (summarise.state, summarise.settled, summarise.expected, summarise.reused) == ("retrying", 2, 3, 1)
    assert progress_of(summarise, 6) == "2/3  [1] waits 2.2 s: rate_limit, attempt 1 of 4 failed  1 reused"
    assert progress_of(board.rows["find"], 6) == "3 items"
    assert board.rows["review"].state == "pending"
    assert (board.totals.calls, board.totals.tokens, board.totals.usd) == (1, 120, 0.01)
    board.apply_all(END)
    assert (board.rows["summarise"].state, board.rows["review"].state) == ("failed", "skipped")
    assert progress_of(summarise, 9).endswith("1 failed  does\\x1b not fit  review.plan.yaml:14")
    assert board.status == "failed"


def test_an_unknown_price_makes_the_sum_unpriced() -> None:
    board = Board(PLAN)
    board.apply(event("task_finished", "review", 1, usage={"calls": 1, "usd": None}))
    board.apply(event("task_finished", "find", 1, usage=USAGE))
    assert board.totals.usd is None
    assert money(board.totals.usd) == "unpriced"


def test_an_empty_fan_out_is_done() -> None:
    board = Board(PLAN)
    board.apply(event("task_expanded", "summarise", 1, count=0))
    assert board.rows["summarise"].note == "0 items"
    assert board.rows["summarise"].complete


def test_a_resumed_run_keeps_only_what_stands() -> None:
    board = Board(PLAN)
    board.apply_all(EVENTS + END)
    board.apply(event("run_resumed", None, 20, reused=["find", "summarise[0]", "summarise[2]"]))
    summarise = board.rows["summarise"]
    assert (board.status, board.rows["find"].state, board.rows["review"].state) == ("running", "succeeded", "pending")
    assert (summarise.settled, summarise.failed, summarise.reused) == (2, 0, 2)
    board.apply(event("task_started", "summarise[1]", 21, attempt=1))
    board.apply(event("task_finished", "summarise[1]", 22, output="x"))
    assert (summarise.settled, summarise.complete, summarise.state) == (3, True, "succeeded")


def test_a_foreach_that_collects_its_failures_has_not_failed() -> None:
    rule = ForeachRule(items=["json", [1, 2]], on_error="collect")
    each = CompiledTask(id="each", meaning="1", work=ToolWork(tool="t", arguments=["obj", {}]), foreach=rule)
    board = Board(CompiledPlan(name="p", digest="d", tasks=(each,)))
    board.apply(event("task_expanded", "each", 0, count=2))
    board.apply(event("task_failed", "each[0]", 1, error={"kind": "tool_error", "message": "no"}))
    row = board.rows["each"]
    assert row.state == "running"
    board.apply(event("task_failed", "each[1]", 2, error={"kind": "tool_error", "message": "no"}))
    assert (row.state, progress_of(row, 3)) == ("succeeded", "2/2  2 failed")
    board.apply(event("task_failed", "each", 3, error={"kind": "expression", "message": "its list is none"}))
    assert row.state == "failed"


def test_nor_has_one_of_a_plan_within_the_plan() -> None:
    rule = ForeachRule(items=["json", [1]], on_error="collect")
    each = CompiledTask(id="each", meaning="1", work=ToolWork(tool="t", arguments=["obj", {}]), foreach=rule)
    part = CompiledPlan(name="part", digest="e", tasks=(each,))
    work = CompiledTask(id="work", meaning="2", work=PlanWork(path="part.plan.yaml", arguments=["obj", {}]))
    board = Board(CompiledPlan(name="p", digest="d", tasks=(work,), imports={"part.plan.yaml": part}))
    board.apply(event("task_started", "work[1]", 0, attempt=1))
    board.apply(event("task_expanded", "work[1]/each", 0, count=1))
    board.apply(event("task_failed", "work[1]/each[0]", 1, error={"kind": "tool_error", "message": "no"}))
    assert board.rows["work"].subtasks["work[1]/each"].state == "succeeded"


def test_a_run_that_was_cut_off_has_nothing_running() -> None:
    board = Board(PLAN)
    board.apply_all(EVENTS[:-1])
    board.apply(event("run_resumed", None, 20))
    assert board.rows["summarise"].running == {}
    assert board.rows["summarise"].settled == 2


def test_plain_lines_tell_what_happened_in_order() -> None:
    out = io.StringIO()
    with PlainReporter(PLAN, out) as reporter:
        reporter.hear(EVENTS)
        reporter.hear(END)
    lines = out.getvalue().splitlines()
    assert [line.split()[1] for line in lines if not line.startswith(" ")] == [
        "find",
        "summarise",
        "summarise[2]",
        "summarise[0]",
        "summarise[1]",
        "summarise[1]",
        "review",
    ]
    assert "3 items" in lines[0]
    assert lines[1].endswith("started  3 instances")
    assert "attempt 1 failed:  429  trying again in 3.2 s" in lines[4]
    assert lines[5].endswith("R301  does\\x1b not fit  review.plan.yaml:14")
    assert lines[6] == "    help: say so"
    assert "skipped: failed: reads summarise" in lines[7]
    assert "\x1b" not in out.getvalue()
    assert reporter.close() == "1 model call, 120 tokens, $0.0100"


def test_the_live_table_shows_every_task() -> None:
    out = io.StringIO()
    with LiveReporter(PLAN, out) as reporter:
        reporter.hear(EVENTS + END)
        reporter.note("stopping: what runs may finish")
    for word in ("find", "summarise", "review", "does\\x1b not fit", "stopping: what runs may finish"):
        assert word in out.getvalue()


AGENTS = CompiledPlan(
    name="agents",
    digest="e",
    tasks=(
        CompiledTask(id="work", meaning="1", work=AgentWork(prompt=[], tools=("price_of",))),
        CompiledTask(id="research", meaning="2", work=GoalWork(goal=[])),
    ),
)
TURNS = [
    event("run_started", None, 0),
    event("task_started", "work", 0, attempt=1),
    event("turn_recorded", "work", 1, turn=1, kind="model", calls=[{"id": "1", "tool": "price_of", "arguments": "{}"}]),
    event("turn_recorded", "work", 2, turn=1, kind="tool", tool="price_of", arguments={"product": "melon"}, result=3.2),
    event(
        "turn_recorded", "work", 3, turn=2, kind="refusal", tool="rm", arguments={}, error={"message": "no \x1b tool"}
    ),
]
CHILDREN = [
    event("task_started", "research", 4, attempt=1),
    event("subplan_created", "research", 5, text="version: 1", plan_digest="f"),
    event("task_expanded", "research/each", 5, count=2),
    event("task_started", "research/each[0]", 5, attempt=1),
    event("task_finished", "research/each[0]", 6, output="x"),
    event("task_started", "research/sum", 6, attempt=1),
    event("task_finished", "research/sum", 7, output="x"),
]


def test_an_agents_steps_are_told_as_they_happen() -> None:
    board, out = Board(AGENTS), io.StringIO()
    board.apply_all(TURNS[:3])
    assert progress_of(board.rows["work"], 6) == "turn 1: wants price_of"
    board.apply_all(TURNS[3:4])
    assert progress_of(board.rows["work"], 6) == 'turn 1: price_of(product="melon") → 3.2'
    spilled = {
        "turn": 3,
        "kind": "tool",
        "tool": "read",
        "arguments": {},
        "result_ref": {"sha256": "x", "bytes": 2000000},
    }
    assert turn_words(spilled) == "turn 3: read() → 2,000,000 bytes"
    with PlainReporter(AGENTS, out) as reporter:
        reporter.hear(TURNS)
    assert [line.split(None, 2)[2] for line in out.getvalue().splitlines()] == [
        "started",
        'turn 1: price_of(product="melon") → 3.2',
        "turn 2: rm() refused: no \\x1b tool",
    ]


def test_subtasks_stand_below_their_task_until_it_is_done() -> None:
    board, out = Board(AGENTS), io.StringIO()
    board.apply_all(CHILDREN)
    research = board.rows["research"]
    assert research.state == "running"
    assert {id: child.state for id, child in research.subtasks.items()} == {
        "research/each": "running",
        "research/sum": "succeeded",
    }
    assert progress_of(research, 6) == "waiting for subtasks: 1 of 2 subtasks done"
    assert progress_of(research.subtasks["research/each"], 6) == "1/2"
    with LiveReporter(AGENTS, out) as reporter:
        reporter.hear(TURNS + CHILDREN)
    assert "    each" in out.getvalue() and "turn 2: rm()" in out.getvalue()
    board.apply(event("run_resumed", None, 8))
    assert research.state == "running", "its plan stands; it waits for its subtasks"
    board.apply(event("run_resumed", None, 9, reused=["research/sum"]))
    assert list(research.subtasks) == ["research/sum"]


def test_a_question_still_waits_when_the_run_goes_on() -> None:
    board = Board(AGENTS)
    board.apply(event("task_waiting", "research", 1, question="May it?"))
    board.apply(event("run_resumed", None, 2))
    assert board.rows["research"].state == "waiting"
    board.apply(event("task_answered", "research", 3, answer=True))
    assert board.rows["research"].state == "running"


def test_durations_read_well() -> None:
    assert [duration(s) for s in (0.04, 12.3, 125, 11400)] == ["0.0 s", "12 s", "2 min 5 s", "3 h 10 min"]


def test_two_pauses_are_counted_and_the_next_is_named() -> None:
    board = Board(PLAN)
    board.apply_all(EVENTS)
    error: Json = {"kind": "timeout"}
    board.apply(event("task_started", "summarise[0]", 6, attempt=1))
    board.apply(event("attempt_failed", "summarise[0]", 6, attempt=1, retry_in=1.0, error=error))
    assert progress_of(board.rows["summarise"], 6) == "2/3  2 wait to try again, the next 1.0 s (timeout)  1 reused"


def test_what_is_used_is_told_beside_its_limit() -> None:
    board = Board(PLAN)
    board.apply_all(EVENTS)
    assert spent(board.totals) == "1 model call, 120 tokens, $0.0100"
    limits = RunLimits(calls=20, tokens=5000, usd=0.5)
    assert spent(board.totals, limits) == "1 of 20 model calls, 120 of 5,000 tokens, $0.0100 of $0.50"


def test_a_long_silence_is_broken_by_what_still_runs() -> None:
    out = io.StringIO()
    with PlainReporter(PLAN, out) as reporter:
        reporter.hear([event("task_started", "find", 100, attempt=1)])
        reporter.tick(120)
        assert out.getvalue() == ""
        reporter.tick(131)
        reporter.tick(140)
        assert out.getvalue().splitlines() == ["> still at work: find 31 s"]
        reporter.hear([event("task_finished", "find", 141, output=[])])
        reporter.tick(200)
    assert "still at work" not in out.getvalue().splitlines()[-1]
