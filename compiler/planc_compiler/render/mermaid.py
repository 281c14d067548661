"""Mermaid flowcharts, as code hosts draw them in markdown. Syntax: mermaid.js.org/syntax/flowchart.html."""

from __future__ import annotations

from .drawing import Drawing

_SHAPES = {
    "prompt": ("[", "]"),
    "tool": ("[[", "]]"),
    "agent": ("{{", "}}"),
    "goal": ("[/", "/]"),
    "plan": ("[(", ")]"),
    "ask": ("([", "])"),
    "value": ("(", ")"),
}


def mermaid(drawing: Drawing) -> str:
    """A `flowchart LR`; dotted arrows are order without data. Text is quoted, so that no label is read as syntax."""
    lines = ["flowchart LR"]
    for node in drawing.nodes:
        left, right = _SHAPES[node.kind]
        lines.append(f'  t_{node.id}{left}"{_quote(node.id)}<br/><small>{_quote(node.detail)}</small>"{right}')
    for edge in drawing.edges:
        lines.append(f"  t_{edge.source} {'-->' if edge.data else '-.->'} t_{edge.target}")
    return "\n".join(lines) + "\n"


def _quote(text: str) -> str:
    for character, entity in (("&", "amp"), ('"', "quot"), ("<", "lt"), (">", "gt"), ("#", "35")):
        text = text.replace(character, f"\0{entity}\1")
    return text.replace("\0", "#").replace("\1", ";")
