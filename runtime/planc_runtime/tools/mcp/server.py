"""What the operator says about an MCP server. Plans and models name its tools; they cannot name servers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,31}")


@dataclass(frozen=True, slots=True, kw_only=True)
class McpServer:
    """A server over stdio (`command`) or over streamable HTTP (`url`): exactly one of the two.

    Its tools are called `name.tool`. `environment` is all that the process sees besides PATH, HOME, LOGNAME, SHELL,
    TERM and USER; `folder` is where it starts; `headers` go with every request. `start_timeout` and
    `call_timeout` (None: as long as the task allows) are in seconds.
    """

    name: str
    command: Sequence[str] = ()
    url: str = ""
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    folder: Path | None = None
    start_timeout: float = 30.0
    call_timeout: float | None = None

    def __post_init__(self) -> None:
        """Raises ValueError for a name or an address that cannot be."""
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"{self.name!r} cannot be an MCP server's name; use small letters, digits, - and _")
        if bool(self.command) == bool(self.url):
            raise ValueError(f"MCP server `{self.name}` needs either a command or a url")
        if self.url and not self.url.startswith(("http://", "https://")):
            raise ValueError(f"MCP server `{self.name}`: {self.url!r} is not an http or https URL")
