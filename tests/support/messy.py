"""YAML as people write it: random trees in random styles, with comments, and texts mutated at random.

Only for tests: it makes what the reader and the formatter must stand. Everything comes from one `random.Random`.
"""

from __future__ import annotations

import json
import random
import re

from planc_compiler.node import Node
from planc_schemas.values import Json

_TEXTS = (
    *("a", "b c", "hello world", "it's", 'say "x"', "x: y", "# no", "1", "true", "0755", "{}", "", "a # b", "- x"),
    *(
        "${{ tasks.a.output }}",
        "long " * 30,
        "l1\nl2",
        "l1\n\n  l2\n",
        "\n x\n",
        "é漢😀 z",
        "\\d \\",
        "a\n\n\n",
        "it''s",
    ),
)
_KEYS = ("a", "b", "version", "tasks", "limits", "x y", "with", "prompt", "retry", "needs", "name", "value")
_INSERTS = (*" \n:#-{}[]\"'\\$%@`,?&*!|>a0\t\u2028", "\n  ", "# q", "${{ x }}", "{{ y }}", "|\n", ">-\n", "- ")


class Messy:
    """Writes one tree after another, never twice in the same style."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def text(self) -> str:
        """A whole file. Nearly always YAML, sometimes not."""
        sections = self.random.sample(("tasks", "name", "limits", "goal", "outputs", "zz"), self.random.randint(0, 4))
        tree = {"version": 1, **{name: self.tree(3) for name in sections}}
        return self.comments(0) + self.block(tree, 0) + self.comments(0)

    def mutated(self, text: str) -> str:
        """`text` with up to three small damages."""
        letters = list(text)
        for _ in range(self.random.randint(1, 3)):
            place = self.random.randrange(len(letters) + 1)
            choice = self.random.random()
            if choice < 0.4:
                del letters[place : place + self.random.randint(1, 4)]
            elif choice < 0.8:
                letters.insert(place, self.random.choice(_INSERTS))
            else:
                other = self.random.randrange(len(letters) + 1)
                letters[place:place] = letters[min(place, other) : max(place, other)][:20]
        return "".join(letters)

    def tree(self, depth: int) -> Json:
        choice = self.random.random()
        if depth == 0 or choice < 0.45:
            return self.random.choice([self.random.choice(_TEXTS), self.random.choice(_TEXTS), 1, 2.5, True, None, -3])
        if choice < 0.8:
            return {self.random.choice(_KEYS): self.tree(depth - 1) for _ in range(self.random.randint(0, 4))}
        return [self.tree(depth - 1) for _ in range(self.random.randint(0, 3))]

    def comments(self, indent: int) -> str:
        text = ""
        while self.random.random() < 0.25:
            column = self.random.choice([indent, indent, indent, max(0, indent - 2), indent + 2, 0])
            text += " " * column + f"# c{self.random.randint(0, 99)}\n" + self.random.choice(["", "", "", "\n"])
        return text

    def end(self) -> str:
        return self.random.choice(["", "", "", f" # e{self.random.randint(0, 99)}"])

    def block(self, tree: Json, indent: int) -> str:
        step = self.random.choice([1, 2, 2, 4])
        text = ""
        if isinstance(tree, dict):
            for key, value in tree.items():
                text += self.comments(indent) + " " * indent + self.key(key) + ":" + self.value(value, indent, step)
                text += self.random.choice(["", "", "", "\n"])
            return text
        for item in tree:
            text += self.comments(indent) + " " * indent + "-" + self.item(item, indent, step)
        return text

    def item(self, item: Json, indent: int, step: int) -> str:
        if isinstance(item, dict | list) and item and self.random.random() < 0.5:
            inner = self.block(item, indent + 2)
            return "\n" + inner if inner.lstrip(" ").startswith("#") else " " + inner[indent + 2 :]
        return self.value(item, indent, max(step, 2))

    def value(self, value: Json, indent: int, step: int) -> str:
        if isinstance(value, dict | list) and value and self.random.random() < 0.7:
            return self.end() + "\n" + self.block(value, indent + step)
        if isinstance(value, dict | list):
            return " " + self.flow(value, indent) + self.end() + "\n"
        text = self.scalar(value, indent, flow=False)
        return f" {text}\n" if text[:1] in ("|", ">") else f" {text}{self.end()}\n"

    def flow(self, value: Json, indent: int) -> str:
        if isinstance(value, dict):
            inner = ", ".join(f"{self.key(key)}: {self.flow(v, indent)}{self.gap(indent)}" for key, v in value.items())
            return "{" + self.gap(indent) + inner + "}"
        if isinstance(value, list):
            inner = ("," + self.gap(indent)).join(self.flow(item, indent) for item in value)
            return "[" + self.gap(indent) + inner + self.gap(indent) + "]"
        return self.scalar(value, indent, flow=True)

    def gap(self, indent: int) -> str:
        deeper = "\n" + " " * (indent + 4)
        return self.random.choice([" ", " ", "", deeper, f" # f{self.random.randint(0, 99)}{deeper}"])

    def key(self, key: str) -> str:
        return self.random.choice([key, json.dumps(key), f"'{key}'"])

    def scalar(self, value: Json, indent: int, flow: bool) -> str:
        if not isinstance(value, str):
            return self.random.choice(["null", "~"]) if value is None else json.dumps(value)
        styles = [json.dumps(value, ensure_ascii=False)]
        if "\n" not in value:
            styles.append("'" + value.replace("'", "''") + "'")
        if re.fullmatch(r"[a-zé漢😀][a-z é漢😀']*[a-z]", value):
            styles += [value] * 3
        if not flow:
            styles += self.blocks(value, indent)
        return self.random.choice(styles)

    def blocks(self, value: str, indent: int) -> list[str]:
        """`value` as a literal or folded block, or broken inside quotes."""
        if "\n" in value and value.strip():
            body = value.rstrip("\n")
            ends = len(value) - len(body)
            explicit = value[0] in " \n"
            margin = " " * (indent + (2 if explicit else self.random.choice([2, 5])))
            header = "|" + ("2" if explicit else "") + ("-" if ends == 0 else "" if ends == 1 else "+")
            lines = "\n".join(margin + line if line else "" for line in body.split("\n"))
            return [header + self.random.choice(["", " # hdr"]) + "\n" + lines + "\n" * max(0, ends - 1)]
        if len(value) > 40 and value == value.strip():
            words = value.split(" ")
            margin = "\n" + " " * (indent + 3)
            half = len(words) // 2
            folded = ">-" + margin + " ".join(words[:half]) + margin + " ".join(words[half:])
            return [folded, json.dumps(value, ensure_ascii=False).replace(" ", margin, 1)]
        return []


def scalars(node: Node) -> list[Node]:
    """All scalars below a node, keys among them."""
    if node.kind == "scalar":
        return [node]
    children = [part for entry in node.entries for part in entry] + list(node.items)
    return [scalar for child in children for scalar in scalars(child)]
