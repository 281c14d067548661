"""The application: routes of the API, the page's files, and the life of the runs it executes."""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from importlib.metadata import version
from importlib.resources import files

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles

from planc_runtime.store.base import Store
from planc_runtime.store.errors import RunAmbiguous, RunHeld, RunUnknown, StoreError

from . import act_routes, openapi, plan_routes, run_routes, shapes, stream, views
from .guard import COOKIE, Guard
from .problems import MEDIA_TYPE, Problem
from .service import Service
from .workbench import Workbench

TAGS = [
    {"name": "runs", "description": "Submit, watch, stop, go on, replay."},
    {"name": "questions", "description": "What runs ask people, and the answers."},
    {
        "name": "plans",
        "description": "Plan files of the folder, and texts: check, compare, approve, plan a goal.",
    },
    {"name": "server", "description": "The server itself."},
]
_LOG = logging.getLogger("planc.server")


def create_app(
    store: Store,
    workbench: Workbench,
    service: Service,
    *,
    token: str,
    hosts: Iterable[str],
    cookie: str = COOKIE,
    clock: Callable[[], float] = time.time,
) -> Guard:
    """The whole server as one ASGI application. `hosts` are the names it answers to (DNS rebinding is refused)."""

    app = routes(store, workbench, service, clock)
    described = openapi.document(app)
    app.openapi = lambda: described  # type: ignore[method-assign]  # FastAPI's way to change the document
    app.mount("/", StaticFiles(directory=str(files("planc_runtime.server") / "page"), html=True), name="page")
    return Guard(app, token=token, hosts=hosts, cookie=cookie)


def routes(store: Store, workbench: Workbench, service: Service, clock: Callable[[], float] = time.time) -> FastAPI:
    """The API without the page and without its guard."""

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        await service.open()
        yield
        await service.close()

    app = FastAPI(
        title="planc",
        version=version("planc"),
        docs_url=None,
        redoc_url=None,
        lifespan=life,
        openapi_tags=TAGS,
        openapi_url="/api/openapi.json",
        generate_unique_id_function=lambda route: route.name,
    )
    app.router.redirect_slashes = False
    _handle_errors(app)
    app.include_router(_about(store, workbench))
    app.include_router(act_routes.router(store, workbench, service))
    app.include_router(run_routes.router(store, workbench, clock))
    app.include_router(stream.router(store, service.readers))
    app.include_router(plan_routes.router(workbench, service))
    return app


def _about(store: Store, workbench: Workbench) -> APIRouter:
    routes = APIRouter(tags=["server"])

    @routes.get("/api/health", summary="A sign of life; needs no token")
    def get_health() -> shapes.Health:
        return shapes.Health(status="ok", version=version("planc"))

    @routes.get("/api/session", summary="Where this server works, and what its flags allow")
    def get_session() -> shapes.Session:
        model, tools, rights, only_approved = workbench.session()
        return shapes.Session(
            version=version("planc"),
            folder=workbench.folder,
            model=model,
            tools=tools,
            waiting=len(views.questions(store)),
            rights=rights,
            only_approved=only_approved,
        )

    return routes


def _handle_errors(app: FastAPI) -> None:
    @app.exception_handler(Problem)
    def on_problem(request: Request, error: Problem) -> Response:
        return _problem(error)

    @app.exception_handler(HTTPException)
    def on_http(request: Request, error: HTTPException) -> Response:
        answer = _problem(Problem(error.status_code, str(error.detail), f"{request.method} {request.url.path}"))
        answer.headers.update(error.headers or {})
        return answer

    @app.exception_handler(RequestValidationError)
    def on_validation(request: Request, error: RequestValidationError) -> Response:
        problems = [f"{'.'.join(str(part) for part in item['loc'])}: {item['msg']}" for item in error.errors()]
        return _problem(Problem(422, "The request does not fit", "; ".join(problems), help="see /api/openapi.json"))

    @app.exception_handler(StoreError)
    def on_store(request: Request, error: StoreError) -> Response:
        if isinstance(error, RunUnknown | RunAmbiguous):
            status, title = 404, "No such run"
        elif isinstance(error, RunHeld):
            status, title = 409, "The run is being executed"
        else:
            status, title = 503, "The store cannot be used now"
        detail = ": ".join(part for part in (error.what, error.why) if part)
        return _problem(Problem(status, title, detail, help=error.help))

    @app.exception_handler(Exception)
    def on_defect(request: Request, error: Exception) -> Response:
        where = f"{request.method} {request.url.path}"
        _LOG.error("defect at %s: %s: %s", where, type(error).__name__, error)
        detail = f"{type(error).__name__} at {where}; the server's log says more"
        return _problem(Problem(500, "This is a defect of planc", detail, help="please report it"))


def _problem(problem: Problem) -> JSONResponse:
    return JSONResponse(problem.to_json(), status_code=problem.status, media_type=MEDIA_TYPE)
