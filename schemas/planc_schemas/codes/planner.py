"""The P6 family: what the planner says about its own plans. They are about a plan and the goal it came from, so
`planc check`, which knows no goal, never reports them; only `planc plan` does."""

from __future__ import annotations

from .code import Code

CODES: tuple[Code, ...] = (
    Code(
        "P600",
        "no-plan",
        "a goal could not be planned",
        "The model gave no answer that could be made into a valid plan. The message says how far it came. Say the goal "
        "in smaller steps, name the tools it needs, or use a larger model.",
    ),
    Code(
        "P601",
        "unlinked-tasks",
        "a task speaks of a result that it does not read",
        "The text of the task names another task, but nothing puts that result into it: the model would have to invent "
        "it. Put `${{ tasks.NAME.output }}` into the text, or say it in other words.",
        severity="warning",
    ),
    Code(
        "P602",
        "file-not-written",
        "the goal names a file that no task writes",
        "The goal asks for a result to be saved, and no task of the plan writes that file. Add a task with a tool that "
        "writes it; the planner can only use tools that it was given.",
        severity="warning",
    ),
    Code(
        "P603",
        "scattered-results",
        "a result that the last task leaves out",
        "The last task brings results together, but one result that nobody else reads does not reach it. It was added "
        "to the plan's outputs, so nothing is lost; probably the last task should read it.",
        severity="warning",
    ),
    Code(
        "P604",
        "needless-order",
        "a task waits for another without reading it",
        "Order without data is right when the earlier task changes the world. Here it does not, so the two could run "
        "at the same time: remove it from `needs`, or read its result.",
        severity="warning",
    ),
    Code(
        "P605",
        "copied-tasks",
        "tasks that differ in a word or two",
        "Several tasks say the same with other words in one place. One task with `foreach` over a list of those words "
        "is shorter and grows without being copied.",
        severity="info",
    ),
    Code(
        "P606",
        "tool-not-used",
        "the goal calls for a tool that no task uses",
        "The goal's words name a source or an action that a given tool is for, and the plan does it without: a model "
        "would answer from memory.",
        severity="warning",
    ),
    Code(
        "P607",
        "repeated-task",
        "two tasks do the same work on the same data",
        "Both would give the same result, and the second one is paid for. One of them is enough: whatever reads the "
        "second can read the first.",
        severity="warning",
    ),
    Code(
        "P608",
        "file-not-named",
        "a task reads a file that nobody spoke of",
        "Neither the goal nor its context names the file, and no task writes it. It may be there all the same; a model "
        "that was shown a tool for reading files also invents files to read.",
        severity="info",
    ),
)
