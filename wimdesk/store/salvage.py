"""What can still be read of a damaged database: the own operations that nobody else has.

Reading goes by ranges of rows. A range that can't be read is halved until the damaged rows stand alone, so that
one bad page costs the rows on it and no others.
"""

from __future__ import annotations

import json
import shutil
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Table, insert, inspect, select, update
from sqlalchemy.orm import Session
from sqlcipher3 import dbapi2

from sync.erasures import ERASE
from sync.merge import DELETED
from wimdesk.errors import EnvironmentProblem
from wimdesk.store import erasures, journal, tables, writeahead
from wimdesk.store.engine import PAGE, connect
from wimdesk.store.record import Record, blank_row, fields, fits, types

_COLUMNS = tuple(column.name for column in tables.op.columns)
_LAST = 1 << 40
"""More rows than any journal has."""
_PATIENCE = 400
"""So many ranges may be unreadable before the rest is given up."""

Row = dict[str, Any]


@dataclass
class Found:
    """The rows of the journal that could be read, in order; `complete` says that none was missing."""

    rows: list[Row] = field(default_factory=list)
    complete: bool = True


def operations(database: Path, key: bytes, scratch: Path) -> Found:
    """Read the journal of a damaged database. The files stay as they are: copies in `scratch` are read.

    Raises OSError where there is no room for them.
    """
    if not database.is_file():
        return Found(complete=False)
    scratch.mkdir(parents=True, exist_ok=True)
    try:
        copy = scratch / database.name
        shutil.copyfile(database, copy)
        log_is_whole = writeahead.state(database) == "whole"
        if (log := writeahead.path_beside(database)).exists():
            raw = log.read_bytes()
            writeahead.path_beside(copy).write_bytes(raw if log_is_whole else writeahead.resealed(raw, PAGE))
        found = _read(copy, key)
        found.complete = found.complete and log_is_whole
        return found
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _read(copy: Path, key: bytes) -> Found:
    found = Found()
    ranges, failures = deque([(1, _LAST)]), 0
    with _Reader(copy, key) as reader:
        while ranges and failures < _PATIENCE:
            first, last = ranges.popleft()
            rows = reader.rows(first, last)
            if rows is not None:
                found.rows += rows
                continue
            failures += 1
            found.complete = False
            if first < last:
                middle = (first + last) // 2
                ranges += [(first, middle), (middle + 1, last)]
    found.rows.sort(key=lambda row: int(row["pos"]))
    return found


class _Reader:
    """Reads ranges; after a page that fails the connection is useless and a new one takes its place."""

    def __init__(self, path: Path, key: bytes) -> None:
        self._path, self._key = path, key
        self._connection: dbapi2.Connection | None = None

    def __enter__(self) -> _Reader:
        return self

    def __exit__(self, *_error: object) -> None:
        self._drop()

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def rows(self, first: int, last: int) -> list[Row] | None:
        """Return the rows from first to last, or None where not all can be read."""
        try:
            if self._connection is None:
                self._connection = connect(self._path, self._key)
            names = ", ".join(f'"{name}"' for name in _COLUMNS)
            query = f"SELECT {names} FROM op WHERE pos BETWEEN ? AND ?"
            return [_decoded(row) for row in self._connection.execute(query, (first, last)).fetchall()]
        except (dbapi2.Error, EnvironmentProblem, ValueError):
            self._drop()
            return None


def _decoded(raw: tuple[Any, ...]) -> Row:
    row = dict(zip(_COLUMNS, raw, strict=True))
    return row | {"fields": json.loads(row["fields"]), "base": json.loads(row["base"])}


Name = tuple[str, int, int]
"""How an own operation is named: space, epoch, n."""


def _name(row: Row) -> Name:
    return row["space"], row["epoch"], row["n"]


@dataclass
class _Numbers:
    """How own operations are named here: their n under the present epoch, or the place that the endpoint gave them."""

    epoch: int
    here: dict[Name, int]
    places: dict[Name, int]

    def take(self, row: Row) -> int:
        """Return the next number in the space of an operation that is new here."""
        used = (n for (space, _epoch, _n), n in self.here.items() if space == row["space"])
        self.here[_name(row)] = max(used, default=0) + 1
        return self.here[_name(row)]

    def base(self, row: Row) -> dict[str, int]:
        """Return the base of an operation in the names of here; what is not known any more is left out."""
        named = {name: self._version(row, at) for name, at in row["base"].items()}
        return {name: at for name, at in named.items() if at is not None}

    def _version(self, row: Row, at: int) -> int | None:
        if at >= 0:
            return at
        name = (row["space"], row["epoch"], -at)
        place, n = self.places.get(name), self.here.get(name)
        return place if place is not None else -n if n is not None else None


def bring_back(session: Session, found: Found) -> int:
    """Write the own operations that are not here yet, and what they say; return how many records that concerns.

    Own operations that wait here and had their place there are marked so: they are not sent twice.
    """
    author, op = journal.scribe_of(session).author, tables.op
    mine = [row for row in found.rows if row["device"] == author.device]
    own = session.execute(select(op.c.space, op.c.epoch, op.c.n, op.c.state).where(op.c.device == author.device))
    known = {(row.space, row.epoch, row.n): row.state for row in own}
    here = {name: name[2] for name in known if name[1] == author.epoch}
    numbers = _Numbers(author.epoch, here, {_name(row): row["seq"] for row in mine if row["seq"] is not None})
    touched: set[str] = set()
    for row in mine:
        before = known.get(_name(row))
        if before == tables.WAITING and row["state"] != tables.WAITING:
            _settle(session, row)
        elif before is None and row["state"] in {tables.WAITING, tables.REFUSED}:
            _bring(session, row, numbers)
            touched.add(row["record"])
    return len(touched)


def _settle(session: Session, row: Row) -> None:
    """The endpoint has answered this one since the backup."""
    op = tables.op
    same = [op.c[name] == row[name] for name in ("space", "device", "epoch", "n")]
    session.execute(update(op).where(*same).values(state=row["state"], seq=row["seq"], problem=row["problem"]))
    table = _table(row["type"])
    if table is None or row["seq"] is None:
        return
    versions: dict[str, int] = session.scalar(select(table.c.versions).where(table.c.id == row["record"])) or {}
    placed = {name: row["seq"] if at == -row["n"] else at for name, at in versions.items()}
    session.execute(update(table).where(table.c.id == row["record"]).values(versions=placed))


def _bring(session: Session, row: Row, numbers: _Numbers) -> None:
    n = numbers.take(row)
    kept = {name: value for name, value in row.items() if name not in {"pos", "seq"}}
    fresh = kept | {"epoch": numbers.epoch, "n": n, "base": numbers.base(row)}
    session.execute(insert(tables.op).values(fresh))
    if row["type"] == ERASE:
        erasures.apply_ledger(session, [(row["space"], row["record"], journal.unpack_payload(row["payload"]).at)])
    table = _table(row["type"])
    if table is None:
        return
    cls = types()[row["type"]]
    payload = journal.unpack_payload(row["payload"])
    values = _shown(cls, journal.paired(row["fields"], payload))
    who = {"updated_at": payload.at, "updated_by": payload.by}
    there = session.scalar(select(table.c.versions).where(table.c.id == row["record"]))
    versions = (there or {}) | dict.fromkeys(row["fields"], -n)
    if there is not None:
        changed = values | who | {"versions": versions}
        session.execute(update(table).where(table.c.id == row["record"]).values(changed))
    elif row["before"] is None:
        made = {"id": row["record"], "space": row["space"], "owner": row["owner"], "versions": versions}
        made |= {"created_at": payload.at, "created_by": payload.by}
        session.execute(insert(table).values(blank_row(cls) | made | who | values))
    else:
        return  # a change of what came through the network: it shows when that has come again
    journal.scribe_of(session).note(row["type"], [row["record"]])


def _shown(cls: type[Record], values: dict[str, object]) -> dict[str, object]:
    described = fields(cls)
    kept = {name: value for name, value in values.items() if name in described and fits(described[name], value)}
    return kept | ({DELETED: values[DELETED] is True} if DELETED in values else {})


def _table(type_name: str) -> Table | None:
    cls = types().get(type_name)
    table = inspect(cls).local_table if cls else None
    return table if isinstance(table, Table) else None
