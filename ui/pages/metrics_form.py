"""The monthly form: sections as cards, opened one at a time, with a row for each indicator."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui import theme
from ui.forms.observation import CHANGE, FIELD, LAST, MORE, CellRow
from ui.widgets.buttons import IconButton
from ui.widgets.card import Card
from ui.widgets.labels import Chip, Text
from wimdesk.i18n import _
from wimdesk.records.indicator import SECTIONS
from wimdesk.services import metrics
from wimdesk.services.metrics import Row, Sheet


class SectionCard(Card):
    """One section; emits ``opened`` when it is asked to open or to fold."""

    toggled = Signal()

    def __init__(self, title: str, rows: tuple[Row, ...], parent: QWidget | None = None) -> None:
        super().__init__(title, parent=parent)
        self._name = title
        self.chip = Chip()
        self._fold = IconButton("chevron-down", title)
        self._fold.clicked.connect(self.toggled)
        self.add_to_head(self.chip)
        self.add_to_head(self._fold)
        self._last = _head("", LAST)
        self.add(self._heads())
        self.cells = [CellRow(row) for row in rows]
        for cell in self.cells:
            self.add(cell)
        self.content.setSpacing(6)
        self._head.installEventFilter(self)
        self._head.setCursor(Qt.CursorShape.PointingHandCursor)
        self.unfold(False)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QMouseEvent) and event.type() == QEvent.Type.MouseButtonRelease:
            self.toggled.emit()
            return True
        return super().eventFilter(watched, event)

    def unfold(self, opened: bool) -> None:
        """Show the rows, or only the title with how much is filled in."""
        self.open(opened)
        self._fold.show_icon("chevron-up" if opened else "chevron-down")
        name = _("Fold {section}") if opened else _("Open {section}")
        self._fold.set_name(name.format(section=self._name))

    def show_rows(self, rows: dict[str, Row], last_month: str, *, force: bool = False) -> None:
        """Show the rows of this section as they are now."""
        self._last.setText(last_month)
        for cell in self.cells:
            if cell.key in rows:
                cell.show_row(rows[cell.key], force=force)
        self._count([rows[cell.key] for cell in self.cells if cell.key in rows])

    def _count(self, rows: list[Row]) -> None:
        filled, wrong = sum(row.is_answered for row in rows), sum(bool(row.sentence("hard")) for row in rows)
        if wrong:
            self.chip.show_state(_("{count} to check").format(count=wrong), "err")
        elif filled == len(rows):
            self.chip.show_state(_("Complete"), "ok")
        else:
            words = _("{filled} of {all} filled").format(filled=filled, all=len(rows))
            self.chip.show_state(words, "warn" if filled else "neutral")

    def _heads(self) -> QWidget:
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addStretch(1)
        for head in (_head(_("This month"), FIELD), self._last, _head(_("Change"), CHANGE), _head("", MORE)):
            row.addWidget(head)
        return line


def _head(text: str, width: int) -> Text:
    head = Text(text, "head")
    head.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    head.setFixedWidth(theme.px(width))
    return head


class MonthForm(QWidget):
    """The form of one month. Emits ``entered`` (key, value or None) for each cell that is to be saved."""

    entered = Signal(str, object)
    status_chosen = Signal(str, str)
    explained = Signal(str)
    typed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(12)
        self._column.addStretch(1)
        self._sheet: Sheet | None = None
        self.cards: dict[str, SectionCard] = {}

    def sheet(self) -> Sheet | None:
        """Return the month as it stands in the fields, checked."""
        if self._sheet is None:
            return None
        typed = {cell.key: cell.typed() for cell in self.cells()}
        return metrics.check(self._sheet, typed)

    def show_sheet(self, sheet: Sheet) -> None:
        """Show a month; in the month already shown, what is being typed stays."""
        before = self._sheet
        other = before is None or (before.site.id, before.month) != (sheet.site.id, sheet.month)
        self._sheet = sheet
        if other or [cell.row.measure for cell in self.cells()] != [row.measure for row in sheet.rows]:
            if before is None or [row.measure for row in before.rows] != [row.measure for row in sheet.rows]:
                self._build(sheet)
            self._show(sheet, force=True)
        else:
            self._show(sheet)
        self.recheck()

    def recheck(self) -> None:
        """Check what stands in the fields and show what is found."""
        sheet = self.sheet()
        if sheet is not None:
            self._show(sheet)

    def flush(self) -> None:
        """Hand on everything that waits to be saved."""
        for cell in self.cells():
            cell.flush()

    def cells(self) -> list[CellRow]:
        """Return the rows of all sections from top to bottom."""
        return [cell for card in self.cards.values() for cell in card.cells]

    def unfold(self, section: str) -> None:
        """Open one section and fold the others; an open one is folded."""
        for key, card in self.cards.items():
            card.unfold(key == section and not card.is_open())

    def go_to(self, key: str) -> None:
        """Open the section of a cell and put the cursor into it."""
        for section, card in self.cards.items():
            for cell in card.cells:
                if cell.key == key:
                    if not card.is_open():
                        self.unfold(section)
                    cell.show_problem()
                    cell.field.setFocus(Qt.FocusReason.OtherFocusReason)
                    cell.field.selectAll()

    def _show(self, sheet: Sheet, *, force: bool = False) -> None:
        rows = {row.key: row for row in sheet.rows}
        before = metrics.month_word(metrics.month_before(sheet.month))
        before = before[:1].upper() + before[1:]
        for card in self.cards.values():
            card.show_rows(rows, before, force=force)

    def _build(self, sheet: Sheet) -> None:
        opened = next((key for key, card in self.cards.items() if card.is_open()), "")
        for card in self.cards.values():
            self._column.removeWidget(card)
            card.hide()
            card.deleteLater()
        self.cards = {}
        for key, rows in sheet.sections().items():
            card = SectionCard(_(SECTIONS.get(key, key)), rows)
            card.toggled.connect(lambda key=key: self.unfold(key))
            self._column.insertWidget(len(self.cards), card)
            self.cards[key] = card
            for cell in card.cells:
                self._connect(cell)
        first = opened if opened in self.cards else next(iter(self.cards), "")
        if first:
            self.cards[first].unfold(True)

    def _connect(self, cell: CellRow) -> None:
        cell.entered.connect(self.entered)
        cell.entered.connect(lambda *_ignored: self._after_typing())
        cell.read_anew.connect(self._after_typing)
        cell.status_chosen.connect(self.status_chosen)
        cell.explained.connect(self.explained)
        cell.field.down.connect(lambda steps: self._move(cell, steps))
        cell.field.pasted.connect(lambda lines: self._paste(cell, lines))

    def _after_typing(self) -> None:
        self.recheck()
        self.typed.emit()

    def _move(self, cell: CellRow, steps: int) -> None:
        cells = self.cells()
        at = cells.index(cell) + steps
        if 0 <= at < len(cells):
            self.go_to(cells[at].key)
        else:
            cell.flush()

    def _paste(self, cell: CellRow, lines: list[str]) -> None:
        cells = self.cells()
        for below, text in zip(cells[cells.index(cell) :], lines, strict=False):
            if text:
                below.put(text)
                below.flush()
        self._after_typing()

    def has_unreadable(self) -> bool:
        """Tell whether a field holds something that is not a number."""
        return any(math.isnan(value) for cell in self.cells() if (value := cell.typed()) is not None)
