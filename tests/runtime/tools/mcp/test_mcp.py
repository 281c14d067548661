"""MCP servers as tools, against a real server process over stdio and over streamable HTTP."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator

import pytest

from planc_runtime.tools.context import ToolContext
from planc_runtime.tools.mcp.server import McpServer
from planc_runtime.tools.mcp.tool import load_mcp_tools
from planc_runtime.tools.registry import ToolRegistry
from planc_schemas.ports import TaskError, TaskFailure
from planc_schemas.values import Json
from tests.support.processes import is_gone
from tests.support.tooling import grants

MODULE = [sys.executable, "-m", "tests.support.mcp_server"]
ALL = grants(tool=["ex.*"])
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the library's dependencies


def stdio(*arguments: str, **environment: str) -> McpServer:
    return McpServer(name="ex", command=[*MODULE, "stdio", *arguments], environment=environment, start_timeout=120.0)


def loaded(server: McpServer) -> ToolRegistry:
    tools, failures = asyncio.run(load_mcp_tools([server]))
    assert failures == []
    return ToolRegistry(tools)


@pytest.fixture(scope="module")
def registry() -> ToolRegistry:
    return loaded(stdio(PLANC_TEST_VARIABLE="given-in-confidence"))


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    command = [*MODULE, "http"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.kill()


def error_of(registry: ToolRegistry, name: str, arguments: dict[str, Json], **more: float) -> TaskError:
    with pytest.raises(TaskFailure) as caught:
        asyncio.run(registry.call(name, arguments, ToolContext(grants=ALL, **more)))  # type: ignore[arg-type]
    return caught.value.error


def test_definitions_become_tools(registry: ToolRegistry) -> None:
    add, echo = registry.get("ex.add"), registry.get("ex.echo")
    assert add is not None and echo is not None
    assert add.description == "Adds two numbers."
    assert add.arguments["properties"]["a"] == {"type": "integer"}
    assert add.arguments["required"] == ["a"]
    assert add.effects == ("tool:ex.add",)
    assert (add.changes_world, echo.changes_world) == (True, False), "only what says it is read-only is"
    assert echo.result == {"type": "string"}
    assert add.source == "MCP server ex"


def test_calls_share_one_process_which_ends_with_the_loop(registry: ToolRegistry) -> None:
    async def main() -> list[Json]:
        context = ToolContext(grants=ALL)
        calls = [registry.call("ex.add", {"a": number}, context) for number in range(5)]
        pids = [registry.call("ex.pid", {}, context) for _ in range(2)]
        return await asyncio.gather(*calls, *pids)

    *sums, first, second = asyncio.run(main())
    assert sums == [{"result": number + 1} for number in range(5)]
    assert first == second
    assert is_gone(int(first))


def test_rights_arguments_and_errors(registry: ToolRegistry) -> None:
    with pytest.raises(TaskFailure) as caught:
        asyncio.run(registry.call("ex.add", {"a": 1}, ToolContext()))
    assert "--allow-tool=ex.add" in caught.value.error.help
    assert error_of(registry, "ex.add", {"a": "1"}).code == "R402"
    assert error_of(registry, "ex.add", {}).code == "R402"
    assert error_of(registry, "ex.fail", {"words": "no"}).code == "R403"
    assert error_of(registry, "ex.hang", {}, timeout=2.0).kind == "timeout"


def test_a_server_sees_only_the_environment_it_was_given(
    registry: ToolRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "s3cr3t-value")

    async def main() -> list[Json]:
        context = ToolContext(grants=ALL)
        names = ("PLANC_TEST_VARIABLE", "OPENAI_API_KEY")
        return [await registry.call("ex.environment", {"name": name}, context) for name in names]

    assert asyncio.run(main()) == ["•••", ""], "what the server was given in confidence does not come back"


def test_after_a_server_died_the_next_call_starts_it_again(registry: ToolRegistry) -> None:
    async def main() -> Json:
        context = ToolContext(grants=ALL)
        with pytest.raises(TaskFailure) as caught:
            await registry.call("ex.end", {}, context)
        assert (caught.value.error.kind, caught.value.error.code) == ("connection", "R413")
        return await registry.call("ex.echo", {"text": "again"}, context)

    assert asyncio.run(main()) == "again"


def test_a_tool_that_changed_since_the_check_is_refused(registry: ToolRegistry) -> None:
    changed = loaded(stdio("--changed"))
    before, after = registry.get("ex.add"), changed.get("ex.add")
    assert before is not None and after is not None
    assert before.definition != after.definition
    tool = registry.subset(["ex.add"])._tools["ex.add"]
    tool._connection.server = stdio("--changed")  # type: ignore[attr-defined]  # the server is updated behind our back
    error = error_of(registry, "ex.add", {"a": 1})
    assert (error.kind, error.code) == ("denied", "R409")
    assert "has changed its description" in error.message


def test_a_tool_that_changes_while_the_connection_stands_is_refused() -> None:
    registry = loaded(stdio())

    async def main() -> TaskError:
        context = ToolContext(grants=ALL)
        assert await registry.call("ex.add", {"a": 1}, context) == {"result": 2}
        await registry.call("ex.change", {}, context)
        with pytest.raises(TaskFailure) as caught:
            await registry.call("ex.add", {"a": 1}, context)
        assert await registry.call("ex.echo", {"text": "others go on"}, context) == "others go on"
        return caught.value.error

    error = asyncio.run(main())
    assert (error.kind, error.code) == ("denied", "R409") and "`ex.add` has changed its description" in error.message


def test_over_streamable_http(url: str) -> None:
    registry = loaded(McpServer(name="ex", url=url))

    async def main() -> list[Json]:
        context = ToolContext(grants=ALL)
        return await asyncio.gather(*(registry.call("ex.add", {"a": number}, context) for number in (1, 2)))

    assert asyncio.run(main()) == [{"result": 2}, {"result": 3}]
    assert error_of(registry, "ex.fail", {"words": "no"}).code == "R403"


def test_a_server_whose_calls_hang_is_bounded_by_the_operator() -> None:
    server = McpServer(name="ex", command=[*MODULE, "stdio"], start_timeout=120.0, call_timeout=1.0)
    error = error_of(loaded(server), "ex.hang", {})
    assert (error.kind, error.code) == ("timeout", "R410") and "within 1 s" in error.message


@pytest.mark.parametrize(
    ("server", "says"),
    [
        (McpServer(name="ex", command=["no-such-command-here"]), "no connection"),
        (McpServer(name="ex", command=[*MODULE, "nothing"], environment={"K": "s3cr3t-value"}), "key is •••"),
        (
            McpServer(name="ex", command=[sys.executable, "-c", "import time; time.sleep(600)"], start_timeout=0.5),
            "did not answer in time",
        ),
        (McpServer(name="ex", url="http://127.0.0.1:1/mcp"), "no connection"),
    ],
)
def test_a_server_that_cannot_be_reached(server: McpServer, says: str) -> None:
    tools, failures = asyncio.run(load_mcp_tools([server]))
    assert tools == []
    assert failures[0].error.code == "R413"
    assert says in failures[0].error.message


@pytest.mark.parametrize(
    "settings",
    [
        {"name": "a b", "command": ["x"]},
        {"name": "a"},
        {"name": "a", "command": ["x"], "url": "http://x"},
        {"name": "a", "url": "ftp://x"},
    ],
)
def test_settings_that_cannot_be(settings: dict[str, str]) -> None:
    with pytest.raises(ValueError):
        McpServer(**settings)  # type: ignore[arg-type]  # wrong on purpose
