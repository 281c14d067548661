"""In CI a skip that would hide a whole capability (see CAPABILITIES) is a failure."""

from __future__ import annotations

import os
import signal
from collections.abc import Generator

import pytest
from hypothesis import HealthCheck, settings

# How long an example takes says something about the machine and nothing about what is tested. Everybody tests the same
# examples, so that a failure is about the change; PLANC_RANDOM_EXAMPLES=1 looks for others.
ANY_MACHINE = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("random", ANY_MACHINE, derandomize=False)
settings.register_profile("same", ANY_MACHINE, derandomize=True, database=None)
settings.load_profile("random" if os.environ.get("PLANC_RANDOM_EXAMPLES") else "same")

CAPABILITIES = frozenset({"browser", "embedded", "package", "editor", "tracing"})


def pytest_configure() -> None:
    """A shell that starts the tests in the background has Ctrl-C ignored, and the processes of the tests inherit that;
    they are to hear it as from a terminal."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def in_ci() -> bool:
    return os.environ.get("CI", "").lower() == "true"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    hidden = CAPABILITIES & {mark.name for mark in item.iter_markers()}
    if report.skipped and hidden and in_ci() and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped in CI, which would hide {', '.join(sorted(hidden))}: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    if report.skipped and in_ci():
        report.outcome = "failed"
        report.longrepr = f"a whole module was skipped in CI: {report.longrepr}"
    return report
