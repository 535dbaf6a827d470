"""The receipts that were given out: each can be printed again, or cancelled with a reason; no number ever goes."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from ui import theme
from ui.desk import Desk
from ui.papers import Papers
from ui.widgets.banner import Banner
from ui.widgets.buttons import IconButton, LinkButton, QuietButton
from ui.widgets.card import Card
from ui.widgets.column import Column
from ui.widgets.labels import Chip, Text, Tone
from wimdesk.i18n import N_, _, ngettext
from wimdesk.services import letters
from wimdesk.services.dates import day_text
from wimdesk.services.letters import ReceiptRow

_CHIPS: dict[str, tuple[str, Tone]] = {
    "valid": (N_("Valid"), "ok"),
    "cancelled": (N_("Cancelled"), "neutral"),
    "removed": (N_("In the trash"), "neutral"),
}
_MOST = 50


class ReceiptLine(QWidget):
    """One receipt; ``printed`` and ``cancelled`` tell what is asked for."""

    printed = Signal(str)
    cancelled = Signal(str, str)

    def __init__(self, row: ReceiptRow, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.row = row
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        words, tone = _CHIPS[row.state]
        self.link = LinkButton(row.number or "–", "file-text")
        self.link.setAccessibleName(_("Save receipt {number} again").format(number=row.number))
        self.link.clicked.connect(lambda: self.printed.emit(row.id))
        line.addWidget(self.link)
        about = " · ".join(part for part in (row.name, day_text(row.issued_on), row.reason) if part)
        name = Text(about, "muted", wrap=True)
        line.addWidget(name, 1)
        self.reason = QLineEdit()
        self.reason.setPlaceholderText(_("Why?"))
        self.reason.setAccessibleName(_("Why is receipt {number} cancelled?").format(number=row.number))
        self.reason.setFixedWidth(theme.px(180))
        self.reason.returnPressed.connect(self._cancel)
        self.reason.hide()
        line.addWidget(self.reason)
        self.sure = QuietButton(_("Cancel it"))
        self.sure.clicked.connect(self._cancel)
        self.sure.hide()
        line.addWidget(self.sure)
        line.addWidget(Chip(_(words), tone))
        self.cross = IconButton("x", _("Cancel receipt {number}").format(number=row.number))
        self.cross.clicked.connect(self._ask)
        line.addWidget(self.cross)
        self.cross.setVisible(row.state == "valid")  # only now: without a parent it would flash up as a window

    def _ask(self) -> None:
        self.reason.show()
        self.sure.show()
        self.cross.hide()
        self.reason.setFocus(Qt.FocusReason.OtherFocusReason)

    def _cancel(self) -> None:
        self.cancelled.emit(self.row.id, self.reason.text())


class ReceiptsCard(Card):
    """All receipts, the latest first."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(_("Receipts"), parent=parent)
        self._desk = desk
        self._papers = Papers(desk, self)
        self._rows: tuple[ReceiptRow, ...] = ()
        self._shown = _MOST
        self.lines: list[ReceiptLine] = []
        self._empty = Text(_("A receipt is made from a payment, on the card of the member."), "muted", wrap=True)
        self.wrong = Banner("triangle-alert", "", tone="warn")
        self.wrong.hide()
        self._column = Column(6)
        self._more = LinkButton(_("Show more"))
        self._more.clicked.connect(self._show_more)
        for part in (self._empty, self.wrong, self._column, self._more):
            self.add(part)
        self.reload()

    def reload(self) -> None:
        """Read the receipts anew."""
        self._desk.tasks.read(self, letters.receipt_book, done=self._take, key="receipts")

    def _take(self, found: tuple[tuple[ReceiptRow, ...], tuple[str, ...]]) -> None:
        rows, wrong = found
        self.wrong.setVisible(bool(wrong))
        if wrong:
            words = ngettext(
                "{count} number is missing or stands twice", "{count} numbers are missing or stand twice", len(wrong)
            )
            self.wrong.say("triangle-alert", words.format(count=len(wrong)), ", ".join(wrong[:5]), "", "warn")
        if rows != self._rows or not self.lines:
            self._rows = rows
            self._fill()

    def _fill(self) -> None:
        self.lines = [ReceiptLine(row) for row in self._rows[: self._shown]]
        for line in self.lines:
            line.printed.connect(self._print)
            line.cancelled.connect(self._cancel)
        self._column.fill(self.lines)
        self._empty.setVisible(not self._rows)
        self._more.setVisible(len(self._rows) > self._shown)
        self.set_right(str(len(self._rows)) if self._rows else "")

    def _show_more(self) -> None:
        self._shown += _MOST
        self._fill()

    def _print(self, receipt: str) -> None:
        number = next((row.number for row in self._rows if row.id == receipt), "")
        path = self._papers.ask(number)
        if path is not None:
            self._papers.receipts_to([receipt], path)

    def _cancel(self, receipt: str, reason: str) -> None:
        self._desk.tasks.write(
            self, letters.cancel_receipt, receipt, reason, failed=lambda problem: self._desk.notices.warn(str(problem))
        )
