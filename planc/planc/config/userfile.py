"""The operator's configuration file, `~/.config/planc/config.toml` (or `$XDG_CONFIG_HOME`, or `$PLANC_CONFIG`).

model = "fast"                      # used where a plan names no model: a model, a provider, or an alias

[aliases]                           # what plans call a model → provider/model
fast = "local/qwen3-8b"

[providers.local]
base_url = "http://127.0.0.1:11434/v1"
models = ["qwen3-8b"]               # the first is the provider's default

[providers.hosted]
base_url = "https://api.example/v1"
api_key_env = "EXAMPLE_API_KEY"     # or api_key = "…", and then keep the file to yourself (mode 600)
models = ["large", "small"]

[prices."hosted/large"]             # US dollars for a million tokens; goes before the built-in table
input = 1.25
output = 10

[embedded]                          # the model that needs no key
size = "default"                    # or "small"

[mcp.files]                         # an MCP server; its tools are called files.NAME
command = ["files-server", "--read-only"]
env = ["FILES_TOKEN"]               # variables that it sees, besides PATH, HOME and the like

[mcp.docs]
url = "https://docs.example/mcp"
headers_env = {Authorization = "DOCS_AUTHORIZATION"}   # header → variable with its value
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from .errors import ConfigError


class Table(BaseModel):
    # Built when there is a file to check: that takes as long as all of click.
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class Provider(Table):
    base_url: Annotated[str, Field(pattern=r"^https?://")]
    api_key: str = ""
    api_key_env: str = ""
    models: list[str] = []
    headers: dict[str, str] = {}


class Price(Table):
    input: float = Field(ge=0)
    output: float = Field(ge=0)
    cached: float | None = Field(default=None, ge=0)


class Embedded(Table):
    size: Literal["default", "small", "test"] = "default"
    file: str = ""
    slots: int = Field(default=5, ge=1, le=64)
    context: int = Field(default=20_480, ge=2048)
    threads: int | None = Field(default=None, ge=1)


class Mcp(Table):
    command: list[str] = []
    url: str = ""
    env: list[str] = []
    headers_env: dict[str, str] = {}
    folder: str = ""
    timeout: str = ""


class UserFile(Table):
    """The whole file; an empty one is valid."""

    model: str = ""
    aliases: dict[str, str] = {}
    providers: dict[str, Provider] = {}
    prices: dict[str, Price] = {}
    embedded: Embedded = Embedded.model_construct()
    mcp: dict[str, Mcp] = {}


def user_file_path(environment: Mapping[str, str]) -> Path:
    """Where the file is, whether it exists or not."""
    named = environment.get("PLANC_CONFIG")
    if named:
        return Path(named).expanduser()
    base = environment.get("XDG_CONFIG_HOME")
    folder = Path(base) if base else Path.home() / ".config"
    return folder / "planc" / "config.toml"


def read_user_file(path: Path) -> UserFile:
    """The file's settings; a missing one has none. Raises ConfigError naming the file and the field."""
    if not path.is_file():
        return UserFile.model_construct()
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}", "make it readable") from None
    try:
        content = tomllib.loads(data.decode("utf-8"))
        return UserFile.model_validate(content)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not TOML: {error}", "docs/configuration.md shows a whole file") from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        known = first["type"] == "extra_forbidden"
        message = f"{path}: there is no setting `{field}`" if known else f"{path}: `{field}`: {first['msg']}"
        raise ConfigError(message, "docs/configuration.md shows a whole file") from None


def key_of(provider: Provider, name: str, path: Path, environment: Mapping[str, str]) -> str:
    """The provider's key: written in the file, or in the environment variable that the file names.

    Raises ConfigError when that variable is not set, or when other users of the machine can read a key in the file.
    """
    if provider.api_key:
        if os.name == "posix" and path.stat().st_mode & 0o077:
            raise ConfigError(f"{path} holds a key and others can read it", f"run: chmod 600 {path}")
        return provider.api_key
    if not provider.api_key_env:
        return ""
    if provider.api_key_env not in environment:
        raise ConfigError(
            f"{path}: provider `{name}` takes its key from {provider.api_key_env}, which is not set",
            f"set {provider.api_key_env}, or remove the provider",
        )
    return environment[provider.api_key_env]
