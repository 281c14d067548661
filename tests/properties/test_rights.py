"""Rights can only shrink: whatever layers are put on, nothing becomes allowed that was not."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from planc_runtime.tools.rights import Grants, Layer, Right

FOLDER = Path("/work")
HOSTS = st.sampled_from(["a.test", "b.test", "a.test:80", "10.0.0.1", "10.0.0.0/8", "*"])
PATHS = st.sampled_from(["/work", "/work/a", "/work/a/b", "/work/ab", "/", "*"])
NAMES = st.sampled_from(["git", "docs.search", "docs.*", "KEY", "*"])
RIGHTS = st.one_of(
    st.builds(Right, st.just("net"), HOSTS),
    st.builds(Right, st.sampled_from(["read", "write"]), PATHS),
    st.builds(Right, st.sampled_from(["run", "env", "secret", "tool"]), NAMES),
)
RULES = st.lists(RIGHTS, max_size=4).map(tuple)
LAYERS = st.builds(Layer, RULES, RULES, st.booleans())
GRANTS = st.lists(LAYERS, max_size=3).map(lambda layers: Grants(tuple(layers), FOLDER))


@given(GRANTS, LAYERS, RIGHTS)
def test_a_layer_takes_away_or_changes_nothing(grants: Grants, layer: Layer, right: Right) -> None:
    if grants.and_also(Grants((layer,), FOLDER)).allows(right):
        assert grants.allows(right)


@given(GRANTS, RULES, RIGHTS)
def test_a_sub_plan_has_no_more_than_its_parent_and_no_more_than_it_asked_for(
    grants: Grants, asked: tuple[Right, ...], right: Right
) -> None:
    if grants.within(asked).allows(right):
        assert grants.allows(right)
        assert Grants((Layer(asked),), FOLDER).allows(right)


@given(LAYERS, RIGHTS)
def test_deny_beats_allow(layer: Layer, right: Right) -> None:
    denied = Layer(layer.allow, (*layer.deny, right), layer.everything)
    assert not Grants((denied,), FOLDER).allows(right)


@given(GRANTS, RIGHTS)
def test_what_is_allowed_is_not_reported_missing(grants: Grants, right: Right) -> None:
    if grants.allows(right):
        assert grants.missing([right]) == []


@given(RIGHTS)
def test_a_right_reads_back(right: Right) -> None:
    assert Right.parse(str(right)) == right
