"""Last pass: a program without errors → CompiledPlan, with digests over its meaning.

work      a task's kind and fields → Work, and its settings resolved through `defaults` and `models`
meaning   digests: of what decides a task's result, and of a plan
plan      the whole
"""

from __future__ import annotations

from .plan import lower

__all__ = ["lower"]
