"""`planc report`: one run as one self-contained HTML file, made of the very page that `planc serve` serves.

The page's modules become data URLs under an import map, and the API's answers for this run are put inside as JSON. The
file asks nobody anything: its own policy forbids every connection.
"""

from __future__ import annotations

import base64
import json
import re
from html import escape
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import PurePath
from posixpath import dirname, join, normpath

from planc_runtime.server import views
from planc_runtime.server.memories import memories
from planc_runtime.store.base import Store
from planc_runtime.store.current import current_plan
from planc_schemas.values import Json

from .pictures import goal_plans, run_graph

_IMPORT = re.compile(r'(from|import) "(\.{1,2}/[^"]+)"')
_STYLE = re.compile(r'<link rel="stylesheet" href="([^"]+)">')
POLICY = "default-src 'none'; script-src 'unsafe-inline' data:; style-src 'unsafe-inline'; img-src data:"
MAX_EVENTS = 100_000


def report(store: Store, run_id: str, now: float) -> str:
    """The HTML of `run_id` (a full id). Raises RunUnknown and the store's other errors."""
    kept = current_plan(store, run_id)
    page = files("planc_runtime.server") / "page"
    modules = {path: _rewritten(path, text) for path, text in _modules(page, "")}
    imports = {
        f"planc/{path}": _data_url("text/javascript", text) for path, text in modules.items() if path != "app.js"
    }
    style = "".join(
        (page / path).read_text(encoding="utf-8") for path in _STYLE.findall((page / "index.html").read_text())
    )
    return "\n".join(
        [
            "<!doctype html>",
            '<html lang="en"><head><meta charset="utf-8">',
            f'<meta http-equiv="content-security-policy" content="{POLICY}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{escape(kept.plan.name)} · {escape(run_id)}</title>",
            f"<style>{style}</style>",
            f'<script type="importmap">{_script_json({"imports": imports})}</script>',
            f'<script type="application/json" id="recording">{_script_json(_recording(store, run_id, now))}</script>',
            '</head><body><div id="app"></div>',
            f'<script type="module" src="{_data_url("text/javascript", modules["app.js"])}"></script>',
            "</body></html>",
        ]
    )


def _recording(store: Store, run_id: str, now: float) -> dict[str, Json]:
    """What the page would ask the server for, by path."""
    kept = current_plan(store, run_id)
    events = store.read(run_id, limit=MAX_EVENTS)
    base = f"/api/runs/{run_id}"
    # The folders of this machine are nobody's business.
    summary = views.run_summary(store.summary(run_id), now, lambda file: PurePath(file).name)
    answers: dict[str, Json] = {
        base: summary.model_dump(mode="json"),
        f"{base}/graph": run_graph(kept.plan, kept.text, goal_plans(store, run_id)).model_dump(mode="json"),
        f"{base}/events?after=0&limit=5000": {
            "events": [views.event_shape(event).model_dump(mode="json") for event in events],
            "more": False,
        },
    }
    answers[f"{base}/memory"] = memories(store, run_id).model_dump(mode="json")
    for name, found in sorted(views.instances(store, run_id).items()):
        answers[f"{base}/instances/{_encode(name)}"] = found.model_dump(mode="json")
    return {"run": run_id, "answers": answers}


def _encode(text: str) -> str:
    """Like JavaScript's encodeURIComponent, for the characters of instance ids."""
    return text.replace("%", "%25").replace("/", "%2F").replace("[", "%5B").replace("]", "%5D")


def _modules(folder: Traversable, prefix: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for entry in sorted(folder.iterdir(), key=lambda item: item.name):
        path = f"{prefix}{entry.name}"
        if entry.is_dir() and entry.name != "docs":
            found.extend(_modules(entry, f"{path}/"))
        elif path.endswith(".js"):
            found.append((path, entry.read_text(encoding="utf-8")))
    return found


def _rewritten(path: str, text: str) -> str:
    """Relative imports as bare names: a relative one has no meaning inside a data URL."""
    return _IMPORT.sub(lambda match: f'{match[1]} "planc/{normpath(join(dirname(path), match[2]))}"', text)


def _data_url(kind: str, text: str) -> str:
    return f"data:{kind};base64,{base64.b64encode(text.encode()).decode()}"


def _script_json(value: Json) -> str:
    """JSON that cannot end the script element it stands in, nor begin a comment."""
    return json.dumps(value, ensure_ascii=True).replace("<", "\\u003c")
