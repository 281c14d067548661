"""An agent's memory: the store's notes, bound to the scope and the limits that its plan declares."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from planc_schemas.values import Json

from ..machine import Instance
from ..store.base import Notes
from ..tools.context import Memo, Memory
from ..tools.rights import Right
from .calls import World

MAX_ENTRIES = 200
MAX_ENTRY_CHARS = 2_000


@dataclass(frozen=True, slots=True)
class ScopedMemory:
    """See `tools.context.Memory`. `notes` opens the store's notes; `scope` is "" for those of the run itself."""

    notes: Callable[[], Notes]
    scope: str
    run_id: str
    instance: str
    right: Right | None
    max_entries: int
    max_entry_chars: int
    now: Callable[[], float]

    def remember(self, text: str, key: str) -> None:
        self.notes().add(
            self.scope, text, key=key, at=self.now(), instance=self.instance, run_id=self.run_id, keep=self.max_entries
        )

    def recall(self, query: str, limit: int) -> list[Memo]:
        return [Memo(note.text, note.at, note.instance) for note in self.notes().find(self.scope, query, limit)]


def scope_of(says: Mapping[str, Json], plan: str) -> str:
    """The scope of the notes that a task's `memory` declares in a plan of this name; "" for those of the run itself."""
    kind = says.get("scope", "run")
    return {"run": "", "plan": f"plan:{plan}", "store": f"store:{says.get('store', '')}"}[str(kind)]


def memory_of(instance: Instance, world: World) -> Memory | None:
    """The memory that the plan gives to an instance, None if it gives none."""
    work = instance.task.work
    if work.kind != "agent" or work.memory is None or world.notes is None:
        return None
    open_notes, says = world.notes, work.memory
    kind, name = says.get("scope", "run"), str(says.get("store", ""))
    of_run = world.run_id if kind == "run" else ""
    return ScopedMemory(
        notes=lambda: open_notes(of_run),
        scope=scope_of(says, instance.node.frame.plan.name),
        run_id=world.run_id,
        instance=instance.id,
        right=Right("tool", f"memory.{name}") if kind == "store" else None,
        max_entries=int(says.get("max_entries", MAX_ENTRIES)),
        max_entry_chars=int(says.get("max_entry_chars", MAX_ENTRY_CHARS)),
        now=world.options.clock.now,
    )
