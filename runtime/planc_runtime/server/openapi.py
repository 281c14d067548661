"""The OpenAPI document: what FastAPI finds out about the routes, and what it cannot know.

Errors are problems (RFC 9457) in their own media type. Those that every route may give are added here, so that a route
names only its own (`problems`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from . import shapes
from .problems import MEDIA_TYPE

Responses: TypeAlias = dict[int | str, dict[str, Any]]

_WORDS: Mapping[int, str] = {
    400: "The request cannot be read",
    401: "The token is missing or wrong",
    403: "Not allowed: another origin, or a right that the server's flags do not give",
    404: "There is no such thing",
    405: "There is no such method here",
    408: "The body did not arrive in time",
    409: "Not in this state",
    413: "The request is too large",
    421: "Wrong host",
    422: "The request, the plan or the inputs have errors",
    500: "A defect of planc",
    503: "Not now: the store cannot be used, or it took too long",
}
_EVERYWHERE = (401, 421, 503)
_WITH_BODY = (400, 403, 408, 413, 422)
_SCHEMA = {"$ref": "#/components/schemas/Problem"}

DESCRIPTION = """Runs of plans: submit, watch, answer, cancel, resume, replay.

Every request carries `Authorization: Bearer TOKEN` (the token that `planc serve` printed); a browser that opened the
printed address has it as a cookie. Errors are `application/problem+json`. Events have numbers without gaps: a reader
goes on after the last one it has seen, also when the server was restarted meanwhile.
"""


def problems(*statuses: int) -> Responses:
    """The `responses` of a route that may give these problems besides the usual ones."""
    return {status: _problem(status) for status in statuses}


def _problem(status: int) -> dict[str, Any]:
    return {"description": _WORDS[status], "content": {MEDIA_TYPE: {"schema": _SCHEMA}}}


def document(app: FastAPI) -> dict[str, Any]:
    """The document of the application's routes."""
    found: dict[str, Any] = get_openapi(
        title=app.title, version=app.version, description=DESCRIPTION, routes=app.routes, tags=app.openapi_tags
    )
    components = found.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    made = shapes.Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(made.pop("$defs", {}))
    schemas["Problem"] = made
    components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    for path, methods in found["paths"].items():
        for operation in methods.values():
            _complete(operation, is_open=path == "/api/health")
    return found


def _complete(operation: dict[str, Any], *, is_open: bool) -> None:
    """The problems that every operation may give, and the token that it needs."""
    responses = operation["responses"]
    usual = [*_EVERYWHERE, *(_WITH_BODY if "requestBody" in operation else ())]
    if operation.get("parameters"):
        usual.append(422)
    if is_open:
        usual.remove(401)
    else:
        operation["security"] = [{"token": []}]
    for status in usual:
        responses.setdefault(str(status), _problem(status))
    if "422" in responses:
        responses["422"] = _problem(422)  # FastAPI's own shape is never sent
    operation["responses"] = dict(sorted(responses.items()))
