"""One version of a text of the Alliance: to read, to compare, to sign; a draft also to write and to publish."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui.desk import Desk
from ui.forms.alliance_text import AllianceTextForm
from ui.forms.commitment import OurWord
from ui.forms.remark import RemarksCard, changed_line
from ui.pages.alliance_overview import OverviewCard
from ui.pages.alliance_reader import TextReader
from ui.pages.record_card import RecordCard
from ui.widgets.buttons import LinkButton, PrimaryButton, SecondaryButton
from ui.widgets.card import Card
from ui.widgets.labels import Chip, Text
from wimdesk.errors import WimdeskError
from wimdesk.i18n import _, ngettext
from wimdesk.records.alliance_text import KINDS, STATES
from wimdesk.services import commitments, texts
from wimdesk.services.commitments import Ours
from wimdesk.services.dates import day_text
from wimdesk.services.texts import Line, Reading


class DifferenceCard(Card):
    """The lines that differ between two versions, section by section."""

    def show_lines(self, lines: list[Line], old: str, new: str) -> None:
        """Show what was removed and what was added."""
        count = ngettext("{count} changed line", "{count} changed lines", len(lines)).format(count=len(lines))
        self.set_title(_("From version {old} to {new}").format(old=old, new=new))
        self.set_right(count)
        parts: list[QWidget] = []
        section = ""
        for line in lines:
            if line.section != section:
                section = line.section
                parts.append(Text(section, "head", wrap=True))
            parts.append(changed_line(line))
        self.fill(parts or [Text(_("Nothing differs."), "muted")])
        self.show()


class TextPane(RecordCard):
    """A version with our word on it. ``moved`` tells the id under which it goes on after publishing."""

    type_name = texts.TYPE
    moved = Signal(str)

    def __init__(self, desk: Desk, record: str, parent: QWidget | None = None) -> None:
        record, _sign, self._section = record.partition(texts.SECTION)
        super().__init__(desk, record, parent)
        self.reader.scroll_in(self.area)
        self.bin.hide()
        cast("QVBoxLayout", self.layout()).insertWidget(0, self.reader.bar)

    def fill(self) -> None:
        self.reading: Reading | None = None
        self.form: AllianceTextForm | None = None
        self._chips = QHBoxLayout()
        self.publish_button = PrimaryButton(_("Publish to the Alliance"), "send")
        self.publish_button.clicked.connect(lambda: self._act(texts.publish))
        self.propose_button = SecondaryButton(_("Propose to the Alliance"), "send")
        self.propose_button.clicked.connect(lambda: self._act(texts.propose))
        acts = QHBoxLayout()
        self.state = Chip("")
        acts.addWidget(self.state)
        acts.addStretch(1)
        self.to_ours = LinkButton("", "arrow-right")
        self.to_ours.clicked.connect(self.show_ours)
        self.to_ours.hide()
        acts.addWidget(self.to_ours)
        for button in (self.propose_button, self.publish_button):
            button.hide()
            acts.addWidget(button)
        self.column.addLayout(acts)
        self.ours = OurWord(self.desk)
        self.ours.hide()
        self.difference = DifferenceCard()
        self.difference.hide()
        self.reader = TextReader()
        self.reader.bar.hide()
        self.reader.bar.compare.changed.connect(self._compare)
        self.remarks = RemarksCard(self.desk, self.record)
        self.remarks.drafted.connect(self.moved)
        self.overview = OverviewCard(self.desk, self.record)
        for card in (self.remarks, self.overview):
            card.hide()
        for part in (self.difference, self.reader, self.ours, self.remarks, self.overview):
            self.column.addWidget(part)

    def reload(self) -> None:
        self.desk.tasks.read(self, texts.reading, self.record, done=self._take, failed=self._lost, key="text")
        self.desk.tasks.read(
            self, commitments.ours, self.record, done=self._take_ours, failed=lambda _problem: None, key="ours"
        )

    def flush(self) -> None:
        if self.form is not None:
            self.form.binder.flush()

    def begin(self) -> None:
        if self.form is not None:
            self.form.first.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_section(self, key: str) -> None:
        """Bring a section into view as soon as the text is there."""
        self._section = key
        if self.reading is not None and key:
            self.reader.go_to(key)
            self._section = ""

    def _take(self, reading: Reading) -> None:
        self.reading = reading
        info = reading.info
        facts = [_(KINDS[info.kind]), _("version {version}").format(version=info.version) if info.version else ""]
        if info.issued:
            facts.append(_("adopted on {day}").format(day=day_text(info.issued)))
        facts.append(info.decision)
        self.show_title(info.title, " · ".join(fact for fact in facts if fact))
        replaced = info.state == "published" and not info.current
        words = _("Replaced by a newer version") if replaced else _(STATES.get(info.state, ""))
        self.state.show_state(words, "ok" if info.current else "neutral")
        self.bin.setVisible("edit" in reading.can)
        self.publish_button.setVisible("publish" in reading.can)
        self.propose_button.setVisible("propose" in reading.can)
        if "edit" in reading.can and self.form is None:
            self.form = AllianceTextForm(self.desk, self.record)
            self.column.insertWidget(self.column.indexOf(self.difference), self.form)
        self.reader.show_reading(reading)
        self.remarks.setVisible(info.kind == "position" and info.state != "draft")
        if not self.remarks.isHidden():
            self.remarks.show_reading(reading)
        if info.kind != "declaration" and info.state == "published":  # of the Declaration there is a register
            self.overview.reload(info.kind)
        self.history.reload()
        self.show_section(self._section)

    def show_ours(self) -> None:
        """Bring what our organisation says on it into view."""
        self.area.ensureWidgetVisible(self.ours)
        if self.ours.form is not None:
            self.ours.form.button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _take_ours(self, ours: Ours) -> None:
        self.ours.show_ours(ours)
        self.to_ours.setText(commitments.answer_words(ours.info.kind, ours.word))
        self.to_ours.setVisible(not self.ours.isHidden())
        words = [ours.word, *ours.before] if ours.word is not None else ours.before
        self.history.show_records([self.record, *(word.id for word in words)])

    def _lost(self, problem: WimdeskError) -> None:
        self.show_title(str(problem))

    def _compare(self) -> None:
        other, reading = self.reader.bar.compare.value() or "", self.reading
        if not other or reading is None:
            self.difference.hide()
            return
        version = next(each for each in reading.others if each.id == other)
        pair = sorted([version, reading.info], key=lambda each: (each.issued or "~", each.version))
        lang = self.reader.languages()[0] if self.reader.languages() else ""

        def show(lines: list[Line]) -> None:
            self.difference.show_lines(lines, pair[0].version, pair[1].version)
            self.area.ensureWidgetVisible(self.difference)

        self.desk.tasks.read(
            self, texts.difference, pair[0].id, pair[1].id, lang, done=show, failed=self._warn, key="difference"
        )

    def _act(self, verb: object) -> None:
        self.flush()
        act = texts.publish if verb is texts.publish else texts.propose
        self.desk.tasks.write(self, act, self.record, done=self._published, failed=self._warn)

    def _published(self, made: str) -> None:
        self.desk.notices.say(_("Published. It reaches the others with the next sync."))
        self.moved.emit(made)

    def _warn(self, problem: Exception) -> None:
        self.desk.notices.warn(str(problem))
