"""Positions for a layered drawing: columns by stage, rows by the barycentre of what a node reads.

The method of Sugiyama, Tagawa and Toda (1981) in its plainest form: layers are given by the stages, two sweeps order
each layer by the mean row of its neighbours. An edge over several stages gets a free place in each stage between, so
that it passes no box. Good to look at up to some hundred nodes, linear enough for thousands.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TypeAlias

from .drawing import Drawing, Edge

WIDTH, HEIGHT, GAP_X, GAP_Y, MARGIN = 190, 46, 60, 18, 20
LANE = 10
"""Height of the place that an edge takes in a stage that it passes, without the gap."""
MAX_LANES = 5_000
"""With more of such places, edges are drawn straight: nobody follows them by eye."""

Point: TypeAlias = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Placed:
    """Top left corner of each node (WIDTH × HEIGHT each) and the size of the whole, in pixels.

    `lanes` are, for an edge over several stages, the left ends of the places of WIDTH that it passes through.
    """

    at: dict[str, Point]
    width: float
    height: float
    lanes: dict[tuple[str, str], list[Point]] = field(default_factory=dict)


def layout(drawing: Drawing) -> Placed:
    layers: list[list[str]] = [[] for _ in range(1 + max((node.stage for node in drawing.nodes), default=0))]
    for node in drawing.nodes:
        layers[node.stage].append(node.id)
    chains = _chains(drawing)
    before: dict[str, list[str]] = {node.id: [] for node in drawing.nodes}
    after: dict[str, list[str]] = {node.id: [] for node in drawing.nodes}
    stage = {node.id: node.stage for node in drawing.nodes}
    for edge in drawing.edges:
        chain = chains.get((edge.source, edge.target), [])
        for index, lane in enumerate(chain):
            layers[stage[edge.source] + 1 + index].append(lane)
        steps = [edge.source, *chain, edge.target]
        for one, other in pairwise(steps):
            before.setdefault(other, []).append(one)
            after.setdefault(one, []).append(other)
    _order(layers, before, after)
    at, height = _places(layers, stage)
    width = MARGIN * 2 + len(layers) * (WIDTH + GAP_X) - GAP_X
    lanes = {edge: [(at[lane][0], at[lane][1] + LANE / 2) for lane in chain] for edge, chain in chains.items()}
    return Placed({name: at[name] for name in stage}, width, height, lanes)


def _chains(drawing: Drawing) -> dict[tuple[str, str], list[str]]:
    """The names of the places that each long edge passes, one a stage; none at all when there are too many."""
    stage = {node.id: node.stage for node in drawing.nodes}
    long: list[Edge] = [edge for edge in drawing.edges if stage[edge.target] - stage[edge.source] > 1]
    if sum(stage[edge.target] - stage[edge.source] - 1 for edge in long) > MAX_LANES:
        return {}
    return {
        (edge.source, edge.target): [
            f"{edge.source}>{edge.target}:{number}" for number in range(stage[edge.source] + 1, stage[edge.target])
        ]
        for edge in long
    }


def _order(layers: list[list[str]], before: dict[str, list[str]], after: dict[str, list[str]]) -> None:
    row = {name: float(index) for layer in layers for index, name in enumerate(layer)}
    for _ in range(2):
        for layer in layers:
            _sort(layer, before, row)
        for layer in reversed(layers):
            _sort(layer, after, row)


def _places(layers: list[list[str]], nodes: dict[str, int]) -> tuple[dict[str, Point], float]:
    """Where each node and lane stands, the columns centred, and the height of the whole."""
    tall = [[HEIGHT if name in nodes else LANE for name in layer] for layer in layers]
    heights = [sum(column) + GAP_Y * (len(column) - 1) for column in tall]
    height = MARGIN * 2 + max(heights)
    at: dict[str, Point] = {}
    for column, layer in enumerate(layers):
        y = (height - heights[column]) / 2
        for name, own in zip(layer, tall[column], strict=True):
            at[name] = (MARGIN + column * (WIDTH + GAP_X), y)
            y += own + GAP_Y
    return at, height


def _sort(layer: list[str], neighbours: dict[str, list[str]], row: dict[str, float]) -> None:
    """Orders one layer by the mean row of each node's neighbours; a node without any keeps its place."""
    wanted = {
        name: sum(row[other] for other in neighbours[name]) / len(neighbours[name])
        if neighbours.get(name)
        else row[name]
        for name in layer
    }
    layer.sort(key=lambda name: (wanted[name], row[name]))
    for index, name in enumerate(layer):
        row[name] = float(index)
