from __future__ import annotations

from pathlib import Path

import jsonschema
import pytest
import yaml

from planc_compiler.shape import parse
from planc_compiler.source import read
from planc_schemas import plan as models
from planc_schemas.diagnostics import has_errors
from planc_schemas.field_help import HELP
from planc_schemas.json_schema import FILE, plan_json_schema, plan_json_schema_text

GOOD = """
version: 1
name: a
tasks:
  find: {tool: arxiv_search, with: {query: x}}
  each:
    foreach: {in: "${{ tasks.find.output }}", as: paper}
    if: true
    prompt: "${{ paper.title }}"
"""


def test_the_file_is_what_the_models_say() -> None:
    assert FILE.read_text(encoding="utf-8") == plan_json_schema_text(), "run: python -m planc_schemas.json_schema"


def test_the_schema_is_valid_and_takes_a_plan() -> None:
    validator = jsonschema.Draft202012Validator(plan_json_schema())
    validator.check_schema(plan_json_schema())
    assert list(validator.iter_errors(yaml.safe_load(GOOD))) == []


@pytest.mark.parametrize(
    ("right", "wrong"),
    [("version: 1", "version: 2"), ("prompt:", "promt:"), ("name: a", "name: A"), ("as: paper", "as: Paper")],
)
def test_the_schema_refuses_what_the_compiler_refuses(right: str, wrong: str) -> None:
    validator = jsonschema.Draft202012Validator(plan_json_schema())
    assert list(validator.iter_errors(yaml.safe_load(GOOD.replace(right, wrong))))


def _sources() -> list[Path]:
    root = Path(__file__).parents[2]
    return sorted([*root.glob("plans/**/*.plan.yaml"), *root.glob("tests/diagnostics/*.plan.yaml")])


@pytest.mark.parametrize("path", _sources(), ids=lambda path: path.name)
def test_the_schema_says_what_the_shape_pass_says(path: Path) -> None:
    """For every plan of this project, and every fixture that is YAML: right for both or wrong for both."""
    source = read(path.read_bytes(), path.name)
    if source.root is None or has_errors(source.diagnostics):
        return
    shaped = [found.code for found in parse(source).diagnostics if found.severity == "error" or found.code == "P111"]
    validator = jsonschema.Draft202012Validator(plan_json_schema())
    problems = [problem.message for problem in validator.iter_errors(source.root.to_json())]
    assert bool(shaped) == bool(problems), (shaped, problems)


def test_every_field_has_a_line_of_help() -> None:
    schema = plan_json_schema()
    for name, definition in {"Plan": schema, **schema["$defs"]}.items():
        for field, inner in definition["properties"].items():
            assert inner.get("description"), f"{name}.{field}"


def test_no_line_of_help_is_for_nothing() -> None:
    for name, lines in HELP.items():
        model = getattr(models, name)
        fields = {info.alias or field for field, info in model.model_fields.items()}
        assert set(lines) <= fields, name
