"""For tests of the planner: the real built-in tools as catalogue, and a model whose answers are written in the test."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from planc_compiler.planner.catalogue import Selection, allowed_tools
from planc_runtime.tools.builtin import builtin_tools
from planc_runtime.tools.registry import ToolRegistry
from planc_schemas.ports import ErrorKind, ModelAnswer, ModelRequest, OnText, TaskError, TaskFailure, Usage
from planc_schemas.values import Json

TOOLS = ToolRegistry(builtin_tools({}))
SELECTION: Selection = allowed_tools(TOOLS, None)[0]

Scripted = Json | str | TaskFailure | Callable[[ModelRequest], Json]


class ScriptedModel:
    """Gives the scripted answers in order: JSON, a text, or a failure. Only the answers are made up."""

    name = "scripted"

    def __init__(self, answers: Iterable[Scripted], *, structured: bool = True, finish: str = "stop") -> None:
        self.answers = list(answers)
        self.requests: list[ModelRequest] = []
        self.structured = structured
        self.finish = finish

    async def answer(self, request: ModelRequest, *, on_text: OnText | None = None) -> ModelAnswer:
        self.requests.append(request)
        scripted: Any = self.answers.pop(0)
        if callable(scripted):
            scripted = scripted(request)
        if isinstance(scripted, TaskFailure):
            raise scripted
        text = scripted if isinstance(scripted, str) else json.dumps(scripted)
        if on_text is not None:
            for start in range(0, len(text), 7):
                on_text(text[start : start + 7])
        data = None if isinstance(scripted, str) or not self.structured else scripted
        by = "json_schema" if data is not None else "text"
        return ModelAnswer(text, "scripted-1", Usage(100, 10, 0, None, 1), data, (), self.finish, by)

    def said(self, index: int = -1) -> str:
        """The last message of a request."""
        return self.requests[index].messages[-1].content


def failure(kind: ErrorKind, message: str) -> TaskFailure:
    return TaskFailure(TaskError(kind, message))


def step(name: str, do: str = "write", text: str = "", **fields: Any) -> dict[str, Json]:
    """A step as a model writes it; `args` is given as a mapping."""
    args = [{"name": key, "value": value} for key, value in fields.pop("args", {}).items()]
    return {"id": name, "for_each": "", "do": do, "args": args, "text": text, "needs": [], **fields}


def draft(*steps: dict[str, Json], name: str = "test-plan") -> dict[str, Json]:
    return {"name": name, "steps": list(steps)}


REVIEW_GOAL = (
    "Research the topic 'Applications of Large Language Models in Software Engineering'. First, find the 5 most "
    "recent relevant papers on arXiv. Then, summarize each paper. Finally, synthesize all summaries into a brief "
    "review report."
)
REVIEW = draft(
    step(
        "search",
        "arxiv_search",
        args={"query": "Applications of Large Language Models in Software Engineering", "max_results": "5"},
    ),
    step(
        "summarize",
        text="Summarize each paper from the list of results. Use only the abstracts of the papers.",
        for_each="search",
        needs=["search"],
    ),
    step(
        "synthesize",
        text="Synthesize all summaries into a brief review report. Use only the abstracts of the papers.",
        needs=["summarize"],
    ),
    name="large-language-models",
)
"""What the embedded model answered for the flagship goal (experiments/060-planner-prompts)."""
