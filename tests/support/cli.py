"""The `planc` command as a real process, without the settings of whoever runs the tests."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

_OWN = ("OPENAI_", "PLANC_", "CI", "XDG_", "NO_COLOR")


def clean_environment(home: Path, **more: str) -> dict[str, str]:
    """The environment of a stranger whose home is `home`; the cache of model weights stays where it is."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_OWN)}
    cache = os.environ.get("PLANC_CACHE_DIR") or str(Path.home() / ".cache" / "planc")
    return {**kept, "HOME": str(home), "PLANC_CACHE_DIR": cache, **more}


def planc(
    *arguments: str, folder: Path, stdin: str | None = None, timeout: float = 120, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Runs the command in `folder` to its end; stdout and stderr are pipes, so that nothing is asked or redrawn."""
    return subprocess.run(
        [sys.executable, "-m", "planc", *arguments],
        cwd=folder,
        env=clean_environment(folder, **environment),
        input=stdin if stdin is not None else "",
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def start_planc(*arguments: str, folder: Path, **environment: str) -> subprocess.Popen[str]:
    """Starts the command; the caller waits for it or ends it."""
    return subprocess.Popen(
        [sys.executable, "-m", "planc", *arguments],
        cwd=folder,
        env=clean_environment(folder, **environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
