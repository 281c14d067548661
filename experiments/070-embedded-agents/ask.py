"""Small questions to an `agent` task with tools, answered by the embedded model.

    python ask.py [--model NAME] [--only tuned|"held out"] [--containing WORDS] [--turns 8] [--trusted]

Executes one plan a question with the real compiler, executor, tools and model; greedy, so that another run gives the
same. A question counts when its expected words are in the answer; how often tools were called is told beside it,
because a right answer without a call is luck.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

import shop_tools  # noqa: E402  # its folder must be on the path first

from planc_compiler import compile_plan  # noqa: E402
from planc_runtime.executor import Environment, Options, execute  # noqa: E402
from planc_runtime.models.base import ModelsConfig  # noqa: E402
from planc_runtime.models.configured import ConfiguredModels  # noqa: E402
from planc_runtime.models.embedded import model as embedded  # noqa: E402
from planc_runtime.store.memory import MemoryStore  # noqa: E402
from planc_runtime.tools.declare import declaration_of  # noqa: E402
from planc_runtime.tools.registry import ToolRegistry  # noqa: E402

PLAN = """\
version: 1
name: question
tasks:
  answer:
    agent: {ask}
    tools: [{tools}]
    max_turns: {turns}
outputs:
  answer: ${{{{ tasks.answer.output }}}}
"""


async def ask(question: dict[str, Any], models: ConfiguredModels, tools: ToolRegistry, turns: int) -> dict[str, Any]:
    text = PLAN.format(ask=json.dumps(question["ask"]), tools=", ".join(question["tools"]), turns=turns)
    plan = compile_plan(text, "question.plan.yaml", tools).plan
    assert plan is not None
    store = MemoryStore()
    began = time.perf_counter()
    result = await execute(plan, {}, Environment(store, models, tools, Options(reuse=False)))
    turns_made = [event.data for event in store.read(result.run_id) if event.type == "turn_recorded"]
    answer = str(result.outputs.get("answer", result.failures[0].error.message if result.failures else ""))
    return {
        "right": result.status == "succeeded"
        and bool(re.search(question["expect"], answer, re.IGNORECASE | re.DOTALL)),
        "calls": [f"{turn['tool']}({json.dumps(turn['arguments'])})" for turn in turns_made if turn["kind"] != "model"],
        "answer": answer,
        "seconds": time.perf_counter() - began,
        "tokens": result.usage.input_tokens + result.usage.output_tokens,
    }


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--model")
    parser.add_argument("--only")
    parser.add_argument("--containing", default="", help="only questions with these words; several are parted by |")
    parser.add_argument("--trusted", action="store_true", help="let the model answer without having looked anything up")
    parser.add_argument("--turns", type=int, default=8)
    given = parser.parse_args()
    if given.trusted:
        embedded.ABILITIES = replace(embedded.ABILITIES, looks_up=True)
    tools = ToolRegistry()
    for function in vars(shop_tools).values():
        if callable(function) and declaration_of(function) is not None:
            tools.add_function(function)
    models = ConfiguredModels(ModelsConfig(override=given.model))
    try:
        for name, questions in json.loads((HERE / "questions.json").read_text()).items():
            if given.only not in (None, name):
                continue
            questions = [each for each in questions if re.search(given.containing, each["ask"])]
            if not questions:
                continue
            made = []
            for question in questions:
                made.append(each := await ask(question, models, tools, given.turns))
                print(f"{'right' if each['right'] else 'WRONG'}  {question['ask']}  {each['seconds']:.0f} s")
                print(f"       {each['answer'][:200]!r}  calls: {', '.join(each['calls']) or 'none'}", flush=True)
            right = sum(each["right"] for each in made)
            with_tools = sum(bool(each["calls"]) for each in made)
            tokens = sum(each["tokens"] for each in made) / len(made)
            print(
                f"{name}: {right} of {len(made)} right, {with_tools} with a tool call, {tokens:.0f} tokens each",
                flush=True,
            )
    finally:
        await models.close()


asyncio.run(main())
