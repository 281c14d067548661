"""Who of a run may start: the gates of its plan's limits, and those it shares with other runs of the process."""

from __future__ import annotations

from planc_schemas.compiled import CompiledTask, ModelChoice, RunLimits

from ..limits import Lane
from ..machine import Instance
from .gates import Gate, Queue, Shared, leave


class Admission:
    """The gates of one run. Its `queue` is told which instance may be tried again."""

    def __init__(self, limits: RunLimits, shared: Shared | None = None) -> None:
        self.queue = Queue()
        self._limits = limits
        self._is_alone = shared is None
        self._shared = Shared() if shared is None else shared
        self._gates: dict[tuple[str, str], Gate] = {}
        self._parked_at: set[Gate] = set()

    # --- which gates ----------------------------------------------------------------------------------------------

    def model_gates(self, choice: ModelChoice) -> tuple[Gate, ...]:
        """Those of all runs, the endpoint's, which learns from 429s, and the model's if the plan limits it."""
        gates = self._shared.model_gates(choice.provider or "")
        for name in (choice.alias, choice.model):
            if name and name in self._limits.models:
                return (*gates, self._gate("model", name, self._limits.models[name]))
        return gates

    def tool_gates(self, name: str) -> tuple[Gate, ...]:
        limits = self._limits.tools.get(name)
        return () if limits is None else (self._gate("tool", name, limits),)

    def gates_of(self, task: CompiledTask) -> tuple[Gate, ...]:
        """What a task takes a place in for as long as it runs."""
        work = task.work
        if work.kind == "prompt" or work.kind == "agent":
            return self.model_gates(work.model)
        return self.tool_gates(work.tool) if work.kind == "tool" else ()

    def _gate(self, kind: str, name: str, limits: dict[str, int]) -> Gate:
        gate = self._gates.get((kind, name))
        if gate is None:
            gate = Gate(Lane(limits.get("concurrency"), limits.get("rpm"), limits.get("tpm")))
            self._gates[kind, name] = gate
        return gate

    # --- starting tasks -------------------------------------------------------------------------------------------

    def admit(self, instance: Instance, gates: tuple[Gate, ...]) -> bool:
        """Takes a place in every gate, or parks the instance at the one that is full."""
        for gate in gates:
            if not gate.has_room(self.queue.offers_of(gate)):
                self._parked_at.add(gate)
                gate.park(self.queue, instance)
                return False
        for gate in gates:
            gate.enter()
        return True

    @property
    def parked(self) -> bool:
        """Does an instance wait at a limit? While nothing runs, a timer or another run will call it."""
        return any(gate.has_parked(self.queue) for gate in self._parked_at)

    def leave(self, gates: tuple[Gate, ...]) -> None:
        """A task is over: whoever waits at its gates gets a chance."""
        leave(gates)

    def refill(self, gates: tuple[Gate, ...]) -> None:
        """A place was taken, or will not be: is there room for one more?"""
        for gate in gates:
            gate.refill()

    def pass_on(self) -> None:
        """The run has started what it can; see `Queue.pass_on`."""
        self.queue.pass_on()

    def close(self) -> None:
        """The run is over; what it left is for others."""
        for gate in self._parked_at:
            gate.forget(self.queue)
        self.queue.pass_on()
        for gate in self._gates.values():
            gate.close()
        if self._is_alone:
            self._shared.close()
