"""Filters as a line of chips: each opens a box with what occurs and how many there are, to be with or to be without."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from ui import icons, theme
from ui.widgets.buttons import LinkButton
from ui.widgets.flow import Flow
from ui.widgets.labels import Text, tool_tip
from ui.widgets.popup import Popup
from ui.widgets.search import SearchField
from wimdesk.i18n import _, ngettext
from wimdesk.search import fold
from wimdesk.services.question import Question
from wimdesk.services.roster import Counts

Words = Callable[[str, str], str]
"""What a code of a facet is called."""
_MOST = 200
"""So many choices a box shows; who needs another types a part of it."""
_SEARCH_ABOVE = 8
_LETTERS = 22
_CODE = int(Qt.ItemDataRole.UserRole)
_COUNT = _CODE + 1
_ROW = 34
_SHOWN = 8


class FacetChip(QPushButton):
    """One filter: its name, or what is chosen in it."""

    def __init__(self, facet: str, label: str, parent: QWidget | None = None) -> None:
        super().__init__(label, parent)
        self.facet = facet
        self.label = label
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAutoDefault(False)
        theme.mark(self, role="facet", on=False)

    def show_chosen(self, wanted: Sequence[str], unwanted: Sequence[str]) -> None:
        """Show what is chosen, given in words."""
        parts = [*wanted, *(_("not {words}").format(words=words) for words in unwanted)]
        whole = ", ".join(parts)
        shown = whole if len(whole) <= _LETTERS else f"{parts[0][:_LETTERS]} +{len(parts) - 1}".removesuffix(" +0")
        self.setText(shown.replace("&", "&&") if parts else self.label)
        self.setAccessibleName(f"{self.label}: {whole}" if parts else self.label)
        self.setToolTip(tool_tip(f"{self.label}: {whole}" if parts else ""))
        theme.mark(self, on=bool(parts))

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        side, edge = theme.px(12), theme.px(8)
        place = QRect(self.width() - edge - side, (self.height() - side) // 2, side, side)
        place = QStyle.visualRect(self.layoutDirection(), self.rect(), place)
        token = "accent_text" if self.property("on") else "text2"
        painter = QPainter(self)
        painter.drawPixmap(place, icons.pixmap("chevron-down", token, 12, self.devicePixelRatioF()))
        painter.end()


class _ChoiceDelegate(QStyledItemDelegate):
    """Writes the number at the end of the line, quietly."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().paint(painter, option, index)
        painter.save()
        painter.setFont(theme.font(12, 500))
        painter.setPen(theme.token("text2"))
        side = QStyle.visualAlignment(option.direction, Qt.AlignmentFlag.AlignRight)
        place = option.rect.adjusted(theme.px(8), 0, -theme.px(8), 0)
        painter.drawText(place, side | Qt.AlignmentFlag.AlignVCenter, str(index.data(_COUNT)))
        painter.restore()

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        super().initStyleOption(option, index)
        metrics = option.fontMetrics
        room = option.rect.width() - theme.px(44) - metrics.horizontalAdvance(str(index.data(_COUNT)))
        if room > 0:
            option.text = metrics.elidedText(option.text, Qt.TextElideMode.ElideRight, room)


class FacetBox(Popup):
    """What occurs in one facet. ``changed`` tells (wanted, unwanted) after each choice."""

    changed = Signal(object, object)

    def __init__(self, label: str, facet: str, words: Words, parent: QWidget) -> None:
        super().__init__(label, parent)
        self.facet = facet
        self._words = words
        self._counts: dict[str, int] = {}
        self._chosen: tuple[set[str], set[str]] = (set(), set())
        self.setFixedWidth(theme.px(300))
        self.column.addLayout(self._head(label))
        self.search = SearchField(_("Find a choice"))
        self.search.textChanged.connect(self._fill)
        self.column.addWidget(self.search)
        self.list = QListWidget()
        self.list.setAccessibleName(label)
        self.list.setItemDelegate(_ChoiceDelegate(self.list))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.itemChanged.connect(self._take)
        self.list.itemPressed.connect(self._press)
        self.list.itemClicked.connect(self._click)
        self._ticked = False
        self.column.addWidget(self.list)
        self.more = Text("", "caption", wrap=True)
        self.column.addWidget(self.more)

    def _head(self, label: str) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setSpacing(4)
        self._ways = QButtonGroup(self)
        for number, (words, spoken) in enumerate(
            ((_("With"), _("{label}: with any of these")), (_("Without"), _("{label}: without all of these")))
        ):
            button = QPushButton(words)
            button.setCheckable(True)
            button.setAutoDefault(False)
            button.setAccessibleName(spoken.format(label=label))
            theme.mark(button, role="segment", slim=True)
            self._ways.addButton(button, number)
            line.addWidget(button)
        self._ways.button(0).setChecked(True)
        self._ways.idToggled.connect(lambda _number, on: self._fill() if on else None)
        line.addStretch(1)
        self.clear = LinkButton(_("Clear"))
        self.clear.set_slim()
        self.clear.clicked.connect(self._clear)
        line.addWidget(self.clear)
        return line

    def first(self) -> QWidget:
        return self.search if self.search.isVisibleTo(self) else self.list

    def look(self, way: int) -> None:
        """Show what is wanted (0) or unwanted (1)."""
        self._ways.button(way).setChecked(True)

    def show_facet(self, counts: Mapping[str, int], wanted: Sequence[str], unwanted: Sequence[str]) -> None:
        """Show how many each choice would leave, and what is chosen."""
        chosen = (set(wanted), set(unwanted))
        if self.isVisible() and chosen == self._chosen and set(counts) <= set(self._counts):
            self._counts = dict.fromkeys(self._counts, 0) | dict(counts)
            self._renew()
            return
        self._chosen = chosen
        self._counts = dict.fromkeys((*wanted, *unwanted), 0) | dict(counts)
        self.search.setVisible(len(self._counts) > _SEARCH_ABOVE)
        self._fill()

    def choose(self, code: str, on: bool = True) -> None:
        """Choose a code in the way that is looked at, as a click does."""
        for row in range(self.list.count()):
            if self.list.item(row).data(_CODE) == code:
                self.list.item(row).setCheckState(Qt.CheckState.Checked if on else Qt.CheckState.Unchecked)

    def _way(self) -> set[str]:
        return self._chosen[self._ways.checkedId()]

    def _fill(self) -> None:
        asked = [fold(word) for word in self.search.text().split()]
        named = [(self._words(self.facet, code), code) for code in self._counts]
        fitting = [(words, code) for words, code in named if all(word in fold(words) for word in asked)]
        here = self._way()
        # What is chosen comes first, “not given” last, and between them what occurs most.
        fitting.sort(key=lambda pair: (pair[1] not in here, not pair[1], -self._counts[pair[1]], fold(pair[0])))
        before = self.list.blockSignals(True)
        self.list.clear()
        for words, code in fitting[:_MOST]:
            item = QListWidgetItem(words)
            item.setData(_CODE, code)
            item.setData(_COUNT, self._count(code))
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{words}, {self._count(code)}")
            item.setToolTip(tool_tip(words))
            item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Checked if code in here else Qt.CheckState.Unchecked)
            self.list.addItem(item)
        if self.list.count():
            self.list.setCurrentRow(0)
        self.list.blockSignals(before)
        if not asked:
            self.list.setFixedHeight(theme.px(_ROW * max(2, min(len(fitting), _SHOWN))))
        hidden = len(fitting) - _MOST
        words = ngettext("{count} more. Type a part of it.", "{count} more. Type a part of one.", hidden)
        self.more.setText(words.format(count=self.locale().toString(hidden)) if hidden > 0 else "")
        self.more.setVisible(hidden > 0 or not fitting)
        if not fitting:
            self.more.setText(_("There is nothing to choose."))
        if self.isVisible():
            self.adjustSize()
        self.clear.setEnabled(any(self._chosen))

    def _renew(self) -> None:
        before = self.list.blockSignals(True)
        for row in range(self.list.count()):
            item = self.list.item(row)
            code = str(item.data(_CODE))
            item.setData(_COUNT, self._count(code))
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{item.text()}, {self._count(code)}")
        self.list.blockSignals(before)
        self.clear.setEnabled(any(self._chosen))

    def _count(self, code: str) -> str:
        return self.locale().toString(self._counts.get(code, 0))

    def _press(self) -> None:
        self._ticked = False

    def _click(self, item: QListWidgetItem) -> None:
        """A click on the words counts like one on the tick."""
        if not self._ticked:
            checked = item.checkState() == Qt.CheckState.Checked
            item.setCheckState(Qt.CheckState.Unchecked if checked else Qt.CheckState.Checked)

    def _take(self, item: QListWidgetItem) -> None:
        self._ticked = True
        code, here = str(item.data(_CODE)), self._way()
        if item.checkState() == Qt.CheckState.Checked:
            here.add(code)
            self._chosen[1 - self._ways.checkedId()].discard(code)
        else:
            here.discard(code)
        self._tell()

    def _clear(self) -> None:
        self._chosen = (set(), set())
        self._fill()
        self._tell()

    def _tell(self) -> None:
        self.clear.setEnabled(any(self._chosen))
        self.changed.emit(sorted(self._chosen[0]), sorted(self._chosen[1]))


class FacetBar(Flow):
    """All chips of a list. ``changed`` tells the question with what was chosen."""

    changed = Signal(object)

    def __init__(self, facets: Mapping[str, str], words: Words, parent: QWidget | None = None) -> None:
        super().__init__(6, parent)
        self._words = words
        self._question = Question()
        self._counts: Counts = {}
        self.chips: dict[str, FacetChip] = {}
        self.box: FacetBox | None = None
        self.set_facets(facets)

    def set_facets(self, facets: Mapping[str, str]) -> None:
        """Show a chip for each facet, unless these are shown already."""
        if {facet: _(label) for facet, label in facets.items()} == {
            key: chip.label for key, chip in self.chips.items()
        }:
            return
        self.chips = {facet: FacetChip(facet, _(label)) for facet, label in facets.items()}
        for facet, chip in self.chips.items():
            chip.clicked.connect(partial(self.open, facet))
        self.fill(self.chips.values())
        self.show_question(self._question)

    def show_counts(self, question: Question, counts: Counts) -> None:
        """Show how many each choice would leave; numbers for another question than the one that shows are dropped."""
        if question == self._question:
            self._counts = counts
            self._renew_box()

    def show_question(self, question: Question) -> None:
        """Show what is asked."""
        self._question = question
        for facet, chip in self.chips.items():
            wanted, unwanted = (sorted(self._words(facet, code) for code in codes) for codes in question.codes(facet))
            chip.show_chosen(wanted, unwanted)
        self._renew_box()

    def _renew_box(self) -> None:
        box = self.box
        if box is not None and box.isVisible():
            box.show_facet(self._counts.get(box.facet, {}), *self._question.codes(box.facet))

    def open(self, facet: str) -> FacetBox:
        """Open the box of a chip."""
        if self.box is not None:
            self.box.deleteLater()
        chip = self.chips[facet]
        box = self.box = FacetBox(chip.label, facet, self._words, self)
        wanted, unwanted = self._question.codes(facet)
        box.show_facet(self._counts.get(facet, {}), wanted, unwanted)
        if unwanted and not wanted:
            box.look(1)
        box.changed.connect(partial(self._take, facet))
        box.open_at(chip)
        return box

    def _take(self, facet: str, wanted: Sequence[str], unwanted: Sequence[str]) -> None:
        self._question = self._question.with_facet(facet, wanted, unwanted)
        self.changed.emit(self._question)
