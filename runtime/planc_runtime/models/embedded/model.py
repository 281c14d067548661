"""`ports.Model` over the embedded engine: the same client as for every endpoint, with another beginning and end."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from planc_schemas.ports import ModelAnswer, ModelRequest, OnText, TaskFailure

from ..abilities import Abilities
from ..base import EMBEDDED, EmbeddedConfig, ProviderConfig
from ..endpoint import Endpoint
from ..failure import failure
from .cache import cached, check_hash, models_folder
from .catalogue import Weights, find
from .engine import Address, Engine
from .grammar import with_grammar
from .serve import LONGEST_ANSWER

ABILITIES = Abilities(native_tools=False, looks_up=False, most_tokens=LONGEST_ANSWER)
"""Offered tools the protocol's way, models of this size write a call as text; by a schema they choose, and where they
are not made to look things up they answer from memory (measured: docs/decisions/0020, experiments/070)."""

ONE_REQUEST_A_CONNECTION = {"Connection": "close"}
"""On a busy machine the engine was seen to close a connection just as the next request came over it."""


def weights_of(config: EmbeddedConfig) -> Weights:
    """The catalogue's entry for the configured size."""
    weights = find(config.size)
    assert weights is not None, f"no weights of size {config.size}"
    return weights


def weights_file(config: EmbeddedConfig) -> Path:
    """The file the engine is to load. Raises TaskFailure when it is missing or not what it should be."""
    if config.file is not None:
        return _own_file(config.file)
    weights = weights_of(config)
    folder = models_folder(config.cache_dir)
    path = cached(folder, weights)
    if path is not None:
        return path
    if (folder / weights.file_name).exists():  # cut or overwritten: say so with both hashes
        check_hash(folder / weights.file_name, weights)
    raise failure(
        "unsupported",
        f"the weights of {weights.name} are not in {folder}",
        f"planc model pull fetches them once ({weights.bytes / 1e9:.1f} GB); "
        "or set OPENAI_API_KEY or OPENAI_BASE_URL to use an endpoint",
        code="R521",
    )


def _own_file(file: Path) -> Path:
    try:
        with file.open("rb") as opened:
            magic = opened.read(4)
    except OSError as error:
        raise failure("unsupported", f"{file}: {error.strerror}", "name a GGUF file", code="R521") from error
    if magic != b"GGUF":
        raise failure("unsupported", f"{file} is no GGUF file", "convert the model to GGUF first", code="R522")
    return file


class EmbeddedModel:
    """The embedded model. Its weights are looked for, and its process is started, with the first answer."""

    def __init__(self, config: EmbeddedConfig) -> None:
        self._config = config
        self._engine: Engine | None = None
        self._endpoint: Endpoint | None = None
        self._address: Address | None = None
        self._left: list[Endpoint] = []

    @property
    def name(self) -> str:
        file = self._config.file
        return f"{file.stem if file is not None else weights_of(self._config).name} ({EMBEDDED})"

    @property
    def engine(self) -> Engine | None:
        """The engine, once there was an answer to give."""
        return self._engine

    async def answer(self, request: ModelRequest, *, on_text: OnText | None = None) -> ModelAnswer:
        """See ports.Model. Raises TaskFailure."""
        if self._engine is None:
            self._engine = Engine(weights_file(self._config), self._config)
        engine = self._engine
        address = await engine.start()
        try:
            answer = await self._endpoint_at(address).model(self.name).answer(request, on_text=on_text)
        except TaskFailure as failed:
            if failed.error.kind not in ("connection", "server_error"):
                raise
            ended = await engine.how_it_ended(address)
            if ended is None:
                raise
            raise failure(
                "server_error",
                f"the embedded model's process ended while it was answering ({ended})",
                "it is started again for the next attempt; too little memory? try --model-size small",
                code="R524",
            ) from failed
        return replace(answer, model=self.name)  # the engine calls it by the path of its file

    def _endpoint_at(self, address: Address) -> Endpoint:
        if self._endpoint is None or address != self._address:
            provider = ProviderConfig(
                name=EMBEDDED, base_url=address.base_url, api_key=address.token, headers=ONE_REQUEST_A_CONNECTION
            )
            if self._endpoint is not None:  # its engine is gone; so are its connections
                self._left.append(self._endpoint)
            self._endpoint = Endpoint(
                provider, abilities=ABILITIES, read_seconds=None, called=self.name, adapt=with_grammar
            )
            self._address = address
        return self._endpoint

    async def close(self) -> None:
        """Closes the connections and ends the process. Safe to call twice."""
        endpoints = [*self._left, *([self._endpoint] if self._endpoint is not None else [])]
        engine, self._engine = self._engine, None
        self._left, self._endpoint = [], None
        for endpoint in endpoints:
            await endpoint.close()
        if engine is not None:
            await engine.close()
