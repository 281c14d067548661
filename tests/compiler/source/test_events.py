from __future__ import annotations

import pytest

from planc_compiler.source import read
from planc_schemas.diagnostics import Diagnostic, Span
from planc_schemas.values import MAX_DEPTH, Json


def found(text: str) -> list[tuple[str, Span]]:
    return [(d.code, d.place.span) for d in read(text, "f").diagnostics]


def tree(text: str) -> Json:
    source = read(text, "f")
    assert source.root is not None, source.diagnostics
    return source.root.to_json()


def test_every_node_knows_its_place() -> None:
    source = read("a: 1\nb:\n  - x\n  - {c: 'y'}\n", "f")
    root = source.root
    assert root is not None and root.span == Span(1, 1, 4, 13)
    b = root.get("b")
    assert b is not None and b.span == Span(3, 3, 4, 13)
    assert [item.span for item in b.items] == [Span(3, 5, 3, 6), Span(4, 5, 4, 13)]
    inner = b.items[1].get("c")
    assert inner is not None and inner.span == Span(4, 9, 4, 12)
    key = root.key("b")
    assert key is not None and key.span == Span(2, 1, 2, 2)


def test_a_block_text_ends_with_its_last_line() -> None:
    root = read("a: |\n  x\n  y\n\n\nb: >-\n  p\n\n  q\n# c\n", "f").root
    assert root is not None
    assert [value.span for _, value in root.entries] == [Span(1, 4, 3, 4), Span(6, 4, 9, 4)]


def test_an_empty_value_is_null_behind_its_colon() -> None:
    root = read("a:\nb: 1\n", "f").root
    assert root is not None and root.get("a") is not None
    assert root.entries[0][1].value is None
    assert root.entries[0][1].span == Span(1, 3, 1, 3)


@pytest.mark.parametrize("text", ["[" * 100_000, "{" * 100_000, "- " * 50_000, "? " * 50_000, "[{a: " * 20_000])
def test_deep_nesting_is_refused_at_the_limit(text: str) -> None:
    source = read(text, "f")
    assert source.root is None
    assert [d.code for d in source.diagnostics] == ["P012"]


def test_the_deepest_allowed() -> None:
    text = "[" * MAX_DEPTH + "]" * MAX_DEPTH
    assert found(text) == []
    assert found("[" + text + "]")[0][0] == "P012"


def test_aliases_are_labels_of_their_anchor() -> None:
    source = read("a: &x 1\nb: *x\nc: *x\nd: *y\n", "f")
    assert [d.code for d in source.diagnostics] == ["P008", "P008"]
    assert [label.span.line for label in source.diagnostics[0].labels] == [1, 2, 3]


def test_a_bomb_of_aliases_is_small() -> None:
    lines = ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 40)]
    source = read("\n".join(lines), "f")
    assert {d.code for d in source.diagnostics} == {"P008"}


def test_tags_are_refused_and_read_past() -> None:
    source = read("a: !!str 1\nb: !!int '2'\nc: !x {d: 1}\ne: !!python/object:os.system ls\n", "f")
    assert [d.code for d in source.diagnostics] == ["P009"] * 4
    assert source.root is not None
    assert source.root.to_json() == {"a": "1", "b": 2, "c": {"d": 1}, "e": "ls"}


def test_documents() -> None:
    assert found("---\na: 1\n...\n") == []
    assert found("a: 1\n---\nb: 2\n---\nc: 3\n") == [("P011", Span(2, 1, 2, 4))]
    assert found("%YAML 1.2\n---\na: 1\n") == [("P010", Span(1, 1, 1, 10))]
    assert [code for code, _ in found("")] == [code for code, _ in found("# x\n")] == ["P015"]


def test_duplicate_keys_name_both_places_and_the_first_counts() -> None:
    source = read("a: 1\nb: {c: 1, 'c': 2}\n\"a\": 3\n", "f")
    labels = [[label.span.line for label in d.labels] for d in source.diagnostics]
    assert [d.code for d in source.diagnostics] == ["P006", "P006"]
    assert labels == [[2, 2], [3, 1]]
    assert source.root is not None and source.root.to_json() == {"a": 1, "b": {"c": 1}}


def test_keys_are_texts() -> None:
    source = read("1: a\ntrue: b\n~: c\n'2': d\nno: e\n1.5: f\n[x]: g\n? {y: z}\n: h\n", "f")
    assert [(d.code, d.place.span.line) for d in source.diagnostics] == [("P007", n) for n in (1, 2, 3, 6, 7, 8)]


def test_merge_keys() -> None:
    assert [code for code, _ in found("a:\n  <<: {b: 1}\n  c: 2\n")] == ["P014"]
    assert tree('"<<": 1\n') == {"<<": 1}


def test_bare_braces_become_a_text() -> None:
    source = read("a: {{ x }}\nb: [{{ y.z }}, 1]\n", "f")
    assert [(d.code, d.place.span) for d in source.diagnostics] == [
        ("P017", Span(1, 4, 1, 11)),
        ("P017", Span(2, 5, 2, 14)),
    ]
    assert [fix.edits[0].text for d in source.diagnostics for fix in d.fixes] == ['"${{ x }}"', '"${{ y.z }}"']
    assert source.root is not None and source.root.to_json() == {"a": "", "b": ["", 1]}


def test_every_problem_is_reported_in_order() -> None:
    text = "a: &x 1\na: 2\nb: !t 3\nc: 0755\nd: 1e999\n5: e\n"
    source = read(text, "f")
    assert [d.code for d in source.diagnostics] == ["P008", "P006", "P009", "P016", "P013", "P007"]
    assert [d.severity for d in source.diagnostics].count("warning") == 1
    assert source.diagnostics == sorted(source.diagnostics, key=Diagnostic.sort_key)


def test_too_many_values(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("planc_compiler.source.events.MAX_NODES", 100)
    assert found("a: [" + "1, " * 90 + "1]") == []
    source = read("a: [" + "1, " * 100 + "1]", "f")
    assert source.root is None and [d.code for d in source.diagnostics] == ["P002"]
