"""The right side of the initiatives page: one initiative to read, our part in it, who takes part, and the log."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from ui import theme
from ui.desk import Desk
from ui.forms.activity import LogCard
from ui.forms.attachment import AttachmentsCard
from ui.forms.initiative import InitiativeForm
from ui.forms.participation import OurPart
from ui.forms.theme import ThemeCard
from ui.pages.history_panel import HistoryPanel
from ui.pages.initiatives_course import CourseCard, MilestonesCard
from ui.pages.initiatives_members import MembersCard
from ui.widgets.buttons import PrimaryButton, QuietButton, SecondaryButton
from ui.widgets.card import Card, scrolling
from ui.widgets.flow import Flow
from ui.widgets.labels import Chip, Text, Tone
from wimdesk.i18n import _
from wimdesk.records.initiative import LEVELS, STATES
from wimdesk.services import lifecycle, sharing, taking_part
from wimdesk.services.dates import span_text
from wimdesk.services.lifecycle import Course
from wimdesk.services.taking_part import Detail, ThemeInfo

_TONES: dict[str, Tone] = {"accent": "accent", "copper": "warn", "ok": "ok", "info": "info"}


class PurposeCard(Card):
    """Objectives and what will be delivered."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_("Purpose"), parent=parent)
        self._shown: tuple[object, ...] = ()

    def show_detail(self, detail: Detail) -> None:
        """Show the texts; without any the card is not there."""
        shown = (detail.objectives, detail.deliverables, detail.learned)
        self.setVisible(any(shown))
        if shown == self._shown:
            return
        self._shown = shown
        texts: list[QWidget] = []
        if detail.objectives:
            texts += [Text(_("Objectives"), "head"), Text(detail.objectives, wrap=True)]
        if detail.deliverables:
            texts.append(Text(_("What will be delivered"), "head"))
            texts += [Text(f"•  {line}", wrap=True) for line in detail.deliverables]
        for label, text in detail.learned:
            texts += [Text(label, "head"), Text(text, wrap=True)]
        self.fill(texts)


class InitiativePane(QWidget):
    """One initiative. ``moved`` tells the id of the shared copy after publishing."""

    moved = Signal(str)

    def __init__(self, desk: Desk, record: str, themes: Sequence[ThemeInfo], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.record = record
        self.detail: Detail | None = None
        self._desk = desk
        self._themes = tuple(themes)
        self._day = ""
        self._theme: ThemeCard | None = None
        self.form: InitiativeForm | None = None
        page = QWidget()
        self.area: QScrollArea = scrolling(page)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        holder = QHBoxLayout(page)
        holder.setContentsMargins(24, 16, 24, 24)
        inner = QWidget()
        inner.setMaximumWidth(theme.px(760))
        holder.addWidget(inner, 1)
        holder.addStretch(0)
        self._column = QVBoxLayout(inner)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(12)
        self._fill()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.area)
        self.reload()

    def reload(self) -> None:
        """Read the initiative anew, as of the day asked for."""
        self._desk.tasks.read(self, taking_part.detail, self.record, self._day, done=self._take, key="detail")
        self._desk.tasks.read(self, lifecycle.course, self.record, done=self._take_course, key="course")
        self._desk.tasks.read(
            self, taking_part.own_parts, self.record, done=self.part_history.show_records, key="parts"
        )

    def flush(self) -> None:
        """Save what waits to be saved."""
        self.ours.flush()
        if self.form is not None:
            self.form.binder.flush()

    def edit(self, on: bool) -> None:
        """Show the fields to write in, or what is written."""
        if on and self.form is None:
            self.form = InitiativeForm(self._desk, self.record, self._themes)
            self._column.insertWidget(1, self.form)
            self.form.first.setFocus(Qt.FocusReason.OtherFocusReason)
        if self.form is not None and not on:
            self.form.binder.flush()
            self._column.removeWidget(self.form)
            self.form.hide()
            self.form.deleteLater()
            self.form = None
        self.edit_button.blockSignals(True)
        self.edit_button.setChecked(on)
        self.edit_button.blockSignals(False)
        self.edit_button.setText(_("Done") if on else _("Edit"))
        self.edit_button.show_icon("check" if on else "pencil")
        self._reading.setVisible(not on)
        if self._theme is not None:
            self._theme.setVisible(not on)
        self.purpose.setVisible(not on and bool(self.detail and (self.detail.objectives or self.detail.deliverables)))

    def publish(self) -> None:
        """Give the initiative to the whole Alliance."""
        self.flush()
        self._desk.tasks.write(self, taking_part.publish, self.record, done=self._published, failed=self._explain)

    def share(self) -> None:
        """Hand the initiative to the Secretariat as a practice of the library; it stays ours."""
        self.flush()
        self._desk.tasks.write(self, sharing.as_practice, self.record, done=self._shared, failed=self._explain)

    def _shared(self, _practice: str) -> None:
        self._desk.notices.say(_("Shared as a practice. The Secretariat gets it with the next sync."))

    def remove(self) -> None:
        """Move the initiative to the trash and offer to take that back."""
        self.flush()
        tell, words = self._desk.notices.offer_undo, _("Initiative moved to the trash.")
        self._desk.tasks.write(
            self._desk.tasks, taking_part.remove, "initiative", self.record, done=lambda act: tell(words, act)
        )

    def _fill(self) -> None:
        self._column.addWidget(self._head())
        self._reading = self._summary()
        self._column.addWidget(self._reading)
        self.ours = OurPart(self._desk)
        self.part_history = HistoryPanel(self._desk, title=_("History of our part"))
        self.ours.add(self.part_history)
        self.purpose = PurposeCard()
        self.course = CourseCard(self._desk, self.record)
        self.course.moved.connect(self.moved)
        self.milestones = MilestonesCard(self._desk, self.record)
        self.milestones.hide()
        self.members = MembersCard()
        self.members.day_chosen.connect(self._look)
        self.log = LogCard(self._desk, self.record)
        self.files = AttachmentsCard(self._desk, "initiative", self.record)
        for card in (self.ours, self.purpose, self.course, self.milestones, self.members, self.log, self.files):
            self._column.addWidget(card)
        foot = QHBoxLayout()
        self.history = HistoryPanel(self._desk, [self.record])
        self.bin = QuietButton(_("Move to the trash"), "trash-2")
        self.bin.clicked.connect(self.remove)
        self.bin.hide()
        foot.addWidget(self.history, 1, Qt.AlignmentFlag.AlignTop)
        foot.addWidget(self.bin, 0, Qt.AlignmentFlag.AlignTop)
        self._column.addLayout(foot)
        self._column.addStretch(1)

    def _head(self) -> QWidget:
        head = QWidget()
        line = QHBoxLayout(head)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        self._chips = Flow()
        line.addWidget(self._chips, 1)
        self.edit_button = SecondaryButton(_("Edit"), "pencil")
        self.edit_button.setCheckable(True)
        self.edit_button.toggled.connect(self.edit)
        self.edit_button.hide()
        self.publish_button = PrimaryButton(_("Publish to the Alliance"), "send")
        self.publish_button.clicked.connect(self.publish)
        self.publish_button.hide()
        self.share_button = SecondaryButton(_("Share as a practice"), "share-2")
        self.share_button.clicked.connect(self.share)
        self.share_button.hide()
        line.addWidget(self.share_button, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(self.edit_button, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(self.publish_button, 0, Qt.AlignmentFlag.AlignTop)
        return head

    def _summary(self) -> QWidget:
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        self.title = Text("", "article", wrap=True)
        self._words = Text("", "reading", wrap=True)
        self._facts = Text("", "muted", wrap=True)
        for text in (self.title, self._words, self._facts):
            column.addWidget(text)
        return box

    def _look(self, day: str) -> None:
        self._day = day
        self.reload()

    def _take_course(self, course: Course) -> None:
        self.course.show_course(course)
        self.milestones.show_course(course)

    def _take(self, detail: Detail) -> None:
        self.detail = detail
        self.title.setText(detail.title)
        self._words.setText(detail.summary)
        self._words.setVisible(bool(detail.summary))
        self._facts.setText(_facts(detail))
        self._show_chips(detail)
        editing = self.form is not None
        self.purpose.show_detail(detail)
        self.purpose.setVisible(self.purpose.isVisibleTo(self) and not editing)
        self._show_theme(detail.theme, not editing)
        self.ours.setVisible(bool({"join"} & detail.can) or bool(detail.part or detail.before))
        self.ours.show_detail(detail)
        self.part_history.setVisible(bool(detail.part or detail.before))
        self.members.setVisible(detail.level != "own" or bool(detail.now))
        self.members.show_detail(detail)
        self.log.show_log(detail.log, detail.hours, "log" in detail.can)
        self.edit_button.setVisible("edit" in detail.can)
        self.publish_button.setVisible("publish" in detail.can)
        self.share_button.setVisible("share" in detail.can)
        self.bin.setVisible("edit" in detail.can)
        self.history.reload()

    def _show_chips(self, detail: Detail) -> None:
        words = (STATES.get(detail.state, ""), LEVELS.get(detail.level, ""))
        chips = [Chip(_(each)) for each in words if each]
        if detail.theme is not None:
            chips.insert(0, Chip(detail.theme.title, _TONES.get(detail.theme.colour, "neutral")))
        self._chips.fill(chips)

    def _show_theme(self, info: ThemeInfo | None, visible: bool) -> None:
        if self._theme is not None and (info is None or self._theme.info != info):
            self._column.removeWidget(self._theme)
            self._theme.hide()
            self._theme.deleteLater()
            self._theme = None
        if info is not None and self._theme is None:
            self._theme = ThemeCard(info)
            self._column.insertWidget(self._column.indexOf(self.purpose) + 1, self._theme)
        if self._theme is not None:
            self._theme.setVisible(visible)

    def _published(self, copy: str) -> None:
        self._desk.notices.say(_("Published. It reaches the others with the next sync."))
        self.moved.emit(copy)

    def _explain(self, problem: Exception) -> None:
        self._desk.notices.warn(str(problem))


def _facts(detail: Detail) -> str:
    parts = [span_text(detail.start, detail.end)]
    if detail.lead:
        parts.append(_("led by {lead}").format(lead=detail.lead))
    if detail.regions:
        parts.append(", ".join(detail.regions))
    return " · ".join(parts)
