"""`planc tools show NAME`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import click

from ..console import data, data_json
from ..errors import Exit, Stop
from ..options import JSON, TOOLS

WIDTH = 46
"""Of the arguments; what they are stands behind."""


@click.command("show")
@click.argument("name")
@TOOLS
@JSON
def command(name: str, tools: Sequence[str], as_json: bool) -> None:
    """Show what one tool takes, gives and touches."""
    from dataclasses import asdict

    from planc.project import Project
    from planc_compiler.nearest import nearest
    from planc_schemas.values import format_duration

    registry = Project.here(tools=tools).tools
    spec = registry.get(name)
    if spec is None:
        near = nearest(name, registry.names())
        raise Stop(
            Exit.USAGE,
            f"there is no tool `{name}`",
            f"did you mean `{near}`?" if near else "",
            "`planc tools ls` lists them",
        )
    if as_json:
        data_json({**asdict(spec), "effects": list(spec.effects), "definition": spec.definition})
        return
    lines = [f"{spec.name}  ({spec.source})", "", spec.description.strip(), "", "arguments:"]
    required = set(spec.arguments.get("required", ()))
    for argument, schema in spec.arguments.get("properties", {}).items():
        lines.append(_argument(argument, schema, argument in required))
    lines += ["", f"gives:      {_kind(spec.result)}"]
    lines += [f"touches:    {', '.join(spec.effects) or 'nothing outside itself'}"]
    lines += [f"repeatable: {'no, repeating a call may do harm' if spec.changes_world else 'yes'}"]
    if spec.timeout is not None:
        lines.append(f"timeout:    {format_duration(spec.timeout)}")
    lines += [f"definition: {spec.definition[:12]}"]
    data("\n".join(lines))


def _argument(name: str, schema: dict[str, Any], required: bool) -> str:
    default = "required" if required else f"default {json.dumps(schema.get('default'), ensure_ascii=False)}"
    told = str(schema.get("description", ""))
    line = f"  {name}: {_kind(schema)}, {default}"
    return f"{line:<{WIDTH}}  {told}".rstrip() if len(line) <= WIDTH else f"{line}\n{'':<{WIDTH}}  {told}".rstrip()


def _kind(schema: Any) -> str:
    """A schema in a few words: `integer from 1 to 100`, `list of {path, size}`, `"red" or "blue"`, `string or null`."""
    if not isinstance(schema, dict) or not schema:
        return "anything"
    if "enum" in schema:
        return " or ".join(json.dumps(choice, ensure_ascii=False) for choice in schema["enum"])
    if "anyOf" in schema:
        return " or ".join(_kind(option) for option in schema["anyOf"])
    kind = schema.get("type")
    if kind == "array":
        return f"list of {_kind(schema.get('items'))}"
    if kind == "object":
        return "{" + ", ".join(schema.get("properties", {}) or ("…",)) + "}"
    bounds = [f"{word} {schema[name]}" for name, word in (("minimum", "from"), ("maximum", "to")) if name in schema]
    return " ".join([str(kind or "anything"), *bounds])
