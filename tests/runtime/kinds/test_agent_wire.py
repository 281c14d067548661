"""An agent against a real endpoint over HTTP: native tool calls, a typed answer, a 429 on the way."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from planc_runtime.executor.environment import Environment
from planc_runtime.executor.execute import execute
from planc_runtime.executor.options import Options
from planc_runtime.models.base import ModelsConfig, ProviderConfig
from planc_runtime.models.configured import ConfiguredModels
from planc_runtime.store.memory import MemoryStore
from tests.support.agents import agent_plan, registry
from tests.support.endpoint import Endpoint
from tests.support.replies import Error, Reply, data, tool_call

FIELDS = """
tools: [add]
output: {type: object, properties: {sum: {type: integer}}, required: [sum]}
retry: {max_attempts: 2, initial_delay: 1ms}
"""


def add(a: int, b: int = 1) -> int:
    """Adds."""
    return a + b


def test_tool_calls_and_a_typed_answer_over_http() -> None:
    script: list[Reply] = [
        tool_call("add", {"a": 1, "b": 2}),
        Error(429, headers={"Retry-After": "0"}),
        data({"sum": 3}),
    ]

    async def main(url: str) -> Any:
        models = ConfiguredModels(
            ModelsConfig(providers=(ProviderConfig(name="loopback", base_url=url, models=("m",)),))
        )
        tools = registry([add])
        try:
            return await execute(agent_plan(FIELDS, tools), {}, Environment(MemoryStore(), models, tools, Options()))
        finally:
            await models.close()

    with Endpoint(script) as endpoint:
        result = asyncio.run(main(endpoint.base_url))
        bodies = [request.body for request in endpoint.requests]
    assert (result.status, result.outputs) == ("succeeded", {"answer": {"sum": 3}})
    assert len(bodies) == 3
    offered = bodies[0]["tools"][0]["function"]
    assert (offered["name"], offered["description"]) == ("add", "Adds.")
    for body in bodies[1:]:
        assistant, told = body["messages"][-2:]
        assert assistant["tool_calls"][0]["id"] == told["tool_call_id"]
        assert json.loads(assistant["tool_calls"][0]["function"]["arguments"]) == {"a": 1, "b": 2}
        assert told["content"] == "3"
        assert body["response_format"]["json_schema"]["name"] == "work"
