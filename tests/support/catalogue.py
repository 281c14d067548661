"""Tools as the compiler sees them, for tests of the compiler: specs only, nothing here can be called."""

from __future__ import annotations

from collections.abc import Sequence

from planc_schemas.ports import ToolSpec
from planc_schemas.values import Json, JsonSchema


def arguments(required: list[str], **properties: Json) -> JsonSchema:
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


TEXT = {"type": "string"}
PAPER = {
    "type": "object",
    "properties": {
        "id": TEXT,
        "title": TEXT,
        "abstract": TEXT,
        "authors": {"type": "array", "items": TEXT},
        "year": {"type": "integer"},
    },
    "required": ["id", "title", "abstract"],
}
SPECS = (
    ToolSpec(
        name="arxiv_search",
        description="Papers on arXiv.",
        arguments=arguments(
            ["query"],
            query={**TEXT, "minLength": 1},
            max_results={"type": "integer", "minimum": 1, "maximum": 100, "default": 10},
            sort={"enum": ["relevance", "submitted"]},
        ),
        result={"type": "array", "items": {"$ref": "#/$defs/Paper"}, "$defs": {"Paper": PAPER}},
        effects=("net:export.arxiv.org",),
    ),
    ToolSpec(
        name="http_request",
        description="One HTTP request.",
        arguments=arguments(
            ["url"],
            url=TEXT,
            method={"enum": ["GET", "POST"], "default": "GET"},
            headers={"type": "object", "additionalProperties": TEXT},
            token=TEXT,
        ),
        result={"type": "object", "properties": {"status": {"type": "integer"}, "body": TEXT}},
        effects=("net:{url}", "secret:{token}"),
    ),
    ToolSpec(
        name="write_file",
        description="Writes a file.",
        arguments=arguments(["path", "content"], path=TEXT, content=TEXT),
        result={"type": "object", "properties": {"path": TEXT, "bytes": {"type": "integer"}}},
        effects=("write:{path}",),
        changes_world=True,
        cacheable=False,
    ),
    ToolSpec(
        name="read_files",
        description="Reads files.",
        arguments=arguments(["paths"], paths={"type": "array", "items": TEXT}),
        result={"type": "array", "items": TEXT},
        effects=("read:{paths}",),
    ),
    ToolSpec(
        name="run_command",
        description="Runs a command.",
        arguments=arguments(["command"], command={"type": "array", "items": TEXT}),
        result={"type": "object", "properties": {"code": {"type": "integer"}, "output": TEXT}},
        effects=("run:{command}",),
        changes_world=True,
    ),
    ToolSpec(name="word_count", description="Counts words.", arguments=arguments(["text"], text=TEXT)),
)


class Catalogue:
    """A ToolCatalogue over fixed specs."""

    def __init__(self, specs: Sequence[ToolSpec] = SPECS) -> None:
        self._specs = {spec.name: spec for spec in specs}

    def get(self, name: str) -> ToolSpec | None:
        return self._specs.get(name)

    def names(self) -> Sequence[str]:
        return sorted(self._specs)
