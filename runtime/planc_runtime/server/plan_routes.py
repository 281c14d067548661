"""Routes about plans: list, check, compare, approve, and write one from a goal."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Path, Query
from fastapi.responses import StreamingResponse

from planc_schemas.values import Json

from . import shapes
from .diff_shapes import DiffRequest, DiffShape
from .openapi import problems
from .problems import Problem
from .service import Service
from .workbench import Plans

PLANNING_SECONDS = 1800
"""How long one goal may be planned."""
_LOG = logging.getLogger("planc.server")
PlanPath = Annotated[str, Path(max_length=1024, description="a plan file, from the server's folder on")]


def router(workbench: Plans, service: Service) -> APIRouter:
    routes = APIRouter(tags=["plans"])

    @routes.get("/api/plans", summary="List the plan files of the server's folder")
    def list_plans(
        after: Annotated[str | None, Query(max_length=1024, description="the `next` of the page before")] = None,
        limit: Annotated[int, Query(ge=1, le=500)] = 200,
    ) -> shapes.PlanList:
        return workbench.plans(after, limit)

    @routes.get(
        "/api/plans/{path:path}",
        summary="Get a plan file, checked: problems, graph, estimate, rights, approval",
        responses=problems(404),
    )
    def get_plan(path: PlanPath) -> shapes.CheckedPlan:
        return workbench.check(shapes.PlanSource(path=path))

    @routes.post(
        "/api/plans/{path:path}/approve",
        summary="Approve a plan file as it stands",
        responses=problems(404, 409),
    )
    def approve(path: PlanPath, body: shapes.ApproveRequest) -> shapes.Approval:
        return workbench.approve(path, body.digest, body.by)

    @routes.post("/api/check", summary="Check a plan's text: problems, graph, estimate, rights")
    def check(body: shapes.CheckRequest) -> shapes.CheckedPlan:
        return workbench.check(shapes.PlanSource(text=body.text))

    @routes.post("/api/diff", summary="Compare two plans by what they mean", responses=problems(404))
    def diff(body: DiffRequest) -> DiffShape:
        return workbench.diff(body.before, body.after)

    @routes.post(
        "/api/goals",
        summary="Have a plan written for a goal; nothing runs. A stream of JSON lines",
        description="Each line is an object with a `type`: `text` (what the model writes), `step` (what was understood "
        "or repaired), and at the end either `plan` with the plan file's `text`, or `problem`.",
        response_class=StreamingResponse,
        responses={200: {"content": {"application/x-ndjson": {"schema": {"type": "string"}}}}},
    )
    async def plan_goal(body: shapes.GoalRequest) -> StreamingResponse:
        return StreamingResponse(_plan_lines(service, body.goal), media_type="application/x-ndjson")

    return routes


async def _plan_lines(service: Service, goal: str) -> AsyncIterator[bytes]:
    """What the planning says, line by line; when the reader goes, the planning ends."""
    queue: asyncio.Queue[dict[str, Json] | None] = asyncio.Queue(maxsize=1000)

    async def work() -> None:
        try:
            async with asyncio.timeout(PLANNING_SECONDS):
                await service.plan_goal(goal, queue.put)
        except Problem as problem:
            await queue.put({"type": "problem", "problem": problem.to_json()})
        except TimeoutError:
            late = Problem(503, "It took too long", f"there is no plan after {PLANNING_SECONDS} s")
            await queue.put({"type": "problem", "problem": late.to_json()})
        except Exception as error:  # noqa: BLE001  # the answer has begun: it must end in words
            _LOG.error("defect while planning: %s: %s", type(error).__name__, error)
            defect = Problem(500, "This is a defect of planc", type(error).__name__, help="please report it")
            await queue.put({"type": "problem", "problem": defect.to_json()})
        finally:
            await queue.put(None)

    planning = asyncio.create_task(work(), name="planning")
    try:
        while (item := await queue.get()) is not None:
            yield json.dumps(item, ensure_ascii=True).encode("ascii") + b"\n"
        await planning
    finally:
        planning.cancel()
