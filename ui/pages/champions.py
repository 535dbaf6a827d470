"""The board of thematic champions, and the card of one: nomination, answer, term, report."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from ui import theme
from ui.forms.champion import ChampionForm, TermReportForm
from ui.pages.record_card import RecordCard
from ui.pages.record_list import Item, RecordList
from ui.widgets.buttons import LinkButton, PrimaryButton, SecondaryButton
from ui.widgets.card import Card
from ui.widgets.combo import ChoiceField
from ui.widgets.field import FieldRow
from ui.widgets.labels import Text
from ui.widgets.number import NumberField
from ui.widgets.rows import Row
from wimdesk import clock
from wimdesk.events import Changed
from wimdesk.i18n import N_, _
from wimdesk.services import champions, groupwork
from wimdesk.services.champions import Seat
from wimdesk.services.dates import span_text

CHAMPIONS = "champions"
"""Stands where the id of a record would."""
STATES = {
    "nominated": N_("Nominated"),
    "declined": N_("Declined"),
    "coming": N_("Accepted"),
    "running": N_("Running"),
    "asked": N_("Report asked for"),
    "overdue": N_("Overdue"),
    "reported": N_("Reported"),
}
_TONES = {"overdue": "err", "asked": "warn", "reported": "ok", "running": "ok"}
_ROW, _MOST_ROWS = 64, 8


class ChampionsPane(RecordCard):
    """Every champion with how it stands, and the way to nominate one."""

    type_name = CHAMPIONS
    removable = False

    def fill(self) -> None:
        self.show_title(_("Thematic champions"))
        self.list = RecordList(_("Thematic champions"))
        self.list.chosen.connect(self.wanted)
        self.board = Card(_("Board"))
        self.board.add(self.list)
        self.nothing = Text(_("Nobody is nominated yet."), "muted", wrap=True)
        self.nothing.hide()
        self.theme, self.organisation = ChoiceField((), _("Theme")), ChoiceField((), _("Organisation"))
        self.year = NumberField()
        self.year.setAccessibleName(_("Year"))
        self.year.setText(str(clock.today().year))
        self.year.setFixedWidth(theme.px(96))
        self.button = PrimaryButton(_("Nominate"), "user-plus")
        self.button.clicked.connect(self.nominate)
        self.new = Card(_("Nominate a champion"))
        self.new.add(FieldRow(_("Theme"), self.theme))
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(FieldRow(_("Organisation"), self.organisation), 1, Qt.AlignmentFlag.AlignTop)
        line.addWidget(FieldRow(_("Year"), self.year), 0, Qt.AlignmentFlag.AlignTop)
        self.new.add_layout(line)
        self.new.content.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)
        for part in (self.board, self.nothing, self.new):
            self.column.addWidget(part)

    def reload(self) -> None:
        self.desk.tasks.read(self, groupwork.champions_view, done=self._take, key="board")

    def changed(self, change: Changed) -> None:
        self.reload()

    def nominate(self) -> None:
        """Nominate the organisation chosen for the year that is written."""
        year = self.year.value()
        self.desk.tasks.write(
            self, champions.nominate, self.theme.value() or "", self.organisation.value() or "",
            int(year) if year is not None else None, done=self.wanted.emit,
            failed=lambda problem: self.desk.notices.warn(str(problem)),
        )  # fmt: skip

    def _take(self, found: groupwork.ChampionsView) -> None:
        self.list.show_items([_item(seat) for seat in found.seats])
        self.list.setFixedHeight(theme.px(_ROW) * min(len(found.seats), _MOST_ROWS))
        self.board.setVisible(bool(found.seats))
        self.nothing.setVisible(not found.seats)
        self.theme.set_options(found.themes)
        self.organisation.set_options(found.organisations)
        self.new.setVisible(found.may_nominate)

    def _foot(self) -> QWidget:
        return QWidget()


def _item(seat: Seat) -> Item:
    title = f"{seat.theme} · {seat.organisation}" if seat.organisation else seat.theme
    meta, state = span_text(seat.start, seat.end), _(STATES[seat.state])
    row = Row(title, meta=meta, icon="target", state=state, state_tone=_TONES.get(seat.state, "text2"))
    return Item(seat.id, row, f"{title}. {meta}. {state}")


class ChampionPane(RecordCard):
    """One champion."""

    type_name = "champion"

    def fill(self) -> None:
        self.seat: Seat | None = None
        self.form: ChampionForm | None = None
        self.report_form: TermReportForm | None = None
        self.back = LinkButton(_("Thematic champions"), "arrow-left")
        self.back.clicked.connect(lambda: self.wanted.emit(CHAMPIONS))
        self.column.insertWidget(0, self.back, 0, Qt.AlignmentFlag.AlignLeft)
        self.words = Card()
        self.accept = PrimaryButton(_("Accept"), "check")
        self.decline = SecondaryButton(_("Decline"))
        self.accept.clicked.connect(lambda: self._answer(True))
        self.decline.clicked.connect(lambda: self._answer(False))
        self.question = Card(_("Your organisation is nominated"))
        line = QHBoxLayout()
        line.setSpacing(8)
        for button in (self.accept, self.decline):
            line.addWidget(button)
        line.addStretch(1)
        self.question.add_layout(line)
        self.question.hide()
        for part in (self.question, self.words):
            self.column.addWidget(part)

    def reload(self) -> None:
        self.desk.tasks.read(self, groupwork.champion, self.record, done=self._take, key="champion")

    def flush(self) -> None:
        for form in (self.form, self.report_form):
            if form is not None:
                form.binder.flush()

    def hand_in(self) -> None:
        """Hand in the report of the term."""
        self.flush()
        self._write(champions.report, self.record)

    def _answer(self, accepted: bool) -> None:
        self._write(champions.answer, self.record, accepted)

    def _write(self, verb: Callable[..., int], *args: object) -> None:
        tell = self.desk.notices.offer_undo
        self.desk.tasks.write(
            self, verb, *args, done=lambda act: tell(_("Answered."), act),
            failed=lambda problem: self.desk.notices.warn(str(problem)),
        )  # fmt: skip

    def _take(self, found: groupwork.ChampionView) -> None:
        seat = self.seat = found.seat
        under = " · ".join((span_text(seat.start, seat.end), _(STATES[seat.state])))
        self.show_title(f"{seat.theme} · {seat.organisation}" if seat.organisation else seat.theme, under)
        self.question.setVisible("answer" in seat.can)
        if "edit" in seat.can and self.form is None:
            self.form = ChampionForm(self.desk, self.record, found.themes, found.organisations)
            self.column.insertWidget(self.column.indexOf(self.words) + 1, self.form)
        mine = "report" in seat.can and bool(seat.reply)
        if mine and self.report_form is None:
            self.report_form = TermReportForm(self.desk, seat.reply)
            self.report_form.button.clicked.connect(self.hand_in)
            self.column.insertWidget(self.column.indexOf(self.words), self.report_form)
        if self.report_form is not None:
            self.report_form.setVisible(mine)
        told: list[QWidget] = []
        if seat.duties and self.form is None:
            told += [Text(_("Duties"), "head"), Text(seat.duties, wrap=True)]
        if seat.report and not mine:
            told += [Text(_("Report"), "head"), Text(seat.report, wrap=True)]
        self.words.fill(told)
        self.words.setVisible(bool(told))
        self.bin.setVisible("edit" in seat.can)
