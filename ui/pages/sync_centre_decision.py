"""One record that was changed in two places: both values of each field side by side, and the choice between them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QBoxLayout, QButtonGroup, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from ui import theme
from ui.widgets.buttons import IconButton, PrimaryButton, QuietButton, SecondaryButton
from ui.widgets.card import Card
from ui.widgets.choice import RadioCard
from ui.widgets.flow import Flow
from ui.widgets.labels import Chip, Text, hairline, tool_tip
from wimdesk.i18n import _, ngettext
from wimdesk.services.sync_review import Decision, Option, Question

_LABELS = 104
_ANY_WIDTH = 16_777_215
_LONG_TITLE = 40
"""A longer name wraps; a shorter one has its type right beside it."""


class DecisionCard(Card):
    """Shows one decision. ``decided`` carries field to seq; ``later`` and ``stepped`` go to another one."""

    decided = Signal(object)
    later = Signal()
    stepped = Signal(int)

    def __init__(self, decision: Decision, place: int, count: int, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.decision = decision
        self.cards: dict[str, dict[int, RadioCard]] = {}
        self._groups: list[QButtonGroup] = []
        self._abouts: list[QWidget] = []
        """The name of each question, with what stood there before."""
        self.content.setSpacing(12)
        self.content.addLayout(self._top())
        self.set_place(place, count)
        self.add(Text(decision.sentence, "muted", wrap=True))
        self._grid = self._make_grid()
        self.content.addLayout(self._grid)
        self.content.addWidget(self._sides())
        self._bottom = self._make_bottom()
        self.content.addLayout(self._bottom)
        if decision.same:  # Below the buttons, so that a long record does not push them out of sight.
            self.add(hairline())
            self.add(Text(_("The same in both"), "caption"))
            self.content.addLayout(_pairs(decision.same))
        self._follow()

    def chosen(self) -> dict[str, int]:
        """Return field to seq for every field that is decided."""
        return {field: seq for field, cards in self.cards.items() for seq, card in cards.items() if card.isChecked()}

    def choose(self, chosen: dict[str, int]) -> None:
        """Take over what was chosen before, where it can still be chosen."""
        for field, seq in chosen.items():
            if seq in self.cards.get(field, {}):
                self.cards[field][seq].setChecked(True)
        self._follow()

    def keep_all(self, left: bool) -> None:
        """Choose one side for every field: the newest of those that stand there."""
        for question in self.decision.questions:
            side = [option for option in question.options if option.left == left]
            if side:
                self.cards[question.field][max(option.seq for option in side)].setChecked(True)
        self._follow()

    def set_narrow(self, narrow: bool) -> None:
        """Where there is little room a field's name stands above its values, and the buttons below each other."""
        self.title.setWordWrap(narrow or len(self.decision.caption) > _LONG_TITLE)
        self._bottom.setDirection(QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight)
        self._grid.setColumnMinimumWidth(0, 0 if narrow else theme.px(_LABELS))
        self._grid.setHorizontalSpacing(8 if narrow else 16)
        for number, about in enumerate(self._abouts, start=1):
            self._grid.removeWidget(about)
            least = max(theme.px(_LABELS), about.minimumSizeHint().width())
            about.setMaximumWidth(_ANY_WIDTH if narrow else least)
            if narrow:
                self._grid.addWidget(about, 2 * number - 1, 1, 1, 2)
            else:
                self._grid.addWidget(about, 2 * number, 0)

    def every_card(self) -> list[RadioCard]:
        """Return the values to choose from, as Tab and the arrows go through them."""
        return [card for cards in self.cards.values() for card in cards.values()]

    def set_place(self, place: int, count: int) -> None:
        """Say which of how many decisions this is; `place` counts from 0."""
        self.where.setText(_("{place} of {count}").format(place=place + 1, count=count))
        self.back.setEnabled(place > 0)
        self.forward.setEnabled(place < count - 1)

    def _top(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        self.title = Text(self.decision.caption, "section", wrap=len(self.decision.caption) > _LONG_TITLE)
        row.addWidget(self.title)
        row.addWidget(Chip(self.decision.type_label))
        row.addStretch(1)
        self.where = Text("", "caption")
        self.back = IconButton("chevron-left", _("Previous decision"))
        self.forward = IconButton("chevron-right", _("Next decision"))
        self.back.clicked.connect(lambda: self.stepped.emit(-1))
        self.forward.clicked.connect(lambda: self.stepped.emit(1))
        for widget in (self.where, self.back, self.forward):
            row.addWidget(widget)
        return row

    def _make_grid(self) -> QGridLayout:
        """Each question has two rows: its values stand in the lower one, its name beside them or above."""
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(8)
        grid.setColumnMinimumWidth(0, theme.px(_LABELS))
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(2, 1)
        for column, (title, who) in enumerate((self.decision.left, self.decision.right), start=1):
            head = QVBoxLayout()
            head.setSpacing(0)
            head.addWidget(Text(title, "strong", wrap=True))
            head.addWidget(Text(who, "caption", wrap=True))
            head.addStretch(1)
            grid.addLayout(head, 0, column)
        for number, question in enumerate(self.decision.questions, start=1):
            self._add_question(grid, 2 * number, question)
        return grid

    def _add_question(self, grid: QGridLayout, row: int, question: Question) -> None:
        about = QWidget()
        lines = QVBoxLayout(about)
        lines.setSpacing(0)
        lines.setContentsMargins(0, theme.px(9), 0, 0)
        lines.addWidget(Text(question.label, "muted", wrap=True))
        if question.before:
            lines.addWidget(Text(_("Before: {value}").format(value=question.before), "caption", wrap=True))
        lines.addStretch(1)
        grid.addWidget(about, row, 0)
        self._abouts.append(about)
        group = QButtonGroup(self)
        self._groups.append(group)
        self.cards[question.field] = {}
        for column, left in ((1, True), (2, False)):
            side = [option for option in question.options if option.left == left]
            grid.addWidget(self._side(question, side, group), row, column, Qt.AlignmentFlag.AlignTop)
        if question.suggested:
            self.cards[question.field][question.suggested].setChecked(True)

    def _side(self, question: Question, options: Sequence[Option], group: QButtonGroup) -> QWidget:
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        for option in options:
            card = RadioCard(option.text, _("(empty)"))
            side = self.decision.left[0] if option.left else self.decision.right[0]
            shown = _("This value shows now.") if option.shown else ""
            card.setAccessibleName(
                _("{field}, {side}: {value}").format(field=question.label, side=side, value=option.text or _("(empty)"))
            )
            card.setAccessibleDescription(" ".join(part for part in (option.who, shown) if part))
            card.setToolTip(tool_tip(card.accessibleDescription()))
            card.toggled.connect(self._follow)
            group.addButton(card)
            self.cards[question.field][option.seq] = card
            column.addWidget(card)
            if len(options) > 1:
                column.addWidget(Text(option.who, "caption", wrap=True))
        return holder

    def _sides(self) -> Flow:
        """Return the two buttons that choose for all fields; with long names they stand below each other."""
        row = Flow(8)
        left, right = self.decision.left[0], self.decision.right[0]
        here = any(option.mine for question in self.decision.questions for option in question.options)
        words = _("Keep all mine") if here else _("Keep all of {name}").format(name=left)
        self.keep_left = SecondaryButton(words)
        words = _("Keep all shared") if here else _("Keep all of {name}").format(name=right)
        self.keep_right = SecondaryButton(words)
        self.keep_left.clicked.connect(lambda: self.keep_all(True))
        self.keep_right.clicked.connect(lambda: self.keep_all(False))
        if not self.decision.is_deletion:  # One field only: choosing it is as quick.
            row.fill([self.keep_left, self.keep_right])
        return row

    def _make_bottom(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        self.hint = Text("", "caption", wrap=True)
        self.later_button = QuietButton(_("Decide later"))
        self.later_button.clicked.connect(self.later)
        self.save = PrimaryButton(_save_words(self.decision), "check")
        self.save.clicked.connect(lambda: self.decided.emit(self.chosen()))
        row.addWidget(self.hint, 1)
        row.addWidget(self.later_button)
        row.addWidget(self.save)
        return row

    def _follow(self) -> None:
        """Saving waits until each field is decided."""
        if not hasattr(self, "save"):
            return
        open_ones = len(self.decision.questions) - len(self.chosen())
        self.save.setEnabled(open_ones == 0)
        words = ngettext("Choose for {count} more field.", "Choose for {count} more fields.", open_ones)
        if self.decision.is_deletion:
            words = _("Choose one of the two.")
        # The line keeps its room, so that the buttons do not move away under the mouse.
        self.hint.setText(words.format(count=open_ones) if open_ones else "")


def _save_words(decision: Decision) -> str:
    return {
        "person": _("Save this contact"),
        "contact_detail": _("Save this contact"),
        "organization": _("Save this organisation"),
        "site": _("Save this site"),
        "observation": _("Save this figure"),
        "initiative": _("Save this initiative"),
        "library_item": _("Save this practice"),
        "submission": _("Save this submission"),
    }.get(decision.type, _("Save this choice"))


def _pairs(pairs: Sequence[tuple[str, str]]) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(4)
    grid.setColumnMinimumWidth(0, theme.px(_LABELS))
    grid.setColumnStretch(1, 1)
    for row, (label, value) in enumerate(pairs):
        name = Text(label, "muted", wrap=True)
        name.setMaximumWidth(theme.px(_LABELS + 40))
        grid.addWidget(name, row, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(Text(value, wrap=True), row, 1)
    return grid
