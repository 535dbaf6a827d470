"""The trash: what was removed, newest first, each brought back with one button."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from ui import moments
from ui.page import Page
from ui.widgets.buttons import PrimaryButton
from ui.widgets.card import Card
from ui.widgets.empty import EmptyState
from ui.widgets.labels import Text
from ui.widgets.rows import ROW_ROLE, Row, RowDelegate, row_list
from wimdesk.i18n import _
from wimdesk.services import undoing
from wimdesk.services.undoing import Thrown

_THROWN = int(Qt.ItemDataRole.UserRole) + 41


class TrashPage(Page):
    """Lists what was removed; nothing in it is lost."""

    key = "trash"

    def build(self) -> None:
        """Make the list and the button."""
        self.header.set_title(_("Trash"))
        self.restore_button = PrimaryButton(_("Bring back"), "undo-2")
        self.restore_button.clicked.connect(self.restore)
        self.header.add_action(self.restore_button)
        self._model = QStandardItemModel(self)
        self.list = row_list(_("Removed records"), RowDelegate(self, density="compact"))
        self.list.setModel(self._model)
        self.list.activated.connect(lambda _index: self.restore())
        self._views = QStackedWidget()
        full = QWidget()
        column = QVBoxLayout(full)
        column.setContentsMargins(24, 16, 24, 24)
        column.setSpacing(12)
        column.addWidget(Text(_("What was removed stays here. Choose one to bring it back."), "muted", wrap=True))
        card = Card()
        card.add(self.list, 1)
        column.addWidget(card, 1)
        self._views.addWidget(full)
        self._views.addWidget(EmptyState("trash-2", _("The trash is empty. What you remove can be brought back here.")))
        self.body.addWidget(self._views, 1)
        self.restore_button.setEnabled(False)

    def refresh(self) -> None:
        """Read the trash."""
        self.desk.tasks.read(self, undoing.trash, done=self._show, key="trash")

    def restore(self) -> None:
        """Bring the chosen record back."""
        thrown = self._thrown(self.list.currentIndex())
        if thrown is None:
            return

        def done(_count: int) -> None:
            self.desk.notices.say(_("Brought back: {what}").format(what=thrown.caption))

        self.desk.tasks.write(self, undoing.restore, thrown.type, thrown.id, done=done)

    def _show(self, found: list[Thrown]) -> None:
        row = max(0, self.list.currentIndex().row())
        self._model.clear()
        for thrown in found:
            meta = " · ".join(p for p in (thrown.type_label, moments.moment(thrown.at), thrown.by) if p)
            item = QStandardItem(thrown.caption)
            item.setEditable(False)
            item.setData(Row(thrown.caption, meta=meta, icon="trash-2"), ROW_ROLE)
            item.setData(f"{thrown.caption}, {meta}", int(Qt.ItemDataRole.AccessibleTextRole))
            item.setData(thrown, _THROWN)
            self._model.appendRow(item)
        self._views.setCurrentIndex(0 if found else 1)
        self.restore_button.setEnabled(bool(found))
        if found:
            self.list.setCurrentIndex(self._model.index(min(row, len(found) - 1), 0))

    @staticmethod
    def _thrown(index: QModelIndex) -> Thrown | None:
        found = index.data(_THROWN) if index.isValid() else None
        return found if isinstance(found, Thrown) else None
