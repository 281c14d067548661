"""The fold over an agent's turns."""

from __future__ import annotations

from planc_runtime.kinds.conversation import Conversation, open_calls
from planc_schemas.ports import Message
from planc_schemas.values import Json

OPENING = (Message("user", "go"),)


def model(turn: int, *tools: str, **more: Json) -> dict[str, Json]:
    calls = [{"id": f"call_{turn}_{n}", "tool": name, "arguments": "{}"} for n, name in enumerate(tools)]
    return {"turn": turn, "kind": "model", "text": "hm", "calls": calls, **more}


def result(call: str, value: Json) -> dict[str, Json]:
    return {"turn": int(call.split("_")[1]), "kind": "tool", "call": call, "tool": "t", "result": value}


def test_open_calls_are_those_without_a_result_in_order() -> None:
    turns = [model(1, "a", "b", "c"), result("call_1_2", 5)]
    assert [call.name for call in open_calls(turns)] == ["a", "b"]
    assert open_calls([*turns, result("call_1_0", 1), result("call_1_1", 2)]) == []
    assert open_calls([]) == []


def test_results_are_told_in_the_order_of_the_calls() -> None:
    talk = Conversation(OPENING, [model(1, "a", "b"), result("call_1_1", "second"), result("call_1_0", ["first"])])
    assert [message.content for message in talk.messages()] == ["go", "hm", '["first"]', "second"]
    assert [message.tool_call_id for message in talk.messages()[2:]] == ["call_1_0", "call_1_1"]


def test_one_turn_at_a_time_is_the_same_as_all_at_once() -> None:
    turns = [model(1, "a"), result("call_1_0", 1), {"turn": 2, "kind": "model", "error": {"message": "odd"}}, model(3)]
    stepwise = Conversation(OPENING)
    for turn in turns:
        stepwise.apply(turn)
    assert stepwise.messages() == Conversation(OPENING, turns).messages()
    assert stepwise.turns == 3


def test_the_answer_ends_it() -> None:
    talk = Conversation(OPENING, [model(1, "a"), result("call_1_0", 1)])
    assert not talk.answered
    talk.apply({"turn": 2, "kind": "model", "output": None})
    assert talk.answered
    assert talk.output is None
    assert talk.turns == 2
