"""The tables of the language and what implements them are equal: names, parameters, node forms."""

from __future__ import annotations

import inspect
import re

import pytest

from planc_runtime.evaluate.filters import FILTER_FUNCTIONS
from planc_runtime.evaluate.interpreter import _HANDLERS
from planc_runtime.evaluate.predicates import PREDICATES
from planc_schemas import expressions
from planc_schemas.expressions import FILTERS, TESTS


def test_every_filter_and_test_is_implemented_and_no_other() -> None:
    assert set(FILTER_FUNCTIONS) == set(FILTERS)
    assert set(PREDICATES) == set(TESTS)


@pytest.mark.parametrize("name", FILTERS)
def test_a_filter_takes_the_parameters_of_the_table(name: str) -> None:
    parameters = list(inspect.signature(FILTER_FUNCTIONS[name]).parameters.values())[1:]
    assert [parameter.name for parameter in parameters] == [parameter.name for parameter in FILTERS[name].parameters]
    required = [parameter.name for parameter in parameters if parameter.default is inspect.Parameter.empty]
    assert required == [parameter.name for parameter in FILTERS[name].parameters if parameter.required]


@pytest.mark.parametrize("name", TESTS)
def test_a_test_takes_the_parameters_of_the_table(name: str) -> None:
    assert len(inspect.signature(PREDICATES[name]).parameters) == 1 + len(TESTS[name].parameters)


def test_every_node_form_of_the_documentation_has_a_handler() -> None:
    nodes = (expressions.__doc__ or "").split("Text (``text``)")[0]
    forms = set(re.findall(r'(?:^| )\["(\w+)"', nodes, re.MULTILINE))
    assert forms == set(_HANDLERS)
