"""Plans in TaskBench form, as models wrote them, converted mechanically into plan files.

Nothing is repaired here: node names become task ids, `<node-k>` becomes a reference, links become `needs`. What is
wrong in the original is wrong in the plan, for the compiler to find.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from planc_schemas.ports import ToolSpec

DATA = Path(__file__).parent.parent / "data" / "llm_plans_sample.json"
_REFERENCE = re.compile(r"<node-(\d+)>")


@cache
def sample() -> dict[str, Any]:
    data: dict[str, Any] = json.loads(DATA.read_text(encoding="utf-8"))
    return data


class Tools:
    """The catalogue of one TaskBench domain: tools that take any arguments and give anything."""

    def __init__(self, names: list[str]) -> None:
        schema = {"type": "object", "properties": {}, "additionalProperties": True}
        self._specs = {slug(name): ToolSpec(name=slug(name), description=name, arguments=schema) for name in names}

    def get(self, name: str) -> ToolSpec | None:
        return self._specs.get(name)

    def names(self) -> list[str]:
        return sorted(self._specs)


def tools_of(plan_id: str) -> Tools:
    return Tools(sample()["tools"][plan_id.split("/")[0]])


def slug(name: str) -> str:
    text = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    return (text if text[:1].isalpha() else f"t_{text}")[:64]


def to_plan_text(record: dict[str, Any]) -> str:
    """The plan file of a record, as YAML whose values are JSON."""
    plan = record["plan"]
    nodes = plan["task_nodes"]
    names = {str(node.get("task", "")) for node in nodes}
    ids = [slug(str(node.get("task", ""))) for node in nodes]
    lines = ["version: 1", "name: taskbench", f"goal: {_quoted(record['request'])}", "tasks:"]
    for index, node in enumerate(nodes):
        lines.append(f"  {ids[index]}:")
        needs = _needs(plan.get("task_links", []), str(node.get("task", "")), names)
        if needs:
            lines.append(f"    needs: [{', '.join(_quoted(need) for need in needs)}]")
        lines.append(f"    tool: {ids[index]}")
        arguments = _arguments(node.get("arguments", []))
        if arguments:
            lines.append("    with:")
            lines.extend(f"      {name}: {_quoted(_refer(value, ids))}" for name, value in arguments)
    lost = sorted({name for name in _targets(plan.get("task_links", [])) if name not in names})
    if lost:
        lines.append("outputs:")
        lines.extend(f"  {slug(name)}: {_quoted(f'${{{{ tasks.undeclared_{slug(name)}.output }}}}')}" for name in lost)
    return "\n".join(lines) + "\n"


def _targets(links: Any) -> list[str]:
    """Where links lead; a target that is no node of the plan becomes a plan output that reads it."""
    return [link["target"] for link in links if isinstance(link, dict) and isinstance(link.get("target"), str)]


def _needs(links: Any, task: str, names: set[str]) -> list[str]:
    """Sources of the links to `task`, each once; a name that no node has stays as it was written."""
    result: list[str] = []
    for link in links:
        if (
            not isinstance(link, dict)
            or not isinstance(link.get("source"), str)
            or not isinstance(link.get("target"), str)
        ):
            source = "malformed-link"
        elif link["target"] == task:
            source = link["source"] if link["source"] not in names else slug(link["source"])
        else:
            continue
        if source not in result:
            result.append(source)
    return result


def _arguments(arguments: Any) -> list[tuple[str, str]]:
    result: list[tuple[str, str]] = []
    for index, argument in enumerate(arguments if isinstance(arguments, list) else [arguments]):
        if isinstance(argument, dict):
            name = slug(str(argument.get("name", f"arg_{index}")))
            value = argument.get("value", "")
        else:
            name, value = f"arg_{index}", argument
        taken = {known for known, _ in result}
        result.append(
            (name if name not in taken else f"{name}_{index}", value if isinstance(value, str) else json.dumps(value))
        )
    return result


def _refer(value: str, ids: list[str]) -> str:
    def put(match: re.Match[str]) -> str:
        number = int(match.group(1))
        return f"${{{{ tasks.{ids[number] if number < len(ids) else f'node_{number}'}.output }}}}"

    return _REFERENCE.sub(put, value)


def _quoted(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)
