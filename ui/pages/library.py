"""The best-practice library: filters, results while typing, and the practice to read or to write."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt, QTimer
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QResizeEvent
from PySide6.QtWidgets import QFileDialog, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from ui import theme
from ui.page import Page
from ui.pages.library_desk import ReadingDesk
from ui.pages.library_filters import FilterPane
from ui.pages.library_list import ResultModel
from ui.pages.library_more import MoreButton
from ui.pages.library_saved import SavedBar
from ui.sides import margins
from ui.widgets.buttons import SecondaryButton
from ui.widgets.card import sliding
from ui.widgets.combo import ChoiceField
from ui.widgets.empty import EmptyState
from ui.widgets.folding import FilterButton
from ui.widgets.labels import Text, hairline
from ui.widgets.panes import beside
from ui.widgets.rows import RowDelegate, row_list
from ui.widgets.search import SearchField
from wimdesk.events import Changed
from wimdesk.i18n import LANGUAGES, _, ngettext
from wimdesk.records.library_item import TEMPLATES
from wimdesk.services import attaching, library, library_export, library_markdown, question
from wimdesk.services.library import Order, Result, Shelf
from wimdesk.services.question import Question
from wimdesk.services.reading_lists import LIST, Saved

_LEAST_LIST = 280
"""Pixels, whatever the size of the letters: names are cut there, so that the text beside it has its room."""
_MOST_TEXT = 560
"""Pixels that a window of 1,024 leaves to the text beside the list, whatever the size of the letters."""
_THREE_PANES = 1000
"""Pixels that filters, list and text take side by side; they grow with the letters."""
_READ_AFTER = 150
"""Milliseconds after the last key until the first result is laid out to be read."""
_READ_ON_AFTER = 400
"""Milliseconds after an answer; while somebody types, the next question has the machine for itself."""
_SAY_AFTER = 400
"""Milliseconds after the last key until a screen reader hears how many results there are."""
_ORDERS: tuple[Order, ...] = ("match", "newest", "title", "reused")


class LibraryPage(Page):
    """The library. What is typed is answered at once, off the thread that paints."""

    key = "library"

    def build(self) -> None:
        """Make the search in the header and the three panes."""
        self._shelf = Shelf()
        self._loading = False
        self._stale: set[str] = set()
        self._wanted = ""
        self._only: tuple[str, ...] | None = None
        self._result: Result | None = None
        self.header.set_title(_("Best-practice library"))
        self.search = SearchField(_("Search the library"))
        self._fit_search()
        self.search.textChanged.connect(lambda: self._ask())
        self.write_button = SecondaryButton(_("Write a practice"), "pencil")
        self.write_button.setToolTip(_("Write a practice") + " (Ctrl+N)")
        self.write_button.clicked.connect(self.write)
        self.header.add_action(self.search)
        self.header.add_action(self.write_button)
        self.more = MoreButton()
        self.header.add_action(self.more)
        self.more.set_acts(
            (
                (_("Export what is listed…"), self._choose_export),
                (_("Bring in a Markdown file…"), self._choose_markdown),
                (_("Files on this computer"), self._show_downloads),
            )
        )
        self.add_shortcut("Ctrl+N", self.write)
        self.add_shortcut("Ctrl+F", self._go_to_search)
        self.filters = FilterPane()
        self.filters.changed.connect(self._ask)
        self.filters.setFixedWidth(theme.px(240))
        self.filter_button = FilterButton(self.filters, _THREE_PANES)
        self.reading = ReadingDesk(self.desk)
        self.reading.removed.connect(self.refresh)
        self.reading.shared.connect(self.show_record)
        self.reading.setMinimumWidth(min(theme.px(400), _MOST_TEXT))  # in a narrow window the list gives way first
        split = beside(self._results(), self.reading, (384, 530))
        inside = QWidget()
        panes = QHBoxLayout(inside)
        panes.setContentsMargins(0, 0, 0, 0)
        panes.setSpacing(0)
        panes.addWidget(self.filters)
        panes.addWidget(split, 1)
        self.body.addWidget(sliding(inside, _("Best-practice library")), 1)
        self.filter_button.fit(self.width())  # built anew at its size, the page hears of no other
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._read_current)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(_READ_ON_AFTER)
        self._later.timeout.connect(self._read_on)
        self.reading.followed.connect(self._soon.stop)
        self._say = QTimer(self)
        self._say.setSingleShot(True)
        self._say.setInterval(_SAY_AFTER)
        self._say.timeout.connect(self._announce)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_search()
        self.filter_button.fit(self.width())

    def refresh(self) -> None:
        """Read the library anew and answer again what stands in the search."""
        self._loading = True
        self.desk.tasks.read(self, library.take_stock, done=self._take_stock, key="library.load")

    def changed(self, change: Changed) -> None:
        """Follow what was written here, elsewhere or by a sync."""
        ids = change.ids.get(library.TYPE, frozenset())
        shows = ids or change.touches("attachment")
        if (
            change.touches("theme")
            or change.touches("feedback")
            or (shows and (self._loading or not self._shelf.entries))
        ):
            self.refresh()
        elif shows:
            self._stale |= ids
            self._renew(frozenset(self._stale))
        self.reading.changed(change)
        self.saved.changed(change)

    def _renew(self, ids: frozenset[str]) -> None:
        def take(shelf: Shelf) -> None:
            self._stale -= ids
            self._shelf = shelf
            self._offer_made_up()
            self._ask()

        # A newer reading drops this one, and has all its ids.
        self.desk.tasks.read(self, library.renew, self._shelf, ids, done=take, key="library.load")

    def result_question(self) -> str | None:
        """Return what was asked for what is shown; None before anything is."""
        return self._result.question if self._result else None

    def show_record(self, record_id: str) -> None:
        """Show one practice, or a reading list; filters and search that would hide it are taken back."""
        if self.saved.show_list(record_id):
            return
        self._wanted = record_id
        if self._only is not None and record_id not in self._only:
            self._only = None
            self.saved.show_all()
        if self.search.text() or any(self.filters.chosen().values()):
            self.filters.clear()
            self.search.clear()
        self.refresh()

    def write(self) -> None:
        """Begin a practice of our own and show its form."""
        self.reading.flush()
        self.desk.tasks.write(self, library.draft, done=self._open_draft)

    def export_to(self, path: Path) -> None:
        """Write all that is listed to a file, as its ending says."""
        ids = [entry.id for entry in self._result.entries] if self._result else []
        verb, contents = library_export.export, self.desk.app.contents
        self.desk.tasks.read(
            self, verb, contents, ids, path, done=self._tell_exported, key="library.export",
            failed=lambda problem: self.desk.notices.warn(str(problem)),
        )  # fmt: skip

    def take_markdown(self, path: Path) -> None:
        """Make a draft of our own from a Markdown file."""

        def bring(raw: bytes) -> None:
            self.desk.tasks.write(
                self, library_markdown.bring, raw, path.stem, done=self._open_draft,
                failed=lambda problem: self.desk.notices.warn(path.name, str(problem)),
            )  # fmt: skip

        self.desk.tasks.work(
            self, lambda _progress: attaching.read_file(path), done=bring,
            failed=lambda problem: self.desk.notices.warn(path.name, str(problem)),
        )  # fmt: skip

    def _show_downloads(self) -> None:
        self.view.clearSelection()
        self.view.setCurrentIndex(QModelIndex())
        self.reading.show_downloads()

    def _choose_export(self) -> None:
        kinds = "ZIP (*.zip);;Markdown (*.md);;BibTeX (*.bib);;RIS (*.ris);;CSV (*.csv)"
        chosen, _kind = QFileDialog.getSaveFileName(self, _("Export what is listed"), "library.zip", kinds)
        if chosen:
            self.export_to(Path(chosen))

    def _choose_markdown(self) -> None:
        chosen, _kind = QFileDialog.getOpenFileName(self, _("Bring in a Markdown file"), "", "Markdown (*.md *.txt)")
        if chosen:
            self.take_markdown(Path(chosen))

    def _tell_exported(self, found: library_export.Exported) -> None:
        words = ngettext("{count} practice was written.", "{count} practices were written.", found.count)
        rest = ngettext(
            "{count} file is not on this computer and was left out.",
            "{count} files are not on this computer and were left out.",
            found.missing_files,
        )
        more = rest.format(count=found.missing_files) if found.missing_files else ""
        listed = self._result
        if listed is not None and listed.found > len(listed.entries):
            more = f"{more} " + _("The list holds the first ones only: choose a filter to write the others.")
        self.desk.notices.say(f"{words.format(count=found.count)} {more}".strip())

    def _open_draft(self, item_id: str) -> None:
        self.reading.expect(item_id)
        self.show_record(item_id)

    def flush(self) -> None:
        """Save what is being written."""
        self.reading.flush()

    def _results(self) -> QWidget:
        pane = QFrame()
        theme.mark(pane, role="pane")
        column = QVBoxLayout(pane)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        head = QWidget()
        head.setFixedHeight(max(theme.px(41), 41))
        row = QHBoxLayout(head)
        row.setContentsMargins(margins(16, 0, 4, 0))
        row.addWidget(self.filter_button)
        self.count = Text("", "strong")
        words = {
            "match": _("Best match"),
            "newest": _("Newest first"),
            "title": _("By title"),
            "reused": _("Most used first"),
        }
        self.order = ChoiceField([(order, words[order]) for order in _ORDERS], _("Order"), quiet=True)
        self.order.changed.connect(self._ask)
        row.addWidget(self.count, 1)
        row.addWidget(self.order)
        self.saved = SavedBar(self.desk, self._asked, self.reading.item_id)
        self.saved.chosen.connect(self._show_saved)
        column.addWidget(self.saved)
        column.addWidget(head)
        column.addWidget(hairline())
        self.view = row_list(_("Practices found"), RowDelegate())
        self.view.setMinimumWidth(_LEAST_LIST)
        self.model = ResultModel(self.view)
        self.view.setModel(self.model)
        self.view.selectionModel().currentChanged.connect(self._show_current)
        column.addWidget(self.view, 1)
        self.nothing = EmptyState("search", "", "", None)
        self.nothing.started.connect(self._widen)
        self.nothing.hide()
        column.addWidget(self.nothing, 1)
        return pane

    def _asked(self) -> Question:
        return question.ask(self.search.text(), self.filters.chosen())

    def _show_saved(self, saved: Saved | None) -> None:
        self._only = saved.items if saved is not None and saved.kind == LIST else None
        asked = saved.question if saved is not None else Question()
        self.search.setText(asked.text)
        self.filters.choose(asked.wanted)
        self._ask()

    def _fit_search(self) -> None:
        room = min(self.width() // 3, self.width() - theme.px(690))  # beside the title and the buttons
        self.search.setFixedWidth(min(theme.px(380), max(theme.px(200), room)))

    def _go_to_search(self) -> None:
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def _take_stock(self, found: tuple[Shelf, list[tuple[str, str, str]], bool]) -> None:
        self._shelf, themes, is_secretariat = found
        self._loading = False
        self._stale.clear()
        named = {key: (title, colour) for key, title, colour in themes}
        self.model.set_themes(named)
        self.reading.set_themes(named)
        if not self.filters.has_groups():
            self._add_filters([(key, title) for key, title, _colour in themes], is_secretariat)
        self._offer_made_up()
        self._ask()

    def _add_filters(self, themes: list[tuple[str, str]], is_secretariat: bool) -> None:
        ours = [("draft", _("Drafts")), ("submitted", _("Submitted"))]
        if is_secretariat:
            ours.insert(0, ("waiting", _("Waiting for us")))
        self.filters.add_group("theme", _("Theme"), themes)
        self.filters.add_group("language", _("Language"), list(LANGUAGES.items()))
        self.filters.add_group("template", _("Kind"), [(code, _(words)) for code, words in TEMPLATES.items()])
        self.filters.add_group("ours", _("Ours"), ours)
        aside = [("earlier", _("Earlier versions")), ("archived", _("Archive")), ("ended", _("Ended stories"))]
        self.filters.add_group("aside", _("Put away"), aside)
        self.filters.add_group("collection", _("Collection"), [])
        self.filters.add_group("subject", _("Words"), [])

    def _offer_made_up(self) -> None:
        """Offer the collections and words that people have used most."""
        known = {group: [(code, code) for code in self._shelf.often.get(group, ())] for group in library.MADE_UP}
        for group, options in known.items():
            self.filters.set_options(group, options)
        self.reading.set_known(known)

    def _ask(self) -> None:
        self.filter_button.show_chosen(sum(map(len, self.filters.chosen().values())))
        order = self.order.value()
        self.desk.tasks.read(
            self,
            partial(library.find, only=self._only),
            self.desk.app.searcher(),
            self._shelf,
            self.search.text(),
            self.filters.chosen(),
            next((known for known in _ORDERS if known == order), "match"),
            done=self._show_result,
            key="library.find",
        )

    def _read_on(self) -> None:
        """Read the summaries of those that are listed further down, once the first ones are shown."""
        if self._result is not None and (later := self._result.entries[library.AT_ONCE :]):
            take = partial(self.model.add_summaries, self._result)
            self.desk.tasks.read(self, library.summaries, later, done=take, key="library.summaries")

    def _show_result(self, result: Result | None) -> None:
        if result is None:
            return  # a newer question is on its way
        chosen = self.model.entry(self.view.currentIndex().row())  # may be ahead of what is read by now
        current = self._wanted or self.reading.apart() or (chosen.id if chosen else self.reading.item_id())
        self._result = result
        self.filters.show_counts(result.counts)
        self.count.setText(_said(result))
        self.model.show_result(result)
        self._later.start()
        self.view.setVisible(bool(result.entries))
        self.nothing.setVisible(not result.entries)
        if not result.entries:
            self._show_nothing(result)
        found = self.model.find(current)
        if result.entries:
            is_apart = found < 0 and current and current == self.reading.apart()
            if is_apart or (self.reading.is_choosing() and not self._wanted):
                self._say.start()
                return  # an earlier version, or what comes here, stands there; it is not among what is listed
            index = self.model.index(max(0, found))
            flag = QItemSelectionModel.SelectionFlag.ClearAndSelect
            self.view.selectionModel().setCurrentIndex(index, flag)
            self._soon.start(_READ_AFTER)  # laying out an article for each letter would hold up the typing
            self.view.scrollTo(index)
        self._say.start()

    def _show_nothing(self, result: Result) -> None:
        filtered = any(self.filters.chosen().values())
        if filtered:
            self.nothing.say(_("Nothing fits the search and the filters."), _("Search without filters"), "search")
        elif result.question.strip():
            self.nothing.say(_("Nothing fits. Try fewer letters or another word."), _("Clear the search"), "search")
        else:
            self.nothing.say(_("Practices from all members will be here after the first sync."), "", "library")
        self.reading.show_item("", "")

    def _widen(self) -> None:
        if any(self.filters.chosen().values()):
            self.filters.clear()
        else:
            self.search.clear()

    def _show_current(self) -> None:
        self._soon.start(0)

    def _read_current(self) -> None:
        entry = self.model.entry(self.view.currentIndex().row())
        if entry is not None:
            if self._wanted in (entry.id, *entry.others):
                self._wanted = ""
            self.reading.show_item(entry.id, self._result.question if self._result else "")

    def _announce(self) -> None:
        if self._result is not None and QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self.search, _said(self._result)))


def _said(result: Result) -> str:
    if result.question.strip() and result.found >= library.MOST:
        return _("The first {count} practices. Add a word.").format(count=library.MOST)
    exact = result.found - result.near
    words = ngettext("{count} practice", "{count} practices", exact).format(count=exact)
    if result.near:
        return _("{practices}; {count} with some of the words").format(practices=words, count=result.near)
    if result.found > len(result.entries):
        return _("{practices}; the first {count} are listed").format(practices=words, count=len(result.entries))
    return words
