"""Random plans with every rule of the language in them, for property tests."""

from __future__ import annotations

from hypothesis import strategies as st

from planc_schemas.compiled import (
    CompiledPlan,
    CompiledTask,
    ForeachRule,
    OnError,
    PromptWork,
    RepeatRule,
    ValueWork,
    Work,
)
from planc_schemas.expressions import Data, Expr


def output(task: str) -> Expr:
    return ["task", task, "output"]


def _work(draw: st.DrawFn, reads: list[str], soft: list[str]) -> Work:
    parts = [["put", output(name)] for name in reads]
    parts += [["put", ["filter", "default", output(name), [["lit", "-"]], {}]] for name in soft]
    if draw(st.booleans()):
        return PromptWork(prompt=["p ", *parts])
    return ValueWork(value=["text", ["v ", *parts]])


def _condition(draw: st.DrawFn) -> Data | None:
    return draw(st.sampled_from([None, None, None, ["const", True], ["const", False], ["const", 3]]))


def _foreach(draw: st.DrawFn) -> ForeachRule:
    items = draw(st.sampled_from([[], [1], [1, 2, 3], ["x", "x"], None]))
    return ForeachRule(
        items=["const", items],
        name="n",
        max_concurrency=draw(st.sampled_from([None, 1, 2])),
        on_error="collect",
    )


@st.composite
def random_plans(draw: st.DrawFn, *, rules: bool = True) -> CompiledPlan:
    """Plans of 1 to 9 tasks; each waits only for tasks before it. Without `rules`: no conditions and no loops."""
    tasks: list[CompiledTask] = []
    for number in range(draw(st.integers(1, 9))):
        before = [task.id for task in tasks]
        pick = st.lists(st.sampled_from(before), unique=True, max_size=3) if before else st.just([])
        reads, soft, needs = draw(pick), draw(pick), draw(pick)
        kind = draw(st.sampled_from(["plain", "plain", "plain", "foreach", "repeat"])) if rules else "plain"
        until: Expr = draw(st.sampled_from([["lit", True], ["lit", False], ["cmp", ["var", "previous"], []]]))
        tasks.append(
            CompiledTask(
                id=f"t{number}",
                work=_work(draw, reads, soft),
                meaning=f"m{number}",
                waits_for=tuple(sorted({*reads, *soft, *needs})),
                reads=tuple(sorted(reads)),
                soft_reads=tuple(sorted(set(soft) - set(reads))),
                needs=tuple(sorted(needs)),
                condition=_condition(draw) if rules else None,
                run_always=draw(st.booleans()) and draw(st.booleans()),
                foreach=_foreach(draw) if kind == "foreach" else None,
                repeat=RepeatRule(until=until, max=3, on_exhausted="keep") if kind == "repeat" else None,
                on_error=draw(
                    st.sampled_from(
                        [OnError(), OnError(), OnError(then="skip"), OnError(then="value", value=["const", 0])]
                    )
                ),
            )
        )
    return CompiledPlan(name="random", digest="random", tasks=tuple(tasks))
