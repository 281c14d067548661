"""Routes that act on runs: submit, cancel, resume, replay, answer. All of them are POST."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Header

from planc_runtime.store.base import Store
from planc_schemas.values import digest

from . import shapes
from .openapi import problems
from .problems import Problem
from .run_routes import RunId
from .service import Service
from .views import OWN_LABELS
from .workbench import Runs


def router(store: Store, workbench: Runs, service: Service) -> APIRouter:
    routes = APIRouter(tags=["runs"], responses=problems(404, 409))

    @routes.post("/api/runs", status_code=201, summary="Submit a plan or a goal", responses=problems(403))
    async def submit_run(
        body: shapes.NewRun,
        idempotency_key: Annotated[
            str | None,
            Header(min_length=1, max_length=200, description="the same key gives the same run"),
        ] = None,
    ) -> shapes.RunRef:
        own = [name for name in body.labels if name.startswith(OWN_LABELS)]
        if own:
            raise Problem(422, "The request does not fit", f"the label {own[0]!r} is planc's own")
        submit = await asyncio.to_thread(workbench.prepare, body)
        key = None if idempotency_key is None else (idempotency_key, digest(body.model_dump(mode="json")))
        return shapes.RunRef(run_id=await service.start(submit, key))

    @routes.post("/api/runs/{run}/cancel", status_code=202, summary="End a run; only resuming it goes on with it")
    async def cancel(run: RunId) -> shapes.RunRef:
        run_id = await asyncio.to_thread(store.resolve, run)
        await service.cancel(run_id)
        return shapes.RunRef(run_id=run_id)

    @routes.post(
        "/api/runs/{run}/resume", status_code=202, summary="Go on with a run that ended early", responses=problems(403)
    )
    async def resume(run: RunId, body: shapes.ResumeRequest | None = None) -> shapes.RunRef:
        run_id = await asyncio.to_thread(store.resolve, run)
        await service.resume(run_id, body or shapes.ResumeRequest())
        return shapes.RunRef(run_id=run_id)

    @routes.post(
        "/api/runs/{run}/replay", status_code=201, summary="Run again from the recording: no live call, no cost"
    )
    async def replay(run: RunId, body: shapes.ReplayRequest | None = None) -> shapes.RunRef:
        run_id = await asyncio.to_thread(store.resolve, run)
        return shapes.RunRef(run_id=await service.replay(run_id, body or shapes.ReplayRequest()))

    @routes.post("/api/runs/{run}/answers", status_code=202, summary="Answer a question of a run", tags=["questions"])
    async def answer(run: RunId, body: shapes.Answer) -> shapes.RunRef:
        run_id = await asyncio.to_thread(store.resolve, run)
        await service.answer(run_id, body.instance, body.answer, body.digest)
        return shapes.RunRef(run_id=run_id)

    return routes
