"""The commands with their one-line helps: all that `planc --help` needs, so that it imports no command."""

from __future__ import annotations

from typing import NamedTuple


class Entry(NamedTuple):
    """`module` is the module of this package whose `command` it is; `section` groups the help."""

    module: str
    section: str
    help: str


COMMANDS: dict[str, Entry] = {
    "plan": Entry("plan", "Plans", "Turn a goal into a plan file."),
    "check": Entry("check", "Plans", "Find every problem of plan files."),
    "fmt": Entry("fmt", "Plans", "Rewrite plan files in canonical form; comments stay."),
    "migrate": Entry("migrate", "Plans", "Rewrite plan files of an older version."),
    "show": Entry("show", "Plans", "Show stages, estimate and rights of a plan."),
    "diff": Entry("diff", "Plans", "Show what changed in meaning between two plans."),
    "approve": Entry("approve", "Plans", "Approve a plan as it stands; `execute --locked` holds to it."),
    "import": Entry("import_", "Plans", "Make a plan of a promptflow or job graph file."),
    "export": Entry("export", "Plans", "Write a plan as Argo workflow, mermaid, DOT, SVG or JSON."),
    "run": Entry("run", "Runs", "Plan a goal and execute the plan in one go."),
    "execute": Entry("execute", "Runs", "Run a plan; results of earlier runs are reused."),
    "resume": Entry("resume", "Runs", "Go on with a run that was interrupted or failed."),
    "replay": Entry("replay", "Runs", "Run again from the recording, without a live call."),
    "serve": Entry("serve", "Runs", "Serve runs over REST, with a live page."),
    "report": Entry("report", "Runs", "Write a run as one self-contained HTML page."),
    "answer": Entry("answer", "Runs", "Answer a question that a run waits for."),
    "promote": Entry("promote", "Runs", "Keep the plan that a run made for a goal, as a file."),
    "runs": Entry("runs", "Runs", "List, show, export and remove runs."),
    "memory": Entry("memory", "Runs", "List, show and empty what agents remember."),
    "demo": Entry("demo", "Start here", "The main job for real, without a key: plan, check, execute."),
    "init": Entry("init", "Start here", "Start a folder with a first plan that runs without a model."),
    "doctor": Entry("doctor", "Start here", "Where each setting comes from, and whether models answer."),
    "model": Entry("model", "Look up and set up", "Fetch and list embedded models."),
    "tools": Entry("tools", "Look up and set up", "List tools; show what one takes and touches."),
    "trust": Entry("trust", "Look up and set up", "Let a project folder provide tools."),
    "schema": Entry("schema", "Look up and set up", "Print the JSON Schema of plan files."),
    "explain": Entry("explain", "Look up and set up", "Explain a diagnostic code such as P201."),
}

SECTIONS = ("Start here", "Plans", "Runs", "Look up and set up")
