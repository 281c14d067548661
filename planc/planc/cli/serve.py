"""`planc serve`: the REST server and its live page."""

from __future__ import annotations

import secrets
import socket
from collections.abc import Sequence

import click

from planc_runtime.extras import install

from .console import say
from .errors import Exit, Stop
from .flags import RunFlags, policy_options
from .options import MODEL, STORE, TOOLS

SHORTEST_TOKEN = 16
LOOPBACK = ("127.0.0.1", "localhost", "::1")


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8448, show_default=True, type=click.IntRange(0, 65535), help="0: any free one.")
@click.option("--name", "names", multiple=True, metavar="HOST", help="Another host name it answers to; repeatable.")
@click.option("--token", envvar="PLANC_TOKEN", help="Token of clients [default: a random one, printed].")
@click.option("--at-once", default=16, show_default=True, type=click.IntRange(1), help="Model calls at once, all runs.")
@click.option("--rpm", type=click.IntRange(1), metavar="N", help="At most N model calls a minute, all runs.")
@click.option("--tpm", type=click.IntRange(1), metavar="N", help="At most N tokens a minute, all runs.")
@click.option("--locked", is_flag=True, help="Run nothing but plan files that are just what was approved.")
@MODEL
@TOOLS
@STORE
@policy_options
def command(
    host: str,
    port: int,
    names: Sequence[str],
    token: str | None,
    at_once: int,
    rpm: int | None,
    tpm: int | None,
    locked: bool,
    model: str | None,
    tools: Sequence[str],
    store: str | None,
    flags: RunFlags,
) -> None:
    """Serve runs over REST, with a live page.

    Rights (`--allow-…`), limits and secrets given here hold for every run; no request can change them. Of a limit
    that a plan has too, the stricter one holds.
    """
    _require_token(host, token)
    try:
        from planc.serving.serve import serve
    except ImportError as error:
        raise Stop(Exit.CONFIGURATION, f"the server is not installed ({error.name})", install("serve")) from None
    from planc.project import Project
    from planc.runs.rights import grants_of, secrets_of
    from planc_runtime.executor import Options, Shared

    from .conduct import limits_of

    project = Project.here(model=model, store=store, tools=tools)
    options = Options(
        grants=grants_of(flags.allow, flags.deny, everything=flags.allow_all, folder=project.folder),
        secrets=secrets_of(flags.allow.get("secret", ()), project.settings),
        limits=limits_of(flags),
        fail_fast=flags.fail_fast,
        reuse=not flags.no_reuse,
        allow_unpriced=flags.allow_unpriced,
        shared=Shared(at_once, rpm, tpm),
    )
    for note in project.notes:
        say(f"note: {note}")
    secret = token if token is not None else secrets.token_urlsafe(24)
    listener = _listen(host, port)
    address = f"http://{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}"
    say(f"planc serves {project.folder} at {address}/")
    say(f"open {address}/?token={secret}" if token is None else "the token is the one you gave")
    say(f"the API is described at {address}/docs/")
    say("Ctrl-C stops it; runs go on when it is started again")
    serve(project, options, listener, token=secret, hosts={*LOOPBACK, host, *names}, only_approved=locked)


def _require_token(host: str, token: str | None) -> None:
    """A token that can be guessed is none, and who lets others reach the server must have chosen one."""
    if token is not None and len(token) < SHORTEST_TOKEN:
        raise Stop(
            Exit.CONFIGURATION,
            f"the token has {len(token)} characters, which can be guessed: it needs {SHORTEST_TOKEN}",
            "leave it out for a random one, or make one: python -c 'import secrets; print(secrets.token_urlsafe())'",
        )
    if host not in LOOPBACK and token is None:
        raise Stop(
            Exit.CONFIGURATION,
            f"listening on {host} lets others reach this server, so it needs a token of your own",
            "set PLANC_TOKEN (and put TLS in front of it), or stay on 127.0.0.1",
        )


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise Stop(
            Exit.CONFIGURATION, f"cannot listen on {host}:{port}: {error.strerror}", "choose another one with --port"
        ) from None
    return listener
