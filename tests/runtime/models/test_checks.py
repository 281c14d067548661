"""What `planc doctor` finds out about an endpoint by asking it."""

from __future__ import annotations

import asyncio

from planc_runtime.models.checks import Check, check_endpoint
from planc_runtime.models.endpoint import Endpoint as ModelEndpoint
from tests.runtime.models.helpers import config
from tests.support.endpoint import Endpoint
from tests.support.exchange import Request
from tests.support.replies import Answer, Reply, data, tool_call


def check(endpoint: Endpoint, **more: str) -> dict[str, Check]:
    async def run() -> list[Check]:
        source = ModelEndpoint(config(endpoint, **more))
        try:
            return await check_endpoint(source)
        finally:
            await source.close()

    return {found.name: found for found in asyncio.run(run())}


def able(asked: Request) -> Reply:
    if asked.body.get("tools"):
        return tool_call("clock", {"city": "Ulm"})
    return data({"number": 3}) if asked.schema else Answer("yes")


def test_an_endpoint_that_can_do_everything() -> None:
    with Endpoint(able) as endpoint:
        found = check(endpoint)
    assert all(point.ok for point in found.values())
    assert found["models"].message == "scripted"
    assert found["structured"].message == "by json_schema" and found["tools"].message == "called"


def test_an_endpoint_that_knows_json_only() -> None:
    with Endpoint(lambda asked: Answer('{"number": 3}'), structured=("json_object",)) as endpoint:
        found = check(endpoint)
    assert found["structured"].message == "by json_object"
    assert found["tools"].message == "offered, but not called"


def test_a_wrong_key_ends_the_questions() -> None:
    with Endpoint(able, api_key="right") as endpoint:
        found = check(endpoint, api_key="wrong-key")
    assert set(found) == {"models", "text"} and not found["text"].ok
    assert "wrong-key" not in found["text"].message and "key" in found["text"].help


def test_nobody_there() -> None:
    with Endpoint(able) as endpoint:
        pass
    assert not check(endpoint)["text"].ok
