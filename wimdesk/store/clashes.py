"""Which questions of "changed in two places" are open here: an answer closes them at once, undo asks again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.orm import Session

from wimdesk.store import tables


def undecided(session: Session, record: str) -> set[str]:
    """Return the fields of a record that wait for a decision."""
    clash = tables.clash.c
    return set(session.scalars(select(clash.field).where(clash.record == record, clash.open)))


def close(session: Session, record: str, fields: Iterable[str]) -> None:
    """An edit answers what was asked about these fields, also before anybody else has heard of it."""
    session.execute(
        update(tables.clash)
        .where(tables.clash.c.record == record, tables.clash.c.field.in_(list(fields)), tables.clash.c.open)
        .values(open=False)
    )


def reopen(session: Session, record: str, fields: Iterable[str], base: Mapping[str, int]) -> None:
    """Ask again what this own operation had answered, because it is taken back."""
    clash = tables.clash.c
    for field in fields:
        answered = _answered(session, record, field, int(base.get(field, 0)))
        # The value that showed, and each one that it or its loser had pushed aside.
        met = {answered[0].winner} if answered else set()
        for each in answered:
            if each.winner in met:
                met.add(each.loser)
                key = (clash.record == record, clash.field == field, clash.winner == each.winner)
                session.execute(update(tables.clash).where(*key, clash.loser == each.loser).values(open=True))


def _answered(session: Session, record: str, field: str, base: int) -> list[Row[Any]]:
    """Return the clashes that an edit on top of `base` answered, and that nobody had answered before it."""
    if base <= 0:
        return []
    clash = tables.clash.c
    query = select(tables.clash).where(clash.record == record, clash.field == field, clash.winner <= base)
    settled = max(_knowing(session, record, field, base), default=0)
    found = session.execute(query.order_by(clash.winner.desc())).all()
    return [row for row in found if max(row.winner, row.loser) > settled]


def _knowing(session: Session, record: str, field: str, base: int) -> list[int]:
    """Return the places of the edits up to `base` that were made on top of what the log said."""
    query = select(tables.op).where(tables.op.c.record == record, tables.op.c.seq.is_not(None), tables.op.c.seq <= base)
    clashing = set(
        session.scalars(
            select(tables.clash.c.winner).where(tables.clash.c.record == record, tables.clash.c.field == field)
        )
    )
    return [
        row.seq
        for row in session.execute(query)
        if field in row.fields and row.base.get(field, 0) > 0 and row.seq not in clashing
    ]
