"""An initiative being written: by the Secretariat, or by an organisation for itself. It saves itself."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from ui.desk import Desk
from ui.forms.binder import Binder
from ui.forms.columns import TwoColumns, options, texts
from ui.widgets.card import Card
from ui.widgets.combo import ChoiceField
from ui.widgets.date import DateField
from ui.widgets.money import MoneyField
from ui.widgets.tags import TagsField
from wimdesk.i18n import _
from wimdesk.records.initiative import BUDGET, LEVELS
from wimdesk.services import money, taking_part
from wimdesk.services.taking_part import ThemeInfo


class InitiativeForm(QWidget):
    """Title, purpose, theme, dates, regions, state and lead."""

    def __init__(self, desk: Desk, record: str, themes: Sequence[ThemeInfo], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.binder = Binder(desk, "initiative", record, self)
        self.first = texts()
        bind = self.binder.bind
        what, when = TwoColumns(), TwoColumns()
        what.add_wide(bind("title", self.first))
        what.add_wide(bind("summary", texts(multiline=True)))
        what.add_wide(bind("theme_id", ChoiceField([("", "–"), *((each.id, each.title) for each in themes)])))
        what.add_wide(bind("objectives", texts(multiline=True)))
        what.add_wide(bind("deliverables", texts(multiline=True), hint=_("One on each line.")))
        when.add(bind("start", DateField()))
        when.add(bind("end", DateField()))
        when.add_wide(bind("level", ChoiceField(options(LEVELS))))
        when.add_wide(bind("lead", QLineEdit()))
        when.add_wide(bind("regions", TagsField(taking_part.regions())))
        money_of, currency = TwoColumns(), ChoiceField([("", "–"), *money.currencies()])
        money_of.add(bind("currency", currency))
        self.amounts = [MoneyField() for _name in BUDGET]
        for name, amount in zip(BUDGET, self.amounts, strict=True):
            money_of.add(bind(name, amount))
            currency.changed.connect(lambda amount=amount: amount.change_currency(currency.value() or ""))
        self.binder.loaded.connect(self._show_currency)
        learned = TwoColumns()
        for name in taking_part.LEARNED:
            learned.add_wide(bind(name, texts(multiline=True)))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        for title, fields in (
            (_("About this initiative"), what), (_("Time and place"), when), (_("What others can learn"), learned),
            (_("Budget"), money_of),
        ):  # fmt: skip
            card = Card(title)
            card.add(fields)
            column.addWidget(card)

    def _show_currency(self, values: dict[str, object]) -> None:
        for amount in self.amounts:
            amount.show_currency(str(values["currency"] or ""))
