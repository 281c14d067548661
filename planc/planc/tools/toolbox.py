"""Where tools come from: built in, installed entry points, `--tools MODULE`, and a trusted project folder.

Nothing beside a plan is picked up by itself.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType
from typing import Any

from planc.config.errors import ConfigError
from planc_runtime.tools.builtin import builtin_tools
from planc_runtime.tools.declare import declaration_of
from planc_runtime.tools.registry import ToolRegistry
from planc_runtime.tools.schema import ToolDefinitionError

from .trust import TOOLS_FILE, Trust

ENTRY_POINT = "planc.tools"
"""Entry point group; each names a module or a function."""


def collect_tools(
    modules: Sequence[str], folder: Path, trust: Trust, environment: Mapping[str, str]
) -> tuple[ToolRegistry, list[str]]:
    """All tools, and notes about what was not loaded. `modules` are import names or paths of `.py` files, each with
    `:function` behind it when only that one is meant (which then needs no `@tool`).

    Raises ConfigError for a module that cannot be imported or a function that makes no tool. An installed package
    whose tools cannot be loaded is left out with a note: it must not stand in the way of plans that do without it.
    """
    registry = ToolRegistry(builtin_tools(environment))
    notes: list[str] = []
    for point in sorted(entry_points(group=ENTRY_POINT), key=lambda point: point.name):
        where = _installed(point)
        try:
            _add(registry, _loaded(point.load, where), where)
        except ConfigError as error:
            notes.append(f"left out: {error}")
    for name in modules:
        _add(registry, _loaded(partial(_named, name, folder), f"--tools {name}"), name)
    standing = trust.standing(folder)
    source = trust.trusted_source(folder)
    if source is not None:
        module = ModuleType("planc_project_tools")
        file = str(folder / TOOLS_FILE)
        module.__file__ = file
        sys.modules[module.__name__] = module
        _loaded(lambda: exec(compile(source, file, "exec"), module.__dict__), file)
        _add(registry, module, file)
    elif standing == "changed":
        notes.append(f"{TOOLS_FILE} here has changed since it was trusted and is not loaded: see `planc trust`")
    elif standing == "untrusted":
        notes.append(f"{TOOLS_FILE} here is not loaded: look at it, then `planc trust`")
    return registry, notes


def _installed(point: EntryPoint) -> str:
    """`entry point fruit of fruit-tools 0.3`."""
    package = f" of {point.dist.name} {point.dist.version}" if point.dist is not None else ""
    return f"entry point {point.name}{package}"


def _named(name: str, folder: Path) -> Any:
    module, _, function = name.partition(":")
    found = _import(module, folder)
    return getattr(found, function) if function else found


def _import(name: str, folder: Path) -> ModuleType:
    """Folders go to the *end* of the search path: a file in one must not take the place of an installed library that
    is imported later."""
    if name.endswith(".py"):
        path = (folder / name).resolve()
        spec = importlib.util.spec_from_file_location(f"planc_tools_{path.stem}", path)
        if spec is None or spec.loader is None or not path.is_file():
            raise FileNotFoundError(2, "No such file", str(path))
        module = importlib.util.module_from_spec(spec)
        sys.modules[module.__name__] = module
        _search_last(path.parent)
        spec.loader.exec_module(module)
        return module
    _search_last(folder)
    return importlib.import_module(name)


def _search_last(folder: Path) -> None:
    if str(folder) not in sys.path:
        sys.path.append(str(folder))


def _loaded(load: Callable[[], Any], where: str) -> Any:
    try:
        return load()
    except Exception as error:  # the operator's own code may raise anything while it is imported
        raise ConfigError(f"the tools of {where} cannot be loaded: {type(error).__name__}: {error}") from error


def _add(registry: ToolRegistry, found: Any, source: str) -> None:
    """Adds a function, or every function of a module that `@tool` marks and that was made there."""
    functions = [found] if not isinstance(found, ModuleType) else _marked(found)
    if not functions:
        raise ConfigError(f"{source} has no tools", "mark its functions with @planc.tool")
    for function in functions:
        try:
            registry.add_function(function, source=source)
        except (ToolDefinitionError, ValueError) as error:
            raise ConfigError(f"{source}: {error}") from error


def _marked(module: ModuleType) -> list[Callable[..., Any]]:
    return [
        value
        for value in vars(module).values()
        if callable(value) and declaration_of(value) is not None and value.__module__ == module.__name__
    ]
