"""JSON as bytes: strict, whatever pydantic's serialiser would let through."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planc_schemas import values
from planc_schemas.json_text import json_bytes
from planc_schemas.values import canonical_json

NUMBERS = st.integers(-(2**60), 2**60) | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_what_is_written_is_read_back(value: object) -> None:
    assert json.loads(json_bytes(value)) == value


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, {"a": [math.nan]}])
def test_numbers_that_json_does_not_have_are_refused(value: object) -> None:
    with pytest.raises(ValueError, match="JSON"):
        json_bytes(value)


def test_lone_surrogates_are_escaped_and_other_text_is_not() -> None:
    assert json_bytes({"text": "ü \ud800"}) == b'{"text":"\\u00fc \\ud800"}'
    assert json_bytes({"text": "ü Nein In"}) == '{"text":"ü Nein In"}'.encode()


def test_depth_does_not_matter() -> None:
    value: object = 1
    for _ in range(300):
        value = [value]
    assert json_bytes(value) == b"[" * 300 + b"1" + b"]" * 300


@given(VALUES)
def test_canonical_text_is_what_the_standard_library_writes(value: object) -> None:
    assert canonical_json(value) == json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def test_canonical_text_does_not_depend_on_what_is_not_public(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor on its being there: some Pythons have no encoder in C."""
    monkeypatch.setattr("json.encoder.c_make_encoder", None)
    assert values._canonical_writer()({"b": "ü", "a": 1}) == '{"a":1,"b":"ü"}'


def test_canonical_text_goes_on_after_a_value_that_is_none() -> None:
    value = {"b": 1, "a": [math.nan]}
    for _ in range(2):
        with pytest.raises(ValueError, match="JSON"):
            canonical_json(value)
    value["a"] = [0.5]
    assert canonical_json(value) == '{"a":[0.5],"b":1}'
    assert canonical_json("ü \ud800") == '"ü \ud800"'
