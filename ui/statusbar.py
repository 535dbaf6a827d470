"""The line at the bottom of the window: what is saved, what waits to be sent, and when the last sync was."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from ui import theme
from ui.icons import IconLabel
from ui.widgets.buttons import QuietButton
from ui.widgets.labels import Text, Tone, tool_tip
from wimdesk.i18n import _, ngettext

SavedState = Literal["saved", "saving", "not_saved"]
Connection = Literal["online", "offline", "syncing", "not_set_up", "trouble"]

_EDGES, _APART = 64, 12
"""What the margins and gaps take, and what stays free between left and right."""
_CONNECTION_LOOK: dict[Connection, tuple[str, str]] = {
    "online": ("cloud", "ok"),
    "offline": ("cloud-off", "copper"),
    "syncing": ("refresh-cw", "info"),
    "not_set_up": ("cloud-off", "text2"),
    "trouble": ("triangle-alert", "err"),
}


class StatusBar(QFrame):
    """Says at any time that nothing is lost; emits ``sync_requested`` when the user asks for a sync."""

    sync_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("statusbar")
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 1, 14, 0)
        row.setSpacing(5)
        self._saved_icon = IconLabel("circle-check", "ok", 16)
        self._saved = Text("", "caption")
        row.addWidget(self._saved_icon)
        row.addWidget(self._saved)
        row.addStretch(1)
        self._connection_icon = IconLabel("cloud-off", "copper", 16)
        self._connection = Text("", "caption")
        theme.mark(self._connection, role="state")
        self._rest = Text("", "caption")
        self.sync_button = QuietButton("", "refresh-cw")
        self.sync_button.set_slim()
        self.sync_button.clicked.connect(self.sync_requested)
        row.addWidget(self._connection_icon)
        row.addWidget(self._connection)
        row.addWidget(self._rest)
        row.addSpacing(4)
        row.addWidget(self.sync_button)
        self._words, self._parts = "", [""]
        for text in (self._saved, self._rest):
            text.setMinimumWidth(1)  # what does not fit is left out, the window need not grow
        self._state: Connection = "offline"
        self._waiting = 0
        self._last_sync = ""
        self.set_saved("saved")
        self.set_connection("offline")
        self._resize()

    def set_saved(self, state: SavedState, detail: str = "") -> None:
        """Show whether all is saved; ``detail`` says for "not_saved" why, and what to do."""
        texts = {
            "saved": _("All changes saved on this computer"),
            "saving": _("Saving…"),
            "not_saved": _("Not saved: {why}").format(why=detail) if detail else _("Not saved"),
        }
        icon, token, tone = {
            "saved": ("circle-check", "ok", ""),
            "saving": ("hard-drive", "text2", ""),
            "not_saved": ("circle-alert", "err", "err"),
        }[state]
        self._words = texts[state]
        self._saved_icon.show_icon(icon, token)
        self._saved.set_tone(_err(tone))
        self._fit()

    def set_connection(self, state: Connection) -> None:
        """Show the connection; while a sync runs its button rests."""
        self._state = state
        self._show()

    def set_waiting(self, count: int) -> None:
        """Show how many changes have not been sent yet."""
        self._waiting = count
        self._show()

    def set_last_sync(self, when: str) -> None:
        """Show when the last sync succeeded, written for the reader ("today 09:14"); empty means never."""
        self._last_sync = when
        self._show()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "sync_button"):
            self._resize()
            self._fit()
        super().changeEvent(event)

    def _show(self) -> None:
        words: dict[Connection, str] = {
            "online": _("Online"),
            "offline": _("Offline"),
            "syncing": _("Syncing"),
            "not_set_up": _("Sync is not set up"),
            "trouble": _("Sync did not finish"),
        }
        icon, token = _CONNECTION_LOOK[self._state]
        self._connection_icon.show_icon(icon, token)
        self._connection.setText(words[self._state])
        self._parts = [self._waiting_words()]
        if self._state != "not_set_up":
            last = _("last sync {when}").format(when=self._last_sync) if self._last_sync else _("never synced")
            self._parts.append(last)
        busy = self._state == "syncing"
        self.sync_button.setText(_("Syncing…") if busy else _("Sync now"))
        self.sync_button.setEnabled(not busy and self._state != "not_set_up")
        self._fit()

    def _fit(self) -> None:
        """Say as much as there is room for: first the time of the last sync is left out, at last a word is cut.

        All of it is said to a screen reader, and by a tip.
        """
        room = self.width() - self._taken()
        measure = self._rest.fontMetrics().horizontalAdvance
        words = self._saved.fontMetrics().horizontalAdvance(self._words)
        texts = ["".join(f"· {part} " for part in self._parts[:count]).strip() for count in (2, 1, 0)]
        chosen = next((text for text in texts if words + measure(text) <= room), "")
        self._rest.setText(chosen)
        left = max(0, room - measure(chosen))
        self._saved.setText(self._saved.fontMetrics().elidedText(self._words, Qt.TextElideMode.ElideRight, left))
        for label, whole in ((self._rest, texts[0]), (self._saved, self._words)):
            label.setAccessibleName(whole)
            label.setToolTip(tool_tip(whole if label.text() != whole else ""))

    def _taken(self) -> int:
        """Return the width of everything but the two texts."""
        fixed = (self._saved_icon, self._connection_icon, self._connection, self.sync_button)
        return sum(each.sizeHint().width() for each in fixed) + _EDGES + theme.px(_APART)

    def _waiting_words(self) -> str:
        if not self._waiting:
            return _("nothing waiting to send")
        text = ngettext("{count} change waiting to send", "{count} changes waiting to send", self._waiting)
        return text.format(count=self._waiting)

    def _resize(self) -> None:
        self.setFixedHeight(theme.px(32) + 1)


def _err(tone: str) -> Tone | Literal[""]:
    return "err" if tone == "err" else ""
