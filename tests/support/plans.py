"""Compiling plan texts in tests, with a small catalogue of tools."""

from __future__ import annotations

from planc_compiler.pipeline import Compilation, compile_plan
from planc_compiler.review.changes import Checked
from planc_schemas.compiled import CompiledPlan
from planc_schemas.ports import ToolSpec

PAPER = {
    "type": "object",
    "properties": {"title": {"type": "string"}, "summary": {"type": "string"}},
    "required": ["title", "summary"],
}
SEARCH = ToolSpec(
    name="search",
    description="Finds papers.",
    arguments={
        "type": "object",
        "properties": {"query": {"type": "string"}, "max_results": {"type": "integer", "default": 5}},
        "required": ["query"],
        "additionalProperties": False,
    },
    result={"type": "array", "items": PAPER},
    effects=("net:export.arxiv.org",),
)
WRITE = ToolSpec(
    name="write",
    description="Writes a file.",
    arguments={
        "type": "object",
        "properties": {"path": {"type": "string"}, "text": {"type": "string"}},
        "required": ["path", "text"],
        "additionalProperties": False,
    },
    result={"type": "null"},
    effects=("write:{path}",),
    changes_world=True,
    cacheable=False,
)


class Tools:
    """A catalogue of the given tools."""

    def __init__(self, *specs: ToolSpec) -> None:
        self._specs = {spec.name: spec for spec in specs}

    def get(self, name: str) -> ToolSpec | None:
        return self._specs.get(name)

    def names(self) -> list[str]:
        return sorted(self._specs)


TOOLS = Tools(SEARCH, WRITE)


def compilation(text: str, file: str = "test.plan.yaml", **files: str) -> Compilation:
    """Compiles `text`; `files` are plans it may import, `name` standing for `name.plan.yaml`."""
    imports = {f"{name}.plan.yaml": content for name, content in files.items()}
    return compile_plan(text, file, TOOLS, load=imports.get)


def compiled(text: str, **files: str) -> CompiledPlan:
    """The compiled plan; the test fails with the diagnostics when there is none."""
    result = compilation(text, **files)
    assert result.plan is not None, [f"{item.code} {item.message}" for item in result.diagnostics]
    return result.plan


def checked(text: str, **files: str) -> Checked:
    result = compilation(text, **files)
    assert result.plan is not None and result.model is not None, result.diagnostics
    return Checked(result.model, result.plan, result.imports())
