"""Weights from the model hub: one file over HTTPS, continued where a broken download ended.

The hub is huggingface.co, or what $HF_ENDPOINT names (the hub's own convention for mirrors); "" turns it off.
"""

from __future__ import annotations

import os
import urllib.error
import urllib.request
from collections.abc import Mapping
from http.client import HTTPException
from pathlib import Path

from .catalogue import Weights
from .progress import OnProgress, Progress

HUB = "https://huggingface.co"
PATIENCE_SECONDS = 5.0
"""For a connection and for every read: a machine without the hub should not wait for it."""
_BLOCK = 1024 * 1024


class SourceFailed(Exception):
    """This source does not give the weights; the message says why."""


def fetch_from_hub(
    weights: Weights, partial: Path, on_progress: OnProgress, environment: Mapping[str, str] = os.environ
) -> None:
    """Completes `partial` with the bytes of `weights`. Raises SourceFailed; what was fetched stays in `partial`."""
    base = environment.get("HF_ENDPOINT", HUB)
    if weights.hub is None or not base:
        raise SourceFailed("not there" if weights.hub is None else "turned off by HF_ENDPOINT")
    url = f"{base}/{weights.hub.repository}/resolve/main/{weights.hub.file}"
    have = partial.stat().st_size if partial.exists() else 0
    if have > weights.bytes:
        partial.unlink()
        have = 0
    if have == weights.bytes:
        return
    on_progress(Progress("model hub: connecting", have, weights.bytes))
    request = urllib.request.Request(url, headers={"Range": f"bytes={have}-"} if have else {})
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as response:
            have = have if response.status == 206 else 0
            with partial.open("ab" if have else "wb") as file:
                while block := response.read(_BLOCK):
                    file.write(block)
                    have += len(block)
                    if have > weights.bytes:
                        raise SourceFailed(f"the file there is longer than {weights.bytes} bytes")
                    on_progress(Progress("model hub", have, weights.bytes))
    except urllib.error.HTTPError as error:
        raise SourceFailed(f"HTTP status {error.code}") from error
    except (urllib.error.URLError, HTTPException, TimeoutError, ConnectionError) as error:
        raise SourceFailed(str(getattr(error, "reason", error)) or type(error).__name__) from error
    if have < weights.bytes:
        raise SourceFailed(f"the download broke off after {have} of {weights.bytes} bytes")
