"""Fetching weights: sources in order, a name only for the right bytes, and everything that can break in between."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import pytest

from planc_runtime.models.embedded import pull as pull_module
from planc_runtime.models.embedded.catalogue import Weights
from planc_runtime.models.embedded.hub import SourceFailed, fetch_from_hub
from planc_runtime.models.embedded.progress import OnProgress, Progress
from planc_runtime.models.embedded.pull import Fetch, pull
from planc_schemas.ports import TaskError, TaskFailure
from tests.runtime.models.embedded.carriers import CONTENT, Hub, hub, weights


def from_hub(served: Hub) -> dict[str, Fetch]:
    return {"model hub": partial(fetch_from_hub, environment={"HF_ENDPOINT": served.base})}


def writing(content: bytes) -> Fetch:
    def fetch(_: Weights, target: Path, on_progress: OnProgress) -> None:
        target.write_bytes(content)

    return fetch


def failing(reason: str) -> Fetch:
    def fetch(_: Weights, target: Path, on_progress: OnProgress) -> None:
        raise SourceFailed(reason)

    return fetch


def failure_of(folder: Path, sources: Mapping[str, Fetch], **more: object) -> TaskError:
    with pytest.raises(TaskFailure) as caught:
        pull(weights(), folder, sources=sources, **more)  # type: ignore[arg-type]
    return caught.value.error


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.suffix != ".lock")


def test_the_hub_gives_the_file_and_it_is_named_by_its_hash(tmp_path: Path) -> None:
    told: list[Progress] = []
    with hub() as served:
        path = pull(weights(), tmp_path, sources=from_hub(served), on_progress=told.append)
    assert path.read_bytes() == CONTENT
    assert names(tmp_path) == [weights().file_name]
    assert (told[-1].done, told[-1].total) == (len(CONTENT), len(CONTENT))


def test_what_is_cached_is_not_fetched_again(tmp_path: Path) -> None:
    (tmp_path / weights().file_name).write_bytes(CONTENT)
    assert pull(weights(), tmp_path, sources={}) == tmp_path / weights().file_name


def test_fresh_fetches_all_the_same(tmp_path: Path) -> None:
    (tmp_path / weights().file_name).write_bytes(CONTENT)
    with hub() as served:
        pull(weights(), tmp_path, sources=from_hub(served), fresh=True)
        assert served.ranges == [None]


def test_a_cut_file_in_the_cache_is_fetched_again(tmp_path: Path) -> None:
    (tmp_path / weights().file_name).write_bytes(CONTENT[:100])
    assert pull(weights(), tmp_path, sources={"a": writing(CONTENT)}).read_bytes() == CONTENT


def test_a_broken_download_goes_on_where_it_ended(tmp_path: Path) -> None:
    with hub() as served:
        served.break_after = 2_000
        error = failure_of(tmp_path, from_hub(served))
        assert error.code == "R523" and "model hub" in error.message
        served.break_after = None
        assert pull(weights(), tmp_path, sources=from_hub(served)).read_bytes() == CONTENT
        assert served.ranges == [None, "bytes=2000-"]


def test_the_next_source_is_tried_and_every_reason_told(tmp_path: Path) -> None:
    sources = {"first": failing("not here"), "second": writing(CONTENT)}
    assert pull(weights(), tmp_path, sources=sources).read_bytes() == CONTENT
    (tmp_path / weights().file_name).unlink()
    error = failure_of(tmp_path, {"first": failing("not here"), "second": failing("gone")})
    assert "first: not here" in error.message and "second: gone" in error.message
    assert weights().sha256 in error.help and error.code == "R523"


def test_wrong_bytes_never_get_the_name_and_both_hashes_are_told(tmp_path: Path) -> None:
    wrong = CONTENT[:-1] + b"x"
    error = failure_of(tmp_path, {"bad": writing(wrong)})
    assert error.code == "R522"
    assert weights().sha256 in error.message and weights(wrong).sha256 in error.message
    assert names(tmp_path) == []


def test_wrong_bytes_of_one_source_are_made_good_by_the_next(tmp_path: Path) -> None:
    assert pull(weights(), tmp_path, sources={"bad": writing(b"x"), "good": writing(CONTENT)}).exists()


def test_a_file_the_user_names(tmp_path: Path) -> None:
    given = tmp_path / "download.gguf"
    given.write_bytes(CONTENT)
    cache = tmp_path / "cache"
    path = pull(weights(), cache, file=given, sources={})
    assert path.read_bytes() == CONTENT and given.exists()
    assert pull(weights(), cache, file=path, sources={}) == path


def test_a_wrong_file_the_user_names_is_not_taken(tmp_path: Path) -> None:
    given = tmp_path / "download.gguf"
    given.write_bytes(b"something else")
    error = failure_of(tmp_path / "cache", {"good": writing(CONTENT)}, file=given)
    assert error.code == "R522" and str(given) in error.message
    assert given.exists() and names(tmp_path / "cache") == []


def test_a_missing_file_the_user_names(tmp_path: Path) -> None:
    error = failure_of(tmp_path, {}, file=tmp_path / "gone.gguf")
    assert "gone.gguf" in error.message


def test_a_full_disk_is_seen_before_and_during(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: Weights, target: Path, on_progress: OnProgress) -> None:
        raise OSError(28, "No space left on device", str(target))

    assert "disk is full" in failure_of(tmp_path, {"a": full}).message
    monkeypatch.setattr(pull_module, "ROOM", 10**18)
    error = failure_of(tmp_path, {"a": writing(CONTENT)})
    assert "GB are needed" in error.message and "PLANC_CACHE_DIR" in error.help


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert "PLANC_CACHE_DIR" in failure_of(tmp_path / "file" / "models", {}).help


def test_two_that_pull_at_once_fetch_once(tmp_path: Path) -> None:
    fetching = threading.Event()
    waiting = threading.Event()
    calls: list[int] = []

    def slow(_: Weights, target: Path, on_progress: OnProgress) -> None:
        calls.append(1)
        fetching.set()
        assert waiting.wait(120)
        target.write_bytes(CONTENT)

    def told(progress: Progress) -> None:
        if progress.step.startswith("waiting"):
            waiting.set()

    first = threading.Thread(target=lambda: pull(weights(), tmp_path, sources={"a": slow}))
    first.start()
    assert fetching.wait(120)
    path = pull(weights(), tmp_path, sources={"a": slow}, on_progress=told)
    first.join()
    assert path.read_bytes() == CONTENT and calls == [1]


def test_a_hub_without_the_file_and_no_hub_at_all(tmp_path: Path) -> None:
    with hub() as served:
        other = {"model hub": partial(fetch_from_hub, environment={"HF_ENDPOINT": f"{served.base}/elsewhere"})}
        assert "404" in failure_of(tmp_path, other).message
    assert "refused" in failure_of(tmp_path, from_hub(served)).message
    off = {"model hub": partial(fetch_from_hub, environment={"HF_ENDPOINT": ""})}
    assert "turned off" in failure_of(tmp_path, off).message


def test_a_longer_file_of_the_hub_is_not_read_to_its_end(tmp_path: Path) -> None:
    with hub(CONTENT + b"more" * 1_000_000) as served:
        assert "longer" in failure_of(tmp_path, from_hub(served)).message
