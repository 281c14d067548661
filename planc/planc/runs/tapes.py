"""`--record FILE` and `--replay FILE`: calls written to a cassette, or answered from one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from planc.counted import counted
from planc.files.fixes import write_whole
from planc_runtime.executor.options import Options, ToolCaller
from planc_runtime.models.base import ModelProvider
from planc_runtime.replay.cassette import Cassette
from planc_runtime.replay.kinds import without_costs
from planc_runtime.replay.wrappers import RecordedModels, RecordedTools, RecordingModels, RecordingTools
from planc_runtime.replay.yaml_text import read, write
from planc_runtime.tools.secrets import Masker
from planc_schemas.compiled import CompiledPlan

from .labels import REPLAY_OF
from .tape import Tape

NAMED = 5
"""Instances that are named of those that nobody asked for."""


class RecordingTape:
    """Writes what models and tools were asked and answered; the file is replaced as a whole when the run has ended."""

    def __init__(self, file: Path, plan: str, masker: Masker) -> None:
        self._file = file
        self._cassette = Cassette(plan, mask=masker.mask_json)

    def models(self, live: Callable[[], ModelProvider]) -> ModelProvider:
        return RecordingModels(live(), self._cassette)

    def tools(self, live: ToolCaller) -> ToolCaller:
        return RecordingTools(live, self._cassette)

    def options(self, options: Options) -> Options:
        # A reused result makes no call and would be missing from the recording.
        return replace(options, reuse=False)

    def plan(self, plan: CompiledPlan) -> CompiledPlan:
        return plan

    def finish(self) -> str:
        count = len(self._cassette.recordings())
        write_whole(self._file, write(self._cassette))
        return f"recorded {counted(count, 'call')} in {self._file}"


class ReplayingTape:
    """Answers every call from the file. No model is asked, no tool is called, no right is used."""

    def __init__(self, file: Path, masker: Masker) -> None:
        """Raises OSError and CassetteError."""
        self._file = file
        self._cassette = read(file.read_bytes(), str(file), mask=masker.mask_json)

    def models(self, live: Callable[[], ModelProvider]) -> ModelProvider:
        return RecordedModels(self._cassette)

    def tools(self, live: ToolCaller) -> ToolCaller:
        return RecordedTools(live, self._cassette)

    def options(self, options: Options) -> Options:
        labels = {**options.labels, REPLAY_OF: str(self._file)}
        return replace(options, reuse=False, keep=False, limits=None, labels=labels)

    def plan(self, plan: CompiledPlan) -> CompiledPlan:
        return without_costs(plan)

    def finish(self) -> str:
        unused = self._cassette.unused()
        if not unused:
            return f"every call was answered from {self._file}"
        instances = sorted({f"`{recording.instance}`" for recording in unused})
        names = ", ".join(instances[:NAMED]) + (", …" if len(instances) > NAMED else "")
        calls = counted(len(unused), "recorded call")
        return f"{calls} of {self._file} {'was' if len(unused) == 1 else 'were'} not asked for: {names}"


def tape_for(plan: str, masker: Masker, record: str | Path | None, replay: str | Path | None) -> Tape | None:
    """The tape that writes the file `record` or reads the file `replay`; None without either.

    `plan` is the plan's name. Raises ValueError when both are given, OSError and CassetteError for
    a file that cannot be read.
    """
    if record is not None and replay is not None:
        raise ValueError("a run is recorded or replayed, not both")
    if record is not None:
        return RecordingTape(Path(record), plan, masker)
    return ReplayingTape(Path(replay), masker) if replay is not None else None
