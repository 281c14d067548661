"""Older versions are read as this one: a frozen corpus, and each rule of the step by itself."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from planc_compiler.fmt import NotAPlan, migrate_text
from planc_compiler.shape import parse
from planc_compiler.source import read
from planc_compiler.upgrade import STEPS, upgrade, version_of
from planc_schemas.plan import VERSION
from planc_schemas.values import Json

CORPUS = sorted((Path(__file__).parents[1] / "versions").glob("*.v*.yaml"))


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.name)
def test_corpus(path: Path) -> None:
    migrated = migrate_text(path.read_bytes(), path.name)
    golden = path.with_name(path.name.split(".")[0] + ".plan.yaml")
    if os.environ.get("PLANC_GOLDEN") == "write":
        golden.write_text(migrated, encoding="utf-8")
    assert migrated == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.name)
def test_read_in_memory_it_is_the_plan_that_migrate_writes(path: Path) -> None:
    old = parse(read(path.read_bytes(), path.name))
    assert [d.code for d in old.diagnostics] == ["P111"] and old.diagnostics[0].severity == "warning"
    new = parse(read(migrate_text(path.read_bytes()), "new"))
    assert new.diagnostics == []
    assert new.plan == old.plan is not None


def test_every_version_has_its_step_and_its_files() -> None:
    assert sorted(STEPS) == list(range(VERSION))
    assert {int(path.suffixes[0].removeprefix(".v")) for path in CORPUS} == set(STEPS)


def steps(text: str) -> Json:
    source = upgrade(read("version: 0\ntitle: x\nsteps:\n" + text, "f"))
    assert source.root is not None
    return source.root.to_json()["tasks"]


@pytest.mark.parametrize(
    ("step", "task"),
    [
        ("{id: a, action: t}", {"tool": "t"}),
        ("{id: a, action: llm, prompt: x}", {"prompt": "x"}),
        ("{id: a, action: llm}", {"tool": "llm"}),
        ("{id: a, action: t, retries: 0}", {"tool": "t", "retry": {"max_attempts": 1}}),
        ("{id: a, action: t, retries: many}", {"tool": "t", "retries": "many"}),
        ("{id: a, action: t, timeout: 90}", {"tool": "t", "timeout": "90s"}),
        ("{id: a, action: t, timeout: 2m}", {"tool": "t", "timeout": "2m"}),
        ("{id: a, action: t, depends_on: b}", {"tool": "t", "needs": "b"}),
        ("{id: a, action: t, frobnicate: 1}", {"tool": "t", "frobnicate": 1}),
        ("{id: a, action: t, args: {x: ['{{ params.y }}']}}", {"tool": "t", "with": {"x": ["${{ inputs.y }}"]}}),
    ],
)
def test_a_step(step: str, task: Json) -> None:
    assert steps(f"  - {step}\n") == {"a": task}


def test_what_is_no_step_passes_through() -> None:
    assert steps("  - 3\n  - {action: t}\n") == {"step_1": 3, "step_2": {"tool": "t"}}


def test_two_steps_with_one_id_are_reported() -> None:
    found = parse(read("title: x\nsteps:\n  - {id: a-b, action: t}\n  - {id: a_b, action: t}\n", "f"))
    assert [d.code for d in found.diagnostics] == ["P111", "P006"]
    assert [label.span.line for label in found.diagnostics[1].labels] == [4, 3]


def test_positions_stay_those_of_the_file() -> None:
    found = parse(read("title: x\nsteps:\n  - id: a\n    action: llm\n    prompt: x\n    timeout: soon\n", "f"))
    assert [(d.code, d.place.span.line) for d in found.diagnostics] == [("P111", 1), ("P109", 6)]


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("version: 1\n", 1),
        ("version: 7\n", 7),
        ("steps: []\n", 0),
        ("steps: {}\n", None),
        ("steps: []\ntasks: {}\n", None),
        ("version: true\n", None),
        ("version: '1'\n", None),
        ("a: 1\n", None),
    ],
)
def test_version_of(text: str, version: int | None) -> None:
    root = read(text, "f").root
    assert root is not None and version_of(root) == version


def test_this_version_is_left_alone() -> None:
    source = read("version: 1\n", "f")
    assert upgrade(source) is source


def test_a_newer_version_is_refused_by_number_and_nothing_else_is_said() -> None:
    text = f"version: {VERSION + 1}\nfoo: bar\n"
    found = parse(read(text, "f"))
    assert found.plan is None
    assert [d.code for d in found.diagnostics] == ["P110"]
    assert str(VERSION + 1) in found.diagnostics[0].message
    with pytest.raises(NotAPlan, match="P110"):
        migrate_text(text)
