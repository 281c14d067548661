"""One self-contained SVG: no script, no outside reference, readable in light and dark."""

from __future__ import annotations

from html import escape

from .drawing import Drawing, Edge, Node
from .layout import HEIGHT, WIDTH, Placed, layout

_STYLE = """
  :root { --ink: #1f2328; --paper: #ffffff; --line: #8c959f; --box: #f6f8fa; }
  @media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --paper: #0d1117; --line: #6e7681; --box: #161b22; } }
  svg { background: var(--paper); font-family: system-ui, sans-serif; }
  text { fill: var(--ink); font-size: 13px; } text.detail { font-size: 11px; opacity: .75; }
  rect { fill: var(--box); stroke: var(--line); rx: 7; } path { fill: none; stroke: var(--line); stroke-width: 1.4; }
  path.order { stroke-dasharray: 4 4; } rect.if { stroke-dasharray: 5 3; } #arrow path { fill: var(--line); }
"""


def svg(drawing: Drawing) -> str:
    """The graph from left to right. Dashed arrows are order without data, dashed boxes run on a condition."""
    placed = layout(drawing)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{placed.width:g}" height="{placed.height:g}" '
        f'viewBox="0 0 {placed.width:g} {placed.height:g}" role="img" aria-label="plan {escape(drawing.name)}">',
        f"<style>{_STYLE}</style>",
        '<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path d="M0 0 L8 4 L0 8 z"/></marker></defs>',
    ]
    for edge in drawing.edges:
        style = "" if edge.data else ' class="order"'
        parts.append(f'<path{style} marker-end="url(#arrow)" d="{_line(placed, edge)}"/>')
    parts.extend(_box(node, *placed.at[node.id]) for node in drawing.nodes)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _line(placed: Placed, edge: Edge) -> str:
    """From the right side of the source to the left of the target, level through every stage between."""
    x, y = placed.at[edge.source]
    x, y = x + WIDTH, y + HEIGHT / 2
    left, top = placed.at[edge.target]
    steps = [f"M{x:g} {y:g}"]
    for lane_x, lane_y in placed.lanes.get((edge.source, edge.target), ()):
        steps.append(f"{_curve(x, y, lane_x, lane_y)} H{lane_x + WIDTH:g}")
        x, y = lane_x + WIDTH, lane_y
    steps.append(_curve(x, y, left, top + HEIGHT / 2))
    return " ".join(steps)


def _curve(x1: float, y1: float, x2: float, y2: float) -> str:
    middle = (x1 + x2) / 2
    return f"C{middle:g} {y1:g} {middle:g} {y2:g} {x2:g} {y2:g}"


def _box(node: Node, x: float, y: float) -> str:
    style = ' class="if"' if node.conditional else ""
    shadow = f'<rect x="{x + 4:g}" y="{y - 4:g}" width="{WIDTH}" height="{HEIGHT}"/>' if node.many else ""
    return (
        f"<g><title>{escape(node.id)}: {escape(node.detail)}</title>{shadow}"
        f'<rect{style} x="{x:g}" y="{y:g}" width="{WIDTH}" height="{HEIGHT}"/>'
        f'<text x="{x + 10:g}" y="{y + 19:g}">{escape(_cut(node.id, 24))}</text>'
        f'<text class="detail" x="{x + 10:g}" y="{y + 36:g}">{escape(_cut(node.detail, 30))}</text></g>'
    )


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
