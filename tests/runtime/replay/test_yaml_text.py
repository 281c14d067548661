"""Cassettes as YAML: every JSON value comes back, people can read it, strangers' files are refused safely."""

from __future__ import annotations

import json

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from planc_runtime.replay.cassette import Cassette
from planc_runtime.replay.yaml_text import MAX_DEPTH, CassetteError, read, write
from planc_schemas.values import Json

ODD = [
    "no", "1e5", "0755", "1:30", "2026-01-01", "~", "null", "a\n b\n", "\n\n x", "  x\ny", "x \ny", "a\tb\nc",
    "# x", "\x85", "\u2028", "---", "...", "<<", "=", "- a", "a: b", "'", "\r\n", "\ufeff",
]  # fmt: skip
TEXTS = st.text(st.characters(exclude_categories=["Cs"])) | st.sampled_from(ODD)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


def one_call(result: Json, arguments: Json = None) -> Cassette:
    cassette = Cassette("demo")
    cassette.record("find", "tool", {"tool": "search", "arguments": arguments}, {"result": result})
    return cassette


@settings(max_examples=400, deadline=None)
@given(VALUES, VALUES)
def test_every_value_comes_back(result: Json, arguments: Json) -> None:
    cassette = one_call(result, arguments)
    again = read(write(cassette), "c.yaml")
    assert json.dumps([r.outcome for r in again.recordings()]) == json.dumps([r.outcome for r in cassette.recordings()])
    assert [r.key for r in again.recordings()] == [r.key for r in cassette.recordings()]
    assert write(again) == write(cassette)


def test_long_texts_read_as_texts() -> None:
    text = write(one_call('First line: with a colon.\nSecond line, "quoted".\n'))
    assert '    result: |\n      First line: with a colon.\n      Second line, "quoted".\n' in text


def test_other_readers_see_the_same() -> None:
    """PyYAML's own loader as the second witness: texts that look like numbers, dates or booleans are quoted."""
    value = {"a": ["no", "1:30", "2026-01-01", "1e5", "0755", 1, 1.5, None, True], "b\nc": "x: y"}
    loaded = yaml.safe_load(write(one_call(value)))
    assert loaded["recordings"][0]["result"] == value


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "one document"),
        ("a: 1\n", "does not begin with `planc_cassette: 1`"),
        ("planc_cassette: 2\n", "format 2"),
        ("planc_cassette: 1\n", "no list"),
        ("planc_cassette: 1\nrecordings:\n  - {task: a}\n", "recording 1 is incomplete"),
        ("planc_cassette: 1\nrecordings: [1]\n", "recording 1 is incomplete"),
        ("planc_cassette: 1\nplanc_cassette: 1\n", "line 2, column 1: `planc_cassette` stands here twice"),
        ("planc_cassette: 1\na: &x 1\nb: *x\n", "line 2, column 4: anchors"),
        ("planc_cassette: !!int 1\n", "tags"),
        ("planc_cassette: 1\n---\na: 1\n", "one document"),
        ("planc_cassette: [1\n", "not the YAML"),
        ("{a: 1, [b]: 2}", "a key must be a plain text"),
        ("planc_cassette: " + "[" * (MAX_DEPTH + 5), "nested deeper"),
        ("planc_cassette: " + "9" * 10_000, "not the YAML"),
    ],
)  # fmt: skip
def test_what_is_no_cassette_is_refused(text: str, message: str) -> None:
    with pytest.raises(CassetteError, match=message.replace("[", r"\[")):
        read(text, "c.yaml")


def test_a_bomb_is_refused_quickly() -> None:
    """100 KB of `[` crash the C composer; the events do not."""
    with pytest.raises(CassetteError, match="nested deeper"):
        read("[" * 100_000, "c.yaml")
