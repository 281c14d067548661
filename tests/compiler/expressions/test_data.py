from __future__ import annotations

from typing import Any

import pytest

from planc_compiler.expressions import data_leaves, read_data
from planc_compiler.source import read


def data_of(text: str) -> list[Any]:
    root = read(f"x: {text}\n", "t").root
    assert root is not None
    node = root.get("x")
    assert node is not None
    faults: list[Any] = []
    code = read_data(node, faults)
    assert faults == []
    assert all(leaf[0] in ("expr", "text") for leaf, _ in data_leaves(code, node))
    return code


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("1", ["const", 1]),
        ("{a: [1, b]}", ["const", {"a": [1, "b"]}]),
        ('"${{ x }}"', ["expr", ["var", "x"]]),
        ('" ${{ x }} "', ["expr", ["var", "x"]]),
        ('"a ${{ x }}"', ["text", ["a ", ["put", ["var", "x"]]]]),
        ('"${{ x }}${{ y }}"', ["text", [["put", ["var", "x"]], ["put", ["var", "y"]]]]),
        ('{a: 1, b: "${{ x }}"}', ["obj", {"a": ["const", 1], "b": ["expr", ["var", "x"]]}]),
        ('[1, "${{ x }}"]', ["arr", [["const", 1], ["expr", ["var", "x"]]]]),
        ('["{", "}}"]', ["const", ["{", "}}"]]),
    ],
)
def test_data(text: str, wanted: list[Any]) -> None:
    assert data_of(text) == wanted
