"""The `plan_replay` fixture of the pytest plugin: a plan executed without a live call."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from planc import api
from planc_runtime.executor.options import RunResult
from planc_schemas.values import Json


@dataclass(frozen=True, slots=True)
class PlanReplay:
    """Called as `plan_replay(plan, inputs=…, tools=…)`. `store` is a folder of this test's own."""

    cassette: Path
    store: Path
    record: bool

    def __call__(
        self,
        plan: str | Path,
        *,
        inputs: Mapping[str, Json] | None = None,
        tools: Sequence[str] = (),
        allow: Mapping[str, Sequence[str]] | None = None,
        cassette: str | Path | None = None,
    ) -> RunResult:
        """The result of a run of `plan` (a file) whose calls are answered from `cassette` (default: this test's own).

        `allow` are the rights of the recording (`pytest --planc-record`); a replay calls nothing and needs none. A
        task whose request is not the recorded one fails, and its error shows the difference. Raises PlanInvalid.
        """
        file = Path(cassette) if cassette is not None else self.cassette
        if self.record:
            file.parent.mkdir(parents=True, exist_ok=True)
            return asyncio.run(
                api.execute(plan, inputs=inputs, tools=tools, allow=allow, store=self.store, record=file)
            )
        if not file.is_file():
            pytest.fail(f"there is no {file} to answer from: run pytest --planc-record once", pytrace=False)
        return asyncio.run(api.execute(plan, inputs=inputs, tools=tools, store=self.store, replay=file))
