"""Submits a plan or a goal to `planc serve`, follows the run and prints its outputs.

    pip install httpx
    planc serve                          # prints the address and the token
    python examples/client.py --token TOKEN --goal "Find …, summarise each …"
    python examples/client.py --token TOKEN --plan plans/02-diamond.plan.yaml

A goal is planned while its run goes on; with `--approve` the plan is shown before anything of it runs. Following
survives a restart of the server: it goes on after the last event it has seen. The key makes a submit that is sent
again (after a lost answer, say) the same run.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

RETRY_SECONDS = 1.0
GIVE_UP_AFTER = 60


def submit(client: httpx.Client, body: dict[str, Any]) -> str:
    """The new run's id."""
    response = client.post("/api/runs", json=body, headers={"Idempotency-Key": str(uuid.uuid4())}, timeout=60)
    if response.is_error:
        raise SystemExit(f"refused: {told(response.json())}")
    return str(response.json()["run_id"])


def told(problem: dict[str, Any]) -> str:
    """A problem (application/problem+json) as lines."""
    lines = [problem["detail"], *filter(None, [problem.get("help")])]
    for item in problem.get("diagnostics") or ():
        lines.append(f"  {item['file']}:{item['line']}:{item['column']}: {item['code']} {item['message']}")
    return "\n".join(lines)


def follow(client: httpx.Client, run: str) -> Iterator[dict[str, Any]]:
    """The events of a run, each once and in order, until the run has ended."""
    last = 0
    failures = 0
    while failures < GIVE_UP_AFTER:
        try:
            headers = {"Last-Event-ID": str(last)}
            with client.stream("GET", f"/api/runs/{run}/stream", headers=headers, timeout=30) as events:
                events.raise_for_status()
                for line in events.iter_lines():
                    if line == "event: end":
                        return
                    if line.startswith("data: {") and (event := json.loads(line[6:])).get("seq", 0) > last:
                        last, failures = event["seq"], 0
                        yield event
        except httpx.TransportError:
            failures += 1
        time.sleep(RETRY_SECONDS)  # the server was stopped, killed or is starting
    raise SystemExit("the server does not come back")


def answer(client: httpx.Client, run: str, event: dict[str, Any]) -> None:
    """Puts a question of the run, such as whether the plan that was made for the goal may run."""
    question = event["data"]
    print(question["question"], file=sys.stderr)
    is_yes_or_no = question["schema"].get("type") == "boolean"
    said = input("yes or no? " if is_yes_or_no else "> ").strip()
    given = said.lower() in ("y", "yes") if is_yes_or_no else said
    body = {"instance": event["instance"], "answer": given, "digest": question["digest"]}
    client.post(f"/api/runs/{run}/answers", json=body, timeout=60).raise_for_status()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", default="http://127.0.0.1:8448")
    parser.add_argument("--token", default=os.environ.get("PLANC_TOKEN"), help="default: PLANC_TOKEN")
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--goal")
    source.add_argument("--plan", type=Path)
    parser.add_argument("--inputs", type=json.loads, default={}, help="a JSON object")
    parser.add_argument("--approve", action="store_true", help="look at the goal's plan before it runs")
    given = parser.parse_args()
    if given.goal:
        body = {"goal": given.goal, "approve": given.approve}
    else:
        body = {"text": given.plan.read_text(encoding="utf-8"), "inputs": given.inputs}
    with httpx.Client(base_url=given.url, headers={"Authorization": f"Bearer {given.token}"}) as client:
        run = submit(client, body)
        print(f"run {run}", file=sys.stderr)
        for event in follow(client, run):
            print(f"{event['seq']:>4} {event['type']:<16} {event['instance'] or ''}", file=sys.stderr)
            if event["type"] == "task_waiting":
                answer(client, run, event)
        ended = client.get(f"/api/runs/{run}/outputs", timeout=60).json()
    print(json.dumps(ended["outputs"], indent=2, ensure_ascii=False))
    return 0 if ended["status"] == "succeeded" else 1


if __name__ == "__main__":
    raise SystemExit(main())
