"""What the operator allows: rights, grants, and what a tool call needs.

A right is a kind and a target: `net:export.arxiv.org:443`, `read:notes`, `run:git`, `env:LANG`, `secret:TOKEN`,
`tool:docs.search`; a bare kind (or `*`) is everything of that kind. Grants are layers of allow and deny rules; a
right is allowed when *every* layer allows it, so that adding a layer can only take rights away. Within a layer, deny
beats allow. Nothing is allowed by default.
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias
from urllib.parse import urlsplit

from planc_schemas.ports import TaskError, TaskFailure
from planc_schemas.values import Json

KINDS = ("read", "write", "net", "run", "env", "secret", "tool")
ANY = "*"
Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True, order=True)
class Right:
    """One right. `target` is a path, `host[:port]`, command or name; `*` is everything of the kind."""

    kind: str
    target: str = ANY

    @staticmethod
    def parse(text: str) -> Right:
        """Reads `kind`, `kind:*` or `kind:target`; a URL as the target of `net` becomes its host and port.

        Raises ValueError for an unknown kind or an unusable URL.
        """
        kind, _, target = text.partition(":")
        if kind not in KINDS:
            raise ValueError(f"{text!r} is not a right; it starts with one of {', '.join(KINDS)}")
        if kind == "net" and "://" in target:
            target = host_and_port(target)
        return Right(kind, _normal_host(target) if kind == "net" else target or ANY)

    def __str__(self) -> str:
        return self.kind if self.target == ANY else f"{self.kind}:{self.target}"

    @property
    def flag(self) -> str:
        """The command-line flag that gives this right."""
        target = self.target
        if target == ANY:
            return f"--allow-{self.kind}={'/' if self.kind in ('read', 'write') else ANY}"
        if self.kind == "net":
            host, port = split_port(target)
            target = host if port in (80, 443) else target
        if self.kind == "write" or (self.kind == "read" and not Path(target).is_dir()):
            target = str(Path(target).parent)
        return f"--allow-{self.kind}={target}"


def host_and_port(url: str) -> str:
    """`host:port` of an http(s) URL. Raises ValueError when it has no host or another scheme."""
    parts = urlsplit(url)
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        raise ValueError(f"{url!r} is not an http or https URL")
    port = _DEFAULT_PORTS[parts.scheme] if parts.port is None else parts.port
    if port == 0:
        raise ValueError(f"{url!r} has the port 0")
    return _joined(parts.hostname.rstrip("."), port)


def _joined(host: str, port: int | None) -> str:
    if port is None:
        return host
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def split_port(target: str) -> tuple[str, int | None]:
    """`host:443` → ("host", 443), `host` → ("host", None), `[::1]:80` → ("::1", 80)."""
    if target.startswith("["):
        host, _, rest = target[1:].partition("]")
        return host, int(rest[1:]) if rest[1:].isdigit() else None
    host, colon, port = target.rpartition(":")
    if colon and port.isdigit() and ":" not in host:
        return host, int(port)
    return target, None


def _normal_host(target: str) -> str:
    host, port = split_port(target.lower())
    return _joined(host.rstrip("."), port) or ANY


@dataclass(frozen=True, slots=True)
class Layer:
    """One set of rules. `everything` is `-A`: all rights but the denied ones."""

    allow: tuple[Right, ...] = ()
    deny: tuple[Right, ...] = ()
    everything: bool = False

    def allows(self, right: Right) -> bool:
        if any(_overlaps(rule, right) for rule in self.deny):
            return False
        return self.everything or any(_covers(rule, right) for rule in self.allow)

    def allows_address(self, address: Address, port: int) -> bool:
        """Is this very address allowed, as an address or a network (`10.0.0.0/8`)? For special addresses."""
        if any(_address_matches(rule, address, port) for rule in self.deny):
            return False
        return self.everything or any(_address_matches(rule, address, port) for rule in self.allow)

    def denies_address(self, address: Address, port: int) -> bool:
        return any(_address_matches(rule, address, port) for rule in self.deny)


def _covers(rule: Right, right: Right) -> bool:
    """Does the rule give the whole of the right?"""
    if rule.kind != right.kind:
        return False
    if rule.target == ANY:
        return True
    if right.target == ANY:
        return rule.kind in ("read", "write") and rule.target == "/"
    if rule.kind in ("read", "write"):
        return Path(right.target).is_relative_to(rule.target)
    if rule.kind == "net":
        host, port = split_port(rule.target)
        wanted_host, wanted_port = split_port(right.target)
        return _same_host(host, wanted_host) and port in (None, wanted_port)
    return _same_name(rule, right)


def _overlaps(rule: Right, right: Right) -> bool:
    """Does the (deny) rule take away any part of the right?"""
    if rule.kind != right.kind:
        return False
    if ANY in (rule.target, right.target):
        return True
    if rule.kind in ("read", "write"):
        return Path(right.target).is_relative_to(rule.target) or Path(rule.target).is_relative_to(right.target)
    if rule.kind == "net":
        host, port = split_port(rule.target)
        wanted_host, wanted_port = split_port(right.target)
        return _same_host(host, wanted_host) and (port is None or wanted_port in (None, port))
    return _same_name(rule, right)


def _same_name(rule: Right, right: Right) -> bool:
    """`tool:docs.*` is every tool of the MCP server `docs`; all other names are exact."""
    if rule.kind == "tool" and rule.target.endswith(".*"):
        return right.target.startswith(rule.target[:-1])
    return rule.target == right.target


def _same_host(rule: str, host: str) -> bool:
    if rule == host:
        return True
    network = _network(rule)
    try:
        return network is not None and ipaddress.ip_address(host) in network
    except ValueError:
        return False


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(text.strip("[]"), strict=False)
    except ValueError:
        return None


def _address_matches(rule: Right, address: Address, port: int) -> bool:
    if rule.kind != "net":
        return False
    if rule.target == ANY:
        return False  # `--allow-net=*` is every public host; an inner address is named
    host, rule_port = split_port(rule.target)
    if rule_port not in (None, port):
        return False
    network = _network(host)
    return address in network if network is not None else host == "localhost" and address.is_loopback


@dataclass(frozen=True, slots=True)
class Grants:
    """All rights of a run, a sub-plan or an agent. `folder` is where relative paths start (absolute)."""

    layers: tuple[Layer, ...] = (Layer(),)
    folder: Path = field(default_factory=Path.cwd)
    denies_any: bool = field(init=False, repr=False, compare=False)
    """Is there a deny rule at all? Every call of a tool asks."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "denies_any", any(layer.deny for layer in self.layers))

    @staticmethod
    def from_flags(
        allow: Mapping[str, Sequence[str]] | None = None,
        deny: Mapping[str, Sequence[str]] | None = None,
        *,
        everything: bool = False,
        folder: Path | None = None,
    ) -> Grants:
        """Grants of the flags `--allow-KIND=TARGET`, `--deny-KIND=TARGET` and `-A`.

        `allow` and `deny` map a kind to its targets: `{"net": ["export.arxiv.org"], "read": ["notes"]}`.
        Raises ValueError naming the flag for an unknown kind or an empty target.
        """
        base = (folder or Path.cwd()).absolute()
        grants = Grants((), base)
        layer = Layer(grants._rules(allow or {}, "allow"), grants._rules(deny or {}, "deny"), everything)
        return Grants((layer,), base)

    def _rules(self, flags: Mapping[str, Sequence[str]], verb: str) -> tuple[Right, ...]:
        rules = []
        for kind, targets in flags.items():
            for target in targets:
                if kind not in KINDS or not target.strip():
                    raise ValueError(f"--{verb}-{kind}={target}: name what is meant, such as --{verb}-net=HOST")
                rules.append(self.absolute(Right.parse(f"{kind}:{target.strip()}")))
        return tuple(rules)

    def and_granted(self, rights: Iterable[Right]) -> Grants:
        """These grants and further rights, which a person gave when asked; what is denied stays denied."""
        first, *others = self.layers
        allow = (*first.allow, *(self.absolute(right) for right in rights))
        return Grants((Layer(allow, first.deny, first.everything), *others), self.folder)

    def absolute(self, right: Right) -> Right:
        """Path rights as real absolute paths, with symbolic links followed."""
        if right.kind not in ("read", "write") or right.target == ANY:
            return right
        return Right(right.kind, os.path.realpath(self.folder / right.target))

    def allows(self, right: Right | str) -> bool:
        """Does every layer allow the right?"""
        wanted = self.absolute(Right.parse(right) if isinstance(right, str) else right)
        return bool(self.layers) and all(layer.allows(wanted) for layer in self.layers)

    def denies(self, right: Right | str) -> bool:
        """Does a deny rule of any layer take away a part of the right?"""
        wanted = self.absolute(Right.parse(right) if isinstance(right, str) else right)
        return any(_overlaps(rule, wanted) for layer in self.layers for rule in layer.deny)

    def may_allow(self, right: Right | str) -> bool:
        """Could a call be allowed whose target is known only at run time? For the look before the run."""
        wanted = Right.parse(right) if isinstance(right, str) else right
        if wanted.target != ANY:
            return self.allows(wanted)
        return all(
            layer.everything or any(rule.kind == wanted.kind for rule in layer.allow) for layer in self.layers
        ) and bool(self.layers)

    def allows_address(self, address: Address, port: int) -> bool:
        """Is this special (private, loopback, …) address granted by itself in every layer?"""
        return bool(self.layers) and all(layer.allows_address(address, port) for layer in self.layers)

    def denies_address(self, address: Address, port: int) -> bool:
        return any(layer.denies_address(address, port) for layer in self.layers)

    def missing(self, rights: Iterable[Right | str]) -> list[Right]:
        """Those of `rights` that no call could be given, in their order."""
        wanted = [Right.parse(right) if isinstance(right, str) else right for right in rights]
        return [right for right in wanted if not self.may_allow(right)]

    def require(self, right: Right | str, who: str) -> None:
        """Raises TaskFailure (denied, R401) that names the missing flag, unless the right is allowed."""
        wanted = Right.parse(right) if isinstance(right, str) else right
        if not self.allows(wanted):
            raise denied(wanted, who, self)

    def within(self, rights: Iterable[Right | str]) -> Grants:
        """These grants, cut down to `rights`: what a sub-plan or an agent gets."""
        rules = [Right.parse(right) if isinstance(right, str) else right for right in rights]
        part = Layer(tuple(self.absolute(rule) for rule in rules))
        return self.and_also(Grants((part,), self.folder))

    def and_also(self, other: Grants) -> Grants:
        """The intersection of both."""
        nothing = (Layer(),)
        return Grants((self.layers or nothing) + (other.layers or nothing), self.folder)

    def describe(self) -> list[str]:
        """The rules as texts for the journal and for people: `net:export.arxiv.org`, `deny run:git`, `everything`."""
        lines = []
        for layer in self.layers:
            lines += ["everything"] if layer.everything else [str(rule) for rule in layer.allow]
            lines += [f"deny {rule}" for rule in layer.deny]
        return lines


def denied(right: Right, who: str, grants: Grants) -> TaskFailure:
    """The failure for a missing right; says when a link or a deny rule is the reason."""
    wanted = grants.absolute(right)
    message = f"{who} needs the right `{right}`, which was not given"
    code = "R401"
    if grants.denies(right):
        help_ = f"a --deny-{right.kind} flag forbids it"
    elif right.kind in ("read", "write") and wanted.target != os.path.normpath(grants.folder / right.target):
        message, code = f"{who}: {right.target} leads to {wanted.target}, which is not granted", "R408"
        help_ = f"if you want this, run again with {wanted.flag}"
    elif len(grants.layers) > 1 and grants.layers[0].allows(wanted):
        help_ = "the run has this right, but the part of the plan that made this call does not"
    else:
        help_ = f"if you want this, run again with {right.flag}"
    return TaskFailure(TaskError("denied", message, code, help_))


def rights_of(effects: Sequence[str], arguments: Mapping[str, Json]) -> list[Right]:
    """The rights that one call uses: `net:{url}` becomes the host and port of the argument `url`.

    An argument that is missing or null needs no right. Of a list, `run` takes the first item (a command line) and
    every other kind each item. Raises ValueError when the argument cannot be a target (no URL, an empty command).
    """
    rights = []
    for effect in effects:
        kind, _, target = effect.partition(":")
        if not (target.startswith("{") and target.endswith("}")):
            rights.append(Right.parse(effect))
            continue
        value = arguments.get(target[1:-1])
        if value is None:
            continue
        if isinstance(value, list):
            value = (value or [""])[:1] if kind == "run" else value
        for item in value if isinstance(value, list) else [value]:
            rights.append(_right_to(kind, item, target[1:-1]))
    return rights


def _right_to(kind: str, value: Json, argument: str) -> Right:
    if not isinstance(value, str) or not value:
        raise ValueError(f"argument `{argument}` must be a text that is not empty")
    if kind == "net":
        return Right(kind, _normal_host(host_and_port(value)))
    return Right(kind, value)
