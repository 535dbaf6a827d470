"""A text of the Alliance to be read: by section, in one language or two beside each other.

The language may change at any time: the section that is read stays where it is on the screen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QLocale, QPoint, Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from ui import theme
from ui.sides import margins
from ui.widgets.combo import ChoiceField
from ui.widgets.field import FieldRow
from ui.widgets.labels import Text
from ui.widgets.search import SearchField
from wimdesk.i18n import _
from wimdesk.search import fold
from wimdesk.services import texts
from wimdesk.services.texts import Reading, Row, Section
from wimdesk.services.timeline import language_name

_LOOK_AGAIN = 120
"""Milliseconds between two looks whether everything has found its height."""
_COLUMN = 150


class SectionView(QWidget):
    """One section; each language is a column."""

    def __init__(self, row: Row, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.row = row
        self._columns = QHBoxLayout(self)
        self._columns.setContentsMargins(0, 8, 0, 8)
        self._columns.setSpacing(24)
        self.cells: list[tuple[QWidget, Text, Text]] = []

    def show_languages(self, codes: Sequence[str]) -> None:
        """Show these languages from the side on which reading begins."""
        while len(self.cells) < len(codes):
            cell, heading, words = QWidget(), Text("", "section", wrap=True), Text("", "reading", wrap=True)
            words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            column = QVBoxLayout(cell)
            column.setContentsMargins(0, 0, 0, 0)
            column.setSpacing(6)
            column.addWidget(heading)
            column.addWidget(words)
            column.addStretch(1)
            self._columns.addWidget(cell, 1)
            self.cells.append((cell, heading, words))
        for place, (cell, heading, words) in enumerate(self.cells):
            cell.setVisible(place < len(codes))
            if place < len(codes):
                cell.setLayoutDirection(QLocale(codes[place]).textDirection())  # as the text is read, not the program
                part = self.row.said.get(codes[place]) or Section("", "", _("This section is not there in {language}."
                ).format(language=language_name(codes[place])))  # fmt: skip
                heading.setText(part.heading)
                heading.setVisible(bool(part.heading))
                words.setText(part.text)


class ReaderBar(QFrame):
    """What to read: language, a second one beside it, section, words."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.mark(self, role="page")
        self.language, self.beside, self.section = ChoiceField(), ChoiceField(), ChoiceField()
        self.compare = ChoiceField()
        self.search = SearchField()  # with words in it, they would be cut
        lines = QVBoxLayout(self)
        lines.setContentsMargins(margins(24, 10, 24, 4))
        line, self._second = QHBoxLayout(), QHBoxLayout()
        self._first = line
        for each in (line, self._second):
            each.setSpacing(12)
            lines.addLayout(each)
        self.search.setAccessibleName(_("Find in this text"))
        self._rows = {
            name: FieldRow(label, editor)
            for name, label, editor in (
                ("language", _("Language"), self.language), ("beside", _("Beside it"), self.beside),
                ("section", _("Section"), self.section), ("compare", _("Compare with"), self.compare),
                ("search", _("Words"), self.search),
            )
        }  # fmt: skip
        for row in self._rows.values():
            row.setMinimumWidth(theme.px(96))
            row.setMaximumWidth(theme.px(_COLUMN))
            line.addWidget(row, 1, Qt.AlignmentFlag.AlignTop)
        line.addStretch(0)
        self._second.addStretch(0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Where the choices would cover each other, the last two stand in a line of their own."""
        shown = sum(not row.isHidden() for row in self._rows.values())
        narrow = self.width() < shown * (theme.px(96) + 12) + 36
        before, after = (self._first, self._second) if narrow else (self._second, self._first)
        for at, name in enumerate(("compare", "search")):
            if before.indexOf(self._rows[name]) >= 0:
                before.removeWidget(self._rows[name])
                after.insertWidget(at if narrow else at + 3, self._rows[name], 1, Qt.AlignmentFlag.AlignTop)

    def show_choices(self, reading: Reading) -> None:
        """Offer what this version has."""
        names = [(code, language_name(code)) for code in reading.languages]
        self.language.set_options(names)
        self.beside.set_options([("", "–"), *names])
        versions = [(each.id, each.version) for each in reading.others if each.version]
        self.compare.set_options([("", "–"), *versions])
        self._rows["beside"].setVisible(len(names) > 1)
        self._rows["compare"].setVisible(bool(versions))
        self._fit()
        self.setVisible(bool(names))

    def show_sections(self, rows: Sequence[Row], code: str) -> None:
        """Name the sections in the language that is read."""
        named = [(row.key, row.said[code].heading or row.key) for row in rows if code in row.said]
        self.section.set_options([("", "–"), *named])


class TextReader(QWidget):
    """The sections below each other, in the scroll area of the page. `bar` stands above it, always in view."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bar = ReaderBar()
        self.views: dict[str, SectionView] = {}
        self._reading: Reading | None = None
        self._area: QScrollArea | None = None
        self._held: tuple[str, int] | None = None
        self._stood: tuple[int, int] = (-1, -1)
        self._letting_go = QTimer(self)
        self._letting_go.setSingleShot(True)
        self._letting_go.setInterval(_LOOK_AGAIN)
        self._letting_go.timeout.connect(self._let_go)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._nothing = Text(_("No section has these words. Try fewer words."), "muted", wrap=True)
        self._nothing.hide()
        self._column.addWidget(self._nothing)
        self.bar.language.changed.connect(lambda: self._keeping(self._say))
        self.bar.beside.changed.connect(lambda: self._keeping(self._say))
        self.bar.search.textChanged.connect(self._filter)
        self.bar.section.changed.connect(lambda: self.go_to(self.bar.section.value() or ""))

    def scroll_in(self, area: QScrollArea) -> None:
        """Say in which area the sections are scrolled."""
        self._area = area
        area.verticalScrollBar().rangeChanged.connect(self._settle)
        area.verticalScrollBar().actionTriggered.connect(self._scrolled)

    def show_reading(self, reading: Reading) -> None:
        """Show a version; what was chosen to read stays chosen."""
        if reading == self._reading:
            return
        self._reading = reading
        for view in self.views.values():
            self._column.removeWidget(view)
            view.hide()
            view.deleteLater()
        self.views = {row.key: SectionView(row) for row in reading.rows}
        for view in self.views.values():
            self._column.addWidget(view)
        self.bar.show_choices(reading)
        self._say()
        self._filter()

    def languages(self) -> list[str]:
        """Return the languages that are shown."""
        chosen = [self.bar.language.value() or "", self.bar.beside.value() or ""]
        return [code for code in dict.fromkeys(chosen) if code]

    def in_view(self) -> str:
        """Return the address of the section at the upper edge of the screen."""
        place = self._place()
        return place[0] if place else ""

    def go_to(self, key: str) -> None:
        """Bring a section to the upper edge."""
        if key in self.views:
            self._hold((key, 0))

    def _say(self) -> None:
        codes = self.languages()
        for view in self.views.values():
            view.show_languages(codes)
        if self._reading is not None and codes:
            blocked = self.bar.section.blockSignals(True)
            self.bar.show_sections(self._reading.rows, codes[0])
            self.bar.section.blockSignals(blocked)

    def _filter(self) -> None:
        wanted = fold(self.bar.search.text()).split()
        shown = {key for key, view in self.views.items() if texts.matches(view.row, wanted)}
        for key, view in self.views.items():
            view.setVisible(key in shown)
        self._nothing.setVisible(bool(wanted) and not shown)

    # ------------------------------------------------------------- what stays in view

    def _place(self) -> tuple[str, int] | None:
        """Return the section at the upper edge and how far it is scrolled out of view."""
        page = self._area.widget() if self._area is not None else None
        if self._area is None or page is None:
            return None
        top = self._area.verticalScrollBar().value()
        for key, view in self.views.items():
            if view.isHidden():
                continue
            begins = view.mapTo(page, QPoint(0, 0)).y()
            if begins + view.height() > top:
                return key, top - begins
        return None

    def _keeping(self, change: Callable[[], None]) -> None:
        place = self._place()
        change()
        if place is not None:
            # Above the first section there is the title: who stands there stays there. Within a section another
            # language may be shorter, so that its beginning is what stays.
            self._hold((place[0], place[1] if place[1] < 0 else 0))

    def _hold(self, place: tuple[str, int]) -> None:
        self._held, self._stood = place, (-1, -1)
        self._letting_go.start()
        self._settle()

    def _settle(self) -> None:
        page = self._area.widget() if self._area is not None else None
        if self._held is None or self._area is None or page is None or self._held[0] not in self.views:
            return
        key, offset = self._held
        layout = page.layout()
        if layout is not None:
            layout.activate()
        begins = self.views[key].mapTo(page, QPoint(0, 0)).y()
        self._area.verticalScrollBar().setValue(begins + offset)

    def _scrolled(self, _action: int) -> None:
        """Whoever scrolls goes elsewhere."""
        self._held = None

    def _let_go(self) -> None:
        """Texts find their height in several rounds: what is held is let go when two looks find the same."""
        if self._area is None:
            return
        self._settle()
        bar = self._area.verticalScrollBar()
        stands = (bar.value(), bar.maximum())
        if stands == self._stood:
            self._held = None
        else:
            self._stood = stands
            self._letting_go.start()
