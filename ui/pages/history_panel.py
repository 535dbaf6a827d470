"""The history of a record, opened below it: who changed which field, when, from what to what."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui.desk import Desk
from ui.icons import IconLabel
from ui.sides import margins
from ui.widgets.buttons import LinkButton
from ui.widgets.column import Column
from ui.widgets.labels import Text, hairline
from wimdesk.i18n import _, ngettext
from wimdesk.services import dates, timeline
from wimdesk.services.timeline import Edit

_PAGE = 20


class HistoryPanel(QWidget):
    """A link that opens what was changed in one or several records; read anew each time it is opened."""

    opened = Signal()

    def __init__(self, desk: Desk, records: Sequence[str] = (), title: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._records = list(records)
        self._edits: list[Edit] = []
        self._shown = _PAGE
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        self._title = title or _("History")
        self.button = LinkButton(self._title, "history")
        self.button.setCheckable(True)
        self.button.toggled.connect(self._switch)
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)
        self._lines = Column(6)
        self._lines.setContentsMargins(margins(4, 0, 0, 0))
        column.addWidget(self._lines)

    def show_records(self, records: Sequence[str]) -> None:
        """Tell of these records from now on."""
        if list(records) != self._records:
            self._records = list(records)
            self._shown = _PAGE
        self.reload()

    def reload(self) -> None:
        """Read the history anew if it is open."""
        if self.button.isChecked():
            self._desk.tasks.read(self, timeline.edits, list(self._records), done=self._take, key="edits")

    def texts(self) -> list[str]:
        """Return the lines that are shown, for tests and for reading aloud."""
        return [text.text() for text in self._lines.findChildren(Text) if text.text()]

    def _switch(self, opened: bool) -> None:
        self.button.setText(_("Hide the history") if opened else self._title)
        if not opened:
            self._lines.fill([])
        self.reload()

    def _take(self, edits: list[Edit]) -> None:
        self._edits = edits
        if not self.button.isChecked():
            return  # closed again while it was read
        self._rebuild()
        QTimer.singleShot(0, self, self.opened.emit)

    def _rebuild(self) -> None:
        lines: list[QWidget] = []
        if not self._edits:
            lines.append(Text(_("Nothing was changed here since the data came to this computer."), "muted", True))
        for (at, by), group in groupby(self._edits[: self._shown], key=lambda edit: (edit.at, _who(edit))):
            lines.append(_act(at, by, list(group)))
        rest = len(self._edits) - self._shown
        if rest > 0:
            words = ngettext("Show {count} earlier change", "Show {count} earlier changes", rest)
            more = LinkButton(words.format(count=rest), "chevron-down")
            more.clicked.connect(self._show_more)
            lines.append(more)
        self._lines.fill(lines)

    def _show_more(self) -> None:
        self._shown += len(self._edits)
        self._rebuild()


def _who(edit: Edit) -> str:
    return edit.by or (_("You") if edit.mine else _("Somebody"))


def _act(at: str, by: str, edits: list[Edit]) -> QWidget:
    block = QWidget()
    column = QVBoxLayout(block)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(2)
    head = QHBoxLayout()
    head.setSpacing(6)
    waiting = any(edit.waiting for edit in edits)
    head.addWidget(IconLabel("clock" if waiting else "check", "text2", 14))
    words = _("{when} · {who} · waiting to be sent") if waiting else _("{when} · {who}")
    head.addWidget(Text(words.format(when=dates.moment_text(at), who=by), "head"))
    head.addStretch(1)
    column.addLayout(head)
    for edit in edits:
        column.addWidget(Text(_line(edit), "snippet", wrap=True))
    column.addWidget(hairline())
    return block


def _line(edit: Edit) -> str:
    label = f"{edit.subject} – {edit.label}" if edit.subject else edit.label
    if edit.before and edit.after:
        return _("{field}: {before} → {after}").format(field=label, before=edit.before, after=edit.after)
    if edit.after:
        return _("{field}: {after}").format(field=label, after=edit.after)
    return _("{field}: emptied, was {before}").format(field=label, before=edit.before)
