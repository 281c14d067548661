"""The P3 family: the graph of tasks and of plan files. Found by the compiler's `graph` and `imports` passes."""

from __future__ import annotations

from .code import Code

_HEAD = "version: 1\nname: example\n"
_A = '  a:\n    prompt: "Improve ${{ tasks.b.output }}."\n'
_B = '  b:\n    prompt: "Judge ${{ tasks.a.output }}."\n'
_FIRST = "  a:\n    prompt: Write a line.\n"

CODES: tuple[Code, ...] = (
    Code(
        "P301",
        "cycle",
        "tasks that wait for each other",
        "A task starts when everything that it reads or needs is done; in a cycle none could ever start. The message "
        "shows the whole path, the labels each reference on it. To improve a result several times, use `repeat:`.",
        bad=f"{_HEAD}tasks:\n{_A}{_B}",
        good=f"{_HEAD}tasks:\n{_FIRST}{_B}",
    ),
    Code(
        "P302",
        "waits-for-itself",
        "a task that waits for itself",
        "A task cannot read its own result. Within `repeat:` the result of the iteration before is `previous`.",
        bad=f'{_HEAD}tasks:\n  a:\n    prompt: "Improve ${{{{ tasks.a.output }}}}."\n',
        good=f"{_HEAD}tasks:\n  a:\n    repeat: {{until: \"${{{{ output == 'done' }}}}\", max: 3}}\n"
        "    prompt: \"Improve ${{ previous | default('nothing yet') }}.\"\n",
    ),
    Code(
        "P303",
        "unread-task",
        "a result that nothing reads",
        "No task and no output of the plan takes this result: the call is paid for nothing, or a reference was "
        "forgotten. Tasks that act on the world are not meant.",
        bad=f"{_HEAD}tasks:\n{_FIRST}  b:\n    prompt: Write another.\noutputs:\n  line: ${{{{ tasks.a.output }}}}\n",
        good=f"{_HEAD}tasks:\n{_FIRST}{_B}outputs:\n  verdict: ${{{{ tasks.b.output }}}}\n",
        severity="warning",
    ),
    Code(
        "P304",
        "implied-need",
        "`needs` repeats what an expression says",
        "A task waits for everything that it reads; `needs` is for order without data.",
        bad=f"{_HEAD}tasks:\n{_FIRST}{_B}    needs: [a]\n",
        good=f"{_HEAD}tasks:\n{_FIRST}{_B}",
        severity="info",
    ),
    Code(
        "P305",
        "plan-cycle",
        "plan files that use each other",
        "A sub-plan that leads back to itself would never end. To improve a result several times, put `repeat:` on the "
        "`plan:` task.",
        bad=f"{_HEAD}tasks:\n  again:\n    plan: example.plan.yaml\n",
        good=f"{_HEAD}tasks:\n  part:\n    plan: part.plan.yaml\n",
    ),
)
