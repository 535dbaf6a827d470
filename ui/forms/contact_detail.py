"""How to reach a person: one line for each number or address, added and removed in place."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QVBoxLayout, QWidget

from ui import theme
from ui.desk import Desk
from ui.forms.binder import Binder
from ui.icons import IconLabel
from ui.widgets.buttons import IconButton, LinkButton
from ui.widgets.card import Card
from ui.widgets.labels import Text
from wimdesk.i18n import _
from wimdesk.records.contact_detail import TYPES
from wimdesk.services import people
from wimdesk.services.people import Contact

_ICONS = {"email": "mail", "phone": "phone", "messaging": "send", "address": "map-pin", "url": "globe"}


class ContactLine(QWidget):
    """One number or address; ``removed`` and ``preferred`` tell what is asked for."""

    removed = Signal(str)
    preferred = Signal(str)

    def __init__(self, desk: Desk, contact: Contact, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.contact = contact
        self.binder = Binder(desk, "contact_detail", contact.id, self)
        kind = _(TYPES.get(contact.type, contact.type))
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        line.addWidget(
            _middle(IconLabel(_ICONS.get(contact.type, "contact"), "text2", 18)), 0, Qt.AlignmentFlag.AlignTop
        )
        words = Text(kind, "muted")
        words.setFixedWidth(theme.px(84))
        line.addWidget(_middle(words), 0, Qt.AlignmentFlag.AlignTop)
        self.value = QLineEdit(contact.value)
        label = QLineEdit(contact.label)
        label.setPlaceholderText(_("home, work"))
        label.setFixedWidth(theme.px(112))
        for name, editor, stretch in (("value", self.value, 1), ("label", label, 0)):
            row = self.binder.bind(name, editor, hint="")
            row.label.hide()
            line.addWidget(row, stretch, Qt.AlignmentFlag.AlignTop)
        self.value.setAccessibleName(kind)
        label.setAccessibleName(_("Label of {what}").format(what=kind))
        self.star = IconButton("circle-check", "")
        self.star.clicked.connect(lambda: self.preferred.emit(contact.id))
        bin_button = IconButton("trash-2", _("Remove {what}").format(what=kind))
        bin_button.clicked.connect(lambda: self.removed.emit(contact.id))
        line.addWidget(self.star, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(bin_button, 0, Qt.AlignmentFlag.AlignTop)
        self.show_contact(contact)

    def show_contact(self, contact: Contact) -> None:
        """Show whether this one is used first."""
        self.contact = contact
        self.star.show_icon("circle-check", "ok" if contact.preferred else "text3")
        self.star.set_name(_("Used first") if contact.preferred else _("Use this one first"))


def _middle(widget: QWidget) -> QWidget:
    box = QWidget()
    box.setFixedHeight(theme.px(36))
    line = QHBoxLayout(box)
    line.setContentsMargins(0, 0, 0, 0)
    line.addWidget(widget)
    return box


class ContactCard(Card):
    """Every way to reach a person, and a button for another one."""

    def __init__(self, desk: Desk, person: str, parent: QWidget | None = None) -> None:
        super().__init__(_("Contact details"), parent=parent)
        self._desk = desk
        self._person = person
        self._lines: dict[str, ContactLine] = {}
        self._new = ""
        self._column = QVBoxLayout()
        self._column.setSpacing(8)
        self._empty = Text(_("No number or address yet."), "muted")
        self.add_layout(self._column)
        self.add(self._empty)
        self.button = LinkButton(_("Add a number or address"), "plus")
        self.button.clicked.connect(self._offer)
        self.add(self.button)

    def lines(self) -> list[ContactLine]:
        """Return the lines from top to bottom."""
        return list(self._lines.values())

    def show_contacts(self, contacts: Sequence[Contact]) -> None:
        """Show these; lines that stay keep what is being typed."""
        wanted = {contact.id for contact in contacts}
        for record in [record for record in self._lines if record not in wanted]:
            line = self._lines.pop(record)
            self._column.removeWidget(line)
            line.hide()
            line.deleteLater()
        for contact in contacts:
            if contact.id in self._lines:
                self._lines[contact.id].show_contact(contact)
            else:
                self._append(contact)
        self._empty.setVisible(not contacts)

    def flush(self) -> None:
        """Save what waits to be saved."""
        for line in self._lines.values():
            line.binder.flush()

    def add_kind(self, kind: str) -> None:
        """Add an empty line of a kind and put the cursor into it."""
        self._desk.tasks.write(self, people.add_contact, self._person, kind, done=self._remember)

    def _remember(self, record: str) -> None:
        self._new = record
        if record in self._lines:
            self._enter_new(record)

    def _append(self, contact: Contact) -> None:
        line = ContactLine(self._desk, contact)
        line.removed.connect(self._remove)
        line.preferred.connect(self._prefer)
        self._lines[contact.id] = line
        self._column.addWidget(line)
        self._enter_new(contact.id)

    def _enter_new(self, record: str) -> None:
        if record == self._new:
            self._new = ""
            self._lines[record].value.setFocus(Qt.FocusReason.OtherFocusReason)

    def _offer(self) -> None:
        menu = QMenu(self)
        for kind, words in TYPES.items():
            menu.addAction(_(words)).setData(kind)
        chosen = menu.exec(self.button.mapToGlobal(QPoint(0, self.button.height())))
        menu.deleteLater()
        if chosen is not None:
            self.add_kind(str(chosen.data()))

    def _prefer(self, record: str) -> None:
        self._desk.tasks.write(self, people.prefer, record)

    def _remove(self, record: str) -> None:
        self._lines[record].binder.flush()

        def tell(act: int) -> None:
            self._desk.notices.offer_undo(_("Contact deleted."), act)

        self._desk.tasks.write(self, people.remove, "contact_detail", record, done=tell)
