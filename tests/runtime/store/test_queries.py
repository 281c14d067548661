"""SQL stands in files; every statement is used and can be prepared."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import planc_runtime.store
from planc_runtime.store.connection import upgrade
from planc_runtime.store.queries import migrations, queries

FOLDER = Path(planc_runtime.store.__file__).parent


def test_every_query_is_used() -> None:
    code = "\n".join(path.read_text() for path in FOLDER.glob("*.py"))
    for name in (*queries(), *queries("index.sql")):
        assert f'"{name}"' in code, name


def test_every_journal_query_fits_the_schema() -> None:
    with closing(sqlite3.connect(":memory:")) as database:
        upgrade(database, 0)
        for statement in queries().values():
            database.execute(f"EXPLAIN {statement}", [None] * statement.count("?"))


def test_migrations_are_numbered_without_a_gap() -> None:
    assert [name.split("_")[0] for name, _ in migrations()] == [f"{n:04}" for n in range(1, len(migrations()) + 1)]
