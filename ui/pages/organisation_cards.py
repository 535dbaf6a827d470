"""The right side of the organisation page: one card for the profile, a person, a post or a site."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from ui import theme
from ui.desk import Desk
from ui.forms.attachment import AttachmentsCard
from ui.forms.contact_detail import ContactCard
from ui.forms.hand_over import HandOverCard
from ui.forms.membership import MembershipCard
from ui.forms.membership_type import MembershipTypesCard
from ui.forms.organization import OrganizationForm
from ui.forms.person import PersonForm
from ui.forms.post import PostForm
from ui.forms.post_holding import HeldCard, HoldersCard
from ui.forms.site import SiteForm
from ui.pages.branches import BranchesCard
from ui.pages.history_panel import HistoryPanel
from ui.widgets.buttons import QuietButton
from ui.widgets.card import scrolling
from ui.widgets.labels import Text
from wimdesk.events import Changed
from wimdesk.i18n import N_, _
from wimdesk.services import people
from wimdesk.services.people import PersonCard, PersonRow, PostCard, Profile

_DELETED = {
    "person": N_("Person moved to the trash."),
    "post": N_("Post moved to the trash."),
    "site": N_("Site moved to the trash."),
    "membership": N_("Membership moved to the trash."),
    "organization": N_("Branch moved to the trash."),
}

_LAID_OUT = 50
"""Milliseconds."""


class RecordCard(QWidget):
    """A title, the form of one record, and below it its history and the trash. Subclasses add parts in `fill`."""

    type_name = ""
    removable = True
    wanted = Signal(str)
    """Emitted with the id of another record that should be shown."""
    people_wanted = Signal(str, object)
    """Emitted with words and what takes the rows of the few people who have them, by id."""

    def __init__(self, desk: Desk, record: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self.record = record
        page = QWidget()
        self.area: QScrollArea = scrolling(page)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        holder = QHBoxLayout(page)
        holder.setContentsMargins(24, 16, 24, 24)
        inner = QWidget()
        inner.setMaximumWidth(theme.px(760))
        holder.addWidget(inner, 1)
        holder.addStretch(0)
        self.column = QVBoxLayout(inner)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(12)
        self.title = Text("", "article", wrap=True)
        self.under = Text("", "muted", wrap=True)
        self.under.hide()
        self.column.addWidget(self.title)
        self.column.addWidget(self.under)
        self.fill()
        self.column.addWidget(self._foot())
        self.column.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.area)
        self.reload()

    def fill(self) -> None:
        """Add the parts of the card to `column`."""

    def reload(self) -> None:
        """Read anew what is shown beside the fields."""

    def flush(self) -> None:
        """Save what waits to be saved."""

    def begin(self) -> None:
        """Put the cursor where a new record is begun."""

    def changed(self, change: Changed) -> None:
        """Follow a change of this record or of what hangs on it."""
        self.reload()
        if self.record in change.ids.get(self.type_name, frozenset()):
            self.history.reload()

    def show_title(self, title: str, under: str = "") -> None:
        """Name the record and, if given, add a quiet line."""
        self.title.setText(title)
        self.under.setText(under)
        self.under.setVisible(bool(under))

    def remove(self) -> None:
        """Move the record to the trash and offer to take that back."""
        self.flush()
        self.desk.tasks.write(self.desk.tasks, people.remove, self.type_name, self.record, done=self._tell)

    def _tell(self, act: int) -> None:
        self.desk.notices.offer_undo(_(_DELETED[self.type_name]), act)

    def _show_history(self) -> None:
        # The lines have just been made: only after the layouts the scroll bar knows of them.
        QTimer.singleShot(_LAID_OUT, self.history, self._reveal_history)

    def _reveal_history(self) -> None:
        self.area.ensureWidgetVisible(self.history, 0, theme.px(24))

    def _foot(self) -> QWidget:
        foot = QWidget()
        line = QHBoxLayout(foot)
        line.setContentsMargins(0, 0, 0, 0)
        self.history = HistoryPanel(self.desk, [self.record])
        self.history.opened.connect(self._show_history)
        line.addWidget(self.history, 1, Qt.AlignmentFlag.AlignTop)
        if self.removable and self.type_name in _DELETED:
            self.bin = QuietButton(_("Move to the trash"), "trash-2")
            self.bin.clicked.connect(self.remove)
            line.addWidget(self.bin, 0, Qt.AlignmentFlag.AlignTop)
        return foot


class ProfileCard(RecordCard):
    """Our organisation."""

    type_name = "organization"
    removable = False

    def fill(self) -> None:
        self.form = OrganizationForm(self.desk, self.record)
        self.types = MembershipTypesCard(self.desk)
        self.branches = BranchesCard(self.desk, self.record)
        self.branches.chosen.connect(self.wanted)
        self.column.addWidget(self.form)
        self.column.addWidget(self.branches)
        self.column.addWidget(self.types)
        self.column.addWidget(AttachmentsCard(self.desk, self.type_name, self.record))

    def reload(self) -> None:
        self.desk.tasks.read(self, people.profile, done=self._take, key="profile")

    def flush(self) -> None:
        self.form.binder.flush()
        self.types.flush()

    def changed(self, change: Changed) -> None:
        super().changed(change)
        self.types.reload()
        self.branches.reload()

    def _take(self, profile: Profile) -> None:
        self.show_title(profile.name or _("Your organisation"))
        self.form.show_profile(profile)


class BranchPane(RecordCard):
    """Another organisation, such as a branch of ours: its profile, what it is part of, and its own branches."""

    type_name = "organization"

    def fill(self) -> None:
        self.form = OrganizationForm(self.desk, self.record)
        self.branches = BranchesCard(self.desk, self.record)
        self.branches.chosen.connect(self.wanted)
        self.column.addWidget(self.branches)
        self.column.addWidget(self.form)

    def reload(self) -> None:
        self.desk.tasks.read(self, people.profile, self.record, done=self._take, key="profile")

    def flush(self) -> None:
        self.form.binder.flush()

    def changed(self, change: Changed) -> None:
        super().changed(change)
        self.branches.reload()

    def begin(self) -> None:
        self.form.go_to("name")

    def _take(self, profile: Profile) -> None:
        self.show_title(profile.name or _("New branch"))
        self.form.show_profile(profile)


class PersonPane(RecordCard):
    """A person with numbers, addresses and posts."""

    type_name = "person"

    def fill(self) -> None:
        self.form = PersonForm(self.desk, self.record)
        self.contacts = ContactCard(self.desk, self.record)
        self.held = HeldCard()
        self.held.chosen.connect(self.wanted)
        self.membership = MembershipCard(self.desk, person=self.record)
        self.membership.types_wanted.connect(lambda: self.wanted.emit(self.desk.app.identity().organisation))
        for part in (self.form, self.contacts, self.held, self.membership):
            self.column.addWidget(part)

    def reload(self) -> None:
        self.desk.tasks.read(self, people.person_card, self.record, done=self._take, key="person")

    def flush(self) -> None:
        self.form.binder.flush()
        self.contacts.flush()
        self.membership.flush()

    def changed(self, change: Changed) -> None:
        super().changed(change)
        self.membership.reload()

    def begin(self) -> None:
        self.form.first.setFocus(Qt.FocusReason.OtherFocusReason)

    def _take(self, card: PersonCard) -> None:
        self.show_title(card.name or _("New person"))
        self.contacts.show_contacts(card.contacts)
        self.held.show_terms(card.terms)


class PostPane(RecordCard):
    """A post with its holders."""

    type_name = "post"

    def fill(self) -> None:
        self._day = ""
        self.form = PostForm(self.desk, self.record)
        self.holders = HoldersCard(self.desk, self.record)
        self.holders.day_chosen.connect(self._look)
        self.holders.person.asked.connect(self._look_up)
        self.hand_over = HandOverCard(self.desk, self.record)
        self.column.addWidget(self.form)
        self.column.addWidget(self.holders)
        self.column.addWidget(self.hand_over)

    def reload(self) -> None:
        self.desk.tasks.read(self, people.post_card, self.record, self._day, done=self._take, key="post")
        self.hand_over.reload()

    def flush(self) -> None:
        self.form.binder.flush()
        self.holders.flush()

    def begin(self) -> None:
        self.form.first.setFocus(Qt.FocusReason.OtherFocusReason)

    def _look(self, day: str) -> None:
        self._day = day
        self.reload()

    def _look_up(self, text: str) -> None:
        def offer(found: Mapping[str, PersonRow]) -> None:
            self.holders.person.offer(text, [(record, row.name) for record, row in found.items()])

        self.people_wanted.emit(text, offer)

    def _take(self, card: PostCard) -> None:
        self.show_title(card.label or _("New post"))
        self.holders.show_post(card)
        self.history.show_records([self.record, *(term.id for term in card.terms)])


class SitePane(RecordCard):
    """A site."""

    type_name = "site"

    def fill(self) -> None:
        self.form = SiteForm(self.desk, self.record)
        self.column.addWidget(self.form)
        self.column.addWidget(AttachmentsCard(self.desk, self.type_name, self.record))

    def reload(self) -> None:
        self.desk.tasks.read(self, people.site_name, self.record, done=self._take, key="site")

    def flush(self) -> None:
        self.form.binder.flush()

    def begin(self) -> None:
        self.form.first.setFocus(Qt.FocusReason.OtherFocusReason)

    def _take(self, name: str) -> None:
        self.show_title(name or _("New site"))


PANES: dict[str, Callable[[Desk, str], RecordCard]] = {
    "organization": ProfileCard,
    people.BRANCH: BranchPane,
    "person": PersonPane,
    "post": PostPane,
    "site": SitePane,
}
