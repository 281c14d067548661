"""The closed expression language: its node forms, its filters and its tests.

The compiler parses `${{ … }}` with Jinja2's parser, checks it against this module and lowers it to **code**: plain
JSON lists, so that a compiled plan is data. The runtime interprets code; no template engine runs at run time, nothing
is folded at compile time, and every step and size is bounded (see docs/decisions/0001-expressions-are-interpreted.md).

Expression nodes (``expr``)::

    ["lit", value]                      a constant
    ["inputs"]                          all inputs, an object
    ["task", id, "output"]              a task's output; also "status" (str) and "errors" (list)
    ["var", name]                       a foreach, repeat or {% for %} variable; "loop" is an object
    ["run", "id"]                       the run's id
    ["get", expr, key]                  a member of an object by constant key: a.b or a["b"]
    ["at", expr, expr]                  an element by computed index (list: integer, object: string)
    ["list", [expr, …]]
    ["object", [[key, expr], …]]        keys are constants
    ["not", expr] ["neg", expr] ["pos", expr]
    ["and", expr, expr] ["or", expr, expr]      short-circuit, the value is the deciding operand
    ["bin", op, expr, expr]             op: + - * / // % ** ~      (~ joins texts)
    ["cmp", expr, [[op, expr], …]]      op: == != < <= > >= in not_in
    ["cond", test, then, else]          then if test else else; else may be ["lit", null]
    ["filter", name, expr, [expr, …], {name: expr}]
    ["test", name, expr, [expr, …]]

Text (``text``) is a list of segments: a plain ``str``, or ::

    ["put", expr]                       rendered: strings as they are, everything else as JSON
    ["if", [[expr, text], …], text]     branches, then the else text ([] if none)
    ["for", name, expr, text, text]     body, then the text for an empty list; sets ``loop`` inside

Data (``data``), for ``with``, ``value``, ``on_error: {value}``::

    ["const", value]
    ["expr", expr]                      a value that is exactly one ${{ … }}: keeps its type
    ["text", text]
    ["obj", {key: data}]
    ["arr", [data, …]]
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

Expr: TypeAlias = list[Any]
Text: TypeAlias = list[Any]
Data: TypeAlias = list[Any]

BINARY_OPERATORS = ("+", "-", "*", "/", "//", "%", "**", "~")
COMPARISONS = ("==", "!=", "<", "<=", ">", ">=", "in", "not_in")

Kind: TypeAlias = Literal["any", "string", "integer", "number", "boolean", "null", "list", "object", "text"]
"""What a filter accepts. "text": anything that can be rendered as text."""

Result: TypeAlias = Literal[
    "any", "string", "integer", "number", "boolean", "list", "object", "same", "item", "fallback", "attribute"
]
"""What a filter gives. "same": its subject's type; "item": the item type of its list; "list": a list of its
subject's items; "fallback": subject without null, or the first argument's type; "attribute": a list of the attribute
named by `attribute`, or of the applied filter's results."""


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    takes: Kind = "any"
    required: bool = False


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter: `subject | name(parameters)`."""

    name: str
    subject: tuple[Kind, ...]
    gives: Result
    summary: str
    parameters: tuple[Parameter, ...] = ()


@dataclass(frozen=True, slots=True)
class Test:
    """A test: `subject is name(parameters)`; gives a boolean."""

    name: str
    summary: str
    parameters: tuple[Parameter, ...] = ()


_ATTRIBUTE = Parameter("attribute", "string")

FILTERS: dict[str, Filter] = {
    f.name: f
    for f in (
        Filter("abs", ("number",), "same", "absolute value"),
        Filter("capitalize", ("string",), "string", "first letter upper, the rest lower"),
        Filter(
            "default",
            ("any",),
            "fallback",
            "the subject, or `value` if it is null or missing (with `boolean` true: if it is falsy)",
            (Parameter("value", "any", True), Parameter("boolean", "boolean")),
        ),
        Filter("first", ("list", "string"), "item", "first item; null for an empty list"),
        Filter(
            "float",
            ("number", "string"),
            "number",
            "as a number; `default` (0.0) if it is none",
            (Parameter("default", "number"),),
        ),
        Filter(
            "indent",
            ("string",),
            "string",
            "indent all lines but the first by `width` (4) blanks",
            (Parameter("width", "integer"), Parameter("first", "boolean")),
        ),
        Filter(
            "int",
            ("number", "string"),
            "integer",
            "as an integer; `default` (0) if it is none",
            (Parameter("default", "integer"),),
        ),
        Filter("items", ("object",), "any", "list of [key, value] pairs"),
        Filter(
            "join",
            ("list",),
            "string",
            "items as text with `separator` between them",
            (Parameter("separator", "string"), _ATTRIBUTE),
        ),
        Filter("keys", ("object",), "any", "list of keys"),
        Filter("last", ("list", "string"), "item", "last item; null for an empty list"),
        Filter("length", ("list", "object", "string"), "integer", "number of items, members or characters"),
        Filter("list", ("list", "string"), "same", "a list; a string becomes its characters"),
        Filter("lower", ("string",), "string", "lower case"),
        Filter(
            "map",
            ("list",),
            "attribute",
            "the member `attribute` of every item, or a filter applied to each",
            (Parameter("filter", "string"), _ATTRIBUTE, Parameter("default", "any")),
        ),
        Filter("max", ("list",), "item", "largest item; null for an empty list", (_ATTRIBUTE,)),
        Filter("min", ("list",), "item", "smallest item; null for an empty list", (_ATTRIBUTE,)),
        Filter(
            "reject",
            ("list",),
            "list",
            "items for which the test named `test` fails (none: falsy ones)",
            (Parameter("test", "string"), Parameter("argument")),
        ),
        Filter(
            "rejectattr",
            ("list",),
            "list",
            "items whose `attribute` fails the test",
            (Parameter("attribute", "string", True), Parameter("test", "string"), Parameter("argument")),
        ),
        Filter(
            "replace",
            ("string",),
            "string",
            "every `old` becomes `new`",
            (Parameter("old", "string", True), Parameter("new", "string", True)),
        ),
        Filter("reverse", ("list", "string"), "same", "in reverse order"),
        Filter(
            "round", ("number",), "number", "rounded to `precision` (0) digits", (Parameter("precision", "integer"),)
        ),
        Filter(
            "select",
            ("list",),
            "list",
            "items for which the test named `test` holds (none: truthy ones)",
            (Parameter("test", "string"), Parameter("argument")),
        ),
        Filter(
            "selectattr",
            ("list",),
            "list",
            "items whose `attribute` passes the test",
            (Parameter("attribute", "string", True), Parameter("test", "string"), Parameter("argument")),
        ),
        Filter(
            "sort", ("list",), "list", "sorted; mixed types are an error", (Parameter("reverse", "boolean"), _ATTRIBUTE)
        ),
        Filter(
            "split",
            ("string",),
            "any",
            "list of the parts between `separator`s (blanks if none is given)",
            (Parameter("separator", "string"),),
        ),
        Filter("string", ("any",), "string", "as text: strings as they are, everything else as JSON"),
        Filter("sum", ("list",), "number", "sum of the items", (_ATTRIBUTE,)),
        Filter("title", ("string",), "string", "every word with a capital"),
        Filter(
            "tojson",
            ("any",),
            "string",
            "as JSON, indented by `indent` blanks if given",
            (Parameter("indent", "integer"),),
        ),
        Filter("trim", ("string",), "string", "without blanks at both ends"),
        Filter(
            "truncate",
            ("string",),
            "string",
            "cut to `length` (255) characters, ending in …",
            (Parameter("length", "integer"),),
        ),
        Filter("unique", ("list",), "list", "without repetitions, the first kept", (_ATTRIBUTE,)),
        Filter("upper", ("string",), "string", "upper case"),
        Filter("values", ("object",), "any", "list of values"),
        Filter("wordcount", ("string",), "integer", "number of words"),
    )
}

TESTS: dict[str, Test] = {
    t.name: t
    for t in (
        Test("boolean", "is true or false"),
        Test("defined", "is not null or missing"),
        Test("divisibleby", "divides evenly by `number`", (Parameter("number", "integer", True),)),
        Test("empty", "is null, or a text, list or object without content"),
        Test("eq", "equals", (Parameter("other", "any", True),)),
        Test("even", "is an even integer"),
        Test("false", "is false"),
        Test("ge", "is greater or equal", (Parameter("other", "any", True),)),
        Test("gt", "is greater", (Parameter("other", "any", True),)),
        Test("in", "is contained in", (Parameter("container", "any", True),)),
        Test("integer", "is an integer"),
        Test("le", "is less or equal", (Parameter("other", "any", True),)),
        Test("lt", "is less", (Parameter("other", "any", True),)),
        Test("mapping", "is an object"),
        Test("ne", "differs", (Parameter("other", "any", True),)),
        Test("none", "is null or missing"),
        Test("number", "is a number"),
        Test("odd", "is an odd integer"),
        Test("sequence", "is a list"),
        Test("string", "is a string"),
        Test("true", "is true"),
        Test("undefined", "is null or missing"),
    )
}
