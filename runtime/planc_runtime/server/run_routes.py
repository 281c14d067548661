"""Routes that look at runs. Nothing here acts."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from fastapi.responses import HTMLResponse, Response

from planc_runtime.store.base import RunFilter, Store
from planc_schemas.events import RunStatus

from . import shapes, views
from .memories import memories
from .openapi import problems
from .problems import Problem
from .workbench import Plans

RunId = Annotated[str, Path(max_length=64, description="a run's id, the beginning of one, or `last`")]
After = Annotated[int, Query(ge=0, le=shapes.MOST, description="the number of the last event already seen")]
PLAIN_TEXT: dict[str, Any] = {"text/plain": {"schema": {"type": "string"}}}


def router(store: Store, workbench: Plans, clock: Callable[[], float]) -> APIRouter:
    routes = APIRouter(tags=["runs"], responses=problems(404))
    _summaries(routes, store, workbench, clock)
    _plans(routes, store, workbench)
    _results(routes, store, workbench)
    return routes


def _summaries(routes: APIRouter, store: Store, workbench: Plans, clock: Callable[[], float]) -> None:
    @routes.get("/api/runs", summary="List runs, newest first")
    def list_runs(
        status: RunStatus | None = None,
        name: Annotated[str | None, Query(max_length=64, description="the plan's name")] = None,
        label: Annotated[list[str] | None, Query(max_length=20, description="NAME=VALUE; all must match")] = None,
        after: Annotated[str | None, Query(max_length=64, description="the `next` of the page before")] = None,
        limit: Annotated[int, Query(ge=1, le=500)] = 50,
    ) -> shapes.RunPage:
        which = RunFilter(
            name=name,
            statuses=frozenset({status}) if status else frozenset(),
            labels=dict(_label(pair) for pair in label or ()),
            before_run=after,
        )
        return views.run_page(store, which, limit, clock(), workbench.named)

    @routes.get("/api/runs/{run}", summary="Get a run's state")
    def get_run(run: RunId) -> shapes.RunSummary:
        return views.run_summary(store.summary(store.resolve(run)), clock(), workbench.named)

    @routes.get("/api/runs/{run}/memory", summary="Get what the run's agents may remember and recall, as it is now")
    def get_memory(run: RunId) -> shapes.RunMemory:
        return memories(store, store.resolve(run))

    @routes.get("/api/asks", summary="List the questions that runs wait for", tags=["questions"])
    def list_asks(
        after: Annotated[str | None, Query(max_length=600, description="the `next` of the page before")] = None,
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
    ) -> shapes.AskPage:
        return views.ask_page(store, after, limit)


def _label(pair: str) -> tuple[str, str]:
    name, equals, value = pair.partition("=")
    if not equals:
        raise Problem(422, "The request does not fit", f"the label {pair!r} has no value", help="write NAME=VALUE")
    return name, value


def _plans(routes: APIRouter, store: Store, workbench: Plans) -> None:
    @routes.get("/api/runs/{run}/plan", summary="Get the plan of a run, and those made for its goals")
    def get_run_plan(run: RunId) -> shapes.RunPlan:
        return views.run_plan(store, store.resolve(run), workbench.named)

    @routes.get("/api/runs/{run}/graph", summary="Get the plan of a run as a graph, sub-plans included")
    def get_graph(run: RunId) -> shapes.RunGraph:
        return workbench.graph(store.resolve(run))


def _results(routes: APIRouter, store: Store, workbench: Plans) -> None:
    @routes.get("/api/runs/{run}/events", summary="List events, in order")
    def get_events(
        run: RunId, after: After = 0, limit: Annotated[int, Query(ge=1, le=10_000)] = 1000
    ) -> shapes.EventPage:
        events = store.read(store.resolve(run), after, limit=limit + 1)
        return shapes.EventPage(events=[views.event_shape(event) for event in events[:limit]], more=len(events) > limit)

    @routes.get("/api/runs/{run}/instances/{instance:path}", summary="Get what one task instance was asked and gave")
    def get_instance(run: RunId, instance: Annotated[str, Path(max_length=512)]) -> shapes.InstanceShape:
        found = views.instance(store, store.resolve(run), instance)
        if found is None:
            raise Problem(404, "No such task", f"run {run} has no task instance {instance!r}")
        return found

    @routes.get("/api/runs/{run}/outputs", summary="Get the outputs of a run")
    def get_outputs(run: RunId) -> shapes.RunOutputs:
        return views.run_outputs(store, store.resolve(run))

    @routes.get("/api/runs/{run}/artefacts", summary="List what is too large for events")
    def list_artefacts(run: RunId) -> shapes.ArtefactList:
        return views.artefacts(store, store.resolve(run))

    @routes.get(
        "/api/runs/{run}/artefacts/{sha256}",
        summary="Download an artefact: a text as it is, anything else as JSON",
        response_class=Response,
        responses={200: {"content": {"application/json": {"schema": {}}, **PLAIN_TEXT}}},
    )
    def get_artefact(run: RunId, sha256: Annotated[str, Path(pattern="^[0-9a-f]{64}$")]) -> Response:
        run_id = store.resolve(run)
        known = {artefact.sha256 for artefact in views.artefacts(store, run_id).artefacts}
        if sha256 not in known:
            raise Problem(404, "No such artefact", f"no event of run {run_id} refers to {sha256}")
        value = store.content(run_id, {"sha256": sha256})
        is_text = isinstance(value, str)
        name = f"{sha256[:12]}.{'txt' if is_text else 'json'}"
        return Response(
            value.encode("utf-8", "replace") if is_text else json.dumps(value).encode(),
            media_type="text/plain; charset=utf-8" if is_text else "application/json",
            headers={"content-disposition": f'attachment; filename="{name}"'},
        )

    @routes.get(
        "/api/runs/{run}/report",
        summary="Download the run as one self-contained HTML page",
        response_class=HTMLResponse,
        responses={200: {"content": {"text/html": {"schema": {"type": "string"}}}}},
    )
    def get_report(run: RunId) -> HTMLResponse:
        run_id = store.resolve(run)
        disposition = f'attachment; filename="{run_id}.html"'
        return HTMLResponse(workbench.report(run_id), headers={"content-disposition": disposition})
