"""`.env` of the working directory: `NAME=VALUE` lines, of which only provider and planc variables are taken.

A folder may come from a stranger. So nothing here reaches the process environment, nothing is expanded, and variables
that load code or give rights are not taken from a file.
"""

from __future__ import annotations

import re
from pathlib import Path

from .errors import ConfigError

TAKEN = ("OPENAI_API_KEY", "OPENAI_BASE_URL", "PLANC_MODEL")
"""The variables that a `.env` may set."""
MAX_BYTES = 64 * 1024

_LINE = re.compile(r"(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)")
_COMMENT = re.compile(r"\s+#.*$")


def read_dotenv(path: Path) -> tuple[dict[str, str], list[str]]:
    """The variables of TAKEN that the file sets, and the names of planc or provider variables that it may not set.

    A missing file sets nothing. Raises ConfigError for a file that cannot be read or a line that is no assignment
    of a variable we would take.
    """
    try:
        data = path.read_bytes() if path.is_file() else b""
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}", "make it readable, or remove it") from None
    if len(data) > MAX_BYTES:
        raise ConfigError(f"{path} is larger than {MAX_BYTES} bytes", "it holds a few NAME=VALUE lines")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ConfigError(f"{path} is not UTF-8", "save it as UTF-8") from None
    values: dict[str, str] = {}
    refused: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        match = _LINE.fullmatch(line.strip())
        if match is None:
            continue
        name, value = match.groups()
        if name in TAKEN:
            values[name] = _value(value, f"{path}:{number}")
        elif name.startswith(("PLANC_", "OPENAI_")):
            refused.append(name)
    return values, refused


def _value(text: str, where: str) -> str:
    quote = text[:1]
    if quote not in ("'", '"'):
        return _COMMENT.sub("", text).strip()
    end = text.find(quote, 1)
    rest = text[end + 1 :].strip()
    if end < 0 or (rest and not rest.startswith("#")):
        raise ConfigError(f"{where}: the quoted value does not end where the line ends", f"close it with {quote}")
    return text[1:end]
