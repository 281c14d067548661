"""The register of diagnostic codes: explanation and examples stand beside each code.

Families, one module each: P0 yaml, P1 shape, P2 names, P3 graph, P4 types, P5 limits and safety, P6 planner,
R run time.
A code is never reused. `planc explain`, docs/diagnostics.md and the fixtures are driven from here.
"""

from __future__ import annotations

from . import agents, goals, graph, limits, models, names, planner, replay, run, shape, store, tools, types, yaml
from .code import Code

REGISTER: dict[str, Code] = {
    code.id: code
    for family in (
        yaml.CODES,
        shape.CODES,
        names.CODES,
        graph.CODES,
        types.CODES,
        limits.CODES,
        planner.CODES,
        run.CODES,
        tools.CODES,
        models.CODES,
        store.CODES,
        replay.CODES,
        agents.CODES,
        goals.CODES,
    )
    for code in family
}
"""Every code by its id, in the order of the families."""

__all__ = ["REGISTER", "Code"]
