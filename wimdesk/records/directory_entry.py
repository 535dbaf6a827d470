"""What an organisation says of itself in the Alliance's directory. It stays private; a copy has what is shown."""

from __future__ import annotations

from sqlalchemy.orm import Mapped

from wimdesk.i18n import N_
from wimdesk.store.record import Record, Values, default, field, fields

CHOSEN = ("contact_name", "email", "phone", "address", "interests", "offers", "needs")
"""The fields of which the owner chooses, one by one, whether others see them."""


class DirectoryEntry(Record):
    """How to reach an organisation, what it is interested in, offers and needs."""

    type_label = N_("Directory entry")
    type_label_many = N_("Directory entries")
    use = "contact"

    organization_id: Mapped[str] = field("link", N_("Organisation"), link="organization", listed=True)
    contact_name: Mapped[str] = field("text", N_("Whom to ask for"), listed=True, personal=True)
    email: Mapped[str] = field("text", N_("E-mail"), personal=True)
    phone: Mapped[str] = field("text", N_("Phone"), personal=True)
    address: Mapped[str] = field("long_text", N_("Address"), personal=True)
    interests: Mapped[list[str]] = field("codes", N_("Interested in"))
    offers: Mapped[list[str]] = field("codes", N_("Offers"), help=N_("For example: blasting training."))
    needs: Mapped[list[str]] = field("codes", N_("Needs"), help=N_("For example: a mentor for engineers."))
    shown: Mapped[list[str]] = field("codes", N_("Shown to the Alliance"))

    def caption(self) -> str:
        """Return whom to ask for."""
        return self.contact_name or self.email or self.id

    @classmethod
    def outward(cls, values: Values) -> Values:
        """Leave out every field that the owner does not show."""
        known = fields(cls)
        shown = [name for name in CHOSEN if name in (values.get("shown") or [])]
        hidden = {name: default(known[name]) for name in CHOSEN if name not in shown}
        return values | hidden | {"shown": shown}
