"""What a reviewer would ask about a valid plan: graph-level rules, each with a code of the P6 family.

They are warnings: the plan can be executed. They compare the plan with its goal, so only the planner uses them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePath

from planc_schemas.codes import REGISTER
from planc_schemas.compiled import AskWork, CompiledPlan, CompiledTask, PromptWork, ToolWork
from planc_schemas.diagnostics import NOWHERE, Diagnostic, Label
from planc_schemas.plan import AskTask, Plan, PromptTask

from ..pipeline import Compilation
from ..source import read
from .catalogue import Selection
from .goal_words import files_to_write

_TOGETHER = re.compile(r"\b(synthesi[sz]e|combine|merge|all|both|together|overall|final|conclusion)\b", re.IGNORECASE)
_EXPRESSION = re.compile(r"\$\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
MIN_ID_LENGTH = 5
"""Shorter ids are ordinary words too often."""
COPIES = 3


@dataclass(frozen=True, slots=True)
class _View:
    """A valid plan with what the rules look at."""

    plan: Plan
    compiled: CompiledPlan
    goal: str
    tools: Selection
    context: str = ""

    def tasks(self) -> dict[str, CompiledTask]:
        return {task.id: task for task in self.compiled.tasks}


@dataclass(frozen=True, slots=True)
class _Finding:
    code: str
    message: str
    task: str | None = None
    help: str = ""


def critique(
    text: str, compilation: Compilation, goal: str, tools: Selection, file: str, context: str = ""
) -> list[Diagnostic]:
    """The weaknesses of a valid plan, in file order; [] for one that does not compile. `context` is what was said
    besides the goal."""
    if compilation.plan is None or compilation.model is None:
        return []
    view = _View(compilation.model, compilation.plan, goal, tools, context)
    root = read(text, file).root
    tasks = root.get("tasks") if root is not None else None
    found = []
    for rule in _RULES:
        for finding in rule(view):
            key = tasks.key(finding.task) if tasks is not None and finding.task else None
            label = Label(file, key.span if key is not None else NOWHERE)
            severity = REGISTER[finding.code].severity
            help_ = (finding.help,) if finding.help else ()
            found.append(Diagnostic(finding.code, finding.message, (label,), severity, help_, task=finding.task))
    return sorted(found, key=Diagnostic.sort_key)


def _text_of(view: _View, name: str) -> str:
    task = view.plan.tasks[name]
    text = task.prompt if isinstance(task, PromptTask) else task.ask if isinstance(task, AskTask) else ""
    return _EXPRESSION.sub(" ", text)


def _unlinked(view: _View) -> Iterator[_Finding]:
    """A text that speaks of "the summaries", and a task `summaries` that it does not wait for, even indirectly."""
    tasks = view.tasks()
    for name, task in tasks.items():
        said = _text_of(view, name).lower()
        for other in tasks:
            words = other.replace("_", " ")
            if other == name or len(other) < MIN_ID_LENGTH or other in _upstream(task.id, tasks):
                continue
            if re.search(rf"\b(?:the|these|all|each)\s+(?:\w+\s+)?{re.escape(words)}\b", said) and not _downstream(
                name, other, tasks
            ):
                message = f"task `{name}` speaks of `{words}`, but does not read task `{other}`"
                yield _Finding("P601", message, name, f"let it read `{other}`")


def _upstream(name: str, tasks: dict[str, CompiledTask]) -> set[str]:
    found: set[str] = set()
    queue = [name]
    while queue:
        for other in tasks[queue.pop()].waits_for:
            if other not in found:
                found.add(other)
                queue.append(other)
    return found


def _downstream(name: str, other: str, tasks: dict[str, CompiledTask]) -> bool:
    return name in _upstream(other, tasks)


def _file_not_written(view: _View) -> Iterator[_Finding]:
    """A file that the goal wants saved and that no tool call of the plan names."""
    calls = " ".join(repr(task.work.arguments) for task in view.compiled.tasks if isinstance(task.work, ToolWork))
    for path in files_to_write(view.goal):
        if path not in calls:
            yield _Finding("P602", f"the goal wants `{path}`, and no task writes it")


def _scattered(view: _View) -> Iterator[_Finding]:
    """Several final results, the last of which brings together."""
    tasks = view.tasks()
    read = {name for task in tasks.values() for name in task.waits_for}
    last = view.compiled.tasks[-1]
    if not isinstance(last.work, PromptWork) or not _TOGETHER.search(_text_of(view, last.id)):
        return
    for name, task in tasks.items():
        if name not in read and name != last.id and isinstance(task.work, PromptWork | AskWork):
            yield _Finding("P603", f"task `{last.id}` brings results together without `{name}`", name)


def _file_not_named(view: _View) -> Iterator[_Finding]:
    """A file that a task reads, that nobody spoke of, and that no other task writes."""
    said = f"{view.goal}\n{view.context}".lower()
    written = {effect.removeprefix("write:") for _, effect in _effects(view) if effect.startswith("write:")}
    for name, effect in _effects(view):
        path = effect.removeprefix("read:")
        named = path in ("*", *written) or not PurePath(path).suffix or PurePath(path).name.lower() in said
        if effect.startswith("read:") and not named:
            yield _Finding("P608", f"task `{name}` reads `{path}`, and nobody said that there is such a file", name)


def _effects(view: _View) -> Iterator[tuple[str, str]]:
    for task in view.compiled.tasks:
        for effect in getattr(task.work, "effects", ()):
            yield task.id, effect


def _fetched_in_vain(view: _View) -> Iterator[_Finding]:
    """What a tool fetched and no task reads, in a plan in which something is written."""
    read = {name for task in view.compiled.tasks for name in task.waits_for}
    writes = any(isinstance(task.work, PromptWork) for task in view.compiled.tasks)
    for task in view.compiled.tasks[:-1]:
        fetches = isinstance(task.work, ToolWork) and not _changes(view, task.work)
        if writes and fetches and task.id not in read:
            yield _Finding("P603", f"no task reads what `{task.id}` fetches", task.id)


def _needless_order(view: _View) -> Iterator[_Finding]:
    tasks = view.tasks()
    for name, task in tasks.items():
        for other in task.needs:
            work = tasks[other].work
            acts = isinstance(work, ToolWork) and (view.tools.get(work.tool) is None or _changes(view, work))
            if other not in task.reads and not acts and not isinstance(work, AskWork):
                yield _Finding("P604", f"task `{name}` waits for `{other}` without reading its result", name)


def _changes(view: _View, work: ToolWork) -> bool:
    spec = view.tools.get(work.tool)
    return spec is not None and spec.changes_world


def _copies(view: _View) -> Iterator[_Finding]:
    """At least COPIES prompts of the same length that differ in at most two words."""
    prompts = {name: _text_of(view, name).split() for name in view.plan.tasks if _is_single_prompt(view, name)}
    grouped: set[str] = set()
    for name, words in prompts.items():
        like = [other for other, those in prompts.items() if other not in grouped and _nearly(words, those)]
        if name not in grouped and len(like) >= COPIES:
            grouped.update(like)
            yield _Finding("P605", f"tasks {', '.join(f'`{one}`' for one in like)} differ in a word or two", name)


def _duplicates(view: _View) -> Iterator[_Finding]:
    """Tasks of the same work on the same data. Those that act on the world may mean to do it twice."""
    groups: dict[str, list[str]] = {}
    for task in view.compiled.tasks:
        acts = isinstance(task.work, ToolWork) and _changes(view, task.work)
        if not acts and isinstance(task.work, PromptWork | ToolWork):
            key = repr((task.meaning, task.foreach, task.condition))  # what is read stands in the meaning
            groups.setdefault(key, []).append(task.id)
    for one, *others in groups.values():
        for other in others:
            yield _Finding("P607", f"task `{other}` does what `{one}` does", other, f"read `{one}` instead")


def _is_single_prompt(view: _View, name: str) -> bool:
    task = view.plan.tasks[name]
    return isinstance(task, PromptTask) and task.foreach is None


def _nearly(one: list[str], other: list[str]) -> bool:
    return len(one) == len(other) > 5 and sum(a != b for a, b in zip(one, other, strict=True)) <= 2


def _unused_tool(view: _View) -> Iterator[_Finding]:
    """A tool whose name's own words stand in the goal ("arXiv", "git"), and that nothing uses."""
    used = {task.work.tool for task in view.compiled.tasks if isinstance(task.work, ToolWork)}
    goal = set(re.findall(r"[a-z0-9]+", view.goal.lower()))
    for name in view.tools.names():
        own = [word for word in name.lower().split("_") if word not in _ORDINARY]
        if own and name not in used and all(word in goal for word in own):
            yield _Finding("P606", f"the goal speaks of {' '.join(own)}, and no task uses the tool `{name}`")


_ORDINARY = frozenset(
    {"search", "read", "write", "get", "list", "run", "file", "files", "http", "request", "command", "find", "web"}
)
_RULES: tuple[Callable[[_View], Iterator[_Finding]], ...] = (
    _unlinked,
    _file_not_written,
    _file_not_named,
    _scattered,
    _fetched_in_vain,
    _needless_order,
    _copies,
    _duplicates,
    _unused_tool,
)
