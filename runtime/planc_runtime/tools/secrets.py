"""Secrets as opaque handles, and the masking of their values in everything that leaves the process.

A plan names a secret (`with: {auth: API_TOKEN}` for a parameter of type `Secret`); the value comes from the operator's
environment and only with `--allow-secret=NAME`. It is never part of an expression, a prompt, an event or a log.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping
from typing import NoReturn
from urllib.parse import quote

from planc_schemas.ports import TaskError, TaskFailure
from planc_schemas.values import Json

MASK = "•••"
_SHORTEST = 4
"""A shorter value is not masked: it would blot out ordinary text and is no secret."""


class Secret:
    """A handle. Only `reveal()` gives the value; it has no other text, cannot be compared, copied or serialised."""

    __slots__ = ("_value", "name")

    def __init__(self, name: str, value: str) -> None:
        self.name = name
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return f"Secret({self.name})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret cannot be serialised")


class Masker:
    """Replaces secret values, and the usual encodings of them, by `•••`.

    Mask *before* cutting a text: a cut value would no longer be recognised.
    """

    def __init__(self, secrets: Mapping[str, str] | None = None) -> None:
        """`secrets` maps names to values; values shorter than 4 characters are not masked."""
        self._forms: list[str] = []
        for value in (secrets or {}).values():
            self.add(value)

    def add(self, value: str) -> None:
        """From now on masks `value` too, plain, JSON-escaped, URL-quoted and in base64."""
        if len(value) < _SHORTEST:
            return
        forms = {value, value.strip(), json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1]}
        forms |= {quote(value, safe=""), quote(value), *_base64_forms(value)}
        kept = {form for form in forms if len(form) >= _SHORTEST}
        self._forms = sorted(kept.union(self._forms), key=len, reverse=True)

    def mask(self, text: str) -> str:
        """The text without secret values."""
        for form in self._forms:
            if form in text:
                text = text.replace(form, MASK)
        return text

    def mask_start(self, text: str) -> str:
        """Masks the kept start of a text that was cut: a secret cut in two at its end is taken out as well."""
        text = self.mask(text)
        for form in self._forms:
            for length in range(min(len(form) - 1, len(text)), 0, -1):
                if text.endswith(form[:length]):
                    return text[:-length] + MASK
        return text

    def mask_json(self, value: Json) -> Json:
        """A JSON value without secret values, keys included. Unchanged values are not copied needlessly."""
        if not self._forms:
            return value
        if isinstance(value, str):
            return self.mask(value)
        if isinstance(value, list):
            return [self.mask_json(item) for item in value]
        if isinstance(value, dict):
            return {self.mask(key): self.mask_json(item) for key, item in value.items()}
        return value


def _base64_forms(value: str) -> Iterable[str]:
    """What base64 of a text that contains `value` must contain, at each of the three alignments.

    Only the characters that depend on `value` alone are kept, so that `user:VALUE` in a Basic header is found too.
    """
    data = value.encode()
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + data).decode().rstrip("=")
        start = (0, 2, 3)[shift]
        end = (len(data) + shift) * 8 // 6
        yield encoded[start:end]


class Secrets:
    """The values of the granted secrets, and the masker that knows them."""

    def __init__(self, values: Mapping[str, str] | None = None) -> None:
        self._values = {name: value for name, value in (values or {}).items() if value}
        self.masker = Masker(self._values)

    @staticmethod
    def from_environment(names: Iterable[str], environment: Mapping[str, str]) -> Secrets:
        """The secrets called `names` (those of `--allow-secret`), as far as the environment has them."""
        return Secrets({name: environment[name] for name in names if environment.get(name)})

    def handle(self, name: str) -> Secret:
        """The handle of a secret. Raises TaskFailure (denied, R412) when it has no value."""
        if name not in self._values:
            raise TaskFailure(
                TaskError(
                    "denied",
                    f"the secret `{name}` has no value here",
                    "R412",
                    f"set the environment variable {name} and run again with --allow-secret={name}",
                )
            )
        return Secret(name, self._values[name])
