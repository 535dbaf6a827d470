"""Merging as one pure function: laptop, endpoint and simulator call the same code.

No clock is compared anywhere. The later place (seq) in the space's log wins, field by field. If
the winner's author had not seen the value it replaces, both stay known as a `Clash` until a
person decides. Deletion is the field `deleted`; its base names every field that its author saw.
Who wrote an operation says nothing about what its author had seen: it may be another who sends it back.
"""

from __future__ import annotations

import msgspec

# None of these can be part of a circle (`gc=False`): a page makes very many of them, and whoever looks for garbage need
# not look through them.
DELETED = "deleted"
MET = "?"
"""In a base, before the name of a field: the place of the latest clash that this value answers, where the base of the
field itself does not say it."""
ALL = "*"
"""In a base: the own operation without which this one would be half of a record that nobody else knows."""


class FieldState(msgspec.Struct, array_like=True, gc=False):
    """The value of one field and the operation that set it."""

    value: object
    seq: int
    device: bytes
    epoch: int
    n: int


class RecordState(msgspec.Struct, array_like=True, gc=False):
    """What the log says of one record so far; `owner` and `type` are set by its first operation."""

    type: str
    owner: bytes
    fields: dict[str, FieldState]


class Change(msgspec.Struct, frozen=True, gc=False):
    """One placed operation, opened: ready to be merged."""

    seq: int
    device: bytes
    epoch: int
    n: int
    values: dict[str, object]
    base: dict[str, int]


class Clash(msgspec.Struct, frozen=True, gc=False):
    """Two operations set one field without knowing of each other; `winner` is the seq that shows."""

    field: str
    base: int
    winner: int
    loser: int


class Outcome(msgspec.Struct, gc=False):
    """What one merge did besides changing the state."""

    clashes: list[Clash]
    settled: list[tuple[str, int]]
    """Fields, and the place up to which what clashed about each is answered."""


def merge(state: RecordState, change: Change) -> Outcome:
    """Put the change on top of the state, in place; its seq is later than any in the state."""
    outcome, fields = Outcome([], []), state.fields
    if DELETED in fields:
        _note_edit_of_deleted(state, change, outcome)
    for field, value in change.values.items():
        before = fields.get(field)
        base = change.base.get(field, 0)
        if value is True and field == DELETED:
            _note_unseen_edits(state, change, outcome)
        seen = before is None or _seen(before, change, base)
        if not seen and before is not None and before.value != value:
            outcome.clashes.append(Clash(field, max(base, 0), change.seq, before.seq))
        if answered := _answered(change, field, seen=seen):
            outcome.settled.append((field, answered))
        fields[field] = FieldState(value, change.seq, change.device, change.epoch, change.n)
    return outcome


def _answered(change: Change, field: str, *, seen: bool) -> int:
    """Return the place up to which the author had read the log, clashes included, when answering with this value."""
    base = change.base.get(field, 0)
    if base > 0 and seen:
        return change.seq - 1
    return max(base, change.base.get(MET + field, 0))


def _seen(before: FieldState, change: Change, base: int) -> bool:
    if base < 0:
        return (before.device, before.epoch, before.n) == (change.device, change.epoch, -base)
    return before.seq <= base


def _note_edit_of_deleted(state: RecordState, change: Change, outcome: Outcome) -> None:
    """An edit by someone who did not know that the record was deleted: it stays deleted, and asks."""
    gone = state.fields.get(DELETED)
    if gone is None or gone.value is not True or DELETED in change.values:
        return
    base = change.base.get(DELETED, 0)
    if not _seen(gone, change, base):
        outcome.clashes.append(Clash(DELETED, max(base, 0), gone.seq, change.seq))


def _note_unseen_edits(state: RecordState, change: Change, outcome: Outcome) -> None:
    """A deletion by someone who did not know of a later edit: deleted, and asks. Its own fields ask for themselves."""
    base = change.base
    unseen = [
        before.seq
        for name, before in state.fields.items()
        if name not in change.values and not _seen(before, change, base.get(name, 0))
    ]
    if unseen:
        outcome.clashes.append(Clash(DELETED, max(base.get(DELETED, 0), 0), change.seq, max(unseen)))
