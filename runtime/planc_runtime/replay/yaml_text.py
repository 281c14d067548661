"""A cassette as YAML that people review in a pull request, and back.

A cassette may come from a stranger, so it is read from the parser's events by JSON's rules: no anchors, tags or
second documents, bounded in size and depth, every key once. This module and the compiler's are the only ones that
import yaml (docs/decisions/0011): a cassette is no plan, and the runtime does not import the compiler.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final

import yaml

from planc_schemas.values import Json

from .cassette import Cassette, Mask
from .recording import Recording, answer_of

VERSION: Final = 1
MAX_BYTES: Final = 64 * 1024 * 1024
MAX_DEPTH: Final = 100
MAX_DIGITS: Final = 1_000
"""Reading a number costs the square of its digits."""

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
_CONSTANTS: dict[str, Json] = {"null": None, "true": True, "false": False}
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class CassetteError(Exception):
    """The file is not a cassette this version reads; the text says what, where and what to do."""

    code = "R702"


# --- writing --------------------------------------------------------------------------------------------------


def write(cassette: Cassette) -> str:
    """The cassette's text: same recordings, same bytes."""
    head = (
        f"# Recorded calls of the plan `{cassette.plan}`. Replay: planc execute PLAN --replay THIS_FILE\n"
        f"# Record again: planc execute PLAN --record THIS_FILE. Answers may be edited by hand.\n"
    )
    data = {
        "planc_cassette": VERSION,
        "plan": cassette.plan,
        "recordings": [_entry(recording) for recording in cassette.recordings()],
    }
    return head + str(
        yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10**9, default_flow_style=False)
    )


def _entry(recording: Recording) -> dict[str, Json]:
    if recording.source == "tool":
        return {"task": recording.instance, **recording.request, **recording.outcome}
    return {"task": recording.instance, "asked": recording.request, **recording.outcome}


class _Dumper(yaml.SafeDumper):
    """Block style, literal blocks for texts of several lines, no aliases, indented lists."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    odd = any(char in value for char in "\r\x85\u2028\u2029\ufeff\t") or value.startswith(("\n", " "))
    style = '"' if odd else "|" if "\n" in value else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


def _float(dumper: yaml.SafeDumper, value: float) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:float", json.dumps(value, allow_nan=False))


_Dumper.add_representer(str, _text)
_Dumper.add_representer(float, _float)
# YAML 1.1 takes `1e5` for a text; readers by JSON's rules do not, so such a text is quoted and such a number is not.
_Dumper.add_implicit_resolver("tag:yaml.org,2002:float", re.compile(f"^{_NUMBER.pattern}$"), list("-0123456789"))


# --- reading --------------------------------------------------------------------------------------------------


def read(text: str | bytes, file: str, *, mask: Mask = lambda value: value) -> Cassette:
    """The cassette in a file's text. Raises CassetteError."""
    if len(text) > MAX_BYTES:
        raise CassetteError(f"{file} is larger than {MAX_BYTES // 2**20} MB; split the plan or record fewer inputs")
    try:
        data = _Reader(_Loader(text), file).document()
    except (yaml.YAMLError, ValueError) as error:
        raise CassetteError(f"{file} is not the YAML of a cassette: {error}") from error
    if not isinstance(data, dict) or "planc_cassette" not in data:
        raise CassetteError(f"{file} is not a cassette: it does not begin with `planc_cassette: {VERSION}`")
    if data["planc_cassette"] != VERSION:
        raise CassetteError(f"{file} has format {str(data['planc_cassette'])[:40]}, and this planc reads {VERSION}")
    entries = data.get("recordings")
    if not isinstance(entries, list):
        raise CassetteError(f"{file} has no list `recordings`")
    found = [_recording(entry, f"{file}: recording {number}") for number, entry in enumerate(entries, 1)]
    return Cassette(str(data.get("plan", "")), found, mask=mask)


def _recording(entry: Json, where: str) -> Recording:
    try:
        if "tool" in entry:
            outcome = {"error": entry["error"]} if "error" in entry else {"result": entry["result"]}
            return Recording(entry["task"], "tool", {"tool": entry["tool"], "arguments": entry["arguments"]}, outcome)
        outcome = {"error": entry["error"]} if "error" in entry else {"answer": entry["answer"]}
        if "answer" in outcome:
            answer_of(outcome["answer"])
        return Recording(entry["task"], "model", entry["asked"], outcome)
    except (KeyError, TypeError) as error:
        raise CassetteError(f"{where} is incomplete: {error} is missing or not what it should be") from error


class _Reader:
    """Parser events to JSON, without recursion into the parser and with a bound on our own."""

    def __init__(self, events: Any, file: str) -> None:
        self._events: Iterator[yaml.Event] = iter(events.get_event, None)
        self._file = file

    def document(self) -> Json:
        self._expect(yaml.StreamStartEvent)
        self._expect(yaml.DocumentStartEvent)
        value = self._value(next(self._events), 0)
        self._expect(yaml.DocumentEndEvent)
        self._expect(yaml.StreamEndEvent)
        return value

    def _expect(self, kind: type[yaml.Event]) -> None:
        event = next(self._events)
        if not isinstance(event, kind):
            raise _refused(event, "a cassette is one document")

    def _value(self, event: yaml.Event, depth: int) -> Json:
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise _refused(event, "anchors and aliases are not allowed")
        if getattr(event, "tag", None) is not None:
            raise _refused(event, "tags are not allowed")
        if depth > MAX_DEPTH:
            raise _refused(event, f"nested deeper than {MAX_DEPTH}")
        if isinstance(event, yaml.SequenceStartEvent):
            return [self._value(item, depth + 1) for item in self._until(yaml.SequenceEndEvent)]
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(depth)
        assert isinstance(event, yaml.ScalarEvent)
        return _plain(event.value) if event.implicit[0] else event.value

    def _mapping(self, depth: int) -> dict[str, Json]:
        found: dict[str, Json] = {}
        for key in self._until(yaml.MappingEndEvent):
            if not isinstance(key, yaml.ScalarEvent) or key.tag is not None or key.anchor is not None:
                raise _refused(key, "a key must be a plain text")
            if key.value in found:
                raise _refused(key, f"`{key.value}` stands here twice")
            found[key.value] = self._value(next(self._events), depth + 1)
        return found

    def _until(self, end: type[yaml.Event]) -> Iterator[yaml.Event]:
        for event in self._events:
            if isinstance(event, end):
                return
            yield event


def _plain(text: str) -> Json:
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if not _NUMBER.fullmatch(text):
        return text
    if len(text) > MAX_DIGITS:
        raise ValueError(f"a number of {len(text)} digits; at most {MAX_DIGITS} are read")
    return json.loads(text)


def _refused(event: yaml.Event, why: str) -> ValueError:
    mark = event.start_mark
    return ValueError(f"line {mark.line + 1}, column {mark.column + 1}: {why}" if mark else why)
