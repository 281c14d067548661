# The types of the public API; `__init__.py` imports the same names when they are first used (a test compares).
from planc_compiler.planner.options import PlannerOptions as PlannerOptions
from planc_compiler.planner.own import Planner as Planner
from planc_compiler.planner.own import PlanRequest as PlanRequest
from planc_compiler.planner.result import PlannedGoal as PlannedGoal
from planc_runtime.executor.answers import AnswerRefused as AnswerRefused
from planc_runtime.executor.options import RunResult as RunResult
from planc_runtime.tools.context import ToolContext as ToolContext
from planc_runtime.tools.declare import IdempotencyKey as IdempotencyKey
from planc_runtime.tools.declare import tool as tool
from planc_runtime.tools.secrets import Secret as Secret
from planc_schemas.compiled import CompiledPlan as CompiledPlan
from planc_schemas.compiled import RunLimits as RunLimits
from planc_schemas.diagnostics import Diagnostic as Diagnostic
from planc_schemas.events import Event as Event
from planc_schemas.ports import TaskError as TaskError
from planc_schemas.ports import TaskFailure as TaskFailure

from .api import answer as answer
from .api import compile as compile
from .api import execute as execute
from .api import plan as plan
from .api import resume as resume
from .errors import PlanInvalid as PlanInvalid

__all__: list[str]
