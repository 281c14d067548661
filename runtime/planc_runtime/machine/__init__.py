"""The run as a pure state machine: events in, state and decisions out. No clock, no I/O, no randomness.

topology   a plan's graph as arrays, with priorities by longest path
state      frames, nodes and instances: the data of a run
rules      skip, loop and failure rules of the language
progress   how results spread: what is released, expanded, repeated, ended
lineage    fingerprints of what is read
machine    the fold over events and the question what may be done now
"""

from __future__ import annotations

from .lineage import node_fingerprint, occurrence, upstream_fingerprints
from .machine import VERSION, Machine, RunEnd
from .state import Failure, Frame, Instance, MachineError, Node, is_same_task
from .topology import Topology

__all__ = [
    "VERSION",
    "Failure",
    "Frame",
    "Instance",
    "Machine",
    "MachineError",
    "Node",
    "RunEnd",
    "Topology",
    "is_same_task",
    "node_fingerprint",
    "occurrence",
    "upstream_fingerprints",
]
