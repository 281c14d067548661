"""The flagship goal for real: where papers come from, which plan is used, what it may do."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from planc.files.plans import PlanFile, compile_text
from planc.runs.rights import grants_of, missing_rights
from planc_runtime.tools.feed.server import arxiv_reachable, load_records, start_feed
from planc_runtime.tools.rights import Grants
from planc_schemas.compiled import CompiledPlan

from .config.settings import load_settings
from .project import Project

GOAL = (
    "Research the topic 'Applications of Large Language Models in Software Engineering'. First, find the 5 most "
    "recent relevant papers on arXiv. Then, summarize each paper. Finally, synthesize all summaries into a brief "
    "review report."
)
PLAN_NAME = "llm4se-review.plan.yaml"
ARXIV = "export.arxiv.org"
ARXIV_VARIABLE = "PLANC_ARXIV_URL"


@dataclass(frozen=True, slots=True)
class Papers:
    """Where `arxiv_search` looks; `words` say it to a person, `url` is None for arXiv itself."""

    words: str
    url: str | None = None


@contextmanager
def paper_source() -> Iterator[Papers]:
    """arXiv when it can be reached, else a local feed of real records for as long as the context lasts."""
    named = os.environ.get(ARXIV_VARIABLE)
    if named:
        yield Papers(f"papers come from {named} ({ARXIV_VARIABLE} in the environment)", named)
    elif arxiv_reachable():
        yield Papers(f"papers come from arXiv itself (https://{ARXIV})")
    else:
        with start_feed() as feed:
            count = len(load_records())
            yield Papers(
                f"arXiv cannot be reached: a local feed at {feed.url} answers in its place, with {count} real records "
                "of arXiv (metadata, CC0) that come with planc",
                feed.url,
            )


def demo_project(folder: Path, papers: Papers, *, model: str | None = None) -> Project:
    """The project of the demo: settings of the working directory, runs in `folder`. Raises ConfigError."""
    settings = load_settings(model=model, store=str(folder / ".planc"))
    environment = {**os.environ, ARXIV_VARIABLE: papers.url} if papers.url is not None else os.environ
    return Project(settings, environment=environment)


def reviewed_plan(project: Project) -> PlanFile:
    """The plan of the same goal that was written by hand and comes with planc."""
    text = files("planc").joinpath("templates", PLAN_NAME).read_text("utf-8")
    return compile_text(text, f"templates/{PLAN_NAME}", project.tools)


def demo_grants(folder: Path) -> Grants:
    """What the demo allows: a look at arXiv, and nothing else."""
    return grants_of({"net": [ARXIV]}, {}, everything=False, folder=folder)


def refusal(plan: CompiledPlan, grants: Grants) -> str:
    """Why the demo does not run a plan that a model made; "" when it does."""
    missing = missing_rights(plan, grants)
    if missing:
        return f"it asks for what the demo does not allow: {', '.join(str(right) for right in missing)}"
    unfilled = [name for name, schema in plan.inputs.items() if "default" not in schema]
    if unfilled:
        return f"it has inputs without a value: {', '.join(unfilled)}"
    tools = {task.work.tool for task in plan.tasks if task.work.kind == "tool"}
    return "" if "arxiv_search" in tools else "it does not look for papers on arXiv"
