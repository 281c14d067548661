"""What is there and what is missing of the embedded model, for `planc doctor` and `planc model ls`."""

from __future__ import annotations

import importlib.metadata
from dataclasses import dataclass
from pathlib import Path

from planc_schemas.ports import TaskFailure

from ..base import EmbeddedConfig
from ..checks import Check
from .cache import cached, check_hash, models_folder
from .catalogue import CATALOGUE, Weights
from .engine import check_installed
from .model import weights_file, weights_of

BYTES_FOR_A_TOKEN = {"default": 28_672, "small": 12_288, "test": 23_040}
"""Keys and values of one token of context in 16-bit floats: 2 × layers × key/value heads × head size × 2 bytes."""
WORKING_BYTES = 300_000_000


@dataclass(frozen=True, slots=True)
class Listed:
    """One entry of the catalogue and its file, if it is there; `partial` bytes are fetched of one that is not."""

    weights: Weights
    path: Path | None
    partial: int = 0


def listing(config: EmbeddedConfig) -> list[Listed]:
    """Every model of the catalogue, for `planc model ls`."""
    folder = models_folder(config.cache_dir)
    return [Listed(weights, cached(folder, weights), _partial(folder, weights)) for weights in CATALOGUE]


def _partial(folder: Path, weights: Weights) -> int:
    sizes = [path.stat().st_size for path in folder.glob(f"{weights.sha256}.*.partial")]
    return max(sizes, default=0)


def available(config: EmbeddedConfig) -> bool:
    """Whether the embedded model could answer now. Reads no weights and imports no engine."""
    return all(check.ok for check in (_installed(), _present(config)))


def check(config: EmbeddedConfig, *, thorough: bool = False) -> list[Check]:
    """What the embedded model needs, point by point; `thorough` reads the whole file for its SHA-256 (seconds)."""
    present = _present(config)
    checks = [_installed(), present]
    if thorough and present.ok and config.file is None:
        checks.append(_hash(config))
    memory = _memory(config)
    return [*checks, memory] if memory is not None else checks


def _installed() -> Check:
    try:
        check_installed()
    except TaskFailure as failed:
        return Check("engine", False, failed.error.message, failed.error.help)
    return Check("engine", True, f"xllamacpp {importlib.metadata.version('xllamacpp')}")


def _present(config: EmbeddedConfig) -> Check:
    try:
        path = weights_file(config)
    except TaskFailure as failed:
        return Check("weights", False, failed.error.message, failed.error.help)
    name = weights_of(config).title if config.file is None else path.name
    return Check("weights", True, f"{name}, {path.stat().st_size / 1e9:.1f} GB, in {path.parent}")


def _hash(config: EmbeddedConfig) -> Check:
    weights = weights_of(config)
    try:
        check_hash(weights_file(config), weights)
    except TaskFailure as failed:
        return Check("SHA-256", False, failed.error.message, failed.error.help)
    return Check("SHA-256", True, weights.sha256)


def needed_memory(config: EmbeddedConfig, file_bytes: int) -> int:
    """Bytes the engine takes, about: the weights twice in part (repacked for the processor), context, work space."""
    context = config.context * BYTES_FOR_A_TOKEN[config.size]
    return int(file_bytes * 1.6) + context + WORKING_BYTES


def _memory(config: EmbeddedConfig) -> Check | None:
    free = _available_memory()
    if free is None:
        return None
    size = config.file.stat().st_size if config.file is not None and config.file.exists() else weights_of(config).bytes
    needed = needed_memory(config, size)
    told = f"about {needed / 1e9:.1f} GB needed, {free / 1e9:.1f} GB free"
    return Check("memory", free >= needed, told, "" if free >= needed else "try --model-size small")


def _available_memory(meminfo: Path = Path("/proc/meminfo")) -> int | None:
    """Bytes that can be had without swapping, as Linux tells them; None where it does not."""
    try:
        lines = meminfo.read_text().splitlines()
    except OSError:
        return None
    values = [line.split()[1] for line in lines if line.startswith("MemAvailable:")]
    return int(values[0]) * 1024 if values else None
