"""Plans that come with the package."""

from __future__ import annotations

from pathlib import Path

import planc

ROOT = Path(__file__).parents[2]
TEMPLATES = Path(planc.__file__).parent / "templates"


def test_the_demos_reviewed_plan_is_the_first_of_the_examples() -> None:
    original = ROOT / "plans" / "01-llm4se-review.plan.yaml"
    copied = TEMPLATES / "llm4se-review.plan.yaml"
    assert copied.read_bytes() == original.read_bytes(), f"run: cp {original} {copied}"


def test_every_template_compiles_without_complaint() -> None:
    from planc.files.plans import compile_file
    from planc_runtime.tools.builtin import builtin_tools
    from planc_runtime.tools.registry import ToolRegistry

    templates = sorted(TEMPLATES.glob("*.plan.yaml"))
    assert len(templates) >= 2
    for path in templates:
        assert compile_file(path, ToolRegistry(builtin_tools({}))).diagnostics == []
