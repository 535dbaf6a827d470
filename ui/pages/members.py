"""All members with their status and the totals, papers for a group of them, receipts and templates; and one group."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QTabBar, QWidget

from ui import theme
from ui.forms.binder import Binder
from ui.forms.columns import TwoColumns
from ui.forms.letter_template import TemplatesCard
from ui.forms.membership import TONES, TYPES_OF_MEMBERSHIP, MembershipCard
from ui.forms.receipt import ReceiptsCard
from ui.pages.record_card import RecordCard
from ui.pages.record_list import Item, RecordList
from ui.papers import Papers, title
from ui.widgets.buttons import LinkButton, SecondaryButton
from ui.widgets.card import Card
from ui.widgets.column import Column
from ui.widgets.combo import ChoiceField
from ui.widgets.field import FieldRow
from ui.widgets.flow import Flow
from ui.widgets.labels import Chip, Text, initials
from ui.widgets.number import NumberField
from ui.widgets.rows import Row
from ui.widgets.search import SearchField
from wimdesk.events import Changed
from wimdesk.i18n import LANGUAGES, N_, _, language, ngettext
from wimdesk.search import fold
from wimdesk.services import dues, money
from wimdesk.services.dates import day_text
from wimdesk.services.dues import Dues, MemberRow, Members
from wimdesk.services.standing import STATUSES

MEMBERS = "members"
"""Stands where the id of a record would: all members together."""
TYPES = ("membership", "membership_type", "payment", "receipt", "letter_template", "person", "organization")
_PAPERS = (
    ("card", N_("Membership cards, ten on a page")),
    ("single", N_("Membership cards, one on a page")),
    ("welcome", N_("Letters of welcome")),
    ("reminder", N_("Letters of reminder")),
    ("receipt", N_("Receipts not given out yet")),
)
_LIST = 320


class MembersPane(RecordCard):
    """Who is a member today: totals, a list to filter, and papers for those who are shown."""

    type_name = MEMBERS

    def fill(self) -> None:
        self._found: Members | None = None
        self.papers = Papers(self.desk, self)
        self.tabs = QTabBar()
        self.tabs.setAccessibleName(_("Members, receipts or templates"))
        self.tabs.setDrawBase(False)
        for words in (_("Members"), _("Receipts"), _("Templates")):
            self.tabs.addTab(words)
        self.tabs.currentChanged.connect(self._open_tab)
        self.column.addWidget(self.tabs)
        self.totals = Flow(8)
        self.column.addWidget(self.totals)
        self.people = self._list_card()
        self.column.addWidget(self.people)
        self.batch = self._batch_card()
        self.column.addWidget(self.batch)
        self._aside = Column()
        self.column.addWidget(self._aside)
        self.receipts: ReceiptsCard | None = None
        self.templates: TemplatesCard | None = None

    def reload(self) -> None:
        self.desk.tasks.read(self, dues.members, done=self._take, key=MEMBERS)
        if self.receipts is not None:
            self.receipts.reload()

    def changed(self, change: Changed) -> None:
        if change.touches(*TYPES):
            self.reload()

    def flush(self) -> None:
        if self.templates is not None:
            self.templates.flush()

    def shown(self) -> list[MemberRow]:
        """Return the members that the list shows, from top to bottom."""
        rows = self._found.rows if self._found else ()
        status, kind = self.status.value() or "", self.type.value() or ""
        words = [fold(word) for word in self.search.text().split()]
        return [
            row
            for row in rows
            if status in {"", row.status}
            and kind in {"", row.type_id}
            and all(word in fold(f"{row.name} {row.number} {row.type}") for word in words)
        ]

    def _foot(self) -> QWidget:
        return QWidget()

    def _list_card(self) -> Card:
        card = Card()
        line = QHBoxLayout()
        line.setSpacing(8)
        self.search = SearchField(_("Search members"))
        self.status = ChoiceField([("", _("Every status")), *((code, _(words)) for code, words in STATUSES.items())])
        self.status.setAccessibleName(_("Status"))
        self.type = ChoiceField([("", _("Every type"))], _("Membership type"))
        line.addWidget(self.search, 1)
        line.addWidget(self.status)
        line.addWidget(self.type)
        card.add_layout(line)
        self.list = RecordList(_("Members"))
        self.list.setFixedHeight(theme.px(_LIST))
        self.list.chosen.connect(self._jump)
        card.add(self.list)
        self._empty = Text("", "muted", wrap=True)
        card.add(self._empty)
        self.group_button = LinkButton(_("Add an organisation or a group"), "plus")
        self.group_button.clicked.connect(self._begin_group)
        foot = QHBoxLayout()
        foot.addWidget(self.group_button)
        foot.addStretch(1)
        card.add_layout(foot)
        for signal in (self.search.textChanged, self.status.changed, self.type.changed):
            signal.connect(self._fill)
        return card

    def _batch_card(self) -> Card:
        card = Card(_("Print for those who are shown"))
        line = QHBoxLayout()
        line.setSpacing(8)
        self.paper = ChoiceField([(code, _(words)) for code, words in _PAPERS])
        self.language = ChoiceField(list(LANGUAGES.items()))
        self.language.set_value(self.papers.language())
        self.save_button = SecondaryButton("", "download")
        self.save_button.clicked.connect(self._save)
        line.addWidget(FieldRow(_("Paper"), self.paper), 1, Qt.AlignmentFlag.AlignTop)
        line.addWidget(FieldRow(_("Language"), self.language), 0, Qt.AlignmentFlag.AlignTop)
        card.add_layout(line)
        foot = QHBoxLayout()
        foot.addWidget(self.save_button)
        foot.addStretch(1)
        card.add_layout(foot)
        return card

    def _take(self, found: Members) -> None:
        self._found = found
        count = sum(number for status, number in found.counts if status in {"current", "new", "grace"})
        words = ngettext("{count} member today", "{count} members today", count).format(count=count)
        sums = ", ".join(money.text(minor, currency) for minor, currency in found.received)
        came = _("{amount} came in this year").format(amount=sums) if sums else ""
        kind = ngettext("{count} gift in kind", "{count} gifts in kind", found.in_kind).format(count=found.in_kind)
        self.show_title(_("Members"), " · ".join(part for part in (words, came, kind if found.in_kind else "") if part))
        chips = [(f"{_(STATUSES[status])} {number}", TONES[status]) for status, number in found.counts if number]
        self.totals.fill(Chip(words, tone) for words, tone in chips)
        self.type.set_options([("", _("Every type")), *found.types])
        self._fill()

    def _fill(self) -> None:
        rows = self.shown()
        self.list.show_items([_item(row) for row in rows])
        self.list.setVisible(bool(rows))
        self._empty.setVisible(not rows)
        none = self._found is not None and not self._found.rows
        self._empty.setText(
            _("A membership begins on the card of a person.") if none else _("Nobody here. Choose another status.")
        )
        words = ngettext("Save PDF for {count} member", "Save PDF for {count} members", len(rows))
        self.save_button.setText(words.format(count=len(rows)))
        self.save_button.setEnabled(bool(rows))

    def _jump(self, membership: str) -> None:
        rows = self._found.rows if self._found else ()
        row = next((row for row in rows if row.id == membership), None)
        if row is not None:
            self.wanted.emit(row.person or row.id)

    def _begin_group(self) -> None:
        self.desk.tasks.write(self, dues.begin_group, done=self.wanted.emit)

    def _save(self) -> None:
        kind = self.paper.value() or "card"
        path = self.papers.ask(title("card" if kind == "single" else kind))
        if path is not None:
            self.save_to(path)

    def save_to(self, path: Path) -> None:
        """Save the chosen paper for those who are shown."""
        kind, lang = self.paper.value() or "card", self.language.value() or language()
        members = [row.id for row in self.shown()]
        if kind == "receipt":
            self.papers.missing_receipts_to(members, path, lang)
        else:
            single = kind == "single"
            self.papers.batch_to("card" if single else kind, members, path, lang, one_on_a_page=single)

    def _open_tab(self, at: int) -> None:
        for part in (self.totals, self.people, self.batch):
            part.setVisible(at == 0)
        self.flush()
        self.receipts = ReceiptsCard(self.desk) if at == 1 else None
        self.templates = TemplatesCard(self.desk) if at == 2 else None
        self._aside.fill([part for part in (self.receipts, self.templates) if part is not None])


def _item(row: MemberRow) -> Item:
    until = _("until {day}").format(day=day_text(row.until, "medium")) if row.until else ""
    meta = " · ".join(part for part in (row.type, row.number, until) if part)
    state = _(STATUSES[row.status])
    tone = TONES[row.status]
    shown = Row(
        row.name, meta=meta, state=state, state_tone=tone if tone != "neutral" else "text2",
        initials=initials(row.name) or "?",
    )  # fmt: skip
    return Item(row.id, shown, f"{row.name}. {state}. {meta}")


class GroupPane(RecordCard):
    """An organisation or a group as a member: its name and size, and its membership."""

    type_name = "membership"

    def fill(self) -> None:
        self.binder = Binder(self.desk, "membership", self.record, self)
        self.first = QLineEdit()
        fields = TwoColumns()
        fields.add(self.binder.bind("group_name", self.first))
        fields.add(self.binder.bind("group_size", NumberField()))
        card = Card(_("About this group"), _("Stays in your organisation"))
        card.add(fields)
        self.membership = MembershipCard(self.desk, group=self.record)
        self.membership.types_wanted.connect(lambda: self.wanted.emit(TYPES_OF_MEMBERSHIP))
        self.column.addWidget(card)
        self.column.addWidget(self.membership)

    def reload(self) -> None:
        self.desk.tasks.read(self, dues.of_group, self.record, done=self._take, key="group")

    def changed(self, change: Changed) -> None:
        super().changed(change)
        self.membership.reload()

    def flush(self) -> None:
        self.binder.flush()
        self.membership.flush()

    def remove(self) -> None:
        super().remove()
        self.wanted.emit(MEMBERS)

    def begin(self) -> None:
        self.first.setFocus(Qt.FocusReason.OtherFocusReason)

    def _take(self, found: Dues) -> None:
        self.show_title(found.name)
