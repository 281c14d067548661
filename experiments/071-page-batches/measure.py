"""What a batch of events costs the live page, in a real Chromium following real runs. See README.md.

python experiments/071-page-batches/measure.py
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.support.endpoint import Endpoint
from tests.support.exchange import Request
from tests.support.page import FLAGS
from tests.support.replies import Answer
from tests.support.served import TOKEN, Server

COLUMNS = 25
CASES = (
    ("50 tasks, graph", 2, "", False),
    ("1,000 tasks, graph", 40, "", False),
    ("1,000 tasks, all in sight", 40, "", True),
    ("1,000 tasks, timeline", 40, "?tab=timeline", False),
    ("1,000 tasks, list", 40, "?tab=tasks", False),
)
METRICS = ("ScriptDuration", "LayoutDuration", "RecalcStyleDuration", "TaskDuration")


def plan(rows: int) -> str:
    """Chains of prompts side by side: every task starts when the one before it has ended."""
    lines = ["version: 1", "name: chains", "limits: {concurrency: 40}", "tasks:"]
    for row in range(rows):
        lines.append(f"  c{row:02}_00: {{prompt: Begin}}")
        for column in range(1, COLUMNS):
            reads = f"c{row:02}_{column - 1:02}"
            lines.append(f'  c{row:02}_{column:02}: {{prompt: "Go on from ${{{{ tasks.{reads}.output }}}}"}}')
    return "\n".join(lines) + '\noutputs: {done: "${{ 1 }}"}\n'


def answer(request: Request) -> Answer:
    """After a moment, so that events come in many batches, as from a model."""
    threading.Event().wait(0.3)
    return Answer("on")


def followed(browser: Any, server: Server, rows: int, tab: str, whole: bool) -> dict[str, float]:
    """CPU milliseconds of the page's main thread a batch, by metric; and how many batches and events there were."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.goto(f"{server.url}/?token={TOKEN}")
    run = server.post("/api/runs", {"text": plan(rows)})["run_id"]
    page.goto(f"{server.url}/#/runs/{run}{tab}")
    page.wait_for_selector(".live")
    if whole:
        page.keyboard.press("f")
    client = page.context.new_cdp_session(page)
    client.send("Performance.enable", {"timeDomain": "threadTicks"})

    def now() -> dict[str, float]:
        return {item["name"]: item["value"] for item in client.send("Performance.getMetrics")["metrics"]}

    before = now()
    page.evaluate("performance.clearMarks()")
    page.wait_for_selector(".run[data-status=succeeded]", timeout=600_000)
    after = now()
    sizes = page.evaluate("performance.getEntriesByName('planc batch').map((mark) => mark.detail)")
    page.close()
    result = {name: 1000 * (after[name] - before[name]) / len(sizes) for name in METRICS}
    return result | {"batches": len(sizes), "events": sum(sizes)}


def main() -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        Endpoint(answer) as endpoint,
        sync_playwright() as playwright,
        Server(Path(folder), "--no-reuse", "--at-once", "40", base_url=endpoint.base_url) as server,
    ):
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        print("| following | batches | events a batch | script ms | style, layout ms | all ms | script, of 50 tasks |")
        print("|---|---|---|---|---|---|---|")
        first = 0.0
        for name, rows, tab, whole in CASES:
            got = followed(browser, server, rows, tab, whole)
            script, drawing = got["ScriptDuration"], got["LayoutDuration"] + got["RecalcStyleDuration"]
            first = first or script
            size = got["events"] / got["batches"]
            row = f"| {name} | {got['batches']:.0f} | {size:.1f} | {script:.1f} | {drawing:.1f} "
            print(f"{row}| {got['TaskDuration']:.1f} | {script / first:.1f} × |", flush=True)
        browser.close()


if __name__ == "__main__":
    main()
