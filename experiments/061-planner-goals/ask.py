"""Plans all goals with a model, in the shapes that are compared, and keeps its answers.

    python ask.py --weights FILE.gguf --out answers.jsonl [--split score] [--shapes compact,…]

With OPENAI_API_KEY or OPENAI_BASE_URL and --model NAME an endpoint is asked instead. `score.py` needs no model.
"""

from __future__ import annotations

import argparse
import asyncio
import copy
import json
import os
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from planc_compiler.planner import EXAMPLES, Example, PlannerOptions, plan_goal
from planc_runtime.models.base import EmbeddedConfig, ModelsConfig, ProviderConfig
from planc_runtime.models.configured import ConfiguredModels
from planc_runtime.tools.builtin import builtin_tools
from planc_runtime.tools.registry import ToolRegistry
from planc_schemas.compiled import ModelChoice
from planc_schemas.ports import Model, ModelAnswer, ModelRequest, OnText, TaskFailure

HERE = Path(__file__).parent


def without_for_each() -> tuple[Example, ...]:
    """The examples as they would be if there were no `for_each`: the step reads the whole list instead."""
    plain = []
    for example in EXAMPLES:
        steps = tuple(step.model_copy(update={"for_each": ""}) for step in example.draft.steps)
        plain.append(replace(example, draft=example.draft.model_copy(update={"steps": steps})))
    return tuple(plain)


SHAPES = {
    "compact": PlannerOptions(compact=True),
    "three-examples": PlannerOptions(compact=True, shown=3),
    "no-for-each": PlannerOptions(compact=True, examples=without_for_each()),
    "full": PlannerOptions(),
}


class Recorder:
    """Passes the planner's questions on and keeps the answers; `for_each=False` takes the field's choice away."""

    def __init__(self, model: Model, *, for_each: bool) -> None:
        self.model = model
        self.for_each = for_each
        self.answers: list[dict[str, Any]] = []

    @property
    def name(self) -> str:
        return self.model.name

    async def answer(self, request: ModelRequest, *, on_text: OnText | None = None) -> ModelAnswer:
        if not self.for_each and request.schema is not None:
            schema = copy.deepcopy(request.schema)
            schema["properties"]["steps"]["items"]["properties"]["for_each"] = {"type": "string", "enum": [""]}
            request = replace(request, schema=schema)
        started = time.monotonic()
        kept: dict[str, Any] = {}
        self.answers.append(kept)
        try:
            answer = await self.model.answer(request, on_text=on_text)
            usage = answer.usage
            kept |= {"text": answer.text, "in": usage.input_tokens, "out": usage.output_tokens}
        except TaskFailure as failure:
            kept |= {"error": failure.error.message, "kind": failure.error.kind}
            raise
        finally:
            kept["seconds"] = round(time.monotonic() - started, 1)
        return answer


async def main() -> None:
    arguments = parsed()
    goals = [goal for goal in json.loads((HERE / "goals.json").read_text()) if wanted(goal, arguments)]
    tools = ToolRegistry(builtin_tools({}))
    models = ConfiguredModels(config_of(arguments))
    try:
        model = models.model_for(ModelChoice())
        for shape in arguments.shapes.split(","):
            for goal in goals:
                recorder = Recorder(model, for_each=shape != "no-for-each")
                planned = await plan_goal(goal["goal"], recorder, tools, SHAPES[shape])
                record = {"goal": goal["id"], "shape": shape, "answers": recorder.answers}
                with arguments.out.open("a") as file:
                    file.write(json.dumps(record) + "\n")
                print(
                    shape, goal["id"], [one["seconds"] for one in recorder.answers], planned.failure or "", flush=True
                )
    finally:
        await models.close()


def wanted(goal: dict[str, Any], arguments: argparse.Namespace) -> bool:
    return goal["id"] in arguments.goals if arguments.goals else goal["split"] in arguments.split


def config_of(arguments: argparse.Namespace) -> ModelsConfig:
    if arguments.model:
        base = os.environ.get("OPENAI_BASE_URL", "https://api.openai.com/v1")
        key = os.environ.get("OPENAI_API_KEY", "")
        return ModelsConfig(
            providers=(ProviderConfig(name="env", base_url=base, api_key=key, models=(arguments.model,)),)
        )
    return ModelsConfig(embedded=EmbeddedConfig(file=arguments.weights))


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weights", type=Path, help="GGUF file; without it the one in planc's cache")
    parser.add_argument("--model", help="model of the endpoint in OPENAI_BASE_URL")
    parser.add_argument("--split", nargs="+", default=["tune", "score"])
    parser.add_argument("--goals", nargs="+", default=[], help="only these, by their ids")
    parser.add_argument("--shapes", default="compact")
    parser.add_argument("--out", type=Path, default=HERE / "answers.jsonl")
    return parser.parse_args()


if __name__ == "__main__":
    asyncio.run(main())
