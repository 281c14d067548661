"""The compiler: plan text in, CompiledPlan and diagnostics out. It never runs a plan.

Passes, in order, one module each:

source       bytes → Node tree, by the YAML parser's events; strict YAML 1.2 (P0)
upgrade      an older version's tree → this version's
shape        Node tree → plan model, every problem at its position (P1)
fields       the fields of every task that may hold expressions → Program, which the later passes fill
             (with expressions: ${{ … }} and {% … %} → checked code, P2)
names        every reference resolved, nearest names offered (P2); dependencies on the way
graph        cycles with their whole path, an order (P3)
imports      the sub-plans of `plan:` tasks, compiled in turn (P2, P3, P5)
types        schemas through expressions, arguments, conditions (P4)
limits       rights, bounds and effects (P5)
lower        everything resolved → CompiledPlan with its digest

`pipeline` runs them. Every pass reports all that it finds; the later ones go on with what is whole.

Beside the passes: write (canonical YAML from a plan model), fmt, diff, estimate, render, planner.
"""

from __future__ import annotations

from .imports import LoadFile
from .pipeline import Compilation, compile_plan

__all__ = ["Compilation", "LoadFile", "compile_plan"]
