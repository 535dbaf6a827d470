"""What has no place in the log and shows on top of it: own operations that wait or were refused, and what is lost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import Session

from sync.merge import RecordState
from wimdesk.store import journal, recovery, tables

_CHUNK = 500
_op = tables.op.c
_ON_TOP = (
    select(tables.op)
    .where(_op.record.in_(bindparam("records", expanding=True)), _op.state.in_(bindparam("states", expanding=True)))
    .order_by(*recovery.old_order())
)
_PLACED = (
    select(_op.fields, _op.was)
    .where(_op.record == bindparam("record"), _op.space == bindparam("space"), _op.seq.is_not(None))
    .order_by(_op.seq)
)


class OnTop(NamedTuple):
    """An operation that has no place, and the values of it that show on top of what the log says."""

    row: Row[Any]
    values: dict[str, object]


def visible(
    state: RecordState, waiting: Sequence[OnTop], returning: int, names: Collection[str] | None = None
) -> tuple[dict[str, object], dict[str, int]]:
    """Return what shows of a record, or only of these fields that the log says something of, and all its versions.

    A version says what a field was last set by.
    """
    known = state.fields
    values = {name: known[name].value for name in (known if names is None else names)}
    versions = {name: f.seq for name, f in known.items()}
    for row, told in waiting:
        values |= told if names is None else {name: value for name, value in told.items() if name in names}
        if row.state != tables.LOST or returning:
            # What had a place has no number here that means anything: its row stands for it.
            lost = row.state == tables.LOST or (returning and row.epoch == returning)
            versions |= dict.fromkeys(row.fields, recovery.POSITION + row.pos if lost else -row.n)
    return values, versions


def waiting(session: Session, records: list[str], returning: int) -> dict[str, list[OnTop]]:
    """Return the operations that have no place: what a person did stays on top, also where it was refused.

    What the endpoint lost shows too; once all are together again only where nobody has gone on, and beneath what was
    done here: a later edit carries what was refused as it shows, and may not say what another one said.
    """
    states = sorted(recovery.present(session))
    if not states:
        return {}
    found: dict[str, list[OnTop]] = defaultdict(list)
    for at in range(0, len(records), _CHUNK):
        ops = session.execute(_ON_TOP, {"records": records[at : at + _CHUNK], "states": states}).all()
        for row in ops if returning else sorted(ops, key=lambda each: bool(each.state != tables.LOST)):
            left_alone = row.state == tables.LOST and not returning
            told = journal.values_of(row)
            found[row.record].append(OnTop(row, _older_beneath(session, row, told) if left_alone else told))
    return found


def _older_beneath(session: Session, row: Row[Any], told: dict[str, object]) -> dict[str, object]:
    """Return those values of a lost operation beneath which the log has only what was there before it."""
    latest: dict[str, int | None] = {}
    for other in session.execute(_PLACED, {"record": row.record, "space": row.space}):
        latest |= dict.fromkeys(other.fields, other.was)
    gone_on = {name for name, was in latest.items() if was is None or was > row.was}
    return {name: value for name, value in told.items() if name not in gone_on}
