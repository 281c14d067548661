"""Evaluates the expression code of planc_schemas.expressions on the data of a run.

Pure and bounded: every node costs a step, every text and list is measured before it is made, and nothing but
TaskFailure (kind "expression", R1 codes) comes out.
"""

from __future__ import annotations

from .scope import Scope, TaskView
from .templates import build, evaluate, render
from .text import text_of

__all__ = ["Scope", "TaskView", "build", "evaluate", "render", "text_of"]
