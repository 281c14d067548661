"""Questions of a run, asked where somebody sits: on a terminal a run that waits need not end.

An answer is journalled like any other and bound to what was shown; without one the run waits for `planc answer`. While
somebody thinks about it here, another may answer from elsewhere: the first answer counts, and the run goes on.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import click

from planc.escape import visible
from planc.runs.answering import questions_of, typed_answer
from planc_runtime.executor.answering import give_answer
from planc_runtime.executor.answers import AnswerRefused
from planc_runtime.executor.options import Options, RunResult, Waiting
from planc_runtime.store.base import Store
from planc_schemas.values import Json

from . import console
from .flags import RunFlags

HERE = "a person at the terminal"


def somebody_is_there(flags: RunFlags) -> bool:
    """May questions be asked here? Not in a pipe, for JSON, or with --yes, which says that nobody is asked."""
    return sys.stdin.isatty() and sys.stderr.isatty() and not (flags.yes or flags.as_json)


def ask_here(result: RunResult, store: Store, options: Options, go_on: Callable[[], RunResult]) -> RunResult:
    """Asks what a run waits for and goes on with it, until it waits no more or a question is left open."""
    while result.status == "waiting":
        for question in result.questions:
            if not _ask(question, result.run_id, store, options):
                return result
        result = go_on()
    return result


def _ask(question: Waiting, run_id: str, store: Store, options: Options) -> bool:
    """Asks one question until it is answered, here or elsewhere; False when it is left for later."""
    if question.instance not in questions_of(store, run_id):
        return True
    console.say()
    console.say(f"{question.instance} asks:", bold=True)
    console.say(question.question.rstrip())
    while True:
        entered = click.prompt(_form(question.schema), default="", show_default=False, err=True)
        if question.instance not in questions_of(store, run_id):
            console.say("  it has been answered elsewhere meanwhile; the first answer counts")
            return True
        if not entered.strip():
            return False
        try:
            give_answer(
                run_id,
                question.instance,
                typed_answer(entered, question.schema),
                store=store,
                options=options,
                digest=question.digest,
                by=HERE,
            )
        except (AnswerRefused, ValueError) as error:
            console.say(f"  {error}", colour="red")
            continue
        return True


def _form(schema: Json) -> str:
    """What may be entered, in a few words."""
    given = schema or {"type": "string"}
    if "enum" in given:
        what = ", ".join(visible(str(choice)) for choice in given["enum"])
    else:
        what = {"boolean": "yes or no", "string": "a text"}.get(str(given.get("type")), f"JSON: {given.get('type')}")
    return f"answer ({what}; empty: later)"
