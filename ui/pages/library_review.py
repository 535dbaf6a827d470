"""What the Secretariat does with a practice: looks at it point by point, sends it back, withdraws it with a reason."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from ui import theme
from ui.desk import Desk
from ui.widgets.buttons import ActionButton, PrimaryButton, QuietButton, SecondaryButton
from ui.widgets.card import Card
from ui.widgets.labels import Text
from wimdesk.i18n import _, ngettext
from wimdesk.records.library_item import POINTS
from wimdesk.services import library_review
from wimdesk.services.library_review import Review


class Reason(QWidget):
    """One line for a reason, with the button that acts and one that doesn't; nothing is done without a word."""

    def __init__(self, label: str, act: ActionButton, done: Callable[[str], object]) -> None:
        super().__init__()
        self.text = QLineEdit()
        self.text.setAccessibleName(label)
        self.text.setPlaceholderText(label)
        self.text.textChanged.connect(lambda text: act.setEnabled(bool(text.strip())))
        self.act = act
        act.setEnabled(False)
        act.clicked.connect(lambda: done(self.text.text().strip()))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.text, 1)
        row.addWidget(act)

    def begin(self) -> None:
        """Ask for a reason."""
        self.text.clear()
        self.show()
        self.text.setFocus(Qt.FocusReason.OtherFocusReason)


class ReviewCard(Card):
    """The list of what is looked at; each tick is kept at once."""

    returned = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(_("Before it goes to everybody"), parent=parent)
        self._desk, self._id = desk, ""
        self.boxes: dict[str, QCheckBox] = {}
        for point, words in POINTS.items():
            box = self.boxes[point] = QCheckBox(_(words))
            box.clicked.connect(lambda done, point=point: self._keep(point, done))
            self.add(box)
        self.back = Reason(
            _("What its author should change"), SecondaryButton(_("Send back"), "undo-2"), self._send_back
        )
        self.add(self.back)

    def show_item(self, item_id: str) -> None:
        """Show how far the review of this practice is."""
        self._id = item_id
        self._desk.tasks.read(self, library_review.review, item_id, done=self._take, key="library.review")

    def show_missing(self, points: list[str]) -> None:
        """Lead to the first point that was not looked at."""
        first = next((self.boxes[point] for point in points if point in self.boxes), None)
        if first is not None:
            first.setFocus(Qt.FocusReason.OtherFocusReason)

    def _take(self, found: Review) -> None:
        for point, box in self.boxes.items():
            box.setChecked(point in found.checked)
        left = len(POINTS) - len(found.checked)
        words = ngettext("{count} point left", "{count} points left", left).format(count=left)
        self.set_right(words if left else _("All points are checked"))

    def _keep(self, point: str, done: bool) -> None:
        self._desk.tasks.write(
            self, library_review.tick, self._id, point, done, done=lambda _none: self.show_item(self._id)
        )

    def _send_back(self, note: str) -> None:
        def done(_none: None) -> None:
            self._desk.notices.say(_("Sent back. Its author reads why after the next sync."))
            self.back.text.clear()
            self.returned.emit()

        self._desk.tasks.write(self, library_review.send_back, self._id, note, done=done)


class WithdrawBar(QWidget):
    """Asks why a practice is withdrawn, and says that it can't be undone."""

    withdrawn = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._id = desk, ""
        column = QVBoxLayout(self)
        column.setContentsMargins(0, theme.px(8), 0, theme.px(8))
        column.setSpacing(theme.px(6))
        words = _(
            "It leaves every computer with its next sync and can’t be brought back. Its author keeps her own text."
        )
        column.addWidget(Text(words, wrap=True))
        self.reason = Reason(_("Why it is withdrawn"), PrimaryButton(_("Withdraw")), self._withdraw)
        stop = QuietButton(_("Cancel"))
        stop.clicked.connect(self.hide)
        layout = self.reason.layout()
        if layout is not None:
            layout.addWidget(stop)
        column.addWidget(self.reason)
        self.hide()

    def begin(self, item_id: str) -> None:
        """Ask about this practice."""
        self._id = item_id
        self.show()
        self.reason.begin()

    def _withdraw(self, reason: str) -> None:
        app = self._desk.app

        def done(_gone: list[str]) -> None:
            self.hide()
            self._desk.notices.say(_("Withdrawn. It leaves other computers with their next sync."))
            self._desk.tasks.work(self._desk.tasks, lambda _progress: app.sweep_quietly())
            self.withdrawn.emit()

        self._desk.tasks.write(
            self, library_review.withdraw, self._id, reason, done=done,
            failed=lambda problem: self._desk.notices.warn(str(problem)),
        )  # fmt: skip
