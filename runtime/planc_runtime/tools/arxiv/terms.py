"""What well-known words mean on arXiv. Source of the category names: arXiv's category taxonomy."""

from __future__ import annotations

CATEGORIES: dict[str, tuple[str, ...]] = {
    "artificial intelligence": ("cs.AI",),
    "computation and language": ("cs.CL",),
    "natural language processing": ("cs.CL",),
    "computational complexity": ("cs.CC",),
    "computational engineering": ("cs.CE",),
    "computational geometry": ("cs.CG",),
    "computer vision": ("cs.CV",),
    "pattern recognition": ("cs.CV",),
    "computers and society": ("cs.CY",),
    "computer security": ("cs.CR",),
    "cryptography and security": ("cs.CR",),
    "data structures": ("cs.DS",),
    "digital libraries": ("cs.DL",),
    "discrete mathematics": ("cs.DM",),
    "distributed computing": ("cs.DC",),
    "parallel computing": ("cs.DC",),
    "emerging technologies": ("cs.ET",),
    "formal languages": ("cs.FL",),
    "game theory": ("cs.GT",),
    "hardware architecture": ("cs.AR",),
    "human computer interaction": ("cs.HC",),
    "information retrieval": ("cs.IR",),
    "information theory": ("cs.IT",),
    "logic in computer science": ("cs.LO",),
    "machine learning": ("cs.LG", "stat.ML"),
    "multiagent systems": ("cs.MA",),
    "networking and internet architecture": ("cs.NI",),
    "neural and evolutionary computing": ("cs.NE",),
    "numerical analysis": ("math.NA",),
    "operating systems": ("cs.OS",),
    "programming languages": ("cs.PL",),
    "quantum physics": ("quant-ph",),
    "signal processing": ("eess.SP",),
    "social networks": ("cs.SI",),
    "software engineering": ("cs.SE",),
    "symbolic computation": ("cs.SC",),
    "systems and control": ("eess.SY",),
}
"""Name of a subject → its categories. A paper of the category hardly ever names its subject in the abstract."""

ABBREVIATIONS: dict[str, str] = {
    "ai": "artificial intelligence",
    "cnn": "convolutional neural network",
    "gnn": "graph neural network",
    "hci": "human computer interaction",
    "llm": "large language model",
    "nlp": "natural language processing",
    "rag": "retrieval augmented generation",
    "rl": "reinforcement learning",
    "slm": "small language model",
    "vlm": "vision language model",
}
"""Abbreviation → what it stands for, both in the singular."""

_FILLERS = """
a about across all an and any application applications approach approaches are area article articles arxiv as at
based be between both by can current domain field find for from get give given how in into is it its latest list
literature me most new newest of on or our paper papers preprint preprints publication publications published recent
recently relevant related research search some studies study such that the their them this to topic topics toward
towards under use used uses using via was we were what when which with within work works
"""
FILLERS = frozenset(_FILLERS.split())
"""Words that say nothing about a topic: ordinary English ones, and those of a request for papers."""
