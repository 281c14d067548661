"""Approval: what exactly a person approved, and what has drifted since.

A lock binds an approval to the meaning of the plan, of every plan it imports, of every tool definition it may call,
and to the rights it can reach. It holds no time and no secret, so that it can live in git beside the plan.
"""

from __future__ import annotations

from dataclasses import dataclass

from planc_schemas.compiled import AgentWork, CompiledPlan, GoalWork, ToolWork
from planc_schemas.ports import ToolCatalogue
from planc_schemas.values import Json, digest

from .structure import import_path

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Lock:
    """`plans` maps a file, by its path from the approved plan's folder (that plan's own name is ""), to its digest,
    `tools` a tool to its definition's."""

    plans: dict[str, str]
    tools: dict[str, str]
    rights: tuple[str, ...]
    approved_by: str = ""

    @property
    def digest(self) -> str:
        """What the approval is of; who gave it does not change it."""
        return digest([FORMAT, self.plans, self.tools, list(self.rights)])

    def to_json(self) -> dict[str, Json]:
        return {
            "format": FORMAT,
            "digest": self.digest,
            "approved_by": self.approved_by,
            "plans": dict(sorted(self.plans.items())),
            "tools": dict(sorted(self.tools.items())),
            "rights": list(self.rights),
        }

    @staticmethod
    def from_json(data: Json) -> Lock:
        """Raises ValueError, with what to do, for anything that `to_json` did not write."""
        again = "approve the plan again with `planc approve`"
        if not isinstance(data, dict) or data.get("format") != FORMAT:
            found = data.get("format") if isinstance(data, dict) else data
            raise ValueError(f"this is no approval of format {FORMAT} (format: {found!r}); {again}")
        try:
            lock = Lock(dict(data["plans"]), dict(data["tools"]), tuple(data["rights"]), str(data["approved_by"]))
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"the approval is damaged ({error}); {again}") from None
        if lock.digest != data.get("digest"):
            raise ValueError(f"the approval was edited by hand: its digest does not fit its content; {again}")
        return lock


def lock_of(plan: CompiledPlan, tools: ToolCatalogue, approved_by: str = "") -> Lock:
    """The lock of `plan` with the tools as they are now. A `goal` task may use tools that no task names yet; they are
    bound as well."""
    plans = {"": plan.digest, **{import_path(plan, path): child.digest for path, child in plan.imports.items()}}
    definitions: dict[str, str] = {}
    rights = set(plan.rights)
    for part in (plan, *plan.imports.values()):
        rights.update(part.rights)
        for task in part.tasks:
            for name in _tools(task.work):
                spec = tools.get(name)
                definitions[name] = spec.definition if spec is not None else "missing"
    return Lock(plans, definitions, tuple(sorted(rights)), approved_by)


def drift(approved: Lock, now: Lock) -> list[str]:
    """What differs from the approved state, in words; empty when nothing does."""
    words: list[str] = []
    for path in sorted({*approved.plans, *now.plans}):
        name = path or "the plan"
        if path not in now.plans:
            words.append(f"{name} is no longer imported")
        elif path not in approved.plans:
            words.append(f"{name} is imported and was not when the plan was approved")
        elif approved.plans[path] != now.plans[path]:
            words.append(f"{name} changed: {approved.plans[path][:12]} was approved, it is {now.plans[path][:12]}")
    for tool in sorted({*approved.tools, *now.tools}):
        if tool not in now.tools:
            words.append(f"tool {tool} is no longer used")
        elif tool not in approved.tools:
            words.append(f"tool {tool} is used and was not when the plan was approved")
        elif now.tools[tool] == "missing":
            words.append(f"tool {tool} is not installed here")
        elif approved.tools[tool] != now.tools[tool]:
            words.append(f"the definition of tool {tool} changed")
    words.extend(f"right {right} is new" for right in sorted(set(now.rights) - set(approved.rights)))
    words.extend(f"right {right} is gone" for right in sorted(set(approved.rights) - set(now.rights)))
    return words


def _tools(work: object) -> tuple[str, ...]:
    if isinstance(work, ToolWork):
        return (work.tool,)
    if isinstance(work, AgentWork | GoalWork):
        return work.tools
    return ()
