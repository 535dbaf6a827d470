"""One big number with what it counts and how it moved."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from ui import theme
from ui.icons import IconLabel
from ui.widgets.labels import Text, Tone


class Figure(QFrame):
    """A card with a caption, a number, and a line on its trend or on why there is no number."""

    def __init__(self, caption: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.mark(self, role="card")
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 10, 16, 10)
        column.setSpacing(2)
        self._caption = Text(caption, "caption")
        self._number = Text("—", "figure")
        line = QHBoxLayout()
        line.setSpacing(5)
        self._icon = IconLabel("minus", "text2", 16)
        self._trend = Text("", "caption")
        line.addWidget(self._icon)
        line.addWidget(self._trend)
        line.addStretch(1)
        column.addWidget(self._caption)
        column.addWidget(self._number)
        column.addLayout(line)
        self.show_value(None, "")

    def show_value(self, number: str | None, trend: str, icon: str = "", tone: Tone = "neutral") -> None:
        """Show a number written for the reader, or a dash for None, and below it a trend or a reason."""
        self._number.setText("—" if number is None else number)
        self._trend.setText(trend)
        theme.mark(self._trend, role="head" if trend else "caption")
        self._trend.set_tone("" if tone == "neutral" else tone)
        self._icon.setVisible(bool(icon))
        if icon:
            self._icon.show_icon(icon, "text2" if tone == "neutral" else tone)
        self.setAccessibleName(f"{self._caption.text()}: {self._number.text()}")
        self.setAccessibleDescription(trend)
