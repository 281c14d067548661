"""What became of a run, for people, for scripts, and as files."""

from __future__ import annotations

import json
import re
from pathlib import Path

from planc.counted import counted
from planc.escape import visible
from planc.runs.answering import answer_command
from planc_runtime.executor.options import RunResult, Waiting
from planc_runtime.machine import Failure
from planc_schemas.values import Json

from .words import local_time, money, resume_command, tokens

_FLAG = re.compile(r"--(?:calls|tokens|usd|time) [A-Z]+|--allow-unpriced")
"""What the help of an error about the budget says to give."""
WHOLE_FAILURES = 3
"""How many failures of several lines (the difference to a recording) are printed whole."""


def outputs_text(outputs: dict[str, Json]) -> str:
    """The outputs for a reader: a single one as it is, several under their names."""
    if len(outputs) == 1:
        return shown(next(iter(outputs.values())))
    return "\n\n".join(f"{name}:\n{shown(value)}" for name, value in outputs.items())


def shown(value: Json) -> str:
    """A text as it is, everything else as JSON."""
    return value.rstrip("\n") if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)


def result_json(result: RunResult) -> dict[str, Json]:
    return {
        "run": result.run_id,
        "status": result.status,
        "outputs": result.outputs,
        "usage": result.usage.to_json(),
        "error": None if result.error is None else result.error.to_json(),
        "failures": [
            {"instance": failure.instance, "error": failure.error.to_json(), "place": _place(failure)}
            for failure in result.failures
        ],
        "final": list(result.final),
        "questions": [
            {
                "instance": question.instance,
                "question": question.question,
                "schema": question.schema,
                "digest": question.digest,
                "expires_at": question.expires_at,
            }
            for question in result.questions
        ],
    }


def closing_lines(result: RunResult, *, replayed: bool = False) -> list[str]:
    """What a person has to know at the end: the run's own error, what it waits for, how to go on. A run that was
    `replayed` asked nobody, and there is nothing to go on with."""
    lines = [
        f"{failure.instance}: {visible(failure.error.message)}"
        for failure in result.failures[:WHOLE_FAILURES]
        if "\n" in failure.error.message
    ]
    if result.error is not None:
        lines.append(f"error: {visible(result.error.message)}")
        if result.error.help:
            lines.append(f"  help: {visible(result.error.help)}")
    for question in result.questions:
        lines.append(f"waiting: {question.instance} asks: {visible(question.question.rstrip())}")
        lines.append(f"  answer with: {_answer_command(result.run_id, question)}")
        if question.expires_at is not None:
            lines.append(f"  until: {local_time(question.expires_at)}")
    usage = result.usage
    calls = counted(usage.calls, "model call")
    count = tokens(usage.input_tokens + usage.output_tokens)
    spent = f"{calls}, {count}, {money(usage.usd)}" if usage.calls else "no model calls"
    if replayed:
        lines.append(f"replay {result.run_id} {result.status}: every answer is from the recording, nothing was spent")
        return lines
    lines.append(f"run {result.run_id} {result.status}: {spent}")
    if result.status == "waiting":
        lines.append(f"when it is answered: planc resume {result.run_id}")
    if result.status in ("interrupted", "failed", "budget"):
        flag = _FLAG.search(result.error.help) if result.status == "budget" and result.error is not None else None
        words = [resume_command(result.run_id, result.final), *([flag[0]] if flag is not None else [])]
        higher = result.status == "budget" and "--allow-unpriced" not in words
        lines.append(f"go on{' with a higher limit' if higher else ''}: {' '.join(words)}")
    return lines


def save_outputs(outputs: dict[str, Json], folder: Path) -> list[Path]:
    """Writes each output to `folder`: texts as NAME.md, everything else as NAME.json. Gives the files."""
    from planc.files.fixes import write_whole

    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for name, value in outputs.items():
        path = folder / (f"{name}.md" if isinstance(value, str) else f"{name}.json")
        write_whole(path, shown(value) + "\n")
        written.append(path)
    return written


def _answer_command(run_id: str, question: Waiting) -> str:
    return answer_command(run_id, question.instance, {"schema": question.schema, "digest": question.digest})


def _place(failure: Failure) -> str:
    return f"{failure.file}:{failure.span.line}" if failure.file else ""
