from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planc_compiler.naming import plan_name, task_id
from planc_compiler.nearest import nearest
from planc_schemas.values import PLAN_NAME, TASK_ID


@pytest.mark.parametrize(
    ("word", "meant"),
    [("fetsh", "fetch"), ("Fetch-It", "fetch_it"), ("FETCH", "fetch"), ("xyz", None), ("", None), ("f" * 300, None)],
)
def test_nearest(word: str, meant: str | None) -> None:
    assert nearest(word, ["fetch", "fetch_it", "write"]) == meant


@pytest.mark.parametrize(
    ("word", "name"),
    [("Find-Papers 2", "find_papers_2"), ("findPapers", "find_papers"), ("2nd", "t_2nd"), ("漢字", None), ("_a_", "a")],
)
def test_task_id(word: str, name: str | None) -> None:
    assert task_id(word) == name


@given(st.text())
def test_names_are_legal_or_none(word: str) -> None:
    name = task_id(word)
    assert name is None or TASK_ID.fullmatch(name)
    other = plan_name(word)
    assert other is None or PLAN_NAME.fullmatch(other)
