"""Scores kept answers: how many are valid plans, and how many expectations of goals.json they meet.

    python score.py answers.jsonl

The same answers three ways: the planner as it is (rules, compiler's fixes, further answers), only the first answer with
the rules, and only the first answer as it came. Beside them what a plan of one step comes to, which says nothing but
the goal: expectations that it meets are no merit. No model is asked, so a change of the rules can be scored at once.

    python score.py --examples      how much of each goal's words the nearest worked example has
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

from expectations import Graph, met
from pydantic import ValidationError

from planc_compiler.pipeline import Compilation, compile_plan
from planc_compiler.planner import EXAMPLES, Draft, DraftStep, PlannerOptions, plan_goal
from planc_compiler.planner.catalogue import Selection, allowed_tools
from planc_compiler.planner.draft import DraftError, read_draft
from planc_compiler.planner.lower_draft import lower_draft
from planc_compiler.planner.repair import candidate_of
from planc_compiler.planner.similarity import words
from planc_compiler.write import write_plan
from planc_runtime.tools.builtin import builtin_tools
from planc_runtime.tools.registry import ToolRegistry
from planc_schemas.ports import ModelAnswer, ModelRequest, OnText, TaskError, TaskFailure

HERE = Path(__file__).parent
OPTIONS = PlannerOptions(compact=True)


class Replay:
    """Gives the kept answers in their order."""

    name = "replay"

    def __init__(self, answers: list[dict[str, Any]]) -> None:
        self.answers = list(answers)

    async def answer(self, request: ModelRequest, *, on_text: OnText | None = None) -> ModelAnswer:
        if not self.answers:
            raise TaskFailure(TaskError("connection", "no further answer was kept"))
        kept = self.answers.pop(0)
        if "error" in kept:
            raise TaskFailure(TaskError(kept["kind"], kept["error"]))
        return ModelAnswer(kept["text"], "replay")


def planned(record: dict[str, Any], goal: str, tools: Selection) -> Compilation:
    result = asyncio.run(plan_goal(goal, Replay(record["answers"]), tools, OPTIONS))
    return result.compilation or Compilation(None, None)


def first(record: dict[str, Any], goal: str, tools: Selection, *, rules: bool) -> Compilation:
    """The plan of the first answer alone."""
    try:
        draft = read_draft(None, record["answers"][0].get("text", ""))
        if rules:
            return candidate_of(draft, goal, tools, OPTIONS).compilation
        text = write_plan(lower_draft(draft, goal, tools, OPTIONS))
    except (DraftError, KeyError, ValidationError):  # no draft, or a reference that leads nowhere
        return Compilation(None, None)
    return compile_plan(text, OPTIONS.file, tools)


def one_step(goal: str, tools: Selection) -> Compilation:
    """The plan of somebody who does not plan, put right by the same rules."""
    draft = Draft(name="one-step", steps=(DraftStep(id="do_it", text=goal),))
    return candidate_of(draft, goal, tools, OPTIONS).compilation


def nearest_example(goal: str) -> tuple[float, str]:
    """The worked example with the largest part of all content words in common (Jaccard), and that part."""
    own = set(words(goal))
    shares = []
    for example in EXAMPLES:
        other = set(words(example.goal))
        shares.append((len(own & other) / len(own | other), example.draft.name))
    return max(shares)


def show_examples(goals: dict[str, Any]) -> None:
    for goal in goals.values():
        share, name = nearest_example(goal["goal"])
        print(f"{goal['id']} {goal['split']:6} {share:4.0%} {name:20} {goal['goal'][:70]}")


def judged(compilation: Compilation, goal: dict[str, Any]) -> dict[str, Any]:
    if compilation.plan is None or compilation.model is None:
        return {"valid": False, "met": 0, "of": len(goal["expect"]), "missed": ["no plan"]}
    graph = Graph(compilation.model, compilation.plan)
    missed = [line for line in goal["expect"] if not met(line, graph)]
    return {"valid": True, "met": len(goal["expect"]) - len(missed), "of": len(goal["expect"]), "missed": missed}


def main() -> None:
    goals = {goal["id"]: goal for goal in json.loads((HERE / "goals.json").read_text())}
    if sys.argv[1] == "--examples":
        show_examples(goals)
        return
    tools = allowed_tools(ToolRegistry(builtin_tools({})), None)[0]
    records = [json.loads(line) for name in sys.argv[1:] for line in Path(name).read_text().splitlines()]
    groups: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for record in records:
        goal = goals[record["goal"]]
        row = {
            "planner": judged(planned(record, goal["goal"], tools), goal),
            "first, rules": judged(first(record, goal["goal"], tools, rules=True), goal),
            "first as is": judged(first(record, goal["goal"], tools, rules=False), goal),
            "one step": judged(one_step(goal["goal"], tools), goal),
            "answers": record["answers"],
        }
        groups[(record["shape"], goal["split"])].append(row)
        best = row["planner"]
        print(f"{record['shape']:14} {record['goal']} {best['met']}/{best['of']}  {'; '.join(best['missed'])}")
    print()
    for (shape, split), rows in sorted(groups.items()):
        for way in ("planner", "first, rules", "first as is", "one step"):
            print(line(f"{shape} {split}: {way}", rows, way))


def line(name: str, rows: list[dict[str, Any]], way: str) -> str:
    valid = sum(row[way]["valid"] for row in rows)
    share = sum(row[way]["met"] for row in rows) / sum(row[way]["of"] for row in rows)
    whole = sum(row[way]["met"] == row[way]["of"] for row in rows)
    answers = [answer for row in rows for answer in row["answers"]]
    out = sum(answer.get("out", 0) for answer in answers) / len(rows)
    given = sum(answer.get("in", 0) for answer in answers) / len(rows)
    seconds = sum(answer["seconds"] for answer in answers) / len(rows)
    return (
        f"{name:34} goals {len(rows):2}  valid {valid:2}  expectations {share:4.0%}  all met {whole:2}  "
        f"answers {len(answers) / len(rows):.2f}  tokens in {given:.0f} out {out:.0f}  seconds {seconds:.0f}"
    )


if __name__ == "__main__":
    main()
