"""GitHub-Actions-like job graphs → plan: `jobs:` with `needs`, `if`, `strategy.matrix` and `steps` of `run`.

A job becomes one task per step, chained; `needs` becomes order without data; a matrix of one variable becomes
`foreach`. Shell steps become `run_command` tool calls of one shell-free command where the line is one, and are said
and left as they stand otherwise. Conditions, secrets, services and `uses` do not carry over.
Format: docs.github.com, "Workflow syntax for GitHub Actions".
"""

from __future__ import annotations

import re
import shlex
from typing import Any

from planc_schemas.values import Json

from .imported import CannotImport, Imported, plan_name, task_id

_SHELL = set("|&;<>()$`*?[]#~=%{}")
_CARRIED = {
    "workflow": frozenset({"name", "jobs", "on", "True"}),
    "job": frozenset({"name", "needs", "if", "strategy", "steps", "continue-on-error", "timeout-minutes", "runs-on"}),
    "step": frozenset({"name", "id", "run", "uses", "continue-on-error", "timeout-minutes"}),
}
"""Keys that are carried over, or of which something is said where they are read."""
_MATRIX = re.compile(r"\$\{\{\s*matrix\.([\w-]+)\s*\}\}")


def import_jobs(workflow: Json, name: str) -> Imported:
    """`workflow` is the parsed file. Raises CannotImport when it has no `jobs` mapping."""
    if not isinstance(workflow, dict) or not isinstance(workflow.get("jobs"), dict) or not workflow["jobs"]:
        raise CannotImport("a job graph has a mapping `jobs` at its top; this file has none")
    dropped: list[str] = []
    taken: set[str] = set()
    tasks: dict[str, Json] = {}
    last: dict[str, str] = {}
    jobs: dict[str, Any] = workflow["jobs"]
    for job_name in _in_order(jobs):
        job = jobs[job_name]
        needs = [last[need] for need in _needs(job) if need in last]
        steps = job.get("steps") if isinstance(job, dict) else None
        for index, step in enumerate(steps if isinstance(steps, list) and steps else [{}]):
            label = job_name if index == 0 else str(step.get("name") or f"{job_name}_{index + 1}")
            step_id = task_id(label, taken)
            task = _step(
                {**_of_job(job), **step} if isinstance(step, dict) else step, f"{job_name}, step {index + 1}", dropped
            )
            if needs:
                task["needs"] = needs
            _matrix(job, job_name, task, dropped)
            tasks[step_id] = task
            needs = [step_id]
            last[job_name] = step_id
        dropped.extend(f"{job_name}: {key}" for key in _unknown(job, "job"))
        if isinstance(job, dict) and "if" in job:
            dropped.append(f"{job_name}: if {job['if']!r}; its expression language is another one")
    dropped.extend(f"{key}: of the whole workflow" for key in _unknown(workflow, "workflow"))
    if any(isinstance(job, dict) and "runs-on" in job for job in jobs.values()):
        dropped.append("runs-on: tasks run where planc does")
    if True in workflow or "on" in workflow:
        dropped.append("on: a plan is started by a person or a program, not by events")
    return Imported({"version": 1, "name": plan_name(str(workflow.get("name") or name)), "tasks": tasks}, dropped)


def _unknown(mapping: Any, level: str) -> list[str]:
    """The keys of a workflow, a job or a step that nothing here looks at."""
    return [str(key) for key in mapping if str(key) not in _CARRIED[level]] if isinstance(mapping, dict) else []


def _of_job(job: Any) -> dict[str, Any]:
    """What a job says for all its steps: each of them is a task of its own."""
    keys = ("continue-on-error", "timeout-minutes")
    return {key: job[key] for key in keys if key in job} if isinstance(job, dict) else {}


def _in_order(jobs: dict[str, Any]) -> list[str]:
    """Jobs after those they need, as far as there is no cycle; ties in file order."""
    result: list[str] = []
    left = list(jobs)
    while left:
        ready = [name for name in left if all(need in result or need not in jobs for need in _needs(jobs[name]))]
        if not ready:
            raise CannotImport(f"the jobs {', '.join(left)} need each other in a circle")
        result.extend(ready)
        left = [name for name in left if name not in ready]
    return result


def _needs(job: Any) -> list[str]:
    needs = job.get("needs") if isinstance(job, dict) else None
    return [needs] if isinstance(needs, str) else [str(need) for need in needs or []]


def _step(step: Any, where: str, dropped: list[str]) -> dict[str, Json]:
    step = step if isinstance(step, dict) else {}
    task: dict[str, Json] = {}
    if isinstance(step.get("name"), str):
        task["description"] = step["name"]
    if step.get("continue-on-error") is True:
        task["on_error"] = "skip"
    if isinstance(step.get("timeout-minutes"), int):
        task["timeout"] = f"{step['timeout-minutes']}m"
    dropped.extend(f"{where}: {key}" for key in _unknown(step, "step"))
    command = step.get("run")
    if isinstance(command, str) and command.strip():
        lines = [line for line in command.strip().splitlines() if line.strip()]
        if len(lines) == 1 and not _SHELL & set(lines[0]):
            task["tool"] = "run_command"
            task["with"] = {"command": shlex.split(lines[0])}
            return task
        dropped.append(f"{where}: shell script; planc runs one command without a shell, so put it into a script file")
        task["ask"] = f"Run this by hand, it needs a shell:\n{command.strip()}"
        return task
    if "uses" in step:
        dropped.append(f"{where}: uses {step['uses']}")
    task["value"] = None
    return task


def _matrix(job: Any, job_name: str, task: dict[str, Json], dropped: list[str]) -> None:
    strategy = job.get("strategy") if isinstance(job, dict) else None
    matrix = strategy.get("matrix") if isinstance(strategy, dict) else None
    if not isinstance(matrix, dict):
        return
    variables = {key: value for key, value in matrix.items() if isinstance(value, list)}
    if len(variables) != 1 or len(variables) != len(matrix):
        dropped.append(f"{job_name}: a matrix of {len(matrix)} variables; write the list of combinations yourself")
        return
    ((variable, values),) = variables.items()
    item = task_id(str(variable), set())
    task["foreach"] = {"in": values, "as": item}
    if isinstance(task.get("ask"), str):
        own = f"${{{{ {item} }}}}"
        task["ask"] = _MATRIX.sub(lambda match: own if match.group(1) == str(variable) else match.group(), task["ask"])
