"""Plans from and to files of other systems."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

from planc_compiler.canonical.emit import emit, tree_of
from planc_compiler.exchange.imported import CannotImport, Imported
from planc_compiler.exchange.jobs import import_jobs
from planc_compiler.exchange.promptflow import import_promptflow
from planc_compiler.pipeline import compile_plan
from planc_compiler.render.drawing import Drawing
from planc_compiler.source import read
from planc_schemas.ports import ToolCatalogue
from planc_schemas.values import MAX_PLAN_BYTES, Json


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """`text` is the plan file; `dropped` what was not carried over; `problems` what the checker still finds."""

    text: str
    dropped: tuple[str, ...]
    problems: tuple[str, ...]


def import_file(path: Path, form: str | None, tools: ToolCatalogue) -> ImportedFile:
    """A plan of `path`; `form` is "promptflow", "jobs" or None (found out). Raises CannotImport and OSError."""
    with path.open("rb") as file:
        source = read(file.read(MAX_PLAN_BYTES + 1), path.name)
    if source.root is None:
        first = next(iter(source.diagnostics), None)
        raise CannotImport(f"line {first.place.span.line}: {first.message}" if first else "it is empty")
    content: Json = source.root.to_json()
    if form is None:
        form = "promptflow" if isinstance(content, dict) and "nodes" in content else "jobs"
    imported = _imported(form, content, path)
    text = emit(tree_of(imported.plan))
    found = compile_plan(text, path.name, tools).diagnostics
    problems = tuple(dict.fromkeys(f"{item.code} {item.message}" for item in found if item.severity == "error"))
    return ImportedFile(text, tuple(dict.fromkeys(imported.dropped)), problems)


def _imported(form: str, content: Json, path: Path) -> Imported:
    if form == "jobs":
        return import_jobs(content, path.stem)

    def load(name: str) -> str | None:
        beside = (path.parent / name).resolve()
        if not beside.is_relative_to(path.parent.resolve()) or not beside.is_file():
            return None
        return beside.read_text(encoding="utf-8", errors="replace")

    return import_promptflow(content, path.parent.resolve().name or path.stem, load)


def drawing_json(drawing: Drawing) -> dict[str, Json]:
    """Nodes and edges as plain JSON."""
    return {
        "name": drawing.name,
        "nodes": [asdict(n) for n in drawing.nodes],
        "edges": [asdict(e) for e in drawing.edges],
    }
