"""The right side of Submissions: the document as it will be read, what is missing, and what can be done."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFormLayout, QFrame, QHBoxLayout, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from ui import moments, theme
from ui.widgets.buttons import PrimaryButton, SecondaryButton
from ui.widgets.card import Card, scrolling
from ui.widgets.labels import Chip, Text, Tone
from ui.widgets.pdf_view import PdfView
from wimdesk.i18n import _
from wimdesk.services.submitting import Detail

_SIDE = 280
_LEAST_PAGE, _LEAST_HEIGHT = 320, 420
"""Pixels of the document, whatever the size of the letters."""
TONES: dict[str, Tone] = {
    "draft": "warn",
    "queued": "info",
    "sent": "info",
    "received": "ok",
    "accepted": "ok",
    "returned": "err",
}


class SubmissionDetail(QWidget):
    """Shows one submission; tells what the person wants to do with it."""

    send = Signal()
    taken_back = Signal()
    correct = Signal()
    save = Signal()
    print_wanted = Signal()
    answered = Signal(str, str)
    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        inside = QWidget()
        outer.addWidget(scrolling(inside))
        row = self._row = QHBoxLayout(inside)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self.view = PdfView(_("The document, page by page"))
        self.figures = Card()
        self._figure_rows = QFormLayout()
        self.figures.add_layout(self._figure_rows)
        self._figure_scroll = scrolling(self.figures)
        row.addWidget(self.view, 1)
        row.addWidget(self._figure_scroll, 1)
        side = self._facts_pane = QFrame()
        self._any_width = side.maximumWidth()
        theme.mark(side, role="pane")
        self._side = QVBoxLayout(side)
        self._side.setContentsMargins(16, 16, 16, 16)
        self._side.setSpacing(12)
        row.addWidget(side)
        self._make_side()
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Where the page would be a strip beside the facts, it stands below them, high enough to be read."""
        side = theme.px(_SIDE)
        narrow = self.width() - side < _LEAST_PAGE
        self._row.setDirection(QBoxLayout.Direction.BottomToTop if narrow else QBoxLayout.Direction.LeftToRight)
        self._facts_pane.setMinimumWidth(0 if narrow else side)
        self._facts_pane.setMaximumWidth(self._any_width if narrow else side)
        for document in (self.view, self._figure_scroll):
            document.setMinimumHeight(_LEAST_HEIGHT if narrow else 0)

    def _make_side(self) -> None:
        self.state = Chip()
        self._title = Text("", "section", wrap=True)
        self._facts = Text("", "caption", wrap=True)
        self.send_button = PrimaryButton(_("Send to the Secretariat"), "send")
        self.send_button.clicked.connect(self.send)
        # Where the button was stands the sentence once it is pressed: a second click in haste meets nothing.
        self.leaves = Text(
            _("It goes to the Secretariat with the next sync. Until then you can take it back."), "caption", wrap=True
        )
        self.back_button = SecondaryButton(_("Do not send it"), "undo-2")
        self.back_button.clicked.connect(self.taken_back)
        self.correct_button = PrimaryButton(_("Correct it"), "pencil")
        self.correct_button.clicked.connect(self.correct)
        self.save_button = SecondaryButton(_("Save PDF"), "download")
        self.save_button.clicked.connect(self.save)
        self.print_button = SecondaryButton(_("Print"), "printer")
        self.print_button.clicked.connect(self.print_wanted)
        self._missing = Card(_("What is missing"))
        self._missing_text = Text("", "body", wrap=True)
        self._missing.add(self._missing_text)
        self._note = Card(_("The Secretariat says"))
        self._note_text = Text("", "body", wrap=True)
        self._note.add(self._note_text)
        self._answer = Card(_("Your answer"))
        self.note = QLineEdit()
        self.note.setAccessibleName(_("Note for the organisation"))
        self.note.setPlaceholderText(_("Note for the organisation"))
        self.accept = PrimaryButton(_("Accept"), "check")
        self.hand_back = SecondaryButton(_("Return"), "undo-2")
        self.accept.clicked.connect(lambda: self.answered.emit("accepted", self.note.text()))
        self.hand_back.clicked.connect(lambda: self.answered.emit("returned", self.note.text()))
        self._answer.add(self.note)
        self._answer.add(self.accept)
        self._answer.add(self.hand_back)
        self._versions = Card(_("Other versions"))
        self._version_text = Text("", "body", wrap=True)
        self._versions.add(self._version_text)
        buttons = (self.send_button, self.correct_button, self.save_button, self.print_button, self.back_button)
        for button in buttons:
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        line = QHBoxLayout()
        line.addWidget(self.state)
        line.addStretch(1)
        self._side.addLayout(line)
        for widget in (
            self._title, self._facts, self.send_button, self.leaves, *buttons[1:],
            self._missing, self._note, self._answer, self._versions,
        ):  # fmt: skip
            self._side.addWidget(widget)
        self._side.addStretch(1)

    def show_detail(self, detail: Detail) -> None:
        """Show everything but the pages, which come when they are painted."""
        line = detail.line
        self.state.show_state(line.state_text, TONES.get(line.state, "neutral"))
        self._title.setText(f"{line.title}, {line.period}")
        facts = [line.organisation, detail.reference, line.language, moments.moment(line.at)]
        self._facts.setText("\n".join(part for part in facts if part))
        self.send_button.setVisible(detail.may_send)
        self.leaves.setVisible(detail.may_send or bool(detail.sending))
        self.back_button.setVisible(bool(detail.sending))
        self.correct_button.setVisible(detail.may_correct)
        document = not detail.figures
        self.view.setVisible(document)
        self._figure_scroll.setVisible(not document)
        self.save_button.setVisible(document)
        self.print_button.setVisible(document)
        self._show_figures(detail)
        self._missing.setVisible(bool(detail.missing))
        self._missing_text.setText("\n".join(f"• {sentence}" for sentence in detail.missing))
        self._note.setVisible(bool(detail.note))
        self._note_text.setText(detail.note)
        self._answer.setVisible(detail.may_answer)
        self._versions.setVisible(bool(detail.versions))
        self._version_text.setText(
            "\n".join(f"{each.state_text}, {moments.moment(each.at)}" for each in detail.versions)
        )

    def _show_figures(self, detail: Detail) -> None:
        while self._figure_rows.rowCount():
            self._figure_rows.removeRow(0)
        self.figures.set_title(detail.line.period)
        for label, value in detail.figures:
            self._figure_rows.addRow(Text(label, "body", wrap=True), Text(value, "strong"))
