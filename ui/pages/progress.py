"""Progress reports: the calls, our own report, and the roll-up with who is missing."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from ui import theme
from ui.forms.progress_report import ProgressReportForm
from ui.forms.report_round import ReportRoundForm
from ui.pages.record_card import RecordCard
from ui.pages.record_list import Item, RecordList
from ui.widgets.buttons import LinkButton, PrimaryButton, SecondaryButton
from ui.widgets.card import Card
from ui.widgets.combo import ChoiceField
from ui.widgets.date import DateField
from ui.widgets.field import FieldRow
from ui.widgets.labels import Text, hairline
from ui.widgets.rows import Row
from wimdesk.events import Changed
from wimdesk.i18n import N_, _, ngettext
from wimdesk.services import groupwork, progress
from wimdesk.services.dates import day_text
from wimdesk.services.progress import RollUp, RoundCard, RoundRow

REPORTS = "reports"
"""Stands where the id of a record would."""
OURS = {"due": N_("Your report is asked for"), "draft": N_("Your report is a draft"), "sent": N_("Your report is sent")}
_ROW, _MOST_ROWS = 64, 8


class ReportsPane(RecordCard):
    """Every call for reports, and the way to make one."""

    type_name = REPORTS
    removable = False

    def fill(self) -> None:
        self.show_title(_("Progress reports"))
        self.list = RecordList(_("Calls for reports"))
        self.list.chosen.connect(self.wanted)
        self.calls = Card(_("Calls for reports"))
        self.calls.add(self.list)
        self.calls.open(False)
        self.initiative = ChoiceField((), _("Initiative"))
        self.due = DateField(_("Due on"), whole_days=True)
        self.due.setFixedWidth(theme.px(128))
        self.button = PrimaryButton(_("Call for reports"), "send")
        self.button.clicked.connect(self.call)
        self.new = Card(_("New call"))
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(FieldRow(_("Initiative"), self.initiative), 1, Qt.AlignmentFlag.AlignTop)
        line.addWidget(FieldRow(_("Due on"), self.due), 0, Qt.AlignmentFlag.AlignTop)
        self.new.add_layout(line)
        self.new.content.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)
        self.new.hide()
        self.nothing = Text(_("Nobody has called for reports yet."), "muted", wrap=True)
        self.nothing.hide()
        for part in (self.calls, self.nothing, self.new):
            self.column.addWidget(part)

    def reload(self) -> None:
        self.desk.tasks.read(self, groupwork.reports, done=self._take, key="rounds")

    def changed(self, change: Changed) -> None:
        self.reload()

    def call(self) -> None:
        """Call for reports from whoever takes part in the initiative chosen."""
        self.desk.tasks.write(
            self, progress.call, self.initiative.value() or "", self.due.value() or "", done=self.wanted.emit,
            failed=lambda problem: self.desk.notices.warn(str(problem)),
        )  # fmt: skip

    def _take(self, found: groupwork.ReportsView) -> None:
        self.list.show_items([_item(row) for row in found.rounds])
        self.list.setFixedHeight(theme.px(_ROW) * min(len(found.rounds), _MOST_ROWS))
        self.calls.open(bool(found.rounds))
        self.calls.setVisible(bool(found.rounds))
        self.nothing.setVisible(not found.rounds)
        self.new.setVisible(found.may_call and bool(found.initiatives))
        self.initiative.set_options(found.initiatives)

    def _foot(self) -> QWidget:
        return QWidget()


def _item(row: RoundRow) -> Item:
    state = _("Closed") if row.closed else _(OURS[row.ours]) if row.ours else ""
    tone = "ok" if row.ours == "sent" or row.closed else "err" if row.days is not None and row.days < 0 else "warn"
    meta = _("until {day}").format(day=day_text(row.due)) if row.due else ""
    shown = Row(row.title, meta=meta, icon="file-text", state=state, state_tone=tone)
    return Item(row.id, shown, f"{row.title}. {meta}. {state}")


class RoundPane(RecordCard):
    """One call: our report, and for whoever sees all of them the roll-up."""

    type_name = "report_round"

    def fill(self) -> None:
        self.card: RoundCard | None = None
        self.form: ReportRoundForm | None = None
        self.report: ProgressReportForm | None = None
        self.back = LinkButton(_("Progress reports"), "arrow-left")
        self.back.clicked.connect(lambda: self.wanted.emit(REPORTS))
        self.column.insertWidget(0, self.back, 0, Qt.AlignmentFlag.AlignLeft)
        self.asked = Card(_("What is asked"))
        self.begin_button = PrimaryButton(_("Begin our report"), "pencil")
        self.begin_button.clicked.connect(self.begin_report)
        self.begin_button.hide()
        self.roll = Card(_("What came in"))
        self.close_button = SecondaryButton(_("Close the call"), "check")
        self.close_button.setToolTip(_("Everybody then sees how many reports came, of how many."))
        self.close_button.clicked.connect(lambda: self.desk.tasks.write(self, progress.close, self.record))
        self.close_button.hide()
        for part in (self.roll, self.asked):
            self.column.addWidget(part)
        for button in (self.begin_button, self.close_button):
            self.column.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)

    def reload(self) -> None:
        self.desk.tasks.read(self, progress.card, self.record, done=self._take, key="round")

    def flush(self) -> None:
        for form in (self.form, self.report):
            if form is not None:
                form.binder.flush()

    def begin_report(self) -> None:
        """Begin our report."""
        self.desk.tasks.write(self, progress.begin_report, self.record, done=lambda _report: self.reload())

    def send(self) -> None:
        """Send our report to the Secretariat."""
        self.flush()
        self.desk.tasks.write(
            self, progress.send, self.record,
            done=lambda _act: self.desk.notices.say(_("Sent. It reaches the Secretariat with the next sync.")),
            failed=lambda problem: self.desk.notices.warn(str(problem)),
        )  # fmt: skip

    def _take(self, card: RoundCard) -> None:
        self.card = card
        until = _("until {day}").format(day=day_text(card.due)) if card.due else ""
        ours = _(OURS[card.ours]) if card.ours else ""
        closed = _("Closed") if card.closed_on else ""
        self.show_title(card.title, " · ".join(part for part in (card.period, until, closed or ours) if part))
        if "edit" in card.can and self.form is None:
            self.form = ReportRoundForm(self.desk, self.record)
            self.column.insertWidget(self.column.indexOf(self.asked), self.form)
        if card.report and "report" in card.can and self.report is None:
            self.report = ProgressReportForm(self.desk, card.report)
            self.report.button.clicked.connect(self.send)
            self.column.insertWidget(self.column.indexOf(self.asked) + 1, self.report)
        if self.report is not None:
            self.report.button.setText(_("Send it anew") if card.ours == "sent" else _("Send to the Secretariat"))
        told = [Text(words, wrap=True) for words in (card.questions, card.summary) if words]
        self.asked.fill(told)
        self.asked.setVisible(self.form is None and bool(told))
        self.begin_button.setVisible("report" in card.can and not card.report and not card.closed_on)
        self._show_roll(card)
        self.bin.setVisible("edit" in card.can)

    def _show_roll(self, card: RoundCard) -> None:
        if "roll" in card.can:
            self.roll.fill(roll_parts(card.roll_up))
        elif card.closed_on and card.expected:
            percent = round(100 * (card.received or 0) / card.expected)
            self.roll.fill([Text(_reported(card.received or 0, card.expected, percent), "strong", wrap=True)])
        self.roll.setVisible(self.roll.is_open())
        self.close_button.setVisible({"edit", "roll"} <= card.can and not card.closed_on)


def roll_parts(found: RollUp) -> list[QWidget]:
    """Return the roll-up as widgets: all, who is missing, and each region."""
    parts: list[QWidget] = [Text(_reported(found.reported, found.asked, found.percent), "strong", wrap=True)]
    sums = _sums(found.people, found.hours)
    if sums:
        parts.append(Text(sums, "muted", wrap=True))
    if found.missing:
        parts.append(Text(_("Missing: {names}").format(names=", ".join(found.missing)), wrap=True))
    for region in found.regions:
        words = _("{count} of {total} reports").format(count=region.reported, total=region.asked)
        more = " · ".join(part for part in (words, _sums(region.people, region.hours)) if part)
        parts += [hairline(), Text(region.region, "strong", wrap=True), Text(more, "caption", wrap=True)]
    return parts


def _reported(count: int, total: int, percent: int) -> str:
    return _("{count} of {total} reports are here: {percent} %").format(count=count, total=total, percent=percent)


def _sums(people: int, hours: float) -> str:
    reached = ngettext("{count} person reached", "{count} people reached", people).format(count=people)
    spent = ngettext("{count} hour", "{count} hours", round(hours)).format(count=f"{hours:g}")
    return " · ".join(words for words, number in ((reached, people), (spent, hours)) if number)


def row_words(rounds: Sequence[RoundRow]) -> str:
    """Return how many reports are asked of us, for the list."""
    count = sum(row.ours in {"due", "draft"} and not row.closed for row in rounds)
    asked = ngettext("{count} report is asked of us", "{count} reports are asked of us", count).format(count=count)
    return asked if count else _("Nothing is asked of us.")
