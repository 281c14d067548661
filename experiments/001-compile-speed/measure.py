"""Seconds and megabytes of checking generated plans, and of `planc check` from process start; see README.md."""

from __future__ import annotations

import json
import math
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from planc_compiler import compile_plan
from planc_schemas.ports import ToolSpec

SIZES = (1_000, 3_000, 10_000, 20_000)
TEXT = {"type": "string"}
PAPER = {"type": "object", "properties": {"title": TEXT, "abstract": TEXT}}
SEARCH = ToolSpec(
    name="search",
    description="Finds papers.",
    arguments={
        "type": "object",
        "properties": {"query": TEXT, "max_results": {"type": "integer"}},
        "required": ["query"],
    },
    result={"type": "array", "items": PAPER},
)


class Tools:
    def get(self, name: str) -> ToolSpec | None:
        return SEARCH if name == "search" else None

    def names(self) -> list[str]:
        return ["search"]


def plan_text(count: int) -> str:
    """A chain of searches, summaries and improvements: a third of the tasks each, two lines of prompt."""
    lines = ["version: 1", "name: big", "inputs: {topic: string}", "tasks:"]
    for index in range(count):
        before = f"tasks.t{index - 1}.output"
        lines.append(f"  t{index}:")
        if index % 3 == 0:
            query = "inputs.topic" if index == 0 else before
            lines += ["    tool: search", f'    with: {{query: "${{{{ {query} }}}}", max_results: 3}}']
        elif index % 3 == 1:
            put = f"${{{{ {before}[0].title }}}} and ${{{{ {before}[0].abstract }}}} about ${{{{ inputs.topic }}}}"
            lines += ["    prompt: |", f"      Summarise {put}.", "      In a few words."]
        else:
            lines += ["    prompt: |", f"      Improve ${{{{ {before} | trim }}}}.", "    timeout: 60s"]
    return "\n".join([*lines, "outputs:", f"  last: ${{{{ tasks.t{count - 1}.output }}}}", ""])


def one(count: int) -> dict[str, float]:
    text = plan_text(count)
    compile_plan(plan_text(10), "warm.plan.yaml", Tools())
    started, cpu = time.perf_counter(), time.process_time()
    done = compile_plan(text, "big.plan.yaml", Tools())
    seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    if done.plan is None:
        raise SystemExit(f"the generated plan is wrong: {done.diagnostics[0].message}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "tasks": count,
        "bytes": len(text),
        "seconds": round(seconds, 2),
        "cpu": round(cpu, 2),
        "megabytes": round(peak),
    }


def exponent(rows: list[dict[str, float]]) -> float:
    """The slope of log(CPU seconds) over log(tasks), by least squares: 1 is linear growth."""
    points = [(math.log(row["tasks"]), math.log(row["cpu"])) for row in rows]
    middle_x = sum(x for x, _ in points) / len(points)
    middle_y = sum(y for _, y in points) / len(points)
    return sum((x - middle_x) * (y - middle_y) for x, y in points) / sum((x - middle_x) ** 2 for x, _ in points)


def spent(command: list[str]) -> tuple[float, float]:
    """The least wall clock and CPU seconds of nine starts of a command."""
    walls, cpus = [], []
    for _ in range(9):
        before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        subprocess.run(command, capture_output=True, check=True)
        walls.append(time.perf_counter() - started)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpus.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(walls), min(cpus)


def start() -> None:
    """`planc check` of a plan of 20 tasks as a process, beside an interpreter that does nothing."""
    with tempfile.TemporaryDirectory() as folder:
        plan = Path(folder) / "twenty.plan.yaml"
        plan.write_text(plan_text(20).replace("tool: search", "tool: arxiv_search"))
        rows = {
            "python -c pass": [sys.executable, "-c", "pass"],
            "python -c 'import pydantic, yaml, click'": [sys.executable, "-c", "import pydantic, yaml, click"],
            "planc check twenty.plan.yaml": [sys.executable, "-m", "planc", "check", str(plan)],
        }
        sys.stdout.write("\n| process | wall clock s | CPU s |\n|---|---|---|\n")
        for name, command in rows.items():
            wall, cpu = spent(command)
            sys.stdout.write(f"| `{name}` | {wall:.2f} | {cpu:.2f} |\n")


def main() -> None:
    if len(sys.argv) > 1:
        sys.stdout.write(json.dumps(one(int(sys.argv[1]))))
        return
    sys.stdout.write(
        "| tasks | MB of text | seconds | CPU seconds | CPU µs a task | peak MB |\n|---|---|---|---|---|---|\n"
    )
    rows = []
    for size in SIZES:
        done = subprocess.run([sys.executable, __file__, str(size)], capture_output=True, text=True, check=True)
        row = json.loads(done.stdout)
        rows.append(row)
        each = row["cpu"] / size * 1e6
        cells = [f"{size:,}", f"{row['bytes'] / 1e6:.1f}", row["seconds"], row["cpu"], f"{each:.0f}", row["megabytes"]]
        sys.stdout.write("| " + " | ".join(map(str, cells)) + " |\n")
    sys.stdout.write(f"\nCPU time grows with the number of tasks to the power of {exponent(rows):.2f}.\n")
    start()


if __name__ == "__main__":
    main()
