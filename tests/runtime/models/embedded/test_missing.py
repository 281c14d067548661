"""The embedded model when something is missing or broken: one typed failure each, and what to do."""

from __future__ import annotations

import asyncio
import importlib.util
from pathlib import Path

import pytest

from planc_runtime.extras import install
from planc_runtime.models.base import EmbeddedConfig
from planc_runtime.models.embedded import doctor, engine
from planc_runtime.models.embedded import model as model_module
from planc_runtime.models.embedded.model import EmbeddedModel
from planc_schemas.codes import REGISTER
from planc_schemas.ports import TaskError, TaskFailure
from tests.runtime.models.embedded.carriers import CONTENT, weights
from tests.runtime.models.helpers import request


def error_of(config: EmbeddedConfig) -> TaskError:
    async def run() -> None:
        model = EmbeddedModel(config)
        try:
            await model.answer(request())
        finally:
            await model.close()

    with pytest.raises(TaskFailure) as caught:
        asyncio.run(run())
    assert caught.value.error.code in REGISTER
    return caught.value.error


def test_weights_that_were_never_fetched(tmp_path: Path) -> None:
    error = error_of(EmbeddedConfig(cache_dir=tmp_path))
    assert (error.kind, error.code) == ("unsupported", "R521")
    assert str(tmp_path) in error.message and "planc model pull" in error.help


def test_weights_that_are_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_module, "weights_of", lambda _: weights())
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / weights().file_name).write_bytes(CONTENT[:-1])
    error = error_of(EmbeddedConfig(cache_dir=tmp_path))
    assert error.code == "R522"
    assert weights().sha256 in error.message and weights(CONTENT[:-1]).sha256 in error.message


def test_a_file_that_is_no_gguf(tmp_path: Path) -> None:
    file = tmp_path / "model.gguf"
    file.write_text("hello")
    assert error_of(EmbeddedConfig(file=file)).code == "R522"
    assert error_of(EmbeddedConfig(file=tmp_path / "gone.gguf")).code == "R521"


def test_the_extra_is_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "model.gguf"
    file.write_bytes(CONTENT)
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    error = error_of(EmbeddedConfig(file=file))
    assert error.code == "R520" and install("local") in error.help
    assert not doctor.available(EmbeddedConfig(file=file))


@pytest.mark.skipif(importlib.util.find_spec("xllamacpp") is None, reason="planc[local] is not installed")
def test_a_gguf_that_the_engine_cannot_load(tmp_path: Path) -> None:
    file = tmp_path / "model.gguf"
    file.write_bytes(CONTENT)
    error = error_of(EmbeddedConfig(file=file))
    assert (error.kind, error.code) == ("server_error", "R524")
    assert str(file) in error.message


def test_a_child_that_dies_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "model.gguf"
    file.write_bytes(CONTENT)
    monkeypatch.setattr(engine, "MODULE", "planc_runtime.no_such_module")
    monkeypatch.setattr(engine, "check_installed", lambda: None)
    error = error_of(EmbeddedConfig(file=file))
    assert error.code == "R524" and "no_such_module" in error.message


def test_the_doctor_says_what_is_missing(tmp_path: Path) -> None:
    checks = {check.name: check for check in doctor.check(EmbeddedConfig(cache_dir=tmp_path))}
    assert not checks["weights"].ok and "planc model pull" in checks["weights"].help
    assert not doctor.available(EmbeddedConfig(cache_dir=tmp_path))


def test_the_doctor_lists_what_is_there(tmp_path: Path) -> None:
    config = EmbeddedConfig(cache_dir=tmp_path)
    assert [entry.path for entry in doctor.listing(config)] == [None, None, None]
    sha256 = doctor.listing(config)[0].weights.sha256
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / f"{sha256}.model-hub.partial").write_bytes(b"12345")
    assert doctor.listing(config)[0].partial == 5


def test_a_wrong_hash_is_found_by_the_thorough_check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (model_module, doctor):
        monkeypatch.setattr(module, "weights_of", lambda _: weights())
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / weights().file_name).write_bytes(b"GGUF" + bytes(len(CONTENT) - 4))
    config = EmbeddedConfig(cache_dir=tmp_path)
    assert all(check.ok for check in doctor.check(config) if check.name == "weights")
    thorough = {check.name: check for check in doctor.check(config, thorough=True)}
    assert not thorough["SHA-256"].ok and weights().sha256 in thorough["SHA-256"].message
