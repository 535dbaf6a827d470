"""Many rows of one table at once, in the driver's own words: the object mapper's way costs several times the disk's."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any, cast

import msgspec
from sqlalchemy import JSON, Table
from sqlalchemy.orm import Session
from sqlcipher3 import dbapi2

from wimdesk.store.record import Base

Row = Mapping[str, object]
Found = tuple[Any, ...]
"""One row as it stands in the database."""
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


def as_json(value: object) -> str:
    """Return a value as the text that stands in the database."""
    return _encode(value).decode()


def of_json(text: str) -> object:
    """Return the value of which this is the text in the database."""
    return _decode(text)


def driver(session: Session) -> dbapi2.Connection:
    """Return the driver's connection, inside the session's transaction."""
    connection = session.connection().connection.driver_connection
    if connection is None:
        raise RuntimeError("no driver connection")
    return connection


def table_of(cls: type[Base]) -> Table:
    """Return the table of a record type."""
    return cast(Table, cls.__table__)


def add(session: Session, table: Table, rows: Sequence[Row], ending: str = "") -> None:
    """Insert rows that all name the same columns; `ending` says what becomes of those that are there already."""
    if rows:
        names = tuple(rows[0])
        marks = ",".join("?" * len(names))
        _run(session, table, f"INSERT INTO {table.name}({','.join(names)}) VALUES ({marks}) {ending}", names, rows)


def change(session: Session, table: Table, rows: Sequence[Row], *keys: str) -> None:
    """Update rows that all name the same columns, each where the `keys` are as it says."""
    if rows:
        names = (*(name for name in rows[0] if name not in keys), *keys)
        changes = ",".join(f"{name}=?" for name in names[: -len(keys)])
        where = " AND ".join(f"{key}=?" for key in keys)
        _run(session, table, f"UPDATE {table.name} SET {changes} WHERE {where}", names, rows)


def find(session: Session, statement: str, **values: object) -> list[Found]:
    """Return what a statement finds.

    A list among the values is for `json_each(:name)`: so the statement is the same however many there are.
    """
    told = {name: as_json(value) if isinstance(value, list) else value for name, value in values.items()}
    found: list[Found] = driver(session).execute(statement, told).fetchall()
    return found


def let_go(session: Session) -> None:
    """Have the session's connection keep no pages in memory beyond those in use (sqlite.org/pragma.html)."""
    driver(session).execute("PRAGMA shrink_memory").fetchall()


def _run(session: Session, table: Table, statement: str, names: tuple[str, ...], rows: Sequence[Row]) -> None:
    pick, coded = itemgetter(*names), _coded(table, names)
    lines = [list(pick(row)) for row in rows]
    for line in lines:
        for at in coded:
            line[at] = as_json(line[at])
    driver(session).executemany(statement, lines)


@functools.cache
def _coded(table: Table, names: tuple[str, ...]) -> tuple[int, ...]:
    return tuple(at for at, name in enumerate(names) if name in table.c and isinstance(table.c[name].type, JSON))
