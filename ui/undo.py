"""Ctrl+Z and Ctrl+Y for records: what a person did since the start can be taken back, one act after another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from wimdesk.i18n import _, ngettext

if TYPE_CHECKING:
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
        self._known = 0
        self._busy = False
        desk.tasks.read(self, _last_act, done=self._begin)
        desk.bridge.changed.connect(self._hear)

    def undo(self) -> None:
        """Take back the latest act that stands."""
        if self._busy:
            return
        if not self._acts:
            self._desk.notices.say(_("There is nothing to take back."))
            return
        self._take_back(self._acts.pop(), self._taken_back, _("Taken back. Ctrl+Y brings it again."))

    def redo(self) -> None:
        """Bring back what was taken back last."""
        if self._busy:
            return
        if not self._taken_back:
            self._desk.notices.say(_("There is nothing to bring back."))
            return
        self._take_back(self._taken_back.pop(), self._acts, _("Brought back."))

    def take_back(self, act: int) -> None:
        """Take back one act by its number (0: the latest)."""
        if act in self._acts:
            self._acts.remove(act)
        self._take_back(act, self._taken_back, _("Taken back."))

    def _take_back(self, act: int, other: list[int], words: str) -> None:
        from wimdesk.services import undoing

        self._busy = True

        def done(found: tuple[int, int]) -> None:
            self._busy = False
            changed, made = found
            if not changed:
                self._desk.notices.say(_("It was changed again since. It stays as it is."))
                return
            self._known = made
            other.append(made)
            more = ngettext("{count} record changed.", "{count} records changed.", changed).format(count=changed)
            self._desk.notices.say(words if changed == 1 else f"{words} {more}")

        def failed(problem: Exception) -> None:
            self._busy = False
            self._desk.notices.warn(str(problem))

        self._desk.tasks.write(self, undoing.take_back, act, done=done, failed=failed)

    def _begin(self, act: int) -> None:
        self._known = act

    def _hear(self, change: Changed) -> None:
        if change.origin != "sync" and not self._busy:
            self._desk.tasks.read(self, _last_act, done=self._note, key="act")

    def _note(self, act: int) -> None:
        if self._busy or not act or act == self._known:
            return
        self._known = act
        self._acts.append(act)
        del self._acts[:-MOST_ACTS]
        self._taken_back.clear()


def _last_act(session: object) -> int:
    from wimdesk.store import history

    return history.last_act(session)  # type: ignore[arg-type]  # always a session; its class stays out of the screens
