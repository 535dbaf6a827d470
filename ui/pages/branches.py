"""What an organisation is part of, its branches as a tree, and how many members they have together."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from ui import theme
from ui.desk import Desk
from ui.pages.record_list import Item, RecordList
from ui.widgets.buttons import LinkButton, QuietButton
from ui.widgets.card import Card
from ui.widgets.labels import Text
from ui.widgets.rows import Row
from wimdesk.i18n import _, ngettext
from wimdesk.records.organization import CLASSIFICATIONS
from wimdesk.services import branches
from wimdesk.services.branches import Tree, Unit
from wimdesk.services.dates import day_text

_ROW = 64
_MOST_ROWS = 6
_STEP = "\u2003"
"""An em space for each step down; a screen reader hears the step as a number."""


class BranchesCard(Card):
    """The tree below one organisation. ``chosen`` tells the id of another organisation that should be shown."""

    chosen = Signal(str)

    def __init__(self, desk: Desk, record: str, parent: QWidget | None = None) -> None:
        super().__init__(_("Branches"), parent=parent)
        self._desk, self._record = desk, record
        self._above = ""
        self.tree: Tree | None = None
        self.new_button = QuietButton(_("New branch"), "plus")
        self.new_button.clicked.connect(self.begin)
        self.add_to_head(self.new_button)
        self.up = LinkButton("", "arrow-left")
        self.up.clicked.connect(lambda: self.chosen.emit(self._above))
        self.up.hide()
        self.total = Text("", "strong", wrap=True)
        self.note = Text("", "caption", wrap=True)
        self.list = RecordList(_("Branches"))
        self.list.chosen.connect(self.chosen)
        for part in (self.total, self.note, self.list):
            self.add(part)
        self.content.addWidget(self.up, 0, Qt.AlignmentFlag.AlignLeft)
        self.reload()

    def reload(self) -> None:
        """Read the tree anew."""
        self._desk.tasks.read(self, branches.tree, self._record, done=self._take, key="tree")

    def begin(self) -> None:
        """Make a branch and show it."""
        self._desk.tasks.write(self, branches.begin, self._record, done=self.chosen.emit)

    def _take(self, tree: Tree) -> None:
        self.tree = tree
        top, below = tree.top, tree.units[1:]
        self._above, above = tree.above
        self.up.setVisible(bool(above))
        self.up.setText(_("Part of {name}").format(name=above))
        self.total.setText(_total(self, top))
        self.note.setText("\n".join(_notes(top, below)))
        self.note.setVisible(bool(self.note.text()))
        self.list.show_items([_item(self, unit) for unit in below])
        self.list.setVisible(bool(below))
        self.list.setFixedHeight(theme.px(_ROW) * min(len(below), _MOST_ROWS))


def _total(card: QWidget, top: Unit) -> str:
    count = card.locale().toString(top.total)
    if not top.below:
        known = top.own is not None
        words = ngettext("{count} member. No branches.", "{count} members. No branches.", top.total)
        return words.format(count=count) if known else _("No branches yet.")
    words = ngettext("{members} with {count} branch", "{members} with {count} branches", top.below)
    members = ngettext("{count} member", "{count} members", top.total).format(count=count)
    return words.format(members=members, count=card.locale().toString(top.below))


def _notes(top: Unit, below: tuple[Unit, ...]) -> list[str]:
    notes = []
    if top.uncounted and top.below:
        words = ngettext(
            "{count} has not said how many members it has.", "{count} have not said how many members they have.",
            top.uncounted,
        )  # fmt: skip
        notes.append(words.format(count=top.uncounted))
    if top.covers == branches.ALL and top.own is not None and below:
        notes.append(_("Its own count includes the branches, so nothing is added to it."))
    if top.own is not None and top.source:
        told = _("Counted by: {source}, {day}") if top.as_of else _("Counted by: {source}")
        notes.append(told.format(source=top.source, day=day_text(top.as_of)))
    names = ", ".join(unit.name for unit in (top, *below) if unit.in_circle)
    if names:
        notes.append(
            _("These are a part of each other in a circle: {names}. No member is counted twice. Choose for one of "
              "them what it is part of.").format(names=names)
        )  # fmt: skip
    return notes


def _item(card: QWidget, unit: Unit) -> Item:
    kind = _(CLASSIFICATIONS.get(unit.kind, "")) if unit.kind else ""
    count = card.locale().toString(unit.total)
    unknown = unit.own is None and not unit.below
    state = _("No count yet") if unknown else count
    own = unit.own is not None and unit.total != unit.own
    meta = [kind, _("{count} of its own").format(count=unit.own) if own else "", unit.source]
    told = " · ".join(part for part in meta if part)
    title = f"{_STEP * (unit.depth - 1)}{unit.name}"
    row = Row(
        title, meta=f"{_STEP * (unit.depth - 1)}{told}", state=state, state_tone="warn" if unit.in_circle else "text2",
        icon="building-2",
    )  # fmt: skip
    spoken = _("{name}. Level {level}. {state}. {meta}").format(
        name=unit.name, level=unit.depth, state=_("No count yet") if unknown else _members(unit.total), meta=told
    )
    return Item(unit.id, row, spoken)


def _members(count: int) -> str:
    return ngettext("{count} member", "{count} members", count).format(count=count)
