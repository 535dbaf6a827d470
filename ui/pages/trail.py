"""Who did what: every change of every record, newest first, and whether anybody altered the record of it."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui import moments
from ui.page import Page
from ui.places import PLACES
from ui.widgets.banner import Banner
from ui.widgets.buttons import PrimaryButton, SecondaryButton
from ui.widgets.card import Card
from ui.widgets.labels import Text
from ui.widgets.rows import ROW_ROLE, Row, RowDelegate, row_list
from wimdesk.events import Changed
from wimdesk.i18n import _
from wimdesk.services import trail
from wimdesk.services.trail import Change, Deed
from wimdesk.store.audit import Verdict

_DEED = int(Qt.ItemDataRole.UserRole) + 42
_FALLBACK_ICON = "pencil"


class TrailPage(Page):
    """Lists what was done; Enter opens the record."""

    key = "trail"
    follows_syncs = True

    def build(self) -> None:
        """Make the list and its two buttons."""
        self.header.set_title(_("Who did what"))
        self.check_button = PrimaryButton(_("Check this record"), "circle-check")
        self.check_button.clicked.connect(self.check)
        self.header.add_action(self.check_button)
        column = QVBoxLayout()
        column.setContentsMargins(24, 16, 24, 24)
        column.setSpacing(12)
        words = _("Every change: who, when, on which computer, what it was before and after.")
        column.addWidget(Text(words, "muted", wrap=True))
        self.outcome = Banner("info", "")
        self.outcome.hide()
        column.addWidget(self.outcome)
        self._model = QStandardItemModel(self)
        self.list = row_list(_("What was done"), RowDelegate(self, lines=1, density="comfortable"))
        self.list.setModel(self._model)
        self.list.activated.connect(self._open)
        card = Card()
        card.add(self.list, 1)
        self.earlier_button = SecondaryButton(_("Show earlier changes"), "chevron-down")
        self.earlier_button.clicked.connect(self._show_earlier)
        self.earlier_button.hide()
        card.add(self.earlier_button)
        column.addWidget(card, 1)
        inside = QWidget()
        inside.setLayout(column)
        self.body.addWidget(inside, 1)

    def refresh(self) -> None:
        """Read the latest changes."""
        self.desk.tasks.read(self, trail.deeds, done=self._show, key="deeds")

    def changed(self, change: Changed) -> None:
        """Each change is one more line."""
        self.refresh()

    def check(self) -> None:
        """Prove that nobody altered what stands here."""
        self.check_button.setEnabled(False)
        self.desk.tasks.write(self, trail.look, done=self._tell)

    def texts(self) -> list[str]:
        """Return the lines as they are spoken, from top to bottom."""
        role = int(Qt.ItemDataRole.AccessibleTextRole)
        return [str(self._model.item(row).data(role)) for row in range(self._model.rowCount())]

    def _tell(self, verdict: Verdict) -> None:
        self.check_button.setEnabled(True)
        told = trail.sentences(verdict)
        if verdict.findings:
            title = _("The record of what was done was altered outside WIMDesk. Your data itself is as you see it.")
            self.outcome.say("triangle-alert", title, "\n".join(told[:20]), tone="err")
        else:
            self.outcome.say("circle-check", told[0], "", tone="ok")
        self.outcome.show()

    def _show(self, found: list[Deed]) -> None:
        place = max(0, self.list.currentIndex().row())
        self._model.clear()
        self._add(found)
        if found:
            self.list.setCurrentIndex(self._model.index(min(place, len(found) - 1), 0))

    def _show_earlier(self) -> None:
        last = self._model.item(self._model.rowCount() - 1).data(_DEED)
        if isinstance(last, Deed):
            self.desk.tasks.read(self, trail.deeds, last.place, done=self._add, key="deeds")

    def _add(self, found: list[Deed]) -> None:
        for deed in found:
            title = f"{deed.caption} · {deed.type_label}" if deed.caption else deed.type_label
            said = _("What was said here was erased.") if deed.erased else "; ".join(map(_words, deed.changes))
            meta = " · ".join(part for part in (moments.moment(deed.at), deed.by, deed.device) if part)
            place = PLACES.get(deed.type)
            item = QStandardItem(title)
            item.setEditable(False)
            item.setData(Row(title, said, meta, icon=place.icon if place else _FALLBACK_ICON), ROW_ROLE)
            item.setData(
                ". ".join(part for part in (title, said, meta) if part), int(Qt.ItemDataRole.AccessibleTextRole)
            )
            item.setData(deed, _DEED)
            self._model.appendRow(item)
        self.earlier_button.setVisible(len(found) == trail.PAGE)

    def _open(self, index: QModelIndex) -> None:
        deed = index.data(_DEED)
        place = PLACES.get(deed.type) if isinstance(deed, Deed) else None
        if place is not None:
            self.desk.navigate(place.page, deed.record)


def _words(change: Change) -> str:
    if change.before and change.after:
        words = _("{field}: {before} → {after}")
        return words.format(field=change.label, before=change.before, after=change.after)
    if change.after:
        return _("{field}: {after}").format(field=change.label, after=change.after)
    return _("{field}: emptied, was {before}").format(field=change.label, before=change.before)
