"""A label, the field it belongs to, and one line below for a hint or for what needs a second look."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from ui import theme
from ui.icons import IconLabel
from ui.widgets.labels import Text, Tone, plain_name

_ICONS: dict[Tone, str] = {"warn": "triangle-alert", "err": "circle-alert", "ok": "circle-check", "info": "info"}
_GAP = 4
"""Pixels between a label and its editor."""


class FieldRow(QWidget):
    """Joins an editor to its label (above it, or beside it in dense forms) and to its hint or message.

    A `button` that does something with what was typed stands at the end of the field's line.
    """

    def __init__(
        self, label: str, editor: QWidget, hint: str = "", beside: bool = False, parent: QWidget | None = None,
        button: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self.editor = editor
        self._hint = hint
        self.label = Text(label, "body" if beside else "head")
        self.label.setBuddy(editor)
        if not editor.accessibleName():
            editor.setAccessibleName(plain_name(label))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(_GAP)
        if beside:
            line = QHBoxLayout()
            line.setSpacing(12)
            line.addWidget(self.label, 1)
            line.addWidget(editor)
            outer.addLayout(line)
        else:
            outer.addWidget(self.label)
            if button is None:
                outer.addWidget(editor)
            else:
                line = QHBoxLayout()
                line.setSpacing(12)
                line.addWidget(editor, 1)
                line.addWidget(button)
                outer.addLayout(line)
        grows = bool(editor.sizePolicy().expandingDirections() & Qt.Orientation.Vertical)
        tall = grows and editor.maximumHeight() > editor.minimumHeight()
        self.setSizePolicy(
            QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred if tall else QSizePolicy.Policy.Maximum
        )
        self._message_line = QWidget()
        below = QHBoxLayout(self._message_line)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(6)
        self._icon = IconLabel("info", "text2", 15)
        self._message = Text("", "caption", wrap=True)
        below.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        below.addWidget(self._message, 1)
        outer.addWidget(self._message_line)
        self.clear_message()

    def message(self) -> str:
        """Return what stands below the field, be it the hint or a message."""
        return self._message.text()

    def set_message(self, text: str, tone: Tone = "err") -> None:
        """Show a message below the field, mark the field, and say it to a screen reader."""
        if not text:
            self.clear_message()
            return
        self._message.setText(text)
        self._message.set_tone(tone)
        self._icon.show_icon(_ICONS.get(tone, "info"), tone if tone in _ICONS else "text2")
        self._icon.show()
        self._message_line.show()
        self.editor.setAccessibleDescription(text)
        if isinstance(self.editor, QLineEdit):
            theme.mark(self.editor, state=tone if tone in {"warn", "err"} else "normal")
        if QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self.editor, text))

    def clear_message(self) -> None:
        """Go back to the hint, or to no line at all."""
        self._message.setText(self._hint)
        self._message.set_tone("")
        self._icon.hide()
        self._message_line.setVisible(bool(self._hint))
        self.editor.setAccessibleDescription(self._hint)
        if isinstance(self.editor, QLineEdit):
            theme.mark(self.editor, state="normal")


def beside_editor(button: QWidget, row: FieldRow) -> QVBoxLayout:
    """Return a column in which a button stands at the height of the editor of the row beside it, at any size of letters
    and in any script."""
    above = Text(row.label.text(), "head")
    above.setFixedWidth(1)
    policy = above.sizePolicy()
    policy.setRetainSizeWhenHidden(True)
    above.setSizePolicy(policy)
    above.hide()
    column = QVBoxLayout()
    column.setSpacing(_GAP)
    column.addWidget(above)
    column.addWidget(button)
    column.addStretch(1)
    return column
