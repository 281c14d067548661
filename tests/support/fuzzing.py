"""Plans for a fuzzer: whole plans that are nearly right, and texts damaged at random, as Hypothesis strategies.

A fuzzer that only damages finds what the YAML reader does; so that the later passes are reached too, plans are also
made of parts that fit each other most of the time: ids, references, filters, schemas and arguments from small stocks.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from random import Random
from typing import cast

from hypothesis import strategies as st

from planc.diagnostics import FORMS, render
from planc_compiler import Compilation, compile_plan
from planc_compiler.fmt import NotAPlan, format_text
from planc_compiler.render.dot import dot
from planc_compiler.render.drawing import draw
from planc_compiler.render.mermaid import mermaid
from planc_compiler.render.svg import svg
from planc_compiler.review.estimate import estimate
from planc_schemas.codes import REGISTER
from planc_schemas.compiled import from_json, to_json
from planc_schemas.diagnostics import has_errors
from planc_schemas.expressions import FILTERS, TESTS

from .catalogue import Catalogue
from .fixtures import fixture_paths

PLANS = Path(__file__).parents[2] / "plans"
PIECES = (
    *("${{ ", "}}", "{% ", "%}", "if ", "for ", "endif", "tasks.", "inputs.", ".output", "[0]", " | ", "default("),
    *(")", ":", "\n   ", "- ", "{", "}", "[", "]", "'", '"', " #", "\t", "null", "true", "1e9", "-1", "string"),
    *("list[", "needs: ", "value: ", "with: ", "tool: ", "prompt: ", "foreach: ", "{in: ", "as: ", "repeat: "),
    *("until: ", "output: ", "$ref", "properties", "type: ", "anyOf: ", "&a ", "*a ", "!", "é", "\u2028", "\x00"),
    *("<<: ", "version: 0\n", "steps:\n", "  - id: a\n", "max: 3", "run: always", "\ud800", "漢", "\r\n", "? ", "|\n"),
)
IDS = ("a", "b", "find", "find_papers", "review", "x1")
INPUTS = {"topic": "string", "count": "integer", "deep": "boolean", "papers": "list[string]", "any": "{}"}
_SCHEMAS = (
    *("string", "integer", "number", "boolean", "object", "list", "list[string]", "list[list[integer]]", "null"),
    *("{type: object, properties: {title: string}}", "{type: object, properties: {title: {type: string}}}", "{}"),
    *("{type: array, items: {type: object, properties: {n: {type: integer}}}}", "{enum: [yes, 1, null]}", "text"),
    *("{anyOf: [{type: string}, {type: integer}]}", "{$ref: '#/$defs/P', $defs: {P: {type: object}}}"),
    *("{$ref: '#'}", "{type: [string, 'null']}", "{allOf: [{type: object}]}", "{type: string, pattern: '(a+)+$'}"),
)
_LITERALS = ("1", "-2", "2.5", "'x'", '"y"', "true", "none", "[]", "[1, 'a']", "{'k': 1}", "9" * 19, "1e3", "''")
_BINARY = ("+", "-", "*", "/", "//", "%", "**", "~", "==", "!=", "<", ">=", "in", "not in", "and", "or")
_MEMBERS = ("output", "output", "output", "status", "errors", "result", "output[0]", "output.title", "output['n']")
_ARGUMENTS = ("", "", "", "('x')", "(1)", "(attribute='title')", "('upper')", "(', ')", "(true)", "('a', 'b')")


def _one(words: Sequence[str]) -> st.SearchStrategy[str]:
    return st.sampled_from(words)


def _mostly(common: st.SearchStrategy[str], *rare: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """`common` nine times in ten. (Naming a strategy twice in `one_of` does not make it likelier.)"""
    return st.integers(0, 9).flatmap(lambda roll: st.one_of(*rare) if roll == 9 else common)


@cache
def _expressions(names: tuple[str, ...], local: tuple[str, ...], simple: bool) -> st.SearchStrategy[str]:
    """Expressions that read these tasks and names; few leaves are wrong. `simple`: paths and filters only."""
    right = [
        *(f"inputs.{name}" for name in INPUTS),
        *(f"tasks.{name}.output" for name in names),
        *local,
        *(() if simple else ("run.id", *_LITERALS)),
    ]
    wrong = [*(f"tasks.{name}.{member}" for name in IDS for member in _MEMBERS), "inputs.missing", "item", "loop"]
    leaves = _mostly(_one(right), _one(wrong))
    if simple:
        return leaves | st.builds("{} | {}".format, leaves, _one(["string", "tojson", "default('x')"]))
    return st.recursive(leaves, _larger, max_leaves=5)


def _larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("{} | {}{}".format, inner, _one([*FILTERS, "uper", "safe"]), _one(_ARGUMENTS)),
        st.builds("{} is {}{}".format, inner, _one([*TESTS, "not none", "nul"]), _one(["", "", "(1)", "('x')"])),
        st.builds("{} {} {}".format, inner, _one(_BINARY), inner),
        st.builds("({})".format, inner),
        st.builds("not {}".format, inner),
        st.builds("{} if {} else {}".format, inner, inner, inner),
        st.builds("[{}, {}]".format, inner, inner),
        st.builds("{{'a': {}}}".format, inner),
        st.builds("({})[{}]".format, inner, inner),
        st.builds("({}).title".format, inner),
    )


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '\\"') + '"'


class _Scope:
    """What the expressions of one field may read, as strategies over it; made once for each set of names."""

    def __init__(self, names: tuple[str, ...], local: tuple[str, ...]) -> None:
        self.names = names
        simple, larger = _expressions(names, local, True), _expressions(names, local, False)
        self.simple = simple
        self.expressions = _mostly(simple, larger)
        self.puts = self.expressions.map("${{{{ {} }}}}".format)
        words = st.lists(self.puts | _one(["Say ", "words ", "{{ a }} ", "é漢😀 ", "\\n"]), max_size=3).map("".join)
        lists = _mostly(_one(["inputs.papers"]), self.expressions)
        loop = st.builds("{{% for one in {} %}}{}{{% endfor %}}".format, lists, words)
        branch = st.builds("{{% if {} %}}{}{{% else %}}no{{% endif %}}".format, self.expressions, words)
        self.text = _mostly(words, loop, branch).map(_quoted)
        leaves = self.puts.map(_quoted) | _one(["1", "x", "null", "true", '"${{ inputs.topic }} and"', "[]", "{}"])
        pair = st.builds("[{}, {}]".format, leaves, leaves)
        self.data = st.one_of(leaves, pair, st.builds("{{title: {}, n: {}}}".format, leaves, pair))


@cache
def _scope(names: tuple[str, ...], local: tuple[str, ...] = ()) -> _Scope:
    return _Scope(names, local)


@cache
def _kinds(scope: _Scope) -> st.SearchStrategy[str]:
    search = st.builds("tool: arxiv_search\n    with: {{query: {}}}".format, scope.text)
    wild = st.builds(
        "tool: {}\n    with: {{{}: {}, {}: {}}}".format,
        _one(["arxiv_search", "http_request", "write_file", "serch"]),
        _one(["query", "url", "path"]),
        scope.data,
        _one(["max_results", "content", "x"]),
        scope.data,
    )
    return _mostly(
        st.one_of(scope.text.map("prompt: {}".format), scope.data.map("value: {}".format), search),
        wild,
        st.builds("agent: {}\n    tools: [{}]".format, scope.text, _one(["arxiv_search", "", "nothing"])),
        scope.text.map("goal: {}".format),
        scope.text.map("ask: {}".format),
        st.builds("plan: {}".format, _one(["part.plan.yaml", "part.plan.yaml", "../x.plan.yaml", "missing.plan.yaml"])),
    )


@cache
def _fields(scope: _Scope) -> st.SearchStrategy[str]:
    simple = scope.simple
    wild = scope.puts.map(lambda put: f"if: {_quoted(put)}")
    return st.one_of(
        _mostly(_one([f"needs: [{name}]" for name in scope.names] or ["needs: []"]), _one(["needs: [b]", "needs: b"])),
        st.builds("if: ${{{{ ({}) {} 'x' }}}}".format, simple, _one(["==", "!="])),
        st.builds("if: ${{{{ ({}) is {} }}}}".format, simple, _one(["defined", "empty", "string"])),
        _one(_SCHEMAS).map("output: {}".format),
        _one(["retry: {max_attempts: 3}", "timeout: 30s", "cache: {ttl: 1d}", "cache: false", "description: x"]),
        _one(["run: always", "on_error: skip", "on_interrupt: fail"]),
        _mostly(_one(["timeout: 1h"]), _one(["retry: 2", "timeout: 12:30", "system: x"]), wild),
        scope.data.map("on_error: {{value: {}}}".format),
    )


@cache
def _loops(scope: _Scope) -> st.SearchStrategy[tuple[str, tuple[str, ...]]]:
    """The field of a loop, and the names that the other fields may use then."""
    each = st.builds("foreach: {{in: [{}], on_error: {}}}".format, scope.data, _one(["fail", "collect"]))
    wild = scope.data.map("foreach: {{in: {}}}".format)
    papers = st.just('foreach: {in: "${{ inputs.papers }}", as: paper, max_concurrency: 2}')
    condition = _mostly(_one(["${{ output == 'x' }}"]), _one(["${{ output }}"]))
    again = st.builds('repeat: {{until: "{}", max: {}}}'.format, condition, _one(["3", "100", "101"]))
    return st.integers(0, 5).flatmap(
        lambda roll: (
            st.one_of(
                papers.map(lambda field: (field, ("paper", "paper", "loop.index0"))),
                _mostly(each, wild).map(lambda field: (field, ("item", "loop.index0"))),
                again.map(lambda field: (field, ("previous", "loop.index0"))),
            )
            if roll == 0
            else st.just(("", ()))
        )
    )


@cache
def _field_lists(scope: _Scope) -> st.SearchStrategy[list[str]]:
    return st.lists(_fields(scope), max_size=2, unique_by=lambda field: field.split(":")[0])


_NAMES = _one(["made"] * 9 + ["Made!", "x" * 70])
_SECTIONS = st.sampled_from([[], [], ["limits: {calls: 300, usd: 0.5}"], ["models: {fast: {model: m}}"]])
_TASK_LISTS = st.lists(_one(IDS), min_size=1, max_size=6, unique=True)


@st.composite
def made_plans(draw: st.DrawFn) -> str:
    """A plan of one to six tasks whose parts fit each other most of the time; a task reads those before it."""
    lines = ["version: 1", f"name: {draw(_NAMES)}", "inputs:"]
    lines += [f"  {name}: {kind}" for name, kind in INPUTS.items()]
    lines += draw(_SECTIONS)
    lines.append("tasks:")
    names: tuple[str, ...] = ()
    for name in draw(_TASK_LISTS):
        scope = _scope(names)
        loop, local = draw(_loops(scope))
        inner = _scope(names, local)
        fields = draw(_field_lists(scope))
        lines += [f"  {name}:", f"    {draw(_kinds(inner))}", *(f"    {field}" for field in (loop, *fields) if field)]
        names += (name,)
    if draw(st.booleans()):
        lines.append(f"outputs: {{r: {draw(_scope(names).data)}}}")
    return "\n".join([*lines, ""])


def seeds() -> list[str]:
    """What is there to be damaged: every fixture, every plan of the project, every good and bad example."""
    texts = [path.read_text(encoding="utf-8", errors="replace") for path in fixture_paths()]
    texts += [path.read_text(encoding="utf-8") for path in sorted(PLANS.glob("**/*.plan.yaml"))]
    return texts + [text for code in REGISTER.values() for text in (code.good, code.bad) if "\n" in text]


SEEDS = seeds()
LINES = sorted({line for text in SEEDS for line in text.split("\n")})
CHARACTERS = "\0\t\n\r \"#%&'*,-:<>?@[]`{|}~\x85\xa0é漢😀\u2028\u202e\ufeff\ud800"


_WORD = re.compile(r"[\w.-]+")
_NOTHING = cast("re.Match[str]", re.match("", ""))
WORDS = sorted({word for line in LINES for word in _WORD.findall(line)})


def damage(text: str, random: Random) -> str:
    """The text after one to three changes: a word exchanged (half of them, since YAML survives that), a piece put in,
    characters or a line lost, doubled or moved."""
    for _ in range(random.choice((1, 1, 2, 3))):
        place = random.randint(0, len(text))
        own = text.split("\n")
        choice = random.randrange(12)
        if choice == 0:
            text = text[:place] + random.choice(PIECES) + text[place:]
        elif choice == 1:
            text = text[:place] + text[place + random.randint(1, 12) :]
        elif choice == 2:
            own.insert(random.randint(0, len(own)), random.choice(LINES))
            text = "\n".join(own)
        elif choice == 3:
            first, second = random.randrange(len(own)), random.randrange(len(own))
            own[first], own[second] = own[second], own[first]
            text = "\n".join(own)
        elif choice == 4:
            start = random.randint(0, len(text))
            text = text[:place] + text[start : start + 60] + text[place:]
        elif choice > 5:
            words = list(_WORD.finditer(text)) or [_NOTHING]
            word, other = random.choice(words), random.choice(words)
            new = random.choice((other.group(), random.choice(WORDS)))
            text = text[: word.start()] + new + text[word.end() :]
        else:
            text = text[:place] + random.choice(CHARACTERS) + text[place:]
    return text


WHOLE = made_plans() | _one(SEEDS)
CASES = st.one_of(
    made_plans(), st.builds(damage, made_plans(), st.randoms()), st.builds(damage, _one(SEEDS), st.randoms())
)
"""One third each: made, made and damaged, written by hand and damaged."""

PART = "version: 1\nname: part\ninputs: {n: {type: integer, default: 1}}\ntasks: {one: {value: 1}}\n"


def run_case(text: str) -> Compilation:
    """Everything that reads a plan, over one text; the promises that hold for every text are asserted."""

    def load(path: str) -> str:
        return PART if path.endswith("part.plan.yaml") else text

    done = compile_plan(text, "case.plan.yaml", Catalogue(), load=load)
    assert (done.plan is None) == has_errors(done.diagnostics)
    assert all(found.labels for found in done.diagnostics)
    for name in FORMS:
        render(name, done.diagnostics, {"case.plan.yaml": text}, colour=False, width=100)
    try:
        once = format_text(text)
    except NotAPlan as error:
        assert has_errors(error.diagnostics)
    else:
        assert format_text(once) == once
    if done.plan is not None:
        assert from_json(to_json(done.plan)) == done.plan
        estimate(done.plan)
        drawing = draw(done.plan)
        for form in (dot, mermaid, svg):
            assert form(drawing)
    return done
