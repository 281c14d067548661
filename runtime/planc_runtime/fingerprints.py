"""Fingerprints: the name of a result. Resume and reuse across runs go by them and by nothing else.

A fingerprint is SHA-256 over the task's meaning (kind, texts, model settings, schema, tool definition), its rendered
inputs, what the operator's choice of model adds, and the fingerprints of the tasks whose data it reads.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

from planc_schemas.values import Json, canonical_json

LENGTH = 32
"""Hex digits kept: 128 bits are enough that two results never meet by chance."""


def combined(meaning: str, upstream: Iterable[str]) -> str:
    """The fingerprint of a task that has no inputs of its own besides its upstream tasks."""
    return sha256("\n".join((meaning, *upstream)).encode()).hexdigest()[:LENGTH]


def fingerprint(meaning: str, rendered: Json, upstream: Iterable[str], *, model: str = "", occurrence: str = "") -> str:
    """The fingerprint of an instance.

    `model` is the name of the model that answers; `occurrence` tells equal items of a foreach and iterations of a
    repeat apart. Lone surrogates in texts are kept as they are.
    """
    text = "\n".join((meaning, model, occurrence, *upstream, canonical_json(rendered)))
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:LENGTH]
