"""Runs that wait for a person: answered on the command line, in the terminal that runs them, days later or too late."""

from __future__ import annotations

import json
import os
from pathlib import Path

from planc_runtime.store.sqlite import SqliteStore
from planc_schemas.events import Event
from tests.support.cli import planc, start_planc
from tests.support.processes import wait_until
from tests.support.terminal import Terminal

PLAN = """\
version: 1
name: survey
tasks:
  colour:
    ask: Which colour?
    output: {enum: [red, blue]}
  sure:
    ask: Is ${{ tasks.colour.output }} right?
    output: boolean
  words:
    needs: [sure]
    ask: Anything else?
    output: {type: object, properties: {note: string}, required: [note]}
outputs:
  all: ["${{ tasks.colour.output }}", "${{ tasks.sure.output }}", "${{ tasks.words.output.note }}"]
"""


def written(folder: Path, text: str = PLAN) -> None:
    (folder / "survey.plan.yaml").write_text(text, encoding="utf-8")


def events(folder: Path) -> list[Event]:
    store = SqliteStore(folder / ".planc")
    return store.read(store.resolve("last"), whole=True)


def test_a_run_waits_without_a_process_and_each_answer_is_bound_to_what_was_shown(tmp_path: Path) -> None:
    written(tmp_path)
    waiting = planc("execute", "survey.plan.yaml", folder=tmp_path)
    assert waiting.returncode == 6
    asked = json.loads(planc("answer", "last", "--json", folder=tmp_path).stdout)["colour"]
    command = f"planc answer {waiting.stderr.split('planc resume ')[1].strip()} 'colour' TEXT --digest "
    assert command + asked["digest"][:12] in waiting.stderr, waiting.stderr
    assert not (tmp_path / ".planc" / "runs").joinpath("lock").exists()

    other = planc("answer", "last", "colour", "red", "--digest", "abc", folder=tmp_path)
    assert other.returncode == 2 and "has changed since it was shown" in other.stderr
    wrong = planc("answer", "last", "colour", "green", folder=tmp_path)
    assert wrong.returncode == 2 and "does not fit" in wrong.stderr
    nobody = planc("answer", "last", "sure", "yes", folder=tmp_path)
    assert nobody.returncode == 2 and "waiting: colour" in nobody.stderr
    given = ("answer", "last", "colour", "blue", "--digest", asked["digest"][:12], "--by", "Ada")
    assert planc(*given, folder=tmp_path).returncode == 0
    again = planc("answer", "last", "colour", "red", folder=tmp_path)
    assert again.returncode == 2 and "answered already" in again.stderr

    next_one = planc("resume", "last", folder=tmp_path)
    assert next_one.returncode == 6 and "Is blue right?" in next_one.stderr
    (answered,) = [event.data for event in events(tmp_path) if event.type == "task_answered"]
    assert answered == {"answer": "blue", "by": "Ada", "digest": asked["digest"]}


def test_a_long_answer_comes_from_a_file_or_a_pipe(tmp_path: Path) -> None:
    written(tmp_path, "version: 1\nname: s\ntasks:\n  a: {ask: Words?}\noutputs: {a: '${{ tasks.a.output }}'}\n")
    (tmp_path / "answer.txt").write_text("two\nlines\n", encoding="utf-8")
    for given, stdin, words in (("@answer.txt", None, "two\nlines"), ("-", "from a pipe\n", "from a pipe")):
        assert planc("execute", "survey.plan.yaml", folder=tmp_path).returncode == 6
        assert planc("answer", "last", "a", given, folder=tmp_path, stdin=stdin).returncode == 0
        done = planc("resume", "last", folder=tmp_path)
        assert (done.returncode, done.stdout.rstrip("\n")) == (0, words)
    missing = planc("answer", "last", "a", "@nowhere.txt", folder=tmp_path)
    assert missing.returncode == 2 and "Traceback" not in missing.stderr


def test_on_a_terminal_the_questions_are_asked_where_the_run_goes_on(tmp_path: Path) -> None:
    written(tmp_path)
    with Terminal("execute", "survey.plan.yaml", folder=tmp_path) as terminal:
        terminal.expect("Which colour?")
        terminal.expect("answer (red, blue; empty: later)")
        terminal.enter("green")
        terminal.expect("does not fit")
        terminal.enter("red")
        terminal.expect("Is red right?")
        terminal.enter("perhaps")
        terminal.expect("must be yes or no")
        terminal.enter("yes")
        terminal.expect("Anything else?")
        terminal.enter('{"note": "no"}')
        code, stdout = terminal.end()
    assert (code, json.loads(stdout)) == (0, ["red", True, "no"])
    assert [event.data["by"] for event in events(tmp_path) if event.type == "task_answered"] == [
        "a person at the terminal"
    ] * 3


def test_a_question_left_open_on_a_terminal_waits(tmp_path: Path) -> None:
    written(tmp_path)
    with Terminal("execute", "survey.plan.yaml", folder=tmp_path) as terminal:
        terminal.expect("empty: later")
        terminal.enter("")
        terminal.expect("planc answer")
        assert terminal.end()[0] == 6
    assert planc("answer", "last", "colour", "red", folder=tmp_path).returncode == 0
    with Terminal("resume", "last", folder=tmp_path) as terminal:
        terminal.expect("Is red right?")
        terminal.enter("")
        assert terminal.end()[0] == 6


WORKING = """
import planc


@planc.tool
def work() -> str:
    \"\"\"Works until it may end.\"\"\"
    open("started", "w").close()
    open("go").close()
    return "done"
"""


def test_a_run_whose_tool_still_works_takes_an_answer(tmp_path: Path) -> None:
    for name in ("started", "go"):
        os.mkfifo(tmp_path / name)
    (tmp_path / "mine.py").write_text(WORKING, encoding="utf-8")
    written(tmp_path, "version: 1\nname: s\ntasks:\n  a: {ask: Words?}\n  b: {tool: work}\n")
    process = start_planc("execute", "survey.plan.yaml", "--tools", "mine.py", folder=tmp_path)
    (tmp_path / "started").open().close()
    wait_until(lambda: any(event.type == "task_waiting" for event in events(tmp_path)))
    given = planc("answer", "last", "a", "yes", folder=tmp_path)
    assert given.returncode == 0 and "goes on" in given.stderr, given.stderr
    (tmp_path / "go").open("w").close()
    process.communicate(timeout=120)
    assert process.returncode == 0


def test_nobody_is_asked_who_said_so(tmp_path: Path) -> None:
    written(tmp_path)
    with Terminal("execute", "survey.plan.yaml", "--yes", folder=tmp_path) as terminal:
        code, _ = terminal.end()
        assert code == 6 and "empty: later" not in terminal.shown


def test_an_answer_that_comes_too_late_is_refused_and_the_task_fails_as_the_plan_says(tmp_path: Path) -> None:
    late = PLAN.replace("output: {enum: [red, blue]}", "output: {enum: [red, blue]}\n    timeout: 10ms")
    written(tmp_path, late.replace("timeout: 10ms", "timeout: 10ms\n    on_error: {value: red}"))
    waiting = planc("execute", "survey.plan.yaml", folder=tmp_path)
    assert waiting.returncode == 6 and "until: " in waiting.stderr
    refused = planc("answer", "last", "colour", "blue", folder=tmp_path)
    assert refused.returncode == 2 and "the time to answer `colour` is over" in refused.stderr
    assert "Is red right?" in planc("resume", "last", folder=tmp_path).stderr
