"""How somebody who lacks an extra of planc gets it."""

from __future__ import annotations

import json
import shlex
from urllib.parse import urlsplit
from urllib.request import url2pathname

from planc_schemas.values import Json


def install(extra: str) -> str:
    """The command that adds an extra to planc, from where planc itself came: a folder, a file, a repository, or the
    package index (PEP 610)."""
    return f"pip install {_requirement(extra, _origin())}"


def _origin() -> dict[str, Json]:
    from importlib.metadata import Distribution, PackageNotFoundError  # takes a while, and nobody may need it

    try:
        text = Distribution.from_name("planc").read_text("direct_url.json")
        origin = json.loads(text or "{}")
    except (PackageNotFoundError, ValueError):
        return {}
    return origin if isinstance(origin, dict) else {}


def _requirement(extra: str, origin: dict[str, Json]) -> str:
    url = str(origin.get("url") or "")
    if "dir_info" in origin:
        editable = "--editable " if origin["dir_info"].get("editable") else ""
        return editable + shlex.quote(f"{url2pathname(urlsplit(url).path)}[{extra}]")
    if "vcs_info" in origin:
        url = f"{origin['vcs_info']['vcs']}+{url}@{origin['vcs_info']['commit_id']}"
    return shlex.quote(f"planc[{extra}] @ {url}" if url else f"planc[{extra}]")
