"""The right side of the organisation page: one card for the profile, a person, a post or a site."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt, QTimer

from ui import theme
from ui.desk import Desk
from ui.forms.attachment import AttachmentsCard
from ui.forms.consent import ConsentCard
from ui.forms.contact_detail import ContactCard
from ui.forms.custom_field import CustomFieldsCard
from ui.forms.hand_over import HandOverCard
from ui.forms.membership import TYPES_OF_MEMBERSHIP, MembershipCard
from ui.forms.membership_type import MembershipTypesCard
from ui.forms.organization import OrganizationForm
from ui.forms.person import PersonForm
from ui.forms.post import PostForm
from ui.forms.post_holding import HeldCard, HoldersCard
from ui.forms.rights import RightsCard
from ui.forms.site import SiteForm
from ui.pages.branches import BranchesCard
from ui.pages.miner_groups import MinerGroupPane
from ui.pages.record_card import LAID_OUT, RecordCard
from ui.pages.visits import VisitPane, VisitsCard
from wimdesk.events import Changed
from wimdesk.i18n import _
from wimdesk.services import people
from wimdesk.services.people import PersonCard, PersonRow, PostCard, Profile


class ProfileCard(RecordCard):
    """Our organisation."""

    type_name = "organization"
    removable = False

    def fill(self) -> None:
        self._to_types = False
        self.form = OrganizationForm(self.desk, self.record)
        self.types = MembershipTypesCard(self.desk)
        self.branches = BranchesCard(self.desk, self.record)
        self.branches.chosen.connect(self.wanted)
        self.column.addWidget(self.form)
        self.column.addWidget(self.branches)
        self.own_fields = CustomFieldsCard(self.desk)
        self.column.addWidget(self.types)
        self.column.addWidget(self.own_fields)
        self.column.addWidget(AttachmentsCard(self.desk, self.type_name, self.record))

    def reload(self) -> None:
        self.desk.tasks.read(self, people.profile, done=self._take, key="profile")

    def flush(self) -> None:
        self.form.binder.flush()
        self.types.flush()
        self.own_fields.flush()

    def changed(self, change: Changed) -> None:
        super().changed(change)
        self.types.reload()
        self.branches.reload()

    def begin(self) -> None:
        self._to_types = True

    def _take(self, profile: Profile) -> None:
        self.show_title(profile.name or _("Your organisation"))
        self.form.show_profile(profile)
        if self._to_types:
            self._to_types = False
            QTimer.singleShot(LAID_OUT, self, self._go_to_types)

    def _go_to_types(self) -> None:
        self.area.ensureWidgetVisible(self.types, 0, theme.px(24))
        self.types.button.setFocus(Qt.FocusReason.OtherFocusReason)


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
        self.membership.types_wanted.connect(lambda: self.wanted.emit(TYPES_OF_MEMBERSHIP))
        self.consents = ConsentCard(self.desk, self.record)
        self.rights = RightsCard(self.desk, self.record)
        for part in (self.form, self.contacts, self.held, self.membership, self.consents, self.rights):
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
        self.consents.reload()

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
        self.visits = VisitsCard(self.desk, self.record)
        self.visits.chosen.connect(self.wanted)
        self.column.addWidget(self.form)
        self.column.addWidget(self.visits)
        self.column.addWidget(AttachmentsCard(self.desk, self.type_name, self.record))

    def changed(self, change: Changed) -> None:
        super().changed(change)
        self.visits.reload()

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
    "visit": VisitPane,
    "miner_group": MinerGroupPane,
}
