"""Jinja2's syntax tree → Code, node type by node type: what is not handled here is not in the language.

What is refused becomes a BAD node and a Fault, so that one expression can have several problems reported at once.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

from jinja2 import nodes

from planc_schemas.expressions import FILTERS, TESTS, Parameter

from ..foreign import Foreign, foreign_filter
from ..nearest import nearest
from .code import BAD, MAX_CODE_DEPTH, Code, Fault, Suggestion
from .grammar import Tokens
from .paths import build_path

_MAX_INTEGER = 2**63 - 1
_BINARY: dict[type[nodes.Node], str] = {
    nodes.Add: "+",
    nodes.Sub: "-",
    nodes.Mul: "*",
    nodes.Div: "/",
    nodes.FloorDiv: "//",
    nodes.Mod: "%",
    nodes.Pow: "**",
}
_COMPARE = {
    "eq": "==",
    "ne": "!=",
    "lt": "<",
    "lteq": "<=",
    "gt": ">",
    "gteq": ">=",
    "in": "in",
    "notin": "not_in",
}
_NO_ARGUMENTS = re.compile(r"\(\s{0,9}\)(?=\s{0,99}(?:$|\}|\)|\|))")
_ONE_PATH = re.compile(r"\(\s{0,9}([A-Za-z][\w.]{0,200})\s{0,9}\)(?![.\[(])")
_CALLS_AS_FILTERS = {"len": "length", "str": "string", "json": "tojson", "dumps": "tojson", "strip": "trim"}


class Translator:
    """Translates one expression of `text`; `faults` are its problems."""

    def __init__(self, text: str, tokens: Tokens) -> None:
        self.text = text
        self.tokens = tokens
        self.faults: list[Fault] = []
        self._depth = 0

    def translate(self, node: nodes.Node) -> Code:
        self._depth += 1
        try:
            if self._depth > MAX_CODE_DEPTH:
                return self._refuse("P218", node, f"this expression nests deeper than {MAX_CODE_DEPTH}")
            handler = _HANDLERS.get(type(node))
            if handler is not None:
                return handler(self, node)
            return self._refuse("P211", node, f"`{type(node).__name__}` is not part of the expression language")
        finally:
            self._depth -= 1

    def fault(
        self, code: str, message: str, place: tuple[int, int], help_: str = "", fix: Suggestion | None = None
    ) -> Code:
        """Notes a problem, unless one at the same place is known, and gives the node that stands for it."""
        if not any((known.start, known.end) == place for known in self.faults):
            self.faults.append(Fault(code, message, *place, help=help_, fix=fix))
        return Code([BAD], *place)

    def _refuse(self, code: str, node: nodes.Node, message: str, help_: str = "") -> Code:
        return self.fault(code, message, self.tokens.extent(node.lineno), help_)

    # --- leaves -----------------------------------------------------------------------------------------------

    def constant(self, node: nodes.Const) -> Code:
        start, end = self.tokens.extent(node.lineno)
        value = node.value
        if isinstance(value, int) and abs(value) > _MAX_INTEGER:
            return self.fault("P218", "this number is too large (64 bits are the limit)", (start, end))
        if isinstance(value, float) and not math.isfinite(value):
            return self.fault("P218", "this number is too large", (start, end))
        return Code(["lit", value], start, end)

    def name(self, node: nodes.Name) -> Code:
        return self.path(node)

    def path(self, node: nodes.Expr) -> Code:
        """A name with its `.member` and `["member"]` steps: task and run references are recognised as a whole."""
        steps: list[nodes.Getattr | nodes.Getitem] = []
        root: nodes.Node = node
        while isinstance(root, nodes.Getattr | nodes.Getitem):
            steps.append(root)
            root = root.node
        steps.reverse()
        if len(steps) > MAX_CODE_DEPTH:
            return self._refuse("P218", node, f"this path has more than {MAX_CODE_DEPTH} steps")
        if not isinstance(root, nodes.Name):
            code = self.translate(root)
            return self._steps(code, steps)
        start, end = self.tokens.extent(root.lineno)
        if root.name.startswith("_"):
            return self.fault("P211", f"`{root.name}`: names do not start with `_`", (start, end))
        taken, rest = self._static_steps(root.name, steps)
        if taken is None:
            return Code([BAD], start, end)
        code_or_none = build_path(root.name, start, end, taken)
        if code_or_none is None:
            return self._bare_root(root.name, (start, end))
        return self._steps(code_or_none, rest)

    def _static_steps(
        self, root: str, steps: list[nodes.Getattr | nodes.Getitem]
    ) -> tuple[list[tuple[str | int, int, int]] | None, list[nodes.Getattr | nodes.Getitem]]:
        """The leading steps that must be names (a task's id and member, run's member), and the rest."""
        count = {"tasks": 2, "run": 1}.get(root, 0)
        taken: list[tuple[str | int, int, int]] = []
        for index, step in enumerate(steps[:count]):
            key = self._constant_key(step)
            if key is None or isinstance(key[0], int):
                if root == "tasks" and index == 0:
                    place = self.tokens.after(step.lineno)
                    help_ = "which task is read must be known before the run; choose with `a if … else b`"
                    self.fault("P208", "a task is named, not computed", place, help_)
                    return None, []
                return taken, steps[index:]
            if isinstance(key[0], str) and key[0].startswith("_"):
                self.fault("P211", f"`{key[0]}`: names do not start with `_`", key[1:])
                return None, []
            taken.append(key)
        return taken, steps[count:]

    def _constant_key(self, step: nodes.Getattr | nodes.Getitem) -> tuple[str | int, int, int] | None:
        if isinstance(step, nodes.Getattr):
            return (step.attr, *self.tokens.after(step.lineno))
        if isinstance(step.arg, nodes.Const) and isinstance(step.arg.value, str):
            return (step.arg.value, *self.tokens.extent(step.arg.lineno))
        if isinstance(step.arg, nodes.Const) and type(step.arg.value) is int:
            return (step.arg.value, *self.tokens.extent(step.arg.lineno))
        return None

    def _bare_root(self, name: str, place: tuple[int, int]) -> Code:
        if name == "tasks":
            return self.fault("P207", "`tasks` alone is no value", place, "write `tasks.NAME.output`")
        return self.fault("P219", "`run` alone is no value", place, "write `run.id`")

    def _steps(self, code: Code, steps: list[nodes.Getattr | nodes.Getitem]) -> Code:
        for step in steps:
            key = self._constant_key(step)
            if key is not None and isinstance(key[0], str):
                if key[0].startswith("_"):
                    code = self.fault("P211", f"`{key[0]}`: names do not start with `_`", key[1:])
                else:
                    end = key[2] if isinstance(step, nodes.Getattr) else self.tokens.closing(key[2])
                    code = Code(["get", code, key[0]], code.start, end, key[1:])
            elif isinstance(step, nodes.Getitem):
                code = self._element(code, step)
        return code

    def _element(self, code: Code, step: nodes.Getitem) -> Code:
        if isinstance(step.arg, nodes.Slice | nodes.Tuple):
            return self.fault(
                "P211",
                "slices are not part of the language",
                self.tokens.extent(step.lineno),
                "one item is `[0]`; `| truncate(80)` cuts a text",
            )
        index = self.translate(step.arg)
        return Code(["at", code, index], code.start, self.tokens.closing(index.end), (index.start, index.end))

    # --- collections and operators ----------------------------------------------------------------------------

    def sequence(self, node: nodes.List | nodes.Tuple) -> Code:
        items = [self.translate(item) for item in node.items]
        start, first_end = self.tokens.extent(node.lineno)
        end = items[-1].end if items else first_end
        return Code(["list", items], min([start, *(item.start for item in items)]), self.tokens.closing(end))

    def mapping(self, node: nodes.Dict) -> Code:
        start, end = self.tokens.extent(node.lineno)
        entries: list[Any] = []
        for pair in node.items:
            value = self.translate(pair.value)
            end = value.end
            if isinstance(pair.key, nodes.Const) and isinstance(pair.key.value, str):
                entries.append([pair.key.value, value])
            else:
                self._refuse("P211", pair.key, "a key of `{…}` must be a text in quotes")
        return Code(["object", entries], start, self.tokens.closing(end))

    def unary(self, node: nodes.UnaryExpr) -> Code:
        start, _ = self.tokens.extent(node.lineno)
        inner = self.translate(node.node)
        if isinstance(node, nodes.Neg) and inner[0] == "lit" and type(inner[1]) in (int, float):
            return Code(["lit", -inner[1]], start, inner.end)  # a negative number, not arithmetic
        head = {nodes.Neg: "neg", nodes.Pos: "pos"}.get(type(node), "not")
        return Code([head, inner], min(start, inner.start), inner.end)

    def binary(self, node: nodes.BinExpr) -> Code:
        left, right = self.translate(node.left), self.translate(node.right)
        if isinstance(node, nodes.And | nodes.Or):
            return Code(["and" if isinstance(node, nodes.And) else "or", left, right], left.start, right.end)
        return Code(["bin", _BINARY[type(node)], left, right], left.start, right.end)

    def concat(self, node: nodes.Concat) -> Code:
        code = self.translate(node.nodes[0])
        if len(node.nodes) + self._depth > MAX_CODE_DEPTH:
            return self._refuse("P218", node, f"more than {MAX_CODE_DEPTH} parts are joined; use a text or `| join`")
        for part in node.nodes[1:]:
            right = self.translate(part)
            code = Code(["bin", "~", code, right], code.start, right.end)
        return code

    def compare(self, node: nodes.Compare) -> Code:
        first = self.translate(node.expr)
        operands = [(_COMPARE[operand.op], self.translate(operand.expr)) for operand in node.ops]
        pairs = [[sign, code] for sign, code in operands]
        return Code(["cmp", first, pairs], first.start, operands[-1][1].end)

    def conditional(self, node: nodes.CondExpr) -> Code:
        test, then = self.translate(node.test), self.translate(node.expr1)
        otherwise = Code(["lit", None], test.end, test.end) if node.expr2 is None else self.translate(node.expr2)
        return Code(["cond", test, then, otherwise], then.start, max(test.end, otherwise.end))

    # --- filters, tests, calls --------------------------------------------------------------------------------

    def filter(self, node: nodes.Filter) -> Code:
        spot = self.tokens.extent(node.lineno)
        subject = self.translate(node.node) if node.node is not None else Code([BAD], *spot)
        positional = [self.translate(argument) for argument in node.args]
        named = {str(keyword.key): self.translate(keyword.value) for keyword in node.kwargs}
        known = FILTERS.get(node.name)
        if known is None:
            self._unknown("P205", "filter", node.name, list(FILTERS), spot)
            return Code([BAD], subject.start, spot[1])
        starred = node.dyn_args is not None or node.dyn_kwargs is not None
        if not self._arguments_fit(f"filter `{node.name}`", known.parameters, positional, list(named), spot, starred):
            return Code([BAD], subject.start, spot[1])
        end = max([spot[1], *(code.end for code in positional), *(code.end for code in named.values())])
        end = self.tokens.closing(end) if positional or named else end
        return Code(["filter", node.name, subject, positional, named], subject.start, end, spot)

    def test(self, node: nodes.Test) -> Code:
        subject = self.translate(node.node)
        spot = self.tokens.after(node.lineno)
        if self.text[spot[0] : spot[1]] == "not":
            spot = self.tokens.after(spot[0])
        arguments = [self.translate(argument) for argument in node.args]
        known = TESTS.get(node.name)
        if known is None:
            self._unknown("P206", "test", node.name, list(TESTS), spot)
            return Code([BAD], subject.start, spot[1])
        starred = bool(node.kwargs) or node.dyn_args is not None or node.dyn_kwargs is not None
        if not self._arguments_fit(f"test `{node.name}`", known.parameters, arguments, [], spot, starred):
            return Code([BAD], subject.start, spot[1])
        end = max([spot[1], *(code.end for code in arguments)])
        return Code(["test", node.name, subject, arguments], subject.start, end, spot)

    def call(self, node: nodes.Call) -> Code:
        place = self.tokens.extent(node.lineno)
        name, place = _called(node, self.tokens, place)
        known = _CALLS_AS_FILTERS.get(name, name)
        fix = None
        if known in FILTERS:
            help_ = f"there are filters instead: `… | {known}`"
            fix = _as_filter(self.text, place, known)
        else:
            help_ = "there are filters (`… | length`) and tests (`… is none`); more is a `tool:` task's work"
        return self.fault("P211", "functions and methods cannot be called in an expression", place, help_, fix)

    def _unknown(self, code: str, what: str, name: str, known: list[str], spot: tuple[int, int]) -> None:
        elsewhere = foreign_filter(name) if what == "filter" else Foreign()
        near = elsewhere.meant or (None if elsewhere.help else nearest(name, known))
        fix = Suggestion(f"use `{near}`", *spot, near, True) if near else None
        help_ = f"did you mean `{near}`?" if near else f"the {what}s are: {', '.join(known)}"
        help_ = elsewhere.help or help_
        self.fault(code, f"there is no {what} `{name}`", spot, help_, fix)

    def _arguments_fit(
        self,
        what: str,
        parameters: tuple[Parameter, ...],
        positional: list[Code],
        named: list[str],
        spot: tuple[int, int],
        starred: bool,
    ) -> bool:
        names = [parameter.name for parameter in parameters]
        given = [*names[: len(positional)], *named]
        takes = f"it takes {', '.join(f'`{name}`' for name in names)}" if names else "it takes no arguments"
        problem = ""
        if starred:
            problem = f"{what} takes its arguments one by one"
        elif len(positional) > len(names):
            problem = f"{what} has too many arguments"
        elif unknown := [name for name in named if name not in names]:
            problem = f"{what} has no argument `{unknown[0]}`"
        elif doubled := [name for name in given if given.count(name) > 1]:
            problem = f"{what} is given `{doubled[0]}` twice"
        elif missing := [p.name for p in parameters if p.required and p.name not in given]:
            problem = f"{what} needs its argument `{missing[0]}`"
        if problem:
            self.fault("P220", problem, spot, takes)
        return not problem


def _called(node: nodes.Call, tokens: Tokens, place: tuple[int, int]) -> tuple[str, tuple[int, int]]:
    """What is called, and the place of its name."""
    if isinstance(node.node, nodes.Name):
        return node.node.name, tokens.extent(node.node.lineno)
    if isinstance(node.node, nodes.Getattr):
        return node.node.attr, tokens.after(node.node.lineno)
    return "", place


def _as_filter(text: str, place: tuple[int, int], known: str) -> Suggestion | None:
    """`x.upper()` and `len(x)` as `x | upper` and `x | length`; None for anything less plain."""
    method = _NO_ARGUMENTS.match(text, place[1])
    if text[place[0] - 1 : place[0]] == "." and method:
        return Suggestion(f"write `| {known}`", place[0] - 1, method.end(), f" | {known}", True)
    function = _ONE_PATH.match(text, place[1])
    if not function:
        return None
    written = f"{function.group(1)} | {known}"
    if text[: place[0]].rstrip().endswith(("-", "+")):
        written = f"({written})"  # a sign binds closer than a filter
    return Suggestion(f"write `{written}`", place[0], function.end(), written, True)


_HANDLERS: dict[type[nodes.Node], Callable[[Translator, Any], Code]] = {
    nodes.Const: Translator.constant,
    nodes.Name: Translator.name,
    nodes.Getattr: Translator.path,
    nodes.Getitem: Translator.path,
    nodes.List: Translator.sequence,
    nodes.Tuple: Translator.sequence,
    nodes.Dict: Translator.mapping,
    nodes.Neg: Translator.unary,
    nodes.Pos: Translator.unary,
    nodes.Not: Translator.unary,
    nodes.And: Translator.binary,
    nodes.Or: Translator.binary,
    **dict.fromkeys(_BINARY, Translator.binary),
    nodes.Concat: Translator.concat,
    nodes.Compare: Translator.compare,
    nodes.CondExpr: Translator.conditional,
    nodes.Filter: Translator.filter,
    nodes.Test: Translator.test,
    nodes.Call: Translator.call,
}
