"""What the endpoint refused and a later edit has to carry: nothing may stay behind, or arrive half."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Row, select, update
from sqlalchemy.orm import Session

from sync.merge import DELETED
from wimdesk.store import rows, tables

_CHUNK = 500
_ANY = f"SELECT 1 FROM op WHERE state='{tables.REFUSED}' LIMIT 1"
OpRow = Row[Any]
"""One row of the table `op`."""


def of(session: Session, records: list[str]) -> dict[str, list[OpRow]]:
    """Return the refused operations of these records, each in the order made."""
    op = tables.op.c
    if not rows.find(session, _ANY):
        return {}
    found: dict[str, list[OpRow]] = defaultdict(list)
    for start in range(0, len(records), _CHUNK):
        part = records[start : start + _CHUNK]
        query = select(tables.op).where(op.record.in_(part), op.state == tables.REFUSED).order_by(op.pos)
        for row in session.execute(query):
            found[row.record].append(row)
    return found


def among(
    session: Session, refused: Iterable[tuple[str, int, int]], *where: ColumnElement[bool]
) -> list[tuple[OpRow, int]]:
    """Return (row, problem) of the operations that are among the refused (space, n, problem), in one question."""
    problems = {(space, n): problem for space, n, problem in refused}
    if not problems:
        return []
    op = tables.op.c
    columns = (op.pos, op.space, op.n, op.record, op.type, op.act)
    found: list[OpRow] = list(session.execute(select(*columns).where(*where).order_by(op.space, op.n)))
    return [(row, problems[row.space, row.n]) for row in found if (row.space, row.n) in problems]


def names(stuck: Iterable[OpRow]) -> list[str]:
    """Return the fields that these operations set, each once."""
    return list(dict.fromkeys(name for row in stuck for name in row.fields))


def grounded(session: Session, record: str, places: Mapping[str, int], device: bytes, epoch: int) -> dict[str, int]:
    """Return field -> place as if what was refused of a record had never been; what had no place before is left out.

    Also what was carried since never was: an operation that follows on it may be refused later than that.
    """
    op = tables.op.c
    query = select(op.n, op.base).where(op.record == record, op.state.in_((tables.REFUSED, tables.REPLACED)))
    mine = query.where(op.device == device, op.epoch == epoch)
    bases: dict[int, dict[str, int]] = {row.n: row.base for row in session.execute(mine)}
    found = {}
    for name, at in places.items():
        place = at
        while -place in bases:
            place = bases[-place].get(name, 0)
        if place:
            found[name] = place
    return found


def removal_seen(stuck: Iterable[OpRow]) -> dict[str, int]:
    """Return the base of `deleted` of the latest of these operations that had seen a removal; empty where none had."""
    found: dict[str, int] = {}
    for row in stuck:
        found |= {name: at for name, at in row.base.items() if name == DELETED}
    return found


def replace(session: Session, stuck: Iterable[OpRow]) -> None:
    """Note that a later operation carries what these had set."""
    for row in stuck:
        session.execute(update(tables.op).where(tables.op.c.pos == row.pos).values(state=tables.REPLACED))
