"""English plurals, as far as names of lists and their items need them."""

from __future__ import annotations


def singular(noun: str) -> str:
    """`papers` → `paper`, `summaries` → `summary`, `classes` → `class`; what has no plural form stays."""
    if noun.endswith("ies") and len(noun) > 4:
        return noun[:-3] + "y"
    if noun.endswith(("sses", "shes", "ches", "xes")):
        return noun[:-2]
    if noun.endswith("s") and not noun.endswith(("ss", "us", "is", "news")) and len(noun) > 3:
        return noun[:-1]
    return noun
