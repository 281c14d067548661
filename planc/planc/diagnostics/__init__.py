"""Diagnostics in the forms that people and machines read.

text      for a terminal: the line, carets, other places, help
json      one array of objects, for scripts, the REST API and editors
github    workflow commands, which GitHub shows beside the line
sarif     SARIF 2.1.0, for code scanning

All are made of `planc_schemas.diagnostics.Diagnostic`; `forms` has one entry for each.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from planc_schemas.diagnostics import Diagnostic

from .github import render_github
from .json_form import render_json, to_json
from .sarif import render_sarif
from .text import render_text

_MACHINE: dict[str, Callable[[Sequence[Diagnostic]], str]] = {
    "json": render_json,
    "github": render_github,
    "sarif": render_sarif,
}
FORMS = ("text", *_MACHINE)


def render(
    form: str, diagnostics: Sequence[Diagnostic], sources: Mapping[str, str], *, colour: bool = False, width: int = 120
) -> str:
    """`diagnostics` in one of FORMS, without a line break at the end; "" for none where the form allows that.

    `sources` are the texts of the files by name, for the lines that `text` shows; a file that is not there is only
    named. `colour` and `width` (columns) are for `text`. Raises ValueError for an unknown form.
    """
    if form == "text":
        return render_text(diagnostics, sources, colour=colour, width=width)
    if form not in _MACHINE:
        raise ValueError(f"there is no form {form!r}; there are {', '.join(FORMS)}")
    return _MACHINE[form](diagnostics)


__all__ = ["FORMS", "render", "render_github", "render_json", "render_sarif", "render_text", "to_json"]
