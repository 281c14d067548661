"""Plans as rows of a journal: compiled JSON and the text of the file, with checksums; each sub-plan in a row of its
own.

A large plan has tens of megabytes, and each copy of it counts: it is written part by part, as UTF-8.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterator
from dataclasses import replace
from typing import TypeAlias

from pydantic import ValidationError

from planc_schemas import compiled
from planc_schemas.compiled import CompiledPlan

from .base import KeptPlan
from .encode import damaged
from .errors import FormatUnknown
from .queries import queries

Statement: TypeAlias = tuple[str, tuple[object, ...]]
"""SQL and its parameters."""


def plan_statements(plan: CompiledPlan, text: str) -> Iterator[Statement]:
    """What adds a plan to a journal, to be executed in order within one transaction."""
    sql = queries()
    heading = (plan.digest, plan.name, plan.file)
    json, source = compiled.to_json(replace(plan, imports={})), text.encode()
    yield sql["insert_plan"], (*heading, _check_sum(*heading, json, source), json, source)
    for path, sub_plan in plan.imports.items():
        json = compiled.to_json(sub_plan)
        yield sql["insert_sub_plan"], (path, _check_sum(path, json), json)


def read_plans(connection: sqlite3.Connection, where: str) -> list[KeptPlan]:
    """All plans of a journal in the order they were added. Raises JournalDamaged, and FormatUnknown for a compiled
    plan of another version, besides sqlite3.Error."""
    rows = connection.execute(queries()["read_plans"]).fetchall()
    return [_kept(connection, where, *row) for row in rows]


def _kept(
    connection: sqlite3.Connection,
    where: str,
    number: int,
    digest: str,
    name: str,
    file: str,
    check_sum: int,
    json: bytes,
    text: bytes,
) -> KeptPlan:
    plan = _plan(where, check_sum, json, digest, name, file, json, text)
    imports = {
        path: _plan(where, known, part, path, part)
        for path, known, part in connection.execute(queries()["read_sub_plans"], (number,))
    }
    return KeptPlan(digest, replace(plan, imports=imports) if imports else plan, text.decode())


def _plan(where: str, check_sum: int, json: bytes, *checked: str | bytes) -> CompiledPlan:
    """A part of a plan, if `checked` have the checksum that they were written with."""
    if _check_sum(*checked) != check_sum:
        raise damaged(where, "a plan in it is not what was written")
    try:
        plan = compiled.from_json(json)
    except ValidationError as error:
        raise _unknown(where) from error
    if plan.format != compiled.FORMAT:
        raise _unknown(where)
    return plan


def _check_sum(*parts: str | bytes) -> int:
    """CRC-32 of the parts joined by NUL, without joining the large ones."""
    check_sum = 0
    for number, part in enumerate(parts):
        raw = part.encode() if isinstance(part, str) else part
        check_sum = zlib.crc32(raw, zlib.crc32(b"\0", check_sum) if number else 0)
    return check_sum


def _unknown(where: str) -> FormatUnknown:
    return FormatUnknown(
        f"the plan kept in {where} is not one this planc can read",
        "it was compiled by another version",
        "execute the plan file again; the run's events can still be read with `planc runs events`",
    )
