"""The kinds of membership that an organisation has: a line for each, and a form that opens below it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from ui.desk import Desk
from ui.forms.binder import Binder
from ui.forms.columns import TwoColumns, options, texts
from ui.widgets.buttons import LinkButton, QuietButton
from ui.widgets.card import Card
from ui.widgets.combo import ChoiceField
from ui.widgets.labels import Text
from ui.widgets.money import MoneyField
from ui.widgets.number import NumberField
from wimdesk.i18n import _
from wimdesk.records.membership_type import DUES, MEMBERS, PERIODS
from wimdesk.services import dues, money, people


class MembershipTypeForm(QWidget):
    """Name, fee, period and days of grace of one type; every field saves itself."""

    removed = Signal(str)

    def __init__(self, desk: Desk, record: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.record = record
        self.binder = Binder(desk, "membership_type", record, self)
        self.first = texts()
        self.fee = MoneyField()
        self.currency = ChoiceField([("", "–"), *money.currencies()])
        self.dues = ChoiceField(options(DUES))
        self.period = ChoiceField(options(PERIODS))
        fields = TwoColumns()
        fields.add_wide(self.binder.bind("name", self.first))
        fields.add(self.binder.bind("members", ChoiceField(options(MEMBERS))))
        fields.add(self.binder.bind("dues", self.dues))
        fields.add(self.binder.bind("fee_minor", self.fee, label=_("Fee")))
        fields.add(self.binder.bind("currency", self.currency))
        fields.add(self.binder.bind("period", self.period))
        fields.add(self.binder.bind("period_months", NumberField()))
        fields.add(self.binder.bind("grace_days", NumberField()))
        fields.add(self.binder.bind("in_kind", QLineEdit()))
        self.currency.changed.connect(lambda: self.fee.change_currency(self.currency.value() or ""))
        self.binder.loaded.connect(self._follow)
        self.dues.changed.connect(self._arrange)
        self.period.changed.connect(self._arrange)
        bin_button = QuietButton(_("Move to the trash"), "trash-2")
        bin_button.clicked.connect(lambda: self.removed.emit(record))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 8)
        column.addWidget(fields)
        column.addWidget(bin_button, 0, Qt.AlignmentFlag.AlignRight)

    def _follow(self, values: dict[str, object]) -> None:
        self.fee.show_currency(str(values["currency"] or ""))
        self._arrange()

    def _arrange(self) -> None:
        """What does not apply can't be filled in."""
        in_money = self.dues.value() in {"", "money", "either"}
        for name in ("fee_minor", "currency"):
            self.binder.row(name).setEnabled(in_money)
        self.binder.row("in_kind").setEnabled(self.dues.value() in {"either", "in_kind"})
        self.binder.row("period_months").setEnabled(self.period.value() != "calendar_year")


class MembershipTypesCard(Card):
    """All types; one at a time is open."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(_("Membership types"), _("Stays in your organisation"), parent)
        self._desk = desk
        self._shown: tuple[tuple[str, str], ...] = ()
        self._wanted = ""
        self.form: MembershipTypeForm | None = None
        self.buttons: dict[str, LinkButton] = {}
        self._column = QVBoxLayout()
        self._column.setSpacing(4)
        self._empty = Text(_("Say here what a membership costs and how long it lasts."), "muted", wrap=True)
        self.add_layout(self._column)
        self.add(self._empty)
        self.button = LinkButton(_("Add a membership type"), "plus")
        self.button.clicked.connect(self.begin)
        line = QHBoxLayout()
        line.addWidget(self.button)
        line.addStretch(1)
        self.add_layout(line)
        self.reload()

    def reload(self) -> None:
        """Read the types anew."""
        self._desk.tasks.read(self, dues.type_rows, done=self.show_types, key="types")

    def show_types(self, types: Sequence[tuple[str, str]]) -> None:
        """Show these; the form that is open stays open."""
        self._empty.setVisible(not types)
        if tuple(types) != self._shown:
            self._shown = tuple(types)
            self._rebuild()
        if self._wanted in self.buttons:
            wanted, self._wanted = self._wanted, ""
            self.open_type(wanted)

    def begin(self) -> None:
        """Make a new type and open it."""
        self._desk.tasks.write(self, dues.begin_type, done=self._expect)

    def open_type(self, record: str) -> None:
        """Open the form of a type, or close it where it is open."""
        before = self.form.record if self.form else ""
        self._drop_form()
        if record != before:
            self.form = MembershipTypeForm(self._desk, record)
            self.form.removed.connect(self._remove)
            at = self._column.indexOf(self.buttons[record])
            self._column.insertWidget(at + 1, self.form)
            self.form.first.setFocus(Qt.FocusReason.OtherFocusReason)

    def flush(self) -> None:
        """Save what waits to be saved."""
        if self.form is not None:
            self.form.binder.flush()

    def _expect(self, record: str) -> None:
        self._wanted = record
        self.reload()

    def _drop_form(self) -> None:
        if self.form is not None:
            self.form.binder.flush()
            self._column.removeWidget(self.form)
            self.form.hide()
            self.form.deleteLater()
            self.form = None

    def _rebuild(self) -> None:
        known = dict(self._shown)
        if self.form is not None and self.form.record not in known:
            self._drop_form()
        for record in [record for record in self.buttons if record not in known]:
            button = self.buttons.pop(record)
            self._column.removeWidget(button)
            button.hide()
            button.deleteLater()
        for record, name in self._shown:
            if record in self.buttons:
                self.buttons[record].setText(name)
            else:
                button = LinkButton(name, "pencil")
                button.clicked.connect(lambda _checked=False, record=record: self.open_type(record))
                self.buttons[record] = button
                self._column.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)

    def _remove(self, record: str) -> None:
        def tell(act: int) -> None:
            self._desk.notices.offer_undo(_("Membership type moved to the trash."), act)

        self._drop_form()
        self._desk.tasks.write(self, people.remove, "membership_type", record, done=tell)
