"""What must be true, told in the simplest way: a list of saves, and one list of places per space.

Nothing of the program is called here: it is the second opinion.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from sync.protocol import Payload

DELETED = "deleted"
ALL = "*"
ERASE = "erase"
SIGNER = "signer"
BY_ITSELF = frozenset({"erased", SIGNER})
"""Types of operations that a computer writes by itself."""
ERASING = frozenset({"coordinator", "committee", "secretariat"})
"""Roles that may order that a record be erased."""
FORBIDDING = frozenset({"reader"})
"""Roles that may write nothing."""
MARKS = BY_ITSELF | {ERASE}
"""Types of operations that set nothing."""


class SaveId(NamedTuple):
    """A save is known by when it was made (no two are made in one second) and by its record."""

    at: str
    record: str


def told_at(space: str, type_name: str, opened: Payload) -> str:
    """Return what names a save beside its record: when it was made; of what a computer says by itself also where and by
    which."""
    return f"{opened.at} {space} {opened.by}" if type_name in BY_ITSELF else opened.at


Order = dict[tuple[str, str], list[SaveId]]
"""By space and record: what had a place when the endpoint was restored."""


class Entry(NamedTuple):
    """One place in the log of the endpoint, as it stands there."""

    space: str
    seq: int
    save: SaveId
    owner: str
    type: str
    values: dict[str, object]
    is_stub: bool = False
    """Whether it says nothing any more."""


class Question(NamedTuple):
    """Two values that met without knowing of each other."""

    record: str
    field: str
    winner: int
    loser: int


@dataclass
class Save:
    """One record of one act of a person: what was set, and what its author could know."""

    id: SaveId
    space: str
    owner: str
    type: str
    values: dict[str, object]
    seen: frozenset[SaveId]
    own: frozenset[SaveId]
    tick: int
    order: int = 0
    seq: int = 0
    fields: dict[str, frozenset[SaveId]] = field(default_factory=dict)
    """What its author had seen of some fields, where it is less: when a field was first set that was refused then, and
    is carried here; of the removal of a record that still shows."""
    before: dict[str, object] | None = None
    """What its author saw in these fields; None for a record that it made."""
    unsure: bool = False
    """Whether `before` is not known, because its author's laptop was in between two logs."""


@dataclass
class Life:
    """What one database file has been through: its own saves, by record; those that wait; how far it has read."""

    own: dict[str, list[SaveId]] = field(default_factory=lambda: defaultdict(list))
    unsent: dict[SaveId, Save] = field(default_factory=dict)
    refused: dict[SaveId, Save] = field(default_factory=dict)
    tainted: set[str] = field(default_factory=set)
    cursors: dict[str, int] = field(default_factory=dict)

    epoch: int = 0
    """Under which what is saved here is numbered; another one each time that both sides were brought together."""
    heard: bool = True
    """Whether this file and the endpoint speak of one log; not while one of them has gone back in time."""
    ahead: dict[str, frozenset[SaveId]] = field(default_factory=dict)
    """What had been read of each record before the endpoint was restored."""
    old: Order = field(default_factory=dict)
    """In which order, as far as this file has read the logs that are gone."""

    def on_top(self, record: str) -> list[Save]:
        """Return the own saves of a record that have no place, in the order made."""
        kept = [*self.refused.values(), *self.unsent.values()]
        return sorted((save for save in kept if save.id.record == record), key=lambda save: save.order)

    def copy(self) -> Life:
        """Return what a copy of the file has been through."""
        own: dict[str, list[SaveId]] = defaultdict(list)
        own.update({record: list(saves) for record, saves in self.own.items()})
        return Life(
            own, dict(self.unsent), dict(self.refused), set(self.tainted), dict(self.cursors), self.epoch, self.heard,
            dict(self.ahead), dict(self.old),
        )  # fmt: skip


class Model:
    """All saves and all logs, and what follows from them."""

    def __init__(self) -> None:
        self.saves: dict[SaveId, Save] = {}
        self.logs: dict[str, list[Save]] = defaultdict(list)
        self.by_record: dict[tuple[str, str], list[Save]] = defaultdict(list)
        self.questions: dict[str, dict[Question, bool]] = defaultdict(dict)
        """By space; the flag says that nobody may be without it (it is false where it is only allowed)."""
        self.types: dict[str, str] = {}
        self.turned: set[tuple[SaveId, str]] = set()
        """Saves, and a field of each, that came back to a restored endpoint behind what had replaced them."""
        self._setters: dict[tuple[str, str], dict[str, Save]] = defaultdict(dict)
        self._old: Order = {}

    def register(self, save: Save) -> None:
        """Remember a save that was acknowledged."""
        save.order = len(self.saves)
        self.saves[save.id] = save
        self.types.setdefault(save.id.record, save.type)

    def place(self, space: str, save: Save) -> None:
        """Put a save at the end of the log of its space, and work out which questions that raises."""
        log = self.logs[space]
        log.append(save)
        save.seq = len(log)
        setters = self._setters[space, save.id.record]
        old = self._old.get((space, save.id.record), [])
        for earlier in self.by_record[space, save.id.record] if save.id in old else ():
            if earlier.id in old[old.index(save.id) :]:
                self.turned |= {(save.id, name) for name in save.values.keys() & earlier.values.keys()}
        gone = setters.get(DELETED)
        if (
            gone is not None
            and gone.values[DELETED] is True
            and DELETED not in save.values
            and not _knew(save, gone, DELETED)
        ):
            self._ask(space, save, DELETED, gone.seq, save.seq)
        for name, value in save.values.items():
            if name == DELETED and value is True:
                unseen = [p.seq for f, p in setters.items() if f not in save.values and not _knew(save, p, ALL)]
                if unseen:
                    self._ask(space, save, DELETED, save.seq, max(unseen))
            before = setters.get(name)
            if before is not None and before.values[name] != value and not _knew(save, before, name):
                self._ask(space, save, name, save.seq, before.seq)
            setters[name] = save
        self.by_record[space, save.id.record].append(save)

    def seen(self, life: Life, space: str, record: str) -> frozenset[SaveId]:
        """Return the saves of a record that were read here."""
        cursor = life.cursors.get(space, 0)
        read = {save.id for save in self.by_record.get((space, record), ()) if save.seq <= cursor}
        return life.ahead.get(record, frozenset()) | read

    def but_for_removals(self, read: frozenset[SaveId]) -> frozenset[SaveId]:
        """Return what was read of a record but for those that removed it: it still shows."""
        return frozenset(save for save in read if self.saves[save].values.get(DELETED) is not True)

    def leave(self, life: Life) -> None:
        """The log that this file has read is about to go: keep what it had read, also while it was still reading it."""
        life.ahead |= {record: self.seen(life, space, record) for space, record in self.by_record}
        life.heard, life.cursors = False, {}

    def lose(self, life: Life) -> None:
        """The endpoint is about to go back: keep in which order this file has what it had read."""
        for (space, record), log in self.by_record.items():
            cursor = life.cursors.get(space, 0)
            _keep_order(life.old, space, record, [save.id for save in log if save.seq <= cursor])
        self.leave(life)

    def copied(self) -> dict[str, list[Save]]:
        """Return the logs as they are now."""
        return {space: list(log) for space, log in self.logs.items()}

    def rewind(self, logs: dict[str, list[Save]]) -> list[Save]:
        """Let these be the logs, as at a restored endpoint; return the saves that are gone.

        What had gone with an earlier restoring may be there again: the copy may be from before that one.
        """
        placed = [save for log in self.logs.values() for save in log]
        for (space, record), log in self.by_record.items():
            _keep_order(self._old, space, record, [save.id for save in log])
        self.logs, self.by_record = defaultdict(list), defaultdict(list)
        self.questions, self._setters = defaultdict(dict), defaultdict(dict)
        for save in self.saves.values():
            save.seq = 0
        for space, log in logs.items():
            for save in log:
                self.place(space, save)
        return [save for save in placed if not save.seq]

    def _ask(self, space: str, save: Save, name: str, winner: int, loser: int) -> None:
        self.questions[space][Question(save.id.record, name, winner, loser)] = True

    def is_turned(self, space: str, asked: Question) -> bool:
        """Say whether what came first of the two came back behind something that had replaced it: what is built on that
        can't say that it knew this one too. A removal builds on all fields, so it may have missed an edit of any."""
        first = self.logs[space][min(asked.winner, asked.loser) - 1]
        names = {asked.field} if asked.field in first.values else first.values.keys()
        return any((first.id, name) in self.turned for name in names)

    def after_log(self, space: str, record: str, cursor: int) -> dict[str, tuple[object, int]]:
        """Return value and place of each field of a record as the log up to `cursor` says."""
        found: dict[str, tuple[object, int]] = {}
        for save in self.by_record.get((space, record), ()):
            if save.seq > cursor:
                break
            found |= {name: (value, save.seq) for name, value in save.values.items()}
        return found

    def view(self, life: Life, space: str, record: str, lost: Iterable[SaveId] = ()) -> dict[str, object]:
        """Return what a person at this file must see of a record: the log so far, with own saves on top.

        In between is what only others can bring back to a restored endpoint (`lost`), where nobody has gone on since.
        """
        log = self.after_log(space, record, life.cursors.get(space, 0))
        seen = {name: value for name, (value, _) in log.items()}
        old = life.old.get((space, record), [])
        for each in lost:
            older = old[: old.index(each)]
            on_it = {name for name, (_, seq) in log.items() if self.logs[space][seq - 1].id not in older}
            seen |= {name: value for name, value in self.saves[each].values.items() if name not in on_it}
        for save in life.on_top(record):
            seen |= save.values
        return seen


def _keep_order(old: Order, space: str, record: str, log: list[SaveId]) -> None:
    """Add what the log that goes now says of a record: what had gone before it stays where it was.

    It showed on top of what it had replaced, and beneath all that came since: so does it when all is gone.
    """
    before = old.get((space, record), [])
    left = [save for save in before if save not in log]
    order: list[SaveId] = []
    for save in log:
        older = before[: before.index(save)] if save in before else before
        while left and left[0] in older:
            order.append(left.pop(0))
        order.append(save)
    old[space, record] = order + left


def _knew(save: Save, earlier: Save, name: str) -> bool:
    return earlier.id in save.fields.get(name, save.seen) or earlier.id in save.own
