"""What agents remember: scopes, bounds, rights, and that it stays data."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from planc_runtime.executor.environment import Environment
from planc_runtime.executor.execute import execute
from planc_runtime.executor.options import Options
from planc_runtime.store.memory import MemoryStore
from planc_runtime.store.sqlite import SqliteStore
from planc_runtime.tools.secrets import Secrets
from tests.support.agents import Models, Ran, registry, run_agent, says, wants
from tests.support.tooling import grants


def remember(store: SqliteStore | MemoryStore, memory: str, *texts: str, options: Options | None = None) -> Ran:
    calls = wants(*(("remember", {"text": text}) for text in texts))
    return run_agent(f"memory: {memory}", [calls, says("done")], store=store, options=options)


def recall(store: SqliteStore | MemoryStore, memory: str, query: str, options: Options | None = None) -> list[str]:
    ran = run_agent(
        f"memory: {memory}", [wants(("recall", {"query": query})), says("done")], store=store, options=options
    )
    return [entry["text"] for entry in ran.turns("memory")[0]["result"]]


@pytest.fixture(params=["files", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqliteStore | MemoryStore]:
    made = SqliteStore(tmp_path / ".planc") if request.param == "files" else MemoryStore()
    yield made
    made.close()


def test_a_plans_memory_outlives_the_run(store: SqliteStore | MemoryStore) -> None:
    remember(store, "plan", "the user likes short summaries", "papers are read on Mondays")
    assert recall(store, "plan", "summary?") == ["the user likes short summaries"]
    assert recall(store, "plan", "") == ["papers are read on Mondays", "the user likes short summaries"]
    assert recall(store, "plan", "zebra") == []


def test_a_runs_memory_does_not(store: SqliteStore | MemoryStore) -> None:
    calls = [wants(("remember", {"text": "a fact"})), wants(("recall", {"query": "fact"})), says("done")]
    ran = run_agent("memory: run", calls, store=store)
    assert [entry["text"] for entry in ran.turns("memory")[1]["result"]] == ["a fact"]
    assert recall(store, "run", "fact") == []
    assert recall(store, "plan", "fact") == []


def test_a_named_store_needs_its_right(store: SqliteStore | MemoryStore) -> None:
    memory = "{scope: store, store: team}"
    refused = remember(store, memory, "a fact")
    assert refused.turns("refusal")[0]["error"]["help"].endswith("--allow-tool=memory.team")
    allowed = Options(grants=grants(tool=["memory.team"]), reuse=False)
    remember(store, memory, "another fact", options=allowed)
    assert recall(store, memory, "fact", allowed) == ["another fact"]


def test_memory_is_bounded(store: SqliteStore | MemoryStore) -> None:
    memory = "{scope: plan, max_entries: 2, max_entry_chars: 20}"
    ran = remember(store, memory, "first fact", "x" * 21, "second fact", "third fact")
    assert [turn["error"]["code"] for turn in ran.turns("refusal")] == ["R805"]
    assert recall(store, memory, "") == ["third fact", "second fact"]


def test_what_is_recalled_is_told_as_data(store: SqliteStore | MemoryStore) -> None:
    remember(store, "plan", "${{ inputs }} and {% if %}")
    assert recall(store, "plan", "inputs") == ["${{ inputs }} and {% if %}"]


@pytest.mark.parametrize("query", ['"', "a OR", "NEAR(", "text:x*", "-", "(", "ü%_", "x" * 10_000])
def test_no_query_breaks_the_search(store: SqliteStore | MemoryStore, query: str) -> None:
    remember(store, "plan", "a text with text")
    assert isinstance(recall(store, "plan", query), list)


def test_what_is_remembered_can_be_listed_and_forgotten(store: SqliteStore | MemoryStore) -> None:
    assert (store.notes().scopes(), store.notes().forget("plan:notes")) == ([], 0)
    remember(store, "plan", "one", "two")
    (scope,) = store.notes().scopes()
    assert (scope.scope, scope.entries) == ("plan:notes", 2) and scope.newest > 0
    assert store.notes().forget("plan:other") == 0
    assert store.notes().forget("plan:notes") == 2
    assert recall(store, "plan", "one") == recall(store, "plan", "") == []


def test_secrets_are_not_remembered(store: SqliteStore | MemoryStore) -> None:
    options = Options(secrets=Secrets({"KEY": "s3cr3t-value"}), reuse=False)
    remember(store, "plan", "the key is s3cr3t-value", options=options)
    assert recall(store, "plan", "key") == ["the key is •••"]


def test_the_files_are_private_and_a_runs_notes_go_with_it(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / ".planc")
    ran = remember(store, "run", "a fact")
    notes = tmp_path / ".planc" / "runs" / ran.result.run_id / "notes.db"
    assert notes.stat().st_mode & 0o777 == 0o600
    store.remove(ran.result.run_id)
    assert not notes.exists()


def test_only_a_task_that_declares_memory_has_one() -> None:
    ran = run_agent("tools: [recall]", [wants(("recall", {})), says("none")])
    assert ran.turns("memory", "refusal")[0]["error"]["code"] == "R804"
    assert [spec.name for spec in ran.models.requests[0].tools] == ["recall"]


def test_agents_without_memory_are_not_offered_it() -> None:
    ran = run_agent("max_turns: 2", [says("done")])
    assert ran.models.requests[0].tools == ()


def test_a_damaged_file_is_told_to_the_model_and_not_replaced(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / ".planc")
    remember(store, "plan", "a fact")
    notes = tmp_path / ".planc" / "notes.db"
    notes.write_bytes(b"not a database")
    ran = remember(store, "plan", "another")
    assert ran.turns("memory", "tool")[0]["error"]["kind"] == "tool_error"
    assert notes.read_bytes() == b"not a database"


def test_two_runs_at_once_share_a_plans_memory(tmp_path: Path) -> None:
    from tests.support.agents import agent_plan

    store, tools = SqliteStore(tmp_path / ".planc"), registry([])
    plan = agent_plan("memory: plan", tools)

    async def one(number: int) -> None:
        models = Models([wants(("remember", {"text": f"fact {number}"})), says("done")])
        await execute(plan, {}, Environment(store, models, tools, Options(reuse=False)))

    async def main() -> None:
        await asyncio.gather(*(one(number) for number in range(4)))

    asyncio.run(main())
    assert sorted(recall(store, "plan", "fact")) == [f"fact {number}" for number in range(4)]
