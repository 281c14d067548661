"""The planner: a goal in words → a plan file that a reviewer would sign.

plan_goal    the whole way: ask, read, put right, lower, compile, repair, criticise
draft        the flat form in which a model writes a plan; partial reads it while it arrives, head says
             what of the plan may begin then
catalogue    which tools the model is shown; examples which worked examples (similarity ranks both)
prompt       the prompts, from prompts/*.j2
normalise    deterministic repair of a draft; wiring connects what was left open
lower_draft  draft → plan model: steps knows the types, blocks lays out data, arguments converts values,
             references reads {id}, phrasing adjusts the wording, promote makes inputs
repair       compile, fix, and say to the model what is wrong
critique     what a reviewer would ask (P6)
own          a planner of the user's own, held to the same
"""

from __future__ import annotations

from .draft import Draft, DraftStep, draft_schema
from .examples import EXAMPLES, Example
from .options import PlannerOptions
from .own import Planner, PlanRequest, own_decomposer, plan_with
from .plan_goal import plan_goal
from .result import PlannedGoal, PlanningFailed, Repair

__all__ = [
    "EXAMPLES",
    "Draft",
    "DraftStep",
    "Example",
    "PlanRequest",
    "PlannedGoal",
    "Planner",
    "PlannerOptions",
    "PlanningFailed",
    "Repair",
    "draft_schema",
    "own_decomposer",
    "plan_goal",
    "plan_with",
]
