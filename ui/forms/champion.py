"""A champion's term and duties, and the report at its end, as forms that save themselves."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui import theme
from ui.desk import Desk
from ui.forms.binder import Binder
from ui.forms.columns import TwoColumns, texts
from ui.widgets.buttons import PrimaryButton
from ui.widgets.card import Card
from ui.widgets.combo import ChoiceField
from ui.widgets.date import DateField
from wimdesk.i18n import _

Names = Sequence[tuple[str, str]]


class ChampionForm(QWidget):
    """Theme, organisation, term and duties."""

    def __init__(
        self, desk: Desk, record: str, themes: Names, organisations: Names, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.binder = Binder(desk, "champion", record, self)
        bind = self.binder.bind
        fields = TwoColumns()
        fields.add(bind("theme_id", ChoiceField([("", "–"), *themes])))
        fields.add(bind("organization_id", ChoiceField([("", "–"), *organisations])))
        fields.add(bind("start", DateField(whole_days=True)))
        fields.add(bind("end", DateField(whole_days=True)))
        fields.add_wide(bind("duties", texts(multiline=True)))
        card = Card(_("Term and duties"), _("Everybody in the Alliance sees it"))
        card.add(fields)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(card)


class TermReportForm(QWidget):
    """The report at the end of a term; it is written over days, and handed in with a button."""

    def __init__(self, desk: Desk, reply: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.binder = Binder(desk, "reply", reply, self)
        row = self.binder.bind("report")
        self.words = row.editor
        self.words.setFixedHeight(theme.px(140))
        self.button = PrimaryButton(_("Hand in the report"), "send")
        self.card = Card(_("Report at the end of the term"), _("Everybody in the Alliance sees it"))
        self.card.add(row)
        self.card.content.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.card)
