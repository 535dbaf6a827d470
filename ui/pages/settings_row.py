"""One line of the settings: a name and a sentence at the left, the control at the right."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui.widgets.buttons import ActionButton
from ui.widgets.labels import Text


class SettingRow(QWidget):
    """A name and a sentence at the left, the control at the right."""

    def __init__(self, label: str, control: QWidget, sentence: str = "") -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 4, 0, 4)
        row.setSpacing(16)
        words = QVBoxLayout()
        words.setSpacing(1)
        self.label = Text(label, wrap=True)
        self.label.setBuddy(control)
        words.addWidget(self.label)
        self.sentence = Text(sentence, "caption", wrap=True)
        if not sentence:
            self.sentence.hide()  # shown it would flash up as a window: it has no parent yet
        words.addWidget(self.sentence)
        row.addLayout(words, 1)
        row.addWidget(control, 0, Qt.AlignmentFlag.AlignVCenter)
        if not control.accessibleName():
            control.setAccessibleName(label)
        if isinstance(control, ActionButton):
            control.setAccessibleName(f"{control.text()}: {label}")
        self.words = f"{label} {sentence}"
        self.line: QWidget | None = None
        """What stands above it, and shows only with it."""
        self.applies = True
        """Whether there is anything to do here; where not, no search shows it."""

    def setVisible(self, visible: bool) -> None:
        super().setVisible(visible)
        if self.line is not None:
            self.line.setVisible(visible)

    def set_applies(self, applies: bool) -> None:
        """Show the line only where there is anything to do."""
        self.applies = applies
        self.setVisible(applies)

    def say(self, sentence: str) -> None:
        """Change the quiet line."""
        self.sentence.setText(sentence)
        self.sentence.setVisible(bool(sentence))
