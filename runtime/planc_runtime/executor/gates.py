"""Lanes with those who wait for a place in them: instances that are parked, and calls inside a running task.

A gate may be shared by several runs (see `Shared`). They are then served in turn, so that a run of a thousand tasks
does not keep one of three waiting; within a run the most urgent instance goes first.

Room in a lane is offered, and kept for whoever it was offered to until their run had its turn: `Queue.pass_on` then
gives on what was not taken, because the run is full or ends.
"""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from heapq import heappop, heappush

from planc_schemas.ports import TaskFailure

from ..limits import NEVER, Lane
from ..machine import Instance


class Gate:
    """One lane and its queues."""

    def __init__(self, lane: Lane) -> None:
        self.lane = lane
        self._parked: OrderedDict[Queue, list[tuple[float, int, int, Instance]]] = OrderedDict()
        self._waiters: deque[asyncio.Future[None]] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._serial = 0
        self._offers = 0

    def has_room(self, own_offers: int = 0) -> bool:
        """May one more start, without taking what was offered to others?"""
        return self.lane.room(now()) > self._offers - own_offers

    def enter(self) -> None:
        self.lane.enter(now())

    def leave(self) -> None:
        """A place is given back: whoever waits gets a chance."""
        self.lane.leave()
        self.refill()

    def park(self, queue: Queue, instance: Instance) -> None:
        self._serial += 1
        entry = (-instance.node.priority, instance.index or 0, self._serial, instance)
        heappush(self._parked.setdefault(queue, []), entry)
        self._look_again()

    def has_parked(self, queue: Queue) -> bool:
        return queue in self._parked

    def forget(self, queue: Queue) -> None:
        """A run is over: what it parked waits no longer."""
        self._parked.pop(queue, None)
        self.refill()

    async def wait(self) -> None:
        """Returns when there may be room."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiters.append(future)
        self.refill()
        try:
            await future
        except asyncio.CancelledError:
            if future.done() and not future.cancelled():
                self.taken(1)  # offered to somebody who has gone
            elif future in self._waiters:
                self._waiters.remove(future)
            raise
        self._offers -= 1

    def taken(self, offers: int) -> None:
        """So many offers were made use of or not: what room there still is goes to the next."""
        self._offers -= offers
        self.refill()

    def refill(self) -> None:
        """Offers the room there is to those who wait, or will when there is some."""
        while (self._parked or self._waiters) and self.lane.room(now()) > self._offers:
            if self._waiters:
                waiter = self._waiters.popleft()
                if not waiter.done():
                    self._offers += 1
                    waiter.set_result(None)
                continue
            self._offers += 1
            queue, heap = self._parked.popitem(last=False)
            instance = heappop(heap)[3]
            if heap:
                self._parked[queue] = heap  # behind the other runs
            queue.offer(self, instance)
        if self._parked or self._waiters:
            self._look_again()

    def _look_again(self) -> None:
        """In time, when only time is missing."""
        delay = self.lane.delay(now())
        if delay in (0.0, NEVER):
            return
        loop = asyncio.get_running_loop()
        if self._timer is not None:
            if self._timer.when() <= loop.time() + delay:
                return
            self._timer.cancel()
        self._timer = loop.call_later(delay, self._due)

    def _due(self) -> None:
        self._timer = None
        self.refill()

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


class Queue:
    """One run's place in the queues of its gates. `unpark` is called with an instance that may be tried again."""

    def __init__(self) -> None:
        self.unpark: Callable[[Instance], None] = lambda instance: None
        self._offered: Counter[Gate] = Counter()

    def offer(self, gate: Gate, instance: Instance) -> None:
        self._offered[gate] += 1
        self.unpark(instance)

    def offers_of(self, gate: Gate) -> int:
        return self._offered[gate]

    def pass_on(self) -> None:
        """The run has started what it can: room that was offered to it and is still there goes to others."""
        if not self._offered:
            return
        offered, self._offered = self._offered, Counter()
        for gate, offers in offered.items():
            gate.taken(offers)


class Shared:
    """What the runs of one process share: how many model calls are under way at once and how many a minute, and what
    the endpoints' 429s teach. A run that is alone has its own.

    `concurrency`, `rpm` and `tpm` hold for the model calls of all its runs together; None means no limit.
    """

    def __init__(self, concurrency: int | None = None, rpm: int | None = None, tpm: int | None = None) -> None:
        limited = any(limit is not None for limit in (concurrency, rpm, tpm))
        self._all = (Gate(Lane(concurrency, rpm, tpm)),) if limited else ()
        self._endpoints: dict[str, Gate] = {}

    def model_gates(self, provider: str) -> tuple[Gate, ...]:
        """What a call to a provider ("" is the default one) goes through."""
        endpoint = self._endpoints.get(provider)
        if endpoint is None:
            endpoint = self._endpoints[provider] = Gate(Lane(adaptive=True))
        return (*self._all, endpoint)

    def close(self) -> None:
        for gate in (*self._all, *self._endpoints.values()):
            gate.close()


async def enter(gates: tuple[Gate, ...]) -> None:
    """Waits until there is room in every gate at once, and takes a place in each."""
    while (full := next((gate for gate in gates if not gate.has_room()), None)) is not None:
        await full.wait()
    for gate in gates:
        gate.enter()
    for gate in gates:
        gate.refill()


def leave(gates: tuple[Gate, ...]) -> None:
    for gate in gates:
        gate.leave()


async def pace(gates: tuple[Gate, ...], tokens: int, *, counted: bool) -> list[list[float]]:
    """Waits until the lanes allow a request of this many tokens by a task that runs already. `counted`: the request
    was counted when the task was admitted. Gives the entries to correct when the tokens are known."""
    for gate in gates:
        lane = gate.lane
        waits = not counted or lane.tpm is not None
        delay = lane.pace(now(), tokens) if waits else 0.0
        while delay > 0:
            await asyncio.sleep(delay)  # the time is known; nobody could set an event
            delay = lane.pace(now(), tokens)
        if not counted:
            lane.count(now())
    return [gate.lane.spend(now(), tokens) for gate in gates]


@contextmanager
def learning(gates: tuple[Gate, ...]) -> Iterator[None]:
    """What a call teaches the lanes it went through."""
    try:
        yield
    except TaskFailure as failure:
        if failure.error.kind == "rate_limit":
            for gate in gates:
                gate.lane.rate_limited(now(), failure.error.retry_after)
        raise
    for gate in gates:
        gate.lane.succeeded()


def now() -> float:
    return asyncio.get_running_loop().time()
