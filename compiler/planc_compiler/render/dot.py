"""Graphviz DOT. Syntax: graphviz.org/doc/info/lang.html."""

from __future__ import annotations

from .drawing import Drawing

_SHAPES = {
    "prompt": "box",
    "tool": "component",
    "agent": "hexagon",
    "goal": "parallelogram",
    "plan": "folder",
    "ask": "ellipse",
    "value": "note",
}


def dot(drawing: Drawing) -> str:
    """A left-to-right digraph; dashed edges are order without data."""
    lines = [f"digraph {_quote(drawing.name)} {{", "  rankdir=LR;", '  node [fontname="sans-serif"];']
    for node in drawing.nodes:
        label = _quote(f"{node.id}\n{node.detail}")
        lines.append(f"  {_quote(node.id)} [shape={_SHAPES[node.kind]}, label={label}];")
    for edge in drawing.edges:
        style = "" if edge.data else " [style=dashed]"
        lines.append(f"  {_quote(edge.source)} -> {_quote(edge.target)}{style};")
    return "\n".join([*lines, "}"]) + "\n"


def _quote(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
