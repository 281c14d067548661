"""All sources put together: what is in force, and where each setting came from."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .dotenv import read_dotenv
from .errors import ConfigError
from .userfile import UserFile, key_of, read_user_file, user_file_path

OPENAI_URL = "https://api.openai.com/v1"
FLAG = "flag"
ENVIRONMENT = "environment"
DOTENV = ".env"
DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Setting:
    """A value with the place it came from; a secret one shows only that it is set."""

    value: str
    source: str
    secret: bool = field(default=False)

    def shown(self) -> str:
        return "set" if self.secret and self.value else self.value


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A Chat Completions endpoint. The key and the base URL come from one and the same source."""

    name: str
    base_url: str
    source: str
    api_key: str = field(default="", repr=False)
    models: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """What is in force. `endpoints` are in order of precedence; `notes` tell what was passed over, and why."""

    folder: Path
    model: Setting
    endpoints: tuple[Endpoint, ...]
    user: UserFile
    user_path: Path
    store: Setting
    cache: Setting
    notes: tuple[str, ...] = ()


def load_settings(
    *,
    folder: Path | None = None,
    model: str | None = None,
    store: str | None = None,
    environment: Mapping[str, str] | None = None,
) -> Settings:
    """Reads every source. `model` and `store` are the flags' values; `folder` (the working directory) holds `.env`.

    Raises ConfigError.
    """
    base = (folder or Path.cwd()).absolute()
    env = os.environ if environment is None else environment
    dotenv, refused = read_dotenv(base / ".env")
    user_path = user_file_path(env)
    user = read_user_file(user_path)
    notes = [f"{name} in .env is not taken: a file in a folder may not set it" for name in refused]
    first = _endpoint_of(env, ENVIRONMENT, dotenv, notes) or _endpoint_of(dotenv, DOTENV, {}, notes)
    endpoints = [first] if first is not None else []
    for name, provider in user.providers.items():
        key = key_of(provider, name, user_path, env)
        _check_url(provider.base_url, str(user_path))
        endpoints.append(
            Endpoint(name, provider.base_url, str(user_path), key, tuple(provider.models), dict(provider.headers))
        )
    return Settings(
        folder=base,
        model=_first(
            (model, FLAG), (env.get("PLANC_MODEL"), ENVIRONMENT), (dotenv.get("PLANC_MODEL"), DOTENV),
            (user.model, str(user_path)),
        ),
        endpoints=tuple(endpoints),
        user=user,
        user_path=user_path,
        store=_first((store, FLAG), (env.get("PLANC_STORE"), ENVIRONMENT), (str(base / ".planc"), DEFAULT)),
        cache=_first((env.get("PLANC_CACHE_DIR"), ENVIRONMENT), (str(_default_cache(env)), DEFAULT)),
        notes=tuple(notes),
    )  # fmt: skip


def _endpoint_of(
    values: Mapping[str, str], source: str, weaker: Mapping[str, str], notes: list[str]
) -> Endpoint | None:
    """The endpoint that one source describes, if it does; what a weaker source adds to it is passed over."""
    key, url = values.get("OPENAI_API_KEY", ""), values.get("OPENAI_BASE_URL", "")
    if not key and not url:
        return None
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL"):
        if weaker.get(name):
            reason = "a base URL and its key come from the same source"
            notes.append(f"{name} in .env is passed over: the endpoint comes from the {source} ({reason})")
    _check_url(url or OPENAI_URL, source)
    return Endpoint("openai", (url or OPENAI_URL).rstrip("/"), source, key)


def _check_url(url: str, source: str) -> None:
    if not url.startswith(("http://", "https://")):
        raise ConfigError(
            f"the base URL {url!r} ({source}) is not an http or https URL", "write it like http://127.0.0.1:8000/v1"
        )


def _first(*candidates: tuple[str | None, str]) -> Setting:
    for value, source in candidates:
        if value:
            return Setting(value, source)
    return Setting("", DEFAULT)


def _default_cache(environment: Mapping[str, str]) -> Path:
    base = environment.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "planc"
