"""pytest plugin for users' CI: snapshots of plans that are real plan files, and runs without a live call.

    def test_the_plan_is_as_reviewed(plan_snapshot):
        assert Path("plans/review.plan.yaml") == plan_snapshot       # or the text of a plan

    def test_what_becomes_of_it(plan_replay):
        result = plan_replay("plans/review.plan.yaml", inputs={"count": 3})
        assert "three papers" in result.outputs["review"]

`pytest --snapshot-update` writes `__snapshots__/test_x/test_the_plan_is_as_reviewed.plan.yaml`: a file that `planc
check` takes, that git shows well, and that a person can approve. `pytest --planc-record` runs `plan_replay` tests for
real and writes what was asked and answered to `__cassettes__/test_x/test_what_becomes_of_it.yaml`; without it every
call is answered from there.

Needs `planc[pytest]`. Heavy imports wait until a fixture is used, because every pytest run of an environment loads this
module.
"""

from __future__ import annotations

from typing import Any

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("planc")
    group.addoption(
        "--planc-record", action="store_true", help="make the calls of plan_replay tests for real and record them"
    )


@pytest.fixture
def plan_snapshot(request: pytest.FixtureRequest) -> Any:
    """Compares a plan (its text, or the path of its file) with a snapshot that is a real `.plan.yaml` file.

    The comparison is of texts, so that every change shows in review. A plan that does not compile fails the test
    with its diagnostics.
    """
    from planc.testing.plan_snapshots import PlanSnapshotExtension

    try:
        snapshot = request.getfixturevalue("snapshot")
    except pytest.FixtureLookupError:
        from planc_runtime.extras import install

        pytest.fail(f"plan_snapshot needs syrupy: {install('pytest')}", pytrace=False)
    return snapshot.use_extension(PlanSnapshotExtension)


@pytest.fixture
def plan_replay(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Executes a plan with every call answered from the test's cassette; see `testing.plan_replays.PlanReplay`."""
    from planc.testing.plan_replays import PlanReplay

    name = "".join(letter if letter.isalnum() or letter in "-_" else "-" for letter in request.node.name)
    cassette = request.path.parent / "__cassettes__" / request.path.stem / f"{name}.yaml"
    return PlanReplay(cassette, tmp_path_factory.mktemp("planc"), record=request.config.getoption("--planc-record"))
