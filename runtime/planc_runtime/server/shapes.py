"""What the API answers. The OpenAPI document, the tests against it and the page all go by these models."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from planc_schemas.events import RunStatus

MOST = 2**53
"""The largest number that every JSON reader keeps."""


class Shape(BaseModel):
    model_config = ConfigDict(extra="forbid")


class LabelShape(Shape):
    """A place with what is to be said about it: 1-based, columns in code points, the end exclusive."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int
    text: str


class FixShape(Shape):
    """A repair that a machine can make; `safe` ones need no asking."""

    title: str
    safe: bool


class DiagnosticShape(Shape):
    """One problem of a plan, as `planc check` shows it."""

    code: str = Field(description="a code of the register, such as P201; `planc explain CODE` says more")
    slug: str | None
    severity: Literal["error", "warning", "info"]
    message: str
    file: str
    line: int = Field(description="of the first label, 1-based; 0: it is about the whole file")
    column: int
    labels: list[LabelShape]
    help: list[str]
    fixes: list[FixShape]
    task: str | None


class Problem(Shape):
    """RFC 9457, with what planc adds: what to do, and the compiler's diagnostics."""

    title: str
    status: int
    detail: str
    help: str | None = None
    diagnostics: list[DiagnosticShape] | None = None


class Health(Shape):
    status: Literal["ok"]
    version: str


class Session(Shape):
    """What the page shows in its head: where it works and which model answers by default."""

    version: str
    folder: str
    model: str
    tools: list[str]
    waiting: int = Field(description="questions that runs wait for")
    rights: list[str] = Field(description="what the server's flags allow every run")
    only_approved: bool = Field(description="only approved plan files run here")


class UsageShape(Shape):
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    calls: int = 0
    usd: float | None = Field(default=None, description="null: a price is unknown")


class RunError(Shape):
    """Why a task or a run failed: `kind` and `code` for machines, `message` and `help` for people."""

    model_config = ConfigDict(extra="allow")

    kind: str
    message: str


class RunSummary(Shape):
    run_id: str
    plan: str
    file: str = Field(description="the plan file it was started from, as requests name it")
    status: RunStatus
    labels: dict[str, str]
    error: RunError | None = Field(description="what ended the run, when that was no task of its own")
    problem: str | None = Field(description="why its journal cannot be read; the rest is then empty")
    started_at: float | None
    ended_at: float | None
    now: float = Field(description="the server's clock, so that elapsed time needs no other")
    done: int
    total: int
    usage: UsageShape


class RunPage(Shape):
    runs: list[RunSummary]
    next: str | None = Field(description="pass as `after` for older runs")


class EventShape(Shape):
    seq: int
    at: float
    type: str
    instance: str | None
    data: dict[str, Any]


class RunOutputs(Shape):
    """`outputs` are empty until the run has ended, and hold what could be evaluated when it failed."""

    run_id: str
    status: RunStatus
    outputs: dict[str, Any]
    error: RunError | None
    final: list[str] = Field(
        description="what failed in a way that going on tries again only when `fresh` names it: nobody knows what the "
        "task did, or its question's time is over"
    )


class Artefact(Shape):
    """A value too large for an event, kept beside the run under the SHA-256 of its JSON text."""

    sha256: str
    bytes: int
    member: str = Field(description="what it is of the event: `output`, `request`, …")
    instance: str | None
    seq: int = Field(description="the event that refers to it")


class ArtefactList(Shape):
    artefacts: list[Artefact]


class EventPage(Shape):
    events: list[EventShape]
    more: bool


class GraphNode(Shape):
    id: str
    kind: str
    detail: str
    stage: int
    many: bool = False
    collects: bool = Field(default=False, description="a foreach that goes on without the instances that fail")
    conditional: bool = False
    reads: list[str] = []
    lines: tuple[int, int] | None = Field(
        default=None, description="first and last line in the file of its own plan, 1-based"
    )
    parent: str | None = Field(default=None, description="the task instance whose sub-plan this task belongs to")
    mark: str | None = Field(default=None, description="in a diff: added, removed, changed, renamed, same")


class GraphEdge(Shape):
    source: str
    target: str
    data: bool = Field(description="the target reads the source's output; otherwise it only waits")
    mark: str | None = None


class MadePlan(Shape):
    """A plan that was made while the run went on, for the goal `instance`."""

    instance: str
    digest: str
    text: str


class RunPlan(Shape):
    """The plan a run goes by, and those that were made for its goals."""

    name: str
    file: str
    digest: str
    text: str
    rights: list[str]
    inputs: dict[str, Any]
    made: list[MadePlan]


class RunGraph(Shape):
    name: str
    file: str
    text: str
    nodes: list[GraphNode]
    edges: list[GraphEdge]


class Graph(Shape):
    nodes: list[GraphNode]
    edges: list[GraphEdge]


class InstanceShape(Shape):
    """`request` is what was asked (messages or tool arguments), `output` the result, null while there is none."""

    instance: str
    request: dict[str, Any] | None
    output: Any


class NoteShape(Shape):
    """Something an agent remembered, with the run and the task instance that did; `at` in seconds since the epoch."""

    text: str
    at: float
    run_id: str
    instance: str


class MemoryShape(Shape):
    """What tasks of the run share as memory: `scope` is `run`, `plan:NAME` or `store:NAME`. The newest entries first;
    `entries` is how many there are."""

    scope: str
    tasks: list[str]
    entries: int
    notes: list[NoteShape]


class RunMemory(Shape):
    memories: list[MemoryShape]


class EstimateShape(Shape):
    """Ranges are [low, high]; `usd` null means unpriced; seconds are those of the critical path."""

    calls: tuple[float, float]
    most_calls: float
    tokens: tuple[float, float]
    usd: tuple[float, float] | None
    seconds: tuple[float, float]
    critical_path: list[str]


class Approval(Shape):
    """Whether a person has approved the plan file, with its imports, tools and rights, as it stands."""

    state: Literal["none", "approved", "changed"]
    by: str
    drift: list[str] = Field(description="what differs from what was approved, in words")
    digest: str = Field(description="what an approval given now is of: send it back to approve just this")


class CheckedPlan(Shape):
    """A plan file as the compiler sees it; `graph`, `estimate` and `digest` are null while it has errors. `approval`
    is null for these and for texts."""

    path: str | None
    text: str
    name: str | None
    goal: str | None
    diagnostics: list[DiagnosticShape]
    graph: Graph | None
    estimate: EstimateShape | None
    rights: list[str]
    digest: str | None
    inputs: dict[str, Any]
    approval: Approval | None


class PlanSummary(Shape):
    path: str
    goal: str | None
    tasks: int | None
    errors: int
    approval: Literal["none", "approved", "changed"]


class PlanList(Shape):
    folder: str
    plans: list[PlanSummary]
    next: str | None = Field(description="pass as `after` for the plans that follow")


class PlanSource(Shape):
    """A plan: a file of the server's folder, or a text. Just one of them."""

    path: str | None = Field(default=None, max_length=1024)
    text: str | None = None


class AnyPlan(PlanSource):
    """A plan: a file of the server's folder, a text, or the plan that a run goes by. Just one of them."""

    run: str | None = Field(default=None, max_length=64)


class Limits(Shape):
    """What a run may use; `time` in seconds. The server's flags are never exceeded."""

    concurrency: int | None = Field(default=None, ge=1, le=MOST)
    calls: int | None = Field(default=None, ge=1, le=MOST)
    tokens: int | None = Field(default=None, ge=1, le=MOST)
    usd: float | None = Field(default=None, gt=0, le=MOST)
    time: float | None = Field(default=None, gt=0, le=MOST)


class NewRun(PlanSource):
    """`path`, `text` or `goal`. A goal is planned while the run goes on, with no other than the named `tools` (all
    that the server's rights allow, if none are named); with `approve` a person reads that plan before it runs."""

    goal: str | None = Field(default=None, min_length=1, max_length=20_000)
    tools: list[str] | None = None
    approve: bool = False
    inputs: dict[str, Any] = {}
    labels: dict[str, str] = {}
    limits: Limits | None = Field(default=None, description="in place of the plan's own")


class ResumeRequest(PlanSource):
    """How to go on: as it was without any of these; with an edited plan (`path` or `text`), with tasks of which
    nothing is reused (`fresh`), with other limits than the plan's."""

    fresh: list[str] = []
    limits: Limits | None = None


class ReplayRequest(PlanSource):
    """With `path` or `text` an edited plan is tried against the recording."""


class RunRef(Shape):
    run_id: str


class ApproveRequest(Shape):
    """`digest` is that of the approval that was shown; if the plan is another one by now, it is refused."""

    digest: str
    by: str = Field(default="", max_length=200, description="who approves; kept in the approval")


class CheckRequest(Shape):
    text: str


class GoalRequest(Shape):
    goal: str = Field(min_length=1, max_length=20_000)


class Ask(Shape):
    run_id: str
    plan: str
    instance: str
    question: dict[str, Any]


class AskPage(Shape):
    asks: list[Ask]
    next: str | None = Field(description="pass as `after` for further questions")


class Answer(Shape):
    """`digest` is the digest of the question that was shown; another one is refused."""

    instance: str
    answer: Any
    digest: str
