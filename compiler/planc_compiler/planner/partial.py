"""A draft while it arrives: each step is known as soon as its last brace is there."""

from __future__ import annotations

import json
import re

from pydantic import ValidationError

from .draft import DraftStep
from .result import OnStep

_STEP_DEPTH = ["{", "["]
"""A step is an object in an array in the draft's object."""
_NAME = re.compile(r'"name"\s*:\s*"([^"\\]*)"')
_MAX_BEGIN = 400
_CLOSES = {"}": "{", "]": "["}


class PartialDraft:
    """Fed with pieces of the answer's text, calls `on_step` with each complete step, in order.

    What stands around the JSON (a fence, a sentence) is skipped; a step that is no step is left to the final check.
    """

    def __init__(self, on_step: OnStep) -> None:
        self._on_step = on_step
        self._open: list[str] = []
        self._in_text = False
        self._escaped = False
        self._step: list[str] = []
        self._begin: list[str] = []

    @property
    def name(self) -> str:
        """The draft's name, which stands before its steps; "" while it is not there."""
        found = _NAME.search("".join(self._begin))
        return found.group(1) if found else ""

    def feed(self, piece: str) -> None:
        for character in piece:
            self._take(character)

    def _take(self, character: str) -> None:
        if len(self._open) > len(_STEP_DEPTH):
            self._step.append(character)
        elif len(self._open) == 1 and len(self._begin) < _MAX_BEGIN:
            self._begin.append(character)
        if self._in_text:
            if self._escaped:
                self._escaped = False
            elif character == "\\":
                self._escaped = True
            elif character == '"':
                self._in_text = False
        elif character == '"' and self._open:
            self._in_text = True
        elif character in "{[":
            if self._open == _STEP_DEPTH and character == "{":
                self._step = ["{"]
            self._open.append(character)
        elif character in "}]":
            self._close(character)

    def _close(self, character: str) -> None:
        if self._open and self._open[-1] == _CLOSES[character]:
            self._open.pop()
        if self._open == _STEP_DEPTH and character == "}" and self._step:
            text, self._step = "".join(self._step), []
            try:
                step = DraftStep.model_validate(json.loads(text))
            except (ValidationError, ValueError):
                return
            self._on_step(step)
