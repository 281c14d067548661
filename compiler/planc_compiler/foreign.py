"""Names that other workflow languages and template languages have, and what they are in a plan."""

from __future__ import annotations

import re
from typing import NamedTuple

_MEMBER = re.compile(r"\.([A-Za-z_]\w*)")
_TASKS = frozenset({"steps", "step", "needs", "jobs", "job", "nodes", "node", "task", "stages", "dependencies"})
_INPUTS = frozenset({"params", "parameters", "args", "arguments", "input", "vars", "variables", "config", "state"})
_NOT_HERE = {
    "env": "a plan does not see the environment: declare an input and give it with `-i NAME=VALUE`",
    "environment": "a plan does not see the environment: declare an input and give it with `-i NAME=VALUE`",
    "secrets": "keys never stand in a plan: a tool that needs one is given the *name* of a granted secret, as a text",
    "secret": "keys never stand in a plan: a tool that needs one is given the *name* of a granted secret, as a text",
    "workflow": "of the run itself there is `run.id`; anything else is an input",
    "github": "of the run itself there is `run.id`; anything else is an input",
    **dict.fromkeys(
        ("now", "today", "date", "time"), "what differs from run to run is an input, so that runs can be repeated"
    ),
}

_FILTERS = {
    "d": "default",
    "count": "length",
    "len": "length",
    "size": "length",
    "string_join": "join",
    "concat": "join",
    "json": "tojson",
    "to_json": "tojson",
    "dumps": "tojson",
    "strip": "trim",
    "str": "string",
    "uppercase": "upper",
    "lowercase": "lower",
    "sorted": "sort",
    "reversed": "reverse",
    "distinct": "unique",
    "uniq": "unique",
    "words": "wordcount",
}
"""Other names of the same filters."""
_NO_FILTER = {
    "dictsort": "`| items` gives the pairs of an object, and `| sort` sorts a list",
    **dict.fromkeys(("filter", "where"), "`| selectattr('year', 'gt', 2020)` and `| select('even')` choose items"),
    "pluck": "`| map(attribute='title')` takes one field of every item",
    **dict.fromkeys(("e", "escape", "safe", "forceescape", "striptags"), "nothing is escaped here, so it can go"),
    **dict.fromkeys(
        ("fromjson", "from_json", "parse_json", "loads"),
        "nothing is parsed in a plan: give the task that makes it an `output:` schema",
    ),
    **dict.fromkeys(("slice", "batch", "groupby"), "prepare the list with a tool, or go over it with `foreach:`"),
    "random": "what differs from run to run is an input",
    "format": "`~` joins texts, and so does a text around `${{ … }}`",
    "nl2br": "`| replace(old, new)` exchanges what a text holds",
    "urlencode": "an argument of a tool is passed as it is",
}


class Foreign(NamedTuple):
    """What somebody meant by a name of another language. `member` is what they read of it."""

    meant: str | None = None
    member: str = ""
    help: str = ""


def foreign_name(name: str, behind: str) -> Foreign:
    """The root of an expression such as `steps.find…`; `behind` is the text that follows it."""
    match = _MEMBER.match(behind)
    member = match.group(1) if match else ""
    if name in _NOT_HERE:
        return Foreign(help=_NOT_HERE[name])
    if name in _TASKS:
        return Foreign("tasks", member)
    return Foreign("inputs", member) if name in _INPUTS else Foreign()


def foreign_filter(name: str) -> Foreign:
    """A filter that Jinja2 or another language has."""
    return Foreign(_FILTERS.get(name), help=_NO_FILTER.get(name, ""))
