"""The kinds by name, and what a plan gets that uses one this version cannot run."""

from __future__ import annotations

from typing import Final

from planc_schemas.ports import TaskError, TaskFailure

from .agent import AgentKind
from .ask import AskKind
from .base import InlineKind, Kind
from .goal import GoalKind
from .plan import PlanKind
from .prompt import PromptKind
from .tool import ToolKind
from .value import ValueKind

INLINE: Final[dict[str, InlineKind]] = {"value": ValueKind(), "plan": PlanKind()}
KINDS: Final[dict[str, Kind]] = {
    "prompt": PromptKind(),
    "tool": ToolKind(),
    "agent": AgentKind(),
    "ask": AskKind(),
    "goal": GoalKind(),
}


def kind_named(name: str) -> Kind:
    """Raises TaskFailure (unsupported, R203)."""
    kind = KINDS.get(name)
    if kind is None:
        message = f"tasks of kind `{name}` cannot be executed by this version"
        raise TaskFailure(TaskError("unsupported", message, "R203", "use another kind, or a newer version"))
    return kind
