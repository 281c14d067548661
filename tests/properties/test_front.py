"""Properties of the compiler's front: any bytes are read, any plan is written and read back as it was."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from planc_compiler.canonical.emit import emit, tree_of
from planc_compiler.fmt import format_text
from planc_compiler.shape import parse
from planc_compiler.source import read
from planc_compiler.write import write_plan
from planc_schemas.plan import Plan
from planc_schemas.values import Json
from tests.support.messy import Messy

_LETTERS = st.one_of(
    st.sampled_from(" \n:#-{}[]\"'\\$%@`,?&*!|>ab01.~<=é漢😀\t\u2028\ufeff\u202e\x85\x00"), st.characters()
)
TEXTS = st.text(_LETTERS, max_size=40)
SOLID = TEXTS.map(lambda text: "".join(c for c in text if not "\ud800" <= c <= "\udfff"))
"""Texts that a file can hold."""
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    SOLID,
    st.sampled_from(["no", "1:30", "0755", "1e3", ".inf", "null", "<<", "x " * 80, "${{ a }} " * 20, "a\n  b\n\n"]),
)
DATA = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(SOLID, inner, max_size=4), max_leaves=10
)


@given(st.binary(max_size=300) | TEXTS.map(str))
@settings(max_examples=1000, deadline=None)
def test_anything_is_read(data: bytes | str) -> None:
    found = parse(read(data, "f"))
    assert found.plan is not None or found.diagnostics


@given(st.integers(0, 10**9))
@settings(max_examples=300, deadline=None)
def test_damaged_files_are_read(seed: int) -> None:
    messy = Messy(seed)
    found = parse(read(messy.mutated(messy.text()), "f"))
    assert found.plan is not None or found.diagnostics
    lines = found.source.text.split("\n")
    for diagnostic in found.diagnostics:
        for label in diagnostic.labels:
            line, column, end_line, end_column = label.span
            assert (line, column) <= (end_line, end_column)
            assert line >= 0 and end_line <= len(lines) + 1
            assert line == 0 or column <= len([*lines, ""][line - 1]) + 1


@given(st.dictionaries(SOLID, DATA, max_size=4))
@settings(max_examples=500, deadline=None)
def test_any_data_is_written_and_read_back(data: dict[str, Json]) -> None:
    text = emit(tree_of(data))
    source = read(text, "f")
    assert source.diagnostics == [] and source.root is not None, text
    assert json.dumps(source.root.to_json(), sort_keys=True) == json.dumps(data, sort_keys=True)
    assert format_text(text) == text


_IDS = st.from_regex(r"[a-z][a-z0-9_]{0,9}", fullmatch=True)
_NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_.:/-]{0,12}", fullmatch=True)
_DURATIONS = st.sampled_from(["500ms", "30s", "5m", "2h", "1.5h", "1d"])
PROSE = SOLID.map(lambda text: "\n".join(line.rstrip(" ") for line in text.split("\n")))


def _maybe(**fields: st.SearchStrategy[Json]) -> st.SearchStrategy[dict[str, Json]]:
    return st.fixed_dictionaries({}, optional=dict(fields))


_COMMON = _maybe(
    description=PROSE,
    needs=st.lists(_IDS, max_size=3),
    run=st.just("always"),
    foreach=_maybe(on_error=st.sampled_from(["fail", "collect"])).flatmap(
        lambda rest: DATA.map(lambda items: {"in": items, **rest})
    ),
    output=st.sampled_from(["string", "list[string]"]) | st.dictionaries(SOLID, DATA, max_size=2),
    retry=_maybe(max_attempts=st.integers(1, 100), jitter=st.booleans(), initial_delay=_DURATIONS),
    timeout=_DURATIONS,
    on_error=st.sampled_from(["fail", "skip"]) | DATA.map(lambda value: {"value": value}),
    cache=st.booleans() | _DURATIONS.map(lambda ttl: {"ttl": ttl}),
) | _maybe(**{"if": st.booleans() | SOLID})
_KINDS = st.one_of(
    _maybe(system=PROSE, model=_NAMES, max_tokens=st.integers(1, 9)).flatmap(
        lambda rest: PROSE.map(lambda text: {"prompt": text, **rest})
    ),
    st.builds(lambda name, args: {"tool": name, "with": args}, _NAMES, st.dictionaries(SOLID, DATA, max_size=3)),
    st.builds(lambda text, tools: {"agent": text, "tools": tools}, PROSE, st.lists(_NAMES, max_size=3)),
    DATA.map(lambda value: {"value": value}),
)
_TASKS = st.dictionaries(_IDS, st.builds(lambda kind, rest: {**rest, **kind}, _KINDS, _COMMON), min_size=1, max_size=4)
PLANS = st.builds(
    lambda name, tasks, rest: Plan.model_validate({"version": 1, "name": name, "tasks": tasks, **rest}),
    st.from_regex(r"[a-z][a-z0-9_-]{0,9}", fullmatch=True),
    _TASKS,
    _maybe(
        goal=PROSE,
        description=PROSE,
        outputs=st.dictionaries(_IDS, DATA, max_size=3),
        inputs=st.dictionaries(_IDS, st.just("string") | st.dictionaries(SOLID, DATA, max_size=2), max_size=2),
        models=st.dictionaries(SOLID, st.just({"model": "m", "temperature": 0.5}), max_size=2),
        limits=_maybe(calls=st.integers(1, 9), usd=st.floats(0.01, 9), time=_DURATIONS),
        defaults=_maybe(timeout=_DURATIONS, model=SOLID),
    ),
)


@given(PLANS)
@settings(max_examples=300, deadline=None)
def test_any_plan_is_written_and_read_back(plan: Plan) -> None:
    text = write_plan(plan)
    found = parse(read(text, "f"))
    assert found.diagnostics == [], text
    assert found.plan == plan
    assert write_plan(plan) == text == format_text(text)
