"""`planc run GOAL` begins with tasks while the planner still writes. Only the models' words are made up.

The endpoint holds the draft back until the first task's call has come in: without a head start nothing would ever end.
"""

from __future__ import annotations

import json
import re
import signal
import threading
from pathlib import Path

import pytest

from tests.support.cli import planc, start_planc
from tests.support.endpoint import Endpoint
from tests.support.exchange import Request
from tests.support.replies import Answer, Hang, Paused, Reply, data, text
from tests.support.terminal import Terminal

from .test_planning import settings, step

STEPS = [
    step("tides", text="Say in one sentence what makes the tides."),
    step("waves", text="Say in one sentence what makes waves."),
    step("both", text="Say in one sentence how they differ: {tides} {waves}", needs=["tides", "waves"]),
]
GOAL = "Explain tides and waves and how they differ."


def draft(*steps: dict[str, object], name: str = "sea") -> dict[str, object]:
    return {"name": name, "steps": list(steps)}


def is_planning(request: Request) -> bool:
    return "steps" in (request.schema or {}).get("properties", {})


class Scene:
    """An endpoint whose draft stops before `both` until a task's call has come in. `later` answers further drafts."""

    def __init__(self, first: Answer, *later: Reply, before: str = '{"id": "both"', hangs: str = "no such") -> None:
        self.called = threading.Event()
        self.draft = Paused(first, before, self.called)
        self.drafts: list[Reply] = [self.draft, *later]
        self.hangs = hangs
        self.order: list[str] = []

    def __call__(self, request: Request) -> Reply:
        if is_planning(request):
            self.order.append("draft")
            return self.drafts.pop(0)
        self.order.append(request.prompt.strip().splitlines()[-1])
        self.called.set()
        return Hang() if self.hangs in request.prompt else text("Because of the moon.")


def shown(folder: Path) -> dict[str, object]:
    done = planc("runs", "show", "last", "--json", folder=folder)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def test_a_task_is_called_before_the_draft_has_ended(tmp_path: Path) -> None:
    scene = Scene(data(draft(*STEPS)))
    with Endpoint(scene) as endpoint:
        done = planc("run", GOAL, "--json", folder=tmp_path, **settings(endpoint))
    assert done.returncode == 0, done.stderr
    assert scene.draft.gate.is_set()
    assert scene.order[0] == "draft"
    assert sorted(scene.order[1:3]) == [f"Say in one sentence what makes {what}." for what in ("the tides", "waves")]
    assert len(scene.order) == 4  # no task is called twice
    result = json.loads(done.stdout)
    assert result["status"] == "succeeded" and result["outputs"] == {"both": "Because of the moon."}
    plan = next(tmp_path.glob("*.plan.yaml"))
    assert planc("check", plan.name, folder=tmp_path).returncode == 0
    replayed = planc("replay", "last", "--json", folder=tmp_path)
    assert replayed.returncode == 0, replayed.stderr
    assert json.loads(replayed.stdout)["outputs"] == result["outputs"]
    lines = done.stderr.splitlines()
    stages = [index for index, line in enumerate(lines) if re.match(r"  (tides|waves|both): write", line)]
    started = next(index for index, line in enumerate(lines) if "tides" in line and "started" in line)
    assert stages[0] < started < stages[2]  # on the screen too


def test_the_run_keeps_how_its_plan_came_about(tmp_path: Path) -> None:
    circle = [dict(STEPS[0], needs=["tide"]), STEPS[1], STEPS[2]]
    with Endpoint(Scene(data(draft(*circle)), before='{"id": "both"')) as endpoint:
        scene: Scene = endpoint._script  # type: ignore[assignment]
        scene.called.set()
        done = planc("run", GOAL, folder=tmp_path, **settings(endpoint))
    assert done.returncode == 0, done.stderr
    assert "repaired by the rule: " in done.stderr
    record = shown(tmp_path)["planning"]
    assert isinstance(record, list) and record[0]["attempts"] == 1
    assert record[0]["structured_by"] == "json_schema"
    assert record[0]["repairs"][0]["by"] == "rule"
    for_people = planc("runs", "show", "last", folder=tmp_path).stdout
    assert "planned  by scripted" in for_people and "repaired by the rule: " in for_people
    usage = shown(tmp_path)["usage"]
    assert isinstance(usage, dict) and usage["calls"] == 4  # the plan's own answer is counted


def test_a_plan_that_fails_its_check_cancels_what_began(tmp_path: Path) -> None:
    bad = data(draft(STEPS[0], STEPS[1], step("both", "no_such_tool", needs=["waves"])))
    with Endpoint(Scene(bad, bad, bad, hangs="tides")) as endpoint:
        done = planc("run", GOAL, folder=tmp_path, **settings(endpoint))
    assert done.returncode == 3, done.stderr
    assert "there is no plan" in done.stderr and "is cancelled" in done.stderr
    assert list(tmp_path.glob("*.plan.yaml")) == []
    run = shown(tmp_path)
    assert (run["status"], run["outputs"]) == ("cancelled", {})
    resumed = planc("resume", "last", folder=tmp_path)
    assert (resumed.returncode != 0 and "R004" in resumed.stderr + resumed.stdout) or "plan" in resumed.stderr


def test_a_plan_that_is_repaired_keeps_the_tasks_that_it_has_in_common(tmp_path: Path) -> None:
    bad = data(draft(STEPS[0], STEPS[1], step("both", "no_such_tool", needs=["waves"])))
    good = data(draft(STEPS[0], step("waves", text="Say in two sentences what makes waves."), STEPS[2]))
    scene = Scene(bad, good)
    with Endpoint(scene) as endpoint:
        done = planc("run", GOAL, "--json", folder=tmp_path, **settings(endpoint))
    assert done.returncode == 0, done.stderr
    assert scene.order.count("Say in one sentence what makes the tides.") == 1
    assert scene.order.count("Say in two sentences what makes waves.") == 1
    assert json.loads(done.stdout)["outputs"] == {"both": "Because of the moon."}
    assert len(shown(tmp_path)["planning"]) == 1  # type: ignore[arg-type]


def test_what_needs_a_right_or_changes_something_does_not_begin(tmp_path: Path) -> None:
    (tmp_path / "sea.txt").write_text("The sea.\n", encoding="utf-8")
    steps = [
        step("sea", "read_file", args=[{"name": "path", "value": "sea.txt"}]),
        step("save", "write_file", args=[{"name": "path", "value": "out.txt"}, {"name": "text", "value": "x"}]),
        step("both", text="Say in one sentence what {sea} is about.", needs=["sea"]),
    ]
    scene = Scene(data(draft(*steps)))
    scene.called.set()
    with Endpoint(scene) as endpoint:
        done = planc("run", "Read sea.txt and save x to out.txt.", folder=tmp_path, **settings(endpoint))
    assert done.returncode == 4, done.stderr
    assert "--allow-read" in done.stderr
    assert scene.order == ["draft"]
    assert not (tmp_path / "out.txt").exists()
    assert planc("runs", "ls", "--json", folder=tmp_path).stdout.strip() in ("", "[]")


def test_ctrl_c_while_it_plans_cancels_what_began(tmp_path: Path) -> None:
    scene = Scene(data(draft(*STEPS)), hangs="tides")
    never = threading.Event()
    scene.drafts = [Paused(data(draft(*STEPS)), '{"id": "both"', never)]
    with Endpoint(scene) as endpoint:
        running = start_planc("run", GOAL, folder=tmp_path, **settings(endpoint))
        assert scene.called.wait(120)
        running.send_signal(signal.SIGINT)
        _, errors = running.communicate(timeout=120)
    assert running.returncode == 130, errors
    assert "stopped before the plan was complete" in errors and "Traceback" not in errors
    assert shown(tmp_path)["status"] == "cancelled"


@pytest.mark.parametrize("killed", [signal.SIGKILL])
def test_a_run_that_died_with_its_planner_says_what_to_do(tmp_path: Path, killed: signal.Signals) -> None:
    scene = Scene(data(draft(*STEPS)))
    scene.drafts = [Paused(data(draft(*STEPS)), '{"id": "both"', threading.Event())]
    with Endpoint(scene) as endpoint:
        running = start_planc("run", GOAL, folder=tmp_path, **settings(endpoint))
        assert scene.called.wait(120)
        running.send_signal(killed)
        running.communicate(timeout=120)
        resumed = planc("resume", "last", folder=tmp_path, **settings(endpoint))
    assert resumed.returncode != 0
    assert "plan was being written" in resumed.stderr and "run the goal again" in resumed.stderr


def test_on_a_terminal_rights_and_questions_are_asked_where_it_runs(tmp_path: Path) -> None:
    steps = [
        *STEPS,
        step("colour", "ask_person", text="Which colour?"),
        step("save", "write_file", args=[{"name": "path", "value": "out.md"}, {"name": "text", "value": "{both}"}]),
    ]
    arguments = ("run", f"{GOAL} Save it to out.md.")
    with (
        Endpoint(Scene(data(draft(*steps)))) as endpoint,
        Terminal(*arguments, folder=tmp_path, **settings(endpoint)) as terminal,
    ):
        shown = terminal.expect("allow write:out.md in this run?")
        assert "tides                started" in shown  # it has begun before anything is asked
        terminal.enter("y")
        terminal.expect("Which colour?")
        terminal.enter("blue")
        code, _ = terminal.end()
    assert code == 0, terminal.shown
    assert (tmp_path / "out.md").read_text(encoding="utf-8") == "Because of the moon."
