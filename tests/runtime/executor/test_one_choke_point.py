"""Whoever makes a tool call, the same check stands before it: a task, a foreach, an agent, an imported plan, a plan
made for a goal, a resumed run. Real tools, real rights, real files; only the model's answers are written."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from planc_compiler.pipeline import compile_plan
from planc_runtime.executor import Environment, Options, execute, resume
from planc_runtime.store.memory import MemoryStore
from planc_runtime.tools.builtin import builtin_tools
from planc_runtime.tools.registry import ToolRegistry
from planc_schemas.compiled import CompiledPlan
from planc_schemas.ports import DecomposeRequest, Decomposition, Model, ModelRequest
from tests.support.agents import Models, Scripted, says, wants
from tests.support.tooling import grants

HEAD = "version: 1\nname: p\ninputs: {path: {type: string, default: secret.txt}}\ntasks:\n"
READ = "tool: read_file, with: {path: '${{ inputs.path }}'}"
PART = f"{HEAD}  r: {{{READ}}}\noutputs: {{text: '${{{{ tasks.r.output }}}}'}}\n"
MAKERS = {
    "task": f"  a: {{{READ}}}\n",
    "foreach": "  a: {foreach: {in: ['secret.txt'], as: each}, tool: read_file, with: {path: '${{ each }}'}}\n",
    "agent": "  a: {agent: 'Read ${{ inputs.path }}.', tools: [read_file]}\n",
    "import": "  a: {plan: part.plan.yaml, with: {path: '${{ inputs.path }}'}}\n",
    "goal": "  a: {goal: 'Read it.', tools: [read_file]}\n",
}
TOOLS = ToolRegistry(builtin_tools({}))


def plan_of(maker: str) -> CompiledPlan:
    text = f"{HEAD}{MAKERS[maker]}outputs: {{all: '${{{{ tasks.a.output }}}}'}}\n"
    found = compile_plan(text, "p.plan.yaml", TOOLS, load={"part.plan.yaml": PART}.get)
    assert found.plan is not None, [item.message for item in found.diagnostics]
    return found.plan


async def decompose(request: DecomposeRequest, model: Model) -> Decomposition:
    made = compile_plan(PART, "made.plan.yaml", TOOLS)
    return Decomposition(PART, made.plan, made.diagnostics)


def reads(request: ModelRequest) -> Scripted:
    """An agent that reads the file and says what it was told."""
    told = [message.content for message in request.messages if message.role == "tool"]
    return says(told[0]) if told else wants(("read_file", {"path": "secret.txt"}))


@pytest.mark.parametrize("maker", MAKERS)
@pytest.mark.parametrize("again", [False, True], ids=["executed", "resumed"])
def test_without_the_right_nobody_reads(maker: str, again: bool, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("the secret", encoding="utf-8")
    (tmp_path / "open").mkdir()
    store, models, plan = MemoryStore(), Models(reads), plan_of(maker)
    given = Options(grants=grants(tmp_path, read=["open"]), reuse=False, decompose=decompose)

    async def main() -> tuple[str, str]:
        result = await execute(plan, {}, Environment(store, models, TOOLS, given))
        if again and result.status == "failed":
            result = await resume(result.run_id, Environment(store, models, TOOLS, given))
        said = str(result.outputs) + "".join(failure.error.message for failure in result.failures)
        return said, "".join(str(event.data) for event in store.read(result.run_id))

    said, journal = asyncio.run(main())
    assert "needs the right `read:secret.txt`" in said + journal
    assert "the secret" not in said + journal


@pytest.mark.parametrize("maker", MAKERS)
def test_with_the_right_everybody_does(maker: str, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("the secret", encoding="utf-8")
    given = Options(grants=grants(tmp_path, read=["."]), reuse=False, decompose=decompose)
    run = execute(plan_of(maker), {}, Environment(MemoryStore(), Models(reads), TOOLS, given))
    result = asyncio.run(run)
    assert result.status == "succeeded" and "the secret" in str(result.outputs), result
