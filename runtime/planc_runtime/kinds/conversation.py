"""What an agent and its model have said so far: a pure fold over the `turn_recorded` events of one attempt.

Going on after a crash is this same fold, so the model is asked exactly what it would have been asked. The forms::

    {"turn": 1, "kind": "model", "model": name, "text": "…", "calls": [{"id", "tool", "arguments"}], "usage": {…}}
    {"turn": 2, "kind": "model", "model": name, "output": value, "usage": {…}}         the final answer
    {"turn": 3, "kind": "model", "error": TaskError}                                   an answer that cannot be used
    {"turn": 1, "kind": "tool",    "call": id, "tool", "arguments", "result" | "error"}
    {"turn": 1, "kind": "memory",  "call": id, "tool", "arguments", "result" | "error"}
    {"turn": 1, "kind": "refusal", "call": id, "tool", "arguments", "error"}           never reached the tool

`turn` counts the calls of the model; `id` is ours (`call_1_0`: turn and position), because providers repeat theirs.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from planc_schemas.ports import Message, ToolCall
from planc_schemas.values import Json

MAX_RESULT_CHARACTERS = 20_000
"""More of a tool's result is not told to the model; the journal keeps all of it."""
LAST_TURN = "This was your last tool call. Give the final answer now, with what you know."
_NO_ANSWER = object()


@dataclass(slots=True)
class _Round:
    """One call of the model and what its tool calls came to, by call id."""

    text: str
    calls: tuple[ToolCall, ...]
    error: str = ""
    results: dict[str, str] = field(default_factory=dict)


class Conversation:
    """See the module's docstring. `opening` are the messages before the first turn."""

    def __init__(self, opening: Sequence[Message], turns: Iterable[dict[str, Json]] = ()) -> None:
        self._opening = tuple(opening)
        self._rounds: list[_Round] = []
        self._output: Json = _NO_ANSWER
        for turn in turns:
            self.apply(turn)

    def apply(self, turn: dict[str, Json]) -> None:
        """Takes one recorded turn in."""
        if turn["kind"] != "model":
            self._rounds[-1].results[turn["call"]] = _told(turn)
        elif "output" in turn:
            self._output = turn["output"]
        else:
            calls = tuple(ToolCall(call["id"], call["tool"], call["arguments"]) for call in turn.get("calls", ()))
            error = turn["error"]["message"] if "error" in turn else ""
            self._rounds.append(_Round(turn.get("text", ""), calls, error))

    @property
    def turns(self) -> int:
        """How often the model has been asked."""
        return len(self._rounds) + self.answered

    @property
    def answered(self) -> bool:
        return self._output is not _NO_ANSWER

    @property
    def output(self) -> Json:
        """The final answer; only when `answered`."""
        assert self.answered
        return self._output

    @property
    def open_calls(self) -> list[ToolCall]:
        """Calls that the model wants and that have come to nothing yet, in its order."""
        if not self._rounds:
            return []
        last = self._rounds[-1]
        return [call for call in last.calls if call.id not in last.results]

    def messages(self, *, last: bool = False) -> tuple[Message, ...]:
        """What to send. `last`: no tool is offered any more, so tool calls and results are told as plain text."""
        messages = [*self._opening]
        for each in self._rounds:
            messages += _plain(each) if last else _native(each)
        if last and self._rounds:
            messages.append(Message("user", LAST_TURN))
        return tuple(messages)


def _native(said: _Round) -> list[Message]:
    if said.error:
        return [_complaint(said.error)]
    results = [Message("tool", said.results.get(call.id, ""), tool_call_id=call.id) for call in said.calls]
    return [Message("assistant", said.text, said.calls), *results]


def _plain(said: _Round) -> list[Message]:
    if said.error:
        return [_complaint(said.error)]
    calls = "\n".join(f"{call.name}({call.arguments})" for call in said.calls)
    told = [f"Result of {call.name}:\n{said.results.get(call.id, '')}" for call in said.calls]
    spoken = Message("assistant", "\n".join(part for part in (said.text, calls) if part))
    return [spoken, Message("user", "\n\n".join(told))] if told else [spoken]


def _complaint(error: str) -> Message:
    return Message("user", f"Your last answer could not be used: {error}. Answer again.")


def _told(turn: dict[str, Json]) -> str:
    """What the model is told of a call. A long result is cut; it holds no secrets any more."""
    if "error" in turn:
        error = turn["error"]
        return f"error ({error['kind']}): {error['message']}"
    result = turn["result"]
    text = result if isinstance(result, str) else json.dumps(result, ensure_ascii=False)
    more = len(text) - MAX_RESULT_CHARACTERS
    return f"{text[:MAX_RESULT_CHARACTERS]}\n… (cut: {more} more characters)" if more > 0 else text


def open_calls(turns: Iterable[dict[str, Json]]) -> list[ToolCall]:
    """The calls that were wanted and of which nobody knows what came: they may or may not have been made."""
    return Conversation((), turns).open_calls
