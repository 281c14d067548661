"""The R307 to R312 part of the R family: goals that are decomposed while the run goes on."""

from __future__ import annotations

from .code import Code

CODES: tuple[Code, ...] = (
    Code(
        "R307",
        "no-planner",
        "a goal cannot be decomposed, because the run has no planner",
        "The command line, the Python API and the server hand the planner to every run. An executor that is used by "
        "itself needs it in its options (`decompose`).",
        bad="Options()",
        good="Options(decompose=decomposer())",
    ),
    Code(
        "R308",
        "goal-limits",
        "a sub-plan made at run time does not keep within its goal's limits",
        "`limits.tasks` bounds the tasks of the sub-plan, `limits.depth` how many levels of goals there may be, the "
        "task itself counted. A goal inside a goal cannot lift the limits of the one around it.",
        bad="limits: {tasks: 3}    # for work that takes five steps",
        good="limits: {tasks: 8}",
    ),
    Code(
        "R309",
        "goal-tool-missing",
        "a goal lists a tool that is not installed here",
        "The plan was checked where the tool was known, and is executed where it is not.",
        bad="planc execute plan.yaml",
        good="planc execute plan.yaml --tools my_tools",
    ),
    Code(
        "R310",
        "goal-not-planned",
        "the planner wrote no valid plan for a goal",
        "The answer is checked like every plan, and sent back for repair twice; then the attempt fails. Say the goal "
        "in other words, list the tools it needs, or let another attempt follow with "
        "`retry: {retry_on: [invalid_output]}`.",
        bad="goal: do it",
        good="goal: Find three papers on ${{ inputs.topic }} and summarise each in two sentences.",
    ),
    Code(
        "R311",
        "goal-rights",
        "a sub-plan made at run time wants rights that the plan around it does not have",
        "A sub-plan never has more rights than its parent. This happens when a tool's definition has changed since the "
        "parent was compiled.",
        bad="a tool that writes files since its last release",
        good="check, approve and execute the plan again",
    ),
    Code(
        "R312",
        "goal-refused",
        "a person did not approve the plan that was made for a goal",
        "With `approve: true` the sub-plan is shown before anything of it runs. Resuming the run asks about the same "
        "plan again; `--fresh TASK` has another one made.",
        bad="planc answer RUN research no",
        good="planc resume RUN --fresh research",
    ),
)
