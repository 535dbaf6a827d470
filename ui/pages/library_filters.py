"""The filters at the left of the library: groups of check boxes, each with how many items it would leave."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from ui import theme
from ui.sides import margins
from ui.widgets.buttons import LinkButton
from ui.widgets.card import scrolling
from ui.widgets.labels import Text
from wimdesk.i18n import _

Options = Sequence[tuple[str, str]]


class FilterBox(QWidget):
    """One check box whose words may take two lines, with its count at the right."""

    def __init__(self, words: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.words = words
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 2, 0, 2)
        line.setSpacing(8)
        self.box = QCheckBox()
        self.box.setFixedWidth(theme.px(20))
        self.box.setAccessibleName(words)
        self.label = Text(words, wrap=True)
        self.label.installEventFilter(self)
        self.count = Text("", "caption")
        line.addWidget(self.box, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(self.label, 1)
        line.addWidget(self.count, 0)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QMouseEvent) and event.type() == QEvent.Type.MouseButtonRelease:
            self.box.toggle()
            return True
        return super().eventFilter(watched, event)

    def show_count(self, count: int) -> None:
        """Show how many items this choice would leave."""
        self.count.setText(self.locale().toString(count))
        self.box.setAccessibleDescription(_("{count} practices").format(count=count))


class FilterPane(QFrame):
    """Emits ``changed`` when a choice changes; no choice in a group means that anything passes."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.mark(self, role="page")
        self._boxes: dict[str, dict[str, FilterBox]] = {}
        self._places: dict[str, QVBoxLayout] = {}
        content = QFrame()
        self._column = QVBoxLayout(content)
        self._column.setContentsMargins(margins(16, 8, 12, 16))
        self._column.setSpacing(2)
        self._column.addStretch(1)
        head = QHBoxLayout()
        head.setContentsMargins(margins(16, 8, 12, 0))
        head.addWidget(Text(_("Filters"), "section"))
        head.addStretch(1)
        self.clear_button = LinkButton(_("Clear"))
        self.clear_button.clicked.connect(self.clear)
        head.addWidget(self.clear_button)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addLayout(head)
        area = scrolling(content)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        outer.addWidget(area, 1)
        self._show_clear()

    def has_groups(self) -> bool:
        """Tell whether there is anything to choose yet."""
        return bool(self._boxes)

    def add_group(self, key: str, title: str, options: Options) -> None:
        """Add a group of choices, given as (code, words); a group without any is not seen."""
        place = QWidget()
        column = self._places[key] = QVBoxLayout(place)
        column.setContentsMargins(0, 12 if self._boxes else 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(Text(title, "head"))
        self._boxes[key] = {}
        self._column.insertWidget(self._column.count() - 1, place)
        self.set_options(key, options)

    def set_options(self, key: str, options: Options) -> None:
        """Replace the choices of a group; those that are there already stay as they are, also while chosen."""
        boxes, column = self._boxes[key], self._places[key]
        wanted = dict(options)
        for code in [code for code, box in boxes.items() if code not in wanted and not box.box.isChecked()]:
            gone = boxes.pop(code)
            column.removeWidget(gone)
            gone.hide()
            gone.deleteLater()
        for place, code in enumerate(wanted, 1):
            if code not in boxes:
                made = boxes[code] = FilterBox(wanted[code])
                made.box.toggled.connect(self._tell)
                column.insertWidget(min(place, column.count()), made)
        holder = column.parentWidget()
        if holder is not None:
            holder.setVisible(bool(boxes))

    def codes(self, group: str) -> list[str]:
        """Return what can be chosen in a group."""
        return list(self._boxes[group])

    def box(self, group: str, code: str) -> FilterBox:
        """Return a choice; KeyError if there is none."""
        return self._boxes[group][code]

    def chosen(self) -> dict[str, frozenset[str]]:
        """Return the chosen codes by group."""
        return {
            group: frozenset(code for code, box in boxes.items() if box.box.isChecked())
            for group, boxes in self._boxes.items()
        }

    def show_counts(self, counts: Mapping[str, Mapping[str, int]]) -> None:
        """Show the counts of a result beside the choices."""
        for group, boxes in self._boxes.items():
            inner = counts.get(group, {})
            for code, box in boxes.items():
                box.show_count(inner.get(code, 0))

    def clear(self) -> None:
        """Take every choice back, as one change."""
        self.choose({})

    def choose(self, chosen: Mapping[str, Collection[str]]) -> None:
        """Choose these codes and no others, as one change."""
        changed = False
        for group, boxes in self._boxes.items():
            for code, each in boxes.items():
                wanted = code in chosen.get(group, ())
                changed |= each.box.isChecked() != wanted
                each.box.blockSignals(True)
                each.box.setChecked(wanted)
                each.box.blockSignals(False)
                each.box.update()
        if changed:
            self._tell()

    def _tell(self) -> None:
        self._show_clear()
        self.changed.emit()

    def _show_clear(self) -> None:
        self.clear_button.setEnabled(any(self.chosen().values()))
