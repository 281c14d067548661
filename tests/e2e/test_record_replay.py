"""`execute --record`, `execute --replay` and `replay RUN`: real processes, and nobody left to ask."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

import planc as package
from planc_runtime.tools.feed.server import start_feed
from tests.support.cli import planc
from tests.support.endpoint import Endpoint
from tests.support.exchange import Request
from tests.support.replies import Error, text, tool_call

PLAN = Path(package.__file__).parent / "templates" / "llm4se-review.plan.yaml"
KEY = "sk-key-that-must-not-be-seen"
TITLE = re.compile(r"Title: (.+)")
NOWHERE = "http://127.0.0.1:9"
"""The discard port: a call that is made after all fails at once."""


def answer(request: Request) -> str:
    title = TITLE.search(request.prompt)
    return f"Summary of {title.group(1)}." if title else f"A review. The key was {KEY}.\nIt has two lines."


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the flagship plan, one run of it and its cassette."""
    folder = tmp_path_factory.mktemp("recorded")
    shutil.copy(PLAN, folder / "review.plan.yaml")
    with start_feed() as feed, Endpoint(answer) as endpoint:
        environment = {"OPENAI_BASE_URL": endpoint.base_url, "OPENAI_API_KEY": KEY, "PLANC_ARXIV_URL": feed.url}
        arguments = ["execute", "review.plan.yaml", "--allow-net", "export.arxiv.org", "--json"]
        first = planc(*arguments, folder=folder, **environment)
        assert first.returncode == 0, first.stderr
        taped = planc(*arguments, "--record", "review.cassette.yaml", folder=folder, **environment)
        assert taped.returncode == 0, taped.stderr
        assert "recorded 7 calls in review.cassette.yaml" in taped.stderr
        assert len(endpoint.requests) == 12
    (folder / "out.json").write_text(taped.stdout)
    return folder


@pytest.fixture
def folder(recorded: Path, tmp_path: Path) -> Path:
    shutil.copytree(recorded, tmp_path / "copy")
    return tmp_path / "copy"


def replay(folder: Path, *arguments: str) -> tuple[int, str, str]:
    done = planc(*arguments, folder=folder, OPENAI_BASE_URL=NOWHERE, PLANC_ARXIV_URL=NOWHERE)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout, done.stderr


def outputs(text: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(text)["outputs"]
    return found


def test_a_recorded_run_gives_the_same_without_rights_and_without_calls(folder: Path) -> None:
    code, out, err = replay(folder, "execute", "review.plan.yaml", "--replay", "review.cassette.yaml", "--json")
    assert code == 0, err
    assert outputs(out) == outputs((folder / "out.json").read_text())
    assert "every call was answered from review.cassette.yaml" in err


def test_recording_again_is_no_change(folder: Path) -> None:
    before = (folder / "review.cassette.yaml").read_text()
    command = ["execute", "review.plan.yaml", "--allow-net", "export.arxiv.org", "--record", "again.yaml"]
    with start_feed() as feed, Endpoint(answer) as endpoint:
        environment = {"OPENAI_BASE_URL": endpoint.base_url, "OPENAI_API_KEY": KEY, "PLANC_ARXIV_URL": feed.url}
        assert planc(*command, folder=folder, **environment).returncode == 0
    assert (folder / "again.yaml").read_text() == before


def test_a_cassette_can_be_read_by_people_and_holds_no_secret(folder: Path) -> None:
    tape = (folder / "review.cassette.yaml").read_text()
    assert KEY not in tape
    assert "  - task: summaries[4]\n" in tape
    assert "      text: |-\n        A review. The key was •••.\n        It has two lines.\n" in tape
    for path in folder.rglob("*"):
        assert path.is_dir() or KEY.encode() not in path.read_bytes(), path


def test_an_answer_edited_by_hand_is_what_is_given(folder: Path) -> None:
    tape = folder / "review.cassette.yaml"
    tape.write_text(tape.read_text().replace("It has two lines.", "It was edited."))
    code, out, _ = replay(folder, "execute", "review.plan.yaml", "--replay", "review.cassette.yaml")
    assert code == 0
    assert "It was edited." in out


def test_a_changed_prompt_names_the_nearest_recording(folder: Path) -> None:
    plan = folder / "review.plan.yaml"
    plan.write_text(plan.read_text().replace("brief review report", "long review"))
    for command in (
        ["execute", "review.plan.yaml", "--replay", "review.cassette.yaml"],
        ["replay", "last", "--plan", "review.plan.yaml"],
    ):
        code, _, err = replay(folder, *command)
        assert code == 1
        assert "recorded for review" in err
        assert re.search(r"^\s*-.*brief review report", err, re.MULTILINE), err
        assert re.search(r"^\s*\+.*long review", err, re.MULTILINE), err
        progress = next(line for line in err.splitlines() if "R701" in line)
        assert "---" not in progress
        assert err.rstrip().endswith("every answer is from the recording, nothing was spent")
        assert "next:" not in replay(folder, "runs", "show", "last")[1], "a replay is not resumed"


def test_replays_are_not_reused(folder: Path) -> None:
    shutil.rmtree(folder / ".planc")
    assert replay(folder, "execute", "review.plan.yaml", "--replay", "review.cassette.yaml")[0] == 0
    _, out, _ = replay(folder, "execute", "review.plan.yaml", "--dry-run", "--json")
    assert {step["action"] for step in json.loads(out)} <= {"runs", "waits", "unknown", "expands"}, out


def test_any_run_can_be_replayed_from_its_journal(folder: Path) -> None:
    code, out, err = replay(folder, "replay", "last", "--json")
    assert code == 0, err
    assert outputs(out) == outputs((folder / "out.json").read_text())
    again, repeated, _ = replay(folder, "replay", "last", "--json")
    assert (again, outputs(repeated)) == (0, outputs(out))


def test_a_run_that_reused_results_can_be_replayed(folder: Path) -> None:
    with start_feed() as feed, Endpoint(answer) as endpoint:
        environment = {"OPENAI_BASE_URL": endpoint.base_url, "OPENAI_API_KEY": KEY, "PLANC_ARXIV_URL": feed.url}
        command = ["execute", "review.plan.yaml", "--allow-net", "export.arxiv.org", "--json"]
        assert planc(*command, folder=folder, **environment).returncode == 0
        asked = len(endpoint.requests)
        reused = planc(*command, folder=folder, **environment)
        assert len(endpoint.requests) == asked
    code, out, err = replay(folder, "replay", "last", "--json")
    assert code == 0, err
    assert outputs(out) == outputs(reused.stdout)


def test_a_recorded_failure_fails_the_same_way(tmp_path: Path) -> None:
    (tmp_path / "a.plan.yaml").write_text(
        "version: 1\nname: a\ntasks:\n  a: {prompt: One}\n  b: {prompt: Two, retry: {max_attempts: 3}}\n"
    )
    with Endpoint(lambda request: Error(422, "no such thing") if "Two" in request.prompt else text("1")) as endpoint:
        live = planc("execute", "a.plan.yaml", "--record", "t.yaml", folder=tmp_path, OPENAI_BASE_URL=endpoint.base_url)
    code, _, err = replay(tmp_path, "execute", "a.plan.yaml", "--replay", "t.yaml")
    assert (code, live.returncode) == (1, 1)
    assert "no such thing" in live.stderr
    assert "no such thing" in err


AGENT = """\
version: 1
name: a
tasks:
  a: {agent: Leave a mark., tools: [mark], memory: run}
outputs: {said: "${{ tasks.a.output }}"}
"""


def test_an_agents_turns_are_replayed_and_its_tools_are_not_called(tmp_path: Path) -> None:
    (tmp_path / "a.plan.yaml").write_text(AGENT)
    environment = {"MARKS": str(tmp_path / "marks"), "PYTHONPATH": str(Path(__file__).parents[2])}
    command = ["execute", "a.plan.yaml", "--tools", "tests.support.marking_tools", "-A"]
    turns = [tool_call("mark", {"name": "one"}), tool_call("remember", {"text": "marked"}), text("done")]
    with Endpoint(turns) as endpoint:
        live = planc(*command, "--record", "t.yaml", folder=tmp_path, OPENAI_BASE_URL=endpoint.base_url, **environment)
    assert (live.returncode, live.stdout) == (0, "done\n"), live.stderr
    for again in (["--replay", "t.yaml"], []):
        words = ["replay", "last", *command[2:4]] if not again else [*command, *again]
        done = planc(*words, folder=tmp_path, OPENAI_BASE_URL=NOWHERE, **environment)
        assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr
    assert (tmp_path / "marks").read_text() == "one\n"


@pytest.mark.parametrize("content", ["", "just text", "planc_cassette: 9\n", "a: &b 1\n", None])
def test_a_file_that_is_no_cassette(folder: Path, content: str | None) -> None:
    if content is not None:
        (folder / "bad.yaml").write_text(content)
    code, _, err = replay(folder, "execute", "review.plan.yaml", "--replay", "bad.yaml")
    assert code == 2, err
    assert "bad.yaml" in err


def test_a_recording_that_cannot_be_written_is_refused_before_anything_runs(folder: Path) -> None:
    code, _, err = replay(folder, "execute", "review.plan.yaml", "-A", "--record", "nowhere/t.yaml")
    assert code == 2
    assert "no folder nowhere" in err


def test_a_replay_is_not_gone_on_with_for_real(folder: Path) -> None:
    for command, real in (
        (["execute", "review.plan.yaml", "--replay", "review.cassette.yaml"], "planc execute"),
        (["replay", "last"], "planc resume"),
    ):
        assert replay(folder, *command)[0] == 0
        code, _, err = replay(folder, "resume", "last", "--fresh", "review")
        assert code != 0
        assert "is a replay of" in err and real in err


def test_a_limit_in_dollars_is_no_matter_of_a_replay(folder: Path) -> None:
    plan = folder / "review.plan.yaml"
    plan.write_text(plan.read_text().replace("calls: 60}", "calls: 60, usd: 0.0001}"))
    code, out, err = replay(folder, "execute", "review.plan.yaml", "--replay", "review.cassette.yaml", "--json")
    assert code == 0, err
    assert outputs(out) == outputs((folder / "out.json").read_text())
