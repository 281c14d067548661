"""The ten patterns of docs/expressiveness.md really run: the executor and its store, only answers are pretended."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from planc.files.plans import compile_file
from planc_runtime.tools.builtin import builtin_tools
from planc_runtime.tools.registry import ToolRegistry
from planc_schemas.compiled import CompiledPlan
from planc_schemas.ports import ModelAnswer, ModelRequest, TaskError, TaskFailure
from planc_schemas.values import Json
from tests.support.running import Bench, FakeModels, FakeTools, Reply, answer

ROOT = Path(__file__).parents[2]
TOOLS = ToolRegistry(builtin_tools({}))
PAPERS = [{"title": "One", "abstract": "First."}, {"title": "Two", "abstract": "Second."}]


def data(value: Json) -> ModelAnswer:
    """A structured answer."""
    return answer(json.dumps(value), data=value)


def plan(name: str) -> CompiledPlan:
    return compile_file(ROOT / "plans" / f"{name}.plan.yaml", TOOLS, folder=ROOT).plan()


def bench(answers: dict[str, Reply | list[Reply]], papers: Json | TaskError = None) -> Bench:
    """Prompts that hold a key are answered by its value; of a list, one after the other."""

    def script(request: ModelRequest) -> Reply:
        text = request.messages[-1].content
        for words, reply in answers.items():
            if words in text:
                return reply.pop(0) if isinstance(reply, list) else reply
        raise AssertionError(f"nobody expected this prompt: {text}")

    def search(**arguments: Json) -> Json:
        if isinstance(papers, TaskError):
            raise TaskFailure(papers)
        return papers

    return Bench(FakeModels(script), FakeTools({"arxiv_search": search}))


def test_every_pattern_of_the_page_is_run_here() -> None:
    page = (ROOT / "docs" / "expressiveness.md").read_text(encoding="utf-8")
    shown = set(re.findall(r"\]\(\.\./plans/([\w-]+)\.plan\.yaml\)", page))
    assert len(shown) == 10
    assert shown == set(re.findall(r'plan\("([\w-]+)"\)', Path(__file__).read_text(encoding="utf-8")))


def test_diamond() -> None:
    desk = bench({"List the facts": "a cache", "Which risk": "slow", "Which benefit": "small", "upgrade now": "Yes."})
    result = desk.run(plan("02-diamond"))
    assert (result.status, result.outputs) == ("succeeded", {"advice": "Yes."})
    assert "slow" in desk.models.prompts[-1] and "small" in desk.models.prompts[-1]


def test_map_reduce() -> None:
    stars: list[Reply] = [data({"stars": stars, "reason": "so"}) for stars in (5, 3, 4)]
    result = bench({"How satisfied": stars, "on average": "Mixed."}).run(plan("03-map-reduce"))
    assert result.outputs == {"stars": 4, "report": "Mixed."}


@pytest.mark.parametrize(("urgency", "message"), [("high", "Call me"), ("low", "Which one?")])
def test_conditional(urgency: str, message: str) -> None:
    desk = bench({"How urgent": data({"urgency": urgency}), "on call": "Call me", "friendly": "Which one?"})
    result = desk.run(plan("04-conditional"))
    assert (result.status, result.outputs) == ("succeeded", {"message": message})
    assert len(desk.models.requests) == 2


def test_retry_and_catch() -> None:
    desk = bench({"could be fetched": "Nothing now."}, TaskError("server_error", "down"))
    result = desk.run(plan("05-retry-and-catch"))
    assert (result.status, result.outputs) == ("succeeded", {"note": "Nothing now."})
    assert len(desk.tools.calls) == 4
    assert bench({"One; Two": "One."}, PAPERS).run(plan("05-retry-and-catch")).outputs == {"note": "One."}


def test_sub_workflow() -> None:
    desk = bench({"Summarise in at most 20": "Short.", "Does the summary": data({"faithful": True})})
    result = desk.run(plan("06-sub-workflow"))
    assert result.outputs == {"summaries": ["Short.", "Short."], "all_faithful": True}


def test_wait_for_human() -> None:
    desk = bench({"release note": "New."})
    result = desk.run(plan("07-wait-for-human"))
    assert result.status == "waiting"
    (question,) = result.questions
    assert "New." in str(question.question)


def test_loop_until() -> None:
    texts: list[Reply] = ["word " * 20, "word " * 15, "word " * 9]
    result = bench({"Say this": texts}).run(plan("08-loop-until"))
    assert result.outputs["result"]["fits"] is True and texts == []


def test_loop_until_is_bounded() -> None:
    desk = bench({"Say this": "word " * 20})
    result = desk.run(plan("08-loop-until"))
    assert (result.status, result.outputs["result"]["fits"], len(desk.models.requests)) == ("succeeded", False, 4)


def test_exit_handler() -> None:
    result = bench({}, TaskError("bad_request", "no such query")).run(plan("09-exit-handler"))
    assert result.status == "failed"
    report = result.outputs["report"]
    assert (report["find"], report["review"]) == ("failed", "skipped")
    assert [problem["message"] for problem in report["problems"]] == ["no such query"]


def test_failures_collected() -> None:
    desk = bench(
        {"bits": data({"number": 8}), "Unix": data({"number": 1970}), "swallow": TaskError("refused", "unknown")}
    )
    result = desk.run(plan("10-failures-collected"))
    assert result.outputs["answers"] == [{"number": 8}, {"number": 1970}, None]
    assert (result.outputs["report"]["answered"], result.outputs["report"]["failed"]) == (2, ["unknown"])


def test_dynamic_list() -> None:
    desk = bench({"Name at most": data(["speed", "errors"]), ": speed": "Fast.", ": errors": "Few."})
    result = desk.run(plan("11-dynamic-list"))
    assert result.outputs == {"page": "Fast.\nFew."}
