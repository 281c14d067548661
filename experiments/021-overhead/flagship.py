"""Our own milliseconds in a run of the flagship plan whose endpoint answers at once: `flagship.py`.

What the plan's calls cost without us is measured in the same process: the same six requests by the bare client
library, the search by the bare tool. CPU milliseconds of this process, the least of RUNS runs after warm-ups; the
endpoint and the feed are processes of their own.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import openai

from planc_compiler import compile_plan
from planc_runtime.executor import Environment, Options, execute
from planc_runtime.models.base import ModelsConfig, ProviderConfig
from planc_runtime.models.configured import ConfiguredModels
from planc_runtime.store.sqlite import SqliteStore
from planc_runtime.tools.builtin import builtin_tools
from planc_runtime.tools.context import ToolContext
from planc_runtime.tools.registry import ToolRegistry
from planc_runtime.tools.rights import Grants

RUNS, WARM_UPS = 15, 3
ROOT = Path(__file__).parents[2]
PLAN = (ROOT / "plans" / "01-llm4se-review.plan.yaml").read_text("utf-8")
FEED = """
import sys
from planc_runtime.tools.feed.server import start_feed
with start_feed() as feed:
    print(feed.url, flush=True)
    sys.stdin.read()
"""
PROMPT = "Title: A title\nAbstract: " + "words of an abstract " * 60 + "\nSummarize this paper."


class Bench:
    """What is measured, with the servers' addresses."""

    def __init__(self, folder: Path, endpoint: str, feed: str) -> None:
        self.folder = folder
        self.tools = ToolRegistry(builtin_tools({"PLANC_ARXIV_URL": feed}))
        self.grants = Grants.from_flags(everything=True)
        provider = ProviderConfig(name="bench", base_url=endpoint, api_key="k", models=("scripted",))
        self.models = ConfiguredModels(ModelsConfig(providers=(provider,)))
        self.client = openai.AsyncOpenAI(base_url=endpoint, api_key="k", max_retries=0)
        self.run = 0

    async def ours(self) -> None:
        """Checking, journal with synchronous=FULL, run."""
        self.run += 1
        plan = compile_plan(PLAN, "flagship.plan.yaml", self.tools).plan
        assert plan is not None
        options = Options(grants=self.grants, reuse=False)
        store = SqliteStore(self.folder / str(self.run))
        result = await execute(plan, {}, Environment(store, self.models, self.tools, options), text=PLAN)
        assert result.status == "succeeded", result
        assert result.usage.calls == 6

    async def search(self) -> None:
        """The same search, by the tool alone."""
        query = "Applications of Large Language Models in Software Engineering"
        context = ToolContext(grants=self.grants)
        await self.tools.call("arxiv_search", {"query": query, "max_results": 5}, context)

    async def requests(self) -> None:
        """Five requests at once and one after them, by the client library alone."""
        await asyncio.gather(*(self._ask() for _ in range(5)))
        await self._ask()

    async def _ask(self) -> None:
        await self.client.chat.completions.create(
            model="scripted", messages=[{"role": "user", "content": PROMPT}], stream=False
        )


async def least(work: Callable[[], Awaitable[None]]) -> tuple[float, float]:
    """(CPU, wall) milliseconds."""
    spent = []
    for number in range(WARM_UPS + RUNS):
        cpu, wall = time.process_time(), time.perf_counter()
        await work()
        if number >= WARM_UPS:
            spent.append(((time.process_time() - cpu) * 1e3, (time.perf_counter() - wall) * 1e3))
    return min(cpu for cpu, _ in spent), min(wall for _, wall in spent)


async def main(endpoint: str, feed: str) -> None:
    with tempfile.TemporaryDirectory(dir=Path.home(), prefix="planc-flagship-") as folder:
        bench = Bench(Path(folder), endpoint, feed)
        ours, search, requests = [await least(work) for work in (bench.ours, bench.search, bench.requests)]
        for name, (cpu, wall) in (("run of the plan", ours), ("search alone", search), ("requests alone", requests)):
            sys.stdout.write(f"{name:16} {cpu:6.1f} ms CPU {wall:7.1f} ms wall\n")
        sys.stdout.write(f"{'our own':16} {ours[0] - search[0] - requests[0]:6.1f} ms CPU\n")
        await bench.models.close()


def start(*command: str) -> tuple[subprocess.Popen[str], str]:
    """A server that ends when its stdin is closed, and the address it prints."""
    process = subprocess.Popen(
        [sys.executable, *command], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    return process, process.stdout.readline().split()[-1]


if __name__ == "__main__":
    servers = [start("-m", "tests.support.endpoint"), start("-c", FEED)]
    try:
        asyncio.run(main(servers[0][1], servers[1][1]))
    finally:
        for process, _ in servers:
            if process.stdin is not None:
                process.stdin.close()
            process.wait(timeout=30)
