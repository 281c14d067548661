"""docs/openapi.json, generated from the routes themselves: `python -m planc.serving.document > docs/openapi.json`."""

from __future__ import annotations

import json
import sys
from typing import Any

from planc.project import Project
from planc_runtime.executor import Options
from planc_runtime.server import openapi
from planc_runtime.server.app import routes
from planc_runtime.server.service import Service

from .bench import Bench
from .shared import SharedModels


def document() -> dict[str, Any]:
    """The OpenAPI document that every server gives at /api/openapi.json. Nothing is opened or started for it."""
    project = Project.here()
    bench = Bench(project, SharedModels(project.models()), Options())
    return openapi.document(routes(project.store, bench, Service(project.store, bench)))


if __name__ == "__main__":
    sys.stdout.write(json.dumps(document(), indent=1, ensure_ascii=False) + "\n")
