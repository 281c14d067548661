"""Plan → an Argo Workflows `Workflow` with one DAG template.

Carried over: the graph, `if` on whether another task succeeded, `foreach` (withParam), retries with backoff, timeouts,
inputs as parameters. Every task calls one container image that the user names; what the container does with the text
(call a model, a tool) is not Argo's business. What has no equal is listed. Format: argo-workflows.readthedocs.io,
"Field Reference", apiVersion argoproj.io/v1alpha1.
"""

from __future__ import annotations

from dataclasses import dataclass

from planc_schemas.compiled import AskWork, CompiledPlan, CompiledTask, ToolWork
from planc_schemas.values import Json, canonical_json


@dataclass(frozen=True, slots=True)
class Exported:
    """`document` is the content of the file; `dropped` names what has no equal there."""

    document: dict[str, Json]
    dropped: tuple[str, ...]


def export_argo(plan: CompiledPlan, image: str) -> Exported:
    """`image` is the container image that runs a task: it gets the task's id and its inputs as JSON arguments."""
    dropped: list[str] = []
    tasks = [_dag_task(task, dropped) for task in plan.tasks]
    templates: list[Json] = [{"name": "plan", "dag": {"tasks": tasks}}]
    templates.extend(_template(task, image) for task in plan.tasks)
    spec: dict[str, Json] = {"entrypoint": "plan"}
    if plan.limits.concurrency:
        spec["parallelism"] = plan.limits.concurrency
    if plan.limits.time:
        spec["activeDeadlineSeconds"] = int(plan.limits.time)
    if plan.inputs:
        spec["arguments"] = {"parameters": [_parameter(name, schema) for name, schema in plan.inputs.items()]}
    spec["templates"] = templates
    if plan.outputs:
        dropped.append("outputs: read the output parameters of the tasks instead")
    if plan.limits.usd or plan.limits.tokens or plan.limits.calls:
        dropped.append("limits on calls, tokens and cost: Argo counts none of them")
    document: dict[str, Json] = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Workflow",
        "metadata": {"generateName": f"{plan.name.replace('_', '-')}-"},
        "spec": spec,
    }
    return Exported(document, tuple(dropped))


def _parameter(name: str, schema: dict[str, Json]) -> dict[str, Json]:
    parameter: dict[str, Json] = {"name": name}
    if "default" in schema:
        default = schema["default"]
        parameter["value"] = default if isinstance(default, str) else canonical_json(default)
    return parameter


def _name(task_id: str) -> str:
    """Argo's names are DNS labels: no underscore."""
    return task_id.replace("_", "-")


def _dag_task(task: CompiledTask, dropped: list[str]) -> dict[str, Json]:
    entry: dict[str, Json] = {"name": _name(task.id), "template": _name(task.id)}
    if task.waits_for:
        if task.run_always or task.soft_reads:
            entry["depends"] = " && ".join(
                f"({_name(name)}.Succeeded || {_name(name)}.Failed || {_name(name)}.Skipped)" for name in task.waits_for
            )
        else:
            entry["depends"] = " && ".join(_name(name) for name in task.waits_for)
    arguments: list[Json] = [
        {"name": _name(source), "value": f"{{{{tasks.{_name(source)}.outputs.parameters.output}}}}"}
        for source in task.reads
    ]
    if task.foreach is not None:
        items = task.foreach.items[1] if task.foreach.items[0] == "expr" else None
        if items is not None and items[0] == "task":
            entry["withParam"] = f"{{{{tasks.{_name(items[1])}.outputs.parameters.output}}}}"
            arguments.append({"name": "item", "value": "{{item}}"})
        elif items is not None and items[0] == "get" and items[1] == ["inputs"]:
            entry["withParam"] = f"{{{{workflow.parameters.{items[2]}}}}}"
            arguments.append({"name": "item", "value": "{{item}}"})
        elif task.foreach.items[0] == "const":
            entry["withItems"] = task.foreach.items[1]
            arguments.append({"name": "item", "value": "{{item}}"})
        else:
            dropped.append(f"{task.id}: foreach over a computed list")
    if arguments:
        entry["arguments"] = {"parameters": arguments}
    for present, words in (
        (task.condition is not None, "if: its expression language is another one"),
        (task.repeat is not None, "repeat: Argo has no bounded loop; use a recursive template"),
        (task.on_error.then == "value", "on_error: {value}"),
        (task.work.kind == "ask", "ask: became a suspend template; what is asked and answered is not carried over"),
        (task.work.kind == "goal", "goal: decomposed while running"),
    ):
        if present:
            dropped.append(f"{task.id}: {words}")
    return entry


def _template(task: CompiledTask, image: str) -> dict[str, Json]:
    if isinstance(task.work, AskWork):
        return {"name": _name(task.id), "suspend": {}}
    what = task.work.tool if isinstance(task.work, ToolWork) else task.work.kind
    inputs: list[Json] = [{"name": _name(source)} for source in task.reads]
    if task.foreach is not None:
        inputs.append({"name": "item"})
    template: dict[str, Json] = {"name": _name(task.id)}
    if inputs:
        template["inputs"] = {"parameters": inputs}
    values: list[Json] = [f"{{{{inputs.parameters.{entry['name']}}}}}" for entry in inputs]
    template["container"] = {"image": image, "args": [task.id, what, *values]}
    template["outputs"] = {"parameters": [{"name": "output", "valueFrom": {"path": "/tmp/output.json"}}]}
    if task.retry.max_attempts > 1:
        template["retryStrategy"] = {
            "limit": str(task.retry.max_attempts - 1),
            "backoff": {
                "duration": f"{task.retry.initial_delay:g}s",
                "factor": f"{task.retry.backoff:g}",
                "maxDuration": f"{task.retry.max_delay:g}s",
            },
        }
    if task.timeout is not None:
        template["activeDeadlineSeconds"] = int(task.timeout)
    return template
