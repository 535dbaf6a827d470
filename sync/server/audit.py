"""The record of who did what at the endpoint: only ever added to, each row sealing the one before it."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import msgspec
from sqlalchemy import Connection, func, insert, select

from sync.server import tables

OPERATOR = "operator"
NOBODY = "nobody"
_LOCK = 7_204_931_119
"""Any number: who adds a row holds PostgreSQL's advisory lock of it to the end of the transaction."""
_LAST = select(tables.audit).order_by(tables.audit.c.id.desc()).limit(1)
_ADD = insert(tables.audit)

_encode = msgspec.msgpack.Encoder().encode


def _seal(previous: bytes, row: tuple[int, str, str, str, str]) -> bytes:
    return hashlib.sha256(previous + _encode(row)).digest()


def note(connection: Connection, now: int, who: str, what: str, result: str = "done") -> None:
    """Add one row. `who` is a device id, OPERATOR or NOBODY; nothing here names a person or holds a value."""
    if connection.dialect.name == "postgresql":
        # One row after the other: each seals the one before it. On SQLite there is one writer anyway.
        connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    last = connection.execute(_LAST).first()
    number, previous = (last.id + 1, last.hash) if last else (1, b"")
    at = datetime.fromtimestamp(now, UTC).isoformat()
    row = (number, at, who, what, result)
    told = {"id": number, "at": at, "who": who, "what": what, "result": result}
    connection.execute(_ADD, told | {"hash": _seal(previous, row)})


def first_broken(connection: Connection) -> int | None:
    """Return the number of the first row that was changed, removed or put in later; None when all is well."""
    previous = b""
    for expected, row in enumerate(connection.execute(select(tables.audit).order_by(tables.audit.c.id)), start=1):
        if row.id != expected or row.hash != _seal(previous, (row.id, row.at, row.who, row.what, row.result)):
            return expected
        previous = row.hash
    return None
