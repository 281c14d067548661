"""Damaged plans give diagnostics, never an exception; plans made to be slow are read in the time of their size.

There is no assertion on time: what would take exponential or quadratic time does not come back at all.
"""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from planc_compiler.report import MAX_OF_ONE_CODE
from tests.support.compiling import compiled
from tests.support.fuzzing import CASES, run_case


@given(CASES)
@settings(max_examples=2000, deadline=None)
def test_made_and_damaged_plans_give_diagnostics_only(text: str) -> None:
    run_case(text)


HEAD = "inputs: {x: string}\ntasks:\n  a:\n    prompt: '%s'\n"
CYCLES = "".join(f"  a{i}: {{needs: [b{i}], value: 1}}\n  b{i}: {{needs: [a{i}], value: 1}}\n" for i in range(3_000))
HOSTILE = {
    "unknown tasks": ("tasks:\n" + "".join(f"  t{i}: {{needs: [u{i}], value: 1}}\n" for i in range(3_000)), "P201"),
    "unknown filters": (HEAD % ("${{ inputs.x | uper }}" * 20_000), "P205"),
    "tags on one line": (HEAD % ("{% if inputs.x %}a{% endif %}" * 20_000), None),
    "open braces": (HEAD % ("{{ a |" + " " * 200_000), None),
    "many open braces": (HEAD % ("{{ a | " * 50_000), None),
    "never closed": (HEAD % ("${{ { " * 50_000), "P210"),
    "open quotes": (HEAD % ('${{ " }} ' * 20_001), "P210"),
    "brackets": (HEAD % ("${{ " + "(" * 3_000), "P210"),
    "nested lists": ("inputs: {a: '" + "list[" * 50_000 + "'}\ntasks:\n  a: {value: 1}\n", "P411"),
    "cycles": (f"tasks:\n{CYCLES}", "P301"),
    "alternatives": ("inputs: {a: {anyOf: [{$ref: '#'}, {$ref: '#'}], default: 1}}\ntasks:\n  a: {value: 1}\n", "P410"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_plans(name: str) -> None:
    body, code = HOSTILE[name]
    found = [diagnostic.code for diagnostic in compiled(body).diagnostics]
    assert set(found) == ({code} if code else set())
    assert len(found) <= MAX_OF_ONE_CODE
