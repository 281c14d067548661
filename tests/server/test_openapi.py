"""The OpenAPI document is what the server does: made requests, by the hundred, get answers that it describes."""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from planc.serving.document import document
from tests.support.endpoint import Endpoint
from tests.support.served import TOKEN, Server

schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not installed")

PAGE = Path(__file__).parents[2] / "docs" / "openapi.json"
CHECKS = [
    getattr(schemathesis.checks, name)
    for name in (
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_headers_conformance",
        "response_schema_conformance",
    )
]
EXAMPLES = int(os.environ.get("PLANC_API_EXAMPLES", "15"))
"""Requests for each operation: few enough for every run of the tests. More of them are other ones each time."""
PLAN = "version: 1\nname: hi\ntasks: {a: {prompt: Say hi}}\noutputs: {a: '${{ tasks.a.output }}'}\n"
LARGE = "version: 1\nname: big\ntasks: {a: {value: '" + "x" * 1_200_000 + "'}}\noutputs: {a: '${{ tasks.a.output }}'}\n"
BAD = "version: 1\nname: bad\ninputs: {n: {type: integer, default: 0}}\ntasks: {a: {value: '${{ 1 / inputs.n }}'}}\n"

known: dict[str, list[str]] = {"run": [], "path": ["hi.plan.yaml", "broken.plan.yaml"], "instance": ["a"], "sha256": []}
"""Real names for the parts of paths: made-up ones only ever show that nothing is there."""

schema = schemathesis.openapi.from_path(str(PAGE))


@schema.hook
def map_path_parameters(context: Any, parameters: dict[str, Any] | None) -> dict[str, Any] | None:
    """Takes something that exists two times of three."""
    for name, names in known.items():
        if parameters and names and name in parameters:
            # Not `hash`: with that each process would make other requests.
            choice = zlib.crc32(str(parameters[name]).encode("utf-8", "replace")) % (len(names) + len(names) // 2 + 1)
            parameters[name] = names[choice] if choice < len(names) else parameters[name]
    return parameters


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("described")
    (folder / "hi.plan.yaml").write_text(PLAN)
    (folder / "broken.plan.yaml").write_text(PLAN.replace("tasks.a.output", "tasks.b.output"))
    with Endpoint() as endpoint, Server(folder, base_url=endpoint.base_url) as running:
        for text in (PLAN, BAD, LARGE):
            run = running.post("/api/runs", {"text": text})["run_id"]
            running.finished(run)
            known["run"].append(run)
            artefacts = running.get(f"/api/runs/{run}/artefacts")["artefacts"]
            known["sha256"].extend(item["sha256"] for item in artefacts)
        yield running


def test_the_document_is_the_one_in_docs() -> None:
    written = json.loads(PAGE.read_text(encoding="utf-8"))
    assert written == document(), "run: python -m planc.serving.document > docs/openapi.json"


def test_the_server_gives_the_document_to_who_has_the_token(server: Server) -> None:
    assert server.get("/api/openapi.json") == document()
    assert server.request("GET", "/api/openapi.json", token=None)[0] == 401


def test_the_page_about_the_server_has_every_route() -> None:
    page = PAGE.with_name("server.md").read_text(encoding="utf-8")
    rows = {line.split("`")[1] for line in page.splitlines() if line.startswith(("| `GET", "| `POST"))}
    described = document()["paths"].items()
    there = {f"{method.upper()} {path}" for path, methods in described for method in methods}
    assert rows == there


def test_every_operation_says_what_it_does_and_what_can_go_wrong() -> None:
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            assert operation["summary"], path
            assert operation["tags"], path
            assert path == "/api/health" or {"401", "421", "503"} <= operation["responses"].keys()
            assert method in ("get", "post")
            for status, answer in operation["responses"].items():
                if int(status) >= 400:
                    assert list(answer["content"]) == ["application/problem+json"], (path, status)


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=EXAMPLES == 15,
    database=None,
    suppress_health_check=list(HealthCheck),
)
def test_what_the_server_answers_is_described(case: Any, server: Server) -> None:
    case.call_and_validate(base_url=server.url, headers={"Authorization": f"Bearer {TOKEN}"}, checks=CHECKS, timeout=60)
