"""The one place where what a model call gives or raises becomes a ModelAnswer or a TaskFailure.

====================================================  ==============
what happened                                          kind
====================================================  ==============
no connection, reset, body or stream cut               connection
the client library's own timeout, 408                  timeout
429                                                    rate_limit
429 with `insufficient_quota`                          bad_request
5xx, 409, 425; a body that is no chat completion       server_error
401, 403                                               auth
other 3xx and 4xx                                      bad_request
a refusal, a content filter                            refused
no JSON, JSON that does not match, cut by the limit    invalid_output
anything else                                          internal
====================================================  ==============
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

from planc_schemas.ports import ErrorKind, ModelAnswer, ModelRequest, StructuredBy, TaskFailure, Usage
from planc_schemas.values import Json

from .completion import Broken, NotACompletion, Said
from .failure import failure
from .retry_after import retry_after
from .structured import InvalidAnswer, parse

_SHOWN = 300


@dataclass(frozen=True, slots=True)
class Where:
    """Who was asked, for the words of an error. `secrets` never appear in them."""

    name: str
    base_url: str
    model: str
    secrets: tuple[str, ...] = ()


# --- what an endpoint said ------------------------------------------------------------------------------------


def answer_of(said: Said, request: ModelRequest, way: StructuredBy | None, where: Where, usage: Usage) -> ModelAnswer:
    """The answer, judged: refusals, cuts and JSON that does not match become TaskFailures, which were paid for too."""
    try:
        data = _data(said, request, where, usage)
    except _Unusable as reason:
        raise failure(reason.kind, f"{where.name}: {reason.message}", reason.help, usage=usage) from None
    return ModelAnswer(
        text=said.text,
        model=said.model or where.model,
        usage=usage,
        data=data,
        tool_calls=tuple(said.calls),
        finish_reason=said.finish or "stop",
        structured_by=way if request.schema is not None else None,
    )


class _Unusable(Exception):
    def __init__(self, kind: ErrorKind, message: str, help: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.help = help


_REWORD = "reword the prompt; asking the same again is not likely to help"


def _data(said: Said, request: ModelRequest, where: Where, usage: Usage) -> Json:
    """The checked JSON of an answer that can be used, None without a schema. Raises _Unusable."""
    if said.finish == "content_filter":
        raise _Unusable("refused", "the provider's content filter held the answer back", _REWORD)
    if said.refusal:
        raise _Unusable("refused", f"the model declined: {_masked(said.refusal, where)}", _REWORD)
    cut = said.finish == "length"
    if cut and (request.schema is not None or said.calls):
        words = f"the answer was cut after {usage.output_tokens} tokens, before its JSON was complete"
        raise _Unusable("invalid_output", words, "raise max_tokens of the task or of the model, or ask for less")
    if said.calls:
        return None
    if request.schema is None:
        if said.text:
            return None
        if cut:
            words = "the answer is empty (all of max_tokens went into reasoning)"
            raise _Unusable("invalid_output", words, "raise max_tokens")
        raise _Unusable("invalid_output", "the answer is empty", "say in the prompt what to write")
    try:
        return parse(said.text, request.schema)
    except InvalidAnswer as error:
        words = f"the answer does not match the task's schema: {_shown(str(error))}"
        help = "try again, say the form in the prompt, or loosen `output`"
        raise _Unusable("invalid_output", words, help) from None


def usage_of(said: Said, request: ModelRequest) -> Usage:
    """What the endpoint counted; characters / 4 where it did not count: a budget must not see nothing."""
    if said.usage is not None:
        return said.usage
    given = sum(len(message.content) for message in request.messages)
    written = len(said.text) + sum(len(call.arguments) for call in said.calls)
    return Usage(input_tokens=(given + 3) // 4, output_tokens=(written + 3) // 4, calls=1)


# --- what a call raised ---------------------------------------------------------------------------------------


def failure_of(error: Exception, where: Where) -> TaskFailure:
    """What the client library, or the reading of its result, raised, as a TaskFailure."""
    import httpx2
    import openai

    if isinstance(error, TaskFailure):
        return error
    if isinstance(error, openai.APIStatusError):
        return _status_failure(error.status_code, dict(error.response.headers), _message(error), error.code, where)
    if isinstance(error, openai.APITimeoutError | httpx2.TimeoutException):
        return failure("timeout", f"{where.name} did not answer in time", "raise the task's timeout, or ask for less")
    if isinstance(error, openai.APIConnectionError | httpx2.TransportError | httpx2.StreamError | Broken | OSError):
        reason = _masked(str(error.__cause__ or error), where)
        unsent = isinstance(error.__cause__, httpx2.ConnectError | httpx2.ConnectTimeout)
        return failure(
            "connection",
            f"{where.name}: the connection to {where.base_url} failed: {reason}",
            "is the endpoint running, and is its base URL right? `planc doctor` tries it",
            usage=Usage(calls=1, usd=0.0) if unsent else None,
        )
    if isinstance(error, NotACompletion):
        return failure(
            "server_error",
            f"{where.name} answered with {_masked(str(error), where)}",
            f"{where.base_url} must speak Chat Completions; it usually ends in /v1",
        )
    if isinstance(error, openai.APIError):  # an error object in the middle of a stream
        return failure("server_error", f"{where.name} broke off: {_masked(_message(error), where)}")
    if isinstance(error, ValueError | RecursionError):  # JSONDecodeError, UnicodeDecodeError: a stream that is no JSON
        return failure("server_error", f"{where.name} sent what cannot be read: {_masked(str(error), where)}")
    return failure("internal", f"{where.name}: {type(error).__name__}: {_masked(str(error), where)}")


def _status_failure(
    status: int, headers: Mapping[str, str], message: str, code: str | None, where: Where
) -> TaskFailure:
    said = f"{where.name}: {status}: {_masked(message, where)}"
    wait = retry_after(headers, message, now=time.time())
    if status == 429 and code in ("insufficient_quota", "billing_hard_limit_reached"):
        return failure("bad_request", said, "the account has no quota left: look at its plan and billing")
    if status == 429:
        return failure("rate_limit", said, "lower `limits.models` (rpm, concurrency); it is tried again", wait)
    if status in (401, 403):
        return failure("auth", said, f"is the key for {where.base_url} set and right? `planc doctor` tries it")
    if status == 408:
        return failure("timeout", said, "", wait)
    if status in (409, 425) or status >= 500:
        return failure("server_error", said, "the provider's trouble; it is tried again", wait)
    if "content_filter" in f"{code}" or "content_policy" in f"{code}":
        return failure("refused", said, "reword the prompt; asking the same again is not likely to help")
    return failure("bad_request", said, _request_help(status, message, headers, where))


def _request_help(status: int, message: str, headers: Mapping[str, str], where: Where) -> str:
    lowered = message.lower()
    if 300 <= status < 400:
        return f"the endpoint moved to {headers.get('location', 'another address')}: set it as base URL if you trust it"
    if "context" in lowered and ("length" in lowered or "window" in lowered or "size" in lowered):
        return "the prompt is too long for this model: cut its data down, or choose a model with a longer context"
    if status == 404:
        return f"is `{where.model}` the name of a model there, and does the base URL end in /v1? `planc doctor` lists"
    return "the request itself is refused: change what the message names"


def _message(error: Exception) -> str:
    """The provider's words in an APIError: its body's message, or the body."""
    body = getattr(error, "body", None)
    if isinstance(body, dict):
        inner = body.get("error", body)
        message = inner.get("message") if isinstance(inner, dict) else inner
        if message:
            return str(message)
    if isinstance(body, str) and body.strip():
        return " ".join(body.split())
    return str(error)


def _masked(text: str, where: Where) -> str:
    """Secrets go before anything is cut: half a key is still half a key."""
    for secret in where.secrets:
        text = text.replace(secret, "•••")
    return _shown(text)


def _shown(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
