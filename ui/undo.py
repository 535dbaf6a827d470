"""Ctrl+Z and Ctrl+Y for records: what a person did since the start can be taken back, one act after another."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from wimdesk.i18n import _, ngettext
from wimdesk.services import removals

if TYPE_CHECKING:
    from collections.abc import Callable

    from ui.desk import Desk
    from wimdesk.events import Changed

MOST_ACTS = 200


class Undoing(QObject):
    """Remembers the acts of this session. Taking back is itself an act, so that it can be taken back too."""

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._acts: list[int] = []
        self._taken_back: list[int] = []
        self._place = -1
        self._own: set[int] = set()
        self._busy = False
        self._then: Callable[[], None] | None = None
        desk.tasks.read(self, _acts_after, 0, done=self._begin)
        desk.bridge.changed.connect(self._hear)
        desk.bridge.changed.connect(self._mention_many)
        desk.tasks.saving.connect(self._go_on)

    def _mention_many(self, change: Changed) -> None:
        """Whoever removes very much at once is asked once whether that was meant, and can go on meanwhile."""
        if change.removed and change.origin != "sync":
            ask = partial(self._ask, change.removed)
            self._desk.tasks.read(self, removals.is_many, change.removed, done=ask)

    def _ask(self, removed: int, is_many: bool) -> None:
        if not is_many:
            return
        words = ngettext(
            "You moved {count} record to the trash. Is that right? Others are asked too.",
            "You moved {count} records to the trash. Is that right? Others are asked too.",
            removed,
        )
        self._desk.notices.offer_undo(words.format(count=removed))

    def undo(self) -> None:
        """Take back the latest act that stands."""
        if not self._busy:
            self._look(self._undo)

    def _undo(self) -> None:
        if not self._acts:
            self._desk.notices.say(_("There is nothing to take back."))
            return
        self._take_back(self._acts.pop(), self._taken_back, _("Taken back. Ctrl+Y brings it again."))

    def redo(self) -> None:
        """Bring back what was taken back last."""
        if not self._busy:
            self._look(self._redo)

    def _redo(self) -> None:
        if not self._taken_back:
            self._desk.notices.say(_("There is nothing to bring back."))
            return
        self._take_back(self._taken_back.pop(), self._acts, _("Brought back."))

    def take_back(self, act: int) -> None:
        """Take back one act by its number (0: the latest)."""
        if not self._busy:
            self._look(partial(self._take_back_act, act))

    def _take_back_act(self, act: int) -> None:
        act = act or (self._acts[-1] if self._acts else 0)
        if act in self._acts:
            self._acts.remove(act)
        self._take_back(act, self._taken_back, _("Taken back."))

    def _take_back(self, act: int, other: list[int], words: str) -> None:
        from wimdesk.services import undoing

        self._busy = True

        def done(found: tuple[int, int, str]) -> None:
            self._busy = False
            changed, made, name = found
            if not changed:
                self._desk.notices.say(_("It was changed again since. It stays as it is."))
                return
            self._own.add(made)
            other.append(made)
            more = ngettext("{count} record changed.", "{count} records changed.", changed).format(count=changed)
            told = words if changed == 1 else f"{words} {more}"
            self._desk.notices.say(f"{name} · {told}" if name else told)

        def failed(problem: Exception) -> None:
            self._busy = False
            self._desk.notices.warn(str(problem))

        self._desk.tasks.write(self, undoing.take_back_named, act, done=done, failed=failed)

    def _begin(self, found: tuple[int, list[int]]) -> None:
        self._place = found[0]
        self._look()

    def _hear(self, change: Changed) -> None:
        if change.origin != "sync" and not self._busy:
            self._look()

    def _go_on(self, writes: int) -> None:
        if self._then is not None and not writes:
            self._look()  # a save that failed or changed nothing is told in no other way

    def _look(self, then: Callable[[], None] | None = None) -> None:
        """Note what was done since, and go on once everything that is being saved is among it."""
        self._then = then or self._then
        if self._place < 0:
            return  # where this session begins is still being read: what is older is not its own
        self._desk.tasks.read(self, _acts_after, self._place, done=self._note, key="acts")

    def _note(self, found: tuple[int, list[int]]) -> None:
        if self._busy:
            return
        self._place, acts = found
        for act in acts:
            if act in self._own:
                continue
            if act in self._acts:
                self._acts.remove(act)  # the same visit of a field goes on
            self._acts.append(act)
            self._taken_back.clear()
        del self._acts[:-MOST_ACTS]
        if self._then is not None and not self._desk.tasks.writes:
            then, self._then = self._then, None
            then()


def _acts_after(session: object, place: int) -> tuple[int, list[int]]:
    from wimdesk.services import undoing

    return undoing.acts_after(session, place)  # type: ignore[arg-type]  # always a session; it stays out of the screens
