"""The asyncio executor: drives the machine, runs attempts, journals everything first.

execute     a new run                          resume      an old one
preview     what either would do, and why      simulate    how that is found out
outcomes    what came of an attempt, as events
answering   answers from outside                       letters     how the executing process takes them
growing     a run that begins before its plan is complete
execution   the loop                           ledger      the way of an event into the journal
starting    rendered inputs, fingerprint, reuse
attempt     one attempt under its deadline     calls       model and tool calls through limits and budget
admission   who of a run may start             gates       lanes with those who wait for a place
environment store, models, tools and options of a run; the plan it may go on with
options     how a run is executed, and what comes back
"""

from __future__ import annotations

from .environment import Edit, Environment
from .execute import begin, execute
from .execution import Execution
from .gates import Shared
from .options import Options, RunResult, ToolCaller, Waiting
from .preview import preview, preview_resume
from .resume import reopen, resume
from .simulate import Step
from .stop import StopSignal

__all__ = [
    "Edit",
    "Environment",
    "Execution",
    "Options",
    "RunResult",
    "Shared",
    "Step",
    "StopSignal",
    "ToolCaller",
    "Waiting",
    "begin",
    "execute",
    "preview",
    "preview_resume",
    "reopen",
    "resume",
]
