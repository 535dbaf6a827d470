"""The monthly figures of a site: a form checked while it is filled in, and the shares that follow from it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from ui import theme
from ui.forms.indicator import IndicatorDialog
from ui.page import Page
from ui.pages.metrics_form import MonthForm
from ui.pages.metrics_shares import SharesPane
from ui.widgets.buttons import IconButton, PrimaryButton, SecondaryButton
from ui.widgets.card import scrolling
from ui.widgets.combo import ChoiceField
from ui.widgets.empty import EmptyState
from ui.widgets.labels import Tone, tool_tip
from wimdesk import clock
from wimdesk.events import Changed
from wimdesk.i18n import _, ngettext
from wimdesk.pdf.chart import Chart
from wimdesk.records.submission import STATES
from wimdesk.services import metric_shares, metrics
from wimdesk.services.metrics import Sheet, SiteChoice

ORIGIN = "form:metrics"
_YEARS = 3
_NARROW = 1100
_CHIPS: dict[str, Tone] = {"sent": "info", "received": "ok", "accepted": "ok", "returned": "err", "draft": "warn"}


class MetricsPage(Page):
    """Site metrics. Values are saved per cell; only handing the month in is an act of its own."""

    key = "metrics"
    # They outlive a rebuilding in another language.
    _site = ""
    _month = ""

    def build(self) -> None:
        """Make the header, the form at the left and the shares at the right."""
        self._unsure: dict[str, float | None] = {}
        self._landed: set[str] = set()
        self.header.set_title(_("Site metrics"))
        self._build_header()
        self.form = MonthForm()
        self.form.entered.connect(self._save)
        self.form.status_chosen.connect(self._set_status)
        self.form.explained.connect(self._explain)
        self.form.typed.connect(self._show_figures)
        self.shares = SharesPane()
        self._columns = QWidget()
        columns = self._beside = QHBoxLayout(self._columns)
        columns.setContentsMargins(24, 16, 24, 24)
        columns.setSpacing(24)
        columns.addWidget(self.form, 1, Qt.AlignmentFlag.AlignTop)
        columns.addWidget(self.shares, 1)
        self._scroll = scrolling(self._columns)
        self._scroll.setAccessibleName(_("Figures of the month"))
        self.empty = EmptyState(
            "chart-column", _("Here you write down the figures of your site, month by month."), _("Add a site")
        )
        self.empty.started.connect(lambda: self.desk.navigate("organisation"))
        self.empty.hide()
        self.body.addWidget(self._scroll, 1)
        self.body.addWidget(self.empty, 1)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def refresh(self) -> None:
        """Read the sites and the month anew."""
        wanted = (self._site, self._month)
        self.desk.tasks.read(self, metric_shares.overview, *wanted, done=self._take_overview, key="metrics")

    def changed(self, change: Changed) -> None:
        """Follow what others did to figures, sites and submissions."""
        if change.origin != ORIGIN and change.touches("observation", "site", "submission", "indicator"):
            self.refresh()

    def show_record(self, record_id: str) -> None:
        """Show the figures of a site."""
        self._choose_site(record_id)

    def show_month(self, site: str, month: str) -> None:
        """Show a month ("2026-10") of a site."""
        self._leave_month()
        self._site, self._month = site, month
        self.refresh()

    def flush(self) -> None:
        """Save what is being typed."""
        self.form.flush()

    def _build_header(self) -> None:
        self._month_before = ""
        self.site_choice = ChoiceField(name=_("Site"))
        self.site_choice.setMinimumWidth(theme.px(130))
        self.site_choice.changed.connect(lambda: self._choose_site(self.site_choice.value() or ""))
        self.site_choice.hide()
        self.back = IconButton("chevron-left", _("Month before"))
        self.back.clicked.connect(lambda: self._step(1))
        self.month_choice = ChoiceField(name=_("Month"))
        # The longest month of the languages there are, "noviembre de 2026", has to fit.
        self.month_choice.setMinimumWidth(theme.px(196))
        self.month_choice.changed.connect(lambda: self._choose_month(self.month_choice.value() or ""))
        self.forward = IconButton("chevron-right", _("Month after"))
        self.forward.clicked.connect(lambda: self._step(-1))
        self.copy_button = SecondaryButton(_("Copy last month"), "copy")
        self.copy_button.clicked.connect(self._copy)
        self.submit_button = PrimaryButton(_("Submit month"), "send")
        self.submit_button.clicked.connect(self._submit)
        for widget in (
            self.site_choice, self.back, self.month_choice, self.forward, self.copy_button, self.submit_button,
        ):  # fmt: skip
            self.header.add_action(widget)

    def _fit(self) -> None:
        """In a narrow window the shares stand below the form, and the choice of the month replaces the arrows."""
        narrow = self.width() < theme.px(_NARROW)
        way = QHBoxLayout.Direction.TopToBottom if narrow else QHBoxLayout.Direction.LeftToRight
        self._beside.setDirection(way)
        self._beside.setAlignment(self.form, Qt.AlignmentFlag(0) if narrow else Qt.AlignmentFlag.AlignTop)
        self.back.setVisible(not narrow)
        self.forward.setVisible(not narrow)
        self._name_copy()

    def _name_copy(self) -> None:
        words = _("Copy {month}").format(month=self._month_before) if self._month_before else _("Copy last month")
        self.copy_button.setText("" if self.width() < theme.px(_NARROW) else words)
        self.copy_button.setAccessibleName(words)
        self.copy_button.setToolTip(tool_tip(words))

    def _take_overview(self, found: tuple[list[SiteChoice], Sheet | None, Chart | None]) -> None:
        sites, sheet, chart = found
        self.empty.setVisible(sheet is None)
        self._scroll.setVisible(sheet is not None)
        for widget in (self.back, self.month_choice, self.forward, self.copy_button, self.submit_button):
            widget.setEnabled(sheet is not None)
        if sheet is None or chart is None:
            self.site_choice.hide()
            self.header.set_chip("")
            return
        self._site, self._month = sheet.site.id, sheet.month
        self._show_choices(sites)
        self._take_sheet((sheet, chart))

    def _show_choices(self, sites: list[SiteChoice]) -> None:
        current = clock.this_month()
        months = [metrics.month_before(current, step) for step in range(12 * _YEARS)]
        if self._month not in months:
            months.append(self._month)
        for field, options, value in (
            (self.site_choice, [(site.id, site.name) for site in sites], self._site),
            (self.month_choice, [(month, metrics.month_name(month)) for month in months], self._month),
        ):
            blocked = field.blockSignals(True)
            field.set_options(options)
            field.set_value(value)
            field.blockSignals(blocked)
        self.site_choice.setVisible(len(sites) > 1)
        self.forward.setEnabled(self._month < current)

    def _take_sheet(self, found: tuple[Sheet, Chart]) -> None:
        sheet, chart = found
        if (sheet.site.id, sheet.month) != (self._site, self._month):
            return
        # A value on its way to the disk is newer than what was read.
        self.form.show_sheet(metrics.check(sheet, self._unsure))
        self.shares.show_chart(chart)
        self._show_figures()
        self._month_before = metrics.month_word(metrics.month_before(sheet.month))
        self._name_copy()
        can_copy = any(row.previous is not None and not row.is_answered for row in sheet.rows)
        self.copy_button.setEnabled(can_copy)
        words, tone = _chip(sheet)
        self.header.set_chip(words, tone)

    def _show_figures(self) -> None:
        sheet = self.form.sheet()
        if sheet is not None:
            self.shares.show_sheet(sheet)

    def _read_month(self) -> None:
        landed = set(self._landed)

        def take(found: tuple[Sheet, Chart]) -> None:
            self._forget(landed)
            self._take_sheet(found)

        self.desk.tasks.read(self, metric_shares.sheet_and_chart, self._site, self._month, done=take, key="metrics")

    def _forget(self, landed: set[str]) -> None:
        """What was saved before the reading began, and not typed again since, is as it was read."""
        for key in landed & self._landed:
            self._unsure.pop(key, None)
        self._landed -= landed

    def _save(self, key: str, value: float | None) -> None:
        self._unsure[key] = value
        self._landed.discard(key)
        self.desk.tasks.write(
            self, metrics.enter_cell, self._site, key, self._month, value,
            done=lambda _nothing: self._landed_at(key, value), origin=ORIGIN,
        )  # fmt: skip

    def _landed_at(self, key: str, value: float | None) -> None:
        if self._unsure.get(key) == value:
            self._landed.add(key)
        self._read_month()

    def _set_status(self, key: str, status: str) -> None:
        self.form.flush()
        self.desk.tasks.write(
            self, metrics.set_status, self._site, key, self._month, status,
            done=lambda _nothing: self._read_month(), origin=ORIGIN,
        )  # fmt: skip

    def _explain(self, key: str) -> None:
        sheet = self.form.sheet()
        row = sheet.row(key) if sheet else None
        if sheet is None or row is None:
            return
        whole = sheet.row(row.measure.part_of)
        dialog = IndicatorDialog(row.measure, whole.measure.label if whole else "", self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def _choose_site(self, site: str) -> None:
        if site and site != self._site:
            self._leave_month()
            self._site, self._month = site, ""
            self.refresh()

    def _choose_month(self, month: str) -> None:
        if month and month != self._month:
            self._leave_month()
            self._month = month
            self.refresh()

    def _leave_month(self) -> None:
        self.form.flush()
        self._unsure.clear()
        self._landed.clear()

    def _step(self, back: int) -> None:
        self._choose_month(metrics.month_before(self._month, back))

    def _copy(self) -> None:
        self.form.flush()

        def say(count: int) -> None:
            words = ngettext("{count} figure copied. Check it.", "{count} figures copied. Check them.", count)
            self.desk.notices.say(words.format(count=count))
            self._read_month()

        self.desk.tasks.write(self, metrics.copy_month, self._site, self._month, done=say, origin=ORIGIN)

    def _submit(self) -> None:
        self.form.flush()
        sheet = self.form.sheet()
        blockers = sheet.blockers() if sheet else []
        if sheet is None or blockers:
            if blockers:
                self.form.go_to(blockers[0][0])
                self.desk.notices.say(_("Not sent yet. One figure can't be right: look at the red field."))
            return
        month = metrics.month_name(self._month)

        def say(_submission: str) -> None:
            self.desk.notices.say(_("{month} is handed in. It leaves with the next sync.").format(month=month))
            self._read_month()

        self.desk.tasks.write(self, metrics.submit_month, self._site, self._month, done=say, origin=ORIGIN)


def _chip(sheet: Sheet) -> tuple[str, Tone]:
    if not sheet.state:
        return _("Draft"), "warn"
    if sheet.changed_since:
        return _("Changed since it was sent"), "warn"
    return _(STATES.get(sheet.state, sheet.state)), _CHIPS.get(sheet.state, "neutral")
