"""`planc answer RUN [TASK] [ANSWER]`: answer what a run waits for."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from .console import data, data_json, say
from .errors import Exit, Stop
from .options import JSON, STORE


@click.command("answer")
@click.argument("run", default="last")
@click.argument("task", required=False)
@click.argument("answer", required=False)
@click.option("--digest", default="", help="Beginning of the digest of what was shown; another question is refused.")
@click.option("--by", default="", metavar="NAME", help="Who answers; kept in the run.")
@STORE
@JSON
def command(
    run: str, task: str | None, answer: str | None, digest: str, by: str, store: str | None, as_json: bool
) -> None:
    """Answer a question of a run; without TASK, list what it asks.

    ANSWER is a text, yes or no, or JSON where the question's schema asks for something else; @FILE reads it from a
    file, - from standard input. A run that a process executes goes on with the answer; one that waits without a process
    goes on with `planc resume`.
    """
    from planc.project import Project
    from planc.reports.words import local_time
    from planc.runs.answering import answer_command, questions_of, typed_answer, whole_digest
    from planc_runtime.executor.answering import give_answer
    from planc_runtime.executor.answers import AnswerRefused
    from planc_runtime.executor.options import Options

    kept = Project.here(store=store).store
    run_id = kept.resolve(run)
    waiting = questions_of(kept, run_id)
    if task is None or answer is None:
        chosen = {name: question for name, question in waiting.items() if task in (None, name)}
        if as_json:
            data_json(chosen)
        elif not chosen:
            say(f"run {run_id} waits for no answer" + (f" of {task}" if task else ""))
        for name, question in {} if as_json else chosen.items():
            data(f"{name}:\n{question['question'].rstrip()}")
            say(f"  answer with: {answer_command(run_id, name, question)}")
            say(f"  its form: {json.dumps(question.get('schema') or {'type': 'string'}, ensure_ascii=False)}")
            if question.get("expires_at") is not None:
                say(f"  until: {local_time(question['expires_at'])}")
        return
    question = waiting.get(task, {})
    try:
        value = typed_answer(_read(answer), question.get("schema"))
        shown = whole_digest(question, digest)
        goes_on = give_answer(run_id, task, value, store=kept, options=Options(), digest=shown, by=by)
    except KeyboardInterrupt:
        help = f"`planc answer {run_id}` shows whether the question is still open"
        raise Stop(Exit.INTERRUPTED, "interrupted before the answer was known to be taken", help) from None
    except (AnswerRefused, ValueError) as error:
        what, help = getattr(error, "what", str(error)), getattr(error, "help", "")
        raise Stop(Exit.USAGE, what, help) from None
    say(f"answered; run {run_id} goes on" if goes_on else f"answered; go on with: planc resume {run_id}")


def _read(answer: str) -> str:
    if answer == "-":
        return sys.stdin.read().rstrip("\n")
    if answer.startswith("@"):
        return Path(answer[1:]).read_text(encoding="utf-8").rstrip("\n")
    return answer
