"""The fields that an organisation adds itself: a line for each, and a form that opens below it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout, QWidget

from ui.desk import Desk
from ui.forms.binder import Binder
from ui.forms.columns import TwoColumns, options, texts
from ui.widgets.buttons import LinkButton, QuietButton
from ui.widgets.card import Card
from ui.widgets.column import Column
from ui.widgets.combo import ChoiceField
from ui.widgets.labels import Text
from ui.widgets.tags import TagsField
from wimdesk.events import Changed
from wimdesk.i18n import _
from wimdesk.records.custom_field import APPLIES_TO, KINDS
from wimdesk.services import custom_fields, people
from wimdesk.services.custom_fields import Definition


class CustomFieldForm(QWidget):
    """Label, kind and place of one own field; every part saves itself."""

    removed = Signal(str)

    def __init__(self, desk: Desk, record: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.record = record
        self.binder = Binder(desk, "custom_field", record, self)
        self.first = texts()
        self.kind = ChoiceField(options(KINDS))
        fields = TwoColumns()
        fields.add_wide(self.binder.bind("label", self.first))
        fields.add(self.binder.bind("applies_to", ChoiceField(options(APPLIES_TO))))
        fields.add(self.binder.bind("kind", self.kind))
        fields.add_wide(self.binder.bind("options", TagsField(free=True)))
        in_list = self.binder.bind("in_list", QCheckBox(_("Show in the list and as a filter")))
        in_list.label.hide()
        fields.add_wide(in_list)
        self.kind.changed.connect(self._arrange)
        self.binder.loaded.connect(self._arrange)
        bin_button = QuietButton(_("Move to the trash"), "trash-2")
        bin_button.clicked.connect(lambda: self.removed.emit(record))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 8)
        column.addWidget(fields)
        column.addWidget(bin_button, 0, Qt.AlignmentFlag.AlignRight)
        self._arrange()

    def _arrange(self) -> None:
        self.binder.row("options").setVisible(self.kind.value() == "choice")


class CustomFieldsCard(Card):
    """All own fields; one at a time is open."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(_("Own fields"), _("Stays in your organisation"), parent)
        self._desk = desk
        self._shown: Sequence[Definition] = ()
        self._wanted = ""
        self.form: CustomFieldForm | None = None
        self.buttons: dict[str, LinkButton] = {}
        self._lines = Column(4)
        self._open = Column()
        self._empty = Text(
            _("Add what you want to know of people or sites, such as when a licence ends."), "muted", True
        )
        self.button = LinkButton(_("Add an own field"), "plus")
        self.button.clicked.connect(self.begin)
        line = QHBoxLayout()
        line.addWidget(self.button)
        line.addStretch(1)
        for part in (self._empty, self._lines, self._open):
            self.add(part)
        self.add_layout(line)
        desk.bridge.changed.connect(self._hear)
        self.reload()

    def reload(self) -> None:
        """Read the fields anew."""
        self._desk.tasks.read(self, custom_fields.definitions, done=self._take, key="fields")

    def begin(self) -> None:
        """Make a new field and open it."""
        self._desk.tasks.write(self, custom_fields.begin, done=self._expect)

    def open_field(self, record: str) -> None:
        """Open the form of a field, or close it where it is open."""
        before = self.form.record if self.form else ""
        self.flush()
        self.form = None
        if record != before:
            self.form = CustomFieldForm(self._desk, record)
            self.form.removed.connect(self._remove)
        self._open.fill([self.form] if self.form else [])
        if self.form is not None:
            self.form.first.setFocus(Qt.FocusReason.OtherFocusReason)

    def flush(self) -> None:
        """Save what waits to be saved."""
        if self.form is not None:
            self.form.binder.flush()

    def _hear(self, change: Changed) -> None:
        if change.touches("custom_field"):
            self.reload()

    def _expect(self, record: str) -> None:
        self._wanted = record
        self.reload()

    def _take(self, found: Sequence[Definition]) -> None:
        self._empty.setVisible(not found)
        if list(found) != list(self._shown):
            self._shown = found
            self.buttons = {}
            for each in found:
                where, kind = _(APPLIES_TO.get(each.applies_to, "")), _(KINDS.get(each.kind, ""))
                button = LinkButton(f"{each.label} · {where} · {kind}".replace("&", "&&"), "pencil")
                button.clicked.connect(partial(self.open_field, each.id))
                self.buttons[each.id] = button
            self._lines.fill(self.buttons.values())
        if self._wanted in self.buttons:
            wanted, self._wanted = self._wanted, ""
            self.open_field(wanted)

    def _remove(self, record: str) -> None:
        def tell(act: int) -> None:
            self._desk.notices.offer_undo(_("Own field moved to the trash. What it holds is kept."), act)

        self.open_field(record)
        self._desk.tasks.write(self, people.remove, "custom_field", record, done=tell)
