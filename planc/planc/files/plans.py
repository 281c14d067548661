"""Plan files on disk: found, read, compiled; what they import stays inside the project's folder."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from planc.errors import PlanInvalid
from planc.project import ProjectError
from planc_compiler.pipeline import Compilation, compile_plan
from planc_schemas.compiled import CompiledPlan
from planc_schemas.diagnostics import Diagnostic
from planc_schemas.ports import ToolCatalogue
from planc_schemas.values import MAX_PLAN_BYTES

SUFFIX = ".plan.yaml"
SKIPPED_FOLDERS = frozenset({"node_modules", "__pycache__"})


@dataclass(frozen=True, slots=True)
class PlanFile:
    """A plan file with what became of it. `name` is its path as it is shown, `text` has `\\n` line ends; `others` are
    the texts of the plans it uses, by their paths."""

    name: str
    text: str
    compilation: Compilation
    others: Mapping[str, str] = field(default_factory=dict)

    @property
    def diagnostics(self) -> list[Diagnostic]:
        return self.compilation.diagnostics

    @property
    def sources(self) -> dict[str, str]:
        """The texts that its diagnostics point into, by file."""
        return {self.name: self.text, **self.others}

    def plan(self) -> CompiledPlan:
        """The compiled plan. Raises PlanInvalid with the diagnostics when it has errors."""
        if self.compilation.plan is None:
            raise PlanInvalid(self.name, self.text, self.diagnostics, self.others)
        return self.compilation.plan


def find_plans(paths: Iterable[Path]) -> list[Path]:
    """The files named, and every `*.plan.yaml` below the folders named, sorted; hidden folders are left out.

    Raises ProjectError for a path that is not there.
    """
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found.extend(sorted(_below(path)))
        elif path.exists():
            found.append(path)
        else:
            raise ProjectError(f"{path}: no such file or folder", _near(path))
    return list(dict.fromkeys(found))


def _below(folder: Path) -> Iterator[Path]:
    for root, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".") and name not in SKIPPED_FOLDERS]
        yield from (Path(root) / name for name in files if name.endswith(SUFFIX))


def _near(path: Path) -> str:
    for candidate in (path.with_name(path.name + SUFFIX), path.with_suffix(SUFFIX)):
        if candidate.exists():
            return f"did you mean {candidate}?"
    folder = path.parent
    others = sorted(other.name for other in folder.glob(f"*{SUFFIX}"))[:5] if folder.is_dir() else []
    if others:
        return f"plan files there: {', '.join(others)}"
    return "`planc init` makes a folder with a first plan, `planc plan GOAL` has one written"


def compile_file(path: Path, tools: ToolCatalogue, *, folder: Path | None = None) -> PlanFile:
    """Reads and compiles a plan file. `folder` (default: the working directory) is the project's.

    Raises ProjectError when there is no such file and OSError when it cannot be read; what is wrong in it is in the
    diagnostics.
    """
    if path.is_dir():
        raise ProjectError(f"{path} is a folder", "name one plan file in it")
    if not path.exists():
        raise ProjectError(f"{path}: no such file", _near(path))
    with path.open("rb") as file:
        data = file.read(MAX_PLAN_BYTES + 1)
    return compile_text(data, path.as_posix(), tools, folder=folder)


def compile_text(
    data: bytes | str,
    name: str,
    tools: ToolCatalogue,
    *,
    folder: Path | None = None,
    unsaved: Mapping[Path, str] = MappingProxyType({}),
) -> PlanFile:
    """Compiles a plan's text; `name` is its path, which `plan:` paths in it are relative to. `unsaved` are texts of
    files that are not written yet."""
    others: dict[str, str] = {}
    load = remembering(loader(name, folder=folder, unsaved=unsaved), others)
    compilation = compile_plan(data, name, tools, load=load)
    return PlanFile(name, shown_text(data), compilation, others)


def remembering(
    load: Callable[[str], str | bytes | None], texts: dict[str, str]
) -> Callable[[str], str | bytes | None]:
    """`load`, which also puts what it reads into `texts`, by path."""

    def read(path: str) -> str | bytes | None:
        data = load(path)
        if data is not None:
            texts[path] = shown_text(data)
        return data

    return read


def shown_text(data: bytes | str) -> str:
    """A plan's text as diagnostics count its lines."""
    text = data if isinstance(data, str) else data.decode("utf-8", "replace")
    return text.removeprefix("\ufeff").replace("\r\n", "\n")


def loader(
    name: str, *, folder: Path | None = None, unsaved: Mapping[Path, str] = MappingProxyType({})
) -> Callable[[str], str | bytes | None]:
    """Reads the files that the plan `name` uses; see `compile_text`."""
    root = project_root(Path(name), folder)
    texts = {path.resolve(): text for path, text in unsaved.items()}

    def load(imported: str) -> str | bytes | None:
        path = Path(imported).resolve()
        return texts[path] if path in texts and path.is_relative_to(root) else _load(imported, root)

    return load


def project_root(plan: Path, folder: Path | None = None) -> Path:
    """The folder that imports of `plan` may not leave: `folder` (default: here) if the plan is in it, else its own."""
    base = (folder or Path.cwd()).resolve()
    where = plan.resolve().parent
    return base if where.is_relative_to(base) else where


def _load(imported: str, root: Path) -> bytes | None:
    path = Path(imported)
    try:
        if not path.resolve().is_relative_to(root) or not path.is_file():
            return None
        with path.open("rb") as file:
            return file.read(MAX_PLAN_BYTES + 1)
    except OSError:
        return None
