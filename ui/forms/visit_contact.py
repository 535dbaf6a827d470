"""Who was met at a visit: people of the list, looked up by name, and others by their name alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from ui import theme
from ui.desk import Desk
from ui.forms.binder import Binder
from ui.widgets.buttons import IconButton, SecondaryButton
from ui.widgets.card import Card
from ui.widgets.column import Column
from ui.widgets.field import FieldRow
from ui.widgets.labels import Text
from ui.widgets.lookup import LookUpField
from wimdesk.i18n import _
from wimdesk.services import people, sites
from wimdesk.services.people import PersonRow
from wimdesk.services.sites import Met


class MetLine(QWidget):
    """One of those met; name and role save themselves."""

    removed = Signal(str)

    def __init__(self, desk: Desk, met: Met, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.binder = Binder(desk, "visit_contact", met.id, self)
        self.name, self.role = QLineEdit(), QLineEdit()
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        for field, editor in (("name", self.name), ("role", self.role)):
            row = self.binder.bind(field, editor)
            row.label.hide()
            editor.setPlaceholderText(_("Name") if field == "name" else _("Role or reach"))
            line.addWidget(row, 1, Qt.AlignmentFlag.AlignTop)
        remove = IconButton("trash-2", _("Remove {what}").format(what=met.name or _("Contact met")))
        remove.clicked.connect(lambda: self.removed.emit(met.id))
        line.addWidget(remove, 0, Qt.AlignmentFlag.AlignTop)


class MetCard(Card):
    """All who were met. ``asked`` tells what was typed in the field for a person of the list."""

    def __init__(self, desk: Desk, visit: str, parent: QWidget | None = None) -> None:
        super().__init__(_("Contacts met"), parent=parent)
        self._desk, self._visit = desk, visit
        self.lines: dict[str, MetLine] = {}
        self.column = Column(8)
        self.add(self.column)
        self.nobody = Text(
            _("Nobody yet. People of your list are offered; any other name will do too."), "muted", wrap=True
        )
        self.add(self.nobody)
        self.person = LookUpField(free=True)
        self.person.setPlaceholderText(_("Name"))
        self.role = QLineEdit()
        self.button = SecondaryButton(_("Add"), "user-plus")
        self.button.clicked.connect(self.meet)
        self.person.returnPressed.connect(self._after_return)
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(FieldRow(_("Who was met"), self.person), 1, Qt.AlignmentFlag.AlignTop)
        line.addWidget(FieldRow(_("Role or reach"), self.role, button=self.button), 1, Qt.AlignmentFlag.AlignTop)
        self.add_layout(line)

    def offer(self, text: str, found: Mapping[str, PersonRow]) -> None:
        """Offer people of the list."""
        self.person.offer(text, [(record, row.name) for record, row in found.items()])

    def show_met(self, met: Sequence[Met]) -> None:
        """Show them; lines that stay keep what is being typed."""
        self.nobody.setVisible(not met)
        if [each.id for each in met] == [*self.lines]:
            return
        for line in self.lines.values():
            line.binder.flush()
        self.lines = {each.id: self._line(each) for each in met}
        self.column.fill(self.lines.values())

    def flush(self) -> None:
        """Save what waits to be saved."""
        for line in self.lines.values():
            line.binder.flush()

    def meet(self) -> None:
        """Note the person chosen, or the name that was typed."""
        person, name, role = self.person.value(), self.person.typed(), self.role.text().strip()
        if not (person or name):
            self.person.setFocus()
            return

        self._desk.tasks.write(self, sites.meet, self._visit, person, name, role, done=self._noted)

    def _after_return(self) -> None:
        if self.person.value() or self.person.typed():
            self.role.setFocus()

    def _noted(self, _record: str) -> None:
        self.person.empty()
        self.role.clear()
        self.person.setFocus()

    def _line(self, met: Met) -> MetLine:
        line = MetLine(self._desk, met)
        line.removed.connect(self._remove)
        line.setMinimumHeight(theme.px(36))
        return line

    def _remove(self, record: str) -> None:
        tell, words = self._desk.notices.offer_undo, _("Contact met moved to the trash.")
        self._desk.tasks.write(self._desk.tasks, people.remove, sites.MET, record, done=lambda act: tell(words, act))
