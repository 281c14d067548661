"""Pass: types flow from schemas through expressions to arguments, conditions and outputs (P4).

shape       shorthands and JSON Schemas in the plan → checked schemas
infer       the type of every expression, and what is certainly wrong with it
filters     what filters take and give
arguments   `with` against the schema of a tool or a sub-plan
flow        the pass: tasks in the order of their data
"""

from __future__ import annotations

from .flow import check_types

__all__ = ["check_types"]
