"""Composition: one folder with its settings, tools, store and models, handed to the library functions."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path

from planc.tools.mcp_servers import add_mcp_tools
from planc.tools.toolbox import collect_tools
from planc.tools.trust import Trust, trust_record
from planc_runtime.models.base import ModelsConfig, ModelSize
from planc_runtime.models.configured import ConfiguredModels
from planc_runtime.store.base import Store
from planc_runtime.tools.registry import ToolRegistry

from .config.models import models_config
from .config.settings import Settings, load_settings


class ProjectError(Exception):
    """What the caller asked for is not there. `help` is what to do."""

    def __init__(self, message: str, help: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.help = help


class Project:
    """Everything that commands and the Python API need, made when it is first used."""

    def __init__(
        self,
        settings: Settings,
        *,
        tool_modules: Sequence[str] = (),
        size: ModelSize | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """`environment` (default: the process's) is what tools are set up with."""
        self.settings = settings
        self.notes: list[str] = []
        self._tool_modules = tuple(tool_modules)
        self._size = size
        self._environment = os.environ if environment is None else environment

    @staticmethod
    def here(
        folder: Path | None = None,
        *,
        model: str | None = None,
        store: str | None = None,
        tools: Sequence[str] = (),
        size: ModelSize | None = None,
    ) -> Project:
        """The project of a folder (default: the working directory). Raises ConfigError."""
        return Project(load_settings(folder=folder, model=model, store=store), tool_modules=tools, size=size)

    @property
    def folder(self) -> Path:
        return self.settings.folder

    @cached_property
    def tools(self) -> ToolRegistry:
        registry, notes = collect_tools(self._tool_modules, self.folder, Trust(trust_record()), self._environment)
        self.notes.extend(notes)
        self.notes.extend(add_mcp_tools(registry, self.settings.user.mcp, self._environment))
        return registry

    @cached_property
    def store(self) -> Store:
        from planc_runtime.store.sqlite import SqliteStore

        return SqliteStore(Path(self.settings.store.value))

    def models_config(self) -> ModelsConfig:
        return models_config(self.settings, size=self._size)

    def models(self) -> ConfiguredModels:
        """A new provider of models; the caller closes it. Nobody is asked and nothing is started yet."""
        return ConfiguredModels(self.models_config())

    def embedded_by_default(self) -> bool:
        """Does the embedded model answer where a plan names none? Raises TaskFailure for an unknown provider."""
        return self.models().is_embedded_by_default

    def new_run_id(self) -> str:
        from planc_runtime.store.runid import new_run_id

        return new_run_id(time.time_ns() // 1_000_000, os.urandom(10))
