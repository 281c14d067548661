"""A planner for tests of `goal` tasks: its sub-plans stand in the test; it asks the model once, as a planner would."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from planc_compiler import compile_plan
from planc_schemas.ports import DecomposeRequest, Decomposition, Message, Model, ModelRequest
from tests.support.catalogue import Catalogue

HEAD = "version: 1\nname: sub\n"


@dataclass
class ScriptedPlanner:
    """A Decomposer. `texts` are given in order, the last one for ever; `requests` are all that were asked."""

    texts: Sequence[str]
    requests: list[DecomposeRequest] = field(default_factory=list)

    async def __call__(self, request: DecomposeRequest, model: Model) -> Decomposition:
        self.requests.append(request)
        await model.answer(ModelRequest((Message("user", f"plan: {request.goal}"),)))
        text = HEAD + self.texts[min(len(self.requests), len(self.texts)) - 1]
        made = compile_plan(text, "sub.plan.yaml", Catalogue())
        return Decomposition(text, made.plan, tuple(made.diagnostics), record={"attempts": len(self.requests)})
