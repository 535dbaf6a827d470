"""A file of contacts: how many are new, what does not come along field by field, and the button that takes them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from ui import theme
from ui.desk import Desk
from ui.pages.record_list import Item, RecordList
from ui.widgets.buttons import PrimaryButton
from ui.widgets.card import Card
from ui.widgets.labels import Text
from ui.widgets.rows import Row
from wimdesk.errors import WimdeskError
from wimdesk.i18n import _, ngettext
from wimdesk.services import contact_cards
from wimdesk.services.card_fields import Incoming, Loss
from wimdesk.services.contact_cards import Brought

_LIST = 300
_MOST = 1000
"""Losses that are shown; the command line lists all."""


class CardsPart(Card):
    """Tries the import off the screen's thread as soon as the file is here."""

    def __init__(self, desk: Desk, path: Path, parent: QWidget | None = None) -> None:
        super().__init__(_("Contacts"), parent=parent)
        self._desk = desk
        self._found: Sequence[Incoming] = ()
        self.tried: Brought | None = None
        self.summary = Text(_("The file is being read."), "body", wrap=True)
        self.add(self.summary)
        self._head = Text(_("What does not come along"), "head")
        self.losses = RecordList(_("What does not come along"))
        self.losses.setFixedHeight(theme.px(_LIST))
        self.button = PrimaryButton(_("Import"), "check")
        self.button.clicked.connect(self.bring_in)
        self.content.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)
        for part in (self.button, self._head, self.losses):
            part.hide()
        for part in (self._head, self.losses):
            self.add(part)
        desk.tasks.work(self, lambda _progress: self._try(path), done=self._take, failed=self._say_problem)

    def bring_in(self) -> None:
        """Take the contacts, as one act."""
        self.button.setEnabled(False)
        self._desk.tasks.write(self, contact_cards.bring_in, self._found, done=self._done, failed=self._say_problem)

    def _try(self, path: Path) -> tuple[Sequence[Incoming], Brought]:
        found = contact_cards.read(path)
        return found, self._desk.app.read(contact_cards.bring_in, found)

    def _take(self, answer: tuple[Sequence[Incoming], Brought]) -> None:
        self._found, self.tried = answer
        self.summary.setText(told(self.tried))
        many = bool(self.tried.losses)
        self._head.setVisible(many)
        self.losses.setVisible(many)
        self.losses.show_items([_item(number, loss) for number, loss in enumerate(self.tried.losses[:_MOST])])
        self.button.setVisible(bool(self.tried.new or self.tried.changed))

    def _say_problem(self, problem: WimdeskError) -> None:
        self.button.setEnabled(True)
        self.summary.setText(str(problem))
        self.summary.set_tone("err")

    def _done(self, brought: Brought) -> None:
        self.button.hide()
        self.summary.setText(told(brought))
        self._desk.notices.offer_undo(_("The contacts are here."), brought.act)


def told(found: Brought) -> str:
    """Return how many contacts are new, changed and the same, in one line."""
    return " · ".join(
        (
            ngettext("{count} new", "{count} new", found.new).format(count=found.new),
            ngettext("{count} brought up to date", "{count} brought up to date", found.changed).format(
                count=found.changed
            ),
            ngettext("{count} here already", "{count} here already", found.same).format(count=found.same),
        )
    )


def _item(number: int, loss: Loss) -> Item:
    where = _("line {line}").format(line=loss.line)
    title = f"{loss.field} · {loss.who}" if loss.who else loss.field
    return Item(str(number + 1), Row(title, meta=f"{loss.reason} ({where})", icon="info"))
