"""The P5 family: limits and safety. Found by the compiler's `limits` and `imports` passes."""

from __future__ import annotations

from .code import Code

_HEAD = "version: 1\nname: example\n"


def _get(url: str) -> str:
    return f'{_HEAD}inputs:\n  page: string\ntasks:\n  get:\n    tool: http_request\n    with: {{url: "{url}"}}\n'


def _write(extra: str) -> str:
    return f"{_HEAD}tasks:\n  save:\n    tool: write_file\n    with: {{path: notes/a.md, content: x}}\n{extra}"


def _calls(limit: int) -> str:
    tasks = "".join(f"  {name}:\n    prompt: Say {name}.\n" for name in ("one", "two", "three"))
    return f"{_HEAD}limits: {{calls: {limit}}}\ntasks:\n{tasks}"


CODES: tuple[Code, ...] = (
    Code(
        "P501",
        "computed-right",
        "a host or command that is known only while running",
        "What a plan may reach is approved before it runs, so hosts and commands stand in the plan as they are. Data "
        "may follow behind: `https://api.example/v1/${{ inputs.page }}`.",
        bad=_get("${{ inputs.page }}"),
        good=_get("https://api.example/v1/${{ inputs.page }}"),
    ),
    Code(
        "P503",
        "outside-project",
        "a sub-plan outside the project",
        "`plan:` takes relative paths inside the project's folder only, so that a plan cannot read other files of the "
        "machine.",
        bad=f"{_HEAD}tasks:\n  part:\n    plan: ../../etc/part.plan.yaml\n",
        good=f"{_HEAD}tasks:\n  part:\n    plan: part.plan.yaml\n",
    ),
    Code(
        "P504",
        "too-many-items",
        "a list in the plan with more items than `foreach` takes",
        "A `foreach` has at most 10,000 items.",
    ),
    Code(
        "P505",
        "plans-too-deep",
        "sub-plans nested too deep",
        "Plans lead to plans at most 8 deep.",
    ),
    Code(
        "P506",
        "budget-too-small",
        "a budget of calls that the plan cannot keep",
        "Even if nothing fails, the plan makes more model calls than `limits.calls` allows; the run would stop before "
        "it is done.",
        bad=_calls(2),
        good=_calls(3),
        severity="warning",
    ),
    Code(
        "P507",
        "effect-kept",
        "the result of an effect may be reused",
        "With `cache`, a later run may take the result of this one, and then the tool is not called: nothing is "
        "written or sent.",
        bad=_write("    cache: true\n"),
        good=_write(""),
        severity="warning",
    ),
    Code(
        "P508",
        "effect-retried",
        "an effect that may happen twice",
        "An attempt that failed may have done its work all the same (the answer was lost, say). Retry only what may "
        "happen twice.",
        bad=_write("    retry: {max_attempts: 3}\n"),
        good=_write(""),
        severity="warning",
    ),
)
