"""The loopback endpoint itself: what other tests lean on."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from planc_schemas.validate import validate
from tests.support.answers import instance_of, strict_problem
from tests.support.endpoint import Endpoint
from tests.support.replies import text


def post(base_url: str, **body: Any) -> tuple[int, dict[str, Any], dict[str, str]]:
    body = {"model": "m", "messages": [{"role": "user", "content": "Summarise this"}], **body}
    request = urllib.request.Request(
        f"{base_url}/chat/completions", json.dumps(body).encode(), {"Authorization": "Bearer right"}
    )
    try:
        with urllib.request.urlopen(request) as response:
            return response.status, json.loads(response.read()), dict(response.headers)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read()), dict(error.headers)


def words(answer: tuple[int, dict[str, Any], dict[str, str]]) -> str:
    return str(answer[1]["choices"][0]["message"]["content"])


def test_a_list_is_given_in_order_and_then_ends() -> None:
    with Endpoint([text("one"), text("two")]) as endpoint:
        assert [words(post(endpoint.base_url)) for _ in range(2)] == ["one", "two"]
        assert post(endpoint.base_url)[0] == 500
        assert [request.prompt for request in endpoint.requests] == ["Summarise this"] * 3


def test_without_a_script_it_answers_what_is_asked_for() -> None:
    schema = {
        "type": "object",
        "properties": {"a": {"type": "array", "items": {"type": "integer"}}, "b": {"enum": ["x"]}},
        "required": ["a", "b"],
        "additionalProperties": False,
    }
    form = {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema, "strict": True}}
    with Endpoint() as endpoint:
        assert words(post(endpoint.base_url)) == "echo: Summarise this"
        assert validate(json.loads(words(post(endpoint.base_url, response_format=form))), schema) == []
    assert validate(instance_of(schema), schema) == []


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]},
        {"type": "object", "properties": {"a": {"type": "string"}}, "required": [], "additionalProperties": False},
        {"type": "object", "properties": {"a": {"oneOf": []}}, "required": ["a"], "additionalProperties": False},
    ],
)
def test_it_is_as_strict_as_a_provider(schema: dict[str, Any]) -> None:
    assert strict_problem(schema)
    form = {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema, "strict": True}}
    with Endpoint() as endpoint:
        assert post(endpoint.base_url, response_format=form)[0] == 400


def test_as_a_process_of_its_own(tmp_path: Path) -> None:
    script, log = tmp_path / "answers.json", tmp_path / "requests.jsonl"
    rules = [
        {"contains": "Summarise", "times": 1, "status": 429, "headers": {"Retry-After": "1"}},
        {"contains": "Summarise", "text": "Short."},
    ]
    script.write_text(json.dumps({"rules": rules, "default": {"text": "Hello"}}))
    command = [sys.executable, "-m", "tests.support.endpoint", "--answer-script", str(script), "--log", str(log)]
    process = subprocess.Popen(
        [*command, "--api-key", "right"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None and process.stdin is not None
    try:
        url = process.stdout.readline().strip()
        status, _, headers = post(url)
        assert (status, headers["Retry-After"]) == (429, "1")
        assert words(post(url)) == "Short."
        assert words(post(url, messages=[{"role": "user", "content": "Hi"}])) == "Hello"
    finally:
        process.stdin.close()
        assert process.wait(120) == 0
        process.stdout.close()
    assert len(log.read_text().splitlines()) == 3
