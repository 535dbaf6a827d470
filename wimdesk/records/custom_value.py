"""What one record says in an own field: a record too, so that each merges by itself and older programs keep it."""

from __future__ import annotations

from sqlalchemy.orm import Mapped

from wimdesk.i18n import N_
from wimdesk.store.record import Record, field


class CustomValue(Record):
    """Its id is made of the field and the record, so that two laptops that fill it meet. The value is text, as in CSV.

    A day is ISO 8601, a number has a point, a flag is 1 or 0.
    """

    type_label = N_("Value of an own field")
    type_label_many = N_("Values of own fields")
    use = "contact"

    field_id: Mapped[str] = field("link", N_("Own field"), link="custom_field", listed=True)
    person_id: Mapped[str] = field("link", N_("Person"), link="person", personal=True)
    organization_id: Mapped[str] = field("link", N_("Organisation"), link="organization")
    site_id: Mapped[str] = field("link", N_("Site"), link="site")
    value: Mapped[str] = field("text", N_("Value"), search="summary", listed=True, personal=True)

    def caption(self) -> str:
        """Return the value."""
        return self.value or self.id
