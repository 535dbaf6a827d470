"""A field for one text in several languages: a line for each language there is, and a button for another one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale, QPoint, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QPlainTextEdit, QVBoxLayout, QWidget

from ui import theme
from ui.widgets.buttons import LinkButton
from ui.widgets.labels import Chip, tool_tip
from wimdesk.i18n import LANGUAGES, _, content_language

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class LanguageMapField(QWidget):
    """Edits ``{"en": "...", "fr": "..."}``; a language whose line is empty is left out of the value."""

    changed = Signal()

    def __init__(
        self,
        name: str = "",
        languages: Sequence[tuple[str, str]] | None = None,
        multiline: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._languages = dict(sorted((languages or LANGUAGES.items()), key=lambda each: each[0] != content_language()))
        self._multiline = multiline
        self._edits: dict[str, QLineEdit | QPlainTextEdit] = {}
        self._lines: list[QWidget] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(6)
        column.addLayout(self._rows)
        self._add = LinkButton(_("Add a language"), "plus")
        self._add.set_slim()
        self._add.clicked.connect(self._offer)
        column.addWidget(self._add, 0, Qt.AlignmentFlag.AlignLeft)
        self.setAccessibleName(name)
        self.set_value({})

    def setAccessibleName(self, name: str) -> None:
        super().setAccessibleName(name)
        for code, edit in self._edits.items():
            edit.setAccessibleName(self._spoken(code))

    def value(self) -> dict[str, str]:
        """Return the text of each language that has one."""
        texts = {code: _text(edit).strip() for code, edit in self._edits.items()}
        return {code: text for code, text in texts.items() if text}

    def set_value(self, value: Mapping[str, str] | None) -> None:
        """Show a line for each language of ``value``, the reader's first; where there is none, a line in hers."""
        known = [code for code in self._languages if code in (value or {})]
        codes = known + [code for code in value or {} if code not in known] or list(self._languages)[:1]
        if set(codes) != set(self._edits):
            self._clear()
            for code in codes:
                self.add_language(code)
        for code, edit in self._edits.items():
            text = (value or {}).get(code, "")
            if text != _text(edit):
                blocked = edit.blockSignals(True)
                edit.setPlainText(text) if isinstance(edit, QPlainTextEdit) else edit.setText(text)
                edit.blockSignals(blocked)

    def editor(self, code: str) -> QLineEdit | QPlainTextEdit:
        """Return the line of a language; KeyError if it has none."""
        return self._edits[code]

    def add_language(self, code: str) -> None:
        """Add a line for a language, unless it has one."""
        if code in self._edits:
            return
        edit = self._new_edit(code)
        line = QWidget(self)
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        chip = Chip(code.upper(), "neutral")
        chip.setToolTip(tool_tip(self._languages.get(code, code)))
        chip.setMinimumWidth(theme.px(40))
        row.addWidget(chip, 0, Qt.AlignmentFlag.AlignTop if self._multiline else Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(edit, 1)
        self._rows.addWidget(line)
        line.show()  # else it comes a moment after the line that it replaces has gone
        self._lines.append(line)
        self._edits[code] = edit
        if len(self._edits) == 1:
            self.setFocusProxy(edit)
        self._add.setVisible(bool(self._missing()))

    def _new_edit(self, code: str) -> QLineEdit | QPlainTextEdit:
        edit: QLineEdit | QPlainTextEdit = QPlainTextEdit(self) if self._multiline else QLineEdit(self)
        if isinstance(edit, QPlainTextEdit):
            edit.setTabChangesFocus(True)
            edit.setFixedHeight(theme.px(88))
        edit.setAccessibleName(self._spoken(code))
        edit.setLayoutDirection(QLocale(code).textDirection())
        edit.textChanged.connect(self.changed)
        return edit

    def _spoken(self, code: str) -> str:
        return f"{self.accessibleName()}, {self._languages.get(code, code)}"

    def _missing(self) -> list[str]:
        return [code for code in self._languages if code not in self._edits]

    def _offer(self) -> None:
        menu = QMenu(self)
        for code in self._missing():
            menu.addAction(self._languages[code]).setData(code)
        chosen = menu.exec(self._add.mapToGlobal(QPoint(0, self._add.height())))
        menu.deleteLater()
        if chosen is not None:
            self.add_language(chosen.data())
            self._edits[chosen.data()].setFocus()

    def _clear(self) -> None:
        for line in self._lines:
            self._rows.removeWidget(line)
            line.hide()
            line.deleteLater()
        self._lines.clear()
        self._edits.clear()


def _text(edit: QLineEdit | QPlainTextEdit) -> str:
    return edit.toPlainText() if isinstance(edit, QPlainTextEdit) else edit.text()
