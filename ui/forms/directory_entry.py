"""Our entry in the directory as a form that saves itself; beside each field stands whether the Alliance sees it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from ui import theme
from ui.desk import Desk
from ui.forms.binder import Binder
from ui.widgets.tags import TagsField
from wimdesk.i18n import _
from wimdesk.records.directory_entry import CHOSEN
from wimdesk.services import directory

_SHOW = 168
"""Pixels for the box beside each field."""


class DirectoryEntryForm(QWidget):
    """How to reach us, what we offer and need."""

    def __init__(self, desk: Desk, record: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.binder = Binder(desk, "directory_entry", record, self)
        self.boxes: dict[str, QCheckBox] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        for name in CHOSEN:
            column.addWidget(self._line(name))
        self.binder.loaded.connect(self._show)

    def _line(self, name: str) -> QWidget:
        box = QCheckBox(_("Show to the Alliance"))
        row = self.binder.bind(name, _editor(name))
        box.setAccessibleName(_("Show to the Alliance: {field}").format(field=row.label.text()))
        box.toggled.connect(lambda on: self._desk.tasks.write(self, directory.show, [name], on))
        self.boxes[name] = box
        holder = QWidget()
        holder.setFixedWidth(theme.px(_SHOW))
        inside = QVBoxLayout(holder)
        inside.setContentsMargins(0, theme.px(24), 0, 0)
        inside.addWidget(box)
        line = QWidget()
        both = QHBoxLayout(line)
        both.setContentsMargins(0, 0, 0, 0)
        both.setSpacing(16)
        both.addWidget(row, 1, Qt.AlignmentFlag.AlignTop)
        both.addWidget(holder, 0, Qt.AlignmentFlag.AlignTop)
        return line

    def _show(self, values: dict[str, object]) -> None:
        shown = values["shown"]
        for name, box in self.boxes.items():
            blocked = box.blockSignals(True)
            box.setChecked(isinstance(shown, list) and name in shown)
            box.blockSignals(blocked)


def _editor(name: str) -> QWidget:
    if name in {"interests", "offers", "needs"}:
        return TagsField(free=True)
    if name == "address":
        edit = QPlainTextEdit()
        edit.setTabChangesFocus(True)
        edit.setFixedHeight(theme.px(72))
        return edit
    return QLineEdit()
