"""What every page has in common: a header, a body, and when it is read anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.widgets.header import PageHeader
from wimdesk.events import Changed

if TYPE_CHECKING:
    from collections.abc import Callable

    from sync.client.engine import SyncStatus
    from ui.desk import Desk


class Page(QWidget):
    """One section of the window. Subclasses build in `build` and read in `refresh`.

    `header` stands on top, `body` is the layout below it; `desk` is there before `build` is called.
    """

    key: ClassVar[str] = ""
    follows_syncs: ClassVar[bool] = False
    """Whether it shows what a sync may change without changing a record: who is let in, what was refused."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self.header: PageHeader
        self.body: QVBoxLayout
        self._fresh = False
        self._missed: list[Changed] = []
        self._outer = QVBoxLayout(self)
        self._outer.setContentsMargins(0, 0, 0, 0)
        self._outer.setSpacing(0)
        self._make()
        desk.bridge.changed.connect(self._hear)
        if self.follows_syncs:
            desk.bridge.synced.connect(self._hear_sync)

    def build(self) -> None:
        """Make the widgets; called again after a change of language."""

    def refresh(self) -> None:
        """Read what the page shows; called on the first show and by `changed`."""

    def show_record(self, record_id: str) -> None:
        """Show one record of the page."""

    def add_shortcut(self, keys: str, act: Callable[[], object]) -> None:
        """Have keys do something wherever the cursor is on this page."""
        shortcut = QShortcut(QKeySequence(keys), self)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(act)

    def help_topic(self) -> str:
        """Return the key of the help for what shows now (ui.pages.help_texts)."""
        return self.key

    def changed(self, change: Changed) -> None:
        """Follow an announcement; one that came while the page was hidden follows on the next show."""
        self.refresh()

    def flush(self) -> None:
        """Save at once what is being typed; called before the page is left, rebuilt or closed."""

    def retranslate(self) -> None:
        """Say everything in the current language: by default all is built and read anew."""
        self.flush()
        for child in self.children():
            if child is self._outer:
                continue
            if isinstance(child, QWidget):
                self._outer.removeWidget(child)
                child.hide()
            child.deleteLater()
        self._make()
        self._fresh = False
        if self.isVisible():
            self._read()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._fresh:
            self._read()
        elif self._missed:
            missed, self._missed = self._missed, []
            self.changed(_together(missed))

    def _make(self) -> None:
        self.header = PageHeader("")
        self._outer.addWidget(self.header)
        inside = QWidget()
        self.body = QVBoxLayout(inside)
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(0)
        self._outer.addWidget(inside, 1)
        self.build()

    def _read(self) -> None:
        self._fresh = True
        self._missed.clear()
        self.refresh()

    def _hear(self, change: Changed) -> None:
        if self.isVisible():
            self.changed(change)
        elif self._fresh:
            self._missed.append(change)

    def _hear_sync(self, status: SyncStatus) -> None:
        if status.state == "running":
            return
        if self.isVisible():
            self._read()
        else:
            self._fresh = False


def _together(changes: list[Changed]) -> Changed:
    ids: dict[str, frozenset[str]] = {}
    for change in changes:
        for name, found in change.ids.items():
            ids[name] = ids.get(name, frozenset()) | found
    return Changed(ids, "", any(change.outbox for change in changes))
