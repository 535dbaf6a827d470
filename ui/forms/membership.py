"""The memberships of a person, an organisation or a group: status, dates, payments, and what is printed for them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from ui.desk import Desk
from ui.forms.binder import Binder
from ui.forms.columns import TwoColumns
from ui.forms.payment import PaymentLine
from ui.papers import Papers
from ui.widgets.buttons import LinkButton, QuietButton, SecondaryButton
from ui.widgets.card import Card
from ui.widgets.combo import ChoiceField
from ui.widgets.date import DateField
from ui.widgets.field import FieldRow, beside_editor
from ui.widgets.labels import Chip, Text, Tone, hairline
from wimdesk.i18n import _, ngettext
from wimdesk.services import dues
from wimdesk.services.dates import day_text
from wimdesk.services.dues import Dues, Held, PaymentRow
from wimdesk.services.standing import STATUSES, Status

TONES: dict[Status, Tone] = {
    "current": "ok",
    "new": "ok",
    "grace": "warn",
    "expired": "err",
    "pending": "info",
    "cancelled": "neutral",
}

_MOST = 4
"""Payments that are shown at first."""


def time_words(held: Held) -> str:
    """Return since when and until when somebody is a member, and what is missing, as one line."""
    parts = []
    if held.since:
        parts.append(_("Member since {day}").format(day=day_text(held.since)))
    if held.open_ended:
        parts.append(_("without an end"))
    elif held.until:
        parts.append(_("paid until {day}").format(day=day_text(held.until)))
    if held.credit:
        parts.append(_("{amount} of the next fee is paid").format(amount=held.credit))
    elif held.due and held.status in {"pending", "grace", "expired"}:
        parts.append(_("{amount} is due").format(amount=held.due))
    return " · ".join(parts)


class MembershipForm(QWidget):
    """One membership with its payments. ``card_wanted`` and ``receipt_wanted`` ask for a PDF."""

    card_wanted = Signal(str)
    receipt_wanted = Signal(str)

    def __init__(self, desk: Desk, held: Held, types: Sequence[tuple[str, str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.held = held
        self.binder = Binder(desk, "membership", held.id, self)
        self.lines: dict[str, PaymentLine] = {}
        self._most = _MOST
        self.chip = Chip()
        self._name = Text("", "strong")
        self.time = Text("", "muted", wrap=True)
        self.type = ChoiceField([("", "–"), *types])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        head = QHBoxLayout()
        head.addWidget(self._name)
        head.addStretch(1)
        head.addWidget(self.chip)
        column.addLayout(head)
        column.addWidget(self.time)
        column.addWidget(self._fields())
        column.addWidget(Text(_("Payments"), "section"))
        self._none = Text(_("Nothing was paid yet."), "muted")
        column.addWidget(self._none)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(6)
        column.addLayout(self._rows)
        self.earlier = LinkButton("", "history")
        self.earlier.clicked.connect(self._show_earlier)
        column.addWidget(self.earlier, 0, Qt.AlignmentFlag.AlignLeft)
        column.addLayout(self._buttons())
        self.show_held(held, types)

    def _fields(self) -> QWidget:
        fields = TwoColumns()
        for name, editor in (
            ("type_id", self.type), ("number", QLineEdit()), ("start_date", DateField()), ("end_date", DateField()),
            ("cancelled_on", DateField()), ("cancel_reason", QLineEdit()),
        ):  # fmt: skip
            fields.add(self.binder.bind(name, editor, hint="" if name != "end_date" else None))
        return fields

    def _buttons(self) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setSpacing(8)
        self.pay_button = SecondaryButton(_("Record a payment"), "plus")
        self.pay_button.clicked.connect(self.pay)
        self.card_button = QuietButton(_("Card as PDF"), "contact")
        self.card_button.clicked.connect(lambda: self.card_wanted.emit(self.held.id))
        line.addWidget(self.pay_button)
        line.addWidget(self.card_button)
        line.addStretch(1)
        return line

    def show_held(self, held: Held, types: Sequence[tuple[str, str]]) -> None:
        """Show how the membership stands; lines that stay keep what is being typed."""
        self.held = held
        self._name.setText(" · ".join(part for part in (held.type, held.number) if part))
        self.chip.show_state(_(STATUSES[held.status]), TONES[held.status])
        words = time_words(held)
        self.time.setText(words)
        self.time.setVisible(bool(words))
        self.type.set_options([("", "–"), *types])
        self._none.setVisible(not held.payments)
        self._show_payments(held.payments)

    def flush(self) -> None:
        """Save what waits to be saved."""
        self.binder.flush()
        for line in self.lines.values():
            line.binder.flush()

    def pay(self) -> None:
        """Record a payment of what is missing, today; the line stays open to be changed."""
        self.flush()
        self._desk.tasks.write(self, dues.pay, self.held.id)

    def _show_earlier(self) -> None:
        self._most = len(self.held.payments)
        self._show_payments(self.held.payments)

    def _show_payments(self, rows: Sequence[PaymentRow]) -> None:
        more = len(rows) - self._most
        words = ngettext("Show {count} earlier payment", "Show {count} earlier payments", max(1, more))
        self.earlier.setText(words.format(count=more))
        self.earlier.setVisible(more > 0)
        rows = rows[: self._most]
        wanted = [row.id for row in rows]
        for record in [record for record in self.lines if record not in wanted]:
            line = self.lines.pop(record)
            self._rows.removeWidget(line)
            line.hide()
            line.deleteLater()
        for at, row in enumerate(rows):
            line = self.lines.get(row.id) or self._new_line(row)
            line.show_row(row)
            if self._rows.indexOf(line) != at and not line.binder.is_dirty():
                self._rows.insertWidget(at, line)

    def _new_line(self, row: PaymentRow) -> PaymentLine:
        line = PaymentLine(self._desk, row)
        line.removed.connect(self._remove)
        line.receipt_wanted.connect(self.receipt_wanted)
        self.lines[row.id] = line
        return line

    def _remove(self, record: str) -> None:
        self.lines[record].binder.flush()

        def tell(act: int) -> None:
            self._desk.notices.offer_undo(_("Payment removed; its receipt is cancelled."), act)

        self._desk.tasks.write(self, dues.remove_payment, record, done=tell)


TYPES_OF_MEMBERSHIP = "membership_types"
"""Asked for in the place of a record: our profile, at what a membership costs."""


class MembershipCard(Card):
    """Every membership of a person, or the one of a group. ``types_wanted`` leads to the types."""

    types_wanted = Signal()

    def __init__(self, desk: Desk, *, person: str = "", group: str = "", parent: QWidget | None = None) -> None:
        super().__init__(_("Membership"), _("Stays in your organisation"), parent)
        self._desk = desk
        self._person = person
        self._group = group
        self.papers = Papers(desk, self)
        self.forms: dict[str, MembershipForm] = {}
        self._column = QVBoxLayout()
        self._column.setSpacing(16)
        self.add_layout(self._column)
        self._line = hairline()
        self.add(self._line)
        self.add(self._beginning())
        self._no_types = LinkButton(_("Say first what a membership costs"), "arrow-right")
        self._no_types.clicked.connect(self.types_wanted)
        line = QHBoxLayout()
        line.addWidget(self._no_types)
        line.addStretch(1)
        self.add_layout(line)
        self.reload()

    def _beginning(self) -> QWidget:
        self._begin = QWidget()
        line = QHBoxLayout(self._begin)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        self.type = ChoiceField()
        self.begin_button = SecondaryButton(_("Begin a membership"), "plus")
        self.begin_button.clicked.connect(self.begin)
        type_row = FieldRow(_("Membership type"), self.type)
        line.addWidget(type_row, 1, Qt.AlignmentFlag.AlignTop)
        line.addLayout(beside_editor(self.begin_button, type_row))
        return self._begin

    def reload(self) -> None:
        """Read anew how things stand."""
        query = dues.of_person if self._person else dues.of_group
        self._desk.tasks.read(self, query, self._person or self._group, done=self.show_dues, key="dues")

    def show_dues(self, found: Dues) -> None:
        """Show each membership, and what can be begun."""
        held = {each.id: each for each in found.held}
        for record in [record for record in self.forms if record not in held]:
            form = self.forms.pop(record)
            self._column.removeWidget(form)
            form.hide()
            form.deleteLater()
        for record, each in held.items():
            if record in self.forms:
                self.forms[record].show_held(each, found.types)
            else:
                self._append(each, found.types)
        may_begin = bool(self._person) and all(each.status in {"cancelled", "expired"} for each in found.held)
        self._begin.setVisible(may_begin and bool(found.types))
        self._line.setVisible(may_begin and bool(found.held))
        self._no_types.setVisible(not found.types)
        self.type.set_options(found.types)

    def begin(self) -> None:
        """Begin a membership of the chosen type today."""
        who = {"person_id": self._person}
        self._desk.tasks.write(self, dues.join, self.type.value() or "", "", who)

    def flush(self) -> None:
        """Save what waits to be saved."""
        for form in self.forms.values():
            form.flush()

    def _append(self, held: Held, types: Sequence[tuple[str, str]]) -> None:
        form = MembershipForm(self._desk, held, types)
        form.card_wanted.connect(self.papers.card)
        form.receipt_wanted.connect(self._receipt)
        self.forms[held.id] = form
        self._column.addWidget(form)

    def _receipt(self, payment: str) -> None:
        self.flush()
        self.papers.receipt(payment)
