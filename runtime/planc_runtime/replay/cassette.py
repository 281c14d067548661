"""Recordings by task instance and request. Pure.

Equal requests of one instance are answered in the order they were recorded; the last one is given again when they
run out. A failure that was followed by another outcome of the same request (a retry) is not kept.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Iterable
from typing import Final, TypeAlias

from planc_schemas.ports import TaskError, TaskFailure
from planc_schemas.values import Json

from .recording import Recording, Source, key_of

Mask: TypeAlias = Callable[[Json], Json]
"""Takes secret values out of a JSON value (tools.secrets.Masker.mask_json)."""

_CANDIDATES: Final = 50
_COMPARED: Final = 20_000
_SHOWN_LINES: Final = 60


class Cassette:
    """Recordings of one plan. Every request and outcome is masked before it is kept, compared or shown."""

    def __init__(self, plan: str, recordings: Iterable[Recording] = (), *, mask: Mask = lambda value: value) -> None:
        self.plan = plan
        self._mask = mask
        self._by_key: dict[str, list[Recording]] = {}
        self._given: dict[str, int] = {}
        for recording in recordings:
            self._keep(recording)

    def record(self, instance: str, source: Source, request: Json, outcome: dict[str, Json]) -> None:
        self._keep(Recording(instance, source, self._clean(request), self._clean(outcome)))

    def _keep(self, recording: Recording) -> None:
        same = self._by_key.setdefault(recording.key, [])
        if same and same[-1].failed:
            same.pop()
        same.append(recording)

    def find(self, instance: str, source: Source, request: Json) -> Recording:
        """The next recording of this request. Raises TaskFailure (R701) naming the nearest one."""
        request = self._clean(request)
        key = key_of(instance, source, request)
        same = self._by_key.get(key)
        if not same:
            raise TaskFailure(no_recording(instance, request, self._nearest(instance, source, request)))
        position = self._given.get(key, 0)
        self._given[key] = position + 1
        return same[min(position, len(same) - 1)]

    def recordings(self) -> list[Recording]:
        """All of them by instance, those of one instance in the order they were made."""
        every = [recording for same in self._by_key.values() for recording in same]
        return sorted(every, key=lambda recording: _natural(recording.instance))

    def unused(self) -> list[Recording]:
        """What nobody asked for: left over from an older version of the plan."""
        return [
            recording
            for key, same in self._by_key.items()
            for recording in same[self._given.get(key, 0) :]
        ]  # fmt: skip

    def _nearest(self, instance: str, source: Source, request: Json) -> Recording | None:
        candidates = [recording for recording in self.recordings() if recording.source == source]
        for wanted in (instance, task_of(instance)):
            near = [each for each in candidates if wanted in (each.instance, task_of(each.instance))]
            if near:
                return nearest(request, near)
        return nearest(request, candidates)

    def _clean(self, value: Json) -> Json:
        return _without_surrogates(self._mask(value))


def nearest(request: Json, candidates: list[Recording]) -> Recording | None:
    """The candidate whose request reads most like this one."""
    text = as_text(request)[:_COMPARED]

    def likeness(recording: Recording) -> float:
        return difflib.SequenceMatcher(None, text, as_text(recording.request)[:_COMPARED]).quick_ratio()

    return max(candidates[:_CANDIDATES], key=likeness, default=None)


def no_recording(instance: str, request: Json, near: Recording | None) -> TaskError:
    """The error of a request that was not recorded, with the difference to the nearest one."""
    help_ = "record again with `planc execute … --record FILE`, or undo the change"
    if near is None:
        return TaskError("bad_request", f"no call like this one of `{instance}` was recorded", "R701", help_)
    lines = list(
        difflib.unified_diff(
            as_text(near.request).splitlines(),
            as_text(request).splitlines(),
            f"recorded for {near.instance}",
            f"asked by {instance}",
            lineterm="",
        )
    )
    if not lines:
        message = f"this call of `{instance}` was not recorded; the same one was recorded for `{near.instance}`"
        return TaskError("bad_request", message, "R701", help_)
    more = [f"… {len(lines) - _SHOWN_LINES} more lines"] if len(lines) > _SHOWN_LINES else []
    difference = "\n".join([*lines[:_SHOWN_LINES], *more])
    message = f"this call of `{instance}` was not recorded; the nearest recording differs so:\n{difference}"
    return TaskError("bad_request", message, "R701", help_)


def as_text(request: Json) -> str:
    """A request as lines to compare: texts as they are, everything else as sorted JSON, one member a line."""
    if isinstance(request, str):
        return request
    if isinstance(request, list):
        return "\n".join(as_text(item) for item in request)
    if isinstance(request, dict):
        return "\n".join(
            f"{name}:\n{as_text(value)}" if isinstance(value, (str, list, dict)) else f"{name}: {json.dumps(value)}"
            for name, value in request.items()
        )
    return json.dumps(request)


def task_of(instance: str) -> str:
    """`summarise[3]` → `summarise`."""
    return re.sub(r"\[\d+\]", "", instance)


def _natural(instance: str) -> list[tuple[int, str]]:
    """Sorts `a[2]` before `a[10]`."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", instance)]


def _without_surrogates(value: Json) -> Json:
    """Lone surrogates become U+FFFD: YAML files are UTF-8, which cannot hold them."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_without_surrogates(item) for item in value]
    if isinstance(value, dict):
        return {_without_surrogates(name): _without_surrogates(item) for name, item in value.items()}
    return value
