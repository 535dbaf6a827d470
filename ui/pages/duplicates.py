"""Who may be in the list twice: pairs with the reasons, and two people side by side until somebody decides."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QWidget

from ui import theme
from ui.desk import Desk
from ui.forms.columns import TwoColumns
from ui.pages.record_card import RecordCard
from ui.pages.record_list import Item, RecordList
from ui.widgets.buttons import LinkButton, PrimaryButton, SecondaryButton
from ui.widgets.card import Card
from ui.widgets.column import Column
from ui.widgets.combo import ChoiceField
from ui.widgets.field import FieldRow
from ui.widgets.flow import Flow
from ui.widgets.labels import Text
from ui.widgets.rows import Row
from wimdesk.errors import WimdeskError
from wimdesk.events import Changed
from wimdesk.i18n import _, ngettext
from wimdesk.services import duplicates, merging
from wimdesk.services.duplicates import Candidate
from wimdesk.services.merging import Choice, Comparison

DUPLICATES = "duplicates"
"""Stands where the id of a record would."""
_LIST = 260
_ROW = 64
_LOOK_AFTER = 500
"""Milliseconds after the last change: to look again takes seconds where there are very many people."""
_FIRST, _SECOND, _BOTH = "first", "second", "both"


class DuplicatesPane(RecordCard):
    """The pairs on top, the most alike first; below, the pair that was chosen."""

    type_name = DUPLICATES

    def fill(self) -> None:
        self._found: Sequence[Candidate] = ()
        self.pair: PairCard | None = None
        self.show_title(_("The same person twice?"))
        card = Card()
        self.summary = Text(_("Looking for people who look alike."), "muted", wrap=True)
        self.list = RecordList(_("People who look alike"))
        self.list.chosen.connect(self.open)
        self.list.hide()
        card.add(self.summary)
        card.add(self.list)
        self.column.addWidget(card)
        self._below = Column()
        self.column.addWidget(self._below)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_LOOK_AFTER)
        self._timer.timeout.connect(self.reload)

    def reload(self) -> None:
        self.desk.tasks.read(self, duplicates.find, done=self._take, key=DUPLICATES)

    def changed(self, change: Changed) -> None:
        if change.touches("person", "contact_detail", "distinction"):
            self._timer.start()

    def open(self, key: str) -> None:
        """Show a pair side by side."""
        found = next((each for each in self._found if _key(each) == key), None)
        if found is not None:
            self.pair = PairCard(self.desk, found)
            self.pair.read()
            self.pair.wanted.connect(self.wanted)
            self.pair.decided.connect(self._close)
            self._below.fill([self.pair])

    def _foot(self) -> QWidget:
        return QWidget()

    def _close(self) -> None:
        self.pair = None
        self._below.fill([])
        self.reload()

    def _take(self, found: Sequence[Candidate]) -> None:
        self._found = found
        words = ngettext("{count} pair looks alike. Choose one.", "{count} pairs look alike. Choose one.", len(found))
        count = self.locale().toString(len(found))
        self.summary.setText(words.format(count=count) if found else _("Nobody seems to be here twice."))
        self.list.setFixedHeight(theme.px(min(_LIST, _ROW * len(found) + 2)))
        self.list.setVisible(bool(found))
        self.list.show_items([_item(each) for each in found])
        self._follow()

    def _follow(self) -> None:
        """Have the open pair say what both are now; put it away where they are no pair any more."""
        if self.pair is None:
            return
        now = next((each for each in self._found if _key(each) == _key(self.pair.candidate)), None)
        if now is not None:
            self.pair.follow(now)
            return
        self.pair = None
        self._below.fill([])
        self.desk.notices.say(_("This pair was changed elsewhere and is none any more."))


def _key(each: Candidate) -> str:
    return f"{each.first}+{each.second}"


def _item(each: Candidate) -> Item:
    title = f"{each.first_name} · {each.second_name}"
    meta = each.likeness.words()
    row = Row(title, meta=meta, state=f"{each.likeness.score} %", icon="users")
    return Item(_key(each), row, f"{title}. {each.likeness.score} %. {meta}")


class PairCard(Card):
    """Two people side by side. ``wanted`` tells whom to open, ``decided`` that they are one now, or are not."""

    wanted = Signal(str)
    decided = Signal()

    def __init__(self, desk: Desk, pair: Candidate, parent: QWidget | None = None) -> None:
        super().__init__(_title(pair), parent=parent)
        self._desk = desk
        self.candidate = pair
        self._choices: Sequence[Choice] = ()
        self.editors: dict[str, ChoiceField] = {}
        self.words = Text("", "muted", wrap=True)
        self._fields = Column()
        self.merge_button = PrimaryButton(_("Make one of them"), "git-merge")
        self.merge_button.clicked.connect(self.merge)
        self.merge_button.setEnabled(False)
        self.apart_button = SecondaryButton(_("Not the same person"), "users")
        self.apart_button.clicked.connect(self.tell_apart)
        line = Flow(8)
        line.add(self.merge_button)
        line.add(self.apart_button)
        self._links: list[LinkButton] = []
        for record in (pair.first, pair.second):
            link = LinkButton("", "external-link")
            link.clicked.connect(partial(self.wanted.emit, record))
            line.add(link)
            self._links.append(link)
        self._name(pair)
        self.add(self.words)
        self.add(self._fields)
        self.add(line)

    def read(self) -> None:
        """Read in what both differ; what was chosen stays where it still says the same."""
        first, second = self.candidate.first, self.candidate.second
        self._desk.tasks.read(
            self, merging.compare, first, second, done=self._take, failed=self._say_problem, key="pair"
        )

    def follow(self, now: Candidate) -> None:
        """One of both was changed, here or elsewhere."""
        self.candidate = now
        self._name(now)
        self.read()

    def _name(self, pair: Candidate) -> None:
        self.set_title(_title(pair))
        for link, name in zip(self._links, (pair.first_name, pair.second_name), strict=True):
            link.setText(name.replace("&", "&&"))
            link.setAccessibleName(_("Show {what}").format(what=name))

    def merge(self) -> None:
        """Make one of both, as chosen."""
        chosen = {each.field: self._value(each) for each in self._choices}
        self.merge_button.setEnabled(False)

        def done(act: int) -> None:
            self._desk.notices.offer_undo(_("They are one now."), act)
            self.decided.emit()

        self._desk.tasks.write(
            self,
            merging.merge,
            self.candidate.first,
            self.candidate.second,
            chosen,
            done=done,
            failed=self._say_problem,
        )

    def tell_apart(self) -> None:
        """Never propose them again."""

        def done(act: int) -> None:
            self._desk.notices.offer_undo(_("These two are not proposed again."), act)
            self.decided.emit()

        self._desk.tasks.write(self, duplicates.tell_apart, self.candidate.first, self.candidate.second, done=done)

    def _value(self, each: Choice) -> object:
        by_code = {_FIRST: each.first, _SECOND: each.second, _BOTH: each.proposed}
        return by_code[self.editors[each.field].value() or _FIRST]

    def _take(self, found: Comparison) -> None:
        chosen = [(each, self.editors[each.field].value()) for each in self._choices]
        is_same = tuple(found.choices) == tuple(self._choices)
        self._choices = found.choices
        moving = ", ".join(f"{label} {count}" for label, count in found.links)
        self.words.setText(_("What comes along: {what}").format(what=moving) if moving else "")
        self.words.set_tone("")
        self.words.setVisible(bool(moving))
        self.merge_button.setEnabled(True)
        if is_same and self.editors:
            return
        fields = TwoColumns()
        self.editors = {}
        for each in found.choices:
            options = [(_FIRST, _one_line(each.first_text) or "–"), (_SECOND, _one_line(each.second_text) or "–")]
            if each.proposed not in (each.first, each.second):
                options.append((_BOTH, _("Both: {text}").format(text=_one_line(each.proposed_text))))
            editor = ChoiceField(options, each.label)
            proposed = _FIRST if each.proposed == each.first else _SECOND if each.proposed == each.second else _BOTH
            editor.set_value(next((code for known, code in chosen if known == each), proposed))
            self.editors[each.field] = editor
            fields.add(FieldRow(each.label, editor))
        self._fields.fill([fields] if found.choices else [])

    def _say_problem(self, problem: WimdeskError) -> None:
        self.words.setText(str(problem))
        self.words.set_tone("err")
        self.words.show()


def _title(pair: Candidate) -> str:
    return _("{first} and {second}").format(first=pair.first_name, second=pair.second_name)


def _one_line(text: str) -> str:
    return " · ".join(line for line in text.splitlines() if line)
