"""A quiet line below a list while several rows are chosen: how many, and what can be done with all of them at once."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from ui import theme
from ui.sides import margins
from ui.widgets.buttons import IconButton
from ui.widgets.labels import Text
from wimdesk.i18n import _, ngettext

_SAY_AFTER = 400
"""Milliseconds after the last change of what is chosen, so that Shift and an arrow key do not talk without end."""


class ChosenBar(QFrame):
    """One signal for each act; ``left`` asks to choose one row only again."""

    tag_wanted = Signal()
    set_wanted = Signal()
    export_wanted = Signal()
    remove_wanted = Signal()
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.mark(self, role="chosenbar")
        self._count = 0
        self.text = Text("", "strong")
        self.tag = IconButton("tag", _("Tags of those chosen"), "accent_text")
        self.fill = IconButton("pencil", _("Set a field of those chosen"), "accent_text")
        self.export = IconButton("download", _("Save those chosen"), "accent_text")
        self.bin = IconButton("trash-2", _("Move those chosen to the trash"), "accent_text")
        self.close_button = IconButton("x", _("Choose one only"), "accent_text")
        line = QHBoxLayout(self)
        line.setContentsMargins(margins(16, 4, 8, 4))
        line.setSpacing(0)
        line.addWidget(self.text, 1)
        for button, signal in (
            (self.tag, self.tag_wanted), (self.fill, self.set_wanted), (self.export, self.export_wanted),
            (self.bin, self.remove_wanted), (self.close_button, self.left),
        ):  # fmt: skip
            button.clicked.connect(signal)
            line.addWidget(button)
        self._say = QTimer(self)
        self._say.setSingleShot(True)
        self._say.setInterval(_SAY_AFTER)
        self._say.timeout.connect(self._announce)
        self.hide()

    def show_count(self, count: int) -> None:
        """Show how many are chosen; for one or none there is no bar."""
        if count == self._count:
            return
        self._count = count
        words = ngettext("{count} chosen", "{count} chosen", count)
        self.text.setText(words.format(count=self.locale().toString(count)))
        self.setVisible(count > 1)
        self._say.start()

    def set_busy(self, busy: bool) -> None:
        """While an act is under way nothing else can be asked for."""
        for button in (self.tag, self.fill, self.bin):
            button.setEnabled(not busy)

    def _announce(self) -> None:
        if QAccessible.isActive() and self._count > 1:
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, self.text.text()))
