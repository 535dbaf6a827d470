"""Submissions: make a document from what is recorded, look at it, send it, and see what became of it."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtGui import QAction, QPainter
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QMenu, QStackedWidget

from ui import moments, theme
from ui.page import Page
from ui.pages.record_list import Item, RecordList
from ui.pages.submissions_detail import TONES, SubmissionDetail
from ui.tasks import Progress
from ui.widgets.buttons import SecondaryButton
from ui.widgets.combo import ChoiceField
from ui.widgets.empty import EmptyState
from ui.widgets.pdf_view import Picture, pictures
from ui.widgets.rows import Row
from wimdesk.i18n import LANGUAGES, N_, _, language
from wimdesk.services import exchange, handover, periods, reporting, submitting
from wimdesk.services.submitting import Detail, Line

KINDS = (
    ("participation_report", N_("Participation report")),
    ("organisation_profile", N_("Organisation profile")),
)
_LIST = 300
_YEARS = 4


class SubmissionsPage(Page):
    """A list on the left; the chosen submission on the right."""

    key = "submissions"

    def build(self) -> None:
        self.header.set_title(_("Submissions"))
        self.language = ChoiceField(list(LANGUAGES.items()), _("Language of the document"))
        self.language.set_value(self.desk.app.settings.text("document_language") or language())
        this_year = int(periods.default())
        years = [str(year) for year in range(this_year, this_year - _YEARS, -1)]
        self.period = ChoiceField([(year, year) for year in years], _("Period"))
        self.new_button = SecondaryButton(_("New submission"), "plus")
        menu = QMenu(self.new_button)
        self.kinds: dict[str, QAction] = {}
        for kind, label in KINDS:
            self.kinds[kind] = menu.addAction(_(label))
            self.kinds[kind].triggered.connect(partial(self.make, kind))
        self.new_button.setMenu(menu)
        for widget in (self.period, self.language, self.new_button):
            self.header.add_action(widget)
        self.list = RecordList(_("Submissions"))
        self.list.setFixedWidth(theme.px(_LIST))
        self.list.chosen.connect(self.show_record)
        self.detail = SubmissionDetail()
        self.detail.send.connect(self._send)
        self.detail.taken_back.connect(self._take_back)
        self.detail.correct.connect(self._correct)
        self.detail.save.connect(self._save)
        self.detail.print_wanted.connect(self._print)
        self.detail.answered.connect(self._answer)
        self.detail.view.misfit.connect(self._fit_pages)
        self.empty = EmptyState(
            "file-text", _("Reports and profiles for the Secretariat will be here."), _("Make a participation report")
        )
        self.empty.started.connect(lambda: self.make(KINDS[0][0]))
        self.stack = QStackedWidget()
        self.stack.addWidget(self.empty)
        self.stack.addWidget(self.detail)
        row = QHBoxLayout()
        row.setSpacing(0)
        row.addWidget(self.list)
        row.addWidget(self.stack, 1)
        self.body.addLayout(row)
        self._shown: Detail | None = None
        self._pdf = b""
        self._wanted = ""
        self._sent = self._offered = ""

    def refresh(self) -> None:
        self.desk.tasks.read(self, submitting.load, done=self._show_list, key="list")

    def show_record(self, record_id: str) -> None:
        self._wanted = record_id
        self.list.choose(record_id)
        if record_id:
            self.desk.tasks.read(self, submitting.detail, record_id, done=self._show_detail, key="detail")

    def make(self, kind: str) -> None:
        """Make a draft of this kind for the chosen period, in the chosen language, and show it."""
        period, language = self.period.value() or "", self.language.value() or ""
        self.desk.tasks.write(self, reporting.make_submission, kind, period, language, done=self.show_record)

    def _show_list(self, lines: list[Line]) -> None:
        self._withdraw_offer(lines)
        self.list.show_items([_item(line) for line in lines])
        self.list.setVisible(bool(lines))
        self.stack.setCurrentWidget(self.detail if lines else self.empty)
        if lines:
            asked = (line.id for line in lines if self._wanted and self._wanted in {line.id, line.sent_id})
            self.show_record(next(asked, lines[0].id))

    def _show_detail(self, detail: Detail) -> None:
        before, self._shown = self._shown, detail
        if self._wanted != detail.line.id:
            # Asked for by its copy, as others know it: the list has it under the id of its draft.
            self._wanted = detail.line.id
            self.list.choose(self._wanted)
        self.detail.show_detail(detail)
        self.stack.setCurrentWidget(self.detail)
        if detail.figures:
            self._pdf = b""
        elif before is None or (before.line.id, before.digest) != (detail.line.id, detail.digest):
            self._pdf = b""  # else the one before would be painted anew, saved or printed under the name of this one
            width, ratio = self.detail.view.page_width, self.devicePixelRatioF()
            self.desk.tasks.work(self, partial(_paint, detail, width, ratio), done=self._show_pages, key="pages")

    def _fit_pages(self) -> None:
        if self._pdf:
            width, ratio, pdf = self.detail.view.page_width, self.devicePixelRatioF(), self._pdf
            self.desk.tasks.work(
                self, lambda _progress: (pdf, pictures(pdf, width, ratio)), done=self._show_pages, key="pages"
            )

    def _show_pages(self, made: tuple[bytes, list[Picture]]) -> None:
        self._pdf, found = made
        self.detail.view.show_pages(found)

    def _send(self) -> None:
        if self._shown is not None:
            line = self._shown.line
            self.desk.tasks.write(self, handover.send, line.id, done=partial(self._tell_sent, line))

    def _tell_sent(self, line: Line, act: int) -> None:
        words = _("{title}, {period}: goes to the Secretariat with the next sync.")
        self._offered = words.format(title=line.title, period=line.period)
        self._sent = line.id
        self.desk.notices.offer_undo(self._offered, act)

    def _withdraw_offer(self, lines: list[Line]) -> None:
        """Once it has gone out there is nothing to take back."""
        if any(line.id == self._sent and line.state != "queued" for line in lines):
            self._sent = ""
            self.desk.notices.withdraw(self._offered)

    def _take_back(self) -> None:
        if self._shown is not None:
            self.desk.notices.take_back(self._shown.sending)

    def _correct(self) -> None:
        if self._shown is not None:
            self.desk.tasks.write(self, reporting.correct, self._shown.line.id, done=self.show_record)

    def _answer(self, state: str, note: str) -> None:
        if self._shown is not None:
            self.desk.tasks.write(self, handover.answer, self._shown.line.id, state, note)

    def _save(self) -> None:
        if self._shown is None or not self._pdf:
            return
        name = f"{self._shown.reference}.pdf"
        chosen, _filter = QFileDialog.getSaveFileName(self, _("Save PDF"), name, "PDF (*.pdf)")
        if chosen:
            self.save_to(Path(chosen))

    def save_to(self, path: Path) -> None:
        """Write the document that is shown into a file."""
        pdf = self._pdf
        self.desk.tasks.work(
            self,
            lambda _progress: exchange.write_file(path, pdf),
            done=lambda _nothing: self.desk.notices.say(_("Saved: {name}").format(name=path.name)),
        )

    def _print(self) -> None:
        if not self._pdf:
            return
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        if QPrintDialog(printer, self).exec():
            print_pages(self._pdf, printer)


def print_pages(pdf: bytes, printer: QPrinter) -> None:
    """Print each page of the document on a page of its own."""
    painter = QPainter(printer)
    for number, picture in enumerate(pictures(pdf, 595, 3.0)):
        if number:
            printer.newPage()
        painter.drawImage(painter.viewport(), picture.image)
    painter.end()


def _paint(detail: Detail, width: int, ratio: float, _progress: Progress) -> tuple[bytes, list[Picture]]:
    language = next((code for code, name in LANGUAGES.items() if name == detail.line.language), "en")
    pdf = reporting.render(detail.kind, detail.data, language)
    return pdf, pictures(pdf, width, ratio)


def _item(line: Line) -> Item:
    meta = " · ".join(part for part in (line.organisation, line.period, line.language, moments.moment(line.at)) if part)
    tone = TONES.get(line.state, "text2")
    row = Row(line.title, meta=meta, state=line.state_text, state_tone=tone if tone != "neutral" else "text2")
    return Item(line.id, row, f"{line.title}. {meta}. {line.state_text}")
