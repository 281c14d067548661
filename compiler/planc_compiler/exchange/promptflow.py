"""Azure promptflow's `flow.dag.yaml` → plan.

Carried over: inputs with types and defaults, `llm` nodes whose prompt template is at hand, `prompt` nodes, `python`
nodes as tools of the same name, references `${inputs.x}` and `${node.output}`, `activate` conditions on equality,
outputs. Said and dropped: connections and deployments (planc's models are the operator's), node variants, aggregation.
Format: microsoft.github.io/promptflow, "flow YAML schema".
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from planc_schemas.values import Json

from .imported import CannotImport, Imported, plan_name, task_id

_REFERENCE = re.compile(r"\$\{\s*(inputs\.[A-Za-z_]\w*|[A-Za-z_][\w-]*\.output)((?:\.\w+|\[\d+\])*)\s*\}")
_VARIABLE = re.compile(r"\{\{\s*([A-Za-z_]\w*)\s*\}\}")
_TYPES = {
    "string": "string",
    "int": "integer",
    "double": "number",
    "bool": "boolean",
    "list": "array",
    "object": "object",
}
_MODEL_SETTINGS = ("temperature", "max_tokens")

LoadText = Callable[[str], str | None]
"""A file's text by its path relative to the flow, or None."""


def import_promptflow(flow: Json, name: str, load: LoadText) -> Imported:
    """`flow` is the parsed file. Raises CannotImport when it has no `nodes` list."""
    if not isinstance(flow, dict) or not isinstance(flow.get("nodes"), list):
        raise CannotImport("a promptflow file has a list `nodes` at its top; this one has none")
    importer = _Importer(flow, load)
    return importer.run(name)


class _Importer:
    def __init__(self, flow: dict[str, Any], load: LoadText) -> None:
        self._flow = flow
        self._load = load
        self._dropped: list[str] = []
        taken: set[str] = set()
        self._nodes = [node for node in flow["nodes"] if isinstance(node, dict) and isinstance(node.get("name"), str)]
        self._ids = {node["name"]: task_id(node["name"], taken) for node in self._nodes}

    def run(self, name: str) -> Imported:
        plan: dict[str, Json] = {"version": 1, "name": plan_name(name)}
        inputs = self._inputs()
        if inputs:
            plan["inputs"] = inputs
        plan["tasks"] = {self._ids[node["name"]]: self._task(node) for node in self._nodes}
        outputs = self._outputs()
        if outputs:
            plan["outputs"] = outputs
        if self._flow.get("node_variants"):
            self._dropped.append("node_variants: the nodes as they stand were taken, variants are not carried over")
        return Imported(plan, self._dropped)

    def _inputs(self) -> dict[str, Json]:
        result: dict[str, Json] = {}
        for name, spec in (self._flow.get("inputs") or {}).items():
            spec = spec if isinstance(spec, dict) else {}
            schema: dict[str, Json] = {}
            kind = _TYPES.get(str(spec.get("type")))
            if kind is None:
                self._dropped.append(f"input {name}: type {spec.get('type')!r} has no equal; any value is taken")
            else:
                schema["type"] = kind
            if "default" in spec:
                schema["default"] = spec["default"]
            if isinstance(spec.get("description"), str):
                schema["description"] = spec["description"]
            result[str(name).lower()] = schema
        return result

    def _outputs(self) -> dict[str, Json]:
        return {
            str(name).lower(): self._data(spec["reference"])
            for name, spec in (self._flow.get("outputs") or {}).items()
            if isinstance(spec, dict) and isinstance(spec.get("reference"), str)
        }

    def _task(self, node: dict[str, Any]) -> dict[str, Json]:
        name, kind = node["name"], node.get("type")
        arguments = {str(key): self._data(value) for key, value in (node.get("inputs") or {}).items()}
        task: dict[str, Json] = {}
        condition = self._condition(node)
        if condition is not None:
            task["if"] = condition
        source = node.get("source") or {}
        if kind in ("llm", "prompt"):
            template = self._load(str(source.get("path", ""))) if isinstance(source, dict) else None
            if template is None:
                self._dropped.append(
                    f"node {name}: its template {source.get('path')!r} was not found; write the prompt"
                )
                template = f"(the text of {source.get('path')})"
            text = self._template(name, template, arguments)
            if kind == "prompt":
                task["value"] = text
            else:
                task["prompt"] = text
                task.update(
                    {key: arguments[key] for key in _MODEL_SETTINGS if isinstance(arguments.get(key), int | float)}
                )
                if node.get("connection") or arguments.get("deployment_name"):
                    self._dropped.append(f"node {name}: connection and deployment; choose a model with `model:`")
            return task
        task["tool"] = self._ids[name]
        task["with"] = arguments
        self._dropped.append(
            f"node {name}: {kind} code is not carried over; offer it as a tool named {self._ids[name]}"
        )
        if node.get("aggregation"):
            self._dropped.append(f"node {name}: aggregation over several lines of data has no equal here")
        return task

    def _condition(self, node: dict[str, Any]) -> str | None:
        activate = node.get("activate")
        if not isinstance(activate, dict) or "when" not in activate:
            return None
        subject = self._expression(str(activate["when"]))
        if subject is None:
            self._dropped.append(f"node {node['name']}: activate condition {activate['when']!r}")
            return None
        return f"${{{{ {subject} == {_literal(activate.get('is'))} }}}}"

    def _template(self, name: str, template: str, arguments: dict[str, Json]) -> str:
        def put(match: re.Match[str]) -> str:
            variable = match.group(1)
            if variable not in arguments:
                self._dropped.append(f"node {name}: template variable {variable} has no input")
                return match.group(0)
            value = arguments[variable]
            return value if isinstance(value, str) else str(value)

        text = re.sub(
            r"(?m)^\s*(system|user|assistant):\s*$", lambda match: f"{match.group(1).capitalize()}:", template
        )
        if text != template:
            self._dropped.append(f"node {name}: chat roles inside the template became plain lines of one prompt")
        return _VARIABLE.sub(put, text)

    def _data(self, value: Json) -> Json:
        if not isinstance(value, str):
            return value
        return _REFERENCE.sub(lambda match: f"${{{{ {self._reference(match)} }}}}", value)

    def _expression(self, text: str) -> str | None:
        match = _REFERENCE.fullmatch(text.strip())
        return self._reference(match) if match else None

    def _reference(self, match: re.Match[str]) -> str:
        head, tail = match.group(1), match.group(2)
        if head.startswith("inputs."):
            return f"{head.lower()}{tail}"
        return f"tasks.{self._ids.get(head.removesuffix('.output'), head.removesuffix('.output'))}.output{tail}"


def _literal(value: Json) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "none"
    return repr(value)
