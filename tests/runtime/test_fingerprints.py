"""A fingerprint changes with everything that decides a result, and with nothing else."""

from __future__ import annotations

from planc_runtime.fingerprints import fingerprint
from planc_runtime.machine import Machine, node_fingerprint, occurrence
from planc_schemas.compiled import CompiledPlan, CompiledTask, ValueWork
from tests.support.compiling import plan_of
from tests.support.driving import Driver


def test_every_part_counts() -> None:
    base = fingerprint("m", {"a": 1, "b": 2}, ["u"], model="x", occurrence="1")
    assert base == fingerprint("m", {"b": 2, "a": 1}, ["u"], model="x", occurrence="1")
    others = {
        fingerprint("n", {"a": 1, "b": 2}, ["u"], model="x", occurrence="1"),
        fingerprint("m", {"a": 1, "b": "2"}, ["u"], model="x", occurrence="1"),
        fingerprint("m", {"a": 1, "b": 2}, ["v"], model="x", occurrence="1"),
        fingerprint("m", {"a": 1, "b": 2}, [], model="x", occurrence="1"),
        fingerprint("m", {"a": 1, "b": 2}, ["u"], model="y", occurrence="1"),
        fingerprint("m", {"a": 1, "b": 2}, ["u"], model="x", occurrence="2"),
    }
    assert len(others | {base}) == 7


def test_texts_that_are_not_unicode_have_one_too() -> None:
    assert fingerprint("m", "\ud800", []) != fingerprint("m", "\ud801", [])


def test_equal_items_are_told_apart_by_how_many_stand_before_them() -> None:
    driver = Driver(plan_of("tasks:\n  a: {foreach: {in: [x, y, x, x], as: n}, prompt: p}\n"))
    driver.advance()
    assert [occurrence(instance) for instance in driver.running] == ["", "", "1", "2"]


def test_a_value_far_down_a_chain_has_one_without_recursion() -> None:
    tasks = []
    for number in range(5_000):
        before = (f"t{number - 1}",) if number else ()
        work = ValueWork(value=["const", 1])
        tasks.append(CompiledTask(id=f"t{number}", work=work, meaning="m", waits_for=before, reads=before))
    driver = Driver(CompiledPlan(name="p", digest="d", tasks=tuple(tasks))).run()
    last = list(driver.machine.nodes())[-1]
    assert node_fingerprint(last) == node_fingerprint(last) != ""


def test_what_a_value_is_made_of_counts_and_not_what_it_is() -> None:
    def last(text: str) -> str:
        driver = Driver(plan_of(f"tasks:\n  v: {{value: {text}}}\n")).run()
        return node_fingerprint(next(iter(driver.machine.nodes())))

    assert last("1") == last("1") != last("2")
    assert isinstance(Driver(plan_of("tasks:\n  v: {value: 1}\n")).machine, Machine)
