"""Every exit code of the command line, from real processes; never a traceback."""

from __future__ import annotations

import json
import re
import signal
import subprocess
from pathlib import Path

import pytest

from tests.support.cli import planc, start_planc
from tests.support.endpoint import Endpoint
from tests.support.replies import Error, Hang, text

PROMPT = """\
version: 1
name: ask
tasks:
  a: {prompt: Say hello}
  b: {prompt: "And now: ${{ tasks.a.output }}"}
outputs:
  said: ${{ tasks.b.output }}
"""
READ = "version: 1\nname: r\ntasks:\n  r: {tool: read_file, with: {path: note.txt}}\n"
ASK = "version: 1\nname: q\ntasks:\n  q: {ask: May I?}\noutputs: {answer: '${{ tasks.q.output }}'}\n"


def write(folder: Path, content: str) -> str:
    (folder / "a.plan.yaml").write_text(content, encoding="utf-8")
    return "a.plan.yaml"


def words(done: subprocess.CompletedProcess[str]) -> str:
    assert "Traceback" not in done.stderr, done.stderr
    return done.stderr


def test_0_ok(tmp_path: Path) -> None:
    with Endpoint([text("hello"), text("again")]) as endpoint:
        done = planc("execute", write(tmp_path, PROMPT), folder=tmp_path, OPENAI_BASE_URL=endpoint.base_url)
    assert (done.returncode, done.stdout) == (0, "again\n"), done.stderr


def test_1_a_task_failed_and_its_line_is_named(tmp_path: Path) -> None:
    with Endpoint([text("hello"), Error(422, "no such thing")]) as endpoint:
        done = planc("execute", write(tmp_path, PROMPT), folder=tmp_path, OPENAI_BASE_URL=endpoint.base_url)
    assert done.returncode == 1
    assert "no such thing" in words(done)
    assert "a.plan.yaml:5" in done.stderr
    assert done.stdout == ""


def test_1_a_wrong_key_says_what_to_do(tmp_path: Path) -> None:
    with Endpoint(api_key="right") as endpoint:
        settings = {"OPENAI_BASE_URL": endpoint.base_url, "OPENAI_API_KEY": "wrong-secret-key"}
        done = planc("execute", write(tmp_path, PROMPT), folder=tmp_path, **settings)
    assert done.returncode == 1
    assert "key" in words(done)
    assert "help:" in done.stderr
    assert "wrong-secret-key" not in done.stderr + done.stdout


def test_1_an_endpoint_that_is_down_is_named(tmp_path: Path) -> None:
    done = planc("execute", write(tmp_path, PROMPT), folder=tmp_path, OPENAI_BASE_URL="http://127.0.0.1:9/v1")
    assert done.returncode == 1
    assert "127.0.0.1:9" in words(done)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["execute", "missing.plan.yaml"], "no such file"),
        (["execute", "a.plan.yaml", "-i", "nothing=1"], "no input `nothing`"),
        (["execute", "a.plan.yaml", "--concurrency", "0"], "--concurrency"),
        (["execute", "a.plan.yaml", "--fresh", "bb"], "no task `bb`"),
        (["execute", "a.plan.yaml", "--time", "12:30"], "--time"),
        (["execute"], "Missing argument"),
        (["runs", "show", "nothing"], "no run `nothing`"),
        (["explain", "P999"], "no diagnostic P999"),
        (["show", "."], "is a folder"),
    ],
)
def test_2_usage(tmp_path: Path, arguments: list[str], message: str) -> None:
    write(tmp_path, PROMPT)
    done = planc(*arguments, folder=tmp_path)
    assert done.returncode == 2, done.stderr
    assert message in words(done)
    assert not (tmp_path / ".planc").exists()


def test_2_where_there_are_no_plans_it_says_how_to_get_one(tmp_path: Path) -> None:
    done = planc("execute", "missing.plan.yaml", folder=tmp_path)
    assert (done.returncode, "planc init" in done.stderr, "planc plan" in done.stderr) == (2, True, True)


@pytest.mark.parametrize("command", ["check", "show", "execute"])
def test_3_an_invalid_plan(tmp_path: Path, command: str) -> None:
    done = planc(command, write(tmp_path, PROMPT.replace("tasks.a", "tasks.c")), folder=tmp_path)
    assert done.returncode == 3
    words(done)
    assert "P201" in done.stdout + done.stderr
    assert "a.plan.yaml:5:" in done.stdout + done.stderr


def test_4_a_right_that_was_not_given(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("hello", encoding="utf-8")
    done = planc("execute", write(tmp_path, READ), folder=tmp_path)
    assert done.returncode == 4
    flag = re.search(r"--allow-read=\S+", words(done))
    assert flag is not None
    assert planc("execute", "a.plan.yaml", flag.group(), folder=tmp_path).returncode == 0


def test_4_a_broken_configuration(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("modle = 'x'", encoding="utf-8")
    done = planc("execute", write(tmp_path, PROMPT), folder=tmp_path, PLANC_CONFIG=str(tmp_path / "config.toml"))
    assert done.returncode == 4
    assert "modle" in words(done)


def test_4_a_limit_in_dollars_without_a_price(tmp_path: Path) -> None:
    with Endpoint(text("hello")) as endpoint:
        plan = write(tmp_path, PROMPT)
        done = planc("execute", plan, "--usd", "1", folder=tmp_path, OPENAI_BASE_URL=endpoint.base_url)
        assert done.returncode == 4
        assert "nobody knows the price of `the default model`" in words(done)
        assert endpoint.requests == []
        told = planc(
            "execute", plan, "--usd", "1", "--allow-unpriced", folder=tmp_path, OPENAI_BASE_URL=endpoint.base_url
        )
        assert told.returncode == 0, told.stderr
        assert "unpriced" in words(told)


def test_5_the_budget_is_used_up_and_more_goes_on(tmp_path: Path) -> None:
    with Endpoint([text("hello"), text("again")]) as endpoint:
        plan = write(tmp_path, PROMPT)
        done = planc("execute", plan, "--calls", "1", folder=tmp_path, OPENAI_BASE_URL=endpoint.base_url)
        assert done.returncode == 5
        assert "planc resume" in words(done)
        more = planc("resume", "last", "--calls", "5", folder=tmp_path, OPENAI_BASE_URL=endpoint.base_url)
        assert (more.returncode, more.stdout) == (0, "again\n"), more.stderr
        assert len(endpoint.requests) == 2


def test_6_waiting_for_a_person(tmp_path: Path) -> None:
    done = planc("execute", write(tmp_path, ASK), folder=tmp_path)
    assert done.returncode == 6
    assert "May I?" in words(done)


def test_130_interrupted_and_resumed(tmp_path: Path) -> None:
    with Endpoint([text("hello"), Hang(), text("again")]) as endpoint:
        plan = write(tmp_path, PROMPT)
        process = start_planc("execute", plan, folder=tmp_path, OPENAI_BASE_URL=endpoint.base_url)
        endpoint.wait_for_requests(2)
        process.send_signal(signal.SIGINT)
        assert process.stderr is not None
        assert any("stopping" in line for line in process.stderr)  # two at once may be one to the system
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 130, errors
        assert "Traceback" not in errors
        run = re.search(r"planc resume (\w+)", errors)
        assert run is not None, errors
        more = planc("resume", run.group(1), folder=tmp_path, OPENAI_BASE_URL=endpoint.base_url)
        assert (more.returncode, more.stdout) == (0, "again\n"), more.stderr
        assert len(endpoint.requests) == 3


def test_a_killed_run_goes_on_where_it_was(tmp_path: Path) -> None:
    with Endpoint([text("hello"), Hang(), text("again")]) as endpoint:
        plan = write(tmp_path, PROMPT)
        process = start_planc("execute", plan, folder=tmp_path, OPENAI_BASE_URL=endpoint.base_url)
        endpoint.wait_for_requests(2)
        process.kill()
        process.communicate(timeout=120)
        (run,) = json.loads(planc("runs", "ls", "--json", folder=tmp_path).stdout)
        assert run["status"] == "abandoned"
        more = planc("resume", "last", folder=tmp_path, OPENAI_BASE_URL=endpoint.base_url)
        assert (more.returncode, more.stdout) == (0, "again\n"), more.stderr
        assert len(endpoint.requests) == 3


def test_debug_is_the_only_way_to_a_traceback(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("modle = 'x'", encoding="utf-8")
    settings = {"PLANC_CONFIG": str(tmp_path / "config.toml")}
    done = planc("--debug", "tools", "ls", folder=tmp_path, **settings)
    assert done.returncode == 4
    assert "Traceback" in done.stderr


def test_what_is_done_needs_no_right_any_more(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("hello", encoding="utf-8")
    plan = write(
        tmp_path, READ + '  say: {prompt: "Say ${{ tasks.r.output }}"}\noutputs: {o: "${{ tasks.say.output }}"}\n'
    )
    with Endpoint([Error(422, "not now"), text("said")]) as endpoint:
        done = planc("execute", plan, "--allow-read", "note.txt", folder=tmp_path, OPENAI_BASE_URL=endpoint.base_url)
        assert done.returncode == 1, done.stderr
        more = planc("resume", folder=tmp_path, OPENAI_BASE_URL=endpoint.base_url)
        assert (more.returncode, more.stdout) == (0, "said\n"), more.stderr
        again = planc("resume", "last", "--fresh", "r", folder=tmp_path, OPENAI_BASE_URL=endpoint.base_url)
        assert again.returncode == 4
        assert "--allow-read=" in words(again)
