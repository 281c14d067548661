"""The registry: one choke point, checked arguments, bounded JSON results, typed failures, no leaked exceptions."""

from __future__ import annotations

import asyncio
import enum
import threading
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from pydantic import BaseModel

from planc_runtime.tools.context import ToolContext
from planc_runtime.tools.declare import IdempotencyKey, tool
from planc_runtime.tools.registry import ToolRegistry
from planc_runtime.tools.secrets import Secret, Secrets
from planc_schemas.ports import TaskError, TaskFailure
from planc_schemas.values import MAX_OUTPUT_BYTES
from tests.support.tooling import call, error_of, grants, registry_of


class Size(enum.Enum):
    SMALL = "small"


class Order(BaseModel):
    size: Size
    day: date


def place(order: Order, copies: int = 1) -> dict[str, Any]:
    return {"size": order.size.name, "year": order.day.year, "copies": copies}


def test_arguments_arrive_as_the_types_of_the_hints() -> None:
    assert call(place, {"order": {"size": "small", "day": "2026-02-09"}}) == {
        "size": "SMALL",
        "year": 2026,
        "copies": 1,
    }


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({}, "`order`: Field required"),
        ({"order": {"size": "small", "day": "2026-02-09"}, "copies": "2"}, "`copies`"),
        ({"order": {"size": "huge", "day": "2026-02-09"}}, "`order.size`"),
        ({"order": {"size": "small", "day": "2026-02-09"}, "colour": 1}, "`colour`"),
        ({"order": {"size": "small", "day": "2026-02-09"}, "copies": float("nan")}, "not JSON compliant"),
    ],
)
def test_wrong_arguments_are_refused_and_never_converted(arguments: dict[str, Any], says: str) -> None:
    error = error_of(place, arguments)
    assert (error.kind, error.code) == ("bad_request", "R402")
    assert says in error.message


def test_rights_are_checked_before_the_tool_runs() -> None:
    ran: list[str] = []

    @tool(effects=("net:{url}",))
    def fetch(url: str = "https://default.test/") -> str:
        ran.append(url)
        return "body"

    error = error_of(fetch, {})
    assert (error.kind, error.code) == ("denied", "R401")
    assert "--allow-net=default.test" in error.help
    assert ran == []
    assert call(fetch, {}, grants(net=["default.test"])) == "body"
    assert error_of(fetch, {"url": "https://other.test/"}, grants(net=["default.test"])).kind == "denied"
    assert ran == ["https://default.test/"]


def test_a_tool_of_unknown_effects_needs_its_own_right() -> None:
    @tool(effects=("tool",))
    def opaque() -> str:
        return "done"

    assert registry_of(opaque).specs()[0].effects == ("tool:opaque",)
    assert "--allow-tool=opaque" in error_of(opaque, {}).help
    assert call(opaque, {}, grants(tool=["opaque"])) == "done"


def test_a_denied_tool_is_never_called() -> None:
    def harmless() -> int:
        return 1

    assert error_of(harmless, {}, grants(deny={"tool": ["harmless"]})).kind == "denied"


def test_async_and_sync_tools_both_run() -> None:
    async def later(word: str) -> str:
        await asyncio.sleep(0)
        return word

    def elsewhere() -> bool:
        return threading.current_thread() is threading.main_thread()

    assert call(later, {"word": "x"}) == "x"
    assert call(elsewhere, {}) is False, "a blocking tool must not block the loop"


def _raise(error: BaseException) -> Callable[[], Any]:
    def broken() -> Any:
        raise error

    return broken


@pytest.mark.parametrize("error", [ValueError("no"), StopIteration("no"), SystemExit("no"), KeyboardInterrupt("no")])
def test_whatever_a_function_raises_is_a_tool_error(error: BaseException) -> None:
    found = error_of(_raise(error), {})
    assert (found.kind, found.code) == ("tool_error", "R403")
    assert "no" in found.message


@pytest.mark.parametrize("error", [ValueError("no"), SystemExit("no")])
def test_whatever_a_coroutine_raises_is_a_tool_error(error: BaseException) -> None:
    broken = _raise(error)

    async def later() -> Any:
        broken()

    found = error_of(later, {})
    assert (found.kind, found.code) == ("tool_error", "R403")
    assert "no" in found.message


def test_a_tool_that_cancels_itself_is_an_error_of_the_tool() -> None:
    async def gives_up() -> None:
        raise asyncio.CancelledError

    assert error_of(gives_up, {}).code == "R403"


def test_a_tool_may_raise_a_typed_failure() -> None:
    failure = TaskFailure(TaskError("rate_limit", "slow down", "R411", retry_after=7.0))
    error = error_of(_raise(failure), {})
    assert (error.kind, error.retry_after) == ("rate_limit", 7.0)


def test_a_hanging_function_times_out_and_is_told_so() -> None:
    told = threading.Event()

    def hang(context: ToolContext) -> None:
        context.cancelled.wait(120)
        told.set()

    error = error_of(hang, {}, timeout=0.05)
    assert (error.kind, error.code) == ("timeout", "R410")
    assert told.wait(120)


def test_a_hanging_coroutine_is_cancelled() -> None:
    ended: list[str] = []

    async def hang() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("cancelled")

    assert error_of(hang, {}, timeout=0.05).kind == "timeout"
    assert ended == ["cancelled"]


def test_cancelling_the_caller_cancels_the_call() -> None:
    started, told = threading.Event(), threading.Event()

    def hang(context: ToolContext) -> None:
        started.set()
        context.cancelled.wait(120)
        told.set()

    async def main() -> None:
        task = asyncio.create_task(registry_of(hang).call("hang", {}, ToolContext()))
        assert await asyncio.to_thread(started.wait, 120)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert told.wait(120)


@pytest.mark.parametrize(
    "value",
    [object(), {1: "x"}, float("nan"), float("inf"), b"bytes", {"a": [1, {2, 3}]}, "\ud800", Secret("A", "value")],
)
def test_what_is_not_json_is_refused(value: object) -> None:
    def give():  # type: ignore[no-untyped-def]  # no return type on purpose
        return value

    error = error_of(give, {})
    assert (error.kind, error.code) == ("tool_error", "R404")


def test_a_result_must_match_its_type() -> None:
    def give() -> list[int]:
        return ["one"]  # type: ignore[list-item]  # the wrong type is the test

    assert error_of(give, {}).code == "R404"


def test_models_in_results_become_json() -> None:
    def give() -> list[Order]:
        return [Order(size=Size.SMALL, day=date(2026, 2, 9))]

    assert call(give, {}) == [{"size": "small", "day": "2026-02-09"}]


def test_a_huge_result_is_refused() -> None:
    def give() -> str:
        return "x" * (MAX_OUTPUT_BYTES + 1)

    assert error_of(give, {}).code == "R405"


def test_endless_nesting_is_refused() -> None:
    def give():  # type: ignore[no-untyped-def]  # no return type on purpose
        endless: list[Any] = []
        endless.append(endless)
        return endless

    assert error_of(give, {}).code == "R404"


def test_the_idempotency_key_is_offered() -> None:
    def send(key: IdempotencyKey) -> str:
        return key

    assert call(send, {}, idempotency_key="run/task/0") == "run/task/0"


def test_secrets_are_handles_and_masked_in_results_and_errors() -> None:
    def use(token: Secret, fail: bool = False) -> dict[str, str]:
        if fail:
            raise ValueError(f"the server said: {token.reveal()} is wrong")
        return {token.reveal(): f"Bearer {token.reveal()}", "shown": repr(token)}

    given = grants(secret=["API_TOKEN"])
    secrets = Secrets.from_environment(["API_TOKEN"], {"API_TOKEN": "s3cr3t-value"})
    assert registry_of(use).specs()[0].effects == ("secret:{token}",)
    assert call(use, {"token": "API_TOKEN"}, given, secrets=secrets) == {
        "•••": "Bearer •••",
        "shown": "Secret(API_TOKEN)",
    }
    assert "•••" in error_of(use, {"token": "API_TOKEN", "fail": True}, given, secrets=secrets).message
    assert error_of(use, {"token": "OTHER"}, given, secrets=secrets).code == "R401"
    assert error_of(use, {"token": "API_TOKEN"}, given).code == "R412"


def test_a_changed_definition_is_refused() -> None:
    def lookup(word: str) -> str:
        return word

    registry = registry_of(lookup)
    spec = registry.get("lookup")
    assert spec is not None
    context = ToolContext()
    assert asyncio.run(registry.call("lookup", {"word": "x"}, context, definition=spec.definition)) == "x"
    with pytest.raises(TaskFailure) as caught:
        asyncio.run(registry.call("lookup", {"word": "x"}, context, definition="0" * 64))
    assert caught.value.error.code == "R409"


def test_names_are_unique_and_unknown_ones_are_errors() -> None:
    def one() -> int:
        return 1

    @tool(name="one")
    def other() -> int:
        return 2

    registry = registry_of(one)
    with pytest.raises(ValueError, match="two tools are called `one`"):
        registry.add_function(other)
    with pytest.raises(TaskFailure) as caught:
        asyncio.run(registry.call("two", {}, ToolContext()))
    assert caught.value.error.code == "R406"
    assert registry.get("two") is None


def test_a_subset_has_only_its_tools() -> None:
    def one() -> int:
        return 1

    def two() -> int:
        return 2

    assert registry_of(one, two).subset(["two", "three"]).names() == ["two"]
    assert isinstance(registry_of(one).subset([]), ToolRegistry)


def test_what_decides_caching_and_repeating() -> None:
    @tool(effects=("write:{path}",))
    def save(path: str) -> None: ...

    @tool(effects=("net:x.test",))
    def ask() -> None: ...

    def pure() -> None: ...

    specs = {spec.name: spec for spec in registry_of(save, ask, pure).specs()}
    assert [(specs[name].changes_world, specs[name].cacheable) for name in ("save", "ask", "pure")] == [
        (True, False),
        (False, False),
        (False, True),
    ]
