"""Which questions of "changed in two places" are open here: an answer closes them at once.

The log carries what was answered (see `sync.merge`), so that all laptops are asked the same. Undoing an answer asks
again for as long as nobody else has heard of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Row, bindparam, func, select, update
from sqlalchemy.orm import Session

from sync.merge import MET
from wimdesk.store import rows, tables

_LATEST = func.max(tables.clash.c.winner, tables.clash.c.loser)
_UNDECIDED = "SELECT field, max(max(winner, loser)) FROM clash WHERE record=:record AND open GROUP BY field"
_CLOSE = (
    update(tables.clash)
    .where(
        tables.clash.c.record == bindparam("of_record"),
        tables.clash.c.field == bindparam("of_field"),
        bindparam("place") >= _LATEST,
        tables.clash.c.open,
    )
    .values(open=False)
)


def undecided(session: Session, record: str) -> dict[str, int]:
    """Return the fields of a record that wait for a decision, and the latest place that each asks about."""
    return dict(rows.find(session, _UNDECIDED, record=record))


def close(session: Session, record: str, answered: Mapping[str, int]) -> None:
    """An edit answers what was asked about these fields up to these places, before anybody else has heard of it."""
    if answered:
        them = [{"of_record": record, "of_field": field, "place": place} for field, place in answered.items()]
        session.connection().execute(_CLOSE, them)


def answered_by(base: Mapping[str, int], fields: Iterable[str]) -> dict[str, int]:
    """Return the place up to which an operation with this base surely answers what was asked about its fields."""
    places = {field: max(base.get(field, 0), base.get(MET + field, 0)) for field in fields}
    return {field: place for field, place in places.items() if place > 0}


def reopen(session: Session, record: str, fields: Iterable[str], base: Mapping[str, int]) -> None:
    """Ask again what this own operation had answered, because it is taken back."""
    clash = tables.clash.c
    for field, place in answered_by(base, fields).items():
        answered = _answered(session, record, field, place)
        # The value that showed, and each one that it or its loser had pushed aside.
        met = {answered[0].winner} if answered else set()
        for each in answered:
            if each.winner in met:
                met.add(each.loser)
                key = (clash.record == record, clash.field == field, clash.winner == each.winner)
                session.execute(update(tables.clash).where(*key, clash.loser == each.loser).values(open=True))


def _answered(session: Session, record: str, field: str, base: int) -> list[Row[Any]]:
    """Return the clashes that an edit on top of `base` answered, and that nobody had answered before it."""
    clash = tables.clash.c
    query = select(tables.clash).where(clash.record == record, clash.field == field, clash.winner <= base)
    settled = max(_knowing(session, record, field, base), default=0)
    found = session.execute(query.order_by(clash.winner.desc())).all()
    return [row for row in found if max(row.winner, row.loser) > settled]


def _knowing(session: Session, record: str, field: str, base: int) -> list[int]:
    """Return the places up to which the edits before `base` had answered what was asked."""
    query = select(tables.op).where(tables.op.c.record == record, tables.op.c.seq.is_not(None), tables.op.c.seq <= base)
    clashing = set(
        session.scalars(
            select(tables.clash.c.winner).where(tables.clash.c.record == record, tables.clash.c.field == field)
        )
    )
    found: list[int] = []
    for row in session.execute(query):
        if field in row.fields:
            seen = row.base.get(field, 0) > 0 and row.seq not in clashing
            found.append(row.seq if seen else answered_by(row.base, [field]).get(field, 0))
    return found
