"""What a screen shows while there is nothing in it yet."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.icons import IconLabel
from ui.widgets.buttons import PrimaryButton
from ui.widgets.labels import Text


class EmptyState(QWidget):
    """An icon, one sentence of what will be here, and one button to begin; emits ``started``."""

    started = Signal()

    def __init__(
        self,
        icon: str,
        sentence: str,
        action: str = "",
        action_icon: str | None = "plus",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 24, 16, 24)
        column.setSpacing(16)
        column.addStretch(2)
        self._icon = IconLabel(icon, "text3", 40)
        column.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignHCenter)
        self._sentence = Text(sentence, "muted", wrap=True)
        self._sentence.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._sentence.setMinimumWidth(160)
        column.addWidget(self._sentence)
        self.button = PrimaryButton(action, action_icon)
        self.button.clicked.connect(self.started)
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)
        # Only now: a button without a parent would flash up as a window of its own.
        self.button.setVisible(bool(action))
        column.addStretch(3)

    def say(self, sentence: str, action: str = "", icon: str | None = None) -> None:
        """Change the sentence, the button (hidden when empty) and, if given, the icon."""
        self._sentence.setText(sentence)
        self.button.setText(action)
        self.button.setVisible(bool(action))
        if icon is not None:
            self._icon.show_icon(icon)
