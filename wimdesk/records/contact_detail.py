"""One way to reach a person or an organisation: a record of its own, so that it can have its own space."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sqlalchemy.orm import Mapped

from wimdesk.i18n import N_, _
from wimdesk.store.record import Record, field

TYPES = {
    "email": N_("E-mail"),
    "phone": N_("Phone"),
    "messaging": N_("Messages"),
    "address": N_("Address"),
    "url": N_("Web page"),
}


class ContactDetail(Record):
    """An address of any kind, named as in Popolo."""

    type_label = N_("Contact detail")
    type_label_many = N_("Contact details")
    use = "contact"

    person_id: Mapped[str] = field("link", N_("Person"), link="person", personal=True)
    organization_id: Mapped[str] = field("link", N_("Organisation"), link="organization")
    type: Mapped[str] = field("choice", N_("Kind"), choices=TYPES, listed=True)
    value: Mapped[str] = field("text", N_("Number or address"), search="body", listed=True, personal=True)
    label: Mapped[str] = field("text", N_("Label"), help=N_("For example: work, home."))
    preferred: Mapped[bool] = field("flag", N_("Use this one first"))

    def caption(self) -> str:
        """Return the number or address."""
        return self.value or self.id

    @staticmethod
    def problems(values: Mapping[str, object]) -> list[tuple[str, str]]:
        """An e-mail address has one @ with something on both sides; more can't be known offline."""
        value = str(values.get("value") or "")
        if values.get("type") == "email" and value and not re.fullmatch(r"[^@\s]+@[^@\s]+", value):
            return [("value", _("This is not a complete e-mail address. Check it."))]
        return []
