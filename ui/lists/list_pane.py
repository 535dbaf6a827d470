"""A long list with everything round it: filters, groups, rows that are painted as they are needed, and acts on many.

A page says by a `Kind` which record type it is. All reading is in the background: who answers a question is looked up
in a roster (services.roster), and the first rows come along with the answer.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QResizeEvent
from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from ui import theme
from ui.lists.bulk_boxes import Field, SetBox, TagBox
from ui.lists.chosen_bar import ChosenBar
from ui.lists.facets import FacetBar
from ui.lists.groups import GroupList
from ui.lists.id_rows import IdRows, Shown
from ui.lists.long_list import LongList
from ui.widgets.empty import EmptyState
from ui.widgets.labels import hairline
from wimdesk.errors import WimdeskError
from wimdesk.events import Changed
from wimdesk.i18n import _, ngettext
from wimdesk.services import bulk, exchange, groups, roster
from wimdesk.services.bulk import Done
from wimdesk.services.groups import Group, Listed
from wimdesk.services.question import Question
from wimdesk.services.roster import Found, Roster

if TYPE_CHECKING:
    from ui.desk import Desk
    from ui.tasks import Job

_FIRST = 24
"""So many rows come along with an answer: more than show at once."""
_OFFERED = 8
"""So many are offered where one is looked up by name."""
_SAY_AFTER = 400
"""Milliseconds after the last answer, so that a screen reader need not speak over the typing."""
_BREATH, _LONGEST_BREATH = 2000, 3000
"""Milliseconds of rest for each second that it took to renew the list, and at most."""
_LOW = 400
"""Below this height of the pane (at a text size of 100 %) rows would hardly show."""
_SAVED_SEARCH = "saved_search"


@dataclass(frozen=True)
class Kind:
    """What a record type brings to its list. `load`, `renew` and `rows` are queries of the core."""

    type_name: str
    name: str
    listed: Listed
    renew: Callable[..., Roster]
    rows: Callable[..., Mapping[str, object]]
    show: Callable[[object], Shown]
    counted: Callable[[int], str]
    touched_by: tuple[str, ...]
    fields: tuple[Field, ...]
    files: Mapping[str, str] = field(default_factory=dict)
    """By ending: the names of other files than CSV into which `write(session, path, ids)` puts those chosen."""
    write: Callable[..., object] = exchange.export_csv


@dataclass(frozen=True)
class Answer:
    """Who answers a question, with the rows that show first."""

    question: Question
    ids: list[str]
    rows: Mapping[str, object]


class ListPane(QWidget):
    """``entered`` tells the id that the person went to, ``answered`` that another answer shows.

    ``asked`` tells that a group or a filter asks something else; the words of the question are typed elsewhere.
    """

    entered = Signal(str)
    answered = Signal()
    asked = Signal()
    typed = Signal(str)

    def __init__(self, desk: Desk, kind: Kind, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._kind = kind
        self.question = Question()
        self._roster: Roster | None = None
        self._stale: dict[str, set[str]] = {}
        self._reading: dict[str, frozenset[str]] = {}
        """What changed, of that which is being read just now."""
        self._load: Job[Roster] | None = None
        self._renewal: Job[Roster] | None = None
        self._is_warned = False
        self._breath = QTimer(self)
        self._breath.setSingleShot(True)
        self._breath.timeout.connect(self._renew)
        self._wanted = ""
        self._shown: Question | None = None
        self._looked_up: tuple[str, Callable[[Mapping[str, object]], object]] | None = None
        self._low = False
        self.facets = FacetBar(kind.listed.facets, kind.listed.words)
        self.facets.changed.connect(self._filtered)
        self.groups = GroupList(desk, kind.type_name, kind.counted)
        self.groups.asked.connect(self._grouped)
        self.model = IdRows(desk, kind.rows, kind.show, self)
        self.view = LongList(kind.name, self.model)
        self.view.entered.connect(self.entered)
        self.view.typed.connect(self.typed)
        self.nothing = EmptyState("search", "")
        self.nothing.started.connect(lambda: self._grouped(Question()))
        self.nothing.hide()
        self.bar = ChosenBar()
        self.view.chosen.connect(self.bar.show_count)
        self.bar.left.connect(self.view.choose_only_current)
        self.bar.remove_wanted.connect(self.remove_chosen)
        self.bar.export_wanted.connect(self._choose_file)
        self.bar.tag_wanted.connect(self.open_tags)
        self.bar.set_wanted.connect(self.open_fields)
        self.box: QWidget | None = None
        self._say = QTimer(self)
        self._say.setSingleShot(True)
        self._say.setInterval(_SAY_AFTER)
        self._say.timeout.connect(self._announce)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        chips = QWidget()
        room = QVBoxLayout(chips)
        room.setContentsMargins(16, 10, 16, 10)
        room.addWidget(self.facets)
        for part in (chips, self.groups, hairline()):
            column.addWidget(part)
        column.addWidget(self.view, 1)
        column.addWidget(self.nothing, 1)
        column.addWidget(self.bar)
        self.setFocusProxy(self.view)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        low = self.height() < theme.px(_LOW)
        if low != self._low:
            # The groups give way to the list, and can be unfolded all the same.
            self._low = low
            self.groups.fold(low)

    # ------------------------------------------------------------- what is read

    def refresh(self) -> None:
        """Read everybody anew."""
        self._stale, self._reading = {}, {}
        self._renewal = None  # the reading that begins here takes its place
        self._breath.stop()

        def take(found: Roster) -> None:
            self._load = None
            self._take_roster(found)
            self._renew()  # it may be older than what changed meanwhile

        def failed(problem: WimdeskError) -> None:
            self._desk.notices.warn(str(problem))

        self._load = self._desk.tasks.read(self, self._kind.listed.load, done=take, failed=failed, key="roster")

    def hear(self, change: Changed) -> None:
        """Follow a change of a record that is listed, or of one of which a row tells."""
        if not change.touches(*self._kind.touched_by):
            if change.touches(_SAVED_SEARCH):
                self._count_groups()
            return
        for name in self._kind.touched_by:
            self._stale.setdefault(name, set()).update(change.ids.get(name, ()))
        if self._roster is None and not _is_under_way(self._load):
            self.refresh()
        elif not self._breath.isActive():
            self._renew()

    def _renew(self) -> None:
        if _is_under_way(self._load) or _is_under_way(self._renewal):
            return  # to begin again with each change would never come to an end while many come
        for name, ids in self._reading.items():  # of a reading that failed
            self._stale.setdefault(name, set()).update(ids)
        self._reading = {name: frozenset(ids) for name, ids in self._stale.items() if ids}
        if not self._reading or self._roster is None:
            return
        self._stale = {}
        began = time.monotonic()

        def take(found: Roster) -> None:
            self._renewal, self._reading, self._is_warned = None, {}, False
            # Where much comes, piece by piece, most of the time is left to whoever writes and paints.
            self._breath.start(min(_LONGEST_BREATH, int((time.monotonic() - began) * _BREATH)))
            self._take_roster(found)

        def failed(problem: WimdeskError) -> None:
            self._breath.start(_LONGEST_BREATH)
            if not self._is_warned:  # once: it is tried until it goes well
                self._is_warned = True
                self._desk.notices.warn(str(problem))

        read, renew = self._desk.tasks.read, self._kind.renew
        self._renewal = read(self, renew, self._roster, self._reading, done=take, failed=failed, key="roster")

    def is_ready(self) -> bool:
        """Say whether what shows is the answer to what is asked."""
        return self._shown == self.question and not self._reading and not any(self._stale.values())

    def ask(self, question: Question) -> None:
        """Show who answers a question."""
        self.question = question
        self._shown = None
        self.groups.show_question(question)
        if self._roster is None:
            return  # it is on its way, and asks then
        self._desk.tasks.read(
            self, _answer, self._kind, self._roster, question, self.view.top(), done=self._take, key="answer"
        )

    def want(self, record: str) -> None:
        """Go to a record as soon as it is here; filters that would hide it are taken back."""
        self._wanted = record
        if self.is_ready():
            self._go_to_wanted()

    def look_up(self, text: str, take: Callable[[Mapping[str, object]], object]) -> None:
        """Bring the rows of the first few who have these words, as soon as everybody was read; the list stays."""
        if self._roster is None:
            self._looked_up = text, take
            return
        question = Question(text=text)
        self._desk.tasks.read(
            self, _answer, self._kind, self._roster, question, 0, _OFFERED,
            done=lambda found: take({each: found.rows[each] for each in found.ids[:_OFFERED] if each in found.rows}),
            key="look up",
        )  # fmt: skip

    def choose(self, record: str) -> bool:
        """Go to a record without telling of it; an unknown one leaves nothing chosen."""
        return self.view.choose(record)

    def current(self) -> str:
        """Return the id of the row where the person is, or an empty text."""
        return self.view.current()

    def flush(self) -> None:
        """Save what is being typed here."""
        self.groups.flush()

    def _take_roster(self, found: Roster) -> None:
        self._roster = found
        if found.columns.keys() != self._kind.listed.facets.keys() or len(self.facets.chips) > len(found.columns):
            self._desk.tasks.read(self, self._kind.listed.labels, done=self.facets.set_facets, key="labels")
        self._count_groups()
        if self._looked_up is not None:
            waiting, self._looked_up = self._looked_up, None
            self.look_up(*waiting)
        self.ask(self.question)

    def _count(self) -> None:
        """Count for the filters, behind the answer: nobody waits for these numbers."""
        asked = self.question

        def take(found: Found) -> None:
            self.facets.show_counts(asked, found.counts)

        if self._roster is not None:
            self._desk.tasks.read(self, _counts, self._roster, asked, done=take, key="counts")

    def _count_groups(self) -> None:
        if self._roster is not None:
            query = groups.counted
            self._desk.tasks.read(self, query, self._kind.type_name, self._roster, done=self._take_groups, key="groups")

    def _take_groups(self, found: Sequence[Group]) -> None:
        self.groups.show_groups(found)

    def _take(self, answer: Answer) -> None:
        self._shown = answer.question
        self.view.show_ids(answer.ids, dict(answer.rows))
        self._show_nothing(not answer.ids and not answer.question.is_empty)
        self.facets.show_question(answer.question)
        self._count()
        self._go_to_wanted()
        self._say.start()
        self.answered.emit()

    def _show_nothing(self, nothing: bool) -> None:
        """Say in the place of the rows that nobody answers; the filters stay in view, so that one sees why."""
        if nothing and self.question.filtered:
            self.nothing.say(_("Nobody fits the search and the filters."), _("Show everybody"), "users")
        elif nothing:
            self.nothing.say(_("Nothing here has these words. Try fewer words."), "", "search")
        self.nothing.setVisible(nothing)
        self.view.setVisible(not nothing)

    def _go_to_wanted(self) -> None:
        if not self._wanted or self.view.choose(self._wanted):
            self._wanted = ""
        elif not self.question.is_empty and self._roster is not None and self._wanted in self._roster.ids:
            self.ask(Question())
            self.asked.emit()

    def _filtered(self, question: Question) -> None:
        self.ask(question.with_text(self.question.text))
        self.asked.emit()

    def _grouped(self, question: Question) -> None:
        self.ask(question)
        self.asked.emit()

    def _announce(self) -> None:
        if QAccessible.isActive() and not self.question.is_empty and self.isVisible():
            said = self._kind.counted(len(self.model.ids()))
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self.view, said))

    # ------------------------------------------------------------- acts on many

    def open_tags(self) -> None:
        """Open the box in which tags are put on those chosen, or taken away."""
        ids = self.view.chosen_ids()
        self._desk.tasks.read(self, bulk.tags_beside, self._kind.type_name, ids, done=self._open_tag_box, key="tags")

    def _open_tag_box(self, found: tuple[Mapping[str, int], Mapping[str, int]]) -> None:
        here, known = found
        box = TagBox(self.view.count_chosen(), here, list(known), self)
        box.added.connect(self.add_tag)
        box.removed.connect(self.remove_tag)
        self._open(box, self.bar.tag)

    def open_fields(self) -> None:
        """Open the box in which one field of those chosen is set."""
        box = SetBox(self.view.count_chosen(), self._kind.fields, self)
        box.wanted.connect(self.set_field)
        self._open(box, self.bar.fill)

    def _open(self, box: TagBox | SetBox, anchor: QWidget) -> None:
        if self.box is not None:
            self.box.deleteLater()
        self.box = box
        box.open_at(anchor)

    def add_tag(self, tag: str) -> None:
        """Put a tag on everybody chosen."""
        self._act(bulk.add_tag, tag, told=_told_tag)

    def remove_tag(self, tag: str) -> None:
        """Take a tag from everybody chosen."""
        self._act(bulk.remove_tag, tag, told=_told_no_tag)

    def set_field(self, field: str, value: object) -> None:
        """Set one field of everybody chosen."""
        self._act(bulk.set_field, field, value, told=_told_set)

    def remove_chosen(self) -> None:
        """Move everybody chosen to the trash."""
        self._act(bulk.remove, told=_told_removed)

    def _act(self, verb: Callable[..., Done], *args: object, told: Callable[[int], str]) -> None:
        ids = self.view.chosen_ids()
        self.bar.set_busy(True)

        def done(found: Done) -> None:
            self.bar.set_busy(False)
            if found.changed:
                self._desk.notices.offer_undo(told(found.changed), found.act)
            else:
                self._desk.notices.say(_("Nothing had to be changed."))

        def failed(problem: Exception) -> None:
            self.bar.set_busy(False)
            self._desk.notices.warn(str(problem))

        self._desk.tasks.write(self, verb, self._kind.type_name, ids, *args, done=done, failed=failed)

    def _choose_file(self) -> None:
        known = ";;".join(f"{name} (*{suffix})" for suffix, name in {".csv": "CSV", **self._kind.files}.items())
        chosen, _filter = QFileDialog.getSaveFileName(self, _("Save those chosen"), f"{self._kind.name}.csv", known)
        if chosen:
            self.export_to(Path(chosen))

    def export_to(self, path: Path) -> None:
        """Write those chosen into a file: CSV, or what the kind writes under the ending of the file's name."""
        ids, app, name = self.view.chosen_ids(), self._desk.app, self._kind.type_name
        other = path.suffix.lower() if path.suffix.lower() in self._kind.files else ""

        def write(_progress: object) -> int:
            if other:
                app.read(self._kind.write, path, ids)
                return len(ids)
            exchange.write_file(path, app.read(exchange.export_csv, name, ids).encode("utf-8"))
            return len(ids)

        def done(count: int) -> None:
            words = ngettext("{count} row saved.", "{count} rows saved.", count)
            self._desk.notices.say(words.format(count=self.locale().toString(count)))

        self._desk.tasks.work(self, write, done=done, failed=lambda problem: self._desk.notices.warn(str(problem)))


def _is_under_way(job: Job[Roster] | None) -> bool:
    """Say whether an answer is still on its way; one that failed, in whatever way, is not."""
    return job is not None and job.owner is not None


def _answer(session: object, kind: Kind, everybody: Roster, question: Question, top: int, most: int = _FIRST) -> Answer:
    ids = roster.find(everybody, question, counted=False).ids
    start = max(0, min(top, len(ids) - most))
    return Answer(question, ids, kind.rows(session, ids[start : start + most]))


def _counts(_session: object, everybody: Roster, question: Question) -> Found:
    return roster.find(everybody, question)


def _told_tag(count: int) -> str:
    return ngettext("{count} has the tag now.", "{count} have the tag now.", count).format(count=count)


def _told_no_tag(count: int) -> str:
    return ngettext("Tag taken from {count}.", "Tag taken from {count}.", count).format(count=count)


def _told_set(count: int) -> str:
    return ngettext("{count} record changed.", "{count} records changed.", count).format(count=count)


def _told_removed(count: int) -> str:
    words = ngettext("{count} record moved to the trash.", "{count} records moved to the trash.", count)
    return words.format(count=count)
