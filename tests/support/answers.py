"""Answers of the loopback endpoint that are made from the request or read from a file of rules."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

from tests.support.exchange import Request
from tests.support.replies import Answer, Cut, Drip, Error, Hang, Raw, Reply, Reset, data, tool_call


def automatic(request: Request) -> Reply:
    """A fitting answer without a script: an instance of the schema asked for, or an echo of the prompt."""
    if request.schema is not None:
        return data(instance_of(request.schema))
    if request.structured_by == "json_object":
        return data({"echo": request.prompt[:80]})
    return Answer("echo: " + request.prompt)


def instance_of(schema: dict[str, Any], root: dict[str, Any] | None = None) -> Any:
    """The smallest value that fits a schema of the strict subset."""
    root = schema if root is None else root
    if "$ref" in schema:
        return instance_of(root["$defs"][schema["$ref"].rpartition("/")[2]], root)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    if "anyOf" in schema:
        return instance_of(schema["anyOf"][0], root)
    kind = schema.get("type", "object" if "properties" in schema else "string")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "object":
        return {name: instance_of(child, root) for name, child in schema.get("properties", {}).items()}
    if kind == "array":
        return [instance_of(schema.get("items", {}), root)] * max(1, schema.get("minItems", 1))
    smallest = {"string": "text", "boolean": True, "null": None}
    return smallest[kind] if kind in smallest else schema.get("minimum", 1)


def strict_problem(schema: Any, where: str = "root") -> str:
    """Why strict mode refuses a schema ("" if it does not): every object closed, every property required.

    https://platform.openai.com/docs/guides/structured-outputs#supported-schemas
    """
    if not isinstance(schema, dict):
        return ""
    if "oneOf" in schema or "default" in schema:
        return f"{where}: 'oneOf' and 'default' are not permitted"
    if schema.get("type") == "object" or "properties" in schema:
        properties = schema.get("properties", {})
        if schema.get("additionalProperties") is not False:
            return f"{where}: 'additionalProperties' is required to be supplied and to be false"
        if set(schema.get("required", ())) != set(properties):
            return f"{where}: 'required' is required to include every key in properties"
    children = [*schema.get("properties", {}).items(), *schema.get("$defs", {}).items(), ("items", schema.get("items"))]
    children += [("anyOf", child) for child in schema.get("anyOf", ())]
    return next((problem for name, child in children if (problem := strict_problem(child, f"{where}.{name}"))), "")


def scripted_reply(form: dict[str, Any]) -> Reply:
    """A reply from its JSON form: {"text": "…"}, {"data": …}, {"tool": [name, arguments]}, {"status": 429,
    "headers": {…}}, {"raw": "…"}, {"cut": "…"}, {"drip": "…"}, {"hang": true}, {"reset": true}."""
    if "status" in form:
        return Error(form["status"], form.get("message", "scripted error"), headers=form.get("headers", {}))
    makers: dict[str, Callable[[Any], Reply]] = {
        "text": Answer,
        "data": data,
        "tool": lambda call: tool_call(call[0], call[1]),
        "raw": lambda body: Raw(body.encode()),
        "cut": lambda words: Cut(Answer(words)),
        "drip": lambda words: Drip(Answer(words)),
        "hang": lambda _: Hang(),
        "reset": lambda _: Reset(),
    }
    kind = next(name for name in makers if name in form)
    return makers[kind](form[kind])


def script_from(form: dict[str, Any]) -> Callable[[Request], Reply]:
    """`rules` are tried in order against the whole conversation; a rule with `times` is used that often."""
    left = {id(rule): rule.get("times") for rule in form.get("rules", [])}
    lock = threading.Lock()

    def answer(request: Request) -> Reply:
        conversation = json.dumps(request.messages, ensure_ascii=False)
        with lock:
            for rule in form.get("rules", []):
                if left[id(rule)] == 0 or rule.get("contains", "") not in conversation:
                    continue
                if left[id(rule)] is not None:
                    left[id(rule)] -= 1
                return scripted_reply(rule)
        return scripted_reply(form["default"]) if "default" in form else automatic(request)

    return answer
