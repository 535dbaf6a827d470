"""What stands before the frame while the profile is locked, new without a keyring, or can't be opened."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from ui import theme
from ui.icons import IconLabel
from ui.widgets.buttons import PrimaryButton, SecondaryButton
from ui.widgets.card import Card
from ui.widgets.field import FieldRow
from ui.widgets.labels import Text
from wimdesk.i18n import _

_WIDTH = 460
LEAST_SIGNS = 8


class Calm(QFrame):
    """A card in the middle of an empty window, with an icon, a title and a sentence."""

    def __init__(self, icon: str, title: str, sentence: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.mark(self, role="page")
        outer = QVBoxLayout(self)
        outer.addStretch(2)
        self.card = Card()
        self.card.setFixedWidth(theme.px(_WIDTH))
        # Stretches, not an alignment: only so the card gets the height that its wrapped lines need.
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addWidget(self.card)
        middle.addStretch(1)
        outer.addLayout(middle)
        outer.addStretch(3)
        self.card.content.setSpacing(12)
        self.card.content.setContentsMargins(8, 8, 8, 8)
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(IconLabel(icon, "accent_text", 24))
        self.title = Text(title, "title", wrap=True)
        head.addWidget(self.title, 1)
        self.card.add_layout(head)
        self.card.add(Text(sentence, "muted", wrap=True))
        self.buttons = QHBoxLayout()
        self.buttons.setSpacing(8)
        self.buttons.addStretch(1)

    def finish(self) -> None:
        """Put the buttons below everything else."""
        self.card.add_layout(self.buttons)


class Unlock(Calm):
    """Asks for the passphrase, or for a new one; emits ``given``."""

    given = Signal(str)

    def __init__(self, fresh: bool, sentence: str = "", parent: QWidget | None = None) -> None:
        if fresh:
            super().__init__(
                "key-round",
                _("Choose a passphrase"),
                _("This computer has no keyring. A passphrase keeps your data locked. Nobody can restore it for you."),
                parent,
            )
        else:
            super().__init__("lock", _("Your data is locked"), _("Type the passphrase of this profile."), parent)
        self._fresh = fresh
        self.field = QLineEdit()
        self.field.setEchoMode(QLineEdit.EchoMode.Password)
        hint = _("At least {count} signs. Several words are easy to remember.").format(count=LEAST_SIGNS)
        self.row = FieldRow(_("Passphrase"), self.field, hint if fresh else "")
        self.card.add(self.row)
        self.again = QLineEdit()
        self.again.setEchoMode(QLineEdit.EchoMode.Password)
        self.again_row = FieldRow(_("The same once more"), self.again)
        self.again_row.setVisible(fresh)
        self.card.add(self.again_row)
        self.button = PrimaryButton(_("Go on") if fresh else _("Open"))
        self.button.clicked.connect(self._give)
        self.buttons.addWidget(self.button)
        self.finish()
        for field in (self.field, self.again):
            field.returnPressed.connect(self._give)
        if sentence:
            self.row.set_message(sentence, "err")

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.field.setFocus()

    def _give(self) -> None:
        word = self.field.text()
        if not word:
            self.row.set_message(_("Type the passphrase first."), "err")
        elif self._fresh and len(word) < LEAST_SIGNS:
            self.row.set_message(_("This is too short to keep your data locked. Add a word."), "err")
        elif self._fresh and word != self.again.text():
            self.again_row.set_message(_("The two are not the same. Type it once more."), "err")
        else:
            self.given.emit(word)


class Refusal(Calm):
    """Says why nothing can be opened; emits ``again`` or ``leave``."""

    again = Signal()
    leave = Signal()

    def __init__(self, title: str, sentence: str, parent: QWidget | None = None) -> None:
        super().__init__("info", title, sentence, parent)
        close = SecondaryButton(_("Close WIMDesk"))
        close.clicked.connect(self.leave)
        retry = PrimaryButton(_("Try again"), "refresh-cw")
        retry.clicked.connect(self.again)
        self.buttons.addWidget(close)
        self.buttons.addWidget(retry)
        self.finish()
