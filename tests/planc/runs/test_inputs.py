from __future__ import annotations

from pathlib import Path

import pytest

from planc.runs.inputs import InputError, read_inputs
from planc_schemas.values import Json

SCHEMAS = {
    "topic": {"type": "string", "default": "x"},
    "count": {"type": "integer", "default": 5, "minimum": 0},
    "papers": {"type": "array", "items": {"type": "string"}, "default": []},
    "anything": {"default": None},
}


@pytest.mark.parametrize(
    ("pair", "value"),
    [
        ("topic=123", "123"),
        ("topic=a=b", "a=b"),
        ("topic=", ""),
        ("topic=@@home", "@home"),
        ("count=3", 3),
        ('papers=["a","b"]', ["a", "b"]),
        ("anything=true", True),
        ("anything=no JSON", "no JSON"),
    ],
)
def test_a_value_is_typed_by_its_schema(pair: str, value: Json, tmp_path: Path) -> None:
    assert read_inputs([pair], SCHEMAS, tmp_path) == {pair.partition("=")[0]: value}


def test_a_file_is_read_as_text_or_json(tmp_path: Path) -> None:
    (tmp_path / "topic.txt").write_text("from a file\n", encoding="utf-8")
    (tmp_path / "papers.json").write_text('["p"]', encoding="utf-8")
    read = read_inputs(["topic=@topic.txt", "papers=@papers.json"], SCHEMAS, tmp_path)
    assert read == {"topic": "from a file\n", "papers": ["p"]}


@pytest.mark.parametrize(
    ("pairs", "message", "help"),
    [
        (["topic"], "'topic' has no value", "-i NAME=VALUE"),
        (["tpoic=x"], "no input `tpoic`", "did you mean `topic`?"),
        (["zzz=x"], "no input `zzz`", "topic, count"),
        (["count=1", "count=2"], "given twice", ""),
        (["count=many"], "`count` is an integer", "-i count='3'"),
        (["count=NaN"], "`count` is an integer", ""),
        (["count=-1"], "does not fit the plan", ""),
        (["papers=[1]"], "does not fit the plan: $[0]", ""),
        (["topic=@missing.txt"], "missing.txt cannot be read", ""),
    ],
)
def test_what_cannot_be_taken_is_said(pairs: list[str], message: str, help: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as raised:
        read_inputs(pairs, SCHEMAS, tmp_path)
    assert message in raised.value.message
    assert help in raised.value.help


def test_a_missing_input_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="the plan needs the input topic"):
        read_inputs([], {"topic": {"type": "string"}}, tmp_path)


def test_a_value_that_does_not_fit_says_what_the_plan_asks_for() -> None:
    with pytest.raises(InputError) as raised:
        read_inputs(["count=30"], {"count": {"type": "integer", "maximum": 20}}, Path())
    assert "maximum" in raised.value.help
