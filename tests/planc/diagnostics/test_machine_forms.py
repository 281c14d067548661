"""JSON, GitHub commands and SARIF."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from planc.diagnostics import render, to_json
from planc_compiler.shape import parse
from planc_compiler.source import read
from planc_schemas.diagnostics import NOWHERE, Diagnostic, Edit, Fix, Label, Span

FIX = Fix("rename", (Edit("a b.yaml", Span(2, 3, 2, 5), "x"), Edit("g", Span(1, 1, 1, 1), "y")), safe=True)
FOUND = [
    Diagnostic(
        "P201",
        "100 % wrong: a, b\nc",
        (Label("a b.yaml", Span(2, 3, 2, 5), "here"), Label("g", Span(4, 1, 5, 2))),
        help=("do this",),
        fixes=(FIX,),
        task="t",
    ),
    Diagnostic("P111", "old", (Label("f", Span(1, 1, 2, 3)),), severity="warning"),
    Diagnostic("P304", "hint", (Label("f,x:y", NOWHERE),), severity="info"),
]
REGION = {
    "type": "object",
    "required": ["startLine", "startColumn", "endLine", "endColumn"],
    "additionalProperties": {"type": "integer", "minimum": 1},
}
ARTIFACT = {"type": "object", "required": ["uri"], "properties": {"uri": {"type": "string", "pattern": r"^\S+$"}}}
LOCATION = {
    "type": "object",
    "required": ["physicalLocation"],
    "properties": {
        "physicalLocation": {
            "type": "object",
            "required": ["artifactLocation"],
            "properties": {"artifactLocation": ARTIFACT, "region": REGION},
            "additionalProperties": False,
        }
    },
}
SARIF = {
    "type": "object",
    "required": ["version", "runs"],
    "properties": {
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["tool", "results"],
                "properties": {
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "results": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["message", "locations", "ruleId"],
                            "properties": {
                                "level": {"enum": ["none", "note", "warning", "error"]},
                                "locations": {"type": "array", "items": LOCATION, "minItems": 1},
                                "relatedLocations": {"type": "array", "items": LOCATION},
                            },
                        },
                    },
                },
            },
        },
    },
}
"""The parts of the SARIF 2.1.0 schema that we use, written from the standard (sections 3.13, 3.14, 3.27 to 3.30)."""


def test_json_has_everything() -> None:
    first, second, third = json.loads(render("json", FOUND, {}))
    assert first == to_json(FOUND[0])
    assert (first["code"], first["slug"], first["severity"], first["task"]) == ("P201", "unknown-task", "error", "t")
    assert first["file"] == "a b.yaml"
    assert first["span"] == {"line": 2, "column": 3, "end_line": 2, "end_column": 5}
    assert first["labels"][1] == {
        "file": "g",
        "span": {"line": 4, "column": 1, "end_line": 5, "end_column": 2},
        "text": "",
    }
    assert first["fixes"][0]["safe"] is True
    assert [edit["text"] for edit in first["fixes"][0]["edits"]] == ["x", "y"]
    assert second["severity"] == "warning" and second["help"] == []
    assert third["span"] is None


@pytest.mark.parametrize("form", ["json", "sarif"])
def test_they_are_ascii(form: str) -> None:
    found = [Diagnostic("P201", "漢\ud800\x1b", (Label("é", Span(1, 1, 1, 2)),))]
    assert render(form, found, {}).isascii()


def test_none() -> None:
    assert json.loads(render("json", [], {})) == []
    assert render("github", [], {}) == ""
    assert json.loads(render("sarif", [], {}))["runs"][0]["results"] == []


def test_github() -> None:
    assert render("github", FOUND, {}).split("\n") == [
        "::error file=a b.yaml,line=2,endLine=2,col=3,endColumn=4,title=P201 unknown-task"
        "::100 %25 wrong: a, b%0Ac%0Ahelp: do this",
        "::warning file=f,line=1,endLine=2,title=P111 older-version::old",
        "::notice file=f%2Cx%3Ay,title=P304 implied-need::hint",
    ]


def test_github_commands_cannot_be_forged() -> None:
    found = [Diagnostic("P201", "x\n::set-env name=A::b\r\n::error::y", (Label("f\n::stop", NOWHERE),))]
    assert len(render("github", found, {}).splitlines()) == 1


def sarif() -> dict[str, Any]:
    log: dict[str, Any] = json.loads(render("sarif", FOUND, {}))
    (run,) = log["runs"]
    assert isinstance(run, dict)
    return run


def test_sarif_has_the_form_of_the_standard() -> None:
    jsonschema.Draft202012Validator(SARIF).validate(json.loads(render("sarif", FOUND, {})))


def test_sarif_results() -> None:
    run = sarif()
    rules = run["tool"]["driver"]["rules"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    first, second, third = run["results"]
    assert [result["level"] for result in run["results"]] == ["error", "warning", "note"]
    assert first["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "a%20b.yaml"
    assert first["relatedLocations"][0]["id"] == 1
    assert "relatedLocations" not in second
    assert "region" not in third["locations"][0]["physicalLocation"]


def test_sarif_fixes_name_each_file_once() -> None:
    changes = sarif()["results"][0]["fixes"][0]["artifactChanges"]
    assert [change["artifactLocation"]["uri"] for change in changes] == ["a%20b.yaml", "g"]
    assert changes[0]["replacements"][0]["insertedContent"] == {"text": "x"}


def test_real_diagnostics_pass_through_all_forms() -> None:
    text = "version: 1\nname: x\ntasks:\n  a: {promt: x, timeout: 30}\n  a: {}\n"
    found = parse(read(text, "f.plan.yaml")).diagnostics
    assert len(found) == 3
    assert len(json.loads(render("json", found, {}))) == 3
    assert len(render("github", found, {}).splitlines()) == 3
    assert render("text", found, {"f.plan.yaml": text}).count(" --> ") == 3
