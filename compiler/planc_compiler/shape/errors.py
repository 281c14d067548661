"""Pydantic's complaints → our diagnostics.

Pydantic says *where* something is wrong; what the place takes is read from the model's schema and what stands there
from the tree, so none of its words is shown. Complaints about one place, from several branches of a union, become one.
"""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel, ValidationError

from planc_schemas.values import Json

from ..model_schema import Path, branches, properties_of
from ..node import Node
from .keys import bad_name, meant_by, missing_key, unknown_key
from .prune import prune_json
from .report import Report, Scope
from .values import bad_value


@dataclass(slots=True)
class Problem:
    """A place that pydantic complains about. `kind`: what is wrong there, as far as it matters here."""

    path: Path
    node: Node
    key: Node | None
    kind: str

    @property
    def parent(self) -> Path:
        return self.path[:-1]


def validate(scope: Scope, data: dict[str, Json], report: Report) -> tuple[BaseModel | None, list[Path]]:
    """The model of `data`, without its bad parts where it can do without them, and the paths that were left out.

    `data` is `scope.node` as JSON; its bad parts are taken out of it. Problems go to `report`, each once.
    """
    try:
        return scope.model.model_validate(data, by_alias=True, by_name=False), []
    except ValidationError as error:
        problems = _problems(error, scope)
    for problem in problems:
        _report(problem, problems, scope, report)
    bad = [problem.parent if problem.kind == "missing" else problem.path for problem in problems]
    prune_json(data, bad)
    return _second_try(scope, data, bad)


def _second_try(scope: Scope, data: dict[str, Json], bad: list[Path]) -> tuple[BaseModel | None, list[Path]]:
    """Without the bad values; if they cannot be spared where they stand, without the fields that they are in."""
    fields: list[Path] = [(path[0],) for path in bad if path]
    for paths in (bad, fields):
        prune_json(data, paths)
        try:
            return scope.model.model_validate(data, by_alias=True, by_name=False), paths
        except ValidationError:
            continue
    return None, bad


def _problems(error: ValidationError, scope: Scope) -> list[Problem]:
    found: dict[Path, Problem] = {}
    for item in error.errors(include_url=False, include_context=False, include_input=False):
        path, node, key = _walk(scope.node, item["loc"])
        kind = item["type"]
        if kind == "missing":
            path = (*path, item["loc"][-1])
        elif item["loc"] and item["loc"][-1] == "[key]":
            kind = "bad_key"
        found.setdefault(path, Problem(path, node, key, kind))
    inner = {path[:end] for path in found for end in range(len(path))}
    return [problem for path, problem in found.items() if path not in inner]


def _walk(node: Node, loc: tuple[int | str, ...]) -> tuple[Path, Node, Node | None]:
    """Follows `loc` through the tree; steps that are no keys there are names of union branches."""
    path: list[str | int] = []
    key: Node | None = None
    for step in loc:
        if node.kind == "map" and isinstance(step, str):
            child = node.get(step)
            if child is not None:
                key, node = node.key(step), child
                path.append(step)
        elif node.kind == "list" and isinstance(step, int) and step < len(node.items):
            key, node = None, node.items[step]
            path.append(step)
    return tuple(path), node, key


def _report(problem: Problem, problems: list[Problem], scope: Scope, report: Report) -> None:
    if problem.node.unknown and problem.kind != "extra_forbidden":
        return
    if problem.kind == "missing":
        if not _misspelt(problem, problems):
            missing_key(problem.path, problem.key or problem.node, scope, report)
    elif problem.kind == "extra_forbidden" and problem.key is not None:
        known = properties_of(branches(scope.model, problem.parent))
        unknown_key(problem.key, _node_at(scope.node, problem.parent), known, problem.parent, scope, report)
    elif problem.kind == "bad_key" and problem.key is not None:
        bad_name(problem.key, scope, report)
    else:
        bad_value(problem.path, problem.node, scope, report)


def _misspelt(missing: Problem, problems: list[Problem]) -> bool:
    """Whether the missing key is there under an unknown name: then that is the one report."""
    name = str(missing.path[-1])
    others = [p for p in problems if p.kind == "extra_forbidden" and p.parent == missing.parent]
    return any(meant_by(str(other.path[-1]), [name]) == name for other in others)


def _node_at(node: Node, path: Path) -> Node:
    for step in path:
        child = node.get(step) if isinstance(step, str) else node.items[step]
        if child is None:
            return node
        node = child
    return node
