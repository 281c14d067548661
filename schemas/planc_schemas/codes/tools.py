"""The R4 part of the R family: what can go wrong when a tool is called."""

from __future__ import annotations

from .code import Code

CODES: tuple[Code, ...] = (
    Code(
        "R401",
        "right-missing",
        "a tool call needs a right that the operator did not give",
        "A plan may ask for files, hosts, commands, environment variables and secrets; only the person who runs "
        "it can give them. The message names the flag. A `--deny-…` flag beats every `--allow-…` flag, and the "
        "parts of a plan that are made while it runs never have more rights than the run itself.",
        bad="planc execute review.plan.yaml",
        good="planc execute review.plan.yaml --allow-net=export.arxiv.org",
    ),
    Code(
        "R402",
        "tool-arguments",
        "the arguments of a tool call do not fit the tool",
        "Arguments are checked against the tool's schema after the expressions in them were evaluated; values are "
        'never converted (`"5"` is not 5). `planc tools show NAME` prints what the tool takes.',
        bad="tool `arxiv_search`: argument `max_results`: Input should be a valid integer",
        good='max_results: "${{ inputs.count }}"    # with inputs: {count: integer}',
    ),
    Code(
        "R403",
        "tool-raised",
        "a tool raised an exception",
        "The tool itself failed; the message is the exception's. A task may try again with `retry: {retry_on: "
        "[tool_error]}` when that can help.",
        bad="tool `lookup` raised KeyError: 'title'",
        good="retry: {max_attempts: 3, retry_on: [tool_error]}",
    ),
    Code(
        "R404",
        "tool-result",
        "a tool returned something that is not JSON, or not what it promised",
        "What a tool returns is kept in the journal and read by other tasks, so it must be JSON: null, true, "
        "false, finite numbers, text, lists, and objects with text keys. With a return type it must also match "
        "that type.",
        bad="return datetime.now()",
        good="return datetime.now().isoformat()",
    ),
    Code(
        "R405",
        "tool-result-too-large",
        "a tool returned more than a task's output may hold",
        "An output is at most 10 MB of JSON. Ask the tool for less, or let it write a file and return its path.",
        bad="tool `export` returned 104857601 bytes; at most 10485760 are kept",
        good="write the data to a granted folder and return the path",
    ),
    Code(
        "R406",
        "tool-missing",
        "the tool is not installed here",
        "The plan was checked where the tool existed. Tools come from planc itself, from installed packages, from "
        "`--tools`, and from a project folder you have trusted (`planc trust`). Nothing beside a plan is loaded "
        "by itself.",
        bad="planc execute report.plan.yaml",
        good="planc execute report.plan.yaml --tools ./reporting.py",
    ),
    Code(
        "R407",
        "address-refused",
        "a host name leads to a private, loopback or otherwise special address",
        "A public name that resolves to an address inside your machine or network is how a request is smuggled "
        "past a firewall. planc connects only to the address it has checked. If you do want this address, grant "
        "the address itself as well.",
        bad="--allow-net=intranet.example",
        good="--allow-net=intranet.example --allow-net=10.0.0.5",
    ),
    Code(
        "R408",
        "path-refused",
        "a path leaves the granted folders, or is no regular file",
        "Paths are checked after expressions were evaluated and links were followed: a symbolic link that leads "
        "out of a granted folder is not followed, and only regular files are read and written.",
        bad="write_file path: ../../.ssh/config",
        good="write_file path: reports/review.md    # with --allow-write=reports",
    ),
    Code(
        "R409",
        "tool-changed",
        "the tool is not the one the plan was checked with",
        "A tool's name, description, arguments, result and effects are pinned by a digest when a plan is checked. "
        "If the definition changes afterwards (an updated package, a different MCP server), the call is refused.",
        bad="planc resume RUN    # after the MCP server was updated",
        good="planc check plan.yaml, look at the change, and execute the plan again",
    ),
    Code(
        "R410",
        "tool-timeout",
        "a tool did not finish in time",
        "The call was given up when its time was over: an async tool is cancelled, a command's process group is "
        "killed, a Python function in a thread is left behind and its result is thrown away.",
        bad="timeout: 5s",
        good="timeout: 2m",
    ),
    Code(
        "R411",
        "http-failed",
        "an HTTP request did not give a usable answer",
        "No connection, a body that was cut or is too large, or a status that says the server failed. 429 and 5xx "
        "are worth another attempt; the server's Retry-After is obeyed.",
        bad="GET https://api.example/x: 503 Service Unavailable",
        good="retry: {max_attempts: 4, retry_on: [rate_limit, server_error, connection, timeout]}",
    ),
    Code(
        "R412",
        "secret-missing",
        "a granted secret has no value here",
        "`--allow-secret NAME` gives a tool the value of the environment variable NAME as an opaque handle. The "
        "variable is not set, or empty.",
        bad="planc execute post.plan.yaml --allow-secret=API_TOKEN",
        good="API_TOKEN=… planc execute post.plan.yaml --allow-secret=API_TOKEN",
    ),
    Code(
        "R413",
        "mcp-server",
        "an MCP server could not be started, reached or understood",
        "Tools of MCP servers run in the server's process. The message says what the server or the connection said.",
        bad="MCP server `files`: the process ended with status 1",
        good="run the server's command by hand and read what it prints",
    ),
    Code(
        "R414",
        "command-failed",
        "a command could not be started or ended with an error",
        "`run_command` with `check: true` fails when the exit status is not 0; the message ends with the last "
        "lines of the command's error output.",
        bad="run_command: [pandoc, missing.md]",
        good="set check: false and look at `exit_code` in a later task",
    ),
)
