"""What a plan for a goal should look like, as checks on its graph. Each is one line of goals.json:

uses TOOL · no tools · asks a person · argument TEXT (some tool's argument, or an input's default, is or holds it) ·
mentions TEXT (some prompt says it) · at most N tasks · chain of N (longest path) · last is single (no foreach) ·
fan-out · fan-out over A (some foreach task has A before it) · A < B (B waits for A, directly or not) ·
parallel A (two tasks like A that do not wait for each other) · parallel A | B

A and B are `tool:NAME`, `person`, `last` (the last task of the file that writes text), or `text:REGEX` (a prompt's
own words, or its id).
"""

from __future__ import annotations

import json
import re

from planc_schemas.compiled import CompiledPlan
from planc_schemas.plan import AskTask, Plan, PromptTask, ToolTask

_DATA = re.compile(r"\$\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)


class Graph:
    """A plan with who waits for whom."""

    def __init__(self, plan: Plan, compiled: CompiledPlan) -> None:
        self.plan = plan
        self.before: dict[str, set[str]] = {}
        waits = {task.id: task.waits_for for task in compiled.tasks}
        for name in waits:
            self.before[name] = self._all_before(name, waits)

    @staticmethod
    def _all_before(name: str, waits: dict[str, tuple[str, ...]]) -> set[str]:
        found: set[str] = set()
        queue = [name]
        while queue:
            for other in waits[queue.pop()]:
                if other not in found:
                    found.add(other)
                    queue.append(other)
        return found

    def like(self, what: str) -> list[str]:
        """The ids of the tasks that a matcher means."""
        tasks = self.plan.tasks
        kind, _, rest = what.partition(":")
        if kind == "tool":
            return [name for name, task in tasks.items() if isinstance(task, ToolTask) and task.tool == rest]
        if kind == "person":
            return [name for name, task in tasks.items() if isinstance(task, AskTask)]
        if kind == "last":
            texts = [name for name, task in tasks.items() if isinstance(task, PromptTask)]
            return [(texts or list(tasks))[-1]]
        return [name for name in tasks if re.search(rest, f"{name} {self.words(name)}", re.IGNORECASE)]

    def words(self, name: str) -> str:
        task = self.plan.tasks[name]
        text = task.prompt if isinstance(task, PromptTask) else task.ask if isinstance(task, AskTask) else ""
        return _DATA.sub(" ", text)

    def tools(self) -> set[str]:
        return {task.tool for task in self.plan.tasks.values() if isinstance(task, ToolTask)}

    def depth(self) -> int:
        levels: dict[str, int] = {}
        for name in sorted(self.before, key=lambda one: len(self.before[one])):
            levels[name] = 1 + max((levels[other] for other in self.before[name]), default=0)
        return max(levels.values())


def met(expectation: str, graph: Graph) -> bool:
    """Does the plan do what the line says?"""
    if expectation == "no tools":
        return not graph.tools()
    if expectation == "asks a person":
        return bool(graph.like("person"))
    if expectation == "last is single":
        return graph.plan.tasks[graph.like("last")[0]].foreach is None
    if expectation.startswith("uses "):
        return expectation.removeprefix("uses ") in graph.tools()
    if expectation.startswith("argument "):
        return expectation.removeprefix("argument ").lower() in _arguments(graph.plan)
    if expectation.startswith("mentions "):
        said = " ".join(graph.words(name) for name in graph.plan.tasks).lower()
        return expectation.removeprefix("mentions ").lower() in said
    if expectation.startswith("at most "):
        return len(graph.plan.tasks) <= int(expectation.split()[2])
    if expectation.startswith("chain of "):
        return graph.depth() >= int(expectation.split()[2])
    return _of_the_graph(expectation, graph)


def _arguments(plan: Plan) -> str:
    given = [task.with_ for task in plan.tasks.values() if isinstance(task, ToolTask)]
    defaults = [shape.get("default") for shape in plan.inputs.values() if isinstance(shape, dict)]
    commands = [" ".join(map(str, value)) for one in given for value in one.values() if isinstance(value, list)]
    return json.dumps([given, defaults, commands]).lower()


def _of_the_graph(expectation: str, graph: Graph) -> bool:
    looped = [name for name, task in graph.plan.tasks.items() if task.foreach is not None]
    if expectation == "fan-out":
        return bool(looped)
    if expectation.startswith("fan-out over "):
        sources = set(graph.like(expectation.removeprefix("fan-out over ")))
        return any(graph.before[name] & sources for name in looped)
    if expectation.startswith("parallel "):
        one, _, other = expectation.removeprefix("parallel ").partition(" | ")
        first, second = graph.like(one), graph.like(other or one)
        return any(a != b and a not in graph.before[b] and b not in graph.before[a] for a in first for b in second)
    one, _, other = expectation.partition(" < ")
    first = graph.like(one)
    return any(a in graph.before[b] for b in graph.like(other) for a in first)
