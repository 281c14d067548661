"""What is in force and whether it works: every setting with its source, every endpoint asked, the embedded model."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from planc.counted import counted
from planc.runs.tracing import where_traces_go
from planc_runtime.extras import install
from planc_runtime.models.checks import Check, check_endpoint
from planc_runtime.models.embedded.doctor import check as check_embedded
from planc_runtime.store.errors import StoreError
from planc_schemas.ports import TaskFailure

from .config.errors import ConfigError
from .project import Project


@dataclass(frozen=True, slots=True)
class Examined:
    """One subject with what was found. `needed`: planc cannot ask a model while a check of it fails."""

    subject: str
    checks: tuple[Check, ...]
    needed: bool = False

    @property
    def ok(self) -> bool:
        return all(check.ok for check in self.checks)


async def examine(project: Project, *, ask: bool = True, thorough: bool = False) -> list[Examined]:
    """Everything `planc doctor` shows. `ask` sends short requests to every endpoint, `thorough` hashes the weights."""
    found = [
        Examined("planc", (Check("version", True, _versions()),)),
        Examined("settings", _settings(project)),
        Examined("store", (_store(project),)),
        Examined("tools", (_tools(project),)),
        Examined("traces", (_traces(),)),
    ]
    models = project.models()
    try:
        default = _default(project)
        found.append(Examined("default model", (default,), needed=True))
        for endpoint in project.settings.endpoints if ask else ():
            chosen = project.settings.model.value or None
            checks = await check_endpoint(models.endpoint(endpoint.name), None if endpoint.models else chosen)
            used = endpoint is project.settings.endpoints[0]
            found.append(Examined(f"endpoint {endpoint.name}, {endpoint.base_url}", tuple(checks), needed=used))
        config = project.models_config().embedded
        embedded = check_embedded(config, thorough=thorough)
        found.append(Examined("embedded model", tuple(embedded), needed=default.ok and models.is_embedded_by_default))
    finally:
        await models.close()
    return found


def _versions() -> str:
    return f"planc {version('planc')}, Python {platform.python_version()}, {platform.system()} {platform.machine()}"


def _settings(project: Project) -> tuple[Check, ...]:
    settings = project.settings
    there = "" if settings.user_path.is_file() else " (not there, which is fine)"
    checks = [Check("user configuration", True, f"{settings.user_path}{there}")]
    for endpoint in settings.endpoints:
        key = "with a key" if endpoint.api_key else "without a key"
        checks.append(Check(endpoint.name, True, f"{endpoint.base_url}, {key} (from {endpoint.source})"))
    for name, setting in (("model", settings.model), ("store", settings.store), ("cache", settings.cache)):
        if setting.value:
            checks.append(Check(name, True, f"{setting.value} (from {setting.source})"))
    checks += [Check("note", True, note) for note in settings.notes]
    return tuple(checks)


def _store(project: Project) -> Check:
    folder = Path(project.settings.store.value)
    base = next(path for path in (folder, *folder.parents) if path.exists())
    if not os.access(base, os.W_OK):
        return Check("folder", False, f"{base} may not be written", "choose another with --store or PLANC_STORE")
    try:
        runs = project.store.runs()
    except StoreError as error:
        return Check("folder", False, str(error), error.help)
    bad = [run for run in runs if run.problem is not None]
    if bad:
        return Check("folder", False, f"run {bad[0].run_id}: {bad[0].problem}", "`planc runs rm` removes it")
    return Check("folder", True, f"{folder}, {counted(len(runs), 'run')}")


def _tools(project: Project) -> Check:
    try:
        names = project.tools.names()
    except ConfigError as error:
        return Check("tools", False, error.message, error.help)
    return Check("tools", True, ", ".join([*names, *(f"({note})" for note in project.notes)]))


def _traces() -> Check:
    ok, words = where_traces_go()
    return Check("OpenTelemetry", ok, words, "" if ok else install("traces"))


def _default(project: Project) -> Check:
    try:
        return Check("default model", True, project.models().default())
    except TaskFailure as failure:
        return Check("default model", False, failure.error.message, failure.error.help)
