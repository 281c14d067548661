"""A run's journal events and calls → OpenTelemetry spans.

A listener of committed events, so that a trace says nothing that the journal does not, and the executor knows nothing
of tracing. Hierarchy: run > task instance > attempt > model and tool calls; the tasks of a sub-plan stand under the
task that has it. Times are those of the events and of the calls.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TypeAlias

from opentelemetry.context import Context
from opentelemetry.trace import Span, Status, StatusCode, Tracer, set_span_in_context

from planc_schemas.compiled import AgentWork, CompiledPlan, CompiledTask, GoalWork, PlanWork
from planc_schemas.events import Event
from planc_schemas.values import Json

from . import names
from .calls import Attributes, Mask
from .seen import SeenModelCall, SeenToolCall
from .writing import begin, fail, nanoseconds, write_call

_INDEX = re.compile(r"\[\d+\]")
_ENDS_TASK = frozenset({"task_finished", "task_failed", "task_skipped", "task_reused"})
_ENDS_ATTEMPT = frozenset({"attempt_failed", "task_waiting", "task_interrupted", "subplan_created"})
_BAD_ENDS = frozenset({"failed", "budget"})
PlansMade: TypeAlias = Callable[[], Mapping[str, CompiledPlan]]
"""Plans that were made for goals while the run went on, by task instance; asked when a task of one is met."""


class SpanWriter:
    """Hears the events of one run (`hear`) and its calls (`hear_call`), and writes its spans. With `content` (what
    masks secrets) prompts, answers, arguments and results stand in them too. `parent` is where the run belongs."""

    def __init__(
        self,
        tracer: Tracer,
        run_id: str,
        plan: CompiledPlan,
        *,
        plans_made: PlansMade = dict,
        content: Mask | None = None,
        parent: Context | None = None,
    ) -> None:
        self._tracer = tracer
        self._run_id = run_id
        self.plan = plan
        """What the run goes by; it may be replaced when the plan has grown or was mended."""
        self._plans_made = plans_made
        self._made: dict[str, CompiledPlan] = {}
        self._tasks: dict[str, dict[str, CompiledTask]] = {}
        self._content = content
        self._parent = parent
        self._run: Span | None = None
        self._open_tasks: dict[str, Span] = {}
        self._open_attempts: dict[str, Span] = {}
        self._last_at = 0.0

    def hear(self, events: list[Event]) -> None:
        """Takes a batch of committed events, in their order."""
        for event in events:
            self._last_at = max(self._last_at, event.at)
            self._hear(event)

    def hear_call(self, call: SeenModelCall | SeenToolCall) -> None:
        """Takes a call that is over."""
        self._last_at = max(self._last_at, call.ended)
        more: Attributes = {names.RUN_ID: self._run_id}
        if call.instance:
            more[names.TASK] = call.instance
        around = self._open_attempts.get(call.instance) or self._run
        context = set_span_in_context(around) if around is not None else None
        write_call(self._tracer, call, context, self._content, more)

    def close(self, status: str = "interrupted") -> None:
        """Ends whatever is open: the run waits, was stopped, or its process gives it up."""
        at = nanoseconds(self._last_at)
        for span in (*self._open_attempts.values(), *reversed(self._open_tasks.values())):
            span.end(end_time=at)
        self._open_attempts.clear()
        self._open_tasks.clear()
        if self._run is not None:
            self._run.set_attribute(names.RUN_STATUS, status)
            if status in _BAD_ENDS:
                self._run.set_status(Status(StatusCode.ERROR, status))
            self._run.end(end_time=at)
            self._run = None

    # --- events ---------------------------------------------------------------------------------------------------

    def _hear(self, event: Event) -> None:
        if event.type in ("run_started", "run_resumed"):
            self._begin_run(event)
        elif event.type in ("run_finished", "run_interrupted"):
            self.close(str(event.data.get("status", "interrupted")))
        elif event.instance is None:
            return
        elif event.type == "task_started":
            self._begin_attempt(event, event.instance)
        elif event.type in _ENDS_ATTEMPT:
            self._end_attempt(event, event.instance)
        elif event.type in _ENDS_TASK:
            self._end_attempt(event, event.instance)
            self._end_task(event, event.instance)

    def _begin_run(self, event: Event) -> None:
        if self._run is None:
            attributes: Attributes = {
                names.OPERATION: names.INVOKE_WORKFLOW,
                names.WORKFLOW: self.plan.name,
                names.CONVERSATION: self._run_id,
                names.RUN_ID: self._run_id,
                names.PLAN_NAME: self.plan.name,
                names.PLAN_DIGEST: self.plan.digest,
            }
            title = f"{names.INVOKE_WORKFLOW} {self.plan.name}"
            self._run = self._start(title, None, event.at, attributes, parent=self._parent)

    def _task_span(self, at: float, instance: str) -> Span:
        span = self._open_tasks.get(instance)
        if span is None:
            task = self._task(instance)
            above = instance.rpartition("/")[0]
            around = self._task_span(at, above) if above else self._run
            attributes: Attributes = {names.TASK: instance, names.RUN_ID: self._run_id}
            if task is not None:
                attributes[names.TASK_KIND] = task.work.kind
            span = self._open_tasks[instance] = self._start(f"task {instance}", around, at, attributes)
        return span

    def _begin_attempt(self, event: Event, instance: str) -> None:
        around = self._task_span(event.at, instance)
        number = int(event.data.get("attempt", 1))
        attributes: Attributes = {names.TASK: instance, names.RUN_ID: self._run_id, names.ATTEMPT: number}
        title = f"attempt {number}"
        task = self._task(instance)
        if task is not None and isinstance(task.work, AgentWork):
            title = f"{names.INVOKE_AGENT} {task.id}"
            attributes |= {names.OPERATION: names.INVOKE_AGENT, names.AGENT: task.id, names.PROVIDER: names.PROTOCOL}
        if event.data.get("fingerprint"):
            attributes[names.FINGERPRINT] = str(event.data["fingerprint"])
        self._open_attempts[instance] = self._start(title, around, event.at, attributes)

    def _end_attempt(self, event: Event, instance: str) -> None:
        span = self._open_attempts.pop(instance, None)
        if span is None:
            return
        error = event.data.get("error") or ({"kind": "interrupted"} if event.type == "task_interrupted" else None)
        if error:
            fail(span, str(error.get("kind")), self._words(error))
        span.end(end_time=nanoseconds(event.at))

    def _end_task(self, event: Event, instance: str) -> None:
        span = self._task_span(event.at, instance)
        status = {"task_failed": "failed", "task_skipped": "skipped"}.get(event.type, "succeeded")
        span.set_attribute(names.TASK_STATUS, status)
        if event.type == "task_reused":
            span.set_attribute(names.REUSED_FROM, str(event.data.get("from_run", "")))
        if event.type == "task_skipped":
            span.set_attribute(names.SKIP_REASON, str(event.data.get("reason", "")).partition(":")[0])
        if event.type == "task_failed":
            error = event.data.get("error") or {}
            fail(span, str(error.get("kind")), self._words(error))
        span.end(end_time=nanoseconds(event.at))
        del self._open_tasks[instance]

    # --- tasks ----------------------------------------------------------------------------------------------------

    def _task(self, instance: str) -> CompiledTask | None:
        """What an instance is: down from the run's plan, through imported plans and those that were made for goals."""
        plan: CompiledPlan | None = self.plan
        task: CompiledTask | None = None
        around = ""
        for part in instance.split("/"):
            task = self._by_id(plan).get(_INDEX.sub("", part))
            if task is None:
                return None
            around = f"{around}/{part}" if around else part
            plan = self._below(task, around) if around != instance else None
        return task

    def _by_id(self, plan: CompiledPlan | None) -> dict[str, CompiledTask]:
        if plan is None:
            return {}
        if plan.digest not in self._tasks:
            self._tasks[plan.digest] = {task.id: task for task in plan.tasks}
        return self._tasks[plan.digest]

    def _below(self, task: CompiledTask, instance: str) -> CompiledPlan | None:
        if isinstance(task.work, PlanWork):
            return self.plan.imports.get(task.work.path)
        if isinstance(task.work, GoalWork) and instance not in self._made:
            self._made = dict(self._plans_made())
        return self._made.get(instance)

    # --- spans ----------------------------------------------------------------------------------------------------

    def _start(
        self,
        title: str,
        around: Span | None,
        at: float,
        attributes: Attributes,
        parent: Context | None = None,
    ) -> Span:
        context = set_span_in_context(around) if around is not None else parent
        return begin(self._tracer, title, context, at, attributes)

    def _words(self, error: dict[str, Json]) -> str | None:
        """What an error says may hold content: tools and models are quoted in it."""
        return str(error.get("message", "")) if self._content is not None else None
