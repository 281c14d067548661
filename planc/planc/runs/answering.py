"""What runs ask people, and answers as they are typed."""

from __future__ import annotations

import json

from planc_runtime.store.base import Store
from planc_schemas.values import Json

SHOWN_DIGEST = 12
_OVER = ("task_answered", "task_finished", "task_failed", "task_skipped", "task_reused")


def questions_of(store: Store, run_id: str) -> dict[str, dict[str, Json]]:
    """The open questions of a run by task instance: question, schema, digest, expires_at. Raises StoreError."""
    waiting: dict[str, dict[str, Json]] = {}
    for event in store.read(run_id, whole=True):
        if event.instance is None:
            continue
        if event.type == "task_waiting":
            waiting[event.instance] = event.data
        elif event.type in _OVER:
            waiting.pop(event.instance, None)
    return waiting


def whole_digest(question: dict[str, Json], given: str) -> str:
    """The question's digest where `given` is the beginning of it, as questions are shown; else `given` itself, which
    is refused then."""
    digest = str(question.get("digest", ""))
    return digest if given and digest.startswith(given.lower()) else given


def answer_command(run_id: str, instance: str, question: dict[str, Json]) -> str:
    """The command that answers just this question: another one, or one that has changed, is refused."""
    kind = (question.get("schema") or {}).get("type", "string")
    answer = {"boolean": "yes|no", "string": "TEXT"}.get(str(kind), "JSON")
    digest = str(question.get("digest", ""))[:SHOWN_DIGEST]
    return f"planc answer {run_id} '{instance}' {answer}" + (f" --digest {digest}" if digest else "")


def typed_answer(text: str, schema: Json) -> Json:
    """`text` as the schema wants it: itself for a text, yes and no for a boolean, one of several choices, JSON for the
    rest.

    Raises ValueError for what is no JSON.
    """
    given = schema or {}
    kind = given.get("type", "string")
    if "enum" in given:  # a choice is entered as it is shown
        return next((choice for choice in given["enum"] if choice == text or json.dumps(choice) == text.strip()), text)
    if kind == "string":
        return text
    text = text.strip()
    if kind == "boolean" and text.lower() in ("yes", "y", "no", "n"):
        return text.lower() in ("yes", "y")
    try:
        return json.loads(text)
    except ValueError:
        wanted = "yes or no" if kind == "boolean" else f"JSON ({kind})"
        raise ValueError(f"the answer must be {wanted}: {text!r} is not") from None
