"""From an answer to a compiled plan, and from its problems to what the model is told about them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from planc_schemas.diagnostics import Diagnostic, has_errors
from planc_schemas.plan import Plan
from planc_schemas.ports import ToolCatalogue

from ..fixes import apply_fixes, safe_fixes
from ..pipeline import Compilation, compile_plan
from ..write import write_plan
from .catalogue import Selection
from .draft import Draft
from .invented import without_invented
from .lower_draft import lower_draft
from .normalise import normalise
from .options import PlannerOptions
from .result import Repair

FIX_ROUNDS = 3
MAX_PROBLEMS = 8
"""Problems that one repair prompt lists."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One answer made into a plan. `problems` are sentences for the model; none means that it may be used."""

    draft: Draft
    text: str
    compilation: Compilation
    repairs: tuple[Repair, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def plan(self) -> Plan | None:
        return self.compilation.model


@dataclass(slots=True)
class Progress:
    """What earlier attempts came to, to notice when another would be in vain."""

    seen: set[tuple[str, ...]] = field(default_factory=set)

    def is_stalled(self, answer: str, problems: tuple[str, ...]) -> bool:
        """Was the same answer given before, or is exactly the same wrong again?"""
        marks = {("answer", answer.strip()), ("problems", *sorted(problems))}
        stalled = bool(marks & self.seen)
        self.seen |= marks
        return stalled


def put_right(draft: Draft, goal: str, tools: Selection, options: PlannerOptions) -> tuple[Draft, list[Repair]]:
    """The draft after all rules; for a small model's also those about what it invents."""
    draft, repairs = normalise(draft, goal, tools)
    if options.compact:
        draft, further = without_invented(draft, f"{goal}\n{options.context}", tools)
        repairs += further
    return draft, repairs


def candidate_of(draft: Draft, goal: str, tools: Selection, options: PlannerOptions) -> Candidate:
    """Puts a draft right, lowers it, compiles the file and applies what the compiler can fix by itself."""
    draft, repairs = put_right(draft, goal, tools, options)
    if not draft.steps:
        return Candidate(draft, "", Compilation(None, None), tuple(repairs), ("the plan has no steps",))
    text = write_plan(lower_draft(draft, goal, tools, options))
    compilation = compile_plan(text, options.file, tools)
    text, compilation, fixed = apply_safe(text, compilation, options.file, tools)
    problems = [words_for(found) for found in compilation.diagnostics if found.severity == "error"]
    if len(draft.steps) > options.max_tasks:
        problems.append(f"the plan has {len(draft.steps)} steps; at most {options.max_tasks} are allowed")
    return Candidate(draft, text, compilation, (*repairs, *fixed), tuple(problems[:MAX_PROBLEMS]))


def apply_safe(
    text: str, compilation: Compilation, file: str, tools: ToolCatalogue
) -> tuple[str, Compilation, list[Repair]]:
    """The text with the compiler's safe fixes made, in canonical form again, and what was fixed."""
    repairs: list[Repair] = []
    for _ in range(FIX_ROUNDS):
        errors = [found for found in compilation.diagnostics if found.severity == "error"]
        fixed, applied = apply_fixes(text, file, safe_fixes(errors))
        if not applied:
            break
        checked = compile_plan(fixed, file, tools)
        if checked.model is None:
            break
        titles = {fix.title for fix in applied}
        repairs += [
            Repair("compiler", f"{found.code} {found.message}: {fix.title}", found.task)
            for found in errors
            for fix in found.fixes[:1]
            if fix.title in titles
        ]
        text, compilation = fixed, checked
    if repairs and compilation.model is not None and not has_errors(compilation.diagnostics):
        text = write_plan(compilation.model)
        compilation = compile_plan(text, file, tools)
    return text, compilation, repairs


def words_for(found: Diagnostic) -> str:
    """A diagnostic in a sentence for the model, which never saw the file: no code, no line."""
    where = f"step `{found.task}`: " if found.task else ""
    helps = f" ({'; '.join(found.help)})" if found.help else ""
    return f"{where}{found.message}{helps}"


def resolved(before: tuple[str, ...], candidate: Candidate) -> Candidate:
    """The candidate with the problems that the model put right listed among its repairs."""
    gone = [problem for problem in before if problem not in candidate.problems]
    return replace(candidate, repairs=(*(Repair("model", problem) for problem in gone), *candidate.repairs))
