"""Errors of the Python API.

Exception
├── PlanInvalid      a plan has errors; carries the diagnostics
├── ProjectError     something named is not there (planc.project)
│   └── NotApproved  a plan that is not what was approved (planc.files.approvals)
├── InputError       an input that the plan does not take (planc.inputs)
├── ConfigError      a setting that cannot be used (planc.config.errors)
└── StoreError       the store of runs (planc_runtime.store.errors)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from planc_schemas.diagnostics import Diagnostic


class PlanInvalid(Exception):
    """A plan that cannot be executed. `diagnostics` say everything that is wrong, `text` is the plan's text, `sources`
    are the texts of it and of its sub-plans by the names that diagnostics use."""

    def __init__(
        self, file: str, text: str, diagnostics: Sequence[Diagnostic], sources: Mapping[str, str] | None = None
    ) -> None:
        errors = [diagnostic for diagnostic in diagnostics if diagnostic.severity == "error"]
        first = errors[0] if errors else None
        where = f"{file}:{first.place.span.line}: {first.code} {first.message}" if first else file
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        super().__init__(f"the plan is not valid: {where}{more}")
        self.file = file
        self.text = text
        self.sources = {file: text, **(sources or {})}
        self.diagnostics = tuple(diagnostics)
