"""The Alliance: its Declaration, positions and internal regulation, and who stands by them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui import theme
from ui.page import Page
from ui.pages.alliance_register import REGISTER, RegisterPane
from ui.pages.alliance_text import TextPane
from ui.pages.alliance_theme import ThemePane
from ui.pages.record_card import RecordCard
from ui.pages.record_list import Item, RecordList, heading
from ui.widgets.buttons import SecondaryButton
from ui.widgets.card import sliding
from ui.widgets.empty import EmptyState
from ui.widgets.panes import beside, least
from ui.widgets.rows import Row
from wimdesk.events import Changed
from wimdesk.i18n import N_, _
from wimdesk.records.alliance_text import KINDS, STATES
from wimdesk.services import commitments, texts, themes
from wimdesk.services.dates import day_text
from wimdesk.services.texts import TextInfo
from wimdesk.services.themes import ThemeRow

_TYPES = (
    "alliance_text",
    "commitment",
    "remark",
    "organization",
    "theme",
    "initiative",
    "library_item",
    "indicator",
    "event",
)
_LEAST_LIST = 260
_GROUPS = {"declaration": N_("Declaration"), "position": N_("Positions"), "regulation": N_("Internal regulation")}
_PANES: dict[str, type[RecordCard]] = {REGISTER: RegisterPane}
"""What stands for no text: the key of its row, and its pane."""


class AlliancePage(Page):
    """Texts and overviews at the left, the one that was chosen at the right."""

    key = "alliance"

    def build(self) -> None:
        """Make the header, the list and the place for what is read."""
        self._texts: list[TextInfo] | None = None
        self._themes: list[ThemeRow] = []
        self._wanted = ""
        self._begun = False
        self.card: RecordCard | None = None
        self.header.set_title(_("Alliance"))
        self.propose_button = SecondaryButton(_("New position"), "plus")
        self.propose_button.clicked.connect(lambda: self.begin("position"))
        self.new_buttons: dict[str, SecondaryButton] = {}
        for kind, words in (("declaration", _("New Declaration")), ("regulation", _("New regulation"))):
            button = self.new_buttons[kind] = SecondaryButton(words, "plus")
            button.clicked.connect(partial(self._begin_after, kind))
            button.hide()
            self.header.add_action(button)
        self.theme_button = SecondaryButton(_("New theme"), "plus")
        self.theme_button.clicked.connect(self.begin_theme)
        self.theme_button.hide()
        self.header.add_action(self.theme_button)
        self.header.add_action(self.propose_button)
        self.list = RecordList(_("Texts of the Alliance"), lines=0)
        self.list.chosen.connect(self._open)
        self.list.setMinimumWidth(_LEAST_LIST)
        self.add_shortcut("Ctrl+N", lambda: self.begin("position"))
        self.add_shortcut("Ctrl+F", self._search)
        split = beside(self.list, self._right(), (theme.px(340), theme.px(810)))
        self.body.addWidget(sliding(split, _("Alliance")), 1)

    def refresh(self) -> None:
        """Read the texts anew."""
        self.desk.tasks.read(self, themes.contents, done=self._take, key="texts")

    def changed(self, change: Changed) -> None:
        """Follow what changed here or elsewhere."""
        if change.touches(*_TYPES):
            self.refresh()
            if self.card is not None:
                self.card.changed(change)

    def show_record(self, record_id: str) -> None:
        """Open a text, or an overview by its key; a section may stand behind #."""
        self._wanted = record_id
        if self._texts is not None:
            self.refresh()

    def flush(self) -> None:
        """Save what waits to be saved."""
        if self.card is not None:
            self.card.flush()

    def begin(self, kind: str, after: str = "") -> None:
        """Begin a draft and put the cursor into its title; who only reads begins none."""
        if self._texts is None or self.propose_button.isHidden():
            return
        self.flush()
        self._begun = True
        self.desk.tasks.write(self, texts.begin, kind, after, done=self.show_record)

    def begin_theme(self) -> None:
        """Begin a theme of this year, as the Secretariat."""
        self.flush()
        self._begun = True
        self.desk.tasks.write(self, themes.begin, done=self.show_record, failed=self._explain)

    def _explain(self, problem: Exception) -> None:
        self.desk.notices.warn(str(problem))

    def _begin_after(self, kind: str) -> None:
        """A new version of the Declaration or the regulation begins as the one in force."""
        current = next((each.id for each in self._texts or () if each.kind == kind and each.current), "")
        self.begin(kind, current)

    def _right(self) -> QWidget:
        right = QWidget()
        least(right, 560)
        self._column = QVBoxLayout(right)
        self._column.setContentsMargins(0, 0, 0, 0)
        self.empty = EmptyState("globe", "")
        self._column.addWidget(self.empty, 1)
        return right

    def _search(self) -> None:
        if isinstance(self.card, TextPane):
            self.card.reader.bar.search.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _take(self, loaded: tuple[list[TextInfo], list[ThemeRow], frozenset[str]]) -> None:
        found, self._themes, owed = loaded
        self._texts = found
        role = self.desk.app.identity().role
        for button in self.new_buttons.values():
            button.setVisible(role == "secretariat")
        self.theme_button.setVisible(role == "secretariat")
        self.propose_button.setVisible(role != "reader")
        self.list.show_items(_items(found, self._themes, owed))
        self.empty.say(
            _("Choose a text to read it.")
            if found
            else _("The Alliance's texts come from the Secretariat with a sync.")
        )
        wanted, self._wanted = self._wanted, ""
        known = [each.id for each in found]
        if wanted:
            self._open(wanted)
        elif self.card is None or (isinstance(self.card, TextPane) and self.card.record not in known):
            self._open(known[0] if known else "")

    def _open(self, record: str) -> None:
        text, _sign, section = record.partition(texts.SECTION)
        self.list.choose(text)
        if self.card is not None and self.card.record == text:
            if section and isinstance(self.card, TextPane):
                self.card.show_section(section)
            return
        self._close_card()
        self.empty.setVisible(not record)
        if not record:
            return
        self.card = self._pane_of(text)(self.desk, text if text in self._other() else record)
        if isinstance(self.card, TextPane):
            self.card.moved.connect(self.show_record)
        self.card.wanted.connect(self.show_record)
        self._column.addWidget(self.card, 1)
        if self._begun:
            self._begun = False
            self.card.begin()

    def _other(self) -> dict[str, type[RecordCard]]:
        return _PANES | {each.id: ThemePane for each in self._themes}

    def _pane_of(self, record: str) -> type[RecordCard]:
        return self._other().get(record, TextPane)

    def _close_card(self) -> None:
        if self.card is not None:
            self.card.flush()
            self._column.removeWidget(self.card)
            self.card.hide()
            self.card.deleteLater()
            self.card = None


def _items(found: Sequence[TextInfo], themed: Sequence[ThemeRow], owed: frozenset[str]) -> list[Item]:
    items: list[Item] = []
    for kind, words in _GROUPS.items():
        inside = [_item(each, each.id in owed) for each in found if each.kind == kind]
        if inside:
            items += [heading(_(words), len(inside)), *inside]
    for year in themes.years(themed):
        inside = [_theme(each) for each in themed if each.year == year]
        items += [heading(_("Themes of {year}").format(year=year or "–"), len(inside)), *inside]
    overviews = [_overview(REGISTER, _("Register of endorsers"), _("Who stands by the Declaration"), "table")]
    return [*items, heading(_("Overviews"), len(overviews)), *overviews]


def _theme(each: ThemeRow) -> Item:
    return Item(
        each.id, Row(each.title, meta=each.stake or str(each.year or "–"), dot=each.colour, icon="tag"),
        f"{each.title}. {each.year}",
    )  # fmt: skip


def _overview(key: str, title: str, meta: str, icon: str) -> Item:
    return Item(key, Row(title, meta=meta, icon=icon), f"{title}. {meta}")


def _item(each: TextInfo, owed: bool) -> Item:
    version = _("version {version}").format(version=each.version) if each.version else ""
    meta = " · ".join(part for part in (version, day_text(each.issued, "medium") if each.issued else "") if part)
    replaced = each.state == "published" and not each.current
    state = _("Replaced") if replaced else _(STATES.get(each.state, ""))
    tone = "ok" if each.current else "text2"
    if owed:
        state, tone = _(commitments.PENDING[each.kind]), "warn"
    row = Row(each.title, meta=meta, state=state, state_tone=tone, icon="file-text")
    return Item(each.id, row, ". ".join(part for part in (_(KINDS[each.kind]), each.title, meta, state) if part))
