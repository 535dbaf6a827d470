"""When somebody was marked present, and the ways to change that."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from ui.widgets.buttons import QuietButton
from ui.widgets.labels import Text
from wimdesk.i18n import _
from wimdesk.services.attendance import Attendee


def clock_words(times: tuple[str, ...]) -> str:
    """Return moments (UTC) as this computer's clock shows them."""
    return ", ".join(f"{datetime.fromisoformat(at).astimezone():%H:%M}" for at in times)


class PresenceLine(QWidget):
    """One attendee. ``here``, ``not_here`` and ``not_coming`` tell the id of her attendance."""

    here = Signal(str)
    not_here = Signal(str)
    not_coming = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._attendance = ""
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        self.words = Text("", "muted", wrap=True)
        line.addWidget(self.words, 1)
        self.buttons = {
            "here": QuietButton(_("Here"), "check"),
            "not_here": QuietButton(_("Not present"), "undo-2"),
            "not_coming": QuietButton(_("Does not come"), "x"),
        }
        for name, button in self.buttons.items():
            button.clicked.connect(lambda _on=False, name=name: getattr(self, name).emit(self._attendance))
            line.addWidget(button)
        self.hide()

    def show_attendee(self, attendee: Attendee | None) -> None:
        """Say when she was marked present."""
        self.setVisible(attendee is not None)
        if attendee is None:
            return
        self._attendance = attendee.id
        if attendee.times:
            said = _("{name}: marked present at {times}").format(name=attendee.name, times=clock_words(attendee.times))
        elif attendee.cancelled:
            said = _("{name}: does not come").format(name=attendee.name)
        else:
            said = _("{name}: not marked present").format(name=attendee.name)
        self.words.setText(said)
        self.buttons["here"].setVisible(not attendee.times)
        self.buttons["not_here"].setVisible(bool(attendee.times))
        self.buttons["not_coming"].setVisible(attendee.registered and not attendee.times and not attendee.cancelled)
